/*
 * codeset.h: phm.codeset, a set of codes compiled for membership tests.
 *
 *   | vl_len_ | version byte | 3 zero bytes | nsystems | ncodes | nprefixes |
 *   | system[nsystems] | end[ncodes + nprefixes] | slot[nslots] | text |
 *
 * Counts, ends and slots are 4 bytes; everything is read with phm_get_u32, so
 * the value may have a short varlena header.
 *
 *   system   first code, first prefix, end of its URI in text (3 x 4 bytes);
 *            canonical URIs in ascending order of bytes; "" is the absent system
 *   end      where the text of each code, then of each prefix, ends; codes
 *            and prefixes are each in ascending order of system and text
 *   slot     open addressing over the codes: nslots = 2 * ncodes; a code starts
 *            looking at (upper half of its hash) * nslots >> 32.  The low bits
 *            of a slot, as many as ncodes has, are code index + 1, the others
 *            those of the lower half of the hash; 0 is a free slot.  Codes
 *            are entered in ascending order.
 *   text     URIs, codes, prefixes
 *
 * A prefix stands for all codes of its system that begin with it; the empty
 * prefix is the whole system.  No code and no prefix is covered by another
 * prefix of the set, so there is one encoding of each set and equal sets have
 * equal bytes.  A set holds URIs, not code system ids: it does not depend on
 * the table of code systems that wrote it, except for synonyms.
 *
 * Text form: {ICD10CM|E11.9, ICD10CM|E10*}; pieces as in code_text.h, a '*' at
 * the end marks a prefix, a code that ends with '*' is written with \*.
 */
#ifndef PHM_CODESET_H
#define PHM_CODESET_H

#include "phm_port.h"
#include "types/concept.h"

#define CODESET_VERSION 1

/* A set ready for use: points into the payload. */
typedef struct CodesetView
{
	const uint8 *systems;
	const uint8 *ends;
	const uint8 *slots;
	const char *text;
	uint32		nsystems;
	uint32		ncodes;
	uint32		nprefixes;
	uint32		nslots;
	uint32		index_mask;		/* low bits of a slot */
} CodesetView;

/* A code or prefix of a set. */
typedef struct CodesetEntry
{
	const char *system;
	const char *code;
	int			system_length;
	int			code_length;
	bool		prefix;
} CodesetEntry;

/* Prepares a payload (VARDATA_ANY) for use; costs a few instructions. */
extern void codeset_view_init(CodesetView *view, const void *payload);

/*
 * Whether a code is in the set: its code_hash, the canonical URI of its system
 * ("" when absent) and its text.
 */
extern bool codeset_contains_hash(const CodesetView *view, uint64 hash,
								  const char *system, int system_length,
								  const char *code, int code_length);

/* Whether a code with this hash may be in the set, prefixes left aside. */
extern bool codeset_may_contain(const CodesetView *view, uint64 hash);

/* Whether some coding of a concept (its payload) is in the set. */
extern bool codeset_contains_concept(const CodesetView *view, const void *payload, size_t length);

/* The i-th entry: codes, then prefixes; i < ncodes + nprefixes. */
extern void codeset_entry(const CodesetView *view, uint32 i, CodesetEntry *entry);

/* Iterating in the order of the text form: by system, codes before prefixes. */
typedef struct CodesetIterator
{
	const CodesetView *view;
	uint32		system;
	uint32		code;
	uint32		prefix;
} CodesetIterator;

extern void codeset_iterate(CodesetIterator *it, const CodesetView *view);
extern bool codeset_next(CodesetIterator *it, CodesetEntry *entry);

/* Set algebra on views. */
extern bool codeset_covers(const CodesetView *view, const CodesetEntry *entry);	/* entry is a subset */
extern bool codeset_touches(const CodesetView *view, const CodesetEntry *entry);	/* entry has codes in common */
extern bool codeset_is_subset(const CodesetView *a, const CodesetView *b);
extern bool codeset_overlaps(const CodesetView *a, const CodesetView *b);

/*
 * Building.  Memory is palloc'd in the context that is current at init (growth
 * stays there); entries may come in any order and repeatedly.
 */
typedef struct CodesetBuilder CodesetBuilder;

extern CodesetBuilder *codeset_builder_create(void);
extern bool codeset_builder_add(CodesetBuilder *b, const char *system, int system_length, int system_id,
								const char *code, int code_length, bool prefix, PhmError *err);
extern bool codeset_builder_add_concept(CodesetBuilder *b, const void *payload, size_t length, PhmError *err);
extern bool codeset_builder_add_set(CodesetBuilder *b, const CodesetView *view, PhmError *err);
extern struct varlena *codeset_build(CodesetBuilder *b, PhmError *err);	/* NULL when too large; the builder stays usable */

extern struct varlena *codeset_union(const CodesetView *a, const CodesetView *b, PhmError *err);
extern struct varlena *codeset_intersection(const CodesetView *a, const CodesetView *b, PhmError *err);
extern struct varlena *codeset_difference(const CodesetView *a, const CodesetView *b, PhmError *err);

/* Text form: codeset_text.c. */
extern struct varlena *codeset_parse(const char *text, size_t length, PhmError *err);
extern void codeset_print(const CodesetView *view, StringInfo out);

/*
 * The value of bytes from outside; NULL unless they are what codeset_build
 * writes (or wrote before one of their URIs became a synonym).
 */
extern struct varlena *codeset_receive(const void *payload, size_t length, PhmError *err);

#endif							/* PHM_CODESET_H */
