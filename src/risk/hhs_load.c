/*
 * hhs_load.c: phm.hhs_model(name, benefit_year, ...): reads the phm.hhs_*
 * tables through SPI and compiles them.  The function is STABLE; a call site
 * keeps the first model it gave under its snapshot, and the session keeps what
 * it compiled as long as phm.hcc_change, read under the query's snapshot, has
 * the stamp under which it was compiled: changes of these tables are noted
 * there as well.  Every name in the queries is qualified.
 */
#include "risk/hhs_type.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_hhs_model);

#define KEPT_MODELS 4

/* A model and what it was compiled from. */
typedef struct LoadedModel
{
	MemoryContext context;		/* in which name and model are; NULL: none */
	pg_uuid_t	stamp;
	Oid			table;			/* of the stamp: the extension may have been made anew */
	Oid			role;			/* what it may read is its own affair */
	char	   *name;
	int			benefit_year;
	bool		mce;
	bool		unverified;
	struct varlena *model;
} LoadedModel;

/* The model that a call site gave first. */
typedef struct SiteModel
{
	HccSnapshot snapshot;
	LoadedModel loaded;
} SiteModel;

/* What the session has compiled; the oldest gives way, a changed one is replaced. */
static LoadedModel session_models[KEPT_MODELS];
static int	next_session_model;

/* Runs a query of one text and one integer parameter. */
static void
query(const char *sql, const char *name, int benefit_year)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2] = {CStringGetTextDatum(name), Int32GetDatum(benefit_year)};

	phm_spi_check(SPI_execute_with_args(sql, 2, types, values, NULL, true, 0), "read a risk-adjustment model");
}

static char *
text_at(int row, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? value : "";
}

static int
int4_at(int row, int column, int otherwise)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	return null ? otherwise : DatumGetInt32(value);
}

static int64
int8_at(int row, int column)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	return null ? 0 : DatumGetInt64(value);
}

/* Stops with what the builder reported. */
static inline void
require(bool good, const PhmError *err)
{
	if (!good)
		hcc_raise(err);
}

/* Says which models there are. */
static void
unknown_model(const char *name, int benefit_year)
{
	query("SELECT pg_catalog.string_agg(r.list, '; ' ORDER BY r.list COLLATE \"C\")"
		  "  FROM (SELECT pg_catalog.concat(model, ' ', pg_catalog.string_agg("
		  "                 benefit_year::pg_catalog.text, ', ' ORDER BY benefit_year)) AS list"
		  "          FROM phm.hhs_release GROUP BY model) AS r"
		  " WHERE $1 IS NOT NULL AND $2 IS NOT NULL", name, benefit_year);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no HHS risk-adjustment model \"%s\" for benefit year %d",
					name, benefit_year),
			 errdetail("Available: %s.", text_at(0, 1)),
			 errhint("A model of your own is added as rows: see phm.hhs_release.")));
}

/* Rows of a rule set count in the years from year_from to year_to. */
#define IN_YEAR \
	" WHERE rule_set OPERATOR(pg_catalog.=) $1" \
	"   AND COALESCE(year_from OPERATOR(pg_catalog.<=) $2, true)" \
	"   AND COALESCE(year_to OPERATOR(pg_catalog.>=) $2, true)"

/* Categories, hierarchies and groups. */
static void
read_categories(HhsBuild *b, const char *rule_set, int year)
{
	PhmError	err = {0};

	query("SELECT category, kind FROM phm.hhs_category" IN_YEAR
		  " ORDER BY pg_catalog.array_position(ARRAY['hcc', 'group', 'rxc', 'acf'], kind), category COLLATE \"C\"",
		  rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_category(b, text_at(i, 1), text_at(i, 2), &err), &err);
	query("SELECT category, d FROM phm.hhs_hierarchy, pg_catalog.unnest(drops) AS d" IN_YEAR, rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_drop(b, text_at(i, 1), text_at(i, 2), &err), &err);
	query("SELECT age_group, category, m FROM phm.hhs_group, pg_catalog.unnest(members) AS m" IN_YEAR,
		  rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_member(b, text_at(i, 1), text_at(i, 2), text_at(i, 3), &err), &err);
}

