/*
 * readmission_score_type.c: LACE and HOSPITAL as SQL functions: of values,
 * and of all inpatient stays of a patient.
 */
#include "risk/readmission.h"
#include "risk/grouper_type.h"
#include "risk/stay_type.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_lace);
PG_FUNCTION_INFO_V1(phm_lace_stays);
PG_FUNCTION_INFO_V1(phm_lace_charlson);
PG_FUNCTION_INFO_V1(phm_lace_charlson_codes);
PG_FUNCTION_INFO_V1(phm_hospital_score);
PG_FUNCTION_INFO_V1(phm_hospital_score_stays);

/* What a call site remembers. */
typedef struct ScoreSite
{
	KeptArg		kept;
	TupleDesc	desc;			/* of phm.stay */
	TupleDesc	result;			/* of the score */
	Grouper		grouper;
} ScoreSite;

static const char *const lace_names[LACE_COMPONENTS] = {
	"length of stay", "admission type", "comorbidity", "emergency visits",
};
static const char *const hospital_names[HOSPITAL_COMPONENTS] = {
	"hemoglobin", "oncology", "sodium", "procedure", "admission type", "admissions", "length of stay",
};

static ScoreSite *
site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ScoreSite));
	return fcinfo->flinfo->fn_extra;
}

/* A count of the arguments: SCORE_UNKNOWN where it is null, never negative. */
static int
arg_count(FunctionCallInfo fcinfo, int n, const char *what)
{
	if (PG_ARGISNULL(n))
		return SCORE_UNKNOWN;
	if (PG_GETARG_INT32(n) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must not be negative", what)));
	return PG_GETARG_INT32(n);
}

static int
arg_flag(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? SCORE_UNKNOWN : PG_GETARG_BOOL(n);
}

/* A laboratory value, which must be possible in its unit. */
static double
lab_value(double value, double most, const char *what, const char *unit)
{
	if (isnan(value) || value < 0 || value > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from 0 to %d %s", what, (int) most, unit),
				 errhint("Convert the value to this unit, or pass null where it is not known.")));
	return value;
}

#define HEMOGLOBIN_MAX 50
#define SODIUM_MAX 300
#define hemoglobin_of(value) lab_value(value, HEMOGLOBIN_MAX, "hemoglobin", "g/dL")
#define sodium_of(value) lab_value(value, SODIUM_MAX, "sodium", "mmol/L")

/* 2013: the points as first published for admissions; 2016: those of the international validation. */
static bool
arg_original(FunctionCallInfo fcinfo, int n)
{
	int			version = PG_ARGISNULL(n) ? 2016 : PG_GETARG_INT32(n);

	if (version != 2013 && version != 2016)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("version of the HOSPITAL score must be 2013 or 2016")));
	return version == 2013;
}

/* A sheet as a value: score, points of the components, risk, missing, status. */
static Datum
sheet_datum(TupleDesc desc, const ScoreSheet *sheet, int n, const char *risk, const char *const *names)
{
	Datum		values[HOSPITAL_COMPONENTS + 4];
	bool		nulls[HOSPITAL_COMPONENTS + 4] = {0};
	Datum		missing[HOSPITAL_COMPONENTS];
	int			nmissing = 0;

	values[0] = Int32GetDatum(sheet->score);
	for (int i = 0; i < n; i++)
	{
		values[1 + i] = Int32GetDatum(sheet->points[i]);
		nulls[1 + i] = (sheet->missing & (1u << i)) != 0;
		if (nulls[1 + i])
			missing[nmissing++] = CStringGetTextDatum(names[i]);
	}
	values[1 + n] = CStringGetTextDatum(risk);
	values[2 + n] = PointerGetDatum(construct_array(missing, nmissing, TEXTOID, -1, false, TYPALIGN_INT));
	values[3 + n] = CStringGetTextDatum("unverified");
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

static Datum
lace_datum(TupleDesc desc, const ScoreSheet *sheet)
{
	return sheet_datum(desc, sheet, LACE_COMPONENTS, lace_risk(sheet->score), lace_names);
}

static Datum
hospital_datum(TupleDesc desc, const ScoreSheet *sheet)
{
	return sheet_datum(desc, sheet, HOSPITAL_COMPONENTS, hospital_risk(sheet->score), hospital_names);
}

/* The row type of the result of a function that is not set-returning. */
static TupleDesc
result_desc(FunctionCallInfo fcinfo, ScoreSite *s)
{
	TupleDesc	desc;
	MemoryContext old;

	if (s->result == NULL)
	{
		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "score function returns no row");
		old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		s->result = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(old);
	}
	return s->result;
}

