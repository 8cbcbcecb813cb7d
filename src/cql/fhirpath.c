/*
 * fhirpath.c: reads FHIRPath into expression trees.
 *
 * Pure.  A parser by precedence.  Paths that begin with nothing begin with
 * $this inside the argument of a function such as where, otherwise with the
 * resources that are looked at; the name of a resource type begins with those of it.
 */
#include "cql/fhirpath.h"

/* ---- functions ---- */

static const struct
{
	const char *name;
	uint8		least;
	uint8		most;
	uint8		way;
}			functions[] = {
#define PATH(symbol, name, least, most, way, function) {name, least, most, PATH_##way},
#include "cql/fhirpath_list.h"
#undef PATH
};

int
fhirpath_function(const char *name, int length, int nargs)
{
	int			result = -1;

	for (int i = 0; i < lengthof(functions); i++)
	{
		if (strlen(functions[i].name) != (size_t) length || memcmp(functions[i].name, name, length) != 0)
			continue;
		if (nargs >= functions[i].least && nargs <= functions[i].most)
			return i;
		result = -2;
	}
	return result;
}

PathWay
fhirpath_way(int function)
{
	return (PathWay) functions[function].way;
}

int
fhirpath_least(int function)
{
	return functions[function].least;
}

int
fhirpath_most(int function)
{
	return functions[function].most;
}

/* ---- the parser ---- */

typedef struct Parser
{
	PathLexer	l;
	int			depth;
	int			scopes;			/* arguments with a $this of their own around here */
} Parser;

static CqlTree *parse_binary(Parser *p, int level);

static CqlTree *
parse_expression(Parser *p)
{
	CqlTree    *t;

	check_stack_depth();
	if (++p->depth > FHIRPATH_MAX_DEPTH)
	{
		fhirpath_fail(&p->l, p->l.token.line, p->l.token.column, "expressions are nested too deeply");
		return NULL;
	}
	t = parse_binary(p, 0);
	p->depth--;
	return t;
}

static inline bool
at_symbol(const Parser *p, const char *symbol)
{
	return p->l.token.kind == PATH_SYMBOL && strcmp(p->l.token.text, symbol) == 0;
}

static inline bool
at_word(const Parser *p, const char *word)
{
	return p->l.token.kind == PATH_NAME && strcmp(p->l.token.text, word) == 0;
}

/* Fails at the current token. */
static CqlTree *
fail_here(Parser *p, const char *what)
{
	fhirpath_fail(&p->l, p->l.token.line, p->l.token.column, "%s", what);
	return NULL;
}

/* Takes a symbol that must stand here. */
static bool
take_symbol(Parser *p, const char *symbol)
{
	if (!at_symbol(p, symbol))
		return fhirpath_fail(&p->l, p->l.token.line, p->l.token.column, "\"%s\" is missing", symbol);
	return fhirpath_lex_next(&p->l);
}

/* A tree at the place of a token. */
static CqlTree *
tree_at(CqlOp op, int nargs, const PathToken *at)
{
	CqlTree    *t = cql_tree(op, nargs);

	t->line = at->line;
	t->column = at->column;
	return t;
}

/* A call of a function of the list. */
static CqlTree *
call(PathFunction function, int nargs, const PathToken *at)
{
	CqlTree    *t = tree_at(CQL_OP_PathCall, nargs, at);

	t->text = functions[function].name;
	t->flags = (uint8) function;
	return t;
}

static CqlTree *
call_two(PathFunction function, CqlTree *a, CqlTree *b, const PathToken *at)
{
	CqlTree    *t = call(function, 2, at);

	t->args[0] = a;
	t->args[1] = b;
	return t;
}

static CqlTree *
literal(CqlKind kind, const char *text, const PathToken *at)
{
	CqlTree    *t = tree_at(CQL_OP_Literal, 0, at);

	t->type = cql_system_type(kind);
	t->text = text;
	return t;
}

