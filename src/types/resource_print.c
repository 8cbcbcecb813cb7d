/*
 * resource_print.c: the binary form of elements as FHIR JSON.
 *
 * Relies on valid bytes (element_validate).  Charts print through it as well:
 * they first turn their own kinds into these.
 */
#include "types/bytes.h"
#include "types/resource.h"

/* Length of the leading run of s that JSON takes as it is. */
static inline int
plain_run(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (uint8) *p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return (int) (p - s);
}

void
json_print_string(StringInfo out, const char *s, int length)
{
	static const char escapes[] = "\b\f\n\r\t\"\\";
	static const char letters[] = "bfnrt\"\\";
	const char *end = s + length;

	appendStringInfoCharMacro(out, '"');
	while (s < end)
	{
		int			run = plain_run(s, s + Min((size_t) (end - s), BYTES_AT_ONCE));
		const char *found;

		appendBinaryStringInfo(out, s, run);
		s += run;
		CHECK_FOR_INTERRUPTS();
		if (s == end)
			break;
		if (run == BYTES_AT_ONCE)
			continue;
		found = strchr(escapes, *s);
		if (found)
		{
			appendStringInfoCharMacro(out, '\\');
			appendStringInfoCharMacro(out, letters[found - escapes]);
		}
		else
			appendStringInfo(out, "\\u%04x", (uint8) *s);
		s++;
	}
	appendStringInfoCharMacro(out, '"');
}

/* Appends mantissa / 10^scale. */
static void
print_decimal(StringInfo out, int64 mantissa, int scale)
{
	char		digits[48];
	int			n;
	int			negative = mantissa < 0;

	if (scale == 0)
	{
		appendStringInfo(out, "%lld", (long long) mantissa);
		return;
	}
	n = snprintf(digits, sizeof(digits), "%s%0*lld", negative ? "-" : "", scale + 1,
				 (long long) (negative ? -mantissa : mantissa));
	appendBinaryStringInfo(out, digits, n - scale);
	appendStringInfoCharMacro(out, '.');
	appendBinaryStringInfo(out, digits + n - scale, scale);
}

/* Whether JSON has nothing for the primitive of a value: "_name" without "name". */
static inline bool
is_omitted(const ElementValue *value)
{
	return *value->start == ELEMENT_OMITTED ||
		(value->kind == ELEMENT_EXTENDED && *value->data == ELEMENT_OMITTED);
}

/* How many values the "_name" of an array has. */
static int
last_extended(const ElementValue *array)
{
	const uint8 *p = array->data;
	ElementValue value;
	int			last = 0;

	for (int slot = 1; element_next_value(&p, array->data + array->length, &value); slot++)
		if (value.kind == ELEMENT_EXTENDED)
			last = slot;
	return last;
}

/* Appends the values of an array up to the first omitted one, or with companions these up to last. */
static void
print_array(StringInfo out, const ElementValue *array, bool companions, int last)
{
	const uint8 *p = array->data;
	ElementValue value;
	ElementValue part;

	appendStringInfoCharMacro(out, '[');
	for (int slot = 0; element_next_value(&p, array->data + array->length, &value); slot++)
	{
		if (companions ? slot >= last : is_omitted(&value))
			break;
		if (slot > 0)
			appendStringInfoCharMacro(out, ',');
		if (value.kind != ELEMENT_EXTENDED)
		{
			if (companions)
				appendStringInfoString(out, "null");
			else
				element_print(out, &value);
			continue;
		}
		element_decode(value.data, &part);
		if (companions)
			element_decode(part.end, &part);
		element_print(out, &part);
	}
	appendStringInfoCharMacro(out, ']');
}

/* Appends "name": with the comma that belongs before it. */
static void
print_name(StringInfo out, bool *first, const char *prefix, const ElementMember *member)
{
	if (!*first)
		appendStringInfoCharMacro(out, ',');
	*first = false;
	if (member->element == 0)
		json_print_string(out, member->name, member->name_length);
	else
	{
		appendStringInfoCharMacro(out, '"');
		appendStringInfoString(out, prefix);
		appendBinaryStringInfo(out, member->name, member->name_length);
		appendStringInfoCharMacro(out, '"');
	}
	appendStringInfoCharMacro(out, ':');
}

/* Appends a member, and its "_name" where there are companions. */
static void
print_member(StringInfo out, bool *first, const ElementMember *member)
{
	ElementValue part;
	int			last;

	if (member->value.kind == ELEMENT_EXTENDED)
	{
		element_decode(member->value.data, &part);
		if (!is_omitted(&member->value))
		{
			print_name(out, first, "", member);
			element_print(out, &part);
		}
		element_decode(part.end, &part);
		print_name(out, first, "_", member);
		element_print(out, &part);
	}
	else if (member->value.kind == ELEMENT_ARRAY &&
			 (last = last_extended(&member->value)) > 0)
	{
		element_decode(member->value.data, &part);
		if (!is_omitted(&part))
		{
			print_name(out, first, "", member);
			print_array(out, &member->value, false, 0);
		}
		print_name(out, first, "_", member);
		print_array(out, &member->value, true, last);
	}
	else
	{
		print_name(out, first, "", member);
		element_print(out, &member->value);
	}
}

/* Appends an object, with resourceType when type is a resource's. */
static void
print_object(StringInfo out, FhirType type, const uint8 *p, const uint8 *end)
{
	ElementMember member;
	bool		first = type == 0;

	appendStringInfoCharMacro(out, '{');
	if (type != 0)
		appendStringInfo(out, "\"resourceType\":\"%s\"", fhir_types[type].name);
	while (element_next(&p, end, &member))
		print_member(out, &first, &member);
	appendStringInfoCharMacro(out, '}');
}

void
element_print(StringInfo out, const ElementValue *value)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	check_stack_depth();
	switch (value->kind)
	{
		case ELEMENT_NULL:
			appendStringInfoString(out, "null");
			break;
		case ELEMENT_FALSE:
			appendStringInfoString(out, "false");
			break;
		case ELEMENT_TRUE:
			appendStringInfoString(out, "true");
			break;
		case ELEMENT_INT:
			print_decimal(out, value->number, 0);
			break;
		case ELEMENT_DECIMAL:
			print_decimal(out, value->number, value->scale);
			break;
		case ELEMENT_NUMBER:
			appendBinaryStringInfo(out, (const char *) value->data, value->length);
			break;
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
			print_object(out, value->type, value->data, value->data + value->length);
			break;
		case ELEMENT_ARRAY:
			print_array(out, value, false, 0);
			break;
		case ELEMENT_EXTENDED:
			{
				ElementValue primitive;

				element_decode(value->data, &primitive);
				element_print(out, &primitive);
				break;
			}
		default:
			text = element_text(value, buffer, &length);
			json_print_string(out, text, length);
			break;
	}
}

void
resource_print(StringInfo out, FhirType type, const uint8 *members, const uint8 *end)
{
	print_object(out, type, members, end);
}
