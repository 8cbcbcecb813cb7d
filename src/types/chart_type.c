/*
 * chart_type.c: phm.chart in SQL: text form (a FHIR Bundle), binary form, and
 * what it holds.
 */
#include "phm.h"

#include "access/detoast.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/tuplestore.h"

#include "types/chart_datum.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_chart_in);
PG_FUNCTION_INFO_V1(phm_chart_out);
PG_FUNCTION_INFO_V1(phm_chart_recv);
PG_FUNCTION_INFO_V1(phm_chart_send);
PG_FUNCTION_INFO_V1(phm_chart_resources);
PG_FUNCTION_INFO_V1(phm_chart_sizes);

const ChartHeader *
chart_detoast(Datum datum)
{
	const ChartHeader *header = (const ChartHeader *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(header) < sizeof(ChartHeader) || header->version != CHART_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported version of a stored phm.chart")));
	return header;
}

#define LOOK_GUESS 3900			/* two TOAST chunks: often enough */

const ChartHeader *
chart_detoast_look(Datum datum)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(datum);
	struct varlena *slice;
	const ChartHeader *header;
	const ChartSegment *segment;
	uint32		needed;

	if (!VARATT_IS_EXTERNAL_ONDISK(value))
		return chart_detoast(datum);
	slice = PG_DETOAST_DATUM_SLICE(datum, 0, LOOK_GUESS);
	if (VARSIZE(slice) < sizeof(ChartHeader) + sizeof(ChartSegment))
		return chart_detoast(datum);
	header = (const ChartHeader *) slice;
	segment = (const ChartSegment *) ((const uint8 *) slice + sizeof(ChartHeader));
	needed = sizeof(ChartHeader) - VARHDRSZ + segment->look_length;
	if (header->version != CHART_VERSION || header->nsegments != 1 || segment->nconcepts >= CHART_MANY_CONCEPTS)
		return chart_detoast(datum);
	if (needed <= LOOK_GUESS)
		return header;
	return (const ChartHeader *) PG_DETOAST_DATUM_SLICE(datum, 0, needed);
}

/* What a call site keeps: a parser and a builder. */
typedef struct ChartTools
{
	ResourceParser parser;
	ChartBuilder *builder;
} ChartTools;

static ChartTools *
chart_tools(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		ChartTools *tools = palloc(sizeof(ChartTools));

		resource_parser_init(&tools->parser);
		tools->builder = chart_builder();
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = tools;
	}
	return fcinfo->flinfo->fn_extra;
}

/* Adds the parsed resource of an entry. */
static void
add_entry(ChartBuilder *b, FhirType type, const uint8 *members, uint32 length, const char *source)
{
	ElementValue id;
	char		buffer[ELEMENT_TEXT_SIZE];
	ChartResource r = {
		.type = type, .members = members, .length = length,
		.source = source, .source_length = (int) strlen(source)
	};

	if (element_find(members, members + length, FHIR_E_Resource_id, &id) &&
		id.kind >= ELEMENT_STRING && id.kind <= ELEMENT_SYSTEM)
		r.id = element_text(&id, buffer, &r.id_length);
	chart_add(b, &r);
}

/* Adds the resources of a Bundle, or a single resource. */
static void
add_bundle(ChartBuilder *b, FhirType type, const uint8 *members, const uint8 *end, const char *source)
{
	ElementValue entries;
	ElementValue entry;
	ElementValue resource;
	const uint8 *p;

	if (type != FHIR_T_Bundle)
	{
		add_entry(b, type, members, (uint32) (end - members), source);
		return;
	}
	if (!element_find(members, end, FHIR_E_Bundle_entry, &entries) || entries.kind != ELEMENT_ARRAY)
		return;
	p = entries.data;
	while (element_next_value(&p, entries.data + entries.length, &entry))
		if (entry.kind == ELEMENT_OBJECT &&
			element_find(entry.data, entry.data + entry.length, FHIR_E_Bundle_entry_resource, &resource) &&
			resource.kind == ELEMENT_RESOURCE)
			add_entry(b, resource.type, resource.data, resource.length, source);
}

