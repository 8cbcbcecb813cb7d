/*
 * logical.c: three-valued logic, nulls, and choices.
 *
 * Pure.  Null is the third truth value.  And, Or and Implies evaluate their
 * second operand only when the first leaves the result open; If, Case and
 * Coalesce evaluate no more than they return.
 */
#include "cql/operator_function.h"

/* And: false as soon as one is. */
CqlValue
cql_and_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	a = cql_eval_arg(x, n, 0);
	CqlValue	b;

	if (cql_is_false(a))
		return a;
	b = cql_eval_arg(x, n, 1);
	if (cql_is_false(b))
		return b;
	return cql_is_true(a) && cql_is_true(b) ? a : cql_null();
}

/* Or: true as soon as one is. */
CqlValue
cql_or_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	a = cql_eval_arg(x, n, 0);
	CqlValue	b;

	if (cql_is_true(a))
		return a;
	b = cql_eval_arg(x, n, 1);
	if (cql_is_true(b))
		return b;
	return cql_is_false(a) && cql_is_false(b) ? a : cql_null();
}

/* Implies: not the first, or the second. */
CqlValue
cql_implies_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	a = cql_eval_arg(x, n, 0);
	CqlValue	b;

	if (cql_is_false(a))
		return cql_boolean(true);
	b = cql_eval_arg(x, n, 1);
	if (cql_is_true(b))
		return b;
	return cql_is_true(a) && cql_is_false(b) ? b : cql_null();
}

/* Xor: unknown when either is. */
CqlValue
cql_xor_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlAnswer	p = cql_to_answer(a[0]);
	CqlAnswer	q = cql_to_answer(a[1]);

	return p == CQL_UNKNOWN || q == CQL_UNKNOWN ? cql_null() : cql_boolean(p != q);
}

/* Not. */
CqlValue
cql_not_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[0].kind != CQL_BOOLEAN)
		cql_fail_type(x, n, a[0]);
	return cql_boolean(a[0].i == 0);
}

/* Coalesce: the first operand, or the first element of the one list, that is not null. */
CqlValue
cql_coalesce_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = cql_null();

	for (uint32 i = 0; i < n->nargs; i++)
	{
		v = cql_eval_arg(x, n, i);
		if (!cql_is_null(v))
			break;
	}
	if (n->nargs != 1 || v.kind != CQL_LIST)
		return v;
	for (uint32 i = 0; i < v.n; i++)
	{
		if (!cql_is_null(v.values[i]))
			return v.values[i];
	}
	return cql_null();
}

/* IsNull. */
CqlValue
cql_is_null_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_is_null(a[0]));
}

/* IsTrue: neither false nor null. */
CqlValue
cql_is_true_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_is_true(a[0]));
}

/* IsFalse: neither true nor null. */
CqlValue
cql_is_false_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_is_false(a[0]));
}

/* If: what is not true takes the else. */
CqlValue
cql_if_op(CqlExec *x, const CqlNode *n)
{
	return cql_eval_arg(x, n, cql_is_true(cql_eval_arg(x, n, 0)) ? 1 : 2);
}

/*
 * Case.  With a comparand (flag 1) the first operand is compared with each
 * "when"; without, each is a condition.  Pairs of when and then follow, and
 * one operand more is the else.
 */
CqlValue
cql_case_op(CqlExec *x, const CqlNode *n)
{
	bool		compares = (n->flag & 1) != 0;
	CqlValue	comparand = compares ? cql_eval_arg(x, n, 0) : cql_null();
	uint32		i = compares ? 1 : 0;

	for (; i + 1 < n->nargs; i += 2)
	{
		CqlValue	when = cql_eval_arg(x, n, i);

		if (compares ? cql_equal(x, comparand, when) == CQL_YES : cql_is_true(when))
			return cql_eval_arg(x, n, i + 1);
	}
	return i < n->nargs ? cql_eval_arg(x, n, i) : cql_null();
}
