/*
 * value_set_filter.c: filters of a FHIR ValueSet that codes and prefixes can
 * express: on the code itself, equal to one, one of several, or a regular
 * expression that is literal text, perhaps with .* at its end, or alternatives
 * of such.
 */
#include "terminology/value_set.h"

#include "types/codeset.h"

/* Where the codes of a filter go. */
typedef struct Target
{
	CodesetBuilder *builder;
	const char *system;
	int			system_length;
	int			system_id;
	PhmError   *err;
} Target;

static bool
is(const char *text, int length, const char *wanted)
{
	return length == (int) strlen(wanted) && memcmp(text, wanted, length) == 0;
}

static bool
add(const Target *t, const char *code, int length, bool prefix)
{
	return codeset_builder_add(t->builder, t->system, t->system_length, t->system_id, code, length, prefix, t->err);
}

/* Adds codes with commas between them; blanks around one do not belong to it. */
static bool
add_listed(const Target *t, const char *p, const char *end)
{
	while (p < end)
	{
		const char *comma = memchr(p, ',', end - p);
		const char *to = comma ? comma : end;
		const char *after = to;

		while (p < to && *p == ' ')
			p++;
		while (to > p && to[-1] == ' ')
			to--;
		if (to > p && !add(t, p, (int) (to - p), false))
			return false;
		p = after + 1;
	}
	return true;
}

/* The literal text of a part of a regular expression, without its backslashes; -1 when it is not literal. */
static int
literal(const char *p, const char *end, char *out)
{
	char	   *start = out;

	for (; p < end; p++)
	{
		if (*p == '\\')
		{
			if (++p == end || (uint8) *p >= 0x80 || (*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
				return -1;
		}
		else if (strchr("][.*+?(){}|^$", *p) != NULL)
			return -1;
		*out++ = *p;
	}
	return (int) (out - start);
}

/* Adds an alternative of a regular expression; *good false when it is not literal. */
static bool
add_alternative(const Target *t, const char *p, const char *end, char *scratch, bool *good)
{
	bool		prefix;
	int			length;

	if (p < end && *p == '^')
		p++;
	if (end > p && end[-1] == '$')
		end--;
	prefix = end - p >= 2 && end[-2] == '.' && end[-1] == '*';
	length = literal(p, prefix ? end - 2 : end, scratch);
	if (length <= 0)
	{
		*good = false;
		return true;
	}
	return add(t, scratch, length, prefix);
}

/* Adds the alternatives of a regular expression, all or (when the builder is to be dropped) some. */
static bool
add_expression(const Target *t, const char *p, int length, bool *good)
{
	const char *end = p + length;
	char	   *scratch = palloc(length + 1);
	bool		more = true;

	while (more && *good)
	{
		const char *bar = memchr(p, '|', end - p);

		if (!add_alternative(t, p, bar ? bar : end, scratch, good))
			return false;
		more = bar != NULL;
		p = more ? bar + 1 : end;
	}
	pfree(scratch);
	return true;
}

bool
value_set_add_filter(CodesetBuilder *b, const char *system, int system_length, int system_id,
					 const ValueSetFilter *f, bool *expressible, PhmError *err)
{
	Target		t = {b, system, system_length, system_id, err};

	*expressible = true;
	if (is(f->property, f->property_length, "code") || is(f->property, f->property_length, "concept"))
	{
		if (is(f->op, f->op_length, "="))
			return add(&t, f->value, f->value_length, false);
		if (is(f->op, f->op_length, "in"))
			return add_listed(&t, f->value, f->value + f->value_length);
		if (is(f->op, f->op_length, "regex"))
			return add_expression(&t, f->value, f->value_length, expressible);
	}
	*expressible = false;
	return true;
}
