/*
 * demo_shared.c: organizations, sites, practitioners and payers of the
 * synthetic population as rows of the record.
 */
#include "phm.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "demo/demo_random.h"
#include "demo/demo_row.h"
#include "demo/provider.h"

/* Ends a row of something shared. */
static void
end_shared(DemoWriter *w, const char *kind, int number, FhirType type)
{
	char		id[DEMO_ID_SIZE];

	snprintf(id, sizeof(id), "%05x-%s%d", w->mark, kind, number);
	demo_row_end(w, id, demo_mix(((uint64) type << 32) + (uint64) number + 1), type);
}

static Datum
zip_text(const DemoCity *city)
{
	char		zip[16];

	snprintf(zip, sizeof(zip), "%05d", city->zip);
	return demo_text(zip);
}

static void
write_organization(DemoWriter *w, const RecordTable *table, int number)
{
	DemoOrganization o;

	demo_organization(w->settings, number, &o);
	demo_row_begin(w, table);
	demo_put_identifier(&w->extra, FHIR_E_Organization_identifier, "http://hl7.org/fhir/sid/us-npi", o.npi);
	demo_put_address(&w->extra, FHIR_E_Organization_address, NULL, o.city, o.city->zip);
	DEMO_PUT(w, "active", BoolGetDatum(true));
	DEMO_PUT(w, "name", demo_text(o.name));
	DEMO_PUT(w, "type", w->concepts[o.type]);
	DEMO_PUT(w, "npi", demo_text(o.npi));
	DEMO_PUT(w, "city", demo_text(o.city->name));
	DEMO_PUT(w, "state", demo_text(o.city->state));
	DEMO_PUT(w, "postal_code", zip_text(o.city));
	if (o.part_of >= 0)
		DEMO_PUT(w, "part_of_id", demo_provider_id(w, "o", o.part_of));
	end_shared(w, "o", number, FHIR_T_Organization);
}

static void
write_payer(DemoWriter *w, const RecordTable *table, DemoPayer payer)
{
	demo_row_begin(w, table);
	DEMO_PUT(w, "active", BoolGetDatum(true));
	DEMO_PUT(w, "name", demo_text(demo_payer_name(payer)));
	DEMO_PUT(w, "type", w->concepts[DEMO_CODE_ORG_PAYER]);
	end_shared(w, "payer", (int) payer, FHIR_T_Organization);
}

static void
write_location(DemoWriter *w, const RecordTable *table, int number)
{
	DemoLocation l;

	demo_location(w->settings, number, &l);
	demo_row_begin(w, table);
	DEMO_PUT(w, "status", demo_text("active"));
	DEMO_PUT(w, "name", demo_text(l.name));
	DEMO_PUT(w, "type", w->concepts[l.type]);
	DEMO_PUT(w, "managing_organization_id", demo_provider_id(w, "o", l.organization));
	if (l.part_of >= 0)
		DEMO_PUT(w, "part_of_id", demo_provider_id(w, "l", l.part_of));
	DEMO_PUT(w, "city", demo_text(l.city->name));
	DEMO_PUT(w, "state", demo_text(l.city->state));
	DEMO_PUT(w, "postal_code", zip_text(l.city));
	end_shared(w, "l", number, FHIR_T_Location);
}

static void
write_practitioner(DemoWriter *w, const RecordTable *table, int number)
{
	DemoPractitioner d;

	demo_practitioner(w->settings, number, &d);
	demo_row_begin(w, table);
	demo_put_identifier(&w->extra, FHIR_E_Practitioner_identifier, "http://hl7.org/fhir/sid/us-npi", d.npi);
	demo_put_name(&w->extra, FHIR_E_Practitioner_name, d.family, d.given);
	demo_put_address(&w->extra, FHIR_E_Practitioner_address, NULL, d.city, d.city->zip);
	DEMO_PUT(w, "active", BoolGetDatum(true));
	DEMO_PUT(w, "npi", demo_text(d.npi));
	DEMO_PUT(w, "family", demo_text(d.family));
	DEMO_PUT(w, "given", demo_text(d.given));
	DEMO_PUT(w, "gender", demo_text(d.sex == 'f' ? "female" : "male"));
	DEMO_PUT(w, "city", demo_text(d.city->name));
	DEMO_PUT(w, "state", demo_text(d.city->state));
	end_shared(w, "pr", number, FHIR_T_Practitioner);
}

static void
write_role(DemoWriter *w, const RecordTable *table, int number)
{
	DemoPractitioner d;

	demo_practitioner(w->settings, number, &d);
	demo_row_begin(w, table);
	DEMO_PUT(w, "active", BoolGetDatum(true));
	DEMO_PUT(w, "practitioner_id", demo_provider_id(w, "pr", number));
	DEMO_PUT(w, "organization_id", demo_provider_id(w, "o", d.organization));
	DEMO_PUT(w, "code", w->concepts[d.role]);
	DEMO_PUT(w, "specialty", w->concepts[d.specialty]);
	DEMO_PUT(w, "location_id", demo_provider_id(w, "l", d.location));
	end_shared(w, "role", number, FHIR_T_PractitionerRole);
}

void
demo_write_providers(DemoWriter *w, int communities)
{
	MemoryContext old = MemoryContextSwitchTo(w->row_context);
	const RecordTable *organization = record_table_by_name("organization");
	const RecordTable *location = record_table_by_name("location");
	const RecordTable *practitioner = record_table_by_name("practitioner");
	const RecordTable *role = record_table_by_name("practitioner_role");

	for (int i = 0; i < DEMO_PAYER_COUNT; i++)
		write_payer(w, organization, i);
	for (int c = 0; c < communities; c++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < demo_organizations_per_community(); i++)
			if (i > 0 || c % DEMO_COMMUNITIES_PER_SYSTEM == 0)
				write_organization(w, organization, c * demo_organizations_per_community() + i);
		for (int i = 0; i < demo_locations_per_community(); i++)
			write_location(w, location, c * demo_locations_per_community() + i);
		for (int i = 0; i < demo_practitioners_per_community(); i++)
		{
			write_practitioner(w, practitioner, c * demo_practitioners_per_community() + i);
			write_role(w, role, c * demo_practitioners_per_community() + i);
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(w->row_context);
}
