/*
 * logic_explain.c: logic as a text to read: what is computed, in which order
 * and how often.
 *
 * Results name the parts that give them; each part that is computed once is
 * printed once, as an indented tree of operators, and others name it by its
 * number (#7).  Slots are the variables of a frame (@0).  Nothing but the logic
 * decides the text.
 */
#include "cql/logic_format.h"

#include "cql/fhirpath.h"
#include "cql/logic.h"
#include "cql/logic_build.h"
#include "types/codeset.h"

#define MAX_TEXT (64 * 1024 * 1024)	/* the listing ends here */
#define MAX_INDENT 200			/* deeper lines stand below each other */

static const char *const op_names[CQL_NOPS] = {
#define OPERATOR(symbol, name, way, least, most, function) [CQL_OP_##symbol] = #symbol,
#include "cql/operator_list.h"
#undef OPERATOR
};

static const char *const path_names[PATH_NFUNCTIONS] = {
#define PATH(symbol, name, least, most, way, function) [PATH_##symbol] = #symbol,
#include "cql/fhirpath_list.h"
#undef PATH
};

static const char *const units[] = {
	[DATETIME_UNIT_YEAR] = "year",
	[DATETIME_UNIT_MONTH] = "month",
	[DATETIME_UNIT_DAY] = "day",
	[DATETIME_UNIT_HOUR] = "hour",
	[DATETIME_UNIT_MINUTE] = "minute",
	[DATETIME_UNIT_SECOND] = "second",
	[DATETIME_UNIT_MILLISECOND] = "millisecond",
	[DATETIME_UNIT_WEEK] = "week"
};

static void print_node(const LogicHeader *logic, uint32 node, int depth, StringInfo out);

/* An element of a section. */
static const void *
element(const LogicHeader *logic, LogicSection section, uint32 i)
{
	return (const uint8 *) logic_section(logic, section) + (size_t) i * logic_element_size(section);
}

/* A string as it is; nothing of one that is absent. */
static void
print_text(const LogicHeader *logic, uint32 string, StringInfo out)
{
	const char *s;
	int			length;

	if (string == LOGIC_NONE)
		return;
	s = logic_string(logic, string, &length);
	appendBinaryStringInfo(out, s, length);
}

/* A string between quotes, with CQL's escapes. */
static void
print_quoted(const LogicHeader *logic, uint32 string, char quote, StringInfo out)
{
	const char *s = "";
	int			length = 0;

	if (string != LOGIC_NONE)
		s = logic_string(logic, string, &length);
	appendStringInfoChar(out, quote);
	for (int i = 0; i < length; i++)
	{
		if (s[i] == quote || s[i] == '\\')
			appendStringInfoChar(out, '\\');
		if ((uint8) s[i] < 0x20)
			appendStringInfo(out, "\\u%04x", (uint8) s[i]);
		else
			appendStringInfoChar(out, s[i]);
	}
	appendStringInfoChar(out, quote);
}

static void
print_number(const LogicConstant *c, StringInfo out)
{
	Decimal		d = {(int128) ((uint128) (int128) (int32) c->n << 64 | (uint64) c->i), c->flag};
	char		text[DECIMAL_NUMBER_SIZE];
	int			n = decimal_print(&d, text);

	appendBinaryStringInfo(out, text, n);
}

/* A code as Code 'code' from "system" display 'display'. */
static void
print_code(const LogicHeader *logic, uint32 code, StringInfo out)
{
	const LogicCode *c = element(logic, LOGIC_CODES, code);

	appendStringInfoString(out, "Code ");
	print_quoted(logic, c->code, '\'', out);
	if (c->system != LOGIC_NONE)
	{
		appendStringInfoString(out, " from ");
		print_quoted(logic, c->system, '"', out);
	}
	if (c->display != LOGIC_NONE)
	{
		appendStringInfoString(out, " display ");
		print_quoted(logic, c->display, '\'', out);
	}
}

/* Some codes, one after the other. */
static void
print_codes(const LogicHeader *logic, uint32 first, uint32 count, StringInfo out)
{
	appendStringInfoString(out, "{ ");
	for (uint32 i = 0; i < count && out->len < MAX_TEXT; i++)
	{
		appendStringInfoString(out, i ? ", " : "");
		print_code(logic, first + i, out);
	}
	appendStringInfoString(out, " }");
}

