/*
 * chart.c: charts from resources and from bytes.
 *
 * An input that begins with '{' is a FHIR Bundle: the chart made from it must
 * be valid and give every resource back, narrative and attachments aside, and
 * the chart of those resources must have the same bytes.  So must a chart with
 * concept maps when their codes are taken out again, and its copy.  Any other input is a
 * value from outside: what chart_validate accepts must be readable throughout,
 * its history too.
 */
#include "chart/history.h"
#include "chart/history_lab.h"
#include "types/chart_map.h"
#include "types/resource.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a chart holds, its history keeps to what it says of itself. */
static void
read_history(const Chart *chart)
{
	History    *h = history();

	history_read(h, chart, ~0u, HISTORY_PROCEDURES | HISTORY_FILLS);
	for (uint32 i = 0; i < h->ndiagnoses; i++)
		if (h->diagnoses[i].code.text == NULL || h->diagnoses[i].visit >= (int32) h->nvisits)
			abort();
	for (uint32 i = 0; i < h->nprocedures; i++)
		if (h->procedures[i].code.text == NULL || h->procedures[i].visit >= (int32) h->nvisits)
			abort();
	(void) history_last_value(chart, HISTORY_SODIUM, -100000, 100000);
}

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
	read_history(&chart);
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

/* Codes of the inputs to start from, to codes of theirs and others; with ranges, or without. */
static const ChartMap *
some_map(bool ranges)
{
	static const char *const systems[] = {
		"http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.ama-assn.org/go/cpt", "urn:x"
	};
	static const char *const codes[] = {"4548-4", "44054006", "860975", "3044F", "active", "x"};
	ChartMap   *map = chart_map();

	for (uint32 i = 0; i < lengthof(systems) * lengthof(codes); i++)
	{
		ChartMapPair pair = {
			systems[i % lengthof(systems)], codes[i % lengthof(codes)],
			systems[(i + 1) % lengthof(systems)], codes[i % 5 == 0 ? i % lengthof(codes) : (i + 2) % lengthof(codes)],
			"urn:map", i % 3 == 0, ranges && i % 4 != 0
		};

		if (pair.has_range)
			pair.range = (ChartMapRange) {i % 4 == 1 ? "7.0" : NULL, NULL, NULL, i % 4 == 3 ? NULL : "8", i % 2 ? "%" : NULL, i % 3 == 0};
		if (pair.has_range && i % 4 == 3)
			pair.range.above = "-1";
		chart_map_add(map, &pair);
	}
	chart_map_finish(map);
	return map;
}

/* The chart of the resources of a parsed Bundle. */
static struct varlena *
chart_of_bundle(const ResourceParser *p, const ChartMap *map)
{
	ChartBuilder *b = chart_builder();
	ElementValue entries;
	ElementValue entry;
	ElementValue resource;
	const uint8 *q;

	chart_builder_use_map(b, map);
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

/* Both must be the same, byte by byte. */
static void
compare(const struct varlena *a, const struct varlena *b)
{
	if (VARSIZE(a) != VARSIZE(b) || memcmp(a, b, VARSIZE(a)) != 0)
		abort();
}

/* A chart with maps is valid and can be copied; what they add can be taken out. */
static void
mapped(const ResourceParser *p, const struct varlena *plain, bool ranges)
{
	struct varlena *chart = chart_of_bundle(p, some_map(ranges));
	ChartBuilder *b = chart_builder();
	PhmError	err = {0};
	Chart		open;

	if (!chart_validate(chart, VARSIZE(chart), &err))
		abort();
	chart_builder_reset(b, 1);
	chart_open(&open, chart);
	chart_add_all(b, &open);
	compare(chart, chart_finish(b));
	if (!ranges)
		compare(plain, chart_of_chart(chart));
}

static void
bundle(const char *text, size_t size)
{
	ResourceParser p;
	PhmError	err = {0};
	struct varlena *chart;
	Chart		open;

	resource_parser_init(&p);
	if (!resource_parse(&p, text, size, 1, &err))
		return;
	chart = chart_of_bundle(&p, NULL);
	if (!chart_validate(chart, VARSIZE(chart), &err))
		abort();
	compare(chart, chart_of_chart(chart));
	chart_open(&open, chart);
	read_history(&open);
	mapped(&p, chart, false);
	mapped(&p, chart, true);
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
