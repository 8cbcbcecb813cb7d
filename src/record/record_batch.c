/*
 * record_batch.c: writing rows of the record set-wise.
 *
 * A batch holds formed tuples by table and writes each table with one INSERT
 * from a set-returning function that hands them out.  SQL does the writing, so
 * partitions, constraints, triggers and distribution all work as usual.
 *
 * Always holds: at most one batch is being flushed in a process (flushing),
 * and it is forgotten at the end of the statement, also after an error.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "phm_plan.h"
#include "record/record_batch.h"
#include "record/record_row.h"
#include "record/mark.h"

PG_FUNCTION_INFO_V1(phm_record_batch_rows);
PG_FUNCTION_INFO_V1(phm_record_batch_keys);

/* Columns that every table has, beside those of record.map. */
typedef enum BatchColumn
{
	BATCH_SOURCE,
	BATCH_ID,
	BATCH_ORDINAL,
	BATCH_PATIENT_ID,
	BATCH_RESOURCE_TYPE,
	BATCH_FINGERPRINT,
	BATCH_SENSITIVITY,
	BATCH_RECORDED_AT,
	BATCH_CHANGED_AT,
	BATCH_INBOX_ID,
	BATCH_EXTRA,
	BATCH_COLUMNS
} BatchColumn;

static const char *const batch_column_names[] = {
	"source", "id", "ordinal", "patient_id", "resource_type", "fingerprint", "sensitivity",
	"recorded_at", "changed_at", "inbox_id", "extra"
};

/* One row: its key, and the tuple as the store table has it. */
typedef struct BatchRow
{
	uint32		hash;			/* of the key */
	int32		ordinal;
	int64		patient_id;
	int64		line;			/* of claim_line, otherwise 0 */
	FhirType	type;
	const char *id;
	int			id_length;
	MinimalTuple tuple;
} BatchRow;

typedef struct BatchTable
{
	const RecordTable *table;
	TupleDesc	desc;
	int		   *attributes;		/* attribute of each column of record.map, 0-based; -1: none */
	int			common[BATCH_COLUMNS];
	int			line_column;	/* column of record.map that is part of the key, or -1 */
	Datum	   *values;			/* scratch, one for each attribute */
	bool	   *nulls;
	BatchRow   *rows;
	int			nrows;
	int			capacity;
	int32	   *buckets;		/* hash of keys: index into rows, -1 empty */
	int			nbuckets;		/* power of two */
} BatchTable;

struct RecordBatch
{
	MemoryContext context;		/* the batch and its table descriptions */
	MemoryContext row_context;	/* tuples; reset at each flush */
	Datum		source;
	TimestampTz now;
	BatchTable **tables;
	int			ntables;
	const RecordTable *first_table;
};

/* The statements about a table, and their plans, which the process keeps. */
typedef enum BatchStatement
{
	STATEMENT_FIND,
	STATEMENT_DELETE,
	STATEMENT_FIND_LINES,
	STATEMENT_DELETE_LINE,
	STATEMENT_MARK,
	STATEMENT_INSERT,
	STATEMENTS
} BatchStatement;

/* Their arguments: source, then the key of a row (id, ordinal, type, patient, line), and patients. */
#define STATEMENT_ARGUMENTS 7

typedef struct KeptPlan
{
	char	   *sql;			/* of which it is the plan: tables may be made anew with other columns */
	SPIPlanPtr	plan;
} KeptPlan;

static KeptPlan (*kept_plans)[STATEMENTS];	/* by table, as in RecordBatch; never emptied */

static RecordBatch *flushing_batch;	/* being written; its keys are for phm.record_batch_keys */
static BatchTable *flushing;	/* whose rows phm.record_batch_rows hands out */

int
record_column(const RecordTable *table, const char *name)
{
	for (int i = 0; i < table->ncolumns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return i;
	elog(ERROR, "record table %s has no column %s", table->name, name);
	return -1;
}

static void forget_at_end(XactEvent event, void *arg);
static void forget_at_subxact_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg);

/* Registers, once in a process, what forgets the batch after an error. */
static void
register_callbacks(void)
{
	static bool registered = false;

	if (registered)
		return;
	RegisterXactCallback(forget_at_end, NULL);
	RegisterSubXactCallback(forget_at_subxact_end, NULL);
	registered = true;
}

