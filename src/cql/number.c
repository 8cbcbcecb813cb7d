/*
 * number.c: addition, multiplication, division and their like over Integer,
 * Long, Decimal, Quantity, uncertain numbers, and moments with quantities.
 *
 * What does not fit its type, a division by zero and quantities of different
 * dimensions give null.  Two whole numbers never leave the fast path at the
 * top of each function.
 */
#include "cql/number.h"
#include "cql/operator_function.h"

typedef CqlValue (*Arithmetic) (CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b);

/* Whether a value is a moment, to which a quantity of time can be added. */
static bool
is_moment(CqlValue v)
{
	return v.kind >= CQL_DATE && v.kind <= CQL_TIME;
}

/* A primitive of FHIR as its System value, others as they are. */
static bool
unwrap_operands(CqlExec *x, CqlValue *a, CqlValue *b)
{
	if (a->kind != CQL_ELEMENT && b->kind != CQL_ELEMENT)
		return false;
	*a = cql_unwrap(x, *a);
	*b = cql_unwrap(x, *b);
	return a->kind != CQL_ELEMENT && b->kind != CQL_ELEMENT;
}

/* Fails with the operand that is of no type for arithmetic. */
static CqlValue
fail_operands(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	cql_fail_type(x, n, is_number(a) || a.kind == CQL_QUANTITY ? b : a);
}

/* ---- uncertain numbers ---- */

/* A number that lies between two; null when one of them is. */
static CqlValue
uncertain(CqlExec *x, CqlValue low, CqlValue high)
{
	CqlValue	v;

	if (cql_is_null(low) || cql_is_null(high))
		return cql_null();
	if (cql_order(x, low, high, DATETIME_UNIT_FINEST) == 0)
		return low;
	v = cql_make_interval(x, low, high, true, true);
	v.flag = CQL_UNCERTAIN;
	return v;
}

static CqlValue
low_of(CqlValue v)
{
	return is_uncertain(v) ? v.interval->low : v;
}

static CqlValue
high_of(CqlValue v)
{
	return is_uncertain(v) ? v.interval->high : v;
}

/* The product lies between the least and the greatest product of the bounds. */
static CqlValue
multiply_uncertain(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	CqlValue	low = cql_null(),
				high = cql_null();

	for (int i = 0; i < 4; i++)
	{
		CqlValue	v = cql_multiply(x, n, i & 1 ? high_of(a) : low_of(a), i & 2 ? high_of(b) : low_of(b));

		if (cql_is_null(v))
			return v;
		if (cql_is_null(low) || cql_order(x, v, low, DATETIME_UNIT_FINEST) < 0)
			low = v;
		if (cql_is_null(high) || cql_order(x, v, high, DATETIME_UNIT_FINEST) == 1)
			high = v;
	}
	return uncertain(x, low, high);
}

/* ---- decimals ---- */

/* Whether a mantissa fits 63 bits, so that a product with another one fits 127. */
static bool
is_short(int128 mantissa)
{
	return mantissa == (int64) mantissa;
}

/* A Decimal of a mantissa with a scale of at most 8; what is short fits surely. */
static CqlValue
decimal_result(CqlExec *x, int128 mantissa, int scale)
{
	Decimal		d = {mantissa, scale};

	return likely(is_short(mantissa)) ? cql_decimal(mantissa, scale) : cql_make_decimal(x, d);
}

/* The sum (sign 1) or difference (sign -1) of two numbers. */
static CqlValue
add_numbers(CqlExec *x, CqlValue a, CqlValue b, int sign)
{
	Decimal		p,
				q;
	int			scale;

	cql_to_number(a, &p);
	cql_to_number(b, &q);
	scale = Max(p.scale, q.scale);
	return decimal_result(x, number_at_scale(&p, scale) + sign * number_at_scale(&q, scale), scale);
}

