/*
 * aggregate.c: aggregates over lists: counts, sums, extremes, statistics.
 *
 * Pure.  Nulls are left aside.  Quantities are brought to the unit of the
 * first; when that is impossible the result is null, as it is where a result
 * does not fit.  Sums and variances are exact before they are rounded to the
 * eight places of a Decimal; roots and logarithms are computed in floating
 * point.
 */
#include "cql/compare.h"

#include <math.h>

/* The numbers of a list in one unit. */
typedef struct Numbers
{
	Decimal    *values;
	uint32		n;
	bool		quantities;
	const char *unit;
	int			unit_length;
} Numbers;

/* ---- gathering ---- */

/* The list to aggregate; an empty one for null. */
static CqlValue
source_of(CqlExec *x, const CqlNode *n, CqlValue v)
{
	if (v.kind == CQL_NULL)
		return cql_list(NULL, 0);
	if (v.kind != CQL_LIST)
		cql_fail_type(x, n, v);
	return v;
}

/* A quantity in the unit of those before; the first sets it. */
static bool
gather_quantity(const CqlQuantity *q, Numbers *numbers, Decimal *result)
{
	UcumUnit	from;
	UcumUnit	to;
	CqlQuantity first = {.unit = numbers->unit,.unit_length = numbers->unit_length};
	const char *unit;
	int			length;
	bool		exact;

	*result = q->value;
	if (numbers->n == 0)
	{
		numbers->quantities = true;
		numbers->unit = q->unit;
		numbers->unit_length = q->unit_length;
		return true;
	}
	if (!numbers->quantities)
		return false;
	if (q->unit_length == numbers->unit_length && memcmp(q->unit, numbers->unit, q->unit_length) == 0)
		return true;
	unit = cql_ucum_unit(q, &length);
	if (!ucum_parse(unit, length, &from, NULL))
		return false;
	unit = cql_ucum_unit(&first, &length);
	return ucum_parse(unit, length, &to, NULL) && ucum_commensurable(&from, &to) &&
		ucum_convert(&q->value, &from, &to, result, &exact) == UCUM_OK;
}

/* The numbers of a list; false when there are none, or they have no common unit. */
static bool
gather(CqlExec *x, const CqlNode *n, CqlValue source, Numbers *numbers)
{
	CqlValue	list = source_of(x, n, source);

	memset(numbers, 0, sizeof(Numbers));
	if (list.n == 0)
		return false;
	numbers->values = cql_alloc(x, (size_t) list.n * sizeof(Decimal));
	for (uint32 i = 0; i < list.n; i++)
	{
		CqlValue	v = list.values[i];
		Decimal    *d = &numbers->values[numbers->n];

		CHECK_FOR_INTERRUPTS();
		if (v.kind == CQL_NULL)
			continue;
		if (v.kind == CQL_QUANTITY)
		{
			if (!gather_quantity(v.quantity, numbers, d))
				return false;
		}
		else if (!cql_to_number(v, d))
			cql_fail_type(x, n, v);
		else if (numbers->quantities)
			return false;
		numbers->n++;
	}
	return numbers->n > 0;
}

/* A Decimal, or a Quantity in a unit. */
static CqlValue
result_in(CqlExec *x, const Numbers *numbers, Decimal d, const char *unit, int unit_length)
{
	return numbers->quantities ? cql_make_quantity(x, d, unit, unit_length) : cql_make_decimal(x, d);
}

/* The result of a function that keeps the unit. */
static CqlValue
result_of(CqlExec *x, const Numbers *numbers, Decimal d)
{
	return result_in(x, numbers, d, numbers->unit, numbers->unit_length);
}

/* ---- exact arithmetic ---- */

static bool
sum_of(const Numbers *numbers, Decimal *sum)
{
	*sum = (Decimal) {0, 0};
	for (uint32 i = 0; i < numbers->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!decimal_add(sum, &numbers->values[i], sum))
			return false;
	}
	return true;
}

/* 10^n, n up to 38. */
static int128
power_of_ten(int n)
{
	int128		result = 1;

	while (n-- > 0)
		result *= 10;
	return result;
}

/* a / b with eight places, rounded half away from zero; b is positive. */
static bool
quotient(Decimal a, int128 b, Decimal *result)
{
	int128		m = a.mantissa;
	int128		whole;
	int128		rest;

	if (a.scale < 8)
	{
		if (__builtin_mul_overflow(m, power_of_ten(8 - a.scale), &m))
			return false;
	}
	else if (a.scale > 8 && __builtin_mul_overflow(b, power_of_ten(a.scale - 8), &b))
		return false;
	whole = m / b;
	rest = m % b;
	if (rest < 0)
		rest = -rest;
	if (rest >= b - rest)
		whole += m < 0 ? -1 : 1;
	*result = (Decimal) {whole, 8};
	decimal_trim(result, Min(a.scale, 8));
	return true;
}