static void
print_value_set(const LogicHeader *logic, uint32 set, StringInfo out)
{
	const LogicValueSet *v = element(logic, LOGIC_VALUE_SETS, set);

	appendStringInfoChar(out, '"');
	print_text(logic, v->url, out);
	if (v->version != LOGIC_NONE)
		appendStringInfoChar(out, '|');
	print_text(logic, v->version, out);
	appendStringInfoChar(out, '"');
}

/* A constant as CQL writes it. */
static void
print_constant(const LogicHeader *logic, uint32 constant, StringInfo out)
{
	const LogicConstant *c = element(logic, LOGIC_CONSTANTS, constant);

	switch ((CqlKind) c->kind)
	{
		case CQL_BOOLEAN:
			appendStringInfoString(out, c->i ? "true" : "false");
			break;
		case CQL_INTEGER:
		case CQL_LONG:
			appendStringInfo(out, "%lld%s", (long long) c->i, c->kind == CQL_LONG ? "L" : "");
			break;
		case CQL_DECIMAL:
			print_number(c, out);
			break;
		case CQL_STRING:
			print_quoted(logic, c->string, '\'', out);
			break;
		case CQL_QUANTITY:
			print_number(c, out);
			appendStringInfoChar(out, ' ');
			print_quoted(logic, c->string, '\'', out);
			break;
		case CQL_CODE:
			print_code(logic, (uint32) c->i, out);
			break;
		case CQL_CONCEPT:
			appendStringInfoString(out, "Concept ");
			print_codes(logic, (uint32) c->i, c->n, out);
			break;
		case CQL_VALUE_SET:
			appendStringInfoString(out, "ValueSet ");
			print_value_set(logic, (uint32) c->i, out);
			break;
		case CQL_CODE_SYSTEM:
			appendStringInfoString(out, "CodeSystem ");
			print_quoted(logic, (uint32) c->i, '"', out);
			break;
		default:
			appendStringInfoString(out, "null");
			if (c->type != CQL_NULL)
				appendStringInfo(out, " as %s", cql_kind_name((CqlKind) c->type));
			break;
	}
}

/* The name of a property or profile. */
static void
print_name(const LogicHeader *logic, LogicSection section, uint32 i, StringInfo out)
{
	print_text(logic, *(const uint32 *) element(logic, section, i), out);
}

/* What a retrieve looks for. */
static void
print_retrieve(const LogicHeader *logic, uint32 retrieve, StringInfo out)
{
	const LogicRetrieve *r = element(logic, LOGIC_RETRIEVES, retrieve);

	appendStringInfo(out, " %s", fhir_types[r->type].name);
	if (r->filter != RETRIEVE_ALL)
	{
		appendStringInfoString(out, ", ");
		if (r->property != LOGIC_NONE)
			print_name(logic, LOGIC_PROPERTIES, r->property, out);
		appendStringInfoString(out, r->filter == RETRIEVE_NOT_DONE ? " names " : " in ");
		if (r->filter == RETRIEVE_CODES)
			print_codes(logic, r->filter_value, r->filter_count, out);
		else if (r->filter == RETRIEVE_ANY)
			appendStringInfoString(out, "what follows");
		else
			print_value_set(logic, r->filter_value, out);
	}
	if (r->date_property != LOGIC_NONE)
	{
		appendStringInfoString(out, ", ");
		print_name(logic, LOGIC_PROPERTIES, r->date_property, out);
		appendStringInfoString(out, " during what follows");
	}
	if (r->profile != LOGIC_NONE)
	{
		appendStringInfoString(out, ", profile ");
		print_name(logic, LOGIC_PROFILES, r->profile, out);
	}
	if (r->negative)
		appendStringInfoString(out, ", not done");
}

/* What the operands of a query are. */
static void
print_query(const LogicHeader *logic, uint32 query, StringInfo out)
{
	const LogicQuery *q = element(logic, LOGIC_QUERIES, query);

	appendStringInfo(out, " @%u: %u source%s", q->slot, q->nsources, q->nsources == 1 ? "" : "s");
	if (q->nlets)
		appendStringInfo(out, ", %u let%s", q->nlets, q->nlets == 1 ? "" : "s");
	if (q->nrelations)
		appendStringInfo(out, ", %u relationship%s", q->nrelations, q->nrelations == 1 ? "" : "s");
	if (query_conditions(q))
		appendStringInfo(out, ", %u condition%s", query_conditions(q), query_conditions(q) == 1 ? "" : "s");
	if (q->flags & QUERY_WHERE)
		appendStringInfoString(out, ", where");
	if (q->flags & QUERY_AGGREGATE)
		appendStringInfoString(out, ", aggregate and starting");
	if (q->flags & QUERY_RETURN)
		appendStringInfoString(out, ", return");
	if (q->flags & QUERY_DISTINCT)
		appendStringInfoString(out, ", distinct");
	if (q->nsorts)
		appendStringInfo(out, ", %u sort item%s", q->nsorts, q->nsorts == 1 ? "" : "s");
}

