/*
 * logic_read.c: what a logic says about itself: results and parameters.
 */
#include "cql/logic_format.h"

#include "cql/logic.h"

/* A copy of a string of the logic, terminated. */
static const char *
copy_string(const LogicHeader *logic, uint32 string)
{
	int			length;
	const char *s = logic_string(logic, string, &length);

	return pnstrdup(s, length);
}

uint32
logic_expression_count(const void *datum)
{
	return logic_count(datum, LOGIC_RESULTS);
}

void
logic_expression(const void *datum, uint32 i, const char **library, const char **name)
{
	const uint32 *results = logic_section(datum, LOGIC_RESULTS);
	const LogicDefinition *d = (const LogicDefinition *) logic_section(datum, LOGIC_DEFINITIONS) + results[i];

	*library = copy_string(datum, d->library);
	*name = copy_string(datum, d->name);
}

bool
logic_expression_looks(const void *datum, uint32 i)
{
	const uint32 *results = logic_section(datum, LOGIC_RESULTS);

	return (((const LogicDefinition *) logic_section(datum, LOGIC_DEFINITIONS))[results[i]].flags & DEFINITION_LOOKS) != 0;
}

uint32
logic_parameter_count(const void *datum)
{
	return logic_count(datum, LOGIC_PARAMETERS);
}

void
logic_print_type(const LogicHeader *logic, uint32 type, StringInfo out)
{
	const LogicType *t = (const LogicType *) logic_section(logic, LOGIC_TYPES) + type;
	const uint32 *parts = (const uint32 *) logic_section(logic, LOGIC_PARTS) + t->first;
	static const char *const forms[] = {"", "List<", "Interval<", "Choice<", "Tuple<"};

	if (t->form == CQL_TYPE_NAMED)
	{
		appendStringInfoString(out, t->kind == CQL_ELEMENT ? (t->fhir ? fhir_types[t->fhir].name : "FHIR") :
							   t->kind == CQL_NULL ? "Any" : cql_kind_name((CqlKind) t->kind));
		return;
	}
	appendStringInfoString(out, forms[t->form]);
	for (uint32 i = 0; i < t->nparts; i++)
	{
		appendStringInfoString(out, i ? ", " : "");
		logic_print_type(logic, parts[i], out);
	}
	appendStringInfoChar(out, '>');
}

void
logic_parameter(const void *datum, uint32 i, const char **library, const char **name, const char **type)
{
	const LogicParameter *p = (const LogicParameter *) logic_section(datum, LOGIC_PARAMETERS) + i;
	StringInfoData text;

	initStringInfo(&text);
	if (p->type != LOGIC_NONE)
		logic_print_type(datum, p->type, &text);
	*library = copy_string(datum, p->library);
	*name = copy_string(datum, p->name);
	*type = text.data;
}
