/*
 * number_limit.c: the ends of the ordered types, the steps between their
 * values, and the precision of values.
 *
 * A Decimal or Quantity steps by 10^-8, a moment by one of its finest written
 * component.  Beyond the end of its type a value has no neighbour: null for the
 * intervals that ask, an error for the operators.
 */
#include "cql/number.h"
#include "cql/operator_function.h"
#include "types/datetime_calendar.h"

#define PRECISION_DECIMAL	8
#define PRECISION_DATE		8
#define PRECISION_DATETIME	17
#define PRECISION_TIME		9

/* How many digits a moment of a precision is written with; a Time has 8 less. */
static const uint8 precision_digits[] = {4, 6, 8, 10, 12, 14, 17, 17, 17, 17};

/* ---- steps ---- */

/* Milliseconds of a component from days on. */
static int64
step_of(DateTimePrecision precision)
{
	static const int64 step[] = {MS_DAY, MS_HOUR, MS_MINUTE, MS_SECOND};

	return precision <= DATETIME_SECOND ? step[precision - DATETIME_DAY] : 1;
}

/* The next (1) or previous (-1) Date or DateTime of the same precision and zone. */
static CqlValue
step_moment(CqlValue v, int sign)
{
	DateTimePrecision precision = datetime_precision(v.i);
	int64		step,
				local;
	PhmDateTime result;

	if (precision < DATETIME_DAY)
	{
		if (!datetime_add(v.i, sign, (DateTimeUnit) precision, &result, NULL))
			return cql_null();
		v.i = result;
		return v;
	}
	step = sign * step_of(precision);
	local = datetime_local_ms(v.i) + step;
	if (local < CALENDAR_FIRST_DAY * MS_DAY || local >= CALENDAR_END_DAY * MS_DAY)
		return cql_null();
	v.i += step * (INT64CONST(1) << 15);
	return v;
}

/* The next or previous Time. */
static CqlValue
step_time(CqlValue v, int sign)
{
	DateTimePrecision precision = cql_time_precision(v);
	int64		ms = cql_time_ms(v) + sign * step_of(precision);

	return ms < 0 || ms >= MS_DAY ? cql_null() : cql_time((int) ms, precision);
}

/* The greatest Decimal, in units of 10^-8. */
static inline int128
greatest_decimal(void)
{
	return number_power(28) - 1;
}

/* The number 10^-8 above or below; false at the end of the type. */
static bool
step_decimal(Decimal *d, int sign)
{
	Decimal		step = {sign, CQL_MAX_SCALE};
	Decimal		end = {sign * greatest_decimal(), CQL_MAX_SCALE};

	return sign * decimal_compare(d, &end) < 0 && decimal_add(d, &step, d);
}

/* The neighbour of a value; null where there is none. */
static CqlValue
step_value(CqlExec *x, CqlValue v, int sign)
{
	Decimal		d;
	int64		i;

	switch (v.kind)
	{
		case CQL_DATE:
		case CQL_DATETIME:
			return step_moment(v, sign);
		case CQL_INTEGER:
			return whole_number(v.i + sign, false);
		case CQL_LONG:
			return __builtin_add_overflow(v.i, (int64) sign, &i) ? cql_null() : cql_long(i);
		case CQL_DECIMAL:
			d = cql_number(v);
			return step_decimal(&d, sign) ? cql_make_decimal(x, d) : cql_null();
		case CQL_QUANTITY:
			d = v.quantity->value;
			return step_decimal(&d, sign)
				? cql_make_quantity(x, d, v.quantity->unit, v.quantity->unit_length) : cql_null();
		case CQL_TIME:
			return step_time(v, sign);
		default:
			return cql_null();
	}
}

CqlValue
cql_successor(CqlExec *x, CqlValue v)
{
	return step_value(x, v, 1);
}

CqlValue
cql_predecessor(CqlExec *x, CqlValue v)
{
	return step_value(x, v, -1);
}

/* The neighbour of an operand, which must have one. */
static CqlValue
step_operand(CqlExec *x, const CqlNode *n, CqlValue v, int sign)
{
	CqlValue	result;

	v = cql_unwrap(x, v);
	if (cql_is_null(v))
		return v;
	if (!is_number(v) && v.kind != CQL_QUANTITY && (v.kind < CQL_DATE || v.kind > CQL_TIME))
		cql_fail_type(x, n, v);
	result = step_value(x, v, sign);
	if (cql_is_null(result))
		cql_fail(x, n, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "the %s value of a type has no %s",
				 sign > 0 ? "greatest" : "least", sign > 0 ? "successor" : "predecessor");
	return result;
}

CqlValue
cql_successor_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return step_operand(x, n, a[0], 1);
}

CqlValue
cql_predecessor_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return step_operand(x, n, a[0], -1);
}

/* ---- ends ---- */

/* The first or last moment there is. */
static PhmDateTime
end_moment(bool last, DateTimePrecision precision)
{
	PhmDateTime v = 0;

	datetime_from_local_ms(last ? CALENDAR_END_DAY * MS_DAY - 1 : CALENDAR_FIRST_DAY * MS_DAY,
						   precision, DATETIME_ZONE_Z, &v, NULL);
	return v;
}

