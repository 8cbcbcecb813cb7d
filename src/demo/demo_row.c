/*
 * demo_row.c: events of synthetic persons as rows of the record.
 *
 * Columns are set straight; what has no column goes to the rest of the
 * resource.  Concepts are made once for each code and shared by all rows.
 */
#include "phm.h"

#include "utils/memutils.h"

#include "demo/demo_row.h"
#include "demo/provider.h"
#include "types/quantity.h"
#include "types/resource.h"

Datum
demo_text(const char *s)
{
	return CStringGetTextDatum(s);
}

/* A concept of codings from the tables. */
static Datum
make_concept(ConceptWriter *cw, const DemoCoding *codings, int n, const char *display, bool is_coding)
{
	concept_writer_reset(cw);
	for (int i = 0; i < n; i++)
	{
		CodingView	coding = {.user_selected = -1};

		coding.system = codings[i].system;
		coding.system_length = (int) strlen(codings[i].system);
		coding.code = codings[i].code;
		coding.code_length = (int) strlen(codings[i].code);
		if (is_coding)
		{
			coding.display = display;
			coding.display_length = (int) strlen(display);
		}
		concept_put(cw, &coding);
	}
	return PointerGetDatum(concept_finish(cw, is_coding ? NULL : display, display && !is_coding ? (int) strlen(display) : 0));
}

/* All concepts that rows refer to; a class is a Coding, which has no text. */
static void
make_concepts(DemoWriter *w)
{
	ConceptWriter cw;

	concept_writer_init(&cw);
	for (int i = 1; i < DEMO_CODE_COUNT; i++)
	{
		const DemoCodeDef *code = &demo_codes[i];

		w->concepts[i] = make_concept(&cw, code->codings, code->ncodings, code->display,
									  strncmp(code->name, "class_", 6) == 0);
		if (code->bill.code)
			w->bills[i] = make_concept(&cw, &code->bill, 1, NULL, false);
		if (strncmp(code->name, "dx_", 3) == 0 && strstr(code->codings[0].system, "icd-10-cm"))
			w->diagnoses[i] = make_concept(&cw, code->codings, 1, NULL, false);
	}
}

DemoWriter *
demo_writer_create(const DemoSettings *settings)
{
	static const char *const statuses[DEMO_STATUS_COUNT] = {
		"active", "finished", "completed", "final", "cancelled", "not-done", "resolved"
	};
	static const char *const tables[DEMO_KIND_COUNT] = {
		"patient", "coverage", "encounter", "condition", "observation", "procedure", "immunization",
		"allergy_intolerance", "medication_request", "medication_dispense", "medication_administration",
		"service_request", "device_request", "communication", "claim", "claim_line"
	};
	DemoWriter *w = palloc0(sizeof(DemoWriter));

	w->settings = settings;
	w->mark = demo_settings_mark(settings);
	w->batch = record_batch_begin(DEMO_SOURCE);
	w->row_context = AllocSetContextCreate(CurrentMemoryContext, "phm demo rows", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < DEMO_STATUS_COUNT; i++)
		w->statuses[i] = demo_text(statuses[i]);
	for (int i = 0; i < DEMO_KIND_COUNT; i++)
		w->tables[i] = record_table_by_name(tables[i]);
	make_concepts(w);
	element_writer_init(&w->extra, 4096);
	return w;
}

Datum
demo_person_id(const DemoWriter *w, int64 number)
{
	char		id[DEMO_ID_SIZE];

	snprintf(id, sizeof(id), "%05x-%lld", w->mark, (long long) number);
	return demo_text(id);
}

Datum
demo_provider_id(const DemoWriter *w, const char *kind, int number)
{
	char		id[DEMO_ID_SIZE];

	snprintf(id, sizeof(id), "%05x-%s%d", w->mark, kind, number);
	return demo_text(id);
}

/* The id of something of the person. */
char *
demo_own_id(const DemoWriter *w, const DemoPerson *p, const char *kind, int32 number, char *id)
{
	snprintf(id, DEMO_ID_SIZE, "%05x-%lld-%s%d", w->mark, (long long) p->number, kind, number);
	return id;
}

Datum
demo_own_id_datum(const DemoWriter *w, const DemoPerson *p, const char *kind, int32 number)
{
	char		id[DEMO_ID_SIZE];

	return demo_text(demo_own_id(w, p, kind, number, id));
}

