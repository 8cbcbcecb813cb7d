/*
 * history.c: the visits, diagnoses, procedures and fills of a chart.  Entries
 * that did not happen (entered in error, cancelled, refuted, not done) are left out.
 * Claims are read by history_claim.c.
 */
#include "chart/history.h"

#include "chart/find.h"
#include "types/code_system.h"
#include "types/datetime.h"
#include "types/datetime_calendar.h"

History *
history(void)
{
	History    *h = palloc0(sizeof(History));

	h->visit_room = h->diagnosis_room = h->procedure_room = h->fill_room = 64;
	h->visits = palloc(sizeof(HistoryVisit) * h->visit_room);
	h->diagnoses = palloc(sizeof(HistoryDiagnosis) * h->diagnosis_room);
	h->procedures = palloc(sizeof(HistoryProcedure) * h->procedure_room);
	h->fills = palloc(sizeof(HistoryFill) * h->fill_room);
	return h;
}

/* Room for one more in an array of items of a size. */
static void *
room(void *items, uint32 *capacity, uint32 count, Size size)
{
	if (count < *capacity)
		return items;
	*capacity *= 2;
	return repalloc(items, size * *capacity);
}

const char *
history_origin_name(HistoryOrigin origin)
{
	static const char *const names[] = {"Condition", "Encounter", "Procedure", "claim"};

	return names[origin];
}

const char *
history_setting_name(HistorySetting setting)
{
	static const char *const names[] = {
		"other", "outpatient", "professional", "observation", "emergency", "inpatient", "post-acute", "pharmacy"
	};

	return names[setting];
}

bool
history_is(const HistoryCode *code, const char *text)
{
	return code->text != NULL && (int) strlen(text) == code->length && memcmp(code->text, text, code->length) == 0;
}

/* A code of the chart's table. */
static HistoryCode
code_at(const Chart *chart, int segment, uint32 index)
{
	const ChartCode *c = &chart_codes(chart, segment)[index];
	HistoryCode code;
	int			length;

	code.text = chart_string(chart, segment, c->code, &length);
	code.length = (int16) Min(length, PG_INT16_MAX);
	code.system = c->system & CHART_FOREIGN_SYSTEM || c->system == 0 ? 0 : (int16) code_system_canonical((int) c->system);
	return code;
}

/* The concept in a value, of several the first; false when there is none. */
static bool
concept_of(const ElementValue *value, uint32 *concept)
{
	ElementValue slot = *value;
	const uint8 *p = value->data;

	if (value->kind == ELEMENT_ARRAY && !element_next_value(&p, value->data + value->length, &slot))
		return false;
	*concept = (uint32) slot.number;
	return slot.kind == ELEMENT_CONCEPT;
}

bool
history_first_code(const HistoryReader *r, const ElementValue *concept, HistoryCode *code)
{
	uint32		number;
	const uint8 *p;
	uint32		n;

	if (!concept_of(concept, &number))
		return false;
	n = chart_concept(r->chart, r->at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);

		if (index > 0)
		{
			*code = code_at(r->chart, r->at.segment, (uint32) index - 1);
			return true;
		}
	}
	return false;
}

bool
history_text(const HistoryReader *r, const ElementValue *value, HistoryCode *text)
{
	ElementValue v;
	int			length = 0;

	element_primitive(value, &v);
	text->system = 0;
	if (v.kind == ELEMENT_SYMBOL)
		text->text = chart_string(r->chart, r->at.segment, (uint32) v.number, &length);
	else if (v.kind == ELEMENT_STRING)
		text->text = (const char *) v.data, length = (int) v.length;
	else
		return false;
	text->length = (int16) Min(length, PG_INT16_MAX);
	return true;
}

/* The first or last day of a date, a dateTime or a Period. */
int32
history_day(const HistoryReader *r, const ElementValue *value, bool last)
{
	ElementValue part;

	element_primitive(value, &part);
	if (part.kind == ELEMENT_OBJECT)
	{
		if (!element_find(part.data, part.data + part.length, last ? FHIR_E_Period_end : FHIR_E_Period_start, &part))
			return HISTORY_NO_DAY;
		element_primitive(&part, &part);
	}
	if (part.kind == ELEMENT_MOMENT)
		return last ? datetime_last_day(element_moment_date(&part, r->time)) :
			datetime_first_day(element_moment_date(&part, r->time));
	if (part.kind == ELEMENT_DATETIME || part.kind == ELEMENT_LITERAL)
		return last ? datetime_last_day(part.number) : datetime_first_day(part.number);
	return HISTORY_NO_DAY;
}

