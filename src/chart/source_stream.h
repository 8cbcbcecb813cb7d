/*
 * source_stream.h: relations of anybody that charts are built from beside the
 * record (phm.chart_source).
 */
#ifndef PHM_SOURCE_STREAM_H
#define PHM_SOURCE_STREAM_H

#include "postgres.h"

#include "utils/portal.h"

#include "record/record.h"
#include "types/chart.h"

/* An enabled row of phm.chart_source. */
typedef struct SourceStream
{
	const char *relation;		/* qualified and quoted */
	FhirType	type;			/* 0: claim lines */
	const RecordTable *table;	/* whose columns it has; other_resource: none but extra */
	const char *source;			/* for rows that do not name theirs, and for person keys */
	int			source_length;
	const char *person;			/* key column, quoted */
	bool		linked;			/* its key is text, mapped through phm.patient_link */
	bool		deletes;		/* it has deleted_at */
	uint8		flags;			/* CHART_CLAIMS */
} SourceStream;

/* All enabled relations, claim lines first; needs SPI to be connected. Errors: 42P01, 42703. */
extern SourceStream *source_streams(int *count);

/* A cursor over the rows of these persons, ordered by patient_id, their first column. */
extern Portal source_stream_open(const SourceStream *s, Datum patient_ids);

/* The FHIR type of a row: what it says where its type has several, else the registered one. */
extern FhirType source_stream_type(const SourceStream *s, TupleDesc desc, HeapTuple tuple);

/* Source, id and flags of a resource whose row does not have them. */
extern void source_stream_complete(const SourceStream *s, ChartResource *resource);

/* The table whose columns rows of a type have; NULL when no chart is built from such rows. */
extern const RecordTable *source_stream_table(const char *resource_type, FhirType *type);

#endif							/* PHM_SOURCE_STREAM_H */
