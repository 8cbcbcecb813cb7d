/*
 * history_claim.c: the bills of a chart: Claim and ExplanationOfBenefit, which
 * name the same things by other elements.  Cancelled ones are not in the walk;
 * predeterminations and preauthorizations are left out here.
 */
#include "chart/history.h"

/* The elements of both that are read. */
typedef struct BillElements
{
	FhirElement status;
	FhirElement type;
	FhirElement sub_type;
	FhirElement use;
	FhirElement period;
	FhirElement created;
	FhirElement facility;
	FhirElement diagnosis;
	FhirElement diagnosis_concept;
	FhirElement diagnosis_sequence;
	FhirElement diagnosis_type;
	FhirElement on_admission;
	FhirElement procedure;
	FhirElement procedure_concept;
	FhirElement procedure_date;
	FhirElement info;
	FhirElement info_category;
	FhirElement info_code;
	FhirElement item;
	FhirElement item_product;
	FhirElement item_revenue;
	FhirElement item_date;
	FhirElement item_period;
} BillElements;

#define BILL(x) { \
	FHIR_E_##x##_status, FHIR_E_##x##_type, FHIR_E_##x##_subType, FHIR_E_##x##_use, FHIR_E_##x##_billablePeriod, FHIR_E_##x##_created, \
	FHIR_E_##x##_facility, FHIR_E_##x##_diagnosis, FHIR_E_##x##_diagnosis_diagnosisCodeableConcept, \
	FHIR_E_##x##_diagnosis_sequence, FHIR_E_##x##_diagnosis_type, FHIR_E_##x##_diagnosis_onAdmission, \
	FHIR_E_##x##_procedure, FHIR_E_##x##_procedure_procedureCodeableConcept, FHIR_E_##x##_procedure_date, \
	FHIR_E_##x##_supportingInfo, FHIR_E_##x##_supportingInfo_category, FHIR_E_##x##_supportingInfo_code, \
	FHIR_E_##x##_item, FHIR_E_##x##_item_productOrService, FHIR_E_##x##_item_revenue, \
	FHIR_E_##x##_item_servicedDate, FHIR_E_##x##_item_servicedPeriod}

static const BillElements claim_elements = BILL(Claim);
static const BillElements benefit_elements = BILL(ExplanationOfBenefit);

/* A bill under way. */
typedef struct Bill
{
	HistoryReader *r;
	const BillElements *e;
	int32		visit;			/* its number */
	bool		institutional;
	bool		inpatient;		/* said to be so by the type or the subtype */
} Bill;

/* Of the visit, whose place changes when others are added. */
static HistoryVisit *
visit_of(const Bill *b)
{
	return &b->r->h->visits[b->visit];
}

/* The end of a category code: Blue Button writes a whole URL. */
static bool
ends_with(const HistoryCode *code, const char *text)
{
	int			n = (int) strlen(text);

	return code->text != NULL && code->length >= n && memcmp(code->text + code->length - n, text, n) == 0;
}

/* A bill type with its leading zero, as 0111, or without. */
static const char *
facility_digits(const HistoryCode *bill_type)
{
	return bill_type->length == 4 && bill_type->text[0] == '0' ? bill_type->text + 1 : bill_type->text;
}

/* What the first two digits of a bill type (NUBC) mean. */
static HistorySetting
bill_setting(const HistoryCode *bill_type)
{
	const char *d = facility_digits(bill_type);

	if (bill_type->length - (d - bill_type->text) < 2)
		return HISTORY_OUTPATIENT;
	if ((d[0] == '1' || d[0] == '4') && d[1] == '1')
		return HISTORY_INPATIENT;
	if (d[0] == '2' || d[0] == '3' || (d[0] == '8' && (d[1] == '1' || d[1] == '2')) || (d[0] == '1' && d[1] == '8'))
		return HISTORY_POSTACUTE;
	return HISTORY_OUTPATIENT;
}

/* Whether a code means that an emergency department was used. */
static bool
means_emergency(const HistoryCode *revenue, const HistoryCode *product)
{
	static const char *const visits[] = {"99281", "99282", "99283", "99284", "99285", "G0380", "G0381", "G0382", "G0383", "G0384"};
	int			skip = revenue->text != NULL && revenue->length == 4 && revenue->text[0] == '0';

	if (revenue->text != NULL && revenue->length - skip == 3 &&
		(memcmp(revenue->text + skip, "45", 2) == 0 || memcmp(revenue->text + skip, "981", 3) == 0))
		return true;
	for (int i = 0; i < (int) lengthof(visits); i++)
		if (history_is(product, visits[i]))
			return true;
	return false;
}

