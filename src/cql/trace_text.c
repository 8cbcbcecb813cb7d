/*
 * trace_text.c: a definition as an author would write it in CQL, and which
 * parts of that text are clauses.
 *
 * Published ELM has neither the text nor places in it, so it is written from the
 * trees: without the conversions that translators add, with as few brackets as
 * the language needs, a line for each part of and, or, and queries.  Each clause
 * becomes a LogicTrace; its tree is told the number.
 */
#include <strings.h>

#include "cql/trace_text.h"

#define MAX_INDENT 60

void
trace_put_text(TextWriter *w, const char *s)
{
	appendStringInfoString(&w->out, s);
}

/* Begins a line. */
void
trace_put_line(TextWriter *w)
{
	appendStringInfoChar(&w->out, '\n');
	for (int i = 0; i < Min(w->indent, MAX_INDENT); i++)
		appendStringInfoChar(&w->out, ' ');
}

/* Text in quotes. */
static void
put_quoted(TextWriter *w, const char *s, char quote)
{
	appendStringInfoChar(&w->out, quote);
	for (; *s; s++)
	{
		if (*s == quote || *s == '\\')
			appendStringInfoChar(&w->out, '\\');
		if ((uint8) *s < 0x20)
			appendStringInfo(&w->out, "\\u%04x", (uint8) *s);
		else
			appendStringInfoChar(&w->out, *s);
	}
	appendStringInfoChar(&w->out, quote);
}

/* The name of an alias, operand or function: in quotes only where it must be. */
void
trace_put_name(TextWriter *w, const char *name)
{
	size_t		plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$");

	if (name[0] != '\0' && name[plain] == '\0' && strchr("0123456789", name[0]) == NULL)
		trace_put_text(w, name);
	else
		put_quoted(w, name, '"');
}

/* The name of a definition, with the alias of its library. */
static void
put_reference(TextWriter *w, const CqlTree *t)
{
	if (t->library)
	{
		trace_put_name(w, t->library);
		trace_put_text(w, ".");
	}
	put_quoted(w, t->name ? t->name : "", '"');
}

/* Whether an expression reads nothing of patient, definitions or rows: there is nothing to tell about it. */
static bool
is_fixed(const CqlTree *t)
{
	if (t == NULL)
		return true;
	switch (t->op)
	{
		case CQL_OP_Property:
		case CQL_OP_Retrieve:
		case CQL_OP_ExpressionRef:
		case CQL_OP_FunctionRef:
		case CQL_OP_AliasRef:
		case CQL_OP_OperandRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_IdentifierRef:
		case CQL_OP_Query:
		case CQL_OP_Current:
		case CQL_OP_Total:
			return false;
		default:
			break;
	}
	for (int i = 0; i < t->nargs; i++)
		if (!is_fixed(t->args[i]))
			return false;
	return true;
}

/* Whether what is written of a tree is a clause. */
static bool
is_clause(const TextWriter *w, const CqlTree *t, TraceRole role)
{
	if (w->mute > 0 || t == NULL)
		return false;
	if (role == TRACE_BODY)
		return true;
	if (t->op == CQL_OP_AliasRef || t->op == CQL_OP_OperandRef || t->op == CQL_OP_QueryLetRef || t->op == CQL_OP_IdentifierRef)
		return role == TRACE_CONDITION;
	return role == TRACE_CONDITION || role == TRACE_SOURCE || !is_fixed(t);
}

/* Begins a clause of a tree; op: what it is for a reader.  Returns the clause around it. */
uint32
trace_begin_clause(TextWriter *w, CqlTree *t, CqlOp op, TraceRole role)
{
	LogicTrace	trace = {.definition = w->c->definition,.parent = w->parent,.text = LOGIC_NONE,.node = LOGIC_NONE,
	.row = LOGIC_NONE,.op = op,.role = role};
	uint32		around = w->parent;

	trace.start = trace.end = (uint32) w->out.len;
	w->parent = logic_append(w->c->b, LOGIC_TRACES, &trace);
	t->trace = w->parent + 1;
	return around;
}

void
trace_end_clause(TextWriter *w, uint32 around)
{
	((LogicTrace *) logic_element(w->c->b, LOGIC_TRACES, w->parent))->end = (uint32) w->out.len;
	w->parent = around;
}

