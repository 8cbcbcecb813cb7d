/*
 * grouper_parts.c: writing a grouper, and checking one that nobody vouches
 * for: first the bounds of everything, then that writing it again gives the
 * same bytes, so that equal groupers have equal bytes.
 */
#include "risk/grouper.h"

#include "risk/hcc.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Names that are written one after the other. */
typedef struct NameWriter
{
	char	   *at;				/* NULL: only count */
	uint32		used;
} NameWriter;

/* Appends a name; its place.  Byte 0 is the empty name. */
static uint32
put_name(NameWriter *w, const char *name)
{
	Size		size = strlen(name) + 1;
	uint32		place = w->used;

	if (size == 1)
		return 0;
	if (w->at)
		memcpy(w->at + place, name, size);
	w->used += size;
	return place;
}

/* Bytes of all names. */
static uint32
name_bytes(const GrouperParts *p)
{
	NameWriter	w = {NULL, 1};

	for (int i = 0; i < p->nsystems; i++)
		put_name(&w, p->systems[i].name);
	for (uint32 i = 0; i < p->ncategories; i++)
	{
		put_name(&w, p->categories[i].name);
		put_name(&w, p->categories[i].label);
		put_name(&w, p->categories[i].part);
	}
	return w.used;
}

/* Buckets of a system: a power of two, about one entry each. */
static uint32
bucket_count(uint32 nentries)
{
	uint32		n = 1;

	while (n < nentries)
		n *= 2;
	return n;
}

/* Lengths of the prefixes among keys, as bits. */
static uint32
prefix_lengths(const uint64 *keys, uint32 n)
{
	uint32		lengths = 0;

	for (uint32 i = 0; i < n; i++)
	{
		uint64		key = keys[i];
		int			length = -1;

		if (key >> 63 || key % 38 != 37)
			continue;
		for (; key; key /= 38)
			length++;
		lengths |= (uint32) 1 << length;
	}
	return lengths;
}

/* Writes the entries of a system; moves on. */
static void
put_system(uint8 **at, const GrouperParts *p, int system)
{
	uint32		n = p->systems[system].nentries;
	uint32		nbuckets = bucket_count(n);
	int			shift = 64 - __builtin_ctz(nbuckets);
	uint8	   *keys = *at;
	uint8	   *places = keys + 8 * (Size) n;
	uint8	   *buckets = places + PAD8(2 * (Size) n);
	uint32		next = 0;

	for (uint32 i = 0; i < n; i++)
	{
		phm_put_u64(keys + 8 * (Size) i, p->systems[system].keys[i]);
		phm_put_u16(places + 2 * (Size) i, p->systems[system].places[i]);
	}
	for (uint64 b = 0; b <= nbuckets; b++)
	{
		while (next < n && (b == nbuckets ||
							(shift < 64 && grouper_key_hash(p->systems[system].keys[next]) >> shift < b)))
			next++;
		phm_put_u32(buckets + 4 * b, next);
	}
	*at = buckets + PAD8(4 * ((Size) nbuckets + 1));
}

/* Writes the header and what follows it before the entries; moves on. */
static void
put_head(uint8 *value, uint8 **at, const GrouperParts *p, NameWriter *names)
{
	uint32		nmembers = p->set_first[p->nsets];

	value[4] = GROUPER_VERSION;
	phm_put_u16(value + 6, p->nsystems);
	phm_put_u32(value + 16, p->ncategories);
	phm_put_u32(value + 20, p->nsets);
	phm_put_u32(value + 24, nmembers);
	for (int i = 0; i < p->nsystems; i++, *at += GROUPER_ENTRY)
	{
		phm_put_u32(*at, put_name(names, p->systems[i].name));
		phm_put_u32(*at + 4, p->systems[i].nentries);
		phm_put_u32(*at + 8, bucket_count(p->systems[i].nentries));
		phm_put_u32(*at + 12, prefix_lengths(p->systems[i].keys, p->systems[i].nentries));
	}
	for (uint32 i = 0; i < p->ncategories; i++, *at += GROUPER_ENTRY)
	{
		phm_put_u32(*at, put_name(names, p->categories[i].name));
		phm_put_u32(*at + 4, put_name(names, p->categories[i].label));
		phm_put_u32(*at + 8, put_name(names, p->categories[i].part));
	}
	for (uint32 i = 0; i <= p->nsets; i++)
		phm_put_u32(*at + 4 * (Size) i, p->set_first[i]);
	*at += PAD8(4 * ((Size) p->nsets + 1));
	for (uint32 i = 0; i < nmembers; i++)
		phm_put_u16(*at + 2 * (Size) i, p->members[i]);
	*at += PAD8(2 * (Size) nmembers);
}

/* A grouper from its parts. */
struct varlena *
grouper_write(const GrouperParts *p)
{
	NameWriter	names = {NULL, 1};
	uint32		bytes = name_bytes(p);
	Size		size = GROUPER_HEADER + GROUPER_ENTRY * ((Size) p->nsystems + p->ncategories) +
		PAD8(4 * ((Size) p->nsets + 1)) + PAD8(2 * (Size) p->set_first[p->nsets]) + PAD8(bytes);
	uint8	   *value,
			   *at;

	for (int i = 0; i < p->nsystems; i++)
	{
		Size		n = p->systems[i].nentries;

		size += 8 * n + PAD8(2 * n) + PAD8(4 * ((Size) bucket_count(n) + 1));
	}
	value = palloc0(size);
	SET_VARSIZE(value, size);
	names.at = (char *) value + size - PAD8(bytes);
	at = value + GROUPER_HEADER;
	put_head(value, &at, p, &names);
	phm_put_u32(value + 28, bytes);
	for (int i = 0; i < p->nsystems; i++)
		put_system(&at, p, i);
	phm_put_u64(value + 8, hcc_hash(value + 16, size - 16) ^ phm_get_u32(value + 4));
	return (struct varlena *) value;
}

