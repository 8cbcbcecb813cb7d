/*
 * hhs_build.c: collecting the rows of an HHS-HCC model.  Categories come first,
 * in the order of the model; every other row names them, and a row that names
 * something unknown or cannot be read is refused at once.
 */
#include "risk/hhs_build.h"

/* Refuses a row; always false. */
bool
hhs_refuse(PhmError *err, const char *table, const char *row, const char *why)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "risk-adjustment model cannot be compiled");
	return phm_fail_detail(err, "In phm.%s, \"%s\": %s.", table, row, why);
}

/* Starts a model. */
HhsBuild *
hhs_build(const char *name, int benefit_year, bool mce)
{
	HhsBuild   *b = palloc0(sizeof(HhsBuild));

	b->name = pstrdup(name);
	b->benefit_year = benefit_year;
	b->mce = mce;
	return b;
}

/* The place of a word in a list, -1 when it is not there. */
static int
place_in(const char *const *words, int n, const char *word)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

/* The category of a name, -1 when there is none. */
static int
category_of(const HhsBuild *b, const char *name, Size len)
{
	for (int i = 0; i < b->cats.n; i++)
		if (strlen(b->cats.at[i].name) == len && memcmp(b->cats.at[i].name, name, len) == 0)
			return i;
	return -1;
}

static inline void
set_bit(uint64 *set, int category)
{
	set[category / 64] |= UINT64CONST(1) << (category % 64);
}

/* A category; rows come in the order of kind and name. */
bool
hhs_build_category(HhsBuild *b, const char *name, const char *kind, PhmError *err)
{
	static const char *const kinds[] = {"hcc", "group", "rxc", "acf"};
	int			k = place_in(kinds, HHS_CAT_KINDS, kind);
	const HhsCatRow *last = b->cats.n > 0 ? &b->cats.at[b->cats.n - 1] : NULL;
	HhsCatRow  *row;

	if (k < 0)
		return hhs_refuse(err, "hhs_category", name, "kind is hcc, group, rxc or acf");
	if (name[0] == '\0' || strlen(name) > HHS_MAX_NAME || strpbrk(name, " |!=") != NULL)
		return hhs_refuse(err, "hhs_category", name, "a name has 1 to 63 characters, none of them blank, |, ! or =");
	if (b->cats.n >= HHS_MAX_CAT)
		return hhs_refuse(err, "hhs_category", name, "too many categories");
	if (category_of(b, name, strlen(name)) >= 0)
		return hhs_refuse(err, "hhs_category", name, "it is there twice");
	if (last && (k < last->kind || (k == last->kind && strcmp(name, last->name) < 0)))
		return hhs_refuse(err, "hhs_category", name, "rows are out of order");
	row = APPEND(b->cats);
	row->name = pstrdup(name);
	row->kind = k;
	for (int g = 0; g < HHS_GROUPS; g++)
		row->group[g] = -1;
	return true;
}

/* Ages and sexes of a row; ages are whole years, -1 where open, sex 0 is both. */
static bool
make_rule(int category, int age_min, int age_max, int sex, const char *table, HccRule *rule, PhmError *err)
{
	if (sex < 0 || sex > 2)
		return hhs_refuse(err, table, "sex", "it is 1, 2 or null");
	*rule = (HccRule) {category, Max(0, Min(age_min, HHS_NO_AGE)),
		age_max < 0 ? HHS_NO_AGE : Min(age_max, HHS_NO_AGE), sex ? sex : 3, 0};
	return true;
}

/* A prefix and an ending as the key of one code; 0 when it cannot be one. */
static uint64
joined_key(HhsCode kind, const char *prefix, Size n, const char *ending, Size m)
{
	char		code[32];

	if (n + m > sizeof(code))
		return 0;
	memcpy(code, prefix, n);
	memcpy(code + n, ending, m);
	return hhs_code_key(kind, code, n + m);
}

