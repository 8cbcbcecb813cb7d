/*
 * comorbidity.h: comorbidity indexes (Charlson, Elixhauser, Elixhauser
 * Refined, Hospital Frailty Risk Score and others of the shape) as one flat
 * value, and the engine that scores a person or a stay with it.
 *
 * An index sorts diagnoses into conditions with a grouper of its own, whose
 * category i is condition i; one more category, where there is one, holds the
 * diagnoses exempt from present-on-admission reporting.  Rules drop, add and
 * hide conditions; sets of weights give scores.  Integers are little-endian
 * and sections begin at multiples of 8:
 *
 *    0  vl_len_ | version u8 | flags u8 | conditions u16
 *    8  hash u64 over the rest (and over version, flags, conditions)
 *   16  sets of weights, rules, ages, fiscal year: u16
 *   24  bytes of names, bytes of grouper: u32
 *   32  name, 0: u32
 *   40  poa     u64[4]                   conditions that must be present on admission
 *       hidden  u64[4]                   conditions that only rules see
 *       sets    name u32, decimals u32   each
 *       weights i32[sets][conditions]    in units of the last decimal
 *       rules   op u16, condition u16, 0 u32, when u64[4], unless u64[4]
 *       ages    from u16, points u16
 *       names   NUL-terminated
 *       grouper a phm.grouper_model value whose length word is 0
 */
#ifndef COMORBIDITY_H
#define COMORBIDITY_H

#include "risk/grouper.h"

#define COMORBIDITY_VERSION 1
#define COMORBIDITY_HEADER 40
#define COMORBIDITY_POA 1		/* flag: some conditions must be present on admission */
#define COMORBIDITY_SECONDARY 2	/* flag: the principal diagnosis does not count */
#define COMORBIDITY_SLICE 4		/* flag: without codes */
#define COMORBIDITY_WORDS 4
#define COMORBIDITY_MAX 256		/* conditions */
#define COMORBIDITY_MAX_SETS 8
#define COMORBIDITY_MAX_RULES 256
#define COMORBIDITY_MAX_AGES 16
#define COMORBIDITY_MAX_WEIGHT 1000000
#define COMORBIDITY_MAX_DECIMALS 3
#define COMORBIDITY_MAX_AGE 120
#define COMORBIDITY_RULE_SIZE 72

typedef enum ComorbidityOp
{
	COMORBIDITY_DROP,			/* condition goes when one of when is present */
	COMORBIDITY_SET				/* condition comes when one of when is present, and unless has none that came in the stay */
} ComorbidityOp;

/* Where the parts of an index are; made by comorbidity_view, points into the value. */
typedef struct Comorbidity
{
	const uint8 *value;
	Size		size;
	uint64		hash;
	int			flags;
	int			n;				/* conditions */
	int			nsets;
	int			nrules;
	int			nages;
	int			fiscal_year;
	uint32		name_bytes;
	const char *name;
	uint64		poa[COMORBIDITY_WORDS];
	const uint8 *hidden;
	const uint8 *sets;
	const uint8 *weights;
	const uint8 *rules;
	const uint8 *ages;
	const char *names;
	const uint8 *grouper_value;
	Size		grouper_size;
	Grouper		grouper;
} Comorbidity;

/* One person, or one stay, in the making. */
typedef struct ComorbidityWork
{
	const Comorbidity *index;
	int			age;			/* -1: not known */
	int			codes;			/* given */
	int			ungrouped;		/* of them, in no condition */
	uint64		present[COMORBIDITY_WORDS];
	uint64		arisen[COMORBIDITY_WORDS];	/* not present on admission: N or U */
	uint64		unknown[COMORBIDITY_WORDS]; /* present on admission must be known, and is not */
} ComorbidityWork;

typedef struct ComorbidityResult
{
	uint64		conditions[COMORBIDITY_WORDS];	/* after the rules, without hidden ones */
	uint64		unknown[COMORBIDITY_WORDS]; /* might be there: present on admission is not known */
	int			count;
	int			age_points;		/* 0 when the age is not known */
	int64		scores[COMORBIDITY_MAX_SETS];	/* without age points, in units of the last decimal */
} ComorbidityResult;

