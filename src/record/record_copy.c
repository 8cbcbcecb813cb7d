/*
 * record_copy.c: columns copied out of repeating and nested elements for the
 * convenience of analysts: names, addresses, telephone numbers, identifiers,
 * US Core extensions, totals.  The elements themselves stay in extra.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "record/record.h"

/* Finds a member by its FHIR name; unknown types are no obstacle. */
static bool
find_named(const uint8 *p, const uint8 *end, const char *name, int length, ElementValue *value)
{
	ElementMember member;

	while (element_next(&p, end, &member))
		if (member.name_length == length && memcmp(member.name, name, length) == 0)
		{
			*value = member.value;
			return true;
		}
	return false;
}

/* The same within an object. */
static bool
find_in(const ElementValue *object, const char *name, ElementValue *value)
{
	return object->kind == ELEMENT_OBJECT &&
		find_named(object->data, object->data + object->length, name, strlen(name), value);
}

/* Whether a member of an object is that text. */
static bool
member_is(const ElementValue *object, const char *name, const char *text, int length)
{
	ElementValue value;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *found;
	int			found_length;

	if (!find_in(object, name, &value))
		return false;
	element_primitive(&value, &value);
	if (value.kind < ELEMENT_LITERAL || value.kind > ELEMENT_SYSTEM)
		return false;
	found = element_text(&value, buffer, &found_length);
	return found_length == length && memcmp(found, text, length) == 0;
}

/* Appends the text of a primitive, or of all primitives of an array with blanks between them. */
static bool
append_text(StringInfo out, const ElementValue *value)
{
	ElementValue primitive;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	if (value->kind == ELEMENT_ARRAY)
	{
		const uint8 *p = value->data;
		ElementValue slot;

		while (element_next_value(&p, value->data + value->length, &slot))
		{
			int			before = out->len;

			if (out->len > 0)
				appendStringInfoChar(out, ' ');
			if (!append_text(out, &slot))
				out->data[out->len = before] = '\0';
		}
		return out->len > 0;
	}
	element_primitive(value, &primitive);
	if (primitive.kind < ELEMENT_DATETIME || primitive.kind > ELEMENT_SYSTEM)
		return false;
	text = element_text(&primitive, buffer, &length);
	appendBinaryStringInfo(out, text, length);
	return true;
}

/* The value of an array that has the use wanted, else its first. */
static bool
preferred(const ElementValue *array, const char *use, ElementValue *found)
{
	const uint8 *p = array->data;
	ElementValue slot;

	if (array->kind != ELEMENT_ARRAY)
	{
		*found = *array;
		return true;
	}
	if (!element_next_value(&p, array->data + array->length, found))
		return false;
	p = array->data;
	while (element_next_value(&p, array->data + array->length, &slot))
		if (member_is(&slot, "use", use, strlen(use)))
		{
			*found = slot;
			return true;
		}
	return true;
}

/* The value of an array whose member has a text. */
static bool
selected(const ElementValue *array, const char *name, const char *text, int length, ElementValue *found)
{
	const uint8 *p = array->data;

	if (array->kind != ELEMENT_ARRAY)
		return false;
	while (element_next_value(&p, array->data + array->length, found))
		if (member_is(found, name, text, length))
			return true;
	return false;
}

/* The first code of a CodeableConcept, or its text. */
static bool
append_concept(StringInfo out, const ElementValue *concept)
{
	ElementValue codings;
	ElementValue value;

	if (find_in(concept, "coding", &codings) && preferred(&codings, "", &value) &&
		(find_in(&value, "code", &value)) && append_text(out, &value))
		return true;
	return find_in(concept, "text", &value) && append_text(out, &value);
}

/*
 * US Core race and ethnicity: the "text" extension inside, else the display of
 * the first category; other extensions: the value itself.
 */
static bool
append_extension(StringInfo out, const ElementValue *extension)
{
	ElementValue inner;
	ElementValue part;
	ElementValue value;

	if (find_in(extension, "extension", &inner))
	{
		if (selected(&inner, "url", "text", 4, &part) && find_in(&part, "valueString", &value) &&
			append_text(out, &value))
			return true;
		return selected(&inner, "url", "ombCategory", 11, &part) &&
			find_in(&part, "valueCoding", &value) && find_in(&value, "display", &value) &&
			append_text(out, &value);
	}
	if (find_in(extension, "valueCode", &value) || find_in(extension, "valueString", &value))
		return append_text(out, &value);
	return find_in(extension, "valueCodeableConcept", &value) && append_concept(out, &value);
}

/* The amount of the total with a category (settlement), or of the only one (claim). */
static bool
find_total(const ElementValue *total, const RecordCopy *copy, ElementValue *value)
{
	const uint8 *p = total->data;
	ElementValue slot;
	ElementValue category;
	StringInfoData code;

	if (total->kind == ELEMENT_OBJECT)
		return copy->selector_length == 9 && find_in(total, "value", value);	/* submitted */
	if (total->kind != ELEMENT_ARRAY)
		return false;
	initStringInfo(&code);
	while (element_next_value(&p, total->data + total->length, &slot))
	{
		resetStringInfo(&code);
		if (find_in(&slot, "category", &category) && append_concept(&code, &category) &&
			code.len == copy->selector_length && memcmp(code.data, copy->selector, code.len) == 0)
			return find_in(&slot, "amount", value) && find_in(value, "value", value);
	}
	return false;
}

