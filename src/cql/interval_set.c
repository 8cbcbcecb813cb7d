/*
 * interval_set.c: collapse, and what expand shares with it.
 *
 * Pure.  Two intervals are merged when the second starts not later than one
 * step after the end of the first: the step is "per", or else one unit of the
 * coarsest precision of all boundaries, for numbers the distance of neighbours.
 * What is uncertain is not merged.  Intervals of which neither end is known
 * have no place among the others and are left out.
 */
#include "cql/interval_set.h"
#include "cql/moment.h"
#include "cql/operator_function.h"

/* ---- the step ---- */

/* Whether points are dates or times. */
static inline bool
is_moment(CqlKind kind)
{
	return kind >= CQL_DATE && kind <= CQL_TIME;
}

/* The unit of a date's or time's finest component. */
static DateTimeUnit
unit_of(CqlValue v)
{
	DateTimePrecision precision = v.kind == CQL_TIME ? cql_time_precision(v) : datetime_precision(v.i);

	return precision > DATETIME_SECOND ? DATETIME_UNIT_MILLISECOND : (DateTimeUnit) precision;
}

/* Takes a boundary into account for a step that nobody gave: its precision, or its unit. */
static void
widen_step(CqlStep *step, CqlValue boundary)
{
	if (is_moment((CqlKind) boundary.kind))
		step->unit = Min(step->unit, unit_of(boundary));
	else if (boundary.kind == CQL_QUANTITY && step->quantity == NULL)
		step->quantity = boundary.quantity;
}

/* The step that the boundaries give: a unit of their coarsest precision, or the distance of neighbours. */
static void
default_step(CqlParts *parts)
{
	CqlStep    *step = &parts->step;
	bool		integer = step->kind == CQL_INTEGER || step->kind == CQL_LONG;

	step->unit = is_moment(step->kind) ? DATETIME_UNIT_MILLISECOND : DATETIME_UNIT_FINEST;
	step->count = 1;
	step->amount = (Decimal) {1, integer ? 0 : 8};
	for (uint32 i = 0; i < parts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		widen_step(step, parts->part[i].low.value);
		widen_step(step, parts->part[i].high.value);
	}
}

/* The step that "per" gives; an error when it does not fit the points. */
static void
read_step(CqlExec *x, const CqlNode *n, CqlValue per, CqlStep *step)
{
	const CqlQuantity *q = per.quantity;
	Decimal		count;

	if (per.kind != CQL_QUANTITY)
		cql_fail_type(x, n, per);
	if (q->value.mantissa <= 0)
		cql_fail(x, n, ERRCODE_INVALID_PARAMETER_VALUE, "\"per\" must be more than 0");
	step->amount = q->value;
	decimal_trim(&step->amount, 0);
	step->quantity = step->kind == CQL_QUANTITY ? q : NULL;
	step->unit = DATETIME_UNIT_FINEST;
	if (!is_moment(step->kind))
		return;
	if (!cql_duration_unit(q->unit, q->unit_length, &step->unit) ||
		(step->kind == CQL_TIME && (step->unit < DATETIME_UNIT_HOUR || step->unit == DATETIME_UNIT_WEEK)))
		cql_fail(x, n, ERRCODE_INVALID_PARAMETER_VALUE, "\"per\" needs a unit of time that the points have");
	if (!decimal_round(&step->amount, 0, &count) || count.mantissa > PG_INT32_MAX ||
		decimal_compare(&count, &step->amount) != 0)
		cql_fail(x, n, ERRCODE_INVALID_PARAMETER_VALUE, "\"per\" must be a whole number of units of time");
	step->count = (int64) count.mantissa;
	if (step->unit == DATETIME_UNIT_WEEK)
	{
		step->unit = DATETIME_UNIT_DAY;
		step->count *= 7;
	}
}

/* ---- reading ---- */

/* Whether something is known of an interval's ends. */
static inline bool
has_place(CqlValue v)
{
	const CqlInterval *i = v.interval;

	if (!cql_is_null(i->low) || !cql_is_null(i->high))
		return true;
	return i->point != CQL_NULL && (i->low_closed || i->high_closed);
}

