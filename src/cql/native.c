/*
 * native.c: published library functions in C.
 *
 * A function is replaced where the structural hash of its ELM, and of the
 * functions it calls, is the published one: never by its name.  Each does what the
 * ELM does, for the types that its operand may have.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

#include "cql/compile.h"
#include "types/code_system.h"

typedef enum Native
{
	TO_INTERVAL_PERIOD,
	TO_INTERVAL_QUANTITY,
	TO_INTERVAL_RANGE,
	TO_QUANTITY,
	TO_QUANTITY_IGNORING,
	TO_CALENDAR_UNIT,
	TO_RATIO,
	TO_CODE,
	TO_CONCEPT,
	TO_VALUE,
	NNATIVES
} Native;

/* Structural hashes of FHIRHelpers (HL7, cqframework/clinical_quality_language), with the versions that have them. */
static const struct
{
	uint64		hash;
	uint8		native;
}			published[] = {
#include "cql/native_table.h"
};

uint32
native_find(const CqlDef *def)
{
	uint64		hash = cql_structural_hash(def);

	for (size_t i = 0; i < lengthof(published); i++)
		if (published[i].hash == hash)
			return published[i].native + 1;
	return 0;
}

const char *
native_name(uint32 native)
{
	static const char *const names[NNATIVES] = {
		[TO_INTERVAL_PERIOD] = "ToInterval(Period)",[TO_INTERVAL_QUANTITY] = "ToInterval(Quantity)",
		[TO_INTERVAL_RANGE] = "ToInterval(Range)",[TO_QUANTITY] = "ToQuantity",
		[TO_QUANTITY_IGNORING] = "ToQuantityIgnoringComparator",[TO_CALENDAR_UNIT] = "ToCalendarUnit",
		[TO_RATIO] = "ToRatio",[TO_CODE] = "ToCode",[TO_CONCEPT] = "ToConcept",[TO_VALUE] = "ToValue"
	};

	return native < NNATIVES && names[native] ? names[native] : NULL;
}

bool
native_gives_code(uint32 native)
{
	return native == TO_CODE;
}

bool
native_takes_period(uint32 native)
{
	return native == TO_INTERVAL_PERIOD;
}

/* Whether a value is this text. */
static bool
is_text(CqlValue v, const char *text)
{
	return v.kind == CQL_STRING && v.n == strlen(text) && memcmp(v.s, text, v.n) == 0;
}

/* A String of a member, NULL when it is not there. */
static const char *
member_text(CqlExec *x, CqlValue v, const char *name, int *length)
{
	CqlValue	text = cql_property(x, v, name, (int) strlen(name));

	if (text.kind == CQL_ELEMENT)
		text = cql_primitive(x, text);
	*length = 0;
	if (text.kind != CQL_STRING)
		return NULL;
	*length = (int) text.n;
	return text.s;
}

/* A Coding as a code. */
static void
read_coding(CqlExec *x, CqlValue v, CqlCode *code)
{
	CqlValue	made;

	memset(code, 0, sizeof(*code));
	code->code = member_text(x, v, "code", &code->code_length);
	code->system = member_text(x, v, "system", &code->system_length);
	code->version = member_text(x, v, "version", &code->version_length);
	code->display = member_text(x, v, "display", &code->display_length);
	made = cql_make_code(x, code);
	*code = *made.code;
}

/* A Coding, or a CodeableConcept whose members are at hand. */
static CqlValue
read_concept(CqlExec *x, CqlValue v)
{
	CqlValue	codings = cql_property(x, v, "coding", 6);
	uint32		count = codings.kind == CQL_LIST ? codings.n : 0;
	CqlCode    *codes = cql_alloc(x, sizeof(CqlCode) * (count + 1));
	uint32		n = 0;
	const char *text;
	int			length;

	for (uint32 i = 0; i < count; i++)
		if (codings.values[i].kind == CQL_ELEMENT)
			read_coding(x, codings.values[i], &codes[n++]);
	text = member_text(x, v, "text", &length);
	return cql_make_concept(x, codes, n, text, length);
}

/*
 * ToConcept of a list of CodeableConcepts, which translators let through: its
 * path "coding" is that of all of them.
 */
