/*
 * hcc_parts.c: the layout of a model.  Finds the sections of one, writes one
 * from arrays and reads it back into arrays.  A model from outside is checked
 * by bounds first and then by writing it again: what does not come out byte
 * for byte the same is refused, so that equal models have equal bytes.
 */
#include "risk/hcc.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Refuses a model; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.hcc_model value");
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
static const uint8 *
place_sections(HccView *v)
{
	const uint8 *at = v->model + HCC_HEADER;
	Size		mask = 8 * (Size) v->nwords;

	v->payable = section(&at, mask);
	v->drops = section(&at, mask * v->ncc);
	v->has = section(&at, mask * v->nsegments);
	v->requires = section(&at, (mask + 8) * v->nrequires);
	v->clauses = section(&at, mask * v->nclauses);
	v->dx = section(&at, 8 * (Size) v->ndx);
	v->vars = section(&at, HCC_VAR_SIZE * (Size) v->nvars);
	v->selectors = section(&at, HCC_SELECTOR_SIZE * (Size) v->nselectors);
	v->segments = section(&at, HCC_ENTRY_SIZE * (Size) v->nsegments);
	v->adjusts = section(&at, HCC_ENTRY_SIZE * (Size) v->nadjusts);
	v->terms = section(&at, 8 * (Size) v->nterms);
	v->factors = section(&at, 4 * (Size) v->nsegments * v->ncc);
	v->buckets = section(&at, 4 * ((Size) v->nbuckets + 1));
	v->rules = section(&at, 8 * (Size) v->nrules);
	v->numbers = section(&at, 2 * (Size) v->ncc);
	v->names = (const char *) section(&at, v->name_bytes);
	return at;
}

/* Reads the counts of the header. */
static void
read_counts(HccView *v)
{
	const uint8 *p = v->model;

	v->flags = p[5];
	v->payment_year = phm_get_u16(p + 6);
	v->hash = phm_get_u64(p + 8);
	v->ncc = phm_get_u16(p + 16);
	v->nwords = phm_get_u16(p + 18);
	v->nvars = phm_get_u16(p + 20);
	v->nsegments = phm_get_u16(p + 22);
	v->nselectors = phm_get_u16(p + 24);
	v->nadjusts = phm_get_u16(p + 26);
	v->nrequires = phm_get_u16(p + 28);
	v->nbuckets = phm_get_u32(p + 32);
	v->ndx = phm_get_u32(p + 36);
	v->nrules = phm_get_u32(p + 40);
	v->nclauses = phm_get_u32(p + 44);
	v->nterms = phm_get_u32(p + 48);
	v->name_bytes = phm_get_u32(p + 52);
}

/* Are the counts of the header within what phm writes? */
static bool
counts_fit(const HccView *v)
{
	return v->ncc >= 1 && v->ncc <= HCC_MAX_CC && v->nwords == (v->ncc + 63) / 64 &&
		v->nvars <= HCC_MAX_VARS &&
		v->nsegments >= 1 && v->nsegments <= HCC_MAX_SEGMENTS &&
		v->nselectors >= 1 && v->nselectors <= HCC_MAX_SELECTORS &&
		v->nadjusts >= 1 && v->nadjusts <= HCC_MAX_SELECTORS &&
		v->nrequires <= HCC_MAX_CC && v->nrules <= HCC_MAX_RULES &&
		v->ndx <= HCC_MAX_DX && v->nclauses <= HCC_MAX_CLAUSES &&
		v->nterms <= HCC_MAX_SEGMENTS * HCC_MAX_VARS &&
		v->nbuckets >= 2 && v->nbuckets <= HCC_MAX_DX &&
		(v->nbuckets & (v->nbuckets - 1)) == 0 &&
		v->name_bytes >= 1 && v->name_bytes <= 1000000;
}

/* Finds the sections of a model whose version and size are right. */
bool
hcc_view(HccView *v, const void *model, Size size, PhmError *err)
{
	v->model = model;
	v->size = size;
	if (size < HCC_HEADER || v->model[4] != HCC_VERSION ||
		(v->model[5] & ~(HCC_MCE | HCC_SLICE)))
		return refuse(err, "header");
	read_counts(v);
	if (!counts_fit(v))
		return refuse(err, "counts");
	v->shift = 64 - __builtin_ctz(v->nbuckets);
	if (place_sections(v) - v->model != size)
		return refuse(err, "size");
	if (phm_get_u32(v->model + 56) >= v->name_bytes ||
		phm_get_u32(v->model + 60) >= v->name_bytes || v->names[v->name_bytes - 1] != '\0')
		return refuse(err, "names");
	v->name = v->names + phm_get_u32(v->model + 56);
	v->prefix = v->names + phm_get_u32(v->model + 60);
	return true;
}

