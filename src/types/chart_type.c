/*
 * chart_type.c: phm.chart in SQL: text form (a FHIR Bundle), binary form, and
 * what it holds.
 */
#include "phm.h"

#include "access/detoast.h"
#include "access/heaptoast.h"
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

/* The first bytes of a value stored out of line; NULL when it is not one segment of this version. */
static const ChartHeader *
detoast_start(Datum datum, int length)
{
	const ChartHeader *header = (const ChartHeader *) PG_DETOAST_DATUM_SLICE(datum, 0, length);

	if (VARSIZE(header) < sizeof(ChartHeader) + sizeof(ChartSegment) ||
		header->version != CHART_VERSION || header->nsegments != 1)
		return NULL;
	return header;
}

/* The segment behind a header. */
static inline const ChartSegment *
first_segment(const ChartHeader *header)
{
	return (const ChartSegment *) ((const uint8 *) header + sizeof(ChartHeader));
}

/* How many bytes of the datum the first bytes of its segment are. */
static inline int
datum_bytes(uint32 segment_bytes)
{
	return (int) (sizeof(ChartHeader) - VARHDRSZ + segment_bytes);
}

/*
 * How much of a value its beginning was lately, in 1024ths: to fetch a TOAST chunk
 * too much costs less than to fetch twice.
 */
typedef struct Habit
{
	int			share;
} Habit;

static Habit head_habit;
static Habit look_habit;

/* The size of a value stored out of line. */
static int
external_size(Datum datum)
{
	struct varatt_external pointer;

	VARATT_EXTERNAL_GET_POINTER(pointer, (struct varlena *) DatumGetPointer(datum));
	return pointer.va_rawsize - VARHDRSZ;
}

/* How many bytes to fetch: whole chunks, with a quarter to spare. */
static int
likely_bytes(const Habit *habit, int size)
{
	int64		bytes = (int64) size * habit->share / 1024;

	bytes += bytes / 4;
	return (int) ((bytes / TOAST_MAX_CHUNK_SIZE + 1) * TOAST_MAX_CHUNK_SIZE);
}

/* Learns how many bytes were needed. */
static void
note_bytes(Habit *habit, int size, int needed)
{
	habit->share += ((int) ((int64) needed * 1024 / Max(size, 1)) - habit->share) / 8;
}

const ChartHeader *
chart_detoast_head(Datum datum)
{
	const ChartHeader *header;
	int			have;
	int			size;
	int			needed;

	if (!VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)))
		return NULL;
	size = external_size(datum);
	have = likely_bytes(&head_habit, size);
	header = detoast_start(datum, have);
	if (header == NULL)
		return NULL;
	needed = datum_bytes(first_segment(header)->concepts);
	note_bytes(&head_habit, size, needed);
	return needed <= have ? header : detoast_start(datum, needed);
}

const ChartHeader *
chart_detoast_look(Datum datum, const ChartHeader *head)
{
	int			have;
	int			size;
	int			needed;

	if (!VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum)))
		return chart_detoast(datum);
	size = external_size(datum);
	if (head != NULL)
		have = (int) VARSIZE(head) - VARHDRSZ;
	else
		head = detoast_start(datum, have = likely_bytes(&look_habit, size));
	if (head == NULL || first_segment(head)->nconcepts >= CHART_MANY_CONCEPTS)
		return chart_detoast(datum);
	needed = datum_bytes(first_segment(head)->look_length);
	note_bytes(&look_habit, size, needed);
	return needed <= have ? head : detoast_start(datum, needed);
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

/*
 * What a Bundle's entry says beside its resource, in the text form of charts:
 * fullUrl urn:phm:source:SOURCE, and extensions urn:phm:sensitivity (the mask)
 * and urn:phm:flags, so that the text reads back as the same chart.
 */
#define SOURCE_PREFIX "urn:phm:source:"
#define SENSITIVITY_URL "urn:phm:sensitivity"
#define FLAGS_URL "urn:phm:flags"
#define PATIENT_URL "urn:phm:patient"
#define KEPT_FLAGS (CHART_CLAIMS | CHART_MAPPED | CHART_SHARED)	/* the others follow from the resource */
#define BUNDLE_SOURCE "bundle"		/* of resources that name none */

