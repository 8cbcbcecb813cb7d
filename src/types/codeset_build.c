/*
 * codeset_build.c: making phm.codeset values: the builder, set algebra and the
 * check of bytes from outside, which builds the set again and compares.
 *
 * A builder keeps each code once, in hash indexes over growing arrays; all its
 * memory is palloc'd in the context that was current when it was made.
 */
#include "types/codeset.h"

#include "types/code_system.h"

#define CODESET_MAX_SIZE	((size_t) 0x3fffffff)	/* what palloc gives */
#define TOO_LARGE	"code set is too large"

typedef struct IndexSlot
{
	uint64		hash;
	uint32		number;			/* + 1; 0: free */
} IndexSlot;

/* Finds things by a 64-bit hash. */
typedef struct HashIndex
{
	IndexSlot  *slots;
	uint32		size;			/* a power of two */
	uint32		used;
} HashIndex;

typedef struct BuilderSystem
{
	uint64		hash;			/* code_system_hash */
	uint32		begin;			/* of the canonical URI in the arena */
	uint32		length;
} BuilderSystem;

typedef struct BuilderEntry
{
	uint64		hash;			/* code_hash */
	uint32		begin;			/* of the text in the arena */
	uint32		length;
	uint32		system;
	bool		prefix;
} BuilderEntry;

struct CodesetBuilder
{
	char	   *arena;
	size_t		arena_size;
	size_t		arena_used;
	BuilderSystem *systems;
	uint32		nsystems;
	uint32		systems_size;
	BuilderEntry *entries;
	uint32		nentries;
	uint32		entries_size;
	HashIndex	system_index;
	HashIndex	entry_index;
	uint32		last_system;	/* found last */
};

/* An entry on its way into a value: sorts without looking anything up. */
typedef struct SortEntry
{
	const char *text;
	uint64		hash;
	uint32		length;
	uint32		rank;			/* of its system */
	bool		prefix;
} SortEntry;

/* A system on its way into a value. */
typedef struct SortSystem
{
	const char *uri;
	uint32		length;
	uint32		number;			/* in the builder */
} SortSystem;

/* Makes an index for about size / 2 things. */
static void
index_init(HashIndex *x, uint32 size)
{
	x->slots = palloc0(size * sizeof(IndexSlot));
	x->size = size;
	x->used = 0;
}

/* Puts a thing into the first free slot. */
static void
index_put(HashIndex *x, uint64 hash, uint32 number)
{
	uint32		at = hash & (x->size - 1);

	while (x->slots[at].number != 0)
		at = (at + 1) & (x->size - 1);
	x->slots[at].hash = hash;
	x->slots[at].number = number;
}

/* Adds a thing, growing the index in its own memory context. */
static void
index_add(HashIndex *x, uint64 hash, uint32 number)
{
	if (x->used * 2 >= x->size)
	{
		uint32		old_size = x->size;
		size_t		bytes = old_size * sizeof(IndexSlot);
		IndexSlot  *old = palloc(bytes);

		memcpy(old, x->slots, bytes);
		x->slots = repalloc(x->slots, bytes * 2);
		x->size = old_size * 2;
		memset(x->slots, 0, bytes * 2);
		for (uint32 i = 0; i < old_size; i++)
		{
			if (old[i].number != 0)
				index_put(x, old[i].hash, old[i].number);
		}
		pfree(old);
	}
	index_put(x, hash, number + 1);
	x->used++;
}

/* Makes an empty builder in the current memory context. */
CodesetBuilder *
codeset_builder_create(void)
{
	CodesetBuilder *b = palloc0(sizeof(CodesetBuilder));

	b->arena_size = 256;
	b->arena = palloc(b->arena_size);
	b->systems_size = 4;
	b->systems = palloc(b->systems_size * sizeof(BuilderSystem));
	b->entries_size = 16;
	b->entries = palloc(b->entries_size * sizeof(BuilderEntry));
	index_init(&b->system_index, 8);
	index_init(&b->entry_index, 32);
	return b;
}