/* The resources that are looked at, of a type. */
static CqlTree *
root(const char *type, const PathToken *at)
{
	CqlTree    *retrieve = tree_at(CQL_OP_Retrieve, 0, at);
	CqlTree    *t = call(PATH_Root, 1, at);

	t->type = retrieve->type = cql_type(CQL_TYPE_NAMED, 0);
	t->type->kind = CQL_ELEMENT;
	t->type->name = type;
	t->type->fhir = fhir_type_by_name(type, (int) strlen(type));
	t->args[0] = retrieve;
	return t;
}

/* What a path without a beginning begins with. */
static CqlTree *
this_tree(Parser *p, const PathToken *at)
{
	CqlTree    *t;

	if (p->scopes == 0)
		return root("Resource", at);
	t = tree_at(CQL_OP_Current, 0, at);
	t->name = "$this";
	return t;
}

/* ---- literals ---- */

/* Components of a date or time, as Integer literals; the number that stands in digits. */
static CqlTree *
component(const char **s, int digits, const PathToken *at)
{
	for (int i = 0; i < digits; i++)
	{
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return NULL;
	}
	*s += digits;
	return literal(CQL_INTEGER, pnstrdup(*s - digits, digits), at);
}

/* A fraction of a second as milliseconds; digits beyond are cut. */
static CqlTree *
milliseconds(const char **s, const PathToken *at)
{
	char		text[4] = "000";

	for (int i = 0; **s >= '0' && **s <= '9'; i++, (*s)++)
	{
		if (i < 3)
			text[i] = **s;
	}
	return literal(CQL_INTEGER, pstrdup(text), at);
}

/* An offset, in hours. */
static CqlTree *
zone_offset(const char **s, const PathToken *at)
{
	char		text[32];
	int			sign = **s == '-' ? -1 : 1;
	int			minutes;

	if (**s == 'Z')
	{
		(*s)++;
		return literal(CQL_DECIMAL, "0.0", at);
	}
	if (strlen(*s) != 6)
		return NULL;
	minutes = ((*s)[1] - '0') * 600 + ((*s)[2] - '0') * 60 + ((*s)[4] - '0') * 10 + ((*s)[5] - '0');
	*s += 6;
	snprintf(text, sizeof(text), "%s%d.%08d", sign < 0 ? "-" : "", minutes / 60,
			 (int) ((int64) (minutes % 60) * 100000000 / 60));
	return literal(CQL_DECIMAL, pstrdup(text), at);
}

/* hh[:mm[:ss[.fff]]] into operands from i on; false when it is something else. */
static bool
time_components(const char **s, CqlTree **args, int *i, const PathToken *at)
{
	static const char separators[] = "\0::";

	for (int k = 0; k < 3; k++)
	{
		if (k > 0)
		{
			if (**s != separators[k])
				return true;
			(*s)++;
		}
		args[*i] = component(s, 2, at);
		if (args[(*i)++] == NULL)
			return false;
	}
	if (**s == '.')
	{
		(*s)++;
		args[(*i)++] = milliseconds(s, at);
	}
	return true;
}

/* The components of a date; false when it is something else. */
static bool
date_components(const char **s, CqlTree **args, int *i, const PathToken *at)
{
	args[*i] = component(s, 4, at);
	if (args[(*i)++] == NULL)
		return false;
	for (int k = 0; k < 2 && **s == '-'; k++)
	{
		(*s)++;
		args[*i] = component(s, 2, at);
		if (args[(*i)++] == NULL)
			return false;
	}
	return true;
}

/* A date, date-time or time. */
static CqlTree *
parse_moment(Parser *p)
{
	PathToken	at = p->l.token;
	const char *s = at.text;
	CqlTree    *t = tree_at(at.kind == PATH_DATE ? CQL_OP_Date : at.kind == PATH_TIME ? CQL_OP_Time : CQL_OP_DateTime,
							8, &at);
	int			n = 0;
	bool		fine = at.kind == PATH_TIME || date_components(&s, t->args, &n, &at);

	if (fine && at.kind != PATH_DATE && *s == 'T')
	{
		s++;
		if (*s != '\0')
			fine = time_components(&s, t->args, &n, &at);
	}
	if (fine && at.kind == PATH_DATETIME && *s != '\0')
	{
		n = 8;
		t->args[7] = zone_offset(&s, &at);
		for (int i = 0; i < 7; i++)
		{
			if (t->args[i] == NULL)
				t->args[i] = tree_at(CQL_OP_Null, 0, &at);
		}
		fine = t->args[7] != NULL;
	}
	t->nargs = n;
	if (!fine || *s != '\0' || n == 0)
		return fail_here(p, "this is no date or time");
	return fhirpath_lex_next(&p->l) ? t : NULL;
}

