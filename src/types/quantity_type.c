/*
 * quantity_type.c: phm.quantity in SQL: input and output, operators, the
 * sort order, conversion, and the functions that show what UCUM makes of a
 * unit.  Relies on quantity.c, quantity_math.c and ucum.c; owns nothing.
 */
#include "phm.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/numeric.h"

#include "types/quantity.h"

#define PG_RETURN_QUANTITY(view) PG_RETURN_POINTER(quantity_make(view))

/* Reads an argument; what the view points at lives as long as the argument. */
static void
get_quantity(FunctionCallInfo fcinfo, int n, QuantityView *view)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(n);

	quantity_read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), view);
}

/* Reads a text argument. */
static const char *
get_text(FunctionCallInfo fcinfo, int n, int *length)
{
	text	   *value = PG_GETARG_TEXT_PP(n);

	*length = VARSIZE_ANY_EXHDR(value);
	return VARDATA_ANY(value);
}

/* Raises what a pure part reported. */
static void
raise_error(const PhmError *err)
{
	ereport(ERROR,
			(errcode(err->sqlstate), errmsg("%s", err->message),
			 err->detail[0] ? errdetail("%s", err->detail) : 0,
			 err->hint[0] ? errhint("%s", err->hint) : 0));
}

/* Reads a numeric argument as a number of a quantity. */
static Decimal
get_number(FunctionCallInfo fcinfo, int n)
{
	char	   *s = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(n)));
	Decimal		number;
	bool		exact;

	if (!decimal_parse(s, strlen(s), &number, &exact, NULL))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("phm.quantity out of range"),
				 errdetail("A number has at most 38 digits, and 30 of them after the decimal point.")));
	pfree(s);
	return number;
}

