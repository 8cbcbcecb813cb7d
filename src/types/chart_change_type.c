/*
 * chart_change_type.c: phm.chart_change in SQL: what is kept beside a stored
 * chart so that a small change costs a small write.
 */
#include "phm.h"

#include "libpq/pqformat.h"

#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_chart_combine);
PG_FUNCTION_INFO_V1(phm_chart_difference);
PG_FUNCTION_INFO_V1(phm_chart_change_in);
PG_FUNCTION_INFO_V1(phm_chart_change_out);
PG_FUNCTION_INFO_V1(phm_chart_change_recv);
PG_FUNCTION_INFO_V1(phm_chart_change_send);

static const ChartChange *
change_arg(Datum datum)
{
	const ChartChange *change = (const ChartChange *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(change) < sizeof(ChartChange) || change->version != CHART_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported version of a stored phm.chart_change")));
	return change;
}

Datum
phm_chart_combine(PG_FUNCTION_ARGS)
{
	struct varlena *chart = chart_combine(PG_GETARG_CHART_P(0), change_arg(PG_GETARG_DATUM(1)));

	if (chart == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the change belongs to another chart"),
				 errhint("Rebuild the chart with phm.build_charts.")));
	PG_RETURN_POINTER(chart);
}

/* What leads from the first chart, which must have no change in it, to the second. */
Datum
phm_chart_difference(PG_FUNCTION_ARGS)
{
	Chart		base;
	Chart		full;
	ChartBuilder *b;
	struct varlena *change;

	chart_open(&base, PG_GETARG_CHART_P(0));
	chart_open(&full, PG_GETARG_CHART_P(1));
	if (base.nsegments != 1)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the first chart must be a base without a change")));
	if (chart_same(&base, &full))
		PG_RETURN_NULL();
	b = chart_builder();
	chart_builder_reset(b, full.segments[full.nsegments - 1]->patient_id);
	chart_add_all(b, &full);
	change = chart_finish_change(b, &base);
	if (change == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(change);
}

Datum
phm_chart_change_send(PG_FUNCTION_ARGS)
{
	const ChartChange *change = change_arg(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) change + VARHDRSZ, VARSIZE(change) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Checks bytes from outside and makes them a value. */
static Datum
receive(FunctionCallInfo fcinfo, const char *bytes, size_t length)
{
	char	   *value = palloc(length + VARHDRSZ);
	PhmError	err = {0};

	memcpy(value + VARHDRSZ, bytes, length);
	SET_VARSIZE(value, length + VARHDRSZ);
	if (!chart_change_validate(value, length + VARHDRSZ, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

Datum
phm_chart_change_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;

	return receive(fcinfo, pq_getmsgbytes(buf, length), length);
}

/* The text form is that of bytea: it holds references into another value. */
Datum
phm_chart_change_in(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = DatumGetByteaPP(DirectFunctionCall1(byteain, PG_GETARG_DATUM(0)));

	return receive(fcinfo, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

Datum
phm_chart_change_out(PG_FUNCTION_ARGS)
{
	const ChartChange *change = change_arg(PG_GETARG_DATUM(0));
	char	   *text = palloc((VARSIZE(change) - VARHDRSZ) * 2 + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode((const char *) change + VARHDRSZ, VARSIZE(change) - VARHDRSZ, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}
