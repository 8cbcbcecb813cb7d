/*
 * ucum.c: reads UCUM expressions and writes their dimension.  The units and
 * prefixes come from data/ through ucum_generate, already reduced to base
 * units, so a term only multiplies.  Always holds: reading allocates nothing,
 * its depth and length are bounded, and every unit's factor is a finite double.
 */
#include "types/ucum.h"

#include <math.h>
#include <stdio.h>

typedef struct UcumAtom
{
	const char *code;
	uint8		length;
	uint8		metric;			/* takes prefixes */
	uint8		special;		/* UcumSpecial */
	uint8		arbitrary;		/* 0 none */
	int8		pi;
	int8		dimension[8];
	uint64		numerator;
	uint64		denominator;
	int16		exponent;
} UcumAtom;

typedef struct UcumPrefix
{
	const char *code;
	uint8		length;
	uint64		factor;
	int16		exponent;
} UcumPrefix;

#include "ucum_table.inc"

typedef struct Parser
{
	const char *s;
	int			length;
	int			at;
	int			depth;
	PhmError   *err;
} Parser;

/* Spellings that are often met and are not UCUM. */
static const struct
{
	const char *wrong;
	const char *right;
}			common_mistake[] =
{
	{"mcg", "ug"}, {"mcL", "uL"}, {"IU", "[iU]"}, {"mIU", "m[iU]"}, {"uIU", "u[iU]"},
	{"lb", "[lb_av]"}, {"lbs", "[lb_av]"}, {"oz", "[oz_av]"}, {"in", "[in_i]"},
	{"inch", "[in_i]"}, {"mmHg", "mm[Hg]"}, {"bpm", "/min"}, {"cc", "mL"}, {"degF", "[degF]"},
	{"degC", "Cel"}, {"sec", "s"}, {"hr", "h"}, {"day", "d"}, {"days", "d"},
	{"week", "wk"}, {"weeks", "wk"}, {"month", "mo"}, {"months", "mo"}, {"year", "a"},
	{"years", "a"}, {"yr", "a"}, {"mEq", "meq"}, {"INR", "{INR}"}, {"ppm", "[ppm]"},
	{"tablet", "{tbl}"}, {"puff", "{puff}"}
};

static bool parse_term(Parser *p, UcumUnit *unit);

/* Reports what is wrong at an offset, as a position counted from one. */
static bool
fail_at(Parser *p, int at, const char *what)
{
	return phm_fail(p->err, ERRCODE_INVALID_TEXT_REPRESENTATION, at,
					"invalid UCUM unit: %s at position %d", what, at + 1);
}

/* The unit 1. */
static void
unit_one(UcumUnit *unit)
{
	memset(unit, 0, sizeof(*unit));
	unit->exact = true;
	unit->ratio.numerator = unit->ratio.denominator = 1;
	unit->factor = 1;
}

/* The position in ucum_atom of a code, or -1. */
static int
find_atom(const char *s, int length)
{
	uint32		h = 0;
	int			slot;

	for (int i = 0; i < length; i++)
		h = h * 31 + (uint8) s[i];
	h = (h * 2654435761U) >> 22;
	while ((slot = ucum_atom_slot[h]) != 0)
	{
		const UcumAtom *atom = &ucum_atom[slot - 1];

		if (atom->length == length && memcmp(atom->code, s, length) == 0)
			return slot - 1;
		h = (h + 1) % lengthof(ucum_atom_slot);
	}
	return -1;
}

/* The metric unit behind the prefix i of a symbol, or NULL. */
static const UcumAtom *
find_prefixed(const char *s, int length, int i)
{
	const UcumPrefix *p = &ucum_prefix[i];
	int			found;

	if (p->length >= length || memcmp(p->code, s, p->length) != 0)
		return NULL;
	found = find_atom(s + p->length, length - p->length);
	if (found < 0 || !ucum_atom[found].metric || (ucum_atom[found].special && p->factor != 1))
		return NULL;
	return &ucum_atom[found];
}

