/*
 * comorbidity_state.c: scores over diagnosis rows.  The state of one person
 * or stay holds its diagnoses with their conditions and the slice of the
 * index that scores them (comorbidity_type.h draws it), so it can be stored,
 * sent to another process or node and merged there, where the index itself is
 * not at hand.
 */
#include "risk/comorbidity_type.h"

PG_FUNCTION_INFO_V1(phm_comorbidity_state_in);
PG_FUNCTION_INFO_V1(phm_comorbidity_state_recv);
PG_FUNCTION_INFO_V1(phm_comorbidity_add);
PG_FUNCTION_INFO_V1(phm_comorbidity_add_stay);
PG_FUNCTION_INFO_V1(phm_comorbidity_merge);
PG_FUNCTION_INFO_V1(phm_comorbidity_state);

/* Where the records of a state are. */
static uint8 *
state_records(const uint8 *state)
{
	return (uint8 *) state + COMORBIDITY_STATE_HEADER + phm_get_u32(state + 20);
}

static ComorbidityRecord
get_record(const uint8 *at)
{
	return (ComorbidityRecord) {phm_get_u64(at), phm_get_u16(at + 8), phm_get_u16(at + 10)};
}

static void
put_record(uint8 *at, const ComorbidityRecord *r)
{
	phm_put_u64(at, r->key);
	phm_put_u16(at + 8, r->condition);
	phm_put_u16(at + 10, r->kind);
	phm_put_u32(at + 12, 0);
}

/* Are the records of a state in order and of the index? */
static bool
records_are_good(const uint8 *state, const Comorbidity *c)
{
	const uint8 *at = state_records(state);
	uint32		n = phm_get_u32(state + 16);
	ComorbidityRecord last = {0};

	for (uint32 i = 0; i < n; i++, at += COMORBIDITY_RECORD)
	{
		ComorbidityRecord r = get_record(at);
		bool		none = r.condition == COMORBIDITY_NONE;

		if ((i > 0 && comorbidity_compare(&last, &r) >= 0) || phm_get_u32(at + 12) != 0 || !(r.key == 0 || grouper_key_is_good(r.key, false)) ||
			(none ? r.kind != COMORBIDITY_UNREPORTED : r.condition >= c->n || r.key == 0) ||
			r.kind > COMORBIDITY_UNKNOWN ||
			(r.kind != COMORBIDITY_PRESENT && !none && !comorbidity_has(c->poa, r.condition)))
			return false;
		last = r;
	}
	return true;
}

/* Refuses bytes that are not a state as phm writes it. */
static bool
check_state(const void *bytes, Size size, PhmError *err)
{
	const uint8 *state = bytes;
	Comorbidity c;
	bool		good = size >= COMORBIDITY_STATE_HEADER && state[4] == COMORBIDITY_STATE_VERSION &&
		(state[5] <= COMORBIDITY_MAX_AGE || state[5] == COMORBIDITY_NO_AGE) && phm_get_u16(state + 6) == 0;

	if (good)
	{
		uint64		slice = phm_get_u32(state + 20);
		uint64		records = (uint64) phm_get_u32(state + 16) * COMORBIDITY_RECORD;

		good = slice >= COMORBIDITY_HEADER && COMORBIDITY_STATE_HEADER + slice + records == size &&
			phm_get_u32(state + COMORBIDITY_STATE_HEADER) == 0 &&
			comorbidity_check(state + COMORBIDITY_STATE_HEADER, slice, err) &&
			comorbidity_view(&c, state + COMORBIDITY_STATE_HEADER, slice, err) &&
			(c.flags & COMORBIDITY_SLICE) && records_are_good(state, &c);
	}
	return good || phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.comorbidity_state value");
}

/* Text input of a state. */
Datum
phm_comorbidity_state_in(PG_FUNCTION_ARGS)
{
	return kept_in(fcinfo, "phm.comorbidity_state", "A state is made by phm.comorbidity_state_agg.", check_state);
}

/* Binary input of a state. */
Datum
phm_comorbidity_state_recv(PG_FUNCTION_ARGS)
{
	return kept_recv(fcinfo, check_state);
}

