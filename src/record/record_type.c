/*
 * record_type.c: FHIR resources from rows in SQL: phm.resource(row) and
 * phm.resource(type, row).
 *
 * What a row type means is worked out once per call site (record_row.c).
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "record/record_row.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_resource_from_row);
PG_FUNCTION_INFO_V1(phm_resource_from_typed_row);

/* What a call site keeps: the row type it saw last. */
typedef struct RowSite
{
	Oid			row_type;
	int32		row_typmod;
	FhirType	type;
	RecordRowReader *reader;
	ElementWriter writer;
} RowSite;

/* Looks at a row type once. */
static RowSite *
row_site(FunctionCallInfo fcinfo, Oid row_type, int32 row_typmod, FhirType type)
{
	RowSite    *site = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (site && site->row_type == row_type && site->row_typmod == row_typmod && site->type == type)
		return site;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(RowSite));
	site->row_type = row_type;
	site->row_typmod = row_typmod;
	site->type = type;
	site->reader = record_row_reader(lookup_rowtype_tupdesc_copy(row_type, row_typmod), type);
	element_writer_init(&site->writer, 1024);
	MemoryContextSwitchTo(old);
	fcinfo->flinfo->fn_extra = site;
	return site;
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

/* The resource of one row. */
static Datum
resource_of_row(FunctionCallInfo fcinfo, HeapTupleHeader row, FhirType type)
{
	RowSite    *site = row_site(fcinfo, HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row), type);
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	record_row_members(site->reader, &tuple, &site->writer);
	PG_RETURN_POINTER(resource_make(type, site->writer.data, site->writer.length));
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
