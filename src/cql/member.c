/*
 * member.c: operators that lists and intervals share: in, contains, includes,
 * union, intersect, except, and their proper forms.
 *
 * Pure.  An operand decides which of the two is meant; where it is null, the
 * type that its expression has (type of the null, or kind of the node), and
 * at last the other operand.  What lists do is list.c's; intervals are done here.
 *
 * Null elements: two nulls are equal in a list.  A null is unknown in a list
 * that has elements, but no null among them.
 */
#include "cql/interval.h"
#include "cql/operator_function.h"

/* ---- which of the two ---- */

/* CQL_LIST or CQL_INTERVAL as a value or a typed null tells, otherwise CQL_NULL. */
static inline CqlKind
container_kind(CqlValue v)
{
	CqlKind		kind = v.kind == CQL_NULL ? (CqlKind) v.type : (CqlKind) v.kind;

	return kind == CQL_LIST || kind == CQL_INTERVAL ? kind : CQL_NULL;
}

/* What a container is: itself, by its null's type, or as the node says; fails for what is no container. */
static inline CqlKind
kind_of_container(CqlExec *x, const CqlNode *n, CqlValue v)
{
	CqlKind		kind = container_kind(v);

	if (likely(kind != CQL_NULL))
		return kind;
	if (!cql_is_null(v))
		cql_fail_type(x, n, v);
	return n->kind == CQL_LIST || n->kind == CQL_INTERVAL ? (CqlKind) n->kind : CQL_NULL;
}

/* What two containers are. */
static CqlKind
kind_of_both(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlKind		kind = CQL_NULL;

	for (int i = 0; i < 2; i++)
		if (!cql_is_null(a[i]) && (a[i].kind == CQL_LIST || cql_is_interval(a[i])))
			kind = (CqlKind) a[i].kind;
	if (kind == CQL_NULL)
		kind = kind_of_container(x, n, a[0]);
	if (kind == CQL_NULL)
		kind = kind_of_container(x, n, a[1]);
	for (int i = 0; i < 2; i++)
		if (!cql_is_null(a[i]) && a[i].kind != kind)
			cql_fail_type(x, n, a[i]);
	return kind;
}

/* ---- points and elements ---- */

/* A point in an interval, either of which may be null. */
static CqlAnswer
in_interval(CqlExec *x, const CqlNode *n, CqlValue point, CqlValue interval)
{
	if (cql_is_null(point))
		return CQL_UNKNOWN;
	if (cql_is_null(interval))
		return CQL_NO;
	return cql_in_interval(x, point, interval, (DateTimeUnit) n->flag);
}

/* An element in a list, either of which may be null. */
static CqlAnswer
in_list(CqlExec *x, CqlValue element, CqlValue list)
{
	if (cql_is_null(list))
		return CQL_NO;
	if (cql_in_list(x, element, list))
		return CQL_YES;
	return cql_is_null(element) && list.n > 0 ? CQL_UNKNOWN : CQL_NO;
}

/* In: of a list or an interval. */
static CqlValue
member_of(CqlExec *x, const CqlNode *n, CqlValue v, CqlValue container)
{
	CqlKind		kind = kind_of_container(x, n, container);

	if (kind == CQL_INTERVAL)
		return cql_answer(in_interval(x, n, v, container));
	if (kind == CQL_LIST)
		return cql_answer(in_list(x, v, container));
	return cql_is_null(v) ? cql_null() : cql_boolean(false);
}

/* In: the element or point comes first. */
CqlValue
cql_in_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return member_of(x, n, a[0], a[1]);
}

/* Contains: the list or interval comes first. */
CqlValue
cql_contains_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return member_of(x, n, a[1], a[0]);
}

/* Properly in an interval: behind its start and before its end. */
static CqlAnswer
properly_in_interval(CqlExec *x, const CqlNode *n, CqlValue point, CqlValue interval)
{
	DateTimeUnit unit = (DateTimeUnit) n->flag;
	CqlSpan		p;
	CqlSpan		span;
	CqlAnswer	answer;

	if (cql_is_null(point) || cql_is_null(interval))
		return CQL_UNKNOWN;
	cql_span(x, point, &p);
	cql_span(x, interval, &span);
	answer = cql_edge_before(x, &span.start, &p.start, unit);
	return cql_answer_and(answer, cql_edge_before(x, &p.end, &span.end, unit));
}

