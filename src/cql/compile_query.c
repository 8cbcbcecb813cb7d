/*
 * compile_query.c: queries, and the list operators that have a variable.
 */
#include "cql/compile.h"

/* Takes a slot of the frame. */
static uint32
take_slot(Compile *c)
{
	uint32		slot = c->next_slot++;

	c->max_slot = Max(c->max_slot, c->next_slot);
	return slot;
}

/* Puts a name on the scope. */
static void
push(Compile *c, Scope *s, const char *name, CqlOp op, uint32 slot)
{
	*s = (Scope) {.outer = c->scope,.name = name,.op = op,.slot = slot};
	c->scope = s;
}

/* Operands of a query as they are found. */
typedef struct Parts
{
	LogicQuery	q;
	uint32	   *args;
	uint32		n;
	const CqlTree *where;
	const CqlTree *aggregate;
	const CqlTree *returns;
	const CqlTree *sort;
	uint32	   *conditions;		/* traced: relationships, then where */
	uint32		nconditions;
} Parts;

/* Notes the clauses that occur once. */
static void
note_clauses(Parts *p, const CqlTree *tree)
{
	for (int i = 0; i < tree->nargs; i++)
	{
		const CqlTree *t = tree->args[i];

		switch (t->op)
		{
			case CQL_OP_AliasedQuerySource:
				p->q.nsources++;
				break;
			case CQL_OP_LetClause:
				p->q.nlets++;
				break;
			case CQL_OP_With:
			case CQL_OP_Without:
				p->q.nrelations++;
				break;
			case CQL_OP_WhereClause:
				p->where = t;
				break;
			case CQL_OP_AggregateClause:
				p->aggregate = t;
				break;
			case CQL_OP_ReturnClause:
				p->returns = t;
				break;
			case CQL_OP_SortClause:
				p->sort = t;
				break;
			default:
				break;
		}
	}
}

/*
 * Compiles the expression of a let.  It is evaluated when it is first read,
 * whatever else is under way then: its slots are used by nothing else.
 */
static uint32
compile_let(Compile *c, const CqlTree *let)
{
	uint32		max_slot = c->max_slot;
	uint32		node;

	c->max_slot = c->next_slot;
	node = compile_expression(c, let->nargs ? let->args[0] : NULL);
	c->next_slot = c->max_slot;
	c->max_slot = Max(c->max_slot, max_slot);
	return node;
}

/* Sources and lets, in the order of their slots. */
static void
compile_sources(Compile *c, const CqlTree *tree, Parts *p, Scope *scopes)
{
	Scope	   *s = scopes;
	uint32		let_slot;

	for (int i = 0; i < tree->nargs; i++)
		if (tree->args[i]->op == CQL_OP_AliasedQuerySource)
			p->args[p->n++] = compile_expression(c, tree->args[i]->nargs ? tree->args[i]->args[0] : NULL);
	p->q.slot = c->next_slot;
	for (int i = 0; i < tree->nargs; i++)
		if (tree->args[i]->op == CQL_OP_AliasedQuerySource)
			push(c, s++, tree->args[i]->name, CQL_OP_AliasRef, take_slot(c));
	let_slot = c->next_slot;
	trace_row(c, tree, p->q.slot, p->q.nsources);
	for (uint32 i = 0; i < p->q.nlets + 1; i++)
		(void) take_slot(c);	/* the last is the accumulator's */
	for (int i = 0; i < tree->nargs; i++)
		if (tree->args[i]->op == CQL_OP_LetClause)
		{
			uint32		node = compile_let(c, tree->args[i]);

			push(c, s, tree->args[i]->name, CQL_OP_QueryLetRef, let_slot++);
			s->let = node;
			s++;
			p->args[p->n++] = node;
		}
}

/* With and Without: the source, and what must hold for one of it. */
static uint32
compile_relation(Compile *c, const CqlTree *tree)
{
	Scope	   *outer = c->scope;
	uint32		first = c->next_slot;
	uint32		row = c->row;
	Scope		s;
	uint32		args[2];
	uint32		slot;

	args[0] = compile_expression(c, tree->nargs > 0 ? tree->args[0] : NULL);
	slot = take_slot(c);
	push(c, &s, tree->name, CQL_OP_AliasRef, slot);
	trace_row(c, tree, slot, 1);
	args[1] = compile_expression(c, tree->nargs > 1 ? tree->args[1] : NULL);
	c->scope = outer;
	c->next_slot = first;
	c->row = row;
	return c->trace ? trace_relation(c, tree, slot, args) : compile_node(c, tree->op, 0, slot, 2, args);
}

/* A query of several sources without return gives tuples of its aliases. */
static uint32
compile_default_return(Compile *c, const CqlTree *tree)
{
	CqlTree    *tuple = cql_tree(CQL_OP_Tuple, 0);
	int			n = 0;

	tuple->args = palloc(sizeof(CqlTree *) * (tree->nargs + 1));
	for (int i = 0; i < tree->nargs; i++)
		if (tree->args[i]->op == CQL_OP_AliasedQuerySource)
		{
			CqlTree    *element = cql_tree(CQL_OP_TupleElement, 1);
			CqlTree    *alias = cql_tree(CQL_OP_AliasRef, 0);

			alias->name = element->name = tree->args[i]->name;
			element->args[0] = alias;
			tuple->args[n++] = element;
		}
	tuple->nargs = n;
	return compile_expression(c, tuple);
}

