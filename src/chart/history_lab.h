/*
 * history_lab.h: the last value of a laboratory test in a span of days.
 */
#ifndef PHM_HISTORY_LAB_H
#define PHM_HISTORY_LAB_H

#include "types/chart.h"

typedef enum HistoryLab
{
	HISTORY_HEMOGLOBIN,			/* g/dL */
	HISTORY_SODIUM				/* mmol/L */
} HistoryLab;

/* In the unit above; -1: none, or in another unit. */
extern double history_last_value(const Chart *chart, HistoryLab lab, int32 first, int32 last);

#endif							/* PHM_HISTORY_LAB_H */
