/*
 * bytes.h: memory functions for texts and tables that may be as long as memory
 * allows: every few megabytes they look whether the statement was cancelled.
 */
#ifndef PHM_BYTES_H
#define PHM_BYTES_H

#include "phm_port.h"

#define BYTES_AT_ONCE ((size_t) 4 * 1024 * 1024)

/* Whether a loop over so many elements is to look for interrupts now: for loops of which one round costs little. */
#define BYTES_LOOK(i) (unlikely(((i) & 0x3FFF) == 0x3FFF))

/* memcpy; of no bytes either may be NULL. */
static inline void
bytes_copy(void *to, const void *from, size_t n)
{
	while (unlikely(n > BYTES_AT_ONCE))
	{
		memcpy(to, from, BYTES_AT_ONCE);
		to = (char *) to + BYTES_AT_ONCE;
		from = (const char *) from + BYTES_AT_ONCE;
		n -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	if (n > 0)
		memcpy(to, from, n);
}

/* memset to zero. */
static inline void
bytes_zero(void *to, size_t n)
{
	while (unlikely(n > BYTES_AT_ONCE))
	{
		memset(to, 0, BYTES_AT_ONCE);
		to = (char *) to + BYTES_AT_ONCE;
		n -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	if (n > 0)
		memset(to, 0, n);
}

/* memcmp; of no bytes either may be NULL. */
static inline int
bytes_compare(const void *a, const void *b, size_t n)
{
	while (unlikely(n > BYTES_AT_ONCE))
	{
		int			order = memcmp(a, b, BYTES_AT_ONCE);

		if (order != 0)
			return order;
		a = (const char *) a + BYTES_AT_ONCE;
		b = (const char *) b + BYTES_AT_ONCE;
		n -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	return n > 0 ? memcmp(a, b, n) : 0;
}

/* memchr; NULL when the byte is not there. */
static inline const char *
bytes_find(const char *s, char c, size_t n)
{
	while (unlikely(n > BYTES_AT_ONCE))
	{
		const char *found = memchr(s, c, BYTES_AT_ONCE);

		if (found)
			return found;
		s += BYTES_AT_ONCE;
		n -= BYTES_AT_ONCE;
		CHECK_FOR_INTERRUPTS();
	}
	return n > 0 ? memchr(s, c, n) : NULL;
}

#endif							/* PHM_BYTES_H */