/* Whether a name is a calendar unit of a quantity. */
static bool
is_calendar_unit(const char *name)
{
	static const char *const units[] = {"year", "month", "week", "day", "hour", "minute", "second", "millisecond"};

	for (int i = 0; i < lengthof(units); i++)
	{
		size_t		n = strlen(units[i]);

		if (strncmp(name, units[i], n) == 0 && (name[n] == '\0' || strcmp(name + n, "s") == 0))
			return true;
	}
	return false;
}

/* A number, or a quantity. */
static CqlTree *
parse_number(Parser *p)
{
	PathToken	number = p->l.token;
	CqlTree    *t;

	if (!fhirpath_lex_next(&p->l))
		return NULL;
	if (p->l.token.kind == PATH_STRING || (p->l.token.kind == PATH_NAME && is_calendar_unit(p->l.token.text)))
	{
		t = tree_at(CQL_OP_Quantity, 0, &number);
		t->text = number.text;
		t->name = p->l.token.text;
		return fhirpath_lex_next(&p->l) ? t : NULL;
	}
	return literal(strchr(number.text, '.') ? CQL_DECIMAL : CQL_INTEGER, number.text, &number);
}

/* ---- types ---- */

/* Notes the type that a name means: of FHIR, of System, or both. */
static bool
set_type(CqlTree *t, const char *name)
{
	bool		system = strncmp(name, "System.", 7) == 0;
	bool		fhir = strncmp(name, "FHIR.", 5) == 0;
	const char *plain = name + (system ? 7 : fhir ? 5 : 0);
	int			length = (int) strlen(plain);
	CqlKind		kind = fhir ? CQL_NKINDS : cql_kind_by_name(plain, length);

	t->type = cql_type(CQL_TYPE_NAMED, 0);
	t->type->name = plain;
	t->type->kind = kind == CQL_NKINDS ? CQL_ELEMENT : (uint8) kind;
	t->type->fhir = system ? 0 : fhir_type_by_name(plain, length);
	return kind != CQL_NKINDS || t->type->fhir != 0;
}

/* A type: names joined by points.  Makes the test or cast of a value. */
static CqlTree *
parse_type(Parser *p, PathFunction function, CqlTree *value)
{
	PathToken	at = p->l.token;
	CqlTree    *t = call(function, 1, &at);
	char		name[200] = "";
	size_t		length = 0;

	t->args[0] = value;
	for (;;)
	{
		if (p->l.token.kind != PATH_NAME && p->l.token.kind != PATH_QUOTED_NAME)
			return fail_here(p, "the name of a type is missing");
		if (length + p->l.token.length + 2 > sizeof(name))
			return fail_here(p, "this is no type");
		length += (size_t) snprintf(name + length, sizeof(name) - length, "%s", p->l.token.text);
		if (!fhirpath_lex_next(&p->l))
			return NULL;
		if (!at_symbol(p, "."))
			break;
		name[length++] = '.';
		name[length] = '\0';
		if (!fhirpath_lex_next(&p->l))
			return NULL;
	}
	if (set_type(t, pstrdup(name)))
		return t;
	fhirpath_fail(&p->l, at.line, at.column, "there is no type \"%s\"", name);
	return NULL;
}

/* ---- paths ---- */

/* Which function is a test or cast that names a type; -1: none. */
static int
type_function(const char *name)
{
	return strcmp(name, "is") == 0 ? PATH_IsType : strcmp(name, "as") == 0 ? PATH_AsType :
		strcmp(name, "ofType") == 0 ? PATH_OfType : -1;
}

