/*
 * hcc_type.c: the type phm.hcc_model and the functions that score one person.
 * Arguments are read in place; a call site remembers the detoasted model and
 * the person read last, nothing else survives a call.
 */
#include "risk/hcc_type.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "types/codeset.h"

PG_FUNCTION_INFO_V1(phm_hcc_model_in);
PG_FUNCTION_INFO_V1(phm_hcc_model_out);
PG_FUNCTION_INFO_V1(phm_hcc_model_recv);
PG_FUNCTION_INFO_V1(phm_hcc_model_send);
PG_FUNCTION_INFO_V1(phm_hcc);
PG_FUNCTION_INFO_V1(phm_hcc_raw);
PG_FUNCTION_INFO_V1(phm_hcc_payment);
PG_FUNCTION_INFO_V1(phm_hcc_codeset);

/* Raises what a pure part reported. */
void
hcc_raise(const PhmError *err)
{
	ereport(ERROR,
			(errcode(err->sqlstate), errmsg("%s", err->message),
			 err->detail[0] ? errdetail("%s", err->detail) : 0,
			 err->hint[0] ? errhint("%s", err->hint) : 0));
}

/* Hexadecimal text into a checked model: \x and two digits a byte. */
Datum
phm_hcc_model_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		len = strlen(text);
	PhmError	err = {0};
	struct varlena *model;

	if (len < 2 || len % 2 != 0 || text[0] != '\\' || text[1] != 'x')
	{
		phm_fail(&err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1,
				 "invalid input syntax for type phm.hcc_model");
		phm_fail_hint(&err, "A model is made by phm.hcc_model(name, payment_year).");
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	model = palloc(VARHDRSZ + len / 2);
	SET_VARSIZE(model, VARHDRSZ + hex_decode(text + 2, len - 2, VARDATA(model)));
	if (!hcc_check(model, VARSIZE(model), &err))
	{
		err.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(model);
}

Datum
phm_hcc_model_out(PG_FUNCTION_ARGS)
{
	struct varlena *model = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	Size		len = VARSIZE(model) - VARHDRSZ;
	char	   *text = palloc(len * 2 + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA(model), len, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

/* The bytes of a model are the same on every machine. */
Datum
phm_hcc_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	struct varlena *model = palloc(VARHDRSZ + len);
	PhmError	err = {0};

	SET_VARSIZE(model, VARHDRSZ + len);
	memcpy(VARDATA(model), pq_getmsgbytes(buf, len), len);
	if (!hcc_check(model, VARSIZE(model), &err))
		hcc_raise(&err);
	PG_RETURN_POINTER(model);
}

Datum
phm_hcc_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *model = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(model), VARSIZE(model) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* What this call site remembers. */
HccCache *
hcc_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(HccCache));
	return fcinfo->flinfo->fn_extra;
}

/* Does the active snapshot see what the known one saw?  Remembers it if not. */
bool
hcc_same_snapshot(HccSnapshot *known)
{
	HccSnapshot now;
	Snapshot	active;

	memset(&now, 0, sizeof(now));
	if (ActiveSnapshotSet())
	{
		active = GetActiveSnapshot();
		now.xmin = active->xmin;
		now.xmax = active->xmax;
		now.xcnt = active->xcnt;
		now.curcid = active->curcid;
		now.subid = GetCurrentSubTransactionId();
		now.completed = active->snapXactCompletionCount;
	}
	if (ActiveSnapshotSet() && memcmp(&now, known, sizeof(now)) == 0)
		return true;
	*known = now;
	return false;
}

/*
 * The model of a call.  A model that lies flat in memory is used where it is;
 * a toasted one is fetched once per call site, as long as its toast pointer
 * and the snapshot stay the same (a pointer may be used again later).
 */
void
hcc_arg_model(FunctionCallInfo fcinfo, int n, HccCache *cache, HccView *v)
{
	struct varlena *datum = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(n));
	PhmError	err = {0};
	bool		same;

	if (VARATT_IS_EXTERNAL_ONDISK(datum))
	{
		same = hcc_same_snapshot(&cache->snapshot);
		if (!same || cache->toast == NULL ||
			memcmp(cache->toast, datum, VARSIZE_EXTERNAL(datum)) != 0)
		{
			MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

			if (cache->model)
				pfree(cache->model);
			if (cache->toast)
				pfree(cache->toast);
			cache->model = cache->toast = NULL;
			cache->model = detoast_attr(datum);
			cache->toast = palloc(VARSIZE_EXTERNAL(datum));
			memcpy(cache->toast, datum, VARSIZE_EXTERNAL(datum));
			MemoryContextSwitchTo(old);
		}
		datum = cache->model;
	}
	else
		datum = PG_DETOAST_DATUM(PointerGetDatum(datum));
	if (!hcc_view(v, datum, VARSIZE(datum), &err))
		hcc_raise(&err);
}

