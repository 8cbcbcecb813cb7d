/*
 * risk_profile_stay.c: hospital stays and emergency visits of a history, and
 * what the rules of readmission, prevention and avoidable visits say of them.
 */
#include "risk/risk_profile.h"

#include "chart/find.h"
#include "chart/history_lab.h"

/* Room for so many visits. */
static void
make_room(RiskWork *w, uint32 nvisits)
{
	if (w->room >= nvisits)
		return;
	w->room = nvisits * 2;
	w->rows = repalloc(w->rows, sizeof(StayRow) * w->room);
	w->stays = repalloc(w->stays, sizeof(Stay) * w->room);
	w->stay_of = repalloc(w->stay_of, sizeof(int32) * w->room);
	w->codes = repalloc(w->codes, sizeof(ReadmissionCodes) * w->room);
	w->results = repalloc(w->results, sizeof(ReadmissionResult) * w->room);
	w->pqi = repalloc(w->pqi, sizeof(PqiWork) * w->room);
	w->principal = repalloc(w->principal, sizeof(int32) * w->room);
}

/* What a visit is among stays. */
static StayKind
row_kind(const HistoryVisit *v)
{
	switch ((HistorySetting) v->setting)
	{
		case HISTORY_INPATIENT:
			return STAY_INPATIENT;
		case HISTORY_POSTACUTE:
			return STAY_NONACUTE;
		case HISTORY_EMERGENCY:
			return STAY_ED;
		case HISTORY_OBSERVATION:
			return STAY_OBSERVATION;
		case HISTORY_OUTPATIENT:
			return v->origin == HISTORY_CLAIM && v->emergency ? STAY_ED : STAY_OTHER;
		default:
			return STAY_OTHER;
	}
}

/* The UB-04 status of a discharge: of bills as billed, of encounters by the codes of FHIR and SNOMED CT. */
static int
disposition(const HistoryVisit *v)
{
	static const struct
	{
		const char *code;
		int			status;
	}			codes[] = {
		{"home", 1}, {"alt-home", 1}, {"306689006", 1}, {"other-hcf", 70}, {"hosp", 51}, {"long", 63}, {"aadvice", STAY_LEFT_AGAINST_ADVICE},
		{"225928004", STAY_LEFT_AGAINST_ADVICE}, {"exp", STAY_DIED}, {"419099009", STAY_DIED}, {"psy", 65}, {"rehab", 62}, {"snf", 3},
		{"428371000124100", 50}, {"428361000124107", 51}
	};

	for (int i = 0; i < (int) lengthof(codes); i++)
		if (history_is(&v->disposition, codes[i].code))
			return codes[i].status;
	return v->disposition.text ? stay_disposition(v->disposition.text, v->disposition.length) : 0;
}

/* Whether a day had come; what has no day counts. */
static bool
had_come(const RiskWork *w, int32 day)
{
	return day == HISTORY_NO_DAY || day <= w->as_of;
}

/* The row of a visit, into the next place of rows; false when it is no stay. */
static bool
make_row(const RiskWork *w, const HistoryVisit *v, int32 number, StayRow *row)
{
	StayKind	kind = row_kind(v);

	if (kind == STAY_OTHER || v->start == HISTORY_NO_DAY || v->start > w->as_of)
		return false;
	memset(row, 0, sizeof(*row));
	row->first = v->start;
	row->last = v->end == HISTORY_NO_DAY || !had_come(w, v->end) ? STAY_NO_DAY : v->end;
	row->facility = v->facility.text && v->origin == HISTORY_ENCOUNTER ? stay_key(v->facility.text, v->facility.length) : 0;
	row->row = number;
	row->kind = (uint8) kind;
	row->disposition = had_come(w, v->end) ? (uint8) disposition(v) : 0;
	row->frequency = v->bill_type.text ? (uint8) stay_frequency(v->bill_type.text, v->bill_type.length) : 0;
	row->ed = v->emergency;
	return true;
}

