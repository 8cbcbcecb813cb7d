/*
 * chart_change.c: the difference between a stored base and the chart of now,
 * and the chart that both make together.
 *
 * Entries are told apart by their fingerprints: one that the base has stays
 * there, one that it has not goes into the change, and what only the base has
 * is removed, or replaced by the new version of the same resource.
 */
#include "types/chart_builder.h"

#include "types/code_system.h"

static inline const uint64 *
fingerprints_of(const Chart *chart, int segment)
{
	return (const uint64 *) (chart->base[segment] + chart->segments[segment]->fingerprints);
}

uint32
chart_base_hash(const Chart *base)
{
	return (uint32) code_hash(base->segments[0]->nentries, (const char *) fingerprints_of(base, 0),
							  (int) (base->segments[0]->nentries * sizeof(uint64)));
}

bool
chart_same(const Chart *a, const Chart *b)
{
	return a->nsegments == 1 && b->nsegments == 1 &&
		a->segments[0]->nentries == b->segments[0]->nentries &&
		a->segments[0]->patient_id == b->segments[0]->patient_id &&
		memcmp(fingerprints_of(a, 0), fingerprints_of(b, 0), a->segments[0]->nentries * sizeof(uint64)) == 0;
}

void
chart_add_all(ChartBuilder *b, Chart *chart)
{
	ChartCursor cursor;
	ElementWriter w;

	element_writer_init(&w, 4096);
	chart_first(&cursor, chart, 0);
	while (chart_next(&cursor))
	{
		char		buffer[ELEMENT_TEXT_SIZE];
		ChartResource r = {.type = chart_type_of(chart, cursor.at)};

		element_writer_reset(&w);
		chart_resource_mapped(chart, cursor.at, &w);
		r.members = w.data;
		r.length = w.length;
		r.id = chart_id(chart, cursor.at, buffer, &r.id_length);
		r.source = chart_source(chart, cursor.at, &r.source_length);
		r.sensitivity = chart_label(chart, cursor.at);
		r.flags = chart_entries(chart, cursor.at.segment)[cursor.at.entry].flags &
			(CHART_CLAIMS | CHART_MAPPED | CHART_SHARED);
		chart_add(b, &r);
	}
	pfree(w.data);
}

/* Entries of the base by fingerprint: open addressing over entry + 1. */
typedef struct BaseIndex
{
	const uint64 *fingerprints;
	uint32	   *buckets;
	uint32		mask;
	bool	   *kept;			/* entries that the chart of now has, too */
} BaseIndex;

static void
index_base(BaseIndex *x, const Chart *base)
{
	uint32		n = base->segments[0]->nentries;
	uint32		size = 64;

	while (size < n * 2)
		size *= 2;
	x->mask = size - 1;
	x->buckets = palloc0(sizeof(uint32) * size);
	x->kept = palloc0(n + 1);
	x->fingerprints = fingerprints_of(base, 0);
	for (uint32 i = 0; i < n; i++)
	{
		uint32		at = (uint32) x->fingerprints[i] & x->mask;

		while (x->buckets[at])
			at = (at + 1) & x->mask;
		x->buckets[at] = i + 1;
	}
}

/* An entry of the base with this fingerprint that no other item has taken. */
static bool
take_entry(BaseIndex *x, uint64 fingerprint, uint32 *entry)
{
	for (uint32 at = (uint32) fingerprint & x->mask; x->buckets[at]; at = (at + 1) & x->mask)
	{
		*entry = x->buckets[at] - 1;
		if (x->fingerprints[*entry] == fingerprint && !x->kept[*entry])
		{
			x->kept[*entry] = true;
			return true;
		}
	}
	return false;
}

/* Says for each item where it stands: in the base, or at its place in the change. */
static uint32
place_items(ChartBuilder *b, BaseIndex *x)
{
	uint32		changed = 0;

	for (uint32 i = 0; i < b->count; i++)
	{
		uint32		entry;

		if (take_entry(x, b->items[i].fingerprint, &entry))
			b->items[i].link = entry << 1;
		else
			b->items[i].link = changed++ << 1 | 1;
	}
	return changed;
}

