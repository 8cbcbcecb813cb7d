/*
 * element_check.c: telling whether bytes from outside are a canonical run of
 * FHIR elements.
 *
 * Owns the rules that recv enforces, so that readers may trust what they are
 * given.  Canonical means: the bytes that reading the printed JSON would give.
 */
#include "types/element.h"

#include "types/code_system.h"
#include "types/datetime.h"

typedef struct Check
{
	PhmError   *err;
	const uint8 *begin;
	int			depth;
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
			if (*p++ == 0)
				return false;
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
			/* texts that are no dates occur in meta.lastUpdated and in definitions */
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

/* A JSON number literal. */
static bool
valid_number(const char *s, int length)
{
	int			i = 0;

#define DIGIT(i) ((i) < length && s[i] >= '0' && s[i] <= '9')
	if (i < length && s[i] == '-')
		i++;
	if (!DIGIT(i))
		return false;
	if (s[i] == '0')
		i++;
	else
		while (DIGIT(i))
			i++;
	if (i < length && s[i] == '.')
	{
		if (!DIGIT(i + 1))
			return false;
		for (i++; DIGIT(i);)
			i++;
	}
	if (i < length && (s[i] == 'e' || s[i] == 'E'))
	{
		i++;
		if (i < length && (s[i] == '+' || s[i] == '-'))
			i++;
		if (!DIGIT(i))
			return false;
		while (DIGIT(i))
			i++;
	}
#undef DIGIT
	return i == length;
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

/* Checks a scalar whose kind byte has been read; *p stands behind it. */
static bool
check_scalar(Check *c, FhirType type, ElementKind kind, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p - 1;
	ElementValue value;
	uint64		v;

	switch (kind)
	{
		case ELEMENT_NULL:
		case ELEMENT_FALSE:
		case ELEMENT_TRUE:
			return true;
		case ELEMENT_DECIMAL:
			if (*p >= end || **p == 0 || **p > 18)
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
			if (kind == ELEMENT_NUMBER && !valid_number((const char *) (*p - v), (int) v))
				return corrupt(c, start, "bad number");
			element_decode(start, &value);
			return check_canonical(c, type, &value);
		default:
			return corrupt(c, start, "unknown kind of value");
	}
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
	int			unknown = 0;

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
			if (!element_valid_text((const char *) p, length))
				return corrupt(c, start, "name that is not UTF-8");
			if (fhir_element_by_name(type, (const char *) p, (int) length) != 0)
				return corrupt(c, start, "element id missing");
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
		if (!check_value(c, value_type, false, &p, end))
			return false;
	}
	return true;
}

/* Checks a primitive and its companion behind an EXTENDED kind byte. */
static bool
check_extended(Check *c, FhirType type, bool in_array, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p;

	if (start >= end || *start > ELEMENT_SYSTEM)
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
	bool		good;

	if (!check_length(c, p, end, &length))
		return false;
	end = *p + length;
	if (kind != ELEMENT_OBJECT && !phm_check_varint(p, end, &head))
		return corrupt(c, start, "bad container");
	c->depth += kind == ELEMENT_RESOURCE ? 2 : 1;
	if (kind == ELEMENT_ARRAY)
	{
		uint64		count = 0;

		for (good = true; good && *p < end; count++)
			good = check_value(c, type, true, p, end);
		if (good && count != head)
			good = corrupt(c, start, "bad number of values");
	}
	else if (kind == ELEMENT_RESOURCE)
	{
		if (head == 0 || head > (uint64) fhir_type_count || fhir_types[head].kind != FHIR_RESOURCE)
			return corrupt(c, start, "unknown resource type");
		good = check_members(c, (FhirType) head, *p, end);
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
	if (kind > ELEMENT_EXTENDED || !kind_fits(type, kind) ||
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
	Check		c = {err, p, 2};

	if (type == 0 || type > fhir_type_count || fhir_types[type].kind != FHIR_RESOURCE)
		return corrupt(&c, p, "unknown resource type");
	return check_members(&c, type, p, end);
}