/* Refuses a grouper; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.grouper_model value");
	return phm_fail_detail(err, "The part \"%s\" is not as phm writes it.", what);
}

/* Are the names NUL-terminated, begin with the empty one, and are places inside them? */
static bool
check_names(const Grouper *g, PhmError *err)
{
	if (g->name_bytes < 1 || g->names[0] != '\0' || g->names[g->name_bytes - 1] != '\0')
		return refuse(err, "names");
	for (uint32 i = 0; i < g->ncategories; i++)
		for (int k = 0; k < 12; k += 4)
			if (phm_get_u32(g->categories + GROUPER_ENTRY * (Size) i + k) >= g->name_bytes)
				return refuse(err, "categories");
	for (int i = 0; i < g->nsystems; i++)
		if (g->systems[i].name[0] == '\0')
			return refuse(err, "systems");
	return true;
}

/* Sets: not empty, members ascending, each set after the one before it. */
static bool
check_sets(const GrouperParts *p, uint32 nmembers, PhmError *err)
{
	if (p->set_first[0] != 0 || p->set_first[p->nsets] != nmembers)
		return refuse(err, "sets");
	for (uint32 i = 0; i < p->nsets; i++)
		if (p->set_first[i] >= p->set_first[i + 1] || p->set_first[i + 1] > nmembers)
			return refuse(err, "sets");
	for (uint32 i = 0; i < p->nsets; i++)
	{
		uint32		first = p->set_first[i];
		uint32		next = p->set_first[i + 1];
		uint32		last = i > 0 ? p->set_first[i - 1] : 0;
		uint32		same = 0;

		for (uint32 k = first; k < next; k++)
			if (p->members[k] >= p->ncategories || (k > first && p->members[k] <= p->members[k - 1]))
				return refuse(err, "members");
		while (i > 0 && last + same < first && first + same < next && p->members[last + same] == p->members[first + same])
			same++;
		if (i > 0 && last + same < first && (first + same == next || p->members[last + same] > p->members[first + same]))
			return refuse(err, "sets");
		if (i > 0 && last + same == first && first + same == next)
			return refuse(err, "sets");
	}
	return true;
}

/* Entries: good keys in order, each with a set; every set is used. */
static bool
check_entries(const GrouperParts *p, PhmError *err)
{
	uint8	   *used = palloc0(p->nsets + 1);

	for (int s = 0; s < p->nsystems; s++)
		for (uint32 i = 0; i < p->systems[s].nentries; i++)
		{
			uint64		key = p->systems[s].keys[i];

			if (!grouper_key_is_good(key, true) || p->systems[s].places[i] >= p->nsets)
				return refuse(err, "keys");
			if (i > 0 && grouper_key_hash(key) <= grouper_key_hash(p->systems[s].keys[i - 1]))
				return refuse(err, "keys");
			used[p->systems[s].places[i]] = 1;
		}
	for (uint32 i = 0; i < p->nsets; i++)
		if (!used[i])
			return refuse(err, "sets");
	pfree(used);
	return true;
}

/* The parts of a grouper as arrays. */
static void
read_parts(const Grouper *g, GrouperParts *p)
{
	p->nsystems = g->nsystems;
	p->ncategories = g->ncategories;
	p->nsets = g->nsets;
	p->categories = palloc0(sizeof(*p->categories) * ((Size) g->ncategories + 1));
	p->set_first = palloc0(4 * ((Size) g->nsets + 1));
	p->members = palloc0(2 * ((Size) g->nmembers + 1));
	for (uint32 i = 0; i < g->ncategories; i++)
	{
		p->categories[i].name = grouper_category_name(g, i);
		p->categories[i].label = grouper_label(g, i);
		p->categories[i].part = grouper_part(g, i);
	}
	for (uint32 i = 0; i <= g->nsets; i++)
		p->set_first[i] = phm_get_u32(g->sets + 4 * (Size) i);
	for (uint32 i = 0; i < g->nmembers; i++)
		p->members[i] = phm_get_u16(g->members + 2 * (Size) i);
	for (int s = 0; s < g->nsystems; s++)
	{
		uint32		n = g->systems[s].nentries;

		p->systems[s].name = g->systems[s].name;
		p->systems[s].nentries = n;
		p->systems[s].keys = palloc0(8 * ((Size) n + 1));
		p->systems[s].places = palloc0(2 * ((Size) n + 1));
		for (uint32 i = 0; i < n; i++)
		{
			p->systems[s].keys[i] = phm_get_u64(g->systems[s].keys + 8 * (Size) i);
			p->systems[s].places[i] = phm_get_u16(g->systems[s].places + 2 * (Size) i);
		}
	}
}

/* Is this a grouper exactly as phm writes it? */
bool
grouper_check(const void *value, Size size, PhmError *err)
{
	Grouper		g;
	GrouperParts p;
	struct varlena *again;

	if (!grouper_view(&g, value, size, err))
		return false;
	if (!check_names(&g, err))
		return false;
	read_parts(&g, &p);
	if (!check_sets(&p, g.nmembers, err) || !check_entries(&p, err))
		return false;
	again = grouper_write(&p);
	if (VARSIZE(again) != size || memcmp((char *) again + 4, (const char *) value + 4, size - 4) != 0)
		return refuse(err, "form");
	pfree(again);
	return true;
}
