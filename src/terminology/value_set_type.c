/*
 * value_set_type.c: the codes of FHIR ValueSets for SQL:
 * phm.read_value_set_codes, and phm.read_value_sets, from which the loaders make rows.
 *
 * Value sets that others refer to are looked up with phm.value_set.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "phm_plan.h"
#include "terminology/value_set.h"
#include "types/resource.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_read_value_set_codes);
PG_FUNCTION_INFO_V1(phm_read_value_sets);

/* The codes of phm.value_set(canonical), which raises when there is no such set. */
static const void *
find_loaded(void *arg, const char *canonical, int length, PhmError *err)
{
	static const char query[] = "SELECT phm.value_set($1)";
	Oid			type = TEXTOID;
	Datum		value = PointerGetDatum(cstring_to_text_with_len(canonical, length));
	struct varlena *found;
	struct varlena *copy;
	bool		null;

	SPI_connect();
	phm_spi_check(SPI_execute_with_args(query, 1, &type, &value, NULL, true, 1), "look up a value set");
	found = PG_DETOAST_DATUM_PACKED(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	copy = SPI_palloc(VARSIZE_ANY(found));	/* outlives SPI_finish */
	memcpy(copy, found, VARSIZE_ANY(found));
	SPI_finish();
	return VARDATA_ANY(copy);
}

static const ValueSetSource loaded = {find_loaded, NULL};

/* The members of a ValueSet; error when it is something else. */
static void
open_value_set(Datum resource, const uint8 **members, const uint8 **end)
{
	FhirType	type;

	resource_view(PG_DETOAST_DATUM_PACKED(resource), &type, members, end);
	if (type != FHIR_T_ValueSet)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("not a ValueSet"),
				 errdetail("The resource is a %s.", fhir_types[type].name)));
}

/* phm.read_value_set_codes(phm.resource) */
Datum
phm_read_value_set_codes(PG_FUNCTION_ARGS)
{
	PhmError	err = {0};
	struct varlena *codes;
	const uint8 *members;
	const uint8 *end;

	open_value_set(PG_GETARG_DATUM(0), &members, &end);
	codes = value_set_codes(members, end, &loaded, &err);
	if (codes == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(codes);
}

/* ---- phm.read_value_sets ---- */

/* A ValueSet that is read together with others. */
typedef struct Given
{
	const uint8 *members;
	const uint8 *end;
	ValueSetTexts texts;
} Given;

typedef struct GivenSets
{
	int			n;
	Given	   *sets;
} GivenSets;

/* Whether a URL is that of one of the sets that are read together. */
static bool
is_given(void *arg, const char *url, int length)
{
	const GivenSets *given = arg;

	for (int i = 0; i < given->n; i++)
		if (given->sets[i].texts.url_length == length && memcmp(given->sets[i].texts.url, url, length) == 0)
			return true;
	return false;
}

/* Opens the sets of the argument, all before the first is worked out. */
static bool
open_given(FunctionCallInfo fcinfo, GivenSets *given)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *values;
	bool	   *nulls;
	PhmError	err = {0};

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &values, &nulls, &given->n);
	given->sets = palloc(sizeof(Given) * Max(given->n, 1));
	for (int i = 0; i < given->n; i++)
	{
		Given	   *set = &given->sets[i];

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("an array of value sets holds a null")));
		open_value_set(values[i], &set->members, &set->end);
		if (!value_set_texts(set->members, set->end, &set->texts, &err))
		{
			PHM_REPORT(fcinfo, &err);
			return false;
		}
	}
	return true;
}

/* A text of a row, or NULL. */
static void
put_text(Datum *value, bool *null, const char *s, int length)
{
	*null = s == NULL;
	if (s != NULL)
		*value = PointerGetDatum(cstring_to_text_with_len(s, length));
}

/* One row: codes NULL when the set refers to one of those given. */
static void
put_set(FunctionCallInfo fcinfo, GivenSets *given, int i)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const Given *set = &given->sets[i];
	const ValueSetTexts *t = &set->texts;
	Datum		values[8] = {0};
	bool		nulls[8] = {false};
	PhmError	err = {0};

	values[0] = Int32GetDatum(i + 1);
	put_text(&values[1], &nulls[1], t->url, t->url_length);
	put_text(&values[2], &nulls[2], t->version ? t->version : "", t->version_length);
	put_text(&values[3], &nulls[3], t->name, t->name_length);
	put_text(&values[4], &nulls[4], t->title, t->title_length);
	put_text(&values[5], &nulls[5], t->oid, t->oid_length);
	put_text(&values[6], &nulls[6], t->status, t->status_length);
	nulls[7] = value_set_refers(set->members, set->end, is_given, given);
	if (!nulls[7])
	{
		struct varlena *codes = value_set_codes(set->members, set->end, &loaded, &err);

		if (codes == NULL)
		{
			PHM_REPORT(fcinfo, &err);
			return;
		}
		values[7] = PointerGetDatum(codes);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* phm.read_value_sets(phm.resource[]) */
Datum
phm_read_value_sets(PG_FUNCTION_ARGS)
{
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "phm value set", ALLOCSET_DEFAULT_SIZES);
	GivenSets	given;

	InitMaterializedSRF(fcinfo, 0);
	if (!open_given(fcinfo, &given))
		return (Datum) 0;
	for (int i = 0; i < given.n; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(work);

		put_set(fcinfo, &given, i);
		MemoryContextSwitchTo(old);
		MemoryContextReset(work);
	}
	MemoryContextDelete(work);
	return (Datum) 0;
}
