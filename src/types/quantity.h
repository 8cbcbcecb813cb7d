/*
 * quantity.h: phm.quantity, a FHIR Quantity: a decimal with the written scale,
 * an optional comparator and a unit.
 *
 *   | vl_len_ | version byte | flags | scale | sign and mantissa length | mantissa | unit text |
 *
 *   flags      bits 0..2 comparator (none, <, <=, >=, >, ~ reserved), bit 3: the unit
 *              is not UCUM (a text of its own, comparable with itself only)
 *   mantissa   unsigned, little-endian, shortest, at most 16 bytes
 *   unit text  the rest of the value; empty: no unit
 *
 * Text form: 7.2 '%', < 5 'mg/dL', 72 "bpm" (not UCUM), 7.2.  The value may
 * have a short varlena header: nothing in it is aligned.
 */
#ifndef PHM_QUANTITY_H
#define PHM_QUANTITY_H

#include "types/decimal.h"
#include "types/ucum.h"

#define QUANTITY_VERSION 1
#define QUANTITY_MAX_UNIT 1000	/* bytes of a unit that is not UCUM */

typedef enum QuantityComparator
{
	QUANTITY_EXACT,
	QUANTITY_LESS,
	QUANTITY_LESS_OR_EQUAL,
	QUANTITY_GREATER_OR_EQUAL,
	QUANTITY_GREATER
} QuantityComparator;

/* A decoded quantity: value = mantissa / 10^scale. */
typedef struct QuantityView
{
	int128		mantissa;
	uint8		scale;			/* 0 .. 30 */
	uint8		comparator;		/* QuantityComparator */
	bool		ucum;			/* unit is a UCUM expression (or empty) */
	const char *unit;			/* not terminated */
	int			unit_length;
} QuantityView;

/* Reads a value's payload (VARDATA_ANY, VARSIZE_ANY_EXHDR). */
extern void quantity_read(const void *payload, size_t length, QuantityView *view);

/* Makes a value; palloc'd. */
extern struct varlena *quantity_make(const QuantityView *view);

/*
 * Reads a JSON number into mantissa and scale; *exact tells whether
 * quantity_print_number gives the same text back.
 */
extern bool quantity_parse_number(const char *s, int length, int128 *mantissa,
								  uint8 *scale, bool *exact);
#define QUANTITY_NUMBER_SIZE 48
extern int	quantity_print_number(int128 mantissa, uint8 scale, char *buffer);

/*
 * Checks a payload that nobody vouches for: version, canonical form, a unit
 * that is UCUM where it says so.  Does not check the unit's text encoding.
 */
extern bool quantity_check(const void *payload, size_t length, PhmError *err);

/*
 * Reads the text form.  The view's unit points into s, or is palloc'd where a
 * quote in it was doubled.
 */
extern bool quantity_parse(const char *s, int length, QuantityView *view, PhmError *err);

/* Appends the text form. */
extern void quantity_print(const QuantityView *view, StringInfo out);

/* Sets number, comparator (exact) and unit; a unit that is not UCUM becomes a text of its own. */
extern void quantity_init(QuantityView *view, const Decimal *number, const char *unit, int unit_length);

/* Reads a FHIR comparator; false when it is none. */
extern bool quantity_parse_comparator(const char *s, int length, QuantityComparator *comparator);
extern const char *quantity_comparator_text(QuantityComparator comparator);	/* "" when exact */

static inline Decimal
quantity_number(const QuantityView *view)
{
	return (Decimal) {view->mantissa, view->scale};
}

/* Whether the unit is 1: written so, or absent. */
static inline bool
quantity_unitless(const QuantityView *view)
{
	return view->unit_length == 0 || (view->ucum && view->unit_length == 1 && view->unit[0] == '1');
}

/*
 * Comparing.  A quantity with a comparator stands for all values it allows:
 * < 5 is surely less than 7, and unknown against 3.  Units that are not
 * comparable (ucum_comparable) give unknown, too.
 */
typedef enum QuantityTest
{
	QUANTITY_TEST_EQUAL,
	QUANTITY_TEST_LESS,
	QUANTITY_TEST_LESS_OR_EQUAL,
	QUANTITY_TEST_GREATER,
	QUANTITY_TEST_GREATER_OR_EQUAL
} QuantityTest;

typedef enum QuantityAnswer
{
	QUANTITY_FALSE,
	QUANTITY_TRUE,
	QUANTITY_UNKNOWN
} QuantityAnswer;

extern QuantityAnswer quantity_test(QuantityTest test, const QuantityView *a, const QuantityView *b);

/* -1, 0, 1 where it is certain, otherwise UCUM_UNKNOWN. */
extern UcumOrder quantity_compare(const QuantityView *a, const QuantityView *b);

/* Compares the numbers in their units, whatever the comparators. */
extern UcumOrder quantity_compare_magnitude(const QuantityView *a, const QuantityView *b);

/* Whether one can be converted to the unit of the other. */
extern bool quantity_commensurable(const QuantityView *a, const QuantityView *b);

/* A total order that follows the magnitude; 0 only for identical values. */
extern int	quantity_sort(const QuantityView *a, const QuantityView *b);

/*
 * Arithmetic.  *known becomes false where the result is unknown or has no
 * unit; the result's unit may point into the operands' or be palloc'd.
 * Errors: 22003 when the result does not fit, 22012, 54000 (unit too long).
 */
extern bool quantity_convert(const QuantityView *a, const char *unit, int unit_length,
							 QuantityView *result, bool *known, PhmError *err);
extern bool quantity_add(const QuantityView *a, const QuantityView *b,
						 QuantityView *result, bool *known, PhmError *err);
extern bool quantity_subtract(const QuantityView *a, const QuantityView *b,
							  QuantityView *result, bool *known, PhmError *err);
extern bool quantity_multiply(const QuantityView *a, const QuantityView *b,
							  QuantityView *result, bool *known, PhmError *err);
extern bool quantity_divide(const QuantityView *a, const QuantityView *b,
							QuantityView *result, bool *known, PhmError *err);
extern bool quantity_abs(const QuantityView *a, QuantityView *result, bool *known);
extern void quantity_negate(const QuantityView *a, QuantityView *result);
extern bool quantity_round(const QuantityView *a, int digits, QuantityView *result, PhmError *err);

/* Where two comparators leave their sum: false when nothing is known. */
extern bool quantity_sum_comparator(int a, int b, uint8 *sum);

#endif							/* PHM_QUANTITY_H */
