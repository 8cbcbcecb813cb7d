/*
 * type.c: what type a value is of: Is, As, Convert, Children, Descendents.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

/* Whether a value is of a named type. */
static bool
is_named(CqlValue v, const LogicType *t)
{
	if (t->kind == CQL_NULL)
		return true;			/* Any */
	if (t->kind == CQL_ELEMENT)
		return (v.kind == CQL_ELEMENT || v.kind == CQL_TUPLE) && v.type != 0 && t->fhir != 0 &&
			fhir_type_is(v.type, t->fhir);
	return v.kind == t->kind;
}

/* Whether an interval's points are of a type. */
static bool
is_interval(CqlExec *x, CqlValue v, uint32 point)
{
	const LogicType *t = (const LogicType *) logic_section(x->logic, LOGIC_TYPES) + point;

	if (v.kind != CQL_INTERVAL)
		return false;
	if (v.interval->point != CQL_NULL && t->form == CQL_TYPE_NAMED)
		return t->kind == CQL_NULL || t->kind == v.interval->point;
	return (v.interval->low.kind == CQL_NULL || cql_is(x, v.interval->low, point)) &&
		(v.interval->high.kind == CQL_NULL || cql_is(x, v.interval->high, point));
}

bool
cql_is(CqlExec *x, CqlValue v, uint32 type)
{
	const LogicType *t = (const LogicType *) logic_section(x->logic, LOGIC_TYPES) + type;
	const uint32 *parts = (const uint32 *) logic_section(x->logic, LOGIC_PARTS) + t->first;

	if (v.kind == CQL_NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	switch ((CqlTypeForm) t->form)
	{
		case CQL_TYPE_NAMED:
			return is_named(v, t);
		case CQL_TYPE_LIST:
			if (v.kind != CQL_LIST)
				return false;
			for (uint32 i = 0; i < v.n; i++)
				if (v.values[i].kind != CQL_NULL && !cql_is(x, v.values[i], parts[0]))
					return false;
			return true;
		case CQL_TYPE_INTERVAL:
			return is_interval(x, v, parts[0]);
		case CQL_TYPE_CHOICE:
			for (uint32 i = 0; i < t->nparts; i++)
				if (cql_is(x, v, parts[i]))
					return true;
			return false;
		case CQL_TYPE_TUPLE:
			return v.kind == CQL_TUPLE;
	}
	return false;
}

CqlValue
cql_is_op(CqlExec *x, const CqlNode *n)
{
	return cql_boolean(cql_is(x, cql_eval_arg(x, n, 0), n->extra));
}

/* As: a list keeps its elements; a cast of lists only says what they are. */
CqlValue
cql_as_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = cql_eval_arg(x, n, 0);

	if (v.kind == CQL_NULL)
		return (CqlValue) {.kind = CQL_NULL,.type = n->kind};
	if (n->kind == CQL_LIST && v.kind == CQL_LIST)
		return v;
	if (cql_is(x, v, n->extra))
		return v;
	if (n->flag)
		cql_fail(x, n, ERRCODE_DATATYPE_MISMATCH, "a value is not of the type to which it is strictly cast");
	return (CqlValue) {.kind = CQL_NULL,.type = n->kind};
}

CqlValue
cql_convert_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = cql_eval_arg(x, n, 0);

	if (v.kind == CQL_NULL || cql_is(x, v, n->extra))
		return v;
	return cql_convert(x, n, v, (CqlKind) n->kind);
}

CqlValue
cql_can_convert_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = cql_eval_arg(x, n, 0);

	if (v.kind == CQL_NULL)
		return cql_null();
	return cql_boolean(cql_is(x, v, n->extra) || !cql_is_null(cql_convert(x, n, v, (CqlKind) n->kind)));
}

/* Adds the parts of a System value. */
static void
add_parts(CqlExec *x, CqlListBuilder *out, CqlValue v)
{
	static const struct
	{
		CqlKind		kind;
		const char *names[5];
	}			parts[] = {
		{CQL_QUANTITY, {"value", "unit"}},
		{CQL_RATIO, {"numerator", "denominator"}},
		{CQL_CODE, {"code", "system", "version", "display"}},
		{CQL_CONCEPT, {"codes", "display"}},
		{CQL_INTERVAL, {"low", "high", "lowClosed", "highClosed"}}
	};

	for (size_t i = 0; i < lengthof(parts); i++)
		if (parts[i].kind == v.kind)
			for (int j = 0; j < 5 && parts[i].names[j]; j++)
			{
				CqlValue	one = cql_property(x, v, parts[i].names[j], (int) strlen(parts[i].names[j]));

				if (one.kind != CQL_NULL)
					cql_list_add(x, out, one);
			}
}

/* Adds the members of an element of FHIR. */
static void
add_members(CqlExec *x, CqlListBuilder *out, CqlValue v)
{
	const uint8 *p;
	const uint8 *end;
	ElementMember member;

	if (v.element == NULL)
		v = cql_original(x, v.flag, v.n);
	if (!cql_members(x, v, &p, &end))
		v = cql_loosen(x, v);
	if (!cql_members(x, v, &p, &end))
	{
		CqlValue	primitive = cql_primitive(x, v);

		if (primitive.kind != CQL_NULL)
			cql_list_add(x, out, primitive);
		return;
	}
	while (element_next(&p, end, &member))
	{
		CqlValue	one = cql_from_element(x, &member.value, member.element ? fhir_elements[member.element].type : 0,
										   v.flag, v.n);

		if (one.kind == CQL_LIST)
			for (uint32 i = 0; i < one.n; i++)
				cql_list_add(x, out, one.values[i]);
		else if (one.kind != CQL_NULL)
			cql_list_add(x, out, one);
	}
}

/* Adds what a value consists of. */
static void
add_children(CqlExec *x, CqlListBuilder *out, CqlValue v)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (v.kind)
	{
		case CQL_LIST:
			for (uint32 i = 0; i < v.n; i++)
				add_children(x, out, v.values[i]);
			break;
		case CQL_TUPLE:
			for (uint32 i = 0; i < cql_shape_size(x, v.n); i++)
				if (v.values[i].kind != CQL_NULL)
					cql_list_add(x, out, v.values[i]);
			break;
		case CQL_ELEMENT:
			add_members(x, out, v);
			break;
		default:
			add_parts(x, out, v);
			break;
	}
}

CqlValue
cql_children_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlListBuilder out = {0};

	if (a[0].kind == CQL_NULL)
		return cql_null();
	add_children(x, &out, a[0]);
	return cql_list_of(&out);
}

CqlValue
cql_descendents_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlListBuilder out = {0};

	if (a[0].kind == CQL_NULL)
		return cql_null();
	add_children(x, &out, a[0]);
	for (uint32 i = 0; i < out.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add_children(x, &out, out.values[i]);
	}
	return cql_list_of(&out);
}