/* A condition as a struct. */
static HccWhen
get_when(const uint8 *p)
{
	return (HccWhen) {phm_get_u64(p), phm_get_u64(p + 8), p[16], p[17], p[18], p[19]};
}

static void
put_when(uint8 *p, const HccWhen *w)
{
	phm_put_u64(p, w->need);
	phm_put_u64(p + 8, w->forbid);
	p[16] = w->age_min;
	p[17] = w->age_max;
	p[18] = w->entry_min;
	p[19] = w->entry_max;
}

/* Rows of masks into rows of HCC_WORDS words; stride in bytes. */
static void
get_masks(const uint8 *from, int n, int nwords, uint64 (*to)[HCC_WORDS])
{
	for (int i = 0; i < n; i++)
		for (int w = 0; w < nwords; w++)
			to[i][w] = phm_get_u64(from + 8 * ((Size) i * nwords + w));
}

static void
put_masks(uint8 *to, uint64 (*from)[HCC_WORDS], int n, int nwords)
{
	for (int i = 0; i < n; i++)
		for (int w = 0; w < nwords; w++)
			phm_put_u64(to + 8 * ((Size) i * nwords + w), from[i][w]);
}

/* Allocates the arrays of parts whose counts are set. */
static void
allocate_parts(HccParts *p)
{
	p->drops = palloc0(sizeof(uint64[HCC_WORDS]) * (p->ncc + 1));
	p->has = palloc0(sizeof(uint64[HCC_WORDS]) * (p->nsegments + 1));
	p->requires = palloc0(sizeof(HccRequire) * (p->nrequires + 1));
	p->clauses = palloc0(sizeof(uint64[HCC_WORDS]) * (p->nclauses + 1));
	p->dx = palloc0(sizeof(uint64) * (p->ndx + 1));
	p->vars = palloc0(sizeof(HccVar) * (p->nvars + 1));
	p->selectors = palloc0(sizeof(HccSelector) * (p->nselectors + 1));
	p->segments = palloc0(sizeof(HccSegment) * (p->nsegments + 1));
	p->adjusts = palloc0(sizeof(HccAdjust) * (p->nadjusts + 1));
	p->terms = palloc0(sizeof(HccPair) * (p->nterms + 1));
	p->factors = palloc0(sizeof(int32) * ((Size) p->nsegments * p->ncc + 1));
	p->rules = palloc0(sizeof(HccRule) * (p->nrules + 1));
	p->numbers = palloc0(sizeof(uint16) * (p->ncc + 1));
}

/* Reads the sections that speak of persons and segments. */
static void
get_segments(const HccView *v, HccParts *p)
{
	for (int i = 0; i < p->nvars; i++)
	{
		const uint8 *q = v->vars + HCC_VAR_SIZE * (Size) i;

		p->vars[i] = (HccVar) {get_when(q), phm_get_u16(q + 24), phm_get_u16(q + 26),
			phm_get_u16(q + 28), q[30], phm_get_u32(q + 32),
		v->names + phm_get_u32(q + 36)};
	}
	for (int i = 0; i < p->nselectors; i++)
	{
		const uint8 *q = v->selectors + HCC_SELECTOR_SIZE * i;

		p->selectors[i] = (HccSelector) {get_when(q), phm_get_u32(q + 24),
		phm_get_u32(q + 28), phm_get_u32(q + 32)};
	}
	for (int i = 0; i < p->nsegments; i++)
	{
		const uint8 *q = v->segments + HCC_ENTRY_SIZE * i;

		p->segments[i] = (HccSegment) {v->names + phm_get_u32(q), phm_get_u32(q + 4),
		phm_get_u32(q + 8)};
	}
	for (int i = 0; i < p->nadjusts; i++)
	{
		const uint8 *q = v->adjusts + HCC_ENTRY_SIZE * i;

		p->adjusts[i] = (HccAdjust) {v->names + phm_get_u32(q), phm_get_u32(q + 4),
		phm_get_u32(q + 8)};
	}
}

