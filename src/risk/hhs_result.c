/*
 * hhs_result.c: scores as SQL values: phm.hhs_result, and the explanations
 * that people read.  Relies on hhs_type.c for the arguments.
 */
#include "risk/hhs_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_explain_hhs);
PG_FUNCTION_INFO_V1(phm_explain_hhs_model);

/* The columns of phm.hhs_result, in order. */
enum
{
	RESULT_RAW, RESULT_SCORE, RESULT_AGE_GROUP, RESULT_METAL, RESULT_BEFORE, RESULT_CATEGORIES,
	RESULT_GROUPS, RESULT_RXCS, RESULT_INTERACTIONS, RESULT_PAYMENT_HCCS, RESULT_CSR,
	RESULT_CODES, RESULT_UNMAPPED, RESULT_TERMS, RESULT_COLUMNS
};

/* Kinds of categories, as bits. */
#define KIND(k) (1 << (k))
#define EVERY_KIND (KIND(HHS_CAT_KINDS) - 1)

static ArrayType *
texts(Datum *values, int n)
{
	return construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* The names of the categories of some kinds in a set. */
static ArrayType *
names_of(const HhsView *v, const uint64 *set, int kinds)
{
	Datum		names[HHS_MAX_CAT];
	int			n = 0;

	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = set[w]; rest; rest &= rest - 1)
		{
			int			category = w * 64 + __builtin_ctzll(rest);

			if (kinds & KIND(hhs_category_kind(v, category)))
				names[n++] = CStringGetTextDatum(hhs_category_name(v, category));
		}
	return texts(names, n);
}

/* The names of the terms that are neither of a person nor of a category. */
static ArrayType *
interactions_of(const HhsView *v, const HhsResult *r)
{
	Datum		names[HHS_MAX_VARS];
	int			n = 0;

	for (int i = 0; i < r->nterms; i++)
		if (r->terms[i].kind >= HHS_CAT_KINDS + HHS_INTERACTION)
			names[n++] = CStringGetTextDatum(hhs_term_name(v, &r->terms[i]));
	return texts(names, n);
}

/* Looks up the row types once per call site. */
static void
look_up_types(FunctionCallInfo fcinfo, HhsCache *cache)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	TupleDesc	desc,
				term;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != RESULT_COLUMNS)
		elog(ERROR, "phm.hhs_result has an unexpected shape");
	cache->term_type = get_element_type(TupleDescAttr(desc, RESULT_TERMS)->atttypid);
	term = lookup_rowtype_tupdesc(cache->term_type, -1);
	cache->term_desc = CreateTupleDescCopy(term);
	ReleaseTupleDesc(term);
	cache->result_desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(old);
}

/* The terms as an array of phm.hhs_term. */
static ArrayType *
terms_of(const HhsCache *cache)
{
	const HhsResult *r = &cache->result;
	Datum	   *terms = palloc(sizeof(Datum) * (r->nterms + 1));
	bool		null[3] = {false};

	for (int i = 0; i < r->nterms; i++)
	{
		Datum		value[3] = {CStringGetTextDatum(hhs_term_name(&cache->view, &r->terms[i])),
		CStringGetTextDatum(hhs_kind_name(r->terms[i].kind)), hcc_numeric(r->terms[i].factor)};

		terms[i] = HeapTupleGetDatum(heap_form_tuple(cache->term_desc, value, null));
	}
	return construct_array(terms, r->nterms, cache->term_type, -1, false, TYPALIGN_DOUBLE);
}

/* The score of the call site's work as a phm.hhs_result. */
Datum
hhs_result(FunctionCallInfo fcinfo, HhsCache *cache)
{
	const HhsView *v = &cache->view;
	const HhsWork *work = &cache->work;
	HhsResult  *r = &cache->result;
	Datum		value[RESULT_COLUMNS];
	bool		null[RESULT_COLUMNS] = {false};

	if (cache->result_desc == NULL)
		look_up_types(fcinfo, cache);
	hhs_finish(work, r);
	value[RESULT_RAW] = hcc_numeric(r->sum);
	value[RESULT_SCORE] = hcc_numeric(hhs_score(r) * 1000);
	value[RESULT_AGE_GROUP] = CStringGetTextDatum(hhs_group_names[work->age_group]);
	value[RESULT_METAL] = CStringGetTextDatum(hhs_metal_names[work->person.metal]);
	value[RESULT_BEFORE] = PointerGetDatum(names_of(v, work->mapped, EVERY_KIND));
	value[RESULT_CATEGORIES] = PointerGetDatum(names_of(v, r->counted, KIND(HHS_HCC)));
	value[RESULT_GROUPS] = PointerGetDatum(names_of(v, r->scored, KIND(HHS_GROUP)));
	value[RESULT_RXCS] = PointerGetDatum(names_of(v, r->counted, KIND(HHS_RXC) | KIND(HHS_ACF)));
	value[RESULT_INTERACTIONS] = PointerGetDatum(interactions_of(v, r));
	value[RESULT_PAYMENT_HCCS] = Int32GetDatum(r->payment_hccs);
	value[RESULT_CSR] = hcc_numeric(r->csr);
	value[RESULT_CODES] = Int32GetDatum(work->given);
	value[RESULT_UNMAPPED] = Int32GetDatum(work->unmapped);
	value[RESULT_TERMS] = PointerGetDatum(terms_of(cache));
	return HeapTupleGetDatum(heap_form_tuple(cache->result_desc, value, null));
}

