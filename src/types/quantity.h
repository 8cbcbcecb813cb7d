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

#include "phm_port.h"

#define QUANTITY_VERSION 1

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

#endif							/* PHM_QUANTITY_H */
