/*
 * hcc.h: risk-adjustment models of the CMS-HCC family as one flat value, and
 * the engine that scores a person with it.
 *
 * A model holds everything of one model and payment year: the diagnosis
 * table with its age and sex edits, hierarchies, segments, relative factors,
 * interactions and the factors of the payment score.  It is written once
 * (hcc_finish.c), checked whenever it comes from outside (hcc_check) and then
 * read in place.  All integers are little-endian, every section starts at a
 * multiple of 8, and the places of the sections follow from the counts in the
 * header, so that a model has one form only:
 *
 *    0  vl_len_ | version u8 | flags u8 | payment year u16
 *    8  hash u64 over the rest (and over version, flags, year)
 *   16  ncc, nwords, nvars, nsegments, nselectors, nadjusts, nrequires, 0: u16
 *   32  nbuckets, ndx, nrules, nclauses: u32
 *   48  nterms, bytes of names, place of name, place of prefix: u32
 *   64  payable   u64[nwords]              categories that have a factor anywhere
 *       drops     u64[ncc][nwords]         what a category suppresses
 *       has       u64[nsegments][nwords]   categories with a factor in the segment
 *       requires  (cc u64, u64[nwords])    a category that counts only beside others
 *       clauses   u64[nclauses][nwords]    "at least one of these", by variable
 *       dx        u64[ndx]                 key << 16 | first rule, by hash of the key
 *       vars      40 bytes each: when (24), count from, to u16, clauses u16,
 *                 kind u8, 0 u8, first clause u32, name u32
 *       selectors 40 bytes each: when (24), segment, adjust, divisor u32, 0 u32
 *       segments  name, first term, terms, 0: u32
 *       adjusts   series name, normalization (0: not known, raw scores only),
 *                 coding intensity, 0: u32
 *       terms     variable u32, factor i32
 *       factors   i32[nsegments][ncc]
 *       buckets   u32[nbuckets + 1]        first entry of dx by top bits of the hash
 *       rules     cc u16, age from, to u8, sexes u8, last u8, 0 u16
 *       numbers   u16[ncc]                 category numbers, ascending
 *       names     NUL-terminated
 *
 * when: flags needed u64, flags forbidden u64, age from, to, entry age from,
 * to: u8, 0 u32.  Factors, divisors and rates are in millionths.
 */
#ifndef HCC_H
#define HCC_H

#include "phm_port.h"

#define HCC_VERSION 1
#define HCC_MCE 1				/* flag: Medicare Code Editor ages are applied */
#define HCC_SLICE 2				/* flag: one segment without diagnoses */
#define HCC_SCALE 1000000
#define HCC_HEADER 64
#define HCC_WORDS 4				/* at most 256 categories */
#define HCC_MAX_CC (HCC_WORDS * 64)
#define HCC_MAX_NUMBER 9999
#define HCC_MAX_VARS 2048
#define HCC_MAX_SEGMENTS 64
#define HCC_MAX_SELECTORS 255
#define HCC_MAX_RULES 65535
#define HCC_MAX_DX 1000000
#define HCC_MAX_CLAUSES 8192
#define HCC_MIN_RATE 1000		/* 0.001, for divisors and normalization */
#define HCC_MAX_RATE 100000000	/* 100 */
#define HCC_MAX_FACTOR 1000000000	/* 1000 */
#define HCC_MAX_AGE 150
#define HCC_NO_AGE 255			/* no upper limit */
#define HCC_MAX_TERMS (HCC_MAX_CC + HCC_MAX_VARS)

/* What is known about a person, as conditions name it; bit numbers are stored. */
typedef enum HccFlag
{
	HCC_MALE, HCC_FEMALE, HCC_AGED, HCC_DISABLED, HCC_ORIGINALLY_DISABLED,
	HCC_ORIGINALLY_ESRD, HCC_OREC_1, HCC_MEDICAID, HCC_FULL_DUAL, HCC_PARTIAL_DUAL,
	HCC_LTI, HCC_NEW_ENROLLEE, HCC_SNP, HCC_LOW_INCOME, HCC_ESRD, HCC_ENTRY_AGED,
	HCC_DIALYSIS, HCC_TRANSPLANT, HCC_FUNCTIONING_GRAFT, HCC_GRAFT_1, HCC_GRAFT_2,
	HCC_GRAFT_3, HCC_GRAFT_4_9, HCC_GRAFT_10, HCC_GRAFT_AGED,
	HCC_FLAGS
} HccFlag;

