/*
 * shim.h: the server's vocabulary for the pure parts of phm, so that fuzz
 * targets link them without a server (phm_port.h includes this under
 * -DPHM_STANDALONE).  palloc is malloc: leaks between inputs are freed by
 * shim_reset(), which every target calls at the end of an input.
 */
#ifndef PHM_SHIM_H
#define PHM_SHIM_H

#include <assert.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int8_t int8;
typedef int16_t int16;
typedef int32_t int32;
typedef int64_t int64;
typedef uint8_t uint8;
typedef uint16_t uint16;
typedef uint32_t uint32;
typedef uint64_t uint64;
typedef __int128 int128;
typedef unsigned __int128 uint128;
typedef size_t Size;

#define Assert(c) assert(c)
#define Max(x, y) ((x) > (y) ? (x) : (y))
#define Min(x, y) ((x) < (y) ? (x) : (y))
#define lengthof(array) (sizeof(array) / sizeof((array)[0]))
#define FLEXIBLE_ARRAY_MEMBER
#define pg_attribute_printf(f, a) __attribute__((format(printf, f, a)))
#define pg_noinline __attribute__((noinline))
#define likely(x) __builtin_expect((x) != 0, 1)
#define unlikely(x) __builtin_expect((x) != 0, 0)
#define INT64CONST(x) INT64_C(x)
#define UINT64CONST(x) UINT64_C(x)
#define PG_INT64_MAX INT64_MAX
#define PG_INT64_MIN INT64_MIN
#define PG_INT16_MAX INT16_MAX
#define PG_UINT16_MAX UINT16_MAX
#define PG_INT32_MAX INT32_MAX
#define PG_INT32_MIN INT32_MIN
#define PG_UINT32_MAX UINT32_MAX
#define MaxAllocSize ((Size) 0x3fffffff)
#define CHECK_FOR_INTERRUPTS() \
	do { \
		if (__builtin_expect(shim_limited, 0)) \
			shim_interrupts(); \
	} while (0)
#define InterruptPending false
#define TYPEALIGN(a, p) (((uintptr_t) (p) + ((a) - 1)) & ~((uintptr_t) ((a) - 1)))
#define MCXT_ALLOC_HUGE 1
#define MCXT_ALLOC_NO_OOM 2
#define palloc_extended(size, flags) palloc(size)
#define check_stack_depth() shim_stack()
#define StaticAssertDecl(condition, message) _Static_assert(condition, message)
#define foreach_never 0

/* SQLSTATE names used by the pure parts; values as in the server. */
#define PGSIXBIT(ch) (((ch) - '0') & 0x3F)
#define MAKE_SQLSTATE(a, b, c, d, e) \
	(PGSIXBIT(a) + (PGSIXBIT(b) << 6) + (PGSIXBIT(c) << 12) + (PGSIXBIT(d) << 18) + (PGSIXBIT(e) << 24))
#include "utils/errcodes.h"

struct varlena
{
	char		vl_len_[4];
	char		vl_dat[];
};
#define VARHDRSZ 4
#define SET_VARSIZE(p, n) phm_put_u32((p), (uint32) (n) << 2)
#define VARSIZE(p) (phm_get_u32(p) >> 2)
#define VARDATA(p) (((struct varlena *) (p))->vl_dat)

extern void *palloc(Size size);
extern void *palloc0(Size size);
extern void *repalloc(void *p, Size size);
extern void pfree(void *p);
extern char *pstrdup(const char *s);
extern char *pnstrdup(const char *s, Size n);
extern void shim_reset(void);

/*
 * What ends an input as an error ends a statement: where a target has set a
 * jump, too deep a stack, too many looks at interrupts (or one after a second)
 * and allocations beyond what palloc gives lead there.  Without one nothing is limited.
 */
extern void shim_limit(sigjmp_buf *jump, Size stack, uint64 interrupts);
extern void shim_stack(void);
extern bool shim_limited;		/* shim_limit set a limit */
extern void shim_interrupts(void);

typedef struct StringInfoData
{
	char	   *data;
	int			len;
	int			maxlen;
	int			cursor;
} StringInfoData;
typedef StringInfoData *StringInfo;

extern void initStringInfo(StringInfo s);
extern void resetStringInfo(StringInfo s);
extern void enlargeStringInfo(StringInfo s, int needed);
extern void appendStringInfo(StringInfo s, const char *fmt,...) pg_attribute_printf(2, 3);
extern void appendStringInfoString(StringInfo s, const char *text);
extern void appendStringInfoChar(StringInfo s, char c);
extern void appendBinaryStringInfo(StringInfo s, const void *data, int n);
#define appendStringInfoCharMacro(s, c) appendStringInfoChar(s, c)

#endif							/* PHM_SHIM_H */
