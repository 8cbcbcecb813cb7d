/*
 * hcc_build.c: a model from the rows of its tables.  Rows are collected as
 * they come (categories by their published numbers, names as text) and put
 * together by hcc_build_finish, which resolves every name; what cannot be
 * resolved is an error that names the row, never a factor that is silently
 * not counted.  Equal rows in the same order give equal bytes.
 */
#include "risk/hcc.h"

typedef struct MapRow
{
	int			cc;
	HccRule		rule;
} MapRow;

typedef struct DxItem
{
	uint64		key;
	uint32		row;
} DxItem;

typedef struct DropRow
{
	int			cc;
	int			drops;
} DropRow;

typedef struct RequireRow
{
	int			cc;
	int			n;
	int32	   *any_of;
} RequireRow;

typedef struct VariableRow
{
	const char *name;
	Size		len;
	const char *op;
	const char *args;
	enum
	{
		UNSEEN, BEING_RESOLVED, RESOLVED
	}			state;
	bool		used;			/* a factor names it */
	uint32		place;			/* among the used ones */
	HccVar		var;
} VariableRow;

typedef struct FactorRow
{
	uint32		segment;
	int			cc;				/* category number, -1: a variable */
	const char *variable;
	VariableRow *row;
	int32		factor;
} FactorRow;

/* A growing array: items, how many, room. */
#define LIST(type) struct { type *at; int n; int room; }

struct HccBuild
{
	HccParts	parts;
	LIST(MapRow) maps;
	LIST(DxItem) items;
	LIST(DropRow) drops;
	LIST(RequireRow) requires;
	LIST(VariableRow) variables;
	LIST(FactorRow) factors;
	LIST(HccSelector) selectors;
	LIST(HccSegment) segments;
	LIST(HccAdjust) adjusts;
	LIST(HccRule) rules;
	LIST(HccVar) vars;
	LIST(HccPair) terms;
	struct
	{
		uint64		(*at)[HCC_WORDS];
		int			n;
		int			room;
	}			clauses;
	int			index_of[HCC_MAX_NUMBER + 1];	/* category number → index, -1 */
};

/* Makes room for one more item of a list. */
static void *
grown(void *at, int n, int *room, Size size)
{
	if (n < *room)
		return at;
	*room = *room ? *room * 2 : 64;
	return at ? repalloc(at, size * *room) : palloc(size * *room);
}

#define APPEND(list) \
	((list).at = grown((list).at, (list).n, &(list).room, sizeof(*(list).at)), \
	 memset(&(list).at[(list).n], 0, sizeof(*(list).at)), &(list).at[(list).n++])

/* Refuses a row; always false. */
static bool
refuse(PhmError *err, const char *table, const char *row, const char *why)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "risk-adjustment model cannot be compiled");
	return phm_fail_detail(err, "In phm.%s, \"%s\": %s.", table, row, why);
}

/* Starts a model. */
HccBuild *
hcc_build(const char *name, int payment_year, const char *prefix, bool mce)
{
	HccBuild   *b = palloc0(sizeof(HccBuild));

	b->parts.name = pstrdup(name);
	b->parts.prefix = pstrdup(prefix);
	b->parts.payment_year = payment_year;
	b->parts.flags = mce ? HCC_MCE : 0;
	memset(b->index_of, -1, sizeof(b->index_of));
	return b;
}

/* Notes that a category exists. */
static bool
note_cc(HccBuild *b, int cc, const char *table, PhmError *err)
{
	if (cc < 0 || cc > HCC_MAX_NUMBER)
		return refuse(err, table, "cc", "category numbers are from 0 to 9999");
	b->index_of[cc] = 0;
	return true;
}

/* One code of a mapping row. */
static bool
add_code(HccBuild *b, const char *prefix, Size n, const char *ending, Size m, PhmError *err)
{
	char		code[32];
	uint64		key = 0;
	DxItem	   *item;

	if (n + m <= sizeof(code))
	{
		memcpy(code, prefix, n);
		memcpy(code + n, ending, m);
		key = hcc_code_key(code, n + m);
	}
	if (key == 0)
		return refuse(err, "hcc_mapping", "codes",
					  "a code has 1 to 9 letters and digits");
	if (b->items.n >= HCC_MAX_DX)
		return refuse(err, "hcc_mapping", "codes", "too many codes");
	item = APPEND(b->items);
	item->key = key;
	item->row = b->maps.n - 1;
	return true;
}

