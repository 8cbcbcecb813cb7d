/*
 * chart_encode.c: splitting a resource into hot body and cold rest.
 *
 * The body has what rules ask for in the kinds that only charts know: symbols,
 * concepts, links.  A member that does not print back from the body stands in
 * the cold part as well, and decides there.
 */
#include "types/chart_builder.h"

#define MAX_SYMBOL 80			/* longer texts are not shared */

typedef struct Encode
{
	ChartBuilder *b;
	const ChartItem *item;
	bool		exact;			/* so far the member prints back */
	uint64		resolution;		/* one digit to base 3 for each reference */
} Encode;

static void encode_value(Encode *e, FhirType type, const ElementValue *value);

/* The item to which a reference text leads, and how a link to it prints. */
static bool
resolve(Encode *e, const ElementValue *value, uint32 *found, ElementKind *kind)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	const char *slash;
	int			length;
	FhirType	type;

	if (value->kind == ELEMENT_URN_UUID)
	{
		text = element_text(value, buffer, &length);
		*kind = ELEMENT_URN_LINK;
		return chart_find_item(e->b, e->item->source, 0, text + 9, length - 9, found);
	}
	if (value->kind != ELEMENT_STRING)
		return false;
	text = (const char *) value->data;
	slash = memchr(text, '/', value->length);
	type = slash ? fhir_type_by_name(text, (int) (slash - text)) : 0;
	*kind = ELEMENT_LINK;
	return type != 0 && chart_find_item(e->b, e->item->source, type, slash + 1,
										(int) (text + value->length - slash - 1), found);
}

/* A Reference that leads to an entry of this chart becomes a link. */
static bool
encode_reference(Encode *e, const ElementValue *object)
{
	ElementValue value;
	uint32		found;
	ElementKind kind;

	if (!element_find(object->data, object->data + object->length, FHIR_E_Reference_reference, &value))
		return false;
	if (!resolve(e, &value, &found, &kind))
	{
		e->resolution = e->resolution * 3 + 1;
		return false;
	}
	e->resolution = e->resolution * 3 + 2;
	element_put_compact(&e->b->bodies, kind, e->b->items[found].link);
	if (value.end - object->data != (ptrdiff_t) object->length ||
		value.start != object->data + 1 + (FHIR_E_Reference_reference >= 128))
		e->exact = false;		/* it has a display, a type or an identifier */
	return true;
}

/* A Quantity with value, and unit, system and code as UCUM has them, or with a value alone. */
static bool
encode_quantity(Encode *e, const ElementValue *object)
{
	const uint8 *p = object->data;
	ElementMember member;
	ElementValue number = {0};
	ElementValue unit = {0};
	ElementValue code = {0};
	bool		ucum = false;
	int			parts = 0;
	char		unit_buffer[ELEMENT_TEXT_SIZE];
	char		code_buffer[ELEMENT_TEXT_SIZE];
	const char *unit_text;
	const char *code_text;
	int			unit_length;
	int			code_length;

	number.kind = unit.kind = code.kind = ELEMENT_NULL;
	while (element_next(&p, object->data + object->length, &member))
	{
		if (member.element == FHIR_E_Quantity_value)
			number = member.value;
		else if (member.element == FHIR_E_Quantity_unit)
			unit = member.value;
		else if (member.element == FHIR_E_Quantity_code)
			code = member.value;
		else if (member.element == FHIR_E_Quantity_system && member.value.kind == ELEMENT_SYSTEM)
		{
			const char *url = element_text(&member.value, unit_buffer, &unit_length);

			ucum = unit_length == 25 && memcmp(url, "http://unitsofmeasure.org", 25) == 0;
		}
		else
			return false;
		parts++;
	}
	if (number.kind != ELEMENT_INT && number.kind != ELEMENT_DECIMAL)
		return false;
	if (number.kind == ELEMENT_INT)
		number.scale = 0;
	if (parts == 1)
	{
		element_put_quantity(&e->b->bodies, number.number, number.scale, 0);
		return true;
	}
	if (parts != 4 || !ucum || unit.kind != ELEMENT_STRING || code.kind != ELEMENT_STRING)
		return false;
	unit_text = element_text(&unit, unit_buffer, &unit_length);
	code_text = element_text(&code, code_buffer, &code_length);
	if (unit_length != code_length || memcmp(unit_text, code_text, unit_length) != 0)
		return false;
	element_put_quantity(&e->b->bodies, number.number, number.scale,
						 1 + chart_intern_string(&e->b->intern, unit_text, unit_length));
	return true;
}

/* Members of an object inside a body. */
static void
encode_members(Encode *e, const uint8 *p, const uint8 *end)
{
	ElementWriter *w = &e->b->bodies;
	ElementMember member;

	while (element_next(&p, end, &member))
	{
		if (member.element == 0)
		{
			element_put_name(w, member.name, member.name_length);
			element_put_copy(w, member.value.start, member.value.end);
			continue;
		}
		element_put_member(w, member.element);
		/* The same practitioner and organization are named again and again. */
		encode_value(e, member.element == FHIR_E_Reference_reference ? FHIR_T_uri :
					 fhir_elements[member.element].type, &member.value);
	}
}

