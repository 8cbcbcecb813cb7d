/*
 * join.c: finding the elements of a list by what one of their parts equals.
 *
 * Libraries look up what a reference names by comparing the ids of all resources of
 * a type, once for each reference.  Of a list that is longer than a few elements an
 * index is made when it is first asked: by the hash of the part, where that is a
 * String.  Lists of the chart and of definitions stay where they are, so that the
 * index holds until the next chart.  What is found is a superset: the condition
 * itself is tested as well.
 */
#include "cql/exec_state.h"

#define FEW_ELEMENTS 8			/* for which no index pays */

/* The part of an element, which stands in its slot then; lets begin anew. */
static CqlValue
part_of(CqlExec *x, const CqlNode *condition, const JoinPlace *place, CqlValue element)
{
	x->frame[place->slot] = element;
	for (uint32 i = 0; i < place->nlets; i++)
		x->frame[place->lets + i].kind = CQL_PENDING;
	return cql_eval_arg(x, condition, 1);
}

/*
 * Makes the index of a list.  Its chains run from the first element to the last.
 * An element whose part is null equals nothing; one with a part of another kind
 * than String makes the index useless.  Finding the parts may ask for an index of the
 * same condition again, when functions call themselves.
 */
static JoinIndex
make_index(CqlExec *x, const CqlNode *condition, const JoinPlace *place, CqlValue list)
{
	JoinIndex	index = {.epoch = x->chart_epoch,.values = list.values,.n = list.n};
	Arena	   *arena = x->arena;
	uint32		size = 16;
	uint64	   *hashes;

	while (size < list.n)
		size *= 2;
	x->arena = &x->chart_arena;
	hashes = cql_alloc(x, sizeof(uint64) * list.n);
	index.heads = cql_alloc(x, sizeof(uint32) * size);
	index.next = cql_alloc(x, sizeof(uint32) * list.n);
	x->arena = arena;
	memset(index.heads, 0, sizeof(uint32) * size);
	for (uint32 i = 0; i < list.n; i++)
	{
		CqlValue	part = part_of(x, condition, place, list.values[i]);

		CHECK_FOR_INTERRUPTS();
		index.useless = index.useless || (part.kind != CQL_STRING && part.kind != CQL_NULL);
		hashes[i] = part.kind == CQL_STRING ? cql_hash(x, part) : 0;
		index.next[i] = part.kind == CQL_STRING ? 0 : JOIN_NEVER;
	}
	for (uint32 i = list.n; i-- > 0;)
		if (index.next[i] != JOIN_NEVER)
		{
			uint32	   *head = &index.heads[hashes[i] & (size - 1)];

			index.next[i] = *head;
			*head = i + 1;
		}
	index.mask = size - 1;
	return index;
}

/* Whether an index is that of a list. */
static bool
holds_for(const CqlExec *x, const JoinIndex *index, CqlValue list)
{
	return index->epoch == x->chart_epoch && index->values == list.values && index->n == list.n;
}

bool
cql_join(CqlExec *x, const CqlNode *condition, const JoinPlace *place, CqlValue list, JoinRows *rows)
{
	JoinIndex  *index = &x->joins[condition->extra2];
	int			early = x->early;
	CqlValue	other;

	if (list.n <= FEW_ELEMENTS || x->in_order)
		return false;
	x->early = CONDITION_EARLY;
	other = cql_eval_arg(x, condition, 2);
	if (other.kind == CQL_STRING && !holds_for(x, index, list))
		*index = make_index(x, condition, place, list);
	x->early = early;
	if (other.kind == CQL_NULL)
	{
		rows->row = 0;			/* nothing equals null */
		return true;
	}
	if (other.kind != CQL_STRING)
		return false;
	if (index->useless)
		return false;
	rows->next = index->next;
	rows->row = index->heads[cql_hash(x, other) & index->mask];
	return true;
}
