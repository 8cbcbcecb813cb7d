/*
 * record_line.h: claim lines out of Claim.item and ExplanationOfBenefit.item.
 */
#ifndef PHM_RECORD_LINE_H
#define PHM_RECORD_LINE_H

#include "record/record_batch.h"

/* Adds the lines of a claim whose row is claim and whose members these are. */
extern void record_add_lines(RecordBatch *b, RecordSplitter *s, const RecordRow *claim,
							 const uint8 *members, const uint8 *end);

#endif							/* PHM_RECORD_LINE_H */
