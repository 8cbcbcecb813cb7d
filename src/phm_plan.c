/*
 * phm_plan.c: statements that are parsed once a session, and what SPI answers.
 *
 * Owns the plans, by the text of their statements.  The server itself plans
 * anew what a change of tables, roles or search_path has made invalid; nothing
 * is ever taken out, so there is an upper limit, beyond which statements are
 * prepared for one use.
 */
#include "phm.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "phm_plan.h"

#define PLAN_SLOTS 512			/* a power of two */
#define MAX_PLANS 384
#define MAX_TYPES 8

typedef struct KeptPlan
{
	char	   *sql;			/* NULL: the slot is free */
	uint64		hash;
	int			nargs;
	Oid			types[MAX_TYPES];
	SPIPlanPtr	plan;
} KeptPlan;

static KeptPlan *kept_plans;	/* never emptied */
static int	nkept;

/* Where a statement stands, or would stand. */
static KeptPlan *
find_slot(const char *sql, uint64 hash, int nargs, const Oid *types)
{
	uint32		at = (uint32) hash & (PLAN_SLOTS - 1);

	while (kept_plans[at].sql != NULL &&
		   (kept_plans[at].hash != hash || kept_plans[at].nargs != nargs ||
			memcmp(kept_plans[at].types, types, sizeof(Oid) * nargs) != 0 ||
			strcmp(kept_plans[at].sql, sql) != 0))
		at = (at + 1) & (PLAN_SLOTS - 1);
	return &kept_plans[at];
}

/* SPI tells by codes of its own how it was used wrongly: that is a defect of phm. */
void
phm_spi_check(int answer, const char *doing)
{
	if (answer < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not %s", doing),
				 errdetail("SPI says %s.", SPI_result_code_string(answer))));
}

SPIPlanPtr
phm_kept_plan(SPIPlanPtr plan, const char *doing)
{
	phm_spi_check(plan == NULL ? SPI_result : SPI_keepplan(plan), doing);
	return plan;
}

SPIPlanPtr
phm_plan(const char *sql, int nargs, const Oid *types)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) sql, (int) strlen(sql), 0);
	KeptPlan   *kept;
	SPIPlanPtr	plan;
	char	   *copy;

	Assert(nargs <= MAX_TYPES);
	if (kept_plans == NULL)
		kept_plans = MemoryContextAllocZero(TopMemoryContext, sizeof(KeptPlan) * PLAN_SLOTS);
	kept = find_slot(sql, hash, nargs, types);
	if (kept->sql != NULL)
		return kept->plan;
	plan = SPI_prepare(sql, nargs, (Oid *) types);
	if (plan == NULL)
		phm_spi_check(SPI_result, "prepare a statement");
	if (nkept == MAX_PLANS)
		return plan;
	copy = MemoryContextStrdup(TopMemoryContext, sql);
	phm_kept_plan(plan, "keep a plan");
	kept->sql = copy;
	kept->hash = hash;
	kept->nargs = nargs;
	memcpy(kept->types, types, sizeof(Oid) * nargs);
	kept->plan = plan;
	nkept++;
	return plan;
}
