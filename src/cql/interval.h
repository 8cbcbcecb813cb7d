/*
 * interval.h: the ends of intervals as the operators on them see them.
 *
 * An end is known, or unknown within limits: a low boundary that is null and
 * open lies anywhere from the least value of the type to the end of the interval.
 * An edge holds both limits, which are the same value when it is known.  Limits
 * that nothing tells are null; then every comparison is unknown.
 */
#ifndef PHM_CQL_INTERVAL_H
#define PHM_CQL_INTERVAL_H

#include "cql/exec.h"
#include "types/datetime_calendar.h"

typedef struct CqlEdge
{
	CqlValue	least;
	CqlValue	greatest;
} CqlEdge;

typedef struct CqlSpan
{
	CqlEdge		start;
	CqlEdge		end;
} CqlSpan;

/* Whether a value is an interval, and not an uncertain number, which is a point. */
static inline bool
cql_is_interval(CqlValue v)
{
	return v.kind == CQL_INTERVAL && v.flag != CQL_UNCERTAIN;
}

/* The edges of an interval; those of a point are the point. */
extern void cql_span(CqlExec *x, CqlValue v, CqlSpan *span);

/* Whether a value stands for the least or greatest Quantity in an edge: it has no neighbours and must not get out. */
extern bool cql_is_limit(CqlValue v);

/* The order of two limits of edges; see cql_point_order. */
extern int	cql_limit_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit);

/* The order of two points to a precision, CQL_UNORDERED when it is not certain or one is null. */
static inline int
cql_point_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit)
{
	if (a.kind == CQL_DATETIME && b.kind == CQL_DATETIME && unit == DATETIME_UNIT_DAY &&
		datetime_precision(a.i) >= DATETIME_DAY && datetime_precision(b.i) >= DATETIME_DAY)
	{
		int64		day_a = calendar_div(datetime_local_ms(a.i), MS_DAY);
		int64		day_b = calendar_div(datetime_local_ms(b.i), MS_DAY);

		return (day_a > day_b) - (day_a < day_b);
	}
	if (a.kind == CQL_INTEGER && b.kind == CQL_INTEGER)
		return (a.i > b.i) - (a.i < b.i);
	return cql_limit_order(x, a, b, unit);
}

/* Relations of edges. */
extern CqlAnswer cql_edge_before(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit);
extern CqlAnswer cql_edge_not_after(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit);
extern CqlAnswer cql_edge_same(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit);

/* Relations of intervals: interval_timing.c. */
extern CqlAnswer cql_overlaps(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit);
extern CqlAnswer cql_meets(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit);
extern CqlAnswer cql_includes(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit);

/* A boundary of an interval as it stands there. */
typedef struct CqlBoundary
{
	CqlValue	value;
	bool		closed;
} CqlBoundary;

static inline CqlBoundary
cql_low_boundary(CqlValue interval)
{
	return (CqlBoundary) {interval.interval->low, interval.interval->low_closed};
}

static inline CqlBoundary
cql_high_boundary(CqlValue interval)
{
	return (CqlBoundary) {interval.interval->high, interval.interval->high_closed};
}

/* An interval of two boundaries and a point type, CQL_NULL: what the boundaries tell. */
extern CqlValue cql_interval_of(CqlExec *x, CqlBoundary low, CqlBoundary high, uint8 point);

/* Three-valued logic of answers. */
static inline CqlAnswer
cql_answer_and(CqlAnswer a, CqlAnswer b)
{
	if (a == CQL_NO || b == CQL_NO)
		return CQL_NO;
	return a == CQL_YES && b == CQL_YES ? CQL_YES : CQL_UNKNOWN;
}

static inline CqlAnswer
cql_answer_or(CqlAnswer a, CqlAnswer b)
{
	if (a == CQL_YES || b == CQL_YES)
		return CQL_YES;
	return a == CQL_NO && b == CQL_NO ? CQL_NO : CQL_UNKNOWN;
}

#endif							/* PHM_CQL_INTERVAL_H */
