/*
 * demo_type.c: phm.demo_population, which tells synthetic persons into the
 * record.
 *
 * Persons are told in portions: their links are made with one statement, their
 * events go to a batch, and the batch is written when it has grown to some
 * megabytes, so that memory does not depend on the number of persons.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/backend_progress.h"
#include "utils/date.h"

#include "phm_plan.h"
#include "demo/demo_row.h"
#include "demo/provider.h"

PG_FUNCTION_INFO_V1(phm_demo_population);

#define PORTION 200				/* persons whose links are made at once */
#define FLUSH_SIZE (16 * 1024 * 1024)
#define MAX_PATIENTS 10000000

/* Makes the links of persons first ... first + n - 1 and reads who they are. */
static void
link_portion(const DemoWriter *w, int64 first, int n, int64 *patient_ids)
{
	static const char make[] =
		"INSERT INTO phm.patient_link (source, source_patient_id) "
		"SELECT '" DEMO_SOURCE "', i FROM unnest($1) AS i ON CONFLICT (source, source_patient_id) DO NOTHING";
	static const char find[] =
		"SELECT l.patient_id FROM unnest($1) WITH ORDINALITY AS i(id, n) "
		"JOIN phm.patient_link AS l ON l.source = '" DEMO_SOURCE "' AND l.source_patient_id = i.id ORDER BY i.n";
	Oid			type = TEXTARRAYOID;
	Datum		ids[PORTION];
	Datum		array;

	SPI_connect();
	for (int i = 0; i < n; i++)
		ids[i] = demo_person_id(w, first + i);
	array = PointerGetDatum(construct_array(ids, n, TEXTOID, -1, false, TYPALIGN_INT));
	phm_spi_check(SPI_execute_with_args(make, 1, &type, &array, NULL, false, 0), "link the persons of the demo");
	phm_spi_check(SPI_execute_with_args(find, 1, &type, &array, NULL, false, 0), "find the persons of the demo");
	if ((int) SPI_processed != n)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("some persons of the demo could not be linked"),
				 errhint("A trigger or policy on phm.patient_link keeps their rows away.")));
	for (int i = 0; i < n; i++)
	{
		bool		isnull;

		patient_ids[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	SPI_finish();
}

/*
 * Brings the statistics of the keys up to date where the caller may: within one
 * long transaction nobody else can, and writing looks up keys.  The other
 * columns are left to autovacuum.
 */
static void
analyze_keys(void)
{
	static const char tables[] =
		"SELECT 'ANALYZE ' || string_agg('phm.' || quote_ident(relname) || ' (source, id, patient_id)', ', ' "
		"ORDER BY relname) FROM pg_class WHERE relnamespace = 'phm'::regnamespace AND relkind IN ('r', 'p') "
		"AND pg_has_role(relowner, 'USAGE') AND relname = ANY ('{coverage,encounter,condition,observation,"
		"procedure,immunization,medication_request,medication_dispense,medication_administration,"
		"service_request,claim,claim_line}')";
	char	   *sql;

	SPI_connect();
	phm_spi_check(SPI_execute(tables, false, 1), "list the tables of the record");
	sql = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (sql != NULL)
		phm_spi_check(SPI_execute(sql, false, 0), "analyze the tables of the record");
	SPI_finish();
}

/* Writes what the batch holds; statistics follow as the record doubles. */
static void
flush(DemoWriter *w, int64 *next_analyze)
{
	record_batch_flush(w->batch);
	pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, w->rows);
	if (w->rows < *next_analyze)
		return;
	analyze_keys();
	*next_analyze = w->rows * 2;
}

static void
write_persons(DemoWriter *w, int64 patients)
{
	DemoCare   *care = demo_care_create();
	int64		patient_ids[PORTION];
	int64		next_analyze = 1;

	for (int64 first = 1; first <= patients; first += PORTION)
	{
		int			n = (int) Min(PORTION, patients - first + 1);

		link_portion(w, first, n, patient_ids);
		for (int i = 0; i < n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			demo_writer_person(w, first + i, patient_ids[i]);
			demo_person_tell(care, w->settings, first + i, demo_writer_event, w);
			if (record_batch_size(w->batch) > FLUSH_SIZE)
				flush(w, &next_analyze);
		}
	}
	record_batch_end(w->batch);
	analyze_keys();
}

static void
check_arguments(int32 patients, DateADT as_of, int32 years)
{
	if (patients < 1 || patients > MAX_PATIENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("patients must be between 1 and %d", MAX_PATIENTS)));
	if (years < DEMO_MIN_YEARS || years > DEMO_MAX_YEARS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("years must be between %d and %d", DEMO_MIN_YEARS, DEMO_MAX_YEARS)));
	if (DATE_NOT_FINITE(as_of) || as_of < 0 || as_of > 36524)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of must be a day from 2000 to 2099")));
}

/*
 * demo_population(patients, seed, as_of, years): rows written.  Its progress
 * can be seen in pg_stat_progress_copy, as rows of a COPY without a table.
 */
Datum
phm_demo_population(PG_FUNCTION_ARGS)
{
	int32		patients = PG_GETARG_INT32(0);
	DemoSettings settings;
	DemoWriter *w;

	check_arguments(patients, PG_GETARG_DATEADT(2), PG_GETARG_INT32(3));
	settings.seed = (uint64) (int64) PG_GETARG_INT32(1);
	settings.as_of = PG_GETARG_DATEADT(2);
	settings.years = PG_GETARG_INT32(3);
	w = demo_writer_create(&settings);
	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, InvalidOid);
	demo_write_providers(w, (patients - 1) / DEMO_COMMUNITY + 1);
	write_persons(w, patients);
	pgstat_progress_end_command();
	PG_RETURN_INT64(w->rows);
}
