/*
 * resource_path.c: reading plain FHIR paths and following them.
 *
 * Values are passed from stage to stage one by one, so nothing is allocated
 * and the search ends as soon as the caller has enough.
 */
#include "types/resource_path.h"

#include "types/resource.h"

typedef struct Walk
{
	const ResourcePath *path;
	ResourcePathVisit visit;
	void	   *context;
	int			seen[RESOURCE_PATH_MAX];	/* values that an INDEX has let pass by */
} Walk;

/* Reports what is wrong with a path, counting characters from 1. */
static bool
path_fail(PhmError *err, const char *text, const char *at, const char *what)
{
	int			n = 1;

	for (const char *p = text; p < at; p++)
		n += ((uint8) *p & 0xC0) != 0x80;
	return phm_fail(err, ERRCODE_SYNTAX_ERROR, at - text, "invalid FHIR path: %s at character %d", what, n);
}

static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Reads a name; its length, 0 when there is none. */
static int
read_name(const char *p, const char *end)
{
	int			n = 0;

	while (p + n < end && (is_letter(p[n]) || (n > 0 && p[n] >= '0' && p[n] <= '9')))
		n++;
	return n;
}

/* Reads "[3]" or "[url=http://x]" behind its bracket; moves *p behind the closing one. */
static bool
parse_bracket(ResourceStage *stage, const char *text, const char **p, const char *end, PhmError *err)
{
	const char *at = *p;
	char		close = ']';

	if (at < end && *at >= '0' && *at <= '9')
	{
		stage->kind = RESOURCE_STAGE_INDEX;
		for (; at < end && *at >= '0' && *at <= '9'; at++)
		{
			if (stage->index > 100000000)
				return path_fail(err, text, at, "index too large");
			stage->index = stage->index * 10 + (*at - '0');
		}
	}
	else
	{
		stage->kind = RESOURCE_STAGE_WHERE;
		stage->name = at;
		stage->name_length = read_name(at, end);
		at += stage->name_length;
		if (stage->name_length == 0 || at >= end || *at != '=')
			return path_fail(err, text, at, "expected an index, or a name and \"=\"");
		if (++at < end && *at == '\'')
			close = *at++;
		stage->text = at;
		while (at < end && *at != close)
			at++;
		stage->text_length = (int) (at - stage->text);
		if (close == '\'' && at < end)
			at++;
	}
	if (at >= end || *at != ']')
		return path_fail(err, text, at, "expected \"]\"");
	*p = at + 1;
	return true;
}

/* A place for one more stage. */
static ResourceStage *
add_stage(ResourcePath *path, const char *text, const char *at, PhmError *err)
{
	ResourceStage *stage = &path->stages[path->count];

	if (path->count == RESOURCE_PATH_MAX)
	{
		path_fail(err, text, at, "too many steps");
		return NULL;
	}
	path->count++;
	memset(stage, 0, sizeof(*stage));
	return stage;
}

/* Reads a name with the brackets behind it. */
static bool
parse_step(ResourcePath *path, const char *text, const char **p, const char *end, PhmError *err)
{
	ResourceStage *stage = add_stage(path, text, *p, err);

	if (stage == NULL)
		return false;
	stage->kind = RESOURCE_STAGE_MEMBER;
	stage->name = *p;
	stage->name_length = read_name(*p, end);
	if (stage->name_length == 0)
		return path_fail(err, text, *p, "expected the name of an element");
	*p += stage->name_length;
	if (path->count == 1 && stage->name[0] >= 'A' && stage->name[0] <= 'Z')
	{
		stage->kind = RESOURCE_STAGE_TYPE;
		stage->type = fhir_type_by_name(stage->name, stage->name_length);
		if (stage->type == 0 || (fhir_types[stage->type].kind != FHIR_RESOURCE &&
								 fhir_types[stage->type].kind != FHIR_ABSTRACT))
			return path_fail(err, text, stage->name, "unknown resource type");
		return true;
	}
	while (*p < end && **p == '[')
	{
		++*p;
		if ((stage = add_stage(path, text, *p, err)) == NULL ||
			!parse_bracket(stage, text, p, end, err))
			return false;
	}
	return true;
}

bool
resource_path_parse(ResourcePath *path, const char *text, size_t length, PhmError *err)
{
	const char *p = text;
	const char *end = text + length;

	path->count = 0;
	for (;;)
	{
		if (!parse_step(path, text, &p, end, err))
			return false;
		if (p == end)
			return true;
		if (*p != '.')
			return path_fail(err, text, p, "expected \".\"");
		p++;
	}
}

/* Whether a member has that name, or is a choice of that base name ("value" for valueQuantity). */
static bool
is_called(const ElementMember *member, const char *name, int length)
{
	const char *choice;

	if (member->name_length < length || memcmp(member->name, name, length) != 0)
		return false;
	if (member->name_length == length)
		return true;
	choice = member->element ? fhir_elements[member->element].choice : NULL;
	return choice != NULL && strncmp(choice, name, length) == 0 && choice[length] == '\0';
}

