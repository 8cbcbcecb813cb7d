/*
 * explain.c: the rows of an explanation.
 *
 * Begins with the definitions that were asked for and goes on with those that
 * they name, as a reader would, each once.
 */
#include "cql/explain.h"

#include "cql/exec_state.h"

#define CLAUSE_TEXT		400		/* bytes of a clause's text in a row */
#define TOLD_REJECTIONS	5		/* elements that a note names */

typedef struct Explainer
{
	CqlExec    *x;
	const LogicTrace *traces;
	Explanation *e;
	bool	   *seen;			/* by definition */
} Explainer;

const char *
explain_truth(CqlTruth truth)
{
	static const char *const words[] = {"false", "true", "null", "not evaluated"};

	return words[truth];
}

/* Text on one line: runs of spaces become one. */
static const char *
one_line(const char *s, uint32 length)
{
	StringInfoData out;
	bool		space = false;

	initStringInfo(&out);
	for (uint32 i = 0; i < length; i++)
	{
		bool		cut = out.len >= CLAUSE_TEXT && ((uint8) s[i] & 0xC0) != 0x80;

		if (s[i] == '\n' || s[i] == ' ')
		{
			space = true;
			continue;
		}
		if (space)
			appendStringInfoChar(&out, ' ');
		space = false;
		if (cut)
		{
			appendStringInfoString(&out, "...");
			break;
		}
		appendStringInfoChar(&out, s[i]);
	}
	return out.data;
}

/* The text of a clause. */
static const char *
clause_text(const Explainer *p, uint32 clause, uint32 body)
{
	int			length;
	const char *text = logic_string(p->x->logic, p->traces[body].text, &length);

	return one_line(text + p->traces[clause].start, p->traces[clause].end - p->traces[clause].start);
}

static ExplainRow *
add_row(Explainer *p, uint32 definition)
{
	Explanation *e = p->e;
	ExplainRow *row;

	if (e->nrows == e->size)
	{
		e->size = Max(64, e->size * 2);
		e->rows = e->rows ? repalloc(e->rows, sizeof(ExplainRow) * e->size) : palloc(sizeof(ExplainRow) * e->size);
	}
	row = &e->rows[e->nrows++];
	memset(row, 0, sizeof(*row));
	row->definition = definition;
	row->clause = LOGIC_NONE;
	row->truth = CQL_TRUTH_NONE;
	return row;
}

/* How many further resources there are, in words. */
static const char *
and_more(uint32 n)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "and %u more", n);
	return text.data;
}

/* The resources that a clause has, or that made it what it is. */
static void
put_resources(Explainer *p, ExplainRow *row)
{
	const CqlTraceRecord *r = cql_trace_record(p->x, row->clause);
	CqlEntries	e = {.count = 0};

	/* of what was evaluated for many elements the last ones would say little */
	if (r == NULL || (p->traces[row->clause].row != LOGIC_NONE && r->answers[CQL_YES] + r->answers[CQL_NO] + r->answers[CQL_UNKNOWN] > 1))
		return;
	cql_add_support(p->x, row->clause, &e);
	row->resources = palloc(sizeof(char *) * (e.count + 1));
	row->references = palloc(sizeof(char *) * (e.count + 1));
	for (uint32 i = 0; i < e.count; i++)
	{
		StringInfoData text;

		initStringInfo(&text);
		cql_print_entry(p->x, e.at[i], true, &text);
		row->resources[row->nresources] = text.data;
		initStringInfo(&text);
		cql_print_entry(p->x, e.at[i], false, &text);
		row->references[row->nresources++] = text.data;
	}
	if (e.more > 0)
	{
		row->resources[row->nresources] = and_more(e.more);
		row->references[row->nresources++] = and_more(e.more);
	}
}

