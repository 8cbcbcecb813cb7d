/*
 * operator_function.h: declares the function of every operator, for the files
 * that define them and the table that names them.
 */
#ifndef PHM_CQL_OPERATOR_FUNCTION_H
#define PHM_CQL_OPERATOR_FUNCTION_H

#include "cql/exec.h"

/* Operators that the compiler replaces have NULL, which must not expand here. */
#pragma push_macro("NULL")
#undef NULL

#define OPERATOR_OPERANDS_NULLS		, const CqlValue *a
#define OPERATOR_OPERANDS_STRICT	, const CqlValue *a
#define OPERATOR_OPERANDS_LAZY
#define OPERATOR_OPERANDS_CLAUSE
#define OPERATOR(symbol, name, way, least, most, function) \
	extern CqlValue function(CqlExec *x, const CqlNode *n OPERATOR_OPERANDS_##way);
#include "cql/operator_list.h"
#undef OPERATOR

#pragma pop_macro("NULL")

#endif							/* PHM_CQL_OPERATOR_FUNCTION_H */
