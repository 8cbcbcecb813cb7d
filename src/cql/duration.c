/*
 * duration.c: counting between moments, ages, and adding durations to them.
 *
 * Pure.  Counting is that of types/datetime_cql.c; a Time counts as a time of
 * the same day.  What imprecise values leave open is an uncertain Integer.
 *
 * Adding follows the section "Date and Time Operators" of the reference: the
 * decimal part of an amount counts for seconds only; an amount finer than the
 * value is converted to the value's precision and cut; a Time goes around the
 * clock; beyond the years 0001 to 9999 there is no result, which is an error.
 * Definite years and months of UCUM (a, mo) are errors, as are units that are no
 * durations.
 */
#include "cql/moment.h"
#include "cql/operator_function.h"
#include "types/datetime_calendar.h"

/* ---- counting ---- */

static inline bool
is_date(CqlValue v)
{
	return v.kind == CQL_DATE || v.kind == CQL_DATETIME;
}

/* Periods or boundaries from a to b: a number, uncertain, or null where nothing can be counted. */
CqlValue
cql_between(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit, bool difference)
{
	PhmDateTime from = a.i;
	PhmDateTime to = b.i;
	int64		low;
	int64		high;

	if (unit >= DATETIME_UNIT_FINEST)
		return cql_null();
	if (a.kind == CQL_TIME && b.kind == CQL_TIME)
	{
		if (unit < DATETIME_UNIT_HOUR || unit == DATETIME_UNIT_WEEK)
			return cql_null();
		from = cql_time_as_datetime(a);
		to = cql_time_as_datetime(b);
	}
	else if (!is_date(a) || !is_date(b))
		return cql_null();
	if (difference)
		datetime_difference(from, to, unit, cql_offset(x), &low, &high);
	else
		datetime_duration(from, to, unit, cql_offset(x), &low, &high);
	return cql_make_uncertain(x, low, high);
}

/* Fails unless both operands are moments of one sort. */
static inline void
check_moments(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!is_date(a[0]) && a[0].kind != CQL_TIME)
		cql_fail_type(x, n, a[0]);
	if (is_date(a[0]) != is_date(a[1]) || (!is_date(a[1]) && a[1].kind != CQL_TIME))
		cql_fail_type(x, n, a[1]);
}

/* Boundaries crossed from the first to the second. */
CqlValue
cql_difference_between_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	check_moments(x, n, a);
	return cql_between(x, a[0], a[1], (DateTimeUnit) n->flag, true);
}

/* Whether the time of day of a value is open, as that of a DateTime that ends with its day is; a Date has none. */
static inline bool
lacks_time(CqlValue v)
{
	return v.kind == CQL_DATETIME && datetime_precision(v.i) < DATETIME_HOUR;
}

/* The first or last millisecond that a DateTime may mean; other values as they are. */
static CqlValue
extreme(CqlExec *x, CqlValue v, bool last)
{
	PhmDateTime result;

	if (!lacks_time(v) ||
		!datetime_from_local_ms(last ? datetime_latest(v.i) : datetime_ms(v.i), DATETIME_MILLISECOND,
								DATETIME_ZONE_BIAS + cql_offset(x), &result, NULL))
		return v;
	return cql_datetime(result);
}

/*
 * Whole periods.  Where the time of day of a DateTime is open, it is open for
 * periods of days and coarser, too: from some time on January 15 to some time on
 * February 1 there are 16 or 17 days.
 */
CqlValue
cql_duration_between_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	DateTimeUnit unit = (DateTimeUnit) n->flag;
	CqlValue	least;
	CqlValue	most;

	check_moments(x, n, a);
	if ((!lacks_time(a[0]) && !lacks_time(a[1])) || (unit >= DATETIME_UNIT_HOUR && unit != DATETIME_UNIT_WEEK))
		return cql_between(x, a[0], a[1], unit, false);
	least = cql_between(x, extreme(x, a[0], true), extreme(x, a[1], false), unit, false);
	most = cql_between(x, extreme(x, a[0], false), extreme(x, a[1], true), unit, false);
	if (least.kind != CQL_INTEGER || most.kind != CQL_INTEGER)
		return cql_between(x, a[0], a[1], unit, false);
	return cql_make_uncertain(x, least.i, most.i);
}

/* The age at a moment, counted by the day. */
CqlValue
cql_calculate_age_at_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!is_date(a[0]))
		cql_fail_type(x, n, a[0]);
	if (!is_date(a[1]))
		cql_fail_type(x, n, a[1]);
	return cql_between(x, a[0], a[1], (DateTimeUnit) n->flag, false);
}

/* The age at the evaluation's moment: of a Date in days and coarser today, otherwise now. */
CqlValue
cql_calculate_age_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	moments[2] = {a[0], cql_normal_datetime(x, cql_now(x))};

	if (a[0].kind == CQL_DATE && !cql_is_null(moments[1]))
		moments[1] = cql_date(datetime_truncate(moments[1].i, DATETIME_DAY));
	return cql_calculate_age_at_op(x, n, moments);
}

/* ---- adding ---- */

