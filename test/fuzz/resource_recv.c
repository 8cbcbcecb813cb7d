/*
 * resource_recv.c (fuzz): a resource in binary form, FHIR type id first.
 * What is taken prints to JSON that reads back as the same bytes.
 */
#include "phm_port.h"
#include "types/resource.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const uint8 *members = data + 2;
	const uint8 *end = data + size;
	ResourceParser parser;
	StringInfoData out;
	FhirType	type;
	PhmError	err = {0};
	PhmError	none = {0};

	if (size < 2)
		return 0;
	type = phm_get_u16(data);
	if (!element_validate(type, members, end, &err))
		CHECK(err.sqlstate == ERRCODE_INVALID_BINARY_REPRESENTATION);
	else
	{
		initStringInfo(&out);
		resource_print(&out, type, members, end);
		resource_parser_init(&parser);
		CHECK(resource_parse(&parser, out.data, out.len, 1, &none));
		CHECK(parser.type == type && parser.writer.length == size - 2 &&
			  memcmp(parser.writer.data, members, size - 2) == 0);
	}
	shim_reset();
	return 0;
}
