/*
 * grouper_kept.c: values compiled from the rows of groupers and of what rests
 * on them.  A call site keeps what it compiled while the snapshot stays the
 * same; the session keeps it as long as phm.grouper_change, read under the
 * query's snapshot, has the stamp under which it was compiled.  Also the text
 * and binary forms that such values share: their bytes, which are the same on
 * every machine.
 */
#include "risk/grouper_kept.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

#include "phm_plan.h"

PG_FUNCTION_INFO_V1(phm_kept_out);
PG_FUNCTION_INFO_V1(phm_kept_send);

#define KEPT_SITE 4				/* values of a call site */
#define KEPT_SESSION 24			/* values of a session; the oldest gives way */

typedef struct SiteValue
{
	KeptKey		key;
	struct varlena *value;
} SiteValue;

typedef struct SiteCache
{
	HccSnapshot snapshot;
	int			n;
	SiteValue	values[KEPT_SITE];
} SiteCache;

typedef struct SessionValue
{
	MemoryContext context;		/* holds name and value; NULL: free */
	pg_uuid_t	stamp;
	Oid			table;			/* of the stamp: the extension may have been made anew */
	Oid			role;			/* what it may read is its own affair */
	KeptKey		key;
	struct varlena *value;
} SessionValue;

static SessionValue session_values[KEPT_SESSION];
static int	next_session_value;

/* Runs a read-only query of one text parameter, $1. */
void
kept_query(const char *sql, const char *name)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {CStringGetTextDatum(name)};

	phm_spi_check(SPI_execute_with_args(sql, 1, types, values, NULL, true, 0), "read rows of a grouper");
}

/* A column of an answer as text, "" when null. */
const char *
kept_text(int row, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? value : "";
}

/* Has a row of an answer a value in this column? */
bool
kept_has(int row, int column)
{
	bool		null;

	SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
	return !null;
}

static bool
same_key(const KeptKey *a, const KeptKey *b)
{
	return a->kind == b->kind && a->number == b->number && a->unverified == b->unverified &&
		strcmp(a->name, b->name) == 0;
}

/* The stamp of the rows as the query sees them; false when there is none. */
static bool
read_stamp(SessionValue *s)
{
	bool		isnull;
	Datum		value;

	phm_spi_check(SPI_execute_plan(phm_plan("SELECT stamp, tableoid FROM phm.grouper_change", 0, NULL),
								   NULL, NULL, true, 0), "read phm.grouper_change");
	if (SPI_processed != 1)
		return false;
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	memcpy(&s->stamp, DatumGetUUIDP(value), sizeof(s->stamp));
	s->table = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

/* The place of a value in the session: where it is, or where it may be put. */
static SessionValue *
session_place(const SessionValue *wanted)
{
	for (int i = 0; i < KEPT_SESSION; i++)
		if (session_values[i].context && session_values[i].role == wanted->role &&
			same_key(&session_values[i].key, &wanted->key))
			return &session_values[i];
	next_session_value = (next_session_value + 1) % KEPT_SESSION;
	return &session_values[next_session_value];
}

/* Keeps a copy of a value in the session. */
static void
keep_in_session(SessionValue *s, const SessionValue *what)
{
	MemoryContext context = AllocSetContextCreate(CacheMemoryContext, "phm grouper", ALLOCSET_SMALL_SIZES);
	SessionValue made = *what;

	made.context = context;
	made.key.name = MemoryContextStrdup(context, what->key.name);
	made.value = MemoryContextAlloc(context, VARSIZE(what->value));
	memcpy(made.value, what->value, VARSIZE(what->value));
	if (s->context != NULL)
		MemoryContextDelete(s->context);
	*s = made;
}

/*
 * The value of the session, compiled when it is not there or the rows have
 * changed; a copy in the caller's memory.  Must not be called while the
 * caller is connected to SPI with answers it still needs.
 */
struct varlena *
kept_load(const KeptKey *key, KeptCompile compile)
{
	MemoryContext caller = CurrentMemoryContext;
	SessionValue wanted = {.role = GetUserId(), .key = *key};
	SessionValue *s = session_place(&wanted);
	bool		stamped;
	struct varlena *value;

	SPI_connect();
	stamped = read_stamp(&wanted);
	if (stamped && s->context && s->role == wanted.role && same_key(&s->key, key) && s->table == wanted.table &&
		memcmp(&s->stamp, &wanted.stamp, sizeof(pg_uuid_t)) == 0)
		wanted.value = s->value;
	else
	{
		wanted.value = compile(key);
		if (stamped)
			keep_in_session(session_place(&wanted), &wanted);
	}
	value = MemoryContextAlloc(caller, VARSIZE(wanted.value));
	memcpy(value, wanted.value, VARSIZE(wanted.value));
	SPI_finish();
	return value;
}

/* The same for a function that returns the value: its call site keeps it while the snapshot is the same. */
struct varlena *
kept_value(FunctionCallInfo fcinfo, const KeptKey *key, KeptCompile compile)
{
	SiteCache  *cache = fcinfo->flinfo->fn_extra;
	MemoryContext old;
	SiteValue  *kept;

	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(SiteCache));
	if (!hcc_same_snapshot(&cache->snapshot))
	{
		for (int i = 0; i < cache->n; i++)
		{
			pfree(cache->values[i].value);
			pfree((char *) cache->values[i].key.name);
		}
		cache->n = 0;
	}
	for (int i = 0; i < cache->n; i++)
		if (same_key(&cache->values[i].key, key))
			return cache->values[i].value;
	if (cache->n == KEPT_SITE)
		return kept_load(key, compile);
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	kept = &cache->values[cache->n];
	kept->value = kept_load(key, compile);
	kept->key = *key;
	kept->key.name = pstrdup(key->name);
	cache->n++;
	MemoryContextSwitchTo(old);
	return kept->value;
}