/*
 * Properly in a list: in it, and the list has something else.  A null among
 * the elements may be something else or the same: unknown.  For a null, all
 * elements that are none are something else.
 */
static CqlAnswer
properly_in_list(CqlExec *x, CqlValue v, CqlValue list)
{
	CqlAnswer	found = CQL_NO;
	CqlAnswer	other = CQL_NO;

	if (cql_is_null(list))
		return CQL_NO;
	for (uint32 i = 0; i < list.n; i++)
	{
		CqlValue	element = list.values[i];
		CqlAnswer	equal;

		CHECK_FOR_INTERRUPTS();
		if (cql_is_null(v))
			equal = cql_is_null(element) ? CQL_YES : CQL_NO;
		else if (cql_is_null(element))
		{
			other = cql_answer_or(other, CQL_UNKNOWN);
			continue;
		}
		else
			equal = cql_equal(x, v, element);
		found = cql_answer_or(found, equal);
		other = cql_answer_or(other, equal == CQL_UNKNOWN ? equal : equal == CQL_NO ? CQL_YES : CQL_NO);
	}
	return cql_answer_and(found, other);
}

/* Properly in: of a list or an interval. */
static CqlValue
proper_member_of(CqlExec *x, const CqlNode *n, CqlValue v, CqlValue container)
{
	CqlKind		kind = kind_of_container(x, n, container);

	if (kind == CQL_INTERVAL)
		return cql_answer(properly_in_interval(x, n, v, container));
	if (kind == CQL_LIST)
		return cql_answer(properly_in_list(x, v, container));
	return cql_null();
}

/* ProperIn: the element or point comes first. */
CqlValue
cql_proper_in_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return proper_member_of(x, n, a[0], a[1]);
}

/* ProperContains: the list or interval comes first. */
CqlValue
cql_proper_contains_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return proper_member_of(x, n, a[1], a[0]);
}

/* ---- parts ---- */

/* Whether an interval holds all of another, or (proper) that and more; null when one is. */
static CqlAnswer
interval_includes(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b, bool proper)
{
	DateTimeUnit unit = (DateTimeUnit) n->flag;
	CqlSpan		p;
	CqlSpan		q;
	CqlAnswer	answer;
	CqlAnswer	more;

	cql_span(x, a, &p);
	cql_span(x, b, &q);
	answer = cql_includes(x, &p, &q, unit);
	if (!proper || answer == CQL_NO)
		return answer;
	more = cql_edge_before(x, &p.start, &q.start, unit);
	more = cql_answer_or(more, cql_edge_before(x, &q.end, &p.end, unit));
	return cql_answer_and(answer, more);
}

/* Includes of lists and intervals; a point or element is a member. */
static CqlValue
includes(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b, bool proper)
{
	CqlKind		kind = kind_of_container(x, n, a);

	if (!cql_is_null(a) && !cql_is_null(b) && b.kind != kind)
		return proper ? proper_member_of(x, n, b, a) : member_of(x, n, b, a);
	if (cql_is_null(a) || cql_is_null(b))
		return cql_null();
	if (kind == CQL_LIST)
		return cql_answer(cql_list_includes(x, a, b, proper));
	return cql_answer(interval_includes(x, n, a, b, proper));
}

/* Includes: the first holds all of the second. */
CqlValue
cql_includes_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return includes(x, n, a[0], a[1], false);
}

/* IncludedIn: the second holds all of the first. */
CqlValue
cql_included_in_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return includes(x, n, a[1], a[0], false);
}

/* ProperIncludes: the first holds the second and more. */
CqlValue
cql_proper_includes_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return includes(x, n, a[0], a[1], true);
}

/* ProperIncludedIn: the second holds the first and more. */
CqlValue
cql_proper_included_in_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return includes(x, n, a[1], a[0], true);
}

/* ---- sets of points ---- */

static const CqlBoundary unknown_boundary = {{.kind = CQL_NULL}, false};

/* The boundary of two that lies earlier (or later), where its edge does; unknown where that is not certain. */
static CqlBoundary
choose(CqlExec *x, const CqlEdge *a, CqlBoundary boundary_a, const CqlEdge *b, CqlBoundary boundary_b, bool earlier)
{
	if (cql_edge_not_after(x, a, b, DATETIME_UNIT_FINEST) == CQL_YES)
		return earlier ? boundary_a : boundary_b;
	if (cql_edge_not_after(x, b, a, DATETIME_UNIT_FINEST) == CQL_YES)
		return earlier ? boundary_b : boundary_a;
	return unknown_boundary;
}

