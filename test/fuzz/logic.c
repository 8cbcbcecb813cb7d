// sources: src/cql/aggregate.c src/cql/call.c src/cql/character.c src/cql/clinical.c src/cql/compare.c src/cql/compile.c src/cql/compile_clinical.c src/cql/compile_fhirpath.c src/cql/compile_query.c src/cql/convert.c src/cql/convert_op.c src/cql/duration.c src/cql/element_compare.c src/cql/elm.c src/cql/elm_fhir.c src/cql/elm_item.c src/cql/elm_json.c src/cql/elm_node.c src/cql/elm_special.c src/cql/elm_xml.c src/cql/equivalent.c src/cql/exec.c src/cql/exec_name.c src/cql/episode.c src/cql/fhirpath.c src/cql/fhirpath_fhir.c src/cql/fhirpath_filter.c src/cql/fhirpath_lexer.c src/cql/fhirpath_op.c src/cql/fhirpath_text.c src/cql/hash.c src/cql/interval.c src/cql/interval_expand.c src/cql/interval_set.c src/cql/interval_timing.c src/cql/link.c src/cql/link_index.c src/cql/list.c src/cql/list_set.c src/cql/list_times.c src/cql/logic_build.c src/cql/logic_check.c src/cql/logic_check_node.c src/cql/logic_look.c src/cql/logic_read.c src/cql/logic_share.c src/cql/logical.c src/cql/make.c src/cql/member.c src/cql/message.c src/cql/model.c src/cql/moment.c src/cql/native.c src/cql/number.c src/cql/number_limit.c src/cql/number_math.c src/cql/number_unit.c src/cql/operator.c src/cql/pattern.c src/cql/pattern_class.c src/cql/pattern_op.c src/cql/pattern_run.c src/cql/problem.c src/cql/query.c src/cql/result.c src/cql/retrieve.c src/cql/string.c src/cql/tree.c src/cql/tree_hash.c src/cql/tree_print.c src/cql/type.c src/cql/value.c src/cql/elm_type.c src/cql/logic_explain.c src/types/chart_build.c src/types/chart_check.c src/types/chart_encode.c src/types/chart_intern.c src/types/chart_map.c src/types/chart_map_result.c src/types/chart_read.c src/types/chart_shape.c src/types/chart_write.c src/types/code_system.c src/types/code_text.c src/types/codeset.c src/types/codeset_build.c src/types/codeset_text.c src/types/concept.c src/types/concept_json.c src/types/concept_text.c src/types/datetime.c src/types/datetime_cql.c src/types/decimal.c src/types/element.c src/types/element_compact.c src/types/element_check.c src/types/fhir.c src/types/json.c src/types/primitive.c src/types/quantity.c src/types/quantity_math.c src/types/quantity_summary.c src/types/quantity_summary_result.c src/types/quantity_summary_text.c src/types/resource_json.c src/types/resource_place.c src/types/resource_print.c src/types/ucum.c src/types/ucum_convert.c src/types/xml.c src/types/decimal_text.c src/cql/join.c src/cql/logic_plan.c src/cql/explain.c src/cql/explain_print.c src/cql/trace.c src/cql/trace_infix.c src/cql/trace_query.c src/cql/trace_read.c src/cql/trace_run.c src/cql/trace_shown.c src/cql/trace_text.c
// flags: -I/usr/include/libxml2 -lxml2 -lzstd
/*
 * logic.c: logic from outside.  What logic_validate accepts runs without a
 * crash, within the memory that it was given, and ends or looks at interrupts.
 *
 * Each input is tried as it is and with what no one hits by chance put
 * right: length, version, offsets of sections, hash.
 */
#include "run_logic.h"

#include "cql/logic_build.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Validates, and runs what is valid. */
static void
try_logic(void *value, size_t size)
{
	PhmError	err = {0};
	StringInfoData out;

	if (!logic_validate(value, size, &err))
	{
		CHECK(err.sqlstate != 0 && err.message[0] != '\0');
		return;
	}
	initStringInfo(&out);
	logic_explain(value, &out);
	run_logic(value);
}

/* Puts the header right; false when the sections that it names are not there. */
static bool
repair(LogicHeader *logic, size_t size)
{
	uint64		end = sizeof(LogicHeader);

	if (size < sizeof(LogicHeader))
		return false;
	logic->version = LOGIC_VERSION;
	logic->flags = 0;
	logic->nsections = LOGIC_NSECTIONS;
	for (int i = 0; i < LOGIC_NSECTIONS; i++)
	{
		uint64		length = ((uint64) logic->section[i].count * logic_element_size(i) + 7) & ~(uint64) 7;

		if (length > size - end)
			return false;
		logic->section[i].offset = (uint32) end;
		end += length;
	}
	SET_VARSIZE(logic, end);
	logic->hash = logic_content_hash((const uint8 *) (logic + 1), end - sizeof(LogicHeader));
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;
	char	   *value = palloc(size + VARHDRSZ);

	(void) small_chart();
	memcpy(value + VARHDRSZ, data, size);
	SET_VARSIZE(value, size + VARHDRSZ);
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_logic(value, size + VARHDRSZ);
		if (repair((LogicHeader *) value, size + VARHDRSZ))
			try_logic(value, VARSIZE(value));
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
