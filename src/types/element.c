/*
 * element.c: reading and writing the binary form of FHIR elements.
 *
 * Owns the encoding drawn in element.h.  Readers trust the bytes: whatever
 * enters from outside goes through element_validate (element_check.c) first.
 */
#include "types/element.h"

#include "types/code_system.h"
#include "types/datetime.h"

static const char hex_digits[] = "0123456789abcdef";

/* Writes 16 bytes as 8-4-4-4-12. */
static void
uuid_print(const uint8 *bytes, char *out)
{
	for (int i = 0; i < 16; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex_digits[bytes[i] >> 4];
		*out++ = hex_digits[bytes[i] & 0xF];
	}
}

/* Value of each lower-case hexadecimal digit, plus one; 0 for everything else. */
static const uint8 hex_values[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['a'] = 11, 12, 13, 14, 15, 16
};

/* Reads 36 characters 8-4-4-4-12 in lower case; false when they are not that. */
static bool
uuid_parse(const char *s, uint8 *bytes)
{
	static const uint8 places[16] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

	if (s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-')
		return false;
	for (int i = 0; i < 16; i++)
	{
		uint8		high = hex_values[(uint8) s[places[i]]];
		uint8		low = hex_values[(uint8) s[places[i] + 1]];

		if (high == 0 || low == 0)
			return false;
		bytes[i] = (uint8) ((high - 1) << 4 | (low - 1));
	}
	return true;
}

/* Sets data and length from a varint length at p; the value ends behind them. */
static inline void
decode_sized(const uint8 *p, ElementValue *value)
{
	value->length = (uint32) phm_get_varint(&p);
	value->data = p;
	value->end = p + value->length;
}

/* Decodes what follows an ARRAY or RESOURCE length: a number, then the content. */
static inline uint64
decode_headed(const uint8 *p, ElementValue *value)
{
	uint64		head;

	decode_sized(p, value);
	head = phm_get_varint(&value->data);
	value->length = (uint32) (value->end - value->data);
	return head;
}

/* Precision and zone of a moment's number. */
static inline uint16
moment_of_code(uint64 code)
{
	return code < ELEMENT_MOMENTS ? element_moments[code] : (uint16) (code - ELEMENT_RARE_MOMENT);
}

/* Decodes what follows LATER: a moment and steps from the entry's time. */
static inline void
decode_later(const uint8 *p, ElementValue *value)
{
	uint16		moment = moment_of_code(phm_get_varint(&p));
	int64		steps = phm_unzigzag(phm_get_varint(&p));

	value->kind = ELEMENT_MOMENT;
	value->number = (int64) (((uint64) (steps * element_moment_unit(moment)) << 15) + moment);
	value->end = p;
}

/* Makes a small form the kind that it stands for. */
static inline void
decode_small(ElementValue *value, ElementKind kind, uint32 number, const uint8 *p)
{
	value->kind = kind;
	value->number = number;
	value->end = p;
}

/* The body of element_decode, for the walks in this file: a switch that is a table of the kinds. */
static inline void
decode(const uint8 *p, ElementValue *value)
{
	value->start = p;
	value->kind = (ElementKind) *p++;
	value->type = 0;
	switch ((int) value->kind)
	{
		case ELEMENT_NULL:
		case ELEMENT_FALSE:
		case ELEMENT_TRUE:
			value->end = p;
			break;
		case ELEMENT_OMITTED:
			value->kind = ELEMENT_NULL;
			value->end = p;
			break;
		case ELEMENT_DECIMAL:
			value->scale = *p++;
			/* FALLTHROUGH */
		case ELEMENT_INT:
			value->number = phm_unzigzag(phm_get_varint(&p));
			value->end = p;
			break;
		case ELEMENT_DATETIME:
			value->number = (int64) phm_get_u64(p);
			value->end = p + 8;
			break;
		case ELEMENT_LITERAL:
			value->number = (int64) phm_get_u64(p);
			decode_sized(p + 8, value);
			break;
		case ELEMENT_NUMBER:
		case ELEMENT_STRING:
		case ELEMENT_OBJECT:
			decode_sized(p, value);
			break;
		case ELEMENT_UUID:
		case ELEMENT_URN_UUID:
			value->data = p;
			value->length = 16;
			value->end = p + 16;
			break;
		case ELEMENT_RESOURCE:
			value->type = (FhirType) decode_headed(p, value);
			break;
		case ELEMENT_ARRAY:
			value->count = (uint32) decode_headed(p, value);
			break;
		case ELEMENT_EXTENDED:
			value->data = p;
			value->end = element_skip(element_skip(p));
			value->length = (uint32) (value->end - p);
			break;
		case ELEMENT_MOMENT:
			value->number = moment_of_code(phm_get_varint(&p));
			value->end = p;
			break;
		case ELEMENT_LATER:
			decode_later(p, value);
			break;
		case ELEMENT_QUANTITY:
			value->scale = *p++;
			value->number = phm_unzigzag(phm_get_varint(&p));
			value->count = (uint32) phm_get_varint(&p);
			value->end = p;
			break;
		case ELEMENT_SYSTEM:
		case ELEMENT_SYMBOL:
		case ELEMENT_CONCEPT:
		case ELEMENT_LINK:
		case ELEMENT_URN_LINK:
			value->number = (int64) phm_get_varint(&p);
			value->end = p;
			break;
		case ELEMENT_SMALL_SYMBOL ... ELEMENT_SMALL_CONCEPT - 1:
			decode_small(value, ELEMENT_SYMBOL, value->kind - ELEMENT_SMALL_SYMBOL, p);
			break;
		case ELEMENT_SMALL_CONCEPT ... ELEMENT_SMALL_OBJECT - 1:
			decode_small(value, ELEMENT_CONCEPT, value->kind - ELEMENT_SMALL_CONCEPT, p);
			break;
		case ELEMENT_SMALL_OBJECT ... ELEMENT_SMALL_ARRAY - 1:
			value->length = value->kind - ELEMENT_SMALL_OBJECT;
			value->kind = ELEMENT_OBJECT;
			value->data = p;
			value->end = p + value->length;
			break;
		case ELEMENT_SMALL_ARRAY ... ELEMENT_SMALL_INT - 1:
			value->length = value->kind - ELEMENT_SMALL_ARRAY;
			value->kind = ELEMENT_ARRAY;
			value->count = 1;
			value->data = p;
			value->end = p + value->length;
			break;
		case ELEMENT_SMALL_INT ... ELEMENT_SMALL_MOMENT - 1:
			decode_small(value, ELEMENT_INT, value->kind - ELEMENT_SMALL_INT, p);
			break;
		case ELEMENT_SMALL_MOMENT ... ELEMENT_SMALL_LINK - 1:
			decode_small(value, ELEMENT_MOMENT, element_moments[value->kind - ELEMENT_SMALL_MOMENT], p);
			break;
		case ELEMENT_SMALL_LINK ... 0xFF:
			decode_small(value, ELEMENT_LINK, (value->kind - ELEMENT_SMALL_LINK) << 8 | *p, p + 1);
			break;
	}
}

void
element_decode(const uint8 *p, ElementValue *value)
{
	decode(p, value);
}

/* Where a value ends: most tell it by their first byte or by a length behind it. */
static inline const uint8 *
skip(const uint8 *p)
{
	uint8		kind = *p;
	ElementValue value;
	uint64		length;

	if (kind >= ELEMENT_SMALL_LINK)
		return p + 2;
	if (kind >= ELEMENT_SMALL_INT)
		return p + 1;
	if (kind >= ELEMENT_SMALL_OBJECT)
		return p + 1 + (kind & (ELEMENT_SMALL_LENGTHS - 1));
	if (kind >= ELEMENT_SMALL_SYMBOL)
		return p + 1;
	if (kind == ELEMENT_ARRAY || kind == ELEMENT_OBJECT || kind == ELEMENT_STRING)
	{
		p++;
		length = phm_get_varint(&p);
		return p + length;
	}
	decode(p, &value);
	return value.end;
}

const uint8 *
element_skip(const uint8 *p)
{
	return skip(p);
}

bool
element_next(const uint8 **p, const uint8 *end, ElementMember *member)
{
	const uint8 *at = *p;

	if (at >= end)
		return false;
	member->element = (FhirElement) phm_get_varint(&at);
	if (member->element != 0)
	{
		member->name = fhir_elements[member->element].name;
		member->name_length = fhir_elements[member->element].name_length;
	}
	else
	{
		member->name_length = (int) phm_get_varint(&at);
		member->name = (const char *) at;
		at += member->name_length;
	}
	decode(at, &member->value);
	*p = member->value.end;
	return true;
}

bool
element_find(const uint8 *p, const uint8 *end, FhirElement element, ElementValue *value)
{
	while (p < end)
	{
		FhirElement here = (FhirElement) phm_get_varint(&p);

		if (here == element)
		{
			element_decode(p, value);
			return true;
		}
		if (here == 0)
		{
			uint64		length = phm_get_varint(&p);

			p += length;
		}
		p = skip(p);
	}
	return false;
}

FhirElement
element_find_any(const uint8 *p, const uint8 *end, const FhirElement *elements, uint32 n, ElementValue *value)
{
	while (p < end)
	{
		FhirElement here = (FhirElement) phm_get_varint(&p);

		for (uint32 i = 0; i < n && here != 0; i++)
			if (elements[i] == here)
			{
				decode(p, value);
				return here;
			}
		if (here == 0)
		{
			uint64		length = phm_get_varint(&p);

			p += length;
		}
		p = skip(p);
	}
	return 0;
}

void
element_primitive(const ElementValue *value, ElementValue *primitive)
{
	if (value->kind == ELEMENT_EXTENDED)
		element_decode(value->data, primitive);
	else
		*primitive = *value;
}

const char *
element_text(const ElementValue *value, char *buffer, int *length)
{
	switch (value->kind)
	{
		case ELEMENT_UUID:
			uuid_print(value->data, buffer);
			*length = 36;
			return buffer;
		case ELEMENT_URN_UUID:
			memcpy(buffer, "urn:uuid:", 9);
			uuid_print(value->data, buffer + 9);
			*length = 45;
			return buffer;
		case ELEMENT_SYSTEM:
			return code_system_url((int) value->number, length);
		case ELEMENT_DATETIME:
			*length = datetime_print(value->number, buffer);
			return buffer;
		default:
			*length = (int) value->length;
			return (const char *) value->data;
	}
}

void
element_writer_init(ElementWriter *w, uint32 size)
{
	w->data = palloc(size);
	w->size = size;
	element_writer_reset(w);
}

void
element_writer_reset(ElementWriter *w)
{
	w->length = 0;
	w->depth = 0;
}

void
element_writer_grow(ElementWriter *w, Size more)
{
	Size		size = w->size;

	while (size < w->length + more)
		size *= 2;
	w->data = repalloc(w->data, size);
	w->size = (uint32) size;
}

#define writer_room element_writer_room
#define put_varint element_put_varint

static inline void
put_bytes(ElementWriter *w, const void *bytes, uint32 length)
{
	memcpy(writer_room(w, length), bytes, length);
	w->length += length;
}

void
element_put_name(ElementWriter *w, const char *name, int length)
{
	put_varint(w, 0);
	put_varint(w, length);
	put_bytes(w, name, length);
}

void
element_put_int(ElementWriter *w, int64 v)
{
	element_put_simple(w, ELEMENT_INT);
	put_varint(w, phm_zigzag(v));
}

void
element_put_decimal(ElementWriter *w, int64 mantissa, int scale)
{
	if (scale == 0)
	{
		element_put_int(w, mantissa);
		return;
	}
	element_put_simple(w, ELEMENT_DECIMAL);
	element_put_simple(w, (ElementKind) scale);
	put_varint(w, phm_zigzag(mantissa));
}

/*
 * Reads a JSON number that INT or DECIMAL prints back: at most 18 digits, no
 * exponent, no minus zero.
 */
static bool
plain_number(const char *s, int length, int64 *mantissa, int *scale)
{
	bool		negative = length > 0 && s[0] == '-';
	int64		value = 0;
	int			digits = 0;
	int			point = -1;

	for (int i = negative ? 1 : 0; i < length; i++)
	{
		if (s[i] == '.')
			point = i;
		else if (s[i] < '0' || s[i] > '9' || ++digits > 18)
			return false;
		else
			value = value * 10 + (s[i] - '0');
	}
	if (negative && value == 0)
		return false;
	*mantissa = negative ? -value : value;
	*scale = point < 0 ? 0 : length - point - 1;
	return true;
}

void
element_put_number(ElementWriter *w, const char *literal, int length)
{
	int64		mantissa;
	int			scale;

	if (plain_number(literal, length, &mantissa, &scale))
		element_put_decimal(w, mantissa, scale);
	else
	{
		element_put_simple(w, ELEMENT_NUMBER);
		put_varint(w, length);
		put_bytes(w, literal, length);
	}
}

void
element_put_datetime(ElementWriter *w, int64 v)
{
	element_put_simple(w, ELEMENT_DATETIME);
	phm_put_u64(writer_room(w, 8), (uint64) v);
	w->length += 8;
}

void
element_put_literal(ElementWriter *w, int64 v, const char *text, int length)
{
	element_put_simple(w, ELEMENT_LITERAL);
	phm_put_u64(writer_room(w, 8), (uint64) v);
	w->length += 8;
	put_varint(w, length);
	put_bytes(w, text, length);
}

void
element_put_plain(ElementWriter *w, const char *s, int length)
{
	uint8	   *p = writer_room(w, 1 + PHM_VARINT_MAX + (Size) length);
	uint8	   *start = p;

	*p++ = ELEMENT_STRING;
	p += phm_put_varint(p, (uint64) length);
	memcpy(p, s, length);
	w->length += (uint32) (p - start) + (uint32) length;
}

/* Tries the 16-byte forms; false when the text is neither. */
static bool
put_uuid(ElementWriter *w, const char *s, int length)
{
	uint8		bytes[16];
	ElementKind kind;

	if (length == 36 && s[8] == '-')
		kind = ELEMENT_UUID;
	else if (length == 45 && memcmp(s, "urn:uuid:", 9) == 0)
	{
		kind = ELEMENT_URN_UUID;
		s += 9;
	}
	else
		return false;
	if (!uuid_parse(s, bytes))
		return false;
	element_put_simple(w, kind);
	put_bytes(w, bytes, 16);
	return true;
}

void
element_put_string(ElementWriter *w, const char *s, int length)
{
	int			system;

	if ((length == 36 || length == 45) && put_uuid(w, s, length))
		return;
	if (length > 6 && (s[0] == 'h' || s[0] == 'u') &&
		(system = code_system_by_url(s, length)) != 0)
	{
		element_put_index(w, ELEMENT_SYSTEM, system);
		return;
	}
	element_put_plain(w, s, length);
}

void
element_put_quantity(ElementWriter *w, int64 mantissa, int scale, uint32 unit)
{
	element_put_simple(w, ELEMENT_QUANTITY);
	element_put_simple(w, (ElementKind) scale);
	put_varint(w, phm_zigzag(mantissa));
	put_varint(w, unit);
}

void
element_put_copy(ElementWriter *w, const uint8 *start, const uint8 *end)
{
	put_bytes(w, start, (uint32) (end - start));
}

void
element_put_extended(ElementWriter *w)
{
	element_put_simple(w, ELEMENT_EXTENDED);
}

/* One byte is kept for the length, and one for an array's count, which is enough for most containers. */
void
element_open(ElementWriter *w, ElementKind kind, FhirType type)
{
	uint8	   *p = writer_room(w, 3);

	p[0] = (uint8) kind;
	p[1] = p[2] = 0;
	w->length += 2;
	w->open[w->depth++] = w->length;
	if (kind == ELEMENT_ARRAY)
		w->length++;
	else if (kind == ELEMENT_RESOURCE)
		put_varint(w, type);
}

/* Puts a varint before the bytes from start on, over the one byte kept there. */
static inline void
close_with(ElementWriter *w, uint32 start, uint64 v)
{
	uint8		varint[PHM_VARINT_MAX];
	int			n;

	if (likely(v < 0x80))
	{
		w->data[start - 1] = (uint8) v;
		return;
	}
	n = phm_put_varint(varint, v);
	writer_room(w, n - 1);
	memmove(w->data + start - 1 + n, w->data + start, w->length - start);
	w->length += n - 1;
	memcpy(w->data + start - 1, varint, n);
}

void
element_close_array(ElementWriter *w, uint32 count)
{
	uint32		start = w->open[--w->depth];

	close_with(w, start + 1, count);
	close_with(w, start, w->length - start);
}

void
element_close(ElementWriter *w, ElementKind kind)
{
	uint32		start = w->open[w->depth - 1];
	uint32		count = 0;

	if (kind == ELEMENT_ARRAY)
	{
		for (const uint8 *p = w->data + start + 1; p < w->data + w->length; count++)
			p = element_skip(p);
		element_close_array(w, count);
		return;
	}
	w->depth--;
	close_with(w, start, w->length - start);
}
