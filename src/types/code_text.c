/*
 * code_text.c: reading and writing the pieces that the text forms of
 * phm.concept and phm.codeset are made of.  The grammar stands in the header.
 * What the printers write, the scanners read back as the same bytes.
 */
#include "types/code_text.h"

#include "types/code_system.h"

/* White space of the text forms: ASCII, whatever the locale. */
static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether a character may follow a backslash to stand for itself. */
static inline bool
is_escapable(char c)
{
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
}

/* Begins scanning a text. */
void
code_scan_init(CodeScanner *s, const char *text, size_t length, PhmError *err)
{
	s->start = s->next = text;
	s->end = text + length;
	s->scratch = palloc(length + 1);
	s->err = err;
}

/* Reports a malformed text with the place where scanning stopped. */
bool
code_scan_fail(CodeScanner *s, const char *problem)
{
	int64		at = s->next - s->start;

	phm_fail(s->err, ERRCODE_INVALID_TEXT_REPRESENTATION, at, "%s", problem);
	return phm_fail_detail(s->err, "At byte %lld of the input.", (long long) at + 1);
}

/* Passes over white space. */
void
code_scan_space(CodeScanner *s)
{
	while (s->next < s->end && is_space(*s->next))
		s->next++;
}

/* Takes a character if it is the next one. */
bool
code_scan_char(CodeScanner *s, char c)
{
	if (s->next >= s->end || *s->next != c)
		return false;
	s->next++;
	return true;
}

/*
 * Copies characters into the scratch, without escapes, up to an unescaped
 * character of stops or the end.  *solid is the end of the copy without
 * trailing unescaped white space, *empty whether \e was met, *star whether the
 * last of these characters is an unescaped '*'.
 */
static bool
scan_raw(CodeScanner *s, const char *stops, char **solid, bool *empty, bool *star)
{
	char	   *out = s->scratch;

	*solid = out;
	*empty = *star = false;
	while (s->next < s->end && !strchr(stops, *s->next))
	{
		bool		escaped = *s->next == '\\';

		if (escaped)
		{
			if (++s->next >= s->end)
				return code_scan_fail(s, "malformed code: it ends with a backslash");
			if (*s->next == 'e')
			{
				*empty = true;
				s->next++;
				continue;
			}
			if (!is_escapable(*s->next))
				return code_scan_fail(s, "malformed code: a backslash stands before a letter or digit");
		}
		*out++ = *s->next;
		if (escaped || !is_space(*s->next))
		{
			*solid = out;
			*star = !escaped && *s->next == '*';
		}
		s->next++;
	}
	return true;
}

/* Reads a part; see the header. */
bool
code_scan_part(CodeScanner *s, const char *stops, const char **part, int *length, bool *star)
{
	char	   *solid;
	bool		empty,
				starred;

	code_scan_space(s);
	if (!scan_raw(s, stops, &solid, &empty, &starred))
		return false;
	if (empty && solid != s->scratch)
		return code_scan_fail(s, "malformed code: \\e stands beside other characters");
	*length = solid - s->scratch;
	*part = empty || *length > 0 ? s->scratch : NULL;
	if (star)
	{
		*star = starred;
		if (starred)
			--*length;
	}
	s->scratch = solid;
	return true;
}

/* Reads a quoted text; the next character is the quote. */
bool
code_scan_quoted(CodeScanner *s, const char **text, int *length)
{
	char	   *out = s->scratch;

	s->next++;
	for (;;)
	{
		if (s->next >= s->end)
			return code_scan_fail(s, "malformed concept: a quoted text does not end");
		if (*s->next == '"')
			break;
		if (*s->next == '\\')
		{
			if (++s->next >= s->end || !is_escapable(*s->next))
				return code_scan_fail(s, "malformed concept: a backslash stands before a letter, a digit or the end");
		}
		*out++ = *s->next++;
	}
	s->next++;
	*text = s->scratch;
	*length = out - s->scratch;
	s->scratch = out;
	return true;
}

