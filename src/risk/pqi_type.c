/*
 * pqi_type.c: Prevention Quality Indicators as SQL functions: of a discharge,
 * of the stays of a patient, and rates over persons.
 */
#include "risk/pqi.h"
#include "risk/grouper_type.h"
#include "risk/stay_type.h"

#include "catalog/pg_type.h"
#include "access/htup_details.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_pqi);
PG_FUNCTION_INFO_V1(phm_pqi_stays);
PG_FUNCTION_INFO_V1(phm_explain_pqi);
PG_FUNCTION_INFO_V1(phm_pqi_tally);
PG_FUNCTION_INFO_V1(phm_pqi_rates);

#define PQI_MAX_AGE 120
#define PQI_COUNTS (2 * PQIS)	/* discharges and population of every indicator */

/* What a call site remembers. */
typedef struct PqiSite
{
	KeptArg		kept;
	TupleDesc	desc;			/* of phm.stay */
	uint64		hash;			/* of the grouper looked at last */
	Grouper		grouper;
	PqiModel	model;
} PqiSite;

static PqiSite *
site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PqiSite));
	return fcinfo->flinfo->fn_extra;
}

/* The model of argument 0; names are looked up again only for another grouper. */
static const PqiModel *
arg_model(FunctionCallInfo fcinfo, PqiSite *s)
{
	PhmError	err = {0};

	grouper_arg(fcinfo, 0, &s->kept, &s->grouper);
	if (s->model.grouper == NULL || s->hash != s->grouper.hash)
	{
		if (!pqi_model(&s->grouper, &s->model, &err))
		{
			s->model.grouper = NULL;
			hcc_raise(&err);
		}
		s->hash = s->grouper.hash;
	}
	return &s->model;
}

/* Argument n as an age; -1 where it is null. */
static int
arg_age(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return -1;
	if (PG_GETARG_INT32(n) < 0 || PG_GETARG_INT32(n) > PQI_MAX_AGE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("age of a person must be from 0 to %d years", PQI_MAX_AGE)));
	return PG_GETARG_INT32(n);
}

/* Reads codes; the first diagnosis is the principal one. */
static void
add_codes(PqiWork *work, const PqiModel *model, bool diagnoses, const Datum *texts, const bool *nulls, int n)
{
	for (int i = 0; i < n; i++)
		if (!nulls[i])
		{
			text	   *code = DatumGetTextPP(texts[i]);

			pqi_add(work, model, !diagnoses ? PQI_PROCEDURE : i == 0 ? PQI_PRINCIPAL : PQI_SECONDARY,
					VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
		}
}

/* An array argument of codes. */
static void
add_argument(FunctionCallInfo fcinfo, int n, PqiWork *work, const PqiModel *model, bool diagnoses)
{
	Datum	   *texts;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(n))
		return;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &count);
	add_codes(work, model, diagnoses, texts, nulls, count);
}

/* The discharge of arguments (model, age, diagnoses, procedures, admission source, newborn). */
static void
arg_discharge(FunctionCallInfo fcinfo, PqiResult *result)
{
	const PqiModel *model = arg_model(fcinfo, site(fcinfo));
	PqiDischarge d = {0};
	PqiWork		work;

	pqi_begin(&work);
	add_argument(fcinfo, 2, &work, model, true);
	add_argument(fcinfo, 3, &work, model, false);
	d.age = arg_age(fcinfo, 1);
	if (!PG_ARGISNULL(4))
	{
		text	   *source = PG_GETARG_TEXT_PP(4);

		d.transfer = VARSIZE_ANY_EXHDR(source) > 0 && pqi_is_transfer(VARDATA_ANY(source)[0]);
	}
	d.newborn = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	pqi_finish(&work, &d, result);
}