/*
 * The next code of a list that is separated by blanks, where several of one
 * beginning may stand as PREFIX:ENDING,ENDING.  False at the end; key 0 for
 * what is no code.
 */
static bool
next_code(HhsCode kind, const char **p, const char **prefix, Size *n, uint64 *key)
{
	Size		m;

	if (*n == 0 || **p != ',')
	{
		*p += strspn(*p, " ");
		if (**p == '\0')
			return false;
		*prefix = *p;
		*n = strcspn(*p, " :");
		*p += *n;
		if (**p != ':')
		{
			*key = joined_key(kind, *prefix, *n, "", 0);
			*n = 0;
			return true;
		}
	}
	(*p)++;
	m = strcspn(*p, " ,");
	*key = joined_key(kind, *prefix, *n, *p, m);
	*p += m;
	return true;
}

/* Codes of one category. */
bool
hhs_build_map(HhsBuild *b, const char *category, const char *kind, int age_min, int age_max,
			  int sex, const char *codes, PhmError *err)
{
	static const char *const kinds[] = {"dx", "ndc", "hcpcs"};
	int			cat = category_of(b, category, strlen(category));
	int			k = place_in(kinds, HHS_CODES, kind);
	const char *prefix;
	Size		n = 0;
	uint64		key;

	if (cat < 0)
		return hhs_refuse(err, "hhs_mapping", category, "phm.hhs_category has no such category");
	if (k < 0)
		return hhs_refuse(err, "hhs_mapping", category, "kind is dx, ndc or hcpcs");
	if (!make_rule(cat, age_min, age_max, sex, "hhs_mapping", APPEND(b->maps), err))
		return false;
	while (next_code(k, &codes, &prefix, &n, &key))
	{
		if (key == 0)
			return hhs_refuse(err, "hhs_mapping", category,
							  "a diagnosis has 1 to 9 letters and digits, a drug 11 digits, a procedure 5");
		if (b->items.n >= HHS_MAX_CODES)
			return hhs_refuse(err, "hhs_mapping", category, "too many codes");
		*APPEND(b->items) = (HhsCodeItem) {key, b->maps.n - 1};
	}
	return true;
}

/* Diagnoses that count for some ages or one sex only, where these edits are on. */
bool
hhs_build_edit(HhsBuild *b, int age_min, int age_max, int sex, const char *codes, PhmError *err)
{
	const char *prefix;
	Size		n = 0;
	uint64		key;

	if (!make_rule(0, age_min, age_max, sex, "hhs_edit", APPEND(b->edits), err))
		return false;
	while (next_code(HHS_DX, &codes, &prefix, &n, &key))
	{
		if (key == 0 || b->edited.n >= HHS_MAX_CODES)
			return hhs_refuse(err, "hhs_edit", "codes", "a diagnosis has 1 to 9 letters and digits");
		*APPEND(b->edited) = (HhsCodeItem) {key, b->edits.n - 1};
	}
	return true;
}

/* A category that suppresses another. */
bool
hhs_build_drop(HhsBuild *b, const char *category, const char *drops, PhmError *err)
{
	int			a = category_of(b, category, strlen(category));
	int			d = category_of(b, drops, strlen(drops));

	if (a < 0 || d < 0)
		return hhs_refuse(err, "hhs_hierarchy", category, "phm.hhs_category has no such category");
	if (a == d)
		return hhs_refuse(err, "hhs_hierarchy", category, "a category cannot drop itself");
	set_bit(b->cats.at[a].drops, d);
	return true;
}

/* The age group of a name; refused where unknown. */
static int
age_group_of(const char *name, const char *table, PhmError *err)
{
	int			g = place_in(hhs_group_names, HHS_GROUPS, name);

	if (g < 0)
		hhs_refuse(err, table, name, "age_group is adult, child or infant");
	return g;
}

