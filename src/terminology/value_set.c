/*
 * value_set.c: the codes of a FHIR ValueSet, read from the members of a phm.resource.
 *
 * An expansion goes straight into one builder, entry by entry; the includes and
 * excludes of a compose are sets each, put together by set algebra.
 * Relies on the resource having been read: elements are of their FHIR types.
 */
#include "terminology/value_set_element.h"

#include "types/code_text.h"
#include "types/codeset.h"

#define MAX_PLACE 200			/* bytes of an element's path in an error */
#define TOO_COSTLY "http://hl7.org/fhir/StructureDefinition/valueset-toocostly"
#define UNCLOSED "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"

typedef struct Reader
{
	CodesetBuilder *builder;	/* of an expansion */
	const ValueSetSource *source;
	PhmError   *err;
	int64		items;			/* entries of an expansion so far */
	int			depth;			/* lists of it in each other */
	int			index[ELEMENT_MAX_DEPTH + 1];	/* and where it stands in each */
	ElementValue last;			/* the system that was read last, as it is written */
	const char *system;			/* and what it is */
	int			system_length;
	int			system_id;
} Reader;

/* ---- systems ---- */

/* Finds out which system a value means; the one of the value before is known. */
static bool
read_system(Reader *r, const ElementValue *value)
{
	ElementValue v;
	Text		text;
	char		buffer[ELEMENT_TEXT_SIZE];

	element_primitive(value, &v);
	if (r->system != NULL && v.end - v.start == r->last.end - r->last.start && memcmp(v.start, r->last.start, v.end - v.start) == 0)
		return true;
	text_of(&v, buffer, &text);
	if (text.s == buffer)
		text.s = pnstrdup(buffer, text.length);	/* a URN of a UUID: rare */
	r->last = v;
	return code_system_argument(text.s, text.length, &r->system, &r->system_length, &r->system_id, r->err);
}

/* ---- expansion ---- */

/* Reports that an element of the entry at which the reader stands is missing. */
static bool
missing_in_item(Reader *r, const char *member)
{
	char		place[MAX_PLACE] = "ValueSet.expansion";
	int			at = (int) strlen(place);

	for (int i = 0; i < r->depth && at < MAX_PLACE - 24; i++)
		at += snprintf(place + at, MAX_PLACE - at, ".contains[%d]", r->index[i]);
	phm_fail(r->err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "an incomplete value set expansion");
	return phm_fail_detail(r->err, "%s.%s is missing.", place, member);
}

static bool read_contains(Reader *r, const ElementValue *list);

/* Takes an entry of an expansion and those in it. */
static bool
read_item(Reader *r, const ElementValue *item)
{
	ElementValue contains = {.kind = ELEMENT_NULL};
	ElementValue system = {.kind = ELEMENT_NULL};
	Text		code = {NULL, 0};
	bool		is_abstract = false;
	char		buffer[ELEMENT_TEXT_SIZE];
	Text		unused;
	ElementMember m;
	ElementValue v;

	r->items++;
	for (const uint8 *p = item->data; item->kind == ELEMENT_OBJECT && element_next(&p, item->end, &m);)
	{
		if (m.element == FHIR_E_ValueSet_expansion_contains_code)
			text_of(&m.value, buffer, &code);
		else if (m.element == FHIR_E_ValueSet_expansion_contains_system)
			system = m.value;
		else if (m.element == FHIR_E_ValueSet_expansion_contains_contains)
			contains = m.value;
		else if (m.element == FHIR_E_ValueSet_expansion_contains_abstract)
		{
			element_primitive(&m.value, &v);
			is_abstract = v.kind == ELEMENT_TRUE;
		}
	}
	if (!is_abstract && (code.s != NULL || contains.kind != ELEMENT_ARRAY))
	{
		char		no_text[ELEMENT_TEXT_SIZE];

		if (code.s == NULL)
			return missing_in_item(r, "code");
		if (!text_of(&system, no_text, &unused))
			return missing_in_item(r, "system");
		if (!read_system(r, &system) ||
			!codeset_builder_add(r->builder, r->system, r->system_length, r->system_id, code.s, code.length, false, r->err))
			return false;
	}
	return contains.kind != ELEMENT_ARRAY || read_contains(r, &contains);
}

/* Takes the entries of a list. */
static bool
read_contains(Reader *r, const ElementValue *list)
{
	ElementValue item;
	int			depth = r->depth++;
	bool		good = true;

	Assert(depth <= ELEMENT_MAX_DEPTH);
	r->index[depth] = 0;
	for (const uint8 *p = list->data; good && element_next_value(&p, list->end, &item); r->index[depth]++)
		good = read_item(r, &item);
	r->depth--;
	return good;
}

