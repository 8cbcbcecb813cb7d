/*
 * setting.c: the settings of the background workers, and the registration of
 * their launcher.
 *
 * All settings may change with a reload, and exist in every session that loads
 * the library, so that a line in postgresql.conf is never an unknown one.
 */
#include "phm.h"

#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "postmaster/bgworker.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "worker/worker.h"

#define LAUNCHER_RESTART 5		/* seconds */

char	   *worker_databases;
int			worker_naptime;
int			worker_batch_size;
bool		worker_enabled;

/* Whether a list of databases can be read. */
static bool
check_databases(char **value, void **extra, GucSource source)
{
	char	   *copy = pstrdup(*value);
	List	   *names;
	bool		valid = SplitIdentifierString(copy, ',', &names);

	if (!valid)
		GUC_check_errdetail("List syntax is invalid.");
	list_free(names);
	pfree(copy);
	return valid;
}

List *
worker_database_list(void)
{
	char	   *copy = pstrdup(worker_databases);
	List	   *names;
	List	   *result = NIL;
	ListCell   *cell;

	if (!SplitIdentifierString(copy, ',', &names))
		elog(ERROR, "phm.databases cannot be read");
	foreach(cell, names)
	{
		bool		known = false;
		ListCell   *other;

		foreach(other, result)
			known = known || strcmp(lfirst(other), lfirst(cell)) == 0;
		if (!known)
			result = lappend(result, pstrdup(lfirst(cell)));
	}
	list_free(names);
	pfree(copy);
	return result;
}

void
worker_define_settings(void)
{
	DefineCustomStringVariable("phm.databases",
							   "Databases in which a background worker refreshes what is derived.",
							   "A comma-separated list; empty: none. Takes effect with a reload, where phm is preloaded.",
							   &worker_databases, "", PGC_SIGHUP, GUC_LIST_INPUT, check_databases, NULL, NULL);
	DefineCustomIntVariable("phm.naptime",
							"Time between two looks of a background worker for something to refresh.",
							NULL, &worker_naptime, 10, 1, 86400, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	DefineCustomIntVariable("phm.batch_size",
							"Patients that a refresh brings up to date in one transaction.",
							NULL, &worker_batch_size, 500, 1, 100000, PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("phm.worker",
							 "Whether background workers run.",
							 "Off ends them with a reload; refreshes can then be called.",
							 &worker_enabled, true, PGC_SIGHUP, 0, NULL, NULL, NULL);
}

void
worker_register(void)
{
	BackgroundWorker launcher = {0};

	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	strlcpy(launcher.bgw_name, "phm launcher", BGW_MAXLEN);
	strlcpy(launcher.bgw_type, "phm launcher", BGW_MAXLEN);
	launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
	launcher.bgw_restart_time = LAUNCHER_RESTART;
	strlcpy(launcher.bgw_library_name, "phm", sizeof(launcher.bgw_library_name));
	strlcpy(launcher.bgw_function_name, "phm_launcher_main", sizeof(launcher.bgw_function_name));
	RegisterBackgroundWorker(&launcher);
}