/* Operands from i on, with commas between them. */
static void
put_list(TextWriter *w, CqlTree *t, int i)
{
	for (int first = i; i < t->nargs; i++)
	{
		trace_put_text(w, i > first ? ", " : "");
		trace_put(w, t->args[i], LEVEL_QUERY, TRACE_OPERAND);
	}
}

static void
put_literal(TextWriter *w, const CqlTree *t)
{
	const char *text = t->text ? t->text : "null";

	if (t->op == CQL_OP_Quantity)
	{
		static const char *const words[] = {"year", "years", "month", "months", "week", "weeks", "day", "days", "hour",
		"hours", "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"};

		trace_put_text(w, text);
		for (size_t i = 0; t->name && i < lengthof(words); i++)
			if (strcmp(t->name, words[i]) == 0)
			{
				appendStringInfo(&w->out, " %s", t->name);
				return;
			}
		if (t->name == NULL)
			return;
		trace_put_text(w, " ");
		put_quoted(w, t->name, '\'');
	}
	else if (t->text && t->type && t->type->form == CQL_TYPE_NAMED && t->type->kind == CQL_STRING)
		put_quoted(w, text, '\'');
	else
		trace_put_text(w, text);
}

/* A type; the names of FHIR's and System's as such. */
static void
put_type(TextWriter *w, const CqlType *type)
{
	cql_print_type(type, &w->out);
}

