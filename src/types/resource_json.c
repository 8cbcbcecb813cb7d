/*
 * resource_json.c: FHIR JSON into the binary form of elements.
 *
 * One pass over the text, driven by the element dictionary: every known
 * element is checked against its FHIR type, names that FHIR does not know are
 * kept as they are.  Owns no memory but the parser's buffers.
 */
#include "types/resource.h"

#include "types/datetime.h"

/* A member "_name" seen in an object: where its JSON stands. */
typedef struct Companion
{
	FhirElement element;
	const char *json;
} Companion;

#define MAX_COMPANIONS 64		/* no FHIR type has more primitive elements */
#define RESOURCE_TYPE_SEEN ((FhirElement) 0xFFFF)	/* stands for resourceType among the elements seen */

static bool parse_value(ResourceParser *p, FhirType type, bool list);
static bool parse_members(ResourceParser *p, FhirType type);
static bool parse_resource(ResourceParser *p, bool nested, FhirType *type);

void
resource_parser_init(ResourceParser *p)
{
	memset(p, 0, sizeof(*p));
	element_writer_init(&p->writer, 4096);
	p->json.scratch_size = 1024;
	p->json.scratch = palloc(p->json.scratch_size);	/* here, so that it lives as long as the parser */
}

/* Names an element as FHIR does: Observation.component[1].valueQuantity. */
static void
print_path(const ResourceParser *p, char *out, size_t size)
{
	size_t		n = 0;

	out[0] = '\0';
	for (int i = 0; i < p->depth && n < size - 1; i++)
	{
		const ResourceStep *step = &p->path[i];

		if (step->resource != 0)
			n += snprintf(out + n, size - n, "%s%s", n ? "/" : "", fhir_types[step->resource].name);
		else if (step->slot >= 0)
			n += snprintf(out + n, size - n, "[%d]", step->slot);
		else if (step->element != 0)
			n += snprintf(out + n, size - n, ".%s", fhir_elements[step->element].name);
		else if (step->name != NULL)
			n += snprintf(out + n, size - n, ".(unknown element)");
	}
}

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
push(ResourceParser *p, FhirElement element, const char *name, int name_length, int slot)
{
	ResourceStep *step = &p->path[p->depth];

	if (p->depth >= ELEMENT_MAX_DEPTH)
		return element_fail(p, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too deeply nested JSON");
	step->element = element;
	step->resource = 0;
	step->name = name;
	step->name_length = name_length;
	step->slot = slot;
	p->depth++;
	return true;
}

/* Leaves it, unless an error wants the path. */
static bool
pop(ResourceParser *p, bool good)
{
	if (good)
		p->depth--;
	return good;
}

/*
 * Whether a text that does not even look like a date is kept as text: servers
 * mask their bookkeeping (lastUpdated, created, issued), and no fact about a
 * patient rests on it or on the dates of definitions.
 */
static bool
keeps_bad_date(const ResourceParser *p, const char *text, int length)
{
	static const char *const names[] = {"lastUpdated", "created", "issued"};
	const ResourceStep *step = &p->path[p->depth - 1];

	if (length > 0 && text[0] >= '0' && text[0] <= '9')
		return false;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (step->element != 0 && strcmp(fhir_elements[step->element].name, names[i]) == 0)
			return true;
	return fhir_element_by_name(p->path[0].resource, "publisher", 9) != 0;
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
		if (keeps_bad_date(p, text, length))
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

/* Whether a number literal is an integer of FHIR's 32 bits. */
static bool
is_integer(const char *s, int length)
{
	int64		v = 0;

	for (int i = s[0] == '-' ? 1 : 0; i < length; i++)
	{
		if (s[i] < '0' || s[i] > '9' || i > 11)
			return false;
		v = v * 10 + (s[i] - '0');
	}
	return v <= (s[0] == '-' ? INT64CONST(2147483648) : INT64CONST(2147483647)) &&
		!(s[0] == '-' && v == 0);
}

/* A number for a decimal or integer element. */
static bool
parse_number(ResourceParser *p, bool integer)
{
	const char *at = p->json.p;
	const char *text;
	int			length;

	if (*at != '-' && (*at < '0' || *at > '9'))
		return wrong_type(p, integer ? "an integer" : "a number");
	if (!json_number(&p->json, &text, &length))
		return false;
	if (integer && !is_integer(text, length))
	{
		p->json.p = at;
		return wrong_type(p, "a 32-bit integer");
	}
	element_put_number(&p->writer, text, length);
	return true;
}

/* Whether text is hh:mm:ss with an optional fraction. */
static bool
is_time(const char *s, int length)
{
	static const char highest[] = "29:59:59";

	if (length < 8 || length == 9 || (length > 8 && s[8] != '.'))
		return false;
	for (int i = 0; i < length; i++)
	{
		char		limit = i < 8 ? highest[i] : '9';

		if (i == 8)
			continue;
		if (limit == ':' ? s[i] != ':' : (s[i] < '0' || s[i] > limit))
			return false;
	}
	return s[0] < '2' || s[1] < '4';
}

/* A string element; those of FHIR type time are looked at. */
static bool
parse_string(ResourceParser *p, FhirPrimitive primitive)
{
	const char *at = p->json.p;
	const char *text;
	int			length;

	if (*at != '"')
		return wrong_type(p, "a string");
	if (!json_string(&p->json, &text, &length))
		return false;
	if (primitive == FHIR_TIME && !is_time(text, length))
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

	p->json.p++;
	element_open(&p->writer, ELEMENT_ARRAY, 0);
	for (int slot = 0;; slot++)
	{
		if (!json_next(&p->json, ']', &first, &more))
			return false;
		if (!more)
			break;
		if (!push(p, 0, NULL, 0, slot) || !pop(p, parse_value(p, type, type == 0)))
			return false;
	}
	element_close(&p->writer, ELEMENT_ARRAY);
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
 * Merges an array of values (NULL: none) with the array of companions at the
 * reader.  A null companion needs no trace unless it stands behind the last
 * object, where nothing else would tell that it was there.
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
	if (count == 0)
		return wrong_type(p, "objects with id or extension");
	p->json.p++;
	element_open(&p->writer, ELEMENT_ARRAY, 0);
	for (int slot = 0;; slot++)
	{
		bool		have = at && element_next_value(&at, end, &value);

		if (more && !json_next(&p->json, ']', &first, &more))
			return false;
		if (!have && !more)
			break;
		if (!push(p, 0, NULL, 0, slot))
			return false;
		if (more && (json_peek(&p->json) != 'n' || slot >= last))
			element_put_extended(&p->writer);
		if (have)
			element_put_copy(&p->writer, value.start, value.end);
		else
			element_put_simple(&p->writer, ELEMENT_NULL);
		if (more && (json_peek(&p->json) != 'n' || slot >= last) ? !parse_companion(p) :
			more && json_word(&p->json) == '\0')
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
		element_put_simple(&p->writer, ELEMENT_NULL);
	return parse_companion(p);
}

/* Reads the companion at its place in the JSON and merges it. */
static bool
merge_companion(ResourceParser *p, const Companion *companion, const ElementValue *value)
{
	p->json.p = companion->json;
	return push(p, companion->element, NULL, 0, -1) &&
		pop(p, merge_member(p, companion->element, value));
}

/* Writes the members that start at start once more, joined with their companions. */
static bool
merge_companions(ResourceParser *p, uint32 start, Companion *companions, int ncompanions)
{
	const char *resume = p->json.p;
	uint32		length = p->writer.length - start;
	uint8	   *copy = palloc(length + 1);
	const uint8 *at = copy;
	const uint8 *from = copy;
	ElementMember member;
	bool		good = true;

	memcpy(copy, p->writer.data + start, length);
	p->writer.length = start;
	while (good && element_next(&at, copy + length, &member))
	{
		int			i = 0;

		while (i < ncompanions && companions[i].element != member.element)
			i++;
		if (i == ncompanions || member.element == 0)
			element_put_copy(&p->writer, from, at);
		else
		{
			good = merge_companion(p, &companions[i], &member.value);
			companions[i].element = 0;
		}
		from = at;
	}
	for (int i = 0; good && i < ncompanions; i++)
		if (companions[i].element != 0)
			good = merge_companion(p, &companions[i], NULL);
	p->json.p = resume;
	pfree(copy);
	return good;
}

/* The element whose companion a name is ("_birthDate" of a primitive), or 0. */
static FhirElement
companion_of(FhirType type, const char *name, int length)
{
	FhirElement element;

	if (length < 2 || name[0] != '_')
		return 0;
	element = fhir_element_by_name(type, name + 1, length - 1);
	if (element == 0 || fhir_types[fhir_elements[element].type].primitive == FHIR_NOT_PRIMITIVE)
		return 0;
	return element;
}

/* Remembers where a companion stands and passes over it. */
static bool
note_companion(ResourceParser *p, FhirElement element, Companion *companions, int *n)
{
	for (int i = 0; i < *n; i++)
		if (companions[i].element == element)
			return element_fail(p, ERRCODE_INVALID_TEXT_REPRESENTATION, "duplicate element");
	if (*n == MAX_COMPANIONS)
		return element_fail(p, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too many elements in one object");
	json_peek(&p->json);
	companions[*n].element = element;
	companions[(*n)++].json = p->json.p;
	return json_skip(&p->json);
}

/*
 * One member whose name has been read.  A single value where FHIR has a list is
 * kept as it is: older releases allowed it here and there.
 */
static bool
parse_member(ResourceParser *p, FhirElement element, uint32 start, const char *name, int length)
{
	if (!push(p, element, name, length, -1))
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
	Companion	companions[MAX_COMPANIONS];
	int			ncompanions = 0;
	uint32		start = p->writer.length;
	bool		resource = type != 0 && fhir_types[type].kind == FHIR_RESOURCE;
	bool		first = true;
	bool		more;

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
		companion = element == 0 ? companion_of(type, name, length) : 0;
		if (companion != 0 ? !note_companion(p, companion, companions, &ncompanions) :
			(element != 0 && !check_duplicate(p, seen, nseen, element)) ||
			!parse_member(p, element, start, name, length))
			return false;
		if (element != 0 && nseen < (int) lengthof(seen))
			seen[nseen++] = element;
	}
	return ncompanions == 0 || merge_companions(p, start, companions, ncompanions);
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
		return wrong_type(p, "a resource");
	if (!push(p, 0, NULL, 0, -1) || !find_resource_type(p, type))
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
	char		path[200];

	p->depth = 0;
	element_writer_reset(&p->writer);
	if (parse_resource(p, false, &p->type))
		return true;
	print_path(p, path, sizeof(path));
	if (path[0])
		phm_fail_detail(p->json.err, "The problem is in the element %s.", path);
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
