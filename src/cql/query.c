/*
 * query.c: queries, sorting, and the list operators that have a variable.
 *
 * Sources are the loops, from left to right; lets are computed when they are first
 * read; relationships stop at the first that decides.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

CqlValue
cql_alias_ref_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = x->frame[n->extra];

	if (unlikely(v.kind == CQL_PENDING))
		cql_fail(x, n, ERRCODE_DATA_CORRUPTED, "an alias names what is not computed yet");
	return v;
}

CqlValue
cql_operand_ref_op(CqlExec *x, const CqlNode *n)
{
	return x->frame[n->extra];
}

CqlValue
cql_current_op(CqlExec *x, const CqlNode *n)
{
	return x->frame[n->extra];
}

CqlValue
cql_iteration_op(CqlExec *x, const CqlNode *n)
{
	return x->frame[n->extra];
}

CqlValue
cql_total_op(CqlExec *x, const CqlNode *n)
{
	return x->frame[n->extra];
}

CqlValue
cql_query_let_ref_op(CqlExec *x, const CqlNode *n)
{
	CqlValue   *slot = &x->frame[n->extra];

	if (slot->kind == CQL_PENDING)
	{
		CqlValue	v;

		check_stack_depth();
		CHECK_FOR_INTERRUPTS();
		v = cql_eval_arg(x, n, 0);
		*slot = v;
		return v;
	}
	return *slot;
}

/* A query under way. */
typedef struct Query
{
	const CqlNode *n;
	const LogicQuery *q;
	const uint32 *args;			/* operands of n */
	CqlListBuilder out;
	CqlValue	sources[16];
	uint32		conditions;		/* operand of the first condition */
	uint32		clauses;		/* operand of the first clause behind them */
	bool		list;			/* some source is a list */
	bool		empty;			/* some source has no elements */
} Query;

#define MAX_SOURCES 16

/* Whether a condition holds: what it warns of where it might not have been tested is not told (cql_warn). */
static bool
holds(CqlExec *x, const CqlNode *condition)
{
	int			early = x->early;
	CqlValue	v;

	x->early |= condition->flag & CONDITION_EARLY;
	v = cql_eval_arg(x, condition, 0);
	x->early = early;
	return cql_is_true(v);
}

/* Whether all of some conditions hold that are to be tested at a stage. */
static bool
conditions_hold(CqlExec *x, const uint32 *conditions, uint32 n, uint32 stage)
{
	for (uint32 i = 0; i < n; i++)
	{
		const CqlNode *condition = &x->nodes[conditions[i]];

		if (condition->extra > stage)
			break;
		if (condition->extra == stage && !holds(x, condition))
			return false;
	}
	return true;
}

/* Whether all of some conditions hold, tested as they are written. */
static bool
conditions_hold_in_order(CqlExec *x, const uint32 *conditions, uint32 n)
{
	for (uint32 position = 0; position < n; position++)
		for (uint32 i = 0; i < n; i++)
		{
			const CqlNode *condition = &x->nodes[conditions[i]];

			if ((condition->flag & CONDITION_POSITION) == position && !cql_is_true(cql_eval_arg(x, condition, 0)))
				return false;
		}
	return true;
}

/* The elements that an index of some condition of a stage finds; false when there is none. */
static bool
find_rows(CqlExec *x, const uint32 *conditions, uint32 n, uint32 stage, const JoinPlace *place, CqlValue list,
		  JoinRows *rows)
{
	for (uint32 i = 0; i < n; i++)
	{
		const CqlNode *condition = &x->nodes[conditions[i]];

		if (condition->extra == stage && condition->extra2 > 0)
			return cql_join(x, condition, place, list, rows);
	}
	return false;
}

/* Whether what a relationship says holds of the element in its slot. */
static bool
relation_fits(CqlExec *x, const CqlNode *relation)
{
	const uint32 *conditions = &x->args[relation->args + 1];

	if (x->nodes[conditions[0]].op != CQL_OP_Condition)
		return cql_is_true(cql_eval_arg(x, relation, 1));
	if (x->in_order)
		return conditions_hold_in_order(x, conditions, relation->nargs - 1);
	return conditions_hold(x, conditions, relation->nargs - 1, 1);
}

