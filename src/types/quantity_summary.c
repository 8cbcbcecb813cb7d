/*
 * quantity_summary.c: the state of the aggregates over quantities.  Sums are
 * kept per unit as written and converted only at the end, so the result is
 * the same in every order of rows and number of workers.  Always holds:
 * entries are sorted by unit, and a count is at least 1.
 */
#include "types/quantity_summary_entry.h"

/* The order of entries. */
static int
compare_unit(bool a_ucum, const char *a, int a_length, bool b_ucum, const char *b, int b_length)
{
	int			cmp = (int) b_ucum - (int) a_ucum;

	if (cmp == 0)
		cmp = memcmp(a, b, Min(a_length, b_length));
	return cmp != 0 ? cmp : a_length - b_length;
}

/* The entry of one value. */
static void
entry_of_value(const QuantityView *value, SummaryEntry *e)
{
	SummaryNumber lower = {quantity_number(value), SUMMARY_ABSENT},
				upper = lower;

	if (value->comparator == QUANTITY_EXACT || value->comparator >= QUANTITY_GREATER_OR_EQUAL)
		lower.comparator = value->comparator == QUANTITY_GREATER ? QUANTITY_GREATER : QUANTITY_GREATER_OR_EQUAL;
	if (value->comparator <= QUANTITY_LESS_OR_EQUAL)
		upper.comparator = value->comparator == QUANTITY_LESS ? QUANTITY_LESS : QUANTITY_LESS_OR_EQUAL;
	e->count = 1;
	e->number[SUMMARY_SUM] = (SummaryNumber) {quantity_number(value), value->comparator};
	e->number[SUMMARY_LOWEST_LOWER] = e->number[SUMMARY_HIGHEST_LOWER] = lower;
	e->number[SUMMARY_LOWEST_UPPER] = e->number[SUMMARY_HIGHEST_UPPER] = upper;
	e->ucum = value->ucum || value->unit_length == 0;
	e->unit = value->unit;
	e->unit_length = value->unit_length;
}

/* Keeps in a the smaller (sign 1) or larger (-1) of two bounds; the shorter one of equals. */
static void
keep_bound(SummaryNumber *a, const SummaryNumber *b, int sign)
{
	int			cmp = decimal_compare(&b->number, &a->number);

	if (cmp == 0)
		cmp = summary_openness(b->comparator) - summary_openness(a->comparator);
	if (cmp * sign < 0 || (cmp == 0 && b->number.scale < a->number.scale))
		*a = *b;
}

/* Merges a bound that is absent as soon as one value lacks it (all) or only where every value does. */
static void
merge_bound(SummaryNumber *a, const SummaryNumber *b, int sign, bool all)
{
	if (a->comparator != SUMMARY_ABSENT && b->comparator != SUMMARY_ABSENT)
		keep_bound(a, b, sign);
	else if (all)
		a->comparator = SUMMARY_ABSENT;
	else if (a->comparator == SUMMARY_ABSENT)
		*a = *b;
}

/* Adds b to a, which has the same unit. */
static bool
merge_entry(SummaryEntry *a, const SummaryEntry *b, PhmError *err)
{
	SummaryNumber *sum = &a->number[SUMMARY_SUM];
	const SummaryNumber *more = &b->number[SUMMARY_SUM];

	if (a->count > SUMMARY_MAX_COUNT - b->count)
		return phm_fail(err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, -1, "too many quantities");
	a->count += b->count;
	if (sum->comparator != SUMMARY_ABSENT &&
		(more->comparator == SUMMARY_ABSENT ||
		 !quantity_sum_comparator(sum->comparator, more->comparator, &sum->comparator)))
		sum->comparator = SUMMARY_ABSENT;
	if (sum->comparator != SUMMARY_ABSENT && !decimal_add(&sum->number, &more->number, &sum->number))
		return phm_fail(err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, -1, "sum of phm.quantity out of range");
	merge_bound(&a->number[SUMMARY_LOWEST_LOWER], &b->number[SUMMARY_LOWEST_LOWER], 1, true);
	merge_bound(&a->number[SUMMARY_HIGHEST_LOWER], &b->number[SUMMARY_HIGHEST_LOWER], -1, false);
	merge_bound(&a->number[SUMMARY_LOWEST_UPPER], &b->number[SUMMARY_LOWEST_UPPER], 1, false);
	merge_bound(&a->number[SUMMARY_HIGHEST_UPPER], &b->number[SUMMARY_HIGHEST_UPPER], -1, true);
	return true;
}

