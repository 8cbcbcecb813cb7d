/*
 * pattern.c: reads regular expressions into the steps of an automaton.
 *
 * Code is made while reading: jumps are relative, so that the code of an atom
 * can be moved to make room for a choice in front of it and copied for counted
 * repetition.  Always holds: the code has at most PATTERN_MAX_SIZE steps.
 */
#include "cql/pattern.h"
#include "cql/character.h"

#define FLAG_ICASE	1
#define FLAG_LINES	2			/* m */
#define FLAG_DOTALL	4			/* s */

#define CLASS_BIT(c) (1u << CHARACTER_##c)
#define CLASS_LETTERS (CLASS_BIT(UPPER) | CLASS_BIT(LOWER) | CLASS_BIT(LETTER))

typedef struct Reader
{
	Pattern    *p;
	PatternMemory *m;
	const char *text;
	const char *s;
	const char *end;
	PhmError   *err;
	int			steps_size;
	int			ranges_size;
	int			classes_size;
	int			names_size;
	int			flags;
	int			depth;
} Reader;

static bool read_choice(Reader *r);

/* Memory, from the buffer while it lasts. */
void *
pattern_alloc(PatternMemory *m, size_t size)
{
	void	   *p = m->next;

	size = (size + 15) & ~(size_t) 15;
	if ((size_t) (m->end - m->next) < size)
		return m->more(m->arg, size);
	m->next += size;
	return p;
}

/* Refuses the pattern at the place that is being read. */
static bool
refuse(Reader *r, const char *what)
{
	return phm_fail(r->err, ERRCODE_INVALID_REGULAR_EXPRESSION, r->s - r->text,
					"invalid regular expression: %s at position %d", what, (int) (r->s - r->text) + 1);
}

/* Refuses what would take too much. */
static bool
too_large(Reader *r)
{
	return phm_fail(r->err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, r->s - r->text,
					"the regular expression is too large");
}

/* An array with room for one more. */
static void *
make_room(Reader *r, void *array, int n, int *size, size_t item)
{
	void	   *larger;

	if (n < *size)
		return array;
	*size = *size ? *size * 2 : 16;
	larger = pattern_alloc(r->m, (size_t) *size * item);
	if (n > 0)
		memcpy(larger, array, (size_t) n * item);
	return larger;
}

/* ---- code ---- */

/* Appends a step. */
static bool
emit(Reader *r, PatternOp op, int32 x, int32 y)
{
	Pattern    *p = r->p;

	if (p->nsteps >= PATTERN_MAX_SIZE)
		return too_large(r);
	p->steps = make_room(r, p->steps, p->nsteps, &r->steps_size, sizeof(PatternStep));
	p->steps[p->nsteps++] = (PatternStep) {(uint8) op, (r->flags & FLAG_ICASE) != 0, x, y};
	return true;
}

/* Puts a step before those from a place on. */
static bool
insert(Reader *r, int at, PatternOp op, int32 x, int32 y)
{
	PatternStep last;

	if (!emit(r, op, x, y))
		return false;
	last = r->p->steps[r->p->nsteps - 1];
	memmove(r->p->steps + at + 1, r->p->steps + at, (size_t) (r->p->nsteps - 1 - at) * sizeof(PatternStep));
	r->p->steps[at] = last;
	return true;
}

/* A choice whose first or (lazy) second branch is preferred. */
static bool
insert_split(Reader *r, int at, int32 x, int32 y, bool lazy)
{
	return insert(r, at, PATTERN_SPLIT, lazy ? y : x, lazy ? x : y);
}

/* Appends a copy of steps. */
static bool
copy_steps(Reader *r, int from, int n)
{
	for (int i = 0; i < n; i++)
	{
		PatternStep step = r->p->steps[from + i];

		if (!emit(r, (PatternOp) step.op, step.x, step.y))
			return false;
		r->p->steps[r->p->nsteps - 1].icase = step.icase;
	}
	return true;
}

/*
 * Repeats the atom from start on at least and at most (-1: any) times.  What is
 * optional is nested: x{0,2} is (x(x)?)?.
 */