/* Whether a relationship's source has an element that fits. */
static bool
relation_finds(CqlExec *x, const CqlNode *relation, CqlValue source)
{
	const uint32 *conditions = &x->args[relation->args + 1];
	CqlValue   *slot = &x->frame[relation->extra];
	JoinPlace	place = {.slot = relation->extra};
	JoinRows	rows;

	if (x->nodes[conditions[0]].op == CQL_OP_Condition && !x->in_order)
	{
		if (source.n == 0 || !conditions_hold(x, conditions, relation->nargs - 1, 0))
			return false;
		if (find_rows(x, conditions, relation->nargs - 1, 1, &place, source, &rows))
		{
			for (; rows.row; rows.row = rows.next[rows.row - 1])
			{
				*slot = source.values[rows.row - 1];
				if (relation_fits(x, relation))
					return true;
			}
			return false;
		}
	}
	for (uint32 i = 0; i < source.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		*slot = source.values[i];
		if (relation_fits(x, relation))
			return true;
	}
	return false;
}

/* Whether a relationship holds: some element, or none. */
static bool
relation_holds(CqlExec *x, const CqlNode *relation)
{
	CqlValue	source = cql_eval_arg(x, relation, 0);
	CqlValue	one = source;
	bool		found = false;

	if (source.kind == CQL_LIST)
		found = relation_finds(x, relation, source);
	else if (source.kind != CQL_NULL)
		found = relation_finds(x, relation, cql_list(&one, 1));
	return found == (relation->op == CQL_OP_With);
}

/* Relationships, where, return for one combination of elements. */
static void
take_row(CqlExec *x, Query *r)
{
	const LogicQuery *q = r->q;
	const uint32 *conditions = r->args + r->conditions;
	uint32		nconditions = query_conditions(q);
	uint32		clause = r->clauses;
	CqlValue	v;

	CHECK_FOR_INTERRUPTS();
	for (uint32 i = 0; i < q->nrelations; i++)
		if (!relation_holds(x, &x->nodes[r->args[q->nsources + q->nlets + i]]))
			return;
	if (x->in_order && !conditions_hold_in_order(x, conditions, nconditions))
		return;
	if ((q->flags & QUERY_WHERE) && !cql_is_true(cql_eval_arg(x, r->n, clause++)))
		return;
	if (q->flags & QUERY_AGGREGATE)
	{
		CqlValue   *rows = cql_alloc_values(x, q->nsources);

		memcpy(rows, &x->frame[q->slot], sizeof(CqlValue) * q->nsources);
		cql_list_add(x, &r->out, cql_list(rows, q->nsources));
		return;
	}
	if (q->flags & QUERY_RETURN)
		v = cql_eval_arg(x, r->n, clause);
	else
		v = x->frame[q->slot];
	cql_list_add(x, &r->out, v);
}

static void loop(CqlExec *x, Query *r, uint32 source);

/* Whether some sources having their values leaves the result open: lets of them begin anew. */
static inline bool
reach_stage(CqlExec *x, Query *r, uint32 stage)
{
	const LogicQuery *q = r->q;

	for (uint32 i = 0; i < q->nlets; i++)
	{
		const CqlNode *let = &x->nodes[r->args[q->nsources + i]];

		if (let->op != CQL_OP_LetClause || let->extra == stage)
			x->frame[q->slot + q->nsources + i].kind = CQL_PENDING;
	}
	return x->in_order || conditions_hold(x, r->args + r->conditions, query_conditions(q), stage);
}

/* One element of a source, and all combinations with those behind it. */
static inline void
take_element(CqlExec *x, Query *r, uint32 source, CqlValue v)
{
	x->frame[r->q->slot + source] = v;
	if (reach_stage(x, r, source + 1))
		loop(x, r, source + 1);
}

/* Loops over a source and those behind it. */
static void
loop(CqlExec *x, Query *r, uint32 source)
{
	const LogicQuery *q = r->q;
	JoinPlace	place = {q->slot + source, q->slot + q->nsources, q->nlets};
	CqlValue	v;
	JoinRows	rows;

	if (source == q->nsources)
	{
		take_row(x, r);
		return;
	}
	v = r->sources[source];
	if (v.kind != CQL_LIST)
		take_element(x, r, source, v);
	else if (find_rows(x, r->args + r->conditions, query_conditions(q), source + 1, &place, v, &rows))
		for (; rows.row; rows.row = rows.next[rows.row - 1])
			take_element(x, r, source, v.values[rows.row - 1]);
	else
		for (uint32 i = 0; i < v.n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			take_element(x, r, source, v.values[i]);
		}
}

