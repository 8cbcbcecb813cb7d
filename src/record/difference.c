/*
 * difference.c: phm.apply_difference: bringing the rows of some patients in a
 * result table to what a query says, by difference.
 *
 * The statements are made from the columns that the table has now, and their
 * plans are kept by their text: a table that has changed gets other statements.
 */
#include "phm.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_apply_difference);

/* A result table: its name and the lists of its columns, quoted. */
typedef struct ResultTable
{
	char	   *name;
	StringInfoData columns;		/* a, b, c */
	StringInfoData fresh;		/* f.a, f.b, f.c */
	StringInfoData table;		/* t.a, t.b, t.c */
	StringInfoData rest;		/* those that are not history */
	StringInfoData fresh_rest;
	StringInfoData table_rest;
	StringInfoData fresh_history;
	StringInfoData table_history;
} ResultTable;

/* Whether an array of texts has a name. */
static bool
is_in(const Datum *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
	{
		text	   *t = DatumGetTextPP(names[i]);

		if (VARSIZE_ANY_EXHDR(t) == strlen(name) && memcmp(VARDATA_ANY(t), name, VARSIZE_ANY_EXHDR(t)) == 0)
			return true;
	}
	return false;
}

/* Appends prefix and name to a list. */
static void
append(StringInfo list, const char *prefix, const char *name)
{
	appendStringInfo(list, "%s%s%s", list->len > 0 ? ", " : "", prefix, name);
}

/* The columns of the table, in their order; those of history in the order of history. */
static void
read_columns(ResultTable *r, Oid oid, const Datum *history, int nhistory)
{
	Relation	relation = relation_open(oid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(relation);

	r->name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)), RelationGetRelationName(relation));
	for (int i = 0; i < desc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(desc, i)->attname);
		const char *quoted = quote_identifier(name);

		if (TupleDescAttr(desc, i)->attisdropped || strcmp(name, "valid_from") == 0 || strcmp(name, "valid_to") == 0)
			continue;
		append(&r->columns, "", quoted);
		append(&r->fresh, "f.", quoted);
		append(&r->table, "t.", quoted);
		if (is_in(history, nhistory, name))
			continue;
		append(&r->rest, "", quoted);
		append(&r->fresh_rest, "f.", quoted);
		append(&r->table_rest, "t.", quoted);
	}
	relation_close(relation, AccessShareLock);
	for (int i = 0; i < nhistory; i++)
	{
		const char *quoted = quote_identifier(TextDatumGetCString(history[i]));

		append(&r->fresh_history, "f.", quoted);
		append(&r->table_history, "t.", quoted);
	}
}

static void
init_result(ResultTable *r)
{
	initStringInfo(&r->columns);
	initStringInfo(&r->fresh);
	initStringInfo(&r->table);
	initStringInfo(&r->rest);
	initStringInfo(&r->fresh_rest);
	initStringInfo(&r->table_rest);
	initStringInfo(&r->fresh_history);
	initStringInfo(&r->table_history);
}

/*
 * The statement that compares and writes, and returns how many rows it wrote.
 * The current rows are read once, by patient; what has to be written is known
 * before the table is touched, as a rule nothing.
 */
