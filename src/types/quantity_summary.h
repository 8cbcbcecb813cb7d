/*
 * quantity_summary.h: phm.quantity_summary, what the aggregates over
 * quantities keep: for each unit, as written, count, sum and bounds.
 *
 *   | vl_len_ | version byte | 0 | 2 bytes n entries | entry* |
 *   entry:  8 bytes count, 5 numbers (SummaryNumberIndex), flags (bit 0: the unit is
 *           not UCUM), 2 bytes length of unit, unit
 *   number: 16 bytes mantissa (two's complement), scale, comparator or 255 (absent)
 *
 * Numbers are little-endian, entries sorted by unit, so the state does not
 * depend on the order of the rows.  Nothing in it is aligned.
 */
#ifndef PHM_QUANTITY_SUMMARY_H
#define PHM_QUANTITY_SUMMARY_H

#include "types/quantity.h"

#define QUANTITY_SUMMARY_VERSION 1
#define QUANTITY_SUMMARY_MAX_UNITS 1000

/*
 * A value < 5 has no lower bound, > 5 no upper one.  A lower bound is written
 * >= or >, an upper bound <= or <.
 */
typedef enum SummaryNumberIndex
{
	SUMMARY_SUM,				/* absent: bounded on neither side */
	SUMMARY_LOWEST_LOWER,		/* absent: a value has no lower bound */
	SUMMARY_HIGHEST_LOWER,		/* absent: no value has a lower bound */
	SUMMARY_LOWEST_UPPER,		/* absent: no value has an upper bound */
	SUMMARY_HIGHEST_UPPER		/* absent: a value has no upper bound */
} SummaryNumberIndex;

#define SUMMARY_NUMBERS 5

/* A state of one quantity; palloc'd. */
extern struct varlena *quantity_summary_make(const QuantityView *value);

/*
 * Adds value to the state, in place where it has the unit already and
 * in_place says so; otherwise the result is palloc'd.  NULL on errors: 22003
 * (sum too large), 54000 (too many units).
 */
extern struct varlena *quantity_summary_add(struct varlena *state, const QuantityView *value,
											bool in_place, PhmError *err);

/* Merges two payloads; palloc'd; NULL on errors. */
extern struct varlena *quantity_summary_merge(const void *a, size_t a_length,
											  const void *b, size_t b_length, PhmError *err);

extern bool quantity_summary_check(const void *payload, size_t length, PhmError *err);
extern struct varlena *quantity_summary_parse(const char *s, int length, PhmError *err);
extern void quantity_summary_print(const void *payload, size_t length, StringInfo out);

/* Results; *known is false where there is none (units that cannot be combined, no certain value). */
extern int64 quantity_summary_count(const void *payload, size_t length);
extern bool quantity_summary_extreme(const void *payload, size_t length, bool maximum,
									 QuantityView *result, bool *known);
extern bool quantity_summary_sum(const void *payload, size_t length,
								 QuantityView *result, bool *known, PhmError *err);
extern bool quantity_summary_average(const void *payload, size_t length,
									 QuantityView *result, bool *known, PhmError *err);

#endif							/* PHM_QUANTITY_SUMMARY_H */
