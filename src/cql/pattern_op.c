/*
 * pattern_op.c: the operators that take regular expressions.
 *
 * A pattern is read where it is used; that and its run find room in a buffer on
 * the stack unless they are large, so that using a pattern for each of many
 * strings needs no memory of the evaluation.
 */
#include "types/bytes.h"
#include "cql/number.h"
#include "cql/operator_function.h"
#include "cql/pattern.h"

typedef struct Matcher
{
	Pattern		pattern;
	PatternRun *run;
	int32	   *slots;
	CqlValue	text;
	char		buffer[PATTERN_BUFFER] __attribute__((aligned(16)));
} Matcher;

/* Memory beyond the buffer. */
static void *
more_memory(void *x, size_t size)
{
	return cql_alloc(x, size);
}

/* Reads a pattern and prepares it for a text; fails where the pattern is wrong. */
static void
start_matcher(CqlExec *x, const CqlNode *n, Matcher *m, CqlValue text, CqlValue pattern, bool slots)
{
	PatternMemory memory = {m->buffer, m->buffer + sizeof(m->buffer), more_memory, x};
	PhmError	err = {0};

	if (text.kind != CQL_STRING)
		cql_fail_type(x, n, text);
	if (pattern.kind != CQL_STRING)
		cql_fail_type(x, n, pattern);
	if (!pattern_compile(&m->pattern, pattern.n ? pattern.s : "", (int) pattern.n, &memory, &err))
		cql_fail(x, n, err.sqlstate, "%s", err.message);
	m->text = text;
	m->slots = pattern_alloc(&memory, (size_t) (m->pattern.ngroups + 1) * 2 * sizeof(int32));
	m->run = pattern_start(&m->pattern, text.n ? text.s : "", (int) text.n, slots, &memory);
}

/* Whether the pattern matches the whole string. */
CqlValue
cql_matches_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	text = cql_unwrap(x, a[0]),
				pattern = cql_unwrap(x, a[1]);
	Matcher		m;

	if (cql_is_null(text) || cql_is_null(pattern))
		return cql_null();
	start_matcher(x, n, &m, text, pattern, false);
	return cql_boolean(pattern_matches(m.run));
}

/* The next match behind the one before, if that was one; an empty match moves on by a character. */
static bool
next_match(Matcher *m, bool first)
{
	uint32		from = first ? 0 : (uint32) m->slots[1];

	if (!first && m->slots[0] == m->slots[1])
	{
		if (from++ >= m->text.n)
			return false;
		while (from < m->text.n && (m->text.s[from] & 0xC0) == 0x80)
			from++;
	}
	return pattern_find(m->run, (int) from, m->slots);
}

/* Appends a part of a string to the pieces. */
static void
add_piece(CqlExec *x, CqlListBuilder *pieces, const char *s, int64 length)
{
	if (length > 0)
		cql_list_add(x, pieces, cql_string(s, (int) length));
}

/* Reads the group that $ names: digits as long as there is such a group, or {name}; -1 for a dollar alone. */
static int
read_reference(CqlExec *x, const CqlNode *n, const Pattern *p, const char **s, const char *end)
{
	const char *at = *s;
	int			group = 0;

	if (at < end && *at == '{')
	{
		const char *close = bytes_find(at, '}', (size_t) (end - at));

		if (close == NULL)
			return -1;
		group = pattern_group(p, at + 1, (int) (close - at - 1));
		if (group < 0)
			cql_fail(x, n, ERRCODE_INVALID_REGULAR_EXPRESSION, "the regular expression has no group of the name that the replacement uses");
		*s = close + 1;
		return group;
	}
	if (at >= end || *at < '0' || *at > '9')
		return -1;
	group = *at++ - '0';
	if (group > p->ngroups)
		cql_fail(x, n, ERRCODE_INVALID_REGULAR_EXPRESSION, "the regular expression has no group %d, which the replacement uses", group);
	while (at < end && *at >= '0' && *at <= '9' && group * 10 + (*at - '0') <= p->ngroups)
		group = group * 10 + (*at++ - '0');
	*s = at;
	return group;
}