/* Whether a list of extensions has one of a URL that is true. */
static bool
has_true_extension(const uint8 *members, const uint8 *end, const char *url)
{
	ElementMember m;
	ElementValue slot;
	ElementValue flag;
	Text		text;
	char		buffer[ELEMENT_TEXT_SIZE];

	for (const uint8 *p = members; element_next(&p, end, &m);)
	{
		if (m.name_length != 9 || memcmp(m.name, "extension", 9) != 0 || m.value.kind != ELEMENT_ARRAY)
			continue;
		for (const uint8 *q = m.value.data; element_next_value(&q, m.value.end, &slot);)
			if (slot.kind == ELEMENT_OBJECT && member_text(slot.data, slot.end, FHIR_E_Extension_url, buffer, &text) &&
				text_is(&text, url) && element_find(slot.data, slot.end, FHIR_E_Extension_valueBoolean, &flag) &&
				flag.kind == ELEMENT_TRUE)
				return true;
	}
	return false;
}

/* Whether a parameter of the expansion says that it was cut. */
static bool
is_limited(const uint8 *members, const uint8 *end)
{
	ElementValue list;
	ElementValue slot;
	ElementValue flag;
	Text		name;
	char		buffer[ELEMENT_TEXT_SIZE];

	if (!member_list(members, end, FHIR_E_ValueSet_expansion_parameter, &list))
		return false;
	for (const uint8 *p = list.data; element_next_value(&p, list.end, &slot);)
		if (slot.kind == ELEMENT_OBJECT && member_text(slot.data, slot.end, FHIR_E_ValueSet_expansion_parameter_name, buffer, &name) &&
			text_is(&name, "limitedExpansion") &&
			element_find(slot.data, slot.end, FHIR_E_ValueSet_expansion_parameter_valueBoolean, &flag) && flag.kind == ELEMENT_TRUE)
			return true;
	return false;
}

/* Reports an expansion that does not hold all codes. */
static void
not_whole(PhmError *err, const char *hint)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "an incomplete value set expansion");
	phm_fail_hint(err, "%s", hint);
}

/* A whole number among the members of an expansion, -1 when it has none. */
static int64
number_of(const uint8 *members, const uint8 *end, FhirElement element)
{
	ElementValue v;

	if (!element_find(members, end, element, &v))
		return -1;
	element_primitive(&v, &v);
	return v.kind == ELEMENT_INT ? v.number : -1;
}

/* Whether an expansion of which all entries were read is whole. */
static bool
check_whole(const Reader *r, const uint8 *members, const uint8 *end)
{
	int64		total = number_of(members, end, FHIR_E_ValueSet_expansion_total);
	int64		offset = number_of(members, end, FHIR_E_ValueSet_expansion_offset);
	static const char join[] = "Ask the terminology server for all pages and join them.";

	if (total > r->items)
	{
		not_whole(r->err, join);
		return phm_fail_detail(r->err, "ValueSet.expansion.total is %lld, but there are %lld.", (long long) total, (long long) r->items);
	}
	if (offset > 0)
	{
		not_whole(r->err, join);
		return phm_fail_detail(r->err, "ValueSet.expansion.offset is %lld: codes are missing before it.", (long long) offset);
	}
	if (is_limited(members, end) || has_true_extension(members, end, TOO_COSTLY) || has_true_extension(members, end, UNCLOSED))
	{
		not_whole(r->err, "Ask the terminology server for all codes, or load the compose alone.");
		return phm_fail_detail(r->err, "ValueSet.expansion says that it was limited, or that not all codes can be listed.");
	}
	return true;
}

static struct varlena *
expansion_codes(Reader *r, const uint8 *members, const uint8 *end)
{
	ElementValue contains;

	r->builder = codeset_builder_create();
	if (member_list(members, end, FHIR_E_ValueSet_expansion_contains, &contains) && !read_contains(r, &contains))
		return NULL;
	return check_whole(r, members, end) ? codeset_build(r->builder, r->err) : NULL;
}

/* ---- compose ---- */

/* Where an include or exclude stands, and what it says. */
typedef struct Include
{
	char		place[64];
	ElementValue system;
	ElementValue concept;
	ElementValue filter;
	ElementValue value_set;
} Include;

/* Reports that something is missing in a compose. */
static bool
incomplete(Reader *r, const char *what)
{
	phm_fail(r->err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "an incomplete %s", what);
	return false;
}

