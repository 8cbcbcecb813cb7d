/*
 * comorbidity_build.c: writing a comorbidity index, checking one that nobody
 * vouches for, and cutting a slice: an index without codes, which is what an
 * aggregate keeps beside the conditions found so far.
 */
#include "risk/comorbidity.h"

#include "risk/hcc.h"

#define PAD8(n) (((Size) (n) + 7) & ~(Size) 7)

/* Writes a set of conditions; moves on. */
static void
put_set(uint8 **at, const uint64 *set)
{
	for (int i = 0; i < COMORBIDITY_WORDS; i++)
		phm_put_u64(*at + 8 * i, set[i]);
	*at += 8 * COMORBIDITY_WORDS;
}

/* Bytes of the names of an index. */
static uint32
name_bytes(const ComorbidityParts *p)
{
	Size		bytes = strlen(p->name) + 1;

	for (int i = 0; i < p->nsets; i++)
		bytes += strlen(p->set_names[i]) + 1;
	return (uint32) bytes;
}

/* Writes what comes before the names; moves on. */
static void
put_tables(uint8 **at, const ComorbidityParts *p)
{
	uint32		place = (uint32) strlen(p->name) + 1;

	put_set(at, p->poa);
	put_set(at, p->hidden);
	for (int i = 0; i < p->nsets; i++, *at += 8)
	{
		phm_put_u32(*at, place);
		phm_put_u32(*at + 4, p->decimals[i]);
		place += (uint32) strlen(p->set_names[i]) + 1;
	}
	for (int i = 0; i < p->nsets; i++)
		for (int k = 0; k < p->n; k++)
			phm_put_u32(*at + 4 * ((Size) i * p->n + k), (uint32) p->weights[i][k]);
	*at += PAD8(4 * (Size) p->nsets * p->n);
	for (int i = 0; i < p->nrules; i++)
	{
		phm_put_u16(*at, p->rules[i].op);
		phm_put_u16(*at + 2, p->rules[i].condition);
		*at += 8;
		put_set(at, p->rules[i].when);
		put_set(at, p->rules[i].unless);
	}
	for (int i = 0; i < p->nages; i++)
	{
		phm_put_u16(*at + 4 * i, p->age_from[i]);
		phm_put_u16(*at + 4 * i + 2, p->age_points[i]);
	}
	*at += PAD8(4 * (Size) p->nages);
}

/* An index from its parts. */
struct varlena *
comorbidity_write(const ComorbidityParts *p)
{
	uint32		bytes = name_bytes(p);
	Size		size = COMORBIDITY_HEADER + 16 * COMORBIDITY_WORDS + 8 * (Size) p->nsets +
		PAD8(4 * (Size) p->nsets * p->n) + COMORBIDITY_RULE_SIZE * (Size) p->nrules +
		PAD8(4 * (Size) p->nages) + PAD8(bytes) + p->grouper_size;
	uint8	   *value = palloc0(size);
	uint8	   *at = value + COMORBIDITY_HEADER;
	char	   *names;

	SET_VARSIZE(value, size);
	value[4] = COMORBIDITY_VERSION;
	value[5] = p->flags;
	phm_put_u16(value + 6, p->n);
	phm_put_u16(value + 16, p->nsets);
	phm_put_u16(value + 18, p->nrules);
	phm_put_u16(value + 20, p->nages);
	phm_put_u16(value + 22, p->fiscal_year);
	phm_put_u32(value + 24, bytes);
	phm_put_u32(value + 28, (uint32) p->grouper_size);
	put_tables(&at, p);
	names = (char *) at;
	memcpy(names, p->name, strlen(p->name));
	names += strlen(p->name) + 1;
	for (int i = 0; i < p->nsets; i++)
	{
		memcpy(names, p->set_names[i], strlen(p->set_names[i]));
		names += strlen(p->set_names[i]) + 1;
	}
	at += PAD8(bytes);
	memcpy(at, p->grouper, p->grouper_size);
	phm_put_u32(at, 0);
	phm_put_u64(value + 8, hcc_hash(value + 16, size - 16) ^ phm_get_u32(value + 4));
	return (struct varlena *) value;
}

/* Refuses an index; always false. */
static bool
refuse(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid phm.comorbidity_model value");
	return phm_fail_detail(err, "The part \"%s\" is not as phm writes it.", what);
}

/* Reads a set of conditions; false when it has one beyond the last. */
static bool
get_set(const uint8 *at, int n, uint64 *set)
{
	for (int i = 0; i < COMORBIDITY_WORDS; i++)
	{
		int			bits = n - 64 * i;

		set[i] = phm_get_u64(at + 8 * i);
		if (bits <= 0 ? set[i] != 0 : bits < 64 && set[i] >> bits)
			return false;
	}
	return true;
}