static bool
repeat(Reader *r, int start, int least, int most, bool lazy)
{
	int			n = r->p->nsteps - start,
				copies = most < 0 ? Max(least, 1) : most;
	int			atom = start;

	if (most == 0)
	{
		r->p->nsteps = start;
		return true;
	}
	if ((int64) n * copies > PATTERN_MAX_SIZE)
		return too_large(r);
	for (int i = 1; i < copies; i++)
	{
		atom = r->p->nsteps;
		if (i >= least && !emit(r, PATTERN_SPLIT, lazy ? 0 : 1, lazy ? 1 : 0))
			return false;
		if (!copy_steps(r, start, n))
			return false;
	}
	/* x* is (x+)?: an x that matches nothing then ends the loop, as in a backtracking matcher. */
	if (most < 0 && !insert_split(r, r->p->nsteps, atom - r->p->nsteps, 1, lazy))
		return false;
	if (least == 0 && !insert_split(r, start, 1, r->p->nsteps - start + 1, lazy))
		return false;
	if (most < 0)
		return true;

	/* All choices of the optional copies lead to the end. */
	for (int i = least, at = start + least * n; i < most; i++, at += n + 1)
		*(lazy ? &r->p->steps[at].x : &r->p->steps[at].y) = r->p->nsteps - at;
	return true;
}

/* ---- classes ---- */

/* Adds a part to the class that is being made. */
static void
add_range(Reader *r, uint32 low, uint32 high, uint32 classes, bool negated)
{
	Pattern    *p = r->p;

	p->ranges = make_room(r, p->ranges, p->nranges, &r->ranges_size, sizeof(PatternRange));
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
add_complement(Reader *r, const char *pairs)
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
add_ascii(Reader *r, const char *name, int length, bool negated)
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
read_property(Reader *r, bool negated)
{
	const char *name = r->s;
	int			length = 1;

	if (r->s >= r->end)
		return refuse(r, "a name is missing");
	if (*r->s == '{')
	{
		const char *close = memchr(r->s, '}', (size_t) (r->end - r->s));

		if (close == NULL)
			return refuse(r, "} is missing");
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
	return (length > 1 && add_ascii(r, name, length, negated)) || refuse(r, "unknown character class");
}

/* Whether a range takes a character. */
static bool
in_range(const PatternRange *range, uint32 c)
{
	if (range->classes == 0)
		return c >= range->low && c <= range->high;
	return ((range->classes >> character_class(c) & 1) != 0) != range->negated;
}

/* Whether a class takes an ASCII character: what the run looks up. */
static bool
class_takes(const Reader *r, const PatternClass *class, uint32 c)
{
	bool		found = false;

	for (int i = class->first; !found && i < class->first + class->n; i++)
	{
		const PatternRange *range = &r->p->ranges[i];

		found = in_range(range, c) ||
			(class->icase && (in_range(range, character_lower(c)) || in_range(range, character_upper(c))));
	}
	return found != class->negated;
}

/* Ends a class whose parts begin at first, and appends its step. */
static bool
finish_class(Reader *r, int first, bool negated)
{
	Pattern    *p = r->p;
	PatternClass class = {{0, 0}, first, p->nranges - first, negated, (r->flags & FLAG_ICASE) != 0};

	for (uint32 c = 0; c < 128; c++)
		if (class_takes(r, &class, c))
			class.ascii[c / 64] |= UINT64CONST(1) << c % 64;
	p->classes = make_room(r, p->classes, p->nclasses, &r->classes_size, sizeof(PatternClass));
	p->classes[p->nclasses++] = class;
	return emit(r, PATTERN_CLASS, p->nclasses - 1, 0);
}

/* ---- characters ---- */

/* Reads up to n digits of base 16 as a character; ends at a brace where braced. */
static bool
read_hex(Reader *r, int n, bool braced, uint32 *c)
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
		return refuse(r, "invalid hexadecimal number");
	return *c <= 0x10FFFF || refuse(r, "no such character");
}

/* Reads an escape that stands for one character; the backslash has been read. */
static bool
read_escaped_character(Reader *r, uint32 *c)
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
		return refuse(r, "back references are not supported");
	if ((*r->s >= 'a' && *r->s <= 'z') || (*r->s >= 'A' && *r->s <= 'Z'))
		return refuse(r, "unknown escape");
	*c = character_read(r->s, r->end, &length);
	r->s += length;
	return true;
}