/* Items of a sort clause: they look at one element, in a slot of its own. */
static void
compile_items(Compile *c, const CqlTree *clause, int first, uint32 *args, uint32 *n)
{
	Scope	   *outer = c->scope;
	uint32		slot = take_slot(c);
	Scope		s;

	push(c, &s, NULL, CQL_OP_AliasRef, slot);
	for (int i = first; i < clause->nargs; i++)
	{
		const CqlTree *item = clause->args[i];
		uint32		key = compile_node(c, CQL_OP_AliasRef, 0, slot, 0, NULL);

		if (item->op == CQL_OP_ByColumn)
		{
			CqlTree    *column = cql_tree(CQL_OP_IdentifierRef, 0);

			column->name = item->name;
			key = compile_expression(c, column);
		}
		else if (item->op == CQL_OP_ByExpression)
			key = compile_expression(c, item->nargs ? item->args[0] : NULL);
		args[(*n)++] = compile_node(c, CQL_OP_ByExpression, item->flags & CQL_DESCENDING, slot, 1, &key);
	}
	c->scope = outer;
	c->next_slot = slot;
}

/* Where, return, aggregate. */
static void
compile_clauses(Compile *c, const CqlTree *tree, Parts *p)
{
	if (p->where)
		p->conditions[p->nconditions++] = compile_expression(c, p->where->nargs ? p->where->args[0] : NULL);
	if (p->nconditions > 0)
	{
		p->q.flags |= QUERY_WHERE;
		p->args[p->n++] = c->trace ? trace_all(c, p->conditions, p->nconditions) : p->conditions[0];
	}
	if (p->aggregate)
	{
		uint32		starting = compile_expression(c, p->aggregate->nargs > 1 ? p->aggregate->args[1] : NULL);
		Scope		s;

		push(c, &s, p->aggregate->name, CQL_OP_AliasRef, p->q.slot + p->q.nsources + p->q.nlets);
		p->q.flags |= QUERY_AGGREGATE | (p->aggregate->flags & CQL_DISTINCT ? QUERY_DISTINCT : 0);
		p->args[p->n++] = compile_expression(c, p->aggregate->args[0]);
		p->args[p->n++] = starting;
		c->scope = s.outer;
	}
	else if (p->returns)
	{
		p->q.flags |= QUERY_RETURN | (p->returns->flags & CQL_DISTINCT ? QUERY_DISTINCT : 0);
		p->args[p->n++] = compile_expression(c, p->returns->nargs ? p->returns->args[0] : NULL);
	}
	else if (p->q.nsources > 1)
	{
		p->q.flags |= QUERY_RETURN;
		p->args[p->n++] = compile_default_return(c, tree);
	}
}

uint32
compile_query(Compile *c, const CqlTree *tree)
{
	Scope	   *outer = c->scope;
	Scope	   *scopes = palloc0(sizeof(Scope) * (tree->nargs + 1));
	uint32		first = c->next_slot;
	uint32		row = c->row;
	uint32		sorts;
	Parts		p = {{0}};

	note_clauses(&p, tree);
	if (tree->nargs > PG_UINT16_MAX || (p.sort && p.sort->nargs > PG_UINT16_MAX))
	{
		compile_problem(c, tree, "a query has too many clauses");
		return compile_null(c, CQL_NULL);
	}
	p.args = palloc(sizeof(uint32) * (tree->nargs + 4 + (p.sort ? p.sort->nargs : 0)));
	p.conditions = palloc(sizeof(uint32) * (tree->nargs + 1));
	if (c->trace)
		p.q.nrelations = 0;		/* they are conditions then */
	compile_sources(c, tree, &p, scopes);
	for (int i = 0; i < tree->nargs; i++)
		if (tree->args[i]->op == CQL_OP_With || tree->args[i]->op == CQL_OP_Without)
		{
			uint32		relation = compile_relation(c, tree->args[i]);

			if (c->trace)
				p.conditions[p.nconditions++] = relation;
			else
				p.args[p.n++] = relation;
		}
	compile_clauses(c, tree, &p);
	c->scope = outer;
	c->row = row;
	sorts = p.n;
	if (p.sort)
		compile_items(c, p.sort, 0, p.args, &p.n);
	p.q.nsorts = (uint16) (p.n - sorts);
	c->next_slot = first;
	return compile_node(c, CQL_OP_Query, 0, logic_find_or_append(c->b, LOGIC_QUERIES, &p.q), p.n, p.args);
}

uint32
compile_sort(Compile *c, const CqlTree *tree)
{
	uint32	   *args = palloc(sizeof(uint32) * (tree->nargs + 1));
	uint32		n = 0;

	args[n++] = compile_expression(c, tree->nargs ? tree->args[0] : NULL);
	compile_items(c, tree, 1, args, &n);
	return compile_node(c, CQL_OP_Sort, 0, 0, n, args);
}

/* Slots: the element, its number, and what was added up so far. */
uint32
compile_loop(Compile *c, const CqlTree *tree)
{
	Scope	   *outer = c->scope;
	uint32		first = c->next_slot;
	uint32		slot;
	Scope		s[4];
	uint32		args[3];
	uint32		n = 0;

	args[n++] = compile_expression(c, tree->nargs ? tree->args[0] : NULL);
	slot = take_slot(c);
	push(c, &s[0], tree->name ? tree->name : "$this", CQL_OP_Current, slot);
	push(c, &s[1], "$index", CQL_OP_Iteration, take_slot(c));
	push(c, &s[2], "$total", CQL_OP_Total, take_slot(c));
	args[n++] = compile_expression(c, tree->nargs > 1 ? tree->args[1] : NULL);
	c->scope = outer;
	if (tree->op == CQL_OP_Aggregate)
		args[n++] = compile_expression(c, tree->nargs > 2 ? tree->args[2] : NULL);
	c->next_slot = first;
	return compile_node(c, tree->op, 0, slot, n, args);
}
