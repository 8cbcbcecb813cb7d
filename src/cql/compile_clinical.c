/*
 * compile_clinical.c: codes, value sets and retrieves.
 */
#include "cql/compile.h"

/* A string or none. */
static uint32
add_optional(Compile *c, const char *s)
{
	return logic_add_text(c->b, s);
}

/* URI of the code system that a CodeSystemRef names. */
static const char *
system_of(Compile *c, const CqlTree *ref)
{
	const CqlDef *def;
	LinkLibrary *library;

	if (ref == NULL || ref->op != CQL_OP_CodeSystemRef)
		return NULL;
	def = link_definition(c, ref, CQL_DEF_CODE_SYSTEM, &library);
	return def ? def->id : NULL;
}

/* A code definition, looked up in the library that has it. */
static void
code_of_def(Compile *c, const CqlDef *def, LinkLibrary *library, LogicCode *code)
{
	Compile		there = *c;

	there.library = library;
	code->code = add_optional(c, def->id);
	code->display = add_optional(c, def->display);
	code->version = LOGIC_NONE;
	code->system = add_optional(c, def->body ? system_of(&there, def->body) : NULL);
}

/* A code that is written out. */
static void
code_of_tree(Compile *c, const CqlTree *tree, LogicCode *code)
{
	code->code = add_optional(c, tree->text);
	code->display = add_optional(c, tree->text2);
	code->version = LOGIC_NONE;
	code->system = add_optional(c, tree->nargs > 0 ? system_of(c, tree->args[0]) : NULL);
}

/* The codes of a Concept, each a Code or CodeRef. */
static void
codes_of_concept(Compile *c, const CqlTree *tree, LogicConstant *constant)
{
	LogicCode  *codes = palloc0(sizeof(LogicCode) * (tree->nargs + 1));

	for (int i = 0; i < tree->nargs; i++)
	{
		const CqlTree *t = tree->args[i];

		if (t != NULL && t->op == CQL_OP_CodeRef)
		{
			LinkLibrary *library;
			const CqlDef *def = link_definition(c, t, CQL_DEF_CODE, &library);

			if (def)
				code_of_def(c, def, library, &codes[i]);
		}
		else if (t != NULL)
			code_of_tree(c, t, &codes[i]);
	}
	constant->i = logic_append_all(c->b, LOGIC_CODES, codes, (uint32) tree->nargs);
	constant->n = (uint32) tree->nargs;
	constant->string = add_optional(c, tree->text2);
}

/* A Literal of a constant. */
static uint32
add_literal(Compile *c, const LogicConstant *constant)
{
	return compile_node(c, CQL_OP_Literal, 0, logic_add_constant(c->b, constant), 0, NULL);
}

uint32
compile_code(Compile *c, const CqlTree *tree)
{
	LogicConstant constant = {.kind = tree->op == CQL_OP_Code ? CQL_CODE : CQL_CONCEPT};
	LogicCode	code;

	if (tree->op == CQL_OP_Concept)
		codes_of_concept(c, tree, &constant);
	else
	{
		code_of_tree(c, tree, &code);
		constant.i = logic_find_or_append(c->b, LOGIC_CODES, &code);
	}
	return add_literal(c, &constant);
}

/* The constant of a definition that a reference names; false with a problem. */
static bool
constant_of_reference(Compile *c, const CqlTree *tree, LogicConstant *constant)
{
	static const CqlDefKind kinds[] = {
		[CQL_OP_CodeRef] = CQL_DEF_CODE,[CQL_OP_ConceptRef] = CQL_DEF_CONCEPT,
		[CQL_OP_ValueSetRef] = CQL_DEF_VALUE_SET,[CQL_OP_CodeSystemRef] = CQL_DEF_CODE_SYSTEM
	};
	LinkLibrary *library;
	const CqlDef *def = link_definition(c, tree, kinds[tree->op], &library);
	LogicCode	code;
	Compile		there = *c;

	if (def == NULL)
		return false;
	there.library = library;
	switch (def->kind)
	{
		case CQL_DEF_CODE:
			constant->kind = CQL_CODE;
			code_of_def(c, def, library, &code);
			constant->i = logic_find_or_append(c->b, LOGIC_CODES, &code);
			break;
		case CQL_DEF_CONCEPT:
			constant->kind = CQL_CONCEPT;
			if (def->body)
				codes_of_concept(&there, def->body, constant);
			break;
		case CQL_DEF_VALUE_SET:
			constant->kind = CQL_VALUE_SET;
			constant->i = link_value_set(c, tree, def);
			break;
		default:
			constant->kind = CQL_CODE_SYSTEM;
			constant->string = add_optional(c, def->id ? def->id : "");
			constant->i = constant->string;
			break;
	}
	return true;
}

