/*
 * quantity_summary.c: the state of the aggregates over quantities.  Sums are
 * kept per unit as written and converted only at the end, so the result is
 * the same in every order of rows and number of workers.  Always holds:
 * entries are sorted by unit, and a count is at least 1.
 */
#include "types/quantity_summary.h"

#include <stdio.h>

#define HEADER_SIZE		4
#define NUMBER_SIZE		18
#define NUMBERS_AT		8
#define UNIT_AT			(NUMBERS_AT + SUMMARY_NUMBERS * NUMBER_SIZE + 3)	/* in an entry */
#define ABSENT			255
#define MAX_COUNT		(PG_INT64_MAX / 2)

typedef struct SummaryNumber
{
	Decimal		number;
	uint8		comparator;		/* or ABSENT */
} SummaryNumber;

/* One entry, decoded. */
typedef struct SummaryEntry
{
	int64		count;
	SummaryNumber number[SUMMARY_NUMBERS];
	bool		ucum;
	const char *unit;
	int			unit_length;
} SummaryEntry;

static void
read_number(const uint8 *p, SummaryNumber *n)
{
	n->number.mantissa = (int128) ((uint128) phm_get_u64(p + 8) << 64 | phm_get_u64(p));
	n->number.scale = p[16];
	n->comparator = p[17];
}

static void
put_number(uint8 *p, const SummaryNumber *n)
{
	uint128		m = n->comparator == ABSENT ? 0 : (uint128) n->number.mantissa;

	phm_put_u64(p, (uint64) m);
	phm_put_u64(p + 8, (uint64) (m >> 64));
	p[16] = n->comparator == ABSENT ? 0 : n->number.scale;
	p[17] = n->comparator;
}

/* Reads the entry at p; returns where the next one begins. */
static const uint8 *
read_entry(const uint8 *p, SummaryEntry *e)
{
	e->count = phm_get_u64(p);
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		read_number(p + NUMBERS_AT + i * NUMBER_SIZE, &e->number[i]);
	e->ucum = p[UNIT_AT - 3] == 0;
	e->unit_length = phm_get_u16(p + UNIT_AT - 2);
	e->unit = (const char *) p + UNIT_AT;
	return p + UNIT_AT + e->unit_length;
}

/* Writes count and numbers of an entry. */
static void
put_numbers(uint8 *p, const SummaryEntry *e)
{
	phm_put_u64(p, e->count);
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		put_number(p + NUMBERS_AT + i * NUMBER_SIZE, &e->number[i]);
}

/* Writes a whole entry; returns where the next one goes. */
static uint8 *
put_entry(uint8 *p, const SummaryEntry *e)
{
	put_numbers(p, e);
	p[UNIT_AT - 3] = e->ucum ? 0 : 1;
	phm_put_u16(p + UNIT_AT - 2, e->unit_length);
	if (e->unit_length > 0)
		memcpy(p + UNIT_AT, e->unit, e->unit_length);
	return p + UNIT_AT + e->unit_length;
}

static int
entries_of(const void *payload)
{
	return phm_get_u16((const uint8 *) payload + 2);
}

/* A state with room for size bytes of n entries; *p gets where they begin. */
static struct varlena *
new_state(size_t size, int n, uint8 **p)
{
	struct varlena *state = palloc(VARHDRSZ + HEADER_SIZE + size);
	uint8	   *payload = (uint8 *) VARDATA(state);

	SET_VARSIZE(state, VARHDRSZ + HEADER_SIZE + size);
	payload[0] = QUANTITY_SUMMARY_VERSION;
	payload[1] = 0;
	phm_put_u16(payload + 2, n);
	*p = payload + HEADER_SIZE;
	return state;
}

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
	SummaryNumber lower = {quantity_number(value), ABSENT},
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

/* Where a bound lies among bounds of the same number: < 5, then 5, then > 5. */
static int
openness(uint8 comparator)
{
	return comparator == QUANTITY_LESS ? -1 : comparator == QUANTITY_GREATER ? 1 : 0;
}

/* Keeps in a the smaller (sign 1) or larger (-1) of two bounds; the shorter one of equals. */
static void
keep_bound(SummaryNumber *a, const SummaryNumber *b, int sign)
{
	int			cmp = decimal_compare(&b->number, &a->number);

	if (cmp == 0)
		cmp = openness(b->comparator) - openness(a->comparator);
	if (cmp * sign < 0 || (cmp == 0 && b->number.scale < a->number.scale))
		*a = *b;
}

