/*
 * comorbidity_result.c: results of comorbidity indexes as composite values.
 * The same C function serves every result type of the concept: an attribute
 * is filled by its name, and a name that is none of the known ones is that of
 * a set of weights (followed by _with_age for the score with points of age).
 */
#include "risk/comorbidity_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

/* What a result is made from. */
typedef struct Made
{
	ComorbidityCache *cache;
	const Comorbidity *c;
	const ComorbidityRecords *records;
	bool		age_known;
	ComorbidityResult r;
} Made;

/* A score or weight as numeric, with the decimals of its set. */
static Datum
numeric_of(const Comorbidity *c, int set, int64 value)
{
	return NumericGetDatum(int64_div_fast_to_numeric(value, comorbidity_decimals(c, set)));
}

static Datum
text_array(Datum *texts, int n)
{
	return PointerGetDatum(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The names of a set of conditions. */
static Datum
names_of(const Comorbidity *c, const uint64 *set)
{
	Datum		names[COMORBIDITY_MAX];
	int			n = 0;

	for (int i = 0; i < c->n; i++)
		if (comorbidity_has(set, i))
			names[n++] = CStringGetTextDatum(comorbidity_condition(c, i));
	return text_array(names, n);
}

/* The codes of a condition that have this kind, each once. */
static Datum
codes_of(const ComorbidityRecords *records, int condition, ComorbidityKind kind)
{
	Datum	   *codes = palloc(sizeof(Datum) * (records->n + 1));
	int			n = 0;

	for (int i = 0; i < records->n; i++)
	{
		const ComorbidityRecord *r = &records->at[i];
		char		code[GROUPER_CODE_SIZE] = "?";

		if (r->condition != condition || r->kind != kind)
			continue;
		if (r->key)
			grouper_key_text(r->key, code);
		codes[n++] = CStringGetTextDatum(code);
	}
	return text_array(codes, n);
}

/* The row type of the elements of an array attribute, kept by the call site. */
static TupleDesc
element_desc(FunctionCallInfo fcinfo, TupleDesc *kept, Oid array)
{
	if (*kept == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	desc = lookup_rowtype_tupdesc(get_element_type(array), -1);

		*kept = CreateTupleDescCopy(desc);
		ReleaseTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return *kept;
}

/* An array of rows of a type. */
static Datum
row_array(TupleDesc desc, Datum *rows, int n)
{
	return PointerGetDatum(construct_array(rows, n, desc->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}

/* The conditions with weights and codes. */
static Datum
terms_of(FunctionCallInfo fcinfo, const Made *m, Oid array)
{
	TupleDesc	desc = element_desc(fcinfo, &m->cache->term, array);
	Datum		rows[COMORBIDITY_MAX];
	int			n = 0;

	for (int i = 0; i < m->c->n; i++)
	{
		Datum		weights[COMORBIDITY_MAX_SETS];
		Datum		values[4];
		bool		nulls[4] = {0};

		if (!comorbidity_has(m->r.conditions, i))
			continue;
		for (int s = 0; s < m->c->nsets; s++)
			weights[s] = numeric_of(m->c, s, comorbidity_weight(m->c, s, i));
		values[0] = CStringGetTextDatum(comorbidity_condition(m->c, i));
		values[1] = CStringGetTextDatum(comorbidity_label(m->c, i));
		nulls[1] = comorbidity_label(m->c, i)[0] == '\0';
		values[2] = PointerGetDatum(construct_array(weights, m->c->nsets, NUMERICOID, -1, false, TYPALIGN_INT));
		values[3] = codes_of(m->records, i, COMORBIDITY_PRESENT);
		rows[n++] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	return row_array(desc, rows, n);
}

/* One row a set of weights. */
static Datum
scores_of(FunctionCallInfo fcinfo, const Made *m, Oid array)
{
	TupleDesc	desc = element_desc(fcinfo, &m->cache->score, array);
	Datum		rows[COMORBIDITY_MAX_SETS];

	for (int s = 0; s < m->c->nsets; s++)
	{
		int64		points = m->r.age_points;
		Datum		values[3];
		bool		nulls[3] = {false, false, !m->age_known};

		for (int i = comorbidity_decimals(m->c, s); i > 0; i--)
			points *= 10;
		values[0] = CStringGetTextDatum(comorbidity_set_name(m->c, s));
		values[1] = numeric_of(m->c, s, m->r.scores[s]);
		values[2] = numeric_of(m->c, s, m->r.scores[s] + points);
		rows[s] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	return row_array(desc, rows, m->c->nsets);
}

/* A score by the name of its set, with or without _with_age. */
static Datum
score_named(const Made *m, const char *name, bool *null)
{
	static const char with_age[] = "_with_age";
	Size		length = strlen(name);
	bool		age = length > strlen(with_age) && strcmp(name + length - strlen(with_age), with_age) == 0;

	if (age)
		length -= strlen(with_age);
	for (int s = 0; s < m->c->nsets; s++)
	{
		const char *set = comorbidity_set_name(m->c, s);
		int64		points = age ? m->r.age_points : 0;

		if (strlen(set) != length || memcmp(set, name, length) != 0)
			continue;
		for (int i = comorbidity_decimals(m->c, s); i > 0; i--)
			points *= 10;
		*null = age && !m->age_known;
		return numeric_of(m->c, s, m->r.scores[s] + points);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("comorbidity index \"%s\" has no weights \"%.*s\"", m->c->name, (int) length, name),
			 errhint("Use the index of that name, or phm.comorbidity, which takes any index.")));
}

/* An attribute of the result, by name. */
static Datum
attribute(FunctionCallInfo fcinfo, const Made *m, Form_pg_attribute att, bool *null)
{
	const char *name = NameStr(att->attname);

	*null = false;
	if (strcmp(name, "conditions") == 0)
		return names_of(m->c, m->r.conditions);
	if (strcmp(name, "count") == 0)
		return Int32GetDatum(m->r.count);
	if (strcmp(name, "terms") == 0)
		return terms_of(fcinfo, m, att->atttypid);
	if (strcmp(name, "scores") == 0)
		return scores_of(fcinfo, m, att->atttypid);
	if (strcmp(name, "undetermined") == 0)
		return names_of(m->c, m->r.unknown);
	if (strcmp(name, "ungrouped") == 0)
		return codes_of(m->records, COMORBIDITY_NONE, COMORBIDITY_UNREPORTED);
	if (strcmp(name, "age_points") == 0)
	{
		*null = !m->age_known;
		return Int32GetDatum(m->r.age_points);
	}
	return score_named(m, name, null);
}

/* The result of a call from sorted records, as the function's result type wants it. */
Datum
comorbidity_result(FunctionCallInfo fcinfo, ComorbidityCache *cache, const Comorbidity *c, int age,
				   const ComorbidityRecords *records)
{
	Made		m = {.cache = cache, .c = c, .records = records, .age_known = age >= 0};
	ComorbidityWork work;
	Datum		values[16];
	bool		nulls[16];

	comorbidity_begin(&work, c, age);
	for (int i = 0; i < records->n; i++)
		if (records->at[i].condition != COMORBIDITY_NONE)
			comorbidity_note(&work, records->at[i].condition, records->at[i].kind);
	comorbidity_finish(&work, &m.r);
	if (cache->result == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		TupleDesc	desc;

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts > lengthof(values))
			elog(ERROR, "a result of a comorbidity index must be a row type");
		cache->result = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(old);
	}
	for (int i = 0; i < cache->result->natts; i++)
		values[i] = attribute(fcinfo, &m, TupleDescAttr(cache->result, i), &nulls[i]);
	return HeapTupleGetDatum(heap_form_tuple(cache->result, values, nulls));
}
