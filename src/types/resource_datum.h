/*
 * resource_datum.h: phm.resource values as seen by SQL functions of any floor.
 */
#ifndef PHM_RESOURCE_DATUM_H
#define PHM_RESOURCE_DATUM_H

#include "fmgr.h"

#include "types/resource.h"

/* A parser that lives as long as the call site (fn_extra). */
extern ResourceParser *resource_cached_parser(FunctionCallInfo fcinfo);

/* Opens a detoasted value, which may have a short header. */
extern void resource_view(struct varlena *datum, FhirType *type, const uint8 **members, const uint8 **end);

#endif							/* PHM_RESOURCE_DATUM_H */
