/*
 * evaluate.c (fuzz): ELM, or a FHIRPath expression, read, linked and run.
 *
 * An input that begins with '{' is a library or an expression of ELM JSON, any
 * other one FHIRPath.  What links is valid logic, explains itself, and runs
 * without a crash, within its memory, and ends or looks at interrupts; so does
 * traced logic of it, which is explained.
 */
#include "run_logic.h"

#include "cql/fhirpath.h"
#include "types/codeset.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Every value set whose URL has an even length has these codes. */
static bool
find_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	static const char text[] = "{ICD10CM|E11*, LOINC|4548-4, SNOMEDCT|1, SNOMEDCT|2}";
	PhmError	err = {0};
	struct varlena *set;

	if (strlen(url) % 2 != 0)
		return false;
	set = codeset_parse(text, sizeof(text) - 1, &err);
	if (set == NULL)
		return false;
	*codes = VARDATA(set);
	*length = VARSIZE(set) - VARHDRSZ;
	return true;
}

/* The logic of an input, NULL when it is none. */
static struct varlena *
link_input(const char *text, size_t size, bool trace)
{
	CqlProblems problems = {0};
	PhmError	err = {0};
	CqlLinkOptions options = {.native_helpers = true,.trace = trace};
	CqlLibrary *library;
	CqlTree    *tree;

	options.value_sets.find = find_value_set;
	options.value_sets.missing_is_empty = true;
	if (size == 0 || text[0] != '{')
	{
		tree = fhirpath_read(text, size, &err);
		return tree ? cql_link_expression(tree, &options, &problems) : NULL;
	}
	library = elm_read_json(text, size, &problems, &err);
	if (library != NULL && problems.count == 0)
		return cql_link(&library, 1, &options, &problems);
	problems.count = 0;
	tree = elm_read_expression(text, size, &problems, &err);
	return tree != NULL && problems.count == 0 ? cql_link_expression(tree, &options, &problems) : NULL;
}

/* Checks and runs what links. */
static void
try_input(const char *text, size_t size, bool trace)
{
	struct varlena *logic = link_input(text, size, trace);
	PhmError	err = {0};
	StringInfoData out;

	if (logic == NULL)
		return;
	if (!logic_validate(logic, VARSIZE(logic), &err))
	{
		fprintf(stderr, "%s: %s\n", err.message, err.detail);
		abort();
	}
	initStringInfo(&out);
	logic_explain(logic, &out);
	run_logic(logic);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	sigjmp_buf	jump;

	(void) small_chart();
	if (sigsetjmp(jump, 0) == 0)
	{
		shim_limit(&jump, STACK_LIMIT, INTERRUPT_LIMIT);
		try_input((const char *) data, size, false);
		try_input((const char *) data, size, true);
	}
	shim_limit(NULL, 0, 0);
	shim_reset();
	return 0;
}