/* The day of a member of the entry. */
static int32
member_day(const HistoryReader *r, FhirElement element, bool last)
{
	ElementValue value;

	return element_find(r->members, r->end, element, &value) ? history_day(r, &value, last) : HISTORY_NO_DAY;
}

HistoryVisit *
history_add_visit(HistoryReader *r, HistoryOrigin origin)
{
	History    *h = r->h;
	HistoryVisit *v;

	h->visits = room(h->visits, &h->visit_room, h->nvisits, sizeof(HistoryVisit));
	v = &h->visits[h->nvisits++];
	memset(v, 0, sizeof(*v));
	v->at = r->at;
	v->label = r->label;
	v->origin = (uint8) origin;
	v->start = v->end = HISTORY_NO_DAY;
	return v;
}

void
history_add_diagnosis(HistoryReader *r, const ElementValue *concept, const HistoryDiagnosis *d)
{
	History    *h = r->h;
	const uint8 *p;
	uint32		number;
	uint32		n;
	bool		used = false;

	if (!concept_of(concept, &number))
		return;
	n = chart_concept(r->chart, r->at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);
		HistoryCode code;

		if (index == 0)
			continue;
		code = code_at(r->chart, r->at.segment, (uint32) index - 1);
		if (code.system != HISTORY_ICD10CM && !(r->wanted & HISTORY_EVERY_SYSTEM))
			continue;
		h->diagnoses = room(h->diagnoses, &h->diagnosis_room, h->ndiagnoses, sizeof(HistoryDiagnosis));
		h->diagnoses[h->ndiagnoses] = *d;
		h->diagnoses[h->ndiagnoses++].code = code;
		used |= code.system == HISTORY_ICD10CM;
	}
	h->nunused += !used;
}

void
history_add_procedure(HistoryReader *r, const ElementValue *concept, const HistoryProcedure *procedure)
{
	History    *h = r->h;
	const uint8 *p;
	uint32		number;
	uint32		n;

	if (!concept_of(concept, &number))
		return;
	n = chart_concept(r->chart, r->at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);

		if (index == 0)
			continue;
		h->procedures = room(h->procedures, &h->procedure_room, h->nprocedures, sizeof(HistoryProcedure));
		h->procedures[h->nprocedures] = *procedure;
		h->procedures[h->nprocedures++].code = code_at(r->chart, r->at.segment, (uint32) index - 1);
	}
}

/* What an encounter class (v3-ActCode) means. */
static HistorySetting
class_setting(const HistoryCode *class)
{
	static const struct
	{
		const char *code;
		HistorySetting setting;
	}			classes[] = {
		{"AMB", HISTORY_OUTPATIENT}, {"IMP", HISTORY_INPATIENT}, {"ACUTE", HISTORY_INPATIENT}, {"NONAC", HISTORY_POSTACUTE},
		{"EMER", HISTORY_EMERGENCY}, {"OBSENC", HISTORY_OBSERVATION}, {"VR", HISTORY_OUTPATIENT}, {"HH", HISTORY_POSTACUTE},
		{"SS", HISTORY_OUTPATIENT}, {"FLD", HISTORY_OUTPATIENT}, {"PRENC", HISTORY_OUTPATIENT}
	};

	for (int i = 0; i < (int) lengthof(classes); i++)
		if (history_is(class, classes[i].code))
			return classes[i].setting;
	return HISTORY_OTHER;
}

/* Where a hospital stay came from and went to. */
static void
read_hospitalization(const HistoryReader *r, const ElementValue *value, HistoryVisit *v)
{
	const uint8 *end = value->data + value->length;
	ElementValue part;
	HistoryCode source;

	if (value->kind != ELEMENT_OBJECT)
		return;
	if (element_find(value->data, end, FHIR_E_Encounter_hospitalization_dischargeDisposition, &part))
		(void) history_first_code(r, &part, &v->disposition);
	if (element_find(value->data, end, FHIR_E_Encounter_hospitalization_admitSource, &part) &&
		history_first_code(r, &part, &source) && history_is(&source, "emd"))
		v->emergency = true;
}

/* Who provided an encounter: the text of the reference, or the entry it leads to. */
static void
read_provider(const HistoryReader *r, const ElementValue *value, HistoryCode *facility)
{
	ElementValue part;

	if (value->kind == ELEMENT_OBJECT &&
		element_find(value->data, value->data + value->length, FHIR_E_Reference_reference, &part))
		(void) history_text(r, &part, facility);
}