/* Reads <URI>; the next character is the bracket. */
static bool
scan_bracketed(CodeScanner *s, const char **system, int *length)
{
	char	   *solid;
	bool		empty,
				star;

	s->next++;
	if (!scan_raw(s, ">", &solid, &empty, &star))
		return false;
	if (!code_scan_char(s, '>'))
		return code_scan_fail(s, "malformed code system: a bracket does not end");
	if (empty ? solid != s->scratch : solid == s->scratch)
		return code_scan_fail(s, "malformed code system: nothing, or \\e and more, in brackets");
	*system = s->scratch;
	*length = solid - s->scratch;
	s->scratch = solid;
	code_scan_space(s);
	return true;
}

/* Reads the system and its '|'; see the header. */
bool
code_scan_system(CodeScanner *s, const char **system, int *length, int *id)
{
	const char *begin;

	code_scan_space(s);
	begin = s->next;
	*id = 0;
	if (s->next < s->end && *s->next == '<')
	{
		if (!scan_bracketed(s, system, length))
			return false;
	}
	else
	{
		if (!code_scan_part(s, "|;,\"!}", system, length, NULL))
			return false;
		if (*system != NULL && memchr(*system, ':', *length) == NULL)
		{
			*id = code_system_by_alias(*system, *length);
			if (*id == 0)
			{
				s->next = begin;
				code_scan_fail(s, "unknown code system alias");
				return phm_fail_hint(s->err, "Write SYSTEM|code; phm.code_systems() lists the aliases, any other system is written as its URI or in angle brackets.");
			}
			*system = code_system_url(*id, length);
		}
	}
	if (!code_scan_char(s, '|'))
		return code_scan_fail(s, "malformed code: \"|\" expected after the code system");
	if (*system != NULL && *id == 0)
		*id = code_system_by_url(*system, *length);
	return true;
}

/* Resolves an SQL argument: an alias, or else a URI. */
bool
code_system_argument(const char *text, int text_length,
					 const char **system, int *length, int *id, PhmError *err)
{
	*id = code_system_by_alias(text, text_length);
	if (*id != 0)
	{
		*system = code_system_url(*id, length);
		return true;
	}
	*system = text;
	*length = text_length;
	*id = code_system_by_url(text, text_length);
	if (*id == 0 && memchr(text, ':', text_length) == NULL)
	{
		phm_fail(err, ERRCODE_UNDEFINED_OBJECT, -1, "unknown code system");
		return phm_fail_hint(err, "Give an alias that phm.code_systems() lists, or a URI.");
	}
	return true;
}

/* Whether a URI can stand without brackets: it has a colon and nothing that ends or escapes. */
static bool
is_plain_uri(const char *system, int length)
{
	if (memchr(system, ':', length) == NULL)
		return false;
	for (int i = 0; i < length; i++)
	{
		if ((unsigned char) system[i] <= ' ' || strchr("|;,\"!{}<>\\", system[i]))
			return false;
	}
	return true;
}

/* Writes a system without its '|'; NULL writes nothing. */
void
code_print_system(StringInfo out, const char *system, int length, int id)
{
	if (system == NULL)
		return;
	if (id != 0 && code_system_canonical(id) == id && code_system_alias(id) != NULL)
		appendStringInfoString(out, code_system_alias(id));
	else if (is_plain_uri(system, length))
		appendBinaryStringInfo(out, system, length);
	else
	{
		appendStringInfoChar(out, '<');
		code_print_part(out, system, length, ">", false);
		appendStringInfoChar(out, '>');
	}
}

/* Writes a part, escaping specials, backslashes and outer white space; NULL writes nothing. */
void
code_print_part(StringInfo out, const char *part, int length, const char *specials, bool final_star)
{
	if (part == NULL)
		return;
	if (length == 0)
		appendStringInfoString(out, "\\e");
	for (int i = 0; i < length; i++)
	{
		char		c = part[i];
		bool		outer = i == 0 || i == length - 1;

		if (c == '\\' || strchr(specials, c) || (outer && is_space(c)) ||
			(final_star && c == '*' && i == length - 1))
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, c);
	}
}

/* Writes a quoted text. */
void
code_print_quoted(StringInfo out, const char *text, int length)
{
	appendStringInfoChar(out, '"');
	for (int i = 0; i < length; i++)
	{
		if (text[i] == '"' || text[i] == '\\')
			appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, text[i]);
	}
	appendStringInfoChar(out, '"');
}
