/*
 * readmission.c: the CMS hospital-wide readmission measure over the stays of
 * one patient: which stays are index stays, which readmissions are planned,
 * and what comes first within 30 days of a discharge.  Relies on stays in
 * order of their admission, as stay_build makes them.
 *
 * Source: CMS Hospital-Wide All-Cause Unplanned Readmission Measure, measure
 * updates and specifications, version 4.0 of the planned readmission algorithm.
 */
#include "risk/readmission.h"

/* Categories of the grouper, in the order of ReadmissionSet. */
static const char *const set_names[HWR_SETS] = {
	"PA1", "PA2", "PA3", "PA4", "exclusion_cancer", "exclusion_rehabilitation",
	"exclusion_psychiatric", "cohort_surgery_gynecology", "cohort_cardiorespiratory",
	"cohort_cardiovascular", "cohort_neurology", "cohort_medicine",
};

bool
readmission_model(const Grouper *grouper, ReadmissionModel *model, PhmError *err)
{
	memset(model, 0, sizeof(*model));
	model->grouper = grouper;
	model->diagnoses = grouper_system(grouper, "ICD10CM", 7);
	model->procedures = grouper_system(grouper, "ICD10PCS", 8);
	for (int i = 0; i < HWR_SETS; i++)
	{
		int			category = grouper_category(grouper, set_names[i], strlen(set_names[i]));

		if (category < 0 || category >= READMISSION_MAX_CATEGORIES)
		{
			phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
					 "grouper is not a model of readmissions");
			phm_fail_detail(err, "It has no category \"%s\".", set_names[i]);
			return phm_fail_hint(err, "Use phm.readmission_model().");
		}
		model->bits[category] = HWR_BIT(i);
	}
	return true;
}

uint32
readmission_sets(const ReadmissionModel *model, bool diagnosis, const GrouperCode *code)
{
	const uint16 *categories;
	int			n = grouper_find_code(model->grouper, diagnosis ? model->diagnoses : model->procedures,
									  code, &categories);
	uint32		sets = 0;

	for (int i = 0; i < n; i++)
	{
		int			category = grouper_at(categories, i);

		if (category < READMISSION_MAX_CATEGORIES)
			sets |= model->bits[category];
	}
	return sets;
}

void
readmission_begin(ReadmissionCodes *codes)
{
	memset(codes, 0, sizeof(*codes));
	codes->pa1 = codes->pa3 = -1;
}

void
readmission_add(ReadmissionCodes *codes, const ReadmissionModel *model, bool diagnosis,
				const char *code, Size length)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	readmission_add_code(codes, model, diagnosis, &read);
}

/* The same of a code that has been read; one that cannot be read counts as an unknown one. */
void
readmission_add_code(ReadmissionCodes *codes, const ReadmissionModel *model, bool diagnosis,
					 const GrouperCode *code)
{
	uint32		sets = readmission_sets(model, diagnosis, code);

	if (diagnosis)
	{
		codes->principal |= sets;
		return;
	}
	codes->procedures |= sets;
	if ((sets & HWR_BIT(HWR_PA1)) && codes->pa1 < 0)
		codes->pa1 = codes->nprocedures;
	if ((sets & HWR_BIT(HWR_PA3)) && codes->pa3 < 0)
		codes->pa3 = codes->nprocedures;
	if (codes->nprocedures < READMISSION_MAX_PROCEDURES)
		codes->nprocedures++;
}

/*
 * The planned readmission algorithm: procedures that are always planned,
 * diagnoses that are always planned, procedures that may be planned unless
 * the principal diagnosis is acute.
 */
ReadmissionPlanned
readmission_planned(const ReadmissionCodes *codes)
{
	if (codes->procedures & HWR_BIT(HWR_PA1))
		return PLANNED_PA1;
	if (codes->principal & HWR_BIT(HWR_PA2))
		return PLANNED_PA2;
	if ((codes->procedures & HWR_BIT(HWR_PA3)) && !(codes->principal & HWR_BIT(HWR_PA4)))
		return PLANNED_PA3;
	return NOT_PLANNED;
}

/* A surgical procedure decides; else the principal diagnosis. */
int
readmission_cohort(const ReadmissionCodes *codes)
{
	if (codes->procedures & HWR_BIT(HWR_SURGERY))
		return HWR_SURGERY;
	for (int i = HWR_CARDIORESPIRATORY; i <= HWR_MEDICINE; i++)
		if (codes->principal & HWR_BIT(i))
			return i;
	return HWR_SETS;
}

