/*
 * measure_tally_type.c: counts of memberships as one array, added up in place.
 *
 * The places of the array are those of TallyPlace; SQL reads them by number
 * (measure_score.store.sql).  States live in the aggregate's memory context.
 */
#include "phm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "quality/measure_rules.h"

PG_FUNCTION_INFO_V1(phm_tally_membership);
PG_FUNCTION_INFO_V1(phm_tally_add);
PG_FUNCTION_INFO_V1(phm_observed_value);
PG_FUNCTION_INFO_V1(phm_measure_score);
PG_FUNCTION_INFO_V1(phm_wilson_bound);

/* Places of a tally, from 0; the populations come first, in the order of their bits. */
typedef enum TallyPlace
{
	TALLY_ELIGIBLE = MEASURE_NPOPULATIONS,
	TALLY_MET,
	TALLY_ERRORS,
	TALLY_OBSERVED_1,
	TALLY_OBSERVED_2,
	TALLY_PLACES
} TallyPlace;

/* The counts of an array; refuses what is no tally. */
static int64 *
tally_counts(ArrayType *a)
{
	if (ARR_NDIM(a) != 1 || ARR_DIMS(a)[0] != TALLY_PLACES || ARR_HASNULL(a) || ARR_ELEMTYPE(a) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a tally is an array of %d numbers", TALLY_PLACES)));
	return (int64 *) ARR_DATA_PTR(a);
}

/* A tally of nothing. */
static ArrayType *
new_tally(void)
{
	Datum		zero[TALLY_PLACES] = {0};

	for (int i = 0; i < TALLY_PLACES; i++)
		zero[i] = Int64GetDatum(0);
	return construct_array(zero, TALLY_PLACES, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* The state of an aggregate as something that may be written to: made when there is none, copied outside of aggregates. */
static ArrayType *
tally_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	bool		in_aggregate = AggCheckCallContext(fcinfo, &context) != 0;
	MemoryContext old = MemoryContextSwitchTo(in_aggregate ? context : CurrentMemoryContext);
	ArrayType  *state;

	if (PG_ARGISNULL(0))
		state = new_tally();
	else
		state = in_aggregate ? PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
	MemoryContextSwitchTo(old);
	return state;
}

/* Whether an array of observations has a value at a place. */
static bool
is_observed(ArrayType *observations, int place)
{
	bool		null;

	if (ARR_NDIM(observations) != 1)
		return false;
	(void) array_get_element(PointerGetDatum(observations), 1, &place, -1, -1, false, TYPALIGN_INT, &null);
	return !null;
}

/* (state, membership, error, observations, sign) */
Datum
phm_tally_membership(PG_FUNCTION_ARGS)
{
	ArrayType  *state = tally_state(fcinfo);
	int64	   *counts = tally_counts(state);
	uint32		in = PG_ARGISNULL(1) ? 0 : (uint32) PG_GETARG_INT32(1);
	int64		sign = PG_ARGISNULL(4) ? 1 : PG_GETARG_INT32(4);
	uint32		left_out = MEASURE_DENOMINATOR_EXCLUSION | MEASURE_DENOMINATOR_EXCEPTION;

	for (int i = 0; i < MEASURE_NPOPULATIONS; i++)
		if (in & (1u << i))
			counts[i] += sign;
	if (((in & MEASURE_DENOMINATOR) && !(in & left_out)) || measure_is_observed(MEASURE_POPULATION, in))
		counts[TALLY_ELIGIBLE] += sign;
	if (measure_is_observed(MEASURE_NUMERATOR, in))
		counts[TALLY_MET] += sign;
	if (!PG_ARGISNULL(2))
		counts[TALLY_ERRORS] += sign;
	if (!PG_ARGISNULL(3))
	{
		counts[TALLY_OBSERVED_1] += is_observed(PG_GETARG_ARRAYTYPE_P(3), 1) ? sign : 0;
		counts[TALLY_OBSERVED_2] += is_observed(PG_GETARG_ARRAYTYPE_P(3), 2) ? sign : 0;
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

/* (state, tally) */
Datum
phm_tally_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *counts;
	const int64 *more;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = tally_state(fcinfo);
	counts = tally_counts(state);
	more = tally_counts(PG_GETARG_ARRAYTYPE_P(1));
	for (int i = 0; i < TALLY_PLACES; i++)
		counts[i] += more[i];
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Whether an argument is given and says a word. */
static bool
says(FunctionCallInfo fcinfo, int n, const char *word)
{
	text	   *t = PG_ARGISNULL(n) ? NULL : PG_GETARG_TEXT_PP(n);

	return t != NULL && VARSIZE_ANY_EXHDR(t) == strlen(word) && memcmp(VARDATA_ANY(t), word, strlen(word)) == 0;
}

/* A numeric argument as a number of C. */
static float8
numeric_arg(FunctionCallInfo fcinfo, int n)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8, PG_GETARG_DATUM(n)));
}

/* (method, n, sum, median, lowest, highest) */
Datum
phm_observed_value(PG_FUNCTION_ARGS)
{
	int64		n = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);

	if (says(fcinfo, 0, "count"))
		PG_RETURN_FLOAT8((float8) n);
	if (n == 0)
		PG_RETURN_NULL();
	if (says(fcinfo, 0, "sum") && !PG_ARGISNULL(2))
		PG_RETURN_FLOAT8(numeric_arg(fcinfo, 2));
	if (says(fcinfo, 0, "average") && !PG_ARGISNULL(2))
		PG_RETURN_FLOAT8(numeric_arg(fcinfo, 2) / (float8) n);
	if (says(fcinfo, 0, "median") && !PG_ARGISNULL(3))
		PG_RETURN_DATUM(PG_GETARG_DATUM(3));
	if (says(fcinfo, 0, "minimum") && !PG_ARGISNULL(4))
		PG_RETURN_FLOAT8(numeric_arg(fcinfo, 4));
	if (says(fcinfo, 0, "maximum") && !PG_ARGISNULL(5))
		PG_RETURN_FLOAT8(numeric_arg(fcinfo, 5));
	PG_RETURN_NULL();
}