static CqlValue
concept_of_list(CqlExec *x, CqlValue list)
{
	CqlCode    *codes;
	uint32		n = 0;
	uint32		count = 0;

	for (uint32 i = 0; i < list.n; i++)
		if (list.values[i].kind == CQL_ELEMENT)
			count += cql_concept_of(x, cql_native_concept(x, list.values[i]))->ncodes;
	codes = cql_alloc(x, sizeof(CqlCode) * (count + 1));
	for (uint32 i = 0; i < list.n; i++)
		if (list.values[i].kind == CQL_ELEMENT)
		{
			const CqlConcept *one = cql_concept_of(x, cql_native_concept(x, list.values[i]));

			for (uint32 c = 0; c < one->ncodes; c++)
				codes[n++] = one->codes[c];
		}
	return cql_make_concept(x, codes, n, NULL, 0);
}

CqlValue
cql_native_concept(CqlExec *x, CqlValue v)
{
	ElementValue e;
	CqlCode    *code;

	if (v.kind != CQL_ELEMENT || v.element == NULL)
		return v;
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_CONCEPT)
		return cql_in_chart(v, &e);
	if (v.type == FHIR_T_Coding)
	{
		code = cql_alloc(x, sizeof(CqlCode));
		read_coding(x, v, code);
		return cql_make_concept(x, code, 1, NULL, 0);
	}
	return v.type == FHIR_T_CodeableConcept ? read_concept(x, v) : cql_null();
}

/* The only code of a concept of the chart, without version and display; NULL: it takes more to tell. */
static const CqlCode *
code_alone(CqlExec *x, int segment, uint32 concept)
{
	const uint8 *p;
	uint64		index = chart_concept(x->chart, segment, concept, &p) == 1 ? phm_get_varint(&p) : 0;
	CqlCode    *code;

	if (index == 0)
		return NULL;
	code = cql_alloc(x, sizeof(CqlCode));
	cql_read_chart_code(x, segment, (uint32) index - 1, code);
	return code->system ? code : NULL;
}

/*
 * ToCode: of a Coding, which in the chart may be a concept of one code.  Its display and
 * version stand in the cold part, which is not opened where nothing asks for them.
 */
static CqlValue
to_code(CqlExec *x, CqlValue v, bool alone)
{
	const CqlCode *known;
	ElementValue e;
	CqlCode		code;

	if (v.element == NULL)
		return cql_null();
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_CONCEPT && alone && v.type == FHIR_T_Coding)
	{
		known = code_alone(x, v.flag, (uint32) e.number);
		if (known)
			return (CqlValue) {.kind = CQL_CODE,.code = known};
	}
	if (e.kind == ELEMENT_CONCEPT)
		v = cql_loosen(x, v);
	read_coding(x, v, &code);
	return cql_make_code(x, &code);
}

/* A primitive member as a System value. */
static CqlValue
member_value(CqlExec *x, const uint8 *p, const uint8 *end, FhirElement element, CqlValue of)
{
	ElementValue e;

	if (!element_find(p, end, element, &e) || e.kind == ELEMENT_NULL)
		return cql_null();
	return cql_primitive(x, (CqlValue) {.kind = CQL_ELEMENT,.flag = of.flag,.n = of.n,.element = e.start,
						 .type = fhir_elements[element].type});
}

/*
 * ToInterval(Period): no start is an unknown one, no end one that lies in the
 * future of all dates.  A period that ends before it starts is what a record may
 * hold: it includes nothing.
 */
static CqlValue
to_interval_period(CqlExec *x, CqlValue v)
{
	const uint8 *p;
	const uint8 *end;
	CqlInterval *interval;
	ElementValue e;
	bool		has_start;

	if (!cql_members(x, v, &p, &end))
		return cql_null();
	has_start = element_find(p, end, FHIR_E_Period_start, &e) && e.kind != ELEMENT_NULL;
	interval = cql_alloc(x, sizeof(CqlInterval));
	interval->low = member_value(x, p, end, FHIR_E_Period_start, v);
	interval->high = member_value(x, p, end, FHIR_E_Period_end, v);
	interval->low_closed = has_start;
	interval->high_closed = true;
	interval->point = CQL_DATETIME;
	return (CqlValue) {.kind = CQL_INTERVAL,.interval = interval};
}

