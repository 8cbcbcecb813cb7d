/*
 * resource.c (fuzz): FHIR JSON is read, checked, printed and read again: the
 * printed text is the same JSON value, and the bytes are the same again.
 */
#include "phm_port.h"
#include "json_value.h"
#include "types/resource.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *text = (const char *) data;
	ResourceParser parser;
	ResourceParser again;
	StringInfoData out;
	PhmError	err = {0};
	PhmError	none = {0};

	resource_parser_init(&parser);
	if (!resource_parse(&parser, text, size, 1, &err))
		CHECK(err.sqlstate != 0 && err.message[0] != '\0' && err.position <= (int64) size);
	else
	{
		const uint8 *members = parser.writer.data;
		const uint8 *end = members + parser.writer.length;

		CHECK(element_validate(parser.type, members, end, &none));
		initStringInfo(&out);
		resource_print(&out, parser.type, members, end);
		CHECK(json_value_equal(text, size, out.data, out.len));
		resource_parser_init(&again);
		CHECK(resource_parse(&again, out.data, out.len, 1, &none));
		CHECK(again.type == parser.type && again.writer.length == parser.writer.length &&
			  memcmp(again.writer.data, members, parser.writer.length) == 0);
	}
	shim_reset();
	return 0;
}
