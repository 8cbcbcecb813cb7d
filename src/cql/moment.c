/*
 * moment.c: Date, DateTime and Time values: putting them together, taking
 * them apart, and the moment of the evaluation.
 *
 * Pure.  Always holds: a DateTime made here has milliseconds as its only
 * fraction and, from hours on, an offset; a Date and what is coarser than hours
 * has none.  Components are those of the written local time; only "time from"
 * goes to the clock of the evaluation, as CQL says.
 */
#include "cql/operator_function.h"
#include "types/datetime_calendar.h"

/* ---- construction ---- */

/* The zone of an offset in minutes east of UTC. */
static inline int
zone_of(int offset)
{
	return DATETIME_ZONE_BIAS + offset;
}

/*
 * Integers among the first operands up to the first null, at most size of them.
 * A component behind a null is an error.
 */
static int
read_components(CqlExec *x, const CqlNode *n, const CqlValue *a, int size, int *component)
{
	int			given = (int) Min(n->nargs, (uint32) size);
	int			count = 0;

	while (count < given && !cql_is_null(a[count]))
	{
		if (a[count].kind != CQL_INTEGER)
			cql_fail_type(x, n, a[count]);
		component[count] = (int) a[count].i;
		count++;
	}
	for (int i = count; i < given && count > 0; i++)
		if (!cql_is_null(a[i]))
			cql_fail(x, n, ERRCODE_DATETIME_FIELD_OVERFLOW,
					 "a component of a date or time is given, but not all that are coarser");
	return count;
}

/*
 * Translators write a fraction of more than three digits as milliseconds, all
 * its digits: they are cut.
 */
static inline int
cut_fraction(int millisecond)
{
	while (millisecond > 999)
		millisecond /= 10;
	return millisecond;
}

/* The precision that a number of components gives: year, month ... second, millisecond. */
static inline DateTimePrecision
precision_of(int count)
{
	return count == 7 ? DATETIME_MILLISECOND : (DateTimePrecision) (count - 1);
}

/* Fails because a component is out of its range; the message names it. */
static void
fail_component(CqlExec *x, const CqlNode *n, const PhmError *err)
{
	cql_fail(x, n, err->sqlstate, "%s", err->message);
}

/* An operand timezoneOffset, in hours, as minutes; the evaluation's when it is null. */
static int
read_offset(CqlExec *x, const CqlNode *n, CqlValue v)
{
	Decimal		hours;
	Decimal		minutes;
	const Decimal sixty = {60, 0};

	if (cql_is_null(v))
		return cql_offset(x);
	if (!cql_to_number(v, &hours))
		cql_fail_type(x, n, v);
	if (!decimal_multiply(&hours, &sixty, &minutes) || !decimal_round(&minutes, 0, &minutes) ||
		minutes.mantissa < -DATETIME_ZONE_MAX || minutes.mantissa > DATETIME_ZONE_MAX)
		cql_fail(x, n, ERRCODE_DATETIME_FIELD_OVERFLOW,
				 "a time zone offset is out of range: it is -14 to 14 hours");
	return (int) minutes.mantissa;
}

/* A Date or DateTime of components; null without a year. */
static CqlValue
make_date(CqlExec *x, const CqlNode *n, const CqlValue *a, int size, CqlKind kind)
{
	int			component[7] = {0};
	int			count = read_components(x, n, a, size, component);
	DateTimeParts parts = {component[0], component[1], component[2], component[3],
	component[4], component[5], cut_fraction(component[6])};
	PhmDateTime v;
	PhmError	err;
	int			zone = DATETIME_ZONE_NONE;

	err.sqlstate = 0;
	if (count == 0)
		return cql_null();
	if (count > 3)
		zone = zone_of(n->nargs > 7 ? read_offset(x, n, a[7]) : cql_offset(x));
	if (!datetime_from_components(&parts, precision_of(count), zone, &v, &err))
		fail_component(x, n, &err);
	return (CqlValue) {.kind = (uint8) kind,.i = v};
}

/* DateTime(year, month, ... millisecond, timezoneOffset). */
CqlValue
cql_date_time_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return make_date(x, n, a, 7, CQL_DATETIME);
}

/* Date(year, month, day). */
CqlValue
cql_date_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return make_date(x, n, a, 3, CQL_DATE);
}

/* A Time of components; null without an hour. */
CqlValue
cql_time_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int			component[4] = {0};
	int			count = read_components(x, n, a, 4, component);
	DateTimeParts parts = {2000, 1, 1, component[0], component[1], component[2], cut_fraction(component[3])};
	DateTimePrecision precision;
	PhmDateTime v;
	PhmError	err;

	err.sqlstate = 0;
	if (count == 0)
		return cql_null();
	precision = precision_of(count + 3);
	if (!datetime_from_components(&parts, precision, DATETIME_ZONE_NONE, &v, &err))
		fail_component(x, n, &err);
	return cql_time((int) datetime_ms(v), precision);
}

