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

#include "cql/compile.h"

/* How tightly an expression holds together: as the grammar of CQL 1.5 orders its alternatives. */
typedef enum TextLevel
{
	LEVEL_QUERY,
	LEVEL_SET,
	LEVEL_IMPLIES,
	LEVEL_OR,
	LEVEL_AND,
	LEVEL_MEMBER,
	LEVEL_EQUAL,
	LEVEL_TIMING,
	LEVEL_COMPARE,
	LEVEL_BETWEEN,
	LEVEL_NOT,
	LEVEL_IS,
	LEVEL_ADD,
	LEVEL_MULTIPLY,
	LEVEL_POWER,
	LEVEL_PREFIX,
	LEVEL_TERM
} TextLevel;

typedef struct TextWriter
{
	StringInfoData out;
	Compile    *c;
	uint32		parent;			/* clause that is being written */
	int			indent;
	int			mute;			/* within what has no clauses */
	uint32		looks;			/* trees that were looked at for conversions */
	bool		qicore;			/* the library is written for QI-Core, not for FHIR */
} TextWriter;

#define MAX_INDENT 60
#define MAX_LOOKS	100000		/* in one definition; what is behind is written as it stands */

/* Operators between two operands. */
typedef struct TextInfix
{
	CqlOp		op;
	TextLevel	level;
	const char *word;
	const char *precise;		/* before "day of"; NULL: word */
	const char *behind;			/* behind the unit in place of " of"; NULL: that */
} TextInfix;

static const TextInfix infixes[] = {
	{CQL_OP_Union, LEVEL_SET, "union"}, {CQL_OP_Intersect, LEVEL_SET, "intersect"}, {CQL_OP_Except, LEVEL_SET, "except"},
	{CQL_OP_Implies, LEVEL_IMPLIES, "implies"}, {CQL_OP_Or, LEVEL_OR, "or"}, {CQL_OP_Xor, LEVEL_OR, "xor"},
	{CQL_OP_And, LEVEL_AND, "and"},
	{CQL_OP_In, LEVEL_MEMBER, "in", "during"}, {CQL_OP_Contains, LEVEL_MEMBER, "contains"},
	{CQL_OP_InValueSet, LEVEL_MEMBER, "in"}, {CQL_OP_AnyInValueSet, LEVEL_MEMBER, "in"},
	{CQL_OP_InCodeSystem, LEVEL_MEMBER, "in"}, {CQL_OP_AnyInCodeSystem, LEVEL_MEMBER, "in"},
	{CQL_OP_Equal, LEVEL_EQUAL, "="}, {CQL_OP_NotEqual, LEVEL_EQUAL, "!="}, {CQL_OP_Equivalent, LEVEL_EQUAL, "~"},
	{CQL_OP_ProperIn, LEVEL_TIMING, "properly included in"}, {CQL_OP_ProperContains, LEVEL_TIMING, "properly includes"},
	{CQL_OP_Includes, LEVEL_TIMING, "includes"}, {CQL_OP_IncludedIn, LEVEL_TIMING, "during"},
	{CQL_OP_ProperIncludes, LEVEL_TIMING, "properly includes"},
	{CQL_OP_ProperIncludedIn, LEVEL_TIMING, "properly included in"},
	{CQL_OP_SameAs, LEVEL_TIMING, "same as", "same", "as"}, {CQL_OP_SameOrBefore, LEVEL_TIMING, "on or before"},
	{CQL_OP_SameOrAfter, LEVEL_TIMING, "on or after"}, {CQL_OP_Before, LEVEL_TIMING, "before"},
	{CQL_OP_After, LEVEL_TIMING, "after"}, {CQL_OP_Meets, LEVEL_TIMING, "meets"},
	{CQL_OP_MeetsBefore, LEVEL_TIMING, "meets before"}, {CQL_OP_MeetsAfter, LEVEL_TIMING, "meets after"},
	{CQL_OP_Overlaps, LEVEL_TIMING, "overlaps"}, {CQL_OP_OverlapsBefore, LEVEL_TIMING, "overlaps before"},
	{CQL_OP_OverlapsAfter, LEVEL_TIMING, "overlaps after"}, {CQL_OP_Starts, LEVEL_TIMING, "starts"},
	{CQL_OP_Ends, LEVEL_TIMING, "ends"},
	{CQL_OP_Greater, LEVEL_COMPARE, ">"}, {CQL_OP_GreaterOrEqual, LEVEL_COMPARE, ">="},
	{CQL_OP_Less, LEVEL_COMPARE, "<"}, {CQL_OP_LessOrEqual, LEVEL_COMPARE, "<="},
	{CQL_OP_Add, LEVEL_ADD, "+"}, {CQL_OP_Subtract, LEVEL_ADD, "-"}, {CQL_OP_Concatenate, LEVEL_ADD, "&"},
	{CQL_OP_Multiply, LEVEL_MULTIPLY, "*"}, {CQL_OP_Divide, LEVEL_MULTIPLY, "/"},
	{CQL_OP_TruncatedDivide, LEVEL_MULTIPLY, "div"}, {CQL_OP_Modulo, LEVEL_MULTIPLY, "mod"},
	{CQL_OP_Power, LEVEL_POWER, "^"}
};

