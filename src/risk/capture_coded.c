/*
 * capture_coded.c: the diagnoses of a chart that have condition categories, this
 * year and in the years before, each with its own categories, as rows.
 */
#include "risk/hcc_type.h"

#include "utils/builtins.h"
#include "utils/date.h"

#include "chart/history.h"
#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_hcc_coded);

/* Arguments of phm.hcc_coded. */
enum
{
	ARG_MODEL, ARG_PERSON, ARG_CHART, ARG_FROM, ARG_YEAR, ARG_TO, ARG_VISIBLE
};

/* A code in one of the two spans. */
typedef struct CodedDiagnosis
{
	HistoryCode code;
	bool		now;			/* in the year */
	int32		first;
	int32		last;
	int			days;			/* different ones */
	uint32		label;			/* 0: known without labels */
} CodedDiagnosis;

/* What a call site keeps beside HccCache. */
typedef struct CodedSite
{
	HccCache	hcc;			/* first: hcc_arg_model returns to it */
	History    *history;
} CodedSite;

static CodedSite *
coded_site(FunctionCallInfo fcinfo)
{
	CodedSite  *s = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (s != NULL)
		return s;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	s = fcinfo->flinfo->fn_extra = palloc0(sizeof(CodedSite));
	s->history = history();
	MemoryContextSwitchTo(old);
	return s;
}

/* The order of diagnoses: by code, then day. */
static int
by_code_and_day(const void *a, const void *b)
{
	const HistoryDiagnosis *x = *(HistoryDiagnosis *const *) a;
	const HistoryDiagnosis *y = *(HistoryDiagnosis *const *) b;
	int			c = memcmp(x->code.text, y->code.text, Min(x->code.length, y->code.length));

	if (c != 0 || x->code.length != y->code.length)
		return c != 0 ? c : x->code.length - y->code.length;
	return x->day < y->day ? -1 : x->day > y->day;
}

/* Adds a diagnosis to the row of its code; false when it begins another. */
static bool
same_code(CodedDiagnosis *c, const HistoryDiagnosis *d, bool now)
{
	if (c->now != now || c->code.length != d->code.length || memcmp(c->code.text, d->code.text, d->code.length) != 0)
		return false;
	c->days += d->day != c->last;
	c->last = d->day;
	c->label = c->label == 0 || d->label == 0 ? 0 : c->label | d->label;
	return true;
}

/* Writes the row of a code, if it has categories. */
static void
put_coded(ReturnSetInfo *rsinfo, const HccView *v, const HccSubject *subject, const CodedDiagnosis *c)
{
	uint64		mapped[HCC_WORDS] = {0};
	Datum		values[7];
	bool		nulls[7] = {false};

	if (hcc_map(v, subject, c->code.text, c->code.length, mapped) != HCC_MAPPED)
		return;
	values[0] = PointerGetDatum(cstring_to_text_with_len(c->code.text, c->code.length));
	values[1] = BoolGetDatum(c->now);
	values[2] = DateADTGetDatum(c->first);
	values[3] = DateADTGetDatum(c->last);
	values[4] = Int32GetDatum(c->days);
	values[5] = PointerGetDatum(hcc_numbers(v, mapped));
	values[6] = Int32GetDatum((int32) c->label);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Rows of the n diagnoses in order. */
static void
put_all(ReturnSetInfo *rsinfo, const HccView *v, const HccSubject *subject, HistoryDiagnosis **sorted, int n, int32 year)
{
	CodedDiagnosis c = {{0}};

	for (int i = 0; i < n; i++)
	{
		const HistoryDiagnosis *d = sorted[i];
		bool		now = d->day >= year;

		if (i > 0 && same_code(&c, d, now))
			continue;
		if (i > 0)
			put_coded(rsinfo, v, subject, &c);
		c.code = d->code;
		c.now = now;
		c.first = c.last = d->day;
		c.days = 1;
		c.label = d->label;
	}
	if (n > 0)
		put_coded(rsinfo, v, subject, &c);
}

/* phm.hcc_coded(model, person, chart, from_day, year_day, to_day, visible). */
Datum
phm_hcc_coded(PG_FUNCTION_ARGS)
{
	CodedSite  *s = coded_site(fcinfo);
	HistoryDiagnosis **sorted;
	Chart		chart;
	HccView		v;
	int			n = 0;

	InitMaterializedSRF(fcinfo, 0);
	hcc_arg_model(fcinfo, ARG_MODEL, &s->hcc, &v);
	if (!hcc_arg_person(fcinfo, ARG_PERSON, &s->hcc))
		return (Datum) 0;
	chart_open(&chart, chart_detoast(PG_GETARG_DATUM(ARG_CHART)));
	history_read(s->history, &chart, (uint32) PG_GETARG_INT32(ARG_VISIBLE), 0);
	sorted = palloc(sizeof(*sorted) * Max(s->history->ndiagnoses, 1));
	for (uint32 i = 0; i < s->history->ndiagnoses; i++)
	{
		HistoryDiagnosis *d = &s->history->diagnoses[i];

		if (d->day != HISTORY_NO_DAY && d->day >= PG_GETARG_DATEADT(ARG_FROM) && d->day <= PG_GETARG_DATEADT(ARG_TO))
			sorted[n++] = d;
	}
	if (n > 1)
		qsort(sorted, n, sizeof(*sorted), by_code_and_day);
	put_all((ReturnSetInfo *) fcinfo->resultinfo, &v, &s->hcc.subject, sorted, n, PG_GETARG_DATEADT(ARG_YEAR));
	return (Datum) 0;
}
