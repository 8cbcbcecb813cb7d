/*
 * chart_read.c: reading a chart in place.
 *
 * Relies on valid values (chart_validate).  Nothing here allocates but the
 * decompressed cold part, which is made on demand and lives as long as the
 * memory context in which it was first asked for.
 */
#include "types/chart_map.h"

#include <zstd.h>

#include "types/code_system.h"
#include "types/datetime.h"

void
chart_open(Chart *chart, const void *datum)
{
	const ChartHeader *header = datum;

	memset(chart, 0, sizeof(*chart));
	chart->nsegments = header->nsegments;
	chart->base[0] = (const uint8 *) datum + sizeof(ChartHeader);
	chart->segments[0] = (const ChartSegment *) chart->base[0];
	if (header->nsegments > 1)
	{
		chart->base[1] = (const uint8 *) datum + header->second;
		chart->segments[1] = (const ChartSegment *) chart->base[1];
	}
}

uint32
chart_range(const Chart *chart, int segment, FhirType type, uint32 *first)
{
	const ChartSegment *s = chart->segments[segment];
	const ChartRange *ranges = (const ChartRange *) (chart->base[segment] + s->directory);
	int			low = 0;
	int			high = (int) s->ntypes - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;

		if (ranges[middle].type == type)
		{
			*first = ranges[middle].first;
			return ranges[middle].count;
		}
		if (ranges[middle].type < type)
			low = middle + 1;
		else
			high = middle - 1;
	}
	*first = 0;
	return 0;
}

FhirType
chart_type_of(const Chart *chart, ChartPosition at)
{
	const ChartSegment *s = chart->segments[at.segment];
	const ChartRange *ranges = (const ChartRange *) (chart->base[at.segment] + s->directory);

	for (uint32 i = 0; i < s->ntypes; i++)
		if (at.entry < ranges[i].first + ranges[i].count)
			return ranges[i].type;
	return 0;
}