/* What a diagnosis means for one of its conditions; the numbers are stored. */
typedef enum ComorbidityKind
{
	COMORBIDITY_UNREPORTED,		/* not counted, and not known to have arisen in the stay */
	COMORBIDITY_PRESENT,		/* counts */
	COMORBIDITY_ARISEN,			/* not counted: not present on admission */
	COMORBIDITY_UNKNOWN			/* present on admission must be known, and is not */
} ComorbidityKind;

/* What a diagnosis means for an index. */
typedef struct ComorbidityFound
{
	int			n;				/* conditions */
	const uint16 *conditions;	/* read with grouper_at */
	bool		exempt;			/* from present-on-admission reporting */
} ComorbidityFound;

/*
 * comorbidity.c: scoring; nothing here allocates.  begin once, add each
 * diagnosis in any order, repeated or not, finish.  poa is the
 * present-on-admission letter in either case (Y, W: present; N, U: not;
 * anything else, such as 1 or a blank: not reported), 0 where the data have
 * none.  principal is for the indexes of secondary diagnoses.
 */
extern bool comorbidity_view(Comorbidity *c, const void *value, Size size, PhmError *err);
extern void comorbidity_begin(ComorbidityWork *w, const Comorbidity *index, int age);
extern void comorbidity_add(ComorbidityWork *w, const char *code, Size length, bool principal, char poa);
extern void comorbidity_add_code(ComorbidityWork *w, const GrouperCode *code, bool principal, char poa);
extern void comorbidity_finish(const ComorbidityWork *w, ComorbidityResult *r);
extern ComorbidityFound comorbidity_find(const Comorbidity *c, const GrouperCode *code);
extern ComorbidityKind comorbidity_kind(const Comorbidity *c, const ComorbidityFound *found, int i, char poa);
extern void comorbidity_note(ComorbidityWork *w, int condition, ComorbidityKind kind);
extern const char *comorbidity_condition(const Comorbidity *c, int condition);
extern const char *comorbidity_label(const Comorbidity *c, int condition);
extern const char *comorbidity_set_name(const Comorbidity *c, int set);
extern int	comorbidity_decimals(const Comorbidity *c, int set);
extern int32 comorbidity_weight(const Comorbidity *c, int set, int condition);

static inline bool
comorbidity_has(const uint64 *set, int condition)
{
	return set[condition / 64] >> (condition % 64) & 1;
}

/* comorbidity_build.c: writing and checking; allocates with palloc */
typedef struct ComorbidityRule
{
	int			op;
	int			condition;
	uint64		when[COMORBIDITY_WORDS];
	uint64		unless[COMORBIDITY_WORDS];
} ComorbidityRule;

typedef struct ComorbidityParts
{
	const char *name;
	int			flags;
	int			fiscal_year;
	int			n;
	int			nsets;
	int			nrules;
	int			nages;
	uint64		poa[COMORBIDITY_WORDS];
	uint64		hidden[COMORBIDITY_WORDS];
	const char *set_names[COMORBIDITY_MAX_SETS];
	int			decimals[COMORBIDITY_MAX_SETS];
	int32		weights[COMORBIDITY_MAX_SETS][COMORBIDITY_MAX];
	ComorbidityRule rules[COMORBIDITY_MAX_RULES];
	int			age_from[COMORBIDITY_MAX_AGES];
	int			age_points[COMORBIDITY_MAX_AGES];
	const uint8 *grouper;		/* a phm.grouper_model value */
	Size		grouper_size;
} ComorbidityParts;

extern struct varlena *comorbidity_write(const ComorbidityParts *parts);
extern bool comorbidity_check(const void *value, Size size, PhmError *err);
extern struct varlena *comorbidity_slice(const Comorbidity *c);

#endif							/* COMORBIDITY_H */
