/*
 * hhs_type.c: the type phm.hhs_model and the functions that score one person.
 * Arguments are read in place; a call site remembers the detoasted model,
 * nothing else survives a call.
 */
#include "risk/hhs_type.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_hhs_model_in);
PG_FUNCTION_INFO_V1(phm_hhs_model_out);
PG_FUNCTION_INFO_V1(phm_hhs_model_recv);
PG_FUNCTION_INFO_V1(phm_hhs_model_send);
PG_FUNCTION_INFO_V1(phm_hhs_months);
PG_FUNCTION_INFO_V1(phm_hhs);
PG_FUNCTION_INFO_V1(phm_hhs_raw);
PG_FUNCTION_INFO_V1(phm_hhs_score);

/* Hexadecimal text into a checked value: \x and two digits a byte. */
Datum
hhs_hex_in(FunctionCallInfo fcinfo, const char *type,
		   void (*check) (const void *value, Size size, PhmError *err))
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		len = strlen(text);
	PhmError	err = {0};
	struct varlena *value = NULL;

	if (len < 2 || len % 2 != 0 || text[0] != '\\' || text[1] != 'x')
		phm_fail(&err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1,
				 "invalid input syntax for type phm.%s", type);
	else
	{
		value = palloc(VARHDRSZ + len / 2);
		SET_VARSIZE(value, VARHDRSZ + hex_decode(text + 2, len - 2, VARDATA(value)));
		check(value, VARSIZE(value), &err);
	}
	if (err.sqlstate)
	{
		err.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

Datum
hhs_hex_out(FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	Size		len = VARSIZE(value) - VARHDRSZ;
	char	   *text = palloc(len * 2 + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA(value), len, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

/* The bytes of a value are the same on every machine. */
Datum
hhs_bytes_recv(FunctionCallInfo fcinfo, void (*check) (const void *value, Size size, PhmError *err))
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	struct varlena *value = palloc(VARHDRSZ + len);
	PhmError	err = {0};

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), pq_getmsgbytes(buf, len), len);
	check(value, VARSIZE(value), &err);
	if (err.sqlstate)
		hcc_raise(&err);
	PG_RETURN_POINTER(value);
}

Datum
hhs_bytes_send(FunctionCallInfo fcinfo)
{
	struct varlena *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(value), VARSIZE(value) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static void
check_model(const void *model, Size size, PhmError *err)
{
	(void) hhs_check(model, size, err);
}

Datum
phm_hhs_model_in(PG_FUNCTION_ARGS)
{
	return hhs_hex_in(fcinfo, "hhs_model", check_model);
}

Datum
phm_hhs_model_out(PG_FUNCTION_ARGS)
{
	return hhs_hex_out(fcinfo);
}

Datum
phm_hhs_model_recv(PG_FUNCTION_ARGS)
{
	return hhs_bytes_recv(fcinfo, check_model);
}

Datum
phm_hhs_model_send(PG_FUNCTION_ARGS)
{
	return hhs_bytes_send(fcinfo);
}

/* What this call site remembers. */
HhsCache *
hhs_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(HhsCache));
	return fcinfo->flinfo->fn_extra;
}

/* Fetches a toasted model, unless the call site has it already. */
static struct varlena *
fetch_model(FunctionCallInfo fcinfo, struct varlena *datum, HhsCache *cache)
{
	MemoryContext old;
	bool		same = hcc_same_snapshot(&cache->snapshot);

	if (same && cache->toast != NULL &&
		memcmp(cache->toast, datum, VARSIZE_EXTERNAL(datum)) == 0)
		return cache->model;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (cache->model)
		pfree(cache->model);
	if (cache->toast)
		pfree(cache->toast);
	cache->model = cache->toast = NULL;
	cache->model = detoast_attr(datum);
	cache->toast = palloc(VARSIZE_EXTERNAL(datum));
	memcpy(cache->toast, datum, VARSIZE_EXTERNAL(datum));
	MemoryContextSwitchTo(old);
	return cache->model;
}

