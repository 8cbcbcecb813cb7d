/*
 * record_type.c: FHIR resources from rows in SQL: phm.resource(row) and
 * phm.resource(type, row).
 *
 * What a row type means is worked out once per call site: which attribute is
 * which column of record.map.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "record/record.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_resource_from_row);
PG_FUNCTION_INFO_V1(phm_resource_from_typed_row);

/* A row type beside the columns of a FHIR type. */
typedef struct RowReader
{
	Oid			row_type;
	int32		row_typmod;
	FhirType	type;			/* 0: read from resource_type each time */
	TupleDesc	desc;
	const RecordMap *map;		/* NULL: other_resource */
	int		   *attributes;		/* for each column: 0-based attribute, -1 none */
	int			id;				/* attributes of common columns, -1 none */
	int			resource_type;
	int			extra;
	Datum	   *values;			/* scratch by attribute, and by column behind */
	bool	   *nulls;
	ElementWriter writer;
} RowReader;

Oid
record_concept_type(void)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("concept"),
						   ObjectIdGetDatum(get_namespace_oid("phm", false)));
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
			return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(names[type]),
								   ObjectIdGetDatum(get_namespace_oid("phm", false)));
	}
}

static int
find_attribute(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped &&
			strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	return -1;
}

/* An attribute that must be text when it is there. */
static int
find_text_attribute(TupleDesc desc, const char *name)
{
	int			at = find_attribute(desc, name);

	if (at >= 0 && TupleDescAttr(desc, at)->atttypid != TEXTOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of the row must be of type text", name)));
	return at;
}

/* Finds the columns of the map among the attributes; types must agree. */
static void
match_columns(RowReader *r)
{
	const RecordTable *table = r->map->table;

	r->attributes = palloc(sizeof(int) * table->ncolumns);
	for (int i = 0; i < table->ncolumns; i++)
	{
		int			at = find_attribute(r->desc, table->columns[i].name);
		Oid			wanted;

		r->attributes[i] = at;
		if (at < 0)
			continue;
		wanted = column_type(table->columns[i].type);
		if (TupleDescAttr(r->desc, at)->atttypid != wanted)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of the row must be of type %s, not %s",
							table->columns[i].name, format_type_be(wanted),
							format_type_be(TupleDescAttr(r->desc, at)->atttypid)),
					 errhint("Cast it in the query that makes the row.")));
	}
}

/* Looks at a row type once. */
static RowReader *
make_reader(FunctionCallInfo fcinfo, Oid row_type, int32 row_typmod, FhirType type)
{
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	RowReader  *r = palloc0(sizeof(RowReader));
	int			columns;

	r->row_type = row_type;
	r->row_typmod = row_typmod;
	r->type = type;
	r->desc = lookup_rowtype_tupdesc_copy(row_type, row_typmod);
	r->map = type ? record_map(type) : NULL;
	r->id = find_text_attribute(r->desc, "id");
	r->resource_type = find_text_attribute(r->desc, "resource_type");
	r->extra = find_attribute(r->desc, "extra");
	if (r->map)
		match_columns(r);
	columns = r->map ? r->map->table->ncolumns : 0;
	r->values = palloc0(sizeof(Datum) * (r->desc->natts + columns));
	r->nulls = palloc0(sizeof(bool) * (r->desc->natts + columns));
	element_writer_init(&r->writer, 1024);
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = r;
	return r;
}

/* The FHIR type that a row says it has (claim, other_resource). */
static FhirType
type_of_row(HeapTupleHeader row, Oid row_type)
{
	Oid			relid = get_typ_typrelid(row_type);
	char	   *table_name = OidIsValid(relid) ? get_rel_name(relid) : NULL;
	const RecordTable *table = table_name ? record_table_by_name(table_name) : NULL;
	bool		isnull;
	Datum		named;
	text	   *name;
	FhirType	type;

	if (table && table->types[0] != 0 && table->types[1] == 0)
		return table->types[0];
	if (table == NULL && (table_name == NULL || strcmp(table_name, "other_resource") != 0))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("phm.resource needs a row of a record table"),
				 errhint("For rows of other queries use phm.resource(resource_type, row).")));
	named = table && table->types[0] == 0 ? (Datum) 0 : GetAttributeByName(row, "resource_type", &isnull);
	if (table && table->types[0] == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("rows of phm.%s are parts of resources, not resources", table->name)));
	name = isnull ? NULL : DatumGetTextPP(named);
	type = name ? fhir_type_by_name(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) : 0;
	if (type == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the row names no FHIR resource type")));
	return type;
}

/* Writes the resource of a row with a table. */
static void
join_row(RowReader *r, const uint8 *rest, const uint8 *rest_end)
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
	record_join(&r->writer, r->map, id ? VARDATA_ANY(id) : NULL, id ? VARSIZE_ANY_EXHDR(id) : 0,
				values, nulls, rest, rest_end);
}

/* The resource of one row. */
static Datum
resource_of_row(FunctionCallInfo fcinfo, HeapTupleHeader row, FhirType type)
{
	Oid			row_type = HeapTupleHeaderGetTypeId(row);
	int32		row_typmod = HeapTupleHeaderGetTypMod(row);
	RowReader  *r = fcinfo->flinfo->fn_extra;
	HeapTupleData tuple;
	const uint8 *rest = NULL;
	const uint8 *rest_end = NULL;
	FhirType	rest_type;

	if (r == NULL || r->row_type != row_type || r->row_typmod != row_typmod || r->type != type)
		r = make_reader(fcinfo, row_type, row_typmod, type);
	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, r->desc, r->values, r->nulls);
	if (r->extra >= 0 && !r->nulls[r->extra])
		resource_view((struct varlena *) PG_DETOAST_DATUM_PACKED(r->values[r->extra]),
					  &rest_type, &rest, &rest_end);
	element_writer_reset(&r->writer);
	if (r->map)
		join_row(r, rest, rest_end);
	else if (rest)
		element_put_copy(&r->writer, rest, rest_end);
	PG_RETURN_POINTER(resource_make(type, r->writer.data, r->writer.length));
}

Datum
phm_resource_from_row(PG_FUNCTION_ARGS)
{
	Oid			argument = get_fn_expr_argtype(fcinfo->flinfo, 0);
	HeapTupleHeader row;

	if (!type_is_rowtype(argument))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("phm.resource needs a row of a record table, not %s", format_type_be(argument))));
	row = PG_GETARG_HEAPTUPLEHEADER(0);
	return resource_of_row(fcinfo, row, type_of_row(row, HeapTupleHeaderGetTypeId(row)));
}

Datum
phm_resource_from_typed_row(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	Oid			argument = get_fn_expr_argtype(fcinfo->flinfo, 1);
	FhirType	type = fhir_type_by_name(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (type == 0 || fhir_types[type].kind != FHIR_RESOURCE)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("unknown FHIR resource type")));
	if (!type_is_rowtype(argument))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("phm.resource needs a row, not %s", format_type_be(argument))));
	return resource_of_row(fcinfo, PG_GETARG_HEAPTUPLEHEADER(1), type);
}
