/*
 * code_system.c: the table of known code system URIs and the 64-bit identity
 * of codes.  The table itself is generated from data/code_system.tsv.
 *
 * Lookups go through two open-addressing indexes over the constant table,
 * filled once per process at the first lookup and never changed or freed.
 *
 * The hash is phm's own and frozen: stored values and indexes contain it, and
 * the test code_system pins it.  It folds 64 x 64 bit products, reads bytes as
 * little-endian words, and takes its constants from the fractional parts of
 * the square roots of 2, 3, 5 and 7.
 */
#include "types/code_system.h"

typedef struct CodeSystemRow
{
	const char *url;
	const char *alias;			/* NULL when it has none */
	const char *name;
	uint16		url_length;
	uint16		canonical;		/* its own id for most */
} CodeSystemRow;

/* static const CodeSystemRow code_system_rows[]: index is the id, row 0 is empty */
#include "types/code_system_table.inc"

#define ROW_COUNT	((int) lengthof(code_system_rows))
#define INDEX_SIZE	8192		/* a power of two, at least twice the rows */
#define ALIAS_MAX	32			/* longest alias that is looked up */

typedef struct CodeSystemIndex
{
	bool		ready;
	uint16		by_url[INDEX_SIZE];
	uint16		by_alias[INDEX_SIZE];
	uint64		url_hash[lengthof(code_system_rows)];	/* of the URI as written */
} CodeSystemIndex;

static CodeSystemIndex the_index;

#define ROOT2	UINT64CONST(0x6a09e667f3bcc908)
#define ROOT3	UINT64CONST(0xbb67ae8584caa73b)
#define ROOT5	UINT64CONST(0x3c6ef372fe94f82b)
#define ROOT7	UINT64CONST(0xa54ff53a5f1d36f1)

/* Folds the 128-bit product of two words. */
static inline uint64
fold(uint64 a, uint64 b)
{
	uint128		m = (uint128) a * b;

	return (uint64) m ^ (uint64) (m >> 64);
}

/* The last up to 8 bytes as a word, zero-extended. */
static inline uint64
tail_word(const uint8 *p, int n)
{
	uint64		v = 0;

	if (n >= 8)
		return phm_get_u64(p);
	if (n >= 4)
		return phm_get_u32(p) | (uint64) phm_get_u32(p + n - 4) << (8 * (n - 4));
	for (int i = 0; i < n; i++)
		v |= (uint64) p[i] << (8 * i);
	return v;
}

/* The hash under everything else here: length bytes under a seed. */
static inline uint64
hash_text(uint64 seed, const char *text, int length)
{
	const uint8 *p = (const uint8 *) text;
	int			n = length;
	uint64		h = seed ^ ROOT2;
	uint64		a,
				b = 0;
	uint128		m;

	for (; n > 16; n -= 16, p += 16)
		h = fold(phm_get_u64(p) ^ ROOT3, phm_get_u64(p + 8) ^ h) + ROOT5;
	a = tail_word(p, Min(n, 8));
	if (n > 8)
		b = tail_word(p + 8, n - 8);
	m = (uint128) (a ^ ROOT3) * (b ^ h);
	return fold((uint64) m ^ ROOT5 ^ (uint64) length, (uint64) (m >> 64) ^ ROOT7);
}

/* Hash of an alias in lower case (ASCII); of at most ALIAS_MAX bytes. */
static uint64
alias_hash(const char *alias, int length)
{
	char		lower[ALIAS_MAX];

	for (int i = 0; i < length; i++)
		lower[i] = alias[i] >= 'A' && alias[i] <= 'Z' ? alias[i] + 32 : alias[i];
	return hash_text(0, lower, length);
}

/* Whether two aliases differ in nothing but case (ASCII). */
static bool
alias_equal(const char *a, const char *b, int length)
{
	for (int i = 0; i < length; i++)
	{
		char		x = a[i] >= 'A' && a[i] <= 'Z' ? a[i] + 32 : a[i];
		char		y = b[i] >= 'A' && b[i] <= 'Z' ? b[i] + 32 : b[i];

		if (x != y)
			return false;
	}
	return b[length] == '\0';
}