/* Copies text into the arena; false when the set becomes too large. */
static bool
arena_put(CodesetBuilder *b, const char *s, uint32 length, uint32 *begin, PhmError *err)
{
	if (b->arena_used + length > CODESET_MAX_SIZE / 2)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1, TOO_LARGE);
	if (b->arena_used + length > b->arena_size)
	{
		b->arena_size = (b->arena_used + length) * 2;
		b->arena = repalloc(b->arena, b->arena_size);
	}
	if (length > 0)
		memcpy(b->arena + b->arena_used, s, length);
	*begin = (uint32) b->arena_used;
	b->arena_used += length;
	return true;
}

/* Makes room for one more element of an array. */
static bool
array_reserve(void **array, uint32 *size, uint32 used, size_t element, PhmError *err)
{
	if (used < *size)
		return true;
	if ((size_t) *size * 2 * element > CODESET_MAX_SIZE)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1, TOO_LARGE);
	*size *= 2;
	*array = repalloc(*array, *size * element);
	return true;
}

/* Whether the n-th system of the builder has this URI. */
static bool
system_is(const CodesetBuilder *b, uint32 n, const char *uri, int length)
{
	return n < b->nsystems && b->systems[n].length == length &&
		memcmp(b->arena + b->systems[n].begin, uri, length) == 0;
}

/* Number of the system with this canonical URI, adding it when it is new. */
static bool
builder_system(CodesetBuilder *b, const char *uri, int length, uint32 *number, PhmError *err)
{
	uint64		hash;
	BuilderSystem *s;

	if (system_is(b, b->last_system, uri, length))
	{
		*number = b->last_system;
		return true;
	}
	hash = code_system_hash(uri, length);
	for (uint32 at = hash;; at++)
	{
		IndexSlot  *slot = &b->system_index.slots[at & (b->system_index.size - 1)];

		if (slot->number == 0)
			break;
		if (slot->hash == hash && system_is(b, slot->number - 1, uri, length))
		{
			*number = b->last_system = slot->number - 1;
			return true;
		}
	}
	if (!array_reserve((void **) &b->systems, &b->systems_size, b->nsystems, sizeof(BuilderSystem), err))
		return false;
	s = &b->systems[b->nsystems];
	if (!arena_put(b, uri, length, &s->begin, err))
		return false;
	s->hash = hash;
	s->length = length;
	index_add(&b->system_index, hash, b->nsystems);
	*number = b->last_system = b->nsystems++;
	return true;
}

/* Whether the builder has this entry already. */
static bool
builder_has(const CodesetBuilder *b, uint64 hash, uint32 system, const char *code, int length, bool prefix)
{
	for (uint32 at = hash;; at++)
	{
		const IndexSlot *slot = &b->entry_index.slots[at & (b->entry_index.size - 1)];
		const BuilderEntry *e;

		if (slot->number == 0)
			return false;
		if (slot->hash != hash)
			continue;
		e = &b->entries[slot->number - 1];
		if (e->system == system && e->prefix == prefix && e->length == length &&
			memcmp(b->arena + e->begin, code, length) == 0)
			return true;
	}
}

/* Adds a code or prefix; system_id may be 0 when it is not known. */
bool
codeset_builder_add(CodesetBuilder *b, const char *system, int system_length, int system_id,
					const char *code, int code_length, bool prefix, PhmError *err)
{
	uint32		number;
	uint64		hash;
	BuilderEntry *e;

	CHECK_FOR_INTERRUPTS();
	if (system == NULL)
	{
		system = "";
		system_length = 0;
	}
	else if (system_id == 0)
		system_id = code_system_by_url(system, system_length);
	if (system_id != 0)
		system = code_system_url(code_system_canonical(system_id), &system_length);
	if (!builder_system(b, system, system_length, &number, err))
		return false;
	hash = code_hash(b->systems[number].hash, code, code_length);
	if (builder_has(b, hash, number, code, code_length, prefix))
		return true;
	if (!array_reserve((void **) &b->entries, &b->entries_size, b->nentries, sizeof(BuilderEntry), err))
		return false;
	e = &b->entries[b->nentries];
	if (!arena_put(b, code, code_length, &e->begin, err))
		return false;
	e->hash = hash;
	e->length = code_length;
	e->system = number;
	e->prefix = prefix;
	index_add(&b->entry_index, hash, b->nentries++);
	return true;
}

/* Adds the codes of a concept. */
bool
codeset_builder_add_concept(CodesetBuilder *b, const void *payload, size_t length, PhmError *err)
{
	ConceptReader r;
	CodingView	c;

	concept_read_codings(&r, payload, length);
	while (concept_next(&r, &c))
	{
		if (c.code != NULL &&
			!codeset_builder_add(b, c.system, c.system_length, c.system_id, c.code, c.code_length, false, err))
			return false;
	}
	return true;
}

