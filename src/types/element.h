/*
 * element.h: the binary form of FHIR elements, shared by phm.resource and
 * phm.chart.
 *
 * A FHIR object is a run of members, a member is an element id of the
 * dictionary (fhir.h) and a value.  The element id implies the FHIR type, so
 * every value carries its type without spending a byte on it.  Everything is
 * position-independent, little-endian and of variable length:
 *
 *   object := member*
 *   member := varint element id, value              (known element)
 *           | varint 0, varint length, name, value  (a name that is not FHIR's)
 *   value  := kind byte, payload:
 *
 *   ELEMENT_NULL       nothing                       (JSON null)
 *   ELEMENT_FALSE      nothing
 *   ELEMENT_TRUE       nothing
 *   ELEMENT_INT        varint zigzag                 (integers that print back)
 *   ELEMENT_DECIMAL    byte scale, varint zigzag     (decimals that print back)
 *   ELEMENT_NUMBER     varint length, JSON literal   (every other number)
 *   ELEMENT_DATETIME   8 bytes phm.datetime          (dates that print back)
 *   ELEMENT_LITERAL    8 bytes phm.datetime, varint length, text
 *                                                    (dates that do not)
 *   ELEMENT_STRING     varint length, bytes          (UTF-8, no NUL)
 *   ELEMENT_UUID       16 bytes                      (lower-case 8-4-4-4-12)
 *   ELEMENT_URN_UUID   16 bytes                      (the same after "urn:uuid:")
 *   ELEMENT_SYSTEM     varint code system id         (a URI of code_system.h)
 *   ELEMENT_OBJECT     varint length, members
 *   ELEMENT_RESOURCE   varint length, varint FHIR type id, members
 *   ELEMENT_ARRAY      varint length, varint count, values
 *   ELEMENT_EXTENDED   value, object value or NULL   (primitive with its
 *                                                     "_name" companion)
 *   ELEMENT_OMITTED    nothing                       (no value in JSON, only "_name")
 *   ELEMENT_SYMBOL     varint index                  (string table of a chart)
 *   ELEMENT_CONCEPT    varint index                  (concept table of a chart)
 *   ELEMENT_LINK       varint link                   (Reference "Type/id", resolved in a chart)
 *   ELEMENT_URN_LINK   varint link                   (Reference "urn:uuid:id", resolved)
 *   ELEMENT_MOMENT     varint moment                 (a date whose milliseconds are the entry's time)
 *   ELEMENT_QUANTITY   byte scale, varint zigzag, varint string index + 1
 *                                                    (Quantity with a UCUM unit; 0: without unit)
 *   ELEMENT_LATER      varint moment, varint zigzag steps
 *                                                    (a date so much later than the entry's time)
 *
 * A moment is the precision and zone of a date: the number of one of
 * element_moments, or ELEMENT_RARE_MOMENT and the 15 bits themselves.  Steps
 * are days, seconds or milliseconds, as the precision has it.  In the bodies of
 * charts, kind bytes from 0x20 on hold a small number, and the value is what
 * the long form would be:
 *
 *   0x20 + n           SYMBOL n < 32
 *   0x40 + n           CONCEPT n < 64
 *   0x80 + n           OBJECT of n < 32 bytes of members
 *   0xA0 + n           ARRAY of one value of n < 32 bytes
 *   0xC0 + n           INT n < 16
 *   0xD0 + n           MOMENT n < 16
 *   0xE0 + n, byte     LINK n * 256 + byte
 *
 * From SYMBOL on, kinds occur in charts only.  ELEMENT_EXTENDED appears
 * where JSON had "_name": its first value is the primitive (OMITTED when JSON
 * had only "_name", NULL where it said null), its second the companion object.
 * In arrays it stands in the slot; slots whose companion is null have none,
 * but those behind the last companion object have NULL, as many as JSON had.
 * Slots for which JSON had companions but no values, always the last ones, are
 * OMITTED; readers see OMITTED as NULL.  A member with a name outside the dictionary holds a value whose
 * objects again have only such names; its strings stay ELEMENT_STRING.
 *
 * Canonical form: one and the same JSON text gives the same bytes, and a
 * value uses the first kind of this list that prints back identically.
 */
#ifndef PHM_ELEMENT_H
#define PHM_ELEMENT_H

#include "phm_port.h"
#include "types/fhir.h"

