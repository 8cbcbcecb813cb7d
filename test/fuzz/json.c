/*
 * json.c (fuzz): json_skip and the reader of resources agree on what JSON is:
 * the input is one value, alone and as an element that FHIR does not know.
 */
#include "phm_port.h"
#include "types/resource.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	JsonReader	reader;
	ResourceParser parser;
	StringInfoData text;
	PhmError	skipped = {0};
	PhmError	parsed = {0};
	bool		good;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"resourceType\":\"Basic\",\"x\":[");
	appendBinaryStringInfo(&text, data, (int) size);
	appendStringInfoString(&text, "]}");
	json_init(&reader, text.data, text.len, &skipped);
	good = json_skip(&reader) && json_end(&reader);
	CHECK(good == (skipped.sqlstate == 0));
	resource_parser_init(&parser);
	if (resource_parse(&parser, text.data, text.len, 1, &parsed))
		CHECK(good);
	else if (good)
		CHECK(parsed.sqlstate != ERRCODE_INVALID_TEXT_REPRESENTATION ?
			  parsed.sqlstate != ERRCODE_UNTRANSLATABLE_CHARACTER &&
			  parsed.sqlstate != ERRCODE_CHARACTER_NOT_IN_REPERTOIRE :
			  strncmp(parsed.message, "duplicate element", 17) == 0 ||
			  strncmp(parsed.message, "resource without resourceType", 29) == 0);
	shim_reset();
	return 0;
}
