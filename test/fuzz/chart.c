// sources: src/types/fhir.c src/types/element.c src/types/element_check.c src/types/primitive.c src/types/json.c src/types/resource_json.c src/types/resource_place.c src/types/resource_print.c src/types/code_system.c src/types/code_text.c src/types/datetime.c src/types/chart_build.c src/types/chart_encode.c src/types/chart_write.c src/types/chart_intern.c src/types/chart_shape.c src/types/chart_read.c src/types/chart_check.c
// flags: -lzstd
/*
 * chart.c: charts from resources and from bytes.
 *
 * An input that begins with '{' is a FHIR Bundle: the chart made from it must
 * be valid and give every resource back, narrative and attachments aside, and
 * the chart of those resources must have the same bytes.  Any other input is a
 * value from outside: what chart_validate accepts must be readable throughout.
 */
#include "types/chart.h"
#include "types/resource.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads everything that a chart offers. */
static void
read_all(const void *value, StringInfo out)
{
	Chart		chart;
	ChartCursor cursor;
	ElementWriter w;

	chart_open(&chart, value);
	element_writer_init(&w, 1024);
	chart_first(&cursor, &chart, 0);
	while (chart_next(&cursor))
	{
		char		buffer[ELEMENT_TEXT_SIZE];
		int			length;

		element_writer_reset(&w);
		chart_resource(&chart, cursor.at, &w);
		resource_print(out, chart_type_of(&chart, cursor.at), w.data, w.data + w.length);
		appendStringInfoChar(out, '\n');
		(void) chart_id(&chart, cursor.at, buffer, &length);
		(void) chart_source(&chart, cursor.at, &length);
		(void) chart_label(&chart, cursor.at);
	}
}

static void
add(ChartBuilder *b, FhirType type, const uint8 *members, uint32 length)
{
	ElementValue id;
	char		buffer[ELEMENT_TEXT_SIZE];
	ChartResource r = {.type = type, .members = members, .length = length, .source = "s", .source_length = 1};

	if (element_find(members, members + length, FHIR_E_Resource_id, &id) &&
		id.kind >= ELEMENT_STRING && id.kind <= ELEMENT_SYSTEM)
		r.id = element_text(&id, buffer, &r.id_length);
	chart_add(b, &r);
}

/* The chart of the resources of a parsed Bundle. */
static struct varlena *
chart_of_bundle(const ResourceParser *p)
{
	ChartBuilder *b = chart_builder();
	ElementValue entries;
	ElementValue entry;
	ElementValue resource;
	const uint8 *q;

	chart_builder_reset(b, 1);
	if (p->type != FHIR_T_Bundle)
		add(b, p->type, p->writer.data, p->writer.length);
	else if (element_find(p->writer.data, p->writer.data + p->writer.length, FHIR_E_Bundle_entry, &entries) &&
			 entries.kind == ELEMENT_ARRAY)
	{
		q = entries.data;
		while (element_next_value(&q, entries.data + entries.length, &entry))
			if (entry.kind == ELEMENT_OBJECT &&
				element_find(entry.data, entry.data + entry.length, FHIR_E_Bundle_entry_resource, &resource) &&
				resource.kind == ELEMENT_RESOURCE)
				add(b, resource.type, resource.data, resource.length);
	}
	return chart_finish(b);
}

/* The chart of the resources that another one gives back. */
static struct varlena *
chart_of_chart(const void *value)
{
	ChartBuilder *b = chart_builder();
	Chart		chart;
	ChartCursor cursor;

	chart_builder_reset(b, 1);
	chart_open(&chart, value);
	chart_first(&cursor, &chart, 0);
	while (chart_next(&cursor))
	{
		ElementWriter w;

		element_writer_init(&w, 1024);
		chart_resource(&chart, cursor.at, &w);
		add(b, chart_type_of(&chart, cursor.at), w.data, w.length);
	}
	return chart_finish(b);
}

static void
bundle(const char *text, size_t size)
{
	ResourceParser p;
	PhmError	err = {0};
	struct varlena *chart;
	struct varlena *again;

	resource_parser_init(&p);
	if (!resource_parse(&p, text, size, 1, &err))
		return;
	chart = chart_of_bundle(&p);
	if (!chart_validate(chart, VARSIZE(chart), &err))
		abort();
	again = chart_of_chart(chart);
	if (VARSIZE(chart) != VARSIZE(again) || memcmp(chart, again, VARSIZE(chart)) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	StringInfoData out;
	PhmError	err = {0};
	char	   *value;

	if (size > 0 && data[0] == '{')
		bundle((const char *) data, size);
	else
	{
		value = palloc(size + VARHDRSZ);
		memcpy(value + VARHDRSZ, data, size);
		SET_VARSIZE(value, size + VARHDRSZ);
		initStringInfo(&out);
		if (chart_validate(value, size + VARHDRSZ, &err))
			read_all(value, &out);
	}
	shim_reset();
	return 0;
}