/*
 * Diagnoses of one category: codes separated by blanks, several of one
 * beginning as PREFIX:ENDING,ENDING.  Ages are whole years, -1 where open;
 * sex 0 is both.
 */
bool
hcc_build_map(HccBuild *b, int cc, int age_min, int age_max, int sex,
			  int mce_min, int mce_max, const char *codes, PhmError *err)
{
	MapRow	   *row;
	const char *p = codes;

	if (!note_cc(b, cc, "hcc_mapping", err))
		return false;
	if (sex < 0 || sex > 2)
		return refuse(err, "hcc_mapping", "sex", "it is 1, 2 or null");
	if (b->parts.flags & HCC_MCE)
	{
		age_min = Max(age_min, mce_min);
		age_max = age_max < 0 ? mce_max : mce_max < 0 ? age_max : Min(age_max, mce_max);
	}
	row = APPEND(b->maps);
	row->cc = cc;
	row->rule.age_min = Max(0, Min(age_min, HCC_NO_AGE));
	row->rule.age_max = age_max < 0 ? HCC_NO_AGE : Min(age_max, HCC_NO_AGE);
	row->rule.sexes = sex ? sex : 3;
	while (*p)
	{
		Size		n = strcspn(p, " :");
		const char *prefix = p;

		p += n;
		if (*p == ':')
			do
			{
				Size		m = strcspn(++p, " ,");

				if (!add_code(b, prefix, n, p, m, err))
					return false;
				p += m;
			} while (*p == ',');
		else if (n > 0 && !add_code(b, prefix, n, "", 0, err))
			return false;
		if (*p == ' ')
			p++;
	}
	return true;
}

/* A category that suppresses another. */
bool
hcc_build_drop(HccBuild *b, int cc, int drops, PhmError *err)
{
	DropRow    *row;

	if (!note_cc(b, cc, "hcc_hierarchy", err) || !note_cc(b, drops, "hcc_hierarchy", err))
		return false;
	if (cc == drops)
		return refuse(err, "hcc_hierarchy", "drops", "a category cannot drop itself");
	row = APPEND(b->drops);
	row->cc = cc;
	row->drops = drops;
	return true;
}

/* A category that counts only beside one of others; never, when there are none. */
bool
hcc_build_require(HccBuild *b, int cc, const int32 *any_of, int n, PhmError *err)
{
	RequireRow *row;

	if (!note_cc(b, cc, "hcc_requirement", err))
		return false;
	for (int i = 0; i < n; i++)
		if (!note_cc(b, any_of[i], "hcc_requirement", err))
			return false;
	row = APPEND(b->requires);
	row->cc = cc;
	row->n = n;
	row->any_of = palloc(sizeof(int32) * (n + 1));
	if (n > 0)
		memcpy(row->any_of, any_of, sizeof(int32) * n);
	return true;
}

/* A variable; it is resolved when a factor or another variable names it. */
bool
hcc_build_variable(HccBuild *b, const char *name, const char *op, const char *args, PhmError *err)
{
	VariableRow *row;

	if (b->variables.n >= HCC_MAX_VARS)
		return refuse(err, "hcc_variable", name, "too many variables");
	for (int i = 0; i < b->variables.n; i++)
		if (strcmp(b->variables.at[i].name, name) == 0)
			return refuse(err, "hcc_variable", name, "it is defined twice");
	row = APPEND(b->variables);
	row->name = pstrdup(name);
	row->len = strlen(name);
	row->op = pstrdup(op);
	row->args = pstrdup(args);
	return true;
}

/* Normalization and coding intensity of a series, in millionths. */
bool
hcc_build_adjust(HccBuild *b, const char *series, int64 normalization,
				 int64 coding_intensity, PhmError *err)
{
	HccAdjust  *row;

	if (normalization < HCC_MIN_RATE || normalization > HCC_MAX_RATE)
		return refuse(err, "hcc_adjustment", series, "normalization is from 0.001 to 100");
	if (coding_intensity < 0 || coding_intensity >= HCC_SCALE)
		return refuse(err, "hcc_adjustment", series, "coding_intensity is from 0 to below 1");
	if (b->adjusts.n >= HCC_MAX_SELECTORS)
		return refuse(err, "hcc_adjustment", series, "too many series");
	row = APPEND(b->adjusts);
	row->series = pstrdup(series);
	row->normalization = normalization;
	row->coding_intensity = coding_intensity;
	return true;
}

