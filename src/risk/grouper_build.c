/*
 * grouper_build.c: a grouper from its rows.  Codes are written compactly:
 * items separated by blanks, in which [0-35A] is one of several characters,
 * (…,…) at the end one of several endings, and * at the end any ending:
 * A0[01] is A00 and A01, E11(9,65*) is E119 and whatever begins with E1165.
 */
#include "risk/grouper.h"

#define MAX_DEPTH 64

/* One code or prefix in one category. */
typedef struct Item
{
	uint64		hash;			/* of key */
	uint64		key;
	uint32		category;
	uint32		system;
} Item;

/* Members that an entry has, in b->members. */
typedef struct Entry
{
	uint64		key;
	uint32		first;
	uint32		n;
	uint32		set;
} Entry;

typedef struct Category
{
	char	   *name;
	char	   *label;
	char	   *part;
} Category;

struct GrouperBuild
{
	int			nsystems;
	char	   *systems[GROUPER_MAX_SYSTEMS];
	Category   *categories;
	uint32		ncategories;
	uint32		category_room;
	Item	   *items;
	Size		nitems;
	Size		item_room;
	uint16	   *members;		/* of all entries */
	Size		nmembers;
	Size		member_room;
	Entry	   *entries;		/* of all systems, by system and hash */
	Size		first_entry[GROUPER_MAX_SYSTEMS + 1];
};

/* Where expanding an item stands. */
typedef struct Expansion
{
	GrouperBuild *b;
	uint32		system;
	uint32		category;
	int			depth;
	char		code[GROUPER_MAX_CODE + 1];
	const char *wrong;
} Expansion;

/* A grouper without rows yet. */
GrouperBuild *
grouper_build(void)
{
	return palloc0(sizeof(GrouperBuild));
}

/* Refuses a row; always false. */
static bool
refuse(PhmError *err, const char *table, const char *category, const char *why)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "rows of the grouper cannot be compiled");
	return phm_fail_detail(err, "phm.%s, category %.60s: %s.", table, category, why);
}

/* Room for one more of size bytes each. */
static void *
grown(void *at, Size n, Size *room, Size size)
{
	if (n < *room)
		return at;
	*room = *room ? *room * 2 : 64;
	return at ? repalloc(at, *room * size) : palloc(*room * size);
}

/* A category; their order is that of the calls. */
bool
grouper_build_category(GrouperBuild *b, const char *name, const char *label, const char *part, PhmError *err)
{
	Size		room = b->category_room;

	if (b->ncategories >= GROUPER_MAX_CATEGORIES)
		return refuse(err, "grouper_category", name, "too many categories");
	b->categories = grown(b->categories, b->ncategories, &room, sizeof(Category));
	b->category_room = (uint32) room;
	b->categories[b->ncategories++] = (Category) {pstrdup(name), pstrdup(label), pstrdup(part)};
	return true;
}

/* The number of a code system, which is added when it is new; -1: too many. */
static int
system_of(GrouperBuild *b, const char *name)
{
	for (int i = 0; i < b->nsystems; i++)
		if (strcmp(b->systems[i], name) == 0)
			return i;
	if (b->nsystems == GROUPER_MAX_SYSTEMS)
		return -1;
	b->systems[b->nsystems] = pstrdup(name);
	return b->nsystems++;
}

/* Adds the code or prefix that has been spelled. */
static bool
emit(Expansion *x, int n, bool prefix)
{
	GrouperBuild *b = x->b;
	GrouperCode read;
	uint64		key;

	if (!grouper_read_code(x->code, n, &read))
		return x->wrong = "a code has 1 to 12 letters and digits, or up to 18 digits", false;
	if (prefix && read.n > GROUPER_MAX_PREFIX)
		return x->wrong = "a prefix has at most 11 characters", false;
	if (b->nitems >= GROUPER_MAX_ENTRIES)
		return x->wrong = "more than 1,000,000 codes", false;
	key = prefix ? grouper_prefix_key(read.key) : read.key;
	b->items = grown(b->items, b->nitems, &b->item_room, sizeof(Item));
	b->items[b->nitems++] = (Item) {grouper_key_hash(key), key, x->category, x->system};
	return true;
}

/* The rank of a character in classes: digits, then letters; -1 for any other. */
static int
rank(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 :
		c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
}

/* The characters of a class as bits of ranks; *p is after [ and moves behind ]. */
static bool
read_class(Expansion *x, const char **p, uint64 *set)
{
	*set = 0;
	for (;; (*p)++)
	{
		int			from = rank(**p);
		int			to = from;

		if (**p == ']' && *set)
		{
			(*p)++;
			return true;
		}
		if (from < 0)
			return x->wrong = "[ begins a class of letters and digits, which ] ends", false;
		if ((*p)[1] == '-')
		{
			to = rank((*p)[2]);
			if (to < from)
				return x->wrong = "a range in a class goes up", false;
			*p += 2;
		}
		*set |= ((UINT64CONST(1) << (to - from + 1)) - 1) << from;
	}
}

