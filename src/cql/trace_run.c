/*
 * trace_run.c: recording the results of clauses while traced logic runs.
 *
 * Records live in the arena of the chart, so that phm.rule_memory bounds them.
 * What ordinary evaluation would not look at is tried: an error in it, or
 * lack of memory, leaves it as not evaluated and the result as it is.
 */
#include "cql/trace.h"

#include "cql/exec_state.h"
#include "cql/operator_function.h"

#define MAX_TRIES 100000		/* skipped operands that are looked at for one chart */

void
cql_trace(CqlExec *x)
{
	memset(&x->trace, 0, sizeof(x->trace));
	x->trace.epoch = x->chart_epoch;
}

/* Whether results are recorded: until the next chart or other arguments. */
static inline bool
is_on(const CqlExec *x)
{
	return x->trace.epoch == x->chart_epoch;
}

const CqlTraceRecord *
cql_trace_record(const CqlExec *x, uint32 clause)
{
	return is_on(x) && x->trace.records && x->trace.records[clause].stamp ? &x->trace.records[clause] : NULL;
}

CqlTruth
cql_trace_truth(const CqlTraceRecord *r)
{
	if (r == NULL)
		return CQL_TRUTH_NONE;
	if (r->answers[CQL_YES])
		return CQL_TRUTH_TRUE;
	return r->answers[CQL_UNKNOWN] ? CQL_TRUTH_NULL : CQL_TRUTH_FALSE;
}

/* Memory that lives as long as the chart, whatever is under way. */
static void *
chart_memory(CqlExec *x, size_t size)
{
	Arena	   *arena = x->arena;
	void	   *p;

	x->arena = &x->chart_arena;
	p = cql_alloc(x, size);
	x->arena = arena;
	memset(p, 0, size);
	return p;
}

static CqlTraceRecord *
record_of(CqlExec *x, uint32 clause)
{
	if (x->trace.records == NULL)
		x->trace.records = chart_memory(x, sizeof(CqlTraceRecord) * logic_count(x->logic, LOGIC_TRACES));
	return &x->trace.records[clause];
}

/* What a value counts as: lists by whether they have elements. */
static CqlAnswer
answer_of(CqlValue v)
{
	if (v.kind == CQL_NULL)
		return CQL_UNKNOWN;
	if (v.kind == CQL_BOOLEAN)
		return v.i ? CQL_YES : CQL_NO;
	return v.kind == CQL_LIST && v.n == 0 ? CQL_NO : CQL_YES;
}

/* Evaluates what the result does not need, as long as that is cheap; its failure is none. */
static void
try(CqlExec *x, uint32 node)
{
	sigjmp_buf	jump;
	PhmError   *err = x->err;
	CqlValue   *frame = x->frame;
	CqlValue   *top = x->top;
	Arena	   *arena = x->arena;
	size_t		memory = x->arguments.memory;
	uint32		nwarnings = x->nwarnings;
	int			depth = x->depth;

	if (x->trace.tries++ >= MAX_TRIES)
		return;
	memcpy(&jump, &x->jump, sizeof(jump));
	x->err = NULL;
	x->arguments.memory = memory / 2;
	if (sigsetjmp(x->jump, 0) == 0)
	{
		(void) cql_eval(x, node);
		if (x->nodes[node].op == CQL_OP_Trace && x->nodes[node].flag == TRACE_POINT)
			record_of(x, x->nodes[node].extra)->skipped++;
	}
	memcpy(&x->jump, &jump, sizeof(jump));
	x->err = err;
	x->frame = frame;
	x->top = top;
	x->arena = arena;
	x->arguments.memory = memory;
	x->nwarnings = nwarnings;
	x->depth = depth;
}

/* The elements of which a clause speaks: of its row, and of the row around that. */
static void
note_row(const CqlExec *x, const LogicTrace *traces, uint32 row, CqlValue *elements)
{
	const LogicTrace *q = &traces[row];

	elements[0] = x->frame[q->slot];
	if (q->nsources > 1)
		elements[1] = x->frame[q->slot + 1];
	else if (q->row != LOGIC_NONE)
		elements[1] = x->frame[traces[q->row].slot];
	for (int i = 0; i < 2; i++)
		if (elements[i].kind == CQL_PENDING)
			elements[i] = cql_null();
}

