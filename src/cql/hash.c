/*
 * hash.c: a hash of every value such that equal values have equal hashes.
 *
 * Pure.  Numbers are hashed as residues modulo a prime, so that an Integer, a
 * Decimal with any scale and a quantity in any multiple of its unit agree
 * without being brought to one form.  Where equality reaches across units that
 * are not multiples of each other (temperatures, calendar durations) the
 * values share a hash and equality alone tells them apart.
 */
#include "cql/compare.h"

#define PRIME	((UINT64CONST(1) << 61) - 1)

static uint64 hash_values(CqlExec *x, const CqlValue *values, uint32 n, uint64 seed);

/* Spreads the bits of a number (the finisher of MurmurHash3). */
static inline uint64
mix(uint64 h)
{
	h ^= h >> 33;
	h *= UINT64CONST(0xFF51AFD7ED558CCD);
	h ^= h >> 33;
	h *= UINT64CONST(0xC4CEB9FE1A85EC53);
	return h ^ h >> 33;
}

/* A hash and what follows. */
static inline uint64
combine(uint64 h, uint64 next)
{
	return mix(h * 31 + next);
}

/* Bytes, eight at a time; byte order does not matter within one run. */
static uint64
hash_bytes_of(const char *s, size_t length, uint64 seed)
{
	uint64		h = seed ^ length * UINT64CONST(0x9E3779B97F4A7C15);
	uint64		word;

	for (; length >= 8; s += 8, length -= 8)
	{
		if (BYTES_LOOK(length / 8))
			CHECK_FOR_INTERRUPTS();
		memcpy(&word, s, 8);
		h = (h ^ word) * UINT64CONST(0x9FB21C651E98DF25);
		h ^= h >> 32;
	}
	if (length > 0)
	{
		word = 0;
		memcpy(&word, s, length);
		h = (h ^ word) * UINT64CONST(0x9FB21C651E98DF25);
	}
	return mix(h);
}

static inline uint64
multiply_mod(uint64 a, uint64 b)
{
	return (uint64) ((uint128) a * b % PRIME);
}

static uint64
power_mod(uint64 base, uint64 exponent)
{
	uint64		result = 1;

	for (; exponent > 0; exponent >>= 1)
	{
		if (exponent & 1)
			result = multiply_mod(result, base);
		base = multiply_mod(base, base);
	}
	return result;
}

/* 1 / a: a^(p - 2), by Fermat. */
static uint64
inverse_mod(uint64 a)
{
	return power_mod(a % PRIME, PRIME - 2);
}

/* The residue of a decimal; integers need no division. */
static uint64
residue(Decimal d)
{
	uint64		h;

	decimal_trim(&d, 0);
	h = (uint64) (decimal_magnitude(d.mantissa) % PRIME);
	if (d.mantissa < 0 && h != 0)
		h = PRIME - h;
	return d.scale == 0 ? h : multiply_mod(h, inverse_mod(power_mod(10, d.scale)));
}

/* A quantity in base units; one value for all of a kind that equality does not reduce to a factor. */
static uint64
hash_quantity(const CqlQuantity *q)
{
	UcumUnit	unit;
	const char *text;
	int			length;
	uint64		h;
	int			kelvin = 4;		/* place of K among the dimensions */

	if (q->unit_length >= 3 && ucum_calendar_unit(q->unit, q->unit_length, NULL, NULL) != UCUM_NOT_CALENDAR)
		return 1;
	text = cql_ucum_unit(q, &length);
	if (length == 0)
		return residue(q->value);
	if (!ucum_parse(text, length, &unit, NULL))
		return hash_bytes_of(text, length, residue(q->value));
	if (unit.special != UCUM_RATIO || !unit.exact || unit.pi != 0 || unit.dimension[kelvin] != 0)
		return 2;
	if (unit.dimension[1] == 1 && unit.dimension[0] == 0 && unit.dimension[2] == 0)
		return 1;				/* a time: may be equal to a calendar duration */
	h = multiply_mod(residue(q->value), unit.ratio.numerator % PRIME);
	if (unit.ratio.denominator != 1)
		h = multiply_mod(h, inverse_mod(unit.ratio.denominator));
	if (unit.ratio.exponent > 0)
		h = multiply_mod(h, power_mod(10, unit.ratio.exponent));
	else if (unit.ratio.exponent < 0)
		h = multiply_mod(h, inverse_mod(power_mod(10, -unit.ratio.exponent)));
	return h;
}

/* An instant and its precision: what different offsets write differently is equal. */
static inline uint64
hash_moment(CqlValue v)
{
	return combine((uint64) datetime_ms(v.i), datetime_precision(v.i));
}

/* A code: by its hash; equality looks at the other parts. */
static uint64
hash_concept(CqlExec *x, CqlValue v)
{
	const CqlConcept *concept = cql_concept_of(x, v);
	uint64		h = concept->ncodes;

	for (uint32 i = 0; i < concept->ncodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		h = combine(h, concept->codes[i].hash);
	}
	return h;
}

/* A structured value. */
static uint64
hash_structure(CqlExec *x, CqlValue v)
{
	switch ((CqlKind) v.kind)
	{
		case CQL_QUANTITY:
			return hash_quantity(v.quantity);
		case CQL_RATIO:
			return combine(hash_quantity(&v.ratio->numerator), hash_quantity(&v.ratio->denominator));
		case CQL_CODE:
			return v.code->hash;
		case CQL_CONCEPT:
			return hash_concept(x, v);
		case CQL_INTERVAL:
			if (v.flag == CQL_UNCERTAIN)
				return combine((uint64) v.interval->low.i, (uint64) v.interval->high.i);
			return combine(cql_hash(x, cql_start(x, v)), cql_hash(x, cql_end(x, v)));
		case CQL_LIST:
			return hash_values(x, v.values, v.n, v.n);
		case CQL_TUPLE:
			return hash_values(x, v.values, cql_shape_size(x, v.n), v.n);
		default:
			return (uint64) v.i;
	}
}

/* Values in order. */
static uint64
hash_values(CqlExec *x, const CqlValue *values, uint32 n, uint64 seed)
{
	check_stack_depth();
	for (uint32 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();	/* lists may share their elements: small ones may be long to look through */
		seed = combine(seed, cql_hash(x, values[i]));
	}
	return seed;
}

uint64
cql_hash(CqlExec *x, CqlValue v)
{
	switch ((CqlKind) v.kind)
	{
		case CQL_NULL:
			return mix(0x6E);
		case CQL_INTEGER:
		case CQL_LONG:
			return mix(residue((Decimal) {v.i, 0}));
		case CQL_DECIMAL:
			return mix(residue(cql_number(v)));
		case CQL_STRING:
			return hash_bytes_of(v.s, v.n, CQL_STRING);
		case CQL_DATE:
		case CQL_DATETIME:
			return hash_moment(v);
		case CQL_ELEMENT:
			if (v.element == NULL)
				return mix((uint64) v.type << 40 | (uint64) v.flag << 32 | v.n);
			return cql_element_hash(x, v);
		default:
			return mix(hash_structure(x, v));
	}
}
