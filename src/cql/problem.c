/*
 * problem.c: what is wrong with libraries, as text and as JSON.
 */
#include "cql/problem.h"

#include "types/json.h"

void
problem_print(StringInfo out, const CqlProblem *problem)
{
	appendStringInfoString(out, problem->library ? problem->library : "");
	if (problem->definition)
		appendStringInfo(out, "%s%s", problem->library ? "." : "", problem->definition);
	if (problem->line > 0)
		appendStringInfo(out, " (%d:%d)", problem->line, problem->column);
	appendStringInfo(out, "%s%s", out->len > 0 && (problem->library || problem->definition) ? ": " : "",
					 problem->message);
}

/* How many problems the list holds. */
static int
listed(const CqlProblems *problems)
{
	return Min(problems->count, CQL_MAX_PROBLEMS);
}

char *
problems_text(const CqlProblems *problems)
{
	StringInfoData out;
	int			n = listed(problems);

	initStringInfo(&out);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(&out, '\n');
		problem_print(&out, &problems->list[i]);
	}
	if (problems->count > n)
		appendStringInfo(&out, "\nand %d more", problems->count - n);
	return out.data;
}

/* Appends a member of a JSON object: a text, or null. */
static void
text_member(StringInfo out, const char *name, const char *text)
{
	appendStringInfo(out, "\"%s\":", name);
	if (text)
		json_print_string(out, text, (int) strlen(text));
	else
		appendStringInfoString(out, "null");
	appendStringInfoChar(out, ',');
}

char *
problems_json(const CqlProblems *problems)
{
	StringInfoData out;
	int			n = listed(problems);

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < n; i++)
	{
		const CqlProblem *p = &problems->list[i];

		appendStringInfoString(&out, i > 0 ? ",{" : "{");
		text_member(&out, "library", p->library);
		text_member(&out, "definition", p->definition);
		text_member(&out, "message", p->message);
		if (p->line > 0)
			appendStringInfo(&out, "\"line\":%d,\"column\":%d}", p->line, p->column);
		else
			appendStringInfoString(&out, "\"line\":null,\"column\":null}");
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}
