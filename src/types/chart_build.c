/*
 * chart_build.c: making a chart from resources.
 *
 * Resources are kept as they come; chart_finish sorts them, resolves their
 * references, splits each into hot body and cold rest, and writes the sections
 * (chart_write.c).  Owns buffers that are reused from chart to chart.
 */
#include "types/chart_builder.h"

#include "types/code_system.h"
#include "types/datetime.h"

ChartBuilder *
chart_builder(void)
{
	ChartBuilder *b = palloc0(sizeof(ChartBuilder));

	chart_intern_init(&b->intern);
	element_writer_init(&b->bodies, 8192);
	element_writer_init(&b->cold, 8192);
	element_writer_init(&b->ids, 2048);
	b->output.size = b->pieces.size = 16384;
	b->output.data = palloc(b->output.size);
	b->pieces.data = palloc(b->pieces.size);
	b->size = 64;
	b->items = palloc(sizeof(ChartItem) * b->size);
	b->copies_size = 65536;
	b->copies = palloc(b->copies_size);
	b->nbuckets = 256;
	b->buckets = palloc(sizeof(uint32) * b->nbuckets);
	return b;
}

void
chart_builder_use_map(ChartBuilder *b, const ChartMap *map)
{
	if (b->mapper == NULL && map != NULL)
	{
		b->mapper = palloc(sizeof(ChartMapper));
		chart_mapper_init(b->mapper);
	}
	if (b->mapper != NULL)
		b->mapper->map = map;
}

void
chart_builder_reset(ChartBuilder *b, int64 patient_id)
{
	chart_intern_reset(&b->intern);
	b->count = 0;
	b->copies_length = 0;
	b->patient_id = patient_id;
}

uint32
chart_builder_count(const ChartBuilder *b)
{
	return b->count;
}

/* Copies bytes behind the others; offsets stay valid when the buffer moves. */
static uint32
keep(ChartBuilder *b, const void *bytes, uint32 length)
{
	uint32		at = b->copies_length;

	if (at + length > b->copies_size)
	{
		while (at + length > b->copies_size)
			b->copies_size *= 2;
		b->copies = repalloc(b->copies, b->copies_size);
	}
	memcpy(b->copies + at, bytes, length);
	b->copies_length += length;
	return at;
}

/*
 * Reads the members of a resource once: its place, and the hash of what the chart keeps,
 * whatever the order of the members: narrative and attachments do not change a chart.
 */
static void
look_at(ChartItem *item, const ChartResource *r)
{
	const ChartShape *shape = chart_shape(r->type);
	const uint8 *p = r->members;
	const uint8 *start = p;
	uint64		seed = code_hash(r->type, r->id ? r->id : "", r->id_length);
	uint64		sum = seed;
	ChartGlance glance = CHART_FIRST_GLANCE;
	ElementMember member;

	while (element_next(&p, r->members + r->length, &member))
	{
		if (shape)
			chart_glance(shape, &member, &glance);
		if (chart_place(r->type, member.element) != CHART_RECORD_ONLY)
			sum += code_hash(seed, (const char *) start, (int) (p - start));
		start = p;
	}
	item->time = glance.time;
	item->flags |= glance.flags;
	item->content = code_hash(sum, r->source, r->source_length);
}

/* Adds a resource as it is. */
static void
add_resource(ChartBuilder *b, const ChartResource *r)
{
	ChartItem  *item;

	if (b->count == b->size)
	{
		b->size *= 2;
		b->items = repalloc(b->items, sizeof(ChartItem) * b->size);
	}
	item = &b->items[b->count++];
	memset(item, 0, sizeof(*item));
	item->type = r->type;
	item->members = keep(b, r->members, r->length);
	item->length = r->length;
	item->id = keep(b, r->id ? r->id : "", (uint32) r->id_length);
	item->id_length = r->id_length;
	item->has_id = r->id != NULL;
	item->source = chart_intern_string(&b->intern, r->source, r->source_length);
	item->sensitivity = r->sensitivity;
	item->flags = r->flags;
	look_at(item, r);
}

void
chart_add(ChartBuilder *b, const ChartResource *r)
{
	ChartMapper *m = b->mapper;
	ChartResource mapped = *r;
	ChartResource observation;

	if (m == NULL || m->map == NULL)
	{
		add_resource(b, r);
		return;
	}
	if (chart_map_resource(m, r))
	{
		mapped.members = m->members.data;
		mapped.length = m->members.length;
		mapped.flags |= CHART_MAPPED;
	}
	add_resource(b, &mapped);
	for (uint32 i = 0; i < m->nresults; i++)
	{
		chart_map_result(m, i, &observation);
		add_resource(b, &observation);
	}
}

/* Order of the entries: type, time, source, id, content. */
static int
compare_items(const ChartBuilder *b, const ChartItem *x, const ChartItem *y)
{
	uint32		x_length;
	uint32		y_length;
	const uint8 *x_source;
	const uint8 *y_source;
	int			order;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->source != y->source)
	{
		x_source = intern_bytes(&b->intern.strings, x->source, &x_length);
		y_source = intern_bytes(&b->intern.strings, y->source, &y_length);
		order = memcmp(x_source, y_source, Min(x_length, y_length));
		return order ? order : x_length < y_length ? -1 : 1;
	}
	order = memcmp(b->copies + x->id, b->copies + y->id, Min(x->id_length, y->id_length));
	if (order)
		return order;
	if (x->id_length != y->id_length)
		return x->id_length < y->id_length ? -1 : 1;
	return x->content < y->content ? -1 : x->content > y->content;
}

