/*
 * codeset.c: reading phm.codeset: membership, iteration, comparison of sets.
 * Works in place on the payload; allocates nothing.  The layout stands in
 * codeset.h, writing it is codeset_build.c's.
 */
#include "types/codeset.h"

#include "types/code_system.h"

#define SYSTEM_SIZE		12
#define HEADER_SIZE		16

static inline uint32
first_code(const CodesetView *v, uint32 s)
{
	return s < v->nsystems ? phm_get_u32(v->systems + s * SYSTEM_SIZE) : v->ncodes;
}

static inline uint32
first_prefix(const CodesetView *v, uint32 s)
{
	return s < v->nsystems ? phm_get_u32(v->systems + s * SYSTEM_SIZE + 4) : v->nprefixes;
}

static inline uint32
uri_end(const CodesetView *v, uint32 s)
{
	return phm_get_u32(v->systems + s * SYSTEM_SIZE + 8);
}

/* URI of the s-th system. */
static inline const char *
system_uri(const CodesetView *v, uint32 s, int *length)
{
	uint32		begin = s > 0 ? uri_end(v, s - 1) : 0;

	*length = (int) (uri_end(v, s) - begin);
	return v->text + begin;
}

/* Text of the i-th code, or of prefix i - ncodes. */
static inline const char *
entry_text(const CodesetView *v, uint32 i, int *length)
{
	uint32		begin = i > 0 ? phm_get_u32(v->ends + 4 * (size_t) (i - 1)) : uri_end(v, v->nsystems - 1);

	*length = (int) (phm_get_u32(v->ends + 4 * (size_t) i) - begin);
	return v->text + begin;
}

/* Prepares a payload for use. */
void
codeset_view_init(CodesetView *v, const void *payload)
{
	const uint8 *p = payload;

	v->nsystems = phm_get_u32(p + 4);
	v->ncodes = phm_get_u32(p + 8);
	v->nprefixes = phm_get_u32(p + 12);
	v->nslots = 2 * v->ncodes;
	v->index_mask = v->ncodes > 0 ? UINT32_MAX >> __builtin_clz(v->ncodes) : 0;
	v->systems = p + HEADER_SIZE;
	v->ends = v->systems + (size_t) v->nsystems * SYSTEM_SIZE;
	v->slots = v->ends + 4 * ((size_t) v->ncodes + v->nprefixes);
	v->text = (const char *) v->slots + 4 * (size_t) v->nslots;
}

/* Orders byte strings. */
static inline int
compare(const char *a, int a_length, const char *b, int b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : a_length - b_length;
}

static inline bool
begins_with(const char *s, int length, const char *prefix, int prefix_length)
{
	return length >= prefix_length && memcmp(s, prefix, prefix_length) == 0;
}

