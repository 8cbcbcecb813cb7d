/*
 * record.h: FHIR resources as rows of the record and back.
 *
 * The mapping is src/record/record.map.  For each FHIR type it becomes a tree
 * of elements (RecordNode) that both directions walk: record_split takes a
 * resource apart into column values and a rest, record_join puts a row and its
 * rest together again.  join(split(resource)) is the resource, always.
 */
#ifndef PHM_RECORD_H
#define PHM_RECORD_H

#include "postgres.h"

#include "types/concept.h"
#include "types/element.h"

typedef enum RecordType
{
	RECORD_TEXT,
	RECORD_BOOLEAN,
	RECORD_INTEGER,
	RECORD_NUMERIC,
	RECORD_DATETIME,
	RECORD_CONCEPT,
	RECORD_QUANTITY,
	RECORD_CONCEPTS				/* phm.concept[] */
} RecordType;

typedef struct RecordColumn
{
	const char *name;
	RecordType	type;
	const char *path;
} RecordColumn;

typedef struct RecordTable
{
	const char *name;
	FhirType	types[2];
	const char *subject;		/* element that names the patient; NULL: none */
	bool		has_patient;	/* rows belong to a person */
	const RecordColumn *columns;
	int			ncolumns;
} RecordTable;

/* What becomes of an element that the tree knows. */
typedef enum RecordNodeKind
{
	RECORD_NODE_OBJECT,			/* has members with columns */
	RECORD_NODE_VALUE,			/* converts to column */
	RECORD_NODE_REFERENCE,		/* text of Reference.reference: target/id */
	RECORD_NODE_MOMENT,			/* dateTime of a choice */
	RECORD_NODE_INSTANT,		/* instant of a choice: copied, never printed back */
	RECORD_NODE_PERIOD			/* Period of a choice: column and end_column */
} RecordNodeKind;

typedef struct RecordNode
{
	FhirElement element;
	RecordNodeKind kind;
	bool		first_of_list;	/* the element repeats; slot 0 is meant */
	int			column;			/* index of RecordTable.columns, -1: none */
	int			end_column;
	const char *target;			/* REFERENCE: type that printing puts in front */
	int			target_length;
	struct RecordNode *children;
	int			nchildren;
} RecordNode;

/* A column that is copied out of what stays in the rest. */
typedef struct RecordCopy
{
	int			column;
	const char *path;			/* element, plain path or element{selector} */
	int			path_length;
	const char *selector;		/* NULL: plain path */
	int			selector_length;
} RecordCopy;

typedef struct RecordMap
{
	FhirType	type;
	const RecordTable *table;
	RecordNode	root;
	RecordCopy *copies;
	int			ncopies;
} RecordMap;

/* The map of a FHIR type; NULL for those that go to other_resource. */
extern const RecordMap *record_map(FhirType type);

/* All tables, for those who create or list them. */
extern const RecordTable *record_table_list(int *count);
extern const RecordTable *record_table_by_name(const char *name);

/* other_resource: whole resources, no columns. */
extern const RecordTable *record_other_table(void);

/* Turns "urn:uuid:..." into the id of the resource that has this fullUrl. */
typedef bool (*RecordResolve) (void *arg, const char *url, int length, const char **id, int *id_length);

/*
 * Taking apart.  Keeps its buffers from resource to resource; values are
 * palloc'd in the current context.
 */
typedef struct RecordSplitter
{
	ElementWriter rest;			/* members that stay in extra */
	ConceptWriter concept;
	RecordResolve resolve;		/* may be NULL */
	void	   *resolve_arg;
	Datum	   *values;			/* one for each column of the table */
	bool	   *nulls;
} RecordSplitter;

extern void record_splitter_init(RecordSplitter *s);
extern void record_split(RecordSplitter *s, const RecordMap *map, const uint8 *members,
						 const uint8 *end, Datum *values, bool *nulls);

/*
 * Putting together: writes the members of the resource.  rest may be NULL.
 * id is Resource.id, NULL when the row has none.
 */
extern void record_join(ElementWriter *w, const RecordMap *map, const char *id, int id_length,
						const Datum *values, const bool *nulls,
						const uint8 *rest, const uint8 *rest_end);

/* Parts of copied columns (record_copy.c): text of the selected element, NULL when absent. */
extern void record_copy(RecordSplitter *s, const RecordMap *map, const RecordCopy *copy,
						const uint8 *members, const uint8 *end, Datum *value, bool *isnull);

/* OID of phm.concept in this database; looked up once per transaction. */
extern Oid	record_concept_type(void);

/* Conversions between elements and SQL values (record_value.c). */
extern bool record_value_in(RecordSplitter *s, RecordType type, FhirType fhir,
							const ElementValue *value, Datum *datum, bool *exact);
extern void record_value_out(ElementWriter *w, RecordType type, FhirType fhir, Datum datum);
extern Datum record_number(const ElementValue *value);

#endif							/* PHM_RECORD_H */
