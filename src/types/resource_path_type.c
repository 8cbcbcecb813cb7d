/*
 * resource_path_type.c: plain FHIR paths in SQL: phm.element, phm.element_text
 * and phm.elements.
 */
#include "phm.h"

#include "funcapi.h"
#include "utils/jsonb.h"

#include "types/resource_datum.h"
#include "types/resource_path.h"

PG_FUNCTION_INFO_V1(phm_element);
PG_FUNCTION_INFO_V1(phm_element_text);
PG_FUNCTION_INFO_V1(phm_elements);

/* A path with the text it was made of. */
typedef struct CachedPath
{
	ResourcePath path;
	int			length;
	char	   *text;
} CachedPath;

/* The values found, each as a jsonb. */
typedef struct Found
{
	Datum	   *values;
	int			count;
	int			size;
} Found;

/* Reads a path into memory of the current context. */
static void
read_path(CachedPath *cached, const text *argument)
{
	PhmError	err = {0};

	cached->text = text_to_cstring(argument);
	cached->length = VARSIZE_ANY_EXHDR(argument);
	if (!resource_path_parse(&cached->path, cached->text, cached->length, &err))
		ereport(ERROR, (errcode(err.sqlstate), errmsg("%s", err.message)));
}

/* The path of a call site (fn_extra), read again when it is another one. */
static const ResourcePath *
cached_path(FunctionCallInfo fcinfo, const text *argument)
{
	CachedPath *cached = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (cached != NULL && cached->length == (int) VARSIZE_ANY_EXHDR(argument) &&
		memcmp(cached->text, VARDATA_ANY(argument), cached->length) == 0)
		return &cached->path;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	if (cached == NULL)
		cached = palloc0(sizeof(CachedPath));
	else
		pfree(cached->text);
	fcinfo->flinfo->fn_extra = NULL;	/* should the new one be wrong */
	read_path(cached, argument);
	fcinfo->flinfo->fn_extra = cached;
	MemoryContextSwitchTo(old);
	return &cached->path;
}

/* Walks through a resource argument. */
static void
walk(struct varlena *resource, const ResourcePath *path, ResourcePathVisit visit, void *context)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;

	resource_view(resource, &type, &members, &end);
	resource_path_walk(path, type, members, end, visit, context);
}

/* A value as jsonb. */
static Datum
value_jsonb(const ElementValue *value)
{
	StringInfoData out;
	Datum		result;

	initStringInfo(&out);
	element_print(&out, value);
	result = DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
	pfree(out.data);
	return result;
}

/* Keeps the first value found. */
static bool
take_first(void *context, const ElementValue *value)
{
	*(ElementValue *) context = *value;
	return false;
}

/* Keeps every value found. */
static bool
take_all(void *context, const ElementValue *value)
{
	Found	   *found = context;

	CHECK_FOR_INTERRUPTS();
	if (found->count == found->size)
	{
		found->size = found->size ? found->size * 2 : 8;
		found->values = found->values ?
			repalloc(found->values, found->size * sizeof(Datum)) : palloc(found->size * sizeof(Datum));
	}
	found->values[found->count++] = value_jsonb(value);
	return true;
}

Datum
phm_element(PG_FUNCTION_ARGS)
{
	ElementValue value = {.kind = ELEMENT_NULL};

	walk(PG_GETARG_VARLENA_PP(0), cached_path(fcinfo, PG_GETARG_TEXT_PP(1)), take_first, &value);
	if (value.kind == ELEMENT_NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(value_jsonb(&value));
}

Datum
phm_element_text(PG_FUNCTION_ARGS)
{
	ElementValue value = {.kind = ELEMENT_NULL};
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *found;
	int			length;
	StringInfoData out;

	walk(PG_GETARG_VARLENA_PP(0), cached_path(fcinfo, PG_GETARG_TEXT_PP(1)), take_first, &value);
	if (value.kind == ELEMENT_NULL)
		PG_RETURN_NULL();
	if (value.kind >= ELEMENT_NUMBER && value.kind <= ELEMENT_SYSTEM)
	{
		found = element_text(&value, buffer, &length);
		PG_RETURN_TEXT_P(cstring_to_text_with_len(found, length));
	}
	initStringInfo(&out);
	element_print(&out, &value);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

Datum
phm_elements(PG_FUNCTION_ARGS)
{
	FuncCallContext *call;
	Found	   *found;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		CachedPath	path;

		call = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(call->multi_call_memory_ctx);
		found = palloc0(sizeof(Found));
		read_path(&path, PG_GETARG_TEXT_PP(1));
		walk(PG_GETARG_VARLENA_PP(0), &path.path, take_all, found);
		call->user_fctx = found;
		MemoryContextSwitchTo(old);
	}
	call = SRF_PERCALL_SETUP();
	found = call->user_fctx;
	if (call->call_cntr < (uint64) found->count)
	{
		Datum		value = found->values[call->call_cntr];

		SRF_RETURN_NEXT(call, value);	/* counts before it looks at the value */
	}
	SRF_RETURN_DONE(call);
}
