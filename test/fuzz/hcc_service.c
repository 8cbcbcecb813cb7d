/*
 * hcc_service.c: claims against a list of risk-eligible services.
 *
 * The input is lines: the kind of the claim, the bill type, the specialty, and
 * procedures.  Whatever they hold, a claim is judged; an inpatient bill needs
 * no procedure, and one procedure more never makes a claim that counts not count.
 */
#include "risk/hcc_service.h"

#include "types/code_system.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A list of a few codes of every part. */
static struct varlena *
make_list(bool specialties)
{
	PhmError	err = {0};
	const char *text = specialties
		? "{urn:phm:hcc-service:rule|list, urn:phm:hcc-service:rule|specialty, urn:phm:hcc-service:specialty|08,"
		" urn:phm:hcc-service:procedure|99213, urn:phm:hcc-service:inpatient|11, urn:phm:hcc-service:outpatient|13}"
		: "{urn:phm:hcc-service:rule|list, urn:phm:hcc-service:procedure|99213, urn:phm:hcc-service:procedure|G0438,"
		" urn:phm:hcc-service:inpatient|11, urn:phm:hcc-service:outpatient|13}";
	struct varlena *list = codeset_parse(text, strlen(text), &err);

	if (list == NULL)
		abort();
	return list;
}

/* The next line of the input; false at its end. */
static bool
next_line(const char **p, const char *end, const char **line, Size *len)
{
	const char *stop;

	if (*p >= end)
		return false;
	stop = memchr(*p, '\n', end - *p);
	*line = *p;
	*len = (stop ? stop : end) - *p;
	*p = stop ? stop + 1 : end;
	return true;
}

/* Judges the claim against one list. */
static void
judge(const char *data, size_t size, bool specialties)
{
	struct varlena *list = make_list(specialties);
	CodesetView view;
	HccServiceWork work;
	HccServiceReason before,
				after;
	HccClaimKind kind;
	const char *p = data,
			   *line[3] = {NULL},
			   *procedure;
	Size		len[3] = {0},
				n;

	codeset_view_init(&view, VARDATA(list));
	if (!hcc_service_is_list(&view))
		abort();
	for (int i = 0; i < 3 && next_line(&p, data + size, &line[i], &len[i]);)
		i++;
	if (!hcc_claim_kind(line[0], len[0], len[1] > 0, &kind) && !hcc_claim_kind(NULL, 0, len[1] > 0, &kind))
		abort();
	hcc_service_begin(&work, &view, kind, line[1], len[1], line[2], len[2]);
	before = hcc_service_finish(&work);
	if (kind == HCC_CLAIM_PROFESSIONAL && before <= HCC_SERVICE_ELIGIBLE)
		abort();
	while (next_line(&p, data + size, &procedure, &n))
	{
		hcc_service_add(&work, procedure, n);
		after = hcc_service_finish(&work);
		if (before <= HCC_SERVICE_ELIGIBLE && after > HCC_SERVICE_ELIGIBLE)
			abort();
		before = after;
	}
	if (strlen(hcc_service_reason(before)) == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	judge((const char *) data, size, false);
	judge((const char *) data, size, true);
	shim_reset();
	return 0;
}
