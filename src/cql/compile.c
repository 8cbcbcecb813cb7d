/*
 * compile.c: from trees to nodes: names become slots, properties, constants
 * and types become numbers, and what no name of the surroundings is read by
 * is computed once.
 */
#include "cql/compile.h"

#include <errno.h>

#include "cql/operator.h"

static uint32 compile_by_operator(Compile *c, const CqlTree *tree);

void
compile_problem(Compile *c, const CqlTree *tree, const char *format,...)
{
	char		text[400];
	va_list		args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	link_report(c, tree ? tree->line : 0, tree ? tree->column : 0, text);
}

uint32
compile_node(Compile *c, CqlOp op, uint8 flag, uint32 extra, uint32 nargs, const uint32 *args)
{
	CqlNode		node = {.op = op,.flag = flag,.nargs = nargs,.extra = extra};

	return logic_add_node(c->b, &node, args);
}

/* A Literal of a constant. */
static uint32
compile_constant(Compile *c, const LogicConstant *constant)
{
	return compile_node(c, CQL_OP_Literal, 0, logic_add_constant(c->b, constant), 0, NULL);
}

uint32
compile_null(Compile *c, CqlKind kind)
{
	LogicConstant constant = {.kind = CQL_NULL,.type = kind};

	return compile_constant(c, &constant);
}

uint32
compile_type(Compile *c, const CqlType *type)
{
	LogicType	t = {.form = CQL_TYPE_NAMED,.kind = CQL_NULL};
	uint32	   *parts;

	if (type == NULL)
		return logic_add_type(c->b, &t, NULL);
	t.form = type->form;
	t.kind = type->kind;
	t.fhir = type->fhir;
	t.nparts = (uint32) type->nparts;
	parts = palloc(sizeof(uint32) * (type->nparts + 1));
	for (int i = 0; i < type->nparts; i++)
		parts[i] = compile_type(c, type->parts[i]);
	return logic_add_type(c->b, &t, parts);
}

/* The kind that values of a type have, CQL_NULL when there are several. */
static CqlKind
kind_of_type(const CqlType *type)
{
	if (type == NULL)
		return CQL_NULL;
	switch (type->form)
	{
		case CQL_TYPE_NAMED:
			return (CqlKind) type->kind;
		case CQL_TYPE_LIST:
			return CQL_LIST;
		case CQL_TYPE_INTERVAL:
			return CQL_INTERVAL;
		case CQL_TYPE_TUPLE:
			return CQL_TUPLE;
		default:
			return CQL_NULL;
	}
}

