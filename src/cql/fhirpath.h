/*
 * fhirpath.h: FHIRPath 2.0 (normative release) as a front end of logic.
 *
 * An expression becomes a tree of PathCall nodes, whose functions are those of
 * fhirpath_list.h, beside literals and variables of CQL.  A collection is a
 * list; while it is computed, one item may stand for itself and null for none.
 */
#ifndef PHM_FHIRPATH_H
#define PHM_FHIRPATH_H

#include "cql/tree.h"

/* Reads an expression; NULL with an error, which tells line and column. */
extern CqlTree *fhirpath_read(const char *text, size_t length, PhmError *err);

/* ---- functions ---- */

typedef enum PathWay
{
	PATH_SINGLE,				/* an operator of CQL on single System values; an empty operand makes the result empty */
	PATH_ITEMS,					/* a function of collections */
	PATH_LOOP,					/* as LAZY, with $this and $index for its last operand */
	PATH_LAZY					/* evaluates its operands itself */
} PathWay;

typedef enum PathFunction
{
#define PATH(symbol, name, least, most, way, function) PATH_##symbol,
#include "cql/fhirpath_list.h"
#undef PATH
	PATH_NFUNCTIONS
} PathFunction;

/* The function of a name with so many arguments beside its input; -1: none, -2: other numbers of arguments. */
extern int	fhirpath_function(const char *name, int length, int nargs);

/* How its operands are evaluated, and how many may stand beside the input. */
extern PathWay fhirpath_way(int function);
extern int	fhirpath_least(int function);
extern int	fhirpath_most(int function);

/* Whether a stored PathCall is one that the compiler makes. */
struct CqlNode;
extern bool fhirpath_node_valid(const struct CqlNode *n, uint32 nproperties, uint32 nslots);

#define FHIRPATH_MAX_DEPTH	200	/* expressions inside each other */

/* ---- fhirpath_lexer.c ---- */

typedef enum PathTokenKind
{
	PATH_END,
	PATH_NAME,					/* identifier, also one that is a keyword */
	PATH_QUOTED_NAME,			/* `delimited` */
	PATH_STRING,
	PATH_NUMBER,
	PATH_DATE,					/* @2015-02-04 */
	PATH_DATETIME,				/* @2015-02-04T14:34 */
	PATH_TIME,					/* @T14:34 */
	PATH_VARIABLE,				/* %name: its name */
	PATH_SPECIAL,				/* $this: this */
	PATH_SYMBOL					/* operators and punctuation */
} PathTokenKind;

typedef struct PathToken
{
	PathTokenKind kind;
	const char *text;			/* unescaped, terminated */
	int			length;
	int			line;
	int			column;
} PathToken;

typedef struct PathLexer
{
	const char *start;
	const char *next;
	const char *end;
	const char *line_start;
	int			line;
	PathToken	token;			/* the one that is looked at */
	PhmError   *err;
} PathLexer;

extern bool fhirpath_lex_start(PathLexer *l, const char *text, size_t length, PhmError *err);
extern bool fhirpath_lex_next(PathLexer *l);
extern bool fhirpath_fail(PathLexer *l, int line, int column, const char *format,...) pg_attribute_printf(4, 5);

#endif							/* PHM_FHIRPATH_H */