/* Functions without input, which are operators of CQL. */
static CqlTree *
parse_clock(const PathToken *name, int nargs)
{
	static const struct
	{
		const char *name;
		CqlOp		op;
	}			clocks[] = {{"now", CQL_OP_Now}, {"today", CQL_OP_Today}, {"timeOfDay", CQL_OP_TimeOfDay}};

	for (int i = 0; i < lengthof(clocks) && nargs == 0; i++)
	{
		if (strcmp(name->text, clocks[i].name) == 0)
			return tree_at(clocks[i].op, 0, name);
	}
	return NULL;
}

/* Whether a function has a $this of its own in its arguments. */
static bool
has_scope(const char *name)
{
	for (int i = 0; i < lengthof(functions); i++)
	{
		if (functions[i].way == PATH_LOOP && strcmp(functions[i].name, name) == 0)
			return true;
	}
	return false;
}

/* The arguments of a call, up to its closing parenthesis. */
static bool
parse_arguments(Parser *p, const PathToken *name, CqlTree **args, int *nargs)
{
	bool		scope = has_scope(name->text);

	*nargs = 0;
	while (!at_symbol(p, ")"))
	{
		bool		outside = !scope || (*nargs == 1 && strcmp(name->text, "aggregate") == 0);

		if (*nargs > 0 && !take_symbol(p, ","))
			return false;
		if (*nargs == 3)
			return fhirpath_fail(&p->l, p->l.token.line, p->l.token.column, "too many arguments");
		p->scopes += !outside;
		args[*nargs] = parse_expression(p);
		p->scopes -= !outside;
		if (args[(*nargs)++] == NULL)
			return false;
	}
	return fhirpath_lex_next(&p->l);
}

/* A call on an input: behind its opening parenthesis. */
static CqlTree *
parse_call(Parser *p, const PathToken *name, CqlTree *input)
{
	CqlTree    *args[4];
	CqlTree    *t;
	int			nargs;
	int			function = type_function(name->text);

	if (function >= 0)
	{
		t = parse_type(p, (PathFunction) function, input);
		return t && take_symbol(p, ")") ? t : NULL;
	}
	if (!parse_arguments(p, name, args, &nargs))
		return NULL;
	t = parse_clock(name, nargs);
	if (t)
		return t;
	function = fhirpath_function(name->text, name->length, nargs);
	if (function < 0)
	{
		fhirpath_fail(&p->l, name->line, name->column, function == -1 ? "there is no function \"%s\"" :
					  "the function \"%s\" takes other numbers of arguments", name->text);
		return NULL;
	}
	t = call((PathFunction) function, nargs + 1, name);
	t->args[0] = input;
	memcpy(t->args + 1, args, sizeof(CqlTree *) * nargs);
	return t;
}

/* Whether a name stands for the resources of a type at the beginning of a path. */
static bool
is_resource_type(const char *name)
{
	FhirType	type = fhir_type_by_name(name, (int) strlen(name));

	return type != 0 && (fhir_types[type].kind == FHIR_RESOURCE ||
						 strcmp(name, "Resource") == 0 || strcmp(name, "DomainResource") == 0);
}

/* The resources of a type: of all that is looked at, or of $this. */
static CqlTree *
resources(Parser *p, const PathToken *type)
{
	CqlTree    *t;

	if (p->scopes == 0)
		return root(type->text, type);
	t = call(PATH_OfType, 1, type);
	t->args[0] = this_tree(p, type);
	(void) set_type(t, type->text);
	return t;
}

/* A member or a call, of an input or (NULL) at the beginning of a path. */
static CqlTree *
parse_step(Parser *p, CqlTree *input)
{
	PathToken	name = p->l.token;
	CqlTree    *t;

	if (name.kind == PATH_SPECIAL && input != NULL)
		return fail_here(p, "a variable cannot follow a point");
	if (name.kind != PATH_NAME && name.kind != PATH_QUOTED_NAME)
		return fail_here(p, p->l.token.kind == PATH_END ? "the expression ends too early" : "a name is missing");
	if (!fhirpath_lex_next(&p->l))
		return NULL;
	if (name.kind == PATH_NAME && at_symbol(p, "("))
	{
		if (!fhirpath_lex_next(&p->l))
			return NULL;
		return parse_call(p, &name, input ? input : this_tree(p, &name));
	}
	if (input == NULL && name.kind == PATH_NAME && is_resource_type(name.text))
		return resources(p, &name);
	t = call(PATH_Member, 1, &name);
	t->name = name.text;
	t->args[0] = input ? input : this_tree(p, &name);
	return t;
}

