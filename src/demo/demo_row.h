/*
 * demo_row.h: events of the synthetic population as rows of the record.
 */
#ifndef DEMO_ROW_H
#define DEMO_ROW_H

#include "postgres.h"

#include "demo/population.h"
#include "record/record_batch.h"

#define DEMO_SOURCE "demo"
#define DEMO_ID_SIZE 48
#define DEMO_MAX_COLUMNS 48

typedef struct DemoWriter
{
	RecordBatch *batch;
	const DemoSettings *settings;
	MemoryContext row_context;	/* values of the rows of one person */
	Datum		concepts[DEMO_CODE_COUNT];
	Datum		bills[DEMO_CODE_COUNT];	/* what claim lines say */
	Datum		diagnoses[DEMO_CODE_COUNT];	/* ICD-10-CM alone; 0: has none */
	Datum		statuses[DEMO_STATUS_COUNT];
	const RecordTable *tables[DEMO_KIND_COUNT];
	ElementWriter extra;
	uint32		mark;
	int64		patient_id;
	Datum		subject;		/* the person's id in the source */
	const RecordTable *table;	/* of the row under way */
	Datum		values[DEMO_MAX_COLUMNS];
	bool		nulls[DEMO_MAX_COLUMNS];
	int64		rows;
} DemoWriter;

/* Sets a column of the row under way.  Each place that uses it serves one table. */
#define DEMO_PUT(w, name, datum) \
	do { \
		static int	column_ = -1; \
		if (column_ < 0) \
			column_ = record_column((w)->table, name); \
		(w)->values[column_] = (datum); \
		(w)->nulls[column_] = false; \
	} while (0)

extern DemoWriter *demo_writer_create(const DemoSettings *settings);

/* Whose events come next. */
extern void demo_writer_person(DemoWriter *w, int64 number, int64 patient_id);

/* A sink for demo_person_tell; arg is the writer. */
extern void demo_writer_event(void *arg, const DemoPerson *person, const DemoEvent *event);

/* Writes the organizations, practitioners and sites of so many communities. */
extern void demo_write_providers(DemoWriter *w, int communities);

/* Between the files of the writer: rows, ids and values (in the row context). */
extern void demo_row_begin(DemoWriter *w, const RecordTable *table);
extern void demo_row_end(DemoWriter *w, const char *id, uint64 fingerprint, FhirType type);
extern Datum demo_text(const char *s);
extern Datum demo_person_id(const DemoWriter *w, int64 number);
extern Datum demo_provider_id(const DemoWriter *w, const char *kind, int number);
extern char *demo_own_id(const DemoWriter *w, const DemoPerson *p, const char *kind, int32 number, char *id);
extern Datum demo_own_id_datum(const DemoWriter *w, const DemoPerson *p, const char *kind, int32 number);
extern void demo_put_text(ElementWriter *x, FhirElement element, const char *s);
extern void demo_put_coding(ElementWriter *x, const char *system, const char *code, const char *display);
extern void demo_put_concept(ElementWriter *x, FhirElement element, uint16 code);
extern void demo_put_name(ElementWriter *x, FhirElement element, const char *family, const char *given);
extern void demo_put_identifier(ElementWriter *x, FhirElement element, const char *system, const char *value);
extern void demo_put_reference(ElementWriter *x, const char *type, const char *id);
extern void demo_put_address(ElementWriter *x, FhirElement element, const char *line, const DemoCity *city, int zip);

/* Kinds of rows that have files of their own. */
extern void demo_write_patient(DemoWriter *w, const DemoPerson *p, const DemoEvent *e);
extern void demo_write_coverage(DemoWriter *w, const DemoPerson *p, const DemoEvent *e);
extern void demo_write_claim(DemoWriter *w, const DemoPerson *p, const DemoEvent *e);
extern void demo_write_claim_line(DemoWriter *w, const DemoPerson *p, const DemoEvent *e);

#endif							/* DEMO_ROW_H */
