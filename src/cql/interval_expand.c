/*
 * interval_expand.c: expand: an interval as pieces of equal length, or as their
 * first points.
 *
 * Pure.  The intervals of a list are merged first, as collapse does, so that
 * the pieces of one grid cover them and none appears twice.  Pieces begin at the
 * start, cut to the precision of "per"; a piece that does not end within the
 * interval is left out.  An interval with an unknown or unlimited end gives
 * nothing, as does one whose dates are coarser than "per"; a number coarser than
 * it stands for all numbers that begin with its digits: 10 per 0.1 is 10.0 ..
 * 10.9.
 */
#include "cql/interval_set.h"
#include "cql/operator_function.h"
#include "types/ucum.h"

/* Where pieces go. */
typedef struct Output
{
	CqlExec    *x;
	CqlListBuilder list;
	bool		points;			/* the first points alone */
} Output;

/* Adds a piece. */
static void
put_piece(Output *out, CqlValue low, CqlValue high)
{
	CHECK_FOR_INTERRUPTS();
	if (!out->points)
		low = cql_interval_of(out->x, (CqlBoundary) {low, true}, (CqlBoundary) {high, true}, low.kind);
	cql_list_add(out->x, &out->list, low);
}

/* ---- dates and times ---- */

/* The precision that reaches a unit. */
static inline DateTimePrecision
precision_of(DateTimeUnit unit)
{
	return unit == DATETIME_UNIT_MILLISECOND ? DATETIME_MILLISECOND : (DateTimePrecision) unit;
}

/* A date or date-time some units after the start; null beyond the last year. */
static CqlValue
date_after(CqlValue start, int64 count, DateTimeUnit unit)
{
	PhmDateTime result;

	if (!datetime_add(start.i, count, unit, &result, NULL))
		return cql_null();
	start.i = result;
	return start;
}

/* The same of a time of day. */
static CqlValue
time_after(CqlValue start, int64 count, DateTimeUnit unit)
{
	static const int64 unit_ms[] = {MS_HOUR, MS_MINUTE, MS_SECOND, 1};
	int64		ms = cql_time_ms(start) + count * unit_ms[unit - DATETIME_UNIT_HOUR];

	return ms < MS_DAY ? cql_time((int) ms, cql_time_precision(start)) : cql_null();
}

/* Pieces of a span of dates or times. */
static void
expand_moments(Output *out, CqlValue start, CqlValue end, const CqlStep *step)
{
	bool		time = start.kind == CQL_TIME;
	DateTimePrecision precision = precision_of(step->unit);
	DateTimePrecision start_precision = time ? cql_time_precision(start) : datetime_precision(start.i);
	DateTimePrecision end_precision = time ? cql_time_precision(end) : datetime_precision(end.i);
	CqlValue	(*after) (CqlValue start, int64 count, DateTimeUnit unit) = time ? time_after : date_after;

	if (start_precision < precision || end_precision < precision || (time && step->unit < DATETIME_UNIT_HOUR))
		return;
	if (time)
		start = cql_time((int) datetime_ms(datetime_truncate(cql_time_as_datetime(start), precision)), precision);
	else
		start.i = datetime_truncate(start.i, precision);
	for (int64 i = 0;; i++)
	{
		CqlValue	low = after(start, i * step->count, step->unit);
		CqlValue	high = after(start, (i + 1) * step->count - 1, step->unit);
		int			order = cql_point_order(out->x, high, end, step->unit);

		if (cql_is_null(low) || (order != -1 && order != 0))
			return;
		put_piece(out, low, high);
	}
}

/* ---- numbers ---- */

/* 10 to a small power. */
static int128
power_of_ten(int exponent)
{
	int128		p = 1;

	while (exponent-- > 0)
		p *= 10;
	return p;
}

/* A number at a scale, cut; an end of fewer digits becomes the last number that begins with them. */
static int128
at_scale(const Decimal *v, int scale, bool end)
{
	int128		p;

	if (v->scale >= scale)
		return v->mantissa / power_of_ten(v->scale - scale);
	p = power_of_ten(scale - v->scale);
	return v->mantissa * p + (end ? p - 1 : 0);
}

/* A number as a point like the interval's. */
static CqlValue
number_point(CqlExec *x, int128 mantissa, int scale, CqlValue like)
{
	if (like.kind == CQL_QUANTITY)
		return cql_make_quantity(x, (Decimal) {mantissa, scale}, like.quantity->unit, like.quantity->unit_length);
	if (like.kind == CQL_DECIMAL || scale > 0)
		return cql_make_scaled(x, mantissa, scale);
	return (CqlValue) {.kind = like.kind,.i = (int64) mantissa};
}

