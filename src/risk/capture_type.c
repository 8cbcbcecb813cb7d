/*
 * capture_type.c: the rules for suspected conditions that hold by a chart, as
 * rows.
 */
#include "risk/capture.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "types/chart_datum.h"

PG_FUNCTION_INFO_V1(phm_suspects_of);

/* Arguments of phm.suspects_of. */
enum
{
	ARG_CHART, ARG_AS_OF, ARG_EVIDENCE, ARG_DRUG_ROWS, ARG_DRUG_CODES, ARG_INGREDIENTS, ARG_CLAIMS, ARG_VISIBLE
};

#define RULE_ARGS (ARG_INGREDIENTS - ARG_EVIDENCE + 1)

/* What a call site keeps; lives in fn_mcxt. */
typedef struct CaptureSite
{
	MemoryContext context;		/* of rules and the arguments they were made of */
	void	   *args[RULE_ARGS];
	CaptureFacts facts;
} CaptureSite;

static CaptureSite *
capture_site(FunctionCallInfo fcinfo)
{
	CaptureSite *s = fcinfo->flinfo->fn_extra;
	MemoryContext old;

	if (s != NULL)
		return s;
	old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	s = palloc0(sizeof(CaptureSite));
	s->context = AllocSetContextCreate(CurrentMemoryContext, "phm suspect rules", ALLOCSET_DEFAULT_SIZES);
	s->facts.context = AllocSetContextCreate(CurrentMemoryContext, "phm suspect facts", ALLOCSET_DEFAULT_SIZES);
	s->facts.history = history();
	s->facts.room = 64;
	s->facts.facts = palloc(sizeof(CaptureFact) * s->facts.room);
	fcinfo->flinfo->fn_extra = s;
	MemoryContextSwitchTo(old);
	return s;
}

/* The rules of the call: made once for the same arguments. */
static void
arg_rules(FunctionCallInfo fcinfo, CaptureSite *s)
{
	ArrayType  *args[RULE_ARGS];
	MemoryContext old;
	bool		same = s->facts.rules != NULL;

	for (int i = 0; i < RULE_ARGS; i++)
	{
		args[i] = PG_GETARG_ARRAYTYPE_P(ARG_EVIDENCE + i);
		same = same && VARSIZE(args[i]) == VARSIZE(s->args[i]) && memcmp(args[i], s->args[i], VARSIZE(args[i])) == 0;
	}
	if (same)
		return;
	s->facts.rules = NULL;
	MemoryContextReset(s->context);
	old = MemoryContextSwitchTo(s->context);
	for (int i = 0; i < RULE_ARGS; i++)
	{
		s->args[i] = palloc(VARSIZE(args[i]));
		memcpy(s->args[i], args[i], VARSIZE(args[i]));
	}
	s->facts.rules = capture_rules(s->args[0], s->args[1], s->args[2], s->args[3]);
	MemoryContextSwitchTo(old);
}

/* A text of a row of phm.suspect_fact, NULL where it is null. */
static const char *
fact_text(HeapTupleHeader row, int column)
{
	bool		null;
	Datum		value = GetAttributeByNum(row, (AttrNumber) column, &null);

	return null ? NULL : TextDatumGetCString(value);
}

/* A text that a row of phm.suspect_fact must have. */
static const char *
needed_text(HeapTupleHeader row, int column)
{
	const char *text = fact_text(row, column);

	if (text == NULL)
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a fact of a claim lacks its code, resource or source"));
	return text;
}

/* A fill that a claim tells of. */
static void
add_claim(CaptureFacts *facts, HeapTupleHeader row)
{
	bool		null;
	int			id = DatumGetInt32(GetAttributeByNum(row, 1, &null));
	int32		day = null ? HISTORY_NO_DAY : DatumGetDateADT(GetAttributeByNum(row, 2, &null));
	CaptureFact *f;

	for (int i = 0; i < facts->rules->nevidence && !null; i++)
	{
		if (facts->rules->evidence[i].id != id || day > facts->as_of || day <= facts->as_of - facts->rules->evidence[i].within_days)
			continue;
		f = capture_add(facts, i, day);
		f->code = needed_text(row, 3);
		f->code_length = (int) strlen(f->code);
		f->resource = needed_text(row, 4);
		f->source = needed_text(row, 5);
		f->source_length = (int) strlen(f->source);
		f->id = fact_text(row, 6);
		f->id_length = f->id ? (int) strlen(f->id) : 0;
		f->label = (uint32) DatumGetInt32(GetAttributeByNum(row, 7, &null));
		if (f->label & ~facts->visible)
			facts->n--;
		return;
	}
}

/* The facts that do not stand in charts. */
static void
add_claims(CaptureFacts *facts, ArrayType *claims)
{
	MemoryContext old = MemoryContextSwitchTo(facts->context);
	Datum	   *rows;
	bool	   *nulls;
	int			n;

	deconstruct_array(claims, ARR_ELEMTYPE(claims), -1, false, TYPALIGN_DOUBLE, &rows, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			add_claim(facts, DatumGetHeapTupleHeader(rows[i]));
	MemoryContextSwitchTo(old);
}

/* phm.suspects_of(chart, as_of, evidence, drug_rows, drug_codes, ingredients, claims, visible). */
Datum
phm_suspects_of(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	CaptureSite *s = capture_site(fcinfo);
	CaptureSuspect suspect = {.evidence = makeStringInfo()};
	Chart		chart;
	int			evidence = 0;
	int			fact = 0;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i <= ARG_VISIBLE; i++)
		if (PG_ARGISNULL(i) && i != ARG_CLAIMS)
			return (Datum) 0;
	arg_rules(fcinfo, s);
	s->facts.as_of = PG_GETARG_DATEADT(ARG_AS_OF);
	s->facts.visible = (uint32) PG_GETARG_INT32(ARG_VISIBLE);
	chart_open(&chart, chart_detoast(PG_GETARG_DATUM(ARG_CHART)));
	capture_facts(&s->facts, &chart);
	if (!PG_ARGISNULL(ARG_CLAIMS))
		add_claims(&s->facts, PG_GETARG_ARRAYTYPE_P(ARG_CLAIMS));
	capture_sort(&s->facts);
	while (capture_next_rule(&s->facts, &evidence, &fact, &suspect))
	{
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = CStringGetTextDatum(suspect.rule);
		values[1] = DateADTGetDatum(suspect.since);
		values[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(suspect.evidence->data));
		values[3] = Int32GetDatum((int32) suspect.label);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
