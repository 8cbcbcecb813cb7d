/*
 * phm_compat.h: every difference between PostgreSQL 15 and 18 that phm meets.
 * Shims are static inline or macros and carry the prefix phm_ or PHM_.
 */
#ifndef PHM_COMPAT_H
#define PHM_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "phm needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#include "nodes/miscnodes.h"
#endif

/*
 * PHM_SOFT_ERROR(fcinfo, report...): report an input error softly where the
 * caller asked for that (PostgreSQL 16 and newer), otherwise raise it.
 */
#if PG_VERSION_NUM >= 160000
#define PHM_SOFT_ERROR(fcinfo, ...) errsave((fcinfo)->context, __VA_ARGS__)
#else
#define PHM_SOFT_ERROR(fcinfo, ...) ereport(ERROR, __VA_ARGS__)
#endif

/* vacuum_delay_point() tells PostgreSQL 18 whether ANALYZE calls it. */
#if PG_VERSION_NUM >= 180000
#define phm_vacuum_delay_point() vacuum_delay_point(true)
#else
#define phm_vacuum_delay_point() vacuum_delay_point()
#endif

/* PostgreSQL 18 can leave room before the tuple; phm never does. */
#if PG_VERSION_NUM >= 180000
#define phm_form_minimal_tuple(desc, values, nulls) heap_form_minimal_tuple(desc, values, nulls, 0)
#else
#define phm_form_minimal_tuple(desc, values, nulls) heap_form_minimal_tuple(desc, values, nulls)
#endif

/* PostgreSQL 16 and newer report errors of ranges softly where asked to. */
#if PG_VERSION_NUM >= 160000
#define phm_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty, NULL)
#else
#define phm_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty)
#endif

#endif							/* PHM_COMPAT_H */
