/*
 * hcc_check.c: models that nobody vouches for, and slices of models.  A slice
 * is a model of one segment without diagnoses: what an aggregate keeps beside
 * the categories found so far, a few kilobytes instead of a hundred.
 */
#include "risk/hcc.h"

/* Refuses a model; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hcc_model value");
	return phm_fail_detail(err, "The part \"%s\" is not as phm writes it.", what);
}

static bool
when_fits(const HccWhen *w)
{
	uint64		known = HCC_FLAG(HCC_FLAGS) - 1;

	return !(w->need & ~known) && !(w->forbid & ~known);
}

/* No category beyond the last one in any mask. */
static bool
masks_fit(uint64 (*masks)[HCC_WORDS], int n, int ncc)
{
	for (int i = 0; i < n; i++)
		for (int w = 0; w < HCC_WORDS; w++)
		{
			int			bits = ncc - 64 * w;

			if (bits < 64 && bits > 0 && masks[i][w] >> bits)
				return false;
			if (bits <= 0 && masks[i][w])
				return false;
		}
	return true;
}

/* Are the places of names inside the names?  Needed before anything is read. */
static bool
name_places_fit(const HccView *v)
{
	for (int i = 0; i < v->nvars; i++)
		if (phm_get_u32(v->vars + HCC_VAR_SIZE * (Size) i + 36) >= v->name_bytes)
			return false;
	for (int i = 0; i < v->nsegments; i++)
		if (phm_get_u32(v->segments + HCC_ENTRY_SIZE * i) >= v->name_bytes)
			return false;
	for (int i = 0; i < v->nadjusts; i++)
		if (phm_get_u32(v->adjusts + HCC_ENTRY_SIZE * i) >= v->name_bytes)
			return false;
	return true;
}

/* Categories, hierarchies, requirements and masks. */
static bool
check_categories(const HccParts *p, PhmError *err)
{
	for (int i = 0; i < p->ncc; i++)
		if (p->numbers[i] > HCC_MAX_NUMBER || (i > 0 && p->numbers[i] <= p->numbers[i - 1]))
			return refuse(err, "numbers");
	for (int i = 0; i < p->nrequires; i++)
		if (p->requires[i].cc >= p->ncc || !masks_fit(&p->requires[i].any_of, 1, p->ncc))
			return refuse(err, "requires");
	if (!masks_fit((uint64 (*)[HCC_WORDS]) &p->payable, 1, p->ncc) ||
		!masks_fit(p->drops, p->ncc, p->ncc) ||
		!masks_fit(p->has, p->nsegments, p->ncc) ||
		!masks_fit(p->clauses, p->nclauses, p->ncc))
		return refuse(err, "masks");
	for (int i = 0; i < p->nsegments * p->ncc; i++)
		if (p->factors[i] > HCC_MAX_FACTOR || p->factors[i] < -HCC_MAX_FACTOR)
			return refuse(err, "factors");
	return true;
}

/* The diagnosis table: in order, each key once, chains of rules that end. */
static bool
check_dx(const HccParts *p, PhmError *err)
{
	for (uint32 i = 0; i < p->nrules; i++)
		if (p->rules[i].cc >= p->ncc || p->rules[i].sexes < 1 || p->rules[i].sexes > 3 ||
			p->rules[i].last > 1)
			return refuse(err, "rules");
	if (p->nrules > 0 && !p->rules[p->nrules - 1].last)
		return refuse(err, "rules");
	for (uint32 i = 0; i < p->ndx; i++)
	{
		uint32		rule = p->dx[i] & 0xFFFF;

		if (rule >= p->nrules || (rule > 0 && !p->rules[rule - 1].last) || p->dx[i] >> 16 == 0)
			return refuse(err, "dx");
		if (i > 0 && hcc_key_hash(p->dx[i] >> 16) <= hcc_key_hash(p->dx[i - 1] >> 16))
			return refuse(err, "dx");
	}
	return true;
}

