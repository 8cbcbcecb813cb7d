/*
 * codeset_type.c: the SQL face of phm.codeset: input, output, membership, set
 * algebra, and access to codeset arguments.
 *
 * Owns one cache per call site (CodesetCache in fn_extra): sets that lie in a
 * TOAST table, by TOAST pointer.  A TOAST pointer names its value for as long
 * as anybody can see it, so an entry cannot become stale; values that lie in
 * the row or in the plan are read where they are and never cached.
 */
#include "phm.h"

#include "access/detoast.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "types/code_system.h"
#include "types/code_text.h"
#include "types/codeset.h"
#include "types/codeset_arg.h"

#define CACHE_ITEMS		64
#define CACHE_BYTES		((Size) 32 * 1024 * 1024)

typedef struct CodesetCache
{
	MemoryContext context;		/* child of fn_mcxt: dies with the call site */
	Size		bytes;
	int			nitems;
	int			last;			/* found last */
	struct
	{
		struct varatt_external pointer;
		struct varlena *value;
	}			items[CACHE_ITEMS];
} CodesetCache;

/* The argument as a view, detoasted for this call only. */
void
codeset_getarg(FunctionCallInfo fcinfo, int argno, CodesetView *view)
{
	codeset_view_init(view, VARDATA_ANY(PG_GETARG_VARLENA_PP(argno)));
}

/* The cache of this call site, made on first use. */
static CodesetCache *
call_site_cache(FmgrInfo *flinfo)
{
	CodesetCache *cache = flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CodesetCache));
		cache->context = AllocSetContextCreate(flinfo->fn_mcxt, "phm codeset cache", ALLOCSET_DEFAULT_SIZES);
		flinfo->fn_extra = cache;
	}
	return cache;
}

/* Fetches a set into the cache; a full cache is emptied first. */
static struct varlena *
cache_add(CodesetCache *cache, struct varlena *toasted, const struct varatt_external *pointer)
{
	MemoryContext old;
	struct varlena *value;

	if (cache->nitems == CACHE_ITEMS || cache->bytes + pointer->va_rawsize > CACHE_BYTES)
	{
		cache->nitems = cache->last = 0;
		cache->bytes = 0;
		MemoryContextReset(cache->context);
	}
	old = MemoryContextSwitchTo(cache->context);
	value = detoast_attr(toasted);
	MemoryContextSwitchTo(old);
	cache->last = cache->nitems;
	cache->items[cache->nitems].pointer = *pointer;
	cache->items[cache->nitems++].value = value;
	cache->bytes += VARSIZE(value);
	return value;
}

/* The set behind a TOAST pointer. */
static struct varlena *
cached_value(FmgrInfo *flinfo, struct varlena *toasted)
{
	CodesetCache *cache = call_site_cache(flinfo);
	struct varatt_external pointer;

	VARATT_EXTERNAL_GET_POINTER(pointer, toasted);
	if (cache->last < cache->nitems &&
		memcmp(&cache->items[cache->last].pointer, &pointer, sizeof(pointer)) == 0)
		return cache->items[cache->last].value;
	for (int i = 0; i < cache->nitems; i++)
	{
		if (memcmp(&cache->items[i].pointer, &pointer, sizeof(pointer)) == 0)
		{
			cache->last = i;
			return cache->items[i].value;
		}
	}
	return cache_add(cache, toasted, &pointer);
}

/* The argument as a view, kept from call to call where that saves work. */
void
codeset_getarg_cached(FunctionCallInfo fcinfo, int argno, CodesetView *view)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(argno));

	if (VARATT_IS_EXTERNAL_ONDISK(value) && fcinfo->flinfo != NULL)
		value = cached_value(fcinfo->flinfo, value);
	else
		value = pg_detoast_datum_packed(value);
	codeset_view_init(view, VARDATA_ANY(value));
}

PG_FUNCTION_INFO_V1(phm_codeset_in);

/* Text form to codeset. */
Datum
phm_codeset_in(PG_FUNCTION_ARGS)
{
	char	   *input = PG_GETARG_CSTRING(0);
	PhmError	err = {0};
	struct varlena *value = codeset_parse(input, strlen(input), &err);

	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_codeset_out);

/* Codeset to its text form. */
Datum
phm_codeset_out(PG_FUNCTION_ARGS)
{
	CodesetView view;
	StringInfoData out;

	codeset_getarg(fcinfo, 0, &view);
	initStringInfo(&out);
	codeset_print(&view, &out);
	PG_RETURN_CSTRING(out.data);
}

PG_FUNCTION_INFO_V1(phm_codeset_recv);

/* Binary input: the stored form without its header; everything is checked. */
Datum
phm_codeset_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	PhmError	err = {0};
	struct varlena *value = codeset_receive(pq_getmsgbytes(buf, length), length, &err);
	CodesetView view;
	CodesetIterator it;
	CodesetEntry e;

	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	codeset_view_init(&view, VARDATA(value));
	codeset_iterate(&it, &view);
	while (codeset_next(&it, &e))
	{
		(void) pg_verifymbstr(e.system, e.system_length, false);
		(void) pg_verifymbstr(e.code, e.code_length, false);
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_codeset_send);

