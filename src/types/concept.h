/*
 * concept.h: phm.concept, a FHIR CodeableConcept: codings and an optional text.
 *
 *   | vl_len_ | version byte | flags | varint n codings | coding* | [varint length, text] |
 *   coding: flags byte (CODING_HAS_...), 8 bytes code_hash (when it has a code),
 *           [varint code system id | varint length, URI], [varint length, code],
 *           [varint length, display], [varint length, version]
 *
 * The value may have a short varlena header: nothing in it is aligned.
 */
#ifndef PHM_CONCEPT_H
#define PHM_CONCEPT_H

#include "phm_port.h"

#define CONCEPT_VERSION 1

/* One coding, as read or to be written; absent parts are NULL. */
typedef struct CodingView
{
	uint64		hash;			/* code_hash; 0 when there is no code */
	int			system_id;		/* code system id, 0 when the URI is not in the table or absent */
	const char *system;			/* URI */
	const char *code;
	const char *display;
	const char *version;
	int			system_length;
	int			code_length;
	int			display_length;
	int			version_length;
	int8		user_selected;	/* 1 true, 0 false, -1 absent */
} CodingView;

typedef struct ConceptReader
{
	const uint8 *next;
	const uint8 *end;
	int			remaining;		/* codings not read yet */
	const char *text;			/* set by concept_read; NULL when absent */
	int			text_length;
} ConceptReader;

/* Starts reading a value's payload (VARDATA_ANY, VARSIZE_ANY_EXHDR). */
extern void concept_read(ConceptReader *r, const void *payload, size_t length);
extern bool concept_next(ConceptReader *r, CodingView *coding);

/* Writing into a growing buffer that is reused from value to value. */
typedef struct ConceptWriter
{
	uint8	   *data;			/* with room for a varlena header in front */
	size_t		length;
	size_t		size;
	int			ncodings;
} ConceptWriter;

extern void concept_writer_init(ConceptWriter *w);	/* palloc'd in the current context */
extern void concept_writer_reset(ConceptWriter *w);
extern void concept_put(ConceptWriter *w, const CodingView *coding);	/* computes hash and system_id when 0 */
extern struct varlena *concept_finish(ConceptWriter *w, const char *text, int text_length);	/* palloc'd copy; text NULL when absent */

#endif							/* PHM_CONCEPT_H */
