/*
 * readmission_score.c: LACE and HOSPITAL, two score sheets that a nurse can
 * fill in by hand.  What is not known gives no points and is told.
 *
 * Source: van Walraven et al., CMAJ 2010;182:551 (LACE); Donze et al., JAMA
 * Intern Med 2013;173:632 and 2016;176:496 (HOSPITAL).  The points are those of
 * data/readmission_point.tsv, which a test compares; they are marked
 * unverified there.
 */
#include "risk/readmission.h"

/* Length of stay: whole days, less than one counts nothing. */
static int
lace_los_points(int los)
{
	if (los >= 14)
		return 7;
	if (los >= 7)
		return 5;
	return Min(los, 4);
}

void
lace_score(const LaceInput *in, ScoreSheet *sheet)
{
	memset(sheet, 0, sizeof(*sheet));
	sheet->points[LACE_L] = in->los < 0 ? 0 : lace_los_points(in->los);
	sheet->points[LACE_A] = in->acute == 1 ? 3 : 0;
	sheet->points[LACE_C] = in->charlson < 0 ? 0 : in->charlson >= 4 ? 5 : in->charlson;
	sheet->points[LACE_E] = in->ed_visits < 0 ? 0 : Min(in->ed_visits, 4);
	sheet->missing = (in->los < 0 ? 1u << LACE_L : 0) | (in->acute < 0 ? 1u << LACE_A : 0) |
		(in->charlson < 0 ? 1u << LACE_C : 0) | (in->ed_visits < 0 ? 1u << LACE_E : 0);
	for (int i = 0; i < LACE_COMPONENTS; i++)
		sheet->score += sheet->points[i];
}

const char *
lace_risk(int score)
{
	return score >= 10 ? "high" : score >= 5 ? "moderate" : "low";
}

/* Admissions of the year before: the validation of 2016 counts from the second on. */
static int
hospital_admission_points(int admissions, bool original)
{
	if (admissions > 5)
		return 5;
	return admissions >= (original ? 1 : 2) ? 2 : 0;
}

void
hospital_score(const HospitalInput *in, ScoreSheet *sheet)
{
	memset(sheet, 0, sizeof(*sheet));
	sheet->points[HOSPITAL_H] = in->hemoglobin >= 0 && in->hemoglobin < 12 ? 1 : 0;
	sheet->points[HOSPITAL_O] = in->oncology == 1 ? 2 : 0;
	sheet->points[HOSPITAL_S] = in->sodium >= 0 && in->sodium < 135 ? 1 : 0;
	sheet->points[HOSPITAL_P] = in->procedure == 1 ? 1 : 0;
	sheet->points[HOSPITAL_IT] = in->urgent == 1 ? 1 : 0;
	sheet->points[HOSPITAL_A] = in->admissions < 0 ? 0 : hospital_admission_points(in->admissions, in->original);
	sheet->points[HOSPITAL_L] = in->los >= 5 ? 2 : 0;
	sheet->missing = (in->hemoglobin < 0 ? 1u << HOSPITAL_H : 0) | (in->oncology < 0 ? 1u << HOSPITAL_O : 0) |
		(in->sodium < 0 ? 1u << HOSPITAL_S : 0) | (in->procedure < 0 ? 1u << HOSPITAL_P : 0) |
		(in->urgent < 0 ? 1u << HOSPITAL_IT : 0) | (in->admissions < 0 ? 1u << HOSPITAL_A : 0) |
		(in->los < 0 ? 1u << HOSPITAL_L : 0);
	for (int i = 0; i < HOSPITAL_COMPONENTS; i++)
		sheet->score += sheet->points[i];
}

const char *
hospital_risk(int score)
{
	return score >= 7 ? "high" : score >= 5 ? "intermediate" : "low";
}

/* Conditions of the Charlson index as LACE weighs them; milder ones give way to what they became. */
static const struct
{
	const char *name;
	int			points;
	const char *milder_of;		/* counts nothing beside this one */
}			conditions[] = {
	{"mi", 1, NULL}, {"cevd", 1, NULL}, {"pvd", 1, NULL}, {"diab", 1, "diabwc"},
	{"chf", 2, NULL}, {"diabwc", 2, NULL}, {"cpd", 2, NULL}, {"mld", 2, "msld"},
	{"canc", 2, "metacanc"}, {"dementia", 3, NULL}, {"rheumd", 3, NULL}, {"aids", 4, NULL},
	{"msld", 4, NULL}, {"metacanc", 6, NULL}, {"rend", 2, "mld"},
};

