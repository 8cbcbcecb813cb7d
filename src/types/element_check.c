/*
 * element_check.c: telling whether bytes from outside are a canonical run of
 * FHIR elements.
 *
 * Owns the rules that recv enforces, so that readers may trust what they are
 * given.  Canonical means: the bytes that reading the printed JSON would give.
 */
#include "types/bytes.h"
#include "types/element.h"

#include "types/code_system.h"
#include "types/datetime.h"
#include "types/primitive.h"

typedef struct Check
{
	PhmError   *err;
	const uint8 *begin;
	int			depth;
	FhirElement element;		/* innermost one that FHIR knows */
	FhirType	resource;		/* innermost one */
} Check;

static bool check_value(Check *c, FhirType type, bool in_array, const uint8 **p, const uint8 *end);

/* Reports corruption at a byte. */
static bool
corrupt(Check *c, const uint8 *p, const char *what)
{
	return phm_fail(c->err, ERRCODE_INVALID_BINARY_REPRESENTATION, p - c->begin,
					"invalid resource: %s at byte %ld", what, (long) (p - c->begin));
}

bool
element_valid_text(const char *s, size_t length)
{
	const uint8 *p = (const uint8 *) s;
	const uint8 *end = p + length;

	while (p < end)
	{
		uint32		code;
		int			more;

		if (*p < 0x80)
		{
			const uint8 *limit = p + Min((size_t) (end - p), BYTES_AT_ONCE);

			for (; p < limit && *p < 0x80; p++)
				if (*p == 0)
					return false;
			CHECK_FOR_INTERRUPTS();
			continue;
		}
		if (*p >= 0xC2 && *p <= 0xDF)
			more = 1, code = *p & 0x1F;
		else if (*p >= 0xE0 && *p <= 0xEF)
			more = 2, code = *p & 0x0F;
		else if (*p >= 0xF0 && *p <= 0xF4)
			more = 3, code = *p & 0x07;
		else
			return false;
		if (end - p <= more)
			return false;
		for (int i = 1; i <= more; i++)
		{
			if ((p[i] & 0xC0) != 0x80)
				return false;
			code = code << 6 | (p[i] & 0x3F);
		}
		if ((more == 2 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) ||
			(more == 3 && (code < 0x10000 || code > 0x10FFFF)))
			return false;
		p += more + 1;
	}
	return true;
}

/* Reads a length and checks that so many bytes follow. */
static bool
check_length(Check *c, const uint8 **p, const uint8 *end, uint64 *length)
{
	if (!phm_check_varint(p, end, length) || *length > (uint64) (end - *p))
		return corrupt(c, *p, "bad length");
	return true;
}

/* A known element's value must be of its FHIR type, 0 is the type of unknown ones. */
static bool
kind_fits(FhirType type, ElementKind kind)
{
	const FhirTypeDef *def = &fhir_types[type];

	if (type == 0)
		return kind <= ELEMENT_NUMBER || kind == ELEMENT_STRING || kind == ELEMENT_OBJECT ||
			kind == ELEMENT_ARRAY;
	if (kind == ELEMENT_NULL || kind == ELEMENT_ARRAY)
		return true;
	if (kind == ELEMENT_OMITTED)
		return def->primitive != FHIR_NOT_PRIMITIVE;
	switch ((FhirPrimitive) def->primitive)
	{
		case FHIR_NOT_PRIMITIVE:
			if (def->kind == FHIR_ABSTRACT || def->kind == FHIR_RESOURCE)
				return kind == ELEMENT_RESOURCE;
			return kind == ELEMENT_OBJECT;
		case FHIR_BOOLEAN:
			return kind == ELEMENT_FALSE || kind == ELEMENT_TRUE || kind == ELEMENT_EXTENDED;
		case FHIR_INTEGER:
			return kind == ELEMENT_INT || kind == ELEMENT_EXTENDED;
		case FHIR_DECIMAL:
			return kind == ELEMENT_INT || kind == ELEMENT_DECIMAL || kind == ELEMENT_NUMBER ||
				kind == ELEMENT_EXTENDED;
		case FHIR_DATE:
		case FHIR_INSTANT:
			/* texts: see primitive_keeps_text */
			return kind == ELEMENT_DATETIME || kind == ELEMENT_LITERAL || kind == ELEMENT_EXTENDED ||
				(kind >= ELEMENT_STRING && kind <= ELEMENT_SYSTEM);
		case FHIR_TIME:
		case FHIR_STRING:
			return kind == ELEMENT_STRING || kind == ELEMENT_UUID || kind == ELEMENT_URN_UUID ||
				kind == ELEMENT_SYSTEM || kind == ELEMENT_EXTENDED;
	}
	return false;
}

