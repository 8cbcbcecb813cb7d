/*
 * logic_share.c: what a rule computes again and again from the same element
 * is computed once.
 *
 * Most of a measure asks the same of each resource in many places: its period,
 * its status, its codes.  Equal expressions are one node already; here those
 * that depend on one or two slots only, and cost something, get a Keyed node in
 * front, which remembers values by what stands in the slots.
 */
#include "cql/logic_build.h"

#define FAR		LOGIC_FAR	/* reads slots that are not counted one by one */
#define NO_SLOT	0xFFFFu

/* What is known of each node. */
typedef struct Share
{
	const LogicBuilder *b;		/* has the nodes */
	LogicBuilder *rest;			/* has everything else */
	uint32		count;
	uint64	   *reads;			/* slots of its frame */
	uint32	   *uses;			/* by nodes that are reached */
	uint32	   *cost;
	bool	   *messages;
	bool	   *reached;
} Share;

/* A slot as a bit. */
static uint64
bit_of(uint32 slot)
{
	return slot < 63 ? UINT64CONST(1) << slot : FAR;
}

/* The slots below one. */
static uint64
below(uint64 reads, uint32 slot)
{
	return slot < 63 ? reads & (bit_of(slot) - 1) : reads;
}

/* The slots that a node reads and does not set itself. */
static uint64
reads_of(const Share *s, uint32 node)
{
	const CqlNode *n = logic_get_node(s->b, node);
	const uint32 *args = logic_get_args(s->b, node);
	uint64		reads = 0;

	for (uint32 i = 0; i < n->nargs; i++)
		reads |= s->reads[args[i]];
	switch (n->op)
	{
		case CQL_OP_AliasRef:
		case CQL_OP_OperandRef:
		case CQL_OP_Current:
		case CQL_OP_Iteration:
		case CQL_OP_Total:
			return bit_of(n->extra);
		case CQL_OP_Query:
			return below(reads, ((const LogicQuery *) logic_element(s->rest, LOGIC_QUERIES, n->extra))->slot);
		case CQL_OP_ByExpression:
			return below(reads, n->extra);
		case CQL_OP_With:
		case CQL_OP_Without:
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
			return below(reads, n->extra) | s->reads[args[0]];
		case CQL_OP_Memo:
			return 0;
		case CQL_OP_PathCall:
			return reads | FAR;
		default:
			return reads;		/* a let is what its expression reads */
	}
}

/* Marks what a node reaches; operands stand before it, so one pass downwards does. */
static void
mark(Share *s, uint32 node)
{
	if (node != LOGIC_NONE)
	{
		s->reached[node] = true;
		s->uses[node]++;
	}
}

/* Marks everything that results, functions and parameters reach. */
static void
mark_all(Share *s)
{
	LogicBuilder *b = s->rest;

	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_DEFINITIONS); i++)
		mark(s, ((LogicDefinition *) logic_element(b, LOGIC_DEFINITIONS, i))->node);
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_FUNCTIONS); i++)
		mark(s, ((LogicFunction *) logic_element(b, LOGIC_FUNCTIONS, i))->body);
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_PARAMETERS); i++)
		mark(s, ((LogicParameter *) logic_element(b, LOGIC_PARAMETERS, i))->node);
	for (uint32 i = s->count; i-- > 0;)
	{
		const uint32 *args = logic_get_args(s->b, i);

		for (uint32 j = 0; s->reached[i] && j < logic_get_node(s->b, i)->nargs; j++)
			mark(s, args[j]);
	}
}

/* What evaluating a node costs, in nodes. */
static uint32
cost_of(const Share *s, uint32 node)
{
	const CqlNode *n = logic_get_node(s->b, node);
	const uint32 *args = logic_get_args(s->b, node);
	uint64		cost = n->op == CQL_OP_FunctionRef || n->op == CQL_OP_Query ? 20 : n->op == CQL_OP_Native ||
		n->op == CQL_OP_Property ? 4 : 1;

	if (n->op == CQL_OP_Memo || n->op == CQL_OP_Literal)
		return 1;
	for (uint32 i = 0; i < n->nargs; i++)
		cost += s->cost[args[i]];
	return (uint32) Min(cost, 1000000);
}

/* Whether Message is written in a node, other than in what is computed once. */
static bool
has_message(const Share *s, uint32 node)
{
	const CqlNode *n = logic_get_node(s->b, node);
	const uint32 *args = logic_get_args(s->b, node);
	bool		found = n->op == CQL_OP_Message;

	for (uint32 i = 0; i < n->nargs; i++)
		found = found || (s->messages[args[i]] && n->op != CQL_OP_Memo);
	return found;
}

