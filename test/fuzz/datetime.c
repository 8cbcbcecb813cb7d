/*
 * datetime.c (fuzz): the text is read, printed and read again; the bytes are
 * also taken as bits of two values, an amount and a unit, on which the laws of
 * comparison and arithmetic are checked.
 */
#include "phm_port.h"
#include "types/datetime.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* Asserts stay on whatever the build says. */
#define CHECK(c) do { if (!(c)) abort(); } while (0)

/* What is printed reads back as the same value and is called exact. */
static void
check_value(PhmDateTime v)
{
	char		text[DATETIME_MAX_TEXT];
	int			length = datetime_print(v, text);
	PhmDateTime again;
	bool		exact;
	PhmError	err = {0};

	CHECK(datetime_is_canonical(v));
	CHECK(length <= DATETIME_MAX_TEXT);
	CHECK(datetime_parse(text, length, &again, &exact, &err));
	CHECK(again == v && exact);
	CHECK(datetime_earliest(v) <= datetime_latest(v));
	CHECK(datetime_first_day(v) <= datetime_last_day(v));
	CHECK(datetime_compare(v, v, DATETIME_UNIT_FINEST, 0) == 0);
	CHECK(datetime_is_canonical(datetime_as_millisecond(v)));
}

/* A text that is taken prints back identically exactly when it is called exact. */
static void
check_text(const char *s, int length)
{
	char		text[DATETIME_MAX_TEXT];
	int			printed;
	PhmDateTime v;
	bool		exact;
	PhmError	err = {0};

	if (!datetime_parse(s, length, &v, &exact, &err))
	{
		CHECK(err.sqlstate != 0 && err.message[0] != '\0' && err.position <= length);
		return;
	}
	check_value(v);
	printed = datetime_print(v, text);
	CHECK(exact == (printed == length && memcmp(s, text, length) == 0));
}

/* A canonical value made of arbitrary bits. */
static PhmDateTime
value_of_bits(uint64 bits)
{
	static const int64 first = INT64CONST(-63082281600000);	/* 0001-01-01 */
	static const int64 span = INT64CONST(315537897600000);	/* to 10000-01-01 */
	int			zone = (int) (bits % 1684);
	PhmDateTime v;
	PhmError	err = {0};

	CHECK(datetime_from_local_ms(first + (int64) ((bits >> 13) % (uint64) span),
								 (DateTimePrecision) ((bits >> 3) % 10), zone, &v, &err));
	return v;
}

/* Both ways round, comparison and counting say the same. */
static void
check_pair(PhmDateTime a, PhmDateTime b, DateTimeUnit unit, int offset)
{
	int			order = datetime_compare(a, b, unit, offset);
	int			reverse = datetime_compare(b, a, unit, offset);
	int64		low;
	int64		high;
	int64		low_back;
	int64		high_back;

	CHECK(order == DATETIME_UNCERTAIN ? reverse == order : reverse == -order);
	if (unit == DATETIME_UNIT_FINEST)
		return;
	datetime_duration(a, b, unit, offset, &low, &high);
	datetime_duration(b, a, unit, offset, &low_back, &high_back);
	CHECK(low <= high && low == -high_back && high == -low_back);
	datetime_difference(a, b, unit, offset, &low, &high);
	datetime_difference(b, a, unit, offset, &low_back, &high_back);
	CHECK(low <= high && low == -high_back && high == -low_back);
	if (order == -1)
		CHECK(low > 0);
	if (order == 1)
		CHECK(high < 0);
	if (order == 0)
		CHECK(low == 0 && high == 0);
}

/* What is added is what lies between, wherever the value has that unit. */
static void
check_sum(PhmDateTime v, int64 amount, DateTimeUnit unit)
{
	DateTimePrecision precision = datetime_precision(v);
	PhmDateTime sum;
	int64		low;
	int64		high;
	PhmError	err = {0};

	if (!datetime_add(v, amount, unit, &sum, &err))
	{
		CHECK(err.sqlstate != 0);
		return;
	}
	check_value(sum);
	CHECK(amount >= 0 ? sum >= v : sum <= v);
	if (amount < 0 || precision < DATETIME_DAY ||
		(unit != DATETIME_UNIT_WEEK && unit != DATETIME_UNIT_MILLISECOND && (int) unit > (int) precision) ||
		(unit == DATETIME_UNIT_MILLISECOND && precision <= DATETIME_SECOND))
		return;
	datetime_duration(v, sum, unit, 0, &low, &high);
	CHECK(low == amount && high == amount);
}

/* Taking apart and putting together is nothing. */
static void
check_parts(PhmDateTime v)
{
	DateTimeParts parts;
	PhmDateTime again;
	PhmError	err = {0};

	datetime_parts(v, &parts);
	CHECK(datetime_from_components(&parts, datetime_precision(v), datetime_zone(v), &again, &err));
	CHECK(again == v);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	check_text((const char *) data, (int) Min(size, 1000));
	if (size >= 26)
	{
		uint64		bits = phm_get_u64(data);
		PhmDateTime a = value_of_bits(bits);
		PhmDateTime b = value_of_bits(phm_get_u64(data + 8));
		int64		amount = (int64) phm_get_u64(data + 16) >> (data[24] >> 2);
		int			offset = (data[25] % 113 - 56) * 15;

		if (datetime_is_canonical((PhmDateTime) bits))
			check_value((PhmDateTime) bits);
		check_value(a);
		check_value(b);
		check_parts(a);
		check_pair(a, b, (DateTimeUnit) (data[24] % 9), offset);
		check_sum(a, amount, (DateTimeUnit) (data[24] % 8));
	}
	shim_reset();
	return 0;
}