/* Keeps what is in a set and in another, or the other where there is none yet. */
static bool
narrow(Reader *r, struct varlena **codes, const void *other)
{
	CodesetView a;
	CodesetView b;

	codeset_view_init(&a, VARDATA(*codes));
	codeset_view_init(&b, other);
	*codes = codeset_intersection(&a, &b, r->err);
	return *codes != NULL;
}

/* Adds the codes that an include lists. */
static bool
add_concepts(Reader *r, const Include *include, CodesetBuilder *b)
{
	ElementValue slot;
	Text		code;
	char		buffer[ELEMENT_TEXT_SIZE];
	int			n = 0;

	for (const uint8 *p = include->concept.data; element_next_value(&p, include->concept.end, &slot); n++)
	{
		if (slot.kind != ELEMENT_OBJECT || !member_text(slot.data, slot.end, FHIR_E_ValueSet_compose_include_concept_code, buffer, &code))
		{
			incomplete(r, "value set");
			return phm_fail_detail(r->err, "%s.concept[%d].code is missing.", include->place, n);
		}
		if (!codeset_builder_add(b, r->system, r->system_length, r->system_id, code.s, code.length, false, r->err))
			return false;
	}
	return true;
}

/* The codes of the system of an include: those listed, or all. */
static struct varlena *
system_codes(Reader *r, const Include *include)
{
	CodesetBuilder *b = codeset_builder_create();

	if (!read_system(r, &include->system))
		return NULL;
	if (include->concept.kind == ELEMENT_ARRAY ? !add_concepts(r, include, b) :
		!codeset_builder_add(b, r->system, r->system_length, r->system_id, "", 0, true, r->err))
		return NULL;
	return codeset_build(b, r->err);
}

/* Narrows codes to those that a filter lets through. */
static bool
apply_filter(Reader *r, const Include *include, const ElementValue *slot, int n, struct varlena **codes)
{
	CodesetBuilder *b = codeset_builder_create();
	char		buffers[3][ELEMENT_TEXT_SIZE];
	Text		property;
	Text		op;
	Text		value;
	ValueSetFilter filter;
	bool		expressible;
	struct varlena *set;

	if (slot->kind != ELEMENT_OBJECT ||
		!member_text(slot->data, slot->end, FHIR_E_ValueSet_compose_include_filter_property, buffers[0], &property) ||
		!member_text(slot->data, slot->end, FHIR_E_ValueSet_compose_include_filter_op, buffers[1], &op) ||
		!member_text(slot->data, slot->end, FHIR_E_ValueSet_compose_include_filter_value, buffers[2], &value))
	{
		incomplete(r, "value set filter");
		return phm_fail_detail(r->err, "%s.filter[%d] needs property, op and value.", include->place, n);
	}
	filter = (ValueSetFilter) {property.s, op.s, value.s, property.length, op.length, value.length};
	if (!value_set_add_filter(b, r->system, r->system_length, r->system_id, &filter, &expressible, r->err))
		return false;
	if (!expressible)
	{
		phm_fail(r->err, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "value set filter cannot be expressed as codes and prefixes");
		phm_fail_detail(r->err, "%s.filter[%d]: system %.*s, property %.*s, operator %.*s.", include->place, n,
						Min(r->system_length, 80), r->system, Min(property.length, 32), property.s, Min(op.length, 16), op.s);
		return phm_fail_hint(r->err, "Load the expansion of the value set.");
	}
	set = codeset_build(b, r->err);
	return set != NULL && narrow(r, codes, VARDATA(set));
}

/* Narrows codes (NULL: to begin with) to those of a value set that is referred to. */
static bool
apply_reference(Reader *r, const ElementValue *slot, struct varlena **codes)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	Text		canonical;
	const void *payload;
	CodesetBuilder *b;
	CodesetView view;

	if (!text_of(slot, buffer, &canonical))
		return true;
	payload = r->source->find(r->source->arg, canonical.s, canonical.length, r->err);
	if (payload == NULL)
		return false;
	if (*codes != NULL)
		return narrow(r, codes, payload);
	b = codeset_builder_create();
	codeset_view_init(&view, payload);
	if (!codeset_builder_add_set(b, &view, r->err))
		return false;
	*codes = codeset_build(b, r->err);
	return *codes != NULL;
}

