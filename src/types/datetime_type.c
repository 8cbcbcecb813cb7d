/*
 * datetime_type.c: phm.datetime in SQL.  Order, equality, hashing, minimum,
 * maximum and sending are those of int8 and use the server's own functions
 * (datetime.sql); here is what knows the meaning of the bits.
 *
 * Nothing here looks at the session's time zone or at the clock.  Dates and
 * timestamps of the server count from 2000-01-01 as phm.datetime does.
 */
#include "phm.h"

#include "libpq/pqformat.h"
#include "utils/date.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "types/datetime.h"
#include "types/datetime_calendar.h"

#define PG_GETARG_DATETIME(n)	((PhmDateTime) PG_GETARG_INT64(n))
#define PG_RETURN_DATETIME(v)	PG_RETURN_INT64(v)

/* What a function raises that got a value the calendar cannot hold. */
#define REPORT_INFINITE() \
	ereport(ERROR, \
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), \
			 errmsg("date or time out of range: infinity is no phm.datetime")))

/* ---- input and output ---- */

PG_FUNCTION_INFO_V1(phm_datetime_in);
PG_FUNCTION_INFO_V1(phm_datetime_out);
PG_FUNCTION_INFO_V1(phm_datetime_recv);

/* Reads the text form. */
Datum
phm_datetime_in(PG_FUNCTION_ARGS)
{
	char	   *s = PG_GETARG_CSTRING(0);
	PhmDateTime v;
	bool		exact;
	PhmError	err = {0};

	if (!datetime_parse(s, (int) strlen(s), &v, &exact, &err))
	{
		phm_fail_hint(&err, "Dates and times look like 2024, 2024-03-05 or 2024-03-05T10:15:00-05:00.");
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_DATETIME(v);
}

/* Writes the text form. */
Datum
phm_datetime_out(PG_FUNCTION_ARGS)
{
	char	   *s = palloc(DATETIME_MAX_TEXT + 1);

	s[datetime_print(PG_GETARG_DATETIME(0), s)] = '\0';
	PG_RETURN_CSTRING(s);
}

/* Reads the binary form, the bits in network order; takes canonical ones only. */
Datum
phm_datetime_recv(PG_FUNCTION_ARGS)
{
	PhmDateTime v = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));

	if (!datetime_is_canonical(v))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of phm.datetime")));
	PG_RETURN_DATETIME(v);
}

/* ---- other date types ---- */

PG_FUNCTION_INFO_V1(phm_datetime_from_date);
PG_FUNCTION_INFO_V1(phm_datetime_from_timestamp);
PG_FUNCTION_INFO_V1(phm_datetime_from_timestamptz);
PG_FUNCTION_INFO_V1(phm_datetime_local_date);
PG_FUNCTION_INFO_V1(phm_datetime_local_timestamp);
PG_FUNCTION_INFO_V1(phm_datetime_earliest);
PG_FUNCTION_INFO_V1(phm_datetime_latest);

/* The value of that precision around a local time, or an error. */
static PhmDateTime
value_at(FunctionCallInfo fcinfo, int64 local_ms, DateTimePrecision precision, int zone)
{
	PhmDateTime v = 0;
	PhmError	err = {0};

	if (!datetime_from_local_ms(local_ms, precision, zone, &v, &err))
		PHM_REPORT(fcinfo, &err);
	return v;
}

/* A day without time. */
Datum
phm_datetime_from_date(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);

	if (DATE_NOT_FINITE(date))
		REPORT_INFINITE();
	PG_RETURN_DATETIME(value_at(fcinfo, date * MS_DAY, DATETIME_DAY, DATETIME_ZONE_NONE));
}

/* A local time without zone, in milliseconds. */
Datum
phm_datetime_from_timestamp(PG_FUNCTION_ARGS)
{
	Timestamp	t = PG_GETARG_TIMESTAMP(0);

	if (TIMESTAMP_NOT_FINITE(t))
		REPORT_INFINITE();
	PG_RETURN_DATETIME(value_at(fcinfo, calendar_div(t, 1000), DATETIME_MILLISECOND, DATETIME_ZONE_NONE));
}

/* An instant, written in UTC, in milliseconds. */
Datum
phm_datetime_from_timestamptz(PG_FUNCTION_ARGS)
{
	TimestampTz t = PG_GETARG_TIMESTAMPTZ(0);

	if (TIMESTAMP_NOT_FINITE(t))
		REPORT_INFINITE();
	PG_RETURN_DATETIME(value_at(fcinfo, calendar_div(t, 1000), DATETIME_MILLISECOND, DATETIME_ZONE_Z));
}