typedef enum ElementKind
{
	ELEMENT_NULL = 0,
	ELEMENT_FALSE = 1,
	ELEMENT_TRUE = 2,
	ELEMENT_INT = 3,
	ELEMENT_DECIMAL = 4,
	ELEMENT_NUMBER = 5,
	ELEMENT_DATETIME = 6,
	ELEMENT_LITERAL = 7,
	ELEMENT_STRING = 8,
	ELEMENT_UUID = 9,
	ELEMENT_URN_UUID = 10,
	ELEMENT_SYSTEM = 11,
	ELEMENT_OBJECT = 12,
	ELEMENT_RESOURCE = 13,
	ELEMENT_ARRAY = 14,
	ELEMENT_EXTENDED = 15,
	ELEMENT_OMITTED = 16,		/* element_decode makes it NULL; *start tells */
	ELEMENT_SYMBOL = 17,
	ELEMENT_CONCEPT = 18,
	ELEMENT_LINK = 19,
	ELEMENT_URN_LINK = 20,
	ELEMENT_MOMENT = 21,
	ELEMENT_QUANTITY = 22,
	ELEMENT_LATER = 23,			/* element_decode makes it MOMENT */
	ELEMENT_SMALL_SYMBOL = 0x20,	/* from here on, element_decode gives the kind meant */
	ELEMENT_SMALL_CONCEPT = 0x40,
	ELEMENT_SMALL_OBJECT = 0x80,
	ELEMENT_SMALL_ARRAY = 0xA0,
	ELEMENT_SMALL_INT = 0xC0,
	ELEMENT_SMALL_MOMENT = 0xD0,
	ELEMENT_SMALL_LINK = 0xE0
} ElementKind;

/* How many numbers each of the small forms has. */
#define ELEMENT_SMALL_SYMBOLS 32
#define ELEMENT_SMALL_CONCEPTS 64
#define ELEMENT_SMALL_LENGTHS 32
#define ELEMENT_SMALL_INTS 16
#define ELEMENT_SMALL_MOMENTS 16
#define ELEMENT_SMALL_LINKS (32 * 256)

#define ELEMENT_MOMENTS 63		/* common precisions and zones */
#define ELEMENT_RARE_MOMENT 128	/* plus precision and zone: all others */
#define ELEMENT_DATE_FORM 24	/* bytes that a short form of a date may take before it is found too long */

#define ELEMENT_MAX_DEPTH 100	/* members and slots inside each other */
#define ELEMENT_MAX_UNKNOWN 1000	/* unknown names in one object: keeps the search for duplicates short */

/* A decoded value.  Strings and containers point into the encoded bytes. */
typedef struct ElementValue
{
	ElementKind kind;			/* never OMITTED, LATER or a small form */
	uint8		scale;			/* DECIMAL, QUANTITY */
	FhirType	type;			/* RESOURCE: its type; otherwise 0 */
	uint32		count;			/* ARRAY: number of values; QUANTITY: string index + 1 */
	int64		number;			/* INT, DECIMAL and QUANTITY mantissa, DATETIME, LITERAL, MOMENT, SYSTEM, SYMBOL, CONCEPT, LINK */
	const uint8 *data;			/* text, UUID bytes, members, values; EXTENDED: the primitive */
	uint32		length;			/* of data */
	const uint8 *start;			/* the kind byte */
	const uint8 *end;			/* first byte after the value */
} ElementValue;

typedef struct ElementMember
{
	FhirElement element;		/* 0: name holds it */
	const char *name;			/* of the dictionary, or in the stream; not terminated when element is 0 */
	int			name_length;
	ElementValue value;
} ElementMember;

/*
 * The number of a MOMENT is what must be added to the entry's time, shifted 15 bits to
 * the left, to get the date.
 */
static inline int64
element_moment_date(const ElementValue *value, int64 time)
{
	return (int64) (((uint64) time << 15) + (uint64) value->number);
}

/* Precisions and zones by number, and the milliseconds of a step of one. */
extern const uint16 element_moments[ELEMENT_MOMENTS];

static inline int64
element_moment_unit(uint16 precision_and_zone)
{
	int			precision = precision_and_zone >> 11;

	return precision <= 2 ? 86400000 : precision <= 5 ? 1000 : 1;	/* a day, a second: see datetime.h */
}

/* Decodes the value that starts at p (trusted bytes). */
extern void element_decode(const uint8 *p, ElementValue *value);

/* First byte after the value that starts at p. */
extern const uint8 *element_skip(const uint8 *p);

/* Walks the members of an object: *p from value.data to value.data + value.length. */
extern bool element_next(const uint8 **p, const uint8 *end, ElementMember *member);

/* Walks the values of an array. */
static inline bool
element_next_value(const uint8 **p, const uint8 *end, ElementValue *value)
{
	if (*p >= end)
		return false;
	element_decode(*p, value);
	*p = value->end;
	return true;
}

/* Finds a member by element id in members [p, end). */
extern bool element_find(const uint8 *p, const uint8 *end, FhirElement element, ElementValue *value);

/* Finds the first member that is one of n elements; 0: there is none. */
extern FhirElement element_find_any(const uint8 *p, const uint8 *end, const FhirElement *elements, uint32 n,
									ElementValue *value);

