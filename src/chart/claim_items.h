/*
 * claim_items.h: claims that did not come as FHIR get the members that their
 * columns and their lines tell.
 */
#ifndef PHM_CLAIM_ITEMS_H
#define PHM_CLAIM_ITEMS_H

#include "postgres.h"

#include "chart/claim_lines.h"
#include "record/record_row.h"

/*
 * Completes the members of a claim whose row the reader has just read: what
 * columns tell and w lacks (diagnoses, procedures, totals, bill type), and the
 * items made of its lines where it has none.
 */
extern void claim_complete(ClaimLines *lines, const RecordRowReader *claim, FhirType type,
						   const char *source, ElementWriter *w);

#endif							/* PHM_CLAIM_ITEMS_H */
