/*
 * chart_write.c: writing the sections of a chart from what has been encoded.
 */
#include "types/chart_builder.h"

#include <zstd.h>

#define COLD_LEVEL 1			/* of zstd: building is on the way of every change */

/* A value under construction, zeroed as it grows. */
typedef struct Output
{
	uint8	   *data;
	uint32		length;
	uint32		size;
} Output;

static uint8 *
extend(Output *o, uint32 more)
{
	uint8	   *at;

	if (o->length + more > o->size)
	{
		uint32		old = o->size;

		while (o->length + more > o->size)
			o->size *= 2;
		o->data = repalloc(o->data, o->size);
		memset(o->data + old, 0, o->size - old);
	}
	at = o->data + o->length;
	o->length += more;
	return at;
}

/* Pads to a multiple of 8 and says where the next section begins. */
static uint32
section(Output *o)
{
	extend(o, (8 - o->length % 8) % 8);
	return o->length - sizeof(ChartHeader);
}

static void
put_bytes(Output *o, const void *bytes, uint32 length)
{
	if (length > 0)
		memcpy(extend(o, length), bytes, length);
}

static inline ChartSegment *
segment_of(Output *o)
{
	return (ChartSegment *) (o->data + sizeof(ChartHeader));
}

/* Ranges of entries by type. */
static void
write_directory(Output *o, const ChartBuilder *b)
{
	uint32		ntypes = 0;

	segment_of(o)->directory = section(o);
	for (uint32 i = 0; i < b->count; ntypes++)
	{
		uint32		first = i;
		ChartRange *range;

		while (i < b->count && b->items[i].type == b->items[first].type)
			i++;
		range = (ChartRange *) extend(o, sizeof(ChartRange));
		range->type = b->items[first].type;
		range->first = first;
		range->count = i - first;
	}
	segment_of(o)->ntypes = ntypes;
}

/* Codes in the order of their hashes; *rank gives the new index of each. */
static void
write_codes(Output *o, const ChartBuilder *b, uint32 *rank)
{
	const ChartIntern *t = &b->intern;
	uint32		n = t->codes.count;
	uint32	   *order = palloc(sizeof(uint32) * Max(n, 1));
	ChartCode  *codes;

	/* Insertion into a sorted list by binary search: charts have tens of codes. */
	for (uint32 i = 0; i < n; i++)
	{
		uint32		low = 0;
		uint32		high = i;

		while (low < high)
		{
			uint32		middle = (low + high) / 2;

			if (t->code_hashes[order[middle]] <= t->code_hashes[i])
				low = middle + 1;
			else
				high = middle;
		}
		memmove(order + low + 1, order + low, sizeof(uint32) * (i - low));
		order[low] = i;
	}
	segment_of(o)->codes = section(o);
	segment_of(o)->ncodes = n;
	codes = (ChartCode *) extend(o, sizeof(ChartCode) * n);
	for (uint32 i = 0; i < n; i++)
	{
		uint32		key[2];
		uint32		length;

		memcpy(key, intern_bytes(&t->codes, order[i], &length), sizeof(key));
		codes[i].hash = t->code_hashes[order[i]];
		codes[i].system = key[0];
		codes[i].code = key[1];
		rank[order[i]] = i;
	}
	pfree(order);
}

/* Concepts as lists of codes. */
static void
write_concepts(Output *o, const ChartBuilder *b, const uint32 *rank)
{
	const ChartIntern *t = &b->intern;
	uint32		n = t->concepts.count;
	uint32		base;
	uint8		varint[PHM_VARINT_MAX];

	segment_of(o)->concepts = section(o);
	segment_of(o)->nconcepts = n;
	base = o->length;
	extend(o, sizeof(uint32) * n);
	for (uint32 i = 0; i < n; i++)
	{
		uint32		count = t->concept_first[i + 1] - t->concept_first[i];

		((uint32 *) (o->data + base))[i] = o->length - base;
		put_bytes(o, varint, phm_put_varint(varint, count));
		for (uint32 c = t->concept_first[i]; c < t->concept_first[i + 1]; c++)
			put_bytes(o, varint, phm_put_varint(varint, t->concept_codes[c] ? rank[t->concept_codes[c] - 1] + 1 : 0));
	}
}

/* The number of a sensitivity mask; masks beyond 255 share the last, which hides most. */
static uint8
label_of(uint32 *labels, uint32 *n, uint32 mask)
{
	for (uint32 i = 0; i < *n; i++)
		if (labels[i] == mask)
			return (uint8) i;
	if (*n == 256)
	{
		labels[255] |= mask;
		return 255;
	}
	labels[*n] = mask;
	return (uint8) (*n)++;
}

/* Entries, then the labels they use. */
static void
write_entries(Output *o, const ChartBuilder *b)
{
	uint32		labels[256] = {0};
	uint32		nlabels = 1;
	ChartEntry *entries;

	segment_of(o)->entries = section(o);
	segment_of(o)->nentries = b->count;
	entries = (ChartEntry *) extend(o, sizeof(ChartEntry) * b->count);
	for (uint32 i = 0; i < b->count; i++)
	{
		entries[i].time = b->items[i].time;
		entries[i].body = b->items[i].body;
		entries[i].concept = b->items[i].concept;
		entries[i].flags = b->items[i].flags;
		entries[i].label = label_of(labels, &nlabels, b->items[i].sensitivity);
	}
	segment_of(o)->labels = section(o);
	segment_of(o)->nlabels = nlabels;
	put_bytes(o, labels, sizeof(uint32) * nlabels);
	segment_of(o)->look_length = section(o);
}