/* Codes of the categories, and Medicare Code Editor edits where they are on. */
static void
read_codes(HhsBuild *b, const char *rule_set, int year, bool mce)
{
	PhmError	err = {0};

	query("SELECT category, kind, age_min, age_max, sex, codes FROM phm.hhs_mapping" IN_YEAR, rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_map(b, text_at(i, 1), text_at(i, 2), int4_at(i, 3, -1), int4_at(i, 4, -1),
							  int4_at(i, 5, 0), text_at(i, 6), &err), &err);
	if (!mce)
		return;
	query("SELECT age_min, age_max, sex, codes FROM phm.hhs_edit"
		  " WHERE rule_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL", rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_edit(b, int4_at(i, 1, -1), int4_at(i, 2, -1), int4_at(i, 3, 0),
							   text_at(i, 4), &err), &err);
}

/* Variables, sets before what names them, and cost-sharing factors. */
static void
read_variables(HhsBuild *b, const char *rule_set, int year)
{
	PhmError	err = {0};

	query("SELECT age_group, variable, kind, args FROM phm.hhs_variable" IN_YEAR
		  " ORDER BY kind OPERATOR(pg_catalog.<>) 'set', variable COLLATE \"C\"", rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_variable(b, text_at(i, 1), text_at(i, 2), text_at(i, 3), text_at(i, 4), &err), &err);
	query("SELECT indicator, (factor OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8 FROM phm.hhs_csr" IN_YEAR,
		  rule_set, year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hhs_build_csr(b, int4_at(i, 1, -1), int8_at(i, 2), &err), &err);
}

/* The factors by metal level. */
static void
read_factors(HhsBuild *b, const char *coefficient_set)
{
	PhmError	err = {0};

	query("SELECT age_group, variable, (platinum OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
		  "       (gold OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
		  "       (silver OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
		  "       (bronze OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
		  "       (catastrophic OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8"
		  "  FROM phm.hhs_coefficient"
		  " WHERE coefficient_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL", coefficient_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64		factors[HHS_METALS];

		for (int m = 0; m < HHS_METALS; m++)
			factors[m] = int8_at(i, 3 + m);
		require(hhs_build_factor(b, text_at(i, 1), text_at(i, 2), factors, &err), &err);
	}
}

/* Compiles a model from the tables, in SPI's memory. */
static struct varlena *
compile(const LoadedModel *wanted)
{
	PhmError	err = {0};
	HhsBuild   *b;
	char	   *rule_set,
			   *coefficient_set;
	struct varlena *built;

	query("SELECT rule_set, coefficient_set, status FROM phm.hhs_release"
		  " WHERE model OPERATOR(pg_catalog.=) $1 AND benefit_year OPERATOR(pg_catalog.=) $2",
		  wanted->name, wanted->benefit_year);
	if (SPI_processed == 0)
		unknown_model(wanted->name, wanted->benefit_year);
	if (!wanted->unverified && strcmp(text_at(0, 3), "unverified") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("factors of model \"%s\" for benefit year %d are unverified",
						wanted->name, wanted->benefit_year),
				 errhint("Check them against the Notice of Benefit and Payment Parameters, or pass unverified => true.")));
	rule_set = text_at(0, 1);
	coefficient_set = text_at(0, 2);
	b = hhs_build(wanted->name, wanted->benefit_year, wanted->mce);
	read_categories(b, rule_set, wanted->benefit_year);
	read_codes(b, rule_set, wanted->benefit_year, wanted->mce);
	read_variables(b, rule_set, wanted->benefit_year);
	read_factors(b, coefficient_set);
	built = hhs_build_finish(b, &err);
	if (built == NULL)
		hcc_raise(&err);
	return built;
}

