/*
 * tree_print.c: trees as one line of text that reads like CQL, for listings.
 *
 * Not meant to be parsed again: everything that is no reference, literal,
 * query or common operator is printed as Name(operands).
 */
#include "cql/tree.h"

static const char *const op_names[CQL_NOPS] = {
#define OPERATOR(symbol, name, way, least, most, function) [CQL_OP_##symbol] = #symbol,
#include "cql/operator_list.h"
#undef OPERATOR
};

/* Operators that stand between their operands. */
static const char *const infix[CQL_NOPS] = {
	[CQL_OP_Add] = "+",
	[CQL_OP_Subtract] = "-",
	[CQL_OP_Multiply] = "*",
	[CQL_OP_Divide] = "/",
	[CQL_OP_TruncatedDivide] = "div",
	[CQL_OP_Modulo] = "mod",
	[CQL_OP_Power] = "^",
	[CQL_OP_Concatenate] = "&",
	[CQL_OP_Equal] = "=",
	[CQL_OP_NotEqual] = "!=",
	[CQL_OP_Equivalent] = "~",
	[CQL_OP_Greater] = ">",
	[CQL_OP_GreaterOrEqual] = ">=",
	[CQL_OP_Less] = "<",
	[CQL_OP_LessOrEqual] = "<=",
	[CQL_OP_And] = "and",
	[CQL_OP_Or] = "or",
	[CQL_OP_Xor] = "xor",
	[CQL_OP_Implies] = "implies",
	[CQL_OP_Union] = "union",
	[CQL_OP_Intersect] = "intersect",
	[CQL_OP_Except] = "except",
	[CQL_OP_In] = "in",
	[CQL_OP_Contains] = "contains",
	[CQL_OP_ProperIn] = "properly in",
	[CQL_OP_ProperContains] = "properly contains",
	[CQL_OP_Includes] = "includes",
	[CQL_OP_IncludedIn] = "included in",
	[CQL_OP_ProperIncludes] = "properly includes",
	[CQL_OP_ProperIncludedIn] = "properly included in",
	[CQL_OP_SameAs] = "same as",
	[CQL_OP_SameOrBefore] = "same or before",
	[CQL_OP_SameOrAfter] = "same or after",
	[CQL_OP_Before] = "before",
	[CQL_OP_After] = "after",
	[CQL_OP_Meets] = "meets",
	[CQL_OP_MeetsBefore] = "meets before",
	[CQL_OP_MeetsAfter] = "meets after",
	[CQL_OP_Overlaps] = "overlaps",
	[CQL_OP_OverlapsBefore] = "overlaps before",
	[CQL_OP_OverlapsAfter] = "overlaps after",
	[CQL_OP_Starts] = "starts",
	[CQL_OP_Ends] = "ends",
	[CQL_OP_InValueSet] = "in",
	[CQL_OP_AnyInValueSet] = "in",
	[CQL_OP_InCodeSystem] = "in",
	[CQL_OP_AnyInCodeSystem] = "in",
	[CQL_OP_Times] = "times",
};

/* Operators that stand before or behind their operand. */
static const struct
{
	CqlOp		op;
	const char *before;
	const char *behind;
}			affix[] = {
	{CQL_OP_Not, "not ", ""},
	{CQL_OP_Exists, "exists ", ""},
	{CQL_OP_Negate, "-", ""},
	{CQL_OP_IsNull, "", " is null"},
	{CQL_OP_IsTrue, "", " is true"},
	{CQL_OP_IsFalse, "", " is false"},
	{CQL_OP_Start, "start of ", ""},
	{CQL_OP_End, "end of ", ""},
	{CQL_OP_Width, "width of ", ""},
	{CQL_OP_DateFrom, "date from ", ""},
	{CQL_OP_TimeFrom, "time from ", ""},
	{CQL_OP_SingletonFrom, "singleton from ", ""},
	{CQL_OP_PointFrom, "point from ", ""},
	{CQL_OP_Flatten, "flatten ", ""},
	{CQL_OP_Distinct, "distinct ", ""},
};

static const char *const units[] = {
	[DATETIME_UNIT_YEAR] = "year",
	[DATETIME_UNIT_MONTH] = "month",
	[DATETIME_UNIT_DAY] = "day",
	[DATETIME_UNIT_HOUR] = "hour",
	[DATETIME_UNIT_MINUTE] = "minute",
	[DATETIME_UNIT_SECOND] = "second",
	[DATETIME_UNIT_MILLISECOND] = "millisecond",
	[DATETIME_UNIT_WEEK] = "week",
};