/* Operators before or behind their operand. */
static const struct
{
	CqlOp		op;
	TextLevel	level;
	const char *before;
	const char *behind;
}			affixes[] = {
	{CQL_OP_Not, LEVEL_NOT, "not ", ""}, {CQL_OP_Exists, LEVEL_NOT, "exists ", ""},
	{CQL_OP_IsNull, LEVEL_IS, "", " is null"}, {CQL_OP_IsTrue, LEVEL_IS, "", " is true"},
	{CQL_OP_IsFalse, LEVEL_IS, "", " is false"}, {CQL_OP_Negate, LEVEL_PREFIX, "-", ""},
	{CQL_OP_Start, LEVEL_PREFIX, "start of ", ""}, {CQL_OP_End, LEVEL_PREFIX, "end of ", ""},
	{CQL_OP_Width, LEVEL_PREFIX, "width of ", ""}, {CQL_OP_DateFrom, LEVEL_PREFIX, "date from ", ""},
	{CQL_OP_TimeFrom, LEVEL_PREFIX, "time from ", ""}, {CQL_OP_PointFrom, LEVEL_PREFIX, "point from ", ""},
	{CQL_OP_SingletonFrom, LEVEL_PREFIX, "singleton from ", ""}, {CQL_OP_Flatten, LEVEL_PREFIX, "flatten ", ""},
	{CQL_OP_Distinct, LEVEL_PREFIX, "distinct ", ""}, {CQL_OP_Successor, LEVEL_PREFIX, "successor of ", ""},
	{CQL_OP_Predecessor, LEVEL_PREFIX, "predecessor of ", ""}
};

static const char *const units[] = {
	[DATETIME_UNIT_YEAR] = "year",[DATETIME_UNIT_MONTH] = "month",[DATETIME_UNIT_DAY] = "day",
	[DATETIME_UNIT_HOUR] = "hour",[DATETIME_UNIT_MINUTE] = "minute",[DATETIME_UNIT_SECOND] = "second",
	[DATETIME_UNIT_MILLISECOND] = "millisecond",[DATETIME_UNIT_WEEK] = "week"
};

static void put(TextWriter *w, CqlTree *t, TextLevel level, TraceRole role);
static void put_infix(TextWriter *w, CqlTree *t, const TextInfix *infix, TraceRole role);

static void
put_text(TextWriter *w, const char *s)
{
	appendStringInfoString(&w->out, s);
}

/* Begins a line. */
static void
put_line(TextWriter *w)
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
static void
put_name(TextWriter *w, const char *name)
{
	size_t		plain = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$");

	if (name[0] != '\0' && name[plain] == '\0' && strchr("0123456789", name[0]) == NULL)
		put_text(w, name);
	else
		put_quoted(w, name, '"');
}

/* The name of a definition, with the alias of its library. */
static void
put_reference(TextWriter *w, const CqlTree *t)
{
	if (t->library)
	{
		put_name(w, t->library);
		put_text(w, ".");
	}
	put_quoted(w, t->name ? t->name : "", '"');
}

/* Whether a call is one of FHIRHelpers' conversions, which translators add. */
static bool
is_conversion(TextWriter *w, const CqlTree *t)
{
	const char *library = NULL;

	return t->op == CQL_OP_FunctionRef && t->nargs == 1 && t->name && strncmp(t->name, "To", 2) == 0 &&
		t->library != NULL && link_called(w->c, t, &library) != NULL && strcmp(library, "FHIRHelpers") == 0;
}

/* Whether a cast says something to a reader: to one type, and not of a null. */
static bool
is_told_cast(const CqlTree *t)
{
	return t->nargs == 1 && t->args[0] && t->args[0]->op != CQL_OP_Null && t->type && t->type->form == CQL_TYPE_NAMED &&
		t->type->kind != CQL_NULL;
}

static CqlTree *shown(TextWriter *w, CqlTree *t);

