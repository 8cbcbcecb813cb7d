/*
 * trace_infix.c: operators that are signs or words between, before or behind
 * their operands, and how tightly they hold together.
 */
#include "cql/trace_text.h"

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

static void put_infix(TextWriter *w, CqlTree *t, const TextInfix *infix, TraceRole role);

const char *
trace_unit(const CqlTree *t)
{
	return t->precision < DATETIME_UNIT_FINEST ? units[t->precision] : "";
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

TextLevel
trace_level(const CqlTree *t)
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
	CqlTree    *part = trace_shown(w, t);

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
			trace_put_line(w);
			trace_put_text(w, "union ");
		}
		if (part)
			put_union(w, part);
		else
			trace_put(w, t->args[i], LEVEL_SET + 1, TRACE_OPERAND);
	}
}

/* The first operand; of a and b and c no clause "a and b". */
static void
put_first(TextWriter *w, CqlTree *t, const TextInfix *infix, TraceRole role)
{
	CqlTree    *first = trace_shown(w, t->args[0]);

	if ((t->op == CQL_OP_And || t->op == CQL_OP_Or) && first && first->op == t->op && first->nargs == 2)
		put_infix(w, first, infix, role == TRACE_CONDITION ? role : TRACE_OPERAND);
	else
		trace_put(w, t->args[0], infix->level, role);
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
		trace_put_line(w);
	appendStringInfo(&w->out, lines ? "%s " : " %s ", precise && infix->precise ? infix->precise : infix->word);
	if (precise)
		appendStringInfo(&w->out, "%s %s ", units[t->precision], infix->behind ? infix->behind : "of");
	trace_put(w, t->args[1], infix->level + 1, inner);
	w->indent -= lines ? 2 : 0;
}

/* "not" and its operand where they are one word. */
static void
put_negated(TextWriter *w, CqlTree *t)
{
	CqlTree    *inner = t->args[0];

	trace_put(w, inner->args[0], inner->nargs == 2 ? LEVEL_EQUAL + 1 : LEVEL_IS + 1, TRACE_OPERAND);
	trace_put_text(w, negated_word(t));
	if (inner->nargs == 2)
		trace_put(w, inner->args[1], LEVEL_EQUAL + 1, TRACE_OPERAND);
}

/* What a word between, before or behind its operands is enough for; false for others. */
bool
trace_put_worded(TextWriter *w, CqlTree *t, TraceRole role)
{
	const TextInfix *infix = find_infix(t);
	int			affix = find_affix(t);

	if (negated_word(t))
		put_negated(w, t);
	else if (infix)
		put_infix(w, t, infix, role);
	else if (affix >= 0)
	{
		trace_put_text(w, affixes[affix].before);
		trace_put(w, t->args[0], affixes[affix].level == LEVEL_IS ? LEVEL_IS + 1 : affixes[affix].level, TRACE_OPERAND);
		trace_put_text(w, affixes[affix].behind);
	}
	else
		return false;
	return true;
}