/* A state of one quantity; see quantity_summary.h. */
struct varlena *
quantity_summary_make(const QuantityView *value)
{
	SummaryEntry e;
	uint8	   *p;
	struct varlena *state = summary_new(SUMMARY_UNIT_AT + value->unit_length, 1, &p);

	entry_of_value(value, &e);
	summary_put_entry(p, &e);
	return state;
}

/* Adds one value; see quantity_summary.h. */
struct varlena *
quantity_summary_add(struct varlena *state, const QuantityView *value, bool in_place, PhmError *err)
{
	uint8	   *payload = (uint8 *) VARDATA(state);
	uint8	   *p = payload + SUMMARY_HEADER_SIZE;
	SummaryEntry e,
				one;
	struct varlena *single,
			   *result;

	entry_of_value(value, &one);
	for (int i = summary_entries(payload); in_place && i > 0; i--)
	{
		uint8	   *next = (uint8 *) summary_read_entry(p, &e);

		if (e.unit_length == one.unit_length && e.ucum == one.ucum &&
			memcmp(e.unit, one.unit, e.unit_length) == 0)
		{
			if (!merge_entry(&e, &one, err))
				return NULL;
			summary_put_numbers(p, &e);
			return state;
		}
		p = next;
	}
	single = quantity_summary_make(value);
	result = quantity_summary_merge(payload, VARSIZE(state) - VARHDRSZ,
									VARDATA(single), VARSIZE(single) - VARHDRSZ, err);
	pfree(single);
	return result;
}

/* Merges two states; see quantity_summary.h. */
struct varlena *
quantity_summary_merge(const void *a, size_t a_length, const void *b, size_t b_length, PhmError *err)
{
	const uint8 *x = (const uint8 *) a + SUMMARY_HEADER_SIZE,
			   *y = (const uint8 *) b + SUMMARY_HEADER_SIZE;
	int			nx = summary_entries(a),
				ny = summary_entries(b),
				n = 0;
	uint8	   *begin,
			   *p;
	struct varlena *state = summary_new(a_length + b_length, 0, &begin);

	for (p = begin; nx > 0 || ny > 0; n++)
	{
		SummaryEntry e = {0},
					f = {0};
		const uint8 *x_next = nx > 0 ? summary_read_entry(x, &e) : NULL,
				   *y_next = ny > 0 ? summary_read_entry(y, &f) : NULL;
		int			cmp = nx == 0 ? 1 : ny == 0 ? -1 :
			compare_unit(e.ucum, e.unit, e.unit_length, f.ucum, f.unit, f.unit_length);

		if (cmp == 0 && !merge_entry(&e, &f, err))
			return NULL;
		p = summary_put_entry(p, cmp <= 0 ? &e : &f);
		if (cmp <= 0)
		{
			x = x_next;
			nx--;
		}
		if (cmp >= 0)
		{
			y = y_next;
			ny--;
		}
	}
	if (n > QUANTITY_SUMMARY_MAX_UNITS)
	{
		phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
				 "more than %d different units in one aggregate of phm.quantity", QUANTITY_SUMMARY_MAX_UNITS);
		return NULL;
	}
	phm_put_u16(begin - 2, n);
	SET_VARSIZE(state, VARHDRSZ + SUMMARY_HEADER_SIZE + (p - begin));
	return state;
}

/* Refuses a stored form. */
static bool
corrupt(PhmError *err, int64 position, const char *what)
{
	return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, position,
					"invalid phm.quantity_summary: %s", what);
}

