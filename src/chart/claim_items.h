/*
 * claim_items.h: claims that did not come as FHIR get the members that their
 * columns and their lines tell.
 */
#ifndef PHM_CLAIM_ITEMS_H
#define PHM_CLAIM_ITEMS_H

#include "postgres.h"

#include "access/htup.h"

#include "record/record_row.h"

typedef struct ClaimLines ClaimLines;

/* How to read the lines of one relation. */
typedef struct ClaimLineReader ClaimLineReader;

/* Lives in the current context. */
extern ClaimLines *claim_lines(void);

/* Forgets the lines of the last patient. */
extern void claim_lines_reset(ClaimLines *lines);

/* Looks at a row type once; source is that of rows that do not tell theirs, or NULL. Errors: 42804. */
extern ClaimLineReader *claim_line_reader(TupleDesc desc, const char *source);

/* Keeps a line of the patient until its claim comes. */
extern void claim_lines_note(ClaimLines *lines, ClaimLineReader *reader, HeapTuple tuple);

/*
 * Completes the members of a claim whose row the reader has just read: what
 * columns tell and w lacks (diagnoses, procedures, totals, bill type), and the
 * items made of its lines where it has none.
 */
extern void claim_complete(ClaimLines *lines, const RecordRowReader *claim, FhirType type,
						   const char *source, ElementWriter *w);

#endif							/* PHM_CLAIM_ITEMS_H */