/* $this, $index, $total. */
static CqlTree *
parse_special(Parser *p)
{
	PathToken	at = p->l.token;
	CqlTree    *t;

	if (!fhirpath_lex_next(&p->l))
		return NULL;
	if (strcmp(at.text, "this") == 0)
		return this_tree(p, &at);
	t = tree_at(strcmp(at.text, "index") == 0 ? CQL_OP_Iteration : CQL_OP_Total, 0, &at);
	t->name = t->op == CQL_OP_Iteration ? "$index" : "$total";
	if (p->scopes > 0 && (strcmp(at.text, "index") == 0 || strcmp(at.text, "total") == 0))
		return t;
	fhirpath_fail(&p->l, at.line, at.column, "the variable \"$%s\" is not known here", at.text);
	return NULL;
}

/* %context and its like; %ucum, %sct, %loinc, %`vs-name`, %`ext-name`. */
static CqlTree *
parse_variable(Parser *p)
{
	PathToken	at = p->l.token;
	const char *text = NULL;
	char		url[300];

	if (!fhirpath_lex_next(&p->l))
		return NULL;
	if (strcmp(at.text, "context") == 0 || strcmp(at.text, "resource") == 0 || strcmp(at.text, "rootResource") == 0)
		return root("Resource", &at);
	if (strcmp(at.text, "ucum") == 0)
		text = "http://unitsofmeasure.org";
	else if (strcmp(at.text, "sct") == 0)
		text = "http://snomed.info/sct";
	else if (strcmp(at.text, "loinc") == 0)
		text = "http://loinc.org";
	else if (strncmp(at.text, "vs-", 3) == 0 || strncmp(at.text, "ext-", 4) == 0)
	{
		snprintf(url, sizeof(url), "http://hl7.org/fhir/%s/%s", at.text[0] == 'v' ? "ValueSet" : "StructureDefinition",
				 strchr(at.text, '-') + 1);
		text = pstrdup(url);
	}
	if (text)
		return literal(CQL_STRING, text, &at);
	fhirpath_fail(&p->l, at.line, at.column, "there is no variable \"%%%s\"", at.text);
	return NULL;
}

/* What a path begins with. */
static CqlTree *
parse_term(Parser *p)
{
	PathToken	at = p->l.token;
	CqlTree    *t;

	switch (at.kind)
	{
		case PATH_STRING:
			return fhirpath_lex_next(&p->l) ? literal(CQL_STRING, at.text, &at) : NULL;
		case PATH_NUMBER:
			return parse_number(p);
		case PATH_DATE:
		case PATH_DATETIME:
		case PATH_TIME:
			return parse_moment(p);
		case PATH_VARIABLE:
			return parse_variable(p);
		case PATH_SPECIAL:
			return parse_special(p);
		default:
			break;
	}
	if (at_word(p, "true") || at_word(p, "false"))
		return fhirpath_lex_next(&p->l) ? literal(CQL_BOOLEAN, at.text, &at) : NULL;
	if (at_symbol(p, "{"))
		return fhirpath_lex_next(&p->l) && take_symbol(p, "}") ? tree_at(CQL_OP_Null, 0, &at) : NULL;
	if (!at_symbol(p, "("))
		return parse_step(p, NULL);
	if (!fhirpath_lex_next(&p->l))
		return NULL;
	t = parse_expression(p);
	return t && take_symbol(p, ")") ? t : NULL;
}

/* A term with steps and indexes. */
static CqlTree *
parse_path(Parser *p)
{
	CqlTree    *t = parse_term(p);
	int			steps = 0;

	while (t && (at_symbol(p, ".") || at_symbol(p, "[")))
	{
		PathToken	at = p->l.token;
		bool		index = at_symbol(p, "[");

		if (++steps > FHIRPATH_MAX_DEPTH)
			return fail_here(p, "the path has too many steps");
		if (!fhirpath_lex_next(&p->l))
			return NULL;
		if (index)
		{
			CqlTree    *i = parse_expression(p);

			t = i && take_symbol(p, "]") ? call_two(PATH_Index, t, i, &at) : NULL;
		}
		else
			t = parse_step(p, t);
	}
	return t;
}

