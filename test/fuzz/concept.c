/*
 * Reads the input as the text form, as FHIR JSON and as the binary form of
 * phm.concept.  Whatever is accepted must print and read back as the same
 * bytes, be valid, and equal itself.
 */
#include "phm_port.h"

#include "types/concept.h"

static void
check_value(struct varlena *value)
{
	const char *payload = VARDATA(value);
	size_t		length = VARSIZE(value) - VARHDRSZ;
	StringInfoData out;
	struct varlena *again;
	bool		rewrite;
	PhmError	err = {0};

	if (!concept_validate(payload, length, &rewrite, &err) || rewrite)
		abort();
	initStringInfo(&out);
	concept_print(payload, length, &out);
	again = concept_parse(out.data, out.len, &err);
	if (again == NULL || VARSIZE(again) != VARSIZE(value) || memcmp(again, value, VARSIZE(value)) != 0)
		abort();
	if (concept_compare(payload, length, VARDATA(again), length) != 0 ||
		concept_hash(payload, length, 1) != concept_hash(VARDATA(again), length, 1))
		abort();
	resetStringInfo(&out);
	concept_print_json(payload, length, &out);
	again = concept_parse(out.data, out.len, &err);
	if (again == NULL || VARSIZE(again) != VARSIZE(value) || memcmp(again, value, VARSIZE(value)) != 0)
		abort();
	(void) concept_share_code(payload, length, VARDATA(again), length);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	char	   *copy = palloc(size + 1);
	struct varlena *value;
	PhmError	err = {0};
	bool		rewrite;

	memcpy(copy, data, size);
	copy[size] = '\0';
	if (strlen(copy) == size)
	{
		value = concept_parse(copy, size, &err);
		if (value != NULL)
			check_value(value);
		else if (err.sqlstate == 0)
			abort();
	}
	err.sqlstate = 0;
	if (size >= 1 && concept_validate(data, size, &rewrite, &err) && !rewrite)
	{
		value = palloc(VARHDRSZ + size);
		SET_VARSIZE(value, VARHDRSZ + size);
		memcpy(VARDATA(value), data, size);
		check_value(value);
	}
	shim_reset();
	return 0;
}
