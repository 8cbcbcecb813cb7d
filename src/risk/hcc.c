/*
 * hcc.c: scoring a person with a model of the CMS-HCC family.  Reads the model
 * in place and allocates nothing; hcc.h draws the layout.  A model that comes
 * from outside passes hcc_check first; everything else here trusts it.
 *
 * The steps are those of the CMS software: diagnoses map to condition
 * categories (age and sex edits), categories that need another one beside
 * them are dropped, hierarchies suppress the milder categories, the segment's
 * factors of what remains, of the demographic cell and of the interactions
 * that hold are added, and the sum is normalized and rounded.
 */
#include "risk/hcc.h"

/* The words of a condition, in the order of HccFlag. */
static const char *const flag_words[HCC_FLAGS] = {
	"male", "female", "aged", "disabled", "originally_disabled",
	"originally_esrd", "orec_1", "medicaid", "full_dual", "partial_dual",
	"lti", "new_enrollee", "snp", "low_income", "esrd", "entry_aged",
	"dialysis", "transplant", "functioning_graft", "graft_1", "graft_2",
	"graft_3", "graft_4_9", "graft_10", "graft_aged",
};

/* The flag that a word of a condition names, -1 when none. */
int
hcc_flag_of(const char *word, Size len)
{
	for (int i = 0; i < HCC_FLAGS; i++)
		if (strlen(flag_words[i]) == len && memcmp(flag_words[i], word, len) == 0)
			return i;
	return -1;
}

/* The flag that says how long a kidney graft has been working. */
static uint64
graft_flags(int months)
{
	if (months <= 0)
		return HCC_FLAG(HCC_DIALYSIS);
	if (months <= 3)
		return HCC_FLAG(HCC_TRANSPLANT) | HCC_FLAG(HCC_GRAFT_1 + months - 1);
	return HCC_FLAG(HCC_FUNCTIONING_GRAFT) |
		HCC_FLAG(months <= 9 ? HCC_GRAFT_4_9 : HCC_GRAFT_10);
}

/*
 * What conditions may ask of a person.  OREC 1 alone means originally
 * disabled (3 is disability and ESRD), and only from 65 on; a new enrollee of
 * 64 who is entitled by age (OREC 0) is in the cells of 65, and aged where
 * amounts for a graft go by age, unless the institutional segment takes him.
 */
bool
hcc_subject(const HccPerson *p, HccSubject *s, PhmError *err)
{
	bool		aged = p->age >= 65;
	bool		entering = p->new_enrollee && p->age == 64 && p->orec == 0;

	if (p->age < 0 || p->age > HCC_MAX_AGE)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
						"age of a person must be from 0 to %d years", HCC_MAX_AGE);
	if (p->orec < 0 || p->orec > 3)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
						"original reason for entitlement must be from 0 to 3");
	if (p->graft_months < 0)
		return phm_fail(err, ERRCODE_INVALID_PARAMETER_VALUE, -1,
						"months since a kidney transplant must not be negative");
	s->age = p->age;
	s->entry_age = entering ? 65 : p->age;
	s->flags = HCC_FLAG(p->sex == 1 ? HCC_MALE : HCC_FEMALE) |
		(aged ? HCC_FLAG(HCC_AGED) : 0) |
		(aged || entering ? HCC_FLAG(HCC_ENTRY_AGED) : 0) |
		(aged || (entering && !p->lti) ? HCC_FLAG(HCC_GRAFT_AGED) : 0) |
		(!aged && p->orec != 0 ? HCC_FLAG(HCC_DISABLED) : 0) |
		(aged && p->orec == 1 ? HCC_FLAG(HCC_ORIGINALLY_DISABLED) : 0) |
		(aged && p->orec >= 2 ? HCC_FLAG(HCC_ORIGINALLY_ESRD) : 0) |
		(p->orec == 1 ? HCC_FLAG(HCC_OREC_1) : 0) |
		(p->dual != HCC_NOT_DUAL ? HCC_FLAG(HCC_MEDICAID) : 0) |
		(p->dual == HCC_FULL ? HCC_FLAG(HCC_FULL_DUAL) : 0) |
		(p->dual == HCC_PARTIAL ? HCC_FLAG(HCC_PARTIAL_DUAL) : 0) |
		(p->lti ? HCC_FLAG(HCC_LTI) : 0) |
		(p->new_enrollee ? HCC_FLAG(HCC_NEW_ENROLLEE) : 0) |
		(p->snp ? HCC_FLAG(HCC_SNP) : 0) |
		(p->low_income ? HCC_FLAG(HCC_LOW_INCOME) : 0) |
		(p->esrd ? HCC_FLAG(HCC_ESRD) : 0) |
		graft_flags(p->graft_months);
	return true;
}

