/*
 * library_type.c: reading libraries of ELM and linking them, for the SQL
 * functions that keep them as rows.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"

#include "cql/logic.h"
#include "cql/problem.h"

PG_FUNCTION_INFO_V1(phm_read_library);
PG_FUNCTION_INFO_V1(phm_link_libraries);

/* Reads ELM, XML when it begins like XML. */
static CqlLibrary *
read_elm(text *source, CqlProblems *problems, PhmError *err)
{
	const char *s = VARDATA_ANY(source);
	size_t		length = VARSIZE_ANY_EXHDR(source);
	size_t		at = 0;

	if (length >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0)
		s += 3, length -= 3;
	while (at < length && strchr(" \t\r\n", s[at]) != NULL && s[at] != '\0')
		at++;
	return at < length && s[at] == '<' ? elm_read_xml(s, length, problems, err) : elm_read_json(s, length, problems, err);
}

/* text[] of some texts. */
static Datum
text_array(const char **texts, int n)
{
	Datum	   *values = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	return PointerGetDatum(construct_array(values, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* "name|version", or the name alone. */
static const char *
with_version(const char *name, const char *version)
{
	return version && *version ? psprintf("%s|%s", name, version) : name;
}

/* The libraries that a library includes. */
static Datum
includes_of(const CqlLibrary *library)
{
	const char **texts = palloc(sizeof(char *) * Max(library->nincludes, 1));

	for (int i = 0; i < library->nincludes; i++)
		texts[i] = with_version(library->includes[i].path, library->includes[i].version);
	return text_array(texts, library->nincludes);
}

/* The value sets that a library declares. */
static Datum
value_sets_of(const CqlLibrary *library)
{
	const char **texts = palloc(sizeof(char *) * Max(library->ndefs, 1));
	int			n = 0;

	for (int i = 0; i < library->ndefs; i++)
		if (library->defs[i].kind == CQL_DEF_VALUE_SET && library->defs[i].id)
			texts[n++] = with_version(library->defs[i].id, library->defs[i].version);
	return text_array(texts, n);
}

/* (name, version, translator, includes, value_sets, problems) of a library. */
Datum
phm_read_library(PG_FUNCTION_ARGS)
{
	CqlProblems problems = {0};
	PhmError	err = {0};
	CqlLibrary *library = read_elm(PG_GETARG_TEXT_PP(0), &problems, &err);
	TupleDesc	desc;
	Datum		values[6];
	bool		nulls[6] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (library == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	nulls[0] = library->name == NULL;
	values[0] = library->name ? CStringGetTextDatum(library->name) : (Datum) 0;
	values[1] = CStringGetTextDatum(library->version ? library->version : "");
	nulls[2] = library->translator == NULL;
	values[2] = library->translator ? CStringGetTextDatum(library->translator) : (Datum) 0;
	values[3] = includes_of(library);
	values[4] = value_sets_of(library);
	values[5] = CStringGetTextDatum(problems_json(&problems));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* ---- linking ---- */

/* Value sets at hand, by what libraries call them. */
typedef struct ValueSets
{
	int			n;
	char	  **urls;
	char	  **versions;
	struct varlena **codes;
} ValueSets;

/* Elements of an array argument that has no nulls. */
static Datum *
array_argument(FunctionCallInfo fcinfo, int argument, int *n)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	Datum	   *values;
	bool	   *nulls;

	/* texts and codesets are both aligned to 4 bytes */
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &values, &nulls, n);
	for (int i = 0; i < *n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("an array of what is to be linked holds a null")));
	return values;
}

static char **
text_array_argument(FunctionCallInfo fcinfo, int argument, int *n)
{
	Datum	   *values = array_argument(fcinfo, argument, n);
	char	  **texts = palloc(sizeof(char *) * Max(*n, 1));

	for (int i = 0; i < *n; i++)
		texts[i] = TextDatumGetCString(values[i]);
	return texts;
}

/* Finds a value set; an absent version is "". */
static bool
find_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	const ValueSets *sets = arg;

	for (int i = 0; i < sets->n; i++)
	{
		if (strcmp(sets->urls[i], url) != 0 || strcmp(sets->versions[i], version ? version : "") != 0)
			continue;
		*codes = VARDATA_ANY(sets->codes[i]);
		*length = VARSIZE_ANY_EXHDR(sets->codes[i]);
		return true;
	}
	return false;
}

/* The value sets of the arguments from n on. */
static void
value_set_arguments(FunctionCallInfo fcinfo, int n, ValueSets *sets)
{
	int			count;
	Datum	   *values;

	sets->urls = text_array_argument(fcinfo, n, &sets->n);
	sets->versions = text_array_argument(fcinfo, n + 1, &count);
	if (count != sets->n)
		elog(ERROR, "value sets and versions differ in number");
	values = array_argument(fcinfo, n + 2, &count);
	if (count != sets->n)
		elog(ERROR, "value sets and codes differ in number");
	sets->codes = palloc(sizeof(void *) * Max(count, 1));
	for (int i = 0; i < count; i++)
		sets->codes[i] = PG_DETOAST_DATUM_PACKED(values[i]);
}

/* Reads all libraries; what is not ELM is one more problem. */
static CqlLibrary **
read_libraries(char *const *names, const Datum *elms, int n, int *count, CqlProblems *problems)
{
	CqlLibrary **libraries = palloc(sizeof(CqlLibrary *) * Max(n, 1));

	*count = 0;
	for (int i = 0; i < n; i++)
	{
		PhmError	err = {0};
		CqlLibrary *library = read_elm(DatumGetTextPP(elms[i]), problems, &err);

		if (library)
			libraries[(*count)++] = library;
		else
			cql_problem(problems, names[i], NULL, 0, 0, "%s", err.message);
	}
	return libraries;
}

/* (names, elms, roots, urls, versions, codes, missing_is_empty, native, trace) to (logic, problems). */
Datum
phm_link_libraries(PG_FUNCTION_ARGS)
{
	CqlProblems problems = {0};
	CqlLinkOptions options = {0};
	ValueSets	sets;
	CqlLibrary **libraries;
	struct varlena *logic;
	TupleDesc	desc;
	Datum		values[2] = {0};
	bool		nulls[2] = {false};
	int			n;
	char	  **names = text_array_argument(fcinfo, 0, &n);
	Datum	   *elms = array_argument(fcinfo, 1, &n);

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	libraries = read_libraries(names, elms, n, &n, &problems);
	options.roots = (const char *const *) text_array_argument(fcinfo, 2, &options.nroots);
	value_set_arguments(fcinfo, 3, &sets);
	options.value_sets.find = find_value_set;
	options.value_sets.arg = &sets;
	options.value_sets.missing_is_empty = PG_GETARG_BOOL(6);
	options.native_helpers = PG_GETARG_BOOL(7);
	options.trace = PG_GETARG_BOOL(8);
	logic = cql_link(libraries, n, &options, &problems);
	nulls[0] = logic == NULL || problems.count > 0;
	values[0] = PointerGetDatum(logic);
	values[1] = CStringGetTextDatum(problems_json(&problems));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
