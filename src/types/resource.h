/*
 * resource.h: phm.resource, one FHIR resource, binary and lossless.
 *
 *   | vl_len_ | version byte | flags byte | FHIR type id, 2 bytes | members (element.h) |
 *
 * Nothing is aligned, the header may be short.  "Lossless" leaves out only the
 * order of resourceType and of "_name" members and the way JSON was laid out.
 */
#ifndef PHM_RESOURCE_H
#define PHM_RESOURCE_H

#include "types/element.h"
#include "types/json.h"

#define RESOURCE_VERSION 1
#define RESOURCE_HEADER 4		/* bytes before the members */

/* One member name or array slot on the way to where the parser stands. */
typedef struct ResourceStep
{
	FhirElement element;		/* 0: name */
	FhirType	resource;		/* a resource begins here */
	int			name_length;
	const char *name;
	int			slot;			/* in an array: index, otherwise -1 */
} ResourceStep;

/*
 * Reads FHIR JSON.  The parser keeps its buffers from resource to resource:
 * init once, then parse many.
 */
typedef struct ResourceParser
{
	JsonReader	json;
	ElementWriter writer;		/* members of the last resource parsed */
	FhirType	type;			/* and its type */
	int			depth;
	ResourceStep path[ELEMENT_MAX_DEPTH + 2];
} ResourceParser;

extern void resource_parser_init(ResourceParser *p);	/* allocates in the current context */

/* Parses one resource; nothing may follow it. */
extern bool resource_parse(ResourceParser *p, const char *text, size_t length,
						   int64 first_line, PhmError *err);

/* Parses the resource at the reader's position and leaves the reader behind it. */
extern bool resource_parse_here(ResourceParser *p);

/* Copies the parsed resource into a varlena. */
extern struct varlena *resource_finish(const ResourceParser *p);
extern struct varlena *resource_make(FhirType type, const uint8 *members, size_t length);

/* Appends FHIR JSON of a resource, or of one value of a FHIR type. */
extern void resource_print(StringInfo out, FhirType type, const uint8 *members, const uint8 *end);
extern void element_print(StringInfo out, const ElementValue *value);

#endif							/* PHM_RESOURCE_H */
