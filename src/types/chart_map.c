/*
 * chart_map.c: adding the codes of concept maps to the resources of a chart,
 * and taking them out again.
 */
#include "types/chart_map_table.h"

#include "types/code_system.h"

#define DEEPEST (ELEMENT_MAX_DEPTH - 8)	/* a marked coding is four containers */

ChartMap *
chart_map(void)
{
	ChartMap   *map = palloc0(sizeof(ChartMap));

	map->size = 64;
	map->pairs = palloc(sizeof(MapPair) * map->size);
	map->texts_size = 4096;
	map->texts = palloc(map->texts_size);
	map->texts[0] = '\0';
	map->texts_length = 1;
	map->systems_size = 8;
	map->systems = palloc(sizeof(uint64) * map->systems_size);
	return map;
}

uint32
chart_map_count(const ChartMap *map)
{
	return map->count;
}

/* Keeps a text; 0 for none. */
static uint32
keep_text(ChartMap *map, const char *text)
{
	size_t		length = text ? strlen(text) + 1 : 0;
	uint32		at = (uint32) map->texts_length;

	if (text == NULL)
		return 0;
	if (map->texts_length + length > map->texts_size)
	{
		while (map->texts_length + length > map->texts_size)
			map->texts_size *= 2;
		map->texts = repalloc(map->texts, map->texts_size);
	}
	memcpy(map->texts + at, text, length);
	map->texts_length += length;
	return at;
}

/* Systems and urls come in runs: one text for all pairs of a run. */
static uint32
keep_again(ChartMap *map, const char *text, uint32 last)
{
	return map->count > 0 && strcmp(map->texts + last, text) == 0 ? last : keep_text(map, text);
}

/* Notes a source system. */
static void
note_system(ChartMap *map, uint64 hash)
{
	for (uint32 i = 0; i < map->nsystems; i++)
		if (map->systems[i] == hash)
			return;
	if (map->nsystems == map->systems_size)
	{
		map->systems_size *= 2;
		map->systems = repalloc(map->systems, sizeof(uint64) * map->systems_size);
	}
	map->systems[map->nsystems++] = hash;
}

void
chart_map_add(ChartMap *map, const ChartMapPair *pair)
{
	uint64		system = code_system_hash(pair->source_system, (int) strlen(pair->source_system));
	uint64		target = code_system_hash(pair->target_system, (int) strlen(pair->target_system));
	const MapPair *last;
	MapPair    *p;

	if (map->count == map->size)
	{
		map->size *= 2;
		map->pairs = repalloc(map->pairs, sizeof(MapPair) * map->size);
	}
	last = map->count > 0 ? &map->pairs[map->count - 1] : NULL;
	p = &map->pairs[map->count];
	memset(p, 0, sizeof(*p));
	p->hash = code_hash(system, pair->source_code, (int) strlen(pair->source_code));
	p->target_hash = code_hash(target, pair->target_code, (int) strlen(pair->target_code));
	p->source_system = keep_again(map, pair->source_system, last ? last->source_system : 0);
	p->source_code = keep_text(map, pair->source_code);
	p->target_system = keep_again(map, pair->target_system, last ? last->target_system : 0);
	p->target_code = keep_text(map, pair->target_code);
	p->url = keep_again(map, pair->url, last ? last->url : 0);
	p->low = keep_text(map, pair->range.low);
	p->above = keep_text(map, pair->range.above);
	p->high = keep_text(map, pair->range.high);
	p->below = keep_text(map, pair->range.below);
	p->unit = keep_text(map, pair->range.unit);
	p->wider = pair->wider;
	p->has_range = pair->has_range;
	p->ucum = pair->range.ucum;
	note_system(map, system);
	map->count++;
}

void
chart_map_finish(ChartMap *map)
{
	uint32		n = 64;

	while (n < map->count * 2)
		n *= 2;
	map->mask = n - 1;
	map->buckets = palloc0(sizeof(uint32) * n);
	/* From behind, so that a bucket's pairs stand in the order in which they came. */
	for (uint32 i = map->count; i-- > 0;)
	{
		uint32	   *bucket = &map->buckets[map->pairs[i].hash & map->mask];

		map->pairs[i].next = *bucket;
		*bucket = i + 1;
	}
}

void
chart_mapper_init(ChartMapper *m)
{
	memset(m, 0, sizeof(*m));
	element_writer_init(&m->members, 4096);
	element_writer_init(&m->result, 512);
	m->seen_size = 16;
	m->seen = palloc(sizeof(uint64) * m->seen_size);
	m->results_size = 8;
	m->results = palloc(sizeof(ChartMapResult) * m->results_size);
}