uint32
compile_reference(Compile *c, const CqlTree *tree)
{
	LogicConstant constant = {0};

	if (!constant_of_reference(c, tree, &constant))
		return compile_null(c, CQL_NULL);
	return add_literal(c, &constant);
}

/* The text of an element of an instance, which must be a literal; NULL when it is not given. */
static const char *
literal_element(Compile *c, const CqlTree *tree, const char *name)
{
	for (int i = 0; i < tree->nargs; i++)
	{
		const CqlTree *value = tree->args[i]->nargs > 0 ? tree->args[i]->args[0] : NULL;

		if (strcmp(tree->args[i]->name, name) != 0 || value == NULL || value->op == CQL_OP_Null)
			continue;
		if (value->op == CQL_OP_Literal && value->text != NULL)
			return value->text;
		compile_problem(c, tree, "the %s of a value set or code system that is written out must be a literal", name);
	}
	return NULL;
}

/* ValueSet { id: ..., version: ... } and CodeSystem { id: ... } are what a reference to them is. */
uint32
compile_vocabulary(Compile *c, const CqlTree *tree)
{
	LogicConstant constant = {.kind = tree->type->kind};
	CqlDef		def = {.kind = CQL_DEF_VALUE_SET};

	def.id = def.name = literal_element(c, tree, "id");
	def.version = literal_element(c, tree, "version");
	if (def.id == NULL)
	{
		compile_problem(c, tree, "a value set or code system needs an id");
		return compile_null(c, (CqlKind) constant.kind);
	}
	if (constant.kind == CQL_VALUE_SET)
		constant.i = link_value_set(c, tree, &def);
	else
		constant.i = constant.string = add_optional(c, def.id);
	return add_literal(c, &constant);
}

/* Whether a profile is one of what was refused or not done (QI-Core names them so). */
static bool
is_negative(const char *profile)
{
	static const char *const ends[] = {"notdone", "notrequested", "declined", "cancelled", "rejected"};
	size_t		length = strlen(profile);

	for (int i = 0; i < (int) lengthof(ends); i++)
	{
		size_t		n = strlen(ends[i]);

		if (length >= n && strcmp(profile + length - n, ends[i]) == 0)
			return true;
	}
	return false;
}

/* The profile of a retrieve; that of the type itself asks for nothing. */
static void
put_profile(Compile *c, const CqlTree *tree, LogicRetrieve *r)
{
	static const char base[] = "http://hl7.org/fhir/StructureDefinition/";

	r->profile = LOGIC_NONE;
	if (tree->name == NULL || tree->name[0] == '\0')
		return;
	r->negative = is_negative(tree->name);
	if (strncmp(tree->name, base, sizeof(base) - 1) == 0 &&
		fhir_type_by_name(tree->name + sizeof(base) - 1, (int) strlen(tree->name + sizeof(base) - 1)) == r->type)
		return;
	r->profile = logic_add_profile(c->b, tree->name);
}

