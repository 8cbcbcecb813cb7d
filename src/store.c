/*
 * store.c: guarding the store against DROP EXTENSION ... CASCADE.
 *
 * The store's tables use the types of the extension, so a plain DROP EXTENSION
 * fails by itself; CASCADE would take all patient data along.  The event
 * trigger looks at the statement itself, before anything is dropped.
 */
#include "phm.h"

#include "catalog/namespace.h"
#include "commands/event_trigger.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(phm_guard_drop);

Datum
phm_guard_drop(PG_FUNCTION_ARGS)
{
	EventTriggerData *data;
	DropStmt   *statement;
	ListCell   *cell;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("phm.guard_drop is an event trigger function")));
	data = (EventTriggerData *) fcinfo->context;
	if (!IsA(data->parsetree, DropStmt))
		PG_RETURN_NULL();
	statement = (DropStmt *) data->parsetree;
	foreach(cell, statement->objects)
		if (IsA(lfirst(cell), String) && strcmp(strVal(lfirst(cell)), "phm") == 0 &&
			OidIsValid(get_relname_relid("store_version", get_namespace_oid("phm", true))))
			ereport(ERROR,
					(errcode(ERRCODE_DEPENDENT_OBJECTS_STILL_EXIST),
					 errmsg("the store of phm exists: dropping the extension would drop all patient data"),
					 errhint("Drop the store first, with SELECT phm.drop_store(confirm => ...).")));
	PG_RETURN_NULL();
}
