/*
 * hcc_service.c: the filter of risk-eligible services.  Pure: a list, the
 * claim's kind, bill type, specialty and procedures, and what follows of them.
 */
#include "risk/hcc_service.h"

#include "types/code_system.h"

/* The parts of a list: the last word of their systems. */
static const char *const part_words[HCC_SERVICE_PARTS] = {
	"procedure", "inpatient", "outpatient", "specialty", "rule",
};

/* Is a code in a part of the list? */
static bool
in_part(const CodesetView *list, HccServicePart part, const char *code, int len)
{
	char		uri[64];
	int			n = snprintf(uri, sizeof(uri), "%s%s", HCC_SERVICE_URN, part_words[part]);

	return codeset_contains_hash(list, code_hash(code_system_hash(uri, n), code, len), uri, n, code, len);
}

/* Whether a set is a list of services at all. */
bool
hcc_service_is_list(const CodesetView *list)
{
	return in_part(list, HCC_SERVICE_RULE, "list", 4);
}

/* Letters and digits in capitals up to what ends a code, such as that before a modifier; the length, 0 when too long. */
static int
plain_code(const char *text, Size len, char *code, int size)
{
	int			n = 0;

	for (Size i = 0; i < len; i++)
	{
		unsigned char c = text[i];

		if (c == ' ' && n == 0)
			continue;
		if (c >= 'a' && c <= 'z')
			c -= 32;
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')))
			break;
		if (n == size)
			return 0;
		code[n++] = c;
	}
	return n;
}

/* The kind of a claim from its word, without one from whether it has a bill type; false for an unknown word. */
bool
hcc_claim_kind(const char *word, Size len, bool has_bill_type, HccClaimKind *kind)
{
	static const char *const words[] = {"professional", "institutional", "pharmacy", "oral", "dental", "vision"};

	*kind = has_bill_type ? HCC_CLAIM_INSTITUTIONAL : HCC_CLAIM_PROFESSIONAL;
	if (word == NULL)
		return true;
	for (int i = 0; i < lengthof(words); i++)
		if (strlen(words[i]) == len && strncmp(word, words[i], len) == 0)
		{
			*kind = Min(i, HCC_CLAIM_OTHER);
			return true;
		}
	return false;
}

/* What a bill type says: its first two digits after a leading zero; 8 in the third place voids a bill. */
static HccServiceReason
judge_bill_type(const CodesetView *list, const char *text, Size len)
{
	char		type[4];
	int			n = text ? plain_code(text, len, type, sizeof(type)) : 0;
	const char *digits = type;

	if (n > 2 && digits[0] == '0')
	{
		digits++;
		n--;
	}
	if (n < 2 || n > 3)
		return HCC_WRONG_BILL_TYPE;
	if (n == 3 && digits[2] == '8')
		return HCC_VOID_BILL;
	if (in_part(list, HCC_SERVICE_INPATIENT, digits, 2))
		return HCC_ELIGIBLE_INPATIENT;
	return in_part(list, HCC_SERVICE_OUTPATIENT, digits, 2) ? HCC_ELIGIBLE_OUTPATIENT : HCC_WRONG_BILL_TYPE;
}

/* Is a specialty on the list, or is none asked for?  A single digit stands for one with a zero. */
static bool
specialty_fits(const CodesetView *list, const char *text, Size len)
{
	char		code[3] = "0";
	int			n = text ? plain_code(text, len, code + 1, 2) : 0;

	if (!in_part(list, HCC_SERVICE_RULE, "specialty", 9))
		return true;
	return n > 0 && in_part(list, HCC_SERVICE_SPECIALTY, n == 1 ? code : code + 1, 2);
}

/* Starts a claim; NULL texts are absent. */
void
hcc_service_begin(HccServiceWork *work, const CodesetView *list, HccClaimKind kind,
				  const char *bill_type, Size bill_type_len, const char *specialty, Size specialty_len)
{
	*work = (HccServiceWork) {.list = list, .kind = kind, .bill = HCC_WRONG_BILL_TYPE};
	if (kind == HCC_CLAIM_INSTITUTIONAL)
		work->bill = judge_bill_type(list, bill_type, bill_type_len);
	else if (kind == HCC_CLAIM_PROFESSIONAL)
		work->specialty = specialty_fits(list, specialty, specialty_len);
}

/* Takes a procedure of the claim in: a CPT or HCPCS code, with or without a modifier after a sign. */
void
hcc_service_add(HccServiceWork *work, const char *procedure, Size len)
{
	char		code[8];
	int			n;

	if (work->procedure)
		return;
	n = plain_code(procedure, len, code, sizeof(code));
	work->procedure = n > 0 && in_part(work->list, HCC_SERVICE_PROCEDURE, code, n);
}

/* Whether the diagnoses of the claim count, and why. */
HccServiceReason
hcc_service_finish(const HccServiceWork *work)
{
	if (work->kind == HCC_CLAIM_OTHER)
		return HCC_WRONG_KIND;
	if (work->kind == HCC_CLAIM_INSTITUTIONAL)
		return work->bill != HCC_ELIGIBLE_OUTPATIENT || work->procedure ? work->bill : HCC_WRONG_PROCEDURE;
	if (!work->specialty)
		return HCC_WRONG_SPECIALTY;
	return work->procedure ? HCC_ELIGIBLE_PROFESSIONAL : HCC_WRONG_PROCEDURE;
}

/* A reason in words. */
const char *
hcc_service_reason(HccServiceReason reason)
{
	static const char *const words[] = {
		"inpatient bill type", "outpatient bill type and procedure on the list",
		"procedure on the list", "kind of claim does not count", "bill type is not on the list",
		"bill is void", "no procedure is on the list", "specialty is not on the list",
	};

	return words[reason];
}
