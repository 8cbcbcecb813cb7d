/*
 * hhs.h: the HHS-HCC risk adjustment models of the individual and small-group
 * markets as one flat value, and the engine that scores a person with it.
 *
 * A model holds everything of one benefit year: codes with their age and sex
 * edits, hierarchies, groups, conditions of the variables and the factors of
 * the adult, child and infant models by metal level.  It is written once
 * (hhs_finish.c), checked whenever it comes from outside (hhs_check) and then
 * read in place.  All integers are little-endian, every section starts at a
 * multiple of 8, and the places of the sections follow from the counts in the
 * header, so that a model has one form only:
 *
 *    0  vl_len_ | version u8 | flags u8 | benefit year u16
 *    8  hash u64 over the rest (and over version, flags, year)
 *   16  ncat, nwords: u16 | variables by age group u16[3], 0 u16 | nclauses u32
 *   32  nbuckets, ncodes, nrules, bytes of names: u32
 *   48  drops     u64[ncat][nwords]      what a category suppresses
 *       has       u64[3][nwords]         categories with a factor, by age group
 *       counts    u64[3][nwords]         those that count as payment HCCs
 *       clauses   (not u64, u64[nwords]) one of these, or with not = 1 none
 *       codes     u64[ncodes]            key << 16 | first rule, by hash of the key
 *       vars      40 bytes each, by age group, cells and persons' variables
 *                 first: kind, sexes, age from, to,
 *                 months from, to, count from, to: u8, first clause, clauses:
 *                 u16, name u32, factors i32[5], 0 u32
 *       csr       u32[16]                factor by indicator, 0: none
 *       factors   i32[3][5][ncat]
 *       buckets   u32[nbuckets + 1]      first of codes by top bits of the hash
 *       rules     category u16, age from, to u8, sexes u8, last u8, 0 u16
 *       cats      name u32, kind u8, 0 u8, group by age group u8[3] (0:
 *                 none), 0 (3 bytes)
 *       names     NUL-terminated: model, categories, variables
 *
 * Categories are in the order of their kind (HHS-HCC, group, RXC, affiliated
 * cost factor) and then of their names.  Factors are in millionths.
 */
#ifndef HHS_H
#define HHS_H

#include "risk/hcc.h"

#define HHS_VERSION 1
#define HHS_MCE 1				/* flag: Medicare Code Editor edits are applied */
#define HHS_HEADER 48
#define HHS_WORDS 4				/* at most 256 categories */
#define HHS_MAX_CAT (HHS_WORDS * 64)
#define HHS_MAX_VARS 400		/* of all age groups */
#define HHS_MAX_CLAUSES 4096
#define HHS_MAX_RULES 65535
#define HHS_MAX_CODES 1000000
#define HHS_MAX_NAME 63
#define HHS_METALS 5
#define HHS_GROUPS 3			/* age groups */
#define HHS_CSR 16				/* indicators 0 to 15 */
#define HHS_MAX_AGE 120
#define HHS_NO_AGE 255			/* no upper limit */
#define HHS_MAX_TERMS (HHS_MAX_CAT + HHS_MAX_VARS)
#define HHS_VAR_SIZE 40
#define HHS_CAT_SIZE 12

typedef enum HhsAgeGroup
{
	HHS_ADULT, HHS_CHILD, HHS_INFANT
} HhsAgeGroup;

typedef enum HhsMetal
{
	HHS_PLATINUM, HHS_GOLD, HHS_SILVER, HHS_BRONZE, HHS_CATASTROPHIC
} HhsMetal;

typedef enum HhsCatKind
{
	HHS_HCC, HHS_GROUP, HHS_RXC, HHS_ACF, HHS_CAT_KINDS
} HhsCatKind;

typedef enum HhsVarKind
{
	HHS_CELL, HHS_PERSON, HHS_INTERACTION, HHS_COUNT, HHS_DURATION, HHS_MATURITY, HHS_VAR_KINDS
} HhsVarKind;

/* What a code is: an ICD-10-CM diagnosis, a drug, a procedure. */
typedef enum HhsCode
{
	HHS_DX, HHS_NDC, HHS_HCPCS, HHS_CODES
} HhsCode;

/* A person in a benefit year. */
typedef struct HhsPerson
{
	int			age;			/* on the last day of enrollment */
	int			sex;			/* 1 male, 2 female */
	HhsMetal	metal;
	int			csr;			/* cost-sharing-reduction indicator */
	int			months;			/* of enrollment, 1 to 12 */
} HhsPerson;