/* Bill type, DRG and discharge status. */
static void
read_information(const Bill *b, const ElementValue *list)
{
	HistoryVisit *v = visit_of(b);
	const uint8 *p = list->data;
	ElementValue slot;
	ElementValue part;
	HistoryCode category;
	HistoryCode code;

	while (list->kind == ELEMENT_ARRAY && element_next_value(&p, list->data + list->length, &slot))
	{
		const uint8 *end = slot.data + slot.length;

		if (slot.kind != ELEMENT_OBJECT || !element_find(slot.data, end, b->e->info_category, &part) ||
			!history_first_code(b->r, &part, &category) || !element_find(slot.data, end, b->e->info_code, &part) ||
			!history_first_code(b->r, &part, &code))
			continue;
		if (ends_with(&category, "typeofbill"))
			v->bill_type = code;
		else if (ends_with(&category, "drg"))
			v->drg = code;
		else if (ends_with(&category, "discharge-status"))
			v->disposition = code;
	}
}

/* The diagnoses; principal is the one that says so, else the first of an institutional bill. */
static void
read_diagnoses(const Bill *b, const ElementValue *list, int32 day)
{
	const uint8 *p = list->data;
	ElementValue slot;
	ElementValue part;
	HistoryCode code;
	bool		first = true;

	while (list->kind == ELEMENT_ARRAY && element_next_value(&p, list->data + list->length, &slot))
	{
		HistoryDiagnosis d = {
			.at = b->r->at, .label = b->r->label, .origin = HISTORY_CLAIM, .day = day, .visit = b->visit, .principal = first
		};
		const uint8 *end = slot.data + slot.length;

		if (slot.kind != ELEMENT_OBJECT)
			continue;
		if (element_find(slot.data, end, b->e->diagnosis_type, &part) && history_first_code(b->r, &part, &code))
			d.principal = history_is(&code, "principal");
		if (element_find(slot.data, end, b->e->on_admission, &part) && history_first_code(b->r, &part, &code) && code.length == 1)
			d.present = code.text[0];
		if (element_find(slot.data, end, b->e->diagnosis_concept, &part))
			history_add_diagnosis(b->r, &part, &d);
		first = false;
	}
}

/* The procedures of an institutional bill. */
static void
read_procedures(const Bill *b, const ElementValue *list, int32 day)
{
	const uint8 *p = list->data;
	ElementValue slot;
	ElementValue part;

	while (list->kind == ELEMENT_ARRAY && element_next_value(&p, list->data + list->length, &slot))
	{
		HistoryProcedure procedure = {
			.at = b->r->at, .label = b->r->label, .origin = HISTORY_CLAIM, .day = day, .visit = b->visit
		};
		const uint8 *end = slot.data + slot.length;

		if (slot.kind != ELEMENT_OBJECT)
			continue;
		if (element_find(slot.data, end, b->e->procedure_date, &part))
			procedure.day = history_day(b->r, &part, false);
		if (element_find(slot.data, end, b->e->procedure_concept, &part))
			history_add_procedure(b->r, &part, &procedure);
	}
}

/* The lines: what was done, and whether an emergency department was used. */
static void
read_items(const Bill *b, const ElementValue *list, int32 day)
{
	const uint8 *p = list->data;
	ElementValue slot;
	ElementValue part;

	while (list->kind == ELEMENT_ARRAY && element_next_value(&p, list->data + list->length, &slot))
	{
		HistoryProcedure procedure = {
			.at = b->r->at, .label = b->r->label, .origin = HISTORY_CLAIM, .day = day, .visit = b->visit
		};
		const uint8 *end = slot.data + slot.length;
		HistoryCode revenue = {0};
		HistoryCode product = {0};

		if (slot.kind != ELEMENT_OBJECT)
			continue;
		if (element_find(slot.data, end, b->e->item_date, &part) || element_find(slot.data, end, b->e->item_period, &part))
			procedure.day = history_day(b->r, &part, false);
		if (element_find(slot.data, end, b->e->item_revenue, &part))
			(void) history_first_code(b->r, &part, &revenue);
		if (element_find(slot.data, end, b->e->item_product, &part))
		{
			(void) history_first_code(b->r, &part, &product);
			history_add_procedure(b->r, &part, &procedure);
		}
		if (b->institutional && means_emergency(&revenue, &product))
			visit_of(b)->emergency = true;
	}
}

