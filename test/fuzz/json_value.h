/*
 * json_value.h: JSON text brought to one form, for fuzz targets that compare
 * values: members sorted by name, no blanks, strings as bytes, number literals
 * as written.  For well-formed text only; has nothing in common with json.c.
 */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "phm_port.h"

typedef struct JsonText
{
	const char *p;
	const char *end;
} JsonText;

static void json_value(JsonText *t, StringInfo out);

static char
json_value_peek(JsonText *t)
{
	while (t->p < t->end && strchr(" \n\r\t", *t->p))
		t->p++;
	return t->p < t->end ? *t->p : '\0';
}

static uint32
json_value_hex(const char *p)
{
	char		digits[5] = {p[0], p[1], p[2], p[3], '\0'};

	return (uint32) strtoul(digits, NULL, 16);
}

/* Appends a code point as UTF-8. */
static void
json_value_utf8(StringInfo out, uint32 c)
{
	int			more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8 lead[] = {0, 0xC0, 0xE0, 0xF0};

	appendStringInfoChar(out, (char) (lead[more] | c >> (6 * more)));
	while (more-- > 0)
		appendStringInfoChar(out, (char) (0x80 | (c >> (6 * more) & 0x3F)));
}

/* Appends a string's length and bytes. */
static void
json_value_string(JsonText *t, StringInfo out)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	for (t->p++; *t->p != '"'; t->p++)
	{
		uint32		c;

		if (*t->p != '\\')
			appendStringInfoChar(&bytes, *t->p);
		else if (*++t->p != 'u')
			appendStringInfoChar(&bytes, *t->p == 'b' ? '\b' : *t->p == 'f' ? '\f' : *t->p == 'n' ? '\n' :
								 *t->p == 'r' ? '\r' : *t->p == 't' ? '\t' : *t->p);
		else
		{
			c = json_value_hex(t->p + 1);
			t->p += 4;
			if (c >= 0xD800 && c < 0xDC00)
			{
				c = 0x10000 + ((c - 0xD800) << 10 | (json_value_hex(t->p + 3) - 0xDC00));
				t->p += 6;
			}
			json_value_utf8(&bytes, c);
		}
	}
	t->p++;
	appendStringInfo(out, "\"%d:", bytes.len);
	appendBinaryStringInfo(out, bytes.data, bytes.len);
}

static int
json_value_order(const void *a, const void *b)
{
	const StringInfoData *x = a;
	const StringInfoData *y = b;
	int			order = memcmp(x->data, y->data, Min(x->len, y->len));

	return order ? order : x->len - y->len;
}

/* Appends an object with its members sorted. */
static void
json_value_object(JsonText *t, StringInfo out)
{
	StringInfoData *members = palloc(sizeof(StringInfoData));
	int			n = 0;

	t->p++;
	while (json_value_peek(t) != '}')
	{
		if (n > 0)
			t->p++;
		members = repalloc(members, (n + 1) * sizeof(StringInfoData));
		initStringInfo(&members[n]);
		json_value_peek(t);
		json_value_string(t, &members[n]);
		json_value_peek(t);
		t->p++;
		json_value(t, &members[n++]);
	}
	t->p++;
	qsort(members, n, sizeof(StringInfoData), json_value_order);
	appendStringInfoChar(out, '{');
	for (int i = 0; i < n; i++)
		appendBinaryStringInfo(out, members[i].data, members[i].len);
	appendStringInfoChar(out, '}');
}

/* Appends the value at the reader. */
static void
json_value(JsonText *t, StringInfo out)
{
	char		c = json_value_peek(t);

	if (c == '{')
		json_value_object(t, out);
	else if (c == '"')
		json_value_string(t, out);
	else if (c == '[')
	{
		appendStringInfoChar(out, *t->p++);
		for (int n = 0; json_value_peek(t) != ']'; n++)
		{
			if (n > 0)
				t->p++;
			json_value(t, out);
		}
		appendStringInfoChar(out, *t->p++);
	}
	else
	{
		while (t->p < t->end && !strchr(",]} \n\r\t", *t->p))
			appendStringInfoChar(out, *t->p++);
		appendStringInfoChar(out, ';');
	}
}

/* Whether two well-formed texts are the same value. */
static inline bool
json_value_equal(const char *a, size_t a_length, const char *b, size_t b_length)
{
	JsonText	x = {a, a + a_length};
	JsonText	y = {b, b + b_length};
	StringInfoData xs;
	StringInfoData ys;

	initStringInfo(&xs);
	initStringInfo(&ys);
	json_value(&x, &xs);
	json_value(&y, &ys);
	return xs.len == ys.len && memcmp(xs.data, ys.data, xs.len) == 0;
}

#endif							/* JSON_VALUE_H */
