/*
 * readmission.h: scores of the risk of readmission (LACE, HOSPITAL), and the
 * rules of the CMS hospital-wide readmission measure (HWR): specialty
 * cohorts, planned readmissions, index stays and what follows within 30 days.
 *
 * Over one patient:
 *
 *   readmission_begin(&codes[i]);                            for every stay
 *   readmission_add(&codes[i], &model, true, code, length);   its principal diagnosis
 *   readmission_add(&codes[i], &model, false, code, length);  its procedures
 *   readmission_finish(stays, codes, n, &person, results);
 *
 * A code that has been read once (grouper_read_code) serves all models through
 * the _code forms.  Nothing allocates.
 */
#ifndef READMISSION_H
#define READMISSION_H

#include "risk/grouper.h"
#include "risk/stay.h"

/* Categories of the grouper, as bits. */
typedef enum ReadmissionSet
{
	HWR_PA1, HWR_PA2, HWR_PA3, HWR_PA4, HWR_CANCER, HWR_REHABILITATION, HWR_PSYCHIATRIC,
	HWR_SURGERY, HWR_CARDIORESPIRATORY, HWR_CARDIOVASCULAR, HWR_NEUROLOGY, HWR_MEDICINE, HWR_SETS
} ReadmissionSet;

#define HWR_BIT(set) (1u << (set))
#define READMISSION_DAYS 30
#define READMISSION_MIN_AGE 65
#define READMISSION_MAX_CATEGORIES 256
#define READMISSION_MAX_PROCEDURES 32767	/* of a stay; more are not told apart */

typedef struct ReadmissionModel
{
	const Grouper *grouper;
	int			diagnoses;		/* code systems */
	int			procedures;
	uint16		bits[READMISSION_MAX_CATEGORIES];
} ReadmissionModel;

/* What the codes of one stay say. */
typedef struct ReadmissionCodes
{
	uint16		principal;		/* sets of the principal diagnosis */
	uint16		procedures;		/* sets of all procedures */
	int16		nprocedures;	/* given so far */
	int16		pa1;			/* the first procedure that is always planned, from 0; -1 */
	int16		pa3;			/* the first that may be planned; -1 */
} ReadmissionCodes;

/* Why a stay is no index stay; bit numbers. */
typedef enum ReadmissionExclusion
{
	EXCLUDED_NOT_OVER, EXCLUDED_DIED, EXCLUDED_TRANSFERRED, EXCLUDED_AGAINST_ADVICE,
	EXCLUDED_PSYCHIATRIC, EXCLUDED_REHABILITATION, EXCLUDED_CANCER, EXCLUDED_NO_COHORT,
	EXCLUDED_AGE, EXCLUDED_NO_HISTORY, EXCLUDED_NO_FOLLOW_UP, EXCLUSIONS
} ReadmissionExclusion;

typedef enum ReadmissionPlanned
{
	NOT_PLANNED, PLANNED_PA1, PLANNED_PA2, PLANNED_PA3
} ReadmissionPlanned;

typedef struct ReadmissionPerson
{
	int32		died;			/* days; STAY_NO_DAY: not known, or alive */
	int32		born;			/* STAY_NO_DAY: ages are not tested */
	int32		enrolled_from;	/* STAY_NO_DAY: always */
	int32		enrolled_to;	/* last day; STAY_NO_DAY: still */
	int			min_age;
} ReadmissionPerson;

typedef struct ReadmissionResult
{
	uint32		exclusions;		/* bits; none: an index stay */
	uint8		cohort;			/* ReadmissionSet; HWR_SETS: none */
	uint8		planned;		/* ReadmissionPlanned */
	int32		readmission;	/* index of the first stay within 30 days, -1 */
	int32		days;			/* from discharge to its admission */
} ReadmissionResult;

/* Looks the categories of a grouper up; false when it has none of them. */
extern bool readmission_model(const Grouper *grouper, ReadmissionModel *model, PhmError *err);

extern void readmission_begin(ReadmissionCodes *codes);
extern void readmission_add(ReadmissionCodes *codes, const ReadmissionModel *model,
							bool diagnosis, const char *code, Size length);
extern void readmission_add_code(ReadmissionCodes *codes, const ReadmissionModel *model,
								 bool diagnosis, const GrouperCode *code);

/* What readmission_add would learn from one code: sets as bits. */
extern uint32 readmission_sets(const ReadmissionModel *model, bool diagnosis, const GrouperCode *code);

extern ReadmissionPlanned readmission_planned(const ReadmissionCodes *codes);
extern int	readmission_cohort(const ReadmissionCodes *codes);
extern void readmission_finish(const Stay *stays, const ReadmissionCodes *codes, int n,
							   const ReadmissionPerson *person, ReadmissionResult *results);

extern const char *readmission_cohort_name(int cohort);
extern const char *readmission_exclusion_name(int exclusion);

/* Score sheets: a component that is not known gives no points and is noted in missing, by bit. */
#define SCORE_UNKNOWN (-1)

typedef enum LaceComponent
{
	LACE_L, LACE_A, LACE_C, LACE_E, LACE_COMPONENTS
} LaceComponent;

typedef struct LaceInput
{
	int			los;			/* days */
	int			acute;			/* 1 emergency or urgent, 0 not */
	int			charlson;		/* points of lace_charlson */
	int			ed_visits;		/* in the 6 months before, without that of the admission */
} LaceInput;

typedef enum HospitalComponent
{
	HOSPITAL_H, HOSPITAL_O, HOSPITAL_S, HOSPITAL_P, HOSPITAL_IT, HOSPITAL_A, HOSPITAL_L, HOSPITAL_COMPONENTS
} HospitalComponent;

typedef struct HospitalInput
{
	double		hemoglobin;		/* g/dL at discharge; negative: not known */
	double		sodium;			/* mmol/L at discharge; negative: not known */
	int			oncology;		/* 0, 1 */
	int			procedure;		/* 0, 1 */
	int			urgent;			/* 0, 1 */
	int			admissions;		/* in the 12 months before */
	int			los;			/* days */
	bool		original;		/* points of 2013 for admissions, else those of 2016 */
} HospitalInput;

typedef struct ScoreSheet
{
	int			points[HOSPITAL_COMPONENTS];
	int			score;
	uint32		missing;		/* bits of components */
} ScoreSheet;

extern void lace_score(const LaceInput *input, ScoreSheet *sheet);
extern const char *lace_risk(int score);
extern void hospital_score(const HospitalInput *input, ScoreSheet *sheet);
extern const char *hospital_risk(int score);

/* The conditions of a grouper of the Charlson index, for LACE. */
typedef struct LaceModel
{
	const Grouper *grouper;
	int			diagnoses;		/* code system */
	uint32		bits[READMISSION_MAX_CATEGORIES];
} LaceModel;

extern bool lace_model(const Grouper *grouper, LaceModel *model, PhmError *err);

/* The conditions of a diagnosis as bits. */
extern uint32 lace_conditions(const LaceModel *model, const char *code, Size length);
extern uint32 lace_conditions_code(const LaceModel *model, const GrouperCode *code);

/* Charlson conditions of LACE as bits, by the short names of Quan's conditions; 0 for another word. */
extern uint32 lace_condition(const char *word, Size length);
extern int	lace_charlson(uint32 conditions);

/* What stays say of a stay: for LACE and HOSPITAL. */
extern void lace_of_stay(const Stay *stays, int n, int index, LaceInput *input);
extern void hospital_of_stay(const Stay *stays, int n, int index, HospitalInput *input);

#endif							/* READMISSION_H */
