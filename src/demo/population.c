/*
 * population.c: the life of a person during the record, told in order: who it
 * is, insurance, problems, and then the visits that follow from age,
 * conditions and accidents.
 */
#include "demo/person.h"

#include "types/datetime_calendar.h"

#define MAX_TRIGGERS 2000

/* A path to run on a day. */
typedef struct Trigger
{
	int			day;
	int16		path;
	int16		condition;
} Trigger;

typedef struct Triggers
{
	int			count;
	Trigger		list[MAX_TRIGGERS];
} Triggers;

DemoCare *
demo_care_create(void)
{
	return palloc0(sizeof(DemoCare));
}

PhmDateTime
demo_time(const DemoPerson *p, int64 minute)
{
	int64		ms = (minute - p->city->zone) * 60000;

	return (PhmDateTime) ((uint64) ms << 15) | (DATETIME_SECOND << 11) | (DATETIME_ZONE_BIAS + p->city->zone);
}

PhmDateTime
demo_date(int day)
{
	return (PhmDateTime) ((uint64) (day * MS_DAY) << 15) | (DATETIME_DAY << 11);
}

PhmDateTime
demo_month(int day)
{
	int64		month = calendar_month_of(day * MS_DAY);

	return (PhmDateTime) ((uint64) calendar_month_start(month) << 15) | (DATETIME_MONTH << 11);
}

uint32
demo_settings_mark(const DemoSettings *s)
{
	return (uint32) (demo_mix(demo_mix(s->seed) ^ ((uint64) (uint32) s->as_of << 8) ^ (uint64) s->years) >> 44);
}

/* Mixes text into a hash. */
static uint64
hash_text(uint64 h, const char *s)
{
	while (s && *s)
		h = (h ^ (uint8) *s++) * UINT64CONST(0x100000001B3);
	return h;
}

uint64
demo_event_hash(const DemoEvent *e)
{
	uint64		h = demo_mix(((uint64) e->kind << 56) ^ ((uint64) e->status << 48) ^ ((uint64) e->value_kind << 40) ^
							 ((uint64) e->scale << 32) ^ ((uint64) e->origin << 24) ^ ((uint64) e->payer << 16) ^ e->refused);
	const int64 parts[] = {e->number, e->encounter, e->request, e->line,
		(int64) (((uint64) e->code << 48) | ((uint64) e->category << 32) | ((uint64) e->reason << 16) | e->value_code),
		e->start, e->end, e->recorded, e->value, e->practitioner, e->location, e->quantity, e->days, e->refills,
		e->amount[0], e->amount[1], e->amount[2], e->amount[3]};

	for (int i = 0; i < (int) lengthof(parts); i++)
		h = demo_mix(h + (uint64) parts[i]) * 31;
	for (int i = 0; i < e->ndiagnoses; i++)
		h = demo_mix(h ^ ((uint64) e->diagnoses[i] << 32) ^ (uint64) e->conditions[i]);
	h = hash_text(hash_text(h, e->unit), e->drg);
	if (e->bill)
		h = hash_text(hash_text(h, e->bill->system), e->bill->code);
	if (e->visit)
		h = hash_text(h, e->visit->name);
	return h ? h : 1;
}

static void
add_trigger(Triggers *t, const DemoPerson *p, int day, int path, int condition)
{
	if (path < 0 || day < p->first_day || day > p->last_day || t->count == MAX_TRIGGERS)
		return;
	t->list[t->count++] = (Trigger) {day, (int16) path, (int16) condition};
}

static int
compare_triggers(const void *a, const void *b)
{
	const Trigger *x = a;
	const Trigger *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->path != y->path)
		return x->path < y->path ? -1 : 1;
	return x->condition < y->condition ? -1 : x->condition > y->condition;
}

/* Check-ups of children by the schedule, of adults once a year. */
static void
plan_wellness(DemoPerson *p, Triggers *t)
{
	static const int schedule[] = {1, 2, 4, 6, 9, 12, 15, 18, 24, 30, 36};
	bool		engaged = p->traits[DEMO_TRAIT_ENGAGED - 1000];

	for (int i = 0; i < (int) lengthof(schedule); i++)
	{
		int			day = p->birth + schedule[i] * 1461 / 48 + 3 + demo_below(&p->random, schedule[i] < 6 ? 8 : 25);

		if (demo_chance(&p->random, engaged ? 945 : 780))
			add_trigger(t, p, day, DEMO_PATH_WELL_CHILD, -1);
	}
	for (int age = 4; age < 100; age++)
	{
		int			day = p->birth + (int) ((int64) age * 1461 / 4) + demo_below(&p->random, 300);
		bool		senior = age >= 65;
		int			chance = age < 18 ? (engaged ? 830 : 520) : engaged ? (senior ? 820 : 620) : senior ? 400 : 170;

		if (demo_chance(&p->random, chance) && !p->avoids)
			add_trigger(t, p, day, age < 18 ? DEMO_PATH_WELL_CHILD : DEMO_PATH_ADULT_WELLNESS, -1);
	}
}