/* Finds a unit with or without prefix; *prefix is -1 without. */
static const UcumAtom *
find_symbol(const char *s, int length, int *prefix)
{
	int			found = find_atom(s, length);
	const UcumAtom *atom = NULL;

	*prefix = -1;
	if (found >= 0)
		return &ucum_atom[found];
	if (s[0] > 0 && ucum_prefix_letter[(int) s[0]])
	{
		*prefix = ucum_prefix_letter[(int) s[0]] - 1;
		atom = find_prefixed(s, length, *prefix);
	}
	for (int i = UCUM_LONG_PREFIX; atom == NULL && i < lengthof(ucum_prefix); i++)
	{
		*prefix = i;
		atom = find_prefixed(s, length, i);
	}
	return atom;
}

/* Makes the unit of a table row and its prefix. */
static void
unit_of_atom(UcumUnit *unit, const UcumAtom *atom, int prefix)
{
	static const double small_power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
	int			exponent = atom->exponent;

	memcpy(unit->dimension, atom->dimension, sizeof(unit->dimension));
	memset(unit->arbitrary, 0, sizeof(unit->arbitrary));
	if (atom->arbitrary)
		unit->arbitrary[0] = (UcumArbitrary) {atom->arbitrary, 1};
	unit->pi = atom->pi;
	unit->special = atom->special;
	unit->exact = true;
	unit->prefix = 0;
	unit->ratio.numerator = atom->numerator;
	unit->ratio.denominator = atom->denominator;
	if (prefix >= 0 && atom->special)
		unit->prefix = ucum_prefix[prefix].exponent;
	else if (prefix >= 0)
	{
		exponent += ucum_prefix[prefix].exponent;
		unit->exact = !__builtin_mul_overflow(unit->ratio.numerator, ucum_prefix[prefix].factor,
											  &unit->ratio.numerator);
	}
	unit->ratio.exponent = exponent;
	unit->factor = (double) atom->numerator / atom->denominator;
	if (prefix >= 0 && !atom->special)
		unit->factor *= ucum_prefix[prefix].factor;
	if (exponent >= 0 && exponent < lengthof(small_power))
		unit->factor *= small_power[exponent];
	else if (exponent < 0 && -exponent < lengthof(small_power))
		unit->factor /= small_power[-exponent];
	else
		unit->factor *= pow(10, exponent);
	if (atom->pi)
		unit->factor *= pow(M_PI, atom->pi);
}

/* Adds power times the arbitrary units of b to those of a. */
static bool
multiply_arbitrary(UcumUnit *a, const UcumUnit *b, int power)
{
	for (int i = 0; i < UCUM_MAX_ARBITRARY && b->arbitrary[i].id; i++)
	{
		int			j = 0,
					exponent = b->arbitrary[i].exponent * power;

		while (j < UCUM_MAX_ARBITRARY && a->arbitrary[j].id && a->arbitrary[j].id < b->arbitrary[i].id)
			j++;
		if (j < UCUM_MAX_ARBITRARY && a->arbitrary[j].id == b->arbitrary[i].id)
			exponent += a->arbitrary[j].exponent;
		else
		{
			if (a->arbitrary[UCUM_MAX_ARBITRARY - 1].id)
				return false;
			memmove(&a->arbitrary[j + 1], &a->arbitrary[j],
					(UCUM_MAX_ARBITRARY - 1 - j) * sizeof(UcumArbitrary));
		}
		if (exponent > UCUM_MAX_EXPONENT || exponent < -UCUM_MAX_EXPONENT)
			return false;
		a->arbitrary[j] = (UcumArbitrary) {b->arbitrary[i].id, exponent};
		if (exponent == 0)
		{
			memmove(&a->arbitrary[j], &a->arbitrary[j + 1],
					(UCUM_MAX_ARBITRARY - 1 - j) * sizeof(UcumArbitrary));
			a->arbitrary[UCUM_MAX_ARBITRARY - 1] = (UcumArbitrary) {0, 0};
		}
	}
	return true;
}

