/*
 * measure_type.c: measures over a chart given, and over the charts of patients.
 *
 * Logic and plan are opened once: for a call site as long as its arguments stay
 * the same, for the measures of the store (phm.measure_set) as long as the
 * session lasts and nothing is linked again.
 */
#include "phm.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "chart/chart_each.h"
#include "cql/call_site.h"
#include "cql/exec.h"
#include "cql/logic_format.h"
#include "cql/logic_datum.h"
#include "phm_plan.h"
#include "quality/measure_open.h"
#include "quality/measure_run.h"
#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_run_measures);
PG_FUNCTION_INFO_V1(phm_measure_plan_faults);
PG_FUNCTION_INFO_V1(phm_measure_rows);

/* Opens logic and plan in a context that they own. */
static OpenMeasures *
open_measures(MemoryContext parent, Datum logic, Datum plan)
{
	MemoryContext context = AllocSetContextCreate(parent, "phm measures", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	OpenMeasures *m = palloc0(sizeof(OpenMeasures));
	const void *value = logic_detoast(logic);
	void	   *copy = palloc(VARSIZE(value));

	memcpy(copy, value, VARSIZE(value));
	m->context = context;
	m->x = cql_open(copy);
	m->plan = measure_plan_open(DatumGetJsonbPCopy(plan), m->x);
	m->opened_size = MemoryContextMemAllocated(context, true);
	MemoryContextSwitchTo(old);
	return m;
}

/* Sets the arguments of the evaluations that follow. */
void
measure_set_arguments(OpenMeasures *m, const CqlArguments *arguments)
{
	MemoryContext old = MemoryContextSwitchTo(m->context);

	cql_set_arguments(m->x, arguments);
	MemoryContextSwitchTo(old);
}

/* Sets the chart that is evaluated next; it must stay where it is. */
void
measure_set_chart(OpenMeasures *m, const ChartHeader *header)
{
	MemoryContext old = MemoryContextSwitchTo(m->context);

	memset(&m->chart, 0, sizeof(m->chart));
	chart_open(&m->chart, header);
	cql_set_chart(m->x, &m->chart);
	MemoryContextSwitchTo(old);
}

/* Gives back what reading the cold parts of the chart took. */
void
measure_release_chart(OpenMeasures *m)
{
	for (int i = 0; i < CHART_MAX_SEGMENTS; i++)
		if (m->chart.cold[i] && GetMemoryChunkContext(m->chart.cold[i]) == m->context)
			pfree(m->chart.cold[i]);
	memset(&m->chart, 0, sizeof(m->chart));
}

/* Evaluates the measures over a chart; rows are handed out in the current memory context. */
static void
evaluate_chart(OpenMeasures *m, const ChartHeader *header, bool everybody, MeasureEmit emit, void *arg)
{
	m->running = true;
	measure_set_chart(m, header);
	measure_run(m->plan, m->x, m->context, everybody, emit, arg);
	measure_release_chart(m);
	m->running = false;
}

/* ---- rows ---- */

/* The values of observations as numeric[], with nulls where nothing is observed; null without observations. */
static Datum
observation_array(const MeasureRow *row, bool *null)
{
	int			n = row->group->nobservations;
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(n, 1));
	int			lower = 1;

	*null = n == 0 || row->observations == NULL;
	if (*null)
		return (Datum) 0;
	for (int i = 0; i < n; i++)
	{
		CqlValue	v = row->observations[i];
		char		digits[DECIMAL_NUMBER_SIZE];
		Decimal		d;

		if (v.kind == CQL_QUANTITY)
			d = v.quantity->value;
		else if (!cql_to_number(v, &d))
		{
			nulls[i] = true;
			continue;
		}
		decimal_print(&d, digits);
		nulls[i] = false;
		values[i] = DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1, &n, &lower, NUMERICOID, -1, false, TYPALIGN_INT));
}

#define ROW_COLUMNS 6