/* Adds an interval unless it is null or has no place. */
static void
add_part(CqlExec *x, const CqlNode *n, CqlParts *parts, CqlValue v)
{
	CqlPart    *part = &parts->part[parts->n];

	if (cql_is_null(v))
		return;
	if (!cql_is_interval(v))
		cql_fail_type(x, n, v);
	if (!has_place(v))
		return;
	part->interval = v;
	part->low = cql_low_boundary(v);
	part->high = cql_high_boundary(v);
	cql_span(x, v, &part->span);
	if (parts->step.kind == CQL_NULL)
		parts->step.kind = (CqlKind) v.interval->point;
	parts->n++;
}

/* Reads the intervals, then the step. */
void
cql_parts_read(CqlExec *x, const CqlNode *n, CqlValue source, CqlValue per, CqlParts *parts)
{
	bool		list = source.kind == CQL_LIST;
	uint32		count = list ? source.n : 1;

	memset(parts, 0, sizeof(CqlParts));
	if (count > 0)
		parts->part = cql_alloc(x, (size_t) count * sizeof(CqlPart));
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_part(x, n, parts, list ? source.values[i] : source);
	}
	if (cql_is_null(per))
		default_step(parts);
	else
		read_step(x, n, per, &parts->step);
}

/* ---- sorting ---- */

/* The order of starts; what is not certain keeps its place, an unknown start goes behind a known one. */
static bool
starts_after(CqlExec *x, const CqlPart *a, const CqlPart *b)
{
	int			order = cql_point_order(x, a->span.start.least, b->span.start.least, DATETIME_UNIT_FINEST);

	if (order != 0)
		return order == 1;
	return cql_is_null(a->low.value) && !a->low.closed && (b->low.closed || !cql_is_null(b->low.value));
}

