/*
 * value_set_text.c: what a FHIR ValueSet says of itself, and whether it refers to others.
 */
#include "terminology/value_set_element.h"

/* ---- what it says of itself ---- */

/* Whether a text is an OID: digits and dots. */
static bool
is_oid(const char *p, const char *end)
{
	bool		dots = false;

	if (end - p < 3 || *p < '0' || *p > '2')
		return false;
	for (p++; p < end; p++)
	{
		if (*p == '.')
		{
			if (++p == end || *p < '0' || *p > '9')
				return false;
			dots = true;
		}
		else if (!dots || *p < '0' || *p > '9')
			return false;
	}
	return dots;
}

/* The OID at the end of a URL: after urn:oid: or the last slash. */
static void
oid_of_url(const Text *url, ValueSetTexts *texts)
{
	const char *end = url->s + url->length;
	const char *p = end;

	while (p > url->s && p[-1] != '/')
		p--;
	if (p == url->s)
		p = url->length > 8 && memcmp(p, "urn:oid:", 8) == 0 ? p + 8 : end;
	if (is_oid(p, end))
	{
		texts->oid = p;
		texts->oid_length = (int) (end - p);
	}
}

/* The OID among the identifiers: the first one that begins with urn:oid:. */
static void
oid_of_identifiers(const uint8 *members, const uint8 *end, ValueSetTexts *texts)
{
	ElementValue list;
	ElementValue slot;
	Text		value;
	char		buffer[ELEMENT_TEXT_SIZE];

	if (!member_list(members, end, FHIR_E_ValueSet_identifier, &list))
		return;
	for (const uint8 *p = list.data; element_next_value(&p, list.end, &slot);)
	{
		if (slot.kind != ELEMENT_OBJECT || !member_text(slot.data, slot.end, FHIR_E_Identifier_value, buffer, &value) ||
			value.s == buffer || value.length < 8 || memcmp(value.s, "urn:oid:", 8) != 0)
			continue;
		texts->oid = value.s + 8;
		texts->oid_length = value.length - 8;
		return;
	}
}

bool
value_set_texts(const uint8 *members, const uint8 *end, ValueSetTexts *texts, PhmError *err)
{
	Text		t;

	memset(texts, 0, sizeof(ValueSetTexts));
	if (!member_text(members, end, FHIR_E_ValueSet_url, texts->buffers[0], &t))
	{
		phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "a value set without url");
		return phm_fail_detail(err, "ValueSet.url is missing.");
	}
	texts->url = t.s;
	texts->url_length = t.length;
	oid_of_url(&t, texts);
	if (texts->oid == NULL)
		oid_of_identifiers(members, end, texts);
	member_text(members, end, FHIR_E_ValueSet_version, texts->buffers[1], &t);
	texts->version = t.s;
	texts->version_length = t.length;
	member_text(members, end, FHIR_E_ValueSet_name, texts->buffers[2], &t);
	texts->name = t.s;
	texts->name_length = t.length;
	member_text(members, end, FHIR_E_ValueSet_title, texts->buffers[3], &t);
	texts->title = t.s;
	texts->title_length = t.length;
	member_text(members, end, FHIR_E_ValueSet_status, texts->buffers[4], &t);
	texts->status = t.s;
	texts->status_length = t.length;
	return true;
}

/* ---- references ---- */

/* Whether a list of includes or excludes refers to one of the value sets. */
static bool
list_refers(const ElementValue *list, bool (*is_one) (void *arg, const char *url, int length), void *arg)
{
	ElementValue item;
	ElementValue references;
	ElementValue slot;
	Text		canonical;
	char		buffer[ELEMENT_TEXT_SIZE];

	for (const uint8 *p = list->data; element_next_value(&p, list->end, &item);)
	{
		if (item.kind != ELEMENT_OBJECT || !member_list(item.data, item.end, FHIR_E_ValueSet_compose_include_valueSet, &references))
			continue;
		for (const uint8 *q = references.data; element_next_value(&q, references.end, &slot);)
		{
			const char *bar;

			if (!text_of(&slot, buffer, &canonical))
				continue;
			bar = memchr(canonical.s, '|', canonical.length);
			if (is_one(arg, canonical.s, bar ? (int) (bar - canonical.s) : canonical.length))
				return true;
		}
	}
	return false;
}

bool
value_set_refers(const uint8 *members, const uint8 *end, bool (*is_one) (void *arg, const char *url, int length), void *arg)
{
	ElementValue compose;
	ElementValue list;

	if (element_find(members, end, FHIR_E_ValueSet_expansion, &compose) ||
		!element_find(members, end, FHIR_E_ValueSet_compose, &compose) || compose.kind != ELEMENT_OBJECT)
		return false;
	return (member_list(compose.data, compose.end, FHIR_E_ValueSet_compose_include, &list) && list_refers(&list, is_one, arg)) ||
		(member_list(compose.data, compose.end, FHIR_E_ValueSet_compose_exclude, &list) && list_refers(&list, is_one, arg));
}
