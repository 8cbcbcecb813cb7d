/*
 * codeset_agg.c: the aggregates phm.codeset_agg(concept) and
 * phm.codeset_agg(codeset).
 *
 * The transition type is phm.codeset itself.  While an aggregate runs, its
 * state is an expanded object around a CodesetBuilder in the aggregate's
 * memory context, so that adding a code is cheap; when the state travels
 * (parallel query, another node) it is flattened into an ordinary value.
 */
#include "phm.h"

#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "types/codeset.h"

typedef struct CodesetState
{
	ExpandedObjectHeader hdr;
	CodesetBuilder *builder;
	struct varlena *flat;		/* NULL, or what the builder holds */
} CodesetState;

static Size state_flat_size(ExpandedObjectHeader *eohptr);
static void state_flatten_into(ExpandedObjectHeader *eohptr, void *result, Size size);

static const ExpandedObjectMethods state_methods = {state_flat_size, state_flatten_into};

/* Raises what the builder reported. */
static void
raise_problem(const PhmError *err)
{
	ereport(ERROR, (errcode(err->sqlstate), errmsg("%s", err->message)));
}

/* Size of the flattened state, which is made and kept for flatten_into. */
static Size
state_flat_size(ExpandedObjectHeader *eohptr)
{
	CodesetState *state = (CodesetState *) eohptr;

	if (state->flat == NULL)
	{
		PhmError	err = {0};
		MemoryContext old = MemoryContextSwitchTo(eohptr->eoh_context);

		state->flat = codeset_build(state->builder, &err);
		MemoryContextSwitchTo(old);
		if (state->flat == NULL)
			raise_problem(&err);
	}
	return VARSIZE(state->flat);
}

/* Copies the flattened state. */
static void
state_flatten_into(ExpandedObjectHeader *eohptr, void *result, Size size)
{
	CodesetState *state = (CodesetState *) eohptr;

	Assert(state->flat != NULL && size == VARSIZE(state->flat));
	memcpy(result, state->flat, size);
}

/* An empty state in a memory context. */
static CodesetState *
state_create(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "phm codeset state", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	CodesetState *state = palloc0(sizeof(CodesetState));

	EOH_init_header(&state->hdr, &state_methods, context);
	state->builder = codeset_builder_create();
	MemoryContextSwitchTo(old);
	return state;
}

/* The expanded state behind a datum, or NULL when it is something else. */
static CodesetState *
state_of(Datum datum)
{
	ExpandedObjectHeader *eoh;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	eoh = DatumGetEOHP(datum);
	return eoh->eoh_methods == &state_methods ? (CodesetState *) eoh : NULL;
}

/* Adds a set that is not NULL. */
static void
state_add_set(CodesetState *state, Datum set)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(set);
	CodesetView view;
	PhmError	err = {0};

	codeset_view_init(&view, VARDATA_ANY(value));
	if (!codeset_builder_add_set(state->builder, &view, &err))
		raise_problem(&err);
}

/*
 * The state argument, ready to be changed: itself when it is this aggregate's
 * own, otherwise a copy.  Outside an aggregate it is always a copy.
 */
static CodesetState *
state_argument(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	bool		aggregate = AggCheckCallContext(fcinfo, &context) != 0;
	CodesetState *state;

	if (aggregate && !PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))) &&
		(state = state_of(PG_GETARG_DATUM(0))) != NULL)
	{
		if (state->flat != NULL)
			pfree(state->flat);
		state->flat = NULL;
		return state;
	}
	state = state_create(aggregate ? context : CurrentMemoryContext);
	if (!PG_ARGISNULL(0))
		state_add_set(state, PG_GETARG_DATUM(0));
	return state;
}

/* The state argument as it is, for rows that add nothing. */
static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

PG_FUNCTION_INFO_V1(phm_codeset_agg_add);

/* Transition: adds the codes of a concept. */
Datum
phm_codeset_agg_add(PG_FUNCTION_ARGS)
{
	CodesetState *state;
	struct varlena *concept;
	PhmError	err = {0};

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	state = state_argument(fcinfo);
	concept = PG_GETARG_VARLENA_PP(1);
	if (!codeset_builder_add_concept(state->builder, VARDATA_ANY(concept), VARSIZE_ANY_EXHDR(concept), &err))
		raise_problem(&err);
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->hdr));
}

PG_FUNCTION_INFO_V1(phm_codeset_agg_merge);

/* Transition and combination: adds a set. */
Datum
phm_codeset_agg_merge(PG_FUNCTION_ARGS)
{
	CodesetState *state;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	state = state_argument(fcinfo);
	state_add_set(state, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->hdr));
}

PG_FUNCTION_INFO_V1(phm_codeset_agg_final);

/* Final: the state as an ordinary value of its own; the state stays as it is. */
Datum
phm_codeset_agg_final(PG_FUNCTION_ARGS)
{
	CodesetState *state = state_of(PG_GETARG_DATUM(0));
	PhmError	err = {0};
	struct varlena *value;

	if (state == NULL)
		PG_RETURN_POINTER(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));
	value = codeset_build(state->builder, &err);
	if (value == NULL)
		raise_problem(&err);
	PG_RETURN_POINTER(value);
}
