/*
 * setting.c: the settings of the rule engine.
 */
#include "phm.h"

#include <limits.h>

#include "utils/guc.h"

#include "cql/call_site.h"

int			rule_memory;

void
rule_define_settings(void)
{
	DefineCustomIntVariable("phm.rule_memory",
							"Memory that the evaluation of logic over one chart may take.",
							"An evaluation that needs more ends with an error.",
							&rule_memory, 256 * 1024, 1024, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}
