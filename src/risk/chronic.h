/*
 * chronic.h: definitions of chronic conditions by claims (such as those of
 * the Chronic Conditions Data Warehouse) as one flat value, and the engine
 * that finds the conditions of a person in claims.
 *
 * A condition is met by one of its rules: so many claims of some kinds, on
 * different days of the look-back years, with a code of the condition in some
 * code systems.  Codes that a rule counts also do not suffice alone; a claim
 * with an excluding code does not count at all.  Integers are little-endian
 * and sections begin at multiples of 8:
 *
 *    0  vl_len_ | version u8 | flags u8 | conditions u16
 *    8  hash u64 over the rest (and over version, flags, conditions)
 *   16  rules, categories of the grouper u16, bytes of the grouper u32
 *   24  conditions: category, category of excluding codes u16, look-back years, status u8, first rule u16
 *       rules: condition, category counted also, kinds, systems u16, claims u8, 0 (7 bytes)
 *       places u16[categories of the grouper], padded: condition of a category; 65535: of none;
 *              65534: it is excluding or counted also, so that all conditions must be asked
 *       grouper: a phm.grouper_model value whose length word is 0
 *
 * Category 65535: none.  kinds are bits of ChronicKind, systems of the code
 * systems of the grouper.  Rules are in the order of their conditions.
 */
#ifndef CHRONIC_H
#define CHRONIC_H

#include "risk/grouper.h"

#define CHRONIC_VERSION 1
#define CHRONIC_HEADER 24
#define CHRONIC_ROW 8			/* bytes of a condition */
#define CHRONIC_RULE 16			/* bytes of a rule */
#define CHRONIC_SLICE 1			/* flag: without codes */
#define CHRONIC_MAX 256			/* conditions */
#define CHRONIC_MAX_RULES 512
#define CHRONIC_MAX_CLAIMS 4	/* that a rule asks for */
#define CHRONIC_MAX_YEARS 10
#define CHRONIC_NONE 65535
#define CHRONIC_ASK 65534
#define CHRONIC_NO_DAY PG_INT32_MAX
#define CHRONIC_MIN_DAY (-2451545)	/* days are days since 2000-01-01, within what dates can be */
#define CHRONIC_MAX_DAY 100000000

/* Kinds of claims; the numbers are stored. */
typedef enum ChronicKind
{
	CHRONIC_INPATIENT, CHRONIC_SNF, CHRONIC_HHA, CHRONIC_OUTPATIENT, CHRONIC_CARRIER,
	CHRONIC_ED, CHRONIC_DRUG, CHRONIC_OTHER, CHRONIC_KINDS
} ChronicKind;

/* Where the parts of a definition are; made by chronic_view, points into the value. */
typedef struct Chronic
{
	const uint8 *value;
	Size		size;
	uint64		hash;
	int			flags;
	int			n;				/* conditions */
	int			nrules;
	const uint8 *conditions;
	const uint8 *rules;
	const uint8 *places;
	const uint8 *grouper_value;
	Size		grouper_size;
	Grouper		grouper;
} Chronic;

/* A claim that is being read: what its codes say. */
typedef struct ChronicClaim
{
	bool		open;
	int32		day;
	ChronicKind kind;
	uint16		systems[CHRONIC_MAX];	/* by condition: systems of its codes */
	uint16		also[CHRONIC_MAX];	/* by condition: systems of codes counted also */
	uint64		excluded[CHRONIC_MAX / 64];
	uint64		touched[CHRONIC_MAX / 64];	/* conditions with anything above */
} ChronicClaim;

/* One person in the making. */
typedef struct ChronicWork
{
	const Chronic *model;
	int32		as_of;
	int32		from[CHRONIC_MAX_YEARS + 1];	/* first day of so many look-back years */
	int			codes;			/* given */
	int			ungrouped;		/* of them, in no category */
	ChronicClaim claim;
	int32		days[CHRONIC_MAX_RULES][CHRONIC_MAX_CLAIMS];	/* first days of claims that count, ascending */
	int32		main[CHRONIC_MAX_RULES];	/* first day of a claim with a code that suffices */
	int32		first[CHRONIC_MAX]; /* days of the claims of a condition that count */
	int32		last[CHRONIC_MAX];
	int			claims[CHRONIC_MAX];
} ChronicWork;

/* What is found of a condition. */
typedef struct ChronicFound
{
	int32		met;			/* day on which a rule was met; CHRONIC_NO_DAY: none */
	int			rule;			/* of the conditions' rules, from 1 */
	int32		first;
	int32		last;
	int			claims;
} ChronicFound;

/*
 * chronic.c: finding; nothing here allocates.  begin once; then for each
 * claim chronic_claim (its day and kind) and chronic_add for each of its codes
 * (system as grouper_system of model->grouper gives it); then find for each
 * condition.  Claims after as_of do not count.
 */
extern bool chronic_view(Chronic *c, const void *value, Size size, PhmError *err);
extern void chronic_begin(ChronicWork *w, const Chronic *model, int32 as_of);
extern void chronic_claim(ChronicWork *w, int32 day, ChronicKind kind);
extern void chronic_add(ChronicWork *w, const char *code, Size length, int system);
extern void chronic_add_code(ChronicWork *w, const GrouperCode *code, int system);
extern void chronic_note(ChronicWork *w, int category, int system);
extern void chronic_finish(ChronicWork *w);
extern ChronicFound chronic_find(const ChronicWork *w, int condition);
extern int	chronic_category(const Chronic *c, int condition);
extern int	chronic_exclude(const Chronic *c, int condition);
extern int	chronic_years(const Chronic *c, int condition);
extern int	chronic_status(const Chronic *c, int condition);
extern bool chronic_also(const Chronic *c, int condition, int category);
extern bool chronic_counts(const Chronic *c, int condition, int kind, int system);
extern int32 chronic_years_before(int32 day, int years);

/* chronic_build.c: writing, checking, cutting a slice; allocates with palloc */
typedef struct ChronicParts
{
	int			flags;
	int			n;
	int			nrules;
	struct
	{
		int			category;
		int			exclude;
		int			years;
		int			status;		/* 0 cross-checked, 1 single source, 2 unverified, 3 own */
	}			conditions[CHRONIC_MAX];
	struct
	{
		int			condition;
		int			also;
		int			kinds;
		int			systems;
		int			claims;
	}			rules[CHRONIC_MAX_RULES];
	const uint8 *grouper;		/* a phm.grouper_model value */
	Size		grouper_size;
} ChronicParts;

extern struct varlena *chronic_write(const ChronicParts *parts);
extern bool chronic_check(const void *value, Size size, PhmError *err);
extern struct varlena *chronic_slice(const Chronic *c);

#endif							/* CHRONIC_H */