/* What a retrieve asks for: the name that a profile of QI-Core has in CQL, or the type. */
static void
put_retrieve_type(TextWriter *w, const CqlTree *t)
{
	const char *profile = t->name ? strrchr(t->name, '/') : NULL;
	bool		upper = true;

	if (profile == NULL || strncmp(profile, "/qicore-", 8) != 0 ||
		(t->type && t->type->name && strcasecmp(profile + 8, t->type->name) == 0))
	{
		put_type(w, t->type);
		return;
	}
	for (const char *p = profile + 8; *p; p++)
	{
		if (*p != '-')
			appendStringInfoChar(&w->out, upper && *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
		upper = *p == '-';
	}
}

/* Whether a retrieve asks for the code by which its type is known. */
static bool
is_main_property(const CqlTree *t)
{
	const ChartShape *shape = t->type && t->type->fhir ? chart_shape(t->type->fhir) : NULL;
	const FhirElementDef *def = shape && shape->code ? &fhir_elements[shape->code] : NULL;

	return t->text == NULL || (def && strcmp(def->choice ? def->choice : def->name, t->text) == 0);
}

static void
put_retrieve(TextWriter *w, CqlTree *t)
{
	static const char *const comparators[] = {" in ", " in ", " ~ ", " = "};

	w->mute++;
	trace_put_text(w, "[");
	put_retrieve_type(w, t);
	if (t->nargs > 0 && t->args[0])
	{
		trace_put_text(w, ": ");
		if (!is_main_property(t))
			appendStringInfo(&w->out, "%s%s", t->text, comparators[t->flags & 3]);
		trace_put(w, t->args[0], LEVEL_TERM, TRACE_OPERAND);
	}
	if (t->nargs > 1 && t->args[1])
	{
		appendStringInfo(&w->out, "; %s during ", t->text2 ? t->text2 : "date");
		trace_put(w, t->args[1], LEVEL_TERM, TRACE_OPERAND);
	}
	trace_put_text(w, "]");
	w->mute--;
}

/* A call: f(x), or x.f() of what is written so. */
static void
put_call(TextWriter *w, CqlTree *t)
{
	const char *library;
	const CqlDef *def = link_called(w->c, t, &library);
	bool		fluent = def && def->is_fluent && t->nargs > 0;

	if (fluent)
	{
		trace_put(w, t->args[0], LEVEL_TERM, TRACE_OPERAND);
		trace_put_text(w, ".");
		trace_put_name(w, t->name);
	}
	else
	{
		if (t->library)
		{
			trace_put_name(w, t->library);
			trace_put_text(w, ".");
		}
		put_quoted(w, t->name ? t->name : "", '"');
	}
	trace_put_text(w, "(");
	put_list(w, t, fluent ? 1 : 0);
	trace_put_text(w, ")");
}

/* The age of the patient, or of another birth date. */
static void
put_age(TextWriter *w, CqlTree *t)
{
	CqlTree    *birth = trace_shown(w, t->args[0]);
	const char *unit = *trace_unit(t) ? trace_unit(t) : "year";

	if (birth && birth->op == CQL_OP_Property && birth->nargs == 1 && birth->name && strcmp(birth->name, "value") == 0)
		birth = birth->args[0];
	if (birth && birth->op == CQL_OP_Property && birth->nargs == 1 && birth->name && strcmp(birth->name, "birthDate") == 0 &&
		birth->args[0] && birth->args[0]->op == CQL_OP_ExpressionRef)
	{
		appendStringInfo(&w->out, "AgeIn%c%ss%s(", unit[0] - 'a' + 'A', unit + 1, t->nargs > 1 ? "At" : "");
		put_list(w, t, 1);
	}
	else
	{
		appendStringInfo(&w->out, "CalculateAgeIn%c%ss%s(", unit[0] - 'a' + 'A', unit + 1, t->nargs > 1 ? "At" : "");
		put_list(w, t, 0);
	}
	trace_put_text(w, ")");
}

static void
put_if(TextWriter *w, CqlTree *t)
{
	static const char *const words[] = {"if ", "then ", "else "};

	w->indent += 2;
	for (int i = 0; i < t->nargs && i < 3; i++)
	{
		if (i > 0)
			trace_put_line(w);
		trace_put_text(w, words[i]);
		trace_put(w, t->args[i], LEVEL_QUERY + (i < 2), TRACE_OPERAND);
	}
	w->indent -= 2;
}

static void
put_case(TextWriter *w, CqlTree *t)
{
	trace_put_text(w, "case");
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];

		if (item == NULL)
			continue;
		if (item->op == CQL_OP_CaseItem && item->nargs == 2)
		{
			trace_put_line(w);
			trace_put_text(w, "when ");
			trace_put(w, item->args[0], LEVEL_QUERY + 1, TRACE_OPERAND);
			trace_put_text(w, " then ");
			trace_put(w, item->args[1], LEVEL_QUERY + 1, TRACE_OPERAND);
		}
		else if (item->op == CQL_OP_CaseElse)
		{
			trace_put_line(w);
			trace_put_text(w, "else ");
			trace_put(w, item->nargs ? item->args[0] : NULL, LEVEL_QUERY + 1, TRACE_OPERAND);
		}
		else
		{
			trace_put_text(w, " ");
			trace_put(w, item, LEVEL_QUERY + 1, TRACE_OPERAND);
		}
	}
	w->indent -= 2;
	trace_put_line(w);
	trace_put_text(w, "end");
}

/* Lists, tuples and instances. */
static void
put_structure(TextWriter *w, CqlTree *t)
{
	if (t->op == CQL_OP_Instance)
		put_type(w, t->type);
	trace_put_text(w, t->op == CQL_OP_Tuple ? "Tuple {" : t->op == CQL_OP_Instance ? " {" : t->nargs > 0 ? "{ " : "{");
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
	{
		CqlTree    *element = t->args[i];

		trace_put_text(w, i > 0 ? "," : "");
		if (t->op != CQL_OP_List)
		{
			trace_put_line(w);
			trace_put_name(w, element->name ? element->name : "");
			trace_put_text(w, ": ");
			element = element->nargs ? element->args[0] : NULL;
		}
		else
			trace_put_text(w, i > 0 ? " " : "");
		trace_put(w, element, LEVEL_QUERY + 1, TRACE_OPERAND);
	}
	w->indent -= 2;
	trace_put_text(w, " }");
}

static void
put_interval(TextWriter *w, CqlTree *t)
{
	bool		known = t->nargs < 3;

	trace_put_text(w, known && !(t->flags & CQL_LOW_CLOSED) ? "Interval(" : "Interval[");
	for (int i = 0; i < t->nargs && i < 2; i++)
	{
		trace_put_text(w, i > 0 ? ", " : "");
		trace_put(w, t->args[i], LEVEL_QUERY, TRACE_OPERAND);
	}
	trace_put_text(w, known && !(t->flags & CQL_HIGH_CLOSED) ? ")" : "]");
}