static char *
difference_statement(const ResultTable *r, const char *query)
{
	char	   *same = psprintf("t.patient_id = f.patient_id AND ROW(%s) IS NOT DISTINCT FROM ROW(%s)",
								r->table_history.data, r->fresh_history.data);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "WITH fresh AS MATERIALIZED (SELECT %s FROM (%s) AS q), ", r->columns.data, query);
	appendStringInfo(&sql, "present AS MATERIALIZED (SELECT %s, t.valid_from FROM %s AS t"
					 " WHERE t.patient_id = ANY ($1) AND t.valid_to IS NULL), ", r->table.data, r->name);
	appendStringInfo(&sql, "other AS MATERIALIZED (SELECT %s, t.valid_from FROM fresh AS f JOIN present AS t ON %s"
					 " WHERE ROW(%s) IS DISTINCT FROM ROW(%s)), ",
					 r->fresh.data, same, r->table_rest.data, r->fresh_rest.data);
	appendStringInfo(&sql, "gone AS MATERIALIZED (SELECT %s, t.valid_from FROM present AS t"
					 " WHERE NOT EXISTS (SELECT FROM fresh AS f WHERE %s)), ", r->table_history.data, same);
	appendStringInfo(&sql, "begun AS MATERIALIZED (SELECT %s FROM fresh AS f"
					 " WHERE NOT EXISTS (SELECT FROM present AS t WHERE %s)), ", r->fresh.data, same);
	appendStringInfo(&sql, "updated AS (UPDATE %s AS t SET (%s) = ROW(%s) FROM other AS f"
					 " WHERE t.valid_from = f.valid_from AND t.valid_to IS NULL AND %s RETURNING 1), ",
					 r->name, r->rest.data, r->fresh_rest.data, same);
	appendStringInfo(&sql, "dropped AS (DELETE FROM %s AS t USING gone AS f"
					 " WHERE t.valid_from = f.valid_from AND t.valid_to IS NULL AND t.valid_from = $2 AND %s RETURNING 1), ",
					 r->name, same);
	appendStringInfo(&sql, "closed AS (UPDATE %s AS t SET valid_to = $2 FROM gone AS f"
					 " WHERE t.valid_from = f.valid_from AND t.valid_to IS NULL AND t.valid_from < $2 AND %s RETURNING 1), ",
					 r->name, same);
	/* Counting makes rows of the same day go before others take their place. */
	appendStringInfo(&sql, "added AS (INSERT INTO %s (%s, valid_from)"
					 " SELECT %s, $2 FROM begun AS f, (SELECT count(*) FROM dropped) AS d RETURNING 1) ",
					 r->name, r->columns.data, r->fresh.data);
	appendStringInfoString(&sql,
						   "SELECT (SELECT count(*) FROM updated) + (SELECT count(*) FROM dropped)"
						   " + (SELECT count(*) FROM closed) + (SELECT count(*) FROM added)");
	return sql.data;
}

/* Runs a statement about patients ($1) as of a day ($2). */
static void
run(const char *sql, const Datum *values)
{
	Oid			types[2] = {INT8ARRAYOID, DATEOID};

	phm_spi_check(SPI_execute_plan(phm_plan(sql, 2, types), (Datum *) values, NULL, false, 0), "change results");
}

/* A date before the last one takes the results back to it first. */
static void
undo_later(const char *name, const Datum *values)
{
	run(psprintf("DELETE FROM %s WHERE patient_id = ANY ($1) AND valid_from > $2", name), values);
	run(psprintf("UPDATE %s SET valid_to = NULL WHERE patient_id = ANY ($1) AND valid_to > $2", name), values);
}

/* The day for which results are derived. */
static Datum
as_of(void)
{
	bool		isnull;

	phm_spi_check(SPI_execute_plan(phm_plan("SELECT phm.as_of()", 0, NULL), NULL, NULL, false, 1),
				  "tell the day for which results are derived");
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/* Brings the rows of some patients to what a query says; returns how many changed. */
Datum
phm_apply_difference(PG_FUNCTION_ARGS)
{
	Oid			oid = PG_GETARG_OID(0);
	char	   *query = text_to_cstring(PG_GETARG_TEXT_PP(2));
	Datum		values[2] = {PG_GETARG_DATUM(3)};
	Datum	   *history;
	int			nhistory;
	ResultTable r;
	bool		isnull;
	int64		changes;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &history, NULL, &nhistory);
	SPI_connect();
	init_result(&r);
	read_columns(&r, oid, history, nhistory);
	values[1] = as_of();
	run(psprintf("SELECT EXISTS (SELECT FROM %s WHERE patient_id = ANY ($1) AND (valid_from > $2 OR valid_to > $2))", r.name),
		values);
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		undo_later(r.name, values);
	run(difference_statement(&r, query), values);
	changes = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	PG_RETURN_INT64(changes);
}