/* phm.lace(los, acute, charlson_points, ed_visits). */
Datum
phm_lace(PG_FUNCTION_ARGS)
{
	LaceInput	in;
	ScoreSheet	sheet;

	in.los = arg_count(fcinfo, 0, "length of stay");
	in.acute = arg_flag(fcinfo, 1);
	in.charlson = arg_count(fcinfo, 2, "points of the Charlson index");
	in.ed_visits = arg_count(fcinfo, 3, "number of emergency visits");
	lace_score(&in, &sheet);
	PG_RETURN_DATUM(lace_datum(result_desc(fcinfo, site(fcinfo)), &sheet));
}

/* phm.hospital_score(hemoglobin, oncology, sodium, procedure, urgent, admissions, los, version). */
Datum
phm_hospital_score(PG_FUNCTION_ARGS)
{
	HospitalInput in;
	ScoreSheet	sheet;

	in.hemoglobin = PG_ARGISNULL(0) ? SCORE_UNKNOWN : hemoglobin_of(PG_GETARG_FLOAT8(0));
	in.oncology = arg_flag(fcinfo, 1);
	in.sodium = PG_ARGISNULL(2) ? SCORE_UNKNOWN : sodium_of(PG_GETARG_FLOAT8(2));
	in.procedure = arg_flag(fcinfo, 3);
	in.urgent = arg_flag(fcinfo, 4);
	in.admissions = arg_count(fcinfo, 5, "number of admissions");
	in.los = arg_count(fcinfo, 6, "length of stay");
	in.original = arg_original(fcinfo, 7);
	hospital_score(&in, &sheet);
	PG_RETURN_DATUM(hospital_datum(result_desc(fcinfo, site(fcinfo)), &sheet));
}

/* phm.lace_charlson(conditions): points of named conditions. */
Datum
phm_lace_charlson(PG_FUNCTION_ARGS)
{
	uint32		present = 0;
	Datum	   *texts;
	bool	   *nulls;
	int			n;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
		{
			text	   *name = DatumGetTextPP(texts[i]);

			present |= lace_condition(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		}
	PG_RETURN_INT32(lace_charlson(present));
}

/* The conditions of a grouper argument. */
static void
arg_lace_model(FunctionCallInfo fcinfo, int n, ScoreSite *s, LaceModel *model)
{
	PhmError	err = {0};

	grouper_arg(fcinfo, n, &s->kept, &s->grouper);
	if (!lace_model(&s->grouper, model, &err))
		hcc_raise(&err);
}

/* Points of diagnoses. */
static int
points_of(const LaceModel *model, const Datum *texts, const bool *nulls, int n)
{
	uint32		present = 0;

	for (int i = 0; i < n; i++)
		if (!nulls[i])
		{
			text	   *code = DatumGetTextPP(texts[i]);

			present |= lace_conditions(model, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
		}
	return lace_charlson(present);
}

/* phm.lace_charlson(charlson, diagnoses): points of diagnoses. */
Datum
phm_lace_charlson_codes(PG_FUNCTION_ARGS)
{
	LaceModel	model;
	Datum	   *texts;
	bool	   *nulls;
	int			n;

	arg_lace_model(fcinfo, 0, site(fcinfo), &model);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &n);
	PG_RETURN_INT32(points_of(&model, texts, nulls, n));
}

/* One row: stay, admitted, discharged, score. */
static void
put_score(ReturnSetInfo *rsinfo, const StayTuple *t, const Stay *stays, int i, Datum score)
{
	Datum		values[4] = {0};
	bool		nulls[4] = {false, false, stays[i].last == STAY_OPEN, false};

	values[0] = t[i].null[STAY_STAY] ? Int32GetDatum(i + 1) : t[i].value[STAY_STAY];
	values[1] = DateADTGetDatum(stays[i].first);
	values[2] = DateADTGetDatum(stays[i].last);
	values[3] = score;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The row type of the score in a set of rows. */
static TupleDesc
score_desc(ReturnSetInfo *rsinfo)
{
	return lookup_rowtype_tupdesc_copy(TupleDescAttr(rsinfo->setDesc, 3)->atttypid, -1);
}

/* phm.lace(stays, charlson): the score of every inpatient stay. */
Datum
phm_lace_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScoreSite  *s = site(fcinfo);
	LaceModel	model;
	StayTuple  *t;
	Stay	   *stays;
	TupleDesc	desc;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	if (!PG_ARGISNULL(1))
		arg_lace_model(fcinfo, 1, s, &model);
	t = stay_tuples(fcinfo, &s->desc, PG_GETARG_ARRAYTYPE_P(0), STAY_FIELDS, &n);
	stays = stay_read(t, n);
	desc = score_desc(rsinfo);
	for (int i = 0; i < n; i++)
	{
		LaceInput	in;
		ScoreSheet	sheet;
		bool	   *nulls;
		int			ncodes;
		Datum	   *codes = stay_texts(&t[i], STAY_DIAGNOSES, &nulls, &ncodes);

		if (stays[i].kind != STAY_INPATIENT)
			continue;
		lace_of_stay(stays, n, i, &in);
		if (!PG_ARGISNULL(1) && ncodes > 0)
			in.charlson = points_of(&model, codes, nulls, ncodes);
		lace_score(&in, &sheet);
		put_score(rsinfo, t, stays, i, lace_datum(desc, &sheet));
	}
	return (Datum) 0;
}

/* An array argument that says something of every stay, taken apart; n 0 where it is null. */
static Datum *
arg_elements(FunctionCallInfo fcinfo, int arg, Oid type, bool **nulls, int *n)
{
	Datum	   *elements = NULL;

	*n = 0;
	if (PG_ARGISNULL(arg))
		return NULL;
	if (type == FLOAT8OID)
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), type, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						  &elements, nulls, n);
	else
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), type, 1, true, TYPALIGN_CHAR, &elements, nulls, n);
	return elements;
}

