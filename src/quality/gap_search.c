/*
 * gap_search.c: evaluating criteria as they would have been on other days, and
 * finding the resources that they ask for.
 */
#include "phm.h"

#include "utils/datetime.h"

#include "quality/gap_search.h"

#define MS_DAY		INT64CONST(86400000)

/* ---- evaluation ---- */

/* Evaluates a node with the memory of the measures. */
bool
gap_evaluate(GapSearch *s, uint32 node, uint32 nslots, CqlValue *v)
{
	MemoryContext old = MemoryContextSwitchTo(s->m->context);
	bool		done = cql_evaluate_node(s->m->x, node, nslots, v, s->err);

	MemoryContextSwitchTo(old);
	return done;
}

/* Whether a value is what a criterion should be; a list counts as true when it has elements. */
bool
gap_is_as_wanted(const GapPart *part, CqlValue v)
{
	if (cql_is_null(v))
		return part->lenient;
	if (v.kind == CQL_LIST)
		return (v.n > 0) == part->target;
	return cql_is_true(v) == part->target;
}

/* Whether a value is the episode of the gap. */
static bool
is_episode(GapSearch *s, CqlValue v, StringInfo name)
{
	/* Most are of another type, which costs less to see. */
	if (v.kind != CQL_ELEMENT || strncmp(fhir_types[v.type].name, s->name, strlen(fhir_types[v.type].name)) != 0)
		return false;
	resetStringInfo(name);
	return cql_reference(s->m->x, v, name, s->err) && strcmp(name->data, s->name) == 0;
}

/* Whether a list of episodes has that of the gap. */
bool
gap_has_episode(GapSearch *s, CqlValue v, bool *has)
{
	MemoryContext old = MemoryContextSwitchTo(s->m->context);
	StringInfoData name;

	initStringInfo(&name);
	*has = false;
	if (v.kind != CQL_LIST)
		*has = is_episode(s, v, &name);
	for (uint32 i = 0; v.kind == CQL_LIST && i < v.n && !*has; i++)
		*has = is_episode(s, v.values[i], &name);
	pfree(name.data);
	MemoryContextSwitchTo(old);
	return s->err->sqlstate == 0;
}

/* The same moment on another day. */
static PhmDateTime
moved(PhmDateTime v, int32 days)
{
	PhmDateTime result = v;
	PhmError	err = {0};

	(void) datetime_add(v, days, DATETIME_UNIT_DAY, &result, &err);
	return result;
}

/* The number of the month of a day, and a day of such a month. */
static int32
month_of(int32 day, int *of_month)
{
	int			y;
	int			m;

	j2date(day + POSTGRES_EPOCH_JDATE, &y, &m, of_month);
	return y * 12 + m - 1;
}

static int32
day_in_month(int32 month, int of_month)
{
	return date2j(month / 12, month % 12 + 1, of_month) - POSTGRES_EPOCH_JDATE;
}

