/*
 * trace_read.c: reading what an evaluation recorded: which entries of the chart
 * a clause has, which made it what it is, and words for people.
 */
#include "cql/trace.h"

#include "cql/exec_state.h"

#define MAX_DEPTH	100			/* clauses and values inside each other */
#define SHORT_TEXT	100			/* bytes of a text that is a value */

static const LogicTrace *
traces_of(const CqlExec *x)
{
	return logic_section(x->logic, LOGIC_TRACES);
}

const char *
cql_condition_kind(const LogicTrace *t)
{
	switch (t->touches)
	{
		case TRACE_TOUCHES_DATE:
			return "date";
		case TRACE_TOUCHES_VALUE:
			return "value";
		case TRACE_TOUCHES_CODE:
			return "code";
		case TRACE_TOUCHES_STATUS:
			return "status";
		default:
			return "";
	}
}

uint32
cql_trace_clauses(const LogicHeader *logic, uint32 definition, uint32 *first)
{
	const LogicTrace *t = logic_section(logic, LOGIC_TRACES);
	uint32		low = 0;
	uint32		high = logic_count(logic, LOGIC_TRACES);
	uint32		end;

	while (low < high)			/* they are ordered by definition */
	{
		uint32		middle = (low + high) / 2;

		if (t[middle].definition < definition)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	for (end = low; end < logic_count(logic, LOGIC_TRACES) && t[end].definition == definition; end++)
		;
	return end - low;
}

/* The definition whose body a node records; LOGIC_NONE: none. */
static uint32
definition_of_body(const LogicHeader *logic, uint32 node)
{
	const CqlNode *n = (const CqlNode *) logic_section(logic, LOGIC_NODES) + node;
	const LogicTrace *t;

	if (n->op != CQL_OP_Trace || n->flag != TRACE_POINT)
		return LOGIC_NONE;
	t = (const LogicTrace *) logic_section(logic, LOGIC_TRACES) + n->extra;
	return t->role == TRACE_BODY ? t->definition : LOGIC_NONE;
}

uint32
cql_trace_targets(const LogicHeader *logic, uint32 clause, uint32 *definitions)
{
	const LogicTrace *t = (const LogicTrace *) logic_section(logic, LOGIC_TRACES) + clause;
	const CqlNode *nodes = logic_section(logic, LOGIC_NODES);
	const uint32 *args = logic_section(logic, LOGIC_ARGS);
	const uint32 *overloads = logic_section(logic, LOGIC_OVERLOADS);
	const LogicFunction *functions = logic_section(logic, LOGIC_FUNCTIONS);
	const CqlNode *n = t->node == LOGIC_NONE ? NULL : &nodes[t->node];
	uint32		count = 0;
	uint32		found;

	if (n == NULL)
		return 0;
	if (n->op == CQL_OP_Memo)
	{
		found = definition_of_body(logic, args[n->args]);
		if (found != LOGIC_NONE)
			definitions[count++] = found;
		n = &nodes[args[n->args]];
	}
	for (uint32 i = 0; n->op == CQL_OP_FunctionRef && i < n->extra2 && count < CQL_TARGETS; i++)
	{
		uint32		function = n->extra2 == 1 ? n->extra : overloads[n->extra + i];

		found = definition_of_body(logic, functions[function].body);
		if (found != LOGIC_NONE)
			definitions[count++] = found;
	}
	return count;
}

bool
cql_trace_listed(const LogicTrace *t)
{
	if (t->role == TRACE_BODY || t->role == TRACE_CONDITION || t->role == TRACE_RELATION || t->role == TRACE_SOURCE ||
		t->role == TRACE_LET)
		return true;
	switch (t->op)
	{
		case CQL_OP_Query:
		case CQL_OP_Retrieve:
		case CQL_OP_ExpressionRef:
		case CQL_OP_FunctionRef:
		case CQL_OP_And:
		case CQL_OP_Or:
		case CQL_OP_Xor:
		case CQL_OP_Implies:
		case CQL_OP_Not:
		case CQL_OP_Exists:
		case CQL_OP_IsNull:
		case CQL_OP_IsTrue:
		case CQL_OP_IsFalse:
		case CQL_OP_AllTrue:
		case CQL_OP_AnyTrue:
		case CQL_OP_InValueSet:
		case CQL_OP_AnyInValueSet:
		case CQL_OP_InCodeSystem:
		case CQL_OP_AnyInCodeSystem:
			return true;
		default:
			return (t->op >= CQL_OP_Equal && t->op <= CQL_OP_Equivalent) ||
				(t->op >= CQL_OP_SameAs && t->op <= CQL_OP_Ends) || (t->op >= CQL_OP_In && t->op <= CQL_OP_ProperIncludedIn);
	}
}

/* ---- entries ---- */

bool
cql_entry_of(const CqlExec *x, CqlValue v, ChartPosition *at)
{
	if (v.kind != CQL_ELEMENT || x->chart == NULL)
		return false;
	at->segment = v.flag == CQL_LOOSE ? 0 : v.flag;
	at->entry = v.n;
	for (int i = 0; v.flag == CQL_LOOSE && i < x->chart->nsegments; i++)
		if (x->segments[i].originals && v.n < x->chart->segments[i]->nentries && x->segments[i].originals[v.n] == v.element)
			at->segment = i;
	return at->segment < x->chart->nsegments && at->entry < x->chart->segments[at->segment]->nentries;
}

/* Adds an entry once. */
static void
add_entry(CqlEntries *e, ChartPosition at)
{
	for (uint32 i = 0; i < e->count; i++)
		if (e->at[i].segment == at.segment && e->at[i].entry == at.entry)
			return;
	if (e->count < CQL_ENTRIES)
		e->at[e->count++] = at;
	else
		e->more++;
}

/* The same at a depth. */
static void
add_entries(const CqlExec *x, CqlValue v, CqlEntries *e, int depth)
{
	ChartPosition at;
	uint32		n = v.kind == CQL_LIST ? v.n : v.kind == CQL_TUPLE ? cql_shape_size(x, v.n) : 0;

	if (cql_entry_of(x, v, &at))
		add_entry(e, at);
	for (uint32 i = 0; i < n && depth < MAX_DEPTH; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_entries(x, v.values[i], e, depth + 1);
	}
}

void
cql_add_entries(const CqlExec *x, CqlValue v, CqlEntries *e)
{
	add_entries(x, v, e, 0);
}

/* What is on the way to the entries behind a clause. */
typedef struct Support
{
	const CqlExec *x;
	CqlEntries *entries;
	bool	   *seen;			/* by clause */
} Support;

/* Whether a part of a clause is what made the clause's truth. */
static bool
is_decisive(CqlOp op, CqlTruth truth, CqlTruth part)
{
	if (op == CQL_OP_And && truth != CQL_TRUTH_TRUE)
		return part != CQL_TRUTH_TRUE;
	if (op == CQL_OP_Or && truth == CQL_TRUTH_TRUE)
		return part == CQL_TRUTH_TRUE;
	return true;
}

/* Adds the entries of a clause, or of what it is made of. */
static void
add_support(Support *s, uint32 clause, int depth)
{
	const LogicTrace *t = traces_of(s->x);
	const CqlTraceRecord *r = cql_trace_record(s->x, clause);
	CqlTruth	truth = cql_trace_truth(r);
	uint32		targets[CQL_TARGETS];
	uint32		before = s->entries->count + s->entries->more;
	uint32		n;
	uint32		first;

	CHECK_FOR_INTERRUPTS();
	if (r == NULL || s->seen[clause] || depth > MAX_DEPTH)
		return;
	s->seen[clause] = true;
	add_entries(s->x, r->value, s->entries, 0);
	if (s->entries->count + s->entries->more > before || r->value.kind == CQL_LIST || t[clause].op == CQL_OP_Query)
		return;
	for (uint32 i = clause + 1; i < logic_count(s->x->logic, LOGIC_TRACES) && t[i].parent != LOGIC_NONE &&
		 t[i].start < t[clause].end; i++)
		if (t[i].parent == clause && is_decisive((CqlOp) t[clause].op, truth, cql_trace_truth(cql_trace_record(s->x, i))))
			add_support(s, i, depth + 1);
	n = cql_trace_targets(s->x->logic, clause, targets);
	for (uint32 i = 0; i < n; i++)
		if (cql_trace_clauses(s->x->logic, targets[i], &first) > 0)
			add_support(s, first, depth + 1);
}

void
cql_add_support(const CqlExec *x, uint32 clause, CqlEntries *e)
{
	Support		s = {x, e, palloc0(logic_count(x->logic, LOGIC_TRACES) + 1)};

	add_support(&s, clause, 0);
	pfree(s.seen);
}

/* ---- words ---- */

/* Appends at most SHORT_TEXT bytes of a text, whole characters. */
static void
print_cut(StringInfo out, const char *s, int length)
{
	int			n = Min(length, SHORT_TEXT);

	while (n > 0 && n < length && ((uint8) s[n] & 0xC0) == 0x80)
		n--;
	appendBinaryStringInfo(out, s, n);
	if (n < length)
		appendStringInfoString(out, "...");
}

/* Appends what cql_print gives, cut; false when a value has no such form. */
static bool
print_plain(CqlExec *x, CqlValue v, StringInfo out)
{
	StringInfoData text;
	bool		done;

	initStringInfo(&text);
	done = cql_print(x, v, &text);
	if (done)
		print_cut(out, text.data, text.len);
	pfree(text.data);
	return done;
}

/* A code: its display, or system and code. */
static void
print_code(StringInfo out, const CqlCode *c)
{
	if (c->code)
		print_cut(out, c->code, c->code_length);
	if (c->display)
	{
		appendStringInfoString(out, c->code ? " " : "");
		print_cut(out, c->display, c->display_length);
	}
}

static void
print_concept(const CqlConcept *c, StringInfo out)
{
	for (uint32 i = 0; c && i < Min(c->ncodes, 3); i++)
	{
		appendStringInfoString(out, i ? ", " : "");
		print_code(out, &c->codes[i]);
	}
}

static void
print_interval(CqlExec *x, const CqlInterval *i, StringInfo out)
{
	appendStringInfoChar(out, i->low_closed ? '[' : '(');
	cql_print_short(x, i->low, out);
	appendStringInfoString(out, ", ");
	cql_print_short(x, i->high, out);
	appendStringInfoChar(out, i->high_closed ? ']' : ')');
}

/* How many elements a list has; the element of one that has no resources. */
static void
print_list(CqlExec *x, CqlValue v, StringInfo out)
{
	if (v.n == 1)
		cql_print_short(x, v.values[0], out);
	else if (v.n == 0)
		appendStringInfoString(out, "none");
	else
		appendStringInfo(out, "%u elements", v.n);
}

/* An element of the chart: its entry, or what it is as a simple value, or the entry that it is a part of. */
static void
print_element(CqlExec *x, CqlValue v, StringInfo out)
{
	ChartPosition at;
	bool		found = cql_entry_of(x, v, &at);

	if (found && v.type && fhir_types[v.type].kind == FHIR_RESOURCE)
		cql_print_entry(x, at, false, out);
	else if (v.type == FHIR_T_CodeableConcept || v.type == FHIR_T_Coding)
		print_concept(cql_concept_of(x, cql_native_concept(x, v)), out);
	else if (!print_plain(x, v, out))
	{
		appendStringInfo(out, "%s", v.type ? fhir_types[v.type].name : "element");
		if (found)
		{
			appendStringInfoString(out, " in ");
			cql_print_entry(x, at, false, out);
		}
	}
}

void
cql_print_short(CqlExec *x, CqlValue v, StringInfo out)
{
	check_stack_depth();
	switch ((CqlKind) v.kind)
	{
		case CQL_NULL:
		case CQL_PENDING:
			appendStringInfoString(out, "null");
			break;
		case CQL_LIST:
			print_list(x, v, out);
			break;
		case CQL_INTERVAL:
			print_interval(x, v.interval, out);
			break;
		case CQL_CODE:
			print_code(out, v.code);
			break;
		case CQL_CONCEPT:
			print_concept(cql_concept_of(x, v), out);
			break;
		case CQL_ELEMENT:
			print_element(x, v, out);
			break;
		default:
			if (!print_plain(x, v, out))
				appendStringInfoString(out, cql_kind_name((CqlKind) v.kind) ? cql_kind_name((CqlKind) v.kind) : "Any");
			break;
	}
}

/* The day of an entry, on the clock of the evaluation. */
static void
print_day(const CqlExec *x, ChartPosition at, StringInfo out)
{
	int64		ms = chart_entries(x->chart, at.segment)[at.entry].time;
	char		text[DATETIME_MAX_TEXT];
	PhmDateTime day;
	PhmError	err = {0};

	if (ms == CHART_NO_DATE)
		return;
	if (!datetime_from_local_ms(ms + (int64) x->arguments.offset * 60000, DATETIME_DAY, 0, &day, &err))
		return;
	appendStringInfoString(out, " of ");
	appendBinaryStringInfo(out, text, datetime_print(day, text));
}

/* The first of what a property gives. */
static CqlValue
first_of(CqlExec *x, CqlValue v, const char *name)
{
	v = cql_property(x, v, name, (int) strlen(name));
	return v.kind == CQL_LIST ? (v.n > 0 ? v.values[0] : cql_null()) : v;
}

/* What an entry is about: code and display of its first coding, or the text. */
static void
print_label(CqlExec *x, ChartPosition at, StringInfo out)
{
	const ChartShape *shape = chart_shape(chart_type_of(x->chart, at));
	const FhirElementDef *def = shape && shape->code ? &fhir_elements[shape->code] : NULL;
	CqlValue	code;
	CqlValue	coding;
	CqlValue	parts[2];

	if (def == NULL)
		return;
	code = first_of(x, cql_original(x, at.segment, at.entry), def->choice ? def->choice : def->name);
	if (code.kind != CQL_ELEMENT || (code.type != FHIR_T_CodeableConcept && code.type != FHIR_T_Coding))
		return;
	coding = code.type == FHIR_T_Coding ? code : first_of(x, code, "coding");
	parts[0] = first_of(x, coding, "code");
	parts[1] = first_of(x, coding, "display");
	if (cql_is_null(parts[1]) && code.type == FHIR_T_CodeableConcept)
		parts[1] = first_of(x, code, "text");
	for (int i = 0; i < 2; i++)
		if (!cql_is_null(parts[i]))
		{
			appendStringInfoString(out, i == 0 ? ": " : cql_is_null(parts[0]) ? ": " : " ");
			(void) print_plain(x, parts[i], out);
		}
}

void
cql_print_entry(CqlExec *x, ChartPosition at, bool label, StringInfo out)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length;
	const char *id = chart_id(x->chart, at, buffer, &length);

	appendStringInfo(out, "%s", fhir_types[chart_type_of(x->chart, at)].name);
	if (id)
	{
		appendStringInfoChar(out, '/');
		appendBinaryStringInfo(out, id, length);
	}
	print_day(x, at, out);
	if (label)
		print_label(x, at, out);
}