Datum
phm_chart_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ChartTools *tools = chart_tools(fcinfo);
	PhmError	err = {0};

	if (!resource_parse(&tools->parser, text, strlen(text), 1, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	chart_builder_reset(tools->builder, 0);
	add_bundle(tools->builder, tools->parser.type, tools->parser.writer.data,
			   tools->parser.writer.data + tools->parser.writer.length, "bundle");
	PG_RETURN_POINTER(chart_finish(tools->builder));
}

/* The resources as a Bundle of type collection. */
Datum
phm_chart_out(PG_FUNCTION_ARGS)
{
	Chart		chart;
	ChartCursor cursor;
	ElementWriter w;
	StringInfoData out;
	bool		first = true;

	chart_open(&chart, PG_GETARG_CHART_P(0));
	element_writer_init(&w, 4096);
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");
	chart_first(&cursor, &chart, 0);
	while (chart_next(&cursor))
	{
		element_writer_reset(&w);
		chart_resource(&chart, cursor.at, &w);
		appendStringInfoString(&out, first ? "{\"resource\":" : ",{\"resource\":");
		resource_print(&out, chart_type_of(&chart, cursor.at), w.data, w.data + w.length);
		appendStringInfoChar(&out, '}');
		first = false;
	}
	appendStringInfoString(&out, "]}");
	PG_RETURN_CSTRING(out.data);
}

Datum
phm_chart_send(PG_FUNCTION_ARGS)
{
	const ChartHeader *header = PG_GETARG_CHART_P(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) header + VARHDRSZ, VARSIZE(header) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
phm_chart_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	char	   *value = palloc(length + VARHDRSZ);
	PhmError	err = {0};

	memcpy(value + VARHDRSZ, pq_getmsgbytes(buf, length), length);
	SET_VARSIZE(value, length + VARHDRSZ);
	if (!chart_validate(value, length + VARHDRSZ, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

/* Rows (resource_type, source, id, resource). */
Datum
phm_chart_resources(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Chart		chart;
	ChartCursor cursor;
	ElementWriter w;

	chart_open(&chart, PG_GETARG_CHART_P(0));
	InitMaterializedSRF(fcinfo, 0);
	element_writer_init(&w, 4096);
	chart_first(&cursor, &chart, 0);
	while (chart_next(&cursor))
	{
		FhirType	type = chart_type_of(&chart, cursor.at);
		char		buffer[ELEMENT_TEXT_SIZE];
		int			length;
		const char *text;
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = CStringGetTextDatum(fhir_types[type].name);
		text = chart_source(&chart, cursor.at, &length);
		values[1] = PointerGetDatum(cstring_to_text_with_len(text, length));
		text = chart_id(&chart, cursor.at, buffer, &length);
		nulls[2] = text == NULL;
		values[2] = text ? PointerGetDatum(cstring_to_text_with_len(text, length)) : (Datum) 0;
		element_writer_reset(&w);
		chart_resource(&chart, cursor.at, &w);
		values[3] = PointerGetDatum(resource_make(type, w.data, w.length));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* (entries, hot bytes, bytes of ids, of fingerprints, of the cold part, all bytes). */
Datum
phm_chart_sizes(PG_FUNCTION_ARGS)
{
	const ChartHeader *header = PG_GETARG_CHART_P(0);
	Chart		chart;
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {false};
	int64		entries = 0;
	int64		hot = 0;
	int64		ids = 0;
	int64		cold = 0;

	chart_open(&chart, header);
	for (int i = 0; i < chart.nsegments; i++)
	{
		const ChartSegment *s = chart.segments[i];

		entries += s->nentries;
		hot += s->hot_length;
		ids += s->cold - s->ids;
		cold += s->length - s->cold;
	}
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum(entries);
	values[1] = Int64GetDatum(hot);
	values[2] = Int64GetDatum(ids);
	values[3] = Int64GetDatum(cold);
	values[4] = Int64GetDatum((int64) VARSIZE(header));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
