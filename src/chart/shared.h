/*
 * shared.h: resources that belong to no patient and stand in the charts of
 * those whose resources refer to them.
 */
#ifndef PHM_SHARED_H
#define PHM_SHARED_H

#include "postgres.h"

#include "types/chart.h"

typedef struct SharedCache SharedCache;

/* Lives in the current context; needs SPI to be connected when it adds. */
extern SharedCache *shared_cache(void);

/* Forgets what the last patient referred to; what has been read stays. */
extern void shared_reset(SharedCache *cache);

/* Notes to what a resource of the patient refers. */
extern void shared_note(SharedCache *cache, const ChartResource *resource);

/*
 * Adds the shared resources that were noted, and those to which they refer;
 * returns them as text[] of "source|type|id" for phm.chart_dependency.
 */
extern Datum shared_add(SharedCache *cache, ChartBuilder *builder);

#endif							/* PHM_SHARED_H */
