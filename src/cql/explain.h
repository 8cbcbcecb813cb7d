/*
 * explain.h: a traced evaluation as what a person reads: definitions in the
 * order of their reading, a row for each clause.
 */
#ifndef PHM_CQL_EXPLAIN_H
#define PHM_CQL_EXPLAIN_H

#include "cql/trace.h"

/* A clause and what it was. */
typedef struct ExplainRow
{
	uint32		definition;
	uint32		clause;			/* LOGIC_NONE: the definition has none, or there was an error */
	uint32		depth;			/* clauses around it that have rows, 0: the definition */
	uint32		under;			/* number, from 1, of the asked expression that led here */
	bool		asked;			/* depth 0: the definition was asked for */
	CqlTruth	truth;
	const char *text;			/* on one line */
	const char *value;			/* NULL: not evaluated */
	const char *note;			/* NULL: none */
	const char *error;			/* depth 0, of an expression that was asked for: why it has no value; NULL: it has */
	uint32		nresources;
	const char **resources;		/* with codes and what they mean */
	const char **references;	/* the same without */
} ExplainRow;

typedef struct Explanation
{
	const LogicHeader *logic;
	uint32		nrows;
	uint32		size;
	ExplainRow *rows;
} Explanation;

/* An expression that was asked for, evaluated: a definition, and the error it ended with. */
typedef struct ExplainAsked
{
	uint32		definition;
	const char *error;			/* NULL: none */
} ExplainAsked;

/*
 * Explains expressions that were evaluated with cql_trace on; palloc'd where the
 * logic was opened.  False with an error when memory does not suffice.
 */
extern bool explain_evaluation(CqlExec *x, const ExplainAsked *asked, uint32 nasked, Explanation *e, PhmError *err);

/* Gives back what it takes. */
extern void explain_release(Explanation *e);

/* explain_print.c: as JSON, a tree; as an HTML document, definitions with their clauses in colour. */
extern void explain_json(const Explanation *e, StringInfo out);
extern void explain_html(const Explanation *e, const char *title, const char *heading, StringInfo out);

/* The words of a truth: true, false, null, not evaluated. */
extern const char *explain_truth(CqlTruth truth);

#endif							/* PHM_CQL_EXPLAIN_H */
