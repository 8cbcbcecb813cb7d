/*
 * chronic_state.c: chronic conditions over claim rows.  The state of one
 * person holds the codes of the claims that have a category, and the slice of
 * the definition that judges them (chronic_type.h draws it), so it can be
 * stored, sent to another process or node and merged there.
 */
#include "risk/chronic_type.h"

PG_FUNCTION_INFO_V1(phm_chronic_state_in);
PG_FUNCTION_INFO_V1(phm_chronic_state_recv);
PG_FUNCTION_INFO_V1(phm_chronic_add);
PG_FUNCTION_INFO_V1(phm_chronic_merge);
PG_FUNCTION_INFO_V1(phm_chronic_of);

/* Where the records of a state are. */
static const uint8 *
state_records(const uint8 *state)
{
	return state + CHRONIC_STATE_HEADER + phm_get_u32(state + 24);
}

static ChronicRecord
get_record(const uint8 *at)
{
	return (ChronicRecord) {phm_get_u64(at), phm_get_u64(at + 8), (int32) phm_get_u32(at + 16),
		phm_get_u16(at + 20), at[22], at[23]};
}

static void
put_record(uint8 *at, const ChronicRecord *r)
{
	phm_put_u64(at, r->claim);
	phm_put_u64(at + 8, r->key);
	phm_put_u32(at + 16, (uint32) r->day);
	phm_put_u16(at + 20, r->category);
	at[22] = r->kind;
	at[23] = r->system;
}

/* Is this a record of the definition? */
static bool
record_is_good(const Chronic *c, const ChronicRecord *r)
{
	return grouper_key_is_good(r->key, false) &&
		r->category < c->grouper.ncategories && r->kind < CHRONIC_KINDS && r->system < c->grouper.nsystems &&
		r->day >= CHRONIC_MIN_DAY && r->day <= CHRONIC_MAX_DAY;
}

/* Refuses bytes that are not a state as phm writes it. */
static bool
check_state(const void *bytes, Size size, PhmError *err)
{
	const uint8 *state = bytes;
	Chronic		c;
	bool		good = size >= CHRONIC_STATE_HEADER && state[4] == CHRONIC_STATE_VERSION && state[5] == 0 &&
		phm_get_u16(state + 6) == 0 && phm_get_u32(state + 28) == 0;

	if (good)
	{
		int32		as_of = (int32) phm_get_u32(state + 16);
		uint64		n = phm_get_u32(state + 20);
		uint64		slice = phm_get_u32(state + 24);

		good = slice >= CHRONIC_HEADER && CHRONIC_STATE_HEADER + slice + n * CHRONIC_RECORD == size &&
			(as_of == CHRONIC_NO_DAY || (as_of >= CHRONIC_MIN_DAY && as_of <= CHRONIC_MAX_DAY)) &&
			phm_get_u32(state + CHRONIC_STATE_HEADER) == 0 && chronic_check(state + CHRONIC_STATE_HEADER, slice, err) &&
			chronic_view(&c, state + CHRONIC_STATE_HEADER, slice, err) && (c.flags & CHRONIC_SLICE);
		for (uint64 i = 0; good && i < n; i++)
		{
			ChronicRecord r = get_record(state_records(state) + i * CHRONIC_RECORD);
			ChronicRecord last = i > 0 ? get_record(state_records(state) + (i - 1) * CHRONIC_RECORD) : r;

			good = record_is_good(&c, &r) && (i == 0 || chronic_compare(&last, &r) < 0);
		}
	}
	return good || phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.chronic_state value");
}

/* Text input of a state. */
Datum
phm_chronic_state_in(PG_FUNCTION_ARGS)
{
	return kept_in(fcinfo, "phm.chronic_state", "A state is made by phm.chronic_state_agg.", check_state);
}

/* Binary input of a state. */
Datum
phm_chronic_state_recv(PG_FUNCTION_ARGS)
{
	return kept_recv(fcinfo, check_state);
}

/* A state argument; its length word is plain. */
static const uint8 *
state_arg(FunctionCallInfo fcinfo, int n)
{
	const uint8 *state = (const uint8 *) PG_DETOAST_DATUM(PG_GETARG_DATUM(n));

	if (VARSIZE(state) < CHRONIC_STATE_HEADER || state[4] != CHRONIC_STATE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid phm.chronic_state value")));
	return state;
}

/* The first state of a group. */
static const uint8 *
new_state(FunctionCallInfo fcinfo, ChronicCache *cache, const Chronic *c, int32 as_of)
{
	Size		size;
	uint8	   *state;

	if (cache->slice == NULL || cache->slice_hash != c->hash)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (cache->slice)
			pfree(cache->slice);
		cache->slice = NULL;
		cache->slice = chronic_slice(c);
		cache->slice_hash = c->hash;
		MemoryContextSwitchTo(old);
	}
	size = CHRONIC_STATE_HEADER + VARSIZE(cache->slice);
	state = palloc0(size);
	SET_VARSIZE(state, size);
	state[4] = CHRONIC_STATE_VERSION;
	phm_put_u64(state + 8, c->hash);
	phm_put_u32(state + 16, (uint32) as_of);
	phm_put_u32(state + 24, VARSIZE(cache->slice));
	memcpy(state + CHRONIC_STATE_HEADER, cache->slice, VARSIZE(cache->slice));
	phm_put_u32(state + CHRONIC_STATE_HEADER, 0);
	return state;
}

