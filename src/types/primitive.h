/*
 * primitive.h: which texts and numbers the FHIR primitives take.
 *
 * One set of rules for all readers: JSON, XML and the binary form.
 */
#ifndef PHM_PRIMITIVE_H
#define PHM_PRIMITIVE_H

#include "types/fhir.h"

#define PRIMITIVE_MAX_NUMBER 1000	/* characters of a number */

/* Whether text is a JSON number, which is also FHIR's decimal. */
extern bool primitive_is_number(const char *s, int length);

/* Whether text is an integer of FHIR's 32 bits. */
extern bool primitive_is_integer(const char *s, int length);

/* Whether text is hh:mm:ss with an optional fraction. */
extern bool primitive_is_time(const char *s, int length);

/*
 * Whether a text that is no date is kept as text in an element of a resource:
 * servers mask their bookkeeping (lastUpdated, created, issued), and no fact
 * about a patient rests on it or on the dates of definitions.
 */
extern bool primitive_keeps_text(FhirElement element, FhirType resource, const char *s, int length);

#endif							/* PHM_PRIMITIVE_H */
