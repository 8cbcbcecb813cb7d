/*
 * provider.h: the organizations, sites and practitioners of the synthetic
 * population.
 *
 * Persons live in communities of DEMO_COMMUNITY; each has the same set of
 * places and slots, so that a provider is found by number without a list.
 */
#ifndef DEMO_PROVIDER_H
#define DEMO_PROVIDER_H

#include "demo/demo_table.h"
#include "demo/population.h"

#define DEMO_COMMUNITY 20000	/* persons */
#define DEMO_COMMUNITIES_PER_SYSTEM 3
#define DEMO_DOCTORS 14			/* primary care slots of a community */

typedef struct DemoPractitioner
{
	char		npi[11];
	const char *family;
	const char *given;
	char		sex;
	int			birth;
	uint16		specialty;		/* code */
	uint16		role;			/* code */
	int			organization;
	int			location;
	const DemoCity *city;
} DemoPractitioner;

typedef struct DemoOrganization
{
	char		name[64];
	uint16		type;			/* code */
	char		npi[11];
	int			part_of;		/* organization, -1: none */
	const DemoCity *city;
} DemoOrganization;

typedef struct DemoLocation
{
	char		name[64];
	uint16		type;			/* code */
	int			organization;
	int			part_of;		/* location, -1: none */
	const DemoCity *city;
} DemoLocation;

/* Practitioners, organizations and locations of a community, as ranges of numbers. */
extern int	demo_practitioners_per_community(void);
extern int	demo_organizations_per_community(void);
extern int	demo_locations_per_community(void);

extern void demo_practitioner(const DemoSettings *s, int number, DemoPractitioner *out);
extern void demo_organization(const DemoSettings *s, int number, DemoOrganization *out);
extern void demo_location(const DemoSettings *s, int number, DemoLocation *out);

/* The payers, as organizations of their own. */
extern const char *demo_payer_name(DemoPayer payer);
extern uint16 demo_payer_type(DemoPayer payer);

extern const DemoCity *demo_community_city(const DemoSettings *s, int community);

/* A practitioner of a specialty in a community; pick is any number. */
extern int	demo_find_practitioner(int community, DemoSpecialty specialty, int pick);

/* Where such visits take place. */
extern int	demo_find_location(int community, DemoPlace place, int pick);

/* The place within the emergency department where treatment begins, the intensive care unit. */
extern int	demo_treatment_location(int community);
extern int	demo_intensive_location(int community);

/* The organization that runs a location or employs a practitioner. */
extern int	demo_location_organization(int location);

/* Ten digits with the check digit of a National Provider Identifier; invented. */
extern void demo_npi(uint64 seed, char *npi);

#endif							/* DEMO_PROVIDER_H */
