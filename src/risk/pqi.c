/*
 * pqi.c: AHRQ Prevention Quality Indicators of one discharge.  An indicator
 * has a case (a principal diagnosis, or a procedure and a diagnosis), an age
 * range and exclusions; tables say which, one function reads them.
 *
 * Source: AHRQ Quality Indicators, Prevention Quality Indicators technical
 * specifications, version 2023.
 */
#include "risk/pqi.h"

static const char *const set_names[PQI_SETS] = {
	"01.diabetes_with_short-term_complications_diagnosis_codes",
	"03.diabetes_with_long-term_complications_diagnosis_codes",
	"05.asthma", "05.chronic_obstructive_pulmonary_disorder",
	"05.cystic_fibrosis_and_anomalies_of_the_respiratory_system",
	"07.exclusion_dialysis_access_procedure_codes", "07.exclusion_kidney_disease_diagnosis_codes",
	"07.hypertension_diagnosis_codes", "08.heart_failure_diagnosis_codes",
	"11.community_acquired_bacterial_pneumonia_diagnosis_codes",
	"11.sickle_cell_anemia_or_hb-s_disease_diagnosis_codes",
	"12.kidney_or_urinary_tract_disorder_diagnosis_codes",
	"12.urinary_tract_infection_diagnosis_codes", "14.uncontrolled_diabetes_diagnosis_codes",
	"15.asthma_diagnosis_codes",
	"15.cystic_fibrosis_and_anomalies_of_the_respiratory_system_diagnosis_codes",
	"16.diabetes_diagnosis_codes", "16.lower-extremity_amputation_procedure_codes",
	"16.traumatic_amputation_of_the_lower_extremity_diagnosis_codes",
	"appendix_b.cardiac_procedure_codes", "appendix_c.immunocompromised_state_diagnosis_codes",
	"appendix_c.immunocompromised_state_procedure_codes",
	"appendix_d.in-hospital_live_birth_diagnosis_codes",
	"appendix_d.out-of-hospital_live_birth_diagnosis_codes",
	"appendix_f.mdc_14_principal_diagnosis_codes", "appendix_f.mdc_15_principal_diagnosis_codes",
};

#define CASE_AMPUTATION UINT32_MAX	/* a procedure and any diagnosis of diabetes */
#define ANY_AGE 255

/* Indicators: number, principal diagnoses of the case, ages, what excludes. */
static const struct
{
	uint8		number;
	uint8		age_min;
	uint8		age_max;
	uint32		principal;
	PqiWhy		excludes[2];
	const char *name;
}			indicators[PQI_SINGLE] = {
	{1, 18, ANY_AGE, PQI_BIT(PQI_SHORT_TERM), {0}, "Diabetes Short-Term Complications Admission Rate"},
	{3, 18, ANY_AGE, PQI_BIT(PQI_LONG_TERM), {0}, "Diabetes Long-Term Complications Admission Rate"},
	{5, 40, ANY_AGE, PQI_BIT(PQI_ASTHMA_05) | PQI_BIT(PQI_COPD), {PQI_CYSTIC},
	"Chronic Obstructive Pulmonary Disease (COPD) or Asthma in Older Adults Admission Rate"},
	{7, 18, ANY_AGE, PQI_BIT(PQI_HYPERTENSION), {PQI_KIDNEY_DIALYSIS, PQI_CARDIAC_PROCEDURE},
	"Hypertension Admission Rate"},
	{8, 18, ANY_AGE, PQI_BIT(PQI_HEART_FAILURE), {PQI_CARDIAC_PROCEDURE}, "Heart Failure Admission Rate"},
	{11, 18, ANY_AGE, PQI_BIT(PQI_PNEUMONIA), {PQI_SICKLE, PQI_IMMUNE},
	"Community-Acquired Pneumonia Admission Rate"},
	{12, 18, ANY_AGE, PQI_BIT(PQI_URINARY_INFECTION), {PQI_URINARY, PQI_IMMUNE},
	"Urinary Tract Infection Admission Rate"},
	{14, 18, ANY_AGE, PQI_BIT(PQI_UNCONTROLLED), {0}, "Uncontrolled Diabetes Admission Rate"},
	{15, 18, 39, PQI_BIT(PQI_ASTHMA_15), {PQI_CYSTIC}, "Asthma in Younger Adults Admission Rate"},
	{16, 18, ANY_AGE, CASE_AMPUTATION, {PQI_TRAUMA},
	"Lower-Extremity Amputation Among Patients with Diabetes Rate"},
};

