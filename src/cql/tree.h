/*
 * tree.h: CQL expressions as trees: what the front ends (ELM in JSON and XML,
 * FHIRPath) make and the compiler reads.
 *
 * A tree names operators as ELM does and has its operands in the order of the
 * table below.  Trees live in the memory context that was current when they were
 * read; strings are terminated.  An operand that is optional and absent in the
 * middle is NULL; absent ones at the end are left out.
 *
 *   Literal                text: value; type
 *   Null                   type, when the source tells
 *   Quantity               text: value as written; name: unit or NULL
 *   Ratio                  numerator, denominator (Quantity)
 *   Interval               low, high, [lowClosedExpression, highClosedExpression]; flags CQL_LOW_CLOSED, CQL_HIGH_CLOSED
 *   List                   elements; type: of the elements, when the source tells
 *   Tuple, Instance        TupleElement (name; value) ...; Instance: type
 *   Code                   text: id, text2: display, [CodeSystemRef]
 *   Concept                text2: display; Code ...
 *   Property               name: one step; text: scope or NULL; [source].  Compound paths are taken apart:
 *                          a.b is Property(b, Property(a)), a[1] is Indexer(Property(a), Literal 1)
 *   Retrieve               type: data type; name: templateId; text: codeProperty; text2: dateProperty; [codes, dateRange, id];
 *                          flags CQL_CODE_IN (in), CQL_CODE_EQUIVALENT (~), CQL_CODE_EQUAL (=); context in library: NULL
 *   ...Ref                 name; library: alias of the include or NULL; FunctionRef: operands, signature
 *   Query                  AliasedQuerySource (name: alias; expression) ..., LetClause (name; expression) ...,
 *                          With, Without (name: alias; expression, suchThat) ..., [WhereClause (condition)],
 *                          [AggregateClause (name; expression, [starting]; CQL_DISTINCT)],
 *                          [ReturnClause (expression; CQL_DISTINCT)], [SortClause (By... ...)]
 *   ByExpression           expression; ByColumn: name, a path; all: CQL_DESCENDING
 *   Sort                   source, By... ...
 *   Filter                 name: scope; source, condition
 *   ForEach, Repeat        name: scope; source, element
 *   Aggregate              source, iteration, [initialValue]; Current, Iteration, Total: name: scope or NULL
 *   If                     condition, then, else
 *   Case                   comparand or NULL, CaseItem (when, then) ..., [CaseElse (expression)]
 *   As, Is, Convert, CanConvert   operand; type; As: CQL_STRICT_CAST
 *   MinValue, MaxValue     type
 *   InValueSet, AnyInValueSet, InCodeSystem, AnyInCodeSystem   code(s), ValueSetRef or CodeSystemRef or an expression
 *   Message                source, condition, code, severity, message
 *   Combine, Split         source, separator; SplitOnMatches: string, pattern
 *   PositionOf, LastPositionOf    pattern, string; Substring: string, start, [length]
 *   IndexOf                source, element; Slice: source, start, end
 *   Round                  operand, [precision]; Date, DateTime, Time: the components
 *   Collapse, Expand       operand, [per]
 *   aggregates with a path are queries that return it
 *   all others             operands in the order of ELM's "operand"
 *
 * "precision" is the DateTimeUnit of an ELM precision, DATETIME_UNIT_FINEST
 * without one.
 */
#ifndef PHM_CQL_TREE_H
#define PHM_CQL_TREE_H

#include "cql/operator.h"
#include "cql/value.h"

typedef enum CqlTypeForm
{
	CQL_TYPE_NAMED,
	CQL_TYPE_LIST,
	CQL_TYPE_INTERVAL,
	CQL_TYPE_CHOICE,
	CQL_TYPE_TUPLE
} CqlTypeForm;

typedef struct CqlType CqlType;
struct CqlType
{
	CqlTypeForm form;
	uint8		kind;			/* NAMED: CqlKind of a System type; CQL_ELEMENT of a FHIR type; CQL_NULL: Any */
	FhirType	fhir;			/* NAMED of FHIR; 0: a type of the model that is not in the dictionary */
	const char *name;			/* NAMED: without namespace; for messages and unknown types */
	int			nparts;			/* LIST, INTERVAL: 1; CHOICE, TUPLE: many */
	CqlType   **parts;
	const char **names;			/* TUPLE: of the elements */
};

#define CQL_LOW_CLOSED		0x01
#define CQL_HIGH_CLOSED		0x02
#define CQL_DISTINCT		0x01
#define CQL_DESCENDING		0x01
#define CQL_STRICT_CAST		0x01
#define CQL_CODE_IN			0x01
#define CQL_CODE_EQUIVALENT	0x02
#define CQL_CODE_EQUAL		0x03

