/*
 * pattern_class.c: reads the classes and escapes of regular expressions.
 *
 * A class is a list of ranges and categories; what it says of ASCII is worked
 * out once, as bits.
 */
#include "cql/pattern_reader.h"
#include "cql/character.h"

#define CLASS_BIT(c) (1u << CHARACTER_##c)
#define CLASS_LETTERS (CLASS_BIT(UPPER) | CLASS_BIT(LOWER) | CLASS_BIT(LETTER))

/* ---- classes ---- */

/* Adds a part to the class that is being made. */
static void
add_range(PatternReader *r, uint32 low, uint32 high, uint32 classes, bool negated)
{
	Pattern    *p = r->p;

	p->ranges = pattern_room(r, p->ranges, p->nranges, &r->ranges_size, sizeof(PatternRange));
	p->ranges[p->nranges++] = (PatternRange) {low, high, classes, negated};
}

/* The ranges of \d, \w, \s and their like as text: pairs of first and last. */
static const struct
{
	const char *name;
	const char *pairs;
}			ascii_classes[] = {
	{"d", "09"}, {"w", "09AZ__az"}, {"s", "\t\r  "}, {"h", "\t\t  "},
	{"alpha", "AZaz"}, {"digit", "09"}, {"alnum", "09AZaz"}, {"upper", "AZ"}, {"lower", "az"},
	{"punct", "!/:@[`{~"}, {"space", "\t\r  "}, {"xdigit", "09AFaf"}, {"word", "09AZ__az"},
	{"blank", "\t\t  "}, {"graph", "!~"}, {"print", " ~"}, {"cntrl", "\1\x1F\x7F\x7F"}, {"ascii", "\1\x7F"}
};

/* The general categories that \p knows. */
static const struct
{
	const char *name;
	uint32		classes;
}			categories[] = {
	{"L", CLASS_LETTERS}, {"Lu", CLASS_BIT(UPPER)}, {"Ll", CLASS_BIT(LOWER)}, {"Lo", CLASS_BIT(LETTER)},
	{"L&", CLASS_BIT(UPPER) | CLASS_BIT(LOWER)}, {"N", CLASS_BIT(DIGIT)}, {"Nd", CLASS_BIT(DIGIT)},
	{"M", CLASS_BIT(MARK)}, {"Mn", CLASS_BIT(MARK)}, {"P", CLASS_BIT(PUNCTUATION)}, {"S", CLASS_BIT(SYMBOL)},
	{"Z", CLASS_BIT(SPACE)}, {"Zs", CLASS_BIT(SPACE)}, {"IsL", CLASS_LETTERS}, {"IsLu", CLASS_BIT(UPPER)},
	{"IsLl", CLASS_BIT(LOWER)}, {"IsAlphabetic", CLASS_LETTERS}, {"IsLetter", CLASS_LETTERS},
	{"IsDigit", CLASS_BIT(DIGIT)}, {"IsN", CLASS_BIT(DIGIT)}, {"IsP", CLASS_BIT(PUNCTUATION)},
	{"IsUppercase", CLASS_BIT(UPPER)}, {"IsLowercase", CLASS_BIT(LOWER)}, {"IsPunctuation", CLASS_BIT(PUNCTUATION)},
	{"IsWhite_Space", CLASS_BIT(SPACE)}
};

/* Whether a name is a text, in letters of either case where told. */
static bool
is_named(const char *name, int length, const char *text, bool any_case)
{
	for (int i = 0; i < length; i++)
	{
		char		c = name[i];

		if (any_case && c >= 'A' && c <= 'Z')
			c += 32;
		if (text[i] == '\0' || text[i] != c)
			return false;
	}
	return text[length] == '\0';
}

/* Adds the complement of pairs of ASCII: what lies between them and everything above. */
static void
add_complement(PatternReader *r, const char *pairs)
{
	uint32		next = 0;

	for (; *pairs; pairs += 2)
	{
		if (next < (uint8) pairs[0])
			add_range(r, next, (uint32) (uint8) pairs[0] - 1, 0, false);
		next = (uint32) (uint8) pairs[1] + 1;
	}
	add_range(r, next, 0x10FFFF, 0, false);
}

