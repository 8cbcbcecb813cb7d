/*
 * gap_part.h: what a numerator is made of, as far as gaps are concerned: the
 * criteria that must all hold, or of which one must, and what each retrieves.
 *
 * Found in the logic itself, once for a group; no measure is known by name.
 */
#ifndef PHM_GAP_PART_H
#define PHM_GAP_PART_H

#include "cql/logic.h"
#include "cql/logic_format.h"

/* A retrieve of a criterion, and what more resources of its kind do to it. */
typedef struct GapRetrieve
{
	uint32		node;
	const LogicRetrieve *retrieve;
	bool		helps;			/* they may make it as it should be */
	bool		harms;			/* they may keep it from that */
	uint8		weight;			/* how much it says of what is missing; 0: nothing, only the weightiest are asked for */
} GapRetrieve;

typedef enum GapForm
{
	GAP_ALL,					/* all parts must be as they should be */
	GAP_ANY,					/* one of them must */
	GAP_CRITERION
} GapForm;

typedef struct GapPart
{
	GapForm		form;
	bool		target;			/* what a criterion should be */
	bool		lenient;		/* null will do */
	uint32		node;			/* that tells */
	uint32		nslots;			/* of the frame in which it is evaluated */
	struct GapPart **parts;
	uint32		nparts;
	GapRetrieve *retrieves;		/* of a criterion */
	uint32		nretrieves;
	bool		values;			/* it compares values */
	bool		counts;			/* it compares how many there are */
} GapPart;

/*
 * The parts of what a node should be.  denominator: nodes whose retrieves are
 * common.  What gives a list of episodes should have the episode.  In the
 * current memory context.
 */
extern GapPart *gap_part(const LogicHeader *logic, uint32 node, bool target, const uint32 *denominator, uint32 ndenominator);

#endif							/* PHM_GAP_PART_H */
