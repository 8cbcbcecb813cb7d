/*
 * ucum_convert.c: comparing and converting values with UCUM units.  Exact
 * wherever the definitions are: multiples, and temperatures with their
 * offset; doubles serve logarithms, different powers of pi and factors
 * beyond 64 bits.
 */
#include "types/ucum.h"

#include <math.h>

/* What is added to a temperature before its factor applies. */
static const Decimal *
affine_offset(const UcumUnit *unit)
{
	static const Decimal celsius = {27315, 2};
	static const Decimal fahrenheit = {45967, 2};
	static const Decimal reaumur = {21852, 2};

	switch (unit->special)
	{
		case UCUM_CELSIUS:
			return &celsius;
		case UCUM_FAHRENHEIT:
			return &fahrenheit;
		case UCUM_REAUMUR:
			return &reaumur;
		default:
			return NULL;
	}
}

/* Whether the unit falls when what it measures grows. */
static bool
falling(const UcumUnit *unit)
{
	return unit->special == UCUM_PH || (unit->special >= UCUM_HP_X && unit->special <= UCUM_HP_Q);
}

/* A multiple of its base, or a temperature. */
bool
ucum_linear(const UcumUnit *unit)
{
	return unit->special == UCUM_RATIO || affine_offset(unit) != NULL;
}

/* Whether values of both are exact multiples of one thing. */
static bool
exactly_linear(const UcumUnit *a, const UcumUnit *b)
{
	return ucum_linear(a) && ucum_linear(b) && a->exact && b->exact && a->pi == b->pi;
}

/* Whether both are the same function of the same base, but for prefixes. */
static bool
same_scale(const UcumUnit *a, const UcumUnit *b)
{
	return a->special == b->special && a->ratio.numerator == b->ratio.numerator &&
		a->ratio.denominator == b->ratio.denominator && a->ratio.exponent == b->ratio.exponent;
}

bool
ucum_commensurable(const UcumUnit *a, const UcumUnit *b)
{
	return memcmp(a->dimension, b->dimension, sizeof(a->dimension)) == 0 &&
		memcmp(a->arbitrary, b->arbitrary, sizeof(a->arbitrary)) == 0;
}

bool
ucum_comparable(const UcumUnit *a, const UcumUnit *b)
{
	return ucum_commensurable(a, b) &&
		(same_scale(a, b) || (!falling(a) && !falling(b)));
}

bool
ucum_reverses(const UcumUnit *a, const UcumUnit *b)
{
	return falling(a) != falling(b);
}

/* value * 10^prefix + offset: the multiple of the unit's factor that a value is. */
static void
linear_part(const Decimal *value, const UcumUnit *unit, Decimal *result)
{
	const Decimal *offset = affine_offset(unit);
	DecimalRatio prefix = {1, 1, unit->prefix};
	static const DecimalRatio one = {1, 1, 0};
	Decimal		shifted = *value,
				rounded;
	bool		exact;

	if (unit->prefix != 0 && !decimal_convert(value, &prefix, &one, &shifted, &exact))
		shifted = *value;
	*result = shifted;
	if (offset == NULL || decimal_add(&shifted, offset, result))
		return;

	/* Temperatures beyond 10^30 lose a few places, but keep their order. */
	if (shifted.scale > 2)
		decimal_round(&shifted, 2, &shifted);
	decimal_round(offset, shifted.scale, &rounded);
	if (!decimal_add(&shifted, &rounded, result))
		*result = shifted;
}

/* The value in base units. */
static double
to_base(double value, const UcumUnit *unit)
{
	if (unit->prefix != 0)
		value *= pow(10, unit->prefix);
	switch ((UcumSpecial) unit->special)
	{
		case UCUM_RATIO:
			break;
		case UCUM_CELSIUS:
		case UCUM_FAHRENHEIT:
		case UCUM_REAUMUR:
			value += decimal_to_double(affine_offset(unit));
			break;
		case UCUM_PH:
		case UCUM_HP_X:
			value = pow(10, -value);
			break;
		case UCUM_LN:
			value = exp(value);
			break;
		case UCUM_LG:
			value = pow(10, value);
			break;
		case UCUM_LG_TIMES_2:
			value = pow(10, value / 2);
			break;
		case UCUM_LD:
			value = exp2(value);
			break;
		case UCUM_TAN_TIMES_100:
			value = atan(value / 100);
			break;
		case UCUM_SQRT:
			value = value < 0 ? NAN : value * value;
			break;
		case UCUM_HP_C:
			value = pow(100, -value);
			break;
		case UCUM_HP_M:
			value = pow(1000, -value);
			break;
		case UCUM_HP_Q:
			value = pow(50000, -value);
			break;
	}
	return value * unit->factor;
}

/* A value in base units, in the unit; not finite where the function has no value. */
static double
from_base(double value, const UcumUnit *unit)
{
	value /= unit->factor;
	switch ((UcumSpecial) unit->special)
	{
		case UCUM_RATIO:
			break;
		case UCUM_CELSIUS:
		case UCUM_FAHRENHEIT:
		case UCUM_REAUMUR:
			value -= decimal_to_double(affine_offset(unit));
			break;
		case UCUM_PH:
		case UCUM_HP_X:
			value = -log10(value);
			break;
		case UCUM_LN:
			value = log(value);
			break;
		case UCUM_LG:
			value = log10(value);
			break;
		case UCUM_LG_TIMES_2:
			value = 2 * log10(value);
			break;
		case UCUM_LD:
			value = log2(value);
			break;
		case UCUM_TAN_TIMES_100:
			value = fabs(value) < M_PI / 2 ? 100 * tan(value) : NAN;
			break;
		case UCUM_SQRT:
			value = sqrt(value);
			break;
		case UCUM_HP_C:
			value = -log10(value) / 2;
			break;
		case UCUM_HP_M:
			value = -log10(value) / 3;
			break;
		case UCUM_HP_Q:
			value = -log10(value) / log10(50000);
			break;
	}
	return unit->prefix != 0 ? value / pow(10, unit->prefix) : value;
}

