/*
 * capture_facts.c: what a chart has of the codes that rules for suspected
 * conditions ask for: results with a number, problems, procedures and drugs that
 * were dispensed or prescribed.
 */
#include "risk/capture.h"

#include "chart/find.h"
#include "record/record.h"
#include "types/code_system.h"
#include "types/datetime_calendar.h"

/* An entry whose codes are looked up; what costs more is looked at when one of them is asked for. */
typedef struct FactSource
{
	CaptureKind kind;
	ChartPosition at;
	int32		day;			/* HISTORY_NO_DAY: not yet known */
	uint32		label;
	bool		looked;			/* whether it counts is known */
	bool		counts;
	QuantityView value;			/* of results */
} FactSource;

CaptureFact *
capture_add(CaptureFacts *facts, int evidence, int32 day)
{
	CaptureFact *f;

	if (facts->n == facts->room)
		facts->facts = repalloc_huge(facts->facts, sizeof(CaptureFact) * (facts->room *= 2));
	f = &facts->facts[facts->n++];
	memset(f, 0, sizeof(*f));
	f->evidence = evidence;
	f->day = day;
	f->met = true;
	return f;
}

/* Whether a number lies in the bounds; unit: that of the bounds, or absent. */
static bool
in_bounds(const CaptureEvidence *e, const QuantityView *value)
{
	Decimal		number = quantity_number(value);
	Decimal		low = quantity_number(&e->low);
	Decimal		high = quantity_number(&e->high);

	return (!e->has_low || decimal_compare(&number, &low) >= 0) && (!e->has_high || decimal_compare(&number, &high) < 0);
}

/* Whether a result meets a row: exact, and within the bounds in their unit. */
bool
capture_within(const CaptureEvidence *e, const QuantityView *value)
{
	const QuantityView *bound = e->has_low ? &e->low : &e->high;
	QuantityView converted;
	PhmError	err = {0};
	bool		known = true;

	if (!e->bounded)
		return true;
	if (value->comparator != QUANTITY_EXACT)
		return false;
	if (bound->unit == NULL || (value->ucum && value->unit_length == bound->unit_length &&
								memcmp(value->unit, bound->unit, bound->unit_length) == 0))
		return in_bounds(e, value);
	return quantity_commensurable(value, bound) &&
		quantity_convert(value, bound->unit, bound->unit_length, &converted, &known, &err) && known && in_bounds(e, &converted);
}

/* Whether a member, or what it means where it is not there, is one of some codes. */
static bool
member_is(const Chart *chart, ChartPosition at, FhirElement element, const char *absent, const char *const *wanted)
{
	const uint8 *p;
	const uint8 *end;
	const char *text = absent;
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length = (int) strlen(absent);
	ElementValue value;

	chart_body(chart, at, &p, &end);
	if (element_find(p, end, element, &value))
	{
		element_primitive(&value, &value);
		if (value.kind == ELEMENT_SYMBOL)
			text = chart_string(chart, at.segment, (uint32) value.number, &length);
		else if (value.kind == ELEMENT_STRING)
			text = element_text(&value, buffer, &length);
	}
	for (; *wanted; wanted++)
		if ((int) strlen(*wanted) == length && memcmp(*wanted, text, length) == 0)
			return true;
	return false;
}

/* The number of an observation; false when it has none. */
static bool
read_value(const Chart *chart, ChartPosition at, QuantityView *view)
{
	ElementValue value;
	ElementWriter w;
	const uint8 *p;
	const uint8 *end;
	Datum		quantity;
	bool		exact;

	memset(view, 0, sizeof(*view));
	view->ucum = true;
	chart_body(chart, at, &p, &end);
	if (!element_find(p, end, FHIR_E_Observation_valueQuantity, &value))
	{
		if (!element_find(p, end, FHIR_E_Observation_valueInteger, &value) || value.kind != ELEMENT_INT)
			return false;
		view->mantissa = value.number;
		return true;
	}
	if (value.kind == ELEMENT_QUANTITY)
	{
		view->mantissa = value.number;
		view->scale = value.scale;
		if (value.count > 0)
			view->unit = chart_string(chart, at.segment, value.count - 1, &view->unit_length);
		return true;
	}
	/* a comparator, or a unit that is not its UCUM code, stands in the resource */
	element_writer_init(&w, 1024);
	chart_resource(unconstify(Chart *, chart), at, &w);
	if (!element_find(w.data, w.data + w.length, FHIR_E_Observation_valueQuantity, &value) ||
		!record_value_in(NULL, RECORD_QUANTITY, FHIR_T_Quantity, &value, &quantity, &exact))
		return false;
	quantity_read(VARDATA_ANY(DatumGetPointer(quantity)), VARSIZE_ANY_EXHDR(DatumGetPointer(quantity)), view);
	return true;
}

