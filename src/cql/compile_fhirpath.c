/*
 * compile_fhirpath.c: calls of FHIRPath's functions as nodes.
 *
 * A PathCall has the number of its function in extra.  extra2 is the property
 * of Member, the first of three slots ($this, $index, $total) of a loop, and the
 * FHIR type of a test or cast, whose flag is the kind of System.
 */
#include "cql/compile.h"

#include "cql/fhirpath.h"

/* The three variables of a loop on the scope. */
static uint32
push_loop(Compile *c, Scope *s)
{
	static const struct
	{
		const char *name;
		CqlOp		op;
	}			variables[] = {{"$this", CQL_OP_Current}, {"$index", CQL_OP_Iteration}, {"$total", CQL_OP_Total}};
	uint32		slot = c->next_slot;

	for (int i = 0; i < lengthof(variables); i++)
	{
		s[i] = (Scope) {.outer = c->scope,.name = variables[i].name,.op = variables[i].op,.slot = c->next_slot++};
		c->scope = &s[i];
	}
	c->max_slot = Max(c->max_slot, c->next_slot);
	return slot;
}

/* A function whose arguments have a $this of their own; the start of aggregate has not. */
static uint32
compile_path_loop(Compile *c, const CqlTree *tree, uint32 *args)
{
	Scope	   *outer = c->scope;
	uint32		first = c->next_slot;
	Scope		s[3];

	args[0] = compile_expression(c, tree->args[0]);
	if (tree->flags == PATH_Aggregate && tree->nargs > 2)
		args[2] = compile_expression(c, tree->args[2]);
	(void) push_loop(c, s);
	for (int i = 1; i < tree->nargs; i++)
	{
		if (tree->flags != PATH_Aggregate || i == 1)
			args[i] = compile_expression(c, tree->args[i]);
	}
	c->scope = outer;
	c->next_slot = first;
	return first;
}

/* The value set that memberOf names: url or url|version. */
static uint32
compile_member_of(Compile *c, const CqlTree *name)
{
	LogicConstant constant = {.kind = CQL_VALUE_SET};
	CqlDef		def = {.kind = CQL_DEF_VALUE_SET};
	char	   *url;
	char	   *bar;

	if (name->op != CQL_OP_Literal || name->type->kind != CQL_STRING)
	{
		compile_problem(c, name, "memberOf takes the URL of a value set as a literal");
		return compile_null(c, CQL_NULL);
	}
	url = pstrdup(name->text);
	bar = strchr(url, '|');
	if (bar)
	{
		*bar = '\0';
		def.version = bar + 1;
	}
	def.name = def.id = url;
	constant.i = link_value_set(c, name, &def);
	return compile_node(c, CQL_OP_Literal, 0, logic_add_constant(c->b, &constant), 0, NULL);
}

uint32
compile_path(Compile *c, const CqlTree *tree)
{
	CqlNode		node = {.op = CQL_OP_PathCall,.nargs = (uint32) tree->nargs,.extra = tree->flags};
	uint32		args[4];

	if (fhirpath_way(tree->flags) == PATH_LOOP)
		node.extra2 = compile_path_loop(c, tree, args);
	else
	{
		for (int i = 0; i < tree->nargs; i++)
		{
			if (tree->flags == PATH_MemberOf && i == 1)
				args[i] = compile_member_of(c, tree->args[i]);
			else
				args[i] = compile_expression(c, tree->args[i]);
		}
	}
	if (tree->flags == PATH_Member)
		node.extra2 = logic_add_property(c->b, tree->name);
	else if (tree->type)
	{
		node.flag = tree->type->kind;
		node.extra2 = tree->type->fhir;
	}
	return logic_add_node(c->b, &node, args);
}
