/*
 * fhirpath_op.c: running FHIRPath: calls, equality, comparison, logic and
 * arithmetic.
 *
 * Collections are lists; while they are computed an item may stand for itself
 * and null for none, so that single values need no memory.  Items are elements
 * of FHIR or System values; elements become System values where a function
 * needs one.
 */
#include "cql/fhirpath_op.h"

#include "types/bytes.h"
#include "cql/operator_function.h"

/* ---- calls ---- */

#define PATH_ENTRY_SINGLE(function) CQL_OP_##function, NULL, NULL
#define PATH_ENTRY_ITEMS(function) 0, function, NULL
#define PATH_ENTRY_LAZY(function) 0, NULL, function
#define PATH_ENTRY_LOOP(function) 0, NULL, function

static const struct
{
	uint16		op;
	CqlStrict	items;
	CqlLazy		lazy;
}			functions[] = {
#define PATH(symbol, name, least, most, way, function) {PATH_ENTRY_##way(function)},
#include "cql/fhirpath_list.h"
#undef PATH
};

/* An operator of CQL on single values. */
static CqlValue
call_operator(CqlExec *x, const CqlNode *n)
{
	CqlValue	a[PATH_MAX_OPERANDS];

	for (uint32 i = 0; i < n->nargs; i++)
	{
		a[i] = fhirpath_one(x, n, cql_eval_arg(x, n, i));
		if (a[i].kind == CQL_NULL)
			return a[i];
	}
	return ((CqlStrict) cql_operators[functions[n->extra].op].function) (x, n, a);
}

/* PathCall: a function of the list. */
CqlValue
cql_path_call_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	a[PATH_MAX_OPERANDS];

	if (functions[n->extra].lazy)
		return functions[n->extra].lazy(x, n);
	if (functions[n->extra].items == NULL)
		return call_operator(x, n);
	for (uint32 i = 0; i < n->nargs; i++)
		a[i] = cql_eval_arg(x, n, i);
	return functions[n->extra].items(x, n, a);
}

bool
fhirpath_node_valid(const CqlNode *n, uint32 nproperties, uint32 nslots)
{
	if (n->extra >= PATH_NFUNCTIONS || n->nargs < 1 || n->nargs > PATH_MAX_OPERANDS ||
		(int) n->nargs - 1 < fhirpath_least(n->extra) || (int) n->nargs - 1 > fhirpath_most(n->extra))
		return false;
	if (n->extra == PATH_Member)
		return n->extra2 < nproperties;
	if (fhirpath_way(n->extra) == PATH_LOOP)
		return nslots >= 3 && n->extra2 <= nslots - 3;
	return n->extra2 <= (uint32) fhir_type_count;
}

/* ---- items ---- */

/* An element Quantity as a System Quantity: its UCUM code, or the unit as written; null with a comparator. */
static CqlValue
system_quantity(CqlExec *x, CqlValue v)
{
	CqlValue	number = cql_primitive(x, cql_property(x, v, "value", 5));
	CqlValue	unit = cql_primitive(x, cql_property(x, v, "code", 4));
	Decimal		d;

	if (!cql_to_number(number, &d) || !cql_is_null(cql_property(x, v, "comparator", 10)))
		return cql_null();
	if (cql_is_null(unit))
		unit = cql_primitive(x, cql_property(x, v, "unit", 4));
	return cql_make_quantity(x, d, unit.kind == CQL_STRING ? unit.s : "", unit.kind == CQL_STRING ? (int) unit.n : 0);
}

CqlValue
fhirpath_system(CqlExec *x, CqlValue v)
{
	CqlValue	system;

	if (v.kind != CQL_ELEMENT)
		return v;
	if (fhir_types[v.type].kind == FHIR_PRIMITIVE)
		system = cql_primitive(x, v);
	else if (v.element && fhir_type_is(v.type, FHIR_T_Quantity))
		system = system_quantity(x, v);
	else
		return v;
	return system.kind == CQL_NULL ? v : system;
}

CqlValue
fhirpath_one(CqlExec *x, const CqlNode *n, CqlValue v)
{
	PathItems	items = fhirpath_items(&v);

	if (items.n > 1)
		cql_fail(x, n, ERRCODE_CARDINALITY_VIOLATION, "a FHIRPath function takes one item, not %u", items.n);
	return items.n == 0 ? cql_null() : fhirpath_system(x, items.values[0]);
}

CqlAnswer
fhirpath_boolean(CqlExec *x, const CqlNode *n, CqlValue v)
{
	v = fhirpath_one(x, n, v);
	if (v.kind == CQL_NULL)
		return CQL_UNKNOWN;
	return v.kind != CQL_BOOLEAN || v.i != 0 ? CQL_YES : CQL_NO;
}

void
fhirpath_add_all(CqlExec *x, CqlListBuilder *out, CqlValue v)
{
	PathItems	items = fhirpath_items(&v);

	for (uint32 i = 0; i < items.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (items.values[i].kind != CQL_NULL)
			cql_list_add(x, out, items.values[i]);
	}
}

/* ---- equality ---- */