/* Whether a procedure, a fill, a prescription or a result counts; when it was, where that is not known. */
static bool
counts(const Chart *chart, FactSource *s)
{
	static const char *const results[] = {"final", "amended", "corrected", "preliminary", NULL};
	static const char *const requests[] = {"active", "completed", NULL};
	static const char *const orders[] = {"order", "original-order", "reflex-order", "filler-order", "instance-order", NULL};
	static const char *const done[] = {"completed", NULL};
	static const char *const handed_over[] = {"completed", "unknown", NULL};
	PhmDateTime when;

	if (s->day == HISTORY_NO_DAY && !find_moment(chart, s->at, &when))
		return false;
	if (s->day == HISTORY_NO_DAY)
		s->day = datetime_first_day(when);
	switch (chart_type_of(chart, s->at))
	{
		case FHIR_T_Observation:
			return member_is(chart, s->at, FHIR_E_Observation_status, "final", results) && read_value(chart, s->at, &s->value);
		case FHIR_T_MedicationRequest:
			return member_is(chart, s->at, FHIR_E_MedicationRequest_status, "active", requests) &&
				member_is(chart, s->at, FHIR_E_MedicationRequest_intent, "order", orders);
		case FHIR_T_Procedure:
			return member_is(chart, s->at, FHIR_E_Procedure_status, "completed", done);
		case FHIR_T_MedicationDispense:
			return member_is(chart, s->at, FHIR_E_MedicationDispense_status, "completed", handed_over);
		default:
			return true;
	}
}

/* Adds an entry that a row asks for. */
static void
note_fact(CaptureFacts *facts, const FactSource *s, const CaptureCode *c, const char *code, int length)
{
	const Chart *chart = facts->history->chart;
	char		buffer[ELEMENT_TEXT_SIZE];
	CaptureFact *f = capture_add(facts, c->evidence, s->day);

	f->code = c->told ? c->told : code;
	f->code_length = c->told ? (int) strlen(c->told) : length;
	f->label = s->label;
	f->resource = fhir_types[chart_type_of(chart, s->at)].name;
	f->source = chart_source(chart, s->at, &f->source_length);
	f->id = chart_id(chart, s->at, buffer, &f->id_length);
	if (f->id == buffer)
		f->id = pnstrdup(buffer, f->id_length);
	if (s->kind != CAPTURE_LAB)
		return;
	f->has_value = true;
	f->value = s->value;
	f->met = capture_within(&facts->rules->evidence[c->evidence], &s->value);
}

/* Looks at one code of an entry. */
static void
note_code(CaptureFacts *facts, FactSource *s, const char *system, const char *code, int length)
{
	char		plain[CAPTURE_CODE_SIZE];
	CaptureSearch search;
	const CaptureCode *c;
	int			n = capture_plain(system, code, length, plain);

	if (n < 0)
		return;
	capture_search(&search, facts->rules, system, plain, n);
	while ((c = capture_next_code(&search)) != NULL)
	{
		const CaptureEvidence *e = &facts->rules->evidence[c->evidence];

		if (e->kind != s->kind)
			continue;
		if (!s->looked)
			s->counts = counts(facts->history->chart, s);
		s->looked = true;
		if (!s->counts)
			return;
		if (s->day > facts->as_of - e->within_days && s->day <= facts->as_of)
			note_fact(facts, s, c, code, length);
	}
}

/* The system of a code as rules name it: the alias, else the URI; NULL: none. */
static const char *
system_name(const Chart *chart, int segment, const ChartCode *code)
{
	const char *alias;
	int			length;

	if (code->system & CHART_FOREIGN_SYSTEM)
	{
		const char *url = chart_string(chart, segment, code->system & ~CHART_FOREIGN_SYSTEM, &length);

		return pnstrdup(url, length);
	}
	if (code->system == 0)
		return NULL;
	alias = code_system_alias((int) code->system);
	return alias ? alias : code_system_url(code_system_canonical((int) code->system), &length);
}