/* Where the sections of a model are. */
typedef struct HhsView
{
	const uint8 *model;
	Size		size;
	int			flags;
	int			benefit_year;
	uint64		hash;
	int			ncat;
	int			nwords;
	int			nvars;
	int			first_var[HHS_GROUPS + 1];
	uint32		nclauses;
	uint32		nbuckets;
	uint32		ncodes;
	uint32		nrules;
	uint32		name_bytes;
	int			shift;			/* hash >> shift is the bucket */
	const uint8 *drops;
	const uint8 *has;
	const uint8 *counts;
	const uint8 *clauses;
	const uint8 *codes;
	const uint8 *vars;
	const uint8 *csr;
	const uint8 *factors;
	const uint8 *buckets;
	const uint8 *rules;
	const uint8 *cats;
	const char *names;
} HhsView;

/* What has been found of one person so far. */
typedef struct HhsWork
{
	const HhsView *model;
	HhsPerson	person;
	HhsAgeGroup age_group;
	uint32		given;			/* codes added */
	uint32		unmapped;		/* of these, codes without a category for this person */
	uint64		mapped[HHS_WORDS];
} HhsWork;

typedef struct HhsTerm
{
	int32		factor;
	uint16		kind;			/* of a category, or HHS_CAT_KINDS + that of a variable */
	uint16		index;			/* of the category or variable */
} HhsTerm;

typedef struct HhsResult
{
	uint64		counted[HHS_WORDS]; /* after hierarchies */
	uint64		scored[HHS_WORDS];	/* members of groups replaced, without a factor left out */
	int			payment_hccs;
	uint32		csr;			/* factor of the cost-sharing reduction */
	int64		sum;
	int			nterms;
	HhsTerm		terms[HHS_MAX_TERMS];
} HhsResult;

/*
 * hhs.c: a person is begun, given codes in any order, and finished; finishing
 * changes nothing of the work, which can go on.
 */
extern bool hhs_begin(HhsWork *work, const HhsView *model, const HhsPerson *person, PhmError *err);
extern bool hhs_add(HhsWork *work, HhsCode kind, const char *code, Size len);
extern void hhs_finish(const HhsWork *work, HhsResult *result);
extern int64 hhs_score(const HhsResult *result);
extern uint64 hhs_code_key(HhsCode kind, const char *code, Size len);
extern bool hhs_find(const HhsWork *work, HhsCode kind, const char *code, Size len, uint64 *mapped);
extern bool hhs_because(const HhsWork *work, const HhsTerm *term, int category);
extern int	hhs_months(int days);
extern const char *hhs_category_name(const HhsView *v, int category);
extern HhsCatKind hhs_category_kind(const HhsView *v, int category);
extern const char *hhs_term_name(const HhsView *v, const HhsTerm *term);
extern const char *hhs_kind_name(int kind);
extern const char *const hhs_group_names[HHS_GROUPS];
extern const char *const hhs_metal_names[HHS_METALS];

/* hhs_check.c: finding the sections, and models that nobody vouches for */
extern const uint8 *hhs_place(HhsView *v);
extern bool hhs_view(HhsView *v, const void *model, Size size, PhmError *err);
extern bool hhs_check(const void *model, Size size, PhmError *err);
extern uint64 hhs_hash(const uint8 *model, Size size);

/* hhs_build.c, hhs_finish.c: a model from the rows of its tables */
typedef struct HhsBuild HhsBuild;

extern HhsBuild *hhs_build(const char *name, int benefit_year, bool mce);
extern bool hhs_build_category(HhsBuild *b, const char *name, const char *kind, PhmError *err);
extern bool hhs_build_map(HhsBuild *b, const char *category, const char *kind, int age_min, int age_max,
						  int sex, const char *codes, PhmError *err);
extern bool hhs_build_edit(HhsBuild *b, int age_min, int age_max, int sex, const char *codes, PhmError *err);
extern bool hhs_build_drop(HhsBuild *b, const char *category, const char *drops, PhmError *err);
extern bool hhs_build_member(HhsBuild *b, const char *age_group, const char *group, const char *member,
							 PhmError *err);
extern bool hhs_build_variable(HhsBuild *b, const char *age_group, const char *name, const char *kind,
							   const char *args, PhmError *err);
extern bool hhs_build_factor(HhsBuild *b, const char *age_group, const char *variable,
							 const int64 *factors, PhmError *err);
extern bool hhs_build_csr(HhsBuild *b, int indicator, int64 factor, PhmError *err);
extern struct varlena *hhs_build_finish(HhsBuild *b, PhmError *err);

#endif							/* HHS_H */
