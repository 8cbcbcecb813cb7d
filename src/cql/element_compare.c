/*
 * element_compare.c: equality of elements of FHIR: the same place in the chart, or
 * the same content.
 */
#include "cql/exec_state.h"

/* Whether two whole entries have the same id. */
static bool
same_id(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlValue	id = cql_entry_id(x, a.flag, a.n);
	CqlValue	other = cql_entry_id(x, b.flag, b.n);

	return id.kind == other.kind && id.n == other.n && (id.kind != CQL_STRING || memcmp(id.s, other.s, id.n) == 0);
}

/* Whether two values have the same content. */
static bool
same_content(CqlExec *x, CqlValue a, CqlValue b)
{
	CqlValue	loose = cql_loosen(x, a);
	CqlValue	other = cql_loosen(x, b);
	size_t		length = element_skip(loose.element) - loose.element;

	return (size_t) (element_skip(other.element) - other.element) == length &&
		memcmp(loose.element, other.element, length) == 0;
}

CqlAnswer
cql_element_equal(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind == CQL_ELEMENT && b.kind == CQL_ELEMENT)
	{
		if (a.element == b.element && (a.element != NULL || (a.n == b.n && a.flag == b.flag)))
			return CQL_YES;
		if (fhir_types[a.type].kind == FHIR_PRIMITIVE && fhir_types[b.type].kind == FHIR_PRIMITIVE)
			return cql_equal(x, cql_primitive(x, a), cql_primitive(x, b));
		if (a.type != b.type || (a.element == NULL && b.element == NULL && !same_id(x, a, b)))
			return CQL_NO;
		return same_content(x, a, b) ? CQL_YES : CQL_NO;
	}
	if (a.kind == CQL_ELEMENT && fhir_types[a.type].kind == FHIR_PRIMITIVE)
		return cql_equal(x, cql_primitive(x, a), b);
	if (b.kind == CQL_ELEMENT && fhir_types[b.type].kind == FHIR_PRIMITIVE)
		return cql_equal(x, a, cql_primitive(x, b));
	return CQL_NO;
}

bool
cql_element_equivalent(CqlExec *x, CqlValue a, CqlValue b)
{
	if (a.kind == CQL_ELEMENT && fhir_types[a.type].kind == FHIR_PRIMITIVE)
		return cql_equivalent(x, cql_primitive(x, a), b);
	if (b.kind == CQL_ELEMENT && fhir_types[b.type].kind == FHIR_PRIMITIVE)
		return cql_equivalent(x, a, cql_primitive(x, b));
	return cql_element_equal(x, a, b) == CQL_YES;
}

uint64
cql_element_hash(CqlExec *x, CqlValue v)
{
	uint64		h = UINT64CONST(14695981039346656037);
	CqlValue	loose;
	const uint8 *end;

	if (fhir_types[v.type].kind == FHIR_PRIMITIVE)
		return cql_hash(x, cql_primitive(x, v));
	if (v.element == NULL)
		return cql_hash(x, cql_entry_id(x, v.flag, v.n)) ^ ((uint64) v.type << 32);
	loose = cql_loosen(x, v);
	end = element_skip(loose.element);
	for (const uint8 *p = loose.element; p < end; p++)
		h = (h ^ *p) * UINT64CONST(1099511628211);
	return h;
}
