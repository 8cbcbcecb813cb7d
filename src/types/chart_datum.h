/*
 * chart_datum.h: phm.chart values as arguments of SQL functions.
 */
#ifndef PHM_CHART_DATUM_H
#define PHM_CHART_DATUM_H

#include "fmgr.h"

#include "types/chart.h"

/* A whole value, detoasted and aligned; refuses versions it does not know. */
extern const ChartHeader *chart_detoast(Datum datum);

/*
 * As much of a value as looking for codes needs (up to look_length), when it is
 * stored out of line as one segment; otherwise all of it.
 */
extern const ChartHeader *chart_detoast_look(Datum datum);

#define PG_GETARG_CHART_P(n) chart_detoast(PG_GETARG_DATUM(n))

#endif							/* PHM_CHART_DATUM_H */
