/*
 * measure_run.c: running measures over a chart.
 *
 * The criteria of a group are evaluated in the order of their bits, which is
 * the order in which populations are taken from each other, and only while
 * they can still change somebody's membership.  Patients are one member;
 * episodes are the distinct values of the initial populations.
 */
#include "phm.h"

#include "miscadmin.h"

#include "quality/measure_run.h"

/* A group that is being evaluated. */
typedef struct GroupRun
{
	const MeasureGroup *group;
	CqlExec    *x;
	MemoryContext home;			/* of x */
	CqlValue	episodes;		/* list */
	uint32	   *met;			/* criteria that each member meets */
	uint32	   *membership;
	uint32		nmembers;
	char	  **names;			/* of the episodes */
	bool		by_episode;
	uint32		patient[2];		/* met and membership of the only member */
	MeasureRow *rows;
	int			nrows;
	int			rows_size;
	PhmError	err;
} GroupRun;

/* ---- the engine, whose memory is where it was opened ---- */

static bool
evaluate(GroupRun *run, int expression, CqlValue *v)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_evaluate(run->x, expression, v, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

static bool
apply(GroupRun *run, int function, uint32 member, CqlValue *v)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_evaluate_function(run->x, function, &run->episodes.values[member], v, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

static bool
distinct(GroupRun *run, CqlValue list)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_episodes(run->x, list, &run->episodes, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

static bool
find_places(GroupRun *run, CqlValue list, CqlValue among, uint32 *places)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_places(run->x, list, among, places, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

/* The text of a value; out is the caller's. */
static bool
print(GroupRun *run, CqlValue v, StringInfo out)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_print_json(run->x, v, out, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

static bool
refer(GroupRun *run, CqlValue v, StringInfo out)
{
	MemoryContext old = MemoryContextSwitchTo(run->home);
	bool		done = cql_reference(run->x, v, out, &run->err);

	MemoryContextSwitchTo(old);
	return done;
}

/* ---- criteria ---- */

/* Ends a group with an error of its own. */
static bool
refuse(GroupRun *run, int bit, const char *what)
{
	return phm_fail(&run->err, ERRCODE_DATATYPE_MISMATCH, 0, "%s of group %s %s",
					bit == 0 ? "the initial population" : "a population", run->group->id, what);
}

/* The membership of somebody by the criteria found so far. */
static uint32
membership(const GroupRun *run, uint32 member)
{
	return measure_membership(run->group->scoring, run->group->defined, run->met[member]);
}

/* Whether a population can still change anybody's membership. */
static bool
matters(const GroupRun *run, uint32 bit)
{
	for (uint32 i = 0; i < run->nmembers; i++)
		if (measure_membership(run->group->scoring, run->group->defined, run->met[i] | bit) != membership(run, i))
			return true;
	return false;
}

/* Notes what the criteria of a population say of the patient. */
static bool
meet_patient(GroupRun *run, int bit, CqlValue v)
{
	if (v.kind != CQL_BOOLEAN && !cql_is_null(v))
		return refuse(run, bit, "gives no Boolean, and the group counts patients");
	if (cql_is_true(v))
		run->met[0] |= 1u << bit;
	return true;
}

/* Adds the episodes of an initial population to those there are. */
static bool
add_episodes(GroupRun *run, CqlValue list)
{
	CqlValue   *all;

	if (list.n == 0)
		return true;
	all = palloc(sizeof(CqlValue) * (run->episodes.n + list.n));
	if (run->episodes.n > 0)
		memcpy(all, run->episodes.values, sizeof(CqlValue) * run->episodes.n);
	memcpy(all + run->episodes.n, list.values, sizeof(CqlValue) * list.n);
	if (!distinct(run, cql_list(all, run->episodes.n + list.n)))
		return false;
	pfree(all);
	run->met = run->met == NULL ? palloc0(sizeof(uint32) * Max(run->episodes.n, 1)) :
		repalloc(run->met, sizeof(uint32) * Max(run->episodes.n, 1));
	memset(run->met + run->nmembers, 0, sizeof(uint32) * (run->episodes.n - run->nmembers));
	run->nmembers = run->episodes.n;
	return true;
}

/* Notes which episodes a population has. */
static bool
meet_episodes(GroupRun *run, int bit, CqlValue v)
{
	uint32	   *places;

	if (cql_is_null(v))
		return true;
	if (v.kind == CQL_BOOLEAN)
		return refuse(run, bit, "gives a Boolean, and the group counts episodes");
	if (v.kind != CQL_LIST)
		v = cql_list(memcpy(palloc(sizeof(v)), &v, sizeof(v)), 1);
	if (((1u << bit) & (MEASURE_INITIAL | MEASURE_NUMERATOR_INITIAL)) && !add_episodes(run, v))
		return false;
	places = palloc(sizeof(uint32) * Max(v.n, 1));
	if (!find_places(run, v, run->episodes, places))
		return false;
	for (uint32 i = 0; i < v.n; i++)
		if (places[i] != CQL_NOWHERE)
			run->met[places[i]] |= 1u << bit;
	pfree(places);
	return true;
}

/* Where the basis is not told, the first initial population tells it. */
static void
decide_basis(GroupRun *run, CqlValue first)
{
	run->by_episode = run->group->basis == BASIS_EPISODE ||
		(run->group->basis == BASIS_ANY && first.kind != CQL_BOOLEAN && !cql_is_null(first));
	run->episodes = cql_list(NULL, 0);
	run->met = NULL;
	run->nmembers = 0;
	if (!run->by_episode)
	{
		run->met = &run->patient[0];
		run->nmembers = 1;
	}
}

/* Evaluates the criteria of a group; false with an error. */
static bool
evaluate_criteria(GroupRun *run)
{
	const MeasureGroup *g = run->group;

	for (int bit = 0; bit < MEASURE_NPOPULATIONS; bit++)
	{
		bool		initial = ((1u << bit) & (MEASURE_INITIAL | MEASURE_NUMERATOR_INITIAL)) != 0;
		CqlValue	v;

		if (!(g->defined & (1u << bit)) || (!initial && !matters(run, 1u << bit)))
			continue;
		if (g->expressions[bit] < 0)
			return refuse(run, bit, "has no expression in the logic");
		if (!evaluate(run, g->expressions[bit], &v))
			return false;
		if (bit == 0)
			decide_basis(run, v);
		if (run->by_episode ? !meet_episodes(run, bit, v) : !meet_patient(run, bit, v))
			return false;
	}
	run->membership = run->by_episode ? palloc(sizeof(uint32) * Max(run->nmembers, 1)) : &run->patient[1];
	for (uint32 i = 0; i < run->nmembers; i++)
		run->membership[i] = membership(run, i);
	return true;
}

/* The observations of a member; NULL with an error. */
static CqlValue *
observe(GroupRun *run, uint32 member)
{
	const MeasureGroup *g = run->group;
	CqlValue   *values = palloc0(sizeof(CqlValue) * Max(g->nobservations, 1));

	for (int i = 0; i < g->nobservations; i++)
	{
		const MeasureObservation *o = &g->observations[i];
		bool		done;

		if (!measure_is_observed(o->population, run->membership[member]))
			continue;
		if (run->by_episode && o->function >= 0)
			done = apply(run, o->function, member, &values[i]);
		else if (o->expression >= 0)
			done = evaluate(run, o->expression, &values[i]);
		else
			done = phm_fail(&run->err, ERRCODE_UNDEFINED_FUNCTION, 0, "observation %s has no expression in the logic", o->id);
		if (!done)
			return NULL;
	}
	return values;
}

/* ---- strata ---- */

/* A value as the name of a stratum: the code of a code, the text of anything else. */
static bool
stratum_text(GroupRun *run, CqlValue v, StringInfo out)
{
	StringInfoData json;

	if (v.kind == CQL_CODE && v.code->code != NULL)
	{
		appendBinaryStringInfo(out, v.code->code, v.code->code_length);
		return true;
	}
	if (v.kind == CQL_STRING)
	{
		appendBinaryStringInfo(out, v.s, (int) v.n);
		return true;
	}
	if (cql_is_null(v))
	{
		appendStringInfoString(out, "unknown");
		return true;
	}
	initStringInfo(&json);
	if (!print(run, v, &json))
		return false;
	/* Texts without their quotes; what has parts as JSON. */
	if (json.len >= 2 && json.data[0] == '"')
		appendBinaryStringInfo(out, json.data + 1, json.len - 2);
	else
		appendBinaryStringInfo(out, json.data, json.len);
	return true;
}

/*
 * What a component says of a member: whether it is in the list, where that
 * gives episodes; else its value.
 */
static bool
component_value(GroupRun *run, const MeasureComponent *c, uint32 member, CqlValue *v)
{
	uint32		place = CQL_NOWHERE;
	CqlValue	own;

	if (c->expression < 0 && c->function < 0)
		return phm_fail(&run->err, ERRCODE_UNDEFINED_OBJECT, 0, "a stratifier of group %s has no expression in the logic", run->group->id);
	if (c->expression < 0 && !run->by_episode)
		return phm_fail(&run->err, ERRCODE_DATATYPE_MISMATCH, 0, "a stratifier of group %s is a function, and the group counts patients", run->group->id);
	if (c->expression < 0)
		return apply(run, c->function, member, v);
	if (!evaluate(run, c->expression, v))
		return false;
	if (!run->by_episode || v->kind != CQL_LIST)
		return true;
	own = cql_list(&run->episodes.values[member], 1);
	if (!find_places(run, own, *v, &place))
		return false;
	*v = cql_boolean(place != CQL_NOWHERE);
	return true;
}

/* The stratum of a member: value, or name=value of each component. */
static char *
stratum_of(GroupRun *run, const MeasureStratifier *s, uint32 member)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < s->ncomponents; i++)
	{
		const MeasureComponent *c = &s->components[i];
		CqlValue	v;

		if (!component_value(run, c, member, &v))
			return NULL;
		if (s->ncomponents > 1)
			appendStringInfo(&out, "%s%s=", i > 0 ? "; " : "", c->code ? c->code : psprintf("component-%d", i + 1));
		if (!stratum_text(run, v, &out))
			return NULL;
	}
	return out.data;
}

/* ---- rows ---- */

/* The name of an episode: that of a resource, or the value itself. */
static char *
episode_text(GroupRun *run, uint32 member)
{
	CqlValue	v = run->episodes.values[member];
	StringInfoData out;

	initStringInfo(&out);
	if (refer(run, v, &out))
		return out.data;
	return run->err.sqlstate == 0 && stratum_text(run, v, &out) ? out.data : NULL;
}

/* A name of an episode and its place, to be sorted. */
typedef struct EpisodeName
{
	char	   *text;
	uint32		member;
} EpisodeName;

static int
compare_names(const void *a, const void *b)
{
	const EpisodeName *x = a;
	const EpisodeName *y = b;
	int			order = strcmp(x->text, y->text);

	return order != 0 ? order : (x->member > y->member) - (x->member < y->member);
}

/* Names all episodes; of several with one name (a Bundle may hold an id twice) the second gets #2 behind it. */
static bool
name_episodes(GroupRun *run)
{
	EpisodeName *names;

	if (!run->by_episode)
		return true;
	names = palloc(sizeof(EpisodeName) * Max(run->nmembers, 1));
	run->names = palloc(sizeof(char *) * Max(run->nmembers, 1));
	for (uint32 i = 0; i < run->nmembers; i++)
	{
		names[i] = (EpisodeName) {episode_text(run, i), i};
		if (names[i].text == NULL)
			return false;
	}
	qsort(names, run->nmembers, sizeof(EpisodeName), compare_names);
	for (uint32 i = 0, same = 0; i < run->nmembers; i++)
	{
		same = i > 0 && strcmp(names[i].text, names[i - 1].text) == 0 ? same + 1 : 0;
		run->names[names[i].member] = same == 0 ? names[i].text : psprintf("%s#%u", names[i].text, same + 1);
	}
	return true;
}

/* Adds a row to those of the group, which are handed out when all of it went well. */
static void
add_row(GroupRun *run, MeasureRow row)
{
	if (run->nrows >= run->rows_size)
	{
		run->rows_size = Max(run->rows_size * 2, 4);
		run->rows = run->rows == NULL ? palloc(sizeof(MeasureRow) * run->rows_size) :
			repalloc(run->rows, sizeof(MeasureRow) * run->rows_size);
	}
	run->rows[run->nrows++] = row;
}

/* Makes the rows of a member; false with an error. */
static bool
make_rows(GroupRun *run, uint32 member)
{
	MeasureRow	row = {.group = run->group,.stratifier = "",.stratum = "",.membership = run->membership[member]};

	row.episode = run->by_episode ? run->names[member] : "";
	row.observations = observe(run, member);
	if (row.observations == NULL)
		return false;
	add_row(run, row);
	for (int i = 0; row.membership != 0 && i < run->group->nstratifiers; i++)
	{
		row.stratifier = run->group->stratifiers[i].id;
		row.stratum = stratum_of(run, &run->group->stratifiers[i], member);
		if (row.stratum == NULL)
			return false;
		add_row(run, row);
	}
	return true;
}

/* Makes the rows of a group; false with an error. */
static bool
run_group(GroupRun *run, bool everybody)
{
	if (!evaluate_criteria(run) || !name_episodes(run))
		return false;
	for (uint32 i = 0; i < run->nmembers; i++)
		if ((run->membership[i] != 0 || (everybody && !run->by_episode)) && !make_rows(run, i))
			return false;
	return true;
}

void
measure_run(const MeasurePlan *plan, CqlExec *x, MemoryContext home, bool everybody, MeasureEmit emit, void *arg)
{
	for (int i = 0; i < plan->ngroups; i++)
	{
		GroupRun	run = {.group = &plan->groups[i],.x = x,.home = home};

		CHECK_FOR_INTERRUPTS();
		if (!run_group(&run, everybody))
		{
			MeasureRow	row = {.group = run.group,.episode = "",.stratifier = "",.stratum = ""};

			row.error = run.err.detail[0] ? psprintf("%s: %s", run.err.message, run.err.detail) : pstrdup(run.err.message);
			emit(arg, &row);
			continue;
		}
		for (int k = 0; k < run.nrows; k++)
			emit(arg, &run.rows[k]);
	}
}
