/*
 * provider.c: organizations, sites and practitioners by number.
 *
 * A community has a hospital, medical groups and smaller providers
 * (organizations), their places (locations) and a fixed number of
 * practitioners in slots; number = community * slots + slot.
 */
#include "demo/provider.h"

#include "demo/demo_random.h"

/* Organizations of a community. */
enum
{
	ORG_SYSTEM,					/* only the first community of a system tells it */
	ORG_HOSPITAL,
	ORG_GROUP_A,
	ORG_GROUP_B,
	ORG_INDEPENDENT,
	ORG_SPECIALISTS,
	ORG_DIALYSIS,
	ORG_NURSING,
	ORG_HOME,
	ORG_COUNT
};

static const struct
{
	const char *name;
	uint16		type;
	int			part_of;
} organizations[ORG_COUNT] =
{
	{"Health System", DEMO_CODE_ORG_SYSTEM, -1},
	{"Community Hospital", DEMO_CODE_ORG_SYSTEM, ORG_SYSTEM},
	{"Primary Care", DEMO_CODE_ORG_SYSTEM, ORG_SYSTEM},
	{"Family Practice", DEMO_CODE_ORG_SYSTEM, ORG_SYSTEM},
	{"Independent Physicians", DEMO_CODE_ORG_SYSTEM, -1},
	{"Specialty Associates", DEMO_CODE_ORG_SYSTEM, ORG_SYSTEM},
	{"Dialysis Center", DEMO_CODE_ORG_SYSTEM, -1},
	{"Nursing and Rehabilitation", DEMO_CODE_ORG_SYSTEM, -1},
	{"Home Care and Hospice", DEMO_CODE_ORG_SYSTEM, ORG_SYSTEM}
};

/* Locations of a community. */
static const struct
{
	const char *name;
	uint16		type;
	int			organization;
	int			part_of;		/* index here, -1: none */
	int			place;			/* DemoPlace for which it is found, -1: none */
} locations[] =
{
	{"Hospital", DEMO_CODE_LOC_HOSPITAL, ORG_HOSPITAL, -1, DEMO_PLACE_HOSPITAL},
	{"Emergency Department", DEMO_CODE_LOC_ER, ORG_HOSPITAL, 0, DEMO_PLACE_EMERGENCY},
	{"Emergency Treatment Area", DEMO_CODE_LOC_TREATMENT, ORG_HOSPITAL, 1, -1},
	{"Medical Ward", DEMO_CODE_LOC_WARD, ORG_HOSPITAL, 0, DEMO_PLACE_WARD},
	{"Intensive Care Unit", DEMO_CODE_LOC_ICU, ORG_HOSPITAL, 0, -1},
	{"Birth Center", DEMO_CODE_LOC_MATERNITY, ORG_HOSPITAL, 0, DEMO_PLACE_MATERNITY},
	{"Surgery Suite", DEMO_CODE_LOC_SURGERY, ORG_HOSPITAL, 0, DEMO_PLACE_SURGERY},
	{"Clinic North", DEMO_CODE_LOC_CLINIC, ORG_GROUP_A, -1, DEMO_PLACE_OFFICE},
	{"Clinic South", DEMO_CODE_LOC_CLINIC, ORG_GROUP_A, -1, DEMO_PLACE_OFFICE},
	{"Family Clinic", DEMO_CODE_LOC_CLINIC, ORG_GROUP_B, -1, DEMO_PLACE_OFFICE},
	{"Physicians Office", DEMO_CODE_LOC_CLINIC, ORG_INDEPENDENT, -1, DEMO_PLACE_OFFICE},
	{"Specialty Clinic", DEMO_CODE_LOC_CLINIC, ORG_SPECIALISTS, -1, -1},
	{"Urgent Care", DEMO_CODE_LOC_CLINIC, ORG_GROUP_A, -1, DEMO_PLACE_URGENT},
	{"Dialysis Unit", DEMO_CODE_LOC_DIALYSIS, ORG_DIALYSIS, -1, DEMO_PLACE_DIALYSIS},
	{"Nursing Facility", DEMO_CODE_LOC_NURSING, ORG_NURSING, -1, DEMO_PLACE_NURSING},
	{"Patient's Home", DEMO_CODE_LOC_HOME, ORG_HOME, -1, DEMO_PLACE_HOME}
};

