/*
 * adherence_type.c: adherence in SQL: aggregates over fills, functions over
 * arrays of them.  Relies on adherence.c, which decides everything.
 *
 * The state of the aggregates is a bytea, so that it can be sent to another
 * process or node and merged there.  Integers are little-endian:
 *
 *    0  vl_len_ | version u8, 0 u8, stays u16
 *    8  from i32, until i32         the period
 *   16  hash of the stays u64       0: none
 *   24  fills u32, 0 u32
 *   32  stays: from i32, until i32
 *       fills: day i32, supply i32, drugs u64[4]
 *       room for more fills, any bytes
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "risk/adherence.h"

PG_FUNCTION_INFO_V1(phm_adherence_add);
PG_FUNCTION_INFO_V1(phm_adherence_merge);
PG_FUNCTION_INFO_V1(phm_adherence_final);
PG_FUNCTION_INFO_V1(phm_adherence_pdc);
PG_FUNCTION_INFO_V1(phm_adherence_mpr);
PG_FUNCTION_INFO_V1(phm_adherence);
PG_FUNCTION_INFO_V1(phm_explain_adherence);

#define STATE_VERSION 1
#define STATE_HEADER 32
#define STATE_STAY 8
#define STATE_FILL 40
#define STATE_ROOM 16			/* for how many fills a state grows at a time */

/* The columns of phm.adherence_result, in order. */
enum
{
	RESULT_FILLS, RESULT_FILL_DAYS, RESULT_PERIOD, RESULT_DAYS, RESULT_COVERED, RESULT_STAY_DAYS, RESULT_PDC,
	RESULT_MPR, RESULT_WITHOUT, RESULT_GAPS, RESULT_LONGEST, RESULT_LAST, RESULT_NEXT, RESULT_BAD_SUPPLY,
	RESULT_REVERSED, RESULT_DUPLICATE, RESULT_OUTSIDE, RESULT_COLUMNS
};

/* The columns of phm.explain_adherence, in order. */
enum
{
	EXPLAIN_N, EXPLAIN_DATE, EXPLAIN_SUPPLY, EXPLAIN_DRUG, EXPLAIN_FIRST, EXPLAIN_LAST, EXPLAIN_SHIFTED,
	EXPLAIN_COVERS, EXPLAIN_IGNORED, EXPLAIN_COLUMNS
};

/* What a call site remembers. */
typedef struct AdherenceCache
{
	TypeCacheEntry *ranges;		/* of daterange */
	TypeCacheEntry *multiranges;	/* of datemultirange */
	TupleDesc	desc;			/* of phm.adherence_result */
	AdherenceWork work;
} AdherenceCache;

static AdherenceCache *
get_cache(FunctionCallInfo fcinfo)
{
	AdherenceCache *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(AdherenceCache));
		cache->ranges = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
		cache->multiranges = lookup_type_cache(DATEMULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO);
		fcinfo->flinfo->fn_extra = cache;
	}
	return cache;
}

/* Raises what the pure part reported. */
static void
adherence_raise(const PhmError *err)
{
	ereport(ERROR, (errcode(err->sqlstate), errmsg("%s", err->message)));
}

/* The first day of a bound and of the day after it; dates at the ends of time stay there. */
static int32
bound_day(const RangeBound *bound, int32 infinite)
{
	DateADT		day = DatumGetDateADT(bound->val);

	if (bound->infinite || DATE_NOT_FINITE(day))
		return infinite;
	return day;
}

