/*
 * hhs_finish.c: writing an HHS-HCC model from what hhs_build.c collected, in
 * the one form that hhs_check accepts.
 */
#include "risk/hhs_build.h"

/* A code with the rules of all rows in which it stands. */
typedef struct Entry
{
	uint64		key;
	HccRule		rule;
} Entry;

typedef struct EntryList
{
	Entry	   *at;
	int			n;
	int			room;
} EntryList;

static int
compare_items(const void *a, const void *b)
{
	const HhsCodeItem *x = a;
	const HhsCodeItem *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* By hash of the key, then by rule: the order of the model. */
static int
compare_entries(const void *a, const void *b)
{
	const Entry *x = a;
	const Entry *y = b;
	uint64		hx = hcc_key_hash(x->key);
	uint64		hy = hcc_key_hash(y->key);

	if (hx != hy)
		return hx < hy ? -1 : 1;
	if (x->rule.cc != y->rule.cc)
		return x->rule.cc < y->rule.cc ? -1 : 1;
	if (x->rule.age_min != y->rule.age_min)
		return x->rule.age_min < y->rule.age_min ? -1 : 1;
	if (x->rule.age_max != y->rule.age_max)
		return x->rule.age_max < y->rule.age_max ? -1 : 1;
	return (int) x->rule.sexes - (int) y->rule.sexes;
}

static bool
same_rule(const HccRule *a, const HccRule *b)
{
	return a->cc == b->cc && a->age_min == b->age_min && a->age_max == b->age_max &&
		a->sexes == b->sexes;
}

/* Every code with each of its rules; the edits of a diagnosis narrow them, also to nothing. */
static EntryList
collect_entries(HhsBuild *b)
{
	EntryList	list = {0};
	int			e = 0;

	if (b->items.n > 0)
		qsort(b->items.at, b->items.n, sizeof(HhsCodeItem), compare_items);
	if (b->edited.n > 0)
		qsort(b->edited.at, b->edited.n, sizeof(HhsCodeItem), compare_items);
	for (int i = 0; i < b->items.n; i++)
	{
		Entry		entry = {b->items.at[i].key, b->maps.at[b->items.at[i].row]};

		while (e < b->edited.n && b->edited.at[e].key < entry.key)
			e++;
		for (int k = e; b->mce && k < b->edited.n && b->edited.at[k].key == entry.key; k++)
		{
			const HccRule *edit = &b->edits.at[b->edited.at[k].row];

			entry.rule.age_min = Max(entry.rule.age_min, edit->age_min);
			entry.rule.age_max = Min(entry.rule.age_max, edit->age_max);
			entry.rule.sexes &= edit->sexes;
		}
		if (entry.rule.age_min <= entry.rule.age_max && entry.rule.sexes != 0)
			*APPEND(list) = entry;
	}
	if (list.n > 0)
		qsort(list.at, list.n, sizeof(Entry), compare_entries);
	return list;
}

/*
 * Rules of the codes: those of one code follow each other, the last one says
 * so, and codes with the same rules share them.
 */
typedef struct Table
{
	LIST(HccRule) rules;
	LIST(uint64) codes;
	int		   *seen;			/* first rules, by hash of the chain; -1 */
	int			nseen;
} Table;

/* The place of a chain of rules, which is added when it is new; -1 when there is no room. */
static int
place_chain(Table *t, const Entry *entry, int n)
{
	uint64		h = n;
	int		   *slot;

	for (int i = 0; i < n; i++)
		h = hcc_key_hash(h ^ (((uint64) entry[i].rule.cc << 24) | entry[i].rule.age_min << 16 |
							  entry[i].rule.age_max << 8 | entry[i].rule.sexes)) ^ (h >> 31);
	for (slot = &t->seen[(h >> 32) % t->nseen]; *slot >= 0; slot = slot + 1 == t->seen + t->nseen ? t->seen : slot + 1)
	{
		int			i = 0;

		while (i < n && same_rule(&t->rules.at[*slot + i], &entry[i].rule) &&
			   t->rules.at[*slot + i].last == (i == n - 1))
			i++;
		if (i == n)
			return *slot;
	}
	if (t->rules.n + n > HHS_MAX_RULES)
		return -1;
	*slot = t->rules.n;
	for (int i = 0; i < n; i++)
	{
		HccRule    *rule = APPEND(t->rules);

		*rule = entry[i].rule;
		rule->last = i == n - 1;
	}
	return *slot;
}

/* The code table of the entries. */
static bool
make_table(EntryList *list, Table *t, PhmError *err)
{
	memset(t, 0, sizeof(*t));
	t->nseen = 2 * (HHS_MAX_RULES + 1);
	t->seen = palloc(sizeof(int) * t->nseen);
	memset(t->seen, -1, sizeof(int) * t->nseen);
	for (int i = 0; i < list->n;)
	{
		int			n = 1;
		int			next = i + 1;
		int			place;

		for (; next < list->n && list->at[next].key == list->at[i].key; next++)
			if (!same_rule(&list->at[next].rule, &list->at[i + n - 1].rule))
				list->at[i + n++] = list->at[next];
		place = place_chain(t, &list->at[i], n);
		if (place < 0)
			return hhs_refuse(err, "hhs_mapping", "codes", "too many different combinations of categories and edits");
		*APPEND(t->codes) = list->at[i].key << 16 | place;
		i = next;
	}
	return true;
}

/* The counts and sizes of the model to write. */
static HhsView
measure(const HhsBuild *b, const Table *t)
{
	HhsView		v = {.flags = b->mce ? HHS_MCE : 0, .benefit_year = b->benefit_year,
		.ncat = b->cats.n, .nwords = (b->cats.n + 63) / 64, .nvars = 0,
	.nbuckets = 2, .ncodes = t->codes.n, .nrules = t->rules.n, .name_bytes = strlen(b->name) + 1};

	while (v.nbuckets < v.ncodes / 2)
		v.nbuckets *= 2;
	v.shift = 64 - __builtin_ctz(v.nbuckets);
	for (int g = 0; g < HHS_GROUPS; g++)
	{
		v.first_var[g] = v.nvars;
		for (int i = 0; i < b->vars.n; i++)
			if (b->vars.at[i].age_group == g && b->vars.at[i].has)
			{
				v.nvars++;
				v.nclauses += b->vars.at[i].nclauses;
				v.name_bytes += strlen(b->vars.at[i].name) + 1;
			}
	}
	v.first_var[HHS_GROUPS] = v.nvars;
	for (int i = 0; i < b->cats.n; i++)
		v.name_bytes += strlen(b->cats.at[i].name) + 1;
	return v;
}

/* Appends a name and returns its place. */
static uint32
put_name(const HhsView *v, uint8 *m, uint32 *at, const char *name)
{
	uint32		place = *at;

	memcpy(m + ((const uint8 *) v->names - m) + place, name, strlen(name) + 1);
	*at += strlen(name) + 1;
	return place;
}

static inline void
put_bit(uint8 *mask, int i)
{
	phm_put_u64(mask + 8 * (i / 64), phm_get_u64(mask + 8 * (i / 64)) | UINT64CONST(1) << (i % 64));
}

/* Writes the categories: names, groups, hierarchies, factors. */
static void
put_categories(const HhsView *v, uint8 *m, const HhsBuild *b, uint32 *at)
{
	Size		mask = 8 * (Size) v->nwords;

	for (int i = 0; i < v->ncat; i++)
	{
		const HhsCatRow *row = &b->cats.at[i];
		uint8	   *c = m + (v->cats - m) + HHS_CAT_SIZE * i;

		phm_put_u32(c, put_name(v, m, at, row->name));
		c[4] = row->kind;
		for (int w = 0; w < v->nwords; w++)
			phm_put_u64(m + (v->drops - m) + mask * i + 8 * w, row->drops[w]);
		for (int g = 0; g < HHS_GROUPS; g++)
		{
			c[6 + g] = Max(row->group[g], 0);
			if (!row->has[g])
				continue;
			put_bit(m + (v->has - m) + mask * g, i);
			if (row->kind <= HHS_GROUP && !row->uncounted[g])
				put_bit(m + (v->counts - m) + mask * g, i);
			for (int metal = 0; metal < HHS_METALS; metal++)
				phm_put_u32(m + (v->factors - m) + 4 * ((Size) v->ncat * (HHS_METALS * g + metal) + i),
							row->factor[g][metal]);
		}
	}
}

/* Where variables come in a model: by age group, those of persons first. */
static int
compare_variables(const void *a, const void *b)
{
	const HhsVarRow *x = a;
	const HhsVarRow *y = b;

	if (x->age_group != y->age_group)
		return (int) x->age_group - (int) y->age_group;
	if ((x->kind > HHS_PERSON) != (y->kind > HHS_PERSON))
		return x->kind > HHS_PERSON ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Writes the variables that have factors, in their order, and their clauses. */
static void
put_variables(const HhsView *v, uint8 *m, const HhsBuild *b, uint32 *at)
{
	uint32		clause = 0;
	uint8	   *q = m + (v->vars - m);

	for (int i = 0; i < b->vars.n; i++)
	{
		const HhsVarRow *row = &b->vars.at[i];

		if (!row->has)
			continue;
		q[0] = row->kind;
		q[1] = row->sexes;
		memcpy(q + 2, row->range, 6);
		phm_put_u16(q + 8, clause);
		phm_put_u16(q + 10, row->nclauses);
		phm_put_u32(q + 12, put_name(v, m, at, row->name));
		for (int metal = 0; metal < HHS_METALS; metal++)
			phm_put_u32(q + 16 + 4 * metal, row->factor[metal]);
		for (int k = 0; k < row->nclauses; k++, clause++)
		{
			uint8	   *c = m + (v->clauses - m) + 8 * (Size) (v->nwords + 1) * clause;

			phm_put_u64(c, row->clauses[k].not);
			for (int w = 0; w < v->nwords; w++)
				phm_put_u64(c + 8 + 8 * w, row->clauses[k].any[w]);
		}
		q += HHS_VAR_SIZE;
	}
}

/* Writes the code table: codes, buckets, rules. */
static void
put_codes(const HhsView *v, uint8 *m, const Table *t)
{
	uint32		i = 0;

	for (uint32 bucket = 0; bucket <= v->nbuckets; bucket++)
	{
		while (i < v->ncodes && hcc_key_hash(t->codes.at[i] >> 16) >> v->shift < bucket)
			i++;
		phm_put_u32(m + (v->buckets - m) + 4 * (Size) bucket, i);
	}
	for (i = 0; i < v->ncodes; i++)
		phm_put_u64(m + (v->codes - m) + 8 * (Size) i, t->codes.at[i]);
	for (i = 0; i < v->nrules; i++)
	{
		const HccRule *rule = &t->rules.at[i];
		uint8	   *q = m + (v->rules - m) + 8 * (Size) i;

		phm_put_u16(q, rule->cc);
		q[2] = rule->age_min;
		q[3] = rule->age_max;
		q[4] = rule->sexes;
		q[5] = rule->last;
	}
}

/* Writes the header but for the hash. */
static void
put_header(const HhsView *v, uint8 *m)
{
	m[4] = HHS_VERSION;
	m[5] = v->flags;
	phm_put_u16(m + 6, v->benefit_year);
	phm_put_u16(m + 16, v->ncat);
	phm_put_u16(m + 18, v->nwords);
	for (int g = 0; g < HHS_GROUPS; g++)
		phm_put_u16(m + 20 + 2 * g, v->first_var[g + 1] - v->first_var[g]);
	phm_put_u32(m + 28, v->nclauses);
	phm_put_u32(m + 32, v->nbuckets);
	phm_put_u32(m + 36, v->ncodes);
	phm_put_u32(m + 40, v->nrules);
	phm_put_u32(m + 44, v->name_bytes);
}

/* What a model must have to score anybody. */
static bool
complete(const HhsBuild *b, PhmError *err)
{
	bool		any = false;

	for (int i = 0; i < b->vars.n; i++)
		any |= b->vars.at[i].has;
	if (b->name[0] == '\0' || strlen(b->name) > HHS_MAX_NAME)
		return hhs_refuse(err, "hhs_release", b->name, "a name has 1 to 63 characters");
	if (b->cats.n == 0 || !any)
		return hhs_refuse(err, "hhs_release", b->name, "its sets have no categories or no factors");
	for (int i = 0; i < b->cats.n; i++)
		for (int g = 0; g < HHS_GROUPS; g++)
			if (b->cats.at[i].group[g] >= 0 && !b->cats.at[b->cats.at[i].group[g]].has[g])
				return hhs_refuse(err, "hhs_group", b->cats.at[b->cats.at[i].group[g]].name,
								  "the group has no coefficient");
	return true;
}

/* The model, NULL when the rows do not make one. */
struct varlena *
hhs_build_finish(HhsBuild *b, PhmError *err)
{
	EntryList	entries;
	Table		table;
	HhsView		v;
	Size		size;
	uint32		at = 0;
	uint8	   *m;

	if (!complete(b, err))
		return NULL;
	qsort(b->vars.at, b->vars.n, sizeof(HhsVarRow), compare_variables);
	entries = collect_entries(b);
	if (!make_table(&entries, &table, err))
		return NULL;
	v = measure(b, &table);
	if (v.nclauses > HHS_MAX_CLAUSES)
	{
		hhs_refuse(err, "hhs_variable", "args", "too many conditions");
		return NULL;
	}
	v.model = (const uint8 *) b;	/* any place will do to measure */
	size = hhs_place(&v) - v.model;
	v.model = m = palloc0(size);
	hhs_place(&v);
	SET_VARSIZE(m, size);
	put_header(&v, m);
	put_name(&v, m, &at, b->name);
	put_categories(&v, m, b, &at);
	put_variables(&v, m, b, &at);
	put_codes(&v, m, &table);
	for (int i = 0; i < HHS_CSR; i++)
		phm_put_u32(m + (v.csr - m) + 4 * i, b->csr[i]);
	phm_put_u64(m + 8, hhs_hash(m, size));
	return (struct varlena *) m;
}
