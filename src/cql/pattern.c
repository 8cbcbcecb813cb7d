/*
 * pattern.c: reads regular expressions into the steps of an automaton.
 *
 * Code is made while reading: jumps are relative, so that the code of an atom
 * can be moved to make room for a choice in front of it and copied for counted
 * repetition.  Always holds: the code has at most PATTERN_MAX_SIZE steps.
 */
#include "cql/pattern_reader.h"
#include "cql/character.h"

static bool read_choice(PatternReader *r);

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
bool
pattern_refuse(PatternReader *r, const char *what)
{
	return phm_fail(r->err, ERRCODE_INVALID_REGULAR_EXPRESSION, r->s - r->text,
					"invalid regular expression: %s at position %d", what, (int) (r->s - r->text) + 1);
}

/* Refuses what would take too much. */
bool
pattern_too_large(PatternReader *r)
{
	return phm_fail(r->err, ERRCODE_PROGRAM_LIMIT_EXCEEDED, r->s - r->text,
					"the regular expression is too large");
}

/* An array with room for one more. */
void *
pattern_room(PatternReader *r, void *array, int n, int *size, size_t item)
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
bool
pattern_emit(PatternReader *r, PatternOp op, int32 x, int32 y)
{
	Pattern    *p = r->p;

	if (p->nsteps >= PATTERN_MAX_SIZE)
		return pattern_too_large(r);
	p->steps = pattern_room(r, p->steps, p->nsteps, &r->steps_size, sizeof(PatternStep));
	p->steps[p->nsteps++] = (PatternStep) {(uint8) op, (r->flags & PATTERN_ICASE) != 0, x, y};
	return true;
}

/* Puts a step before those from a place on. */
static bool
insert(PatternReader *r, int at, PatternOp op, int32 x, int32 y)
{
	PatternStep last;

	if (!pattern_emit(r, op, x, y))
		return false;
	last = r->p->steps[r->p->nsteps - 1];
	memmove(r->p->steps + at + 1, r->p->steps + at, (size_t) (r->p->nsteps - 1 - at) * sizeof(PatternStep));
	r->p->steps[at] = last;
	return true;
}

/* A choice whose first or (lazy) second branch is preferred. */
static bool
insert_split(PatternReader *r, int at, int32 x, int32 y, bool lazy)
{
	return insert(r, at, PATTERN_SPLIT, lazy ? y : x, lazy ? x : y);
}