#define SINGLE(pqi) (1u << (pqi))

/* Composites: a discharge counts once, whatever number of parts it is in. */
static const struct
{
	uint8		number;
	uint32		parts;
	const char *name;
}			composites[PQIS - PQI_SINGLE] = {
	{90, (1u << PQI_SINGLE) - 1, "Prevention Quality Overall Composite"},
	{91, SINGLE(PQI_11) | SINGLE(PQI_12), "Prevention Quality Acute Composite"},
	{92, SINGLE(PQI_01) | SINGLE(PQI_03) | SINGLE(PQI_05) | SINGLE(PQI_07) | SINGLE(PQI_08) |
		SINGLE(PQI_14) | SINGLE(PQI_15) | SINGLE(PQI_16), "Prevention Quality Chronic Composite"},
	{93, SINGLE(PQI_01) | SINGLE(PQI_03) | SINGLE(PQI_14) | SINGLE(PQI_16),
	"Prevention Quality Diabetes Composite"},
};

bool
pqi_model(const Grouper *grouper, PqiModel *model, PhmError *err)
{
	memset(model, 0, sizeof(*model));
	model->grouper = grouper;
	model->diagnoses = grouper_system(grouper, "ICD10CM", 7);
	model->procedures = grouper_system(grouper, "ICD10PCS", 8);
	for (int i = 0; i < PQI_SETS; i++)
	{
		int			category = grouper_category(grouper, set_names[i], strlen(set_names[i]));

		if (category < 0 || category >= PQI_MAX_CATEGORIES)
		{
			phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
					 "grouper has not the code sets of the Prevention Quality Indicators");
			phm_fail_detail(err, "It has no category \"%s\".", set_names[i]);
			return phm_fail_hint(err, "Use phm.grouper('PQI').");
		}
		model->bits[category] = PQI_BIT(i);
	}
	return true;
}

void
pqi_begin(PqiWork *work)
{
	memset(work, 0, sizeof(*work));
}

void
pqi_add(PqiWork *work, const PqiModel *model, PqiCode kind, const char *code, Size length)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	pqi_add_code(work, model, kind, &read);
}

void
pqi_add_code(PqiWork *work, const PqiModel *model, PqiCode kind, const GrouperCode *code)
{
	const uint16 *categories;
	int			n = grouper_find_code(model->grouper, kind == PQI_PROCEDURE ? model->procedures : model->diagnoses,
									  code, &categories);
	uint32		sets = 0;

	for (int i = 0; i < n; i++)
		if (grouper_at(categories, i) < PQI_MAX_CATEGORIES)
			sets |= model->bits[grouper_at(categories, i)];
	if (kind == PQI_PROCEDURE)
		work->procedures |= sets;
	else
		work->diagnoses |= sets;
	if (kind == PQI_PRINCIPAL)
		work->principal |= sets;
}

/* Is a discharge a case of an indicator, before exclusions? */
static bool
is_case(const PqiWork *w, int pqi)
{
	if (indicators[pqi].principal == CASE_AMPUTATION)
		return (w->procedures & PQI_BIT(PQI_AMPUTATION)) && (w->diagnoses & PQI_BIT(PQI_DIABETES));
	return (w->principal & indicators[pqi].principal) != 0;
}