/* Appends the replacement of the present match. */
static void
add_replacement(CqlExec *x, const CqlNode *n, const Matcher *m, CqlListBuilder *pieces, CqlValue replacement)
{
	const char *s = replacement.s,
			   *end = s + replacement.n,
			   *plain = s;

	while (s < end)
	{
		int			group = -1;
		const char *begin = s;

		CHECK_FOR_INTERRUPTS();
		if (*s != '\\' && *s != '$')
		{
			s++;
			continue;
		}
		if (*s++ == '$' && (group = read_reference(x, n, &m->pattern, &s, end)) < 0)
			continue;
		add_piece(x, pieces, plain, begin - plain);
		plain = s;
		if (group >= 0 && m->slots[group * 2] >= 0 && m->slots[group * 2 + 1] >= 0)
			add_piece(x, pieces, m->text.s + m->slots[group * 2], m->slots[group * 2 + 1] - m->slots[group * 2]);
		if (group < 0 && s < end)
			s++;				/* the escaped character is part of what follows */
	}
	add_piece(x, pieces, plain, end - plain);
}

/* The pieces as one string. */
static CqlValue
join_pieces(CqlExec *x, const CqlNode *n, const CqlListBuilder *pieces)
{
	uint64		length = 0;
	char	   *s,
			   *at;

	for (uint32 i = 0; i < pieces->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		length += pieces->values[i].n;
	}
	if (length > CQL_MAX_STRING)
		cql_fail(x, n, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "the string is too long");
	if (length == 0)
		return cql_string("", 0);
	s = at = cql_alloc(x, length);
	for (uint32 i = 0; i < pieces->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		bytes_copy(at, pieces->values[i].s, pieces->values[i].n);
		at += pieces->values[i].n;
	}
	return cql_string(s, (int) length);
}

/* The string with every match replaced; $1 and ${name} stand for groups, a backslash takes that away. */
CqlValue
cql_replace_matches_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	text = cql_unwrap(x, a[0]),
				pattern = cql_unwrap(x, a[1]),
				replacement = cql_unwrap(x, a[2]);
	CqlListBuilder pieces = {0};
	int32		done = 0;
	Matcher		m;

	if (cql_is_null(text) || cql_is_null(pattern) || cql_is_null(replacement))
		return cql_null();
	if (replacement.kind != CQL_STRING)
		cql_fail_type(x, n, replacement);
	start_matcher(x, n, &m, text, pattern, true);
	for (bool first = true; next_match(&m, first); first = false)
	{
		add_piece(x, &pieces, text.s + done, m.slots[0] - done);
		add_replacement(x, n, &m, &pieces, replacement);
		done = m.slots[1];
	}
	if (done == 0 && pieces.n == 0)
		return text;
	add_piece(x, &pieces, text.s + done, (int64) text.n - done);
	return join_pieces(x, n, &pieces);
}

/* The parts between the matches; empty matches split where there is a character on both sides. */
CqlValue
cql_split_on_matches_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	CqlValue	text = cql_unwrap(x, a[0]),
				pattern = cql_unwrap(x, a[1]);
	CqlListBuilder parts = {0};
	int32		done = 0;
	Matcher		m;

	if (cql_is_null(text))
		return text;
	if (!cql_is_null(pattern))
	{
		start_matcher(x, n, &m, text, pattern, true);
		for (bool first = true; next_match(&m, first); first = false)
		{
			if (m.slots[0] == m.slots[1] && (m.slots[0] == done || m.slots[0] == (int32) text.n))
				continue;
			cql_list_add(x, &parts, cql_string(text.s + done, m.slots[0] - done));
			done = m.slots[1];
		}
	}
	else if (text.kind != CQL_STRING)
		cql_fail_type(x, n, text);
	cql_list_add(x, &parts, cql_string(text.s + done, (int) text.n - done));
	return cql_list_of(&parts);
}