/* The parts of an index, as far as they are within bounds. */
static bool
read_parts(const Comorbidity *c, ComorbidityParts *p, PhmError *err)
{
	memset(p, 0, sizeof(*p));
	p->name = c->name;
	p->flags = c->flags;
	p->fiscal_year = c->fiscal_year;
	p->n = c->n;
	p->nsets = c->nsets;
	p->nrules = c->nrules;
	p->nages = c->nages;
	p->grouper = c->grouper_value;
	p->grouper_size = c->grouper_size;
	if (!get_set(c->hidden - 8 * COMORBIDITY_WORDS, c->n, p->poa) || !get_set(c->hidden, c->n, p->hidden))
		return refuse(err, "poa");
	for (int i = 0; i < c->nsets; i++)
	{
		if (phm_get_u32(c->sets + 8 * i) >= c->name_bytes || comorbidity_decimals(c, i) > COMORBIDITY_MAX_DECIMALS ||
			comorbidity_decimals(c, i) < 0)
			return refuse(err, "sets");
		p->set_names[i] = comorbidity_set_name(c, i);
		p->decimals[i] = comorbidity_decimals(c, i);
		for (int k = 0; k < c->n; k++)
		{
			p->weights[i][k] = comorbidity_weight(c, i, k);
			if (p->weights[i][k] > COMORBIDITY_MAX_WEIGHT || p->weights[i][k] < -COMORBIDITY_MAX_WEIGHT)
				return refuse(err, "weights");
		}
	}
	for (int i = 0; i < c->nrules; i++)
	{
		const uint8 *rule = c->rules + COMORBIDITY_RULE_SIZE * i;

		p->rules[i].op = phm_get_u16(rule);
		p->rules[i].condition = phm_get_u16(rule + 2);
		if (p->rules[i].op > COMORBIDITY_SET || p->rules[i].condition >= c->n ||
			!get_set(rule + 8, c->n, p->rules[i].when) ||
			!get_set(rule + 8 + 8 * COMORBIDITY_WORDS, c->n, p->rules[i].unless))
			return refuse(err, "rules");
	}
	for (int i = 0; i < c->nages; i++)
	{
		p->age_from[i] = phm_get_u16(c->ages + 4 * i);
		p->age_points[i] = phm_get_u16(c->ages + 4 * i + 2);
		if (i > 0 && p->age_from[i] <= p->age_from[i - 1])
			return refuse(err, "ages");
	}
	return true;
}

/* The grouper: a good one, of one code system, with a category for every condition. */
static bool
check_grouper(const Comorbidity *c, PhmError *err)
{
	uint8	   *copy = palloc(c->grouper_size);
	bool		slice = c->flags & COMORBIDITY_SLICE;
	bool		good;

	memcpy(copy, c->grouper_value, c->grouper_size);
	good = phm_get_u32(copy) == 0 && grouper_check(copy, c->grouper_size, err);
	pfree(copy);
	if (!good || c->grouper.nsystems != (slice ? 0 : 1) ||
		c->grouper.ncategories < c->n || c->grouper.ncategories > (uint32) c->n + 1)
		return refuse(err, "grouper");
	return true;
}

/* Is this an index exactly as phm writes it? */
bool
comorbidity_check(const void *value, Size size, PhmError *err)
{
	ComorbidityParts *p = palloc(sizeof(ComorbidityParts));
	Comorbidity c;
	struct varlena *again;

	if (!comorbidity_view(&c, value, size, err))
		return false;
	if (c.flags & ~(COMORBIDITY_POA | COMORBIDITY_SECONDARY | COMORBIDITY_SLICE) ||
		c.name_bytes < 1 || c.names[c.name_bytes - 1] != '\0' || c.name != c.names)
		return refuse(err, "names");
	if (!read_parts(&c, p, err) || !check_grouper(&c, err))
		return false;
	again = comorbidity_write(p);
	if (VARSIZE(again) != size || memcmp((char *) again + 4, (const char *) value + 4, size - 4) != 0)
		return refuse(err, "form");
	pfree(again);
	pfree(p);
	return true;
}

/* The index without codes. */
struct varlena *
comorbidity_slice(const Comorbidity *c)
{
	ComorbidityParts *p = palloc(sizeof(ComorbidityParts));
	GrouperParts g = {.ncategories = c->n};
	uint32		no_sets = 0;
	PhmError	err = {0};
	struct varlena *grouper;

	read_parts(c, p, &err);
	g.set_first = &no_sets;
	g.categories = palloc(sizeof(*g.categories) * (c->n + 1));
	for (int i = 0; i < c->n; i++)
	{
		g.categories[i].name = comorbidity_condition(c, i);
		g.categories[i].label = comorbidity_label(c, i);
		g.categories[i].part = "";
	}
	grouper = grouper_write(&g);
	p->flags |= COMORBIDITY_SLICE;
	p->grouper = (uint8 *) grouper;
	p->grouper_size = VARSIZE(grouper);
	return comorbidity_write(p);
}
