/*
 * exec_name.c: the expressions and functions of opened logic by name.
 */
#include <strings.h>

#include "cql/exec_state.h"

/* How names are compared: exactly, or whatever their case. */
typedef int (*NameCompare) (const char *a, const char *b, size_t n);

static int
compare_exactly(const char *a, const char *b, size_t n)
{
	return memcmp(a, b, n);
}

/* Whether "name" or "library.name" is what is asked for. */
static bool
is_named(const LogicHeader *logic, uint32 library, uint32 name, const char *asked, int length, NameCompare compare)
{
	int			library_length;
	int			name_length;
	const char *library_text = logic_string(logic, library, &library_length);
	const char *text = logic_string(logic, name, &name_length);

	if (name_length == length && compare(asked, text, length) == 0)
		return true;
	return length == library_length + 1 + name_length && asked[library_length] == '.' &&
		memcmp(asked, library_text, library_length) == 0 && compare(asked + library_length + 1, text, name_length) == 0;
}

/* The first or only expression of a name; *others: there are more. */
static int
find_expression(const CqlExec *x, const char *name, int length, NameCompare compare, bool *others)
{
	const uint32 *results = logic_section(x->logic, LOGIC_RESULTS);
	const LogicDefinition *definitions = logic_section(x->logic, LOGIC_DEFINITIONS);
	int			found = -1;

	*others = false;
	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_RESULTS); i++)
	{
		const LogicDefinition *d = &definitions[results[i]];

		if (!is_named(x->logic, d->library, d->name, name, length, compare))
			continue;
		if (found >= 0)
		{
			*others = true;
			break;
		}
		found = (int) i;
	}
	return found;
}

int
cql_find_expression(const CqlExec *x, const char *name, int length)
{
	bool		others;
	int			found = find_expression(x, name, length, compare_exactly, &others);

	if (found < 0)
	{
		found = find_expression(x, name, length, strncasecmp, &others);
		if (others)
			return -1;
	}
	return found;
}

int
cql_find_function(const CqlExec *x, const char *name, int length, uint32 noperands)
{
	const LogicFunction *functions = logic_section(x->logic, LOGIC_FUNCTIONS);

	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_FUNCTIONS); i++)
		if (functions[i].noperands == noperands &&
			is_named(x->logic, functions[i].library, functions[i].name, name, length, compare_exactly))
			return (int) i;
	return -1;
}
