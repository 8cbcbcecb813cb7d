/*
 * event_type.c: the SQL primitives over charts: has, count_events, events,
 * latest, age_at.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/date.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "chart/find.h"
#include "record/record.h"
#include "types/chart_datum.h"
#include "types/codeset_arg.h"
#include "types/concept.h"
#include "types/quantity.h"
#include "types/resource.h"

PG_FUNCTION_INFO_V1(phm_chart_has);
PG_FUNCTION_INFO_V1(phm_chart_count);
PG_FUNCTION_INFO_V1(phm_chart_events);
PG_FUNCTION_INFO_V1(phm_chart_latest);
PG_FUNCTION_INFO_V1(phm_chart_birth_date);
PG_FUNCTION_INFO_V1(phm_chart_contains);
PG_FUNCTION_INFO_V1(phm_chart_mentions);

/* Arguments of all primitives: chart, type, codes, period, visible, all. */
typedef struct Question
{
	Chart		chart;
	FindQuery	query;
	CodesetView codes;
	bool		nothing;		/* cannot have any: an empty period */
} Question;

/* The FHIR type named; error when there is none of that name. */
static FhirType
resource_type_arg(text *name)
{
	FhirType	type = fhir_type_by_name(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (type == 0 || fhir_types[type].kind != FHIR_RESOURCE)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("unknown FHIR resource type")));
	return type;
}

/* Days of a daterange; false when it is empty. */
static bool
period_arg(RangeType *range, FindQuery *query)
{
	TypeCacheEntry *typcache = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		empty;

	range_deserialize(typcache, range, &lower, &upper, &empty);
	query->has_period = true;
	query->first_day = lower.infinite ? -1000000 : DatumGetDateADT(lower.val) + (int64) !lower.inclusive;
	query->last_day = upper.infinite ? 10000000 : DatumGetDateADT(upper.val) - (int64) !upper.inclusive;
	return !empty;
}

/*
 * Whether the directory and the codes alone tell that a chart (its beginning
 * is enough) has nothing of a type or none of the codes of a set.
 */
static bool
cannot_have(const Chart *chart, FhirType type, const CodesetView *codes)
{
	const ChartCode *code = chart_codes(chart, 0);
	uint32		first;

	if (type != 0 && chart_range(chart, 0, type, &first) == 0)
		return true;
	if (codes == NULL || codes->nprefixes > 0)
		return false;
	for (uint32 i = 0; i < chart->segments[0]->ncodes; i++)
		if (codeset_may_contain(codes, code[i].hash))
			return false;
	return true;
}

/* Opens the chart: its beginning when that is enough for no, else what the question needs. */
static void
open_chart(Question *q, Datum datum, bool whole)
{
	bool		decides = q->query.codes ? q->query.codes->nprefixes == 0 : q->query.type != 0;
	const ChartHeader *head = decides ? chart_detoast_head(datum) : NULL;

	if (head != NULL)
	{
		chart_open(&q->chart, head);
		if (cannot_have(&q->chart, q->query.type, q->query.codes))
		{
			q->nothing = true;
			return;
		}
	}
	chart_open(&q->chart, whole ? chart_detoast(datum) : chart_detoast_look(datum, head));
}

/* Reads the arguments; a null type means every type, a null set any code. */
static bool
read_question(FunctionCallInfo fcinfo, Question *q, bool whole)
{
	memset(q, 0, sizeof(*q));
	if (PG_ARGISNULL(0))
		return false;
	if (!PG_ARGISNULL(1))
		q->query.type = resource_type_arg(PG_GETARG_TEXT_PP(1));
	if (!PG_ARGISNULL(2))
	{
		codeset_getarg_cached(fcinfo, 2, &q->codes);
		q->query.codes = &q->codes;
	}
	if (!PG_ARGISNULL(3))
		q->nothing = !period_arg(PG_GETARG_RANGE_P(3), &q->query);
	q->query.visible = PG_ARGISNULL(4) ? 0 : (uint32) PG_GETARG_INT32(4);
	q->query.all = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	/* Dates and whole events stand in the bodies; codes do not. */
	open_chart(q, PG_GETARG_DATUM(0), whole || !PG_ARGISNULL(3));
	return true;
}