/* An object by its FHIR type. */
static void
encode_object(Encode *e, FhirType type, const ElementValue *value)
{
	ElementWriter *w = &e->b->bodies;

	if (type == FHIR_T_CodeableConcept || type == FHIR_T_Coding)
	{
		element_put_compact(w, ELEMENT_CONCEPT, chart_intern_concept(&e->b->intern, type, value));
		return;
	}
	if (type == FHIR_T_Reference && encode_reference(e, value))
		return;
	if (fhir_type_is(type, FHIR_T_Quantity) && encode_quantity(e, value))
		return;
	element_open(w, value->kind, value->type);
	encode_members(e, value->data, value->data + value->length);
	element_close_compact(w, value->kind, 0);
}

/* One value by its FHIR type. */
static void
encode_value(Encode *e, FhirType type, const ElementValue *value)
{
	ElementWriter *w = &e->b->bodies;
	const uint8 *p = value->data;
	ElementValue slot;

	switch (value->kind)
	{
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
			encode_object(e, type, value);
			break;
		case ELEMENT_ARRAY:
			element_open(w, ELEMENT_ARRAY, 0);
			while (element_next_value(&p, value->data + value->length, &slot))
				encode_value(e, type, &slot);
			element_close_compact(w, ELEMENT_ARRAY, value->count);
			break;
		case ELEMENT_STRING:
			if (type != FHIR_T_string && type != FHIR_T_markdown && type != 0 && value->length <= MAX_SYMBOL)
				element_put_compact(w, ELEMENT_SYMBOL,
									chart_intern_string(&e->b->intern, (const char *) value->data, (int) value->length));
			else
				element_put_copy(w, value->start, value->end);
			break;
		case ELEMENT_DATETIME:
			element_put_date(w, value->number, e->item->time);
			break;
		case ELEMENT_INT:
			element_put_small_int(w, value->number);
			break;
		default:
			element_put_copy(w, value->start, value->end);
			break;
	}
}

/* Of meta, rules ask for the profiles only. */
static void
encode_meta(Encode *e, const ElementValue *meta)
{
	ElementWriter *w = &e->b->bodies;
	ElementValue profile;

	if (meta->kind != ELEMENT_OBJECT ||
		!element_find(meta->data, meta->data + meta->length, FHIR_E_Meta_profile, &profile))
	{
		e->exact = false;
		return;
	}
	element_put_member(w, FHIR_E_Resource_meta);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Meta_profile);
	encode_value(e, FHIR_T_canonical, &profile);
	element_close_compact(w, ELEMENT_OBJECT, 0);
	e->exact = profile.end == meta->end &&
		profile.start == meta->data + 1 + (FHIR_E_Meta_profile >= 128);
}

/* Notes the item that has the code of this one: the medication of a request. */
static void
note_code_reference(Encode *e, ChartItem *item, const ElementMember *member)
{
	const ChartShape *shape = chart_shape(item->type);
	ElementValue value;
	uint32		found;
	ElementKind kind;

	if (shape && shape->code_reference != 0 && member->element == shape->code_reference &&
		member->value.kind == ELEMENT_OBJECT &&
		element_find(member->value.data, member->value.data + member->value.length, FHIR_E_Reference_reference, &value) &&
		resolve(e, &value, &found, &kind))
		item->code_at = found + 1;
}

/* The value of an item's own code; false when it has none. */
static bool
own_code(const ChartBuilder *b, const ChartItem *item, ElementValue *value)
{
	const ChartShape *shape = chart_shape(item->type);
	const uint8 *p = b->copies + item->members;

	return shape != NULL && shape->code != 0 && element_find(p, p + item->length, shape->code, value) &&
		value->kind == ELEMENT_OBJECT && fhir_elements[shape->code].type == FHIR_T_CodeableConcept;
}

/* What an entry is about, from a CodeableConcept. */
static uint16
entry_concept(ChartBuilder *b, const ElementValue *value)
{
	uint32		concept = chart_intern_concept(&b->intern, FHIR_T_CodeableConcept, value);

	return concept < CHART_MANY_CONCEPTS ? (uint16) concept : CHART_MANY_CONCEPTS;
}

uint16
chart_own_concept(ChartBuilder *b, const ChartItem *item)
{
	ElementValue value;

	return own_code(b, item, &value) ? entry_concept(b, &value) : CHART_NO_CONCEPT;
}

uint16
chart_given_concept(ChartBuilder *b, const ChartItem *item)
{
	ElementValue value;
	ElementWriter w;
	uint16		concept;

	if (!(item->flags & CHART_MAPPED))
		return chart_own_concept(b, item);
	if (!own_code(b, item, &value))
		return CHART_NO_CONCEPT;
	element_writer_init(&w, 256);
	chart_map_strip(value.data, value.data + value.length, &w);
	value.data = w.data;
	value.length = w.length;
	concept = entry_concept(b, &value);
	pfree(w.data);
	return concept;
}

