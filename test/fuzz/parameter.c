// sources: src/cql/aggregate.c src/cql/call.c src/cql/character.c src/cql/clinical.c src/cql/compare.c src/cql/compile.c src/cql/compile_clinical.c src/cql/compile_fhirpath.c src/cql/compile_query.c src/cql/convert.c src/cql/convert_op.c src/cql/duration.c src/cql/element_compare.c src/cql/elm.c src/cql/elm_fhir.c src/cql/elm_item.c src/cql/elm_json.c src/cql/elm_node.c src/cql/elm_special.c src/cql/elm_xml.c src/cql/equivalent.c src/cql/exec.c src/cql/exec_name.c src/cql/episode.c src/cql/fhirpath.c src/cql/fhirpath_fhir.c src/cql/fhirpath_filter.c src/cql/fhirpath_lexer.c src/cql/fhirpath_op.c src/cql/fhirpath_text.c src/cql/hash.c src/cql/interval.c src/cql/interval_expand.c src/cql/interval_set.c src/cql/interval_timing.c src/cql/link.c src/cql/link_index.c src/cql/list.c src/cql/list_set.c src/cql/list_times.c src/cql/logic_build.c src/cql/logic_check.c src/cql/logic_check_node.c src/cql/logic_look.c src/cql/logic_read.c src/cql/logic_share.c src/cql/logical.c src/cql/make.c src/cql/member.c src/cql/message.c src/cql/model.c src/cql/moment.c src/cql/native.c src/cql/number.c src/cql/number_limit.c src/cql/number_math.c src/cql/number_unit.c src/cql/operator.c src/cql/pattern.c src/cql/pattern_class.c src/cql/pattern_op.c src/cql/pattern_run.c src/cql/problem.c src/cql/query.c src/cql/result.c src/cql/retrieve.c src/cql/string.c src/cql/tree.c src/cql/tree_hash.c src/cql/tree_print.c src/cql/type.c src/cql/value.c src/cql/elm_type.c src/cql/logic_explain.c src/types/chart_build.c src/types/chart_check.c src/types/chart_encode.c src/types/chart_intern.c src/types/chart_map.c src/types/chart_map_result.c src/types/chart_read.c src/types/chart_shape.c src/types/chart_write.c src/types/code_system.c src/types/code_text.c src/types/codeset.c src/types/codeset_build.c src/types/codeset_text.c src/types/concept.c src/types/concept_json.c src/types/concept_text.c src/types/datetime.c src/types/datetime_cql.c src/types/decimal.c src/types/element.c src/types/element_check.c src/types/fhir.c src/types/json.c src/types/primitive.c src/types/quantity.c src/types/quantity_math.c src/types/quantity_summary.c src/types/quantity_summary_result.c src/types/quantity_summary_text.c src/types/resource_json.c src/types/resource_place.c src/types/resource_print.c src/types/ucum.c src/types/ucum_convert.c src/types/xml.c src/types/decimal_text.c src/cql/parameter.c
// flags: -I/usr/include/libxml2 -lxml2 -lzstd
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
