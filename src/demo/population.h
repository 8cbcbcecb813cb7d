/*
 * population.h: synthetic persons as streams of events.
 *
 * A person depends on the settings and the person's number alone, so that any
 * of them can be made by itself, in any order, with the same result: all
 * randomness comes from one generator seeded with both, and all arithmetic is
 * done with integers.  The simulation hands each event to a sink and keeps
 * nothing; what becomes of events is the sink's business.
 *
 * Days count from 2000-01-01, minutes from its beginning in local time.
 */
#ifndef DEMO_POPULATION_H
#define DEMO_POPULATION_H

#include "demo/demo_table.h"
#include "types/datetime.h"

#define DEMO_NO_TIME PG_INT64_MIN	/* a PhmDateTime that is absent */
#define DEMO_NEVER 10000000		/* a day that does not come */
#define DEMO_MIN_YEARS 1
#define DEMO_MAX_YEARS 20

typedef struct DemoSettings
{
	uint64		seed;
	int			as_of;			/* last day of the record */
	int			years;			/* covered, that day the last */
} DemoSettings;

typedef enum DemoPayer
{
	DEMO_PAYER_MEDICARE,
	DEMO_PAYER_ADVANTAGE,
	DEMO_PAYER_MEDICAID,
	DEMO_PAYER_COMMERCIAL_A,
	DEMO_PAYER_COMMERCIAL_B,
	DEMO_PAYER_COUNT,
	DEMO_PAYER_NONE = DEMO_PAYER_COUNT
} DemoPayer;

/* Insurance from one day to another, both covered. */
typedef struct DemoCoverage
{
	DemoPayer	payer;
	int			first_day;
	int			last_day;
} DemoCoverage;

#define DEMO_MAX_COVERAGE 32

typedef enum DemoKind
{
	DEMO_PATIENT,
	DEMO_COVERAGE,
	DEMO_ENCOUNTER,
	DEMO_CONDITION,
	DEMO_OBSERVATION,
	DEMO_PROCEDURE,
	DEMO_IMMUNIZATION,
	DEMO_ALLERGY,
	DEMO_REQUEST,				/* medication request */
	DEMO_DISPENSE,
	DEMO_ADMINISTRATION,
	DEMO_ORDER,					/* service request */
	DEMO_DEVICE,				/* device request */
	DEMO_COMMUNICATION,
	DEMO_CLAIM,
	DEMO_CLAIM_LINE,
	DEMO_KIND_COUNT
} DemoKind;

typedef enum DemoStatus
{
	DEMO_ACTIVE,
	DEMO_FINISHED,
	DEMO_COMPLETED,
	DEMO_FINAL,
	DEMO_CANCELLED,
	DEMO_NOT_DONE,
	DEMO_RESOLVED,
	DEMO_STATUS_COUNT
} DemoStatus;

/* What an observation's value is. */
typedef enum DemoValue
{
	DEMO_VALUE_NONE,
	DEMO_VALUE_QUANTITY,
	DEMO_VALUE_INTEGER,
	DEMO_VALUE_CODE,
	DEMO_VALUE_TIME,
	DEMO_VALUE_PRESSURE,		/* systolic in value, diastolic in amount[0] */
	DEMO_VALUE_CT				/* code, noise in amount[0] (tenths), dose in amount[1] */
} DemoValue;

typedef enum DemoOrigin
{
	DEMO_PAID,
	DEMO_DENIED,
	DEMO_REVERSED
} DemoOrigin;

#define DEMO_MAX_DIAGNOSES 12

/* Which of the amounts. */
enum
{
	DEMO_CHARGE,
	DEMO_ALLOWED,
	DEMO_PAID_AMOUNT,
	DEMO_MEMBER
};

/*
 * One event.  Fields that a kind does not need are 0, times DEMO_NO_TIME,
 * providers -1.
 */
