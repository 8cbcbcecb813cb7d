/*
 * fhir.h: the FHIR R4 element dictionary.
 *
 * Types and elements have ids that are stored in every resource and chart:
 * data/fhir_type.tsv and data/fhir_element.tsv are append-only, an id never
 * changes its meaning.  Backbone elements are types named by their path
 * ("Observation.component").  Choice elements have one id per type
 * ("valueQuantity") and remember the base name ("value").
 */
#ifndef PHM_FHIR_H
#define PHM_FHIR_H

#include "phm_port.h"

typedef uint16 FhirType;		/* 0: none */
typedef uint16 FhirElement;		/* 0: not in the dictionary */

typedef enum FhirKind
{
	FHIR_PRIMITIVE,
	FHIR_COMPLEX,
	FHIR_BACKBONE,
	FHIR_RESOURCE,
	FHIR_ABSTRACT
} FhirKind;

/* How JSON writes a primitive, and which values it takes. */
typedef enum FhirPrimitive
{
	FHIR_NOT_PRIMITIVE,
	FHIR_STRING,				/* string, code, id, uri, url, canonical, oid, uuid, markdown, xhtml, base64Binary */
	FHIR_BOOLEAN,
	FHIR_INTEGER,				/* integer, unsignedInt, positiveInt */
	FHIR_DECIMAL,
	FHIR_DATE,					/* date, dateTime */
	FHIR_INSTANT,
	FHIR_TIME
} FhirPrimitive;

typedef struct FhirTypeDef
{
	const char *name;
	uint8		kind;			/* FhirKind */
	uint8		primitive;		/* FhirPrimitive */
	FhirType	base;
	uint16		first;			/* its elements, inherited ones too, in fhir_by_name[] */
	uint16		count;
} FhirTypeDef;

typedef struct FhirElementDef
{
	const char *name;			/* as in JSON: valueQuantity */
	const char *choice;			/* value; NULL when not a choice */
	FhirType	parent;
	FhirType	type;
	uint8		name_length;
	bool		list;
} FhirElementDef;

extern const FhirTypeDef fhir_types[];
extern const int fhir_type_count;	/* ids are 1 .. count */
extern const FhirElementDef fhir_elements[];
extern const int fhir_element_count;

/* The type of that name ("Observation", "Observation.component"), or 0. */
extern FhirType fhir_type_by_name(const char *name, int length);

/* The element of that JSON name in a type or the types it derives from, or 0. */
extern FhirElement fhir_element_by_name(FhirType type, const char *name, int length);

/* Whether type is ancestor or derives from it. */
extern bool fhir_type_is(FhirType type, FhirType ancestor);

/*
 * Ids by C name for code that knows what it looks for, generated from the
 * dictionary: FHIR_T_Observation, FHIR_E_Observation_code,
 * FHIR_E_Observation_component_valueQuantity.
 */
#include "types/fhir_ids.h"

#endif							/* PHM_FHIR_H */
