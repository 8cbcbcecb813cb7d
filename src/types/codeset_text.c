/*
 * codeset_text.c: the text form of phm.codeset.  The grammar stands in
 * codeset.h and code_text.h; what is printed reads back as the same bytes.
 */
#include "types/code_system.h"
#include "types/code_text.h"
#include "types/codeset.h"

#define CODE_STOPS	",}"		/* end a code */

/* Reads one code or prefix into the builder. */
static bool
scan_entry(CodeScanner *s, CodesetBuilder *b)
{
	const char *system;
	const char *code;
	int			system_length,
				system_id,
				code_length;
	bool		prefix;

	if (!code_scan_system(s, &system, &system_length, &system_id) ||
		!code_scan_part(s, CODE_STOPS, &code, &code_length, &prefix))
		return false;
	if (code == NULL)
		return code_scan_fail(s, "malformed code set: a code expected after \"|\"");
	return codeset_builder_add(b, system, system_length, system_id, code, code_length, prefix, s->err);
}

/* Reads {entry, entry, ...}. */
static bool
scan_set(CodeScanner *s, CodesetBuilder *b)
{
	char	   *scratch = s->scratch;

	code_scan_space(s);
	if (!code_scan_char(s, '{'))
		return code_scan_fail(s, "malformed code set: \"{\" expected");
	code_scan_space(s);
	if (!code_scan_char(s, '}'))
	{
		do
		{
			s->scratch = scratch;	/* the builder copies */
			if (!scan_entry(s, b))
				return false;
			CHECK_FOR_INTERRUPTS();
		} while (code_scan_char(s, ','));
		if (!code_scan_char(s, '}'))
			return code_scan_fail(s, "malformed code set: \"}\" expected at the end");
	}
	code_scan_space(s);
	if (s->next < s->end)
		return code_scan_fail(s, "malformed code set: something follows \"}\"");
	return true;
}

/* Reads the text form. */
struct varlena *
codeset_parse(const char *text, size_t length, PhmError *err)
{
	CodeScanner s;
	CodesetBuilder *b = codeset_builder_create();

	code_scan_init(&s, text, length, err);
	return scan_set(&s, b) ? codeset_build(b, err) : NULL;
}

/* Writes one code or prefix. */
static void
print_entry(StringInfo out, const CodesetEntry *e)
{
	if (e->system_length > 0)
		code_print_system(out, e->system, e->system_length, code_system_by_url(e->system, e->system_length));
	appendStringInfoChar(out, '|');
	if (!e->prefix || e->code_length > 0)
		code_print_part(out, e->code, e->code_length, CODE_STOPS, !e->prefix);
	if (e->prefix)
		appendStringInfoChar(out, '*');
}

/* Writes the text form. */
void
codeset_print(const CodesetView *view, StringInfo out)
{
	CodesetIterator it;
	CodesetEntry e;
	const char *separator = "{";

	codeset_iterate(&it, view);
	while (codeset_next(&it, &e))
	{
		appendStringInfoString(out, separator);
		print_entry(out, &e);
		separator = ", ";
	}
	appendStringInfoString(out, *separator == '{' ? "{}" : "}");
}
