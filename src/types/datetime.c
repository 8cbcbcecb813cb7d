/*
 * datetime.c: reading, printing and calculating with phm.datetime.
 *
 * Pure: values in, values out; relies on nothing but the proleptic Gregorian
 * calendar.  Every PhmDateTime made here is canonical, and every function but
 * datetime_is_canonical expects canonical values.
 *
 * "Local" milliseconds are those of the clock that wrote the value, counted
 * from 2000-01-01T00:00 on that clock; all calendar arithmetic is done on
 * them.  A value without zone counts as UTC, or as the evaluation's offset
 * where CQL says so.
 *
 * Decisions where FHIR and CQL leave room: 24:00 and second 60 are refused
 * (FHIR's date-times allow the latter in their pattern, no clock of ours can
 * hold it); offsets reach from -14:00 to +14:00 as FHIR says.
 */
#include "types/datetime.h"
#include "types/datetime_calendar.h"

/* Length of what each precision leaves open, year and month apart. */
static const int64 precision_ms[] = {
	[DATETIME_DAY] = MS_DAY,
	[DATETIME_HOUR] = MS_HOUR,
	[DATETIME_MINUTE] = MS_MINUTE,
	[DATETIME_SECOND] = MS_SECOND,
	[DATETIME_TENTH] = 100,
	[DATETIME_HUNDREDTH] = 10,
	[DATETIME_MILLISECOND] = 1,
	[DATETIME_CUT] = 1
};

static const char *const unit_names[] = {
	"year", "month", "day", "hour", "minute", "second", "millisecond", "week"
};

/* The bits of a value. */
static inline PhmDateTime
encode(int64 local, DateTimePrecision precision, int zone)
{
	int			offset = zone > DATETIME_ZONE_UNKNOWN ? zone - DATETIME_ZONE_BIAS : 0;

	return (PhmDateTime) ((uint64) (local - offset * MS_MINUTE) << 15) |
		(PhmDateTime) precision << 11 | zone;
}

/* The first local millisecond of the period of that precision around a local time. */
static int64
truncate_local(int64 local, DateTimePrecision precision)
{
	int64		month;

	if (precision > DATETIME_MONTH)
		return calendar_div(local, precision_ms[precision]) * precision_ms[precision];
	month = calendar_month_of(local);
	return calendar_month_start(precision == DATETIME_YEAR ? month - month % 12 : month);
}

/* The last local millisecond of a value of that precision that begins at local. */
static int64
latest_local(int64 local, DateTimePrecision precision)
{
	if (precision > DATETIME_MONTH)
		return local + precision_ms[precision] - 1;
	return calendar_month_start(calendar_month_of(local) + (precision == DATETIME_YEAR ? 12 : 1)) - 1;
}

/* ---- reading ---- */

/* Two decimal digits, or -1. */
static inline int
two_digits(const char *s)
{
	unsigned	tens = (unsigned) (s[0] - '0');
	unsigned	ones = (unsigned) (s[1] - '0');

	return tens <= 9 && ones <= 9 ? (int) (tens * 10 + ones) : -1;
}

/*
 * Checks eight (or fewer, zero-filled) bytes at once against a pattern of
 * digits and separators.  Gives two-digit numbers: the one that starts at
 * byte i is (*numbers >> 8 * i) & 0xFF.
 *
 * XOR leaves 0 to 9 for a digit and 0 for a separator; adding limit, 0x76 for
 * a digit and 0x7F for a separator, carries anything larger into bit 7.
 */
static inline bool
match_digits(uint64 bytes, uint64 pattern, uint64 limit, uint64 *numbers)
{
	uint64		x = bytes ^ pattern;

	if (((x + limit) | x) & UINT64CONST(0x8080808080808080))
		return false;
	*numbers = x * 10 + (x >> 8);
	return true;
}

/* The patterns, first byte lowest: 0000-00-, 00:00:00 and 00:00. */
#define PATTERN_DATE	UINT64CONST(0x2D30302D30303030)
#define LIMIT_DATE		UINT64CONST(0x7F76767F76767676)
#define PATTERN_TIME	UINT64CONST(0x30303A30303A3030)
#define LIMIT_TIME		UINT64CONST(0x76767F76767F7676)
#define PATTERN_ZONE	UINT64CONST(0x30303A3030)
#define LIMIT_ZONE		UINT64CONST(0x76767F7676)

