/*
 * gap_reason.c: why a gap is open, found by evaluating what would have to be
 * different.
 *
 * Of each criterion that is not as it should be the retrieves tell whether the
 * chart has anything at all; where all of it lies outside of the period, the
 * criterion is evaluated again for the period in which a resource lies: when that
 * makes it as it should be, only the date was wrong, and the last day on which it
 * still counted is looked for by halving.  Bounded: GAP_DAYS days
 * are tried, GAP_SHOWN resources told.
 */
#include "phm.h"

#include "miscadmin.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"

#include "quality/gap_reason.h"

#define GAP_DAYS	4
#define GAP_SHOWN	3
#define GAP_HITS	64
#define MS_DAY		INT64CONST(86400000)

const char *const gap_reason_codes[GAP_NREASONS] = {"NotFound", "Present", "DateOutOfRange", "ValueOutOfRange",
	"CountOutOfRange", "InvalidAttribute", "ValueInRange", "CountInRange", "DateInRange"};

/* A resource that a criterion asks for. */
typedef struct GapHit
{
	ChartPosition at;
	int32		day;			/* GAP_NO_DAY: none */
	uint16		type;
} GapHit;

/* A search that is under way. */
typedef struct GapSearch
{
	OpenMeasures *m;
	const ChartHeader *header;
	const GapTime *time;
	PhmError   *err;
	bool		episode;		/* the gap is one of an episode, which does not move with the period */
	uint32		labels;			/* of all resources found */
	GapHit		hits[GAP_HITS]; /* of a criterion, the latest first */
	uint32		nhits;
} GapSearch;

/* What was found for a criterion, or for one that is made of several. */
typedef struct GapAnswer
{
	bool		met;
	uint32		reasons;
	int32		day;
	int32		lapsed;
} GapAnswer;

/* ---- evaluation ---- */

/* Evaluates a node with the memory of the measures. */
static bool
evaluate_node(GapSearch *s, uint32 node, uint32 nslots, CqlValue *v)
{
	MemoryContext old = MemoryContextSwitchTo(s->m->context);
	bool		done = cql_evaluate_node(s->m->x, node, nslots, v, s->err);

	MemoryContextSwitchTo(old);
	return done;
}

