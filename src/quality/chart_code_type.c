/*
 * chart_code_type.c: what a chart says of itself as a whole: its distinct
 * codes, and the last day on which something happened.
 */
#include "phm.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

#include "types/chart_datum.h"
#include "types/code_system.h"

PG_FUNCTION_INFO_V1(phm_chart_codes);
PG_FUNCTION_INFO_V1(phm_last_event_day);

#define MS_PER_DAY INT64CONST(86400000)

/* One code of the table of a segment as a row: system, code. */
static void
put_code(ReturnSetInfo *rsinfo, const Chart *chart, int segment, const ChartCode *code)
{
	Datum		values[2] = {0};
	bool		nulls[2] = {code->system == 0, false};
	const char *text;
	int			length;

	if (code->system & CHART_FOREIGN_SYSTEM)
		text = chart_string(chart, segment, code->system & ~CHART_FOREIGN_SYSTEM, &length);
	else if (code->system != 0)
		text = code_system_url(code_system_canonical((int) code->system), &length);
	if (code->system != 0)
		values[0] = PointerGetDatum(cstring_to_text_with_len(text, length));
	text = chart_string(chart, segment, code->code, &length);
	values[1] = PointerGetDatum(cstring_to_text_with_len(text, length));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* (chart): the distinct codes of each segment */
Datum
phm_chart_codes(PG_FUNCTION_ARGS)
{
	Chart		chart;

	InitMaterializedSRF(fcinfo, 0);
	memset(&chart, 0, sizeof(chart));
	chart_open(&chart, chart_detoast(PG_GETARG_DATUM(0)));
	for (int segment = 0; segment < chart.nsegments; segment++)
		for (uint32 i = 0; i < chart.segments[segment]->ncodes; i++)
			put_code((ReturnSetInfo *) fcinfo->resultinfo, &chart, segment, &chart_codes(&chart, segment)[i]);
	return (Datum) 0;
}

/* (chart, upto): the last day, not behind upto, on which an event begins */
Datum
phm_last_event_day(PG_FUNCTION_ARGS)
{
	int64		end = ((int64) PG_GETARG_DATEADT(1) + 1) * MS_PER_DAY;
	int64		last = CHART_NO_DATE;
	Chart		chart;
	ChartCursor cursor;

	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(1)))
		end = DATE_IS_NOBEGIN(PG_GETARG_DATEADT(1)) ? PG_INT64_MIN : PG_INT64_MAX;
	memset(&chart, 0, sizeof(chart));
	chart_open(&chart, chart_detoast(PG_GETARG_DATUM(0)));
	for (chart_first(&cursor, &chart, 0); chart_next(&cursor);)
	{
		const ChartEntry *e = &chart_entries(&chart, cursor.at.segment)[cursor.at.entry];

		if (e->time != CHART_NO_DATE && e->time < end && e->time > last && !(e->flags & (CHART_VOID | CHART_SHARED)))
			last = e->time;
	}
	if (last == CHART_NO_DATE)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT((DateADT) ((last >= 0 ? last : last - MS_PER_DAY + 1) / MS_PER_DAY));
}
