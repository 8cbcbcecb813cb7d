/*
 * hhs.c: scoring a person with an HHS-HCC model.  Reads the model in place and
 * allocates nothing; hhs.h draws the layout.  A model that comes from outside
 * passes hhs_check first; everything else here trusts it.
 *
 * The steps are those of the CMS software: codes map to categories (age and
 * sex edits), hierarchies suppress the milder ones, members of a group give
 * way to the group, and the factors of what remains, of the demographic cell,
 * of the interactions, counts and enrollment durations that hold are added for
 * the person's age group and metal level.  Interactions look at the categories
 * before grouping; counts are of payment HCCs after grouping.
 */
#include "risk/hhs.h"

const char *const hhs_group_names[HHS_GROUPS] = {"adult", "child", "infant"};
const char *const hhs_metal_names[HHS_METALS] = {"platinum", "gold", "silver", "bronze", "catastrophic"};

/* Keys of drugs and procedures lie above those of diagnoses, which are below 37^9. */
#define NDC_KEY (UINT64CONST(1) << 47)
#define HCPCS_KEY (UINT64CONST(3) << 46)

static inline uint64
bit_of(int category)
{
	return UINT64CONST(1) << (category % 64);
}

/* Months of enrollment by the days of it, as CMS counts them: 1 to 31 days are one. */
int
hhs_months(int days)
{
	static const int last_day[12] = {31, 62, 92, 123, 153, 184, 214, 245, 275, 306, 335, 366};

	for (int i = 0; i < 12; i++)
		if (days <= last_day[i])
			return i + 1;
	return 12;
}

/* The place and value of a letter in a drug's 11 characters; 37 bits hold 11 digits. */
#define NDC_LETTER(at, letter) ((uint64) ((at) * 26 + (letter) + 1) << 37)

/* A code of three parts, 5-4-2, from which leading zeros may be missing; 0 for another. */
static uint64
ndc_of_parts(const uint64 *part, const int *digits)
{
	static const int width[3] = {5, 4, 2};

	if (digits[0] + digits[1] + digits[2] < 10)
		return 0;
	for (int i = 0; i < 3; i++)
		if (digits[i] == 0 || digits[i] > width[i])
			return 0;
	return (part[0] * 10000 + part[1]) * 100 + part[2];
}

/*
 * A National Drug Code as a number of 11 digits (5-4-2): with hyphens, short
 * parts are filled with zeros; without, there must be 11 characters, because
 * 10 do not say where the zero belongs.  The published lists have codes in
 * which one character is a letter.  0 for anything else.
 */
static uint64
ndc_number(const char *code, Size len)
{
	uint64		part[3] = {0};
	uint64		letter = 0;
	int			digits[3] = {0};
	int			n = 0;

	for (Size i = 0; i < len; i++)
	{
		unsigned char c = code[i];

		if (c == ' ')
			continue;
		if (c == '-')
		{
			if (++n > 2)
				return 0;
			continue;
		}
		if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && letter == 0)
		{
			letter = NDC_LETTER(digits[n], (c | 0x20) - 'a');
			c = '0';
		}
		if (c < '0' || c > '9' || ++digits[n] > 11)
			return 0;
		part[n] = part[n] * 10 + (c - '0');
	}
	if (n == 0)
		return digits[0] == 11 ? letter | part[0] : 0;
	return n == 2 && letter == 0 ? ndc_of_parts(part, digits) : 0;
}

/*
 * A code as a number, 0 for what cannot be a code of a mapping.  Drugs and
 * procedures are told apart by their form, whichever they were given as: a
 * procedure has five letters or digits, a drug eleven.
 */
uint64
hhs_code_key(HhsCode kind, const char *code, Size len)
{
	uint64		key = hcc_code_key(code, len);

	if (kind == HHS_DX)
		return key;
	if (key >= UINT64CONST(37) * 37 * 37 * 37 && key < UINT64CONST(37) * 37 * 37 * 37 * 37)
		return HCPCS_KEY | key;
	key = ndc_number(code, len);
	return key ? NDC_KEY | key : 0;
}