/* Merges a bound that is absent as soon as one value lacks it (all) or only where every value does. */
static void
merge_bound(SummaryNumber *a, const SummaryNumber *b, int sign, bool all)
{
	if (a->comparator != ABSENT && b->comparator != ABSENT)
		keep_bound(a, b, sign);
	else if (all)
		a->comparator = ABSENT;
	else if (a->comparator == ABSENT)
		*a = *b;
}

/* Adds b to a, which has the same unit. */
static bool
merge_entry(SummaryEntry *a, const SummaryEntry *b, PhmError *err)
{
	SummaryNumber *sum = &a->number[SUMMARY_SUM];
	const SummaryNumber *more = &b->number[SUMMARY_SUM];

	if (a->count > MAX_COUNT - b->count)
		return phm_fail(err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, -1, "too many quantities");
	a->count += b->count;
	if (sum->comparator != ABSENT &&
		(more->comparator == ABSENT ||
		 !quantity_sum_comparator(sum->comparator, more->comparator, &sum->comparator)))
		sum->comparator = ABSENT;
	if (sum->comparator != ABSENT && !decimal_add(&sum->number, &more->number, &sum->number))
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
	struct varlena *state = new_state(UNIT_AT + value->unit_length, 1, &p);

	entry_of_value(value, &e);
	put_entry(p, &e);
	return state;
}

