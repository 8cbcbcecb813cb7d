/*
 * codeset_plan.c: what the planner and GIN know about concept <@ codeset and
 * concept ~ concept: selectivity from the statistics that concept_plan.c
 * collects, and the GIN operator class.
 *
 * A GIN key is the 8 bytes of code_system_hash and the first bytes of the
 * code, so that a prefix of a set is a range of keys (partial match).  Keys
 * leave out what they cannot hold; every match is checked again.
 *
 * GIN looks at every key of a query for every row that it finds.  A large set
 * therefore asks for one key a system: the range of all codes of the system,
 * of which comparePartial picks those that are in the set.
 */
#include "phm.h"

#include "access/gin.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "types/code_system.h"
#include "types/codeset.h"

#define KEY_CODE_MAX		128		/* bytes of a code that a key holds */
#define QUERY_KEYS_MAX		64		/* sets with more entries ask for ranges */
#define DEFAULT_SELECTIVITY	0.005

#define STRATEGY_IN_SET		1		/* concept <@ codeset */
#define STRATEGY_EQUIVALENT	2		/* concept ~ concept */

/* Makes a key. */
static Datum
make_key(uint64 system_hash, const char *code, int length)
{
	int			n = Min(length, KEY_CODE_MAX);
	bytea	   *key = palloc(VARHDRSZ + 8 + n);

	SET_VARSIZE(key, VARHDRSZ + 8 + n);
	phm_put_u64(VARDATA(key), system_hash);
	memcpy(VARDATA(key) + 8, code, n);
	return PointerGetDatum(key);
}

/* The keys of a concept's codes. */
static Datum *
concept_keys(struct varlena *concept, int32 *nkeys)
{
	ConceptReader r;
	CodingView	c;
	Datum	   *keys;

	*nkeys = 0;
	concept_read_codings(&r, VARDATA_ANY(concept), VARSIZE_ANY_EXHDR(concept));
	keys = palloc(Max(r.remaining, 1) * sizeof(Datum));
	while (concept_next(&r, &c))
	{
		if (c.code == NULL)
			continue;
		keys[(*nkeys)++] = make_key(c.system_id != 0 || c.system == NULL ? code_system_hash_of_id(c.system_id) :
									code_system_hash(c.system, c.system_length),
									c.code, c.code_length);
	}
	return keys;
}

PG_FUNCTION_INFO_V1(phm_concept_gin_extract);

/* extractValue: the keys of an indexed concept. */
Datum
phm_concept_gin_extract(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(concept_keys(PG_GETARG_VARLENA_PP(0), (int32 *) PG_GETARG_POINTER(1)));
}

/* What comparePartial needs to pick the keys of a system that are in a set. */
typedef struct SystemRange
{
	const CodesetView *view;
	const char *system;
	int			system_length;
} SystemRange;

/* Where extractQuery leaves what it finds. */
typedef struct QueryKeys
{
	Datum	   *keys;
	bool	   *partial;
	Pointer    *extra;
	int			n;
} QueryKeys;

/* One key an entry; prefixes are partial matches. */
static void
entry_keys(const CodesetView *view, QueryKeys *q)
{
	CodesetIterator it;
	CodesetEntry e;

	codeset_iterate(&it, view);
	while (codeset_next(&it, &e))
	{
		q->partial[q->n] = e.prefix;
		q->keys[q->n++] = make_key(code_system_hash(e.system, e.system_length), e.code, e.code_length);
	}
}

/* One key a system. */
static void
range_keys(const CodesetView *view, QueryKeys *q)
{
	CodesetIterator it;
	CodesetEntry e;
	const char *system = NULL;

	codeset_iterate(&it, view);
	while (codeset_next(&it, &e))
	{
		SystemRange *range;

		if (system == e.system && q->n > 0)
			continue;
		system = e.system;
		range = palloc(sizeof(SystemRange));
		*range = (SystemRange) {view, e.system, e.system_length};
		q->partial[q->n] = true;
		q->extra[q->n] = (Pointer) range;
		q->keys[q->n++] = make_key(code_system_hash(e.system, e.system_length), "", 0);
	}
}

