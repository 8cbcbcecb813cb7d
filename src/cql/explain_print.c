/*
 * explain_print.c: an explanation as JSON and as an HTML document.
 *
 * The document shows each definition whole, its clauses in colour by what they
 * were.  It needs nothing else: the style sheet is in it, it runs nothing, and
 * of the patient it has references and dates only.
 */
#include "cql/explain.h"

#include "types/json.h"

static const char *const classes[] = {"f", "t", "n", "u"};

/* A string of the logic, as a JSON string. */
static void
put_name(const LogicHeader *logic, uint32 string, StringInfo out)
{
	int			length;
	const char *s = logic_string(logic, string, &length);

	json_print_string(out, s, length);
}

static const LogicDefinition *
definition_of(const Explanation *e, const ExplainRow *row)
{
	return (const LogicDefinition *) logic_section(e->logic, LOGIC_DEFINITIONS) + row->definition;
}

/* A member that is a text; absent when there is none. */
static void
put_member(const char *name, const char *text, StringInfo out)
{
	if (text == NULL)
		return;
	appendStringInfo(out, ",\"%s\":", name);
	json_print_string(out, text, (int) strlen(text));
}

/* What a row says of itself. */
static void
put_row(const Explanation *e, const ExplainRow *row, StringInfo out)
{
	const LogicDefinition *d = definition_of(e, row);

	appendStringInfoString(out, "{\"text\":");
	json_print_string(out, row->text, (int) strlen(row->text));
	if (row->depth == 0)
	{
		appendStringInfoString(out, ",\"library\":");
		put_name(e->logic, d->library, out);
		appendStringInfoString(out, ",\"definition\":");
		put_name(e->logic, d->name, out);
		appendStringInfo(out, ",\"asked\":%s", row->asked ? "true" : "false");
	}
	put_member("truth", explain_truth(row->truth), out);
	put_member("value", row->value, out);
	put_member("note", row->note, out);
	put_member("error", row->error, out);
	if (row->nresources > 0)
	{
		appendStringInfoString(out, ",\"resources\":[");
		for (uint32 i = 0; i < row->nresources; i++)
		{
			appendStringInfoString(out, i ? "," : "");
			json_print_string(out, row->resources[i], (int) strlen(row->resources[i]));
		}
		appendStringInfoChar(out, ']');
	}
}

void
explain_json(const Explanation *e, StringInfo out)
{
	uint32		open = 0;		/* rows whose objects are not closed */

	appendStringInfoString(out, "[");
	for (uint32 i = 0; i < e->nrows; i++)
	{
		const ExplainRow *row = &e->rows[i];

		CHECK_FOR_INTERRUPTS();
		if (open > row->depth)
		{
			for (; open > row->depth; open--)
				appendStringInfoString(out, open > row->depth + 1 ? "}]" : "}");
			appendStringInfoChar(out, ',');
		}
		else if (row->depth > 0)
			appendStringInfoString(out, ",\"clauses\":[");
		put_row(e, row, out);
		open = row->depth + 1;
	}
	for (; open > 0; open--)
		appendStringInfoString(out, open > 1 ? "}]" : "}");
	appendStringInfoChar(out, ']');
}

/* ---- HTML ---- */

/* Text with what HTML gives a meaning replaced. */
static void
html_text(const char *s, int length, StringInfo out)
{
	for (int i = 0; i < length; i++)
	{
		switch (s[i])
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\'':
				appendStringInfoString(out, "&#39;");
				break;
			default:
				appendStringInfoChar(out, s[i]);
		}
	}
}

static void
html_string(const LogicHeader *logic, uint32 string, StringInfo out)
{
	int			length;
	const char *s = logic_string(logic, string, &length);

	html_text(s, length, out);
}

/* The row of a definition that a clause names; NULL: none, or it is not in the document. */
static const ExplainRow *
target_of(const Explanation *e, uint32 clause)
{
	uint32		targets[CQL_TARGETS];
	uint32		n = cql_trace_targets(e->logic, clause, targets);

	for (uint32 i = 0; n > 0 && i < e->nrows; i++)
		if (e->rows[i].depth == 0 && e->rows[i].definition == targets[0])
			return &e->rows[i];
	return NULL;
}

/* The beginning of a clause. */
static void
html_open(const Explanation *e, const ExplainRow *row, StringInfo out)
{
	const LogicTrace *t = (const LogicTrace *) logic_section(e->logic, LOGIC_TRACES) + row->clause;
	const ExplainRow *target = t->op == CQL_OP_ExpressionRef || t->op == CQL_OP_FunctionRef ? target_of(e, row->clause) : NULL;

	appendStringInfo(out, "<span class=\"%s\" title=\"%s", classes[row->truth], explain_truth(row->truth));
	for (uint32 i = 0; i < row->nresources; i++)
	{
		appendStringInfoString(out, i ? "; " : ": ");
		html_text(row->references[i], (int) strlen(row->references[i]), out);
	}
	appendStringInfoString(out, "\">");
	if (target && t->op == CQL_OP_ExpressionRef)
		appendStringInfo(out, "<a href=\"#d%u\">", target->definition);
}