/* Does an exclusion that belongs to some indicators hold? */
static bool
excluded(const PqiWork *w, PqiWhy why)
{
	switch (why)
	{
		case PQI_CYSTIC:
			return w->diagnoses & (PQI_BIT(PQI_CYSTIC_05) | PQI_BIT(PQI_CYSTIC_15));
		case PQI_KIDNEY_DIALYSIS:
			return (w->diagnoses & PQI_BIT(PQI_KIDNEY_STAGE)) && (w->procedures & PQI_BIT(PQI_DIALYSIS_ACCESS));
		case PQI_CARDIAC_PROCEDURE:
			return w->procedures & PQI_BIT(PQI_CARDIAC);
		case PQI_SICKLE:
			return w->diagnoses & PQI_BIT(PQI_SICKLE_CELL);
		case PQI_URINARY:
			return w->diagnoses & PQI_BIT(PQI_URINARY_DISORDER);
		case PQI_IMMUNE:
			return (w->diagnoses & PQI_BIT(PQI_IMMUNE_DX)) || (w->procedures & PQI_BIT(PQI_IMMUNE_PROCEDURE));
		case PQI_TRAUMA:
			return w->diagnoses & PQI_BIT(PQI_TRAUMATIC);
		default:
			return false;
	}
}

/* Why a discharge does not count in an indicator. */
static PqiWhy
why_not(const PqiWork *w, const PqiDischarge *d, int pqi)
{
	bool		newborn = d->newborn || (w->principal & PQI_BIT(PQI_MDC_15)) ||
		(w->diagnoses & (PQI_BIT(PQI_LIVE_BIRTH) | PQI_BIT(PQI_BORN_OUTSIDE)));

	if (!is_case(w, pqi))
		return PQI_NOT_ITS_CASE;
	if (d->age < indicators[pqi].age_min || (d->age > indicators[pqi].age_max && indicators[pqi].age_max != ANY_AGE))
		return PQI_AGE;
	if (newborn)
		return PQI_NEWBORN;
	if (d->transfer)
		return PQI_TRANSFER;
	if (w->principal & PQI_BIT(PQI_MDC_14))
		return PQI_OBSTETRIC;
	for (int i = 0; i < lengthof(indicators[pqi].excludes); i++)
		if (excluded(w, indicators[pqi].excludes[i]))
			return indicators[pqi].excludes[i];
	return PQI_COUNTED;
}

void
pqi_finish(const PqiWork *work, const PqiDischarge *discharge, PqiResult *result)
{
	memset(result, 0, sizeof(*result));
	for (int i = 0; i < PQI_SINGLE; i++)
	{
		result->why[i] = why_not(work, discharge, i);
		if (result->why[i] == PQI_COUNTED)
			result->counted |= 1u << i;
	}
	for (int i = PQI_SINGLE; i < PQIS; i++)
		if (result->counted & composites[i - PQI_SINGLE].parts)
			result->counted |= 1u << i;
}

/* Composites and most indicators count everybody from 18 on. */
uint32
pqi_population(int age)
{
	uint32		population = 0;

	if (age < 18)
		return 0;
	for (int i = 0; i < PQI_SINGLE; i++)
		if (age >= indicators[i].age_min && (age <= indicators[i].age_max || indicators[i].age_max == ANY_AGE))
			population |= 1u << i;
	for (int i = PQI_SINGLE; i < PQIS; i++)
		population |= 1u << i;
	return population;
}

bool
pqi_is_transfer(char point_of_origin)
{
	return point_of_origin == '4' || point_of_origin == '5' || point_of_origin == '6';
}

int
pqi_number(int pqi)
{
	return pqi < PQI_SINGLE ? indicators[pqi].number : composites[pqi - PQI_SINGLE].number;
}

int
pqi_of_number(int number)
{
	for (int i = 0; i < PQIS; i++)
		if (pqi_number(i) == number)
			return i;
	return -1;
}

const char *
pqi_name(int pqi)
{
	return pqi < PQI_SINGLE ? indicators[pqi].name : composites[pqi - PQI_SINGLE].name;
}

const char *
pqi_why_text(int why)
{
	static const char *const texts[] = {
		"counted", "not its case", "age", "transfer", "obstetric", "newborn",
		"cystic fibrosis or anomaly of the respiratory system", "kidney disease with dialysis access",
		"cardiac procedure", "sickle cell disease", "kidney or urinary tract disorder",
		"immunocompromised", "traumatic amputation",
	};

	return texts[why];
}