/* The least or greatest value of a type; null when it has none. */
static CqlValue
end_of_type(CqlExec *x, CqlKind kind, bool last)
{
	int128		decimal = greatest_decimal();

	if (!last)
		decimal = -decimal;
	switch (kind)
	{
		case CQL_INTEGER:
			return cql_integer(last ? PG_INT32_MAX : PG_INT32_MIN);
		case CQL_LONG:
			return cql_long(last ? PG_INT64_MAX : PG_INT64_MIN);
		case CQL_DECIMAL:
			return cql_decimal(decimal, CQL_MAX_SCALE);
		case CQL_QUANTITY:
			return cql_make_quantity(x, (Decimal) {decimal, CQL_MAX_SCALE}, "1", 1);
		case CQL_DATE:
			return cql_date(end_moment(last, DATETIME_DAY));
		case CQL_DATETIME:
			return cql_datetime(end_moment(last, DATETIME_MILLISECOND));
		case CQL_TIME:
			return cql_time(last ? (int) MS_DAY - 1 : 0, DATETIME_MILLISECOND);
		default:
			return cql_null();
	}
}

CqlValue
cql_minimum(CqlExec *x, CqlKind kind)
{
	return end_of_type(x, kind, false);
}

CqlValue
cql_maximum(CqlExec *x, CqlKind kind)
{
	return end_of_type(x, kind, true);
}

/* The end of the type that the node names, which must have one. */
static CqlValue
end_of_node(CqlExec *x, const CqlNode *n, bool last)
{
	CqlValue	v = end_of_type(x, (CqlKind) n->kind, last);

	if (cql_is_null(v))
		cql_fail(x, n, ERRCODE_DATATYPE_MISMATCH, "the type has no %s value", last ? "greatest" : "least");
	return v;
}

CqlValue
cql_min_value_op(CqlExec *x, const CqlNode *n)
{
	return end_of_node(x, n, false);
}

CqlValue
cql_max_value_op(CqlExec *x, const CqlNode *n)
{
	return end_of_node(x, n, true);
}

/* ---- precision ---- */

/* Digits behind the point, or of which a moment is written. */
CqlValue
cql_precision_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = cql_unwrap(x, a[0]);

	switch (v.kind)
	{
		case CQL_DECIMAL:
			return cql_integer(cql_scale(v));
		case CQL_DATE:
		case CQL_DATETIME:
			return cql_integer(precision_digits[datetime_precision(v.i)]);
		case CQL_TIME:
			return cql_integer(precision_digits[cql_time_precision(v)] - 8);
		case CQL_NULL:
			return v;
	}
	cql_fail_type(x, n, v);
}

/* The precision that is written with a number of digits; false when there is none. */
static bool
precision_of_digits(int64 digits, DateTimePrecision *precision)
{
	for (int p = DATETIME_YEAR; p <= DATETIME_SECOND; p++)
		if (precision_digits[p] == digits)
		{
			*precision = (DateTimePrecision) p;
			return true;
		}
	*precision = DATETIME_MILLISECOND;
	return digits == PRECISION_DATETIME;
}

/* The least (or greatest) Decimal that a number with fewer places may stand for. */
static CqlValue
boundary_of_decimal(CqlExec *x, Decimal d, int64 places, bool high)
{
	int128		unit;

	if (places < 0 || places > PRECISION_DECIMAL)
		return cql_null();
	if (places <= d.scale)
	{
		d.mantissa /= number_power(d.scale - (int) places);
		d.scale = (int) places;
		return cql_make_decimal(x, d);
	}
	unit = number_power((int) places - d.scale);
	d.mantissa *= unit;
	if (high && d.mantissa >= 0)
		d.mantissa += unit - 1;
	else if (!high && d.mantissa < 0)
		d.mantissa -= unit - 1;
	d.scale = (int) places;
	return cql_make_decimal(x, d);
}

/* The first or last moment of a precision within a Date or DateTime. */
static CqlValue
boundary_of_moment(CqlExec *x, CqlValue v, int64 digits, bool high)
{
	DateTimePrecision precision;
	int64		local = datetime_local_ms(v.i);
	PhmDateTime result;

	if (!precision_of_digits(digits, &precision) || (v.kind == CQL_DATE && precision > DATETIME_DAY))
		return cql_null();
	if (high)
		local += datetime_latest(v.i) - datetime_earliest(v.i);
	if (!datetime_from_local_ms(local, precision, datetime_zone(v.i), &result, NULL))
		return cql_null();
	return v.kind == CQL_DATE ? cql_date(result) : cql_normal_datetime(x, result);
}

/* The first or last Time of a precision within a Time. */
static CqlValue
boundary_of_time(CqlValue v, int64 digits, bool high)
{
	DateTimePrecision precision;
	int64		ms = cql_time_ms(v);

	if (!precision_of_digits(digits + 8, &precision) || precision < DATETIME_HOUR)
		return cql_null();
	if (high)
		ms += step_of(cql_time_precision(v)) - 1;
	return cql_time((int) (ms - ms % step_of(precision)), precision);
}

/* The boundary of any value; without a precision that of the type. */
static CqlValue
boundary(CqlExec *x, const CqlNode *n, const CqlValue *a, bool high)
{
	CqlValue	v = cql_unwrap(x, a[0]);
	bool		told = a[1].kind == CQL_INTEGER;
	Decimal		d;

	if (cql_is_null(v))
		return v;
	if (!told && !cql_is_null(a[1]))
		cql_fail_type(x, n, a[1]);
	if (cql_to_number(v, &d))
		return boundary_of_decimal(x, d, told ? a[1].i : PRECISION_DECIMAL, high);
	if (v.kind == CQL_DATE)
		return boundary_of_moment(x, v, told ? a[1].i : PRECISION_DATE, high);
	if (v.kind == CQL_DATETIME)
		return boundary_of_moment(x, v, told ? a[1].i : PRECISION_DATETIME, high);
	if (v.kind == CQL_TIME)
		return boundary_of_time(v, told ? a[1].i : PRECISION_TIME, high);
	cql_fail_type(x, n, v);
}

CqlValue
cql_low_boundary_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return boundary(x, n, a, false);
}

CqlValue
cql_high_boundary_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return boundary(x, n, a, true);
}
