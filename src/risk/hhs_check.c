/*
 * hhs_check.c: the layout of an HHS-HCC model: finding the sections of one,
 * and checking one that nobody vouches for.  Every value that scoring uses as
 * an index or a bound is checked, and whatever could be written in two ways
 * must be as phm writes it, so that equal models have equal bytes.
 */
#include "risk/hhs.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Refuses a model; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hhs_model value");
	return phm_fail_detail(err, "The part \"%s\" is not as phm writes it.", what);
}

/* Gives the next section and moves on. */
static const uint8 *
section(const uint8 **at, Size bytes)
{
	const uint8 *here = *at;

	*at += PAD8(bytes);
	return here;
}

/* Places the sections after the header, by the counts alone; returns the end. */
const uint8 *
hhs_place(HhsView *v)
{
	const uint8 *at = v->model + HHS_HEADER;
	Size		mask = 8 * (Size) v->nwords;

	v->drops = section(&at, mask * v->ncat);
	v->has = section(&at, mask * HHS_GROUPS);
	v->counts = section(&at, mask * HHS_GROUPS);
	v->clauses = section(&at, (mask + 8) * v->nclauses);
	v->codes = section(&at, 8 * (Size) v->ncodes);
	v->vars = section(&at, HHS_VAR_SIZE * (Size) v->nvars);
	v->csr = section(&at, 4 * HHS_CSR);
	v->factors = section(&at, 4 * (Size) HHS_GROUPS * HHS_METALS * v->ncat);
	v->buckets = section(&at, 4 * ((Size) v->nbuckets + 1));
	v->rules = section(&at, 8 * (Size) v->nrules);
	v->cats = section(&at, HHS_CAT_SIZE * (Size) v->ncat);
	v->names = (const char *) section(&at, v->name_bytes);
	return at;
}

/* Reads the counts of the header; false when they are not what phm writes. */
static bool
read_counts(HhsView *v)
{
	const uint8 *p = v->model;

	v->flags = p[5];
	v->benefit_year = phm_get_u16(p + 6);
	v->hash = phm_get_u64(p + 8);
	v->ncat = phm_get_u16(p + 16);
	v->nwords = phm_get_u16(p + 18);
	v->first_var[0] = 0;
	for (int g = 0; g < HHS_GROUPS; g++)
		v->first_var[g + 1] = v->first_var[g] + phm_get_u16(p + 20 + 2 * g);
	v->nvars = v->first_var[HHS_GROUPS];
	v->nclauses = phm_get_u32(p + 28);
	v->nbuckets = phm_get_u32(p + 32);
	v->ncodes = phm_get_u32(p + 36);
	v->nrules = phm_get_u32(p + 40);
	v->name_bytes = phm_get_u32(p + 44);
	if (v->ncat < 1 || v->ncat > HHS_MAX_CAT || v->nwords != (v->ncat + 63) / 64 ||
		v->nvars > HHS_MAX_VARS || v->nclauses > HHS_MAX_CLAUSES || v->ncodes > HHS_MAX_CODES ||
		v->nrules > HHS_MAX_RULES || v->name_bytes < 1 || v->name_bytes > 1024 * 1024 ||
		v->nbuckets < 2 || v->nbuckets > HHS_MAX_CODES * 2 || (v->nbuckets & (v->nbuckets - 1)) != 0)
		return false;
	v->shift = 64 - __builtin_ctz(v->nbuckets);
	return true;
}

/* Finds the sections of a model; refuses what is none or of another size. */
bool
hhs_view(HhsView *v, const void *model, Size size, PhmError *err)
{
	v->model = model;
	v->size = size;
	if (size < HHS_HEADER || v->model[4] != HHS_VERSION || (v->model[5] & ~HHS_MCE) != 0 ||
		phm_get_u16(v->model + 26) != 0 || !read_counts(v) ||
		(Size) (hhs_place(v) - v->model) != size)
		return refuse(err, "header");
	return true;
}

/* The hash of a model: everything but its length and the hash itself. */
uint64
hhs_hash(const uint8 *model, Size size)
{
	return hcc_hash(model + 16, size - 16) ^ phm_get_u32(model + 4);
}