/* An age range "a-b", "a-", "-b" or "a". */
static bool
parse_range(const char *p, Size len, int *min, int *max)
{
	int			n[2] = {0, 0};
	int			digits[2] = {0, 0};
	int			part = 0;

	for (Size i = 0; i < len; i++)
	{
		if (p[i] == '-' && part == 0)
			part = 1;
		else if (p[i] >= '0' && p[i] <= '9' && digits[part] < 4)
		{
			n[part] = n[part] * 10 + p[i] - '0';
			digits[part]++;
		}
		else
			return false;
	}
	*min = n[0];
	*max = part == 0 ? n[0] : digits[1] ? n[1] : -1;
	return digits[0] + digits[1] > 0;
}

/* One word of a condition: a flag, "!flag", "age=a-b" or "entry_age=a-b". */
static bool
add_condition(HccWhen *w, const char *word, Size len)
{
	bool		not = len > 0 && word[0] == '!';
	bool		entry = len > 10 && memcmp(word, "entry_age=", 10) == 0;
	int			flag,
				min,
				max;

	if (entry || (len > 4 && memcmp(word, "age=", 4) == 0))
	{
		Size		skip = entry ? 10 : 4;
		uint8	   *low = entry ? &w->entry_min : &w->age_min;
		uint8	   *high = entry ? &w->entry_max : &w->age_max;

		if (!parse_range(word + skip, len - skip, &min, &max) || min > HCC_NO_AGE)
			return false;
		*low = Max(*low, min);
		*high = max < 0 ? *high : Min(*high, Min(max, HCC_NO_AGE));
		return true;
	}
	flag = hcc_flag_of(word + not, len - not);
	if (flag < 0)
		return false;
	*(not ? &w->forbid : &w->need) |= HCC_FLAG(flag);
	return true;
}

/* A condition without any demand. */
static HccWhen
always(void)
{
	return (HccWhen) {.age_max = HCC_NO_AGE, .entry_max = HCC_NO_AGE};
}

/* The next word of a list separated by blanks; false at the end. */
static bool
next_word(const char **p, const char **word, Size *len)
{
	*p += strspn(*p, " ");
	*word = *p;
	*len = strcspn(*p, " ");
	*p += *len;
	return *len > 0;
}

/* A whole condition. */
static bool
parse_condition(const char *text, HccWhen *w)
{
	const char *word;
	Size		len;

	*w = always();
	while (next_word(&text, &word, &len))
		if (!add_condition(w, word, len))
			return false;
	return true;
}

/* The place of a segment, which is added when it is new. */
static int
segment_place(HccBuild *b, const char *name, bool add)
{
	for (int i = 0; i < b->segments.n; i++)
		if (strcmp(b->segments.at[i].name, name) == 0)
			return i;
	if (!add)
		return -1;
	APPEND(b->segments)->name = pstrdup(name);
	return b->segments.n - 1;
}

/* A segment and whom it takes; rows come in order of precedence. */
bool
hcc_build_segment(HccBuild *b, const char *name, const char *condition,
				  int64 divisor, const char *series, PhmError *err)
{
	HccSelector *row;
	int			adjust = -1;

	for (int i = 0; i < b->adjusts.n; i++)
		if (strcmp(b->adjusts.at[i].series, series) == 0)
			adjust = i;
	if (adjust < 0)
		return refuse(err, "hcc_segment", name,
					  "phm.hcc_adjustment has no row of this model, payment year and series");
	if (divisor < HCC_MIN_RATE || divisor > HCC_MAX_RATE)
		return refuse(err, "hcc_segment", name, "divisor is from 0.001 to 100");
	if (b->selectors.n >= HCC_MAX_SELECTORS)
		return refuse(err, "hcc_segment", name, "too many rows");
	row = APPEND(b->selectors);
	if (!parse_condition(condition, &row->when))
		return refuse(err, "hcc_segment", name, "the condition has an unknown word");
	row->segment = segment_place(b, name, true);
	if (b->segments.n > HCC_MAX_SEGMENTS)
		return refuse(err, "hcc_segment", name, "too many segments");
	row->adjust = adjust;
	row->divisor = divisor;
	return true;
}