/* The columns that all rows have: episode, stratifier, stratum, membership, observations, error. */
static void
row_values(const MeasureRow *row, Datum *values, bool *nulls)
{
	values[0] = CStringGetTextDatum(row->episode);
	values[1] = CStringGetTextDatum(row->stratifier);
	values[2] = CStringGetTextDatum(row->stratum);
	values[3] = Int32GetDatum((int32) row->membership);
	memset(nulls, 0, sizeof(bool) * ROW_COLUMNS);
	values[4] = observation_array(row, &nulls[4]);
	nulls[5] = row->error == NULL;
	values[5] = row->error ? CStringGetTextDatum(row->error) : (Datum) 0;
}

/* ---- a chart that is given ---- */

/* What a call site keeps. */
typedef struct ChartSite
{
	OpenMeasures *m;
	struct varlena *logic;		/* as it was given */
	struct varlena *plan;
} ChartSite;

static void
emit_chart_row(void *arg, const MeasureRow *row)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[3 + ROW_COLUMNS];
	bool		nulls[3 + ROW_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(row->group->measure);
	values[1] = CStringGetTextDatum(row->group->version);
	values[2] = CStringGetTextDatum(row->group->id);
	row_values(row, values + 3, nulls + 3);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Whether an argument is the one kept, as it is passed: by its first bytes where these tell (limit), else by all. */
static bool
is_same(struct varlena *kept, Datum given, Size limit)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(given);

	return VARSIZE_ANY(kept) == VARSIZE_ANY(v) && memcmp(kept, v, Min(VARSIZE_ANY(v), limit)) == 0;
}

/* Logic says in its head what it is. */
#define LOGIC_HEAD (offsetof(LogicHeader, hash) + sizeof(uint64))

/* The measures of a call: those opened before when logic and plan are the same. */
static OpenMeasures *
measures_of_call(FunctionCallInfo fcinfo)
{
	ChartSite  *site = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (site != NULL && !site->m->running && is_same(site->logic, PG_GETARG_DATUM(0), LOGIC_HEAD) &&
		is_same(site->plan, PG_GETARG_DATUM(1), SIZE_MAX))
		return site->m;
	if (site != NULL)
		MemoryContextDelete(site->m->context);
	fcinfo->flinfo->fn_extra = NULL;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	site = palloc0(sizeof(ChartSite));
	site->m = open_measures(fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	site->logic = (struct varlena *) DatumGetPointer(datumCopy(PG_GETARG_DATUM(0), false, -1));
	site->plan = (struct varlena *) DatumGetPointer(datumCopy(PG_GETARG_DATUM(1), false, -1));
	fcinfo->flinfo->fn_extra = site;
	MemoryContextSwitchTo(old);
	return site->m;
}

/* (logic, plan, chart, period, zone, as_of, profiles, visible, everybody) */
Datum
phm_run_measures(PG_FUNCTION_ARGS)
{
	CqlArguments arguments = {0};
	TimestampTz as_of = PG_ARGISNULL(5) ? 0 : PG_GETARG_TIMESTAMPTZ(5);
	OpenMeasures *m;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	m = measures_of_call(fcinfo);
	evaluation_time(PG_ARGISNULL(4) ? NULL : PG_GETARG_TEXT_PP(4), PG_GETARG_RANGE_P(3), PG_ARGISNULL(5) ? NULL : &as_of, &arguments);
	arguments.profiles = evaluation_profiles(PG_ARGISNULL(6) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(6)));
	arguments.visible = PG_ARGISNULL(7) ? 0 : (uint32) PG_GETARG_INT32(7);
	measure_set_arguments(m, &arguments);
	evaluate_chart(m, chart_detoast(PG_GETARG_DATUM(2)), !PG_ARGISNULL(8) && PG_GETARG_BOOL(8), emit_chart_row, fcinfo->resultinfo);
	return (Datum) 0;
}