/* Whether a value is what a criterion should be; a list counts as true when it has elements. */
static bool
is_as_wanted(const GapPart *part, CqlValue v)
{
	if (cql_is_null(v))
		return part->lenient;
	if (v.kind == CQL_LIST)
		return (v.n > 0) == part->target;
	return cql_is_true(v) == part->target;
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
static void
set_back(GapSearch *s)
{
	measure_set_arguments(s->m, &s->time->arguments);
	measure_set_chart(s->m, s->header);
}

/* Whether a criterion would have been as wanted on a day, or in the whole period of that day. */
static bool
is_met_at(GapSearch *s, const GapPart *part, int32 day, bool whole_period, bool *met)
{
	CqlValue	v;

	set_day(s, day, whole_period);
	if (!evaluate_node(s, part->node, part->nslots, &v))
		return false;
	*met = is_as_wanted(part, v);
	return true;
}

/* The first day on which what was met at the end of the period of a day was not met any more. */
static bool
find_lapse(GapSearch *s, const GapPart *part, int32 day, int32 *lapsed)
{
	int32		low;
	int32		high = s->time->upto;

	(void) period_of(s->time, day, &low);
	low--;
	while (high - low > 1)
	{
		int32		middle = low + (high - low) / 2;
		bool		met;

		if (!is_met_at(s, part, middle, false, &met))
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
static bool
is_asked_for(const GapPart *part, const GapRetrieve *r, bool harms)
{
	uint8		most = 1;

	for (uint32 i = 0; i < part->nretrieves; i++)
		if (harms ? part->retrieves[i].harms : part->retrieves[i].helps)
			most = Max(most, part->retrieves[i].weight);
	return (harms ? r->harms : r->helps) && r->weight == most;
}

/* Whether a criterion asks for resources that make it as it should be, or with harms for some that keep it from that. */
static bool
is_asking(const GapPart *part, bool harms)
{
	for (uint32 i = 0; i < part->nretrieves; i++)
		if (is_asked_for(part, &part->retrieves[i], harms))
			return true;
	return false;
}

/* Whether what is wrong with a criterion is that something is there. */
static bool
is_about_presence(const GapPart *part)
{
	return is_asking(part, true) && (!part->target || !is_asking(part, false));
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

/* Finds the resources of a criterion. */
static bool
find_hits(GapSearch *s, const GapPart *part, bool harms)
{
	const CqlNode *nodes = logic_section(cql_logic(s->m->x), LOGIC_NODES);

	s->nhits = 0;
	for (uint32 i = 0; i < part->nretrieves; i++)
	{
		const GapRetrieve *r = &part->retrieves[i];
		CqlValue	list;

		/* What a retrieve asks for in terms of something around it cannot be asked by itself. */
		if (!is_asked_for(part, r, harms) || nodes[r->node].nargs > 0)
			continue;
		if (!evaluate_node(s, r->node, 0, &list))
			return false;
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

/* ---- reasons ---- */

/* What is wrong with resources whose date is right. */
static uint32
content_reason(const GapPart *part)
{
	return part->values ? GAP_VALUE_OUT_OF_RANGE : part->counts ? GAP_COUNT_OUT_OF_RANGE : GAP_INVALID_ATTRIBUTE;
}

/* Whether a day lies in the period as far as it is known. */
static bool
is_in_period(const GapSearch *s, int32 day)
{
	return day >= s->time->first && day <= s->time->upto;
}

/* Tries days on which resources are: whether the date is all that is wrong. */
static bool
try_days(GapSearch *s, const GapPart *part, GapAnswer *answer)
{
	int32		tried = GAP_NO_DAY;
	int			n = 0;
	bool		met = false;

	for (uint32 i = 0; i < s->nhits && n < GAP_DAYS && !met; i++)
	{
		if (s->hits[i].day == GAP_NO_DAY || s->hits[i].day == tried)
			continue;
		tried = s->hits[i].day;
		n++;
		if (!is_met_at(s, part, tried, true, &met))
			return false;
	}
	if (n > 0)
	{
		if (met)
		{
			answer->reasons = GAP_DATE_OUT_OF_RANGE;
			answer->day = tried;
			if (tried < s->time->upto && !find_lapse(s, part, tried, &answer->lapsed))
				return false;
		}
		set_back(s);
	}
	if (!met)
		answer->reasons = content_reason(part) | (part->values && s->nhits > 0 ? GAP_DATE_OUT_OF_RANGE : 0);
	return true;
}

/* The reasons of a criterion that needs more: nothing, or what is wrong with what there is. */
static bool
find_missing(GapSearch *s, const GapPart *part, GapAnswer *answer)
{
	if (!find_hits(s, part, false))
		return false;
	if (s->nhits == 0)
	{
		answer->reasons = is_asking(part, false) ? GAP_NOT_FOUND : GAP_INVALID_ATTRIBUTE;
		return true;
	}
	answer->day = s->hits[0].day;
	for (uint32 i = 0; i < s->nhits; i++)
		if (is_in_period(s, s->hits[i].day))
		{
			answer->day = s->hits[i].day;
			answer->reasons = content_reason(part);
			return true;
		}
	if (s->episode)
	{
		answer->reasons = GAP_DATE_OUT_OF_RANGE;
		return true;
	}
	return try_days(s, part, answer);
}

/* The reasons of a criterion that is met and should not be. */
static bool
find_present(GapSearch *s, const GapPart *part, GapAnswer *answer)
{
	if (!find_hits(s, part, true))
		return false;
	answer->reasons = GAP_PRESENT | (part->values ? GAP_VALUE_IN_RANGE : 0) | (part->counts ? GAP_COUNT_IN_RANGE : 0);
	if (s->nhits > 0)
		answer->day = s->hits[0].day;
	for (uint32 i = 0; i < s->nhits; i++)
		if (is_in_period(s, s->hits[i].day))
		{
			answer->day = s->hits[i].day;
			answer->reasons |= GAP_DATE_IN_RANGE;
			break;
		}
	return true;
}

/* ---- JSON ---- */

static void
print_day(StringInfo out, int32 day)
{
	int			y;
	int			m;
	int			d;

	j2date(day + POSTGRES_EPOCH_JDATE, &y, &m, &d);
	appendStringInfo(out, "\"%04d-%02d-%02d\"", y, m, d);
}

/* A string of the logic as a member of an object. */
static void
print_string(StringInfo out, const LogicHeader *logic, const char *member, uint32 string)
{
	int			length;
	const char *text = logic_string(logic, string, &length);

	appendStringInfo(out, ",\"%s\":", member);
	escape_json(out, pnstrdup(text, length));
}

/* What a retrieve asks for: type, and value set, codes or profile. */
static void
print_retrieve(StringInfo out, const LogicHeader *logic, const LogicRetrieve *r)
{
	const LogicCode *codes = logic_section(logic, LOGIC_CODES);
	const uint32 *profiles = logic_section(logic, LOGIC_PROFILES);
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);

	appendStringInfo(out, "{\"type\":\"%s\"", fhir_types[r->type].name);
	if (r->filter == RETRIEVE_VALUE_SET)
		print_string(out, logic, "value_set", sets[r->filter_value].url);
	if (r->filter == RETRIEVE_CODES && r->filter_count > 0)
	{
		const LogicCode *c = &codes[r->filter_value];

		if (c->code != LOGIC_NONE)
			print_string(out, logic, "code", c->code);
		if (c->system != LOGIC_NONE)
			print_string(out, logic, "system", c->system);
		if (c->display != LOGIC_NONE)
			print_string(out, logic, "display", c->display);
	}
	if (r->profile != LOGIC_NONE)
		print_string(out, logic, "profile", profiles[r->profile]);
	appendStringInfoChar(out, '}');
}

/* Begins another element of an array. */
static void
next_element(StringInfo out)
{
	if (out->data[out->len - 1] != '[')
		appendStringInfoChar(out, ',');
}

/* The retrieves of a criterion that are asked for, each once as it prints. */
static void
print_retrieves(GapSearch *s, const GapPart *part, bool harms, StringInfo out)
{
	const LogicHeader *logic = cql_logic(s->m->x);
	int			known = out->data[out->len - 1] == '[' ? out->len : 0;

	for (uint32 i = 0; i < part->nretrieves; i++)
	{
		StringInfoData one;

		if (!is_asked_for(part, &part->retrieves[i], harms))
			continue;
		initStringInfo(&one);
		print_retrieve(&one, logic, part->retrieves[i].retrieve);
		if (strstr(out->data + known, one.data) != NULL)
			continue;
		next_element(out);
		appendBinaryStringInfo(out, one.data, one.len);
	}
}

/* The resources found, those of the day that decided first. */
static void
print_hits(GapSearch *s, int32 day, StringInfo out)
{
	int			n = 0;

	for (int turn = 0; turn < 2; turn++)
		for (uint32 i = 0; i < s->nhits && n < GAP_SHOWN; i++)
		{
			const GapHit *hit = &s->hits[i];
			char		buffer[ELEMENT_TEXT_SIZE];
			int			length;
			const char *id;
			const char *source;

			if ((hit->day == day) != (turn == 0))
				continue;
			id = chart_id(&s->m->chart, hit->at, buffer, &length);
			next_element(out);
			appendStringInfoString(out, "{\"reference\":");
			escape_json(out, psprintf("%s/%.*s", fhir_types[hit->type].name, id ? length : 0, id ? id : ""));
			source = chart_source(&s->m->chart, hit->at, &length);
			if (source != NULL && length > 0)
			{
				appendStringInfoString(out, ",\"source\":");
				escape_json(out, pnstrdup(source, length));
			}
			if (hit->day != GAP_NO_DAY)
			{
				appendStringInfoString(out, ",\"date\":");
				print_day(out, hit->day);
			}
			appendStringInfoChar(out, '}');
			n++;
		}
}

/* A criterion: its name, reasons, days, what it asks for and what there is. */
static void
print_criterion(GapSearch *s, const GapPart *part, const GapAnswer *answer, bool harms, StringInfo out)
{
	const LogicHeader *logic = cql_logic(s->m->x);
	const LogicPlace *place = (const LogicPlace *) logic_section(logic, LOGIC_PLACES) + part->node;

	next_element(out);
	appendStringInfoString(out, "{\"reasons\":[");
	for (int i = 0; i < GAP_NREASONS; i++)
		if (answer->reasons & (1u << i))
			appendStringInfo(out, "%s\"%s\"", out->data[out->len - 1] == '[' ? "" : ",", gap_reason_codes[i]);
	appendStringInfoChar(out, ']');
	if (place->definition < logic_count(logic, LOGIC_DEFINITIONS))
		print_string(out, logic, "definition", ((const LogicDefinition *) logic_section(logic, LOGIC_DEFINITIONS))[place->definition].name);
	if (answer->day != GAP_NO_DAY)
	{
		appendStringInfoString(out, ",\"date\":");
		print_day(out, answer->day);
	}
	if (answer->lapsed != GAP_NO_DAY)
	{
		appendStringInfoString(out, ",\"lapsed\":");
		print_day(out, answer->lapsed);
	}
	appendStringInfoString(out, ",\"retrieves\":[");
	print_retrieves(s, part, harms, out);
	appendStringInfoString(out, "],\"evidence\":[");
	print_hits(s, answer->day, out);
	appendStringInfoString(out, "]}");
}

/* ---- parts ---- */

static bool find_part(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer);

/* A criterion: whether it is met, else why not. */
static bool
find_criterion(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer)
{
	CqlValue	v;
	bool		present;

	if (!s->episode)
	{
		if (!evaluate_node(s, part->node, part->nslots, &v))
			return false;
		answer->met = is_as_wanted(part, v);
		if (answer->met)
			return true;
	}
	present = is_about_presence(part);
	if (present ? !find_present(s, part, answer) : !find_missing(s, part, answer))
		return false;
	print_criterion(s, part, answer, present, f->detail);
	/* A value that is as it should not be may be another one when it is taken again; what happened in an episode stays. */
	if (!present || (part->values && !s->episode))
		print_retrieves(s, part, present, needs);
	return true;
}

/* Which of two alternatives tells more: the one of which there was something latest. */
static bool
tells_more(const GapAnswer *a, const GapAnswer *b)
{
	bool		found = (a->reasons & GAP_NOT_FOUND) == 0;

	if (found != ((b->reasons & GAP_NOT_FOUND) == 0))
		return found;
	return a->day > b->day;
}

/* Whether a part is one that nothing can be done about, where something can be about another. */
static bool
is_hopeless(const GapPart *part, uint32 i)
{
	bool		others = false;

	if (part->parts[i]->form != GAP_CRITERION || is_asking(part->parts[i], false))
		return false;
	for (uint32 k = 0; k < part->nparts; k++)
		others |= part->parts[k]->form != GAP_CRITERION || is_asking(part->parts[k], false);
	return others;
}

/* Takes back what was written behind a place. */
static void
cut(StringInfo out, int length)
{
	out->len = length;
	out->data[length] = '\0';
}

/* Parts of which one would do: the alternatives together. */
static bool
find_any(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer)
{
	int			detail = f->detail->len;
	int			needed = needs->len;
	bool		some = false;

	for (uint32 i = 0; i < part->nparts; i++)
	{
		GapAnswer	one = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};
		int			detail_so_far = f->detail->len;
		int			needed_so_far = needs->len;

		if (!find_part(s, part->parts[i], f, needs, &one))
			return false;
		if (one.met)
		{
			cut(f->detail, detail);
			cut(needs, needed);
			answer->met = true;
			return true;
		}
		if (is_hopeless(part, i))
		{
			cut(f->detail, detail_so_far);
			cut(needs, needed_so_far);
			continue;
		}
		if (!some || tells_more(&one, answer))
			*answer = one;
		some = true;
	}
	return true;
}

/* Ends a list of retrieves of which one will do, or takes it back where it is empty. */
static void
end_need(StringInfo needs)
{
	if (needs->len > 1)
		appendStringInfoChar(needs, ']');
	else
		resetStringInfo(needs);
}

/* Parts that must all hold: each that does not is a need of its own. */
static bool
find_all(GapSearch *s, const GapPart *part, GapFinding *f, GapAnswer *answer)
{
	answer->met = true;
	for (uint32 i = 0; i < part->nparts; i++)
	{
		GapAnswer	one = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};
		StringInfoData needs;

		initStringInfo(&needs);
		appendStringInfoChar(&needs, '[');
		if (!find_part(s, part->parts[i], f, &needs, &one))
			return false;
		if (one.met)
			continue;
		end_need(&needs);
		if (needs.len > 0 && strstr(f->needs->data, needs.data) == NULL)
		{
			next_element(f->needs);
			appendBinaryStringInfo(f->needs, needs.data, needs.len);
		}
		answer->met = false;
		answer->reasons |= one.reasons;
		answer->day = Max(answer->day, one.day);
		answer->lapsed = answer->lapsed == GAP_NO_DAY ? one.lapsed : one.lapsed == GAP_NO_DAY ? answer->lapsed :
			Min(answer->lapsed, one.lapsed);
	}
	return true;
}

/* A part within another: of alternatives that need several things, all of these are told together. */
static bool
find_part(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (part->form == GAP_CRITERION)
		return find_criterion(s, part, f, needs, answer);
	if (part->form == GAP_ANY)
		return find_any(s, part, f, needs, answer);
	answer->met = true;
	for (uint32 i = 0; i < part->nparts; i++)
	{
		GapAnswer	one = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};

		if (!find_part(s, part->parts[i], f, needs, &one))
			return false;
		if (one.met)
			continue;
		answer->met = false;
		answer->reasons |= one.reasons;
		answer->day = Max(answer->day, one.day);
		answer->lapsed = Max(answer->lapsed, one.lapsed);
	}
	return true;
}

/* What closed a gap: the latest resources of the criteria that are met. */
static bool
find_evidence(GapSearch *s, const GapPart *part, GapFinding *f)
{
	GapAnswer	answer = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};
	bool		harms = is_about_presence(part);
	CqlValue	v;

	for (uint32 i = 0; i < part->nparts; i++)
		if (!find_evidence(s, part->parts[i], f))
			return false;
	if (part->form != GAP_CRITERION)
		return true;
	if (!s->episode && !evaluate_node(s, part->node, part->nslots, &v))
		return false;
	if (!s->episode && !is_as_wanted(part, v))
		return true;
	if (!find_hits(s, part, harms))
		return false;
	if (s->nhits == 0)
		return true;
	answer.day = s->hits[0].day;
	for (uint32 i = s->nhits; i-- > 0;)
		if (s->hits[i].day != GAP_NO_DAY && s->hits[i].day <= s->time->upto)
			answer.day = s->hits[i].day;
	print_criterion(s, part, &answer, harms, f->detail);
	f->day = Max(f->day, answer.day);
	return true;
}

bool
gap_find(OpenMeasures *m, const ChartHeader *header, const GapPart *part, const GapTime *time, bool open, bool episode,
		 GapFinding *f, PhmError *err)
{
	GapSearch	s = {.m = m,.header = header,.time = time,.err = err,.episode = episode};
	GapAnswer	answer = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};
	GapPart		all = {.form = GAP_ALL,.parts = unconstify(GapPart **, &part),.nparts = 1};
	bool		done;

	f->reasons = 0;
	f->day = f->lapsed = GAP_NO_DAY;
	f->detail = makeStringInfo();
	f->needs = makeStringInfo();
	appendStringInfoChar(f->detail, '[');
	appendStringInfoChar(f->needs, '[');
	m->running = true;
	if (!open)
		done = find_evidence(&s, part, f);
	else
	{
		done = find_all(&s, part->form == GAP_ALL ? part : &all, f, &answer);
		f->reasons = answer.reasons;
		f->day = answer.day;
		f->lapsed = answer.lapsed;
	}
	m->running = false;
	f->labels = s.labels;
	if (!done)
		set_back(&s);
	appendStringInfoChar(f->detail, ']');
	appendStringInfoChar(f->needs, ']');
	return done;
}

