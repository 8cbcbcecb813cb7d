/*
 * fhirpath_filter.c: FHIRPath's functions on collections: existence, filters,
 * loops, parts, sets.
 *
 * Loops have three slots of the frame: $this, $index and $total.
 */
#include "cql/fhirpath_op.h"

/* ---- loops ---- */

/* Evaluates the argument of a loop for one item. */
static CqlValue
eval_for(CqlExec *x, const CqlNode *n, CqlValue item, uint32 index)
{
	CHECK_FOR_INTERRUPTS();
	x->frame[n->extra2] = item;
	x->frame[n->extra2 + 1] = cql_integer((int32) index);
	return cql_eval_arg(x, n, 1);
}

CqlValue
fhirpath_where(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	PathItems	items = fhirpath_items(&input);
	CqlListBuilder out = {0};

	for (uint32 i = 0; i < items.n; i++)
	{
		if (fhirpath_boolean(x, n, eval_for(x, n, items.values[i], i)) == CQL_YES)
			cql_list_add(x, &out, items.values[i]);
	}
	return cql_list_of(&out);
}

CqlValue
fhirpath_select(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	PathItems	items = fhirpath_items(&input);
	CqlListBuilder out = {0};

	for (uint32 i = 0; i < items.n; i++)
		fhirpath_add_all(x, &out, eval_for(x, n, items.values[i], i));
	return cql_list_of(&out);
}

/* Repeat: what the argument gives of the input and then of each new item; items are unique. */
CqlValue
fhirpath_repeat(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	CqlListBuilder out = {0};
	uint32		next = 0;

	for (;;)
	{
		PathItems	items = fhirpath_items(&input);

		for (uint32 i = 0; i < items.n; i++)
		{
			CqlValue	found = eval_for(x, n, items.values[i], i);
			PathItems	news = fhirpath_items(&found);

			for (uint32 k = 0; k < news.n; k++)
			{
				CHECK_FOR_INTERRUPTS();
				if (!cql_in_list(x, news.values[k], cql_list_of(&out)))
					cql_list_add(x, &out, news.values[k]);
			}
		}
		if (next == out.n)
			return cql_list_of(&out);
		input = out.values[next++];
	}
}

CqlValue
fhirpath_exists(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	PathItems	items = fhirpath_items(&input);

	if (n->nargs == 1)
		return cql_boolean(items.n > 0);
	for (uint32 i = 0; i < items.n; i++)
	{
		if (fhirpath_boolean(x, n, eval_for(x, n, items.values[i], i)) == CQL_YES)
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

CqlValue
fhirpath_all(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	PathItems	items = fhirpath_items(&input);

	for (uint32 i = 0; i < items.n; i++)
	{
		if (fhirpath_boolean(x, n, eval_for(x, n, items.values[i], i)) != CQL_YES)
			return cql_boolean(false);
	}
	return cql_boolean(true);
}

CqlValue
fhirpath_aggregate(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);
	CqlValue	total = n->nargs > 2 ? cql_eval_arg(x, n, 2) : cql_null();
	PathItems	items = fhirpath_items(&input);

	for (uint32 i = 0; i < items.n; i++)
	{
		x->frame[n->extra2 + 2] = total;
		total = eval_for(x, n, items.values[i], i);
	}
	return total;
}

/* iif: $this is the whole input. */
CqlValue
fhirpath_iif(CqlExec *x, const CqlNode *n)
{
	CqlValue	input = cql_eval_arg(x, n, 0);

	if (fhirpath_boolean(x, n, eval_for(x, n, input, 0)) == CQL_YES)
		return cql_eval_arg(x, n, 2);
	return n->nargs > 3 ? cql_eval_arg(x, n, 3) : cql_null();
}

/* ---- existence ---- */

CqlValue
fhirpath_empty(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(fhirpath_items(&a[0]).n == 0);
}

CqlValue
fhirpath_count(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_integer((int32) fhirpath_items(&a[0]).n);
}

/* Whether some item has a truth value; an item that is no Boolean is an error. */
static bool
some_is(CqlExec *x, const CqlNode *n, const CqlValue *a, bool value)
{
	PathItems	items = fhirpath_items(a);

	for (uint32 i = 0; i < items.n; i++)
	{
		CqlValue	v;

		CHECK_FOR_INTERRUPTS();
		v = fhirpath_system(x, items.values[i]);
		if (v.kind != CQL_BOOLEAN)
			cql_fail_type(x, n, v);
		if ((v.i != 0) == value)
			return true;
	}
	return false;
}

CqlValue
fhirpath_all_true(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(!some_is(x, n, a, false));
}

CqlValue
fhirpath_any_true(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(some_is(x, n, a, true));
}

CqlValue
fhirpath_all_false(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(!some_is(x, n, a, true));
}

CqlValue
fhirpath_any_false(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(some_is(x, n, a, false));
}

CqlValue
fhirpath_subset_of(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_list_includes(x, fhirpath_list(&a[1]), fhirpath_list(&a[0]), false) == CQL_YES);
}

