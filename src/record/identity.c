/*
 * identity.c: from the patient of a source to the person.
 *
 * Owns a bounded cache of links; the table phm.patient_link is the truth.
 * Two loaders that meet the same new patient get the same person: the second
 * INSERT waits for the first and then finds its row.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/memutils.h"

#include "phm_plan.h"
#include "record/identity.h"

#define CACHE_LIMIT 200000		/* links kept; then the cache starts anew */

typedef struct Link
{
	char	   *id;				/* key */
	int64		patient_id;
	char		status;
} Link;

#define SH_PREFIX links
#define SH_ELEMENT_TYPE Link
#define SH_KEY_TYPE char *
#define SH_KEY id
#define SH_HASH_KEY(tb, key) string_hash(key, strlen(key) + 1)
#define SH_EQUAL(tb, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct IdentityCache
{
	MemoryContext context;		/* the table and its ids; reset at the limit */
	Datum		source;
	links_hash *links;
};

static SPIPlanPtr link_plan;	/* kept for the life of the process */

IdentityCache *
identity_cache(const char *source)
{
	IdentityCache *cache = palloc0(sizeof(IdentityCache));

	cache->source = CStringGetTextDatum(source);
	cache->context = AllocSetContextCreate(CurrentMemoryContext, "phm patient links",
										   ALLOCSET_DEFAULT_SIZES);
	cache->links = links_create(cache->context, 1024, NULL);
	return cache;
}

/* Finds or makes the link in the table. */
static int64
read_link(IdentityCache *cache, const char *id)
{
	static const char sql[] =
		"WITH known AS (SELECT patient_id FROM phm.patient_link WHERE source = $1 AND source_patient_id = $2), "
		"made AS (INSERT INTO phm.patient_link AS l (source, source_patient_id) "
		"SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM known) "
		"ON CONFLICT (source, source_patient_id) DO UPDATE SET rule = l.rule RETURNING patient_id) "
		"SELECT patient_id FROM known UNION ALL SELECT patient_id FROM made";
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {cache->source, CStringGetTextDatum(id)};
	bool		isnull;
	int64		result;

	SPI_connect();
	if (link_plan == NULL)
		link_plan = phm_kept_plan(SPI_prepare(sql, 2, types), "prepare the look-up of patient links");
	phm_spi_check(SPI_execute_plan(link_plan, values, NULL, false, 1), "look up a patient link");
	if (SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a patient could not be linked"),
				 errhint("A trigger or policy on phm.patient_link keeps its row away.")));
	result = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	return result;
}

int64
identity_person(IdentityCache *cache, const char *source_patient_id, int length)
{
	char	   *id = pnstrdup(source_patient_id, length);
	Link	   *link = links_lookup(cache->links, id);
	bool		found;
	int64		patient_id;

	if (link != NULL)
	{
		pfree(id);
		return link->patient_id;
	}
	patient_id = read_link(cache, id);
	if (cache->links->members >= CACHE_LIMIT)
	{
		MemoryContextReset(cache->context);
		cache->links = links_create(cache->context, 1024, NULL);
	}
	link = links_insert(cache->links, MemoryContextStrdup(cache->context, id), &found);
	link->patient_id = patient_id;
	pfree(id);
	return patient_id;
}