void
demo_writer_person(DemoWriter *w, int64 number, int64 patient_id)
{
	MemoryContext old;

	MemoryContextReset(w->row_context);
	old = MemoryContextSwitchTo(w->row_context);
	w->patient_id = patient_id;
	w->subject = demo_person_id(w, number);
	MemoryContextSwitchTo(old);
}

void
demo_row_begin(DemoWriter *w, const RecordTable *table)
{
	Assert(table->ncolumns <= DEMO_MAX_COLUMNS);
	w->table = table;
	memset(w->nulls, true, sizeof(w->nulls));
	element_writer_reset(&w->extra);
}

void
demo_row_end(DemoWriter *w, const char *id, uint64 fingerprint, FhirType type)
{
	RecordRow	row = {.id = id, .id_length = (int) strlen(id), .fingerprint = fingerprint};

	row.patient_id = w->table->has_patient ? w->patient_id : 0;
	row.type = type;
	row.values = w->values;
	row.nulls = w->nulls;
	if (w->extra.length > 0)
		row.extra = resource_make(type, w->extra.data, w->extra.length);
	record_batch_add(w->batch, w->table, &row);
	w->rows++;
}

void
demo_put_text(ElementWriter *x, FhirElement element, const char *s)
{
	element_put_member(x, element);
	element_put_string(x, s, (int) strlen(s));
}

/* A Coding as an object. */
void
demo_put_coding(ElementWriter *x, const char *system, const char *code, const char *display)
{
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Coding_system, system);
	demo_put_text(x, FHIR_E_Coding_code, code);
	if (display)
		demo_put_text(x, FHIR_E_Coding_display, display);
	element_close(x, ELEMENT_OBJECT);
}

/* A member that is a CodeableConcept. */
void
demo_put_concept(ElementWriter *x, FhirElement element, uint16 code)
{
	const DemoCodeDef *def = &demo_codes[code];

	element_put_member(x, element);
	element_open(x, ELEMENT_OBJECT, 0);
	element_put_member(x, FHIR_E_CodeableConcept_coding);
	element_open(x, ELEMENT_ARRAY, 0);
	for (int i = 0; i < def->ncodings; i++)
		demo_put_coding(x, def->codings[i].system, def->codings[i].code, NULL);
	element_close(x, ELEMENT_ARRAY);
	demo_put_text(x, FHIR_E_CodeableConcept_text, def->display);
	element_close(x, ELEMENT_OBJECT);
}

/* A Reference as an object. */
void
demo_put_reference(ElementWriter *x, const char *type, const char *id)
{
	char		text[DEMO_ID_SIZE + 32];

	snprintf(text, sizeof(text), "%s/%s", type, id);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Reference_reference, text);
	element_close(x, ELEMENT_OBJECT);
}

void
demo_put_name(ElementWriter *x, FhirElement element, const char *family, const char *given)
{
	element_put_member(x, element);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_HumanName_use, "official");
	demo_put_text(x, FHIR_E_HumanName_family, family);
	element_put_member(x, FHIR_E_HumanName_given);
	element_open(x, ELEMENT_ARRAY, 0);
	element_put_string(x, given, (int) strlen(given));
	element_close(x, ELEMENT_ARRAY);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

void
demo_put_identifier(ElementWriter *x, FhirElement element, const char *system, const char *value)
{
	element_put_member(x, element);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Identifier_system, system);
	demo_put_text(x, FHIR_E_Identifier_value, value);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

void
demo_put_address(ElementWriter *x, FhirElement element, const char *line, const DemoCity *city, int zip)
{
	char		code[16];

	snprintf(code, sizeof(code), "%05d", zip);
	element_put_member(x, element);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Address_use, line ? "home" : "work");
	if (line)
	{
		element_put_member(x, FHIR_E_Address_line);
		element_open(x, ELEMENT_ARRAY, 0);
		element_put_string(x, line, (int) strlen(line));
		element_close(x, ELEMENT_ARRAY);
	}
	demo_put_text(x, FHIR_E_Address_city, city->name);
	demo_put_text(x, FHIR_E_Address_state, city->state);
	demo_put_text(x, FHIR_E_Address_postalCode, code);
	demo_put_text(x, FHIR_E_Address_country, "US");
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

