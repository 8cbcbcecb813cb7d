/*
 * logic.c: logic from outside.  What logic_validate accepts runs without a
 * crash, within the memory that it was given, and ends or looks at interrupts.
 *
 * Each input is tried as it is and with what no one hits by chance put
 * right: length, version, offsets of sections, hash.
 */
#include "run_logic.h"

#include "cql/logic_build.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Validates, and runs what is valid. */
static void
try_logic(void *value, size_t size)
{
	PhmError	err = {0};
	StringInfoData out;

	if (!logic_validate(value, size, &err))
	{
		CHECK(err.sqlstate != 0 && err.message[0] != '\0');
		return;
	}
	initStringInfo(&out);
	logic_explain(value, &out);
	run_logic(value);
}

/* Puts the header right; false when the sections that it names are not there. */
static bool
repair(LogicHeader *logic, size_t size)
{
	uint64		end = sizeof(LogicHeader);

	if (size < sizeof(LogicHeader))
		return false;
	logic->version = LOGIC_VERSION;
	logic->flags = 0;
	logic->nsections = LOGIC_NSECTIONS;
	for (int i = 0; i < LOGIC_NSECTIONS; i++)
	{
		uint64		length = ((uint64) logic->section[i].count * logic_element_size(i) + 7) & ~(uint64) 7;

		if (length > size - end)
			return false;
		logic->section[i].offset = (uint32) end;
		end += length;
	}
	SET_VARSIZE(logic, end);
	logic->hash = logic_content_hash((const uint8 *) (logic + 1), end - sizeof(LogicHeader));
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;
	char	   *value = palloc(size + VARHDRSZ);

	(void) small_chart();
	memcpy(value + VARHDRSZ, data, size);
	SET_VARSIZE(value, size + VARHDRSZ);
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_logic(value, size + VARHDRSZ);
		if (repair((LogicHeader *) value, size + VARHDRSZ))
			try_logic(value, VARSIZE(value));
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
