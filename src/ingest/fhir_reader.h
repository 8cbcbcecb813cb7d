/*
 * fhir_reader.h: FHIR R4 JSON into the record: single resources, Bundles, NDJSON.
 *
 * A reader serves one source.  It parses, finds the person of each resource,
 * and adds rows to a batch; whoever owns it decides when to flush.
 */
#ifndef PHM_FHIR_READER_H
#define PHM_FHIR_READER_H

#include "record/identity.h"
#include "record/record_batch.h"
#include "types/resource.h"

typedef struct FhirBundle FhirBundle;

typedef struct FhirReader
{
	RecordBatch *batch;
	IdentityCache *identities;
	ResourceParser parser;
	RecordSplitter splitter;
	int64		person;			/* owner of everything that is read; 0: its subject */
	int64		inbox_id;		/* lineage of the rows */
	int64		resources;		/* counts of what was read */
	int64		deleted;
	int64		rejected;		/* entries of Bundles that could not be read */
	void		(*reject) (void *arg, const PhmError *err, const char *text, size_t length);	/* takes those */
	void	   *reject_arg;
	MemoryContext scratch;		/* values of one resource */
	FhirBundle *bundle;			/* the Bundle that is being read, or NULL */
	Datum	   *values;			/* of one row */
	bool	   *nulls;
	char	   *source;
} FhirReader;

extern FhirReader *fhir_reader_begin(const char *source, int64 person, int64 inbox_id);

/*
 * Reads one JSON value: a resource, or a Bundle of them.  False when it cannot
 * be read as a whole; bad entries of a readable Bundle go to reject.
 */
extern bool fhir_read(FhirReader *reader, const char *text, size_t length,
					  int64 first_line, PhmError *err);

/* Flushes what has been read and frees everything. */
extern void fhir_reader_end(FhirReader *reader);

#endif							/* PHM_FHIR_READER_H */