/* A state argument; its length word is plain. */
static uint8 *
state_arg(FunctionCallInfo fcinfo, int n)
{
	uint8	   *state = (uint8 *) PG_DETOAST_DATUM(PG_GETARG_DATUM(n));

	if (VARSIZE(state) < COMORBIDITY_STATE_HEADER || state[4] != COMORBIDITY_STATE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid phm.comorbidity_state value")));
	return state;
}

/* A state with room for records, without any; slice is copied. */
static uint8 *
make_state(uint64 hash, int age, const void *slice, Size slice_size, uint32 room)
{
	Size		size = COMORBIDITY_STATE_HEADER + slice_size;
	uint8	   *state = palloc(size + (Size) room * COMORBIDITY_RECORD);

	SET_VARSIZE(state, size);
	state[4] = COMORBIDITY_STATE_VERSION;
	state[5] = age < 0 ? COMORBIDITY_NO_AGE : age;
	phm_put_u16(state + 6, 0);
	phm_put_u64(state + 8, hash);
	phm_put_u32(state + 16, 0);
	phm_put_u32(state + 20, (uint32) slice_size);
	memcpy(state + COMORBIDITY_STATE_HEADER, slice, slice_size);
	phm_put_u32(state + COMORBIDITY_STATE_HEADER, 0);
	return state;
}

/* The first state of a group. */
static uint8 *
new_state(FunctionCallInfo fcinfo, ComorbidityCache *cache, const Comorbidity *c, int age)
{
	if (cache->slice == NULL || cache->slice_hash != c->hash)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (cache->slice)
			pfree(cache->slice);
		cache->slice = NULL;
		cache->slice = comorbidity_slice(c);
		cache->slice_hash = c->hash;
		MemoryContextSwitchTo(old);
	}
	return make_state(c->hash, age, cache->slice, VARSIZE(cache->slice), 0);
}

/* The place of a record in a state; *there says whether it is already in it. */
static uint32
place_of(const uint8 *state, const ComorbidityRecord *r, bool *there)
{
	const uint8 *records = state_records(state);
	uint32		low = 0;
	uint32		high = phm_get_u32(state + 16);

	while (low < high)
	{
		uint32		middle = (low + high) / 2;
		ComorbidityRecord have = get_record(records + (Size) middle * COMORBIDITY_RECORD);
		int			order = comorbidity_compare(&have, r);

		if (order == 0)
		{
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*there = false;
	return low;
}

/*
 * Adds a record: the state itself when it is there already, otherwise a
 * larger copy.  The executor keeps transition values itself, so nothing is
 * gained by room to spare.
 */
static uint8 *
insert(uint8 *state, const ComorbidityRecord *r)
{
	bool		there;
	uint32		place = place_of(state, r, &there);
	Size		before = state_records(state) - state + (Size) place * COMORBIDITY_RECORD;
	Size		size = VARSIZE(state);
	uint8	   *copy;

	if (there)
		return state;
	copy = palloc(size + COMORBIDITY_RECORD);
	memcpy(copy, state, before);
	put_record(copy + before, r);
	memcpy(copy + before + COMORBIDITY_RECORD, state + before, size - before);
	SET_VARSIZE(copy, size + COMORBIDITY_RECORD);
	phm_put_u32(copy + 16, phm_get_u32(state + 16) + 1);
	return copy;
}

/* The state of a call that adds: the one given if it is of this index and age, or a new one. */
static uint8 *
state_of(FunctionCallInfo fcinfo, ComorbidityCache *cache, const Comorbidity *c, int age)
{
	uint8	   *state;

	if (PG_ARGISNULL(0))
		return new_state(fcinfo, cache, c, age);
	state = state_arg(fcinfo, 0);
	if (phm_get_u64(state + 8) != c->hash || state[5] != (age < 0 ? COMORBIDITY_NO_AGE : age))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("diagnoses of one group must be of one comorbidity index and age"),
				 errhint("Group by person, and give the age of the person at one date.")));
	return state;
}

/* Adds a diagnosis to the state of a call. */
static Datum
add(FunctionCallInfo fcinfo, int age, bool principal, char poa)
{
	ComorbidityCache *cache = comorbidity_cache(fcinfo);
	ComorbidityRecords records = {0};
	Comorbidity c;
	uint8	   *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	comorbidity_arg(fcinfo, 1, cache, &c);
	state = state_of(fcinfo, cache, &c, age);
	if (!PG_ARGISNULL(2))
		comorbidity_gather(&c, PG_GETARG_TEXT_PP(2), principal, poa, &records);
	for (int i = 0; i < records.n; i++)
		state = insert(state, &records.at[i]);
	PG_RETURN_POINTER(state);
}

