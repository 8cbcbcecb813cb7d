/*
 * quantity_math.c: arithmetic of quantities.  A comparator is carried along
 * where the result is still bounded on one side; where it is not, where units
 * cannot be combined, the result is unknown.  Results are exact or rounded
 * as decimal.h says, and never to the eight places of CQL.
 */
#include "types/quantity.h"

/* Reports a result that has too many digits. */
static bool
out_of_range(PhmError *err)
{
	return phm_fail(err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, -1, "phm.quantity out of range");
}

/* Takes a number into a view. */
static void
set_number(QuantityView *view, const Decimal *number)
{
	view->mantissa = number->mantissa;
	view->scale = number->scale;
}

/* The comparator of a value whose sign was changed. */
static uint8
mirrored(uint8 comparator)
{
	static const uint8 mirror[] = {QUANTITY_EXACT, QUANTITY_GREATER, QUANTITY_GREATER_OR_EQUAL,
	QUANTITY_LESS_OR_EQUAL, QUANTITY_LESS};

	return mirror[comparator];
}

/* Whether both units are written alike. */
static bool
same_unit(const QuantityView *a, const QuantityView *b)
{
	return a->unit_length == b->unit_length && a->ucum == b->ucum &&
		memcmp(a->unit, b->unit, a->unit_length) == 0;
}

/* Converts to a UCUM unit, which must be valid; see quantity.h. */
bool
quantity_convert(const QuantityView *a, const char *unit, int unit_length,
				 QuantityView *result, bool *known, PhmError *err)
{
	UcumUnit	from,
				to;
	Decimal		x = quantity_number(a);
	bool		exact;

	*known = false;
	if (!ucum_parse(unit, unit_length, &to, err))
		return false;
	if (!a->ucum || !ucum_parse(a->unit, a->unit_length, &from, NULL))
		return true;
	switch (ucum_convert(&x, &from, &to, &x, &exact))
	{
		case UCUM_OK:
			break;
		case UCUM_INCOMMENSURABLE:
		case UCUM_UNDEFINED:
			return true;
		case UCUM_OVERFLOW:
			return out_of_range(err);
	}
	*known = true;
	*result = *a;
	if (ucum_reverses(&from, &to))
		result->comparator = mirrored(a->comparator);
	set_number(result, &x);
	result->unit = unit;
	result->unit_length = unit_length;
	return true;
}

/* -1 for values bounded above, 1 for those bounded below, 0 for exact ones. */
static int
direction(int comparator)
{
	return comparator == QUANTITY_EXACT ? 0 : comparator <= QUANTITY_LESS_OR_EQUAL ? -1 : 1;
}

/* The comparator of a sum; see quantity.h. */
bool
quantity_sum_comparator(int a, int b, uint8 *sum)
{
	int			x = direction(a),
				y = direction(b);

	if (x * y < 0)
		return false;
	if (x == 0 || y == 0)
		*sum = x == 0 ? b : a;
	else if (x < 0)
		*sum = a == QUANTITY_LESS || b == QUANTITY_LESS ? QUANTITY_LESS : QUANTITY_LESS_OR_EQUAL;
	else
		*sum = a == QUANTITY_GREATER || b == QUANTITY_GREATER ? QUANTITY_GREATER : QUANTITY_GREATER_OR_EQUAL;
	return true;
}

/* a + b in the unit of a; see quantity.h. */
bool
quantity_add(const QuantityView *a, const QuantityView *b,
			 QuantityView *result, bool *known, PhmError *err)
{
	Decimal		x = quantity_number(a),
				y = quantity_number(b);
	uint8		comparator;

	*known = false;
	if (!quantity_sum_comparator(a->comparator, b->comparator, &comparator))
		return true;
	if (!same_unit(a, b))
	{
		UcumUnit	u,
					v;
		bool		exact;
		UcumResult	outcome;

		if (!a->ucum || !b->ucum || !ucum_parse(a->unit, a->unit_length, &u, NULL) ||
			!ucum_parse(b->unit, b->unit_length, &v, NULL) || u.special || v.special)
			return true;
		outcome = ucum_convert(&y, &v, &u, &y, &exact);
		if (outcome == UCUM_OVERFLOW)
			return out_of_range(err);
		if (outcome != UCUM_OK)
			return true;
	}
	if (!decimal_add(&x, &y, &x))
		return out_of_range(err);
	*known = true;
	*result = *a;
	result->comparator = comparator;
	set_number(result, &x);
	return true;
}