/* Adds all codes of an item, of which n characters are known; where it ends, NULL when wrong. */
static const char *
expand(Expansion *x, const char *p, int n)
{
	const char *end = NULL;

	if (++x->depth > MAX_DEPTH)
		return x->wrong = "too many parts in an item", NULL;
	while (rank(*p) >= 0 || *p == '.')
	{
		if (*p != '.' && n >= GROUPER_MAX_CODE)
			return x->wrong = "a code has at most 18 characters", NULL;
		if (*p != '.')
			x->code[n++] = *p;
		p++;
	}
	if (*p == '[')
	{
		uint64		set;

		p++;
		if (n >= GROUPER_MAX_CODE || !read_class(x, &p, &set))
			return x->wrong = x->wrong ? x->wrong : "a code has at most 18 characters", NULL;
		for (; set; set &= set - 1)
		{
			int			r = __builtin_ctzll(set);

			x->code[n] = r < 10 ? '0' + r : 'A' + r - 10;
			end = expand(x, p, n + 1);
			if (end == NULL)
				return NULL;
		}
	}
	else if (*p == '(')
	{
		do
		{
			p = expand(x, p + 1, n);
			if (p == NULL)
				return NULL;
		} while (*p == ',');
		if (*p != ')')
			return x->wrong = "( begins endings separated by commas, which ) ends", NULL;
		end = p + 1;
	}
	else
	{
		if (!emit(x, n, *p == '*'))
			return NULL;
		end = p + (*p == '*');
	}
	x->depth--;
	return end;
}

/* The codes of a category in a code system; the category must be known. */
bool
grouper_build_codes(GrouperBuild *b, const char *system, const char *category, const char *codes, PhmError *err)
{
	Expansion	x = {b};
	int			at = system_of(b, system);

	if (at < 0 || system[0] == '\0' || strlen(system) > 63)
		return refuse(err, "grouper_code", category, "a code system has a name, and a grouper at most 16 of them");
	x.system = at;
	while (x.category < b->ncategories && strcmp(b->categories[x.category].name, category) != 0)
		x.category++;
	if (x.category == b->ncategories)
		return refuse(err, "grouper_code", category, "phm.grouper_category has no such category");
	for (codes += strspn(codes, " "); *codes; codes += strspn(codes, " "))
	{
		const char *end;

		x.depth = 0;
		end = expand(&x, codes, 0);
		if (end && *end != ' ' && *end != '\0')
			x.wrong = "an item of codes has letters, digits, [classes], (endings) and a * at its end";
		if (x.wrong)
			return refuse(err, "grouper_code", category, x.wrong);
		codes = end;
	}
	return true;
}

/* By system, hash of the key, category. */
static int
compare_items(const void *a, const void *b)
{
	const Item *x = a,
			   *y = b;

	if (x->system != y->system)
		return x->system < y->system ? -1 : 1;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->category < y->category ? -1 : x->category > y->category;
}

