/*
 * grouper.c: finding codes in a grouper.  Reads the value in place and
 * allocates nothing; grouper.h draws the layout.  A value that comes from
 * outside passes grouper_check first; everything here but grouper_view
 * trusts it.
 */
#include "risk/grouper.h"

#include "risk/hcc.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Keys of codes of 13 digits and more have this bit; 38^12 does not reach it. */
#define DIGITS (UINT64CONST(1) << 63)
#define TEN_18 UINT64CONST(1000000000000000000)

/* Spreads a key; one to one, so that the order by hash is an order of keys. */
uint64
grouper_key_hash(uint64 key)
{
	return key * UINT64CONST(0x9E3779B97F4A7C15);
}

/*
 * Reads a code: letters and digits without dots, hyphens and blanks.  Up to
 * 12 characters are a number to base 38, 13 to 18 must be digits.  False for
 * what cannot be a code of a grouper.
 */
bool
grouper_read_code(const char *code, Size length, GrouperCode *read)
{
	uint64		key = 0,
				number = 0;
	int			n = 0;
	bool		digits = true;

	read->key = 0;
	read->n = 0;
	for (Size i = 0; i < length; i++)
	{
		unsigned char c = code[i];
		int			digit;

		if (c >= '0' && c <= '9')
			digit = c - '0' + 1;
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
			digit = (c | 0x20) - 'a' + 11;
		else if (c == '.' || c == ' ' || c == '-')
			continue;
		else
			return false;
		if (++n > GROUPER_MAX_CODE)
			return false;
		digits = digits && digit <= 10;
		number = number * 10 + (digit - 1);
		if (n <= 12)
			key = key * 38 + digit;
		if (n <= GROUPER_MAX_PREFIX)
			read->begins[n] = key;
	}
	read->n = n;
	if (n > 12 && !digits)
		return false;
	read->key = n <= 12 ? key : DIGITS | ((n - 13) * TEN_18 + number);
	return n > 0;
}

/* Writes the code or prefix* of a key into text[GROUPER_CODE_SIZE]; its length. */
int
grouper_key_text(uint64 key, char *text)
{
	char		reversed[GROUPER_CODE_SIZE];
	int			n = 0;

	if (key & DIGITS)
	{
		uint64		number = (key & ~DIGITS) % TEN_18;
		int			width = (int) ((key & ~DIGITS) / TEN_18) + 13;

		for (; n < width; n++, number /= 10)
			reversed[n] = '0' + number % 10;
	}
	else
		for (; key; key /= 38)
		{
			int			digit = key % 38;

			reversed[n++] = digit == 37 ? '*' : digit > 10 ? 'A' + digit - 11 : '0' + digit - 1;
		}
	for (int i = 0; i < n; i++)
		text[i] = reversed[n - 1 - i];
	text[n] = '\0';
	return n;
}

/* Is this the key of a code, or of a prefix where these are allowed, in the only way of writing it? */
bool
grouper_key_is_good(uint64 key, bool prefixes)
{
	char		text[GROUPER_CODE_SIZE + 24];
	GrouperCode read;
	int			n;
	bool		prefix;

	if (key == 0 || (key & DIGITS && (key & ~DIGITS) >= 6 * TEN_18))
		return false;
	n = grouper_key_text(key, text);
	prefix = n > 1 && text[n - 1] == '*';
	return prefix <= prefixes && grouper_read_code(text, n - prefix, &read) &&
		(!prefix || read.n <= GROUPER_MAX_PREFIX) && (prefix ? grouper_prefix_key(read.key) : read.key) == key;
}

/* The categories of a set. */
const uint16 *
grouper_set(const Grouper *g, uint32 set, int *n)
{
	uint32		first = phm_get_u32(g->sets + 4 * (Size) set);

	*n = (int) (phm_get_u32(g->sets + 4 * ((Size) set + 1)) - first);
	return (const uint16 *) (g->members + 2 * (Size) first);
}

/* The set of a key, -1 when there is no such entry. */
static int
find_key(const GrouperSystem *s, uint64 key)
{
	uint64		bucket = s->shift == 64 ? 0 : grouper_key_hash(key) >> s->shift;
	uint32		end = phm_get_u32(s->buckets + 4 * (bucket + 1));

	for (uint32 i = phm_get_u32(s->buckets + 4 * bucket); i < end; i++)
		if (phm_get_u64(s->keys + 8 * (Size) i) == key)
			return phm_get_u16(s->places + 2 * (Size) i);
	return -1;
}

/* The categories of a code that has been read; 0 when it is in none. */
int
grouper_find_code(const Grouper *g, int system, const GrouperCode *code, const uint16 **categories)
{
	const GrouperSystem *s;
	uint32		lengths;
	int			set,
				n = 0;

	if (system < 0 || code->key == 0)
		return 0;
	s = &g->systems[system];
	lengths = s->lengths & (((uint32) 2 << Min(code->n, GROUPER_MAX_PREFIX)) - 1);
	for (set = find_key(s, code->key); set < 0 && lengths;)
	{
		int			k = 31 - __builtin_clz(lengths);

		set = find_key(s, grouper_prefix_key(code->begins[k]));
		lengths ^= (uint32) 1 << k;
	}
	if (set >= 0)
		*categories = grouper_set(g, set, &n);
	return n;
}

