/*
 * gap_reason.c: why a gap is open, found by evaluating what would have to be
 * different.
 *
 * Of each criterion that is not as it should be the retrieves tell whether the
 * chart has anything at all; where all of it lies outside of the period, the
 * criterion is evaluated again for the period in which a resource lies: when that
 * makes it as it should be, only the date was wrong, and the last day on which it
 * still counted is looked for by halving.  GAP_DAYS days are tried at most.
 */
#include "phm.h"

#include "miscadmin.h"

#include "quality/gap_search.h"

#define GAP_DAYS	4

const char *const gap_reason_codes[GAP_NREASONS] = {"NotFound", "Present", "DateOutOfRange", "ValueOutOfRange",
	"CountOutOfRange", "InvalidAttribute", "ValueInRange", "CountInRange", "DateInRange"};

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
		if (!gap_is_met_at(s, part, tried, true, &met))
			return false;
	}
	if (n > 0)
	{
		if (met)
		{
			answer->reasons = GAP_DATE_OUT_OF_RANGE;
			answer->day = tried;
			if (tried < s->time->upto && !gap_find_lapse(s, part, tried, &answer->lapsed))
				return false;
		}
		gap_set_back(s);
	}
	if (!met)
		answer->reasons = content_reason(part) | (part->values && s->nhits > 0 ? GAP_DATE_OUT_OF_RANGE : 0);
	return true;
}

/* The reasons of a criterion that needs more: nothing, or what is wrong with what there is. */
static bool
find_missing(GapSearch *s, const GapPart *part, GapAnswer *answer)
{
	if (!gap_find_hits(s, part, false))
		return false;
	if (s->nhits == 0)
	{
		answer->reasons = gap_is_asking(part, false) ? GAP_NOT_FOUND : GAP_INVALID_ATTRIBUTE;
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
	if (!gap_find_hits(s, part, true))
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

/* ---- parts ---- */

static bool find_part(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer);

/* Whether a criterion is met; unknown: what to take where its episode cannot be told apart. */
static bool
is_met(GapSearch *s, const GapPart *part, bool unknown, bool *met)
{
	CqlValue	v;

	*met = unknown;
	if (s->episode && s->name == NULL)
		return true;
	if (!gap_evaluate(s, part->node, part->nslots, &v))
		return false;
	if (!s->episode)
		*met = gap_is_as_wanted(part, v);
	else if (!gap_has_episode(s, v, met))
		return false;
	else
		*met = *met == part->target;
	return true;
}

/* A criterion: whether it is met, else why not. */
static bool
find_criterion(GapSearch *s, const GapPart *part, GapFinding *f, StringInfo needs, GapAnswer *answer)
{
	bool		present;

	if (!is_met(s, part, false, &answer->met))
		return false;
	if (answer->met)
		return true;
	present = gap_is_about_presence(part);
	if (present ? !find_present(s, part, answer) : !find_missing(s, part, answer))
		return false;
	gap_print_criterion(s, part, answer, present, f->detail);
	/* A value that is as it should not be may be another one when it is taken again; what happened in an episode stays. */
	if (!present || (part->values && !s->episode))
		gap_print_retrieves(s, part, present, needs);
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

	if (part->parts[i]->form != GAP_CRITERION || gap_is_asking(part->parts[i], false))
		return false;
	for (uint32 k = 0; k < part->nparts; k++)
		others |= part->parts[k]->form != GAP_CRITERION || gap_is_asking(part->parts[k], false);
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
			gap_next_element(f->needs);
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
	bool		harms = gap_is_about_presence(part);
	bool		met;

	for (uint32 i = 0; i < part->nparts; i++)
		if (!find_evidence(s, part->parts[i], f))
			return false;
	if (part->form != GAP_CRITERION)
		return true;
	if (!is_met(s, part, true, &met))
		return false;
	/* That something is not in an episode is not told by what is in others. */
	if (!met || (s->episode && harms && !part->values))
		return true;
	if (!gap_find_hits(s, part, harms))
		return false;
	if (s->nhits == 0)
		return true;
	answer.day = s->hits[0].day;
	for (uint32 i = s->nhits; i-- > 0;)
		if (s->hits[i].day != GAP_NO_DAY && s->hits[i].day <= s->time->upto)
			answer.day = s->hits[i].day;
	gap_print_criterion(s, part, &answer, harms, f->detail);
	f->day = Max(f->day, answer.day);
	return true;
}

bool
gap_find(OpenMeasures *m, const ChartHeader *header, const GapPart *part, const GapTime *time, bool open, const char *episode,
		 GapFinding *f, PhmError *err)
{
	GapSearch	s = {.m = m,.header = header,.time = time,.err = err,.episode = episode != NULL};
	GapAnswer	answer = {.day = GAP_NO_DAY,.lapsed = GAP_NO_DAY};
	GapPart		all = {.form = GAP_ALL,.parts = unconstify(GapPart **, &part),.nparts = 1};
	bool		done;

	f->reasons = 0;
	f->day = f->lapsed = GAP_NO_DAY;
	f->detail = makeStringInfo();
	f->needs = makeStringInfo();
	appendStringInfoChar(f->detail, '[');
	appendStringInfoChar(f->needs, '[');
	/* Ids have no #: it tells apart several of one name. */
	s.name = episode == NULL ? NULL : pnstrdup(episode, strcspn(episode, "#"));
	m->running = true;
	if (!open)
		done = find_evidence(&s, part, f);
	else
	{
		done = find_all(&s, part->form == GAP_ALL ? part : &all, f, &answer);
		/* An open gap whose criteria all seem to be met is of an episode that is no resource: then none is taken as met. */
		if (done && answer.met && s.name != NULL)
		{
			s.name = NULL;
			done = find_all(&s, part->form == GAP_ALL ? part : &all, f, &answer);
		}
		f->reasons = answer.reasons;
		f->day = answer.day;
		f->lapsed = answer.lapsed;
	}
	m->running = false;
	f->labels = s.labels;
	if (!done)
		gap_set_back(&s);
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
												 nodes, denominator_nodes(m->x, g, nodes));
	MemoryContextSwitchTo(old);
	return m->gaps[group * 2 + decrease];
}
