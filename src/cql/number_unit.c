/*
 * number_unit.c: the units of quantities in arithmetic.
 *
 * Units are UCUM or CQL's calendar units, which convert as the UCUM units they
 * are equivalent to.  Quantities that cannot be brought together give no
 * result: the operators return null for them.
 */
#include "cql/number.h"

/* The UCUM code of a calendar unit, or the unit as it is. */
static void
unit_code(const char **unit, int *length)
{
	const char *code;

	if (ucum_calendar_unit(*unit, *length, &code, NULL) == UCUM_NOT_CALENDAR)
		return;
	*unit = code;
	*length = (int) strlen(code);
}

/* A number or quantity as a quantity. */
bool
number_as_quantity(CqlValue v, CqlQuantity *q)
{
	if (v.kind == CQL_QUANTITY)
	{
		*q = *v.quantity;
		if (q->unit_length == 0)
			q->unit = "";		/* may be NULL */
		return true;
	}
	q->unit = "1";
	q->unit_length = 1;
	return cql_to_number(v, &q->value);
}

/* Reads a unit; see number.h. */
bool
number_unit(const char *s, int length, UcumUnit *unit)
{
	unit_code(&s, &length);
	return ucum_parse(s, length, unit, NULL);
}

/* Whether a unit is 1. */
static bool
is_one(const CqlQuantity *q)
{
	return q->unit_length == 0 || (q->unit_length == 1 && q->unit[0] == '1');
}

/* Whether two units are written alike. */
bool
number_same_unit(const CqlQuantity *a, const CqlQuantity *b)
{
	UcumCalendar unit;

	if (a->unit_length == b->unit_length && memcmp(a->unit, b->unit, a->unit_length) == 0)
		return true;
	if (is_one(a) || is_one(b))
		return is_one(a) && is_one(b);
	unit = ucum_calendar_unit(a->unit, a->unit_length, NULL, NULL);
	return unit != UCUM_NOT_CALENDAR && unit == ucum_calendar_unit(b->unit, b->unit_length, NULL, NULL);
}

/* The number of q in another unit. */
bool
number_in_unit(const CqlQuantity *q, const char *unit, int length, Decimal *result)
{
	CqlQuantity target = {.unit = unit,.unit_length = length};
	UcumUnit	from,
				to;
	bool		exact;

	*result = q->value;
	if (number_same_unit(q, &target))
		return true;
	return number_unit(q->unit, q->unit_length, &from) && number_unit(unit, length, &to) &&
		ucum_convert(&q->value, &from, &to, result, &exact) == UCUM_OK;
}

/*
 * Brings two quantities to one unit: CQL wants that of a sum to be the more
 * granular one.  Units with an offset or a logarithm cannot be added.
 */
bool
number_align(CqlQuantity *a, CqlQuantity *b, bool first)
{
	UcumUnit	u,
				v;
	bool		exact;

	if (number_same_unit(a, b))
	{
		b->unit = a->unit;
		b->unit_length = a->unit_length;
		return true;
	}
	if (!number_unit(a->unit, a->unit_length, &u) || !number_unit(b->unit, b->unit_length, &v) ||
		u.special || v.special || !ucum_commensurable(&u, &v))
		return false;
	if (first || u.factor <= v.factor)
	{
		b->unit = a->unit;
		b->unit_length = a->unit_length;
		return ucum_convert(&b->value, &v, &u, &b->value, &exact) == UCUM_OK;
	}
	a->unit = b->unit;
	a->unit_length = b->unit_length;
	return ucum_convert(&a->value, &u, &v, &a->value, &exact) == UCUM_OK;
}

/* Whether a unit is one symbol to which an exponent can be written. */
static bool
is_symbol(const char *s, int length)
{
	for (int i = 0; i < length; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z')))
			return false;
	return length > 0;
}

/* Takes a unit that was put together; false when it is none. */
static bool
take_unit(CqlExec *x, const char *text, int length, CqlQuantity *result)
{
	UcumUnit	unit;
	char	   *copy;

	if (!ucum_parse(text, length, &unit, NULL))
		return false;
	copy = cql_alloc(x, length);
	memcpy(copy, text, length);
	result->unit = copy;
	result->unit_length = length;
	return true;
}

/* Whether a unit can be a factor: of a ratio scale. */
static bool
is_factor(const char *s, int length)
{
	UcumUnit	unit;

	return ucum_parse(s, length, &unit, NULL) && !unit.special;
}

/* The unit of a product: of cm and cm it is cm2. */
bool
number_unit_product(CqlExec *x, const CqlQuantity *a, const CqlQuantity *b, CqlQuantity *result)
{
	char		buffer[UCUM_MAX_LENGTH];
	const char *s = a->unit,
			   *t = b->unit;
	int			m = a->unit_length,
				n = b->unit_length,
				length;

	if (is_one(a) || is_one(b))
	{
		const CqlQuantity *from = is_one(b) ? a : b;

		result->unit = from->unit;
		result->unit_length = from->unit_length;
		return true;
	}
	unit_code(&s, &m);
	unit_code(&t, &n);
	if (!is_factor(s, m) || !is_factor(t, n))
		return false;
	if (m == n && memcmp(s, t, n) == 0 && is_symbol(s, m) && m < UCUM_MAX_LENGTH)
	{
		memcpy(buffer, s, m);
		buffer[m] = '2';
		length = m + 1;
	}
	else if (!ucum_product(s, m, t, n, buffer, sizeof(buffer), &length))
		return false;
	return take_unit(x, buffer, length, result);
}

/*
 * The unit of a quotient.  Units of one dimension give a pure number: b is
 * converted to the unit of a for that.
 */
bool
number_unit_quotient(CqlExec *x, const CqlQuantity *a, CqlQuantity *b, CqlQuantity *result)
{
	char		buffer[UCUM_MAX_LENGTH];
	const char *s = a->unit,
			   *t = b->unit;
	int			m = a->unit_length,
				n = b->unit_length,
				length;
	CqlQuantity left = *a;

	if (is_one(b))
	{
		result->unit = m > 0 ? s : "1";
		result->unit_length = Max(m, 1);
		return true;
	}
	if (number_align(&left, b, true))
	{
		result->unit = "1";
		result->unit_length = 1;
		return true;
	}
	unit_code(&s, &m);
	unit_code(&t, &n);
	return is_factor(s, m) && is_factor(t, n) &&
		ucum_quotient(s, m, t, n, buffer, sizeof(buffer), &length) &&
		take_unit(x, buffer, length, result);
}