/* The list of a query that only converts its elements, as translators write it for lists; NULL: it is another one. */
static CqlTree *
converted_list(TextWriter *w, const CqlTree *t)
{
	const CqlTree *source = t->nargs == 2 ? t->args[0] : NULL;
	const CqlTree *returns = t->nargs == 2 ? t->args[1] : NULL;
	const CqlTree *element;

	if (source == NULL || source->op != CQL_OP_AliasedQuerySource || source->nargs != 1 || source->name == NULL ||
		returns->op != CQL_OP_ReturnClause || (returns->flags & CQL_DISTINCT) || returns->nargs != 1)
		return NULL;
	element = shown(w, returns->args[0]);
	return element && element->op == CQL_OP_AliasRef && element->name && strcmp(element->name, source->name) == 0 ?
		source->args[0] : NULL;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Whether two trees say the same. */
static bool
same_tree(TextWriter *w, CqlTree *a, CqlTree *b)
{
	a = shown(w, a);
	b = shown(w, b);
	if (a == NULL || b == NULL || a->op != b->op || a->nargs != b->nargs || !same_text(a->name, b->name) ||
		!same_text(a->library, b->library) || !same_text(a->text, b->text))
		return a == b;
	for (int i = 0; i < a->nargs; i++)
		if (!same_tree(w, a->args[i], b->args[i]))
			return false;
	return true;
}

/* A tree without casts around it. */
static CqlTree *
without_cast(CqlTree *t)
{
	while (t && t->op == CQL_OP_As && t->nargs == 1)
		t = t->args[0];
	return t;
}

/* What is tested by a choice of translators, "case when x is A then x as A ... else null end"; NULL: it is another one. */
static CqlTree *
converted_choice(TextWriter *w, const CqlTree *t)
{
	CqlTree    *choice = NULL;

	if (t->nargs < 3 || t->nargs > 12 || t->args[0] != NULL)
		return NULL;
	for (int i = 1; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];
		CqlTree    *when = item && item->op == CQL_OP_CaseItem && item->nargs == 2 ? item->args[0] : NULL;

		if (item && item->op == CQL_OP_CaseElse && item->nargs == 1 && (without_cast(item->args[0]) == NULL ||
			without_cast(item->args[0])->op == CQL_OP_Null))
			continue;
		if (when == NULL || when->op != CQL_OP_Is || when->nargs != 1)
			return NULL;
		choice = choice ? choice : when->args[0];
		if (!same_tree(w, choice, when->args[0]) || !same_tree(w, choice, without_cast(item->args[1])))
			return NULL;
	}
	return choice;
}

/* The interval whose bounds are read one by one to convert them; NULL: it is another one. */
static CqlTree *
converted_interval(TextWriter *w, const CqlTree *t)
{
	CqlTree    *low = t->nargs >= 2 ? without_cast(shown(w, without_cast(t->args[0]))) : NULL;
	CqlTree    *high = t->nargs >= 2 ? without_cast(shown(w, without_cast(t->args[1]))) : NULL;

	if (low == NULL || high == NULL || low->op != CQL_OP_Property || high->op != CQL_OP_Property || low->nargs != 1 ||
		high->nargs != 1 || !same_text(low->name, "low") || !same_text(high->name, "high"))
		return NULL;
	return same_tree(w, low->args[0], high->args[0]) ? low->args[0] : NULL;
}

/* What only converts a whole: lists, choices and intervals. */
static CqlTree *
converted(TextWriter *w, const CqlTree *t)
{
	switch (t->op)
	{
		case CQL_OP_Query:
			return converted_list(w, t);
		case CQL_OP_Case:
			return converted_choice(w, t);
		case CQL_OP_Interval:
			return converted_interval(w, t);
		default:
			return NULL;
	}
}

/* Whether a step to "value" reads a primitive, which authors who use QI-Core do not write. */
static bool
is_primitive_step(const TextWriter *w, const CqlTree *t)
{
	static const char *const with_values[] = {"answer", "characteristic", "component", "extension", "identifier", "input",
	"item", "output", "telecom", "low", "high"};
	const CqlTree *source = t->op == CQL_OP_Property && t->nargs == 1 ? t->args[0] : NULL;

	if (!w->qicore || source == NULL || source->op != CQL_OP_Property || !same_text(t->name, "value"))
		return false;
	for (size_t i = 0; i < lengthof(with_values); i++)
		if (same_text(source->name, with_values[i]))
			return false;
	return true;
}