/* a *= n / d, leaving out what the two share; false when 64 bits are not enough. */
static bool
ratio_multiply(DecimalRatio *a, uint64 n, uint64 d)
{
	uint64		x,
				y;

	if (a->numerator == d)
		a->numerator = d = 1;
	if (a->denominator == n)
		a->denominator = n = 1;
	if (__builtin_mul_overflow(a->numerator, n, &x) || __builtin_mul_overflow(a->denominator, d, &y))
		return false;
	a->numerator = x;
	a->denominator = y;
	return true;
}

/* a *= b^power; false when an exponent or the magnitude is out of range. */
static bool
unit_multiply(UcumUnit *a, const UcumUnit *b, int power)
{
	int			times = abs(power),
				pi = a->pi + b->pi * power;

	for (int i = 0; i < 7; i++)
	{
		int			exponent = a->dimension[i] + b->dimension[i] * power;

		if (exponent > UCUM_MAX_EXPONENT || exponent < -UCUM_MAX_EXPONENT)
			return false;
		a->dimension[i] = exponent;
	}
	if (pi > UCUM_MAX_EXPONENT || pi < -UCUM_MAX_EXPONENT)
		return false;
	a->pi = pi;
	if (b->arbitrary[0].id && !multiply_arbitrary(a, b, power))
		return false;
	a->exact = a->exact && b->exact;
	if (a->exact && (b->ratio.numerator != 1 || b->ratio.denominator != 1))
		for (int i = 0; i < times && a->exact; i++)
			a->exact = power > 0 ? ratio_multiply(&a->ratio, b->ratio.numerator, b->ratio.denominator)
				: ratio_multiply(&a->ratio, b->ratio.denominator, b->ratio.numerator);
	a->ratio.exponent += b->ratio.exponent * power;
	a->factor = power == 1 ? a->factor * b->factor : power == -1 ? a->factor / b->factor
		: a->factor * pow(b->factor, power);
	return a->factor >= 1e-300 && a->factor <= 1e300;
}

/* What ends a symbol, outside of brackets. */
static bool
ends_symbol(char c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '(' || c == ')' ||
		c == '{' || c == '}' || c == '+' || c == '-';
}

/* Finds the end of the symbol at p->at; 10* and 10^ are symbols, too. */
static bool
scan_symbol(Parser *p, int *end)
{
	int			i = p->at,
				open;

	if (p->length - i >= 3 && memcmp(p->s + i, "10", 2) == 0 && (p->s[i + 2] == '*' || p->s[i + 2] == '^'))
	{
		*end = i + 3;
		return true;
	}
	for (; i < p->length && !ends_symbol(p->s[i]); i++)
	{
		if (p->s[i] <= ' ' || p->s[i] > '~')
			return fail_at(p, i, "a character that no unit has");
		if (p->s[i] == ']')
			return fail_at(p, i, "a bracket that was not opened");
		if (p->s[i] != '[')
			continue;
		for (open = i++; i < p->length && p->s[i] != ']'; i++)
			if (p->s[i] <= ' ' || p->s[i] > '~' || p->s[i] == '[')
				return fail_at(p, i, "a character that no unit has");
		if (i == p->length)
			return fail_at(p, open, "a bracket that is not closed");
	}
	*end = i;
	return true;
}