/* A DateTime of a phm.datetime: fractions become .fff, and the evaluation's offset stands where there is none. */
CqlValue
cql_normal_datetime(const CqlExec *x, PhmDateTime v)
{
	PhmDateTime result = datetime_as_millisecond(v);

	if (datetime_precision(v) >= DATETIME_HOUR && datetime_zone(v) == DATETIME_ZONE_NONE &&
		!datetime_from_local_ms(datetime_ms(v), datetime_precision(result), zone_of(cql_offset(x)), &result, NULL))
		return cql_null();
	return cql_datetime(result);
}

/* A Time on 2000-01-01, without zone. */
PhmDateTime
cql_time_as_datetime(CqlValue time)
{
	return (PhmDateTime) (uint64) cql_time_ms(time) << 15 | (PhmDateTime) cql_time_precision(time) << 11;
}

/* ---- the moment of the evaluation ---- */

/* Now: the evaluation's moment. */
CqlValue
cql_now_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_normal_datetime(x, cql_now(x));
}

/* The evaluation's moment on the clock of its offset. */
static int64
local_now(const CqlExec *x)
{
	PhmDateTime now = cql_now(x);

	if (datetime_zone(now) == DATETIME_ZONE_NONE)
		return datetime_ms(now);
	return datetime_ms(now) + cql_offset(x) * MS_MINUTE;
}

/* Today: the evaluation's day on its clock. */
CqlValue
cql_today_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PhmDateTime v;

	if (!datetime_from_local_ms(local_now(x), DATETIME_DAY, DATETIME_ZONE_NONE, &v, NULL))
		return cql_null();
	return cql_date(v);
}

/* The milliseconds of the day of a local time. */
static inline int
day_ms(int64 local)
{
	return (int) (local - calendar_div(local, MS_DAY) * MS_DAY);
}

/* TimeOfDay: the time on the evaluation's clock. */
CqlValue
cql_time_of_day_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_time(day_ms(local_now(x)), DATETIME_MILLISECOND);
}

/* ---- components ---- */

/* "year from" .. "millisecond from": a component of the written local time; null when it was not written. */
CqlValue
cql_date_time_component_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	DateTimeUnit unit = (DateTimeUnit) n->flag;
	int			component;

	if (a[0].kind == CQL_TIME && unit >= DATETIME_UNIT_HOUR)
		component = datetime_component(cql_time_as_datetime(a[0]), unit);
	else if (a[0].kind == CQL_DATE || a[0].kind == CQL_DATETIME)
		component = datetime_component(a[0].i, unit);
	else
		cql_fail_type(x, n, a[0]);
	/* A fraction is written in milliseconds; a value of second precision has none. */
	return component < 0 ? cql_null() : cql_integer(component);
}

/* "date from": the written local date, as far as it goes. */
CqlValue
cql_date_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[0].kind != CQL_DATETIME && a[0].kind != CQL_DATE)
		cql_fail_type(x, n, a[0]);
	return cql_date(datetime_truncate(a[0].i, DATETIME_DAY));
}

/* The time of day on the clock of the evaluation. */
CqlValue
cql_time_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	DateTimePrecision precision;
	int			ms;
	PhmDateTime v;

	if (a[0].kind != CQL_DATETIME)
		cql_fail_type(x, n, a[0]);
	precision = datetime_precision(a[0].i);
	if (precision < DATETIME_HOUR)
		return cql_null();
	ms = day_ms(datetime_ms(a[0].i) + cql_offset(x) * MS_MINUTE);
	/* A broken offset moves a value of hour precision into the middle of an hour: cut. */
	v = datetime_truncate((PhmDateTime) ms << 15 | (PhmDateTime) DATETIME_MILLISECOND << 11, precision);
	return cql_time((int) datetime_ms(v), Min(precision, DATETIME_MILLISECOND));
}

/* The offset in hours, a Decimal; the evaluation's where the value is too coarse to have one. */
CqlValue
cql_timezone_offset_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Decimal		minutes;
	Decimal		hours;
	const Decimal sixty = {60, 0};
	bool		exact;

	if (a[0].kind != CQL_DATETIME)
		cql_fail_type(x, n, a[0]);
	minutes = (Decimal) {datetime_zone(a[0].i) == DATETIME_ZONE_NONE ? cql_offset(x) : datetime_offset(a[0].i), 1};
	minutes.mantissa *= 10;
	if (!decimal_divide(&minutes, &sixty, &hours, &exact))
		return cql_null();
	return cql_make_decimal(x, hours);
}
