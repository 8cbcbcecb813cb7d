/*
 * link.c: one logic of many libraries: what the names of definitions,
 * parameters, functions and value sets mean across includes, and the merged
 * index of all value sets.
 */
#include "cql/compile.h"

#include "types/codeset.h"

/* How far a definition is. */
typedef enum DefState
{
	DEF_NEW,
	DEF_UNDER_WAY,
	DEF_DONE
} DefState;

typedef struct LinkDef
{
	DefState	state;
	uint32		node;			/* expression: memo of its body */
	uint32		function;		/* function: its number */
	uint32		definition;		/* its place in DEFINITIONS */
	uint32		native;			/* code that stands for it + 1, 0: none; LOGIC_NONE: not looked up */
} LinkDef;

struct LinkLibrary
{
	const CqlLibrary *source;
	LinkDef    *defs;
};

typedef struct Linker
{
	LogicBuilder *b;
	LinkLibrary *libraries;
	int			nlibraries;
	const CqlLinkOptions *options;
	CqlProblems *problems;
	int			depth;
} Linker;

#define MAX_LINK_DEPTH 200		/* definitions that call each other */

void
link_report(Compile *c, int line, int column, const char *message)
{
	const char *library = c->library ? c->library->source->name : NULL;
	const char *name = NULL;

	if (c->definition != LOGIC_NONE)
	{
		const LogicDefinition *d = logic_element(c->b, LOGIC_DEFINITIONS, c->definition);
		int			length;
		const char *text = logic_builder_string(c->b, d->name, &length);

		name = pnstrdup(text, length);
	}
	cql_problem(c->linker->problems, library, name, line, column, "%s", message);
}