/* A number beside a quantity is a quantity of the unit 1. */
static void
align_quantities(CqlExec *x, CqlValue *a, CqlValue *b)
{
	Decimal		d;

	if (a->kind == CQL_QUANTITY && cql_to_number(*b, &d))
		*b = cql_make_quantity(x, d, "1", 1);
	else if (b->kind == CQL_QUANTITY && cql_to_number(*a, &d))
		*a = cql_make_quantity(x, d, "1", 1);
}

/* Two items as System values of comparable kinds. */
static void
align(CqlExec *x, CqlValue *a, CqlValue *b)
{
	*a = fhirpath_system(x, *a);
	*b = fhirpath_system(x, *b);
	align_quantities(x, a, b);
}

/* Equality (=): item by item; unknown when either is empty. */
static CqlAnswer
equal_items(CqlExec *x, const CqlValue *a, const CqlValue *b)
{
	PathItems	left = fhirpath_items(a);
	PathItems	right = fhirpath_items(b);
	CqlAnswer	answer = CQL_YES;

	if (left.n == 0 || right.n == 0)
		return CQL_UNKNOWN;
	if (left.n != right.n)
		return CQL_NO;
	for (uint32 i = 0; i < left.n; i++)
	{
		CqlValue	p = left.values[i];
		CqlValue	q = right.values[i];
		CqlAnswer	one;

		CHECK_FOR_INTERRUPTS();
		align(x, &p, &q);
		one = cql_equal(x, p, q);
		if (one == CQL_NO)
			return CQL_NO;
		if (one == CQL_UNKNOWN)
			answer = CQL_UNKNOWN;
	}
	return answer;
}

CqlValue
fhirpath_equal(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_answer(equal_items(x, &a[0], &a[1]));
}

CqlValue
fhirpath_not_equal(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlAnswer	answer = equal_items(x, &a[0], &a[1]);

	return answer == CQL_UNKNOWN ? cql_null() : cql_boolean(answer == CQL_NO);
}

/* Equivalence (~): the same items in any order; two empty collections are equivalent. */
static bool
equivalent_items(CqlExec *x, const CqlValue *a, const CqlValue *b)
{
	PathItems	left = fhirpath_items(a);
	PathItems	right = fhirpath_items(b);
	bool	   *used;

	if (left.n != right.n)
		return false;
	if (left.n == 0)
		return true;
	used = cql_alloc(x, right.n);
	bytes_zero(used, right.n);
	for (uint32 i = 0; i < left.n; i++)
	{
		uint32		k;

		CHECK_FOR_INTERRUPTS();
		for (k = 0; k < right.n; k++)
		{
			CqlValue	p = left.values[i];
			CqlValue	q = right.values[k];

			CHECK_FOR_INTERRUPTS();
			if (used[k])
				continue;
			align(x, &p, &q);
			if (cql_equivalent(x, p, q))
				break;
		}
		if (k == right.n)
			return false;
		used[k] = true;
	}
	return true;
}

CqlValue
fhirpath_equivalent(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(equivalent_items(x, &a[0], &a[1]));
}

CqlValue
fhirpath_not_equivalent(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_boolean(!equivalent_items(x, &a[0], &a[1]));
}

/* ---- order ---- */

/* Kinds that are compared with each other. */
static int
order_group(CqlValue v)
{
	switch (v.kind)
	{
		case CQL_INTEGER:
		case CQL_LONG:
		case CQL_DECIMAL:
			return 1;
		case CQL_STRING:
			return 2;
		case CQL_DATE:
		case CQL_DATETIME:
			return 3;
		case CQL_TIME:
			return 4;
		case CQL_QUANTITY:
			return 5;
		default:
			return 0;
	}
}

/* The order of two collections of one item each. */
static int
order_of(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	p = fhirpath_one(x, n, a[0]);
	CqlValue	q = fhirpath_one(x, n, a[1]);

	if (cql_is_null(p) || cql_is_null(q))
		return CQL_UNORDERED;
	if (p.kind == CQL_ELEMENT && fhir_type_is(p.type, FHIR_T_Quantity))
		return CQL_UNORDERED;	/* without a value, or with a comparator */
	if (q.kind == CQL_ELEMENT && fhir_type_is(q.type, FHIR_T_Quantity))
		return CQL_UNORDERED;
	align_quantities(x, &p, &q);
	if (order_group(p) == 0 || order_group(p) != order_group(q))
		cql_fail_type(x, n, order_group(p) == 0 ? p : q);
	return cql_order(x, p, q, DATETIME_UNIT_FINEST);
}

CqlValue
fhirpath_less(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int			order = order_of(x, n, a);

	return order == CQL_UNORDERED ? cql_null() : cql_boolean(order < 0);
}

CqlValue
fhirpath_less_or_equal(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int			order = order_of(x, n, a);

	return order == CQL_UNORDERED ? cql_null() : cql_boolean(order <= 0);
}

CqlValue
fhirpath_greater(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int			order = order_of(x, n, a);

	return order == CQL_UNORDERED ? cql_null() : cql_boolean(order > 0);
}

