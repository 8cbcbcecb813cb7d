/*
 * run_logic.h: running whatever a logic holds, for the fuzz targets that make
 * or read one: every result, without a chart and over a small one, as JSON.
 */
#include "cql/exec.h"
#include "cql/explain.h"
#include "cql/logic.h"
#include "types/json.h"
#include "types/resource.h"

#define CHECK(c) do { if (!(c)) abort(); } while (0)
#define STACK_LIMIT (3 * 1024 * 1024)
#define INTERRUPT_LIMIT 200000
#define MEMORY_LIMIT (8 * 1024 * 1024)

static const char small_bundle[] =
"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":["
"{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p\",\"gender\":\"female\",\"birthDate\":\"1970-05-04\","
"\"name\":[{\"family\":\"A\",\"given\":[\"B\",\"C\"]}],\"extension\":[{\"url\":\"http://example.org/e\",\"valueBoolean\":true}]}},"
"{\"resource\":{\"resourceType\":\"Encounter\",\"id\":\"e\",\"status\":\"finished\",\"class\":{\"code\":\"AMB\"},"
"\"type\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"1\",\"display\":\"one\"}],\"text\":\"t\"}],"
"\"subject\":{\"reference\":\"Patient/p\"},\"period\":{\"start\":\"2026-01-01T10:00:00+01:00\",\"end\":\"2026-01-02\"}}},"
"{\"resource\":{\"resourceType\":\"Condition\",\"id\":\"c\",\"clinicalStatus\":{\"coding\":[{\"code\":\"active\"}]},"
"\"code\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/sid/icd-10-cm\",\"code\":\"E11.9\"},{\"system\":\"http://snomed.info/sct\",\"code\":\"2\"}]},"
"\"subject\":{\"reference\":\"Patient/p\"},\"onsetDateTime\":\"2025\"}},"
"{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o\",\"meta\":{\"profile\":[\"http://example.org/p\"]},\"status\":\"final\","
"\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"4548-4\"}]},\"subject\":{\"reference\":\"Patient/p\"},"
"\"encounter\":{\"reference\":\"Encounter/e\"},\"effectiveDateTime\":\"2026-01-01T11:00:00Z\","
"\"valueQuantity\":{\"value\":7.2,\"unit\":\"%\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"%\"}}},"
"{\"resource\":{\"resourceType\":\"Observation\",\"id\":\"n\",\"status\":\"cancelled\",\"code\":{\"text\":\"x\"},"
"\"valueQuantity\":{\"value\":1,\"comparator\":\"<\"},\"component\":[{\"code\":{\"text\":\"y\"},\"valueString\":\"z\"}]}}]}";

/* Adds the resources of the bundle to a chart. */
static struct varlena *
make_chart(void)
{
	ResourceParser p;
	PhmError	err = {0};
	ChartBuilder *b = chart_builder();
	ElementValue entries;
	ElementValue entry;
	ElementValue resource;
	const uint8 *q;

	resource_parser_init(&p);
	CHECK(resource_parse(&p, small_bundle, sizeof(small_bundle) - 1, 1, &err));
	CHECK(element_find(p.writer.data, p.writer.data + p.writer.length, FHIR_E_Bundle_entry, &entries));
	chart_builder_reset(b, 1);
	q = entries.data;
	while (element_next_value(&q, entries.data + entries.length, &entry))
	{
		ElementValue id;
		char		buffer[ELEMENT_TEXT_SIZE];
		ChartResource r = {.source = "s",.source_length = 1};

		CHECK(element_find(entry.data, entry.data + entry.length, FHIR_E_Bundle_entry_resource, &resource));
		r.type = resource.type;
		r.members = resource.data;
		r.length = resource.length;
		CHECK(element_find(r.members, r.members + r.length, FHIR_E_Resource_id, &id));
		r.id = element_text(&id, buffer, &r.id_length);
		chart_add(b, &r);
	}
	return chart_finish(b);
}

/* The small chart, made once. */
static const void *
small_chart(void)
{
	static void *chart;

	if (chart == NULL)
	{
		struct varlena *made = make_chart();

		chart = malloc(VARSIZE(made));
		memcpy(chart, made, VARSIZE(made));
	}
	return chart;
}

/* Evaluates all that a logic has; whatever fails must say why. */
static void
run_results(CqlExec *x, const void *logic)
{
	CqlValue	null[8] = {{0}};
	CqlValue	v;
	PhmError	err = {0};

	for (uint32 i = 0; i < logic_expression_count(logic); i++)
	{
		StringInfoData out;

		initStringInfo(&out);
		if (cql_evaluate(x, (int) i, &v, &err))
			(void) cql_print_json(x, v, &out, &err);
		else
			CHECK(err.sqlstate != 0 && err.message[0] != '\0');
		pfree(out.data);
	}
	for (uint32 i = 0; i < 3; i++)
		if (cql_find_function(x, "f", 1, i) >= 0)
			(void) cql_evaluate_function(x, cql_find_function(x, "f", 1, i), null, &v, &err);
	for (uint32 i = 0; i < cql_warning_count(x); i++)
		CHECK(strlen(cql_warning(x, i)) > 0);
}

/* Evaluates and explains all results of traced logic over the chart that is set. */
static void
explain_results(CqlExec *x, const LogicHeader *logic)
{
	const uint32 *results = logic_section(logic, LOGIC_RESULTS);
	uint32		n = logic_expression_count(logic);
	ExplainAsked *asked = palloc0(sizeof(ExplainAsked) * (n + 1));
	Explanation e;
	StringInfoData out;
	CqlValue	v;
	PhmError	err = {0};

	if (logic_count(logic, LOGIC_TRACES) == 0)
		return;
	cql_trace(x);
	for (uint32 i = 0; i < n; i++)
	{
		asked[i].definition = results[i];
		asked[i].error = cql_evaluate(x, (int) i, &v, &err) ? NULL : "failed";
	}
	if (!explain_evaluation(x, asked, n, &e, &err))
		return;
	initStringInfo(&out);
	explain_json(&e, &out);
	explain_html(&e, "<title>", NULL, &out);
	explain_release(&e);
}

/* Runs a valid logic without a chart, over the chart, and again without. */
static void
run_logic(const void *logic)
{
	CqlArguments arguments = {.now = (int64) 820497600000 << 15 | DATETIME_MILLISECOND << 11 | DATETIME_ZONE_Z,
	.has_period = true,.memory = MEMORY_LIMIT,.visible = PG_UINT32_MAX};
	CqlExec    *x = cql_open(logic);
	Chart		chart;

	arguments.period_low = arguments.period_high = arguments.now;
	chart_open(&chart, small_chart());
	cql_set_arguments(x, &arguments);
	cql_set_chart(x, NULL);
	run_results(x, logic);
	cql_set_chart(x, &chart);
	run_results(x, logic);
	cql_set_chart(x, &chart);
	explain_results(x, logic);
	cql_set_chart(x, NULL);
	run_results(x, logic);
	arguments.profiles = CQL_PROFILES_TRUST;
	arguments.strict = true;
	cql_set_arguments(x, &arguments);
	cql_set_chart(x, &chart);
	run_results(x, logic);
}
