/*
 * quantity.c: the stored form and the text form of phm.quantity, and
 * comparing.  Relies on decimal.c for numbers and ucum.c for units.  Always
 * holds: one value has one stored form, so equal bytes mean identical values.
 */
#include "types/quantity.h"

#define HEADER_SIZE		4		/* version, flags, scale, sign and mantissa length */
#define FLAG_COMPARATOR	0x07
#define FLAG_NOT_UCUM	0x08
#define SIGN			0x80

static const char *const comparator_text[] = {"", "<", "<=", ">=", ">"};

/* Reads a stored value; see quantity.h. */
void
quantity_read(const void *payload, size_t length, QuantityView *view)
{
	const uint8 *p = payload;
	int			n = p[3] & ~SIGN;
	uint128		m = 0;

	for (int i = n; i-- > 0;)
		m = m << 8 | p[HEADER_SIZE + i];
	view->mantissa = p[3] & SIGN ? -(int128) m : (int128) m;
	view->scale = p[2];
	view->comparator = p[1] & FLAG_COMPARATOR;
	view->ucum = (p[1] & FLAG_NOT_UCUM) == 0;
	view->unit = (const char *) p + HEADER_SIZE + n;
	view->unit_length = length - HEADER_SIZE - n;
}

/* Makes a stored value; see quantity.h. */
struct varlena *
quantity_make(const QuantityView *view)
{
	uint128		m = view->mantissa < 0 ? -(uint128) view->mantissa : (uint128) view->mantissa;
	uint8		bytes[16];
	int			n = 0;
	size_t		size;
	struct varlena *result;
	uint8	   *p;

	for (; m != 0; m >>= 8)
		bytes[n++] = (uint8) m;
	size = VARHDRSZ + HEADER_SIZE + n + view->unit_length;
	result = palloc(size);
	SET_VARSIZE(result, size);
	p = (uint8 *) VARDATA(result);
	p[0] = QUANTITY_VERSION;
	p[1] = view->comparator | (view->ucum || view->unit_length == 0 ? 0 : FLAG_NOT_UCUM);
	p[2] = view->scale;
	p[3] = n | (view->mantissa < 0 ? SIGN : 0);
	memcpy(p + HEADER_SIZE, bytes, n);
	if (view->unit_length > 0)
		memcpy(p + HEADER_SIZE + n, view->unit, view->unit_length);
	return result;
}

/* Refuses a stored form. */
static bool
corrupt(PhmError *err, int64 position, const char *what)
{
	return phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, position,
					"invalid phm.quantity: %s", what);
}

/* Checks a payload; see quantity.h. */
bool
quantity_check(const void *payload, size_t length, PhmError *err)
{
	const uint8 *p = payload;
	UcumUnit	unit;
	int			n;
	const char *text;
	int			text_length;

	if (length < HEADER_SIZE)
		return corrupt(err, length, "the value is cut off");
	if (p[0] != QUANTITY_VERSION)
		return corrupt(err, 0, "unknown format version");
	if ((p[1] & FLAG_COMPARATOR) > QUANTITY_GREATER || (p[1] & ~(FLAG_COMPARATOR | FLAG_NOT_UCUM)))
		return corrupt(err, 1, "unknown flags");
	if (p[2] > DECIMAL_MAX_SCALE)
		return corrupt(err, 2, "the scale is too large");
	n = p[3] & ~SIGN;
	if (n > 16 || HEADER_SIZE + n > length)
		return corrupt(err, 3, "wrong length of the number");
	if (n > 0 ? p[HEADER_SIZE + n - 1] == 0 || (n == 16 && p[HEADER_SIZE + 15] > 0x7F) : p[3] != 0)
		return corrupt(err, 4, "the number is not in canonical form");
	text = (const char *) p + HEADER_SIZE + n;
	text_length = length - HEADER_SIZE - n;
	if (memchr(text, '\0', text_length) != NULL)
		return corrupt(err, HEADER_SIZE + n, "the unit has a zero byte");
	if (p[1] & FLAG_NOT_UCUM)
		return (text_length > 0 && text_length <= QUANTITY_MAX_UNIT) ||
			corrupt(err, HEADER_SIZE + n, "wrong length of the unit");
	return ucum_parse(text, text_length, &unit, err);
}

