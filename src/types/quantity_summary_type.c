/*
 * quantity_summary_type.c: the aggregates over phm.quantity and their state
 * in SQL.  The state is changed in place in an aggregate's own memory only;
 * final functions read it and nothing else.
 */
#include "phm.h"

#include "libpq/pqformat.h"

#include "types/quantity_summary.h"

/* Raises what a pure part reported. */
static void
raise_error(const PhmError *err)
{
	ereport(ERROR, (errcode(err->sqlstate), errmsg("%s", err->message)));
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_in);
Datum
phm_quantity_summary_in(PG_FUNCTION_ARGS)
{
	char	   *s = PG_GETARG_CSTRING(0);
	PhmError	err = {0};
	struct varlena *state = quantity_summary_parse(s, strlen(s), &err);

	if (state == NULL)
	{
		if (err.sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION)
			err.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_out);
Datum
phm_quantity_summary_out(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	StringInfoData out;

	initStringInfo(&out);
	quantity_summary_print(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state), &out);
	PG_RETURN_CSTRING(out.data);
}

/* Sends the text form: units that are not UCUM need the client's encoding. */
PG_FUNCTION_INFO_V1(phm_quantity_summary_send);
Datum
phm_quantity_summary_send(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	StringInfoData text,
				out;

	initStringInfo(&text);
	quantity_summary_print(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state), &text);
	pq_begintypsend(&out);
	pq_sendbyte(&out, QUANTITY_SUMMARY_VERSION);
	pq_sendtext(&out, text.data, text.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_recv);
Datum
phm_quantity_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	in = (StringInfo) PG_GETARG_POINTER(0);
	PhmError	err = {0};
	struct varlena *state;
	StringInfoData canonical;
	char	   *text;
	int			length;

	if (pq_getmsgbyte(in) != QUANTITY_SUMMARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid phm.quantity_summary: unknown format version")));
	text = pq_getmsgtext(in, in->len - in->cursor, &length);
	state = quantity_summary_parse(text, length, &err);
	if (state == NULL)
		raise_error(&err);
	initStringInfo(&canonical);
	quantity_summary_print(VARDATA(state), VARSIZE(state) - VARHDRSZ, &canonical);
	if (canonical.len != length || memcmp(canonical.data, text, length) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid phm.quantity_summary: not in canonical form")));
	PG_RETURN_POINTER(state);
}

/* The transition of the aggregates: NULL values change nothing. */
PG_FUNCTION_INFO_V1(phm_quantity_summary_add);
Datum
phm_quantity_summary_add(PG_FUNCTION_ARGS)
{
	struct varlena *value,
			   *state;
	QuantityView view;
	PhmError	err = {0};

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	value = PG_GETARG_VARLENA_PP(1);
	quantity_read(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), &view);
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(quantity_summary_make(&view));

	/* A state with a long header in the aggregate's memory is ours to change. */
	state = (struct varlena *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	state = quantity_summary_add(state, &view, AggCheckCallContext(fcinfo, NULL) != 0 &&
								 (Pointer) state == DatumGetPointer(PG_GETARG_DATUM(0)), &err);
	if (state == NULL)
		raise_error(&err);
	PG_RETURN_POINTER(state);
}

/* Merges two states, of which either may be NULL. */
PG_FUNCTION_INFO_V1(phm_quantity_summary_merge);
Datum
phm_quantity_summary_merge(PG_FUNCTION_ARGS)
{
	struct varlena *a,
			   *b,
			   *result;
	PhmError	err = {0};

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
	a = PG_GETARG_VARLENA_PP(0);
	b = PG_GETARG_VARLENA_PP(1);
	result = quantity_summary_merge(VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a),
									VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b), &err);
	if (result == NULL)
		raise_error(&err);
	PG_RETURN_POINTER(result);
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_count);
Datum
phm_quantity_summary_count(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_INT64(quantity_summary_count(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state)));
}

/* The minimum or the maximum of a state. */
static Datum
extreme(FunctionCallInfo fcinfo, bool maximum)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	QuantityView result;
	bool		known;

	quantity_summary_extreme(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state), maximum, &result, &known);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(quantity_make(&result));
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_min);
Datum
phm_quantity_summary_min(PG_FUNCTION_ARGS)
{
	return extreme(fcinfo, false);
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_max);
Datum
phm_quantity_summary_max(PG_FUNCTION_ARGS)
{
	return extreme(fcinfo, true);
}

typedef bool (*Total) (const void *payload, size_t length, QuantityView *result, bool *known, PhmError *err);

/* The sum or the average of a state. */
static Datum
total(FunctionCallInfo fcinfo, Total function)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	QuantityView result;
	PhmError	err = {0};
	bool		known;

	if (!function(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state), &result, &known, &err))
		raise_error(&err);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(quantity_make(&result));
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_sum);
Datum
phm_quantity_summary_sum(PG_FUNCTION_ARGS)
{
	return total(fcinfo, quantity_summary_sum);
}

PG_FUNCTION_INFO_V1(phm_quantity_summary_avg);
Datum
phm_quantity_summary_avg(PG_FUNCTION_ARGS)
{
	return total(fcinfo, quantity_summary_average);
}
