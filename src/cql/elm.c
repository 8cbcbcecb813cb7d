/*
 * elm.c: libraries of ELM: identifier, usings, includes and definitions.
 *
 * All sections are lists "def" of objects; each kind of definition has one
 * function.  What is wrong is collected; a library is returned whenever it can
 * be seen to be one.
 */
#include "cql/elm.h"

void
elm_problem(ElmReader *r, const char *format,...)
{
	char		message[400];
	va_list		args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	cql_problem(r->problems, r->library, r->definition, r->line, r->column, "%s", message);
}

/* A text that must be there and is no longer than a name may be; "" with a problem. */
static const char *
needed(ElmReader *r, const ElmItem *item, const char *member, const char *of)
{
	const ElmItem *value = elm_value(r, item, member);

	if (value != NULL && value->length > 0 && value->length <= ELM_MAX_NAME)
		return elm_copy(value);
	elm_problem(r, "ELM member \"%s\" of %s is missing or too long", member, of);
	return "";
}

/* ---- what the library refers to ---- */

/* Walks the definitions of a section: an object with a member def. */
static ElmItem *
next_def(const ElmItem *library, const char *section, ElmWalk *walk)
{
	ElmItem    *object = elm_member(library, section);

	return object ? elm_next(object, "def", walk) : NULL;
}

/* How many definitions a section has. */
static int
count_defs(const ElmItem *library, const char *section)
{
	ElmItem    *object = elm_member(library, section);

	return object ? elm_count(object, "def") : 0;
}

static void
read_usings(ElmReader *r, const ElmItem *root, CqlLibrary *library)
{
	ElmWalk		walk = {0};
	ElmItem    *def;

	library->usings = palloc0((Size) count_defs(root, "usings") * sizeof(CqlUsing));
	while ((def = next_def(root, "usings", &walk)) != NULL)
	{
		CqlUsing   *using = &library->usings[library->nusings++];

		using->name = needed(r, def, "localIdentifier", "a using");
		using->uri = elm_text(r, def, "uri");
		using->version = elm_text(r, def, "version");
	}
}

/* The last part of a qualified name: namespace/Name or namespace.Name. */
static const char *
last_part(const char *path)
{
	const char *last = strrchr(path, '/');

	if (last == NULL)
		last = strrchr(path, '.');
	return last && last[1] != '\0' ? last + 1 : path;
}

static void
read_includes(ElmReader *r, const ElmItem *root, CqlLibrary *library)
{
	ElmWalk		walk = {0};
	ElmItem    *def;

	library->includes = palloc0((Size) count_defs(root, "includes") * sizeof(CqlInclude));
	while ((def = next_def(root, "includes", &walk)) != NULL)
	{
		CqlInclude *include = &library->includes[library->nincludes++];

		include->path = last_part(needed(r, def, "path", "an include"));
		include->alias = elm_text(r, def, "localIdentifier");
		if (include->alias == NULL)
			include->alias = include->path;
		include->version = elm_text(r, def, "version");
	}
}

/* What the library's annotations say of its translation: who did it, and what failed. */
static void
read_annotations(ElmReader *r, const ElmItem *root, CqlLibrary *library)
{
	ElmWalk		walk = {0};
	ElmItem    *item;

	while ((item = elm_next(root, "annotation", &walk)) != NULL)
	{
		const ElmItem *version = item->kind == ELM_OBJECT ? elm_value(r, item, "translatorVersion") : NULL;
		const ElmItem *options = version ? elm_value(r, item, "translatorOptions") : NULL;
		const ElmItem *severity = item->kind == ELM_OBJECT ? elm_value(r, item, "errorSeverity") : NULL;
		const ElmItem *message = severity ? elm_value(r, item, "message") : NULL;

		if (version != NULL && library->translator == NULL)
		{
			StringInfoData text;

			initStringInfo(&text);
			appendBinaryStringInfo(&text, version->text, (int) version->length);
			if (options != NULL)
			{
				appendStringInfoChar(&text, ' ');
				appendBinaryStringInfo(&text, options->text, (int) options->length);
			}
			library->translator = text.data;
		}
		if (elm_is(severity, "error"))
			elm_problem(r, "the translator reported an error: %.*s", message ? elm_clip(message->text, message->length, 200) : 0,
						message ? message->text : "");
	}
}

/* ---- definitions ---- */

typedef void (*ReadDef) (ElmReader *r, ElmItem *item, CqlDef *def);

