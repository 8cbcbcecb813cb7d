/*
 * gap_print.c: reasons of gaps as JSON: criteria, what they ask for, what there
 * is.
 */
#include "phm.h"

#include "utils/datetime.h"
#include "utils/json.h"

#include "quality/gap_search.h"

#define GAP_SHOWN	3

static void
print_day(StringInfo out, int32 day)
{
	int			y;
	int			m;
	int			d;

	j2date(day + POSTGRES_EPOCH_JDATE, &y, &m, &d);
	appendStringInfo(out, "\"%04d-%02d-%02d\"", y, m, d);
}

/* A string of the logic as a member of an object. */
static void
print_string(StringInfo out, const LogicHeader *logic, const char *member, uint32 string)
{
	int			length;
	const char *text = logic_string(logic, string, &length);

	appendStringInfo(out, ",\"%s\":", member);
	escape_json(out, pnstrdup(text, length));
}

/* What a retrieve asks for: type, and value set, codes or profile. */
static void
print_retrieve(StringInfo out, const LogicHeader *logic, const LogicRetrieve *r)
{
	const LogicCode *codes = logic_section(logic, LOGIC_CODES);
	const uint32 *profiles = logic_section(logic, LOGIC_PROFILES);
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);

	appendStringInfo(out, "{\"type\":\"%s\"", fhir_types[r->type].name);
	if (r->filter == RETRIEVE_VALUE_SET)
		print_string(out, logic, "value_set", sets[r->filter_value].url);
	if (r->filter == RETRIEVE_CODES && r->filter_count > 0)
	{
		const LogicCode *c = &codes[r->filter_value];

		if (c->code != LOGIC_NONE)
			print_string(out, logic, "code", c->code);
		if (c->system != LOGIC_NONE)
			print_string(out, logic, "system", c->system);
		if (c->display != LOGIC_NONE)
			print_string(out, logic, "display", c->display);
	}
	if (r->profile != LOGIC_NONE)
		print_string(out, logic, "profile", profiles[r->profile]);
	appendStringInfoChar(out, '}');
}

/* Begins another element of an array. */
void
gap_next_element(StringInfo out)
{
	if (out->data[out->len - 1] != '[')
		appendStringInfoChar(out, ',');
}

/* The retrieves of a criterion that are asked for, each once as it prints. */
void
gap_print_retrieves(GapSearch *s, const GapPart *part, bool harms, StringInfo out)
{
	const LogicHeader *logic = cql_logic(s->m->x);
	int			known = out->data[out->len - 1] == '[' ? out->len : 0;

	for (uint32 i = 0; i < part->nretrieves; i++)
	{
		StringInfoData one;

		if (!gap_is_asked_for(part, &part->retrieves[i], harms))
			continue;
		initStringInfo(&one);
		print_retrieve(&one, logic, part->retrieves[i].retrieve);
		if (strstr(out->data + known, one.data) != NULL)
			continue;
		gap_next_element(out);
		appendBinaryStringInfo(out, one.data, one.len);
	}
}

/* The resources found, those of the day that decided first. */
static void
print_hits(GapSearch *s, int32 day, StringInfo out)
{
	int			n = 0;

	for (int turn = 0; turn < 2; turn++)
		for (uint32 i = 0; i < s->nhits && n < GAP_SHOWN; i++)
		{
			const GapHit *hit = &s->hits[i];
			char		buffer[ELEMENT_TEXT_SIZE];
			int			length;
			const char *id;
			const char *source;

			if ((hit->day == day) != (turn == 0))
				continue;
			id = chart_id(&s->m->chart, hit->at, buffer, &length);
			gap_next_element(out);
			appendStringInfoString(out, "{\"reference\":");
			escape_json(out, psprintf("%s/%.*s", fhir_types[hit->type].name, id ? length : 0, id ? id : ""));
			source = chart_source(&s->m->chart, hit->at, &length);
			if (source != NULL && length > 0)
			{
				appendStringInfoString(out, ",\"source\":");
				escape_json(out, pnstrdup(source, length));
			}
			if (hit->day != GAP_NO_DAY)
			{
				appendStringInfoString(out, ",\"date\":");
				print_day(out, hit->day);
			}
			appendStringInfoChar(out, '}');
			n++;
		}
}

/* A criterion: its name, reasons, days, what it asks for and what there is. */
void
gap_print_criterion(GapSearch *s, const GapPart *part, const GapAnswer *answer, bool harms, StringInfo out)
{
	const LogicHeader *logic = cql_logic(s->m->x);
	const LogicPlace *place = (const LogicPlace *) logic_section(logic, LOGIC_PLACES) + part->node;

	gap_next_element(out);
	appendStringInfoString(out, "{\"reasons\":[");
	for (int i = 0; i < GAP_NREASONS; i++)
		if (answer->reasons & (1u << i))
			appendStringInfo(out, "%s\"%s\"", out->data[out->len - 1] == '[' ? "" : ",", gap_reason_codes[i]);
	appendStringInfoChar(out, ']');
	if (place->definition < logic_count(logic, LOGIC_DEFINITIONS))
		print_string(out, logic, "definition", ((const LogicDefinition *) logic_section(logic, LOGIC_DEFINITIONS))[place->definition].name);
	if (answer->day != GAP_NO_DAY)
	{
		appendStringInfoString(out, ",\"date\":");
		print_day(out, answer->day);
	}
	if (answer->lapsed != GAP_NO_DAY)
	{
		appendStringInfoString(out, ",\"lapsed\":");
		print_day(out, answer->lapsed);
	}
	appendStringInfoString(out, ",\"retrieves\":[");
	gap_print_retrieves(s, part, harms, out);
	appendStringInfoString(out, "],\"evidence\":[");
	print_hits(s, answer->day, out);
	appendStringInfoString(out, "]}");
}
