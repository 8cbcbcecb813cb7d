/*
 * moment.h: what duration.c gives to the operators that step through dates.
 */
#ifndef PHM_CQL_MOMENT_H
#define PHM_CQL_MOMENT_H

#include "cql/exec.h"

/*
 * The unit of a duration: a calendar unit of CQL (year, years ... millisecond,
 * weeks) or one of UCUM's d, h, min, s, ms, wk.  False for others, definite
 * years and months (a, mo) among them.
 */
extern bool cql_duration_unit(const char *s, int length, DateTimeUnit *unit);

#endif							/* PHM_CQL_MOMENT_H */