/* Sets the bits of the categories that a code maps to for this person; false when none. */
bool
hhs_find(const HhsWork *work, HhsCode kind, const char *code, Size len, uint64 *mapped)
{
	const HhsView *v = work->model;
	uint64		key = hhs_code_key(kind, code, len);
	uint64		bucket = hcc_key_hash(key) >> v->shift;
	uint32		end;
	bool		found = false;

	if (key == 0)
		return false;
	end = phm_get_u32(v->buckets + 4 * (bucket + 1));
	for (uint32 i = phm_get_u32(v->buckets + 4 * bucket); i < end; i++)
	{
		uint64		entry = phm_get_u64(v->codes + 8 * (Size) i);
		const uint8 *rule;

		if (entry >> 16 != key)
			continue;
		for (rule = v->rules + 8 * (entry & 0xFFFF);; rule += 8)
		{
			if (work->person.age >= rule[2] && work->person.age <= rule[3] &&
				(rule[4] & work->person.sex))
			{
				int			category = phm_get_u16(rule);

				mapped[category / 64] |= bit_of(category);
				found = true;
			}
			if (rule[5])
				return found;
		}
	}
	return false;
}

/* Starts a person; refuses one that cannot be. */
bool
hhs_begin(HhsWork *work, const HhsView *model, const HhsPerson *p, PhmError *err)
{
	if (p->age < 0 || p->age > HHS_MAX_AGE)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
						"age of a person must be from 0 to %d years", HHS_MAX_AGE);
	if (p->sex != 1 && p->sex != 2)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1, "sex of a person must be 1 or 2");
	if (p->months < 1 || p->months > 12)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
						"months of enrollment must be from 1 to 12");
	if (p->csr < 0 || p->csr >= HHS_CSR || phm_get_u32(model->csr + 4 * p->csr) == 0)
	{
		phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
				 "the model has no factor for this cost-sharing-reduction indicator");
		return phm_fail_hint(err, "Table phm.hhs_csr lists the indicators of each benefit year.");
	}
	memset(work, 0, sizeof(*work));
	work->model = model;
	work->person = *p;
	work->age_group = p->age >= 21 ? HHS_ADULT : p->age >= 2 ? HHS_CHILD : HHS_INFANT;
	return true;
}

/* Adds a code of a person; false when it counts for nothing. */
bool
hhs_add(HhsWork *work, HhsCode kind, const char *code, Size len)
{
	bool		found = hhs_find(work, kind, code, len, work->mapped);

	work->given++;
	work->unmapped += !found;
	return found;
}

/* Decides all hierarchies at once, from the categories before them. */
static void
apply_hierarchies(const HhsView *v, const uint64 *mapped, uint64 *counted)
{
	uint64		dropped[HHS_WORDS] = {0};

	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = mapped[w]; rest; rest &= rest - 1)
		{
			const uint8 *drops = v->drops + 8 * (Size) v->nwords * (w * 64 + __builtin_ctzll(rest));

			for (int k = 0; k < v->nwords; k++)
				dropped[k] |= phm_get_u64(drops + 8 * k);
		}
	for (int w = 0; w < HHS_WORDS; w++)
		counted[w] = mapped[w] & ~dropped[w];
}

/* Replaces members by their groups and leaves out what has no factor. */
static void
apply_groups(const HhsWork *work, HhsResult *r)
{
	const HhsView *v = work->model;
	const uint8 *has = v->has + 8 * (Size) v->nwords * work->age_group;

	memset(r->scored, 0, sizeof(r->scored));
	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = r->counted[w]; rest; rest &= rest - 1)
		{
			int			category = w * 64 + __builtin_ctzll(rest);
			int			group = v->cats[HHS_CAT_SIZE * category + 6 + work->age_group];

			if (group)
				category = group;
			r->scored[category / 64] |= bit_of(category);
		}
	for (int w = 0; w < v->nwords; w++)
		r->scored[w] &= phm_get_u64(has + 8 * w);
}

/* How many payment HCCs there are. */
static int
count_payment_hccs(const HhsWork *work, const HhsResult *r)
{
	const HhsView *v = work->model;
	const uint8 *counts = v->counts + 8 * (Size) v->nwords * work->age_group;
	int			n = 0;

	for (int w = 0; w < v->nwords; w++)
		n += __builtin_popcountll(r->scored[w] & phm_get_u64(counts + 8 * w));
	return n;
}

/* Does a clause hold: one of its categories is there, or none where it says not? */
static bool
clause_holds(const HhsView *v, uint32 clause, const uint64 *set)
{
	const uint8 *c = v->clauses + 8 * (Size) (v->nwords + 1) * clause;
	bool		any = false;

	for (int w = 0; w < v->nwords; w++)
		any |= (phm_get_u64(c + 8 + 8 * w) & set[w]) != 0;
	return any != (phm_get_u64(c) != 0);
}

