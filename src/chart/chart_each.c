/*
 * chart_each.c: the stored charts of some patients, one after the other: read
 * through a cursor, so that memory does not depend on how many there are.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "utils/memutils.h"

#include "chart/chart_each.h"
#include "phm_plan.h"
#include "types/chart_datum.h"

#define CHARTS_AT_ONCE 50

/* Visits one row (patient_id, chart) of the cursor. */
static void
visit_row(HeapTuple tuple, TupleDesc desc, ChartVisit visit, void *arg)
{
	bool		null;
	int64		patient = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &null));

	visit(arg, patient, chart_detoast(SPI_getbinval(tuple, desc, 2, &null)));
}

void
chart_each(ArrayType *patients, ChartVisit visit, void *arg)
{
	Datum		values[1] = {PointerGetDatum(patients)};
	Oid			types[1] = {INT8ARRAYOID};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "phm one chart", ALLOCSET_DEFAULT_SIZES);
	Portal		portal = SPI_cursor_open(NULL, phm_plan("SELECT c.patient_id, c.chart FROM phm.patient_chart AS c"
														" WHERE c.patient_id = ANY ($1) AND c.chart IS NOT NULL", 1, types),
										 values, NULL, true);

	for (;;)
	{
		SPITupleTable *table;
		uint64		n;

		SPI_cursor_fetch(portal, true, CHARTS_AT_ONCE);
		table = SPI_tuptable;
		n = SPI_processed;
		for (uint64 i = 0; i < n; i++)
		{
			MemoryContext old = MemoryContextSwitchTo(scratch);

			visit_row(table->vals[i], table->tupdesc, visit, arg);
			MemoryContextSwitchTo(old);
			MemoryContextReset(scratch);
		}
		SPI_freetuptable(table);
		if (n == 0)
			break;
	}
	SPI_cursor_close(portal);
	MemoryContextDelete(scratch);
}