/* The category that a name such as HCC18 means, -1 when it is another name. */
static int
cc_of(const HccBuild *b, const char *name, Size len)
{
	Size		n = strlen(b->parts.prefix);
	int			number = 0;

	if (len <= n || len > n + 4 || memcmp(name, b->parts.prefix, n) != 0)
		return -1;
	for (; n < len; n++)
	{
		if (name[n] < '0' || name[n] > '9')
			return -1;
		number = number * 10 + name[n] - '0';
	}
	return number;
}

/* A relative factor, in millionths; its segment must be known. */
bool
hcc_build_factor(HccBuild *b, const char *segment, const char *variable,
				 int64 factor, PhmError *err)
{
	int			place = segment_place(b, segment, false);
	int			cc = cc_of(b, variable, strlen(variable));
	FactorRow  *row;

	if (place < 0)
		return refuse(err, "hcc_coefficient", segment, "no row of phm.hcc_segment has this segment");
	if (factor > HCC_MAX_FACTOR || factor < -HCC_MAX_FACTOR)
		return refuse(err, "hcc_coefficient", variable, "a coefficient is from -1000 to 1000");
	if (cc >= 0 && !note_cc(b, cc, "hcc_coefficient", err))
		return false;
	row = APPEND(b->factors);
	row->segment = place;
	row->cc = cc;
	row->variable = pstrdup(variable);
	row->factor = factor;
	return true;
}

/* Numbers the categories in ascending order. */
static bool
number_categories(HccBuild *b, PhmError *err)
{
	int			n = 0;

	b->parts.numbers = palloc(sizeof(uint16) * (HCC_MAX_CC + 1));
	for (int number = 0; number <= HCC_MAX_NUMBER; number++)
	{
		if (b->index_of[number] < 0)
			continue;
		if (n == HCC_MAX_CC)
			return refuse(err, "hcc_mapping", "cc", "a model has at most 256 categories");
		b->parts.numbers[n] = number;
		b->index_of[number] = n++;
	}
	b->parts.ncc = n;
	if (n == 0)
		return refuse(err, "hcc_mapping", "cc", "the model has no categories");
	return true;
}

static void
set_bit(uint64 *mask, int i)
{
	mask[i / 64] |= UINT64CONST(1) << (i % 64);
}

/* Hierarchies and requirements as masks. */
static void
finish_hierarchies(HccBuild *b)
{
	HccParts   *p = &b->parts;

	p->drops = palloc0(sizeof(*p->drops) * p->ncc);
	for (int i = 0; i < b->drops.n; i++)
		set_bit(p->drops[b->index_of[b->drops.at[i].cc]], b->index_of[b->drops.at[i].drops]);
	p->nrequires = b->requires.n;
	p->requires = palloc0(sizeof(HccRequire) * (b->requires.n + 1));
	for (int i = 0; i < b->requires.n; i++)
	{
		p->requires[i].cc = b->index_of[b->requires.at[i].cc];
		for (int k = 0; k < b->requires.at[i].n; k++)
			set_bit(p->requires[i].any_of, b->index_of[b->requires.at[i].any_of[k]]);
	}
}

static VariableRow *resolve(HccBuild *b, const char *name, Size len, PhmError *err);

/* Takes over the clauses and the condition of a variable into another. */
static bool
join_variable(HccBuild *b, HccVar *var, const HccVar *other)
{
	if (other->count_max)
		return false;
	for (int i = 0; i < other->nclauses; i++)
	{
		uint64		(*clause)[HCC_WORDS] = APPEND(b->clauses);

		memcpy(*clause, b->clauses.at[other->first_clause + i], sizeof(*clause));
		var->nclauses++;
	}
	var->when.need |= other->when.need;
	var->when.forbid |= other->when.forbid;
	var->when.age_min = Max(var->when.age_min, other->when.age_min);
	var->when.age_max = Min(var->when.age_max, other->when.age_max);
	var->when.entry_min = Max(var->when.entry_min, other->when.entry_min);
	var->when.entry_max = Min(var->when.entry_max, other->when.entry_max);
	return true;
}

