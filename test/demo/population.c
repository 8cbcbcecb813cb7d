/*
 * population PATIENTS [SEED [YEARS]]: checks the synthetic population without a server.
 *
 * Prints what a person's record consists of and how common things are, and
 * "not ok" with a non-zero end for what lies outside the published ranges, does
 * not hold together, or is not the same the second time.
 */
#include <time.h>

#include "phm_port.h"

#include "demo/population.h"
#include "demo/provider.h"

#define AS_OF 9677				/* 2026-06-30 */
#define MAX_ENCOUNTERS 4000

static int	failures;

static void
ok(bool holds, const char *what)
{
	if (!holds)
		failures++;
	printf("%s - %s\n", holds ? "ok" : "not ok", what);
}

/* A share in percent and its range. */
static void
within(double part, double whole, double low, double high, const char *what)
{
	char		text[160];
	double		percent = whole > 0 ? 100 * part / whole : 0;

	snprintf(text, sizeof(text), "%s: %.2f (%.1f to %.1f)", what, percent, low, high);
	ok(percent >= low && percent <= high, text);
}

/* What one person's events amount to. */
typedef struct Told
{
	int64		kinds[DEMO_KIND_COUNT];
	int64		events;
	uint64		hash;
	int32		visit[MAX_ENCOUNTERS];	/* 1: told as an encounter, 2: referred to */
	int64		claim_left[4];	/* of the last claim: total less lines so far */
	bool		sums;
	bool		times;
	bool		codes;
	bool		conditions;
	/* in the year before the last */
	bool		office;
	bool		diabetes;
	bool		a1c;
	bool		a1c_high;
	bool		inpatient;
	bool		emergency;
	bool		refusal;
	bool		hospice;
	bool		dental;
	bool		mammogram;
	bool		opioid;
} Told;

/* Totals over persons. */
typedef struct Total
{
	int64		kinds[DEMO_KIND_COUNT];
	int64		events;
	uint64		hash;
	int64		persons[10];	/* alive on the last day, by decade of age; 9: 90 and over */
	int64		with[10][DEMO_CONDITION_COUNT];
	int64		deaths;
	int64		person_years;
	int64		left;
	int64		office;
	int64		diabetes;
	int64		a1c_high;
	int64		a1c;
	int64		inpatient;
	int64		emergency;
	int64		refusal;
	int64		hospice;
	int64		dental;
	int64		adults_seen;
	int64		women_seen;
	int64		mammogram;
} Total;

static bool
is_time_ordered(const DemoEvent *e)
{
	return e->end == DEMO_NO_TIME || e->start == DEMO_NO_TIME || datetime_ms(e->start) <= datetime_ms(e->end) + 86400000;
}

static void
note_measures(Told *t, const DemoEvent *e)
{
	/* 2025, in days */
	int64		day = e->start == DEMO_NO_TIME ? -1 : datetime_ms(e->start) / 86400000;

	t->refusal |= e->refused;
	if (day < 9132 || day >= 9497)
		return;
	if (e->kind == DEMO_ENCOUNTER)
	{
		t->office |= e->category == DEMO_CODE_CLASS_AMB && e->visit->claim == DEMO_CLAIM_OFFICE &&
			e->code != DEMO_CODE_ENC_DENTAL && e->code != DEMO_CODE_ENC_IMAGING;
		t->inpatient |= e->category == DEMO_CODE_CLASS_IMP;
		t->emergency |= e->category == DEMO_CODE_CLASS_EMER;
		t->hospice |= e->code == DEMO_CODE_ENC_HOSPICE;
		t->dental |= e->code == DEMO_CODE_ENC_DENTAL;
	}
	if (e->kind == DEMO_OBSERVATION && e->code == DEMO_CODE_LAB_A1C && !e->refused)
	{
		t->a1c = true;
		t->a1c_high = e->value > 90;
	}
	if (e->kind == DEMO_OBSERVATION && e->code == DEMO_CODE_IM_MAMMOGRAM && !e->refused)
		t->mammogram = true;
}

static void
note_event(void *arg, const DemoPerson *person, const DemoEvent *e)
{
	Told	   *t = arg;

	t->kinds[e->kind]++;
	t->events++;
	t->hash = t->hash * 31 + demo_event_hash(e);
	t->times = t->times && is_time_ordered(e);
	t->codes = t->codes && e->code < DEMO_CODE_COUNT && e->category < DEMO_CODE_COUNT &&
		e->reason < DEMO_CODE_COUNT && e->value_code < DEMO_CODE_COUNT;
	if (e->kind == DEMO_ENCOUNTER)
	{
		t->visit[e->number % MAX_ENCOUNTERS] |= 1;
		for (int i = 0; i < e->ndiagnoses; i++)
			t->conditions = t->conditions && e->conditions[i] > 0 && e->conditions[i] <= t->kinds[DEMO_CONDITION];
	}
	else if (e->encounter)
		t->visit[e->encounter % MAX_ENCOUNTERS] |= 2;
	if (e->kind == DEMO_CLAIM)
	{
		for (int i = 0; i < 4; i++)
			t->sums = t->sums && t->claim_left[i] == 0;
		memcpy(t->claim_left, e->amount, sizeof(t->claim_left));
	}
	if (e->kind == DEMO_CLAIM_LINE)
		for (int i = 0; i < 4; i++)
			t->claim_left[i] -= e->amount[i];
	note_measures(t, e);
}