#define LOCATIONS ((int) lengthof(locations))
#define LOCATION_OFFICE 7		/* the first of four */
#define LOCATION_TREATMENT 2
#define LOCATION_INTENSIVE 4
#define LOCATION_SPECIALISTS 11

/* Practitioner slots of a community: so many of each specialty. */
static const struct
{
	DemoSpecialty specialty;
	uint16		code;
	int			count;
	int			organization;
	int			location;		/* index above */
} slots[] =
{
	{DEMO_SPECIALTY_PRIMARY, DEMO_CODE_SPEC_FAMILY, 7, ORG_GROUP_A, LOCATION_OFFICE},
	{DEMO_SPECIALTY_PRIMARY, DEMO_CODE_SPEC_INTERNAL, 4, ORG_GROUP_B, 9},
	{DEMO_SPECIALTY_PRIMARY, DEMO_CODE_SPEC_NURSE, 3, ORG_INDEPENDENT, 10},
	{DEMO_SPECIALTY_PEDIATRICS, DEMO_CODE_SPEC_PEDIATRICS, 4, ORG_GROUP_B, 9},
	{DEMO_SPECIALTY_OBSTETRICS, DEMO_CODE_SPEC_OBSTETRICS, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_CARDIOLOGY, DEMO_CODE_SPEC_CARDIOLOGY, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_OPHTHALMOLOGY, DEMO_CODE_SPEC_OPHTHALMOLOGY, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_PSYCHIATRY, DEMO_CODE_SPEC_PSYCHIATRY, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_ONCOLOGY, DEMO_CODE_SPEC_ONCOLOGY, 2, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_UROLOGY, DEMO_CODE_SPEC_UROLOGY, 2, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_SURGERY, DEMO_CODE_SPEC_SURGERY, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_RADIOLOGY, DEMO_CODE_SPEC_RADIOLOGY, 2, ORG_HOSPITAL, 0},
	{DEMO_SPECIALTY_NUTRITION, DEMO_CODE_SPEC_NUTRITION, 1, ORG_GROUP_A, LOCATION_OFFICE},
	{DEMO_SPECIALTY_THERAPY, DEMO_CODE_SPEC_THERAPY, 3, ORG_SPECIALISTS, LOCATION_SPECIALISTS},
	{DEMO_SPECIALTY_EMERGENCY, DEMO_CODE_SPEC_EMERGENCY, 4, ORG_HOSPITAL, 1},
	{DEMO_SPECIALTY_HOSPITAL, DEMO_CODE_SPEC_HOSPITAL, 4, ORG_HOSPITAL, 3},
	{DEMO_SPECIALTY_NEPHROLOGY, DEMO_CODE_SPEC_NEPHROLOGY, 1, ORG_DIALYSIS, 13},
	{DEMO_SPECIALTY_DENTISTRY, DEMO_CODE_SPEC_DENTISTRY, 4, ORG_INDEPENDENT, 10},
	{DEMO_SPECIALTY_HOSPICE, DEMO_CODE_SPEC_HOSPICE, 1, ORG_HOME, 15}
};

/* Payers, after the organizations of all communities in ids. */
static const struct
{
	const char *name;
	uint16		type;
} payers[DEMO_PAYER_COUNT] =
{
	{"Medicare", DEMO_CODE_PAYER_FFS},
	{"Harborlight Medicare Advantage", DEMO_CODE_PAYER_ADVANTAGE},
	{"State Medicaid", DEMO_CODE_PAYER_MEDICAID},
	{"Northfold Health Plan", DEMO_CODE_PAYER_COMMERCIAL},
	{"Union Mutual Health", DEMO_CODE_PAYER_COMMERCIAL}
};

int
demo_practitioners_per_community(void)
{
	int			n = 0;

	for (int i = 0; i < (int) lengthof(slots); i++)
		n += slots[i].count;
	return n;
}

int
demo_organizations_per_community(void)
{
	return ORG_COUNT;
}

int
demo_locations_per_community(void)
{
	return LOCATIONS;
}

/* A seed of its own for each provider. */
static uint64
provider_seed(const DemoSettings *s, int kind, int number)
{
	return demo_mix(s->seed * 31 + (uint64) kind * UINT64CONST(0x1000000000) + (uint64) number);
}

