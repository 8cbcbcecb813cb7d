/*
 * chart.h: phm.chart, everything known about one patient in one value that is
 * read in place.
 *
 *   | ChartHeader | segment | [segment] |
 *
 * The first segment is the base, the second, when there is one, holds what
 * changed since (replaced and added resources) and the entries of the base
 * that no longer count.  A segment:
 *
 *   | ChartSegment | directory | codes | concepts | strings | entries | labels |  what has() needs
 *   | bodies | removed |                                             the rest of the hot part
 *   | ids | fingerprints | cold |
 *
 *   directory   ChartRange per FHIR type, ordered by type id
 *   codes       ChartCode per distinct (system, code), ordered by hash
 *   concepts    uint32 offset of each, then: varint n, n times varint code
 *               index + 1 (0: a coding without a code)
 *   strings     uint32 offset of each and of the end, then the bytes
 *   entries     ChartEntry per resource, ordered by type, time, source, id
 *   labels      uint32 sensitivity mask of each label, label 0 is 0
 *   bodies      members (element.h), strings as SYMBOL, concepts as CONCEPT,
 *               resolved references as LINK
 *   removed     ChartRemoved per entry of the base that this segment removes
 *               or replaces, ordered by entry (second segment only)
 *   ids         uint32 offset of each entry's and of the end, then: source
 *               (varint index of strings), id (a value, NULL: none)
 *   fingerprints  uint64 per entry: of all that its place in the chart depends on
 *   cold        varint length of each piece, then the pieces: per concept its
 *               original members (empty: the codes say all), per entry the
 *               members that are not hot or do not print back from there;
 *               zstd of that when it has CHART_PLAIN_COLD bytes or more
 *
 * Numbers are little-endian and naturally aligned within the value, which is
 * aligned to 8 bytes.  Narrative and attachments stay in the record.
 */
#ifndef PHM_CHART_H
#define PHM_CHART_H

#include "types/element.h"

#define CHART_VERSION 1
#define CHART_MAX_SEGMENTS 2
#define CHART_PLAIN_COLD 2048	/* to compress less takes longer than to make the rest of the chart */

typedef struct ChartHeader
{
	int32		vl_len_;		/* varlena header: use SET_VARSIZE */
	uint8		version;
	uint8		flags;			/* 0 */
	uint16		nsegments;
	uint32		second;			/* offset of the second segment in the value, 0: none */
	uint32		zero;
} ChartHeader;

typedef struct ChartSegment
{
	uint32		length;			/* of the segment */
	uint32		look_length;	/* up to the end of labels: enough to look for codes */
	uint32		hot_length;		/* up to the end of removed */
	uint32		nentries;
	uint32		ntypes;
	uint32		ncodes;
	uint32		nconcepts;
	uint32		nstrings;
	uint32		nlabels;
	uint32		nremoved;
	uint32		directory;		/* offsets from the start of the segment */
	uint32		codes;
	uint32		concepts;
	uint32		entries;
	uint32		labels;
	uint32		strings;
	uint32		bodies;
	uint32		bodies_end;
	uint32		removed;
	uint32		ids;
	uint32		fingerprints;
	uint32		cold;
	uint32		cold_size;		/* uncompressed */
	uint8		sex;			/* 'M', 'F', 'O', 'U', 0: not known */
	uint8		deceased;		/* 1: died, date known or not */
	uint16		zero;
	uint32		zero2;
	int64		patient_id;		/* 0: none */
	int64		birth;			/* phm.datetime, CHART_NO_DATE: not known */
	int64		death;			/* phm.datetime, CHART_NO_DATE: not known */
} ChartSegment;

#define CHART_NO_DATE PG_INT64_MIN

/*
 * phm.chart_change: what changed since a base was written; the segment that
 * chart_combine puts behind that base.
 *
 *   | ChartChange | segment |
 */
typedef struct ChartChange
{
	int32		vl_len_;		/* varlena header: use SET_VARSIZE */
	uint8		version;
	uint8		flags;			/* CHART_IS_CHANGE */
	uint16		zero;
	uint32		base_entries;	/* of the base to which it belongs */
	uint32		base_hash;
} ChartChange;

#define CHART_IS_CHANGE 1

typedef struct ChartRange
{
	uint16		type;
	uint16		zero;
	uint32		first;
	uint32		count;
} ChartRange;

typedef struct ChartCode
{
	uint64		hash;			/* code_hash */
	uint32		system;			/* code system id, or index of strings + CHART_FOREIGN_SYSTEM, 0: none */
	uint32		code;			/* index of strings */
} ChartCode;

#define CHART_FOREIGN_SYSTEM 0x80000000

typedef struct ChartEntry
{
	int64		time;			/* earliest millisecond since 2000, CHART_NO_DATE: none */
	uint32		body;			/* offset in bodies */
	uint16		concept;		/* what it is about, several together; or CHART_NO_CONCEPT, CHART_MANY_CONCEPTS */
	uint8		flags;			/* CHART_... */
	uint8		label;
} ChartEntry;