#define HCC_FLAG(f) (UINT64CONST(1) << (f))

typedef enum HccDual
{
	HCC_NOT_DUAL, HCC_FULL, HCC_PARTIAL
} HccDual;

/* A person as given; unknown values have been replaced by their defaults. */
typedef struct HccPerson
{
	int			age;
	int			sex;			/* 1 male, 2 female */
	int			orec;
	int			graft_months;
	HccDual		dual;
	bool		new_enrollee;
	bool		snp;
	bool		low_income;
	bool		lti;
	bool		esrd;
} HccPerson;

/* A person as conditions see it. */
typedef struct HccSubject
{
	uint64		flags;
	uint8		age;
	uint8		entry_age;		/* 65 for a new enrollee of 64 with OREC 0 */
} HccSubject;

typedef struct HccWhen
{
	uint64		need;
	uint64		forbid;
	uint8		age_min;
	uint8		age_max;
	uint8		entry_min;
	uint8		entry_max;
} HccWhen;

typedef enum HccKind
{
	HCC_KIND_CELL, HCC_KIND_PERSON, HCC_KIND_INTERACTION, HCC_KIND_COUNT, HCC_KIND_CC
} HccKind;

/* Where the sections of a model are. */
typedef struct HccView
{
	const uint8 *model;
	Size		size;
	int			flags;
	int			payment_year;
	uint64		hash;
	int			ncc;
	int			nwords;
	int			nvars;
	int			nsegments;
	int			nselectors;
	int			nadjusts;
	int			nrequires;
	uint32		nbuckets;
	uint32		ndx;
	uint32		nrules;
	uint32		nclauses;
	uint32		nterms;
	uint32		name_bytes;
	int			shift;			/* hash >> shift is the bucket */
	const char *name;
	const char *prefix;
	const uint8 *payable;
	const uint8 *drops;
	const uint8 *has;
	const uint8 *requires;
	const uint8 *clauses;
	const uint8 *dx;
	const uint8 *vars;
	const uint8 *selectors;
	const uint8 *segments;
	const uint8 *adjusts;
	const uint8 *terms;
	const uint8 *factors;
	const uint8 *buckets;
	const uint8 *rules;
	const uint8 *numbers;
	const char *names;
} HccView;

#define HCC_VAR_SIZE 40
#define HCC_SELECTOR_SIZE 40
#define HCC_ENTRY_SIZE 16		/* segments, adjusts */

typedef struct HccTerm
{
	int32		factor;
	uint16		kind;			/* HccKind */
	uint16		index;			/* of the category or variable */
} HccTerm;

typedef struct HccScore
{
	int			segment;		/* -1: no segment takes this person */
	uint32		divisor;
	uint32		normalization;	/* 0: not known, there is no payment score */
	uint32		coding_intensity;
	uint64		mapped[HCC_WORDS];
	uint64		counted[HCC_WORDS];
	int			payment_hccs;
	int64		sum;			/* of the factors */
	int			nterms;
	HccTerm		terms[HCC_MAX_TERMS];
} HccScore;

/* What becomes of a code when it is mapped. */
typedef enum HccUse
{
	HCC_UNMAPPED,				/* the model of the year has no such code */
	HCC_EDITED,					/* it has, but not for this age and sex */
	HCC_MAPPED
} HccUse;

/* One person while diagnoses come in: hcc_begin, hcc_add for each, hcc_finish. */
typedef struct HccWork
{
	const HccView *model;
	HccSubject	subject;
	uint64		mapped[HCC_WORDS];
	uint32		codes[HCC_MAPPED + 1];	/* how many met each HccUse */
} HccWork;

/* hcc.c: reading and scoring */
extern void hcc_begin(HccWork *work, const HccView *model, const HccSubject *subject);
extern HccUse hcc_add(HccWork *work, const char *code, Size len);
extern void hcc_finish(const HccWork *work, bool want_terms, HccScore *score);
extern bool hcc_subject(const HccPerson *person, HccSubject *subject, PhmError *err);
extern int	hcc_flag_of(const char *word, Size len);
extern uint64 hcc_code_key(const char *code, Size len);
extern bool hcc_has_icd10_form(const char *code, Size len);
extern uint64 hcc_hash(const void *bytes, Size size);
extern uint64 hcc_key_hash(uint64 key);
extern HccUse hcc_map(const HccView *v, const HccSubject *subject,
					  const char *code, Size len, uint64 *mapped);