/* The interval from the earlier start to the later end (outer), or from the later start to the earlier end. */
static CqlValue
combine(CqlExec *x, CqlValue a, const CqlSpan *p, CqlValue b, const CqlSpan *q, bool outer)
{
	CqlBoundary low = choose(x, &p->start, cql_low_boundary(a), &q->start, cql_low_boundary(b), outer);
	CqlBoundary high = choose(x, &p->end, cql_high_boundary(a), &q->end, cql_high_boundary(b), !outer);

	return cql_interval_of(x, low, high, a.interval->point);
}

/* Union of two intervals; null unless they overlap or meet. */
static CqlValue
interval_union(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlSpan		p;
	CqlSpan		q;

	cql_span(x, a, &p);
	cql_span(x, b, &q);
	if (cql_overlaps(x, &p, &q, DATETIME_UNIT_FINEST) != CQL_YES &&
		cql_meets(x, &p, &q, DATETIME_UNIT_FINEST) != CQL_YES)
		return cql_null();
	return combine(x, a, &p, b, &q, true);
}

/* What two intervals have in common; null unless they overlap. */
static CqlValue
interval_intersect(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlSpan		p;
	CqlSpan		q;

	cql_span(x, a, &p);
	cql_span(x, b, &q);
	if (cql_overlaps(x, &p, &q, DATETIME_UNIT_FINEST) != CQL_YES)
		return cql_null();
	return combine(x, a, &p, b, &q, false);
}

/* The part of an interval outside of another; null when nothing or two parts are left, or it is uncertain. */
static CqlValue
interval_except(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlSpan		p;
	CqlSpan		q;
	CqlAnswer	overlap;
	CqlBoundary cut;

	cql_span(x, a, &p);
	cql_span(x, b, &q);
	overlap = cql_overlaps(x, &p, &q, DATETIME_UNIT_FINEST);
	if (overlap != CQL_YES)
		return overlap == CQL_NO ? a : cql_null();
	if (cql_edge_before(x, &p.start, &q.start, DATETIME_UNIT_FINEST) == CQL_YES &&
		cql_edge_not_after(x, &p.end, &q.end, DATETIME_UNIT_FINEST) == CQL_YES)
	{
		cut = (CqlBoundary) {b.interval->low_closed ? cql_predecessor(x, cql_start(x, b)) : b.interval->low, true};
		return cql_is_null(cut.value) ? cql_null() :
			cql_interval_of(x, cql_low_boundary(a), cut, a.interval->point);
	}
	if (cql_edge_not_after(x, &q.start, &p.start, DATETIME_UNIT_FINEST) == CQL_YES &&
		cql_edge_before(x, &q.end, &p.end, DATETIME_UNIT_FINEST) == CQL_YES)
	{
		cut = (CqlBoundary) {b.interval->high_closed ? cql_successor(x, cql_end(x, b)) : b.interval->high, true};
		return cql_is_null(cut.value) ? cql_null() :
			cql_interval_of(x, cut, cql_high_boundary(a), a.interval->point);
	}
	return cql_null();
}

/* Union: a null list is empty, a null interval makes null. */
CqlValue
cql_union_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlKind		kind = kind_of_both(x, n, a);

	if (kind == CQL_LIST)
		return cql_is_null(a[0]) && cql_is_null(a[1]) ? cql_list(NULL, 0) : cql_list_union(x, a[0], a[1]);
	if (cql_is_null(a[0]) || cql_is_null(a[1]))
		return cql_null();
	return interval_union(x, a[0], a[1]);
}

/* Intersect: null when either is. */
CqlValue
cql_intersect_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlKind		kind = kind_of_both(x, n, a);

	if (cql_is_null(a[0]) || cql_is_null(a[1]))
		return cql_null();
	return kind == CQL_LIST ? cql_list_intersect(x, a[0], a[1]) : interval_intersect(x, a[0], a[1]);
}

/* Except: a null list taken away takes nothing away. */
CqlValue
cql_except_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlKind		kind = kind_of_both(x, n, a);

	if (cql_is_null(a[0]) || (cql_is_null(a[1]) && kind != CQL_LIST))
		return cql_null();
	return kind == CQL_LIST ? cql_list_except(x, a[0], a[1]) : interval_except(x, a[0], a[1]);
}