#define CHART_NO_CONCEPT	0xFFFF
#define CHART_MANY_CONCEPTS	0xFFFE	/* too many concepts in the chart: see the body */

#define CHART_VOID			0x01	/* entered in error, refuted, cancelled: did not happen */
#define CHART_NEGATED		0x02	/* not done, not to be done */
#define CHART_CLAIMS		0x04	/* comes from claims */
#define CHART_MAPPED		0x08	/* a code, or the entry, was added by a concept map */
#define CHART_SHARED		0x10	/* belongs to no patient: medication, location, practitioner */
#define CHART_PROFILED		0x20	/* its meta names profiles */
#define CHART_FLAGS			0x3F	/* those there are */

typedef struct ChartRemoved
{
	uint32		entry;			/* of the base */
	uint32		replacement;	/* entry of the second segment, CHART_GONE: none */
} ChartRemoved;

#define CHART_GONE PG_UINT32_MAX

/* A chart opened for reading; points into the value. */
typedef struct Chart
{
	int			nsegments;
	const uint8 *base[CHART_MAX_SEGMENTS];
	const ChartSegment *segments[CHART_MAX_SEGMENTS];
	uint8	   *cold[CHART_MAX_SEGMENTS];	/* where each piece of the cold part begins, and what was compressed; palloc'd on demand */
	const uint8 *pieces[CHART_MAX_SEGMENTS];	/* the pieces of the cold part, when cold is there */
} Chart;

/* An entry of a chart: segment and number. */
typedef struct ChartPosition
{
	int			segment;
	uint32		entry;
} ChartPosition;

/* Opens a detoasted value (or its leading look_length bytes). */
extern void chart_open(Chart *chart, const void *datum);

static inline const ChartEntry *
chart_entries(const Chart *chart, int segment)
{
	return (const ChartEntry *) (chart->base[segment] + chart->segments[segment]->entries);
}

static inline const ChartCode *
chart_codes(const Chart *chart, int segment)
{
	return (const ChartCode *) (chart->base[segment] + chart->segments[segment]->codes);
}

/* The entries of a FHIR type in a segment: first and number, 0 when there are none. */
extern uint32 chart_range(const Chart *chart, int segment, FhirType type, uint32 *first);

/* The FHIR type of an entry. */
extern FhirType chart_type_of(const Chart *chart, ChartPosition at);

/* Whether an entry of the base has been removed or replaced. */
extern bool chart_removed(const Chart *chart, ChartPosition at, uint32 *replacement);

/* Walks all entries of a type, base first, without removed ones. */
typedef struct ChartCursor
{
	const Chart *chart;
	FhirType	type;			/* 0: all types */
	ChartPosition at;			/* the entry found */
	uint32		next;
	uint32		end;
	const ChartRemoved *removed;
	const ChartRemoved *removed_end;
} ChartCursor;

extern void chart_first(ChartCursor *cursor, const Chart *chart, FhirType type);
extern bool chart_next_slowly(ChartCursor *cursor);

/* The next entry of a walk; false behind the last. */
static inline bool
chart_next(ChartCursor *cursor)
{
	if (unlikely(cursor->next >= cursor->end || cursor->removed < cursor->removed_end))
		return chart_next_slowly(cursor);
	cursor->at.entry = cursor->next++;
	return true;
}

/* The hot members of an entry. */
extern void chart_body(const Chart *chart, ChartPosition at, const uint8 **members, const uint8 **end);

/* Whether the hot members of an entry name profiles: what CHART_PROFILED tells. */
extern bool chart_names_profiles(const uint8 *members, const uint8 *end);

extern const char *chart_string(const Chart *chart, int segment, uint32 index, int *length);

/* Code indexes of a concept: *p from the first to behind the last, count of them returned. */
extern uint32 chart_concept(const Chart *chart, int segment, uint32 concept, const uint8 **p);

/* Sensitivity mask of an entry. */
static inline uint32
chart_label(const Chart *chart, ChartPosition at)
{
	const uint32 *labels = (const uint32 *) (chart->base[at.segment] + chart->segments[at.segment]->labels);

	return labels[chart_entries(chart, at.segment)[at.entry].label];
}

/* All sensitivity labels that something in the chart has. */
extern uint32 chart_labels(const Chart *chart);

/* Source and id (NULL: none) of an entry; buffer of ELEMENT_TEXT_SIZE bytes. */
extern const char *chart_id(const Chart *chart, ChartPosition at, char *buffer, int *length);
extern const char *chart_source(const Chart *chart, ChartPosition at, int *length);

/* Where a LINK leads: through replacements; false when its target is gone. */
extern bool chart_follow(const Chart *chart, int segment, uint64 link, ChartPosition *to);

/*
 * Writes the members of the whole resource of an entry, in the kinds of
 * phm.resource: as it was given, or with the codings that concept maps added
 * (chart_map.h).
 */
extern void chart_resource(Chart *chart, ChartPosition at, ElementWriter *w);
extern void chart_resource_mapped(Chart *chart, ChartPosition at, ElementWriter *w);