/* Adds a class of ASCII by name; false when there is none. */
static bool
add_ascii(PatternReader *r, const char *name, int length, bool negated)
{
	for (int i = 0; i < lengthof(ascii_classes); i++)
	{
		const char *pairs = ascii_classes[i].pairs;

		if (!is_named(name, length, ascii_classes[i].name, length > 1))
			continue;
		if (negated)
			add_complement(r, pairs);
		else
			for (; *pairs; pairs += 2)
				add_range(r, (uint8) pairs[0], (uint8) pairs[1], 0, false);
		return true;
	}
	return false;
}

/* Reads {Lu}, L or {^Lu} behind \p or \P. */
static bool
read_property(PatternReader *r, bool negated)
{
	const char *name = r->s;
	int			length = 1;

	if (r->s >= r->end)
		return pattern_refuse(r, "a name is missing");
	if (*r->s == '{')
	{
		const char *close = memchr(r->s, '}', (size_t) (r->end - r->s));

		if (close == NULL)
			return pattern_refuse(r, "} is missing");
		if (*++name == '^')
		{
			name++;
			negated = !negated;
		}
		length = (int) (close - name);
		r->s = close + 1;
	}
	else
		r->s++;
	for (int i = 0; i < lengthof(categories); i++)
		if (length > 0 && is_named(name, length, categories[i].name, false))
		{
			add_range(r, 0, 0, categories[i].classes, negated);
			return true;
		}
	return (length > 1 && add_ascii(r, name, length, negated)) || pattern_refuse(r, "unknown character class");
}

/* Whether a range takes a character. */
static bool
in_range(const PatternRange *range, uint32 c)
{
	if (range->classes == 0)
		return c >= range->low && c <= range->high;
	return ((range->classes >> character_class(c) & 1) != 0) != range->negated;
}

/* Whether a class takes a character, from its parts. */
bool
pattern_class_takes(const Pattern *p, const PatternClass *class, uint32 c)
{
	for (int i = class->first; i < class->first + class->n; i++)
	{
		const PatternRange *range = &p->ranges[i];

		if (in_range(range, c) ||
			(class->icase && (in_range(range, character_lower(c)) || in_range(range, character_upper(c)))))
			return !class->negated;
	}
	return class->negated;
}

/* Ends a class whose parts begin at first, and appends its step. */
bool
pattern_finish_class(PatternReader *r, int first, bool negated)
{
	Pattern    *p = r->p;
	PatternClass class = {{0, 0}, first, p->nranges - first, negated, (r->flags & PATTERN_ICASE) != 0};

	for (uint32 c = 0; c < 128; c++)
		if (pattern_class_takes(p, &class, c))
			class.ascii[c / 64] |= UINT64CONST(1) << c % 64;
	p->classes = pattern_room(r, p->classes, p->nclasses, &r->classes_size, sizeof(PatternClass));
	p->classes[p->nclasses++] = class;
	return pattern_emit(r, PATTERN_CLASS, p->nclasses - 1, 0);
}

/* ---- characters ---- */

/* Reads up to n digits of base 16 as a character; ends at a brace where braced. */
static bool
read_hex(PatternReader *r, int n, bool braced, uint32 *c)
{
	int			i = 0;

	*c = 0;
	for (; r->s < r->end && i < n; i++, r->s++)
	{
		char		h = *r->s;
		int			digit = h >= '0' && h <= '9' ? h - '0' : h >= 'a' && h <= 'f' ? h - 'a' + 10 :
		h >= 'A' && h <= 'F' ? h - 'A' + 10 : -1;

		if (digit < 0)
			break;
		*c = *c * 16 + (uint32) digit;
	}
	if (braced ? i == 0 || r->s >= r->end || *r->s++ != '}' : i != n)
		return pattern_refuse(r, "invalid hexadecimal number");
	return *c <= 0x10FFFF || pattern_refuse(r, "no such character");
}