/* A text field of a person in small letters, without blanks; "" when null. */
static void
get_word(Datum value, bool isnull, char *word, Size size)
{
	text	   *t;
	Size		n = 0;

	if (!isnull)
	{
		t = DatumGetTextPP(value);
		for (int i = 0; i < VARSIZE_ANY_EXHDR(t) && n < size - 1; i++)
		{
			unsigned char c = VARDATA_ANY(t)[i];

			if (c != ' ')
				word[n++] = c >= 'A' && c <= 'Z' ? c + 32 : c;
		}
	}
	word[n] = '\0';
}

/* Sex: 1 male, 2 female, 0 unknown. */
static int
parse_sex(const char *word)
{
	if (strcmp(word, "1") == 0 || strcmp(word, "m") == 0 || strcmp(word, "male") == 0)
		return 1;
	if (strcmp(word, "2") == 0 || strcmp(word, "f") == 0 || strcmp(word, "female") == 0)
		return 2;
	if (word[0] == '\0' || strcmp(word, "0") == 0 || strcmp(word, "u") == 0 ||
		strcmp(word, "unknown") == 0)
		return 0;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("sex of a person is not understood"),
			 errhint("Use M or 1, F or 2, and null, 0 or U for unknown.")));
}

/* Medicare dual status code: 02, 04, 08 full benefits, 01, 03, 05, 06 partial. */
static HccDual
parse_dual(const char *word)
{
	char		digit = word[0];

	if (digit == '0' && word[1] != '\0')
		digit = *++word;
	if (word[0] == '\0' || strcmp(word, "na") == 0 || strcmp(word, "99") == 0 ||
		strcmp(word, "10") == 0)
		return HCC_NOT_DUAL;
	if (word[1] == '\0' && digit >= '0' && digit <= '9' && digit != '7')
		return strchr("248", digit) ? HCC_FULL : strchr("1356", digit) ? HCC_PARTIAL : HCC_NOT_DUAL;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("dual_status of a person is not a Medicare dual status code"),
			 errhint("Use 00 to 06, 08, 09, 10, 99, NA or null.")));
}

/* The attributes of phm.hcc_person, in order. */
enum
{
	PERSON_AGE, PERSON_SEX, PERSON_OREC, PERSON_CREC, PERSON_DUAL, PERSON_NEW, PERSON_SNP,
	PERSON_LOW_INCOME, PERSON_LTI, PERSON_GRAFT, PERSON_ESRD, PERSON_FIELDS
};

/* Reads the fields of a person; false when age or sex is unknown. */
static bool
read_person(const Datum *value, const bool *null, HccSubject *subject)
{
	HccPerson	p = {0};
	PhmError	err = {0};
	char		sex[16],
				dual[16];
	int			crec = null[PERSON_CREC] ? 0 : DatumGetInt32(value[PERSON_CREC]);

	get_word(value[PERSON_SEX], null[PERSON_SEX], sex, sizeof(sex));
	get_word(value[PERSON_DUAL], null[PERSON_DUAL], dual, sizeof(dual));
	p.sex = parse_sex(sex);
	p.dual = parse_dual(dual);
	p.age = null[PERSON_AGE] ? 0 : DatumGetInt32(value[PERSON_AGE]);
	p.orec = null[PERSON_OREC] ? 0 : DatumGetInt32(value[PERSON_OREC]);
	p.new_enrollee = !null[PERSON_NEW] && DatumGetBool(value[PERSON_NEW]);
	p.snp = !null[PERSON_SNP] && DatumGetBool(value[PERSON_SNP]);
	p.low_income = !null[PERSON_LOW_INCOME] && DatumGetBool(value[PERSON_LOW_INCOME]);
	p.lti = !null[PERSON_LTI] && DatumGetBool(value[PERSON_LTI]);
	p.graft_months = null[PERSON_GRAFT] ? 0 : DatumGetInt32(value[PERSON_GRAFT]);
	p.esrd = null[PERSON_ESRD] ? crec == 2 || crec == 3 : DatumGetBool(value[PERSON_ESRD]);
	if (crec < 0 || crec > 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("current reason for entitlement must be from 0 to 3")));
	if (!hcc_subject(&p, subject, &err))
		hcc_raise(&err);
	return p.sex != 0 && !null[PERSON_AGE];
}

/* Takes a tuple apart; the descriptor is kept by the call site. */
static void
deform_person(FunctionCallInfo fcinfo, HccCache *cache, HeapTupleHeader header,
			  Datum *value, bool *null)
{
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};
	Oid			type = HeapTupleHeaderGetTypeId(header);
	TupleDesc	desc;

	ItemPointerSetInvalid(&tuple.t_self);
	if (cache->person_desc == NULL || cache->person_desc->tdtypeid != type)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		desc = lookup_rowtype_tupdesc(type, HeapTupleHeaderGetTypMod(header));
		cache->person_desc = CreateTupleDescCopy(desc);
		ReleaseTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	if (cache->person_desc->natts != PERSON_FIELDS)
		elog(ERROR, "phm.hcc_person has %d fields", cache->person_desc->natts);
	heap_deform_tuple(&tuple, cache->person_desc, value, null);
}

/*
 * The person of a call; false when age or sex is unknown.  Rows of one person
 * usually follow each other, so equal bytes are not read again.
 */