/* (logic, plan): what the plan names and the logic does not have */
Datum
phm_measure_plan_faults(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	OpenMeasures *m;

	InitMaterializedSRF(fcinfo, 0);
	m = open_measures(CurrentMemoryContext, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1));
	for (int i = 0; i < m->plan->nfaults; i++)
	{
		Datum		values[2] = {CStringGetTextDatum(m->plan->faults[i].element), CStringGetTextDatum(m->plan->faults[i].message)};
		bool		nulls[2] = {false, false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	MemoryContextDelete(m->context);
	return (Datum) 0;
}

/* ---- the measures of the store over the charts of patients ---- */

static OpenMeasures *session_sets;

/* The set of a name as it is now, from the session where it has not changed. */
static OpenMeasures *
session_set(const char *name, const char *state)
{
	OpenMeasures **at = &session_sets;
	OpenMeasures *m;
	Datum		key = CStringGetTextDatum(name);
	Oid			types[1] = {TEXTOID};
	bool		null;

	for (; (m = *at) != NULL; at = &m->next)
		if (strcmp(m->name, name) == 0)
			break;
	if (m != NULL && !m->running && strcmp(m->state, state) == 0 &&
		MemoryContextMemAllocated(m->context, true) < m->opened_size + (Size) rule_memory * 1024 + 64 * 1024 * 1024)
		return m;
	if (m != NULL)
	{
		*at = m->next;
		MemoryContextDelete(m->context);
	}
	if (SPI_execute_plan(phm_plan("SELECT r.logic, s.plan FROM phm.measure_set AS s JOIN phm.rule_set AS r USING (name)"
								  " WHERE s.name = $1", 1, types), &key, NULL, true, 1) != SPI_OK_SELECT || SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the measures are not linked")));
	m = open_measures(TopMemoryContext, SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null),
					  SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &null));
	m->name = MemoryContextStrdup(m->context, name);
	m->state = MemoryContextStrdup(m->context, state);
	m->next = session_sets;
	session_sets = m;
	return m;
}

/* All sets of the store, opened. */
List *
measure_open_sets(void)
{
	List	   *sets = NIL;
	SPITupleTable *table;
	uint64		n;

	if (SPI_execute_plan(phm_plan("SELECT s.name, r.hash::text || ' ' || s.made_at::text"
								  " FROM phm.measure_set AS s JOIN phm.rule_set AS r USING (name) ORDER BY s.name COLLATE \"C\"",
								  0, NULL), NULL, NULL, true, 0) != SPI_OK_SELECT)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("the measures could not be read")));
	table = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
		sets = lappend(sets, session_set(SPI_getvalue(table->vals[i], table->tupdesc, 1),
										 SPI_getvalue(table->vals[i], table->tupdesc, 2)));
	SPI_freetuptable(table);
	return sets;
}

/* A batch of patients that is evaluated. */
typedef struct PatientRun
{
	ReturnSetInfo *rsinfo;
	List	   *sets;			/* of OpenMeasures */
	CqlArguments arguments;
	int64		patient;
	bool		projected;
	int			n;				/* wanted measures; NULL: all */
	text	  **wanted;
	StringInfoData *collect;	/* where rows are noted instead of handed out, to be compared */
	int32		sensitivity;
} PatientRun;

/* Whether the measure of a group is among those asked for, each as name|version. */
static bool
is_wanted(const PatientRun *run, const MeasureGroup *group)
{
	size_t		name = strlen(group->measure);
	size_t		version = strlen(group->version);

	for (int i = 0; i < run->n; i++)
	{
		const char *wanted = VARDATA_ANY(run->wanted[i]);

		if (VARSIZE_ANY_EXHDR(run->wanted[i]) == name + 1 + version && memcmp(wanted, group->measure, name) == 0 &&
			wanted[name] == '|' && memcmp(wanted + name + 1, group->version, version) == 0)
			return true;
	}
	return run->wanted == NULL;
}

