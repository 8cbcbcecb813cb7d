/*
 * demo_claim_row.c: synthetic claims and their lines as rows of the record.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/numeric.h"

#include "demo/demo_random.h"
#include "demo/demo_row.h"
#include "demo/provider.h"

/* UB-04 discharge status of a disposition. */
static const char *
discharge_status(uint16 disposition)
{
	switch (disposition)
	{
		case DEMO_CODE_DISP_SNF:
			return "03";
		case DEMO_CODE_DISP_HOME_HEALTH:
			return "06";
		case DEMO_CODE_DISP_REHAB:
			return "62";
		case DEMO_CODE_DISP_ACUTE:
			return "02";
		case DEMO_CODE_DISP_HOSPICE_HOME:
			return "50";
		case DEMO_CODE_DISP_HOSPICE_FACILITY:
			return "51";
		case DEMO_CODE_DISP_AMA:
			return "07";
		case DEMO_CODE_DISP_EXPIRED:
			return "20";
		default:
			return "01";
	}
}

static Datum
money(int64 cents)
{
	return NumericGetDatum(int64_div_fast_to_numeric(cents, 2));
}

/* The diagnoses of a claim, ICD-10-CM codes alone. */
static void
put_diagnoses(DemoWriter *w, const DemoEvent *e)
{
	Datum		list[DEMO_MAX_DIAGNOSES];
	int			n = 0;

	for (int i = 0; i < e->ndiagnoses; i++)
		if (w->diagnoses[e->diagnoses[i]])
			list[n++] = w->diagnoses[e->diagnoses[i]];
	if (n)
		DEMO_PUT(w, "diagnosis",
				 PointerGetDatum(construct_array(list, n, record_concept_type(), -1, false, TYPALIGN_INT)));
}

/* Item and diagnoses of a hospital claim as FHIR has them: which was principal, which were present on admission. */
static void
put_claim_rest(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	ElementWriter *x = &w->extra;
	char		id[DEMO_ID_SIZE];

	element_put_member(x, FHIR_E_Claim_diagnosis);
	element_open(x, ELEMENT_ARRAY, 0);
	for (int i = 0; i < e->ndiagnoses; i++)
	{
		element_open(x, ELEMENT_OBJECT, 0);
		element_put_member(x, FHIR_E_Claim_diagnosis_sequence);
		element_put_int(x, i + 1);
		demo_put_concept(x, FHIR_E_Claim_diagnosis_diagnosisCodeableConcept, e->diagnoses[i]);
		if (i == 0)
		{
			element_put_member(x, FHIR_E_Claim_diagnosis_type);
			element_open(x, ELEMENT_ARRAY, 0);
			element_open(x, ELEMENT_OBJECT, 0);
			element_put_member(x, FHIR_E_CodeableConcept_coding);
			element_open(x, ELEMENT_ARRAY, 0);
			demo_put_coding(x, "http://terminology.hl7.org/CodeSystem/ex-diagnosistype", "principal", NULL);
			element_close(x, ELEMENT_ARRAY);
			element_close(x, ELEMENT_OBJECT);
			element_close(x, ELEMENT_ARRAY);
		}
		element_put_member(x, FHIR_E_Claim_diagnosis_onAdmission);
		element_open(x, ELEMENT_OBJECT, 0);
		element_put_member(x, FHIR_E_CodeableConcept_coding);
		element_open(x, ELEMENT_ARRAY, 0);
		demo_put_coding(x, "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding",
						i > 0 && (e->diagnoses[i] == DEMO_CODE_DX_AKI || e->diagnoses[i] == DEMO_CODE_DX_PRESSURE_ULCER ||
								  e->diagnoses[i] == DEMO_CODE_DX_HEMORRHAGE_PP) ? "N" : "Y", NULL);
		element_close(x, ELEMENT_ARRAY);
		element_close(x, ELEMENT_OBJECT);
		element_close(x, ELEMENT_OBJECT);
	}
	element_close(x, ELEMENT_ARRAY);
	element_put_member(x, FHIR_E_Claim_item);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	element_put_member(x, FHIR_E_Claim_item_sequence);
	element_put_int(x, 1);
	element_put_member(x, FHIR_E_Claim_item_diagnosisSequence);
	element_open(x, ELEMENT_ARRAY, 0);
	for (int i = 0; i < e->ndiagnoses; i++)
		element_put_int(x, i + 1);
	element_close(x, ELEMENT_ARRAY);
	demo_put_concept(x, FHIR_E_Claim_item_productOrService, e->code);
	element_put_member(x, FHIR_E_Claim_item_encounter);
	element_open(x, ELEMENT_ARRAY, 0);
	demo_put_reference(x, "Encounter", demo_own_id(w, p, "e", e->encounter, id));
	element_close(x, ELEMENT_ARRAY);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

static const char *const origins[] = {"paid", "denied", "reversed"};

/* NPI and tax number of who bills: the organization; drugs: a pharmacy. */
static void
put_billing(DemoWriter *w, const DemoEvent *e)
{
	DemoOrganization o;
	char		tin[16];

	if (e->location < 0)
		demo_npi(demo_mix(w->settings->seed + 99), o.npi);
	else
		demo_organization(w->settings, demo_location_organization(e->location), &o);
	snprintf(tin, sizeof(tin), "9%08d", (int) (demo_mix((uint64) atoll(o.npi)) % 100000000));
	DEMO_PUT(w, "billing_npi", demo_text(o.npi));
	DEMO_PUT(w, "billing_tin", demo_text(tin));
}

void
demo_write_claim(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	bool		institutional = e->category == DEMO_CODE_CLAIM_INSTITUTIONAL;

	if (institutional && e->ndiagnoses)
		put_claim_rest(w, p, e);
	put_diagnoses(w, e);
	put_billing(w, e);
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "type", w->concepts[e->category]);
	DEMO_PUT(w, "use", demo_text("claim"));
	DEMO_PUT(w, "billable_start", Int64GetDatum(e->start));
	DEMO_PUT(w, "billable_end", Int64GetDatum(e->end));
	DEMO_PUT(w, "created", Int64GetDatum(e->recorded));
	if (e->practitioner >= 0)
		DEMO_PUT(w, "provider_id", demo_provider_id(w, "pr", e->practitioner));
	DEMO_PUT(w, "insurer_id", demo_provider_id(w, "payer", e->payer));
	if (e->location >= 0)
		DEMO_PUT(w, "facility_id", demo_provider_id(w, "l", e->location));
	DEMO_PUT(w, "total_charge", money(e->amount[DEMO_CHARGE]));
	DEMO_PUT(w, "total_allowed", money(e->amount[DEMO_ALLOWED]));
	DEMO_PUT(w, "total_paid", money(e->amount[DEMO_PAID_AMOUNT]));
	DEMO_PUT(w, "origin_status", demo_text(origins[e->origin]));
	if (institutional)
	{
		DEMO_PUT(w, "bill_type", demo_text(e->visit->bill));
		DEMO_PUT(w, "discharge_status", demo_text(discharge_status(e->reason)));
		if (e->drg)
			DEMO_PUT(w, "drg", demo_text(e->drg));
	}
}