/* The names of a tuple. */
static void
print_shape(const LogicHeader *logic, uint32 shape, StringInfo out)
{
	const LogicShape *s = element(logic, LOGIC_SHAPES, shape);

	for (uint32 i = 0; i < s->count && out->len < MAX_TEXT; i++)
	{
		appendStringInfoString(out, i ? ", " : " ");
		print_text(logic, *(const uint32 *) element(logic, LOGIC_PARTS, s->first + i), out);
	}
}

/* The function that is called; of overloads the operands decide. */
static void
print_call(const LogicHeader *logic, const CqlNode *n, StringInfo out)
{
	uint32		number = n->extra2 == 1 ? n->extra : *(const uint32 *) element(logic, LOGIC_OVERLOADS, n->extra);
	const LogicFunction *f = element(logic, LOGIC_FUNCTIONS, number);

	appendStringInfoChar(out, ' ');
	print_text(logic, f->library, out);
	appendStringInfoChar(out, '.');
	print_text(logic, f->name, out);
	if (n->extra2 > 1)
		appendStringInfo(out, ", one of %u", n->extra2);
}

/* What an interval's bounds are, where no operands tell. */
static void
print_bounds(const CqlNode *n, StringInfo out)
{
	appendStringInfo(out, " %c, %c", n->flag & CQL_LOW_CLOSED ? '[' : '(', n->flag & CQL_HIGH_CLOSED ? ']' : ')');
}

/* What FHIRPath's functions have beside operands. */
static void
print_path_call(const LogicHeader *logic, const CqlNode *n, StringInfo out)
{
	appendStringInfo(out, " %s", path_names[n->extra]);
	if (n->extra == PATH_Member)
	{
		appendStringInfoChar(out, ' ');
		print_name(logic, LOGIC_PROPERTIES, n->extra2, out);
	}
	else if (fhirpath_way((int) n->extra) == PATH_LOOP)
		appendStringInfo(out, " @%u", n->extra2);
	else if (n->extra2 != 0)
		appendStringInfo(out, " %s", fhir_types[n->extra2].name);
	else if (n->flag != CQL_NULL)
		appendStringInfo(out, " %s", cql_kind_name((CqlKind) n->flag));
}