/* The entries of the base that are gone, with what replaces them. */
static void
list_removed(ChartBuilder *b, const BaseIndex *x, const Chart *base)
{
	uint32		n = base->segments[0]->nentries;

	b->removed = palloc(sizeof(ChartRemoved) * Max(n, 1));
	for (uint32 i = 0; i < n; i++)
	{
		ChartPosition at = {0, i};
		char		buffer[ELEMENT_TEXT_SIZE];
		const char *id;
		const char *source;
		int			id_length;
		int			source_length;
		uint32		found;

		if (x->kept[i])
			continue;
		id = chart_id(base, at, buffer, &id_length);
		source = chart_source(base, at, &source_length);
		b->removed[b->nremoved].entry = i;
		b->removed[b->nremoved].replacement = CHART_GONE;
		if (id && chart_find_item(b, chart_intern_string(&b->intern, source, source_length),
								  chart_type_of(base, at), id, id_length, &found) &&
			(b->items[found].link & 1))
			b->removed[b->nremoved].replacement = b->items[found].link >> 1;
		b->nremoved++;
	}
}

/*
 * Starts the tables anew, so that the change holds what it needs and no more.
 * Sources are numbered by the string table, and ids are found by them.
 */
static void
restart_tables(ChartBuilder *b)
{
	uint32		n = b->intern.strings.count;
	char	  **sources = palloc(sizeof(char *) * n);
	int		   *lengths = palloc(sizeof(int) * n);

	for (uint32 i = 0; i < n; i++)
	{
		uint32		length;
		const uint8 *bytes = intern_bytes(&b->intern.strings, i, &length);

		sources[i] = pnstrdup((const char *) bytes, length);
		lengths[i] = (int) length;
	}
	chart_intern_reset(&b->intern);
	for (uint32 i = 0; i < b->count; i++)
	{
		uint32		old = b->items[i].source;

		b->items[i].source = chart_intern_string(&b->intern, sources[old], lengths[old]);
	}
	chart_index(b);
	element_writer_reset(&b->bodies);
	element_writer_reset(&b->cold);
	pfree(sources);
	pfree(lengths);
}

/* Encodes the changed items and writes them as one segment. */
static struct varlena *
write_changed(ChartBuilder *b, uint32 nchanged, const ChartFacts *facts)
{
	ChartItem  *changed = palloc(sizeof(ChartItem) * Max(nchanged, 1));
	ChartItem  *all = b->items;
	uint32		count = b->count;
	uint32		n = 0;
	struct varlena *value;

	for (uint32 i = 0; i < count; i++)
		if (all[i].link & 1)
		{
			chart_encode(b, &all[i]);
			chart_borrow_concept(b, &all[i]);
			changed[n++] = all[i];
		}
	b->items = changed;
	b->count = n;
	value = chart_write(b, facts);
	b->items = all;
	b->count = count;
	pfree(changed);
	return value;
}

struct varlena *
chart_finish_change(ChartBuilder *b, const Chart *base)
{
	BaseIndex	index;
	ChartFacts	facts;
	uint32		nchanged;
	ChartChange *change = NULL;

	chart_prepare(b);
	index_base(&index, base);
	nchanged = place_items(b, &index);
	list_removed(b, &index, base);
	if (nchanged > 0 || b->nremoved > 0)
	{
		chart_read_facts(b, &facts);
		restart_tables(b);
		change = (ChartChange *) write_changed(b, nchanged, &facts);
		change->flags = CHART_IS_CHANGE;
		change->zero = 0;
		change->base_entries = base->segments[0]->nentries;
		change->base_hash = chart_base_hash(base);
	}
	b->nremoved = 0;
	pfree(b->removed);
	pfree(index.buckets);
	pfree(index.kept);
	return (struct varlena *) change;
}

struct varlena *
chart_combine(const ChartHeader *base, const ChartChange *change)
{
	Chart		chart;
	uint32		second;
	uint32		length;
	ChartHeader *header;

	chart_open(&chart, base);
	if (base->nsegments != 1 || change->base_entries != chart.segments[0]->nentries ||
		change->base_hash != chart_base_hash(&chart))
		return NULL;
	second = (VARSIZE(base) + 7) / 8 * 8;
	length = second + VARSIZE(change) - sizeof(ChartChange);
	header = palloc(length);
	memcpy(header, base, VARSIZE(base));
	memset((uint8 *) header + VARSIZE(base), 0, second - VARSIZE(base));
	memcpy((uint8 *) header + second, (const uint8 *) change + sizeof(ChartChange), VARSIZE(change) - sizeof(ChartChange));
	header->nsegments = 2;
	header->second = second;
	SET_VARSIZE(header, length);
	return (struct varlena *) header;
}
