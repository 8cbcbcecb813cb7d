/*
 * fhirpath_text.c: FHIRPath's functions on strings, and conversions.
 *
 * Most are operators of CQL under another name; here are those whose rules or
 * order of arguments differ.
 */
#include "cql/fhirpath_op.h"

#include <math.h>

#include "types/bytes.h"
#include "cql/number.h"
#include "cql/operator_function.h"

/* ---- conversions ---- */

/* What a conversion makes. */
static CqlKind
target_kind(uint32 function)
{
	static const CqlKind kinds[] = {CQL_BOOLEAN, CQL_INTEGER, CQL_DECIMAL, CQL_STRING, CQL_DATE, CQL_DATETIME,
	CQL_TIME, CQL_QUANTITY};

	return kinds[function - (function >= PATH_ConvertsToBoolean ? PATH_ConvertsToBoolean : PATH_ToBoolean)];
}

/* The converted value; null when that is impossible. */
static CqlValue
convert(CqlExec *x, const CqlNode *n, CqlValue v, const CqlValue *unit)
{
	CqlKind		kind = target_kind(n->extra);
	CqlValue	a[2];

	if (v.kind == CQL_NULL || v.kind == CQL_ELEMENT || (kind == CQL_INTEGER && v.kind == CQL_DECIMAL))
		return cql_null();
	v = cql_convert(x, n, v, kind);
	if (unit == NULL || v.kind == CQL_NULL)
		return v;
	a[0] = v;
	a[1] = fhirpath_one(x, n, *unit);
	return a[1].kind == CQL_STRING ? cql_convert_quantity_op(x, n, a) : cql_null();
}

CqlValue
fhirpath_convert(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return convert(x, n, fhirpath_one(x, n, a[0]), n->nargs > 1 ? &a[1] : NULL);
}

CqlValue
fhirpath_converts(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = fhirpath_one(x, n, a[0]);

	if (cql_is_null(v))
		return v;
	return cql_boolean(!cql_is_null(convert(x, n, v, n->nargs > 1 ? &a[1] : NULL)));
}

/* ---- strings ---- */

/* Operands as single strings; false when one is empty. */
static bool
strings(CqlExec *x, const CqlNode *n, const CqlValue *a, CqlValue *s)
{
	for (uint32 i = 0; i < n->nargs; i++)
	{
		s[i] = fhirpath_one(x, n, a[i]);
		if (cql_is_null(s[i]))
			return false;
		if (s[i].kind != CQL_STRING)
			cql_fail_type(x, n, s[i]);
	}
	return true;
}

CqlValue
fhirpath_index_of(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	s[2];

	return strings(x, n, a, s) ? cql_integer((int32) cql_string_position(s[0], s[1])) : cql_null();
}

CqlValue
fhirpath_contains_text(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	s[2];

	return strings(x, n, a, s) ? cql_boolean(cql_string_position(s[0], s[1]) >= 0) : cql_null();
}

CqlValue
fhirpath_substring(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	b[3];

	for (uint32 i = 0; i < n->nargs; i++)
		b[i] = fhirpath_one(x, n, a[i]);
	return cql_is_null(b[0]) || cql_is_null(b[1]) ? cql_null() : cql_substring_op(x, n, b);
}

/* Bytes of a growing text. */
typedef struct Text
{
	char	   *data;
	size_t		n;
	size_t		size;
} Text;

static void
put_text(CqlExec *x, Text *t, const char *s, size_t n)
{
	CHECK_FOR_INTERRUPTS();
	if (t->n + n > CQL_MAX_STRING)
		cql_fail(x, NULL, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "the string is too long");
	if (t->n + n > t->size)
	{
		char	   *data;

		t->size = (t->n + n) * 2;
		data = cql_alloc(x, t->size);
		bytes_copy(data, t->data, t->n);
		t->data = data;
	}
	bytes_copy(t->data + t->n, s, n);
	t->n += n;
}

/* Bytes of the character at s. */
static size_t
character_length(const char *s, const char *end)
{
	size_t		n = 1;

	while (s + n < end && ((uint8) s[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* Replace: all occurrences; an empty pattern is found around every character. */
CqlValue
fhirpath_replace(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	s[3];
	uint32		from = 0;
	int64		at;
	Text		out = {0};

	if (!strings(x, n, a, s))
		return cql_null();
	if (s[1].n == 0)
	{
		put_text(x, &out, s[2].s, s[2].n);
		while (from < s[0].n)
		{
			size_t		step = character_length(s[0].s + from, s[0].s + s[0].n);

			put_text(x, &out, s[0].s + from, step);
			put_text(x, &out, s[2].s, s[2].n);
			from += (uint32) step;
		}
	}
	else
	{
		while ((at = cql_string_find(s[0], s[1], from)) >= 0)
		{
			put_text(x, &out, s[0].s + from, (size_t) at - from);
			put_text(x, &out, s[2].s, s[2].n);
			from = (uint32) at + s[1].n;
		}
		put_text(x, &out, s[0].s + from, s[0].n - from);
	}
	return cql_string(out.n ? out.data : "", (int) out.n);
}

/* Matches: the pattern is found somewhere, while CQL's must match all of the text. */
CqlValue
fhirpath_matches(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	static const char before[] = "[\\s\\S]*(?:";
	static const char after[] = ")[\\s\\S]*";
	CqlValue	s[2];
	Text		pattern = {0};

	if (!strings(x, n, a, s))
		return cql_null();
	put_text(x, &pattern, before, strlen(before));
	put_text(x, &pattern, s[1].s, s[1].n);
	put_text(x, &pattern, after, strlen(after));
	s[1] = cql_string(pattern.data, (int) pattern.n);
	return cql_matches_op(x, n, s);
}

/* Join: the strings of a collection, with a separator between them. */
CqlValue
fhirpath_join(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlValue	separator = n->nargs > 1 ? fhirpath_one(x, n, a[1]) : cql_null();
	Text		out = {0};

	if (items.n == 0)
		return cql_null();
	for (uint32 i = 0; i < items.n; i++)
	{
		CqlValue	v = fhirpath_system(x, items.values[i]);

		if (v.kind != CQL_STRING)
			cql_fail_type(x, n, v);
		if (i > 0 && separator.kind == CQL_STRING)
			put_text(x, &out, separator.s, separator.n);
		put_text(x, &out, v.s, v.n);
	}
	return cql_string(out.n ? out.data : "", (int) out.n);
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

CqlValue
fhirpath_trim(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	s[1];

	if (!strings(x, n, a, s))
		return cql_null();
	while (s[0].n > 0 && is_space(s[0].s[0]))
	{
		CHECK_FOR_INTERRUPTS();
		s[0] = cql_string(s[0].s + 1, (int) s[0].n - 1);
	}
	while (s[0].n > 0 && is_space(s[0].s[s[0].n - 1]))
	{
		CHECK_FOR_INTERRUPTS();
		s[0].n--;
	}
	return s[0];
}

/* Square root; empty of negative numbers. */
CqlValue
fhirpath_sqrt(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = fhirpath_one(x, n, a[0]);
	Decimal		d;

	if (cql_is_null(v))
		return v;
	if (!cql_to_number(v, &d))
		cql_fail_type(x, n, v);
	if (d.mantissa < 0 || !decimal_from_double(sqrt(decimal_to_double(&d)), &d))
		return cql_null();
	return cql_make_decimal(x, d);
}
