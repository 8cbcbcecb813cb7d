/*
 * number.h: what the files of arithmetic share: exact decimals of CQL's range
 * and the units of quantities.
 */
#ifndef PHM_CQL_NUMBER_H
#define PHM_CQL_NUMBER_H

#include "cql/exec.h"
#include "types/ucum.h"

#define CQL_MAX_SCALE 8
#define CQL_MAX_STRING 0x3FFFFFFF	/* bytes */

/* 10^k for k from 0 to 36. */
static inline int128
number_power(int k)
{
	static const int64 small[] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
		INT64CONST(10000000000), INT64CONST(100000000000), INT64CONST(1000000000000),
		INT64CONST(10000000000000), INT64CONST(100000000000000)
	};

	if (k <= 14)
		return small[k];
	return k <= 28 ? (int128) small[14] * small[k - 14] : (int128) small[14] * small[14] * small[k - 28];
}

/* Whether a kind is Integer, Long or Decimal. */
static inline bool
is_number(CqlValue v)
{
	return v.kind >= CQL_INTEGER && v.kind <= CQL_DECIMAL;
}

/* Whether both are Integer or Long; the result is Long when one is. */
static inline bool
both_whole(CqlValue a, CqlValue b)
{
	return (a.kind == CQL_INTEGER || a.kind == CQL_LONG) && (b.kind == CQL_INTEGER || b.kind == CQL_LONG);
}

static inline bool
is_uncertain(CqlValue v)
{
	return v.kind == CQL_INTERVAL && (v.flag & CQL_UNCERTAIN);
}

/* An Integer, or a Long when wide; null when it does not fit. */
static inline CqlValue
whole_number(int64 v, bool wide)
{
	if (wide)
		return cql_long(v);
	return v == (int32) v ? cql_integer((int32) v) : cql_null();
}

/* The number brought to a scale that is not smaller than its own; both within CQL's range. */
static inline int128
number_at_scale(const Decimal *d, int scale)
{
	return d->mantissa * number_power(scale - d->scale);
}

/* ---- number_unit.c ---- */

/* A number or quantity as a quantity; numbers have the unit 1.  False for others. */
extern bool number_as_quantity(CqlValue v, CqlQuantity *q);

/* Reads a unit of CQL, calendar units too; false when it is none. */
extern bool number_unit(const char *s, int length, UcumUnit *unit);

/* Whether two units are written alike, but for singular and plural. */
extern bool number_same_unit(const CqlQuantity *a, const CqlQuantity *b);

/* The number of q in another unit; false when it cannot be converted. */
extern bool number_in_unit(const CqlQuantity *q, const char *unit, int length, Decimal *result);

/* Brings two quantities to one unit, the finer one or that of the first; false when there is none. */
extern bool number_align(CqlQuantity *a, CqlQuantity *b, bool first);

/* The unit of a product or quotient, made in the arena; false when there is none. */
extern bool number_unit_product(CqlExec *x, const CqlQuantity *a, const CqlQuantity *b, CqlQuantity *result);
extern bool number_unit_quotient(CqlExec *x, const CqlQuantity *a, CqlQuantity *b, CqlQuantity *result);

/* ---- number.c ---- */

/* a / b rounded half away from zero to 8 places; false when b is 0 or the result does not fit. */
extern bool number_divide(const Decimal *a, const Decimal *b, Decimal *result);

/* The primitive of FHIR that a value may be, as System type; other values as they are. */
extern CqlValue cql_unwrap(CqlExec *x, CqlValue v);

#endif							/* PHM_CQL_NUMBER_H */
