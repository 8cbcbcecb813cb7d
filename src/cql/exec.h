/*
 * exec.h: running logic over a chart: what the operators (one file per group)
 * see of it and share with each other.
 *
 * An operator is a function of already evaluated operands (CqlStrict) or of
 * its node (CqlLazy).  It never keeps state, takes its memory from the arena and
 * reports errors with cql_fail, which does not return.  Loops that a rule's
 * author can make long call CHECK_FOR_INTERRUPTS; memory is bounded by the
 * arena.
 */
#ifndef PHM_CQL_EXEC_H
#define PHM_CQL_EXEC_H

#include "cql/operator.h"
#include "cql/value.h"
#include "types/chart.h"

/* One operator of logic; position-independent: operands are numbers of nodes. */
typedef struct CqlNode
{
	uint16		op;				/* CqlOp */
	uint8		flag;			/* DateTimeUnit of a precision, or CQL_... of the operator (tree.h) */
	uint8		kind;			/* CqlKind that a static type tells, CQL_NULL: nothing told */
	uint32		nargs;
	uint32		args;			/* first operand in the list of operands */
	uint32		extra;			/* what the operator needs: a slot, constant, name ... */
	uint32		extra2;
} CqlNode;

typedef struct CqlExec CqlExec;
typedef CqlValue (*CqlStrict) (CqlExec *x, const CqlNode *n, const CqlValue *a);
typedef CqlValue (*CqlLazy) (CqlExec *x, const CqlNode *n);

/* Evaluates a node; operand i of a node. */
extern CqlValue cql_eval(CqlExec *x, uint32 node);
extern CqlValue cql_eval_arg(CqlExec *x, const CqlNode *n, uint32 i);

/* Memory that lives as long as the evaluation of this chart (or, for constants, as the logic is open). */
extern void *cql_alloc(CqlExec *x, size_t size);	/* aligned to 16; fails beyond phm.rule_memory */

static inline CqlValue *
cql_alloc_values(CqlExec *x, uint32 n)
{
	return cql_alloc(x, (size_t) n * sizeof(CqlValue));
}

/* A list that grows. */
typedef struct CqlListBuilder
{
	CqlValue   *values;
	uint32		n;
	uint32		size;
} CqlListBuilder;

extern void cql_list_add(CqlExec *x, CqlListBuilder *b, CqlValue v);	/* from all zero */

static inline CqlValue
cql_list_of(const CqlListBuilder *b)
{
	return cql_list(b->values, b->n);
}

/* Ends the evaluation with an error; names library, definition and place of the node. */
extern void cql_fail(CqlExec *x, const CqlNode *n, int sqlstate, const char *format,...)
			pg_attribute_printf(4, 5) __attribute__((noreturn));

/* The same where an operator is given a value of a type it does not take. */
extern void cql_fail_type(CqlExec *x, const CqlNode *n, CqlValue v) __attribute__((noreturn));

/* The evaluation's offset from UTC in minutes, and its moment. */
extern int	cql_offset(const CqlExec *x);
extern PhmDateTime cql_now(const CqlExec *x);

/* ---- values: value.c ---- */

/*
 * Rounds to 8 places, drops zeros beyond what is written; null (cql_fit_decimal:
 * false) beyond 10^28.  That number itself may be on the way to one of 28 digits.
 */
extern bool cql_fit_decimal(Decimal *d);
extern CqlValue cql_make_decimal(CqlExec *x, Decimal d);
extern CqlValue cql_make_scaled(CqlExec *x, int128 mantissa, int scale);	/* of what is known to fit */

/* The number is rounded likewise; the unit is not copied: it lives in the arena, the logic or the chart. */
extern CqlValue cql_make_quantity(CqlExec *x, Decimal d, const char *unit, int unit_length);
extern CqlValue cql_make_interval(CqlExec *x, CqlValue low, CqlValue high, bool low_closed, bool high_closed);
extern CqlValue cql_make_uncertain(CqlExec *x, int64 low, int64 high);	/* Integer, or an uncertain interval */
extern CqlValue cql_make_string(CqlExec *x, const char *s, int length);	/* copies */
extern CqlValue cql_make_code(CqlExec *x, const CqlCode *code);	/* copies the struct, computes the hash */
/* Copies the array, not the texts. */
extern CqlValue cql_make_concept(CqlExec *x, const CqlCode *codes, uint32 ncodes, const char *display, int display_length);

/* Integer, Long and Decimal as a decimal; false for others. */
extern bool cql_to_number(CqlValue v, Decimal *d);

/* The codes of a Code, Concept, or list of Codes; NULL of anything else; cached nowhere. */
extern const CqlConcept *cql_concept_of(CqlExec *x, CqlValue v);
extern const CqlConcept *cql_chart_concept(CqlExec *x, CqlValue v);

/* Whether a concept of the chart (CQL_IN_CHART) and a Code or Concept have a code in common. */
extern bool cql_chart_concept_equivalent(CqlExec *x, CqlValue v, CqlValue other);	/* of a CQL_IN_CHART concept: clinical.c */

/* ---- compare.c ---- */