static void
tell(DemoCare *care, const DemoSettings *s, int number, Told *t)
{
	memset(t, 0, sizeof(*t));
	t->sums = t->times = t->codes = t->conditions = true;
	demo_person_tell(care, s, number, note_event, t);
	for (int i = 0; i < 4; i++)
		t->sums = t->sums && t->claim_left[i] == 0;
}

/* Adds a person to the totals. */
static void
add_person(Total *total, const DemoSettings *s, int number, const Told *t)
{
	DemoPerson	p;
	int			age;

	demo_person_make(&p, s, number);
	age = demo_age(&p, s->as_of);
	total->events += t->events;
	total->hash = total->hash * 31 + t->hash;
	for (int k = 0; k < DEMO_KIND_COUNT; k++)
		total->kinds[k] += t->kinds[k];
	total->person_years += p.last_day - p.first_day;
	total->deaths += p.death != DEMO_NEVER;
	total->left += p.death == DEMO_NEVER && p.last_day < s->as_of;
	total->refusal += t->refusal;
	if (p.last_day < s->as_of)
		return;
	total->persons[Min(age / 10, 9)]++;
	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
		total->with[Min(age / 10, 9)][c] += demo_has(&p, c, s->as_of);
	total->office += t->office && age >= 20;
	total->adults_seen += age >= 20;
	total->inpatient += t->inpatient;
	total->emergency += t->emergency;
	total->hospice += t->hospice;
	total->dental += t->dental && age < 21;
	if (t->office && age >= 20 && age < 76 && demo_has(&p, DEMO_CONDITION_DIABETES, 9200))
	{
		total->diabetes++;
		total->a1c += t->a1c;
		total->a1c_high += !t->a1c || t->a1c_high;
	}
	if (p.sex == 'f' && age >= 52 && age < 75 && t->office)
	{
		total->women_seen++;
		total->mammogram += t->mammogram;
	}
}

/* The share that has a condition between two decades of age. */
static void
prevalence(const Total *t, int condition, int from, int to, double low, double high, const char *what)
{
	int64		persons = 0;
	int64		with = 0;

	for (int i = from; i <= to; i++)
	{
		persons += t->persons[i];
		with += t->with[i][condition];
	}
	within((double) with, (double) persons, low, high, what);
}

/* Adults are those of 20 and over here. */
static void
check_prevalence(const Total *t)
{
	prevalence(t, DEMO_CONDITION_HYPERTENSION, 2, 9, 44, 49, "adults with hypertension (NHANES 2017-2020: 47.7)");
	prevalence(t, DEMO_CONDITION_HYPERTENSION, 2, 3, 17, 27, "of 20 to 39 (22.4 of 18 to 39)");
	prevalence(t, DEMO_CONDITION_HYPERTENSION, 4, 5, 46, 60, "of 40 to 59 (54.5)");
	prevalence(t, DEMO_CONDITION_HYPERTENSION, 6, 9, 69, 80, "of 60 and over (74.5)");
	prevalence(t, DEMO_CONDITION_DIABETES, 2, 9, 11, 13, "adults with diabetes (CDC 2021: 11.6 diagnosed)");
	prevalence(t, DEMO_CONDITION_DIABETES, 7, 9, 20, 28, "of 70 and over");
	prevalence(t, DEMO_CONDITION_OBESITY, 2, 9, 36, 44, "adults with obesity (NHANES 2021-2023: 40.3)");
	prevalence(t, DEMO_CONDITION_CKD3, 2, 9, 4, 8.5, "adults with chronic kidney disease, stage 3");
	prevalence(t, DEMO_CONDITION_HEART_FAILURE, 2, 9, 1.9, 3.6, "adults with heart failure (AHA: 2.3)");
	prevalence(t, DEMO_CONDITION_AFIB, 6, 9, 6, 13, "60 and over with atrial fibrillation");
	prevalence(t, DEMO_CONDITION_CAD, 2, 9, 5, 8, "adults with coronary disease (AHA: 7.1)");
	prevalence(t, DEMO_CONDITION_COPD, 2, 9, 4, 8, "adults with COPD (CDC: 6)");
	prevalence(t, DEMO_CONDITION_ASTHMA, 2, 9, 6.5, 10, "adults with asthma (CDC: 8)");
	prevalence(t, DEMO_CONDITION_DEPRESSION, 2, 9, 9, 15, "adults with depression");
	prevalence(t, DEMO_CONDITION_SMOKER, 2, 9, 9.5, 14.5, "adults who smoke (CDC: 11.5)");
	prevalence(t, DEMO_CONDITION_DEMENTIA, 7, 9, 7, 16, "70 and over with dementia");
	prevalence(t, DEMO_CONDITION_STROKE_OLD, 2, 9, 2, 4.5, "adults after a stroke (AHA: 3.3)");
}

