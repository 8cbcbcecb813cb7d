/*
 * call_site.c: logic opened once per call site.
 *
 * Owns one cache per call site (CallSite in fn_extra): the opened logic, known by
 * its TOAST pointer where it has one and by the hash in its header otherwise,
 * and the arguments last set.  Both die with the call site.
 */
#include "phm.h"

#include "access/detoast.h"
#include "datatype/timestamp.h"
#include "nodes/primnodes.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "cql/call_site.h"
#include "cql/logic_datum.h"
#include "cql/parameter.h"
#include "types/bytes.h"
#include "types/chart_datum.h"
#include "types/resource.h"

struct CallSite
{
	MemoryContext context;		/* of what follows: child of fn_mcxt */
	struct varatt_external pointer; /* of the logic, where it is toasted */
	bool		toasted;
	LogicHeader header;			/* of the logic, where it is not */
	const void *logic;			/* own copy */
	CqlExec    *x;
	StringInfoData given;		/* bytes of the arguments that are set */
	StringInfoData wanted;		/* and of those of this call */
	StringInfoData name;		/* of the expression asked for last */
	int			expression;
	bool		running;		/* an evaluation was left by an error */
	Size		opened_size;	/* of the context when the logic was opened */
	uint32		calls;			/* since then */
	Chart		chart;
	bool		seen;			/* the expression of the call has been looked at for: */
	uint32		constant;		/* arguments that are constants, by bit */
	uint32		asked;			/* evaluations that may begin with a part of a chart */
	CqlExtent	begin;			/* and with which they do */
	uint32		ended[CQL_WHOLE + 1];	/* of those that began with the head: what they needed */
};

#define LOGIC_HEAD (offsetof(LogicHeader, hash) + sizeof(uint64))

/* The call site of a function, made on first use. */
static CallSite *
call_site(FunctionCallInfo fcinfo)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;

	if (site == NULL)
	{
		site = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
		fcinfo->flinfo->fn_extra = site;
	}
	return site;
}

/* Whether the opened logic is that of the argument. */
static bool
same_logic(const CallSite *site, struct varlena *value)
{
	const struct varlena *head;

	if (site->x == NULL || site->running)
		return false;
	if (VARATT_IS_EXTERNAL_ONDISK(value))
	{
		struct varatt_external pointer;

		VARATT_EXTERNAL_GET_POINTER(pointer, value);
		return site->toasted && memcmp(&pointer, &site->pointer, sizeof(pointer)) == 0;
	}
	if (site->toasted)
		return false;
	head = VARATT_IS_4B_U(value) ? value :
		PG_DETOAST_DATUM_SLICE(PointerGetDatum(value), 0, (int32) (LOGIC_HEAD - VARHDRSZ));
	return VARSIZE(head) >= LOGIC_HEAD &&
		memcmp((const char *) head + VARHDRSZ, (const char *) &site->header + VARHDRSZ, LOGIC_HEAD - VARHDRSZ) == 0;
}

/* Opens the logic of an argument, in place of the one before. */
static void
open_logic(FunctionCallInfo fcinfo, CallSite *site, struct varlena *value)
{
	MemoryContext old;
	const void *logic = logic_detoast(PointerGetDatum(value));
	void	   *copy;

	if (site->context)
		MemoryContextDelete(site->context);
	memset(site, 0, sizeof(*site));
	site->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "phm logic", ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(site->context);
	site->toasted = VARATT_IS_EXTERNAL_ONDISK(value);
	if (site->toasted)
		VARATT_EXTERNAL_GET_POINTER(site->pointer, value);
	copy = palloc(VARSIZE(logic));
	bytes_copy(copy, logic, VARSIZE(logic));
	memcpy(&site->header, copy, LOGIC_HEAD);
	site->logic = copy;
	initStringInfo(&site->given);
	initStringInfo(&site->wanted);
	initStringInfo(&site->name);
	site->expression = -1;
	site->x = cql_open(copy);
	MemoryContextSwitchTo(old);
	site->opened_size = MemoryContextMemAllocated(site->context, true);
}