/* The first written local day. */
Datum
phm_datetime_local_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(datetime_first_day(PG_GETARG_DATETIME(0)));
}

/* The first written local time. */
Datum
phm_datetime_local_timestamp(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMP(datetime_local_ms(PG_GETARG_DATETIME(0)) * 1000);
}

/* The first millisecond as an instant. */
Datum
phm_datetime_earliest(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(datetime_earliest(PG_GETARG_DATETIME(0)) * 1000);
}

/* The last millisecond as an instant. */
Datum
phm_datetime_latest(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(datetime_latest(PG_GETARG_DATETIME(0)) * 1000);
}

/* ---- parts ---- */

PG_FUNCTION_INFO_V1(phm_datetime_precision);
PG_FUNCTION_INFO_V1(phm_datetime_zone);
PG_FUNCTION_INFO_V1(phm_make_datetime);

/* The name of the precision. */
Datum
phm_datetime_precision(PG_FUNCTION_ARGS)
{
	DateTimePrecision precision = datetime_precision(PG_GETARG_DATETIME(0));

	PG_RETURN_TEXT_P(cstring_to_text(datetime_precision_name(precision)));
}

/* The zone as written, NULL when there is none. */
Datum
phm_datetime_zone(PG_FUNCTION_ARGS)
{
	char		text[DATETIME_MAX_TEXT];
	int			length = datetime_zone_print(datetime_zone(PG_GETARG_DATETIME(0)), text);

	if (length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, length));
}

