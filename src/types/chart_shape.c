/*
 * chart_shape.c: what a chart needs to know about each FHIR type: its main
 * code, the moments by which it is ordered, the statuses that make it void or
 * negative, and which elements are not worth the hot part.
 */
#include "types/chart.h"

#include "types/datetime.h"

#define E(x) FHIR_E_##x
#define T(x) FHIR_T_##x

static const ChartShape shapes[] = {
	{T(Patient), 0, 0, {E(Patient_birthDate)}},
	{T(RelatedPerson), E(RelatedPerson_relationship), 0, {E(RelatedPerson_period)}},
	{T(Coverage), E(Coverage_type), 0, {E(Coverage_period)}, E(Coverage_status)},
	{T(Encounter), E(Encounter_type), 0, {E(Encounter_period)}, E(Encounter_status)},
	{T(Condition), E(Condition_code), 0,
		{E(Condition_onsetDateTime), E(Condition_onsetPeriod), E(Condition_recordedDate)},
		E(Condition_verificationStatus)},
	{T(Observation), E(Observation_code), 0,
		{E(Observation_effectiveDateTime), E(Observation_effectivePeriod), E(Observation_effectiveInstant),
		E(Observation_issued)}, E(Observation_status)},
	{T(Procedure), E(Procedure_code), 0, {E(Procedure_performedDateTime), E(Procedure_performedPeriod)},
		E(Procedure_status)},
	{T(Immunization), E(Immunization_vaccineCode), 0, {E(Immunization_occurrenceDateTime), E(Immunization_recorded)},
		E(Immunization_status)},
	{T(AllergyIntolerance), E(AllergyIntolerance_code), 0,
		{E(AllergyIntolerance_onsetDateTime), E(AllergyIntolerance_onsetPeriod), E(AllergyIntolerance_recordedDate)},
		E(AllergyIntolerance_verificationStatus)},
	{T(Medication), E(Medication_code), 0, {0}, E(Medication_status)},
	{T(MedicationRequest), E(MedicationRequest_medicationCodeableConcept), E(MedicationRequest_medicationReference),
		{E(MedicationRequest_authoredOn)}, E(MedicationRequest_status), E(MedicationRequest_doNotPerform)},
	{T(MedicationDispense), E(MedicationDispense_medicationCodeableConcept), E(MedicationDispense_medicationReference),
		{E(MedicationDispense_whenHandedOver), E(MedicationDispense_whenPrepared)}, E(MedicationDispense_status)},
	{T(MedicationAdministration), E(MedicationAdministration_medicationCodeableConcept),
		E(MedicationAdministration_medicationReference),
		{E(MedicationAdministration_effectiveDateTime), E(MedicationAdministration_effectivePeriod)},
		E(MedicationAdministration_status)},
	{T(MedicationStatement), E(MedicationStatement_medicationCodeableConcept),
		E(MedicationStatement_medicationReference),
		{E(MedicationStatement_effectiveDateTime), E(MedicationStatement_effectivePeriod),
		E(MedicationStatement_dateAsserted)}, E(MedicationStatement_status)},
	{T(ServiceRequest), E(ServiceRequest_code), 0,
		{E(ServiceRequest_authoredOn), E(ServiceRequest_occurrenceDateTime), E(ServiceRequest_occurrencePeriod)},
		E(ServiceRequest_status), E(ServiceRequest_doNotPerform)},
	{T(Device), E(Device_type), 0, {E(Device_manufactureDate)}, E(Device_status)},
	{T(DeviceRequest), E(DeviceRequest_codeCodeableConcept), 0,
		{E(DeviceRequest_authoredOn), E(DeviceRequest_occurrenceDateTime), E(DeviceRequest_occurrencePeriod)},
		E(DeviceRequest_status)},
	{T(DiagnosticReport), E(DiagnosticReport_code), 0,
		{E(DiagnosticReport_effectiveDateTime), E(DiagnosticReport_effectivePeriod), E(DiagnosticReport_issued)},
		E(DiagnosticReport_status)},
	{T(DocumentReference), E(DocumentReference_type), 0, {E(DocumentReference_date)}, E(DocumentReference_status)},
	{T(Communication), E(Communication_topic), 0, {E(Communication_sent), E(Communication_received)},
		E(Communication_status)},
	{T(Goal), E(Goal_description), 0, {E(Goal_startDate), E(Goal_statusDate)}, E(Goal_lifecycleStatus)},
	{T(CarePlan), E(CarePlan_category), 0, {E(CarePlan_period), E(CarePlan_created)}, E(CarePlan_status)},
	{T(FamilyMemberHistory), E(FamilyMemberHistory_relationship), 0, {E(FamilyMemberHistory_date)},
		E(FamilyMemberHistory_status)},
	{T(AdverseEvent), E(AdverseEvent_event), 0,
		{E(AdverseEvent_date), E(AdverseEvent_detected), E(AdverseEvent_recordedDate)}, E(AdverseEvent_actuality)},
	{T(QuestionnaireResponse), 0, 0, {E(QuestionnaireResponse_authored)}, E(QuestionnaireResponse_status)},
	{T(Claim), E(Claim_type), 0, {E(Claim_billablePeriod), E(Claim_created)}, E(Claim_status)},
	{T(ExplanationOfBenefit), E(ExplanationOfBenefit_type), 0,
		{E(ExplanationOfBenefit_billablePeriod), E(ExplanationOfBenefit_created)}, E(ExplanationOfBenefit_status)},
	{T(Location), E(Location_type), 0, {0}, 0},
	{T(Practitioner), 0, 0, {0}, 0},
	{T(PractitionerRole), E(PractitionerRole_code), 0, {E(PractitionerRole_period)}, 0},
	{T(Organization), E(Organization_type), 0, {0}, 0},
	{T(Task), E(Task_code), 0, {E(Task_authoredOn), E(Task_executionPeriod)}, E(Task_status), E(Task_businessStatus)},
	{T(ImagingStudy), E(ImagingStudy_procedureCode), 0, {E(ImagingStudy_started)}, E(ImagingStudy_status)},
	{T(EpisodeOfCare), E(EpisodeOfCare_type), 0, {E(EpisodeOfCare_period)}, E(EpisodeOfCare_status)},
	{T(Appointment), E(Appointment_appointmentType), 0, {E(Appointment_start)}, E(Appointment_status)},
	{T(CareTeam), E(CareTeam_category), 0, {E(CareTeam_period)}, E(CareTeam_status)},
	{T(NutritionOrder), 0, 0, {E(NutritionOrder_dateTime)}, E(NutritionOrder_status)},
	{T(RiskAssessment), E(RiskAssessment_code), 0,
		{E(RiskAssessment_occurrenceDateTime), E(RiskAssessment_occurrencePeriod)}, E(RiskAssessment_status)},
	{T(Specimen), E(Specimen_type), 0, {E(Specimen_receivedTime)}, E(Specimen_status)},
	{T(ClaimResponse), E(ClaimResponse_type), 0, {E(ClaimResponse_created)}, E(ClaimResponse_status)}
};