static void
put_period(ElementWriter *x, FhirElement element, PhmDateTime start, PhmDateTime end)
{
	element_put_member(x, element);
	element_open(x, ELEMENT_OBJECT, 0);
	element_put_member(x, FHIR_E_Period_start);
	element_put_datetime(x, start);
	element_put_member(x, FHIR_E_Period_end);
	element_put_datetime(x, end);
	element_close(x, ELEMENT_OBJECT);
}

/* A moment some minutes after another. */
static PhmDateTime
later(PhmDateTime t, int minutes)
{
	return t + (((PhmDateTime) minutes * 60000) << 15);
}

/*
 * When the person was where: the first place is a column, its period and the
 * second place (treatment area, intensive care) are not.
 */
static void
put_locations(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	ElementWriter *x = &w->extra;
	bool		emergency = e->category == DEMO_CODE_CLASS_EMER;
	int			second = emergency ? demo_treatment_location(p->community) : demo_intensive_location(p->community);
	int			minutes = (int) ((datetime_ms(e->end) - datetime_ms(e->start)) / 60000);
	bool		moved = emergency || (demo_event_hash(e) % 100 < 11 && minutes > 2880);
	PhmDateTime from = later(e->start, emergency ? Min(10 + (int) (demo_event_hash(e) % 80), minutes / 2) : 30);
	char		id[DEMO_ID_SIZE];

	element_put_member(x, FHIR_E_Encounter_location);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	put_period(x, FHIR_E_Encounter_location_period, e->start, e->end);
	element_close(x, ELEMENT_OBJECT);
	if (moved)
	{
		snprintf(id, sizeof(id), "%05x-l%d", w->mark, second);
		element_open(x, ELEMENT_OBJECT, 0);
		element_put_member(x, FHIR_E_Encounter_location_location);
		demo_put_reference(x, "Location", id);
		put_period(x, FHIR_E_Encounter_location_period, from, emergency ? e->end : later(from, minutes / 2));
		element_close(x, ELEMENT_OBJECT);
	}
	element_close(x, ELEMENT_ARRAY);
}

/* The conditions of an encounter as references. */
static void
put_reasons(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	char		id[DEMO_ID_SIZE];

	element_put_member(&w->extra, FHIR_E_Encounter_reasonReference);
	element_open(&w->extra, ELEMENT_ARRAY, 0);
	for (int i = 0; i < e->ndiagnoses; i++)
		demo_put_reference(&w->extra, "Condition", demo_own_id(w, p, "c", e->conditions[i], id));
	element_close(&w->extra, ELEMENT_ARRAY);
}

static void
write_encounter(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	bool		hospital = e->category == DEMO_CODE_CLASS_IMP || e->category == DEMO_CODE_CLASS_EMER;
	uint16		disposition = e->reason ? e->reason : hospital ? DEMO_CODE_DISP_HOME : 0;

	if (e->ndiagnoses)
	{
		put_reasons(w, p, e);
		DEMO_PUT(w, "reason", w->concepts[e->diagnoses[0]]);
	}
	if (hospital)
		put_locations(w, p, e);
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "class", w->concepts[e->category]);
	DEMO_PUT(w, "type", w->concepts[e->code]);
	DEMO_PUT(w, "period_start", Int64GetDatum(e->start));
	DEMO_PUT(w, "period_end", Int64GetDatum(e->end));
	DEMO_PUT(w, "participant_id", demo_provider_id(w, "pr", e->practitioner));
	DEMO_PUT(w, "location_id", demo_provider_id(w, "l", e->location));
	DEMO_PUT(w, "service_provider_id", demo_provider_id(w, "o", demo_location_organization(e->location)));
	if (disposition)
		DEMO_PUT(w, "discharge_disposition", w->concepts[disposition]);
}

static void
write_condition(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "clinical_status", w->concepts[e->status == DEMO_RESOLVED ?
											   DEMO_CODE_CLINICAL_RESOLVED : DEMO_CODE_CLINICAL_ACTIVE]);
	DEMO_PUT(w, "verification_status", w->concepts[DEMO_CODE_VERIFICATION_CONFIRMED]);
	DEMO_PUT(w, "category", w->concepts[e->category]);
	DEMO_PUT(w, "code", w->concepts[e->code]);
	if (e->encounter)
		DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "onset", Int64GetDatum(e->start));
	if (e->end != DEMO_NO_TIME)
		DEMO_PUT(w, "abatement", Int64GetDatum(e->end));
	DEMO_PUT(w, "recorded_date", Int64GetDatum(e->recorded));
	DEMO_PUT(w, "recorder_id", demo_provider_id(w, "pr", e->practitioner));
}