/* What of a tree is written: without what only converts. */
static CqlTree *
shown(TextWriter *w, CqlTree *t)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	for (;;)
	{
		CqlTree    *whole = t && w->looks++ < MAX_LOOKS ? converted(w, t) : NULL;

		if (whole)
		{
			t = whole;
			continue;
		}
		if (t == NULL || t->nargs != 1 || t->args[0] == NULL)
			return t;
		switch (t->op)
		{
			case CQL_OP_ToList:
			case CQL_OP_ToConcept:
			case CQL_OP_ToDecimal:
			case CQL_OP_ToLong:
			case CQL_OP_ToQuantity:
			case CQL_OP_ToDateTime:
			case CQL_OP_ExpandValueSet:
				break;
			case CQL_OP_As:
				if (is_told_cast(t))
					return t;
				break;
			default:
				if (!is_conversion(w, t) && !is_primitive_step(w, t))
					return t;
				break;
		}
		t = t->args[0];
	}
}

static const TextInfix *
find_infix(const CqlTree *t)
{
	for (size_t i = 0; t->nargs == 2 && i < lengthof(infixes); i++)
		if (infixes[i].op == t->op)
			return &infixes[i];
	return NULL;
}

static int
find_affix(const CqlTree *t)
{
	for (int i = 0; t->nargs == 1 && i < (int) lengthof(affixes); i++)
		if (affixes[i].op == t->op)
			return i;
	return -1;
}

/* What "not" becomes one word with: "is not null", "!=", "!~". */
static const char *
negated_word(const CqlTree *t)
{
	const CqlTree *inner = t->op == CQL_OP_Not && t->nargs == 1 ? t->args[0] : NULL;

	if (inner == NULL)
		return NULL;
	switch (inner->op)
	{
		case CQL_OP_IsNull:
			return inner->nargs == 1 ? " is not null" : NULL;
		case CQL_OP_IsTrue:
			return inner->nargs == 1 ? " is not true" : NULL;
		case CQL_OP_IsFalse:
			return inner->nargs == 1 ? " is not false" : NULL;
		case CQL_OP_Equal:
			return inner->nargs == 2 ? " != " : NULL;
		case CQL_OP_Equivalent:
			return inner->nargs == 2 ? " !~ " : NULL;
		default:
			return NULL;
	}
}

static TextLevel
level_of(const CqlTree *t)
{
	const TextInfix *infix;
	int			affix;

	if (t == NULL)
		return LEVEL_TERM;
	infix = find_infix(t);
	affix = find_affix(t);
	if (negated_word(t))
		return t->args[0]->nargs == 2 ? LEVEL_EQUAL : LEVEL_IS;
	if (infix)
		return infix->level;
	if (affix >= 0)
		return affixes[affix].level;
	switch (t->op)
	{
		case CQL_OP_Query:
		case CQL_OP_If:
			return LEVEL_QUERY;
		case CQL_OP_DurationBetween:
		case CQL_OP_DifferenceBetween:
			return LEVEL_BETWEEN;
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
			return LEVEL_IS;
		case CQL_OP_DateTimeComponentFrom:
			return LEVEL_PREFIX;
		default:
			return LEVEL_TERM;
	}
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
static uint32
begin_clause(TextWriter *w, CqlTree *t, CqlOp op, TraceRole role)
{
	LogicTrace	trace = {.definition = w->c->definition,.parent = w->parent,.text = LOGIC_NONE,.node = LOGIC_NONE,
	.row = LOGIC_NONE,.op = op,.role = role};
	uint32		around = w->parent;

	trace.start = trace.end = (uint32) w->out.len;
	w->parent = logic_append(w->c->b, LOGIC_TRACES, &trace);
	t->trace = w->parent + 1;
	return around;
}

static void
end_clause(TextWriter *w, uint32 around)
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
		put_text(w, i > first ? ", " : "");
		put(w, t->args[i], LEVEL_QUERY, TRACE_OPERAND);
	}
}

/* What of the operand of an operator with this role is a condition by itself. */
static TraceRole
operand_role(CqlOp op, TraceRole role)
{
	return op == CQL_OP_And && role == TRACE_CONDITION ? TRACE_CONDITION : TRACE_OPERAND;
}

/* A union that is a part of one: its parts are those of the whole. */
static CqlTree *
union_part(TextWriter *w, CqlTree *t)
{
	CqlTree    *part = shown(w, t);

	return part && part->op == CQL_OP_Union && part->nargs == 2 ? part : NULL;
}

static void
put_union(TextWriter *w, CqlTree *t)
{
	for (int i = 0; i < 2; i++)
	{
		CqlTree    *part = union_part(w, t->args[i]);

		if (i > 0)
		{
			put_line(w);
			put_text(w, "union ");
		}
		if (part)
			put_union(w, part);
		else
			put(w, t->args[i], LEVEL_SET + 1, TRACE_OPERAND);
	}
}

