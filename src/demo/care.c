/*
 * care.c: the interpreter of paths (data/demo_path.tsv): what happens in a
 * visit or a stay, step by step, as events.
 *
 * A path runs at a day for a condition.  Its visits are encounters of its own;
 * a path without visits happens in the encounter of its caller.  The encounter
 * itself is told when it closes, since only then its diagnoses and disposition
 * are known.
 */
#include "demo/person.h"

#include "demo/provider.h"

#define MAX_DEPTH 5				/* of paths that call each other */
#define HISTORY_MONTHS 36		/* steps this rare are told when they were before the record */

/* One run of a path. */
typedef struct Run
{
	DemoCare   *care;
	const DemoPathDef *path;
	int			day;			/* on which it began */
	int			condition;
	DemoOpenVisit *visit;		/* where steps happen: own or around */
	DemoOpenVisit own;
	int64		previous_end;	/* minutes: of the visit before, 0: none */
	int			previous_day;
} Run;

/* Where a step is in time, for guards. */
static int
run_today(const Run *run)
{
	return run->visit->def ? demo_day_of(run->visit->start) : run->day;
}

static bool
guard_holds(const DemoCare *care, int guard, int day)
{
	const DemoPerson *p = &care->person;
	int			id = guard < 0 ? ~guard : guard;
	bool		holds;

	if (id < 1000)
		holds = demo_has(p, id, day);
	else if (id == DEMO_TRAIT_MEDICARE)
		holds = demo_payer(p, day) <= DEMO_PAYER_ADVANTAGE;
	else
		holds = p->traits[id - 1000];
	return holds == (guard >= 0);
}

/* Whether a step concerns the person at all on a day. */
static bool
step_applies(const DemoCare *care, const DemoStep *step, int day)
{
	int			months = demo_age_months(&care->person, day);

	if (step->sex && step->sex != care->person.sex)
		return false;
	if (months < step->age_from || months >= step->age_to)
		return false;
	for (int i = 0; i < 3 && step->guards[i] != DEMO_NO_GUARD; i++)
		if (!guard_holds(care, step->guards[i], day))
			return false;
	return true;
}

/* What a step amounts to: itself, or the first thing done in the visit or path it begins. */
static const DemoStep *
step_essence(const DemoStep *step)
{
	const DemoStep *s = step->op == DEMO_OP_CALL ? &demo_steps[demo_paths[step->code].first] : step;

	for (int i = 0; i < 4; i++)
		if (s[i].op == DEMO_OP_OBSC || s[i].op == DEMO_OP_PR)
			return &s[i];
	return NULL;
}

/* Something rare that was done before the record began is told as history, without an encounter. */
static void
tell_history(DemoCare *care, const DemoStep *step, int day)
{
	const DemoPerson *p = &care->person;
	const DemoStep *done = step_essence(step);
	int			months = demo_age_months(p, day);
	DemoEvent  *e;

	if (done == NULL || step->every < HISTORY_MONTHS || months < step->age_from || months >= step->age_to)
		return;
	e = demo_event(care, done->op == DEMO_OP_PR ? DEMO_PROCEDURE : DEMO_OBSERVATION);
	e->code = done->code;
	e->status = done->op == DEMO_OP_PR ? DEMO_COMPLETED : DEMO_FINAL;
	e->start = e->end = demo_date(day);
	e->recorded = demo_time(p, demo_minute(day) + 720);
	e->practitioner = p->doctor;
	if (done->op == DEMO_OP_OBSC)
	{
		e->category = demo_observation_category(done->code);
		e->value_kind = DEMO_VALUE_CODE;
		e->value_code = done->code2;
	}
	care->sink(care->arg, p, e);
}

/*
 * Whether enough time has gone since a step was last done.  Before the record
 * begins, it was done at a random time within the interval.
 */
static bool
step_is_due(DemoCare *care, const DemoStep *step, int day)
{
	int32	   *last = &care->last_step[step - demo_steps];
	DemoPerson *p = &care->person;

	if (step->every == 0 || step->every == DEMO_DAILY)
		return true;
	if (step->every == DEMO_ONCE)
	{
		if (*last == 0)
			*last = demo_age_months(p, p->first_day) > step->age_from + 2 &&
				demo_chance(&p->random, step->chance) ? p->first_day - 1 : DEMO_NEVER;
		return *last == DEMO_NEVER;
	}
	if (*last == 0)
	{
		*last = p->first_day - 1 - demo_below(&p->random, step->every * 30);
		if (demo_chance(&p->random, step->chance))
			tell_history(care, step, *last);
	}
	return day - *last >= step->every * 30;
}

