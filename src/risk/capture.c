/*
 * capture.c: which rules for suspected conditions hold, by the facts of a chart:
 * each part of a rule needs a row that holds, and no row that excludes it may.
 */
#include "risk/capture.h"

#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"

/* What the facts of one row come to. */
typedef struct RowResult
{
	bool		holds;
	int32		since;
	uint32		label;
	const CaptureFact *first;	/* told */
	const CaptureFact *last;	/* NULL: of the same day */
} RowResult;

/* Bytes in order, the shorter first where one begins the other. */
static int
compare_bytes(const char *a, int a_length, const char *b, int b_length)
{
	int			c = a_length && b_length ? memcmp(a, b, Min(a_length, b_length)) : 0;

	return c != 0 ? c : a_length - b_length;
}

/* The order of entries of one day. */
static int
compare_entry(const CaptureFact *x, const CaptureFact *y)
{
	int			c = strcmp(x->resource, y->resource);

	if (c == 0)
		c = compare_bytes(x->source, x->source_length, y->source, y->source_length);
	return c != 0 ? c : compare_bytes(x->id, x->id_length, y->id, y->id_length);
}

/* The order of facts: by row, day, entry and code. */
static int
by_row_and_day(const void *a, const void *b)
{
	const CaptureFact *x = a;
	const CaptureFact *y = b;
	int			c;

	if (x->evidence != y->evidence)
		return x->evidence - y->evidence;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	c = compare_entry(x, y);
	return c != 0 ? c : compare_bytes(x->code, x->code_length, y->code, y->code_length);
}

void
capture_sort(CaptureFacts *facts)
{
	if (facts->n > 1)
		qsort(facts->facts, facts->n, sizeof(CaptureFact), by_row_and_day);
}

/* The first fact of a row, in an order by days, that completes count and distance. */
static int32
completed_on(const CaptureEvidence *e, const CaptureFact *facts, int n, int32 first)
{
	int32		from = first + Max(e->days_apart, e->count_min - 1);

	for (int i = 0; i < n; i++)
		if (facts[i].met && facts[i].day >= from)
			return facts[i].day;
	return first;
}

/* Judges the n facts of one row. */
static void
judge_row(const CaptureEvidence *e, const CaptureFact *facts, int n, RowResult *result)
{
	const CaptureFact *last = NULL;
	bool		last_met = true;
	int			days = 0;

	memset(result, 0, sizeof(*result));
	for (int i = 0; i < n; i++)
	{
		const CaptureFact *f = &facts[i];

		if (f->day == facts[n - 1].day)
			last_met &= f->met;
		if (!f->met)
			continue;
		result->label |= f->label;
		if (result->first == NULL)
			result->first = f;
		if (last == NULL || f->day != last->day)
		{
			last = f;
			days++;
		}
	}
	if (last == NULL || days < e->count_min || last->day - result->first->day < e->days_apart || (e->latest && !last_met))
		return;
	result->holds = true;
	result->since = completed_on(e, facts, n, result->first->day);
	result->last = last->day > result->first->day ? last : NULL;
}

static void
put_string(StringInfo json, const char *key, const char *text, int length)
{
	appendStringInfo(json, "\"%s\": ", key);
	escape_json(json, pnstrdup(text, length));
}

/* Days as ISO 8601 has them. */
static void
put_day(StringInfo json, const char *key, int32 day)
{
	int			year;
	int			month;
	int			mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	appendStringInfo(json, ", \"%s\": \"%04d-%02d-%02d\"", key, year, month, mday);
}

/* A fact as evidence. */
static void
put_fact(StringInfo json, const CaptureEvidence *e, const CaptureFact *f)
{
	static const char *const kinds[CAPTURE_KINDS] = {"lab", "drug", "procedure", "problem"};

	if (json->data[json->len - 1] == '}')
		appendStringInfoString(json, ", ");
	appendStringInfo(json, "{\"kind\": \"%s\", ", kinds[e->kind]);
	put_string(json, "code", f->code, f->code_length);
	put_day(json, "day", f->day);
	if (f->has_value)
	{
		StringInfoData value;

		initStringInfo(&value);
		quantity_print(&f->value, &value);
		appendStringInfoString(json, ", ");
		put_string(json, "value", value.data, value.len);
	}
	appendStringInfo(json, ", \"resource\": \"%s\", ", f->resource);
	put_string(json, "source", f->source, f->source_length);
	if (f->id)
	{
		appendStringInfoString(json, ", ");
		put_string(json, "id", f->id, f->id_length);
	}
	appendStringInfoChar(json, '}');
}

/* The number of facts of a row, from one of them on. */
static int
facts_of(const CaptureFacts *facts, int fact, int evidence)
{
	int			n = 0;

	while (fact + n < facts->n && facts->facts[fact + n].evidence == evidence)
		n++;
	return n;
}

/* Judges a part of a rule: rows from *evidence on; false when none of them holds. */
static bool
judge_part(const CaptureFacts *facts, int *evidence, int *fact, CaptureSuspect *suspect)
{
	const CaptureEvidence *first = &facts->rules->evidence[*evidence];
	bool		holds = false;
	int32		since = 0;

	for (; *evidence < facts->rules->nevidence; (*evidence)++)
	{
		const CaptureEvidence *e = &facts->rules->evidence[*evidence];
		int			n = facts_of(facts, *fact, *evidence);
		RowResult	row;

		if (e->part != first->part || e->support != first->support || strcmp(e->rule, first->rule) != 0)
			break;
		judge_row(e, facts->facts + *fact, n, &row);
		*fact += n;
		if (!row.holds)
			continue;
		since = holds ? Min(since, row.since) : row.since;
		suspect->label |= row.label;
		if (e->support)
		{
			if (!holds)
				appendStringInfoString(suspect->evidence, suspect->evidence->len > 1 ? ", [" : "[");
			put_fact(suspect->evidence, e, row.first);
			if (row.last)
				put_fact(suspect->evidence, e, row.last);
		}
		holds = true;
	}
	if (!holds)
		return false;
	if (first->support)
		appendStringInfoChar(suspect->evidence, ']');
	suspect->since = Max(suspect->since, since);
	return true;
}

/* Whether a rule has no facts at all: most have none. */
static bool
skip_rule(const CaptureFacts *facts, int *evidence, int fact)
{
	const CaptureEvidence *all = facts->rules->evidence;
	int			end = *evidence;

	while (end < facts->rules->nevidence && strcmp(all[end].rule, all[*evidence].rule) == 0)
		end++;
	if (fact < facts->n && facts->facts[fact].evidence < end)
		return false;
	*evidence = end;
	return true;
}

bool
capture_next_rule(const CaptureFacts *facts, int *evidence, int *fact, CaptureSuspect *suspect)
{
	const CaptureEvidence *all = facts->rules->evidence;

	while (*evidence < facts->rules->nevidence)
	{
		bool		holds = true;
		bool		supported = false;

		if (skip_rule(facts, evidence, *fact))
			continue;
		suspect->rule = all[*evidence].rule;
		suspect->since = PG_INT32_MIN;
		suspect->label = 0;
		resetStringInfo(suspect->evidence);
		appendStringInfoChar(suspect->evidence, '[');
		while (*evidence < facts->rules->nevidence && strcmp(all[*evidence].rule, suspect->rule) == 0)
		{
			bool		support = all[*evidence].support;

			holds &= judge_part(facts, evidence, fact, suspect) == support;
			supported |= support;
		}
		if (!holds || !supported)
			continue;
		appendStringInfoChar(suspect->evidence, ']');
		return true;
	}
	return false;
}
