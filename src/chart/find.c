/*
 * find.c: finding entries of a chart.
 *
 * Each distinct code of a chart is looked up in the set once; entries are then
 * told apart by the number of their concept.  Dates are read from the body
 * only where the entry's time cannot decide.
 */
#include "chart/find.h"

#include "types/code_system.h"

#define MS_PER_DAY INT64CONST(86400000)
#define ZONE_SLACK (26 * INT64CONST(3600000))	/* a written local day begins at most so far from UTC's */

void
find_begin(Find *f, const Chart *chart, const FindQuery *query)
{
	f->query = query;
	f->segment = -1;
	f->hits = f->stack;
	f->size = FIND_STACK_BYTES;
	chart_first(&f->cursor, chart, query->type);
}

bool
find_code_in_set(const Chart *chart, int segment, const CodesetView *codes, uint32 index)
{
	const ChartCode *code = &chart_codes(chart, segment)[index];
	const char *system = "";
	const char *text;
	int			system_length = 0;
	int			length;

	text = chart_string(chart, segment, code->code, &length);
	if (code->system & CHART_FOREIGN_SYSTEM)
		system = chart_string(chart, segment, code->system & ~CHART_FOREIGN_SYSTEM, &system_length);
	else if (code->system != 0)
		system = code_system_url(code_system_canonical((int) code->system), &system_length);
	return codeset_contains_hash(codes, code->hash, system, system_length, text, length);
}

/* Fills hits for the segment at which the cursor stands. */
static void
look_up_concepts(Find *f)
{
	const Chart *chart = f->cursor.chart;
	int			segment = f->cursor.at.segment;
	const ChartSegment *s = chart->segments[segment];
	uint32		needed = s->nconcepts + s->ncodes;
	uint8	   *code_hits;

	if (needed > f->size)
	{
		f->hits = palloc(needed);
		f->size = needed;
	}
	code_hits = f->hits + s->nconcepts;
	for (uint32 i = 0; i < s->ncodes; i++)
		code_hits[i] = find_code_in_set(chart, segment, f->query->codes, i);
	for (uint32 i = 0; i < s->nconcepts; i++)
	{
		const uint8 *p;
		uint32		n = chart_concept(chart, segment, i, &p);

		f->hits[i] = 0;
		while (n-- > 0)
		{
			uint64		code = phm_get_varint(&p);

			if (code > 0)
				f->hits[i] |= code_hits[code - 1];
		}
	}
	f->segment = segment;
}

/* The value of the main code of an entry whose concept is not a single one. */
static bool
find_code_value(const Chart *chart, ChartPosition at, ElementValue *value)
{
	const ChartShape *shape = chart_shape(chart_type_of(chart, at));
	const uint8 *p;
	const uint8 *end;

	chart_body(chart, at, &p, &end);
	return shape && shape->code && element_find(p, end, shape->code, value);
}

/* Whether one of several concepts is a hit. */
static bool
any_hit(const Find *f)
{
	ElementValue value;
	ElementValue slot;
	const uint8 *p;

	if (!find_code_value(f->cursor.chart, f->cursor.at, &value))
		return false;
	if (value.kind == ELEMENT_CONCEPT)
		return f->hits[value.number];
	if (value.kind != ELEMENT_ARRAY)
		return false;
	p = value.data;
	while (element_next_value(&p, value.data + value.length, &slot))
		if (slot.kind == ELEMENT_CONCEPT && f->hits[slot.number])
			return true;
	return false;
}

bool
find_concept(const Chart *chart, ChartPosition at, uint32 *concept)
{
	uint16		number = chart_entries(chart, at.segment)[at.entry].concept;
	ElementValue value;
	const uint8 *p;

	*concept = number;
	if (number < CHART_MANY_CONCEPTS)
		return true;
	if (number == CHART_NO_CONCEPT || !find_code_value(chart, at, &value))
		return false;
	if (value.kind == ELEMENT_ARRAY)
	{
		p = value.data;
		if (!element_next_value(&p, value.data + value.length, &value))
			return false;
	}
	*concept = (uint32) value.number;
	return value.kind == ELEMENT_CONCEPT;
}

/* The date in a value: a dateTime, or the start of a Period, else its end. */
static bool
read_date(const ElementValue *value, int64 time, PhmDateTime *when)
{
	ElementValue part;

	element_primitive(value, &part);
	if (part.kind == ELEMENT_OBJECT)
	{
		if (!element_find(part.data, part.data + part.length, FHIR_E_Period_start, &part) &&
			!element_find(part.data, part.data + part.length, FHIR_E_Period_end, &part))
			return false;
		element_primitive(&part, &part);
	}
	if (part.kind == ELEMENT_MOMENT)
	{
		*when = element_moment_date(&part, time);
		return true;
	}
	*when = part.number;
	return part.kind == ELEMENT_DATETIME || part.kind == ELEMENT_LITERAL;
}

bool
find_moment(const Chart *chart, ChartPosition at, PhmDateTime *when)
{
	const ChartShape *shape = chart_shape(chart_type_of(chart, at));
	int64		time = chart_entries(chart, at.segment)[at.entry].time;
	ElementValue value;
	const uint8 *p;
	const uint8 *end;

	if (shape == NULL || time == CHART_NO_DATE)
		return false;
	chart_body(chart, at, &p, &end);
	for (int i = 0; i < (int) lengthof(shape->moments) && shape->moments[i]; i++)
		if (element_find(p, end, shape->moments[i], &value) && read_date(&value, time, when))
			return true;
	return false;
}

/* Whether the entry's date, as written, lies within the days asked for. */
static bool
in_period(const Find *f, const ChartEntry *entry)
{
	const FindQuery *q = f->query;
	PhmDateTime when;

	if (entry->time == CHART_NO_DATE ||
		entry->time < q->first_day * MS_PER_DAY - ZONE_SLACK ||
		entry->time >= (q->last_day + 1) * MS_PER_DAY + ZONE_SLACK)
		return false;
	return find_moment(f->cursor.chart, f->cursor.at, &when) &&
		datetime_first_day(when) >= q->first_day && datetime_last_day(when) <= q->last_day;
}

/* Whether the entry's code is in the set. */
static bool
has_code(Find *f, const ChartEntry *entry)
{
	if (f->segment != f->cursor.at.segment)
		look_up_concepts(f);
	if (entry->concept < CHART_MANY_CONCEPTS)
		return f->hits[entry->concept];
	return entry->concept == CHART_MANY_CONCEPTS && any_hit(f);
}

bool
find_next(Find *f)
{
	const FindQuery *q = f->query;

	while (chart_next(&f->cursor))
	{
		const ChartEntry *entry = &chart_entries(f->cursor.chart, f->cursor.at.segment)[f->cursor.at.entry];

		if (!q->all && (entry->flags & (CHART_VOID | CHART_NEGATED)))
			continue;
		if (entry->label != 0 && (chart_label(f->cursor.chart, f->cursor.at) & ~q->visible))
			continue;
		if (q->codes && !has_code(f, entry))
			continue;
		if (q->has_period && !in_period(f, entry))
			continue;
		return true;
	}
	return false;
}
