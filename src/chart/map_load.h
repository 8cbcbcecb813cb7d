/*
 * map_load.h: the active concept maps of the store, ready for charts.
 */
#ifndef PHM_MAP_LOAD_H
#define PHM_MAP_LOAD_H

#include "postgres.h"

#include "types/chart_map.h"

/* Needs SPI to be connected; good until the next call in this process.  NULL: none is active. */
extern const ChartMap *active_concept_maps(void);

#endif							/* PHM_MAP_LOAD_H */
