/*
 * compare.c: equality and order of values: = != < <= > >=, and the order of sort.
 *
 * Pure.  An answer is unknown where precision, units or missing parts leave
 * it open.  In lists and structures two nulls are equal, and the first pair
 * that is not surely equal gives the answer.
 *
 * Seconds and milliseconds: a value of second precision is uncertain against
 * one with milliseconds in the same second, as the conformance tests have it.
 */
#include "types/bytes.h"
#include "cql/compare.h"

static CqlAnswer equal_parts(CqlExec *x, CqlValue a, CqlValue b);

/* ---- numbers and quantities ---- */

/* Whether a value is an Integer, Long or Decimal. */
static inline bool
is_number(CqlValue v)
{
	return v.kind >= CQL_INTEGER && v.kind <= CQL_DECIMAL;
}

/* The order of two numbers of any kinds. */
static int
number_order(CqlValue a, CqlValue b)
{
	Decimal		p;
	Decimal		q;

	if (a.kind != CQL_DECIMAL && b.kind != CQL_DECIMAL)
		return (a.i > b.i) - (a.i < b.i);
	p = a.kind == CQL_DECIMAL ? cql_number(a) : (Decimal) {a.i, 0};
	q = b.kind == CQL_DECIMAL ? cql_number(b) : (Decimal) {b.i, 0};
	if (p.scale == q.scale)
		return (p.mantissa > q.mantissa) - (p.mantissa < q.mantissa);
	return decimal_compare(&p, &q);
}

/* Least and greatest integer that a number, or an uncertain one, may be; false when it is neither. */
static bool
number_range(CqlValue v, int64 *low, int64 *high)
{
	if (v.kind == CQL_INTERVAL && v.flag == CQL_UNCERTAIN)
	{
		*low = v.interval->low.i;
		*high = v.interval->high.i;
		return true;
	}
	*low = *high = v.i;
	return v.kind == CQL_INTEGER || v.kind == CQL_LONG;
}

static inline bool
is_uncertain(CqlValue v)
{
	return v.kind == CQL_INTERVAL && v.flag == CQL_UNCERTAIN;
}

/* The order of numbers of which one is uncertain. */
static int
uncertain_order(CqlValue a, CqlValue b)
{
	int64		low_a;
	int64		low_b;
	int64		high_a;
	int64		high_b;

	if (!number_range(a, &low_a, &high_a) || !number_range(b, &low_b, &high_b))
		return CQL_UNORDERED;
	if (high_a < low_b)
		return -1;
	if (low_a > high_b)
		return 1;
	return low_a == high_a && low_b == high_b ? 0 : CQL_UNORDERED;
}

/* "less", or "less or equal", where one is uncertain: its bounds may tell what its order does not. */
static CqlAnswer
uncertain_less(CqlValue a, CqlValue b, bool or_equal)
{
	int64		low_a;
	int64		low_b;
	int64		high_a;
	int64		high_b;

	if (!number_range(a, &low_a, &high_a) || !number_range(b, &low_b, &high_b))
		return CQL_UNKNOWN;
	if (or_equal ? high_a <= low_b : high_a < low_b)
		return CQL_YES;
	if (or_equal ? low_a > high_b : low_a >= high_b)
		return CQL_NO;
	return CQL_UNKNOWN;
}

const char *
cql_ucum_unit(const CqlQuantity *q, int *length)
{
	const char *code;

	if (q->unit_length >= 3 && ucum_calendar_unit(q->unit, q->unit_length, &code, NULL) != UCUM_NOT_CALENDAR)
	{
		*length = strlen(code);
		return code;
	}
	*length = q->unit_length;
	return q->unit;
}

/* The calendar unit of a quantity; the shortest one is "day". */
static inline UcumCalendar
calendar_unit(const CqlQuantity *q)
{
	return q->unit_length < 3 ? UCUM_NOT_CALENDAR : ucum_calendar_unit(q->unit, q->unit_length, NULL, NULL);
}

/* The order of two calendar durations: 12 months are a year, 30 days a month, 365 a year. */
static int
calendar_order(const CqlQuantity *a, UcumCalendar unit_a, const CqlQuantity *b, UcumCalendar unit_b)
{
	static const uint64 milliseconds[] = {
		[UCUM_YEAR] = UINT64CONST(365) * 86400000,
		[UCUM_MONTH] = UINT64CONST(30) * 86400000,
		[UCUM_WEEK] = 7 * 86400000,
		[UCUM_DAY] = 86400000,
		[UCUM_HOUR] = 3600000,
		[UCUM_MINUTE] = 60000,
		[UCUM_SECOND] = 1000,
		[UCUM_MILLISECOND] = 1
	};
	DecimalRatio f = {1, 1, 0};
	DecimalRatio g = {1, 1, 0};

	if (unit_a <= UCUM_MONTH && unit_b <= UCUM_MONTH)
	{
		f.numerator = unit_a == UCUM_YEAR ? 12 : 1;
		g.numerator = unit_b == UCUM_YEAR ? 12 : 1;
	}
	else
	{
		f.numerator = milliseconds[unit_a];
		g.numerator = milliseconds[unit_b];
	}
	return decimal_compare_ratio(&a->value, &f, &b->value, &g);
}

