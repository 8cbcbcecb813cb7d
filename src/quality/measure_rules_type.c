/*
 * measure_rules_type.c: the rules between populations as an SQL function, so
 * that they can be asked for, and enumerated, without a measure.
 */
#include "phm.h"

#include "utils/builtins.h"

#include "quality/measure_rules.h"

PG_FUNCTION_INFO_V1(phm_measure_membership);

/* The scoring of a name (HL7 measure-scoring). */
static MeasureScoring
scoring_of(const char *name)
{
	static const char *const names[] = {
		[MEASURE_PROPORTION] = "proportion",
		[MEASURE_RATIO] = "ratio",
		[MEASURE_CONTINUOUS_VARIABLE] = "continuous-variable",
		[MEASURE_COHORT] = "cohort",
	};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(names[i], name) == 0)
			return (MeasureScoring) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown scoring"),
			 errhint("It is proportion, ratio, continuous-variable or cohort.")));
}

/* (scoring, defined, met) */
Datum
phm_measure_membership(PG_FUNCTION_ARGS)
{
	uint32		defined = (uint32) PG_GETARG_INT32(1);
	uint32		met = (uint32) PG_GETARG_INT32(2);

	if ((defined | met) >> MEASURE_NPOPULATIONS != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("populations are numbers from 0 to %d", (1 << MEASURE_NPOPULATIONS) - 1)));
	PG_RETURN_INT32((int32) measure_membership(scoring_of(text_to_cstring(PG_GETARG_TEXT_PP(0))), defined, met));
}