#undef E
#undef T

const ChartShape *
chart_shape(FhirType type)
{
	static uint8 by_type[2048];	/* index + 1; 0: not looked up; 255: none */
	static bool filled = false;

	if (!filled)
	{
		for (int i = 0; i < (int) lengthof(shapes); i++)
			by_type[shapes[i].type] = (uint8) (i + 1);
		filled = true;
	}
	return by_type[type] ? &shapes[by_type[type] - 1] : NULL;
}

/* Statuses, of whatever element, that make an event void or negative. */
static const struct
{
	const char *code;
	uint8		flags;
}			statuses[] = {
	{"entered-in-error", CHART_VOID},
	{"cancelled", CHART_VOID},
	{"refuted", CHART_VOID},
	{"revoked", CHART_VOID},
	{"rejected", CHART_VOID},
	{"nullified", CHART_VOID},
	{"not-done", CHART_NEGATED},
	{"declined", CHART_NEGATED},
	{"not-taken", CHART_NEGATED}
};

static uint8
flags_of_code(const char *code, int length)
{
	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (length == (int) strlen(statuses[i].code) && memcmp(code, statuses[i].code, length) == 0)
			return statuses[i].flags;
	return 0;
}

/* Flags of a status: a code, a CodeableConcept with one, or true for doNotPerform. */
static uint8
flags_of_status(const ElementValue *value)
{
	ElementValue part;
	ElementValue coding;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	const uint8 *slot;
	uint8		flags = 0;
	int			length;

	element_primitive(value, &part);
	if (part.kind == ELEMENT_TRUE)
		return CHART_NEGATED;
	if (part.kind == ELEMENT_STRING)
	{
		text = element_text(&part, buffer, &length);
		return flags_of_code(text, length);
	}
	if (part.kind != ELEMENT_OBJECT ||
		!element_find(part.data, part.data + part.length, FHIR_E_CodeableConcept_coding, &coding) ||
		coding.kind != ELEMENT_ARRAY)
		return 0;
	slot = coding.data;
	while (element_next_value(&slot, coding.data + coding.length, &part))
		if (part.kind == ELEMENT_OBJECT &&
			element_find(part.data, part.data + part.length, FHIR_E_Coding_code, &part) &&
			part.kind == ELEMENT_STRING)
		{
			text = element_text(&part, buffer, &length);
			flags |= flags_of_code(text, length);
		}
	return flags;
}

