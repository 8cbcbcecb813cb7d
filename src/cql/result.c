/*
 * result.c: values of CQL as JSON.
 *
 *   Boolean, Integer, Long, Decimal   true, 7, 7, 7.20 (digits as written)
 *   String, Date, DateTime, Time      "text", "2026-01-31", "2026-01-31T10:00:00.000+00:00", "10:00:00.000"
 *   Quantity, Ratio                   {"value":7.2,"unit":"%"}, {"numerator":{...},"denominator":{...}}
 *   Code, Concept                     {"code":...,"system":...,"version":...,"display":...}, {"codes":[...],"display":...}
 *   ValueSet, CodeSystem              {"id":"url"}
 *   Interval                          {"low":...,"lowClosed":true,"high":...,"highClosed":false}
 *   an uncertain number               {"low":1,"high":2,"uncertain":true}
 *   List, Tuple                       [...], {"name":...}
 *   what belongs to FHIR              FHIR JSON
 *
 * Parts of codes and tuples that are null are left out of codes and written as null in tuples.
 */
#include "cql/exec_state.h"
#include "types/json.h"
#include "types/resource.h"

static void print_value(CqlExec *x, CqlValue v, StringInfo out);

static void
print_number(StringInfo out, Decimal d)
{
	char		text[DECIMAL_NUMBER_SIZE];
	int			n = decimal_print(&d, text);

	appendBinaryStringInfo(out, text, n);
}

/* A date, as a JSON string. */
static void
print_moment(StringInfo out, PhmDateTime v)
{
	char		text[DATETIME_MAX_TEXT];
	int			n = datetime_print(v, text);

	json_print_string(out, text, n);
}

/* A time of day, as far as it is known. */
static void
print_time(StringInfo out, CqlValue v)
{
	int			ms = cql_time_ms(v);
	DateTimePrecision precision = cql_time_precision(v);

	appendStringInfo(out, "\"%02d", ms / 3600000);
	if (precision >= DATETIME_MINUTE)
		appendStringInfo(out, ":%02d", ms / 60000 % 60);
	if (precision >= DATETIME_SECOND)
		appendStringInfo(out, ":%02d", ms / 1000 % 60);
	if (precision > DATETIME_SECOND)
		appendStringInfo(out, ".%03d", ms % 1000);
	appendStringInfoChar(out, '"');
}

static void
print_quantity(StringInfo out, const CqlQuantity *q)
{
	appendStringInfoString(out, "{\"value\":");
	print_number(out, q->value);
	appendStringInfoString(out, ",\"unit\":");
	if (q->unit_length > 0)
		json_print_string(out, q->unit, q->unit_length);
	else
		appendStringInfoString(out, "\"1\"");
	appendStringInfoChar(out, '}');
}

/* Appends a member that is a text, unless there is none. */
static void
print_text_member(StringInfo out, bool *first, const char *name, const char *text, int length)
{
	if (text == NULL)
		return;
	appendStringInfo(out, "%s\"%s\":", *first ? "" : ",", name);
	json_print_string(out, text, length);
	*first = false;
}

static void
print_code(StringInfo out, const CqlCode *c)
{
	bool		first = true;

	appendStringInfoChar(out, '{');
	print_text_member(out, &first, "code", c->code, c->code_length);
	print_text_member(out, &first, "system", c->system, c->system_length);
	print_text_member(out, &first, "version", c->version, c->version_length);
	print_text_member(out, &first, "display", c->display, c->display_length);
	appendStringInfoChar(out, '}');
}

static void
print_concept(StringInfo out, const CqlConcept *c)
{
	bool		first = false;

	appendStringInfoString(out, "{\"codes\":[");
	for (uint32 i = 0; i < c->ncodes; i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		print_code(out, &c->codes[i]);
	}
	appendStringInfoChar(out, ']');
	print_text_member(out, &first, "display", c->display, c->display_length);
	appendStringInfoChar(out, '}');
}

static void
print_interval(CqlExec *x, StringInfo out, CqlValue v)
{
	const CqlInterval *i = v.interval;

	appendStringInfoString(out, "{\"low\":");
	print_value(x, i->low, out);
	if (!(v.flag & CQL_UNCERTAIN))
		appendStringInfo(out, ",\"lowClosed\":%s", i->low_closed ? "true" : "false");
	appendStringInfoString(out, ",\"high\":");
	print_value(x, i->high, out);
	if (v.flag & CQL_UNCERTAIN)
		appendStringInfoString(out, ",\"uncertain\":true}");
	else
		appendStringInfo(out, ",\"highClosed\":%s}", i->high_closed ? "true" : "false");
}