/* The codes of a list of code references, a code or a concept as constants. */
static bool
put_codes(Compile *c, const CqlTree *codes, LogicRetrieve *r)
{
	LogicConstant constant = {0};
	LogicCode	one;

	if (codes->op == CQL_OP_ToList && codes->nargs == 1 && codes->args[0])
		return put_codes(c, codes->args[0], r);
	if (codes->op == CQL_OP_Property && codes->nargs == 1 && codes->args[0] && codes->name &&
		strcmp(codes->name, "codes") == 0 && codes->args[0]->op == CQL_OP_ConceptRef)
		return put_codes(c, codes->args[0], r);
	if (codes->op == CQL_OP_Code)
	{
		code_of_tree(c, codes, &one);
		r->filter_value = logic_append(c->b, LOGIC_CODES, &one);
		r->filter_count = 1;
	}
	else if (codes->op == CQL_OP_CodeRef || codes->op == CQL_OP_ConceptRef)
	{
		if (!constant_of_reference(c, codes, &constant))
			return false;
		r->filter_value = (uint32) constant.i;
		r->filter_count = constant.kind == CQL_CODE ? 1 : constant.n;
	}
	else
		return false;
	r->filter = RETRIEVE_CODES;
	return true;
}

/* What the codes of a retrieve are: a value set, constants, or an expression. */
static void
put_filter(Compile *c, const CqlTree *tree, LogicRetrieve *r, uint32 *args, uint32 *n)
{
	const CqlTree *codes = tree->nargs > 0 ? tree->args[0] : NULL;
	LogicConstant constant = {0};

	r->comparator = tree->flags;
	if (codes == NULL)
		return;
	/* To be among the codes of a value set is to be in it; translators write it either way. */
	if (codes->op == CQL_OP_ExpandValueSet && codes->nargs == 1 && codes->args[0] && codes->args[0]->op == CQL_OP_ValueSetRef)
		codes = codes->args[0];
	if (codes->op == CQL_OP_ValueSetRef && constant_of_reference(c, codes, &constant))
	{
		r->filter = tree->flags == CQL_CODE_EQUIVALENT && r->negative ? RETRIEVE_NOT_DONE : RETRIEVE_VALUE_SET;
		r->filter_value = (uint32) constant.i;
	}
	else if (codes->op != CQL_OP_ValueSetRef && !put_codes(c, codes, r))
	{
		r->filter = RETRIEVE_ANY;
		args[(*n)++] = compile_expression(c, codes);
	}
}

/* Whether a code property is what the chart sorts the type's codes by. */
static bool
is_main_code(FhirType type, const char *property)
{
	const ChartShape *shape = chart_shape(type);
	const FhirElementDef *def;

	if (shape == NULL || shape->code == 0)
		return false;
	def = &fhir_elements[shape->code];
	return strcmp(def->choice ? def->choice : def->name, property) == 0;
}

uint32
compile_retrieve(Compile *c, const CqlTree *tree)
{
	LogicRetrieve r = {.property = LOGIC_NONE,.date_property = LOGIC_NONE};
	uint32		args[2];
	uint32		n = 0;

	if (tree->type == NULL || tree->type->kind != CQL_ELEMENT || tree->type->fhir == 0)
	{
		compile_problem(c, tree, "a retrieve of type \"%s\", which is not of FHIR R4",
						tree->type && tree->type->name ? tree->type->name : "");
		return compile_null(c, CQL_LIST);
	}
	r.type = tree->type->fhir;
	put_profile(c, tree, &r);
	put_filter(c, tree, &r, args, &n);
	if (tree->text)
	{
		r.property = logic_add_property(c->b, tree->text);
		r.main = is_main_code(r.type, tree->text);
	}
	else if (r.filter != RETRIEVE_ALL)
	{
		const ChartShape *shape = chart_shape(r.type);

		r.main = shape != NULL && shape->code != 0;
		if (r.main)
			r.property = logic_add_property(c->b, fhir_elements[shape->code].choice ?
											fhir_elements[shape->code].choice : fhir_elements[shape->code].name);
	}
	if (tree->text2 && tree->nargs > 1 && tree->args[1])
	{
		r.date_property = logic_add_property(c->b, tree->text2);
		args[n++] = compile_expression(c, tree->args[1]);
	}
	return compile_node(c, CQL_OP_Retrieve, 0, logic_find_or_append(c->b, LOGIC_RETRIEVES, &r), n, args);
}