/* An integer extension of an entry; 0 when there is none. */
static int64
entry_extension(const ElementValue *entry, const char *url)
{
	ElementValue list;
	ElementValue one;
	ElementValue value;
	const uint8 *p;

	if (!element_find(entry->data, entry->data + entry->length, FHIR_E_Element_extension, &list) ||
		list.kind != ELEMENT_ARRAY)
		return 0;
	p = list.data;
	while (element_next_value(&p, list.data + list.length, &one))
		if (one.kind == ELEMENT_OBJECT &&
			element_find(one.data, one.data + one.length, FHIR_E_Extension_url, &value) &&
			value.kind == ELEMENT_STRING && value.length == strlen(url) && memcmp(value.data, url, value.length) == 0 &&
			element_find(one.data, one.data + one.length, FHIR_E_Extension_valueInteger, &value) &&
			value.kind == ELEMENT_INT)
			return value.number;
	return 0;
}

/* The source of an entry. */
static void
entry_source(const ElementValue *entry, ChartResource *r)
{
	ElementValue url;
	size_t		n = strlen(SOURCE_PREFIX);

	r->source = BUNDLE_SOURCE;
	r->source_length = (int) strlen(BUNDLE_SOURCE);
	if (element_find(entry->data, entry->data + entry->length, FHIR_E_Bundle_entry_fullUrl, &url) &&
		url.kind == ELEMENT_STRING && url.length >= n && memcmp(url.data, SOURCE_PREFIX, n) == 0)
	{
		r->source = (const char *) url.data + n;
		r->source_length = (int) (url.length - n);
	}
}

/* Adds the resource of an entry (NULL: one by itself). */
static void
add_entry(ChartBuilder *b, FhirType type, const uint8 *members, uint32 length, const ElementValue *entry)
{
	ElementValue id;
	char		buffer[ELEMENT_TEXT_SIZE];
	ChartResource r = {
		.type = type, .members = members, .length = length,
		.source = BUNDLE_SOURCE, .source_length = (int) strlen(BUNDLE_SOURCE)
	};

	if (entry != NULL)
	{
		entry_source(entry, &r);
		r.sensitivity = (uint32) entry_extension(entry, SENSITIVITY_URL);
		r.flags = (uint8) (entry_extension(entry, FLAGS_URL) & KEPT_FLAGS);
	}

	if (element_find(members, members + length, FHIR_E_Resource_id, &id) &&
		id.kind >= ELEMENT_STRING && id.kind <= ELEMENT_SYSTEM)
		r.id = element_text(&id, buffer, &r.id_length);
	chart_add(b, &r);
}

/* Adds the resources of a Bundle, or a single resource. */
static void
add_bundle(ChartBuilder *b, FhirType type, const uint8 *members, const uint8 *end)
{
	ElementValue entries;
	ElementValue entry;
	ElementValue resource;
	const uint8 *p;

	if (type != FHIR_T_Bundle)
	{
		add_entry(b, type, members, (uint32) (end - members), NULL);
		return;
	}
	if (!element_find(members, end, FHIR_E_Bundle_entry, &entries) || entries.kind != ELEMENT_ARRAY)
		return;
	p = entries.data;
	while (element_next_value(&p, entries.data + entries.length, &entry))
		if (entry.kind == ELEMENT_OBJECT &&
			element_find(entry.data, entry.data + entry.length, FHIR_E_Bundle_entry_resource, &resource) &&
			resource.kind == ELEMENT_RESOURCE)
			add_entry(b, resource.type, resource.data, resource.length, &entry);
}

