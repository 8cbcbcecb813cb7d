/*
 * ucum.c: two unit expressions and a number, one a line.  Whatever reads has a
 * dimension that reads, compares and converts consistently, and can be
 * combined into expressions that read.
 */
#include "phm_port.h"
#include "types/ucum.h"

/* Splits off a line. */
static const char *
next_line(const char **s, const char *end, int *length)
{
	const char *begin = *s,
			   *stop = memchr(begin, '\n', end - begin);

	if (stop == NULL)
		stop = end;
	*length = stop - begin;
	*s = stop < end ? stop + 1 : end;
	return begin;
}

/* What holds for one unit. */
static void
check_unit(const UcumUnit *unit)
{
	char		text[UCUM_DIMENSION_SIZE];
	UcumUnit	base;
	int			length = ucum_dimension(unit, text);
	PhmError	err = {0};

	assert(unit->factor >= 1e-300 && unit->factor <= 1e300);
	assert(ucum_parse(text, length, &base, &err));
	assert(ucum_commensurable(unit, &base) && ucum_commensurable(&base, unit));
	assert(unit->ratio.numerator > 0 && unit->ratio.denominator > 0);
}

/* What holds for a value in two units. */
static void
check_value(const Decimal *value, const UcumUnit *u, const UcumUnit *v)
{
	Decimal		there,
				back;
	bool		exact,
				exact_back;
	UcumOrder	order = ucum_compare(value, u, value, v);
	char		text[DECIMAL_NUMBER_SIZE];

	assert(ucum_compare(value, u, value, u) == UCUM_EQUAL);
	assert(ucum_sort(value, u, value, v) == -ucum_sort(value, v, value, u));
	assert(order == UCUM_UNKNOWN ? ucum_compare(value, v, value, u) == UCUM_UNKNOWN
		   : ucum_compare(value, v, value, u) == (UcumOrder) -(int) order);
	if (ucum_convert(value, u, v, &there, &exact) != UCUM_OK)
		return;
	assert(there.scale >= 0 && there.scale <= DECIMAL_MAX_SCALE);
	assert(decimal_print(&there, text) < DECIMAL_NUMBER_SIZE);
	if (exact && ucum_comparable(u, v))
	{
		assert(ucum_compare(value, u, &there, v) == UCUM_EQUAL);
		if (ucum_convert(&there, v, u, &back, &exact_back) == UCUM_OK && exact_back)
			assert(decimal_compare(value, &back) == 0);
	}
}

/* CQL's calendar units: all of them, and which are equal to a UCUM unit. */
static void
check_calendar(void)
{
	static const char *const name[] = {"", "year", "month", "week", "day", "hour", "minute", "second", "millisecond"};
	static const char *const code[] = {"", "a", "mo", "wk", "d", "h", "min", "s", "ms"};
	const char *found;
	bool		equal;
	char		plural[16];
	UcumUnit	unit;

	for (int i = UCUM_YEAR; i <= UCUM_MILLISECOND; i++)
	{
		int			n = snprintf(plural, sizeof(plural), "%ss", name[i]);

		assert(ucum_calendar_unit(name[i], n - 1, &found, &equal) == (UcumCalendar) i);
		assert(strcmp(found, code[i]) == 0 && equal == (i >= UCUM_WEEK));
		assert(ucum_calendar_unit(plural, n, NULL, NULL) == (UcumCalendar) i);
		assert(ucum_calendar_unit(plural, n - 2, NULL, NULL) == UCUM_NOT_CALENDAR);
		assert(ucum_parse(found, strlen(found), &unit, NULL) && unit.dimension[1] == 1);
	}
	assert(ucum_calendar_unit("yearly", 6, NULL, NULL) == UCUM_NOT_CALENDAR);
	assert(ucum_calendar_unit("", 0, NULL, NULL) == UCUM_NOT_CALENDAR);
}

int			LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *s = (const char *) data,
			   *end = s + size;
	int			a_length,
				b_length,
				n_length,
				length,
				position;
	const char *a = next_line(&s, end, &a_length);
	const char *b = next_line(&s, end, &b_length);
	const char *n = next_line(&s, end, &n_length);
	PhmError	err = {0};
	UcumUnit	u,
				v,
				w;
	Decimal		value = {1, 0};
	bool		exact;
	char		buffer[UCUM_MAX_LENGTH];
	static bool calendar_checked;

	if (!calendar_checked)
		check_calendar();
	calendar_checked = true;
	if (!ucum_parse(a, a_length, &u, &err))
		assert(err.sqlstate != 0 && err.message[0] != '\0');
	else if (!ucum_parse(b, b_length, &v, NULL))
		check_unit(&u);
	else
	{
		check_unit(&v);
		if (!decimal_parse(n, n_length, &value, &exact, &position))
			value = (Decimal) {1, 0};
		check_value(&value, &u, &v);
		if (!u.special && !v.special && ucum_product(a, a_length, b, b_length, buffer, sizeof(buffer), &length))
			assert(ucum_parse(buffer, length, &w, &err) || err.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE);
		memset(&err, 0, sizeof(err));
		if (!u.special && !v.special && ucum_quotient(a, a_length, b, b_length, buffer, sizeof(buffer), &length))
			assert(ucum_parse(buffer, length, &w, &err) || err.sqlstate == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE ||
				   err.sqlstate == ERRCODE_PROGRAM_LIMIT_EXCEEDED);
	}
	ucum_calendar_unit(a, a_length, NULL, NULL);
	shim_reset();
	return 0;
}