/* Binary output: the stored form without its header. */
Datum
phm_codeset_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Whether the first two arguments have the same bytes: equal sets do. */
static bool
same_bytes(FunctionCallInfo fcinfo)
{
	Datum		x = PG_GETARG_DATUM(0);
	Datum		y = PG_GETARG_DATUM(1);
	struct varlena *a;
	struct varlena *b;

	if (toast_raw_datum_size(x) != toast_raw_datum_size(y))
		return false;
	a = PG_GETARG_VARLENA_PP(0);
	b = PG_GETARG_VARLENA_PP(1);
	return memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

PG_FUNCTION_INFO_V1(phm_codeset_eq);

/* Equality. */
Datum
phm_codeset_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_bytes(fcinfo));
}

PG_FUNCTION_INFO_V1(phm_codeset_ne);

/* Inequality. */
Datum
phm_codeset_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_bytes(fcinfo));
}

/* Orders the first two arguments by their bytes. */
static int
compare_bytes(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size		a_length = VARSIZE_ANY_EXHDR(a);
	Size		b_length = VARSIZE_ANY_EXHDR(b);
	int			order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_length, b_length));

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	if (order == 0)
		return (a_length > b_length) - (a_length < b_length);
	return order < 0 ? -1 : 1;
}

#define COMPARISON(name, test) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(compare_bytes(fcinfo) test); }

COMPARISON(phm_codeset_lt, < 0)
COMPARISON(phm_codeset_le, <= 0)
COMPARISON(phm_codeset_gt, > 0)
COMPARISON(phm_codeset_ge, >= 0)

PG_FUNCTION_INFO_V1(phm_codeset_cmp);

/* Three-way comparison for b-tree. */
Datum
phm_codeset_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_bytes(fcinfo));
}

PG_FUNCTION_INFO_V1(phm_codeset_hash);

/* Hash that agrees with equality. */
Datum
phm_codeset_hash(PG_FUNCTION_ARGS)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_INT32((int32) code_hash(0, VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a)));
}

PG_FUNCTION_INFO_V1(phm_codeset_hash_extended);

/* The same in 64 bits with a seed. */
Datum
phm_codeset_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);

	PG_RETURN_INT64((int64) code_hash((uint64) PG_GETARG_INT64(1), VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a)));
}

/* Whether the concept argument has a code in the set argument. */
static bool
concept_in_set(FunctionCallInfo fcinfo, int concept_arg, int set_arg)
{
	struct varlena *concept = PG_GETARG_VARLENA_PP(concept_arg);
	CodesetView view;

	codeset_getarg_cached(fcinfo, set_arg, &view);
	return codeset_contains_concept(&view, VARDATA_ANY(concept), VARSIZE_ANY_EXHDR(concept));
}

PG_FUNCTION_INFO_V1(phm_concept_in_codeset);

/* concept <@ codeset */
Datum
phm_concept_in_codeset(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(concept_in_set(fcinfo, 0, 1));
}

PG_FUNCTION_INFO_V1(phm_codeset_has_concept);

/* codeset @> concept */
Datum
phm_codeset_has_concept(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(concept_in_set(fcinfo, 1, 0));
}

/* A system argument (alias or URI), as its canonical URI. */
static const char *
canonical_argument(FunctionCallInfo fcinfo, int argno, int *length, int *id)
{
	text	   *argument = PG_GETARG_TEXT_PP(argno);
	const char *system;
	PhmError	err = {0};

	if (!code_system_argument(VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument), &system, length, id, &err))
	{
		PHM_REPORT(fcinfo, &err);
		return NULL;
	}
	if (*id != 0)
		system = code_system_url(code_system_canonical(*id), length);
	return system;
}

PG_FUNCTION_INFO_V1(phm_codeset_contains);

/* phm.contains(codeset, system, code) */
Datum
phm_codeset_contains(PG_FUNCTION_ARGS)
{
	text	   *code;
	const char *system = "";
	int			length = 0;
	int			id = 0;
	CodesetView view;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1) && (system = canonical_argument(fcinfo, 1, &length, &id)) == NULL)
		PG_RETURN_NULL();
	code = PG_GETARG_TEXT_PP(2);
	codeset_getarg_cached(fcinfo, 0, &view);
	PG_RETURN_BOOL(codeset_contains_hash(&view,
										 code_hash(code_system_hash(system, length), VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)),
										 system, length, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}

/* Runs a set operation on the first two arguments. */
static Datum
set_operation(FunctionCallInfo fcinfo,
			  struct varlena *(*operation) (const CodesetView *, const CodesetView *, PhmError *))
{
	CodesetView a,
				b;
	PhmError	err = {0};
	struct varlena *value;

