/*
 * hcc_state.c: scores over diagnosis rows.  The state of one person holds the
 * categories found so far and the slice of the model that scores that person
 * (hcc_type.h draws it), so it can be stored, sent to another process or node
 * and merged there, where the model itself is not at hand.
 */
#include "risk/hcc_type.h"

#include "libpq/pqformat.h"

PG_FUNCTION_INFO_V1(phm_hcc_state_in);
PG_FUNCTION_INFO_V1(phm_hcc_state_out);
PG_FUNCTION_INFO_V1(phm_hcc_state_recv);
PG_FUNCTION_INFO_V1(phm_hcc_state_send);
PG_FUNCTION_INFO_V1(phm_hcc_state_add);
PG_FUNCTION_INFO_V1(phm_hcc_state_merge);
PG_FUNCTION_INFO_V1(phm_hcc_state_score);

/* The person of a state. */
static HccSubject
state_subject(const uint8 *state)
{
	return (HccSubject) {phm_get_u64(state + 16), state[24], state[25]};
}

/* The slice of a state; false when there is none. */
static bool
state_slice(const uint8 *state, Size size, HccView *v, PhmError *err)
{
	return size > HCC_STATE_HEADER &&
		hcc_view(v, state + HCC_STATE_HEADER, size - HCC_STATE_HEADER, err);
}

/* Refuses a state that is not as phm writes it. */
void
hcc_check_state(const void *bytes, Size size, PhmError *err)
{
	const uint8 *state = bytes;
	static const uint8 zeros[6];
	HccSubject	subject;
	HccView		v;
	bool		good;
	int			ncc = 0;

	if (size < HCC_STATE_HEADER || state[4] != HCC_STATE_VERSION ||
		memcmp(state + 5, zeros, 3) != 0 || memcmp(state + 26, zeros, 6) != 0)
	{
		phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hcc_state value");
		return;
	}
	subject = state_subject(state);
	good = subject.age <= HCC_MAX_AGE && subject.flags < HCC_FLAG(HCC_FLAGS) &&
		(subject.entry_age == subject.age || (subject.age == 64 && subject.entry_age == 65));
	if (good && size > HCC_STATE_HEADER)
	{
		good = size >= HCC_STATE_HEADER + HCC_HEADER &&
			phm_get_u32(state + HCC_STATE_HEADER) == 0 &&
			hcc_check(state + HCC_STATE_HEADER, size - HCC_STATE_HEADER, err) &&
			state_slice(state, size, &v, err) && (v.flags & HCC_SLICE) &&
			v.nselectors == 1 && hcc_select(&v, &subject) == 0;
		ncc = good ? v.ncc : 0;
	}
	for (int i = ncc; i < HCC_MAX_CC && good; i++)
		good = !(phm_get_u64(state + 32 + i / 64 * 8) >> (i % 64) & 1);
	if (!good)
		phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hcc_state value");
}

/* Hexadecimal text into a checked state. */
Datum
phm_hcc_state_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		len = strlen(text);
	PhmError	err = {0};
	struct varlena *state = NULL;

	if (len < 2 || len % 2 != 0 || text[0] != '\\' || text[1] != 'x')
		phm_fail(&err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1,
				 "invalid input syntax for type phm.hcc_state");
	else
	{
		state = palloc(VARHDRSZ + len / 2);
		SET_VARSIZE(state, VARHDRSZ + hex_decode(text + 2, len - 2, VARDATA(state)));
		hcc_check_state(state, VARSIZE(state), &err);
	}
	if (err.sqlstate)
	{
		err.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(state);
}

