/*
 * trace_query.c: queries as CQL: sources, relationships and clauses, each on a
 * line of its own.
 */
#include "cql/trace_text.h"

/* Source of a query or relationship, and its alias. */
static void
put_source(TextWriter *w, CqlTree *t)
{
	CqlTree    *source = t->nargs > 0 ? trace_shown(w, t->args[0]) : NULL;
	bool		bare = source == NULL || source->op == CQL_OP_Retrieve || source->op == CQL_OP_ExpressionRef ||
		source->op == CQL_OP_AliasRef || source->op == CQL_OP_QueryLetRef || source->op == CQL_OP_OperandRef ||
		source->op == CQL_OP_Property;

	trace_put_text(w, bare ? "" : "(");
	trace_put(w, t->nargs > 0 ? t->args[0] : NULL, LEVEL_QUERY, TRACE_SOURCE);
	trace_put_text(w, bare ? " " : ") ");
	trace_put_name(w, t->name ? t->name : "");
}

static void
put_relation(TextWriter *w, CqlTree *t)
{
	bool		clause = w->mute == 0;
	uint32		around = clause ? trace_begin_clause(w, t, t->op, TRACE_RELATION) : 0;

	trace_put_text(w, t->op == CQL_OP_With ? "with " : "without ");
	put_source(w, t);
	if (t->nargs > 1 && t->args[1])
	{
		w->indent += 2;
		trace_put_line(w);
		trace_put_text(w, "such that ");
		trace_put(w, t->args[1], LEVEL_QUERY, TRACE_CONDITION);
		w->indent -= 2;
	}
	if (clause)
		trace_end_clause(w, around);
}

/* The items of a sort clause, which have no clauses of their own. */
static void
put_sort(TextWriter *w, CqlTree *t, int first)
{
	w->mute++;
	trace_put_text(w, "sort ");
	for (int i = first; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];

		trace_put_text(w, i > first ? ", " : item->op == CQL_OP_ByDirection ? "" : "by ");
		if (item->op == CQL_OP_ByColumn)
			trace_put_name(w, item->name ? item->name : "");
		else if (item->nargs > 0)
			trace_put(w, item->args[0], LEVEL_QUERY, TRACE_OPERAND);
		if (item->op != CQL_OP_ByDirection)
			trace_put_text(w, " ");
		trace_put_text(w, item->flags & CQL_DESCENDING ? "desc" : "asc");
	}
	w->mute--;
}

/* Aggregate of a query: its name, what it begins with, and the expression. */
static void
put_aggregate(TextWriter *w, CqlTree *t)
{
	trace_put_text(w, t->flags & CQL_DISTINCT ? "aggregate distinct " : "aggregate ");
	trace_put_name(w, t->name ? t->name : "");
	if (t->nargs > 1 && t->args[1])
	{
		trace_put_text(w, " starting ");
		trace_put(w, t->args[1], LEVEL_TERM, TRACE_OPERAND);
	}
	trace_put_text(w, ": ");
	trace_put(w, t->args[0], LEVEL_QUERY, TRACE_OPERAND);
}

/* The expression of a clause: a query in it stands in brackets. */
static void
put_part(TextWriter *w, CqlTree *t, TraceRole role)
{
	CqlTree    *inner = trace_shown(w, t);

	trace_put(w, t, inner && inner->op == CQL_OP_Query ? LEVEL_QUERY + 1 : LEVEL_QUERY, role);
}

/* A clause of a query on a line of its own. */
static void
put_query_clause(TextWriter *w, CqlTree *t)
{
	CqlTree    *inner = t->nargs > 0 ? t->args[0] : NULL;

	trace_put_line(w);
	switch (t->op)
	{
		case CQL_OP_LetClause:
			trace_put_text(w, "let ");
			trace_put_name(w, t->name ? t->name : "");
			trace_put_text(w, ": ");
			put_part(w, inner, TRACE_LET);
			break;
		case CQL_OP_With:
		case CQL_OP_Without:
			put_relation(w, t);
			break;
		case CQL_OP_WhereClause:
			trace_put_text(w, "where ");
			put_part(w, inner, TRACE_CONDITION);
			break;
		case CQL_OP_AggregateClause:
			put_aggregate(w, t);
			break;
		case CQL_OP_ReturnClause:
			trace_put_text(w, t->flags & CQL_DISTINCT ? "return " : "return all ");
			put_part(w, inner, TRACE_RESULT);
			break;
		default:
			put_sort(w, t, 0);
			break;
	}
}

void
trace_put_query(TextWriter *w, CqlTree *t)
{
	int			n = 0;

	for (int i = 0; i < t->nargs; i++)
		n += t->args[i]->op == CQL_OP_AliasedQuerySource;
	trace_put_text(w, n > 1 ? "from " : "");
	for (int i = 0, seen = 0; i < t->nargs; i++)
		if (t->args[i]->op == CQL_OP_AliasedQuerySource)
		{
			trace_put_text(w, seen++ ? ", " : "");
			put_source(w, t->args[i]);
		}
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
		if (t->args[i]->op != CQL_OP_AliasedQuerySource)
			put_query_clause(w, t->args[i]);
	w->indent -= 2;
}