/* The product of two numbers. */
static CqlValue
multiply_numbers(CqlExec *x, CqlValue a, CqlValue b)
{
	Decimal		p,
				q;

	cql_to_number(a, &p);
	cql_to_number(b, &q);
	if (is_short(p.mantissa) && is_short(q.mantissa))
	{
		p.mantissa *= q.mantissa;
		p.scale += q.scale;
		return p.scale <= CQL_MAX_SCALE ? decimal_result(x, p.mantissa, p.scale) : cql_make_decimal(x, p);
	}
	return decimal_multiply(&p, &q, &p) ? cql_make_decimal(x, p) : cql_null();
}

/* Brings two numbers to one scale; false when they do not fit. */
static bool
same_scale(const Decimal *a, const Decimal *b, uint128 *p, uint128 *q, int *scale)
{
	Decimal		x = *a,
				y = *b;

	*scale = Max(a->scale, b->scale);
	if (*scale > 28 || decimal_magnitude(a->mantissa) > DECIMAL_MANTISSA_MAX / number_power(*scale - a->scale) ||
		decimal_magnitude(b->mantissa) > DECIMAL_MANTISSA_MAX / number_power(*scale - b->scale))
		return false;
	*p = decimal_magnitude(number_at_scale(&x, *scale));
	*q = decimal_magnitude(number_at_scale(&y, *scale));
	return true;
}

/* a / b rounded half away from zero to 8 places; see number.h. */
bool
number_divide(const Decimal *a, const Decimal *b, Decimal *result)
{
	uint128		p,
				q,
				whole,
				rest;
	uint64		places = 0;
	int			scale;

	if (b->mantissa == 0 || !same_scale(a, b, &p, &q, &scale) || q > DECIMAL_MANTISSA_MAX / 10)
		return false;
	whole = p / q;
	rest = p % q;
	if (whole > (uint128) number_power(28))
		return false;
	for (int i = 0; i < CQL_MAX_SCALE; i++)
	{
		rest *= 10;
		places = places * 10 + (uint64) (rest / q);
		rest %= q;
	}
	whole = whole * (uint64) number_power(CQL_MAX_SCALE) + places + (rest >= q - rest);
	result->mantissa = (a->mantissa < 0) != (b->mantissa < 0) ? -(int128) whole : (int128) whole;
	result->scale = CQL_MAX_SCALE;
	decimal_trim(result, 1);
	return true;
}

/* The whole quotient (remainder false) or the remainder, with the sign of a division that cuts. */
static bool
divide_whole(const Decimal *a, const Decimal *b, bool remainder, Decimal *result)
{
	uint128		p,
				q;
	int			scale;

	if (b->mantissa == 0 || !same_scale(a, b, &p, &q, &scale))
		return false;
	if (remainder)
	{
		p %= q;
		*result = (Decimal) {a->mantissa < 0 ? -(int128) p : (int128) p, scale};
		return true;
	}
	p /= q;
	if (p > (uint128) number_power(28))
		return false;
	*result = (Decimal) {(int128) p * ((a->mantissa < 0) != (b->mantissa < 0) ? -10 : 10), 1};
	return true;
}

/* ---- quantities ---- */

/* The sum or difference of two quantities. */
static CqlValue
add_quantities(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b, int sign)
{
	CqlQuantity p,
				q;

	if (!number_as_quantity(a, &p) || !number_as_quantity(b, &q))
		return fail_operands(x, n, a, b);
	if (!number_align(&p, &q, false) ||
		!(sign > 0 ? decimal_add : decimal_subtract) (&p.value, &q.value, &p.value))
		return cql_null();
	return cql_make_quantity(x, p.value, p.unit, p.unit_length);
}

/* ---- the shared operations ---- */

