/*
 * chart_map_result.c: the Observation that a code with a result range stands
 * for, such as a CPT II code for the last HbA1c.
 */
#include "types/chart_map_table.h"

void
map_put_text(ElementWriter *w, FhirElement element, const char *text)
{
	element_put_member(w, element);
	element_put_string(w, text, (int) strlen(text));
}

void
map_put_mark(ElementWriter *w, FhirElement element, const char *url)
{
	element_put_member(w, element);
	element_open(w, ELEMENT_ARRAY, 0);
	element_open(w, ELEMENT_OBJECT, 0);
	map_put_text(w, FHIR_E_Extension_url, CHART_MAP_URL);
	map_put_text(w, FHIR_E_Extension_valueUri, url);
	element_close(w, ELEMENT_OBJECT);
	element_close(w, ELEMENT_ARRAY);
}

void
map_put_target(ElementWriter *w, const ChartMap *map, const MapPair *pair, bool marked)
{
	element_open(w, ELEMENT_OBJECT, 0);
	if (marked)
		map_put_mark(w, FHIR_E_Element_extension, map->texts + pair->url);
	map_put_text(w, FHIR_E_Coding_system, map->texts + pair->target_system);
	map_put_text(w, FHIR_E_Coding_code, map->texts + pair->target_code);
	element_close(w, ELEMENT_OBJECT);
}

/* Copies a member under another element. */
static bool
put_as(ElementWriter *w, FhirElement element, const ChartMapResult *r, FhirElement from)
{
	ElementValue value;

	if (!element_find(r->around, r->end, from, &value))
		return false;
	element_put_member(w, element);
	element_put_copy(w, value.start, value.end);
	return true;
}

/* When it was found: as its procedure, observation or claim item says. */
static void
put_effective(ChartMapper *m, const ChartMapResult *r)
{
	static const FhirElement moments[][2] = {
		{FHIR_E_Procedure_performedDateTime, FHIR_E_Observation_effectiveDateTime},
		{FHIR_E_Procedure_performedPeriod, FHIR_E_Observation_effectivePeriod},
		{FHIR_E_Observation_effectiveDateTime, FHIR_E_Observation_effectiveDateTime},
		{FHIR_E_Observation_effectivePeriod, FHIR_E_Observation_effectivePeriod},
		{FHIR_E_Observation_effectiveInstant, FHIR_E_Observation_effectiveInstant},
		{FHIR_E_ExplanationOfBenefit_item_servicedDate, FHIR_E_Observation_effectiveDateTime},
		{FHIR_E_ExplanationOfBenefit_item_servicedPeriod, FHIR_E_Observation_effectivePeriod},
		{FHIR_E_Claim_item_servicedDate, FHIR_E_Observation_effectiveDateTime},
		{FHIR_E_Claim_item_servicedPeriod, FHIR_E_Observation_effectivePeriod}
	};
	ChartMapResult whole = {0, m->resource->members, m->resource->members + m->resource->length};

	for (int i = 0; i < (int) lengthof(moments); i++)
		if (put_as(&m->result, moments[i][1], r, moments[i][0]))
			return;
	if (!put_as(&m->result, FHIR_E_Observation_effectivePeriod, &whole, FHIR_E_ExplanationOfBenefit_billablePeriod))
		(void) put_as(&m->result, FHIR_E_Observation_effectivePeriod, &whole, FHIR_E_Claim_billablePeriod);
}

/* Writes a Quantity of a pair. */
static void
put_quantity(ElementWriter *w, FhirElement element, const ChartMap *map, const MapPair *pair, uint32 number,
			 const char *comparator)
{
	const char *text = map->texts + number;
	const char *unit = map->texts + pair->unit;

	element_put_member(w, element);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Quantity_value);
	element_put_number(w, text, (int) strlen(text));
	if (comparator)
		map_put_text(w, FHIR_E_Quantity_comparator, comparator);
	if (pair->unit)
	{
		element_put_member(w, FHIR_E_Quantity_unit);
		element_put_plain(w, unit, (int) strlen(unit));
	}
	if (pair->unit && pair->ucum)
	{
		map_put_text(w, FHIR_E_Quantity_system, "http://unitsofmeasure.org");
		map_put_text(w, FHIR_E_Quantity_code, unit);
	}
	element_close(w, ELEMENT_OBJECT);
}

/* The value: a Quantity with a comparator where one end is open, else a Range. */
static void
put_range(ElementWriter *w, const ChartMap *map, const MapPair *pair)
{
	uint32		lower = pair->low ? pair->low : pair->above;
	uint32		upper = pair->high ? pair->high : pair->below;

	if (lower && upper)
	{
		element_put_member(w, FHIR_E_Observation_valueRange);
		element_open(w, ELEMENT_OBJECT, 0);
		put_quantity(w, FHIR_E_Range_low, map, pair, lower, NULL);
		put_quantity(w, FHIR_E_Range_high, map, pair, upper, NULL);
		element_close(w, ELEMENT_OBJECT);
	}
	else if (lower)
		put_quantity(w, FHIR_E_Observation_valueQuantity, map, pair, lower, pair->low ? ">=" : ">");
	else
		put_quantity(w, FHIR_E_Observation_valueQuantity, map, pair, upper, pair->high ? "<=" : "<");
}

/* Writes a list of one Reference to the resource that reports the result. */
static void
put_origin(ElementWriter *w, FhirElement element, const ChartResource *r)
{
	const char *type = fhir_types[r->type].name;
	int			n = (int) strlen(type) + 1;
	char	   *text;

	if (r->id_length == 0)
		return;
	text = palloc(n + r->id_length + 1);
	snprintf(text, n + 1, "%s/", type);
	memcpy(text + n, r->id, r->id_length);
	element_put_member(w, element);
	element_open(w, ELEMENT_ARRAY, 0);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Reference_reference);
	element_put_string(w, text, n + r->id_length);
	element_close(w, ELEMENT_OBJECT);
	element_close(w, ELEMENT_ARRAY);
	pfree(text);
}

void
chart_map_result(ChartMapper *m, uint32 n, ChartResource *observation)
{
	ElementWriter *w = &m->result;
	const ChartMapResult *r = &m->results[n];
	const MapPair *pair = &m->map->pairs[r->pair];

	element_writer_reset(w);
	map_put_mark(w, FHIR_E_DomainResource_extension, m->map->texts + pair->url);
	if (m->resource->type == FHIR_T_Procedure)
		put_origin(w, FHIR_E_Observation_partOf, m->resource);
	map_put_text(w, FHIR_E_Observation_status, "final");
	element_put_member(w, FHIR_E_Observation_code);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_CodeableConcept_coding);
	element_open(w, ELEMENT_ARRAY, 0);
	map_put_target(w, m->map, pair, false);
	element_close(w, ELEMENT_ARRAY);
	element_close(w, ELEMENT_OBJECT);
	put_effective(m, r);
	put_range(w, m->map, pair);
	if (m->resource->type == FHIR_T_Observation)
		put_origin(w, FHIR_E_Observation_derivedFrom, m->resource);
	*observation = (ChartResource) {
		.type = FHIR_T_Observation, .members = w->data, .length = w->length,
		.source = m->resource->source, .source_length = m->resource->source_length,
		.sensitivity = m->resource->sensitivity,
		.flags = CHART_MAPPED | (m->resource->flags & CHART_CLAIMS)
	};
}
