/*
 * hcc_build.h: what collecting the rows of a model (hcc_build.c) and putting
 * it together (hcc_finish.c) share.
 */
#ifndef HCC_BUILD_H
#define HCC_BUILD_H

#include "risk/hcc.h"

typedef struct HccMapRow
{
	int			cc;
	HccRule		rule;
} HccMapRow;

typedef struct HccDxItem
{
	uint64		key;
	uint32		row;
} HccDxItem;

typedef struct HccDropRow
{
	int			cc;
	int			drops;
} HccDropRow;

typedef struct HccRequireRow
{
	int			cc;
	int			n;
	int32	   *any_of;
} HccRequireRow;

typedef struct HccVariableRow
{
	const char *name;
	Size		len;
	const char *op;
	const char *args;
	enum
	{
		UNSEEN, BEING_RESOLVED, RESOLVED
	}			state;
	bool		used;			/* a factor names it */
	uint32		place;			/* among the used ones */
	HccVar		var;
} HccVariableRow;

typedef struct HccFactorRow
{
	uint32		segment;
	int			cc;				/* category number, -1: a variable */
	const char *variable;
	HccVariableRow *row;
	int32		factor;
} HccFactorRow;

/* A growing array: items, how many, room. */
#define LIST(type) struct { type *at; int n; int room; }

struct HccBuild
{
	HccParts	parts;
	LIST(HccMapRow) maps;
	LIST(HccDxItem) items;
	LIST(HccDropRow) drops;
	LIST(HccRequireRow) requires;
	LIST(HccVariableRow) variables;
	LIST(HccFactorRow) factors;
	LIST(HccSelector) selectors;
	LIST(HccSegment) segments;
	LIST(HccAdjust) adjusts;
	LIST(HccRule) rules;
	LIST(HccVar) vars;
	LIST(HccPair) terms;
	struct
	{
		uint64		(*at)[HCC_WORDS];
		int			n;
		int			room;
	}			clauses;
	int			index_of[HCC_MAX_NUMBER + 1];	/* category number → index, -1 */
};

#define APPEND(list) \
	((list).at = hcc_grown((list).at, (list).n, &(list).room, sizeof(*(list).at)), \
	 memset(&(list).at[(list).n], 0, sizeof(*(list).at)), &(list).at[(list).n++])

extern void *hcc_grown(void *at, int n, int *room, Size size);
extern bool hcc_refuse(PhmError *err, const char *table, const char *row, const char *why);
extern bool hcc_parse_range(const char *p, Size len, int *min, int *max);
extern HccWhen hcc_always(void);
extern bool hcc_add_condition(HccWhen *w, const char *word, Size len);
extern bool hcc_next_word(const char **p, const char **word, Size *len);
extern bool hcc_parse_condition(const char *text, HccWhen *w);
extern int	hcc_cc_of(const HccBuild *b, const char *name, Size len);

#endif							/* HCC_BUILD_H */
