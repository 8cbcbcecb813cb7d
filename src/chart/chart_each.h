/*
 * chart_each.h: the stored charts of some patients, one after the other.
 */
#ifndef PHM_CHART_EACH_H
#define PHM_CHART_EACH_H

#include "utils/array.h"

#include "types/chart.h"

/* What is done with a chart; it lives, as does what is allocated meanwhile, until the next. */
typedef void (*ChartVisit) (void *arg, int64 patient, const ChartHeader *chart);

/* Visits the charts of these patients, those that have one; to be called while SPI is connected. */
extern void chart_each(ArrayType *patients, ChartVisit visit, void *arg);

#endif							/* PHM_CHART_EACH_H */
