/*
 * map_load.c: reading the active concept maps.
 *
 * The table is kept in the process from call to call, with the version that
 * phm.concept_map_state had.  Versions are random, so one that was rolled back
 * or belongs to another store never comes again.
 */
#include "phm.h"

#include "executor/spi.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/uuid.h"

#include "chart/map_load.h"
#include "phm_plan.h"
#include "types/ucum.h"

#define FETCH_PAIRS 1000

static const ChartMap *kept;	/* NULL: none is active */
static MemoryContext kept_context;	/* of kept */
static pg_uuid_t kept_version;

/* The pairs of phm.concept_map_pair, in an order that does not depend on how they were loaded. */
static const char pairs_sql[] =
	"SELECT p.source_system, p.source_code, p.target_system, p.target_code, p.url, p.wider, "
	"p.low, p.above, p.high, p.below, p.unit FROM phm.concept_map_pair AS p WHERE p.active "
	"ORDER BY p.url, p.source_system, p.source_code, p.target_system, p.target_code";

/* A column as text, NULL where it is null; in the current context. */
static const char *
column(HeapTuple row, TupleDesc desc, int number)
{
	return SPI_getvalue(row, desc, number);
}

/* Adds the pair of a row. */
static void
add_pair(ChartMap *map, HeapTuple row, TupleDesc desc)
{
	ChartMapPair pair = {
		.source_system = column(row, desc, 1), .source_code = column(row, desc, 2),
		.target_system = column(row, desc, 3), .target_code = column(row, desc, 4),
		.url = column(row, desc, 5), .wider = *column(row, desc, 6) == 't',
		.range = {
			.low = column(row, desc, 7), .above = column(row, desc, 8), .high = column(row, desc, 9),
			.below = column(row, desc, 10), .unit = column(row, desc, 11)
		}
	};

	pair.has_range = pair.range.low || pair.range.above || pair.range.high || pair.range.below;
	pair.range.ucum = pair.range.unit && ucum_valid(pair.range.unit, (int) strlen(pair.range.unit));
	chart_map_add(map, &pair);
}

/* Reads all pairs into a table in a context.  SPI calls come back in one of their own. */
static ChartMap *
read_pairs(MemoryContext context)
{
	MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "phm concept map rows", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	ChartMap   *map = chart_map();
	Portal		portal;

	MemoryContextSwitchTo(old);
	portal = SPI_cursor_open_with_args(NULL, pairs_sql, 0, NULL, NULL, NULL, true, 0);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, FETCH_PAIRS);
		if (SPI_processed == 0)
			break;
		old = MemoryContextSwitchTo(rows);
		for (uint64 i = 0; i < SPI_processed; i++)
			add_pair(map, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		MemoryContextSwitchTo(old);
		MemoryContextReset(rows);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_freetuptable(SPI_tuptable);
	SPI_cursor_close(portal);
	MemoryContextDelete(rows);
	old = MemoryContextSwitchTo(context);
	chart_map_finish(map);
	MemoryContextSwitchTo(old);
	return map;
}

/* Puts a table that has been read in the place of the one that is kept. */
static void
keep(const ChartMap *map, MemoryContext context, const pg_uuid_t *version)
{
	if (kept_context)
		MemoryContextDelete(kept_context);
	MemoryContextSetParent(context, TopMemoryContext);
	kept_context = context;
	kept = chart_map_count(map) > 0 ? map : NULL;
	kept_version = *version;
}

const ChartMap *
active_concept_maps(void)
{
	pg_uuid_t	version;
	bool		isnull;
	MemoryContext context;

	phm_spi_check(SPI_execute("SELECT version FROM phm.concept_map_state", true, 1), "read phm.concept_map_state");
	if (SPI_processed == 0)
		return NULL;
	version = *DatumGetUUIDP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	if (kept_context == NULL || memcmp(&version, &kept_version, sizeof(version)) != 0)
	{
		context = AllocSetContextCreate(CurrentMemoryContext, "phm concept maps", ALLOCSET_DEFAULT_SIZES);
		keep(read_pairs(context), context, &version);
	}
	return kept;
}
