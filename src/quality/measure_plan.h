/*
 * measure_plan.h: the populations of some measures, bound to the expressions of
 * a logic: what is run over each chart.
 */
#ifndef PHM_MEASURE_PLAN_H
#define PHM_MEASURE_PLAN_H

#include "utils/jsonb.h"

#include "cql/logic.h"
#include "quality/measure_rules.h"

/* What a group counts. */
typedef enum MeasureBasis
{
	BASIS_ANY,					/* what the expressions give decides */
	BASIS_PATIENT,
	BASIS_EPISODE
} MeasureBasis;

/* An observation: a function of an episode, or a definition of the patient. */
typedef struct MeasureObservation
{
	const char *id;
	uint32		population;		/* bit of the population it is made of */
	int			function;		/* of one operand; -1: none */
	int			expression;		/* of the patient; -1: none */
} MeasureObservation;

/* One part of a stratifier. */
typedef struct MeasureComponent
{
	const char *code;			/* NULL: it has no name */
	int			expression;		/* -1: a function of the episode: */
	int			function;
} MeasureComponent;

typedef struct MeasureStratifier
{
	const char *id;
	MeasureComponent *components;
	int			ncomponents;
} MeasureStratifier;

typedef struct MeasureGroup
{
	const char *measure;
	const char *version;
	const char *id;
	int32		key;			/* by which the store names it; 0: not told */
	MeasureScoring scoring;
	MeasureBasis basis;
	uint32		defined;		/* populations that it has */
	int			expressions[MEASURE_NPOPULATIONS];	/* by bit; -1: none */
	MeasureObservation *observations;
	int			nobservations;
	MeasureStratifier *stratifiers;
	int			nstratifiers;
} MeasureGroup;

typedef struct MeasureFault
{
	const char *element;
	const char *message;
} MeasureFault;

typedef struct MeasurePlan
{
	MeasureGroup *groups;
	int			ngroups;
	MeasureFault *faults;		/* expressions that the logic does not have */
	int			nfaults;
} MeasurePlan;

/* Binds a plan (phm.measure_plan) to a logic; lives in the current memory context.  Raises 22023 for what is no plan. */
extern MeasurePlan *measure_plan_open(Jsonb *json, const CqlExec *x);

#endif							/* PHM_MEASURE_PLAN_H */