static bool
step_happens(DemoCare *care, const DemoStep *step, int day)
{
	int			permille = step->chance;

	if (step->op == DEMO_OP_RXE)
	{
		uint64		lot = demo_mix((uint64) care->person.number * 8191 + (uint64) (step - demo_steps));

		if (lot % 1000 >= (uint64) step->chance)
			return false;
		permille = 1000;
	}
	if (!step_is_due(care, step, day) || !demo_chance(&care->person.random, permille))
		return false;
	care->last_step[step - demo_steps] = day == 0 ? 1 : day;
	return true;
}

DemoEvent *
demo_event(DemoCare *care, DemoKind kind)
{
	DemoEvent  *e = &care->event;

	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->number = ++care->numbers[kind];
	e->start = e->end = e->recorded = DEMO_NO_TIME;
	e->practitioner = e->location = -1;
	e->payer = DEMO_PAYER_NONE;
	return e;
}

DemoEvent *
demo_visit_event(DemoCare *care, DemoKind kind, const DemoOpenVisit *visit, int64 minute)
{
	DemoEvent  *e = demo_event(care, kind);

	e->encounter = visit->event.number;
	e->practitioner = visit->event.practitioner;
	e->location = visit->event.location;
	e->start = e->recorded = demo_time(&care->person, minute);
	return e;
}

bool
demo_tell(DemoCare *care, const DemoEvent *event, int64 minute)
{
	if (minute < care->begin || minute >= care->end)
	{
		care->numbers[event->kind]--;
		return false;
	}
	care->sink(care->arg, &care->person, event);
	return true;
}

/* Moves a day of office hours off Sundays and most Saturdays. */
static int
working_day(int day)
{
	int			weekday = (day % 7 + 7 + 5) % 7;	/* 2000-01-01 was a Saturday */

	return weekday == 5 ? day + 2 : weekday == 6 ? day + 1 : day;
}

/* Who sees the person. */
static int
choose_practitioner(DemoPerson *p, DemoSpecialty specialty, int day)
{
	bool		child = demo_age(p, day) < 18;

	if (specialty == DEMO_SPECIALTY_PEDIATRICS || (specialty == DEMO_SPECIALTY_PRIMARY && child))
		return p->pediatrician;
	if (specialty != DEMO_SPECIALTY_PRIMARY)
		return demo_find_practitioner(p->community, specialty,
									  demo_chance(&p->random, 800) ? (int) (p->number % 97) : demo_below(&p->random, 100));
	if (demo_chance(&p->random, p->loyal ? 940 : 550))
		return p->doctor;
	return demo_find_practitioner(p->community, DEMO_SPECIALTY_PRIMARY, demo_below(&p->random, 1000));
}

/* When a visit begins: emergencies at any hour, stays where the visit before ended. */
static int64
visit_start(Run *run, const DemoVisitDef *def, int day)
{
	uint64	   *random = &run->care->person.random;

	if (run->previous_end && run->previous_day == day &&
		(def->class == DEMO_CODE_CLASS_IMP || def->class == DEMO_CODE_CLASS_OBSENC))
		return run->previous_end + 20;
	if (def->class == DEMO_CODE_CLASS_EMER || def->class == DEMO_CODE_CLASS_IMP)
		return demo_minute(day) + 60 + demo_below(random, 1260);
	return demo_minute(working_day(day)) + 480 + demo_below(random, 34) * 15;
}

/* How long it lasts. */
static int
visit_minutes(Run *run, const DemoVisitDef *def, const DemoStep *step)
{
	uint64	   *random = &run->care->person.random;
	int			days;

	if (def->minutes)
		return def->minutes * (75 + demo_below(random, 60)) / 100 + 1;
	days = (int) demo_normal(random, step->a, step->b);
	return Max(days, 1) * 1440 - 200 + demo_below(random, 500);
}

/* Tells the encounter and its claims. */
static void
close_visit(DemoCare *care, DemoOpenVisit *v)
{
	if (v->def == NULL)
		return;
	v->event.reason = v->disposition;
	v->event.end = demo_time(&care->person, v->end);
	care->sink(care->arg, &care->person, &v->event);
	demo_claim_visit(care, v);
	v->def = NULL;
}

