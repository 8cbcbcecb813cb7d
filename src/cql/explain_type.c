/*
 * explain_type.c: explanations of evaluations in SQL: rows, jsonb, HTML.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplestore.h"

#include "cql/call_site.h"
#include "cql/explain.h"

PG_FUNCTION_INFO_V1(phm_explain_evaluation);
PG_FUNCTION_INFO_V1(phm_explain_evaluation_json);
PG_FUNCTION_INFO_V1(phm_explain_evaluation_html);

/* (logic, chart, expressions, period, zone, parameters, as_of, profiles, visible) */
static const CallArguments explained = {0, 3, 4, 5, 6, 7, 8, -1};

/* The numbers of the expressions of an array argument, or of all. */
static int *
expression_numbers(FunctionCallInfo fcinfo, int n, int *count)
{
	int		   *numbers;
	Datum	   *values;
	bool	   *nulls;

	if (PG_ARGISNULL(n))
	{
		*count = (int) logic_expression_count(call_site_logic(fcinfo));
		numbers = palloc(sizeof(int) * Max(*count, 1));
		for (int i = 0; i < *count; i++)
			numbers[i] = i;
		return numbers;
	}
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, count);
	numbers = palloc(sizeof(int) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the name of an expression is null")));
		numbers[i] = call_site_expression(fcinfo, DatumGetTextPP(values[i]));
	}
	return numbers;
}

/* Evaluates expressions with their clauses recorded, and explains them; false when logic or chart is NULL. */
static bool
explain_call(FunctionCallInfo fcinfo, Explanation *e)
{
	CqlExec    *x;
	ExplainAsked *asked;
	PhmError	err = {0};
	const uint32 *results;
	int		   *numbers;
	int			n;
	MemoryContext old;
	bool		done;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return false;
	x = call_site_exec(fcinfo, &explained);
	if (logic_count(call_site_logic(fcinfo), LOGIC_TRACES) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the logic was not linked to be explained"),
				 errhint("Link it with phm.link_traced.")));
	results = logic_section(call_site_logic(fcinfo), LOGIC_RESULTS);
	numbers = expression_numbers(fcinfo, 2, &n);
	call_site_chart(fcinfo, PG_GETARG_DATUM(1));
	cql_trace(x);
	asked = palloc0(sizeof(ExplainAsked) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		CqlValue	v;

		CHECK_FOR_INTERRUPTS();
		asked[i].definition = results[numbers[i]];
		if (!call_site_try(fcinfo, numbers[i], &v, &err))
			asked[i].error = err.detail[0] ? psprintf("%s: %s", err.message, err.detail) : pstrdup(err.message);
	}
	old = MemoryContextSwitchTo(call_site_context(fcinfo));
	done = explain_evaluation(x, asked, (uint32) n, e, &err);
	MemoryContextSwitchTo(old);
	if (!done)
		PHM_REPORT(fcinfo, &err);
	call_site_release(fcinfo);
	return done;
}

/* Resources as text[]; NULL when there are none. */
static Datum
resource_array(const ExplainRow *row, bool *null)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(row->nresources, 1));

	*null = row->nresources == 0;
	for (uint32 i = 0; i < row->nresources; i++)
		values[i] = CStringGetTextDatum(row->resources[i]);
	return *null ? (Datum) 0 :
		PointerGetDatum(construct_array(values, (int) row->nresources, TEXTOID, -1, false, TYPALIGN_INT));
}

/* A string of the logic as text. */
static Datum
name_datum(const LogicHeader *logic, uint32 string)
{
	int			length;
	const char *s = logic_string(logic, string, &length);

	return PointerGetDatum(cstring_to_text_with_len(s, length));
}

/* Text, or NULL. */
static Datum
text_or_null(const char *s, bool *null)
{
	*null = s == NULL;
	return s ? CStringGetTextDatum(s) : (Datum) 0;
}

Datum
phm_explain_evaluation(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Explanation e;

	InitMaterializedSRF(fcinfo, 0);
	if (!explain_call(fcinfo, &e))
		return (Datum) 0;
	for (uint32 i = 0; i < e.nrows; i++)
	{
		const ExplainRow *row = &e.rows[i];
		const LogicDefinition *d = (const LogicDefinition *) logic_section(e.logic, LOGIC_DEFINITIONS) + row->definition;
		Datum		values[10];
		bool		nulls[10] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum((int32) i + 1);
		values[1] = name_datum(e.logic, d->library);
		values[2] = name_datum(e.logic, d->name);
		values[3] = Int32GetDatum((int32) row->depth);
		values[4] = CStringGetTextDatum(row->text);
		values[5] = CStringGetTextDatum(row->error ? "error" : explain_truth(row->truth));
		values[6] = text_or_null(row->value, &nulls[6]);
		values[7] = resource_array(row, &nulls[7]);
		values[8] = text_or_null(row->error ? row->error : row->note, &nulls[8]);
		values[9] = Int32GetDatum((int32) row->under);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	explain_release(&e);
	return (Datum) 0;
}

Datum
phm_explain_evaluation_json(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	Explanation e;

	if (!explain_call(fcinfo, &e))
		PG_RETURN_NULL();
	initStringInfo(&out);
	explain_json(&e, &out);
	explain_release(&e);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

Datum
phm_explain_evaluation_html(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	Explanation e;

	if (!explain_call(fcinfo, &e))
		PG_RETURN_NULL();
	initStringInfo(&out);
	explain_html(&e, PG_ARGISNULL(9) ? "Explanation" : text_to_cstring(PG_GETARG_TEXT_PP(9)),
				 PG_ARGISNULL(10) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(10)), &out);
	explain_release(&e);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
