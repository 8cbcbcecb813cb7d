/*
 * fhir_bundle.h: the entries of a Bundle, found before they are read.
 */
#ifndef PHM_FHIR_BUNDLE_H
#define PHM_FHIR_BUNDLE_H

#include "types/resource.h"

typedef struct FhirBundle FhirBundle;

/* One entry. */
typedef struct FhirEntry
{
	const char *json;			/* where its resource begins; NULL: none */
	const char *url;			/* fullUrl, NULL: none */
	int			url_length;
	FhirType	type;			/* of the resource or of the request */
	const char *id;				/* of the resource, else of the fullUrl's urn:uuid or the request */
	int			id_length;
	bool		deletes;		/* request DELETE */
} FhirEntry;

/* Whether the JSON value at the reader, which does not move, is a Bundle. */
extern bool bundle_recognize(JsonReader *json, bool *is_bundle);

/* Finds the entries; allocates in the current context; NULL on error. */
extern FhirBundle *bundle_scan(JsonReader *json);

extern int	bundle_count(const FhirBundle *bundle);
extern const FhirEntry *bundle_entry(const FhirBundle *bundle, int i);

/* The reader with which to parse an entry: set p to its json. */
extern const JsonReader *bundle_reader(const FhirBundle *bundle);

/* The resource with a fullUrl. */
extern bool bundle_resolve(const FhirBundle *bundle, const char *url, int length,
						   FhirType *type, const char **id, int *id_length);

/*
 * Numbers different resources with one type and id: 0, 1, 2 ...; the same
 * resource again keeps its number.
 */
extern int	bundle_ordinal(FhirBundle *bundle, FhirType type, const char *id, int length, uint64 fingerprint);

#endif							/* PHM_FHIR_BUNDLE_H */
