/*
 * json.c: a strict streaming reader of JSON text.
 *
 * Relies on nothing but phm_port.h.  What it hands out has been checked:
 * strings are valid UTF-8 without NUL, numbers follow the grammar.
 */
#include "types/json.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "types/bytes.h"
#include "types/element.h"
#include "types/primitive.h"

void
json_init(JsonReader *r, const char *text, size_t length, PhmError *err)
{
	r->begin = r->p = text;
	r->end = text + length;
	r->err = err;
	r->first_line = 1;
	r->scratch = NULL;
	r->scratch_size = 0;
}

int64
json_line(const JsonReader *r)
{
	int64		line = r->first_line;

	for (const char *p = r->begin; p < r->p; p++)
		line += *p == '\n';
	return line;
}

bool
json_fail(JsonReader *r, int sqlstate, const char *what)
{
	int64		line = json_line(r);
	const char *line_begin = r->p;

	while (line_begin > r->begin && line_begin[-1] != '\n')
		line_begin--;
	phm_fail(r->err, sqlstate, r->p - r->begin, "%s at line %lld, column %lld", what,
			 (long long) line, (long long) (r->p - line_begin) + 1);
	return false;
}

bool
json_malformed(JsonReader *r, const char *what)
{
	return json_fail(r, ERRCODE_INVALID_TEXT_REPRESENTATION, what);
}

bool
json_expect(JsonReader *r, char c)
{
	char		what[24] = "expected \" \" in JSON";

	if (json_peek(r) == c)
	{
		r->p++;
		return true;
	}
	what[10] = c;
	return json_malformed(r, what);
}

bool
json_end(JsonReader *r)
{
	json_peek(r);
	return r->p == r->end || json_malformed(r, "unexpected text after the JSON value");
}

/* Eight bytes at once: whether one is a quote, a backslash, a control character or not ASCII. */
static inline uint64
special_bytes(uint64 v)
{
	const uint64 ones = UINT64CONST(0x0101010101010101);
	uint64		quote = v ^ (ones * '"');
	uint64		backslash = v ^ (ones * '\\');

	return ((quote - ones) | (backslash - ones) | (v - ones * 0x20) | v) & (ones * 0x80);
}

/*
 * The first byte from p on that ends the plain run of a string: a quote, a backslash, a
 * control character or one that is not ASCII; a byte before end where fewer than a word
 * are left.
 */
static inline const char *
plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i blank = _mm_set1_epi8(0x20);

	for (; end - p >= 16; p += 16)
	{
		__m128i		v = _mm_loadu_si128((const __m128i *) p);
		int			found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
														   _mm_cmplt_epi8(v, blank)));	/* signed: not ASCII is less, too */

		if (found)
			return p + __builtin_ctz(found);
	}
#endif
	for (; end - p >= 8; p += 8)
	{
		uint64		special = special_bytes(phm_get_u64(p));

		if (special)			/* the first is exact: borrows go upwards only */
			return p + __builtin_ctzll(special) / 8;
	}
	return p;
}

