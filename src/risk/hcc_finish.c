/*
 * hcc_finish.c: a model from its rows.  Every name is resolved; what cannot be
 * is an error that names the row, never a factor that is silently not
 * counted.  Equal rows in the same order give equal bytes.
 */
#include "risk/hcc_build.h"

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
			return hcc_refuse(err, "hcc_mapping", "cc", "a model has at most 256 categories");
		b->parts.numbers[n] = number;
		b->index_of[number] = n++;
	}
	b->parts.ncc = n;
	if (n == 0)
		return hcc_refuse(err, "hcc_mapping", "cc", "the model has no categories");
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

static HccVariableRow *resolve(HccBuild *b, const char *name, Size len, PhmError *err);

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
resolve_all(HccBuild *b, HccVariableRow *row, PhmError *err)
{
	const char *p = row->args,
			   *word;
	Size		len;

	while (hcc_next_word(&p, &word, &len))
		if (hcc_cc_of(b, word, len) < 0 && !resolve(b, word, len, err) && err->sqlstate != 0)
			return false;
	row->var.first_clause = b->clauses.n;
	for (p = row->args; hcc_next_word(&p, &word, &len);)
	{
		int			cc = hcc_cc_of(b, word, len);
		HccVariableRow *other = cc < 0 ? resolve(b, word, len, err) : NULL;

		if (b->clauses.n >= HCC_MAX_CLAUSES)
			return hcc_refuse(err, "hcc_variable", row->name, "too many categories");
		if (other && join_variable(b, &row->var, &other->var))
			continue;
		if (cc >= 0 && b->index_of[cc] >= 0)
		{
			set_bit(*APPEND(b->clauses), b->index_of[cc]);
			row->var.nclauses++;
		}
		else if (other || !hcc_add_condition(&row->var.when, word, len))
			return hcc_refuse(err, "hcc_variable", row->name,
						  "args has a word that is no category, variable or condition");
	}
	return true;
}

/* "any": at least one of the categories, or of variables that are "any" themselves. */
static bool
resolve_any(HccBuild *b, HccVariableRow *row, PhmError *err)
{
	const char *p = row->args,
			   *word;
	Size		len;
	uint64		mask[HCC_WORDS] = {0};

	while (hcc_next_word(&p, &word, &len))
	{
		int			cc = hcc_cc_of(b, word, len);
		HccVariableRow *other = cc < 0 ? resolve(b, word, len, err) : NULL;

		if (cc >= 0 && b->index_of[cc] >= 0)
			set_bit(mask, b->index_of[cc]);
		else if (other && strcmp(other->op, "any") == 0)
			for (int w = 0; w < HCC_WORDS; w++)
				mask[w] |= b->clauses.at[other->var.first_clause][w];
		else
			return hcc_refuse(err, "hcc_variable", row->name,
						  "args has a word that is no category and no \"any\" variable");
	}
	row->var.first_clause = b->clauses.n;
	row->var.nclauses = 1;
	memcpy(*APPEND(b->clauses), mask, sizeof(mask));
	return true;
}

/* "count": so many payment categories, "5", "10+" or "2-4". */
static bool
resolve_count(HccVariableRow *row)
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
	if (!hcc_parse_range(range, len, &min, &max) || min > HCC_MAX_CC)
		return false;
	row->var.count_min = min;
	row->var.count_max = max < 0 || max > HCC_MAX_CC ? HCC_MAX_CC : max;
	return row->var.count_max > 0;
}

/* Resolves one row by its operation. */
static bool
resolve_row(HccBuild *b, HccVariableRow *row, PhmError *err)
{
	row->var.name = row->name;
	row->var.when = hcc_always();
	row->var.kind = HCC_KIND_INTERACTION;
	if (strcmp(row->op, "all") == 0)
		return resolve_all(b, row, err);
	if (strcmp(row->op, "any") == 0)
		return resolve_any(b, row, err);
	if (strcmp(row->op, "count") == 0)
	{
		row->var.kind = HCC_KIND_COUNT;
		return resolve_count(row) ||
			hcc_refuse(err, "hcc_variable", row->name, "a count is written 5, 10+ or 2-4");
	}
	row->var.kind = strcmp(row->op, "cell") == 0 ? HCC_KIND_CELL : HCC_KIND_PERSON;
	if (row->var.kind == HCC_KIND_PERSON && strcmp(row->op, "person") != 0)
		return hcc_refuse(err, "hcc_variable", row->name, "op is cell, person, any, all or count");
	return hcc_parse_condition(row->args, &row->var.when) ||
		hcc_refuse(err, "hcc_variable", row->name, "the condition has an unknown word");
}

