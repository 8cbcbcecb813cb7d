/*
 * decimal.h: exact decimal numbers of 128 bits with a written scale, as
 * FHIR and CQL quantities have them.
 *
 * The magnitude of a mantissa is at most 2^127 - 1 and the scale 0 to 30.
 * Nothing here is stored: the layout of stored numbers is in quantity.h.
 */
#ifndef PHM_DECIMAL_H
#define PHM_DECIMAL_H

#include "phm_port.h"

#define DECIMAL_MAX_SCALE	30
#define DECIMAL_MANTISSA_MAX ((uint128) (~(uint128) 0 >> 1))
#define DECIMAL_NUMBER_SIZE	48	/* printed form with terminator */

/* value = mantissa / 10^scale */
typedef struct Decimal
{
	int128		mantissa;
	int			scale;			/* 0 .. DECIMAL_MAX_SCALE */
} Decimal;

/* An exact positive factor: numerator / denominator * 10^exponent. */
typedef struct DecimalRatio
{
	uint64		numerator;
	uint64		denominator;
	int			exponent;
} DecimalRatio;

/* The magnitude of a mantissa. */
static inline uint128
decimal_magnitude(int128 v)
{
	return v < 0 ? -(uint128) v : (uint128) v;
}

/*
 * Reads sign, digits, fraction and exponent; the whole of s must be a number
 * that fits.  *exact tells whether decimal_print gives the same text back.
 * *position, when not NULL, gets the offset of what cannot be read, or -1
 * when the number is well formed but does not fit.
 */
extern bool decimal_parse(const char *s, int length, Decimal *result,
						  bool *exact, int *position);

/* How many bytes from s on look like one number. */
extern int	decimal_scan(const char *s, int length);

/* Writes the plain form with terminator; returns its length. */
extern int	decimal_print(const Decimal *value, char *buffer);

extern int	decimal_compare(const Decimal *a, const Decimal *b);

/* These return false when the result does not fit. */
extern bool decimal_add(const Decimal *a, const Decimal *b, Decimal *result);
extern bool decimal_subtract(const Decimal *a, const Decimal *b, Decimal *result);
extern bool decimal_multiply(const Decimal *a, const Decimal *b, Decimal *result);

/*
 * a / b.  An exact quotient keeps scale a - scale b or as many digits as it
 * needs; others are rounded half away from zero to 16 significant digits, or
 * to the scale of a where that is more.  b is not zero.
 */
extern bool decimal_divide(const Decimal *a, const Decimal *b, Decimal *result,
						   bool *exact);

/* Rounds half away from zero; digits may be negative; the scale is Max(digits, 0) at most. */
extern bool decimal_round(const Decimal *a, int digits, Decimal *result);

/* Drops zeros behind the point while the scale is above floor. */
extern void decimal_trim(Decimal *value, int floor);

/* a * f / g, with the digits that decimal_divide's comment and ucum.h describe. */
extern bool decimal_convert(const Decimal *a, const DecimalRatio *f,
							const DecimalRatio *g, Decimal *result, bool *exact);

/* Compares a * f with b * g exactly. */
extern int	decimal_compare_ratio(const Decimal *a, const DecimalRatio *f,
								  const Decimal *b, const DecimalRatio *g);

extern double decimal_to_double(const Decimal *a);

/* The shortest decimal with 15 significant digits; false when it does not fit. */
extern bool decimal_from_double(double value, Decimal *result);

#endif							/* PHM_DECIMAL_H */
