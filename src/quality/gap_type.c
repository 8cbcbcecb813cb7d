/*
 * gap_type.c: the reasons of gaps of patients, each chart read once.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "chart/chart_each.h"
#include "cql/call_site.h"
#include "phm_plan.h"
#include "quality/gap_reason.h"
#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_gap_reasons);

/* The gaps that are asked for, ordered by patient. */
typedef struct GapRequests
{
	int			n;
	Datum	   *patients;
	Datum	   *groups;
	Datum	   *episodes;
	Datum	   *decreases;
	Datum	   *opens;
} GapRequests;

/* Reads an array argument of n elements without nulls. */
static Datum *
array_argument(FunctionCallInfo fcinfo, int argument, Oid type, int width, bool by_value, char align, int *n)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, width, by_value, align, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("arrays of gaps must not hold nulls")));
	if (*n >= 0 && count != *n)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("arrays of gaps must be of one length")));
	*n = count;
	return values;
}

static void
read_requests(FunctionCallInfo fcinfo, GapRequests *r)
{
	r->n = -1;
	r->patients = array_argument(fcinfo, 0, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &r->n);
	r->groups = array_argument(fcinfo, 1, INT4OID, 4, true, TYPALIGN_INT, &r->n);
	r->episodes = array_argument(fcinfo, 2, TEXTOID, -1, false, TYPALIGN_INT, &r->n);
	r->decreases = array_argument(fcinfo, 3, BOOLOID, 1, true, TYPALIGN_CHAR, &r->n);
	r->opens = array_argument(fcinfo, 4, BOOLOID, 1, true, TYPALIGN_CHAR, &r->n);
}

/* First and last day of a daterange. */
static void
range_days(RangeType *range, int32 *first, int32 *last)
{
	TypeCacheEntry *type = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	RangeBound	low;
	RangeBound	high;
	bool		empty;

	range_deserialize(type, range, &low, &high, &empty);
	if (empty || low.infinite || high.infinite)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the period needs a first and a last day")));
	*first = DatumGetDateADT(low.val) + (low.inclusive ? 0 : 1);
	*last = DatumGetDateADT(high.val) - (high.inclusive ? 0 : 1);
}

/* The measures and the number of the group of a key; NULL when it is not there. */
static OpenMeasures *
find_group(List *sets, int32 key, int *group)
{
	ListCell   *cell;

	foreach(cell, sets)
	{
		OpenMeasures *m = lfirst(cell);

		for (int i = 0; i < m->plan->ngroups; i++)
			if (m->plan->groups[i].key == key)
			{
				*group = i;
				return m;
			}
	}
	return NULL;
}

/* The codes of reasons as text[]. */
static Datum
reason_array(uint32 reasons)
{
	Datum		codes[GAP_NREASONS];
	int			n = 0;

	for (int i = 0; i < GAP_NREASONS; i++)
		if (reasons & (1u << i))
			codes[n++] = CStringGetTextDatum(gap_reason_codes[i]);
	return PointerGetDatum(construct_array(codes, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Hands out a row: ordinal, reasons, day, lapsed, detail, needs, sensitivity, error. */
static void
put_row(ReturnSetInfo *rsinfo, int request, const GapFinding *f, const PhmError *err)
{
	Datum		values[8] = {Int32GetDatum(request + 1)};
	bool		nulls[8] = {false};

	if (err->sqlstate != 0)
	{
		memset(nulls + 1, true, sizeof(bool) * 6);
		values[7] = CStringGetTextDatum(err->message);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		return;
	}
	values[1] = reason_array(f->reasons);
	values[2] = DateADTGetDatum(f->day);
	nulls[2] = f->day == GAP_NO_DAY;
	values[3] = DateADTGetDatum(f->lapsed);
	nulls[3] = f->lapsed == GAP_NO_DAY;
	values[4] = DirectFunctionCall1(jsonb_in, CStringGetDatum(f->detail->data));
	values[5] = DirectFunctionCall1(jsonb_in, CStringGetDatum(f->needs->data));
	values[6] = Int32GetDatum((int32) f->labels);
	nulls[7] = true;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The first request of a patient. */
static int
first_request(const GapRequests *r, int64 patient)
{
	int			low = 0;
	int			high = r->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (DatumGetInt64(r->patients[middle]) < patient)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is done for each patient. */
typedef struct GapRun
{
	ReturnSetInfo *rsinfo;
	List	   *sets;			/* of OpenMeasures */
	GapRequests r;
	GapTime		time;
} GapRun;

/* Looks for the reasons of all gaps of a patient. */
static void
find_patient(void *arg, int64 patient, const ChartHeader *header)
{
	GapRun	   *run = arg;
	const GapRequests *r = &run->r;
	OpenMeasures *set = NULL;
	ListCell   *cell;

	for (int i = first_request(r, patient); i < r->n && DatumGetInt64(r->patients[i]) == patient; i++)
	{
		PhmError	err = {0};
		GapFinding	f;
		int			group;
		char	   *episode = TextDatumGetCString(r->episodes[i]);
		OpenMeasures *m = find_group(run->sets, DatumGetInt32(r->groups[i]), &group);
		GapPart    *part = m == NULL ? NULL : gap_of_group(m, group, DatumGetBool(r->decreases[i]));

		if (part == NULL)
			continue;
		if (m != set)
			measure_set_chart(m, header);
		set = m;
		(void) gap_find(m, header, part, &run->time, DatumGetBool(r->opens[i]),
						episode[0] == '\0' ? NULL : episode, &f, &err);
		put_row(run->rsinfo, i, &f, &err);
	}
	foreach(cell, run->sets)
		measure_release_chart(lfirst(cell));
}

/* (patient_ids, group_keys, episodes, decreases, opens, period, period_end, zone, profiles) */
Datum
phm_gap_reasons(PG_FUNCTION_ARGS)
{
	GapRun		run = {0};
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 9; i++)
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	read_requests(fcinfo, &run.r);
	if (run.r.n == 0)
		return (Datum) 0;
	range_days(PG_GETARG_RANGE_P(5), &run.time.first, &run.time.upto);
	run.time.last = PG_GETARG_DATEADT(6);
	evaluation_time(PG_GETARG_TEXT_PP(7), PG_GETARG_RANGE_P(5), NULL, &run.time.arguments);
	run.time.arguments.profiles = evaluation_profiles(text_to_cstring(PG_GETARG_TEXT_PP(8)));
	run.time.arguments.visible = ~UINT32_C(0);
	SPI_connect();
	run.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	run.sets = measure_open_sets();
	foreach(cell, run.sets)
		measure_set_arguments(lfirst(cell), &run.time.arguments);
	chart_each(PG_GETARG_ARRAYTYPE_P(0), find_patient, &run);
	SPI_finish();
	return (Datum) 0;
}
