/*
 * demo_person_row.c: synthetic persons and their insurance as rows of the record.
 */
#include "phm.h"

#include "demo/demo_random.h"
#include "demo/demo_row.h"
#include "demo/provider.h"

/* Race and ethnicity as US Core has them: code, text and share of 100. */
static const struct
{
	const char *code;
	const char *text;
	int			upto;
} races[] =
{
	{"2106-3", "White", 68}, {"2054-5", "Black or African American", 82}, {"2028-9", "Asian", 90},
	{"1002-5", "American Indian or Alaska Native", 92},
	{"2076-8", "Native Hawaiian or Other Pacific Islander", 93}, {"2131-1", "Other Race", 100}
};

static int
race_of(const DemoPerson *p)
{
	int			i = 0;

	while (p->race >= races[i].upto)
		i++;
	return i;
}

/* A US Core extension of a category with its text. */
static void
put_category(ElementWriter *x, const char *url, const char *code, const char *text)
{
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Extension_url, url);
	element_put_member(x, FHIR_E_Element_extension);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Extension_url, "ombCategory");
	element_put_member(x, FHIR_E_Extension_valueCoding);
	demo_put_coding(x, "urn:oid:2.16.840.1.113883.6.238", code, text);
	element_close(x, ELEMENT_OBJECT);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Extension_url, "text");
	demo_put_text(x, FHIR_E_Extension_valueString, text);
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
	element_close(x, ELEMENT_OBJECT);
}

static void
put_code_extension(ElementWriter *x, const char *url, const char *code)
{
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_Extension_url, url);
	demo_put_text(x, FHIR_E_Extension_valueCode, code);
	element_close(x, ELEMENT_OBJECT);
}

#define US_CORE "http://hl7.org/fhir/us/core/StructureDefinition/"

static void
put_demographics(ElementWriter *x, const DemoPerson *p)
{
	int			race = race_of(p);

	element_put_member(x, FHIR_E_DomainResource_extension);
	element_open(x, ELEMENT_ARRAY, 0);
	put_category(x, US_CORE "us-core-race", races[race].code, races[race].text);
	put_category(x, US_CORE "us-core-ethnicity", p->hispanic ? "2135-2" : "2186-5",
				 p->hispanic ? "Hispanic or Latino" : "Not Hispanic or Latino");
	put_code_extension(x, US_CORE "us-core-birthsex", p->sex == 'f' ? "F" : "M");
	put_code_extension(x, US_CORE "us-core-sex", p->sex == 'f' ? "248152002" : "248153007");
	element_close(x, ELEMENT_ARRAY);
}

/* Telephone numbers end in 555-01xx: they belong to nobody. */
static void
put_telecom(ElementWriter *x, const char *phone)
{
	element_put_member(x, FHIR_E_Patient_telecom);
	element_open(x, ELEMENT_ARRAY, 0);
	element_open(x, ELEMENT_OBJECT, 0);
	demo_put_text(x, FHIR_E_ContactPoint_system, "phone");
	demo_put_text(x, FHIR_E_ContactPoint_value, phone);
	demo_put_text(x, FHIR_E_ContactPoint_use, "home");
	element_close(x, ELEMENT_OBJECT);
	element_close(x, ELEMENT_ARRAY);
}

/* The rest of a Patient, and the columns that are copied from it. */
static void
patient_copies(DemoWriter *w, const DemoPerson *p)
{
	const char *family = demo_family_names[p->family_name];
	const char *given = p->sex == 'f' ? demo_female_names[p->given_name] : demo_male_names[p->given_name];
	uint64		lot = demo_mix((uint64) p->number * 77 + w->mark);
	int			zip = p->city->zip - (int) (lot % 40);
	char		line[64];
	char		phone[32];
	char		code[16];

	snprintf(line, sizeof(line), "%d %s", (int) (lot / 64 % 990) + 1, demo_street_names[lot / 65536 % (uint64) demo_street_count]);
	snprintf(phone, sizeof(phone), "%03d-555-01%02d", 201 + (int) (lot / 7 % 700), (int) (lot / 5 % 100));
	snprintf(code, sizeof(code), "%05d", zip);
	put_demographics(&w->extra, p);
	demo_put_identifier(&w->extra, FHIR_E_Patient_identifier, "urn:phm:demo:mrn", TextDatumGetCString(w->subject));
	demo_put_name(&w->extra, FHIR_E_Patient_name, family, given);
	put_telecom(&w->extra, phone);
	demo_put_address(&w->extra, FHIR_E_Patient_address, line, p->city, zip);
	DEMO_PUT(w, "family", demo_text(family));
	DEMO_PUT(w, "given", demo_text(given));
	DEMO_PUT(w, "race", demo_text(races[race_of(p)].text));
	DEMO_PUT(w, "ethnicity", demo_text(p->hispanic ? "Hispanic or Latino" : "Not Hispanic or Latino"));
	DEMO_PUT(w, "birth_sex", demo_text(p->sex == 'f' ? "F" : "M"));
	DEMO_PUT(w, "phone", demo_text(phone));
	DEMO_PUT(w, "address_line", demo_text(line));
	DEMO_PUT(w, "city", demo_text(p->city->name));
	DEMO_PUT(w, "state", demo_text(p->city->state));
	DEMO_PUT(w, "postal_code", demo_text(code));
	DEMO_PUT(w, "country", demo_text("US"));
}

void
demo_write_patient(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	int			age = demo_age(p, p->last_day);
	uint64		lot = demo_mix((uint64) p->number * 13 + 5) % 100;
	uint16		marital = age < 22 || lot < 25 ? DEMO_CODE_MARITAL_SINGLE :
		age > 72 && lot > 65 ? DEMO_CODE_MARITAL_WIDOWED : DEMO_CODE_MARITAL_MARRIED;

	patient_copies(w, p);
	DEMO_PUT(w, "active", BoolGetDatum(true));
	DEMO_PUT(w, "birth_date", Int64GetDatum(e->start));
	DEMO_PUT(w, "gender", demo_text(p->sex == 'f' ? "female" : "male"));
	DEMO_PUT(w, "marital_status", w->concepts[marital]);
	if (e->end != DEMO_NO_TIME)
		DEMO_PUT(w, "deceased_at", Int64GetDatum(e->end));
	DEMO_PUT(w, "general_practitioner_id", demo_provider_id(w, "pr", e->practitioner));
	DEMO_PUT(w, "managing_organization_id",
			 demo_provider_id(w, "o", p->community * demo_organizations_per_community()));
}

void
demo_write_coverage(DemoWriter *w, const DemoPerson *p, const DemoEvent *e)
{
	char		member[24];

	snprintf(member, sizeof(member), "%c%09llu", "MACBU"[e->payer % 5],
			 (unsigned long long) (demo_mix((uint64) p->number * 3 + e->payer + w->mark) % 1000000000));
	DEMO_PUT(w, "subject_id", w->subject);
	DEMO_PUT(w, "status", w->statuses[e->status]);
	DEMO_PUT(w, "type", w->concepts[demo_payer_type(e->payer)]);
	DEMO_PUT(w, "subscriber_member_id", demo_text(member));
	DEMO_PUT(w, "relationship", w->concepts[DEMO_CODE_RELATION_SELF]);
	DEMO_PUT(w, "period_start", Int64GetDatum(e->start));
	if (e->end != DEMO_NO_TIME)
		DEMO_PUT(w, "period_end", Int64GetDatum(e->end));
	DEMO_PUT(w, "payor_id", demo_provider_id(w, "payer", e->payer));
	DEMO_PUT(w, "order_", Int32GetDatum(1));
}
