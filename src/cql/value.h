/*
 * value.h: values of CQL while logic runs: 16 bytes, passed in registers.
 *
 * Numbers, dates, strings and elements of the chart need no memory of their
 * own; the rest points into the arena of the evaluation, the logic or the
 * chart, and is never changed once it is made.
 */
#ifndef PHM_CQL_VALUE_H
#define PHM_CQL_VALUE_H

#include "types/datetime.h"
#include "types/decimal.h"
#include "types/fhir.h"

typedef enum CqlKind
{
	CQL_NULL,
	CQL_BOOLEAN,				/* i: 0, 1 */
	CQL_INTEGER,				/* i: 32 bits */
	CQL_LONG,					/* i */
	CQL_DECIMAL,				/* 96-bit mantissa: i low, n high; flag: scale 0..8; with CQL_WIDE: mantissa */
	CQL_STRING,					/* s, n bytes of UTF-8 */
	CQL_DATE,					/* i: phm.datetime, year to day */
	CQL_DATETIME,				/* i: phm.datetime, never DATETIME_CUT or with digits other than .fff; a zone from hours on */
	CQL_TIME,					/* i: cql_time() */
	CQL_QUANTITY,				/* quantity */
	CQL_RATIO,					/* ratio */
	CQL_CODE,					/* code */
	CQL_CONCEPT,				/* flag CQL_IN_CHART: i concept, type segment, n: it is a Coding; otherwise concept */
	CQL_VALUE_SET,				/* i: index among the logic's value sets */
	CQL_CODE_SYSTEM,			/* i: index among the logic's strings, its URI */
	CQL_INTERVAL,				/* interval; flag CQL_UNCERTAIN */
	CQL_LIST,					/* n values */
	CQL_TUPLE,					/* values, n: shape; type: FHIR type of an instance */
	CQL_ELEMENT,				/* element, NULL: a whole entry; n entry, flag segment or CQL_LOOSE, type its FHIR type */
	CQL_PENDING,				/* a let or definition not evaluated yet; never seen by operators */
	CQL_NKINDS
} CqlKind;

typedef struct CqlValue
{
	uint8		kind;			/* CqlKind */
	uint8		flag;
	uint16		type;			/* ELEMENT, TUPLE: FhirType; NULL: kind of the static type where As said so, or 0 */
	uint32		n;
	union
	{
		int64		i;
		const char *s;
		const struct CqlValue *values;
		const struct CqlQuantity *quantity;
		const struct CqlRatio *ratio;
		const struct CqlCode *code;
		const struct CqlConcept *concept;
		const struct CqlInterval *interval;
		const int128 *mantissa;
		const uint8 *element;	/* kind byte of a value (element.h) */
	};
} CqlValue;

StaticAssertDecl(sizeof(CqlValue) == 16, "values are passed in two registers");

#define CQL_WIDE		0x80	/* flag of DECIMAL: the mantissa has more than 96 bits and stands in memory */
#define CQL_IN_CHART	1		/* flag of CONCEPT */
#define CQL_UNCERTAIN	1		/* flag of INTERVAL: a number between low and high, both closed */
#define CQL_LOOSE		0xFF	/* flag of ELEMENT: made for this evaluation, in the kinds of phm.resource */

/* Units are written as in CQL or FHIR: 'mg/dL', 'day', 'd'; "" is the unit 1. */
typedef struct CqlQuantity
{
	Decimal		value;
	const char *unit;
	int			unit_length;
} CqlQuantity;

typedef struct CqlRatio
{
	CqlQuantity numerator;
	CqlQuantity denominator;
} CqlRatio;

/* Absent parts are NULL. */
typedef struct CqlCode
{
	uint64		hash;			/* code_hash of system and code; 0 without a code */
	const char *code;
	const char *system;
	const char *version;
	const char *display;
	int			code_length;
	int			system_length;
	int			version_length;
	int			display_length;
} CqlCode;

typedef struct CqlConcept
{
	const CqlCode *codes;
	uint32		ncodes;
	int			display_length;
	const char *display;
} CqlConcept;