/* Is everything from a place to the next section zero? */
static bool
zeros(const uint8 *at, const uint8 *end)
{
	while (at < end)
		if (*at++)
			return false;
	return true;
}

/* No category beyond the last one in a mask. */
static bool
mask_fits(const HhsView *v, const uint8 *mask)
{
	int			bits = v->ncat % 64;

	return bits == 0 || phm_get_u64(mask + 8 * (v->nwords - 1)) >> bits == 0;
}

static bool
masks_fit(const HhsView *v, const uint8 *masks, int n)
{
	for (int i = 0; i < n; i++)
		if (!mask_fits(v, masks + 8 * (Size) v->nwords * i))
			return false;
	return true;
}

/* The name at a place, which must be the next one; moves on. */
static bool
next_name(const HhsView *v, uint32 place, uint32 *at)
{
	const char *name = v->names + *at;
	Size		len;

	if (place != *at || *at >= v->name_bytes)
		return false;
	len = strnlen(name, v->name_bytes - *at);
	if (len < 1 || len > HHS_MAX_NAME || len == v->name_bytes - *at)
		return false;
	*at += len + 1;
	return true;
}

/* Categories: kinds in order, names in order, groups that are groups. */
static bool
check_categories(const HhsView *v, uint32 *at)
{
	int			kind = HHS_HCC;
	const char *before = NULL;

	for (int i = 0; i < v->ncat; i++)
	{
		const uint8 *c = v->cats + HHS_CAT_SIZE * i;
		const char *name = v->names + *at;

		if (!next_name(v, phm_get_u32(c), at) || c[4] < kind || c[4] >= HHS_CAT_KINDS ||
			c[5] != 0 || !zeros(c + 9, c + 12))
			return false;
		if (before && c[4] == kind && strcmp(before, name) >= 0)
			return false;
		kind = c[4];
		before = name;
		for (int g = 0; g < HHS_GROUPS; g++)
			if (c[6 + g] != 0 && (kind != HHS_HCC || c[6 + g] >= v->ncat ||
								  hhs_category_kind(v, c[6 + g]) != HHS_GROUP))
				return false;
	}
	return zeros(v->cats + HHS_CAT_SIZE * v->ncat, (const uint8 *) v->names);
}

static bool
factor_fits(const uint8 *at)
{
	int32		factor = (int32) phm_get_u32(at);

	return factor <= HCC_MAX_FACTOR && factor >= -HCC_MAX_FACTOR;
}

/* Masks, factors and cost-sharing factors; what has no factor holds 0. */
static bool
check_numbers(const HhsView *v)
{
	if (!masks_fit(v, v->drops, v->ncat) || !masks_fit(v, v->has, HHS_GROUPS) ||
		!masks_fit(v, v->counts, HHS_GROUPS))
		return false;
	for (int i = 0; i < HHS_GROUPS * v->nwords; i++)
		if (phm_get_u64(v->counts + 8 * i) & ~phm_get_u64(v->has + 8 * i))
			return false;
	for (int i = 0; i < HHS_GROUPS * HHS_METALS * v->ncat; i++)
	{
		int			category = i % v->ncat;
		const uint8 *has = v->has + 8 * (Size) v->nwords * (i / v->ncat / HHS_METALS);

		if (!factor_fits(v->factors + 4 * (Size) i) ||
			(phm_get_u32(v->factors + 4 * (Size) i) != 0 &&
			 !(phm_get_u64(has + 8 * (category / 64)) >> (category % 64) & 1)))
			return false;
	}
	for (int i = 0; i < HHS_CSR; i++)
		if (phm_get_u32(v->csr + 4 * i) > HCC_MAX_RATE)
			return false;
	return zeros(v->factors + 4 * (Size) HHS_GROUPS * HHS_METALS * v->ncat, v->buckets);
}

