/*
 * quantity_summary_entry.h: reading and writing the entries of a
 * phm.quantity_summary, for the files that own it (quantity_summary*.c).
 */
#ifndef PHM_QUANTITY_SUMMARY_ENTRY_H
#define PHM_QUANTITY_SUMMARY_ENTRY_H

#include "types/quantity_summary.h"

#define SUMMARY_HEADER_SIZE		4
#define SUMMARY_NUMBER_SIZE		18
#define SUMMARY_NUMBERS_AT		8
#define SUMMARY_UNIT_AT			(SUMMARY_NUMBERS_AT + SUMMARY_NUMBERS * SUMMARY_NUMBER_SIZE + 3)	/* in an entry */
#define SUMMARY_ABSENT			255
#define SUMMARY_MAX_COUNT		(PG_INT64_MAX / 2)

typedef struct SummaryNumber
{
	Decimal		number;
	uint8		comparator;		/* or SUMMARY_ABSENT */
} SummaryNumber;

/* One entry, decoded. */
typedef struct SummaryEntry
{
	int64		count;
	SummaryNumber number[SUMMARY_NUMBERS];
	bool		ucum;
	const char *unit;
	int			unit_length;
} SummaryEntry;

/* Reads the number at p. */
static inline void
summary_read_number(const uint8 *p, SummaryNumber *n)
{
	n->number.mantissa = (int128) ((uint128) phm_get_u64(p + 8) << 64 | phm_get_u64(p));
	n->number.scale = p[16];
	n->comparator = p[17];
}

/* Writes a number at p; an absent one as zeros. */
static inline void
summary_put_number(uint8 *p, const SummaryNumber *n)
{
	uint128		m = n->comparator == SUMMARY_ABSENT ? 0 : (uint128) n->number.mantissa;

	phm_put_u64(p, (uint64) m);
	phm_put_u64(p + 8, (uint64) (m >> 64));
	p[16] = n->comparator == SUMMARY_ABSENT ? 0 : n->number.scale;
	p[17] = n->comparator;
}

/* Reads the entry at p; returns where the next one begins. */
static inline const uint8 *
summary_read_entry(const uint8 *p, SummaryEntry *e)
{
	e->count = phm_get_u64(p);
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		summary_read_number(p + SUMMARY_NUMBERS_AT + i * SUMMARY_NUMBER_SIZE, &e->number[i]);
	e->ucum = p[SUMMARY_UNIT_AT - 3] == 0;
	e->unit_length = phm_get_u16(p + SUMMARY_UNIT_AT - 2);
	e->unit = (const char *) p + SUMMARY_UNIT_AT;
	return p + SUMMARY_UNIT_AT + e->unit_length;
}

/* Writes count and numbers of an entry. */
static inline void
summary_put_numbers(uint8 *p, const SummaryEntry *e)
{
	phm_put_u64(p, e->count);
	for (int i = 0; i < SUMMARY_NUMBERS; i++)
		summary_put_number(p + SUMMARY_NUMBERS_AT + i * SUMMARY_NUMBER_SIZE, &e->number[i]);
}

/* Writes a whole entry; returns where the next one goes. */
static inline uint8 *
summary_put_entry(uint8 *p, const SummaryEntry *e)
{
	summary_put_numbers(p, e);
	p[SUMMARY_UNIT_AT - 3] = e->ucum ? 0 : 1;
	phm_put_u16(p + SUMMARY_UNIT_AT - 2, e->unit_length);
	if (e->unit_length > 0)
		memcpy(p + SUMMARY_UNIT_AT, e->unit, e->unit_length);
	return p + SUMMARY_UNIT_AT + e->unit_length;
}

/* How many entries a state has. */
static inline int
summary_entries(const void *payload)
{
	return phm_get_u16((const uint8 *) payload + 2);
}

/* A state with room for size bytes of n entries; *p gets where they begin. */
static inline struct varlena *
summary_new(size_t size, int n, uint8 **p)
{
	struct varlena *state = palloc(VARHDRSZ + SUMMARY_HEADER_SIZE + size);
	uint8	   *payload = (uint8 *) VARDATA(state);

	SET_VARSIZE(state, VARHDRSZ + SUMMARY_HEADER_SIZE + size);
	payload[0] = QUANTITY_SUMMARY_VERSION;
	payload[1] = 0;
	phm_put_u16(payload + 2, n);
	*p = payload + SUMMARY_HEADER_SIZE;
	return state;
}

/* A number of an entry as a quantity of its unit. */
static inline void
summary_view(const SummaryEntry *e, int place, QuantityView *view)
{
	const SummaryNumber *n = &e->number[place];

	view->mantissa = n->number.mantissa;
	view->scale = n->number.scale;
	view->comparator = n->comparator;
	view->ucum = e->ucum;
	view->unit = e->unit;
	view->unit_length = e->unit_length;
}

/* Where a bound lies among bounds of the same number: < 5, then 5, then > 5. */
static inline int
summary_openness(uint8 comparator)
{
	return comparator == QUANTITY_LESS ? -1 : comparator == QUANTITY_GREATER ? 1 : 0;
}

#endif							/* PHM_QUANTITY_SUMMARY_ENTRY_H */
