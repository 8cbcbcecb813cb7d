/*
 * logic_check_node.c: checks the nodes of a logic from outside.
 *
 * Operands are earlier nodes, so one pass in order knows all about them: how
 * many slots of the frame they use, what their value depends on, and how
 * much of the stack and of time they take before something looks whether there
 * is enough of both (memos, functions, queries and lets do so when they run).
 */
#include "cql/logic_check.h"

#include "cql/exec_state.h"
#include "cql/fhirpath.h"
#include "cql/logic_build.h"

#define MAX_DEPTH	(CQL_MAX_TREE_DEPTH + 100)
#define MAX_WEIGHT	(1u << 24)	/* evaluations of nodes between two looks at interrupts */
#define MAX_OVERLOADS 200

/* What is known of a node that was checked. */
typedef struct NodeFacts
{
	uint32		slots;			/* of its frame that it uses */
	uint32		weight;
	uint16		depth;
	uint8		reach;			/* LogicReach */
} NodeFacts;

typedef struct NodeCheck
{
	const LogicHeader *logic;
	const CqlNode *nodes;
	const uint32 *args;
	NodeFacts  *facts;
	uint32		nargs;			/* operands of the nodes so far */
	uint32		nmemos;			/* least number of the next memo: those that nothing needs are left out */
	uint32		ncells;
	uint32		njoins;
} NodeCheck;

/* Operators that the compiler turns into others. */
static bool
is_made_by_compiler(CqlOp op)
{
	switch (op)
	{
		case CQL_OP_Null:
		case CQL_OP_Quantity:
		case CQL_OP_Code:
		case CQL_OP_Concept:
		case CQL_OP_CodeRef:
		case CQL_OP_ConceptRef:
		case CQL_OP_ValueSetRef:
		case CQL_OP_CodeSystemRef:
		case CQL_OP_ExpressionRef:
		case CQL_OP_OperandRef:
		case CQL_OP_Current:
		case CQL_OP_Iteration:
		case CQL_OP_Total:
			return false;
		case CQL_OP_With:
		case CQL_OP_Without:
		case CQL_OP_ByExpression:
		case CQL_OP_LetClause:
		case CQL_OP_Condition:
			return true;
		default:
			return cql_operators[op].way != CQL_CLAUSE;
	}
}

/* Operands that an operator has; list differs from what is evaluated for these. */
static bool
has_operands(const CqlNode *n)
{
	const CqlOperator *op = &cql_operators[n->op];

	switch (n->op)
	{
		case CQL_OP_Property:
		case CQL_OP_QueryLetRef:
		case CQL_OP_ByExpression:
		case CQL_OP_LetClause:
			return n->nargs == 1;
		case CQL_OP_With:
		case CQL_OP_Without:
			return n->nargs >= 2;
		case CQL_OP_Condition:
			return n->nargs == 1 || n->nargs == 3;
		default:
			if ((op->way == CQL_NULLS || op->way == CQL_STRICT) && n->nargs > CQL_MAX_STRICT)
				return false;
			return n->nargs >= (uint32) op->least && (op->most == CQL_MANY || n->nargs <= (uint32) op->most);
	}
}

static const LogicQuery *
query_of(const NodeCheck *c, const CqlNode *n)
{
	return (const LogicQuery *) logic_section(c->logic, LOGIC_QUERIES) + n->extra;
}

/* Where the conditions of a query begin among its operands. */
static uint32
first_condition(const LogicQuery *q)
{
	return (uint32) q->nsources + q->nlets + q->nrelations;
}

/* Where its sort items begin. */
static uint32
first_sort(const LogicQuery *q)
{
	return first_condition(q) + query_clauses(q);
}

/* Whether an operator may stand as operand i of a query. */
static bool
fits_query(const NodeCheck *c, const LogicQuery *q, uint32 i, const CqlNode *operand)
{
	uint32		first = (uint32) q->nsources + q->nlets;

	switch (operand->op)
	{
		case CQL_OP_With:
		case CQL_OP_Without:
			return i >= first && i < first_condition(q);
		case CQL_OP_LetClause:
			return i >= q->nsources && i < first && operand->extra <= q->nsources;
		case CQL_OP_Condition:
			return i >= first_condition(q) && i < first_condition(q) + query_conditions(q) && operand->extra <= q->nsources;
		case CQL_OP_ByExpression:
			return i >= first_sort(q);
		default:
			return i < first || (i >= first_condition(q) + query_conditions(q) && i < first_sort(q));
	}
}