/* The type of a parameter: of its default where nothing else tells. */
static void
read_parameter(ElmReader *r, ElmItem *item, CqlDef *def)
{
	ElmItem    *value = elm_member(item, "default");

	def->type = elm_member_type(r, item, "parameterType");
	if (def->type == NULL)
		def->type = elm_result(r, item);
	if (value != NULL)
		def->body = elm_expression(r, value, CQL_NOPS);
	if (def->type == NULL && def->body != NULL)
		def->type = def->body->result;
}

/* Value sets and code systems. */
static void
read_terminology(ElmReader *r, ElmItem *item, CqlDef *def)
{
	def->id = needed(r, item, "id", "a value set or code system");
	def->version = elm_text(r, item, "version");
	def->type = elm_result(r, item);
}

static void
read_code(ElmReader *r, ElmItem *item, CqlDef *def)
{
	ElmItem    *system = elm_member(item, "codeSystem");

	def->id = needed(r, item, "id", "a code");
	def->display = elm_text(r, item, "display");
	def->type = elm_result(r, item);
	if (system != NULL)
		def->body = elm_expression(r, system, CQL_OP_CodeSystemRef);
	if (def->body == NULL || def->body->op != CQL_OP_CodeSystemRef)
		elm_problem(r, "an ELM code without codeSystem");
}

/* A concept is one of references to codes. */
static void
read_concept(ElmReader *r, ElmItem *item, CqlDef *def)
{
	int			n = elm_count(item, "code");
	CqlTree    *concept = cql_tree(CQL_OP_Concept, n);
	ElmWalk		walk = {0};
	ElmItem    *code;

	concept->nargs = 0;
	concept->line = def->line;
	concept->column = def->column;
	concept->text2 = def->display = elm_text(r, item, "display");
	concept->result = def->type = elm_result(r, item);
	while ((code = elm_next(item, "code", &walk)) != NULL)
	{
		CqlTree    *t = elm_expression(r, code, CQL_OP_CodeRef);

		if (t->op == CQL_OP_CodeRef || t->op == CQL_OP_Code)
			concept->args[concept->nargs++] = t;
		else
			elm_problem(r, "a code of an ELM concept is no code");
	}
	def->body = concept;
}

/* The operands of a function. */
static void
read_operands(ElmReader *r, ElmItem *item, CqlDef *def)
{
	ElmWalk		walk = {0};
	ElmItem    *operand;

	def->operands = palloc0((Size) elm_count(item, "operand") * sizeof(CqlOperand));
	while ((operand = elm_next(item, "operand", &walk)) != NULL)
	{
		CqlOperand *o = &def->operands[def->noperands++];

		o->name = needed(r, operand, "name", "an operand of a function");
		o->type = elm_member_type(r, operand, "operandType");
		if (o->type == NULL)
			o->type = elm_result(r, operand);
	}
}

/* Expressions and functions. */
static void
read_statement(ElmReader *r, ElmItem *item, CqlDef *def)
{
	ElmItem    *body = elm_member(item, "expression");
	const char *type;
	int			length;

	if (elm_type_name(item, &type, &length) ? length == 11 && memcmp(type, "FunctionDef", 11) == 0
		: elm_member(item, "operand") != NULL)
	{
		def->kind = CQL_DEF_FUNCTION;
		def->is_external = elm_flag(r, item, "external", false);
		def->is_fluent = elm_flag(r, item, "fluent", false);
		read_operands(r, item, def);
	}
	def->context = elm_text(r, item, "context");
	def->type = elm_result(r, item);
	if (body != NULL)
		def->body = elm_expression(r, body, CQL_NOPS);
	else if (!def->is_external)
	{
		elm_problem(r, "ELM definition without expression");
		def->body = cql_tree(CQL_OP_Null, 0);
	}
	if (def->type == NULL && def->body != NULL)
		def->type = def->body->result;
}

static const struct
{
	const char *section;
	CqlDefKind	kind;
	ReadDef		read;
}			sections[] = {
	{"parameters", CQL_DEF_PARAMETER, read_parameter},
	{"codeSystems", CQL_DEF_CODE_SYSTEM, read_terminology},
	{"valueSets", CQL_DEF_VALUE_SET, read_terminology},
	{"codes", CQL_DEF_CODE, read_code},
	{"concepts", CQL_DEF_CONCEPT, read_concept},
	{"statements", CQL_DEF_EXPRESSION, read_statement},
};