/*
 * "all": every category, variable and condition listed.  The variables are
 * resolved first, because clauses of one variable lie side by side.
 */
static bool
resolve_all(HccBuild *b, VariableRow *row, PhmError *err)
{
	const char *p = row->args,
			   *word;
	Size		len;

	while (next_word(&p, &word, &len))
		if (cc_of(b, word, len) < 0 && !resolve(b, word, len, err) && err->sqlstate != 0)
			return false;
	row->var.first_clause = b->clauses.n;
	for (p = row->args; next_word(&p, &word, &len);)
	{
		int			cc = cc_of(b, word, len);
		VariableRow *other = cc < 0 ? resolve(b, word, len, err) : NULL;

		if (b->clauses.n >= HCC_MAX_CLAUSES)
			return refuse(err, "hcc_variable", row->name, "too many categories");
		if (other && join_variable(b, &row->var, &other->var))
			continue;
		if (cc >= 0 && b->index_of[cc] >= 0)
		{
			set_bit(*APPEND(b->clauses), b->index_of[cc]);
			row->var.nclauses++;
		}
		else if (other || !add_condition(&row->var.when, word, len))
			return refuse(err, "hcc_variable", row->name,
						  "args has a word that is no category, variable or condition");
	}
	return true;
}

/* "any": at least one of the categories, or of variables that are "any" themselves. */
static bool
resolve_any(HccBuild *b, VariableRow *row, PhmError *err)
{
	const char *p = row->args,
			   *word;
	Size		len;
	uint64		mask[HCC_WORDS] = {0};

	while (next_word(&p, &word, &len))
	{
		int			cc = cc_of(b, word, len);
		VariableRow *other = cc < 0 ? resolve(b, word, len, err) : NULL;

		if (cc >= 0 && b->index_of[cc] >= 0)
			set_bit(mask, b->index_of[cc]);
		else if (other && strcmp(other->op, "any") == 0)
			for (int w = 0; w < HCC_WORDS; w++)
				mask[w] |= b->clauses.at[other->var.first_clause][w];
		else
			return refuse(err, "hcc_variable", row->name,
						  "args has a word that is no category and no \"any\" variable");
	}
	row->var.first_clause = b->clauses.n;
	row->var.nclauses = 1;
	memcpy(*APPEND(b->clauses), mask, sizeof(mask));
	return true;
}

/* "count": so many payment categories, "5", "10+" or "2-4". */
static bool
resolve_count(VariableRow *row)
{
	Size		len = strlen(row->args);
	int			min,
				max;
	char		range[16];

	if (len == 0 || len > 12)
		return false;
	memcpy(range, row->args, len + 1);
	if (range[len - 1] == '+')
		range[len - 1] = '-';
	if (!parse_range(range, len, &min, &max) || min > HCC_MAX_CC)
		return false;
	row->var.count_min = min;
	row->var.count_max = max < 0 || max > HCC_MAX_CC ? HCC_MAX_CC : max;
	return row->var.count_max > 0;
}

/* Resolves one row by its operation. */
static bool
resolve_row(HccBuild *b, VariableRow *row, PhmError *err)
{
	row->var.name = row->name;
	row->var.when = always();
	row->var.kind = HCC_KIND_INTERACTION;
	if (strcmp(row->op, "all") == 0)
		return resolve_all(b, row, err);
	if (strcmp(row->op, "any") == 0)
		return resolve_any(b, row, err);
	if (strcmp(row->op, "count") == 0)
	{
		row->var.kind = HCC_KIND_COUNT;
		return resolve_count(row) ||
			refuse(err, "hcc_variable", row->name, "a count is written 5, 10+ or 2-4");
	}
	row->var.kind = strcmp(row->op, "cell") == 0 ? HCC_KIND_CELL : HCC_KIND_PERSON;
	if (row->var.kind == HCC_KIND_PERSON && strcmp(row->op, "person") != 0)
		return refuse(err, "hcc_variable", row->name, "op is cell, person, any, all or count");
	return parse_condition(row->args, &row->var.when) ||
		refuse(err, "hcc_variable", row->name, "the condition has an unknown word");
}