/* Reads a JSON number; see quantity.h. */
bool
quantity_parse_number(const char *s, int length, int128 *mantissa, uint8 *scale, bool *exact)
{
	Decimal		d;

	if (!decimal_parse(s, length, &d, exact, NULL))
		return false;
	*mantissa = d.mantissa;
	*scale = d.scale;
	return true;
}

int
quantity_print_number(int128 mantissa, uint8 scale, char *buffer)
{
	Decimal		d = {mantissa, scale};

	return decimal_print(&d, buffer);
}

/* Reads a FHIR comparator; see quantity.h. */
bool
quantity_parse_comparator(const char *s, int length, QuantityComparator *comparator)
{
	for (int i = QUANTITY_LESS; i <= QUANTITY_GREATER; i++)
		if (strlen(comparator_text[i]) == length && memcmp(comparator_text[i], s, length) == 0)
		{
			*comparator = (QuantityComparator) i;
			return true;
		}
	return false;
}

const char *
quantity_comparator_text(QuantityComparator comparator)
{
	return comparator_text[comparator];
}

/* Sets number and unit; see quantity.h. */
void
quantity_init(QuantityView *view, const Decimal *number, const char *unit, int unit_length)
{
	view->mantissa = number->mantissa;
	view->scale = number->scale;
	view->comparator = QUANTITY_EXACT;
	view->ucum = unit_length == 0 || ucum_valid(unit, unit_length);
	view->unit = unit;
	view->unit_length = unit_length;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reports what is wrong with the text form. */
static bool
fail_text(PhmError *err, int at, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, at,
			 "invalid phm.quantity: %s at position %d", what, at + 1);
	return phm_fail_hint(err, "A quantity is a number and a UCUM unit in single quotes, like 7.2 '%%'; "
						 "any other unit stands in double quotes.");
}

/* Reads a quoted unit from s[at] to the end of s. */
static bool
parse_unit(const char *s, int length, int at, QuantityView *view, PhmError *err)
{
	char		quote = s[at];
	char	   *copy = NULL;
	int			begin = ++at,
				n = 0,
				doubled = 0;
	UcumUnit	unit;

	for (; at < length && (s[at] != quote || (at + 1 < length && s[at + 1] == quote)); at++)
		if (s[at] == quote)
		{
			doubled++;
			at++;
		}
	if (at >= length)
		return fail_text(err, begin - 1, "a quote that is not closed");
	if (at + 1 < length)
		return fail_text(err, at + 1, "text after the unit");
	view->unit = s + begin;
	view->unit_length = at - begin - doubled;
	view->ucum = quote == '\'';
	if (view->unit_length == 0)
		return fail_text(err, begin, "an empty unit");
	if (doubled > 0)
	{
		copy = palloc(view->unit_length);
		for (int i = begin; i < at; i++)
		{
			copy[n++] = s[i];
			i += s[i] == quote;
		}
		view->unit = copy;
	}
	if (view->ucum)
	{
		if (ucum_parse(view->unit, view->unit_length, &unit, err))
			return true;
		return phm_fail_detail(err, "The unit begins at position %d of the quantity.", begin + 1);
	}
	if (view->unit_length > QUANTITY_MAX_UNIT)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, begin,
						"invalid phm.quantity: unit longer than %d bytes", QUANTITY_MAX_UNIT);
	return true;
}

