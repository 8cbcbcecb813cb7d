/*
 * code_system.h: the URIs that identify code systems and identifiers in FHIR,
 * their short aliases, and the 64-bit identity of a code.
 *
 * data/code_system.tsv is append-only: ids are stored in resources and
 * charts.  Several URIs may mean one system (urn:oid:2.16.840.1.113883.6.96 is
 * SNOMED CT): each has an id of its own, so that it prints back as written,
 * and points to the canonical one, so that its codes are the same codes.
 *
 * A URI may join the table at any time as a system of its own.  One that joins
 * as a synonym changes the identity of its codes: values that were stored
 * before carry the URI and keep the old identity until they are written again.
 */
#ifndef PHM_CODE_SYSTEM_H
#define PHM_CODE_SYSTEM_H

#include "phm_port.h"

/* Id of a URI as written, 0 when it is not in the table. */
extern int	code_system_by_url(const char *url, int length);

/* Id of the canonical system of an alias (LOINC, ICD10CM, ...; any case), or 0. */
extern int	code_system_by_alias(const char *alias, int length);

/* URI of an id; NULL when there is no such id. */
extern const char *code_system_url(int id, int *length);

/* Alias of an id's canonical system; NULL when it has none. */
extern const char *code_system_alias(int id);

/* The canonical id of an id (itself for most). */
extern int	code_system_canonical(int id);

/* What an id stands for; NULL when there is no such id. */
extern const char *code_system_name(int id);

extern int	code_system_count(void);	/* ids are 1 .. count */

/*
 * The 64-bit identity of (canonical system URI, code): own, frozen,
 * endian-neutral.  Known systems and their synonyms give the same hash.
 * system_hash may be computed once for many codes.  An absent system is "".
 */
extern uint64 code_system_hash(const char *url, int length);
extern uint64 code_system_hash_of_id(int id);
extern uint64 code_hash(uint64 system_hash, const char *code, int length);

#endif							/* PHM_CODE_SYSTEM_H */