/* Adds one value; see quantity_summary.h. */
struct varlena *
quantity_summary_add(struct varlena *state, const QuantityView *value, bool in_place, PhmError *err)
{
	uint8	   *payload = (uint8 *) VARDATA(state);
	uint8	   *p = payload + HEADER_SIZE;
	SummaryEntry e,
				one;
	struct varlena *single,
			   *result;

	entry_of_value(value, &one);
	for (int i = entries_of(payload); in_place && i > 0; i--)
	{
		uint8	   *next = (uint8 *) read_entry(p, &e);

		if (e.unit_length == one.unit_length && e.ucum == one.ucum &&
			memcmp(e.unit, one.unit, e.unit_length) == 0)
		{
			if (!merge_entry(&e, &one, err))
				return NULL;
			put_numbers(p, &e);
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
	const uint8 *x = (const uint8 *) a + HEADER_SIZE,
			   *y = (const uint8 *) b + HEADER_SIZE;
	int			nx = entries_of(a),
				ny = entries_of(b),
				n = 0;
	uint8	   *begin,
			   *p;
	struct varlena *state = new_state(a_length + b_length, 0, &begin);

	for (p = begin; nx > 0 || ny > 0; n++)
	{
		SummaryEntry e,
					f;
		const uint8 *x_next = nx > 0 ? read_entry(x, &e) : NULL,
				   *y_next = ny > 0 ? read_entry(y, &f) : NULL;
		int			cmp = nx == 0 ? 1 : ny == 0 ? -1 :
			compare_unit(e.ucum, e.unit, e.unit_length, f.ucum, f.unit, f.unit_length);

		if (cmp == 0 && !merge_entry(&e, &f, err))
			return NULL;
		p = put_entry(p, cmp <= 0 ? &e : &f);
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
	SET_VARSIZE(state, VARHDRSZ + HEADER_SIZE + (p - begin));
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

	read_number(p, &n);
	if (n.comparator == ABSENT)
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

	if (n[SUMMARY_HIGHEST_LOWER].comparator == ABSENT && n[SUMMARY_LOWEST_UPPER].comparator == ABSENT)
		return false;
	if (n[SUMMARY_LOWEST_LOWER].comparator != ABSENT &&
		(n[SUMMARY_HIGHEST_LOWER].comparator == ABSENT ||
		 decimal_compare(&n[SUMMARY_LOWEST_LOWER].number, &n[SUMMARY_HIGHEST_LOWER].number) > 0))
		return false;
	return n[SUMMARY_HIGHEST_UPPER].comparator == ABSENT ||
		(n[SUMMARY_LOWEST_UPPER].comparator != ABSENT &&
		 decimal_compare(&n[SUMMARY_LOWEST_UPPER].number, &n[SUMMARY_HIGHEST_UPPER].number) <= 0);
}

/* Checks the entry at p; *next gets where the following one begins. */
static bool
check_entry(const uint8 *p, const uint8 *end, SummaryEntry *e, const uint8 **next, PhmError *err)
{
	UcumUnit	unit;

	if (end - p < UNIT_AT || end - p - UNIT_AT < phm_get_u16(p + UNIT_AT - 2))
		return corrupt(err, -1, "an entry is cut off");
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		if (!number_valid(p + NUMBERS_AT + i * NUMBER_SIZE, i))
			return corrupt(err, -1, "a number is not in canonical form");
	if (p[UNIT_AT - 3] > 1)
		return corrupt(err, -1, "unknown flags");
	*next = read_entry(p, e);
	if (e->count < 1 || e->count > MAX_COUNT)
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

	if (length < HEADER_SIZE || p[0] != QUANTITY_SUMMARY_VERSION || p[1] != 0)
		return corrupt(err, 0, "unknown format version");
	n = entries_of(payload);
	if (n < 1 || n > QUANTITY_SUMMARY_MAX_UNITS)
		return corrupt(err, 2, "wrong number of entries");
	p += HEADER_SIZE;
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

/* A number of an entry as a quantity of its unit. */
static void
view_of(const SummaryEntry *e, int place, QuantityView *view)
{
	const SummaryNumber *n = &e->number[place];

	view->mantissa = n->number.mantissa;
	view->scale = n->number.scale;
	view->comparator = n->comparator;
	view->ucum = e->ucum;
	view->unit = e->unit;
	view->unit_length = e->unit_length;
}

int64
quantity_summary_count(const void *payload, size_t length)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	int64		count = 0;
	SummaryEntry e;

	for (int i = entries_of(payload); i > 0; i--)
	{
		p = read_entry(p, &e);
		count += e.count;
	}
	return count;
}

/*
 * Finds the smallest (sign 1) or largest bound of one kind over all units.
 * Returns false where units cannot be compared; *found is false when a bound
 * is absent: in one entry (all), or in every one.
 */
static bool
find_bound(const void *payload, int place, int sign, bool all, QuantityView *best, bool *found)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry e;
	QuantityView next;

	*found = false;
	for (int i = 0, n = entries_of(payload); i < n; i++)
	{
		UcumOrder	order;

		p = read_entry(p, &e);
		if (e.number[place].comparator == ABSENT)
		{
			if (!all)
				continue;
			*found = false;
			return true;
		}
		view_of(&e, place, &next);
		if (*found)
		{
			order = quantity_compare_magnitude(&next, best);
			if (order == UCUM_UNKNOWN)
				return false;
			if (order == 0)
				order = openness(next.comparator) - openness(best->comparator);
			if (order * sign >= 0)
				continue;
		}
		*best = next;
		*found = true;
	}
	return true;
}

/* Whether all units can be compared with the first one. */
static bool
all_comparable(const void *payload)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry first,
				e;
	QuantityView a = {0},
				b = {0};

	p = read_entry(p, &first);
	a.ucum = first.ucum;
	a.unit = first.unit;
	a.unit_length = first.unit_length;
	for (int i = entries_of(payload); i > 1; i--)
	{
		p = read_entry(p, &e);
		b.ucum = e.ucum;
		b.unit = e.unit;
		b.unit_length = e.unit_length;
		if (quantity_compare_magnitude(&a, &b) == UCUM_UNKNOWN)
			return false;
	}
	return true;
}

/*
 * The minimum or maximum: it lies between the extreme of the lower bounds and
 * that of the upper ones, and is known when these meet or one is missing.
 */
bool
quantity_summary_extreme(const void *payload, size_t length, bool maximum,
						 QuantityView *result, bool *known)
{
	QuantityView lower,
				upper;
	bool		has_lower,
				has_upper;
	int			sign = maximum ? -1 : 1;

	*known = false;
	if (!all_comparable(payload) ||
		!find_bound(payload, maximum ? SUMMARY_HIGHEST_LOWER : SUMMARY_LOWEST_LOWER, sign, !maximum,
					&lower, &has_lower) ||
		!find_bound(payload, maximum ? SUMMARY_HIGHEST_UPPER : SUMMARY_LOWEST_UPPER, sign, maximum,
					&upper, &has_upper))
		return true;
	*known = has_lower != has_upper;
	*result = has_lower ? lower : upper;
	if (has_lower && has_upper &&
		lower.comparator == QUANTITY_GREATER_OR_EQUAL && upper.comparator == QUANTITY_LESS_OR_EQUAL &&
		quantity_compare_magnitude(&lower, &upper) == UCUM_EQUAL)
	{
		result->comparator = QUANTITY_EXACT;
		*known = true;
	}
	return true;
}

/* The entry that most values have, the first of several. */
static void
find_most_frequent(const void *payload, SummaryEntry *best)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry e;

	best->count = 0;
	for (int i = entries_of(payload); i > 0; i--)
	{
		p = read_entry(p, &e);
		if (e.count > best->count)
			*best = e;
	}
}

