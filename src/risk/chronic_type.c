/*
 * chronic_type.c: the type phm.chronic_model, and the functions that find the
 * chronic conditions of one person in claims or in a problem list.
 */
#include "risk/chronic_type.h"

#include "utils/date.h"

PG_FUNCTION_INFO_V1(phm_chronic_model_in);
PG_FUNCTION_INFO_V1(phm_chronic_model_recv);
PG_FUNCTION_INFO_V1(phm_chronic);
PG_FUNCTION_INFO_V1(phm_chronic_problems);

/* Text input of a definition. */
Datum
phm_chronic_model_in(PG_FUNCTION_ARGS)
{
	return kept_in(fcinfo, "phm.chronic_model", "A definition is made by phm.chronic_definition(name).", chronic_check);
}

/* Binary input of a definition. */
Datum
phm_chronic_model_recv(PG_FUNCTION_ARGS)
{
	return kept_recv(fcinfo, chronic_check);
}

/* What this call site remembers. */
ChronicCache *
chronic_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ChronicCache));
	return fcinfo->flinfo->fn_extra;
}

/* The definition of a call. */
void
chronic_arg(FunctionCallInfo fcinfo, int n, ChronicCache *cache, Chronic *c)
{
	PhmError	err = {0};
	Size		size;
	const uint8 *value = kept_arg(fcinfo, n, &cache->model, &size);

	if (!chronic_view(c, value, size, &err))
		hcc_raise(&err);
}

/* A kind of claim by name, -1 when it is none. */
int
chronic_kind_of(const char *name, Size length)
{
	static const char *const kinds[CHRONIC_KINDS] = {
		"inpatient", "snf", "hha", "outpatient", "carrier", "ed", "drug", "other",
	};

	for (int i = 0; i < CHRONIC_KINDS; i++)
		if (strlen(kinds[i]) == length && pg_strncasecmp(kinds[i], name, length) == 0)
			return i;
	return -1;
}

/* The kind of a claim of a call. */
int
chronic_kind_arg(Datum value)
{
	text	   *t = DatumGetTextPP(value);
	int			kind = chronic_kind_of(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));

	if (kind < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a kind of claim is not known"),
				 errhint("Kinds are inpatient, snf, hha, outpatient, carrier, ed, drug and other.")));
	return kind;
}

/* The day of a claim of a call. */
int32
chronic_day(Datum value)
{
	DateADT		day = DatumGetDateADT(value);

	if (DATE_NOT_FINITE(day) || day < CHRONIC_MIN_DAY || day > CHRONIC_MAX_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("days of claims must be finite dates")));
	return day;
}

/* The number of a code system, 255 when the definition has no codes of it. */
int
chronic_system(const Chronic *c, Datum value)
{
	text	   *t = DatumGetTextPP(value);
	int			system = grouper_system(&c->grouper, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));

	return system < 0 ? 255 : system;
}

/* Tells claims apart by what they are called. */
uint64
chronic_claim_key(Datum value)
{
	text	   *t = DatumGetTextPP(value);

	return hcc_hash(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/* By day, kind, claim, category, key, system. */
int
chronic_compare(const void *a, const void *b)
{
	const ChronicRecord *x = a,
			   *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->kind != y->kind)
		return (int) x->kind - (int) y->kind;
	if (x->claim != y->claim)
		return x->claim < y->claim ? -1 : 1;
	if (x->category != y->category)
		return (int) x->category - (int) y->category;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int) x->system - (int) y->system;
}

/* Adds the records of a code, in no order: day, kind, claim and system are those of like. */
void
chronic_gather(const Chronic *c, const text *code, const ChronicRecord *like, ChronicRecords *records)
{
	const uint16 *categories;
	GrouperCode read;
	int			n;

	if (like->system == 255 || !grouper_read_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &read))
		return;
	n = grouper_find_code(&c->grouper, like->system, &read, &categories);
	if (records->n + n > records->room)
	{
		records->room = records->room * 2 + n + 16;
		records->at = records->at ? repalloc(records->at, sizeof(ChronicRecord) * records->room) :
			palloc(sizeof(ChronicRecord) * records->room);
	}
	for (int i = 0; i < n; i++)
	{
		ChronicRecord *r = &records->at[records->n++];

		*r = *like;
		r->key = read.key;
		r->category = grouper_at(categories, i);
	}
}