/* Finds a variable and resolves it; NULL with an error, or without when unknown. */
static VariableRow *
resolve(HccBuild *b, const char *name, Size len, PhmError *err)
{
	for (int i = 0; i < b->variables.n; i++)
	{
		VariableRow *row = &b->variables.at[i];

		if (row->len != len || memcmp(row->name, name, len) != 0)
			continue;
		if (row->state == RESOLVED)
			return row;
		check_stack_depth();
		if (row->state == BEING_RESOLVED)
		{
			refuse(err, "hcc_variable", row->name, "it is defined by itself");
			return NULL;
		}
		row->state = BEING_RESOLVED;
		if (!resolve_row(b, row, err))
			return NULL;
		row->state = RESOLVED;
		return row;
	}
	return NULL;
}

/* The order of terms: cells, persons, interactions, counts, each by row. */
static int
compare_vars(const void *a, const void *b)
{
	const VariableRow *x = *(VariableRow *const *) a,
			   *y = *(VariableRow *const *) b;

	if (x->var.kind != y->var.kind)
		return x->var.kind < y->var.kind ? -1 : 1;
	return (x > y) - (x < y);
}

/* Resolves the variables that factors name and puts them in order. */
static bool
finish_variables(HccBuild *b, PhmError *err)
{
	VariableRow **used = palloc(sizeof(VariableRow *) * (b->variables.n + 1));
	int			n = 0;

	for (int i = 0; i < b->factors.n; i++)
	{
		FactorRow  *factor = &b->factors.at[i];

		if (factor->cc >= 0)
			continue;
		factor->row = resolve(b, factor->variable, strlen(factor->variable), err);
		if (factor->row == NULL)
			return refuse(err, "hcc_coefficient", factor->variable,
						  "phm.hcc_variable does not define it");
		if (!factor->row->used)
			used[n++] = factor->row;
		factor->row->used = true;
	}
	if (n > 1)
		qsort(used, n, sizeof(VariableRow *), compare_vars);
	for (int i = 0; i < n; i++)
	{
		used[i]->place = i;
		*APPEND(b->vars) = used[i]->var;
	}
	return true;
}

/* Puts one factor where it belongs; a second one for the same place is refused. */
static bool
place_factor(HccBuild *b, const FactorRow *row, bool *has, int32 *terms, PhmError *err)
{
	HccParts   *p = &b->parts;

	if (row->cc >= 0)
	{
		int			cc = b->index_of[row->cc];

		if (p->has[row->segment][cc / 64] >> (cc % 64) & 1)
			return refuse(err, "hcc_coefficient", row->variable, "it stands there twice");
		set_bit(p->has[row->segment], cc);
		set_bit(p->payable, cc);
		p->factors[(Size) row->segment * p->ncc + cc] = row->factor;
	}
	else
	{
		Size		at = (Size) row->segment * b->vars.n + row->row->place;

		if (has[at])
			return refuse(err, "hcc_coefficient", row->variable, "it stands there twice");
		has[at] = true;
		terms[at] = row->factor;
	}
	return true;
}

/* Factors of categories into the table, those of variables into terms. */
static bool
finish_factors(HccBuild *b, PhmError *err)
{
	HccParts   *p = &b->parts;
	Size		room = (Size) b->segments.n * b->vars.n + 1;
	int32	   *terms = palloc0(sizeof(int32) * room);
	bool	   *has = palloc0(sizeof(bool) * room);

	p->has = palloc0(sizeof(*p->has) * (b->segments.n + 1));
	p->factors = palloc0(sizeof(int32) * ((Size) b->segments.n * p->ncc + 1));
	for (int i = 0; i < b->factors.n; i++)
		if (!place_factor(b, &b->factors.at[i], has, terms, err))
			return false;
	for (int s = 0; s < b->segments.n; s++)
	{
		HccSegment *segment = &b->segments.at[s];

		segment->first_term = b->terms.n;
		for (int k = 0; k < b->vars.n; k++)
			if (has[(Size) s * b->vars.n + k])
				*APPEND(b->terms) = (HccPair) {k, terms[(Size) s * b->vars.n + k]};
		segment->nterms = b->terms.n - segment->first_term;
		if (segment->nterms == 0)
			return refuse(err, "hcc_segment", segment->name,
						  "phm.hcc_coefficient has no demographic coefficient of the segment");
	}
	return true;
}

