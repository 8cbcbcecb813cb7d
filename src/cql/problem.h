/*
 * problem.h: what is wrong with libraries, as text and as JSON.
 */
#ifndef PHM_CQL_PROBLEM_H
#define PHM_CQL_PROBLEM_H

#include "cql/tree.h"

/* One problem in one line: "library.definition (line:column): message". */
extern void problem_print(StringInfo out, const CqlProblem *problem);

/* All of them, a line each; what is beyond the list is counted. */
extern char *problems_text(const CqlProblems *problems);

/* The same as a JSON array of objects. */
extern char *problems_json(const CqlProblems *problems);

#endif							/* PHM_CQL_PROBLEM_H */
