/*
 * build_type.c: charts from the rows of the record, set-wise.
 *
 * phm.make_charts(patient_ids) opens one cursor per record table and per
 * relation of phm.chart_source, ordered by patient, and walks them side by side: rows of a patient go straight from
 * their columns into the chart under construction, never through JSON.
 * Resources that belong to no patient (medications, locations, organizations,
 * roles) are added where a resource refers to them.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "chart/claim_items.h"
#include "chart/map_load.h"
#include "chart/shared.h"
#include "chart/source_stream.h"
#include "phm_plan.h"
#include "record/record_row.h"
#include "types/chart.h"

PG_FUNCTION_INFO_V1(phm_make_charts);

#define FETCH_ROWS 500
#define FEW_PATIENTS 4			/* their rows are read at once: most of the time goes into opening the tables */

/* One record table, read in the order of patients; patient_id is the first column, where it is found at once. */
typedef struct Stream
{
	const RecordTable *table;
	const SourceStream *registered; /* NULL: a record table */
	Portal		portal;
	SPITupleTable *rows;
	uint64		nrows;
	uint64		next;
	ClaimLineReader *lines;		/* claim lines: they wait for their claims */
	RecordRowReader *readers[2];	/* of the table's types; other_resource makes one per row type */
	MemoryContext context;		/* of the streams: readers live there */
} Stream;

/* The building of a batch. */
typedef struct Build
{
	Stream	   *streams;
	int			nstreams;
	ChartBuilder *builder;
	ElementWriter writer;
	SharedCache *shared;
	ClaimLines *lines;
	MemoryContext row_context;	/* reset after each row */
} Build;

/* Takes over the rows that SPI has read. */
static void
note_rows(Stream *s)
{
	s->rows = SPI_tuptable;
	s->nrows = SPI_processed;
	s->next = 0;
}

/* Fetches the next rows of a stream; false at its end. */
static bool
fetch(Stream *s)
{
	if (s->portal == NULL)
	{
		s->nrows = 0;
		return false;
	}
	if (s->rows)
		SPI_freetuptable(s->rows);
	SPI_cursor_fetch(s->portal, true, FETCH_ROWS);
	note_rows(s);
	return s->nrows > 0;
}

/* Begins to read a cursor; NULL: the rows that SPI has read are all there are. */
static void
start_stream(Stream *s, const RecordTable *table, const SourceStream *registered, Portal portal,
			 MemoryContext context)
{
	memset(s, 0, sizeof(*s));
	s->table = table;
	s->registered = registered;
	s->context = context;
	s->portal = portal;
	if (portal)
		(void) fetch(s);
	else
		note_rows(s);
	if (s->nrows == 0)
		return;
	if (registered ? registered->type == 0 : table->types[0] == 0 && table != record_other_table())
		s->lines = claim_line_reader(CreateTupleDescCopy(s->rows->tupdesc), registered ? registered->source : NULL);
}

static void
open_stream(Stream *s, const RecordTable *table, Datum patient_ids, bool few, MemoryContext context)
{
	Oid			types[1] = {INT8ARRAYOID};
	char	   *sql = psprintf("SELECT t.patient_id, t.* FROM phm.%s AS t WHERE t.patient_id = ANY ($1) "
							   "AND t.deleted_at IS NULL ORDER BY t.patient_id", table->name);
	SPIPlanPtr	plan = phm_plan(sql, 1, types);

	if (few)
		phm_spi_check(SPI_execute_plan(plan, &patient_ids, NULL, true, 0), "read a table of the record");
	start_stream(s, table, NULL, few ? NULL : SPI_cursor_open(NULL, plan, &patient_ids, NULL, true), context);
	pfree(sql);
}

/* The reader for rows of a FHIR type of this table. */
static RecordRowReader *
reader_for(Stream *s, FhirType type)
{
	int			slot = s->table->types[1] == type && type != 0;
	RecordRowReader *reader = s->readers[slot];

	if (reader == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(s->context);

		reader = record_row_reader(CreateTupleDescCopy(s->rows->tupdesc), s->table->types[slot]);
		MemoryContextSwitchTo(old);
		s->readers[slot] = reader;
	}
	return reader;
}

/* The FHIR type of a row. */
static FhirType
type_of_row(Stream *s, HeapTuple tuple)
{
	int			at;
	bool		isnull;
	Datum		name;

	if (s->registered)
		return source_stream_type(s->registered, s->rows->tupdesc, tuple);
	if (s->table->types[0] != 0 && s->table->types[1] == 0)
		return s->table->types[0];
	at = SPI_fnumber(s->rows->tupdesc, "resource_type");
	name = heap_getattr(tuple, at, s->rows->tupdesc, &isnull);
	return isnull ? 0 : fhir_type_by_name(VARDATA_ANY(DatumGetTextPP(name)), VARSIZE_ANY_EXHDR(DatumGetTextPP(name)));
}

/* Text of a common column. */
static const char *
text_of(const RecordRowReader *r, int at, int *length)
{
	text	   *value;

	*length = 0;
	if (at < 0 || r->nulls[at])
		return "";
	value = DatumGetTextPP(r->values[at]);
	*length = (int) VARSIZE_ANY_EXHDR(value);
	return VARDATA_ANY(value);
}

