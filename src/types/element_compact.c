/*
 * element_compact.c: the short forms of values in bodies of charts.
 *
 * A body uses them wherever they fit, so that one and the same body has one
 * form; element_decode gives what the long forms would.  Owns the numbers of
 * the common precisions and zones of dates, which are stored: append-only.
 */
#include "types/element.h"

#include "types/datetime.h"

#define OF(precision, zone)	((DATETIME_##precision) << 11 | (zone))
#define HOURS(h)			(DATETIME_ZONE_BIAS + (h) * 60)
#define BOTH(h)				OF(SECOND, HOURS(h)), OF(MILLISECOND, HOURS(h))

/* The first ELEMENT_SMALL_MOMENTS have a kind byte of their own. */
const uint16 element_moments[ELEMENT_MOMENTS] = {
	OF(DAY, DATETIME_ZONE_NONE), OF(SECOND, DATETIME_ZONE_Z), OF(MILLISECOND, DATETIME_ZONE_Z),
	BOTH(0), BOTH(-4), BOTH(-5), BOTH(-6), BOTH(-7), BOTH(-8), OF(SECOND, DATETIME_ZONE_NONE),
	OF(MILLISECOND, DATETIME_ZONE_NONE), OF(MINUTE, DATETIME_ZONE_NONE), OF(MINUTE, DATETIME_ZONE_Z),
	OF(YEAR, DATETIME_ZONE_NONE), OF(MONTH, DATETIME_ZONE_NONE),
	BOTH(-12), BOTH(-11), BOTH(-10), BOTH(-9), BOTH(-3), BOTH(-2), BOTH(-1),
	BOTH(1), BOTH(2), BOTH(3), BOTH(4), BOTH(5), BOTH(6), BOTH(7), BOTH(8), BOTH(9), BOTH(10),
	BOTH(11), BOTH(12), BOTH(13), BOTH(14)
};

#undef OF
#undef HOURS
#undef BOTH

/* The number of a precision and zone: of those above, or behind them. */
static uint32
moment_code(uint16 precision_and_zone)
{
	static uint8 codes[0x8000];	/* of those above, plus one */
	static bool filled = false;

	if (!filled)
	{
		for (int i = 0; i < ELEMENT_MOMENTS; i++)
			codes[element_moments[i]] = (uint8) (i + 1);
		filled = true;
	}
	return codes[precision_and_zone] ? codes[precision_and_zone] - 1 : ELEMENT_RARE_MOMENT + precision_and_zone;
}

int
element_date_form(int64 v, int64 time, uint8 *out)
{
	uint32		code = moment_code((uint16) (v & 0x7FFF));
	int64		steps;
	int			n;

	if (time == PG_INT64_MIN)
		return 0;
	steps = datetime_ms(v) - time;
	if (steps == 0)
	{
		if (code < ELEMENT_SMALL_MOMENTS)
		{
			out[0] = (uint8) (ELEMENT_SMALL_MOMENT + code);
			return 1;
		}
		out[0] = ELEMENT_MOMENT;
		return 1 + phm_put_varint(out + 1, code);
	}
	if (steps % element_moment_unit((uint16) (v & 0x7FFF)) != 0)
		return 0;
	out[0] = ELEMENT_LATER;
	n = 1 + phm_put_varint(out + 1, code);
	n += phm_put_varint(out + n, phm_zigzag(steps / element_moment_unit((uint16) (v & 0x7FFF))));
	return n < 9 ? n : 0;
}

void
element_put_date(ElementWriter *w, int64 v, int64 time)
{
	int			n = element_date_form(v, time, element_writer_room(w, ELEMENT_DATE_FORM));

	if (n > 0)
		w->length += n;
	else
		element_put_datetime(w, v);
}

void
element_put_compact(ElementWriter *w, ElementKind kind, uint64 number)
{
	uint8	   *p = element_writer_room(w, 2);

	if (kind == ELEMENT_SYMBOL && number < ELEMENT_SMALL_SYMBOLS)
		p[0] = (uint8) (ELEMENT_SMALL_SYMBOL + number);
	else if (kind == ELEMENT_CONCEPT && number < ELEMENT_SMALL_CONCEPTS)
		p[0] = (uint8) (ELEMENT_SMALL_CONCEPT + number);
	else if (kind == ELEMENT_LINK && number < ELEMENT_SMALL_LINKS)
	{
		p[0] = (uint8) (ELEMENT_SMALL_LINK + (number >> 8));
		p[1] = (uint8) number;
		w->length++;
	}
	else
	{
		element_put_index(w, kind, number);
		return;
	}
	w->length++;
}

void
element_put_small_int(ElementWriter *w, int64 v)
{
	if (v >= 0 && v < ELEMENT_SMALL_INTS)
		element_put_simple(w, (ElementKind) (ELEMENT_SMALL_INT + v));
	else
		element_put_int(w, v);
}

void
element_close_compact(ElementWriter *w, ElementKind kind, uint32 count)
{
	uint32		start = w->open[w->depth - 1];	/* behind kind and length */
	int			head = kind == ELEMENT_ARRAY;	/* an array's count */
	uint32		length = w->length - start - head;

	if (length >= ELEMENT_SMALL_LENGTHS || (kind == ELEMENT_ARRAY ? count != 1 : kind != ELEMENT_OBJECT))
	{
		if (kind == ELEMENT_ARRAY)
			element_close_array(w, count);
		else
			element_close(w, kind);
		return;
	}
	w->data[start - 2] = (uint8) ((head ? ELEMENT_SMALL_ARRAY : ELEMENT_SMALL_OBJECT) + length);
	memmove(w->data + start - 1, w->data + start + head, length);
	w->length -= 1 + head;
	w->depth--;
}