/* Says what was expected where; bytes are counted from 1 in the message. */
static pg_noinline bool
fail_syntax(PhmError *err, int at, const char *expected)
{
	return phm_fail(err, ERRCODE_INVALID_DATETIME_FORMAT, at,
					"invalid date or time: expected %s at byte %d", expected, at + 1);
}

/* Says which field has a value that does not exist. */
static pg_noinline bool
fail_field(PhmError *err, int at, const char *field)
{
	return phm_fail(err, ERRCODE_DATETIME_FIELD_OVERFLOW, at,
					"date or time field out of range: %s at byte %d", field, at + 1);
}

/*
 * Reads a separator and a field of two digits at *at.  Fails when they are
 * not there or the field is not between min and max.
 */
static inline bool
read_field(const char *s, int length, int *at, char separator, int min, int max,
		   const char *name, int *value, PhmError *err)
{
	int			start = *at + 1;

	if (unlikely(s[*at] != separator))
	{
		char		expected[] = {'"', separator, '"', '\0'};

		return fail_syntax(err, *at, expected);
	}
	if (unlikely(length < start + 2 || (*value = two_digits(s + start)) < 0))
		return fail_syntax(err, start, "two digits");
	if (unlikely(*value < min || *value > max))
		return fail_field(err, start, name);
	*at = start + 2;
	return true;
}

/* Reads Z or an offset at s[at] up to the end of the text. */
static bool
read_zone(const char *s, int length, int at, int *zone, PhmError *err)
{
	int			start = at;
	int			hour = 0;
	int			minute = 0;
	int			offset;

	if (s[at] == 'Z')
	{
		*zone = DATETIME_ZONE_Z;
		return length == at + 1 || fail_syntax(err, at + 1, "the end");
	}
	if (s[at] != '+' && s[at] != '-')
		return fail_syntax(err, at, "a zone");
	if (!read_field(s, length, &at, s[at], 0, 14, "zone hour", &hour, err))
		return false;
	if (at >= length)
		return fail_syntax(err, at, "\":\"");
	if (!read_field(s, length, &at, ':', 0, 59, "zone minute", &minute, err))
		return false;
	offset = hour * 60 + minute;
	if (offset > DATETIME_ZONE_MAX)
		return fail_field(err, start + 1, "zone");
	if (at != length)
		return fail_syntax(err, at, "the end");
	if (s[start] == '-')
		*zone = offset == 0 ? DATETIME_ZONE_UNKNOWN : DATETIME_ZONE_BIAS - offset;
	else
		*zone = DATETIME_ZONE_BIAS + offset;
	return true;
}

/* Reads +00:00 where six bytes are left; false, and no error, when it is not that. */
static inline bool
read_usual_zone(const char *s, int *zone)
{
	uint64		numbers;
	unsigned	hour;
	unsigned	minute;
	int			offset;

	if (!match_digits((uint64) phm_get_u32(s + 1) | (uint64) (uint8) s[5] << 32,
					  PATTERN_ZONE, LIMIT_ZONE, &numbers))
		return false;
	hour = numbers & 0xFF;
	minute = numbers >> 24 & 0xFF;
	offset = (int) (hour * 60 + minute);
	if (minute > 59 || offset > DATETIME_ZONE_MAX)
		return false;
	*zone = DATETIME_ZONE_BIAS + (s[0] == '-' ? -offset : offset);
	if (s[0] == '-' && offset == 0)
		*zone = DATETIME_ZONE_UNKNOWN;
	return true;
}