/* The nodes of the populations from which a numerator is taken. */
static uint32
denominator_nodes(const CqlExec *x, const MeasureGroup *g, uint32 *nodes)
{
	static const uint32 bits[] = {MEASURE_INITIAL, MEASURE_DENOMINATOR};
	uint32		n = 0;

	for (size_t i = 0; i < lengthof(bits); i++)
		if ((g->defined & bits[i]) && g->expressions[__builtin_ctz(bits[i])] >= 0)
			nodes[n++] = cql_expression_node(x, g->expressions[__builtin_ctz(bits[i])]);
	return n;
}

GapPart *
gap_of_group(OpenMeasures *m, int group, bool decrease)
{
	const MeasureGroup *g = &m->plan->groups[group];
	int			expression = g->expressions[__builtin_ctz(MEASURE_NUMERATOR)];
	uint32		nodes[2];
	MemoryContext old;

	if (!(g->defined & MEASURE_NUMERATOR) || expression < 0)
		return NULL;
	old = MemoryContextSwitchTo(m->context);
	if (m->gaps == NULL)
		m->gaps = palloc0(sizeof(void *) * (m->plan->ngroups * 2 + 1));
	if (m->gaps[group * 2 + decrease] == NULL)
		m->gaps[group * 2 + decrease] = gap_part(cql_logic(m->x), cql_expression_node(m->x, expression), !decrease,
												 g->basis == BASIS_EPISODE, nodes, denominator_nodes(m->x, g, nodes));
	MemoryContextSwitchTo(old);
	return m->gaps[group * 2 + decrease];
}
