/*
 * adherence.h: how much of a time a person had a drug at hand: proportion of
 * days covered (PDC), medication possession ratio (MPR), gaps, next refill.
 *
 * One AdherenceWork is one person and one class of drugs in one period:
 * adherence_begin, adherence_add once for each fill in any order,
 * adherence_finish.  The fills lie in memory of the caller, the rest in the
 * work; nothing is allocated.  After adherence_finish the fills are sorted and
 * say what became of each.  Days are days since 2000-01-01, as in date.
 *
 * Rules (PQA, as CMS uses them in the Part D star ratings; general knowledge,
 * unverified): a fill covers as many days as it has supply, from the day of the
 * fill on; while an earlier fill of the same ingredient still lasts it begins
 * the day after; ingredients of the class do not shift each other, and a day
 * counts once.  The treatment period begins with the first fill.  On days in a
 * facility nothing is used up; they count in neither numerator nor denominator.
 */
#ifndef ADHERENCE_H
#define ADHERENCE_H

#include "phm_port.h"

#define ADHERENCE_MAX_DAYS 4096	/* of a period */
#define ADHERENCE_MAX_SUPPLY 1098	/* three years: more is an error of the source */
#define ADHERENCE_MAX_FILLS 65536
#define ADHERENCE_FILL_DRUGS 4	/* ingredients of one fill that are told apart */
#define ADHERENCE_MAX_DRUGS 64	/* ingredients of a class */
#define ADHERENCE_MAX_DAY 1000000000
#define ADHERENCE_NO_DAY PG_INT32_MIN
#define ADHERENCE_NO_SUPPLY PG_INT32_MIN
#define ADHERENCE_WORDS (ADHERENCE_MAX_DAYS / 64)

/* What became of a fill. */
typedef enum AdherenceWhy
{
	ADHERENCE_COUNTED, ADHERENCE_NO_DATE, ADHERENCE_WITHOUT_SUPPLY, ADHERENCE_TOO_LONG,
	ADHERENCE_NEGATIVE, ADHERENCE_REVERSED, ADHERENCE_DUPLICATE, ADHERENCE_BEFORE_BIRTH,
	ADHERENCE_AFTER_DEATH, ADHERENCE_BEFORE_PERIOD, ADHERENCE_AFTER_PERIOD, ADHERENCE_WHYS
} AdherenceWhy;

typedef struct AdherenceFill
{
	int32		day;			/* or ADHERENCE_NO_DAY */
	int32		supply;			/* in days, or ADHERENCE_NO_SUPPLY */
	int32		number;			/* in the order of adding, from 0 */
	uint16		origin;			/* who tells of it; 0: no matter */
	uint8		reversed;		/* the source says so */
	uint8		why;			/* AdherenceWhy */
	uint64		drugs[ADHERENCE_FILL_DRUGS];	/* ascending; unused places last, 0 */
	int32		first;			/* day covered first */
	int32		last;			/* and last; before first: none */
} AdherenceFill;

/* The ingredients that a person has had, and from when on the next fill can be used. */
typedef struct AdherenceDrug
{
	uint64		drug;
	int32		free;
} AdherenceDrug;

typedef struct AdherenceWork
{
	int32		from;			/* the period: from, up to but without until */
	int32		until;
	int32		birth;			/* or ADHERENCE_NO_DAY */
	int32		death;
	bool		carry_in;		/* supply of earlier fills counts */
	AdherenceFill *fills;
	int			room;
	int			nfills;
	int			ndrugs;
	AdherenceDrug drugs[ADHERENCE_MAX_DRUGS];
	uint64		stays[ADHERENCE_WORDS];		/* days of the period in a facility */
	uint64		covered[ADHERENCE_WORDS];
} AdherenceWork;

typedef struct AdherenceResult
{
	int			fills;			/* that count */
	int			fill_days;		/* different days of these in the period */
	int			ignored[ADHERENCE_WHYS];
	bool		treated;		/* there is a treatment period */
	int32		from;			/* treatment period */
	int32		until;
	int			days;			/* of it, without those in a facility */
	int			stay_days;
	int			covered;
	int			gap_days;
	int			ngaps;
	int			longest_gap;
	int64		supply;			/* days of supply of the fills that count */
	int32		last_covered;	/* in the period, or ADHERENCE_NO_DAY */
	int32		next_due;		/* first day after all supply, or ADHERENCE_NO_DAY */
} AdherenceResult;

/* adherence.c */
extern bool adherence_begin(AdherenceWork *work, AdherenceFill *fills, int room,
							int32 from, int32 until, PhmError *err);
extern void adherence_person(AdherenceWork *work, int32 birth, int32 death);
extern void adherence_stay(AdherenceWork *work, int32 from, int32 until);
extern bool adherence_drugs(const char *text, Size len, uint64 *drugs, PhmError *err);
extern bool adherence_add(AdherenceWork *work, const uint64 *drugs, int32 day, int32 supply,
						  int origin, bool reversed, PhmError *err);
extern bool adherence_finish(AdherenceWork *work, AdherenceResult *result, PhmError *err);
extern bool adherence_gap(const AdherenceWork *work, const AdherenceResult *result,
						  int32 *day, int *days);
extern int64 adherence_ratio(int64 part, int64 whole);
extern const char *adherence_why(AdherenceWhy why);

#endif							/* ADHERENCE_H */
