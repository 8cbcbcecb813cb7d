/*
 * operator.c: the table of operators.
 */
#include "cql/exec.h"

#define DECLARE_NULLS(function) extern CqlValue function(CqlExec *x, const CqlNode *n, const CqlValue *a);
#define DECLARE_STRICT(function) extern CqlValue function(CqlExec *x, const CqlNode *n, const CqlValue *a);
#define DECLARE_LAZY(function) extern CqlValue function(CqlExec *x, const CqlNode *n);
#define DECLARE_CLAUSE(function) extern CqlValue function(CqlExec *x, const CqlNode *n);
#define OPERATOR(symbol, name, way, least, most, function) DECLARE_##way(function)
#include "cql/operator_list.h"
#undef OPERATOR

const CqlOperator cql_operators[] = {
#define OPERATOR(symbol, name, way, least, most, function) \
	{name, CQL_##way, least, most, (void *) function},
#include "cql/operator_list.h"
#undef OPERATOR
};

StaticAssertDecl(lengthof(cql_operators) == CQL_NOPS, "one row for each operator");
