/*
 * hhs_build.h: what collecting the rows of an HHS-HCC model (hhs_build.c) and
 * writing it (hhs_finish.c) share.
 */
#ifndef HHS_BUILD_H
#define HHS_BUILD_H

#include "risk/hcc_build.h"
#include "risk/hhs.h"

typedef uint64 HhsSet[HHS_WORDS];

typedef struct HhsCatRow
{
	const char *name;
	HhsCatKind	kind;
	HhsSet		drops;
	int			group[HHS_GROUPS];	/* row of the group, -1: none */
	bool		has[HHS_GROUPS];
	bool		uncounted[HHS_GROUPS];
	int32		factor[HHS_GROUPS][HHS_METALS];
} HhsCatRow;

/* A code, and the row of hhs_mapping or hhs_edit in which it stands. */
typedef struct HhsCodeItem
{
	uint64		key;
	uint32		row;
} HhsCodeItem;

typedef struct HhsClause
{
	bool		not;
	HhsSet		any;
} HhsClause;

typedef struct HhsVarRow
{
	const char *name;
	HhsAgeGroup age_group;
	HhsVarKind	kind;
	bool		has;			/* there are factors */
	uint8		sexes;
	uint8		range[3][2];	/* of ages, months, payment HCCs */
	int			nclauses;
	HhsClause  *clauses;
	int32		factor[HHS_METALS];
} HhsVarRow;

typedef struct HhsSetRow
{
	const char *name;
	HhsAgeGroup age_group;
	HhsSet		set;
} HhsSetRow;

struct HhsBuild
{
	const char *name;
	int			benefit_year;
	bool		mce;
	uint32		csr[HHS_CSR];
	LIST(HhsCatRow) cats;		/* in the order of the model */
	LIST(HccRule) maps;
	LIST(HccRule) edits;
	LIST(HhsCodeItem) items;
	LIST(HhsCodeItem) edited;
	LIST(HhsSetRow) sets;
	LIST(HhsVarRow) vars;
};

extern bool hhs_refuse(PhmError *err, const char *table, const char *row, const char *why);

#endif							/* HHS_BUILD_H */