/* The mean, with eight places. */
static bool
mean_of(const Numbers *numbers, Decimal *mean)
{
	Decimal		sum;

	return sum_of(numbers, &sum) && quotient(sum, numbers->n, mean);
}

/*
 * The sum of squared deviations times n, exactly, n * S(x^2) - S(x)^2, as a
 * decimal; false when it does not fit.
 */
static bool
squares_of(const Numbers *numbers, Decimal *result)
{
	Decimal		sum;
	Decimal		squares = {0, 0};
	Decimal		product;
	Decimal		count = {numbers->n, 0};

	if (!sum_of(numbers, &sum))
		return false;
	for (uint32 i = 0; i < numbers->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!decimal_multiply(&numbers->values[i], &numbers->values[i], &product) ||
			!decimal_add(&squares, &product, &squares))
			return false;
	}
	return decimal_multiply(&squares, &count, &squares) && decimal_multiply(&sum, &sum, &product) &&
		decimal_subtract(&squares, &product, result);
}

/* ---- statistics ---- */

/* The sum of squared deviations from the mean, in floating point. */
static double
deviation(const Numbers *numbers)
{
	double		mean = 0;
	double		sum = 0;

	for (uint32 i = 0; i < numbers->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		mean += decimal_to_double(&numbers->values[i]) / numbers->n;
	}
	for (uint32 i = 0; i < numbers->n; i++)
	{
		double		d = decimal_to_double(&numbers->values[i]) - mean;

		CHECK_FOR_INTERRUPTS();
		sum += d * d;
	}
	return sum;
}

/* The variance (n - 1 or n as divisor), exactly where it fits, and as a double. */
static bool
variance_of(const Numbers *numbers, bool population, Decimal *variance, double *approximate)
{
	uint32		divisor = population ? numbers->n : numbers->n - 1;
	Decimal		squares;

	if (divisor == 0)
		return false;
	if (squares_of(numbers, &squares) && quotient(squares, (int128) numbers->n * divisor, variance))
	{
		*approximate = decimal_to_double(&squares) / ((double) numbers->n * divisor);
		return true;
	}
	*approximate = deviation(numbers) / divisor;
	return decimal_from_double(*approximate, variance);
}

/* Variance of a list, in the square of its unit. */
static CqlValue
variance(CqlExec *x, const CqlNode *n, CqlValue source, bool population)
{
	Numbers		numbers;
	Decimal		result;
	double		approximate;
	char	   *unit = NULL;
	int			length = 0;

	if (!gather(x, n, source, &numbers) || !variance_of(&numbers, population, &result, &approximate))
		return cql_null();
	if (numbers.quantities)
	{
		unit = cql_alloc(x, UCUM_MAX_LENGTH + 1);
		if (!ucum_product(numbers.unit, numbers.unit_length, numbers.unit, numbers.unit_length,
						  unit, UCUM_MAX_LENGTH, &length))
			return cql_null();
	}
	return result_in(x, &numbers, result, unit, length);
}

/* Standard deviation of a list, in its unit. */
static CqlValue
standard_deviation(CqlExec *x, const CqlNode *n, CqlValue source, bool population)
{
	Numbers		numbers;
	Decimal		result;
	double		approximate;

	if (!gather(x, n, source, &numbers) || !variance_of(&numbers, population, &result, &approximate) ||
		!decimal_from_double(sqrt(approximate), &result))
		return cql_null();
	return result_of(x, &numbers, result);
}

/* The order of two numbers while they are sorted, which may take long. */
static int
compare_decimals(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return decimal_compare(a, b);
}

/* ---- operators ---- */

/* AllTrue: no element is false; true of none. */
CqlValue
cql_all_true_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	list = source_of(x, n, a[0]);

	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cql_is_false(list.values[i]))
			return cql_boolean(false);
	}
	return cql_boolean(true);
}

/* AnyTrue: some element is true; false of none. */
CqlValue
cql_any_true_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	list = source_of(x, n, a[0]);

	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cql_is_true(list.values[i]))
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

/* Count: elements that are not null. */
CqlValue
cql_count_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	list = source_of(x, n, a[0]);
	int32		count = 0;

	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		count += !cql_is_null(list.values[i]);
	}
	return cql_integer(count);
}