/* Does a variable hold for this person with these categories? */
static bool
variable_holds(const HhsWork *work, const HhsResult *r, const uint8 *var)
{
	const HhsPerson *p = &work->person;
	uint32		clause = phm_get_u16(var + 8);

	if (!(var[1] & p->sex) || p->age < var[2] || p->age > var[3] ||
		p->months < var[4] || p->months > var[5] ||
		r->payment_hccs < var[6] || (var[7] != UINT8_MAX && r->payment_hccs > var[7]))
		return false;
	for (int n = phm_get_u16(var + 10); n > 0; n--, clause++)
		if (!clause_holds(work->model, clause, r->counted))
			return false;
	return true;
}

static inline void
add_term(HhsResult *r, int kind, int index, int32 factor)
{
	r->sum += factor;
	r->terms[r->nterms++] = (HhsTerm) {factor, kind, index};
}

/* Adds those of the variables from a place on that hold, up to the end of persons' ones or of all; the end. */
static int
add_variables(const HhsWork *work, int i, bool of_person, HhsResult *r)
{
	const HhsView *v = work->model;
	int			end = v->first_var[work->age_group + 1];

	for (; i < end; i++)
	{
		const uint8 *var = v->vars + HHS_VAR_SIZE * (Size) i;

		if (of_person && var[0] > HHS_PERSON)
			break;
		if (variable_holds(work, r, var))
			add_term(r, HHS_CAT_KINDS + var[0], i,
					 (int32) phm_get_u32(var + 16 + 4 * work->person.metal));
	}
	return i;
}

/* The score of what has been added so far. */
void
hhs_finish(const HhsWork *work, HhsResult *r)
{
	const HhsView *v = work->model;
	const uint8 *factors = v->factors +
		4 * (Size) v->ncat * (HHS_METALS * work->age_group + work->person.metal);
	int			next;

	r->sum = r->nterms = 0;
	r->csr = phm_get_u32(v->csr + 4 * work->person.csr);
	apply_hierarchies(v, work->mapped, r->counted);
	apply_groups(work, r);
	r->payment_hccs = count_payment_hccs(work, r);
	next = add_variables(work, v->first_var[work->age_group], true, r);
	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = r->scored[w]; rest; rest &= rest - 1)
		{
			int			category = w * 64 + __builtin_ctzll(rest);

			add_term(r, hhs_category_kind(v, category), category,
					 (int32) phm_get_u32(factors + 4 * category));
		}
	add_variables(work, next, false, r);
}

/* The sum times the cost-sharing factor in thousandths, rounded half away from zero. */
int64
hhs_score(const HhsResult *r)
{
	int128		product = (int128) r->sum * r->csr;
	int128		unit = (int128) HCC_SCALE * 1000;

	return (int64) (product >= 0 ? (product + unit / 2) / unit : -((-product + unit / 2) / unit));
}

/* Does a term rest on this category? */
bool
hhs_because(const HhsWork *work, const HhsTerm *term, int category)
{
	const HhsView *v = work->model;
	const uint8 *var = v->vars + HHS_VAR_SIZE * (Size) term->index;
	const uint8 *counts = v->counts + 8 * (Size) v->nwords * work->age_group;
	int			group = v->cats[HHS_CAT_SIZE * category + 6 + work->age_group];
	int			scored = group ? group : category;
	uint32		clause;

	if (term->kind < HHS_CAT_KINDS)
		return term->index == scored;
	if (term->kind == HHS_CAT_KINDS + HHS_COUNT || term->kind == HHS_CAT_KINDS + HHS_DURATION)
		return (phm_get_u64(counts + 8 * (scored / 64)) & bit_of(scored)) != 0;
	clause = phm_get_u16(var + 8);
	for (int n = phm_get_u16(var + 10); n > 0; n--, clause++)
	{
		const uint8 *c = v->clauses + 8 * (Size) (v->nwords + 1) * clause;

		if (phm_get_u64(c) == 0 && (phm_get_u64(c + 8 + 8 * (category / 64)) & bit_of(category)))
			return true;
	}
	return false;
}

/* The published name of a category. */
const char *
hhs_category_name(const HhsView *v, int category)
{
	return v->names + phm_get_u32(v->cats + HHS_CAT_SIZE * category);
}

HhsCatKind
hhs_category_kind(const HhsView *v, int category)
{
	return v->cats[HHS_CAT_SIZE * category + 4];
}

/* The published name of a term. */
const char *
hhs_term_name(const HhsView *v, const HhsTerm *term)
{
	if (term->kind < HHS_CAT_KINDS)
		return hhs_category_name(v, term->index);
	return v->names + phm_get_u32(v->vars + HHS_VAR_SIZE * (Size) term->index + 12);
}

/* What a term is, in one word. */
const char *
hhs_kind_name(int kind)
{
	static const char *const names[] = {"hcc", "group", "rxc", "acf",
	"cell", "person", "interaction", "count", "duration", "infant"};

	return names[kind];
}
