/*
 * fhirpath_op.h: what the functions of FHIRPath share (fhirpath_op.c,
 * fhirpath_filter.c, fhirpath_text.c, fhirpath_fhir.c).
 */
#ifndef PHM_FHIRPATH_OP_H
#define PHM_FHIRPATH_OP_H

#include "cql/exec_state.h"
#include "cql/fhirpath.h"

#define PATH_MAX_OPERANDS 4

/* A collection as an array. */
typedef struct PathItems
{
	const CqlValue *values;
	uint32		n;
} PathItems;

/* A list is its elements, null nothing, anything else is one item. */
static inline PathItems
fhirpath_items(const CqlValue *v)
{
	if (v->kind == CQL_LIST)
		return (PathItems) {v->values, v->n};
	return (PathItems) {v, v->kind != CQL_NULL};
}

/* The same as a list. */
static inline CqlValue
fhirpath_list(const CqlValue *v)
{
	PathItems	items = fhirpath_items(v);

	return cql_list(items.values, items.n);
}

/* A FHIR primitive or Quantity as the System value that it is implicitly; others as they are. */
extern CqlValue fhirpath_system(CqlExec *x, CqlValue v);

/* The one item of a collection as a System value; null of none, an error of several. */
extern CqlValue fhirpath_one(CqlExec *x, const CqlNode *n, CqlValue v);

/* The truth value of a collection: a Boolean, or true of one item of another type. */
extern CqlAnswer fhirpath_boolean(CqlExec *x, const CqlNode *n, CqlValue v);

/* Adds all items. */
extern void fhirpath_add_all(CqlExec *x, CqlListBuilder *out, CqlValue v);

/* What the list names, by way. */
#define PATH_DECLARE_SINGLE(function)
#define PATH_DECLARE_ITEMS(function) extern CqlValue function(CqlExec *x, const CqlNode *n, const CqlValue *a);
#define PATH_DECLARE_LAZY(function) extern CqlValue function(CqlExec *x, const CqlNode *n);
#define PATH_DECLARE_LOOP(function) extern CqlValue function(CqlExec *x, const CqlNode *n);
#define PATH(symbol, name, least, most, way, function) PATH_DECLARE_##way(function)
#include "cql/fhirpath_list.h"
#undef PATH

#endif							/* PHM_FHIRPATH_OP_H */
