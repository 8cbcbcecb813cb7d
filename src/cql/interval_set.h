/*
 * interval_set.h: what collapse and expand share: the intervals of a list in
 * order, and the step between neighbours.
 */
#ifndef PHM_CQL_INTERVAL_SET_H
#define PHM_CQL_INTERVAL_SET_H

#include "cql/interval.h"

/* An interval on the way to a result. */
typedef struct CqlPart
{
	CqlValue	interval;		/* as it was given; null once it was merged */
	CqlSpan		span;
	CqlBoundary low;
	CqlBoundary high;
} CqlPart;

/* How far apart neighbours may be, and how long pieces are. */
typedef struct CqlStep
{
	CqlKind		kind;			/* of the points */
	DateTimeUnit unit;			/* of dates and times; DATETIME_UNIT_FINEST for others */
	int64		count;			/* units, at least 1 */
	Decimal		amount;			/* of others */
	const CqlQuantity *quantity;	/* what the amount is of, NULL: numbers */
} CqlStep;

typedef struct CqlParts
{
	CqlPart    *part;
	uint32		n;
	CqlStep		step;
} CqlParts;

/*
 * Collects the intervals of a list (or one interval) that are not null and
 * have an end that is not unknown, and reads the step: per, or what the
 * boundaries give when per is null.
 */
extern void cql_parts_read(CqlExec *x, const CqlNode *n, CqlValue source, CqlValue per, CqlParts *parts);

/* Sorts by start and merges what overlaps or is not farther apart than the step. */
extern void cql_parts_merge(CqlExec *x, const CqlNode *n, CqlParts *parts);

#endif							/* PHM_CQL_INTERVAL_SET_H */
