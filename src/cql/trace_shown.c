/*
 * trace_shown.c: what of a tree an author wrote: translators add conversions of
 * values, lists, choices and intervals that tell a reader nothing.
 */
#include "cql/trace_text.h"

#define MAX_LOOKS	100000		/* in one definition; what is behind is written as it stands */

/* Whether a call is one of FHIRHelpers' conversions, which translators add. */
static bool
is_conversion(TextWriter *w, const CqlTree *t)
{
	const char *library = NULL;

	return t->op == CQL_OP_FunctionRef && t->nargs == 1 && t->name && strncmp(t->name, "To", 2) == 0 &&
		t->library != NULL && link_called(w->c, t, &library) != NULL && strcmp(library, "FHIRHelpers") == 0;
}

/* Whether a cast says something to a reader: to one type, and not of a null. */
static bool
is_told_cast(const CqlTree *t)
{
	return t->nargs == 1 && t->args[0] && t->args[0]->op != CQL_OP_Null && t->type && t->type->form == CQL_TYPE_NAMED &&
		t->type->kind != CQL_NULL;
}

/* The list of a query that only converts its elements, as translators write it for lists; NULL: it is another one. */
static CqlTree *
converted_list(TextWriter *w, const CqlTree *t)
{
	const CqlTree *source = t->nargs == 2 ? t->args[0] : NULL;
	const CqlTree *returns = t->nargs == 2 ? t->args[1] : NULL;
	const CqlTree *element;

	if (source == NULL || source->op != CQL_OP_AliasedQuerySource || source->nargs != 1 || source->name == NULL ||
		returns->op != CQL_OP_ReturnClause || (returns->flags & CQL_DISTINCT) || returns->nargs != 1)
		return NULL;
	element = trace_shown(w, returns->args[0]);
	return element && element->op == CQL_OP_AliasRef && element->name && strcmp(element->name, source->name) == 0 ?
		source->args[0] : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether two trees say the same. */
static bool
same_tree(TextWriter *w, CqlTree *a, CqlTree *b)
{
	a = trace_shown(w, a);
	b = trace_shown(w, b);
	if (a == NULL || b == NULL || a->op != b->op || a->nargs != b->nargs || !same_text(a->name, b->name) ||
		!same_text(a->library, b->library) || !same_text(a->text, b->text))
		return a == b;
	for (int i = 0; i < a->nargs; i++)
		if (!same_tree(w, a->args[i], b->args[i]))
			return false;
	return true;
}

/* A tree without casts around it. */
static CqlTree *
without_cast(CqlTree *t)
{
	while (t && t->op == CQL_OP_As && t->nargs == 1)
		t = t->args[0];
	return t;
}

/* What is tested by a choice of translators, "case when x is A then x as A ... else null end"; NULL: it is another one. */
static CqlTree *
converted_choice(TextWriter *w, const CqlTree *t)
{
	CqlTree    *choice = NULL;

	if (t->nargs < 3 || t->nargs > 12 || t->args[0] != NULL)
		return NULL;
	for (int i = 1; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];
		CqlTree    *when = item && item->op == CQL_OP_CaseItem && item->nargs == 2 ? item->args[0] : NULL;

		if (item && item->op == CQL_OP_CaseElse && item->nargs == 1 && (without_cast(item->args[0]) == NULL ||
			without_cast(item->args[0])->op == CQL_OP_Null))
			continue;
		if (when == NULL || when->op != CQL_OP_Is || when->nargs != 1)
			return NULL;
		choice = choice ? choice : when->args[0];
		if (!same_tree(w, choice, when->args[0]) || !same_tree(w, choice, without_cast(item->args[1])))
			return NULL;
	}
	return choice;
}

/* The interval whose bounds are read one by one to convert them; NULL: it is another one. */
static CqlTree *
converted_interval(TextWriter *w, const CqlTree *t)
{
	CqlTree    *low = t->nargs >= 2 ? without_cast(trace_shown(w, without_cast(t->args[0]))) : NULL;
	CqlTree    *high = t->nargs >= 2 ? without_cast(trace_shown(w, without_cast(t->args[1]))) : NULL;

	if (low == NULL || high == NULL || low->op != CQL_OP_Property || high->op != CQL_OP_Property || low->nargs != 1 ||
		high->nargs != 1 || !same_text(low->name, "low") || !same_text(high->name, "high"))
		return NULL;
	return same_tree(w, low->args[0], high->args[0]) ? low->args[0] : NULL;
}

/* What only converts a whole: lists, choices and intervals. */
static CqlTree *
converted(TextWriter *w, const CqlTree *t)
{
	switch (t->op)
	{
		case CQL_OP_Query:
			return converted_list(w, t);
		case CQL_OP_Case:
			return converted_choice(w, t);
		case CQL_OP_Interval:
			return converted_interval(w, t);
		default:
			return NULL;
	}
}

/* Whether a step to "value" reads a primitive, which authors who use QI-Core do not write. */
static bool
is_primitive_step(const TextWriter *w, const CqlTree *t)
{
	static const char *const with_values[] = {"answer", "characteristic", "component", "extension", "identifier", "input",
	"item", "output", "telecom", "low", "high"};
	const CqlTree *source = t->op == CQL_OP_Property && t->nargs == 1 ? t->args[0] : NULL;

	if (!w->qicore || source == NULL || source->op != CQL_OP_Property || !same_text(t->name, "value"))
		return false;
	for (size_t i = 0; i < lengthof(with_values); i++)
		if (same_text(source->name, with_values[i]))
			return false;
	return true;
}

/* What of a tree is written: without what only converts. */
CqlTree *
trace_shown(TextWriter *w, CqlTree *t)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	for (;;)
	{
		CqlTree    *whole = t && w->looks++ < MAX_LOOKS ? converted(w, t) : NULL;

		if (whole)
		{
			t = whole;
			continue;
		}
		if (t == NULL || t->nargs != 1 || t->args[0] == NULL)
			return t;
		switch (t->op)
		{
			case CQL_OP_ToList:
			case CQL_OP_ToConcept:
			case CQL_OP_ToDecimal:
			case CQL_OP_ToLong:
			case CQL_OP_ToQuantity:
			case CQL_OP_ToDateTime:
			case CQL_OP_ExpandValueSet:
				break;
			case CQL_OP_As:
				if (is_told_cast(t))
					return t;
				break;
			default:
				if (!is_conversion(w, t) && !is_primitive_step(w, t))
					return t;
				break;
		}
		t = t->args[0];
	}
}