/* An element for which a condition was not true, and what was compared. */
static void
print_rejection(Explainer *p, const CqlRejection *r, StringInfo out)
{
	bool		told = false;

	cql_print_short(p->x, r->row[0], out);
	if (!cql_is_null(r->row[1]))
	{
		appendStringInfoString(out, " with ");
		cql_print_short(p->x, r->row[1], out);
	}
	for (int i = 0; i < 2; i++)
		if (r->operands[i].kind != CQL_NULL && r->operands[i].kind != CQL_BOOLEAN && r->operands[i].kind != CQL_LIST)
		{
			appendStringInfoString(out, told ? ", " : " (");
			cql_print_short(p->x, r->operands[i], out);
			told = true;
		}
	appendStringInfoString(out, told ? ")" : "");
	appendStringInfoString(out, r->is_null ? " (null)" : "");
}

/* What a condition rejected. */
static void
print_rejections(Explainer *p, const LogicTrace *t, const CqlTraceRecord *r, StringInfo out)
{
	const char *kind = cql_condition_kind(t);
	uint32		told = Min(r->nrejections, TOLD_REJECTIONS);

	appendStringInfo(out, "%s%snot true for ", kind, *kind ? ": " : "");
	for (uint32 i = 0; i < told; i++)
	{
		appendStringInfoString(out, i ? "; " : "");
		print_rejection(p, &r->rejections[i], out);
	}
	if (told < r->nrejections)
		appendStringInfo(out, "; and %u more", r->nrejections - told);
}

/* Whether a clause compares values: order, equality, timing, membership. */
static bool
compares(const LogicTrace *t)
{
	return (t->op >= CQL_OP_Equal && t->op <= CQL_OP_Equivalent) || (t->op >= CQL_OP_SameAs && t->op <= CQL_OP_Ends) ||
		(t->op >= CQL_OP_In && t->op <= CQL_OP_ProperIncludedIn);
}

/* The values that a clause compared, those that are not written in it. */
static void
print_compared(Explainer *p, uint32 clause, StringInfo out)
{
	const LogicTrace *t = p->traces;

	for (uint32 i = clause + 1; i < logic_count(p->x->logic, LOGIC_TRACES) && t[i].parent != LOGIC_NONE &&
		 t[i].start < t[clause].end; i++)
	{
		const CqlTraceRecord *r = cql_trace_record(p->x, i);

		if (t[i].parent != clause || r == NULL || r->last.kind == CQL_LIST || r->last.kind == CQL_BOOLEAN)
			continue;
		appendStringInfoString(out, out->len ? ", " : "compared: ");
		cql_print_short(p->x, r->last, out);
	}
}

/* What is worth saying beside the truth. */
static const char *
note_of(Explainer *p, uint32 clause, const CqlTraceRecord *r)
{
	const LogicTrace *t = &p->traces[clause];
	StringInfoData out;
	uint32		count;

	if (r == NULL)
		return NULL;
	initStringInfo(&out);
	count = r->answers[CQL_YES] + r->answers[CQL_NO] + r->answers[CQL_UNKNOWN];
	if (r->nrejections > 0)
		print_rejections(p, t, r, &out);
	else if (count > 1 && (r->answers[CQL_YES] != 0) + (r->answers[CQL_NO] != 0) + (r->answers[CQL_UNKNOWN] != 0) > 1)
		appendStringInfo(&out, "true %u, false %u, null %u times", r->answers[CQL_YES], r->answers[CQL_NO],
						 r->answers[CQL_UNKNOWN]);
	else if (count == 1 && compares(t))
		print_compared(p, clause, &out);
	if (r->skipped == count)
		appendStringInfo(&out, "%snot needed for the result", out.len ? "; " : "");
	if (out.len > 0)
		return out.data;
	pfree(out.data);
	return NULL;
}

