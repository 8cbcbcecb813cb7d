/*
 * json.h: a strict streaming reader of JSON text (RFC 8259, UTF-8).
 *
 * It hands out tokens where they stand; only strings with escapes are copied,
 * into a scratch buffer that the next string overwrites.  It never allocates
 * per value.  Names in objects and values are the caller's business.
 */
#ifndef PHM_JSON_H
#define PHM_JSON_H

#include "phm_port.h"

#define JSON_MAX_DEPTH 128

typedef struct JsonReader
{
	const char *begin;
	const char *p;
	const char *end;
	PhmError   *err;
	int64		first_line;		/* number of the line that begins at begin */
	char	   *scratch;		/* unescaped text; palloc'd on first use, kept */
	size_t		scratch_size;
} JsonReader;

extern void json_init(JsonReader *r, const char *text, size_t length, PhmError *err);

/* Number of the line at which the reader stands. */
extern int64 json_line(const JsonReader *r);

/* Reports a problem at the reader's position, naming line and column. */
extern bool json_fail(JsonReader *r, int sqlstate, const char *what);

/* Reports malformed JSON at the reader's position. */
extern bool json_malformed(JsonReader *r, const char *what);

/* Skips blanks; the character that follows, or 0 at the end. */
static inline char
json_peek(JsonReader *r)
{
	if (likely(r->p < r->end && (uint8) *r->p > ' '))
		return *r->p;
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t'))
		r->p++;
	return r->p < r->end ? *r->p : '\0';
}

/* Reads a string at its opening quote; valid UTF-8 without NUL. */
extern bool json_string(JsonReader *r, const char **text, int *length);

/* Reads a number literal. */
extern bool json_number(JsonReader *r, const char **text, int *length);

/* Reads true, false or null when it stands here: 't', 'f', 'n', else 0 with an error. */
extern char json_word(JsonReader *r);

/* Skips one value of any kind, checking its structure. */
extern bool json_skip(JsonReader *r);

/* Expects a character after blanks. */
extern bool json_expect(JsonReader *r, char c);

/* Reads a member's name and the colon. */
static inline bool
json_name(JsonReader *r, const char **name, int *length)
{
	if (json_peek(r) != '"')
		return json_malformed(r, "expected a member name in JSON");
	if (!json_string(r, name, length))
		return false;
	if (likely(r->p < r->end && *r->p == ':'))
	{
		r->p++;
		return true;
	}
	return json_expect(r, ':');
}

/* Reports what stands where json_next expects something else. */
extern bool json_bad_next(JsonReader *r, char close, char found);

/*
 * Moves to the next member or value: true with *more at one, true without at
 * the closing bracket (which is consumed).  first is set by the caller before
 * the first call.
 */
static inline bool
json_next(JsonReader *r, char close, bool *first, bool *more)
{
	char		c = json_peek(r);

	*more = c != close;
	if (!*more)
	{
		r->p++;
		return true;
	}
	if (*first)
	{
		*first = false;
		return true;
	}
	if (c != ',')
		return json_bad_next(r, close, c);
	r->p++;
	c = json_peek(r);
	return c != close || json_bad_next(r, close, c);
}

/* Only blanks may follow. */
extern bool json_end(JsonReader *r);

/* Appends a JSON string of UTF-8 bytes: resource_print.c. */
extern void json_print_string(StringInfo out, const char *s, int length);

#endif							/* PHM_JSON_H */
