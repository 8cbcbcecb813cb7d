/*
 * compare.h: what compare.c, equivalent.c and hash.c share about quantities.
 */
#ifndef PHM_CQL_COMPARE_H
#define PHM_CQL_COMPARE_H

#include "types/bytes.h"
#include "cql/operator_function.h"
#include "types/ucum.h"

/*
 * -1, 0, 1 or CQL_UNORDERED.  A calendar year or month is not comparable with a
 * UCUM unit unless loosely, where it counts as 'a' and 'mo'.
 */
extern int	cql_quantity_order(const CqlQuantity *a, const CqlQuantity *b, bool loosely);

/* The unit in UCUM: the code of a calendar unit, otherwise as written. */
extern const char *cql_ucum_unit(const CqlQuantity *q, int *length);

static inline bool
cql_same_text(const char *a, int a_length, const char *b, int b_length)
{
	return a_length == b_length && bytes_compare(a, b, a_length) == 0;
}

/* Whether two values are whole entries of the chart: these are equal when they are the same entry. */
static inline bool
cql_both_entries(CqlValue a, CqlValue b)
{
	return a.kind == CQL_ELEMENT && b.kind == CQL_ELEMENT && a.element == NULL && b.element == NULL;
}

static inline bool
cql_same_entry(CqlValue a, CqlValue b)
{
	return a.n == b.n && a.flag == b.flag && a.type == b.type;
}

#endif							/* PHM_CQL_COMPARE_H */