/* Division that rounds down. */
static int32
whole(int32 a, int32 b)
{
	return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/*
 * The period, of those that follow each other as this one and the next do, in
 * which a day lies: its first day, and that of the one behind it.
 */
static int32
period_of(const GapTime *t, int32 day, int32 *behind)
{
	int			of_month;
	int			of_month_behind;
	int			of_day;
	int32		month = month_of(t->first, &of_month);
	int32		months = month_of(t->last + 1, &of_month_behind) - month;
	int32		length = t->last + 1 - t->first;
	int32		k;

	if (of_month != of_month_behind || of_month > 28 || months <= 0)
	{
		k = whole(day - t->first, length);
		*behind = t->first + (k + 1) * length;
		return *behind - length;
	}
	k = whole(month_of(day, &of_day) - month, months);
	if (day_in_month(month + k * months, of_month) > day)
		k--;
	*behind = day_in_month(month + (k + 1) * months, of_month);
	return day_in_month(month + k * months, of_month);
}

/* Sets period and evaluation time as they are on a day of the past: known up to that day, or to the end of the period in which it lies. */
static void
set_day(GapSearch *s, int32 day, bool whole_period)
{
	const GapTime *t = s->time;
	CqlArguments arguments = t->arguments;
	int32		behind;
	int32		first = period_of(t, day, &behind);
	int32		upto = whole_period ? behind - 1 : day;

	arguments.period_low = moved(arguments.period_low, first - t->first);
	arguments.period_high = moved(arguments.period_high, upto - t->upto);
	arguments.now = moved(arguments.now, upto - t->upto);
	measure_set_arguments(s->m, &arguments);
	measure_set_chart(s->m, s->header);
}

/* Back to the time of the gap. */
void
gap_set_back(GapSearch *s)
{
	measure_set_arguments(s->m, &s->time->arguments);
	measure_set_chart(s->m, s->header);
}

/* Whether a criterion would have been as wanted on a day, or in the whole period of that day. */
bool
gap_is_met_at(GapSearch *s, const GapPart *part, int32 day, bool whole_period, bool *met)
{
	CqlValue	v;

	set_day(s, day, whole_period);
	if (!gap_evaluate(s, part->node, part->nslots, &v))
		return false;
	*met = gap_is_as_wanted(part, v);
	return true;
}

/* The first day on which what was met at the end of the period of a day was not met any more. */
bool
gap_find_lapse(GapSearch *s, const GapPart *part, int32 day, int32 *lapsed)
{
	int32		low;
	int32		high = s->time->upto;

	(void) period_of(s->time, day, &low);
	low--;
	while (high - low > 1)
	{
		int32		middle = low + (high - low) / 2;
		bool		met;

		if (!gap_is_met_at(s, part, middle, false, &met))
			return false;
		if (met)
			low = middle;
		else
			high = middle;
	}
	if (low < s->time->upto)
		*lapsed = low + 1;
	return true;
}

/* ---- resources ---- */

/* Whether a retrieve is one whose resources are looked for: of those that help, or with harms of those that harm, the weightiest. */
bool
gap_is_asked_for(const GapPart *part, const GapRetrieve *r, bool harms)
{
	uint8		most = 1;

	for (uint32 i = 0; i < part->nretrieves; i++)
		if (harms ? part->retrieves[i].harms : part->retrieves[i].helps)
			most = Max(most, part->retrieves[i].weight);
	return (harms ? r->harms : r->helps) && r->weight == most;
}

/* Whether a criterion asks for resources that make it as it should be, or with harms for some that keep it from that. */
bool
gap_is_asking(const GapPart *part, bool harms)
{
	for (uint32 i = 0; i < part->nretrieves; i++)
		if (gap_is_asked_for(part, &part->retrieves[i], harms))
			return true;
	return false;
}

/* Whether what is wrong with a criterion is that something is there. */
bool
gap_is_about_presence(const GapPart *part)
{
	return gap_is_asking(part, true) && (!part->target || !gap_is_asking(part, false));
}

/* Adds a resource to those found, in the order of their days, each once; the oldest goes when there are too many. */
static void
add_hit(GapSearch *s, GapHit hit)
{
	uint32		place = 0;

	for (uint32 i = 0; i < s->nhits; i++)
		if (s->hits[i].at.segment == hit.at.segment && s->hits[i].at.entry == hit.at.entry)
			return;
	while (place < s->nhits && s->hits[place].day >= hit.day)
		place++;
	if (place >= GAP_HITS)
		return;
	if (s->nhits < GAP_HITS)
		s->nhits++;
	memmove(&s->hits[place + 1], &s->hits[place], sizeof(GapHit) * (s->nhits - 1 - place));
	s->hits[place] = hit;
}

/* Whether a retrieve gave the episode of the gap: the others of its kind are other episodes. */
static bool
gave_episode(GapSearch *s, CqlValue list, CqlValue *episode)
{
	bool		has = false;

	for (uint32 k = 0; s->name != NULL && list.kind == CQL_LIST && k < list.n && !has; k++)
	{
		*episode = list.values[k];
		if (!gap_has_episode(s, *episode, &has))
			return false;
	}
	return has;
}

/* Finds the resources of a criterion. */
bool
gap_find_hits(GapSearch *s, const GapPart *part, bool harms)
{
	const CqlNode *nodes = logic_section(cql_logic(s->m->x), LOGIC_NODES);

	s->nhits = 0;
	for (uint32 i = 0; i < part->nretrieves; i++)
	{
		const GapRetrieve *r = &part->retrieves[i];
		CqlValue	list;
		CqlValue	episode;

		/* What a retrieve asks for in terms of something around it cannot be asked by itself. */
		if (!gap_is_asked_for(part, r, harms) || nodes[r->node].nargs > 0)
			continue;
		if (!gap_evaluate(s, r->node, 0, &list))
			return false;
		if (gave_episode(s, list, &episode))
			list = cql_list(&episode, 1);
		for (uint32 k = 0; list.kind == CQL_LIST && k < list.n; k++)
		{
			CqlValue	v = list.values[k];
			ChartPosition at = {v.flag, v.n};
			int64		time = chart_entries(&s->m->chart, at.segment)[at.entry].time;
			int64		local = time + (int64) s->time->arguments.offset * 60000;

			s->labels |= chart_label(&s->m->chart, at);
			add_hit(s, (GapHit) {at, time == CHART_NO_DATE ? GAP_NO_DAY :
					(int32) (local >= 0 ? local / MS_DAY : -((MS_DAY - 1 - local) / MS_DAY)), v.type});
		}
	}
	return true;
}