/* A category that counts as part of a group. */
bool
hhs_build_member(HhsBuild *b, const char *age_group, const char *group, const char *member, PhmError *err)
{
	int			g = age_group_of(age_group, "hhs_group", err);
	int			to = category_of(b, group, strlen(group));
	int			from = category_of(b, member, strlen(member));

	if (g < 0)
		return false;
	if (to < 0 || b->cats.at[to].kind != HHS_GROUP)
		return hhs_refuse(err, "hhs_group", group, "phm.hhs_category has no such group");
	if (from < 0 || b->cats.at[from].kind != HHS_HCC)
		return hhs_refuse(err, "hhs_group", group, "a member is not an HCC of phm.hhs_category");
	if (b->cats.at[from].group[g] >= 0)
		return hhs_refuse(err, "hhs_group", group, "a member is in another group too");
	b->cats.at[from].group[g] = to;
	return true;
}

/* The categories of a word: one, or a set of the age group. */
static bool
add_named(const HhsBuild *b, HhsAgeGroup g, const char *name, Size len, uint64 *set)
{
	int			category = category_of(b, name, len);

	if (category >= 0)
	{
		set_bit(set, category);
		return true;
	}
	for (int i = 0; i < b->sets.n; i++)
		if (b->sets.at[i].age_group == g && strlen(b->sets.at[i].name) == len &&
			memcmp(b->sets.at[i].name, name, len) == 0)
		{
			for (int w = 0; w < HHS_WORDS; w++)
				set[w] |= b->sets.at[i].set[w];
			return true;
		}
	return false;
}

/* Is a word a bound ("age=2-4", "months=3", "count=8-")?  Narrows it. */
static bool
add_range(HhsVarRow *row, const char *word, Size len)
{
	static const char *const names[] = {"age=", "months=", "count="};

	for (int i = 0; i < 3; i++)
	{
		Size		n = strlen(names[i]);
		int			min,
					max;

		if (len <= n || memcmp(word, names[i], n) != 0)
			continue;
		if (!hcc_parse_range(word + n, len - n, &min, &max) || min >= UINT8_MAX || max >= UINT8_MAX)
			return false;
		row->range[i][0] = min;
		row->range[i][1] = max < 0 ? UINT8_MAX : max;
		return true;
	}
	return false;
}

/* One word of a condition: a sex, a bound, or categories and sets, "A|B" or "!A|B". */
static bool
add_word(const HhsBuild *b, HhsVarRow *row, const char *word, Size len)
{
	HhsClause	clause = {.not = len > 0 && word[0] == '!'};
	const char *p = word + clause.not;
	const char *end = word + len;

	if ((len == 4 && memcmp(word, "male", 4) == 0) || (len == 6 && memcmp(word, "female", 6) == 0))
	{
		row->sexes = len == 4 ? 1 : 2;
		return true;
	}
	if (memchr(word, '=', len) != NULL)
		return add_range(row, word, len);
	for (;;)
	{
		const char *bar = memchr(p, '|', end - p);

		if (!add_named(b, row->age_group, p, (bar ? bar : end) - p, clause.any))
			return false;
		if (bar == NULL)
			break;
		p = bar + 1;
	}
	row->clauses = row->clauses ? repalloc(row->clauses, sizeof(HhsClause) * (row->nclauses + 1)) :
		palloc(sizeof(HhsClause));
	row->clauses[row->nclauses++] = clause;
	return true;
}

/* A set of categories under a name, or categories that do not count as payment HCCs. */
static bool
build_set(HhsBuild *b, HhsAgeGroup g, const char *name, bool uncounted, const char *args, PhmError *err)
{
	HhsSetRow	row = {.name = pstrdup(name), .age_group = g};
	const char *word;
	Size		len;

	while (hcc_next_word(&args, &word, &len))
		if (!add_named(b, g, word, len, row.set))
			return hhs_refuse(err, "hhs_variable", name, "it names an unknown category");
	if (!uncounted)
		*APPEND(b->sets) = row;
	else
		for (int i = 0; i < b->cats.n; i++)
			b->cats.at[i].uncounted[g] |= (row.set[i / 64] >> (i % 64)) & 1;
	return true;
}