/* The keys of a set. */
static void
codeset_keys(Datum set, QueryKeys *q)
{
	/* The index scan outlives this call: what it refers to is copied. */
	struct varlena *copy = PG_DETOAST_DATUM_COPY(set);
	CodesetView *view = palloc(sizeof(CodesetView));
	Size		entries;
	Size		room;

	codeset_view_init(view, VARDATA_ANY(copy));
	entries = (Size) view->ncodes + view->nprefixes;
	room = entries > QUERY_KEYS_MAX ? view->nsystems : Max(entries, 1);
	q->n = 0;
	q->keys = palloc(room * sizeof(Datum));
	q->partial = palloc0(room * sizeof(bool));
	q->extra = palloc0(room * sizeof(Pointer));
	if (entries > QUERY_KEYS_MAX)
		range_keys(view, q);
	else
		entry_keys(view, q);
}

PG_FUNCTION_INFO_V1(phm_concept_gin_query);

/* extractQuery: the keys that a set or a concept asks for; none means no row matches. */
Datum
phm_concept_gin_query(PG_FUNCTION_ARGS)
{
	int32	   *nkeys = (int32 *) PG_GETARG_POINTER(1);
	StrategyNumber strategy = PG_GETARG_UINT16(2);
	QueryKeys	q;

	if (strategy == STRATEGY_IN_SET)
	{
		codeset_keys(PG_GETARG_DATUM(0), &q);
		*nkeys = q.n;
		*(bool **) PG_GETARG_POINTER(3) = q.partial;
		*(Pointer **) PG_GETARG_POINTER(4) = q.extra;
		PG_RETURN_POINTER(q.keys);
	}
	if (strategy == STRATEGY_EQUIVALENT)
		PG_RETURN_POINTER(concept_keys(PG_GETARG_VARLENA_PP(0), nkeys));
	elog(ERROR, "unknown strategy number: %d", strategy);
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(phm_concept_gin_consistent);

/* consistent: any key will do; the operator decides. */
Datum
phm_concept_gin_consistent(PG_FUNCTION_ARGS)
{
	bool	   *check = (bool *) PG_GETARG_POINTER(0);
	int32		nkeys = PG_GETARG_INT32(3);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = true;
	for (int i = 0; i < nkeys; i++)
	{
		if (check[i])
			PG_RETURN_BOOL(true);
	}
	PG_RETURN_BOOL(false);
}

PG_FUNCTION_INFO_V1(phm_concept_gin_triconsistent);

/* triConsistent: the same with unknowns. */
Datum
phm_concept_gin_triconsistent(PG_FUNCTION_ARGS)
{
	GinTernaryValue *check = (GinTernaryValue *) PG_GETARG_POINTER(0);
	int32		nkeys = PG_GETARG_INT32(3);

	for (int i = 0; i < nkeys; i++)
	{
		if (check[i] != GIN_FALSE)
			PG_RETURN_GIN_TERNARY_VALUE(GIN_MAYBE);
	}
	PG_RETURN_GIN_TERNARY_VALUE(GIN_FALSE);
}

/* comparePartial of a range key: 0 for the codes of the system that are in the set, 1 behind the system. */
static int
compare_range(const SystemRange *range, const char *start, const char *key, int length)
{
	int			n = length - 8;
	uint64		hash;

	if (memcmp(start, key, 8) != 0)
		return 1;
	if (n >= KEY_CODE_MAX)
		return 0;				/* perhaps cut: the operator decides */
	hash = code_hash(phm_get_u64(key), key + 8, n);
	return codeset_contains_hash(range->view, hash, range->system, range->system_length, key + 8, n) ? 0 : -1;
}

/* comparePartial of a prefix key: 0 for keys that begin with it, 1 behind the last of them. */
static int
compare_prefix(const char *prefix, int prefix_length, const char *key, int length)
{
	int			order = memcmp(key, prefix, Min(prefix_length, length));

	if (order == 0)
		return length >= prefix_length ? 0 : -1;
	return order > 0 ? 1 : -1;
}

PG_FUNCTION_INFO_V1(phm_concept_gin_partial);

/* comparePartial: whether a key that is not less than the query's key belongs to it. */
Datum
phm_concept_gin_partial(PG_FUNCTION_ARGS)
{
	bytea	   *partial = PG_GETARG_BYTEA_PP(0);
	bytea	   *key = PG_GETARG_BYTEA_PP(1);
	const SystemRange *range = (const SystemRange *) PG_GETARG_POINTER(3);

	if (range != NULL)
		PG_RETURN_INT32(compare_range(range, VARDATA_ANY(partial), VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key)));
	PG_RETURN_INT32(compare_prefix(VARDATA_ANY(partial), VARSIZE_ANY_EXHDR(partial),
								   VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key)));
}