/* Reads the exponent after a symbol; 1 when there is none. */
static bool
parse_exponent(Parser *p, int *exponent)
{
	int			begin = p->at,
				digits;
	bool		negative = false;

	*exponent = 1;
	if (p->at < p->length && (p->s[p->at] == '+' || p->s[p->at] == '-'))
		negative = p->s[p->at++] == '-';
	digits = p->at;
	for (int n = 0; p->at < p->length && p->s[p->at] >= '0' && p->s[p->at] <= '9'; p->at++)
	{
		n = n * 10 + (p->s[p->at] - '0');
		if (n > UCUM_MAX_EXPONENT)
			return phm_fail(p->err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, begin,
							"invalid UCUM unit: exponent beyond %d at position %d",
							UCUM_MAX_EXPONENT, begin + 1);
		*exponent = n;
	}
	if (p->at == digits && p->at > begin)
		return fail_at(p, p->at, "an exponent without digits");
	if (negative)
		*exponent = -*exponent;
	return true;
}

/* Names the unknown symbol's position, and the right code where the mistake is a common one. */
static bool
fail_unknown(Parser *p, int begin, int end)
{
	fail_at(p, begin, "unknown unit");
	for (int i = 0; i < lengthof(common_mistake); i++)
		if (strlen(common_mistake[i].wrong) == end - begin &&
			memcmp(common_mistake[i].wrong, p->s + begin, end - begin) == 0)
			return phm_fail_hint(p->err, "UCUM writes this unit as %s.", common_mistake[i].right);
	return false;
}

/* Reads a symbol with its exponent. */
static bool
parse_symbol(Parser *p, UcumUnit *unit)
{
	const UcumAtom *atom;
	int			begin = p->at,
				end = begin,
				prefix,
				exponent;

	if (!scan_symbol(p, &end))
		return false;
	atom = end > begin ? find_symbol(p->s + begin, end - begin, &prefix) : NULL;
	if (atom == NULL)
		return end > begin ? fail_unknown(p, begin, end) : fail_at(p, begin, "a unit is missing");
	p->at = end;
	if (!parse_exponent(p, &exponent))
		return false;
	if (exponent == 1)
	{
		unit_of_atom(unit, atom, prefix);
		return true;
	}
	if (atom->special)
		return fail_at(p, begin, "a unit that is not on a ratio scale has an exponent");
	{
		UcumUnit	base;

		unit_of_atom(&base, atom, prefix);
		unit_one(unit);
		return unit_multiply(unit, &base, exponent) ||
			phm_fail(p->err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, begin,
					 "invalid UCUM unit: magnitude or exponent out of range at position %d", begin + 1);
	}
}

/* Reads an integer factor. */
static bool
parse_factor(Parser *p, UcumUnit *unit)
{
	int			begin = p->at;
	uint64		n = 0;

	for (; p->at < p->length && p->s[p->at] >= '0' && p->s[p->at] <= '9'; p->at++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, p->s[p->at] - '0', &n))
			return phm_fail(p->err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, begin,
							"invalid UCUM unit: number too large at position %d", begin + 1);
	if (n == 0)
		return fail_at(p, begin, "a factor of zero");
	unit_one(unit);
	unit->factor = (double) n;
	for (; n % 10 == 0; n /= 10)
		unit->ratio.exponent++;
	unit->ratio.numerator = n;
	return true;
}

/* Skips an annotation in braces. */
static bool
parse_annotation(Parser *p)
{
	int			begin = p->at;

	for (p->at++; p->at < p->length && p->s[p->at] != '}'; p->at++)
		if (p->s[p->at] <= ' ' || p->s[p->at] > '~' || p->s[p->at] == '{')
			return fail_at(p, p->at, "a character that no annotation has");
	if (p->at == p->length)
		return fail_at(p, begin, "a brace that is not closed");
	p->at++;
	return true;
}

/* Reads a parenthesis. */
static bool
parse_parenthesis(Parser *p, UcumUnit *unit)
{
	int			begin = p->at++;

	if (++p->depth > UCUM_MAX_DEPTH)
		return phm_fail(p->err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, begin,
						"invalid UCUM unit: more than %d parentheses deep at position %d",
						UCUM_MAX_DEPTH, begin + 1);
	if (!parse_term(p, unit))
		return false;
	p->depth--;
	if (p->at == p->length || p->s[p->at] != ')')
		return p->at == p->length ? fail_at(p, begin, "a parenthesis that is not closed")
			: fail_at(p, p->at, "an operator is missing");
	p->at++;
	return true;
}

