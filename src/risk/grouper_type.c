/*
 * grouper_type.c: the type phm.grouper_model, and the functions that sort codes
 * into its categories.  Arguments are read in place; a call site remembers a
 * detoasted grouper, nothing else survives a call.
 */
#include "risk/grouper_type.h"

#include "catalog/pg_type.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(phm_grouper_model_in);
PG_FUNCTION_INFO_V1(phm_grouper_model_recv);
PG_FUNCTION_INFO_V1(phm_group_of);
PG_FUNCTION_INFO_V1(phm_groups);
PG_FUNCTION_INFO_V1(phm_ungrouped);
PG_FUNCTION_INFO_V1(phm_grouper_label);
PG_FUNCTION_INFO_V1(phm_grouper_codes);

/* Text input of a grouper. */
Datum
phm_grouper_model_in(PG_FUNCTION_ARGS)
{
	return kept_in(fcinfo, "phm.grouper_model", "A grouper is made by phm.grouper(name).", grouper_check);
}

/* Binary input of a grouper. */
Datum
phm_grouper_model_recv(PG_FUNCTION_ARGS)
{
	return kept_recv(fcinfo, grouper_check);
}

/* The grouper of a call. */
void
grouper_arg(FunctionCallInfo fcinfo, int n, KeptArg *kept, Grouper *g)
{
	PhmError	err = {0};
	Size		size;
	const uint8 *value = kept_arg(fcinfo, n, kept, &size);

	if (!grouper_view(g, value, size, &err))
		hcc_raise(&err);
}

/* The code system of a name; one that the grouper has no codes of is an error. */
int
grouper_need_system(const Grouper *g, const char *name, Size length)
{
	int			system = grouper_system(g, name, length);
	StringInfoData have;

	if (system >= 0)
		return system;
	initStringInfo(&have);
	for (int i = 0; i < g->nsystems; i++)
		appendStringInfo(&have, "%s%s", i > 0 ? ", " : "", g->systems[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the grouper has no codes of code system \"%.*s\"", (int) Min(length, 63), name),
			 errdetail("It has codes of: %s.", have.data)));
}

/* The code system of a call. */
int
grouper_arg_system(FunctionCallInfo fcinfo, int n, const Grouper *g)
{
	text	   *name = PG_GETARG_TEXT_PP(n);

	return grouper_need_system(g, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/* What a call site of these functions remembers. */
static KeptArg *
site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(KeptArg));
	return fcinfo->flinfo->fn_extra;
}

