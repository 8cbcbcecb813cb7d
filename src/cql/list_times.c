/*
 * list_times.c: Times, the product of two lists of tuples.
 *
 * The shape of a combined tuple has the names of both.  When the logic has no
 * such shape, one is made, once for a pair of shapes, and lives as long as the
 * logic is open.
 */
#include "cql/exec_state.h"

#include "cql/operator_function.h"

#define MAX_JOINED 1000

/* A shape that was made while logic runs: which names of two others it has. */
struct JoinedShape
{
	uint32		a;
	uint32		b;
	uint32		same;			/* a shape of the logic with these names, LOGIC_NONE: none */
	uint32		count;
	uint32	   *parts;			/* index * 2, + 1 for those of b; sorted by name */
	const char **names;
	int		   *lengths;
};

const char *
cql_joined_name(const CqlExec *x, uint32 shape, uint32 i, int *length)
{
	const JoinedShape *j = &x->joined[shape & ~CQL_JOINED];

	*length = j->lengths[i];
	return j->names[i];
}

uint32
cql_joined_size(const CqlExec *x, uint32 shape)
{
	return x->joined[shape & ~CQL_JOINED].count;
}

/* The order of two names. */
static int
compare_names(const char *a, int a_length, const char *b, int b_length)
{
	int			order = memcmp(a, b, Min(a_length, b_length));

	return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

/* Merges the names of two shapes; a name that both have is taken from the first. */
static void
merge_names(const CqlExec *x, JoinedShape *j)
{
	uint32		size_a = cql_shape_size(x, j->a);
	uint32		size_b = cql_shape_size(x, j->b);
	uint32		i = 0;
	uint32		k = 0;

	j->parts = palloc(sizeof(uint32) * (size_a + size_b + 1));
	j->names = palloc(sizeof(char *) * (size_a + size_b + 1));
	j->lengths = palloc(sizeof(int) * (size_a + size_b + 1));
	while (i < size_a || k < size_b)
	{
		int			length_a = 0;
		int			length_b = 0;
		const char *a = i < size_a ? cql_shape_name(x, j->a, i, &length_a) : NULL;
		const char *b = k < size_b ? cql_shape_name(x, j->b, k, &length_b) : NULL;
		int			order = a == NULL ? 1 : b == NULL ? -1 : compare_names(a, length_a, b, length_b);

		j->names[j->count] = order <= 0 ? a : b;
		j->lengths[j->count] = order <= 0 ? length_a : length_b;
		j->parts[j->count++] = order <= 0 ? i * 2 : k * 2 + 1;
		i += order <= 0;
		k += order >= 0;
	}
}

/* Whether a shape has the names of a joined one. */
static bool
has_names(const CqlExec *x, uint32 shape, uint32 joined)
{
	uint32		n = cql_joined_size(x, joined);

	if (cql_shape_size(x, shape) != n)
		return false;
	for (uint32 i = 0; i < n; i++)
	{
		int			length;
		int			other_length;
		const char *name = cql_shape_name(x, shape, i, &length);
		const char *other = cql_joined_name(x, joined, i, &other_length);

		if (compare_names(name, length, other, other_length) != 0)
			return false;
	}
	return true;
}

/* A shape of the logic, or one that was made before, with the names of a joined one. */
static uint32
find_same_shape(const CqlExec *x, uint32 joined)
{
	for (uint32 shape = 0; shape < logic_count(x->logic, LOGIC_SHAPES); shape++)
		if (has_names(x, shape, joined))
			return shape;
	for (uint32 i = 0; i < x->njoined; i++)
		if (x->joined[i].same == LOGIC_NONE && has_names(x, i | CQL_JOINED, joined))
			return i | CQL_JOINED;
	return LOGIC_NONE;
}

/* The joined shape of two shapes. */
static uint32
join_shapes(CqlExec *x, const CqlNode *n, uint32 a, uint32 b)
{
	JoinedShape *j;

	for (uint32 i = 0; i < x->njoined; i++)
	{
		if (x->joined[i].a == a && x->joined[i].b == b)
			return i;
	}
	if (x->njoined == MAX_JOINED)
		cql_fail(x, n, ERRCODE_STATEMENT_TOO_COMPLEX, "products of lists have more than %d types", MAX_JOINED);
	cql_hold(x, n, sizeof(JoinedShape) +
			 (sizeof(uint32) + sizeof(char *) + sizeof(int)) * ((size_t) cql_shape_size(x, a) + cql_shape_size(x, b) + 1));
	if ((x->njoined & (x->njoined - 1)) == 0)
		x->joined = x->joined ? repalloc(x->joined, sizeof(JoinedShape) * x->njoined * 2) : palloc(sizeof(JoinedShape));
	j = &x->joined[x->njoined];
	*j = (JoinedShape) {.a = a,.b = b};
	merge_names(x, j);
	j->same = find_same_shape(x, x->njoined | CQL_JOINED);
	return x->njoined++;
}

/* One tuple of the elements of two. */
static CqlValue
join_tuples(CqlExec *x, const CqlNode *n, CqlValue a, CqlValue b)
{
	CqlValue	v = {.kind = CQL_TUPLE};
	CqlValue   *values;
	uint32		shape;
	const JoinedShape *j;

	if (a.kind != CQL_TUPLE || b.kind != CQL_TUPLE)
		cql_fail_type(x, n, a.kind != CQL_TUPLE ? a : b);
	shape = join_shapes(x, n, a.n, b.n);
	j = &x->joined[shape];
	values = cql_alloc_values(x, j->count);
	for (uint32 i = 0; i < j->count; i++)
		values[i] = (j->parts[i] & 1 ? b : a).values[j->parts[i] >> 1];
	v.n = j->same != LOGIC_NONE ? j->same : shape | CQL_JOINED;
	v.values = values;
	return v;
}

/* Times: every tuple of the first list with every one of the second; null when either is. */
CqlValue
cql_times_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlListBuilder result = {0};

	for (int i = 0; i < 2; i++)
	{
		if (a[i].kind == CQL_NULL)
			return cql_null();
		if (a[i].kind != CQL_LIST)
			cql_fail_type(x, n, a[i]);
	}
	for (uint32 i = 0; i < a[0].n; i++)
	{
		for (uint32 k = 0; k < a[1].n; k++)
		{
			CHECK_FOR_INTERRUPTS();
			cql_list_add(x, &result, join_tuples(x, n, a[0].values[i], a[1].values[k]));
		}
	}
	return cql_list_of(&result);
}
