/*
 * convert.c: conversions between the types of CQL.
 *
 * One function converts to every type (cql_convert); To..., ConvertsTo... and
 * Convert are that function.  What cannot be converted is null.  Primitives of
 * FHIR may stand where a library is loosely typed; their value is taken.
 */
#include "types/bytes.h"
#include "cql/number.h"
#include "cql/operator_function.h"

#define PRINTED_SIZE 64			/* of a number or moment */

/* The System value of a primitive of FHIR; other values as they are. */
CqlValue
cql_unwrap(CqlExec *x, CqlValue v)
{
	if (v.kind != CQL_ELEMENT)
		return v;
	if (v.type == 0 || v.type > fhir_type_count || fhir_types[v.type].kind != FHIR_PRIMITIVE)
		return v;
	return cql_property(x, v, "value", 5);
}

/* ---- printing ---- */

/* Writes hh:mm:ss.fff as far as the precision goes. */
static int
print_time(CqlValue v, char *buffer)
{
	DateTimePrecision precision = cql_time_precision(v);
	int			ms = cql_time_ms(v);
	int			length = snprintf(buffer, PRINTED_SIZE, "%02d:%02d:%02d.%03d", ms / 3600000, ms / 60000 % 60,
								  ms / 1000 % 60, ms % 1000);

	return precision <= DATETIME_SECOND ? 2 + 3 * (precision - DATETIME_HOUR) : length;
}

/* Writes a DateTime; the evaluation's own offset is left out, as it was not written. */
static int
print_datetime(CqlExec *x, CqlValue v, char *buffer)
{
	int			length = datetime_print(v.i, buffer);
	int			zone = datetime_zone(v.i);

	if (zone == DATETIME_ZONE_NONE || datetime_precision(v.i) < DATETIME_HOUR)
		return length;
	length -= zone == DATETIME_ZONE_Z ? 1 : 6;
	if (zone == DATETIME_ZONE_BIAS + cql_offset(x))
		return length;
	if (zone <= DATETIME_ZONE_UNKNOWN)
	{
		memcpy(buffer + length, "+00:00", 6);
		return length + 6;
	}
	return length + 6;
}

/* Writes a Decimal, with at least one place. */
static int
print_decimal(CqlValue v, char *buffer)
{
	Decimal		d = cql_number(v);
	int			length = decimal_print(&d, buffer);

	if (d.scale == 0)
	{
		memcpy(buffer + length, ".0", 2);
		length += 2;
	}
	return length;
}

/* Writes a value that is no longer than PRINTED_SIZE; -1 when it is of no such type. */
static int
print_short(CqlExec *x, CqlValue v, char *buffer)
{
	switch (v.kind)
	{
		case CQL_BOOLEAN:
			return snprintf(buffer, PRINTED_SIZE, v.i ? "true" : "false");
		case CQL_INTEGER:
		case CQL_LONG:
			return snprintf(buffer, PRINTED_SIZE, "%lld", (long long) v.i);
		case CQL_DECIMAL:
			return print_decimal(v, buffer);
		case CQL_DATE:
			return datetime_print(v.i, buffer);
		case CQL_DATETIME:
			return print_datetime(x, v, buffer);
		case CQL_TIME:
			return print_time(v, buffer);
		default:
			return -1;
	}
}

/* Appends a quantity: 5.5 'cm'. */
static void
print_quantity(const CqlQuantity *q, StringInfo out)
{
	char		buffer[DECIMAL_NUMBER_SIZE];

	appendBinaryStringInfo(out, buffer, decimal_print(&q->value, buffer));
	appendStringInfoString(out, " '");
	if (q->unit_length > 0)
		appendBinaryStringInfo(out, q->unit, q->unit_length);
	else
		appendStringInfoChar(out, '1');
	appendStringInfoChar(out, '\'');
}

/* The text of ToString; see exec.h. */
bool
cql_print(CqlExec *x, CqlValue v, StringInfo out)
{
	char		buffer[PRINTED_SIZE];
	int			length;

	v = cql_unwrap(x, v);
	switch (v.kind)
	{
		case CQL_STRING:
			if (v.n > 0)
				appendBinaryStringInfo(out, v.s, (int) v.n);
			return true;
		case CQL_QUANTITY:
			print_quantity(v.quantity, out);
			return true;
		case CQL_RATIO:
			print_quantity(&v.ratio->numerator, out);
			appendStringInfoChar(out, ':');
			print_quantity(&v.ratio->denominator, out);
			return true;
		default:
			length = print_short(x, v, buffer);
			if (length < 0)
				return false;
			appendBinaryStringInfo(out, buffer, length);
			return true;
	}
}

