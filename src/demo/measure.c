/*
 * measure.c: observations with values that follow from the person: vital signs,
 * smoking, and what is noted at a birth.
 */
#include "demo/person.h"

/* The category of an observation follows from the name of its code. */
uint16
demo_observation_category(uint16 code)
{
	const char *name = demo_codes[code].name;

	switch (name[0])
	{
		case 'l':
			return DEMO_CODE_OBSCAT_LABORATORY;
		case 'v':
			return DEMO_CODE_OBSCAT_VITAL;
		case 'i':
			return DEMO_CODE_OBSCAT_IMAGING;
		case 'e':
			return DEMO_CODE_OBSCAT_EXAM;
		default:
			return name[1] == 'v' ? DEMO_CODE_OBSCAT_SURVEY : DEMO_CODE_OBSCAT_SOCIAL;
	}
}

/* An observation without its value. */
DemoEvent *
demo_observation(DemoCare *care, const DemoOpenVisit *v, uint16 code, int64 minute)
{
	DemoEvent  *e = demo_visit_event(care, DEMO_OBSERVATION, v, minute);

	e->code = code;
	e->category = demo_observation_category(code);
	e->status = DEMO_FINAL;
	e->recorded = e->category == DEMO_CODE_OBSCAT_LABORATORY ?
		demo_time(&care->person, minute + 45) : e->start;
	return e;
}

static void
tell_quantity(DemoCare *care, const DemoOpenVisit *v, uint16 code, int64 minute,
			  int64 value, int scale, const char *unit)
{
	DemoEvent  *e = demo_observation(care, v, code, minute);

	e->value_kind = DEMO_VALUE_QUANTITY;
	e->value = value;
	e->scale = (uint8) scale;
	e->unit = unit;
	demo_tell(care, e, minute);
}

/* Height in tenths of centimetres and BMI in tenths, of children too. */
static void
body(const DemoPerson *p, int day, int *height, int *bmi)
{
	static const int child_height[] = {500, 755, 875, 960, 1030, 1100, 1160, 1220, 1280, 1330, 1390,
	1440, 1500, 1560, 1610, 1660, 1690, 1720, 1730};
	int			months = demo_age_months(p, day);
	int			year = months / 12;

	*height = p->height;
	*bmi = p->build;
	if (year < 18)
	{
		int			standard = child_height[year] + (child_height[year + 1] - child_height[year]) * (months % 12) / 12;

		*height = standard * p->height / 1730;
		*bmi = 155 + (p->build - 155) * year / 22;
		if (year < 1)
			*bmi = 140 + months * 2;
	}
}

/* Blood pressure with what conditions and treatment do to it. */
static void
tell_pressure(DemoCare *care, const DemoOpenVisit *v, int64 minute)
{
	DemoPerson *p = &care->person;
	int			day = demo_day_of(minute);
	int			systolic = p->systolic;
	int			age = demo_age(p, day);
	DemoEvent  *e;

	if (age < 18)
		systolic -= 22 - age;
	if (demo_has(p, DEMO_CONDITION_HYPERTENSION, day))
		systolic += p->traits[DEMO_TRAIT_CONTROLLED - 1000] ? 9 : 29;
	else if (age > 50)
		systolic += 3;
	e = demo_observation(care, v, DEMO_CODE_VS_BP, minute);
	e->value_kind = DEMO_VALUE_PRESSURE;
	e->value = demo_normal(&p->random, systolic, 8);
	e->amount[0] = e->value * 62 / 100 + demo_below(&p->random, 9) - 2;
	e->unit = "mm[Hg]";
	demo_tell(care, e, minute);
}

