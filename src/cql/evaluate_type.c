/*
 * evaluate_type.c: phm.evaluate and its typed variants.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "cql/call_site.h"
#include "cql/exec.h"

PG_FUNCTION_INFO_V1(phm_evaluate);
PG_FUNCTION_INFO_V1(phm_evaluate_boolean);
PG_FUNCTION_INFO_V1(phm_evaluate_numeric);
PG_FUNCTION_INFO_V1(phm_evaluate_datetime);
PG_FUNCTION_INFO_V1(phm_evaluate_resources);
PG_FUNCTION_INFO_V1(phm_evaluate_all);
PG_FUNCTION_INFO_V1(phm_evaluate_each);
PG_FUNCTION_INFO_V1(phm_time_logic);

/* (logic, expression, chart, period, zone, parameters, as_of, profiles, visible, strict) */
static const CallArguments one_expression = {0, 3, 4, 5, 6, 7, 8, 9};

/* Evaluates the expression of a call; false when logic, expression or chart is NULL. */
static bool
evaluate_call(FunctionCallInfo fcinfo, CqlValue *v)
{
	int			expression;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	(void) call_site_exec(fcinfo, &one_expression);
	expression = call_site_expression(fcinfo, PG_GETARG_TEXT_PP(1));
	call_site_chart(fcinfo, PG_GETARG_DATUM(2));
	*v = call_site_evaluate(fcinfo, expression);
	return true;
}

/* The same for a value that is no part of the chart; false for null, too. */
static bool
evaluate_scalar(FunctionCallInfo fcinfo, CqlValue *v)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	(void) call_site_exec(fcinfo, &one_expression);
	*v = call_site_answer(fcinfo, PG_GETARG_DATUM(2), call_site_expression(fcinfo, PG_GETARG_TEXT_PP(1)));
	return !cql_is_null(*v);
}

Datum
phm_evaluate(PG_FUNCTION_ARGS)
{
	CqlValue	v;
	Datum		result;

	if (!evaluate_call(fcinfo, &v))
		PG_RETURN_NULL();
	result = cql_is_null(v) ? (Datum) 0 : call_site_jsonb(fcinfo, v);
	call_site_release(fcinfo);
	if (cql_is_null(v))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* The expression gives something else than the function asked for. */
static void __attribute__((noreturn))
wrong_type(CqlValue v, const char *wanted)
{
	const char *name = cql_kind_name((CqlKind) v.kind);

	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("the expression does not give %s", wanted),
			 errdetail("It gives a value of type %s.", v.kind == CQL_ELEMENT ? fhir_types[v.type].name : name ? name : "Any"),
			 errhint("phm.evaluate returns values of any type as jsonb.")));
}

Datum
phm_evaluate_boolean(PG_FUNCTION_ARGS)
{
	CqlValue	v;

	if (!evaluate_scalar(fcinfo, &v))
		PG_RETURN_NULL();
	if (v.kind != CQL_BOOLEAN)
		wrong_type(v, "a Boolean");
	PG_RETURN_BOOL(v.i != 0);
}

Datum
phm_evaluate_numeric(PG_FUNCTION_ARGS)
{
	CqlValue	v;
	Decimal		d;
	char		digits[DECIMAL_NUMBER_SIZE];

	if (!evaluate_scalar(fcinfo, &v))
		PG_RETURN_NULL();
	if (!cql_to_number(v, &d))
		wrong_type(v, "a number");
	decimal_print(&d, digits);
	PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
										Int32GetDatum(-1)));
}

Datum
phm_evaluate_datetime(PG_FUNCTION_ARGS)
{
	CqlValue	v;

	if (!evaluate_scalar(fcinfo, &v))
		PG_RETURN_NULL();
	if (v.kind != CQL_DATE && v.kind != CQL_DATETIME)
		wrong_type(v, "a Date or DateTime");
	PG_RETURN_INT64(v.i);
}

