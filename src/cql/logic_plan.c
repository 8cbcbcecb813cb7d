/*
 * logic_plan.c: in which order the conditions of a query are tested.
 *
 * The condition of a query is taken apart where it says "and": each part is
 * tested as soon as the aliases that it reads have their values, so that a
 * combination of elements is given up as early as possible, and what reads
 * none of them is tested once.  A part that compares something of one element
 * with something that does not depend on it can find the elements by an
 * index (query.c).  A filter keeps what is true: false and null are the same to
 * it, so that the order does not change what is found.
 *
 * It must not change which errors and messages there are.  A part that is tested
 * earlier than it is written may fail or warn where it would not have been reached:
 * then the evaluation is repeated in the order of the source (cql_evaluate).  Where
 * Message itself is written in a condition, the order is what the author wants to
 * see, and stays.  What conversions would have warned about combinations that are given
 * up earlier now is not told.
 */
#include "cql/logic_build.h"

#define MAX_CONDITIONS 64


/* The parts of a condition, from left to right; false when there are too many. */
static bool
split(const LogicBuilder *nodes, uint32 node, uint32 *parts, uint32 *n)
{
	const CqlNode *and = logic_get_node(nodes, node);
	const uint32 *args = logic_get_args(nodes, node);

	check_stack_depth();
	if (and->op == CQL_OP_And && and->nargs == 2)
		return split(nodes, args[0], parts, n) && split(nodes, args[1], parts, n);
	if (*n == MAX_CONDITIONS)
		return false;
	parts[(*n)++] = node;
	return true;
}

/* The last of some slots that is read + 1, 0: none of them. */
static uint32
last_read(uint64 reads, uint32 slot, uint32 count)
{
	if (reads & LOGIC_FAR)
		return count;
	for (uint32 i = count; i > 0; i--)
		if (reads & (UINT64CONST(1) << (slot + i - 1)))
			return i;
	return 0;
}

/*
 * Whether a part compares what only the element of a slot decides with what others
 * decide: own and other are the sides.  What nothing decides is asked once, for which no
 * index pays.
 */
static bool
is_join(const LogicPlan *plan, uint32 node, uint32 slot, uint32 *own, uint32 *other)
{
	const CqlNode *n = logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	uint64		bit = UINT64CONST(1) << slot;

	if (n->op != CQL_OP_Equal || n->nargs != 2)
		return false;
	for (int side = 0; side < 2; side++)
	{
		*own = args[side];
		*other = args[1 - side];
		if (plan->reads[*own] == bit && plan->reads[*other] != 0 && !(plan->reads[*other] & (bit | LOGIC_FAR)))
			return true;
	}
	return false;
}

/* Whether a node is a property of what is in a slot, its value or not. */
static bool
reads_property(const LogicPlan *plan, uint32 node, uint32 slot, bool value, uint32 *property)
{
	const CqlNode *n = logic_get_node(plan->nodes, node);
	const CqlNode *of;

	if (n->op != CQL_OP_Property || n->flag != value)
		return false;
	of = logic_get_node(plan->nodes, logic_get_args(plan->nodes, node)[0]);
	*property = n->extra;
	return of->op == CQL_OP_AliasRef && of->extra == slot;
}

/*
 * On which sides of a range, which reads no slot, the time of an entry may tell that a part is
 * not true (narrow.c); 0: on none.  Of a period the time is the start; that it ends in
 * the range does not follow from its start, as a record may have it the wrong way round.
 */
static uint8
is_dated(const LogicPlan *plan, uint32 node, uint32 slot, uint32 *property)
{
	const CqlNode *n = logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	const CqlNode *own;

	if (n->nargs != 2 || plan->reads[args[1]] != 0 ||
		(n->flag != DATETIME_UNIT_FINEST && (n->flag < DATETIME_UNIT_DAY || n->flag > DATETIME_UNIT_MILLISECOND)))
		return 0;
	if (n->op == CQL_OP_In)
		return reads_property(plan, args[0], slot, true, property) ? DATED_FROM | DATED_TO : 0;
	own = logic_get_node(plan->nodes, args[0]);
	if ((n->op != CQL_OP_IncludedIn && n->op != CQL_OP_Overlaps) || own->op != CQL_OP_Native || !native_takes_period(own->extra) ||
		!reads_property(plan, logic_get_args(plan->nodes, args[0])[0], slot, false, property))
		return 0;
	return n->op == CQL_OP_IncludedIn ? DATED_FROM : DATED_TO;
}

/* A part that is tested when the alias of a slot has its value, narrowed where its date tells. */
static uint32
narrowed(LogicPlan *plan, uint32 part, uint32 slot)
{
	CqlNode		node = {.op = CQL_OP_Dated,.nargs = 2,.extra = slot};
	uint32		args[2] = {plan->map[part]};

	node.flag = is_dated(plan, part, slot, &node.extra2);
	if (node.flag == 0)
		return plan->map[part];
	args[1] = plan->map[logic_get_args(plan->nodes, part)[1]];
	return logic_add_node(plan->b, &node, args);
}