/* Notes an element for which a condition was not true, with what it compared. */
static void
note_rejection(CqlExec *x, uint32 clause, CqlTraceRecord *r, CqlAnswer answer, uint64 begun)
{
	const LogicTrace *traces = logic_section(x->logic, LOGIC_TRACES);
	CqlRejection *rejection;
	int			n = 0;

	if (r->nrejections++ >= CQL_REJECTIONS)
		return;
	if (r->rejections == NULL)
		r->rejections = chart_memory(x, sizeof(CqlRejection) * CQL_REJECTIONS);
	rejection = &r->rejections[r->nrejections - 1];
	rejection->is_null = answer == CQL_UNKNOWN;
	note_row(x, traces, traces[clause].row, rejection->row);
	for (uint32 i = clause + 1; n < 2 && i < logic_count(x->logic, LOGIC_TRACES) && traces[i].parent != LOGIC_NONE &&
		 traces[i].start < traces[clause].end; i++)
	{
		const CqlTraceRecord *operand = &x->trace.records[i];

		if (traces[i].parent == clause && operand->stamp > begun)
			rejection->operands[n++] = operand->last;
	}
}

/* Evaluates a clause and records its result. */
static CqlValue
eval_clause(CqlExec *x, const CqlNode *n)
{
	const LogicTrace *t = (const LogicTrace *) logic_section(x->logic, LOGIC_TRACES) + n->extra;
	uint64		begun = x->trace.clock;
	CqlValue	v = cql_eval_arg(x, n, 0);
	CqlTraceRecord *r = record_of(x, n->extra);
	CqlAnswer	answer = answer_of(v);

	r->stamp = ++x->trace.clock;
	r->answers[answer]++;
	r->last = v;
	if (answer == CQL_YES || r->answers[CQL_YES] == 0)
		r->value = v;
	if ((t->role == TRACE_CONDITION || t->role == TRACE_RELATION) && t->row != LOGIC_NONE && answer != CQL_YES)
		note_rejection(x, n->extra, r, answer, begun);
	return v;
}

/* And, Or, Implies: the second operand is looked at even where the first decides. */
static CqlValue
eval_logic(CqlExec *x, const CqlNode *n)
{
	uint64		begun = x->trace.clock;
	CqlValue	v = cql_eval_arg(x, n, 0);
	const CqlNode *logic = &x->nodes[x->args[n->args]];
	uint32		second = x->args[logic->args + 1];
	const CqlNode *clause = &x->nodes[second];

	if (is_on(x) && clause->op == CQL_OP_Trace && clause->flag == TRACE_POINT &&
		record_of(x, clause->extra)->stamp <= begun)
		try(x, second);
	return v;
}

/* Whether a relationship holds for the row: some element of the source, or none. */
static CqlValue
eval_relation(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = cql_eval_arg(x, n, 0);
	CqlValue   *slot = &x->frame[n->extra];
	uint32		count = source.kind == CQL_LIST ? source.n : source.kind != CQL_NULL;
	bool		found = false;

	for (uint32 i = 0; i < count && (!found || is_on(x)); i++)
	{
		CHECK_FOR_INTERRUPTS();
		*slot = source.kind == CQL_LIST ? source.values[i] : source;
		if (!found)
			found = cql_is_true(cql_eval_arg(x, n, 1));
		else
			try(x, x->args[n->args + 1]);
	}
	return cql_boolean(found == (n->flag == TRACE_WITH));
}

/* All conditions of a row; those behind one that is not true are looked at only. */
static CqlValue
eval_all(CqlExec *x, const CqlNode *n)
{
	bool		all = true;

	for (uint32 i = 0; i < n->nargs && (all || is_on(x)); i++)
	{
		if (all)
			all = cql_is_true(cql_eval_arg(x, n, i));
		else
			try(x, x->args[n->args + i]);
	}
	return cql_boolean(all);
}

CqlValue
cql_trace_op(CqlExec *x, const CqlNode *n)
{
	check_stack_depth();
	switch ((TraceNode) n->flag)
	{
		case TRACE_POINT:
			return is_on(x) ? eval_clause(x, n) : cql_eval_arg(x, n, 0);
		case TRACE_LOGIC:
			return eval_logic(x, n);
		case TRACE_ALL:
			return eval_all(x, n);
		default:
			return eval_relation(x, n);
	}
}
