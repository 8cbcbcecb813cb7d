/*
 * chart_map_table.h: what chart_map.c and chart_map_result.c share: the table
 * of pairs, and writing what comes from it.
 */
#ifndef PHM_CHART_MAP_TABLE_H
#define PHM_CHART_MAP_TABLE_H

#include "types/chart_map.h"

/* A pair as it is kept: offsets in texts, 0: none. */
typedef struct MapPair
{
	uint64		hash;			/* code_hash of the source */
	uint64		target_hash;
	uint32		next;			/* pair + 1 of the same bucket, 0: the last */
	uint32		source_system;
	uint32		source_code;
	uint32		target_system;
	uint32		target_code;
	uint32		url;
	uint32		low;
	uint32		above;
	uint32		high;
	uint32		below;
	uint32		unit;
	bool		wider;
	bool		has_range;
	bool		ucum;
} MapPair;

struct ChartMap
{
	MapPair    *pairs;
	uint32		count;
	uint32		size;
	char	   *texts;
	size_t		texts_length;
	size_t		texts_size;
	uint64	   *systems;		/* hashes of the source systems: most codings are of none */
	uint32		nsystems;
	uint32		systems_size;
	uint32	   *buckets;		/* pair + 1 */
	uint32		mask;
};

/* Writes a text member. */
extern void map_put_text(ElementWriter *w, FhirElement element, const char *text);

/* Writes the extension that marks what comes from a map. */
extern void map_put_mark(ElementWriter *w, FhirElement element, const char *url);

/* Writes the target of a pair as a Coding. */
extern void map_put_target(ElementWriter *w, const ChartMap *map, const MapPair *pair, bool marked);

#endif							/* PHM_CHART_MAP_TABLE_H */
