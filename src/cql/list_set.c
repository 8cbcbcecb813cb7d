/*
 * list_set.c: lists as sets: distinct, union, intersect, except, includes.
 *
 * Pure.  Results have no duplicates and keep the order of first appearance.
 * Two nulls are equal here; values whose equality is unknown are different.
 * Small sets are searched, larger ones hashed.  Sets of chart entries, which
 * rules unite all the time, are compared by identity.
 */
#include "types/bytes.h"
#include "cql/compare.h"

#define SMALL_SET	12			/* values that are searched one by one */

/* A growing set of values. */
typedef struct ValueSet
{
	CqlExec    *x;
	CqlValue   *values;
	uint32		n;
	uint64	   *slots;			/* upper half of a hash, index + 1; NULL: small */
	uint64		mask;
} ValueSet;

/* Whether two values are surely equal, or both null. */
static inline bool
same_value(CqlExec *x, CqlValue a, CqlValue b)
{
	if (cql_both_entries(a, b))
		return cql_same_entry(a, b);
	if (a.kind == CQL_NULL || b.kind == CQL_NULL)
		return a.kind == b.kind;
	return cql_equal(x, a, b) == CQL_YES;
}

/* An empty set with room for so many values. */
static void
set_init(ValueSet *set, CqlExec *x, uint64 size)
{
	uint64		nslots = 32;

	set->x = x;
	set->n = 0;
	set->slots = NULL;
	set->mask = 0;
	set->values = size > 0 ? cql_alloc(x, size * sizeof(CqlValue)) : NULL;
	if (size <= SMALL_SET)
		return;
	while (nslots < size * 2)
		nslots *= 2;
	set->slots = cql_alloc(x, nslots * sizeof(uint64));
	bytes_zero(set->slots, nslots * sizeof(uint64));
	set->mask = nslots - 1;
}

/* Whether a value is in the set, and its *index; otherwise *slot is where it would go. */
static bool
set_find(const ValueSet *set, CqlValue v, uint32 *index, uint64 *slot, uint64 *tag)
{
	uint64		hash;

	if (set->slots == NULL)
	{
		for (uint32 i = 0; i < set->n; i++)
		{
			*index = i;
			if (same_value(set->x, set->values[i], v))
				return true;
		}
		return false;
	}
	CHECK_FOR_INTERRUPTS();
	hash = cql_hash(set->x, v);
	*tag = hash & ~UINT64CONST(0xFFFFFFFF);
	for (*slot = hash & set->mask; set->slots[*slot] != 0; *slot = (*slot + 1) & set->mask)
	{
		uint64		found = set->slots[*slot];

		CHECK_FOR_INTERRUPTS();
		*index = (uint32) found - 1;
		if ((found & ~UINT64CONST(0xFFFFFFFF)) == *tag && same_value(set->x, set->values[*index], v))
			return true;
	}
	return false;
}

/* Adds a value that is not in the set yet; its index. */
static uint32
set_add(ValueSet *set, CqlValue v)
{
	uint64		slot = 0;
	uint64		tag = 0;
	uint32		index;

	if (set_find(set, v, &index, &slot, &tag))
		return index;
	set->values[set->n++] = v;
	if (set->slots)
		set->slots[slot] = tag | set->n;
	return set->n - 1;
}

static void
set_add_all(ValueSet *set, CqlValue list)
{
	for (uint32 i = 0; i < list.n; i++)
		set_add(set, list.values[i]);
}

static inline bool
set_has(const ValueSet *set, CqlValue v)
{
	uint32		index;
	uint64		slot;
	uint64		tag;

	return set_find(set, v, &index, &slot, &tag);
}

/* A list without repeated elements; null of null. */
CqlValue
cql_distinct(CqlExec *x, CqlValue list)
{
	ValueSet	set;

	if (list.kind != CQL_LIST || list.n < 2)
		return list;
	set_init(&set, x, list.n);
	set_add_all(&set, list);
	return cql_list(set.values, set.n);
}

/* Where the values of a list stand among distinct ones: indexes, or CQL_NOWHERE. */
void
cql_list_places(CqlExec *x, CqlValue list, CqlValue among, uint32 *places)
{
	ValueSet	set;
	uint64		slot;
	uint64		tag;

	set_init(&set, x, among.n);
	set_add_all(&set, among);
	for (uint32 i = 0; i < list.n; i++)
		if (cql_is_null(list.values[i]) || !set_find(&set, list.values[i], &places[i], &slot, &tag))
			places[i] = CQL_NOWHERE;
}

/* The element that occurs most often, the first of several; null without any. */
CqlValue
cql_most_frequent(CqlExec *x, CqlValue list)
{
	ValueSet	set;
	uint32	   *counts;
	uint32		best = 0;

	if (list.kind != CQL_LIST || list.n == 0)
		return cql_null();
	set_init(&set, x, list.n);
	counts = cql_alloc(x, (size_t) list.n * sizeof(uint32));
	bytes_zero(counts, (size_t) list.n * sizeof(uint32));
	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!cql_is_null(list.values[i]))
			counts[set_add(&set, list.values[i])]++;
	}
	for (uint32 i = 1; i < set.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (counts[i] > counts[best])
			best = i;
	}
	return set.n > 0 ? set.values[best] : cql_null();
}