/* ToString. */
static CqlValue
to_string(CqlExec *x, CqlValue v)
{
	char		buffer[PRINTED_SIZE];
	int			length = print_short(x, v, buffer);
	StringInfoData out;
	CqlValue	result;

	if (length >= 0)
		return cql_make_string(x, buffer, length);
	if (v.kind != CQL_QUANTITY && v.kind != CQL_RATIO)
		return cql_null();
	initStringInfo(&out);
	cql_print(x, v, &out);
	result = cql_make_string(x, out.data, out.len);
	pfree(out.data);
	return result;
}

/* ---- numbers ---- */

/* The length of a number at the beginning of s: sign, digits, and a fraction where allowed; 0 for none. */
static int
scan_number(const char *s, int length, bool fraction)
{
	int			i = length > 0 && (s[0] == '+' || s[0] == '-') ? 1 : 0;
	int			first = i;

	for (; i < length && s[i] >= '0' && s[i] <= '9'; i++)
		if (BYTES_LOOK(i))
			CHECK_FOR_INTERRUPTS();
	if (i == first)
		return 0;
	if (fraction && i + 1 < length && s[i] == '.' && s[i + 1] >= '0' && s[i + 1] <= '9')
		for (i++; i < length && s[i] >= '0' && s[i] <= '9'; i++)
			if (BYTES_LOOK(i))
				CHECK_FOR_INTERRUPTS();
	return i;
}

#define LONGEST_NUMBER 256		/* bytes; reading more would take long */

/* Reads a number of CQL's form: no exponent, digits on both sides of the point. */
static bool
read_decimal(const char *s, int length, Decimal *d)
{
	bool		exact;
	int			position;

	if (length == 0 || length > LONGEST_NUMBER || scan_number(s, length, true) != length)
		return false;
	if (s[0] == '+')
	{
		s++;
		length--;
	}
	return decimal_parse(s, length, d, &exact, &position);
}

/* Reads a whole number; false when it is none or does not fit. */
static bool
read_whole(const char *s, int length, int64 *result)
{
	bool		negative = length > 0 && s[0] == '-';
	int64		v = 0;

	if (length == 0 || scan_number(s, length, false) != length)
		return false;
	for (int i = s[0] == '-' || s[0] == '+'; i < length; i++)
	{
		if (BYTES_LOOK(i))
			CHECK_FOR_INTERRUPTS();
		if (__builtin_mul_overflow(v, (int64) 10, &v) ||
			__builtin_add_overflow(v, (int64) (negative ? '0' - s[i] : s[i] - '0'), &v))
			return false;
	}
	*result = v;
	return true;
}

/* ToInteger and ToLong. */
static CqlValue
to_whole(CqlValue v, bool wide)
{
	int64		i;

	switch (v.kind)
	{
		case CQL_BOOLEAN:
		case CQL_INTEGER:
		case CQL_LONG:
			return whole_number(v.i, wide);
		case CQL_STRING:
			return read_whole(v.s, (int) v.n, &i) ? whole_number(i, wide) : cql_null();
		default:
			return cql_null();
	}
}

/* ToDecimal. */
static CqlValue
to_decimal(CqlExec *x, CqlValue v)
{
	Decimal		d;

	if (v.kind == CQL_BOOLEAN)
		return cql_decimal(v.i, 0);
	if (v.kind == CQL_STRING ? !read_decimal(v.s, (int) v.n, &d) : !cql_to_number(v, &d))
		return cql_null();
	return cql_make_decimal(x, d);
}

/* Whether a text is one of some words, in letters of either case. */
static bool
is_word(CqlValue v, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
	{
		uint32		j = 0;

		while (j < v.n && words[i][j] != '\0' &&
			   (v.s[j] >= 'A' && v.s[j] <= 'Z' ? v.s[j] + 32 : v.s[j]) == words[i][j])
			j++;
		if (j == v.n && words[i][j] == '\0')
			return true;
	}
	return false;
}