typedef struct CqlTree CqlTree;
struct CqlTree
{
	CqlOp		op;
	uint8		precision;		/* DateTimeUnit */
	uint8		flags;			/* CQL_... of the operator */
	int			line;			/* where it begins in the source, 0: not told */
	int			column;
	uint32		trace;			/* its clause in traced logic + 1, 0: none */
	const char *name;
	const char *library;
	const char *text;
	const char *text2;
	CqlType    *type;
	CqlType    *result;			/* static type of the result, NULL: not told */
	CqlType   **signature;
	int			nsignature;
	int			nargs;
	CqlTree   **args;
};

typedef enum CqlDefKind
{
	CQL_DEF_EXPRESSION,
	CQL_DEF_FUNCTION,
	CQL_DEF_PARAMETER,
	CQL_DEF_VALUE_SET,
	CQL_DEF_CODE_SYSTEM,
	CQL_DEF_CODE,
	CQL_DEF_CONCEPT
} CqlDefKind;

typedef struct CqlOperand
{
	const char *name;
	CqlType    *type;			/* NULL: not told */
} CqlOperand;

typedef struct CqlDef
{
	CqlDefKind	kind;
	const char *name;
	const char *context;		/* "Patient", "Unfiltered", NULL */
	bool		is_private;
	bool		is_external;	/* function without a body */
	bool		is_fluent;		/* function that is written behind its first operand */
	const char *id;				/* value set, code system: URI; code: the code */
	const char *version;
	const char *display;
	CqlTree    *body;			/* expression, function; parameter: default or NULL; code: CodeSystemRef; concept: Concept */
	CqlType    *type;			/* of the result or parameter, NULL: not told */
	int			noperands;
	CqlOperand *operands;
	int			line;
	int			column;
} CqlDef;

typedef struct CqlUsing
{
	const char *name;			/* local identifier: FHIR, QICore, System */
	const char *uri;
	const char *version;
} CqlUsing;

typedef struct CqlInclude
{
	const char *alias;
	const char *path;			/* name of the library; a qualified name's last part */
	const char *version;		/* NULL: any */
} CqlInclude;

typedef struct CqlLibrary
{
	const char *name;
	const char *version;		/* NULL: none */
	const char *translator;		/* version and options, for messages; NULL: not told */
	CqlUsing   *usings;
	int			nusings;
	CqlInclude *includes;
	int			nincludes;
	CqlDef	   *defs;
	int			ndefs;
} CqlLibrary;

/* Everything that is wrong with what is loaded or linked, told together. */
typedef struct CqlProblem
{
	const char *library;
	const char *definition;		/* NULL: the library itself */
	int			line;
	int			column;
	const char *message;
} CqlProblem;

#define CQL_MAX_PROBLEMS 200	/* the rest is counted */

typedef struct CqlProblems
{
	CqlProblem *list;
	int			count;			/* found; at most CQL_MAX_PROBLEMS are listed */
} CqlProblems;

#define CQL_MAX_TREE_DEPTH	1000	/* expressions inside each other */

/* Makes a tree of an operator with room for operands; palloc'd. */
extern CqlTree *cql_tree(CqlOp op, int nargs);
extern CqlType *cql_type(CqlTypeForm form, int nparts);
extern CqlType *cql_system_type(CqlKind kind);

/* The type of a qualified name: {urn:hl7-org:elm-types:r1}Integer, {http://hl7.org/fhir}Encounter, System.Integer. */
extern CqlType *cql_named_type(const char *name, int length);

/* The System type of a name (Integer, Code, Vocabulary ...); CQL_NKINDS when there is none. */
extern CqlKind cql_kind_by_name(const char *name, int length);
extern const char *cql_kind_name(CqlKind kind);

extern void cql_problem(CqlProblems *problems, const char *library, const char *definition, int line, int column,
						const char *format,...) pg_attribute_printf(6, 7);

/* Appends a tree as one line that reads like CQL; a type. */
extern void cql_print_tree(const CqlTree *t, StringInfo out);
extern void cql_print_type(const CqlType *type, StringInfo out);

/*
 * Reads a library of ELM.  NULL when it is not ELM at all (err tells); otherwise
 * what cannot be read is listed in problems and stands as Null in the tree.
 */
extern CqlLibrary *elm_read_json(const char *text, size_t length, CqlProblems *problems, PhmError *err);
extern CqlLibrary *elm_read_xml(const char *text, size_t length, CqlProblems *problems, PhmError *err);

/*
 * Reads the ELM of a FHIR Library resource (members as in element.h), JSON
 * before XML.  NULL with an error when it has none.
 */
extern CqlLibrary *elm_read_fhir_library(const uint8 *members, const uint8 *end, CqlProblems *problems, PhmError *err);

/* Reads one expression of ELM JSON (not a library). */
extern CqlTree *elm_read_expression(const char *text, size_t length, CqlProblems *problems, PhmError *err);

#endif							/* PHM_CQL_TREE_H */
