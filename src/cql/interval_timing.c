/*
 * interval_timing.c: before, after, same, meets, overlaps, starts, ends: of
 * intervals, points, and both mixed, to a precision.
 *
 * Pure.  Every relation is a few relations of edges (interval.h), combined in
 * three-valued logic; a point is an interval that starts and ends there.  None
 * allocates where boundaries are closed or of dates, times and numbers.
 *
 * "meets" with a precision means the next unit of it: [.., March 4 10:00] meets
 * day of [March 5 8:00, ..].
 */
#include "cql/interval.h"
#include "cql/operator_function.h"

/* Both operands as spans. */
typedef struct Pair
{
	CqlSpan		a;
	CqlSpan		b;
	DateTimeUnit unit;
} Pair;

/* Fails when an operand is nothing that can be compared in time or size. */
static inline void
check_operand(CqlExec *x, const CqlNode *n, CqlValue v)
{
	if (v.kind < CQL_INTEGER || v.kind > CQL_INTERVAL || (v.kind > CQL_QUANTITY && v.kind < CQL_INTERVAL))
		cql_fail_type(x, n, v);
}

/* Reads both operands, which must be points or intervals of something that has an order. */
static inline void
read_pair(CqlExec *x, const CqlNode *n, const CqlValue *operands, Pair *p)
{
	check_operand(x, n, operands[0]);
	check_operand(x, n, operands[1]);
	cql_span(x, operands[0], &p->a);
	cql_span(x, operands[1], &p->b);
	p->unit = (DateTimeUnit) n->flag;
}

/* Whether both operands are dates, which are compared directly. */
static inline bool
are_dates(const CqlValue *a)
{
	return (a[0].kind == CQL_DATETIME || a[0].kind == CQL_DATE) && (a[1].kind == CQL_DATETIME || a[1].kind == CQL_DATE);
}

/* ---- the same, before, after ---- */

/* Both start and end at the same point. */
CqlValue
cql_same_as_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;
	CqlAnswer	start;

	if (are_dates(a))
	{
		int			order = cql_point_order(x, a[0], a[1], (DateTimeUnit) n->flag);

		return order == CQL_UNORDERED ? cql_null() : cql_boolean(order == 0);
	}
	read_pair(x, n, a, &p);
	start = cql_edge_same(x, &p.a.start, &p.b.start, p.unit);
	return cql_answer(cql_answer_and(start, cql_edge_same(x, &p.a.end, &p.b.end, p.unit)));
}

/* The first ends on or before the start of the second. */
CqlValue
cql_same_or_before_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	if (are_dates(a))
	{
		int			order = cql_point_order(x, a[0], a[1], (DateTimeUnit) n->flag);

		return order == CQL_UNORDERED ? cql_null() : cql_boolean(order <= 0);
	}
	read_pair(x, n, a, &p);
	return cql_answer(cql_edge_not_after(x, &p.a.end, &p.b.start, p.unit));
}

/* The first starts on or after the end of the second. */
CqlValue
cql_same_or_after_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	swapped[2] = {a[1], a[0]};

	return cql_same_or_before_op(x, n, swapped);
}

/* The first ends before the second starts. */
CqlValue
cql_before_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	if (are_dates(a))
	{
		int			order = cql_point_order(x, a[0], a[1], (DateTimeUnit) n->flag);

		return order == CQL_UNORDERED ? cql_null() : cql_boolean(order < 0);
	}
	read_pair(x, n, a, &p);
	return cql_answer(cql_edge_before(x, &p.a.end, &p.b.start, p.unit));
}

/* The first starts after the second ends. */
CqlValue
cql_after_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	swapped[2] = {a[1], a[0]};

	return cql_before_op(x, n, swapped);
}

/* ---- meets ---- */

/* The value one unit after a moment, or the successor of any other value; null where there is none. */
static CqlValue
next_value(CqlExec *x, CqlValue v, DateTimeUnit unit)
{
	PhmDateTime result;

	if (cql_is_null(v) || cql_is_limit(v))
		return cql_null();
	if (unit >= DATETIME_UNIT_WEEK)
		return cql_successor(x, v);
	if (v.kind == CQL_DATE || v.kind == CQL_DATETIME)
	{
		/* A coarser value has no next of the unit; that it is uncertain comes out of the comparison. */
		if ((int) unit > (int) datetime_precision(v.i))
			return cql_successor(x, v);
		if (!datetime_add(v.i, 1, unit, &result, NULL))
			return cql_null();
		v.i = result;
		return v;
	}
	if (v.kind == CQL_TIME && unit >= DATETIME_UNIT_HOUR && (int) unit <= (int) cql_time_precision(v))
	{
		static const int step[] = {(int) MS_HOUR, (int) MS_MINUTE, (int) MS_SECOND, 1};
		int			ms = cql_time_ms(v) + step[unit - DATETIME_UNIT_HOUR];

		return ms < MS_DAY ? cql_time(ms, cql_time_precision(v)) : cql_null();
	}
	return cql_successor(x, v);
}