Datum
phm_hcc_state_out(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	Size		len = VARSIZE(state) - VARHDRSZ;
	char	   *text = palloc(len * 2 + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA(state), len, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
phm_hcc_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	struct varlena *state = palloc(VARHDRSZ + len);
	PhmError	err = {0};

	SET_VARSIZE(state, VARHDRSZ + len);
	memcpy(VARDATA(state), pq_getmsgbytes(buf, len), len);
	hcc_check_state(state, VARSIZE(state), &err);
	if (err.sqlstate)
		hcc_raise(&err);
	PG_RETURN_POINTER(state);
}

Datum
phm_hcc_state_send(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(state), VARSIZE(state) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* The slice for a person, kept by the call site per model. */
static struct varlena *
find_slice(FunctionCallInfo fcinfo, HccCache *cache, const HccView *v, int selector)
{
	if (cache->slice_hash != v->hash)
	{
		for (int i = 0; i < HCC_MAX_SELECTORS; i++)
			if (cache->slices[i])
				pfree(cache->slices[i]);
		memset(cache->slices, 0, sizeof(cache->slices));
		cache->slice_hash = v->hash;
	}
	if (cache->slices[selector] == NULL)
	{
		struct varlena *slice = hcc_slice(v, selector);

		cache->slices[selector] = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(slice));
		memcpy(cache->slices[selector], slice, VARSIZE(slice));
	}
	return cache->slices[selector];
}

/* A new state for the person that the call site has read. */
static uint8 *
new_state(FunctionCallInfo fcinfo, HccCache *cache, const HccView *v)
{
	const HccSubject *subject = &cache->subject;
	int			selector = hcc_select(v, subject);
	struct varlena *slice = selector < 0 ? NULL : find_slice(fcinfo, cache, v, selector);
	Size		size = HCC_STATE_HEADER + (slice ? VARSIZE(slice) : 0);
	uint8	   *state = palloc0(size);

	SET_VARSIZE(state, size);
	state[4] = HCC_STATE_VERSION;
	phm_put_u64(state + 8, v->hash);
	phm_put_u64(state + 16, subject->flags);
	state[24] = subject->age;
	state[25] = subject->entry_age;
	if (slice)
		memcpy(state + HCC_STATE_HEADER + VARHDRSZ, VARDATA(slice), VARSIZE(slice) - VARHDRSZ);
	return state;
}

/* A state that may be changed: in an aggregate it is ours, else a copy. */
static uint8 *
own_state(FunctionCallInfo fcinfo, Datum datum)
{
	return (uint8 *) (AggCheckCallContext(fcinfo, NULL) ?
					  PG_DETOAST_DATUM(datum) : PG_DETOAST_DATUM_COPY(datum));
}

/* All rows of a group speak of one person and one model. */
static void
require_same(bool same)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("diagnoses of one score belong to different persons or models"),
				 errhint("Group by what identifies the person, and by the person's fields.")));
}

/*
 * A list written as text ('{E119,I10}' without a cast) would otherwise count
 * as one unknown code, and the score would silently lack its diseases.
 */
static void
require_one_code(text *code)
{
	for (int i = 0; i < VARSIZE_ANY_EXHDR(code); i++)
		if (VARDATA_ANY(code)[i] == '{' || VARDATA_ANY(code)[i] == ',')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a diagnosis row holds a list of codes"),
					 errhint("Give lists as text[], or one row for each code.")));
}

/* Adds one diagnosis row; a null diagnosis makes the person known all the same. */
Datum
phm_hcc_state_add(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	HccView		v;
	uint8	   *state;
	uint64		mapped[HCC_WORDS] = {0};

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || !hcc_arg_person(fcinfo, 2, cache))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	hcc_arg_model(fcinfo, 1, cache, &v);
	if (PG_ARGISNULL(0))
		state = new_state(fcinfo, cache, &v);
	else
		state = own_state(fcinfo, PG_GETARG_DATUM(0));
	require_same(phm_get_u64(state + 8) == v.hash &&
				 phm_get_u64(state + 16) == cache->subject.flags &&
				 state[24] == cache->subject.age);
	if (!PG_ARGISNULL(3) && VARSIZE(state) > HCC_STATE_HEADER)
	{
		text	   *code = PG_GETARG_TEXT_PP(3);

		require_one_code(code);
		hcc_map(&v, &cache->subject, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), mapped);
		for (int w = 0; w < v.nwords; w++)
			phm_put_u64(state + 32 + 8 * w, phm_get_u64(state + 32 + 8 * w) | mapped[w]);
	}
	PG_RETURN_POINTER(state);
}

/* Merges two states of one person. */
Datum
phm_hcc_state_merge(PG_FUNCTION_ARGS)
{
	uint8	   *a,
			   *b;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(1)));
	a = own_state(fcinfo, PG_GETARG_DATUM(0));
	b = (uint8 *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
	require_same(memcmp(a + 4, b + 4, 28) == 0 && VARSIZE(a) == VARSIZE(b));
	for (int w = 0; w < HCC_WORDS; w++)
		phm_put_u64(a + 32 + 8 * w, phm_get_u64(a + 32 + 8 * w) | phm_get_u64(b + 32 + 8 * w));
	PG_RETURN_POINTER(a);
}

/* The score of a state; null when no segment takes the person. */
Datum
phm_hcc_state_score(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	uint8	   *state;
	HccSubject	subject;
	HccView		v;
	uint64		mapped[HCC_WORDS];
	PhmError	err = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (uint8 *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (!state_slice(state, VARSIZE(state), &v, &err))
	{
		if (err.sqlstate)
			hcc_raise(&err);
		PG_RETURN_NULL();
	}
	subject = state_subject(state);
	/* A forged state may name another model than its slice is of: trust no bit. */
	for (int w = 0; w < HCC_WORDS; w++)
	{
		int			bits = Min(Max(v.ncc - 64 * w, 0), 64);

		mapped[w] = phm_get_u64(state + 32 + 8 * w);
		if (bits < 64)
			mapped[w] &= (UINT64CONST(1) << bits) - 1;
	}
	hcc_score(&v, &subject, mapped, true, &cache->score);
	return hcc_result(fcinfo, cache, &v);
}
