/*
 * pattern_run.c: runs a pattern over a text (Pike's machine): all ways to match
 * are followed at once, one character after the other, in the order in which a
 * backtracking matcher would try them.
 *
 * Always holds: a step of the pattern is in a list at most once, so that a
 * character costs at most one visit of every step.
 */
#include "cql/pattern.h"
#include "types/bytes.h"
#include "cql/character.h"

/* The ways that are followed, best first, and the slots of each. */
typedef struct Threads
{
	int			n;
	int32	   *steps;
	int32	   *slots;			/* nslots of each step in steps */
} Threads;

/* What remains to be followed, or a slot to be put back. */
typedef struct Todo
{
	int32		step;			/* -1: put back */
	int32		slot;
	int32		old;
} Todo;

struct PatternRun
{
	const Pattern *p;
	const char *text;
	const char *end;
	int			nslots;
	bool		whole;			/* a match must reach the end */
	Threads		now;
	Threads		next;
	uint32	   *marks;			/* of each step: the round in which it was added */
	uint32		round;
	Todo	   *todo;
	int32	   *slots;			/* of the way that is followed */
};

/* Room for the ways through a pattern. */
static void
init_threads(Threads *t, const PatternRun *run, PatternMemory *m)
{
	t->n = 0;
	t->steps = pattern_alloc(m, (size_t) run->p->nsteps * sizeof(int32));
	t->slots = pattern_alloc(m, (size_t) run->p->nsteps * (size_t) run->nslots * sizeof(int32));
}

/* Prepares for a text; see pattern.h. */
PatternRun *
pattern_start(const Pattern *p, const char *text, int length, bool slots, PatternMemory *m)
{
	PatternRun *run = pattern_alloc(m, sizeof(PatternRun));

	memset(run, 0, sizeof(*run));
	run->p = p;
	run->text = text;
	run->end = text + length;
	run->nslots = slots ? (p->ngroups + 1) * 2 : 0;
	run->marks = pattern_alloc(m, (size_t) p->nsteps * sizeof(uint32));
	memset(run->marks, 0, (size_t) p->nsteps * sizeof(uint32));
	run->todo = pattern_alloc(m, ((size_t) p->nsteps * 2 + 2) * sizeof(Todo));
	run->slots = pattern_alloc(m, ((size_t) run->nslots + 1) * sizeof(int32));
	init_threads(&run->now, run, m);
	init_threads(&run->next, run, m);
	return run;
}

/* ---- what holds at a place ---- */

/* Whether a byte is part of a word. */
static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a word begins or ends here. */
static bool
at_word(const PatternRun *run, const char *s)
{
	return (s > run->text && is_word(s[-1])) != (s < run->end && is_word(*s));
}

/* Whether an assertion holds here. */
static bool
holds(const PatternRun *run, PatternOp op, const char *s)
{
	switch (op)
	{
		case PATTERN_TEXT_BEGIN:
			return s == run->text;
		case PATTERN_TEXT_END:
			return s == run->end;
		case PATTERN_TEXT_END_LINE:
			return s == run->end || (*s == '\n' && s + 1 == run->end) ||
				(*s == '\r' && s + 2 == run->end && s[1] == '\n');
		case PATTERN_LINE_BEGIN:
			return s == run->text || s[-1] == '\n';
		case PATTERN_LINE_END:
			return s == run->end || *s == '\n';
		case PATTERN_WORD:
			return at_word(run, s);
		default:
			return !at_word(run, s);
	}
}

/* Whether a class takes a character. */
static bool
class_takes(const Pattern *p, const PatternClass *class, uint32 c)
{
	return c < 128 ? class->ascii[c / 64] >> c % 64 & 1 : pattern_class_takes(p, class, c);
}

/* Whether a step takes a character. */
static bool
step_takes(const Pattern *p, const PatternStep *step, uint32 c)
{
	switch (step->op)
	{
		case PATTERN_CHAR:
			return (uint32) step->x == c || (step->icase && (uint32) step->x == character_lower(character_upper(c)));
		case PATTERN_ANY:
			return true;
		case PATTERN_ANY_IN_LINE:
			return c != '\n' && c != '\r' && c != 0x85 && c != 0x2028 && c != 0x2029;
		case PATTERN_CLASS:
			return class_takes(p, &p->classes[step->x], c);
		default:
			return false;
	}
}

/* ---- ways ---- */

/* Adds the way with run->slots that takes its next character, or ends, at a step. */
static void
add_thread(PatternRun *run, Threads *t, int32 step)
{
	if (run->nslots > 0)
		memcpy(t->slots + (size_t) t->n * (size_t) run->nslots, run->slots, (size_t) run->nslots * sizeof(int32));
	t->steps[t->n++] = step;
}