/* The first operand; of a and b and c no clause "a and b". */
static void
put_first(TextWriter *w, CqlTree *t, const TextInfix *infix, TraceRole role)
{
	CqlTree    *first = shown(w, t->args[0]);

	if ((t->op == CQL_OP_And || t->op == CQL_OP_Or) && first && first->op == t->op && first->nargs == 2)
		put_infix(w, first, infix, role == TRACE_CONDITION ? role : TRACE_OPERAND);
	else
		put(w, t->args[0], infix->level, role);
}

static void
put_infix(TextWriter *w, CqlTree *t, const TextInfix *infix, TraceRole role)
{
	bool		lines = infix->level <= LEVEL_AND;
	bool		precise = t->precision < DATETIME_UNIT_FINEST;
	TraceRole	inner = operand_role(t->op, role);

	if (t->op == CQL_OP_Union)
	{
		w->indent += 2;
		put_union(w, t);
		w->indent -= 2;
		return;
	}
	put_first(w, t, infix, inner);
	w->indent += lines ? 2 : 0;
	if (lines)
		put_line(w);
	appendStringInfo(&w->out, lines ? "%s " : " %s ", precise && infix->precise ? infix->precise : infix->word);
	if (precise)
		appendStringInfo(&w->out, "%s %s ", units[t->precision], infix->behind ? infix->behind : "of");
	put(w, t->args[1], infix->level + 1, inner);
	w->indent -= lines ? 2 : 0;
}

/* "not" and its operand where they are one word. */
static void
put_negated(TextWriter *w, CqlTree *t)
{
	CqlTree    *inner = t->args[0];

	put(w, inner->args[0], inner->nargs == 2 ? LEVEL_EQUAL + 1 : LEVEL_IS + 1, TRACE_OPERAND);
	put_text(w, negated_word(t));
	if (inner->nargs == 2)
		put(w, inner->args[1], LEVEL_EQUAL + 1, TRACE_OPERAND);
}

static void
put_literal(TextWriter *w, const CqlTree *t)
{
	const char *text = t->text ? t->text : "null";

	if (t->op == CQL_OP_Quantity)
	{
		static const char *const words[] = {"year", "years", "month", "months", "week", "weeks", "day", "days", "hour",
		"hours", "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"};

		put_text(w, text);
		for (size_t i = 0; t->name && i < lengthof(words); i++)
			if (strcmp(t->name, words[i]) == 0)
			{
				appendStringInfo(&w->out, " %s", t->name);
				return;
			}
		if (t->name == NULL)
			return;
		put_text(w, " ");
		put_quoted(w, t->name, '\'');
	}
	else if (t->text && t->type && t->type->form == CQL_TYPE_NAMED && t->type->kind == CQL_STRING)
		put_quoted(w, text, '\'');
	else
		put_text(w, text);
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
	put_text(w, "[");
	put_retrieve_type(w, t);
	if (t->nargs > 0 && t->args[0])
	{
		put_text(w, ": ");
		if (!is_main_property(t))
			appendStringInfo(&w->out, "%s%s", t->text, comparators[t->flags & 3]);
		put(w, t->args[0], LEVEL_TERM, TRACE_OPERAND);
	}
	if (t->nargs > 1 && t->args[1])
	{
		appendStringInfo(&w->out, "; %s during ", t->text2 ? t->text2 : "date");
		put(w, t->args[1], LEVEL_TERM, TRACE_OPERAND);
	}
	put_text(w, "]");
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
		put(w, t->args[0], LEVEL_TERM, TRACE_OPERAND);
		put_text(w, ".");
		put_name(w, t->name);
	}
	else
	{
		if (t->library)
		{
			put_name(w, t->library);
			put_text(w, ".");
		}
		put_quoted(w, t->name ? t->name : "", '"');
	}
	put_text(w, "(");
	put_list(w, t, fluent ? 1 : 0);
	put_text(w, ")");
}

/* The age of the patient, or of another birth date. */
static void
put_age(TextWriter *w, CqlTree *t)
{
	CqlTree    *birth = shown(w, t->args[0]);
	const char *unit = t->precision < DATETIME_UNIT_FINEST ? units[t->precision] : "year";

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
	put_text(w, ")");
}

