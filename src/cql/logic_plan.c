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
 * It could change which messages there are.  Parts that may warn are tested last,
 * in their order; a query whose parts call Message itself is left as it is.
 * Parts may fail that would not have been reached: an evaluation that fails is
 * repeated in the order of the source (cql_evaluate).
 */
#include "cql/logic_build.h"

#define MAX_CONDITIONS 64

/* Which messages evaluating a node may give. */
typedef enum Effect
{
	EFFECT_NONE,
	EFFECT_WARNS,				/* a conversion that cannot be done */
	EFFECT_MESSAGE				/* what the author of the rule wrote, or unknown */
} Effect;

/* The effects of the functions that a call may mean; of one that is not compiled yet, any. */
static uint8
effect_of_call(LogicBuilder *rest, const uint8 *effects, const CqlNode *n, uint32 node)
{
	uint8		effect = EFFECT_NONE;

	for (uint32 i = 0; i < n->extra2; i++)
	{
		uint32		function = n->extra2 == 1 ? n->extra : *(uint32 *) logic_element(rest, LOGIC_OVERLOADS, n->extra + i);
		uint32		body = ((LogicFunction *) logic_element(rest, LOGIC_FUNCTIONS, function))->body;

		effect = Max(effect, body < node ? effects[body] : EFFECT_MESSAGE);
	}
	return effect;
}

uint8
logic_effect(LogicBuilder *rest, const LogicBuilder *nodes, const uint8 *effects, uint32 node)
{
	const CqlNode *n = logic_get_node(nodes, node);
	const uint32 *args = logic_get_args(nodes, node);
	const LogicParameter *p;
	uint8		effect = EFFECT_NONE;

	for (uint32 i = 0; i < n->nargs; i++)
		effect = Max(effect, effects[args[i]]);
	switch (n->op)
	{
		case CQL_OP_Message:
			return EFFECT_MESSAGE;
		case CQL_OP_PathCall:
			return Max(effect, EFFECT_WARNS);
		case CQL_OP_Native:
			return native_warns(n->extra) ? Max(effect, EFFECT_WARNS) : effect;
		case CQL_OP_ParameterRef:
			p = logic_element(rest, LOGIC_PARAMETERS, n->extra);
			return p->node == LOGIC_NONE ? effect : Max(effect, effects[p->node]);
		case CQL_OP_FunctionRef:
			return Max(effect, effect_of_call(rest, effects, n, node));
		default:
			return effect;
	}
}

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
 * Whether a part compares what only the element of a slot decides with what it
 * does not: own and other are the sides.
 */
static bool
is_join(const LogicPlan *plan, uint32 node, uint32 slot, uint32 *own, uint32 *other)
{
	const CqlNode *n = logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	uint64		bit = UINT64CONST(1) << slot;

	if (n->op != CQL_OP_Equal || n->nargs != 2 || plan->effects[node] != EFFECT_NONE)
		return false;
	for (int side = 0; side < 2; side++)
	{
		*own = args[side];
		*other = args[1 - side];
		if (plan->reads[*own] == bit && !(plan->reads[*other] & (bit | LOGIC_FAR)))
			return true;
	}
	return false;
}

/* A condition: tested when stage aliases have their values. */
static uint32
add_condition(LogicPlan *plan, uint32 part, uint32 position, uint32 stage, uint32 slot)
{
	CqlNode		node = {.op = CQL_OP_Condition,.flag = (uint8) position,.nargs = 1,.extra = stage};
	uint32		args[3] = {plan->map[part]};
	uint32		own;
	uint32		other;

	if (slot < 63 && is_join(plan, part, slot, &own, &other))
	{
		args[1] = plan->map[own];
		args[2] = plan->map[other];
		node.nargs = 3;
		node.extra2 = ++plan->njoins;
	}
	return logic_add_node(plan->b, &node, args);
}

/* The conditions of some parts in the order of their stages; slot: of the first alias. */
static uint32
add_conditions(LogicPlan *plan, const uint32 *parts, uint32 n, uint32 slot, uint32 count, uint32 *conditions)
{
	uint32		done = 0;

	for (uint32 stage = 0; stage <= count + 1; stage++)
		for (uint32 i = 0; i < n; i++)
		{
			uint32		at = plan->effects[parts[i]] != EFFECT_NONE ? count + 1 : last_read(plan->reads[parts[i]], slot, count);

			if (at == stage)
				conditions[done++] = add_condition(plan, parts[i], i, stage,
												   stage > 0 && stage <= count ? slot + stage - 1 : LOGIC_NONE);
		}
	return done;
}

uint32
logic_plan_relation(LogicPlan *plan, uint32 node)
{
	CqlNode		n = *logic_get_node(plan->nodes, node);
	const uint32 *args = logic_get_args(plan->nodes, node);
	uint32		parts[MAX_CONDITIONS];
	uint32		new_args[MAX_CONDITIONS + 1] = {plan->map[args[0]], plan->map[args[1]]};
	uint32		count = 0;

	if (n.extra < 62 && plan->effects[args[1]] != EFFECT_MESSAGE && split(plan->nodes, args[1], parts, &count))
		n.nargs = 1 + add_conditions(plan, parts, count, n.extra, 1, new_args + 1);
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
		if (plan->effects[args[i]] == EFFECT_MESSAGE)
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
	if (planned && (q.flags & QUERY_WHERE) && split(plan->nodes, args[where], parts, &count))
	{
		count = add_conditions(plan, parts, count, q.slot, q.nsources, new_args + done);
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
