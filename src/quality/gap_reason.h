/*
 * gap_reason.h: why a gap is open, and what would close it.
 */
#ifndef PHM_GAP_REASON_H
#define PHM_GAP_REASON_H

#include "quality/gap_part.h"
#include "quality/measure_open.h"

/* Codes of HL7 Da Vinci DEQM care-gap-reason, as bits in the order in which they are told. */
#define GAP_NOT_FOUND				0x001
#define GAP_PRESENT					0x002
#define GAP_DATE_OUT_OF_RANGE		0x004
#define GAP_VALUE_OUT_OF_RANGE		0x008
#define GAP_COUNT_OUT_OF_RANGE		0x010
#define GAP_INVALID_ATTRIBUTE		0x020
#define GAP_VALUE_IN_RANGE			0x040
#define GAP_COUNT_IN_RANGE			0x080
#define GAP_DATE_IN_RANGE			0x100
#define GAP_NREASONS				9

extern const char *const gap_reason_codes[GAP_NREASONS];

#define GAP_NO_DAY PG_INT32_MIN

/* For which days a gap is looked at: days since 2000-01-01. */
typedef struct GapTime
{
	int32		first;			/* of the period */
	int32		upto;			/* last day that is known */
	int32		last;			/* of the period */
	CqlArguments arguments;		/* with the period from first to upto */
} GapTime;

/* What was found for a gap. */
typedef struct GapFinding
{
	uint32		reasons;		/* GAP_... */
	int32		day;			/* of the resource that decided; GAP_NO_DAY: none */
	int32		lapsed;			/* first day on which that counted no longer; GAP_NO_DAY: not known */
	uint32		labels;			/* sensitivity of the resources found */
	StringInfo	detail;			/* JSON array: the criteria */
	StringInfo	needs;			/* JSON array: of each thing that is missing the retrieves of which one will do */
} GapFinding;

/* The parts of a group's numerator; kept with the measures.  decrease: who is in it has the gap. */
extern GapPart *gap_of_group(OpenMeasures *m, int group, bool decrease);

/*
 * Looks for the reasons of a gap over the chart that is set (header), with the
 * arguments of the time set; they are set again when it returns.  open: otherwise
 * only what closed it is looked for.
 * episode: the name of the episode of which it is one ("Type/id"; with #2 behind
 * it the second of that name); NULL: it is one of the patient.  False with an error.
 */
extern bool gap_find(OpenMeasures *m, const ChartHeader *header, const GapPart *part, const GapTime *time, bool open,
					 const char *episode, GapFinding *finding, PhmError *err);

#endif							/* PHM_GAP_REASON_H */
