/*
 * risk_profile.c: comorbidity and chronic conditions of a history; stays and
 * visits are in risk_profile_stay.c.
 */
#include "risk/risk_profile.h"

RiskWork *
risk_work(void)
{
	RiskWork   *w = palloc0(sizeof(RiskWork));

	w->room = 64;
	w->rows = palloc(sizeof(StayRow) * w->room);
	w->stays = palloc(sizeof(Stay) * w->room);
	w->stay_of = palloc(sizeof(int32) * w->room);
	w->codes = palloc(sizeof(ReadmissionCodes) * w->room);
	w->results = palloc(sizeof(ReadmissionResult) * w->room);
	w->pqi = palloc(sizeof(PqiWork) * w->room);
	w->principal = palloc(sizeof(int32) * w->room);
	return w;
}

/* Whether a diagnosis is known without a label too. */
static bool
known_unlabelled(const RiskWork *w, const History *h, const HistoryCode *code)
{
	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];

		if (d->label == 0 && d->day != HISTORY_NO_DAY && d->day > w->lookback && d->day <= w->as_of &&
			d->code.length == code->length && memcmp(d->code.text, code->text, code->length) == 0)
			return true;
	}
	return false;
}

/* Adds a diagnosis to an index; whether it means anything there. */
static bool
add_to_index(ComorbidityWork *work, const Comorbidity *index, const GrouperCode *code)
{
	ComorbidityFound found = comorbidity_find(index, code);

	for (int i = 0; i < found.n; i++)
		comorbidity_note(work, grouper_at(found.conditions, i), comorbidity_kind(index, &found, i, 0));
	return found.n > 0;
}

/* Notes the categories of a diagnosis. */
static void
add_groups(const Grouper *g, int system, const GrouperCode *code, uint64 *groups)
{
	const uint16 *categories;
	int			n = grouper_find_code(g, system, code, &categories);

	for (int i = 0; i < n; i++)
	{
		int			category = grouper_at(categories, i);

		if (category < RISK_MAX_GROUPS)
			groups[category / 64] |= UINT64CONST(1) << (category % 64);
	}
}

/* Charlson, Elixhauser and frailty, of all diagnoses of the look-back; groups of those of the year. */
static void
find_comorbidity(RiskWork *w, const RiskModels *m, const History *h, RiskProfile *p)
{
	GrouperCode code;
	int			ccs = grouper_system(&m->ccs, "ICD10CM", 7);
	int			ccsr = grouper_system(&m->ccsr, "ICD10CM", 7);

	comorbidity_begin(&w->charlson, &m->charlson, p->age);
	comorbidity_begin(&w->elixhauser, &m->elixhauser, p->age);
	comorbidity_begin(&w->hfrs, &m->hfrs, p->age);
	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];
		bool		counts;

		if (d->day == HISTORY_NO_DAY || d->day <= w->lookback || d->day > w->as_of ||
			!grouper_read_code(d->code.text, d->code.length, &code))
			continue;
		counts = add_to_index(&w->charlson, &m->charlson, &code);
		counts |= add_to_index(&w->elixhauser, &m->elixhauser, &code);
		counts |= add_to_index(&w->hfrs, &m->hfrs, &code);
		if (d->day > w->year)
		{
			add_groups(&m->ccs, ccs, &code, p->ccs);
			add_groups(&m->ccsr, ccsr, &code, p->ccsr);
			counts = true;
		}
		if (d->label != 0 && counts && !known_unlabelled(w, h, &d->code))
			p->label |= d->label;
	}
	comorbidity_finish(&w->charlson, &p->charlson);
	comorbidity_finish(&w->elixhauser, &p->elixhauser);
	comorbidity_finish(&w->hfrs, &p->hfrs);
}

