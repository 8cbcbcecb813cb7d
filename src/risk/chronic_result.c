/*
 * chronic_result.c: what was found of chronic conditions, as an array of
 * phm.chronic_finding, one element a condition that has a claim or a problem
 * that counts.
 */
#include "risk/chronic_type.h"

#include "access/htup_details.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* What a finding is made from. */
typedef struct Made
{
	const Chronic *c;
	const ChronicRecords *records;
	int32		as_of;
	bool		problems;		/* the records are of a problem list */
} Made;

/* Is a record one of a claim that has an excluding code of the condition? */
static bool
excluded(const Made *m, int condition, int record)
{
	const ChronicRecord *at = m->records->at;
	int			exclude = chronic_exclude(m->c, condition);
	int			first = record;

	if (exclude == CHRONIC_NONE || m->problems)
		return false;
	while (first > 0 && at[first - 1].day == at[record].day && at[first - 1].kind == at[record].kind &&
		   at[first - 1].claim == at[record].claim)
		first--;
	for (int i = first; i < m->records->n && at[i].day == at[record].day && at[i].kind == at[record].kind &&
		 at[i].claim == at[record].claim; i++)
		if (at[i].category == exclude)
			return true;
	return false;
}

/* Does a record stand behind a condition? */
static bool
is_evidence(const Made *m, int condition, int record)
{
	const ChronicRecord *r = &m->records->at[record];

	if (m->problems)
		return r->category == chronic_category(m->c, condition);
	return (r->category == chronic_category(m->c, condition) || chronic_also(m->c, condition, r->category)) &&
		chronic_counts(m->c, condition, r->kind, r->system) && r->day <= m->as_of &&
		r->day > chronic_years_before(m->as_of, chronic_years(m->c, condition)) && !excluded(m, condition, record);
}

/* The codes behind a condition, each once, and the days of their claims. */
static void
put_evidence(const Made *m, int condition, Datum *codes, Datum *days)
{
	int			n = m->records->n;
	uint64	   *keys = palloc(sizeof(uint64) * (n + 1));
	Datum	   *texts = palloc(sizeof(Datum) * (n + 1));
	Datum	   *dates = palloc(sizeof(Datum) * (n + 1));
	int			ncodes = 0,
				ndays = 0;

	for (int i = 0; i < n; i++)
	{
		const ChronicRecord *r = &m->records->at[i];
		char		code[GROUPER_CODE_SIZE];
		bool		there = false;

		if (!is_evidence(m, condition, i))
			continue;
		if (r->day != CHRONIC_NO_DAY && (ndays == 0 || DatumGetDateADT(dates[ndays - 1]) != r->day))
			dates[ndays++] = DateADTGetDatum(r->day);
		for (int k = 0; k < ncodes && !there; k++)
			there = keys[k] == r->key;
		if (there)
			continue;
		grouper_key_text(r->key, code);
		keys[ncodes] = r->key;
		texts[ncodes++] = CStringGetTextDatum(code);
	}
	*codes = PointerGetDatum(construct_array(texts, ncodes, TEXTOID, -1, false, TYPALIGN_INT));
	*days = PointerGetDatum(construct_array(dates, ndays, DATEOID, 4, true, TYPALIGN_INT));
}

/* A finding of a problem list: the first day of a code, and how many codes there are. */
static ChronicFound
find_problem(const Made *m, int condition)
{
	ChronicFound found = {CHRONIC_NO_DAY, 0, CHRONIC_NO_DAY, -CHRONIC_NO_DAY, 0};

	for (int i = 0; i < m->records->n; i++)
	{
		int32		day = m->records->at[i].day;

		if (!is_evidence(m, condition, i))
			continue;
		found.claims++;
		if (day == CHRONIC_NO_DAY)
			continue;
		found.first = found.met = Min(found.first, day);
		found.last = Max(found.last, day);
	}
	return found;
}

/* An element of the result. */
static Datum
make_finding(TupleDesc desc, const Made *m, int condition, const ChronicFound *found)
{
	static const char *const statuses[] = {"cross-checked", "single source", "unverified", "own"};
	int			category = chronic_category(m->c, condition);
	Datum		values[11];
	bool		nulls[11] = {0};

	values[0] = CStringGetTextDatum(grouper_category_name(&m->c->grouper, category));
	values[1] = CStringGetTextDatum(grouper_label(&m->c->grouper, category));
	values[2] = BoolGetDatum(m->problems || found->met != CHRONIC_NO_DAY);
	values[3] = DateADTGetDatum(found->met);
	nulls[3] = found->met == CHRONIC_NO_DAY;
	values[4] = Int32GetDatum(found->rule);
	nulls[4] = found->rule == 0;
	values[5] = DateADTGetDatum(found->first);
	values[6] = DateADTGetDatum(found->last);
	nulls[5] = nulls[6] = found->first == CHRONIC_NO_DAY;
	values[7] = Int32GetDatum(found->claims);
	put_evidence(m, condition, &values[8], &values[9]);
	values[10] = CStringGetTextDatum(statuses[chronic_status(m->c, condition)]);
	nulls[10] = m->problems;
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* The row type of findings, kept by the call site. */
static TupleDesc
finding_desc(FunctionCallInfo fcinfo, ChronicCache *cache)
{
	if (cache->finding == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		Oid			array = get_func_rettype(fcinfo->flinfo->fn_oid);
		TupleDesc	desc = lookup_rowtype_tupdesc(get_element_type(array), -1);

		cache->finding = CreateTupleDescCopy(desc);
		ReleaseTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	return cache->finding;
}

/* Lets the engine read the claims of sorted records. */
static void
read_claims(ChronicWork *w, const Made *m)
{
	const ChronicRecord *last = NULL;

	chronic_begin(w, m->c, m->as_of);
	for (int i = 0; i < m->records->n; i++)
	{
		const ChronicRecord *r = &m->records->at[i];

		if (last == NULL || last->day != r->day || last->kind != r->kind || last->claim != r->claim)
			chronic_claim(w, r->day, r->kind);
		chronic_note(w, r->category, r->system);
		last = r;
	}
	chronic_finish(w);
}

/* All findings from sorted records; as_of CHRONIC_NO_DAY: the last day. */
Datum
chronic_findings(FunctionCallInfo fcinfo, ChronicCache *cache, const Chronic *c, int32 as_of,
				 const ChronicRecords *records)
{
	TupleDesc	desc = finding_desc(fcinfo, cache);
	Made		m = {c, records, as_of, records->n > 0 && records->at[0].kind == CHRONIC_KINDS};
	Datum		rows[CHRONIC_MAX];
	int			n = 0;

	if (as_of == CHRONIC_NO_DAY && records->n > 0)
		m.as_of = records->at[records->n - 1].day;
	if (!m.problems)
		read_claims(&cache->work, &m);
	for (int i = 0; i < c->n && records->n > 0; i++)
	{
		ChronicFound found = m.problems ? find_problem(&m, i) : chronic_find(&cache->work, i);

		if (found.claims > 0)
			rows[n++] = make_finding(desc, &m, i, &found);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(rows, n, desc->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}