/* Adds all entries of a set. */
bool
codeset_builder_add_set(CodesetBuilder *b, const CodesetView *view, PhmError *err)
{
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, view);
	while (codeset_next(&it, &e))
	{
		if (!codeset_builder_add(b, e.system, e.system_length, 0, e.code, e.code_length, e.prefix, err))
			return false;
	}
	return true;
}

/* Orders byte strings. */
static inline int
compare(const char *a, uint32 a_length, const char *b, uint32 b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static int
compare_systems(const void *a, const void *b)
{
	const SortSystem *x = a;
	const SortSystem *y = b;

	return compare(x->uri, x->length, y->uri, y->length);
}

static int
compare_entries(const void *a, const void *b)
{
	const SortEntry *x = a;
	const SortEntry *y = b;

	if (x->prefix != y->prefix)
		return (int) x->prefix - (int) y->prefix;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return compare(x->text, x->length, y->text, y->length);
}

/* Whether prefix p covers entry e. */
static inline bool
covers(const SortEntry *p, const SortEntry *e)
{
	return p->rank == e->rank && p->length <= e->length && memcmp(p->text, e->text, p->length) == 0;
}

/* Drops prefixes that another one covers; they are sorted, so it stands before them. */
static uint32
reduce_prefixes(SortEntry *prefixes, uint32 n)
{
	uint32		kept = 0;

	for (uint32 i = 0; i < n; i++)
	{
		if (kept == 0 || !covers(&prefixes[kept - 1], &prefixes[i]))
			prefixes[kept++] = prefixes[i];
	}
	return kept;
}

/* Drops codes that a prefix covers; both are sorted. */
static uint32
reduce_codes(SortEntry *codes, uint32 n, const SortEntry *prefixes, uint32 nprefixes)
{
	uint32		kept = 0;
	uint32		p = 0;

	for (uint32 i = 0; i < n; i++)
	{
		/* The last prefix that is not greater than the code is the only one that can cover it. */
		while (p < nprefixes &&
			   (prefixes[p].rank < codes[i].rank ||
				(prefixes[p].rank == codes[i].rank &&
				 compare(prefixes[p].text, prefixes[p].length, codes[i].text, codes[i].length) <= 0)))
			p++;
		if (p == 0 || !covers(&prefixes[p - 1], &codes[i]))
			codes[kept++] = codes[i];
	}
	return kept;
}

/* Everything that is laid out. */
typedef struct Layout
{
	SortSystem *systems;
	SortEntry  *codes;
	SortEntry  *prefixes;
	uint32		nsystems;
	uint32		ncodes;
	uint32		nprefixes;
} Layout;

/* Sorts and reduces what the builder holds. */
static void
layout_prepare(const CodesetBuilder *b, Layout *l)
{
	uint32	   *ranks = palloc(Max(b->nsystems, 1) * sizeof(uint32));
	SortEntry  *entries = palloc(Max((size_t) b->nentries, 1) * sizeof(SortEntry));
	uint32		ncodes = 0;

	l->nsystems = b->nsystems;
	l->systems = palloc(Max(b->nsystems, 1) * sizeof(SortSystem));
	for (uint32 i = 0; i < b->nsystems; i++)
		l->systems[i] = (SortSystem) {b->arena + b->systems[i].begin, b->systems[i].length, i};
	qsort(l->systems, b->nsystems, sizeof(SortSystem), compare_systems);
	for (uint32 i = 0; i < b->nsystems; i++)
		ranks[l->systems[i].number] = i;
	for (uint32 i = 0; i < b->nentries; i++)
	{
		const BuilderEntry *e = &b->entries[i];

		entries[i] = (SortEntry) {b->arena + e->begin, e->hash, e->length, ranks[e->system], e->prefix};
		ncodes += !e->prefix;
	}
	qsort(entries, b->nentries, sizeof(SortEntry), compare_entries);
	pfree(ranks);
	l->codes = entries;
	l->prefixes = entries + ncodes;
	l->nprefixes = reduce_prefixes(l->prefixes, b->nentries - ncodes);
	l->ncodes = reduce_codes(l->codes, ncodes, l->prefixes, l->nprefixes);
}

/* Bytes of text of some entries. */
static uint64
text_size(const SortEntry *entries, uint32 n)
{
	uint64		size = 0;

	for (uint32 i = 0; i < n; i++)
		size += entries[i].length;
	return size;
}

/* Writes ends and text of some entries; *end is where the text is. */
static uint8 *
write_entries(uint8 *ends, char *text, uint32 *end, const SortEntry *entries, uint32 n)
{
	for (uint32 i = 0; i < n; i++, ends += 4)
	{
		memcpy(text + *end, entries[i].text, entries[i].length);
		*end += entries[i].length;
		phm_put_u32(ends, *end);
	}
	return ends;
}

/* Writes the systems and their URIs. */
static void
write_systems(uint8 *p, char *text, uint32 *end, const Layout *l)
{
	uint32		code = 0;
	uint32		prefix = 0;

	for (uint32 s = 0; s < l->nsystems; s++, p += 12)
	{
		while (code < l->ncodes && l->codes[code].rank < s)
			code++;
		while (prefix < l->nprefixes && l->prefixes[prefix].rank < s)
			prefix++;
		if (l->systems[s].length > 0)
			memcpy(text + *end, l->systems[s].uri, l->systems[s].length);
		*end += l->systems[s].length;
		phm_put_u32(p, code);
		phm_put_u32(p + 4, prefix);
		phm_put_u32(p + 8, *end);
	}
}

/* Enters the codes into the open-addressing table. */
static void
write_slots(uint8 *slots, const Layout *l)
{
	uint32		nslots = 2 * l->ncodes;
	uint32		mask = l->ncodes > 0 ? UINT32_MAX >> __builtin_clz(l->ncodes) : 0;

	for (uint32 i = 0; i < l->ncodes; i++)
	{
		uint64		hash = l->codes[i].hash;
		uint32		at = (uint32) ((hash >> 32) * nslots >> 32);

		while (phm_get_u32(slots + 4 * (size_t) at) != 0)
			at = at + 1 == nslots ? 0 : at + 1;
		phm_put_u32(slots + 4 * (size_t) at, ((uint32) hash & ~mask) | (i + 1));
	}
}

/* Makes the value; NULL when it would be too large.  The builder stays usable. */
struct varlena *
codeset_build(CodesetBuilder *b, PhmError *err)
{
	Layout		l;
	uint64		fixed,
				size;
	struct varlena *value = NULL;

	layout_prepare(b, &l);
	fixed = 16 + 12 * (uint64) l.nsystems + 4 * ((uint64) l.ncodes + l.nprefixes) + 8 * (uint64) l.ncodes;
	size = VARHDRSZ + fixed + text_size(l.codes, l.ncodes) + text_size(l.prefixes, l.nprefixes);
	for (uint32 s = 0; s < l.nsystems; s++)
		size += l.systems[s].length;
	if (size > CODESET_MAX_SIZE)
		phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, -1, TOO_LARGE);
	else
	{
		uint8	   *p;
		uint8	   *ends;
		char	   *text;
		uint32		end = 0;

		value = palloc0(size);
		SET_VARSIZE(value, size);
		p = (uint8 *) VARDATA(value);
		text = (char *) p + fixed;
		p[0] = CODESET_VERSION;
		phm_put_u32(p + 4, l.nsystems);
		phm_put_u32(p + 8, l.ncodes);
		phm_put_u32(p + 12, l.nprefixes);
		write_systems(p + 16, text, &end, &l);
		ends = write_entries(p + 16 + 12 * (size_t) l.nsystems, text, &end, l.codes, l.ncodes);
		ends = write_entries(ends, text, &end, l.prefixes, l.nprefixes);
		write_slots(ends, &l);
	}
	pfree(l.systems);
	pfree(l.codes);
	return value;
}

