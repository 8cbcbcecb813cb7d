/*
 * concept_json.c: FHIR JSON of phm.concept: reading a CodeableConcept or a
 * Coding, writing a CodeableConcept.
 *
 * Reading is strict: members that a concept cannot keep (id, extension,
 * anything else), repeated members, nulls and empty arrays are refused.  The
 * first half is a small JSON reader of its own and knows nothing of concepts.
 */
#include "types/concept.h"

typedef struct JsonReader
{
	const char *start;
	const char *next;
	const char *end;
	char	   *scratch;		/* unescaped strings; as long as the input */
	PhmError   *err;
} JsonReader;

/* Reports malformed JSON at the place that was reached. */
static bool
json_fail(JsonReader *r, const char *problem)
{
	int64		at = r->next - r->start;

	phm_fail(r->err, ERRCODE_INVALID_TEXT_REPRESENTATION, at, "malformed FHIR JSON of a concept: %s", problem);
	return phm_fail_detail(r->err, "At byte %lld of the input.", (long long) at + 1);
}

/* Passes over white space. */
static void
json_space(JsonReader *r)
{
	while (r->next < r->end && (*r->next == ' ' || *r->next == '\t' || *r->next == '\n' || *r->next == '\r'))
		r->next++;
}

/* Takes a character, and white space around it, if it is next. */
static bool
json_take(JsonReader *r, char c)
{
	json_space(r);
	if (r->next >= r->end || *r->next != c)
		return false;
	r->next++;
	json_space(r);
	return true;
}

/* Takes a character or fails. */
static bool
json_expect(JsonReader *r, char c, const char *problem)
{
	return json_take(r, c) || json_fail(r, problem);
}

