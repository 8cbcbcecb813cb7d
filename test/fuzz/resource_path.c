/*
 * resource_path.c (fuzz): a path, a line end, and FHIR JSON to follow it in.
 * "path[i]" finds the value of that number that "path" finds, and none behind
 * the last one.
 */
#include "phm_port.h"
#include "types/resource.h"
#include "types/resource_path.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

#define CHECK(c) do { if (!(c)) abort(); } while (0)

/* Starts of the values found. */
typedef struct Found
{
	const uint8 *start[64];
	int			count;
} Found;

static bool
take(void *context, const ElementValue *value)
{
	Found	   *found = context;

	CHECK(value->kind != ELEMENT_NULL && value->kind != ELEMENT_EXTENDED);
	found->start[found->count++] = value->start;
	return found->count < 64;
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const uint8 *line = memchr(data, '\n', size);
	size_t		length = line ? line - data : size;
	ResourceParser parser;
	ResourcePath path;
	Found		all = {.count = 0};
	StringInfoData longer;
	PhmError	err = {0};

	resource_parser_init(&parser);
	if (!resource_path_parse(&path, (const char *) data, length, &err))
		CHECK(err.sqlstate == ERRCODE_SYNTAX_ERROR && err.position >= 0 && err.position <= (int64) length);
	else if (line && resource_parse(&parser, (const char *) line + 1, size - length - 1, 1, &err))
	{
		const uint8 *end = parser.writer.data + parser.writer.length;
		int			n = 0;

		resource_path_walk(&path, parser.type, parser.writer.data, end, take, &all);
		for (int i = 0; i < 64 && n < all.count; i++)
		{
			Found		one = {.count = 0};

			initStringInfo(&longer);
			appendBinaryStringInfo(&longer, data, (int) length);
			appendStringInfo(&longer, "[%d]", i);
			if (!resource_path_parse(&path, longer.data, longer.len, &err))
				break;			/* one step too many, or a type alone */
			resource_path_walk(&path, parser.type, parser.writer.data, end, take, &one);
			CHECK(one.count <= 1);
			if (one.count == 1)
				CHECK(one.start[0] == all.start[n++]);	/* extensions without value count, but are no value */
		}
	}
	shim_reset();
	return 0;
}
