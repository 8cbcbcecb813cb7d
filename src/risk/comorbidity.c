/*
 * comorbidity.c: scoring a person or a stay with a comorbidity index.  Reads
 * the value in place and allocates nothing; comorbidity.h draws the layout.
 * A value that comes from outside passes comorbidity_check first; everything
 * here but comorbidity_view trusts it.
 */
#include "risk/comorbidity.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Gives the next section and moves on. */
static const uint8 *
section(const uint8 **at, Size bytes)
{
	const uint8 *here = *at;

	*at += PAD8(bytes);
	return here;
}

/* Finds the parts of an index; the bytes of the parts are not looked at. */
bool
comorbidity_view(Comorbidity *c, const void *value, Size size, PhmError *err)
{
	const uint8 *v = value;
	const uint8 *at = v + COMORBIDITY_HEADER;
	const uint8 *poa;

	if (size < COMORBIDITY_HEADER || v[4] != COMORBIDITY_VERSION)
		return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.comorbidity_model value");
	c->value = v;
	c->size = size;
	c->flags = v[5];
	c->n = phm_get_u16(v + 6);
	c->hash = phm_get_u64(v + 8);
	c->nsets = phm_get_u16(v + 16);
	c->nrules = phm_get_u16(v + 18);
	c->nages = phm_get_u16(v + 20);
	c->fiscal_year = phm_get_u16(v + 22);
	c->name_bytes = phm_get_u32(v + 24);
	c->grouper_size = phm_get_u32(v + 28);
	poa = section(&at, 8 * COMORBIDITY_WORDS);
	c->hidden = section(&at, 8 * COMORBIDITY_WORDS);
	c->sets = section(&at, 8 * (Size) c->nsets);
	c->weights = section(&at, 4 * (Size) c->nsets * c->n);
	c->rules = section(&at, COMORBIDITY_RULE_SIZE * (Size) c->nrules);
	c->ages = section(&at, 4 * (Size) c->nages);
	c->names = (const char *) section(&at, c->name_bytes);
	c->grouper_value = section(&at, c->grouper_size);
	if (c->n > COMORBIDITY_MAX || c->nsets > COMORBIDITY_MAX_SETS || c->nrules > COMORBIDITY_MAX_RULES ||
		c->nages > COMORBIDITY_MAX_AGES || at != v + size || phm_get_u32(v + 32) >= c->name_bytes ||
		!grouper_view(&c->grouper, c->grouper_value, c->grouper_size, err))
		return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.comorbidity_model value");
	c->name = c->names + phm_get_u32(v + 32);
	for (int i = 0; i < COMORBIDITY_WORDS; i++)
		c->poa[i] = phm_get_u64(poa + 8 * i);
	return true;
}

/* Nobody yet; age -1 where it is not known. */
void
comorbidity_begin(ComorbidityWork *w, const Comorbidity *index, int age)
{
	memset(w, 0, sizeof(*w));
	w->index = index;
	w->age = age;
}

/* The conditions of a diagnosis. */
ComorbidityFound
comorbidity_find(const Comorbidity *c, const GrouperCode *code)
{
	ComorbidityFound found = {0};

	found.n = grouper_find_code(&c->grouper, c->grouper.nsystems - 1, code, &found.conditions);
	/* Categories of a set ascend, and the exempt one is the last of all. */
	if (found.n > 0 && grouper_at(found.conditions, found.n - 1) >= c->n)
	{
		found.exempt = true;
		found.n--;
	}
	return found;
}

/* What a diagnosis with this present-on-admission letter means for its i-th condition. */
ComorbidityKind
comorbidity_kind(const Comorbidity *c, const ComorbidityFound *found, int i, char poa)
{
	poa = poa >= 'a' && poa <= 'z' ? poa - 32 : poa;
	if (found->exempt || poa == 'Y' || poa == 'W' || !comorbidity_has(c->poa, grouper_at(found->conditions, i)))
		return COMORBIDITY_PRESENT;
	if (poa == 'N' || poa == 'U')
		return COMORBIDITY_ARISEN;
	return poa == 0 ? COMORBIDITY_UNKNOWN : COMORBIDITY_UNREPORTED;
}

