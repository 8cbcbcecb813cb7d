/*
 * hcc_result.c: scores as SQL values: phm.hcc_result, and the explanations
 * that people read.  Relies on hcc_type.c for the arguments.
 */
#include "risk/hcc_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_explain_hcc);
PG_FUNCTION_INFO_V1(phm_explain_hcc_diagnoses);
PG_FUNCTION_INFO_V1(phm_explain_hcc_model);

/* The columns of phm.hcc_result, in order. */
enum
{
	RESULT_RAW, RESULT_PAYMENT, RESULT_SEGMENT, RESULT_CELL, RESULT_BEFORE, RESULT_HCCS,
	RESULT_INTERACTIONS, RESULT_TERMS, RESULT_DIVISOR, RESULT_NORMALIZATION,
	RESULT_NORMALIZED, RESULT_CODING_INTENSITY, RESULT_COLUMNS
};

const char *
hcc_kind_name(HccKind kind)
{
	static const char *const names[] = {"cell", "person", "interaction", "count", "hcc"};

	return names[kind];
}

/* The published name of a term. */
const char *
hcc_term_name(const HccView *v, const HccTerm *term, char *buffer, Size size)
{
	if (term->kind != HCC_KIND_CC)
		return hcc_variable_name(v, term->index);
	snprintf(buffer, size, "%s%d", v->prefix, hcc_number(v, term->index));
	return buffer;
}

/* A set of categories as an array of their numbers. */
ArrayType *
hcc_numbers(const HccView *v, const uint64 *set)
{
	Datum		numbers[HCC_MAX_CC];
	int			n = 0;

	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = set[w]; rest; rest &= rest - 1)
			numbers[n++] = Int32GetDatum(hcc_number(v, w * 64 + __builtin_ctzll(rest)));
	return construct_array(numbers, n, INT4OID, sizeof(int32), true, TYPALIGN_INT);
}

/* Looks up the row types once per call site. */
static void
look_up_types(FunctionCallInfo fcinfo, HccCache *cache)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	TupleDesc	desc,
				term;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != RESULT_COLUMNS)
		elog(ERROR, "phm.hcc_result has an unexpected shape");
	cache->term_type = get_element_type(TupleDescAttr(desc, RESULT_TERMS)->atttypid);
	term = lookup_rowtype_tupdesc(cache->term_type, -1);
	cache->term_desc = CreateTupleDescCopy(term);
	ReleaseTupleDesc(term);
	cache->result_desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
}

/* The terms as an array of phm.hcc_term. */
static ArrayType *
terms_array(const HccCache *cache, const HccView *v)
{
	const HccScore *score = &cache->score;
	Datum	   *terms = palloc(sizeof(Datum) * (score->nterms + 1));
	bool		null[3] = {false, false, false};

	for (int i = 0; i < score->nterms; i++)
	{
		const HccTerm *term = &score->terms[i];
		char		name[HCC_TERM_NAME];
		Datum		value[3] = {
			CStringGetTextDatum(hcc_term_name(v, term, name, sizeof(name))),
			CStringGetTextDatum(hcc_kind_name(term->kind)),
			hcc_numeric(term->factor)
		};

		terms[i] = HeapTupleGetDatum(heap_form_tuple(cache->term_desc, value, null));
	}
	return construct_array(terms, score->nterms, cache->term_type, -1, false, TYPALIGN_DOUBLE);
}

