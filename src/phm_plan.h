/*
 * phm_plan.h: statements that are parsed once a session.
 */
#ifndef PHM_PLAN_H
#define PHM_PLAN_H

#include "executor/spi.h"

/*
 * The plan of a statement with parameters of these types, kept for the life of
 * the session; to be called while SPI is connected.  Whether it is planned
 * anew for each run follows plan_cache_mode.
 */
extern SPIPlanPtr phm_plan(const char *sql, int nargs, const Oid *types);

#endif							/* PHM_PLAN_H */