/* Opens an encounter; false when it would lie outside what is told. */
static bool
open_visit(Run *run, const DemoStep *step)
{
	DemoCare   *care = run->care;
	DemoPerson *p = &care->person;
	DemoOpenVisit *v = &run->own;
	const DemoVisitDef *def = &demo_visits[step->code];
	int			day = run->day + step->day;
	int64		start = visit_start(run, def, day);
	int64		end = start + visit_minutes(run, def, step);

	if (start < care->begin || end >= care->end)
		return false;
	v->def = def;
	v->start = start;
	v->end = end;
	v->condition = run->condition;
	v->disposition = 0;
	v->nlines = 0;
	v->event = *demo_event(care, DEMO_ENCOUNTER);
	v->event.status = DEMO_FINISHED;
	v->event.code = def->code;
	v->event.category = def->class;
	v->event.visit = def;
	v->event.start = demo_time(p, start);
	v->event.practitioner = choose_practitioner(p, def->specialty, day);
	v->event.location = demo_find_location(p->community, def->place, v->event.practitioner);
	run->visit = v;
	run->previous_end = end;
	run->previous_day = demo_day_of(end);
	return true;
}

/* A minute within the visit; later ones for days of a stay. */
static int64
visit_minute(DemoCare *care, const DemoOpenVisit *v, int day)
{
	int64		length = v->end - v->start;
	int64		minute = v->start + 1 + day * 1440 + demo_below(&care->person.random, (int) Min(length, 600));

	return Min(minute, v->end - 1);
}

/* The code of a condition, of the one it needs, or of the first of a union that the person has. */
static uint16
condition_code(const DemoPerson *p, int condition, int day)
{
	if (demo_conditions[condition].code == 0 && demo_conditions[condition].needs >= 0)
		condition = demo_conditions[condition].needs;
	for (int i = 0; i < demo_union_count; i++)
		if (demo_unions[i][0] == condition && demo_has(p, demo_unions[i][1], day))
			return demo_conditions[demo_unions[i][1]].code;
	return demo_conditions[condition].code;
}

/* The code a step means, where it says "self": the condition's, or what the visit is for. */
static uint16
own_code(const Run *run, uint16 code)
{
	uint16		own = 0;

	if (code != DEMO_SELF)
		return code;
	if (run->visit->condition >= 0)
		own = condition_code(&run->care->person, run->visit->condition, run_today(run));
	return own || run->visit->event.ndiagnoses == 0 ? own : run->visit->event.diagnoses[0];
}

/* Puts a service on the claim of the visit. */
static void
bill(DemoOpenVisit *v, uint16 code)
{
	if (demo_codes[code].bill.code != NULL && v->nlines < DEMO_MAX_LINES)
		v->lines[v->nlines++] = code;
}

/* The condition of the person that has this code, or -1. */
static int
condition_of_code(const DemoPerson *p, uint16 code, int day)
{
	for (int c = 0; c < DEMO_CONDITION_COUNT; c++)
		if (demo_conditions[c].code == code && demo_has(p, c, day) && demo_conditions[c].kind != DEMO_ACUTE)
			return c;
	return -1;
}

/* A diagnosis of the encounter: long-standing ones keep their beginning. */
static void
diagnose(Run *run, const DemoStep *step, uint16 code)
{
	DemoCare   *care = run->care;
	DemoOpenVisit *v = run->visit;
	DemoEvent  *visit = &v->event;
	int			today = demo_day_of(v->start);
	int			condition = condition_of_code(&care->person, code, today);
	DemoEvent  *e;

	for (int i = 0; i < visit->ndiagnoses; i++)
		if (visit->diagnoses[i] == code)
			return;
	if (code == 0 || visit->ndiagnoses == DEMO_MAX_DIAGNOSES)
		return;
	e = demo_visit_event(care, DEMO_CONDITION, v, v->start);
	e->code = code;
	e->category = step->op == DEMO_OP_DXP ? DEMO_CODE_CAT_PROBLEM : DEMO_CODE_CAT_ENCOUNTER;
	e->status = DEMO_ACTIVE;
	if (condition >= 0)
		e->start = demo_date(Max(care->person.onset[condition], care->person.birth));
	if (step->a && step->op != DEMO_OP_DX && demo_minute(today + step->a) < care->end)
	{
		e->end = demo_date(today + step->a);
		e->status = DEMO_RESOLVED;
	}
	if (demo_tell(care, e, v->start))
	{
		visit->conditions[visit->ndiagnoses] = e->number;
		visit->diagnoses[visit->ndiagnoses++] = code;
	}
}