/* Appends a copy of steps. */
static bool
copy_steps(PatternReader *r, int from, int n)
{
	for (int i = 0; i < n; i++)
	{
		PatternStep step = r->p->steps[from + i];

		if (!pattern_emit(r, (PatternOp) step.op, step.x, step.y))
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
repeat(PatternReader *r, int start, int least, int most, bool lazy)
{
	int			n = r->p->nsteps - start,
				copies = most < 0 ? Max(least, 1) : most;
	int			atom = start;

	if (most == 0)
	{
		r->p->nsteps = start;
		return true;
	}
	if (n == 0)
		return true;			/* an atom without steps, as (?:), matches nothing as often as one likes */
	if ((int64) n * copies > PATTERN_MAX_SIZE)
		return pattern_too_large(r);
	for (int i = 1; i < copies; i++)
	{
		atom = r->p->nsteps;
		if (i >= least && !pattern_emit(r, PATTERN_SPLIT, lazy ? 0 : 1, lazy ? 1 : 0))
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

/* ---- atoms ---- */

/* Appends a literal character. */
static bool
emit_character(PatternReader *r, uint32 c)
{
	return pattern_emit(r, PATTERN_CHAR, (int32) (r->flags & PATTERN_ICASE ? character_lower(character_upper(c)) : c), 0);
}

/* Reads \Q...\E, all of which is literal. */
static bool
read_quoted(PatternReader *r)
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
read_escape(PatternReader *r)
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
		return pattern_refuse(r, "an escape is cut");
	for (int i = 0; i < lengthof(assertions); i++)
		if (*r->s == assertions[i].name)
		{
			r->s++;
			return pattern_emit(r, (PatternOp) assertions[i].op, 0, 0);
		}
	if (*r->s == 'Q')
	{
		r->s++;
		return read_quoted(r);
	}
	if (!pattern_read_escaped_class(r, &none))
		return false;
	if (!none)
		return pattern_finish_class(r, first, false);
	return pattern_read_escaped_character(r, &c) && emit_character(r, c);
}

/* Reads flags up to ")" or ":": on, then behind a minus off. */
static bool
read_flags(PatternReader *r)
{
	bool		off = false;

	for (; r->s < r->end && *r->s != ')' && *r->s != ':'; r->s++)
	{
		int			flag = *r->s == 'i' ? PATTERN_ICASE : *r->s == 'm' ? PATTERN_LINES : *r->s == 's' ? PATTERN_DOTALL : 0;

		if (*r->s == '-' && !off)
			off = true;
		else if (flag == 0 && *r->s != 'u')
			return pattern_refuse(r, "flags other than i, m, s and u are not supported");
		else
			r->flags = off ? r->flags & ~flag : r->flags | flag;
	}
	return r->s < r->end || pattern_refuse(r, ") is missing");
}

/* Reads the name of a group up to ">" and remembers it. */
static bool
read_group_name(PatternReader *r, int group)
{
	const char *name = r->s;
	Pattern    *p = r->p;

	while (r->s < r->end && ((*r->s >= 'a' && *r->s <= 'z') || (*r->s >= 'A' && *r->s <= 'Z') ||
							 *r->s == '_' || (r->s > name && *r->s >= '0' && *r->s <= '9')))
		r->s++;
	if (r->s >= r->end || *r->s != '>' || r->s == name)
		return pattern_refuse(r, "invalid name of a group");
	if (pattern_group(p, name, (int) (r->s - name)) >= 0)
		return pattern_refuse(r, "two groups have one name");
	p->names = pattern_room(r, p->names, p->nnames, &r->names_size, sizeof(PatternName));
	p->names[p->nnames++] = (PatternName) {name, (int) (r->s - name), group};
	r->s++;
	return true;
}

/* Reads what follows "(?": *group is 0 when the group has no number, *done when it was flags alone. */
static bool
read_group_kind(PatternReader *r, int *group, bool *done)
{
	if (r->s < r->end && *r->s == 'P' && r->s + 1 < r->end && r->s[1] == '<')
		r->s++;
	if (r->s >= r->end)
		return pattern_refuse(r, ") is missing");
	if (*r->s == '=' || *r->s == '!' || (*r->s == '<' && r->s + 1 < r->end && (r->s[1] == '=' || r->s[1] == '!')))
		return pattern_refuse(r, "look-around is not supported");
	if (*r->s == '>')
		return pattern_refuse(r, "atomic groups are not supported");
	if (*r->s == '<')
	{
		if (r->p->ngroups >= PATTERN_MAX_GROUPS)
			return pattern_too_large(r);
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
read_group(PatternReader *r, bool *flags_only)
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
		return pattern_too_large(r);
	else
		group = ++r->p->ngroups;
	if (++r->depth > PATTERN_MAX_DEPTH)
		return pattern_too_large(r);
	if (group > 0 && !pattern_emit(r, PATTERN_SAVE, group * 2, 0))
		return false;
	if (!read_choice(r))
		return false;
	if (r->s >= r->end)
		return pattern_refuse(r, ") is missing");
	r->s++;
	r->depth--;
	r->flags = flags;
	return group == 0 || pattern_emit(r, PATTERN_SAVE, group * 2 + 1, 0);
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
read_quantifier(PatternReader *r, int *least, int *most, bool *found)
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
		return pattern_too_large(r);
	if (*most >= 0 && *most < *least)
		return pattern_refuse(r, "invalid number of repetitions");
	r->s = s + 1;
	return true;
}

/* Reads one atom without its quantifier. */
static bool
read_atom(PatternReader *r, bool *flags_only)
{
	int			length;
	uint32		c = character_read(r->s, r->end, &length);
	bool		lines = (r->flags & PATTERN_LINES) != 0;

	r->s += length;
	switch (c)
	{
		case '(':
			return read_group(r, flags_only);
		case '[':
			return pattern_read_class(r);
		case '\\':
			return read_escape(r);
		case '.':
			return pattern_emit(r, r->flags & PATTERN_DOTALL ? PATTERN_ANY : PATTERN_ANY_IN_LINE, 0, 0);
		case '^':
			return pattern_emit(r, lines ? PATTERN_LINE_BEGIN : PATTERN_TEXT_BEGIN, 0, 0);
		case '$':
			return pattern_emit(r, lines ? PATTERN_LINE_END : PATTERN_TEXT_END_LINE, 0, 0);
		case '*':
		case '+':
		case '?':
			r->s--;
			return pattern_refuse(r, "there is nothing to repeat");
		default:
			return emit_character(r, c);
	}
}

/* Reads atoms with their quantifiers up to "|" or ")". */
static bool
read_sequence(PatternReader *r)
{
	while (r->s < r->end && *r->s != '|' && *r->s != ')')
	{
		int			start = r->p->nsteps,
					least,
					most;
		bool		quoted = r->end - r->s >= 2 && r->s[0] == '\\' && r->s[1] == 'Q',
					flags_only = false,
					found,
					lazy;

		if (!read_atom(r, &flags_only))
			return false;
		if (flags_only)
			continue;
		if (quoted && r->p->nsteps > start)
			start = r->p->nsteps - 1;	/* a quantifier behind \Qab\E is b's alone */
		if (!read_quantifier(r, &least, &most, &found))
			return false;
		if (!found)
			continue;
		lazy = r->s < r->end && *r->s == '?';
		if (r->s < r->end && *r->s == '+')
			return pattern_refuse(r, "possessive quantifiers are not supported");
		r->s += lazy;
		if (!repeat(r, start, least, most, lazy) || !read_quantifier(r, &least, &most, &found))
			return false;
		if (found)
			return pattern_refuse(r, "a quantifier follows another one");
	}
	return true;
}

/* Reads alternatives; the jumps behind them are chained in y until the end is known. */
static bool
read_choice(PatternReader *r)
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
			!pattern_emit(r, PATTERN_JUMP, 0, jump))
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
	PatternReader		r = {.p = p,.m = m,.text = s,.s = s,.end = s + length,.err = err,.flags = PATTERN_DOTALL};

	memset(p, 0, sizeof(*p));
	if (length > PATTERN_MAX_LENGTH)
		return pattern_too_large(&r);
	if (!pattern_emit(&r, PATTERN_SAVE, 0, 0) || !read_choice(&r))
		return false;
	if (r.s < r.end)
		return pattern_refuse(&r, "( is missing");
	return pattern_emit(&r, PATTERN_SAVE, 1, 0) && pattern_emit(&r, PATTERN_MATCH, 0, 0);
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
