/*
 * elm_special.c: nodes of ELM of which the table of members (elm_node.c) does
 * not say all: paths, intervals, retrieves, n-ary operators.
 *
 * Each function completes a tree that has its operands and texts, or replaces it.
 */
#include "cql/elm.h"

#define MAX_EXPONENT 40

/* A tree that stands where another one did. */
static CqlTree *
tree_like(const CqlTree *t, CqlOp op, int nargs)
{
	CqlTree    *other = cql_tree(op, nargs);

	other->line = t->line;
	other->column = t->column;
	return other;
}

/* ---- literals ---- */

/* Writes a number with an exponent without it; NULL when it is too large. */
static const char *
plain_number(const char *text)
{
	const char *e = strpbrk(text, "eE");
	int			exponent = atoi(e + 1);
	const char *point = memchr(text, '.', e - text);
	int			places = point ? (int) (e - point) - 1 : 0;
	int			whole;
	int			n = 0;
	char	   *digits = palloc(e - text + 1);
	char	   *out = palloc(e - text + 2 * MAX_EXPONENT + 4);
	char	   *o = out;

	if (abs(exponent) > MAX_EXPONENT)
		return NULL;
	for (const char *p = text; p < e; p++)
		if (*p >= '0' && *p <= '9')
			digits[n++] = *p;
	if (*text == '-')
		*o++ = '-';
	whole = n - places + exponent;	/* digits before the point */
	if (whole <= 0)
		*o++ = '0';
	for (int i = Min(whole, 0); i < Max(n, whole); i++)
	{
		if (i == Max(whole, 0) || (whole <= 0 && i == whole))
			*o++ = '.';
		*o++ = i >= 0 && i < n ? digits[i] : '0';
	}
	*o = '\0';
	return out;
}

/* Whether a text is a decimal number without exponent. */
static bool
is_number(const char *p)
{
	size_t		whole;
	size_t		places = 1;

	p += *p == '-' || *p == '+';
	whole = strspn(p, "0123456789");
	p += whole;
	if (*p == '.')
	{
		places = strspn(p + 1, "0123456789");
		p += places + 1;
	}
	return whole > 0 && places > 0 && *p == '\0';
}

/* Literal and Quantity: numbers of JSON may have an exponent; an empty String has no value. */
CqlTree *
elm_finish_number(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	ElmItem    *value = elm_member(item, "value");

	if (t->text != NULL && value != NULL && value->kind == ELM_NUMBER && strpbrk(t->text, "eE") != NULL)
		t->text = plain_number(t->text);
	if (t->text == NULL && t->type != NULL && t->type->form == CQL_TYPE_NAMED && t->type->kind == CQL_STRING)
		t->text = "";
	if (t->text == NULL || (t->op == CQL_OP_Quantity && !is_number(t->text)))
	{
		elm_problem(r, "ELM member \"value\" of %s is %s", t->op == CQL_OP_Quantity ? "Quantity" : "Literal",
					value == NULL ? "missing" : "not a number");
		t->text = "0";
	}
	return t;
}

/* Null: its type may be told by its result only. */
CqlTree *
elm_finish_null(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	if (t->type == NULL)
		t->type = t->result;
	return t;
}

/* ---- intervals and lists ---- */

CqlTree *
elm_finish_interval(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	if (elm_flag(r, item, "lowClosed", true))
		t->flags |= CQL_LOW_CLOSED;
	if (elm_flag(r, item, "highClosed", true))
		t->flags |= CQL_HIGH_CLOSED;
	return t;
}

CqlTree *
elm_finish_list(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	ElmItem    *specifier = elm_member(item, "typeSpecifier");

	if (specifier != NULL)
		t->type = elm_specifier(r, specifier);
	else if (t->result != NULL && t->result->form == CQL_TYPE_LIST)
		t->type = t->result->parts[0];
	return t;
}

/* ---- paths ---- */

/* Property(name, source), or the first one of a scope. */
static CqlTree *
property_step(const CqlTree *t, CqlTree *source, const char *name, int length)
{
	CqlTree    *step = tree_like(t, CQL_OP_Property, source ? 1 : 0);

	step->name = pnstrdup(name, length);
	if (source)
		step->args[0] = source;
	else
		step->text = t->text;
	return step;
}

/* Indexer(source, number). */
static CqlTree *
index_step(const CqlTree *t, CqlTree *source, const char *digits, int length)
{
	CqlTree    *step = tree_like(t, CQL_OP_Indexer, 2);
	CqlTree    *number = tree_like(t, CQL_OP_Literal, 0);

	number->text = pnstrdup(digits, length);
	number->type = number->result = cql_system_type(CQL_INTEGER);
	step->args[0] = source;
	step->args[1] = number;
	return step;
}

/* Takes a path apart: name, .name, [number]; NULL when it is malformed. */
static CqlTree *
path_steps(const CqlTree *t, CqlTree *source)
{
	const char *p = t->name;
	bool		begins = true;

	while (*p != '\0')
	{
		int			n;

		if (*p == '[')
		{
			n = (int) strspn(p + 1, "0123456789");
			if (begins || n == 0 || p[n + 1] != ']')
				return NULL;
			source = index_step(t, source, p + 1, n);
			p += n + 2;
			continue;
		}
		if (*p == '.' && !begins)
			p++;
		else if (!begins)
			return NULL;
		n = (int) strcspn(p, ".[");
		if (n == 0)
			return NULL;
		source = property_step(t, source, p, n);
		p += n;
		begins = false;
	}
	return begins ? NULL : source;
}