/* Whether an operator may stand as operand i of a node: clauses have their places. */
static bool
fits_place(const NodeCheck *c, const CqlNode *n, uint32 i, const CqlNode *operand)
{
	bool		clause = cql_operators[operand->op].way == CQL_CLAUSE;

	switch (n->op)
	{
		case CQL_OP_Query:
			return fits_query(c, query_of(c, n), i, operand);
		case CQL_OP_Sort:
			return (operand->op == CQL_OP_ByExpression) == (i > 0) && (i > 0 || !clause);
		case CQL_OP_With:
		case CQL_OP_Without:
			return operand->op == CQL_OP_Condition ? i > 0 && operand->extra <= 1 : !clause && (i == 0 || n->nargs == 2);
		default:
			return !clause;
	}
}

/* A call: every function that it may mean takes as many operands. */
static bool
is_call(const NodeCheck *c, const CqlNode *n)
{
	const LogicFunction *functions = logic_section(c->logic, LOGIC_FUNCTIONS);
	const uint32 *overloads = logic_section(c->logic, LOGIC_OVERLOADS);

	if (n->extra2 == 1)
		return logic_has(c->logic, LOGIC_FUNCTIONS, n->extra) && functions[n->extra].noperands == n->nargs;
	if (n->extra2 == 0 || n->extra2 > MAX_OVERLOADS ||
		(uint64) n->extra + n->extra2 > logic_count(c->logic, LOGIC_OVERLOADS))
		return false;
	for (uint32 i = 0; i < n->extra2; i++)
		if (functions[overloads[n->extra + i]].noperands != n->nargs)
			return false;
	return true;
}

/* A retrieve has the operands that it says. */
static bool
is_retrieve(const NodeCheck *c, const CqlNode *n)
{
	const LogicRetrieve *r = (const LogicRetrieve *) logic_section(c->logic, LOGIC_RETRIEVES) + n->extra;

	return logic_has(c->logic, LOGIC_RETRIEVES, n->extra) &&
		n->nargs == (uint32) (r->filter == RETRIEVE_ANY) + (r->date_property != LOGIC_NONE);
}

/* A tuple has an operand for each name of its shape. */
static bool
is_structure(const NodeCheck *c, const CqlNode *n)
{
	const LogicShape *shape = (const LogicShape *) logic_section(c->logic, LOGIC_SHAPES) + n->extra;

	return logic_has(c->logic, LOGIC_SHAPES, n->extra) && shape->count == n->nargs &&
		n->extra2 <= (n->op == CQL_OP_Instance ? (uint32) fhir_type_count : 0);
}

/* A memo has a cell of its own and lives no longer than what it remembers. */
static bool
is_memo(NodeCheck *c, const CqlNode *n)
{
	const NodeFacts *operand = &c->facts[c->args[n->args]];

	if (n->extra < c->nmemos || n->extra >= c->logic->nmemos)
		return false;
	c->nmemos = n->extra + 1;
	return n->flag < REACH_NREACHES && n->flag >= operand->reach &&
		n->extra2 >= operand->slots && n->extra2 <= CQL_STACK_VALUES;
}

/* A parameter's default is a node before the reference, so that it does not need itself. */
static bool
is_parameter(const NodeCheck *c, const CqlNode *n, uint32 number)
{
	const LogicParameter *p = (const LogicParameter *) logic_section(c->logic, LOGIC_PARAMETERS) + n->extra;

	return logic_has(c->logic, LOGIC_PARAMETERS, n->extra) && (p->node == LOGIC_NONE || p->node < number);
}

