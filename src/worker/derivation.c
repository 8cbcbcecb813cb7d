/*
 * derivation.c: running what phm.derivation names.
 *
 * The statement of a routine is prepared once a session (phm_plan.h); whether
 * the routine is there, and is a function or a procedure, is looked up anew
 * every time.
 */
#include "phm.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/value.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_derivation_call);
PG_FUNCTION_INFO_V1(phm_derive_one);

/* The statement that runs a routine over an array of patients. */
static char *
call_of(text *routine)
{
	List	   *names = textToQualifiedNameList(routine);
	Oid			types[1] = {INT8ARRAYOID};
	HeapTuple	tuple;
	char		kind = '\0';
	char	   *name;

	if (list_length(names) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the routine of a derivation is named with its schema, and nothing else")));
	tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(strVal(lsecond(names))),
							PointerGetDatum(buildoidvector(types, 1)),
							ObjectIdGetDatum(get_namespace_oid(strVal(linitial(names)), true)));
	if (HeapTupleIsValid(tuple))
	{
		kind = ((Form_pg_proc) GETSTRUCT(tuple))->prokind;
		ReleaseSysCache(tuple);
	}
	name = psprintf("%s.%s", quote_identifier(strVal(linitial(names))), quote_identifier(strVal(lsecond(names))));
	if (kind != PROKIND_FUNCTION && kind != PROKIND_PROCEDURE)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("there is no function or procedure %s(bigint[])", name),
				 errhint("Correct or disable the row of phm.derivation that names it.")));
	return psprintf("%s %s($1)", kind == PROKIND_PROCEDURE ? "CALL" : "SELECT", name);
}

Datum
phm_derivation_call(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(call_of(PG_GETARG_TEXT_PP(0))));
}

/* Runs a routine over an array of patients. */
Datum
phm_derive_one(PG_FUNCTION_ARGS)
{
	Oid			types[1] = {INT8ARRAYOID};
	Datum		values[1] = {PG_GETARG_DATUM(1)};

	SPI_connect();
	phm_spi_check(SPI_execute_plan(phm_plan(call_of(PG_GETARG_TEXT_PP(0)), 1, types), values, NULL, false, 0),
				  "run a derivation");
	SPI_finish();
	PG_RETURN_VOID();
}
