/*
 * string.c: strings of CQL: taking apart, putting together, finding, case.
 *
 * Positions count characters, that is Unicode code points; strings are UTF-8.
 * Parts of a string point into it.
 */
#include "types/bytes.h"
#include "cql/character.h"
#include "cql/number.h"
#include "cql/operator_function.h"

/* The operand, which must be a string or null. */
static CqlValue
string_operand(CqlExec *x, const CqlNode *n, CqlValue v)
{
	v = cql_unwrap(x, v);
	if (v.kind != CQL_STRING && !cql_is_null(v))
		cql_fail_type(x, n, v);
	return v;
}

/* Two operands that are strings; false when one is null. */
static bool
two_strings(CqlExec *x, const CqlNode *n, const CqlValue *a, CqlValue *s, CqlValue *t)
{
	*s = string_operand(x, n, a[0]);
	*t = string_operand(x, n, a[1]);
	return !cql_is_null(*s) && !cql_is_null(*t);
}

/* How many characters the first bytes of a string are. */
static uint32
count_characters(const char *s, uint32 length)
{
	uint32		n = 0;

	for (uint32 i = 0; i < length;)
	{
		uint32		end = i + Min(length - i, (uint32) BYTES_AT_ONCE);

		for (; i < end; i++)
			n += (s[i] & 0xC0) != 0x80;
		CHECK_FOR_INTERRUPTS();
	}
	return n;
}

/* The byte at which the character i begins; the length of the string at or behind its end. */
static uint32
offset_of(CqlValue v, int64 i)
{
	uint32		at = 0;

	for (; at < v.n; at++)
	{
		if (BYTES_LOOK(at))
			CHECK_FOR_INTERRUPTS();
		if ((v.s[at] & 0xC0) != 0x80 && i-- == 0)
			break;
	}
	return at;
}

/* ---- finding bytes ---- */

#define SHORT_PATTERN 16		/* bytes that are compared wherever they may begin */
#define HASH_PRIME ((UINT64CONST(1) << 61) - 1)
#define HASH_BASE UINT64CONST(1315423911077)

/* a * b + c modulo HASH_PRIME. */
static inline uint64
hash_step(uint64 a, uint64 b, uint64 c)
{
	uint128		v = (uint128) a * b + c;
	uint64		r = ((uint64) v & HASH_PRIME) + (uint64) (v >> 61);

	return r >= HASH_PRIME ? r - HASH_PRIME : r;
}

/*
 * How many bytes lie before the first place of a long pattern in n bytes, -1:
 * it is nowhere.  With step -1 both are read from their ends (s and p are last
 * bytes).  The hash of as many bytes as the pattern has is carried along (Karp
 * and Rabin), so that repetitive texts take no longer than others.
 */
static int64
find_long(const char *s, int64 n, const char *p, int64 m, int step)
{
	uint64		wanted = 0,
				hash = 0,
				first = 1;		/* factor of the byte that is left behind */

	for (int64 i = 0; i < m && m <= n; i++)
	{
		if (BYTES_LOOK(i))
			CHECK_FOR_INTERRUPTS();
		wanted = hash_step(wanted, HASH_BASE, (uint8) p[i * step]);
		hash = hash_step(hash, HASH_BASE, (uint8) s[i * step]);
		if (i > 0)
			first = hash_step(first, HASH_BASE, 0);
	}
	for (int64 at = 0; at + m <= n; at++)
	{
		if (hash == wanted && bytes_compare(step > 0 ? s + at : s - at - m + 1, step > 0 ? p : p - m + 1, m) == 0)
			return at;
		if (at + m == n)
			break;
		if (BYTES_LOOK(at))
			CHECK_FOR_INTERRUPTS();
		hash = hash_step(HASH_PRIME - hash_step(first, (uint8) s[at * step], 0), 1, hash);
		hash = hash_step(hash, HASH_BASE, (uint8) s[(at + m) * step]);
	}
	return -1;
}

