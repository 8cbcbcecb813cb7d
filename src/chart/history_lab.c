/*
 * history_lab.c: finding a laboratory value among the observations of a chart.
 */
#include "chart/history_lab.h"

#include "chart/find.h"
#include "types/code_system.h"
#include "types/datetime_calendar.h"

#define LOINC 4					/* of data/code_system.tsv */

/* A test: its LOINC codes, and the units it comes in with what they are of the first. */
typedef struct Lab
{
	const char *codes[4];
	struct
	{
		const char *unit;
		double		factor;
	}			units[4];
} Lab;

static const Lab tests[] = {
	[HISTORY_HEMOGLOBIN] = {{"718-7", "20509-6", "30350-3", "59260-0"}, {{"g/dL", 1}, {"g/L", 0.1}, {"g/dl", 1}, {"g%", 1}}},
	[HISTORY_SODIUM] = {{"2951-2", "2947-0", "77139-4", "32717-1"}, {{"mmol/L", 1}, {"meq/L", 1}, {"mEq/L", 1}, {"mmol/l", 1}}}
};

/* Whether an entry is about the test. */
static bool
is_of_lab(const Chart *chart, ChartPosition at, const Lab *lab)
{
	uint32		concept;
	const uint8 *p;
	uint32		n;

	if (!find_concept(chart, at, &concept))
		return false;
	n = chart_concept(chart, at.segment, concept, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);
		const ChartCode *code = index ? &chart_codes(chart, at.segment)[index - 1] : NULL;
		const char *text;
		int			length;

		if (code == NULL || code->system & CHART_FOREIGN_SYSTEM || code->system == 0 ||
			code_system_canonical((int) code->system) != LOINC)
			continue;
		text = chart_string(chart, at.segment, code->code, &length);
		for (int i = 0; i < (int) lengthof(lab->codes); i++)
			if ((int) strlen(lab->codes[i]) == length && memcmp(lab->codes[i], text, length) == 0)
				return true;
	}
	return false;
}

/* The value of an entry in the test's first unit, -1: none. */
static double
value_of(const Chart *chart, ChartPosition at, const Lab *lab)
{
	ElementValue value;
	const uint8 *p;
	const uint8 *end;
	const char *unit;
	int			length;
	double		number;

	chart_body(chart, at, &p, &end);
	if (!element_find(p, end, FHIR_E_Observation_valueQuantity, &value) || value.kind != ELEMENT_QUANTITY || value.count == 0)
		return -1;
	unit = chart_string(chart, at.segment, value.count - 1, &length);
	number = (double) value.number;
	for (int i = 0; i < value.scale; i++)
		number /= 10;
	for (int i = 0; i < (int) lengthof(lab->units); i++)
		if ((int) strlen(lab->units[i].unit) == length && memcmp(lab->units[i].unit, unit, length) == 0)
			return number * lab->units[i].factor;
	return -1;
}

double
history_last_value(const Chart *chart, HistoryLab lab, int32 first, int32 last)
{
	ChartCursor cursor;
	int64		latest = CHART_NO_DATE;
	double		found = -1;

	chart_first(&cursor, chart, FHIR_T_Observation);
	while (chart_next(&cursor))
	{
		const ChartEntry *entry = &chart_entries(chart, cursor.at.segment)[cursor.at.entry];
		double		value;

		if (entry->flags & (CHART_VOID | CHART_NEGATED) || entry->time == CHART_NO_DATE || entry->time < latest ||
			entry->time < first * MS_DAY || entry->time >= (last + INT64CONST(1)) * MS_DAY || !is_of_lab(chart, cursor.at, &tests[lab]))
			continue;
		value = value_of(chart, cursor.at, &tests[lab]);
		if (value < 0)
			continue;
		latest = entry->time;
		found = value;
	}
	return found;
}