bool
chart_removed(const Chart *chart, ChartPosition at, uint32 *replacement)
{
	const ChartSegment *s = chart->nsegments > 1 ? chart->segments[1] : NULL;
	const ChartRemoved *removed;
	int			low = 0;
	int			high;

	if (s == NULL || at.segment != 0)
		return false;
	removed = (const ChartRemoved *) (chart->base[1] + s->removed);
	high = (int) s->nremoved - 1;
	while (low <= high)
	{
		int			middle = (low + high) / 2;

		if (removed[middle].entry == at.entry)
		{
			*replacement = removed[middle].replacement;
			return true;
		}
		if (removed[middle].entry < at.entry)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return false;
}

/* Points a cursor at the entries of its type in a segment. */
static void
enter_segment(ChartCursor *cursor, int segment)
{
	const Chart *chart = cursor->chart;
	uint32		first = 0;
	uint32		count = cursor->type ? chart_range(chart, segment, cursor->type, &first) :
		chart->segments[segment]->nentries;

	cursor->at.segment = segment;
	cursor->next = first;
	cursor->end = first + count;
	cursor->removed = cursor->removed_end = NULL;
	if (segment == 0 && chart->nsegments > 1)
	{
		cursor->removed = (const ChartRemoved *) (chart->base[1] + chart->segments[1]->removed);
		cursor->removed_end = cursor->removed + chart->segments[1]->nremoved;
		while (cursor->removed < cursor->removed_end && cursor->removed->entry < first)
			cursor->removed++;
	}
}

void
chart_first(ChartCursor *cursor, const Chart *chart, FhirType type)
{
	cursor->chart = chart;
	cursor->type = type;
	enter_segment(cursor, 0);
}

bool
chart_next_slowly(ChartCursor *cursor)
{
	for (;;)
	{
		while (cursor->next < cursor->end)
		{
			cursor->at.entry = cursor->next++;
			if (cursor->removed < cursor->removed_end && cursor->removed->entry == cursor->at.entry)
			{
				cursor->removed++;
				continue;
			}
			return true;
		}
		if (cursor->at.segment + 1 >= cursor->chart->nsegments)
			return false;
		enter_segment(cursor, cursor->at.segment + 1);
	}
}

void
chart_body(const Chart *chart, ChartPosition at, const uint8 **members, const uint8 **end)
{
	const ChartSegment *s = chart->segments[at.segment];
	const ChartEntry *entries = chart_entries(chart, at.segment);
	const uint8 *bodies = chart->base[at.segment] + s->bodies;

	*members = bodies + entries[at.entry].body;
	*end = at.entry + 1 < s->nentries ? bodies + entries[at.entry + 1].body :
		chart->base[at.segment] + s->bodies_end;
}

bool
chart_names_profiles(const uint8 *members, const uint8 *end)
{
	ElementValue meta;

	return element_find(members, end, FHIR_E_Resource_meta, &meta) && meta.kind == ELEMENT_OBJECT &&
		element_find(meta.data, meta.data + meta.length, FHIR_E_Meta_profile, &meta);
}

const char *
chart_string(const Chart *chart, int segment, uint32 index, int *length)
{
	const uint8 *base = chart->base[segment] + chart->segments[segment]->strings;
	const uint32 *offsets = (const uint32 *) base;

	*length = (int) (offsets[index + 1] - offsets[index]);
	return (const char *) base + offsets[index];
}

uint32
chart_concept(const Chart *chart, int segment, uint32 concept, const uint8 **p)
{
	const uint8 *base = chart->base[segment] + chart->segments[segment]->concepts;
	const uint32 *offsets = (const uint32 *) base;

	*p = base + offsets[concept];
	return (uint32) phm_get_varint(p);
}

uint32
chart_labels(const Chart *chart)
{
	uint32		all = 0;

	for (int i = 0; i < chart->nsegments; i++)
	{
		const uint32 *labels = (const uint32 *) (chart->base[i] + chart->segments[i]->labels);

		for (uint32 k = 0; k < chart->segments[i]->nlabels; k++)
			all |= labels[k];
	}
	return all;
}

/* The ids of an entry: source index and id value. */
static const uint8 *
find_ids(const Chart *chart, ChartPosition at, uint64 *source)
{
	const uint8 *base = chart->base[at.segment] + chart->segments[at.segment]->ids;
	const uint8 *p = base + ((const uint32 *) base)[at.entry];

	*source = phm_get_varint(&p);
	return p;
}

const char *
chart_id(const Chart *chart, ChartPosition at, char *buffer, int *length)
{
	uint64		source;
	ElementValue value;

	element_decode(find_ids(chart, at, &source), &value);
	*length = 0;
	return value.kind == ELEMENT_NULL ? NULL : element_text(&value, buffer, length);
}

const char *
chart_source(const Chart *chart, ChartPosition at, int *length)
{
	uint64		source;

	(void) find_ids(chart, at, &source);
	return chart_string(chart, at.segment, (uint32) source, length);
}

bool
chart_follow(const Chart *chart, int segment, uint64 link, ChartPosition *to)
{
	uint32		replacement;

	to->segment = (int) (link & 1);
	to->entry = (uint32) (link >> 1);
	if (to->segment >= chart->nsegments)
		return false;
	if (!chart_removed(chart, *to, &replacement))
		return true;
	to->segment = 1;
	to->entry = replacement;
	return replacement != CHART_GONE;
}

/*
 * Finds the pieces of the cold part of a segment, once: offsets of each and of the
 * end, in one chunk with what had to be decompressed.
 */
static void
open_cold(Chart *chart, int segment)
{
	const ChartSegment *s = chart->segments[segment];
	const uint8 *stored = chart->base[segment] + s->cold;
	const uint8 *p = stored;
	uint32		n = s->nconcepts + s->nentries;
	Size		table = sizeof(uint32) * ((Size) n + 1);
	bool		compressed = s->cold_size >= CHART_PLAIN_COLD;
	uint32	   *offsets = palloc(table + (compressed ? s->cold_size : 0));
	size_t		got;

	if (compressed)
	{
		uint8	   *cold = (uint8 *) offsets + table;

		got = ZSTD_decompress(cold, s->cold_size, stored, s->length - s->cold);
		if (ZSTD_isError(got) || got != s->cold_size)
			memset(cold, 0, s->cold_size);	/* every piece is empty */
		p = cold;
	}
	offsets[0] = 0;
	for (uint32 i = 0; i < n; i++)
		offsets[i + 1] = offsets[i] + (uint32) phm_get_varint(&p);
	chart->cold[segment] = (uint8 *) offsets;
	chart->pieces[segment] = p;
}

/* The n-th piece of the cold part: concepts first, then entries. */
static void
cold_piece(Chart *chart, int segment, uint32 n, const uint8 **p, const uint8 **end)
{
	const uint32 *offsets;

	if (chart->cold[segment] == NULL)
		open_cold(chart, segment);
	offsets = (const uint32 *) chart->cold[segment];
	*p = chart->pieces[segment] + offsets[n];
	*end = chart->pieces[segment] + offsets[n + 1];
}

/* Writes a Coding of a code index + 1. */
static void
write_coding(Chart *chart, int segment, uint64 code, ElementWriter *w)
{
	element_open(w, ELEMENT_OBJECT, 0);
	if (code > 0)
	{
		const ChartCode *c = &chart_codes(chart, segment)[code - 1];
		const char *text;
		int			length;

		if (c->system & CHART_FOREIGN_SYSTEM)
		{
			text = chart_string(chart, segment, c->system & ~CHART_FOREIGN_SYSTEM, &length);
			element_put_member(w, FHIR_E_Coding_system);
			element_put_string(w, text, length);
		}
		else if (c->system != 0)
		{
			element_put_member(w, FHIR_E_Coding_system);
			element_put_index(w, ELEMENT_SYSTEM, c->system);
		}
		text = chart_string(chart, segment, c->code, &length);
		element_put_member(w, FHIR_E_Coding_code);
		element_put_string(w, text, length);
	}
	element_close(w, ELEMENT_OBJECT);
}

/* Writes a concept as CodeableConcept or Coding. */
static void
write_concept(Chart *chart, int segment, uint32 concept, FhirType type, ElementWriter *w)
{
	const uint8 *p;
	const uint8 *end;
	uint32		n;

	cold_piece(chart, segment, concept, &p, &end);
	if (p < end)
	{
		element_open(w, ELEMENT_OBJECT, 0);
		element_put_copy(w, p, end);
		element_close(w, ELEMENT_OBJECT);
		return;
	}
	n = chart_concept(chart, segment, concept, &p);
	if (type == FHIR_T_Coding)
	{
		write_coding(chart, segment, n > 0 ? phm_get_varint(&p) : 0, w);
		return;
	}
	element_open(w, ELEMENT_OBJECT, 0);
	if (n > 0)					/* else it was an empty object: an empty list of codings is not plain */
	{
		element_put_member(w, FHIR_E_CodeableConcept_coding);
		element_open(w, ELEMENT_ARRAY, 0);
		for (uint32 i = 0; i < n; i++)
			write_coding(chart, segment, phm_get_varint(&p), w);
		element_close(w, ELEMENT_ARRAY);
	}
	element_close(w, ELEMENT_OBJECT);
}

/* Writes a Reference to the entry of a link. */
static void
write_link(Chart *chart, int segment, const ElementValue *value, ElementWriter *w)
{
	ChartPosition to = {(int) (value->number & 1), (uint32) (value->number >> 1)};
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length;
	const char *id = chart_id(chart, to, buffer, &length);
	const char *prefix = value->kind == ELEMENT_URN_LINK ? "urn:uuid:" : fhir_types[chart_type_of(chart, to)].name;
	char	   *text = palloc(strlen(prefix) + length + 2);
	int			n = snprintf(text, strlen(prefix) + 2, "%s%s", prefix, value->kind == ELEMENT_LINK ? "/" : "");

	if (id != NULL)
		memcpy(text + n, id, length);
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Reference_reference);
	element_put_string(w, text, n + length);
	element_close(w, ELEMENT_OBJECT);
	pfree(text);
}

