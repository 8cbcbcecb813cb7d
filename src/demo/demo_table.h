/*
 * demo_table.h: what the synthetic population is made of.
 *
 * The tables are data/demo_*.tsv; demo_generate turns them into demo_ids.h and
 * demo_table.inc.  Nothing here knows how a life is put together.
 */
#ifndef DEMO_TABLE_H
#define DEMO_TABLE_H

#include "phm_port.h"
#include "demo/demo_ids.h"

#define DEMO_SELF 0xFFFF		/* a step's code: the condition that brought the person */

typedef struct DemoCoding
{
	const char *system;
	const char *code;
} DemoCoding;

typedef struct DemoCodeDef
{
	const char *name;
	const char *display;
	DemoCoding	codings[3];
	int			ncodings;
	DemoCoding	bill;			/* what a claim line says; code NULL: is not billed */
	int			charge;			/* cents; of drugs: for 30 days */
} DemoCodeDef;

typedef enum DemoSpecialty
{
	DEMO_SPECIALTY_PRIMARY,
	DEMO_SPECIALTY_PEDIATRICS,
	DEMO_SPECIALTY_OBSTETRICS,
	DEMO_SPECIALTY_CARDIOLOGY,
	DEMO_SPECIALTY_OPHTHALMOLOGY,
	DEMO_SPECIALTY_PSYCHIATRY,
	DEMO_SPECIALTY_ONCOLOGY,
	DEMO_SPECIALTY_UROLOGY,
	DEMO_SPECIALTY_SURGERY,
	DEMO_SPECIALTY_RADIOLOGY,
	DEMO_SPECIALTY_NUTRITION,
	DEMO_SPECIALTY_THERAPY,
	DEMO_SPECIALTY_EMERGENCY,
	DEMO_SPECIALTY_HOSPITAL,
	DEMO_SPECIALTY_NEPHROLOGY,
	DEMO_SPECIALTY_DENTISTRY,
	DEMO_SPECIALTY_HOSPICE,
	DEMO_SPECIALTY_COUNT
} DemoSpecialty;

typedef enum DemoPlace
{
	DEMO_PLACE_OFFICE,
	DEMO_PLACE_URGENT,
	DEMO_PLACE_HOSPITAL,
	DEMO_PLACE_EMERGENCY,
	DEMO_PLACE_WARD,
	DEMO_PLACE_MATERNITY,
	DEMO_PLACE_SURGERY,
	DEMO_PLACE_DIALYSIS,
	DEMO_PLACE_NURSING,
	DEMO_PLACE_HOME,
	DEMO_PLACE_COUNT
} DemoPlace;

typedef enum DemoClaimKind
{
	DEMO_CLAIM_NONE,
	DEMO_CLAIM_OFFICE,			/* professional only */
	DEMO_CLAIM_FACILITY			/* institutional, and professional beside it */
} DemoClaimKind;

typedef struct DemoVisitDef
{
	const char *name;
	uint16		code;
	uint16		class;
	int			minutes;		/* 0: the step gives days */
	const char *pos;			/* place of service of claims */
	DemoSpecialty specialty;
	DemoClaimKind claim;
	const char *bill;			/* type of bill */
	DemoPlace	place;
	const char *revenue;
} DemoVisitDef;

typedef enum DemoConditionKind
{
	DEMO_CHRONIC,				/* prevalence by age, stays */
	DEMO_REMITTING,				/* prevalence by age, ends where it falls */
	DEMO_TRAIT,					/* the same, never a row of its own */
	DEMO_UNION,					/* any of several */
	DEMO_ACUTE					/* events a year by age */
} DemoConditionKind;

typedef struct DemoConditionDef
{
	const char *name;
	uint16		code;
	DemoConditionKind kind;
	char		sex;			/* 'm', 'f' or 0 */
	uint16		rate[10];		/* per 10,000 at ages 0, 10 ... 90 */
	int			visits;			/* in ten years */
	int			path;			/* of a follow-up visit or an event; -1: none */
	int			start_path;		/* when it begins */
	int			needs;			/* condition without which it does not occur; -1: none */
	int			mortality;		/* additional deaths per 10,000 and year */
	int			first_factor;
	int			nfactors;
} DemoConditionDef;