/* Orders two doubles. */
static int
order(double a, double b)
{
	return a < b ? -1 : a > b;
}

/* Compares values of one special function and base by their prefixes. */
static int
compare_scaled(const Decimal *a, const UcumUnit *u, const Decimal *b, const UcumUnit *v)
{
	DecimalRatio x = {1, 1, u->prefix},
				y = {1, 1, v->prefix};

	return decimal_compare_ratio(a, &x, b, &y);
}

/* Compares values of units that are exactly linear. */
static int
compare_linear(const Decimal *a, const UcumUnit *u, const Decimal *b, const UcumUnit *v)
{
	Decimal		x,
				y;

	linear_part(a, u, &x);
	linear_part(b, v, &y);
	return decimal_compare_ratio(&x, &u->ratio, &y, &v->ratio);
}

/* Compares a value of u with one of v; see ucum.h. */
UcumOrder
ucum_compare(const Decimal *a, const UcumUnit *u, const Decimal *b, const UcumUnit *v)
{
	double		x,
				y;

	if (!ucum_commensurable(u, v))
		return UCUM_UNKNOWN;
	if (u->special && same_scale(u, v))
		return (UcumOrder) compare_scaled(a, u, b, v);
	if (exactly_linear(u, v))
		return (UcumOrder) compare_linear(a, u, b, v);
	if (falling(u) || falling(v))
		return UCUM_UNKNOWN;
	x = to_base(decimal_to_double(a), u);
	y = to_base(decimal_to_double(b), v);
	if (isnan(x) || isnan(y))
		return UCUM_UNKNOWN;
	return (UcumOrder) order(x, y);
}

/* Converts between exactly linear units. */
static UcumResult
convert_linear(const Decimal *value, const UcumUnit *from, const UcumUnit *to,
			   Decimal *result, bool *exact)
{
	static const DecimalRatio one = {1, 1, 0};
	const Decimal *plus = affine_offset(from),
			   *minus = affine_offset(to);
	DecimalRatio prefix = {1, 1, 0};
	bool		exact_prefix = true;
	Decimal		x = *value;

	prefix.exponent = from->prefix;
	if (from->prefix != 0 && !decimal_convert(&x, &prefix, &one, &x, &exact_prefix))
		return UCUM_OVERFLOW;
	if (plus && !decimal_add(&x, plus, &x))
		return UCUM_OVERFLOW;
	if (!decimal_convert(&x, &from->ratio, &to->ratio, &x, exact))
		return UCUM_OVERFLOW;
	*exact &= exact_prefix;
	if (minus && !decimal_subtract(&x, minus, &x))
		return UCUM_OVERFLOW;
	prefix.exponent = to->prefix;
	if (to->prefix != 0 && !decimal_convert(&x, &one, &prefix, &x, &exact_prefix))
		return UCUM_OVERFLOW;
	*exact &= exact_prefix;
	if (plus || minus)
		decimal_trim(&x, value->scale);
	*result = x;
	return UCUM_OK;
}

/* Converts a value; see ucum.h. */
UcumResult
ucum_convert(const Decimal *value, const UcumUnit *from, const UcumUnit *to,
			 Decimal *result, bool *exact)
{
	double		x;
	UcumResult	outcome;

	*exact = true;
	if (!ucum_commensurable(from, to))
		return UCUM_INCOMMENSURABLE;
	if (from->special && same_scale(from, to))
	{
		DecimalRatio f = {1, 1, from->prefix},
					g = {1, 1, to->prefix};

		return decimal_convert(value, &f, &g, result, exact) ? UCUM_OK : UCUM_OVERFLOW;
	}
	if (exactly_linear(from, to))
		return convert_linear(value, from, to, result, exact);
	*exact = false;
	outcome = ucum_convert_double(decimal_to_double(value), from, to, &x);
	if (outcome != UCUM_OK)
		return outcome;
	return decimal_from_double(x, result) ? UCUM_OK : UCUM_OVERFLOW;
}

/* The same in doubles. */
UcumResult
ucum_convert_double(double value, const UcumUnit *from, const UcumUnit *to, double *result)
{
	if (!ucum_commensurable(from, to))
		return UCUM_INCOMMENSURABLE;
	*result = from_base(to_base(value, from), to);
	return isnan(*result) || isinf(*result) ? UCUM_UNDEFINED : UCUM_OK;
}

/* The first key of the total order: units of different groups never compare by magnitude. */
static int
sort_group(const UcumUnit *unit)
{
	if (!ucum_linear(unit))
		return 1000 + unit->special;
	return unit->exact ? unit->pi : 500;
}

/* A total order that follows the magnitude; see ucum.h. */
int
ucum_sort(const Decimal *a, const UcumUnit *u, const Decimal *b, const UcumUnit *v)
{
	int			cmp = memcmp(u->dimension, v->dimension, sizeof(u->dimension));
	int			group = sort_group(u);

	if (cmp == 0)
		cmp = memcmp(u->arbitrary, v->arbitrary, sizeof(u->arbitrary));
	if (cmp == 0)
		cmp = group - sort_group(v);
	if (cmp != 0)
		return cmp < 0 ? -1 : 1;
	if (group >= 1000)
	{
		cmp = order(u->factor, v->factor);
		return cmp != 0 ? cmp : compare_scaled(a, u, b, v);
	}
	if (group == 500)
		return order(to_base(decimal_to_double(a), u), to_base(decimal_to_double(b), v));
	return compare_linear(a, u, b, v);
}