/* Writes a Quantity of a mantissa, a scale and a unit. */
static void
write_quantity(Chart *chart, int segment, const ElementValue *value, ElementWriter *w)
{
	element_open(w, ELEMENT_OBJECT, 0);
	element_put_member(w, FHIR_E_Quantity_value);
	element_put_decimal(w, value->number, value->scale);
	if (value->count > 0)
	{
		int			length;
		const char *unit = chart_string(chart, segment, value->count - 1, &length);

		element_put_member(w, FHIR_E_Quantity_unit);
		element_put_string(w, unit, length);
		element_put_member(w, FHIR_E_Quantity_system);
		element_put_string(w, "http://unitsofmeasure.org", 25);
		element_put_member(w, FHIR_E_Quantity_code);
		element_put_string(w, unit, length);
	}
	element_close(w, ELEMENT_OBJECT);
}

static void write_members(Chart *chart, int segment, int64 time, const uint8 *p, const uint8 *end, ElementWriter *w);

/* Writes one value of a body in the kinds of phm.resource. */
static void
write_value(Chart *chart, int segment, int64 time, FhirType type, const ElementValue *value, ElementWriter *w)
{
	const uint8 *p = value->data;
	ElementValue part;
	const char *text;
	int			length;

	switch (value->kind)
	{
		case ELEMENT_SYMBOL:
			text = chart_string(chart, segment, (uint32) value->number, &length);
			element_put_string(w, text, length);
			break;
		case ELEMENT_CONCEPT:
			write_concept(chart, segment, (uint32) value->number, type, w);
			break;
		case ELEMENT_LINK:
		case ELEMENT_URN_LINK:
			write_link(chart, segment, value, w);
			break;
		case ELEMENT_INT:
			element_put_int(w, value->number);
			break;
		case ELEMENT_MOMENT:
			element_put_datetime(w, element_moment_date(value, time));
			break;
		case ELEMENT_QUANTITY:
			write_quantity(chart, segment, value, w);
			break;
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
			element_open(w, value->kind, value->type);
			write_members(chart, segment, time, value->data, value->data + value->length, w);
			element_close(w, value->kind);
			break;
		case ELEMENT_ARRAY:
			element_open(w, ELEMENT_ARRAY, 0);
			while (element_next_value(&p, value->data + value->length, &part))
				write_value(chart, segment, time, type, &part, w);
			element_close(w, ELEMENT_ARRAY);
			break;
		default:
			element_put_copy(w, value->start, value->end);
			break;
	}
}

