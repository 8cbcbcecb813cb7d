/*
 * trace.h: why logic gave what it gave.
 *
 * Traced logic (CqlLinkOptions.trace) has a clause (LogicTrace) for each part
 * of its definitions that says something of its own: the definition itself, the
 * operands of and, or, not, comparisons and timing, queries with their sources,
 * relationships and conditions, retrieves, references.  An evaluation with
 * cql_trace on leaves a record for each clause that it came by: how often it was
 * true, false or null, its value, and of conditions the elements for
 * which they were not true.  Values are those of ordinary evaluation; what it would
 * skip because the first operand of and, or, implies decides is looked at, too,
 * as long as it is cheap and does not fail.
 */
#ifndef PHM_CQL_TRACE_H
#define PHM_CQL_TRACE_H

#include "cql/logic_format.h"
#include "cql/logic.h"

/* What a clause was, over all its evaluations. */
typedef enum CqlTruth
{
	CQL_TRUTH_FALSE,			/* false, or a list without elements, each time */
	CQL_TRUTH_TRUE,				/* true, or a value, at least once */
	CQL_TRUTH_NULL,				/* null at least once, and never true */
	CQL_TRUTH_NONE				/* not evaluated */
} CqlTruth;

#define CQL_REJECTIONS 20		/* of a condition that are kept; all are counted */

/* Elements for which a condition was not true. */
typedef struct CqlRejection
{
	CqlValue	row[2];			/* the element, and that of the other source or of the query around it; null: none */
	CqlValue	operands[2];	/* what the condition compared; null: nothing, or not known */
	bool		is_null;		/* the condition was null, not false */
} CqlRejection;

typedef struct CqlTraceRecord
{
	uint32		answers[3];		/* evaluations by CqlAnswer: no, yes, unknown */
	uint32		skipped;		/* of these, those that the result did not need */
	uint64		stamp;			/* the number of the last one, 0: none */
	CqlValue	value;			/* of the last that was true, or of the last */
	CqlValue	last;
	uint32		nrejections;
	CqlRejection *rejections;	/* the first CQL_REJECTIONS */
} CqlTraceRecord;

/* Begins to record; to be called behind cql_set_chart, lasts until the next. */
extern void cql_trace(CqlExec *x);

/* The record of a clause; NULL: not evaluated. */
extern const CqlTraceRecord *cql_trace_record(const CqlExec *x, uint32 clause);
extern CqlTruth cql_trace_truth(const CqlTraceRecord *r);

/*
 * What a condition looks at, as one word for reports: "date", "value", "code",
 * "status", "" when it is something else or several of them.
 */
extern const char *cql_condition_kind(const LogicTrace *t);

/* ---- trace_read.c ---- */

/* Clauses of a definition: the first (its body), and how many; 0 when it has none. */
extern uint32 cql_trace_clauses(const LogicHeader *logic, uint32 definition, uint32 *first);

/* The definitions that a reference or call names, at most CQL_TARGETS; how many. */
#define CQL_TARGETS 16
extern uint32 cql_trace_targets(const LogicHeader *logic, uint32 clause, uint32 *definitions);

/* Whether a clause has a row of its own where clauses are listed. */
extern bool cql_trace_listed(const LogicTrace *t);

/* Entries of the chart, each once, in the order of their finding. */
#define CQL_ENTRIES 20

typedef struct CqlEntries
{
	ChartPosition at[CQL_ENTRIES];
	uint32		count;			/* of at */
	uint32		more;			/* further ones */
} CqlEntries;

/* Adds the entries that a value is, holds or lies in. */
extern void cql_add_entries(const CqlExec *x, CqlValue v, CqlEntries *e);

/* Adds the entries that made a clause what it is, through all that it refers to. */
extern void cql_add_support(const CqlExec *x, uint32 clause, CqlEntries *e);

/* Appends a value as a person reads it, in few words; what is taken from the arena may end the evaluation. */
extern void cql_print_short(CqlExec *x, CqlValue v, StringInfo out);

/* Appends "Observation/17 of 2026-03-01"; with label also its code and what that means. */
extern void cql_print_entry(CqlExec *x, ChartPosition at, bool label, StringInfo out);

/* The entry that an element belongs to. */
extern bool cql_entry_of(const CqlExec *x, CqlValue v, ChartPosition *at);

#endif							/* PHM_CQL_TRACE_H */
