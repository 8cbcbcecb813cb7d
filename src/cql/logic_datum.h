/*
 * logic_datum.h: phm.logic values as arguments of SQL functions.
 */
#ifndef PHM_CQL_LOGIC_DATUM_H
#define PHM_CQL_LOGIC_DATUM_H

#include "fmgr.h"

#include "cql/logic.h"

/* A whole value, detoasted and aligned; refuses versions it does not know. */
extern const void *logic_detoast(Datum datum);

#define PG_GETARG_LOGIC_P(n) logic_detoast(PG_GETARG_DATUM(n))

#endif							/* PHM_CQL_LOGIC_DATUM_H */
