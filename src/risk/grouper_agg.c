/*
 * grouper_agg.c: the categories of the codes of many rows.  The state is the
 * result: an array of category names, sorted byte by byte, each once.
 */
#include "risk/grouper_type.h"

#include "catalog/pg_type.h"

PG_FUNCTION_INFO_V1(phm_groups_add);
PG_FUNCTION_INFO_V1(phm_groups_merge);

/* Refuses what cannot be a state. */
static void
check_state(ArrayType *state)
{
	if (ARR_NDIM(state) > 1 || ARR_ELEMTYPE(state) != TEXTOID || array_contains_nulls(state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a list of categories has one dimension and no nulls")));
}

/* Compares the bytes of two texts. */
static int
compare_texts(const void *a, const void *b)
{
	const text *x = DatumGetTextPP(*(const Datum *) a);
	const text *y = DatumGetTextPP(*(const Datum *) b);
	Size		n = VARSIZE_ANY_EXHDR(x);
	Size		m = VARSIZE_ANY_EXHDR(y);
	int			order = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), Min(n, m));

	return order != 0 ? order : n < m ? -1 : n > m;
}

/* Is a name in a state?  Walks it in place. */
static bool
contains(ArrayType *state, const char *name)
{
	int			n = ArrayGetNItems(ARR_NDIM(state), ARR_DIMS(state));
	Size		length = strlen(name);
	char	   *p = ARR_DATA_PTR(state);

	for (int i = 0; i < n; i++)
	{
		p = (char *) att_align_pointer(p, TYPALIGN_INT, -1, p);
		if (VARSIZE_ANY_EXHDR(p) == length && memcmp(VARDATA_ANY(p), name, length) == 0)
			return true;
		p += VARSIZE_ANY(p);
	}
	return false;
}

/* A state of these names, sorted and each once. */
static ArrayType *
make_state(Datum *names, int n)
{
	int			kept = 0;

	qsort(names, n, sizeof(Datum), compare_texts);
	for (int i = 0; i < n; i++)
		if (i == 0 || compare_texts(&names[i], &names[i - 1]) != 0)
			names[kept++] = names[i];
	return construct_array(names, kept, TEXTOID, -1, false, TYPALIGN_INT);
}

/* A state with more names. */
static ArrayType *
with_names(ArrayType *state, const Datum *more, int nmore)
{
	Datum	   *names;
	bool	   *nulls;
	int			n;

	deconstruct_array(state, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	if (n + nmore > 0)
		names = n > 0 ? repalloc(names, sizeof(Datum) * (n + nmore)) : palloc(sizeof(Datum) * nmore);
	memcpy(names + n, more, sizeof(Datum) * nmore);
	return make_state(names, n + nmore);
}

/* Adds the categories of a code to a state. */
Datum
phm_groups_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_ARGISNULL(0) ? construct_empty_array(TEXTOID) : PG_GETARG_ARRAYTYPE_P(0);
	KeptArg    *kept = fcinfo->flinfo->fn_extra;
	Datum		more[64];
	const uint16 *categories;
	text	   *code;
	Grouper		g;
	int			n,
				nmore = 0,
				system;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
		PG_RETURN_ARRAYTYPE_P(state);
	check_state(state);
	if (kept == NULL)
		kept = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(KeptArg));
	grouper_arg(fcinfo, 1, kept, &g);
	system = PG_NARGS() > 3 ? grouper_arg_system(fcinfo, 3, &g) : grouper_need_system(&g, "ICD10CM", 7);
	code = PG_GETARG_TEXT_PP(2);
	n = grouper_find(&g, system, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &categories);
	for (int i = 0; i < n; i++)
	{
		const char *name = grouper_category_name(&g, grouper_at(categories, i));

		if (contains(state, name))
			continue;
		more[nmore++] = CStringGetTextDatum(name);
		if (nmore == lengthof(more))
		{
			state = with_names(state, more, nmore);
			nmore = 0;
		}
	}
	if (nmore > 0)
		state = with_names(state, more, nmore);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Joins two states. */
Datum
phm_groups_merge(PG_FUNCTION_ARGS)
{
	ArrayType  *b;
	Datum	   *names;
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
	b = PG_GETARG_ARRAYTYPE_P(1);
	check_state(PG_GETARG_ARRAYTYPE_P(0));
	check_state(b);
	deconstruct_array(b, TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	PG_RETURN_ARRAYTYPE_P(with_names(PG_GETARG_ARRAYTYPE_P(0), names, n));
}
