/*
 * bundle.h: the resources of one type in a resource: itself when it is of the
 * type, or those of the entries of a Bundle, read where they lie.
 */
#ifndef PHM_BUNDLE_H
#define PHM_BUNDLE_H

#include "postgres.h"
#include "utils/jsonb.h"

#include "types/fhir.h"

/* What is done with each resource; number: that of its entry, from 1. */
typedef void (*BundleVisit) (void *arg, int number, const uint8 *members, const uint8 *end);
typedef void (*BundleVisitJsonb) (void *arg, int number, const JsonbValue *body);

/* Visits the resources of a type in a phm.resource, in order; error 22023 when there is none. */
extern void bundle_visit(struct varlena *resource, FhirType type, BundleVisit visit, void *arg);

/* The same for a jsonb value; its other resources are not looked into. */
extern void bundle_visit_jsonb(Jsonb *resource, FhirType type, BundleVisitJsonb visit, void *arg);

/* A member of a jsonb object; false when it has none. */
extern bool bundle_jsonb_member(const JsonbValue *object, const char *name, JsonbValue *value);

#endif							/* PHM_BUNDLE_H */
