/*
 * mark.c: silencing the mark triggers while phm itself writes.
 *
 * The setting is restored with the nest level, also after an error, so foreign
 * writes in the same transaction are marked as ever.
 */
#include "phm.h"

#include "utils/guc.h"

#include "record/mark.h"

int
mark_silence_triggers(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("phm.mark_changes", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

void
mark_restore_triggers(int level)
{
	AtEOXact_GUC(true, level);
}
