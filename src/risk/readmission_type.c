/*
 * readmission_type.c: the readmission measure as SQL functions over the stays
 * of a patient, and its rate over patients.
 */
#include "risk/readmission.h"
#include "risk/grouper_type.h"
#include "risk/stay_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_readmissions);
PG_FUNCTION_INFO_V1(phm_planned_readmission);
PG_FUNCTION_INFO_V1(phm_readmission_cohort);
PG_FUNCTION_INFO_V1(phm_readmission_tally);
PG_FUNCTION_INFO_V1(phm_readmission_summary);

/* What a call site remembers. */
typedef struct ReadmissionSite
{
	KeptArg		kept;
	TupleDesc	desc;			/* of phm.stay or phm.readmission */
	uint64		hash;			/* of the grouper looked at last */
	Grouper		grouper;
	ReadmissionModel model;
} ReadmissionSite;

/* The attributes of phm.readmission, in order. */
enum
{
	RE_STAY, RE_ADMITTED, RE_DISCHARGED, RE_COHORT, RE_PLANNED, RE_PLANNED_BY, RE_INDEX, RE_EXCLUSIONS,
	RE_READMISSION, RE_READMITTED, RE_DAYS, RE_OUTCOME, RE_FIELDS
};

static ReadmissionSite *
site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(ReadmissionSite));
	return fcinfo->flinfo->fn_extra;
}

/* The model of argument 0; names are looked up again only for another grouper. */
static const ReadmissionModel *
arg_model(FunctionCallInfo fcinfo, ReadmissionSite *s)
{
	PhmError	err = {0};

	grouper_arg(fcinfo, 0, &s->kept, &s->grouper);
	if (s->model.grouper == NULL || s->hash != s->grouper.hash)
	{
		if (!readmission_model(&s->grouper, &s->model, &err))
		{
			s->model.grouper = NULL;
			hcc_raise(&err);
		}
		s->hash = s->grouper.hash;
	}
	return &s->model;
}

/* Reads codes: the first diagnosis or all procedures. */
static void
add_codes(ReadmissionCodes *codes, const ReadmissionModel *model, bool diagnosis,
		  const Datum *texts, const bool *nulls, int n)
{
	for (int i = 0; i < n; i++)
	{
		text	   *code = nulls[i] ? NULL : DatumGetTextPP(texts[i]);

		readmission_add(codes, model, diagnosis, code ? VARDATA_ANY(code) : "",
						code ? VARSIZE_ANY_EXHDR(code) : 0);
	}
}

/* What the codes of every stay say. */
static ReadmissionCodes *
read_codes(const StayTuple *tuples, int n, const ReadmissionModel *model)
{
	ReadmissionCodes *codes = palloc(Max(n, 1) * sizeof(ReadmissionCodes));

	for (int i = 0; i < n; i++)
	{
		bool	   *nulls;
		int			count;
		Datum	   *texts = stay_texts(&tuples[i], STAY_DIAGNOSES, &nulls, &count);

		readmission_begin(&codes[i]);
		add_codes(&codes[i], model, true, texts, nulls, Min(count, 1));
		texts = stay_texts(&tuples[i], STAY_PROCEDURES, &nulls, &count);
		add_codes(&codes[i], model, false, texts, nulls, count);
	}
	return codes;
}

/* Argument n as a day; STAY_NO_DAY where it is null or no day of the calendar. */
static int32
arg_day(FunctionCallInfo fcinfo, int n)
{
	int32		day = PG_ARGISNULL(n) ? STAY_NO_DAY : PG_GETARG_DATEADT(n);

	return day < STAY_MIN_DAY || day > STAY_MAX_DAY ? STAY_NO_DAY : day;
}

/* The person of the arguments from 2 on. */
static ReadmissionPerson
arg_person(FunctionCallInfo fcinfo)
{
	ReadmissionPerson p;

	p.died = arg_day(fcinfo, 2);
	p.born = arg_day(fcinfo, 3);
	p.enrolled_from = arg_day(fcinfo, 4);
	p.enrolled_to = arg_day(fcinfo, 5);
	p.min_age = PG_ARGISNULL(6) ? 0 : PG_GETARG_INT32(6);
	if (p.min_age < 0 || p.min_age > 120)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("smallest age must be from 0 to 120 years")));
	return p;
}