/* ---- operators ---- */

/* A sign, or a path. */
static CqlTree *
parse_unary(Parser *p)
{
	PathToken	at = p->l.token;
	CqlTree    *t;

	if (!at_symbol(p, "-") && !at_symbol(p, "+"))
		return parse_path(p);
	if (++p->depth > FHIRPATH_MAX_DEPTH)
		return fail_here(p, "expressions are nested too deeply");
	if (!fhirpath_lex_next(&p->l))
		return NULL;
	t = call(at.text[0] == '-' ? PATH_OpNegate : PATH_OpPlus, 1, &at);
	t->args[0] = parse_unary(p);
	p->depth--;
	return t->args[0] ? t : NULL;
}

/* Binary operators, by ascending precedence. */
#define MAX_LEVEL 9

static const struct
{
	const char *text;
	uint8		level;
	uint8		function;
}			operators[] = {
	{"implies", 0, PATH_OpImplies},
	{"or", 1, PATH_OpOr}, {"xor", 1, PATH_OpXor},
	{"and", 2, PATH_OpAnd},
	{"in", 3, PATH_OpIn}, {"contains", 3, PATH_OpContains},
	{"=", 4, PATH_OpEqual}, {"~", 4, PATH_OpEquivalent}, {"!=", 4, PATH_OpNotEqual}, {"!~", 4, PATH_OpNotEquivalent},
	{"<", 5, PATH_OpLess}, {"<=", 5, PATH_OpLessOrEqual}, {">", 5, PATH_OpGreater}, {">=", 5, PATH_OpGreaterOrEqual},
	{"|", 6, PATH_OpUnion},
	{"is", 7, PATH_IsType}, {"as", 7, PATH_AsType},
	{"+", 8, PATH_OpAdd}, {"-", 8, PATH_OpSubtract}, {"&", 8, PATH_OpConcatenate},
	{"*", 9, PATH_OpMultiply}, {"/", 9, PATH_OpDivide}, {"div", 9, PATH_OpDiv}, {"mod", 9, PATH_OpMod}
};

/* The operator of a level that the current token is, or -1. */
static int
find_operator(const Parser *p, int level)
{
	if (p->l.token.kind != PATH_SYMBOL && p->l.token.kind != PATH_NAME)
		return -1;
	for (int i = 0; i < lengthof(operators); i++)
	{
		if (operators[i].level == level && strcmp(operators[i].text, p->l.token.text) == 0)
			return operators[i].function;
	}
	return -1;
}

/* Operators of a level and above, from left to right. */
static CqlTree *
parse_binary(Parser *p, int level)
{
	CqlTree    *t = level > MAX_LEVEL ? parse_unary(p) : parse_binary(p, level + 1);
	int			function;
	int			count = 0;

	if (level > MAX_LEVEL)
		return t;
	while (t && (function = find_operator(p, level)) >= 0)
	{
		PathToken	at = p->l.token;
		CqlTree    *right;

		if (++count > FHIRPATH_MAX_DEPTH)
			return fail_here(p, "too many operators follow each other");
		if (!fhirpath_lex_next(&p->l))
			return NULL;
		if (function == PATH_IsType || function == PATH_AsType)
		{
			t = parse_type(p, (PathFunction) function, t);
			continue;
		}
		right = parse_binary(p, level + 1);
		t = right ? call_two((PathFunction) function, t, right, &at) : NULL;
	}
	return t;
}

CqlTree *
fhirpath_read(const char *text, size_t length, PhmError *err)
{
	Parser		p = {.depth = 0};
	PathToken	start;
	CqlTree    *t;
	CqlTree    *result;

	if (!fhirpath_lex_start(&p.l, text, length, err))
		return NULL;
	start = p.l.token;
	t = parse_expression(&p);
	if (t == NULL)
		return NULL;
	if (p.l.token.kind != PATH_END)
		return fail_here(&p, "the expression should end here");
	result = call(PATH_Result, 1, &start);
	result->args[0] = t;
	return result;
}