/* The clause that a node records is there; relationships have two operands. */
static bool
is_trace(const NodeCheck *c, const CqlNode *n)
{
	switch ((TraceNode) n->flag)
	{
		case TRACE_POINT:
			return n->nargs == 1 && logic_has(c->logic, LOGIC_TRACES, n->extra);
		case TRACE_LOGIC:
			return n->nargs == 1 && n->extra == 0 && c->nodes[c->args[n->args]].nargs == 2;
		case TRACE_WITH:
		case TRACE_WITHOUT:
			return n->nargs == 2 && n->extra < CQL_STACK_VALUES;
		case TRACE_ALL:
			return n->extra == 0;
		default:
			return false;
	}
}

/* Slots up to the last that a Trace reads or sets: elements of its row and of that around it. */
static uint32
trace_slots(const NodeCheck *c, const CqlNode *n)
{
	const LogicTrace *traces = logic_section(c->logic, LOGIC_TRACES);
	uint32		slots = 0;
	uint32		row;

	if (n->flag == TRACE_WITH || n->flag == TRACE_WITHOUT)
		return n->extra + 1;
	if (n->flag != TRACE_POINT)
		return 0;
	row = traces[n->extra].row;
	for (int i = 0; i < 2 && row != LOGIC_NONE; i++, row = traces[row].row)
		slots = Max(slots, traces[row].slot + Max(traces[row].nsources, 1));
	return slots;
}

/* What an operator reads of its node beside the operands; these are checked already. */
static bool
has_fields(NodeCheck *c, const CqlNode *n, uint32 number)
{
	bool		plain = n->extra2 == 0 && n->flag == 0;

	switch (n->op)
	{
		case CQL_OP_Literal:
			return plain && logic_has(c->logic, LOGIC_CONSTANTS, n->extra);
		case CQL_OP_Property:
			return n->extra2 == 0 && n->flag <= 1 && logic_has(c->logic, LOGIC_PROPERTIES, n->extra);
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
		case CQL_OP_CanConvert:
			return n->extra2 <= CQL_ELEMENT && logic_has(c->logic, LOGIC_TYPES, n->extra);
		case CQL_OP_Tuple:
		case CQL_OP_Instance:
			return n->flag == 0 && is_structure(c, n);
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
		case CQL_OP_With:
		case CQL_OP_Without:
			return plain && n->extra < CQL_STACK_VALUES;
		case CQL_OP_LetClause:
			return plain;
		case CQL_OP_Dated:
			return n->flag > 0 && n->flag <= (DATED_FROM | DATED_TO) && n->extra < CQL_STACK_VALUES &&
				logic_has(c->logic, LOGIC_PROPERTIES, n->extra2);
		case CQL_OP_Condition:
			return n->flag <= (CONDITION_POSITION | CONDITION_EARLY) && n->nargs == 1 ? n->extra2 == 0 : n->extra > 0 && n->extra2 == ++c->njoins;
		case CQL_OP_ByExpression:
			return n->extra2 == 0 && n->flag <= CQL_DESCENDING && n->extra < CQL_STACK_VALUES;
		case CQL_OP_Query:
			return plain && query_of(c, n)->slot < CQL_STACK_VALUES &&
				n->nargs == first_sort(query_of(c, n)) + query_of(c, n)->nsorts;
		case CQL_OP_Sort:
		case CQL_OP_Case:
			return n->extra == 0 && n->extra2 == 0 && n->flag <= (n->op == CQL_OP_Case);
		case CQL_OP_Retrieve:
			return plain && is_retrieve(c, n);
		case CQL_OP_ParameterRef:
			return plain && is_parameter(c, n, number);
		case CQL_OP_FunctionRef:
			return n->flag == 0 && is_call(c, n);
		case CQL_OP_Memo:
			return is_memo(c, n);
		case CQL_OP_Keyed:
			return n->flag == 0 && n->extra == c->ncells++;
		case CQL_OP_Native:
			return n->extra2 == 0 && native_name(n->extra) != NULL &&
				n->flag <= (native_gives_code(n->extra) ? NATIVE_CODE_ALONE : 0);
		case CQL_OP_Trace:
			return n->extra2 == 0 && is_trace(c, n);
		case CQL_OP_PathCall:
			return n->flag <= CQL_ELEMENT &&
				fhirpath_node_valid(n, logic_count(c->logic, LOGIC_PROPERTIES), CQL_STACK_VALUES);
		case CQL_OP_Interval:
			return n->extra2 == 0 && n->extra <= 1 && n->flag <= (CQL_LOW_CLOSED | CQL_HIGH_CLOSED);
		default:
			return n->extra == 0 && n->extra2 == 0 && n->flag <= DATETIME_UNIT_FINEST;
	}
}