/* The primitive inside an EXTENDED value, or the value itself. */
extern void element_primitive(const ElementValue *value, ElementValue *primitive);

/*
 * The text of a string-like value (STRING, UUID, URN_UUID, SYSTEM, LITERAL,
 * NUMBER, DATETIME): points into the stream, into a static table or into
 * buffer, which must have ELEMENT_TEXT_SIZE bytes.
 */
#define ELEMENT_TEXT_SIZE 64
extern const char *element_text(const ElementValue *value, char *buffer, int *length);

/*
 * Checks members from outside: structure, ids, types, depth, canonical form,
 * UTF-8.  Kinds that only charts hold are refused.
 */
extern bool element_validate(FhirType type, const uint8 *p, const uint8 *end, PhmError *err);

/* The element whose companion a name is ("_birthDate" of a primitive), or 0. */
extern FhirElement element_companion(FhirType type, const char *name, int length);

/* Whether bytes are valid UTF-8 without NUL. */
extern bool element_valid_text(const char *s, size_t length);

/*
 * Writing.  Containers are opened and closed; a closed container's length is
 * written in its shortest form.
 */
typedef struct ElementWriter
{
	uint8	   *data;
	uint32		length;
	uint32		size;
	int			depth;
	uint32		open[ELEMENT_MAX_DEPTH + 2];	/* where each open container's payload starts */
} ElementWriter;

extern void element_writer_init(ElementWriter *w, uint32 size);	/* palloc'd in the current context */
extern void element_writer_reset(ElementWriter *w);
extern void element_writer_grow(ElementWriter *w, Size more);

/* Where the next bytes go, with room for so many. */
static inline uint8 *
element_writer_room(ElementWriter *w, Size more)
{
	if (unlikely(w->length + more > w->size))
		element_writer_grow(w, more);
	return w->data + w->length;
}

static inline void
element_put_varint(ElementWriter *w, uint64 v)
{
	w->length += phm_put_varint(element_writer_room(w, PHM_VARINT_MAX), v);
}

static inline void
element_put_member(ElementWriter *w, FhirElement element)
{
	element_put_varint(w, element);
}

/* NULL, FALSE, TRUE, OMITTED: nothing but the kind. */
static inline void
element_put_simple(ElementWriter *w, ElementKind kind)
{
	*element_writer_room(w, 1) = (uint8) kind;
	w->length++;
}

/* SYSTEM, SYMBOL, CONCEPT, LINK, URN_LINK. */
static inline void
element_put_index(ElementWriter *w, ElementKind kind, uint64 index)
{
	element_put_simple(w, kind);
	element_put_varint(w, index);
}

extern void element_put_name(ElementWriter *w, const char *name, int length);
extern void element_put_int(ElementWriter *w, int64 v);
extern void element_put_decimal(ElementWriter *w, int64 mantissa, int scale);
extern void element_put_number(ElementWriter *w, const char *literal, int length);	/* picks INT, DECIMAL or NUMBER */
extern void element_put_datetime(ElementWriter *w, int64 v);
extern void element_put_literal(ElementWriter *w, int64 v, const char *text, int length);
extern void element_put_string(ElementWriter *w, const char *s, int length);	/* picks STRING, UUID, URN_UUID or SYSTEM */
extern void element_put_plain(ElementWriter *w, const char *s, int length);	/* STRING, whatever it looks like */
extern void element_put_quantity(ElementWriter *w, int64 mantissa, int scale, uint32 unit);
extern void element_put_copy(ElementWriter *w, const uint8 *start, const uint8 *end);	/* encoded values or members */
extern void element_open(ElementWriter *w, ElementKind kind, FhirType type);	/* OBJECT, RESOURCE, ARRAY */
extern void element_close(ElementWriter *w, ElementKind kind);
extern void element_close_array(ElementWriter *w, uint32 count);	/* for those who have counted the values */
extern void element_put_extended(ElementWriter *w);	/* then the primitive, then the companion */

/*
 * Writing bodies of charts: the shortest form.  A date of an entry with a time
 * (PG_INT64_MIN: none) may be told by it; element_date_form writes that form into
 * ELEMENT_DATE_FORM bytes and returns its length, 0 when the date stands for itself.
 */
extern void element_put_compact(ElementWriter *w, ElementKind kind, uint64 number);	/* SYMBOL, CONCEPT, LINK, URN_LINK */
extern void element_put_small_int(ElementWriter *w, int64 v);
extern void element_put_date(ElementWriter *w, int64 v, int64 time);
extern int	element_date_form(int64 v, int64 time, uint8 *out);
extern void element_close_compact(ElementWriter *w, ElementKind kind, uint32 count);	/* count: of an array */

#endif							/* PHM_ELEMENT_H */
