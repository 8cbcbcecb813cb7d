/*
 * chronic.c: finding the chronic conditions of a person in claims.  Reads the
 * definitions in place and allocates nothing; chronic.h draws the layout.  A
 * value that comes from outside passes chronic_check first; everything here
 * but chronic_view trusts it.
 */
#include "risk/chronic.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Finds the parts of a definition; the bytes of the parts are not looked at. */
bool
chronic_view(Chronic *c, const void *value, Size size, PhmError *err)
{
	const uint8 *v = value;
	Size		fixed;

	if (size < CHRONIC_HEADER || v[4] != CHRONIC_VERSION)
		return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.chronic_model value");
	c->value = v;
	c->size = size;
	c->flags = v[5];
	c->n = phm_get_u16(v + 6);
	c->hash = phm_get_u64(v + 8);
	c->nrules = phm_get_u16(v + 16);
	c->grouper_size = phm_get_u32(v + 20);
	c->conditions = v + CHRONIC_HEADER;
	c->rules = c->conditions + CHRONIC_ROW * (Size) c->n;
	c->places = c->rules + CHRONIC_RULE * (Size) c->nrules;
	c->grouper_value = c->places + PAD8(2 * (Size) phm_get_u16(v + 18));
	fixed = c->grouper_value - v;
	if (c->n > CHRONIC_MAX || c->nrules > CHRONIC_MAX_RULES || fixed + c->grouper_size != size ||
		!grouper_view(&c->grouper, c->grouper_value, c->grouper_size, err) ||
		c->grouper.ncategories != phm_get_u16(v + 18))
		return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.chronic_model value");
	return true;
}

/* The category of a condition in the grouper. */
int
chronic_category(const Chronic *c, int condition)
{
	return phm_get_u16(c->conditions + CHRONIC_ROW * condition);
}

/* The category of the codes that keep a claim from counting, CHRONIC_NONE when there are none. */
int
chronic_exclude(const Chronic *c, int condition)
{
	return phm_get_u16(c->conditions + CHRONIC_ROW * condition + 2);
}

int
chronic_years(const Chronic *c, int condition)
{
	return c->conditions[CHRONIC_ROW * condition + 4];
}

/* How far the look-back years were checked: 0 cross-checked, 1 single source, 2 unverified, 3 own. */
int
chronic_status(const Chronic *c, int condition)
{
	return c->conditions[CHRONIC_ROW * condition + 5];
}

/* Fields of a rule. */
static int
rule_condition(const Chronic *c, int rule)
{
	return phm_get_u16(c->rules + CHRONIC_RULE * rule);
}

static int
rule_also(const Chronic *c, int rule)
{
	return phm_get_u16(c->rules + CHRONIC_RULE * rule + 2);
}

static int
rule_kinds(const Chronic *c, int rule)
{
	return phm_get_u16(c->rules + CHRONIC_RULE * rule + 4);
}

static int
rule_systems(const Chronic *c, int rule)
{
	return phm_get_u16(c->rules + CHRONIC_RULE * rule + 6);
}

static int
rule_claims(const Chronic *c, int rule)
{
	return c->rules[CHRONIC_RULE * rule + 8];
}

/* The first rule of a condition; the others follow. */
static int
first_rule(const Chronic *c, int condition)
{
	return phm_get_u16(c->conditions + CHRONIC_ROW * condition + 6);
}

/* Does a rule of the condition count this category also? */
bool
chronic_also(const Chronic *c, int condition, int category)
{
	for (int i = first_rule(c, condition); i < c->nrules && rule_condition(c, i) == condition; i++)
		if (rule_also(c, i) == category)
			return true;
	return false;
}

/* Does a code of this system on a claim of this kind count for a rule of the condition? */
bool
chronic_counts(const Chronic *c, int condition, int kind, int system)
{
	for (int i = first_rule(c, condition); i < c->nrules && rule_condition(c, i) == condition; i++)
		if ((rule_kinds(c, i) >> kind & 1) && (rule_systems(c, i) >> system & 1))
			return true;
	return false;
}

/* Days since 2000-01-01 of a date of the Gregorian calendar. */
static int64
days_of(int64 year, int month, int day)
{
	int64		y = month <= 2 ? year - 1 : year;
	int64		era = (y >= 0 ? y : y - 399) / 400;
	int64		of_era = y - era * 400;
	int64		of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 730425;
}

/* The same day so many years before; the 29th of February becomes the 28th. */
int32
chronic_years_before(int32 day, int years)
{
	int64		z = (int64) day + 730425;
	int64		era = (z >= 0 ? z : z - 146096) / 146097;
	int64		of_era = z - era * 146097;
	int64		year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64		of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int			m = (int) ((5 * of_year + 2) / 153);
	int			d = (int) (of_year - (153 * m + 2) / 5 + 1);
	int			month = m < 10 ? m + 3 : m - 9;
	int64		year = year_of_era + era * 400 + (month <= 2) - years;
	bool		leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return (int32) days_of(year, month, month == 2 && d == 29 && !leap ? 28 : d);
}