/*
 * Share of the rows, NULLs left aside, that have a code in a set without
 * prefixes, by the most common codes; -1 without such statistics.  A row has
 * mostly one code of a system, so shares are added up.  The rows without a
 * common code are taken to be in the set as often as the common codes are,
 * but a code of the set that is not common to have half of the least share.
 */
static double
common_code_selectivity(VariableStatData *vardata, const CodesetView *view)
{
	AttStatsSlot slot;
	double		found = 0;
	double		all = 0;
	double		rest;
	uint32		hits = 0;

	if (!get_attstatsslot(&slot, vardata->statsTuple, STATISTIC_KIND_MCELEM, InvalidOid,
						  ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return -1;
	if (slot.nnumbers != slot.nvalues + 2 || slot.valuetype != INT8OID)
	{
		free_attstatsslot(&slot);
		return -1;
	}
	for (int i = 0; i < slot.nvalues; i++)
	{
		all += slot.numbers[i];
		if (codeset_may_contain(view, (uint64) DatumGetInt64(slot.values[i])))
		{
			found += slot.numbers[i];
			hits++;
		}
	}
	rest = hits < view->ncodes ? (view->ncodes - hits) * slot.numbers[slot.nvalues] / 2 : 0;
	rest = Min(rest, Max(1 - all, 0) * Max(hits, 1) / slot.nvalues);
	free_attstatsslot(&slot);
	return found + rest;
}

/* Selectivity of a constant set; -1 when the statistics do not help. */
static double
constant_selectivity(VariableStatData *vardata, Oid operator, Node *other)
{
	Const	   *constant = (Const *) other;
	CodesetView view;
	double		selectivity;
	Form_pg_statistic stats;

	if (!IsA(other, Const) || constant->constisnull || !HeapTupleIsValid(vardata->statsTuple) ||
		!statistic_proc_security_check(vardata, get_opcode(operator)))
		return -1;
	codeset_view_init(&view, VARDATA_ANY(PG_DETOAST_DATUM_PACKED(constant->constvalue)));
	if (view.nprefixes > 0)
		return -1;
	stats = (Form_pg_statistic) GETSTRUCT(vardata->statsTuple);
	selectivity = common_code_selectivity(vardata, &view);
	return selectivity < 0 ? -1 : selectivity * (1 - stats->stanullfrac);
}

PG_FUNCTION_INFO_V1(phm_concept_in_codeset_sel);

/*
 * RESTRICT of concept <@ codeset and codeset @> concept: from the most common
 * codes; for sets with prefixes by trying the common values and the histogram.
 */
Datum
phm_concept_in_codeset_sel(PG_FUNCTION_ARGS)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			varRelid = PG_GETARG_INT32(3);
	VariableStatData vardata;
	Node	   *other;
	bool		varonleft;
	double		selectivity = -1;

	if (get_restriction_variable(root, args, varRelid, &vardata, &other, &varonleft))
	{
		selectivity = constant_selectivity(&vardata, operator, other);
		ReleaseVariableStats(vardata);
	}
	if (selectivity < 0)
		selectivity = generic_restriction_selectivity(root, operator, PG_GET_COLLATION(), args, varRelid,
													  DEFAULT_SELECTIVITY);
	CLAMP_PROBABILITY(selectivity);
	PG_RETURN_FLOAT8(selectivity);
}
