/*
 * phm.c: the module's entry.  Owns nothing but the magic block and the
 * settings; every capability lives in its own folder.
 */
#include "phm.h"

#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/* Called when the library is loaded, preloaded or not; must never fail. */
void
_PG_init(void)
{
	MarkGUCPrefixReserved("phm");
}
