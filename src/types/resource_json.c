/*
 * resource_json.c: FHIR JSON into the binary form of elements.
 *
 * One pass over the text, driven by the element dictionary: every known
 * element is checked against its FHIR type, names that FHIR does not know are
 * kept as they are.  Owns no memory but the parser's buffers.
 */
#include "types/resource.h"

#include "types/datetime.h"

/* A member "_name" seen in an object: where it stands among the members written, and in the JSON. */
typedef struct Companion
{
	FhirElement element;
	bool		has_value;		/* "name" was there too */
	uint32		at;
	const char *json;
} Companion;

typedef struct Companions
{
	Companion  *list;			/* allocated with the first one */
	int			count;
	int			size;
} Companions;

#define RESOURCE_TYPE_SEEN ((FhirElement) 0xFFFF)	/* stands for resourceType among the elements seen */

static bool parse_value(ResourceParser *p, FhirType type, bool list);
static bool parse_members(ResourceParser *p, FhirType type);
static bool parse_resource(ResourceParser *p, bool nested, FhirType *type);

/* Reports a problem with the element at which the parser stands. */
static bool
element_fail(ResourceParser *p, int sqlstate, const char *what)
{
	return json_fail(&p->json, sqlstate, what);
}

static bool
wrong_type(ResourceParser *p, const char *expected)
{
	char		what[80];

	snprintf(what, sizeof(what), "wrong element type: expected %s", expected);
	return element_fail(p, ERRCODE_DATATYPE_MISMATCH, what);
}