/* Whether a Coding was added by a map: it begins with the extension. */
static bool
is_marked(const ElementValue *coding)
{
	const uint8 *p = coding->data;
	ElementMember first;
	ElementValue one;
	ElementValue url;
	const uint8 *q;

	if (coding->kind != ELEMENT_OBJECT || !element_next(&p, coding->data + coding->length, &first) ||
		first.element != FHIR_E_Element_extension || first.value.kind != ELEMENT_ARRAY)
		return false;
	q = first.value.data;
	return element_next_value(&q, first.value.data + first.value.length, &one) && one.kind == ELEMENT_OBJECT &&
		element_find(one.data, one.data + one.length, FHIR_E_Extension_url, &url) && url.kind == ELEMENT_STRING &&
		url.length == strlen(CHART_MAP_URL) && memcmp(url.data, CHART_MAP_URL, url.length) == 0;
}

/* A Coding's system and code. */
typedef struct Code
{
	char		system_buffer[ELEMENT_TEXT_SIZE];
	char		code_buffer[ELEMENT_TEXT_SIZE];
	const char *system;
	const char *code;
	int			system_length;
	int			code_length;
	uint64		system_hash;
	uint64		hash;
} Code;

/* Reads them; false when it has no code. */
static bool
read_code(const ElementValue *coding, Code *c)
{
	const uint8 *end = coding->data + coding->length;
	ElementValue value;

	if (coding->kind != ELEMENT_OBJECT || !element_find(coding->data, end, FHIR_E_Coding_code, &value))
		return false;
	element_primitive(&value, &value);
	if (value.kind < ELEMENT_STRING || value.kind > ELEMENT_SYSTEM)
		return false;
	c->code = element_text(&value, c->code_buffer, &c->code_length);
	c->system = "";
	c->system_length = 0;
	c->system_hash = 0;
	if (element_find(coding->data, end, FHIR_E_Coding_system, &value))
	{
		element_primitive(&value, &value);
		if (value.kind >= ELEMENT_STRING && value.kind <= ELEMENT_SYSTEM)
			c->system = element_text(&value, c->system_buffer, &c->system_length);
		if (value.kind == ELEMENT_SYSTEM)
			c->system_hash = code_system_hash_of_id((int) value.number);
	}
	if (c->system_hash == 0)
		c->system_hash = code_system_hash(c->system, c->system_length);
	c->hash = code_hash(c->system_hash, c->code, c->code_length);
	return true;
}