/* ToBoolean. */
static CqlValue
to_boolean(CqlValue v)
{
	static const char *const yes[] = {"true", "t", "yes", "y", "1"};
	static const char *const no[] = {"false", "f", "no", "n", "0"};
	Decimal		d;

	if (v.kind == CQL_STRING)
	{
		if (is_word(v, yes, lengthof(yes)))
			return cql_boolean(true);
		return is_word(v, no, lengthof(no)) ? cql_boolean(false) : cql_null();
	}
	if (!cql_to_number(v, &d))
		return cql_null();
	decimal_trim(&d, 0);
	return d.scale == 0 && (d.mantissa == 0 || d.mantissa == 1) ? cql_boolean(d.mantissa == 1) : cql_null();
}

/* ---- moments ---- */

/* ToDate: of a DateTime its date, as it is written. */
static CqlValue
to_date(CqlValue v)
{
	PhmDateTime result;
	bool		exact;

	if (v.kind == CQL_DATETIME)
		return cql_date(datetime_truncate(v.i, DATETIME_DAY));
	if (v.kind == CQL_STRING && v.n <= 10 && datetime_parse(v.s, (int) v.n, &result, &exact, NULL))
		return cql_date(result);
	return cql_null();
}

/* ToDateTime: a text may end with the T that CQL writes after a date. */
static CqlValue
to_datetime(CqlExec *x, CqlValue v)
{
	PhmDateTime result;
	bool		exact;

	if (v.kind == CQL_DATE)
		return cql_datetime(v.i);
	if (v.kind != CQL_STRING)
		return cql_null();
	if (v.n >= 5 && v.n <= 11 && v.s[v.n - 1] == 'T')
		v.n--;
	return datetime_parse(v.s, (int) v.n, &result, &exact, NULL) ? cql_normal_datetime(x, result) : cql_null();
}