static void
html_close(const Explanation *e, const ExplainRow *row, StringInfo out)
{
	const LogicTrace *t = (const LogicTrace *) logic_section(e->logic, LOGIC_TRACES) + row->clause;

	appendStringInfoString(out, t->op == CQL_OP_ExpressionRef && target_of(e, row->clause) ? "</a></span>" : "</span>");
}

/* The text of a definition with its clauses, whose rows are first .. end - 1; they lie within each other. */
static void
html_definition(const Explanation *e, uint32 first, uint32 end, StringInfo out)
{
	const LogicTrace *traces = logic_section(e->logic, LOGIC_TRACES);
	int			length;
	const char *text = logic_string(e->logic, traces[e->rows[first].clause].text, &length);
	const ExplainRow *open[128];
	int			nopen = 0;
	uint32		at = 0;
	uint32		next = first;

	while (at < (uint32) length || nopen > 0)
	{
		uint32		stop = nopen ? traces[open[nopen - 1]->clause].end : (uint32) length;
		bool		opens = next < end && traces[e->rows[next].clause].start < stop;

		if (opens)
			stop = traces[e->rows[next].clause].start;
		if (stop > at)
			html_text(text + at, (int) (stop - at), out);
		at = Max(at, stop);
		if (opens && nopen < (int) lengthof(open))
		{
			html_open(e, &e->rows[next], out);
			open[nopen++] = &e->rows[next++];
		}
		else if (opens)
			next++;				/* too deep to be seen */
		else if (nopen > 0)
			html_close(e, open[--nopen], out);
		else
			break;
	}
}

/* A definition: its name, what it was, the resources that made it so, and its text. */
static void
html_section(const Explanation *e, uint32 first, uint32 end, StringInfo out)
{
	const ExplainRow *row = &e->rows[first];
	const LogicDefinition *d = definition_of(e, row);

	appendStringInfo(out, "<section id=\"d%u\"><h2>", row->definition);
	html_string(e->logic, d->name, out);
	appendStringInfo(out, " <b class=\"%s\">%s</b></h2><p>", classes[row->truth], explain_truth(row->truth));
	html_string(e->logic, d->library, out);
	appendStringInfoString(out, "</p>");
	if (row->error)
		appendStringInfoString(out, "<p class=\"n\">The evaluation ended with an error.</p>");
	if (row->clause != LOGIC_NONE)
	{
		appendStringInfoString(out, "<pre>");
		html_definition(e, first, end, out);
		appendStringInfoString(out, "</pre>");
	}
	if (row->nresources > 0)
	{
		appendStringInfoString(out, "<ul>");
		for (uint32 i = 0; i < row->nresources; i++)
		{
			appendStringInfoString(out, "<li>");
			html_text(row->references[i], (int) strlen(row->references[i]), out);
			appendStringInfoString(out, "</li>");
		}
		appendStringInfoString(out, "</ul>");
	}
	appendStringInfoString(out, "</section>\n");
}

static const char html_style[] =
"body{font:15px/1.5 sans-serif;margin:2em;max-width:70em;color:#222}"
"pre{background:#fafafa;border:1px solid #ddd;padding:.8em;overflow:auto;line-height:1.6}"
"h2{font-size:1.1em;margin:1.6em 0 0}p{margin:0;color:#555}a{color:inherit}"
".t{background:#d8f0d8}.f{background:#f8d8d8}.n{background:#fff0c0}.u{background:#e8e8e8;color:#666}"
"b{font-weight:normal;padding:0 .4em}";

void
explain_html(const Explanation *e, const char *title, const char *heading, StringInfo out)
{
	appendStringInfoString(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
	html_text(title, (int) strlen(title), out);
	appendStringInfo(out, "</title><style>%s</style></head><body>\n<h1>", html_style);
	html_text(title, (int) strlen(title), out);
	appendStringInfoString(out, "</h1>\n");
	if (heading)
		appendStringInfoString(out, heading);
	appendStringInfoString(out, "<p><b class=\"t\">true</b> <b class=\"f\">false</b> <b class=\"n\">null</b> <b class=\"u\">not evaluated</b></p>\n");
	for (uint32 i = 0; i < e->nrows;)
	{
		uint32		end = i + 1;

		CHECK_FOR_INTERRUPTS();
		while (end < e->nrows && e->rows[end].depth > 0)
			end++;
		html_section(e, i, end, out);
		i = end;
	}
	appendStringInfoString(out, "</body></html>\n");
}