/* Rewrites a text or number as the writer would and compares: only canonical kinds pass. */
static bool
check_canonical(Check *c, FhirType type, const ElementValue *value)
{
	ElementWriter w;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;
	bool		same;

	text = element_text(value, buffer, &length);
	if (value->kind == ELEMENT_STRING && !element_valid_text(text, length))
		return corrupt(c, value->start, "text that is not UTF-8");
	element_writer_init(&w, length + 32);
	if (value->kind == ELEMENT_NUMBER)
		element_put_number(&w, text, length);
	else if (type == 0)
		element_put_plain(&w, text, length);
	else
		element_put_string(&w, text, length);
	same = w.length == (uint32) (value->end - value->start) &&
		memcmp(w.data, value->start, w.length) == 0;
	pfree(w.data);
	return same || corrupt(c, value->start, "value not in canonical form");
}

/* A date as text that datetime_print would not give back. */
static bool
check_literal(Check *c, const uint8 *start, int64 number, const uint8 *text, uint64 length)
{
	PhmDateTime parsed;
	bool		exact;
	PhmError	ignored = {0};

	if (!datetime_parse((const char *) text, (int) length, &parsed, &exact, &ignored) ||
		exact || parsed != number)
		return corrupt(c, start, "bad date literal");
	return true;
}

/* What the FHIR type of a well-formed scalar asks of its value. */
static bool
check_meaning(Check *c, FhirType type, const uint8 *start)
{
	FhirPrimitive primitive = (FhirPrimitive) fhir_types[type].primitive;
	ElementValue value;
	PhmDateTime date;
	bool		exact;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;
	PhmError	ignored = {0};

	element_decode(start, &value);
	if (value.kind == ELEMENT_INT)
		return primitive != FHIR_INTEGER || value.number == (int32) value.number ||
			corrupt(c, start, "integer out of range");
	if (value.kind < ELEMENT_STRING || type == 0 || primitive == FHIR_STRING)
		return true;
	text = element_text(&value, buffer, &length);
	if (primitive == FHIR_TIME)
		return primitive_is_time(text, length) || corrupt(c, start, "bad time");
	return (!datetime_parse(text, length, &date, &exact, &ignored) &&
			primitive_keeps_text(c->element, c->resource, text, length)) ||
		corrupt(c, start, "bad date");
}

/* Checks the bytes of a scalar whose kind byte has been read; *p stands behind it. */
static bool
check_bytes(Check *c, FhirType type, ElementKind kind, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p - 1;
	ElementValue value;
	uint64		v;

	switch (kind)
	{
		case ELEMENT_NULL:
		case ELEMENT_OMITTED:
		case ELEMENT_FALSE:
		case ELEMENT_TRUE:
			return true;
		case ELEMENT_DECIMAL:
			if (*p >= end || **p == 0 || **p > 17)	/* with the digit before the point: 18 */
				return corrupt(c, start, "bad decimal");
			(*p)++;
			/* FALLTHROUGH */
		case ELEMENT_INT:
			if (!phm_check_varint(p, end, &v))
				return corrupt(c, start, "bad number");
			v = (uint64) phm_unzigzag(v);
			return ((int64) v > -INT64CONST(1000000000000000000) &&
					(int64) v < INT64CONST(1000000000000000000)) ||
				corrupt(c, start, "number out of range");
		case ELEMENT_DATETIME:
			if (end - *p < 8 || !datetime_is_canonical((int64) phm_get_u64(*p)) ||
				datetime_precision((int64) phm_get_u64(*p)) == DATETIME_CUT)
				return corrupt(c, start, "bad date");
			*p += 8;
			return true;
		case ELEMENT_LITERAL:
			if (end - *p < 8)
				return corrupt(c, start, "bad date");
			*p += 8;
			if (!check_length(c, p, end, &v))
				return false;
			*p += v;
			return check_literal(c, start, (int64) phm_get_u64(start + 1), *p - v, v);
		case ELEMENT_UUID:
		case ELEMENT_URN_UUID:
			if (end - *p < 16)
				return corrupt(c, start, "cut uuid");
			*p += 16;
			return true;
		case ELEMENT_SYSTEM:
			if (!phm_check_varint(p, end, &v) || v == 0 || v > (uint64) code_system_count())
				return corrupt(c, start, "unknown code system");
			return true;
		case ELEMENT_NUMBER:
		case ELEMENT_STRING:
			if (!check_length(c, p, end, &v))
				return false;
			*p += v;
			if (kind == ELEMENT_NUMBER && !primitive_is_number((const char *) (*p - v), (int) v))
				return corrupt(c, start, "bad number");
			element_decode(start, &value);
			return check_canonical(c, type, &value);
		default:
			return corrupt(c, start, "unknown kind of value");
	}
}

