/*
 * worker.c: the background worker of one database.
 *
 * Each tick does what CALL phm.refresh() does, step by step, a transaction
 * each.  All state is in tables, so a worker that is killed, with or without
 * its server, leaves nothing to clean up.
 *
 * Always holds: statements run with the rights of the owner of the store, who
 * cannot be changed back from within (as for maintenance commands), because
 * triggers and derivations there are that owner's; memory of a tick is
 * freed at its end.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "libpq/pqsignal.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "phm_plan.h"
#include "worker/worker.h"

#define ABSENT_S 60				/* between looks for an extension or a store that is not there */
#define REPORT_S 60				/* an idle worker says so in its table this often */
#define BACKOFF_S 300			/* longest pause after errors */

/* What a tick found. */
typedef enum Finding
{
	WORKER_ABSENT,				/* no extension or no store */
	WORKER_IDLE,				/* nothing to do */
	WORKER_REFRESHED
} Finding;

static volatile sig_atomic_t busy = false;	/* in a tick: the way out is an error */
static MemoryContext tick_context;	/* reset after each tick */
static int	failures;			/* ticks in a row that failed */
static TimestampTz reported_at; /* when the row of phm.worker_state was last written */

PGDLLEXPORT void phm_worker_main(Datum arg);

/* SIGTERM ends a statement like that of any session, and an idle worker quietly. */
static void
handle_sigterm(SIGNAL_ARGS)
{
	if (busy)
		die(postgres_signal_arg);
	else
		SignalHandlerForShutdownRequest(postgres_signal_arg);
}