/* Reads the text form; see quantity.h. */
bool
quantity_parse(const char *s, int length, QuantityView *view, PhmError *err)
{
	int			at = 0,
				n,
				position;
	Decimal		number;
	bool		exact;

	memset(view, 0, sizeof(*view));
	view->ucum = true;
	view->unit = s;
	while (length > 0 && is_space(s[length - 1]))
		length--;
	while (at < length && is_space(s[at]))
		at++;
	if (at < length && (s[at] == '<' || s[at] == '>'))
	{
		bool		or_equal = at + 1 < length && s[at + 1] == '=';

		view->comparator = s[at] == '<' ? (or_equal ? QUANTITY_LESS_OR_EQUAL : QUANTITY_LESS)
			: (or_equal ? QUANTITY_GREATER_OR_EQUAL : QUANTITY_GREATER);
		at += or_equal ? 2 : 1;
		while (at < length && is_space(s[at]))
			at++;
	}
	n = decimal_scan(s + at, length - at);
	if (!decimal_parse(s + at, n, &number, &exact, &position))
	{
		if (position >= 0)
			return fail_text(err, at + position, "a number is expected");
		phm_fail(err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, at, "phm.quantity out of range");
		return phm_fail_detail(err, "A number has at most 38 digits, and 30 of them after the decimal point.");
	}
	view->mantissa = number.mantissa;
	view->scale = number.scale;
	at += n;
	while (at < length && is_space(s[at]))
		at++;
	if (at == length)
		return true;
	if (s[at] != '\'' && s[at] != '"')
		return fail_text(err, at, "a quoted unit is expected");
	return parse_unit(s, length, at, view, err);
}

/* Appends the text form; see quantity.h. */
void
quantity_print(const QuantityView *view, StringInfo out)
{
	char		number[QUANTITY_NUMBER_SIZE];
	char		quote = view->ucum ? '\'' : '"';
	int			length;

	if (view->comparator != QUANTITY_EXACT)
	{
		appendStringInfoString(out, comparator_text[view->comparator]);
		appendStringInfoChar(out, ' ');
	}
	length = quantity_print_number(view->mantissa, view->scale, number);
	appendBinaryStringInfo(out, number, length);
	if (view->unit_length == 0)
		return;
	appendStringInfoChar(out, ' ');
	appendStringInfoChar(out, quote);
	for (int i = 0; i < view->unit_length; i++)
	{
		if (view->unit[i] == quote)
			appendStringInfoChar(out, quote);
		appendStringInfoChar(out, view->unit[i]);
	}
	appendStringInfoChar(out, quote);
}

/* Whether both units are written alike. */
static bool
same_unit(const QuantityView *a, const QuantityView *b)
{
	return a->unit_length == b->unit_length && a->ucum == b->ucum &&
		memcmp(a->unit, b->unit, a->unit_length) == 0;
}

/* Reads the units of both; false when one is not UCUM. */
static bool
read_units(const QuantityView *a, const QuantityView *b, UcumUnit *u, UcumUnit *v)
{
	return a->ucum && b->ucum && ucum_parse(a->unit, a->unit_length, u, NULL) &&
		ucum_parse(b->unit, b->unit_length, v, NULL);
}

/* Compares the numbers in their units; see quantity.h. */
UcumOrder
quantity_compare_magnitude(const QuantityView *a, const QuantityView *b)
{
	Decimal		x = quantity_number(a),
				y = quantity_number(b);
	UcumUnit	u,
				v;

	if (same_unit(a, b))
		return (UcumOrder) decimal_compare(&x, &y);
	return read_units(a, b, &u, &v) ? ucum_compare(&x, &u, &y, &v) : UCUM_UNKNOWN;
}

bool
quantity_commensurable(const QuantityView *a, const QuantityView *b)
{
	UcumUnit	u,
				v;

	return same_unit(a, b) || (read_units(a, b, &u, &v) && ucum_commensurable(&u, &v));
}

static bool
has_lower(const QuantityView *a)
{
	return a->comparator == QUANTITY_EXACT || a->comparator >= QUANTITY_GREATER_OR_EQUAL;
}

static bool
has_upper(const QuantityView *a)
{
	return a->comparator <= QUANTITY_LESS_OR_EQUAL;
}

/* Whether the bound itself is left out. */
static bool
is_open(const QuantityView *a)
{
	return a->comparator == QUANTITY_LESS || a->comparator == QUANTITY_GREATER;
}

