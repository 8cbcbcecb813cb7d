/*
 * risk_profile_type.c: the risk profile of a chart as a row.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"

#include "risk/grouper_kept.h"
#include "risk/risk_profile.h"
#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_risk_profile_of);

/* The arguments that are models, in order, from 2 on; then the visible labels. */
enum
{
	MODEL_CHARLSON, MODEL_ELIXHAUSER, MODEL_HFRS, MODEL_CMR, MODEL_CHRONIC, MODEL_READMISSION, MODEL_ED, MODEL_PQI, MODEL_CCS, MODEL_CCSR, MODEL_COUNT
};

/* What a call site keeps; lives in fn_mcxt. */
typedef struct ProfileSite
{
	KeptArg		kept[MODEL_COUNT];
	const uint8 *values[MODEL_COUNT];	/* with which the models below were made */
	Size		sizes[MODEL_COUNT];
	uint64		hashes[MODEL_COUNT];
	RiskModels	models;
	RiskWork   *work;
	History    *history;
	TupleDesc	desc;
	RiskProfile profile;
} ProfileSite;

#define MAX_COLUMNS 40

/* A row being filled. */
typedef struct ProfileRow
{
	int			n;
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS];
} ProfileRow;

/* What this call site keeps. */
static ProfileSite *
profile_site(FunctionCallInfo fcinfo)
{
	ProfileSite *s = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (s != NULL)
		return s;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	s = palloc0(sizeof(ProfileSite));
	s->work = risk_work();
	s->history = history();
	if (get_call_result_type(fcinfo, NULL, &s->desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "phm.risk_profile_of must return a row");
	s->desc = BlessTupleDesc(CreateTupleDescCopy(s->desc));
	fcinfo->flinfo->fn_extra = s;
	MemoryContextSwitchTo(old);
	return s;
}

/* Opens the values; what is looked up by name in them is looked up anew. */
static bool
open_models(RiskModels *m, const uint8 *const *values, const Size *sizes, PhmError *err)
{
	return comorbidity_view(&m->charlson, values[MODEL_CHARLSON], sizes[MODEL_CHARLSON], err) &&
		comorbidity_view(&m->elixhauser, values[MODEL_ELIXHAUSER], sizes[MODEL_ELIXHAUSER], err) &&
		comorbidity_view(&m->hfrs, values[MODEL_HFRS], sizes[MODEL_HFRS], err) &&
		comorbidity_view(&m->cmr, values[MODEL_CMR], sizes[MODEL_CMR], err) &&
		chronic_view(&m->chronic, values[MODEL_CHRONIC], sizes[MODEL_CHRONIC], err) &&
		grouper_view(&m->readmission_codes, values[MODEL_READMISSION], sizes[MODEL_READMISSION], err) &&
		grouper_view(&m->ed_codes, values[MODEL_ED], sizes[MODEL_ED], err) &&
		grouper_view(&m->pqi_codes, values[MODEL_PQI], sizes[MODEL_PQI], err) &&
		grouper_view(&m->ccs, values[MODEL_CCS], sizes[MODEL_CCS], err) &&
		grouper_view(&m->ccsr, values[MODEL_CCSR], sizes[MODEL_CCSR], err) &&
		readmission_model(&m->readmission_codes, &m->readmission, err) &&
		lace_model(&m->charlson.grouper, &m->lace, err) &&
		ed_model(&m->ed_codes, &m->ed, err) &&
		pqi_model(&m->pqi_codes, &m->pqi, err);
}

/*
 * The models of the call.  They are made once for the same values: values that
 * stand where others stood are told by their hashes, which they carry.
 */
static void
arg_models(FunctionCallInfo fcinfo, ProfileSite *s)
{
	PhmError	err = {0};
	bool		same = true;
	uint64		hashes[MODEL_COUNT];

	for (int i = 0; i < MODEL_COUNT; i++)
	{
		Size		size;
		const uint8 *value = kept_arg(fcinfo, i + 2, &s->kept[i], &size);

		memcpy(&hashes[i], value + 8, sizeof(uint64));
		same &= value == s->values[i] && size == s->sizes[i] && hashes[i] == s->hashes[i];
		s->values[i] = value;
		s->sizes[i] = size;
	}
	if (same)
		return;
	memset(s->hashes, 0, sizeof(s->hashes));
	if (!open_models(&s->models, s->values, s->sizes, &err))
		hcc_raise(&err);
	memcpy(s->hashes, hashes, sizeof(hashes));
}

static void
put(ProfileRow *row, Datum value)
{
	row->nulls[row->n] = false;
	row->values[row->n++] = value;
}

static void
put_null(ProfileRow *row)
{
	row->nulls[row->n++] = true;
}

static void
put_int(ProfileRow *row, int value)
{
	put(row, Int32GetDatum(value));
}

static void
put_day(ProfileRow *row, int32 day)
{
	put(row, DateADTGetDatum(day));
}

static void
put_decimal(ProfileRow *row, int64 number, int decimals)
{
	put(row, NumericGetDatum(int64_div_fast_to_numeric(number, decimals)));
}

/* A set of weights of an index by its name; null when it has none of the name. */
static void
put_score(ProfileRow *row, const Comorbidity *index, const ComorbidityResult *r, const char *set, int more)
{
	for (int i = 0; i < index->nsets; i++)
		if (strcmp(comorbidity_set_name(index, i), set) == 0)
		{
			int64		unit = 1;

			for (int d = comorbidity_decimals(index, i); d > 0; d--)
				unit *= 10;
			put_decimal(row, r->scores[i] + more * unit, comorbidity_decimals(index, i));
			return;
		}
	put_null(row);
}

/* The labels of the conditions of an index. */
static void
put_conditions(ProfileRow *row, const Comorbidity *index, const ComorbidityResult *r)
{
	Datum		labels[COMORBIDITY_MAX];
	int			n = 0;

	for (int i = 0; i < index->n; i++)
		if (comorbidity_has(r->conditions, i))
			labels[n++] = CStringGetTextDatum(comorbidity_label(index, i));
	put(row, PointerGetDatum(construct_array(labels, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The labels of the chronic conditions. */
static void
put_chronic(ProfileRow *row, const Chronic *model, const RiskProfile *p)
{
	Datum		labels[CHRONIC_MAX];

	for (int i = 0; i < p->nchronic; i++)
		labels[i] = CStringGetTextDatum(grouper_label(&model->grouper, chronic_category(model, p->chronic[i])));
	put(row, PointerGetDatum(construct_array(labels, p->nchronic, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The names of the categories of a grouper. */
static void
put_groups(ProfileRow *row, const Grouper *g, const uint64 *groups)
{
	Datum		names[RISK_MAX_GROUPS];
	int			n = 0;

	for (int i = 0; i < (int) Min(g->ncategories, RISK_MAX_GROUPS); i++)
		if (groups[i / 64] >> (i % 64) & 1)
			names[n++] = CStringGetTextDatum(grouper_category_name(g, i));
	put(row, PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The indicators whose numerator has an admission of the patient. */
static void
put_pqis(ProfileRow *row, const RiskProfile *p)
{
	Datum		names[PQIS];
	int			n = 0;

	for (int i = 0; i < PQI_SINGLE; i++)
		if (p->pqis & PQI_BIT(i))
			names[n++] = CStringGetTextDatum(pqi_name(i));
	put(row, PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The components of a score sheet that are not known, by their letters. */
static void
put_missing(ProfileRow *row, const ScoreSheet *sheet, const char *const *names, int count)
{
	Datum		missing[HOSPITAL_COMPONENTS];
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (sheet->missing >> i & 1)
			missing[n++] = CStringGetTextDatum(names[i]);
	put(row, PointerGetDatum(construct_array(missing, n, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* The last stay and the scores at its discharge: ten columns. */
static void
put_last(ProfileRow *row, const RiskModels *m, const RiskLastStay *last)
{
	static const char *const lace[] = {"length of stay", "acuity of admission", "comorbidity", "emergency visits"};
	static const char *const hospital[] = {
		"hemoglobin", "oncology service", "sodium", "procedure", "type of admission", "earlier admissions", "length of stay"
	};

	if (!last->known)
	{
		for (int i = 0; i < 10; i++)
			put_null(row);
		return;
	}
	put_day(row, last->admitted);
	put_day(row, last->discharged);
	put_int(row, last->lace.score);
	put(row, CStringGetTextDatum(lace_risk(last->lace.score)));
	put_missing(row, &last->lace, lace, LACE_COMPONENTS);
	put_int(row, last->hospital.score);
	put(row, CStringGetTextDatum(hospital_risk(last->hospital.score)));
	put_missing(row, &last->hospital, hospital, HOSPITAL_COMPONENTS);
	put_score(row, &m->cmr, &last->cmr, "readmission", 0);
	put_score(row, &m->cmr, &last->cmr, "mortality", 0);
}

/* phm.risk_profile_of(chart, as_of, models ..., visible). */
Datum
phm_risk_profile_of(PG_FUNCTION_ARGS)
{
	ProfileSite *s = profile_site(fcinfo);
	RiskProfile *p = &s->profile;
	ProfileRow	row = {0};
	Chart		chart;

	arg_models(fcinfo, s);
	chart_open(&chart, chart_detoast(PG_GETARG_DATUM(0)));
	history_read(s->history, &chart, (uint32) PG_GETARG_INT32(2 + MODEL_COUNT), HISTORY_PROCEDURES);
	risk_profile(s->work, &s->models, s->history, PG_GETARG_DATEADT(1), p);
	put_score(&row, &s->models.charlson, &p->charlson, "quan2011", 0);
	put_score(&row, &s->models.charlson, &p->charlson, "quan2011", p->charlson.age_points);
	put_conditions(&row, &s->models.charlson, &p->charlson);
	put_score(&row, &s->models.elixhauser, &p->elixhauser, "vanwalraven", 0);
	put_conditions(&row, &s->models.elixhauser, &p->elixhauser);
	put_score(&row, &s->models.hfrs, &p->hfrs, "score", 0);
	put_chronic(&row, &s->models.chronic, p);
	put_groups(&row, &s->models.ccs, p->ccs);
	put_groups(&row, &s->models.ccsr, p->ccsr);
	put_int(&row, p->admissions);
	put_int(&row, p->hospital_days);
	put_int(&row, p->index_stays);
	put_int(&row, p->readmissions);
	put_int(&row, p->preventable);
	put_pqis(&row, p);
	put_int(&row, p->ed_visits);
	put_decimal(&row, p->ed_avoidable, 6);
	put_last(&row, &s->models, &p->last);
	put_int(&row, (int) s->history->nunused);
	put_int(&row, (int) p->label);
	return HeapTupleGetDatum(heap_form_tuple(s->desc, row.values, row.nulls));
}