/* How the chance changes with another condition: percent when present, when absent. */
typedef struct DemoFactor
{
	int			given;
	int			percent[2];
} DemoFactor;

typedef enum DemoOp
{
	DEMO_OP_VISIT,				/* opens an encounter; consecutive ones are alternatives */
	DEMO_OP_CALL,				/* another path */
	DEMO_OP_VITALS,
	DEMO_OP_SMOKING,
	DEMO_OP_DELIVERY,
	DEMO_OP_DX,					/* diagnosis of the encounter */
	DEMO_OP_DXA,				/* acute: ends after a days */
	DEMO_OP_DXP,				/* problem that ends after a days */
	DEMO_OP_OBS,				/* quantity: normal with mean a, deviation b */
	DEMO_OP_OBSI,				/* whole number, not negative */
	DEMO_OP_OBSC,				/* concept code2 */
	DEMO_OP_OBSX,				/* no value */
	DEMO_OP_OBSCT,				/* CT dose category code2 with its components */
	DEMO_OP_PR,
	DEMO_OP_RX,					/* prescription: a days, b refills */
	DEMO_OP_RXE,				/* the same, for a lasting share of persons */
	DEMO_OP_RXD,				/* at discharge */
	DEMO_OP_ADM,				/* given: dose a, deviation b */
	DEMO_OP_IMM,
	DEMO_OP_ORDER,
	DEMO_OP_DEV,
	DEMO_OP_COMM,
	DEMO_OP_DISP,				/* discharge disposition; the first one counts */
	DEMO_OP_NOOBS,				/* not done, for reason code2 */
	DEMO_OP_NOPR,
	DEMO_OP_NORX,
	DEMO_OP_NORXD,
	DEMO_OP_NOIMM,
	DEMO_OP_NOCOMM
} DemoOp;

/* What guards may ask besides conditions; ~guard: the opposite. */
typedef enum DemoTraitId
{
	DEMO_TRAIT_CONTROLLED = 1000,
	DEMO_TRAIT_ADHERENT,
	DEMO_TRAIT_ENGAGED,
	DEMO_TRAIT_MEDICARE,
	DEMO_TRAIT_PSYCH_CARE,
	DEMO_NO_GUARD = 2000
} DemoTraitId;

#define DEMO_ONCE 9999			/* DemoStep.every */
#define DEMO_DAILY 9998			/* each day of the stay */

typedef struct DemoStep
{
	uint8		op;				/* DemoOp */
	char		sex;
	bool		stop;			/* VISIT: the path ends when it does not take place; CALL: ends after it */
	uint8		scale;			/* of a and b */
	int16		day;			/* after the beginning of the path */
	int16		chance;			/* in 1000 */
	int16		age_from;		/* months */
	int16		age_to;			/* first month too old */
	int16		every;			/* not again for so many months, DEMO_ONCE, DEMO_DAILY */
	int16		guards[3];
	uint16		code;			/* DemoCode, visit or path */
	uint16		code2;
	int32		a;
	int32		b;
	const char *unit;			/* UCUM */
} DemoStep;

typedef struct DemoPathDef
{
	const char *name;
	int			first;
	int			count;
	bool		visits;			/* opens encounters of its own */
} DemoPathDef;

typedef struct DemoDrg
{
	uint16		code;			/* principal diagnosis */
	const char *drg;
	int			weight;			/* percent */
} DemoDrg;

typedef struct DemoCity
{
	const char *name;
	const char *state;
	int			zip;
	int			zone;			/* minutes east of UTC */
} DemoCity;

extern const DemoCodeDef demo_codes[];
extern const DemoVisitDef demo_visits[];
extern const DemoConditionDef demo_conditions[];
extern const DemoFactor demo_factors[];
extern const uint8 demo_unions[][2];
extern const int demo_union_count;
extern const DemoPathDef demo_paths[];
extern const DemoStep demo_steps[];
extern const DemoDrg demo_drgs[];
extern const int demo_drg_count;
extern const char *const demo_family_names[];
extern const int demo_family_count;
extern const char *const demo_female_names[];
extern const int demo_female_count;
extern const char *const demo_male_names[];
extern const int demo_male_count;
extern const char *const demo_street_names[];
extern const int demo_street_count;
extern const DemoCity demo_cities[];
extern const int demo_city_count;

#endif							/* DEMO_TABLE_H */
