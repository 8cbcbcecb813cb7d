/*
 * comorbidity_type.c: the type phm.comorbidity_model and the functions that
 * score one person or stay.  Arguments are read in place; a call site
 * remembers the detoasted index, nothing else survives a call.
 */
#include "risk/comorbidity_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"

PG_FUNCTION_INFO_V1(phm_comorbidity_model_in);
PG_FUNCTION_INFO_V1(phm_comorbidity_model_recv);
PG_FUNCTION_INFO_V1(phm_comorbidity);
PG_FUNCTION_INFO_V1(phm_ahrq_cmr);

/* Text input of an index. */
Datum
phm_comorbidity_model_in(PG_FUNCTION_ARGS)
{
	return kept_in(fcinfo, "phm.comorbidity_model", "An index is made by phm.comorbidity_index(name).",
				   comorbidity_check);
}

/* Binary input of an index. */
Datum
phm_comorbidity_model_recv(PG_FUNCTION_ARGS)
{
	return kept_recv(fcinfo, comorbidity_check);
}

/* What this call site remembers. */
ComorbidityCache *
comorbidity_cache(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ComorbidityCache));
	return fcinfo->flinfo->fn_extra;
}

/* The index of a call. */
void
comorbidity_arg(FunctionCallInfo fcinfo, int n, ComorbidityCache *cache, Comorbidity *c)
{
	PhmError	err = {0};
	Size		size;
	const uint8 *value = kept_arg(fcinfo, n, &cache->model, &size);

	if (!comorbidity_view(c, value, size, &err))
		hcc_raise(&err);
}

/* The age of a call, -1 when it is not given. */
int
comorbidity_age(FunctionCallInfo fcinfo, int n)
{
	int			age;

	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return -1;
	age = PG_GETARG_INT32(n);
	if (age < 0 || age > COMORBIDITY_MAX_AGE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("age must be from 0 to %d years", COMORBIDITY_MAX_AGE)));
	return age;
}

/* By condition, key and kind. */
int
comorbidity_compare(const void *a, const void *b)
{
	const ComorbidityRecord *x = a,
			   *y = b;

	if (x->condition != y->condition)
		return (int) x->condition - (int) y->condition;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int) x->kind - (int) y->kind;
}

/* Adds the records of a diagnosis, in no order. */
void
comorbidity_gather(const Comorbidity *c, const text *code, bool principal, char poa, ComorbidityRecords *records)
{
	ComorbidityFound found = {0};
	GrouperCode read;

	if (principal && (c->flags & COMORBIDITY_SECONDARY))
		return;
	if (grouper_read_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &read))
		found = comorbidity_find(c, &read);
	if (records->n + found.n + 1 > records->room)
	{
		records->room = records->room * 2 + found.n + 16;
		records->at = records->at ? repalloc(records->at, sizeof(ComorbidityRecord) * records->room) :
			palloc(sizeof(ComorbidityRecord) * records->room);
	}
	if (found.n == 0)
		records->at[records->n++] = (ComorbidityRecord) {read.key, COMORBIDITY_NONE, COMORBIDITY_UNREPORTED};
	for (int i = 0; i < found.n; i++)
		records->at[records->n++] = (ComorbidityRecord) {read.key, grouper_at(found.conditions, i),
		comorbidity_kind(c, &found, i, poa)};
}

/* The first character of a text that is not a blank; ' ' when there is none. */
char
comorbidity_letter(Datum value)
{
	text	   *t = DatumGetTextPP(value);

	for (Size i = 0; i < VARSIZE_ANY_EXHDR(t); i++)
		if (VARDATA_ANY(t)[i] != ' ')
			return VARDATA_ANY(t)[i];
	return ' ';
}

/* The present-on-admission letters of a call, NULL when they are not given. */
static char *
read_poa(FunctionCallInfo fcinfo, int n, int ndiagnoses)
{
	Datum	   *values;
	bool	   *nulls;
	char	   *letters;
	int			count;

	if (PG_NARGS() <= n || PG_ARGISNULL(n))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	if (count != ndiagnoses)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be as many present-on-admission letters as diagnoses"),
				 errdetail("There are %d and %d.", count, ndiagnoses)));
	letters = palloc(count + 1);
	for (int i = 0; i < count; i++)
		letters[i] = nulls[i] ? ' ' : comorbidity_letter(values[i]);
	return letters;
}

/* Gathers diagnoses and letters of a call; the array argument may be null. */
static void
gather_arguments(FunctionCallInfo fcinfo, const Comorbidity *c, int diagnoses, int poa, ComorbidityRecords *records)
{
	Datum	   *codes = NULL;
	bool	   *nulls = NULL;
	int			n = 0;
	char	   *letters;

	if (!PG_ARGISNULL(diagnoses))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(diagnoses), TEXTOID, -1, false, TYPALIGN_INT, &codes, &nulls, &n);
	letters = read_poa(fcinfo, poa, n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			comorbidity_gather(c, DatumGetTextPP(codes[i]), false, letters ? letters[i] : 0, records);
}

/* Sorts records, each once. */
static void
sort_records(ComorbidityRecords *records)
{
	int			kept = 0;

	if (records->n > 1)
		qsort(records->at, records->n, sizeof(ComorbidityRecord), comorbidity_compare);
	for (int i = 0; i < records->n; i++)
		if (i == 0 || comorbidity_compare(&records->at[i], &records->at[i - 1]) != 0)
			records->at[kept++] = records->at[i];
	records->n = kept;
}

/* Arguments (index, diagnoses, age, poa, principal), of which later ones may be absent. */
Datum
phm_comorbidity(PG_FUNCTION_ARGS)
{
	ComorbidityCache *cache = comorbidity_cache(fcinfo);
	ComorbidityRecords records = {0};
	Comorbidity c;
	int			age;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	comorbidity_arg(fcinfo, 0, cache, &c);
	age = comorbidity_age(fcinfo, 2);
	gather_arguments(fcinfo, &c, 1, 3, &records);
	if (PG_NARGS() > 4 && !PG_ARGISNULL(4))
		comorbidity_gather(&c, PG_GETARG_TEXT_PP(4), true, 'Y', &records);
	sort_records(&records);
	return comorbidity_result(fcinfo, cache, &c, age, &records);
}

/* Arguments (index, principal, secondary, poa). */
Datum
phm_ahrq_cmr(PG_FUNCTION_ARGS)
{
	ComorbidityCache *cache = comorbidity_cache(fcinfo);
	ComorbidityRecords records = {0};
	Comorbidity c;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	comorbidity_arg(fcinfo, 0, cache, &c);
	if (!PG_ARGISNULL(1))
		comorbidity_gather(&c, PG_GETARG_TEXT_PP(1), true, 'Y', &records);
	gather_arguments(fcinfo, &c, 2, 3, &records);
	sort_records(&records);
	return comorbidity_result(fcinfo, cache, &c, -1, &records);
}