/* Text in quotes, with escapes. */
static void
print_quoted(StringInfo out, const char *s, char quote)
{
	appendStringInfoChar(out, quote);
	for (; *s != '\0'; s++)
	{
		if (*s == quote || *s == '\\')
			appendStringInfoChar(out, '\\');
		if ((uint8) *s < 0x20)
			appendStringInfo(out, "\\u%04x", (uint8) *s);
		else
			appendStringInfoChar(out, *s);
	}
	appendStringInfoChar(out, quote);
}

/* An identifier, quoted where it must be. */
static void
print_name(StringInfo out, const char *name)
{
	bool		plain = name[0] != '\0' && (name[0] < '0' || name[0] > '9');

	for (const char *p = name; *p != '\0'; p++)
		plain = plain && ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
						  *p == '_' || *p == '$');
	if (plain)
		appendStringInfoString(out, name);
	else
		print_quoted(out, name, '"');
}

void
cql_print_type(const CqlType *type, StringInfo out)
{
	static const char *const open[] = {
		[CQL_TYPE_LIST] = "List<",
		[CQL_TYPE_INTERVAL] = "Interval<",
		[CQL_TYPE_CHOICE] = "Choice<",
		[CQL_TYPE_TUPLE] = "Tuple<",
	};

	if (type == NULL || type->form == CQL_TYPE_NAMED)
	{
		appendStringInfoString(out, type ? type->name : "Any");
		return;
	}
	appendStringInfoString(out, open[type->form]);
	for (int i = 0; i < type->nparts; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (type->names != NULL)
		{
			print_name(out, type->names[i]);
			appendStringInfoChar(out, ' ');
		}
		cql_print_type(type->parts[i], out);
	}
	appendStringInfoChar(out, '>');
}

/* Operands i to n, with commas between them. */
static void
print_list(const CqlTree *t, int i, StringInfo out)
{
	for (int first = i; i < t->nargs; i++)
	{
		if (i > first)
			appendStringInfoString(out, ", ");
		cql_print_tree(t->args[i], out);
	}
}

/* A reference with the alias of its library. */
static void
print_reference(const CqlTree *t, StringInfo out)
{
	if (t->library != NULL)
	{
		print_name(out, t->library);
		appendStringInfoChar(out, '.');
	}
	print_name(out, t->name ? t->name : "");
}

static void
print_literal(const CqlTree *t, StringInfo out)
{
	const char *text = t->text ? t->text : "";

	if (t->op == CQL_OP_Quantity)
	{
		appendStringInfoString(out, text);
		if (t->name != NULL)
		{
			appendStringInfoChar(out, ' ');
			print_quoted(out, t->name, '\'');
		}
	}
	else if (t->type != NULL && t->type->form == CQL_TYPE_NAMED && t->type->kind == CQL_STRING)
		print_quoted(out, text, '\'');
	else
		appendStringInfoString(out, text);
}

static void
print_interval(const CqlTree *t, StringInfo out)
{
	bool		known = t->nargs < 3;

	appendStringInfoString(out, known && !(t->flags & CQL_LOW_CLOSED) ? "Interval(" : "Interval[");
	print_list(t, 0, out);
	appendStringInfoChar(out, known && !(t->flags & CQL_HIGH_CLOSED) ? ')' : ']');
}

/* Lists, tuples and instances. */
static void
print_structure(const CqlTree *t, StringInfo out)
{
	if (t->op == CQL_OP_Tuple)
		appendStringInfoString(out, "Tuple ");
	if (t->op == CQL_OP_Instance)
	{
		cql_print_type(t->type, out);
		appendStringInfoChar(out, ' ');
	}
	appendStringInfoChar(out, '{');
	print_list(t, 0, out);
	appendStringInfoChar(out, '}');
}

static void
print_code(const CqlTree *t, StringInfo out)
{
	appendStringInfoString(out, t->op == CQL_OP_Code ? "Code " : "Concept ");
	if (t->text != NULL)
		print_quoted(out, t->text, '\'');
	if (t->op == CQL_OP_Concept)
		appendStringInfoChar(out, '{');
	else if (t->nargs > 0)
		appendStringInfoString(out, " from ");
	print_list(t, 0, out);
	if (t->op == CQL_OP_Concept)
		appendStringInfoChar(out, '}');
}