static Datum
quantity_datum(int64 value, int scale, const char *unit)
{
	QuantityView view = {.mantissa = value, .scale = (uint8) scale, .ucum = true};

	view.unit = unit;
	view.unit_length = unit ? (int) strlen(unit) : 0;
	return PointerGetDatum(quantity_make(&view));
}

/* A component with a quantity. */
static void
put_component(ElementWriter *x, uint16 code, int64 value, int scale, const char *unit)
{
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_concept(x, FHIR_E_Observation_component_code, code);
	element_put_member(x, FHIR_E_Observation_component_valueQuantity);
	element_open(x, ELEMENT_OBJECT, 0);
	element_put_member(x, FHIR_E_Quantity_value);
	if (scale)
		element_put_decimal(x, value, scale);
	else
		element_put_int(x, value);
	demo_put_text(x, FHIR_E_Quantity_unit, unit);
	demo_put_text(x, FHIR_E_Quantity_system, "http://unitsofmeasure.org");
	demo_put_text(x, FHIR_E_Quantity_code, unit);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_OBJECT);
}

static void
put_components(ElementWriter *x, const DemoEvent *e)
{
	element_put_member(x, FHIR_E_Observation_component);
	element_open(x, ELEMENT_ARRAY, 0);
	if (e->value_kind == DEMO_VALUE_PRESSURE)
	{
		put_component(x, DEMO_CODE_VS_SYSTOLIC, e->value, 0, "mm[Hg]");
		put_component(x, DEMO_CODE_VS_DIASTOLIC, e->amount[0], 0, "mm[Hg]");
	}
	else
	{
		put_component(x, DEMO_CODE_IM_CT_NOISE, e->amount[0], 1, "[hnsf'U]");
		put_component(x, DEMO_CODE_IM_CT_SIZE_DOSE, e->amount[1], 0, "mGy.cm");
	}
	element_close(x, ELEMENT_ARRAY);
}

/* Why an observation was not made: an extension of QI-Core. */
static void
put_not_done_reason(ElementWriter *x, uint16 reason)
{
	element_put_member(x, FHIR_E_DomainResource_extension);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Extension_url, "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDoneReason");
	demo_put_concept(x, FHIR_E_Extension_valueCodeableConcept, reason);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

static void
put_value(DemoWriter *w, const DemoEvent *e)
{
	switch ((DemoValue) e->value_kind)
	{
		case DEMO_VALUE_QUANTITY:
			DEMO_PUT(w, "value", quantity_datum(e->value, e->scale, e->unit));
			break;
		case DEMO_VALUE_INTEGER:
			DEMO_PUT(w, "value_integer", Int32GetDatum((int32) e->value));
			break;
		case DEMO_VALUE_CT:
			put_components(&w->extra, e);
			DEMO_PUT(w, "value_concept", w->concepts[e->value_code]);
			break;
		case DEMO_VALUE_CODE:
			DEMO_PUT(w, "value_concept", w->concepts[e->value_code]);
			break;
		case DEMO_VALUE_TIME:
			DEMO_PUT(w, "value_datetime", Int64GetDatum(e->value));
			break;
		case DEMO_VALUE_PRESSURE:
			put_components(&w->extra, e);
			break;
		case DEMO_VALUE_NONE:
			if (!e->refused)
				DEMO_PUT(w, "data_absent_reason", w->concepts[DEMO_CODE_ABSENT_UNKNOWN]);
			break;
	}
}

static void
write_observation(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	if (e->refused)
		put_not_done_reason(&w->extra, e->reason);
	put_value(w, e);
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "category", w->concepts[e->category]);
	DEMO_PUT(w, "code", w->concepts[e->code]);
	if (e->encounter)
		DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	if (!e->refused)
		DEMO_PUT(w, "effective", Int64GetDatum(e->start));
	DEMO_PUT(w, "issued", Int64GetDatum(e->recorded));
	DEMO_PUT(w, "performer_id", demo_provider_id(w, "pr", e->practitioner));
}

