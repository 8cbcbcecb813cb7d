/*
 * stay.h: hospital stays and emergency visits out of encounter or claim rows.
 *
 * Rows of one patient are put in order (stay_compare) and walked once
 * (stay_build); caller and callee share two arrays, nothing is allocated.
 * Days are days since 2000-01-01, as the server's date.
 *
 *   StayRow row = {.first = .., .last = .., .kind = stay_kind(..), ..};
 *   qsort(rows, n, sizeof(StayRow), stay_compare);
 *   nstays = stay_build(rows, n, join_transfers, stays);
 *
 * Afterwards rows[i].stay is the stay that took the row, or -1 and
 * rows[i].why says why none did: no row disappears unnoticed.
 */
#ifndef STAY_H
#define STAY_H

#include "phm_port.h"

#define STAY_NO_DAY PG_INT32_MIN
#define STAY_OPEN PG_INT32_MAX	/* last day of somebody who is still there */
#define STAY_MAX_DAY 2921940	/* 9999-12-31 */
#define STAY_MIN_DAY (-730119)	/* 0001-01-01 */

/* What a row tells of; in the order in which rows of one day are walked. */
typedef enum StayKind
{
	STAY_UNKNOWN,				/* class and bill type say nothing that is understood */
	STAY_OTHER,					/* outpatient, home, virtual */
	STAY_NONACUTE,				/* psychiatric, rehabilitation, long-term or nursing facility */
	STAY_ED,
	STAY_OBSERVATION,
	STAY_INPATIENT				/* acute */
} StayKind;

/* UB-04 form locator 14; numbers as there. */
typedef enum StayAdmission
{
	STAY_ADMISSION_UNKNOWN = 0, STAY_EMERGENCY = 1, STAY_URGENT = 2, STAY_ELECTIVE = 3,
	STAY_NEWBORN = 4, STAY_TRAUMA = 5
} StayAdmission;

/* Patient discharge status of UB-04 form locator 17, as far as rules ask for it. */
#define STAY_LEFT_AGAINST_ADVICE 7
#define STAY_DIED 20
#define STAY_STILL_PATIENT 30

/* Why a row is in no stay. */
typedef enum StayWhy
{
	STAY_TAKEN, STAY_NO_START, STAY_ENDS_BEFORE_START, STAY_VOID, STAY_NOT_ACUTE,
	STAY_OUTPATIENT, STAY_NOT_UNDERSTOOD
} StayWhy;

typedef struct StayRow
{
	int32		first;			/* STAY_NO_DAY: not known */
	int32		last;			/* STAY_NO_DAY: not known */
	uint64		facility;		/* any number that tells facilities apart, 0: not known */
	uint64		principal;		/* any number that tells diagnoses apart, 0: not known */
	int32		row;			/* the caller's, not looked at but to break ties */
	int32		stay;			/* out: index of the stay, -1: none */
	uint8		kind;			/* StayKind */
	uint8		admission;		/* StayAdmission */
	uint8		disposition;	/* 0: not known */
	uint8		frequency;		/* last digit of the bill type, 0: not known */
	char		source;			/* point of origin, '\0': not known */
	bool		ed;				/* the row itself shows emergency services */
	uint8		why;			/* out: StayWhy */
} StayRow;

typedef struct Stay
{
	int32		first;
	int32		last;			/* STAY_OPEN: not over */
	int32		reach;			/* latest last of this and all stays before */
	int32		ed;				/* day on which the emergency visit before it began, or STAY_NO_DAY */
	int32		part_of;		/* emergency, observation: index of the inpatient stay it led to, or -1 */
	int32		nrows;
	int32		opening;		/* index of the row of the admission */
	int32		closing;		/* index of the row of the discharge */
	uint64		facility;		/* of the admission */
	uint64		last_facility;	/* of the discharge */
	uint64		principal;		/* of the discharge */
	uint8		kind;
	uint8		admission;
	uint8		disposition;
	char		source;
	bool		transfer_in;	/* came from another acute hospital on the same or the next day */
	bool		transfer_out;	/* went to one */
	bool		interim;		/* the last bill says that others follow */
} Stay;

/* What a class word and a bill type (UB-04 form locator 4, three or four characters) tell. */
extern StayKind stay_kind(const char *class_word, Size class_length,
						  const char *bill, Size bill_length, bool ed);

/* Last digit of a bill type, 0 when there is none. */
extern int	stay_frequency(const char *bill, Size length);

/* An admission type as code or word; unknown words and 9 are STAY_ADMISSION_UNKNOWN. */
extern StayAdmission stay_admission(const char *word, Size length);

/* A discharge status: one or two digits, else 0. */
extern int	stay_disposition(const char *word, Size length);

/* A number for a facility or code: letters and digits in either case; 0 for none. */
extern uint64 stay_key(const char *word, Size length);

/* The order in which rows are walked. */
extern int	stay_compare(const void *a, const void *b);

/*
 * Stays out of rows in order; stays has room for n.  join_transfers makes one
 * stay of those that a transfer connects.  Returns the number of stays, which
 * are in order of their first day.
 */
extern int	stay_build(StayRow *rows, int n, bool join_transfers, Stay *stays);

/* Emergency or urgent: by its admission type, or through the emergency department where that is not known. */
extern bool stay_is_acute(const Stay *stay);

/* Days between admission and discharge, 0 for the same day; -1 while it is not over. */
extern int	stay_length(const Stay *stay);

/* Is the discharge known: not open, and no status of a patient who is still there? */
extern bool stay_is_over(const Stay *stay);

/* The day so many months before another; the last of the month where that has no such day. */
extern int32 stay_months_before(int32 day, int months);

extern const char *stay_kind_name(int kind);
extern const char *stay_admission_name(int admission);
extern const char *stay_why_text(int why);

#endif							/* STAY_H */
