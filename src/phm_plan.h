/*
 * phm_plan.h: statements that are parsed once a session, and what SPI answers.
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

/*
 * Raises an error where SPI answered a statement with one: doing completes "could
 * not".  Errors of the statement itself, such as a missing table, SPI has raised before.
 */
extern void phm_spi_check(int answer, const char *doing);

/* The same for SPI_prepare and SPI_keepplan: the plan, kept for the life of the session. */
extern SPIPlanPtr phm_kept_plan(SPIPlanPtr plan, const char *doing);

#endif							/* PHM_PLAN_H */