/* Something done, and billed. */
void
demo_tell_procedure(DemoCare *care, DemoOpenVisit *v, uint16 code, int64 minute, int length)
{
	DemoEvent  *e = demo_visit_event(care, DEMO_PROCEDURE, v, minute);

	e->code = code;
	e->status = DEMO_COMPLETED;
	e->end = demo_time(&care->person, minute + length);
	if (demo_tell(care, e, minute))
		bill(v, code);
}

/* An observation with the value that the step describes. */
static void
observe(Run *run, const DemoStep *step, int64 minute)
{
	DemoCare   *care = run->care;
	DemoPerson *p = &care->person;
	DemoEvent  *e = demo_observation(care, run->visit, step->code, minute);
	int64		least = step->a >= 0 ? (step->op == DEMO_OP_OBSI ? 0 : 1) : PG_INT64_MIN;
	int64		value = demo_normal(&p->random, step->a, step->b);

	value = Max(value, least);
	e->unit = step->unit;
	e->scale = step->scale;
	e->value = value;
	e->value_code = step->code2;
	switch (step->op)
	{
		case DEMO_OP_OBS:
			e->value_kind = DEMO_VALUE_QUANTITY;
			break;
		case DEMO_OP_OBSI:
			e->value_kind = DEMO_VALUE_INTEGER;
			break;
		case DEMO_OP_OBSC:
			e->value_kind = DEMO_VALUE_CODE;
			break;
		case DEMO_OP_OBSCT:
			e->value_kind = DEMO_VALUE_CT;
			e->amount[0] = 60 + demo_below(&p->random, 500);
			e->amount[1] = 200 + demo_below(&p->random, 1600);
			break;
		default:
			e->value_kind = DEMO_VALUE_NONE;
			break;
	}
	if (demo_tell(care, e, minute))
		bill(run->visit, step->code);
}

/* What was not done, and why. */
static void
refuse(Run *run, const DemoStep *step, int64 minute)
{
	static const struct
	{
		DemoKind	kind;
		DemoStatus	status;
	} what[] =
	{
		{DEMO_OBSERVATION, DEMO_CANCELLED}, {DEMO_PROCEDURE, DEMO_NOT_DONE}, {DEMO_REQUEST, DEMO_COMPLETED},
		{DEMO_REQUEST, DEMO_COMPLETED}, {DEMO_IMMUNIZATION, DEMO_NOT_DONE}, {DEMO_COMMUNICATION, DEMO_NOT_DONE}
	};
	int			i = step->op - DEMO_OP_NOOBS;
	DemoEvent  *e = demo_visit_event(run->care, what[i].kind, run->visit, minute);

	e->status = what[i].status;
	e->code = step->code;
	e->reason = step->code2;
	e->refused = true;
	if (what[i].kind == DEMO_OBSERVATION)
		e->category = demo_observation_category(step->code);
	if (what[i].kind == DEMO_REQUEST)
		e->category = step->op == DEMO_OP_NORXD ? DEMO_CODE_MEDCAT_DISCHARGE : DEMO_CODE_MEDCAT_COMMUNITY;
	demo_tell(run->care, e, minute);
}

/* One filling of a prescription. */
static void
dispense(DemoCare *care, const DemoOpenVisit *v, uint16 code, int32 request, int fill, int day, int days)
{
	int64		minute = demo_minute(day) + 600 + demo_below(&care->person.random, 500);
	DemoEvent  *e = demo_event(care, DEMO_DISPENSE);
	DemoEvent	told;

	e->code = code;
	e->encounter = v->event.number;
	e->status = DEMO_COMPLETED;
	e->start = e->recorded = demo_time(&care->person, minute);
	e->request = request;
	e->category = fill ? DEMO_CODE_FILL_REFILL : DEMO_CODE_FILL_FIRST;
	e->quantity = days;
	e->days = days;
	told = *e;
	if (demo_tell(care, e, minute))
		demo_claim_drug(care, &told, day);
}