/* Exclusions by name. */
static Datum
exclusion_names(uint32 exclusions)
{
	Datum		names[EXCLUSIONS];
	int			n = 0;

	for (int i = 0; i < EXCLUSIONS; i++)
		if (exclusions & (1u << i))
			names[n++] = CStringGetTextDatum(readmission_exclusion_name(i));
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The code that makes a stay a planned one: a procedure, or the principal diagnosis. */
static Datum
planned_by(const StayTuple *t, const ReadmissionCodes *c, ReadmissionPlanned planned)
{
	bool	   *nulls;
	int			n;

	if (planned == PLANNED_PA2)
		return stay_texts(t, STAY_DIAGNOSES, &nulls, &n)[0];
	return stay_texts(t, STAY_PROCEDURES, &nulls, &n)[planned == PLANNED_PA1 ? c->pa1 : c->pa3];
}

/* A row of phm.readmission. */
static void
put_row(ReturnSetInfo *rsinfo, const StayTuple *t, const ReadmissionCodes *c, const Stay *stays,
		const ReadmissionResult *results, int i)
{
	const ReadmissionResult *r = &results[i];
	Datum		values[RE_FIELDS] = {0};
	bool		nulls[RE_FIELDS] = {0};
	const char *cohort = readmission_cohort_name(r->cohort);
	bool		again = r->readmission >= 0;

	nulls[RE_DISCHARGED] = stays[i].last == STAY_OPEN;
	nulls[RE_COHORT] = cohort == NULL;
	nulls[RE_PLANNED] = nulls[RE_PLANNED_BY] = r->planned == NOT_PLANNED;
	nulls[RE_READMISSION] = nulls[RE_READMITTED] = nulls[RE_DAYS] = !again;
	nulls[RE_OUTCOME] = !stay_is_over(&stays[i]) || stays[i].transfer_out;
	values[RE_STAY] = t[i].null[STAY_STAY] ? Int32GetDatum(i + 1) : t[i].value[STAY_STAY];
	values[RE_ADMITTED] = DateADTGetDatum(stays[i].first);
	values[RE_DISCHARGED] = DateADTGetDatum(stays[i].last);
	if (cohort)
		values[RE_COHORT] = CStringGetTextDatum(cohort);
	if (r->planned != NOT_PLANNED)
	{
		values[RE_PLANNED] = CStringGetTextDatum(psprintf("PA%d", r->planned));
		values[RE_PLANNED_BY] = planned_by(&t[i], &c[i], r->planned);
	}
	values[RE_INDEX] = BoolGetDatum(r->exclusions == 0);
	values[RE_EXCLUSIONS] = exclusion_names(r->exclusions);
	if (again)
	{
		values[RE_READMISSION] = t[r->readmission].null[STAY_STAY] ? Int32GetDatum(r->readmission + 1)
			: t[r->readmission].value[STAY_STAY];
		values[RE_READMITTED] = DateADTGetDatum(stays[r->readmission].first);
		values[RE_DAYS] = Int32GetDatum(r->days);
	}
	values[RE_OUTCOME] = CStringGetTextDatum(!again ? "none" :
											 results[r->readmission].planned ? "planned" : "unplanned");
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* phm.readmissions(model, stays, died, born, enrolled_from, enrolled_to, min_age). */
Datum
phm_readmissions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ReadmissionSite *s = site(fcinfo);
	ReadmissionPerson person;
	ReadmissionCodes *codes;
	ReadmissionResult *results;
	StayTuple  *tuples;
	Stay	   *stays;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	person = arg_person(fcinfo);
	tuples = stay_tuples(fcinfo, &s->desc, PG_GETARG_ARRAYTYPE_P(1), STAY_FIELDS, &n);
	stays = stay_read(tuples, n);
	codes = read_codes(tuples, n, arg_model(fcinfo, s));
	results = palloc(Max(n, 1) * sizeof(ReadmissionResult));
	readmission_finish(stays, codes, n, &person, results);
	for (int i = 0; i < n; i++)
		if (stays[i].kind == STAY_INPATIENT)
			put_row(rsinfo, tuples, codes, stays, results, i);
	return (Datum) 0;
}

/* Codes of the arguments (model, principal diagnosis, procedures). */
static void
arg_codes(FunctionCallInfo fcinfo, ReadmissionCodes *codes)
{
	const ReadmissionModel *model = arg_model(fcinfo, site(fcinfo));
	Datum	   *texts;
	bool	   *nulls;
	int			n;

	readmission_begin(codes);
	if (!PG_ARGISNULL(1))
	{
		Datum		principal = PG_GETARG_DATUM(1);
		bool		null = false;

		add_codes(codes, model, true, &principal, &null, 1);
	}
	if (!PG_ARGISNULL(2))
	{
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &texts, &nulls, &n);
		add_codes(codes, model, false, texts, nulls, n);
	}
}