/* Merge sort of rows by their keys: stable. */
static void
merge_sort(CqlExec *x, const CqlValue *keys, uint32 nkeys, const CqlNode *const *items, uint32 *rows, uint32 *work,
		   uint32 n)
{
	uint32		half = n / 2;
	uint32		i = 0;
	uint32		j = half;
	uint32		k = 0;

	if (n < 2)
		return;
	CHECK_FOR_INTERRUPTS();
	merge_sort(x, keys, nkeys, items, rows, work, half);
	merge_sort(x, keys, nkeys, items, rows + half, work, n - half);
	while (i < half && j < n)
	{
		int			order = 0;

		for (uint32 key = 0; key < nkeys && order == 0; key++)
		{
			order = cql_sort_order(x, keys[(size_t) rows[i] * nkeys + key], keys[(size_t) rows[j] * nkeys + key]);
			if (items[key]->flag)
				order = -order;
		}
		work[k++] = order <= 0 ? rows[i++] : rows[j++];
	}
	while (i < half)
		work[k++] = rows[i++];
	while (j < n)
		work[k++] = rows[j++];
	memcpy(rows, work, sizeof(uint32) * n);
}

/* A list in the order of sort items, which are operands first .. of the node. */
static CqlValue
sort_list(CqlExec *x, const CqlNode *n, uint32 first, uint32 nkeys, CqlValue list)
{
	const CqlNode **items;
	CqlValue   *keys;
	CqlValue   *sorted;
	uint32	   *rows;

	if (list.kind != CQL_LIST || list.n < 2 || nkeys == 0)
		return list;
	items = cql_alloc(x, sizeof(CqlNode *) * nkeys);
	keys = cql_alloc(x, sizeof(CqlValue) * nkeys * list.n);
	sorted = cql_alloc_values(x, list.n);
	rows = cql_alloc(x, sizeof(uint32) * 2 * list.n);
	for (uint32 key = 0; key < nkeys; key++)
		items[key] = &x->nodes[x->args[n->args + first + key]];
	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows[i] = i;
		for (uint32 key = 0; key < nkeys; key++)
		{
			x->frame[items[key]->extra] = list.values[i];
			keys[(size_t) i * nkeys + key] = cql_eval_arg(x, items[key], 0);
		}
	}
	merge_sort(x, keys, nkeys, items, rows, rows + list.n, list.n);
	for (uint32 i = 0; i < list.n; i++)
		sorted[i] = list.values[rows[i]];
	return cql_list(sorted, list.n);
}

/* Runs the aggregate clause over the rows that were found. */
static CqlValue
aggregate_rows(CqlExec *x, Query *r)
{
	const LogicQuery *q = r->q;
	uint32		clause = r->clauses + ((q->flags & QUERY_WHERE) != 0);	/* behind it */
	CqlValue	total = cql_eval_arg(x, r->n, clause + 1);
	CqlValue	rows = cql_list_of(&r->out);

	if (q->flags & QUERY_DISTINCT)
		rows = cql_distinct(x, rows);
	for (uint32 i = 0; i < rows.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(&x->frame[q->slot], rows.values[i].values, sizeof(CqlValue) * q->nsources);
		for (uint32 j = 0; j < q->nlets; j++)
			x->frame[q->slot + q->nsources + j].kind = CQL_PENDING;
		x->frame[q->slot + q->nsources + q->nlets] = total;
		total = cql_eval_arg(x, r->n, clause);
	}
	return total;
}

