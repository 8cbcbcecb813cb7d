/*
 * person.c: who a person is, before anything is told: birth, conditions and
 * their beginnings, habits, insurance, coming, leaving and death.
 *
 * Chronic conditions: one number is drawn for a condition and compared with its
 * prevalence at each age, given the conditions that came before it in the
 * table.  The first age at which the prevalence exceeds the number is when it
 * begins; so the prevalence at every age is that of the table, on average.
 */
#include "demo/person.h"

#include "demo/provider.h"
#include "types/datetime_calendar.h"

#define MILLION 1000000

/* Persons per 10,000 in five-year bands of age from 0-4 to 95-99 (2023 estimates, rounded). */
static const int age_bands[20] = {
	555, 595, 625, 650, 655, 645, 690, 680, 650, 600, 620, 620, 630, 570, 450, 330, 200, 120, 70, 45
};

/* Deaths per 100,000 and year at ages 0, 10 ... 100, without those that conditions add. */
static const int deaths_male[11] = {500, 12, 110, 170, 200, 320, 620, 1150, 2600, 8000, 24000};
static const int deaths_female[11] = {420, 10, 45, 75, 115, 210, 400, 780, 1900, 6500, 22000};

/* A table of values at ages 0, 10 ... read between them. */
static int
at_age(const uint16 *table, int last, int age)
{
	int			i = age / 10;

	if (i >= last)
		return table[last];
	return table[i] + ((int) table[i + 1] - (int) table[i]) * (age % 10) / 10;
}

/* The chance in a million of a condition at an age, given what the person has by then. */
static int64
risk_at(const DemoPerson *p, const DemoConditionDef *def, int age, int day)
{
	int64		risk = at_age(def->rate, 9, age) * 100;

	for (int i = 0; i < def->nfactors && risk > 0; i++)
	{
		const DemoFactor *f = &demo_factors[def->first_factor + i];
		int			share = at_age(demo_conditions[f->given].rate, 9, age);
		int64		average = ((int64) share * f->percent[0] + (int64) (10000 - share) * f->percent[1]) / 10000;

		if (demo_conditions[f->given].kind == DEMO_UNION)
			average = 100;
		risk = risk * f->percent[demo_has(p, f->given, day) ? 0 : 1] / Max(average, 1);
	}
	return def->kind == DEMO_ACUTE ? risk : Min(risk, 970000);
}

/* Day of the birthday of an age, and some days. */
static int
day_of_age(const DemoPerson *p, int age, int days)
{
	return p->birth + (int) ((int64) age * 1461 / 4) + days;
}

/* When a condition begins and ends. */
static void
make_condition(DemoPerson *p, int c)
{
	const DemoConditionDef *def = &demo_conditions[c];
	int			last_age = demo_age(p, p->settings->as_of);
	int			needle = demo_below(&p->random, MILLION);
	int			within = demo_below(&p->random, 365);

	p->onset[c] = DEMO_NEVER;
	p->end[c] = DEMO_NEVER;
	if (def->kind == DEMO_ACUTE || (def->sex && def->sex != p->sex))
		return;
	for (int age = 0; age <= last_age; age++)
	{
		int			day = day_of_age(p, age, within);
		bool		has = risk_at(p, def, age, day) > needle &&
			(def->needs < 0 || demo_has(p, def->needs, day));

		if (has && p->onset[c] == DEMO_NEVER)
			p->onset[c] = day;
		else if (!has && p->onset[c] < day && (def->kind == DEMO_REMITTING || def->kind == DEMO_TRAIT))
		{
			p->end[c] = day;
			return;
		}
	}
}

/* Unions begin with the first of theirs. */
static void
make_union(DemoPerson *p, int c)
{
	for (int i = 0; i < demo_union_count; i++)
		if (demo_unions[i][0] == c && p->onset[demo_unions[i][1]] < p->onset[c])
			p->onset[c] = p->onset[demo_unions[i][1]];
}

/* Age on the last day of the record, and so birth. */
static void
make_birth(DemoPerson *p)
{
	int			r = demo_below(&p->random, 10000);
	int			band = 0;

	while (band < 19 && r >= age_bands[band])
		r -= age_bands[band++];
	p->birth = p->settings->as_of - (int) ((int64) band * 5 * 1461 / 4) - demo_below(&p->random, 1826);
}

