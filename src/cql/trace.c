/*
 * trace.c: traced logic: nodes that record results in front of those that are
 * clauses of a definition's text.
 *
 * Relies on trace_text.c for which trees are clauses (CqlTree.trace).
 * Relationships of queries become conditions like those of where, so that each
 * condition has its results for each row.
 */
#include "cql/compile.h"

void
trace_definition(Compile *c, const CqlDef *def)
{
	const LogicDefinition *d = logic_element(c->b, LOGIC_DEFINITIONS, c->definition);
	uint32		first = logic_builder_count(c->b, LOGIC_TRACES);
	uint32		text;
	int			length;
	const char *library = logic_builder_string(c->b, d->library, &length);

	/* conversions of translators are no part of what authors wrote */
	if (length == 11 && memcmp(library, "FHIRHelpers", 11) == 0)
		return;
	text = trace_write(c, def);
	if (logic_builder_count(c->b, LOGIC_TRACES) > first)
		((LogicTrace *) logic_element(c->b, LOGIC_TRACES, first))->text = text;
}

uint32
trace_clause(Compile *c, const CqlTree *tree, uint32 node)
{
	LogicTrace *t = logic_element(c->b, LOGIC_TRACES, tree->trace - 1);

	t->node = node;
	t->row = c->row ? c->row - 1 : LOGIC_NONE;
	return compile_node(c, CQL_OP_Trace, TRACE_POINT, tree->trace - 1, 1, &node);
}

uint32
trace_logic(Compile *c, uint32 node)
{
	return compile_node(c, CQL_OP_Trace, TRACE_LOGIC, 0, 1, &node);
}

uint32
trace_relation(Compile *c, const CqlTree *tree, uint32 slot, const uint32 *args)
{
	uint32		node = compile_node(c, CQL_OP_Trace, tree->op == CQL_OP_With ? TRACE_WITH : TRACE_WITHOUT, slot, 2, args);

	return tree->trace ? trace_clause(c, tree, node) : node;
}

void
trace_row(Compile *c, const CqlTree *tree, uint32 slot, uint32 nsources)
{
	LogicTrace *t;

	if (!c->trace)
		return;
	c->row = tree->trace;
	if (tree->trace == 0)
		return;
	t = logic_element(c->b, LOGIC_TRACES, tree->trace - 1);
	t->slot = slot;
	t->nsources = (uint16) Min(nsources, 2);
}

uint32
trace_all(Compile *c, const uint32 *conditions, uint32 n)
{
	return compile_node(c, CQL_OP_Trace, TRACE_ALL, 0, n, conditions);
}

/* What a property of an element tells about it. */
static uint8
touches_of_name(const char *name, int length)
{
	static const struct
	{
		const char *name;
		uint8		touches;
	}			names[] = {
		{"abatement", TRACE_TOUCHES_DATE}, {"authoredOn", TRACE_TOUCHES_DATE}, {"birthDate", TRACE_TOUCHES_DATE},
		{"created", TRACE_TOUCHES_DATE}, {"date", TRACE_TOUCHES_DATE}, {"deceased", TRACE_TOUCHES_DATE},
		{"effective", TRACE_TOUCHES_DATE}, {"end", TRACE_TOUCHES_DATE}, {"issued", TRACE_TOUCHES_DATE},
		{"lastUpdated", TRACE_TOUCHES_DATE}, {"occurrence", TRACE_TOUCHES_DATE}, {"onset", TRACE_TOUCHES_DATE},
		{"performed", TRACE_TOUCHES_DATE}, {"period", TRACE_TOUCHES_DATE}, {"recorded", TRACE_TOUCHES_DATE},
		{"recordedDate", TRACE_TOUCHES_DATE}, {"sent", TRACE_TOUCHES_DATE}, {"start", TRACE_TOUCHES_DATE},
		{"timing", TRACE_TOUCHES_DATE}, {"whenHandedOver", TRACE_TOUCHES_DATE}, {"whenPrepared", TRACE_TOUCHES_DATE},
		{"category", TRACE_TOUCHES_CODE}, {"class", TRACE_TOUCHES_CODE}, {"code", TRACE_TOUCHES_CODE},
		{"medication", TRACE_TOUCHES_CODE}, {"reasonCode", TRACE_TOUCHES_CODE}, {"type", TRACE_TOUCHES_CODE},
		{"vaccineCode", TRACE_TOUCHES_CODE},
		{"clinicalStatus", TRACE_TOUCHES_STATUS}, {"doNotPerform", TRACE_TOUCHES_STATUS}, {"intent", TRACE_TOUCHES_STATUS},
		{"status", TRACE_TOUCHES_STATUS}, {"verificationStatus", TRACE_TOUCHES_STATUS},
		{"component", TRACE_TOUCHES_VALUE}, {"daysSupply", TRACE_TOUCHES_VALUE}, {"doseQuantity", TRACE_TOUCHES_VALUE},
		{"quantity", TRACE_TOUCHES_VALUE}, {"value", TRACE_TOUCHES_VALUE}
	};

	for (size_t i = 0; i < lengthof(names); i++)
		if ((int) strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
			return names[i].touches;
	return TRACE_TOUCHES_OTHER;
}

/* What of their elements a property reads: the first step from the element counts. */
static uint8
own_touches(const LogicBuilder *b, const CqlNode *n, const uint32 *args)
{
	const uint32 *properties = logic_element((LogicBuilder *) b, LOGIC_PROPERTIES, n->extra);
	const char *name;
	int			length;

	if (n->op != CQL_OP_Property || logic_get_node(b, args[0])->op != CQL_OP_AliasRef)
		return 0;
	name = logic_builder_string(b, *properties, &length);
	return touches_of_name(name, length);
}

/*
 * What of elements each node looks at, through the functions that it calls; what
 * reads no element itself, such as other definitions, adds nothing.
 */
static bool
spread_touches(LogicBuilder *b, uint8 *touches)
{
	bool		changed = false;

	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_NODES); i++)
	{
		const CqlNode *n = logic_get_node(b, i);
		const uint32 *args = logic_get_args(b, i);
		uint8		all = own_touches(b, n, args);

		for (uint32 j = 0; j < n->nargs; j++)
			if (logic_reads_slots(b, args[j]))
				all |= touches[args[j]];
		for (uint32 j = 0; n->op == CQL_OP_FunctionRef && j < n->extra2; j++)
		{
			uint32		function = n->extra2 == 1 ? n->extra : *(uint32 *) logic_element(b, LOGIC_OVERLOADS, n->extra + j);
			uint32		body = ((const LogicFunction *) logic_element(b, LOGIC_FUNCTIONS, function))->body;

			all |= body == LOGIC_NONE ? 0 : touches[body];
		}
		changed |= touches[i] != all;
		touches[i] = all;
	}
	return changed;
}

/* Makes what records be computed anew for each chart, and tells what conditions look at. */
void
trace_finish(LogicBuilder *b)
{
	uint8	   *touches = palloc0(logic_builder_count(b, LOGIC_NODES) + 1);

	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_NODES); i++)
	{
		CqlNode    *n = logic_element(b, LOGIC_NODES, i);

		if (n->op == CQL_OP_Memo)
			n->flag = REACH_CHART;
	}
	for (int round = 0; round < 8 && spread_touches(b, touches); round++)
		CHECK_FOR_INTERRUPTS();
	for (uint32 i = 0; i < logic_builder_count(b, LOGIC_TRACES); i++)
	{
		LogicTrace *t = logic_element(b, LOGIC_TRACES, i);

		if (t->node != LOGIC_NONE)
			t->touches = touches[t->node];
	}
	pfree(touches);
}
