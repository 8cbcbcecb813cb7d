/*
 * measure_open.h: measures that are open: what evaluates those of the store
 * over the charts of patients shares them, once for the session.
 */
#ifndef PHM_MEASURE_OPEN_H
#define PHM_MEASURE_OPEN_H

#include "nodes/pg_list.h"

#include "quality/measure_plan.h"

/* Measures that are open: their logic and their plan. */
typedef struct OpenMeasures
{
	struct OpenMeasures *next;	/* of the session */
	MemoryContext context;		/* of all of it */
	char	   *name;			/* of the set, in the session */
	char	   *state;			/* what the set was when it was opened */
	CqlExec    *x;
	MeasurePlan *plan;
	Chart		chart;
	Size		opened_size;	/* of the context */
	bool		running;		/* an evaluation was left by an error: to be opened again */
	void	  **gaps;			/* by group: what gap_part makes of its numerator; NULL: not asked for yet */
} OpenMeasures;

/* All sets of measures of the store, opened; needs SPI. */
extern List *measure_open_sets(void);

/* Sets the arguments of the evaluations that follow. */
extern void measure_set_arguments(OpenMeasures *m, const CqlArguments *arguments);

/* Sets the chart that is evaluated next, which must stay where it is; gives back what reading its cold parts took. */
extern void measure_set_chart(OpenMeasures *m, const ChartHeader *header);
extern void measure_release_chart(OpenMeasures *m);

#endif							/* PHM_MEASURE_OPEN_H */