/*
 * A large argument.  A value that lies flat in memory is used where it is; a
 * toasted one is fetched once per call site, as long as its toast pointer and
 * the snapshot stay the same (a pointer may be used again later).
 */
const uint8 *
kept_arg(FunctionCallInfo fcinfo, int n, KeptArg *kept, Size *size)
{
	struct varlena *datum = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(n));

	if (VARATT_IS_EXTERNAL_ONDISK(datum))
	{
		if (!hcc_same_snapshot(&kept->snapshot) || kept->toast == NULL ||
			memcmp(kept->toast, datum, VARSIZE_EXTERNAL(datum)) != 0)
		{
			MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

			if (kept->value)
				pfree(kept->value);
			if (kept->toast)
				pfree(kept->toast);
			kept->value = kept->toast = NULL;
			kept->value = detoast_attr(datum);
			kept->toast = palloc(VARSIZE_EXTERNAL(datum));
			memcpy(kept->toast, datum, VARSIZE_EXTERNAL(datum));
			MemoryContextSwitchTo(old);
		}
		datum = kept->value;
	}
	else
		datum = PG_DETOAST_DATUM(PointerGetDatum(datum));
	*size = VARSIZE(datum);
	return (const uint8 *) datum;
}

/* Hexadecimal text into a checked value: \x and two digits a byte. */
Datum
kept_in(FunctionCallInfo fcinfo, const char *type, const char *hint, KeptCheck check)
{
	const char *text = PG_GETARG_CSTRING(0);
	Size		len = strlen(text);
	PhmError	err = {0};
	struct varlena *value;

	if (len < 2 || len % 2 != 0 || text[0] != '\\' || text[1] != 'x')
	{
		phm_fail(&err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1, "invalid input syntax for type %s", type);
		phm_fail_hint(&err, "%s", hint);
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	value = palloc(VARHDRSZ + len / 2);
	SET_VARSIZE(value, VARHDRSZ + hex_decode(text + 2, len - 2, VARDATA(value)));
	if (!check(value, VARSIZE(value), &err))
	{
		err.sqlstate = ERRCODE_INVALID_TEXT_REPRESENTATION;
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(value);
}

/* Text output of every such type. */
Datum
phm_kept_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	Size		len = VARSIZE(value) - VARHDRSZ;
	char	   *text = palloc(len * 2 + 3);

	text[0] = '\\';
	text[1] = 'x';
	text[2 + hex_encode(VARDATA(value), len, text + 2)] = '\0';
	PG_RETURN_CSTRING(text);
}

/* Binary input into a checked value. */
Datum
kept_recv(FunctionCallInfo fcinfo, KeptCheck check)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	struct varlena *value = palloc(VARHDRSZ + len);
	PhmError	err = {0};

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), pq_getmsgbytes(buf, len), len);
	if (!check(value, VARSIZE(value), &err))
		hcc_raise(&err);
	PG_RETURN_POINTER(value);
}

/* Binary output of every such type. */
Datum
phm_kept_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(value), VARSIZE(value) - VARHDRSZ);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
