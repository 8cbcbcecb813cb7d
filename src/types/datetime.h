/*
 * datetime.h: phm.datetime, a FHIR/CQL date or date-time with its own
 * precision and zone in eight bytes.
 *
 *   bits 63..15  signed milliseconds since 2000-01-01T00:00Z of the earliest
 *                instant of the value (a zoneless value counts as UTC)
 *   bits 14..11  precision: DATETIME_YEAR .. DATETIME_CUT
 *   bits 10..0   zone: 0 none, 1 "Z", 2 "-00:00", 843 + minutes east
 *
 * There is one encoding of each value; SQL order and equality are those of
 * the int64.  Years 0001 to 9999.  Values coarser than the hour have no zone.
 *
 * Text is FHIR's date, dateTime and instant, and CQL's date-times of hour or
 * minute precision.  A value whose digits were cut prints a zero as its fourth
 * digit (.1230), so that it reads back as itself.
 *
 * Comparison, difference, duration and arithmetic are those of CQL 1.5.3.
 * Where CQL needs the time zone of the evaluation request, functions take it
 * as "offset", minutes east of UTC.
 */
#ifndef PHM_DATETIME_H
#define PHM_DATETIME_H

#include "phm_port.h"

typedef int64 PhmDateTime;

typedef enum DateTimePrecision
{
	DATETIME_YEAR,
	DATETIME_MONTH,
	DATETIME_DAY,
	DATETIME_HOUR,
	DATETIME_MINUTE,
	DATETIME_SECOND,
	DATETIME_TENTH,				/* .f */
	DATETIME_HUNDREDTH,			/* .ff */
	DATETIME_MILLISECOND,		/* .fff */
	DATETIME_CUT				/* more digits were written and cut */
} DateTimePrecision;

#define DATETIME_ZONE_NONE		0
#define DATETIME_ZONE_Z			1
#define DATETIME_ZONE_UNKNOWN	2	/* -00:00 */
#define DATETIME_ZONE_BIAS		843
#define DATETIME_ZONE_MAX		(14 * 60)	/* minutes, either way */
#define DATETIME_MAX_TEXT		32	/* printed form, without terminator */

/* A calendar unit.  The first six have the numbers of the precisions. */
typedef enum DateTimeUnit
{
	DATETIME_UNIT_YEAR,
	DATETIME_UNIT_MONTH,
	DATETIME_UNIT_DAY,
	DATETIME_UNIT_HOUR,
	DATETIME_UNIT_MINUTE,
	DATETIME_UNIT_SECOND,
	DATETIME_UNIT_MILLISECOND,
	DATETIME_UNIT_WEEK,
	DATETIME_UNIT_FINEST		/* "without precision": the finest of both values */
} DateTimeUnit;

/* Written local time; fields finer than the precision are at their minimum. */
typedef struct DateTimeParts
{
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	int			millisecond;
} DateTimeParts;

#define DATETIME_UNCERTAIN		2	/* result of datetime_compare */

static inline int64
datetime_ms(PhmDateTime v)
{
	return v >> 15;
}

static inline DateTimePrecision
datetime_precision(PhmDateTime v)
{
	return (DateTimePrecision) ((v >> 11) & 0xF);
}

static inline int
datetime_zone(PhmDateTime v)
{
	return (int) (v & 0x7FF);
}

/* Written offset in minutes east of UTC; 0 when there is none. */
static inline int
datetime_offset(PhmDateTime v)
{
	int			zone = datetime_zone(v);

	return zone > DATETIME_ZONE_UNKNOWN ? zone - DATETIME_ZONE_BIAS : 0;
}

/* Written local time: milliseconds since 2000-01-01T00:00 on the local clock. */
static inline int64
datetime_local_ms(PhmDateTime v)
{
	return datetime_ms(v) + (int64) datetime_offset(v) * 60000;
}

/*
 * Reads a date, dateTime or instant.  *exact tells whether datetime_print
 * gives the same text back.
 */
extern bool datetime_parse(const char *s, int length, PhmDateTime *result,
						   bool *exact, PhmError *err);

/* Writes the text form, not terminated; returns its length. */
extern int	datetime_print(PhmDateTime v, char *buffer);

/* Whether the bits are the canonical encoding of some value. */
extern bool datetime_is_canonical(PhmDateTime v);

/* First and last millisecond of the value, since 2000-01-01T00:00Z. */
extern int64 datetime_earliest(PhmDateTime v);
extern int64 datetime_latest(PhmDateTime v);

/* First and last written local day, in days since 2000-01-01. */
extern int	datetime_first_day(PhmDateTime v);
extern int	datetime_last_day(PhmDateTime v);

/* Taking apart and putting together. */
extern void datetime_parts(PhmDateTime v, DateTimeParts *parts);
extern int	datetime_component(PhmDateTime v, DateTimeUnit unit);	/* -1: finer than the value, or no such component */
extern bool datetime_from_components(const DateTimeParts *parts, DateTimePrecision precision,
									 int zone, PhmDateTime *result, PhmError *err);
extern bool datetime_from_local_ms(int64 local_ms, DateTimePrecision precision,
								   int zone, PhmDateTime *result, PhmError *err);
extern PhmDateTime datetime_truncate(PhmDateTime v, DateTimePrecision precision);	/* "date from" is DATETIME_DAY */
extern PhmDateTime datetime_as_millisecond(PhmDateTime v);	/* any fraction becomes .fff, as CQL knows no other */
extern bool datetime_unit_by_name(const char *name, int length, DateTimeUnit *unit);	/* year, years .. millisecond, weeks */
extern const char *datetime_precision_name(DateTimePrecision precision);	/* year .. millisecond */
extern bool datetime_zone_parse(const char *s, int length, int *zone, PhmError *err);	/* Z, -05:00 */
extern int	datetime_zone_print(int zone, char *buffer);

/*
 * CQL's comparison to a precision (or DATETIME_UNIT_FINEST): -1, 0, 1 or
 * DATETIME_UNCERTAIN.  Seconds and milliseconds are one decimal component.
 * Values with different offsets are brought to the given one, but not for a
 * precision of day or coarser.  A week is no precision of CQL: uncertain.
 */
extern int	datetime_compare(PhmDateTime a, PhmDateTime b, DateTimeUnit unit, int offset);

/*
 * Boundaries crossed (difference) and whole periods (duration) from a to b:
 * least and greatest possible value; equal when it is certain.
 */
extern void datetime_difference(PhmDateTime a, PhmDateTime b, DateTimeUnit unit,
								int offset, int64 *low, int64 *high);
extern void datetime_duration(PhmDateTime a, PhmDateTime b, DateTimeUnit unit,
							  int offset, int64 *low, int64 *high);

/* Adds (or with a negative amount subtracts) calendar units. */
extern bool datetime_add(PhmDateTime v, int64 amount, DateTimeUnit unit,
						 PhmDateTime *result, PhmError *err);

#endif							/* PHM_DATETIME_H */