/* Sums and differences of what is not two whole numbers. */
static CqlValue
add_general(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b, int sign)
{
	if (is_number(a) && is_number(b))
		return add_numbers(x, a, b, sign);
	if (cql_is_null(a) || cql_is_null(b))
		return cql_null();
	if (is_moment(a) && b.kind == CQL_QUANTITY)
		return cql_add_duration(x, n, a, b.quantity, sign);
	if (is_uncertain(a) || is_uncertain(b))
	{
		Arithmetic	f = sign > 0 ? cql_add : cql_subtract;

		return uncertain(x, f(x, n, low_of(a), sign > 0 ? low_of(b) : high_of(b)),
						 f(x, n, high_of(a), sign > 0 ? high_of(b) : low_of(b)));
	}
	if (a.kind == CQL_QUANTITY || b.kind == CQL_QUANTITY)
		return add_quantities(x, n, a, b, sign);
	if (unwrap_operands(x, &a, &b))
		return (sign > 0 ? cql_add : cql_subtract) (x, n, a, b);
	return fail_operands(x, n, a, b);
}

/* a + b. */
CqlValue
cql_add(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	if (both_whole(a, b))
	{
		int64		sum;

		if (__builtin_add_overflow(a.i, b.i, &sum))
			return cql_null();
		return whole_number(sum, a.kind != b.kind || a.kind == CQL_LONG);
	}
	return add_general(x, n, a, b, 1);
}

/* a - b. */
CqlValue
cql_subtract(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	if (both_whole(a, b))
	{
		int64		difference;

		if (__builtin_sub_overflow(a.i, b.i, &difference))
			return cql_null();
		return whole_number(difference, a.kind != b.kind || a.kind == CQL_LONG);
	}
	return add_general(x, n, a, b, -1);
}

/* The product of two quantities, or of one and a number. */
static CqlValue
multiply_quantities(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	CqlQuantity p,
				q,
				r;

	if (!number_as_quantity(a, &p) || !number_as_quantity(b, &q))
		return fail_operands(x, n, a, b);
	if (!decimal_multiply(&p.value, &q.value, &r.value) || !number_unit_product(x, &p, &q, &r))
		return cql_null();
	return cql_make_quantity(x, r.value, r.unit, r.unit_length);
}

/* a * b. */
CqlValue
cql_multiply(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	if (both_whole(a, b))
	{
		int64		product;

		if (__builtin_mul_overflow(a.i, b.i, &product))
			return cql_null();
		return whole_number(product, a.kind != b.kind || a.kind == CQL_LONG);
	}
	if (is_number(a) && is_number(b))
		return multiply_numbers(x, a, b);
	if (cql_is_null(a) || cql_is_null(b))
		return cql_null();
	if (is_uncertain(a) || is_uncertain(b))
		return multiply_uncertain(x, n, a, b);
	if (a.kind == CQL_QUANTITY || b.kind == CQL_QUANTITY)
		return multiply_quantities(x, n, a, b);
	if (unwrap_operands(x, &a, &b))
		return cql_multiply(x, n, a, b);
	return fail_operands(x, n, a, b);
}

/* The quotient of two quantities, or of one and a number. */
static CqlValue
divide_quantities(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	CqlQuantity p,
				q,
				r;

	if (!number_as_quantity(a, &p) || !number_as_quantity(b, &q))
		return fail_operands(x, n, a, b);
	if (!number_unit_quotient(x, &p, &q, &r) || !number_divide(&p.value, &q.value, &r.value))
		return cql_null();
	return cql_make_quantity(x, r.value, r.unit, r.unit_length);
}

/* a / b, a Decimal or Quantity. */
CqlValue
cql_divide(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	Decimal		p,
				q;

	if (cql_to_number(a, &p) && cql_to_number(b, &q))
		return number_divide(&p, &q, &p) ? cql_make_decimal(x, p) : cql_null();
	if (cql_is_null(a) || cql_is_null(b))
		return cql_null();
	if (a.kind == CQL_QUANTITY || b.kind == CQL_QUANTITY)
		return divide_quantities(x, n, a, b);
	if (unwrap_operands(x, &a, &b))
		return cql_divide(x, n, a, b);
	return fail_operands(x, n, a, b);
}

