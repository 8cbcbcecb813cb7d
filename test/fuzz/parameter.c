/*
 * parameter.c (fuzz): any text as parameters of a logic that has one of each
 * type.  What is taken prints as JSON, which is taken as well and prints the
 * same; what is not says why.
 */
#include "cql/elm.h"
#include "cql/exec.h"
#include "cql/logic.h"
#include "cql/parameter.h"
#include "types/json.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)
#define STACK_LIMIT (3 * 1024 * 1024)
#define INTERRUPT_LIMIT 200000

static const char *const types[] = {
	"Any", "Boolean", "Integer", "Long", "Decimal", "String", "Date", "DateTime", "Time", "Quantity", "Code", "Concept"
};

/* There are no value sets. */
static bool
no_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	return false;
}

/* Appends a parameter P and an expression that is its value. */
static void
add_parameter(StringInfo parameters, StringInfo expressions, const char *prefix, const char *type)
{
	const char *comma = parameters->len ? "," : "";

	appendStringInfo(parameters, "%s{\"name\":\"%s%s\",\"parameterTypeSpecifier\":", comma, prefix, type);
	if (*prefix)
		appendStringInfo(parameters, "{\"type\":\"%sTypeSpecifier\",\"%s\":", prefix, *prefix == 'L' ? "elementType" : "pointType");
	appendStringInfo(parameters, "{\"type\":\"NamedTypeSpecifier\",\"name\":\"{urn:hl7-org:elm-types:r1}%s\"}%s}", type, *prefix ? "}" : "");
	appendStringInfo(expressions, "%s{\"name\":\"The %s%s\",\"context\":\"Patient\",\"expression\":{\"type\":\"ParameterRef\",\"name\":\"%s%s\"}}",
					 comma, prefix, type, prefix, type);
}

/* A logic of parameters of all types; made once. */
static const void *
parameter_logic(void)
{
	static void *logic;

	if (logic == NULL)
	{
		StringInfoData text;
		StringInfoData parameters;
		StringInfoData expressions;
		CqlProblems problems = {0};
		PhmError	err = {0};
		CqlLinkOptions options = {.native_helpers = true};
		CqlLibrary *library;
		struct varlena *made;

		options.value_sets.find = no_value_set;
		initStringInfo(&text);
		initStringInfo(&parameters);
		initStringInfo(&expressions);
		for (size_t i = 0; i < lengthof(types); i++)
		{
			add_parameter(&parameters, &expressions, "", types[i]);
			add_parameter(&parameters, &expressions, "List", types[i]);
			add_parameter(&parameters, &expressions, "Interval", types[i]);
		}
		appendStringInfoString(&text, "{\"library\":{\"identifier\":{\"id\":\"L\"},\"parameters\":{\"def\":[");
		appendStringInfoString(&text, parameters.data);
		appendStringInfoString(&text, "]},\"statements\":{\"def\":[");
		appendStringInfoString(&text, expressions.data);
		appendStringInfoString(&text, "]}}}");
		library = elm_read_json(text.data, text.len, &problems, &err);
		CHECK(library != NULL && problems.count == 0);
		made = cql_link(&library, 1, &options, &problems);
		CHECK(made != NULL && problems.count == 0);
		logic = malloc(VARSIZE(made));
		memcpy(logic, made, VARSIZE(made));
	}
	return logic;
}

/* The parameters as an object of those that are not null. */
static void
print_parameters(CqlExec *x, const void *logic, StringInfo out)
{
	appendStringInfoChar(out, '{');
	for (uint32 i = 0; i < logic_expression_count(logic); i++)
	{
		const char *library;
		const char *name;
		PhmError	err = {0};
		CqlValue	v;

		logic_expression(logic, i, &library, &name);
		CHECK(cql_evaluate(x, (int) i, &v, &err));
		if (cql_is_null(v))
			continue;
		if (out->len > 1)
			appendStringInfoChar(out, ',');
		appendStringInfo(out, "\"%s\":", name + strlen("The "));
		CHECK(cql_print_json(x, v, out, &err));
	}
	appendStringInfoChar(out, '}');
}

/* Sets parameters from scratch. */
static bool
set_parameters(CqlExec *x, const void *logic, const char *text, size_t size, PhmError *err)
{
	CqlArguments arguments = {.now = (int64) 820497600000 << 15 | DATETIME_MILLISECOND << 11 | DATETIME_ZONE_Z};

	cql_set_arguments(x, &arguments);
	cql_set_chart(x, NULL);
	return cql_set_parameters(x, logic, text, size, err);
}

/* Reads the input, prints it, reads that. */
static void
try_parameters(const char *data, size_t size)
{
	const void *logic = parameter_logic();
	CqlExec    *x = cql_open(logic);
	StringInfoData first;
	StringInfoData second;
	PhmError	err = {0};

	if (!set_parameters(x, logic, data, size, &err))
	{
		CHECK(err.sqlstate != 0 && err.message[0] != '\0');
		return;
	}
	initStringInfo(&first);
	initStringInfo(&second);
	print_parameters(x, logic, &first);
	CHECK(set_parameters(x, logic, first.data, first.len, &err));
	print_parameters(x, logic, &second);
	CHECK(strcmp(first.data, second.data) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;

	(void) parameter_logic();
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_parameters((const char *) data, size);
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