/* Did the patient die in hospital?  40 to 42 are deaths under hospice care. */
static bool
died_in(const Stay *s, const ReadmissionPerson *p)
{
	return s->disposition == STAY_DIED || (s->disposition >= 40 && s->disposition <= 42) ||
		(p->died != STAY_NO_DAY && s->last != STAY_OPEN && p->died <= s->last);
}

/* Is the patient under observation for 30 days, or until death? */
static bool
followed(const Stay *s, const ReadmissionPerson *p)
{
	int32		until = s->last + READMISSION_DAYS;

	if (p->enrolled_to == STAY_NO_DAY)
		return true;
	if (p->died != STAY_NO_DAY && p->died < until)
		until = p->died;
	return p->enrolled_to >= until;
}

/* Why a stay is no index stay. */
static uint32
exclusions_of(const Stay *s, const ReadmissionCodes *c, const ReadmissionPerson *p, int cohort)
{
	bool		over = stay_is_over(s);
	bool		young = p->born != STAY_NO_DAY && stay_months_before(s->first, p->min_age * 12) < p->born;
	bool		new_here = p->enrolled_from != STAY_NO_DAY &&
		stay_months_before(s->first, 12) < p->enrolled_from;

	return (over ? 0 : 1u << EXCLUDED_NOT_OVER) |
		(died_in(s, p) ? 1u << EXCLUDED_DIED : 0) |
		(s->transfer_out ? 1u << EXCLUDED_TRANSFERRED : 0) |
		(s->disposition == STAY_LEFT_AGAINST_ADVICE ? 1u << EXCLUDED_AGAINST_ADVICE : 0) |
		(c->principal & HWR_BIT(HWR_PSYCHIATRIC) ? 1u << EXCLUDED_PSYCHIATRIC : 0) |
		(c->principal & HWR_BIT(HWR_REHABILITATION) ? 1u << EXCLUDED_REHABILITATION : 0) |
		(c->principal & HWR_BIT(HWR_CANCER) && cohort != HWR_SURGERY ? 1u << EXCLUDED_CANCER : 0) |
		(cohort == HWR_SETS ? 1u << EXCLUDED_NO_COHORT : 0) |
		(young ? 1u << EXCLUDED_AGE : 0) |
		(new_here ? 1u << EXCLUDED_NO_HISTORY : 0) |
		(over && !followed(s, p) ? 1u << EXCLUDED_NO_FOLLOW_UP : 0);
}

/* The first inpatient stay that begins on the day of discharge or within 30 days of it; a transfer is none. */
static int
next_stay(const Stay *stays, int n, int index)
{
	const Stay *s = &stays[index];

	if (!stay_is_over(s) || s->transfer_out)
		return -1;
	for (int i = index + 1; i < n && stays[i].first <= s->last + READMISSION_DAYS; i++)
		if (stays[i].kind == STAY_INPATIENT && stays[i].first >= s->last)
			return i;
	return -1;
}

/* Judges every stay; what is no inpatient stay gets an empty result. */
void
readmission_finish(const Stay *stays, const ReadmissionCodes *codes, int n,
				   const ReadmissionPerson *person, ReadmissionResult *results)
{
	for (int i = 0; i < n; i++)
	{
		ReadmissionResult *r = &results[i];

		memset(r, 0, sizeof(*r));
		r->cohort = HWR_SETS;
		r->readmission = -1;
		if (stays[i].kind != STAY_INPATIENT)
			continue;
		r->cohort = readmission_cohort(&codes[i]);
		r->planned = readmission_planned(&codes[i]);
		r->exclusions = exclusions_of(&stays[i], &codes[i], person, r->cohort);
		r->readmission = next_stay(stays, n, i);
		if (r->readmission >= 0)
			r->days = stays[r->readmission].first - stays[i].last;
	}
}

/* NULL where there is none. */
const char *
readmission_cohort_name(int cohort)
{
	static const char *const names[] = {
		"surgery/gynecology", "cardiorespiratory", "cardiovascular", "neurology", "medicine",
	};

	return cohort >= HWR_SURGERY && cohort <= HWR_MEDICINE ? names[cohort - HWR_SURGERY] : NULL;
}

const char *
readmission_exclusion_name(int exclusion)
{
	static const char *const names[EXCLUSIONS] = {
		"not over", "died", "transferred", "against advice", "psychiatric", "rehabilitation",
		"cancer", "no cohort", "age", "no 12 months enrolment before", "no 30 days enrolment after",
	};

	return names[exclusion];
}
