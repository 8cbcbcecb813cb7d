/*
 * fhirpath_type.c: phm.fhirpath_logic.
 */
#include "phm.h"

#include "cql/fhirpath.h"
#include "cql/logic.h"
#include "cql/problem.h"

PG_FUNCTION_INFO_V1(phm_fhirpath_logic);

/* A single expression brings no value sets. */
static bool
no_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	return false;
}

/* Links an expression; the first problem is the error. */
static struct varlena *
link_path(CqlTree *tree, PhmError *err)
{
	CqlProblems problems = {0};
	CqlLinkOptions options = {.native_helpers = true};
	struct varlena *logic;
	StringInfoData line;

	options.value_sets.find = no_value_set;
	logic = cql_link_expression(tree, &options, &problems);
	if (logic == NULL || problems.count > 0)
	{
		initStringInfo(&line);
		if (problems.count > 0)
			problem_print(&line, &problems.list[0]);
		phm_fail(err, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "the expression cannot be linked");
		phm_fail_detail(err, "%.200s", line.data);
		return NULL;
	}
	return logic;
}

/* The logic of a FHIRPath expression. */
Datum
phm_fhirpath_logic(PG_FUNCTION_ARGS)
{
	text	   *source = PG_GETARG_TEXT_PP(0);
	PhmError	err = {0};
	CqlTree    *tree = fhirpath_read(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), &err);
	struct varlena *logic = tree ? link_path(tree, &err) : NULL;

	if (logic == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(logic);
}