void
demo_npi(uint64 seed, char *npi)
{
	int			sum = 24;		/* of the prefix 80840 */

	npi[0] = '1';
	for (int i = 1; i < 9; i++)
		npi[i] = (char) ('0' + demo_below(&seed, 10));
	for (int i = 0; i < 9; i++)
	{
		int			digit = npi[i] - '0';

		if (i % 2 == 0)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	npi[9] = (char) ('0' + (10 - sum % 10) % 10);
	npi[10] = '\0';
}

const DemoCity *
demo_community_city(const DemoSettings *s, int community)
{
	int			system = community / DEMO_COMMUNITIES_PER_SYSTEM;
	uint64		first = demo_mix(s->seed + 7);

	return &demo_cities[(first + (uint64) system) % (uint64) demo_city_count];
}

/* The slot row of a slot number. */
static int
slot_row(int slot)
{
	int			row = 0;

	while (slot >= slots[row].count)
		slot -= slots[row++].count;
	return row;
}

void
demo_practitioner(const DemoSettings *s, int number, DemoPractitioner *out)
{
	int			per = demo_practitioners_per_community();
	int			community = number / per;
	int			row = slot_row(number % per);
	uint64		random = provider_seed(s, 1, number);

	demo_npi(random, out->npi);
	out->sex = demo_chance(&random, 480) ? 'f' : 'm';
	out->family = demo_family_names[demo_below(&random, demo_family_count)];
	out->given = out->sex == 'f' ? demo_female_names[demo_below(&random, demo_female_count)] :
		demo_male_names[demo_below(&random, demo_male_count)];
	out->birth = s->as_of - 31 * 365 - demo_below(&random, 34 * 365);
	out->specialty = slots[row].code;
	out->role = slots[row].code == DEMO_CODE_SPEC_NURSE ? DEMO_CODE_ROLE_NURSE : DEMO_CODE_ROLE_DOCTOR;
	out->organization = community * ORG_COUNT + slots[row].organization;
	out->location = community * LOCATIONS + slots[row].location;
	if (slots[row].location == LOCATION_OFFICE && demo_chance(&random, 450))
		out->location++;
	out->city = demo_community_city(s, community);
}

void
demo_organization(const DemoSettings *s, int number, DemoOrganization *out)
{
	int			community = number / ORG_COUNT;
	int			index = number % ORG_COUNT;
	int			system = community - community % DEMO_COMMUNITIES_PER_SYSTEM;

	out->city = demo_community_city(s, community);
	snprintf(out->name, sizeof(out->name), "%s %s %d", out->city->name, organizations[index].name,
			 index == ORG_SYSTEM ? system / DEMO_COMMUNITIES_PER_SYSTEM + 1 : community + 1);
	out->type = organizations[index].type;
	demo_npi(provider_seed(s, 2, number), out->npi);
	out->part_of = organizations[index].part_of == ORG_SYSTEM ? system * ORG_COUNT + ORG_SYSTEM : -1;
}

void
demo_location(const DemoSettings *s, int number, DemoLocation *out)
{
	int			community = number / LOCATIONS;
	int			index = number % LOCATIONS;

	out->city = demo_community_city(s, community);
	snprintf(out->name, sizeof(out->name), "%s %s %d", out->city->name, locations[index].name, community + 1);
	out->type = locations[index].type;
	out->organization = demo_location_organization(number);
	out->part_of = locations[index].part_of < 0 ? -1 : community * LOCATIONS + locations[index].part_of;
}

const char *
demo_payer_name(DemoPayer payer)
{
	return payers[payer].name;
}

uint16
demo_payer_type(DemoPayer payer)
{
	return payers[payer].type;
}

int
demo_find_practitioner(int community, DemoSpecialty specialty, int pick)
{
	int			first = 0;
	int			count = 0;

	for (int i = 0; i < (int) lengthof(slots); i++)
		if (slots[i].specialty == specialty)
			count += slots[i].count;
		else if (count == 0)
			first += slots[i].count;
	return community * demo_practitioners_per_community() + first + pick % count;
}

int
demo_find_location(int community, DemoPlace place, int pick)
{
	int			index = 0;

	while (locations[index].place != (int) place)
		index++;
	if (place == DEMO_PLACE_OFFICE)
		index += pick % 4;
	return community * LOCATIONS + index;
}

int
demo_treatment_location(int community)
{
	return community * LOCATIONS + LOCATION_TREATMENT;
}

int
demo_intensive_location(int community)
{
	return community * LOCATIONS + LOCATION_INTENSIVE;
}

int
demo_location_organization(int location)
{
	return location / LOCATIONS * ORG_COUNT + locations[location % LOCATIONS].organization;
}