static void
write_procedure(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	ElementWriter *x = &w->extra;

	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "code", w->concepts[e->code]);
	if (e->encounter)
		DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "performer_id", demo_provider_id(w, "pr", e->practitioner));
	if (e->location >= 0)
		DEMO_PUT(w, "location_id", demo_provider_id(w, "l", e->location));
	if (e->refused)
	{
		DEMO_PUT(w, "status_reason", w->concepts[e->reason]);
		element_put_member(x, FHIR_E_DomainResource_extension);
		element_open(x, ELEMENT_ARRAY, 0);
		element_open(x, ELEMENT_OBJECT, 0);
		demo_put_text(x, FHIR_E_Extension_url, "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-recorded");
		element_put_member(x, FHIR_E_Extension_valueDateTime);
		element_put_datetime(x, e->start);
		element_close(x, ELEMENT_OBJECT);
		element_close(x, ELEMENT_ARRAY);
		return;
	}
	DEMO_PUT(w, "performed", Int64GetDatum(e->start));
	DEMO_PUT(w, "performed_end", Int64GetDatum(e->end));
}

static void
write_immunization(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	char		lot[16];

	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "vaccine_code", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "occurrence", Int64GetDatum(e->start));
	DEMO_PUT(w, "recorded", Int64GetDatum(e->recorded));
	DEMO_PUT(w, "primary_source", BoolGetDatum(true));
	if (e->refused)
	{
		DEMO_PUT(w, "status_reason", w->concepts[e->reason]);
		return;
	}
	snprintf(lot, sizeof(lot), "D%05d", (int) ((uint64) (datetime_ms(e->start) / 86400000 / 60 + e->code * 131) % 100000));
	DEMO_PUT(w, "lot_number", demo_text(lot));
	DEMO_PUT(w, "site", w->concepts[DEMO_CODE_SITE_ARM]);
	DEMO_PUT(w, "route", w->concepts[DEMO_CODE_ROUTE_INTRAMUSCULAR]);
}

static void
write_allergy(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "clinical_status", w->concepts[DEMO_CODE_ALLERGY_ACTIVE]);
	DEMO_PUT(w, "verification_status", w->concepts[DEMO_CODE_ALLERGY_CONFIRMED]);
	DEMO_PUT(w, "type", demo_text("allergy"));
	DEMO_PUT(w, "category", demo_text(e->code == DEMO_CODE_ALG_PEANUT ? "food" :
									  e->code == DEMO_CODE_ALG_LATEX ? "environment" : "medication"));
	DEMO_PUT(w, "criticality", demo_text("low"));
	DEMO_PUT(w, "code", w->concepts[e->code]);
	DEMO_PUT(w, "onset", Int64GetDatum(e->start));
	DEMO_PUT(w, "recorded_date", Int64GetDatum(e->recorded));
	DEMO_PUT(w, "recorder_id", demo_provider_id(w, "pr", e->practitioner));
}

static void
write_request(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "intent", demo_text("order"));
	DEMO_PUT(w, "category", w->concepts[e->category]);
	DEMO_PUT(w, "medication", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "authored_on", Int64GetDatum(e->start));
	DEMO_PUT(w, "requester_id", demo_provider_id(w, "pr", e->practitioner));
	if (e->reason)
		DEMO_PUT(w, "reason", w->concepts[e->reason]);
	if (e->refused)
	{
		DEMO_PUT(w, "do_not_perform", BoolGetDatum(true));
		return;
	}
	DEMO_PUT(w, "number_of_repeats_allowed", Int32GetDatum(e->refills));
	DEMO_PUT(w, "dispense_quantity", quantity_datum(e->days, 0, NULL));
	DEMO_PUT(w, "expected_supply_duration", quantity_datum(e->days, 0, "d"));
}

static void
write_dispense(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "medication", w->concepts[e->code]);
	DEMO_PUT(w, "type", w->concepts[e->category]);
	DEMO_PUT(w, "quantity", quantity_datum(e->quantity, 0, NULL));
	DEMO_PUT(w, "days_supply", quantity_datum(e->days, 0, "d"));
	DEMO_PUT(w, "when_handed_over", Int64GetDatum(e->start));
}