/* Adds the class that \d, \W, \p{L} ... stand for; *none when the escape is none of them. */
static bool
read_escaped_class(Reader *r, bool *none)
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
read_class_part(Reader *r, bool *single, uint32 *c)
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
				return refuse(r, "unknown character class");
			r->s = close + 2;
			return true;
		}
	}
	if (*r->s == '&' && r->s + 1 < r->end && r->s[1] == '&')
		return refuse(r, "intersections of classes are not supported");
	if (*r->s != '\\')
	{
		*single = true;
		*c = character_read(r->s, r->end, &length);
		r->s += length;
		return true;
	}
	if (++r->s >= r->end)
		return refuse(r, "an escape is cut");
	if (!read_escaped_class(r, &none))
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
	return read_escaped_character(r, c);
}

/* Reads [...]; the bracket has been read. */
static bool
read_class(Reader *r)
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
			return refuse(r, "] is missing");
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
				return refuse(r, "invalid range");
		}
		add_range(r, low, high, 0, false);
	}
	r->s++;
	return finish_class(r, first, negated);
}

/* ---- atoms ---- */

/* Appends a literal character. */
static bool
emit_character(Reader *r, uint32 c)
{
	return emit(r, PATTERN_CHAR, (int32) (r->flags & FLAG_ICASE ? character_lower(character_upper(c)) : c), 0);
}

/* Reads \Q...\E, all of which is literal. */
static bool
read_quoted(Reader *r)
{
	int			length;

	while (r->s < r->end && !(r->end - r->s >= 2 && r->s[0] == '\\' && r->s[1] == 'E'))
	{
		uint32		c = character_read(r->s, r->end, &length);

		r->s += length;
		if (!emit_character(r, c))
			return false;
	}
	r->s = Min(r->s + 2, r->end);
	return true;
}

/* Reads what follows a backslash. */
static bool
read_escape(Reader *r)
{
	static const struct
	{
		char		name;
		uint8		op;
	}			assertions[] = {
		{'b', PATTERN_WORD}, {'B', PATTERN_NOT_WORD}, {'A', PATTERN_TEXT_BEGIN},
		{'z', PATTERN_TEXT_END}, {'Z', PATTERN_TEXT_END_LINE}
	};
	int			first = r->p->nranges;
	bool		none;
	uint32		c;

	if (r->s >= r->end)
		return refuse(r, "an escape is cut");
	for (int i = 0; i < lengthof(assertions); i++)
		if (*r->s == assertions[i].name)
		{
			r->s++;
			return emit(r, (PatternOp) assertions[i].op, 0, 0);
		}
	if (*r->s == 'Q')
	{
		r->s++;
		return read_quoted(r);
	}
	if (!read_escaped_class(r, &none))
		return false;
	if (!none)
		return finish_class(r, first, false);
	return read_escaped_character(r, &c) && emit_character(r, c);
}

/* Reads flags up to ")" or ":": on, then behind a minus off. */
static bool
read_flags(Reader *r)
{
	bool		off = false;

	for (; r->s < r->end && *r->s != ')' && *r->s != ':'; r->s++)
	{
		int			flag = *r->s == 'i' ? FLAG_ICASE : *r->s == 'm' ? FLAG_LINES : *r->s == 's' ? FLAG_DOTALL : 0;

		if (*r->s == '-' && !off)
			off = true;
		else if (flag == 0 && *r->s != 'u')
			return refuse(r, "flags other than i, m, s and u are not supported");
		else
			r->flags = off ? r->flags & ~flag : r->flags | flag;
	}
	return r->s < r->end || refuse(r, ") is missing");
}