/* What a group is divided by, or divides: an observation where it has one, else a count; false when that is nothing. */
static bool
part_of_ratio(FunctionCallInfo fcinfo, int observed, int count, float8 *value)
{
	bool		is_value = !PG_ARGISNULL(observed) && PG_GETARG_BOOL(observed);
	int			n = is_value ? observed + 1 : count;

	if (PG_ARGISNULL(n))
		return false;
	*value = is_value ? PG_GETARG_FLOAT8(n) : (float8) PG_GETARG_INT64(n);
	return true;
}

/* (scoring, composite scoring, initial, eligible, met, points, scored, is below, below, is above, above) */
Datum
phm_measure_score(PG_FUNCTION_ARGS)
{
	float8		above = 0;
	float8		below = 0;

	if (says(fcinfo, 0, "cohort"))
	{
		if (PG_ARGISNULL(2))
			PG_RETURN_NULL();
		PG_RETURN_FLOAT8((float8) PG_GETARG_INT64(2));
	}
	if (says(fcinfo, 0, "continuous-variable"))
	{
		if (PG_ARGISNULL(8))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(8));
	}
	if (says(fcinfo, 0, "composite") && !says(fcinfo, 1, "all-or-nothing") && !says(fcinfo, 1, "opportunity"))
	{
		if (PG_ARGISNULL(5) || PG_ARGISNULL(6))
			PG_RETURN_NULL();
		above = numeric_arg(fcinfo, 5);
		below = (float8) PG_GETARG_INT64(6);
	}
	else if (says(fcinfo, 0, "ratio"))
	{
		if (!part_of_ratio(fcinfo, 7, 3, &below) || !part_of_ratio(fcinfo, 9, 4, &above))
			PG_RETURN_NULL();
	}
	else if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	else
	{
		below = (float8) PG_GETARG_INT64(3);
		above = (float8) PG_GETARG_INT64(4);
	}
	if (below == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(above / below);
}

/* (met, eligible, upper) */
Datum
phm_wilson_bound(PG_FUNCTION_ARGS)
{
	const float8 z = 1.959963984540054;
	float8		n = (float8) PG_GETARG_INT64(1);
	float8		p = (float8) PG_GETARG_INT64(0) / n;
	float8		spread;

	if (!(n > 0) || p < 0 || p > 1)
		PG_RETURN_NULL();
	spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	p += z * z / (2 * n);
	p = (PG_GETARG_BOOL(2) ? p + spread : p - spread) / (1 + z * z / n);
	PG_RETURN_FLOAT8(Min(Max(p, 0), 1));
}
