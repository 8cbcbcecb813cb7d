/*
 * hcc_load.c: phm.hcc_model(name, payment_year, ...): reads the phm.hcc_*
 * tables through SPI and compiles them.  The function is STABLE and a call
 * site keeps what it compiled, so that a query compiles a model once although
 * the planner does not fold the call.  The session keeps it as well, for later
 * queries: as long as phm.hcc_change, read under the query's snapshot, has the
 * stamp under which the model was compiled.  Every name in the queries is qualified.
 */
#include "risk/hcc_type.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_hcc_model);

/* Models that a call site has compiled under the snapshot. */
#define KEPT_MODELS 8

typedef struct KeptModel
{
	text	   *name;
	int			payment_year;
	bool		mce;
	struct varlena *model;
} KeptModel;

typedef struct ModelCache
{
	HccSnapshot snapshot;
	int			n;
	KeptModel	kept[KEPT_MODELS];
} ModelCache;

/* Models that the session has compiled; the oldest gives way, a changed one is replaced. */
typedef struct SessionModel
{
	MemoryContext context;		/* holds name and model; NULL: free */
	pg_uuid_t	stamp;
	Oid			table;			/* of the stamp: the extension may have been made anew */
	Oid			role;			/* what it may read is its own affair */
	char	   *name;
	int			payment_year;
	bool		mce;
	bool		unverified;
	struct varlena *model;
} SessionModel;

static SessionModel session_models[KEPT_MODELS];
static int	next_session_model;

/* What phm.hcc_release says of a model and payment year. */
typedef struct Release
{
	char	   *dx_set;
	char	   *rule_set;
	char	   *coefficient_set;
	char	   *prefix;
	bool		unverified;
} Release;

/* Runs a query of one text and one integer parameter. */
static void
query(const char *sql, const char *name, int payment_year)
{
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2] = {CStringGetTextDatum(name), Int32GetDatum(payment_year)};

	phm_spi_check(SPI_execute_with_args(sql, 2, types, values, NULL, true, 0), "read a risk-adjustment model");
}

static char *
text_at(int row, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? value : "";
}

static int64
int8_at(int row, int column, int64 otherwise)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	return null ? otherwise : DatumGetInt64(value);
}

static int
int4_at(int row, int column, int otherwise)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	return null ? otherwise : DatumGetInt32(value);
}

static ArrayType *
array_at(int row, int column)
{
	bool		null;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);

	return null ? NULL : DatumGetArrayTypeP(value);
}

/* Says which models there are. */
static void
unknown_model(const char *name, int payment_year)
{
	query("SELECT pg_catalog.string_agg(r.list, '; ' ORDER BY r.list COLLATE \"C\")"
		  "  FROM (SELECT pg_catalog.concat(model, ' ', pg_catalog.string_agg("
		  "                 payment_year::pg_catalog.text, ', ' ORDER BY payment_year)) AS list"
		  "          FROM phm.hcc_release GROUP BY model) AS r"
		  " WHERE $1 IS NOT NULL AND $2 IS NOT NULL", name, payment_year);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no risk-adjustment model \"%s\" for payment year %d",
					name, payment_year),
			 errdetail("Available: %s.", text_at(0, 1)),
			 errhint("A model of your own is added as rows: see phm.hcc_release.")));
}

/* The row of phm.hcc_release; the factors may be marked as unverified too. */
static Release
read_release(const char *name, int payment_year)
{
	Release		r;

	query("SELECT r.dx_set, r.rule_set, r.coefficient_set, r.prefix,"
		  "       r.status OPERATOR(pg_catalog.=) 'unverified' OR EXISTS ("
		  "         SELECT FROM phm.hcc_adjustment AS a"
		  "          WHERE a.model OPERATOR(pg_catalog.=) r.model"
		  "            AND a.payment_year OPERATOR(pg_catalog.=) r.payment_year"
		  "            AND a.status OPERATOR(pg_catalog.=) 'unverified')"
		  "  FROM phm.hcc_release AS r"
		  " WHERE r.model OPERATOR(pg_catalog.=) $1"
		  "   AND r.payment_year OPERATOR(pg_catalog.=) $2", name, payment_year);
	if (SPI_processed == 0)
		unknown_model(name, payment_year);
	r.dx_set = text_at(0, 1);
	r.rule_set = text_at(0, 2);
	r.coefficient_set = text_at(0, 3);
	r.prefix = text_at(0, 4);
	r.unverified = text_at(0, 5)[0] == 't';
	return r;
}

/* Stops with what the builder reported. */
static inline void
require(bool good, const PhmError *err)
{
	if (!good)
		hcc_raise(err);
}