/* Nobody yet; the look-back years end on the day as_of. */
void
chronic_begin(ChronicWork *w, const Chronic *model, int32 as_of)
{
	memset(&w->claim, 0, sizeof(w->claim));
	w->model = model;
	w->as_of = as_of;
	w->codes = w->ungrouped = 0;
	for (int years = 0; years <= CHRONIC_MAX_YEARS; years++)
		w->from[years] = chronic_years_before(as_of, years) + 1;
	for (int i = 0; i < model->nrules; i++)
	{
		w->main[i] = CHRONIC_NO_DAY;
		for (int k = 0; k < CHRONIC_MAX_CLAIMS; k++)
			w->days[i][k] = CHRONIC_NO_DAY;
	}
	for (int i = 0; i < model->n; i++)
	{
		w->first[i] = CHRONIC_NO_DAY;
		w->last[i] = -CHRONIC_NO_DAY;
		w->claims[i] = 0;
	}
}

/* Keeps a day among the first days of a rule. */
static void
keep_day(int32 *days, int32 day)
{
	for (int k = 0; k < CHRONIC_MAX_CLAIMS; k++)
	{
		if (days[k] == day)
			return;
		if (day < days[k])
		{
			memmove(days + k + 1, days + k, sizeof(int32) * (CHRONIC_MAX_CLAIMS - 1 - k));
			days[k] = day;
			return;
		}
	}
}

/* Counts the claim for the rules of a condition. */
static void
count_claim(ChronicWork *w, int condition)
{
	const Chronic *c = w->model;
	const ChronicClaim *claim = &w->claim;
	bool		counts = false;
	bool		may = w->claim.day >= w->from[chronic_years(c, condition)] &&
		!(claim->excluded[condition / 64] >> (condition % 64) & 1);

	for (int rule = first_rule(c, condition); rule < c->nrules && rule_condition(c, rule) == condition; rule++)
	{
		bool		main = claim->systems[condition] & rule_systems(c, rule);
		bool		also = rule_also(c, rule) != CHRONIC_NONE && (claim->also[condition] & rule_systems(c, rule));

		if (!may || !(rule_kinds(c, rule) >> claim->kind & 1) || !(main || also))
			continue;
		keep_day(w->days[rule], claim->day);
		if (main)
			w->main[rule] = Min(w->main[rule], claim->day);
		counts = true;
	}
	if (counts)
	{
		w->claims[condition]++;
		w->first[condition] = Min(w->first[condition], claim->day);
		w->last[condition] = Max(w->last[condition], claim->day);
	}
}

/* Counts the claim that has been read, and forgets it. */
static void
close_claim(ChronicWork *w)
{
	ChronicClaim *claim = &w->claim;

	for (int i = 0; i < lengthof(claim->touched) && claim->open; i++)
	{
		for (uint64 rest = claim->touched[i]; rest; rest &= rest - 1)
		{
			int			condition = 64 * i + __builtin_ctzll(rest);

			if (claim->day <= w->as_of)
				count_claim(w, condition);
			claim->systems[condition] = claim->also[condition] = 0;
		}
		claim->touched[i] = claim->excluded[i] = 0;
	}
	claim->open = false;
}

/* Begins a claim; the codes added next are its codes. */
void
chronic_claim(ChronicWork *w, int32 day, ChronicKind kind)
{
	close_claim(w);
	w->claim.open = true;
	w->claim.day = day;
	w->claim.kind = kind;
}

/* Notes what a category of a code of the claim is to a condition. */
static void
note(ChronicWork *w, int condition, int category, int system)
{
	const Chronic *c = w->model;
	ChronicClaim *claim = &w->claim;
	uint64		bit = UINT64CONST(1) << (condition % 64);

	if (chronic_category(c, condition) == category)
		claim->systems[condition] |= 1 << system;
	else if (chronic_exclude(c, condition) == category)
		claim->excluded[condition / 64] |= bit;
	else if (chronic_also(c, condition, category))
		claim->also[condition] |= 1 << system;
	else
		return;
	claim->touched[condition / 64] |= bit;
}

/* Notes a category of a code of the claim. */
void
chronic_note(ChronicWork *w, int category, int system)
{
	int			place = phm_get_u16(w->model->places + 2 * (Size) category);

	if (place == CHRONIC_ASK)
		for (int i = 0; i < w->model->n; i++)
			note(w, i, category, system);
	else if (place != CHRONIC_NONE)
		note(w, place, category, system);
}

/* Adds a code to the claim. */
void
chronic_add(ChronicWork *w, const char *code, Size length, int system)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	chronic_add_code(w, &read, system);
}

/* Adds a code that has been read: one reading serves all models. */
void
chronic_add_code(ChronicWork *w, const GrouperCode *code, int system)
{
	const uint16 *categories;
	int			n = grouper_find_code(&w->model->grouper, system, code, &categories);

	w->codes++;
	if (n == 0)
		w->ungrouped++;
	for (int i = 0; i < n; i++)
		chronic_note(w, grouper_at(categories, i), system);
}

/* The last claim is counted too; more may follow. */
void
chronic_finish(ChronicWork *w)
{
	close_claim(w);
}

/* What was found of a condition: the first day on which one of its rules was met. */
ChronicFound
chronic_find(const ChronicWork *w, int condition)
{
	const Chronic *c = w->model;
	ChronicFound found = {CHRONIC_NO_DAY, 0, w->first[condition], w->last[condition], w->claims[condition]};
	int			number = 0;

	for (int rule = first_rule(c, condition); rule < c->nrules && rule_condition(c, rule) == condition; rule++)
	{
		int32		day;

		number++;
		day = w->days[rule][rule_claims(c, rule) - 1];
		if (w->main[rule] == CHRONIC_NO_DAY || day == CHRONIC_NO_DAY)
			continue;
		day = Max(day, w->main[rule]);
		if (day < found.met)
		{
			found.met = day;
			found.rule = number;
		}
	}
	return found;
}