int
cql_quantity_order(const CqlQuantity *a, const CqlQuantity *b, bool loosely)
{
	UcumCalendar calendar_a;
	UcumCalendar calendar_b;
	UcumUnit	unit_a;
	UcumUnit	unit_b;
	const char *text;
	int			length;

	if (cql_same_text(a->unit, a->unit_length, b->unit, b->unit_length))
		return decimal_compare(&a->value, &b->value);
	calendar_a = calendar_unit(a);
	calendar_b = calendar_unit(b);
	if (calendar_a != UCUM_NOT_CALENDAR && calendar_b != UCUM_NOT_CALENDAR)
		return calendar_order(a, calendar_a, b, calendar_b);
	if (!loosely && (calendar_a == UCUM_YEAR || calendar_a == UCUM_MONTH ||
					 calendar_b == UCUM_YEAR || calendar_b == UCUM_MONTH))
		return CQL_UNORDERED;
	text = cql_ucum_unit(a, &length);
	if (!ucum_parse(text, length, &unit_a, NULL))
		return CQL_UNORDERED;
	text = cql_ucum_unit(b, &length);
	if (!ucum_parse(text, length, &unit_b, NULL) || !ucum_comparable(&unit_a, &unit_b))
		return CQL_UNORDERED;
	return (int) ucum_compare(&a->value, &unit_a, &b->value, &unit_b);
}

/* ---- order ---- */

/* Whether milliseconds matter to a comparison and a value of second precision lacks them. */
static inline bool
fraction_open(DateTimePrecision a, DateTimePrecision b, DateTimeUnit unit)
{
	if (unit == DATETIME_UNIT_FINEST)
		return (a == DATETIME_SECOND) != (b == DATETIME_SECOND);
	return unit == DATETIME_UNIT_MILLISECOND && (a == DATETIME_SECOND || b == DATETIME_SECOND);
}

/* The order of two dates or date-times to a precision. */
static int
moment_order(CqlExec *x, PhmDateTime a, PhmDateTime b, DateTimeUnit unit)
{
	DateTimePrecision precision_a = datetime_precision(a);
	DateTimePrecision precision_b = datetime_precision(b);

	if (unit == DATETIME_UNIT_FINEST)
	{
		/* Both exact: instants.  Alike in precision and zone: their bits. */
		if (precision_a == DATETIME_MILLISECOND && precision_b == DATETIME_MILLISECOND)
			return (datetime_ms(a) > datetime_ms(b)) - (datetime_ms(a) < datetime_ms(b));
		if (((a ^ b) & 0x7FFF) == 0)
			return (a > b) - (a < b);
	}
	if (precision_a >= DATETIME_SECOND && precision_b >= DATETIME_SECOND && fraction_open(precision_a, precision_b, unit))
	{
		int			order = datetime_compare(a, b, DATETIME_UNIT_SECOND, cql_offset(x));

		return order == 0 ? CQL_UNORDERED : order;
	}
	return datetime_compare(a, b, unit, cql_offset(x));
}

/* The order of two times of day. */
static int
time_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit)
{
	if (unit == DATETIME_UNIT_FINEST && cql_time_precision(a) == cql_time_precision(b))
		return (a.i > b.i) - (a.i < b.i);
	return moment_order(x, cql_time_as_datetime(a), cql_time_as_datetime(b), unit);
}

/* Strings are ordered by code points, which is the order of UTF-8's bytes. */
static int
string_order(CqlValue a, CqlValue b)
{
	int			order = bytes_compare(a.s, b.s, Min(a.n, b.n));

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

int
cql_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit)
{
	if (is_number(a) && is_number(b))
		return number_order(a, b);
	if ((a.kind == CQL_DATE || a.kind == CQL_DATETIME) && (b.kind == CQL_DATE || b.kind == CQL_DATETIME))
		return moment_order(x, a.i, b.i, unit);
	if (is_uncertain(a) || is_uncertain(b))
		return uncertain_order(a, b);
	if (a.kind != b.kind)
		return CQL_UNORDERED;
	switch ((CqlKind) a.kind)
	{
		case CQL_STRING:
			return string_order(a, b);
		case CQL_TIME:
			return time_order(x, a, b, unit);
		case CQL_QUANTITY:
			return cql_quantity_order(a.quantity, b.quantity, false);
		default:
			return CQL_UNORDERED;
	}
}