/* The sum, in the unit that most values have; see quantity_summary.h. */
bool
quantity_summary_sum(const void *payload, size_t length,
					 QuantityView *result, bool *known, PhmError *err)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry best,
				e;
	QuantityView sum,
				next;

	find_most_frequent(payload, &best);
	*known = best.number[SUMMARY_SUM].comparator != ABSENT;
	view_of(&best, SUMMARY_SUM, &sum);
	for (int i = entries_of(payload); i > 0 && *known; i--)
	{
		p = read_entry(p, &e);
		if (e.unit == best.unit)
			continue;
		*known = e.number[SUMMARY_SUM].comparator != ABSENT;
		view_of(&e, SUMMARY_SUM, &next);
		if (*known && !quantity_add(&sum, &next, result, known, err))
			return false;
		if (*known)
			sum = *result;
	}
	*result = sum;
	return true;
}

/* Divides the sum of count values by count. */
static bool
divide_by_count(const QuantityView *sum, int64 count, QuantityView *result, PhmError *err)
{
	QuantityView divisor = {0};
	bool		known;

	divisor.mantissa = count;
	divisor.ucum = true;
	return quantity_divide(sum, &divisor, result, &known, err);
}

/*
 * Adds the values of an entry on another scale (temperatures) to sum: count
 * times their average, converted.
 */
static bool
add_converted(QuantityView *sum, const SummaryEntry *e, const QuantityView *total, bool *known, PhmError *err)
{
	QuantityView average,
				converted,
				count = {0},
				product,
				result;
	UcumUnit	unit,
				target;

	*known = sum->ucum && e->ucum && ucum_parse(e->unit, e->unit_length, &unit, NULL) &&
		ucum_parse(sum->unit, sum->unit_length, &target, NULL) && ucum_linear(&unit) && ucum_linear(&target);
	if (!*known)
		return true;
	count.mantissa = e->count;
	count.ucum = true;
	if (!divide_by_count(total, e->count, &average, err) ||
		!quantity_convert(&average, sum->unit, sum->unit_length, &converted, known, err))
		return false;
	if (!*known)
		return true;
	if (!quantity_multiply(&converted, &count, &product, known, err) ||
		!quantity_add(sum, &product, &result, known, err))
		return false;
	*sum = result;
	return true;
}

/* The average, in the unit that most values have; see quantity_summary.h. */
bool
quantity_summary_average(const void *payload, size_t length,
						 QuantityView *result, bool *known, PhmError *err)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry best,
				e;
	QuantityView sum,
				next,
				total;

	find_most_frequent(payload, &best);
	*known = best.number[SUMMARY_SUM].comparator != ABSENT;
	view_of(&best, SUMMARY_SUM, &sum);
	for (int i = entries_of(payload); i > 0 && *known; i--)
	{
		bool		added;

		p = read_entry(p, &e);
		if (e.unit == best.unit)
			continue;
		*known = e.number[SUMMARY_SUM].comparator != ABSENT;
		if (!*known)
			break;
		view_of(&e, SUMMARY_SUM, &next);
		if (!quantity_add(&sum, &next, &total, &added, err))
			return false;
		if (added)
			sum = total;
		else if (!add_converted(&sum, &e, &next, known, err))
			return false;
	}
	return !*known || divide_by_count(&sum, quantity_summary_count(payload, length), result, err);
}

