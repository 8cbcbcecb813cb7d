/*
 * fhirpath_lexer.c: the words of FHIRPath.
 *
 * Pure.  Reads UTF-8; texts of tokens are palloc'd and unescaped.
 */
#include "cql/fhirpath.h"

/* Notes what is wrong and where; false. */
bool
fhirpath_fail(PathLexer *l, int line, int column, const char *format,...)
{
	char		message[200];
	va_list		args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	phm_fail(l->err, ERRCODE_SYNTAX_ERROR, -1, "invalid FHIRPath: %s", message);
	phm_fail_detail(l->err, "Line %d, column %d.", line, column);
	return false;
}

static inline int
column_of(const PathLexer *l, const char *p)
{
	return (int) (p - l->line_start) + 1;
}

static inline char
peek(const PathLexer *l, int ahead)
{
	return l->end - l->next > ahead ? l->next[ahead] : '\0';
}

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Begins a new line behind p. */
static void
count_line(PathLexer *l, const char *p)
{
	if (*p == '\n')
	{
		l->line++;
		l->line_start = p + 1;
	}
}

/* Skips a comment to its end, to which the cursor moves. */
static bool
skip_comment(PathLexer *l)
{
	int			line = l->line;
	int			column = column_of(l, l->next);

	if (peek(l, 1) == '/')
	{
		while (l->next < l->end && *l->next != '\n')
			l->next++;
		return true;
	}
	for (l->next += 2; l->next < l->end; l->next++)
	{
		if (*l->next == '*' && peek(l, 1) == '/')
		{
			l->next += 2;
			return true;
		}
		count_line(l, l->next);
	}
	return fhirpath_fail(l, line, column, "a comment does not end");
}

/* Skips white space and comments. */
static bool
skip_space(PathLexer *l)
{
	while (l->next < l->end)
	{
		char		c = *l->next;

		if (c == '/' && (peek(l, 1) == '/' || peek(l, 1) == '*'))
		{
			if (!skip_comment(l))
				return false;
		}
		else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		{
			count_line(l, l->next);
			l->next++;
		}
		else
			break;
	}
	return true;
}

/* Sets a token from a range of the source. */
static bool
set_token(PathLexer *l, PathTokenKind kind, const char *from, const char *to)
{
	l->token.kind = kind;
	l->token.length = (int) (to - from);
	l->token.text = pnstrdup(from, l->token.length);
	return true;
}

/* Writes a code point as UTF-8; the end. */
static char *
put_point(char *p, uint32 c)
{
	if (c < 0x80)
		*p++ = (char) c;
	else if (c < 0x800)
	{
		*p++ = (char) (0xC0 | c >> 6);
		*p++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*p++ = (char) (0xE0 | c >> 12);
		*p++ = (char) (0x80 | (c >> 6 & 0x3F));
		*p++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*p++ = (char) (0xF0 | c >> 18);
		*p++ = (char) (0x80 | (c >> 12 & 0x3F));
		*p++ = (char) (0x80 | (c >> 6 & 0x3F));
		*p++ = (char) (0x80 | (c & 0x3F));
	}
	return p;
}

/* Four hexadecimal digits at p. */
static bool
read_hex(const PathLexer *l, const char *p, uint32 *result)
{
	*result = 0;
	if (l->end - p < 4)
		return false;
	for (int i = 0; i < 4; i++)
	{
		char		c = p[i];
		int			digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			return false;
		*result = *result << 4 | (uint32) digit;
	}
	return true;
}