/* Reads one factor of a term: a unit, a number, a parenthesis or an annotation. */
static bool
parse_component(Parser *p, UcumUnit *unit)
{
	char		c = p->at < p->length ? p->s[p->at] : '\0';
	bool		good;

	if (c == '{')
		unit_one(unit);
	if (c == '{')
		return parse_annotation(p);
	if (c == '(')
		good = parse_parenthesis(p, unit);
	else if (c >= '0' && c <= '9' &&
			 !(c == '1' && p->length - p->at >= 3 && p->s[p->at + 1] == '0' &&
			   (p->s[p->at + 2] == '*' || p->s[p->at + 2] == '^')))
		good = parse_factor(p, unit);
	else
		good = parse_symbol(p, unit);
	if (good && p->at < p->length && p->s[p->at] == '{')
		good = parse_annotation(p);
	return good;
}

/* Reads a product or quotient up to a closing parenthesis or the end. */
static bool
parse_term(Parser *p, UcumUnit *unit)
{
	int			power = 1;
	bool		first = true;

	if (p->depth == 0 && p->at < p->length && p->s[p->at] == '/')
	{
		unit_one(unit);
		first = false;
		power = -1;
		p->at++;
	}
	for (;;)
	{
		UcumUnit	next;
		int			begin = p->at;

		if (!parse_component(p, first ? unit : &next))
			return false;
		if (!first && (unit->special || next.special))
			return fail_at(p, begin, "a unit that is not on a ratio scale is part of a product");
		if (!first && !unit_multiply(unit, &next, power))
			return phm_fail(p->err, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, begin,
							"invalid UCUM unit: magnitude or exponent out of range at position %d", begin + 1);
		if (p->at == p->length || p->s[p->at] == ')')
			return true;
		if (p->s[p->at] != '.' && p->s[p->at] != '/')
			return fail_at(p, p->at, "an operator is missing");
		power = p->s[p->at++] == '/' ? -1 : 1;
		first = false;
	}
}

/* Reads a unit expression; see ucum.h. */
bool
ucum_parse(const char *s, int length, UcumUnit *unit, PhmError *err)
{
	Parser		p = {s, length, 0, 0, err};

	if (length == 0)
	{
		unit_one(unit);
		return true;
	}
	if (length > UCUM_MAX_LENGTH)
		return phm_fail(err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, UCUM_MAX_LENGTH,
						"invalid UCUM unit: longer than %d characters", UCUM_MAX_LENGTH);
	if (!parse_term(&p, unit))
		return false;
	if (p.at < length)
		return fail_at(&p, p.at, "a parenthesis that was not opened");
	return true;
}

/* Whether s is a UCUM expression and not empty. */
bool
ucum_valid(const char *s, int length)
{
	UcumUnit	unit;

	return length > 0 && ucum_parse(s, length, &unit, NULL);
}

/* Appends a base unit with its exponent, after a point where one is needed. */
static int
put_power(char *buffer, int length, const char *code, int exponent)
{
	if (exponent == 0)
		return length;
	length += snprintf(buffer + length, UCUM_DIMENSION_SIZE - length, exponent == 1 ? "%s%s" : "%s%s%d",
					   length ? "." : "", code, exponent);
	return length;
}

