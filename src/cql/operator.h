/*
 * operator.h: the operators of logic, by the names ELM gives them.
 *
 * operator_list.h lists each as OPERATOR(symbol, name, way, least, most, function):
 *
 *   NULLS   operands are evaluated first; a null among them makes the result null
 *   STRICT  operands are evaluated first; the function sees nulls
 *   LAZY    the function evaluates its operands itself
 *   CLAUSE  part of another operator, never evaluated
 *
 * Stored logic holds the numbers: new ones are added at the end of their file.
 */
#ifndef PHM_CQL_OPERATOR_H
#define PHM_CQL_OPERATOR_H

typedef enum CqlOp
{
#define OPERATOR(symbol, name, way, least, most, function) CQL_OP_##symbol,
#include "cql/operator_list.h"
#undef OPERATOR
	CQL_NOPS
} CqlOp;

typedef enum CqlWay
{
	CQL_NULLS,
	CQL_STRICT,
	CQL_LAZY,
	CQL_CLAUSE
} CqlWay;

#define CQL_MANY 255			/* most: any number */
#define CQL_MAX_STRICT 9		/* operands of a NULLS or STRICT operator */

typedef struct CqlOperator
{
	const char *name;			/* of the ELM node, NULL: made by the compiler */
	CqlWay		way;
	int			least;			/* operands */
	int			most;
	void	   *function;		/* CqlStrict or CqlLazy */
} CqlOperator;

extern const CqlOperator cql_operators[];

#endif							/* PHM_CQL_OPERATOR_H */
