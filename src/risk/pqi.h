/*
 * pqi.h: AHRQ Prevention Quality Indicators: admissions that good care
 * outside the hospital can prevent.
 *
 *   pqi_begin(&work);
 *   pqi_add(&work, &model, PQI_PRINCIPAL, code, length);    then PQI_SECONDARY, PQI_PROCEDURE
 *   pqi_finish(&work, &discharge, &result);                 one discharge
 *
 * A code that has been read once (grouper_read_code) serves all models through
 * pqi_add_code.  Nothing allocates.
 */
#ifndef PQI_H
#define PQI_H

#include "risk/grouper.h"

/* Indicators, in the order of their numbers; composites after them. */
typedef enum Pqi
{
	PQI_01, PQI_03, PQI_05, PQI_07, PQI_08, PQI_11, PQI_12, PQI_14, PQI_15, PQI_16, PQI_SINGLE,
	PQI_90 = PQI_SINGLE, PQI_91, PQI_92, PQI_93, PQIS
} Pqi;

/* Code sets, in the order of the names in pqi.c; bit numbers. */
typedef enum PqiSet
{
	PQI_SHORT_TERM, PQI_LONG_TERM, PQI_ASTHMA_05, PQI_COPD, PQI_CYSTIC_05, PQI_DIALYSIS_ACCESS,
	PQI_KIDNEY_STAGE, PQI_HYPERTENSION, PQI_HEART_FAILURE, PQI_PNEUMONIA, PQI_SICKLE_CELL,
	PQI_URINARY_DISORDER, PQI_URINARY_INFECTION, PQI_UNCONTROLLED, PQI_ASTHMA_15, PQI_CYSTIC_15,
	PQI_DIABETES, PQI_AMPUTATION, PQI_TRAUMATIC, PQI_CARDIAC, PQI_IMMUNE_DX, PQI_IMMUNE_PROCEDURE,
	PQI_LIVE_BIRTH, PQI_BORN_OUTSIDE, PQI_MDC_14, PQI_MDC_15, PQI_SETS
} PqiSet;

#define PQI_BIT(set) (1u << (set))
#define PQI_MAX_CATEGORIES 256

typedef struct PqiModel
{
	const Grouper *grouper;
	int			diagnoses;		/* code systems */
	int			procedures;
	uint32		bits[PQI_MAX_CATEGORIES];
} PqiModel;

typedef enum PqiCode
{
	PQI_PRINCIPAL, PQI_SECONDARY, PQI_PROCEDURE
} PqiCode;

/* Sets of the codes of one discharge. */
typedef struct PqiWork
{
	uint32		principal;
	uint32		diagnoses;		/* the principal one too */
	uint32		procedures;
} PqiWork;

typedef struct PqiDischarge
{
	int			age;			/* years at admission; -1: not known, counts nowhere */
	bool		transfer;		/* admitted from a hospital or another health care facility */
	bool		newborn;		/* point of origin has its meaning for newborns */
} PqiDischarge;

/* Why a discharge that has the diagnosis of an indicator is not counted. */
typedef enum PqiWhy
{
	PQI_COUNTED, PQI_NOT_ITS_CASE, PQI_AGE, PQI_TRANSFER, PQI_OBSTETRIC, PQI_NEWBORN, PQI_CYSTIC,
	PQI_KIDNEY_DIALYSIS, PQI_CARDIAC_PROCEDURE, PQI_SICKLE, PQI_URINARY, PQI_IMMUNE, PQI_TRAUMA
} PqiWhy;

typedef struct PqiResult
{
	uint32		counted;		/* bits of Pqi, composites too */
	uint8		why[PQI_SINGLE];	/* PqiWhy */
} PqiResult;

extern bool pqi_model(const Grouper *grouper, PqiModel *model, PhmError *err);
extern void pqi_begin(PqiWork *work);
extern void pqi_add(PqiWork *work, const PqiModel *model, PqiCode kind, const char *code, Size length);
extern void pqi_add_code(PqiWork *work, const PqiModel *model, PqiCode kind, const GrouperCode *code);
extern void pqi_finish(const PqiWork *work, const PqiDischarge *discharge, PqiResult *result);

/* Indicators whose population a person of this age belongs to, as bits. */
extern uint32 pqi_population(int age);

/* Point of origin that says transfer: 4 a hospital, 5 a nursing facility, 6 another facility. */
extern bool pqi_is_transfer(char point_of_origin);

extern int	pqi_number(int pqi);
extern int	pqi_of_number(int number);	/* -1: none */
extern const char *pqi_name(int pqi);
extern const char *pqi_why_text(int why);

#endif							/* PQI_H */