static void
check_care(const Total *t)
{
	int64		living = 0;
	int64		old = 0;

	for (int i = 0; i < 10; i++)
	{
		living += t->persons[i];
		old += i >= 7 ? t->persons[i] : 0;
	}
	within((double) old, (double) living, 10, 15, "70 and over (Census 2023: 12)");
	within(t->deaths * 365.25, (double) t->person_years, 0.7, 1.3, "deaths a year (0.9)");
	within((double) t->left, (double) (living + t->left + t->deaths), 4, 10, "moved away or lost cover");
	within((double) t->office, (double) t->adults_seen, 65, 90, "adults with a visit in 2025");
	within((double) t->inpatient, (double) living, 4, 10, "with a stay in 2025");
	within((double) t->emergency, (double) living, 12, 27, "with an emergency visit in 2025");
	within((double) t->a1c, (double) t->diabetes, 75, 97, "diabetics with HbA1c in 2025");
	within((double) t->a1c_high, (double) t->diabetes, 17, 40, "diabetics without HbA1c, or above 9 %");
	within((double) t->mammogram, (double) t->women_seen, 25, 60, "women of 52 to 74 with a mammogram in 2025");
	within((double) t->refusal, (double) living, 3, 30, "with a refusal or something not done");
}

/* The same again, alone and in another order; another seed gives others. */
static void
check_repetition(DemoCare *care, const DemoSettings *s, int n, const Told *first)
{
	DemoSettings other = *s;
	Told		t;

	tell(care, s, n, &t);
	tell(care, s, 1, &t);
	ok(t.hash == first->hash, "a person is the same when told alone");
	other.seed++;
	tell(care, &other, 1, &t);
	ok(t.hash != first->hash, "another seed, another person");
	ok(demo_settings_mark(&other) != demo_settings_mark(s), "another seed, another mark");
}

static void
check_npi(void)
{
	bool		valid = true;

	for (int i = 0; i < 1000; i++)
	{
		char		npi[11];
		int			sum = 24;

		demo_npi((uint64) i * 7919, npi);
		for (int k = 0; k < 10; k++)
		{
			int			d = npi[9 - k] - '0';

			sum += k % 2 ? (d > 4 ? 2 * d - 9 : 2 * d) : d;
		}
		valid = valid && strlen(npi) == 10 && sum % 10 == 0;
	}
	ok(valid, "NPIs have valid check digits");
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {"patient", "coverage", "encounter", "condition", "observation", "procedure",
		"immunization", "allergy", "request", "dispense", "administration", "order", "device", "communication",
	"claim", "claim line"};
	static Total total;
	static Told first;
	static Told t;
	int			n = argc > 1 ? atoi(argv[1]) : 1000;
	DemoSettings s = {argc > 2 ? (uint64) atoi(argv[2]) : 42, AS_OF, argc > 3 ? atoi(argv[3]) : 3};
	DemoCare   *care = demo_care_create();
	bool		holds[5] = {true, true, true, true, true};
	clock_t		begin = clock();
	int64		most = 0;

	for (int i = 1; i <= n; i++)
	{
		tell(care, &s, i, &t);
		if (i == 1)
			first = t;
		add_person(&total, &s, i, &t);
		most = Max(most, t.events);
		holds[0] = holds[0] && t.sums;
		holds[1] = holds[1] && t.times;
		holds[2] = holds[2] && t.codes;
		holds[3] = holds[3] && t.conditions;
		for (int v = 0; v < MAX_ENCOUNTERS; v++)
			holds[4] = holds[4] && t.visit[v] != 2;
	}
	for (int k = 0; k < DEMO_KIND_COUNT; k++)
		printf("# %-14s %9.2f\n", names[k], (double) total.kinds[k] / n);
	printf("# %-14s %9.2f, at most %lld, hash %016llx\n", "events", (double) total.events / n, (long long) most,
		   (unsigned long long) total.hash);
	fprintf(stderr, "# %.0f events/s\n", total.events / ((double) (clock() - begin) / CLOCKS_PER_SEC));
	ok(holds[0], "lines sum to their claims");
	ok(holds[1], "nothing ends before it begins");
	ok(holds[2], "all codes are in the table");
	ok(holds[3], "diagnoses of encounters are told before");
	ok(holds[4], "every encounter that is referred to is told");
	ok(total.events >= 150 * (int64) n, "150 events a person on average");
	check_repetition(care, &s, n, &first);
	check_npi();
	if (n >= 10000)
	{
		check_prevalence(&total);
		check_care(&total);
	}
	return failures != 0;
}
