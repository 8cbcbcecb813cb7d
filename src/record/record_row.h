/*
 * record_row.h: reading rows whose columns are named like those of the record.
 */
#ifndef PHM_RECORD_ROW_H
#define PHM_RECORD_ROW_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

#include "record/record.h"

/* A row type beside the columns of a FHIR type; columns it lacks are empty. */
typedef struct RecordRowReader
{
	FhirType	type;
	TupleDesc	desc;
	const RecordMap *map;		/* NULL: other_resource */
	int		   *attributes;		/* for each column: 0-based attribute, -1 none */
	int			source;			/* attributes of common columns, -1 none */
	int			id;
	int			resource_type;
	int			sensitivity;
	int			fingerprint;
	int			extra;
	Datum	   *values;			/* by attribute, and by column behind */
	bool	   *nulls;
} RecordRowReader;

/* Looks at a row type once; in the current context. Errors: 42804 a column of another type. */
extern RecordRowReader *record_row_reader(TupleDesc desc, FhirType type);

/* Writes the members of the resource of a row; the row's values stay in the reader. */
extern void record_row_members(RecordRowReader *r, HeapTuple tuple, ElementWriter *w);

/*
 * The 0-based attribute of each column of a record table, -1 for those that a
 * row type lacks. Errors: 42804 a column of another type.
 */
extern int *record_table_attributes(TupleDesc desc, const RecordTable *table);

/* The 0-based attribute of a name, or -1. */
extern int	record_attribute(TupleDesc desc, const char *name);

#endif							/* PHM_RECORD_ROW_H */