/* A number as numeric, with its scale. */
static Datum
number_as_numeric(const QuantityView *view)
{
	char		s[QUANTITY_NUMBER_SIZE];

	/* What numbers of patients are like; the text serves the others. */
	if (view->mantissa > -INT64CONST(100000000000000) && view->mantissa < INT64CONST(100000000000000))
		return NumericGetDatum(int64_div_fast_to_numeric((int64) view->mantissa, view->scale));
	quantity_print_number(view->mantissa, view->scale, s);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(s),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

PG_FUNCTION_INFO_V1(phm_quantity_in);
Datum
phm_quantity_in(PG_FUNCTION_ARGS)
{
	char	   *s = PG_GETARG_CSTRING(0);
	QuantityView view;
	PhmError	err = {0};

	if (!quantity_parse(s, strlen(s), &view, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_QUANTITY(&view);
}

PG_FUNCTION_INFO_V1(phm_quantity_out);
Datum
phm_quantity_out(PG_FUNCTION_ARGS)
{
	QuantityView view;
	StringInfoData out;

	get_quantity(fcinfo, 0, &view);
	initStringInfo(&out);
	quantity_print(&view, &out);
	PG_RETURN_CSTRING(out.data);
}

/* The bytes before the unit are sent as they are stored, the unit in the client's encoding. */
PG_FUNCTION_INFO_V1(phm_quantity_send);
Datum
phm_quantity_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	QuantityView view;
	StringInfoData out;

	quantity_read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &view);
	pq_begintypsend(&out);
	pq_sendbytes(&out, VARDATA_ANY(value), view.unit - VARDATA_ANY(value));
	pq_sendtext(&out, view.unit, view.unit_length);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(phm_quantity_recv);
Datum
phm_quantity_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	int			length = in->len - in->cursor,
				head = length < 4 ? length : Min(length, 4 + ((uint8) in->data[in->cursor + 3] & 0x7F)),
				unit_length;
	const char *bytes = pq_getmsgbytes(in, head);
	char	   *unit = pq_getmsgtext(in, length - head, &unit_length);
	struct varlena *result = palloc(VARHDRSZ + head + unit_length);
	PhmError	err = {0};

	SET_VARSIZE(result, VARHDRSZ + head + unit_length);
	memcpy(VARDATA(result), bytes, head);
	memcpy(VARDATA(result) + head, unit, unit_length);
	if (!quantity_check(VARDATA(result), head + unit_length, &err))
		raise_error(&err);
	PG_RETURN_POINTER(result);
}

/* Answers a comparison; unknown is NULL. */
static Datum
compare(FunctionCallInfo fcinfo, QuantityTest test, bool not)
{
	QuantityView a,
				b;
	QuantityAnswer answer;

	get_quantity(fcinfo, 0, &a);
	get_quantity(fcinfo, 1, &b);
	answer = quantity_test(test, &a, &b);
	if (answer == QUANTITY_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL((answer == QUANTITY_TRUE) != not);
}

#define COMPARISON(name, test, not) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return compare(fcinfo, test, not); }

COMPARISON(phm_quantity_eq, QUANTITY_TEST_EQUAL, false)
COMPARISON(phm_quantity_ne, QUANTITY_TEST_EQUAL, true)
COMPARISON(phm_quantity_lt, QUANTITY_TEST_LESS, false)
COMPARISON(phm_quantity_le, QUANTITY_TEST_LESS_OR_EQUAL, false)
COMPARISON(phm_quantity_gt, QUANTITY_TEST_GREATER, false)
COMPARISON(phm_quantity_ge, QUANTITY_TEST_GREATER_OR_EQUAL, false)

/* The place of two values in the sort order. */
static int
image_compare(FunctionCallInfo fcinfo)
{
	QuantityView a,
				b;

	get_quantity(fcinfo, 0, &a);
	get_quantity(fcinfo, 1, &b);
	return quantity_sort(&a, &b);
}

PG_FUNCTION_INFO_V1(phm_quantity_image_cmp);
Datum
phm_quantity_image_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(image_compare(fcinfo));
}

#define IMAGE_COMPARISON(name, operator) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(image_compare(fcinfo) operator 0); }

IMAGE_COMPARISON(phm_quantity_image_lt, <)
IMAGE_COMPARISON(phm_quantity_image_le, <=)
IMAGE_COMPARISON(phm_quantity_image_gt, >)
IMAGE_COMPARISON(phm_quantity_image_ge, >=)

/* Identical values have identical bytes. */
static bool
image_equal(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0),
			   *b = PG_GETARG_VARLENA_PP(1);
	size_t		length = VARSIZE_ANY_EXHDR(a);

	return length == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), length) == 0;
}

PG_FUNCTION_INFO_V1(phm_quantity_image_eq);
Datum
phm_quantity_image_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(image_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(phm_quantity_image_ne);
Datum
phm_quantity_image_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!image_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(phm_quantity_hash);
Datum
phm_quantity_hash(PG_FUNCTION_ARGS)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);

	return hash_any((unsigned char *) VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a));
}

PG_FUNCTION_INFO_V1(phm_quantity_hash_extended);
Datum
phm_quantity_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);

	return hash_any_extended((unsigned char *) VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a), PG_GETARG_INT64(1));
}

typedef bool (*Arithmetic) (const QuantityView *a, const QuantityView *b,
							QuantityView *result, bool *known, PhmError *err);

/* Computes with two views; unknown is NULL. */
static Datum
compute(FunctionCallInfo fcinfo, Arithmetic arithmetic, const QuantityView *a, const QuantityView *b)
{
	QuantityView result;
	PhmError	err = {0};
	bool		known;

	if (!arithmetic(a, b, &result, &known, &err))
		raise_error(&err);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_QUANTITY(&result);
}

