/*
 * equivalent.c: equivalence (~) of values: always true or false.
 *
 * Pure.  Null is equivalent to null; case and the kind of white space do not
 * matter in strings; decimals are compared as precisely as the less precise
 * one is written, zeros at its end left aside; codes by code and system;
 * concepts are equivalent when they have a code in common.
 */
#include "cql/compare.h"

/* ---- strings ---- */

/* A range of letters whose lower case is a fixed distance away, of every or every second code point. */
typedef struct CaseRange
{
	uint32		first;
	uint32		last;
	int16		distance;
	uint8		step;			/* 2: upper and lower case take turns */
} CaseRange;

static const CaseRange case_ranges[] = {
	{0x41, 0x5A, 32, 1},
	{0xB5, 0xB5, 775, 1},		/* micro sign: mu */
	{0xC0, 0xD6, 32, 1},
	{0xD8, 0xDE, 32, 1},
	{0x100, 0x12E, 1, 2},
	{0x132, 0x136, 1, 2},
	{0x139, 0x147, 1, 2},
	{0x14A, 0x176, 1, 2},
	{0x178, 0x178, -121, 1},
	{0x179, 0x17D, 1, 2},
	{0x17F, 0x17F, -268, 1},	/* long s */
	{0x386, 0x386, 38, 1},
	{0x388, 0x38A, 37, 1},
	{0x38C, 0x38C, 64, 1},
	{0x38E, 0x38F, 63, 1},
	{0x391, 0x3A1, 32, 1},
	{0x3A3, 0x3AB, 32, 1},
	{0x3C2, 0x3C2, 1, 1},		/* final sigma */
	{0x400, 0x40F, 80, 1},
	{0x410, 0x42F, 32, 1},
	{0x460, 0x480, 1, 2},
	{0x48A, 0x4BE, 1, 2},
	{0x4C1, 0x4CD, 1, 2},
	{0x4D0, 0x52E, 1, 2},
	{0x531, 0x556, 48, 1},
	{0x1E00, 0x1E94, 1, 2},
	{0x1EA0, 0x1EFE, 1, 2},
	{0xFF21, 0xFF3A, 32, 1}
};

/* One code point for all cases of a letter, and for all white space. */
static uint32
fold(uint32 c)
{
	if (c < 0x80)
	{
		if (c >= 'A' && c <= 'Z')
			return c + 32;
		return c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' ? ' ' : c;
	}
	if (c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
		c == 0x202F || c == 0x205F || c == 0x3000)
		return ' ';
	for (int i = 0; i < lengthof(case_ranges) && c >= case_ranges[i].first; i++)
	{
		const CaseRange *r = &case_ranges[i];

		if (c <= r->last)
			return (c - r->first) % r->step == 0 ? c + r->distance : c;
	}
	return c;
}

/* The next code point of well-formed UTF-8. */
static uint32
next_point(const char **s, const char *end)
{
	const uint8 *p = (const uint8 *) *s;
	uint32		c = *p++;
	int			rest = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;

	c &= rest == 0 ? 0x7F : 0x3F >> rest;
	for (; rest > 0 && (const char *) p < end; rest--)
		c = c << 6 | (*p++ & 0x3F);
	*s = (const char *) p;
	return c;
}

/* Whether two texts differ in case and kind of white space only. */
static bool
equivalent_text(const char *a, int a_length, const char *b, int b_length)
{
	const char *a_end = a + a_length;
	const char *b_end = b + b_length;

	if (cql_same_text(a, a_length, b, b_length))
		return true;
	for (uint32 i = 0; a < a_end && b < b_end; i++)
	{
		if (BYTES_LOOK(i))
			CHECK_FOR_INTERRUPTS();
		if (fold(next_point(&a, a_end)) != fold(next_point(&b, b_end)))
			return false;
	}
	return a == a_end && b == b_end;
}

/* ---- numbers, quantities, ratios ---- */

/* Rounded to the digits of the less precise one, zeros at the end left aside. */
static bool
equivalent_decimal(Decimal a, Decimal b)
{
	int			digits;

	decimal_trim(&a, 0);
	decimal_trim(&b, 0);
	digits = Min(a.scale, b.scale);
	return decimal_round(&a, digits, &a) && decimal_round(&b, digits, &b) && decimal_compare(&a, &b) == 0;
}

/* Quantities: converted where units differ; a calendar year counts as 'a'. */
static bool
equivalent_quantity(const CqlQuantity *a, const CqlQuantity *b)
{
	const char *text_a;
	const char *text_b;
	int			length_a;
	int			length_b;
	UcumUnit	unit_a;
	UcumUnit	unit_b;
	Decimal		converted;
	bool		exact;

	if (cql_quantity_order(a, b, true) == 0)
		return true;
	text_a = cql_ucum_unit(a, &length_a);
	text_b = cql_ucum_unit(b, &length_b);
	if (cql_same_text(text_a, length_a, text_b, length_b))
		return equivalent_decimal(a->value, b->value);
	return ucum_parse(text_a, length_a, &unit_a, NULL) && ucum_parse(text_b, length_b, &unit_b, NULL) &&
		ucum_comparable(&unit_a, &unit_b) &&
		ucum_convert(&b->value, &unit_b, &unit_a, &converted, &exact) == UCUM_OK &&
		equivalent_decimal(a->value, converted);
}

/* One quantity times another, with room for the unit. */
static bool
product(const CqlQuantity *a, const CqlQuantity *b, char *buffer, CqlQuantity *result)
{
	const char *text_a;
	const char *text_b;
	int			length_a;
	int			length_b;

	text_a = cql_ucum_unit(a, &length_a);
	text_b = cql_ucum_unit(b, &length_b);
	result->unit = buffer;
	return decimal_multiply(&a->value, &b->value, &result->value) &&
		ucum_product(text_a, length_a, text_b, length_b, buffer, UCUM_MAX_LENGTH, &result->unit_length);
}

