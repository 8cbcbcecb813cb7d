/*
 * elm_fhir.c: the ELM inside a FHIR Library resource.
 *
 * content holds one attachment for each form of the library; its ELM is
 * base64 in data.  ELM JSON is read before ELM XML.
 */
#include "cql/elm.h"
#include "types/element.h"

#define NO_DIGIT 64

/* Values of base64 digits, of "-" and "_" (base64url) too. */
static void
make_digits(uint8 *digits)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	memset(digits, NO_DIGIT, 256);
	for (int i = 0; i < 64; i++)
		digits[(uint8) alphabet[i]] = (uint8) i;
	digits['-'] = 62;
	digits['_'] = 63;
}

/* Decodes digits with blanks among them, one by one; returns what is behind the last digit. */
static const uint8 *
decode_slowly(const uint8 *digits, const uint8 *p, const uint8 *end, uint8 **out)
{
	uint32		bits = 0;
	int			n = 0;

	for (; p < end; p++)
	{
		if (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
			continue;
		if (digits[*p] == NO_DIGIT)
			break;
		bits = bits << 6 | digits[*p];
		n += 6;
		if (n >= 8)
		{
			n -= 8;
			*(*out)++ = (uint8) (bits >> n);
		}
	}
	return n < 6 ? p : NULL;	/* one digit alone is no byte */
}

bool
elm_decode_base64(const uint8 *p, uint32 length, char **text, size_t *size)
{
	uint8		digits[256];
	const uint8 *end = p + length;
	uint8	   *start = palloc((Size) length / 4 * 3 + 4);
	uint8	   *out = start;

	make_digits(digits);
	while (end - p >= 4)
	{
		uint8		a = digits[p[0]];
		uint8		b = digits[p[1]];
		uint8		c = digits[p[2]];
		uint8		d = digits[p[3]];

		if ((a | b | c | d) & NO_DIGIT)
			break;
		*out++ = (uint8) (a << 2 | b >> 4);
		*out++ = (uint8) (b << 4 | c >> 2);
		*out++ = (uint8) (c << 6 | d);
		p += 4;
	}
	p = decode_slowly(digits, p, end, &out);
	while (p != NULL && p < end && (*p == '=' || *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	*text = (char *) start;
	*size = out - start;
	return p == end;
}

bool
elm_is_media_type(const char *type, int length, const char *wanted)
{
	int			n = (int) strlen(wanted);

	return length >= n && memcmp(type, wanted, n) == 0 && (length == n || type[n] == ';' || type[n] == ' ');
}

/* Finds the data of an attachment of a media type; *named: there is one, perhaps without data. */
static bool
find_data(const ElementValue *content, const char *type, ElementValue *data, bool *named)
{
	const uint8 *p = content->data;
	ElementValue slot;
	ElementValue value;

	while (content->kind == ELEMENT_ARRAY && element_next_value(&p, content->end, &slot))
	{
		if (slot.kind != ELEMENT_OBJECT || !element_find(slot.data, slot.end, FHIR_E_Attachment_contentType, &value))
			continue;
		element_primitive(&value, &value);
		if (value.kind != ELEMENT_STRING || !elm_is_media_type((const char *) value.data, (int) value.length, type))
			continue;
		*named = true;
		if (element_find(slot.data, slot.end, FHIR_E_Attachment_data, data))
		{
			element_primitive(data, data);
			if (data->kind == ELEMENT_STRING)
				return true;
		}
	}
	return false;
}

/* Reports a Library without ELM; named: there is an attachment for it. */
static bool
no_elm(bool named, PhmError *err)
{
	phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "a Library without ELM");
	phm_fail_detail(err, named ? "Its ELM is not in the resource: an attachment has no data." :
					"Its content has neither application/elm+json nor application/elm+xml.");
	return phm_fail_hint(err, "Translate its CQL to ELM, and publish both in the Library.");
}

bool
elm_fhir_text(const uint8 *members, const uint8 *end, char **text, size_t *size, bool *is_xml, PhmError *err)
{
	static const char *const types[] = {"application/elm+json", "application/elm+xml"};
	ElementValue content;
	ElementValue data;
	bool		named = false;

	for (int i = 0; i < (int) lengthof(types) && element_find(members, end, FHIR_E_Library_content, &content); i++)
	{
		if (!find_data(&content, types[i], &data, &named))
			continue;
		*is_xml = i == 1;
		return elm_decode_base64(data.data, data.length, text, size) ||
			phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1, "invalid base64 in Library.content");
	}
	return no_elm(named, err);
}

CqlLibrary *
elm_read_fhir_library(const uint8 *members, const uint8 *end, CqlProblems *problems, PhmError *err)
{
	CqlLibrary *library;
	char	   *text;
	size_t		size;
	bool		is_xml;

	if (!elm_fhir_text(members, end, &text, &size, &is_xml, err))
		return NULL;
	library = (is_xml ? elm_read_xml : elm_read_json) (text, size, problems, err);
	pfree(text);
	return library;
}
