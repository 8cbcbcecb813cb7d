/*
 * cql_text.c: CQL's operators on strings and its conversions from text.  Three
 * lines of input are the operands.  What converts has a text that converts to
 * the same again; what an operator gives is a string or list of strings that
 * can be read to its end.
 */
#include "cql/number.h"
#include "cql/operator_function.h"

#include <setjmp.h>

static jmp_buf failed;

/* ---- what the operators take from the executor ---- */

void *
cql_alloc(CqlExec *x, size_t size)
{
	return palloc(Max(size, 1));
}

void
cql_fail(CqlExec *x, const CqlNode *n, int sqlstate, const char *format,...)
{
	assert(sqlstate != 0);
	longjmp(failed, 1);
}

void
cql_fail_type(CqlExec *x, const CqlNode *n, CqlValue v)
{
	longjmp(failed, 1);
}

int
cql_offset(const CqlExec *x)
{
	return 0;
}

CqlValue
cql_normal_datetime(const CqlExec *x, PhmDateTime v)
{
	return cql_datetime(datetime_as_millisecond(v));
}

CqlValue
cql_property(CqlExec *x, CqlValue v, const char *name, int length)
{
	return cql_null();
}

const CqlConcept *
cql_chart_concept(CqlExec *x, CqlValue v)
{
	return NULL;
}

CqlValue
cql_add_duration(CqlExec *x, const CqlNode *n, CqlValue moment, const CqlQuantity *amount, int sign)
{
	return cql_null();
}

int
cql_order(CqlExec *x, CqlValue a, CqlValue b, DateTimeUnit unit)
{
	return CQL_UNORDERED;
}

/* ---- checks ---- */

/* Reads a result to its end. */
static uint64
read_all(CqlValue v)
{
	uint64		sum = v.kind;

	if (v.kind == CQL_STRING)
		for (uint32 i = 0; i < v.n; i++)
			sum += (uint8) v.s[i];
	if (v.kind == CQL_LIST)
		for (uint32 i = 0; i < v.n; i++)
			sum += read_all(v.values[i]);
	return sum;
}

/* What a text converts to has a text that converts to the same, with the same text. */
static void
check_conversion(CqlValue text, CqlKind kind)
{
	CqlValue	v = cql_convert(NULL, NULL, text, kind),
				printed = cql_convert(NULL, NULL, v, CQL_STRING),
				again = cql_convert(NULL, NULL, printed, kind),
				reprinted = cql_convert(NULL, NULL, again, CQL_STRING);

	if (cql_is_null(v))
		return;
	assert(v.kind == kind && again.kind == kind && printed.kind == CQL_STRING);
	assert(printed.n == reprinted.n && memcmp(printed.s, reprinted.s, printed.n) == 0);
}

typedef CqlValue (*TextOperator) (CqlExec *x, const CqlNode *n, const CqlValue *a);

/* Runs the operators on the strings. */
static uint64
run_operators(const CqlValue *a)
{
	static const TextOperator two[] = {cql_starts_with_op, cql_ends_with_op, cql_position_of_op, cql_last_position_of_op,
	cql_split_op, cql_concatenate_op, cql_matches_op, cql_split_on_matches_op};
	CqlNode		n = {.nargs = 2};
	CqlValue	part[3] = {a[0], cql_integer((int32) a[1].n), cql_integer((int32) a[2].n)};
	volatile uint64 sum = read_all(cql_upper_op(NULL, &n, a)) + read_all(cql_lower_op(NULL, &n, a));

	for (volatile int i = 0; i < (int) lengthof(two); i++)
		if (setjmp(failed) == 0)
			sum += read_all(two[i] (NULL, &n, a));
	n.nargs = 3;
	if (setjmp(failed) == 0)
		sum += read_all(cql_replace_matches_op(NULL, &n, a));
	sum += read_all(cql_substring_op(NULL, &n, part)) + read_all(cql_string_at(a[0], a[1].n));
	assert(cql_string_length(a[0]) <= a[0].n);
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const CqlKind kinds[] = {CQL_BOOLEAN, CQL_INTEGER, CQL_LONG, CQL_DECIMAL, CQL_DATE, CQL_DATETIME, CQL_TIME,
	CQL_QUANTITY, CQL_RATIO};
	const char *s = (const char *) data,
			   *end = s + size;
	CqlValue	a[3];

	if (size > 300)
		return -1;
	for (int i = 0; i < 3; i++)
	{
		const char *stop = i < 2 ? memchr(s, '\n', (size_t) (end - s)) : NULL;

		stop = stop ? stop : end;
		a[i] = cql_make_string(NULL, s, (int) (stop - s));
		s = Min(stop + 1, end);
	}
	for (int i = 0; i < (int) lengthof(kinds); i++)
		check_conversion(a[0], kinds[i]);
	run_operators(a);
	shim_reset();
	return 0;
}
