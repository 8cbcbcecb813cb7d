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
 * the int64.  Years 0001 to 9999.
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
#define DATETIME_MAX_TEXT		32	/* printed form, without terminator */

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

#endif							/* PHM_DATETIME_H */