/* phm.planned_readmission(model, principal, procedures). */
Datum
phm_planned_readmission(PG_FUNCTION_ARGS)
{
	ReadmissionCodes codes;
	ReadmissionPlanned planned;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	arg_codes(fcinfo, &codes);
	planned = readmission_planned(&codes);
	if (planned == NOT_PLANNED)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("PA%d", planned)));
}

/* phm.readmission_cohort(model, principal, procedures). */
Datum
phm_readmission_cohort(PG_FUNCTION_ARGS)
{
	ReadmissionCodes codes;
	const char *name;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	arg_codes(fcinfo, &codes);
	name = readmission_cohort_name(readmission_cohort(&codes));
	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}

/* Counts of the rate. */
enum
{
	COUNT_STAYS, COUNT_INDEX, COUNT_UNPLANNED, COUNT_PLANNED, COUNTS
};

/* The fields of a phm.readmission. */
static void
read_readmission(FunctionCallInfo fcinfo, TupleDesc *desc, Datum *values, bool *nulls)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(1);
	HeapTupleData tuple = {0};
	MemoryContext old;
	TupleDesc	found;

	if (*desc == NULL || (*desc)->tdtypeid != HeapTupleHeaderGetTypeId(header))
	{
		found = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
		if (found->natts != RE_FIELDS)
			elog(ERROR, "row type has %d attributes, not %d", found->natts, RE_FIELDS);
		old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		*desc = CreateTupleDescCopy(found);
		MemoryContextSwitchTo(old);
		ReleaseTupleDesc(found);
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	heap_deform_tuple(&tuple, *desc, values, nulls);
}

/* Does a text field say this word? */
static bool
says(Datum value, bool null, const char *word)
{
	text	   *t = null ? NULL : DatumGetTextPP(value);

	return t && VARSIZE_ANY_EXHDR(t) == strlen(word) && memcmp(VARDATA_ANY(t), word, strlen(word)) == 0;
}

/* phm.readmission_tally(state, readmission): transition function of phm.readmission_rate. */
Datum
phm_readmission_tally(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *counts = stay_counts(fcinfo, COUNTS, &state);
	Datum		values[RE_FIELDS];
	bool		nulls[RE_FIELDS];

	if (!PG_ARGISNULL(1))
	{
		read_readmission(fcinfo, &site(fcinfo)->desc, values, nulls);
		counts[COUNT_STAYS]++;
		if (!nulls[RE_INDEX] && DatumGetBool(values[RE_INDEX]))
		{
			counts[COUNT_INDEX]++;
			counts[COUNT_UNPLANNED] += says(values[RE_OUTCOME], nulls[RE_OUTCOME], "unplanned");
			counts[COUNT_PLANNED] += says(values[RE_OUTCOME], nulls[RE_OUTCOME], "planned");
		}
	}
	PG_RETURN_ARRAYTYPE_P(state);
}

/* phm.readmission_summary(state): final function of phm.readmission_rate. */
Datum
phm_readmission_summary(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *counts = stay_counts(fcinfo, COUNTS, &state);
	Datum		values[COUNTS + 1];
	bool		nulls[COUNTS + 1] = {0};
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "phm.readmission_summary returns no row");
	for (int i = 0; i < COUNTS; i++)
		values[i] = Int64GetDatum(counts[i]);
	nulls[COUNTS] = counts[COUNT_INDEX] == 0;
	if (!nulls[COUNTS])
		values[COUNTS] = DirectFunctionCall2(numeric_round,
											 DirectFunctionCall2(numeric_div,
																 NumericGetDatum(int64_to_numeric(counts[COUNT_UNPLANNED])),
																 NumericGetDatum(int64_to_numeric(counts[COUNT_INDEX]))),
											 Int32GetDatum(6));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
