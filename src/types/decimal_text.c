/*
 * decimal_text.c: reading and printing decimals, without allocation.
 */
#include "types/decimal.h"

/* How many bytes from s on look like one number. */
int
decimal_scan(const char *s, int length)
{
	int			i = 0;

	while (i < length && (s[i] == '+' || s[i] == '-' || s[i] == '.' ||
						  (s[i] >= '0' && s[i] <= '9') ||
						  ((s[i] == 'e' || s[i] == 'E') && i > 0)))
		i++;
	return i;
}

/* Reads digits at *at, appending them to m up to the limit; zeros beyond it are counted in *dropped. */
static bool
parse_digits(const char *s, int length, int *at, uint128 *m, int *dropped, bool *fits)
{
	int			begin = *at;

	for (; *at < length && s[*at] >= '0' && s[*at] <= '9'; (*at)++)
	{
		int			digit = s[*at] - '0';

		if (*dropped == 0 && *m <= (DECIMAL_MANTISSA_MAX - digit) / 10)
			*m = *m * 10 + digit;
		else if (digit == 0)
			(*dropped)++;
		else
			*fits = false;
	}
	return *at > begin;
}

/* Reads an exponent at *at; it is cut at a million, which fits nothing. */
static bool
parse_exponent(const char *s, int length, int *at, int *exponent)
{
	bool		negative = false;
	int			begin;

	(*at)++;
	if (*at < length && (s[*at] == '+' || s[*at] == '-'))
		negative = s[(*at)++] == '-';
	begin = *at;
	*exponent = 0;
	for (; *at < length && s[*at] >= '0' && s[*at] <= '9'; (*at)++)
		*exponent = Min(*exponent * 10 + (s[*at] - '0'), 1000000);
	if (negative)
		*exponent = -*exponent;
	return *at > begin;
}

/* Brings mantissa and scale into range by moving zeros; false when it does not fit. */
static bool
parse_fit(uint128 m, int scale, bool negative, Decimal *result)
{
	for (; scale > DECIMAL_MAX_SCALE && m % 10 == 0 && m != 0; scale--)
		m /= 10;
	if (m == 0)
		scale = Min(Max(scale, 0), DECIMAL_MAX_SCALE);
	for (; scale < 0; scale++)
	{
		if (m > DECIMAL_MANTISSA_MAX / 10)
			return false;
		m *= 10;
	}
	result->mantissa = negative ? -(int128) m : (int128) m;
	result->scale = scale;
	return scale <= DECIMAL_MAX_SCALE;
}

/* Reads a number; see decimal.h. */
bool
decimal_parse(const char *s, int length, Decimal *result, bool *exact, int *position)
{
	bool		negative = false,
				fits = true,
				plain;
	uint128		m = 0;
	int			at = 0,
				first,
				dropped = 0,
				fraction = 0,
				exponent = 0;

	plain = length > 0 && s[0] != '+';
	if (at < length && (s[at] == '-' || s[at] == '+'))
		negative = s[at++] == '-';
	first = at;
	if (!parse_digits(s, length, &at, &m, &dropped, &fits))
		goto malformed;
	if (s[first] == '0' && at - first > 1)
		plain = false;
	if (at < length && s[at] == '.')
	{
		first = ++at;
		if (!parse_digits(s, length, &at, &m, &dropped, &fits))
			goto malformed;
		fraction = at - first;
	}
	if (at < length && (s[at] == 'e' || s[at] == 'E'))
	{
		plain = false;
		if (!parse_exponent(s, length, &at, &exponent))
			goto malformed;
	}
	if (at != length)
		goto malformed;
	if (position)
		*position = -1;
	if (!fits || !parse_fit(m, fraction - dropped - exponent, negative, result))
		return false;
	*exact = plain && !(negative && m == 0) && result->scale == fraction;
	return true;

malformed:
	if (position)
		*position = at;
	return false;
}

/* Writes the plain form; see decimal.h. */
int
decimal_print(const Decimal *value, char *buffer)
{
	char		reversed[DECIMAL_NUMBER_SIZE];
	uint128		m = decimal_magnitude(value->mantissa);
	int			n = 0,
				length = 0;

	while (m >> 64 != 0)
	{
		reversed[n++] = '0' + (int) (m % 10);
		m /= 10;
	}
	for (uint64 low = (uint64) m; low != 0; low /= 10)
		reversed[n++] = '0' + (int) (low % 10);
	while (n <= value->scale)
		reversed[n++] = '0';
	if (value->mantissa < 0)
		buffer[length++] = '-';
	while (n > 0)
	{
		if (n == value->scale)
			buffer[length++] = '.';
		buffer[length++] = reversed[--n];
	}
	buffer[length] = '\0';
	return length;
}
