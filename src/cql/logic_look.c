/*
 * logic_look.c: which expressions need but the beginning of a chart.
 *
 * Much of what is asked of a whole population is whether there is some entry
 * with a code.  Directory, codes and entries stand at the beginning of a chart
 * and tell that; the bodies behind them are not worth fetching then.  What is
 * found here is a guess: an evaluation that needs more says so and is done
 * again with all of the chart.
 */
#include "cql/logic_build.h"

/* Whether a list only says what its elements are, and not which there are. */
static bool
is_cast(const CqlNode *n)
{
	return n->op == CQL_OP_As && n->kind == CQL_LIST && n->nargs == 1;
}

/* What a Memo computes, or the node itself. */
static uint32
behind_memo(const LogicBuilder *b, uint32 node)
{
	return logic_get_node(b, node)->op == CQL_OP_Memo ? logic_get_args(b, node)[0] : node;
}

/*
 * The list that a part of a union is, without casts; LOGIC_NONE when it is not one
 * that may be evaluated outside of the union: with slots of its own, and a list.
 */
static uint32
part_of_union(const LogicBuilder *b, uint32 node)
{
	uint16		op;

	while (is_cast(logic_get_node(b, behind_memo(b, node))))
		node = logic_get_args(b, behind_memo(b, node))[0];
	op = logic_get_node(b, behind_memo(b, node))->op;
	return logic_get_node(b, node)->op == CQL_OP_Memo && (op == CQL_OP_Retrieve || op == CQL_OP_Union) ?
		node : LOGIC_NONE;
}

uint32
logic_add_exists(LogicBuilder *b, const CqlNode *exists, uint32 list)
{
	uint32		inner = behind_memo(b, list);
	uint32		parts[2] = {LOGIC_NONE, LOGIC_NONE};
	CqlNode		either = {.op = CQL_OP_Or,.kind = CQL_BOOLEAN,.nargs = 2};

	if (logic_get_node(b, inner)->op == CQL_OP_Union)
	{
		parts[0] = part_of_union(b, logic_get_args(b, inner)[0]);
		parts[1] = part_of_union(b, logic_get_args(b, inner)[1]);
	}
	if (parts[0] == LOGIC_NONE || parts[1] == LOGIC_NONE)
		return logic_add_node(b, exists, &list);
	for (int i = 0; i < 2; i++)
		parts[i] = logic_add_exists(b, exists, parts[i]);
	return logic_add_node(b, &either, parts);
}

/* Whether an operator does not look into elements of the chart; its operands are looked at by themselves. */
static bool
only_looks(CqlOp op)
{
	switch (op)
	{
		case CQL_OP_Literal:
		case CQL_OP_Memo:
		case CQL_OP_Keyed:
		case CQL_OP_ParameterRef:
		case CQL_OP_Now:
		case CQL_OP_Today:
		case CQL_OP_Exists:
		case CQL_OP_Count:
		case CQL_OP_Length:
		case CQL_OP_Flatten:
		case CQL_OP_List:
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_IsNull:
		case CQL_OP_IsTrue:
		case CQL_OP_IsFalse:
		case CQL_OP_Not:
		case CQL_OP_And:
		case CQL_OP_Or:
		case CQL_OP_Implies:
		case CQL_OP_Xor:
		case CQL_OP_If:
		case CQL_OP_Case:
		case CQL_OP_Coalesce:
		case CQL_OP_AllTrue:
		case CQL_OP_AnyTrue:
		case CQL_OP_Sum:
		case CQL_OP_Equal:
		case CQL_OP_NotEqual:
		case CQL_OP_Greater:
		case CQL_OP_GreaterOrEqual:
		case CQL_OP_Less:
		case CQL_OP_LessOrEqual:
		case CQL_OP_Add:
		case CQL_OP_Subtract:
		case CQL_OP_Multiply:
		case CQL_OP_Divide:
		case CQL_OP_ToDecimal:
		case CQL_OP_ToInteger:
			return true;
		default:
			return false;
	}
}

/* Whether the entries that a retrieve finds are told by type and main code alone. */
static bool
retrieve_looks(const LogicRetrieve *r)
{
	return r->date_property == LOGIC_NONE &&
		(r->filter == RETRIEVE_ALL || (r->main && (r->filter == RETRIEVE_VALUE_SET || r->filter == RETRIEVE_CODES)));
}

void
logic_mark_looks(LogicBuilder *b)
{
	uint32		count = logic_builder_count(b, LOGIC_NODES);
	bool	   *looks = palloc0(count + 1);

	for (uint32 i = 0; i < count; i++)
	{
		const CqlNode *n = logic_get_node(b, i);
		const uint32 *args = logic_get_args(b, i);

		looks[i] = n->op == CQL_OP_Retrieve ? retrieve_looks(logic_element(b, LOGIC_RETRIEVES, n->extra)) :
			only_looks((CqlOp) n->op);
		for (uint32 j = 0; j < n->nargs && looks[i]; j++)
			looks[i] = looks[args[j]];
	}
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_DEFINITIONS); i++)
	{
		LogicDefinition *d = logic_element(b, LOGIC_DEFINITIONS, i);

		if (d->node != LOGIC_NONE && looks[d->node])
			d->flags |= DEFINITION_LOOKS;
	}
	pfree(looks);
}