/* Appends the text form: {'%': count, sum, four bounds}, absent numbers as -. */
void
quantity_summary_print(const void *payload, size_t length, StringInfo out)
{
	const uint8 *p = (const uint8 *) payload + HEADER_SIZE;
	SummaryEntry e;
	QuantityView view;
	char		count[32];

	for (int n = entries_of(payload), i = 0; i < n; i++)
	{
		char		quote;

		p = read_entry(p, &e);
		quote = e.ucum ? '\'' : '"';
		appendStringInfoString(out, i > 0 ? " {" : "{");
		appendStringInfoChar(out, quote);
		for (int j = 0; j < e.unit_length; j++)
		{
			if (e.unit[j] == quote)
				appendStringInfoChar(out, quote);
			appendStringInfoChar(out, e.unit[j]);
		}
		appendStringInfoChar(out, quote);
		snprintf(count, sizeof(count), ": %lld", (long long) e.count);
		appendStringInfoString(out, count);
		for (int j = 0; j < SUMMARY_NUMBERS; j++)
		{
			view_of(&e, j, &view);
			view.unit_length = 0;
			appendStringInfoString(out, ", ");
			if (e.number[j].comparator == ABSENT)
				appendStringInfoChar(out, '-');
			else
				quantity_print(&view, out);
		}
		appendStringInfoChar(out, '}');
	}
}

/* Reports what is wrong with the text form. */
static bool
fail_text(PhmError *err, int at)
{
	return phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, at,
					"invalid phm.quantity_summary: syntax error at position %d", at + 1);
}

/* Reads {unit: from s[*at] on; the unit is palloc'd. */
static bool
parse_summary_unit(const char *s, int length, int *at, SummaryEntry *e, PhmError *err)
{
	char	   *unit;
	char		quote;
	int			i = *at;

	if (length - i < 2 || s[i] != '{' || (s[i + 1] != '\'' && s[i + 1] != '"'))
		return fail_text(err, i);
	quote = s[i + 1];
	unit = palloc(length);
	e->ucum = quote == '\'';
	e->unit = unit;
	e->unit_length = 0;
	for (i += 2; i < length && (s[i] != quote || (i + 1 < length && s[i + 1] == quote)); i++)
	{
		unit[e->unit_length++] = s[i];
		i += s[i] == quote;
	}
	if (length - i < 2 || s[i + 1] != ':' || e->unit_length > QUANTITY_MAX_UNIT)
		return fail_text(err, i);
	*at = i + 2;
	return true;
}

/* Reads the count and the numbers of an entry up to its closing brace. */
static bool
parse_summary_numbers(const char *s, int length, int *at, SummaryEntry *e, PhmError *err)
{
	for (int field = -1; field < SUMMARY_NUMBERS; field++)
	{
		char		close = field == SUMMARY_NUMBERS - 1 ? '}' : ',';
		int			begin = *at,
					end = begin;
		QuantityView view;

		while (end < length && s[end] != close && s[end] != '{')
			end++;
		if (end == length || s[end] != close)
			return fail_text(err, end);
		*at = end + 1;
		while (begin < end && s[begin] == ' ')
			begin++;
		if (field >= 0 && end - begin == 1 && s[begin] == '-')
		{
			e->number[field] = (SummaryNumber) {{0, 0}, ABSENT};
			continue;
		}
		if (!quantity_parse(s + begin, end - begin, &view, err))
			return false;
		if (view.unit_length > 0 || (field < 0 && (view.scale != 0 || view.comparator != QUANTITY_EXACT ||
												   view.mantissa < 1 || view.mantissa > MAX_COUNT)))
			return fail_text(err, begin);
		if (field < 0)
			e->count = (int64) view.mantissa;
		else
			e->number[field] = (SummaryNumber) {quantity_number(&view), view.comparator};
	}
	return true;
}

/* Reads the text form; NULL on errors. */
struct varlena *
quantity_summary_parse(const char *s, int length, PhmError *err)
{
	struct varlena *state = NULL;
	int			at = 0;

	for (int entries = 0; state == NULL || at < length; entries++)
	{
		SummaryEntry e;
		struct varlena *one;
		uint8	   *p;

		while (at < length && s[at] == ' ')
			at++;
		if (state != NULL && at == length)
			break;
		if (!parse_summary_unit(s, length, &at, &e, err) ||
			!parse_summary_numbers(s, length, &at, &e, err))
			return NULL;
		if (entries == QUANTITY_SUMMARY_MAX_UNITS)
		{
			fail_text(err, at);
			return NULL;
		}
		one = new_state(UNIT_AT + e.unit_length, 1, &p);
		put_entry(p, &e);
		if (!quantity_summary_check(VARDATA(one), VARSIZE(one) - VARHDRSZ, err))
			return NULL;
		if (state != NULL)
			one = quantity_summary_merge(VARDATA(state), VARSIZE(state) - VARHDRSZ,
										 VARDATA(one), VARSIZE(one) - VARHDRSZ, err);
		if (one == NULL)
			return NULL;
		state = one;
	}
	return state;
}