typedef struct DemoEvent
{
	uint8		kind;			/* DemoKind */
	uint8		status;			/* DemoStatus */
	uint8		value_kind;		/* DemoValue */
	uint8		scale;			/* of value */
	uint8		origin;			/* DemoOrigin of claims and lines */
	uint8		payer;			/* of claims and coverage */
	bool		refused;		/* request not to perform */
	int32		number;			/* within the person and kind, from 1 */
	int32		encounter;		/* number; 0: none */
	int32		request;		/* DISPENSE: of the request; CLAIM_LINE: of the claim */
	int32		line;			/* CLAIM_LINE */
	uint16		code;
	uint16		category;
	uint16		reason;			/* why, why not, disposition of encounters */
	uint16		value_code;
	PhmDateTime start;
	PhmDateTime end;
	PhmDateTime recorded;
	int64		value;			/* mantissa, number, or time */
	const char *unit;
	int32		practitioner;
	int32		location;
	int32		quantity;		/* units dispensed or billed */
	int32		days;			/* of supply */
	int32		refills;
	int64		amount[4];		/* claims: DEMO_CHARGE ... in cents */
	const DemoCoding *bill;		/* CLAIM_LINE */
	const DemoVisitDef *visit;	/* ENCOUNTER, CLAIM, CLAIM_LINE */
	const char *drg;
	uint16		ndiagnoses;		/* ENCOUNTER, CLAIM: principal first */
	uint16		diagnoses[DEMO_MAX_DIAGNOSES];
	int32		conditions[DEMO_MAX_DIAGNOSES];	/* their numbers */
} DemoEvent;

/* A person, and what is known of the life before it is told. */
typedef struct DemoPerson
{
	const DemoSettings *settings;
	int64		number;
	uint64		random;
	char		sex;			/* 'm' or 'f' */
	int			birth;			/* days */
	int			first_day;		/* of the record: begin, birth or arrival */
	int			last_day;		/* as_of, departure or death */
	int			death;			/* DEMO_NEVER */
	int			onset[DEMO_CONDITION_COUNT];
	int			end[DEMO_CONDITION_COUNT];	/* when it is over */
	int32		problem[DEMO_CONDITION_COUNT];	/* number of the Condition on the problem list */
	bool		traits[8];		/* DEMO_TRAIT_... - 1000 */
	bool		avoids;			/* seeks no care unless ill */
	bool		loyal;			/* sees the own doctor */
	int			height;			/* millimetres as an adult */
	int			build;			/* BMI as an adult, tenths */
	int			systolic;		/* usual, without treatment */
	int			community;
	int			doctor;			/* practitioner */
	int			pediatrician;
	DemoCoverage coverage[DEMO_MAX_COVERAGE];
	int			ncoverage;
	int			family_name;
	int			given_name;
	int			race;
	bool		hispanic;
	const DemoCity *city;
} DemoPerson;

typedef void (*DemoSink) (void *arg, const DemoPerson *person, const DemoEvent *event);

typedef struct DemoCare DemoCare;

/* Working memory that is reused from person to person; palloc'd. */
extern DemoCare *demo_care_create(void);

/* Tells the life of person number 1, 2 ... of a population. */
extern void demo_person_tell(DemoCare *care, const DemoSettings *settings, int64 number,
							 DemoSink sink, void *arg);

/* The person without the events, for those who only count. */
extern void demo_person_make(DemoPerson *person, const DemoSettings *settings, int64 number);

/* A stable hash of everything in an event. */
extern uint64 demo_event_hash(const DemoEvent *event);

/* A population's mark in ids: depends on all settings. */
extern uint32 demo_settings_mark(const DemoSettings *settings);

static inline int
demo_age_months(const DemoPerson *p, int day)
{
	return (int) ((int64) (day - p->birth) * 48 / 1461);
}

static inline int
demo_age(const DemoPerson *p, int day)
{
	return (int) ((int64) (day - p->birth) * 4 / 1461);
}

/* Whether the person has the condition on a day. */
static inline bool
demo_has(const DemoPerson *p, int condition, int day)
{
	return p->onset[condition] <= day && day < p->end[condition];
}

/* The payer of a day. */
extern DemoPayer demo_payer(const DemoPerson *p, int day);

#endif							/* DEMO_POPULATION_H */
