/*
 * value_set.c (fuzz): whatever is read as a FHIR ValueSet gives a code set or an
 * error that says something; the set is one that is received from outside,
 * and reading again gives the same bytes.  A set that refers to others refers
 * to one of any URL.
 */
#include "phm_port.h"
#include "terminology/value_set.h"
#include "types/codeset.h"
#include "types/resource.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

/* Every URL with an even length is a set of two entries; the others are not loaded. */
static const void *
find(void *arg, const char *canonical, int length, PhmError *err)
{
	static const char text[] = "{LOINC|1-8, ICD10CM|E1*}";
	struct varlena *codes;

	CHECK(canonical != NULL && length >= 0);
	*(int *) arg += 1;
	if (length % 2 == 1)
	{
		phm_fail(err, ERRCODE_UNDEFINED_OBJECT, -1, "not loaded");
		return NULL;
	}
	codes = codeset_parse(text, strlen(text), err);
	CHECK(codes != NULL);
	return VARDATA(codes);
}

static bool
is_any(void *arg, const char *url, int length)
{
	CHECK(url != NULL && length >= 0);
	return true;
}

/* Reads the members of a ValueSet twice. */
static void
check_value_set(const uint8 *members, const uint8 *end)
{
	int			asked = 0;
	ValueSetSource source = {find, &asked};
	ValueSetTexts texts;
	PhmError	err = {0};
	PhmError	again_err = {0};
	struct varlena *codes = value_set_codes(members, end, &source, &err);
	struct varlena *again;

	CHECK(asked == 0 || value_set_refers(members, end, is_any, NULL));
	again = value_set_codes(members, end, &source, &again_err);
	CHECK((codes == NULL) == (again == NULL) && (codes == NULL) == (err.sqlstate != 0));
	if (codes == NULL)
		CHECK(err.message[0] != '\0' && strcmp(err.message, again_err.message) == 0);
	else
	{
		CHECK(VARSIZE(codes) == VARSIZE(again) && memcmp(codes, again, VARSIZE(codes)) == 0);
		CHECK(codeset_receive(VARDATA(codes), VARSIZE(codes) - VARHDRSZ, &err) != NULL);
	}
	memset(&err, 0, sizeof(err));
	if (value_set_texts(members, end, &texts, &err))
		CHECK(texts.url != NULL && (texts.oid == NULL || texts.oid_length >= 0));
	else
		CHECK(err.sqlstate != 0);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	ResourceParser parser;
	PhmError	err = {0};

	resource_parser_init(&parser);
	if (resource_parse(&parser, (const char *) data, size, 1, &err) && parser.type == FHIR_T_ValueSet)
		check_value_set(parser.writer.data, parser.writer.data + parser.writer.length);
	shim_reset();
	return 0;
}