CqlValue
fhirpath_superset_of(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(cql_list_includes(x, fhirpath_list(&a[0]), fhirpath_list(&a[1]), false) == CQL_YES);
}

CqlValue
fhirpath_distinct(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_distinct(x, a[0]);
}

CqlValue
fhirpath_is_distinct(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	distinct = cql_distinct(x, a[0]);

	return cql_boolean(fhirpath_items(&distinct).n == fhirpath_items(&a[0]).n);
}

/* ---- parts ---- */

/* Items from one number to another. */
static CqlValue
part_of(const CqlValue *a, int64 from, int64 to)
{
	PathItems	items = fhirpath_items(a);

	from = Max(from, 0);
	to = Min(to, (int64) items.n);
	if (from >= to)
		return cql_null();
	return to - from == 1 ? items.values[from] : cql_list(items.values + from, (uint32) (to - from));
}

/* An Integer argument. */
static int64
integer_argument(CqlExec *x, const CqlNode *n, CqlValue v)
{
	v = fhirpath_one(x, n, v);
	if (v.kind != CQL_INTEGER && v.kind != CQL_LONG)
		cql_fail_type(x, n, v);
	return v.i;
}

/* The whole collection, as a list that stays when the operand was one item on the stack. */
CqlValue
fhirpath_result(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue   *one;

	if (a[0].kind == CQL_LIST)
		return a[0];
	if (a[0].kind == CQL_NULL)
		return cql_list(NULL, 0);
	one = cql_alloc_values(x, 1);
	*one = a[0];
	return cql_list(one, 1);
}

CqlValue
fhirpath_index(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int64		index;

	if (fhirpath_items(&a[1]).n == 0)
		return cql_null();
	index = integer_argument(x, n, a[1]);
	return index < 0 ? cql_null() : part_of(a, index, index + 1);
}

CqlValue
fhirpath_single(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (fhirpath_items(&a[0]).n > 1)
		cql_fail(x, n, ERRCODE_CARDINALITY_VIOLATION, "single() of a collection of %u items", fhirpath_items(&a[0]).n);
	return part_of(a, 0, 1);
}

CqlValue
fhirpath_first(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return part_of(a, 0, 1);
}

CqlValue
fhirpath_last(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int64		count = fhirpath_items(&a[0]).n;

	return part_of(a, count - 1, count);
}

CqlValue
fhirpath_tail(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return part_of(a, 1, fhirpath_items(&a[0]).n);
}

CqlValue
fhirpath_skip(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return part_of(a, integer_argument(x, n, a[1]), fhirpath_items(&a[0]).n);
}

CqlValue
fhirpath_take(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return part_of(a, 0, integer_argument(x, n, a[1]));
}

/* ---- sets ---- */

/* One item as itself: the list may be that of an operand on the stack. */
static CqlValue
settle(CqlValue list)
{
	if (list.kind == CQL_LIST && list.n < 2)
		return list.n == 1 ? list.values[0] : cql_null();
	return list;
}

CqlValue
fhirpath_union(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return settle(cql_list_union(x, fhirpath_list(&a[0]), fhirpath_list(&a[1])));
}

CqlValue
fhirpath_intersect(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return settle(cql_list_intersect(x, fhirpath_list(&a[0]), fhirpath_list(&a[1])));
}

/* Exclude: the items that are not in the other collection; repeated ones stay. */
CqlValue
fhirpath_exclude(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return settle(cql_list_remove(x, fhirpath_list(&a[0]), fhirpath_list(&a[1])));
}

CqlValue
fhirpath_combine(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlListBuilder out = {0};

	fhirpath_add_all(x, &out, a[0]);
	fhirpath_add_all(x, &out, a[1]);
	return cql_list_of(&out);
}
