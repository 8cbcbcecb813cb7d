/*
 * primitive.c: which texts and numbers the FHIR primitives take.  Relies on
 * the dictionary alone; allocates nothing.
 */
#include "types/primitive.h"

static inline bool
is_digit(const char *s, int length, int i)
{
	return i < length && s[i] >= '0' && s[i] <= '9';
}

/* Index behind the digits at i; -1 when there is none. */
static int
skip_digits(const char *s, int length, int i)
{
	if (!is_digit(s, length, i))
		return -1;
	while (is_digit(s, length, i))
		i++;
	return i;
}

bool
primitive_is_number(const char *s, int length)
{
	int			i = length > 0 && s[0] == '-' ? 1 : 0;

	if (length > PRIMITIVE_MAX_NUMBER)
		return false;
	i = i < length && s[i] == '0' ? i + 1 : skip_digits(s, length, i);
	if (i > 0 && i < length && s[i] == '.')
		i = skip_digits(s, length, i + 1);
	if (i > 0 && i < length && (s[i] == 'e' || s[i] == 'E'))
	{
		i++;
		if (i < length && (s[i] == '+' || s[i] == '-'))
			i++;
		i = skip_digits(s, length, i);
	}
	return i == length && length > 0;
}

bool
primitive_is_integer(const char *s, int length)
{
	bool		negative = length > 0 && s[0] == '-';
	int64		v = 0;

	if (!primitive_is_number(s, length) || length > 11)
		return false;
	for (int i = negative ? 1 : 0; i < length; i++)
	{
		if (!is_digit(s, length, i))
			return false;
		v = v * 10 + (s[i] - '0');
	}
	return v <= (negative ? INT64CONST(2147483648) : INT64CONST(2147483647)) &&
		!(negative && v == 0);
}

bool
primitive_is_time(const char *s, int length)
{
	static const char highest[] = "29:59:59";

	if (length < 8 || length == 9 || (length > 8 && s[8] != '.'))
		return false;
	for (int i = 0; i < length; i++)
	{
		char		limit = i < 8 ? highest[i] : '9';

		if (i == 8)
			continue;
		if (limit == ':' ? s[i] != ':' : (s[i] < '0' || s[i] > limit))
			return false;
	}
	return s[0] < '2' || s[1] < '4';
}

bool
primitive_keeps_text(FhirElement element, FhirType resource, const char *s, int length)
{
	static const char *const names[] = {"lastUpdated", "created", "issued"};

	if (length > 0 && s[0] >= '0' && s[0] <= '9')
		return false;
	for (int i = 0; i < (int) lengthof(names); i++)
		if (element != 0 && strcmp(fhir_elements[element].name, names[i]) == 0)
			return true;
	return fhir_element_by_name(resource, "publisher", 9) != 0;
}