typedef struct CqlInterval
{
	CqlValue	low;			/* NULL with closed: the least value, open: unknown */
	CqlValue	high;
	bool		low_closed;
	bool		high_closed;
	uint8		point;			/* CqlKind of the points, CQL_NULL when nothing tells */
} CqlInterval;

static inline CqlValue
cql_null(void)
{
	return (CqlValue) {.kind = CQL_NULL};
}

static inline CqlValue
cql_boolean(bool v)
{
	return (CqlValue) {.kind = CQL_BOOLEAN, .i = v};
}

static inline CqlValue
cql_integer(int32 v)
{
	return (CqlValue) {.kind = CQL_INTEGER, .i = v};
}

static inline CqlValue
cql_long(int64 v)
{
	return (CqlValue) {.kind = CQL_LONG, .i = v};
}

static inline CqlValue
cql_string(const char *s, int length)
{
	return (CqlValue) {.kind = CQL_STRING, .n = (uint32) length, .s = s};
}

static inline CqlValue
cql_date(PhmDateTime v)
{
	return (CqlValue) {.kind = CQL_DATE, .i = v};
}

static inline CqlValue
cql_datetime(PhmDateTime v)
{
	return (CqlValue) {.kind = CQL_DATETIME, .i = v};
}

static inline CqlValue
cql_list(const CqlValue *values, uint32 n)
{
	return (CqlValue) {.kind = CQL_LIST, .n = n, .values = values};
}

static inline bool
cql_is_null(CqlValue v)
{
	return v.kind == CQL_NULL;
}

static inline bool
cql_is_true(CqlValue v)
{
	return v.kind == CQL_BOOLEAN && v.i != 0;
}

static inline bool
cql_is_false(CqlValue v)
{
	return v.kind == CQL_BOOLEAN && v.i == 0;
}

#define CQL_NOWHERE UINT32_MAX	/* no place in a list */

/* Three-valued answers of comparisons; CQL_UNKNOWN becomes null. */
typedef enum CqlAnswer
{
	CQL_NO = 0,
	CQL_YES = 1,
	CQL_UNKNOWN = 2
} CqlAnswer;

static inline CqlValue
cql_answer(CqlAnswer a)
{
	return a == CQL_UNKNOWN ? cql_null() : cql_boolean(a == CQL_YES);
}

/* The answer that a Boolean value, or null, is. */
static inline CqlAnswer
cql_to_answer(CqlValue v)
{
	return v.kind == CQL_BOOLEAN ? (CqlAnswer) v.i : CQL_UNKNOWN;
}

static inline int128
cql_mantissa(CqlValue v)
{
	if (unlikely(v.flag & CQL_WIDE))
		return *v.mantissa;
	return (int128) ((uint128) (int128) (int32) v.n << 64 | (uint64) v.i);
}

/* Places behind the point of a Decimal. */
static inline int
cql_scale(CqlValue v)
{
	return v.flag & ~CQL_WIDE;
}

/* Whether a mantissa has room in the value itself. */
static inline bool
cql_is_narrow(int128 mantissa)
{
	return (int64) (mantissa >> 64) == (int32) (mantissa >> 64);
}

/* A Decimal of at most 8 places whose mantissa is narrow: see cql_make_decimal for any number. */
static inline CqlValue
cql_decimal(int128 mantissa, int scale)
{
	return (CqlValue) {.kind = CQL_DECIMAL, .flag = (uint8) scale,.n = (uint32) (mantissa >> 64), .i = (int64) mantissa};
}

static inline Decimal
cql_number(CqlValue v)
{
	return (Decimal) {cql_mantissa(v), cql_scale(v)};
}

/*
 * A Time: milliseconds of the day and a precision (DATETIME_HOUR ..
 * DATETIME_MILLISECOND); finer parts than the precision are 0.
 */
static inline CqlValue
cql_time(int ms, DateTimePrecision precision)
{
	return (CqlValue) {.kind = CQL_TIME, .i = (int64) ms * 16 + precision};
}

static inline int
cql_time_ms(CqlValue v)
{
	return (int) (v.i >> 4);
}

static inline DateTimePrecision
cql_time_precision(CqlValue v)
{
	return (DateTimePrecision) (v.i & 0xF);
}

#endif							/* PHM_CQL_VALUE_H */