/* The first instant of a date or date-time, at the evaluation's offset where it has none. */
static inline int64
first_instant(CqlExec *x, PhmDateTime v)
{
	return datetime_zone(v) == DATETIME_ZONE_NONE ? datetime_ms(v) - cql_offset(x) * INT64CONST(60000) : datetime_ms(v);
}

/* Moments that are equal as far as both are known: the earlier beginning, then the coarser first. */
static int
sort_moments(CqlExec *x, PhmDateTime a, PhmDateTime b)
{
	int64		first_a = first_instant(x, a);
	int64		first_b = first_instant(x, b);

	if (first_a != first_b)
		return first_a < first_b ? -1 : 1;
	return (int) datetime_precision(a) - (int) datetime_precision(b);
}

int
cql_sort_order(CqlExec *x, CqlValue a, CqlValue b)
{
	int			order;

	if (a.kind == CQL_NULL || b.kind == CQL_NULL)
		return (b.kind == CQL_NULL) - (a.kind == CQL_NULL);
	order = cql_order(x, a, b, DATETIME_UNIT_FINEST);
	if (order != CQL_UNORDERED)
		return order;
	if (a.kind == CQL_TIME && b.kind == CQL_TIME)
		return sort_moments(x, cql_time_as_datetime(a), cql_time_as_datetime(b));
	if ((a.kind == CQL_DATE || a.kind == CQL_DATETIME) && (b.kind == CQL_DATE || b.kind == CQL_DATETIME))
		return sort_moments(x, a.i, b.i);
	return 0;
}

/* ---- equality ---- */

/* Equality of an optional text: absent ones are equal to absent ones. */
static CqlAnswer
equal_text(const char *a, int a_length, const char *b, int b_length)
{
	if (a == NULL || b == NULL)
		return a == b ? CQL_YES : CQL_UNKNOWN;
	return cql_same_text(a, a_length, b, b_length) ? CQL_YES : CQL_NO;
}

/* Codes are equal in all their parts. */
static CqlAnswer
equal_code(const CqlCode *a, const CqlCode *b)
{
	CqlAnswer	answer;

	if (a == b)
		return CQL_YES;
	answer = equal_text(a->code, a->code_length, b->code, b->code_length);
	if (answer == CQL_YES)
		answer = equal_text(a->system, a->system_length, b->system, b->system_length);
	if (answer == CQL_YES)
		answer = equal_text(a->version, a->version_length, b->version, b->version_length);
	if (answer == CQL_YES)
		answer = equal_text(a->display, a->display_length, b->display, b->display_length);
	return answer;
}

/* Concepts are equal when their codes are, in order, and their displays. */
static CqlAnswer
equal_concept(CqlExec *x, CqlValue a, CqlValue b)
{
	const CqlConcept *p;
	const CqlConcept *q;

	if (a.flag == CQL_IN_CHART && b.flag == CQL_IN_CHART && a.i == b.i && a.type == b.type)
		return CQL_YES;
	p = cql_concept_of(x, a);
	q = cql_concept_of(x, b);
	if (p->ncodes != q->ncodes)
		return CQL_NO;
	for (uint32 i = 0; i < p->ncodes; i++)
	{
		CqlAnswer	answer;

		CHECK_FOR_INTERRUPTS();
		answer = equal_code(&p->codes[i], &q->codes[i]);

		if (answer != CQL_YES)
			return answer;
	}
	return equal_text(p->display, p->display_length, q->display, q->display_length);
}

/* Intervals are equal when their first and last points are. */
static CqlAnswer
equal_interval(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlAnswer	low = cql_equal(x, cql_start(x, a), cql_start(x, b));
	CqlAnswer	high;

	if (low == CQL_NO)
		return CQL_NO;
	high = cql_equal(x, cql_end(x, a), cql_end(x, b));
	return high == CQL_YES ? low : high;
}

/* Equality of ratios is that of their parts; 1:2 is not 2:4. */
static CqlAnswer
equal_ratio(const CqlRatio *a, const CqlRatio *b)
{
	int			numerator = cql_quantity_order(&a->numerator, &b->numerator, false);
	int			denominator = cql_quantity_order(&a->denominator, &b->denominator, false);

	if (numerator == -1 || numerator == 1 || denominator == -1 || denominator == 1)
		return CQL_NO;
	return numerator == 0 && denominator == 0 ? CQL_YES : CQL_UNKNOWN;
}