/* Writes one value of an entry's body, which is of a FHIR type, in the kinds of phm.resource. */
extern void chart_write_value(Chart *chart, ChartPosition at, FhirType type, const uint8 *start, ElementWriter *w);

/* Checks a value from outside. */
extern bool chart_validate(const void *datum, size_t length, PhmError *err);
extern bool chart_change_validate(const void *datum, size_t length, PhmError *err);

/*
 * Building.  Resources are added in any order; finish sorts, resolves and
 * encodes.  A builder is reset and used again, so that memory stays flat.
 */
typedef struct ChartBuilder ChartBuilder;

typedef struct ChartResource
{
	FhirType	type;
	const uint8 *members;		/* copied */
	uint32		length;
	const char *source;
	int			source_length;
	const char *id;				/* NULL: none */
	int			id_length;
	uint32		sensitivity;
	uint8		flags;			/* CHART_CLAIMS, CHART_SHARED, CHART_MAPPED */
} ChartResource;

extern ChartBuilder *chart_builder(void);

/* From now on the codes of a table (chart_map.h) are added to what comes in; NULL: none. */
struct ChartMap;
extern void chart_builder_use_map(ChartBuilder *b, const struct ChartMap *map);
extern void chart_builder_reset(ChartBuilder *b, int64 patient_id);
extern void chart_add(ChartBuilder *b, const ChartResource *resource);
extern uint32 chart_builder_count(const ChartBuilder *b);

/* The chart of what was added, as one segment; palloc'd. */
extern struct varlena *chart_finish(ChartBuilder *b);

/*
 * The difference between a base (of one segment) and what was added, as
 * phm.chart_change; NULL when there is none.
 */
extern struct varlena *chart_finish_change(ChartBuilder *b, const Chart *base);

/* Adds all resources of a chart. */
extern void chart_add_all(ChartBuilder *b, Chart *chart);

/* Whether both say the same, entry by entry. */
extern bool chart_same(const Chart *a, const Chart *b);

/* A number that tells bases apart. */
extern uint32 chart_base_hash(const Chart *base);

/* The chart of a base and a change that belongs to it, NULL otherwise; palloc'd. */
extern struct varlena *chart_combine(const ChartHeader *base, const ChartChange *change);

/*
 * What is the main code, and what are the moments, of each FHIR type
 * (chart_shape.c); 0 where there is none.
 */
typedef struct ChartShape
{
	FhirType	type;
	FhirElement code;
	FhirElement code_reference;	/* a reference to a resource that has the code: medicationReference */
	FhirElement moments[5];		/* dateTime, instant or Period; the first that is there counts */
	FhirElement status;			/* code or CodeableConcept that tells void and negated */
	FhirElement status2;
} ChartShape;

extern const ChartShape *chart_shape(FhirType type);

/* Whether the time of an entry of that shape can only come from one element: that, or none. */
static inline bool
chart_has_one_moment(const ChartShape *shape)
{
	return shape != NULL && shape->moments[0] != 0 && shape->moments[1] == 0;
}

/* Whether the body of an entry of such a shape gives it the time that it has. */
extern bool chart_time_fits(const ChartShape *shape, const uint8 *members, const uint8 *end, int64 time);

/* What the members of a resource say of its place among the others, gathered member by member. */
typedef struct ChartGlance
{
	int64		time;			/* CHART_NO_DATE: none yet */
	int			moment;			/* which of the moments it comes from; those behind it do not count */
	uint8		flags;			/* CHART_VOID, CHART_NEGATED */
} ChartGlance;

#define CHART_FIRST_GLANCE {CHART_NO_DATE, lengthof(((ChartShape *) NULL)->moments), 0}

extern uint8 chart_status_flags(const ChartShape *shape, const uint8 *members, const uint8 *end);
extern void chart_glance(const ChartShape *shape, const ElementMember *member, ChartGlance *glance);

/* Whether a top-level element of a type belongs to the cold part, or not to the chart at all. */
typedef enum ChartPlace
{
	CHART_HOT,
	CHART_COLD,
	CHART_RECORD_ONLY
} ChartPlace;

/* Those found, plus one; types other than ExplanationOfBenefit do not differ. */
extern uint8 chart_places[2][PG_UINT16_MAX + 1];
extern ChartPlace chart_find_place(FhirType type, FhirElement element);

static inline ChartPlace
chart_place(FhirType type, FhirElement element)
{
	uint8		place = chart_places[type == FHIR_T_ExplanationOfBenefit][element];

	return likely(place != 0) ? (ChartPlace) (place - 1) : chart_find_place(type, element);
}

/*
 * Of some lists of an ExplanationOfBenefit only what cost, attribution and
 * durations need is hot; the whole list is cold as well where that is less.
 */
extern bool chart_is_sparse(FhirElement list);

/* Whether a member of a slot of such a list is hot. */
extern bool chart_sparse_member(FhirElement list, FhirElement member);

/* Whether a slot of such a list is hot, or of the adjudications of an item. */
extern bool chart_sparse_slot(FhirElement list, const uint8 *members, const uint8 *end);

#endif							/* PHM_CHART_H */