/* The setting of a bill, from its type, subtype and bill type; of institutional ones without those, a DRG means inpatient. */
static void
find_setting(Bill *b, const HistoryCode *type, const HistoryCode *sub_type)
{
	HistoryVisit *v = visit_of(b);

	if (ends_with(type, "professional"))
		v->setting = HISTORY_PROFESSIONAL;
	else if (ends_with(type, "pharmacy"))
		v->setting = HISTORY_PHARMACY;
	else if (ends_with(type, "institutional"))
	{
		b->institutional = true;
		if (v->bill_type.text != NULL)
			v->setting = (uint8) bill_setting(&v->bill_type);
		else
			v->setting = v->drg.text != NULL || ends_with(type, "inpatient-institutional") || ends_with(type, "inpatient-facility") ||
				(sub_type->text != NULL && history_is(sub_type, "inpatient")) ? HISTORY_INPATIENT : HISTORY_OUTPATIENT;
	}
	v->acute = v->setting == HISTORY_INPATIENT;
}

/* The members of a bill that are read, found in one walk; kind NULL: not there. */
typedef struct BillMembers
{
	ElementValue status;
	ElementValue use;
	ElementValue type;
	ElementValue sub_type;
	ElementValue period;
	ElementValue created;
	ElementValue info;
	ElementValue diagnosis;
	ElementValue procedure;
	ElementValue item;
} BillMembers;

static void
find_members(const HistoryReader *r, const BillElements *e, BillMembers *m)
{
	const struct
	{
		FhirElement element;
		ElementValue *value;
	}			wanted[] = {
		{e->status, &m->status}, {e->use, &m->use}, {e->type, &m->type}, {e->sub_type, &m->sub_type}, {e->period, &m->period},
		{e->created, &m->created}, {e->info, &m->info}, {e->diagnosis, &m->diagnosis}, {e->procedure, &m->procedure}, {e->item, &m->item}
	};
	const uint8 *p = r->members;
	ElementMember member;

	while (element_next(&p, r->end, &member))
		for (int i = 0; i < (int) lengthof(wanted); i++)
			if (member.element == wanted[i].element)
				*wanted[i].value = member.value;
}

/* Whether this is a bill for something that was done. */
static bool
is_claim(const HistoryReader *r, const BillMembers *m)
{
	HistoryCode use;
	HistoryCode status;

	if (history_text(r, &m->use, &use) && !history_is(&use, "claim"))
		return false;
	return !history_text(r, &m->status, &status) || history_is(&status, "active");
}

/* When the service was; of bills that do not say, when they were made. */
static void
find_days(const HistoryReader *r, const BillMembers *m, HistoryVisit *v)
{
	if (m->period.kind != ELEMENT_NULL)
	{
		v->start = history_day(r, &m->period, false);
		v->end = history_day(r, &m->period, true);
	}
	if (v->start == HISTORY_NO_DAY && m->created.kind != ELEMENT_NULL)
		v->start = v->end = history_day(r, &m->created, false);
}

void
history_claim(HistoryReader *r, FhirType type)
{
	Bill		b = {.r = r, .e = type == FHIR_T_Claim ? &claim_elements : &benefit_elements};
	BillMembers m = {0};
	HistoryCode codes[2] = {0};
	HistoryVisit *v;
	int32		day;

	find_members(r, b.e, &m);
	if (!is_claim(r, &m))
		return;
	v = history_add_visit(r, HISTORY_CLAIM);
	b.visit = (int32) r->h->nvisits - 1;
	find_days(r, &m, v);
	day = v->end != HISTORY_NO_DAY ? v->end : v->start;
	(void) history_first_code(r, &m.type, &codes[0]);
	(void) history_first_code(r, &m.sub_type, &codes[1]);
	read_information(&b, &m.info);
	find_setting(&b, &codes[0], &codes[1]);
	read_diagnoses(&b, &m.diagnosis, day);
	if (!(r->wanted & HISTORY_PROCEDURES))
		return;
	read_procedures(&b, &m.procedure, day);
	read_items(&b, &m.item, day);
}