/* Compares versions part by part, numbers as numbers. */
static int
compare_versions(const char *a, const char *b)
{
	while (*a || *b)
	{
		long		x = strtol(a, (char **) &a, 10);
		long		y = strtol(b, (char **) &b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		if (*a != *b && (*a != '.' || *b != '.'))
			return strcmp(a, b);
		a += *a != '\0';
		b += *b != '\0';
	}
	return 0;
}

/* A library by name; without a version the highest. */
static LinkLibrary *
find_library(Linker *l, const char *name, const char *version)
{
	LinkLibrary *best = NULL;

	for (int i = 0; i < l->nlibraries; i++)
	{
		const CqlLibrary *source = l->libraries[i].source;

		if (strcmp(source->name, name) != 0)
			continue;
		if (version != NULL)
		{
			if (source->version != NULL && strcmp(source->version, version) == 0)
				return &l->libraries[i];
		}
		else if (best == NULL || compare_versions(source->version ? source->version : "",
												  best->source->version ? best->source->version : "") > 0)
			best = &l->libraries[i];
	}
	return best;
}

/* The library that a reference's alias means: its own without one. */
static LinkLibrary *
library_of(Compile *c, const CqlTree *tree)
{
	const CqlLibrary *source;
	LinkLibrary *found;

	if (tree->library == NULL || c->library == NULL)
		return c->library;
	source = c->library->source;
	for (int i = 0; i < source->nincludes; i++)
	{
		const CqlInclude *include = &source->includes[i];

		if (strcmp(include->alias, tree->library) != 0)
			continue;
		found = find_library(c->linker, include->path, include->version);
		if (found == NULL)
			compile_problem(c, tree, "library %s%s%s is missing", include->path, include->version ? " version " : "",
							include->version ? include->version : "");
		return found;
	}
	compile_problem(c, tree, "no library is included as \"%s\"", tree->library);
	return NULL;
}

/* A definition of a library by name. */
static const CqlDef *
find_def(const LinkLibrary *library, const char *name, CqlDefKind kind)
{
	const CqlLibrary *source = library->source;

	for (int i = 0; i < source->ndefs; i++)
		if (source->defs[i].kind == kind && source->defs[i].name && strcmp(source->defs[i].name, name) == 0)
			return &source->defs[i];
	return NULL;
}

static LinkDef *
state_of(LinkLibrary *library, const CqlDef *def)
{
	return &library->defs[def - library->source->defs];
}

const CqlDef *
link_definition(Compile *c, const CqlTree *tree, CqlDefKind kind, LinkLibrary **library)
{
	const CqlDef *def = NULL;

	*library = library_of(c, tree);
	if (*library != NULL && tree->name != NULL)
		def = find_def(*library, tree->name, kind);
	if (def == NULL && (*library != NULL || c->library == NULL))
		compile_problem(c, tree, "\"%s\"%s%s is not defined", tree->name ? tree->name : "",
						tree->library ? " of " : "", tree->library ? tree->library : "");
	return def;
}

/* Opens the definition's row, in which its nodes stand. */
static void
begin_def(Compile *inner, const Compile *c, LinkLibrary *library, const CqlDef *def)
{
	LogicDefinition d = {logic_add_text(c->b, library->source->name), logic_add_text(c->b, def->name), LOGIC_NONE, 0};

	memset(inner, 0, sizeof(*inner));
	inner->linker = c->linker;
	inner->b = c->b;
	inner->library = library;
	inner->trace = c->trace;
	inner->definition = logic_append(c->b, LOGIC_DEFINITIONS, &d);
	state_of(library, def)->definition = inner->definition;
}

/* Compiles a definition of an expression, once. */
static uint32
link_def(Compile *c, const CqlTree *tree, LinkLibrary *library, const CqlDef *def)
{
	LinkDef    *state = state_of(library, def);
	Linker	   *l = c->linker;
	Compile		inner;

	if (state->state == DEF_DONE)
		return state->node;
	if (state->state == DEF_UNDER_WAY || l->depth >= MAX_LINK_DEPTH)
	{
		compile_problem(c, tree, "definition \"%s\" %s", def->name,
						state->state == DEF_UNDER_WAY ? "refers to itself" : "is too deep");
		return compile_null(c, CQL_NULL);
	}
	state->state = DEF_UNDER_WAY;
	l->depth++;
	begin_def(&inner, c, library, def);
	if (c->trace)
		trace_definition(&inner, def);
	state->node = compile_expression(&inner, def->body);
	state->node = logic_add_memo(c->b, state->node, inner.max_slot);
	((LogicDefinition *) logic_element(c->b, LOGIC_DEFINITIONS, inner.definition))->node = state->node;
	l->depth--;
	state->state = DEF_DONE;
	return state->node;
}

uint32
link_expression(Compile *c, const CqlTree *tree)
{
	LinkLibrary *library;
	const CqlDef *def = link_definition(c, tree, CQL_DEF_EXPRESSION, &library);

	return def ? link_def(c, tree, library, def) : compile_null(c, CQL_NULL);
}

uint32
link_parameter(Compile *c, const CqlTree *tree)
{
	LinkLibrary *library;
	const CqlDef *def = link_definition(c, tree, CQL_DEF_PARAMETER, &library);
	LinkDef    *state;
	LogicParameter p;
	Compile		inner;

	if (def == NULL)
		return compile_null(c, CQL_NULL);
	state = state_of(library, def);
	if (state->state == DEF_UNDER_WAY)
	{
		compile_problem(c, tree, "parameter \"%s\" refers to itself", def->name);
		return compile_null(c, CQL_NULL);
	}
	if (state->state == DEF_NEW)
	{
		state->state = DEF_UNDER_WAY;
		begin_def(&inner, c, library, def);
		p.library = logic_add_text(c->b, library->source->name);
		p.name = logic_add_text(c->b, def->name);
		p.node = def->body ? logic_add_memo(c->b, compile_expression(&inner, def->body), inner.max_slot) : LOGIC_NONE;
		p.type = def->type ? compile_type(c, def->type) : LOGIC_NONE;
		state->node = compile_node(c, CQL_OP_ParameterRef, 0, logic_append(c->b, LOGIC_PARAMETERS, &p), 0, NULL);
		state->state = DEF_DONE;
	}
	return state->node;
}

/* Whether two types are the same. */
static bool
same_type(const CqlType *a, const CqlType *b)
{
	if (a == NULL || b == NULL || a->form != b->form || a->kind != b->kind || a->fhir != b->fhir ||
		a->nparts != b->nparts)
		return a == b;
	for (int i = 0; i < a->nparts; i++)
		if (!same_type(a->parts[i], b->parts[i]))
			return false;
	return true;
}

/* Whether a signature is that of a function. */
static bool
fits_signature(const CqlTree *tree, const CqlDef *def)
{
	if (tree->nsignature != def->noperands)
		return false;
	for (int i = 0; i < def->noperands; i++)
		if (!same_type(tree->signature[i], def->operands[i].type))
			return false;
	return true;
}

/* Compiles a function, once; its number is known before its body is, for recursion. */
static uint32
link_function_def(Compile *c, LinkLibrary *library, const CqlDef *def)
{
	LinkDef    *state = state_of(library, def);
	Scope	   *scopes;
	uint32	   *types;
	LogicFunction f = {.body = LOGIC_NONE,.noperands = (uint32) def->noperands};
	LogicFunction *done;
	uint32		body;
	Compile		inner;

	if (state->state != DEF_NEW)
		return state->function;
	state->state = DEF_UNDER_WAY;
	scopes = palloc0(sizeof(Scope) * (def->noperands + 1));
	types = palloc0(sizeof(uint32) * (def->noperands + 1));
	for (int i = 0; i < def->noperands; i++)
		types[i] = compile_type(c, def->operands[i].type);
	f.name = logic_add_text(c->b, def->name);
	f.library = logic_add_text(c->b, library->source->name);
	f.types = logic_add_parts(c->b, types, f.noperands);
	state->function = logic_append(c->b, LOGIC_FUNCTIONS, &f);
	begin_def(&inner, c, library, def);
	if (c->trace && def->body)
		trace_definition(&inner, def);
	for (int i = 0; i < def->noperands; i++)
	{
		scopes[i] = (Scope) {.outer = inner.scope,.name = def->operands[i].name,.op = CQL_OP_OperandRef,.slot = i};
		inner.scope = &scopes[i];
	}
	inner.next_slot = inner.max_slot = (uint32) def->noperands;
	c->linker->depth++;
	if (c->linker->depth > MAX_LINK_DEPTH)
		compile_problem(c, NULL, "functions call each other too deeply");
	body = c->linker->depth > MAX_LINK_DEPTH ? compile_null(c, CQL_NULL) : compile_expression(&inner, def->body);
	c->linker->depth--;
	done = logic_element(c->b, LOGIC_FUNCTIONS, state->function);
	done->body = body;
	done->nslots = inner.max_slot;
	state->state = DEF_DONE;
	return state->function;
}

/* The functions of a name that a call may mean: by signature one, otherwise by number of operands. */
static int
find_candidates(const CqlTree *tree, const LinkLibrary *library, const CqlDef **found, int most)
{
	const CqlLibrary *source = library->source;
	int			n = 0;

	for (int i = 0; i < source->ndefs; i++)
	{
		const CqlDef *def = &source->defs[i];

		if (def->kind != CQL_DEF_FUNCTION || def->noperands != tree->nargs || strcmp(def->name, tree->name) != 0)
			continue;
		if (tree->nsignature > 0 && fits_signature(tree, def))
		{
			found[0] = def;
			return 1;
		}
		if (n < most)
			found[n++] = def;
	}
	return n;
}

static uint32 native_of(Compile *c, LinkLibrary *library, const CqlDef *def);

/* Whether all functions that a tree calls are the published ones, too. */
static bool
calls_published(Compile *c, LinkLibrary *library, const CqlTree *tree)
{
	const CqlLibrary *source = library->source;

	if (tree == NULL)
		return true;
	for (int i = 0; i < tree->nargs; i++)
		if (!calls_published(c, library, tree->args[i]))
			return false;
	if (tree->op == CQL_OP_ExpressionRef || (tree->op == CQL_OP_FunctionRef && tree->library != NULL))
		return false;
	for (int i = 0; tree->op == CQL_OP_FunctionRef && i < source->ndefs; i++)
		if (source->defs[i].kind == CQL_DEF_FUNCTION && source->defs[i].noperands == tree->nargs &&
			strcmp(source->defs[i].name, tree->name) == 0 && !native_of(c, library, &source->defs[i]))
			return false;
	return true;
}

/* The native code of a function + 1, or 0. */
static uint32
native_of(Compile *c, LinkLibrary *library, const CqlDef *def)
{
	LinkDef    *state = state_of(library, def);

	if (!c->linker->options->native_helpers)
		return 0;
	if (state->native == LOGIC_NONE)
	{
		uint32		native = native_find(def);

		state->native = 0;		/* a function that calls itself is none of them */
		if (native && calls_published(c, library, def->body))
			state->native = native;
	}
	return state->native;
}

/* Whether a function is a property of its operand, as most of FHIRHelpers: it is read in place. */
static bool
reads_property(const CqlDef *def)
{
	const CqlTree *body = def->body;

	return def->noperands == 1 && body->op == CQL_OP_Property && body->nargs == 1 && body->args[0] &&
		body->args[0]->op == CQL_OP_OperandRef && strcmp(body->args[0]->name, def->operands[0].name) == 0;
}

#define MAX_OVERLOADS 200

bool
link_uses(const Compile *c, const char *model)
{
	for (int i = 0; c->library && i < c->library->source->nusings; i++)
		if (c->library->source->usings[i].name && strcmp(c->library->source->usings[i].name, model) == 0)
			return true;
	return false;
}

const CqlDef *
link_called(Compile *c, const CqlTree *tree, const char **library)
{
	const CqlLibrary *own = c->library ? c->library->source : NULL;
	const CqlDef *found[MAX_OVERLOADS];
	const char *path = NULL;
	const char *version = NULL;
	LinkLibrary *there = tree->library ? NULL : c->library;

	for (int i = 0; own && tree->library && i < own->nincludes; i++)
		if (strcmp(own->includes[i].alias, tree->library) == 0)
		{
			path = own->includes[i].path;
			version = own->includes[i].version;
		}
	if (path)
		there = find_library(c->linker, path, version);
	if (there == NULL || tree->name == NULL || find_candidates(tree, there, found, MAX_OVERLOADS) == 0)
		return NULL;
	*library = there->source->name;
	return found[0];
}

uint32
link_function(Compile *c, const CqlTree *tree, const uint32 *args)
{
	LinkLibrary *library = library_of(c, tree);
	const CqlDef *found[MAX_OVERLOADS];
	uint32		functions[MAX_OVERLOADS];
	CqlNode		node = {.op = CQL_OP_FunctionRef,.nargs = (uint32) tree->nargs};
	int			n;

	if (library == NULL)
	{
		if (c->library == NULL)
			compile_problem(c, tree, "function \"%s\" is not known", tree->name ? tree->name : "");
		return compile_null(c, CQL_NULL);
	}
	n = find_candidates(tree, library, found, MAX_OVERLOADS);
	if (n == 0)
		compile_problem(c, tree, "function \"%s\" with %d operands is not defined%s%s", tree->name, tree->nargs,
						tree->library ? " in " : "", tree->library ? tree->library : "");
	for (int i = 0; i < n; i++)
		if (found[i]->is_external || found[i]->body == NULL)
		{
			compile_problem(c, tree, "function \"%s\" of library %s has no body", tree->name, library->source->name);
			n = 0;
		}
	if (n == 0)
		return compile_null(c, CQL_NULL);
	if (n == 1 && native_of(c, library, found[0]))
		return compile_node(c, CQL_OP_Native, 0, native_of(c, library, found[0]) - 1, (uint32) tree->nargs, args);
	if (n == 1 && reads_property(found[0]))
		return compile_step(c, found[0]->body->name, args[0]);
	for (int i = 0; i < n; i++)
		functions[i] = link_function_def(c, library, found[i]);
	node.extra = logic_append_all(c->b, LOGIC_OVERLOADS, functions, (uint32) n);
	if (n == 1)
		node.extra = functions[0];
	node.extra2 = (uint32) n;
	return logic_add_node(c->b, &node, args);
}

/* Takes the codes of a value set into the logic. */
static void
put_value_set(Compile *c, const CqlTree *tree, const CqlDef *def, LogicValueSet *v)
{
	const CqlValueSets *source = &c->linker->options->value_sets;
	const void *codes = NULL;
	size_t		length = 0;
	CodesetView view;

	v->codes = LOGIC_NONE;
	if (source->find && source->find(source->arg, def->id, def->version, &codes, &length))
	{
		static const char zeros[8];

		v->codes = logic_append_all(c->b, LOGIC_CODESETS, codes, (uint32) length);
		v->length = (uint32) length;
		(void) logic_append_all(c->b, LOGIC_CODESETS, zeros, (8 - length % 8) % 8);
		codeset_view_init(&view, codes);
		v->prefixes = view.nprefixes > 0;
	}
	else if (!source->missing_is_empty)
		compile_problem(c, tree, "value set %s%s%s (\"%s\") is missing", def->id, def->version ? "|" : "",
						def->version ? def->version : "", def->name);
}

uint32
link_value_set(Compile *c, const CqlTree *tree, const CqlDef *def)
{
	uint32		url = logic_add_text(c->b, def->id ? def->id : "");
	uint32		version = logic_add_text(c->b, def->version);
	LogicValueSet v = {.url = url,.version = version};

	for (uint32 i = 0; i < logic_builder_count(c->b, LOGIC_VALUE_SETS); i++)
	{
		const LogicValueSet *known = logic_element(c->b, LOGIC_VALUE_SETS, i);

		if (known->url == url && known->version == version)
			return i;
	}
	put_value_set(c, tree, def, &v);
	return logic_append(c->b, LOGIC_VALUE_SETS, &v);
}

/* Reports libraries that are included and not there, whether used or not. */
static void
check_includes(Linker *l)
{
	for (int i = 0; i < l->nlibraries; i++)
	{
		const CqlLibrary *source = l->libraries[i].source;

		for (int j = 0; j < source->nincludes; j++)
			if (find_library(l, source->includes[j].path, source->includes[j].version) == NULL)
				cql_problem(l->problems, source->name, NULL, 0, 0, "library %s%s%s is missing", source->includes[j].path,
							source->includes[j].version ? " version " : "",
							source->includes[j].version ? source->includes[j].version : "");
	}
}

/* Whether a library is one of the roots. */
static bool
is_root(const CqlLinkOptions *options, const CqlLibrary *library)
{
	for (int i = 0; i < options->nroots; i++)
	{
		const char *root = options->roots[i];
		size_t		n = strcspn(root, "|");

		if (strlen(library->name) == n && strncmp(root, library->name, n) == 0 &&
			(root[n] == '\0' || (library->version && strcmp(root + n + 1, library->version) == 0)))
			return true;
	}
	return options->nroots == 0;
}

/* Compiles what a root library defines. */
static void
link_root(Compile *c, LinkLibrary *library)
{
	const CqlLibrary *source = library->source;

	c->library = library;
	for (int i = 0; i < source->ndefs; i++)
	{
		const CqlDef *def = &source->defs[i];

		if (def->kind == CQL_DEF_EXPRESSION)
		{
			uint32		result;

			(void) link_def(c, def->body, library, def);
			result = state_of(library, def)->definition;
			(void) logic_append(c->b, LOGIC_RESULTS, &result);
		}
		else if (def->kind == CQL_DEF_FUNCTION && def->body != NULL && !def->is_external)
			(void) link_function_def(c, library, def);
	}
}

/* A linker over libraries. */
static void
start_linker(Linker *l, CqlLibrary *const *libraries, int n, const CqlLinkOptions *options, CqlProblems *problems)
{
	l->b = logic_builder();
	l->libraries = palloc0(sizeof(LinkLibrary) * (n + 1));
	l->nlibraries = n;
	l->options = options;
	l->problems = problems;
	l->depth = 0;
	for (int i = 0; i < n; i++)
	{
		l->libraries[i].source = libraries[i];
		l->libraries[i].defs = palloc0(sizeof(LinkDef) * (libraries[i]->ndefs + 1));
		for (int j = 0; j < libraries[i]->ndefs; j++)
			l->libraries[i].defs[j].native = LOGIC_NONE;
	}
}

/* The value, unless there were problems. */
static struct varlena *
finish(Linker *l)
{
	if (l->problems->count > 0)
		return NULL;
	if (!link_index(l->b))
	{
		cql_problem(l->problems, NULL, NULL, 0, 0, "the value sets are too large for one logic");
		return NULL;
	}
	if (l->options->trace)
		trace_finish(l->b);
	else
		logic_share(l->b);
	logic_mark_looks(l->b);
	return logic_finish(l->b);
}

struct varlena *
cql_link(CqlLibrary *const *libraries, int nlibraries, const CqlLinkOptions *options, CqlProblems *problems)
{
	Linker		l;
	Compile		c = {0};
	bool		found = false;

	start_linker(&l, libraries, nlibraries, options, problems);
	c.linker = &l;
	c.b = l.b;
	c.trace = options->trace;
	c.definition = LOGIC_NONE;
	check_includes(&l);
	for (int i = 0; i < nlibraries; i++)
		if (is_root(options, libraries[i]))
		{
			found = true;
			link_root(&c, &l.libraries[i]);
		}
	if (!found)
		cql_problem(problems, options->nroots ? options->roots[0] : NULL, NULL, 0, 0, "there is no such library");
	return finish(&l);
}

struct varlena *
cql_link_expression(CqlTree *tree, const CqlLinkOptions *options, CqlProblems *problems)
{
	Linker		l;
	Compile		c = {0};
	LogicDefinition d;
	uint32		result;

	start_linker(&l, NULL, 0, options, problems);
	c.linker = &l;
	c.b = l.b;
	d.library = logic_add_text(l.b, "");
	d.name = logic_add_text(l.b, "expression");
	d.node = LOGIC_NONE;
	d.flags = 0;
	c.definition = result = logic_append(l.b, LOGIC_DEFINITIONS, &d);
	d.node = compile_expression(&c, tree);
	d.node = logic_add_memo(l.b, d.node, c.max_slot);
	*(LogicDefinition *) logic_element(l.b, LOGIC_DEFINITIONS, result) = d;
	(void) logic_append(l.b, LOGIC_RESULTS, &result);
	return finish(&l);
}