/* Whether one interval starts right behind the end of the other. */
static CqlAnswer
follows(CqlExec *x, const CqlEdge *end, const CqlEdge *start, DateTimeUnit unit)
{
	CqlEdge		next;

	if (cql_edge_before(x, end, start, unit) == CQL_NO)
		return CQL_NO;
	next.least = next_value(x, end->least, unit);
	next.greatest = cql_point_order(x, end->greatest, end->least, DATETIME_UNIT_FINEST) == 0 ? next.least :
		next_value(x, end->greatest, unit);
	return cql_edge_same(x, &next, start, unit);
}

/* The second starts right behind the first. */
static CqlAnswer
meets_before(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit)
{
	return follows(x, &a->end, &b->start, unit);
}

/* One starts right behind the other. */
CqlAnswer
cql_meets(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit)
{
	CqlAnswer	before = meets_before(x, a, b, unit);

	return before == CQL_YES ? before : cql_answer_or(before, meets_before(x, b, a, unit));
}

/* Meets: in either order. */
CqlValue
cql_meets_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	read_pair(x, n, a, &p);
	return cql_answer(cql_meets(x, &p.a, &p.b, p.unit));
}

/* Meets before: the first comes first. */
CqlValue
cql_meets_before_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	read_pair(x, n, a, &p);
	return cql_answer(meets_before(x, &p.a, &p.b, p.unit));
}

/* Meets after: the second comes first. */
CqlValue
cql_meets_after_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	read_pair(x, n, a, &p);
	return cql_answer(meets_before(x, &p.b, &p.a, p.unit));
}

/* ---- overlaps ---- */

/* Whether two have a point in common. */
CqlAnswer
cql_overlaps(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit)
{
	CqlAnswer	answer = cql_edge_not_after(x, &a->start, &b->end, unit);

	if (answer == CQL_NO)
		return answer;
	return cql_answer_and(answer, cql_edge_not_after(x, &b->start, &a->end, unit));
}

/* Overlaps: both have a point in common. */
CqlValue
cql_overlaps_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;

	read_pair(x, n, a, &p);
	return cql_answer(cql_overlaps(x, &p.a, &p.b, p.unit));
}

/* Overlaps and starts before. */
CqlValue
cql_overlaps_before_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;
	CqlAnswer	answer;

	read_pair(x, n, a, &p);
	answer = cql_overlaps(x, &p.a, &p.b, p.unit);
	return cql_answer(cql_answer_and(answer, cql_edge_before(x, &p.a.start, &p.b.start, p.unit)));
}

/* Overlaps and ends after. */
CqlValue
cql_overlaps_after_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;
	CqlAnswer	answer;

	read_pair(x, n, a, &p);
	answer = cql_overlaps(x, &p.a, &p.b, p.unit);
	return cql_answer(cql_answer_and(answer, cql_edge_before(x, &p.b.end, &p.a.end, p.unit)));
}

/* ---- starts, ends, includes ---- */

/* Starts at the same point and does not end after it. */
CqlValue
cql_starts_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;
	CqlAnswer	answer;

	read_pair(x, n, a, &p);
	answer = cql_edge_same(x, &p.a.start, &p.b.start, p.unit);
	return cql_answer(cql_answer_and(answer, cql_edge_not_after(x, &p.a.end, &p.b.end, p.unit)));
}

/* Ends at the same point and does not start before it. */
CqlValue
cql_ends_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Pair		p;
	CqlAnswer	answer;

	read_pair(x, n, a, &p);
	answer = cql_edge_same(x, &p.a.end, &p.b.end, p.unit);
	return cql_answer(cql_answer_and(answer, cql_edge_not_after(x, &p.b.start, &p.a.start, p.unit)));
}

/* Whether the first interval holds all of the second. */
CqlAnswer
cql_includes(CqlExec *x, const CqlSpan *a, const CqlSpan *b, DateTimeUnit unit)
{
	CqlAnswer	answer = cql_edge_not_after(x, &a->start, &b->start, unit);

	if (answer == CQL_NO)
		return answer;
	return cql_answer_and(answer, cql_edge_not_after(x, &b->end, &a->end, unit));
}