/* One row of an explanation. */
static void
put_row(ReturnSetInfo *rsinfo, const char *term, const char *kind, Datum number, ArrayType *categories,
		ArrayType *because)
{
	Datum		value[5] = {CStringGetTextDatum(term), CStringGetTextDatum(kind), number,
	PointerGetDatum(categories), PointerGetDatum(because)};
	bool		null[5] = {false, false, number == (Datum) 0, categories == NULL, because == NULL};

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, value, null);
}

/* The given codes that map to a category of a set. */
static ArrayType *
codes_of(FunctionCallInfo fcinfo, const HhsWork *work, const uint64 *set)
{
	Datum	   *found = NULL;
	int			count = 0;

	for (int kind = 0; kind < HHS_CODES; kind++)
	{
		Datum	   *codes;
		bool	   *null;
		int			n;

		if (PG_ARGISNULL(2 + kind))
			continue;
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2 + kind), TEXTOID, -1, false, TYPALIGN_INT,
						  &codes, &null, &n);
		found = found ? repalloc(found, sizeof(Datum) * (count + n + 1)) : palloc(sizeof(Datum) * (n + 1));
		for (int i = 0; i < n; i++)
		{
			uint64		mapped[HHS_WORDS] = {0};
			text	   *code;
			bool		hit = false;

			if (null[i])
				continue;
			code = DatumGetTextPP(codes[i]);
			hhs_find(work, kind, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), mapped);
			for (int w = 0; w < HHS_WORDS; w++)
				hit |= (mapped[w] & set[w]) != 0;
			if (hit)
				found[count++] = codes[i];
		}
	}
	return texts(found, count);
}

/* A term with the categories on which it rests and the codes behind them. */
static void
put_term(FunctionCallInfo fcinfo, const HhsCache *cache, const HhsTerm *term)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const HhsView *v = &cache->view;
	uint64		set[HHS_WORDS] = {0};
	bool		any = false;

	for (int c = 0; c < v->ncat; c++)
		if ((cache->result.counted[c / 64] >> (c % 64) & 1) && hhs_because(&cache->work, term, c))
		{
			set[c / 64] |= UINT64CONST(1) << (c % 64);
			any = true;
		}
	put_row(rsinfo, hhs_term_name(v, term), hhs_kind_name(term->kind), hcc_numeric(term->factor),
			any ? names_of(v, set, EVERY_KIND) : NULL,
			any ? codes_of(fcinfo, &cache->work, set) : NULL);
}

/* The rows after the terms: what was suppressed, and the way to the score. */
static void
put_rest(FunctionCallInfo fcinfo, const HhsCache *cache)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const HhsView *v = &cache->view;
	const HhsResult *r = &cache->result;

	for (int c = 0; c < v->ncat; c++)
	{
		uint64		set[HHS_WORDS] = {0};

		set[c / 64] = UINT64CONST(1) << (c % 64);
		if (cache->work.mapped[c / 64] & ~r->counted[c / 64] & set[c / 64])
			put_row(rsinfo, hhs_category_name(v, c), "suppressed", (Datum) 0, names_of(v, set, EVERY_KIND),
					codes_of(fcinfo, &cache->work, set));
	}
	put_row(rsinfo, "raw", "score", hcc_numeric(r->sum), NULL, NULL);
	put_row(rsinfo, "csr_factor", "score", hcc_numeric(r->csr), NULL, NULL);
	put_row(rsinfo, "score", "score", hcc_numeric(hhs_score(r) * 1000), NULL, NULL);
}

/* Every term of a score with the categories and codes behind it. */
Datum
phm_explain_hhs(PG_FUNCTION_ARGS)
{
	HhsCache   *cache = palloc0(sizeof(HhsCache));

	InitMaterializedSRF(fcinfo, 0);
	if (!hhs_arg_codes(fcinfo, cache))
		return (Datum) 0;
	hhs_finish(&cache->work, &cache->result);
	for (int i = 0; i < cache->result.nterms; i++)
		put_term(fcinfo, cache, &cache->result.terms[i]);
	put_rest(fcinfo, cache);
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
phm_explain_hhs_model(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	HhsCache   *cache = palloc0(sizeof(HhsCache));
	const HhsView *v = &cache->view;
	StringInfoData csr;

	InitMaterializedSRF(fcinfo, 0);
	hhs_arg_model(fcinfo, 0, cache);
	put_property(rsinfo, "model", v->names);
	put_property(rsinfo, "benefit_year", psprintf("%d", v->benefit_year));
	put_property(rsinfo, "mce_edits", v->flags & HHS_MCE ? "on" : "off");
	put_property(rsinfo, "codes", psprintf("%u", v->ncodes));
	put_property(rsinfo, "categories", psprintf("%d", v->ncat));
	for (int g = 0; g < HHS_GROUPS; g++)
		put_property(rsinfo, psprintf("variables, %s", hhs_group_names[g]),
					 psprintf("%d", v->first_var[g + 1] - v->first_var[g]));
	initStringInfo(&csr);
	for (int i = 0; i < HHS_CSR; i++)
		if (phm_get_u32(v->csr + 4 * i) != 0)
			appendStringInfo(&csr, "%s%d: %s", csr.len ? ", " : "", i,
							 numeric_normalize(DatumGetNumeric(hcc_numeric(phm_get_u32(v->csr + 4 * i)))));
	put_property(rsinfo, "csr factors", csr.data);
	put_property(rsinfo, "hash", psprintf("%016llx", (unsigned long long) v->hash));
	return (Datum) 0;
}