/* Reads the name of a group up to ">" and remembers it. */
static bool
read_group_name(Reader *r, int group)
{
	const char *name = r->s;
	Pattern    *p = r->p;

	while (r->s < r->end && ((*r->s >= 'a' && *r->s <= 'z') || (*r->s >= 'A' && *r->s <= 'Z') ||
							 *r->s == '_' || (r->s > name && *r->s >= '0' && *r->s <= '9')))
		r->s++;
	if (r->s >= r->end || *r->s != '>' || r->s == name)
		return refuse(r, "invalid name of a group");
	if (pattern_group(p, name, (int) (r->s - name)) >= 0)
		return refuse(r, "two groups have one name");
	p->names = make_room(r, p->names, p->nnames, &r->names_size, sizeof(PatternName));
	p->names[p->nnames++] = (PatternName) {name, (int) (r->s - name), group};
	r->s++;
	return true;
}

/* Reads what follows "(?": *group is 0 when the group has no number, *done when it was flags alone. */
static bool
read_group_kind(Reader *r, int *group, bool *done)
{
	if (r->s < r->end && *r->s == 'P' && r->s + 1 < r->end && r->s[1] == '<')
		r->s++;
	if (r->s >= r->end)
		return refuse(r, ") is missing");
	if (*r->s == '=' || *r->s == '!' || (*r->s == '<' && r->s + 1 < r->end && (r->s[1] == '=' || r->s[1] == '!')))
		return refuse(r, "look-around is not supported");
	if (*r->s == '>')
		return refuse(r, "atomic groups are not supported");
	if (*r->s == '<')
	{
		if (r->p->ngroups >= PATTERN_MAX_GROUPS)
			return too_large(r);
		*group = ++r->p->ngroups;
		r->s++;
		return read_group_name(r, *group);
	}
	if (!read_flags(r))
		return false;
	*done = *r->s == ')';
	r->s++;
	return true;
}

/* Reads a group; the parenthesis has been read.  *flags_only: (?i), no atom. */
static bool
read_group(Reader *r, bool *flags_only)
{
	int			flags = r->flags,
				group = 0;

	if (r->s < r->end && *r->s == '?')
	{
		r->s++;
		if (!read_group_kind(r, &group, flags_only))
			return false;
		if (*flags_only)
			return true;		/* they hold up to the end of the group around */
	}
	else if (r->p->ngroups >= PATTERN_MAX_GROUPS)
		return too_large(r);
	else
		group = ++r->p->ngroups;
	if (++r->depth > PATTERN_MAX_DEPTH)
		return too_large(r);
	if (group > 0 && !emit(r, PATTERN_SAVE, group * 2, 0))
		return false;
	if (!read_choice(r))
		return false;
	if (r->s >= r->end)
		return refuse(r, ") is missing");
	r->s++;
	r->depth--;
	r->flags = flags;
	return group == 0 || emit(r, PATTERN_SAVE, group * 2 + 1, 0);
}

/* Reads digits as a number of repetitions; -1 when there are none. */
static int
read_count(const char **s, const char *end)
{
	int			n = -1;

	for (; *s < end && **s >= '0' && **s <= '9'; (*s)++)
		n = Min(Max(n, 0) * 10 + (**s - '0'), PATTERN_MAX_REPEAT + 1);
	return n;
}

/* Reads a quantifier; *found false when there is none.  A brace that begins none is a character. */
static bool
read_quantifier(Reader *r, int *least, int *most, bool *found)
{
	const char *s = r->s;
	char		c = s < r->end ? *s : '\0';

	*found = c == '*' || c == '+' || c == '?';
	*least = c == '+';
	*most = c == '?' ? 1 : -1;
	if (c == '{')
	{
		s++;
		*least = *most = read_count(&s, r->end);
		if (*least >= 0 && s < r->end && *s == ',')
		{
			s++;
			*most = read_count(&s, r->end);
		}
		*found = *least >= 0 && s < r->end && *s == '}';
	}
	if (!*found)
		return true;
	if (*least > PATTERN_MAX_REPEAT || *most > PATTERN_MAX_REPEAT)
		return too_large(r);
	if (*most >= 0 && *most < *least)
		return refuse(r, "invalid number of repetitions");
	r->s = s + 1;
	return true;
}

