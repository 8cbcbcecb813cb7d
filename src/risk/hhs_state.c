/*
 * hhs_state.c: scores over code rows.  The state of one person is a bitmap of
 * the categories found so far (hhs_type.h draws it): 64 bytes, to be stored,
 * merged and, with the model it belongs to, scored.
 */
#include "risk/hhs_type.h"

PG_FUNCTION_INFO_V1(phm_hhs_state_in);
PG_FUNCTION_INFO_V1(phm_hhs_state_out);
PG_FUNCTION_INFO_V1(phm_hhs_state_recv);
PG_FUNCTION_INFO_V1(phm_hhs_state_send);
PG_FUNCTION_INFO_V1(phm_hhs_state_add);
PG_FUNCTION_INFO_V1(phm_hhs_state_merge);
PG_FUNCTION_INFO_V1(phm_hhs_state_score);

/* Refuses a state that is not as phm writes it; its bits are checked beside the model. */
static void
check_state(const void *value, Size size, PhmError *err)
{
	static const uint8 zeros[3];
	const uint8 *s = value;

	if (size != HHS_STATE_SIZE || s[4] != HHS_STATE_VERSION || memcmp(s + 5, zeros, 3) != 0 ||
		s[16] > HHS_MAX_AGE || s[17] < 1 || s[17] > 2 || s[18] >= HHS_METALS || s[19] >= HHS_CSR ||
		s[20] < 1 || s[20] > 12 || memcmp(s + 21, zeros, 3) != 0 ||
		phm_get_u32(s + 28) > phm_get_u32(s + 24))
		phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hhs_state value");
}

Datum
phm_hhs_state_in(PG_FUNCTION_ARGS)
{
	return hhs_hex_in(fcinfo, "hhs_state", check_state);
}

Datum
phm_hhs_state_out(PG_FUNCTION_ARGS)
{
	return hhs_hex_out(fcinfo);
}

Datum
phm_hhs_state_recv(PG_FUNCTION_ARGS)
{
	return hhs_bytes_recv(fcinfo, check_state);
}

Datum
phm_hhs_state_send(PG_FUNCTION_ARGS)
{
	return hhs_bytes_send(fcinfo);
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
				 errmsg("codes of one score belong to different persons or models"),
				 errhint("Group by what identifies the person, and by the person's fields.")));
}

/* The kind of a code row. */
static HhsCode
parse_kind(text *t)
{
	static const char *const names[] = {"dx", "ndc", "hcpcs"};

	for (int i = 0; i < HHS_CODES; i++)
		if (VARSIZE_ANY_EXHDR(t) == strlen(names[i]) &&
			pg_strncasecmp(VARDATA_ANY(t), names[i], strlen(names[i])) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("kind of a code is not understood"),
			 errhint("Use dx (ICD-10-CM), ndc or hcpcs.")));
}

/* A list written as text would count as one unknown code, and its diseases be lost. */
static void
require_one_code(text *code)
{
	for (int i = 0; i < VARSIZE_ANY_EXHDR(code); i++)
		if (VARDATA_ANY(code)[i] == '{' || VARDATA_ANY(code)[i] == ',')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a code row holds a list of codes"),
					 errhint("Give one row for each code.")));
}

/* What a state says of model and person. */
static void
put_subject(uint8 *s, const HhsWork *work)
{
	phm_put_u64(s + 8, work->model->hash);
	s[16] = work->person.age;
	s[17] = work->person.sex;
	s[18] = work->person.metal;
	s[19] = work->person.csr;
	s[20] = work->person.months;
}

/* Adds the code of arguments 3 and 4 to a state. */
static void
add_code(FunctionCallInfo fcinfo, HhsWork *work, uint8 *s)
{
	text	   *code;

	if (PG_ARGISNULL(4))
		return;
	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a code row has no kind")));
	code = PG_GETARG_TEXT_PP(4);
	require_one_code(code);
	hhs_add(work, parse_kind(PG_GETARG_TEXT_PP(3)), VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	phm_put_u32(s + 24, phm_get_u32(s + 24) + work->given);
	phm_put_u32(s + 28, phm_get_u32(s + 28) + work->unmapped);
	for (int w = 0; w < HHS_WORDS; w++)
		phm_put_u64(s + 32 + 8 * w, phm_get_u64(s + 32 + 8 * w) | work->mapped[w]);
}

/* Adds one code row; a null code makes the person known all the same. */
Datum
phm_hhs_state_add(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = hhs_cache(fcinfo);
	uint8		subject[HHS_STATE_SIZE] = {0};
	uint8	   *s;

	if (!PG_ARGISNULL(1))
		hhs_arg_model(fcinfo, 1, cache);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || !hhs_arg_person(fcinfo, 2, cache))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	put_subject(subject, &cache->work);
	if (PG_ARGISNULL(0))
	{
		s = palloc0(HHS_STATE_SIZE);
		SET_VARSIZE(s, HHS_STATE_SIZE);
		s[4] = HHS_STATE_VERSION;
		put_subject(s, &cache->work);
	}
	else
		s = own_state(fcinfo, PG_GETARG_DATUM(0));
	require_same(memcmp(s + 8, subject + 8, 16) == 0);
	add_code(fcinfo, &cache->work, s);
	PG_RETURN_POINTER(s);
}

/* Merges two states of one person. */
Datum
phm_hhs_state_merge(PG_FUNCTION_ARGS)
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
	require_same(memcmp(a + 4, b + 4, 20) == 0);
	for (int i = 24; i < 32; i += 4)
		phm_put_u32(a + i, phm_get_u32(a + i) + phm_get_u32(b + i));
	for (int w = 0; w < HHS_WORDS; w++)
		phm_put_u64(a + 32 + 8 * w, phm_get_u64(a + 32 + 8 * w) | phm_get_u64(b + 32 + 8 * w));
	PG_RETURN_POINTER(a);
}

/* The score of a state by the model it belongs to. */
Datum
phm_hhs_state_score(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = hhs_cache(fcinfo);
	HhsWork    *work = &cache->work;
	const uint8 *s = (const uint8 *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
	HhsPerson	p = {s[16], s[17], s[18], s[19], s[20]};
	PhmError	err = {0};

	hhs_arg_model(fcinfo, 0, cache);
	if (phm_get_u64(s + 8) != cache->view.hash)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the state belongs to another model"),
				 errhint("Score a state with the model with which it was made.")));
	if (!hhs_begin(work, &cache->view, &p, &err))
		hcc_raise(&err);
	work->given = phm_get_u32(s + 24);
	work->unmapped = phm_get_u32(s + 28);
	/* a forged state may hold bits of no category */
	for (int w = 0; w < cache->view.nwords; w++)
	{
		int			bits = Min(cache->view.ncat - 64 * w, 64);

		work->mapped[w] = phm_get_u64(s + 32 + 8 * w);
		if (bits < 64)
			work->mapped[w] &= (UINT64CONST(1) << bits) - 1;
	}
	return hhs_result(fcinfo, cache);
}