/* Length of a unit that has a fixed one. */
static const int64 unit_ms[] = {
	[DATETIME_UNIT_DAY] = MS_DAY,
	[DATETIME_UNIT_HOUR] = MS_HOUR,
	[DATETIME_UNIT_MINUTE] = MS_MINUTE,
	[DATETIME_UNIT_SECOND] = MS_SECOND,
	[DATETIME_UNIT_MILLISECOND] = 1,
	[DATETIME_UNIT_WEEK] = 7 * MS_DAY
};

/* Reads the unit of a duration, calendar or UCUM; false when it is none, or a definite year or month. */
bool
cql_duration_unit(const char *s, int length, DateTimeUnit *unit)
{
	static const struct
	{
		char		code[4];
		DateTimeUnit unit;
	}			codes[] = {
		{"d", DATETIME_UNIT_DAY},
		{"h", DATETIME_UNIT_HOUR},
		{"min", DATETIME_UNIT_MINUTE},
		{"s", DATETIME_UNIT_SECOND},
		{"wk", DATETIME_UNIT_WEEK},
		{"ms", DATETIME_UNIT_MILLISECOND}
	};

	for (int i = 0; length <= 3 && i < (int) lengthof(codes); i++)
		if ((int) strlen(codes[i].code) == length && memcmp(codes[i].code, s, length) == 0)
		{
			*unit = codes[i].unit;
			return true;
		}
	return datetime_unit_by_name(s, length, unit);
}

/* An amount times a factor, cut to an integer; beyond any span of dates it is only large. */
static int64
whole(const Decimal *amount, int factor)
{
	const int128 largest = DECIMAL_MANTISSA_MAX / 1000;
	const int128 limit = INT64CONST(1000000000000000);
	int128		v = Max(Min(amount->mantissa, largest), -largest) * factor;

	for (int i = 0; i < amount->scale; i++)
		v /= 10;
	return (int64) Max(Min(v, limit), -limit);
}

/*
 * The amount as a whole number of a unit that datetime_add takes for the
 * precision: seconds with a decimal part as milliseconds, milliseconds of a
 * value of second precision as seconds.
 */
static int64
whole_amount(const Decimal *amount, DateTimePrecision precision, DateTimeUnit *unit)
{
	if (*unit == DATETIME_UNIT_SECOND && amount->scale > 0 && precision > DATETIME_SECOND)
	{
		*unit = DATETIME_UNIT_MILLISECOND;
		return whole(amount, 1000);
	}
	if (*unit == DATETIME_UNIT_MILLISECOND && precision == DATETIME_SECOND)
	{
		*unit = DATETIME_UNIT_SECOND;
		return whole(amount, 1) / 1000;
	}
	return whole(amount, 1);
}

/* A Time some units later, around the clock. */
static CqlValue
add_to_time(CqlValue time, const Decimal *amount, DateTimeUnit unit, int sign)
{
	DateTimePrecision precision = cql_time_precision(time);
	int64		count = whole_amount(amount, precision, &unit);
	int64		ms;

	count %= MS_DAY / unit_ms[unit];
	if (precision < DATETIME_SECOND && (int) unit > (int) precision)
	{
		count = count * unit_ms[unit] / unit_ms[precision];
		unit = (DateTimeUnit) precision;
	}
	ms = cql_time_ms(time) + sign * count * unit_ms[unit];
	ms -= calendar_div(ms, MS_DAY) * MS_DAY;
	return cql_time((int) ms, precision);
}

/* Ends with an error because a unit cannot be added to a moment. */
static void
fail_unit(CqlExec *x, const CqlNode *n, CqlValue moment, const CqlQuantity *amount)
{
	bool		definite = (amount->unit_length == 1 && amount->unit[0] == 'a') ||
		(amount->unit_length == 2 && memcmp(amount->unit, "mo", 2) == 0);

	if (definite && moment.kind != CQL_TIME)
		cql_fail(x, n, ERRCODE_INVALID_PARAMETER_VALUE,
				 "a year or month of UCUM cannot be added to a date: only those of the calendar can");
	cql_fail(x, n, ERRCODE_INVALID_PARAMETER_VALUE, "a quantity added to %s needs a unit of %s",
			 moment.kind == CQL_TIME ? "a Time" : "a date", moment.kind == CQL_TIME ? "hours or finer" : "time");
}

/* A Date, DateTime or Time plus (sign 1) or minus (-1) a duration. */
CqlValue
cql_add_duration(CqlExec *x, const CqlNode *n, CqlValue moment, const CqlQuantity *amount, int sign)
{
	DateTimeUnit unit;
	PhmDateTime result;
	int64		count;

	if (!is_date(moment) && moment.kind != CQL_TIME)
		cql_fail_type(x, n, moment);
	if (!cql_duration_unit(amount->unit, amount->unit_length, &unit) ||
		(moment.kind == CQL_TIME && (unit < DATETIME_UNIT_HOUR || unit == DATETIME_UNIT_WEEK)))
		fail_unit(x, n, moment, amount);
	if (moment.kind == CQL_TIME)
		return add_to_time(moment, &amount->value, unit, sign);
	count = sign * whole_amount(&amount->value, datetime_precision(moment.i), &unit);
	if (!datetime_add(moment.i, count, unit, &result, NULL))
		cql_fail(x, n, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "a date plus or minus a duration is outside of the years 0001 to 9999");
	moment.i = result;
	return moment;
}