/* Looks at the codes of what an entry is about. */
static void
note_entry(CaptureFacts *facts, FactSource *s)
{
	const Chart *chart = facts->history->chart;
	const uint8 *p;
	uint32		number;
	uint32		n;

	if (!find_concept(chart, s->at, &number))
		return;
	n = chart_concept(chart, s->at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);
		const ChartCode *code = index ? &chart_codes(chart, s->at.segment)[index - 1] : NULL;
		const char *system = code ? system_name(chart, s->at.segment, code) : NULL;
		const char *text;
		int			length;

		if (system == NULL)
			continue;
		text = chart_string(chart, s->at.segment, code->code, &length);
		note_code(facts, s, system, text, length);
	}
}

/* Walks a type whose entries tell their own code: Observation, MedicationRequest. */
static void
note_type(CaptureFacts *facts, FhirType type, CaptureKind kind)
{
	const Chart *chart = facts->history->chart;
	int64		earliest = (facts->as_of - facts->rules->within[kind] - INT64CONST(1)) * MS_DAY;
	ChartCursor cursor;

	chart_first(&cursor, chart, type);
	while (chart_next(&cursor))
	{
		const ChartEntry *entry = &chart_entries(chart, cursor.at.segment)[cursor.at.entry];
		FactSource	s;

		if (entry->flags & (CHART_VOID | CHART_NEGATED) || entry->time < earliest)
			continue;
		s.kind = kind;
		s.at = cursor.at;
		s.day = HISTORY_NO_DAY;
		s.looked = false;
		s.label = entry->label ? chart_label(chart, cursor.at) : 0;
		if ((s.label & ~facts->visible) == 0)
			note_entry(facts, &s);
	}
}

/* An entry of a history, if it lies in the days that rows of the kind look at. */
static void
note_history(CaptureFacts *facts, CaptureKind kind, const HistoryCode *code, ChartPosition at, int32 day, uint32 label)
{
	FactSource	s;
	const char *system;
	int			length;

	if (day > facts->as_of || day <= facts->as_of - facts->rules->within[kind])
		return;
	s.kind = kind;
	s.at = at;
	s.day = day;
	s.looked = false;
	s.label = label;
	system = code->system ? code_system_alias(code->system) : NULL;
	if (code->system)
		note_code(facts, &s, system ? system : code_system_url(code->system, &length), code->text, code->length);
	else if (kind == CAPTURE_DRUG)
		note_entry(facts, &s);	/* drugs may have codes of systems that are not known here */
}

/* Diagnoses that are not over, procedures, and drugs that were handed over: a supply of no days is none. */
static void
note_histories(CaptureFacts *facts)
{
	const History *h = facts->history;

	for (uint32 i = 0; i < h->ndiagnoses; i++)
		if (!h->diagnoses[i].resolved)
			note_history(facts, CAPTURE_PROBLEM, &h->diagnoses[i].code, h->diagnoses[i].at, h->diagnoses[i].day, h->diagnoses[i].label);
	for (uint32 i = 0; i < h->nprocedures; i++)
		note_history(facts, CAPTURE_PROCEDURE, &h->procedures[i].code, h->procedures[i].at, h->procedures[i].day, h->procedures[i].label);
	for (uint32 i = 0; i < h->nfills; i++)
		if (h->fills[i].supply != 0)
			note_history(facts, CAPTURE_DRUG, &h->fills[i].code, h->fills[i].at, h->fills[i].day, h->fills[i].label);
}

/* Finds the facts of a chart; those of the one before are forgotten. */
void
capture_facts(CaptureFacts *facts, const Chart *chart)
{
	MemoryContext old;

	MemoryContextReset(facts->context);
	facts->n = 0;
	history_read(facts->history, chart, facts->visible, HISTORY_PROCEDURES | HISTORY_FILLS | HISTORY_EVERY_SYSTEM);
	old = MemoryContextSwitchTo(facts->context);
	note_type(facts, FHIR_T_Observation, CAPTURE_LAB);
	note_type(facts, FHIR_T_MedicationRequest, CAPTURE_DRUG);
	note_histories(facts);
	MemoryContextSwitchTo(old);
}