/* A \u escape, of which the cursor is on the u; pairs of surrogates are one character. */
static bool
read_unicode(PathLexer *l, char **out)
{
	uint32		c;
	uint32		low;

	if (!read_hex(l, l->next + 1, &c) || c == 0)
		return false;
	l->next += 5;
	if (c >= 0xDC00 && c <= 0xDFFF)
		return false;
	if (c >= 0xD800 && c <= 0xDBFF)
	{
		if (peek(l, 0) != '\\' || peek(l, 1) != 'u' || !read_hex(l, l->next + 2, &low) ||
			low < 0xDC00 || low > 0xDFFF)
			return false;
		l->next += 6;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	*out = put_point(*out, c);
	return true;
}

/* An escape, of which the cursor is behind the backslash. */
static bool
read_escape(PathLexer *l, char **out)
{
	static const char names[] = "'\"`\\/rntf";
	static const char values[] = "'\"`\\/\r\n\t\f";
	const char *found;

	if (l->next >= l->end)
		return false;
	if (*l->next == 'u')
		return read_unicode(l, out);
	found = strchr(names, *l->next);
	if (found == NULL || *l->next == '\0')
		return false;
	*(*out)++ = values[found - names];
	l->next++;
	return true;
}

/* A text between quotes, unescaped. */
static bool
read_quoted(PathLexer *l, PathTokenKind kind)
{
	char		quote = *l->next;
	char	   *text = palloc((Size) (l->end - l->next) + 1);
	char	   *out = text;

	for (l->next++; l->next < l->end && *l->next != quote;)
	{
		if (*l->next == '\\')
		{
			l->next++;
			if (!read_escape(l, &out))
				return fhirpath_fail(l, l->line, column_of(l, l->next), "this is no escape sequence");
			continue;
		}
		count_line(l, l->next);
		*out++ = *l->next++;
	}
	if (l->next >= l->end)
		return fhirpath_fail(l, l->token.line, l->token.column, "a quoted text does not end");
	l->next++;
	*out = '\0';
	l->token.kind = kind;
	l->token.text = text;
	l->token.length = (int) (out - text);
	return true;
}

/* A date or time behind '@'; what it says is checked by who reads it. */
static bool
read_date(PathLexer *l)
{
	const char *from = ++l->next;
	PathTokenKind kind = peek(l, 0) == 'T' ? PATH_TIME : PATH_DATE;

	while (is_digit(peek(l, 0)) || (peek(l, 0) == '-' && is_digit(peek(l, 1))))
		l->next++;
	if (peek(l, 0) == 'T')
	{
		if (kind == PATH_DATE)
			kind = PATH_DATETIME;
		l->next++;
		while (is_digit(peek(l, 0)) || peek(l, 0) == ':' || (peek(l, 0) == '.' && is_digit(peek(l, 1))))
			l->next++;
		if (kind == PATH_DATETIME && peek(l, 0) == 'Z')
			l->next++;
		else if (kind == PATH_DATETIME && (peek(l, 0) == '+' || peek(l, 0) == '-') && is_digit(peek(l, 1)) &&
				 is_digit(peek(l, 2)) && peek(l, 3) == ':')
			l->next += Min(6, l->end - l->next);
	}
	return set_token(l, kind, from, l->next);
}

/* A number, or a name, or a symbol. */
static bool
read_word(PathLexer *l)
{
	static const char *const symbols[] = {"!=", "!~", "<=", ">="};
	const char *from = l->next;

	if (is_digit(*from))
	{
		while (is_digit(peek(l, 0)))
			l->next++;
		if (peek(l, 0) == '.' && is_digit(peek(l, 1)))
			for (l->next++; is_digit(peek(l, 0));)
				l->next++;
		return set_token(l, PATH_NUMBER, from, l->next);
	}
	if (is_letter(*from))
	{
		while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
			l->next++;
		return set_token(l, PATH_NAME, from, l->next);
	}
	for (int i = 0; i < lengthof(symbols); i++)
	{
		if (from[0] == symbols[i][0] && peek(l, 1) == symbols[i][1])
		{
			l->next += 2;
			return set_token(l, PATH_SYMBOL, from, l->next);
		}
	}
	if (strchr("+-*/&|<>=~()[]{},.", *from) == NULL || *from == '\0')
		return fhirpath_fail(l, l->token.line, l->token.column, "a character that begins nothing");
	l->next++;
	return set_token(l, PATH_SYMBOL, from, l->next);
}

/* A %variable or $special. */
static bool
read_marked(PathLexer *l, PathTokenKind kind)
{
	const char *from = ++l->next;

	if (kind == PATH_VARIABLE && (peek(l, 0) == '\'' || peek(l, 0) == '`'))
		return read_quoted(l, kind);
	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)) || (kind == PATH_VARIABLE && peek(l, 0) == '-' && is_letter(peek(l, 1))))
		l->next++;
	if (l->next == from)
		return fhirpath_fail(l, l->token.line, l->token.column, "a name is missing");
	return set_token(l, kind, from, l->next);
}

/* Reads the next token. */
bool
fhirpath_lex_next(PathLexer *l)
{
	if (!skip_space(l))
		return false;
	l->token.line = l->line;
	l->token.column = column_of(l, l->next);
	if (l->next >= l->end)
	{
		l->token.kind = PATH_END;
		l->token.text = "";
		l->token.length = 0;
		return true;
	}
	switch (*l->next)
	{
		case '\'':
			return read_quoted(l, PATH_STRING);
		case '`':
			return read_quoted(l, PATH_QUOTED_NAME);
		case '@':
			return read_date(l);
		case '%':
			return read_marked(l, PATH_VARIABLE);
		case '$':
			return read_marked(l, PATH_SPECIAL);
		default:
			return read_word(l);
	}
}

/* Begins to read a text: the first token. */
bool
fhirpath_lex_start(PathLexer *l, const char *text, size_t length, PhmError *err)
{
	*l = (PathLexer) {.start = text,.next = text,.end = text + length,.line_start = text,.line = 1,.err = err};
	return fhirpath_lex_next(l);
}