/* What a node has beside its operands. */
static void
print_fields(const LogicHeader *logic, const CqlNode *n, StringInfo out)
{
	switch (n->op)
	{
		case CQL_OP_Property:
			appendStringInfoChar(out, ' ');
			print_name(logic, LOGIC_PROPERTIES, n->extra, out);
			appendStringInfoString(out, n->flag ? ".value" : "");
			break;
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
		case CQL_OP_CanConvert:
			appendStringInfoChar(out, ' ');
			logic_print_type(logic, n->extra, out);
			break;
		case CQL_OP_Tuple:
		case CQL_OP_Instance:
			if (n->op == CQL_OP_Instance)
				appendStringInfo(out, " %s:", n->extra2 ? fhir_types[n->extra2].name : cql_kind_name((CqlKind) n->kind));
			print_shape(logic, n->extra, out);
			break;
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
		case CQL_OP_With:
		case CQL_OP_Without:
			appendStringInfo(out, " @%u", n->extra);
			break;
		case CQL_OP_ByExpression:
			appendStringInfo(out, " @%u%s", n->extra, n->flag & CQL_DESCENDING ? ", descending" : "");
			break;
		case CQL_OP_Query:
			print_query(logic, n->extra, out);
			break;
		case CQL_OP_Retrieve:
			print_retrieve(logic, n->extra, out);
			break;
		case CQL_OP_ParameterRef:
			appendStringInfoChar(out, ' ');
			print_text(logic, ((const LogicParameter *) element(logic, LOGIC_PARAMETERS, n->extra))->name, out);
			break;
		case CQL_OP_FunctionRef:
			print_call(logic, n, out);
			break;
		case CQL_OP_Native:
			appendStringInfo(out, " %s", native_name(n->extra));
			break;
		case CQL_OP_PathCall:
			print_path_call(logic, n, out);
			break;
		case CQL_OP_Interval:
			print_bounds(n, out);
			break;
		case CQL_OP_Trace:
			if (n->flag == TRACE_POINT || n->flag == TRACE_WITH || n->flag == TRACE_WITHOUT)
				appendStringInfo(out, n->flag == TRACE_POINT ? " %u" : " @%u", n->extra);
			break;
		case CQL_OP_LetClause:
			appendStringInfo(out, " of source %u", n->extra);
			break;
		case CQL_OP_Condition:
			appendStringInfo(out, " at %u%s", n->extra, n->nargs == 3 ? ", by index" : "");
			break;
		case CQL_OP_Dated:
			appendStringInfo(out, " @%u%s%s", n->extra, n->flag & DATED_FROM ? ", from" : "", n->flag & DATED_TO ? ", to" : "");
			break;
		case CQL_OP_Keyed:
			appendStringInfo(out, " @%u", n->extra2 & 0xFFFF);
			if (n->extra2 >> 16 != 0xFFFF)
				appendStringInfo(out, " @%u", n->extra2 >> 16);
			break;
		case CQL_OP_Case:
			break;
		default:
			if (n->flag < DATETIME_UNIT_FINEST && n->op != CQL_OP_Length)
				appendStringInfo(out, " %s", units[n->flag]);
			break;
	}
}

/* Begins a line. */
static void
indent(int depth, StringInfo out)
{
	for (int i = 0; i < Min(depth, MAX_INDENT); i++)
		appendStringInfoString(out, "  ");
}

/* The operands of a node, each with its own; a let is printed with its query. */
static void
print_operands(const LogicHeader *logic, const CqlNode *n, int depth, StringInfo out)
{
	const uint32 *args = logic_section(logic, LOGIC_ARGS);

	for (uint32 i = 0; n->op != CQL_OP_QueryLetRef && i < (n->op == CQL_OP_Condition || n->op == CQL_OP_Dated ? 1 : n->nargs); i++)
		print_node(logic, args[n->args + i], depth, out);
}

/* A node on a line, what it is made of below. */
static void
print_node(const LogicHeader *logic, uint32 node, int depth, StringInfo out)
{
	const CqlNode *n = element(logic, LOGIC_NODES, node);
	const LogicPlace *place = element(logic, LOGIC_PLACES, node);

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (out->len >= MAX_TEXT)
		return;
	indent(depth, out);
	if (n->op == CQL_OP_Memo)
		appendStringInfo(out, "#%u", n->extra);
	else if (n->op == CQL_OP_Literal)
		print_constant(logic, n->extra, out);
	else
	{
		appendStringInfoString(out, op_names[n->op]);
		print_fields(logic, n, out);
		if (place->line > 0)
			appendStringInfo(out, "  [%u:%u]", place->line, place->column);
	}
	appendStringInfoChar(out, '\n');
	if (n->op != CQL_OP_Memo)
		print_operands(logic, n, depth + 1, out);
}

/* Library.name */
static void
print_qualified(const LogicHeader *logic, uint32 library, uint32 name, StringInfo out)
{
	print_text(logic, library, out);
	appendStringInfoChar(out, '.');
	print_text(logic, name, out);
}

static void
print_results(const LogicHeader *logic, StringInfo out)
{
	appendStringInfoString(out, "results\n");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_RESULTS); i++)
	{
		const LogicDefinition *d = element(logic, LOGIC_DEFINITIONS, *(const uint32 *) element(logic, LOGIC_RESULTS, i));

		indent(1, out);
		print_qualified(logic, d->library, d->name, out);
		appendStringInfoChar(out, '\n');
		print_node(logic, d->node, 2, out);
	}
}