/* Slots up to the greater one of a Keyed's; 0xFFFF is no second one. */
static uint32
keyed_slots(uint32 extra2)
{
	uint32		first = (extra2 & 0xFFFF) + 1;
	uint32		second = ((extra2 >> 16) + 1) & 0xFFFF;

	return Max(first, second);
}

/* Slots that an operator itself reads or sets. */
static uint32
own_slots(const NodeCheck *c, const CqlNode *n)
{
	const LogicQuery *q;

	switch (n->op)
	{
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_With:
		case CQL_OP_Without:
		case CQL_OP_ByExpression:
		case CQL_OP_Dated:
			return n->extra + 1;
		case CQL_OP_Keyed:
			return keyed_slots(n->extra2);
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
			return n->extra + 2;
		case CQL_OP_Aggregate:
			return n->extra + 3;
		case CQL_OP_Query:
			q = query_of(c, n);
			return q->slot + q->nsources + q->nlets + ((q->flags & QUERY_AGGREGATE) != 0);
		case CQL_OP_Trace:
			return trace_slots(c, n);
		case CQL_OP_PathCall:
			return fhirpath_way((int) n->extra) == PATH_LOOP ? n->extra2 + 3 : 0;
		default:
			return 0;
	}
}

/* What the value depends on beside the operands. */
static LogicReach
own_reach(const NodeCheck *c, const CqlNode *n, uint32 number)
{
	LogicReach	reach = logic_own_reach(n);
	uint32		other = LOGIC_NONE;

	if (n->op == CQL_OP_ParameterRef)
		other = ((const LogicParameter *) logic_section(c->logic, LOGIC_PARAMETERS))[n->extra].node;
	else if (n->op == CQL_OP_FunctionRef && n->extra2 == 1)
	{
		other = ((const LogicFunction *) logic_section(c->logic, LOGIC_FUNCTIONS))[n->extra].body;
		if (other >= number)
			return REACH_CHART;
	}
	return other == LOGIC_NONE ? reach : Max(reach, (LogicReach) c->facts[other].reach);
}

/* Whether an operator looks for room on the stack before it evaluates operands. */
static bool
looks_at_stack(CqlOp op)
{
	switch (op)
	{
		case CQL_OP_Memo:
		case CQL_OP_Keyed:
		case CQL_OP_QueryLetRef:
		case CQL_OP_Query:
		case CQL_OP_Sort:
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
		case CQL_OP_Trace:
			return true;
		default:
			return false;
	}
}

/* Notes what is known of a node by its operands; false when it is too complex. */
static bool
note_facts(NodeCheck *c, const CqlNode *n, uint32 number)
{
	NodeFacts	f = {.slots = own_slots(c, n),.weight = 1,.depth = 1};
	bool		frame = n->op != CQL_OP_Memo;	/* memos have one of their own */
	bool		once = n->op == CQL_OP_Memo || n->op == CQL_OP_QueryLetRef;

	f.reach = own_reach(c, n, number);
	for (uint32 i = 0; i < n->nargs; i++)
	{
		const NodeFacts *operand = &c->facts[c->args[n->args + i]];

		f.reach = Max(f.reach, operand->reach);
		if (frame)
			f.slots = Max(f.slots, operand->slots);
		if (!once)
			f.weight = Min(f.weight + operand->weight, MAX_WEIGHT + 1);
		if (!looks_at_stack(n->op))
			f.depth = Max(f.depth, operand->depth + 1);
	}
	c->facts[number] = f;
	return f.slots <= CQL_STACK_VALUES && f.weight <= MAX_WEIGHT && f.depth <= MAX_DEPTH;
}