/* What the arguments say of the stays, by their position. */
typedef struct HospitalFacts
{
	Datum	   *hemoglobin;
	Datum	   *sodium;
	Datum	   *oncology;
	bool	   *nulls[3];
	int			n[3];
} HospitalFacts;

/* The facts of one stay, as far as they are told. */
static void
put_facts(const HospitalFacts *f, const StayTuple *t, int i, HospitalInput *in)
{
	bool	   *nulls;
	int			n;

	if (i < f->n[0] && !f->nulls[0][i])
		in->hemoglobin = hemoglobin_of(DatumGetFloat8(f->hemoglobin[i]));
	if (i < f->n[1] && !f->nulls[1][i])
		in->sodium = sodium_of(DatumGetFloat8(f->sodium[i]));
	if (i < f->n[2] && !f->nulls[2][i])
		in->oncology = DatumGetBool(f->oncology[i]);
	if (!t->null[STAY_PROCEDURES])
	{
		stay_texts(t, STAY_PROCEDURES, &nulls, &n);
		in->procedure = n > 0;
	}
}

/* phm.hospital_score(stays, hemoglobin, sodium, oncology, version): the score of every inpatient stay. */
Datum
phm_hospital_score_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ScoreSite  *s = site(fcinfo);
	HospitalFacts facts;
	StayTuple  *t;
	Stay	   *stays;
	TupleDesc	desc;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	facts.hemoglobin = arg_elements(fcinfo, 1, FLOAT8OID, &facts.nulls[0], &facts.n[0]);
	facts.sodium = arg_elements(fcinfo, 2, FLOAT8OID, &facts.nulls[1], &facts.n[1]);
	facts.oncology = arg_elements(fcinfo, 3, BOOLOID, &facts.nulls[2], &facts.n[2]);
	t = stay_tuples(fcinfo, &s->desc, PG_GETARG_ARRAYTYPE_P(0), STAY_FIELDS, &n);
	stays = stay_read(t, n);
	desc = score_desc(rsinfo);
	for (int i = 0; i < n; i++)
	{
		HospitalInput in;
		ScoreSheet	sheet;

		if (stays[i].kind != STAY_INPATIENT)
			continue;
		hospital_of_stay(stays, n, i, &in);
		in.original = arg_original(fcinfo, 4);
		put_facts(&facts, &t[i], i, &in);
		hospital_score(&in, &sheet);
		put_score(rsinfo, t, stays, i, hospital_datum(desc, &sheet));
	}
	return (Datum) 0;
}