/* Appends a row to the text of all rows of a patient. */
static void
note_row(StringInfo out, const MeasureRow *row)
{
	bool		null;
	Datum		observations = observation_array(row, &null);

	appendStringInfo(out, "%s|%s|%s|%s|%s|%s|%u|", row->group->measure, row->group->id, row->episode, row->stratifier,
					 row->stratum, row->error ? row->error : "", row->membership);
	if (!null)
		appendBinaryStringInfo(out, (const char *) DatumGetPointer(observations), (int) VARSIZE_ANY(DatumGetPointer(observations)));
}

static void
emit_patient_row(void *arg, const MeasureRow *row)
{
	PatientRun *run = arg;
	Datum		values[3 + ROW_COLUMNS + 1];
	bool		nulls[3 + ROW_COLUMNS + 1] = {false};

	if (!is_wanted(run, row->group))
		return;
	if (run->collect != NULL)
	{
		note_row(run->collect, row);
		return;
	}
	values[0] = Int64GetDatum(run->patient);
	values[1] = BoolGetDatum(run->projected);
	values[2] = Int32GetDatum(row->group->key);
	row_values(row, values + 3, nulls + 3);
	values[3 + ROW_COLUMNS] = Int32GetDatum(run->sensitivity);
	tuplestore_putvalues(run->rsinfo->setResult, run->rsinfo->setDesc, values, nulls);
}

/* The sensitivity labels in a chart. */
static uint32
labels_of(const ChartHeader *header)
{
	Chart		chart;

	memset(&chart, 0, sizeof(chart));
	chart_open(&chart, header);
	return chart_labels(&chart);
}

/*
 * Measures count what is labelled, too.  Where that changes anything, the
 * results of the patient carry the labels: without them they would tell of it.
 */
static void
evaluate_patient(PatientRun *run, OpenMeasures *m, const ChartHeader *header, CqlArguments *arguments)
{
	uint32		labels = labels_of(header);
	StringInfoData with;
	StringInfoData without;

	run->sensitivity = 0;
	if (labels != 0)
	{
		initStringInfo(&with);
		initStringInfo(&without);
		for (int i = 0; i < 2; i++)
		{
			arguments->visible = i == 0 ? labels : 0;
			run->collect = i == 0 ? &with : &without;
			measure_set_arguments(m, arguments);
			evaluate_chart(m, header, false, emit_patient_row, run);
		}
		run->collect = NULL;
		if (with.len != without.len || memcmp(with.data, without.data, with.len) != 0)
			run->sensitivity = (int32) labels;
		arguments->visible = ~UINT32_C(0);
		measure_set_arguments(m, arguments);
	}
	evaluate_chart(m, header, false, emit_patient_row, run);
}

/* Evaluates all sets over the chart of a patient. */
static void
visit_patient(void *arg, int64 patient, const ChartHeader *header)
{
	PatientRun *run = arg;
	ListCell   *cell;

	run->patient = patient;
	foreach(cell, run->sets)
		evaluate_patient(run, lfirst(cell), header, &run->arguments);
}

/* The texts of an array; NULL when it is not given. */
static text **
wanted_measures(FunctionCallInfo fcinfo, int n, int *count)
{
	Datum	   *values;
	text	  **wanted;

	*count = 0;
	if (PG_ARGISNULL(n))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, count);
	wanted = palloc(sizeof(text *) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		wanted[i] = DatumGetTextPP(values[i]);
	return wanted;
}

/* (patient_ids, period, zone, measures, profiles, projected) */
Datum
phm_measure_rows(PG_FUNCTION_ARGS)
{
	PatientRun	run = {0};
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	run.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	run.wanted = wanted_measures(fcinfo, 3, &run.n);
	run.projected = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	evaluation_time(PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2), PG_GETARG_RANGE_P(1), NULL, &run.arguments);
	run.arguments.profiles = evaluation_profiles(PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4)));
	run.arguments.visible = ~UINT32_C(0);
	SPI_connect();
	run.sets = measure_open_sets();
	foreach(cell, run.sets)
		measure_set_arguments(lfirst(cell), &run.arguments);
	chart_each(PG_GETARG_ARRAYTYPE_P(0), visit_patient, &run);
	SPI_finish();
	return (Datum) 0;
}
