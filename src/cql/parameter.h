/*
 * parameter.h: parameters of logic given as JSON.
 */
#ifndef PHM_CQL_PARAMETER_H
#define PHM_CQL_PARAMETER_H

#include "cql/logic.h"

/*
 * Sets parameters from a JSON object, in the form that cql_print_json writes:
 * name or "Library.name" to value.  The declared types decide what a text and a
 * number are.  False with an error for what is no parameter or no such value.
 */
extern bool cql_set_parameters(CqlExec *x, const void *logic, const char *json, size_t length, PhmError *err);

#endif							/* PHM_CQL_PARAMETER_H */
