/*
 * number_math.c: rounding, powers, exponentials and logarithms.
 *
 * Powers with whole exponents are exact as far as a Decimal goes; exponentials
 * and logarithms are computed in decimals of 30 places, so that they are right to
 * eight places, or 30 digits where that is less, and the same on every machine.
 * Where the machine's own power already tells the eighth place, it is that.
 */
#include "cql/number.h"
#include "cql/operator_function.h"

#include <math.h>

#define EXP_LIMIT 65			/* e to the power of it is no Decimal any more; of its negative it is zero */
#define EXP_HALVINGS 3

/* ---- series ---- */

/* A number below 10^7 at 30 places. */
static Decimal
at_30_places(Decimal d)
{
	while (d.scale < DECIMAL_MAX_SCALE)
	{
		d.mantissa *= 10;
		d.scale++;
	}
	return d;
}

/* e^v for |v| below EXP_LIMIT: the series of v / 8, squared three times. */
static bool
exp_decimal(Decimal v, Decimal *result)
{
	Decimal		term = at_30_places((Decimal) {1, 0});

	v = at_30_places(v);
	v.mantissa >>= EXP_HALVINGS;
	*result = term;
	for (int i = 1; term.mantissa != 0; i++)
	{
		if (!decimal_multiply(&term, &v, &term))
			return false;
		term = at_30_places(term);
		term.mantissa /= i;
		if (!decimal_add(result, &term, result))
			return false;
	}
	for (int i = 0; i < EXP_HALVINGS; i++)
		if (!decimal_multiply(result, result, result))
			return false;
	return true;
}

/* The natural logarithm of a number above 0: one step of Newton's method from that of the machine. */
static bool
ln_decimal(Decimal v, Decimal *result)
{
	long double guess = logl((long double) v.mantissa / (long double) number_power(v.scale));
	Decimal		power,
				difference;
	bool		exact;

	*result = (Decimal) {(int128) (guess * 1e17L), 17};

	/* One place less than fits, so that v fits with as many. */
	return exp_decimal(*result, &power) && decimal_round(&power, power.scale - 1, &power) &&
		decimal_subtract(&v, &power, &difference) && decimal_divide(&difference, &power, &difference, &exact) &&
		decimal_add(result, &difference, result);
}

/* Drops the digits beyond 30, which the series does not give right. */
static bool
cut_to_30_digits(Decimal *d)
{
	int			surplus = 0;

	for (uint128 rest = decimal_magnitude(d->mantissa) / (uint128) number_power(30); rest > 0; rest /= 10)
		surplus++;
	return surplus == 0 || decimal_round(d, d->scale - surplus, d);
}