/* The names of the interactions and counts that hold. */
static ArrayType *
interactions_array(const HccScore *score, const HccView *v)
{
	Datum	   *names = palloc(sizeof(Datum) * (score->nterms + 1));
	int			n = 0;

	for (int i = 0; i < score->nterms; i++)
		if (score->terms[i].kind == HCC_KIND_INTERACTION || score->terms[i].kind == HCC_KIND_COUNT)
			names[n++] = CStringGetTextDatum(hcc_variable_name(v, score->terms[i].index));
	return construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* cache->score as a phm.hcc_result. */
Datum
hcc_result(FunctionCallInfo fcinfo, HccCache *cache, const HccView *v)
{
	const HccScore *score = &cache->score;
	Datum		value[RESULT_COLUMNS] = {0};
	bool		null[RESULT_COLUMNS] = {false};

	if (cache->result_desc == NULL)
		look_up_types(fcinfo, cache);
	value[RESULT_RAW] = hcc_numeric(hcc_raw(score));
	value[RESULT_PAYMENT] = hcc_numeric(hcc_payment(score) * 1000);
	value[RESULT_SEGMENT] = CStringGetTextDatum(hcc_segment_name(v, score->segment));
	null[RESULT_CELL] = score->nterms == 0 || score->terms[0].kind != HCC_KIND_CELL;
	if (!null[RESULT_CELL])
		value[RESULT_CELL] = CStringGetTextDatum(hcc_variable_name(v, score->terms[0].index));
	value[RESULT_BEFORE] = PointerGetDatum(hcc_numbers(v, score->mapped));
	value[RESULT_HCCS] = PointerGetDatum(hcc_numbers(v, score->counted));
	value[RESULT_INTERACTIONS] = PointerGetDatum(interactions_array(score, v));
	value[RESULT_TERMS] = PointerGetDatum(terms_array(cache, v));
	value[RESULT_DIVISOR] = hcc_numeric(score->divisor);
	value[RESULT_NORMALIZATION] = hcc_numeric(score->normalization);
	value[RESULT_NORMALIZED] = hcc_numeric(hcc_normalized(score) * 1000);
	value[RESULT_CODING_INTENSITY] = hcc_numeric(score->coding_intensity);
	null[RESULT_PAYMENT] = null[RESULT_NORMALIZATION] = null[RESULT_NORMALIZED] =
		null[RESULT_CODING_INTENSITY] = score->normalization == 0;
	return HeapTupleGetDatum(heap_form_tuple(cache->result_desc, value, null));
}

/* One row of an explanation: term, kind, coefficient, hccs, diagnoses. */
static void
put_row(ReturnSetInfo *rsinfo, const char *term, const char *kind, Datum number,
		ArrayType *hccs, ArrayType *diagnoses)
{
	Datum		value[5] = {CStringGetTextDatum(term), CStringGetTextDatum(kind), number,
	PointerGetDatum(hccs), PointerGetDatum(diagnoses)};
	bool		null[5] = {false, false, number == (Datum) 0, hccs == NULL, diagnoses == NULL};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, value, null);
}

/* The given diagnoses that map to a category of a set. */
static ArrayType *
diagnoses_of(const HccView *v, const HccSubject *subject, Datum *dx, bool *null, int n,
			 const uint64 *set)
{
	Datum	   *found = palloc(sizeof(Datum) * (n + 1));
	int			count = 0;

	for (int i = 0; i < n; i++)
	{
		uint64		mapped[HCC_WORDS] = {0};
		text	   *code;
		bool		hit = false;

		if (null[i])
			continue;
		code = DatumGetTextPP(dx[i]);
		hcc_map(v, subject, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), mapped);
		for (int w = 0; w < v->nwords; w++)
			hit |= (mapped[w] & set[w]) != 0;
		if (hit)
			found[count++] = dx[i];
	}
	return construct_array(found, count, TEXTOID, -1, false, TYPALIGN_INT);
}

bool
hcc_basis(const HccView *v, const HccScore *score, const HccTerm *term, uint64 *set)
{
	bool		any = false;

	memset(set, 0, sizeof(uint64) * HCC_WORDS);
	for (int cc = 0; cc < v->ncc; cc++)
		if ((score->counted[cc / 64] >> (cc % 64) & 1) && hcc_because(v, term, cc))
		{
			set[cc / 64] |= UINT64CONST(1) << (cc % 64);
			any = true;
		}
	return any;
}

