/*
 * comorbidity_load.c: phm.comorbidity_index(name, …): reads the
 * phm.comorbidity_* tables and the index's grouper through SPI and compiles
 * them.  Every name in the queries is qualified.
 */
#include "risk/comorbidity_type.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_comorbidity_index);

static const char kind[] = "comorbidity";

/* ICD-10-CM of fiscal year Y is version Y - FIRST_YEAR in AHRQ's list. */
#define FIRST_YEAR 1983

/* What phm.comorbidity_release says of an index. */
typedef struct Release
{
	const char *grouper;
	bool		secondary;
	bool		poa;			/* a rule asks for present on admission */
} Release;

/* Refuses the rows of an index. */
static void
refuse(const char *index, const char *table, const char *condition, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rows of comorbidity index \"%s\" cannot be compiled", index),
			 errdetail("phm.%s, condition %.60s: %s.", table, condition, why)));
}

/* Says which indexes there are. */
static void
unknown_index(const char *name)
{
	kept_query("SELECT pg_catalog.string_agg(index, ', ' ORDER BY index COLLATE \"C\")"
			   "  FROM phm.comorbidity_release WHERE $1 IS NOT NULL", name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no comorbidity index \"%s\"", name),
			 errdetail("Available: %s.", kept_text(0, 1)),
			 errhint("An index of your own is added as rows: see phm.comorbidity_release.")));
}

/* The row of phm.comorbidity_release. */
static Release
read_release(const char *name, bool unverified)
{
	Release		r;

	kept_query("SELECT grouper, secondary_only, status OPERATOR(pg_catalog.=) 'unverified',"
			   "  EXISTS (SELECT FROM phm.comorbidity_rule AS u WHERE u.index OPERATOR(pg_catalog.=) r.index"
			   "    AND effect OPERATOR(pg_catalog.=) 'poa')"
			   "  FROM phm.comorbidity_release AS r WHERE index OPERATOR(pg_catalog.=) $1", name);
	if (SPI_processed == 0)
		unknown_index(name);
	if (kept_text(0, 3)[0] == 't' && !unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of comorbidity index \"%s\" are unverified", name),
				 errhint("Check them against their published source, or pass unverified => true.")));
	r.grouper = kept_text(0, 1);
	r.secondary = kept_text(0, 2)[0] == 't';
	r.poa = kept_text(0, 4)[0] == 't';
	return r;
}

/* Is a category "vA-B" of the exempt diagnoses of this version? */
static bool
of_version(const char *category, int version)
{
	int			from,
				to;

	return sscanf(category, "v%d-%d", &from, &to) == 2 && from <= version && version <= to;
}

/* The version of a fiscal year, the latest when the list does not have it. */
static int
exempt_version(const Grouper *exempt, int fiscal_year)
{
	int			first = 9999,
				last = 0,
				version = fiscal_year - FIRST_YEAR;

	for (uint32 i = 0; i < exempt->ncategories; i++)
	{
		int			from,
					to;

		if (sscanf(grouper_category_name(exempt, i), "v%d-%d", &from, &to) != 2)
			continue;
		first = Min(first, from);
		last = Max(last, to);
	}
	return version < first || version > last ? last : version;
}

/* The diagnoses of the index that are exempt in a version, separated by blanks. */
static char *
exempt_codes(const Grouper *exempt, const Grouper *conditions, int version)
{
	int			system = grouper_system(exempt, "ICD10CM", 7);
	StringInfoData codes;

	initStringInfo(&codes);
	for (uint32 i = 0; system >= 0 && i < exempt->systems[system].nentries; i++)
	{
		char		code[GROUPER_CODE_SIZE];
		const uint16 *found;
		int			n;
		const uint16 *of = grouper_set(exempt, phm_get_u16(exempt->systems[system].places + 2 * (Size) i), &n);
		bool		is = false;

		for (int k = 0; k < n; k++)
			is = is || of_version(grouper_category_name(exempt, grouper_at(of, k)), version);
		if (!is)
			continue;
		n = grouper_key_text(phm_get_u64(exempt->systems[system].keys + 8 * (Size) i), code);
		if (grouper_find(conditions, 0, code, n, &found) > 0)
			appendStringInfo(&codes, "%s ", code);
	}
	return codes.data;
}

