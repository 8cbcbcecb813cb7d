/*
 * chart_check.c: telling whether bytes from outside are a chart.
 *
 * Checks everything that readers rely on: sections in order and in bounds,
 * indexes within their tables, well-formed members, a cold part of the size it
 * claims.  Types of values are not checked here: readers look at kinds.
 */
#include "types/chart.h"

#include <zstd.h>

#include "types/code_system.h"
#include "types/datetime.h"

#define MAX_COLD (512 * 1024 * 1024)

typedef struct Check
{
	PhmError   *err;
	const ChartSegment *s;
	const uint8 *base;
	int			nsegments;
	const ChartSegment *segments[CHART_MAX_SEGMENTS];
	bool		plain;			/* kinds of charts are not allowed: the cold part, and what a body has as it came */
	int64		time;			/* of the entry whose body is looked at */
} Check;

static bool check_members(Check *c, const uint8 *p, const uint8 *end, int depth);

static bool
corrupt(Check *c, const char *what)
{
	return phm_fail(c->err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid chart: %s", what);
}

/* Reads a number and compares it with a limit. */
static bool
check_number(Check *c, const uint8 **p, const uint8 *end, uint64 limit, uint64 *v)
{
	if (!phm_check_varint(p, end, v) || *v >= limit)
		return corrupt(c, "a number out of bounds");
	return true;
}

/* Where a link may lead. */
static bool
check_link(Check *c, uint64 link)
{
	int			segment = (int) (link & 1);

	if (segment >= c->nsegments || (link >> 1) >= c->segments[segment]->nentries)
		return corrupt(c, "a link to nowhere");
	return true;
}

/* A number for which there is no smaller form. */
static bool
check_index(Check *c, const uint8 **p, const uint8 *end, uint64 smallest, uint64 limit, uint64 *v)
{
	return check_number(c, p, end, limit, v) && (*v >= smallest || corrupt(c, "a value not in its shortest form"));
}

/* A date told by the time of the entry, from its kind byte on. */
static bool
check_date_form(Check *c, const uint8 **p, const uint8 *end)
{
	const uint8 *start = *p;
	const uint8 *at = start + 1;
	uint8		form[ELEMENT_DATE_FORM];
	uint64		code = 0;
	uint64		steps = 0;
	ElementValue value;
	PhmDateTime date;
	int			n;

	if (*start < ELEMENT_SMALL_MOMENT &&
		(!phm_check_varint(&at, end, &code) || code > ELEMENT_RARE_MOMENT + 0x7FFF ||
		 (code >= ELEMENT_MOMENTS && code < ELEMENT_RARE_MOMENT)))
		return corrupt(c, "a bad moment");
	if (*start == ELEMENT_LATER && (!phm_check_varint(&at, end, &steps) || steps >= UINT64CONST(1) << 49))
		return corrupt(c, "a bad moment");
	element_decode(start, &value);
	/* Neither sum leaves its bounds unless the date does. */
	if (c->time == CHART_NO_DATE ||
		c->time + (value.number >> 15) < PG_INT64_MIN >> 15 || c->time + (value.number >> 15) > PG_INT64_MAX >> 15)
		return corrupt(c, "a bad moment");
	date = element_moment_date(&value, c->time);
	n = element_date_form(date, c->time, form);
	if (!datetime_is_canonical(date) || n != at - start || memcmp(form, start, n) != 0)
		return corrupt(c, "a bad moment");
	*p = at;
	return true;
}

/* A value whose kind only charts know, behind its kind byte. */
static bool
check_chart_kind(Check *c, ElementKind kind, const uint8 **p, const uint8 *end)
{
	uint64		v;

	switch (kind)
	{
		case ELEMENT_SYMBOL:
			return check_index(c, p, end, ELEMENT_SMALL_SYMBOLS, c->s->nstrings, &v);
		case ELEMENT_CONCEPT:
			return check_index(c, p, end, ELEMENT_SMALL_CONCEPTS, c->s->nconcepts, &v);
		case ELEMENT_LINK:
			return check_index(c, p, end, ELEMENT_SMALL_LINKS, PG_UINT32_MAX, &v) && check_link(c, v);
		case ELEMENT_URN_LINK:
			return check_number(c, p, end, PG_UINT32_MAX, &v) && check_link(c, v);
		case ELEMENT_MOMENT:
		case ELEMENT_LATER:
			--*p;
			return check_date_form(c, p, end);
		case ELEMENT_QUANTITY:
			if (*p >= end || *(*p)++ > 18)
				return corrupt(c, "a bad quantity");
			return phm_check_varint(p, end, &v) ? check_number(c, p, end, (uint64) c->s->nstrings + 1, &v) :
				corrupt(c, "a bad quantity");
		default:
			return corrupt(c, "an unknown kind of value");
	}
}

/* Bytes of a given length behind a varint. */
static bool
check_sized(Check *c, const uint8 **p, const uint8 *end, const uint8 **inner_end)
{
	uint64		length;

	if (!phm_check_varint(p, end, &length) || length > (uint64) (end - *p))
		return corrupt(c, "a cut value");
	*inner_end = *p + length;
	return true;
}

static bool check_value(Check *c, const uint8 **p, const uint8 *end, int depth);

/* The members or values of a container up to inner_end, which is where it ends. */
static bool
check_content(Check *c, ElementKind kind, const uint8 **p, const uint8 *inner_end, uint64 expected, int depth)
{
	uint64		count = 0;

	if (depth > ELEMENT_MAX_DEPTH)
		return corrupt(c, "too deeply nested values");
	if (kind != ELEMENT_ARRAY)
	{
		if (!check_members(c, *p, inner_end, depth + 1))
			return false;
		*p = inner_end;
		return true;
	}
	for (; *p < inner_end; count++)
		if (!check_value(c, p, inner_end, depth + 1))
			return false;
	return count == expected || corrupt(c, "a bad array");
}

/* A container behind its kind byte. */
static bool
check_container(Check *c, ElementKind kind, const uint8 **p, const uint8 *end, int depth)
{
	const uint8 *inner_end = NULL;
	uint64		head = 1;

	if (!check_sized(c, p, end, &inner_end))
		return false;
	if (kind == ELEMENT_RESOURCE &&
		(!check_number(c, p, inner_end, (uint64) fhir_type_count + 1, &head) || fhir_types[head].kind != FHIR_RESOURCE))
		return corrupt(c, "a bad resource");
	if (kind == ELEMENT_ARRAY && !phm_check_varint(p, inner_end, &head))
		return corrupt(c, "a bad array");
	if (!c->plain && kind != ELEMENT_RESOURCE && head == 1 && inner_end - *p < ELEMENT_SMALL_LENGTHS)
		return corrupt(c, "a value not in its shortest form");
	return check_content(c, kind, p, inner_end, head, depth);
}

/* A value whose kind byte holds its number or length. */
static bool
check_small(Check *c, uint8 kind, const uint8 **p, const uint8 *end, int depth)
{
	uint32		length = kind & (ELEMENT_SMALL_LENGTHS - 1);

	if (kind < ELEMENT_SMALL_CONCEPT)
		return kind - ELEMENT_SMALL_SYMBOL < c->s->nstrings || corrupt(c, "a number out of bounds");
	if (kind < ELEMENT_SMALL_OBJECT)
		return kind - ELEMENT_SMALL_CONCEPT < c->s->nconcepts || corrupt(c, "a number out of bounds");
	if (kind < ELEMENT_SMALL_INT)
		return length <= end - *p ?
			check_content(c, kind < ELEMENT_SMALL_ARRAY ? ELEMENT_OBJECT : ELEMENT_ARRAY, p, *p + length, 1, depth) :
			corrupt(c, "a cut value");
	if (kind < ELEMENT_SMALL_MOMENT)
		return true;
	if (kind < ELEMENT_SMALL_LINK)
	{
		--*p;
		return check_date_form(c, p, end);
	}
	return *p < end ? check_link(c, (uint64) (kind - ELEMENT_SMALL_LINK) << 8 | *(*p)++) : corrupt(c, "a cut value");
}

/* A value and its companion, which stand as they came. */
static bool
check_extended(Check *c, const uint8 **p, const uint8 *end, int depth)
{
	bool		plain = c->plain;
	bool		good;

	if (*p >= end || **p == ELEMENT_EXTENDED)
		return corrupt(c, "a bad extended value");
	c->plain = true;
	good = check_value(c, p, end, depth + 1) && check_value(c, p, end, depth + 1);
	c->plain = plain;
	return good;
}

/* A number; in a body small ones have a form of their own. */
static bool
check_int(Check *c, const uint8 **p, const uint8 *end)
{
	uint64		v;

	if (!phm_check_varint(p, end, &v))
		return corrupt(c, "a bad number");
	return c->plain || phm_unzigzag(v) < 0 || phm_unzigzag(v) >= ELEMENT_SMALL_INTS ||
		corrupt(c, "a value not in its shortest form");
}

/* A date that stands for itself; in a body the time of the entry does not tell it shorter. */
static bool
check_date(Check *c, ElementKind kind, const uint8 **p, const uint8 *end)
{
	uint8		form[ELEMENT_DATE_FORM];

	if (end - *p < 8 || !datetime_is_canonical((int64) phm_get_u64(*p)))
		return corrupt(c, "a bad date");
	if (kind == ELEMENT_DATETIME && !c->plain && element_date_form((int64) phm_get_u64(*p), c->time, form) != 0)
		return corrupt(c, "a value not in its shortest form");
	*p += 8;
	return true;
}

/* One value. */
static bool
check_value(Check *c, const uint8 **p, const uint8 *end, int depth)
{
	const uint8 *inner_end = NULL;
	ElementKind kind;
	uint64		v;

	if (*p >= end)
		return corrupt(c, "a missing value");
	kind = (ElementKind) *(*p)++;
	switch (kind)
	{
		case ELEMENT_NULL:
		case ELEMENT_OMITTED:
		case ELEMENT_FALSE:
		case ELEMENT_TRUE:
			return true;
		case ELEMENT_DECIMAL:
			if (*p >= end || *(*p)++ > 18)
				return corrupt(c, "a bad decimal");
			return phm_check_varint(p, end, &v) || corrupt(c, "a bad number");
		case ELEMENT_INT:
			return check_int(c, p, end);
		case ELEMENT_DATETIME:
		case ELEMENT_LITERAL:
			if (!check_date(c, kind, p, end))
				return false;
			if (kind == ELEMENT_DATETIME)
				return true;
			/* FALLTHROUGH */
		case ELEMENT_NUMBER:
		case ELEMENT_STRING:
			if (!check_sized(c, p, end, &inner_end))
				return false;
			if (!element_valid_text((const char *) *p, inner_end - *p))
				return corrupt(c, "text that is not UTF-8");
			*p = inner_end;
			return true;
		case ELEMENT_UUID:
		case ELEMENT_URN_UUID:
			if (end - *p < 16)
				return corrupt(c, "a cut value");
			*p += 16;
			return true;
		case ELEMENT_SYSTEM:
			return check_number(c, p, end, (uint64) code_system_count() + 1, &v) &&
				(v > 0 || corrupt(c, "an unknown code system"));
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
		case ELEMENT_ARRAY:
			return check_container(c, kind, p, end, depth);
		case ELEMENT_EXTENDED:
			return check_extended(c, p, end, depth);
		default:
			if (c->plain)
				return corrupt(c, "a value of the wrong kind");
			return kind >= ELEMENT_SMALL_SYMBOL ? check_small(c, (uint8) kind, p, end, depth) :
				check_chart_kind(c, kind, p, end);
	}
}

/* A run of members. */
static bool
check_members(Check *c, const uint8 *p, const uint8 *end, int depth)
{
	const uint8 *inner_end = NULL;
	uint64		element = 0;
	bool		plain = c->plain;
	bool		good = true;

	for (; good && p < end; c->plain = plain)
	{
		if (!check_number(c, &p, end, (uint64) fhir_element_count + 1, &element))
			return false;
		if (element == 0)
		{
			if (!check_sized(c, &p, end, &inner_end))
				return false;
			if (!element_valid_text((const char *) p, inner_end - p))
				return corrupt(c, "text that is not UTF-8");
			p = inner_end;
			c->plain = true;	/* what is not FHIR's stands as it came */
		}
		good = check_value(c, &p, end, depth);
	}
	return good;
}

/* Sections in order, aligned, within the segment, and as long as their tables. */
static bool
check_layout(Check *c, uint32 room)
{
	const ChartSegment *s = c->s;
	const uint32 starts[] = {
		sizeof(ChartSegment), s->directory, s->codes, s->concepts, s->strings, s->entries, s->labels,
		s->look_length, s->bodies, s->bodies_end, s->removed, s->hot_length, s->ids, s->fingerprints, s->cold, s->length
	};

	for (int i = 1; i < (int) lengthof(starts); i++)
		if (starts[i] < starts[i - 1] || starts[i] > room ||
			(starts[i] % 8 != 0 && starts[i] != s->bodies_end && starts[i] != s->length && starts[i] != s->hot_length))
			return corrupt(c, "sections out of order");
	if ((uint64) s->ntypes * sizeof(ChartRange) > s->codes - s->directory ||
		(uint64) s->ncodes * sizeof(ChartCode) > s->concepts - s->codes ||
		(uint64) s->nconcepts * sizeof(uint32) > s->strings - s->concepts ||
		(uint64) s->nentries * sizeof(ChartEntry) > s->labels - s->entries ||
		(uint64) s->nlabels * sizeof(uint32) > s->look_length - s->labels ||
		((uint64) s->nstrings + 1) * sizeof(uint32) > s->entries - s->strings ||
		(uint64) s->nremoved * sizeof(ChartRemoved) > s->hot_length - s->removed ||
		((uint64) s->nentries + 1) * sizeof(uint32) > s->fingerprints - s->ids ||
		(uint64) s->nentries * sizeof(uint64) > s->cold - s->fingerprints ||
		s->nlabels == 0 || s->nlabels > 256 || s->cold_size > MAX_COLD)
		return corrupt(c, "tables that do not fit");
	return true;
}

static bool
check_directory(Check *c)
{
	const ChartRange *ranges = (const ChartRange *) (c->base + c->s->directory);
	uint32		next = 0;

	for (uint32 i = 0; i < c->s->ntypes; i++)
	{
		if (ranges[i].type == 0 || ranges[i].type > fhir_type_count ||
			fhir_types[ranges[i].type].kind != FHIR_RESOURCE ||
			(i > 0 && ranges[i].type <= ranges[i - 1].type) || ranges[i].first != next ||
			ranges[i].count == 0 || ranges[i].count > c->s->nentries - next)
			return corrupt(c, "a bad directory");
		next += ranges[i].count;
	}
	return next == c->s->nentries || corrupt(c, "a bad directory");
}

static bool
check_strings(Check *c)
{
	const uint32 *offsets = (const uint32 *) (c->base + c->s->strings);
	uint32		room = c->s->entries - c->s->strings;

	for (uint32 i = 0; i <= c->s->nstrings; i++)
		if (offsets[i] > room || offsets[i] < (c->s->nstrings + 1) * sizeof(uint32) ||
			(i > 0 && offsets[i] < offsets[i - 1]) ||
			(i > 0 && !element_valid_text((const char *) offsets + offsets[i - 1], offsets[i] - offsets[i - 1])))
			return corrupt(c, "a bad string");
	return true;
}

/* Codes by hash, with the hashes that belong to them. */
static bool
check_codes(Check *c)
{
	const ChartCode *codes = (const ChartCode *) (c->base + c->s->codes);
	const uint32 *offsets = (const uint32 *) (c->base + c->s->strings);

	for (uint32 i = 0; i < c->s->ncodes; i++)
	{
		uint32		system = codes[i].system & ~CHART_FOREIGN_SYSTEM;
		bool		foreign = (codes[i].system & CHART_FOREIGN_SYSTEM) != 0;
		uint64		system_hash;

		if (codes[i].code >= c->s->nstrings || (i > 0 && codes[i].hash < codes[i - 1].hash) ||
			(foreign ? system >= c->s->nstrings : system > (uint32) code_system_count()))
			return corrupt(c, "a bad code");
		system_hash = foreign ?
			code_system_hash((const char *) offsets + offsets[system], (int) (offsets[system + 1] - offsets[system])) :
			system ? code_system_hash_of_id((int) system) : code_system_hash("", 0);
		if (codes[i].hash != code_hash(system_hash, (const char *) offsets + offsets[codes[i].code],
									   (int) (offsets[codes[i].code + 1] - offsets[codes[i].code])))
			return corrupt(c, "a bad code");
	}
	return true;
}

static bool
check_concepts(Check *c)
{
	const uint8 *base = c->base + c->s->concepts;
	const uint8 *end = c->base + c->s->strings;

	for (uint32 i = 0; i < c->s->nconcepts; i++)
	{
		const uint8 *p = base + ((const uint32 *) base)[i];
		uint64		n;
		uint64		code;

		if (p < base + c->s->nconcepts * sizeof(uint32) || p > end || !phm_check_varint(&p, end, &n))
			return corrupt(c, "a bad concept");
		for (uint64 k = 0; k < n; k++)
			if (!check_number(c, &p, end, (uint64) c->s->ncodes + 1, &code))
				return false;
	}
	return true;
}

static bool
check_entries(Check *c)
{
	const ChartEntry *entries = (const ChartEntry *) (c->base + c->s->entries);
	uint32		room = c->s->bodies_end - c->s->bodies;

	for (uint32 i = 0; i < c->s->nentries; i++)
	{
		uint32		end = i + 1 < c->s->nentries ? entries[i + 1].body : room;
		const uint8 *bodies = c->base + c->s->bodies;

		if ((entries[i].flags & ~CHART_FLAGS) || entries[i].body > end || end > room || entries[i].label >= c->s->nlabels ||
			(entries[i].concept < CHART_MANY_CONCEPTS && entries[i].concept >= c->s->nconcepts) ||
			(entries[i].time != CHART_NO_DATE &&
			 (entries[i].time < PG_INT64_MIN >> 15 || entries[i].time > PG_INT64_MAX >> 15)))
			return corrupt(c, "a bad entry");
		c->time = entries[i].time;
		if (!check_members(c, bodies + entries[i].body, bodies + end, 2))
			return false;
		if (chart_names_profiles(bodies + entries[i].body, bodies + end) != ((entries[i].flags & CHART_PROFILED) != 0))
			return corrupt(c, "an entry that is flagged wrongly");
	}
	return true;
}

static bool
check_ids(Check *c)
{
	const uint8 *base = c->base + c->s->ids;
	const uint32 *offsets = (const uint32 *) base;

	for (uint32 i = 0; i < c->s->nentries; i++)
	{
		const uint8 *p = base + offsets[i];
		const uint8 *end = base + offsets[i + 1];
		uint64		source;

		if (offsets[i] > offsets[i + 1] || offsets[i + 1] > c->s->fingerprints - c->s->ids ||
			offsets[i] < (c->s->nentries + 1) * sizeof(uint32) ||
			!check_number(c, &p, end, c->s->nstrings, &source) || p >= end ||
			(*p != ELEMENT_NULL && (*p < ELEMENT_STRING || *p > ELEMENT_SYSTEM)) || !check_value(c, &p, end, 2) || p != end)
			return corrupt(c, "a bad id");
	}
	return true;
}

/* Removed entries of the base, in order. */
static bool
check_removed(Check *c, int segment)
{
	const ChartRemoved *removed = (const ChartRemoved *) (c->base + c->s->removed);

	if (segment == 0 && c->s->nremoved > 0)
		return corrupt(c, "a base that removes entries");
	for (uint32 i = 0; i < c->s->nremoved; i++)
		if (removed[i].entry >= c->segments[0]->nentries || (i > 0 && removed[i].entry <= removed[i - 1].entry) ||
			(removed[i].replacement != CHART_GONE && removed[i].replacement >= c->s->nentries))
			return corrupt(c, "a bad removal");
	return true;
}

/* The cold part as it was before it was compressed: lengths, then every piece a run of plain members. */
static bool
check_cold_pieces(Check *c, const uint8 *cold)
{
	uint32		n = c->s->nconcepts + c->s->nentries;
	const uint8 *lengths = cold;
	const uint8 *p = cold;
	const uint8 *end = cold + c->s->cold_size;
	uint64		length;

	for (uint32 i = 0; i < n; i++)
		if (!phm_check_varint(&p, end, &length))
			return corrupt(c, "a bad cold part");
	for (uint32 i = 0; i < n; i++)
	{
		length = phm_get_varint(&lengths);
		if (length > (uint64) (end - p))
			return corrupt(c, "a bad cold part");
		if (!check_members(c, p, p + length, 2))
			return false;
		p += length;
	}
	return p == end || corrupt(c, "a bad cold part");
}

/* Decompresses the cold part and looks at it. */
static bool
check_compressed(Check *c, const uint8 *frame, size_t length)
{
	uint8	   *cold;
	bool		good;

	if (ZSTD_getFrameContentSize(frame, length) != c->s->cold_size)
		return corrupt(c, "a bad cold part");
	cold = palloc(c->s->cold_size);
	good = ZSTD_decompress(cold, c->s->cold_size, frame, length) == c->s->cold_size ?
		check_cold_pieces(c, cold) : corrupt(c, "a bad cold part");
	pfree(cold);
	return good;
}

static bool
check_cold(Check *c)
{
	const uint8 *stored = c->base + c->s->cold;
	size_t		length = c->s->length - c->s->cold;
	bool		good;

	c->plain = true;
	if (c->s->cold_size >= CHART_PLAIN_COLD)
		good = check_compressed(c, stored, length);
	else
		good = length == c->s->cold_size ? check_cold_pieces(c, stored) : corrupt(c, "a bad cold part");
	c->plain = false;
	return good;
}

/* Times that can come from one element only are those that it gives: rules rely on it. */
static bool
check_times(Check *c)
{
	const ChartRange *ranges = (const ChartRange *) (c->base + c->s->directory);
	const ChartEntry *entries = (const ChartEntry *) (c->base + c->s->entries);
	const uint8 *bodies = c->base + c->s->bodies;

	for (uint32 i = 0; i < c->s->ntypes; i++)
	{
		const ChartShape *shape = chart_shape((FhirType) ranges[i].type);

		for (uint32 j = ranges[i].first; chart_has_one_moment(shape) && j < ranges[i].first + ranges[i].count; j++)
			if (!chart_time_fits(shape, bodies + entries[j].body,
								 j + 1 < c->s->nentries ? bodies + entries[j + 1].body : c->base + c->s->bodies_end, entries[j].time))
				return corrupt(c, "an entry whose time is not that of its date");
	}
	return true;
}

/* One segment whose neighbours' sizes are known to be sane. */
static bool
check_segment(Check *c, int segment)
{
	const ChartSegment *s = c->segments[segment];

	c->s = s;
	c->base = (const uint8 *) s;
	if ((s->birth != CHART_NO_DATE && !datetime_is_canonical(s->birth)) ||
		(s->death != CHART_NO_DATE && !datetime_is_canonical(s->death)) || s->deceased > 1)
		return corrupt(c, "bad facts about the patient");
	return check_directory(c) && check_strings(c) && check_codes(c) && check_concepts(c) &&
		check_entries(c) && check_times(c) && check_removed(c, segment) && check_ids(c) && check_cold(c);
}

bool
chart_change_validate(const void *datum, size_t length, PhmError *err)
{
	const ChartChange *change = datum;
	ChartSegment base = {.nentries = length >= sizeof(ChartChange) ? change->base_entries : 0};
	Check		c = {err};

	if (length < sizeof(ChartChange) + sizeof(ChartSegment) || change->version != CHART_VERSION ||
		change->flags != CHART_IS_CHANGE || change->zero != 0)
		return corrupt(&c, "a bad header");
	c.nsegments = 2;
	c.segments[0] = &base;
	c.segments[1] = c.s = (const ChartSegment *) ((const uint8 *) datum + sizeof(ChartChange));
	if (!check_layout(&c, (uint32) (length - sizeof(ChartChange))))
		return false;
	if (c.s->length != length - sizeof(ChartChange))
		return corrupt(&c, "a wrong length");
	return check_segment(&c, 1);
}

bool
chart_validate(const void *datum, size_t length, PhmError *err)
{
	const ChartHeader *header = datum;
	Check		c = {err};
	uint32		starts[CHART_MAX_SEGMENTS] = {sizeof(ChartHeader), 0};

	if (length < sizeof(ChartHeader) + sizeof(ChartSegment) || header->version != CHART_VERSION ||
		header->flags != 0 || header->zero != 0 || header->nsegments < 1 ||
		header->nsegments > CHART_MAX_SEGMENTS || (header->nsegments == 1) != (header->second == 0))
		return corrupt(&c, "a bad header");
	starts[1] = header->second;
	if (header->nsegments == 2 &&
		(header->second % 8 != 0 || header->second < sizeof(ChartHeader) + sizeof(ChartSegment) ||
		 (uint64) header->second + sizeof(ChartSegment) > length))
		return corrupt(&c, "a bad header");
	c.nsegments = header->nsegments;
	for (int i = 0; i < c.nsegments; i++)
	{
		size_t		end = i + 1 < c.nsegments ? starts[1] : length;

		c.segments[i] = c.s = (const ChartSegment *) ((const uint8 *) datum + starts[i]);
		if (!check_layout(&c, (uint32) (end - starts[i])))
			return false;
		if (i + 1 == c.nsegments && c.s->length != end - starts[i])
			return corrupt(&c, "a wrong length");
	}
	for (int i = 0; i < c.nsegments; i++)
		if (!check_segment(&c, i))
			return false;
	return true;
}