int64
cql_string_find(CqlValue v, CqlValue pattern, uint32 from)
{
	if (pattern.n == 0)
		return from;
	if (pattern.n > SHORT_PATTERN && from < v.n)
	{
		int64		at = find_long(v.s + from, v.n - from, pattern.s, pattern.n, 1);

		return at < 0 ? -1 : from + at;
	}
	while (from + (uint64) pattern.n <= v.n)
	{
		const char *found = bytes_find(v.s + from, pattern.s[0], v.n - from - pattern.n + 1);

		if (found == NULL)
			return -1;
		from = (uint32) (found - v.s);
		if (memcmp(found, pattern.s, pattern.n) == 0)
			return from;
		from++;
		CHECK_FOR_INTERRUPTS();
	}
	return -1;
}

/* Whether a string has a part at a byte. */
static bool
has_at(CqlValue v, CqlValue part, uint32 at)
{
	return bytes_compare(v.s + at, part.s, part.n) == 0;
}

/* Where a pattern begins last; -1: nowhere. */
static int64
find_last(CqlValue v, CqlValue pattern)
{
	int64		at = (int64) v.n - pattern.n;

	if (pattern.n > SHORT_PATTERN && at >= 0)
	{
		int64		behind = find_long(v.s + v.n - 1, v.n, pattern.s + pattern.n - 1, pattern.n, -1);

		return behind < 0 ? -1 : at - behind;
	}
	for (; at >= 0 && !has_at(v, pattern, (uint32) at); at--)
		CHECK_FOR_INTERRUPTS();
	return at;
}

/* ---- for other files ---- */

uint32
cql_string_length(CqlValue v)
{
	return count_characters(v.s, v.n);
}

/* The character i as a string; null outside. */
CqlValue
cql_string_at(CqlValue v, int64 i)
{
	uint32		at,
				end;

	if (i < 0 || i >= v.n || (at = offset_of(v, i)) >= v.n)
		return cql_null();
	for (end = at + 1; end < v.n && (v.s[end] & 0xC0) == 0x80;)
		end++;
	return cql_string(v.s + at, (int) (end - at));
}

/* The position of a pattern in a string, -1 when it is not in it. */
int64
cql_string_position(CqlValue v, CqlValue pattern)
{
	int64		at = cql_string_find(v, pattern, 0);

	return at < 0 ? -1 : count_characters(v.s, (uint32) at);
}

/* ---- finding ---- */

CqlValue
cql_position_of_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	pattern,
				v;

	if (!two_strings(x, n, a, &pattern, &v))
		return cql_null();
	return cql_integer((int32) cql_string_position(v, pattern));
}

CqlValue
cql_last_position_of_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	pattern,
				v;
	int64		at;

	if (!two_strings(x, n, a, &pattern, &v))
		return cql_null();
	at = find_last(v, pattern);
	return cql_integer(at < 0 ? -1 : (int32) count_characters(v.s, (uint32) at));
}

CqlValue
cql_starts_with_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v,
				part;

	if (!two_strings(x, n, a, &v, &part))
		return cql_null();
	return cql_boolean(part.n <= v.n && has_at(v, part, 0));
}

CqlValue
cql_ends_with_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v,
				part;

	if (!two_strings(x, n, a, &v, &part))
		return cql_null();
	return cql_boolean(part.n <= v.n && has_at(v, part, v.n - part.n));
}

/* ---- putting together ---- */

/* The sum of lengths, which a string can have. */
static uint32
add_length(CqlExec *x, const CqlNode *n, uint32 length, uint32 more)
{
	if (length + (uint64) more > CQL_MAX_STRING)
		cql_fail(x, n, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "the string is too long");
	return length + more;
}

/* The strings one after the other with a separator between; nulls among them are left out. */
static CqlValue
join(CqlExec *x, const CqlNode *n, const CqlValue *parts, uint32 count, CqlValue separator)
{
	uint32		length = 0,
				used = 0;
	char	   *s,
			   *end;

	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (parts[i].kind == CQL_STRING)
			length = add_length(x, n, length, add_length(x, n, parts[i].n, used++ ? separator.n : 0));
	}
	if (length == 0)
		return used ? cql_string("", 0) : cql_null();
	s = end = cql_alloc(x, length);
	used = 0;
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (parts[i].kind != CQL_STRING)
			continue;
		if (used++)
		{
			bytes_copy(end, separator.s, separator.n);
			end += separator.n;
		}
		bytes_copy(end, parts[i].s, parts[i].n);
		end += parts[i].n;
	}
	return cql_string(s, (int) length);
}