/* Writes the dimension; see ucum.h. */
int
ucum_dimension(const UcumUnit *unit, char *buffer)
{
	/* Mass, length, time first, as physicists name dimensions. */
	static const struct
	{
		int			index;
		const char *code;
	}			base[] = {{2, "g"}, {0, "m"}, {1, "s"}, {3, "rad"}, {4, "K"}, {5, "C"}, {6, "cd"}};
	int			length = 0;

	for (int i = 0; i < UCUM_MAX_ARBITRARY && unit->arbitrary[i].id; i++)
		length = put_power(buffer, length, ucum_arbitrary_name[unit->arbitrary[i].id],
						   unit->arbitrary[i].exponent);
	for (int i = 0; i < lengthof(base); i++)
		length = put_power(buffer, length, base[i].code, unit->dimension[base[i].index]);
	if (length == 0)
		length = snprintf(buffer, UCUM_DIMENSION_SIZE, "1");
	return length;
}

/* Appends bytes to an expression under construction. */
static bool
put_text(char *buffer, int size, int *length, const char *s, int n)
{
	if (*length + n > size)
		return false;
	memcpy(buffer + *length, s, n);
	*length += n;
	return true;
}

static bool
is_one(const char *s, int length)
{
	return length == 0 || (length == 1 && s[0] == '1');
}

/* a.b; b's leading solidus serves as the operator. */
bool
ucum_product(const char *a, int a_length, const char *b, int b_length,
			 char *buffer, int size, int *length)
{
	*length = 0;
	if (is_one(a, a_length))
		return put_text(buffer, size, length, b, b_length);
	if (is_one(b, b_length))
		return put_text(buffer, size, length, a, a_length);
	return put_text(buffer, size, length, a, a_length) &&
		(b[0] == '/' || put_text(buffer, size, length, ".", 1)) &&
		put_text(buffer, size, length, b, b_length);
}

/* Whether an expression needs parentheses as a divisor: it has an operator outside of brackets, braces and parentheses. */
static bool
needs_parentheses(const char *s, int length)
{
	int			depth = 0;

	for (int i = 0; i < length; i++)
	{
		if (s[i] == '{' || s[i] == '[')
			for (char close = s[i] == '{' ? '}' : ']'; i < length && s[i] != close; i++)
				;
		else if (s[i] == '(')
			depth++;
		else if (s[i] == ')')
			depth--;
		else if ((s[i] == '.' || s[i] == '/') && depth == 0)
			return true;
	}
	return false;
}

/* a/b; a unit divided by itself is 1. */
bool
ucum_quotient(const char *a, int a_length, const char *b, int b_length,
			  char *buffer, int size, int *length)
{
	*length = 0;
	if (a_length == b_length && memcmp(a, b, a_length) == 0)
		return put_text(buffer, size, length, "1", 1);
	if (is_one(b, b_length))
		return put_text(buffer, size, length, a, a_length);
	if (!is_one(a, a_length) && !put_text(buffer, size, length, a, a_length))
		return false;
	if (!needs_parentheses(b, b_length))
		return put_text(buffer, size, length, "/", 1) && put_text(buffer, size, length, b, b_length);
	return put_text(buffer, size, length, b[0] == '/' ? "/(1" : "/(", b[0] == '/' ? 3 : 2) &&
		put_text(buffer, size, length, b, b_length) &&
		put_text(buffer, size, length, ")", 1);
}

/* Reads a calendar unit of CQL; see ucum.h. */
UcumCalendar
ucum_calendar_unit(const char *s, int length, const char **code, bool *equal)
{
	static const struct
	{
		const char *name;
		const char *code;
	}			calendar[] = {
		{NULL, NULL}, {"year", "a"}, {"month", "mo"}, {"week", "wk"}, {"day", "d"}, {"hour", "h"},
		{"minute", "min"}, {"second", "s"}, {"millisecond", "ms"}
	};

	for (int i = 1; i < lengthof(calendar); i++)
	{
		int			n = strlen(calendar[i].name);

		if (length < n || length > n + 1 || memcmp(s, calendar[i].name, n) != 0 ||
			(length == n + 1 && s[n] != 's'))
			continue;
		if (code)
			*code = calendar[i].code;
		if (equal)
			*equal = i >= UCUM_WEEK;
		return (UcumCalendar) i;
	}
	return UCUM_NOT_CALENDAR;
}