/*
 * The model of a call.  A model that lies flat in memory is used where it is;
 * a toasted one is fetched once per call site, as long as its toast pointer
 * and the snapshot stay the same (a pointer may be used again later).
 */
void
hhs_arg_model(FunctionCallInfo fcinfo, int n, HhsCache *cache)
{
	struct varlena *datum = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(n));
	PhmError	err = {0};

	if (VARATT_IS_EXTERNAL_ONDISK(datum))
		datum = fetch_model(fcinfo, datum, cache);
	else
		datum = PG_DETOAST_DATUM(PointerGetDatum(datum));
	if (!hhs_view(&cache->view, datum, VARSIZE(datum), &err))
		hcc_raise(&err);
}

/* The first letter of a text field in small letters, 0 when it is null or blank. */
static char
first_letter(Datum value, bool isnull)
{
	text	   *t;

	if (isnull)
		return 0;
	t = DatumGetTextPP(value);
	for (int i = 0; i < VARSIZE_ANY_EXHDR(t); i++)
	{
		unsigned char c = VARDATA_ANY(t)[i];

		if (c != ' ')
			return c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	return 0;
}

/* Is a text field a word, in either case and with blanks around? */
static bool
is_word(Datum value, const char *word)
{
	text	   *t = DatumGetTextPP(value);
	const char *p = VARDATA_ANY(t);
	int			n = VARSIZE_ANY_EXHDR(t);

	while (n > 0 && *p == ' ')
		p++, n--;
	while (n > 0 && p[n - 1] == ' ')
		n--;
	return n == (int) strlen(word) && pg_strncasecmp(p, word, n) == 0;
}

/* Sex: 1 male, 2 female, 0 unknown. */
static int
parse_sex(Datum value, bool isnull)
{
	switch (first_letter(value, isnull))
	{
		case 'm':
			if (is_word(value, "m") || is_word(value, "male"))
				return 1;
			break;
		case '1':
			if (is_word(value, "1"))
				return 1;
			break;
		case 'f':
			if (is_word(value, "f") || is_word(value, "female"))
				return 2;
			break;
		case '2':
			if (is_word(value, "2"))
				return 2;
			break;
		case 'u':
			if (is_word(value, "u") || is_word(value, "unknown"))
				return 0;
			break;
		case '0':
			if (is_word(value, "0"))
				return 0;
			break;
		case '\0':
			return 0;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("sex of a person is not understood"),
			 errhint("Use M or 1, F or 2, and null, 0 or U for unknown.")));
}

/* The metal level of a plan by its name or first letter; -1 when it is not known. */
static int
parse_metal(Datum value, bool isnull)
{
	static const char letters[] = "pgsbc";
	char		letter = first_letter(value, isnull);
	const char *at = letter ? strchr(letters, letter) : NULL;

	if (letter == 0)
		return -1;
	if (at != NULL && (is_word(value, hhs_metal_names[at - letters]) || is_word(value, (char[]) {letter, 0})))
		return at - letters;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("metal level of a plan is not understood"),
			 errhint("Use platinum, gold, silver, bronze or catastrophic, or their first letters.")));
}

/* The attributes of phm.hhs_person, in order. */
enum
{
	PERSON_AGE, PERSON_SEX, PERSON_METAL, PERSON_CSR, PERSON_MONTHS, PERSON_FIELDS
};

/* The descriptor of phm.hhs_person, kept by the call site. */
static TupleDesc
person_desc(FunctionCallInfo fcinfo, HhsCache *cache, HeapTupleHeader header)
{
	Oid			type = HeapTupleHeaderGetTypeId(header);

	if (cache->person_desc == NULL || cache->person_desc->tdtypeid != type)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	desc = lookup_rowtype_tupdesc(type, HeapTupleHeaderGetTypMod(header));

		cache->person_desc = CreateTupleDescCopy(desc);
		ReleaseTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	if (cache->person_desc->natts != PERSON_FIELDS)
		elog(ERROR, "phm.hhs_person has %d fields", cache->person_desc->natts);
	return cache->person_desc;
}