/* Reads the digits after the point; three of them count. */
static bool
read_fraction(const char *s, int length, int *at, int *millisecond,
			  DateTimePrecision *precision, bool *exact, PhmError *err)
{
	static const int scale[] = {0, 100, 10, 1};
	int			start = ++*at;
	int			digits;
	int			value = 0;

	while (*at < length && (unsigned) (s[*at] - '0') <= 9)
	{
		if (*at < start + 3)
			value = value * 10 + (s[*at] - '0');
		++*at;
	}
	digits = *at - start;
	if (digits == 0)
		return fail_syntax(err, start, "a digit");
	*millisecond = value * scale[Min(digits, 3)];
	*precision = (DateTimePrecision) (DATETIME_SECOND + Min(digits, 4));
	*exact = digits <= 3 || (digits == 4 && s[start + 3] == '0');
	return true;
}

/* Reads T00:00:00 at byte 10, the usual case; false, and no error, when it is not that. */
static inline bool
read_whole_time(const char *s, int length, int *ms)
{
	uint64		numbers;
	unsigned	hour;
	unsigned	minute;
	unsigned	second;

	if (length < 19 || s[10] != 'T' ||
		!match_digits(phm_get_u64(s + 11), PATTERN_TIME, LIMIT_TIME, &numbers))
		return false;
	hour = numbers & 0xFF;
	minute = numbers >> 24 & 0xFF;
	second = numbers >> 48 & 0xFF;
	*ms = (int) ((hour * 60 + minute) * 60 + second) * 1000;
	return hour < 24 && minute < 60 && second < 60;
}

/* Reads the time after "T" step by step: short forms, and what is wrong. */
static bool
read_partial_time(const char *s, int length, int *at, int *ms,
				  DateTimePrecision *precision, PhmError *err)
{
	int			hour = 0;
	int			minute = 0;
	int			second = 0;

	if (!read_field(s, length, at, 'T', 0, 23, "hour", &hour, err))
		return false;
	*precision = DATETIME_HOUR;
	if (*at < length && s[*at] == ':')
	{
		if (!read_field(s, length, at, ':', 0, 59, "minute", &minute, err))
			return false;
		*precision = DATETIME_MINUTE;
	}
	if (*precision == DATETIME_MINUTE && *at < length && s[*at] == ':')
	{
		if (!read_field(s, length, at, ':', 0, 59, "second", &second, err))
			return false;
		*precision = DATETIME_SECOND;
	}
	*ms = ((hour * 60 + minute) * 60 + second) * 1000;
	return true;
}

/* Reads the time after "T" and the zone, if any. */
static inline bool
read_time(const char *s, int length, int *ms, DateTimePrecision *precision,
		  int *zone, bool *exact, PhmError *err)
{
	int			at = 10;
	int			millisecond = 0;

	if (likely(read_whole_time(s, length, ms)))
	{
		*precision = DATETIME_SECOND;
		at = 19;
	}
	else if (!read_partial_time(s, length, &at, ms, precision, err))
		return false;
	if (at < length && s[at] == '.' && *precision == DATETIME_SECOND)
	{
		if (!read_fraction(s, length, &at, &millisecond, precision, exact, err))
			return false;
		*ms += millisecond;
	}
	if (at == length)
		return true;
	if (likely(length - at == 6 && (s[at] == '+' || s[at] == '-')) &&
		read_usual_zone(s + at, zone))
		return true;
	return read_zone(s, length, at, zone, err);
}

/* Reads the date step by step: short forms, and what is wrong. */
static bool
read_partial_date(const char *s, int length, int *year, int *month, int *day,
				  DateTimePrecision *precision, PhmError *err)
{
	int			high;
	int			low;
	int			at = 4;

	if (length < 4 || (high = two_digits(s)) < 0 || (low = two_digits(s + 2)) < 0)
		return fail_syntax(err, 0, "a year of four digits");
	*year = high * 100 + low;
	if (*year == 0)
		return fail_field(err, 0, "year");
	if (at < length)
	{
		if (!read_field(s, length, &at, '-', 1, 12, "month", month, err))
			return false;
		*precision = DATETIME_MONTH;
	}
	if (at < length)
	{
		if (!read_field(s, length, &at, '-', 1, 31, "day", day, err))
			return false;
		if (*day > calendar_month_days(*year, *month))
			return fail_field(err, 8, "day");
		*precision = DATETIME_DAY;
	}
	return true;
}

