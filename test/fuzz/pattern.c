/*
 * pattern.c: a regular expression, a line end, and a text.  Whatever reads runs
 * in bounded time, finds matches that go forward and lie in the text, and finds
 * something where the whole text matches.
 */
#include "cql/pattern.h"

static void *
more(void *arg, size_t size)
{
	return palloc(size);
}

/* Every match is behind the one before, groups lie inside of the text. */
static int
check_finds(const Pattern *p, PatternRun *run, const char *text, int length)
{
	int32	   *slots = palloc((size_t) (p->ngroups + 1) * 2 * sizeof(int32));
	int			n = 0,
				from = 0;

	while (from <= length && pattern_find(run, from, slots) && n++ < 10)
	{
		assert(slots[0] >= from && slots[1] >= slots[0] && slots[1] <= length);
		for (int i = 1; i <= p->ngroups; i++)
		{
			assert(slots[i * 2] >= -1 && slots[i * 2 + 1] <= length);
			assert(slots[i * 2 + 1] == -1 || slots[i * 2] >= slots[0]);
		}
		from = slots[1] > slots[0] ? slots[1] : slots[1] + 1;
		while (from < length && (text[from] & 0xC0) == 0x80)
			from++;
	}
	return n;
}

/* Steps refer to each other inside of the pattern. */
static void
check_steps(const Pattern *p)
{
	assert(p->nsteps <= PATTERN_MAX_SIZE && p->steps[p->nsteps - 1].op == PATTERN_MATCH);
	for (int i = 0; i < p->nsteps; i++)
	{
		const PatternStep *step = &p->steps[i];

		if (step->op == PATTERN_JUMP || step->op == PATTERN_SPLIT)
			assert(i + step->x >= 0 && i + step->x < p->nsteps);
		if (step->op == PATTERN_SPLIT)
			assert(i + step->y >= 0 && i + step->y < p->nsteps && step->x != 0 && step->y != 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *) data,
			   *end = s + size,
			   *text = memchr(s, '\n', size);
	char	   *buffer = palloc(PATTERN_BUFFER);
	PatternMemory memory = {buffer, buffer + PATTERN_BUFFER, more, NULL};
	Pattern		p;
	PhmError	err = {0};

	if (size > 4096 || text == NULL)
		return -1;
	if (!pattern_compile(&p, s, (int) (text - s), &memory, &err))
		assert(err.sqlstate != 0 && err.message[0] != '\0');
	else if ((size_t) p.nsteps * (size_t) (p.ngroups + 1) * size < 200000)
	{
		int			length = (int) (end - ++text);
		bool		whole = pattern_matches(pattern_start(&p, text, length, false, &memory));
		int			found = check_finds(&p, pattern_start(&p, text, length, true, &memory), text, length);

		check_steps(&p);
		assert(!whole || found > 0);
	}
	shim_reset();
	return 0;
}
