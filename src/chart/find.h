/*
 * find.h: finding entries of a chart: what SQL primitives and rules ask first.
 */
#ifndef PHM_FIND_H
#define PHM_FIND_H

#include "types/chart.h"
#include "types/codeset.h"
#include "types/datetime.h"

/* What is looked for. */
typedef struct FindQuery
{
	FhirType	type;			/* 0: every type */
	const CodesetView *codes;	/* NULL: any code or none */
	bool		has_period;		/* the entry's date, as written, within these days */
	int64		first_day;		/* days since 2000-01-01 */
	int64		last_day;
	bool		all;			/* void and negated entries as well */
	uint32		visible;		/* sensitivity labels that may be seen */
} FindQuery;

#define FIND_STACK_BYTES 1024

/* A search under way. */
typedef struct Find
{
	const FindQuery *query;
	ChartCursor cursor;
	int			segment;		/* for which hits is filled, -1: none */
	uint8	   *hits;			/* one byte a concept: its codes are in the set */
	uint8		stack[FIND_STACK_BYTES];
	uint32		size;			/* of hits */
	PhmDateTime when;			/* date of the entry found; CHART_NO_DATE: none */
} Find;

extern void find_begin(Find *f, const Chart *chart, const FindQuery *query);

/* Whether a code of a segment's table is in a set. */
extern bool find_code_in_set(const Chart *chart, int segment, const CodesetView *codes, uint32 index);

/* Moves to the next entry: f->cursor.at. */
extern bool find_next(Find *f);

/* The date of an entry, as written; false when it has none. */
extern bool find_moment(const Chart *chart, ChartPosition at, PhmDateTime *when);

/* The concept of an entry, of several the first; false when it has none. */
extern bool find_concept(const Chart *chart, ChartPosition at, uint32 *concept);

#endif							/* PHM_FIND_H */
