/*
 * tree.c: making expression trees, types and lists of problems.
 *
 * Relies on the dictionary of FHIR types only.  What it makes lives in the
 * current memory context; types of System are shared constants.
 */
#include "cql/tree.h"

#include <stdarg.h>

#define MAX_MESSAGE 600

static const char system_namespace[] = "{urn:hl7-org:elm-types:r1}";

CqlTree *
cql_tree(CqlOp op, int nargs)
{
	CqlTree    *t = palloc0(sizeof(CqlTree));

	t->op = op;
	t->precision = DATETIME_UNIT_FINEST;
	t->nargs = nargs;
	if (nargs > 0)
		t->args = palloc0((Size) nargs * sizeof(CqlTree *));
	return t;
}

CqlType *
cql_type(CqlTypeForm form, int nparts)
{
	CqlType    *type = palloc0(sizeof(CqlType));

	type->form = form;
	type->nparts = nparts;
	if (nparts > 0)
	{
		type->parts = palloc0((Size) nparts * sizeof(CqlType *));
		if (form == CQL_TYPE_TUPLE)
			type->names = palloc0((Size) nparts * sizeof(char *));
	}
	return type;
}

/* The kinds by the names of their System types; those without one have a name for messages. */
static const struct
{
	const char *name;
	bool		is_type;
}			kinds[CQL_NKINDS] = {
	[CQL_NULL] = {"Any", true},
	[CQL_BOOLEAN] = {"Boolean", true},
	[CQL_INTEGER] = {"Integer", true},
	[CQL_LONG] = {"Long", true},
	[CQL_DECIMAL] = {"Decimal", true},
	[CQL_STRING] = {"String", true},
	[CQL_DATE] = {"Date", true},
	[CQL_DATETIME] = {"DateTime", true},
	[CQL_TIME] = {"Time", true},
	[CQL_QUANTITY] = {"Quantity", true},
	[CQL_RATIO] = {"Ratio", true},
	[CQL_CODE] = {"Code", true},
	[CQL_CONCEPT] = {"Concept", true},
	[CQL_VALUE_SET] = {"ValueSet", true},
	[CQL_CODE_SYSTEM] = {"CodeSystem", true},
	[CQL_INTERVAL] = {"Interval", false},
	[CQL_LIST] = {"List", false},
	[CQL_TUPLE] = {"Tuple", false},
	[CQL_ELEMENT] = {"Element", false},
	[CQL_PENDING] = {"Pending", false},
};

const char *
cql_kind_name(CqlKind kind)
{
	return kind < CQL_NKINDS ? kinds[kind].name : "Any";
}

CqlKind
cql_kind_by_name(const char *name, int length)
{
	for (int i = 0; i < CQL_NKINDS; i++)
		if (kinds[i].is_type && strlen(kinds[i].name) == (size_t) length && memcmp(kinds[i].name, name, length) == 0)
			return (CqlKind) i;
	return CQL_NKINDS;
}

CqlType *
cql_system_type(CqlKind kind)
{
	CqlType    *type = cql_type(CQL_TYPE_NAMED, 0);

	type->kind = (uint8) kind;
	type->name = cql_kind_name(kind);
	return type;
}

/*
 * The FHIR type of a model's name: backbone elements are Encounter.Location
 * there and Encounter.location in the dictionary.
 */
static FhirType
model_type(const char *name, int length)
{
	char		path[120];
	FhirType	type = fhir_type_by_name(name, length);

	if (type != 0 || length >= (int) sizeof(path))
		return type;
	for (int i = 0; i < length; i++)
	{
		bool		begins = i > 0 && name[i - 1] == '.';

		path[i] = begins && name[i] >= 'A' && name[i] <= 'Z' ? (char) (name[i] | 0x20) : name[i];
	}
	return fhir_type_by_name(path, length);
}

/* Takes a prefix off a name when it has it. */
static bool
take_prefix(const char **name, int *length, const char *prefix)
{
	int			n = (int) strlen(prefix);

	if (*length <= n || memcmp(*name, prefix, n) != 0)
		return false;
	*name += n;
	*length -= n;
	return true;
}

/* Takes the namespace or model off a qualified name; a FHIR type's own dots stay. */
static void
take_namespace(const char **name, int *length)
{
	const char *close = *length > 0 && **name == '{' ? memchr(*name, '}', *length) : NULL;

	if (close != NULL)
	{
		*length -= (int) (close + 1 - *name);
		*name = close + 1;
	}
	else if (!take_prefix(name, length, "FHIR."))
		take_prefix(name, length, "QICore.");
}

/* Vocabulary, the type from which ValueSet and CodeSystem derive: either of them. */
static CqlType *
vocabulary_type(void)
{
	CqlType    *type = cql_type(CQL_TYPE_CHOICE, 2);

	type->parts[0] = cql_system_type(CQL_VALUE_SET);
	type->parts[1] = cql_system_type(CQL_CODE_SYSTEM);
	return type;
}

CqlType *
cql_named_type(const char *name, int length)
{
	CqlType    *type;
	bool		is_system = take_prefix(&name, &length, system_namespace) || take_prefix(&name, &length, "System.");
	bool		is_plain = !is_system && length > 0 && *name != '{';
	CqlKind		kind = is_system || is_plain ? cql_kind_by_name(name, length) : CQL_NKINDS;

	if (kind != CQL_NKINDS)
		return cql_system_type(kind);
	if (is_system && length == 10 && memcmp(name, "Vocabulary", 10) == 0)
		return vocabulary_type();
	if (!is_system)
		take_namespace(&name, &length);
	type = cql_type(CQL_TYPE_NAMED, 0);
	type->kind = CQL_ELEMENT;
	type->name = pnstrdup(name, length);
	if (!is_system)
		type->fhir = model_type(name, length);
	return type;
}

/* A text or NULL, copied. */
static const char *
copy_or_null(const char *s)
{
	return s ? pstrdup(s) : NULL;
}

void
cql_problem(CqlProblems *problems, const char *library, const char *definition, int line, int column,
			const char *format,...)
{
	char		message[MAX_MESSAGE];
	va_list		args;
	CqlProblem *p;

	if (problems->count++ >= CQL_MAX_PROBLEMS)
		return;
	if (problems->list == NULL)
		problems->list = palloc0(CQL_MAX_PROBLEMS * sizeof(CqlProblem));
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	p = &problems->list[problems->count - 1];
	p->library = copy_or_null(library);
	p->definition = copy_or_null(definition);
	p->line = line;
	p->column = column;
	p->message = pstrdup(message);
}
