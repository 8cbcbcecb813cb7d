/*
 * phm.c: the module's entry.  Owns nothing but the magic block and the
 * settings; every capability lives in its own folder.
 */
#include "phm.h"

#include "utils/guc.h"

#include "worker/worker.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

static bool mark_changes = true;	/* read by the trigger functions, in SQL */

/* Called when the library is loaded, preloaded or not; must never fail. */
void
_PG_init(void)
{
	DefineCustomBoolVariable("phm.mark_changes",
							 "Whether triggers on the record mark the patients of changed rows.",
							 "phm's own writers mark patients themselves and turn it off while they write.",
							 &mark_changes, true, PGC_USERSET, 0, NULL, NULL, NULL);
	worker_define_settings();
	worker_register();
	MarkGUCPrefixReserved("phm");
}