/* Notes what is known of a condition. */
void
comorbidity_note(ComorbidityWork *w, int condition, ComorbidityKind kind)
{
	uint64		bit = UINT64CONST(1) << (condition % 64);

	if (kind == COMORBIDITY_PRESENT)
		w->present[condition / 64] |= bit;
	else if (kind == COMORBIDITY_ARISEN)
		w->arisen[condition / 64] |= bit;
	else if (kind == COMORBIDITY_UNKNOWN)
		w->unknown[condition / 64] |= bit;
}

/* Adds a diagnosis. */
void
comorbidity_add(ComorbidityWork *w, const char *code, Size length, bool principal, char poa)
{
	GrouperCode read;

	grouper_read_code(code, length, &read);
	comorbidity_add_code(w, &read, principal, poa);
}

/* Adds a diagnosis that has been read: one reading serves all indexes. */
void
comorbidity_add_code(ComorbidityWork *w, const GrouperCode *code, bool principal, char poa)
{
	ComorbidityFound found = comorbidity_find(w->index, code);

	w->codes++;
	if (found.n == 0)
		w->ungrouped++;
	else if (!principal || !(w->index->flags & COMORBIDITY_SECONDARY))
		for (int i = 0; i < found.n; i++)
			comorbidity_note(w, grouper_at(found.conditions, i), comorbidity_kind(w->index, &found, i, poa));
}

/* Have a stored and a given set a condition in common? */
static bool
intersects(const uint8 *stored, const uint64 *set)
{
	for (int i = 0; i < COMORBIDITY_WORDS; i++)
		if (phm_get_u64(stored + 8 * i) & set[i])
			return true;
	return false;
}

/* Drops and adds conditions, rule by rule. */
static void
apply_rules(const Comorbidity *c, const uint64 *arisen, uint64 *conditions)
{
	for (int i = 0; i < c->nrules; i++)
	{
		const uint8 *rule = c->rules + COMORBIDITY_RULE_SIZE * i;
		int			condition = phm_get_u16(rule + 2);
		uint64		bit = UINT64CONST(1) << (condition % 64);

		if (!intersects(rule + 8, conditions))
			continue;
		if (phm_get_u16(rule) == COMORBIDITY_DROP)
			conditions[condition / 64] &= ~bit;
		else if (!intersects(rule + 8 + 8 * COMORBIDITY_WORDS, arisen))
			conditions[condition / 64] |= bit;
	}
}

/* The points of an age: those of the last band that has begun. */
static int
age_points(const Comorbidity *c, int age)
{
	int			points = 0;

	for (int i = 0; i < c->nages && age >= phm_get_u16(c->ages + 4 * i); i++)
		points = phm_get_u16(c->ages + 4 * i + 2);
	return points;
}

/* The conditions after the rules, and the scores; the work may be added to afterwards. */
void
comorbidity_finish(const ComorbidityWork *w, ComorbidityResult *r)
{
	const Comorbidity *c = w->index;

	memcpy(r->conditions, w->present, sizeof(r->conditions));
	apply_rules(c, w->arisen, r->conditions);
	memset(r->scores, 0, sizeof(r->scores));
	r->count = 0;
	r->age_points = w->age < 0 ? 0 : age_points(c, w->age);
	for (int i = 0; i < COMORBIDITY_WORDS; i++)
	{
		uint64		rest = r->conditions[i] &= ~phm_get_u64(c->hidden + 8 * i);

		r->unknown[i] = w->unknown[i] & ~w->present[i];
		r->count += __builtin_popcountll(rest);
		for (; rest; rest &= rest - 1)
			for (int s = 0; s < c->nsets; s++)
				r->scores[s] += comorbidity_weight(c, s, 64 * i + __builtin_ctzll(rest));
	}
}

/* The short name of a condition. */
const char *
comorbidity_condition(const Comorbidity *c, int condition)
{
	return grouper_category_name(&c->grouper, condition);
}

/* The published name of a condition. */
const char *
comorbidity_label(const Comorbidity *c, int condition)
{
	return grouper_label(&c->grouper, condition);
}

const char *
comorbidity_set_name(const Comorbidity *c, int set)
{
	return c->names + phm_get_u32(c->sets + 8 * set);
}

/* Decimals of the weights of a set, and of its scores. */
int
comorbidity_decimals(const Comorbidity *c, int set)
{
	return (int) phm_get_u32(c->sets + 8 * set + 4);
}

/* The weight of a condition in a set, in units of the last decimal. */
int32
comorbidity_weight(const Comorbidity *c, int set, int condition)
{
	return (int32) phm_get_u32(c->weights + 4 * ((Size) set * c->n + condition));
}
