/*
 * hcc_chart_type.c: risk scores of the CMS-HCC family from charts: the
 * diagnoses that a chart tells of, in place, and the score with what it is made of
 * as one row and one json value.
 */
#include "risk/hcc_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "chart/history.h"
#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_hcc_of_chart);
PG_FUNCTION_INFO_V1(phm_hcc_terms_of_chart);

/* A code that counts, once; and what must be visible to see it. */
typedef struct CountedCode
{
	HistoryCode code;
	uint32		label;
	uint64		mapped[HCC_WORDS];
} CountedCode;

/* What a call site keeps beside HccCache. */
typedef struct ChartCache
{
	HccCache	hcc;			/* first: hcc_cache returns it */
	History    *history;
	CountedCode *codes;
	int			ncodes;
	int			room;
	TupleDesc	desc;
} ChartCache;

/* What this call site keeps; the history lives as long. */
static ChartCache *
chart_cache(FunctionCallInfo fcinfo)
{
	ChartCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (cache != NULL)
		return cache;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	cache = fcinfo->flinfo->fn_extra = palloc0(sizeof(ChartCache));
	cache->history = history();
	cache->room = 64;
	cache->codes = palloc(sizeof(CountedCode) * cache->room);
	MemoryContextSwitchTo(old);
	return cache;
}

/* The days of the period: the calendar year before the payment year where it is null. */
static bool
period_days(FunctionCallInfo fcinfo, int n, const HccView *v, int32 *first, int32 *last)
{
	RangeType  *range;
	TypeCacheEntry *type;
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	if (PG_ARGISNULL(n))
	{
		*first = date2j(v->payment_year - 1, 1, 1) - POSTGRES_EPOCH_JDATE;
		*last = date2j(v->payment_year - 1, 12, 31) - POSTGRES_EPOCH_JDATE;
		return true;
	}
	range = PG_GETARG_RANGE_P(n);
	type = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	range_deserialize(type, range, &lower, &upper, &empty);
	*first = lower.infinite ? PG_INT32_MIN + 1 : DatumGetDateADT(lower.val) + !lower.inclusive;
	*last = upper.infinite ? PG_INT32_MAX : DatumGetDateADT(upper.val) - !upper.inclusive;
	return !empty;
}

/* Notes a code that counts; repeated ones are one, seen by who may see one of them. */
static void
count_code(ChartCache *cache, const HistoryDiagnosis *d)
{
	CountedCode *c;

	for (int i = 0; i < cache->ncodes; i++)
	{
		c = &cache->codes[i];
		if (c->code.length == d->code.length && memcmp(c->code.text, d->code.text, d->code.length) == 0)
		{
			c->label = c->label == 0 || d->label == 0 ? 0 : c->label | d->label;
			return;
		}
	}
	if (cache->ncodes == cache->room)
		cache->codes = repalloc(cache->codes, sizeof(CountedCode) * (cache->room *= 2));
	c = &cache->codes[cache->ncodes++];
	c->code = d->code;
	c->label = d->label;
	memset(c->mapped, 0, sizeof(c->mapped));
}

/* The order in which codes are told. */
static int
by_code(const void *a, const void *b)
{
	const HistoryCode *x = &((const CountedCode *) a)->code;
	const HistoryCode *y = &((const CountedCode *) b)->code;
	int			c = memcmp(x->text, y->text, Min(x->length, y->length));

	return c != 0 ? c : x->length - y->length;
}

/*
 * Scores (model, person, chart, period, visible) into cache->hcc.score; false where the
 * result is null: a null argument, age or sex unknown, or no segment for the person.
 */
static bool
score_chart(FunctionCallInfo fcinfo, ChartCache *cache, HccView *v)
{
	uint64		mapped[HCC_WORDS] = {0};
	uint32		visible;
	Chart		chart;
	int32		first;
	int32		last;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	visible = PG_ARGISNULL(4) ? 0 : (uint32) PG_GETARG_INT32(4);
	hcc_arg_model(fcinfo, 0, &cache->hcc, v);
	if (!hcc_arg_person(fcinfo, 1, &cache->hcc))
		return false;
	cache->ncodes = 0;
	if (period_days(fcinfo, 3, v, &first, &last))
	{
		chart_open(&chart, chart_detoast(PG_GETARG_DATUM(2)));
		history_read(cache->history, &chart, visible, 0);
		for (uint32 i = 0; i < cache->history->ndiagnoses; i++)
		{
			const HistoryDiagnosis *d = &cache->history->diagnoses[i];

			if (d->day != HISTORY_NO_DAY && d->day >= first && d->day <= last)
				count_code(cache, d);
		}
	}
	for (int i = 0; i < cache->ncodes; i++)
	{
		CountedCode *c = &cache->codes[i];

		hcc_map(v, &cache->hcc.subject, c->code.text, c->code.length, c->mapped);
		for (int w = 0; w < v->nwords; w++)
			mapped[w] |= c->mapped[w];
	}
	hcc_score(v, &cache->hcc.subject, mapped, true, &cache->hcc.score);
	return cache->hcc.score.segment >= 0;
}