/* What is computed once, in the order in which it may be. */
static void
print_memos(const LogicHeader *logic, StringInfo out)
{
	static const char *const reaches[] = {"once", "once for the arguments", "once for a chart"};
	const CqlNode *nodes = logic_section(logic, LOGIC_NODES);
	const uint32 *args = logic_section(logic, LOGIC_ARGS);

	appendStringInfoString(out, "computed once\n");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_NODES); i++)
	{
		const LogicPlace *place = element(logic, LOGIC_PLACES, i);

		if (nodes[i].op != CQL_OP_Memo || out->len >= MAX_TEXT)
			continue;
		indent(1, out);
		appendStringInfo(out, "#%u %s", nodes[i].extra, reaches[nodes[i].flag]);
		if (place->definition != LOGIC_NONE)
		{
			const LogicDefinition *d = element(logic, LOGIC_DEFINITIONS, place->definition);

			appendStringInfoString(out, ", ");
			print_qualified(logic, d->library, d->name, out);
		}
		appendStringInfoChar(out, '\n');
		print_node(logic, args[nodes[i].args], 2, out);
	}
}

static void
print_functions(const LogicHeader *logic, StringInfo out)
{
	const LogicFunction *f = logic_section(logic, LOGIC_FUNCTIONS);
	const uint32 *parts = logic_section(logic, LOGIC_PARTS);

	appendStringInfoString(out, "functions\n");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_FUNCTIONS) && out->len < MAX_TEXT; i++)
	{
		indent(1, out);
		print_qualified(logic, f[i].library, f[i].name, out);
		appendStringInfoChar(out, '(');
		for (uint32 j = 0; j < f[i].noperands && out->len < MAX_TEXT; j++)
		{
			appendStringInfo(out, "%s@%u ", j ? ", " : "", j);
			logic_print_type(logic, parts[f[i].types + j], out);
		}
		appendStringInfoString(out, ")\n");
		print_node(logic, f[i].body, 2, out);
	}
}

static void
print_parameters(const LogicHeader *logic, StringInfo out)
{
	const LogicParameter *p = logic_section(logic, LOGIC_PARAMETERS);

	appendStringInfoString(out, "parameters\n");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_PARAMETERS) && out->len < MAX_TEXT; i++)
	{
		indent(1, out);
		print_qualified(logic, p[i].library, p[i].name, out);
		if (p[i].type != LOGIC_NONE)
		{
			appendStringInfoChar(out, ' ');
			logic_print_type(logic, p[i].type, out);
		}
		appendStringInfoChar(out, '\n');
		if (p[i].node != LOGIC_NONE)
			print_node(logic, p[i].node, 2, out);
	}
}

static void
print_value_sets(const LogicHeader *logic, StringInfo out)
{
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);
	const uint8 *codesets = logic_section(logic, LOGIC_CODESETS);

	appendStringInfoString(out, "value sets\n");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_VALUE_SETS) && out->len < MAX_TEXT; i++)
	{
		CodesetView view;

		indent(1, out);
		print_value_set(logic, i, out);
		if (sets[i].codes == LOGIC_NONE)
		{
			appendStringInfoString(out, " is missing\n");
			continue;
		}
		codeset_view_init(&view, codesets + sets[i].codes);
		appendStringInfo(out, " %u codes", view.ncodes);
		if (view.nprefixes > 0)
			appendStringInfo(out, ", %u prefixes", view.nprefixes);
		appendStringInfoChar(out, '\n');
	}
}

/* What the value takes. */
static void
print_sizes(const LogicHeader *logic, StringInfo out)
{
	static const struct
	{
		LogicSection section;
		const char *name;
	}			lines[] = {
		{LOGIC_NODES, "nodes"}, {LOGIC_CONSTANTS, "constants"}, {LOGIC_STRINGS, "strings"}, {LOGIC_CODES, "codes"},
		{LOGIC_RETRIEVES, "retrieves"}, {LOGIC_QUERIES, "queries"}, {LOGIC_INDEX, "index slots"}
	};

	appendStringInfo(out, "sizes\n  bytes %u\n  computed once %u\n", (uint32) VARSIZE(logic), logic->nmemos);
	for (size_t i = 0; i < lengthof(lines); i++)
		appendStringInfo(out, "  %s %u\n", lines[i].name, logic_count(logic, lines[i].section));
}

void
logic_explain(const void *datum, StringInfo out)
{
	const LogicHeader *logic = datum;

	print_results(logic, out);
	print_memos(logic, out);
	print_functions(logic, out);
	print_parameters(logic, out);
	print_value_sets(logic, out);
	print_sizes(logic, out);
	if (out->len >= MAX_TEXT)
		appendStringInfoString(out, "the listing is cut: it is too long\n");
}
