/*
 * measure_run.h: running measures over a chart: who is in which population.
 */
#ifndef PHM_MEASURE_RUN_H
#define PHM_MEASURE_RUN_H

#include "quality/measure_plan.h"

/* One row of a result: the patient or an episode in a group, or in one of its strata. */
typedef struct MeasureRow
{
	const MeasureGroup *group;
	const char *episode;		/* "Type/id"; "" for the patient */
	const char *stratifier;		/* "" for the group as a whole */
	const char *stratum;
	uint32		membership;
	const CqlValue *observations;	/* group->nobservations; null: not observed */
	const char *error;			/* what kept the group from being evaluated; NULL: nothing */
} MeasureRow;

typedef void (*MeasureEmit) (void *arg, const MeasureRow *row);

/*
 * Evaluates all groups of a plan over the chart that is set and hands out rows:
 * for each patient or episode in an initial population one of the group and
 * one of each stratum; an error as a row of its group.  everybody: also a row
 * for a patient who is in no initial population of a group that counts patients.
 * home: the memory context in which x was opened; rows are in the current one.
 */
extern void measure_run(const MeasurePlan *plan, CqlExec *x, MemoryContext home, bool everybody, MeasureEmit emit, void *arg);

#endif							/* PHM_MEASURE_RUN_H */