/* A period that has a beginning and an end. */
static void
read_period(AdherenceCache *cache, RangeType *range, int32 *from, int32 *until)
{
	RangeBound	lower,
				upper;
	bool		empty;

	range_deserialize(cache->ranges, range, &lower, &upper, &empty);
	if (empty || lower.infinite || upper.infinite || DATE_NOT_FINITE(DatumGetDateADT(lower.val)) ||
		DATE_NOT_FINITE(DatumGetDateADT(upper.val)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the period of adherence must have a first and a last day")));
	*from = DatumGetDateADT(lower.val);
	*until = DatumGetDateADT(upper.val);
}

/* The days of a range among stays, without end where it has none. */
static void
read_stay(AdherenceCache *cache, MultirangeType *stays, int i, int32 *from, int32 *until)
{
	RangeBound	lower,
				upper;

	multirange_get_bounds(cache->ranges, stays, i, &lower, &upper);
	*from = bound_day(&lower, PG_INT32_MIN);
	*until = bound_day(&upper, PG_INT32_MAX);
}

/* The ingredients of a fill; a null text is one drug like others. */
static void
read_drugs(text *name, uint64 *drugs)
{
	PhmError	err = {0};

	if (!adherence_drugs(name ? VARDATA_ANY(name) : "", name ? VARSIZE_ANY_EXHDR(name) : 0, drugs, &err))
		adherence_raise(&err);
}

/* A date or null as a day. */
static int32
day_of(Datum value, bool isnull)
{
	if (isnull || DATE_NOT_FINITE(DatumGetDateADT(value)))
		return ADHERENCE_NO_DAY;
	return DatumGetDateADT(value);
}

static uint32
state_fills(const uint8 *state)
{
	return phm_get_u32(state + 24);
}

/* Where the fills of a state begin. */
static Size
state_begin(const uint8 *state)
{
	return STATE_HEADER + phm_get_u16(state + 6) * STATE_STAY;
}

static bool
state_has_room(const uint8 *state)
{
	return VARSIZE(state) >= state_begin(state) + (state_fills(state) + 1) * (Size) STATE_FILL;
}

/* The state of an argument, after a look at whether it is one. */
static uint8 *
get_state(FunctionCallInfo fcinfo, int n)
{
	uint8	   *state = (uint8 *) PG_GETARG_BYTEA_P(n);

	if (VARSIZE(state) < STATE_HEADER || state[4] != STATE_VERSION || state_fills(state) > ADHERENCE_MAX_FILLS ||
		VARSIZE(state) < state_begin(state) + state_fills(state) * (Size) STATE_FILL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid state of adherence")));
	return state;
}

/* A copy of a state with room for more fills. */
static uint8 *
grow_state(MemoryContext context, const uint8 *state, uint32 more)
{
	Size		used = state_begin(state) + state_fills(state) * (Size) STATE_FILL;
	Size		size = used + (more + STATE_ROOM) * (Size) STATE_FILL;
	uint8	   *grown;

	if (state_fills(state) + more > ADHERENCE_MAX_FILLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a person has more than %d fills of one class of drugs", ADHERENCE_MAX_FILLS)));
	grown = MemoryContextAllocZero(context, size);
	memcpy(grown, state, used);
	SET_VARSIZE(grown, size);
	return grown;
}

/* Tells stays apart. */
static uint64
stays_hash(MultirangeType *stays)
{
	if (stays == NULL || MultirangeIsEmpty(stays))
		return 0;
	return hash_bytes_extended((unsigned char *) VARDATA_ANY(stays), VARSIZE_ANY_EXHDR(stays), 0) | 1;
}

/* A state without fills. */
static uint8 *
new_state(AdherenceCache *cache, MemoryContext context, int32 from, int32 until, MultirangeType *stays)
{
	int			n = stays ? stays->rangeCount : 0;
	uint8	   *state;
	PhmError	err = {0};
	Size		size;

	if (!adherence_begin(&cache->work, NULL, 0, from, until, &err))
		adherence_raise(&err);
	if (n > PG_UINT16_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a person has more than %d stays", PG_UINT16_MAX)));
	size = STATE_HEADER + n * STATE_STAY + STATE_ROOM * STATE_FILL;
	state = MemoryContextAllocZero(context, size);
	SET_VARSIZE(state, size);
	state[4] = STATE_VERSION;
	phm_put_u16(state + 6, n);
	phm_put_u32(state + 8, from);
	phm_put_u32(state + 12, until);
	phm_put_u64(state + 16, stays_hash(stays));
	for (int i = 0; i < n; i++)
	{
		int32		begin,
					end;

		read_stay(cache, stays, i, &begin, &end);
		phm_put_u32(state + STATE_HEADER + i * STATE_STAY, begin);
		phm_put_u32(state + STATE_HEADER + i * STATE_STAY + 4, end);
	}
	return state;
}

/* Writes a fill behind the others; there is room. */
static void
append_fill(uint8 *state, int32 day, int32 supply, const uint64 *drugs)
{
	uint8	   *p = state + state_begin(state) + state_fills(state) * (Size) STATE_FILL;

	phm_put_u32(p, day);
	phm_put_u32(p + 4, supply);
	for (int i = 0; i < ADHERENCE_FILL_DRUGS; i++)
		phm_put_u64(p + 8 + i * 8, drugs[i]);
	phm_put_u32(state + 24, state_fills(state) + 1);
}

/* Rows of one group have one period and the same stays. */
static void
check_group(const uint8 *state, int32 from, int32 until, uint64 stays)
{
	if (from != (int32) phm_get_u32(state + 8) || until != (int32) phm_get_u32(state + 12) ||
		stays != phm_get_u64(state + 16))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the fills of a group differ in period or stays"),
				 errhint("Group by the person, and give all rows of a person the same period and stays.")));
}

/* Transition: (state, fill_date, days_supply, period [, drug [, stays]]). */
Datum
phm_adherence_add(PG_FUNCTION_ARGS)
{
	AdherenceCache *cache = get_cache(fcinfo);
	MultirangeType *stays = PG_NARGS() > 5 && !PG_ARGISNULL(5) ? PG_GETARG_MULTIRANGE_P(5) : NULL;
	bool		aggregate;
	MemoryContext context = CurrentMemoryContext;
	uint8	   *state;
	uint64		drugs[ADHERENCE_FILL_DRUGS];
	int32		from,
				until;

	aggregate = AggCheckCallContext(fcinfo, &context) != 0;
	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the period of adherence must not be null")));
	read_period(cache, PG_GETARG_RANGE_P(3), &from, &until);
	if (PG_ARGISNULL(0))
		state = new_state(cache, context, from, until, stays);
	else
	{
		state = get_state(fcinfo, 0);
		check_group(state, from, until, stays_hash(stays));
		if (!aggregate || !state_has_room(state))
			state = grow_state(context, state, 1);
	}
	/* A row of an outer join that found no fill is none. */
	if (!PG_ARGISNULL(1) || !PG_ARGISNULL(2))
	{
		read_drugs(PG_NARGS() > 4 && !PG_ARGISNULL(4) ? PG_GETARG_TEXT_PP(4) : NULL, drugs);
		append_fill(state, day_of(PG_GETARG_DATUM(1), PG_ARGISNULL(1)),
					PG_ARGISNULL(2) ? ADHERENCE_NO_SUPPLY : PG_GETARG_INT32(2), drugs);
	}
	PG_RETURN_BYTEA_P((bytea *) state);
}

/* Combines two states of one person, period and stays. */
Datum
phm_adherence_merge(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	uint8	   *a,
			   *b;

	AggCheckCallContext(fcinfo, &context);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	b = get_state(fcinfo, 1);
	if (PG_ARGISNULL(0))
		PG_RETURN_BYTEA_P((bytea *) grow_state(context, b, 0));
	a = get_state(fcinfo, 0);
	check_group(a, (int32) phm_get_u32(b + 8), (int32) phm_get_u32(b + 12), phm_get_u64(b + 16));
	a = grow_state(context, a, state_fills(b));
	memcpy(a + state_begin(a) + state_fills(a) * (Size) STATE_FILL, b + state_begin(b),
		   state_fills(b) * (Size) STATE_FILL);
	phm_put_u32(a + 24, state_fills(a) + state_fills(b));
	PG_RETURN_BYTEA_P((bytea *) a);
}

/* Works out a state. */
static AdherenceWork *
run_state(FunctionCallInfo fcinfo, AdherenceResult *result)
{
	AdherenceWork *work = &get_cache(fcinfo)->work;
	const uint8 *state = get_state(fcinfo, 0);
	uint32		n = state_fills(state);
	const uint8 *p = state + STATE_HEADER;
	PhmError	err = {0};

	if (!adherence_begin(work, palloc(Max(n, 1) * sizeof(AdherenceFill)), n, (int32) phm_get_u32(state + 8),
						 (int32) phm_get_u32(state + 12), &err))
		adherence_raise(&err);
	for (int i = 0; i < phm_get_u16(state + 6); i++, p += STATE_STAY)
		adherence_stay(work, (int32) phm_get_u32(p), (int32) phm_get_u32(p + 4));
	for (uint32 i = 0; i < n; i++, p += STATE_FILL)
	{
		uint64		drugs[ADHERENCE_FILL_DRUGS];

		for (int d = 0; d < ADHERENCE_FILL_DRUGS; d++)
			drugs[d] = phm_get_u64(p + 8 + d * 8);
		adherence_add(work, drugs, (int32) phm_get_u32(p), (int32) phm_get_u32(p + 4), 0, false, &err);
	}
	if (!adherence_finish(work, result, &err))
		adherence_raise(&err);
	return work;
}

/* A share with four decimals. */
static Datum
ratio_datum(int64 part, int64 whole)
{
	return NumericGetDatum(int64_div_fast_to_numeric(adherence_ratio(part, whole), 4));
}

/* A range of days. */
static RangeType *
make_days(AdherenceCache *cache, int32 from, int32 until)
{
	RangeBound	lower = {.val = DateADTGetDatum(from), .inclusive = true, .lower = true};
	RangeBound	upper = {.val = DateADTGetDatum(until)};

	return phm_make_range(cache->ranges, &lower, &upper, false);
}

/* The days of treatment without supply. */
static Datum
gaps_datum(AdherenceCache *cache, const AdherenceResult *r)
{
	RangeType **ranges = palloc(Max(r->ngaps, 1) * sizeof(RangeType *));
	int32		day = r->from;
	int			n = 0;
	int			days;

	for (; adherence_gap(&cache->work, r, &day, &days) && n < r->ngaps; day += days)
		ranges[n++] = make_days(cache, day, day + days);
	return MultirangeTypePGetDatum(make_multirange(DATEMULTIRANGEOID, cache->ranges, n, ranges));
}

/* The columns about fills, which are there with or without treatment. */
static void
put_fills(const AdherenceResult *r, Datum *values)
{
	values[RESULT_FILLS] = Int32GetDatum(r->fills);
	values[RESULT_FILL_DAYS] = Int32GetDatum(r->fill_days);
	values[RESULT_BAD_SUPPLY] = Int32GetDatum(r->ignored[ADHERENCE_WITHOUT_SUPPLY] + r->ignored[ADHERENCE_TOO_LONG] +
											  r->ignored[ADHERENCE_NEGATIVE]);
	values[RESULT_REVERSED] = Int32GetDatum(r->ignored[ADHERENCE_REVERSED]);
	values[RESULT_DUPLICATE] = Int32GetDatum(r->ignored[ADHERENCE_DUPLICATE]);
	values[RESULT_OUTSIDE] = Int32GetDatum(r->ignored[ADHERENCE_NO_DATE] + r->ignored[ADHERENCE_BEFORE_BIRTH] +
										   r->ignored[ADHERENCE_AFTER_DEATH] + r->ignored[ADHERENCE_BEFORE_PERIOD] +
										   r->ignored[ADHERENCE_AFTER_PERIOD]);
}

/* A result as a row of phm.adherence_result. */
static Datum
result_datum(FunctionCallInfo fcinfo, AdherenceCache *cache, const AdherenceResult *r)
{
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS] = {0};

	if (cache->desc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &cache->desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "adherence is a row");
		cache->desc = BlessTupleDesc(CreateTupleDescCopy(cache->desc));
		MemoryContextSwitchTo(old);
	}
	put_fills(r, values);
	values[RESULT_DAYS] = Int32GetDatum(r->days);
	values[RESULT_COVERED] = Int32GetDatum(r->covered);
	values[RESULT_STAY_DAYS] = Int32GetDatum(r->stay_days);
	values[RESULT_WITHOUT] = Int32GetDatum(r->gap_days);
	values[RESULT_LONGEST] = Int32GetDatum(r->longest_gap);
	values[RESULT_LAST] = DateADTGetDatum(r->last_covered);
	values[RESULT_NEXT] = DateADTGetDatum(r->next_due);
	nulls[RESULT_LAST] = r->last_covered == ADHERENCE_NO_DAY;
	nulls[RESULT_NEXT] = r->next_due == ADHERENCE_NO_DAY;
	nulls[RESULT_PERIOD] = nulls[RESULT_GAPS] = !r->treated;
	nulls[RESULT_PDC] = nulls[RESULT_MPR] = r->days == 0;
	if (r->treated)
	{
		values[RESULT_PERIOD] = RangeTypePGetDatum(make_days(cache, r->from, r->until));
		values[RESULT_GAPS] = gaps_datum(cache, r);
	}
	if (r->days > 0)
	{
		values[RESULT_PDC] = ratio_datum(r->covered, r->days);
		values[RESULT_MPR] = ratio_datum(r->supply, r->days);
	}
	return HeapTupleGetDatum(heap_form_tuple(cache->desc, values, nulls));
}

/* Final function of phm.adherence. */
Datum
phm_adherence_final(PG_FUNCTION_ARGS)
{
	AdherenceResult r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	run_state(fcinfo, &r);
	return result_datum(fcinfo, get_cache(fcinfo), &r);
}

/* Final function of phm.pdc. */
Datum
phm_adherence_pdc(PG_FUNCTION_ARGS)
{
	AdherenceResult r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	run_state(fcinfo, &r);
	if (r.days == 0)
		PG_RETURN_NULL();
	return ratio_datum(r.covered, r.days);
}

/* Final function of phm.mpr. */
Datum
phm_adherence_mpr(PG_FUNCTION_ARGS)
{
	AdherenceResult r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	run_state(fcinfo, &r);
	if (r.days == 0)
		PG_RETURN_NULL();
	return ratio_datum(r.supply, r.days);
}

/* An array argument taken apart. */
typedef struct ArrayArg
{
	Datum	   *values;
	bool	   *nulls;
	int			n;				/* 0 for a null array */
} ArrayArg;

static bool
has_value(const ArrayArg *a, int i)
{
	return i < a->n && !a->nulls[i];
}

/* An array argument; where it is given it has n elements, if n is not negative. */
static ArrayArg
get_array(FunctionCallInfo fcinfo, int arg, Oid type, int n)
{
	ArrayArg	a = {0};
	int16		len;
	bool		byval;
	char		align;

	get_typlenbyvalalign(type, &len, &byval, &align);
	if (!PG_ARGISNULL(arg))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), type, len, byval, align, &a.values, &a.nulls, &a.n);
	if (n >= 0 && a.n != n && !(PG_ARGISNULL(arg) && arg > 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the arrays that tell of fills must have as many elements")));
	return a;
}

/* The fills of the array arguments into the work. */
static void
add_arrays(FunctionCallInfo fcinfo, AdherenceWork *work, const ArrayArg *day, const ArrayArg *drug)
{
	ArrayArg	supply = get_array(fcinfo, 1, INT4OID, day->n);
	ArrayArg	origin = get_array(fcinfo, 8, INT4OID, day->n);
	ArrayArg	reversed = get_array(fcinfo, 9, BOOLOID, day->n);
	PhmError	err = {0};

	for (int i = 0; i < day->n; i++)
	{
		uint64		drugs[ADHERENCE_FILL_DRUGS];
		int32		from = has_value(&origin, i) ? DatumGetInt32(origin.values[i]) : 0;

		if (from < 0 || from > PG_UINT16_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("origins of fills must be numbers from 0 to %d", PG_UINT16_MAX)));
		read_drugs(has_value(drug, i) ? DatumGetTextPP(drug->values[i]) : NULL, drugs);
		adherence_add(work, drugs, day_of(day->values[i], day->nulls[i]),
					  has_value(&supply, i) ? DatumGetInt32(supply.values[i]) : ADHERENCE_NO_SUPPLY,
					  from, has_value(&reversed, i) && DatumGetBool(reversed.values[i]), &err);
	}
}

