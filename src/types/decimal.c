/*
 * decimal.c: exact arithmetic on 128-bit decimals.  Owns nothing; relies on
 * a fixed 1024-bit natural number for the products between.  Always holds:
 * a result is exact, or rounded half away from zero as its comment says, or
 * reported as not fitting.
 */
#include "types/decimal.h"

#include <math.h>
#include <stdio.h>

#define BIG_LIMBS 16
#define POWER_CHUNK 19			/* 10^19 is the largest power of ten in 64 bits */

/* A natural number; limb 0 is the lowest. */
typedef struct Big
{
	int			n;				/* limbs in use; the highest is not 0 */
	uint64		limb[BIG_LIMBS];
} Big;

static const uint64 power10[] = {
	UINT64CONST(1), UINT64CONST(10), UINT64CONST(100), UINT64CONST(1000),
	UINT64CONST(10000), UINT64CONST(100000), UINT64CONST(1000000),
	UINT64CONST(10000000), UINT64CONST(100000000), UINT64CONST(1000000000),
	UINT64CONST(10000000000), UINT64CONST(100000000000),
	UINT64CONST(1000000000000), UINT64CONST(10000000000000),
	UINT64CONST(100000000000000), UINT64CONST(1000000000000000),
	UINT64CONST(10000000000000000), UINT64CONST(100000000000000000),
	UINT64CONST(1000000000000000000), UINT64CONST(10000000000000000000)
};

/* Makes a big number of 128 bits. */
static void
big_set(Big *b, uint128 v)
{
	b->limb[0] = (uint64) v;
	b->limb[1] = (uint64) (v >> 64);
	b->n = b->limb[1] ? 2 : b->limb[0] ? 1 : 0;
}

/* b *= v; false when 1024 bits are not enough. */
static bool
big_multiply(Big *b, uint64 v)
{
	uint64		carry = 0;
	int			i;

	if (v == 1)
		return true;
	for (i = 0; i < b->n; i++)
	{
		uint128		t = (uint128) b->limb[i] * v + carry;

		b->limb[i] = (uint64) t;
		carry = (uint64) (t >> 64);
	}
	if (carry)
	{
		if (b->n == BIG_LIMBS)
			return false;
		b->limb[b->n++] = carry;
	}
	while (b->n > 0 && b->limb[b->n - 1] == 0)
		b->n--;
	return true;
}

/* b *= 10^k; false when 1024 bits are not enough. */
static bool
big_multiply_power(Big *b, int k)
{
	for (; k > POWER_CHUNK; k -= POWER_CHUNK)
		if (!big_multiply(b, power10[POWER_CHUNK]))
			return false;
	return big_multiply(b, power10[k]);
}

/* b /= v, cut; returns the remainder. */
static uint64
big_divide(Big *b, uint64 v)
{
	uint64		rest = 0;
	int			i;

	for (i = b->n - 1; i >= 0; i--)
	{
		uint128		t = (uint128) rest << 64 | b->limb[i];

		b->limb[i] = (uint64) (t / v);
		rest = (uint64) (t % v);
	}
	while (b->n > 0 && b->limb[b->n - 1] == 0)
		b->n--;
	return rest;
}

/* b /= v, cut, for v below 2^127; returns whether there was a remainder. */
static bool
big_divide_wide(Big *b, uint128 v)
{
	uint128		rest = 0;
	int			i;

	if (v >> 64 == 0)
		return big_divide(b, (uint64) v) != 0;
	for (i = b->n * 64 - 1; i >= 0; i--)
	{
		uint64	   *limb = &b->limb[i / 64];
		uint64		mask = UINT64CONST(1) << (i % 64);

		rest = rest << 1 | ((*limb & mask) != 0);
		*limb &= ~mask;
		if (rest >= v)
		{
			rest -= v;
			*limb |= mask;
		}
	}
	while (b->n > 0 && b->limb[b->n - 1] == 0)
		b->n--;
	return rest != 0;
}