/*
 * The categories of a code of a system, in the order of their numbers: how
 * many, and where; read them with grouper_at.  0 when the code is in none.
 */
int
grouper_find(const Grouper *g, int system, const char *code, Size length, const uint16 **categories)
{
	GrouperCode read;

	if (system < 0 || !grouper_read_code(code, length, &read))
		return 0;
	return grouper_find_code(g, system, &read, categories);
}

/* The number of a code system, -1 when the grouper has no codes of it. */
int
grouper_system(const Grouper *g, const char *name, Size length)
{
	for (int i = 0; i < g->nsystems; i++)
		if (strlen(g->systems[i].name) == length && memcmp(g->systems[i].name, name, length) == 0)
			return i;
	return -1;
}

/* The number of a category, -1 when there is none of that name; for once a query, not once a code. */
int
grouper_category(const Grouper *g, const char *name, Size length)
{
	for (uint32 i = 0; i < g->ncategories; i++)
	{
		const char *have = grouper_category_name(g, i);

		if (strlen(have) == length && memcmp(have, name, length) == 0)
			return (int) i;
	}
	return -1;
}

const char *
grouper_category_name(const Grouper *g, int category)
{
	return g->names + phm_get_u32(g->categories + GROUPER_ENTRY * (Size) category);
}

const char *
grouper_label(const Grouper *g, int category)
{
	return g->names + phm_get_u32(g->categories + GROUPER_ENTRY * (Size) category + 4);
}

/* What a category is part of (a body system, a cohort, an appendix), "" when nothing is said. */
const char *
grouper_part(const Grouper *g, int category)
{
	return g->names + phm_get_u32(g->categories + GROUPER_ENTRY * (Size) category + 8);
}

/* Gives the next section and moves on. */
static const uint8 *
section(const uint8 **at, Size bytes)
{
	const uint8 *here = *at;

	*at += PAD8(bytes);
	return here;
}

/* Counts that no grouper exceeds, so that sizes cannot overflow. */
static bool
counts_fit(Grouper *g)
{
	bool		fit = g->nsystems <= GROUPER_MAX_SYSTEMS && g->ncategories <= GROUPER_MAX_CATEGORIES &&
		g->nsets <= GROUPER_MAX_SETS && g->nmembers <= MaxAllocSize / 4 && g->name_bytes <= MaxAllocSize / 4 &&
		g->size >= GROUPER_HEADER + GROUPER_ENTRY * (Size) g->nsystems;

	for (int i = 0; fit && i < g->nsystems; i++)
	{
		const uint8 *at = g->value + GROUPER_HEADER + GROUPER_ENTRY * i;
		GrouperSystem *s = &g->systems[i];

		s->nentries = phm_get_u32(at + 4);
		s->nbuckets = phm_get_u32(at + 8);
		s->lengths = phm_get_u32(at + 12);
		fit = s->nentries <= GROUPER_MAX_ENTRIES && s->nbuckets > 0 && s->nbuckets <= GROUPER_MAX_ENTRIES * 2 &&
			(s->nbuckets & (s->nbuckets - 1)) == 0 && phm_get_u32(at) < g->name_bytes;
		s->shift = 64 - (s->nbuckets ? __builtin_ctz(s->nbuckets) : 0);
	}
	return fit;
}

/* Places the sections after the header, by the counts alone; the end. */
static const uint8 *
place_sections(Grouper *g)
{
	const uint8 *at = g->value + GROUPER_HEADER;
	const uint8 *systems = section(&at, GROUPER_ENTRY * (Size) g->nsystems);

	g->categories = section(&at, GROUPER_ENTRY * (Size) g->ncategories);
	g->sets = section(&at, 4 * ((Size) g->nsets + 1));
	g->members = section(&at, 2 * (Size) g->nmembers);
	for (int i = 0; i < g->nsystems; i++)
	{
		GrouperSystem *s = &g->systems[i];

		s->keys = section(&at, 8 * (Size) s->nentries);
		s->places = section(&at, 2 * (Size) s->nentries);
		s->buckets = section(&at, 4 * ((Size) s->nbuckets + 1));
	}
	g->names = (const char *) section(&at, g->name_bytes);
	for (int i = 0; i < g->nsystems; i++)
		g->systems[i].name = g->names + phm_get_u32(systems + GROUPER_ENTRY * i);
	return at;
}

/* Finds the parts of a grouper; the bytes of the parts are not looked at. */
bool
grouper_view(Grouper *g, const void *value, Size size, PhmError *err)
{
	g->value = value;
	g->size = size;
	if (size >= GROUPER_HEADER && g->value[4] == GROUPER_VERSION && g->value[5] == 0)
	{
		g->nsystems = phm_get_u16(g->value + 6);
		g->hash = phm_get_u64(g->value + 8);
		g->ncategories = phm_get_u32(g->value + 16);
		g->nsets = phm_get_u32(g->value + 20);
		g->nmembers = phm_get_u32(g->value + 24);
		g->name_bytes = phm_get_u32(g->value + 28);
		if (counts_fit(g) && place_sections(g) == g->value + size)
			return true;
	}
	return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.grouper_model value");
}
