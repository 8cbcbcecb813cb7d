/*
 * chart_map.h: what concept maps add to a chart.
 *
 * A table of pairs, source code to target code, is given to a ChartBuilder.
 * Every CodeableConcept that has a source code then gets the target as one
 * more Coding, behind its own and marked with the extension CHART_MAP_URL,
 * whose valueUri is the url of the map:
 *
 *   {"extension":[{"url":"urn:phm:mapped","valueUri":"urn:map"}],"system":"...","code":"..."}
 *
 * The marked form is what the chart keeps, so that differences, text and
 * binary forms carry it; chart_resource takes marked codings out again.  A
 * pair with a range says what value was found: it adds no coding, but an
 * Observation of the target code with that value (chart_map_result).
 *
 * The table is keyed by code_hash, and nothing is looked up per patient.
 */
#ifndef PHM_CHART_MAP_H
#define PHM_CHART_MAP_H

#include "types/chart.h"

#define CHART_MAP_URL "urn:phm:mapped"

/* The value that a source code stands for: JSON numbers and a unit, NULL where there is none. */
typedef struct ChartMapRange
{
	const char *low;			/* at least */
	const char *above;			/* more than */
	const char *high;			/* at most */
	const char *below;			/* less than */
	const char *unit;
	bool		ucum;			/* the unit is UCUM's */
} ChartMapRange;

/* One pair; texts end with NUL. */
typedef struct ChartMapPair
{
	const char *source_system;
	const char *source_code;
	const char *target_system;
	const char *target_code;
	const char *url;			/* of the map */
	bool		wider;			/* the target says less: for what happened only */
	bool		has_range;
	ChartMapRange range;
} ChartMapPair;

typedef struct ChartMap ChartMap;

/* An empty table in the current memory context; pairs keep the order in which they are added. */
extern ChartMap *chart_map(void);
extern void chart_map_add(ChartMap *map, const ChartMapPair *pair);	/* copied */
extern uint32 chart_map_count(const ChartMap *map);

/* Makes the table ready for look-ups; after that no pair is added. */
extern void chart_map_finish(ChartMap *map);

/* A result that a resource reports by a code with a range. */
typedef struct ChartMapResult
{
	uint32		pair;
	const uint8 *around;		/* members of the resource, or of the claim item */
	const uint8 *end;
} ChartMapResult;

/* Applies a table to resource after resource; buffers are reused. */
typedef struct ChartMapper
{
	const ChartMap *map;
	const ChartResource *resource;
	ElementWriter members;		/* of the resource, with what was added */
	ElementWriter result;		/* of an Observation */
	uint64	   *seen;			/* codes of the concept at hand */
	uint32		nseen;
	uint32		seen_size;
	ChartMapResult *results;
	uint32		nresults;
	uint32		results_size;
	uint32		added;			/* codings */
	bool		happened;		/* neither void nor negated */
	bool		reported;		/* and final, completed, billed: its results count */
	bool		marked;			/* the resource has marked codings of its own */
} ChartMapper;

extern void chart_mapper_init(ChartMapper *m);	/* palloc'd in the current context */

/* Writes m->members; true when a coding was added.  Fills m->results in any case. */
extern bool chart_map_resource(ChartMapper *m, const ChartResource *resource);

/* The Observation of the n-th result; its members are good until the next call. */
extern void chart_map_result(ChartMapper *m, uint32 n, ChartResource *observation);

/* Copies members without the marked codings. */
extern void chart_map_strip(const uint8 *p, const uint8 *end, ElementWriter *w);

#endif							/* PHM_CHART_MAP_H */
