/*
 * make.c: constants and structures.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

CqlValue
cql_literal_op(CqlExec *x, const CqlNode *n)
{
	return x->constants[n->extra];
}

/* The compiler makes these literals. */
#define LITERAL(function) \
CqlValue \
function(CqlExec *x, const CqlNode *n) \
{ \
	return cql_literal_op(x, n); \
}

LITERAL(cql_null_op)
LITERAL(cql_quantity_op)
LITERAL(cql_code_op)
LITERAL(cql_concept_op)
LITERAL(cql_code_ref_op)
LITERAL(cql_concept_ref_op)
LITERAL(cql_value_set_ref_op)
LITERAL(cql_code_system_ref_op)

CqlValue
cql_ratio_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlRatio   *ratio;

	if (a[0].kind != CQL_QUANTITY || a[1].kind != CQL_QUANTITY)
		return cql_null();
	ratio = cql_alloc(x, sizeof(CqlRatio));
	ratio->numerator = *a[0].quantity;
	ratio->denominator = *a[1].quantity;
	return (CqlValue) {.kind = CQL_RATIO,.ratio = ratio};
}

CqlValue
cql_tuple_op(CqlExec *x, const CqlNode *n)
{
	CqlValue   *values = cql_alloc_values(x, n->nargs);

	for (uint32 i = 0; i < n->nargs; i++)
		values[i] = cql_eval_arg(x, n, i);
	return (CqlValue) {.kind = CQL_TUPLE,.n = n->extra,.values = values};
}

const char *
cql_shape_name(const CqlExec *x, uint32 shape, uint32 i, int *length)
{
	const LogicShape *s = (const LogicShape *) logic_section(x->logic, LOGIC_SHAPES) + shape;
	const uint32 *names;

	if (shape & CQL_JOINED)
		return cql_joined_name(x, shape, i, length);
	names = (const uint32 *) logic_section(x->logic, LOGIC_PARTS) + s->first;
	return logic_string(x->logic, names[i], length);
}

uint32
cql_shape_size(const CqlExec *x, uint32 shape)
{
	if (shape & CQL_JOINED)
		return cql_joined_size(x, shape);
	return ((const LogicShape *) logic_section(x->logic, LOGIC_SHAPES) + shape)->count;
}

/* The element of a structure by name; null when it is not given. */
static CqlValue
part(CqlExec *x, CqlValue tuple, const char *name)
{
	for (uint32 i = 0; i < cql_shape_size(x, tuple.n); i++)
	{
		int			length;
		const char *known = cql_shape_name(x, tuple.n, i, &length);

		if ((size_t) length == strlen(name) && memcmp(known, name, length) == 0)
			return tuple.values[i];
	}
	return cql_null();
}

/* Text of a part, or NULL. */
static const char *
part_text(CqlExec *x, CqlValue tuple, const char *name, int *length)
{
	CqlValue	v = part(x, tuple, name);

	*length = 0;
	if (v.kind == CQL_CODE_SYSTEM)
		return logic_string(x->logic, (uint32) v.i, length);
	if (v.kind != CQL_STRING)
		return NULL;
	*length = (int) v.n;
	return v.s;
}

/* System.Code { code, system, version, display } */
static CqlValue
make_code(CqlExec *x, CqlValue t)
{
	CqlCode		code = {0};

	code.code = part_text(x, t, "code", &code.code_length);
	code.system = part_text(x, t, "system", &code.system_length);
	code.version = part_text(x, t, "version", &code.version_length);
	code.display = part_text(x, t, "display", &code.display_length);
	return cql_make_code(x, &code);
}

/* System.Concept { codes, display } */
static CqlValue
make_concept(CqlExec *x, CqlValue t)
{
	CqlValue	list = part(x, t, "codes");
	uint32		n = list.kind == CQL_LIST ? list.n : 0;
	CqlCode    *codes = cql_alloc(x, sizeof(CqlCode) * (n + 1));
	uint32		count = 0;
	const char *display;
	int			length;

	for (uint32 i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (list.values[i].kind == CQL_CODE)
			codes[count++] = *list.values[i].code;
	}
	display = part_text(x, t, "display", &length);
	return cql_make_concept(x, codes, count, display, length);
}

/* System.Quantity { value, unit } */
static CqlValue
make_quantity(CqlExec *x, CqlValue t)
{
	CqlValue	value = part(x, t, "value");
	Decimal		d;
	const char *unit;
	int			length;

	if (!cql_to_number(value, &d))
		return cql_null();
	unit = part_text(x, t, "unit", &length);
	return cql_make_quantity(x, d, unit ? unit : "", unit ? length : 0);
}

CqlValue
cql_instance_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	t = cql_tuple_op(x, n);
	CqlValue	a[2];

	switch (n->kind)
	{
		case CQL_CODE:
			return make_code(x, t);
		case CQL_CONCEPT:
			return make_concept(x, t);
		case CQL_QUANTITY:
			return make_quantity(x, t);
		case CQL_RATIO:
			a[0] = part(x, t, "numerator");
			a[1] = part(x, t, "denominator");
			return cql_ratio_op(x, n, a);
		default:
			t.type = (uint16) n->extra2;
			return t;
	}
}