static void
read_encounter(HistoryReader *r)
{
	HistoryVisit *v;
	ElementValue value;
	HistoryCode class = {0};
	HistoryCode status = {0};

	if (element_find(r->members, r->end, FHIR_E_Encounter_status, &value) && history_text(r, &value, &status) &&
		(history_is(&status, "planned") || history_is(&status, "cancelled") || history_is(&status, "entered-in-error")))
		return;
	v = history_add_visit(r, HISTORY_ENCOUNTER);
	v->start = member_day(r, FHIR_E_Encounter_period, false);
	v->end = member_day(r, FHIR_E_Encounter_period, true);
	if (element_find(r->members, r->end, FHIR_E_Encounter_class, &value) && history_first_code(r, &value, &class))
		v->setting = (uint8) class_setting(&class);
	v->emergency = v->setting == HISTORY_EMERGENCY;
	v->acute = v->setting == HISTORY_INPATIENT;
	if (element_find(r->members, r->end, FHIR_E_Encounter_hospitalization, &value))
		read_hospitalization(r, &value, v);
	if (element_find(r->members, r->end, FHIR_E_Encounter_serviceProvider, &value))
		read_provider(r, &value, &v->facility);
}

/* The encounter that is this entry, -1: none.  So far there are no other visits, and they are in the order of the chart. */
static int32
visit_at(const History *h, ChartPosition at)
{
	uint32		low = 0;
	uint32		high = h->nvisits;

	while (low < high)
	{
		uint32		middle = (low + high) / 2;
		ChartPosition here = h->visits[middle].at;

		if (here.segment == at.segment && here.entry == at.entry)
			return (int32) middle;
		if (here.segment < at.segment || (here.segment == at.segment && here.entry < at.entry))
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* The visit that a member refers to. */
static int32
visit_of(const HistoryReader *r, FhirElement element)
{
	ElementValue value;
	ChartPosition to;

	if (!element_find(r->members, r->end, element, &value) ||
		(value.kind != ELEMENT_LINK && value.kind != ELEMENT_URN_LINK) ||
		!chart_follow(r->chart, r->at.segment, (uint64) value.number, &to))
		return -1;
	return visit_at(r->h, to);
}

/* Whether a member refers to an encounter that did not take place. */
static bool
of_nothing(const HistoryReader *r, FhirElement element)
{
	ElementValue value;
	ChartPosition to;

	return element_find(r->members, r->end, element, &value) &&
		(value.kind == ELEMENT_LINK || value.kind == ELEMENT_URN_LINK) &&
		chart_follow(r->chart, r->at.segment, (uint64) value.number, &to) &&
		chart_type_of(r->chart, to) == FHIR_T_Encounter && visit_at(r->h, to) < 0;
}

static void
read_condition(HistoryReader *r)
{
	HistoryDiagnosis d = {.at = r->at, .label = r->label, .origin = HISTORY_CONDITION, .day = HISTORY_NO_DAY};
	ElementValue value;
	ElementValue concept = {.kind = ELEMENT_CONCEPT};
	HistoryCode code;
	uint32		number;

	if (element_find(r->members, r->end, FHIR_E_Condition_verificationStatus, &value) &&
		history_first_code(r, &value, &code) && !history_is(&code, "confirmed"))
		return;
	if (!find_concept(r->chart, r->at, &number) || of_nothing(r, FHIR_E_Condition_encounter))
		return;
	concept.number = number;
	d.visit = visit_of(r, FHIR_E_Condition_encounter);
	if (d.visit >= 0)
		d.day = r->h->visits[d.visit].start;
	if (d.day == HISTORY_NO_DAY)
		d.day = member_day(r, FHIR_E_Condition_recordedDate, false);
	if (d.day == HISTORY_NO_DAY)
		d.day = member_day(r, FHIR_E_Condition_onsetDateTime, false);
	if (d.day == HISTORY_NO_DAY)
		d.day = member_day(r, FHIR_E_Condition_onsetPeriod, false);
	if (element_find(r->members, r->end, FHIR_E_Condition_clinicalStatus, &value) && history_first_code(r, &value, &code))
		d.resolved = history_is(&code, "resolved") || history_is(&code, "inactive");
	history_add_diagnosis(r, &concept, &d);
}

static void
read_procedure(HistoryReader *r)
{
	HistoryProcedure p = {.at = r->at, .label = r->label, .origin = HISTORY_PROCEDURE, .visit = -1};
	ElementValue concept = {.kind = ELEMENT_CONCEPT};
	PhmDateTime when;
	uint32		number;

	if (!find_concept(r->chart, r->at, &number))
		return;
	concept.number = number;
	p.day = find_moment(r->chart, r->at, &when) ? datetime_first_day(when) : HISTORY_NO_DAY;
	p.visit = visit_of(r, FHIR_E_Procedure_encounter);
	history_add_procedure(r, &concept, &p);
}

/* Days of a supply: a whole number of days, as a quantity of the unit d, or without one. */
static int32
supply_of(const HistoryReader *r, FhirElement element)
{
	ElementValue value;
	int64		number;
	int			scale;

	if (!element_find(r->members, r->end, element, &value))
		return -1;
	if (value.kind == ELEMENT_OBJECT &&
		!element_find(value.data, value.data + value.length, FHIR_E_Quantity_value, &value))
		return -1;
	if (value.kind != ELEMENT_QUANTITY && value.kind != ELEMENT_INT && value.kind != ELEMENT_DECIMAL)
		return -1;
	number = value.number;
	for (scale = value.kind == ELEMENT_INT ? 0 : value.scale; scale > 0; scale--)
		number /= 10;
	return (int32) Max(Min(number, 100000), -1);
}

static void
read_dispense(HistoryReader *r)
{
	History    *h = r->h;
	HistoryFill f = {.at = r->at, .label = r->label};
	uint32		number;
	uint32		n;
	const uint8 *p;

	if (!find_concept(r->chart, r->at, &number))
		return;
	f.day = member_day(r, FHIR_E_MedicationDispense_whenHandedOver, false);
	if (f.day == HISTORY_NO_DAY)
		f.day = member_day(r, FHIR_E_MedicationDispense_whenPrepared, false);
	f.supply = supply_of(r, FHIR_E_MedicationDispense_daysSupply);
	n = chart_concept(r->chart, r->at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		index = phm_get_varint(&p);

		if (index == 0)
			continue;
		h->fills = room(h->fills, &h->fill_room, h->nfills, sizeof(HistoryFill));
		h->fills[h->nfills] = f;
		h->fills[h->nfills++].code = code_at(r->chart, r->at.segment, (uint32) index - 1);
	}
}

/* Reads all entries of a type that happened and may be seen. */
static void
read_type(HistoryReader *r, FhirType type, uint32 visible)
{
	ChartCursor cursor;

	chart_first(&cursor, r->chart, type);
	while (chart_next(&cursor))
	{
		const ChartEntry *entry = &chart_entries(r->chart, cursor.at.segment)[cursor.at.entry];

		if (entry->flags & (CHART_VOID | CHART_NEGATED))
			continue;
		r->at = cursor.at;
		r->time = entry->time;
		r->label = entry->label ? chart_label(r->chart, cursor.at) : 0;
		if (r->label & ~visible)
			continue;
		chart_body(r->chart, cursor.at, &r->members, &r->end);
		switch (type)
		{
			case FHIR_T_Encounter:
				read_encounter(r);
				break;
			case FHIR_T_Condition:
				read_condition(r);
				break;
			case FHIR_T_Procedure:
				read_procedure(r);
				break;
			case FHIR_T_MedicationDispense:
				read_dispense(r);
				break;
			default:
				history_claim(r, type);
		}
	}
}

int
history_age(int32 birth, int32 day)
{
	int			year[2];
	int			month[2];
	int			mday[2];

	calendar_civil(birth, &year[0], &month[0], &mday[0]);
	calendar_civil(day, &year[1], &month[1], &mday[1]);
	return year[1] - year[0] - (month[1] < month[0] || (month[1] == month[0] && mday[1] < mday[0]));
}

/* The person: of the last segment, which knows of changes. */
static void
read_person(History *h, const Chart *chart)
{
	const ChartSegment *s = chart->segments[chart->nsegments - 1];

	h->patient_id = s->patient_id;
	h->sex = (char) s->sex;
	h->deceased = s->deceased;
	h->birth = s->birth == CHART_NO_DATE ? HISTORY_NO_DAY : datetime_first_day(s->birth);
	h->death = s->death == CHART_NO_DATE ? HISTORY_NO_DAY : datetime_first_day(s->death);
}

void
history_read(History *h, const Chart *chart, uint32 visible, int wanted)
{
	HistoryReader r = {.h = h, .chart = chart, .wanted = wanted};

	h->chart = chart;
	h->nvisits = h->ndiagnoses = h->nprocedures = h->nfills = h->nunused = 0;
	read_person(h, chart);
	read_type(&r, FHIR_T_Encounter, visible);	/* first: conditions and procedures refer to them */
	read_type(&r, FHIR_T_Condition, visible);
	if (wanted & HISTORY_PROCEDURES)
		read_type(&r, FHIR_T_Procedure, visible);
	if (wanted & HISTORY_FILLS)
		read_type(&r, FHIR_T_MedicationDispense, visible);
	read_type(&r, FHIR_T_Claim, visible);
	read_type(&r, FHIR_T_ExplanationOfBenefit, visible);
}
