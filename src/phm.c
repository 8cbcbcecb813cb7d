/*
 * phm.c: the module's entry.  Owns nothing but the magic block and the
 * settings; every capability lives in its own folder.
 */
#include "phm.h"

#include "utils/guc.h"

#include "cql/call_site.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

static bool mark_changes = true;	/* read by the trigger functions, in SQL */
static int	visible_labels = 0;		/* read by phm.visible_labels() */

/* Called when the library is loaded, preloaded or not; must never fail. */
void
_PG_init(void)
{
	DefineCustomBoolVariable("phm.mark_changes",
							 "Whether triggers on the record mark the patients of changed rows.",
							 "phm's own writers mark patients themselves and turn it off while they write.",
							 &mark_changes, true, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("phm.visible_labels",
							"Sensitivity labels that lists may show, as the sum of their bits.",
							"0 leaves out every row with a label of phm.sensitivity_label.",
							&visible_labels, 0, 0, PG_INT32_MAX, PGC_USERSET, 0, NULL, NULL, NULL);
	rule_define_settings();
	worker_define_settings();
	worker_register();
	MarkGUCPrefixReserved("phm");
}