Datum
phm_chart_has(PG_FUNCTION_ARGS)
{
	Question	q;
	Find		find;

	if (!read_question(fcinfo, &q, false))
		PG_RETURN_NULL();
	find_begin(&find, &q.chart, &q.query);
	PG_RETURN_BOOL(!q.nothing && find_next(&find));
}

Datum
phm_chart_count(PG_FUNCTION_ARGS)
{
	Question	q;
	Find		find;
	int32		n = 0;

	if (!read_question(fcinfo, &q, false))
		PG_RETURN_NULL();
	find_begin(&find, &q.chart, &q.query);
	while (!q.nothing && find_next(&find))
		n++;
	PG_RETURN_INT32(n);
}

/* The value of an observation, where it is a quantity; whole: the members of its resource. */
static bool
event_quantity(const Chart *chart, ChartPosition at, const ElementWriter *whole, Datum *quantity)
{
	ElementValue value;
	const uint8 *p;
	const uint8 *end;
	QuantityView view = {0};
	bool		exact;

	chart_body(chart, at, &p, &end);
	if (!element_find(p, end, FHIR_E_Observation_valueQuantity, &value))
		return false;
	/* A comparator, or a unit that is not its UCUM code, stands in the resource. */
	if (value.kind != ELEMENT_QUANTITY)
		return element_find(whole->data, whole->data + whole->length, FHIR_E_Observation_valueQuantity, &value) &&
			record_value_in(NULL, RECORD_QUANTITY, FHIR_T_Quantity, &value, quantity, &exact);
	view.mantissa = value.number;
	view.scale = value.scale;
	view.ucum = true;
	if (value.count > 0)
		view.unit = chart_string(chart, at.segment, value.count - 1, &view.unit_length);
	*quantity = PointerGetDatum(quantity_make(&view));
	return true;
}

/* What an entry is about, as a concept of its codes. */
static bool
event_concept(const Chart *chart, ChartPosition at, Datum *concept)
{
	ConceptWriter w;
	const uint8 *p;
	uint32		number;
	uint32		n;

	if (!find_concept(chart, at, &number))
		return false;
	concept_writer_init(&w);
	n = chart_concept(chart, at.segment, number, &p);
	while (n-- > 0)
	{
		uint64		code = phm_get_varint(&p);
		CodingView	coding = {.user_selected = -1};

		if (code == 0)
			continue;
		coding.code = chart_string(chart, at.segment, chart_codes(chart, at.segment)[code - 1].code, &coding.code_length);
		if (chart_codes(chart, at.segment)[code - 1].system & CHART_FOREIGN_SYSTEM)
			coding.system = chart_string(chart, at.segment,
										 chart_codes(chart, at.segment)[code - 1].system & ~CHART_FOREIGN_SYSTEM,
										 &coding.system_length);
		else
			coding.system_id = (int) chart_codes(chart, at.segment)[code - 1].system;
		concept_put(&w, &coding);
	}
	*concept = PointerGetDatum(concept_finish(&w, NULL, 0));
	return true;
}

#define EVENT_COLUMNS 8

