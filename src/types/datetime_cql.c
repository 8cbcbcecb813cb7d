/*
 * datetime_cql.c: comparing, counting and adding as CQL 1.5.3 does it
 * (sections "Date and Time Operators" of the reference, appendix H).
 *
 * Pure.  A value is a span of local time as long as its precision; what the
 * span does not decide is uncertain.  Seconds and milliseconds are one decimal
 * component: a value of second precision counts as exact.
 *
 * Two decisions.  A duration in days or coarser between two times of day with
 * different offsets counts elapsed time, as the conformance tests have it
 * (2017-03-12T00:00:00-07:00 to 2017-03-13T00:00:00-06:00 is no whole day);
 * when one of them is a mere date, which has no offset, the written local
 * time of the other counts.  And a year or month ends on the last day of a
 * month that lacks its day, as in addition (appendix H, example 4.b): whoever
 * is born on February 29 is a year older on February 28.
 */
#include "types/datetime.h"
#include "types/datetime_calendar.h"

/* More than any two values are apart. */
#define MAX_SPAN	INT64CONST(400000000000000)
#define MAX_MONTHS	120000

/* Length of the units that have a fixed one. */
static const int64 unit_ms[] = {
	[DATETIME_UNIT_DAY] = MS_DAY,
	[DATETIME_UNIT_HOUR] = MS_HOUR,
	[DATETIME_UNIT_MINUTE] = MS_MINUTE,
	[DATETIME_UNIT_SECOND] = MS_SECOND,
	[DATETIME_UNIT_MILLISECOND] = 1,
	[DATETIME_UNIT_WEEK] = 7 * MS_DAY
};

/* The finest component of a value, seconds and milliseconds being one. */
static inline DateTimeUnit
finest(PhmDateTime v)
{
	DateTimePrecision precision = datetime_precision(v);

	return precision >= DATETIME_SECOND ? DATETIME_UNIT_MILLISECOND : (DateTimeUnit) precision;
}

/* Whether a unit is an hour or finer, where offsets matter. */
static inline bool
is_time_unit(DateTimeUnit unit)
{
	return unit >= DATETIME_UNIT_HOUR && unit <= DATETIME_UNIT_MILLISECOND;
}

/* Whether two values were written at different offsets; without zone: at the evaluation's. */
static inline bool
offsets_differ(PhmDateTime a, PhmDateTime b, int offset)
{
	int			offset_a = datetime_zone(a) == DATETIME_ZONE_NONE ? offset : datetime_offset(a);
	int			offset_b = datetime_zone(b) == DATETIME_ZONE_NONE ? offset : datetime_offset(b);

	return offset_a != offset_b;
}

/* First local millisecond, on the clock of the evaluation when asked. */
static inline int64
first_ms(PhmDateTime v, bool normalise, int offset)
{
	if (normalise && datetime_zone(v) != DATETIME_ZONE_NONE)
		return datetime_ms(v) + offset * MS_MINUTE;
	return datetime_local_ms(v);
}

/* How much later than its first millisecond a value may be. */
static inline int64
slack_ms(PhmDateTime v)
{
	if (datetime_precision(v) >= DATETIME_SECOND)
		return 0;
	return datetime_latest(v) - datetime_earliest(v);
}

/* Number of the unit that a local time lies in.  Weeks begin on Sunday. */
static inline int64
unit_index(int64 local, DateTimeUnit unit)
{
	switch (unit)
	{
		case DATETIME_UNIT_YEAR:
			return calendar_month_of(local) / 12;
		case DATETIME_UNIT_MONTH:
			return calendar_month_of(local);
		case DATETIME_UNIT_WEEK:
			return calendar_div(local - MS_DAY, 7 * MS_DAY);	/* 2000-01-02 was a Sunday */
		case DATETIME_UNIT_DAY:
			return calendar_div(local, MS_DAY);
		case DATETIME_UNIT_HOUR:
			return calendar_div(local, MS_HOUR);
		case DATETIME_UNIT_MINUTE:
			return calendar_div(local, MS_MINUTE);
		case DATETIME_UNIT_SECOND:
			return calendar_div(local, MS_SECOND);
		default:
			return local;
	}
}

/* The last number that a value may have: an hour moved by a broken offset lies in two. */
static inline int64
last_index(PhmDateTime v, int64 first, bool normalise, DateTimeUnit unit, int64 index)
{
	if (normalise && datetime_precision(v) == DATETIME_HOUR)
		return unit_index(first + MS_HOUR - 1, unit);
	return index;
}

/*
 * CQL's comparison: components are compared from the year to the finest that
 * both have and the precision asks for, which is the same as comparing the
 * numbers of that unit.  Equal so far is equal only when both reach the
 * precision.
 */
int
datetime_compare(PhmDateTime a, PhmDateTime b, DateTimeUnit unit, int offset)
{
	DateTimeUnit finest_a = finest(a);
	DateTimeUnit finest_b = finest(b);
	DateTimeUnit common;
	bool		normalise;
	int64		first_a;
	int64		first_b;
	int64		low_a;
	int64		low_b;
	int64		high_a;
	int64		high_b;

	if (unit == DATETIME_UNIT_WEEK)
		return DATETIME_UNCERTAIN;
	if (unit == DATETIME_UNIT_FINEST)
		unit = Max(finest_a, finest_b);
	common = Min(unit, Min(finest_a, finest_b));
	normalise = is_time_unit(unit) && offsets_differ(a, b, offset);
	first_a = first_ms(a, normalise, offset);
	first_b = first_ms(b, normalise, offset);
	low_a = unit_index(first_a, common);
	low_b = unit_index(first_b, common);
	high_a = last_index(a, first_a, normalise, common, low_a);
	high_b = last_index(b, first_b, normalise, common, low_b);
	if (high_a < low_b)
		return -1;
	if (low_a > high_b)
		return 1;
	if (finest_a < unit || finest_b < unit || low_a != high_a || low_b != high_b)
		return DATETIME_UNCERTAIN;
	return 0;
}

