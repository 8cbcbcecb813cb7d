/*
 * logic.h: phm.logic, rules compiled into one flat value, and running it over
 * charts: what SQL functions and higher floors use.
 *
 * A logic is made by cql_link from libraries and value sets; it needs neither
 * to run.  It is opened once per call site (cql_open) and then run over many
 * charts; what does not depend on the chart is computed once.
 */
#ifndef PHM_CQL_LOGIC_H
#define PHM_CQL_LOGIC_H

#include "cql/tree.h"
#include "cql/value.h"
#include "types/chart.h"

#define LOGIC_VERSION 1

/* Where cql_link finds value sets: the payload of a phm.codeset, or false. */
typedef struct CqlValueSets
{
	bool		(*find) (void *arg, const char *url, const char *version, const void **codes, size_t *length);
	void	   *arg;
	bool		missing_is_empty;	/* a value set that is not there has no codes, instead of a problem */
} CqlValueSets;

/*
 * Links libraries (all that includes may name) into one logic with the
 * expressions of the roots (names of libraries, NULL: all) as its results.  NULL
 * when problems were found.  native_helpers: FHIRHelpers and other
 * published functions are replaced by C where their ELM is the published one.
 */
typedef struct CqlLinkOptions
{
	const char *const *roots;	/* name or name|version */
	int			nroots;
	bool		native_helpers;
	bool		trace;			/* its clauses can record their results: trace.h */
	CqlValueSets value_sets;
} CqlLinkOptions;

extern struct varlena *cql_link(CqlLibrary *const *libraries, int nlibraries, const CqlLinkOptions *options,
								CqlProblems *problems);

/* Logic of one expression without library: tests and FHIRPath. */
extern struct varlena *cql_link_expression(CqlTree *tree, const CqlLinkOptions *options, CqlProblems *problems);

/* Checks a value from outside. */
extern bool logic_validate(const void *datum, size_t length, PhmError *err);

/* A readable listing. */
extern void logic_explain(const void *datum, StringInfo out);

/* Its results: expressions of the root libraries. */
extern uint32 logic_expression_count(const void *datum);
extern void logic_expression(const void *datum, uint32 i, const char **library, const char **name);

/* Its parameters. */
extern uint32 logic_parameter_count(const void *datum);
extern void logic_parameter(const void *datum, uint32 i, const char **library, const char **name, const char **type);

typedef enum CqlProfiles
{
	CQL_PROFILES_AUTO,			/* trust in charts of which some resource names profiles */
	CQL_PROFILES_TRUST,			/* a retrieve returns what names its profile */
	CQL_PROFILES_IGNORE			/* the type decides, and whether it was done */
} CqlProfiles;

typedef struct CqlArguments
{
	PhmDateTime now;			/* evaluation time */
	int			offset;			/* of the zone, minutes east of UTC */
	bool		has_period;
	PhmDateTime period_low;		/* parameter "Measurement Period": [low, high], closed */
	PhmDateTime period_high;
	CqlProfiles profiles;
	bool		strict;			/* Message of severity Error raises */
	size_t		memory;			/* phm.rule_memory in bytes */
	uint32		visible;		/* sensitivity labels that may be seen */
} CqlArguments;

typedef struct CqlExec CqlExec;

/* Opens logic, which must stay where it is; lives in the current memory context, which must stay current while it runs. */
extern CqlExec *cql_open(const void *datum);

/* New arguments: forgets what depended on the old ones. */
extern void cql_set_arguments(CqlExec *x, const CqlArguments *arguments);

/* A parameter by name, in all libraries that have it, or by "Library.Name"; false when there is none. */
extern bool cql_set_parameter(CqlExec *x, const char *name, CqlValue value);

/* The chart that is evaluated next; forgets all about the one before. */
extern void cql_set_chart(CqlExec *x, const Chart *chart);	/* copied; NULL: none */

/* How much of a chart is there. */
typedef enum CqlExtent
{
	CQL_HEAD,					/* one segment up to the end of its codes */
	CQL_LOOK,					/* up to the end of its labels */
	CQL_WHOLE
} CqlExtent;

/*
 * The same for the beginning of a chart.  An evaluation that needs more ends
 * with an error, and cql_wanted tells what it needs; CQL_HEAD: nothing more.
 */
extern void cql_set_chart_part(CqlExec *x, const Chart *chart, CqlExtent extent);
extern CqlExtent cql_wanted(const CqlExec *x);

/* Whether an expression is likely to need no more of a chart than CQL_LOOK. */
extern bool logic_expression_looks(const void *datum, uint32 i);

/* What FHIRPath looks at instead of all of the chart: a resource or a list of them; null: the chart. */
extern void cql_set_context(CqlExec *x, CqlValue context);

/*
 * The expression of a name ("Name" or "Library.Name"), -1 when there is none.
 * Measures are written by hand: where none has the name, the only one that
 * differs in upper and lower case alone.
 */
extern int	cql_find_expression(const CqlExec *x, const char *name, int length);

/*
 * Evaluates an expression; false with an error.  The value lives until the
 * next chart.
 */
extern bool cql_evaluate(CqlExec *x, int expression, CqlValue *result, PhmError *err);

/*
 * Evaluates a node of the logic by itself, which stands in a frame of nslots but
 * uses nothing that is outside of it: a part of a definition.
 */
extern bool cql_evaluate_node(CqlExec *x, uint32 node, uint32 nslots, CqlValue *result, PhmError *err);

/* The logic that was opened; the node of one of its expressions. */
extern const struct LogicHeader *cql_logic(const CqlExec *x);
extern uint32 cql_expression_node(const CqlExec *x, int expression);

/* A function of the libraries by name ("name" or "Library.name"), -1 when there is none; and its value for operands: observations of measures. */
extern int	cql_find_function(const CqlExec *x, const char *name, int length, uint32 noperands);
extern bool cql_evaluate_function(CqlExec *x, int function, const CqlValue *operands, CqlValue *result, PhmError *err);

/*
 * Results as episodes of a measure: the distinct values of a list, nulls left
 * out; and where the values of a list stand among such (CQL_NOWHERE: not there).
 */
extern bool cql_episodes(CqlExec *x, CqlValue list, CqlValue *episodes, PhmError *err);
extern bool cql_places(CqlExec *x, CqlValue list, CqlValue among, uint32 *places, PhmError *err);

/* The id of a resource of the chart ("Type/id"); false when the value is none. */
extern bool cql_reference(CqlExec *x, CqlValue v, StringInfo out, PhmError *err);

/* Warnings of Message since the chart was set: "library.definition: code". */
extern uint32 cql_warning_count(const CqlExec *x);
extern const char *cql_warning(const CqlExec *x, uint32 i);

/* The FHIR resource that a value of kind ELEMENT is; false when it is none. */
extern bool cql_resource(CqlExec *x, CqlValue v, FhirType *type, const uint8 **members, const uint8 **end);

/* FHIR or CQL JSON of any value: result.c.  False with an error when memory does not suffice. */
extern bool cql_print_json(CqlExec *x, CqlValue v, StringInfo out, PhmError *err);

/* The same for the resource that an ELEMENT is: *found tells whether it is one. */
extern bool cql_read_resource(CqlExec *x, CqlValue v, bool *found, FhirType *type, const uint8 **members,
							  const uint8 **end, PhmError *err);

/* Native code of published functions, the switch. */
extern uint64 cql_structural_hash(const CqlDef *function);

#endif							/* PHM_CQL_LOGIC_H */