/* Two digits below a limit at s; -1 when they are not there. */
static int
read_two(const char *s, const char *end, int limit)
{
	int			v;

	if (end - s < 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	v = (s[0] - '0') * 10 + s[1] - '0';
	return v < limit ? v : -1;
}

/* ToTime: hh:mm:ss.fff or a part of it, with or without T before; a zone behind it is read over. */
static CqlValue
to_time(CqlValue v)
{
	static const int limit[] = {24, 60, 60};
	static const int unit[] = {3600000, 60000, 1000};
	const char *s = v.s,
			   *end = s + v.n;
	int			ms = 0,
				zone,
				part = 0;

	if (v.kind != CQL_STRING)
		return cql_null();
	if (s < end && *s == 'T')
		s++;
	do
	{
		int			two = read_two(s, end, limit[part]);

		if (two < 0)
			return cql_null();
		ms += two * unit[part++];
		s += 2;
	} while (part < 3 && s < end && *s == ':' && s++);
	if (part == 3 && s < end && *s == '.')
	{
		int			place = 100;

		for (s++; s < end && *s >= '0' && *s <= '9'; s++, place /= 10)
			ms += (*s - '0') * place;
		if (place == 100)
			return cql_null();
		part = DATETIME_MILLISECOND - DATETIME_HOUR + 1;
	}
	if (s < end && !datetime_zone_parse(s, (int) (end - s), &zone, NULL))
		return cql_null();
	return cql_time(ms, (DateTimePrecision) (DATETIME_HOUR + part - 1));
}

/* ---- quantities ---- */

/* Reads 5, 5.5 'cm', 3 days; false when it is no quantity. */
static bool
read_quantity(const char *s, int length, CqlQuantity *q)
{
	int			n = scan_number(s, length, true);
	UcumUnit	unit;

	if (n == 0 || !read_decimal(s, n, &q->value) || !cql_fit_decimal(&q->value))
		return false;
	for (; n < length && s[n] == ' '; n++)
		if (BYTES_LOOK(n))
			CHECK_FOR_INTERRUPTS();
	s += n;
	length -= n;
	q->unit = "1";
	q->unit_length = 1;
	if (length == 0)
		return true;
	q->unit = s;
	q->unit_length = length;
	if (length < 2 || s[0] != '\'' || s[length - 1] != '\'')
		return ucum_calendar_unit(s, length, NULL, NULL) != UCUM_NOT_CALENDAR;
	q->unit++;
	q->unit_length -= 2;
	return number_unit(q->unit, q->unit_length, &unit);
}

/* ToQuantity: of a Ratio the quotient. */
static CqlValue
to_quantity(CqlExec *x, const CqlNode *n, CqlValue v)
{
	CqlQuantity q;

	if (v.kind == CQL_RATIO)
		return cql_divide(x, n, (CqlValue) {.kind = CQL_QUANTITY,.quantity = &v.ratio->numerator},
						  (CqlValue) {.kind = CQL_QUANTITY,.quantity = &v.ratio->denominator});
	if (v.kind == CQL_STRING ? !read_quantity(v.s, (int) v.n, &q) : !number_as_quantity(v, &q))
		return cql_null();
	return cql_make_quantity(x, q.value, q.unit, q.unit_length);
}

/* ToRatio: two quantities with a colon between; quotes may hold one, too. */
static CqlValue
to_ratio(CqlExec *x, CqlValue v)
{
	CqlRatio	ratio,
			   *result;
	bool		quoted = false;

	if (v.kind != CQL_STRING)
		return cql_null();
	for (uint32 i = 0; i < v.n; i++)
	{
		if (BYTES_LOOK(i))
			CHECK_FOR_INTERRUPTS();
		if (v.s[i] == '\'')
			quoted = !quoted;
		if (v.s[i] != ':' || quoted)
			continue;
		if (!read_quantity(v.s, (int) i, &ratio.numerator) ||
			!read_quantity(v.s + i + 1, (int) (v.n - i - 1), &ratio.denominator))
			return cql_null();
		result = cql_alloc(x, sizeof(CqlRatio));
		*result = ratio;
		return (CqlValue) {.kind = CQL_RATIO,.ratio = result};
	}
	return cql_null();
}

/* ToConcept: a Code's display becomes the Concept's. */
static CqlValue
to_concept(CqlExec *x, CqlValue v)
{
	const CqlConcept *concept;

	if (v.kind == CQL_CODE)
		return cql_make_concept(x, v.code, 1, v.code->display, v.code->display_length);
	concept = v.kind == CQL_LIST ? cql_concept_of(x, v) : NULL;
	return concept ? (CqlValue) {.kind = CQL_CONCEPT,.concept = concept} : cql_null();
}

/* ---- the one conversion ---- */

/* Converts the bounds of an uncertain number. */
static CqlValue
convert_uncertain(CqlExec *x, const CqlNode *n, CqlValue v, CqlKind kind)
{
	CqlValue	low = cql_convert(x, n, v.interval->low, kind);
	CqlValue	high = cql_convert(x, n, v.interval->high, kind);

	if (cql_is_null(low) || cql_is_null(high))
		return cql_null();
	v = cql_make_interval(x, low, high, true, true);
	v.flag = CQL_UNCERTAIN;
	return v;
}

/* The value as one of another type; null when that is impossible. */
CqlValue
cql_convert(CqlExec *x, const CqlNode *n, CqlValue v, CqlKind kind)
{
	v = cql_unwrap(x, v);
	if (v.kind == (uint8) kind || cql_is_null(v))
		return v;
	if (is_uncertain(v) && (kind == CQL_INTEGER || kind == CQL_LONG || kind == CQL_DECIMAL))
		return convert_uncertain(x, n, v, kind);
	switch (kind)
	{
		case CQL_BOOLEAN:
			return to_boolean(v);
		case CQL_INTEGER:
			return to_whole(v, false);
		case CQL_LONG:
			return to_whole(v, true);
		case CQL_DECIMAL:
			return to_decimal(x, v);
		case CQL_STRING:
			return to_string(x, v);
		case CQL_DATE:
			return to_date(v);
		case CQL_DATETIME:
			return to_datetime(x, v);
		case CQL_TIME:
			return to_time(v);
		case CQL_QUANTITY:
			return to_quantity(x, n, v);
		case CQL_RATIO:
			return to_ratio(x, v);
		case CQL_CONCEPT:
			return to_concept(x, v);
		default:
			return cql_null();
	}
}
