/*
 * fhirpath_fhir.c: FHIRPath's way through FHIR: the resources that are looked
 * at, members, types, trees, extensions, references, value sets.
 */
#include "cql/fhirpath_op.h"

#include "cql/operator_function.h"

/* ---- paths ---- */

void
cql_set_context(CqlExec *x, CqlValue context)
{
	x->context = context;
	x->chart_epoch++;			/* what was remembered may have depended on the old one */
}

/* An entry of the chart that may be seen. */
static CqlValue
visible_entry(const CqlExec *x, ChartPosition at)
{
	if ((chart_label(x->chart, at) & ~x->arguments.visible) != 0)
		return cql_null();
	return (CqlValue) {.kind = CQL_ELEMENT,.flag = (uint8) at.segment,.type = chart_type_of(x->chart, at),.n = at.entry};
}

/* All entries of the chart that may be seen, of any type that derives from one. */
static CqlValue
all_entries(CqlExec *x, FhirType type)
{
	CqlListBuilder out = {0};
	ChartCursor cursor;

	if (x->chart == NULL)
		return cql_null();
	cql_need(x, CQL_LOOK);
	chart_first(&cursor, x->chart, 0);
	while (chart_next(&cursor))
	{
		CqlValue	v = visible_entry(x, cursor.at);

		if (v.kind == CQL_ELEMENT && fhir_type_is(v.type, type))
			cql_list_add(x, &out, v);
	}
	return cql_list_of(&out);
}

/* The resources of a type (or an abstract one) of the context, or of the chart without one. */
CqlValue
fhirpath_root(CqlExec *x, const CqlNode *n)
{
	PathItems	items = fhirpath_items(&x->context);
	FhirType	type = (FhirType) n->extra2;
	CqlListBuilder out = {0};

	if (x->context.kind == CQL_NULL)
		return fhir_types[type].kind == FHIR_RESOURCE ? cql_eval_arg(x, n, 0) : all_entries(x, type);
	for (uint32 i = 0; i < items.n; i++)
	{
		CqlValue	v = items.values[i];

		if (v.kind == CQL_ELEMENT && fhir_type_is(v.type, type))
			cql_list_add(x, &out, v);
	}
	return cql_list_of(&out);
}

/* A member of every item. */
CqlValue
fhirpath_member(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlListBuilder out = {0};

	if (items.n == 1 && items.values[0].kind == CQL_ELEMENT)
		return cql_read_property(x, items.values[0], n->extra2);
	for (uint32 i = 0; i < items.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (items.values[i].kind == CQL_ELEMENT)
			fhirpath_add_all(x, &out, cql_read_property(x, items.values[i], n->extra2));
	}
	return cql_list_of(&out);
}

/* ---- types ---- */

/* Whether an item is of the type of a node: of FHIR or of System. */
static bool
is_of_type(const CqlNode *n, CqlValue v)
{
	if (v.kind == CQL_ELEMENT)
		return n->extra2 != 0 && v.type != 0 && fhir_type_is(v.type, (FhirType) n->extra2);
	return n->flag != CQL_ELEMENT && (n->flag == CQL_NULL || v.kind == n->flag);
}

CqlValue
fhirpath_is(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);

	if (items.n == 0)
		return cql_null();
	if (items.n > 1)
		cql_fail(x, n, ERRCODE_CARDINALITY_VIOLATION, "\"is\" takes one item, not %u", items.n);
	return cql_boolean(is_of_type(n, items.values[0]));
}

CqlValue
fhirpath_of_type(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlListBuilder out = {0};

	if (items.n == 1)
		return is_of_type(n, items.values[0]) ? items.values[0] : cql_null();
	for (uint32 i = 0; i < items.n; i++)
	{
		if (is_of_type(n, items.values[i]))
			cql_list_add(x, &out, items.values[i]);
	}
	return cql_list_of(&out);
}

/* as: of several items those of the type, as published search parameters need it. */
CqlValue
fhirpath_as(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return fhirpath_of_type(x, n, a);
}

/* ---- trees ---- */

/* Adds the children of an item; the value of a primitive is none. */
static void
add_children(CqlExec *x, const CqlNode *n, CqlListBuilder *out, CqlValue v)
{
	if (v.kind == CQL_ELEMENT && fhir_types[v.type].kind != FHIR_PRIMITIVE)
		fhirpath_add_all(x, out, cql_children_op(x, n, &v));
}

CqlValue
fhirpath_children(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlListBuilder out = {0};

	for (uint32 i = 0; i < items.n; i++)
		add_children(x, n, &out, items.values[i]);
	return cql_list_of(&out);
}

CqlValue
fhirpath_descendants(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlListBuilder out = {0};

	for (uint32 i = 0; i < items.n; i++)
		add_children(x, n, &out, items.values[i]);
	for (uint32 i = 0; i < out.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_children(x, n, &out, out.values[i]);
	}
	return cql_list_of(&out);
}