/* Who comes late or leaves early. */
static void
make_stay(DemoPerson *p)
{
	int			begin = p->settings->as_of - (int) ((int64) p->settings->years * 1461 / 4) + 1;
	int			length = p->settings->as_of - begin;

	p->first_day = Max(begin, p->birth);
	p->last_day = p->settings->as_of;
	if (p->birth < begin && demo_chance(&p->random, 70))
		p->first_day = begin + demo_below(&p->random, length);
	else if (p->birth < begin && demo_chance(&p->random, 70))
		p->last_day = begin + length / 8 + demo_below(&p->random, length * 7 / 8);
}

/* Deaths in 100,000 and year. */
static int
death_rate(const DemoPerson *p, int day)
{
	const int  *table = p->sex == 'm' ? deaths_male : deaths_female;
	int			age = demo_age(p, day);
	int			rate = age >= 100 ? table[10] :
		age == 0 ? table[0] : age < 10 ? table[1] :
		table[age / 10] + (table[age / 10 + 1] - table[age / 10]) * (age % 10) / 10;

	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
		if (demo_conditions[c].mortality && demo_has(p, c, day))
			rate += demo_conditions[c].mortality * 10;
	return Min(rate, 90000);
}

/* Death within the record, from month to month. */
static void
make_death(DemoPerson *p)
{
	int			rate = 0;

	p->death = DEMO_NEVER;
	for (int day = p->first_day + 1, month = 0; day < p->last_day; day += 30, month++)
	{
		if (month % 12 == 0)
			rate = death_rate(p, day);
		if (demo_below(&p->random, MILLION) < rate * 10 / 12)
		{
			p->death = Min(day + demo_below(&p->random, 30), p->last_day);
			p->last_day = p->death;
			return;
		}
	}
}

/* Habits and measures that last. */
static void
make_traits(DemoPerson *p)
{
	int			last = p->last_day;
	bool		poor = demo_has(p, DEMO_CONDITION_POOR, last);

	p->traits[DEMO_TRAIT_ENGAGED - 1000] = demo_chance(&p->random, poor ? 480 : 680);
	p->traits[DEMO_TRAIT_ADHERENT - 1000] = demo_chance(&p->random, poor ? 500 : 680);
	p->traits[DEMO_TRAIT_CONTROLLED - 1000] =
		demo_chance(&p->random, p->traits[DEMO_TRAIT_ADHERENT - 1000] ? 830 : 520);
	p->traits[DEMO_TRAIT_PSYCH_CARE - 1000] = demo_chance(&p->random, 350);
	p->avoids = demo_chance(&p->random, poor ? 340 : 230);
	p->loyal = demo_chance(&p->random, 800);
	p->height = (int) demo_normal(&p->random, p->sex == 'm' ? 1760 : 1620, 70);
	if (demo_has(p, DEMO_CONDITION_MORBID_OBESITY, last))
		p->build = 405 + demo_below(&p->random, 90);
	else if (demo_has(p, DEMO_CONDITION_OBESITY, last))
		p->build = 303 + demo_below(&p->random, 90);
	else
		p->build = demo_chance(&p->random, 30) ? 165 + demo_below(&p->random, 20) :
			205 + demo_below(&p->random, 94);
	p->systolic = (int) demo_normal(&p->random, 118, 8);
}

/* Names, home and doctors. */
static void
make_identity(DemoPerson *p)
{
	p->community = (int) ((p->number - 1) / DEMO_COMMUNITY);
	p->city = demo_community_city(p->settings, p->community);
	p->family_name = demo_below(&p->random, demo_family_count);
	p->given_name = demo_below(&p->random, p->sex == 'f' ? demo_female_count : demo_male_count);
	p->race = demo_below(&p->random, 100);
	p->hispanic = demo_chance(&p->random, 190);
	p->doctor = demo_find_practitioner(p->community, DEMO_SPECIALTY_PRIMARY, demo_below(&p->random, 10000));
	p->pediatrician = demo_find_practitioner(p->community, DEMO_SPECIALTY_PEDIATRICS, demo_below(&p->random, 10000));
}