/* a - b in the unit of a. */
bool
quantity_subtract(const QuantityView *a, const QuantityView *b,
				  QuantityView *result, bool *known, PhmError *err)
{
	QuantityView negative;

	quantity_negate(b, &negative);
	return quantity_add(a, &negative, result, known, err);
}

/* The value with its sign changed. */
void
quantity_negate(const QuantityView *a, QuantityView *result)
{
	*result = *a;
	result->mantissa = -a->mantissa;
	result->comparator = mirrored(a->comparator);
}

/* The absolute value; unknown where the sign is. */
bool
quantity_abs(const QuantityView *a, QuantityView *result, bool *known)
{
	int			side = direction(a->comparator);

	*known = side == 0 || (side > 0 && a->mantissa >= 0) || (side < 0 && a->mantissa <= 0);
	if (side < 0 || (side == 0 && a->mantissa < 0))
		quantity_negate(a, result);
	else
		*result = *a;
	return true;
}

/* Whether a unit can be a factor of another one: UCUM, and on a ratio scale. */
static bool
is_factor(const QuantityView *a)
{
	UcumUnit	unit;

	return a->ucum && ucum_parse(a->unit, a->unit_length, &unit, NULL) && !unit.special;
}

/* Finds the unit of a product or quotient; *known is false when there is none. */
static bool
combine_units(const QuantityView *a, const QuantityView *b, bool divide,
			  QuantityView *result, bool *known, PhmError *err)
{
	char		buffer[UCUM_MAX_LENGTH];
	UcumUnit	unit;
	int			length;

	*known = true;
	if (quantity_unitless(b) || (quantity_unitless(a) && !divide))
	{
		const QuantityView *from = quantity_unitless(b) ? a : b;

		result->ucum = from->ucum;
		result->unit = from->unit;
		result->unit_length = from->unit_length;
		return true;
	}
	if (divide && same_unit(a, b) && (!a->ucum || is_factor(a)))
	{
		result->ucum = true;
		result->unit = "1";
		result->unit_length = 1;
		return true;
	}
	*known = is_factor(a) && is_factor(b);
	if (!*known)
		return true;
	if (!(divide ? ucum_quotient : ucum_product) (a->unit, a->unit_length, b->unit, b->unit_length,
												  buffer, sizeof(buffer), &length))
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1,
						"the unit of the result is longer than %d characters", UCUM_MAX_LENGTH);
	if (!ucum_parse(buffer, length, &unit, err))
		return false;
	result->ucum = true;
	result->unit = pnstrdup(buffer, length);
	result->unit_length = length;
	return true;
}

/* The comparator of a bounded value times or divided by a number of this sign. */
static uint8
scaled_comparator(uint8 comparator, int128 factor)
{
	return factor > 0 ? comparator : factor < 0 ? mirrored(comparator) : QUANTITY_EXACT;
}

/* a * b; see quantity.h. */
bool
quantity_multiply(const QuantityView *a, const QuantityView *b,
				  QuantityView *result, bool *known, PhmError *err)
{
	Decimal		x = quantity_number(a),
				y = quantity_number(b);

	*known = a->comparator == QUANTITY_EXACT || b->comparator == QUANTITY_EXACT;
	if (!*known)
		return true;
	if (!decimal_multiply(&x, &y, &x))
		return out_of_range(err);
	if (a->comparator == QUANTITY_EXACT)
		result->comparator = scaled_comparator(b->comparator, a->mantissa);
	else
		result->comparator = scaled_comparator(a->comparator, b->mantissa);
	set_number(result, &x);
	return combine_units(a, b, false, result, known, err);
}

/* a / b; see quantity.h. */
bool
quantity_divide(const QuantityView *a, const QuantityView *b,
				QuantityView *result, bool *known, PhmError *err)
{
	Decimal		x = quantity_number(a),
				y = quantity_number(b);
	bool		exact;

	*known = b->comparator == QUANTITY_EXACT;
	if (!*known)
		return true;
	if (b->mantissa == 0)
		return phm_fail(err, ERRCODE_DIVISION_BY_ZERO, -1, "division by zero");
	if (!decimal_divide(&x, &y, &x, &exact))
		return out_of_range(err);
	result->comparator = scaled_comparator(a->comparator, b->mantissa);
	set_number(result, &x);
	return combine_units(a, b, true, result, known, err);
}

/* Rounds the number, half away from zero; comparator and unit stay. */
bool
quantity_round(const QuantityView *a, int digits, QuantityView *result, PhmError *err)
{
	Decimal		x = quantity_number(a);

	if (!decimal_round(&x, digits, &x))
		return out_of_range(err);
	*result = *a;
	set_number(result, &x);
	return true;
}