/* Stays of the visits; what their codes say is empty. */
static void
make_stays(RiskWork *w, const History *h)
{
	int			n = 0;

	make_room(w, h->nvisits);
	for (uint32 i = 0; i < h->nvisits; i++)
	{
		w->stay_of[i] = -1;
		n += make_row(w, &h->visits[i], (int32) i, &w->rows[n]);
	}
	if (n > 1)
		qsort(w->rows, n, sizeof(StayRow), stay_compare);
	w->nstays = stay_build(w->rows, n, true, w->stays);
	for (int i = 0; i < n; i++)
		w->stay_of[w->rows[i].row] = w->rows[i].stay;
	for (int i = 0; i < w->nstays; i++)
	{
		readmission_begin(&w->codes[i]);
		pqi_begin(&w->pqi[i]);
		w->principal[i] = -1;
	}
}

/* The stay of a diagnosis or procedure that was known, -1: none. */
static int
stay_at(const RiskWork *w, int32 visit, int32 day)
{
	return visit >= 0 && had_come(w, day) ? w->stay_of[visit] : -1;
}

/* The principal diagnosis of each stay: as billed, the last bill first; else the first condition of its encounter. */
static void
find_principals(RiskWork *w, const History *h)
{
	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];
		int			stay = stay_at(w, d->visit, d->day);

		if (stay >= 0 && ((d->origin == HISTORY_CLAIM && d->principal) || w->principal[stay] < 0))
			w->principal[stay] = (int32) i;
	}
}

/* Tells the rules the codes of each stay. */
static void
add_codes(RiskWork *w, const RiskModels *m, const History *h)
{
	for (int i = 0; i < w->nstays; i++)
		if (w->principal[i] >= 0)
		{
			const HistoryCode *code = &h->diagnoses[w->principal[i]].code;

			readmission_add(&w->codes[i], &m->readmission, true, code->text, code->length);
			pqi_add(&w->pqi[i], &m->pqi, PQI_PRINCIPAL, code->text, code->length);
		}
	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];
		int			stay = stay_at(w, d->visit, d->day);

		if (stay >= 0 && w->principal[stay] != (int32) i)
			pqi_add(&w->pqi[stay], &m->pqi, PQI_SECONDARY, d->code.text, d->code.length);
	}
	for (uint32 i = 0; i < h->nprocedures; i++)
	{
		const HistoryProcedure *p = &h->procedures[i];
		int			stay = stay_at(w, p->visit, p->day);

		if (stay < 0 || p->code.system != HISTORY_ICD10PCS)
			continue;
		readmission_add(&w->codes[stay], &m->readmission, false, p->code.text, p->code.length);
		pqi_add(&w->pqi[stay], &m->pqi, PQI_PROCEDURE, p->code.text, p->code.length);
	}
}

/* Unplanned readmissions within 30 days of the year's index stays. */
static void
count_readmissions(RiskWork *w, const History *h, RiskProfile *p)
{
	ReadmissionPerson person = {
		.died = h->death == HISTORY_NO_DAY ? STAY_NO_DAY : h->death, .born = STAY_NO_DAY, .enrolled_from = STAY_NO_DAY, .enrolled_to = STAY_NO_DAY
	};

	readmission_finish(w->stays, w->codes, w->nstays, &person, w->results);
	for (int i = 0; i < w->nstays; i++)
	{
		const ReadmissionResult *r = &w->results[i];

		if (w->stays[i].kind != STAY_INPATIENT || r->exclusions != 0 || w->stays[i].last == STAY_OPEN || w->stays[i].last <= w->year)
			continue;
		p->index_stays++;
		p->readmissions += r->readmission >= 0 && w->results[r->readmission].planned == NOT_PLANNED;
	}
}

/* An admission of the year. */
static void
count_admission(RiskWork *w, const RiskModels *m, const History *h, int number, RiskProfile *p)
{
	const Stay *stay = &w->stays[number];
	PqiDischarge discharge = {
		.age = h->birth == HISTORY_NO_DAY ? -1 : history_age(h->birth, stay->first),
		.transfer = stay->transfer_in || pqi_is_transfer(stay->source), .newborn = stay->admission == STAY_NEWBORN
	};
	PqiResult	result;

	p->admissions++;
	p->hospital_days += Max(stay_length(stay), 0);
	if (!stay_is_over(stay))
		return;
	pqi_finish(&w->pqi[number], &discharge, &result);
	p->pqis |= result.counted;
	p->preventable += result.counted != 0;
}

