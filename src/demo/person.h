/*
 * person.h: the parts of the simulation among themselves; see population.h.
 */
#ifndef DEMO_PERSON_H
#define DEMO_PERSON_H

#include "demo/demo_random.h"
#include "demo/population.h"

/* Diagnoses and billed services of an encounter under way. */
#define DEMO_MAX_LINES 24

typedef struct DemoOpenVisit
{
	const DemoVisitDef *def;	/* NULL: none is open */
	DemoEvent	event;			/* the encounter, told when it closes */
	int64		start;			/* minutes */
	int64		end;
	int			condition;		/* that brought the person, -1: none */
	uint16		disposition;
	int			nlines;
	uint16		lines[DEMO_MAX_LINES];	/* codes that are billed */
} DemoOpenVisit;

struct DemoCare
{
	DemoPerson	person;
	DemoSink	sink;
	void	   *arg;
	int32		numbers[DEMO_KIND_COUNT];
	DemoEvent	event;			/* scratch */
	int64		begin;			/* first and last minute that are told */
	int64		end;
	int32		last_step[DEMO_STEP_COUNT];	/* day, 0: never asked */
	int32		last_code[DEMO_CODE_COUNT];	/* day of the last such immunization */
	int			depth;			/* of paths that call each other */
};

static inline int64
demo_minute(int day)
{
	return (int64) day * 1440;
}

static inline int
demo_day_of(int64 minute)
{
	return (int) (minute >= 0 ? minute / 1440 : -((-minute + 1439) / 1440));
}

/* A new event of a kind in care->event, with nothing set but its number. */
extern DemoEvent *demo_event(DemoCare *care, DemoKind kind);

/* The event of an encounter: the same, dated and related to it. */
extern DemoEvent *demo_visit_event(DemoCare *care, DemoKind kind, const DemoOpenVisit *visit, int64 minute);

/* Hands an event to the sink; false when its time is not told. */
extern bool demo_tell(DemoCare *care, const DemoEvent *event, int64 minute);

/* Times as events carry them. */
extern PhmDateTime demo_time(const DemoPerson *p, int64 minute);
extern PhmDateTime demo_date(int day);
extern PhmDateTime demo_month(int day);

/* person.c: acute events of a year, in a million */
extern int64 demo_acute_rate(const DemoPerson *p, int condition, int day);

/* care.c */
extern void demo_path_run(DemoCare *care, int path, int day, int condition, DemoOpenVisit *around);

/* A procedure of some minutes, billed with the visit. */
extern void demo_tell_procedure(DemoCare *care, DemoOpenVisit *visit, uint16 code, int64 minute, int length);

/* measure.c: an observation without its value, and those whose values follow from the person. */
extern uint16 demo_observation_category(uint16 code);
extern DemoEvent *demo_observation(DemoCare *care, const DemoOpenVisit *visit, uint16 code, int64 minute);
extern void demo_tell_vitals(DemoCare *care, const DemoOpenVisit *visit, int64 minute);
extern void demo_tell_smoking(DemoCare *care, const DemoOpenVisit *visit, int64 minute);
extern void demo_tell_delivery(DemoCare *care, DemoOpenVisit *visit);

/* claim.c */
extern void demo_claim_visit(DemoCare *care, const DemoOpenVisit *visit);
extern void demo_claim_drug(DemoCare *care, const DemoEvent *dispense, int day);

#endif							/* DEMO_PERSON_H */