/* A function for each component: the written number, NULL when the value is coarser. */
#define COMPONENT_FUNCTION(name, unit) \
PG_FUNCTION_INFO_V1(phm_datetime_ ## name); \
Datum \
phm_datetime_ ## name(PG_FUNCTION_ARGS) \
{ \
	int			v = datetime_component(PG_GETARG_DATETIME(0), unit); \
\
	if (v < 0) \
		PG_RETURN_NULL(); \
	PG_RETURN_INT32(v); \
}

COMPONENT_FUNCTION(year, DATETIME_UNIT_YEAR)
COMPONENT_FUNCTION(month, DATETIME_UNIT_MONTH)
COMPONENT_FUNCTION(day, DATETIME_UNIT_DAY)
COMPONENT_FUNCTION(hour, DATETIME_UNIT_HOUR)
COMPONENT_FUNCTION(minute, DATETIME_UNIT_MINUTE)
COMPONENT_FUNCTION(second, DATETIME_UNIT_SECOND)
COMPONENT_FUNCTION(millisecond, DATETIME_UNIT_MILLISECOND)

/* The zone that a text argument names. */
static int
zone_argument(FunctionCallInfo fcinfo, int n)
{
	text	   *t = PG_GETARG_TEXT_PP(n);
	int			zone = DATETIME_ZONE_NONE;
	PhmError	err = {0};

	if (!datetime_zone_parse(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &zone, &err))
	{
		phm_fail_hint(&err, "A zone is Z or an offset from -14:00 to +14:00.");
		PHM_REPORT(fcinfo, &err);
	}
	return zone;
}

/* Puts a value together; the first component that is NULL ends it. */
Datum
phm_make_datetime(PG_FUNCTION_ARGS)
{
	int			field[7] = {0};
	int			n = 0;
	int			i;
	int			zone = DATETIME_ZONE_NONE;
	PhmDateTime v = 0;
	PhmError	err = {0};
	DateTimeParts parts;

	while (n < 7 && !PG_ARGISNULL(n))
	{
		field[n] = PG_GETARG_INT32(n);
		n++;
	}
	for (i = n; i < 7; i++)
		if (!PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a date or time cannot have a component below one that is missing")));
	if (!PG_ARGISNULL(7))
		zone = zone_argument(fcinfo, 7);
	if (n == 0)
		PG_RETURN_NULL();
	if (zone != DATETIME_ZONE_NONE && n < 4)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a date without time cannot have a zone")));
	parts = (DateTimeParts) {
		field[0], field[1], field[2], field[3], field[4], field[5], field[6]
	};
	if (!datetime_from_components(&parts, n == 7 ? DATETIME_MILLISECOND : (DateTimePrecision) (n - 1),
								  zone, &v, &err))
		PHM_REPORT(fcinfo, &err);
	PG_RETURN_DATETIME(v);
}

/* ---- comparison with date, timestamptz and daterange ---- */

/* What a value may mean: days for a date, instants in microseconds for a timestamptz. */
typedef struct Extent
{
	int64		first;
	int64		last;
} Extent;

/* The written local days. */
static inline Extent
extent_in_days(PhmDateTime v)
{
	Extent		e = {datetime_first_day(v), datetime_last_day(v)};

	return e;
}

/* The instants; a value of second precision or finer is one instant, as in CQL. */
static inline Extent
extent_in_time(PhmDateTime v)
{
	bool		exact = datetime_precision(v) >= DATETIME_SECOND;
	Extent		e = {datetime_earliest(v) * 1000, (exact ? datetime_earliest(v) : datetime_latest(v)) * 1000};

	return e;
}

/* Operators with the value on the left, and their mirror images. */
#define EXTENT_OPERATOR(op, type, getarg, extent, condition) \
PG_FUNCTION_INFO_V1(phm_datetime_ ## op ## _ ## type); \
Datum \
phm_datetime_ ## op ## _ ## type(PG_FUNCTION_ARGS) \
{ \
	Extent		e = extent(PG_GETARG_DATETIME(0)); \
	int64		x = getarg(1); \
\
	PG_RETURN_BOOL(condition); \
}
#define EXTENT_COMMUTATOR(op, type, getarg, extent, condition) \
PG_FUNCTION_INFO_V1(phm_ ## type ## _ ## op ## _datetime); \
Datum \
phm_ ## type ## _ ## op ## _datetime(PG_FUNCTION_ARGS) \
{ \
	Extent		e = extent(PG_GETARG_DATETIME(1)); \
	int64		x = getarg(0); \
\
	PG_RETURN_BOOL(condition); \
}
#define EXTENT_OPERATORS(type, getarg, extent) \
	EXTENT_OPERATOR(lt, type, getarg, extent, e.last < x) \
	EXTENT_OPERATOR(le, type, getarg, extent, e.last <= x) \
	EXTENT_OPERATOR(eq, type, getarg, extent, e.first == x && e.last == x) \
	EXTENT_OPERATOR(ne, type, getarg, extent, e.first != x || e.last != x) \
	EXTENT_OPERATOR(ge, type, getarg, extent, e.first >= x) \
	EXTENT_OPERATOR(gt, type, getarg, extent, e.first > x) \
	EXTENT_COMMUTATOR(lt, type, getarg, extent, x < e.first) \
	EXTENT_COMMUTATOR(le, type, getarg, extent, x <= e.first) \
	EXTENT_COMMUTATOR(eq, type, getarg, extent, e.first == x && e.last == x) \
	EXTENT_COMMUTATOR(ne, type, getarg, extent, e.first != x || e.last != x) \
	EXTENT_COMMUTATOR(ge, type, getarg, extent, x >= e.last) \
	EXTENT_COMMUTATOR(gt, type, getarg, extent, x > e.last)

EXTENT_OPERATORS(date, PG_GETARG_DATEADT, extent_in_days)
EXTENT_OPERATORS(timestamptz, PG_GETARG_TIMESTAMPTZ, extent_in_time)

PG_FUNCTION_INFO_V1(phm_datetime_in_daterange);
PG_FUNCTION_INFO_V1(phm_daterange_contains_datetime);

/* Whether a range of dates contains every local day of the value. */
static bool
range_contains_days(FunctionCallInfo fcinfo, RangeType *range, PhmDateTime v)
{
	TypeCacheEntry *typcache = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	Extent		e = extent_in_days(v);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	if (empty)
		return false;
	if (!lower.infinite && DatumGetDateADT(lower.val) + (int64) !lower.inclusive > e.first)
		return false;
	return upper.infinite || DatumGetDateADT(upper.val) - (int64) !upper.inclusive >= e.last;
}

/* datetime <@ daterange */
Datum
phm_datetime_in_daterange(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(range_contains_days(fcinfo, PG_GETARG_RANGE_P(1), PG_GETARG_DATETIME(0)));
}

/* daterange @> datetime */
Datum
phm_daterange_contains_datetime(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(range_contains_days(fcinfo, PG_GETARG_RANGE_P(0), PG_GETARG_DATETIME(1)));
}

/* ---- CQL ---- */

PG_FUNCTION_INFO_V1(phm_cql_difference);
PG_FUNCTION_INFO_V1(phm_cql_duration);
PG_FUNCTION_INFO_V1(phm_cql_add);
PG_FUNCTION_INFO_V1(phm_cql_date);
PG_FUNCTION_INFO_V1(phm_age_in_years);
PG_FUNCTION_INFO_V1(phm_age_in_years_date);

/* The unit that a text argument names. */
static DateTimeUnit
unit_argument(FunctionCallInfo fcinfo, int n)
{
	text	   *t = PG_GETARG_TEXT_PP(n);
	DateTimeUnit unit = DATETIME_UNIT_FINEST;

	if (!datetime_unit_by_name(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &unit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown unit of time"),
				 errhint("Units are year, month, week, day, hour, minute, second and millisecond.")));
	return unit;
}

/* The evaluation's offset in minutes that a text argument names. */
static int
offset_argument(FunctionCallInfo fcinfo, int n)
{
	int			zone = PG_ARGISNULL(n) ? DATETIME_ZONE_Z : zone_argument(fcinfo, n);

	return zone > DATETIME_ZONE_UNKNOWN ? zone - DATETIME_ZONE_BIAS : 0;
}

/* Compares the arguments a, b, precision and zone; uncertain when a or b is NULL. */
static int
compare_arguments(FunctionCallInfo fcinfo)
{
	DateTimeUnit unit = PG_ARGISNULL(2) ? DATETIME_UNIT_FINEST : unit_argument(fcinfo, 2);
	int			offset = offset_argument(fcinfo, 3);

	if (unit == DATETIME_UNIT_WEEK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("CQL does not compare to the week"),
				 errhint("Compare to the day, or take the difference in weeks.")));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return DATETIME_UNCERTAIN;
	return datetime_compare(PG_GETARG_DATETIME(0), PG_GETARG_DATETIME(1), unit, offset);
}

/* A three-valued function for each comparison. */
#define CQL_COMPARISON(name, condition) \
PG_FUNCTION_INFO_V1(phm_cql_ ## name); \
Datum \
phm_cql_ ## name(PG_FUNCTION_ARGS) \
{ \
	int			order = compare_arguments(fcinfo); \
\
	if (order == DATETIME_UNCERTAIN) \
		PG_RETURN_NULL(); \
	PG_RETURN_BOOL(condition); \
}

CQL_COMPARISON(equal, order == 0)
CQL_COMPARISON(before, order < 0)
CQL_COMPARISON(after, order > 0)
CQL_COMPARISON(same_or_before, order <= 0)
CQL_COMPARISON(same_or_after, order >= 0)

/* Boundaries crossed, NULL when uncertain. */
Datum
phm_cql_difference(PG_FUNCTION_ARGS)
{
	int64		low;
	int64		high;

	datetime_difference(PG_GETARG_DATETIME(0), PG_GETARG_DATETIME(1),
						unit_argument(fcinfo, 2), offset_argument(fcinfo, 3), &low, &high);
	if (low != high)
		PG_RETURN_NULL();
	PG_RETURN_INT64(low);
}

/* Whole units, NULL when uncertain. */
Datum
phm_cql_duration(PG_FUNCTION_ARGS)
{
	int64		low;
	int64		high;

	datetime_duration(PG_GETARG_DATETIME(0), PG_GETARG_DATETIME(1),
					  unit_argument(fcinfo, 2), offset_argument(fcinfo, 3), &low, &high);
	if (low != high)
		PG_RETURN_NULL();
	PG_RETURN_INT64(low);
}

/* Adds calendar units. */
Datum
phm_cql_add(PG_FUNCTION_ARGS)
{
	PhmDateTime v = 0;
	PhmError	err = {0};

	if (!datetime_add(PG_GETARG_DATETIME(0), PG_GETARG_INT64(1), unit_argument(fcinfo, 2), &v, &err))
		PHM_REPORT(fcinfo, &err);
	PG_RETURN_DATETIME(v);
}

/* The value without its time of day. */
Datum
phm_cql_date(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATETIME(datetime_truncate(PG_GETARG_DATETIME(0), DATETIME_DAY));
}

/* The age in whole years by the written local dates, NULL when uncertain. */
static Datum
age_in_years(FunctionCallInfo fcinfo, PhmDateTime birth, PhmDateTime at)
{
	int64		low;
	int64		high;

	datetime_duration(datetime_truncate(birth, DATETIME_DAY), datetime_truncate(at, DATETIME_DAY),
					  DATETIME_UNIT_YEAR, 0, &low, &high);
	if (low != high)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) low);
}

/* The age at another value. */
Datum
phm_age_in_years(PG_FUNCTION_ARGS)
{
	return age_in_years(fcinfo, PG_GETARG_DATETIME(0), PG_GETARG_DATETIME(1));
}

/* The age on a date. */
Datum
phm_age_in_years_date(PG_FUNCTION_ARGS)
{
	DateADT		at = PG_GETARG_DATEADT(1);

	if (DATE_NOT_FINITE(at))
		REPORT_INFINITE();
	return age_in_years(fcinfo, PG_GETARG_DATETIME(0),
						value_at(fcinfo, at * MS_DAY, DATETIME_DAY, DATETIME_ZONE_NONE));
}