/* Merge sort: stable, without a callback that would need the builder as a global. */
static void
sort_items(ChartBuilder *b, ChartItem *items, ChartItem *scratch, uint32 n)
{
	uint32		half = n / 2;
	uint32		i = 0;
	uint32		j = half;

	if (n < 2)
		return;
	sort_items(b, items, scratch, half);
	sort_items(b, items + half, scratch, n - half);
	if (compare_items(b, &items[half - 1], &items[half]) <= 0)
		return;
	memcpy(scratch, items, sizeof(ChartItem) * n);
	for (uint32 k = 0; k < n; k++)
		if (i < half && (j == n || compare_items(b, &scratch[i], &scratch[j]) <= 0))
			items[k] = scratch[i++];
		else
			items[k] = scratch[j++];
}

static inline uint32
id_hash(uint32 source, const char *id, int length)
{
	return (uint32) code_hash(source, id, length);
}

void
chart_index(ChartBuilder *b)
{
	while (b->nbuckets < b->count * 2)
		b->nbuckets *= 2;
	b->buckets = repalloc(b->buckets, sizeof(uint32) * b->nbuckets);
	memset(b->buckets, 0, sizeof(uint32) * b->nbuckets);
	for (uint32 i = 0; i < b->count; i++)
	{
		const ChartItem *item = &b->items[i];
		uint32		at;

		if (item->id_length == 0)
			continue;
		at = id_hash(item->source, (char *) b->copies + item->id, item->id_length) & (b->nbuckets - 1);

		while (b->buckets[at])
			at = (at + 1) & (b->nbuckets - 1);
		b->buckets[at] = i + 1;
	}
}

bool
chart_find_item(const ChartBuilder *b, uint32 source, FhirType type, const char *id, int length, uint32 *found)
{
	for (uint32 at = id_hash(source, id, length) & (b->nbuckets - 1); b->buckets[at]; at = (at + 1) & (b->nbuckets - 1))
	{
		const ChartItem *item = &b->items[b->buckets[at] - 1];

		if (item->source == source && (type == 0 || item->type == type) && item->id_length == length &&
			memcmp(b->copies + item->id, id, length) == 0)
		{
			*found = b->buckets[at] - 1;
			return true;
		}
	}
	return false;
}

void
chart_borrow_concept(ChartBuilder *b, ChartItem *item)
{
	if (item->concept != CHART_NO_CONCEPT || item->code_at == 0)
		return;
	if (item->flags & (CHART_VOID | CHART_NEGATED))
	{
		/* Not to have taken this is not, not to have taken what a map calls it more widely. */
		item->concept = chart_given_concept(b, &b->items[item->code_at - 1]);
		return;
	}
	item->concept = chart_own_concept(b, &b->items[item->code_at - 1]);
	item->flags |= b->items[item->code_at - 1].flags & CHART_MAPPED;
}

/*
 * An entry is the same as one of another chart only when what it takes from
 * other entries is the same, too: whether its references lead somewhere, and
 * the code of its medication.
 */
static void
seal(ChartBuilder *b, ChartItem *item)
{
	uint64		parts[4] = {item->content, item->resolution, item->flags | (uint64) item->sensitivity << 8, 0};

	if (item->code_at > 0)
		parts[3] = b->items[item->code_at - 1].content;
	item->fingerprint = code_hash(parts[0], (const char *) parts, sizeof(parts));
}

/* From the first Patient there is. */
void
chart_read_facts(const ChartBuilder *b, ChartFacts *facts)
{
	ElementValue value;
	const uint8 *p;
	const uint8 *end;

	memset(facts, 0, sizeof(*facts));
	facts->birth = facts->death = CHART_NO_DATE;
	for (uint32 i = 0; i < b->count; i++)
	{
		if (b->items[i].type != FHIR_T_Patient)
			continue;
		p = b->copies + b->items[i].members;
		end = p + b->items[i].length;
		if (element_find(p, end, FHIR_E_Patient_birthDate, &value))
		{
			element_primitive(&value, &value);
			if (value.kind == ELEMENT_DATETIME || value.kind == ELEMENT_LITERAL)
				facts->birth = value.number;
		}
		if (element_find(p, end, FHIR_E_Patient_gender, &value) && value.kind == ELEMENT_STRING && value.length > 0)
			facts->sex = value.data[0] - 'a' + 'A';
		if (element_find(p, end, FHIR_E_Patient_deceasedBoolean, &value))
			facts->deceased = value.kind == ELEMENT_TRUE;
		if (element_find(p, end, FHIR_E_Patient_deceasedDateTime, &value))
		{
			element_primitive(&value, &value);
			facts->deceased = true;
			if (value.kind == ELEMENT_DATETIME || value.kind == ELEMENT_LITERAL)
				facts->death = value.number;
		}
		return;
	}
}

void
chart_prepare(ChartBuilder *b)
{
	ChartItem  *scratch = palloc(sizeof(ChartItem) * Max(b->count, 1));

	sort_items(b, b->items, scratch, b->count);
	pfree(scratch);
	chart_index(b);
	element_writer_reset(&b->bodies);
	element_writer_reset(&b->cold);
	b->nremoved = 0;
	for (uint32 i = 0; i < b->count; i++)
		b->items[i].link = i << 1;
	for (uint32 i = 0; i < b->count; i++)
		chart_encode(b, &b->items[i]);
	for (uint32 i = 0; i < b->count; i++)
	{
		chart_borrow_concept(b, &b->items[i]);
		seal(b, &b->items[i]);
	}
}

struct varlena *
chart_finish(ChartBuilder *b)
{
	ChartFacts	facts;

	chart_prepare(b);
	chart_read_facts(b, &facts);
	return chart_write(b, &facts);
}