/* Reads an escape that stands for one character; the backslash has been read. */
bool
pattern_read_escaped_character(PatternReader *r, uint32 *c)
{
	static const char names[] = "tnrfae";
	static const char values[] = "\t\n\r\f\a\x1B";
	const char *found = *r->s ? strchr(names, *r->s) : NULL;
	int			length;

	if (found)
	{
		*c = (uint8) values[found - names];
		r->s++;
		return true;
	}
	if (*r->s == 'x' || *r->s == 'u')
	{
		bool		braced = r->s + 1 < r->end && r->s[1] == '{';
		int			digits = braced ? 6 : *r->s == 'x' ? 2 : 4;

		r->s += 1 + braced;
		return read_hex(r, digits, braced, c);
	}
	if ((*r->s >= '0' && *r->s <= '9') || *r->s == 'k' || *r->s == 'g')
		return pattern_refuse(r, "back references are not supported");
	if ((*r->s >= 'a' && *r->s <= 'z') || (*r->s >= 'A' && *r->s <= 'Z'))
		return pattern_refuse(r, "unknown escape");
	*c = character_read(r->s, r->end, &length);
	r->s += length;
	return true;
}

/* Adds the class that \d, \W, \p{L} ... stand for; *none when the escape is none of them. */
bool
pattern_read_escaped_class(PatternReader *r, bool *none)
{
	char		c = *r->s,
				lower = (char) (c | 0x20);

	*none = false;
	if (lower == 'd' || lower == 'w' || lower == 's' || lower == 'h')
	{
		r->s++;
		return add_ascii(r, &lower, 1, c != lower);
	}
	if (lower == 'p')
	{
		r->s++;
		return read_property(r, c == 'P');
	}
	*none = true;
	return true;
}

/* Reads one part of [...]: *single when it is one character, which is not added yet. */
static bool
read_class_part(PatternReader *r, bool *single, uint32 *c)
{
	bool		none;
	int			length;

	*single = false;
	if (*r->s == '[' && r->s + 1 < r->end && r->s[1] == ':')
	{
		const char *name = r->s + 2;
		const char *close = memchr(name, ':', (size_t) (r->end - name));

		if (close && close + 1 < r->end && close[1] == ']')
		{
			bool		negated = *name == '^';

			if (close - name - negated < 2 ||
				!add_ascii(r, name + negated, (int) (close - name) - negated, negated))
				return pattern_refuse(r, "unknown character class");
			r->s = close + 2;
			return true;
		}
	}
	if (*r->s == '&' && r->s + 1 < r->end && r->s[1] == '&')
		return pattern_refuse(r, "intersections of classes are not supported");
	if (*r->s != '\\')
	{
		*single = true;
		*c = character_read(r->s, r->end, &length);
		r->s += length;
		return true;
	}
	if (++r->s >= r->end)
		return pattern_refuse(r, "an escape is cut");
	if (!pattern_read_escaped_class(r, &none))
		return false;
	if (!none)
		return true;
	*single = true;
	if (*r->s == 'b')
	{
		*c = '\b';
		r->s++;
		return true;
	}
	return pattern_read_escaped_character(r, c);
}

/* Reads [...]; the bracket has been read. */
bool
pattern_read_class(PatternReader *r)
{
	int			first = r->p->nranges;
	bool		negated = r->s < r->end && *r->s == '^',
				begin = true,
				single;
	uint32		low,
				high;

	r->s += negated;
	for (;; begin = false)
	{
		if (r->s >= r->end)
			return pattern_refuse(r, "] is missing");
		if (*r->s == ']' && !begin)
			break;
		if (!read_class_part(r, &single, &low))
			return false;
		if (!single)
			continue;
		high = low;
		if (r->end - r->s >= 2 && r->s[0] == '-' && r->s[1] != ']')
		{
			r->s++;
			if (!read_class_part(r, &single, &high))
				return false;
			if (!single || high < low)
				return pattern_refuse(r, "invalid range");
		}
		add_range(r, low, high, 0, false);
	}
	r->s++;
	return pattern_finish_class(r, first, negated);
}