/* Source of a query or relationship, and its alias. */
static void
put_source(TextWriter *w, CqlTree *t)
{
	CqlTree    *source = t->nargs > 0 ? shown(w, t->args[0]) : NULL;
	bool		bare = source == NULL || source->op == CQL_OP_Retrieve || source->op == CQL_OP_ExpressionRef ||
		source->op == CQL_OP_AliasRef || source->op == CQL_OP_QueryLetRef || source->op == CQL_OP_OperandRef ||
		source->op == CQL_OP_Property;

	put_text(w, bare ? "" : "(");
	put(w, t->nargs > 0 ? t->args[0] : NULL, LEVEL_QUERY, TRACE_SOURCE);
	put_text(w, bare ? " " : ") ");
	put_name(w, t->name ? t->name : "");
}

static void
put_relation(TextWriter *w, CqlTree *t)
{
	bool		clause = w->mute == 0;
	uint32		around = clause ? begin_clause(w, t, t->op, TRACE_RELATION) : 0;

	put_text(w, t->op == CQL_OP_With ? "with " : "without ");
	put_source(w, t);
	if (t->nargs > 1 && t->args[1])
	{
		w->indent += 2;
		put_line(w);
		put_text(w, "such that ");
		put(w, t->args[1], LEVEL_QUERY, TRACE_CONDITION);
		w->indent -= 2;
	}
	if (clause)
		end_clause(w, around);
}

/* The items of a sort clause, which have no clauses of their own. */
static void
put_sort(TextWriter *w, CqlTree *t, int first)
{
	w->mute++;
	put_text(w, "sort ");
	for (int i = first; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];

		put_text(w, i > first ? ", " : item->op == CQL_OP_ByDirection ? "" : "by ");
		if (item->op == CQL_OP_ByColumn)
			put_name(w, item->name ? item->name : "");
		else if (item->nargs > 0)
			put(w, item->args[0], LEVEL_QUERY, TRACE_OPERAND);
		if (item->op != CQL_OP_ByDirection)
			put_text(w, " ");
		put_text(w, item->flags & CQL_DESCENDING ? "desc" : "asc");
	}
	w->mute--;
}

/* Aggregate of a query: its name, what it begins with, and the expression. */
static void
put_aggregate(TextWriter *w, CqlTree *t)
{
	put_text(w, t->flags & CQL_DISTINCT ? "aggregate distinct " : "aggregate ");
	put_name(w, t->name ? t->name : "");
	if (t->nargs > 1 && t->args[1])
	{
		put_text(w, " starting ");
		put(w, t->args[1], LEVEL_TERM, TRACE_OPERAND);
	}
	put_text(w, ": ");
	put(w, t->args[0], LEVEL_QUERY, TRACE_OPERAND);
}

/* The expression of a clause: a query in it stands in brackets. */
static void
put_part(TextWriter *w, CqlTree *t, TraceRole role)
{
	CqlTree    *inner = shown(w, t);

	put(w, t, inner && inner->op == CQL_OP_Query ? LEVEL_QUERY + 1 : LEVEL_QUERY, role);
}

/* A clause of a query on a line of its own. */
static void
put_query_clause(TextWriter *w, CqlTree *t)
{
	CqlTree    *inner = t->nargs > 0 ? t->args[0] : NULL;

	put_line(w);
	switch (t->op)
	{
		case CQL_OP_LetClause:
			put_text(w, "let ");
			put_name(w, t->name ? t->name : "");
			put_text(w, ": ");
			put_part(w, inner, TRACE_LET);
			break;
		case CQL_OP_With:
		case CQL_OP_Without:
			put_relation(w, t);
			break;
		case CQL_OP_WhereClause:
			put_text(w, "where ");
			put_part(w, inner, TRACE_CONDITION);
			break;
		case CQL_OP_AggregateClause:
			put_aggregate(w, t);
			break;
		case CQL_OP_ReturnClause:
			put_text(w, t->flags & CQL_DISTINCT ? "return " : "return all ");
			put_part(w, inner, TRACE_RESULT);
			break;
		default:
			put_sort(w, t, 0);
			break;
	}
}

static void
put_query(TextWriter *w, CqlTree *t)
{
	int			n = 0;

	for (int i = 0; i < t->nargs; i++)
		n += t->args[i]->op == CQL_OP_AliasedQuerySource;
	put_text(w, n > 1 ? "from " : "");
	for (int i = 0, seen = 0; i < t->nargs; i++)
		if (t->args[i]->op == CQL_OP_AliasedQuerySource)
		{
			put_text(w, seen++ ? ", " : "");
			put_source(w, t->args[i]);
		}
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
		if (t->args[i]->op != CQL_OP_AliasedQuerySource)
			put_query_clause(w, t->args[i]);
	w->indent -= 2;
}