/* The codes of a or of b. */
struct varlena *
codeset_union(const CodesetView *a, const CodesetView *b, PhmError *err)
{
	CodesetBuilder *builder = codeset_builder_create();

	if (!codeset_builder_add_set(builder, a, err) || !codeset_builder_add_set(builder, b, err))
		return NULL;
	return codeset_build(builder, err);
}

/* Adds the entries of a that lie wholly in b. */
static bool
add_covered(CodesetBuilder *builder, const CodesetView *a, const CodesetView *b, PhmError *err)
{
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, a);
	while (codeset_next(&it, &e))
	{
		if (codeset_covers(b, &e) &&
			!codeset_builder_add(builder, e.system, e.system_length, 0, e.code, e.code_length, e.prefix, err))
			return false;
	}
	return true;
}

/*
 * The codes of both.  Of two entries that meet, one covers the other, and the
 * covered one is what they share.
 */
struct varlena *
codeset_intersection(const CodesetView *a, const CodesetView *b, PhmError *err)
{
	CodesetBuilder *builder = codeset_builder_create();

	if (!add_covered(builder, a, b, err) || !add_covered(builder, b, a, err))
		return NULL;
	return codeset_build(builder, err);
}

/* The codes of a that are not in b; part of a prefix cannot be taken away. */
struct varlena *
codeset_difference(const CodesetView *a, const CodesetView *b, PhmError *err)
{
	CodesetBuilder *builder = codeset_builder_create();
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, a);
	while (codeset_next(&it, &e))
	{
		if (codeset_covers(b, &e))
			continue;
		if (e.prefix && codeset_touches(b, &e))
		{
			phm_fail(err, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "cannot take part of a prefix out of a code set");
			phm_fail_hint(err, "Replace the prefix by the codes that it stands for.");
			return NULL;
		}
		if (!codeset_builder_add(builder, e.system, e.system_length, 0, e.code, e.code_length, e.prefix, err))
			return NULL;
	}
	return codeset_build(builder, err);
}