/* Counts of the year. */
static void
count_stays(RiskWork *w, const RiskModels *m, const History *h, RiskProfile *p)
{
	EdTally		tally;
	EdSummary	summary;

	ed_begin(&tally);
	for (int i = 0; i < w->nstays; i++)
	{
		const Stay *stay = &w->stays[i];
		const HistoryCode *code = w->principal[i] >= 0 ? &h->diagnoses[w->principal[i]].code : NULL;

		if (stay->first <= w->year)
			continue;
		if (stay->kind == STAY_INPATIENT)
			count_admission(w, m, h, i, p);
		else if (stay->kind == STAY_ED && stay->part_of < 0)
		{
			p->ed_visits++;
			ed_add(&tally, &m->ed, code ? code->text : NULL, code ? code->length : 0, false);
		}
	}
	ed_finish(&tally, &summary);
	p->ed_avoidable = summary.avoidable;
}

/* The index of the last hospital stay of the year that is over, -1: none. */
static int
last_stay(const RiskWork *w)
{
	for (int i = w->nstays - 1; i >= 0; i--)
		if (w->stays[i].kind == STAY_INPATIENT && stay_is_over(&w->stays[i]) && w->stays[i].last > w->year && w->stays[i].last <= w->as_of)
			return i;
	return -1;
}

/* Conditions of LACE, of the diagnoses up to the discharge. */
static uint32
conditions_until(const RiskWork *w, const RiskModels *m, const History *h, int32 day)
{
	uint32		conditions = 0;

	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];

		if (d->day != HISTORY_NO_DAY && d->day > w->lookback && d->day <= day)
			conditions |= lace_conditions(&m->lace, d->code.text, d->code.length);
	}
	return conditions;
}

/* Comorbidity of a stay: its billed diagnoses, the principal one known as such. */
static void
score_cmr(RiskWork *w, const RiskModels *m, const History *h, int stay, RiskLastStay *last)
{
	int			age = h->birth == HISTORY_NO_DAY ? -1 : history_age(h->birth, last->admitted);

	comorbidity_begin(&w->cmr, &m->cmr, age <= COMORBIDITY_MAX_AGE ? age : -1);
	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];

		if (stay_at(w, d->visit, d->day) == stay)
			comorbidity_add(&w->cmr, d->code.text, d->code.length, w->principal[stay] == (int32) i, d->present);
	}
	comorbidity_finish(&w->cmr, &last->cmr);
}

/* Whether a procedure was done in a stay. */
static bool
has_procedure(const RiskWork *w, const History *h, int stay)
{
	for (uint32 i = 0; i < h->nprocedures; i++)
		if (h->procedures[i].code.system == HISTORY_ICD10PCS && stay_at(w, h->procedures[i].visit, h->procedures[i].day) == stay)
			return true;
	return false;
}

/* The scores at the last discharge. */
static void
score_last(RiskWork *w, const RiskModels *m, const History *h, RiskLastStay *last)
{
	int			number = last_stay(w);
	const Stay *stay = &w->stays[number];
	LaceInput	lace = {0};
	HospitalInput hospital = {0};

	if (number < 0)
		return;
	last->known = true;
	last->admitted = stay->first;
	last->discharged = stay->last;
	lace_of_stay(w->stays, w->nstays, number, &lace);
	lace.charlson = lace_charlson(conditions_until(w, m, h, stay->last));
	lace_score(&lace, &last->lace);
	hospital_of_stay(w->stays, w->nstays, number, &hospital);
	hospital.hemoglobin = history_last_value(h->chart, HISTORY_HEMOGLOBIN, stay->first, stay->last);
	hospital.sodium = history_last_value(h->chart, HISTORY_SODIUM, stay->first, stay->last);
	hospital.oncology = SCORE_UNKNOWN;
	hospital.procedure = has_procedure(w, h, number);
	hospital_score(&hospital, &last->hospital);
	score_cmr(w, m, h, number, last);
}

void
risk_profile_stays(RiskWork *w, const RiskModels *models, const History *h, RiskProfile *p)
{
	make_stays(w, h);
	find_principals(w, h);
	add_codes(w, models, h);
	count_readmissions(w, h, p);
	count_stays(w, models, h, p);
	score_last(w, models, h, &p->last);
}