/* One node; those before it are checked. */
static bool
check_node(NodeCheck *c, uint32 number, PhmError *err)
{
	const CqlNode *n = &c->nodes[number];

	if (n->op >= CQL_NOPS || !is_made_by_compiler((CqlOp) n->op) || n->kind > CQL_ELEMENT)
		return logic_malformed(err, "Node", number, "has no operator that can be evaluated");
	if (!has_operands(n) || n->args != c->nargs ||
		(uint64) c->nargs + n->nargs > logic_count(c->logic, LOGIC_ARGS) ||
		(n->op == CQL_OP_Query && !logic_has(c->logic, LOGIC_QUERIES, n->extra)))
		return logic_malformed(err, "Node", number, "does not have the operands of its operator");
	c->nargs += n->nargs;
	for (uint32 i = 0; i < n->nargs; i++)
	{
		uint32		operand = c->args[n->args + i];

		if (operand >= number || !fits_place(c, n, i, &c->nodes[operand]))
			return logic_malformed(err, "Node", number, "has an operand that does not belong there");
	}
	if (!has_fields(c, n, number))
		return logic_malformed(err, "Node", number, "refers to what is not there");
	if (!note_facts(c, n, number))
		return logic_malformed(err, "Node", number, "is too complex");
	return true;
}

/* Whether a node needs no frame and is computed once: a memo or a constant. */
static bool
stands_alone(const NodeCheck *c, uint32 node)
{
	return node == LOGIC_NONE || c->nodes[node].op == CQL_OP_Memo || c->nodes[node].op == CQL_OP_Literal;
}

/* Functions have frames for their bodies; definitions and defaults need none. */
static bool
check_roots(const NodeCheck *c, PhmError *err)
{
	const LogicFunction *f = logic_section(c->logic, LOGIC_FUNCTIONS);
	const LogicDefinition *d = logic_section(c->logic, LOGIC_DEFINITIONS);
	const LogicParameter *p = logic_section(c->logic, LOGIC_PARAMETERS);

	for (uint32 i = 0; i < logic_count(c->logic, LOGIC_FUNCTIONS); i++)
		if (f[i].nslots > CQL_STACK_VALUES || f[i].nslots < c->facts[f[i].body].slots ||
			cql_operators[c->nodes[f[i].body].op].way == CQL_CLAUSE)
			return logic_malformed(err, "Function", i, "has a body that does not fit its frame");
	for (uint32 i = 0; i < logic_count(c->logic, LOGIC_DEFINITIONS); i++)
		if (!stands_alone(c, d[i].node))
			return logic_malformed(err, "Definition", i, "is neither a constant nor computed once");
	for (uint32 i = 0; i < logic_count(c->logic, LOGIC_PARAMETERS); i++)
		if (!stands_alone(c, p[i].node))
			return logic_malformed(err, "Parameter", i, "is neither a constant nor computed once");
	return true;
}

/* Where nodes stand in the source. */
static bool
check_places(const LogicHeader *logic, PhmError *err)
{
	const LogicPlace *places = logic_section(logic, LOGIC_PLACES);

	if (logic_count(logic, LOGIC_PLACES) != logic_count(logic, LOGIC_NODES))
		return logic_malformed(err, "Node", logic_count(logic, LOGIC_NODES), "has no place");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_PLACES); i++)
		if (!logic_has_or_none(logic, LOGIC_DEFINITIONS, places[i].definition))
			return logic_malformed(err, "Node", i, "stands in no definition");
	return true;
}

bool
logic_check_nodes(const LogicHeader *logic, PhmError *err)
{
	uint32		n = logic_count(logic, LOGIC_NODES);
	NodeCheck	c = {logic, logic_section(logic, LOGIC_NODES), logic_section(logic, LOGIC_ARGS)};
	bool		valid = check_places(logic, err);

	c.facts = palloc_extended(sizeof(NodeFacts) * ((size_t) n + 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; valid && i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		valid = check_node(&c, i, err);
	}
	if (valid && (c.nargs != logic_count(logic, LOGIC_ARGS) || c.ncells != logic->ncells))
		valid = logic_malformed(err, "Node", n, "is missing: operands or memos belong to none");
	valid = valid && check_roots(&c, err);
	pfree(c.facts);
	return valid;
}