/* Modifier extensions that say true of what was not done or is not to be done: FHIR, QI-Core, and FHIR R5 in R4. */
static const char *const refusals[] = {
	"http://hl7.org/fhir/StructureDefinition/request-doNotPerform",
	"http://hl7.org/fhir/5.0/StructureDefinition/extension-DeviceRequest.doNotPerform",
	"http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDone"
};

/* Whether a modifier extension is such a refusal. */
static bool
is_refusal(const ElementValue *extension)
{
	const uint8 *end = extension->data + extension->length;
	ElementValue part;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *url;
	int			length;

	if (extension->kind != ELEMENT_OBJECT || !element_find(extension->data, end, FHIR_E_Extension_valueBoolean, &part))
		return false;
	element_primitive(&part, &part);
	if (part.kind != ELEMENT_TRUE || !element_find(extension->data, end, FHIR_E_Extension_url, &part) ||
		part.kind != ELEMENT_STRING)
		return false;
	url = element_text(&part, buffer, &length);
	for (int i = 0; i < (int) lengthof(refusals); i++)
		if (length == (int) strlen(refusals[i]) && memcmp(url, refusals[i], length) == 0)
			return true;
	return false;
}

/* Flags of the modifier extensions of a resource. */
static uint8
flags_of_extensions(const ElementValue *value)
{
	const uint8 *slot = value->data;
	ElementValue extension;

	while (value->kind == ELEMENT_ARRAY && element_next_value(&slot, value->data + value->length, &extension))
		if (is_refusal(&extension))
			return CHART_NEGATED;
	return 0;
}

/* The first millisecond of a date or of the start of a Period; time: of the entry in whose body it stands. */
static bool
moment_of(const ElementValue *value, int64 time, int64 *ms)
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
	if (part.kind == ELEMENT_MOMENT && time != CHART_NO_DATE)
		*ms = datetime_ms(element_moment_date(&part, time));
	else if (part.kind == ELEMENT_DATETIME || part.kind == ELEMENT_LITERAL)
		*ms = datetime_ms(part.number);
	else
		return false;
	return true;
}

bool
chart_time_fits(const ChartShape *shape, const uint8 *members, const uint8 *end, int64 time)
{
	ElementValue value;
	int64		ms;

	if (!element_find(members, end, shape->moments[0], &value) || !moment_of(&value, time, &ms))
		ms = CHART_NO_DATE;
	return ms == time;
}

uint8
chart_status_flags(const ChartShape *shape, const uint8 *members, const uint8 *end)
{
	ElementValue value;
	uint8		flags = 0;

	if (shape->status && element_find(members, end, shape->status, &value))
		flags |= flags_of_status(&value);
	if (shape->status2 && element_find(members, end, shape->status2, &value))
		flags |= flags_of_status(&value);
	if (element_find(members, end, FHIR_E_DomainResource_modifierExtension, &value))
		flags |= flags_of_extensions(&value);
	return flags;
}

void
chart_glance(const ChartShape *shape, const ElementMember *member, ChartGlance *glance)
{
	int64		ms;

	if (member->element == 0)
		return;
	if (member->element == shape->status || member->element == shape->status2)
		glance->flags |= flags_of_status(&member->value);
	if (member->element == FHIR_E_DomainResource_modifierExtension)
		glance->flags |= flags_of_extensions(&member->value);
	for (int i = 0; i < glance->moment && shape->moments[i]; i++)
		if (member->element == shape->moments[i] && moment_of(&member->value, CHART_NO_DATE, &ms))
		{
			glance->time = ms;
			glance->moment = i;
		}
}

/* Elements that no rule asks for, by name: they say who, where to find and how it was settled.  Those of bills are hot all the same. */
static const char *const cold_names[] = {
	"text", "identifier", "note", "photo", "telecom", "address", "contact", "communication", "name",
	"supportingInfo", "careTeam", "total", "payment", "adjudication",
	"insurance", "contained", "masterIdentifier", "series", "implicitRules"
};

