/*
 * ed_visit_type.c: emergency visits as SQL functions: one visit, those among
 * the stays of a patient, arrays of diagnoses, and an aggregate over visits.
 */
#include "risk/ed_visit.h"
#include "risk/grouper_type.h"
#include "risk/stay_type.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(phm_ed_visit);
PG_FUNCTION_INFO_V1(phm_ed_visits);
PG_FUNCTION_INFO_V1(phm_ed_visit_share);
PG_FUNCTION_INFO_V1(phm_ed_visit_tally);
PG_FUNCTION_INFO_V1(phm_ed_visit_summary);

/* What a call site remembers. */
typedef struct EdSite
{
	KeptArg		kept;
	TupleDesc	desc;			/* of phm.stay */
	TupleDesc	result;
	uint64		hash;			/* of the grouper looked at last */
	Grouper		grouper;
	EdModel		model;
} EdSite;

#define ED_COUNTS (sizeof(EdTally) / sizeof(int64))
#define VISIT_FIELDS (ED_CLASSES + 2)
#define SUMMARY_FIELDS (ED_CLASSES + 5)

StaticAssertDecl(sizeof(EdTally) == (3 + ED_CLASSES) * sizeof(int64), "EdTally is an array of int64");

static EdSite *
site(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(EdSite));
	return fcinfo->flinfo->fn_extra;
}

/* The model of argument n; shares are read again only for another grouper. */
static const EdModel *
arg_model(FunctionCallInfo fcinfo, int n, EdSite *s)
{
	PhmError	err = {0};

	grouper_arg(fcinfo, n, &s->kept, &s->grouper);
	if (s->model.grouper == NULL || s->hash != s->grouper.hash)
	{
		if (!ed_model(&s->grouper, &s->model, &err))
		{
			s->model.grouper = NULL;
			hcc_raise(&err);
		}
		s->hash = s->grouper.hash;
	}
	return &s->model;
}

/* Millionths as numeric. */
static Datum
share(int64 millionths)
{
	return NumericGetDatum(int64_div_fast_to_numeric(millionths, 6));
}

/* The row type of the result of a function that is not set-returning. */
static TupleDesc
result_desc(FunctionCallInfo fcinfo, EdSite *s)
{
	TupleDesc	desc;
	MemoryContext old;

	if (s->result == NULL)
	{
		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "function of emergency visits returns no row");
		old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
		s->result = BlessTupleDesc(CreateTupleDescCopy(desc));
		MemoryContextSwitchTo(old);
	}
	return s->result;
}

/* A visit as a value of phm.ed_visit_result. */
static Datum
visit_datum(TupleDesc desc, const EdVisit *visit)
{
	Datum		values[VISIT_FIELDS] = {0};
	bool		nulls[VISIT_FIELDS];

	memset(nulls, visit->admitted, sizeof(nulls));
	nulls[0] = false;
	values[0] = CStringGetTextDatum(visit->admitted ? "admitted" : ed_class_name(visit->class));
	for (int i = 0; i < ED_CLASSES; i++)
		values[1 + i] = share(visit->shares[i]);
	values[1 + ED_CLASSES] = share(ed_avoidable(visit));
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* A text argument or element as bytes; "" where it is null. */
static const char *
bytes_of(Datum value, bool null, Size *length)
{
	text	   *t = null ? NULL : DatumGetTextPP(value);

	*length = t ? VARSIZE_ANY_EXHDR(t) : 0;
	return t ? VARDATA_ANY(t) : "";
}

/* phm.ed_visit(model, principal, admitted). */
Datum
phm_ed_visit(PG_FUNCTION_ARGS)
{
	EdSite	   *s = site(fcinfo);
	EdVisit		visit;
	Size		length;
	const char *code;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	code = bytes_of(PG_GETARG_DATUM(1), PG_ARGISNULL(1), &length);
	ed_classify(arg_model(fcinfo, 0, s), code, length, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2), &visit);
	PG_RETURN_DATUM(visit_datum(result_desc(fcinfo, s), &visit));
}