const Scope *
compile_find_name(const Compile *c, const char *name)
{
	for (const Scope *s = c->scope; s != NULL; s = s->outer)
		if (s->name != NULL && name != NULL && strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

/* The innermost name of an operator, for Current and its like without a scope. */
static const Scope *
find_innermost(const Compile *c, CqlOp op)
{
	for (const Scope *s = c->scope; s != NULL; s = s->outer)
		if (s->op == op)
			return s;
	return NULL;
}

/* The element that a sort item looks at, or NULL. */
static const Scope *
find_sorted(const Compile *c)
{
	for (const Scope *s = c->scope; s != NULL; s = s->outer)
		if (s->name == NULL)
			return s;
	return NULL;
}

/* Whether a tree itself names something of the scope. */
static bool
reads_scope(const Compile *c, const CqlTree *tree)
{
	switch (tree->op)
	{
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_OperandRef:
			return compile_find_name(c, tree->name) != NULL;
		case CQL_OP_IdentifierRef:
			return compile_find_name(c, tree->name) != NULL || find_sorted(c) != NULL;
		case CQL_OP_Property:
			return tree->text != NULL && compile_find_name(c, tree->text) != NULL;
		case CQL_OP_Current:
		case CQL_OP_Iteration:
		case CQL_OP_Total:
			return true;
		default:
			return false;
	}
}

/*
 * Inner names may hide those of the scope: taking them for names of the scope
 * costs at most a memo.
 */
bool
compile_is_closed(const Compile *c, const CqlTree *tree)
{
	if (tree == NULL)
		return true;
	if (reads_scope(c, tree))
		return false;
	for (int i = 0; i < tree->nargs; i++)
		if (!compile_is_closed(c, tree->args[i]))
			return false;
	return true;
}

/* Reads a slot. */
static uint32
compile_name(Compile *c, const CqlTree *tree, const Scope *s)
{
	if (s == NULL)
	{
		compile_problem(c, tree, "%s \"%s\" is not known here", cql_operators[tree->op].name, tree->name ? tree->name : "");
		return compile_null(c, CQL_NULL);
	}
	if (s->op == CQL_OP_QueryLetRef)
		return compile_node(c, CQL_OP_QueryLetRef, 0, s->slot, 1, &s->let);
	return compile_node(c, CQL_OP_AliasRef, 0, s->slot, 0, NULL);
}

uint32
compile_step(Compile *c, const char *name, uint32 source)
{
	CqlNode		node = *logic_get_node(c->b, source);

	if (strcmp(name, "value") == 0 && node.op == CQL_OP_Property && node.flag == 0)
	{
		uint32		inner = logic_get_args(c->b, source)[0];

		return compile_node(c, CQL_OP_Property, 1, node.extra, 1, &inner);
	}
	return compile_node(c, CQL_OP_Property, 0, logic_add_property(c->b, name), 1, &source);
}

/* Property: of a source, or of a name on the scope. */
static uint32
compile_property(Compile *c, const CqlTree *tree)
{
	uint32		source;

	if (tree->nargs > 0 && tree->args[0] != NULL)
		source = compile_expression(c, tree->args[0]);
	else
	{
		const Scope *s = tree->text ? compile_find_name(c, tree->text) : find_innermost(c, CQL_OP_Current);

		source = compile_name(c, tree, s);
	}
	return compile_step(c, tree->name, source);
}

/* IdentifierRef: a name of the scope, a property of what is sorted, or a definition. */
static uint32
compile_identifier(Compile *c, const CqlTree *tree)
{
	const Scope *s = compile_find_name(c, tree->name);
	const Scope *sorted = find_sorted(c);

	if (s != NULL)
		return compile_name(c, tree, s);
	if (sorted != NULL)
		return compile_step(c, tree->name, compile_name(c, tree, sorted));
	return link_expression(c, tree);
}

/* A Decimal or Quantity as a constant; the number of a quantity is rounded. */
static bool
put_number(Compile *c, const CqlTree *tree, LogicConstant *constant)
{
	const int128 half = INT64CONST(100000000000000);
	const Decimal limit = {half * half, 0};	/* 10^28 */
	const Decimal least = {-limit.mantissa, 0};
	Decimal		d;
	bool		exact;
	int			position;

	if (!decimal_parse(tree->text, (int) strlen(tree->text), &d, &exact, &position) ||
		(d.scale > 8 && constant->kind == CQL_DECIMAL) || !cql_fit_decimal(&d) ||
		decimal_compare(&d, &limit) >= 0 || decimal_compare(&d, &least) <= 0)
	{
		compile_problem(c, tree, "this is not a number of at most 28 digits before the point and 8 behind it");
		return false;
	}
	constant->flag = (uint8) d.scale;
	constant->high = (int32) (d.mantissa >> 96);
	constant->n = (uint32) (d.mantissa >> 64);
	constant->i = (int64) d.mantissa;
	return true;
}

/* Reads an Integer or Long. */
static bool
put_integer(Compile *c, const CqlTree *tree, int64 least, int64 most, LogicConstant *constant)
{
	char	   *end;
	int64		v;

	errno = 0;
	v = strtoll(tree->text, &end, 10);
	if (*tree->text == '\0' || *end != '\0' || errno != 0 || v < least || v > most)
	{
		compile_problem(c, tree, "this is not a number of its type");
		return false;
	}
	constant->i = v;
	return true;
}

/* Literal: by its type. */
static uint32
compile_literal(Compile *c, const CqlTree *tree)
{
	LogicConstant constant = {.kind = kind_of_type(tree->type),.string = 0};
	bool		fine = true;

	if (tree->text == NULL)
		return compile_null(c, kind_of_type(tree->type));
	switch (constant.kind)
	{
		case CQL_BOOLEAN:
			constant.i = strcmp(tree->text, "true") == 0;
			break;
		case CQL_INTEGER:
			fine = put_integer(c, tree, PG_INT32_MIN, PG_INT32_MAX, &constant);
			break;
		case CQL_LONG:
			fine = put_integer(c, tree, PG_INT64_MIN, PG_INT64_MAX, &constant);
			break;
		case CQL_DECIMAL:
			fine = put_number(c, tree, &constant);
			break;
		case CQL_STRING:
			constant.string = logic_add_text(c->b, tree->text);
			break;
		default:
			compile_problem(c, tree, "literals of this type are not part of CQL");
			fine = false;
			break;
	}
	return fine ? compile_constant(c, &constant) : compile_null(c, CQL_NULL);
}

/* Quantity: number and unit. */
static uint32
compile_quantity(Compile *c, const CqlTree *tree)
{
	LogicConstant constant = {.kind = CQL_QUANTITY};

	if (tree->text == NULL || !put_number(c, tree, &constant))
		return compile_null(c, CQL_QUANTITY);
	constant.string = logic_add_text(c->b, tree->name ? tree->name : "");
	return compile_constant(c, &constant);
}

/* The kind of an interval's points, where the tree tells it. */
static CqlKind
point_kind(const CqlTree *tree)
{
	if (tree->result && tree->result->form == CQL_TYPE_INTERVAL)
		return kind_of_type(tree->result->parts[0]);
	for (int i = 0; i < tree->nargs && i < 2; i++)
	{
		const CqlTree *bound = tree->args[i];

		if (bound && bound->result)
			return kind_of_type(bound->result);
		if (bound && (bound->op == CQL_OP_As || bound->op == CQL_OP_Literal) && bound->type)
			return kind_of_type(bound->type);
	}
	return CQL_NULL;
}

/* Operands of a tree, compiled one after the other. */
static uint32 *
compile_operands(Compile *c, const CqlTree *tree)
{
	uint32	   *args = palloc(sizeof(uint32) * (tree->nargs + 1));

	for (int i = 0; i < tree->nargs; i++)
		args[i] = compile_expression(c, tree->args[i]);
	return args;
}

/* As, Is, Convert, CanConvert: the type, and the kind of a null of it. */
static uint32
compile_cast(Compile *c, const CqlTree *tree)
{
	uint32	   *args = compile_operands(c, tree);
	CqlNode		node = {.op = tree->op,.flag = tree->flags,.nargs = 1,.extra = compile_type(c, tree->type)};

	node.kind = kind_of_type(tree->type);
	if (tree->type && tree->type->form == CQL_TYPE_INTERVAL)
		node.extra2 = kind_of_type(tree->type->parts[0]);
	return logic_add_node(c->b, &node, args);
}

/* Order of tuple elements: by name. */
static int
compare_elements(const void *a, const void *b)
{
	return strcmp((*(const CqlTree *const *) a)->name, (*(const CqlTree *const *) b)->name);
}

/* Tuple and Instance: values in the order of their names. */
static uint32
compile_structure(Compile *c, const CqlTree *tree)
{
	const CqlTree **elements = palloc(sizeof(CqlTree *) * (tree->nargs + 1));
	uint32	   *names = palloc(sizeof(uint32) * (tree->nargs + 1));
	uint32	   *args = palloc(sizeof(uint32) * (tree->nargs + 1));
	CqlNode		node = {.op = tree->op,.nargs = (uint32) tree->nargs};

	for (int i = 0; i < tree->nargs; i++)
		elements[i] = tree->args[i];
	qsort(elements, tree->nargs, sizeof(CqlTree *), compare_elements);
	for (int i = 0; i < tree->nargs; i++)
	{
		names[i] = logic_add_text(c->b, elements[i]->name);
		args[i] = compile_expression(c, elements[i]->nargs ? elements[i]->args[0] : NULL);
	}
	node.extra = logic_add_shape(c->b, names, (uint32) tree->nargs);
	if (tree->op == CQL_OP_Instance)
	{
		node.kind = kind_of_type(tree->type);
		node.extra2 = tree->type ? tree->type->fhir : 0;
	}
	return logic_add_node(c->b, &node, args);
}

/* Case: comparand or none, pairs, else. */
static uint32
compile_case(Compile *c, const CqlTree *tree)
{
	uint32	   *args = palloc(sizeof(uint32) * (tree->nargs * 2 + 1));
	uint32		n = 0;
	bool		comparand = tree->nargs > 0 && tree->args[0] != NULL;

	if (comparand)
		args[n++] = compile_expression(c, tree->args[0]);
	for (int i = 1; i < tree->nargs; i++)
	{
		const CqlTree *item = tree->args[i];

		if (item == NULL)
			continue;
		for (int j = 0; j < item->nargs; j++)
			args[n++] = compile_expression(c, item->args[j]);
	}
	return compile_node(c, CQL_OP_Case, comparand ? 1 : 0, 0, n, args);
}

/* An operator whose operands are all there is to it. */
static uint32
compile_plain(Compile *c, const CqlTree *tree)
{
	const CqlOperator *def = &cql_operators[tree->op];
	CqlNode		node = {.op = tree->op,.flag = tree->precision,.nargs = (uint32) tree->nargs};
	uint32	   *args;

	if (def->way == CQL_CLAUSE || tree->nargs < def->least || (def->most != CQL_MANY && tree->nargs > def->most))
	{
		compile_problem(c, tree, "%s is not supported with %d operands here", def->name ? def->name : "this node",
						tree->nargs);
		return compile_null(c, CQL_NULL);
	}
	args = compile_operands(c, tree);
	if (tree->op == CQL_OP_Length && tree->nsignature > 0 && tree->signature[0] &&
		tree->signature[0]->form == CQL_TYPE_LIST)
		node.flag = CQL_OF_LIST;
	if (tree->op == CQL_OP_Interval)
	{
		node.flag = tree->flags;
		node.kind = point_kind(tree);
		node.extra = 1;			/* written by the author, not read from the chart */
		for (int i = 0; i < tree->nargs; i++)
			if (logic_reads_slots(c->b, args[i]) || logic_reach(c->b, args[i]) == REACH_CHART)
				node.extra = 0;
	}
	else if (tree->type)
		node.kind = kind_of_type(tree->type);
	else
		node.kind = kind_of_type(tree->result);
	return logic_add_node(c->b, &node, args);
}

/* The tree of an Integer or Long literal, or of one with a sign before it; NULL when it is another one, or no number. */
static const CqlTree *
whole_literal(const CqlTree *tree)
{
	const CqlTree *literal = tree && tree->op == CQL_OP_Negate && tree->nargs == 1 ? tree->args[0] : tree;

	if (literal == NULL || literal->op != CQL_OP_Literal || literal->text == NULL ||
		(kind_of_type(literal->type) != CQL_INTEGER && kind_of_type(literal->type) != CQL_LONG) ||
		strspn(literal->text + (literal->text[0] == '-'), "0123456789") != strlen(literal->text + (literal->text[0] == '-')))
		return NULL;
	return literal;
}

/*
 * ToLong and ToDecimal of a literal: it is read as what it is converted to, so
 * that 2147483648 is the number written where a Decimal is wanted.
 */
static uint32
compile_widening(Compile *c, const CqlTree *tree)
{
	const CqlTree *literal = tree->nargs == 1 ? whole_literal(tree->args[0]) : NULL;
	CqlTree		wide;
	CqlTree		negative;

	if (literal == NULL || (tree->op == CQL_OP_ToLong && kind_of_type(literal->type) == CQL_LONG))
		return compile_plain(c, tree);
	wide = *literal;
	wide.type = cql_system_type(tree->op == CQL_OP_ToLong ? CQL_LONG : CQL_DECIMAL);
	if (literal == tree->args[0])
		return compile_literal(c, &wide);
	negative = *tree->args[0];
	negative.args = palloc(sizeof(CqlTree *));
	negative.args[0] = &wide;
	return compile_by_operator(c, &negative);
}

/* -2147483648 is the negative of a number that is too large for its type: a literal of its own. */
static bool
is_negative_literal(const CqlTree *tree)
{
	const CqlTree *literal = whole_literal(tree);

	return literal != NULL && literal != tree && literal->text[0] != '-';
}

/* The literal with its sign. */
static uint32
compile_negative(Compile *c, const CqlTree *tree)
{
	CqlTree		literal = *tree->args[0];
	size_t		size = strlen(literal.text) + 2;
	char	   *text = palloc(size);

	snprintf(text, size, "-%s", literal.text);
	literal.text = text;
	return compile_literal(c, &literal);
}

/* Whether a tree gives a list, whatever the data is. */
static bool
is_list(const CqlTree *tree)
{
	if (tree == NULL)
		return false;
	return tree->op == CQL_OP_Retrieve || (tree->result && tree->result->form == CQL_TYPE_LIST) ||
		((tree->op == CQL_OP_As || tree->op == CQL_OP_Null) && tree->type && tree->type->form == CQL_TYPE_LIST);
}

/* A tree without the casts of lists around it, which keep every element. */
static const CqlTree *
strip_casts(const CqlTree *tree)
{
	while (tree && tree->op == CQL_OP_As && !(tree->flags & CQL_STRICT_CAST) && tree->type &&
		   tree->type->form == CQL_TYPE_LIST && tree->nargs == 1 && tree->args[0])
		tree = tree->args[0];
	return tree;
}

/* Number of lists in a tree of unions; with leaves: compiles them in their order. */
static uint32
union_leaves(Compile *c, const CqlTree *tree, uint32 *leaves, uint32 n)
{
	const CqlTree *inner = strip_casts(tree);

	if (inner && inner->op == CQL_OP_Union && inner->nargs == 2)
		return union_leaves(c, inner->args[1], leaves, union_leaves(c, inner->args[0], leaves, n));
	if (leaves)
		leaves[n] = compile_expression(c, tree);
	return n + 1;
}

/* Whether all of a tree of unions are lists. */
static bool
unites_lists(const CqlTree *tree)
{
	const CqlTree *inner = strip_casts(tree);

	if (inner && inner->op == CQL_OP_Union && inner->nargs == 2)
		return unites_lists(inner->args[0]) && unites_lists(inner->args[1]);
	return is_list(tree);
}

/* Unions of unions are one: measures gather dozens of value sets so. */
static uint32
compile_union(Compile *c, const CqlTree *tree)
{
	uint32		n;
	uint32	   *leaves;

	if (tree->nargs != 2 || !unites_lists(tree))
		return compile_plain(c, tree);
	n = union_leaves(c, tree, NULL, 0);
	leaves = palloc(sizeof(uint32) * n);
	(void) union_leaves(c, tree, leaves, 0);
	return compile_node(c, CQL_OP_UnionAll, 0, 0, n, leaves);
}

/* Compiles by operator. */
static uint32
compile_by_operator(Compile *c, const CqlTree *tree)
{
	const Scope *s;

	switch (tree->op)
	{
		case CQL_OP_Literal:
			return compile_literal(c, tree);
		case CQL_OP_Null:
			return compile_null(c, kind_of_type(tree->type));
		case CQL_OP_Quantity:
			return compile_quantity(c, tree);
		case CQL_OP_Instance:
			if (kind_of_type(tree->type) == CQL_VALUE_SET || kind_of_type(tree->type) == CQL_CODE_SYSTEM)
				return compile_vocabulary(c, tree);
			return compile_structure(c, tree);
		case CQL_OP_Tuple:
			return compile_structure(c, tree);
		case CQL_OP_Case:
			return compile_case(c, tree);
		case CQL_OP_Union:
			return compile_union(c, tree);
		case CQL_OP_And:
		case CQL_OP_Or:
		case CQL_OP_Implies:
			return c->trace ? trace_logic(c, compile_plain(c, tree)) : compile_plain(c, tree);
		case CQL_OP_Negate:
			return is_negative_literal(tree) ? compile_negative(c, tree) : compile_plain(c, tree);
		case CQL_OP_ToLong:
		case CQL_OP_ToDecimal:
			return compile_widening(c, tree);
		case CQL_OP_As:
		case CQL_OP_Is:
		case CQL_OP_Convert:
		case CQL_OP_CanConvert:
			return compile_cast(c, tree);
		case CQL_OP_Property:
			return compile_property(c, tree);
		case CQL_OP_AliasRef:
		case CQL_OP_QueryLetRef:
		case CQL_OP_OperandRef:
			return compile_name(c, tree, compile_find_name(c, tree->name));
		case CQL_OP_Current:
		case CQL_OP_Iteration:
		case CQL_OP_Total:
			s = tree->name ? compile_find_name(c, tree->name) : find_innermost(c, tree->op);
			return compile_name(c, tree, s ? s : find_innermost(c, tree->op));
		case CQL_OP_IdentifierRef:
			return compile_identifier(c, tree);
		case CQL_OP_ExpressionRef:
			return link_expression(c, tree);
		case CQL_OP_ParameterRef:
			return link_parameter(c, tree);
		case CQL_OP_FunctionRef:
			return link_function(c, tree, compile_operands(c, tree));
		case CQL_OP_Query:
			return compile_query(c, tree);
		case CQL_OP_Sort:
			return compile_sort(c, tree);
		case CQL_OP_Filter:
		case CQL_OP_ForEach:
		case CQL_OP_Repeat:
		case CQL_OP_Aggregate:
			return compile_loop(c, tree);
		case CQL_OP_Retrieve:
			return compile_retrieve(c, tree);
		case CQL_OP_PathCall:
			return compile_path(c, tree);
		case CQL_OP_Code:
		case CQL_OP_Concept:
			return compile_code(c, tree);
		case CQL_OP_CodeRef:
		case CQL_OP_ConceptRef:
		case CQL_OP_ValueSetRef:
		case CQL_OP_CodeSystemRef:
			return compile_reference(c, tree);
		default:
			return compile_plain(c, tree);
	}
}

/* Operators that are worth a memo wherever nothing of the scope is read. */
static bool
is_costly(CqlOp op)
{
	switch (op)
	{
		case CQL_OP_Literal:
		case CQL_OP_AliasRef:
		case CQL_OP_ParameterRef:
		case CQL_OP_Memo:
		case CQL_OP_QueryLetRef:
			return false;
		default:
			return true;
	}
}

/* Operators whose equal uses in different definitions are computed once. */
static bool
is_shared(CqlOp op)
{
	return op == CQL_OP_Retrieve || op == CQL_OP_FunctionRef || op == CQL_OP_Query || op == CQL_OP_Interval;
}

/* Compiles what reads nothing of the scope in a frame of its own. */
static uint32
compile_apart(Compile *c, const CqlTree *tree)
{
	Compile		apart = *c;
	uint32		node;

	apart.scope = NULL;
	apart.next_slot = apart.max_slot = 0;
	apart.row = 0;
	apart.depth++;
	node = compile_by_operator(&apart, tree);
	if (!is_costly(logic_get_node(c->b, node)->op))
		return node;
	return logic_add_memo(c->b, node, apart.max_slot);
}

uint32
compile_expression(Compile *c, const CqlTree *tree)
{
	uint32		node;

	if (tree == NULL)
		return compile_null(c, CQL_NULL);
	check_stack_depth();
	if (c->depth > CQL_MAX_TREE_DEPTH)
	{
		compile_problem(c, tree, "expressions are nested too deeply");
		return compile_null(c, CQL_NULL);
	}
	logic_set_place(c->b, c->definition, tree->line, tree->column);
	if ((c->scope != NULL || is_shared(tree->op)) && is_costly(tree->op) && tree->nargs + (tree->op == CQL_OP_Retrieve) > 0 &&
		(c->scope == NULL || compile_is_closed(c, tree)))
		node = compile_apart(c, tree);
	else
	{
		c->depth++;
		node = compile_by_operator(c, tree);
		c->depth--;
		logic_set_place(c->b, c->definition, tree->line, tree->column);
	}
	return tree->trace ? trace_clause(c, tree, node) : node;
}