/* The system with this URI, or -1. */
static int64
find_system(const CodesetView *v, const char *uri, int length)
{
	uint32		low = 0;
	uint32		high = v->nsystems;

	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		int			n;
		const char *s = system_uri(v, middle, &n);
		int			order = compare(s, n, uri, length);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* The system that the i-th code (or the prefix i - ncodes) belongs to. */
static uint32
system_of(const CodesetView *v, uint32 i)
{
	bool		prefix = i >= v->ncodes;
	uint32		at = prefix ? i - v->ncodes : i;
	uint32		low = 0;
	uint32		high = v->nsystems - 1;

	while (low < high)
	{
		uint32		middle = low + (high - low + 1) / 2;

		if ((prefix ? first_prefix(v, middle) : first_code(v, middle)) <= at)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* In entries [low, high): the first whose text is not less than s. */
static uint32
lower_bound(const CodesetView *v, uint32 low, uint32 high, const char *s, int length)
{
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		int			n;
		const char *text = entry_text(v, middle, &n);

		if (compare(text, n, s, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Whether a prefix of the set covers a text.  No prefix covers another, so it
 * can only be the greatest one that is not greater than the text.
 */
static bool
covered_by_prefix(const CodesetView *v, const char *system, int system_length, const char *s, int length)
{
	int64		at = find_system(v, system, system_length);
	uint32		low,
				high,
				i;
	int			n;
	const char *text;

	if (at < 0)
		return false;
	low = v->ncodes + first_prefix(v, at);
	high = v->ncodes + first_prefix(v, at + 1);
	i = lower_bound(v, low, high, s, length);
	if (i < high)
	{
		text = entry_text(v, i, &n);
		if (n == length && memcmp(text, s, n) == 0)
			return true;
	}
	if (i == low)
		return false;
	text = entry_text(v, i - 1, &n);
	return begins_with(s, length, text, n);
}

/* Whether the i-th code is this one. */
static bool
code_is(const CodesetView *v, uint32 i, const char *system, int system_length,
		const char *code, int code_length)
{
	int			n;
	const char *s = entry_text(v, i, &n);

	if (n != code_length || memcmp(s, code, n) != 0)
		return false;
	s = system_uri(v, system_of(v, i), &n);
	return n == system_length && memcmp(s, system, n) == 0;
}

/* Whether a code is in the set; see the header. */
bool
codeset_contains_hash(const CodesetView *v, uint64 hash, const char *system, int system_length,
					  const char *code, int code_length)
{
	if (v->nslots > 0)
	{
		uint32		tag = (uint32) hash & ~v->index_mask;
		uint32		at = (uint32) ((hash >> 32) * v->nslots >> 32);
		uint32		slot;

		while ((slot = phm_get_u32(v->slots + 4 * (size_t) at)) != 0)
		{
			if ((slot & ~v->index_mask) == tag &&
				code_is(v, (slot & v->index_mask) - 1, system, system_length, code, code_length))
				return true;
			if (++at == v->nslots)
				at = 0;
		}
	}
	return v->nprefixes > 0 && covered_by_prefix(v, system, system_length, code, code_length);
}

/* Whether a code with this hash may be in the set, prefixes left aside. */
bool
codeset_may_contain(const CodesetView *v, uint64 hash)
{
	uint32		tag = (uint32) hash & ~v->index_mask;
	uint32		at = (uint32) ((hash >> 32) * v->nslots >> 32);
	uint32		slot;

	if (v->nslots == 0)
		return false;
	while ((slot = phm_get_u32(v->slots + 4 * (size_t) at)) != 0)
	{
		if ((slot & ~v->index_mask) == tag)
			return true;
		if (++at == v->nslots)
			at = 0;
	}
	return false;
}

/* Whether some coding of a concept is in the set. */
bool
codeset_contains_concept(const CodesetView *v, const void *payload, size_t length)
{
	ConceptReader r;
	CodingView	c;

	concept_read_codings(&r, payload, length);
	while (concept_next(&r, &c))
	{
		const char *system;
		int			system_length;

		if (c.code == NULL || (v->nprefixes == 0 && !codeset_may_contain(v, c.hash)))
			continue;
		system = coding_canonical_system(&c, &system_length);
		if (codeset_contains_hash(v, c.hash, system, system_length, c.code, c.code_length))
			return true;
	}
	return false;
}

/* Fills in entry i of system s. */
static void
fill_entry(const CodesetView *v, uint32 s, uint32 i, CodesetEntry *e)
{
	e->system = system_uri(v, s, &e->system_length);
	e->code = entry_text(v, i, &e->code_length);
	e->prefix = i >= v->ncodes;
}

/* The i-th entry: codes, then prefixes. */
void
codeset_entry(const CodesetView *v, uint32 i, CodesetEntry *e)
{
	fill_entry(v, system_of(v, i), i, e);
}

/* Starts iterating in the order of the text form. */
void
codeset_iterate(CodesetIterator *it, const CodesetView *v)
{
	it->view = v;
	it->system = it->code = it->prefix = 0;
}

/* The next entry; false at the end. */
bool
codeset_next(CodesetIterator *it, CodesetEntry *e)
{
	const CodesetView *v = it->view;

	for (; it->system < v->nsystems; it->system++)
	{
		if (it->code < first_code(v, it->system + 1))
		{
			fill_entry(v, it->system, it->code++, e);
			return true;
		}
		if (it->prefix < first_prefix(v, it->system + 1))
		{
			fill_entry(v, it->system, v->ncodes + it->prefix++, e);
			return true;
		}
	}
	return false;
}

/* Whether all codes that an entry stands for are in the set. */
bool
codeset_covers(const CodesetView *v, const CodesetEntry *e)
{
	if (e->prefix)
		return covered_by_prefix(v, e->system, e->system_length, e->code, e->code_length);
	return codeset_contains_hash(v, code_hash(code_system_hash(e->system, e->system_length), e->code, e->code_length),
								 e->system, e->system_length, e->code, e->code_length);
}

/* Whether entries [low, high) have one that begins with a prefix. */
static bool
has_extension(const CodesetView *v, uint32 low, uint32 high, const char *prefix, int length)
{
	uint32		i = lower_bound(v, low, high, prefix, length);
	const char *s;
	int			n;

	if (i == high)
		return false;
	s = entry_text(v, i, &n);
	return begins_with(s, n, prefix, length);
}

/* Whether the set has some of the codes that an entry stands for. */
bool
codeset_touches(const CodesetView *v, const CodesetEntry *e)
{
	int64		s;

	if (codeset_covers(v, e))
		return true;
	if (!e->prefix || (s = find_system(v, e->system, e->system_length)) < 0)
		return false;
	return has_extension(v, first_code(v, s), first_code(v, s + 1), e->code, e->code_length) ||
		has_extension(v, v->ncodes + first_prefix(v, s), v->ncodes + first_prefix(v, s + 1), e->code, e->code_length);
}

/* Whether all of a is in b. */
bool
codeset_is_subset(const CodesetView *a, const CodesetView *b)
{
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, a);
	while (codeset_next(&it, &e))
	{
		if (!codeset_covers(b, &e))
			return false;
	}
	return true;
}

/* Whether a and b have codes in common. */
bool
codeset_overlaps(const CodesetView *a, const CodesetView *b)
{
	CodesetIterator it;
	CodesetEntry e;
	bool		swap = (uint64) a->ncodes + a->nprefixes > (uint64) b->ncodes + b->nprefixes;

	codeset_iterate(&it, swap ? b : a);
	while (codeset_next(&it, &e))
	{
		if (codeset_touches(swap ? a : b, &e))
			return true;
	}
	return false;
}