/* Follow-up visits of a lasting condition, and its beginning. */
static void
plan_condition(DemoPerson *p, Triggers *t, int c)
{
	const DemoConditionDef *def = &demo_conditions[c];
	int			interval = def->visits ? 3652 / def->visits : 0;
	int			day = Max(p->first_day, p->onset[c]);

	if (p->onset[c] > p->last_day)
		return;
	if (p->onset[c] >= p->first_day)
		add_trigger(t, p, p->onset[c], def->start_path, c);
	if (interval == 0 || def->path < 0)
		return;
	if (p->avoids)
		interval *= 4;
	else if (!p->traits[DEMO_TRAIT_ENGAGED - 1000])
		interval = interval * 4 / 3;
	day += demo_below(&p->random, interval);
	while (day <= p->last_day && day < p->end[c])
	{
		add_trigger(t, p, day, def->path, c);
		day += interval * (70 + demo_below(&p->random, 60)) / 100 + 1;
	}
}

/* Events of a year by their rate. */
static void
plan_acute(DemoPerson *p, Triggers *t, int c, int year_start)
{
	const DemoConditionDef *def = &demo_conditions[c];
	int			length = Min(365, p->last_day - year_start + 1);
	int64		rate;
	int			count;

	if ((def->sex && def->sex != p->sex) || (def->needs >= 0 && !demo_has(p, def->needs, year_start + length / 2)))
		return;
	rate = demo_acute_rate(p, c, year_start + length / 2) * length / 365;
	if (p->avoids)
		rate /= 3;
	count = (int) (rate / 1000000) + (demo_below(&p->random, 1000000) < rate % 1000000);
	for (int i = 0; i < count; i++)
		add_trigger(t, p, year_start + demo_below(&p->random, length), def->path, c);
}

/* Pregnancies do not overlap: keeps the first of those within a year. */
static void
space_pregnancies(Triggers *t)
{
	int			last = -DEMO_NEVER;
	int			kept = 0;

	for (int i = 0; i < t->count; i++)
	{
		if (t->list[i].path == DEMO_PATH_PREGNANCY)
		{
			if (t->list[i].day - last < 420)
				continue;
			last = t->list[i].day;
		}
		t->list[kept++] = t->list[i];
	}
	t->count = kept;
}

/* How life ends: in hospice, in hospital, or elsewhere. */
static void
plan_death(DemoPerson *p, Triggers *t)
{
	bool		cancer = demo_has(p, DEMO_CONDITION_ANY_CANCER, p->death);
	int			lot = demo_below(&p->random, 1000);

	if (p->death == DEMO_NEVER)
		return;
	if (lot < (cancer ? 650 : demo_age(p, p->death) >= 65 ? 430 : 120))
		add_trigger(t, p, Max(p->first_day, p->death - 20 - demo_below(&p->random, 80)), DEMO_PATH_HOSPICE, -1);
	else if (lot < 800)
		add_trigger(t, p, p->death - 6 - demo_below(&p->random, 4), DEMO_PATH_LAST_STAY, -1);
}

/* Consultations of palliative care for those who are very ill, and births that are told from the child's side. */
static void
plan_others(DemoPerson *p, Triggers *t)
{
	int			middle = p->first_day + demo_below(&p->random, Max(p->last_day - p->first_day, 1));

	if (p->birth >= p->first_day)
		add_trigger(t, p, p->birth, DEMO_PATH_NEWBORN, -1);
	if ((demo_has(p, DEMO_CONDITION_METASTASIS, middle) && demo_chance(&p->random, 500)) ||
		(demo_has(p, DEMO_CONDITION_FRAILTY, middle) && demo_chance(&p->random, 80)))
		add_trigger(t, p, middle, DEMO_PATH_PALLIATIVE, -1);
}

static void
plan(DemoPerson *p, Triggers *t)
{
	t->count = 0;
	plan_others(p, t);
	plan_wellness(p, t);
	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
	{
		if (demo_conditions[c].kind != DEMO_ACUTE)
			plan_condition(p, t, c);
		else
			for (int day = p->first_day; day <= p->last_day; day += 365)
				plan_acute(p, t, c, day);
	}
	plan_death(p, t);
	qsort(t->list, t->count, sizeof(Trigger), compare_triggers);
	space_pregnancies(t);
}