/* Adds the row of a clause. */
static ExplainRow *
put_clause(Explainer *p, uint32 clause, uint32 body, uint32 depth)
{
	const LogicTrace *t = &p->traces[clause];
	const CqlTraceRecord *r = cql_trace_record(p->x, clause);
	ExplainRow *row = add_row(p, t->definition);
	StringInfoData value;

	row->clause = clause;
	row->depth = p->e->nrows > 1 && depth > 0 ? Min(depth, row[-1].depth + 1) : depth;
	row->truth = cql_trace_truth(r);
	row->text = clause_text(p, clause, body);
	row->note = note_of(p, clause, r);
	if (r)
	{
		initStringInfo(&value);
		cql_print_short(p->x, r->value, &value);
		row->value = value.data;
	}
	put_resources(p, row);
	return row;
}

/* How many of the clauses around one have rows. */
static uint32
depth_of(const Explainer *p, uint32 clause)
{
	uint32		depth = 0;

	for (uint32 i = p->traces[clause].parent; i != LOGIC_NONE; i = p->traces[i].parent)
		depth += cql_trace_listed(&p->traces[i]);
	return depth;
}

/* Notes of a definition that has its rows that it was asked for. */
static void
note_asked(Explainer *p, uint32 definition, const ExplainAsked *asked)
{
	for (uint32 i = 0; i < p->e->nrows; i++)
		if (p->e->rows[i].definition == definition && p->e->rows[i].depth == 0)
		{
			p->e->rows[i].asked = true;
			p->e->rows[i].error = asked->error;
		}
}

/* Adds the rows of a definition and then of those that it names. */
static void
put_definition(Explainer *p, uint32 definition, const ExplainAsked *asked, uint32 under)
{
	const LogicHeader *logic = p->x->logic;
	uint32		first;
	uint32		n = cql_trace_clauses(logic, definition, &first);
	uint32		begun;
	ExplainRow *row;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (p->seen[definition] && asked)
		note_asked(p, definition, asked);
	if (p->seen[definition] || (n == 0 && asked == NULL))
		return;
	p->seen[definition] = true;
	begun = p->e->nrows;
	row = n ? put_clause(p, first, first, 0) : add_row(p, definition);
	row->asked = asked != NULL;
	if (asked)
		row->error = asked->error;
	if (n == 0)
	{
		row->text = pstrdup("null");
		row->truth = asked->error ? CQL_TRUTH_NONE : CQL_TRUTH_NULL;
		row->value = pstrdup("null");
	}
	for (uint32 i = first + 1; i < first + n; i++)
		if (cql_trace_listed(&p->traces[i]))
			(void) put_clause(p, i, first, depth_of(p, i));
	for (uint32 i = begun; i < p->e->nrows; i++)
		p->e->rows[i].under = under;
	for (uint32 i = first; i < first + n; i++)
	{
		uint32		targets[CQL_TARGETS];
		uint32		count = cql_trace_targets(logic, i, targets);

		for (uint32 j = 0; j < count; j++)
			put_definition(p, targets[j], NULL, under);
	}
}

bool
explain_evaluation(CqlExec *x, const ExplainAsked *asked, uint32 nasked, Explanation *e, PhmError *err)
{
	Explainer	p = {x, logic_section(x->logic, LOGIC_TRACES), e,
	palloc0(logic_count(x->logic, LOGIC_DEFINITIONS) + 1)};

	memset(e, 0, sizeof(*e));
	e->logic = x->logic;
	x->err = err;
	x->arena = &x->chart_arena;
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	for (uint32 i = 0; i < nasked; i++)
		put_definition(&p, asked[i].definition, &asked[i], i + 1);
	pfree(p.seen);
	return true;
}

void
explain_release(Explanation *e)
{
	for (uint32 i = 0; i < e->nrows; i++)
	{
		ExplainRow *row = &e->rows[i];

		for (uint32 j = 0; j < row->nresources; j++)
		{
			pfree((char *) row->resources[j]);
			pfree((char *) row->references[j]);
		}
		if (row->resources)
			pfree(row->resources);
		if (row->references)
			pfree(row->references);
		pfree((char *) row->text);
		if (row->value)
			pfree((char *) row->value);
		if (row->note)
			pfree((char *) row->note);
	}
	if (e->rows)
		pfree(e->rows);
	e->rows = NULL;
	e->nrows = e->size = 0;
}
