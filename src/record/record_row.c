/*
 * record_row.c: reading rows whose columns are named like those of the record:
 * rows of the store, and rows of anybody's views.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "phm_compat.h"
#include "record/record_row.h"
#include "types/resource_datum.h"

/* A type of schema phm. */
static Oid
phm_type(const char *name)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(get_namespace_oid("phm", false)));
}

Oid
record_concept_type(void)
{
	return phm_type("concept");
}

/* The SQL type that a column of record.map has. */
static Oid
column_type(RecordType type)
{
	static const char *const names[] = {
		[RECORD_DATETIME] = "datetime", [RECORD_CONCEPT] = "concept",
		[RECORD_QUANTITY] = "quantity", [RECORD_CONCEPTS] = "_concept"
	};

	switch (type)
	{
		case RECORD_TEXT:
			return TEXTOID;
		case RECORD_BOOLEAN:
			return BOOLOID;
		case RECORD_INTEGER:
			return INT4OID;
		case RECORD_NUMERIC:
			return NUMERICOID;
		default:
			return phm_type(names[type]);
	}
}

int
record_attribute(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	return -1;
}

/* An attribute of a wanted type, or -1 when it is not there. */
static int
find_typed_attribute(TupleDesc desc, const char *name, Oid wanted)
{
	int			at = record_attribute(desc, name);

	if (at >= 0 && TupleDescAttr(desc, at)->atttypid != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the row must be of type %s, not %s",
						name, format_type_be(wanted), format_type_be(TupleDescAttr(desc, at)->atttypid)),
				 errhint("Cast it in the query that makes the row.")));
	return at;
}

int *
record_table_attributes(TupleDesc desc, const RecordTable *table)
{
	int		   *attributes = palloc(sizeof(int) * Max(table->ncolumns, 1));

	for (int i = 0; i < table->ncolumns; i++)
		attributes[i] = find_typed_attribute(desc, table->columns[i].name, column_type(table->columns[i].type));
	return attributes;
}

RecordRowReader *
record_row_reader(TupleDesc desc, FhirType type)
{
	RecordRowReader *r = palloc0(sizeof(RecordRowReader));
	int			columns;

	r->type = type;
	r->desc = desc;
	r->map = type ? record_map(type) : NULL;
	r->source = find_typed_attribute(desc, "source", TEXTOID);
	r->id = find_typed_attribute(desc, "id", TEXTOID);
	r->resource_type = find_typed_attribute(desc, "resource_type", TEXTOID);
	r->sensitivity = find_typed_attribute(desc, "sensitivity", INT4OID);
	r->fingerprint = find_typed_attribute(desc, "fingerprint", INT8OID);
	r->extra = find_typed_attribute(desc, "extra", phm_type("resource"));
	if (r->map)
		r->attributes = record_table_attributes(desc, r->map->table);
	columns = r->map ? r->map->table->ncolumns : 0;
	r->values = palloc0(sizeof(Datum) * (desc->natts + columns));
	r->nulls = palloc0(sizeof(bool) * (desc->natts + columns));
	return r;
}

/* Writes the resource of a row with a table. */
static void
join_row(RecordRowReader *r, ElementWriter *w, const uint8 *rest, const uint8 *rest_end)
{
	Datum	   *values = r->values + r->desc->natts;
	bool	   *nulls = r->nulls + r->desc->natts;
	text	   *id = r->id >= 0 && !r->nulls[r->id] ? DatumGetTextPP(r->values[r->id]) : NULL;

	for (int i = 0; i < r->map->table->ncolumns; i++)
	{
		int			at = r->attributes[i];

		nulls[i] = at < 0 || r->nulls[at];
		values[i] = nulls[i] ? (Datum) 0 : r->values[at];
	}
	record_join(w, r->map, id ? VARDATA_ANY(id) : NULL, id ? VARSIZE_ANY_EXHDR(id) : 0,
				values, nulls, rest, rest_end);
}

void
record_row_members(RecordRowReader *r, HeapTuple tuple, ElementWriter *w)
{
	const uint8 *rest = NULL;
	const uint8 *rest_end = NULL;
	FhirType	rest_type;

	heap_deform_tuple(tuple, r->desc, r->values, r->nulls);
	if (r->extra >= 0 && !r->nulls[r->extra])
		resource_view((struct varlena *) PG_DETOAST_DATUM_PACKED(r->values[r->extra]),
					  &rest_type, &rest, &rest_end);
	element_writer_reset(w);
	if (r->map)
		join_row(r, w, rest, rest_end);
	else if (rest)
		element_put_copy(w, rest, rest_end);
}