/* Checks a scalar whose kind byte has been read; *p stands behind it. */
static bool
check_scalar(Check *c, FhirType type, ElementKind kind, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p - 1;

	return check_bytes(c, type, kind, p, end) && check_meaning(c, type, start);
}

FhirElement
element_companion(FhirType type, const char *name, int length)
{
	FhirElement element;

	if (length < 2 || name[0] != '_')
		return 0;
	element = fhir_element_by_name(type, name + 1, length - 1);
	if (element == 0 || fhir_types[fhir_elements[element].type].primitive == FHIR_NOT_PRIMITIVE)
		return 0;
	return element;
}

/* Whether a name that came without element id must come so. */
static bool
check_unknown_name(Check *c, FhirType type, const uint8 *start, const char *name, uint64 length)
{
	if (length > PG_INT32_MAX || !element_valid_text(name, length))
		return corrupt(c, start, "name that is not UTF-8");
	if (fhir_element_by_name(type, name, (int) length) != 0 ||
		element_companion(type, name, (int) length) != 0)
		return corrupt(c, start, "element id missing");
	if (fhir_types[type].kind == FHIR_RESOURCE && length == 12 && memcmp(name, "resourceType", 12) == 0)
		return corrupt(c, start, "resourceType among the elements");
	return true;
}

/*
 * Whether the member at p stands once more among those that begin at first.
 * Quadratic, but FHIR types are small and unknown names are limited.
 */
static bool
is_duplicate(const uint8 *first, const uint8 *p, uint64 element, const uint8 *name, uint64 length)
{
	ElementMember member;

	while (element_next(&first, p, &member))
		if (element != 0 ? member.element == element :
			member.element == 0 && (uint64) member.name_length == length &&
			memcmp(member.name, name, length) == 0)
			return true;
	return false;
}

/* Checks the members of an object of a type, 0: an object FHIR does not know. */
static bool
check_members(Check *c, FhirType type, const uint8 *p, const uint8 *end)
{
	const uint8 *first = p;
	FhirElement outer = c->element;
	int			unknown = 0;

	check_stack_depth();
	while (p < end)
	{
		const uint8 *start = p;
		uint64		element;
		uint64		length = 0;
		FhirType	value_type = 0;

		if (!phm_check_varint(&p, end, &element) || element > (uint64) fhir_element_count)
			return corrupt(c, start, "unknown element");
		if (element == 0)
		{
			if (!check_length(c, &p, end, &length))
				return false;
			if (!check_unknown_name(c, type, start, (const char *) p, length))
				return false;
			if (++unknown > ELEMENT_MAX_UNKNOWN)
				return corrupt(c, start, "too many unknown elements");
			p += length;
		}
		else
		{
			const FhirElementDef *def = &fhir_elements[element];

			if (fhir_element_by_name(type, def->name, def->name_length) != element)
				return corrupt(c, start, "element of another type");
			value_type = def->type;
			if (p < end && *p == ELEMENT_ARRAY && !def->list)
				return corrupt(c, start, "wrong number of values");
		}
		if (is_duplicate(first, start, element, p - length, length))
			return corrupt(c, start, "duplicate element");
		c->element = element ? (FhirElement) element : outer;
		if (!check_value(c, value_type, false, &p, end))
			return false;
	}
	c->element = outer;
	return true;
}

