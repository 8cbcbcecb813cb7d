/*
 * launcher.c: starts a worker for each database of phm.databases and starts it
 * again when it has ended.
 *
 * The launcher is connected to no database.  It looks a database up before it
 * starts a worker there, so that one that was dropped costs a look and no line
 * in the log.  It ends its workers when it ends: a new launcher starts anew.
 */
#include "phm.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "worker/worker.h"

#define RESTART_MS 5000			/* a worker that ended is started again after this */
#define LOOK_MS 60000			/* how long a missing database, or a missing slot, waits for the next look */

/* A database for which there is, was or should be a worker. */
typedef struct Place
{
	char		database[NAMEDATALEN];
	BackgroundWorkerHandle *handle; /* NULL: none was started */
	TimestampTz next_start;
	bool		wanted;			/* by the settings as they are */
	bool		told;			/* the log says why no worker runs */
} Place;

static List *places;			/* in TopMemoryContext; entries stay */

PGDLLEXPORT void phm_launcher_main(Datum arg);

/* Whether a database exists and takes connections. */
static bool
database_accepts(const char *name)
{
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result = false;

	StartTransactionCommand();
	rel = table_open(DatabaseRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
	/* Without a database there are no indexes to use. */
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);

		result = form->datallowconn && form->datconnlimit != -2;	/* -2: half dropped */
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	CommitTransactionCommand();
	return result;
}

/* The place of a database, made where there is none. */
static Place *
find_place(const char *database)
{
	ListCell   *cell;
	Place	   *place;
	MemoryContext old;

	foreach(cell, places)
		if (strcmp(((Place *) lfirst(cell))->database, database) == 0)
			return lfirst(cell);
	old = MemoryContextSwitchTo(TopMemoryContext);
	place = palloc0(sizeof(Place));
	strlcpy(place->database, database, NAMEDATALEN);
	places = lappend(places, place);
	MemoryContextSwitchTo(old);
	return place;
}

/* Notes which databases the settings want. */
static void
read_settings(void)
{
	ListCell   *cell;
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "phm launcher", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	foreach(cell, places)
		((Place *) lfirst(cell))->wanted = false;
	if (worker_enabled)
		foreach(cell, worker_database_list())
		{
			Place	   *place = find_place(lfirst(cell));

			place->wanted = true;
			place->told = false;
			place->next_start = 0;
		}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

/* Starts the worker of a place; false when the server has no slot for it. */
static bool
start_worker(Place *place)
{
	BackgroundWorker worker = {0};
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	bool		started;

	snprintf(worker.bgw_name, BGW_MAXLEN, "phm worker for %s", place->database);
	strlcpy(worker.bgw_type, "phm worker", BGW_MAXLEN);
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;	/* by us */
	worker.bgw_notify_pid = MyProcPid;
	strlcpy(worker.bgw_library_name, "phm", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "phm_worker_main", sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_extra, place->database, BGW_EXTRALEN);
	started = RegisterDynamicBackgroundWorker(&worker, &place->handle);
	MemoryContextSwitchTo(old);
	return started;
}

/* Says once why a database has no worker. */
static void
tell(Place *place, const char *why, const char *hint)
{
	if (!place->told)
		ereport(LOG,
				(errmsg("phm cannot start a worker for database \"%s\": %s", place->database, why),
				 errhint("%s", hint)));
	place->told = true;
}

/* Starts or ends the worker of a place, as wanted. */
static void
look_after(Place *place, TimestampTz now)
{
	pid_t		pid;

	if (place->handle != NULL && GetBackgroundWorkerPid(place->handle, &pid) != BGWH_STOPPED)
	{
		if (!place->wanted)
			TerminateBackgroundWorker(place->handle);
		return;
	}
	if (place->handle != NULL)
	{
		pfree(place->handle);
		place->handle = NULL;
		place->next_start = TimestampTzPlusMilliseconds(now, RESTART_MS);
	}
	if (!place->wanted || place->next_start > now)
		return;
	place->next_start = TimestampTzPlusMilliseconds(now, LOOK_MS);
	if (!database_accepts(place->database))
		tell(place, "there is no such database", "Correct phm.databases and reload.");
	else if (!start_worker(place))
		tell(place, "no process slot is free", "Increase max_worker_processes.");
	else
		place->told = false;
}

/* Until when nothing need be done, in milliseconds; -1: until something happens. */
static long
time_to_sleep(TimestampTz now)
{
	long		sleep = -1;
	ListCell   *cell;

	foreach(cell, places)
	{
		Place	   *place = lfirst(cell);
		long		wait;

		if (!place->wanted || place->handle != NULL)
			continue;
		wait = TimestampDifferenceMilliseconds(now, place->next_start) + 1;
		if (sleep < 0 || wait < sleep)
			sleep = wait;
	}
	return sleep;
}

/* A launcher that ends takes its workers along. */
static void
end_workers(int code, Datum arg)
{
	ListCell   *cell;

	foreach(cell, places)
		if (((Place *) lfirst(cell))->handle != NULL)
			TerminateBackgroundWorker(((Place *) lfirst(cell))->handle);
}

/* The process: registered in setting.c. */
void
phm_launcher_main(Datum arg)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	before_shmem_exit(end_workers, 0);
	read_settings();
	while (!ShutdownRequestPending)
	{
		TimestampTz now = GetCurrentTimestamp();
		ListCell   *cell;
		long		sleep;

		foreach(cell, places)
			look_after(lfirst(cell), now);
		sleep = time_to_sleep(GetCurrentTimestamp());
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | (sleep >= 0 ? WL_TIMEOUT : 0),
						 sleep, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			read_settings();
		}
	}
	proc_exit(1);				/* 0 would tell the postmaster never to start it again */
}