/* Puts a grouper together, and looks at it. */
static struct varlena *
finish(GrouperBuild *b, Grouper *g)
{
	PhmError	err = {0};
	struct varlena *built = grouper_build_finish(b, &err);

	if (built == NULL || !grouper_view(g, built, VARSIZE(built), &err))
		hcc_raise(&err);
	return built;
}

/* The grouper of the conditions, with the exempt diagnoses where the index asks for them. */
static void
read_grouper(ComorbidityParts *p, const Release *r, const char *code_system, int fiscal_year)
{
	PhmError	err = {0};
	GrouperBuild *b = grouper_build();
	Grouper		g,
				exempt;
	struct varlena *built;

	grouper_read_rows(b, r->grouper, code_system);
	built = finish(b, &g);
	if (g.nsystems != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("comorbidity index \"%s\" has no codes of code system \"%s\"", p->name, code_system)));
	if (g.ncategories > COMORBIDITY_MAX)
		refuse(p->name, "grouper_category", r->grouper, "an index has at most 256 conditions");
	p->n = g.ncategories;
	if (r->poa)
	{
		struct varlena *list = grouper_load("POA_EXEMPT", true);

		if (!grouper_view(&exempt, list, VARSIZE(list), &err))
			hcc_raise(&err);
		p->fiscal_year = exempt_version(&exempt, fiscal_year) + FIRST_YEAR;
		b = grouper_build();
		grouper_read_rows(b, r->grouper, code_system);
		if (!grouper_build_category(b, "exempt", "", "", &err) ||
			!grouper_build_codes(b, code_system, "exempt", exempt_codes(&exempt, &g, p->fiscal_year - FIRST_YEAR), &err))
			hcc_raise(&err);
		built = finish(b, &g);
	}
	p->grouper = (uint8 *) built;
	p->grouper_size = VARSIZE(built);
}

/* The number of a condition. */
static int
condition_of(const ComorbidityParts *p, const Grouper *g, const char *table, const char *name)
{
	int			condition = grouper_category(g, name, strlen(name));

	if (condition < 0 || condition >= p->n)
		refuse(p->name, table, name, "the grouper of the index has no such category");
	return condition;
}

/* The conditions that a text array names, as a set. */
static void
read_set(const ComorbidityParts *p, const Grouper *g, int row, int column, uint64 *set)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
	Datum	   *names;
	bool	   *nulls;
	int			n;

	if (null)
		return;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		int			condition = condition_of(p, g, "comorbidity_rule", nulls[i] ? "" : TextDatumGetCString(names[i]));

		set[condition / 64] |= UINT64CONST(1) << (condition % 64);
	}
}

/* The rules of an index. */
static void
read_rules(ComorbidityParts *p, const Grouper *g)
{
	kept_query("SELECT effect, condition, when_present, unless_arisen FROM phm.comorbidity_rule"
			   " WHERE index OPERATOR(pg_catalog.=) $1 ORDER BY seq", p->name);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		const char *effect = kept_text(i, 1);
		int			condition = condition_of(p, g, "comorbidity_rule", kept_text(i, 2));
		uint64		bit = UINT64CONST(1) << (condition % 64);
		ComorbidityRule *rule = &p->rules[p->nrules];

		if (strcmp(effect, "poa") == 0)
			p->poa[condition / 64] |= bit;
		else if (strcmp(effect, "hide") == 0)
			p->hidden[condition / 64] |= bit;
		else if (p->nrules == COMORBIDITY_MAX_RULES)
			refuse(p->name, "comorbidity_rule", kept_text(i, 2), "an index has at most 256 rules");
		else
		{
			rule->op = strcmp(effect, "drop") == 0 ? COMORBIDITY_DROP : COMORBIDITY_SET;
			rule->condition = condition;
			read_set(p, g, i, 3, rule->when);
			read_set(p, g, i, 4, rule->unless);
			p->nrules++;
		}
	}
}

