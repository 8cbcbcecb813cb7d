/*
 * source_stream.c: reading the relations of phm.chart_source.
 *
 * A bigint key is the person; a text key is the patient of a source and is
 * mapped through phm.patient_link.  The keys of the persons asked for are
 * looked up first and handed over as one array, so that the condition reaches
 * the index on the key through views that group or sort by it.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/lsyscache.h"

#include "chart/source_stream.h"
#include "phm_plan.h"
#include "record/record_row.h"
#include "types/code_system.h"

PG_FUNCTION_INFO_V1(phm_check_chart_source);

/* Columns that rows of every type may have. */
static const char *const common_columns[] = {
	"source", "id", "ordinal", "patient_id", "resource_type", "fingerprint", "sensitivity",
	"recorded_at", "changed_at", "deleted_at", "inbox_id", "extra"
};

const RecordTable *
source_stream_table(const char *resource_type, FhirType *type)
{
	const RecordMap *map;

	*type = 0;
	if (strcmp(resource_type, "claim_line") == 0)
		return record_table_by_name("claim_line");
	*type = fhir_type_by_name(resource_type, (int) strlen(resource_type));
	if (*type == 0 || fhir_types[*type].kind != FHIR_RESOURCE)
		return NULL;
	map = record_map(*type);
	if (map == NULL)
		return record_other_table();
	return map->table->has_patient ? map->table : NULL;
}

/* What is registered, with what the catalogs know about it now. */
static const char registered_sql[] =
	"SELECT s.relation, s.resource_type, s.source, s.kind, pg_catalog.quote_ident(s.person_column), "
	"pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), "
	"pg_catalog.format_type(a.atttypid, NULL) IN ('bigint', 'integer', 'smallint'), "
	"EXISTS (SELECT FROM pg_catalog.pg_attribute AS d WHERE d.attrelid = c.oid AND d.attname = 'deleted_at' "
	"AND d.atttypid = 'timestamptz'::pg_catalog.regtype AND NOT d.attisdropped) "
	"FROM phm.chart_source AS s "
	"LEFT JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(s.relation) "
	"LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
	"LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = s.person_column AND NOT a.attisdropped "
	"WHERE s.enabled ORDER BY s.resource_type <> 'claim_line', s.relation";

/* One row of the query above. */
static void
read_source(SourceStream *s, HeapTuple row, TupleDesc desc)
{
	const char *registered = SPI_getvalue(row, desc, 1);
	const char *key_is_number = SPI_getvalue(row, desc, 7);

	s->relation = SPI_getvalue(row, desc, 6);
	s->table = source_stream_table(SPI_getvalue(row, desc, 2), &s->type);
	if (s->relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the chart source \"%s\" does not exist", registered),
				 errhint("Make the relation, or take it out with phm.unregister_chart_source.")));
	if (key_is_number == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the chart source \"%s\" has no column %s", registered, SPI_getvalue(row, desc, 5)),
				 errhint("Register it again with the column that names the person.")));
	if (s->table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the chart source \"%s\" has a resource type from which no charts are built", registered)));
	s->source = SPI_getvalue(row, desc, 3);
	s->source_length = (int) strlen(s->source);
	s->person = SPI_getvalue(row, desc, 5);
	s->linked = strcmp(key_is_number, "t") != 0;
	s->deletes = strcmp(SPI_getvalue(row, desc, 8), "t") == 0;
	s->flags = strcmp(SPI_getvalue(row, desc, 4), "claims") == 0 ? CHART_CLAIMS : 0;
}

