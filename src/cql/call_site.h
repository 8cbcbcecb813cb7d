/*
 * call_site.h: logic that an SQL function runs: opened once per call site, with
 * the arguments that all of these functions share.
 */
#ifndef PHM_CQL_CALL_SITE_H
#define PHM_CQL_CALL_SITE_H

#include "fmgr.h"
#include "datatype/timestamp.h"
#include "utils/jsonb.h"
#include "utils/rangetypes.h"

#include "cql/logic_format.h"
#include "cql/logic.h"

extern int	rule_memory;		/* phm.rule_memory in kB */

/* Defines the settings; on every load of the library. */
extern void rule_define_settings(void);

/*
 * Evaluation time, zone (NULL: UTC), period (a daterange, or NULL) and memory of
 * an evaluation.  Without as_of it happens at the end of the period, so that what
 * it gives depends on its arguments alone.  Raises 22004, 22008, 22023.
 */
extern void evaluation_time(text *zone, RangeType *period, const TimestampTz *as_of, CqlArguments *out);

/* The way in which profiles count: auto (NULL), trust, ignore; raises 22023 for anything else. */
extern CqlProfiles evaluation_profiles(const char *word);

/* Where the arguments of a function stand; -1: it has none. */
typedef struct CallArguments
{
	int			logic;
	int			period;
	int			zone;
	int			parameters;
	int			as_of;
	int			profiles;
	int			visible;
	int			strict;
} CallArguments;

/* What a call site keeps from call to call (fn_extra). */
typedef struct CallSite CallSite;

/*
 * The logic of the call, opened and with the arguments of the call set; opened
 * again only when the logic is another one.  The arguments named must not be
 * NULL where they are logic.
 */
extern CqlExec *call_site_exec(FunctionCallInfo fcinfo, const CallArguments *at);

/* The number of an expression; an error with those there are when it has none of the name. */
extern int	call_site_expression(FunctionCallInfo fcinfo, text *name);

/* Sets the chart of an argument. */
extern void call_site_chart(FunctionCallInfo fcinfo, Datum chart);

/* The same chart again, as if it were another one. */
extern void call_site_again(FunctionCallInfo fcinfo);

/* The memory in which the logic is open: what takes from its arena runs there. */
extern MemoryContext call_site_context(FunctionCallInfo fcinfo);

/* The value of a function of the libraries for operands. */
extern CqlValue call_site_apply(FunctionCallInfo fcinfo, int function, const CqlValue *operands);

/* JSON of result.c, which a NUL ends, as jsonb: result_type.c. */
extern Datum result_jsonb(const char *text, size_t length);

/* jsonb of parameters as JSON: result_type.c. */
extern char *parameters_text(Jsonb *json, size_t *length);

/* A value as jsonb. */
extern Datum call_site_jsonb(FunctionCallInfo fcinfo, CqlValue v);

/* A value as phm.resource; false when it is none. */
extern bool call_site_resource(FunctionCallInfo fcinfo, CqlValue v, Datum *resource);

/* To be called when all of the chart's values have been used: gives back what reading it took. */
extern void call_site_release(FunctionCallInfo fcinfo);

/* The logic that is open. */
extern const void *call_site_logic(FunctionCallInfo fcinfo);

/*
 * The value of an expression for a chart of which no more is read than that
 * takes.  Of what it gives only kind and number may be looked at: there may be no more of
 * the chart.
 */
extern CqlValue call_site_answer(FunctionCallInfo fcinfo, Datum chart, int expression);

/* Evaluates over the chart that is set; raises what fails. */
extern CqlValue call_site_evaluate(FunctionCallInfo fcinfo, int expression);

/* The same, but what fails is told. */
extern bool call_site_try(FunctionCallInfo fcinfo, int expression, CqlValue *v, PhmError *err);

/* A moment as CQL's Now() gives it: on the clock of a zone, milliseconds. */
extern PhmDateTime moment_at(int64 timestamp, int offset);

#endif							/* PHM_CQL_CALL_SITE_H */