/* The operands one after the other. */
CqlValue
cql_concatenate_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	parts[CQL_MAX_STRICT];

	for (uint32 i = 0; i < n->nargs; i++)
	{
		parts[i] = string_operand(x, n, a[i]);
		if (cql_is_null(parts[i]))
			return cql_null();
	}
	return join(x, n, parts, n->nargs, cql_string("", 0));
}

/* The strings of a list in one, null when there are none. */
CqlValue
cql_combine_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	separator = cql_string("", 0);
	CqlValue   *parts;

	if (n->nargs > 1)
		separator = string_operand(x, n, a[1]);
	if (cql_is_null(a[0]) || cql_is_null(separator))
		return cql_null();
	if (a[0].kind != CQL_LIST)
		cql_fail_type(x, n, a[0]);
	if (a[0].n == 0)
		return cql_null();
	parts = cql_alloc_values(x, a[0].n);
	for (uint32 i = 0; i < a[0].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		parts[i] = string_operand(x, n, a[0].values[i]);
	}
	return join(x, n, parts, a[0].n, separator);
}

/* ---- taking apart ---- */

/* The parts between the separators; the whole without one. */
CqlValue
cql_split_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v,
				separator;
	CqlListBuilder list = {0};
	uint32		from = 0;
	int64		at;

	two_strings(x, n, a, &v, &separator);
	if (cql_is_null(v))
		return v;
	if (!cql_is_null(separator) && separator.n > 0)
		while ((at = cql_string_find(v, separator, from)) >= 0)
		{
			CHECK_FOR_INTERRUPTS();
			cql_list_add(x, &list, cql_string(v.s + from, (int) (at - from)));
			from = (uint32) at + separator.n;
		}
	cql_list_add(x, &list, cql_string(v.s + from, (int) (v.n - from)));
	return cql_list_of(&list);
}

/* The part that begins at a character, of so many characters or to the end; null outside of the string. */
CqlValue
cql_substring_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = string_operand(x, n, a[0]);
	uint32		at;

	if (cql_is_null(v) || cql_is_null(a[1]))
		return cql_null();
	if (a[1].kind != CQL_INTEGER)
		cql_fail_type(x, n, a[1]);
	if (a[1].i < 0 || a[1].i > v.n)
		return cql_null();
	at = offset_of(v, a[1].i);
	if (at == v.n && !(v.n == 0 && a[1].i == 0))
		return cql_null();
	v = cql_string(v.s + at, (int) (v.n - at));
	if (n->nargs > 2 && !cql_is_null(a[2]))
	{
		if (a[2].kind != CQL_INTEGER)
			cql_fail_type(x, n, a[2]);
		v.n = offset_of(v, Max(a[2].i, 0));
	}
	return v;
}

/* ---- case ---- */

/* The string with every character replaced by its form; the string itself when nothing changes. */
static CqlValue
change_case(CqlExec *x, CqlValue v, uint32 (*form) (uint32))
{
	const char *end = v.s + v.n;
	char	   *copy = NULL;
	uint32		at = 0;
	int			length;

	for (const char *s = v.s; v.n > 0 && s < end; s += length)
	{
		uint32		c = character_read(s, end, &length),
					changed = form(c);

		CHECK_FOR_INTERRUPTS();
		if (copy == NULL && changed == c)
			continue;
		if (copy == NULL)
		{
			copy = cql_alloc(x, v.n);
			at = (uint32) (s - v.s);
			bytes_copy(copy, v.s, at);
		}
		if (changed != c)
			at += (uint32) character_write(changed, copy + at);
		else
		{
			memcpy(copy + at, s, (size_t) length);
			at += (uint32) length;
		}
	}
	return copy ? cql_string(copy, (int) at) : v;
}

CqlValue
cql_upper_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = string_operand(x, n, a[0]);

	return cql_is_null(v) ? v : change_case(x, v, character_upper);
}

CqlValue
cql_lower_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	v = string_operand(x, n, a[0]);

	return cql_is_null(v) ? v : change_case(x, v, character_lower);
}
