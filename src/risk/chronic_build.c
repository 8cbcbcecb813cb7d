/*
 * chronic_build.c: writing a definition of chronic conditions, checking one
 * that nobody vouches for, and cutting a slice: a definition without codes,
 * which is what an aggregate keeps beside the codes found so far.
 */
#include "risk/chronic.h"

#include "risk/hcc.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* The first rule of a condition, the number of rules when it has none. */
static int
first_rule(const ChronicParts *p, int condition)
{
	int			rule = 0;

	while (rule < p->nrules && p->rules[rule].condition < condition)
		rule++;
	return rule;
}

/* The condition of a category, CHRONIC_ASK or CHRONIC_NONE. */
static int
place_of(const ChronicParts *p, int category)
{
	int			place = CHRONIC_NONE;

	for (int i = 0; i < p->n; i++)
		if (p->conditions[i].exclude == category)
			return CHRONIC_ASK;
		else if (p->conditions[i].category == category)
			place = place == CHRONIC_NONE ? i : CHRONIC_ASK;
	for (int i = 0; i < p->nrules; i++)
		if (p->rules[i].also == category)
			return CHRONIC_ASK;
	return place;
}

/* A definition from its parts. */
struct varlena *
chronic_write(const ChronicParts *p)
{
	uint32		ncategories = phm_get_u32(p->grouper + 16);
	Size		size = CHRONIC_HEADER + CHRONIC_ROW * (Size) p->n + CHRONIC_RULE * (Size) p->nrules +
		PAD8(2 * (Size) ncategories) + p->grouper_size;
	uint8	   *value = palloc0(size);
	uint8	   *at = value + CHRONIC_HEADER;

	SET_VARSIZE(value, size);
	value[4] = CHRONIC_VERSION;
	value[5] = p->flags;
	phm_put_u16(value + 6, p->n);
	phm_put_u16(value + 16, p->nrules);
	phm_put_u16(value + 18, ncategories);
	phm_put_u32(value + 20, (uint32) p->grouper_size);
	for (int i = 0; i < p->n; i++, at += CHRONIC_ROW)
	{
		phm_put_u16(at, p->conditions[i].category);
		phm_put_u16(at + 2, p->conditions[i].exclude);
		at[4] = p->conditions[i].years;
		at[5] = p->conditions[i].status;
		phm_put_u16(at + 6, first_rule(p, i));
	}
	for (int i = 0; i < p->nrules; i++, at += CHRONIC_RULE)
	{
		phm_put_u16(at, p->rules[i].condition);
		phm_put_u16(at + 2, p->rules[i].also);
		phm_put_u16(at + 4, p->rules[i].kinds);
		phm_put_u16(at + 6, p->rules[i].systems);
		at[8] = p->rules[i].claims;
	}
	for (uint32 i = 0; i < ncategories; i++)
		phm_put_u16(at + 2 * (Size) i, place_of(p, i));
	at += PAD8(2 * (Size) ncategories);
	memcpy(at, p->grouper, p->grouper_size);
	phm_put_u32(at, 0);
	phm_put_u64(value + 8, hcc_hash(value + 16, size - 16) ^ phm_get_u32(value + 4));
	return (struct varlena *) value;
}

/* Refuses a definition; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.chronic_model value");
	return phm_fail_detail(err, "The part \"%s\" is not as phm writes it.", what);
}

/* The parts of a definition, as far as they are within bounds. */
static bool
read_parts(const Chronic *c, ChronicParts *p, PhmError *err)
{
	memset(p, 0, sizeof(*p));
	p->flags = c->flags;
	p->n = c->n;
	p->nrules = c->nrules;
	p->grouper = c->grouper_value;
	p->grouper_size = c->grouper_size;
	for (int i = 0; i < c->n; i++)
	{
		p->conditions[i].category = chronic_category(c, i);
		p->conditions[i].exclude = chronic_exclude(c, i);
		p->conditions[i].years = chronic_years(c, i);
		p->conditions[i].status = chronic_status(c, i);
		if (p->conditions[i].category >= c->grouper.ncategories ||
			(p->conditions[i].exclude >= c->grouper.ncategories && p->conditions[i].exclude != CHRONIC_NONE) ||
			p->conditions[i].years < 1 || p->conditions[i].years > CHRONIC_MAX_YEARS || p->conditions[i].status > 3)
			return refuse(err, "conditions");
	}
	for (int i = 0; i < c->nrules; i++)
	{
		const uint8 *rule = c->rules + CHRONIC_RULE * i;

		p->rules[i].condition = phm_get_u16(rule);
		p->rules[i].also = phm_get_u16(rule + 2);
		p->rules[i].kinds = phm_get_u16(rule + 4);
		p->rules[i].systems = phm_get_u16(rule + 6);
		p->rules[i].claims = rule[8];
		if (p->rules[i].condition >= c->n || (i > 0 && p->rules[i].condition < p->rules[i - 1].condition) ||
			(p->rules[i].also >= c->grouper.ncategories && p->rules[i].also != CHRONIC_NONE) ||
			p->rules[i].kinds >> CHRONIC_KINDS || p->rules[i].claims < 1 || p->rules[i].claims > CHRONIC_MAX_CLAIMS)
			return refuse(err, "rules");
	}
	return true;
}

/* Is this a definition exactly as phm writes it? */
bool
chronic_check(const void *value, Size size, PhmError *err)
{
	ChronicParts *p = palloc(sizeof(ChronicParts));
	Chronic		c;
	uint8	   *copy;
	struct varlena *again;
	bool		good;

	if (!chronic_view(&c, value, size, err))
		return false;
	if (c.flags & ~CHRONIC_SLICE)
		return refuse(err, "flags");
	if (!read_parts(&c, p, err))
		return false;
	copy = palloc(c.grouper_size);
	memcpy(copy, c.grouper_value, c.grouper_size);
	good = phm_get_u32(copy) == 0 && grouper_check(copy, c.grouper_size, err) &&
		(!(c.flags & CHRONIC_SLICE) || c.grouper.nsets == 0);
	pfree(copy);
	if (!good)
		return refuse(err, "grouper");
	again = chronic_write(p);
	if (VARSIZE(again) != size || memcmp((char *) again + 4, (const char *) value + 4, size - 4) != 0)
		return refuse(err, "form");
	pfree(again);
	pfree(p);
	return true;
}

/* The definition without codes; the code systems keep their names and numbers. */
struct varlena *
chronic_slice(const Chronic *c)
{
	ChronicParts *p = palloc(sizeof(ChronicParts));
	GrouperParts g = {.nsystems = c->grouper.nsystems, .ncategories = c->grouper.ncategories};
	uint32		no_sets = 0;
	PhmError	err = {0};
	struct varlena *grouper;

	read_parts(c, p, &err);
	g.set_first = &no_sets;
	g.categories = palloc(sizeof(*g.categories) * (g.ncategories + 1));
	for (uint32 i = 0; i < g.ncategories; i++)
	{
		g.categories[i].name = grouper_category_name(&c->grouper, i);
		g.categories[i].label = grouper_label(&c->grouper, i);
		g.categories[i].part = "";
	}
	for (int i = 0; i < g.nsystems; i++)
		g.systems[i].name = c->grouper.systems[i].name;
	grouper = grouper_write(&g);
	p->flags |= CHRONIC_SLICE;
	p->grouper = (uint8 *) grouper;
	p->grouper_size = VARSIZE(grouper);
	return chronic_write(p);
}