/* trace: its input; nothing is logged, for it may be about a patient. */
CqlValue
fhirpath_trace(CqlExec *x, const CqlNode *n)
{
	return cql_eval_arg(x, n, 0);
}

/* ---- FHIR ---- */

/* extension(url): the extensions of all items with that URL. */
CqlValue
fhirpath_extension(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlValue	url = fhirpath_one(x, n, a[1]);
	CqlListBuilder out = {0};

	if (url.kind != CQL_STRING)
		return cql_null();
	for (uint32 i = 0; i < items.n; i++)
	{
		CqlValue	found;
		PathItems	extensions;

		if (items.values[i].kind != CQL_ELEMENT)
			continue;
		found = cql_property(x, items.values[i], "extension", 9);
		extensions = fhirpath_items(&found);
		for (uint32 k = 0; k < extensions.n; k++)
		{
			CqlValue	known = fhirpath_system(x, cql_property(x, extensions.values[k], "url", 3));

			if (known.kind == CQL_STRING && known.n == url.n && memcmp(known.s, url.s, url.n) == 0)
				cql_list_add(x, &out, extensions.values[k]);
		}
	}
	return cql_list_of(&out);
}

/* The value of a single primitive; null otherwise. */
CqlValue
fhirpath_get_value(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);

	if (items.n != 1)
		return cql_null();
	if (items.values[0].kind != CQL_ELEMENT)
		return items.values[0];
	return fhir_types[items.values[0].type].kind == FHIR_PRIMITIVE ? cql_primitive(x, items.values[0]) : cql_null();
}

CqlValue
fhirpath_has_value(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(!cql_is_null(fhirpath_get_value(x, n, a)));
}

/* The entry of a reference as text: Type/id, perhaps at the end of a URL, perhaps with a version. */
static CqlValue
entry_by_text(CqlExec *x, CqlValue text)
{
	const char *end = text.s + text.n;
	const char *id;
	const char *name;
	FhirType	type;
	ChartCursor cursor;

	for (const char *p = text.s; p + 10 <= end; p++)
	{
		if (memcmp(p, "/_history/", 10) == 0)
			end = p;
	}
	for (id = end; id > text.s && id[-1] != '/';)
		id--;
	if (id == text.s)
		return cql_null();
	for (name = id - 1; name > text.s && name[-1] != '/';)
		name--;
	type = fhir_type_by_name(name, (int) (id - 1 - name));
	if (type == 0)
		return cql_null();
	chart_first(&cursor, x->chart, type);
	while (chart_next(&cursor))
	{
		CqlValue	known = cql_entry_id(x, cursor.at.segment, cursor.at.entry);

		if (known.kind == CQL_STRING && known.n == (size_t) (end - id) && memcmp(known.s, id, known.n) == 0)
			return visible_entry(x, cursor.at);
	}
	return cql_null();
}

/* The entry that a Reference leads to; null when it is not in the chart. */
static CqlValue
resolve_reference(CqlExec *x, CqlValue v)
{
	ElementValue e;
	ChartPosition to;
	CqlValue	text = v;

	if (v.kind == CQL_ELEMENT && v.element && v.flag != CQL_LOOSE)
	{
		element_decode(v.element, &e);
		if (e.kind == ELEMENT_OBJECT && v.type == FHIR_T_Reference &&
			!element_find(e.data, e.data + e.length, FHIR_E_Reference_reference, &e))
			return cql_null();
		if (e.kind == ELEMENT_LINK || e.kind == ELEMENT_URN_LINK)
			return chart_follow(x->chart, v.flag, (uint64) e.number, &to) ? visible_entry(x, to) : cql_null();
	}
	if (v.kind == CQL_ELEMENT && v.type == FHIR_T_Reference)
		text = cql_property(x, v, "reference", 9);
	text = fhirpath_system(x, text);
	return text.kind == CQL_STRING && x->chart ? entry_by_text(x, text) : cql_null();
}

/* resolve(): the resources of the chart that references lead to. */
CqlValue
fhirpath_resolve(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlListBuilder out = {0};

	for (uint32 i = 0; i < items.n; i++)
		fhirpath_add_all(x, &out, resolve_reference(x, items.values[i]));
	return cql_list_of(&out);
}

/* memberOf(url): whether the one code, Coding or CodeableConcept is in a value set. */
CqlValue
fhirpath_member_of(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	PathItems	items = fhirpath_items(&a[0]);
	CqlValue	b[2];

	if (items.n == 0)
		return cql_null();
	if (items.n > 1)
		cql_fail(x, n, ERRCODE_CARDINALITY_VIOLATION, "memberOf() takes one item, not %u", items.n);
	b[0] = fhirpath_system(x, items.values[0]);
	b[1] = a[1];
	return cql_in_value_set_op(x, n, b);
}
