/*
 * value.c: makes the values of CQL that need memory, and lists that grow.
 *
 * Everything is allocated in the evaluation's arena and not changed once it is
 * made.  Always holds: a Decimal lies between -10^28 and 10^28 and has at most 8
 * digits behind the point, and a Code's hash is that of its system and code.
 */
#include "types/bytes.h"
#include "cql/exec.h"
#include "types/code_system.h"

/* Rounds to 8 places; false when the number is outside of what CQL's Decimal can be. */
bool
cql_fit_decimal(Decimal *d)
{
	/* 10^28 in units of each scale. */
	static const int128 power[] = {
		(int128) UINT64CONST(100000000000000) * UINT64CONST(100000000000000),
		(int128) UINT64CONST(100000000000000) * UINT64CONST(1000000000000000),
		(int128) UINT64CONST(1000000000000000) * UINT64CONST(1000000000000000),
		(int128) UINT64CONST(1000000000000000) * UINT64CONST(10000000000000000),
		(int128) UINT64CONST(10000000000000000) * UINT64CONST(10000000000000000),
		(int128) UINT64CONST(10000000000000000) * UINT64CONST(100000000000000000),
		(int128) UINT64CONST(100000000000000000) * UINT64CONST(100000000000000000),
		(int128) UINT64CONST(100000000000000000) * UINT64CONST(1000000000000000000),
		(int128) UINT64CONST(1000000000000000000) * UINT64CONST(1000000000000000000)
	};

	if (d->scale > 8)
	{
		if (!decimal_round(d, 8, d))
			return false;
		decimal_trim(d, 1);
	}
	return d->mantissa >= -power[d->scale] && d->mantissa <= power[d->scale];
}

/* A Decimal of a mantissa that fits; one that is wide stands in the arena. */
CqlValue
cql_make_scaled(CqlExec *x, int128 mantissa, int scale)
{
	int128	   *wide;

	if (likely(cql_is_narrow(mantissa)))
		return cql_decimal(mantissa, scale);
	wide = cql_alloc(x, sizeof(int128));
	*wide = mantissa;
	return (CqlValue) {.kind = CQL_DECIMAL,.flag = (uint8) (scale | CQL_WIDE),.mantissa = wide};
}

/* A Decimal of a number; null when it does not fit. */
CqlValue
cql_make_decimal(CqlExec *x, Decimal d)
{
	return cql_fit_decimal(&d) ? cql_make_scaled(x, d.mantissa, d.scale) : cql_null();
}

/* A Quantity; null when the number does not fit. */
CqlValue
cql_make_quantity(CqlExec *x, Decimal d, const char *unit, int unit_length)
{
	CqlQuantity *q;

	if (!cql_fit_decimal(&d))
		return cql_null();
	q = cql_alloc(x, sizeof(CqlQuantity));
	*q = (CqlQuantity) {d, unit, unit_length};
	return (CqlValue) {.kind = CQL_QUANTITY,.quantity = q};
}

/* The type of a boundary as far as the value tells: a null may carry it. */
static uint8
point_kind(CqlValue v)
{
	return v.kind == CQL_NULL ? (uint8) v.type : v.kind;
}

/* An Interval of two boundaries. */
CqlValue
cql_make_interval(CqlExec *x, CqlValue low, CqlValue high, bool low_closed, bool high_closed)
{
	CqlInterval *i = cql_alloc(x, sizeof(CqlInterval));
	uint8		point = cql_is_null(low) ? point_kind(high) : low.kind;

	if (point == CQL_NULL)
		point = point_kind(low);
	*i = (CqlInterval) {low, high, low_closed, high_closed, point};
	return (CqlValue) {.kind = CQL_INTERVAL,.interval = i};
}

/* An Integer that lies between two bounds; null when it may not be one. */
CqlValue
cql_make_uncertain(CqlExec *x, int64 low, int64 high)
{
	CqlValue	v;

	if (low < PG_INT32_MIN || high > PG_INT32_MAX)
		return cql_null();
	if (low == high)
		return cql_integer((int32) low);
	v = cql_make_interval(x, cql_integer((int32) low), cql_integer((int32) high), true, true);
	v.flag = CQL_UNCERTAIN;
	return v;
}