/* Where a member belongs, by the names of elements. */
static ChartPlace
find_place(FhirType type, FhirElement element)
{
	const FhirElementDef *def = &fhir_elements[element];

	if (element == 0 || element == FHIR_E_Resource_id)
		return CHART_COLD;
	if (def->type == FHIR_T_Narrative || def->type == FHIR_T_Attachment ||
		element == FHIR_E_DocumentReference_content)
		return CHART_RECORD_ONLY;
	if (strcmp(def->name, "subject") == 0 || strcmp(def->name, "patient") == 0 ||
		strcmp(def->name, "beneficiary") == 0)
		return CHART_COLD;
	if (chart_is_sparse(element) || element == FHIR_E_Claim_supportingInfo)
		return CHART_HOT;		/* bill type, DRG and discharge status, which tell stays */
	if (strcmp(def->name, "contained") == 0 && type != FHIR_T_ExplanationOfBenefit)
		return CHART_HOT;
	for (int i = 0; i < (int) lengthof(cold_names); i++)
		if (strcmp(def->name, cold_names[i]) == 0)
			return CHART_COLD;
	return CHART_HOT;
}

#define EOB(x) FHIR_E_ExplanationOfBenefit_##x

bool
chart_is_sparse(FhirElement list)
{
	return list == EOB(item) || list == EOB(careTeam) || list == EOB(supportingInfo);
}

bool
chart_sparse_member(FhirElement list, FhirElement member)
{
	static const FhirElement items[] = {
		EOB(item_sequence), EOB(item_careTeamSequence), EOB(item_diagnosisSequence), EOB(item_revenue),
		EOB(item_productOrService), EOB(item_modifier), EOB(item_servicedDate), EOB(item_servicedPeriod),
		EOB(item_locationCodeableConcept), EOB(item_quantity), EOB(item_encounter), EOB(item_adjudication)
	};

	if (list != EOB(item))
		return true;
	for (int i = 0; i < (int) lengthof(items); i++)
		if (member == items[i])
			return true;
	return false;
}

/* Whether the category of a slot is one of some codes; the code of Blue Button is the end of a URL. */
static bool
has_category(const uint8 *members, const uint8 *end, FhirElement category, const char *const *codes, int ncodes)
{
	ElementValue value;
	char		buffer[ELEMENT_TEXT_SIZE];
	const uint8 *slot;
	const char *text;
	int			length;

	if (!element_find(members, end, category, &value) || value.kind != ELEMENT_OBJECT ||
		!element_find(value.data, value.data + value.length, FHIR_E_CodeableConcept_coding, &value) ||
		value.kind != ELEMENT_ARRAY)
		return false;
	slot = value.data;
	end = value.data + value.length;
	while (element_next_value(&slot, end, &value))
	{
		if (value.kind != ELEMENT_OBJECT ||
			!element_find(value.data, value.data + value.length, FHIR_E_Coding_code, &value) ||
			value.kind != ELEMENT_STRING)
			continue;
		text = element_text(&value, buffer, &length);
		for (int i = 0; i < ncodes; i++)
		{
			int			n = (int) strlen(codes[i]);

			if (length >= n && memcmp(text + length - n, codes[i], n) == 0 &&
				(length == n || text[length - n - 1] == '/'))
				return true;
		}
	}
	return false;
}

bool
chart_sparse_slot(FhirElement list, const uint8 *members, const uint8 *end)
{
	/* HL7, CARIN Blue Button and CMS Blue Button: billed, allowed, paid */
	static const char *const amounts[] = {
		"submitted", "eligible", "benefit", "allowedamount", "paidbypayer", "line_sbmtd_chrg_amt",
		"rev_cntr_tot_chrg_amt", "line_alowd_chrg_amt", "line_nch_pmt_amt", "rev_cntr_pmt_amt_amt"
	};
	static const char *const information[] = {"typeofbill", "drg", "discharge-status"};

	if (list == EOB(item_adjudication))
		return has_category(members, end, EOB(item_adjudication_category), amounts, lengthof(amounts));
	if (list == EOB(supportingInfo))
		return has_category(members, end, EOB(supportingInfo_category), information, lengthof(information));
	return true;
}

uint8		chart_places[2][PG_UINT16_MAX + 1];

ChartPlace
chart_find_place(FhirType type, FhirElement element)
{
	ChartPlace	place = find_place(type, element);

	chart_places[type == FHIR_T_ExplanationOfBenefit][element] = (uint8) place + 1;
	return place;
}