/* Boundaries of the unit crossed on the way from a to b. */
void
datetime_difference(PhmDateTime a, PhmDateTime b, DateTimeUnit unit,
					int offset, int64 *low, int64 *high)
{
	bool		normalise = is_time_unit(unit) && offsets_differ(a, b, offset);
	int64		first_a = first_ms(a, normalise, offset);
	int64		first_b = first_ms(b, normalise, offset);

	*low = unit_index(first_b, unit) - unit_index(first_a + slack_ms(a), unit);
	*high = unit_index(first_b + slack_ms(b), unit) - unit_index(first_a, unit);
}

/* A local time months later; a day that its month lacks becomes the last one. */
static int64
add_months(int64 local, int64 months)
{
	int64		days = calendar_div(local, MS_DAY);
	int64		target;
	int			year;
	int			month;
	int			day;

	calendar_civil((int) days, &year, &month, &day);
	target = (int64) year * 12 + month - 1 + months;
	year = (int) (target / 12);
	month = (int) (target % 12) + 1;
	day = Min(day, calendar_month_days(year, month));
	return calendar_days(year, month, day) * MS_DAY + (local - days * MS_DAY);
}

/* Whole units from one local time to another; negative when it is earlier. */
static int64
whole_units(int64 from, int64 to, DateTimeUnit unit)
{
	int64		n;
	int			months = unit == DATETIME_UNIT_YEAR ? 12 : 1;

	if (to < from)
		return -whole_units(to, from, unit);
	if (unit != DATETIME_UNIT_YEAR && unit != DATETIME_UNIT_MONTH)
		return (to - from) / unit_ms[unit];
	n = (calendar_month_of(to) - calendar_month_of(from)) / months;
	return n - (add_months(from, n * months) > to);
}

/*
 * The last moment that a value may mean in a duration: the start of its last
 * day, hour, ... where it does not reach the precision that counts, otherwise
 * its first millisecond, the rest of it being left out of account.
 */
static int64
last_counted(PhmDateTime v, int64 first, DateTimeUnit counted)
{
	if (finest(v) >= counted)
		return first;
	return calendar_div(first + slack_ms(v), unit_ms[counted]) * unit_ms[counted];
}

/* Whole units from a to b.  Years and months are counted by the day. */
void
datetime_duration(PhmDateTime a, PhmDateTime b, DateTimeUnit unit,
				  int offset, int64 *low, int64 *high)
{
	DateTimeUnit counted = is_time_unit(unit) ? unit : DATETIME_UNIT_DAY;
	bool		normalise = offsets_differ(a, b, offset) &&
		(is_time_unit(unit) || (is_time_unit(finest(a)) && is_time_unit(finest(b))));
	int64		first_a = first_ms(a, normalise, offset);
	int64		first_b = first_ms(b, normalise, offset);

	*low = whole_units(last_counted(a, first_a, counted), first_b, unit);
	*high = whole_units(first_a, last_counted(b, first_b, counted), unit);
}

/*
 * An amount of a unit finer than the value's precision, in units of that
 * precision and cut: a year is 12 months or 365 days, a month 30 days.
 */
static int64
convert_amount(int64 amount, DateTimeUnit from, DateTimePrecision precision)
{
	if (precision == DATETIME_YEAR && from == DATETIME_UNIT_MONTH)
		return amount / 12;
	if (precision == DATETIME_YEAR)
		return amount * unit_ms[from] / (365 * MS_DAY);
	if (precision == DATETIME_MONTH)
		return amount * unit_ms[from] / (30 * MS_DAY);
	return amount * unit_ms[from] / unit_ms[precision];
}

/* Adds calendar units; a unit finer than the value is converted first. */
bool
datetime_add(PhmDateTime v, int64 amount, DateTimeUnit unit,
			 PhmDateTime *result, PhmError *err)
{
	DateTimePrecision precision = datetime_precision(v);
	DateTimeUnit rank = unit == DATETIME_UNIT_WEEK ? DATETIME_UNIT_DAY : unit;
	bool		monthly = unit == DATETIME_UNIT_YEAR || unit == DATETIME_UNIT_MONTH;
	int64		limit = monthly ? MAX_MONTHS : MAX_SPAN / unit_ms[unit];
	int64		local = datetime_local_ms(v);
	int64		month;

	if (amount > limit || amount < -limit)
		return datetime_from_local_ms(PG_INT64_MAX, precision, 0, result, err);
	if (precision <= DATETIME_SECOND && (int) rank > (int) precision)
	{
		amount = convert_amount(amount, unit, precision);
		unit = (DateTimeUnit) precision;
		monthly = precision <= DATETIME_MONTH;
	}
	if (unit == DATETIME_UNIT_MILLISECOND && precision < DATETIME_MILLISECOND)
		precision = DATETIME_MILLISECOND;
	if (!monthly)
		return datetime_from_local_ms(local + amount * unit_ms[unit], precision,
									  datetime_zone(v), result, err);
	amount *= unit == DATETIME_UNIT_YEAR ? 12 : 1;
	month = calendar_month_of(local) + amount;
	if (month < 12 || month >= 10000 * 12)
		return datetime_from_local_ms(PG_INT64_MAX, precision, 0, result, err);
	return datetime_from_local_ms(add_months(local, amount), precision,
								  datetime_zone(v), result, err);
}
