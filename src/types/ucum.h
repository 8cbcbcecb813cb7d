/*
 * ucum.h: units of measure in the case-sensitive codes of UCUM (The Unified
 * Code for Units of Measure, ucum.org): reading, comparing, converting.
 *
 * A unit is read into a UcumUnit, a small struct without pointers that is
 * never stored.  The grammar is that of UCUM; beyond it an annotation may also
 * follow a number or a parenthesis, as in published lists (/100{WBC}).
 */
#ifndef PHM_UCUM_H
#define PHM_UCUM_H

#include "types/decimal.h"

#define UCUM_MAX_LENGTH		255 /* bytes of a unit expression */
#define UCUM_MAX_DEPTH		16	/* nested parentheses */
#define UCUM_MAX_EXPONENT	99	/* of one unit or parenthesis */
#define UCUM_MAX_ARBITRARY	4	/* different arbitrary units in one expression */
#define UCUM_DIMENSION_SIZE 256 /* text of a dimension */

/* Units that are not multiples of their base units: value of the unit = f(measured / base). */
typedef enum UcumSpecial
{
	UCUM_RATIO,					/* not special */
	UCUM_CELSIUS,
	UCUM_FAHRENHEIT,
	UCUM_REAUMUR,
	UCUM_PH,					/* - lg */
	UCUM_LN,
	UCUM_LG,
	UCUM_LG_TIMES_2,
	UCUM_LD,
	UCUM_TAN_TIMES_100,
	UCUM_SQRT,
	UCUM_HP_X,					/* - lg */
	UCUM_HP_C,					/* - log of base 100 */
	UCUM_HP_M,					/* base 1000 */
	UCUM_HP_Q					/* base 50000 */
} UcumSpecial;

/* An arbitrary unit, by its place in ucum_arbitrary_name; 0 is none. */
typedef struct UcumArbitrary
{
	uint8		id;
	int8		exponent;
} UcumArbitrary;

typedef struct UcumUnit
{
	int8		dimension[8];	/* exponents of m, s, g, rad, K, C, cd; 0 */
	UcumArbitrary arbitrary[UCUM_MAX_ARBITRARY];	/* sorted by id, then zeros */
	int8		pi;				/* exponent of pi */
	uint8		special;		/* UcumSpecial */
	bool		exact;			/* ratio * pi^pi is the magnitude; otherwise only factor is right */
	int16		prefix;			/* special units: power of ten before the function */
	DecimalRatio ratio;			/* magnitude in base units, of the base of a special unit */
	double		factor;			/* the same, pi included; between 1e-300 and 1e300 */
} UcumUnit;

typedef enum UcumOrder
{
	UCUM_LESS = -1,
	UCUM_EQUAL = 0,
	UCUM_GREATER = 1,
	UCUM_UNKNOWN = 2			/* not of one kind */
} UcumOrder;

/* Why a conversion gave nothing. */
typedef enum UcumResult
{
	UCUM_OK,
	UCUM_INCOMMENSURABLE,
	UCUM_UNDEFINED,				/* outside the function, like the logarithm of 0 */
	UCUM_OVERFLOW
} UcumResult;

/*
 * Reads a unit expression; an empty one is the unit 1.  Errors are 22P02
 * (not a UCUM expression), 54000 (too long or too deep) and 22003
 * (an exponent or a magnitude out of range), with the position.
 */
extern bool ucum_parse(const char *s, int length, UcumUnit *unit, PhmError *err);
extern bool ucum_valid(const char *s, int length);

/* Of the same dimension and the same arbitrary units: can be converted. */
extern bool ucum_commensurable(const UcumUnit *a, const UcumUnit *b);

/*
 * Commensurable, and larger values mean more in both.  pH and the retired
 * homeopathic potencies, which grow when the concentration falls, compare
 * with themselves only.
 */
extern bool ucum_comparable(const UcumUnit *a, const UcumUnit *b);

/* Whether a conversion turns the order around: one falls where the other grows. */
extern bool ucum_reverses(const UcumUnit *a, const UcumUnit *b);

/* Whether averages mean something across units: multiples and temperatures. */
extern bool ucum_linear(const UcumUnit *unit);

/* Compares a in unit u with b in unit v; exact unless factors need pi, logarithms or more than 64 bits. */
extern UcumOrder ucum_compare(const Decimal *a, const UcumUnit *u,
							  const Decimal *b, const UcumUnit *v);

/*
 * Converts value from one unit to another.  Powers of ten move the point
 * (7.20 g/dL = 72.0 g/L); other exact results keep the scale of value or as
 * many places as they need; results that do not end, or need pi or a
 * logarithm, are rounded (decimal_divide; 15 significant digits) and clear *exact.
 */
extern UcumResult ucum_convert(const Decimal *value, const UcumUnit *from, const UcumUnit *to,
							   Decimal *result, bool *exact);
extern UcumResult ucum_convert_double(double value, const UcumUnit *from,
									  const UcumUnit *to, double *result);

/*
 * A total order of values that follows the magnitude within units that are
 * comparable exactly: for sorting.  Units that are not stand apart.
 */
extern int	ucum_sort(const Decimal *a, const UcumUnit *u, const Decimal *b, const UcumUnit *v);

/* The dimension as a product of base units (g.m-3), with terminator; returns its length. */
extern int	ucum_dimension(const UcumUnit *unit, char *buffer);

/* Product and quotient of two expressions as a new one; false when it is longer than size. */
extern bool ucum_product(const char *a, int a_length, const char *b, int b_length,
						 char *buffer, int size, int *length);
extern bool ucum_quotient(const char *a, int a_length, const char *b, int b_length,
						  char *buffer, int size, int *length);

/* CQL's calendar units, singular or plural. */
typedef enum UcumCalendar
{
	UCUM_NOT_CALENDAR,
	UCUM_YEAR,
	UCUM_MONTH,
	UCUM_WEEK,
	UCUM_DAY,
	UCUM_HOUR,
	UCUM_MINUTE,
	UCUM_SECOND,
	UCUM_MILLISECOND
} UcumCalendar;

/*
 * Reads a calendar unit of CQL.  *code gets the UCUM unit ("a", "mo", "wk", ...),
 * *equal whether CQL takes the two as equal (week and below) or only as
 * equivalent (year, month).  Both may be NULL.
 */
extern UcumCalendar ucum_calendar_unit(const char *s, int length, const char **code, bool *equal);

#endif							/* PHM_UCUM_H */