/* Follows one way up to a step that takes a character, leaving the choices it passes on the stack. */
static void
follow_way(PatternRun *run, Threads *t, int32 at, const char *s, int *ntodo)
{
	while (run->marks[at] != run->round)
	{
		const PatternStep *step = &run->p->steps[at];

		run->marks[at] = run->round;
		switch (step->op)
		{
			case PATTERN_JUMP:
				at += step->x;
				break;
			case PATTERN_SPLIT:
				run->todo[(*ntodo)++] = (Todo) {at + step->y, 0, 0};
				at += step->x;
				break;
			case PATTERN_SAVE:
				if (step->x < run->nslots)
				{
					run->todo[(*ntodo)++] = (Todo) {-1, step->x, run->slots[step->x]};
					run->slots[step->x] = (int32) (s - run->text);
				}
				at++;
				break;
			case PATTERN_CHAR:
			case PATTERN_ANY:
			case PATTERN_ANY_IN_LINE:
			case PATTERN_CLASS:
			case PATTERN_MATCH:
				add_thread(run, t, at);
				return;
			default:
				if (!holds(run, (PatternOp) step->op, s))
					return;
				at++;
				break;
		}
	}
}

/* Adds all ways that lead from a step, without taking a character, in their order. */
static void
follow(PatternRun *run, Threads *t, int32 step, const char *s)
{
	int			n = 0;

	run->todo[n++] = (Todo) {step, 0, 0};
	while (n > 0)
	{
		Todo		todo = run->todo[--n];

		if (todo.step < 0)
			run->slots[todo.slot] = todo.old;
		else
			follow_way(run, t, todo.step, s, &n);
	}
}

/* Takes the slots of a way, for what follows it. */
static void
take_slots(PatternRun *run, const Threads *t, int i)
{
	if (run->nslots > 0)
		memcpy(run->slots, t->slots + (size_t) i * (size_t) run->nslots, (size_t) run->nslots * sizeof(int32));
}

/*
 * One character (length 0: the end) for all ways; the ways behind one that
 * matches are given up.  Returns whether one matched, into found.
 */
static bool
step_all(PatternRun *run, const char *s, int length, uint32 c, int32 *found)
{
	Threads		old = run->now;

	run->round++;
	run->next.n = 0;
	for (int i = 0; i < old.n; i++)
	{
		const PatternStep *step = &run->p->steps[old.steps[i]];

		CHECK_FOR_INTERRUPTS();
		if (step->op == PATTERN_MATCH)
		{
			if (run->whole && s < run->end)
				continue;
			take_slots(run, &old, i);
			if (found)
				memcpy(found, run->slots, (size_t) run->nslots * sizeof(int32));
			run->now = run->next;
			run->next = old;
			return true;
		}
		if (length == 0 || !step_takes(run->p, step, c))
			continue;
		take_slots(run, &old, i);
		follow(run, &run->next, old.steps[i] + 1, s + length);
	}
	run->now = run->next;
	run->next = old;
	return false;
}

/* No slot has a place yet. */
static void
clear_slots(PatternRun *run)
{
	for (int i = 0; i < run->nslots; i++)
		run->slots[i] = -1;
}

/* Begins: no ways, but those from the first step at s. */
static void
begin(PatternRun *run, const char *s)
{
	clear_slots(run);
	run->round++;
	run->now.n = 0;
	follow(run, &run->now, 0, s);
}

/* Whether the whole text matches. */
bool
pattern_matches(PatternRun *run)
{
	const char *s = run->text;
	int			length;

	run->whole = true;
	begin(run, s);
	for (; s < run->end && run->now.n > 0; s += length)
	{
		uint32		c = character_read(s, run->end, &length);

		CHECK_FOR_INTERRUPTS();
		step_all(run, s, length, c, NULL);
	}
	return run->now.n > 0 && step_all(run, s, 0, 0, NULL);
}

/* The next place where a match can begin: where its first character is, when that is certain. */
static const char *
skip(const PatternRun *run, const char *s)
{
	const PatternStep *first = &run->p->steps[1];

	if (first->op != PATTERN_CHAR || first->icase || first->x >= 128 || s >= run->end)
		return s;
	s = bytes_find(s, (char) first->x, (size_t) (run->end - s));
	return s ? s : run->end;
}

/* Finds the first match at or behind a byte; see pattern.h. */
bool
pattern_find(PatternRun *run, int from, int32 *slots)
{
	const char *s = run->text + from;
	bool		found = false;
	int			length = 0;

	run->whole = false;
	run->now.n = 0;
	for (;; s += length)
	{
		uint32		c = 0;

		CHECK_FOR_INTERRUPTS();
		if (run->now.n == 0)
		{
			if (found)
				return true;
			s = skip(run, s);
			run->round++;
		}
		if (!found)
		{
			/* A match that begins later comes behind those that have begun. */
			clear_slots(run);
			follow(run, &run->now, 0, s);
		}
		length = 0;
		if (s < run->end)
			c = character_read(s, run->end, &length);
		if (step_all(run, s, length, c, slots))
			found = true;
		if (length == 0)
			return found;
	}
}