/* The categories of one code. */
Datum
phm_group_of(PG_FUNCTION_ARGS)
{
	text	   *code = PG_GETARG_TEXT_PP(1);
	const uint16 *categories;
	Grouper		g;
	Datum	   *names;
	int			n;

	grouper_arg(fcinfo, 0, site(fcinfo), &g);
	n = grouper_find(&g, grouper_arg_system(fcinfo, 2, &g), VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &categories);
	names = palloc(sizeof(Datum) * (n + 1));
	for (int i = 0; i < n; i++)
		names[i] = CStringGetTextDatum(grouper_category_name(&g, grouper_at(categories, i)));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The name of a category in words. */
Datum
phm_grouper_label(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	Grouper		g;
	int			category;

	grouper_arg(fcinfo, 0, site(fcinfo), &g);
	category = grouper_category(&g, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	if (category < 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(grouper_label(&g, category)));
}

/* A category and a code of it, by number in the array. */
typedef struct Found
{
	int			category;
	int			code;
} Found;

static int
compare_found(const void *a, const void *b)
{
	const Found *x = a,
			   *y = b;

	return x->category != y->category ? x->category - y->category : x->code - y->code;
}

/* The codes that are not null; how many. */
static int
read_codes(ArrayType *array, Datum **codes)
{
	bool	   *nulls;
	int			n,
				kept = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, codes, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			(*codes)[kept++] = (*codes)[i];
	return kept;
}

/* Pairs of category and code, sorted; category -1 sorts as one after the last. */
static Found *
find_all(const Grouper *g, int system, const Datum *codes, int n, int *nfound)
{
	int			room = n + 16;
	Found	   *found = palloc(sizeof(Found) * room);

	*nfound = 0;
	for (int i = 0; i < n; i++)
	{
		text	   *code = DatumGetTextPP(codes[i]);
		const uint16 *categories;
		int			k = grouper_find(g, system, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &categories);

		if (*nfound + k + 1 > room)
			found = repalloc(found, sizeof(Found) * (room = room * 2 + k));
		if (k == 0)
			found[(*nfound)++] = (Found) {(int) g->ncategories, i};
		for (int j = 0; j < k; j++)
			found[(*nfound)++] = (Found) {grouper_at(categories, j), i};
	}
	qsort(found, *nfound, sizeof(Found), compare_found);
	return found;
}

/* One row of phm.groups: a category and n codes of it. */
static void
put_group(ReturnSetInfo *rsinfo, const Grouper *g, const Datum *codes, const Found *found, int n)
{
	bool		none = found->category == (int) g->ncategories;
	bool		nulls[3] = {none, none, false};
	Datum	   *own = palloc(sizeof(Datum) * n);
	Datum		values[3] = {0};

	for (int i = 0; i < n; i++)
		own[i] = codes[found[i].code];
	if (!none)
	{
		values[0] = CStringGetTextDatum(grouper_category_name(g, found->category));
		values[1] = CStringGetTextDatum(grouper_label(g, found->category));
	}
	values[2] = PointerGetDatum(construct_array(own, n, TEXTOID, -1, false, TYPALIGN_INT));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The categories of an array of codes, each with the codes behind it. */
Datum
phm_groups(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KeptArg		kept = {0};
	Grouper		g;
	Datum	   *codes;
	Found	   *found;
	int			n,
				system;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	grouper_arg(fcinfo, 0, &kept, &g);
	system = grouper_arg_system(fcinfo, 2, &g);
	n = read_codes(PG_GETARG_ARRAYTYPE_P(1), &codes);
	found = find_all(&g, system, codes, n, &n);
	for (int i = 0, end; i < n; i = end)
	{
		for (end = i + 1; end < n && found[end].category == found[i].category; end++)
			;
		put_group(rsinfo, &g, codes, found + i, end - i);
	}
	PG_RETURN_NULL();
}

/* The codes that belong to no category. */
Datum
phm_ungrouped(PG_FUNCTION_ARGS)
{
	const uint16 *categories;
	Grouper		g;
	Datum	   *codes;
	int			n,
				system,
				kept = 0;

	grouper_arg(fcinfo, 0, site(fcinfo), &g);
	system = grouper_arg_system(fcinfo, 2, &g);
	n = read_codes(PG_GETARG_ARRAYTYPE_P(1), &codes);
	for (int i = 0; i < n; i++)
	{
		text	   *code = DatumGetTextPP(codes[i]);

		if (grouper_find(&g, system, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &categories) == 0)
			codes[kept++] = codes[i];
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(codes, kept, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Everything a grouper holds, a code and category a row. */
Datum
phm_grouper_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KeptArg		kept = {0};
	Grouper		g;

	InitMaterializedSRF(fcinfo, 0);
	grouper_arg(fcinfo, 0, &kept, &g);
	for (int s = 0; s < g.nsystems; s++)
		for (uint32 i = 0; i < g.systems[s].nentries; i++)
		{
			char		code[GROUPER_CODE_SIZE];
			bool		nulls[3] = {0};
			Datum		values[3];
			int			n;
			const uint16 *categories = grouper_set(&g, phm_get_u16(g.systems[s].places + 2 * (Size) i), &n);

			CHECK_FOR_INTERRUPTS();
			grouper_key_text(phm_get_u64(g.systems[s].keys + 8 * (Size) i), code);
			for (int k = 0; k < n; k++)
			{
				values[0] = CStringGetTextDatum(g.systems[s].name);
				values[1] = CStringGetTextDatum(code);
				values[2] = CStringGetTextDatum(grouper_category_name(&g, grouper_at(categories, k)));
				tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
			}
		}
	PG_RETURN_NULL();
}