/* Elements of either list, a null list being empty; null when both are null. */
/* Union of many lists: the elements of all, each once; nulls are empty lists. */
CqlValue
cql_union_all_op(CqlExec *x, const CqlNode *n)
{
	CqlValue   *lists = cql_alloc_values(x, n->nargs);
	uint32		count = 0;
	uint64		total = 0;
	ValueSet	set;

	for (uint32 i = 0; i < n->nargs; i++)
	{
		lists[count] = cql_eval_arg(x, n, i);
		if (lists[count].kind == CQL_LIST && lists[count].n > 0)
			total += lists[count++].n;
		else if (lists[count].kind != CQL_LIST && lists[count].kind != CQL_NULL)
			cql_fail_type(x, n, lists[count]);
	}
	if (count == 0)
		return cql_list(NULL, 0);
	if (count == 1)
		return cql_distinct(x, lists[0]);
	set_init(&set, x, total);
	for (uint32 i = 0; i < count; i++)
		set_add_all(&set, lists[i]);
	return cql_list(set.values, set.n);
}

CqlValue
cql_list_union(CqlExec *x, CqlValue a, CqlValue b)
{
	ValueSet	set;

	if (a.kind == CQL_LIST && b.kind == CQL_LIST && a.n == 0 && b.n == 0)
		return a;
	if (a.kind != CQL_LIST)
		return cql_distinct(x, b);
	if (b.kind != CQL_LIST || b.n == 0)
		return cql_distinct(x, a);
	if (a.n == 0)
		return cql_distinct(x, b);
	set_init(&set, x, (uint64) a.n + b.n);
	set_add_all(&set, a);
	set_add_all(&set, b);
	return cql_list(set.values, set.n);
}

/* Elements of a that are, or are not, in b. */
static CqlValue
select_by(CqlExec *x, CqlValue a, CqlValue b, bool present)
{
	ValueSet	other;
	ValueSet	result;

	set_init(&other, x, b.n);
	set_add_all(&other, b);
	set_init(&result, x, a.n);
	for (uint32 i = 0; i < a.n; i++)
	{
		if (set_has(&other, a.values[i]) == present)
			set_add(&result, a.values[i]);
	}
	return cql_list(result.values, result.n);
}

/* Elements of both lists, in the order of the first; null when either is null. */
CqlValue
cql_list_intersect(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind != CQL_LIST || b.kind != CQL_LIST)
		return cql_null();
	return select_by(x, a, b, true);
}

/* Elements of the first list that are not in the second, which may be null; null when the first is. */
CqlValue
cql_list_except(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind != CQL_LIST)
		return cql_null();
	if (b.kind != CQL_LIST || b.n == 0)
		return cql_distinct(x, a);
	return select_by(x, a, b, false);
}

/* The elements of a list that are not in another; repeated ones stay. */
CqlValue
cql_list_remove(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlListBuilder result = {0};
	ValueSet	other;

	set_init(&other, x, b.n);
	set_add_all(&other, b);
	for (uint32 i = 0; i < a.n; i++)
	{
		if (!set_has(&other, a.values[i]))
			cql_list_add(x, &result, a.values[i]);
	}
	return cql_list_of(&result);
}

/* Whether a value is in a list: unknown when its equality with some element is. */
static CqlAnswer
member(CqlExec *x, CqlValue v, CqlValue list)
{
	CqlAnswer	answer = CQL_NO;

	for (uint32 i = 0; i < list.n; i++)
	{
		CqlValue	element = list.values[i];
		CqlAnswer	equal;

		CHECK_FOR_INTERRUPTS();
		if (element.kind == CQL_NULL || v.kind == CQL_NULL)
			equal = element.kind == v.kind ? CQL_YES : CQL_NO;
		else
			equal = cql_equal(x, v, element);
		if (equal == CQL_YES)
			return CQL_YES;
		if (equal == CQL_UNKNOWN)
			answer = CQL_UNKNOWN;
	}
	return answer;
}

/*
 * Whether every element of b is in a; proper: and a is larger.  Unknown when
 * a list is null, or an element of b may be in a.
 */
CqlAnswer
cql_list_includes(CqlExec *x, CqlValue a, CqlValue b, bool proper)
{
	ValueSet	set;
	CqlAnswer	answer = CQL_YES;
	bool		hashed;

	if (a.kind != CQL_LIST || b.kind != CQL_LIST)
		return CQL_UNKNOWN;
	if (proper && a.n <= b.n)
		return CQL_NO;
	hashed = a.n > SMALL_SET && b.n > 2;
	if (hashed)
	{
		set_init(&set, x, a.n);
		set_add_all(&set, a);
	}
	for (uint32 i = 0; i < b.n; i++)
	{
		CqlAnswer	found;

		CHECK_FOR_INTERRUPTS();
		found = hashed && set_has(&set, b.values[i]) ? CQL_YES : member(x, b.values[i], a);
		if (found == CQL_NO)
			return CQL_NO;
		if (found == CQL_UNKNOWN)
			answer = CQL_UNKNOWN;
	}
	return answer;
}

bool
cql_in_list(CqlExec *x, CqlValue v, CqlValue list)
{
	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (same_value(x, list.values[i], v))
			return true;
	}
	return false;
}