/* Whether the "_name" of an array in JSON would have just these companions; see element.h. */
static bool
check_companions(Check *c, const uint8 *p, const uint8 *end)
{
	const uint8 *start = p;
	ElementValue slot;
	ElementValue part;
	bool		omitted = false;	/* JSON has no value for this slot and those behind it */
	bool		behind = false;		/* a companion that is null was written */
	bool		lonely = false;		/* the last slot needs one behind it with a companion */

	while (element_next_value(&p, end, &slot))
	{
		bool		extended = slot.kind == ELEMENT_EXTENDED;
		bool		null = false;
		bool		missing = *(extended ? slot.data : slot.start) == ELEMENT_OMITTED;

		if (extended)
		{
			element_decode(element_skip(slot.data), &part);
			null = part.kind == ELEMENT_NULL;
		}
		if ((omitted && !missing) || (behind && extended && !null))
			return corrupt(c, start, "bad companions of values");
		if (lonely && null)
			return corrupt(c, start, "bad companions of values");
		omitted = missing;
		behind = behind || null;
		lonely = !extended;
	}
	return !(omitted && lonely) || corrupt(c, start, "bad companions of values");
}

/* Checks a primitive and its companion behind an EXTENDED kind byte. */
static bool
check_extended(Check *c, FhirType type, bool in_array, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p;

	if (start >= end || (*start > ELEMENT_SYSTEM && *start != ELEMENT_OMITTED))
		return corrupt(c, start, "bad extended value");
	if (!check_value(c, type, true, p, end))
		return false;
	if (*p >= end || (**p != ELEMENT_OBJECT && !(in_array && **p == ELEMENT_NULL)))
		return corrupt(c, *p, "bad companion of a value");
	return check_value(c, FHIR_T_Element, true, p, end);
}

/* Checks a container behind its kind byte. */
static bool
check_container(Check *c, FhirType type, ElementKind kind, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p - 1;
	uint64		length = 0;
	uint64		head = 0;
	FhirType	outer = c->resource;
	bool		good;

	if (!check_length(c, p, end, &length))
		return false;
	end = *p + length;
	if (kind != ELEMENT_OBJECT && !phm_check_varint(p, end, &head))
		return corrupt(c, start, "bad container");
	c->depth += kind == ELEMENT_RESOURCE ? 2 : 1;
	if (kind == ELEMENT_ARRAY)
	{
		const uint8 *first = *p;
		uint64		count = 0;

		for (good = true; good && *p < end; count++)
			good = check_value(c, type, true, p, end);
		if (good && count != head)
			good = corrupt(c, start, "bad number of values");
		if (good && fhir_types[type].primitive != FHIR_NOT_PRIMITIVE)
			good = check_companions(c, first, end);
	}
	else if (kind == ELEMENT_RESOURCE)
	{
		if (head == 0 || head > (uint64) fhir_type_count || fhir_types[head].kind != FHIR_RESOURCE)
			return corrupt(c, start, "unknown resource type");
		if (c->depth > ELEMENT_MAX_DEPTH + 1)
			return corrupt(c, start, "too deeply nested value");
		c->resource = (FhirType) head;
		good = check_members(c, (FhirType) head, *p, end);
		c->resource = outer;
	}
	else
		good = check_members(c, type, *p, end);
	c->depth -= kind == ELEMENT_RESOURCE ? 2 : 1;
	*p = end;
	return good;
}

/* Checks one value of a FHIR type. */
static bool
check_value(Check *c, FhirType type, bool in_array, const uint8 **p, const uint8 *end)
{
	ElementKind kind;

	if (*p >= end)
		return corrupt(c, *p, "missing value");
	if (c->depth > ELEMENT_MAX_DEPTH)	/* as the parser counts */
		return corrupt(c, *p, "too deeply nested value");
	kind = (ElementKind) **p;
	if ((kind > ELEMENT_EXTENDED && kind != ELEMENT_OMITTED) || !kind_fits(type, kind) ||
		(!in_array && kind == ELEMENT_OMITTED) ||
		(in_array && kind == ELEMENT_ARRAY && type != 0))
		return corrupt(c, *p, "value of the wrong type");
	(*p)++;
	switch (kind)
	{
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
		case ELEMENT_ARRAY:
			return check_container(c, type, kind, p, end);
		case ELEMENT_EXTENDED:
			return check_extended(c, type, in_array, p, end);
		default:
			return check_scalar(c, type, kind, p, end);
	}
}

bool
element_validate(FhirType type, const uint8 *p, const uint8 *end, PhmError *err)
{
	Check		c = {err, p, 2, 0, type};

	if (type == 0 || type > fhir_type_count || fhir_types[type].kind != FHIR_RESOURCE)
		return corrupt(&c, p, "unknown resource type");
	return check_members(&c, type, p, end);
}