extern void hcc_score(const HccView *v, const HccSubject *subject,
					  const uint64 *mapped, bool want_terms, HccScore *score);
extern bool hcc_when_holds(const uint8 *when, const HccSubject *subject);
extern int	hcc_select(const HccView *v, const HccSubject *subject);
extern int64 hcc_raw(const HccScore *score);
extern int64 hcc_normalized(const HccScore *score);
extern int64 hcc_payment(const HccScore *score);
extern int	hcc_number(const HccView *v, int cc);
extern const char *hcc_variable_name(const HccView *v, int variable);
extern const char *hcc_segment_name(const HccView *v, int segment);
extern bool hcc_because(const HccView *v, const HccTerm *term, int cc);

/* hcc_parts.c: the layout: finding sections, checking, writing, cutting a slice */
typedef struct HccRule
{
	uint16		cc;
	uint8		age_min;
	uint8		age_max;
	uint8		sexes;			/* 1 male, 2 female, 3 both */
	uint8		last;
} HccRule;

typedef struct HccVar
{
	HccWhen		when;
	uint16		count_min;
	uint16		count_max;		/* 0: the count does not matter */
	uint16		nclauses;
	uint8		kind;
	uint32		first_clause;
	const char *name;
} HccVar;

typedef struct HccSelector
{
	HccWhen		when;
	uint32		segment;
	uint32		adjust;
	uint32		divisor;
} HccSelector;

typedef struct HccSegment
{
	const char *name;
	uint32		first_term;
	uint32		nterms;
} HccSegment;

typedef struct HccAdjust
{
	const char *series;
	uint32		normalization;
	uint32		coding_intensity;
} HccAdjust;

typedef struct HccPair
{
	uint32		variable;
	int32		factor;
} HccPair;

typedef struct HccRequire
{
	uint64		cc;
	uint64		any_of[HCC_WORDS];
} HccRequire;

/* Masks are rows of HCC_WORDS words here, of nwords words in a model. */
typedef struct HccParts
{
	const char *name;
	const char *prefix;
	int			flags;
	int			payment_year;
	int			ncc;
	int			nvars;
	int			nsegments;
	int			nselectors;
	int			nadjusts;
	int			nrequires;
	uint32		ndx;
	uint32		nrules;
	uint32		nclauses;
	uint32		nterms;
	uint64		payable[HCC_WORDS];
	uint64		(*drops)[HCC_WORDS];
	uint64		(*has)[HCC_WORDS];
	HccRequire *requires;
	uint64		(*clauses)[HCC_WORDS];
	uint64	   *dx;
	HccVar	   *vars;
	HccSelector *selectors;
	HccSegment *segments;
	HccAdjust  *adjusts;
	HccPair    *terms;
	int32	   *factors;
	HccRule    *rules;
	uint16	   *numbers;
} HccParts;

extern bool hcc_view(HccView *v, const void *model, Size size, PhmError *err);
extern bool hcc_check(const void *model, Size size, PhmError *err);
extern struct varlena *hcc_write(const HccParts *parts);
extern void hcc_parts(const HccView *v, HccParts *parts);
extern struct varlena *hcc_slice(const HccView *v, int selector);

/* hcc_build.c, hcc_finish.c: a model from the rows of its tables */
typedef struct HccBuild HccBuild;

extern HccBuild *hcc_build(const char *name, int payment_year, const char *prefix, bool mce);
extern bool hcc_build_map(HccBuild *b, int cc, int age_min, int age_max, int sex,
						  int mce_min, int mce_max, const char *codes, PhmError *err);
extern bool hcc_build_drop(HccBuild *b, int cc, int drops, PhmError *err);
extern bool hcc_build_require(HccBuild *b, int cc, const int32 *any_of, int n, PhmError *err);
extern bool hcc_build_variable(HccBuild *b, const char *name, const char *op,
							   const char *args, PhmError *err);
extern bool hcc_build_adjust(HccBuild *b, const char *series, int64 normalization,
							 int64 coding_intensity, PhmError *err);
extern bool hcc_build_segment(HccBuild *b, const char *name, const char *condition,
							  int64 divisor, const char *series, PhmError *err);
extern bool hcc_build_factor(HccBuild *b, const char *segment, const char *variable,
							 int64 factor, PhmError *err);
extern struct varlena *hcc_build_finish(HccBuild *b, PhmError *err);

#endif							/* HCC_H */
