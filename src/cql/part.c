/*
 * part.c: evaluating parts of definitions by themselves, for what looks for
 * reasons.
 */
#include "cql/exec_state.h"

bool
cql_evaluate_node(CqlExec *x, uint32 node, uint32 nslots, CqlValue *result, PhmError *err)
{
	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	cql_need_slots(x, &x->nodes[node], nslots);
	memset(x->frame, 0, sizeof(CqlValue) * nslots);
	x->top = x->frame + nslots;
	*result = cql_eval(x, node);
	return true;
}

const LogicHeader *
cql_logic(const CqlExec *x)
{
	return x->logic;
}

uint32
cql_expression_node(const CqlExec *x, int expression)
{
	const uint32 *results = logic_section(x->logic, LOGIC_RESULTS);

	return ((const LogicDefinition *) logic_section(x->logic, LOGIC_DEFINITIONS))[results[expression]].node;
}
