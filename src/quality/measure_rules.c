/*
 * measure_rules.c: membership rules between the populations of a group.
 *
 * Source: HL7 Quality Measure Implementation Guide (cqf-measures), population
 * criteria and the calculation of each scoring.  Always holds for a result:
 * nobody is in a population without being in the one it is taken from.
 */
#include "quality/measure_rules.h"

/* Denominator, its exclusions and its exceptions of somebody in the initial population. */
static uint32
denominator_part(uint32 met)
{
	if (!(met & MEASURE_DENOMINATOR))
		return 0;
	return MEASURE_DENOMINATOR | (met & MEASURE_DENOMINATOR_EXCLUSION);
}

/* Numerator and its exclusions. */
static uint32
numerator_part(uint32 met)
{
	return met & MEASURE_NUMERATOR ? MEASURE_NUMERATOR | (met & MEASURE_NUMERATOR_EXCLUSION) : 0;
}

/* Who is excluded from the denominator is not looked at further; exceptions are for those who miss the numerator. */
static uint32
proportion(uint32 met)
{
	uint32		in = MEASURE_INITIAL | denominator_part(met);

	if (!(in & MEASURE_DENOMINATOR) || (in & MEASURE_DENOMINATOR_EXCLUSION))
		return in;
	if (met & MEASURE_NUMERATOR)
		return in | numerator_part(met);
	return in | (met & MEASURE_DENOMINATOR_EXCEPTION);
}

/* Denominator and numerator stand beside each other, each from its initial population. */
static uint32
ratio(uint32 defined, uint32 met)
{
	uint32		from = defined & MEASURE_NUMERATOR_INITIAL ? MEASURE_NUMERATOR_INITIAL : MEASURE_INITIAL;
	uint32		in = met & (MEASURE_INITIAL | MEASURE_NUMERATOR_INITIAL);

	if (met & MEASURE_INITIAL)
		in |= denominator_part(met);
	if (met & from)
		in |= numerator_part(met);
	return in;
}

static uint32
continuous_variable(uint32 met)
{
	if (!(met & MEASURE_POPULATION))
		return MEASURE_INITIAL;
	return MEASURE_INITIAL | MEASURE_POPULATION | (met & MEASURE_POPULATION_EXCLUSION);
}

uint32
measure_membership(MeasureScoring scoring, uint32 defined, uint32 met)
{
	met &= defined;
	if (!(defined & MEASURE_DENOMINATOR) && (scoring == MEASURE_PROPORTION || scoring == MEASURE_RATIO))
		met |= MEASURE_DENOMINATOR;
	if (scoring == MEASURE_RATIO)
		return ratio(defined, met);
	if (!(met & MEASURE_INITIAL))
		return 0;
	if (scoring == MEASURE_PROPORTION)
		return proportion(met);
	return scoring == MEASURE_CONTINUOUS_VARIABLE ? continuous_variable(met) : MEASURE_INITIAL;
}

bool
measure_is_observed(uint32 population, uint32 membership)
{
	uint32		without = population == MEASURE_NUMERATOR ? MEASURE_NUMERATOR_EXCLUSION :
		population == MEASURE_DENOMINATOR ? MEASURE_DENOMINATOR_EXCLUSION :
		population == MEASURE_POPULATION ? MEASURE_POPULATION_EXCLUSION : 0;

	return (membership & population) && !(membership & without);
}
