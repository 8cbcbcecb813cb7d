/*
 * fhirpath_type.c: FHIRPath in SQL: expressions as logic, with the value sets
 * that they name, and their values in the context of one resource.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "cql/call_site.h"
#include "cql/exec.h"
#include "cql/fhirpath.h"
#include "cql/problem.h"
#include "phm_plan.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_fhirpath_logic);
PG_FUNCTION_INFO_V1(phm_fhirpath_over);

/* ---- logic ---- */

/* The codes of a value set of memberOf, from phm.value_set; false when it is not loaded. */
static bool
find_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	static const char table[] = "SELECT FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass('phm.value_set')";
	static const char query[] =
		"SELECT v.codes FROM phm.value_set AS v WHERE v.url OPERATOR(pg_catalog.=) $1"
		" AND CASE WHEN $2 IS NULL THEN v.current ELSE v.version OPERATOR(pg_catalog.=) $2 END";
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {CStringGetTextDatum(url), version ? CStringGetTextDatum(version) : (Datum) 0};
	struct varlena *copy = NULL;

	SPI_connect();
	/* Before phm is set up there are no tables. */
	phm_spi_check(SPI_execute(table, true, 1), "look for the table of value sets");
	if (SPI_processed == 0)
	{
		SPI_finish();
		return false;
	}
	phm_spi_check(SPI_execute_with_args(query, 2, types, values, version ? "  " : " n", true, 1), "look up a value set");
	if (SPI_processed > 0)
	{
		bool		null;
		struct varlena *found =
			PG_DETOAST_DATUM_PACKED(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));

		copy = SPI_palloc(VARSIZE_ANY(found));	/* outlives SPI_finish */
		memcpy(copy, found, VARSIZE_ANY(found));
	}
	SPI_finish();
	if (copy == NULL)
		return false;
	*codes = VARDATA_ANY(copy);
	*length = VARSIZE_ANY_EXHDR(copy);
	return true;
}

/* Links an expression; the first problem is the error. */
static struct varlena *
link_path(CqlTree *tree, PhmError *err)
{
	CqlProblems problems = {0};
	CqlLinkOptions options = {.native_helpers = true};
	struct varlena *logic;
	StringInfoData line;

	options.value_sets.find = find_value_set;
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

/* What a call site keeps: the expression of the call before, and its logic. */
typedef struct LinkedPath
{
	struct varlena *logic;
	int			length;
	char		source[FLEXIBLE_ARRAY_MEMBER];
} LinkedPath;

/* Keeps a logic for the next call of the call site, in place of the one before. */
static void
keep_path(FunctionCallInfo fcinfo, text *source, const struct varlena *logic)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	LinkedPath *path = fcinfo->flinfo->fn_extra;
	int			length = (int) VARSIZE_ANY_EXHDR(source);

	fcinfo->flinfo->fn_extra = NULL;
	if (path)
	{
		pfree(path->logic);
		pfree(path);
	}
	path = MemoryContextAlloc(context, offsetof(LinkedPath, source) + length);
	path->length = length;
	memcpy(path->source, VARDATA_ANY(source), length);
	path->logic = MemoryContextAlloc(context, VARSIZE(logic));
	memcpy(path->logic, logic, VARSIZE(logic));
	fcinfo->flinfo->fn_extra = path;
}

/* The logic of a FHIRPath expression. */
Datum
phm_fhirpath_logic(PG_FUNCTION_ARGS)
{
	text	   *source = PG_GETARG_TEXT_PP(0);
	LinkedPath *path = fcinfo->flinfo->fn_extra;
	PhmError	err = {0};
	CqlTree    *tree;
	struct varlena *logic;

	if (path && path->length == (int) VARSIZE_ANY_EXHDR(source) && memcmp(path->source, VARDATA_ANY(source), path->length) == 0)
		PG_RETURN_POINTER(path->logic);
	tree = fhirpath_read(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), &err);
	logic = tree ? link_path(tree, &err) : NULL;
	if (logic == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	keep_path(fcinfo, source, logic);
	PG_RETURN_POINTER(logic);
}

/* ---- one resource ---- */

/* A resource as the value that an evaluation looks at. */
static CqlValue
resource_value(struct varlena *datum)
{
	ElementWriter writer;
	FhirType	type;
	const uint8 *members;
	const uint8 *end;

	resource_view(datum, &type, &members, &end);
	element_writer_init(&writer, end - members + 32);
	element_open(&writer, ELEMENT_RESOURCE, type);
	element_put_copy(&writer, members, end);
	element_close(&writer, ELEMENT_RESOURCE);
	return (CqlValue) {.kind = CQL_ELEMENT,.flag = CQL_LOOSE,.type = type,.element = writer.data};
}

/* (logic, chart, resource, as_of): the value of "expression" for a resource; the chart is there for resolve(). */
static const CallArguments over_resource = {0, -1, -1, -1, 3, -1, -1, -1};

/* The collection that an expression gives for a resource. */
Datum
phm_fhirpath_over(PG_FUNCTION_ARGS)
{
	CqlExec    *x;
	CqlValue	v;
	Datum		result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	x = call_site_exec(fcinfo, &over_resource);
	if (PG_ARGISNULL(1))
		cql_set_chart(x, NULL);
	else
		call_site_chart(fcinfo, PG_GETARG_DATUM(1));
	cql_set_context(x, resource_value(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(2))));
	v = call_site_evaluate(fcinfo, 0);
	result = call_site_jsonb(fcinfo, v);
	call_site_release(fcinfo);
	PG_RETURN_DATUM(result);
}
