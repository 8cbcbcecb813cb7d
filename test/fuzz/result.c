/*
 * result.c (fuzz): values made of the input's bytes print as one JSON value,
 * and parameters take back what has a form there: it prints the same again.
 */
#include "cql/elm.h"
#include "cql/exec.h"
#include "cql/logic.h"
#include "cql/parameter.h"
#include "types/element.h"
#include "types/json.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)
#define STACK_LIMIT (3 * 1024 * 1024)
#define INTERRUPT_LIMIT 200000
#define MAX_DEPTH 40

/* One parameter of any type, and tuples of one and two parts. */
static const char library_text[] =
"{\"library\":{\"identifier\":{\"id\":\"L\"},\"parameters\":{\"def\":[{\"name\":\"P\",\"parameterTypeSpecifier\":"
"{\"type\":\"NamedTypeSpecifier\",\"name\":\"{urn:hl7-org:elm-types:r1}Any\"}}]},\"statements\":{\"def\":["
"{\"name\":\"E\",\"context\":\"Patient\",\"expression\":{\"type\":\"ParameterRef\",\"name\":\"P\"}},"
"{\"name\":\"A\",\"context\":\"Patient\",\"expression\":{\"type\":\"Tuple\",\"element\":[{\"name\":\"a\\\"b\",\"value\":{\"type\":\"Null\"}}]}},"
"{\"name\":\"B\",\"context\":\"Patient\",\"expression\":{\"type\":\"Tuple\",\"element\":[{\"name\":\"a\",\"value\":{\"type\":\"Null\"}},"
"{\"name\":\"b\",\"value\":{\"type\":\"Null\"}}]}}]}}}";

/* The bytes of the input that are left. */
typedef struct Bytes
{
	const uint8 *p;
	const uint8 *end;
	CqlExec    *x;
	bool		plain;			/* nothing was made that parameters have no form for */
} Bytes;

static CqlValue make_value(Bytes *b, int depth);

/* There are no value sets. */
static bool
no_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	return false;
}

/* The logic; made once. */
static const void *
result_logic(void)
{
	static void *logic;

	if (logic == NULL)
	{
		CqlProblems problems = {0};
		PhmError	err = {0};
		CqlLinkOptions options = {.native_helpers = true};
		CqlLibrary *library = elm_read_json(library_text, sizeof(library_text) - 1, &problems, &err);
		struct varlena *made;

		options.value_sets.find = no_value_set;
		CHECK(library != NULL && problems.count == 0);
		made = cql_link(&library, 1, &options, &problems);
		CHECK(made != NULL && problems.count == 0);
		logic = malloc(VARSIZE(made));
		memcpy(logic, made, VARSIZE(made));
	}
	return logic;
}

/* A number of up to so many bytes. */
static uint64
take(Bytes *b, int n)
{
	uint64		v = 0;

	for (; n > 0 && b->p < b->end; n--)
		v = v << 8 | *b->p++;
	return v;
}

/* A text without NUL; none at all now and then where it may be absent. */
static const char *
take_text(Bytes *b, bool optional, int *length)
{
	uint32		n = (uint32) take(b, 1);
	const char *s = (const char *) b->p;

	*length = 0;
	if (optional && n == 0xFF)
		return NULL;
	n = Min(n, (uint32) (b->end - b->p));
	if (!element_valid_text(s, n))
		return "";
	b->p += n;
	*length = (int) n;
	return s;
}

static CqlCode
take_code(Bytes *b)
{
	CqlCode		code = {0};

	code.code = take_text(b, true, &code.code_length);
	code.system = take_text(b, true, &code.system_length);
	code.version = take_text(b, true, &code.version_length);
	code.display = take_text(b, true, &code.display_length);
	b->plain &= code.code != NULL;
	return code;
}

/* A Decimal that fits; null at times. */
static CqlValue
make_decimal(Bytes *b)
{
	uint64		high = take(b, 5);
	int			scale = (int) take(b, 1) % 9;

	return cql_make_decimal(b->x, (Decimal) {(int128) high * (int128) take(b, 7) * (high & 1 ? 1 : -1), scale});
}

/* A Quantity, or null. */
static CqlValue
make_quantity(Bytes *b)
{
	CqlValue	number = make_decimal(b);
	int			length;
	const char *unit = take_text(b, false, &length);
	Decimal		d;

	return cql_to_number(number, &d) ? cql_make_quantity(b->x, d, unit, length) : cql_null();
}

/* A date or time as a text reads it; null when it is none. */
static CqlValue
make_moment(Bytes *b, bool date)
{
	int			length;
	const char *s = take_text(b, false, &length);
	PhmDateTime moment;
	PhmError	err = {0};
	bool		exact;

	if (!datetime_parse(s, length, &moment, &exact, &err) || (date && datetime_precision(moment) > DATETIME_DAY))
		return cql_null();
	return date ? cql_date(moment) : cql_normal_datetime(b->x, moment);
}