static void
put_property(TextWriter *w, CqlTree *t)
{
	CqlTree    *source = t->nargs > 0 ? t->args[0] : NULL;
	CqlTree    *inner = source ? trace_shown(w, source) : NULL;

	/* a path is one clause */
	w->mute += inner && inner->op == CQL_OP_Property;
	if (source)
		trace_put(w, source, LEVEL_TERM, TRACE_OPERAND);
	else
		trace_put_name(w, t->text ? t->text : "$this");
	w->mute -= inner && inner->op == CQL_OP_Property;
	trace_put_text(w, ".");
	trace_put_name(w, t->name ? t->name : "");
}

static void
put_code(TextWriter *w, const CqlTree *t)
{
	trace_put_text(w, t->op == CQL_OP_Code ? "Code " : "Concept { ");
	if (t->op == CQL_OP_Code)
		put_quoted(w, t->text ? t->text : "", '\'');
	else
		put_list(w, (CqlTree *) t, 0);
	if (t->op == CQL_OP_Code && t->nargs > 0 && t->args[0])
	{
		trace_put_text(w, " from ");
		put_quoted(w, t->args[0]->name ? t->args[0]->name : "", '"');
	}
	trace_put_text(w, t->op == CQL_OP_Code ? "" : " }");
}

/* Duration and difference: "years between a and b". */
static void
put_between(TextWriter *w, CqlTree *t)
{
	appendStringInfo(&w->out, "%s%ss between ", t->op == CQL_OP_DifferenceBetween ? "difference in " : "",
					 *trace_unit(t) ? trace_unit(t) : "day");
	trace_put(w, t->args[0], LEVEL_BETWEEN + 1, TRACE_OPERAND);
	trace_put_text(w, " and ");
	trace_put(w, t->args[1], LEVEL_BETWEEN + 1, TRACE_OPERAND);
}

/* As, is, convert. */
static void
put_typed(TextWriter *w, CqlTree *t)
{
	trace_put_text(w, t->op == CQL_OP_Convert ? "convert " : t->op == CQL_OP_As && (t->flags & CQL_STRICT_CAST) ? "cast " : "");
	trace_put(w, t->nargs ? t->args[0] : NULL, LEVEL_IS + 1, TRACE_OPERAND);
	trace_put_text(w, t->op == CQL_OP_As ? " as " : t->op == CQL_OP_Is ? " is " : " to ");
	put_type(w, t->type);
}

/* All that is written as a function. */
static void
put_function(TextWriter *w, CqlTree *t)
{
	trace_put_text(w, cql_operators[t->op].name ? cql_operators[t->op].name : "");
	trace_put_text(w, "(");
	if (t->nargs == 0 && t->type)
		put_type(w, t->type);
	put_list(w, t, 0);
	trace_put_text(w, ")");
}

/* Names, literals and other terms; false for others. */
static bool
put_term(TextWriter *w, CqlTree *t)
{
	switch (t->op)
	{
		case CQL_OP_Literal:
		case CQL_OP_Quantity:
			put_literal(w, t);
			return true;
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_OperandRef:
		case CQL_OP_IdentifierRef:
			trace_put_name(w, t->name ? t->name : "");
			return true;
		case CQL_OP_ExpressionRef:
		case CQL_OP_ParameterRef:
		case CQL_OP_CodeRef:
		case CQL_OP_ConceptRef:
		case CQL_OP_ValueSetRef:
		case CQL_OP_CodeSystemRef:
			put_reference(w, t);
			return true;
		case CQL_OP_Code:
		case CQL_OP_Concept:
			put_code(w, t);
			return true;
		case CQL_OP_Current:
			trace_put_text(w, "$this");
			return true;
		case CQL_OP_Iteration:
			trace_put_text(w, "$index");
			return true;
		case CQL_OP_Total:
			trace_put_text(w, "$total");
			return true;
		default:
			return false;
	}
}

/* Sort, filter and other loops that are not written as queries. */
static void
put_loop(TextWriter *w, CqlTree *t)
{
	w->mute++;
	put_function(w, t);
	w->mute--;
}