static void
print_list(CqlExec *x, StringInfo out, CqlValue v)
{
	appendStringInfoChar(out, '[');
	for (uint32 i = 0; i < v.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoChar(out, ',');
		print_value(x, v.values[i], out);
	}
	appendStringInfoChar(out, ']');
}

/* A tuple, or an instance of a type: then what is null is absent, as in FHIR. */
static void
print_tuple(CqlExec *x, StringInfo out, CqlValue v)
{
	uint32		n = cql_shape_size(x, v.n);
	bool		first = true;

	appendStringInfoChar(out, '{');
	if (v.type != 0 && fhir_types[v.type].kind == FHIR_RESOURCE)
	{
		appendStringInfo(out, "\"resourceType\":\"%s\"", fhir_types[v.type].name);
		first = false;
	}
	for (uint32 i = 0; i < n; i++)
	{
		int			length;
		const char *name = cql_shape_name(x, v.n, i, &length);

		if (v.type != 0 && cql_is_null(v.values[i]))
			continue;
		if (!first)
			appendStringInfoChar(out, ',');
		json_print_string(out, name, length);
		appendStringInfoChar(out, ':');
		print_value(x, v.values[i], out);
		first = false;
	}
	appendStringInfoChar(out, '}');
}

/* A resource whole, or a part of one. */
static void
print_element(CqlExec *x, StringInfo out, CqlValue v)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;
	ElementValue value;

	if (cql_resource(x, v, &type, &members, &end))
	{
		resource_print(out, type, members, end);
		return;
	}
	v = cql_loosen(x, v);
	if (v.kind != CQL_ELEMENT || v.element == NULL)
	{
		print_value(x, v, out);
		return;
	}
	element_decode(v.element, &value);
	element_print(out, &value);
}

/* The URL of a value set or code system. */
static void
print_vocabulary(CqlExec *x, StringInfo out, CqlValue v)
{
	const LogicValueSet *sets = logic_section(x->logic, LOGIC_VALUE_SETS);
	int			length;
	const char *url = logic_string(x->logic, v.kind == CQL_VALUE_SET ? sets[v.i].url : (uint32) v.i, &length);

	appendStringInfoString(out, "{\"id\":");
	json_print_string(out, url, length);
	appendStringInfoChar(out, '}');
}

static void
print_value(CqlExec *x, CqlValue v, StringInfo out)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch ((CqlKind) v.kind)
	{
		case CQL_BOOLEAN:
			appendStringInfoString(out, v.i ? "true" : "false");
			break;
		case CQL_INTEGER:
		case CQL_LONG:
			appendStringInfo(out, "%lld", (long long) v.i);
			break;
		case CQL_DECIMAL:
			print_number(out, cql_number(v));
			break;
		case CQL_STRING:
			json_print_string(out, v.s, (int) v.n);
			break;
		case CQL_DATE:
		case CQL_DATETIME:
			print_moment(out, v.i);
			break;
		case CQL_TIME:
			print_time(out, v);
			break;
		case CQL_QUANTITY:
			print_quantity(out, v.quantity);
			break;
		case CQL_RATIO:
			appendStringInfoString(out, "{\"numerator\":");
			print_quantity(out, &v.ratio->numerator);
			appendStringInfoString(out, ",\"denominator\":");
			print_quantity(out, &v.ratio->denominator);
			appendStringInfoChar(out, '}');
			break;
		case CQL_CODE:
			print_code(out, v.code);
			break;
		case CQL_CONCEPT:
			print_concept(out, cql_concept_of(x, v));
			break;
		case CQL_VALUE_SET:
		case CQL_CODE_SYSTEM:
			print_vocabulary(x, out, v);
			break;
		case CQL_INTERVAL:
			print_interval(x, out, v);
			break;
		case CQL_LIST:
			print_list(x, out, v);
			break;
		case CQL_TUPLE:
			print_tuple(x, out, v);
			break;
		case CQL_ELEMENT:
			print_element(x, out, v);
			break;
		case CQL_NULL:
		case CQL_PENDING:
		case CQL_NKINDS:
			appendStringInfoString(out, "null");
			break;
	}
}

/* What is taken from the arena here may end in an error, as in an evaluation. */
bool
cql_print_json(CqlExec *x, CqlValue v, StringInfo out, PhmError *err)
{
	x->err = err;
	x->arena = &x->chart_arena;
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	print_value(x, v, out);
	return true;
}

bool
cql_read_resource(CqlExec *x, CqlValue v, bool *found, FhirType *type, const uint8 **members,
				  const uint8 **end, PhmError *err)
{
	x->err = err;
	x->arena = &x->chart_arena;
	if (sigsetjmp(x->jump, 0) != 0)
		return false;
	*found = v.kind == CQL_ELEMENT && cql_resource(x, v, type, members, end);
	return true;
}