RecordBatch *
record_batch_begin(const char *source)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "phm record batch",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	RecordBatch *b = palloc0(sizeof(RecordBatch));

	register_callbacks();
	b->context = context;
	b->row_context = AllocSetContextCreate(context, "phm record batch rows", ALLOCSET_DEFAULT_SIZES);
	b->source = CStringGetTextDatum(source);
	b->now = GetCurrentTransactionStartTimestamp();
	b->first_table = record_table_list(&b->ntables);
	b->ntables++;				/* other_resource is the last */
	b->tables = palloc0(sizeof(BatchTable *) * b->ntables);
	MemoryContextSwitchTo(old);
	return b;
}

/* The row type of a store table. */
static TupleDesc
store_table_desc(const char *name)
{
	Oid			oid = get_relname_relid(name, get_namespace_oid("phm", false));
	Relation	rel;
	TupleDesc	desc;

	if (!OidIsValid(oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the store has no table phm.%s", name),
				 errhint("Create the store with SELECT phm.create_store().")));
	rel = table_open(oid, AccessShareLock);
	desc = CreateTupleDescCopy(RelationGetDescr(rel));
	desc->tdtypeid = rel->rd_rel->reltype;
	table_close(rel, AccessShareLock);
	return desc;
}

/* Makes room in the key table: at most half full. */
static void
rehash(BatchTable *t)
{
	t->nbuckets = t->nbuckets ? t->nbuckets * 2 : 1024;
	if (t->buckets)
		pfree(t->buckets);
	t->buckets = palloc(sizeof(int32) * t->nbuckets);
	memset(t->buckets, -1, sizeof(int32) * t->nbuckets);
	for (int i = 0; i < t->nrows; i++)
	{
		uint32		at = t->rows[i].hash & (t->nbuckets - 1);

		while (t->buckets[at] >= 0)
			at = (at + 1) & (t->nbuckets - 1);
		t->buckets[at] = i;
	}
}

static BatchTable *
batch_table(RecordBatch *b, const RecordTable *table)
{
	int			index = table == record_other_table() ? b->ntables - 1 : (int) (table - b->first_table);
	BatchTable *t = b->tables[index];
	MemoryContext old;

	if (t != NULL)
		return t;
	old = MemoryContextSwitchTo(b->context);
	t = palloc0(sizeof(BatchTable));
	t->table = table;
	t->desc = store_table_desc(table->name);
	t->attributes = palloc(sizeof(int) * table->ncolumns);
	t->line_column = -1;
	for (int i = 0; i < table->ncolumns; i++)
	{
		t->attributes[i] = record_attribute(t->desc, table->columns[i].name);
		if (strcmp(table->columns[i].name, "line") == 0)
			t->line_column = i;
	}
	for (int i = 0; i < BATCH_COLUMNS; i++)
		t->common[i] = record_attribute(t->desc, batch_column_names[i]);
	t->values = palloc0(sizeof(Datum) * t->desc->natts);
	t->nulls = palloc0(sizeof(bool) * t->desc->natts);
	t->capacity = 512;
	t->rows = palloc(sizeof(BatchRow) * t->capacity);
	rehash(t);
	MemoryContextSwitchTo(old);
	b->tables[index] = t;
	return t;
}

/* Sets a common column where the table has it. */
static inline void
set_common(BatchTable *t, BatchColumn column, Datum value, bool isnull)
{
	int			at = t->common[column];

	if (at >= 0)
	{
		t->values[at] = value;
		t->nulls[at] = isnull;
	}
}