/* A prescription and how it is filled. */
static void
prescribe(Run *run, const DemoStep *step, int64 minute)
{
	DemoCare   *care = run->care;
	DemoPerson *p = &care->person;
	bool		adherent = p->traits[DEMO_TRAIT_ADHERENT - 1000];
	int			day = demo_day_of(step->op == DEMO_OP_RXD ? run->visit->end : minute);
	DemoEvent  *e;
	int32		request;

	if (step->op == DEMO_OP_RXD)
		minute = run->visit->end - 15;
	e = demo_visit_event(care, DEMO_REQUEST, run->visit, minute);
	request = e->number;
	e->code = step->code;
	e->reason = run->visit->event.ndiagnoses ? run->visit->event.diagnoses[0] : 0;
	e->category = step->op == DEMO_OP_RXD ? DEMO_CODE_MEDCAT_DISCHARGE : DEMO_CODE_MEDCAT_COMMUNITY;
	e->days = step->a;
	e->refills = step->b;
	e->status = demo_minute(day + step->a * (step->b + 1)) > care->end ? DEMO_ACTIVE : DEMO_COMPLETED;
	if (!demo_tell(care, e, minute) || demo_chance(&p->random, adherent ? 40 : 180))
		return;
	for (int fill = 0; fill <= step->b; fill++)
	{
		dispense(care, run->visit, step->code, request, fill, day, step->a);
		day += step->a + (adherent ? demo_below(&p->random, 8) - 3 : demo_below(&p->random, 40) - 2);
		if (demo_minute(day) >= care->end || (!adherent && demo_chance(&p->random, 90)))
			return;
	}
}

/* A dose given during the visit. */
static void
administer(Run *run, const DemoStep *step, int64 minute)
{
	DemoEvent  *e = demo_visit_event(run->care, DEMO_ADMINISTRATION, run->visit, minute);

	e->code = step->code;
	e->status = DEMO_COMPLETED;
	e->category = run->visit->def->class == DEMO_CODE_CLASS_IMP ?
		DEMO_CODE_ADMCAT_INPATIENT : DEMO_CODE_ADMCAT_OUTPATIENT;
	e->value = Max(1, demo_normal(&run->care->person.random, step->a, step->b));
	e->scale = step->scale;
	e->unit = step->unit;
	e->value_code = step->code == DEMO_CODE_RX_BCG ? DEMO_CODE_ROUTE_BLADDER :
		step->code == DEMO_CODE_RX_INSULIN_HOSPITAL ? DEMO_CODE_ROUTE_SUBCUTANEOUS : DEMO_CODE_ROUTE_IV;
	demo_tell(run->care, e, minute);
}

static void
immunize(Run *run, const DemoStep *step, int64 minute)
{
	DemoCare   *care = run->care;
	int			day = demo_day_of(minute);
	DemoEvent  *e;

	if (care->last_code[step->code] && day - care->last_code[step->code] < 27)
	{
		care->last_step[step - demo_steps] = step->every == DEMO_ONCE ? DEMO_NEVER : 0;
		return;
	}
	e = demo_visit_event(care, DEMO_IMMUNIZATION, run->visit, minute);
	e->code = step->code;
	e->status = DEMO_COMPLETED;
	if (demo_tell(care, e, minute))
	{
		care->last_code[step->code] = day;
		bill(run->visit, step->code);
	}
}

/* Orders, devices and messages: a code, a time and a status. */
static void
tell_plain(Run *run, const DemoStep *step, int64 minute)
{
	DemoKind	kind = step->op == DEMO_OP_ORDER ? DEMO_ORDER :
		step->op == DEMO_OP_DEV ? DEMO_DEVICE : DEMO_COMMUNICATION;
	DemoEvent  *e;

	if (kind == DEMO_COMMUNICATION)
		minute += step->day * 1440;
	e = demo_visit_event(run->care, kind, run->visit, minute);
	e->code = step->code;
	e->status = kind == DEMO_ORDER && demo_chance(&run->care->person.random, 400) ? DEMO_ACTIVE : DEMO_COMPLETED;
	e->reason = run->visit->event.ndiagnoses ? run->visit->event.diagnoses[0] : 0;
	demo_tell(run->care, e, minute);
}