/* The diagnosis table of a payment year. */
static void
read_mappings(HccBuild *b, const char *dx_set, int payment_year)
{
	PhmError	err = {0};

	query("SELECT cc, age_min, age_max, sex, mce_age_min, mce_age_max, codes"
		  "  FROM phm.hcc_mapping"
		  " WHERE dx_set OPERATOR(pg_catalog.=) $1"
		  "   AND COALESCE(year_from OPERATOR(pg_catalog.<=) $2, true)"
		  "   AND COALESCE(year_to OPERATOR(pg_catalog.>=) $2, true)"
		  " ORDER BY cc, age_min, age_max, sex, mce_age_min, mce_age_max, codes COLLATE \"C\"",
		  dx_set, payment_year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_map(b, int4_at(i, 1, -1), int4_at(i, 2, -1), int4_at(i, 3, -1),
							  int4_at(i, 4, 0), int4_at(i, 5, -1), int4_at(i, 6, -1),
							  text_at(i, 7), &err), &err);
}

/* Hierarchies and requirements. */
static void
read_hierarchies(HccBuild *b, const char *rule_set)
{
	PhmError	err = {0};

	query("SELECT cc, d FROM phm.hcc_hierarchy, pg_catalog.unnest(drops) AS d"
		  " WHERE rule_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL", rule_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_drop(b, int4_at(i, 1, -1), int4_at(i, 2, -1), &err), &err);
	query("SELECT cc, any_of FROM phm.hcc_requirement"
		  " WHERE rule_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL ORDER BY cc", rule_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ArrayType  *any_of = array_at(i, 2);
		int			n = any_of ? ArrayGetNItems(ARR_NDIM(any_of), ARR_DIMS(any_of)) : 0;

		if (n > 0 && array_contains_nulls(any_of))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("phm.hcc_requirement.any_of must not contain nulls")));
		require(hcc_build_require(b, int4_at(i, 1, -1), n ? (int32 *) ARR_DATA_PTR(any_of) : NULL,
								  n, &err), &err);
	}
}

/* Variables, factors of the payment score, segments in order of precedence. */
static void
read_rules(HccBuild *b, const char *name, int payment_year, const char *rule_set)
{
	PhmError	err = {0};

	query("SELECT variable, op, args FROM phm.hcc_variable"
		  " WHERE rule_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL"
		  " ORDER BY variable COLLATE \"C\"", rule_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_variable(b, text_at(i, 1), text_at(i, 2), text_at(i, 3), &err), &err);
	query("SELECT series, (normalization OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
		  "       (coding_intensity OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8"
		  "  FROM phm.hcc_adjustment"
		  " WHERE model OPERATOR(pg_catalog.=) $1 AND payment_year OPERATOR(pg_catalog.=) $2"
		  " ORDER BY series COLLATE \"C\"", name, payment_year);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_adjust(b, text_at(i, 1), int8_at(i, 2, 0), int8_at(i, 3, 0), &err), &err);
	query("SELECT segment, condition, (divisor OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8, series"
		  "  FROM phm.hcc_segment"
		  " WHERE rule_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL ORDER BY seq", rule_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_segment(b, text_at(i, 1), text_at(i, 2), int8_at(i, 3, HCC_SCALE),
								  text_at(i, 4), &err), &err);
}

/* The relative factors; the segments are known by now. */
static void
read_factors(HccBuild *b, const char *coefficient_set)
{
	PhmError	err = {0};

	query("SELECT segment, variable, (coefficient OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8"
		  "  FROM phm.hcc_coefficient"
		  " WHERE coefficient_set OPERATOR(pg_catalog.=) $1 AND $2 IS NOT NULL", coefficient_set, 0);
	for (uint64 i = 0; i < SPI_processed; i++)
		require(hcc_build_factor(b, text_at(i, 1), text_at(i, 2), int8_at(i, 3, 0), &err), &err);
}

/* Compiles a model from the tables, in SPI's memory. */
static struct varlena *
compile(const char *name, int payment_year, bool mce, bool unverified)
{
	PhmError	err = {0};
	Release		r;
	HccBuild   *b;
	struct varlena *built;

	r = read_release(name, payment_year);
	if (r.unverified && !unverified)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("factors of model \"%s\" for payment year %d are unverified",
						name, payment_year),
				 errdetail("Their rows in phm.hcc_release or phm.hcc_adjustment say so in column status."),
				 errhint("Check them against the Rate Announcement, or pass unverified => true.")));
	b = hcc_build(name, payment_year, r.prefix, mce);
	read_rules(b, name, payment_year, r.rule_set);
	read_factors(b, r.coefficient_set);
	read_hierarchies(b, r.rule_set);
	read_mappings(b, r.dx_set, payment_year);
	built = hcc_build_finish(b, &err);
	if (built == NULL)
		hcc_raise(&err);
	return built;
}

