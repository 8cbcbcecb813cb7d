/*
 * episode.c: results as episodes of a measure: which different ones there are,
 * where they stand in other results, and what they are called.
 */
#include "cql/exec_state.h"

bool
cql_episodes(CqlExec *x, CqlValue list, CqlValue *episodes, PhmError *err)
{
	CqlValue   *values;
	uint32		n = 0;

	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	values = cql_alloc_values(x, list.n);
	for (uint32 i = 0; i < list.n; i++)
		if (!cql_is_null(list.values[i]))
			values[n++] = list.values[i];
	*episodes = cql_distinct(x, cql_list(values, n));
	return true;
}

bool
cql_places(CqlExec *x, CqlValue list, CqlValue among, uint32 *places, PhmError *err)
{
	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	cql_list_places(x, list, among, places);
	return true;
}

bool
cql_reference(CqlExec *x, CqlValue v, StringInfo out, PhmError *err)
{
	CqlValue	id;

	if (v.kind != CQL_ELEMENT || v.element != NULL || v.flag == CQL_LOOSE)
		return false;
	cql_begin(x, err);
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	id = cql_entry_id(x, v.flag, v.n);
	appendStringInfo(out, "%s/", fhir_types[v.type].name);
	if (id.kind == CQL_STRING)
		appendBinaryStringInfo(out, id.s, (int) id.n);
	return true;
}