static CqlValue
make_list(Bytes *b, int depth)
{
	CqlListBuilder list = {0};

	for (uint32 n = (uint32) take(b, 1) % 8; n > 0; n--)
		cql_list_add(b->x, &list, make_value(b, depth + 1));
	return cql_list_of(&list);
}

/* A tuple of a shape that the logic has. */
static CqlValue
make_tuple(Bytes *b, int depth)
{
	uint32		shape = (uint32) take(b, 1) % 2;
	uint32		n = cql_shape_size(b->x, shape);
	CqlValue   *values = cql_alloc_values(b->x, n);

	b->plain = false;
	for (uint32 i = 0; i < n; i++)
		values[i] = make_value(b, depth + 1);
	return (CqlValue) {.kind = CQL_TUPLE,.n = shape,.values = values};
}

/* A value with parts. */
static CqlValue
make_structure(Bytes *b, int kind, int depth)
{
	CqlCode		codes[4];
	CqlRatio   *ratio;
	CqlValue	v;
	CqlValue	w;
	const char *text;
	int			length;
	int			flags;

	switch (kind)
	{
		case 0:
			codes[0] = take_code(b);
			return cql_make_code(b->x, codes);
		case 1:
			flags = (int) take(b, 1) % 5;
			for (int i = 0; i < flags; i++)
				codes[i] = take_code(b);
			text = take_text(b, true, &length);
			return cql_make_concept(b->x, codes, (uint32) flags, text, length);
		case 2:
			v = make_quantity(b);
			w = make_quantity(b);
			b->plain = false;
			if (cql_is_null(v) || cql_is_null(w))
				return v;
			ratio = cql_alloc(b->x, sizeof(CqlRatio));
			*ratio = (CqlRatio) {*v.quantity, *w.quantity};
			return (CqlValue) {.kind = CQL_RATIO,.ratio = ratio};
		case 3:
			flags = (int) take(b, 1);
			v = make_value(b, depth + 1);
			w = make_value(b, depth + 1);
			return cql_make_interval(b->x, v, w, flags & 1, flags & 2);
		case 4:
			b->plain = false;
			return cql_make_uncertain(b->x, (int32) take(b, 4), (int64) PG_INT32_MAX);
		case 5:
			return make_tuple(b, depth);
		default:
			return make_list(b, depth);
	}
}

/* The next value; null when the input is used up. */
static CqlValue
make_value(Bytes *b, int depth)
{
	int			kind = (int) take(b, 1) % 17;
	const char *text;
	int			length;

	if (depth > MAX_DEPTH)
		return cql_null();
	switch (kind)
	{
		case 0:
			return cql_null();
		case 1:
			return cql_boolean(take(b, 1) & 1);
		case 2:
			return cql_integer((int32) take(b, 4));
		case 3:
			return cql_long((int64) take(b, 8));
		case 4:
			return make_decimal(b);
		case 5:
			text = take_text(b, false, &length);
			return cql_make_string(b->x, text, length);
		case 6:
		case 7:
			return make_moment(b, kind == 6);
		case 8:
			kind = (int) (take(b, 4) % 86400000);
			return cql_time(kind, (DateTimePrecision) (DATETIME_HOUR + take(b, 1) % 4));
		case 9:
			return make_quantity(b);
		default:
			return make_structure(b, kind - 10, depth);
	}
}

/* Prints one value; the text is JSON. */
static void
print(CqlExec *x, CqlValue v, StringInfo out)
{
	PhmError	err = {0};
	JsonReader	json;

	initStringInfo(out);
	CHECK(cql_print_json(x, v, out, &err));
	json_init(&json, out->data, out->len, &err);
	CHECK(json_skip(&json) && json_end(&json));
}

/* Whether parameters read this text as the value was: P is set to it and printed. */
static void
read_again(CqlExec *x, const void *logic, const char *text)
{
	StringInfoData parameters;
	StringInfoData again;
	PhmError	err = {0};
	CqlValue	v;

	initStringInfo(&parameters);
	appendStringInfoString(&parameters, "{\"P\":");
	appendStringInfoString(&parameters, text);
	appendStringInfoChar(&parameters, '}');
	if (!cql_set_parameters(x, logic, parameters.data, parameters.len, &err))
	{
		fprintf(stderr, "%s: %s\n", text, err.message);
		abort();
	}
	CHECK(cql_evaluate(x, 0, &v, &err));
	print(x, v, &again);
	CHECK(strcmp(text, again.data) == 0);
}

/* Makes a value of the input, prints it, and reads that. */
static void
try_input(const uint8 *data, size_t size)
{
	const void *logic = result_logic();
	CqlArguments arguments = {.now = (int64) 820497600000 << 15 | DATETIME_MILLISECOND << 11 | DATETIME_ZONE_Z};
	Bytes		b = {.p = data,.end = data + size,.plain = true};
	CqlValue	v;
	StringInfoData text;

	b.x = cql_open(logic);
	cql_set_arguments(b.x, &arguments);
	cql_set_chart(b.x, NULL);
	v = make_value(&b, 0);
	print(b.x, v, &text);
	if (b.plain)
		read_again(b.x, logic, text.data);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;

	(void) result_logic();
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_input(data, size);
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