/* Whether it pays to remember a node's values. */
static bool
is_worth(const Share *s, uint32 node)
{
	const CqlNode *n = logic_get_node(s->b, node);
	uint64		reads = s->reads[node];

	if (reads == 0 || (reads & FAR) || __builtin_popcountll(reads) > 2 || !s->reached[node])
		return false;
	if (n->op == CQL_OP_AliasRef || n->op == CQL_OP_QueryLetRef || n->op == CQL_OP_With || n->op == CQL_OP_Without ||
		n->op == CQL_OP_ByExpression || n->op == CQL_OP_Keyed)
		return false;
	return s->cost[node] >= 20 || (s->cost[node] >= 5 && s->uses[node] >= 2);
}

/* The slots of a mask, as Keyed has them in extra2. */
static uint32
slots_of(uint64 reads)
{
	uint32		first = (uint32) __builtin_ctzll(reads);
	uint64		rest = reads & (reads - 1);

	return first | (rest ? (uint32) __builtin_ctzll(rest) : NO_SLOT) << 16;
}

/* Finds out about all nodes. */
static void
survey(Share *s, const LogicBuilder *nodes, LogicBuilder *rest)
{
	s->b = nodes;
	s->rest = rest;
	s->count = logic_builder_count(nodes, LOGIC_NODES);
	s->reads = palloc0(sizeof(uint64) * (s->count + 1));
	s->uses = palloc0(sizeof(uint32) * (s->count + 1));
	s->cost = palloc0(sizeof(uint32) * (s->count + 1));
	s->messages = palloc0(s->count + 1);
	s->reached = palloc0(sizeof(bool) * (s->count + 1));
	for (uint32 i = 0; i < s->count; i++)
	{
		s->reads[i] = reads_of(s, i);
		s->cost[i] = cost_of(s, i);
		s->messages[i] = has_message(s, i);
	}
	mark_all(s);
}

/*
 * The new form of an operand.  Where only code and system of what ToCode gives are looked
 * at, it is made of these alone.
 */
static uint32
operand_of(const Share *s, const LogicPlan *plan, const CqlNode *n, uint32 operand)
{
	const CqlNode *arg = logic_get_node(s->b, operand);
	CqlNode		code = *arg;

	if ((n->op != CQL_OP_Equivalent && n->op != CQL_OP_InValueSet) || arg->op != CQL_OP_Native || !native_gives_code(arg->extra))
		return plan->map[operand];
	code.flag = NATIVE_CODE_ALONE;
	return logic_add_node(s->rest, &code, &plan->map[logic_get_args(s->b, operand)[0]]);
}

/* A node in its new form; its operands have theirs. */
static uint32
rebuild(const Share *s, LogicPlan *plan, uint32 node)
{
	const CqlNode *n = logic_get_node(s->b, node);
	const uint32 *args = logic_get_args(s->b, node);
	const LogicPlace *place = logic_element((LogicBuilder *) s->b, LOGIC_PLACES, node);
	uint32	   *new_args;
	uint32		made;

	logic_set_place(s->rest, place->definition, place->line, place->column);
	if (n->op == CQL_OP_Query)
		return logic_plan_query(plan, node);
	if (n->op == CQL_OP_With || n->op == CQL_OP_Without)
		return logic_plan_relation(plan, node);
	new_args = palloc(sizeof(uint32) * (n->nargs + 1));
	for (uint32 i = 0; i < n->nargs; i++)
		new_args[i] = operand_of(s, plan, n, args[i]);
	made = n->op == CQL_OP_Exists ? logic_add_exists(s->rest, n, new_args[0]) : logic_add_node(s->rest, n, new_args);
	pfree(new_args);
	return made;
}

/* A node of the old numbers in the new ones. */
static uint32
moved(const uint32 *map, uint32 node)
{
	return node == LOGIC_NONE ? LOGIC_NONE : map[node];
}

void
logic_share(LogicBuilder *b)
{
	Share		s;
	LogicBuilder *old = logic_take_nodes(b);
	uint32	   *map;
	LogicPlan	plan;
	uint32		ncells = 0;

	survey(&s, old, b);
	map = palloc0(sizeof(uint32) * (s.count + 1));
	plan = (LogicPlan) {.nodes = old,.b = b,.reads = s.reads,.messages = s.messages,.map = map};
	for (uint32 i = 0; i < s.count; i++)
	{
		if (!s.reached[i])
			continue;
		map[i] = rebuild(&s, &plan, i);
		if (is_worth(&s, i))
		{
			CqlNode		keyed = {.op = CQL_OP_Keyed,.nargs = 1,.extra = ncells++,.extra2 = slots_of(s.reads[i])};

			map[i] = logic_add_node(b, &keyed, &map[i]);
		}
	}
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_DEFINITIONS); i++)
	{
		LogicDefinition *d = logic_element(b, LOGIC_DEFINITIONS, i);

		d->node = moved(map, d->node);
	}
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_FUNCTIONS); i++)
	{
		LogicFunction *f = logic_element(b, LOGIC_FUNCTIONS, i);

		f->body = moved(map, f->body);
	}
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_PARAMETERS); i++)
	{
		LogicParameter *p = logic_element(b, LOGIC_PARAMETERS, i);

		p->node = moved(map, p->node);
	}
	logic_set_cells(b, ncells);
}
