/*
 * hcc_service.h: which claims may give diagnoses to the models of the CMS-HCC
 * family.  The rules are those of CMS for encounter data: inpatient bills
 * count whole, outpatient bills and professional claims when one of their
 * procedures is on the list of the year of service.
 *
 * A list is a phm.codeset of four systems, made by phm.hcc_service_list: it
 * holds procedures, the first two digits of inpatient and of outpatient bill
 * types, and, when they are to count, specialties of practitioners.
 */
#ifndef HCC_SERVICE_H
#define HCC_SERVICE_H

#include "types/codeset.h"

#define HCC_SERVICE_URN "urn:phm:hcc-service:"

/* The systems of a list, after HCC_SERVICE_URN. */
typedef enum HccServicePart
{
	HCC_SERVICE_PROCEDURE, HCC_SERVICE_INPATIENT, HCC_SERVICE_OUTPATIENT, HCC_SERVICE_SPECIALTY,
	HCC_SERVICE_RULE,			/* "list" marks a list, "specialty" one whose specialties count */
	HCC_SERVICE_PARTS
} HccServicePart;

typedef enum HccClaimKind
{
	HCC_CLAIM_PROFESSIONAL, HCC_CLAIM_INSTITUTIONAL, HCC_CLAIM_OTHER
} HccClaimKind;

/* Why a claim counts, up to HCC_SERVICE_ELIGIBLE, or does not. */
typedef enum HccServiceReason
{
	HCC_ELIGIBLE_INPATIENT, HCC_ELIGIBLE_OUTPATIENT, HCC_ELIGIBLE_PROFESSIONAL,
	HCC_WRONG_KIND, HCC_WRONG_BILL_TYPE, HCC_VOID_BILL, HCC_WRONG_PROCEDURE, HCC_WRONG_SPECIALTY
} HccServiceReason;

#define HCC_SERVICE_ELIGIBLE HCC_ELIGIBLE_PROFESSIONAL

/* A claim while its procedures come in: hcc_service_begin, hcc_service_add for each, hcc_service_finish. */
typedef struct HccServiceWork
{
	const CodesetView *list;
	HccClaimKind kind;
	HccServiceReason bill;		/* what the bill type says */
	bool		specialty;		/* it is on the list, or none is asked for */
	bool		procedure;		/* one is on the list */
} HccServiceWork;

extern bool hcc_service_is_list(const CodesetView *list);
extern bool hcc_claim_kind(const char *word, Size len, bool has_bill_type, HccClaimKind *kind);
extern void hcc_service_begin(HccServiceWork *work, const CodesetView *list, HccClaimKind kind,
							  const char *bill_type, Size bill_type_len,
							  const char *specialty, Size specialty_len);
extern void hcc_service_add(HccServiceWork *work, const char *procedure, Size len);
extern HccServiceReason hcc_service_finish(const HccServiceWork *work);
extern const char *hcc_service_reason(HccServiceReason reason);

#endif							/* HCC_SERVICE_H */
