/*
 * expression_type.c: single expressions of ELM, without library and chart: to
 * try them, and for the conformance tests.
 */
#include "phm.h"

#include "funcapi.h"
#include "utils/timestamp.h"

#include "cql/call_site.h"
#include "cql/problem.h"

PG_FUNCTION_INFO_V1(phm_evaluate_elm);
PG_FUNCTION_INFO_V1(phm_compare_elm);

/* There are no value sets around a single expression. */
static bool
no_value_set(void *arg, const char *url, const char *version, const void **codes, size_t *length)
{
	return false;
}

/* Reads one expression; NULL with the error told. */
static CqlTree *
read_expression(text *source, CqlProblems *problems, PhmError *err)
{
	return elm_read_expression(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source), problems, err);
}

/* Problems of reading and linking as the error. */
static bool
fail_with_problems(const CqlProblems *problems, PhmError *err)
{
	StringInfoData line;

	initStringInfo(&line);
	problem_print(&line, &problems->list[0]);
	phm_fail(err, ERRCODE_FEATURE_NOT_SUPPORTED, -1, "%.200s", line.data);
	if (problems->count > 1)
		phm_fail_detail(err, "This is the first of %d problems.", problems->count);
	return false;
}

/* Links a tree and evaluates it. */
static bool
run_tree(CqlTree *tree, PhmDateTime now, CqlExec **x, CqlValue *result, CqlProblems *problems, PhmError *err)
{
	CqlLinkOptions options = {.native_helpers = true};
	CqlArguments arguments = {.now = now, .memory = (size_t) rule_memory * 1024, .strict = true};
	struct varlena *logic;

	options.value_sets.find = no_value_set;
	options.value_sets.missing_is_empty = true;
	logic = problems->count == 0 ? cql_link_expression(tree, &options, problems) : NULL;
	if (logic == NULL)
		return problems->count > 0 ? fail_with_problems(problems, err) :
			phm_fail(err, ERRCODE_INTERNAL_ERROR, -1, "the expression cannot be linked");
	*x = cql_open(logic);
	cql_set_arguments(*x, &arguments);
	cql_set_chart(*x, NULL);
	return cql_evaluate(*x, 0, result, err);
}

/* The evaluation time of an argument, in UTC. */
static PhmDateTime
time_argument(FunctionCallInfo fcinfo, int n)
{
	return moment_at(PG_GETARG_TIMESTAMPTZ(n), 0);
}

static char *
value_text(CqlExec *x, CqlValue v)
{
	StringInfoData out;
	PhmError	err = {0};

	initStringInfo(&out);
	if (!cql_print_json(x, v, &out, &err))
		appendStringInfoString(&out, err.message);
	return out.data;
}

/* The value of an expression as JSON. */
Datum
phm_evaluate_elm(PG_FUNCTION_ARGS)
{
	CqlProblems problems = {0};
	PhmError	err = {0};
	CqlExec    *x = NULL;
	CqlValue	v;
	CqlTree    *tree = read_expression(PG_GETARG_TEXT_PP(0), &problems, &err);
	char	   *result;

	if (tree == NULL || !run_tree(tree, time_argument(fcinfo, 1), &x, &v, &problems, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	result = value_text(x, v);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* A tree of an operator over two operands. */
static CqlTree *
tree_of(CqlOp op, CqlTree *a, CqlTree *b)
{
	CqlTree    *tree = cql_tree(op, 2);

	tree->precision = DATETIME_UNIT_FINEST;
	tree->args[0] = a;
	tree->args[1] = b;
	return tree;
}

/* What comparing found. */
typedef struct Comparison
{
	bool		same;
	char	   *result;			/* JSON, NULL: none */
	char	   *expected;
	PhmError	err;
} Comparison;

/* A text argument's tree; read anew for each use, because linking may change it. */
static CqlTree *
tree_argument(text *source, Comparison *c)
{
	CqlProblems problems = {0};
	CqlTree    *tree = read_expression(source, &problems, &c->err);

	if (tree != NULL && problems.count > 0)
	{
		fail_with_problems(&problems, &c->err);
		return NULL;
	}
	return tree;
}

/* Evaluates one of both for itself. */
static bool
run_one(text *source, PhmDateTime now, char **out, CqlValue *v, Comparison *c)
{
	CqlProblems problems = {0};
	CqlTree    *tree = tree_argument(source, c);
	CqlExec    *x = NULL;
	bool		done = tree != NULL && run_tree(tree, now, &x, v, &problems, &c->err);

	if (done)
		*out = value_text(x, *v);
	return done;
}

/* Whether Equal, and where that is not known Equivalent, says yes. */
static bool
run_comparison(CqlOp op, text *a, text *b, PhmDateTime now, CqlAnswer *answer, Comparison *c)
{
	CqlProblems problems = {0};
	CqlTree    *left = tree_argument(a, c);
	CqlTree    *right = tree_argument(b, c);
	CqlExec    *x = NULL;
	CqlValue	v;
	bool		done = left && right && run_tree(tree_of(op, left, right), now, &x, &v, &problems, &c->err);

	if (done)
		*answer = cql_to_answer(v);
	return done;
}

/* An uncertain number is written as the closed interval of what it may be. */
static bool
same_uncertain(CqlValue v, CqlValue expected)
{
	const CqlInterval *a = v.interval;
	const CqlInterval *b = expected.interval;

	return expected.kind == CQL_INTERVAL && b->low_closed && b->high_closed &&
		a->low.kind == b->low.kind && a->low.i == b->low.i && a->high.kind == b->high.kind && a->high.i == b->high.i;
}

/* Equal values are the same, equivalent ones where equality is not known (nulls, precision), and nulls. */
static void
compare(text *expression, text *expected, PhmDateTime now, Comparison *c)
{
	CqlValue	v = cql_null();
	CqlValue	w = cql_null();
	CqlAnswer	answer;

	if (!run_one(expression, now, &c->result, &v, c) || expected == NULL ||
		!run_one(expected, now, &c->expected, &w, c))
		return;
	if (cql_is_null(v) || cql_is_null(w))
	{
		c->same = cql_is_null(v) && cql_is_null(w);
		return;
	}
	if (v.kind == CQL_INTERVAL && v.flag & CQL_UNCERTAIN)
	{
		c->same = same_uncertain(v, w);
		return;
	}
	if (!run_comparison(CQL_OP_Equal, expression, expected, now, &answer, c))
		return;
	if (answer == CQL_UNKNOWN && !run_comparison(CQL_OP_Equivalent, expression, expected, now, &answer, c))
		return;
	c->same = answer == CQL_YES;
}

/* (same, result, expected result, error) of an expression and the one that gives what is expected. */
Datum
phm_compare_elm(PG_FUNCTION_ARGS)
{
	Comparison	c = {0};
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	compare(PG_GETARG_TEXT_PP(0), PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1), time_argument(fcinfo, 2), &c);
	values[0] = BoolGetDatum(c.same);
	nulls[1] = c.result == NULL;
	values[1] = c.result ? CStringGetTextDatum(c.result) : (Datum) 0;
	nulls[2] = c.expected == NULL;
	values[2] = c.expected ? CStringGetTextDatum(c.expected) : (Datum) 0;
	nulls[3] = c.err.message[0] == '\0';
	values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(c.err.message);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
