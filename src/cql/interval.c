/*
 * interval.c: intervals: making them, their ends and size, and points in them.
 *
 * Pure.  A boundary that is null and closed is the least or greatest value of
 * the point type; one that is null and open is unknown, but not beyond the other
 * end: what is certain for all values it may have is certain.  An interval of
 * which nothing tells the point type has no ends where its boundaries are null.
 *
 * Quantities have no least or greatest value that compares with all units; two
 * values of our own stand for them in edges and never leave this file and its
 * neighbours.
 */
#include "cql/interval.h"
#include "cql/tree.h"
#include "cql/operator_function.h"

static const CqlQuantity least_quantity = {{0, 0}, "", 0};
static const CqlQuantity greatest_quantity = {{0, 0}, "", 0};

/* ---- making ---- */

/* The type of points that a boundary tells: a null may carry it. */
static inline uint8
boundary_kind(CqlValue v)
{
	return v.kind == CQL_NULL ? (uint8) v.type : v.kind;
}

/* An interval of two boundaries, in memory of its own. */
CqlValue
cql_interval_of(CqlExec *x, CqlBoundary low, CqlBoundary high, uint8 point)
{
	CqlInterval *i = cql_alloc(x, sizeof(CqlInterval));

	if (low.value.kind != CQL_NULL)
		point = low.value.kind;
	else if (high.value.kind != CQL_NULL)
		point = high.value.kind;
	else if (boundary_kind(low.value) != CQL_NULL)
		point = boundary_kind(low.value);
	else if (boundary_kind(high.value) != CQL_NULL)
		point = boundary_kind(high.value);
	*i = (CqlInterval) {low.value, high.value, low.closed, high.closed, point};
	return (CqlValue) {.kind = CQL_INTERVAL,.interval = i};
}

/* Whether an interval ends before it starts, as far as that is certain. */
static bool
is_empty(CqlExec *x, const CqlInterval *i)
{
	int			order;

	if (cql_is_null(i->low) || cql_is_null(i->high))
		return false;
	order = cql_point_order(x, i->low, i->high, DATETIME_UNIT_FINEST);
	if (order >= 0)
		return order == 1 || (order == 0 && !(i->low_closed && i->high_closed));
	if (i->low_closed || i->high_closed)
		return false;
	return cql_point_order(x, cql_successor(x, i->low), i->high, DATETIME_UNIT_FINEST) == 0;
}

/* A flag of the interval: an operand of its own, when there is one, otherwise a flag of the node. */
static inline bool
is_closed(const CqlNode *n, const CqlValue *a, uint32 operand, uint8 flag)
{
	if (n->nargs > operand && a[operand].kind == CQL_BOOLEAN)
		return cql_is_true(a[operand]);
	return (n->flag & flag) != 0;
}

/*
 * Whether the parts are those of null: translators convert an interval part by
 * part, and an interval that is there says whether its boundaries are closed.
 */
static inline bool
is_part_of_null(const CqlNode *n, const CqlValue *a)
{
	return n->nargs == 4 && cql_is_null(a[0]) && cql_is_null(a[1]) && cql_is_null(a[2]) && cql_is_null(a[3]);
}

/*
 * Interval[low, high] with open or closed boundaries.  One that would be empty is
 * an error where the author of the rule wrote it (extra); one that comes from
 * the chart is what a record may hold, and includes nothing.
 */
CqlValue
cql_interval_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlBoundary low = {a[0], is_closed(n, a, 2, CQL_LOW_CLOSED)};
	CqlBoundary high = {a[1], is_closed(n, a, 3, CQL_HIGH_CLOSED)};
	CqlValue	result;

	if (is_part_of_null(n, a))
		return cql_null();
	result = cql_interval_of(x, low, high, n->kind);
	if (n->extra && is_empty(x, result.interval))
		cql_fail(x, n, ERRCODE_DATA_EXCEPTION, "an interval ends before it starts");
	return result;
}

/* ---- edges ---- */

/* Whether a value is one of the two that stand for the limits of Quantity; which. */
static inline int
quantity_limit(CqlValue v)
{
	if (v.kind != CQL_QUANTITY)
		return 0;
	return (v.quantity == &greatest_quantity) - (v.quantity == &least_quantity);
}

/* Tells the sentinels of Quantity. */
bool
cql_is_limit(CqlValue v)
{
	return quantity_limit(v) != 0;
}

/* Two points of which one may be a limit. */
int
cql_limit_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit)
{
	int			limit_a = quantity_limit(a);
	int			limit_b = quantity_limit(b);

	if (cql_is_null(a) || cql_is_null(b))
		return CQL_UNORDERED;
	if (limit_a != 0 || limit_b != 0)
		return (limit_a > limit_b) - (limit_a < limit_b);
	return cql_order(x, a, b, unit);
}