/* The person of a Bundle: its identifier of system urn:phm:patient, 0: none. */
static int64
bundle_patient(FhirType type, const uint8 *p, const uint8 *end)
{
	ElementValue identifier;
	ElementValue value;
	char		digits[24];

	if (type != FHIR_T_Bundle || !element_find(p, end, FHIR_E_Bundle_identifier, &identifier) ||
		identifier.kind != ELEMENT_OBJECT)
		return 0;
	p = identifier.data;
	end = p + identifier.length;
	if (!element_find(p, end, FHIR_E_Identifier_system, &value) || value.kind != ELEMENT_STRING ||
		value.length != strlen(PATIENT_URL) || memcmp(value.data, PATIENT_URL, value.length) != 0 ||
		!element_find(p, end, FHIR_E_Identifier_value, &value) || value.kind != ELEMENT_STRING ||
		value.length >= sizeof(digits))
		return 0;
	memcpy(digits, value.data, value.length);
	digits[value.length] = '\0';
	return strtoll(digits, NULL, 10);
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
	chart_builder_reset(tools->builder, bundle_patient(tools->parser.type, tools->parser.writer.data,
													   tools->parser.writer.data + tools->parser.writer.length));
	add_bundle(tools->builder, tools->parser.type, tools->parser.writer.data,
			   tools->parser.writer.data + tools->parser.writer.length);
	PG_RETURN_POINTER(chart_finish(tools->builder));
}

/* Appends {"url":...,"valueInteger":...} of an entry. */
static void
print_extension(StringInfo out, bool *first, const char *url, uint32 value)
{
	if (value == 0)
		return;
	appendStringInfo(out, "%s{\"url\":\"%s\",\"valueInteger\":%d}", *first ? "\"extension\":[" : ",", url, (int32) value);
	*first = false;
}

/* Appends one entry: where it comes from, how it is labelled, the resource. */
static void
print_entry(StringInfo out, Chart *chart, ChartPosition at, ElementWriter *w)
{
	const ChartEntry *entry = &chart_entries(chart, at.segment)[at.entry];
	bool		first = true;
	int			length;
	const char *source = chart_source(chart, at, &length);
	ElementValue url;

	appendStringInfoChar(out, '{');
	print_extension(out, &first, SENSITIVITY_URL, chart_label(chart, at));
	print_extension(out, &first, FLAGS_URL, entry->flags & KEPT_FLAGS);
	if (!first)
		appendStringInfoString(out, "],");
	if (length != (int) strlen(BUNDLE_SOURCE) || memcmp(source, BUNDLE_SOURCE, length) != 0)
	{
		element_writer_reset(w);
		element_put_plain(w, psprintf("%s%.*s", SOURCE_PREFIX, length, source), (int) strlen(SOURCE_PREFIX) + length);
		appendStringInfoString(out, "\"fullUrl\":");
		element_decode(w->data, &url);
		element_print(out, &url);
		appendStringInfoChar(out, ',');
	}
	element_writer_reset(w);
	chart_resource_mapped(chart, at, w);
	appendStringInfoString(out, "\"resource\":");
	resource_print(out, chart_type_of(chart, at), w->data, w->data + w->length);
	appendStringInfoChar(out, '}');
}

/* The resources as a Bundle of type collection. */
Datum
phm_chart_out(PG_FUNCTION_ARGS)
{
	Chart		chart;
	ChartCursor cursor;
	ElementWriter w;
	StringInfoData out;
	int64		patient_id;
	bool		first = true;

	chart_open(&chart, PG_GETARG_CHART_P(0));
	element_writer_init(&w, 4096);
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"resourceType\":\"Bundle\"");
	patient_id = chart.segments[chart.nsegments - 1]->patient_id;
	if (patient_id != 0)
		appendStringInfo(&out, ",\"identifier\":{\"system\":\"" PATIENT_URL "\",\"value\":\"" INT64_FORMAT "\"}",
						 patient_id);
	appendStringInfoString(&out, ",\"type\":\"collection\",\"entry\":[");
	chart_first(&cursor, &chart, 0);
	while (chart_next(&cursor))
	{
		CHECK_FOR_INTERRUPTS();
		if (!first)
			appendStringInfoChar(&out, ',');
		print_entry(&out, &chart, cursor.at, &w);
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