/* Enters a member, a slot or a resource; refuses what is nested too deeply. */
static bool
push(ResourceParser *p, FhirElement element, int slot)
{
	return resource_enter(p, element, slot) ||
		element_fail(p, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too deeply nested JSON");
}

/* Leaves it, unless an error wants the path. */
static bool
pop(ResourceParser *p, bool good)
{
	if (good)
		p->depth--;
	return good;
}

/* A date, dateTime or instant. */
static bool
parse_date(ResourceParser *p)
{
	const char *text;
	const char *at = p->json.p;
	int			length;
	PhmDateTime value;
	bool		exact;
	PhmError	problem = {0};

	if (!json_string(&p->json, &text, &length))
		return false;
	if (!datetime_parse(text, length, &value, &exact, &problem))
	{
		if (resource_keeps_text(p, text, length))
		{
			element_put_string(&p->writer, text, length);
			return true;
		}
		p->json.p = at;
		return element_fail(p, problem.sqlstate, "invalid date");
	}
	if (exact)
		element_put_datetime(&p->writer, value);
	else
		element_put_literal(&p->writer, value, text, length);
	return true;
}

/* A number for a decimal or integer element. */
static bool
parse_number(ResourceParser *p, bool integer)
{
	char		c = json_peek(&p->json);
	const char *at = p->json.p;
	const char *text;
	int			length;

	if (c != '-' && (c < '0' || c > '9'))
		return wrong_type(p, integer ? "an integer" : "a number");
	if (!json_number(&p->json, &text, &length))
		return false;
	if (integer && !primitive_is_integer(text, length))
	{
		p->json.p = at;
		return wrong_type(p, "a 32-bit integer");
	}
	element_put_number(&p->writer, text, length);
	return true;
}

/* A string element; those of FHIR type time are looked at. */
static bool
parse_string(ResourceParser *p, FhirPrimitive primitive)
{
	char		c = json_peek(&p->json);
	const char *at = p->json.p;
	const char *text;
	int			length;

	if (c != '"')
		return wrong_type(p, "a string");
	if (!json_string(&p->json, &text, &length))
		return false;
	if (primitive == FHIR_TIME && !primitive_is_time(text, length))
	{
		p->json.p = at;
		return element_fail(p, ERRCODE_INVALID_DATETIME_FORMAT, "invalid time");
	}
	element_put_string(&p->writer, text, length);
	return true;
}

/* A primitive by its FHIR type; JSON null is kept. */
static bool
parse_primitive(ResourceParser *p, FhirPrimitive primitive)
{
	char		c = json_peek(&p->json);

	if (c == 'n')
	{
		element_put_simple(&p->writer, ELEMENT_NULL);
		return json_word(&p->json) == 'n' || wrong_type(p, "a value");
	}
	switch (primitive)
	{
		case FHIR_BOOLEAN:
			if (c != 't' && c != 'f')
				return wrong_type(p, "true or false");
			element_put_simple(&p->writer, c == 't' ? ELEMENT_TRUE : ELEMENT_FALSE);
			return json_word(&p->json) != '\0';
		case FHIR_INTEGER:
		case FHIR_DECIMAL:
			return parse_number(p, primitive == FHIR_INTEGER);
		case FHIR_DATE:
		case FHIR_INSTANT:
			return c == '"' ? parse_date(p) : wrong_type(p, "a date");
		default:
			return parse_string(p, primitive);
	}
}

/* A value FHIR knows nothing about: kept as JSON has it. */
static bool
parse_unknown(ResourceParser *p)
{
	char		c = json_peek(&p->json);
	const char *text;
	int			length;

	if (c == '"')
	{
		if (!json_string(&p->json, &text, &length))
			return false;
		element_put_plain(&p->writer, text, length);
		return true;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
	{
		if (!json_number(&p->json, &text, &length))
			return false;
		element_put_number(&p->writer, text, length);
		return true;
	}
	c = json_word(&p->json);
	element_put_simple(&p->writer, c == 't' ? ELEMENT_TRUE : c == 'f' ? ELEMENT_FALSE : ELEMENT_NULL);
	return c != '\0';
}

/* An array of values of one type; the reader stands at the bracket. */
static bool
parse_array(ResourceParser *p, FhirType type)
{
	bool		first = true;
	bool		more;
	int			slot = 0;

	p->json.p++;
	element_open(&p->writer, ELEMENT_ARRAY, 0);
	for (;; slot++)
	{
		if (!json_next(&p->json, ']', &first, &more))
			return false;
		if (!more)
			break;
		if (!push(p, 0, slot) || !pop(p, parse_value(p, type, type == 0)))
			return false;
	}
	element_close_array(&p->writer, (uint32) slot);
	return true;
}

/* An object; the reader stands at the brace. */
static bool
parse_object(ResourceParser *p, FhirType type)
{
	element_open(&p->writer, ELEMENT_OBJECT, 0);
	if (!parse_members(p, type))
		return false;
	element_close(&p->writer, ELEMENT_OBJECT);
	return true;
}

/* One value of a FHIR type, 0: unknown.  list: it may be an array. */
static bool
parse_value(ResourceParser *p, FhirType type, bool list)
{
	const FhirTypeDef *def = &fhir_types[type];
	char		c = json_peek(&p->json);
	FhirType	found;

	CHECK_FOR_INTERRUPTS();
	if (c == '[')
	{
		if (!list)
			return wrong_type(p, "a single value, not an array");
		return parse_array(p, type);
	}
	if (type != 0 && def->primitive != FHIR_NOT_PRIMITIVE)
		return parse_primitive(p, (FhirPrimitive) def->primitive);
	if (c == '{')
	{
		if (def->kind == FHIR_RESOURCE || (def->kind == FHIR_ABSTRACT && type != 0))
			return parse_resource(p, true, &found);
		return parse_object(p, type);
	}
	if (type == 0 || c == 'n')
		return parse_unknown(p);
	return wrong_type(p, "an object");
}

/* Whether a member stands twice in the object that is being read. */
static bool
check_duplicate(ResourceParser *p, const FhirElement *seen, int nseen, FhirElement element)
{
	for (int i = 0; i < nseen; i++)
		if (seen[i] == element)
			return element_fail(p, ERRCODE_INVALID_TEXT_REPRESENTATION, "duplicate element");
	return true;
}

/* The same for a name that FHIR does not know: looks through what was written. */
static bool
check_unknown(ResourceParser *p, uint32 start, const char *name, int length)
{
	const uint8 *at = p->writer.data + start;
	const uint8 *end = p->writer.data + p->writer.length;
	ElementMember member;
	int			unknown = 0;

	while (element_next(&at, end, &member))
	{
		if (member.element != 0)
			continue;
		if (member.name_length == length && memcmp(member.name, name, length) == 0)
			return element_fail(p, ERRCODE_INVALID_TEXT_REPRESENTATION, "duplicate element");
		if (++unknown >= ELEMENT_MAX_UNKNOWN)
			return element_fail(p, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many unknown elements in one object");
	}
	return true;
}

/* Parses the companion object of a primitive, or writes NULL for JSON null. */
static bool
parse_companion(ResourceParser *p)
{
	char		c = json_peek(&p->json);

	if (c == '{')
		return parse_object(p, FHIR_T_Element);
	if (c != 'n')
		return wrong_type(p, "an object with id or extension");
	element_put_simple(&p->writer, ELEMENT_NULL);
	return json_word(&p->json) == 'n' || wrong_type(p, "an object with id or extension");
}

/* How many values the JSON array of companions has up to its last object, and in all. */
static bool
count_companions(ResourceParser *p, int *last, int *count)
{
	const char *at = p->json.p;
	bool		first = true;
	bool		more;

	p->json.p++;
	*last = *count = 0;
	for (;;)
	{
		if (!json_next(&p->json, ']', &first, &more))
			return false;
		if (!more)
			break;
		++*count;
		if (json_peek(&p->json) == '{')
			*last = *count;
		if (!json_skip(&p->json))
			return false;
	}
	p->json.p = at;
	return true;
}

/*
 * Whether the slot at the reader needs an EXTENDED value.  A null companion
 * needs no trace unless it stands behind the last object, where nothing else
 * would tell that it was there.
 */
static bool
slot_is_extended(ResourceParser *p, int slot, int last)
{
	return json_peek(&p->json) != 'n' || slot >= last;
}

/*
 * Merges an array of values (NULL: none) with the array of companions at the
 * reader.
 */
static bool
merge_array(ResourceParser *p, const ElementValue *values)
{
	const uint8 *at = values ? values->data : NULL;
	const uint8 *end = values ? values->data + values->length : NULL;
	ElementValue value;
	bool		first = true;
	bool		more = true;
	int			last;
	int			count;

	if (!count_companions(p, &last, &count))
		return false;
	if (count == 0 || (values && values->count == 0))
		return wrong_type(p, count == 0 ? "objects with id or extension" : "values beside id or extension");
	p->json.p++;
	element_open(&p->writer, ELEMENT_ARRAY, 0);
	for (int slot = 0;; slot++)
	{
		bool		have = at && element_next_value(&at, end, &value);
		bool		extended = false;

		if (more && !json_next(&p->json, ']', &first, &more))
			return false;
		if (!have && !more)
			break;
		if (!push(p, 0, slot))
			return false;
		if (more && (extended = slot_is_extended(p, slot, last)))
			element_put_extended(&p->writer);
		if (have)
			element_put_copy(&p->writer, value.start, value.end);
		else
			element_put_simple(&p->writer, ELEMENT_OMITTED);
		if (extended ? !parse_companion(p) : more && json_word(&p->json) == '\0')
			return false;
		p->depth--;
	}
	element_close(&p->writer, ELEMENT_ARRAY);
	return true;
}

/* Writes a member whose value (NULL: none) has the companion at the reader. */
static bool
merge_member(ResourceParser *p, FhirElement element, const ElementValue *value)
{
	char		c = json_peek(&p->json);

	element_put_member(&p->writer, element);
	if (fhir_elements[element].list && c == '[')
	{
		if (value && value->kind != ELEMENT_ARRAY)
			return wrong_type(p, "an object with id or extension");
		return merge_array(p, value);
	}
	if (c != '{' || (value && value->kind == ELEMENT_ARRAY))
		return wrong_type(p, "an object with id or extension");
	element_put_extended(&p->writer);
	if (value)
		element_put_copy(&p->writer, value->start, value->end);
	else
		element_put_simple(&p->writer, ELEMENT_OMITTED);
	return parse_companion(p);
}

/* Reads the companion at its place in the JSON and merges it. */
static bool
merge_companion(ResourceParser *p, const Companion *companion, const ElementValue *value)
{
	p->json.p = companion->json;
	return push(p, companion->element, RESOURCE_STEP_MEMBER) &&
		pop(p, merge_member(p, companion->element, value));
}

/* The companion of an element, or NULL. */
static Companion *
find_companion(Companions *companions, FhirElement element)
{
	for (int i = 0; element != 0 && i < companions->count; i++)
		if (companions->list[i].element == element)
			return &companions->list[i];
	return NULL;
}

/* Merges those companions without value that stood before offset; *next walks through all. */
static bool
merge_lonely(ResourceParser *p, Companions *companions, int *next, uint32 offset)
{
	for (; *next < companions->count && companions->list[*next].at <= offset; ++*next)
		if (!companions->list[*next].has_value &&
			!merge_companion(p, &companions->list[*next], NULL))
			return false;
	return true;
}

/* Writes members once more, joined with their companions. */
static bool
merge_members(ResourceParser *p, const uint8 *copy, const uint8 *end, Companions *companions)
{
	const uint8 *at = copy;
	const uint8 *from = copy;
	ElementMember member;
	Companion  *companion;
	int			next = 0;

	while (element_next(&at, end, &member))
		if ((companion = find_companion(companions, member.element)) != NULL)
			companion->has_value = true;
	for (at = copy; from < end; from = at)
	{
		if (!merge_lonely(p, companions, &next, (uint32) (from - copy)))
			return false;
		element_next(&at, end, &member);
		companion = find_companion(companions, member.element);
		if (companion == NULL)
			element_put_copy(&p->writer, from, at);
		else if (!merge_companion(p, companion, &member.value))
			return false;
	}
	return merge_lonely(p, companions, &next, (uint32) (end - copy));
}

/* Joins the members that start at start with their companions. */
static bool
merge_companions(ResourceParser *p, uint32 start, Companions *companions)
{
	const char *resume = p->json.p;
	uint32		length = p->writer.length - start;
	uint8	   *copy = palloc(length + 1);
	bool		good;

	memcpy(copy, p->writer.data + start, length);
	p->writer.length = start;
	good = merge_members(p, copy, copy + length, companions);
	p->json.p = resume;
	pfree(copy);
	return good;
}

/* Remembers where a companion stands and passes over it. */
static bool
note_companion(ResourceParser *p, FhirElement element, uint32 at, Companions *companions)
{
	Companion  *companion;

	if (find_companion(companions, element))
		return element_fail(p, ERRCODE_INVALID_TEXT_REPRESENTATION, "duplicate element");
	if (companions->count == companions->size)
	{
		companions->size = companions->size ? companions->size * 2 : 8;
		companions->list = companions->list ?
			repalloc(companions->list, companions->size * sizeof(Companion)) :
			palloc(companions->size * sizeof(Companion));
	}
	companion = &companions->list[companions->count++];
	json_peek(&p->json);
	companion->element = element;
	companion->has_value = false;
	companion->at = at;
	companion->json = p->json.p;
	return json_skip(&p->json);
}

/*
 * One member whose name has been read.  A single value where FHIR has a list is
 * kept as it is: older releases allowed it here and there.
 */
static bool
parse_member(ResourceParser *p, FhirElement element, uint32 start, const char *name, int length)
{
	if (!push(p, element, RESOURCE_STEP_MEMBER))
		return false;
	if (element == 0)
	{
		if (!check_unknown(p, start, name, length))
			return false;
		element_put_name(&p->writer, name, length);
		return pop(p, parse_value(p, 0, true));
	}
	element_put_member(&p->writer, element);
	return pop(p, parse_value(p, fhir_elements[element].type, fhir_elements[element].list));
}

/* The members of an object of a type; the reader stands at the brace. */
static bool
parse_members(ResourceParser *p, FhirType type)
{
	FhirElement seen[256];
	int			nseen = 0;
	Companions	companions = {NULL, 0, 0};
	uint32		start = p->writer.length;
	bool		resource = type != 0 && fhir_types[type].kind == FHIR_RESOURCE;
	bool		first = true;
	bool		more;

	check_stack_depth();
	p->json.p++;
	for (;;)
	{
		const char *name;
		int			length;
		FhirElement element;
		FhirElement companion;

		if (!json_next(&p->json, '}', &first, &more))
			return false;
		if (!more)
			break;
		if (!json_name(&p->json, &name, &length))
			return false;
		if (resource && length == 12 && memcmp(name, "resourceType", 12) == 0)
		{
			if (!check_duplicate(p, seen, nseen, RESOURCE_TYPE_SEEN) || !json_skip(&p->json))
				return false;
			seen[nseen++] = RESOURCE_TYPE_SEEN;
			continue;
		}
		element = fhir_element_by_name(type, name, length);
		companion = element == 0 ? element_companion(type, name, length) : 0;
		if (companion != 0 ?
			!note_companion(p, companion, p->writer.length - start, &companions) :
			(element != 0 && !check_duplicate(p, seen, nseen, element)) ||
			!parse_member(p, element, start, name, length))
			return false;
		if (element != 0 && nseen < (int) lengthof(seen))
			seen[nseen++] = element;
	}
	if (companions.count == 0)
		return true;
	if (!merge_companions(p, start, &companions))
		return false;
	pfree(companions.list);
	return true;
}

/* Finds resourceType in the object at the reader, which does not move. */
static bool
find_resource_type(ResourceParser *p, FhirType *type)
{
	const char *at = p->json.p;
	bool		first = true;
	bool		more;
	const char *name;
	int			length;

	p->json.p++;
	for (;;)
	{
		if (!json_next(&p->json, '}', &first, &more))
			return false;
		if (!more)
		{
			p->json.p = at;
			return element_fail(p, ERRCODE_INVALID_TEXT_REPRESENTATION, "resource without resourceType");
		}
		if (!json_name(&p->json, &name, &length))
			return false;
		if (length == 12 && memcmp(name, "resourceType", 12) == 0)
			break;
		if (!json_skip(&p->json))
			return false;
	}
	if (json_peek(&p->json) != '"')
		return wrong_type(p, "the name of a resource type");
	if (!json_string(&p->json, &name, &length))
		return false;
	*type = fhir_type_by_name(name, length);
	if (*type == 0 || fhir_types[*type].kind != FHIR_RESOURCE)
		return element_fail(p, ERRCODE_UNDEFINED_OBJECT, "unknown resource type");
	p->json.p = at;
	return true;
}

/* A resource at the reader: members only, or wrapped when nested in another. */
static bool
parse_resource(ResourceParser *p, bool nested, FhirType *type)
{
	if (json_peek(&p->json) != '{')
		return p->json.p == p->json.end ? json_malformed(&p->json, "unexpected end of JSON") :
			wrong_type(p, "a resource");
	if (!push(p, 0, RESOURCE_STEP_RESOURCE) || !find_resource_type(p, type))
		return false;
	p->path[p->depth - 1].resource = *type;
	if (nested)
		element_open(&p->writer, ELEMENT_RESOURCE, *type);
	if (!parse_members(p, *type))
		return false;
	if (nested)
		element_close(&p->writer, ELEMENT_RESOURCE);
	return pop(p, true);
}

bool
resource_parse_here(ResourceParser *p)
{
	resource_start(p);
	if (parse_resource(p, false, &p->type))
		return true;
	resource_tell_place(p, p->json.err);
	return false;
}

bool
resource_parse(ResourceParser *p, const char *text, size_t length, int64 first_line, PhmError *err)
{
	p->json.begin = p->json.p = text;
	p->json.end = text + length;
	p->json.err = err;
	p->json.first_line = first_line;
	return resource_parse_here(p) && json_end(&p->json);
}

struct varlena *
resource_make(FhirType type, const uint8 *members, size_t length)
{
	struct varlena *result = palloc(VARHDRSZ + RESOURCE_HEADER + length);
	uint8	   *payload = (uint8 *) VARDATA(result);

	SET_VARSIZE(result, VARHDRSZ + RESOURCE_HEADER + length);
	payload[0] = RESOURCE_VERSION;
	payload[1] = 0;
	phm_put_u16(payload + 2, type);
	memcpy(payload + RESOURCE_HEADER, members, length);
	return result;
}

struct varlena *
resource_finish(const ResourceParser *p)
{
	return resource_make(p->type, p->writer.data, p->writer.length);
}