/* Value of four hexadecimal digits at p, -1 when they are not. */
static int
hex4(const char *p, const char *end)
{
	int			v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		char		c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Writes a code point as UTF-8. */
static int
put_utf8(char *out, uint32 code)
{
	if (code < 0x80)
	{
		out[0] = (char) code;
		return 1;
	}
	if (code < 0x800)
	{
		out[0] = (char) (0xC0 | code >> 6);
		out[1] = (char) (0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000)
	{
		out[0] = (char) (0xE0 | code >> 12);
		out[1] = (char) (0x80 | (code >> 6 & 0x3F));
		out[2] = (char) (0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | code >> 18);
	out[1] = (char) (0x80 | (code >> 12 & 0x3F));
	out[2] = (char) (0x80 | (code >> 6 & 0x3F));
	out[3] = (char) (0x80 | (code & 0x3F));
	return 4;
}

/* Reads the escape at r->p (a backslash) into out; returns its length, 0 on error. */
static int
read_escape(JsonReader *r, char *out)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int			code;
	int			low;

	if (r->end - r->p < 2)
		return json_malformed(r, "unterminated string");
	found = r->p[1] ? strchr(from, r->p[1]) : NULL;
	if (found)
	{
		r->p += 2;
		*out = to[found - from];
		return 1;
	}
	code = r->p[1] == 'u' ? hex4(r->p + 2, r->end) : -1;
	if (code < 0)
		return json_malformed(r, "invalid escape in a string");
	if (code == 0)
		return json_fail(r, ERRCODE_UNTRANSLATABLE_CHARACTER, "character U+0000 in a string");
	if (code >= 0xD800 && code <= 0xDFFF)
	{
		low = code <= 0xDBFF && r->end - r->p >= 12 && r->p[6] == '\\' && r->p[7] == 'u' ?
			hex4(r->p + 8, r->end) : -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return json_malformed(r, "unpaired surrogate in a string");
		code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		r->p += 6;
	}
	r->p += 6;
	return put_utf8(out, (uint32) code);
}

/* Makes the scratch buffer at least so large. */
static void
need_scratch(JsonReader *r, size_t size)
{
	size_t		larger = r->scratch_size ? r->scratch_size : 256;

	while (larger < size)
		larger *= 2;
	if (r->scratch == NULL)
		r->scratch = palloc(larger);
	else if (larger > r->scratch_size)
		r->scratch = repalloc(r->scratch, larger);
	r->scratch_size = larger;
}

/* Reads the rest of a string that has an escape at r->p; start is its first character. */
static bool
string_with_escapes(JsonReader *r, const char *start, const char **text, int *length)
{
	size_t		n = r->p - start;

	need_scratch(r, n + 16);
	bytes_copy(r->scratch, start, n);
	while (r->p < r->end && *r->p != '"')
	{
		CHECK_FOR_INTERRUPTS();
		need_scratch(r, n + 16);
		if (*r->p == '\\')
		{
			int			got = read_escape(r, r->scratch + n);

			if (got == 0)
				return false;
			n += got;
		}
		else if ((uint8) *r->p < 0x20)
			return json_malformed(r, "control character in a string");
		else
			r->scratch[n++] = *r->p++;
	}
	if (r->p >= r->end)
		return json_malformed(r, "unterminated string");
	r->p++;
	*text = r->scratch;
	*length = (int) n;
	return element_valid_text(r->scratch, n) ||
		json_fail(r, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "invalid UTF-8 in a string");
}

bool
json_string(JsonReader *r, const char **text, int *length)
{
	const char *start = r->p + 1;
	const char *p = start;
	const char *end = r->end;
	bool		ascii = true;

	for (;;)
	{
		const char *limit = p + Min((size_t) (end - p), BYTES_AT_ONCE);

		p = plain_end(p, limit);
		CHECK_FOR_INTERRUPTS();
		if (p >= limit && p < end)
			continue;
		r->p = p;
		if (p >= end)
			return json_malformed(r, "unterminated string");
		if (*p == '"')
			break;
		if (*p == '\\')
			return string_with_escapes(r, start, text, length);
		if ((uint8) *p < 0x20)
			return json_malformed(r, "control character in a string");
		if ((uint8) *p >= 0x80)
			ascii = false;
		p++;
	}
	*text = start;
	*length = (int) (p - start);
	r->p++;
	return ascii || element_valid_text(start, *length) ||
		json_fail(r, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, "invalid UTF-8 in a string");
}

/* Skips digits; false when there is none. */
static inline bool
skip_digits(JsonReader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > start;
}

bool
json_number(JsonReader *r, const char **text, int *length)
{
	*text = r->p;
	if (r->p < r->end && *r->p == '-')
		r->p++;
	if (r->p < r->end && *r->p == '0')
		r->p++;
	else if (!skip_digits(r))
		return json_malformed(r, "invalid number");
	if (r->p < r->end && *r->p == '.')
	{
		r->p++;
		if (!skip_digits(r))
			return json_malformed(r, "invalid number");
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E'))
	{
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		if (!skip_digits(r))
			return json_malformed(r, "invalid number");
	}
	if (r->p < r->end && ((*r->p >= '0' && *r->p <= '9') || *r->p == '.'))
		return json_malformed(r, "invalid number");
	*length = (int) (r->p - *text);
	return *length <= PRIMITIVE_MAX_NUMBER ||
		json_fail(r, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "number with more than 1000 characters");
}

char
json_word(JsonReader *r)
{
	static const char *const words[] = {"true", "false", "null"};

	for (int i = 0; i < 3; i++)
	{
		size_t		n = strlen(words[i]);

		if ((size_t) (r->end - r->p) >= n && memcmp(r->p, words[i], n) == 0)
		{
			r->p += n;
			return words[i][0];
		}
	}
	json_malformed(r, "unexpected character in JSON");
	return '\0';
}

bool
json_bad_next(JsonReader *r, char close, char found)
{
	return json_malformed(r, found == close ? "unexpected character in JSON" :
						  close == ']' ? "expected \",\" or \"]\" in JSON" : "expected \",\" or \"}\" in JSON");
}

/*
 * Iterative, so that depth costs no stack: one bit for each open bracket
 * tells objects from arrays.
 */
bool
json_skip(JsonReader *r)
{
	uint8		is_object[JSON_MAX_DEPTH];
	bool		first[JSON_MAX_DEPTH];
	int			depth = 0;

	do
	{
		char		c = json_peek(r);
		bool		more = false;
		const char *text;
		int			length;

		if (c == '{' || c == '[')
		{
			if (depth == JSON_MAX_DEPTH)
				return json_fail(r, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "too deeply nested JSON");
			is_object[depth] = c == '{';
			first[depth++] = true;
			r->p++;
		}
		else if (c == '"')
		{
			if (!json_string(r, &text, &length))
				return false;
		}
		else if (c == '-' || (c >= '0' && c <= '9'))
		{
			if (!json_number(r, &text, &length))
				return false;
		}
		else if (json_word(r) == '\0')
			return false;
		while (depth > 0 && !more)
		{
			if (!json_next(r, is_object[depth - 1] ? '}' : ']', &first[depth - 1], &more))
				return false;
			if (more && is_object[depth - 1] && !json_name(r, &text, &length))
				return false;
			if (!more)
				depth--;
		}
	} while (depth > 0);
	return true;
}
