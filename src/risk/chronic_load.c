/*
 * chronic_load.c: phm.chronic_definition(name, …): reads the phm.chronic_*
 * tables and the grouper of the definition through SPI and compiles them.
 * Every name in the queries is qualified.
 */
#include "risk/chronic_type.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_chronic_definition);

static const char kind[] = "chronic";

/* Refuses the rows of a definition. */
static void
refuse(const char *definition, const char *table, const char *condition, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rows of chronic-condition definition \"%s\" cannot be compiled", definition),
			 errdetail("phm.%s, condition %.60s: %s.", table, condition, why)));
}

/* Says which definitions there are. */
static void
unknown_definition(const char *name)
{
	kept_query("SELECT pg_catalog.string_agg(definition, ', ' ORDER BY definition COLLATE \"C\")"
			   "  FROM phm.chronic_release WHERE $1 IS NOT NULL", name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no chronic-condition definition \"%s\"", name),
			 errdetail("Available: %s.", kept_text(0, 1)),
			 errhint("A definition of your own is added as rows: see phm.chronic_release.")));
}

/* The grouper of a definition. */
static const char *
read_release(const KeptKey *key)
{
	kept_query("SELECT grouper, status OPERATOR(pg_catalog.=) 'unverified' FROM phm.chronic_release"
			   " WHERE definition OPERATOR(pg_catalog.=) $1", key->name);
	if (SPI_processed == 0)
		unknown_definition(key->name);
	if (kept_text(0, 2)[0] == 't' && !key->unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of chronic-condition definition \"%s\" are unverified", key->name),
				 errhint("Check them against their published source, or pass unverified => true.")));
	return kept_text(0, 1);
}

/* The number of a category; CHRONIC_NONE for "". */
static int
category_of(const char *definition, const Grouper *g, const char *table, const char *name)
{
	int			category = name[0] == '\0' ? CHRONIC_NONE : grouper_category(g, name, strlen(name));

	if (category < 0)
		refuse(definition, table, name, "the grouper of the definition has no such category");
	return category;
}

/* The conditions, in the order of the grouper. */
static void
read_conditions(ChronicParts *p, const char *name, const Grouper *g)
{
	static const char *const statuses[] = {"cross-checked", "single source", "unverified", "own"};

	kept_query("SELECT c.condition, c.exclude, c.lookback_years, c.lookback_status"
			   "  FROM phm.chronic_condition AS c"
			   "  LEFT JOIN phm.chronic_release AS r ON r.definition OPERATOR(pg_catalog.=) c.definition"
			   "  LEFT JOIN phm.grouper_category AS k ON k.grouper OPERATOR(pg_catalog.=) r.grouper"
			   "   AND k.category OPERATOR(pg_catalog.=) c.condition"
			   " WHERE c.definition OPERATOR(pg_catalog.=) $1 ORDER BY k.seq, c.condition COLLATE \"C\"", name);
	if (SPI_processed > CHRONIC_MAX)
		refuse(name, "chronic_condition", "", "a definition has at most 256 conditions");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		p->conditions[i].category = category_of(name, g, "chronic_condition", kept_text(i, 1));
		p->conditions[i].exclude = category_of(name, g, "chronic_condition", kept_text(i, 2));
		p->conditions[i].years = atoi(kept_text(i, 3));
		for (int k = 0; k < lengthof(statuses); k++)
			if (strcmp(statuses[k], kept_text(i, 4)) == 0)
				p->conditions[i].status = k;
	}
	p->n = (int) SPI_processed;
}

/* The texts of an array of an answer; how many, -1 when it is null. */
static int
texts_at(int row, int column, Datum **texts)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
	bool	   *nulls;
	int			n = -1;

	if (!null)
		deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, texts, &nulls, &n);
	return n;
}

/* Kinds of claims, as bits. */
static int
read_kinds(const char *definition, int row, int column)
{
	Datum	   *texts;
	int			n = texts_at(row, column, &texts);
	int			kinds = 0;

	for (int i = 0; i < n; i++)
	{
		int			k = chronic_kind_of(VARDATA_ANY(DatumGetPointer(texts[i])), VARSIZE_ANY_EXHDR(DatumGetPointer(texts[i])));

		if (k < 0)
			refuse(definition, "chronic_rule", kept_text(row, 1), "a kind of claim is not known");
		kinds |= 1 << k;
	}
	return kinds;
}

/* Code systems of the grouper, as bits; null: all. */
static int
read_systems(const Grouper *g, int row, int column)
{
	Datum	   *texts;
	int			n = texts_at(row, column, &texts);
	int			systems = n < 0 ? 0xFFFF : 0;

	for (int i = 0; i < n; i++)
	{
		int			s = grouper_system(g, VARDATA_ANY(DatumGetPointer(texts[i])), VARSIZE_ANY_EXHDR(DatumGetPointer(texts[i])));

		systems |= s < 0 ? 0 : 1 << s;
	}
	return systems;
}

/* The rules, in the order of the conditions. */
static void
read_rules(ChronicParts *p, const KeptKey *key, const Grouper *g)
{
	int			unverified = key->unverified;

	kept_query("SELECT condition, claims, kinds, code_systems, also, status OPERATOR(pg_catalog.=) 'unverified'"
			   "  FROM phm.chronic_rule WHERE definition OPERATOR(pg_catalog.=) $1 ORDER BY condition COLLATE \"C\", seq",
			   key->name);
	for (int condition = 0; condition < p->n; condition++)
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			int			rule = p->nrules;

			if (strcmp(kept_text(i, 1), grouper_category_name(g, p->conditions[condition].category)) != 0 ||
				(kept_text(i, 6)[0] == 't' && !unverified))
				continue;
			if (p->nrules++ == CHRONIC_MAX_RULES)
				refuse(key->name, "chronic_rule", kept_text(i, 1), "a definition has at most 512 rules");
			p->rules[rule].condition = condition;
			p->rules[rule].claims = atoi(kept_text(i, 2));
			p->rules[rule].kinds = read_kinds(key->name, i, 3);
			p->rules[rule].systems = read_systems(g, i, 4);
			p->rules[rule].also = category_of(key->name, g, "chronic_rule", kept_text(i, 5));
		}
}

/* Compiles a definition; SPI is connected. */
static struct varlena *
compile(const KeptKey *key)
{
	ChronicParts *p = palloc0(sizeof(ChronicParts));
	PhmError	err = {0};
	GrouperBuild *b = grouper_build();
	struct varlena *grouper;
	Grouper		g;

	grouper_read_rows(b, read_release(key), "");
	grouper = grouper_build_finish(b, &err);
	if (grouper == NULL || !grouper_view(&g, grouper, VARSIZE(grouper), &err))
		hcc_raise(&err);
	p->grouper = (uint8 *) grouper;
	p->grouper_size = VARSIZE(grouper);
	read_conditions(p, key->name, &g);
	read_rules(p, key, &g);
	return chronic_write(p);
}

/* A definition of a name for other files, a copy in the caller's memory. */
struct varlena *
chronic_load(const char *name, bool unverified)
{
	KeptKey		key = {kind, name, 0, unverified};

	return kept_load(&key, compile);
}

/* The definition of a name. */
Datum
phm_chronic_definition(PG_FUNCTION_ARGS)
{
	KeptKey		key = {kind, text_to_cstring(PG_GETARG_TEXT_PP(0)), 0, PG_GETARG_BOOL(1)};

	PG_RETURN_POINTER(kept_value(fcinfo, &key, compile));
}