/* The stamp of the tables as the query sees them; false when there is none. */
static bool
read_stamp(LoadedModel *m)
{
	bool		isnull;
	Datum		value;

	phm_spi_check(SPI_execute_plan(phm_plan("SELECT stamp, tableoid FROM phm.hcc_change", 0, NULL), NULL, NULL, true, 0),
				  "read phm.hcc_change");
	if (SPI_processed != 1)
		return false;
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	memcpy(&m->stamp, DatumGetUUIDP(value), sizeof(m->stamp));
	m->table = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

/* Whether a model is the one wanted, whatever the tables said then. */
static bool
is_model(const LoadedModel *m, const LoadedModel *wanted)
{
	return m->context != NULL && m->benefit_year == wanted->benefit_year && m->mce == wanted->mce &&
		m->unverified == wanted->unverified && m->role == wanted->role && strcmp(m->name, wanted->name) == 0;
}

/* Keeps a copy of a model in the session, in the place of another. */
static void
keep_in_session(LoadedModel *place, const LoadedModel *what)
{
	MemoryContext context = AllocSetContextCreate(CacheMemoryContext, "phm HHS model", ALLOCSET_SMALL_SIZES);
	LoadedModel made = *what;

	made.context = context;
	made.name = MemoryContextStrdup(context, what->name);
	made.model = MemoryContextAlloc(context, VARSIZE(what->model));
	memcpy(made.model, what->model, VARSIZE(what->model));
	if (place->context != NULL)
		MemoryContextDelete(place->context);
	*place = made;
}

/* A copy of the model of the session, compiled when it is not there or the tables have changed. */
static struct varlena *
load_model(LoadedModel *wanted, MemoryContext context)
{
	LoadedModel *s = NULL;
	bool		stamped;
	struct varlena *copy;

	for (int i = 0; i < KEPT_MODELS && s == NULL; i++)
		if (is_model(&session_models[i], wanted))
			s = &session_models[i];
	SPI_connect();
	stamped = read_stamp(wanted);
	if (stamped && s != NULL && s->table == wanted->table &&
		memcmp(&s->stamp, &wanted->stamp, sizeof(pg_uuid_t)) == 0)
		wanted->model = s->model;
	else
	{
		wanted->model = compile(wanted);
		if (s == NULL)
		{
			next_session_model = (next_session_model + 1) % KEPT_MODELS;
			s = &session_models[next_session_model];
		}
		if (stamped)
			keep_in_session(s, wanted);
	}
	copy = MemoryContextAlloc(context, VARSIZE(wanted->model));
	memcpy(copy, wanted->model, VARSIZE(wanted->model));
	SPI_finish();
	return copy;
}

/*
 * The model of a name and benefit year.  A call site keeps the first one and
 * gives it again while the snapshot is the same; others are copies.
 */
Datum
phm_hhs_model(PG_FUNCTION_ARGS)
{
	MemoryContext mcxt = fcinfo->flinfo->fn_mcxt;
	SiteModel  *site = fcinfo->flinfo->fn_extra;
	LoadedModel wanted = {.role = GetUserId(), .name = text_to_cstring(PG_GETARG_TEXT_PP(0)),
		.benefit_year = PG_GETARG_INT32(1), .mce = PG_GETARG_BOOL(2), .unverified = PG_GETARG_BOOL(3)};

	if (site == NULL)
		site = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(mcxt, sizeof(SiteModel));
	if (!hcc_same_snapshot(&site->snapshot) && site->loaded.context != NULL)
	{
		pfree(site->loaded.name);
		pfree(site->loaded.model);
		site->loaded.context = NULL;
	}
	if (is_model(&site->loaded, &wanted))
		PG_RETURN_POINTER(site->loaded.model);
	if (site->loaded.context != NULL)
		PG_RETURN_POINTER(load_model(&wanted, CurrentMemoryContext));
	wanted.model = load_model(&wanted, mcxt);
	wanted.name = MemoryContextStrdup(mcxt, wanted.name);
	wanted.context = mcxt;
	site->loaded = wanted;
	PG_RETURN_POINTER(wanted.model);
}