/* Variables, selectors, segments and their terms, adjustments. */
static bool
check_segments(const HccParts *p, PhmError *err)
{
	uint32		at = 0;

	/* Every clause belongs to one variable, in order: slices rely on it. */
	for (int i = 0; i < p->nvars; i++)
	{
		if (!when_fits(&p->vars[i].when) || p->vars[i].kind >= HCC_KIND_CC ||
			p->vars[i].first_clause != at || p->vars[i].nclauses > p->nclauses - at)
			return refuse(err, "vars");
		at += p->vars[i].nclauses;
	}
	if (at != p->nclauses)
		return refuse(err, "clauses");
	at = 0;
	for (int i = 0; i < p->nselectors; i++)
		if (!when_fits(&p->selectors[i].when) || p->selectors[i].segment >= p->nsegments ||
			p->selectors[i].adjust >= p->nadjusts || p->selectors[i].divisor < HCC_MIN_RATE ||
			p->selectors[i].divisor > HCC_MAX_RATE)
			return refuse(err, "selectors");
	for (int i = 0; i < p->nsegments; i++)
	{
		if (p->segments[i].first_term != at || p->segments[i].nterms > HCC_MAX_VARS)
			return refuse(err, "segments");
		at += p->segments[i].nterms;
	}
	if (at != p->nterms)
		return refuse(err, "segments");
	for (uint32 i = 0; i < p->nterms; i++)
		if (p->terms[i].variable >= p->nvars || p->terms[i].factor > HCC_MAX_FACTOR ||
			p->terms[i].factor < -HCC_MAX_FACTOR)
			return refuse(err, "terms");
	for (int i = 0; i < p->nadjusts; i++)
		if ((p->adjusts[i].normalization != 0 && p->adjusts[i].normalization < HCC_MIN_RATE) ||
			p->adjusts[i].normalization > HCC_MAX_RATE || p->adjusts[i].coding_intensity >= HCC_SCALE)
			return refuse(err, "adjusts");
	return true;
}

/* Is this a model exactly as phm writes it? */
bool
hcc_check(const void *model, Size size, PhmError *err)
{
	HccView		v;
	HccParts	p;
	struct varlena *again;

	if (!hcc_view(&v, model, size, err))
		return false;
	if (!name_places_fit(&v))
		return refuse(err, "names");
	hcc_parts(&v, &p);
	if (!check_categories(&p, err) || !check_dx(&p, err) || !check_segments(&p, err))
		return false;
	again = hcc_write(&p);
	if (VARSIZE(again) != size || memcmp((char *) again + 4, (const char *) model + 4, size - 4) != 0)
		return refuse(err, "form");
	pfree(again);
	return true;
}

/* Keeps the variables that the one segment left uses, and their clauses. */
static void
keep_used(HccParts *p)
{
	int			place[HCC_MAX_VARS];
	HccVar	   *vars = palloc(sizeof(HccVar) * (p->nvars + 1));
	uint64		(*clauses)[HCC_WORDS] = palloc0(sizeof(uint64[HCC_WORDS]) * (p->nclauses + 1));
	int			nvars = 0;
	uint32		nclauses = 0;

	memset(place, -1, sizeof(place));
	for (uint32 i = 0; i < p->nterms; i++)
	{
		int			old = p->terms[i].variable;

		if (place[old] < 0)
		{
			HccVar	   *var = &vars[place[old] = nvars++];

			*var = p->vars[old];
			memcpy(clauses + nclauses, p->clauses + var->first_clause,
				   sizeof(*clauses) * var->nclauses);
			var->first_clause = nclauses;
			nclauses += var->nclauses;
		}
		p->terms[i].variable = place[old];
	}
	p->vars = vars;
	p->nvars = nvars;
	p->clauses = clauses;
	p->nclauses = nclauses;
}

/* The part of a model that scores whomever one of its selectors takes. */
struct varlena *
hcc_slice(const HccView *v, int selector)
{
	HccParts	p;
	int			segment;

	hcc_parts(v, &p);
	p.flags |= HCC_SLICE;
	p.ndx = p.nrules = 0;
	p.selectors += selector;
	p.nselectors = 1;
	segment = p.selectors->segment;
	p.adjusts += p.selectors->adjust;
	p.nadjusts = 1;
	p.segments += segment;
	p.nsegments = 1;
	p.has += segment;
	p.factors += (Size) segment * p.ncc;
	p.terms += p.segments->first_term;
	p.nterms = p.segments->nterms;
	p.segments->first_term = 0;
	p.selectors->segment = p.selectors->adjust = 0;
	keep_used(&p);
	return hcc_write(&p);
}