/* The rows after the terms: what was suppressed, and the way to the payment score. */
static void
put_rest(ReturnSetInfo *rsinfo, const HccView *v, const HccScore *score, const HccSubject *subject,
		 Datum *dx, bool *null, int n)
{
	for (int cc = 0; cc < v->ncc; cc++)
	{
		uint64		set[HCC_WORDS] = {0};
		HccTerm		term = {0, HCC_KIND_CC, cc};
		char		name[HCC_TERM_NAME];

		set[cc / 64] = UINT64CONST(1) << (cc % 64);
		if (!(score->mapped[cc / 64] & ~score->counted[cc / 64] & set[cc / 64]))
			continue;
		put_row(rsinfo, hcc_term_name(v, &term, name, sizeof(name)), "suppressed", (Datum) 0,
				hcc_numbers(v, set), diagnoses_of(v, subject, dx, null, n, set));
	}
	put_row(rsinfo, "sum", "score", hcc_numeric(score->sum), NULL, NULL);
	if (score->divisor != HCC_SCALE)
		put_row(rsinfo, "divisor", "score", hcc_numeric(score->divisor), NULL, NULL);
	put_row(rsinfo, "raw", "score", hcc_numeric(hcc_raw(score)), NULL, NULL);
	if (score->normalization == 0)
		return;
	put_row(rsinfo, "normalization", "score", hcc_numeric(score->normalization), NULL, NULL);
	put_row(rsinfo, "normalized", "score", hcc_numeric(hcc_normalized(score) * 1000), NULL, NULL);
	put_row(rsinfo, "coding_intensity", "score", hcc_numeric(score->coding_intensity), NULL, NULL);
	put_row(rsinfo, "payment", "score", hcc_numeric(hcc_payment(score) * 1000), NULL, NULL);
}

/* Every term of a score with the categories and diagnoses behind it. */
Datum
phm_explain_hcc(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HccCache	cache;
	HccScore   *score = &cache.score;
	HccView		v;
	uint64		set[HCC_WORDS] = {0};
	char		name[HCC_TERM_NAME];
	Datum	   *dx = NULL;
	bool	   *null = NULL;
	int			n = 0;

	memset(&cache, 0, sizeof(cache));
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	hcc_arg_model(fcinfo, 0, &cache, &v);
	if (!hcc_arg_person(fcinfo, 1, &cache))
		return (Datum) 0;
	if (!PG_ARGISNULL(2))
	{
		hcc_map_array(&v, &cache.subject, PG_GETARG_ARRAYTYPE_P(2), set);
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT,
						  &dx, &null, &n);
	}
	hcc_score(&v, &cache.subject, set, true, score);
	if (score->segment < 0)
		return (Datum) 0;
	for (int i = 0; i < score->nterms; i++)
	{
		const HccTerm *term = &score->terms[i];
		bool		of_hccs = term->kind >= HCC_KIND_INTERACTION && hcc_basis(&v, score, term, set);

		put_row(rsinfo, hcc_term_name(&v, term, name, sizeof(name)), hcc_kind_name(term->kind),
				hcc_numeric(term->factor), of_hccs ? hcc_numbers(&v, set) : NULL,
				of_hccs ? diagnoses_of(&v, &cache.subject, dx, null, n, set) : NULL);
	}
	put_rest(rsinfo, &v, score, &cache.subject, dx, null, n);
	return (Datum) 0;
}

/* What became of a diagnosis that maps to these categories. */
static const char *
use_of_mapped(const HccView *v, const HccScore *score, const uint64 *mapped)
{
	const uint8 *has = v->has + 8 * (Size) v->nwords * score->segment;
	bool		stays = false;

	for (int w = 0; w < v->nwords; w++)
	{
		if (mapped[w] & score->counted[w] & phm_get_u64(has + 8 * w))
			return "counted";
		stays |= (mapped[w] & score->counted[w]) != 0;
	}
	return stays ? "no factor" : "suppressed";
}