/* Forms the tuple of a row in the current context. */
static MinimalTuple
form_tuple(RecordBatch *b, BatchTable *t, const RecordRow *row, FhirType type)
{
	memset(t->nulls, true, sizeof(bool) * t->desc->natts);
	for (int i = 0; i < t->table->ncolumns; i++)
		if (t->attributes[i] >= 0)
		{
			t->values[t->attributes[i]] = row->values[i];
			t->nulls[t->attributes[i]] = row->nulls[i];
		}
	set_common(t, BATCH_SOURCE, b->source, false);
	set_common(t, BATCH_ID, PointerGetDatum(cstring_to_text_with_len(row->id, row->id_length)), false);
	set_common(t, BATCH_ORDINAL, Int32GetDatum(row->ordinal), false);
	set_common(t, BATCH_PATIENT_ID, Int64GetDatum(row->patient_id), !t->table->has_patient);
	set_common(t, BATCH_RESOURCE_TYPE, CStringGetTextDatum(fhir_types[type].name), type == 0);
	set_common(t, BATCH_FINGERPRINT, Int64GetDatum((int64) row->fingerprint), row->fingerprint == 0);
	set_common(t, BATCH_SENSITIVITY, Int32GetDatum(row->sensitivity), false);
	set_common(t, BATCH_RECORDED_AT, TimestampTzGetDatum(b->now), false);
	set_common(t, BATCH_CHANGED_AT, TimestampTzGetDatum(b->now), false);
	set_common(t, BATCH_INBOX_ID, Int64GetDatum(row->inbox_id), row->inbox_id == 0);
	set_common(t, BATCH_EXTRA, PointerGetDatum(row->extra), row->extra == NULL);
	return phm_form_minimal_tuple(t->desc, t->values, t->nulls);
}

static inline bool
same_key(const BatchRow *a, const BatchRow *b)
{
	return a->hash == b->hash && a->patient_id == b->patient_id && a->ordinal == b->ordinal &&
		a->line == b->line && a->type == b->type && a->id_length == b->id_length &&
		memcmp(a->id, b->id, a->id_length) == 0;
}

/* The place of a row's key: an existing row's index or a new one at the end. */
static BatchRow *
place_row(RecordBatch *b, BatchTable *t, const BatchRow *row)
{
	uint32		at;

	if (t->nrows * 2 >= t->nbuckets)
	{
		MemoryContext old = MemoryContextSwitchTo(b->context);

		rehash(t);
		MemoryContextSwitchTo(old);
	}
	at = row->hash & (t->nbuckets - 1);
	while (t->buckets[at] >= 0)
	{
		if (same_key(&t->rows[t->buckets[at]], row))
			return &t->rows[t->buckets[at]];
		at = (at + 1) & (t->nbuckets - 1);
	}
	if (t->nrows == t->capacity)
	{
		t->capacity *= 2;
		t->rows = repalloc_huge(t->rows, sizeof(BatchRow) * t->capacity);
	}
	t->buckets[at] = t->nrows;
	return &t->rows[t->nrows++];
}

void
record_batch_add(RecordBatch *b, const RecordTable *table, const RecordRow *row)
{
	BatchTable *t = batch_table(b, table);
	FhirType	type = row->type ? row->type : table->types[0];
	MemoryContext old = MemoryContextSwitchTo(b->row_context);
	BatchRow	key;
	BatchRow   *place;

	key.id = row->id;
	key.id_length = row->id_length;
	key.ordinal = row->ordinal;
	key.patient_id = row->patient_id;
	key.type = type;
	key.line = t->line_column >= 0 ? DatumGetInt32(row->values[t->line_column]) : 0;
	key.hash = hash_bytes((const unsigned char *) row->id, row->id_length) ^
		hash_combine(murmurhash32((uint32) row->patient_id), (uint32) (row->ordinal + key.line * 31 + type));
	place = place_row(b, t, &key);
	*place = key;
	place->id = pnstrdup(row->id, row->id_length);
	place->tuple = form_tuple(b, t, row, type);
	MemoryContextSwitchTo(old);
}

Size
record_batch_size(const RecordBatch *b)
{
	return MemoryContextMemAllocated(b->row_context, false);
}

static void
require_flushing(bool is_flushing)
{
	if (!is_flushing)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no batch of record rows is being written"),
				 errhint("This function belongs to the loaders; it is not for use by itself.")));
}

/* Hands out the rows of the table that is being flushed. */
Datum
phm_record_batch_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	TupleTableSlot *slot;

	require_flushing(flushing != NULL);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (rsinfo->setDesc->natts != flushing->desc->natts)
		elog(ERROR, "unexpected row type for table %s", flushing->table->name);
	slot = MakeSingleTupleTableSlot(flushing->desc, &TTSOpsMinimalTuple);
	for (int i = 0; i < flushing->nrows; i++)
		tuplestore_puttupleslot(rsinfo->setResult, ExecStoreMinimalTuple(flushing->rows[i].tuple, slot, false));
	ExecDropSingleTupleTableSlot(slot);
	return (Datum) 0;
}