/* Reads 0000-00-00, the usual case; false, and no error, when it is not that. */
static inline bool
read_whole_date(const char *s, int length, int *year, int *month, int *day)
{
	uint64		numbers;

	if (length < 10 ||
		!match_digits(phm_get_u64(s), PATTERN_DATE, LIMIT_DATE, &numbers))
		return false;
	*year = (int) ((numbers & 0xFF) * 100 + (numbers >> 16 & 0xFF));
	*month = (int) (numbers >> 40 & 0xFF);
	*day = two_digits(s + 8);
	return *year > 0 && *month >= 1 && *month <= 12 && *day >= 1 &&
		(*day <= 28 || *day <= calendar_month_days(*year, *month));
}

/* Reads a date, dateTime or instant. */
bool
datetime_parse(const char *s, int length, PhmDateTime *result, bool *exact, PhmError *err)
{
	DateTimePrecision precision = DATETIME_YEAR;
	int			year = 0;
	int			month = 1;
	int			day = 1;
	int			ms = 0;
	int			zone = DATETIME_ZONE_NONE;

	*exact = true;
	if (likely(read_whole_date(s, length, &year, &month, &day)))
		precision = DATETIME_DAY;
	else
	{
		month = day = 1;
		if (!read_partial_date(s, length, &year, &month, &day, &precision, err))
			return false;
	}
	if (length > 10 && !read_time(s, length, &ms, &precision, &zone, exact, err))
		return false;
	*result = encode(calendar_days(year, month, day) * MS_DAY + ms, precision, zone);
	return true;
}

/* Reads a zone alone: Z or an offset. */
bool
datetime_zone_parse(const char *s, int length, int *zone, PhmError *err)
{
	if (length < 1)
		return fail_syntax(err, 0, "a zone");
	return read_zone(s, length, 0, zone, err);
}

/* The unit of that name, singular or plural. */
bool
datetime_unit_by_name(const char *name, int length, DateTimeUnit *unit)
{
	int			i;

	for (i = 0; i < (int) lengthof(unit_names); i++)
	{
		int			n = (int) strlen(unit_names[i]);

		if ((length == n || (length == n + 1 && name[n] == 's')) &&
			memcmp(name, unit_names[i], n) == 0)
		{
			*unit = (DateTimeUnit) i;
			return true;
		}
	}
	return false;
}

/* The name of a precision as CQL knows it. */
const char *
datetime_precision_name(DateTimePrecision precision)
{
	return unit_names[Min((int) precision, DATETIME_UNIT_MILLISECOND)];
}

/* ---- printing ---- */

/* Writes two decimal digits. */
static inline char *
put_two(char *p, unsigned v)
{
	static const char digits[] =
		"00010203040506070809101112131415161718192021222324"
		"25262728293031323334353637383940414243444546474849"
		"50515253545556575859606162636465666768697071727374"
		"75767778798081828384858687888990919293949596979899";

	memcpy(p, digits + 2 * v, 2);
	return p + 2;
}

/* Writes a zone; nothing when there is none.  Returns the length. */
int
datetime_zone_print(int zone, char *buffer)
{
	int			offset = zone - DATETIME_ZONE_BIAS;
	char	   *p = buffer;

	if (zone == DATETIME_ZONE_NONE)
		return 0;
	if (zone == DATETIME_ZONE_Z)
	{
		*buffer = 'Z';
		return 1;
	}
	if (zone == DATETIME_ZONE_UNKNOWN)
		offset = 0;
	*p++ = zone < DATETIME_ZONE_BIAS ? '-' : '+';
	offset = offset < 0 ? -offset : offset;
	p = put_two(p, offset / 60);
	*p++ = ':';
	p = put_two(p, offset % 60);
	return (int) (p - buffer);
}

/* Writes the digits after the point that the precision has. */
static char *
put_fraction(char *p, unsigned ms, DateTimePrecision precision)
{
	*p++ = '.';
	*p++ = (char) ('0' + ms / 100);
	if (precision >= DATETIME_HUNDREDTH)
		*p++ = (char) ('0' + ms / 10 % 10);
	if (precision >= DATETIME_MILLISECOND)
		*p++ = (char) ('0' + ms % 10);
	if (precision == DATETIME_CUT)
		*p++ = '0';
	return p;
}