/* One row for a diagnosis: the code as given, its use, its categories. */
static void
put_diagnosis(ReturnSetInfo *rsinfo, const HccView *v, const HccSubject *subject, const HccScore *score,
			  Datum dx)
{
	text	   *code = DatumGetTextPP(dx);
	uint64		mapped[HCC_WORDS] = {0};
	HccUse		use = hcc_map(v, subject, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), mapped);
	const char *word;
	Datum		value[3] = {dx};
	bool		null[3] = {false, false, use != HCC_MAPPED};

	if (use == HCC_MAPPED)
		word = use_of_mapped(v, score, mapped);
	else if (use == HCC_EDITED)
		word = "age or sex";
	else
		word = hcc_has_icd10_form(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)) ? "unmapped" : "not ICD-10-CM";
	value[1] = CStringGetTextDatum(word);
	value[2] = PointerGetDatum(hcc_numbers(v, mapped));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, value, null);
}

/* What became of each diagnosis. */
Datum
phm_explain_hcc_diagnoses(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HccCache	cache;
	HccView		v;
	uint64		set[HCC_WORDS] = {0};
	Datum	   *dx;
	bool	   *null;
	int			n;

	memset(&cache, 0, sizeof(cache));
	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	hcc_arg_model(fcinfo, 0, &cache, &v);
	if (!hcc_arg_person(fcinfo, 1, &cache))
		return (Datum) 0;
	hcc_map_array(&v, &cache.subject, PG_GETARG_ARRAYTYPE_P(2), set);
	hcc_score(&v, &cache.subject, set, false, &cache.score);
	if (cache.score.segment < 0)
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &dx, &null, &n);
	for (int i = 0; i < n; i++)
		if (!null[i])
			put_diagnosis(rsinfo, &v, &cache.subject, &cache.score, dx[i]);
	return (Datum) 0;
}

/* One row of what a model is: property, value. */
static void
put_property(ReturnSetInfo *rsinfo, const char *property, const char *value)
{
	Datum		values[2] = {CStringGetTextDatum(property), CStringGetTextDatum(value)};
	bool		null[2] = {false, false};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, null);
}

/* What a model is and holds, for people. */
Datum
phm_explain_hcc_model(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HccCache	cache;
	HccView		v;
	StringInfoData segments;

	memset(&cache, 0, sizeof(cache));
	InitMaterializedSRF(fcinfo, 0);
	hcc_arg_model(fcinfo, 0, &cache, &v);
	put_property(rsinfo, "model", v.name);
	put_property(rsinfo, "payment_year", psprintf("%d", v.payment_year));
	put_property(rsinfo, "mce_edits", v.flags & HCC_MCE ? "on" : "off");
	put_property(rsinfo, "diagnoses", psprintf("%u", v.ndx));
	put_property(rsinfo, "categories", psprintf("%d", v.ncc));
	put_property(rsinfo, "variables", psprintf("%d", v.nvars));
	initStringInfo(&segments);
	for (int i = 0; i < v.nsegments; i++)
		appendStringInfo(&segments, "%s%s", i ? ", " : "", hcc_segment_name(&v, i));
	put_property(rsinfo, "segments", segments.data);
	for (int i = 0; i < v.nadjusts; i++)
	{
		const uint8 *adjust = v.adjusts + HCC_ENTRY_SIZE * (Size) i;

		if (phm_get_u32(adjust + 4) == 0)
		{
			put_property(rsinfo, psprintf("normalization, %s", v.names + phm_get_u32(adjust)), "not known");
			continue;
		}
		put_property(rsinfo, psprintf("normalization, %s", v.names + phm_get_u32(adjust)),
					 numeric_normalize(DatumGetNumeric(hcc_numeric(phm_get_u32(adjust + 4)))));
		put_property(rsinfo, psprintf("coding_intensity, %s", v.names + phm_get_u32(adjust)),
					 numeric_normalize(DatumGetNumeric(hcc_numeric(phm_get_u32(adjust + 8)))));
	}
	put_property(rsinfo, "hash", psprintf("%016llx", (unsigned long long) v.hash));
	return (Datum) 0;
}