uint32
lace_condition(const char *word, Size length)
{
	for (int i = 0; i < lengthof(conditions); i++)
		if (strlen(conditions[i].name) == length && memcmp(conditions[i].name, word, length) == 0)
			return 1u << i;
	return 0;
}

bool
lace_model(const Grouper *grouper, LaceModel *model, PhmError *err)
{
	bool		any = false;

	memset(model, 0, sizeof(*model));
	model->grouper = grouper;
	model->diagnoses = grouper_system(grouper, "ICD10CM", 7);
	for (int i = 0; i < Min(grouper->ncategories, READMISSION_MAX_CATEGORIES); i++)
	{
		const char *name = grouper_category_name(grouper, i);

		model->bits[i] = lace_condition(name, strlen(name));
		any |= model->bits[i] != 0;
	}
	if (any && model->diagnoses >= 0)
		return true;
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "grouper has no conditions of the Charlson index");
	return phm_fail_hint(err, "Use phm.grouper('CHARLSON_QUAN2005').");
}

uint32
lace_conditions(const LaceModel *model, const char *code, Size length)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	return lace_conditions_code(model, &read);
}

uint32
lace_conditions_code(const LaceModel *model, const GrouperCode *code)
{
	const uint16 *categories;
	int			n = grouper_find_code(model->grouper, model->diagnoses, code, &categories);
	uint32		found = 0;

	for (int i = 0; i < n; i++)
		if (grouper_at(categories, i) < READMISSION_MAX_CATEGORIES)
			found |= model->bits[grouper_at(categories, i)];
	return found;
}

/*
 * Points of LACE's Charlson index.  Mild liver disease and renal disease are
 * one line of its sheet and count once; renal disease stands beside severe
 * liver disease.
 */
int
lace_charlson(uint32 present)
{
	int			points = 0;

	for (int i = 0; i < lengthof(conditions); i++)
	{
		const char *worse = conditions[i].milder_of;

		if ((present & (1u << i)) && !(worse && (present & lace_condition(worse, strlen(worse)))))
			points += conditions[i].points;
	}
	return points;
}

/* Stays of a kind that began in the months before a stay; the visit that led to it is not one. */
static int
began_before(const Stay *stays, int n, int index, StayKind kind, int months)
{
	int32		from = stay_months_before(stays[index].first, months);
	int			count = 0;

	for (int i = 0; i < n; i++)
		if (stays[i].kind == kind && stays[i].first >= from && stays[i].first < stays[index].first &&
			stays[i].part_of != index && !(kind == STAY_INPATIENT && stays[i].transfer_in))
			count++;
	return count;
}

/* Emergency or urgent, SCORE_UNKNOWN where nothing is told. */
static int
acute(const Stay *s)
{
	if (s->admission == STAY_ADMISSION_UNKNOWN && s->ed == STAY_NO_DAY)
		return SCORE_UNKNOWN;
	return stay_is_acute(s);
}

/* All of LACE but the comorbidity. */
void
lace_of_stay(const Stay *stays, int n, int index, LaceInput *in)
{
	in->los = stay_length(&stays[index]);
	in->acute = acute(&stays[index]);
	in->charlson = SCORE_UNKNOWN;
	in->ed_visits = began_before(stays, n, index, STAY_ED, 6);
}

/* Admission type, earlier admissions and length of stay; the rest is for the caller to tell. */
void
hospital_of_stay(const Stay *stays, int n, int index, HospitalInput *in)
{
	in->hemoglobin = in->sodium = SCORE_UNKNOWN;
	in->oncology = in->procedure = SCORE_UNKNOWN;
	in->urgent = acute(&stays[index]);
	in->admissions = began_before(stays, n, index, STAY_INPATIENT, 12);
	in->los = stay_length(&stays[index]);
	in->original = false;
}