/* The members inside a value: of an object, a resource, or the companion of a primitive. */
static bool
members_of(const ElementValue *value, const uint8 **p, const uint8 **end)
{
	ElementValue companion = *value;

	if (value->kind == ELEMENT_EXTENDED)
		element_decode(element_skip(value->data), &companion);
	if (companion.kind != ELEMENT_OBJECT && companion.kind != ELEMENT_RESOURCE)
		return false;
	*p = companion.data;
	*end = companion.data + companion.length;
	return true;
}

/* Whether a primitive, perhaps with companion, has that text. */
static bool
has_text(const ElementValue *value, const char *text, int length)
{
	ElementValue primitive;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *found;
	int			found_length;
	StringInfoData out;
	bool		same;

	element_primitive(value, &primitive);
	if (primitive.kind >= ELEMENT_NUMBER && primitive.kind <= ELEMENT_SYSTEM)
	{
		found = element_text(&primitive, buffer, &found_length);
		return found_length == length && memcmp(found, text, length) == 0;
	}
	if (primitive.kind == ELEMENT_NULL || primitive.kind > ELEMENT_NUMBER)
		return false;
	initStringInfo(&out);
	element_print(&out, &primitive);
	same = out.len == length && memcmp(out.data, text, length) == 0;
	pfree(out.data);
	return same;
}

/* Whether a value, or one in it when it is an array, has that text. */
static bool
any_has_text(const ElementValue *value, const char *text, int length)
{
	const uint8 *p = value->data;
	ElementValue slot;

	if (value->kind != ELEMENT_ARRAY)
		return has_text(value, text, length);
	while (element_next_value(&p, value->data + value->length, &slot))
		if (has_text(&slot, text, length))
			return true;
	return false;
}

/* Whether a value has a member as a WHERE stage asks for. */
static bool
fits_where(const ElementValue *value, const ResourceStage *stage)
{
	const uint8 *p;
	const uint8 *end;
	ElementMember member;

	if (!members_of(value, &p, &end))
		return false;
	while (element_next(&p, end, &member))
		if (is_called(&member, stage->name, stage->name_length) &&
			any_has_text(&member.value, stage->text, stage->text_length))
			return true;
	return false;
}

static bool walk_value(Walk *w, int at, const ElementValue *value);

/* Follows the path from stage on, into the members of an object. */
static bool
walk_members(Walk *w, int at, const uint8 *p, const uint8 *end)
{
	const ResourceStage *stage = &w->path->stages[at];
	ElementMember member;

	while (element_next(&p, end, &member))
	{
		const uint8 *slots = member.value.data;
		ElementValue slot;

		if (!is_called(&member, stage->name, stage->name_length))
			continue;
		if (member.value.kind != ELEMENT_ARRAY)
		{
			if (!walk_value(w, at + 1, &member.value))
				return false;
			continue;
		}
		while (element_next_value(&slots, member.value.data + member.value.length, &slot))
			if (!walk_value(w, at + 1, &slot))
				return false;
	}
	return true;
}

/* Follows the path from stage on with one value; false when the search is over. */
static bool
walk_value(Walk *w, int at, const ElementValue *value)
{
	const ResourceStage *stage = &w->path->stages[at];
	ElementValue primitive;
	const uint8 *p;
	const uint8 *end;

	if (value->kind == ELEMENT_NULL)
		return true;			/* no element: JSON fills up arrays with it */
	if (at == w->path->count)
	{
		element_primitive(value, &primitive);
		return primitive.kind == ELEMENT_NULL || w->visit(w->context, &primitive);
	}
	switch (stage->kind)
	{
		case RESOURCE_STAGE_INDEX:
			if (w->seen[at]++ != stage->index)
				return true;
			return walk_value(w, at + 1, value);
		case RESOURCE_STAGE_WHERE:
			return !fits_where(value, stage) || walk_value(w, at + 1, value);
		default:
			return !members_of(value, &p, &end) || walk_members(w, at, p, end);
	}
}

void
resource_path_walk(const ResourcePath *path, FhirType type, const uint8 *members,
				   const uint8 *end, ResourcePathVisit visit, void *context)
{
	Walk		w = {.path = path, .visit = visit, .context = context};
	ElementValue whole = {.kind = ELEMENT_RESOURCE, .type = type, .data = members,
						  .length = (uint32) (end - members)};
	int			at = 0;

	if (path->stages[0].kind == RESOURCE_STAGE_TYPE)
	{
		if (!fhir_type_is(type, path->stages[0].type))
			return;
		at = 1;
	}
	walk_value(&w, at, &whole);
}