static void
put_if(TextWriter *w, CqlTree *t)
{
	static const char *const words[] = {"if ", "then ", "else "};

	w->indent += 2;
	for (int i = 0; i < t->nargs && i < 3; i++)
	{
		if (i > 0)
			put_line(w);
		put_text(w, words[i]);
		put(w, t->args[i], LEVEL_QUERY + (i < 2), TRACE_OPERAND);
	}
	w->indent -= 2;
}

static void
put_case(TextWriter *w, CqlTree *t)
{
	put_text(w, "case");
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
	{
		CqlTree    *item = t->args[i];

		if (item == NULL)
			continue;
		if (item->op == CQL_OP_CaseItem && item->nargs == 2)
		{
			put_line(w);
			put_text(w, "when ");
			put(w, item->args[0], LEVEL_QUERY + 1, TRACE_OPERAND);
			put_text(w, " then ");
			put(w, item->args[1], LEVEL_QUERY + 1, TRACE_OPERAND);
		}
		else if (item->op == CQL_OP_CaseElse)
		{
			put_line(w);
			put_text(w, "else ");
			put(w, item->nargs ? item->args[0] : NULL, LEVEL_QUERY + 1, TRACE_OPERAND);
		}
		else
		{
			put_text(w, " ");
			put(w, item, LEVEL_QUERY + 1, TRACE_OPERAND);
		}
	}
	w->indent -= 2;
	put_line(w);
	put_text(w, "end");
}

/* Lists, tuples and instances. */
static void
put_structure(TextWriter *w, CqlTree *t)
{
	if (t->op == CQL_OP_Instance)
		put_type(w, t->type);
	put_text(w, t->op == CQL_OP_Tuple ? "Tuple {" : t->op == CQL_OP_Instance ? " {" : t->nargs > 0 ? "{ " : "{");
	w->indent += 2;
	for (int i = 0; i < t->nargs; i++)
	{
		CqlTree    *element = t->args[i];

		put_text(w, i > 0 ? "," : "");
		if (t->op != CQL_OP_List)
		{
			put_line(w);
			put_name(w, element->name ? element->name : "");
			put_text(w, ": ");
			element = element->nargs ? element->args[0] : NULL;
		}
		else
			put_text(w, i > 0 ? " " : "");
		put(w, element, LEVEL_QUERY + 1, TRACE_OPERAND);
	}
	w->indent -= 2;
	put_text(w, " }");
}

static void
put_interval(TextWriter *w, CqlTree *t)
{
	bool		known = t->nargs < 3;

	put_text(w, known && !(t->flags & CQL_LOW_CLOSED) ? "Interval(" : "Interval[");
	for (int i = 0; i < t->nargs && i < 2; i++)
	{
		put_text(w, i > 0 ? ", " : "");
		put(w, t->args[i], LEVEL_QUERY, TRACE_OPERAND);
	}
	put_text(w, known && !(t->flags & CQL_HIGH_CLOSED) ? ")" : "]");
}

static void
put_property(TextWriter *w, CqlTree *t)
{
	CqlTree    *source = t->nargs > 0 ? t->args[0] : NULL;
	CqlTree    *inner = source ? shown(w, source) : NULL;

	/* a path is one clause */
	w->mute += inner && inner->op == CQL_OP_Property;
	if (source)
		put(w, source, LEVEL_TERM, TRACE_OPERAND);
	else
		put_name(w, t->text ? t->text : "$this");
	w->mute -= inner && inner->op == CQL_OP_Property;
	put_text(w, ".");
	put_name(w, t->name ? t->name : "");
}

static void
put_code(TextWriter *w, const CqlTree *t)
{
	put_text(w, t->op == CQL_OP_Code ? "Code " : "Concept { ");
	if (t->op == CQL_OP_Code)
		put_quoted(w, t->text ? t->text : "", '\'');
	else
		put_list(w, (CqlTree *) t, 0);
	if (t->op == CQL_OP_Code && t->nargs > 0 && t->args[0])
	{
		put_text(w, " from ");
		put_quoted(w, t->args[0]->name ? t->args[0]->name : "", '"');
	}
	put_text(w, t->op == CQL_OP_Code ? "" : " }");
}

/* Duration and difference: "years between a and b". */
static void
put_between(TextWriter *w, CqlTree *t)
{
	appendStringInfo(&w->out, "%s%ss between ", t->op == CQL_OP_DifferenceBetween ? "difference in " : "",
					 t->precision < DATETIME_UNIT_FINEST ? units[t->precision] : "day");
	put(w, t->args[0], LEVEL_BETWEEN + 1, TRACE_OPERAND);
	put_text(w, " and ");
	put(w, t->args[1], LEVEL_BETWEEN + 1, TRACE_OPERAND);
}

