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
 * stored out of line as one segment; otherwise all of it.  head: the beginning
 * of the value where it has been read already, or NULL.
 */
extern const ChartHeader *chart_detoast_look(Datum datum, const ChartHeader *head);

/*
 * The beginning of a value, up to the end of its codes, when it is stored out
 * of line as one segment; otherwise NULL.  Often one TOAST chunk, and enough to
 * tell that a chart has nothing of a type or none of the codes of a set.
 */
extern const ChartHeader *chart_detoast_head(Datum datum);

#define PG_GETARG_CHART_P(n) chart_detoast(PG_GETARG_DATUM(n))

#endif							/* PHM_CHART_DATUM_H */