/* What a tree is, without the brackets around it. */
static void
put_tree(TextWriter *w, CqlTree *t, TraceRole role)
{
	if (put_term(w, t) || trace_put_worded(w, t, role))
		return;
	switch (t->op)
	{
		case CQL_OP_Query:
			trace_put_query(w, t);
			break;
		case CQL_OP_Retrieve:
			put_retrieve(w, t);
			break;
		case CQL_OP_FunctionRef:
			put_call(w, t);
			break;
		case CQL_OP_Property:
			put_property(w, t);
			break;
		case CQL_OP_Interval:
			put_interval(w, t);
			break;
		case CQL_OP_List:
		case CQL_OP_Tuple:
		case CQL_OP_Instance:
			put_structure(w, t);
			break;
		case CQL_OP_If:
			put_if(w, t);
			break;
		case CQL_OP_Case:
			put_case(w, t);
			break;
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
			put_typed(w, t);
			break;
		case CQL_OP_CalculateAge:
		case CQL_OP_CalculateAgeAt:
			put_age(w, t);
			break;
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
		case CQL_OP_Sort:
			put_loop(w, t);
			break;
		case CQL_OP_Indexer:
			trace_put(w, t->nargs ? t->args[0] : NULL, LEVEL_TERM, TRACE_OPERAND);
			trace_put_text(w, "[");
			put_list(w, t, 1);
			trace_put_text(w, "]");
			break;
		case CQL_OP_DateTimeComponentFrom:
			appendStringInfo(&w->out, "%s from ", trace_unit(t));
			trace_put(w, t->nargs ? t->args[0] : NULL, LEVEL_PREFIX, TRACE_OPERAND);
			break;
		case CQL_OP_DurationBetween:
		case CQL_OP_DifferenceBetween:
			if (t->nargs == 2)
			{
				put_between(w, t);
				break;
			}
			put_function(w, t);
			break;
		default:
			put_function(w, t);
			break;
	}
}

/* A tree as an operand of what needs at least a level, in brackets where it is below; a clause where it tells something. */
void
trace_put(TextWriter *w, CqlTree *t, TextLevel level, TraceRole role)
{
	CqlTree    *inner = trace_shown(w, t);
	bool		brackets;
	bool		clause;
	uint32		around = 0;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (inner == NULL || inner->op == CQL_OP_Null)
	{
		trace_put_text(w, "null");
		return;
	}
	brackets = trace_level(inner) < level;
	clause = is_clause(w, inner, role);
	trace_put_text(w, brackets ? "(" : "");
	w->indent += brackets ? 2 : 0;
	if (clause)
		around = trace_begin_clause(w, t, inner->op, role);
	put_tree(w, inner, role);
	if (clause)
		trace_end_clause(w, around);
	w->indent -= brackets ? 2 : 0;
	trace_put_text(w, brackets ? ")" : "");
}

/* The first line: define "Name": */
static void
put_header(TextWriter *w, const CqlDef *def)
{
	trace_put_text(w, def->kind != CQL_DEF_FUNCTION ? "define " : def->is_fluent ? "define fluent function " : "define function ");
	put_quoted(w, def->name, '"');
	if (def->kind == CQL_DEF_FUNCTION)
	{
		trace_put_text(w, "(");
		for (int i = 0; i < def->noperands; i++)
		{
			trace_put_text(w, i > 0 ? ", " : "");
			trace_put_name(w, def->operands[i].name);
			trace_put_text(w, " ");
			put_type(w, def->operands[i].type);
		}
		trace_put_text(w, ")");
	}
	trace_put_text(w, ":");
}

uint32
trace_write(Compile *c, const CqlDef *def)
{
	TextWriter	w = {.c = c,.parent = LOGIC_NONE,.qicore = link_uses(c, "QICore")};
	uint32		text;

	initStringInfo(&w.out);
	put_header(&w, def);
	w.indent = 2;
	trace_put_line(&w);
	trace_put(&w, def->body, LEVEL_QUERY, TRACE_BODY);
	text = logic_add_string(c->b, w.out.data, w.out.len);
	pfree(w.out.data);
	return text;
}
