/*
 * power.c (fuzz): powers by the machine's arithmetic, where it decides, are those that
 * decimals give.
 *
 * An input is pairs of 8 bytes: the digits and places of a base and of an exponent; each is
 * tried with many more pairs that follow from it.
 */
#include "phm_port.h"

#include "cql/number_math.c"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* A number of up to some digits from random bits: most have few digits, as rules write them. */
static Decimal
number_from(uint64 bits, int digits)
{
	Decimal		d = {(int64) ((bits >> 16) % (uint64) number_power(1 + (int) (bits & 0xFF) % digits)), (int) (bits >> 8 & 0xFF) % 9};

	return d;
}

/* Compares both ways for a base and an exponent. */
static void
compare(Decimal base, Decimal exponent)
{
	Decimal		whole = exponent;
	CqlValue	quick;
	CqlValue	exact;

	decimal_trim(&base, 0);
	decimal_trim(&exponent, 0);
	if (!quick_power(base, exponent, &quick))
		return;
	exact = exact_power(NULL, base, exponent);
	if (exact.kind != CQL_DECIMAL || exact.i != quick.i || exact.n != quick.n || exact.flag != quick.flag)
		abort();
	if (exponent.scale > 0 || exponent.mantissa < MANY_FACTORS || base.scale <= CQL_MAX_SCALE / MANY_FACTORS)
		return;
	if (!whole_power(base, (uint64) exponent.mantissa, &whole))
		abort();
	exact = cql_make_decimal(NULL, whole);
	if (exact.kind != CQL_DECIMAL || exact.i != quick.i || exact.n != quick.n || exact.flag != quick.flag)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	for (size_t at = 0; at + 16 <= size && at < 1024; at += 16)
	{
		uint64		base;
		uint64		exponent;

		memcpy(&base, data + at, 8);
		memcpy(&exponent, data + at + 8, 8);
		for (int i = 0; i < 8; i++)
		{
			Decimal		e = number_from(exponent, 6);

			compare(number_from(base, 10), e);
			e.mantissa = -e.mantissa;
			compare(number_from(base, 10), e);
			base = base * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
			exponent = exponent * UINT64CONST(6364136223846793005) + base;
			exponent ^= exponent >> 29;
			base ^= base >> 31;
		}
	}
	shim_reset();
	return 0;
}