/* Whether an argument is the same in all calls of a call site: a constant of the query. */
static bool
is_constant(FunctionCallInfo fcinfo, CallSite *site, int n)
{
	Node	   *call = fcinfo->flinfo->fn_expr;

	if (!site->seen && call != NULL && IsA(call, FuncExpr))
	{
		List	   *args = ((FuncExpr *) call)->args;

		for (int i = 0; i < list_length(args) && i < 32; i++)
			if (IsA(list_nth(args, i), Const))
				site->constant |= UINT32_C(1) << i;
	}
	site->seen = true;
	return n < 0 || (n < 32 && (site->constant >> n & 1));
}

/* Appends an argument to the bytes that tell the arguments of a call where they may differ from the one before. */
static void
append_argument(FunctionCallInfo fcinfo, CallSite *site, int n, bool by_reference)
{
	StringInfo	key = &site->wanted;
	Datum		value;

	if (is_constant(fcinfo, site, n))
		return;
	if (PG_ARGISNULL(n))
	{
		appendStringInfoChar(key, '0');
		return;
	}
	appendStringInfoChar(key, '1');
	value = PG_GETARG_DATUM(n);
	if (by_reference)
	{
		struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

		appendBinaryStringInfo(key, (const char *) v, (int) VARSIZE_ANY(v));
		if ((Pointer) v != DatumGetPointer(value))
			pfree(v);
	}
	else
		appendBinaryStringInfo(key, (const char *) &value, sizeof(value));
}

/* Whether the arguments of the call are those that are set. */
static bool
same_arguments(FunctionCallInfo fcinfo, CallSite *site, const CallArguments *at)
{
	resetStringInfo(&site->wanted);
	append_argument(fcinfo, site, at->period, true);
	append_argument(fcinfo, site, at->zone, true);
	append_argument(fcinfo, site, at->parameters, true);
	append_argument(fcinfo, site, at->profiles, true);
	append_argument(fcinfo, site, at->as_of, false);
	append_argument(fcinfo, site, at->visible, false);
	append_argument(fcinfo, site, at->strict, false);
	appendBinaryStringInfo(&site->wanted, (const char *) &rule_memory, sizeof(rule_memory));
	return site->wanted.len == site->given.len && memcmp(site->wanted.data, site->given.data, site->given.len) == 0;
}

PhmDateTime
moment_at(int64 timestamp, int offset)
{
	PhmDateTime v;
	PhmError	err = {0};
	int64		ms = timestamp / 1000 - (timestamp % 1000 < 0);

	if (TIMESTAMP_NOT_FINITE(timestamp) ||
		!datetime_from_local_ms(ms + (int64) offset * 60000, DATETIME_MILLISECOND,
								offset ? DATETIME_ZONE_BIAS + offset : DATETIME_ZONE_Z, &v, &err))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a moment of the evaluation is out of range")));
	return v;
}