	codeset_getarg(fcinfo, 0, &a);
	codeset_getarg(fcinfo, 1, &b);
	value = operation(&a, &b, &err);
	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(phm_codeset_union);

/* codeset | codeset */
Datum
phm_codeset_union(PG_FUNCTION_ARGS)
{
	return set_operation(fcinfo, codeset_union);
}

PG_FUNCTION_INFO_V1(phm_codeset_intersection);

/* codeset & codeset */
Datum
phm_codeset_intersection(PG_FUNCTION_ARGS)
{
	return set_operation(fcinfo, codeset_intersection);
}

PG_FUNCTION_INFO_V1(phm_codeset_difference);

/* codeset - codeset */
Datum
phm_codeset_difference(PG_FUNCTION_ARGS)
{
	return set_operation(fcinfo, codeset_difference);
}

PG_FUNCTION_INFO_V1(phm_codeset_overlaps);

/* codeset && codeset */
Datum
phm_codeset_overlaps(PG_FUNCTION_ARGS)
{
	CodesetView a,
				b;

	codeset_getarg(fcinfo, 0, &a);
	codeset_getarg(fcinfo, 1, &b);
	PG_RETURN_BOOL(codeset_overlaps(&a, &b));
}

PG_FUNCTION_INFO_V1(phm_codeset_within);

/* codeset <@ codeset */
Datum
phm_codeset_within(PG_FUNCTION_ARGS)
{
	CodesetView a,
				b;

	codeset_getarg(fcinfo, 0, &a);
	codeset_getarg(fcinfo, 1, &b);
	PG_RETURN_BOOL(codeset_is_subset(&a, &b));
}

PG_FUNCTION_INFO_V1(phm_codeset_includes);

/* codeset @> codeset */
Datum
phm_codeset_includes(PG_FUNCTION_ARGS)
{
	CodesetView a,
				b;

	codeset_getarg(fcinfo, 0, &a);
	codeset_getarg(fcinfo, 1, &b);
	PG_RETURN_BOOL(codeset_is_subset(&b, &a));
}

PG_FUNCTION_INFO_V1(phm_codeset_cardinality);

/* phm.cardinality(codeset): codes and prefixes. */
Datum
phm_codeset_cardinality(PG_FUNCTION_ARGS)
{
	CodesetView view;

	codeset_getarg(fcinfo, 0, &view);
	PG_RETURN_INT32((int32) (view.ncodes + view.nprefixes));
}

PG_FUNCTION_INFO_V1(phm_codeset_codes);

/* phm.codes(codeset): one row an entry. */
Datum
phm_codeset_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext rows = AllocSetContextCreate(CurrentMemoryContext, "phm codes", ALLOCSET_SMALL_SIZES);
	CodesetView view;
	CodesetIterator it;
	CodesetEntry e;

	InitMaterializedSRF(fcinfo, 0);
	codeset_getarg(fcinfo, 0, &view);
	codeset_iterate(&it, &view);
	while (codeset_next(&it, &e))
	{
		MemoryContext old = MemoryContextSwitchTo(rows);
		Datum		values[3];
		bool		nulls[3] = {e.system_length == 0, false, false};

		values[0] = PointerGetDatum(cstring_to_text_with_len(e.system, e.system_length));
		values[1] = PointerGetDatum(cstring_to_text_with_len(e.code, e.code_length));
		values[2] = BoolGetDatum(e.prefix);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(old);
		MemoryContextReset(rows);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(rows);
	return (Datum) 0;
}

/* Adds the elements of a text array argument to a builder; NULL elements are left out. */
static bool
add_array(FunctionCallInfo fcinfo, int argno, CodesetBuilder *b, const char *system, int length, int id, bool prefix)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	PhmError	err = {0};

	if (PG_ARGISNULL(argno))
		return true;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argno), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		text	   *code;

		if (nulls[i])
			continue;
		code = DatumGetTextPP(elements[i]);
		if (!codeset_builder_add(b, system, length, id, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), prefix, &err))
		{
			PHM_REPORT(fcinfo, &err);
			return false;
		}
	}
	return true;
}

PG_FUNCTION_INFO_V1(phm_codeset_make);

/* phm.codeset(system, codes, prefixes) */
Datum
phm_codeset_make(PG_FUNCTION_ARGS)
{
	const char *system = "";
	int			length = 0;
	int			id = 0;
	CodesetBuilder *b;
	PhmError	err = {0};
	struct varlena *value;

	if (!PG_ARGISNULL(0) && (system = canonical_argument(fcinfo, 0, &length, &id)) == NULL)
		PG_RETURN_NULL();
	b = codeset_builder_create();
	if (!add_array(fcinfo, 1, b, system, length, id, false) || !add_array(fcinfo, 2, b, system, length, id, true))
		PG_RETURN_NULL();
	value = codeset_build(b, &err);
	if (value == NULL)
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}
