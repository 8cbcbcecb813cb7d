/*
 * phm_port.h: the little that the pure parts of phm need from their surroundings.
 *
 * Parsers, printers and codecs ("pure" files) include this header and nothing
 * of the server, so that the fuzz targets can link them against test/fuzz/shim.h
 * (-DPHM_STANDALONE) without a database.  They never ereport: they return
 * false and describe the problem in a PhmError, and the SQL function beside
 * them (<concept>_type.c) turns that into an error with an SQLSTATE.
 */
#ifndef PHM_PORT_H
#define PHM_PORT_H

#ifdef PHM_STANDALONE
#include "shim.h"
#else
#include "postgres.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
#endif

/* What was wrong with an input, and where.  Texts never quote patient data. */
typedef struct PhmError
{
	int			sqlstate;		/* ERRCODE_..., 0 when nothing is wrong */
	int64		position;		/* byte offset in the input, -1 when unknown */
	char		message[240];	/* lower case, no period */
	char		detail[240];	/* whole sentence or empty: where (line, element) */
	char		hint[240];		/* whole sentence or empty: what to do */
} PhmError;

extern bool phm_fail(PhmError *err, int sqlstate, int64 position,
					 const char *format,...) pg_attribute_printf(4, 5);
extern bool phm_fail_detail(PhmError *err, const char *format,...) pg_attribute_printf(2, 3);
extern bool phm_fail_hint(PhmError *err, const char *format,...) pg_attribute_printf(2, 3);

/* Fixed-width integers in stored values are little-endian on every machine. */
static inline uint64
phm_get_u64(const void *p)
{
	uint64		v;

	memcpy(&v, p, sizeof(v));
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint32
phm_get_u32(const void *p)
{
	uint32		v;

	memcpy(&v, p, sizeof(v));
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap32(v);
#endif
	return v;
}

static inline uint16
phm_get_u16(const void *p)
{
	uint16		v;

	memcpy(&v, p, sizeof(v));
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap16(v);
#endif
	return v;
}

static inline void
phm_put_u64(void *p, uint64 v)
{
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void
phm_put_u32(void *p, uint32 v)
{
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap32(v);
#endif
	memcpy(p, &v, sizeof(v));
}

static inline void
phm_put_u16(void *p, uint16 v)
{
#ifdef WORDS_BIGENDIAN
	v = __builtin_bswap16(v);
#endif
	memcpy(p, &v, sizeof(v));
}

/* LEB128: seven bits a byte, low bits first.  Writers need PHM_VARINT_MAX bytes. */
#define PHM_VARINT_MAX 10

static inline int
phm_put_varint(uint8 *p, uint64 v)
{
	int			n = 0;

	while (v >= 0x80)
	{
		p[n++] = (uint8) (v | 0x80);
		v >>= 7;
	}
	p[n++] = (uint8) v;
	return n;
}

/* Reads a varint from trusted bytes. */
static inline uint64
phm_get_varint(const uint8 **pp)
{
	const uint8 *p = *pp;
	uint64		v = *p & 0x7F;
	int			shift = 7;

	while (*p++ & 0x80)
	{
		v |= (uint64) (*p & 0x7F) << shift;
		shift += 7;
	}
	*pp = p;
	return v;
}

/* Reads a varint from bytes that nobody vouches for; false when cut or too long. */
static inline bool
phm_check_varint(const uint8 **pp, const uint8 *end, uint64 *out)
{
	const uint8 *p = *pp;
	uint64		v = 0;
	int			shift = 0;

	for (;;)
	{
		if (p >= end || shift > 63 || (shift == 63 && (*p & 0x7E)))
			return false;
		v |= (uint64) (*p & 0x7F) << shift;
		if (!(*p++ & 0x80))
			break;
		shift += 7;
	}
	if (p - *pp > 1 && p[-1] == 0)
		return false;			/* not the shortest form */
	*pp = p;
	*out = v;
	return true;
}

static inline uint64
phm_zigzag(int64 v)
{
	return ((uint64) v << 1) ^ (uint64) (v >> 63);
}

static inline int64
phm_unzigzag(uint64 v)
{
	return (int64) (v >> 1) ^ -(int64) (v & 1);
}

#endif							/* PHM_PORT_H */
