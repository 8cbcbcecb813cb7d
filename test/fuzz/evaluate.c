// sources: src/cql/aggregate.c src/cql/call.c src/cql/character.c src/cql/clinical.c src/cql/compare.c src/cql/compile.c src/cql/compile_clinical.c src/cql/compile_fhirpath.c src/cql/compile_query.c src/cql/convert.c src/cql/convert_op.c src/cql/duration.c src/cql/element_compare.c src/cql/elm.c src/cql/elm_fhir.c src/cql/elm_item.c src/cql/elm_json.c src/cql/elm_node.c src/cql/elm_special.c src/cql/elm_xml.c src/cql/equivalent.c src/cql/exec.c src/cql/exec_name.c src/cql/episode.c src/cql/fhirpath.c src/cql/fhirpath_fhir.c src/cql/fhirpath_filter.c src/cql/fhirpath_lexer.c src/cql/fhirpath_op.c src/cql/fhirpath_text.c src/cql/hash.c src/cql/interval.c src/cql/interval_expand.c src/cql/interval_set.c src/cql/interval_timing.c src/cql/link.c src/cql/link_index.c src/cql/list.c src/cql/list_set.c src/cql/list_times.c src/cql/logic_build.c src/cql/logic_check.c src/cql/logic_check_node.c src/cql/logic_look.c src/cql/logic_read.c src/cql/logic_share.c src/cql/logical.c src/cql/make.c src/cql/member.c src/cql/message.c src/cql/model.c src/cql/moment.c src/cql/native.c src/cql/number.c src/cql/number_limit.c src/cql/number_math.c src/cql/number_unit.c src/cql/operator.c src/cql/pattern.c src/cql/pattern_class.c src/cql/pattern_op.c src/cql/pattern_run.c src/cql/problem.c src/cql/query.c src/cql/result.c src/cql/retrieve.c src/cql/string.c src/cql/tree.c src/cql/tree_hash.c src/cql/tree_print.c src/cql/type.c src/cql/value.c src/cql/elm_type.c src/cql/logic_explain.c src/types/chart_build.c src/types/chart_check.c src/types/chart_encode.c src/types/chart_intern.c src/types/chart_map.c src/types/chart_map_result.c src/types/chart_read.c src/types/chart_shape.c src/types/chart_write.c src/types/code_system.c src/types/code_text.c src/types/codeset.c src/types/codeset_build.c src/types/codeset_text.c src/types/concept.c src/types/concept_json.c src/types/concept_text.c src/types/datetime.c src/types/datetime_cql.c src/types/decimal.c src/types/element.c src/types/element_compact.c src/types/element_check.c src/types/fhir.c src/types/json.c src/types/primitive.c src/types/quantity.c src/types/quantity_math.c src/types/quantity_summary.c src/types/quantity_summary_result.c src/types/quantity_summary_text.c src/types/resource_json.c src/types/resource_place.c src/types/resource_print.c src/types/ucum.c src/types/ucum_convert.c src/types/xml.c src/types/decimal_text.c src/cql/join.c src/cql/logic_plan.c src/cql/explain.c src/cql/explain_print.c src/cql/trace.c src/cql/trace_infix.c src/cql/trace_query.c src/cql/trace_read.c src/cql/trace_run.c src/cql/trace_shown.c src/cql/trace_text.c
// flags: -I/usr/include/libxml2 -lxml2 -lzstd
/*
 * evaluate.c (fuzz): ELM, or a FHIRPath expression, read, linked and run.
 *
 * An input that begins with '{' is a library or an expression of ELM JSON, any
 * other one FHIRPath.  What links is valid logic, explains itself, and runs
 * without a crash, within its memory, and ends or looks at interrupts; so does
 * traced logic of it, which is explained.
 */
#include "run_logic.h"

#include "cql/fhirpath.h"
#include "types/codeset.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Every value set whose URL has an even length has these codes. */
static bool
find_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	static const char text[] = "{ICD10CM|E11*, LOINC|4548-4, SNOMEDCT|1, SNOMEDCT|2}";
	PhmError	err = {0};
	struct varlena *set;

	if (strlen(url) % 2 != 0)
		return false;
	set = codeset_parse(text, sizeof(text) - 1, &err);
	if (set == NULL)
		return false;
	*codes = VARDATA(set);
	*length = VARSIZE(set) - VARHDRSZ;
	return true;
}

/* The logic of an input, NULL when it is none. */
static struct varlena *
link_input(const char *text, size_t size, bool trace)
{
	CqlProblems problems = {0};
	PhmError	err = {0};
	CqlLinkOptions options = {.native_helpers = true,.trace = trace};
	CqlLibrary *library;
	CqlTree    *tree;

	options.value_sets.find = find_value_set;
	options.value_sets.missing_is_empty = true;
	if (size == 0 || text[0] != '{')
	{
		tree = fhirpath_read(text, size, &err);
		return tree ? cql_link_expression(tree, &options, &problems) : NULL;
	}
	library = elm_read_json(text, size, &problems, &err);
	if (library != NULL && problems.count == 0)
		return cql_link(&library, 1, &options, &problems);
	problems.count = 0;
	tree = elm_read_expression(text, size, &problems, &err);
	return tree != NULL && problems.count == 0 ? cql_link_expression(tree, &options, &problems) : NULL;
}

/* Checks and runs what links. */
static void
try_input(const char *text, size_t size, bool trace)
{
	struct varlena *logic = link_input(text, size, trace);
	PhmError	err = {0};
	StringInfoData out;

	if (logic == NULL)
		return;
	if (!logic_validate(logic, VARSIZE(logic), &err))
	{
		fprintf(stderr, "%s: %s\n", err.message, err.detail);
		abort();
	}
	initStringInfo(&out);
	logic_explain(logic, &out);
	run_logic(logic);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;

	(void) small_chart();
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_input((const char *) data, size, false);
		try_input((const char *) data, size, true);
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