CqlValue
cql_query_op(CqlExec *x, const CqlNode *n)
{
	Query		r;
	const LogicQuery *q = (const LogicQuery *) logic_section(x->logic, LOGIC_QUERIES) + n->extra;
	CqlValue	result;

	check_stack_depth();
	r.n = n;
	r.q = q;
	r.out = (CqlListBuilder) {0};
	r.list = r.empty = false;
	r.args = &x->args[n->args];
	r.conditions = q->nsources + q->nlets + q->nrelations;
	r.clauses = r.conditions + query_conditions(q);
	if (q->nsources > MAX_SOURCES)
		cql_fail(x, n, ERRCODE_STATEMENT_TOO_COMPLEX, "a query has more than %d sources", MAX_SOURCES);
	for (uint32 i = 0; i < q->nsources; i++)
	{
		r.sources[i] = cql_eval_arg(x, n, i);
		if (r.sources[i].kind == CQL_LIST || (r.sources[i].kind == CQL_NULL && r.sources[i].type == CQL_LIST))
			r.list = true;
		if (r.sources[i].kind == CQL_NULL || (r.sources[i].kind == CQL_LIST && r.sources[i].n == 0))
			r.empty = true;
	}
	if (q->nsources == 1 && r.sources[0].kind == CQL_NULL && !(q->flags & QUERY_AGGREGATE))
		return (CqlValue) {.kind = CQL_NULL,.type = r.sources[0].type};
	if (!r.empty && reach_stage(x, &r, 0))
		loop(x, &r, 0);
	if (q->flags & QUERY_AGGREGATE)
		return aggregate_rows(x, &r);
	if (!r.list)
		return r.out.n > 0 ? r.out.values[0] : cql_null();
	result = cql_list_of(&r.out);
	if (q->flags & QUERY_DISTINCT)
		result = cql_distinct(x, result);
	return sort_list(x, n, r.conditions + query_clauses(q), q->nsorts, result);
}

CqlValue
cql_sort_op(CqlExec *x, const CqlNode *n)
{
	check_stack_depth();
	return sort_list(x, n, 1, n->nargs - 1, cql_eval_arg(x, n, 0));
}

/* Sets the variable of a list operator. */
static void
set_variable(CqlExec *x, const CqlNode *n, CqlValue v, uint32 i)
{
	x->frame[n->extra] = v;
	x->frame[n->extra + 1] = cql_integer((int32) i);
}

/* What a list operator loops over. */
static CqlValue
loop_source(CqlExec *x, const CqlNode *n)
{
	check_stack_depth();
	return cql_eval_arg(x, n, 0);
}

CqlValue
cql_filter_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = loop_source(x, n);
	CqlListBuilder out = {0};

	if (source.kind != CQL_LIST)
		return cql_null();
	for (uint32 i = 0; i < source.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		set_variable(x, n, source.values[i], i);
		if (cql_is_true(cql_eval_arg(x, n, 1)))
			cql_list_add(x, &out, source.values[i]);
	}
	return cql_list_of(&out);
}

CqlValue
cql_for_each_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = loop_source(x, n);
	CqlValue   *values;

	if (source.kind != CQL_LIST)
		return cql_null();
	values = cql_alloc_values(x, source.n);
	for (uint32 i = 0; i < source.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		set_variable(x, n, source.values[i], i);
		values[i] = cql_eval_arg(x, n, 1);
	}
	return cql_list(values, source.n);
}

/* Repeat: what the element gives for each result again, without duplicates. */
CqlValue
cql_repeat_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = loop_source(x, n);
	CqlListBuilder todo = {0};
	CqlListBuilder out = {0};

	if (source.kind != CQL_LIST)
		return cql_null();
	for (uint32 i = 0; i < source.n; i++)
		cql_list_add(x, &todo, source.values[i]);
	for (uint32 i = 0; i < todo.n; i++)
	{
		CqlValue	next;

		CHECK_FOR_INTERRUPTS();
		set_variable(x, n, todo.values[i], i);
		next = cql_eval_arg(x, n, 1);
		for (uint32 j = 0; j < (next.kind == CQL_LIST ? next.n : next.kind != CQL_NULL); j++)
		{
			CqlValue	v = next.kind == CQL_LIST ? next.values[j] : next;

			if (cql_in_list(x, v, cql_list_of(&out)))
				continue;
			cql_list_add(x, &out, v);
			cql_list_add(x, &todo, v);
		}
	}
	return cql_list_of(&out);
}

CqlValue
cql_aggregate_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = loop_source(x, n);
	CqlValue	total = n->nargs > 2 ? cql_eval_arg(x, n, 2) : cql_null();

	if (source.kind != CQL_LIST)
		return cql_null();
	for (uint32 i = 0; i < source.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		set_variable(x, n, source.values[i], i);
		x->frame[n->extra + 2] = total;
		total = cql_eval_arg(x, n, 1);
	}
	return total;
}