/* What kind of claim a visit is for definitions by claims; a Condition counts as its encounter, or as a visit. */
static ChronicKind
chronic_kind(const History *h, int32 visit)
{
	const HistoryVisit *v = visit >= 0 ? &h->visits[visit] : NULL;
	int			skip;

	switch (v ? (HistorySetting) v->setting : HISTORY_PROFESSIONAL)
	{
		case HISTORY_INPATIENT:
			return CHRONIC_INPATIENT;
		case HISTORY_OUTPATIENT:
			return v->origin == HISTORY_CLAIM ? CHRONIC_OUTPATIENT : CHRONIC_CARRIER;
		case HISTORY_OBSERVATION:
		case HISTORY_EMERGENCY:
			return CHRONIC_OUTPATIENT;
		case HISTORY_POSTACUTE:
			skip = v->bill_type.length == 4;
			if (v->bill_type.text == NULL || v->bill_type.length - skip < 2)
				return CHRONIC_OTHER;
			return v->bill_type.text[skip] == '3' ? CHRONIC_HHA : v->bill_type.text[skip] == '8' ? CHRONIC_OTHER : CHRONIC_SNF;
		case HISTORY_PHARMACY:
			return CHRONIC_DRUG;
		case HISTORY_PROFESSIONAL:
			return CHRONIC_CARRIER;
		default:
			return CHRONIC_OTHER;
	}
}

static bool
same_entry(ChartPosition a, ChartPosition b)
{
	return a.segment == b.segment && a.entry == b.entry;
}

/* The number that a definition's grouper has for the code systems of procedures. */
typedef struct ProcedureSystems
{
	int			pcs;
	int			hcpcs;
	int			cpt;
} ProcedureSystems;

/* Conditions by claims: each bill with its diagnoses and procedures, each Condition by itself. */
static void
find_chronic(RiskWork *w, const RiskModels *m, const History *h, RiskProfile *p)
{
	const Grouper *g = &m->chronic.grouper;
	int			dx = grouper_system(g, "ICD10CM", 7);
	ProcedureSystems systems = {grouper_system(g, "ICD10PCS", 8), grouper_system(g, "HCPCS", 5), grouper_system(g, "CPT", 3)};
	uint32		next = 0;

	chronic_begin(&w->chronic, &m->chronic, w->as_of);
	for (uint32 i = 0; i < h->ndiagnoses;)
	{
		const HistoryDiagnosis *first = &h->diagnoses[i];

		if (first->day != HISTORY_NO_DAY)
			chronic_claim(&w->chronic, first->day, chronic_kind(h, first->visit));
		for (; i < h->ndiagnoses && same_entry(h->diagnoses[i].at, first->at); i++)
			if (first->day != HISTORY_NO_DAY)
				chronic_add(&w->chronic, h->diagnoses[i].code.text, h->diagnoses[i].code.length, dx);
		if (first->origin != HISTORY_CLAIM || first->day == HISTORY_NO_DAY)
			continue;
		while (next < h->nprocedures && (h->procedures[next].visit < first->visit || h->procedures[next].origin != HISTORY_CLAIM))
			next++;
		for (; next < h->nprocedures && h->procedures[next].visit == first->visit; next++)
		{
			const HistoryCode *code = &h->procedures[next].code;

			chronic_add(&w->chronic, code->text, code->length,
						code->system == HISTORY_ICD10PCS ? systems.pcs : code->system == HISTORY_CPT ? Max(systems.cpt, systems.hcpcs) :
						code->system == HISTORY_HCPCS || code->system == HISTORY_HCPCS_ALL ? systems.hcpcs : -1);
		}
	}
	chronic_finish(&w->chronic);
	for (int i = 0; i < m->chronic.n; i++)
		if (chronic_find(&w->chronic, i).met != CHRONIC_NO_DAY)
			p->chronic[p->nchronic++] = (uint16) i;
}

void
risk_profile(RiskWork *w, const RiskModels *models, const History *h, int32 as_of, RiskProfile *p)
{
	memset(p, 0, sizeof(*p));
	w->as_of = as_of;
	w->year = stay_months_before(as_of, RISK_YEAR_MONTHS);
	w->lookback = stay_months_before(as_of, RISK_LOOKBACK_MONTHS);
	p->age = h->birth == HISTORY_NO_DAY || h->birth > as_of ? -1 : history_age(h->birth, as_of);
	if (p->age > COMORBIDITY_MAX_AGE)
		p->age = -1;
	find_comorbidity(w, models, h, p);
	find_chronic(w, models, h, p);
	risk_profile_stays(w, models, h, p);
}
