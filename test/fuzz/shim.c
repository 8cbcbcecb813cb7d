/*
 * shim.c: palloc and StringInfo over malloc for the fuzz targets.  Every
 * allocation hangs in one list, which shim_reset() frees.
 */
#include "phm_port.h"

#include <time.h>

typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk **link;		/* what points at this chunk */
	Size		size;
	max_align_t body[];
} Chunk;

static Chunk *chunks;

bool		shim_limited;

static sigjmp_buf *limit_jump;
static char *limit_base;
static Size limit_stack;
static uint64 limit_interrupts;
static clock_t limit_time;

void
shim_limit(sigjmp_buf *jump, Size stack, uint64 interrupts)
{
	limit_jump = jump;
	shim_limited = jump != NULL;
	limit_base = __builtin_frame_address(0);
	limit_stack = stack;
	limit_interrupts = interrupts;
	limit_time = clock() + CLOCKS_PER_SEC;
}

/* Stacks grow downwards on every machine that this runs on. */
void
shim_stack(void)
{
	if (limit_jump && (Size) (limit_base - (char *) __builtin_frame_address(0)) > limit_stack)
		siglongjmp(*limit_jump, 1);
}

void
shim_interrupts(void)
{
	if (limit_jump && (limit_interrupts-- == 0 || (limit_interrupts % 8 == 0 && clock() > limit_time)))
		siglongjmp(*limit_jump, 1);
}

void *
palloc(Size size)
{
	Chunk	   *c;

	if (size > MaxAllocSize && limit_jump)
		siglongjmp(*limit_jump, 1);
	c = malloc(sizeof(Chunk) + size);
	if (c == NULL || size > MaxAllocSize)
		abort();
	c->size = size;
	c->next = chunks;
	c->link = &chunks;
	if (chunks)
		chunks->link = &c->next;
	chunks = c;
	return c->body;
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

static Chunk *
chunk_of(void *p)
{
	return (Chunk *) ((char *) p - offsetof(Chunk, body));
}

void
pfree(void *p)
{
	Chunk	   *c = chunk_of(p);

	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	free(c);
}

void *
repalloc(void *p, Size size)
{
	void	   *q = palloc(size);

	memcpy(q, p, Min(chunk_of(p)->size, size));
	pfree(p);
	return q;
}

char *
pnstrdup(const char *s, Size n)
{
	char	   *copy = palloc(n + 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
pstrdup(const char *s)
{
	return pnstrdup(s, strlen(s));
}

void
shim_reset(void)
{
	while (chunks)
		pfree(chunks->body);
}

void
initStringInfo(StringInfo s)
{
	s->data = palloc(1024);
	s->maxlen = 1024;
	resetStringInfo(s);
}

void
resetStringInfo(StringInfo s)
{
	s->data[0] = '\0';
	s->len = s->cursor = 0;
}

void
enlargeStringInfo(StringInfo s, int needed)
{
	int			size = s->maxlen;

	if (needed < 0 || (Size) needed >= MaxAllocSize - s->len)
	{
		if (limit_jump)
			siglongjmp(*limit_jump, 1);
		abort();
	}
	while (size < s->len + needed + 1)
		size *= 2;
	if (size > s->maxlen)
	{
		s->data = repalloc(s->data, size);
		s->maxlen = size;
	}
}

void
appendBinaryStringInfo(StringInfo s, const void *data, int n)
{
	enlargeStringInfo(s, n);
	memcpy(s->data + s->len, data, n);
	s->len += n;
	s->data[s->len] = '\0';
}

void
appendStringInfoString(StringInfo s, const char *text)
{
	appendBinaryStringInfo(s, text, strlen(text));
}

void
appendStringInfoChar(StringInfo s, char c)
{
	appendBinaryStringInfo(s, &c, 1);
}

void
appendStringInfo(StringInfo s, const char *fmt,...)
{
	char		line[1024];
	va_list		args;
	int			n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	appendBinaryStringInfo(s, line, Min(n, (int) sizeof(line) - 1));
}
