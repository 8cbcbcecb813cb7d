/*
 * call.c: parameters and functions.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

CqlValue
cql_parameter_ref_op(CqlExec *x, const CqlNode *n)
{
	const LogicParameter *p = (const LogicParameter *) logic_section(x->logic, LOGIC_PARAMETERS) + n->extra;

	if (x->parameters[n->extra].kind != CQL_PENDING)
		return x->parameters[n->extra];
	return p->node == LOGIC_NONE ? cql_null() : cql_eval(x, p->node);
}

/* References to definitions are memos by now. */
CqlValue
cql_expression_ref_op(CqlExec *x, const CqlNode *n)
{
	cql_fail(x, n, ERRCODE_DATA_CORRUPTED, "a reference was not linked");
}

CqlValue
cql_call(CqlExec *x, const CqlNode *n, uint32 function, const CqlValue *operands)
{
	const LogicFunction *f = (const LogicFunction *) logic_section(x->logic, LOGIC_FUNCTIONS) + function;
	CqlValue   *frame = x->frame;
	CqlValue   *top = x->top;
	CqlValue	v;

	cql_need_slots(x, n, f->nslots);
	CHECK_FOR_INTERRUPTS();
	memcpy(top, operands, sizeof(CqlValue) * f->noperands);
	memset(top + f->noperands, 0, sizeof(CqlValue) * (f->nslots - f->noperands));	/* what stood there may be gone */
	x->depth++;
	x->frame = top;
	x->top = top + f->nslots;
	v = cql_eval(x, f->body);
	x->frame = frame;
	x->top = top;
	x->depth--;
	return v;
}

/* Whether a function takes these operands; a null goes with every type. */
static bool
takes(CqlExec *x, const LogicFunction *f, const CqlValue *operands)
{
	const uint32 *types = (const uint32 *) logic_section(x->logic, LOGIC_PARTS) + f->types;

	for (uint32 i = 0; i < f->noperands; i++)
		if (operands[i].kind != CQL_NULL && !cql_is(x, operands[i], types[i]))
			return false;
	return true;
}

/* Whether the first is the more specific one: takes the exact FHIR type of the operands. */
static bool
is_exact(CqlExec *x, const LogicFunction *f, const CqlValue *operands)
{
	const uint32 *types = (const uint32 *) logic_section(x->logic, LOGIC_PARTS) + f->types;
	const LogicType *all = logic_section(x->logic, LOGIC_TYPES);

	for (uint32 i = 0; i < f->noperands; i++)
		if (operands[i].kind == CQL_ELEMENT && all[types[i]].fhir != operands[i].type)
			return false;
	return true;
}

/* The overload for the types that the operands have now. */
static uint32
choose(CqlExec *x, const CqlNode *n, const CqlValue *operands)
{
	const uint32 *overloads = (const uint32 *) logic_section(x->logic, LOGIC_OVERLOADS) + n->extra;
	const LogicFunction *functions = logic_section(x->logic, LOGIC_FUNCTIONS);
	uint32		best = LOGIC_NONE;

	for (uint32 i = 0; i < n->extra2; i++)
	{
		const LogicFunction *f = &functions[overloads[i]];

		if (!takes(x, f, operands))
			continue;
		if (is_exact(x, f, operands))
			return overloads[i];
		if (best == LOGIC_NONE)
			best = overloads[i];
	}
	return best;
}

CqlValue
cql_function_ref_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	few[8];
	CqlValue   *operands = n->nargs <= lengthof(few) ? few : cql_alloc_values(x, n->nargs);
	uint32		function = n->extra;

	for (uint32 i = 0; i < n->nargs; i++)
		operands[i] = cql_eval_arg(x, n, i);
	if (n->extra2 > 1)
	{
		function = choose(x, n, operands);
		if (function == LOGIC_NONE)
			return cql_null();
	}
	return cql_call(x, n, function, operands);
}
