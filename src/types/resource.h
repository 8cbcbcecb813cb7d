/*
 * resource.h: phm.resource, one FHIR resource, binary and lossless.
 *
 *   | vl_len_ | version byte | flags byte | FHIR type id, 2 bytes | members (element.h) |
 *
 * Nothing is aligned, the header may be short.  "Lossless" leaves out only the
 * place of resourceType and of "_name" beside "name", and the way JSON was
 * laid out: what is printed is the same JSON value.
 */
#ifndef PHM_RESOURCE_H
#define PHM_RESOURCE_H

#include "types/element.h"
#include "types/json.h"
#include "types/primitive.h"

#define RESOURCE_VERSION 1
#define RESOURCE_HEADER 4		/* bytes before the members */

/* One member, array slot or nested resource on the way to where the parser stands. */
typedef struct ResourceStep
{
	FhirElement element;		/* of a member; 0: FHIR does not know it */
	FhirType	resource;		/* of a resource that begins here */
	int			slot;			/* in an array: index; otherwise RESOURCE_STEP_... */
} ResourceStep;

#define RESOURCE_STEP_MEMBER (-1)
#define RESOURCE_STEP_RESOURCE (-2)

/*
 * Reads FHIR JSON and FHIR XML.  The parser keeps its buffers from resource to resource:
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

/* Forgets the last resource. */
extern void resource_start(ResourceParser *p);

/* Goes one step down; false when that is too deep.  Whoever comes back decrements depth. */
extern bool resource_enter(ResourceParser *p, FhirElement element, int slot);

/* Adds to an error the element in which the parser stands. */
extern void resource_tell_place(const ResourceParser *p, PhmError *err);

/* Whether a text that is no date is kept in the element in which the parser stands. */
extern bool resource_keeps_text(const ResourceParser *p, const char *text, int length);

/* Parses one resource of FHIR JSON; nothing may follow it. */
extern bool resource_parse(ResourceParser *p, const char *text, size_t length,
						   int64 first_line, PhmError *err);

/* Parses the resource at the reader's position and leaves the reader behind it. */
extern bool resource_parse_here(ResourceParser *p);

/* Parses one resource of FHIR XML. */
extern bool resource_parse_xml(ResourceParser *p, const char *text, size_t length, PhmError *err);

/* Copies the parsed resource into a varlena. */
extern struct varlena *resource_finish(const ResourceParser *p);
extern struct varlena *resource_make(FhirType type, const uint8 *members, size_t length);

/* Appends FHIR JSON of a resource, or of one value of a FHIR type. */
extern void resource_print(StringInfo out, FhirType type, const uint8 *members, const uint8 *end);
extern void element_print(StringInfo out, const ElementValue *value);

#endif							/* PHM_RESOURCE_H */