/* The first (-1) or last (1) value of a point type; null when it has none. */
static inline CqlValue
limit_of(CqlExec *x, CqlKind kind, int side)
{
	if (kind == CQL_NULL)
		return cql_null();
	if (kind == CQL_QUANTITY)
		return (CqlValue) {.kind = CQL_QUANTITY,.quantity = side < 0 ? &least_quantity : &greatest_quantity};
	return side < 0 ? cql_minimum(x, kind) : cql_maximum(x, kind);
}

/* An edge whose boundary tells it. */
static inline CqlEdge
known_edge(CqlValue v)
{
	return (CqlEdge) {v, v};
}

/* The edge of a point: uncertain numbers lie between two. */
static inline CqlEdge
point_edge(CqlValue v)
{
	if (v.kind == CQL_INTERVAL)
		return (CqlEdge) {v.interval->low, v.interval->high};
	return known_edge(v);
}

/* The edges of an interval or point: an open boundary is its neighbour, a null one what it may be. */
void
cql_span(CqlExec *x, CqlValue v, CqlSpan *span)
{
	const CqlInterval *i = v.interval;
	CqlKind		point;

	if (!cql_is_interval(v))
	{
		span->start = span->end = point_edge(v);
		return;
	}
	point = (CqlKind) i->point;
	if (!cql_is_null(i->low))
		span->start = point_edge(i->low_closed ? i->low : cql_successor(x, i->low));
	else
		span->start = known_edge(limit_of(x, point, -1));
	if (!cql_is_null(i->high))
		span->end = point_edge(i->high_closed ? i->high : cql_predecessor(x, i->high));
	else
		span->end = known_edge(limit_of(x, point, 1));
	if (cql_is_null(i->high) && !i->high_closed)
		span->end.least = span->start.least;
	if (cql_is_null(i->low) && !i->low_closed)
		span->start.greatest = span->end.greatest;
}

/* Before: for all values that the edges may have, for none, or unknown. */
CqlAnswer
cql_edge_before(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit)
{
	int			order = cql_point_order(x, a->greatest, b->least, unit);

	if (order == -1)
		return CQL_YES;
	order = cql_point_order(x, a->least, b->greatest, unit);
	return order == 0 || order == 1 ? CQL_NO : CQL_UNKNOWN;
}

/* Before or the same: for all values, for none, or unknown. */
CqlAnswer
cql_edge_not_after(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit)
{
	int			order = cql_point_order(x, a->greatest, b->least, unit);

	if (order == -1 || order == 0)
		return CQL_YES;
	order = cql_point_order(x, a->least, b->greatest, unit);
	return order == 1 ? CQL_NO : CQL_UNKNOWN;
}

/* The same: surely, surely not, or unknown. */
CqlAnswer
cql_edge_same(CqlExec *x, const CqlEdge *a, const CqlEdge *b, DateTimeUnit unit)
{
	int			up = cql_point_order(x, a->least, b->greatest, unit);
	int			down = cql_point_order(x, a->greatest, b->least, unit);

	if (up == 1 || down == -1)
		return CQL_NO;
	return up == 0 && down == 0 ? CQL_YES : CQL_UNKNOWN;
}

/* ---- ends and size ---- */

/*
 * The least (-1) or greatest (1) value of an interval's point type.  Quantities
 * take the unit of the other boundary.
 */
static CqlValue
open_ended(CqlExec *x, const CqlInterval *i, CqlValue other, int side)
{
	CqlValue	limit;

	if (i->point == CQL_NULL)
		return cql_null();
	limit = side < 0 ? cql_minimum(x, (CqlKind) i->point) : cql_maximum(x, (CqlKind) i->point);
	if (limit.kind == CQL_QUANTITY && other.kind == CQL_QUANTITY)
		return cql_make_quantity(x, limit.quantity->value, other.quantity->unit, other.quantity->unit_length);
	return limit;
}

/* The first point; null when it is unknown. */
CqlValue
cql_start(CqlExec *x, CqlValue interval)
{
	const CqlInterval *i = interval.interval;

	if (!cql_is_null(i->low))
		return i->low_closed ? i->low : cql_successor(x, i->low);
	return i->low_closed ? open_ended(x, i, i->high, -1) : cql_null();
}

/* The last point; null when it is unknown. */
CqlValue
cql_end(CqlExec *x, CqlValue interval)
{
	const CqlInterval *i = interval.interval;

	if (!cql_is_null(i->high))
		return i->high_closed ? i->high : cql_predecessor(x, i->high);
	return i->high_closed ? open_ended(x, i, i->low, 1) : cql_null();
}