/* Writes "T", the time as far as the precision goes, and the zone. */
static char *
put_time(char *p, unsigned ms, DateTimePrecision precision, int zone)
{
	unsigned	second = ms / 1000;
	unsigned	minute = second / 60;
	unsigned	hour = minute / 60;

	*p++ = 'T';
	p = put_two(p, hour);
	if (precision >= DATETIME_MINUTE)
	{
		*p++ = ':';
		p = put_two(p, minute - hour * 60);
	}
	if (precision >= DATETIME_SECOND)
	{
		*p++ = ':';
		p = put_two(p, second - minute * 60);
	}
	if (precision > DATETIME_SECOND)
		p = put_fraction(p, ms - second * 1000, precision);
	return p + datetime_zone_print(zone, p);
}

/* Writes the text form, not terminated; returns its length. */
int
datetime_print(PhmDateTime v, char *buffer)
{
	DateTimePrecision precision = datetime_precision(v);
	int64		local = datetime_local_ms(v);
	int			days = (int) calendar_div(local, MS_DAY);
	int			year;
	int			month;
	int			day;
	char	   *p = buffer;

	calendar_civil(days, &year, &month, &day);
	p = put_two(p, year / 100);
	p = put_two(p, year % 100);
	if (precision >= DATETIME_MONTH)
	{
		*p++ = '-';
		p = put_two(p, month);
	}
	if (precision >= DATETIME_DAY)
	{
		*p++ = '-';
		p = put_two(p, day);
	}
	if (precision >= DATETIME_HOUR)
		p = put_time(p, (unsigned) (local - days * MS_DAY), precision, datetime_zone(v));
	return (int) (p - buffer);
}

/* ---- the value ---- */

/* Whether the bits are the canonical encoding of some value. */
bool
datetime_is_canonical(PhmDateTime v)
{
	DateTimePrecision precision = datetime_precision(v);
	int			zone = datetime_zone(v);
	int64		local;

	if (precision > DATETIME_CUT)
		return false;
	if (zone > DATETIME_ZONE_UNKNOWN &&
		(zone < DATETIME_ZONE_BIAS - DATETIME_ZONE_MAX || zone > DATETIME_ZONE_BIAS + DATETIME_ZONE_MAX))
		return false;
	if (precision < DATETIME_HOUR && zone != DATETIME_ZONE_NONE)
		return false;
	local = datetime_local_ms(v);
	if (local < CALENDAR_FIRST_DAY * MS_DAY || local >= CALENDAR_END_DAY * MS_DAY)
		return false;
	return truncate_local(local, precision) == local;
}

/* First millisecond of the value, since 2000-01-01T00:00Z. */
int64
datetime_earliest(PhmDateTime v)
{
	return datetime_ms(v);
}

/* Last millisecond of the value, since 2000-01-01T00:00Z. */
int64
datetime_latest(PhmDateTime v)
{
	int64		local = datetime_local_ms(v);

	return datetime_ms(v) + latest_local(local, datetime_precision(v)) - local;
}

/* The first written local day, in days since 2000-01-01. */
int
datetime_first_day(PhmDateTime v)
{
	return (int) calendar_div(datetime_local_ms(v), MS_DAY);
}

/* The last written local day, in days since 2000-01-01. */
int
datetime_last_day(PhmDateTime v)
{
	return (int) calendar_div(latest_local(datetime_local_ms(v), datetime_precision(v)), MS_DAY);
}

/* Takes a value apart. */
void
datetime_parts(PhmDateTime v, DateTimeParts *parts)
{
	int64		local = datetime_local_ms(v);
	int			days = (int) calendar_div(local, MS_DAY);
	int			ms = (int) (local - days * MS_DAY);

	calendar_civil(days, &parts->year, &parts->month, &parts->day);
	parts->hour = ms / 3600000;
	parts->minute = ms / 60000 % 60;
	parts->second = ms / 1000 % 60;
	parts->millisecond = ms % 1000;
}