/* A String with a copy of the bytes. */
CqlValue
cql_make_string(CqlExec *x, const char *s, int length)
{
	char	   *copy;

	if (length == 0)
		return cql_string("", 0);
	copy = cql_alloc(x, length);
	bytes_copy(copy, s, length);
	return cql_string(copy, length);
}

/* The hash of a code's system and code; 0 when it has none. */
static uint64
hash_of(const CqlCode *code)
{
	if (code->code == NULL)
		return 0;
	return code_hash(code_system_hash(code->system, code->system ? code->system_length : 0),
					 code->code, code->code_length);
}

/* A Code; its texts are not copied. */
CqlValue
cql_make_code(CqlExec *x, const CqlCode *code)
{
	CqlCode    *copy = cql_alloc(x, sizeof(CqlCode));

	*copy = *code;
	copy->hash = hash_of(code);
	return (CqlValue) {.kind = CQL_CODE,.code = copy};
}

/* A Concept of codes; their texts are not copied. */
CqlValue
cql_make_concept(CqlExec *x, const CqlCode *codes, uint32 ncodes, const char *display, int display_length)
{
	CqlConcept *concept = cql_alloc(x, sizeof(CqlConcept));
	CqlCode    *copy = ncodes ? cql_alloc(x, ncodes * sizeof(CqlCode)) : NULL;

	for (uint32 i = 0; i < ncodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		copy[i] = codes[i];
		if (copy[i].hash == 0)
			copy[i].hash = hash_of(&codes[i]);
	}
	*concept = (CqlConcept) {copy, ncodes, display_length, display};
	return (CqlValue) {.kind = CQL_CONCEPT,.concept = concept};
}

/* Integer, Long and Decimal as a decimal; false for others. */
bool
cql_to_number(CqlValue v, Decimal *d)
{
	switch (v.kind)
	{
		case CQL_INTEGER:
		case CQL_LONG:
			*d = (Decimal) {v.i, 0};
			return true;
		case CQL_DECIMAL:
			*d = cql_number(v);
			return true;
		default:
			return false;
	}
}

/* One code as a concept. */
static const CqlConcept *
concept_of_code(CqlExec *x, const CqlCode *code)
{
	CqlConcept *concept = cql_alloc(x, sizeof(CqlConcept));

	*concept = (CqlConcept) {code, 1, 0, NULL};
	return concept;
}

/* The codes of all Codes and Concepts of a list as one concept. */
static const CqlConcept *
concept_of_list(CqlExec *x, CqlValue list)
{
	const CqlConcept **parts = cql_alloc(x, Max(list.n, 1) * sizeof(CqlConcept *));
	CqlConcept *concept = cql_alloc(x, sizeof(CqlConcept));
	CqlCode    *codes;
	uint64		n = 0;
	uint32		at = 0;

	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		parts[i] = list.values[i].kind == CQL_LIST ? NULL : cql_concept_of(x, list.values[i]);
		n += parts[i] ? parts[i]->ncodes : 0;
	}
	codes = n ? cql_alloc(x, n * sizeof(CqlCode)) : NULL;
	for (uint32 i = 0; i < list.n; i++)
		for (uint32 j = 0; parts[i] && j < parts[i]->ncodes; j++)
		{
			CHECK_FOR_INTERRUPTS();
			codes[at++] = parts[i]->codes[j];
		}
	*concept = (CqlConcept) {codes, at, 0, NULL};
	return concept;
}

/* The codes of a Code, Concept, or list of them; NULL of anything else. */
const CqlConcept *
cql_concept_of(CqlExec *x, CqlValue v)
{
	switch (v.kind)
	{
		case CQL_CODE:
			return concept_of_code(x, v.code);
		case CQL_CONCEPT:
			return v.flag & CQL_IN_CHART ? cql_chart_concept(x, v) : v.concept;
		case CQL_LIST:
			return concept_of_list(x, v);
		default:
			return NULL;
	}
}

/* Appends to a list; it doubles when it is full. */
void
cql_list_add(CqlExec *x, CqlListBuilder *b, CqlValue v)
{
	if (b->n == b->size)
	{
		uint32		size = b->size ? b->size * 2 : 8;
		CqlValue   *values = cql_alloc_values(x, size);

		bytes_copy(values, b->values, b->n * sizeof(CqlValue));
		b->values = values;
		b->size = size;
	}
	b->values[b->n++] = v;
}