/* Computes with arguments of which one may be numeric. */
static Datum
compute_arguments(FunctionCallInfo fcinfo, Arithmetic arithmetic, bool a_numeric, bool b_numeric)
{
	QuantityView a,
				b;
	Decimal		number;

	if (a_numeric)
	{
		number = get_number(fcinfo, 0);
		quantity_init(&a, &number, "", 0);
	}
	else
		get_quantity(fcinfo, 0, &a);
	if (b_numeric)
	{
		number = get_number(fcinfo, 1);
		quantity_init(&b, &number, "", 0);
	}
	else
		get_quantity(fcinfo, 1, &b);
	return compute(fcinfo, arithmetic, &a, &b);
}

#define ARITHMETIC(name, function, a_numeric, b_numeric) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return compute_arguments(fcinfo, function, a_numeric, b_numeric); }

ARITHMETIC(phm_quantity_add, quantity_add, false, false)
ARITHMETIC(phm_quantity_subtract, quantity_subtract, false, false)
ARITHMETIC(phm_quantity_multiply, quantity_multiply, false, false)
ARITHMETIC(phm_quantity_multiply_numeric, quantity_multiply, false, true)
ARITHMETIC(phm_numeric_multiply_quantity, quantity_multiply, true, false)
ARITHMETIC(phm_quantity_divide, quantity_divide, false, false)
ARITHMETIC(phm_quantity_divide_numeric, quantity_divide, false, true)

PG_FUNCTION_INFO_V1(phm_quantity_negate);
Datum
phm_quantity_negate(PG_FUNCTION_ARGS)
{
	QuantityView a,
				result;

	get_quantity(fcinfo, 0, &a);
	quantity_negate(&a, &result);
	PG_RETURN_QUANTITY(&result);
}

PG_FUNCTION_INFO_V1(phm_quantity_abs);
Datum
phm_quantity_abs(PG_FUNCTION_ARGS)
{
	QuantityView a,
				result;
	bool		known;

	get_quantity(fcinfo, 0, &a);
	quantity_abs(&a, &result, &known);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_QUANTITY(&result);
}

PG_FUNCTION_INFO_V1(phm_quantity_round);
Datum
phm_quantity_round(PG_FUNCTION_ARGS)
{
	QuantityView a,
				result;
	PhmError	err = {0};

	get_quantity(fcinfo, 0, &a);
	if (!quantity_round(&a, PG_GETARG_INT32(1), &result, &err))
		raise_error(&err);
	PG_RETURN_QUANTITY(&result);
}

/* Converts the first argument to the unit of the second; false when it cannot be. */
static bool
convert(FunctionCallInfo fcinfo, QuantityView *result)
{
	QuantityView a;
	PhmError	err = {0};
	const char *unit;
	int			length;
	bool		known;

	get_quantity(fcinfo, 0, &a);
	unit = get_text(fcinfo, 1, &length);
	if (!quantity_convert(&a, unit, length, result, &known, &err))
		raise_error(&err);
	return known;
}

PG_FUNCTION_INFO_V1(phm_convert);
Datum
phm_convert(PG_FUNCTION_ARGS)
{
	QuantityView result;

	if (!convert(fcinfo, &result))
		PG_RETURN_NULL();
	PG_RETURN_QUANTITY(&result);
}

PG_FUNCTION_INFO_V1(phm_value_in_unit);
Datum
phm_value_in_unit(PG_FUNCTION_ARGS)
{
	QuantityView result;

	if (!convert(fcinfo, &result))
		PG_RETURN_NULL();
	return number_as_numeric(&result);
}

PG_FUNCTION_INFO_V1(phm_value);
Datum
phm_value(PG_FUNCTION_ARGS)
{
	QuantityView a;

	get_quantity(fcinfo, 0, &a);
	return number_as_numeric(&a);
}

PG_FUNCTION_INFO_V1(phm_unit);
Datum
phm_unit(PG_FUNCTION_ARGS)
{
	QuantityView a;

	get_quantity(fcinfo, 0, &a);
	if (a.unit_length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(a.unit, a.unit_length));
}