/* ToCalendarUnit: UCUM's units of time as CQL's. */
static CqlValue
to_calendar_unit(CqlValue unit)
{
	static const struct
	{
		const char *ucum;
		const char *calendar;
	}			units[] = {
		{"ms", "millisecond"}, {"s", "second"}, {"min", "minute"}, {"h", "hour"}, {"d", "day"}, {"wk", "week"},
		{"mo", "month"}, {"a", "year"}
	};

	for (size_t i = 0; unit.kind == CQL_STRING && i < lengthof(units); i++)
		if (unit.n == strlen(units[i].ucum) && memcmp(unit.s, units[i].ucum, unit.n) == 0)
			return cql_string(units[i].calendar, (int) strlen(units[i].calendar));
	return unit;
}

/* What a Message of severity Error does: null with a warning. */
static CqlValue
refuse(CqlExec *x, const CqlNode *n, const char *code)
{
	if (x->arguments.strict)
		cql_fail(x, n, ERRCODE_RAISE_EXCEPTION, "the rule ended with the error \"%s\"", code);
	cql_warn(x, n, cql_string(code, (int) strlen(code)));
	return (CqlValue) {.kind = CQL_NULL,.type = CQL_QUANTITY};
}

/* A quantity that the chart keeps as number and UCUM unit. */
static CqlValue
to_quantity_compact(CqlExec *x, CqlValue v, const ElementValue *e)
{
	CqlValue	unit = cql_string("1", 1);
	const char *text;
	int			length;

	if (e->count > 0)
	{
		text = chart_string(x->chart, v.flag, e->count - 1, &length);
		unit = to_calendar_unit(cql_string(text, length));
	}
	return cql_make_quantity(x, (Decimal) {e->number, e->scale}, unit.s, (int) unit.n);
}

/* ToQuantity of the members of a Quantity; the comparator is refused or left out. */
static CqlValue
to_quantity(CqlExec *x, const CqlNode *n, CqlValue v, bool ignore)
{
	const uint8 *p;
	const uint8 *end;
	ElementValue e;
	CqlValue	value;
	CqlValue	system;
	CqlValue	unit;
	Decimal		d;

	if (v.element == NULL)
		return cql_null();
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_QUANTITY)
		return to_quantity_compact(x, v, &e);
	if (!cql_members(x, v, &p, &end) || !element_find(p, end, FHIR_E_Quantity_value, &e) || e.kind == ELEMENT_NULL)
		return (CqlValue) {.kind = CQL_NULL,.type = CQL_QUANTITY};
	value = member_value(x, p, end, FHIR_E_Quantity_value, v);
	if (!ignore && element_find(p, end, FHIR_E_Quantity_comparator, &e) && e.kind != ELEMENT_NULL)
		return refuse(x, n, "FHIRHelpers.ToQuantity.ComparatorQuantityNotSupported");
	system = member_value(x, p, end, FHIR_E_Quantity_system, v);
	if (element_find(p, end, FHIR_E_Quantity_system, &e) && e.kind != ELEMENT_NULL &&
		!is_text(system, "http://unitsofmeasure.org") &&
		!is_text(system, "http://hl7.org/fhirpath/CodeSystem/calendar-units"))
		return refuse(x, n, "FHIRHelpers.ToQuantity.InvalidFHIRQuantity");
	unit = member_value(x, p, end, FHIR_E_Quantity_code, v);
	if (unit.kind != CQL_STRING)
		unit = member_value(x, p, end, FHIR_E_Quantity_unit, v);
	if (unit.kind != CQL_STRING)
		unit = cql_string("1", 1);
	unit = to_calendar_unit(unit);
	if (!cql_to_number(value, &d))
		return cql_null();
	return cql_make_quantity(x, d, unit.s, (int) unit.n);
}

/* An interval of quantities. */
static CqlValue
quantity_interval(CqlExec *x, CqlValue low, CqlValue high, bool low_closed, bool high_closed)
{
	CqlInterval *interval = cql_alloc(x, sizeof(CqlInterval));

	*interval = (CqlInterval) {low, high, low_closed, high_closed, CQL_QUANTITY};
	return (CqlValue) {.kind = CQL_INTERVAL,.interval = interval};
}