/* Finds a variable and resolves it; NULL with an error, or without when unknown. */
static HccVariableRow *
resolve(HccBuild *b, const char *name, Size len, PhmError *err)
{
	for (int i = 0; i < b->variables.n; i++)
	{
		HccVariableRow *row = &b->variables.at[i];

		if (row->len != len || memcmp(row->name, name, len) != 0)
			continue;
		if (row->state == RESOLVED)
			return row;
		check_stack_depth();
		if (row->state == BEING_RESOLVED)
		{
			hcc_refuse(err, "hcc_variable", row->name, "it is defined by itself");
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
	const HccVariableRow *x = *(HccVariableRow *const *) a,
			   *y = *(HccVariableRow *const *) b;

	if (x->var.kind != y->var.kind)
		return x->var.kind < y->var.kind ? -1 : 1;
	return (x > y) - (x < y);
}

/* Resolves the variables that factors name and puts them in order. */
static bool
finish_variables(HccBuild *b, PhmError *err)
{
	HccVariableRow **used = palloc(sizeof(HccVariableRow *) * (b->variables.n + 1));
	int			n = 0;

	for (int i = 0; i < b->factors.n; i++)
	{
		HccFactorRow  *factor = &b->factors.at[i];

		if (factor->cc >= 0)
			continue;
		factor->row = resolve(b, factor->variable, strlen(factor->variable), err);
		if (factor->row == NULL)
			return hcc_refuse(err, "hcc_coefficient", factor->variable,
						  "phm.hcc_variable does not define it");
		if (!factor->row->used)
			used[n++] = factor->row;
		factor->row->used = true;
	}
	if (n > 1)
		qsort(used, n, sizeof(HccVariableRow *), compare_vars);
	for (int i = 0; i < n; i++)
	{
		used[i]->place = i;
		*APPEND(b->vars) = used[i]->var;
	}
	return true;
}

/* Puts one factor where it belongs; a second one for the same place is refused. */
static bool
place_factor(HccBuild *b, const HccFactorRow *row, bool *has, int32 *terms, PhmError *err)
{
	HccParts   *p = &b->parts;

	if (row->cc >= 0)
	{
		int			cc = b->index_of[row->cc];

		if (p->has[row->segment][cc / 64] >> (cc % 64) & 1)
			return hcc_refuse(err, "hcc_coefficient", row->variable, "it stands there twice");
		set_bit(p->has[row->segment], cc);
		set_bit(p->payable, cc);
		p->factors[(Size) row->segment * p->ncc + cc] = row->factor;
	}
	else
	{
		Size		at = (Size) row->segment * b->vars.n + row->row->place;

		if (has[at])
			return hcc_refuse(err, "hcc_coefficient", row->variable, "it stands there twice");
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
			return hcc_refuse(err, "hcc_segment", segment->name,
						  "phm.hcc_coefficient has no demographic coefficient of the segment");
	}
	return true;
}

static int
compare_items(const void *a, const void *b)
{
	uint64		x = hcc_key_hash(((const HccDxItem *) a)->key),
				y = hcc_key_hash(((const HccDxItem *) b)->key);

	if (x != y)
		return x < y ? -1 : 1;
	return (((const HccDxItem *) a)->row > ((const HccDxItem *) b)->row) -
		(((const HccDxItem *) a)->row < ((const HccDxItem *) b)->row);
}

/* Is this list of rows the one that was written at a place? */
static bool
same_rules(const HccBuild *b, int start, const HccDxItem *items, int n)
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
rules_place(HccBuild *b, int *memo, const HccDxItem *items, int n)
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
		qsort(b->items.at, b->items.n, sizeof(HccDxItem), compare_items);
	for (int i = 0, end; i < b->items.n; i = end)
	{
		int			count = 0;
		HccDxItem	   *items = &b->items.at[i];

		for (end = i; end < b->items.n && b->items.at[end].key == items->key; end++)
			if (count == 0 || items[count - 1].row != b->items.at[end].row)
				items[count++] = b->items.at[end];
		p->dx[n] = items->key << 16 | (uint64) rules_place(b, memo, items, count);
		n++;
		if (b->rules.n > HCC_MAX_RULES)
			return hcc_refuse(err, "hcc_mapping", "codes", "too many different mappings");
	}
	p->ndx = n;
	return true;
}

/* Lays the clauses of the variables one after the other and drops the others. */
static void
finish_clauses(HccBuild *b)
{
	HccParts   *p = &b->parts;
	uint32		n = 0;

	for (int i = 0; i < b->vars.n; i++)
		n += b->vars.at[i].nclauses;
	p->clauses = palloc0(sizeof(*p->clauses) * (n + 1));
	for (int i = 0; i < b->vars.n; i++)
	{
		HccVar	   *var = &b->vars.at[i];

		if (var->nclauses > 0)
			memcpy(p->clauses + p->nclauses, b->clauses.at + var->first_clause,
				   sizeof(*p->clauses) * var->nclauses);
		var->first_clause = p->nclauses;
		p->nclauses += var->nclauses;
	}
}

/* Puts the model together. */
struct varlena *
hcc_build_finish(HccBuild *b, PhmError *err)
{
	HccParts   *p = &b->parts;
	struct varlena *model;
	HccView		v;

	if (b->selectors.n == 0)
	{
		hcc_refuse(err, "hcc_segment", "rule_set", "there is no segment");
		return NULL;
	}
	if (!number_categories(b, err) || !finish_variables(b, err) || !finish_factors(b, err) ||
		!finish_dx(b, err))
		return NULL;
	finish_hierarchies(b);
	finish_clauses(b);
	p->nvars = b->vars.n;
	p->vars = b->vars.at;
	p->nselectors = b->selectors.n;
	p->selectors = b->selectors.at;
	p->nsegments = b->segments.n;
	p->segments = b->segments.at;
	p->nadjusts = b->adjusts.n;
	p->adjusts = b->adjusts.at;
	p->nterms = b->terms.n;
	p->terms = b->terms.at;
	p->nrules = b->rules.n;
	p->rules = b->rules.at;
	model = hcc_write(p);
	/* Limits that no single row exceeds (names, clauses) are checked as a reader does. */
	return hcc_view(&v, model, VARSIZE(model), err) ? model : NULL;
}