/* A row of phm.event. */
static void
event_row(Chart *chart, ChartPosition at, Datum *values, bool *nulls)
{
	const ChartEntry *entry = &chart_entries(chart, at.segment)[at.entry];
	FhirType	type = chart_type_of(chart, at);
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;
	PhmDateTime when;
	ElementWriter w;

	memset(nulls, 0, sizeof(bool) * EVENT_COLUMNS);
	values[0] = CStringGetTextDatum(fhir_types[type].name);
	text = chart_source(chart, at, &length);
	values[1] = PointerGetDatum(cstring_to_text_with_len(text, length));
	text = chart_id(chart, at, buffer, &length);
	nulls[2] = text == NULL;
	if (text)
		values[2] = PointerGetDatum(cstring_to_text_with_len(text, length));
	nulls[3] = !find_moment(chart, at, &when);
	values[3] = Int64GetDatum(when);
	nulls[4] = !event_concept(chart, at, &values[4]);
	values[6] = CStringGetTextDatum(entry->flags & CHART_VOID ? "void" : entry->flags & CHART_NEGATED ? "negated" : "valid");
	element_writer_init(&w, 1024);
	chart_resource(chart, at, &w);
	nulls[5] = type != FHIR_T_Observation || !event_quantity(chart, at, &w, &values[5]);
	values[7] = PointerGetDatum(resource_make(type, w.data, w.length));
	pfree(w.data);
}

Datum
phm_chart_events(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Question	q;
	Find		find;

	InitMaterializedSRF(fcinfo, 0);
	if (!read_question(fcinfo, &q, true))
		return (Datum) 0;
	find_begin(&find, &q.chart, &q.query);
	while (!q.nothing && find_next(&find))
	{
		Datum		values[EVENT_COLUMNS];
		bool		nulls[EVENT_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		event_row(&q.chart, find.cursor.at, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* The one that begins last; of equal ones the one that stands last. */
Datum
phm_chart_latest(PG_FUNCTION_ARGS)
{
	Question	q;
	Find		find;
	ChartPosition best = {0, 0};
	int64		best_time = CHART_NO_DATE;
	bool		found = false;
	TupleDesc	desc;
	Datum		values[EVENT_COLUMNS];
	bool		nulls[EVENT_COLUMNS];

	if (!read_question(fcinfo, &q, true))
		PG_RETURN_NULL();
	find_begin(&find, &q.chart, &q.query);
	while (!q.nothing && find_next(&find))
	{
		int64		time = chart_entries(&q.chart, find.cursor.at.segment)[find.cursor.at.entry].time;

		if (time == CHART_NO_DATE || (found && time < best_time))
			continue;
		best = find.cursor.at;
		best_time = time;
		found = true;
	}
	if (!found)
		PG_RETURN_NULL();
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	event_row(&q.chart, best, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

Datum
phm_chart_birth_date(PG_FUNCTION_ARGS)
{
	Chart		chart;

	chart_open(&chart, PG_GETARG_CHART_P(0));
	/* The last segment knows the patient of now. */
	if (chart.segments[chart.nsegments - 1]->birth == CHART_NO_DATE)
		PG_RETURN_NULL();
	PG_RETURN_INT64(chart.segments[chart.nsegments - 1]->birth);
}

/* chart @> codeset: some entry, of whatever type, has a code of the set. */
Datum
phm_chart_contains(PG_FUNCTION_ARGS)
{
	Question	q = {.query = {.all = true, .visible = PG_UINT32_MAX}};
	Find		find;

	codeset_getarg_cached(fcinfo, 1, &q.codes);
	q.query.codes = &q.codes;
	open_chart(&q, PG_GETARG_DATUM(0), false);
	find_begin(&find, &q.chart, &q.query);
	PG_RETURN_BOOL(!q.nothing && find_next(&find));
}

/* Whether the table of codes has one of the set. */
Datum
phm_chart_mentions(PG_FUNCTION_ARGS)
{
	Chart		chart;
	CodesetView codes;

	chart_open(&chart, chart_detoast_look(PG_GETARG_DATUM(0), NULL));
	codeset_getarg_cached(fcinfo, 1, &codes);
	for (int segment = 0; segment < chart.nsegments; segment++)
		for (uint32 i = 0; i < chart.segments[segment]->ncodes; i++)
			if (find_code_in_set(&chart, segment, &codes, i))
				PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}
