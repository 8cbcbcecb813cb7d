/*
 * resource_xml.c (fuzz): what FHIR XML gives is in the form that FHIR JSON
 * gives: it is valid, and printed as JSON it reads back as the same bytes.
 * The sanitizer looks for memory that libxml2 keeps.
 */
#include "phm_port.h"
#include "types/resource.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	ResourceParser parser;
	ResourceParser again;
	StringInfoData out;
	PhmError	err = {0};
	PhmError	none = {0};

	resource_parser_init(&parser);
	if (!resource_parse_xml(&parser, (const char *) data, size, &err))
		CHECK(err.sqlstate != 0 && err.message[0] != '\0');
	else
	{
		const uint8 *members = parser.writer.data;
		const uint8 *end = members + parser.writer.length;

		CHECK(element_validate(parser.type, members, end, &none));
		initStringInfo(&out);
		resource_print(&out, parser.type, members, end);
		resource_parser_init(&again);
		CHECK(resource_parse(&again, out.data, out.len, 1, &none));
		CHECK(again.type == parser.type && again.writer.length == parser.writer.length &&
			  memcmp(again.writer.data, members, parser.writer.length) == 0);
	}
	shim_reset();
	return 0;
}