static void
add_coverage(DemoPerson *p, DemoPayer payer, int first, int last)
{
	first = Max(first, p->first_day);
	last = Min(last, p->last_day);
	if (payer == DEMO_PAYER_NONE || first > last || p->ncoverage == DEMO_MAX_COVERAGE)
		return;
	p->coverage[p->ncoverage++] = (DemoCoverage) {payer, first, last};
}

/* Coverage of a stretch with one payer: commercial plans begin anew each year, some have a gap. */
static void
cover(DemoPerson *p, DemoPayer payer, int first, int last)
{
	while (first <= last)
	{
		int			year;
		int			month;
		int			day;
		int			until;

		calendar_civil(first, &year, &month, &day);
		until = payer >= DEMO_PAYER_MEDICAID ? calendar_days(year + 1, 1, 1) - 1 : last;
		until = Min(until, last);
		if (payer >= DEMO_PAYER_MEDICAID && demo_chance(&p->random, 70))
			add_coverage(p, payer, first + 30 + demo_below(&p->random, 150), until);
		else
			add_coverage(p, payer, first, until);
		if (payer >= DEMO_PAYER_COMMERCIAL_A && demo_chance(&p->random, 80))
			payer = payer == DEMO_PAYER_COMMERCIAL_A ? DEMO_PAYER_COMMERCIAL_B : DEMO_PAYER_COMMERCIAL_A;
		first = until + 1;
	}
}

/* Who pays: Medicare from 65, or with kidney failure or disability; before, by means. */
static void
make_coverage(DemoPerson *p)
{
	int			senior = day_of_age(p, 65, 0);
	bool		disabled = p->onset[DEMO_CONDITION_ESRD] <= p->last_day || demo_chance(&p->random, 25);
	bool		poor = demo_has(p, DEMO_CONDITION_POOR, p->last_day);
	bool		child = demo_age(p, p->first_day) < 18;
	int			r = demo_below(&p->random, 1000);
	DemoPayer	old = demo_chance(&p->random, 480) ? DEMO_PAYER_ADVANTAGE : DEMO_PAYER_MEDICARE;
	DemoPayer	young;

	if (disabled && demo_age(p, p->first_day) >= 20)
		senior = p->first_day;
	senior -= (senior + 4) % 30;
	if (r < (child ? 390 : poor ? 520 : 140))
		young = DEMO_PAYER_MEDICAID;
	else if (r > (child ? 955 : 915))
		young = DEMO_PAYER_NONE;
	else
		young = r % 2 ? DEMO_PAYER_COMMERCIAL_A : DEMO_PAYER_COMMERCIAL_B;
	p->ncoverage = 0;
	if (young != DEMO_PAYER_NONE)
		cover(p, young, p->first_day, Min(senior - 1, p->last_day));
	cover(p, old, Max(senior, p->first_day), p->last_day);
}

DemoPayer
demo_payer(const DemoPerson *p, int day)
{
	for (int i = 0; i < p->ncoverage; i++)
		if (p->coverage[i].first_day <= day && day <= p->coverage[i].last_day)
			return p->coverage[i].payer;
	return DEMO_PAYER_NONE;
}

/* The expected number of acute events in a year, in a million. */
int64
demo_acute_rate(const DemoPerson *p, int condition, int day)
{
	return risk_at(p, &demo_conditions[condition], demo_age(p, day), day);
}

void
demo_person_make(DemoPerson *person, const DemoSettings *settings, int64 number)
{
	memset(person, 0, sizeof(*person));
	person->settings = settings;
	person->number = number;
	person->random = demo_mix(settings->seed * UINT64CONST(0x9E3779B97F4A7C15) +
							  demo_mix((uint64) number * 2654435761U + (uint64) settings->as_of * 64 + settings->years));
	make_birth(person);
	person->sex = demo_chance(&person->random, demo_age(person, settings->as_of) > 70 ? 560 : 505) ? 'f' : 'm';
	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
	{
		make_condition(person, c);
		if (demo_conditions[c].kind == DEMO_UNION)
			make_union(person, c);
	}
	make_stay(person);
	make_death(person);
	make_traits(person);
	make_identity(person);
	make_coverage(person);
}