/* Whole minutes by which a zone is ahead of UTC at a moment. */
static int
zone_offset(text *zone, TimestampTz at)
{
	Timestamp	local = DatumGetTimestamp(DirectFunctionCall2(timestamptz_zone, PointerGetDatum(zone),
															 TimestampTzGetDatum(at)));
	int64		minutes = (local - at) / (INT64CONST(60) * USECS_PER_SEC);

	if (minutes < -DATETIME_ZONE_MAX || minutes > DATETIME_ZONE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a time zone is more than 14 hours from UTC")));
	return (int) minutes;
}

/* First and behind the last day of a period that is not empty and has both ends. */
static void
period_days(RangeType *range, DateADT *first, DateADT *behind)
{
	TypeCacheEntry *typcache = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	if (empty || lower.infinite || upper.infinite ||
		DATE_NOT_FINITE(DatumGetDateADT(lower.val)) || DATE_NOT_FINITE(DatumGetDateADT(upper.val)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the period of an evaluation needs a first and a last day")));
	*first = DatumGetDateADT(lower.val) + !lower.inclusive;
	*behind = DatumGetDateADT(upper.val) + upper.inclusive;
}

/* Noon of a day in UTC: near enough to tell the offset of a zone on that day. */
static TimestampTz
noon(DateADT day)
{
	return ((int64) day * 24 + 12) * USECS_PER_HOUR;
}

/* A moment of the local clock of the evaluation. */
static PhmDateTime
local_moment(int64 ms, int offset)
{
	PhmDateTime v;
	PhmError	err = {0};

	if (!datetime_from_local_ms(ms, DATETIME_MILLISECOND, offset ? DATETIME_ZONE_BIAS + offset : DATETIME_ZONE_Z, &v, &err))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the period of an evaluation is out of range")));
	return v;
}

#define MS_DAY INT64CONST(86400000)

void
evaluation_time(text *zone, RangeType *period, const TimestampTz *as_of, CqlArguments *out)
{
	DateADT		first = 0;
	DateADT		behind = 0;

	if (zone == NULL)
		zone = cstring_to_text("UTC");
	out->has_period = period != NULL;
	if (out->has_period)
		period_days(period, &first, &behind);
	else if (as_of == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an evaluation needs a time"),
				 errhint("Give as_of, or a period: then it is evaluated as of its end.")));
	if (as_of != NULL && TIMESTAMP_NOT_FINITE(*as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a moment of the evaluation is out of range")));
	out->offset = zone_offset(zone, as_of != NULL ? *as_of : noon(behind - 1));
	if (out->has_period)
	{
		out->period_low = local_moment(first * MS_DAY, out->offset);
		out->period_high = local_moment(behind * MS_DAY - 1, out->offset);
	}
	out->now = as_of != NULL ? moment_at(*as_of, out->offset) : out->period_high;
	out->memory = (size_t) rule_memory * 1024;
}

CqlProfiles
evaluation_profiles(const char *word)
{
	if (word == NULL || strcmp(word, "auto") == 0)
		return CQL_PROFILES_AUTO;
	if (strcmp(word, "trust") == 0)
		return CQL_PROFILES_TRUST;
	if (strcmp(word, "ignore") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("profiles must be auto, trust or ignore")));
	return CQL_PROFILES_IGNORE;
}

/* Whether a function has an argument and it is not NULL. */
static bool
is_given(FunctionCallInfo fcinfo, int n)
{
	return n >= 0 && !PG_ARGISNULL(n);
}

/* Evaluation time, zone and period of a call. */
static void
time_arguments(FunctionCallInfo fcinfo, const CallArguments *at, CqlArguments *out)
{
	TimestampTz now = is_given(fcinfo, at->as_of) ? PG_GETARG_TIMESTAMPTZ(at->as_of) : 0;

	evaluation_time(is_given(fcinfo, at->zone) ? PG_GETARG_TEXT_PP(at->zone) : NULL,
					is_given(fcinfo, at->period) ? PG_GETARG_RANGE_P(at->period) : NULL,
					is_given(fcinfo, at->as_of) ? &now : NULL, out);
}

/* Sets the arguments of the call. */
static void
set_arguments(FunctionCallInfo fcinfo, CallSite *site, const CallArguments *at)
{
	CqlArguments arguments = {0};
	StringInfoData swap = site->given;
	MemoryContext old = MemoryContextSwitchTo(site->context);

	site->given.len = 0;		/* nothing is set should the following fail */
	time_arguments(fcinfo, at, &arguments);
	arguments.profiles = evaluation_profiles(is_given(fcinfo, at->profiles) ? text_to_cstring(PG_GETARG_TEXT_PP(at->profiles)) : NULL);
	arguments.visible = is_given(fcinfo, at->visible) ? (uint32) PG_GETARG_INT32(at->visible) : 0;
	arguments.strict = is_given(fcinfo, at->strict) && PG_GETARG_BOOL(at->strict);
	cql_set_arguments(site->x, &arguments);
	if (is_given(fcinfo, at->parameters))
	{
		Jsonb	   *json = PG_GETARG_JSONB_P(at->parameters);
		size_t		length;
		char	   *text = parameters_text(json, &length);
		PhmError	err = {0};

		if (!cql_set_parameters(site->x, site->logic, text, length, &err))
			PHM_REPORT(fcinfo, &err);
	}
	MemoryContextSwitchTo(old);
	site->given = site->wanted;
	site->wanted = swap;
}

#define CALLS_BETWEEN_LOOKS 1000

/* Whether what was left behind by many evaluations is to be given back by opening the logic again. */
static bool
has_grown(CallSite *site)
{
	return ++site->calls % CALLS_BETWEEN_LOOKS == 0 &&
		MemoryContextMemAllocated(site->context, true) > site->opened_size + (Size) rule_memory * 1024 + 64 * 1024 * 1024;
}

CqlExec *
call_site_exec(FunctionCallInfo fcinfo, const CallArguments *at)
{
	CallSite   *site = call_site(fcinfo);
	struct varlena *value = (struct varlena *) DatumGetPointer(PG_GETARG_DATUM(at->logic));

	if (!same_logic(site, value) || has_grown(site))
		open_logic(fcinfo, site, value);
	if (!same_arguments(fcinfo, site, at))
		set_arguments(fcinfo, site, at);
	return site->x;
}

int
call_site_expression(FunctionCallInfo fcinfo, text *name)
{
	CallSite   *site = call_site(fcinfo);
	const char *s = VARDATA_ANY(name);
	int			length = (int) VARSIZE_ANY_EXHDR(name);

	if (site->expression >= 0 && site->name.len == length && memcmp(site->name.data, s, length) == 0)
		return site->expression;
	site->expression = cql_find_expression(site->x, s, length);
	if (site->expression < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the logic has no expression \"%.*s\"", length, s),
				 errhint("phm.logic_expressions lists those that it has.")));
	resetStringInfo(&site->name);
	appendBinaryStringInfo(&site->name, s, length);
	return site->expression;
}

void
call_site_chart(FunctionCallInfo fcinfo, Datum chart)
{
	CallSite   *site = call_site(fcinfo);

	const ChartHeader *header = chart_detoast(chart);
	MemoryContext old = MemoryContextSwitchTo(site->context);

	memset(&site->chart, 0, sizeof(site->chart));
	chart_open(&site->chart, header);
	cql_set_chart(site->x, &site->chart);
	MemoryContextSwitchTo(old);
}

void
call_site_release(FunctionCallInfo fcinfo)
{
	CallSite   *site = call_site(fcinfo);

	for (int i = 0; i < CHART_MAX_SEGMENTS; i++)
		if (site->chart.cold[i] && GetMemoryChunkContext(site->chart.cold[i]) == site->context)
			pfree(site->chart.cold[i]);
	memset(&site->chart, 0, sizeof(site->chart));
}

void
call_site_again(FunctionCallInfo fcinfo)
{
	CallSite   *site = call_site(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(site->context);

	cql_set_chart(site->x, &site->chart);
	MemoryContextSwitchTo(old);
}

MemoryContext
call_site_context(FunctionCallInfo fcinfo)
{
	return call_site(fcinfo)->context;
}

const void *
call_site_logic(FunctionCallInfo fcinfo)
{
	return call_site(fcinfo)->logic;
}

bool
call_site_try(FunctionCallInfo fcinfo, int expression, CqlValue *v, PhmError *err)
{
	CallSite   *site = call_site(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(site->context);
	bool		done;

	site->running = true;
	done = cql_evaluate(site->x, expression, v, err);
	site->running = false;
	MemoryContextSwitchTo(old);
	return done;
}

CqlValue
call_site_evaluate(FunctionCallInfo fcinfo, int expression)
{
	PhmError	err = {0};
	CqlValue	v = cql_null();

	if (!call_site_try(fcinfo, expression, &v, &err))
		PHM_REPORT(fcinfo, &err);
	return v;
}

CqlValue
call_site_apply(FunctionCallInfo fcinfo, int function, const CqlValue *operands)
{
	CallSite   *site = call_site(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(site->context);
	PhmError	err = {0};
	CqlValue	v = cql_null();
	bool		done;

	site->running = true;
	done = cql_evaluate_function(site->x, function, operands, &v, &err);
	site->running = false;
	MemoryContextSwitchTo(old);
	if (!done)
		PHM_REPORT(fcinfo, &err);
	return v;
}

/* What of a chart a detoasted value has. */
static CqlExtent
extent_of(const ChartHeader *header, const Chart *chart)
{
	const ChartSegment *segment = chart->segments[0];
	uint32		have = VARSIZE(header) - sizeof(ChartHeader);

	if (chart->nsegments > 1 || have >= segment->length)
		return CQL_WHOLE;
	return have >= segment->look_length ? CQL_LOOK : CQL_HEAD;
}

/* At least so much of a chart; head: its beginning where that has been read, or NULL. */
static const ChartHeader *
read_chart(Datum datum, CqlExtent extent, const ChartHeader *head)
{
	if (extent == CQL_HEAD)
		head = chart_detoast_head(datum);
	if (extent == CQL_HEAD && head != NULL)
		return head;
	return extent == CQL_LOOK ? chart_detoast_look(datum, head) : chart_detoast(datum);
}

/* About what fetching a part of a chart of 29 kB costs, in tenths of microseconds. */
static const uint32 fetch_cost[] = {[CQL_HEAD] = 45,[CQL_LOOK] = 90,[CQL_WHOLE] = 190};

#define PROBES 64				/* evaluations after which what was learned is used */
#define BETWEEN_PROBES 16

/* With what evaluations are to begin after those that were observed. */
static CqlExtent
best_extent(const uint32 *ended)
{
	uint32		whole = ended[CQL_WHOLE] * fetch_cost[CQL_WHOLE];
	uint32		all = ended[CQL_HEAD] + ended[CQL_LOOK] + ended[CQL_WHOLE];
	uint32		from_look = all * fetch_cost[CQL_LOOK] + whole;
	uint32		from_head = all * fetch_cost[CQL_HEAD] + (ended[CQL_LOOK] + ended[CQL_WHOLE]) * fetch_cost[CQL_LOOK] + whole;

	if (all * fetch_cost[CQL_WHOLE] < Min(from_look, from_head))
		return CQL_WHOLE;
	return from_look < from_head ? CQL_LOOK : CQL_HEAD;
}

/* How much of a chart to begin with. */
static CqlExtent
first_extent(CallSite *site, int expression)
{
	if (!logic_expression_looks(site->logic, (uint32) expression))
		return CQL_WHOLE;
	return site->asked++ % BETWEEN_PROBES == 0 ? CQL_HEAD : site->begin;
}

/* Learns from an evaluation that began with the head. */
static void
note_extent(CallSite *site, CqlExtent needed)
{
	if (++site->ended[needed] < PROBES &&
		site->ended[CQL_HEAD] + site->ended[CQL_LOOK] + site->ended[CQL_WHOLE] < PROBES)
		return;
	site->begin = best_extent(site->ended);
	memset(site->ended, 0, sizeof(site->ended));
}

CqlValue
call_site_answer(FunctionCallInfo fcinfo, Datum datum, int expression)
{
	CallSite   *site = call_site(fcinfo);
	CqlExtent	first = first_extent(site, expression);
	CqlExtent	extent = first;
	const ChartHeader *head = NULL;
	CqlValue	v = cql_null();
	PhmError	err = {0};

	for (;;)
	{
		const ChartHeader *header = read_chart(datum, extent, head);
		Chart		chart;

		chart_open(&chart, header);
		cql_set_chart_part(site->x, &chart, extent_of(header, &chart));
		if (call_site_try(fcinfo, expression, &v, &err))
			break;
		if (cql_wanted(site->x) == CQL_HEAD)
		{
			PHM_REPORT(fcinfo, &err);
			break;
		}
		head = header;
		extent = cql_wanted(site->x);
	}
	if (first == CQL_HEAD)
		note_extent(site, extent);
	return v;
}

Datum
call_site_jsonb(FunctionCallInfo fcinfo, CqlValue v)
{
	CallSite   *site = call_site(fcinfo);
	StringInfoData out;
	MemoryContext old;
	PhmError	err = {0};
	bool		done;

	initStringInfo(&out);
	old = MemoryContextSwitchTo(site->context);
	done = cql_print_json(site->x, v, &out, &err);
	MemoryContextSwitchTo(old);
	if (!done)
		PHM_REPORT(fcinfo, &err);
	return result_jsonb(out.data, out.len);
}

bool
call_site_resource(FunctionCallInfo fcinfo, CqlValue v, Datum *resource)
{
	CallSite   *site = call_site(fcinfo);
	MemoryContext old = MemoryContextSwitchTo(site->context);
	PhmError	err = {0};
	FhirType	type;
	const uint8 *members;
	const uint8 *end;
	bool		found = false;
	bool		done = cql_read_resource(site->x, v, &found, &type, &members, &end, &err);

	MemoryContextSwitchTo(old);
	if (!done)
		PHM_REPORT(fcinfo, &err);
	if (found)
		*resource = PointerGetDatum(resource_make(type, members, end - members));
	return found;
}