/* Merges two sorted runs of indexes. */
static void
merge_runs(CqlExec *x, const CqlPart *part, const uint32 *from, uint32 *to, uint32 start, uint32 middle, uint32 end)
{
	uint32		left = start;
	uint32		right = middle;

	for (uint32 i = start; i < end; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (left < middle && (right >= end || !starts_after(x, &part[from[left]], &part[from[right]])))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

/* The parts in the order of their starts. */
static CqlPart *
sort_parts(CqlExec *x, const CqlParts *parts)
{
	CqlPart    *sorted = cql_alloc(x, (size_t) parts->n * sizeof(CqlPart));
	uint32	   *from = cql_alloc(x, (size_t) parts->n * sizeof(uint32));
	uint32	   *to = cql_alloc(x, (size_t) parts->n * sizeof(uint32));

	for (uint32 i = 0; i < parts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		from[i] = i;
	}
	for (uint64 width = 1; width < parts->n; width *= 2)
	{
		uint32	   *swap = from;

		for (uint64 i = 0; i < parts->n; i += 2 * width)
			merge_runs(x, parts->part, from, to, (uint32) i, (uint32) Min(i + width, parts->n),
					   (uint32) Min(i + 2 * width, parts->n));
		from = to;
		to = swap;
	}
	for (uint32 i = 0; i < parts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sorted[i] = parts->part[from[i]];
	}
	return sorted;
}

/* ---- merging ---- */

/* A value one step later; null where there is none. */
static CqlValue
step_later(CqlExec *x, const CqlNode *n, CqlValue v, const CqlStep *step)
{
	PhmDateTime result;
	int64		ms;
	static const int64 unit_ms[] = {MS_HOUR, MS_MINUTE, MS_SECOND, 1};

	if (cql_is_null(v) || cql_is_limit(v))
		return cql_null();
	switch ((CqlKind) v.kind)
	{
		case CQL_DATE:
		case CQL_DATETIME:
			if (step->unit >= DATETIME_UNIT_WEEK || !datetime_add(v.i, step->count, step->unit, &result, NULL))
				return cql_null();
			v.i = result;
			return v;
		case CQL_TIME:
			if (step->unit < DATETIME_UNIT_HOUR || step->unit > DATETIME_UNIT_MILLISECOND)
				return cql_null();
			ms = cql_time_ms(v) + step->count * unit_ms[step->unit - DATETIME_UNIT_HOUR];
			return ms < MS_DAY ? cql_time((int) ms, cql_time_precision(v)) : cql_null();
		case CQL_QUANTITY:
			if (step->quantity == NULL)
				return cql_null();
			return cql_add(x, n, v, cql_make_quantity(x, step->amount, step->quantity->unit, step->quantity->unit_length));
		default:
			return cql_add(x, n, v, cql_make_decimal(x, step->amount));
	}
}

/* Whether b, which does not start before a, is to be merged with it. */
static bool
is_near(CqlExec *x, const CqlNode *n, const CqlPart *a, const CqlPart *b, const CqlStep *step)
{
	CqlEdge		reach;

	if (cql_edge_not_after(x, &b->span.start, &a->span.end, step->unit) == CQL_YES)
		return true;
	reach.least = step_later(x, n, a->span.end.least, step);
	reach.greatest = reach.least;
	return cql_edge_not_after(x, &b->span.start, &reach, step->unit) == CQL_YES;
}

/* The later of two limits. */
static inline CqlValue
later(CqlExec *x, CqlValue a, CqlValue b)
{
	return cql_point_order(x, a, b, DATETIME_UNIT_FINEST) == -1 ? b : a;
}

/* Lets a reach to the end of b, where that is later; where it is not certain, the end is unknown. */
static void
extend(CqlExec *x, CqlPart *a, const CqlPart *b, DateTimeUnit unit)
{
	a->interval = cql_null();
	if (cql_edge_not_after(x, &b->span.end, &a->span.end, DATETIME_UNIT_FINEST) == CQL_YES)
		return;
	if (cql_edge_not_after(x, &a->span.end, &b->span.end, DATETIME_UNIT_FINEST) != CQL_YES)
	{
		if (cql_edge_not_after(x, &b->span.end, &a->span.end, unit) == CQL_YES)
			return;
		if (cql_edge_not_after(x, &a->span.end, &b->span.end, unit) != CQL_YES)
		{
			a->high = (CqlBoundary) {cql_null(), false};
			a->span.end.least = later(x, a->span.end.least, b->span.end.least);
			a->span.end.greatest = later(x, a->span.end.greatest, b->span.end.greatest);
			return;
		}
	}
	a->high = b->high;
	a->span.end = b->span.end;
}

/* Merges neighbours in the order of their starts. */
void
cql_parts_merge(CqlExec *x, const CqlNode *n, CqlParts *parts)
{
	CqlPart    *part;
	uint32		last = 0;

	if (parts->n < 2)
		return;
	part = sort_parts(x, parts);
	for (uint32 i = 1; i < parts->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_near(x, n, &part[last], &part[i], &parts->step))
			extend(x, &part[last], &part[i], parts->step.unit);
		else
			part[++last] = part[i];
	}
	parts->part = part;
	parts->n = last + 1;
}

/* The intervals that cover the same as those of a list, without overlapping or meeting each other. */
CqlValue
cql_collapse_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlParts	parts;
	CqlValue   *values;

	if (cql_is_null(a[0]))
		return cql_null();
	if (a[0].kind != CQL_LIST)
		cql_fail_type(x, n, a[0]);
	cql_parts_read(x, n, a[0], n->nargs > 1 ? a[1] : cql_null(), &parts);
	if (parts.n == 0)
		return cql_list(NULL, 0);
	cql_parts_merge(x, n, &parts);
	values = cql_alloc_values(x, parts.n);
	for (uint32 i = 0; i < parts.n; i++)
	{
		const CqlPart *part = &parts.part[i];

		CHECK_FOR_INTERRUPTS();
		values[i] = cql_is_null(part->interval) ?
			cql_interval_of(x, part->low, part->high, (uint8) parts.step.kind) : part->interval;
	}
	return cql_list(values, parts.n);
}