static int
compare_items(const void *a, const void *b)
{
	uint64		x = hcc_key_hash(((const DxItem *) a)->key),
				y = hcc_key_hash(((const DxItem *) b)->key);

	if (x != y)
		return x < y ? -1 : 1;
	return (((const DxItem *) a)->row > ((const DxItem *) b)->row) -
		(((const DxItem *) a)->row < ((const DxItem *) b)->row);
}

/* Is this list of rows the one that was written at a place? */
static bool
same_rules(const HccBuild *b, int start, const DxItem *items, int n)
{
	for (int i = 0; i < n; i++)
	{
		HccRule		rule = b->maps.at[items[i].row].rule;

		rule.cc = b->index_of[b->maps.at[items[i].row].cc];
		rule.last = i == n - 1;
		if (start + i >= b->rules.n || memcmp(&b->rules.at[start + i], &rule, sizeof(rule)) != 0)
			return false;
	}
	return true;
}

/* The place of the rules of one code; codes with the same rows share them. */
static int
rules_place(HccBuild *b, int *memo, const DxItem *items, int n)
{
	int			start = memo[items[0].row];

	for (; start >= 0 && start < b->rules.n; start++)
	{
		if ((start == 0 || b->rules.at[start - 1].last) && same_rules(b, start, items, n))
			return start;
	}
	start = b->rules.n;
	if (memo[items[0].row] < 0)
		memo[items[0].row] = start;
	for (int i = 0; i < n; i++)
	{
		HccRule    *rule = APPEND(b->rules);

		*rule = b->maps.at[items[i].row].rule;
		rule->cc = b->index_of[b->maps.at[items[i].row].cc];
		rule->last = i == n - 1;
	}
	return start;
}

/* The diagnosis table: sorted by hash, codes with equal rules share them. */
static bool
finish_dx(HccBuild *b, PhmError *err)
{
	HccParts   *p = &b->parts;
	int		   *memo = palloc(sizeof(int) * (b->maps.n + 1));
	int			n = 0;

	memset(memo, -1, sizeof(int) * (b->maps.n + 1));
	p->dx = palloc0(sizeof(uint64) * (b->items.n + 1));
	if (b->items.n > 1)
		qsort(b->items.at, b->items.n, sizeof(DxItem), compare_items);
	for (int i = 0, end; i < b->items.n; i = end)
	{
		int			count = 0;
		DxItem	   *items = &b->items.at[i];

		for (end = i; end < b->items.n && b->items.at[end].key == items->key; end++)
			if (count == 0 || items[count - 1].row != b->items.at[end].row)
				items[count++] = b->items.at[end];
		p->dx[n] = items->key << 16 | (uint64) rules_place(b, memo, items, count);
		n++;
		if (b->rules.n > HCC_MAX_RULES)
			return refuse(err, "hcc_mapping", "codes", "too many different mappings");
	}
	p->ndx = n;
	return true;
}

/* Puts the model together. */
struct varlena *
hcc_build_finish(HccBuild *b, PhmError *err)
{
	HccParts   *p = &b->parts;

	if (b->selectors.n == 0)
	{
		refuse(err, "hcc_segment", "rule_set", "there is no segment");
		return NULL;
	}
	if (!number_categories(b, err) || !finish_variables(b, err) || !finish_factors(b, err) ||
		!finish_dx(b, err))
		return NULL;
	finish_hierarchies(b);
	p->nvars = b->vars.n;
	p->vars = b->vars.at;
	p->nselectors = b->selectors.n;
	p->selectors = b->selectors.at;
	p->nsegments = b->segments.n;
	p->segments = b->segments.at;
	p->nadjusts = b->adjusts.n;
	p->adjusts = b->adjusts.at;
	p->nclauses = b->clauses.n;
	p->clauses = b->clauses.at;
	p->nterms = b->terms.n;
	p->terms = b->terms.at;
	p->nrules = b->rules.n;
	p->rules = b->rules.at;
	return hcc_write(p);
}
