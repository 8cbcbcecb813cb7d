/*
 * resource_path.h: plain FHIR paths into a resource: name.given,
 * code.coding[0].code, onset, extension[url=http://x].valueString.
 *
 *   path      := step { "." step }
 *   step      := name { "[" index "]" | "[" name "=" literal "]" }
 *   literal   := 'quoted', or whatever stands before "]"
 *
 * A step takes the members of that name, or of a choice by its base name, of
 * all values that the steps before have found; lists become one list.  An
 * index counts from 0 in that list, a condition keeps the values that have a
 * member of that text.  A first step with the name of a resource type keeps
 * resources of that type.
 */
#ifndef PHM_RESOURCE_PATH_H
#define PHM_RESOURCE_PATH_H

#include "types/element.h"

#define RESOURCE_PATH_MAX 32	/* stages */

typedef enum ResourceStageKind
{
	RESOURCE_STAGE_TYPE,		/* the resource is of that type */
	RESOURCE_STAGE_MEMBER,		/* members of that name */
	RESOURCE_STAGE_INDEX,		/* the value of that number */
	RESOURCE_STAGE_WHERE		/* values whose member of that name has that text */
} ResourceStageKind;

typedef struct ResourceStage
{
	ResourceStageKind kind;
	FhirType	type;			/* TYPE */
	int			index;			/* INDEX */
	const char *name;			/* MEMBER, WHERE; points into the path */
	int			name_length;
	const char *text;			/* WHERE */
	int			text_length;
} ResourceStage;

typedef struct ResourcePath
{
	int			count;
	ResourceStage stages[RESOURCE_PATH_MAX];
} ResourcePath;

/* Reads a path, which must live as long as the result. */
extern bool resource_path_parse(ResourcePath *path, const char *text, size_t length, PhmError *err);

/* Receives a value that was found; returns false to end the search. */
typedef bool (*ResourcePathVisit) (void *context, const ElementValue *value);

/*
 * Walks through the values of a path in the order of the resource.  Values
 * are single ones, never EXTENDED or NULL (arrays only out of arrays of
 * arrays, which FHIR does not have).
 */
extern void resource_path_walk(const ResourcePath *path, FhirType type, const uint8 *members,
							   const uint8 *end, ResourcePathVisit visit, void *context);

#endif							/* PHM_RESOURCE_PATH_H */
