/*
 * concept.h: phm.concept, a FHIR CodeableConcept: codings and an optional text.
 *
 *   | vl_len_ | version byte | flags | varint n codings | coding* | [varint length, text] |
 *   flags: 1 when a text follows the codings
 *   coding: flags byte (CODING_HAS_...), 8 bytes code_hash (when it has a code),
 *           [varint code system id | varint length, URI], [varint length, code],
 *           [varint length, display], [varint length, version]
 *
 * The value may have a short varlena header: nothing in it is aligned.
 *
 * Text form (pieces in code_text.h), codings and then the text, joined by "; ":
 *
 *   coding   system|code, system|code|version; then optionally "display", then
 *            ! for userSelected true or !false for false
 *   text     a quoted text alone, last
 *
 * Absent pieces are left out: LOINC| has no code, |4548-4 no system, | neither.
 * The empty concept is the empty text.
 */
#ifndef PHM_CONCEPT_H
#define PHM_CONCEPT_H

#include "phm_port.h"

#define CONCEPT_VERSION 1

#define CONCEPT_HAS_TEXT		0x01

#define CODING_HAS_SYSTEM_ID	0x01
#define CODING_HAS_SYSTEM_URI	0x02
#define CODING_HAS_CODE			0x04
#define CODING_HAS_DISPLAY		0x08
#define CODING_HAS_VERSION		0x10
#define CODING_HAS_SELECTED		0x20
#define CODING_SELECTED			0x40

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
extern void concept_read_codings(ConceptReader *r, const void *payload, size_t length);	/* leaves text NULL */
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

/* URI of the system that a coding's code belongs to (canonical); "" when absent. */
extern const char *coding_canonical_system(const CodingView *coding, int *length);

/* Whether two codings that have codes name the same code. */
extern bool coding_same_code(const CodingView *a, const CodingView *b);

/*
 * SQL order and equality: codings that have a code, in order, by canonical
 * system and code; concepts without any, by text, then by their displays.
 */
extern int	concept_compare(const void *a, size_t a_length, const void *b, size_t b_length);
extern uint64 concept_hash(const void *payload, size_t length, uint64 seed);

/* Whether some code of one is also in the other. */
extern bool concept_share_code(const void *a, size_t a_length, const void *b, size_t b_length);

/* Checks bytes from outside; *rewrite: they are valid, but this version would write them otherwise. */
extern bool concept_validate(const void *payload, size_t length, bool *rewrite, PhmError *err);

/* Text form, or FHIR JSON (CodeableConcept or Coding) when it begins with '{'. */
extern struct varlena *concept_parse(const char *text, size_t length, PhmError *err);
extern void concept_print(const void *payload, size_t length, StringInfo out);

/* FHIR JSON: concept_json.c. */
extern bool concept_parse_json(const char *json, size_t length, ConceptWriter *w,
							   const char **text, int *text_length, PhmError *err);
extern void concept_print_json(const void *payload, size_t length, StringInfo out);

#endif							/* PHM_CONCEPT_H */