/* Reads a model into arrays; the places of names must have been checked. */
void
hcc_parts(const HccView *v, HccParts *p)
{
	*p = (HccParts) {v->name, v->prefix, v->flags, v->payment_year, v->ncc, v->nvars,
		v->nsegments, v->nselectors, v->nadjusts, v->nrequires, v->ndx, v->nrules,
	v->nclauses, v->nterms};
	allocate_parts(p);
	get_masks(v->payable, 1, v->nwords, &p->payable);
	get_masks(v->drops, p->ncc, v->nwords, p->drops);
	get_masks(v->has, p->nsegments, v->nwords, p->has);
	get_masks(v->clauses, p->nclauses, v->nwords, p->clauses);
	for (int i = 0; i < p->nrequires; i++)
	{
		const uint8 *q = v->requires + 8 * (Size) (v->nwords + 1) * i;

		p->requires[i].cc = phm_get_u64(q);
		get_masks(q + 8, 1, v->nwords, &p->requires[i].any_of);
	}
	for (uint32 i = 0; i < p->ndx; i++)
		p->dx[i] = phm_get_u64(v->dx + 8 * (Size) i);
	get_segments(v, p);
	for (uint32 i = 0; i < p->nterms; i++)
		p->terms[i] = (HccPair) {phm_get_u32(v->terms + 8 * (Size) i),
		(int32) phm_get_u32(v->terms + 8 * (Size) i + 4)};
	for (int i = 0; i < p->nsegments * p->ncc; i++)
		p->factors[i] = (int32) phm_get_u32(v->factors + 4 * (Size) i);
	for (uint32 i = 0; i < p->nrules; i++)
	{
		const uint8 *q = v->rules + 8 * (Size) i;

		p->rules[i] = (HccRule) {phm_get_u16(q), q[2], q[3], q[4], q[5]};
	}
	for (int i = 0; i < p->ncc; i++)
		p->numbers[i] = phm_get_u16(v->numbers + 2 * i);
}

/* The bytes of all names, in the order in which they are written. */
static Size
names_size(const HccParts *p)
{
	Size		n = strlen(p->name) + strlen(p->prefix) + 2;

	for (int i = 0; i < p->nvars; i++)
		n += strlen(p->vars[i].name) + 1;
	for (int i = 0; i < p->nsegments; i++)
		n += strlen(p->segments[i].name) + 1;
	for (int i = 0; i < p->nadjusts; i++)
		n += strlen(p->adjusts[i].series) + 1;
	return n;
}

/* Appends a name and returns its place. */
static uint32
put_name(char *names, uint32 *at, const char *name)
{
	uint32		place = *at;

	memcpy(names + place, name, strlen(name) + 1);
	*at += strlen(name) + 1;
	return place;
}

/* Writes variables, selectors, segments, adjustments and all names. */
static void
put_segments(HccView *v, uint8 *m, const HccParts *p)
{
	char	   *names = (char *) m + (v->names - (const char *) m);
	uint32		at = 0;

	phm_put_u32(m + 56, put_name(names, &at, p->name));
	phm_put_u32(m + 60, put_name(names, &at, p->prefix));
	for (int i = 0; i < p->nvars; i++)
	{
		uint8	   *q = m + (v->vars - m) + HCC_VAR_SIZE * (Size) i;
		const HccVar *var = &p->vars[i];

		put_when(q, &var->when);
		phm_put_u16(q + 24, var->count_min);
		phm_put_u16(q + 26, var->count_max);
		phm_put_u16(q + 28, var->nclauses);
		q[30] = var->kind;
		phm_put_u32(q + 32, var->first_clause);
		phm_put_u32(q + 36, put_name(names, &at, var->name));
	}
	for (int i = 0; i < p->nselectors; i++)
	{
		uint8	   *q = m + (v->selectors - m) + HCC_SELECTOR_SIZE * (Size) i;

		put_when(q, &p->selectors[i].when);
		phm_put_u32(q + 24, p->selectors[i].segment);
		phm_put_u32(q + 28, p->selectors[i].adjust);
		phm_put_u32(q + 32, p->selectors[i].divisor);
	}
	for (int i = 0; i < p->nsegments; i++)
	{
		uint8	   *q = m + (v->segments - m) + HCC_ENTRY_SIZE * (Size) i;

		phm_put_u32(q, put_name(names, &at, p->segments[i].name));
		phm_put_u32(q + 4, p->segments[i].first_term);
		phm_put_u32(q + 8, p->segments[i].nterms);
	}
	for (int i = 0; i < p->nadjusts; i++)
	{
		uint8	   *q = m + (v->adjusts - m) + HCC_ENTRY_SIZE * (Size) i;

		phm_put_u32(q, put_name(names, &at, p->adjusts[i].series));
		phm_put_u32(q + 4, p->adjusts[i].normalization);
		phm_put_u32(q + 8, p->adjusts[i].coding_intensity);
	}
}