/* Offsets of each string and of the end, then the bytes. */
static void
write_strings(Output *o, const ChartBuilder *b)
{
	const InternTable *t = &b->intern.strings;
	uint32	   *offsets;

	segment_of(o)->strings = section(o);
	segment_of(o)->nstrings = t->count;
	offsets = (uint32 *) extend(o, sizeof(uint32) * (t->count + 1));
	for (uint32 i = 0; i <= t->count; i++)
		offsets[i] = sizeof(uint32) * (t->count + 1) + (t->count ? t->offsets[i] : 0);
	put_bytes(o, t->bytes, t->length);
}

static void
write_bodies(Output *o, const ChartBuilder *b)
{
	segment_of(o)->bodies = section(o);
	put_bytes(o, b->bodies.data, b->bodies.length);
	segment_of(o)->bodies_end = o->length - sizeof(ChartHeader);
	segment_of(o)->removed = section(o);
	segment_of(o)->nremoved = b->nremoved;
	put_bytes(o, b->removed, sizeof(ChartRemoved) * b->nremoved);
	(void) section(o);
	segment_of(o)->hot_length = o->length - sizeof(ChartHeader);
}

/* Sources and ids, then fingerprints. */
static void
write_ids(Output *o, ChartBuilder *b)
{
	uint32		base;
	uint8		varint[PHM_VARINT_MAX];
	uint64	   *fingerprints;

	segment_of(o)->ids = section(o);
	base = o->length;
	extend(o, sizeof(uint32) * (b->count + 1));
	for (uint32 i = 0; i < b->count; i++)
	{
		const ChartItem *item = &b->items[i];

		((uint32 *) (o->data + base))[i] = o->length - base;
		put_bytes(o, varint, phm_put_varint(varint, item->source));
		element_writer_reset(&b->ids);
		if (!item->has_id)
			element_put_simple(&b->ids, ELEMENT_NULL);
		else
			element_put_string(&b->ids, (char *) b->copies + item->id, item->id_length);
		put_bytes(o, b->ids.data, b->ids.length);
	}
	((uint32 *) (o->data + base))[b->count] = o->length - base;
	segment_of(o)->fingerprints = section(o);
	fingerprints = (uint64 *) extend(o, sizeof(uint64) * b->count);
	for (uint32 i = 0; i < b->count; i++)
		fingerprints[i] = b->items[i].fingerprint;
}

/* The pieces of the cold part, uncompressed: originals of concepts, rests of entries. */
static uint8 *
collect_cold(const ChartBuilder *b, uint32 *length)
{
	const ChartIntern *t = &b->intern;
	uint32		n = t->concepts.count + b->count;
	uint32		at = sizeof(uint32) * (n + 1);
	uint8	   *cold = palloc(at + t->concepts.length + b->cold.length + 1);

	for (uint32 i = 0; i < t->concepts.count; i++)
	{
		uint32		size;
		const uint8 *bytes = intern_bytes(&t->concepts, i, &size);

		phm_put_u32(cold + sizeof(uint32) * i, at);
		if (!t->concept_plain[i])	/* a union is always plain */
		{
			memcpy(cold + at, bytes + 1, size - 1);
			at += size - 1;
		}
	}
	for (uint32 i = 0; i < b->count; i++)
	{
		uint32		size = b->items[i].cold_end - b->items[i].cold;

		phm_put_u32(cold + sizeof(uint32) * (t->concepts.count + i), at);
		memcpy(cold + at, b->cold.data + b->items[i].cold, size);
		at += size;
	}
	phm_put_u32(cold + sizeof(uint32) * n, at);
	*length = at;
	return cold;
}

/* Compresses the cold part; its context is kept in the process. */
static void
write_cold(Output *o, const ChartBuilder *b)
{
	static ZSTD_CCtx *context = NULL;
	uint32		length;
	uint8	   *cold = collect_cold(b, &length);
	size_t		bound = ZSTD_compressBound(length);
	size_t		got;
	uint32		before;

	if (context == NULL)
		context = ZSTD_createCCtx();
	segment_of(o)->cold = section(o);
	segment_of(o)->cold_size = length;
	before = o->length;
	extend(o, (uint32) bound);
	got = context ? ZSTD_compressCCtx(context, o->data + before, bound, cold, length, COLD_LEVEL) :
		ZSTD_compress(o->data + before, bound, cold, length, COLD_LEVEL);
	Assert(!ZSTD_isError(got));
	memset(o->data + before + got, 0, bound - got);
	o->length = before + (uint32) got;
	pfree(cold);
}

struct varlena *
chart_write(ChartBuilder *b, const ChartFacts *facts)
{
	Output		o = {NULL, 0, 16384};
	uint32	   *rank = palloc(sizeof(uint32) * Max(b->intern.codes.count, 1));
	ChartHeader *header;
	ChartSegment *segment;

	o.data = palloc0(o.size);
	extend(&o, sizeof(ChartHeader) + sizeof(ChartSegment));
	write_directory(&o, b);
	write_codes(&o, b, rank);
	write_concepts(&o, b, rank);
	write_strings(&o, b);
	write_entries(&o, b);
	write_bodies(&o, b);
	write_ids(&o, b);
	write_cold(&o, b);
	pfree(rank);
	segment = segment_of(&o);
	segment->length = o.length - sizeof(ChartHeader);
	segment->patient_id = b->patient_id;
	segment->birth = facts->birth;
	segment->death = facts->death;
	segment->sex = facts->sex;
	segment->deceased = facts->deceased;
	header = (ChartHeader *) o.data;
	header->version = CHART_VERSION;
	header->nsegments = 1;
	SET_VARSIZE(header, o.length);
	return (struct varlena *) header;
}
