/*
 * chart_write.c: writing the sections of a chart from what has been encoded.
 */
#include "types/chart_builder.h"

#include <zstd.h>

#define COLD_LEVEL 1			/* of zstd: building is on the way of every change */

typedef ChartOutput Output;

/* Makes room and returns it; what it holds is up to the caller. */
static inline uint8 *
extend(Output *o, uint32 more)
{
	uint8	   *at;

	if (unlikely(o->length + more > o->size))
	{
		while (o->length + more > o->size)
			o->size *= 2;
		o->data = repalloc(o->data, o->size);
	}
	at = o->data + o->length;
	o->length += more;
	return at;
}

/* Pads with zeros to a multiple of 8 and says where the next section begins. */
static uint32
section(Output *o)
{
	uint32		padding = (8 - o->length % 8) % 8;

	memset(extend(o, padding), 0, padding);
	return o->length - sizeof(ChartHeader);
}

static inline void
put_bytes(Output *o, const void *bytes, uint32 length)
{
	if (length > 0)
		memcpy(extend(o, length), bytes, length);
}

static inline void
put_varint(Output *o, uint64 v)
{
	uint8	   *p = extend(o, PHM_VARINT_MAX);

	o->length -= PHM_VARINT_MAX - (uint32) phm_put_varint(p, v);
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
		range->zero = 0;
		range->first = first;
		range->count = i - first;
	}
	segment_of(o)->ntypes = ntypes;
}

/* Codes in the order of their hashes; order is for that, rank gives the new index of each. */
static void
write_codes(Output *o, const ChartBuilder *b, uint32 *order, uint32 *rank)
{
	const ChartIntern *t = &b->intern;
	uint32		n = t->codes.count;
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
}

/* Concepts as lists of codes. */
static void
write_concepts(Output *o, const ChartBuilder *b, const uint32 *rank)
{
	const ChartIntern *t = &b->intern;
	uint32		n = t->concepts.count;
	uint32		base;

	segment_of(o)->concepts = section(o);
	segment_of(o)->nconcepts = n;
	base = o->length;
	extend(o, sizeof(uint32) * n);
	for (uint32 i = 0; i < n; i++)
	{
		uint32		count = t->concept_first[i + 1] - t->concept_first[i];

		((uint32 *) (o->data + base))[i] = o->length - base;
		put_varint(o, count);
		for (uint32 c = t->concept_first[i]; c < t->concept_first[i + 1]; c++)
			put_varint(o, t->concept_codes[c] ? rank[t->concept_codes[c] - 1] + 1 : 0);
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
	uint64	   *fingerprints;

	segment_of(o)->ids = section(o);
	base = o->length;
	extend(o, sizeof(uint32) * (b->count + 1));
	for (uint32 i = 0; i < b->count; i++)
	{
		const ChartItem *item = &b->items[i];

		((uint32 *) (o->data + base))[i] = o->length - base;
		put_varint(o, item->source);
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

/* What the cold part has of a concept: its members, where the codes do not say all. */
static inline const uint8 *
concept_piece(const ChartIntern *t, uint32 concept, uint32 *size)
{
	const uint8 *bytes = intern_bytes(&t->concepts, concept, size);

	*size = t->concept_plain[concept] ? 0 : *size - 1;	/* a union is always plain */
	return bytes + 1;
}

/* The cold part, uncompressed: the lengths of the pieces, then originals of concepts, rests of entries. */
static void
collect_cold(ChartBuilder *b)
{
	const ChartIntern *t = &b->intern;
	Output	   *o = &b->pieces;
	uint32		n = t->concepts.count + b->count;
	const uint8 *bytes;
	uint32		size;
	uint8	   *p;

	o->length = 0;
	p = extend(o, PHM_VARINT_MAX * n);
	for (uint32 i = 0; i < t->concepts.count; i++)
	{
		(void) concept_piece(t, i, &size);
		p += phm_put_varint(p, size);
	}
	for (uint32 i = 0; i < b->count; i++)
		p += phm_put_varint(p, b->items[i].cold_end - b->items[i].cold);
	o->length = (uint32) (p - o->data);
	for (uint32 i = 0; i < t->concepts.count; i++)
	{
		bytes = concept_piece(t, i, &size);
		put_bytes(o, bytes, size);
	}
	/* The rests stand in the order of the entries. */
	put_bytes(o, b->cold.data, b->cold.length);
}

/* The cold part: as it is where it is short, else compressed; the context is kept in the process. */
static void
write_cold(Output *o, ChartBuilder *b)
{
	static ZSTD_CCtx *context = NULL;
	const uint8 *pieces;
	uint32		length;
	size_t		bound;
	size_t		got;
	uint32		before;

	collect_cold(b);
	pieces = b->pieces.data;
	length = b->pieces.length;
	segment_of(o)->cold = section(o);
	segment_of(o)->cold_size = length;
	if (length < CHART_PLAIN_COLD)
	{
		put_bytes(o, pieces, length);
		return;
	}
	if (context == NULL)
		context = ZSTD_createCCtx();
	before = o->length;
	bound = ZSTD_compressBound(length);
	extend(o, (uint32) bound);
	got = context ? ZSTD_compressCCtx(context, o->data + before, bound, pieces, length, COLD_LEVEL) :
		ZSTD_compress(o->data + before, bound, pieces, length, COLD_LEVEL);
	Assert(!ZSTD_isError(got));
	o->length = before + (uint32) got;
}

struct varlena *
chart_write(ChartBuilder *b, const ChartFacts *facts)
{
	Output	   *o = &b->output;
	uint32	   *rank = palloc(sizeof(uint32) * (b->intern.codes.count * 2 + 1));
	ChartHeader *header;
	ChartSegment *segment;
	struct varlena *result;

	o->length = 0;
	memset(extend(o, sizeof(ChartHeader) + sizeof(ChartSegment)), 0, sizeof(ChartHeader) + sizeof(ChartSegment));
	write_directory(o, b);
	write_codes(o, b, rank + b->intern.codes.count, rank);
	write_concepts(o, b, rank);
	write_strings(o, b);
	write_entries(o, b);
	write_bodies(o, b);
	write_ids(o, b);
	write_cold(o, b);
	pfree(rank);
	segment = segment_of(o);
	segment->length = o->length - sizeof(ChartHeader);
	segment->patient_id = b->patient_id;
	segment->birth = facts->birth;
	segment->death = facts->death;
	segment->sex = facts->sex;
	segment->deceased = facts->deceased;
	header = (ChartHeader *) o->data;
	header->version = CHART_VERSION;
	header->nsegments = 1;
	result = palloc(o->length);
	memcpy(result, o->data, o->length);
	SET_VARSIZE(result, o->length);
	return result;
}