/* The concept of a billed service: its bill code, or the drug itself. */
static Datum
bill_concept(const DemoWriter *w, const DemoCoding *bill)
{
	size_t		i = ((const char *) bill - (const char *) demo_codes) / sizeof(DemoCodeDef);

	return bill == &demo_codes[i].bill ? w->bills[i] : w->concepts[i];
}

void
demo_write_claim_line(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	static const char *const line_status[] = {"active", "denied", "reversed"};

	DEMO_PUT(w, "line", Int32GetDatum(e->line));
	DEMO_PUT(w, "status", demo_text(line_status[e->origin]));
	DEMO_PUT(w, "service_from", Int64GetDatum(e->start));
	DEMO_PUT(w, "service_to", Int64GetDatum(e->end));
	if (e->bill)
		DEMO_PUT(w, "product_or_service", bill_concept(w, e->bill));
	if (e->unit)
		DEMO_PUT(w, "revenue", demo_text(e->unit));
	if (e->visit)
		DEMO_PUT(w, "place_of_service", demo_text(e->visit->pos));
	DEMO_PUT(w, "quantity", NumericGetDatum(int64_to_numeric(e->quantity)));
	if (e->days)
		DEMO_PUT(w, "days_supply", Int32GetDatum(e->days));
	DEMO_PUT(w, "charge", money(e->amount[DEMO_CHARGE]));
	DEMO_PUT(w, "allowed", money(e->amount[DEMO_ALLOWED]));
	DEMO_PUT(w, "paid", money(e->amount[DEMO_PAID_AMOUNT]));
	DEMO_PUT(w, "member_paid", money(e->amount[DEMO_MEMBER]));
	if (e->practitioner >= 0)
	{
		DemoPractitioner d;

		demo_practitioner(w->settings, e->practitioner, &d);
		DEMO_PUT(w, "rendering_npi", demo_text(d.npi));
		DEMO_PUT(w, "rendering_id", demo_provider_id(w, "pr", e->practitioner));
		DEMO_PUT(w, "specialty", demo_text(demo_codes[d.specialty].codings[0].code));
	}
	if (e->encounter)
		DEMO_PUT(w, "encounter_id", demo_own_id_datum(w, p, "e", e->encounter));
	if (e->ndiagnoses && w->diagnoses[e->diagnoses[0]])
		DEMO_PUT(w, "diagnosis", w->diagnoses[e->diagnoses[0]]);
}
