/*
 * grouper.h: groupers, which sort the codes of code systems into categories
 * (CCS, CCSR, chronic conditions, code sets of measures), as one flat value.
 *
 * A code belongs to the categories of its own row and of every row whose
 * prefix it begins with; the union is worked out when a grouper is made, so
 * that finding a code is one look at the code and one at each length that
 * prefixes of its code system have.  A grouper is written once
 * (grouper_build.c), checked whenever it comes from outside (grouper_check)
 * and then read in place.  Integers are little-endian, sections begin at
 * multiples of 8 and follow from the counts, so that a grouper has one form:
 *
 *    0  vl_len_ | version u8 | 0 u8 | number of systems u16
 *    8  hash u64 over the rest (and over version and number of systems)
 *   16  categories, sets: u32
 *   24  members of all sets, bytes of names: u32
 *   32  systems    name, entries, buckets, lengths: u32 each; bit n of lengths:
 *                  there is a prefix of n characters
 *       categories name, label, part, 0: u32
 *       sets       u32[sets + 1]         first member; sets differ and ascend
 *       members    u16[]                 categories of a set, ascending
 *       by system: keys u64[entries]     by hash of the key
 *                  places u16[entries]   set of an entry
 *                  buckets u32[buckets + 1] first entry by top bits of the hash
 *       names      NUL-terminated
 */
#ifndef GROUPER_H
#define GROUPER_H

#include "phm_port.h"

#define GROUPER_VERSION 1
#define GROUPER_HEADER 32
#define GROUPER_ENTRY 16		/* bytes of a system and of a category */
#define GROUPER_MAX_SYSTEMS 16
#define GROUPER_MAX_CATEGORIES 65534
#define GROUPER_MAX_SETS 65535
#define GROUPER_MAX_ENTRIES 1000000 /* of a system */
#define GROUPER_MAX_CODE 18		/* characters of a code */
#define GROUPER_MAX_PREFIX 11	/* characters of a prefix */
#define GROUPER_CODE_SIZE 20	/* of a buffer for a code or prefix*, with NUL */

/* Where the parts of a code system are. */
typedef struct GrouperSystem
{
	const char *name;
	uint32		nentries;
	uint32		nbuckets;
	uint32		lengths;		/* bit n: a prefix of n characters exists */
	int			shift;			/* hash >> shift is the bucket */
	const uint8 *keys;
	const uint8 *places;
	const uint8 *buckets;
} GrouperSystem;

/* Where the parts of a grouper are; made by grouper_view, points into the value. */
typedef struct Grouper
{
	const uint8 *value;
	Size		size;
	uint64		hash;
	int			nsystems;
	uint32		ncategories;
	uint32		nsets;
	uint32		nmembers;
	uint32		name_bytes;
	const uint8 *categories;
	const uint8 *sets;
	const uint8 *members;
	const char *names;
	GrouperSystem systems[GROUPER_MAX_SYSTEMS];
} Grouper;

/* A code as numbers: its key, and the keys of its beginnings. */
typedef struct GrouperCode
{
	uint64		key;			/* 0: cannot be a code of a grouper */
	int			n;				/* characters */
	uint64		begins[GROUPER_MAX_PREFIX + 1]; /* of the first n characters, up to 11 */
} GrouperCode;

/*
 * grouper.c: finding codes.  Nothing here allocates.  A code may have dots,
 * hyphens and blanks and be in either case; system is the number that
 * grouper_system gives, -1: no code is found.
 */
extern bool grouper_view(Grouper *g, const void *value, Size size, PhmError *err);
extern int	grouper_system(const Grouper *g, const char *name, Size length);
extern int	grouper_find(const Grouper *g, int system, const char *code, Size length,
						 const uint16 **categories);
extern int	grouper_category(const Grouper *g, const char *name, Size length);
extern const char *grouper_category_name(const Grouper *g, int category);
extern const char *grouper_label(const Grouper *g, int category);
extern const char *grouper_part(const Grouper *g, int category);
extern bool grouper_read_code(const char *code, Size length, GrouperCode *read);
extern int	grouper_find_code(const Grouper *g, int system, const GrouperCode *code,
							  const uint16 **categories);
extern int	grouper_key_text(uint64 key, char *text);
extern bool grouper_key_is_good(uint64 key, bool prefixes);
extern uint64 grouper_key_hash(uint64 key);
extern const uint16 *grouper_set(const Grouper *g, uint32 set, int *n);

/* The i-th of the categories that grouper_find found; stored numbers are little-endian. */
static inline int
grouper_at(const uint16 *categories, int i)
{
	return phm_get_u16(categories + i);
}

/* The key of a prefix, from that of its characters. */
static inline uint64
grouper_prefix_key(uint64 key)
{
	return key * 38 + 37;
}

/* grouper_parts.c: the layout: checking and writing */
typedef struct GrouperParts
{
	int			nsystems;
	uint32		ncategories;
	uint32		nsets;
	struct
	{
		const char *name;
		const char *label;
		const char *part;
	}		   *categories;
	uint32	   *set_first;		/* nsets + 1 */
	uint16	   *members;
	struct
	{
		const char *name;
		uint32		nentries;
		uint64	   *keys;		/* by hash */
		uint16	   *places;
	}			systems[GROUPER_MAX_SYSTEMS];
} GrouperParts;

extern bool grouper_check(const void *value, Size size, PhmError *err);
extern struct varlena *grouper_write(const GrouperParts *parts);

/* grouper_build.c: a grouper from the rows of its tables; allocates with palloc */
typedef struct GrouperBuild GrouperBuild;

extern GrouperBuild *grouper_build(void);
extern bool grouper_build_category(GrouperBuild *b, const char *name, const char *label,
								   const char *part, PhmError *err);
extern bool grouper_build_codes(GrouperBuild *b, const char *system, const char *category,
								const char *codes, PhmError *err);
extern struct varlena *grouper_build_finish(GrouperBuild *b, PhmError *err);

#endif							/* GROUPER_H */