bool
hcc_arg_person(FunctionCallInfo fcinfo, int n, HccCache *cache)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(n);
	Size		size = HeapTupleHeaderGetDatumLength(header);
	Datum		value[PERSON_FIELDS];
	bool		null[PERSON_FIELDS];

	if (cache->person && HeapTupleHeaderGetDatumLength(cache->person) == size &&
		memcmp(cache->person, header, size) == 0)
		return cache->known;
	if (cache->person)
		pfree(cache->person);
	cache->person = NULL;
	deform_person(fcinfo, cache, header, value, null);
	cache->known = read_person(value, null, &cache->subject);
	cache->person = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, size);
	memcpy(cache->person, header, size);
	return cache->known;
}

/* Maps all diagnoses of an array, in place; nulls count for nothing. */
void
hcc_map_array(const HccView *v, const HccSubject *subject, ArrayType *diagnoses, uint64 *mapped)
{
	int			n = ArrayGetNItems(ARR_NDIM(diagnoses), ARR_DIMS(diagnoses));
	bits8	   *nulls = ARR_NULLBITMAP(diagnoses);
	char	   *p = ARR_DATA_PTR(diagnoses);

	for (int i = 0; i < n; i++)
	{
		if (nulls && !(nulls[i / 8] & (1 << (i % 8))))
			continue;
		p = (char *) att_align_pointer(p, TYPALIGN_INT, -1, p);
		hcc_map(v, subject, VARDATA_ANY(p), VARSIZE_ANY_EXHDR(p), mapped);
		p += VARSIZE_ANY(p);
	}
}

/* Maps the ICD-10-CM codes of a phm.codeset; codes of other systems count for nothing. */
static void
map_codeset(const HccView *v, const HccSubject *subject, Datum codes, uint64 *mapped)
{
	static const char uri[] = "http://hl7.org/fhir/sid/icd-10-cm";
	struct varlena *set = PG_DETOAST_DATUM_PACKED(codes);
	CodesetView view;

	codeset_view_init(&view, VARDATA_ANY(set));
	for (uint32 i = 0; i < view.ncodes + view.nprefixes; i++)
	{
		CodesetEntry entry;

		codeset_entry(&view, i, &entry);
		if (entry.system_length != sizeof(uri) - 1 || memcmp(entry.system, uri, sizeof(uri) - 1) != 0)
			continue;
		if (entry.prefix)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("diagnoses of a person must be codes, not prefixes"),
					 errhint("A set with prefixes says which codes are meant, not which a person has.")));
		hcc_map(v, subject, entry.code, entry.code_length, mapped);
	}
}

/*
 * Scores arguments (model, person, diagnoses) into cache->score.  False: the
 * result is null, because the model or the person is null, age or sex is
 * unknown, or no segment of the model takes the person.
 */
static bool
score_arguments(FunctionCallInfo fcinfo, bool of_codeset, bool want_terms, HccCache *cache, HccView *v)
{
	uint64		mapped[HCC_WORDS] = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	hcc_arg_model(fcinfo, 0, cache, v);
	if (!hcc_arg_person(fcinfo, 1, cache))
		return false;
	if (!PG_ARGISNULL(2) && of_codeset)
		map_codeset(v, &cache->subject, PG_GETARG_DATUM(2), mapped);
	else if (!PG_ARGISNULL(2))
		hcc_map_array(v, &cache->subject, PG_GETARG_ARRAYTYPE_P(2), mapped);
	hcc_score(v, &cache->subject, mapped, want_terms, &cache->score);
	return cache->score.segment >= 0;
}

/* A number of millionths as numeric, with three decimals where they suffice. */
Datum
hcc_numeric(int64 millionths)
{
	if (millionths % 1000 == 0)
		return NumericGetDatum(int64_div_fast_to_numeric(millionths / 1000, 3));
	return NumericGetDatum(int64_div_fast_to_numeric(millionths, 6));
}

/* The score with everything it is made of. */
Datum
phm_hcc(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	HccView		v;

	if (!score_arguments(fcinfo, false, true, cache, &v))
		PG_RETURN_NULL();
	return hcc_result(fcinfo, cache, &v);
}

/* The same of diagnoses in a phm.codeset. */
Datum
phm_hcc_codeset(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	HccView		v;

	if (!score_arguments(fcinfo, true, true, cache, &v))
		PG_RETURN_NULL();
	return hcc_result(fcinfo, cache, &v);
}

/* The raw score alone. */
Datum
phm_hcc_raw(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	HccView		v;

	if (!score_arguments(fcinfo, false, false, cache, &v))
		PG_RETURN_NULL();
	return hcc_numeric(hcc_raw(&cache->score));
}

/* The payment score alone; null where no normalization is known. */
Datum
phm_hcc_payment(PG_FUNCTION_ARGS)
{
	HccCache   *cache = hcc_cache(fcinfo);
	HccView		v;

	if (!score_arguments(fcinfo, false, false, cache, &v) || cache->score.normalization == 0)
		PG_RETURN_NULL();
	return hcc_numeric(hcc_payment(&cache->score) * 1000);
}