/* A condition: tested when stage aliases have their values; the last of them is that of slot. */
static uint32
add_condition(LogicPlan *plan, uint32 part, uint8 flag, uint32 stage, uint32 slot)
{
	CqlNode		node = {.op = CQL_OP_Condition,.flag = flag,.nargs = 1,.extra = stage};
	uint32		args[3] = {plan->map[part]};
	uint32		own;
	uint32		other;

	if (stage > 0)
		args[0] = narrowed(plan, part, slot);
	if (stage > 0 && is_join(plan, part, slot, &own, &other))
	{
		args[1] = plan->map[own];
		args[2] = plan->map[other];
		node.nargs = 3;
		node.extra2 = ++plan->njoins;
	}
	return logic_add_node(plan->b, &node, args);
}

/*
 * The conditions of some parts in the order of their stages; slot: of the first of count
 * aliases.  What stands behind a part of a later stage, or behind relationships, is
 * tested earlier than it is written.
 */
static uint32
add_conditions(LogicPlan *plan, const uint32 *parts, uint32 n, uint32 slot, uint32 count, bool early, uint32 *conditions)
{
	uint32		done = 0;

	for (uint32 stage = 0; stage <= count; stage++)
	{
		bool		ahead = early;

		for (uint32 i = 0; i < n; i++)
		{
			uint32		last = last_read(plan->reads[parts[i]], slot, count);

			if (last == stage)
				conditions[done++] = add_condition(plan, parts[i], (uint8) (i | (ahead ? CONDITION_EARLY : 0)), stage, slot + stage - 1);
			ahead = ahead || last > stage;
		}
	}
	return done;
}

/* Whether there is more to a plan than testing one part after the other for each element. */
static bool
is_of_use(const LogicPlan *plan, const uint32 *parts, uint32 n, uint32 slot, uint32 count)
{
	uint32		own;
	uint32		other;

	for (uint32 i = 0; i < n; i++)
		if (is_dated(plan, parts[i], slot + count - 1, &own) || last_read(plan->reads[parts[i]], slot, count) < count || is_join(plan, parts[i], slot + count - 1, &own, &other))
			return true;
	return false;
}

uint32
logic_plan_relation(LogicPlan *plan, uint32 node)
{
	CqlNode		n = *logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	uint32		parts[MAX_CONDITIONS];
	uint32		new_args[MAX_CONDITIONS + 1] = {plan->map[args[0]], plan->map[args[1]]};
	uint32		count = 0;

	if (n.extra < 62 && !plan->messages[args[1]] && split(plan->nodes, args[1], parts, &count) &&
		is_of_use(plan, parts, count, n.extra, 1))
		n.nargs = 1 + add_conditions(plan, parts, count, n.extra, 1, false, new_args + 1);
	return logic_add_node(plan->b, &n, new_args);
}

/* Lets are computed anew when the last of the aliases that they read has another value. */
static uint32
plan_let(LogicPlan *plan, const LogicQuery *q, uint32 let)
{
	CqlNode		node = {.op = CQL_OP_LetClause,.nargs = 1,.extra = last_read(plan->reads[let], q->slot, q->nsources)};

	return logic_add_node(plan->b, &node, &plan->map[let]);
}

/* Whether the conditions of a query may be tested in another order. */
static bool
may_plan(const LogicPlan *plan, const LogicQuery *q, const CqlNode *n, const uint32 *args)
{
	uint32		first = (uint32) q->nsources + q->nlets;

	if (q->slot + q->nsources >= 62)
		return false;
	for (uint32 i = first; i < first + q->nrelations + ((q->flags & QUERY_WHERE) != 0); i++)
		if (plan->messages[args[i]])
			return false;
	return true;
}

uint32
logic_plan_query(LogicPlan *plan, uint32 node)
{
	CqlNode		n = *logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	LogicQuery	q = *(LogicQuery *) logic_element(plan->b, LOGIC_QUERIES, n.extra);
	uint32	   *new_args = palloc(sizeof(uint32) * (n.nargs + MAX_CONDITIONS + 1));
	uint32		where = (uint32) q.nsources + q.nlets + q.nrelations;
	uint32		parts[MAX_CONDITIONS];
	uint32		count = 0;
	uint32		done = 0;
	bool		planned = may_plan(plan, &q, &n, args);

	for (; done < where; done++)
		new_args[done] = planned && done >= q.nsources && done < (uint32) q.nsources + q.nlets ?
			plan_let(plan, &q, args[done]) : plan->map[args[done]];
	if (planned && (q.flags & QUERY_WHERE) && split(plan->nodes, args[where], parts, &count) &&
		(q.nrelations > 0 || is_of_use(plan, parts, count, q.slot, q.nsources)))
	{
		count = add_conditions(plan, parts, count, q.slot, q.nsources, q.nrelations > 0, new_args + done);
		q.flags = (q.flags & ~(uint32) QUERY_WHERE) | count << QUERY_CONDITIONS_SHIFT;
		done += count;
		where++;
	}
	for (; where < n.nargs; where++)
		new_args[done++] = plan->map[args[where]];
	n.nargs = done;
	n.extra = logic_find_or_append(plan->b, LOGIC_QUERIES, &q);
	node = logic_add_node(plan->b, &n, new_args);
	pfree(new_args);
	return node;
}