/* Adds a resource to the rows of a call. */
static void
put_resource(FunctionCallInfo fcinfo, CqlValue v)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		value;
	bool		null = false;

	if (cql_is_null(v))
		return;
	if (!call_site_resource(fcinfo, v, &value))
		wrong_type(v, "resources");
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &null);
}

Datum
phm_evaluate_resources(PG_FUNCTION_ARGS)
{
	CqlValue	v;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!evaluate_call(fcinfo, &v))
		return (Datum) 0;
	if (v.kind != CQL_LIST)
		put_resource(fcinfo, v);
	else
		for (uint32 i = 0; i < v.n; i++)
		{
			CHECK_FOR_INTERRUPTS();
			put_resource(fcinfo, v.values[i]);
		}
	call_site_release(fcinfo);
	return (Datum) 0;
}

/* ---- many expressions over one chart ---- */

/* Names of expressions of an array argument, or all that the logic has. */
static text **
expression_names(FunctionCallInfo fcinfo, int n, const void *logic, int *count)
{
	text	  **names;

	if (!PG_ARGISNULL(n))
	{
		Datum	   *values;
		bool	   *nulls;

		deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, count);
		names = palloc(sizeof(text *) * Max(*count, 1));
		for (int i = 0; i < *count; i++)
		{
			if (nulls[i])
				ereport(ERROR,
						(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						 errmsg("the name of an expression is null")));
			names[i] = DatumGetTextPP(values[i]);
		}
		return names;
	}
	*count = (int) logic_expression_count(logic);
	names = palloc(sizeof(text *) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		const char *library;
		const char *name;

		logic_expression(logic, i, &library, &name);
		names[i] = cstring_to_text(psprintf("%s.%s", library, name));
	}
	return names;
}

/* Warnings since a number of them, as text[]; NULL when there are none. */
static Datum
warnings_since(CqlExec *x, uint32 before, bool *null)
{
	uint32		n = cql_warning_count(x) - before;
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));

	*null = n == 0;
	for (uint32 i = 0; i < n; i++)
		values[i] = CStringGetTextDatum(cql_warning(x, before + i));
	return n == 0 ? (Datum) 0 : PointerGetDatum(construct_array(values, (int) n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Adds the row (expression, result, error, warnings) of one expression. */
static void
put_result(FunctionCallInfo fcinfo, CqlExec *x, text *name)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[4] = {0};
	bool		nulls[4] = {false, true, true, true};
	uint32		before = cql_warning_count(x);
	PhmError	err = {0};
	CqlValue	v = cql_null();
	int			expression = call_site_expression(fcinfo, name);

	values[0] = PointerGetDatum(name);
	if (!call_site_try(fcinfo, expression, &v, &err))
	{
		values[2] = CStringGetTextDatum(err.detail[0] ? psprintf("%s: %s", err.message, err.detail) : err.message);
		nulls[2] = false;
	}
	else if (!cql_is_null(v))
	{
		values[1] = call_site_jsonb(fcinfo, v);
		nulls[1] = false;
	}
	values[3] = warnings_since(x, before, &nulls[3]);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* (logic, chart, expressions, period, zone, parameters, as_of, profiles, visible, strict) */
Datum
phm_evaluate_all(PG_FUNCTION_ARGS)
{
	CqlExec    *x;
	text	  **names;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	x = call_site_exec(fcinfo, &one_expression);
	names = expression_names(fcinfo, 2, call_site_logic(fcinfo), &n);
	call_site_chart(fcinfo, PG_GETARG_DATUM(1));
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_result(fcinfo, x, names[i]);
	}
	call_site_release(fcinfo);
	return (Datum) 0;
}

/* ---- a function for each element ---- */

/* (logic, function, expression, chart, period, zone, parameters, as_of, profiles, visible, strict) */
static const CallArguments each_element = {0, 4, 5, 6, 7, 8, 9, 10};

/* Adds the row (operand, result) of one element. */
static void
put_application(FunctionCallInfo fcinfo, int function, CqlValue operand)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[2] = {0};
	bool		nulls[2];
	CqlValue	v = call_site_apply(fcinfo, function, &operand);

	nulls[0] = cql_is_null(operand);
	if (!nulls[0])
		values[0] = call_site_jsonb(fcinfo, operand);
	nulls[1] = cql_is_null(v);
	if (!nulls[1])
		values[1] = call_site_jsonb(fcinfo, v);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

Datum
phm_evaluate_each(PG_FUNCTION_ARGS)
{
	text	   *name;
	CqlExec    *x;
	CqlValue	v;
	int			function;
	int			expression;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;
	x = call_site_exec(fcinfo, &each_element);
	name = PG_GETARG_TEXT_PP(1);
	function = cql_find_function(x, VARDATA_ANY(name), (int) VARSIZE_ANY_EXHDR(name), 1);
	if (function < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("the logic has no function \"%s\" of one operand", text_to_cstring(name))));
	expression = call_site_expression(fcinfo, PG_GETARG_TEXT_PP(2));
	call_site_chart(fcinfo, PG_GETARG_DATUM(3));
	v = call_site_evaluate(fcinfo, expression);
	if (v.kind != CQL_LIST && !cql_is_null(v))
		put_application(fcinfo, function, v);
	for (uint32 i = 0; v.kind == CQL_LIST && i < v.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_application(fcinfo, function, v.values[i]);
	}
	call_site_release(fcinfo);
	return (Datum) 0;
}