/* As, is, convert. */
static void
put_typed(TextWriter *w, CqlTree *t)
{
	put_text(w, t->op == CQL_OP_Convert ? "convert " : t->op == CQL_OP_As && (t->flags & CQL_STRICT_CAST) ? "cast " : "");
	put(w, t->nargs ? t->args[0] : NULL, LEVEL_IS + 1, TRACE_OPERAND);
	put_text(w, t->op == CQL_OP_As ? " as " : t->op == CQL_OP_Is ? " is " : " to ");
	put_type(w, t->type);
}

/* All that is written as a function. */
static void
put_function(TextWriter *w, CqlTree *t)
{
	put_text(w, cql_operators[t->op].name ? cql_operators[t->op].name : "");
	put_text(w, "(");
	if (t->nargs == 0 && t->type)
		put_type(w, t->type);
	put_list(w, t, 0);
	put_text(w, ")");
}

/* What a word between, before or behind its operands is enough for; false for others. */
static bool
put_worded(TextWriter *w, CqlTree *t, TraceRole role)
{
	const TextInfix *infix = find_infix(t);
	int			affix = find_affix(t);

	if (negated_word(t))
		put_negated(w, t);
	else if (infix)
		put_infix(w, t, infix, role);
	else if (affix >= 0)
	{
		put_text(w, affixes[affix].before);
		put(w, t->args[0], affixes[affix].level == LEVEL_IS ? LEVEL_IS + 1 : affixes[affix].level, TRACE_OPERAND);
		put_text(w, affixes[affix].behind);
	}
	else
		return false;
	return true;
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
			put_name(w, t->name ? t->name : "");
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
			put_text(w, "$this");
			return true;
		case CQL_OP_Iteration:
			put_text(w, "$index");
			return true;
		case CQL_OP_Total:
			put_text(w, "$total");
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
	if (put_term(w, t) || put_worded(w, t, role))
		return;
	switch (t->op)
	{
		case CQL_OP_Query:
			put_query(w, t);
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
			put(w, t->nargs ? t->args[0] : NULL, LEVEL_TERM, TRACE_OPERAND);
			put_text(w, "[");
			put_list(w, t, 1);
			put_text(w, "]");
			break;
		case CQL_OP_DateTimeComponentFrom:
			appendStringInfo(&w->out, "%s from ", t->precision < DATETIME_UNIT_FINEST ? units[t->precision] : "");
			put(w, t->nargs ? t->args[0] : NULL, LEVEL_PREFIX, TRACE_OPERAND);
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
static void
put(TextWriter *w, CqlTree *t, TextLevel level, TraceRole role)
{
	CqlTree    *inner = shown(w, t);
	bool		brackets;
	bool		clause;
	uint32		around = 0;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (inner == NULL || inner->op == CQL_OP_Null)
	{
		put_text(w, "null");
		return;
	}
	brackets = level_of(inner) < level;
	clause = is_clause(w, inner, role);
	put_text(w, brackets ? "(" : "");
	w->indent += brackets ? 2 : 0;
	if (clause)
		around = begin_clause(w, t, inner->op, role);
	put_tree(w, inner, role);
	if (clause)
		end_clause(w, around);
	w->indent -= brackets ? 2 : 0;
	put_text(w, brackets ? ")" : "");
}

/* The first line: define "Name": */
static void
put_header(TextWriter *w, const CqlDef *def)
{
	put_text(w, def->kind != CQL_DEF_FUNCTION ? "define " : def->is_fluent ? "define fluent function " : "define function ");
	put_quoted(w, def->name, '"');
	if (def->kind == CQL_DEF_FUNCTION)
	{
		put_text(w, "(");
		for (int i = 0; i < def->noperands; i++)
		{
			put_text(w, i > 0 ? ", " : "");
			put_name(w, def->operands[i].name);
			put_text(w, " ");
			put_type(w, def->operands[i].type);
		}
		put_text(w, ")");
	}
	put_text(w, ":");
}

uint32
trace_write(Compile *c, const CqlDef *def)
{
	TextWriter	w = {.c = c,.parent = LOGIC_NONE,.qicore = link_uses(c, "QICore")};
	uint32		text;

	initStringInfo(&w.out);
	put_header(&w, def);
	w.indent = 2;
	put_line(&w);
	put(&w, def->body, LEVEL_QUERY, TRACE_BODY);
	text = logic_add_string(c->b, w.out.data, w.out.len);
	pfree(w.out.data);
	return text;
}