/* The entry of a key of a system, NULL when there is none. */
static Entry *
find_entry(GrouperBuild *b, int system, uint64 key)
{
	uint64		hash = grouper_key_hash(key);
	Size		low = b->first_entry[system];
	Size		high = b->first_entry[system + 1];

	while (low < high)
	{
		Size		middle = (low + high) / 2;
		uint64		have = grouper_key_hash(b->entries[middle].key);

		if (have == hash)
			return &b->entries[middle];
		if (have < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Makes entries of the sorted items, each with its own categories. */
static void
make_entries(GrouperBuild *b)
{
	Size		n = 0;

	b->entries = palloc(sizeof(Entry) * (b->nitems + 1));
	b->members = palloc(sizeof(uint16) * (b->nitems + 1));
	b->member_room = b->nitems + 1;
	for (Size i = 0; i < b->nitems; i++)
	{
		const Item *item = &b->items[i];
		bool		next = i == 0 || item->system != item[-1].system || item->key != item[-1].key;

		if (next)
		{
			b->entries[n++] = (Entry) {item->key, (uint32) b->nmembers, 0, 0};
			b->first_entry[item->system + 1]++;
		}
		if (next || item->category != item[-1].category)
		{
			b->members[b->nmembers++] = item->category;
			b->entries[n - 1].n++;
		}
	}
	for (int s = 0; s < b->nsystems; s++)
		b->first_entry[s + 1] += b->first_entry[s];
}

static int
compare_members(const void *a, const void *b)
{
	return (int) *(const uint16 *) a - (int) *(const uint16 *) b;
}

/* Gives an entry the categories of a shorter prefix too. */
static void
inherit(GrouperBuild *b, Entry *to, const Entry *from)
{
	uint16	   *at;
	uint32		n = to->n + from->n,
				kept = 0;

	while (b->nmembers + n > b->member_room)
	{
		b->member_room *= 2;
		b->members = repalloc(b->members, b->member_room * sizeof(uint16));
	}
	at = b->members + b->nmembers;
	memcpy(at, b->members + to->first, to->n * sizeof(uint16));
	memcpy(at + to->n, b->members + from->first, from->n * sizeof(uint16));
	qsort(at, n, sizeof(uint16), compare_members);
	for (uint32 i = 0; i < n; i++)
		if (i == 0 || at[i] != at[i - 1])
			at[kept++] = at[i];
	to->first = (uint32) b->nmembers;
	to->n = kept;
	b->nmembers += kept;
}

/* Adds to an entry what the prefixes it begins with say; the shorter ones have done so. */
static void
inherit_prefixes(GrouperBuild *b, int system, Entry *entry)
{
	char		text[GROUPER_CODE_SIZE];
	GrouperCode read;
	int			n = grouper_key_text(entry->key, text);
	bool		prefix = text[n - 1] == '*';

	grouper_read_code(text, n - prefix, &read);
	for (int k = Min(read.n - prefix, GROUPER_MAX_PREFIX); k > 0; k--)
	{
		const Entry *from = find_entry(b, system, grouper_prefix_key(read.begins[k]));

		if (from)
		{
			inherit(b, entry, from);
			break;
		}
	}
}

/* Lets entries have what their prefixes have: prefixes first, from short to long. */
static void
inherit_all(GrouperBuild *b, int system)
{
	bool		prefixes = false;

	for (int length = 1; length <= GROUPER_MAX_PREFIX + 1; length++)
		for (Size i = b->first_entry[system]; i < b->first_entry[system + 1]; i++)
		{
			char		text[GROUPER_CODE_SIZE];
			uint64		key = b->entries[i].key;

			if (key >> 63 || key % 38 != 37 || grouper_key_text(key, text) != length + 1)
				continue;
			prefixes = true;
			inherit_prefixes(b, system, &b->entries[i]);
		}
	for (Size i = b->first_entry[system]; prefixes && i < b->first_entry[system + 1]; i++)
		if (b->entries[i].key >> 63 || b->entries[i].key % 38 != 37)
			inherit_prefixes(b, system, &b->entries[i]);
}

/* The categories of an entry, to be sorted. */
typedef struct SetItem
{
	const uint16 *members;
	uint32		n;
	Entry	   *entry;
} SetItem;

/* Sets in the order of their members. */
static int
compare_sets(const void *a, const void *b)
{
	const SetItem *x = a,
			   *y = b;

	for (uint32 i = 0; i < x->n && i < y->n; i++)
		if (x->members[i] != y->members[i])
			return x->members[i] < y->members[i] ? -1 : 1;
	return x->n < y->n ? -1 : x->n > y->n;
}

/* Numbers the different sets of categories, and lists them. */
static bool
make_sets(GrouperBuild *b, GrouperParts *p, PhmError *err)
{
	Size		n = b->first_entry[b->nsystems];
	SetItem    *items = palloc(sizeof(SetItem) * (n + 1));
	Size		used = 0;

	for (Size i = 0; i < n; i++)
		items[i] = (SetItem) {b->members + b->entries[i].first, b->entries[i].n, &b->entries[i]};
	qsort(items, n, sizeof(SetItem), compare_sets);
	p->set_first = palloc0(4 * (n + 1));
	p->members = palloc0(2 * (b->nmembers + 1));
	for (Size i = 0; i < n; i++)
	{
		if (i == 0 || compare_sets(&items[i], &items[i - 1]) != 0)
		{
			if (p->nsets == GROUPER_MAX_SETS)
				return refuse(err, "grouper_code", "", "too many different sets of categories");
			memcpy(p->members + used, items[i].members, 2 * (Size) items[i].n);
			used += items[i].n;
			p->set_first[++p->nsets] = (uint32) used;
		}
		items[i].entry->set = p->nsets - 1;
	}
	pfree(items);
	return true;
}

/* Puts the grouper together; NULL when the rows cannot be compiled. */
struct varlena *
grouper_build_finish(GrouperBuild *b, PhmError *err)
{
	GrouperParts p = {.nsystems = b->nsystems, .ncategories = b->ncategories};

	if (b->nitems > 0)
		qsort(b->items, b->nitems, sizeof(Item), compare_items);
	make_entries(b);
	for (int s = 0; s < b->nsystems; s++)
		inherit_all(b, s);
	if (!make_sets(b, &p, err))
		return NULL;
	p.categories = palloc0(sizeof(*p.categories) * ((Size) b->ncategories + 1));
	for (uint32 i = 0; i < b->ncategories; i++)
	{
		p.categories[i].name = b->categories[i].name;
		p.categories[i].label = b->categories[i].label;
		p.categories[i].part = b->categories[i].part;
	}
	for (int s = 0; s < b->nsystems; s++)
	{
		uint32		n = (uint32) (b->first_entry[s + 1] - b->first_entry[s]);
		const Entry *entries = b->entries + b->first_entry[s];

		p.systems[s].name = b->systems[s];
		p.systems[s].nentries = n;
		p.systems[s].keys = palloc(8 * ((Size) n + 1));
		p.systems[s].places = palloc(2 * ((Size) n + 1));
		for (uint32 i = 0; i < n; i++)
		{
			p.systems[s].keys[i] = entries[i].key;
			p.systems[s].places[i] = entries[i].set;
		}
	}
	return grouper_write(&p);
}