/* The keys of the rows of a table in the batch that is being written. */
Datum
phm_record_batch_keys(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	require_flushing(flushing_batch != NULL);
	InitMaterializedSRF(fcinfo, 0);
	for (int n = 0; n < flushing_batch->ntables; n++)
	{
		const BatchTable *t = flushing_batch->tables[n];

		if (t == NULL || strcmp(t->table->name, name) != 0)
			continue;
		for (int i = 0; i < t->nrows; i++)
		{
			const BatchRow *row = &t->rows[i];
			Datum		values[5] = {
				PointerGetDatum(cstring_to_text_with_len(row->id, row->id_length)),
				Int64GetDatum(row->patient_id), Int32GetDatum(row->ordinal),
				CStringGetTextDatum(fhir_types[row->type].name), Int32GetDatum((int32) row->line)
			};
			bool		nulls[5] = {false, false, false, row->type == 0, false};

			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}

/* Names of the key columns of a table, for ON CONFLICT. */
static void
append_key(StringInfo sql, const BatchTable *t)
{
	appendStringInfoString(sql, "source, id, ordinal");
	if (t->common[BATCH_RESOURCE_TYPE] >= 0)
		appendStringInfoString(sql, ", resource_type");
	if (t->table->has_patient)
		appendStringInfoString(sql, ", patient_id");
	if (t->line_column >= 0)
		appendStringInfoString(sql, ", line");
}

/* Whether an attribute is replaced when the key is there already. */
static bool
is_replaced(const BatchTable *t, int attribute)
{
	static const BatchColumn kept[] = {BATCH_SOURCE, BATCH_ID, BATCH_ORDINAL, BATCH_PATIENT_ID,
	BATCH_RESOURCE_TYPE, BATCH_RECORDED_AT};

	for (int i = 0; i < (int) lengthof(kept); i++)
		if (t->common[kept[i]] == attribute)
			return false;
	return t->line_column < 0 || t->attributes[t->line_column] != attribute;
}

/*
 * One statement writes a table and marks the patients of rows that changed: a
 * row with the fingerprint it had before is left alone.  Tables without
 * patients have triggers that mark what is shared, whoever writes.
 */
static char *
insert_statement(const BatchTable *t)
{
	StringInfoData sql;
	const char *name = t->table->name;
	bool		first = true;

	initStringInfo(&sql);
	if (t->table->has_patient)
		appendStringInfoString(&sql, "WITH written AS (");
	appendStringInfo(&sql, "INSERT INTO phm.%s AS t SELECT * FROM "
					 "phm.record_batch_rows(NULL::phm.%s) ON CONFLICT (", name, name);
	append_key(&sql, t);
	appendStringInfoString(&sql, ") DO UPDATE SET ");
	for (int i = 0; i < t->desc->natts; i++)
	{
		const char *column = quote_identifier(NameStr(TupleDescAttr(t->desc, i)->attname));

		if (TupleDescAttr(t->desc, i)->attisdropped || !is_replaced(t, i))
			continue;
		appendStringInfo(&sql, "%s%s = EXCLUDED.%s", first ? "" : ", ", column, column);
		first = false;
	}
	appendStringInfoString(&sql, " WHERE t.fingerprint IS NULL OR t.fingerprint IS DISTINCT FROM "
						   "EXCLUDED.fingerprint OR t.deleted_at IS NOT NULL");
	if (t->table->has_patient)
		appendStringInfo(&sql, " RETURNING t.patient_id) INSERT INTO phm.stale (patient_id, why) "
						 "SELECT DISTINCT patient_id, '%s' FROM written WHERE patient_id > 0", name);
	return sql.data;
}

/*
 * Rows that the batch makes obsolete, by key: the same resource under another
 * patient, or of a Bundle that used the id more often.  LATERAL with OFFSET
 * makes it one look into the key's index for each resource, whatever the
 * planner believes about the table.
 */
static char *
find_statement(const BatchTable *t)
{
	StringInfoData sql;
	bool		typed = t->common[BATCH_RESOURCE_TYPE] >= 0;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT o.* FROM (SELECT id, resource_type, array_agg(DISTINCT patient_id) AS patients, "
					 "max(ordinal) AS ordinal FROM phm.record_batch_keys('%s') GROUP BY 1, 2) AS k, LATERAL "
					 "(SELECT t.id, t.ordinal, %s, %s, NULL::int FROM phm.%s AS t WHERE t.source = $1 "
					 "AND t.id = k.id%s AND (t.ordinal > k.ordinal%s) OFFSET 0) AS o",
					 t->table->name, typed ? "t.resource_type" : "NULL::text",
					 t->table->has_patient ? "t.patient_id" : "NULL::bigint", t->table->name,
					 typed ? " AND t.resource_type = k.resource_type" : "",
					 t->table->has_patient ? " OR NOT t.patient_id = ANY (k.patients)" : "");
	return sql.data;
}

/* Lines that claims of the batch no longer have; NOT IN is looked up in a hash table. */
static char *
find_lines_statement(const BatchTable *t)
{
	return pstrdup("SELECT o.* FROM (SELECT DISTINCT id, resource_type FROM phm.record_batch_keys('claim')) AS c, "
				   "LATERAL (SELECT t.id, t.ordinal, t.resource_type, t.patient_id, t.line FROM phm.claim_line AS t "
				   "WHERE t.source = $1 AND t.id = c.id AND t.resource_type = c.resource_type "
				   "AND (t.id, t.resource_type, t.patient_id, t.ordinal, t.line) NOT IN "
				   "(SELECT l.id, l.resource_type, l.patient_id, l.ordinal, l.line "
				   "FROM phm.record_batch_keys('claim_line') AS l) OFFSET 0) AS o");
}

/* Deletes one row that was found. */
static char *
delete_statement(const BatchTable *t)
{
	return psprintf("DELETE FROM phm.%s WHERE source = $1 AND id = $2 AND ordinal = $3%s%s", t->table->name,
					t->common[BATCH_RESOURCE_TYPE] >= 0 ? " AND resource_type = $4" : "",
					t->table->has_patient ? " AND patient_id = $5" : "");
}

static char *
delete_line_statement(const BatchTable *t)
{
	return pstrdup("DELETE FROM phm.claim_line WHERE source = $1 AND id = $2 AND ordinal = $3 "
				   "AND resource_type = $4 AND patient_id = $5 AND line = $6");
}

/* Marks the patient of a row that was deleted. */
static char *
mark_statement(const BatchTable *t)
{
	return pstrdup("INSERT INTO phm.stale (patient_id, why) SELECT DISTINCT p, 'moved' FROM "
				   "pg_catalog.unnest($7) AS p WHERE p > 0");
}

static char *(*const make_statement[STATEMENTS]) (const BatchTable *t) = {
	[STATEMENT_FIND] = find_statement,
	[STATEMENT_DELETE] = delete_statement,
	[STATEMENT_FIND_LINES] = find_lines_statement,
	[STATEMENT_DELETE_LINE] = delete_line_statement,
	[STATEMENT_MARK] = mark_statement,
	[STATEMENT_INSERT] = insert_statement
};

/* The plan of a statement; made anew when the table has other columns than before. */
static SPIPlanPtr
kept_plan(RecordBatch *b, const BatchTable *t, BatchStatement statement)
{
	Oid			types[STATEMENT_ARGUMENTS] = {TEXTOID, TEXTOID, INT4OID, TEXTOID, INT8OID, INT4OID, INT8ARRAYOID};
	int			index = t->table == record_other_table() ? b->ntables - 1 : (int) (t->table - b->first_table);
	KeptPlan   *kept;
	char	   *sql = make_statement[statement] (t);
	SPIPlanPtr	plan;

	if (kept_plans == NULL)
		kept_plans = MemoryContextAllocZero(TopMemoryContext, sizeof(*kept_plans) * b->ntables);
	kept = &kept_plans[index][statement];
	if (kept->plan == NULL || strcmp(kept->sql, sql) != 0)
	{
		plan = phm_kept_plan(SPI_prepare(sql, STATEMENT_ARGUMENTS, types), "prepare the writing of a batch");
		if (kept->plan != NULL)
		{
			SPI_freeplan(kept->plan);
			kept->plan = NULL;
			pfree(kept->sql);
		}
		kept->sql = MemoryContextStrdup(TopMemoryContext, sql);
		kept->plan = plan;
	}
	pfree(sql);
	return kept->plan;
}

/* Runs a statement about the table that is being flushed. */
static void
run_statement(RecordBatch *b, const BatchTable *t, BatchStatement statement, Datum *values, const char *nulls)
{
	values[0] = b->source;
	phm_spi_check(SPI_execute_plan(kept_plan(b, t, statement), values, nulls, false, 0), "write a batch");
}

/* Deletes the rows that a finding statement names, one by one by key: there are few as a rule. */
static void
delete_found(RecordBatch *b, const BatchTable *t, BatchStatement find, BatchStatement delete, bool marks)
{
	Datum		values[STATEMENT_ARGUMENTS] = {0};
	char		nulls[STATEMENT_ARGUMENTS + 1] = " nnnnnn";
	SPITupleTable *found;
	uint64		n;
	Datum	   *patients;

	run_statement(b, t, find, values, nulls);
	found = SPI_tuptable;
	n = SPI_processed;
	if (n == 0)
	{
		SPI_freetuptable(found);
		return;
	}
	patients = palloc_extended(sizeof(Datum) * n, MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int a = 1; a < STATEMENT_ARGUMENTS - 1; a++)
		{
			bool		isnull;

			values[a] = SPI_getbinval(found->vals[i], found->tupdesc, a, &isnull);
			nulls[a] = isnull ? 'n' : ' ';
		}
		patients[i] = nulls[4] == 'n' ? Int64GetDatum(0) : values[4];
		run_statement(b, t, delete, values, nulls);
	}
	if (marks)
	{
		values[6] = PointerGetDatum(construct_array(patients, (int) n, INT8OID, 8, true, TYPALIGN_DOUBLE));
		nulls[6] = ' ';
		run_statement(b, t, STATEMENT_MARK, values, nulls);
	}
	SPI_freetuptable(found);
}

/* Forgets the rows of a table. */
static void
clear_table(BatchTable *t)
{
	t->nrows = 0;
	memset(t->buckets, -1, sizeof(int32) * t->nbuckets);
}

/* After an error nobody may find the rows that were being written. */
static void
forget_at_end(XactEvent event, void *arg)
{
	flushing = NULL;
	flushing_batch = NULL;
}

static void
forget_at_subxact_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forget_at_end(XACT_EVENT_ABORT, NULL);
}

