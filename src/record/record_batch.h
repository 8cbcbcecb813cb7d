/*
 * record_batch.h: writing rows of the record set-wise.
 *
 * Readers (FHIR, claims, the demo generator) add rows; a flush writes all
 * tables with one INSERT each and marks the patients concerned.  Rows of one
 * key replace each other, the last one wins.
 *
 *   RecordBatch *b = record_batch_begin(source);
 *   ... record_batch_add(b, table, &row); ... record_batch_flush(b) now and then ...
 *   record_batch_end(b);
 */
#ifndef PHM_RECORD_BATCH_H
#define PHM_RECORD_BATCH_H

#include "record/record.h"

typedef struct RecordBatch RecordBatch;

/* One row; pointers are copied by record_batch_add. */
typedef struct RecordRow
{
	const char *id;				/* id in the source */
	int			id_length;
	int32		ordinal;
	int64		patient_id;		/* 0 in tables without a patient */
	FhirType	type;			/* for tables of several types; 0: the table's first */
	int32		sensitivity;
	int64		inbox_id;		/* 0: none */
	uint64		fingerprint;	/* 0: none, the row always replaces */
	struct varlena *extra;		/* phm.resource or NULL */
	const Datum *values;		/* the table's columns, in the order of record.map */
	const bool *nulls;
} RecordRow;

extern RecordBatch *record_batch_begin(const char *source);
extern void record_batch_add(RecordBatch *b, const RecordTable *table, const RecordRow *row);
extern Size record_batch_size(const RecordBatch *b);	/* bytes held: flush at some megabytes */
extern void record_batch_flush(RecordBatch *b);
extern void record_batch_end(RecordBatch *b);	/* flushes */

/* Index of a column in RecordTable.columns; elog when there is none. */
extern int	record_column(const RecordTable *table, const char *name);

#endif							/* PHM_RECORD_BATCH_H */
