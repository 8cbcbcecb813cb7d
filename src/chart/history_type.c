/*
 * history_type.c: the visits, diagnoses, procedures and fills of a chart as rows.
 */
#include "phm.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "chart/history.h"
#include "types/chart_datum.h"
#include "types/code_system.h"

PG_FUNCTION_INFO_V1(phm_chart_visits);
PG_FUNCTION_INFO_V1(phm_chart_diagnoses);
PG_FUNCTION_INFO_V1(phm_chart_procedures);
PG_FUNCTION_INFO_V1(phm_chart_fills);

#define MAX_COLUMNS 16

/* A row being filled, column by column. */
typedef struct Row
{
	const Chart *chart;
	ReturnSetInfo *rsinfo;
	int			n;
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS];
} Row;

/* The history of the argument; rows go to the caller's tuplestore. */
static History *
open_history(FunctionCallInfo fcinfo, Chart *chart, Row *row)
{
	History    *h = history();

	InitMaterializedSRF(fcinfo, 0);
	memset(row, 0, sizeof(*row));
	row->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	row->chart = chart;
	chart_open(chart, chart_detoast(PG_GETARG_DATUM(0)));
	history_read(h, chart, (uint32) PG_GETARG_INT32(1), HISTORY_PROCEDURES | HISTORY_FILLS);
	return h;
}

static void
put(Row *row, Datum value, bool null)
{
	row->values[row->n] = value;
	row->nulls[row->n++] = null;
}

static void
put_text(Row *row, const char *text, int length)
{
	put(row, text ? PointerGetDatum(cstring_to_text_with_len(text, length)) : (Datum) 0, text == NULL);
}

static void
put_name(Row *row, const char *name)
{
	put_text(row, name, (int) strlen(name));
}

static void
put_day(Row *row, int32 day)
{
	put(row, DateADTGetDatum(day), day == HISTORY_NO_DAY);
}

static void
put_code(Row *row, const HistoryCode *code)
{
	const char *alias = code->system ? code_system_alias(code->system) : NULL;

	put_text(row, alias, alias ? (int) strlen(alias) : 0);
	put_text(row, code->text, code->length);
}

/* Source and id of the resource, then its sensitivity; ends the row. */
static void
put_end(Row *row, ChartPosition at, uint32 label)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length = 0;
	const char *text = chart_source(row->chart, at, &length);

	put_text(row, text, length);
	text = chart_id(row->chart, at, buffer, &length);
	put_text(row, text, length);
	put(row, Int32GetDatum((int32) label), false);
	tuplestore_putvalues(row->rsinfo->setResult, row->rsinfo->setDesc, row->values, row->nulls);
	row->n = 0;
}

/* The number of a visit as its row has it, from 1 on. */
static void
put_visit(Row *row, int32 visit)
{
	put(row, Int32GetDatum(visit + 1), visit < 0);
}

Datum
phm_chart_visits(PG_FUNCTION_ARGS)
{
	Chart		chart;
	Row			row;
	History    *h = open_history(fcinfo, &chart, &row);

	for (uint32 i = 0; i < h->nvisits; i++)
	{
		const HistoryVisit *v = &h->visits[i];

		put_visit(&row, (int32) i);
		put_name(&row, history_origin_name(v->origin));
		put_name(&row, history_setting_name(v->setting));
		put_day(&row, v->start);
		put_day(&row, v->end);
		put(&row, BoolGetDatum(v->emergency), false);
		put_text(&row, v->bill_type.text, v->bill_type.length);
		put_text(&row, v->drg.text, v->drg.length);
		put_text(&row, v->disposition.text, v->disposition.length);
		put_end(&row, v->at, v->label);
	}
	return (Datum) 0;
}

Datum
phm_chart_diagnoses(PG_FUNCTION_ARGS)
{
	Chart		chart;
	Row			row;
	History    *h = open_history(fcinfo, &chart, &row);

	for (uint32 i = 0; i < h->ndiagnoses; i++)
	{
		const HistoryDiagnosis *d = &h->diagnoses[i];

		put_text(&row, d->code.text, d->code.length);
		put_day(&row, d->day);
		put_name(&row, history_origin_name(d->origin));
		put_visit(&row, d->visit);
		put(&row, BoolGetDatum(d->principal), false);
		put_text(&row, d->present ? &d->present : NULL, 1);
		put(&row, BoolGetDatum(d->resolved), false);
		put_end(&row, d->at, d->label);
	}
	return (Datum) 0;
}

Datum
phm_chart_procedures(PG_FUNCTION_ARGS)
{
	Chart		chart;
	Row			row;
	History    *h = open_history(fcinfo, &chart, &row);

	for (uint32 i = 0; i < h->nprocedures; i++)
	{
		const HistoryProcedure *p = &h->procedures[i];

		put_code(&row, &p->code);
		put_day(&row, p->day);
		put_name(&row, history_origin_name(p->origin));
		put_visit(&row, p->visit);
		put_end(&row, p->at, p->label);
	}
	return (Datum) 0;
}

Datum
phm_chart_fills(PG_FUNCTION_ARGS)
{
	Chart		chart;
	Row			row;
	History    *h = open_history(fcinfo, &chart, &row);

	for (uint32 i = 0; i < h->nfills; i++)
	{
		const HistoryFill *f = &h->fills[i];

		put_code(&row, &f->code);
		put_day(&row, f->day);
		put(&row, Int32GetDatum(f->supply), f->supply < 0);
		put_end(&row, f->at, f->label);
	}
	return (Datum) 0;
}