CqlValue
fhirpath_greater_or_equal(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	int			order = order_of(x, n, a);

	return order == CQL_UNORDERED ? cql_null() : cql_boolean(order >= 0);
}

/* Whether the one item is in a collection; empty without an item. */
static CqlValue
is_member(CqlExec *x, const CqlNode *n, CqlValue item, const CqlValue *collection)
{
	PathItems	items = fhirpath_items(collection);
	CqlValue	v = fhirpath_one(x, n, item);

	if (cql_is_null(v))
		return cql_null();
	for (uint32 i = 0; i < items.n; i++)
	{
		CqlValue	p = v;
		CqlValue	q = items.values[i];

		align(x, &p, &q);
		if (cql_equal(x, p, q) == CQL_YES)
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

CqlValue
fhirpath_in(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return is_member(x, n, a[0], &a[1]);
}

CqlValue
fhirpath_contains(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return is_member(x, n, a[1], &a[0]);
}

/* ---- logic ---- */

CqlValue
fhirpath_and(CqlExec *x, const CqlNode *n)
{
	CqlAnswer	p = fhirpath_boolean(x, n, cql_eval_arg(x, n, 0));
	CqlAnswer	q;

	if (p == CQL_NO)
		return cql_boolean(false);
	q = fhirpath_boolean(x, n, cql_eval_arg(x, n, 1));
	return cql_answer(q == CQL_NO ? CQL_NO : p == CQL_YES ? q : CQL_UNKNOWN);
}

CqlValue
fhirpath_or(CqlExec *x, const CqlNode *n)
{
	CqlAnswer	p = fhirpath_boolean(x, n, cql_eval_arg(x, n, 0));
	CqlAnswer	q;

	if (p == CQL_YES)
		return cql_boolean(true);
	q = fhirpath_boolean(x, n, cql_eval_arg(x, n, 1));
	return cql_answer(q == CQL_YES ? CQL_YES : p == CQL_NO ? q : CQL_UNKNOWN);
}

CqlValue
fhirpath_xor(CqlExec *x, const CqlNode *n)
{
	CqlAnswer	p = fhirpath_boolean(x, n, cql_eval_arg(x, n, 0));
	CqlAnswer	q = fhirpath_boolean(x, n, cql_eval_arg(x, n, 1));

	return p == CQL_UNKNOWN || q == CQL_UNKNOWN ? cql_null() : cql_boolean(p != q);
}

CqlValue
fhirpath_implies(CqlExec *x, const CqlNode *n)
{
	CqlAnswer	p = fhirpath_boolean(x, n, cql_eval_arg(x, n, 0));
	CqlAnswer	q;

	if (p == CQL_NO)
		return cql_boolean(true);
	q = fhirpath_boolean(x, n, cql_eval_arg(x, n, 1));
	return cql_answer(q == CQL_YES ? CQL_YES : p == CQL_YES ? q : CQL_UNKNOWN);
}

CqlValue
fhirpath_not(CqlExec *x, const CqlNode *n)
{
	CqlAnswer	p = fhirpath_boolean(x, n, cql_eval_arg(x, n, 0));

	return p == CQL_UNKNOWN ? cql_null() : cql_boolean(p == CQL_NO);
}

/* ---- arithmetic ---- */

/* Two strings joined; null counts as empty. */
static CqlValue
join_strings(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	char	   *text;

	if (cql_is_null(a))
		a = cql_string("", 0);
	if (cql_is_null(b))
		b = cql_string("", 0);
	if (a.kind != CQL_STRING || b.kind != CQL_STRING)
		cql_fail_type(x, n, a.kind != CQL_STRING ? a : b);
	text = cql_alloc(x, (size_t) a.n + b.n + 1);
	bytes_copy(text, a.s, a.n);
	bytes_copy(text + a.n, b.s, b.n);
	return cql_string(text, (int) (a.n + b.n));
}

CqlValue
fhirpath_add(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	p = fhirpath_one(x, n, a[0]);
	CqlValue	q = fhirpath_one(x, n, a[1]);

	if (cql_is_null(p) || cql_is_null(q))
		return cql_null();
	if (p.kind == CQL_STRING && q.kind == CQL_STRING)
		return join_strings(x, n, p, q);
	return cql_add(x, n, p, q);
}

/* Concatenation (&): an empty collection is an empty string. */
CqlValue
fhirpath_concatenate(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return join_strings(x, n, fhirpath_one(x, n, a[0]), fhirpath_one(x, n, a[1]));
}

/* Division is decimal, of integers as well. */
CqlValue
fhirpath_divide(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	p = fhirpath_one(x, n, a[0]);
	CqlValue	q = fhirpath_one(x, n, a[1]);

	if (cql_is_null(p) || cql_is_null(q))
		return cql_null();
	if (p.kind == CQL_INTEGER || p.kind == CQL_LONG)
		p = cql_decimal(p.i, 0);
	if (q.kind == CQL_INTEGER || q.kind == CQL_LONG)
		q = cql_decimal(q.i, 0);
	return cql_divide(x, n, p, q);
}

CqlValue
fhirpath_plus(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return fhirpath_one(x, n, a[0]);
}