/* Ratios are equivalent when their quotients are equal: 1:2 ~ 2:4, told by the products across. */
static bool
equivalent_ratio(const CqlRatio *a, const CqlRatio *b)
{
	char		unit_p[UCUM_MAX_LENGTH + 1];
	char		unit_q[UCUM_MAX_LENGTH + 1];
	CqlQuantity p;
	CqlQuantity q;

	if (!product(&a->numerator, &b->denominator, unit_p, &p) || !product(&b->numerator, &a->denominator, unit_q, &q))
		return equivalent_quantity(&a->numerator, &b->numerator) &&
			equivalent_quantity(&a->denominator, &b->denominator);
	return cql_quantity_order(&p, &q, true) == 0;
}

/* ---- codes ---- */

/* An optional text, exactly; absent ones are equivalent. */
static bool
same_optional(const char *a, int a_length, const char *b, int b_length)
{
	if (a == NULL || b == NULL)
		return a == b;
	return cql_same_text(a, a_length, b, b_length);
}

/* Code and system; synonyms of a system have the same hash. */
static bool
equivalent_code(const CqlCode *a, const CqlCode *b)
{
	if (a->hash != b->hash || !same_optional(a->code, a->code_length, b->code, b->code_length))
		return false;
	return (a->hash != 0 && (a->system != NULL) == (b->system != NULL)) ||
		same_optional(a->system, a->system_length, b->system, b->system_length);
}

/* Whether two concepts have a code in common. */
static bool
equivalent_concept(CqlExec *x, CqlValue a, CqlValue b)
{
	const CqlConcept *p;
	const CqlConcept *q;

	if (a.kind == CQL_CODE && b.kind == CQL_CODE)
		return equivalent_code(a.code, b.code);
	if (a.kind == CQL_CONCEPT && (a.flag & CQL_IN_CHART))
		return cql_chart_concept_equivalent(x, a, b);
	if (b.kind == CQL_CONCEPT && (b.flag & CQL_IN_CHART))
		return cql_chart_concept_equivalent(x, b, a);
	p = cql_concept_of(x, a);
	q = cql_concept_of(x, b);
	for (uint32 i = 0; i < p->ncodes; i++)
	{
		for (uint32 k = 0; k < q->ncodes; k++)
		{
			CHECK_FOR_INTERRUPTS();
			if (equivalent_code(&p->codes[i], &q->codes[k]))
				return true;
		}
	}
	return false;
}

/* ---- all kinds ---- */

/* Element by element. */
static bool
equivalent_values(CqlExec *x, const CqlValue *a, const CqlValue *b, uint32 n)
{
	check_stack_depth();
	for (uint32 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();	/* lists may share their elements: small ones may be long to look through */
		if (!cql_equivalent(x, a[i], b[i]))
			return false;
	}
	return true;
}

/* Intervals whose first and last points are equivalent; uncertain numbers of the same range. */
static bool
equivalent_interval(CqlExec *x, const CqlValue a, const CqlValue b)
{
	if (a.flag != b.flag)
		return false;
	if (a.flag == CQL_UNCERTAIN)
		return a.interval->low.i == b.interval->low.i && a.interval->high.i == b.interval->high.i;
	return cql_equivalent(x, cql_start(x, a), cql_start(x, b)) && cql_equivalent(x, cql_end(x, a), cql_end(x, b));
}

/* Equivalence of two structured values of the same kind. */
static bool
equivalent_structures(CqlExec *x, CqlValue a, CqlValue b)
{
	switch ((CqlKind) a.kind)
	{
		case CQL_QUANTITY:
			return equivalent_quantity(a.quantity, b.quantity);
		case CQL_RATIO:
			return equivalent_ratio(a.ratio, b.ratio);
		case CQL_INTERVAL:
			return equivalent_interval(x, a, b);
		case CQL_LIST:
			return a.n == b.n && equivalent_values(x, a.values, b.values, a.n);
		case CQL_TUPLE:
			return a.n == b.n && a.type == b.type && equivalent_values(x, a.values, b.values, cql_shape_size(x, a.n));
		default:
			return cql_equal(x, a, b) == CQL_YES;
	}
}

/* Whether a value is a Code or Concept. */
static inline bool
is_concept(CqlValue v)
{
	return v.kind == CQL_CODE || v.kind == CQL_CONCEPT;
}

bool
cql_equivalent(CqlExec *x, CqlValue a, CqlValue b)
{
	Decimal		p;
	Decimal		q;

	if (a.kind == CQL_NULL || b.kind == CQL_NULL)
		return a.kind == b.kind;
	if (cql_both_entries(a, b))
		return cql_same_entry(a, b);
	if (is_concept(a) && is_concept(b))
		return equivalent_concept(x, a, b);
	if (a.kind == CQL_STRING && b.kind == CQL_STRING)
		return equivalent_text(a.s, (int) a.n, b.s, (int) b.n);
	if (a.kind == CQL_ELEMENT || b.kind == CQL_ELEMENT)
		return cql_element_equivalent(x, a, b);
	if ((a.kind == CQL_DECIMAL || b.kind == CQL_DECIMAL) && cql_to_number(a, &p) && cql_to_number(b, &q))
		return equivalent_decimal(p, q);
	if (a.kind != b.kind)
		return cql_equal(x, a, b) == CQL_YES;
	return equivalent_structures(x, a, b);
}

/* Equivalent (~). */
CqlValue
cql_equivalent_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_equivalent(x, a[0], a[1]));
}