static void
tell_person(DemoCare *care)
{
	DemoPerson *p = &care->person;
	DemoEvent  *e = demo_event(care, DEMO_PATIENT);

	e->status = DEMO_ACTIVE;
	e->start = demo_date(p->birth);
	e->practitioner = demo_age(p, p->last_day) < 18 ? p->pediatrician : p->doctor;
	if (p->death != DEMO_NEVER)
		e->end = demo_time(p, demo_minute(p->death) + 1439);
	care->sink(care->arg, p, e);
	for (int i = 0; i < p->ncoverage; i++)
	{
		e = demo_event(care, DEMO_COVERAGE);
		e->status = p->coverage[i].last_day < p->settings->as_of ? DEMO_CANCELLED : DEMO_ACTIVE;
		e->payer = (uint8) p->coverage[i].payer;
		e->start = demo_date(p->coverage[i].first_day);
		if (p->coverage[i].last_day < p->settings->as_of)
			e->end = demo_date(p->coverage[i].last_day);
		care->sink(care->arg, p, e);
	}
}

/* The problem list: conditions that last, with when they began. */
static void
tell_problems(DemoCare *care)
{
	DemoPerson *p = &care->person;

	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
	{
		const DemoConditionDef *def = &demo_conditions[c];
		int			noticed = Max(p->onset[c], p->first_day);
		DemoEvent  *e;

		if (def->code == 0 || (def->kind != DEMO_CHRONIC && def->kind != DEMO_REMITTING) ||
			p->onset[c] > p->last_day || p->end[c] < p->first_day)
			continue;
		e = demo_event(care, DEMO_CONDITION);
		e->code = def->code;
		e->category = DEMO_CODE_CAT_PROBLEM;
		e->status = DEMO_ACTIVE;
		e->start = p->onset[c] < p->first_day - 400 ? demo_month(Max(p->onset[c], p->birth)) : demo_date(Max(p->onset[c], p->birth));
		if (p->end[c] <= p->last_day)
		{
			e->end = demo_date(p->end[c]);
			e->status = DEMO_RESOLVED;
		}
		e->recorded = demo_date(noticed);
		e->practitioner = p->doctor;
		p->problem[c] = e->number;
		care->sink(care->arg, p, e);
	}
}

static void
tell_allergies(DemoCare *care)
{
	static const struct
	{
		uint16		code;
		int			permille;
	} allergies[] =
	{
		{DEMO_CODE_ALG_PENICILLIN, 80}, {DEMO_CODE_ALG_SULFA, 30}, {DEMO_CODE_ALG_PEANUT, 18},
		{DEMO_CODE_ALG_BETABLOCKER, 5}, {DEMO_CODE_ALG_LATEX, 10}
	};
	DemoPerson *p = &care->person;

	for (int i = 0; i < (int) lengthof(allergies); i++)
		if (demo_chance(&p->random, allergies[i].permille))
		{
			int			day = p->birth + 400 + demo_below(&p->random, 4000);
			DemoEvent  *e = demo_event(care, DEMO_ALLERGY);

			e->code = allergies[i].code;
			e->status = DEMO_ACTIVE;
			e->start = demo_month(day);
			e->recorded = demo_date(Max(day, p->first_day));
			e->practitioner = p->doctor;
			if (day <= p->last_day)
				care->sink(care->arg, p, e);
			else
				care->numbers[DEMO_ALLERGY]--;
		}
}

void
demo_person_tell(DemoCare *care, const DemoSettings *settings, int64 number, DemoSink sink, void *arg)
{
	Triggers	triggers;
	DemoPerson *p = &care->person;

	demo_person_make(p, settings, number);
	care->sink = sink;
	care->arg = arg;
	care->begin = demo_minute(p->first_day);
	care->end = demo_minute(p->last_day + 1);
	care->depth = 0;
	memset(care->numbers, 0, sizeof(care->numbers));
	memset(care->last_step, 0, sizeof(care->last_step));
	memset(care->last_code, 0, sizeof(care->last_code));
	tell_person(care);
	tell_problems(care);
	tell_allergies(care);
	plan(p, &triggers);
	for (int i = 0; i < triggers.count; i++)
		demo_path_run(care, triggers.list[i].path, triggers.list[i].day, triggers.list[i].condition, NULL);
}
