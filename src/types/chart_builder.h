/*
 * chart_builder.h: what the files that make charts share (chart_build.c,
 * chart_encode.c, chart_write.c).
 */
#ifndef PHM_CHART_BUILDER_H
#define PHM_CHART_BUILDER_H

#include "types/chart_intern.h"
#include "types/chart_map.h"

/* One resource: what was added, and where it was encoded. */
typedef struct ChartItem
{
	FhirType	type;
	uint16		concept;		/* entry: what it is about */
	uint8		flags;
	uint32		source;			/* string */
	uint32		id;				/* offsets in copies */
	int			id_length;
	bool		has_id;			/* "" is an id, if a bad one */
	uint32		members;
	uint32		length;
	uint32		sensitivity;
	int64		time;
	uint64		content;		/* hash of source, id and what the chart keeps */
	uint64		fingerprint;	/* content, and what it takes from other entries */
	uint64		resolution;		/* which of its references were resolved */
	uint32		link;			/* where links to it lead: entry << 1 | segment */
	uint32		body;			/* offsets in bodies and cold, and the ends */
	uint32		body_end;
	uint32		cold;
	uint32		cold_end;
	uint32		code_at;		/* entry + 1 of the resource that has the code */
} ChartItem;

/* Bytes under construction; what is added last may move them. */
typedef struct ChartOutput
{
	uint8	   *data;
	uint32		length;
	uint32		size;
} ChartOutput;

struct ChartBuilder
{
	ChartIntern intern;
	ChartItem  *items;
	uint32		count;
	uint32		size;
	uint8	   *copies;			/* members and ids of the resources */
	uint32		copies_length;
	uint32		copies_size;
	uint32	   *buckets;		/* entries + 1 by source and id */
	uint32		nbuckets;
	ElementWriter bodies;
	ElementWriter cold;
	ElementWriter ids;
	ChartOutput output;			/* the chart that is being written */
	ChartOutput pieces;			/* its cold part, uncompressed */
	int64		patient_id;
	ChartMapper *mapper;		/* NULL: no concept maps */
	ChartRemoved *removed;		/* of the base, when a change is written */
	uint32		nremoved;
};

typedef struct ChartFacts
{
	int64		birth;
	int64		death;
	uint8		sex;
	uint8		deceased;
} ChartFacts;

/* The entry of a resource of a source; type 0: any. */
extern bool chart_find_item(const ChartBuilder *b, uint32 source, FhirType type,
							const char *id, int length, uint32 *found);

/* Splits a resource into body and cold rest. */
extern void chart_encode(ChartBuilder *b, ChartItem *item);

/* Sorts, resolves, encodes everything: what chart_finish and chart_finish_change begin with. */
extern void chart_prepare(ChartBuilder *b);

/* The concept of an item's own code in the tables of this builder; CHART_NO_CONCEPT when it has none. */
extern uint16 chart_own_concept(ChartBuilder *b, const ChartItem *item);

/* The same without what concept maps added. */
extern uint16 chart_given_concept(ChartBuilder *b, const ChartItem *item);

/* Gives an entry the concept of the resource that has its code, where it has none itself. */
extern void chart_borrow_concept(ChartBuilder *b, ChartItem *item);

/* Indexes the items by source and id. */
extern void chart_index(ChartBuilder *b);

extern void chart_read_facts(const ChartBuilder *b, ChartFacts *facts);

/* Writes the value of one segment; palloc'd. */
extern struct varlena *chart_write(ChartBuilder *b, const ChartFacts *facts);

#endif							/* PHM_CHART_BUILDER_H */