/* The stamp of the tables as the query sees them; false when there is none. */
static bool
read_stamp(SessionModel *s)
{
	bool		isnull;
	Datum		value;

	phm_spi_check(SPI_execute_plan(phm_plan("SELECT stamp, tableoid FROM phm.hcc_change", 0, NULL), NULL, NULL, true, 0),
				  "read phm.hcc_change");
	if (SPI_processed != 1)
		return false;
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	memcpy(&s->stamp, DatumGetUUIDP(value), sizeof(s->stamp));
	s->table = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

/* Whether a model of the session is the one wanted, whatever the tables said then. */
static bool
is_model(const SessionModel *s, const SessionModel *wanted)
{
	return s->context != NULL && s->payment_year == wanted->payment_year && s->mce == wanted->mce &&
		s->unverified == wanted->unverified && s->role == wanted->role && strcmp(s->name, wanted->name) == 0;
}

/* The place of a model in the session: where it is, or where it may be put. */
static SessionModel *
session_place(const SessionModel *wanted)
{
	for (int i = 0; i < KEPT_MODELS; i++)
		if (is_model(&session_models[i], wanted))
			return &session_models[i];
	next_session_model = (next_session_model + 1) % KEPT_MODELS;
	return &session_models[next_session_model];
}

/* Keeps a copy of a model in the session. */
static void
keep_in_session(SessionModel *s, const SessionModel *what)
{
	MemoryContext context = AllocSetContextCreate(CacheMemoryContext, "phm risk model", ALLOCSET_SMALL_SIZES);
	SessionModel made = *what;

	made.context = context;
	made.name = MemoryContextStrdup(context, what->name);
	made.model = MemoryContextAlloc(context, VARSIZE(what->model));
	memcpy(made.model, what->model, VARSIZE(what->model));
	if (s->context != NULL)
		MemoryContextDelete(s->context);
	*s = made;
}

/* The model of the session, compiled when it is not there or the tables have changed; a copy. */
static struct varlena *
load_model(const char *name, int payment_year, bool mce, bool unverified)
{
	MemoryContext caller = CurrentMemoryContext;
	SessionModel wanted = {.role = GetUserId(), .name = (char *) name, .payment_year = payment_year, .mce = mce,
	.unverified = unverified};
	SessionModel *s = session_place(&wanted);
	bool		stamped;
	struct varlena *model;

	SPI_connect();
	stamped = read_stamp(&wanted);
	if (stamped && is_model(s, &wanted) && s->table == wanted.table &&
		memcmp(&s->stamp, &wanted.stamp, sizeof(pg_uuid_t)) == 0)
		wanted.model = s->model;
	else
	{
		wanted.model = compile(name, payment_year, mce, unverified);
		if (stamped)
			keep_in_session(s, &wanted);
	}
	model = MemoryContextAlloc(caller, VARSIZE(wanted.model));
	memcpy(model, wanted.model, VARSIZE(wanted.model));
	SPI_finish();
	return model;
}

/* A model that this call site compiled before and that is still what the tables say. */
static struct varlena *
kept_model(ModelCache *cache, const text *name, int payment_year, bool mce)
{
	if (!hcc_same_snapshot(&cache->snapshot))
	{
		for (int i = 0; i < cache->n; i++)
		{
			pfree(cache->kept[i].model);
			pfree(cache->kept[i].name);
		}
		cache->n = 0;
	}
	for (int i = 0; i < cache->n; i++)
		if (cache->kept[i].payment_year == payment_year && cache->kept[i].mce == mce &&
			VARSIZE_ANY_EXHDR(cache->kept[i].name) == VARSIZE_ANY_EXHDR(name) &&
			memcmp(VARDATA_ANY(cache->kept[i].name), VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return cache->kept[i].model;
	return NULL;
}

/* The model of a name and payment year. */
Datum
phm_hcc_model(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	int			payment_year = PG_GETARG_INT32(1);
	bool		mce = PG_GETARG_BOOL(2);
	MemoryContext old;
	ModelCache *cache = fcinfo->flinfo->fn_extra;
	struct varlena *model;

	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ModelCache));
	model = kept_model(cache, name, payment_year, mce);
	if (model)
		PG_RETURN_POINTER(model);
	model = load_model(text_to_cstring(name), payment_year, mce, PG_GETARG_BOOL(3));
	if (cache->n == KEPT_MODELS)
		PG_RETURN_POINTER(model);
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	model = (struct varlena *) PG_DETOAST_DATUM_COPY(PointerGetDatum(model));
	cache->kept[cache->n++] = (KeptModel) {DatumGetTextPCopy(PointerGetDatum(name)),
	payment_year, mce, model};
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(model);
}