/* Whether a number is in canonical form and has a comparator that its place allows. */
static bool
number_valid(const uint8 *p, int place)
{
	SummaryNumber n;
	bool		lower = place == SUMMARY_LOWEST_LOWER || place == SUMMARY_HIGHEST_LOWER;

	summary_read_number(p, &n);
	if (n.comparator == SUMMARY_ABSENT)
		return n.number.mantissa == 0 && n.number.scale == 0;
	if (n.number.scale > DECIMAL_MAX_SCALE || n.comparator > QUANTITY_GREATER ||
		(uint128) n.number.mantissa == (uint128) 1 << 127)
		return false;
	return place == SUMMARY_SUM || (n.comparator != QUANTITY_EXACT &&
									lower == (n.comparator >= QUANTITY_GREATER_OR_EQUAL));
}

/* Whether the bounds of an entry can be those of values. */
static bool
bounds_valid(const SummaryEntry *e)
{
	const SummaryNumber *n = e->number;

	if (n[SUMMARY_HIGHEST_LOWER].comparator == SUMMARY_ABSENT && n[SUMMARY_LOWEST_UPPER].comparator == SUMMARY_ABSENT)
		return false;
	if (n[SUMMARY_LOWEST_LOWER].comparator != SUMMARY_ABSENT &&
		(n[SUMMARY_HIGHEST_LOWER].comparator == SUMMARY_ABSENT ||
		 decimal_compare(&n[SUMMARY_LOWEST_LOWER].number, &n[SUMMARY_HIGHEST_LOWER].number) > 0))
		return false;
	return n[SUMMARY_HIGHEST_UPPER].comparator == SUMMARY_ABSENT ||
		(n[SUMMARY_LOWEST_UPPER].comparator != SUMMARY_ABSENT &&
		 decimal_compare(&n[SUMMARY_LOWEST_UPPER].number, &n[SUMMARY_HIGHEST_UPPER].number) <= 0);
}

/* Checks the entry at p; *next gets where the following one begins. */
static bool
check_entry(const uint8 *p, const uint8 *end, SummaryEntry *e, const uint8 **next, PhmError *err)
{
	UcumUnit	unit;

	if (end - p < SUMMARY_UNIT_AT || end - p - SUMMARY_UNIT_AT < phm_get_u16(p + SUMMARY_UNIT_AT - 2))
		return corrupt(err, -1, "an entry is cut off");
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		if (!number_valid(p + SUMMARY_NUMBERS_AT + i * SUMMARY_NUMBER_SIZE, i))
			return corrupt(err, -1, "a number is not in canonical form");
	if (p[SUMMARY_UNIT_AT - 3] > 1)
		return corrupt(err, -1, "unknown flags");
	*next = summary_read_entry(p, e);
	if (e->count < 1 || e->count > SUMMARY_MAX_COUNT)
		return corrupt(err, -1, "a count is out of range");
	if (!bounds_valid(e))
		return corrupt(err, -1, "bounds contradict each other");
	if (memchr(e->unit, '\0', e->unit_length) != NULL)
		return corrupt(err, -1, "a unit has a zero byte");
	if (e->ucum)
		return ucum_parse(e->unit, e->unit_length, &unit, err);
	return (e->unit_length > 0 && e->unit_length <= QUANTITY_MAX_UNIT) ||
		corrupt(err, -1, "wrong length of a unit");
}

/* Checks a payload that nobody vouches for. */
bool
quantity_summary_check(const void *payload, size_t length, PhmError *err)
{
	const uint8 *p = payload,
			   *end = p + length;
	SummaryEntry e,
				before;
	int			n;

	if (length < SUMMARY_HEADER_SIZE || p[0] != QUANTITY_SUMMARY_VERSION || p[1] != 0)
		return corrupt(err, 0, "unknown format version");
	n = summary_entries(payload);
	if (n < 1 || n > QUANTITY_SUMMARY_MAX_UNITS)
		return corrupt(err, 2, "wrong number of entries");
	p += SUMMARY_HEADER_SIZE;
	for (int i = 0; i < n; i++)
	{
		if (!check_entry(p, end, &e, &p, err))
			return false;
		if (i > 0 && compare_unit(before.ucum, before.unit, before.unit_length,
								  e.ucum, e.unit, e.unit_length) >= 0)
			return corrupt(err, -1, "units are not in order");
		before = e;
	}
	return p == end || corrupt(err, -1, "bytes after the last entry");
}