void
demo_tell_vitals(DemoCare *care, const DemoOpenVisit *v, int64 minute)
{
	DemoPerson *p = &care->person;
	int			day = demo_day_of(minute);
	int			age = demo_age(p, day);
	bool		sick = v->def->class == DEMO_CODE_CLASS_IMP || v->def->class == DEMO_CODE_CLASS_EMER;
	int			height;
	int			bmi;
	int			weight;

	if (age >= 3 || sick)
		tell_pressure(care, v, minute);
	tell_quantity(care, v, DEMO_CODE_VS_HEART_RATE, minute,
				  demo_normal(&p->random, age < 3 ? 115 : age < 12 ? 90 : sick ? 86 : 74, 9), 0, "/min");
	if (sick)
	{
		tell_quantity(care, v, DEMO_CODE_VS_TEMPERATURE, minute, demo_normal(&p->random, 371, 5), 1, "Cel");
		tell_quantity(care, v, DEMO_CODE_VS_RESPIRATION, minute, demo_normal(&p->random, age < 3 ? 28 : 17, 2), 0, "/min");
		tell_quantity(care, v, DEMO_CODE_VS_OXYGEN, minute,
					  Min(demo_normal(&p->random, 96, 2), 100), 0, "%");
		return;
	}
	body(p, day, &height, &bmi);
	bmi += demo_below(&p->random, 13) - 6;
	weight = (int) ((int64) bmi * height / 10 * height / 1000000);
	tell_quantity(care, v, DEMO_CODE_VS_WEIGHT, minute, weight * 10 + demo_below(&p->random, 10), 1, "kg");
	if (age < 18 || demo_chance(&p->random, 500))
		tell_quantity(care, v, DEMO_CODE_VS_HEIGHT, minute, height, 1, "cm");
	if (age >= 2)
		tell_quantity(care, v, DEMO_CODE_VS_BMI, minute, bmi, 1, "kg/m2");
	if (age >= 2 && age < 18)
		tell_quantity(care, v, DEMO_CODE_VS_BMI_PERCENTILE, minute, 2 + demo_below(&p->random, 97), 0, "%");
}

/* A coded observation. */
static void
tell_code(DemoCare *care, const DemoOpenVisit *v, uint16 code, uint16 value, int64 minute)
{
	DemoEvent  *e = demo_observation(care, v, code, minute);

	e->value_kind = DEMO_VALUE_CODE;
	e->value_code = value;
	demo_tell(care, e, minute);
}

void
demo_tell_smoking(DemoCare *care, const DemoOpenVisit *v, int64 minute)
{
	DemoPerson *p = &care->person;
	int			day = demo_day_of(minute);
	uint16		value = DEMO_CODE_VAL_NEVER_SMOKED;

	if (demo_has(p, DEMO_CONDITION_SMOKER, day))
		value = DEMO_CODE_VAL_SMOKER;
	else if (p->end[DEMO_CONDITION_SMOKER] <= day)
		value = DEMO_CODE_VAL_EX_SMOKER;
	tell_code(care, v, DEMO_CODE_SH_SMOKING, value, minute);
}

static void
tell_time(DemoCare *care, const DemoOpenVisit *v, uint16 code, PhmDateTime value, int64 minute)
{
	DemoEvent  *e = demo_observation(care, v, code, minute);

	e->value_kind = DEMO_VALUE_TIME;
	e->value = value;
	demo_tell(care, e, minute);
}

static void
tell_count(DemoCare *care, const DemoOpenVisit *v, uint16 code, int value, int64 minute)
{
	DemoEvent  *e = demo_observation(care, v, code, minute);

	e->value_kind = DEMO_VALUE_INTEGER;
	e->value = value;
	demo_tell(care, e, minute);
}

/* Birth: the mother's side of it. */
void
demo_tell_delivery(DemoCare *care, DemoOpenVisit *v)
{
	DemoPerson *p = &care->person;
	int64		minute = v->start + 240 + demo_below(&p->random, 480);
	int			parity = demo_below(&p->random, 3);
	bool		cesarean = false;

	tell_time(care, v, DEMO_CODE_SH_DELIVERY_TIME, demo_time(p, minute), minute);
	tell_time(care, v, DEMO_CODE_SH_DUE_DATE, demo_date(demo_day_of(minute) + demo_below(&p->random, 15) - 6), v->start + 10);
	tell_count(care, v, DEMO_CODE_SH_PARITY, parity, v->start + 10);
	tell_count(care, v, DEMO_CODE_SH_GRAVIDA, parity + 1, v->start + 10);
	tell_count(care, v, DEMO_CODE_SH_BIRTHS_TERM, parity, v->start + 10);
	tell_count(care, v, DEMO_CODE_SH_BIRTHS_PRETERM, 0, v->start + 10);
	for (int i = 0; i < v->event.ndiagnoses; i++)
		cesarean = cesarean || v->event.diagnoses[i] == DEMO_CODE_DX_CESAREAN;
	demo_tell_procedure(care, v, cesarean ? DEMO_CODE_PR_CESAREAN : DEMO_CODE_PR_VAGINAL_BIRTH, minute - 20, 30);
}
