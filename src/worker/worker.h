/*
 * worker.h: the background workers that keep databases fresh.
 */
#ifndef PHM_WORKER_H
#define PHM_WORKER_H

/* Settings, all PGC_SIGHUP. */
extern char *worker_databases;	/* comma list */
extern int	worker_naptime;		/* seconds */
extern int	worker_batch_size;	/* patients */
extern bool worker_enabled;

/* Defines the settings; on every load of the library. */
extern void worker_define_settings(void);

/* Registers the launcher where the library is being preloaded. */
extern void worker_register(void);

/* The databases of phm.databases: a palloc'd list of palloc'd names, each once. */
extern List *worker_database_list(void);

#endif							/* PHM_WORKER_H */