/* A variable, or a set that later variables name; sets come first. */
bool
hhs_build_variable(HhsBuild *b, const char *age_group, const char *name, const char *kind,
				   const char *args, PhmError *err)
{
	static const char *const kinds[] = {"cell", "person", "interaction", "count", "duration", "infant"};
	int			g = age_group_of(age_group, "hhs_variable", err);
	int			k = place_in(kinds, HHS_VAR_KINDS, kind);
	HhsVarRow  *row;
	const char *word;
	Size		len;

	if (g < 0)
		return false;
	if (name[0] == '\0' || strlen(name) > HHS_MAX_NAME)
		return hhs_refuse(err, "hhs_variable", name, "a name has 1 to 63 characters");
	if (strcmp(kind, "set") == 0 || strcmp(kind, "uncounted") == 0)
		return build_set(b, g, name, kind[0] == 'u', args, err);
	if (k < 0)
		return hhs_refuse(err, "hhs_variable", name, "its kind is unknown");
	if (b->vars.n >= HHS_MAX_VARS)
		return hhs_refuse(err, "hhs_variable", name, "too many variables");
	for (int i = 0; i < b->vars.n; i++)
		if (b->vars.at[i].age_group == g && strcmp(b->vars.at[i].name, name) == 0)
			return hhs_refuse(err, "hhs_variable", name, "it is defined twice");
	row = APPEND(b->vars);
	row->name = pstrdup(name);
	row->age_group = g;
	row->kind = k;
	row->sexes = 3;
	for (int i = 0; i < 3; i++)
		row->range[i][1] = UINT8_MAX;
	while (hcc_next_word(&args, &word, &len))
		if (!add_word(b, row, word, len))
			return hhs_refuse(err, "hhs_variable", name, "the condition has an unknown word");
	return true;
}

/* The factors of a category or variable by metal level, in millionths. */
bool
hhs_build_factor(HhsBuild *b, const char *age_group, const char *variable, const int64 *factors,
				 PhmError *err)
{
	int			g = age_group_of(age_group, "hhs_coefficient", err);
	int			category = category_of(b, variable, strlen(variable));
	int32	   *to = category >= 0 && g >= 0 ? b->cats.at[category].factor[g] : NULL;
	bool	   *has = category >= 0 && g >= 0 ? &b->cats.at[category].has[g] : NULL;

	if (g < 0)
		return false;
	for (int i = 0; i < b->vars.n && to == NULL; i++)
		if (b->vars.at[i].age_group == g && strcmp(b->vars.at[i].name, variable) == 0)
		{
			to = b->vars.at[i].factor;
			has = &b->vars.at[i].has;
		}
	if (to == NULL)
		return hhs_refuse(err, "hhs_coefficient", variable,
						  "neither phm.hhs_category nor phm.hhs_variable has it");
	if (*has)
		return hhs_refuse(err, "hhs_coefficient", variable, "it is there twice");
	*has = true;
	for (int m = 0; m < HHS_METALS; m++)
	{
		if (factors[m] > HCC_MAX_FACTOR || factors[m] < -HCC_MAX_FACTOR)
			return hhs_refuse(err, "hhs_coefficient", variable, "a factor is from -1000 to 1000");
		to[m] = factors[m];
	}
	return true;
}

/* The factor of a cost-sharing-reduction indicator, in millionths. */
bool
hhs_build_csr(HhsBuild *b, int indicator, int64 factor, PhmError *err)
{
	if (indicator < 0 || indicator >= HHS_CSR || factor < HCC_MIN_RATE || factor > HCC_MAX_RATE)
		return hhs_refuse(err, "hhs_csr", "factor", "indicators are from 0 to 15, factors from 0.001 to 100");
	if (b->csr[indicator] != 0)
		return hhs_refuse(err, "hhs_csr", "indicator", "it is there twice");
	b->csr[indicator] = factor;
	return true;
}