/* Writes the diagnosis table: the entries, which are in order, and the buckets. */
static void
put_dx(HccView *v, uint8 *m, const HccParts *p)
{
	uint8	   *dx = m + (v->dx - m);
	uint8	   *buckets = m + (v->buckets - m);
	uint32		i = 0;

	for (uint32 b = 0; b <= v->nbuckets; b++)
	{
		while (i < p->ndx && hcc_key_hash(p->dx[i] >> 16) >> v->shift < b)
			i++;
		phm_put_u32(buckets + 4 * (Size) b, i);
	}
	for (i = 0; i < p->ndx; i++)
		phm_put_u64(dx + 8 * (Size) i, p->dx[i]);
	for (i = 0; i < p->nrules; i++)
	{
		uint8	   *q = m + (v->rules - m) + 8 * (Size) i;

		phm_put_u16(q, p->rules[i].cc);
		q[2] = p->rules[i].age_min;
		q[3] = p->rules[i].age_max;
		q[4] = p->rules[i].sexes;
		q[5] = p->rules[i].last;
	}
}

/* Writes the counts of the header. */
static void
put_counts(const HccView *v, uint8 *m)
{
	m[4] = HCC_VERSION;
	m[5] = v->flags;
	phm_put_u16(m + 6, v->payment_year);
	phm_put_u16(m + 16, v->ncc);
	phm_put_u16(m + 18, v->nwords);
	phm_put_u16(m + 20, v->nvars);
	phm_put_u16(m + 22, v->nsegments);
	phm_put_u16(m + 24, v->nselectors);
	phm_put_u16(m + 26, v->nadjusts);
	phm_put_u16(m + 28, v->nrequires);
	phm_put_u32(m + 32, v->nbuckets);
	phm_put_u32(m + 36, v->ndx);
	phm_put_u32(m + 40, v->nrules);
	phm_put_u32(m + 44, v->nclauses);
	phm_put_u32(m + 48, v->nterms);
	phm_put_u32(m + 52, v->name_bytes);
}

/* The hash of a model: everything but its length and the hash itself. */
static uint64
model_hash(const uint8 *m, Size size)
{
	return hcc_hash(m + 16, size - 16) ^ phm_get_u32(m + 4);
}

/* Writes a model; the arrays must be consistent and the dx sorted by hash. */
struct varlena *
hcc_write(const HccParts *p)
{
	HccView		v = {.flags = p->flags, .payment_year = p->payment_year, .ncc = p->ncc,
		.nwords = (p->ncc + 63) / 64, .nvars = p->nvars, .nsegments = p->nsegments,
		.nselectors = p->nselectors, .nadjusts = p->nadjusts, .nrequires = p->nrequires,
		.nbuckets = 2, .ndx = p->ndx, .nrules = p->nrules, .nclauses = p->nclauses,
	.nterms = p->nterms, .name_bytes = names_size(p)};
	Size		size;
	uint8	   *m;

	while (v.nbuckets < p->ndx / 2)
		v.nbuckets *= 2;
	v.shift = 64 - __builtin_ctz(v.nbuckets);
	v.model = (const uint8 *) p;	/* any place will do to measure */
	size = place_sections(&v) - v.model;
	v.model = m = palloc0(size);
	place_sections(&v);
	SET_VARSIZE(m, size);
	put_counts(&v, m);
	put_masks(m + (v.payable - m), (uint64 (*)[HCC_WORDS]) &p->payable, 1, v.nwords);
	put_masks(m + (v.drops - m), p->drops, p->ncc, v.nwords);
	put_masks(m + (v.has - m), p->has, p->nsegments, v.nwords);
	put_masks(m + (v.clauses - m), p->clauses, p->nclauses, v.nwords);
	for (int i = 0; i < p->nrequires; i++)
	{
		uint8	   *q = m + (v.requires - m) + 8 * (Size) (v.nwords + 1) * i;

		phm_put_u64(q, p->requires[i].cc);
		put_masks(q + 8, &p->requires[i].any_of, 1, v.nwords);
	}
	put_segments(&v, m, p);
	put_dx(&v, m, p);
	for (uint32 i = 0; i < p->nterms; i++)
	{
		phm_put_u32(m + (v.terms - m) + 8 * (Size) i, p->terms[i].variable);
		phm_put_u32(m + (v.terms - m) + 8 * (Size) i + 4, p->terms[i].factor);
	}
	for (int i = 0; i < p->nsegments * p->ncc; i++)
		phm_put_u32(m + (v.factors - m) + 4 * (Size) i, p->factors[i]);
	for (int i = 0; i < p->ncc; i++)
		phm_put_u16(m + (v.numbers - m) + 2 * i, p->numbers[i]);
	phm_put_u64(m + 8, model_hash(m, size));
	return (struct varlena *) m;
}