/* Reads four hexadecimal digits; -1 when they are not there. */
static int32
json_hex4(JsonReader *r)
{
	int32		v = 0;

	if (r->end - r->next < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char		c = *r->next++;

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Writes a code point as UTF-8. */
static char *
put_utf8(char *out, uint32 c)
{
	if (c < 0x80)
		*out++ = (char) c;
	else if (c < 0x800)
	{
		*out++ = (char) (0xC0 | c >> 6);
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*out++ = (char) (0xE0 | c >> 12);
		*out++ = (char) (0x80 | (c >> 6 & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | c >> 18);
		*out++ = (char) (0x80 | (c >> 12 & 0x3F));
		*out++ = (char) (0x80 | (c >> 6 & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	return out;
}

/* Reads what follows \u, with the second half of a surrogate pair. */
static bool
json_unicode(JsonReader *r, char **out)
{
	int32		c = json_hex4(r);

	if (c >= 0xD800 && c <= 0xDBFF && r->end - r->next >= 2 && r->next[0] == '\\' && r->next[1] == 'u')
	{
		int32		low;

		r->next += 2;
		low = json_hex4(r);
		if (low < 0xDC00 || low > 0xDFFF)
			return json_fail(r, "half of a surrogate pair is missing");
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	if (c <= 0 || (c >= 0xD800 && c <= 0xDFFF))
		return json_fail(r, "\\u is not followed by a character");
	*out = put_utf8(*out, c);
	return true;
}

/* Reads what follows a backslash. */
static bool
json_escape(JsonReader *r, char **out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	char		c = r->next < r->end ? *r->next++ : '\0';
	const char *at;

	if (c == 'u')
		return json_unicode(r, out);
	if (c == '\0' || (at = strchr(from, c)) == NULL)
		return json_fail(r, "unknown escape");
	*(*out)++ = to[at - from];
	return true;
}

/* Reads a string into the scratch. */
static bool
json_string(JsonReader *r, const char **s, int *length)
{
	char	   *out = r->scratch;

	json_space(r);
	if (r->next >= r->end || *r->next != '"')
		return json_fail(r, "string expected");
	r->next++;
	for (;;)
	{
		if (r->next >= r->end)
			return json_fail(r, "a string does not end");
		if (*r->next == '"')
			break;
		if ((unsigned char) *r->next < 0x20)
			return json_fail(r, "control character in a string");
		if (*r->next == '\\')
		{
			r->next++;
			if (!json_escape(r, &out))
				return false;
		}
		else
			*out++ = *r->next++;
	}
	r->next++;
	json_space(r);
	*s = r->scratch;
	*length = out - r->scratch;
	r->scratch = out;
	return true;
}

/* Reads true or false. */
static bool
json_boolean(JsonReader *r, bool *value)
{
	json_space(r);
	*value = r->end - r->next >= 4 && memcmp(r->next, "true", 4) == 0;
	if (!*value && (r->end - r->next < 5 || memcmp(r->next, "false", 5) != 0))
		return json_fail(r, "true or false expected");
	r->next += *value ? 4 : 5;
	json_space(r);
	return true;
}

/*
 * Takes the next member's name, with the comma before it and the colon after;
 * *done at the closing brace.
 */
static bool
json_member(JsonReader *r, bool *first, bool *done, const char **name, int *length)
{
	*done = json_take(r, '}');
	if (*done)
		return true;
	if (!*first && !json_expect(r, ',', "\",\" or \"}\" expected"))
		return false;
	*first = false;
	return json_string(r, name, length) && json_expect(r, ':', "\":\" expected after a member's name");
}

/* ---- from here on: concepts ---- */

/* Whether a member has this name. */
static inline bool
is_named(const char *name, int length, const char *expected)
{
	return length == strlen(expected) && memcmp(name, expected, length) == 0;
}

/* Reads a string member once. */
static bool
once(JsonReader *r, const char **s, int *length)
{
	if (*s != NULL)
		return json_fail(r, "a member occurs twice");
	return json_string(r, s, length);
}

/* Reads the value of a Coding's member; *known tells whether it is one. */
static bool
coding_member(JsonReader *r, CodingView *c, const char *name, int length, bool *known)
{
	bool		value;

	*known = true;
	if (is_named(name, length, "system"))
		return once(r, &c->system, &c->system_length);
	if (is_named(name, length, "code"))
		return once(r, &c->code, &c->code_length);
	if (is_named(name, length, "display"))
		return once(r, &c->display, &c->display_length);
	if (is_named(name, length, "version"))
		return once(r, &c->version, &c->version_length);
	if (is_named(name, length, "userSelected"))
	{
		if (c->user_selected >= 0)
			return json_fail(r, "a member occurs twice");
		if (!json_boolean(r, &value))
			return false;
		c->user_selected = value;
		return true;
	}
	*known = false;
	return true;
}

/* Refuses a member that a concept cannot keep. */
static bool
refuse_member(JsonReader *r)
{
	json_fail(r, "a member that a concept cannot keep");
	return phm_fail_hint(r->err, "A CodeableConcept may have coding and text, a Coding system, version, code, display and userSelected.");
}

/* Reads a Coding of the array. */
static bool
read_coding(JsonReader *r, ConceptWriter *w)
{
	CodingView	c = {.user_selected = -1};
	bool		first = true,
				done,
				known;
	const char *name;
	int			length;

	if (!json_expect(r, '{', "\"{\" of a Coding expected"))
		return false;
	for (;;)
	{
		if (!json_member(r, &first, &done, &name, &length))
			return false;
		if (done)
			break;
		if (!coding_member(r, &c, name, length, &known))
			return false;
		if (!known)
			return refuse_member(r);
	}
	concept_put(w, &c);
	return true;
}

/* Reads the coding array. */
static bool
read_codings(JsonReader *r, ConceptWriter *w)
{
	if (w->ncodings > 0)
		return json_fail(r, "a member occurs twice");
	if (!json_expect(r, '[', "\"[\" expected after \"coding\""))
		return false;
	do
	{
		if (!read_coding(r, w))
			return false;
		CHECK_FOR_INTERRUPTS();
	} while (json_take(r, ','));
	return json_expect(r, ']', "\",\" or \"]\" expected in \"coding\"");
}

/* Reads a CodeableConcept or a Coding; *text stays NULL without one. */
bool
concept_parse_json(const char *json, size_t size, ConceptWriter *w,
				   const char **text, int *text_length, PhmError *err)
{
	JsonReader	r = {json, json, json + size, palloc(size + 1), err};
	CodingView	c = {.user_selected = -1};
	bool		first = true,
				done,
				known,
				is_coding = false;
	const char *name;
	int			length;

	if (!json_expect(&r, '{', "\"{\" expected"))
		return false;
	for (;;)
	{
		bool		ok;

		if (!json_member(&r, &first, &done, &name, &length))
			return false;
		if (done)
			break;
		if (is_named(name, length, "coding"))
			ok = read_codings(&r, w);
		else if (is_named(name, length, "text"))
			ok = once(&r, text, text_length);
		else
		{
			ok = coding_member(&r, &c, name, length, &known);
			if (ok && !known)
				return refuse_member(&r);
			is_coding = true;
		}
		if (!ok)
			return false;
	}
	if (r.next < r.end)
		return json_fail(&r, "something follows the object");
	if (is_coding && (w->ncodings > 0 || *text != NULL))
		return json_fail(&r, "members of CodeableConcept and of Coding are mixed");
	if (is_coding)
		concept_put(w, &c);
	return true;
}

/* Writes a JSON string. */
static void
print_string(StringInfo out, const char *s, int length)
{
	static const char hex[] = "0123456789abcdef";

	appendStringInfoChar(out, '"');
	for (int i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) s[i];

		if (c == '"' || c == '\\')
			appendStringInfoChar(out, '\\');
		if (c >= 0x20)
			appendStringInfoChar(out, (char) c);
		else
		{
			appendStringInfoString(out, "\\u00");
			appendStringInfoChar(out, hex[c >> 4]);
			appendStringInfoChar(out, hex[c & 15]);
		}
	}
	appendStringInfoChar(out, '"');
}

/* Writes a string member, after a comma where it is not the first. */
static void
print_member(StringInfo out, bool *first, const char *name, const char *s, int length)
{
	if (s == NULL)
		return;
	appendStringInfoString(out, *first ? "\"" : ",\"");
	appendStringInfoString(out, name);
	appendStringInfoString(out, "\":");
	print_string(out, s, length);
	*first = false;
}

/* Writes a Coding. */
static void
print_coding(StringInfo out, const CodingView *c)
{
	bool		first = true;

	appendStringInfoChar(out, '{');
	print_member(out, &first, "system", c->system, c->system_length);
	print_member(out, &first, "version", c->version, c->version_length);
	print_member(out, &first, "code", c->code, c->code_length);
	print_member(out, &first, "display", c->display, c->display_length);
	if (c->user_selected >= 0)
	{
		appendStringInfoString(out, first ? "\"userSelected\":" : ",\"userSelected\":");
		appendStringInfoString(out, c->user_selected ? "true" : "false");
	}
	appendStringInfoChar(out, '}');
}

/* Writes a CodeableConcept. */
void
concept_print_json(const void *payload, size_t length, StringInfo out)
{
	ConceptReader r;
	CodingView	c;
	bool		first = true;

	concept_read(&r, payload, length);
	appendStringInfoChar(out, '{');
	while (concept_next(&r, &c))
	{
		appendStringInfoString(out, first ? "\"coding\":[" : ",");
		print_coding(out, &c);
		first = false;
	}
	if (!first)
		appendStringInfoChar(out, ']');
	print_member(out, &first, "text", r.text, r.text_length);
	appendStringInfoChar(out, '}');
}
