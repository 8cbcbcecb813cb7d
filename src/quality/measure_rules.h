/*
 * measure_rules.h: who is in which population of a measure: the rules that hold
 * between the populations of a group, whatever its expressions say.
 */
#ifndef PHM_MEASURE_RULES_H
#define PHM_MEASURE_RULES_H

#include "phm_port.h"

typedef enum MeasureScoring
{
	MEASURE_PROPORTION,
	MEASURE_RATIO,
	MEASURE_CONTINUOUS_VARIABLE,
	MEASURE_COHORT
} MeasureScoring;

/* Populations as bits; SQL reads them by number (measure_result.sql). */
#define MEASURE_INITIAL					0x001
#define MEASURE_NUMERATOR_INITIAL		0x002	/* the initial population of the numerator, where a ratio has two */
#define MEASURE_DENOMINATOR				0x004
#define MEASURE_DENOMINATOR_EXCLUSION	0x008
#define MEASURE_DENOMINATOR_EXCEPTION	0x010
#define MEASURE_NUMERATOR				0x020
#define MEASURE_NUMERATOR_EXCLUSION		0x040
#define MEASURE_POPULATION				0x080	/* measure-population of a continuous variable */
#define MEASURE_POPULATION_EXCLUSION	0x100
#define MEASURE_NPOPULATIONS			9

/*
 * The populations that somebody (a patient, an episode) is in: of those whose
 * criteria are met, what membership in the others leaves.  defined: the
 * populations that the group has.
 */
extern uint32 measure_membership(MeasureScoring scoring, uint32 defined, uint32 met);

/* Whether an observation of a population counts for who is in these: its exclusions do not apply. */
extern bool measure_is_observed(uint32 population, uint32 membership);

#endif							/* PHM_MEASURE_RULES_H */