/* Adds one row to the chart under construction. */
static void
add_row(Build *b, Stream *s, HeapTuple tuple)
{
	MemoryContext old = MemoryContextSwitchTo(b->row_context);
	FhirType	type = type_of_row(s, tuple);
	RecordRowReader *r;
	ChartResource resource = {.type = type};

	if (type != 0)
	{
		r = reader_for(s, s->table->types[0] == 0 ? 0 : type);
		record_row_members(r, tuple, &b->writer);
		resource.source = text_of(r, r->source, &resource.source_length);
		if (type == FHIR_T_Claim || type == FHIR_T_ExplanationOfBenefit)
			claim_complete(b->lines, r, type, resource.source_length > 0 || !s->registered ?
						   pnstrdup(resource.source, resource.source_length) : s->registered->source, &b->writer);
		resource.members = b->writer.data;
		resource.length = b->writer.length;
		resource.id = text_of(r, r->id, &resource.id_length);
		if (r->sensitivity >= 0 && !r->nulls[r->sensitivity])
			resource.sensitivity = (uint32) DatumGetInt32(r->values[r->sensitivity]);
		if (s->registered)
			source_stream_complete(s->registered, &resource);
		chart_add(b->builder, &resource);
		shared_note(b->shared, &resource);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(b->row_context);
}

/* Adds all rows of a patient from one stream. */
static void
add_patient_rows(Build *b, Stream *s, int64 patient_id)
{
	while (s->nrows > 0)
	{
		bool		isnull;
		HeapTuple	tuple;

		if (s->next == s->nrows && !fetch(s))
			return;
		tuple = s->rows->vals[s->next];
		if (DatumGetInt64(heap_getattr(tuple, 1, s->rows->tupdesc, &isnull)) != patient_id)
			return;
		CHECK_FOR_INTERRUPTS();
		if (s->lines)
			claim_lines_note(b->lines, s->lines, tuple);
		else
			add_row(b, s, tuple);
		s->next++;
	}
}

static int
compare_ids(const void *a, const void *b)
{
	int64		x = DatumGetInt64(*(const Datum *) a);
	int64		y = DatumGetInt64(*(const Datum *) b);

	return x < y ? -1 : x > y;
}

/* Opens the streams of all tables with patients. */
static void
begin_build(Build *b, Datum patient_ids, bool few)
{
	int			ntables;
	int			nsources;
	const RecordTable *tables = record_table_list(&ntables);
	SourceStream *sources = source_streams(&nsources);

	memset(b, 0, sizeof(*b));
	b->streams = palloc(sizeof(Stream) * (ntables + 2 + nsources));
	open_stream(&b->streams[b->nstreams++], record_table_by_name("claim_line"), patient_ids, few, CurrentMemoryContext);
	for (int i = 0; i < nsources; i++)
		start_stream(&b->streams[b->nstreams++], sources[i].table, &sources[i],
					 source_stream_open(&sources[i], patient_ids), CurrentMemoryContext);
	for (int i = 0; i < ntables; i++)
		if (tables[i].has_patient && tables[i].types[0] != 0)
			open_stream(&b->streams[b->nstreams++], &tables[i], patient_ids, few, CurrentMemoryContext);
	open_stream(&b->streams[b->nstreams++], record_other_table(), patient_ids, few, CurrentMemoryContext);
	b->builder = chart_builder();
	chart_builder_use_map(b->builder, active_concept_maps());
	element_writer_init(&b->writer, 4096);
	b->shared = shared_cache();
	b->lines = claim_lines();
	b->row_context = AllocSetContextCreate(CurrentMemoryContext, "phm chart row", ALLOCSET_DEFAULT_SIZES);
}

/* One row (patient_id, chart, dependencies) for each patient asked for. */
static void
build_patient(Build *b, ReturnSetInfo *rsinfo, int64 patient_id)
{
	Datum		values[3];
	bool		nulls[3] = {false};
	struct varlena *chart;

	chart_builder_reset(b->builder, patient_id);
	shared_reset(b->shared);
	claim_lines_reset(b->lines);
	for (int i = 0; i < b->nstreams; i++)
		add_patient_rows(b, &b->streams[i], patient_id);
	values[2] = shared_add(b->shared, b->builder);
	if (chart_builder_count(b->builder) == 0)
		nulls[1] = true;
	chart = chart_finish(b->builder);
	values[0] = Int64GetDatum(patient_id);
	values[1] = PointerGetDatum(chart);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	pfree(chart);
}

Datum
phm_make_charts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *ids;
	bool	   *nulls;
	int			nids;
	Build		build;
	int64		last = 0;

	InitMaterializedSRF(fcinfo, 0);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, 8, true, TYPALIGN_DOUBLE, &ids, &nulls, &nids);
	qsort(ids, nids, sizeof(Datum), compare_ids);
	SPI_connect();
	begin_build(&build, PG_GETARG_DATUM(0), nids <= FEW_PATIENTS);
	for (int i = 0; i < nids; i++)
	{
		if (nulls[i] || (i > 0 && DatumGetInt64(ids[i]) == last))
			continue;
		last = DatumGetInt64(ids[i]);
		build_patient(&build, rsinfo, last);
	}
	for (int i = 0; i < build.nstreams; i++)
		if (build.streams[i].portal)
			SPI_cursor_close(build.streams[i].portal);
	SPI_finish();
	return (Datum) 0;
}
