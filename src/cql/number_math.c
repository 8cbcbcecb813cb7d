/*
 * number_math.c: rounding, powers, exponentials and logarithms.
 *
 * Powers with whole exponents are exact as far as a Decimal goes; the rest is
 * computed in long double and rounded to the places that a Decimal has and the
 * digits that are sure.
 */
#include "cql/number.h"
#include "cql/operator_function.h"

#include <math.h>

/* Numbers below this are sure to 8 places: a long double has 18 sure digits after a library function. */
#define SURE_LIMIT 1e10L

/* A Decimal of a long double; null when it does not fit. */
static CqlValue
decimal_of(long double v)
{
	int			places = CQL_MAX_SCALE;
	long double magnitude = fabsl(v);
	Decimal		d;

	if (!(magnitude < 1e20L))
		return cql_null();
	for (long double limit = SURE_LIMIT; magnitude >= limit && places > 0; limit *= 10)
		places--;
	d.mantissa = (int128) roundl(v * (long double) number_power(places));
	d.scale = places;
	decimal_trim(&d, 1);
	return cql_make_decimal(d);
}

/* The operand as a number; fails when it is none. */
static Decimal
number_operand(CqlExec *x, const CqlNode *n, CqlValue v)
{
	Decimal		d;

	if (!cql_to_number(cql_unwrap(x, v), &d))
		cql_fail_type(x, n, v);
	return d;
}

/* The operand in floating point. */
static long double
real_operand(CqlExec *x, const CqlNode *n, CqlValue v)
{
	Decimal		d = number_operand(x, n, v);

	return (long double) d.mantissa / (long double) number_power(d.scale);
}

/* ---- rounding ---- */

typedef enum Rounding
{
	ROUND_UP,
	ROUND_DOWN,
	ROUND_TO_ZERO
} Rounding;

/* The whole number beside a number, an Integer; null when it does not fit. */
static CqlValue
whole_of(CqlExec *x, const CqlNode *n, CqlValue v, Rounding rounding)
{
	Decimal		d = number_operand(x, n, v);
	int128		unit = number_power(d.scale),
				whole = d.mantissa / unit,
				rest = d.mantissa % unit;

	if (rounding == ROUND_UP && rest > 0)
		whole++;
	if (rounding == ROUND_DOWN && rest < 0)
		whole--;
	return whole == (int32) whole ? cql_integer((int32) whole) : cql_null();
}

CqlValue
cql_ceiling_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return whole_of(x, n, a[0], ROUND_UP);
}

CqlValue
cql_floor_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return whole_of(x, n, a[0], ROUND_DOWN);
}

CqlValue
cql_truncate_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return whole_of(x, n, a[0], ROUND_TO_ZERO);
}

/* Rounds half away from zero to a number of places, none when not told. */
CqlValue
cql_round_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int64		places = 0;
	Decimal		d;
	CqlValue	v = cql_unwrap(x, a[0]);

	if (cql_is_null(v))
		return v;
	if (n->nargs > 1 && !cql_is_null(a[1]))
	{
		if (a[1].kind != CQL_INTEGER)
			cql_fail_type(x, n, a[1]);
		places = a[1].i;
	}
	d = v.kind == CQL_QUANTITY ? v.quantity->value : number_operand(x, n, v);
	places = Max(Min(places, DECIMAL_MAX_SCALE), -DECIMAL_MAX_SCALE);
	if (!decimal_round(&d, (int) places, &d))
		return cql_null();
	if (v.kind == CQL_QUANTITY)
		return cql_make_quantity(x, d, v.quantity->unit, v.quantity->unit_length);
	return cql_make_decimal(d);
}

/* ---- powers ---- */

/* base^exponent by squaring; false when it does not fit. */
static bool
whole_power(Decimal base, uint64 exponent, Decimal *result)
{
	*result = (Decimal) {1, 0};
	while (exponent > 0)
	{
		if ((exponent & 1) && !decimal_multiply(result, &base, result))
			return false;
		exponent >>= 1;
		if (exponent > 0 && !decimal_multiply(&base, &base, &base))
			return false;
		decimal_trim(&base, 0);
	}
	return true;
}

/* base^exponent for a whole exponent; whole numbers stay whole where they can. */
static CqlValue
power_whole(CqlValue a, CqlValue b, Decimal base, int64 exponent)
{
	Decimal		result,
				one = {1, 0};
	bool		exact;

	if (exponent < 0)
	{
		if (base.mantissa == 0 || !decimal_divide(&one, &base, &result, &exact))
			return cql_null();
		if (!exact)
			return decimal_of(powl((long double) base.mantissa / (long double) number_power(base.scale), exponent));
		return whole_power(result, -(uint64) exponent, &result) ? cql_make_decimal(result) : cql_null();
	}
	if (!whole_power(base, (uint64) exponent, &result))
		return cql_null();
	if (!both_whole(a, b))
		return cql_make_decimal(result);
	if (result.mantissa != (int64) result.mantissa)
		return cql_null();
	return whole_number((int64) result.mantissa, a.kind == CQL_LONG || b.kind == CQL_LONG);
}

/* a to the power of b. */
CqlValue
cql_power_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	p = cql_unwrap(x, a[0]),
				q = cql_unwrap(x, a[1]);
	Decimal		base,
				exponent;

	if (cql_is_null(p) || cql_is_null(q))
		return cql_null();
	base = number_operand(x, n, p);
	exponent = number_operand(x, n, q);
	decimal_trim(&exponent, 0);
	decimal_trim(&base, 0);
	if (exponent.scale == 0 && exponent.mantissa == (int64) exponent.mantissa)
		return power_whole(p, q, base, (int64) exponent.mantissa);
	return decimal_of(powl(real_operand(x, n, p), real_operand(x, n, q)));
}

/* ---- exponentials and logarithms ---- */

/* e^a; what a Decimal cannot hold is an error, as the conformance tests have it. */
CqlValue
cql_exp_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v;

	if (cql_is_null(cql_unwrap(x, a[0])))
		return cql_null();
	v = decimal_of(expl(real_operand(x, n, a[0])));
	if (cql_is_null(v))
		cql_fail(x, n, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "the result of Exp is out of range");
	return v;
}

/* The natural logarithm; null below zero, an error at zero. */
CqlValue
cql_ln_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	long double v;

	if (cql_is_null(cql_unwrap(x, a[0])))
		return cql_null();
	v = real_operand(x, n, a[0]);
	if (v == 0)
		cql_fail(x, n, ERRCODE_INVALID_ARGUMENT_FOR_LOG, "zero has no logarithm");
	return v < 0 ? cql_null() : decimal_of(logl(v));
}

/* The logarithm of a to the base b; null where there is none. */
CqlValue
cql_log_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	long double v,
				base;

	if (cql_is_null(cql_unwrap(x, a[0])) || cql_is_null(cql_unwrap(x, a[1])))
		return cql_null();
	v = real_operand(x, n, a[0]);
	base = real_operand(x, n, a[1]);
	if (v <= 0 || base <= 0 || base == 1)
		return cql_null();
	return decimal_of(logl(v) / logl(base));
}
