/*
 * chart_intern.h: the tables of a chart under construction: strings, codes
 * and concepts, each value once.
 */
#ifndef PHM_CHART_INTERN_H
#define PHM_CHART_INTERN_H

#include "types/chart.h"

/* Distinct byte strings, numbered in the order in which they came. */
typedef struct InternTable
{
	uint64	   *hashes;			/* of each item */
	uint32	   *offsets;		/* of each item in bytes, and of the end */
	uint8	   *bytes;
	uint32		count;
	uint32		capacity;
	uint32		length;			/* of bytes */
	uint32		size;
	uint32	   *buckets;		/* item + 1; 0: empty */
	uint32		nbuckets;		/* power of two */
} InternTable;

extern void intern_init(InternTable *t);
extern void intern_reset(InternTable *t);

/* The number of a byte string; *fresh tells whether it is new. */
extern uint32 intern(InternTable *t, const void *bytes, uint32 length, bool *fresh);

static inline const uint8 *
intern_bytes(const InternTable *t, uint32 item, uint32 *length)
{
	*length = t->offsets[item + 1] - t->offsets[item];
	return t->bytes + t->offsets[item];
}

/* Codes and concepts on top of it. */
typedef struct ChartIntern
{
	InternTable strings;
	InternTable codes;			/* bytes: uint32 system, uint32 string index of the code */
	uint64	   *code_hashes;	/* code_hash of each code */
	uint32		code_hashes_size;
	InternTable concepts;		/* bytes: kind byte (1 Coding, 2 union), original members */
	uint32	   *concept_codes;	/* code + 1 of each coding, one concept after the other */
	uint32	   *concept_first;	/* where each concept's begin, and the end */
	bool	   *concept_plain;	/* the codes say all */
	uint32		concept_size;
	uint32		ncodings;
	uint32		codings_size;
} ChartIntern;

extern void chart_intern_init(ChartIntern *t);
extern void chart_intern_reset(ChartIntern *t);

/* The number of a string. */
extern uint32 chart_intern_string(ChartIntern *t, const char *s, int length);

/* The number of a CodeableConcept or Coding. */
extern uint32 chart_intern_concept(ChartIntern *t, FhirType type, const ElementValue *object);

/* A concept for look-ups only, with the codes of several: an array of CONCEPT values. */
extern uint32 chart_intern_union(ChartIntern *t, const ElementValue *array);

#endif							/* PHM_CHART_INTERN_H */