/* ---- how long it takes ---- */

/* Least microseconds of some rounds in which all expressions of a chart are evaluated. */
static double
time_chart(FunctionCallInfo fcinfo, Datum chart, const int *expressions, int n, int rounds)
{
	double		best = 0;

	call_site_chart(fcinfo, chart);
	for (int round = 0; round < rounds; round++)
	{
		instr_time	start;
		instr_time	took;
		CqlValue	v;
		PhmError	err = {0};

		CHECK_FOR_INTERRUPTS();
		INSTR_TIME_SET_CURRENT(start);
		call_site_again(fcinfo);
		for (int i = 0; i < n; i++)
			(void) call_site_try(fcinfo, expressions[i], &v, &err);
		INSTR_TIME_SET_CURRENT(took);
		INSTR_TIME_SUBTRACT(took, start);
		if (round == 0 || INSTR_TIME_GET_DOUBLE(took) < best)
			best = INSTR_TIME_GET_DOUBLE(took);
	}
	call_site_release(fcinfo);
	return best * 1e6;
}

/* (logic, charts, expressions, period, zone, parameters, as_of, profiles, visible, strict, rounds) */
Datum
phm_time_logic(PG_FUNCTION_ARGS)
{
	ArrayType  *charts = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *values;
	bool	   *nulls;
	Datum	   *result;
	text	  **names;
	int		   *expressions;
	int			ncharts;
	int			n;
	int			rounds;

	(void) call_site_exec(fcinfo, &one_expression);
	rounds = PG_GETARG_INT32(10);
	names = expression_names(fcinfo, 2, call_site_logic(fcinfo), &n);
	expressions = palloc(sizeof(int) * Max(n, 1));
	for (int i = 0; i < n; i++)
		expressions[i] = call_site_expression(fcinfo, names[i]);
	deconstruct_array(charts, ARR_ELEMTYPE(charts), -1, false, TYPALIGN_DOUBLE, &values, &nulls, &ncharts);
	result = palloc(sizeof(Datum) * Max(ncharts, 1));
	for (int i = 0; i < ncharts; i++)
		result[i] = Float8GetDatum(nulls[i] ? 0 : time_chart(fcinfo, values[i], expressions, n, rounds));
	PG_RETURN_ARRAYTYPE_P(construct_array(result, ncharts, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