/* A step that happens within a visit, once: a switch over the operations. */
static void
do_step(Run *run, const DemoStep *step, int64 minute)
{
	switch ((DemoOp) step->op)
	{
		case DEMO_OP_VISIT:
		case DEMO_OP_CALL:
			break;
		case DEMO_OP_VITALS:
			demo_tell_vitals(run->care, run->visit, minute);
			break;
		case DEMO_OP_SMOKING:
			demo_tell_smoking(run->care, run->visit, minute);
			break;
		case DEMO_OP_DELIVERY:
			demo_tell_delivery(run->care, run->visit);
			break;
		case DEMO_OP_DX:
		case DEMO_OP_DXA:
		case DEMO_OP_DXP:
			diagnose(run, step, own_code(run, step->code));
			break;
		case DEMO_OP_OBS:
		case DEMO_OP_OBSI:
		case DEMO_OP_OBSC:
		case DEMO_OP_OBSX:
		case DEMO_OP_OBSCT:
			observe(run, step, minute);
			break;
		case DEMO_OP_PR:
			demo_tell_procedure(run->care, run->visit, step->code, minute, 5);
			break;
		case DEMO_OP_RX:
		case DEMO_OP_RXE:
		case DEMO_OP_RXD:
			prescribe(run, step, minute);
			break;
		case DEMO_OP_ADM:
			administer(run, step, minute);
			break;
		case DEMO_OP_IMM:
			immunize(run, step, minute);
			break;
		case DEMO_OP_ORDER:
		case DEMO_OP_DEV:
		case DEMO_OP_COMM:
			tell_plain(run, step, minute);
			break;
		case DEMO_OP_DISP:
			if (run->visit->disposition == 0 && run->visit->def->class != DEMO_CODE_CLASS_AMB)
				run->visit->disposition = step->code;
			break;
		case DEMO_OP_NOOBS:
		case DEMO_OP_NOPR:
		case DEMO_OP_NORX:
		case DEMO_OP_NORXD:
		case DEMO_OP_NOIMM:
		case DEMO_OP_NOCOMM:
			refuse(run, step, minute);
			break;
	}
}

/* Runs a step on the first day of the visit, or on each. */
static void
step_in_visit(Run *run, const DemoStep *step)
{
	int64		days = step->every == DEMO_DAILY ? (run->visit->end - run->visit->start) / 1440 + 1 : 1;

	for (int day = 0; day < days; day++)
		do_step(run, step, visit_minute(run->care, run->visit, day));
}

/*
 * Consecutive visits of one day are alternatives with shares of 1000; returns
 * the last step of the group, and whether one of them took place.
 */
static const DemoStep *
step_visit(Run *run, const DemoStep *step, const DemoStep *end, bool *opened)
{
	int			day = run->day + step->day;
	int			lot = demo_below(&run->care->person.random, 1000);
	const DemoStep *last = step;

	if (run->visit == &run->own)
		close_visit(run->care, &run->own);
	while (last + 1 < end && last[1].op == DEMO_OP_VISIT && last[1].day == step->day)
		last++;
	*opened = false;
	for (; step <= last && !*opened; step++)
	{
		if (!step_applies(run->care, step, day) || !step_is_due(run->care, step, day))
			continue;
		lot -= step->chance;
		if (lot < 0)
		{
			run->care->last_step[step - demo_steps] = day == 0 ? 1 : day;
			*opened = open_visit(run, step);
			break;
		}
	}
	return last;
}

/* Another path, in the visit that is open or after it. */
static bool
step_call(Run *run, const DemoStep *step)
{
	const DemoPathDef *path = &demo_paths[step->code];
	int			day = run->visit->def ? demo_day_of(run->visit->end) : run->day;

	if (run->care->depth >= MAX_DEPTH)
		return false;
	demo_path_run(run->care, step->code, path->visits ? day + step->day : day, run->condition, run->visit);
	return step->stop;
}

void
demo_path_run(DemoCare *care, int path, int day, int condition, DemoOpenVisit *around)
{
	Run			run = {.care = care, .path = &demo_paths[path], .day = day, .condition = condition};
	DemoOpenVisit none = {.def = NULL, .condition = condition};
	const DemoStep *step = &demo_steps[run.path->first];
	const DemoStep *end = step + run.path->count;
	uint16		principal = around && around->def && around->event.ndiagnoses ? around->event.diagnoses[0] : 0;

	run.visit = run.path->visits || around == NULL ? &none : around;
	care->depth++;
	for (; step < end; step++)
	{
		bool		opened;

		if (step->op == DEMO_OP_VISIT)
		{
			const DemoStep *first = step;

			step = step_visit(&run, step, end, &opened);
			if (!opened)
				run.visit = &none;
			if (!opened && first->stop)
				break;
			continue;
		}
		if (run.visit->def == NULL && !(step->op == DEMO_OP_CALL && demo_paths[step->code].visits))
			continue;
		if (!step_applies(care, step, run_today(&run)) || !step_happens(care, step, run_today(&run)))
			continue;
		if (step->op == DEMO_OP_DX && step->code == DEMO_SELF && own_code(&run, DEMO_SELF) == 0 && principal)
			diagnose(&run, step, principal);
		else if (step->op == DEMO_OP_CALL)
		{
			if (step_call(&run, step))
				break;
		}
		else
			step_in_visit(&run, step);
	}
	if (run.visit == &run.own)
		close_visit(care, &run.own);
	care->depth--;
}