SourceStream *
source_streams(int *count)
{
	SourceStream *sources;
	SPITupleTable *rows;

	phm_spi_check(SPI_execute_plan(phm_plan(registered_sql, 0, NULL), NULL, NULL, true, 0), "read phm.chart_source");
	rows = SPI_tuptable;
	*count = (int) SPI_processed;
	sources = palloc0(sizeof(SourceStream) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		read_source(&sources[i], rows->vals[i], rows->tupdesc);
	SPI_freetuptable(rows);
	return sources;
}

/* The keys that persons have in a source, as text[]. */
static Datum
keys_of_persons(const SourceStream *s, Datum patient_ids)
{
	Oid			types[2] = {TEXTOID, INT8ARRAYOID};
	Datum		values[2] = {CStringGetTextDatum(s->source), patient_ids};
	bool		isnull;
	Datum		keys;

	phm_spi_check(SPI_execute_plan(phm_plan("SELECT coalesce(pg_catalog.array_agg(source_patient_id), '{}') FROM phm.patient_link "
								  "WHERE source = $1 AND patient_id = ANY ($2)", 2, types), values, NULL, true, 0), "read phm.patient_link");
	keys = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return keys;
}

Portal
source_stream_open(const SourceStream *s, Datum patient_ids)
{
	Oid			types[3] = {INT8ARRAYOID, TEXTARRAYOID, TEXTOID};
	Datum		values[3] = {patient_ids};
	const char *live = s->deletes ? " AND t.deleted_at IS NULL" : "";
	char	   *sql;

	if (!s->linked)
	{
		sql = psprintf("SELECT t.%s::bigint AS patient_id, t.* FROM %s AS t WHERE t.%s = ANY ($1)%s ORDER BY 1",
					   s->person, s->relation, s->person, live);
		return SPI_cursor_open(NULL, phm_plan(sql, 1, types), values, NULL, true);
	}
	values[1] = keys_of_persons(s, patient_ids);
	values[2] = CStringGetTextDatum(s->source);
	sql = psprintf("SELECT l.patient_id, t.* FROM (SELECT * FROM %s AS t WHERE t.%s = ANY ($2)%s) AS t "
				   "JOIN phm.patient_link AS l ON l.source = $3 AND l.source_patient_id = t.%s "
				   "WHERE l.patient_id = ANY ($1) ORDER BY 1",
				   s->relation, s->person, live, s->person);
	return SPI_cursor_open(NULL, phm_plan(sql, 3, types), values, NULL, true);
}

FhirType
source_stream_type(const SourceStream *s, TupleDesc desc, HeapTuple tuple)
{
	int			at;
	bool		isnull;
	Datum		name;
	FhirType	type;

	if (s->table->types[1] == 0 || (at = record_attribute(desc, "resource_type")) < 0 ||
		TupleDescAttr(desc, at)->atttypid != TEXTOID)
		return s->type;
	name = heap_getattr(tuple, at + 1, desc, &isnull);
	if (isnull)
		return s->type;
	type = fhir_type_by_name(VARDATA_ANY(DatumGetTextPP(name)), VARSIZE_ANY_EXHDR(DatumGetTextPP(name)));
	return type == s->table->types[0] || type == s->table->types[1] ? type : s->type;
}

/* An id that the same content gets every time. */
static void
make_id(ChartResource *r)
{
	char	   *id = palloc(17);
	uint64		hash = code_hash(r->type, (const char *) r->members, (int) r->length);

	snprintf(id, 17, "%016llx", (unsigned long long) hash);
	r->id = id;
	r->id_length = 16;
}

void
source_stream_complete(const SourceStream *s, ChartResource *resource)
{
	if (resource->source_length == 0)
	{
		resource->source = s->source;
		resource->source_length = s->source_length;
	}
	if (resource->id_length == 0)
		make_id(resource);
	resource->flags |= s->flags;
}

/* Whether rows of a table use a column. */
static bool
is_used(const RecordTable *table, const char *name)
{
	for (int i = 0; i < (int) lengthof(common_columns); i++)
		if (strcmp(common_columns[i], name) == 0)
			return true;
	for (int i = 0; i < table->ncolumns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return true;
	return false;
}

/* Rows of these types mean nothing without the column. */
static void
require_column(TupleDesc desc, const char *resource_type, const char *name)
{
	if (record_attribute(desc, name) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("a chart source of type %s needs a column \"%s\"", resource_type, name)));
}

/* Checks a relation; returns the columns that will not be read. */
Datum
phm_check_chart_source(PG_FUNCTION_ARGS)
{
	char	   *resource_type = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Oid			row_type = get_rel_type_id(PG_GETARG_OID(0));
	FhirType	type;
	const RecordTable *table = source_stream_table(resource_type, &type);
	TupleDesc	desc;
	Datum	   *ignored;
	int			n = 0;

	if (table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("\"%s\" is not a resource type that belongs to patients", resource_type),
				 errhint("Give a FHIR type such as Condition or ExplanationOfBenefit, or claim_line for lines of claims.")));
	if (!OidIsValid(row_type))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a chart source must be a table or a view")));
	desc = lookup_rowtype_tupdesc_copy(row_type, -1);
	(void) record_row_reader(desc, type);
	(void) record_table_attributes(desc, table);
	if (type == 0 || type == FHIR_T_Claim || type == FHIR_T_ExplanationOfBenefit)
		require_column(desc, resource_type, "id");
	if (type == 0)
		require_column(desc, resource_type, "line");
	if (table == record_other_table())
		require_column(desc, resource_type, "extra");
	ignored = palloc(sizeof(Datum) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped && !is_used(table, NameStr(TupleDescAttr(desc, i)->attname)))
			ignored[n++] = CStringGetTextDatum(NameStr(TupleDescAttr(desc, i)->attname));
	PG_RETURN_ARRAYTYPE_P(n == 0 ? construct_empty_array(TEXTOID) :
						  construct_array(ignored, n, TEXTOID, -1, false, TYPALIGN_INT));
}
