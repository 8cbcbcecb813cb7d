/*
 * link_index.c: one index over all value sets of a logic.
 *
 * Codes that are in the same value sets form a class; the index gives the class
 * of a code by its hash, a class has a bit for each value set.  So each
 * distinct code of a chart is looked up once, whatever the number of value
 * sets.  Value sets with prefixes are asked themselves as well.
 */
#include "cql/logic_build.h"

#include "types/codeset.h"
#include "types/code_system.h"

/* A code in a value set. */
typedef struct Member
{
	uint64		hash;
	uint32		set;
} Member;

static int
compare_members(const void *a, const void *b)
{
	const Member *x = a;
	const Member *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->set < y->set ? -1 : x->set > y->set;
}

/* All codes of all value sets. */
static Member *
collect(LogicBuilder *b, uint64 *count)
{
	uint32		nsets = logic_builder_count(b, LOGIC_VALUE_SETS);
	const uint8 *codesets = logic_element(b, LOGIC_CODESETS, 0);
	Member	   *members = NULL;
	uint64		n = 0;

	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
			members = palloc_extended(sizeof(Member) * (n + 1), MCXT_ALLOC_HUGE);
		n = 0;
		for (uint32 set = 0; set < nsets; set++)
		{
			const LogicValueSet *v = logic_element(b, LOGIC_VALUE_SETS, set);
			CodesetView view;

			if (v->codes == LOGIC_NONE)
				continue;
			codeset_view_init(&view, codesets + v->codes);
			for (uint32 i = 0; pass == 1 && i < view.ncodes; i++)
			{
				CodesetEntry entry;

				codeset_entry(&view, i, &entry);
				members[n + i].hash = code_hash(code_system_hash(entry.system, entry.system_length),
												entry.code, entry.code_length);
				members[n + i].set = set;
			}
			n += view.ncodes;
		}
	}
	*count = n;
	return members;
}

/* A hash table of classes while they are found. */
typedef struct Classes
{
	uint32	   *buckets;		/* class + 1 */
	uint32		nbuckets;
	uint32		words;
	uint32		count;
} Classes;

/* The class of a set of value sets. */
static uint32
find_class(LogicBuilder *b, Classes *c, const uint64 *bits)
{
	uint64		h = 0;
	uint32		at;

	for (uint32 i = 0; i < c->words; i++)
		h = (h ^ bits[i]) * UINT64CONST(0xD6E8FEB86659FD93), h ^= h >> 32;
	for (at = (uint32) h & (c->nbuckets - 1); c->buckets[at]; at = (at + 1) & (c->nbuckets - 1))
		if (memcmp(logic_element(b, LOGIC_CLASSES, c->buckets[at] * c->words), bits, sizeof(uint64) * c->words) == 0)
			return c->buckets[at];
	(void) logic_append_all(b, LOGIC_CLASSES, bits, c->words);
	c->buckets[at] = ++c->count;
	return c->count;
}

/* Puts a code into the table of slots. */
static void
put_slot(LogicIndexSlot *slots, uint32 nslots, uint64 hash, uint32 class)
{
	uint32		at = (uint32) (hash >> 20) & (nslots - 1);

	while (slots[at].class)
		at = (at + 1) & (nslots - 1);
	slots[at].hash = hash;
	slots[at].class = class;
}

bool
link_index(LogicBuilder *b)
{
	uint64		n;
	Member	   *members = collect(b, &n);
	Classes		c = {.words = (logic_builder_count(b, LOGIC_VALUE_SETS) + 63) / 64};
	LogicIndexSlot *slots;
	uint64	   *bits;
	uint32		nslots = 8;

	if (c.words == 0)
		return true;
	while (nslots < n * 2 && nslots < (1u << 30))
		nslots *= 2;
	if ((uint64) nslots * sizeof(LogicIndexSlot) > MaxAllocSize)
		return false;
	c.nbuckets = 8;
	while (c.nbuckets < n * 2)
		c.nbuckets *= 2;
	c.buckets = palloc_extended(sizeof(uint32) * c.nbuckets, MCXT_ALLOC_HUGE);
	memset(c.buckets, 0, sizeof(uint32) * c.nbuckets);
	slots = palloc0(sizeof(LogicIndexSlot) * nslots);
	bits = palloc0(sizeof(uint64) * c.words);
	qsort(members, n, sizeof(Member), compare_members);
	(void) logic_append_all(b, LOGIC_CLASSES, bits, c.words);	/* class 0: in none */
	for (uint64 i = 0; i < n;)
	{
		uint64		hash = members[i].hash;

		memset(bits, 0, sizeof(uint64) * c.words);
		for (; i < n && members[i].hash == hash; i++)
			bits[members[i].set / 64] |= UINT64CONST(1) << (members[i].set % 64);
		put_slot(slots, nslots, hash, find_class(b, &c, bits));
	}
	(void) logic_append_all(b, LOGIC_INDEX, slots, nslots);
	logic_set_class_words(b, c.words);
	return true;
}
