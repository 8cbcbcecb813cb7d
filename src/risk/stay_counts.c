/*
 * stay_counts.c: states of the aggregates that count visits and stays of many
 * patients.  A state is a bigint[] of fixed length, so that it can be stored,
 * sent and merged by adding up.
 */
#include "risk/stay_type.h"

#include "catalog/pg_type.h"
#include "common/int.h"

PG_FUNCTION_INFO_V1(phm_counts_merge);

/* The counts of an array; raises where it is not one of these states. */
static int64 *
counts_of(ArrayType *array)
{
	if (ARR_NDIM(array) != 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state of counts must be an array of bigint without nulls")));
	return (int64 *) ARR_DATA_PTR(array);
}

/*
 * The state of argument 0, as a new one of zeros when it is null; it is
 * written in place where an aggregate owns it, copied otherwise.
 */
int64 *
stay_counts(FunctionCallInfo fcinfo, int n, ArrayType **state)
{
	Datum	   *zeros;
	int64	   *counts;

	if (PG_ARGISNULL(0))
	{
		zeros = palloc0(n * sizeof(Datum));
		*state = construct_array(zeros, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	}
	else if (AggCheckCallContext(fcinfo, NULL))
		*state = PG_GETARG_ARRAYTYPE_P(0);
	else
		*state = PG_GETARG_ARRAYTYPE_P_COPY(0);
	counts = counts_of(*state);
	if (ARR_DIMS(*state)[0] != n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state of counts must have %d elements", n)));
	return counts;
}

/* phm.counts_merge(a, b): adds two states up; a null one is nothing. */
Datum
phm_counts_merge(PG_FUNCTION_ARGS)
{
	ArrayType  *sum;
	ArrayType  *other;
	int64	   *counts;
	int64	   *added;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	other = PG_GETARG_ARRAYTYPE_P(1);
	added = counts_of(other);
	counts = stay_counts(fcinfo, ARR_DIMS(other)[0], &sum);
	for (int i = 0; i < ARR_DIMS(other)[0]; i++)
		if (pg_add_s64_overflow(counts[i], added[i], &counts[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("count is out of range")));
	PG_RETURN_ARRAYTYPE_P(sum);
}