/* Reports bytes that are no code set. */
static struct varlena *
malformed(PhmError *err, const char *problem)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "malformed binary code set: %s", problem);
	return NULL;
}

/* Whether the counts and ends of untrusted bytes lead nowhere outside them. */
static bool
is_navigable(const uint8 *p, size_t length, CodesetView *v)
{
	uint64		nsystems = phm_get_u32(p + 4);
	uint64		ncodes = phm_get_u32(p + 8);
	uint64		entries = ncodes + phm_get_u32(p + 12);
	uint64		fixed = 16 + 12 * nsystems + 4 * entries + 8 * ncodes;
	uint64		text = length - fixed;
	uint32		end = 0;
	uint32		code = 0;
	uint32		prefix = 0;

	if (fixed > length || (nsystems == 0) != (entries == 0))
		return false;
	codeset_view_init(v, p);
	for (const uint8 *s = v->systems; s < v->ends; s += 12)
	{
		if (phm_get_u32(s) < code || phm_get_u32(s + 4) < prefix || phm_get_u32(s + 8) < end)
			return false;
		code = phm_get_u32(s);
		prefix = phm_get_u32(s + 4);
		end = phm_get_u32(s + 8);
	}
	if (code > v->ncodes || prefix > v->nprefixes)
		return false;
	for (const uint8 *e = v->ends; e < v->slots; e += 4)
	{
		if (phm_get_u32(e) < end)
			return false;
		end = phm_get_u32(e);
	}
	return end == text && memchr(v->text, '\0', text) == NULL;
}

/* Whether some system is written with a URI that now counts as a synonym. */
static bool
has_synonym(const CodesetView *v)
{
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, v);
	while (codeset_next(&it, &e))
	{
		int			id = code_system_by_url(e.system, e.system_length);

		if (id != code_system_canonical(id))
			return true;
	}
	return false;
}

/* Builds the set of untrusted bytes again: the value, or NULL when they are not what codeset_build writes. */
struct varlena *
codeset_receive(const void *payload, size_t length, PhmError *err)
{
	const uint8 *p = payload;
	CodesetView v;
	CodesetBuilder *b;
	struct varlena *value;

	if (length < 16 || p[0] != CODESET_VERSION || p[1] != 0 || p[2] != 0 || p[3] != 0)
		return malformed(err, "unknown version or flags");
	if (!is_navigable(p, length, &v))
		return malformed(err, "cut or inconsistent");
	b = codeset_builder_create();
	if (!codeset_builder_add_set(b, &v, err) || (value = codeset_build(b, err)) == NULL)
		return NULL;
	if ((VARSIZE(value) - VARHDRSZ != length || memcmp(VARDATA(value), payload, length) != 0) && !has_synonym(&v))
		return malformed(err, "not in canonical form");
	return value;
}