/* The sum of integers of one kind; false when some element is neither that nor null. */
static bool
sum_integers(CqlValue list, CqlKind kind, int64 least, int64 greatest, CqlValue *result)
{
	int128		sum = 0;
	bool		any = false;

	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (list.values[i].kind == CQL_NULL)
			continue;
		if (list.values[i].kind != kind)
			return false;
		sum += list.values[i].i;
		any = true;
	}
	*result = any && sum >= least && sum <= greatest ? cql_long((int64) sum) : cql_null();
	if (result->kind != CQL_NULL)
		result->kind = kind;
	return true;
}

/* Sum: null of none, and where it does not fit the type of the elements. */
CqlValue
cql_sum_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	list = source_of(x, n, a[0]);
	CqlValue	result;
	Numbers		numbers;
	Decimal		sum;

	if (sum_integers(list, CQL_INTEGER, PG_INT32_MIN, PG_INT32_MAX, &result) ||
		sum_integers(list, CQL_LONG, PG_INT64_MIN, PG_INT64_MAX, &result))
		return result;
	if (!gather(x, n, a[0], &numbers) || !sum_of(&numbers, &sum))
		return cql_null();
	return result_of(x, &numbers, sum);
}

/* Product: as Sum. */
CqlValue
cql_product_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	list = source_of(x, n, a[0]);
	CqlValue	product = cql_null();
	bool		any = false;

	for (uint32 i = 0; i < list.n; i++)
	{
		if (cql_is_null(list.values[i]))
			continue;
		CHECK_FOR_INTERRUPTS();
		product = any ? cql_multiply(x, n, product, list.values[i]) : list.values[i];
		any = true;
		if (cql_is_null(product))
			break;
	}
	return product;
}

/* The element that is first or last in order; uncertain ones do not displace what is there. */
static CqlValue
extreme(CqlExec *x, const CqlNode *n, CqlValue source, int sign)
{
	CqlValue	list = source_of(x, n, source);
	CqlValue	best = cql_null();

	for (uint32 i = 0; i < list.n; i++)
	{
		CqlValue	v = list.values[i];

		CHECK_FOR_INTERRUPTS();
		if (cql_is_null(v))
			continue;
		if (cql_is_null(best) || cql_order(x, v, best, DATETIME_UNIT_FINEST) == sign)
			best = v;
	}
	return best;
}

/* Min: null of none. */
CqlValue
cql_min_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return extreme(x, n, a[0], -1);
}

/* Max: null of none. */
CqlValue
cql_max_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return extreme(x, n, a[0], 1);
}

/* Avg: the mean of numbers or quantities; null of none. */
CqlValue
cql_avg_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Numbers		numbers;
	Decimal		mean;

	if (!gather(x, n, a[0], &numbers) || !mean_of(&numbers, &mean))
		return cql_null();
	return result_of(x, &numbers, mean);
}

/* GeometricMean: the n-th root of the product; null when that is negative. */
CqlValue
cql_geometric_mean_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Numbers		numbers;
	Decimal		result;
	double		sum = 0;
	bool		negative = false;

	if (!gather(x, n, a[0], &numbers))
		return cql_null();
	for (uint32 i = 0; i < numbers.n; i++)
	{
		double		d = decimal_to_double(&numbers.values[i]);

		CHECK_FOR_INTERRUPTS();
		if (d == 0)
			return result_of(x, &numbers, (Decimal) {0, 0});
		negative ^= d < 0;
		sum += log(fabs(d));
	}
	if (negative || !decimal_from_double(exp(sum / numbers.n), &result))
		return cql_null();
	return result_of(x, &numbers, result);
}

/* Median: the middle one, or the mean of the two in the middle. */
CqlValue
cql_median_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	Numbers		numbers;
	Decimal		result;
	uint32		half;

	if (!gather(x, n, a[0], &numbers))
		return cql_null();
	qsort(numbers.values, numbers.n, sizeof(Decimal), compare_decimals);
	half = numbers.n / 2;
	if (numbers.n % 2 == 1)
		return result_of(x, &numbers, numbers.values[half]);
	if (!decimal_add(&numbers.values[half - 1], &numbers.values[half], &result) || !quotient(result, 2, &result))
		return cql_null();
	return result_of(x, &numbers, result);
}

/* Mode: the element that occurs most often, the first of several. */
CqlValue
cql_mode_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_most_frequent(x, source_of(x, n, a[0]));
}

/* Variance of a sample: null of fewer than two. */
CqlValue
cql_variance_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return variance(x, n, a[0], false);
}

/* PopulationVariance. */
CqlValue
cql_population_variance_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return variance(x, n, a[0], true);
}

/* StdDev of a sample: null of fewer than two. */
CqlValue
cql_std_dev_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return standard_deviation(x, n, a[0], false);
}

/* PopulationStdDev. */
CqlValue
cql_population_std_dev_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return standard_deviation(x, n, a[0], true);
}