/* Puts an id into the first free slot from where its hash points. */
static void
index_put(uint16 *slots, uint64 hash, int id)
{
	uint32		at = hash & (INDEX_SIZE - 1);

	while (slots[at] != 0)
		at = (at + 1) & (INDEX_SIZE - 1);
	slots[at] = id;
}

/* Fills the indexes; once per process. */
static pg_noinline void
index_build(void)
{
	StaticAssertDecl(lengthof(code_system_rows) * 2 <= INDEX_SIZE, "INDEX_SIZE is too small");

	for (int id = 1; id < ROW_COUNT; id++)
	{
		const CodeSystemRow *row = &code_system_rows[id];

		the_index.url_hash[id] = hash_text(0, row->url, row->url_length);
		index_put(the_index.by_url, the_index.url_hash[id], id);
		if (row->alias)
			index_put(the_index.by_alias, alias_hash(row->alias, strlen(row->alias)), id);
	}
	the_index.ready = true;
}

/* The id of a URI whose hash is known, or 0. */
static inline int
find_url(uint64 hash, const char *url, int length)
{
	uint32		at = hash & (INDEX_SIZE - 1);
	int			id;

	if (unlikely(!the_index.ready))
		index_build();
	for (; (id = the_index.by_url[at]) != 0; at = (at + 1) & (INDEX_SIZE - 1))
	{
		if (the_index.url_hash[id] == hash &&
			code_system_rows[id].url_length == length &&
			memcmp(code_system_rows[id].url, url, length) == 0)
			return id;
	}
	return 0;
}

/* Id of a URI as written, 0 when it is not in the table. */
int
code_system_by_url(const char *url, int length)
{
	return find_url(hash_text(0, url, length), url, length);
}

/* Id of the canonical system of an alias in any case, or 0. */
int
code_system_by_alias(const char *alias, int length)
{
	uint32		at;
	int			id;

	if (length <= 0 || length > ALIAS_MAX)
		return 0;
	if (unlikely(!the_index.ready))
		index_build();
	at = alias_hash(alias, length) & (INDEX_SIZE - 1);
	for (; (id = the_index.by_alias[at]) != 0; at = (at + 1) & (INDEX_SIZE - 1))
	{
		if (strlen(code_system_rows[id].alias) == length &&
			alias_equal(alias, code_system_rows[id].alias, length))
			return id;
	}
	return 0;
}

/* URI of an id; NULL when there is no such id. */
const char *
code_system_url(int id, int *length)
{
	if (id <= 0 || id >= ROW_COUNT)
		return NULL;
	*length = code_system_rows[id].url_length;
	return code_system_rows[id].url;
}

/* Alias of an id's canonical system; NULL when it has none. */
const char *
code_system_alias(int id)
{
	if (id <= 0 || id >= ROW_COUNT)
		return NULL;
	return code_system_rows[code_system_rows[id].canonical].alias;
}

/* Name of an id's URI; NULL when there is no such id. */
const char *
code_system_name(int id)
{
	if (id <= 0 || id >= ROW_COUNT)
		return NULL;
	return code_system_rows[id].name;
}

/* The canonical id of an id (itself for most); 0 for 0 and for no id. */
int
code_system_canonical(int id)
{
	if (id <= 0 || id >= ROW_COUNT)
		return 0;
	return code_system_rows[id].canonical;
}

/* Number of ids: they are 1 .. count. */
int
code_system_count(void)
{
	return ROW_COUNT - 1;
}

/* Hash of the canonical URI of a URI as written. */
uint64
code_system_hash(const char *url, int length)
{
	uint64		hash = hash_text(0, url, length);
	int			id = find_url(hash, url, length);

	return id ? the_index.url_hash[code_system_rows[id].canonical] : hash;
}

/* Hash of the canonical URI of a known id; of the absent system for 0. */
uint64
code_system_hash_of_id(int id)
{
	if (id <= 0 || id >= ROW_COUNT)
		return hash_text(0, "", 0);
	if (unlikely(!the_index.ready))
		index_build();
	return the_index.url_hash[code_system_rows[id].canonical];
}

/* Identity of a code in a system; never 0. */
uint64
code_hash(uint64 system_hash, const char *code, int length)
{
	uint64		h = hash_text(system_hash, code, length);

	return h != 0 ? h : 1;
}