/* The sets of weights of an index, by name. */
static void
read_weights(ComorbidityParts *p, const Grouper *g)
{
	kept_query("SELECT weights, pg_catalog.max(pg_catalog.scale(weight)) FROM phm.comorbidity_weight"
			   " WHERE index OPERATOR(pg_catalog.=) $1 GROUP BY weights ORDER BY weights COLLATE \"C\"", p->name);
	if (SPI_processed > COMORBIDITY_MAX_SETS)
		refuse(p->name, "comorbidity_weight", "", "an index has at most 8 sets of weights");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		p->set_names[i] = kept_text(i, 1);
		p->decimals[i] = atoi(kept_text(i, 2));
	}
	p->nsets = (int) SPI_processed;
	kept_query("SELECT weights, condition, (weight OPERATOR(pg_catalog.*) 1000)::pg_catalog.int4"
			   "  FROM phm.comorbidity_weight WHERE index OPERATOR(pg_catalog.=) $1", p->name);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int			condition = condition_of(p, g, "comorbidity_weight", kept_text(i, 2));
		int			weight = atoi(kept_text(i, 3));

		for (int s = 0; s < p->nsets; s++)
			if (strcmp(p->set_names[s], kept_text(i, 1)) == 0)
				p->weights[s][condition] = p->decimals[s] == 0 ? weight / 1000 : p->decimals[s] == 1 ? weight / 100 :
					p->decimals[s] == 2 ? weight / 10 : weight;
	}
}

/* The points of age of an index. */
static void
read_ages(ComorbidityParts *p)
{
	kept_query("SELECT age_from, points FROM phm.comorbidity_age"
			   " WHERE index OPERATOR(pg_catalog.=) $1 ORDER BY age_from", p->name);
	if (SPI_processed > COMORBIDITY_MAX_AGES)
		refuse(p->name, "comorbidity_age", "", "an index has at most 16 bands of age");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		p->age_from[i] = atoi(kept_text(i, 1));
		p->age_points[i] = atoi(kept_text(i, 2));
	}
	p->nages = (int) SPI_processed;
}

/* Compiles an index; SPI is connected.  The key's name is index/code system. */
static struct varlena *
compile(const KeptKey *key)
{
	ComorbidityParts *p = palloc0(sizeof(ComorbidityParts));
	const char *slash = strrchr(key->name, '/');
	PhmError	err = {0};
	Release		r;
	Grouper		g;

	p->name = pnstrdup(key->name, slash - key->name);
	r = read_release(p->name, key->unverified);
	p->flags = (r.secondary ? COMORBIDITY_SECONDARY : 0) | (r.poa ? COMORBIDITY_POA : 0);
	read_grouper(p, &r, slash + 1, key->number);
	if (!grouper_view(&g, p->grouper, p->grouper_size, &err))
		hcc_raise(&err);
	read_rules(p, &g);
	read_weights(p, &g);
	read_ages(p);
	return comorbidity_write(p);
}

/* An index of a name for other files, a copy in the caller's memory. */
struct varlena *
comorbidity_load(const char *name, const char *code_system, int fiscal_year, bool unverified)
{
	KeptKey		key = {kind, psprintf("%s/%s", name, code_system), fiscal_year, unverified};

	return kept_load(&key, compile);
}

/* The comorbidity index of a name. */
Datum
phm_comorbidity_index(PG_FUNCTION_ARGS)
{
	KeptKey		key = {kind, NULL, PG_GETARG_INT32(2), PG_GETARG_BOOL(3)};

	key.name = psprintf("%s/%s", text_to_cstring(PG_GETARG_TEXT_PP(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_POINTER(kept_value(fcinfo, &key, compile));
}