/* An array argument as values and nulls; absent or null: none, values stays NULL. */
static int
array_arg(FunctionCallInfo fcinfo, int n, Oid type, Datum **values, bool **nulls)
{
	int			count = 0;

	*values = NULL;
	*nulls = NULL;
	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return 0;
	if (type == DATEOID)
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), DATEOID, 4, true, TYPALIGN_INT, values, nulls, &count);
	else
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, values, nulls, &count);
	return count;
}

/* Refuses arrays that are not of one length. */
static void
same_length(int n, int count, const char *what)
{
	if (n != count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be as many %s as codes", what),
				 errdetail("There are %d and %d.", count, n)));
}

/* Refuses a null where every code needs a value. */
static void
not_null(bool null, const char *what)
{
	if (null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of claims must not be null", what)));
}

/* Sorts records, each once. */
static void
sort_records(ChronicRecords *records)
{
	int			kept = 0;

	if (records->n > 1)
		qsort(records->at, records->n, sizeof(ChronicRecord), chronic_compare);
	for (int i = 0; i < records->n; i++)
		if (i == 0 || chronic_compare(&records->at[i], &records->at[i - 1]) != 0)
			records->at[kept++] = records->at[i];
	records->n = kept;
}

/* Arguments (definition, codes, days, kinds, as_of, code_systems, claims). */
Datum
phm_chronic(PG_FUNCTION_ARGS)
{
	ChronicCache *cache = chronic_cache(fcinfo);
	ChronicRecords records = {0};
	Chronic		c;
	Datum	   *codes,
			   *days,
			   *kinds,
			   *systems,
			   *claims;
	bool	   *no_code,
			   *no_day,
			   *no_kind,
			   *no_system,
			   *no_claim;
	int			n,
				nsystems,
				nclaims;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	chronic_arg(fcinfo, 0, cache, &c);
	n = array_arg(fcinfo, 1, TEXTOID, &codes, &no_code);
	same_length(n, array_arg(fcinfo, 2, DATEOID, &days, &no_day), "days");
	same_length(n, array_arg(fcinfo, 3, TEXTOID, &kinds, &no_kind), "kinds of claims");
	nsystems = array_arg(fcinfo, 5, TEXTOID, &systems, &no_system);
	if (systems)
		same_length(n, nsystems, "code systems");
	nclaims = array_arg(fcinfo, 6, TEXTOID, &claims, &no_claim);
	if (claims)
		same_length(n, nclaims, "claims");
	for (int i = 0; i < n; i++)
	{
		ChronicRecord like = {0};

		if (no_code[i])
			continue;
		not_null(no_day[i], "days");
		not_null(no_kind[i], "kinds");
		like.day = chronic_day(days[i]);
		like.kind = chronic_kind_arg(kinds[i]);
		like.claim = claims && !no_claim[i] ? chronic_claim_key(claims[i]) : 0;
		like.system = systems && !no_system[i] ? chronic_system(&c, systems[i]) :
			chronic_system(&c, CStringGetTextDatum("ICD10CM"));
		chronic_gather(&c, DatumGetTextPP(codes[i]), &like, &records);
	}
	sort_records(&records);
	return chronic_findings(fcinfo, cache, &c, PG_ARGISNULL(4) ? CHRONIC_NO_DAY : chronic_day(PG_GETARG_DATUM(4)),
							&records);
}

/* Arguments (definition, codes, days, code_system): a problem list, where one code suffices. */
Datum
phm_chronic_problems(PG_FUNCTION_ARGS)
{
	ChronicCache *cache = chronic_cache(fcinfo);
	ChronicRecords records = {0};
	Chronic		c;
	Datum	   *codes,
			   *days;
	bool	   *no_code,
			   *no_day;
	int			n,
				ndays,
				system;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	chronic_arg(fcinfo, 0, cache, &c);
	system = chronic_system(&c, PG_GETARG_DATUM(3));
	n = array_arg(fcinfo, 1, TEXTOID, &codes, &no_code);
	ndays = array_arg(fcinfo, 2, DATEOID, &days, &no_day);
	if (days)
		same_length(n, ndays, "days");
	for (int i = 0; i < n; i++)
	{
		ChronicRecord like = {.kind = CHRONIC_KINDS, .system = system, .day = CHRONIC_NO_DAY};

		if (no_code[i])
			continue;
		if (days && !no_day[i])
			like.day = chronic_day(days[i]);
		chronic_gather(&c, DatumGetTextPP(codes[i]), &like, &records);
	}
	sort_records(&records);
	return chronic_findings(fcinfo, cache, &c, CHRONIC_NO_DAY, &records);
}