static void
print_property(const CqlTree *t, StringInfo out)
{
	if (t->nargs > 0)
		cql_print_tree(t->args[0], out);
	else
		print_name(out, t->text ? t->text : "");
	appendStringInfoChar(out, '.');
	print_name(out, t->name ? t->name : "");
}

static void
print_retrieve(const CqlTree *t, StringInfo out)
{
	static const char *const comparators[] = {" ", " in ", " ~ ", " = "};

	appendStringInfoChar(out, '[');
	cql_print_type(t->type, out);
	for (int i = 0; i < t->nargs; i++)
	{
		static const char *const dates[] = {NULL, " during ", " = "};
		const char *property = i == 0 ? t->text : i == 1 ? t->text2 : "id";

		if (t->args[i] == NULL)
			continue;
		appendStringInfoString(out, ": ");
		appendStringInfoString(out, property ? property : "");
		appendStringInfoString(out, i == 0 ? comparators[t->flags & 3] : dates[Min(i, 2)]);
		cql_print_tree(t->args[i], out);
	}
	appendStringInfoChar(out, ']');
}

/* A clause of a query, or an item of another node. */
static void
print_clause(const CqlTree *t, StringInfo out)
{
	static const struct
	{
		CqlOp		op;
		const char *word;
		const char *between;	/* name and expression; NULL: without name */
	}			clauses[] = {
		{CQL_OP_LetClause, " let ", ": "},
		{CQL_OP_WhereClause, " where ", NULL},
		{CQL_OP_ReturnClause, " return ", NULL},
		{CQL_OP_AggregateClause, " aggregate ", ": "},
		{CQL_OP_SortClause, " sort by ", NULL},
		{CQL_OP_ByExpression, "", NULL},
		{CQL_OP_ByColumn, "", ""},
		{CQL_OP_ByDirection, "", NULL},
		{CQL_OP_CaseElse, " else ", NULL},
		{CQL_OP_TupleElement, "", ": "},
	};

	for (int i = 0; i < (int) lengthof(clauses); i++)
	{
		if (clauses[i].op != t->op)
			continue;
		appendStringInfoString(out, clauses[i].word);
		if (t->op == CQL_OP_ReturnClause && !(t->flags & CQL_DISTINCT))
			appendStringInfoString(out, "all ");
		if (clauses[i].between != NULL)
		{
			print_name(out, t->name ? t->name : "");
			appendStringInfoString(out, clauses[i].between);
		}
		print_list(t, 0, out);
	}
	if (t->op >= CQL_OP_ByExpression && t->op <= CQL_OP_ByDirection)
		appendStringInfoString(out, t->flags & CQL_DESCENDING ? " desc" : " asc");
}

/* A source of a query or a relationship: its alias stands behind the expression. */
static void
print_source(const CqlTree *t, StringInfo out)
{
	if (t->op != CQL_OP_AliasedQuerySource)
		appendStringInfoString(out, t->op == CQL_OP_With ? " with " : " without ");
	if (t->nargs > 0)
		cql_print_tree(t->args[0], out);
	appendStringInfoChar(out, ' ');
	print_name(out, t->name ? t->name : "");
	if (t->nargs > 1)
	{
		appendStringInfoString(out, " such that ");
		cql_print_tree(t->args[1], out);
	}
}

static void
print_query(const CqlTree *t, StringInfo out)
{
	appendStringInfoChar(out, '(');
	for (int i = 0; i < t->nargs; i++)
	{
		if (i > 0 && t->args[i]->op == CQL_OP_AliasedQuerySource)
			appendStringInfoString(out, ", ");
		cql_print_tree(t->args[i], out);
	}
	appendStringInfoChar(out, ')');
}

/* If, and Case with its items. */
static void
print_choice(const CqlTree *t, StringInfo out)
{
	static const char *const words[] = {"if ", " then ", " else "};

	if (t->op == CQL_OP_If)
	{
		for (int i = 0; i < t->nargs && i < 3; i++)
		{
			appendStringInfoString(out, words[i]);
			cql_print_tree(t->args[i], out);
		}
		return;
	}
	appendStringInfoString(out, "case");
	for (int i = 0; i < t->nargs; i++)
	{
		const CqlTree *item = t->args[i];

		if (item != NULL && item->op == CQL_OP_CaseItem && item->nargs == 2)
		{
			appendStringInfoString(out, " when ");
			cql_print_tree(item->args[0], out);
			appendStringInfoString(out, " then ");
			cql_print_tree(item->args[1], out);
		}
		else if (item != NULL)
		{
			appendStringInfoString(out, item->op == CQL_OP_CaseElse ? "" : " ");
			cql_print_tree(item, out);
		}
	}
	appendStringInfoString(out, " end");
}

