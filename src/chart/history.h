/*
 * history.h: what a chart tells of diagnoses, visits, claims, procedures and
 * fills, as plain arrays: what risk models and attribution read instead of FHIR.
 *
 * One walk over a chart fills the arrays, in the order of the chart (by type, then
 * time).  Texts point into the chart.  A history is made once and read again for each
 * chart, so that memory stays flat.
 */
#ifndef PHM_HISTORY_H
#define PHM_HISTORY_H

#include "types/chart.h"

#define HISTORY_NO_DAY PG_INT32_MIN

/* Code systems that readers ask for: numbers of data/code_system.tsv, which never change. */
#define HISTORY_ICD10CM 10
#define HISTORY_ICD10PCS 14
#define HISTORY_CPT 36
#define HISTORY_HCPCS 39
#define HISTORY_HCPCS_ALL 44

/* A code; text is not terminated, NULL: none. */
typedef struct HistoryCode
{
	const char *text;
	int16		length;
	int16		system;			/* canonical code system id (code_system.h), 0: none or unknown */
} HistoryCode;

typedef enum HistorySetting
{
	HISTORY_OTHER,				/* not told, dental, vision */
	HISTORY_OUTPATIENT,			/* visits, virtual or not, and outpatient bills */
	HISTORY_PROFESSIONAL,		/* bills of professionals, wherever they were rendered */
	HISTORY_OBSERVATION,
	HISTORY_EMERGENCY,
	HISTORY_INPATIENT,			/* hospital */
	HISTORY_POSTACUTE,			/* skilled nursing, home health, hospice: by bill type or class */
	HISTORY_PHARMACY
} HistorySetting;

typedef enum HistoryOrigin
{
	HISTORY_CONDITION,			/* a Condition */
	HISTORY_ENCOUNTER,			/* an Encounter */
	HISTORY_PROCEDURE,			/* a Procedure */
	HISTORY_CLAIM				/* a Claim or ExplanationOfBenefit */
} HistoryOrigin;

/* Names as SQL shows them. */
extern const char *history_origin_name(HistoryOrigin origin);
extern const char *history_setting_name(HistorySetting setting);

/* An Encounter, a Claim or an ExplanationOfBenefit that happened. */
typedef struct HistoryVisit
{
	ChartPosition at;
	int32		start;			/* days since 2000-01-01, as written */
	int32		end;			/* HISTORY_NO_DAY: not over, or not told */
	uint32		label;			/* sensitivity */
	uint8		origin;			/* HISTORY_ENCOUNTER, HISTORY_CLAIM */
	uint8		setting;		/* HistorySetting */
	bool		emergency;		/* an emergency department was used: by class, admission source, revenue centre or code */
	bool		acute;			/* inpatient, and not said to be non-acute */
	HistoryCode drg;
	HistoryCode bill_type;
	HistoryCode disposition;	/* discharge disposition or status */
	HistoryCode facility;		/* reference text of who provided it; system 0 */
} HistoryVisit;

/* One ICD-10-CM code of one Condition or claim. */
typedef struct HistoryDiagnosis
{
	HistoryCode code;
	int32		day;			/* of the visit, else when recorded, else of onset; HISTORY_NO_DAY: not told */
	int32		visit;			/* which of the visits, -1: none */
	uint32		label;
	ChartPosition at;
	uint8		origin;			/* HISTORY_CONDITION, HISTORY_CLAIM */
	bool		principal;
	bool		resolved;		/* the condition is said to be resolved or inactive */
	char		present;		/* on admission: Y, N, U, W, 1; 0: not told */
} HistoryDiagnosis;

/* One code of one Procedure, or of a procedure or line of a claim. */
typedef struct HistoryProcedure
{
	HistoryCode code;
	int32		day;
	int32		visit;			/* -1: none */
	uint32		label;
	ChartPosition at;
	uint8		origin;
} HistoryProcedure;

/* One fill of a drug: each of its codes is a row, with the same at. */
typedef struct HistoryFill
{
	HistoryCode code;
	int32		day;
	int32		supply;			/* days; -1: not told */
	uint32		label;
	ChartPosition at;
} HistoryFill;

typedef struct History
{
	const Chart *chart;
	int64		patient_id;
	int32		birth;			/* day; HISTORY_NO_DAY: not known to the day's year */
	int32		death;			/* day; HISTORY_NO_DAY: alive, or died on an unknown day */
	char		sex;			/* as in ChartSegment */
	bool		deceased;
	uint32		nvisits;
	uint32		ndiagnoses;
	uint32		nprocedures;
	uint32		nfills;
	uint32		nunused;		/* diagnoses without any ICD-10-CM code */
	HistoryVisit *visits;
	HistoryDiagnosis *diagnoses;
	HistoryProcedure *procedures;
	HistoryFill *fills;
	uint32		visit_room;
	uint32		diagnosis_room;
	uint32		procedure_room;
	uint32		fill_room;
} History;

/* An empty history that lives in the current context. */
extern History *history(void);

/* Whole years from one day to another. */
extern int	history_age(int32 birth, int32 day);

/* What is wanted of a chart besides visits and diagnoses: reading less is faster. */
#define HISTORY_PROCEDURES 1	/* those of bills and their lines too, which tell of emergency departments */
#define HISTORY_FILLS 2
#define HISTORY_EVERY_SYSTEM 4	/* diagnoses of other code systems than ICD-10-CM too */

/* Reads a chart as far as its sensitivity labels may be seen; what an earlier one said is forgotten. */
extern void history_read(History *h, const Chart *chart, uint32 visible, int wanted);

/*
 * For history_claim.c: one claim, and what both read.
 */
typedef struct HistoryReader
{
	History    *h;
	const Chart *chart;
	ChartPosition at;
	int			wanted;
	int64		time;			/* of the entry: dates are told from it */
	const uint8 *members;
	const uint8 *end;
	uint32		label;
} HistoryReader;

extern void history_claim(HistoryReader *r, FhirType type);
extern HistoryVisit *history_add_visit(HistoryReader *r, HistoryOrigin origin);
extern void history_add_diagnosis(HistoryReader *r, const ElementValue *concept, const HistoryDiagnosis *d);
extern void history_add_procedure(HistoryReader *r, const ElementValue *concept, const HistoryProcedure *p);
extern bool history_first_code(const HistoryReader *r, const ElementValue *concept, HistoryCode *code);
extern bool history_text(const HistoryReader *r, const ElementValue *value, HistoryCode *text);
extern int32 history_day(const HistoryReader *r, const ElementValue *value, bool last);
extern bool history_is(const HistoryCode *code, const char *text);

#endif							/* PHM_HISTORY_H */