/* The score with everything it is made of. */
Datum
phm_hcc_of_chart(PG_FUNCTION_ARGS)
{
	ChartCache *cache = chart_cache(fcinfo);
	HccView		v;

	if (!score_chart(fcinfo, cache, &v))
		PG_RETURN_NULL();
	return hcc_result(fcinfo, &cache->hcc, &v);
}

/* The codes behind a set of categories, as the rest of a json object; their labels are added. */
static void
put_codes(StringInfo json, const ChartCache *cache, const HccView *v, const uint64 *set, uint32 *label)
{
	bool		any = false;

	for (int i = 0; i < cache->ncodes; i++)
	{
		const CountedCode *c = &cache->codes[i];
		bool		hit = false;

		for (int w = 0; w < v->nwords; w++)
			hit |= (c->mapped[w] & set[w]) != 0;
		if (!hit)
			continue;
		appendStringInfoString(json, any ? ", " : ", \"diagnoses\": [");
		escape_json(json, pnstrdup(c->code.text, c->code.length));
		*label |= c->label;
		any = true;
	}
	if (any)
		appendStringInfoChar(json, ']');
}

/* Every term as a json array; the labels of the diagnoses behind them are returned. */
static uint32
put_terms(StringInfo json, const ChartCache *cache, const HccView *v)
{
	const HccScore *score = &cache->hcc.score;
	char		name[HCC_TERM_NAME];
	uint64		set[HCC_WORDS];
	uint32		label = 0;

	appendStringInfoChar(json, '[');
	for (int i = 0; i < score->nterms; i++)
	{
		const HccTerm *term = &score->terms[i];

		appendStringInfo(json, "%s{\"term\": \"%s\", \"kind\": \"%s\", \"coefficient\": %s", i ? ", " : "",
						 hcc_term_name(v, term, name, sizeof(name)), hcc_kind_name(term->kind),
						 DatumGetCString(DirectFunctionCall1(numeric_out, hcc_numeric(term->factor))));
		if (hcc_basis(v, score, term, set))
			put_codes(json, cache, v, set, &label);
		appendStringInfoChar(json, '}');
	}
	appendStringInfoChar(json, ']');
	return label;
}

/* The score as the row that phm.risk_score keeps. */
Datum
phm_hcc_terms_of_chart(PG_FUNCTION_ARGS)
{
	ChartCache *cache = chart_cache(fcinfo);
	StringInfoData json;
	HccView		v;
	Datum		values[6];
	bool		nulls[6] = {false};
	MemoryContext old;

	if (!score_chart(fcinfo, cache, &v))
		PG_RETURN_NULL();
	if (cache->desc == NULL)
	{
		old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		if (get_call_result_type(fcinfo, NULL, &cache->desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "phm.hcc_terms must return a row");
		cache->desc = BlessTupleDesc(CreateTupleDescCopy(cache->desc));
		MemoryContextSwitchTo(old);
	}
	if (cache->ncodes > 1)
		qsort(cache->codes, cache->ncodes, sizeof(CountedCode), by_code);
	initStringInfo(&json);
	values[5] = Int32GetDatum((int32) put_terms(&json, cache, &v));
	values[4] = DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
	values[0] = hcc_numeric(hcc_raw(&cache->hcc.score));
	nulls[1] = cache->hcc.score.normalization == 0;
	values[1] = nulls[1] ? (Datum) 0 : hcc_numeric(hcc_payment(&cache->hcc.score) * 1000);
	values[2] = CStringGetTextDatum(hcc_segment_name(&v, cache->hcc.score.segment));
	values[3] = PointerGetDatum(hcc_numbers(&v, cache->hcc.score.counted));
	return HeapTupleGetDatum(heap_form_tuple(cache->desc, values, nulls));
}