/* e^v as a Decimal; null when it does not fit. */
static CqlValue
exp_value(CqlExec *x, Decimal v)
{
	int128		limit = EXP_LIMIT * number_power(v.scale / 2) * number_power(v.scale - v.scale / 2);

	if (v.mantissa > limit)
		return cql_null();
	if (v.mantissa < -limit)
		return cql_decimal(0, 1);
	return exp_decimal(v, &v) && cut_to_30_digits(&v) ? cql_make_decimal(x, v) : cql_null();
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
	return cql_make_decimal(x, d);
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

#define MANY_FACTORS	4		/* of which the product is not cheap any more */
#define QUICK_EXPONENT	128		/* a base that is off by 2^-53 gives a power that is off by no more than 1.5e-14 */
#define QUICK_ERROR		1e-13	/* more than that and what the machine's power adds, on any machine */
#define QUICK_LIMIT		1e12	/* beyond, the error is too often more than what is left to the next place */

/*
 * A power by the machine's arithmetic, where its error leaves no doubt about the eighth
 * place behind the point: then it is what decimals give, too.
 */
static bool
quick_power(Decimal base, Decimal exponent, CqlValue *result)
{
	int64		limit = INT64CONST(1) << 53;
	double		e,
				power;
	Decimal		d;

	if (base.scale > CQL_MAX_SCALE || base.mantissa <= 0 || base.mantissa >= limit ||
		exponent.scale > CQL_MAX_SCALE || exponent.mantissa <= -limit || exponent.mantissa >= limit)
		return false;
	e = (double) (int64) exponent.mantissa / (double) (int64) number_power(exponent.scale);
	if (fabs(e) > QUICK_EXPONENT)
		return false;
	power = pow((double) (int64) base.mantissa / (double) (int64) number_power(base.scale), e) * 1e8;
	if (!(power >= 1 && power <= QUICK_LIMIT) || fabs(power - floor(power) - 0.5) <= power * QUICK_ERROR)
		return false;
	d = (Decimal) {(int64) floor(power + 0.5), CQL_MAX_SCALE};
	decimal_trim(&d, 1);
	*result = cql_decimal(d.mantissa, d.scale);
	return true;
}

/* base^exponent = e^(exponent * ln base); a negative base has none for a fraction. */
static CqlValue
exact_power(CqlExec *x, Decimal base, Decimal exponent)
{
	if (base.mantissa == 0)
		return exponent.mantissa > 0 ? cql_decimal(0, 1) : cql_null();
	if (base.mantissa < 0 || !ln_decimal(base, &base) || !decimal_multiply(&base, &exponent, &base))
		return cql_null();
	return exp_value(x, base);
}

/* The same, by whichever arithmetic is enough. */
static CqlValue
power_of(CqlExec *x, Decimal base, Decimal exponent)
{
	CqlValue	quick;

	return quick_power(base, exponent, &quick) ? quick : exact_power(x, base, exponent);
}

/* base^exponent for a negative exponent where 1 / base has no end. */
static CqlValue
power_inexact(CqlExec *x, Decimal base, int64 exponent)
{
	CqlValue	v = power_of(x, (Decimal) {base.mantissa < 0 ? -base.mantissa : base.mantissa, base.scale},
							 (Decimal) {exponent, 0});

	if (cql_is_null(v) || base.mantissa > 0 || (exponent & 1) == 0)
		return v;
	return cql_make_scaled(x, -cql_mantissa(v), cql_scale(v));
}

/* base^exponent for a whole exponent; whole numbers stay whole where they can. */
static CqlValue
power_whole(CqlExec *x, CqlValue a, CqlValue b, Decimal base, int64 exponent)
{
	Decimal		result,
				one = {1, 0};
	CqlValue	quick;
	bool		exact;

	if (exponent < 0)
	{
		if (base.mantissa == 0 || !decimal_divide(&one, &base, &result, &exact))
			return cql_null();
		if (!exact)
			return power_inexact(x, base, exponent);
		return whole_power(result, -(uint64) exponent, &result) ? cql_make_decimal(x, result) : cql_null();
	}
	if (exponent >= MANY_FACTORS && base.scale > CQL_MAX_SCALE / MANY_FACTORS &&
		quick_power(base, (Decimal) {exponent, 0}, &quick))
		return quick;
	if (!whole_power(base, (uint64) exponent, &result))
		return cql_null();
	if (!both_whole(a, b))
		return cql_make_decimal(x, result);
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
		return power_whole(x, p, q, base, (int64) exponent.mantissa);
	return power_of(x, base, exponent);
}

/* ---- exponentials and logarithms ---- */

/* e^a; what a Decimal cannot hold is an error, as the conformance tests have it. */
CqlValue
cql_exp_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = cql_unwrap(x, a[0]);

	if (cql_is_null(v))
		return v;
	v = exp_value(x, number_operand(x, n, v));
	if (cql_is_null(v))
		cql_fail(x, n, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "the result of Exp is out of range");
	return v;
}

/* The natural logarithm; null below zero, an error at zero. */
CqlValue
cql_ln_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = cql_unwrap(x, a[0]);
	Decimal		d;

	if (cql_is_null(v))
		return v;
	d = number_operand(x, n, v);
	if (d.mantissa == 0)
		cql_fail(x, n, ERRCODE_INVALID_ARGUMENT_FOR_LOG, "zero has no logarithm");
	return d.mantissa > 0 && ln_decimal(d, &d) ? cql_make_decimal(x, d) : cql_null();
}

/* The logarithm of a to the base b; null where there is none. */
CqlValue
cql_log_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	p = cql_unwrap(x, a[0]),
				q = cql_unwrap(x, a[1]);
	Decimal		d,
				base;

	if (cql_is_null(p) || cql_is_null(q))
		return cql_null();
	d = number_operand(x, n, p);
	base = number_operand(x, n, q);
	if (d.mantissa <= 0 || base.mantissa <= 0 || !ln_decimal(d, &d) || !ln_decimal(base, &base) ||
		!decimal_round(&d, 28, &d) || !decimal_round(&base, 28, &base) || !number_divide(&d, &base, &d))
		return cql_null();
	return cql_make_decimal(x, d);
}
