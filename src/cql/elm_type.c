/*
 * elm_type.c: types of ELM: names and type specifiers.
 *
 * Equal types of one library are one object: nearly every node tells its
 * type, and a choice of all FHIR types is told thousands of times.
 */
#include "cql/elm.h"

static const struct
{
	const char *name;
	CqlTypeForm form;
	const char *parts;			/* member with the types of its parts */
}			specifiers[] = {
	{"NamedTypeSpecifier", CQL_TYPE_NAMED, "name"},
	{"ListTypeSpecifier", CQL_TYPE_LIST, "elementType"},
	{"IntervalTypeSpecifier", CQL_TYPE_INTERVAL, "pointType"},
	{"ChoiceTypeSpecifier", CQL_TYPE_CHOICE, "choice"},
	{"TupleTypeSpecifier", CQL_TYPE_TUPLE, "element"},
};

/* Mixes bytes into a hash. */
static uint32
mix(uint32 h, const void *data, size_t length)
{
	const uint8 *p = data;

	for (size_t i = 0; i < length; i++)
		h = (h ^ p[i]) * 0x01000193;
	return h;
}

static uint32
hash_type(const CqlType *type)
{
	uint32		h = 0x811C9DC5 ^ (uint32) type->form;

	if (type->form == CQL_TYPE_NAMED)
	{
		h = mix(h, &type->kind, sizeof(type->kind));
		h = mix(h, type->name, strlen(type->name));
	}
	for (int i = 0; i < type->nparts; i++)
	{
		h = mix(h, &type->parts[i], sizeof(CqlType *));
		if (type->names != NULL)
			h = mix(h, type->names[i], strlen(type->names[i]));
	}
	return h ^ h >> 15;
}

/* Whether types are equal; their parts are if they are the same objects. */
static bool
same_type(const CqlType *a, const CqlType *b)
{
	if (a->form != b->form || a->nparts != b->nparts)
		return false;
	if (a->form == CQL_TYPE_NAMED)
		return a->kind == b->kind && a->fhir == b->fhir && strcmp(a->name, b->name) == 0;
	for (int i = 0; i < a->nparts; i++)
		if (a->parts[i] != b->parts[i] || (a->names != NULL && strcmp(a->names[i], b->names[i]) != 0))
			return false;
	return true;
}

/* Where a type is in the table, or its free slot. */
static uint32
type_slot(const ElmReader *r, const CqlType *type)
{
	uint32		i = hash_type(type) & (r->types_size - 1);

	while (r->types[i] != NULL && r->types[i] != type && !same_type(r->types[i], type))
		i = (i + 1) & (r->types_size - 1);
	return i;
}

/* Doubles the table of types. */
static void
grow_types(ElmReader *r)
{
	CqlType   **old = r->types;
	uint32		size = r->types_size;

	r->types_size = size ? size * 2 : 256;
	r->types = palloc0(r->types_size * sizeof(CqlType *));
	for (uint32 i = 0; i < size; i++)
		if (old[i] != NULL)
			r->types[type_slot(r, old[i])] = old[i];
	if (old != NULL)
		pfree(old);
}

/* The one object for a type; the one given is freed when there is another. */
static CqlType *
one_type(ElmReader *r, CqlType *type)
{
	uint32		i;

	if (r->ntypes * 2 >= r->types_size)
		grow_types(r);
	i = type_slot(r, type);
	if (r->types[i] == NULL)
	{
		r->types[i] = type;
		r->ntypes++;
	}
	else
	{
		if (type->parts != NULL)
			pfree(type->parts);
		pfree(type);
	}
	return r->types[i];
}

CqlType *
elm_named(ElmReader *r, const ElmItem *value)
{
	if (value->length == 0 || value->length > ELM_MAX_NAME)
	{
		elm_problem(r, "name of a type in ELM is empty or too long");
		return NULL;
	}
	return one_type(r, cql_named_type(value->text, (int) value->length));
}

/* The kind of specifier an item is, by its type or, where it tells none, by what it has. */
static int
specifier_kind(const ElmItem *item)
{
	const char *name;
	int			length;
	bool		told = elm_type_name(item, &name, &length);

	for (int i = 0; i < (int) lengthof(specifiers); i++)
	{
		if (told ? strlen(specifiers[i].name) == (size_t) length && memcmp(specifiers[i].name, name, length) == 0
			: elm_member(item, specifiers[i].parts) != NULL)
			return i;
	}
	return -1;
}

static CqlType *specifier_at(ElmReader *r, ElmItem *item, int depth);

