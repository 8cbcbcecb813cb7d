/*
 * risk_profile.h: everything that indexes of comorbidity and utilisation say
 * of one patient on a day, from one history.
 *
 * Diagnoses count for RISK_LOOKBACK_MONTHS before the day, that day included;
 * stays and visits for RISK_YEAR_MONTHS.
 */
#ifndef RISK_PROFILE_H
#define RISK_PROFILE_H

#include "chart/history.h"
#include "risk/chronic.h"
#include "risk/comorbidity.h"
#include "risk/ed_visit.h"
#include "risk/pqi.h"
#include "risk/readmission.h"

#define RISK_LOOKBACK_MONTHS 24
#define RISK_YEAR_MONTHS 12
#define RISK_MAX_GROUPS 1024	/* categories of a grouper that are told */

/* What the profile is made with; views of values of the caller. */
typedef struct RiskModels
{
	Comorbidity charlson;
	Comorbidity elixhauser;
	Comorbidity hfrs;
	Comorbidity cmr;
	Chronic		chronic;
	Grouper		readmission_codes;
	Grouper		ed_codes;
	Grouper		pqi_codes;
	Grouper		ccs;
	Grouper		ccsr;
	ReadmissionModel readmission;
	LaceModel	lace;
	EdModel		ed;
	PqiModel	pqi;
} RiskModels;

/* The last hospital stay that is over, and the scores of its patient at discharge. */
typedef struct RiskLastStay
{
	bool		known;			/* there was one in the year */
	int32		admitted;
	int32		discharged;
	ScoreSheet	lace;
	ScoreSheet	hospital;
	ComorbidityResult cmr;
} RiskLastStay;

typedef struct RiskProfile
{
	int			age;			/* -1: not known */
	ComorbidityResult charlson;
	ComorbidityResult elixhauser;
	ComorbidityResult hfrs;
	int			nchronic;
	uint16		chronic[CHRONIC_MAX];	/* conditions met */
	uint64		ccs[RISK_MAX_GROUPS / 64];	/* categories of the year's diagnoses */
	uint64		ccsr[RISK_MAX_GROUPS / 64];
	int			admissions;
	int			hospital_days;
	int			readmissions;	/* unplanned, within 30 days of an index stay of the year */
	int			index_stays;
	int			ed_visits;		/* that did not end in admission */
	int64		ed_avoidable;	/* sum of shares, in millionths */
	uint32		pqis;			/* bits of Pqi */
	int			preventable;	/* admissions that any indicator counts */
	RiskLastStay last;
	uint32		label;			/* what must be visible to see all that counted */
} RiskProfile;

/* Memory for one patient after the other. */
typedef struct RiskWork RiskWork;

/* Lives in the current context. */
extern RiskWork *risk_work(void);

/* The profile on a day of what a history tells. */
extern void risk_profile(RiskWork *w, const RiskModels *models, const History *h, int32 as_of, RiskProfile *p);

/* For risk_profile_stay.c: what was found of one patient. */
struct RiskWork
{
	int32		as_of;
	int32		year;			/* days after this one count for stays */
	int32		lookback;		/* days after this one count for diagnoses */
	ComorbidityWork charlson;
	ComorbidityWork elixhauser;
	ComorbidityWork hfrs;
	ComorbidityWork cmr;
	ChronicWork chronic;
	uint32		room;			/* of the arrays below: visits */
	StayRow    *rows;
	Stay	   *stays;
	int32	   *stay_of;		/* by visit, -1: none */
	ReadmissionCodes *codes;	/* by stay, as all below */
	ReadmissionResult *results;
	PqiWork    *pqi;
	int32	   *principal;		/* of the diagnoses, -1: none */
	int			nstays;
};

extern void risk_profile_stays(RiskWork *w, const RiskModels *models, const History *h, RiskProfile *p);

#endif							/* RISK_PROFILE_H */
