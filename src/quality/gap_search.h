/*
 * gap_search.h: what the files that look for reasons of gaps share.
 */
#ifndef PHM_GAP_SEARCH_H
#define PHM_GAP_SEARCH_H

#include "quality/gap_reason.h"

#define GAP_HITS	64

/* A resource that a criterion asks for. */
typedef struct GapHit
{
	ChartPosition at;
	int32		day;			/* GAP_NO_DAY: none */
	uint16		type;
} GapHit;

/* A search that is under way. */
typedef struct GapSearch
{
	OpenMeasures *m;
	const ChartHeader *header;
	const GapTime *time;
	PhmError   *err;
	bool		episode;		/* the gap is one of an episode, which does not move with the period */
	const char *name;			/* of the episode, "Type/id"; NULL: the patient, or an episode that cannot be told apart */
	uint32		labels;			/* of all resources found */
	GapHit		hits[GAP_HITS]; /* of a criterion, the latest first */
	uint32		nhits;
} GapSearch;

/* What was found for a criterion, or for one that is made of several. */
typedef struct GapAnswer
{
	bool		met;
	uint32		reasons;
	int32		day;
	int32		lapsed;
} GapAnswer;

/* ---- gap_search.c: evaluating criteria for days, and finding resources ---- */

extern bool gap_evaluate(GapSearch *s, uint32 node, uint32 nslots, CqlValue *v);
extern bool gap_is_as_wanted(const GapPart *part, CqlValue v);
extern bool gap_has_episode(GapSearch *s, CqlValue v, bool *has);
extern bool gap_is_met_at(GapSearch *s, const GapPart *part, int32 day, bool whole_period, bool *met);
extern bool gap_find_lapse(GapSearch *s, const GapPart *part, int32 day, int32 *lapsed);
extern void gap_set_back(GapSearch *s);
extern bool gap_is_asked_for(const GapPart *part, const GapRetrieve *r, bool harms);
extern bool gap_is_asking(const GapPart *part, bool harms);
extern bool gap_is_about_presence(const GapPart *part);
extern bool gap_find_hits(GapSearch *s, const GapPart *part, bool harms);

/* ---- gap_print.c: what was found as JSON ---- */

extern void gap_next_element(StringInfo out);
extern void gap_print_retrieves(GapSearch *s, const GapPart *part, bool harms, StringInfo out);
extern void gap_print_criterion(GapSearch *s, const GapPart *part, const GapAnswer *answer, bool harms, StringInfo out);

#endif							/* PHM_GAP_SEARCH_H */