/* The owner of the store; InvalidOid when there is no extension or no store. */
static Oid
store_owner(void)
{
	Oid			schema = get_namespace_oid("phm", true);
	HeapTuple	tuple;
	Oid			table;
	Oid			owner;

	if (!OidIsValid(schema) || !OidIsValid(get_extension_oid("phm", true)))
		return InvalidOid;
	table = get_relname_relid("store_version", schema);
	if (!OidIsValid(table))
		return InvalidOid;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Runs a statement in a transaction of its own, as the owner of the store.
 * Sets *result to the first column of its row (by value), and says whether
 * there is a store at all.
 */
static bool
run_statement(const char *sql, int nargs, Oid *types, Datum *values, const char *nulls, Datum *result)
{
	Oid			user;
	int			context;
	Oid			owner;
	bool		isnull;

	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	owner = store_owner();
	if (OidIsValid(owner))
	{
		GetUserIdAndSecContext(&user, &context);
		SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
		SPI_connect();
		phm_spi_check(SPI_execute_with_args(sql, nargs, types, values, nulls, false, 0), "run a statement of the worker");
		if (result != NULL)
			*result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		SPI_finish();
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
	if (OidIsValid(owner))
		SetUserIdAndSecContext(user, context);
	MemoryContextSwitchTo(tick_context);
	return OidIsValid(owner);
}

/* Runs a statement without arguments that gives a boolean; false without a store. */
static bool
ask(const char *sql)
{
	Datum		result = BoolGetDatum(false);

	(void) run_statement(sql, 0, NULL, NULL, NULL, &result);
	return DatumGetBool(result);
}

/* Writes the row of phm.worker_state; texts may be NULL. */
static void
report(const char *state, const char *code, const char *error)
{
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	const char *texts[3] = {state, code, error};
	Datum		values[3] = {0};
	char		nulls[4] = "   ";

	for (int i = 0; i < 3; i++)
	{
		nulls[i] = texts[i] ? ' ' : 'n';
		if (texts[i])
			values[i] = CStringGetTextDatum(texts[i]);
	}
	reported_at = GetCurrentTimestamp();
	(void) run_statement("SELECT phm.worker_report($1, $2, $3)", 3, types, values, nulls, NULL);
}

/* Takes up a changed postgresql.conf. */
static void
reload_settings(void)
{
	if (!ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
}

/* Takes the steps of a refresh until there is nothing more. */
static void
refresh(void)
{
	Oid			types[1] = {INT8OID};
	Datum		run;
	Datum		more = BoolGetDatum(true);

	pgstat_report_activity(STATE_RUNNING, "phm: refreshing");
	report("refreshing", NULL, NULL);
	if (!run_statement("SELECT phm.refresh_begin(NULL, NULL, true)", 0, NULL, NULL, NULL, &run))
		return;
	while (DatumGetBool(more))
	{
		CHECK_FOR_INTERRUPTS();
		reload_settings();
		if (!run_statement("SELECT phm.refresh_step($1)", 1, types, &run, NULL, &more))
			return;
		MemoryContextReset(tick_context);
	}
	report("idle", NULL, NULL);
}

/* One look for something to do, and the doing of it. */
static Finding
tick(void)
{
	if (!ask("SELECT true"))
		return WORKER_ABSENT;
	if (ask("SELECT phm.refresh_due()"))
	{
		refresh();
		return WORKER_REFRESHED;
	}
	if (TimestampDifferenceExceeds(reported_at, GetCurrentTimestamp(), REPORT_S * 1000))
		report("idle", NULL, NULL);
	return WORKER_IDLE;
}

/* Does a tick, or tells the table of the error that the last one ended with; the error of this one or NULL. */
static ErrorData *
attempt(Finding *finding, const ErrorData *last)
{
	ErrorData  *volatile error = NULL;

	PG_TRY();
	{
		if (last == NULL)
			*finding = tick();
		else
			report("failed", unpack_sql_state(last->sqlerrcode), last->message);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(tick_context);
		error = CopyErrorData();
		FlushErrorState();
		AbortCurrentTransaction();
		MemoryContextSwitchTo(tick_context);
	}
	PG_END_TRY();
	return error;
}

/* How long to sleep after a tick, in seconds: longer after each failure in a row. */
static int
pause_after(Finding finding)
{
	int			pause = worker_naptime;

	if (finding == WORKER_ABSENT)
		return Max(pause, ABSENT_S);
	for (int i = 0; i < Min(failures, 10); i++)
		pause = Max(pause, Min(pause * 2, BACKOFF_S));
	return pause;
}

/* A tick behind a wall: whatever goes wrong is told and tried again later. */
static Finding
guarded_tick(void)
{
	Finding		finding = WORKER_IDLE;
	ErrorData  *error;

	busy = true;
	if (ShutdownRequestPending)
		proc_exit(1);
	error = attempt(&finding, NULL);
	failures = error ? failures + 1 : 0;
	if (error != NULL)
	{
		/* Errors of derivations do not come here; what does is about tables, not patients. */
		ereport(LOG,
				(errcode(error->sqlerrcode),
				 errmsg("phm worker: %s: %s", unpack_sql_state(error->sqlerrcode), error->message),
				 error->hint ? errhint("%s", error->hint) : 0));
		(void) attempt(&finding, error);
	}
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
	MemoryContextReset(tick_context);
	busy = false;
	return finding;
}

/* Connects, with settings that a refresh relies on, whatever the database's defaults are. */
static void
connect_to(const char *database)
{
	BackgroundWorkerInitializeConnection(database, NULL, 0);
	SetConfigOption("default_transaction_isolation", "read committed", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("default_transaction_read_only", "off", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_OVERRIDE);
	SetConfigOption("application_name", "phm worker", PGC_SUSET, PGC_S_OVERRIDE);
	pgstat_report_appname("phm worker");
}

/* The process: started by launcher.c, with the database in bgw_extra. */
void
phm_worker_main(Datum arg)
{
	TimestampTz next_tick = 0;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, handle_sigterm);
	BackgroundWorkerUnblockSignals();
	connect_to(MyBgworkerEntry->bgw_extra);
	tick_context = AllocSetContextCreate(TopMemoryContext, "phm worker tick", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(tick_context);
	pgstat_report_activity(STATE_IDLE, NULL);
	for (;;)
	{
		TimestampTz now = GetCurrentTimestamp();

		/* The latch is set for many reasons; a tick comes when it is due, or after a reload. */
		if (now >= next_tick || ConfigReloadPending)
		{
			Finding		finding;

			reload_settings();
			finding = guarded_tick();
			now = GetCurrentTimestamp();
			next_tick = TimestampTzPlusMilliseconds(now, 1000L * pause_after(finding));
		}
		if (ShutdownRequestPending)
			proc_exit(1);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 TimestampDifferenceMilliseconds(now, next_tick) + 1, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}
