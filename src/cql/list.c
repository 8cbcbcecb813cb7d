/*
 * list.c: operators on lists, and those that lists share with strings.
 *
 * Pure.  Lists are arrays of values that are never changed: parts of a list
 * point into it.
 */
#include "cql/operator_function.h"


/* Ends the evaluation unless a value is a list or null; false: null. */
static inline bool
need_list(CqlExec *x, const CqlNode *n, CqlValue v)
{
	if (likely(v.kind == CQL_LIST))
		return true;
	if (v.kind != CQL_NULL)
		cql_fail_type(x, n, v);
	return false;
}

/* Elements from one index to another. */
static inline CqlValue
part_of(CqlValue list, uint32 from, uint32 to)
{
	return from < to ? cql_list(list.values + from, to - from) : cql_list(NULL, 0);
}

/* List: its operands. */
CqlValue
cql_list_op(CqlExec *x, const CqlNode *n)
{
	CqlValue   *values;

	if (n->nargs == 0)
		return cql_list(NULL, 0);
	values = cql_alloc_values(x, n->nargs);
	for (uint32 i = 0; i < n->nargs; i++)
		values[i] = cql_eval_arg(x, n, i);
	return cql_list(values, n->nargs);
}

/* Exists: some element is not null; false of null. */
CqlValue
cql_exists_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!need_list(x, n, a[0]))
		return cql_boolean(false);
	for (uint32 i = 0; i < a[0].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!cql_is_null(a[0].values[i]))
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

/* SingletonFrom: the only element; null when there is none, an error when there are several. */
CqlValue
cql_singleton_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!need_list(x, n, a[0]) || a[0].n == 0)
		return cql_null();
	if (a[0].n > 1)
		cql_fail(x, n, ERRCODE_CARDINALITY_VIOLATION, "singleton from a list of %u elements", a[0].n);
	return a[0].values[0];
}

/* Flatten: the elements of the elements; null lists have none, and what is no list stays. */
CqlValue
cql_flatten_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlListBuilder result = {0};

	if (!need_list(x, n, a[0]))
		return cql_null();
	for (uint32 i = 0; i < a[0].n; i++)
	{
		CqlValue	v = a[0].values[i];

		CHECK_FOR_INTERRUPTS();
		if (v.kind == CQL_NULL)
			continue;
		if (v.kind != CQL_LIST)
			cql_list_add(x, &result, v);
		else if (result.n == 0 && i + 1 == a[0].n)
			return v;
		else
		{
			for (uint32 k = 0; k < v.n; k++)
			{
				CHECK_FOR_INTERRUPTS();
				cql_list_add(x, &result, v.values[k]);
			}
		}
	}
	return cql_list_of(&result);
}

/* Distinct. */
CqlValue
cql_distinct_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return need_list(x, n, a[0]) ? cql_distinct(x, a[0]) : cql_null();
}

/* First element, null when there is none. */
CqlValue
cql_first_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return need_list(x, n, a[0]) && a[0].n > 0 ? a[0].values[0] : cql_null();
}

/* Last element, null when there is none. */
CqlValue
cql_last_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return need_list(x, n, a[0]) && a[0].n > 0 ? a[0].values[a[0].n - 1] : cql_null();
}

/* Length: elements of a list, 0 of a null list; characters of a string, null of a null string. */
CqlValue
cql_length_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	switch ((CqlKind) a[0].kind)
	{
		case CQL_LIST:
			return cql_integer((int32) a[0].n);
		case CQL_STRING:
			return cql_integer((int32) cql_string_length(a[0]));
		case CQL_NULL:
			return a[0].type == CQL_LIST || n->flag == CQL_OF_LIST ? cql_integer(0) : cql_null();
		default:
			cql_fail_type(x, n, a[0]);
	}
}

/* IndexOf: the place of the first element that is equal, -1 without one; null when an operand is. */
CqlValue
cql_index_of_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (!need_list(x, n, a[0]) || cql_is_null(a[1]))
		return cql_null();
	for (uint32 i = 0; i < a[0].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cql_equal(x, a[0].values[i], a[1]) == CQL_YES)
			return cql_integer((int32) i);
	}
	return cql_integer(-1);
}

/* Indexer: an element of a list or a character of a string, counted from 0; null outside. */
CqlValue
cql_indexer_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (cql_is_null(a[0]) || cql_is_null(a[1]))
		return cql_null();
	if (a[1].kind != CQL_INTEGER && a[1].kind != CQL_LONG)
		cql_fail_type(x, n, a[1]);
	if (a[0].kind == CQL_STRING)
		return cql_string_at(a[0], a[1].i);
	if (!need_list(x, n, a[0]) || a[1].i < 0 || a[1].i >= a[0].n)
		return cql_null();
	return a[0].values[a[1].i];
}

/* A bound of Slice: the default when it is null. */
static int64
slice_bound(CqlExec *x, const CqlNode *n, CqlValue v, int64 otherwise)
{
	if (cql_is_null(v))
		return otherwise;
	if (v.kind != CQL_INTEGER && v.kind != CQL_LONG)
		cql_fail_type(x, n, v);
	return v.i;
}

/* Slice: elements from a start to before an end; empty when a bound is negative. */
CqlValue
cql_slice_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int64		start;
	int64		end;

	if (!need_list(x, n, a[0]))
		return cql_null();
	start = slice_bound(x, n, a[1], 0);
	end = slice_bound(x, n, a[2], a[0].n);
	if (start < 0 || end < 0 || start >= a[0].n)
		return cql_list(NULL, 0);
	return part_of(a[0], (uint32) start, (uint32) Min(end, (int64) a[0].n));
}