/* Indicators by number. */
static Datum
numbers(uint32 counted)
{
	Datum		elements[PQIS];
	int			n = 0;

	for (int i = 0; i < PQIS; i++)
		if (counted & (1u << i))
			elements[n++] = Int32GetDatum(pqi_number(i));
	return PointerGetDatum(construct_array(elements, n, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* phm.pqi(model, age, diagnoses, procedures, admission_source, newborn). */
Datum
phm_pqi(PG_FUNCTION_ARGS)
{
	PqiResult	result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	arg_discharge(fcinfo, &result);
	PG_RETURN_DATUM(numbers(result.counted));
}

/* phm.explain_pqi: the indicators of which a discharge is a case, and why it does not count. */
Datum
phm_explain_pqi(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	PqiResult	result;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	arg_discharge(fcinfo, &result);
	for (int i = 0; i < PQIS; i++)
	{
		int			why = i >= PQI_SINGLE ? PQI_COUNTED : result.why[i];
		Datum		values[4] = {Int32GetDatum(pqi_number(i)), CStringGetTextDatum(pqi_name(i)),
			BoolGetDatum(why == PQI_COUNTED), CStringGetTextDatum(pqi_why_text(why))};
		bool		nulls[4] = {false, false, false, why == PQI_COUNTED};

		if (i >= PQI_SINGLE ? !(result.counted & (1u << i)) : why == PQI_NOT_ITS_CASE)
			continue;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Age in whole years on a day, -1 before birth; nobody is older than PQI_MAX_AGE. */
static int
age_on(int32 day, int32 born)
{
	int64		days = (int64) day - born;
	int			age = days < 0 ? -1 : Min(days / 366, PQI_MAX_AGE);

	while (days >= 0 && age < PQI_MAX_AGE && stay_months_before(day, (age + 1) * 12) >= born)
		age++;
	return age;
}

/* The indicators of one stay. */
static void
stay_result(const StayTuple *t, const Stay *s, const PqiModel *model, int32 born, PqiResult *result)
{
	PqiDischarge d;
	PqiWork		work;
	bool	   *nulls;
	int			n;
	Datum	   *codes;

	pqi_begin(&work);
	codes = stay_texts(t, STAY_DIAGNOSES, &nulls, &n);
	add_codes(&work, model, true, codes, nulls, n);
	codes = stay_texts(t, STAY_PROCEDURES, &nulls, &n);
	add_codes(&work, model, false, codes, nulls, n);
	d.age = age_on(s->first, born);
	d.transfer = s->transfer_in || pqi_is_transfer(s->source);
	d.newborn = s->admission == STAY_NEWBORN;
	pqi_finish(&work, &d, result);
}

/* phm.pqi(model, stays, born): the indicators of every inpatient stay that is over. */
Datum
phm_pqi_stays(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	PqiSite    *s = site(fcinfo);
	StayTuple  *t;
	Stay	   *stays;
	int32		born;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	born = PG_GETARG_DATEADT(2);
	arg_model(fcinfo, s);
	t = stay_tuples(fcinfo, &s->desc, PG_GETARG_ARRAYTYPE_P(1), STAY_FIELDS, &n);
	stays = stay_read(t, n);
	for (int i = 0; i < n; i++)
	{
		Datum		values[4];
		bool		nulls[4] = {0};
		PqiResult	result;

		if (stays[i].kind != STAY_INPATIENT || !stay_is_over(&stays[i]))
			continue;
		stay_result(&t[i], &stays[i], &s->model, born, &result);
		values[0] = t[i].null[STAY_STAY] ? Int32GetDatum(i + 1) : t[i].value[STAY_STAY];
		values[1] = DateADTGetDatum(stays[i].first);
		values[2] = DateADTGetDatum(stays[i].last);
		values[3] = numbers(result.counted);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Adds the indicators of one person's discharges, by number, to the counts. */
static void
count_discharges(int64 *counts, ArrayType *array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		int			pqi = nulls[i] ? -1 : pqi_of_number(DatumGetInt32(elements[i]));

		if (nulls[i])
			continue;
		if (pqi < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no Prevention Quality Indicator %d", DatumGetInt32(elements[i]))));
		counts[pqi]++;
	}
}

/* phm.pqi_tally(state, age, pqis): transition function of phm.pqi_agg. */
Datum
phm_pqi_tally(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *counts = stay_counts(fcinfo, PQI_COUNTS, &state);
	uint32		population = pqi_population(arg_age(fcinfo, 1));

	for (int i = 0; i < PQIS; i++)
		counts[PQIS + i] += (population >> i) & 1;
	if (!PG_ARGISNULL(2))
		count_discharges(counts, PG_GETARG_ARRAYTYPE_P(2));
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Discharges per 100,000 of the population, two decimals. */
static Datum
rate(int64 discharges, int64 population)
{
	Datum		scaled = DirectFunctionCall2(numeric_mul, NumericGetDatum(int64_to_numeric(discharges)),
											 NumericGetDatum(int64_to_numeric(100000)));

	return DirectFunctionCall2(numeric_round,
							   DirectFunctionCall2(numeric_div, scaled, NumericGetDatum(int64_to_numeric(population))),
							   Int32GetDatum(2));
}

/* phm.pqi_rates(state): final function of phm.pqi_agg. */
Datum
phm_pqi_rates(PG_FUNCTION_ARGS)
{
	Oid			element = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc	desc = lookup_rowtype_tupdesc(element, -1);
	ArrayType  *state;
	int64	   *counts = stay_counts(fcinfo, PQI_COUNTS, &state);
	Datum		rows[PQIS];

	for (int i = 0; i < PQIS; i++)
	{
		Datum		values[5] = {Int32GetDatum(pqi_number(i)), CStringGetTextDatum(pqi_name(i)),
			Int64GetDatum(counts[i]), Int64GetDatum(counts[PQIS + i]), (Datum) 0};
		bool		nulls[5] = {false, false, false, false, counts[PQIS + i] <= 0};

		if (!nulls[4])
			values[4] = rate(counts[i], counts[PQIS + i]);
		rows[i] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	ReleaseTupleDesc(desc);
	PG_RETURN_ARRAYTYPE_P(construct_array(rows, PQIS, element, -1, false, TYPALIGN_DOUBLE));
}