/* phm.ed_visits(model, stays): the emergency visits among the stays of a patient. */
Datum
phm_ed_visits(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	EdSite	   *s = site(fcinfo);
	StayTuple  *t;
	Stay	   *stays;
	TupleDesc	desc;
	int			n;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	arg_model(fcinfo, 0, s);
	t = stay_tuples(fcinfo, &s->desc, PG_GETARG_ARRAYTYPE_P(1), STAY_FIELDS, &n);
	stays = stay_read(t, n);
	desc = lookup_rowtype_tupdesc_copy(TupleDescAttr(rsinfo->setDesc, 3)->atttypid, -1);
	for (int i = 0; i < n; i++)
	{
		EdVisit		visit;
		bool	   *nulls;
		int			ncodes;
		Datum	   *codes = stay_texts(&t[i], STAY_DIAGNOSES, &nulls, &ncodes);
		bool		none = ncodes == 0 || nulls[0];
		Size		length;
		const char *code = bytes_of(none ? (Datum) 0 : codes[0], none, &length);
		Datum		values[4];
		bool		null[4] = {false, false, none, false};

		if (stays[i].kind != STAY_ED)
			continue;
		ed_classify(&s->model, code, length, stays[i].part_of >= 0, &visit);
		values[0] = t[i].null[STAY_STAY] ? Int32GetDatum(i + 1) : t[i].value[STAY_STAY];
		values[1] = DateADTGetDatum(stays[i].first);
		values[2] = none ? (Datum) 0 : codes[0];
		values[3] = visit_datum(desc, &visit);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, null);
	}
	return (Datum) 0;
}

/* Counts and sums as a value of phm.ed_visit_summary. */
static Datum
summary_datum(TupleDesc desc, const EdTally *tally)
{
	Datum		values[SUMMARY_FIELDS] = {0};
	bool		nulls[SUMMARY_FIELDS] = {0};
	EdSummary	summary;

	ed_finish(tally, &summary);
	values[0] = Int64GetDatum(tally->visits);
	values[1] = Int64GetDatum(tally->admitted);
	for (int i = 0; i < ED_CLASSES; i++)
		values[2 + i] = share(tally->sums[i]);
	values[2 + ED_CLASSES] = share(summary.avoidable);
	nulls[3 + ED_CLASSES] = nulls[4 + ED_CLASSES] = summary.classified_of == 0;
	if (summary.classified_of > 0)
	{
		Datum		of = NumericGetDatum(int64_to_numeric(summary.classified_of));

		values[3 + ED_CLASSES] = DirectFunctionCall2(numeric_round,
													 DirectFunctionCall2(numeric_div, share(summary.avoidable), of),
													 Int32GetDatum(6));
		values[4 + ED_CLASSES] = DirectFunctionCall2(numeric_round,
													 DirectFunctionCall2(numeric_div,
																		 NumericGetDatum(int64_to_numeric(tally->unclassified)), of),
													 Int32GetDatum(6));
	}
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}

/* phm.ed_visit_share(model, principals): the summary of an array of visits. */
Datum
phm_ed_visit_share(PG_FUNCTION_ARGS)
{
	EdSite	   *s = site(fcinfo);
	EdTally		tally;
	Datum	   *codes = NULL;
	bool	   *nulls = NULL;
	int			n = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	arg_model(fcinfo, 0, s);
	if (!PG_ARGISNULL(1))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &codes, &nulls, &n);
	ed_begin(&tally);
	for (int i = 0; i < n; i++)
	{
		Size		length;
		const char *code = bytes_of(codes[i], nulls[i], &length);

		ed_add(&tally, &s->model, code, length, false);
	}
	PG_RETURN_DATUM(summary_datum(result_desc(fcinfo, s), &tally));
}

/* phm.ed_visit_tally(state, model, principal, admitted): transition function of phm.ed_visit_agg. */
Datum
phm_ed_visit_tally(PG_FUNCTION_ARGS)
{
	EdSite	   *s = site(fcinfo);
	ArrayType  *state;
	EdTally    *tally = (EdTally *) stay_counts(fcinfo, ED_COUNTS, &state);
	Size		length;
	const char *code;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model of emergency visits must not be null")));
	code = bytes_of(PG_GETARG_DATUM(2), PG_ARGISNULL(2), &length);
	ed_add(tally, arg_model(fcinfo, 1, s), code, length, !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	PG_RETURN_ARRAYTYPE_P(state);
}

/* phm.ed_visit_summary(state): final function of phm.ed_visit_agg. */
Datum
phm_ed_visit_summary(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	EdTally    *tally = (EdTally *) stay_counts(fcinfo, ED_COUNTS, &state);

	PG_RETURN_DATUM(summary_datum(result_desc(fcinfo, site(fcinfo)), tally));
}