/* The steps that a path has at most. */
static int
count_steps(const char *path)
{
	int			n = 1;

	for (; *path != '\0'; path++)
		n += *path == '.' || *path == '[';
	return n;
}

CqlTree *
elm_finish_property(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	CqlTree    *source = t->nargs > 0 ? t->args[0] : NULL;
	int			steps = count_steps(t->name);
	CqlTree    *path;

	if (source == NULL && t->text == NULL)
		elm_problem(r, "ELM node Property has neither source nor scope");
	if (source != NULL)
		t->text = NULL;
	if (steps == 1 && t->name[0] != '\0')
		return t;
	path = steps <= ELM_MAX_STEPS ? path_steps(t, source) : NULL;
	if (path == NULL)
	{
		if (t->name[0] != '\0')
			elm_problem(r, "the path of an ELM Property is malformed or too long");
		return tree_like(t, CQL_OP_Null, 0);
	}
	path->result = t->result;
	return path;
}

/* ---- retrieves ---- */

CqlTree *
elm_finish_retrieve(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	static const char *const comparators[] = {
		[CQL_CODE_IN] = "in",
		[CQL_CODE_EQUIVALENT] = "~",
		[CQL_CODE_EQUAL] = "=",
	};
	const ElmItem *comparator = elm_value(r, item, "codeComparator");
	const ElmItem *id = elm_value(r, item, "idProperty");
	bool		has_codes = t->nargs > 0 && t->args[0] != NULL;

	t->flags = has_codes && comparator == NULL ? CQL_CODE_IN : 0;
	for (uint8 i = CQL_CODE_IN; comparator != NULL && i <= CQL_CODE_EQUAL; i++)
		if (elm_is(comparator, comparators[i]))
			t->flags = i;
	if (comparator != NULL && t->flags == 0)
		elm_problem(r, "codeComparator of an ELM Retrieve is not supported");
	if (t->nargs > 1 && t->args[1] != NULL && t->text2 == NULL)
		elm_problem(r, "dateRange of an ELM Retrieve without dateProperty is not supported");
	if (t->nargs > 2 && id != NULL && !elm_is(id, "id"))
		elm_problem(r, "idProperty of an ELM Retrieve other than id is not supported");
	return t;
}

/* ---- queries ---- */

CqlTree *
elm_finish_sort(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	const ElmItem *direction = elm_value(r, item, "direction");

	if (elm_is(direction, "desc") || elm_is(direction, "descending"))
		t->flags |= CQL_DESCENDING;
	else if (direction != NULL && !elm_is(direction, "asc") && !elm_is(direction, "ascending"))
		elm_problem(r, "the direction of an ELM sort is not supported");
	return t;
}

/* An aggregate of a path: of the query that returns the path of each element. */
CqlTree *
elm_finish_aggregate(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	static const char *const scope = "$this";
	const char *path = elm_text(r, item, "path");
	CqlTree    *query;
	CqlTree    *property;

	if (path == NULL || t->nargs == 0)
		return t;
	query = tree_like(t, CQL_OP_Query, 2);
	query->args[0] = tree_like(t, CQL_OP_AliasedQuerySource, 1);
	query->args[0]->name = scope;
	query->args[0]->args[0] = t->args[0];
	query->args[1] = tree_like(t, CQL_OP_ReturnClause, 1);
	property = tree_like(t, CQL_OP_Property, 0);
	property->name = path;
	property->text = scope;
	query->args[1]->args[0] = elm_finish_property(r, item, property);
	t->args[0] = query;
	return t;
}

/* ---- n-ary operators ---- */

/* A balanced tree of a binary operator: its depth grows with the logarithm. */
static CqlTree *
fold(const CqlTree *t, CqlTree **args, int n)
{
	CqlTree    *pair;

	if (n == 1)
		return args[0];
	pair = tree_like(t, t->op, 2);
	pair->result = t->result;
	pair->args[0] = fold(t, args, n / 2);
	pair->args[1] = fold(t, args + n / 2, n - n / 2);
	return pair;
}

/*
 * Union, Intersect, Except and Concatenate may have any number of operands in
 * ELM; trees have two.  a except b except c is a except (b union c).
 */
CqlTree *
elm_finish_nary(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	CqlTree    *folded;

	if (t->nargs == 0)
	{
		elm_problem(r, "an ELM node of many operands has none");
		return tree_like(t, CQL_OP_Null, 0);
	}
	if (t->nargs <= 2)
		return t->nargs == 1 ? t->args[0] : t;
	if (t->op == CQL_OP_Except)
	{
		t->op = CQL_OP_Union;
		t->args[1] = fold(t, t->args + 1, t->nargs - 1);
		t->op = CQL_OP_Except;
		t->nargs = 2;
		return t;
	}
	folded = fold(t, t->args, t->nargs);
	folded->nsignature = t->nsignature;
	folded->signature = t->signature;
	return folded;
}