/* What an element with a selector gives as text. */
static bool
append_selected(StringInfo out, const RecordCopy *copy, const ElementValue *element)
{
	ElementValue found;
	char	   *name = pnstrdup(copy->selector, copy->selector_length);

	if (strncmp(copy->path, "name{", 5) == 0)
		return preferred(element, "official", &found) && find_in(&found, name, &found) &&
			append_text(out, &found);
	if (strncmp(copy->path, "address{", 8) == 0)
		return preferred(element, "home", &found) && find_in(&found, name, &found) &&
			append_text(out, &found);
	if (strncmp(copy->path, "telecom{", 8) == 0)
		return selected(element, "system", name, copy->selector_length, &found) &&
			find_in(&found, "value", &found) && append_text(out, &found);
	if (strncmp(copy->path, "identifier{", 11) == 0)
		return selected(element, "system", name, copy->selector_length, &found) &&
			find_in(&found, "value", &found) && append_text(out, &found);
	if (strncmp(copy->path, "extension{", 10) == 0)
		return selected(element, "url", name, copy->selector_length, &found) &&
			append_extension(out, &found);
	elog(ERROR, "record.map: unknown selector in \"%s\"", copy->path);
	return false;
}

/* Follows a plain path; [0] takes the first value of a list. */
static bool
follow_path(const RecordCopy *copy, const uint8 *p, const uint8 *end, ElementValue *value)
{
	const char *path = copy->path;

	for (;;)
	{
		int			length = strcspn(path, ".[");
		const uint8 *slot;

		if (!find_named(p, end, path, length, value))
			return false;
		if (value->kind == ELEMENT_ARRAY)
		{
			slot = value->data;
			if (!element_next_value(&slot, value->data + value->length, value))
				return false;
		}
		path += length;
		if (strncmp(path, "[0]", 3) == 0)
			path += 3;
		if (*path != '.')
			return true;
		path++;
		if (value->kind != ELEMENT_OBJECT)
			return false;
		p = value->data;
		end = p + value->length;
	}
}

/*
 * The concepts of Claim.diagnosis or Claim.procedure, in order: the element
 * "diagnosisCodeableConcept" or "procedureCodeableConcept" of each.
 */
static bool
copy_concepts(RecordSplitter *s, const ElementValue *array, Oid concept_type, Datum *datum)
{
	const uint8 *p = array->data;
	ElementValue slot;
	ElementValue value;
	Datum	   *concepts = palloc(sizeof(Datum) * Max(array->count, 1));
	int			n = 0;
	bool		exact;

	while (array->kind == ELEMENT_ARRAY && element_next_value(&p, array->data + array->length, &slot))
		if ((find_in(&slot, "diagnosisCodeableConcept", &value) ||
			 find_in(&slot, "procedureCodeableConcept", &value)) &&
			record_value_in(s, RECORD_CONCEPT, FHIR_T_CodeableConcept, &value, &concepts[n], &exact))
			n++;
	if (n == 0)
		return false;
	*datum = PointerGetDatum(construct_array(concepts, n, concept_type, -1, false, TYPALIGN_INT));
	return true;
}

void
record_copy(RecordSplitter *s, const RecordMap *map, const RecordCopy *copy,
			const uint8 *members, const uint8 *end, Datum *datum, bool *isnull)
{
	RecordType	type = map->table->columns[copy->column].type;
	ElementValue value;
	StringInfoData out;
	bool		found;

	*isnull = true;
	if (copy->selector == NULL)
		found = follow_path(copy, members, end, &value);
	else
		found = find_named(members, end, copy->path, copy->path_length, &value);
	if (!found)
		return;
	if (type == RECORD_CONCEPTS)
	{
		*isnull = !copy_concepts(s, &value, record_concept_type(), datum);
		return;
	}
	if (type == RECORD_NUMERIC)
	{
		if (copy->selector != NULL && !find_total(&value, copy, &value))
			return;
		element_primitive(&value, &value);
		if (value.kind != ELEMENT_INT && value.kind != ELEMENT_DECIMAL && value.kind != ELEMENT_NUMBER)
			return;
		*datum = record_number(&value);
		*isnull = false;
		return;
	}
	initStringInfo(&out);
	if (copy->selector != NULL)
		found = append_selected(&out, copy, &value);
	else if (value.kind == ELEMENT_OBJECT)
		found = append_concept(&out, &value);
	else
		found = append_text(&out, &value);
	if (found)
	{
		*datum = PointerGetDatum(cstring_to_text_with_len(out.data, out.len));
		*isnull = false;
	}
	pfree(out.data);
}
