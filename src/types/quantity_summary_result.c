/*
 * quantity_summary_result.c: what a phm.quantity_summary says: count, sum,
 * average and extremes.  Sums of different units are converted here, once a
 * unit, into the unit that most values have.
 */
#include "types/quantity_summary_entry.h"

/* How many quantities are in a state. */
int64
quantity_summary_count(const void *payload, size_t length)
{
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	int64		count = 0;
	SummaryEntry e;

	for (int i = summary_entries(payload); i > 0; i--)
	{
		p = summary_read_entry(p, &e);
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
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry e;
	QuantityView next;

	*found = false;
	for (int i = 0, n = summary_entries(payload); i < n; i++)
	{
		UcumOrder	order;

		p = summary_read_entry(p, &e);
		if (e.number[place].comparator == SUMMARY_ABSENT)
		{
			if (!all)
				continue;
			*found = false;
			return true;
		}
		summary_view(&e, place, &next);
		if (*found)
		{
			order = quantity_compare_magnitude(&next, best);
			if (order == UCUM_UNKNOWN)
				return false;
			if (order == 0)
				order = summary_openness(next.comparator) - summary_openness(best->comparator);
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
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry first,
				e;
	QuantityView a = {0},
				b = {0};

	p = summary_read_entry(p, &first);
	a.ucum = first.ucum;
	a.unit = first.unit;
	a.unit_length = first.unit_length;
	for (int i = summary_entries(payload); i > 1; i--)
	{
		p = summary_read_entry(p, &e);
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
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry e;

	best->count = 0;
	for (int i = summary_entries(payload); i > 0; i--)
	{
		p = summary_read_entry(p, &e);
		if (e.count > best->count)
			*best = e;
	}
}

/* The sum, in the unit that most values have; see quantity_summary.h. */
bool
quantity_summary_sum(const void *payload, size_t length,
					 QuantityView *result, bool *known, PhmError *err)
{
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry best,
				e;
	QuantityView sum,
				next;

	find_most_frequent(payload, &best);
	*known = best.number[SUMMARY_SUM].comparator != SUMMARY_ABSENT;
	summary_view(&best, SUMMARY_SUM, &sum);
	for (int i = summary_entries(payload); i > 0 && *known; i--)
	{
		p = summary_read_entry(p, &e);
		if (e.unit == best.unit)
			continue;
		*known = e.number[SUMMARY_SUM].comparator != SUMMARY_ABSENT;
		summary_view(&e, SUMMARY_SUM, &next);
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
	const uint8 *p = (const uint8 *) payload + SUMMARY_HEADER_SIZE;
	SummaryEntry best,
				e;
	QuantityView sum,
				next,
				total;

	find_most_frequent(payload, &best);
	*known = best.number[SUMMARY_SUM].comparator != SUMMARY_ABSENT;
	summary_view(&best, SUMMARY_SUM, &sum);
	for (int i = summary_entries(payload); i > 0 && *known; i--)
	{
		bool		added;

		p = summary_read_entry(p, &e);
		if (e.unit == best.unit)
			continue;
		*known = e.number[SUMMARY_SUM].comparator != SUMMARY_ABSENT;
		if (!*known)
			break;
		summary_view(&e, SUMMARY_SUM, &next);
		if (!quantity_add(&sum, &next, &total, &added, err))
			return false;
		if (added)
			sum = total;
		else if (!add_converted(&sum, &e, &next, known, err))
			return false;
	}
	return !*known || divide_by_count(&sum, quantity_summary_count(payload, length), result, err);
}