/* Begins the person of a call; false when age, sex or metal level is unknown. */
bool
hhs_arg_person(FunctionCallInfo fcinfo, int n, HhsCache *cache)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(n);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	Datum		value[PERSON_FIELDS];
	bool		null[PERSON_FIELDS];
	HhsPerson	p;
	int			metal;
	PhmError	err = {0};

	ItemPointerSetInvalid(&tuple.t_self);
	heap_deform_tuple(&tuple, person_desc(fcinfo, cache, header), value, null);
	p.sex = parse_sex(value[PERSON_SEX], null[PERSON_SEX]);
	metal = parse_metal(value[PERSON_METAL], null[PERSON_METAL]);
	p.csr = null[PERSON_CSR] ? 1 : DatumGetInt32(value[PERSON_CSR]);
	p.months = null[PERSON_MONTHS] ? 12 : DatumGetInt32(value[PERSON_MONTHS]);
	if (null[PERSON_AGE] || p.sex == 0 || metal < 0)
		return false;
	p.age = DatumGetInt32(value[PERSON_AGE]);
	p.metal = metal;
	if (!hhs_begin(&cache->work, &cache->view, &p, &err))
		hcc_raise(&err);
	return true;
}

/* Adds all codes of an array, in place; nulls count for nothing. */
void
hhs_add_array(HhsWork *work, HhsCode kind, ArrayType *codes)
{
	int			n = ArrayGetNItems(ARR_NDIM(codes), ARR_DIMS(codes));
	bits8	   *nulls = ARR_NULLBITMAP(codes);
	char	   *p = ARR_DATA_PTR(codes);

	for (int i = 0; i < n; i++)
	{
		if (nulls && !(nulls[i / 8] & (1 << (i % 8))))
			continue;
		p = (char *) att_align_pointer(p, TYPALIGN_INT, -1, p);
		hhs_add(work, kind, VARDATA_ANY(p), VARSIZE_ANY_EXHDR(p));
		p += VARSIZE_ANY(p);
	}
}

/*
 * Reads arguments (model, person, diagnoses, ndcs, hcpcs).  False: the result
 * is null, because the model or the person is null, or age, sex or metal level
 * is unknown.
 */
bool
hhs_arg_codes(FunctionCallInfo fcinfo, HhsCache *cache)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	hhs_arg_model(fcinfo, 0, cache);
	if (!hhs_arg_person(fcinfo, 1, cache))
		return false;
	for (int kind = 0; kind < HHS_CODES; kind++)
		if (!PG_ARGISNULL(2 + kind))
			hhs_add_array(&cache->work, kind, PG_GETARG_ARRAYTYPE_P(2 + kind));
	return true;
}

/* Months of enrollment by days. */
Datum
phm_hhs_months(PG_FUNCTION_ARGS)
{
	int			days = PG_GETARG_INT32(0);

	if (days < 1 || days > 366)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("days of enrollment must be from 1 to 366")));
	PG_RETURN_INT32(hhs_months(days));
}

/* The score with everything it is made of. */
Datum
phm_hhs(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = hhs_cache(fcinfo);

	if (!hhs_arg_codes(fcinfo, cache))
		PG_RETURN_NULL();
	return hhs_result(fcinfo, cache);
}

/* The raw score alone. */
Datum
phm_hhs_raw(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = hhs_cache(fcinfo);

	if (!hhs_arg_codes(fcinfo, cache))
		PG_RETURN_NULL();
	hhs_finish(&cache->work, &cache->result);
	return hcc_numeric(cache->result.sum);
}

/* The score adjusted for cost sharing alone. */
Datum
phm_hhs_score(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = hhs_cache(fcinfo);

	if (!hhs_arg_codes(fcinfo, cache))
		PG_RETURN_NULL();
	hhs_finish(&cache->work, &cache->result);
	return hcc_numeric(hhs_score(&cache->result) * 1000);
}