/* The letter of an argument, otherwise where it is null. */
static char
letter_arg(FunctionCallInfo fcinfo, int n, char otherwise)
{
	return PG_NARGS() <= n || PG_ARGISNULL(n) ? otherwise : comorbidity_letter(PG_GETARG_DATUM(n));
}

static bool
bool_arg(FunctionCallInfo fcinfo, int n)
{
	return PG_NARGS() > n && !PG_ARGISNULL(n) && PG_GETARG_BOOL(n);
}

/* Arguments (state, index, dx, age, poa, principal), of which later ones may be absent. */
Datum
phm_comorbidity_add(PG_FUNCTION_ARGS)
{
	return add(fcinfo, comorbidity_age(fcinfo, 3), bool_arg(fcinfo, 5), letter_arg(fcinfo, 4, 0));
}

/* Arguments (state, index, dx, poa, principal). */
Datum
phm_comorbidity_add_stay(PG_FUNCTION_ARGS)
{
	return add(fcinfo, -1, bool_arg(fcinfo, 4), letter_arg(fcinfo, 3, ' '));
}

/* Joins two states. */
Datum
phm_comorbidity_merge(PG_FUNCTION_ARGS)
{
	uint8	   *a,
			   *b,
			   *made;
	const uint8 *p,
			   *q,
			   *p_end,
			   *q_end;
	uint8	   *at;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_POINTER(state_arg(fcinfo, PG_ARGISNULL(0) ? 1 : 0));
	a = state_arg(fcinfo, 0);
	b = state_arg(fcinfo, 1);
	if (phm_get_u64(a + 8) != phm_get_u64(b + 8) || a[5] != b[5])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("states of comorbidity indexes differ in index or age")));
	p = state_records(a);
	p_end = p + (Size) phm_get_u32(a + 16) * COMORBIDITY_RECORD;
	q = state_records(b);
	q_end = q + (Size) phm_get_u32(b + 16) * COMORBIDITY_RECORD;
	made = make_state(phm_get_u64(a + 8), a[5], a + COMORBIDITY_STATE_HEADER, phm_get_u32(a + 20),
					  phm_get_u32(a + 16) + phm_get_u32(b + 16));
	at = state_records(made);
	while (p < p_end || q < q_end)
	{
		ComorbidityRecord x = p < p_end ? get_record(p) : (ComorbidityRecord) {0};
		ComorbidityRecord y = q < q_end ? get_record(q) : (ComorbidityRecord) {0};
		int			order = p == p_end ? 1 : q == q_end ? -1 : comorbidity_compare(&x, &y);

		put_record(at, order <= 0 ? &x : &y);
		at += COMORBIDITY_RECORD;
		p += order <= 0 ? COMORBIDITY_RECORD : 0;
		q += order >= 0 ? COMORBIDITY_RECORD : 0;
	}
	phm_put_u32(made + 16, (uint32) ((at - state_records(made)) / COMORBIDITY_RECORD));
	SET_VARSIZE(made, at - made);
	PG_RETURN_POINTER(made);
}

/* The result of a state. */
Datum
phm_comorbidity_state(PG_FUNCTION_ARGS)
{
	ComorbidityCache *cache = comorbidity_cache(fcinfo);
	const uint8 *state = state_arg(fcinfo, 0);
	ComorbidityRecords records = {0};
	Comorbidity c;
	PhmError	err = {0};

	if (!comorbidity_view(&c, state + COMORBIDITY_STATE_HEADER, phm_get_u32(state + 20), &err))
		hcc_raise(&err);
	records.n = records.room = (int) phm_get_u32(state + 16);
	records.at = palloc(sizeof(ComorbidityRecord) * (records.n + 1));
	for (int i = 0; i < records.n; i++)
		records.at[i] = get_record(state_records(state) + (Size) i * COMORBIDITY_RECORD);
	return comorbidity_result(fcinfo, cache, &c, state[5] == COMORBIDITY_NO_AGE ? -1 : state[5], &records);
}
