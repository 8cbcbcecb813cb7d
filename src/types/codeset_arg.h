/*
 * codeset_arg.h: a codeset argument of an SQL function, ready for use.
 */
#ifndef PHM_CODESET_ARG_H
#define PHM_CODESET_ARG_H

#include "phm.h"
#include "types/codeset.h"

/* The argument as a view, detoasted for this call only. */
extern void codeset_getarg(FunctionCallInfo fcinfo, int argno, CodesetView *view);

/*
 * The same, but a set that lies in a TOAST table is kept in memory from call
 * to call (per call site, in fn_extra) and found again by its TOAST pointer.
 * For functions that take one codeset and use fn_extra for nothing else; the
 * view is good until the next call.
 */
extern void codeset_getarg_cached(FunctionCallInfo fcinfo, int argno, CodesetView *view);

#endif							/* PHM_CODESET_ARG_H */
