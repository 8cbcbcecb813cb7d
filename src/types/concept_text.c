/*
 * concept_text.c: the text form of phm.concept.  The grammar stands in
 * concept.h and code_text.h; what is printed reads back as the same bytes.
 */
#include "types/code_text.h"
#include "types/concept.h"

#define CODE_SPECIALS	"|;\"!"	/* end a code or a version */

/* Reads !, !false or nothing. */
static bool
scan_selected(CodeScanner *s, int8 *selected)
{
	*selected = -1;
	if (!code_scan_char(s, '!'))
		return true;
	*selected = 1;
	if (s->end - s->next >= 5 && memcmp(s->next, "false", 5) == 0)
	{
		s->next += 5;
		*selected = 0;
	}
	code_scan_space(s);
	return true;
}

/* Reads one coding; see concept.h. */
static bool
scan_coding(CodeScanner *s, CodingView *c)
{
	memset(c, 0, sizeof(*c));
	if (!code_scan_system(s, &c->system, &c->system_length, &c->system_id))
		return false;
	if (!code_scan_part(s, CODE_SPECIALS, &c->code, &c->code_length, NULL))
		return false;
	if (code_scan_char(s, '|'))
	{
		if (!code_scan_part(s, CODE_SPECIALS, &c->version, &c->version_length, NULL))
			return false;
		if (c->version == NULL)
			return code_scan_fail(s, "malformed concept: a version expected after the second \"|\"");
	}
	if (s->next < s->end && *s->next == '"')
	{
		if (!code_scan_quoted(s, &c->display, &c->display_length))
			return false;
		code_scan_space(s);
	}
	return scan_selected(s, &c->user_selected);
}

/* Reads the items of a text form into a writer; *text stays NULL without one. */
static bool
scan_concept(CodeScanner *s, ConceptWriter *w, const char **text, int *text_length)
{
	CodingView	c;

	code_scan_space(s);
	if (s->next == s->end)
		return true;
	do
	{
		code_scan_space(s);
		if (s->next < s->end && *s->next == '"')
		{
			if (!code_scan_quoted(s, text, text_length))
				return false;
			code_scan_space(s);
			if (s->next == s->end)
				return true;
			return code_scan_fail(s, "malformed concept: a text alone is the last item");
		}
		if (!scan_coding(s, &c))
			return false;
		concept_put(w, &c);
		CHECK_FOR_INTERRUPTS();
	} while (code_scan_char(s, ';'));
	if (s->next == s->end)
		return true;
	return code_scan_fail(s, "malformed concept: \";\" or the end expected after a coding");
}

/* Reads the text form, or FHIR JSON when it begins with '{'. */
struct varlena *
concept_parse(const char *input, size_t length, PhmError *err)
{
	CodeScanner s;
	ConceptWriter w;
	const char *text = NULL;
	int			text_length = 0;
	bool		ok;

	concept_writer_init(&w);
	code_scan_init(&s, input, length, err);
	code_scan_space(&s);
	if (s.next < s.end && *s.next == '{')
		ok = concept_parse_json(input, length, &w, &text, &text_length, err);
	else
		ok = scan_concept(&s, &w, &text, &text_length);
	return ok ? concept_finish(&w, text, text_length) : NULL;
}

/* Writes one coding. */
static void
print_coding(StringInfo out, const CodingView *c)
{
	code_print_system(out, c->system, c->system_length, c->system_id);
	appendStringInfoChar(out, '|');
	code_print_part(out, c->code, c->code_length, CODE_SPECIALS, false);
	if (c->version != NULL)
	{
		appendStringInfoChar(out, '|');
		code_print_part(out, c->version, c->version_length, CODE_SPECIALS, false);
	}
	if (c->display != NULL)
	{
		appendStringInfoChar(out, ' ');
		code_print_quoted(out, c->display, c->display_length);
	}
	if (c->user_selected >= 0)
		appendStringInfoString(out, c->user_selected ? "!" : "!false");
}

/* Writes the text form. */
void
concept_print(const void *payload, size_t length, StringInfo out)
{
	ConceptReader r;
	CodingView	c;
	const char *separator = "";

	concept_read(&r, payload, length);
	while (concept_next(&r, &c))
	{
		appendStringInfoString(out, separator);
		print_coding(out, &c);
		separator = "; ";
	}
	if (r.text != NULL)
	{
		appendStringInfoString(out, separator);
		code_print_quoted(out, r.text, r.text_length);
	}
}