PG_FUNCTION_INFO_V1(phm_comparator);
Datum
phm_comparator(PG_FUNCTION_ARGS)
{
	QuantityView a;

	get_quantity(fcinfo, 0, &a);
	if (a.comparator == QUANTITY_EXACT)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(quantity_comparator_text(a.comparator)));
}

PG_FUNCTION_INFO_V1(phm_commensurable);
Datum
phm_commensurable(PG_FUNCTION_ARGS)
{
	QuantityView a,
				b;

	get_quantity(fcinfo, 0, &a);
	get_quantity(fcinfo, 1, &b);
	PG_RETURN_BOOL(quantity_commensurable(&a, &b));
}

PG_FUNCTION_INFO_V1(phm_quantity_from_numeric);
Datum
phm_quantity_from_numeric(PG_FUNCTION_ARGS)
{
	Decimal		number = get_number(fcinfo, 0);
	QuantityView view;

	quantity_init(&view, &number, "", 0);
	PG_RETURN_QUANTITY(&view);
}

/* Takes the unit of phm.quantity(value, unit, comparator, ucum). */
static void
set_unit(FunctionCallInfo fcinfo, QuantityView *view)
{
	PhmError	err = {0};
	UcumUnit	unit;

	view->unit = get_text(fcinfo, 1, &view->unit_length);
	view->ucum = view->unit_length == 0 || PG_ARGISNULL(3) || PG_GETARG_BOOL(3);
	if (view->ucum && !ucum_parse(view->unit, view->unit_length, &unit, &err))
		raise_error(&err);
	if (view->unit_length > QUANTITY_MAX_UNIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("unit longer than %d bytes", QUANTITY_MAX_UNIT)));
}

PG_FUNCTION_INFO_V1(phm_quantity_construct);
Datum
phm_quantity_construct(PG_FUNCTION_ARGS)
{
	Decimal		number;
	QuantityView view;
	QuantityComparator comparator = QUANTITY_EXACT;
	int			length;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	number = get_number(fcinfo, 0);
	quantity_init(&view, &number, "", 0);
	if (!PG_ARGISNULL(1))
		set_unit(fcinfo, &view);
	if (!PG_ARGISNULL(2))
	{
		const char *s = get_text(fcinfo, 2, &length);

		if (!quantity_parse_comparator(s, length, &comparator))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid comparator of phm.quantity"),
					 errhint("Comparators are <, <=, >= and >; NULL is an exact value.")));
	}
	view.comparator = comparator;
	PG_RETURN_QUANTITY(&view);
}

PG_FUNCTION_INFO_V1(phm_numeric_from_quantity);
Datum
phm_numeric_from_quantity(PG_FUNCTION_ARGS)
{
	QuantityView a;

	get_quantity(fcinfo, 0, &a);
	if (a.comparator != QUANTITY_EXACT || !quantity_unitless(&a))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot cast a phm.quantity with a %s to numeric",
						a.comparator != QUANTITY_EXACT ? "comparator" : "unit"),
				 errhint("Use phm.value(quantity, unit) for the number in a unit, or phm.value(quantity) for the number as written.")));
	return number_as_numeric(&a);
}

PG_FUNCTION_INFO_V1(phm_ucum_valid);
Datum
phm_ucum_valid(PG_FUNCTION_ARGS)
{
	int			length;
	const char *s = get_text(fcinfo, 0, &length);

	PG_RETURN_BOOL(ucum_valid(s, length));
}

PG_FUNCTION_INFO_V1(phm_ucum_dimension);
Datum
phm_ucum_dimension(PG_FUNCTION_ARGS)
{
	int			length;
	const char *s = get_text(fcinfo, 0, &length);
	char		buffer[UCUM_DIMENSION_SIZE];
	PhmError	err = {0};
	UcumUnit	unit;

	if (!ucum_parse(s, length, &unit, &err))
		raise_error(&err);
	length = ucum_dimension(&unit, buffer);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buffer, length));
}
