/*
 * code_system_type.c: the SQL face of the code system table.
 */
#include "phm.h"

#include "funcapi.h"

#include "types/code_system.h"
#include "types/code_text.h"

PG_FUNCTION_INFO_V1(phm_code_systems);

/* phm.code_systems(): the table. */
Datum
phm_code_systems(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int id = 1; id <= code_system_count(); id++)
	{
		int			canonical = code_system_canonical(id);
		const char *alias = code_system_alias(id);
		int			length;
		Datum		values[5];
		bool		nulls[5] = {false, false, alias == NULL, false, false};

		values[0] = Int32GetDatum(id);
		values[1] = CStringGetTextDatum(code_system_url(id, &length));
		values[2] = alias ? CStringGetTextDatum(alias) : 0;
		values[3] = CStringGetTextDatum(code_system_url(canonical, &length));
		values[4] = CStringGetTextDatum(code_system_name(id));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(phm_code_system_url);

/* phm.code_system_url(alias): the canonical URI; NULL for an unknown alias. */
Datum
phm_code_system_url(PG_FUNCTION_ARGS)
{
	text	   *alias = PG_GETARG_TEXT_PP(0);
	int			id = code_system_by_alias(VARDATA_ANY(alias), VARSIZE_ANY_EXHDR(alias));
	int			length;

	if (id == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(code_system_url(id, &length)));
}

PG_FUNCTION_INFO_V1(phm_code_system_alias);

/* phm.code_system_alias(url): the alias of the system that a URI means; NULL without one. */
Datum
phm_code_system_alias(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	const char *alias = code_system_alias(code_system_by_url(VARDATA_ANY(url), VARSIZE_ANY_EXHDR(url)));

	if (alias == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(alias));
}

PG_FUNCTION_INFO_V1(phm_code_hash);

/* phm.code_hash(system, code): the 64-bit identity; the system may be absent. */
Datum
phm_code_hash(PG_FUNCTION_ARGS)
{
	const char *system = "";
	int			length = 0;
	int			id = 0;
	text	   *code;
	PhmError	err = {0};

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	code = PG_GETARG_TEXT_PP(1);
	if (!PG_ARGISNULL(0))
	{
		text	   *argument = PG_GETARG_TEXT_PP(0);

		if (!code_system_argument(VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument),
								  &system, &length, &id, &err))
		{
			PHM_REPORT(fcinfo, &err);
			PG_RETURN_NULL();
		}
	}
	PG_RETURN_INT64((int64) code_hash(code_system_hash(system, length),
									  VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}