/* "div" or "mod" of what is not two whole numbers; quantities give the unit of the first. */
static CqlValue
divide_cutting(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b, bool remainder)
{
	CqlQuantity p,
				q;

	if (unwrap_operands(x, &a, &b) && (cql_is_null(a) || cql_is_null(b)))
		return cql_null();
	if (!number_as_quantity(a, &p) || !number_as_quantity(b, &q))
		return fail_operands(x, n, a, b);
	if (a.kind != CQL_QUANTITY && b.kind != CQL_QUANTITY)
		return divide_whole(&p.value, &q.value, remainder, &p.value) ? cql_make_decimal(x, p.value) : cql_null();
	if (b.kind != CQL_QUANTITY)
	{
		q.unit = p.unit;
		q.unit_length = p.unit_length;
	}
	if (!number_align(&p, &q, true) || !divide_whole(&p.value, &q.value, remainder, &p.value))
		return cql_null();
	return cql_make_quantity(x, p.value, p.unit, p.unit_length);
}

/* ---- operators ---- */

CqlValue
cql_add_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_add(x, n, a[0], a[1]);
}

CqlValue
cql_subtract_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_subtract(x, n, a[0], a[1]);
}

CqlValue
cql_multiply_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_multiply(x, n, a[0], a[1]);
}

CqlValue
cql_divide_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_divide(x, n, a[0], a[1]);
}

/* a div b: cut towards zero, of the type of the operands. */
CqlValue
cql_truncated_divide_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!both_whole(a[0], a[1]))
		return divide_cutting(x, n, a[0], a[1], false);
	if (a[1].i == 0 || (a[1].i == -1 && a[0].i == PG_INT64_MIN))
		return cql_null();
	return whole_number(a[0].i / a[1].i, a[0].kind != a[1].kind || a[0].kind == CQL_LONG);
}

/* a mod b: has the sign of a. */
CqlValue
cql_modulo_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!both_whole(a[0], a[1]))
		return divide_cutting(x, n, a[0], a[1], true);
	if (a[1].i == 0)
		return cql_null();
	return whole_number(a[1].i == -1 ? 0 : a[0].i % a[1].i, a[0].kind != a[1].kind || a[0].kind == CQL_LONG);
}

/* The number with its sign changed. */
static CqlValue
negate(CqlExec *x, const CqlNode *n, CqlValue v)
{
	v = cql_unwrap(x, v);
	switch (v.kind)
	{
		case CQL_INTEGER:
			return whole_number(-v.i, false);
		case CQL_LONG:
			return v.i == PG_INT64_MIN ? cql_null() : cql_long(-v.i);
		case CQL_DECIMAL:
			return cql_make_scaled(x, -cql_mantissa(v), cql_scale(v));
		case CQL_QUANTITY:
			return cql_make_quantity(x, (Decimal) {-v.quantity->value.mantissa, v.quantity->value.scale},
									 v.quantity->unit, v.quantity->unit_length);
		case CQL_INTERVAL:
			if (is_uncertain(v))
				return uncertain(x, negate(x, n, v.interval->high), negate(x, n, v.interval->low));
			break;
		case CQL_NULL:
			return v;
	}
	cql_fail_type(x, n, v);
}

/* Whether a number or quantity is below zero. */
static bool
is_negative(CqlValue v)
{
	if (v.kind == CQL_DECIMAL)
		return cql_mantissa(v) < 0;
	return v.kind == CQL_QUANTITY ? v.quantity->value.mantissa < 0 : v.i < 0;
}

CqlValue
cql_negate_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return negate(x, n, a[0]);
}

/* The absolute value; an uncertain one may reach to zero. */
CqlValue
cql_abs_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = cql_unwrap(x, a[0]);

	if (is_uncertain(v))
	{
		CqlValue	low = v.interval->low,
					high = v.interval->high;

		if (!is_negative(low))
			return v;
		if (is_negative(high))
			return negate(x, n, v);
		low = negate(x, n, low);
		if (cql_is_null(low))
			return low;
		if (cql_order(x, low, high, DATETIME_UNIT_FINEST) == 1)
			high = low;
		return uncertain(x, cql_subtract(x, n, high, high), high);
	}
	if (is_number(v) || v.kind == CQL_QUANTITY)
		return is_negative(v) ? negate(x, n, v) : v;
	return negate(x, n, v);		/* null, or an error */
}