/* One component of the written local time; -1 when the value does not have it. */
int
datetime_component(PhmDateTime v, DateTimeUnit unit)
{
	DateTimeParts parts;

	if (unit > DATETIME_UNIT_MILLISECOND || (int) unit > (int) datetime_precision(v))
		return -1;
	datetime_parts(v, &parts);
	switch (unit)
	{
		case DATETIME_UNIT_YEAR:
			return parts.year;
		case DATETIME_UNIT_MONTH:
			return parts.month;
		case DATETIME_UNIT_DAY:
			return parts.day;
		case DATETIME_UNIT_HOUR:
			return parts.hour;
		case DATETIME_UNIT_MINUTE:
			return parts.minute;
		case DATETIME_UNIT_SECOND:
			return parts.second;
		default:
			return parts.millisecond;
	}
}

/* Whether a component lies in its range; says which does not. */
static bool
check_component(int value, int min, int max, const char *name, PhmError *err)
{
	if (value >= min && value <= max)
		return true;
	return phm_fail(err, ERRCODE_DATETIME_FIELD_OVERFLOW, -1,
					"date or time field out of range: %s", name);
}

/* Puts components together; those finer than the precision do not count. */
bool
datetime_from_components(const DateTimeParts *parts, DateTimePrecision precision,
						 int zone, PhmDateTime *result, PhmError *err)
{
	int			month = precision >= DATETIME_MONTH ? parts->month : 1;
	int			day = precision >= DATETIME_DAY ? parts->day : 1;
	int64		local;

	if (!check_component(parts->year, 1, 9999, "year", err) ||
		!check_component(month, 1, 12, "month", err) ||
		!check_component(day, 1, calendar_month_days(parts->year, month), "day", err))
		return false;
	local = calendar_days(parts->year, month, day) * MS_DAY;
	if (precision >= DATETIME_HOUR)
	{
		if (!check_component(parts->hour, 0, 23, "hour", err) ||
			(precision >= DATETIME_MINUTE && !check_component(parts->minute, 0, 59, "minute", err)) ||
			(precision >= DATETIME_SECOND && !check_component(parts->second, 0, 59, "second", err)) ||
			(precision > DATETIME_SECOND && !check_component(parts->millisecond, 0, 999, "millisecond", err)))
			return false;
		local += parts->hour * MS_HOUR;
		if (precision >= DATETIME_MINUTE)
			local += parts->minute * MS_MINUTE;
		if (precision >= DATETIME_SECOND)
			local += parts->second * MS_SECOND;
		if (precision > DATETIME_SECOND)
			local += parts->millisecond;
	}
	return datetime_from_local_ms(local, precision, zone, result, err);
}

/* The value of that precision around a local time. */
bool
datetime_from_local_ms(int64 local_ms, DateTimePrecision precision,
					   int zone, PhmDateTime *result, PhmError *err)
{
	if (local_ms < CALENDAR_FIRST_DAY * MS_DAY || local_ms >= CALENDAR_END_DAY * MS_DAY)
		return phm_fail(err, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, -1,
						"date or time out of range: years are 0001 to 9999");
	if (precision < DATETIME_HOUR)
		zone = DATETIME_ZONE_NONE;
	*result = encode(truncate_local(local_ms, precision), precision, zone);
	return true;
}

/* The value cut to a coarser precision; itself when it is not finer. */
PhmDateTime
datetime_truncate(PhmDateTime v, DateTimePrecision precision)
{
	if (datetime_precision(v) <= precision)
		return v;
	return encode(truncate_local(datetime_local_ms(v), precision), precision,
				  precision < DATETIME_HOUR ? DATETIME_ZONE_NONE : datetime_zone(v));
}

/* The value with any fraction of a second taken as milliseconds. */
PhmDateTime
datetime_as_millisecond(PhmDateTime v)
{
	if (datetime_precision(v) <= DATETIME_SECOND)
		return v;
	return encode(datetime_local_ms(v), DATETIME_MILLISECOND, datetime_zone(v));
}