/* Fails unless the operand is an interval. */
static inline void
check_interval(CqlExec *x, const CqlNode *n, CqlValue v)
{
	if (v.kind != CQL_INTERVAL)
		cql_fail_type(x, n, v);
}

/* "start of": null when it is unknown. */
CqlValue
cql_start_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	check_interval(x, n, a[0]);
	return cql_start(x, a[0]);
}

/* "end of": null when it is unknown. */
CqlValue
cql_end_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	check_interval(x, n, a[0]);
	return cql_end(x, a[0]);
}

/* End minus start; an error for dates and times, which have durations instead. */
CqlValue
cql_width_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	start;
	CqlValue	end;

	check_interval(x, n, a[0]);
	if (a[0].interval->point >= CQL_DATE && a[0].interval->point <= CQL_TIME)
		cql_fail(x, n, ERRCODE_DATATYPE_MISMATCH,
				 "an interval of dates or times has no width or size: it has a duration");
	start = cql_start(x, a[0]);
	end = cql_end(x, a[0]);
	if (cql_is_null(start) || cql_is_null(end))
		return cql_null();
	return cql_subtract(x, n, end, start);
}

/* How many points lie in an interval: its width and the step of its type. */
CqlValue
cql_size_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	width = cql_width_op(x, n, a);
	CqlValue	step;

	switch ((CqlKind) width.kind)
	{
		case CQL_INTEGER:
			step = cql_integer(1);
			break;
		case CQL_LONG:
			step = cql_long(1);
			break;
		case CQL_DECIMAL:
			step = cql_decimal(1, 8);
			break;
		case CQL_QUANTITY:
			step = cql_make_quantity(x, (Decimal) {1, 8}, width.quantity->unit, width.quantity->unit_length);
			break;
		default:
			return cql_null();
	}
	return cql_add(x, n, width, step);
}

/* The only point of an interval; an error when it has more. */
CqlValue
cql_point_from_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	start;
	CqlValue	end;
	int			order;

	check_interval(x, n, a[0]);
	start = cql_start(x, a[0]);
	end = cql_end(x, a[0]);
	if (cql_is_null(start) || cql_is_null(end))
		return cql_null();
	order = cql_point_order(x, start, end, DATETIME_UNIT_FINEST);
	if (order == -1)
		cql_fail(x, n, ERRCODE_DATA_EXCEPTION, "an interval has more than one point");
	return order == 0 ? start : cql_null();
}

/* ---- points in intervals ---- */

/* Whether a point is on the inner side of a boundary that is not null; order: of the point, seen from there. */
static inline CqlAnswer
inside(int order, bool closed)
{
	if (order == CQL_UNORDERED)
		return CQL_UNKNOWN;
	return order == 1 || (order == 0 && closed) ? CQL_YES : CQL_NO;
}

/* A point against edges: for unknown boundaries and uncertain numbers. */
static CqlAnswer
in_span(CqlExec *x, CqlValue point, CqlValue interval, DateTimeUnit unit)
{
	CqlSpan		span;
	CqlEdge		edge = point_edge(point);
	CqlAnswer	low;

	cql_span(x, interval, &span);
	low = cql_edge_not_after(x, &span.start, &edge, unit);
	if (low == CQL_NO)
		return low;
	return cql_answer_and(low, cql_edge_not_after(x, &edge, &span.end, unit));
}

/* Whether an interval leaves both of its ends to the type: such a one holds no point (conformance test In, TestInNull). */
static inline bool
is_boundless(const CqlInterval *i)
{
	return cql_is_null(i->low) && cql_is_null(i->high) && i->low_closed && i->high_closed;
}

/*
 * Whether a point lies in an interval.  Open boundaries are compared as they
 * stand, not by their neighbours; closed ones that are null hold every point.
 */
CqlAnswer
cql_in_interval(CqlExec *x, CqlValue point, CqlValue interval, DateTimeUnit unit)
{
	const CqlInterval *i = interval.interval;
	CqlAnswer	low = CQL_YES;
	CqlAnswer	high = CQL_YES;
	int			order;

	if (unlikely(point.kind == CQL_INTERVAL || (cql_is_null(i->low) && !i->low_closed) ||
				 (cql_is_null(i->high) && !i->high_closed)))
		return in_span(x, point, interval, unit);
	if (is_boundless(i))
		return CQL_NO;
	if (!cql_is_null(i->low))
		low = inside(cql_point_order(x, point, i->low, unit), i->low_closed);
	if (low == CQL_NO)
		return CQL_NO;
	if (!cql_is_null(i->high))
	{
		order = cql_point_order(x, point, i->high, unit);
		high = inside(order == CQL_UNORDERED ? order : -order, i->high_closed);
	}
	return cql_answer_and(low, high);
}