/* Does a variable come after its neighbour: persons' variables first, then by name? */
static bool
variables_ordered(const HhsView *v, const uint8 *before, const uint8 *var)
{
	if ((before[0] > HHS_PERSON) != (var[0] > HHS_PERSON))
		return var[0] > HHS_PERSON;
	return strcmp(v->names + phm_get_u32(before + 12), v->names + phm_get_u32(var + 12)) < 0;
}

/* Variables: known kinds, in order by age group, clauses one after the other, names. */
static bool
check_variables(const HhsView *v, uint32 *at)
{
	uint32		clause = 0;
	int			g = 0;

	for (int i = 0; i < v->nvars; i++)
	{
		const uint8 *var = v->vars + HHS_VAR_SIZE * (Size) i;

		if (var[0] >= HHS_VAR_KINDS || var[1] < 1 || var[1] > 3 || phm_get_u16(var + 8) != clause ||
			phm_get_u32(var + 36) != 0 || !next_name(v, phm_get_u32(var + 12), at))
			return false;
		while (i >= v->first_var[g + 1])
			g++;
		if (i > v->first_var[g] && !variables_ordered(v, var - HHS_VAR_SIZE, var))
			return false;
		clause += phm_get_u16(var + 10);
		for (int m = 0; m < HHS_METALS; m++)
			if (!factor_fits(var + 16 + 4 * m))
				return false;
	}
	for (uint32 i = 0; i < v->nclauses; i++)
	{
		const uint8 *c = v->clauses + 8 * (Size) (v->nwords + 1) * i;

		if (phm_get_u64(c) > 1 || !mask_fits(v, c + 8))
			return false;
	}
	return clause == v->nclauses;
}

/* The code table: in order, each key once, chains of rules that end, buckets. */
static bool
check_codes(const HhsView *v)
{
	uint32		place = 0;

	for (uint32 i = 0; i < v->nrules; i++)
	{
		const uint8 *r = v->rules + 8 * (Size) i;

		if (phm_get_u16(r) >= v->ncat || r[4] < 1 || r[4] > 3 || r[5] > 1 || phm_get_u16(r + 6) != 0)
			return false;
	}
	if (v->nrules > 0 && !v->rules[8 * (Size) (v->nrules - 1) + 5])
		return false;
	for (uint32 i = 0; i < v->ncodes; i++)
	{
		uint64		entry = phm_get_u64(v->codes + 8 * (Size) i);
		uint32		rule = entry & 0xFFFF;

		if (rule >= v->nrules || (rule > 0 && !v->rules[8 * (Size) (rule - 1) + 5]) || entry >> 16 == 0)
			return false;
		if (i > 0 && hcc_key_hash(entry >> 16) <=
			hcc_key_hash(phm_get_u64(v->codes + 8 * (Size) (i - 1)) >> 16))
			return false;
	}
	for (uint32 b = 0; b <= v->nbuckets; b++)
	{
		while (place < v->ncodes &&
			   hcc_key_hash(phm_get_u64(v->codes + 8 * (Size) place) >> 16) >> v->shift < b)
			place++;
		if (phm_get_u32(v->buckets + 4 * (Size) b) != place)
			return false;
	}
	return zeros(v->buckets + 4 * ((Size) v->nbuckets + 1), v->rules);
}

/* Is this a model exactly as phm writes it? */
bool
hhs_check(const void *model, Size size, PhmError *err)
{
	HhsView		v;
	uint32		at = 0;
	uint32		buckets = 2;

	if (!hhs_view(&v, model, size, err))
		return false;
	while (buckets < v.ncodes / 2)
		buckets *= 2;
	if (buckets != v.nbuckets || v.hash != hhs_hash(model, size))
		return refuse(err, "hash");
	if (!next_name(&v, 0, &at) || !check_categories(&v, &at))
		return refuse(err, "categories");
	if (!check_variables(&v, &at))
		return refuse(err, "variables");
	if (at != v.name_bytes || !zeros((const uint8 *) v.names + at, v.model + size))
		return refuse(err, "names");
	if (!check_numbers(&v))
		return refuse(err, "factors");
	if (!check_codes(&v))
		return refuse(err, "codes");
	return true;
}