static void
write_administration(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "category", w->concepts[e->category]);
	DEMO_PUT(w, "medication", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "effective", Int64GetDatum(e->start));
	DEMO_PUT(w, "performer_id", demo_provider_id(w, "pr", e->practitioner));
	DEMO_PUT(w, "dose", quantity_datum(e->value, e->scale, e->unit));
	DEMO_PUT(w, "route", w->concepts[e->value_code]);
}

static void
write_order(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "intent", demo_text("order"));
	DEMO_PUT(w, "code", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "occurrence", Int64GetDatum(e->start));
	DEMO_PUT(w, "authored_on", Int64GetDatum(e->start));
	DEMO_PUT(w, "requester_id", demo_provider_id(w, "pr", e->practitioner));
	if (e->reason)
		DEMO_PUT(w, "reason", w->concepts[e->reason]);
}

static void
write_device(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "intent", demo_text("order"));
	DEMO_PUT(w, "code", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "authored_on", Int64GetDatum(e->start));
	DEMO_PUT(w, "requester_id", demo_provider_id(w, "pr", e->practitioner));
}

static void
write_communication(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "category", w->concepts[e->code]);
	DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	DEMO_PUT(w, "sent", Int64GetDatum(e->start));
	DEMO_PUT(w, "recipient_id", demo_provider_id(w, "pr", p->doctor));
	DEMO_PUT(w, "sender_id", demo_provider_id(w, "pr", e->practitioner));
	if (e->refused)
		DEMO_PUT(w, "status_reason", w->concepts[e->reason]);
}

/* How each kind is written, and what its ids begin with. */
static const struct
{
	void		(*write) (DemoWriter *w, const DemoPerson *p, const DemoEvent *e);
	const char *letter;
	FhirType	type;
} kinds[DEMO_KIND_COUNT] =
{
	[DEMO_PATIENT] = {demo_write_patient, NULL, FHIR_T_Patient},
	[DEMO_COVERAGE] = {demo_write_coverage, "cov", FHIR_T_Coverage},
	[DEMO_ENCOUNTER] = {write_encounter, "e", FHIR_T_Encounter},
	[DEMO_CONDITION] = {write_condition, "c", FHIR_T_Condition},
	[DEMO_OBSERVATION] = {write_observation, "o", FHIR_T_Observation},
	[DEMO_PROCEDURE] = {write_procedure, "p", FHIR_T_Procedure},
	[DEMO_IMMUNIZATION] = {write_immunization, "i", FHIR_T_Immunization},
	[DEMO_ALLERGY] = {write_allergy, "a", FHIR_T_AllergyIntolerance},
	[DEMO_REQUEST] = {write_request, "r", FHIR_T_MedicationRequest},
	[DEMO_DISPENSE] = {write_dispense, "d", FHIR_T_MedicationDispense},
	[DEMO_ADMINISTRATION] = {write_administration, "m", FHIR_T_MedicationAdministration},
	[DEMO_ORDER] = {write_order, "s", FHIR_T_ServiceRequest},
	[DEMO_DEVICE] = {write_device, "dev", FHIR_T_DeviceRequest},
	[DEMO_COMMUNICATION] = {write_communication, "com", FHIR_T_Communication},
	[DEMO_CLAIM] = {demo_write_claim, "b", FHIR_T_Claim},
	[DEMO_CLAIM_LINE] = {demo_write_claim_line, "b", FHIR_T_Claim}
};

void
demo_writer_event(void *arg, const DemoPerson *person, const DemoEvent *event)
{
	DemoWriter *w = arg;
	MemoryContext old = MemoryContextSwitchTo(w->row_context);
	char		id[DEMO_ID_SIZE];

	if (event->kind == DEMO_PATIENT)
		text_to_cstring_buffer((text *) DatumGetPointer(w->subject), id, sizeof(id));
	else
		demo_own_id(w, person, kinds[event->kind].letter,
			   event->kind == DEMO_CLAIM_LINE ? event->request : event->number, id);
	demo_row_begin(w, w->tables[event->kind]);
	kinds[event->kind].write(w, person, event);
	demo_row_end(w, id, demo_event_hash(event), kinds[event->kind].type);
	MemoryContextSwitchTo(old);
}