/* ToInterval(Quantity): what the comparator leaves open. */
static CqlValue
to_interval_quantity(CqlExec *x, const CqlNode *n, CqlValue v)
{
	CqlValue	comparator = cql_property(x, v, "comparator", 10);
	CqlValue	none = {.kind = CQL_NULL,.type = CQL_QUANTITY};
	CqlValue	q;

	comparator = comparator.kind == CQL_ELEMENT ? cql_primitive(x, comparator) : comparator;
	q = to_quantity(x, n, v, comparator.kind == CQL_STRING);
	if (is_text(comparator, "<"))
		return quantity_interval(x, none, q, true, false);
	if (is_text(comparator, "<="))
		return quantity_interval(x, none, q, true, true);
	if (is_text(comparator, ">="))
		return quantity_interval(x, q, none, true, true);
	if (is_text(comparator, ">"))
		return quantity_interval(x, q, none, false, true);
	q = to_quantity(x, n, v, false);
	return quantity_interval(x, q, q, true, true);
}

/* A Quantity that is a member, converted. */
static CqlValue
member_quantity(CqlExec *x, const CqlNode *n, CqlValue v, const char *name)
{
	CqlValue	member = cql_property(x, v, name, (int) strlen(name));

	return member.kind == CQL_ELEMENT ? to_quantity(x, n, member, false) : cql_null();
}

/* ToRatio. */
static CqlValue
to_ratio(CqlExec *x, const CqlNode *n, CqlValue v)
{
	CqlValue	numerator = member_quantity(x, n, v, "numerator");
	CqlValue	denominator = member_quantity(x, n, v, "denominator");
	CqlRatio   *ratio;

	if (numerator.kind != CQL_QUANTITY || denominator.kind != CQL_QUANTITY)
		return cql_null();
	ratio = cql_alloc(x, sizeof(CqlRatio));
	ratio->numerator = *numerator.quantity;
	ratio->denominator = *denominator.quantity;
	return (CqlValue) {.kind = CQL_RATIO,.ratio = ratio};
}

/* ToValue: by the type of FHIR that the operand has. */
static CqlValue
to_value(CqlExec *x, const CqlNode *n, CqlValue v)
{
	if (v.kind != CQL_ELEMENT)
		return v;
	if (fhir_types[v.type].kind == FHIR_PRIMITIVE)
		return cql_primitive(x, v);
	if (fhir_type_is(v.type, FHIR_T_Quantity))
		return to_quantity(x, n, v, false);
	switch (v.type)
	{
		case FHIR_T_CodeableConcept:
			return cql_native_concept(x, v);
		case FHIR_T_Coding:
			return to_code(x, v, false);
		case FHIR_T_Range:
			return quantity_interval(x, member_quantity(x, n, v, "low"), member_quantity(x, n, v, "high"), true, true);
		case FHIR_T_Period:
			return to_interval_period(x, v);
		case FHIR_T_Ratio:
			return to_ratio(x, n, v);
		default:
			return v;
	}
}

CqlValue
cql_native_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (n->extra == TO_CALENDAR_UNIT)
		return to_calendar_unit(a[0]);
	if (n->extra == TO_CONCEPT && a[0].kind == CQL_LIST)
		return concept_of_list(x, a[0]);
	if (a[0].kind != CQL_ELEMENT)
		return n->extra == TO_VALUE ? a[0] : cql_null();
	switch ((Native) n->extra)
	{
		case TO_INTERVAL_PERIOD:
			return to_interval_period(x, a[0]);
		case TO_INTERVAL_QUANTITY:
			return to_interval_quantity(x, n, a[0]);
		case TO_INTERVAL_RANGE:
			return quantity_interval(x, member_quantity(x, n, a[0], "low"), member_quantity(x, n, a[0], "high"), true,
									 true);
		case TO_QUANTITY:
			return to_quantity(x, n, a[0], false);
		case TO_QUANTITY_IGNORING:
			return to_quantity(x, n, a[0], true);
		case TO_RATIO:
			return to_ratio(x, n, a[0]);
		case TO_CODE:
			return to_code(x, a[0], n->flag == NATIVE_CODE_ALONE);
		case TO_CONCEPT:
			return cql_native_concept(x, a[0]);
		case TO_VALUE:
			return to_value(x, n, a[0]);
		default:
			cql_fail(x, n, ERRCODE_DATA_CORRUPTED, "there is no such native function");
	}
}