static void encode_sparse(Encode *e, FhirElement list, const ElementValue *value);

/* A slot of a sparse list: its hot members. */
static void
encode_sparse_slot(Encode *e, FhirElement list, const ElementValue *slot)
{
	ElementWriter *w = &e->b->bodies;
	const uint8 *p = slot->data;
	ElementMember member;

	element_open(w, ELEMENT_OBJECT, 0);
	while (element_next(&p, slot->data + slot->length, &member))
	{
		if (member.element == 0 || !chart_sparse_member(list, member.element))
		{
			e->exact = false;
			continue;
		}
		element_put_member(w, member.element);
		if (member.element == FHIR_E_ExplanationOfBenefit_item_adjudication)
			encode_sparse(e, member.element, &member.value);
		else
			encode_value(e, fhir_elements[member.element].type, &member.value);
	}
	element_close_compact(w, ELEMENT_OBJECT, 0);
}

/* A list of which only some slots and members are hot. */
static void
encode_sparse(Encode *e, FhirElement list, const ElementValue *value)
{
	ElementWriter *w = &e->b->bodies;
	const uint8 *p = value->data;
	uint32		count = 0;
	ElementValue slot;

	if (value->kind != ELEMENT_ARRAY)
	{
		encode_value(e, fhir_elements[list].type, value);
		return;
	}
	element_open(w, ELEMENT_ARRAY, 0);
	while (element_next_value(&p, value->data + value->length, &slot))
		if (slot.kind == ELEMENT_OBJECT && chart_sparse_slot(list, slot.data, slot.data + slot.length))
		{
			encode_sparse_slot(e, list, &slot);
			count++;
		}
		else
			e->exact = false;
	element_close_compact(w, ELEMENT_ARRAY, count);
}

/* What the entry is about, read back from the body. */
static void
note_concept(ChartBuilder *b, ChartItem *item, FhirElement element, const ElementValue *value)
{
	const ChartShape *shape = chart_shape(item->type);
	ElementValue v = *value;

	if (shape == NULL)
		return;
	if (element != shape->code)
		return;
	if (v.kind == ELEMENT_ARRAY)
	{
		const uint8 *p = v.data;

		if (v.count == 0)
			return;
		if (v.count > 1)
		{
			uint32		all = chart_intern_union(&b->intern, &v);

			item->concept = all < CHART_MANY_CONCEPTS ? (uint16) all : CHART_MANY_CONCEPTS;
			return;
		}
		element_next_value(&p, value->data + value->length, &v);
	}
	if (v.kind == ELEMENT_CONCEPT)
		item->concept = v.number < CHART_MANY_CONCEPTS ? (uint16) v.number : CHART_MANY_CONCEPTS;
}

/* One member of the resource: hot, cold, both, or neither. */
static void
encode_member(Encode *e, ChartItem *item, const ElementMember *member, const uint8 *start)
{
	ChartBuilder *b = e->b;
	ChartPlace	place = chart_place(item->type, member->element);
	uint32		before = b->bodies.length;
	ElementValue value;
	const uint8 *p;

	if (place == CHART_RECORD_ONLY ||
		(member->element == FHIR_E_Resource_id && member->value.kind != ELEMENT_EXTENDED))
		return;
	e->exact = place == CHART_HOT;
	if (member->element == FHIR_E_Resource_meta)
	{
		encode_meta(e, &member->value);
		if (b->bodies.length > before)
			item->flags |= CHART_PROFILED;
	}
	else if (place == CHART_HOT)
	{
		element_put_member(&b->bodies, member->element);
		if (chart_is_sparse(member->element))
			encode_sparse(e, member->element, &member->value);
		else
			encode_value(e, fhir_elements[member->element].type, &member->value);
		p = b->bodies.data + before;
		(void) phm_get_varint(&p);
		element_decode(p, &value);
		note_concept(b, item, member->element, &value);
		note_code_reference(e, item, member);
	}
	if (!e->exact)
		element_put_copy(&b->cold, start, member->value.end);
}

void
chart_encode(ChartBuilder *b, ChartItem *item)
{
	const uint8 *p = b->copies + item->members;
	const uint8 *end = p + item->length;
	const uint8 *start = p;
	Encode		e = {b, item, true, 1};
	ElementMember member;

	CHECK_FOR_INTERRUPTS();
	item->concept = CHART_NO_CONCEPT;
	item->code_at = 0;
	item->body = b->bodies.length;
	item->cold = b->cold.length;
	while (element_next(&p, end, &member))
	{
		encode_member(&e, item, &member, start);
		start = p;
	}
	item->body_end = b->bodies.length;
	item->cold_end = b->cold.length;
	item->resolution = e.resolution;
}