/* Finds the parts of an include; false when it says nothing. */
static bool
open_include(Reader *r, const ElementValue *item, Include *include)
{
	const uint8 *p = item->data;
	const uint8 *end = item->kind == ELEMENT_OBJECT ? item->end : p;
	char		buffer[ELEMENT_TEXT_SIZE];
	Text		system = {NULL, 0};

	if (element_find(p, end, FHIR_E_ValueSet_compose_include_system, &include->system))
		text_of(&include->system, buffer, &system);
	if (!element_find(p, end, FHIR_E_ValueSet_compose_include_concept, &include->concept))
		include->concept.kind = ELEMENT_NULL;
	if (!element_find(p, end, FHIR_E_ValueSet_compose_include_filter, &include->filter))
		include->filter.kind = ELEMENT_NULL;
	if (!element_find(p, end, FHIR_E_ValueSet_compose_include_valueSet, &include->value_set))
		include->value_set.kind = ELEMENT_NULL;
	if (system.s != NULL)
		return true;
	include->system.kind = ELEMENT_NULL;
	if (include->value_set.kind != ELEMENT_ARRAY)
	{
		incomplete(r, "value set");
		return phm_fail_detail(r->err, "%s has neither system nor valueSet.", include->place);
	}
	if (include->concept.kind == ELEMENT_ARRAY || include->filter.kind == ELEMENT_ARRAY)
	{
		incomplete(r, "value set");
		return phm_fail_detail(r->err, "%s.system is missing.", include->place);
	}
	return true;
}

/* The codes of an include or exclude; NULL with an error. */
static struct varlena *
include_codes(Reader *r, const ElementValue *item, const char *list, int n)
{
	Include		include;
	struct varlena *codes = NULL;
	ElementValue slot;
	int			i = 0;

	snprintf(include.place, sizeof(include.place), "ValueSet.compose.%s[%d]", list, n);
	if (!open_include(r, item, &include))
		return NULL;
	if (include.system.kind != ELEMENT_NULL && (codes = system_codes(r, &include)) == NULL)
		return NULL;
	if (include.filter.kind == ELEMENT_ARRAY)
		for (const uint8 *p = include.filter.data; element_next_value(&p, include.filter.end, &slot); i++)
			if (!apply_filter(r, &include, &slot, i, &codes))
				return NULL;
	if (include.value_set.kind == ELEMENT_ARRAY)
		for (const uint8 *p = include.value_set.data; element_next_value(&p, include.value_set.end, &slot);)
			if (!apply_reference(r, &slot, &codes))
				return NULL;
	return codes != NULL ? codes : codeset_build(codeset_builder_create(), r->err);
}

/* The codes of all includes of a compose. */
static struct varlena *
included_codes(Reader *r, const ElementValue *includes)
{
	CodesetBuilder *b = codeset_builder_create();
	ElementValue slot;
	int			n = 0;

	for (const uint8 *p = includes->data; element_next_value(&p, includes->end, &slot); n++)
	{
		struct varlena *part = include_codes(r, &slot, "include", n);
		CodesetView view;

		if (part == NULL)
			return NULL;
		codeset_view_init(&view, VARDATA(part));
		if (!codeset_builder_add_set(b, &view, r->err))
			return NULL;
	}
	return codeset_build(b, r->err);
}

/* Those less what is excluded. */
static struct varlena *
compose_codes(Reader *r, const uint8 *members, const uint8 *end, const ElementValue *includes)
{
	struct varlena *codes = included_codes(r, includes);
	ElementValue excludes;
	ElementValue slot;
	int			n = 0;

	if (codes == NULL || !member_list(members, end, FHIR_E_ValueSet_compose_exclude, &excludes))
		return codes;
	for (const uint8 *p = excludes.data; codes != NULL && element_next_value(&p, excludes.end, &slot); n++)
	{
		struct varlena *part = include_codes(r, &slot, "exclude", n);
		CodesetView a;
		CodesetView b;

		if (part == NULL)
			return NULL;
		codeset_view_init(&a, VARDATA(codes));
		codeset_view_init(&b, VARDATA(part));
		codes = codeset_difference(&a, &b, r->err);
	}
	return codes;
}

struct varlena *
value_set_codes(const uint8 *members, const uint8 *end, const ValueSetSource *source, PhmError *err)
{
	Reader		r = {.source = source,.err = err};
	ElementValue part;
	ElementValue includes;

	if (element_find(members, end, FHIR_E_ValueSet_expansion, &part) && part.kind == ELEMENT_OBJECT)
		return expansion_codes(&r, part.data, part.end);
	if (element_find(members, end, FHIR_E_ValueSet_compose, &part) && part.kind == ELEMENT_OBJECT &&
		member_list(part.data, part.end, FHIR_E_ValueSet_compose_include, &includes) && includes.count > 0)
		return compose_codes(&r, part.data, part.end, &includes);
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "a value set without content");
	phm_fail_detail(err, "ValueSet has neither expansion nor compose.include.");
	return NULL;
}