/* b /= 10^k, rounded half up; returns whether digits other than 0 went. */
static bool
big_round_off(Big *b, int k)
{
	bool		cut = false;
	uint64		digit;
	int			i;

	if (k <= 0)
		return false;
	for (k--; k > 0 && b->n > 0; k -= Min(k, POWER_CHUNK))
		cut |= big_divide(b, power10[Min(k, POWER_CHUNK)]) != 0;
	digit = big_divide(b, 10);
	if (digit >= 5)
	{
		for (i = 0; i < b->n && ++b->limb[i] == 0; i++)
			;
		if (i == b->n)
			b->limb[b->n++] = 1;
	}
	return cut || digit != 0;
}

/* -1, 0 or 1. */
static int
big_compare(const Big *a, const Big *b)
{
	int			i;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (i = a->n - 1; i >= 0; i--)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* How many decimal digits b has. */
static int
big_digits(const Big *b)
{
	Big			rest = *b;
	int			digits = 0;

	while (rest.n > 1)
	{
		big_divide(&rest, power10[POWER_CHUNK]);
		digits += POWER_CHUNK;
	}
	if (rest.n == 1)
		for (; rest.limb[0] != 0; rest.limb[0] /= 10)
			digits++;
	return digits;
}

/* Whether b fits a mantissa. */
static bool
big_fits(const Big *b)
{
	return b->n < 2 || (b->n == 2 && b->limb[1] <= PG_INT64_MAX);
}

/*
 * Makes b / 10^scale a decimal: at most 30 places, and no more digits than
 * fit.  The scale may be negative or too large.  Clears *exact when digits
 * were rounded off; false when the number is too large.
 */
static bool
big_finish(Big *b, int scale, bool negative, Decimal *result, bool *exact)
{
	uint128		m;

	if (b->n == 0)
	{
		result->mantissa = 0;
		result->scale = Min(Max(scale, 0), DECIMAL_MAX_SCALE);
		return true;
	}
	if (scale < 0)
	{
		if (scale < -40 || !big_multiply_power(b, -scale))
			return false;
		scale = 0;
	}
	if (scale > DECIMAL_MAX_SCALE)
	{
		if (big_round_off(b, scale - DECIMAL_MAX_SCALE))
			*exact = false;
		scale = DECIMAL_MAX_SCALE;
	}
	if (!big_fits(b))
	{
		int			cut = Min(Max(big_digits(b) - 39, 1), scale);

		for (; !big_fits(b) && cut > 0; cut = Min(1, scale))
		{
			if (big_round_off(b, cut))
				*exact = false;
			scale -= cut;
		}
		if (!big_fits(b))
			return false;
	}
	m = (uint128) (b->n > 1 ? b->limb[1] : 0) << 64 | (b->n > 0 ? b->limb[0] : 0);
	result->mantissa = negative ? -(int128) m : (int128) m;
	result->scale = scale;
	return true;
}

/* Drops zeros behind the point while the scale is above floor, many at a time. */
static void
big_trim(Big *b, int *scale, int floor)
{
	int			step = 16;

	while (step > 0 && b->n > 0)
	{
		Big			rest = *b;

		if (*scale - step >= floor && big_divide(&rest, power10[step]) == 0)
		{
			*b = rest;
			*scale -= step;
		}
		else
			step /= 2;
	}
}

/* Raises the scale of one of two numbers to that of the other, where it fits. */
static bool
align(int128 *m, int *scale, int to)
{
	for (; *scale < to; (*scale)++)
		if (__builtin_mul_overflow(*m, (int128) 10, m))
			return false;
	return true;
}

/* -1, 0 or 1 by value: 1.0 equals 1. */
int
decimal_compare(const Decimal *a, const Decimal *b)
{
	static const DecimalRatio one = {1, 1, 0};
	int128		x = a->mantissa,
				y = b->mantissa;
	int			xs = a->scale,
				ys = b->scale;

	if (xs == ys || (align(&x, &xs, ys) && align(&y, &ys, xs)))
		return x < y ? -1 : x > y;
	return decimal_compare_ratio(a, &one, b, &one);
}

/* a + b at the larger scale. */
bool
decimal_add(const Decimal *a, const Decimal *b, Decimal *result)
{
	int128		x = a->mantissa,
				y = b->mantissa,
				sum;
	int			xs = a->scale,
				ys = b->scale;

	if (!align(&x, &xs, ys) || !align(&y, &ys, xs) ||
		__builtin_add_overflow(x, y, &sum) ||
		decimal_magnitude(sum) > DECIMAL_MANTISSA_MAX)
		return false;
	result->mantissa = sum;
	result->scale = xs;
	return true;
}

/* a - b at the larger scale. */
bool
decimal_subtract(const Decimal *a, const Decimal *b, Decimal *result)
{
	Decimal		negative = {-b->mantissa, b->scale};

	return decimal_add(a, &negative, result);
}

/* a * b; places beyond 30, or that do not fit, are rounded off. */
bool
decimal_multiply(const Decimal *a, const Decimal *b, Decimal *result)
{
	uint128		y = decimal_magnitude(b->mantissa);
	Big			low,
				high;
	bool		exact = true;
	uint64		carry = 0;
	int			i;

	big_set(&low, decimal_magnitude(a->mantissa));
	high = low;
	if (!big_multiply(&low, (uint64) y) || !big_multiply(&high, (uint64) (y >> 64)))
		return false;
	/* low += high << 64; the product has at most four limbs */
	while (low.n < high.n + 1)
		low.limb[low.n++] = 0;
	for (i = 0; i < high.n; i++)
	{
		uint128		t = (uint128) low.limb[i + 1] + high.limb[i] + carry;

		low.limb[i + 1] = (uint64) t;
		carry = (uint64) (t >> 64);
	}
	for (i = high.n + 1; carry && i < BIG_LIMBS; i++)
	{
		if (i == low.n)
			low.limb[low.n++] = 0;
		carry = ++low.limb[i] == 0;
	}
	while (low.n > 0 && low.limb[low.n - 1] == 0)
		low.n--;
	return big_finish(&low, a->scale + b->scale, (a->mantissa < 0) != (b->mantissa < 0),
					  result, &exact);
}

/* Where a quotient that does not end is cut: after 16 significant digits, or at the scale wanted. */
static int
inexact_scale(const Big *b, int scale, int wanted)
{
	wanted = Max(wanted, scale - (big_digits(b) - 16));
	return Min(Min(wanted, DECIMAL_MAX_SCALE), scale);
}

/* a / b; see decimal.h. */
bool
decimal_divide(const Decimal *a, const Decimal *b, Decimal *result, bool *exact)
{
	Big			q;
	int			scale = a->scale - b->scale + 80;
	bool		negative = (a->mantissa < 0) != (b->mantissa < 0);

	*exact = true;
	big_set(&q, decimal_magnitude(a->mantissa));
	if (!big_multiply_power(&q, 80))
		return false;
	if (big_divide_wide(&q, decimal_magnitude(b->mantissa)))
	{
		int			wanted = inexact_scale(&q, scale, a->scale);

		big_round_off(&q, scale - wanted);
		scale = wanted;
		*exact = false;
	}
	else
		big_trim(&q, &scale, Max(a->scale - b->scale, 0));
	return big_finish(&q, scale, negative, result, exact);
}

/* Rounds half away from zero; see decimal.h. */
bool
decimal_round(const Decimal *a, int digits, Decimal *result)
{
	Big			b;
	bool		exact = true;

	if (digits >= a->scale)
	{
		*result = *a;
		return true;
	}
	digits = Max(digits, -40);
	big_set(&b, decimal_magnitude(a->mantissa));
	big_round_off(&b, a->scale - digits);
	return big_finish(&b, digits, a->mantissa < 0, result, &exact);
}

/* Drops zeros behind the point while the scale is above floor. */
void
decimal_trim(Decimal *value, int floor)
{
	int64		narrow;

	while (value->scale > floor && value->mantissa != (int64) value->mantissa && value->mantissa % 10 == 0)
	{
		value->mantissa /= 10;
		value->scale--;
	}
	narrow = (int64) value->mantissa;
	if (value->mantissa != narrow)
		return;
	for (; value->scale > floor && narrow % 10 == 0; value->scale--)
		narrow /= 10;			/* in one register, which is much faster */
	value->mantissa = narrow;
}

static uint64
greatest_common_divisor(uint64 a, uint64 b)
{
	while (b != 0)
	{
		uint64		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Divides both by what they share. */
static void
reduce(uint64 *numerator, uint64 *denominator)
{
	if (*numerator != 1 && *denominator != 1)
	{
		uint64		common = greatest_common_divisor(*numerator, *denominator);

		*numerator /= common;
		*denominator /= common;
	}
}

/* a * f / g; see decimal.h. */
bool
decimal_convert(const Decimal *a, const DecimalRatio *f, const DecimalRatio *g,
				Decimal *result, bool *exact)
{
	uint64		n1 = f->numerator,
				n2 = g->denominator,
				d1 = f->denominator,
				d2 = g->numerator;
	int			scale = a->scale - f->exponent + g->exponent;
	Big			b;

	*exact = true;
	reduce(&n1, &d1);
	reduce(&n2, &d2);
	reduce(&n1, &d2);
	reduce(&n2, &d1);
	big_set(&b, decimal_magnitude(a->mantissa));
	if (!big_multiply(&b, n1) || !big_multiply(&b, n2))
		return false;
	if (d1 != 1 || d2 != 1)
	{
		bool		cut;

		if (!big_multiply_power(&b, 60))
			return false;
		scale += 60;
		cut = big_divide(&b, d1) != 0;
		cut |= big_divide(&b, d2) != 0;
		if (cut)
		{
			int			wanted = inexact_scale(&b, scale, a->scale);

			big_round_off(&b, scale - wanted);
			scale = wanted;
			*exact = false;
		}
		else
			big_trim(&b, &scale, a->scale);
	}
	else if (n1 != 1 || n2 != 1)
		big_trim(&b, &scale, a->scale);
	return big_finish(&b, scale, a->mantissa < 0, result, exact);
}

/* Compares the magnitudes of a * f and b * g; neither is zero. */
static int
compare_magnitude(const Decimal *a, const DecimalRatio *f, const Decimal *b, const DecimalRatio *g)
{
	int			exponent = (f->exponent - a->scale) - (g->exponent - b->scale);
	Big			x,
				y;

	/* Mantissa and factor have at most 256 bits, less than 78 digits, on each side. */
	if (exponent > 100 || exponent < -100)
		return exponent > 0 ? 1 : -1;
	big_set(&x, decimal_magnitude(a->mantissa));
	big_set(&y, decimal_magnitude(b->mantissa));
	big_multiply(&x, f->numerator);
	big_multiply(&x, g->denominator);
	big_multiply(&y, g->numerator);
	big_multiply(&y, f->denominator);
	big_multiply_power(exponent > 0 ? &x : &y, abs(exponent));
	return big_compare(&x, &y);
}

/* Compares a * f with b * g exactly. */
int
decimal_compare_ratio(const Decimal *a, const DecimalRatio *f,
					  const Decimal *b, const DecimalRatio *g)
{
	int			x = a->mantissa < 0 ? -1 : a->mantissa > 0,
				y = b->mantissa < 0 ? -1 : b->mantissa > 0;

	if (x != y || x == 0)
		return x < y ? -1 : x > y;
	return x * compare_magnitude(a, f, b, g);
}

/* The nearest double, to one unit of its last place. */
double
decimal_to_double(const Decimal *a)
{
	char		text[DECIMAL_NUMBER_SIZE];

	decimal_print(a, text);
	return strtod(text, NULL);
}

/* A decimal of 15 significant digits, without zeros at its end. */
bool
decimal_from_double(double value, Decimal *result)
{
	char		text[DECIMAL_NUMBER_SIZE];
	Big			b;
	bool		exact;
	int			scale,
				exponent;

	if (!isfinite(value))
		return false;
	snprintf(text, sizeof(text), "%.14e", fabs(value));
	exponent = atoi(strchr(text, 'e') + 1);
	big_set(&b, (uint128) (text[0] - '0') * power10[14] + strtoull(text + 2, NULL, 10));
	scale = 14 - exponent;
	big_trim(&b, &scale, 0);
	return big_finish(&b, scale, value < 0, result, &exact);
}