/* Reads one definition. */
static void
read_def(ElmReader *r, ElmItem *item, CqlDefKind kind, ReadDef read, CqlDef *def)
{
	ElmPlace	before = {r->line, r->column};
	const ElmItem *name;

	def->kind = kind;
	def->name = "";
	if (item->kind != ELM_OBJECT)
	{
		elm_problem(r, "an ELM definition is no object");
		return;
	}
	elm_enter(r, item);
	name = elm_value(r, item, "name");
	if (name != NULL && name->length > 0 && name->length <= ELM_MAX_NAME)
		def->name = elm_copy(name);
	else
		elm_problem(r, "an ELM definition without name, or with one too long");
	r->definition = def->name;
	def->line = r->line;
	def->column = r->column;
	def->is_private = elm_is(elm_value(r, item, "accessLevel"), "Private");
	read(r, item, def);
	r->definition = NULL;
	elm_leave(r, before);
}

/* Sorts definitions by name, then as they stand. */
static int
compare_defs(const void *a, const void *b)
{
	const CqlDef *x = *(const CqlDef *const *) a;
	const CqlDef *y = *(const CqlDef *const *) b;
	int			order = strcmp(x->name, y->name);

	return order ? order : x < y ? -1 : x > y;
}

/*
 * Reports definitions of one name.  Functions may share theirs, even with the
 * same operands: overloads for profiles of one FHIR type look alike in ELM.
 */
static void
check_names(ElmReader *r, const CqlLibrary *library)
{
	const CqlDef **sorted = palloc((Size) library->ndefs * sizeof(CqlDef *) + 1);
	int			n = 0;

	for (int i = 0; i < library->ndefs; i++)
		if (library->defs[i].kind != CQL_DEF_FUNCTION && library->defs[i].name[0] != '\0')
			sorted[n++] = &library->defs[i];
	qsort(sorted, n, sizeof(CqlDef *), compare_defs);
	for (int i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			cql_problem(r->problems, library->name, sorted[i]->name, sorted[i]->line, sorted[i]->column,
						"defined more than once");
	pfree(sorted);
}

/* Reads the definitions of all sections. */
static void
read_defs(ElmReader *r, const ElmItem *root, CqlLibrary *library)
{
	int			n = 0;

	for (int i = 0; i < (int) lengthof(sections); i++)
		n += count_defs(root, sections[i].section);
	library->defs = palloc0((Size) n * sizeof(CqlDef));
	for (int i = 0; i < (int) lengthof(sections); i++)
	{
		ElmWalk		walk = {0};
		ElmItem    *item;

		while ((item = next_def(root, sections[i].section, &walk)) != NULL)
		{
			CHECK_FOR_INTERRUPTS();
			read_def(r, item, sections[i].kind, sections[i].read, &library->defs[library->ndefs++]);
		}
	}
	check_names(r, library);
}

/* The library in a document: its member "library", or the document itself. */
static ElmItem *
find_library(ElmItem *root)
{
	ElmItem    *library = elm_member(root, "library");

	if (library == NULL)
		library = root;
	return library->kind == ELM_OBJECT && elm_member(library, "identifier") != NULL ? library : NULL;
}

/* ELM has two schemas that tell themselves: r1, and others that are not known. */
static void
check_schema(ElmReader *r, const ElmItem *root)
{
	ElmItem    *schema = elm_member(root, "schemaIdentifier");
	const ElmItem *version = schema ? elm_value(r, schema, "version") : NULL;

	if (version != NULL && !elm_is(version, "r1"))
		elm_problem(r, "version \"%.*s\" of ELM is not supported", elm_shown(version->text, version->length),
					version->text);
}

CqlLibrary *
elm_library(ElmReader *r, ElmItem *root)
{
	ElmItem    *item = find_library(root);
	ElmItem    *identifier = item ? elm_member(item, "identifier") : NULL;
	CqlLibrary *library;

	if (identifier == NULL || identifier->kind != ELM_OBJECT)
	{
		phm_fail(r->err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1, "not an ELM library");
		phm_fail_detail(r->err, "An ELM library has an identifier.");
		return NULL;
	}
	library = palloc0(sizeof(CqlLibrary));
	library->name = needed(r, identifier, "id", "the library's identifier");
	library->version = elm_text(r, identifier, "version");
	r->library = library->name;
	check_schema(r, item);
	read_annotations(r, item, library);
	read_usings(r, item, library);
	read_includes(r, item, library);
	read_defs(r, item, library);
	return library;
}