/* Reads one atom without its quantifier. */
static bool
read_atom(Reader *r, bool *flags_only)
{
	int			length;
	uint32		c = character_read(r->s, r->end, &length);
	bool		lines = (r->flags & FLAG_LINES) != 0;

	r->s += length;
	switch (c)
	{
		case '(':
			return read_group(r, flags_only);
		case '[':
			return read_class(r);
		case '\\':
			return read_escape(r);
		case '.':
			return emit(r, r->flags & FLAG_DOTALL ? PATTERN_ANY : PATTERN_ANY_IN_LINE, 0, 0);
		case '^':
			return emit(r, lines ? PATTERN_LINE_BEGIN : PATTERN_TEXT_BEGIN, 0, 0);
		case '$':
			return emit(r, lines ? PATTERN_LINE_END : PATTERN_TEXT_END_LINE, 0, 0);
		case '*':
		case '+':
		case '?':
			r->s--;
			return refuse(r, "there is nothing to repeat");
		default:
			return emit_character(r, c);
	}
}

/* Reads atoms with their quantifiers up to "|" or ")". */
static bool
read_sequence(Reader *r)
{
	while (r->s < r->end && *r->s != '|' && *r->s != ')')
	{
		int			start = r->p->nsteps,
					least,
					most;
		bool		flags_only = false,
					found,
					lazy;

		if (!read_atom(r, &flags_only))
			return false;
		if (flags_only)
			continue;
		if (!read_quantifier(r, &least, &most, &found))
			return false;
		if (!found)
			continue;
		lazy = r->s < r->end && *r->s == '?';
		if (r->s < r->end && *r->s == '+')
			return refuse(r, "possessive quantifiers are not supported");
		r->s += lazy;
		if (!repeat(r, start, least, most, lazy) || !read_quantifier(r, &least, &most, &found))
			return false;
		if (found)
			return refuse(r, "a quantifier follows another one");
	}
	return true;
}

/* Reads alternatives; the jumps behind them are chained in y until the end is known. */
static bool
read_choice(Reader *r)
{
	int			start = r->p->nsteps,
				jump = -1;

	for (;;)
	{
		if (!read_sequence(r))
			return false;
		if (r->s >= r->end || *r->s != '|')
			break;
		r->s++;
		if (!insert_split(r, start, 1, r->p->nsteps - start + 2, false) ||
			!emit(r, PATTERN_JUMP, 0, jump))
			return false;
		jump = r->p->nsteps - 1;
		start = r->p->nsteps;
	}
	while (jump >= 0)
	{
		int			previous = r->p->steps[jump].y;

		r->p->steps[jump].x = r->p->nsteps - jump;
		r->p->steps[jump].y = 0;
		jump = previous;
	}
	return true;
}

/* Reads a pattern; see pattern.h. */
bool
pattern_compile(Pattern *p, const char *s, int length, PatternMemory *m, PhmError *err)
{
	Reader		r = {.p = p,.m = m,.text = s,.s = s,.end = s + length,.err = err,.flags = FLAG_DOTALL};

	memset(p, 0, sizeof(*p));
	if (length > PATTERN_MAX_LENGTH)
		return too_large(&r);
	if (!emit(&r, PATTERN_SAVE, 0, 0) || !read_choice(&r))
		return false;
	if (r.s < r.end)
		return refuse(&r, "( is missing");
	return emit(&r, PATTERN_SAVE, 1, 0) && emit(&r, PATTERN_MATCH, 0, 0);
}

/* The group of a name; -1 when there is none. */
int
pattern_group(const Pattern *p, const char *name, int length)
{
	for (int i = 0; i < p->nnames; i++)
		if (p->names[i].length == length && memcmp(p->names[i].name, name, (size_t) length) == 0)
			return p->names[i].group;
	return -1;
}