/* Adds the type of a part; false when it has none. */
static bool
add_part(ElmReader *r, CqlType *type, int i, ElmItem *item, int depth)
{
	ElmItem    *part = item;

	if (type->form == CQL_TYPE_TUPLE)
	{
		type->names[i] = elm_text(r, item, "name");
		part = elm_member(item, "elementType");
		if (part == NULL)
			part = elm_member(item, "type");	/* of older translators */
		if (type->names[i] == NULL || part == NULL)
		{
			elm_problem(r, "element of a tuple type in ELM without name or type");
			return false;
		}
		if (part->kind == ELM_TEXT)
			return (type->parts[i] = elm_named(r, part)) != NULL;
	}
	return (type->parts[i] = specifier_at(r, part, depth + 1)) != NULL;
}

/* The type of a list, interval, choice or tuple. */
static CqlType *
compound(ElmReader *r, ElmItem *item, CqlTypeForm form, const char *member, int depth)
{
	int			n = elm_count(item, member);
	CqlType    *type;
	ElmWalk		walk = {0};
	ElmItem    *part;

	if (n == 0 && form == CQL_TYPE_CHOICE)
	{
		member = "type";		/* of older translators; a text of that name is the specifier's own */
		n = elm_count(item, member);
	}
	type = cql_type(form, n);
	type->nparts = 0;
	while ((part = elm_next(item, member, &walk)) != NULL)
	{
		if (part->kind == ELM_TEXT && form == CQL_TYPE_CHOICE)
			continue;
		if (!add_part(r, type, type->nparts, part, depth))
			return NULL;
		type->nparts++;
	}
	if (form == CQL_TYPE_TUPLE || type->nparts == 1 || (form == CQL_TYPE_CHOICE && type->nparts > 0))
		return one_type(r, type);
	elm_problem(r, "type specifier in ELM without \"%s\", or with too many", member);
	return NULL;
}

/* A type parameter, which only generic declarations have, can be anything. */
static bool
is_parameter(const ElmItem *item)
{
	return elm_member(item, "parameterName") != NULL;
}

static CqlType *
specifier_at(ElmReader *r, ElmItem *item, int depth)
{
	int			kind;
	const ElmItem *name;

	check_stack_depth();
	if (item->kind == ELM_LIST && item->first != NULL && item->first->next == NULL)
		item = item->first;
	kind = item->kind == ELM_OBJECT ? specifier_kind(item) : -1;
	if (depth > ELM_MAX_TYPE_DEPTH || (kind < 0 && !is_parameter(item)))
	{
		elm_problem(r, depth > ELM_MAX_TYPE_DEPTH ? "too deeply nested type in ELM" : "unknown type specifier in ELM");
		return NULL;
	}
	if (kind < 0)
		return one_type(r, cql_system_type(CQL_NULL));
	if (specifiers[kind].form != CQL_TYPE_NAMED)
		return compound(r, item, specifiers[kind].form, specifiers[kind].parts, depth);
	name = elm_value(r, item, "name");
	if (name == NULL)
		elm_problem(r, "named type specifier in ELM without name");
	return name ? elm_named(r, name) : NULL;
}

CqlType *
elm_specifier(ElmReader *r, ElmItem *item)
{
	return specifier_at(r, item, 0);
}

CqlType *
elm_member_type(ElmReader *r, const ElmItem *item, const char *name)
{
	char		specifier[40];
	const ElmItem *value = elm_member(item, name);
	ElmItem    *object;

	if (value != NULL && (value->kind == ELM_OBJECT || value->kind == ELM_LIST))
		return elm_specifier(r, (ElmItem *) value);
	if (value != NULL)
		return (value = elm_value(r, item, name)) ? elm_named(r, value) : NULL;
	snprintf(specifier, sizeof(specifier), "%sSpecifier", name);
	object = elm_member(item, specifier);
	return object ? elm_specifier(r, object) : NULL;
}

CqlType *
elm_result(ElmReader *r, const ElmItem *item)
{
	const ElmItem *name = elm_member(item, "resultTypeName");
	ElmItem    *object;

	if (name != NULL)
		return (name = elm_value(r, item, "resultTypeName")) ? elm_named(r, name) : NULL;
	object = elm_member(item, "resultTypeSpecifier");
	return object ? elm_specifier(r, object) : NULL;
}

void
elm_signature(ElmReader *r, const ElmItem *item, CqlTree *t)
{
	int			n = elm_count(item, "signature");
	ElmWalk		walk = {0};
	ElmItem    *part;

	if (n == 0)
		return;
	t->signature = palloc0((Size) n * sizeof(CqlType *));
	while ((part = elm_next(item, "signature", &walk)) != NULL)
		t->signature[t->nsignature++] = elm_specifier(r, part);
	for (int i = 0; i < n; i++)
		if (t->signature[i] == NULL)
			t->nsignature = 0;
}