/* Joins the records of a state with sorted others: the state itself when they are in it already. */
static const uint8 *
join(const uint8 *state, const ChronicRecord *more, int nmore)
{
	uint32		n = phm_get_u32(state + 20);
	const uint8 *p = state_records(state);
	const uint8 *end = p + (Size) n * CHRONIC_RECORD;
	uint8	   *joined = palloc(VARSIZE(state) + (Size) nmore * CHRONIC_RECORD);
	uint8	   *at = joined + (p - state);
	int			i = 0;

	memcpy(joined, state, p - state);
	while (p < end || i < nmore)
	{
		ChronicRecord have = p < end ? get_record(p) : more[i];
		int			order = p == end ? 1 : i == nmore ? -1 : chronic_compare(&have, &more[i]);

		put_record(at, order <= 0 ? &have : &more[i]);
		at += CHRONIC_RECORD;
		p += order <= 0 ? CHRONIC_RECORD : 0;
		i += order >= 0;
	}
	SET_VARSIZE(joined, at - joined);
	if (VARSIZE(joined) == VARSIZE(state))
		return state;
	phm_put_u32(joined + 20, (uint32) ((at - joined - (state_records(state) - state)) / CHRONIC_RECORD));
	return joined;
}

/* Is an argument there, and not null? */
static bool
given(FunctionCallInfo fcinfo, int n)
{
	return PG_NARGS() > n && !PG_ARGISNULL(n);
}

/* Arguments (state, definition, code, day, kind, as_of, code_system, claim), of which later ones may be absent. */
Datum
phm_chronic_add(PG_FUNCTION_ARGS)
{
	ChronicCache *cache = chronic_cache(fcinfo);
	ChronicRecords records = {0};
	ChronicRecord like = {0};
	Chronic		c;
	int32		as_of = given(fcinfo, 5) ? chronic_day(PG_GETARG_DATUM(5)) : CHRONIC_NO_DAY;
	const uint8 *state;

	if (!given(fcinfo, 1))
	{
		if (!given(fcinfo, 0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	chronic_arg(fcinfo, 1, cache, &c);
	state = given(fcinfo, 0) ? state_arg(fcinfo, 0) : new_state(fcinfo, cache, &c, as_of);
	if (phm_get_u64(state + 8) != c.hash || (int32) phm_get_u32(state + 16) != as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("claims of one group must be of one definition and as_of")));
	if (given(fcinfo, 2))
	{
		if (!given(fcinfo, 3) || !given(fcinfo, 4))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("days and kinds of claims must not be null")));
		like.day = chronic_day(PG_GETARG_DATUM(3));
		like.kind = chronic_kind_arg(PG_GETARG_DATUM(4));
		like.system = chronic_system(&c, given(fcinfo, 6) ? PG_GETARG_DATUM(6) : CStringGetTextDatum("ICD10CM"));
		like.claim = given(fcinfo, 7) ? chronic_claim_key(PG_GETARG_DATUM(7)) : 0;
		chronic_gather(&c, PG_GETARG_TEXT_PP(2), &like, &records);
	}
	/* One code has its categories in ascending order. */
	if (records.n > 0)
		state = join(state, records.at, records.n);
	PG_RETURN_POINTER(state);
}

/* The records of a state. */
static ChronicRecords
read_records(const uint8 *state)
{
	ChronicRecords records = {0};

	records.n = records.room = (int) phm_get_u32(state + 20);
	records.at = palloc(sizeof(ChronicRecord) * (records.n + 1));
	for (int i = 0; i < records.n; i++)
		records.at[i] = get_record(state_records(state) + (Size) i * CHRONIC_RECORD);
	return records;
}

/* Joins two states. */
Datum
phm_chronic_merge(PG_FUNCTION_ARGS)
{
	const uint8 *a,
			   *b;
	ChronicRecords records;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_POINTER(state_arg(fcinfo, PG_ARGISNULL(0) ? 1 : 0));
	a = state_arg(fcinfo, 0);
	b = state_arg(fcinfo, 1);
	if (phm_get_u64(a + 8) != phm_get_u64(b + 8) || phm_get_u32(a + 16) != phm_get_u32(b + 16))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("states of chronic conditions differ in definition or as_of")));
	records = read_records(b);
	PG_RETURN_POINTER(join(a, records.at, records.n));
}

/* The findings of a state. */
Datum
phm_chronic_of(PG_FUNCTION_ARGS)
{
	const uint8 *state = state_arg(fcinfo, 0);
	ChronicRecords records = read_records(state);
	Chronic		c;
	PhmError	err = {0};

	if (!chronic_view(&c, state + CHRONIC_STATE_HEADER, phm_get_u32(state + 24), &err))
		hcc_raise(&err);
	return chronic_findings(fcinfo, chronic_cache(fcinfo), &c, (int32) phm_get_u32(state + 16), &records);
}