extern CqlAnswer cql_equal(CqlExec *x, CqlValue a, CqlValue b);
extern bool cql_equivalent(CqlExec *x, CqlValue a, CqlValue b);

#define CQL_UNORDERED 2			/* uncertain, or not comparable */

/* -1, 0, 1 or CQL_UNORDERED: of numbers, strings, dates (to a precision), quantities. */
extern int	cql_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit);

/* The order of "sort": as cql_order, nulls first, uncertain ones equal. */
extern int	cql_sort_order(CqlExec *x, CqlValue a, CqlValue b);

/* A hash such that equal values (cql_equal says yes) have equal hashes: distinct and sets use it. */
extern uint64 cql_hash(CqlExec *x, CqlValue v);

/* ---- number.c, number_limit.c ---- */

extern CqlValue cql_add(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b);	/* null when an operand is, or on overflow */
extern CqlValue cql_subtract(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b);
extern CqlValue cql_multiply(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b);
extern CqlValue cql_divide(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b);
extern CqlValue cql_successor(CqlExec *x, CqlValue v);	/* null at the end of the type */
extern CqlValue cql_predecessor(CqlExec *x, CqlValue v);
extern CqlValue cql_minimum(CqlExec *x, CqlKind kind);
extern CqlValue cql_maximum(CqlExec *x, CqlKind kind);

/* ---- convert.c ---- */

/* The text of ToString; false when the type has none. */
extern bool cql_print(CqlExec *x, CqlValue v, StringInfo out);
extern CqlValue cql_convert(CqlExec *x, const CqlNode *n, CqlValue v, CqlKind kind);	/* null when impossible */

/* ---- string.c: characters are Unicode code points ---- */

extern uint32 cql_string_length(CqlValue v);
extern CqlValue cql_string_at(CqlValue v, int64 i);	/* the character i, counted from 0, as a string; null outside */
extern int64 cql_string_find(CqlValue v, CqlValue pattern, uint32 from);	/* the byte where it begins first, from a byte on; -1: nowhere */
extern int64 cql_string_position(CqlValue v, CqlValue pattern);	/* -1: not in it */

/* ---- moment.c ---- */

extern CqlValue cql_add_duration(CqlExec *x, const CqlNode *n, CqlValue moment, const CqlQuantity *amount, int sign);
extern CqlValue cql_normal_datetime(const CqlExec *x, PhmDateTime v);	/* a DateTime: .fff, with the evaluation's offset where it has none */
extern PhmDateTime cql_time_as_datetime(CqlValue time);	/* on 2000-01-01, without zone: to compare and count */
extern CqlValue cql_between(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit, bool difference);	/* a number, or uncertain */

/* ---- interval.c ---- */

/* First and last point of an interval: open bounds become successor or predecessor, closed nulls the ends of the type. */
extern CqlValue cql_start(CqlExec *x, CqlValue interval);
extern CqlValue cql_end(CqlExec *x, CqlValue interval);
extern CqlAnswer cql_in_interval(CqlExec *x, CqlValue point, CqlValue interval, DateTimeUnit unit);

/* ---- list.c, list_set.c ---- */

#define CQL_OF_LIST 1			/* flag of Length: the source says that the operand is a list, so null has 0 elements */

extern CqlValue cql_distinct(CqlExec *x, CqlValue list);
extern bool cql_in_list(CqlExec *x, CqlValue v, CqlValue list);	/* nulls count as equal */
extern CqlValue cql_most_frequent(CqlExec *x, CqlValue list);	/* nulls left aside; the first of several */

/* Set operations: distinct results in order of first appearance; nulls count as equal. */
extern CqlValue cql_list_union(CqlExec *x, CqlValue a, CqlValue b);	/* a null list is empty */
extern CqlValue cql_list_intersect(CqlExec *x, CqlValue a, CqlValue b);	/* null when either is */
extern CqlValue cql_list_except(CqlExec *x, CqlValue a, CqlValue b);	/* null when a is; a null b is empty */
extern CqlValue cql_list_remove(CqlExec *x, CqlValue a, CqlValue b);	/* of lists: repeated elements of a stay */
extern CqlAnswer cql_list_includes(CqlExec *x, CqlValue a, CqlValue b, bool proper);
extern void cql_list_places(CqlExec *x, CqlValue list, CqlValue among, uint32 *places);	/* see cql_places */

/* ---- model.c, clinical.c: the chart and terminology ---- */

extern CqlAnswer cql_element_equal(CqlExec *x, CqlValue a, CqlValue b);
extern bool cql_element_equivalent(CqlExec *x, CqlValue a, CqlValue b);
extern uint64 cql_element_hash(CqlExec *x, CqlValue v);
extern CqlValue cql_property(CqlExec *x, CqlValue v, const char *name, int length);	/* of any value, by name */

/* The parts of a structured value by ordinal; a Tuple's or Instance's shape has sorted names. */
extern const char *cql_shape_name(const CqlExec *x, uint32 shape, uint32 i, int *length);
extern uint32 cql_shape_size(const CqlExec *x, uint32 shape);

#endif							/* PHM_CQL_EXEC_H */