/* Whether every value of a is below every value of b, given how their numbers compare. */
static bool
surely_less(const QuantityView *a, const QuantityView *b, int order, bool or_equal)
{
	return has_upper(a) && has_lower(b) &&
		(order < 0 || (order == 0 && (or_equal || is_open(a) || is_open(b))));
}

/* Three-valued: yes, no, or neither. */
static QuantityAnswer
answer(bool yes, bool no)
{
	return yes ? QUANTITY_TRUE : no ? QUANTITY_FALSE : QUANTITY_UNKNOWN;
}

/* Compares two quantities as the intervals they stand for; see quantity.h. */
QuantityAnswer
quantity_test(QuantityTest test, const QuantityView *a, const QuantityView *b)
{
	UcumOrder	order = quantity_compare_magnitude(a, b);

	if (order == UCUM_UNKNOWN)
		return QUANTITY_UNKNOWN;
	switch (test)
	{
		case QUANTITY_TEST_LESS:
			return answer(surely_less(a, b, order, false), surely_less(b, a, -order, true));
		case QUANTITY_TEST_LESS_OR_EQUAL:
			return answer(surely_less(a, b, order, true), surely_less(b, a, -order, false));
		case QUANTITY_TEST_GREATER:
			return answer(surely_less(b, a, -order, false), surely_less(a, b, order, true));
		case QUANTITY_TEST_GREATER_OR_EQUAL:
			return answer(surely_less(b, a, -order, true), surely_less(a, b, order, false));
		case QUANTITY_TEST_EQUAL:
			break;
	}
	return answer(order == 0 && a->comparator == QUANTITY_EXACT && b->comparator == QUANTITY_EXACT,
				  surely_less(a, b, order, false) || surely_less(b, a, -order, false));
}

/* Which of three it is, where that is certain. */
UcumOrder
quantity_compare(const QuantityView *a, const QuantityView *b)
{
	UcumOrder	order = quantity_compare_magnitude(a, b);

	if (order == UCUM_UNKNOWN)
		return UCUM_UNKNOWN;
	if (surely_less(a, b, order, false))
		return UCUM_LESS;
	if (surely_less(b, a, -order, false))
		return UCUM_GREATER;
	return order == 0 && a->comparator == QUANTITY_EXACT && b->comparator == QUANTITY_EXACT ?
		UCUM_EQUAL : UCUM_UNKNOWN;
}

/* Orders what is written alike, or compares equal: first what decides most. */
static int
sort_written(const QuantityView *a, const QuantityView *b)
{
	/* < 5 and <= 5 stand before 5, >= 5 and > 5 behind it. */
	static const int rank[] = {2, 0, 1, 3, 4};
	Decimal		x = quantity_number(a),
				y = quantity_number(b);
	int			cmp = memcmp(a->unit, b->unit, Min(a->unit_length, b->unit_length));

	if (cmp == 0)
		cmp = a->unit_length - b->unit_length;
	if (cmp == 0)
		cmp = decimal_compare(&x, &y);
	if (cmp == 0)
		cmp = rank[a->comparator] - rank[b->comparator];
	if (cmp == 0)
		cmp = a->scale - b->scale;
	return cmp < 0 ? -1 : cmp > 0;
}

/*
 * A total order: by dimension, magnitude, unit as written, number as written,
 * comparator, scale.  Units that are not UCUM come last.
 */
int
quantity_sort(const QuantityView *a, const QuantityView *b)
{
	UcumUnit	u,
				v;
	int			cmp = 0;

	if (same_unit(a, b))
		return sort_written(a, b);
	if (a->ucum != b->ucum)
		return a->ucum ? -1 : 1;
	if (a->ucum)
	{
		bool		good = ucum_parse(a->unit, a->unit_length, &u, NULL);
		bool		both = ucum_parse(b->unit, b->unit_length, &v, NULL);

		if (good != both)
			return good ? -1 : 1;
		if (good)
		{
			Decimal		x = quantity_number(a),
						y = quantity_number(b);

			cmp = ucum_sort(&x, &u, &y, &v);
		}
	}
	return cmp != 0 ? cmp : sort_written(a, b);
}
