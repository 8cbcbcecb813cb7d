/*
 * convert_op.c: the operators of conversion, each one call of cql_convert, and
 * those of lists and units.
 */
#include "cql/number.h"
#include "cql/operator_function.h"

/* An operator that converts, and one that tells whether it can. */
#define CONVERSION(name, type) \
	CqlValue cql_to_##name##_op(CqlExec *x, const CqlNode *n, const CqlValue *a) \
	{ \
		return cql_convert(x, n, a[0], type); \
	} \
	CqlValue cql_converts_to_##name##_op(CqlExec *x, const CqlNode *n, const CqlValue *a) \
	{ \
		return can_convert(x, n, a[0], type); \
	}

/* Whether a value converts; null for an element of FHIR without a value. */
static CqlValue
can_convert(CqlExec *x, const CqlNode *n, CqlValue v, CqlKind kind)
{
	v = cql_unwrap(x, v);
	if (cql_is_null(v))
		return v;
	return cql_boolean(!cql_is_null(cql_convert(x, n, v, kind)));
}

CONVERSION(boolean, CQL_BOOLEAN)
CONVERSION(integer, CQL_INTEGER)
CONVERSION(long, CQL_LONG)
CONVERSION(decimal, CQL_DECIMAL)
CONVERSION(string, CQL_STRING)
CONVERSION(date, CQL_DATE)
CONVERSION(date_time, CQL_DATETIME)
CONVERSION(time, CQL_TIME)
CONVERSION(quantity, CQL_QUANTITY)
CONVERSION(ratio, CQL_RATIO)

CqlValue
cql_to_concept_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_convert(x, n, a[0], CQL_CONCEPT);
}

/* A list of the one value; empty for null. */
CqlValue
cql_to_list_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue   *values;

	if (cql_is_null(a[0]))
		return cql_list(NULL, 0);
	if (a[0].kind == CQL_LIST)
		return a[0];
	values = cql_alloc_values(x, 1);
	values[0] = a[0];
	return cql_list(values, 1);
}

/* The characters of a text. */
CqlValue
cql_to_chars_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = cql_unwrap(x, a[0]);
	CqlValue   *values;
	uint32		count,
				at = 0;

	if (cql_is_null(v))
		return v;
	if (v.kind != CQL_STRING)
		cql_fail_type(x, n, v);
	count = cql_string_length(v);
	values = cql_alloc_values(x, Max(count, 1));
	for (uint32 i = 0; i < count; i++)
	{
		uint32		end = at + 1;

		CHECK_FOR_INTERRUPTS();
		while (end < v.n && (v.s[end] & 0xC0) == 0x80)
			end++;
		values[i] = cql_string(v.s + at, (int) (end - at));
		at = end;
	}
	return cql_list(values, count);
}

/* The number of a quantity in the unit of the second operand; false when there is none. */
static bool
convert_quantity(CqlExec *x, const CqlNode *n, const CqlValue *a, CqlValue *unit, Decimal *result)
{
	CqlQuantity q;

	*unit = cql_unwrap(x, a[1]);
	if (!number_as_quantity(a[0], &q))
		cql_fail_type(x, n, a[0]);
	if (unit->kind != CQL_STRING)
		cql_fail_type(x, n, *unit);
	return number_in_unit(&q, unit->n ? unit->s : "", (int) unit->n, result);
}

/* The quantity in another unit; null when it cannot be converted. */
CqlValue
cql_convert_quantity_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Decimal		result;
	CqlValue	unit;

	if (!convert_quantity(x, n, a, &unit, &result))
		return cql_null();
	return cql_make_quantity(x, result, unit.s, (int) unit.n);
}

CqlValue
cql_can_convert_quantity_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Decimal		result;
	CqlValue	unit;

	return cql_boolean(convert_quantity(x, n, a, &unit, &result) && cql_fit_decimal(&result));
}