/* Element by element; the first pair that is not equal decides. */
static CqlAnswer
equal_values(CqlExec *x, const CqlValue *a, const CqlValue *b, uint32 n)
{
	check_stack_depth();
	for (uint32 i = 0; i < n; i++)
	{
		CqlAnswer	answer;

		CHECK_FOR_INTERRUPTS();	/* lists may share their elements: small ones may be long to look through */
		answer = equal_parts(x, a[i], b[i]);
		if (answer != CQL_YES)
			return answer;
	}
	return CQL_YES;
}

/* Equality of parts of a list or structure, where null is equal to null. */
static CqlAnswer
equal_parts(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind == CQL_NULL && b.kind == CQL_NULL)
		return CQL_YES;
	return cql_equal(x, a, b);
}

/* Equality of two values of the same structured kind. */
static CqlAnswer
equal_structures(CqlExec *x, CqlValue a, CqlValue b)
{
	switch ((CqlKind) a.kind)
	{
		case CQL_RATIO:
			return equal_ratio(a.ratio, b.ratio);
		case CQL_CODE:
			return equal_code(a.code, b.code);
		case CQL_CONCEPT:
			return equal_concept(x, a, b);
		case CQL_INTERVAL:
			return equal_interval(x, a, b);
		case CQL_LIST:
			return a.n != b.n ? CQL_NO : equal_values(x, a.values, b.values, a.n);
		case CQL_TUPLE:
			return a.n != b.n || a.type != b.type ? CQL_NO :
				equal_values(x, a.values, b.values, cql_shape_size(x, a.n));
		default:
			return a.i == b.i ? CQL_YES : CQL_NO;
	}
}

/* The equality that an order tells. */
static inline CqlAnswer
equal_by_order(int order)
{
	return order == CQL_UNORDERED ? CQL_UNKNOWN : (order == 0 ? CQL_YES : CQL_NO);
}

CqlAnswer
cql_equal(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind == CQL_NULL || b.kind == CQL_NULL)
		return CQL_UNKNOWN;
	if (cql_both_entries(a, b))
		return cql_same_entry(a, b) ? CQL_YES : CQL_NO;
	if (a.kind == CQL_STRING && b.kind == CQL_STRING)
		return a.n == b.n && bytes_compare(a.s, b.s, a.n) == 0 ? CQL_YES : CQL_NO;
	if (a.kind == CQL_ELEMENT || b.kind == CQL_ELEMENT)
		return cql_element_equal(x, a, b);
	if (is_number(a) && is_number(b))
		return number_order(a, b) == 0 ? CQL_YES : CQL_NO;
	if (is_uncertain(a) || is_uncertain(b))
		return equal_by_order(uncertain_order(a, b));
	if ((a.kind == CQL_DATE || a.kind == CQL_DATETIME) && (b.kind == CQL_DATE || b.kind == CQL_DATETIME))
		return equal_by_order(moment_order(x, a.i, b.i, DATETIME_UNIT_FINEST));
	if (a.kind != b.kind)
		return CQL_NO;
	if (a.kind == CQL_TIME || a.kind == CQL_QUANTITY)
		return equal_by_order(cql_order(x, a, b, DATETIME_UNIT_FINEST));
	return equal_structures(x, a, b);
}

/* ---- operators ---- */

/* Equal (=). */
CqlValue
cql_equal_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[0].kind == CQL_INTEGER && a[1].kind == CQL_INTEGER)
		return cql_boolean(a[0].i == a[1].i);
	return cql_answer(cql_equal(x, a[0], a[1]));
}

/* NotEqual (!=). */
CqlValue
cql_not_equal_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlAnswer	answer = cql_equal(x, a[0], a[1]);

	return answer == CQL_UNKNOWN ? cql_null() : cql_boolean(answer == CQL_NO);
}

/* a < b, or a <= b. */
static inline CqlValue
less(CqlExec *x, CqlValue a, CqlValue b, bool or_equal)
{
	int			order;

	if (a.kind == CQL_INTEGER && b.kind == CQL_INTEGER)
		return cql_boolean(or_equal ? a.i <= b.i : a.i < b.i);
	if (unlikely(is_uncertain(a) || is_uncertain(b)))
		return cql_answer(uncertain_less(a, b, or_equal));
	order = cql_order(x, a, b, DATETIME_UNIT_FINEST);
	if (order == CQL_UNORDERED)
		return cql_null();
	return cql_boolean(or_equal ? order <= 0 : order < 0);
}

/* Less (<). */
CqlValue
cql_less_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return less(x, a[0], a[1], false);
}

/* LessOrEqual (<=). */
CqlValue
cql_less_or_equal_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return less(x, a[0], a[1], true);
}

/* Greater (>): the other is less. */
CqlValue
cql_greater_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return less(x, a[1], a[0], false);
}

/* GreaterOrEqual (>=). */
CqlValue
cql_greater_or_equal_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return less(x, a[1], a[0], true);
}