/* A frozen 64-bit hash; sizes here are multiples of 8, a rest is padded with 0. */
uint64
hcc_hash(const void *bytes, Size size)
{
	const uint8 *p = bytes;
	uint64		h = UINT64CONST(0xCBF29CE484222325);

	for (; size > 0; p += 8, size -= Min(size, 8))
	{
		uint64		word = 0;

		if (size >= 8)
			word = phm_get_u64(p);
		else
			for (Size i = 0; i < size; i++)
				word |= (uint64) p[i] << (8 * i);
		h = (h ^ word) * UINT64CONST(0x9E3779B97F4A7C15);
		h ^= h >> 29;
	}
	return h;
}

/* Spreads a key; one to one, so that the order by hash is an order of keys. */
uint64
hcc_key_hash(uint64 key)
{
	return key * UINT64CONST(0x9E3779B97F4A7C15);
}

/* What a character of a code is worth: 1 to 10 digits, 11 to 36 letters, LEFT_OUT, 0 what is in no code. */
#define LEFT_OUT 64
static const uint8 code_digits[256] = {
	['0'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
	['A'] = 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
	['a'] = 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36,
	['.'] = LEFT_OUT, [' '] = LEFT_OUT,
};

/*
 * A diagnosis code as a number: letters and digits, without dots and blanks,
 * in either case.  0 for what cannot be a code of a mapping.
 */
uint64
hcc_code_key(const char *code, Size len)
{
	uint64		key = 0;
	int			n = 0;

	for (Size i = 0; i < len; i++)
	{
		uint8		digit = code_digits[(unsigned char) code[i]];

		if (digit == LEFT_OUT)
			continue;
		if (digit == 0 || ++n > 9)
			return 0;
		key = key * 37 + digit;
	}
	return key;
}

/* Whether a code has the form of ICD-10-CM: a letter, a digit and 1 to 5 more; ICD-9-CM begins with a digit. */
bool
hcc_has_icd10_form(const char *code, Size len)
{
	int			digits[9];
	int			n = 0;

	for (uint64 key = hcc_code_key(code, len); key > 0; key /= 37)
		digits[n++] = key % 37;
	return n >= 3 && n <= 7 && digits[n - 1] > 10 && digits[n - 2] <= 10;
}

/*
 * Sets the bits of the categories that a diagnosis maps to for this person,
 * and says whether there were any.
 */
HccUse
hcc_map(const HccView *v, const HccSubject *s, const char *code, Size len, uint64 *mapped)
{
	uint64		key = hcc_code_key(code, len);
	uint64		bucket = hcc_key_hash(key) >> v->shift;
	uint32		end = phm_get_u32(v->buckets + 4 * (bucket + 1));
	int			sex = s->flags & HCC_FLAG(HCC_MALE) ? 1 : 2;
	HccUse		use = HCC_EDITED;

	if (key == 0)
		return HCC_UNMAPPED;
	for (uint32 i = phm_get_u32(v->buckets + 4 * bucket); i < end; i++)
	{
		uint64		entry = phm_get_u64(v->dx + 8 * (Size) i);
		const uint8 *rule;

		if (entry >> 16 != key)
			continue;
		for (rule = v->rules + 8 * (entry & 0xFFFF);; rule += 8)
		{
			if (s->age >= rule[2] && s->age <= rule[3] && (rule[4] & sex))
			{
				int			cc = phm_get_u16(rule);

				mapped[cc / 64] |= UINT64CONST(1) << (cc % 64);
				use = HCC_MAPPED;
			}
			if (rule[5])
				return use;
		}
	}
	return HCC_UNMAPPED;
}

/* Starts a person. */
void
hcc_begin(HccWork *work, const HccView *model, const HccSubject *subject)
{
	*work = (HccWork) {.model = model, .subject = *subject};
}

/* Takes a diagnosis of the data year in; says and counts what became of it. */
HccUse
hcc_add(HccWork *work, const char *code, Size len)
{
	HccUse		use = hcc_map(work->model, &work->subject, code, len, work->mapped);

	work->codes[use]++;
	return use;
}

/* The score of what came in; the work can go on after it. */
void
hcc_finish(const HccWork *work, bool want_terms, HccScore *score)
{
	hcc_score(work->model, &work->subject, work->mapped, want_terms, score);
}

/* Does a condition hold for a person? */
bool
hcc_when_holds(const uint8 *when, const HccSubject *s)
{
	uint64		need = phm_get_u64(when);

	return (s->flags & need) == need &&
		(s->flags & phm_get_u64(when + 8)) == 0 &&
		s->age >= when[16] && s->age <= when[17] &&
		s->entry_age >= when[18] && s->entry_age <= when[19];
}

/* The first selector that takes a person, -1 when none does. */
int
hcc_select(const HccView *v, const HccSubject *s)
{
	for (int i = 0; i < v->nselectors; i++)
		if (hcc_when_holds(v->selectors + HCC_SELECTOR_SIZE * i, s))
			return i;
	return -1;
}

/* Do two sets have a category in common? */
static bool
intersects(const uint8 *mask, const uint64 *set, int nwords)
{
	for (int w = 0; w < nwords; w++)
		if (phm_get_u64(mask + 8 * w) & set[w])
			return true;
	return false;
}

/*
 * What remains of the mapped categories: first those go that need another one
 * beside them, then all hierarchies are decided at once from what is left.
 */
static void
apply_hierarchies(const HccView *v, const uint64 *mapped, uint64 *counted)
{
	int			nwords = v->nwords;
	uint64		dropped[HCC_WORDS] = {0};

	memcpy(counted, mapped, sizeof(uint64) * HCC_WORDS);
	for (int i = 0; i < v->nrequires; i++)
	{
		const uint8 *r = v->requires + 8 * (Size) (nwords + 1) * i;
		int			cc = (int) phm_get_u64(r);

		if (!intersects(r + 8, mapped, nwords))
			counted[cc / 64] &= ~(UINT64CONST(1) << (cc % 64));
	}
	for (int w = 0; w < nwords; w++)
		for (uint64 rest = counted[w]; rest; rest &= rest - 1)
		{
			int			cc = w * 64 + __builtin_ctzll(rest);
			const uint8 *drops = v->drops + 8 * (Size) nwords * cc;

			for (int k = 0; k < nwords; k++)
				dropped[k] |= phm_get_u64(drops + 8 * k);
		}
	for (int w = 0; w < nwords; w++)
		counted[w] &= ~dropped[w];
}

/* Does a variable hold for this person with these categories? */
static bool
variable_holds(const HccView *v, const uint8 *var, const HccSubject *s, const HccScore *score)
{
	int			count_max = phm_get_u16(var + 26);
	int			nclauses = phm_get_u16(var + 28);
	const uint8 *clause;

	if (count_max && (score->payment_hccs < phm_get_u16(var + 24) ||
					  score->payment_hccs > count_max))
		return false;
	if (!hcc_when_holds(var, s))
		return false;
	clause = v->clauses + 8 * (Size) v->nwords * phm_get_u32(var + 32);
	for (; nclauses > 0; nclauses--, clause += 8 * v->nwords)
		if (!intersects(clause, score->counted, v->nwords))
			return false;
	return true;
}

static inline void
add_term(HccScore *score, bool want_terms, HccKind kind, int index, int32 factor)
{
	score->sum += factor;
	if (want_terms)
		score->terms[score->nterms++] = (HccTerm) {factor, kind, index};
}

/*
 * Adds the variables that hold from a term on: up to the first one that is not
 * of persons, or all that are left.  Returns where it stopped.
 */
static const uint8 *
add_variables(const HccView *v, const HccSubject *s, bool want_terms, bool of_person,
			  const uint8 *term, const uint8 *end, HccScore *score)
{
	for (; term < end; term += 8)
	{
		int			i = phm_get_u32(term);
		const uint8 *var = v->vars + HCC_VAR_SIZE * (Size) i;
		HccKind		kind = var[30];

		if (of_person && kind > HCC_KIND_PERSON)
			break;
		if (variable_holds(v, var, s, score))
			add_term(score, want_terms, kind, i, (int32) phm_get_u32(term + 4));
	}
	return term;
}

/* Adds the factors of the categories that remained. */
static void
add_categories(const HccView *v, bool want_terms, HccScore *score)
{
	const uint8 *has = v->has + 8 * (Size) v->nwords * score->segment;
	const uint8 *factors = v->factors + 4 * (Size) v->ncc * score->segment;

	for (int w = 0; w < v->nwords; w++)
		for (uint64 rest = score->counted[w] & phm_get_u64(has + 8 * w); rest; rest &= rest - 1)
		{
			int			cc = w * 64 + __builtin_ctzll(rest);

			add_term(score, want_terms, HCC_KIND_CC, cc,
					 (int32) phm_get_u32(factors + 4 * cc));
		}
}

/* Scores a person with these mapped categories; terms only where wanted. */
void
hcc_score(const HccView *v, const HccSubject *s, const uint64 *mapped, bool want_terms,
		  HccScore *score)
{
	int			selector = hcc_select(v, s);
	const uint8 *sel = v->selectors + HCC_SELECTOR_SIZE * Max(selector, 0);
	const uint8 *adjust,
			   *segment,
			   *term,
			   *end;

	score->sum = score->nterms = score->payment_hccs = 0;
	memcpy(score->mapped, mapped, sizeof(score->mapped));
	apply_hierarchies(v, mapped, score->counted);
	score->segment = selector < 0 ? -1 : (int) phm_get_u32(sel + 24);
	if (selector < 0)
		return;
	adjust = v->adjusts + HCC_ENTRY_SIZE * (Size) phm_get_u32(sel + 28);
	score->divisor = phm_get_u32(sel + 32);
	score->normalization = phm_get_u32(adjust + 4);
	score->coding_intensity = phm_get_u32(adjust + 8);
	for (int w = 0; w < v->nwords; w++)
		score->payment_hccs +=
			__builtin_popcountll(score->counted[w] & phm_get_u64(v->payable + 8 * w));
	segment = v->segments + HCC_ENTRY_SIZE * score->segment;
	term = v->terms + 8 * (Size) phm_get_u32(segment + 4);
	end = term + 8 * (Size) phm_get_u32(segment + 8);
	term = add_variables(v, s, want_terms, true, term, end, score);
	add_categories(v, want_terms, score);
	add_variables(v, s, want_terms, false, term, end, score);
}

/* Divides and rounds half away from zero, as CMS software does. */
static int64
divide_rounded(int128 a, int128 b)
{
	return (int64) (a >= 0 ? (a + b / 2) / b : -((-a + b / 2) / b));
}

/* The raw score in millionths. */
int64
hcc_raw(const HccScore *s)
{
	if (s->divisor == HCC_SCALE)
		return s->sum;
	return divide_rounded((int128) s->sum * HCC_SCALE, s->divisor);
}

/* The raw score over the normalization factor, in thousandths; 0 when the factor is not known. */
int64
hcc_normalized(const HccScore *s)
{
	if (s->normalization == 0)
		return 0;
	return divide_rounded((int128) s->sum * HCC_SCALE * 1000,
						  (int128) s->divisor * s->normalization);
}

/* The normalized score less the coding-intensity adjustment, in thousandths. */
int64
hcc_payment(const HccScore *s)
{
	return divide_rounded((int128) hcc_normalized(s) * (HCC_SCALE - (int64) s->coding_intensity),
						  HCC_SCALE);
}

/* The published number of a category. */
int
hcc_number(const HccView *v, int cc)
{
	return phm_get_u16(v->numbers + 2 * cc);
}

/* The published name of a variable. */
const char *
hcc_variable_name(const HccView *v, int variable)
{
	return v->names + phm_get_u32(v->vars + HCC_VAR_SIZE * (Size) variable + 36);
}

/* The published name of a segment. */
const char *
hcc_segment_name(const HccView *v, int segment)
{
	return v->names + phm_get_u32(v->segments + HCC_ENTRY_SIZE * segment);
}

/* Does a term rest on this category? */
bool
hcc_because(const HccView *v, const HccTerm *term, int cc)
{
	const uint8 *var = v->vars + HCC_VAR_SIZE * (Size) term->index;
	const uint8 *mask;
	int			nclauses;

	if (term->kind == HCC_KIND_CC)
		return term->index == cc;
	if (term->kind == HCC_KIND_COUNT)
		return (phm_get_u64(v->payable + cc / 64 * 8) >> (cc % 64)) & 1;
	nclauses = phm_get_u16(var + 28);
	mask = v->clauses + 8 * (Size) v->nwords * phm_get_u32(var + 32);
	for (; nclauses > 0; nclauses--, mask += 8 * v->nwords)
		if ((phm_get_u64(mask + cc / 64 * 8) >> (cc % 64)) & 1)
			return true;
	return false;
}