/* Operators with a type: as, is, convert. */
static void
print_typed(const CqlTree *t, StringInfo out)
{
	appendStringInfoString(out, t->op == CQL_OP_Convert ? "(convert " : t->op == CQL_OP_CanConvert ? "(can convert " : "(");
	print_list(t, 0, out);
	appendStringInfoString(out, t->op == CQL_OP_As ? " as " : t->op == CQL_OP_Is ? " is " : " to ");
	cql_print_type(t->type, out);
	appendStringInfoChar(out, ')');
}

/* All others: between, before or behind their operands, or as a function. */
static void
print_operator(const CqlTree *t, StringInfo out)
{
	if (infix[t->op] != NULL && t->nargs == 2)
	{
		appendStringInfoChar(out, '(');
		cql_print_tree(t->args[0], out);
		appendStringInfo(out, " %s ", infix[t->op]);
		if (t->precision < DATETIME_UNIT_FINEST)
			appendStringInfo(out, "%s of ", units[t->precision]);
		cql_print_tree(t->args[1], out);
		appendStringInfoChar(out, ')');
		return;
	}
	for (int i = 0; i < (int) lengthof(affix); i++)
	{
		if (affix[i].op != t->op || t->nargs != 1)
			continue;
		appendStringInfoString(out, affix[i].before);
		cql_print_tree(t->args[0], out);
		appendStringInfoString(out, affix[i].behind);
		return;
	}
	appendStringInfoString(out, op_names[t->op]);
	if (t->precision < DATETIME_UNIT_FINEST)
		appendStringInfo(out, " %s", units[t->precision]);
	appendStringInfoChar(out, '(');
	if (t->name != NULL)
	{
		print_name(out, t->name);
		if (t->nargs > 0)
			appendStringInfoString(out, ": ");
	}
	if (t->nargs == 0 && t->type != NULL)
		cql_print_type(t->type, out);
	print_list(t, 0, out);
	appendStringInfoChar(out, ')');
}

void
cql_print_tree(const CqlTree *t, StringInfo out)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (t == NULL || t->op == CQL_OP_Null)
	{
		appendStringInfoString(out, "null");
		return;
	}
	switch (t->op)
	{
		case CQL_OP_Literal:
		case CQL_OP_Quantity:
			print_literal(t, out);
			return;
		case CQL_OP_Interval:
			print_interval(t, out);
			return;
		case CQL_OP_List:
		case CQL_OP_Tuple:
		case CQL_OP_Instance:
			print_structure(t, out);
			return;
		case CQL_OP_Code:
		case CQL_OP_Concept:
			print_code(t, out);
			return;
		case CQL_OP_Property:
			print_property(t, out);
			return;
		case CQL_OP_Retrieve:
			print_retrieve(t, out);
			return;
		case CQL_OP_FunctionRef:
			print_reference(t, out);
			appendStringInfoChar(out, '(');
			print_list(t, 0, out);
			appendStringInfoChar(out, ')');
			return;
		case CQL_OP_CodeRef:
		case CQL_OP_ConceptRef:
		case CQL_OP_ValueSetRef:
		case CQL_OP_CodeSystemRef:
		case CQL_OP_ParameterRef:
		case CQL_OP_ExpressionRef:
		case CQL_OP_IdentifierRef:
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_OperandRef:
			print_reference(t, out);
			return;
		case CQL_OP_Query:
			print_query(t, out);
			return;
		case CQL_OP_AliasedQuerySource:
		case CQL_OP_With:
		case CQL_OP_Without:
			print_source(t, out);
			return;
		case CQL_OP_LetClause:
		case CQL_OP_WhereClause:
		case CQL_OP_ReturnClause:
		case CQL_OP_AggregateClause:
		case CQL_OP_SortClause:
		case CQL_OP_ByExpression:
		case CQL_OP_ByColumn:
		case CQL_OP_ByDirection:
		case CQL_OP_CaseElse:
		case CQL_OP_TupleElement:
			print_clause(t, out);
			return;
		case CQL_OP_If:
		case CQL_OP_Case:
			print_choice(t, out);
			return;
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
		case CQL_OP_CanConvert:
			print_typed(t, out);
			return;
		default:
			print_operator(t, out);
	}
}