/* Writes the members of an object of a body. */
static void
write_members(Chart *chart, int segment, int64 time, const uint8 *p, const uint8 *end, ElementWriter *w)
{
	ElementMember member;

	while (element_next(&p, end, &member))
	{
		if (member.element != 0)
			element_put_member(w, member.element);
		else
			element_put_name(w, member.name, member.name_length);
		write_value(chart, segment, time, fhir_elements[member.element].type, &member.value, w);
	}
}

void
chart_write_value(Chart *chart, ChartPosition at, FhirType type, const uint8 *start, ElementWriter *w)
{
	ElementValue value;

	element_decode(start, &value);
	write_value(chart, at.segment, chart_entries(chart, at.segment)[at.entry].time, type, &value, w);
}

/*
 * A member stands in the body, in the cold part, or in both when the body's
 * form does not print back: then the cold one is the original.
 */
void
chart_resource_mapped(Chart *chart, ChartPosition at, ElementWriter *w)
{
	const ChartSegment *s = chart->segments[at.segment];
	int64		time = chart_entries(chart, at.segment)[at.entry].time;
	const uint8 *p;
	const uint8 *end;
	const uint8 *cold;
	const uint8 *cold_end;
	ElementMember member;
	ElementValue original;
	uint64		source;

	cold_piece(chart, at.segment, s->nconcepts + at.entry, &cold, &cold_end);
	chart_body(chart, at, &p, &end);
	if (!element_find(cold, cold_end, FHIR_E_Resource_id, &original))
	{
		element_decode(find_ids(chart, at, &source), &original);
		if (original.kind != ELEMENT_NULL)
		{
			element_put_member(w, FHIR_E_Resource_id);
			element_put_copy(w, original.start, original.end);
		}
	}
	while (element_next(&p, end, &member))
	{
		if (member.element == 0 || element_find(cold, cold_end, member.element, &original))
			continue;
		element_put_member(w, member.element);
		write_value(chart, at.segment, time, fhir_elements[member.element].type, &member.value, w);
	}
	element_put_copy(w, cold, cold_end);
}

void
chart_resource(Chart *chart, ChartPosition at, ElementWriter *w)
{
	ElementWriter mapped;

	if (!(chart_entries(chart, at.segment)[at.entry].flags & CHART_MAPPED))
	{
		chart_resource_mapped(chart, at, w);
		return;
	}
	element_writer_init(&mapped, 1024);
	chart_resource_mapped(chart, at, &mapped);
	chart_map_strip(mapped.data, mapped.data + mapped.length, w);
	pfree(mapped.data);
}
