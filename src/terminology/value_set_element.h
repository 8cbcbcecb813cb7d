/*
 * value_set_element.h: reading members of a ValueSet, for the files that make
 * phm.value_set of one.
 */
#ifndef PHM_VALUE_SET_ELEMENT_H
#define PHM_VALUE_SET_ELEMENT_H

#include "terminology/value_set.h"
#include "types/element.h"

/* A text of the resource. */
typedef struct Text
{
	const char *s;
	int			length;
} Text;

/* The text of a value; false when it has none.  The buffer has ELEMENT_TEXT_SIZE bytes. */
static inline bool
text_of(const ElementValue *value, char *buffer, Text *text)
{
	ElementValue v;

	element_primitive(value, &v);
	switch (v.kind)
	{
		case ELEMENT_STRING:
		case ELEMENT_UUID:
		case ELEMENT_URN_UUID:
		case ELEMENT_SYSTEM:
		case ELEMENT_LITERAL:
		case ELEMENT_DATETIME:
			text->s = element_text(&v, buffer, &text->length);
			return true;
		default:
			text->s = NULL;
			text->length = 0;
			return false;
	}
}

/* The text of a member. */
static inline bool
member_text(const uint8 *p, const uint8 *end, FhirElement element, char *buffer, Text *text)
{
	ElementValue value;

	text->s = NULL;
	text->length = 0;
	return element_find(p, end, element, &value) && text_of(&value, buffer, text);
}

/* A member that is a list. */
static inline bool
member_list(const uint8 *p, const uint8 *end, FhirElement element, ElementValue *list)
{
	return element_find(p, end, element, list) && list->kind == ELEMENT_ARRAY;
}

static inline bool
text_is(const Text *text, const char *wanted)
{
	return text->length == (int) strlen(wanted) && memcmp(text->s, wanted, text->length) == 0;
}

#endif							/* PHM_VALUE_SET_ELEMENT_H */