/* Pieces of a span of numbers, all of them in units of the last digit of the step. */
static void
expand_numbers(Output *out, const Decimal *start, const Decimal *end, const Decimal *amount, CqlValue like)
{
	int			scale = amount->scale;
	int128		low = at_scale(start, scale, false);
	int128		last = at_scale(end, scale, true);

	if (amount->mantissa <= 0 || scale > 8)
		return;
	for (; low <= last && amount->mantissa - 1 <= last - low; low += amount->mantissa)
	{
		CqlValue	point = number_point(out->x, low, scale, like);

		put_piece(out, point, amount->mantissa == 1 ? point :
				  number_point(out->x, low + amount->mantissa - 1, scale, like));
	}
}

/* Reads a unit of CQL or UCUM. */
static bool
read_unit(const CqlQuantity *q, UcumUnit *unit)
{
	const char *code;

	if (ucum_calendar_unit(q->unit, q->unit_length, &code, NULL) != UCUM_NOT_CALENDAR)
		return ucum_parse(code, (int) strlen(code), unit, NULL);
	return ucum_parse(q->unit, q->unit_length, unit, NULL);
}

/* The number of a quantity in the unit of another; false when they have nothing in common. */
static bool
number_in_unit(const Decimal *value, const CqlQuantity *q, const CqlQuantity *like, Decimal *result)
{
	UcumUnit	from;
	UcumUnit	to;
	bool		exact;

	*result = *value;
	if (q->unit_length == like->unit_length && memcmp(q->unit, like->unit, q->unit_length) == 0)
		return true;
	return read_unit(q, &from) && read_unit(like, &to) && ucum_commensurable(&from, &to) &&
		ucum_convert(value, &from, &to, result, &exact) == UCUM_OK && decimal_round(result, Min(result->scale, 8), result);
}

/* Pieces of one interval. */
static void
expand_part(Output *out, const CqlPart *part, const CqlStep *step)
{
	CqlValue	start = part->span.start.least;
	CqlValue	end = part->span.end.least;
	Decimal		low;
	Decimal		high;
	Decimal		amount = step->amount;

	if (cql_is_null(part->low.value) || cql_is_null(part->high.value) || cql_is_null(start) || cql_is_null(end))
		return;
	if (start.kind >= CQL_DATE && start.kind <= CQL_TIME)
	{
		if ((start.kind == CQL_TIME) == (end.kind == CQL_TIME) && end.kind >= CQL_DATE && end.kind <= CQL_TIME &&
			step->unit < DATETIME_UNIT_WEEK)
			expand_moments(out, start, end, step);
	}
	else if (start.kind == CQL_QUANTITY && end.kind == CQL_QUANTITY && step->quantity)
	{
		if (number_in_unit(&end.quantity->value, end.quantity, start.quantity, &high) &&
			number_in_unit(&step->amount, step->quantity, start.quantity, &amount))
		{
			decimal_trim(&amount, 0);
			expand_numbers(out, &start.quantity->value, &high, &amount, start);
		}
	}
	else if (cql_to_number(start, &low) && cql_to_number(end, &high))
		expand_numbers(out, &low, &high, &amount, start);
}

/* Without "per", pieces of decimals are units of the last digit that all boundaries have. */
static void
coarsen(const CqlParts *parts, Decimal *amount)
{
	for (uint32 i = 0; i < parts->n; i++)
	{
		const CqlValue boundary[2] = {parts->part[i].low.value, parts->part[i].high.value};

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < 2; j++)
		{
			if (boundary[j].kind == CQL_DECIMAL)
				amount->scale = Min(amount->scale, cql_scale(boundary[j]));
			else if (boundary[j].kind == CQL_QUANTITY)
				amount->scale = Min(amount->scale, boundary[j].quantity->value.scale);
		}
	}
}

/* The pieces of a list's intervals as intervals, or those of one interval as points. */
CqlValue
cql_expand_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	per = n->nargs > 1 ? a[1] : cql_null();
	CqlParts	parts;
	CqlStep		step;
	Output		out = {x, {NULL, 0, 0}, a[0].kind != CQL_LIST};

	if (cql_is_null(a[0]))
		return cql_null();
	cql_parts_read(x, n, a[0], per, &parts);
	if (cql_is_null(per))
		coarsen(&parts, &parts.step.amount);
	step = parts.step;
	/* Merged is what is less than a unit of the step's precision apart. */
	parts.step.count = 1;
	parts.step.amount.mantissa = 1;
	cql_parts_merge(x, n, &parts);
	for (uint32 i = 0; i < parts.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		expand_part(&out, &parts.part[i], &step);
	}
	return cql_list_of(&out.list);
}
