/*
 * result_type.c: the JSON of a result as jsonb, and jsonb of parameters as JSON.
 *
 * The server's own functions do not look for interrupts: small values go there,
 * large ones are read and written here, value by value.
 */
#include "phm.h"

#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "cql/call_site.h"
#include "types/bytes.h"
#include "types/json.h"

#define SMALL_VALUE (64 * 1024)

typedef struct JsonbReader
{
	JsonReader	json;
	JsonbParseState *state;
} JsonbReader;

static bool read_value(JsonbReader *r, JsonbIteratorToken token, JsonbValue *value);

/* A text of jsonb, which may have fewer bytes than one of ours; copied unless it stays where it is. */
static void
make_string(const JsonbReader *r, JsonbValue *value, const char *text, int length)
{
	if (length > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a result has a text that is too long for jsonb"),
				 errdetail("It may have %d bytes.", JENTRY_OFFLENMASK)));
	value->type = jbvString;
	value->val.string.val = unconstify(char *, text);
	if (text < r->json.begin || text > r->json.end)
	{
		value->val.string.val = palloc(Max(length, 1));
		bytes_copy(value->val.string.val, text, length);
	}
	value->val.string.len = length;
}

/* A number of jsonb. */
static void
make_number(JsonbValue *value, const char *text, int length)
{
	char	   *digits = pnstrdup(text, length);

	value->type = jbvNumeric;
	value->val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
															 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	pfree(digits);
}

/* Reads what has no parts; a token that is none pushes nothing. */
static bool
read_scalar(JsonbReader *r, JsonbValue *value)
{
	const char *text;
	int			length;
	char		c = json_peek(&r->json);

	if (c == '"')
	{
		if (!json_string(&r->json, &text, &length))
			return false;
		make_string(r, value, text, length);
		return true;
	}
	if (c == '-' || (c >= '0' && c <= '9'))
	{
		if (!json_number(&r->json, &text, &length))
			return false;
		make_number(value, text, length);
		return true;
	}
	c = json_word(&r->json);
	value->type = c == 'n' ? jbvNull : jbvBool;
	value->val.boolean = c == 't';
	return c != '\0';
}

/* Reads an object or a list at its bracket; the value that is pushed last is the whole. */
static bool
read_container(JsonbReader *r, char open, JsonbValue **whole)
{
	char		close = open == '{' ? '}' : ']';
	bool		first = true;
	bool		more;
	JsonbValue	member;

	r->json.p++;
	(void) pushJsonbValue(&r->state, open == '{' ? WJB_BEGIN_OBJECT : WJB_BEGIN_ARRAY, NULL);
	for (;;)
	{
		if (!json_next(&r->json, close, &first, &more))
			return false;
		if (!more)
			break;
		if (open == '{')
		{
			const char *name;
			int			length;

			if (!json_name(&r->json, &name, &length))
				return false;
			make_string(r, &member, name, length);
			(void) pushJsonbValue(&r->state, WJB_KEY, &member);
		}
		if (!read_value(r, open == '{' ? WJB_VALUE : WJB_ELEM, &member))
			return false;
	}
	*whole = pushJsonbValue(&r->state, open == '{' ? WJB_END_OBJECT : WJB_END_ARRAY, NULL);
	return true;
}

/* Reads a value and pushes it. */
static bool
read_value(JsonbReader *r, JsonbIteratorToken token, JsonbValue *value)
{
	char		c = json_peek(&r->json);
	JsonbValue *whole;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (c == '{' || c == '[')
		return read_container(r, c, &whole);
	if (!read_scalar(r, value))
		return false;
	(void) pushJsonbValue(&r->state, token, value);
	return true;
}

Datum
result_jsonb(const char *text, size_t length)
{
	JsonbReader r = {.state = NULL};
	JsonbValue	scalar;
	JsonbValue *whole = &scalar;
	PhmError	err = {0};
	char		c;

	if (length <= SMALL_VALUE)
		return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
	json_init(&r.json, text, length, &err);
	c = json_peek(&r.json);
	if (!(c == '{' || c == '[' ? read_container(&r, c, &whole) : read_scalar(&r, &scalar)) || !json_end(&r.json))
		ereport(ERROR,
				(errcode(err.sqlstate),
				 errmsg("a result cannot be written as jsonb"),
				 errdetail("%s.", err.message)));
	return JsonbPGetDatum(JsonbValueToJsonb(whole));
}

/* Appends what has no parts. */
static void
print_scalar(StringInfo out, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			json_print_string(out, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric))));
			break;
		case jbvBool:
			appendStringInfoString(out, value->val.boolean ? "true" : "false");
			break;
		default:
			appendStringInfoString(out, "null");
			break;
	}
}

char *
parameters_text(Jsonb *json, size_t *length)
{
	StringInfoData out;
	JsonbIterator *it = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		comma = false;

	initStringInfo(&out);
	if (VARSIZE(json) <= SMALL_VALUE)
		(void) JsonbToCString(&out, &json->root, VARSIZE(json));
	else
		while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
		{
			bool		ends = token == WJB_END_ARRAY || token == WJB_END_OBJECT;

			CHECK_FOR_INTERRUPTS();
			if (comma && !ends)
				appendStringInfoChar(&out, ',');
			if (token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM)
				print_scalar(&out, &value);
			else
				appendStringInfoChar(&out, token == WJB_BEGIN_ARRAY ? '[' : token == WJB_END_ARRAY ? ']' :
									 token == WJB_BEGIN_OBJECT ? '{' : '}');
			if (token == WJB_KEY)
				appendStringInfoChar(&out, ':');
			comma = ends || token == WJB_VALUE || token == WJB_ELEM;
		}
	*length = out.len;
	return out.data;
}