static void
flush_table(RecordBatch *b, BatchTable *t)
{
	Datum		values[STATEMENT_ARGUMENTS] = {0};

	flushing = t;
	if (t->line_column < 0)
		delete_found(b, t, STATEMENT_FIND, STATEMENT_DELETE, true);
	if (strcmp(t->table->name, "claim") == 0)
		delete_found(b, t, STATEMENT_FIND_LINES, STATEMENT_DELETE_LINE, false);
	run_statement(b, t, STATEMENT_INSERT, values, " nnnnnn");
	flushing = NULL;
}

/*
 * Rows are found by their keys, one look into an index each, whatever the
 * statistics say: tables that are being filled have none or wrong ones, and
 * plans are kept.  Ends with the nest level of the settings.
 */
static void
set_planner(void)
{
	static const char *const settings[][2] = {
		{"plan_cache_mode", "force_generic_plan"}, {"enable_seqscan", "off"}, {"jit", "off"}
	};

	for (int i = 0; i < (int) lengthof(settings); i++)
		(void) set_config_option(settings[i][0], settings[i][1], PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
}

void
record_batch_flush(RecordBatch *b)
{
	int			level = mark_silence_triggers();

	set_planner();
	SPI_connect();
	flushing_batch = b;
	for (int i = 0; i < b->ntables; i++)
		if (b->tables[i] && b->tables[i]->nrows > 0)
			flush_table(b, b->tables[i]);
	flushing_batch = NULL;
	for (int i = 0; i < b->ntables; i++)
		if (b->tables[i])
			clear_table(b->tables[i]);
	SPI_finish();
	mark_restore_triggers(level);
	MemoryContextReset(b->row_context);
}

void
record_batch_end(RecordBatch *b)
{
	record_batch_flush(b);
	MemoryContextDelete(b->context);
}