/* Whether two systems are one, whichever of its URIs they use. */
static bool
same_system(const char *a, int a_length, const char *b, int b_length)
{
	int			x = code_system_by_url(a, a_length);
	int			y = code_system_by_url(b, b_length);

	if (x != 0 || y != 0)
		return x != 0 && y != 0 && code_system_canonical(x) == code_system_canonical(y);
	return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* The next pair of a code: from bucket or from the pair before; 0: none. */
static uint32
next_pair(const ChartMap *map, const Code *c, uint32 at)
{
	for (; at > 0; at = map->pairs[at - 1].next)
	{
		const MapPair *p = &map->pairs[at - 1];
		const char *code = map->texts + p->source_code;
		const char *system = map->texts + p->source_system;

		if (p->hash == c->hash && strlen(code) == (size_t) c->code_length && memcmp(code, c->code, c->code_length) == 0 &&
			same_system(system, (int) strlen(system), c->system, c->system_length))
			break;
	}
	return at;
}

static uint32
first_pair(const ChartMap *map, const Code *c)
{
	for (uint32 i = 0; i < map->nsystems; i++)
		if (map->systems[i] == c->system_hash)
			return next_pair(map, c, map->buckets[c->hash & map->mask]);
	return 0;
}

/* Notes a code of the concept; false when it has it already. */
static bool
note_seen(ChartMapper *m, uint64 hash)
{
	for (uint32 i = 0; i < m->nseen; i++)
		if (m->seen[i] == hash)
			return false;
	if (m->nseen == m->seen_size)
	{
		m->seen_size *= 2;
		m->seen = repalloc(m->seen, sizeof(uint64) * m->seen_size);
	}
	m->seen[m->nseen++] = hash;
	return true;
}

/* Notes a result. */
static void
note_result(ChartMapper *m, uint32 pair, const uint8 *around, const uint8 *end)
{
	if (m->nresults == m->results_size)
	{
		m->results_size *= 2;
		m->results = repalloc(m->results, sizeof(ChartMapResult) * m->results_size);
	}
	m->results[m->nresults++] = (ChartMapResult) {pair, around, end};
}

/* What the members around a concept are: a resource or a claim item whose code may report a result. */
typedef struct Around
{
	const uint8 *start;			/* NULL: it may not */
	const uint8 *end;
} Around;

/* Notes the codes of a concept; false when there is none that a map knows. */
static bool
note_codes(ChartMapper *m, const ElementValue *codings)
{
	const uint8 *p = codings->data;
	ElementValue slot;
	Code		c;
	bool		known = false;

	m->nseen = 0;
	while (element_next_value(&p, codings->data + codings->length, &slot))
	{
		if (is_marked(&slot))
			m->marked = true;
		if (!read_code(&slot, &c))
			continue;
		(void) note_seen(m, c.hash);
		known = known || first_pair(m->map, &c) > 0;
	}
	return known;
}

/* Adds the targets of all codes of a concept behind its codings. */
static void
put_targets(ChartMapper *m, const ElementValue *codings, Around around)
{
	const ChartMap *map = m->map;
	const uint8 *p = codings->data;
	ElementValue slot;
	Code		c;

	while (element_next_value(&p, codings->data + codings->length, &slot))
	{
		if (!read_code(&slot, &c))
			continue;
		for (uint32 at = first_pair(map, &c); at > 0; at = next_pair(map, &c, map->pairs[at - 1].next))
		{
			const MapPair *pair = &map->pairs[at - 1];

			if (pair->has_range && around.start && m->reported)
				note_result(m, at - 1, around.start, around.end);
			/* Not to have done the one thing is not, not to have done the wider. */
			if (pair->has_range || (pair->wider && !m->happened) || !note_seen(m, pair->target_hash))
				continue;
			map_put_target(&m->members, map, pair, true);
			m->added++;
		}
	}
}

/* A CodeableConcept with its targets. */
static void
map_concept(ChartMapper *m, const ElementValue *concept, Around around)
{
	ElementWriter *w = &m->members;
	ElementValue codings;
	const uint8 *end = concept->data + concept->length;

	if (!element_find(concept->data, end, FHIR_E_CodeableConcept_coding, &codings) ||
		codings.kind != ELEMENT_ARRAY || w->depth > DEEPEST || !note_codes(m, &codings))
	{
		element_put_copy(w, concept->start, concept->end);
		return;
	}
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_copy(w, concept->data, codings.start);
	element_open(w, ELEMENT_ARRAY, 0);
	element_put_copy(w, codings.data, codings.data + codings.length);
	put_targets(m, &codings, around);
	element_close(w, ELEMENT_ARRAY);
	element_put_copy(w, codings.end, end);
	element_close(w, ELEMENT_OBJECT);
}

/* A code of a claim item that says that the action was not performed, or why it need not be. */
static bool
has_performance_modifier(const uint8 *p, const uint8 *end, FhirElement element)
{
	ElementValue list;
	ElementValue concept;
	ElementValue codings;
	ElementValue slot;
	Code		c;

	if (!element_find(p, end, element, &list) || list.kind != ELEMENT_ARRAY)
		return false;
	p = list.data;
	while (element_next_value(&p, list.data + list.length, &concept))
	{
		const uint8 *q;

		if (concept.kind != ELEMENT_OBJECT ||
			!element_find(concept.data, concept.data + concept.length, FHIR_E_CodeableConcept_coding, &codings) ||
			codings.kind != ELEMENT_ARRAY)
			continue;
		q = codings.data;
		while (element_next_value(&q, codings.data + codings.length, &slot))
			if (read_code(&slot, &c) && c.code_length == 2 && c.code[1] == 'P' &&
				(c.code[0] == '1' || c.code[0] == '2' || c.code[0] == '3' || c.code[0] == '8'))
				return true;
	}
	return false;
}

/* Whether an element is a code by which its resource, or claim item, reports a result. */
static bool
reports_result(const ChartMapper *m, FhirElement element, const uint8 *start, const uint8 *end)
{
	switch (m->resource->type)
	{
		case FHIR_T_Procedure:
			return element == FHIR_E_Procedure_code && start == m->resource->members;
		case FHIR_T_Observation:
			return element == FHIR_E_Observation_code && start == m->resource->members;
		case FHIR_T_ExplanationOfBenefit:
			return element == FHIR_E_ExplanationOfBenefit_item_productOrService &&
				!has_performance_modifier(start, end, FHIR_E_ExplanationOfBenefit_item_modifier);
		case FHIR_T_Claim:
			return element == FHIR_E_Claim_item_productOrService &&
				!has_performance_modifier(start, end, FHIR_E_Claim_item_modifier);
		default:
			return false;
	}
}

static void map_members(ChartMapper *m, const uint8 *start, const uint8 *end);

/* One value, with what maps add. */
static void
map_value(ChartMapper *m, FhirType type, const ElementValue *value, Around around)
{
	ElementWriter *w = &m->members;
	const uint8 *p = value->data;
	ElementValue slot;

	if (w->depth > DEEPEST)
		element_put_copy(w, value->start, value->end);
	else if (value->kind == ELEMENT_OBJECT && type == FHIR_T_CodeableConcept)
		map_concept(m, value, around);
	else if (value->kind == ELEMENT_OBJECT || value->kind == ELEMENT_RESOURCE)
	{
		element_open(w, value->kind, value->type);
		map_members(m, value->data, value->data + value->length);
		element_close(w, value->kind);
	}
	else if (value->kind == ELEMENT_ARRAY)
	{
		element_open(w, ELEMENT_ARRAY, 0);
		while (element_next_value(&p, value->data + value->length, &slot))
			map_value(m, type, &slot, around);
		element_close(w, ELEMENT_ARRAY);
	}
	else
		element_put_copy(w, value->start, value->end);
}

/* The members of an object; of a resource's own only those that the chart looks at. */
static void
map_members(ChartMapper *m, const uint8 *start, const uint8 *end)
{
	const uint8 *p = start;
	const uint8 *from = start;
	ElementMember member;

	while (element_next(&p, end, &member))
	{
		if (member.element == 0 ||
			(start == m->resource->members && chart_place(m->resource->type, member.element) != CHART_HOT))
			element_put_copy(&m->members, from, p);
		else
		{
			Around		around = {NULL, NULL};

			if (reports_result(m, member.element, start, end))
				around = (Around) {start, end};
			element_put_member(&m->members, member.element);
			map_value(m, fhir_elements[member.element].type, &member.value, around);
		}
		from = p;
	}
}

/* The text of a code element; "" when there is none. */
static const char *
code_of(const ChartResource *r, FhirElement element, char *buffer, int *length)
{
	ElementValue value;

	*length = 0;
	if (element == 0 || !element_find(r->members, r->members + r->length, element, &value))
		return "";
	element_primitive(&value, &value);
	return value.kind >= ELEMENT_STRING && value.kind <= ELEMENT_SYSTEM ? element_text(&value, buffer, length) : "";
}

/* Whether what a resource reports counts: it is final, and no question or estimate. */
static bool
is_reported(const ChartResource *r, const ChartShape *shape)
{
	static const char *const statuses[] = {"final", "amended", "corrected", "completed", "active", ""};
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length;
	const char *text = code_of(r, r->type == FHIR_T_Claim ? FHIR_E_Claim_use : r->type == FHIR_T_ExplanationOfBenefit ?
							   FHIR_E_ExplanationOfBenefit_use : 0, buffer, &length);

	if (length > 0 && (length != 5 || memcmp(text, "claim", 5) != 0))
		return false;
	text = code_of(r, shape ? shape->status : 0, buffer, &length);
	for (int i = 0; i < (int) lengthof(statuses); i++)
		if (length == (int) strlen(statuses[i]) && memcmp(text, statuses[i], length) == 0)
			return true;
	return false;
}

bool
chart_map_resource(ChartMapper *m, const ChartResource *resource)
{
	const ChartShape *shape = chart_shape(resource->type);
	const uint8 *end = resource->members + resource->length;

	m->resource = resource;
	m->added = 0;
	m->nresults = 0;
	m->marked = false;
	m->happened = shape == NULL ||
		!(chart_status_flags(shape, resource->members, end) & (CHART_VOID | CHART_NEGATED));
	m->reported = m->happened && is_reported(resource, shape);
	element_writer_reset(&m->members);
	map_members(m, resource->members, end);
	/* Marks that stood in the record could not be told from ours. */
	return m->added > 0 && !m->marked;
}

/* Copies one value without marked codings. */
static void
strip_value(FhirType type, const ElementValue *value, ElementWriter *w)
{
	const uint8 *p = value->data;
	ElementValue slot;

	if (value->kind == ELEMENT_OBJECT || value->kind == ELEMENT_RESOURCE)
	{
		element_open(w, value->kind, value->type);
		chart_map_strip(value->data, value->data + value->length, w);
		element_close(w, value->kind);
	}
	else if (value->kind == ELEMENT_ARRAY)
	{
		element_open(w, ELEMENT_ARRAY, 0);
		while (element_next_value(&p, value->data + value->length, &slot))
			if (type != FHIR_T_Coding || !is_marked(&slot))
				strip_value(type, &slot, w);
		element_close(w, ELEMENT_ARRAY);
	}
	else
		element_put_copy(w, value->start, value->end);
}

void
chart_map_strip(const uint8 *p, const uint8 *end, ElementWriter *w)
{
	const uint8 *from = p;
	ElementMember member;

	while (element_next(&p, end, &member))
	{
		if (member.element == 0)
			element_put_copy(w, from, p);
		else
		{
			element_put_member(w, member.element);
			strip_value(fhir_elements[member.element].type, &member.value, w);
		}
		from = p;
	}
}
