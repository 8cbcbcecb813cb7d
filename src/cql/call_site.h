/*
 * call_site.h: what SQL functions that run logic share: errors of linking as
 * text, and limits.
 */
#ifndef PHM_CQL_CALL_SITE_H
#define PHM_CQL_CALL_SITE_H

#include "cql/logic.h"

extern int	rule_memory;		/* phm.rule_memory in kB */

/* Defines the settings; on every load of the library. */
extern void rule_define_settings(void);

/* One problem in one line: "library.definition (line:column): message". */
extern void problem_print(StringInfo out, const CqlProblem *problem);

/* All of them, a line each; what is beyond the list is counted. */
extern char *problems_text(const CqlProblems *problems);

/* The same as a JSON array of objects. */
extern char *problems_json(const CqlProblems *problems);

/* A moment as CQL's Now() gives it: on the clock of a zone, milliseconds. */
extern PhmDateTime moment_at(int64 timestamp, int offset);

#endif							/* PHM_CQL_CALL_SITE_H */
