/*
 * identity.h: from the patient of a source to the person (phm.patient_link).
 */
#ifndef PHM_IDENTITY_H
#define PHM_IDENTITY_H

#include "postgres.h"

typedef struct IdentityCache IdentityCache;

/* A cache for one source, living in the current memory context. */
extern IdentityCache *identity_cache(const char *source);

/* The person of a source's patient, made when there is none yet. Needs SPI to be free to connect. */
extern int64 identity_person(IdentityCache *cache, const char *source_patient_id, int length);

#endif							/* PHM_IDENTITY_H */