/*
 * Works out the arguments (fill_dates, days_supply, period, drugs, stays,
 * birth, death, carry_in, origins, reversed); false when the period is null.
 */
static bool
run_arrays(FunctionCallInfo fcinfo, AdherenceCache *cache, AdherenceResult *result, ArrayArg *drug)
{
	AdherenceWork *work = &cache->work;
	ArrayArg	day = get_array(fcinfo, 0, DATEOID, -1);
	MultirangeType *stays = PG_ARGISNULL(4) ? NULL : PG_GETARG_MULTIRANGE_P(4);
	PhmError	err = {0};
	int32		from,
				until;

	*drug = get_array(fcinfo, 3, TEXTOID, day.n);
	if (PG_ARGISNULL(2))
		return false;
	if (day.n > ADHERENCE_MAX_FILLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a person has more than %d fills of one class of drugs", ADHERENCE_MAX_FILLS)));
	read_period(cache, PG_GETARG_RANGE_P(2), &from, &until);
	if (!adherence_begin(work, palloc(Max(day.n, 1) * sizeof(AdherenceFill)), day.n, from, until, &err))
		adherence_raise(&err);
	adherence_person(work, day_of(PG_GETARG_DATUM(5), PG_ARGISNULL(5)), day_of(PG_GETARG_DATUM(6), PG_ARGISNULL(6)));
	work->carry_in = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	for (int i = 0; stays && i < stays->rangeCount; i++)
	{
		read_stay(cache, stays, i, &from, &until);
		adherence_stay(work, from, until);
	}
	add_arrays(fcinfo, work, &day, drug);
	if (!adherence_finish(work, result, &err))
		adherence_raise(&err);
	return true;
}

/* Adherence from arrays of fills. */
Datum
phm_adherence(PG_FUNCTION_ARGS)
{
	AdherenceCache *cache = get_cache(fcinfo);
	AdherenceResult r;
	ArrayArg	drug;

	if (!run_arrays(fcinfo, cache, &r, &drug))
		PG_RETURN_NULL();
	return result_datum(fcinfo, cache, &r);
}

/* How many days a fill covers of the treatment period. */
static int
days_covered(const AdherenceWork *work, const AdherenceFill *fill, const AdherenceResult *r)
{
	int			n = 0;

	for (int32 day = Max(fill->first, r->from); day <= fill->last && day < r->until; day++)
		n += !(work->stays[(day - work->from) / 64] >> ((day - work->from) % 64) & 1);
	return n;
}

/* A fill as a row of phm.explain_adherence. */
static void
put_explanation(ReturnSetInfo *set, const AdherenceWork *work, const AdherenceFill *fill, const AdherenceResult *r,
				const ArrayArg *drug)
{
	const char *why = adherence_why(fill->why);
	Datum		values[EXPLAIN_COLUMNS] = {0};
	bool		nulls[EXPLAIN_COLUMNS] = {0};

	values[EXPLAIN_N] = Int32GetDatum(fill->number + 1);
	values[EXPLAIN_DATE] = DateADTGetDatum(fill->day);
	nulls[EXPLAIN_DATE] = fill->day == ADHERENCE_NO_DAY;
	values[EXPLAIN_SUPPLY] = Int32GetDatum(fill->supply);
	nulls[EXPLAIN_SUPPLY] = fill->supply == ADHERENCE_NO_SUPPLY;
	nulls[EXPLAIN_DRUG] = !has_value(drug, fill->number);
	if (!nulls[EXPLAIN_DRUG])
		values[EXPLAIN_DRUG] = drug->values[fill->number];
	for (int k = EXPLAIN_FIRST; k <= EXPLAIN_COVERS; k++)
		nulls[k] = why != NULL;
	nulls[EXPLAIN_IGNORED] = why == NULL;
	if (why)
		values[EXPLAIN_IGNORED] = CStringGetTextDatum(why);
	else
	{
		values[EXPLAIN_FIRST] = DateADTGetDatum(fill->first);
		values[EXPLAIN_LAST] = DateADTGetDatum(fill->last);
		values[EXPLAIN_SHIFTED] = Int32GetDatum(fill->first - fill->day);
		values[EXPLAIN_COVERS] = Int32GetDatum(days_covered(work, fill, r));
	}
	tuplestore_putvalues(set->setResult, set->setDesc, values, nulls);
}

/* What became of each fill, in the order of their days. */
Datum
phm_explain_adherence(PG_FUNCTION_ARGS)
{
	AdherenceCache cache = {
		.ranges = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO),
		.multiranges = lookup_type_cache(DATEMULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO)
	};
	AdherenceResult r;
	ArrayArg	drug;

	InitMaterializedSRF(fcinfo, 0);
	if (run_arrays(fcinfo, &cache, &r, &drug))
		for (int i = 0; i < cache.work.nfills; i++)
			put_explanation((ReturnSetInfo *) fcinfo->resultinfo, &cache.work, &cache.work.fills[i], &r, &drug);
	return (Datum) 0;
}
