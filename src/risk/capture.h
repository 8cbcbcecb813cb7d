/*
 * capture.h: rules that find conditions likely by what a chart tells: results,
 * drugs, procedures and problems.
 *
 * The rows of phm.suspect_evidence and the codes of drugs that have their
 * ingredients become CaptureRules once a call site (capture_rules.c); facts are
 * what a chart has of their codes (capture_facts.c); capture.c tells which rules
 * hold.  The tables say what each rule asks.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "phm.h"

#include "lib/stringinfo.h"
#include "utils/array.h"

#include "chart/history.h"
#include "types/quantity.h"

typedef enum CaptureKind
{
	CAPTURE_LAB, CAPTURE_DRUG, CAPTURE_PROCEDURE, CAPTURE_PROBLEM, CAPTURE_KINDS
} CaptureKind;

/* A row of phm.suspect_evidence. */
typedef struct CaptureEvidence
{
	int			id;
	const char *rule;
	int			part;
	bool		support;		/* or excludes the rule */
	bool		latest;			/* the last result must be within the bounds, too */
	bool		bounded;
	CaptureKind kind;
	const char *system;
	const char *codes;
	QuantityView low;			/* in the unit of the row; unit NULL: of any */
	QuantityView high;
	bool		has_low;
	bool		has_high;
	int			count_min;
	int			days_apart;
	int			within_days;
} CaptureEvidence;

/* A code that a row asks for. */
typedef struct CaptureCode
{
	const char *system;			/* alias, or URI of systems without one */
	const char *code;
	int			length;
	bool		prefix;			/* any continuation is meant */
	int			evidence;		/* index */
	const char *told;			/* what is told in its place: the ingredient; NULL: what was found */
	int			next;			/* of the same bucket, -1: none */
} CaptureCode;

/* Everything compiled; rows are ordered by rule, role, part and number. */
typedef struct CaptureRules
{
	int			nevidence;
	CaptureEvidence *evidence;
	int			ncodes;
	int			code_room;
	CaptureCode *codes;
	uint32		mask;			/* buckets less 1 */
	int		   *buckets;		/* first code, -1: none */
	int			longest_prefix;
	int			within[CAPTURE_KINDS];	/* the most days that a row of the kind looks back */
} CaptureRules;

/* A code being looked up: its beginnings, then all of it. */
typedef struct CaptureSearch
{
	const CaptureRules *rules;
	const char *system;
	const char *code;
	int			length;
	int			done;			/* bytes of the beginning looked at; more than length: all of it */
	uint32		hash;			/* of these */
	int			next;			/* code to look at, -1: none */
} CaptureSearch;

/* Something in the chart that has a code that a row asks for. */
typedef struct CaptureFact
{
	int			evidence;		/* index */
	int32		day;
	bool		met;			/* within the bounds */
	bool		has_value;
	QuantityView value;
	const char *code;
	int			code_length;
	const char *resource;
	const char *source;
	int			source_length;
	const char *id;				/* NULL: none */
	int			id_length;
	uint32		label;
} CaptureFact;

/* The facts of one chart; its memory is forgotten with the next chart. */
typedef struct CaptureFacts
{
	const CaptureRules *rules;
	int32		as_of;
	uint32		visible;
	MemoryContext context;		/* of texts */
	History    *history;
	CaptureFact *facts;
	int			n;
	int			room;
} CaptureFacts;

/* A rule that holds. */
typedef struct CaptureSuspect
{
	const char *rule;
	int32		since;
	uint32		label;
	StringInfo	evidence;		/* json: for each part its facts */
} CaptureSuspect;

/* capture_rules.c: rows of phm.suspect_evidence, and for drugs number of the row, "system|code" and ingredient. */
extern CaptureRules *capture_rules(ArrayType *rows, ArrayType *drug_rows, ArrayType *drug_codes, ArrayType *ingredients);
extern void capture_search(CaptureSearch *search, const CaptureRules *rules, const char *system, const char *code, int length);
/* The next of the codes that the code searched is one of, NULL when there is none further. */
extern const CaptureCode *capture_next_code(CaptureSearch *search);
extern int	capture_plain(const char *system, const char *code, int length, char *plain);

#define CAPTURE_CODE_SIZE 64	/* longer codes are in no rule */

/* capture_facts.c */
extern void capture_facts(CaptureFacts *facts, const Chart *chart);
extern CaptureFact *capture_add(CaptureFacts *facts, int evidence, int32 day);
extern bool capture_within(const CaptureEvidence *e, const QuantityView *value);

/* capture.c: *at from 0 on; false when no further rule holds.  The facts are sorted first, by capture_sort. */
extern void capture_sort(CaptureFacts *facts);
extern bool capture_next_rule(const CaptureFacts *facts, int *evidence, int *fact, CaptureSuspect *suspect);

#endif							/* CAPTURE_H */
