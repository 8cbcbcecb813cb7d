/*
 * message.c: Message.  An Error does not end the evaluation unless it was
 * asked to be strict: it gives the source and leaves a warning.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

void
cql_warn(CqlExec *x, const CqlNode *n, CqlValue code)
{
	char		place[240];
	int			length = code.kind == CQL_STRING ? (int) Min(code.n, 200u) : 0;
	char	   *text;

	if (x->early && !x->in_order)
		cql_fail(x, n, ERRCODE_INTERNAL_ERROR, "a condition that is tested early warns");
	if (x->nwarnings >= CQL_MAX_WARNINGS)
		return;
	cql_tell_place(x, n, place, sizeof(place));
	text = cql_alloc(x, strlen(place) + length + 3);
	snprintf(text, strlen(place) + length + 3, "%s%s%.*s", place, place[0] ? " " : "", length, length ? code.s : "");
	x->warnings[x->nwarnings++] = text;
}

/* Whether a severity is this one. */
static bool
is_severity(CqlValue v, const char *name)
{
	return v.kind == CQL_STRING && v.n == strlen(name) && memcmp(v.s, name, v.n) == 0;
}

CqlValue
cql_message_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	source = cql_eval_arg(x, n, 0);
	CqlValue	code;
	CqlValue	severity;

	if (n->nargs < 2 || !cql_is_true(cql_eval_arg(x, n, 1)))
		return source;
	code = n->nargs > 2 ? cql_eval_arg(x, n, 2) : cql_null();
	severity = n->nargs > 3 ? cql_eval_arg(x, n, 3) : cql_null();
	if (is_severity(severity, "Error"))
	{
		if (x->arguments.strict)
			cql_fail(x, n, ERRCODE_RAISE_EXCEPTION, "the rule ended with the error \"%.*s\"",
					 code.kind == CQL_STRING ? (int) Min(code.n, 100u) : 0, code.kind == CQL_STRING ? code.s : "");
		cql_warn(x, n, code);
	}
	else if (is_severity(severity, "Warning"))
		cql_warn(x, n, code);
	return source;
}
