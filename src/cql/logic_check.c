/*
 * logic_check.c: checks a phm.logic value from outside.
 *
 * What passes can be run: every number leads to where it should, evaluation
 * ends or can be cancelled, and nothing remembered outlives what it points
 * to.  Only the layout that logic_finish writes is accepted.  The checks are
 * linear in the size of the value; what is shared between elements, where
 * they could be more, can be cancelled.
 */
#include "cql/logic_check.h"

#include "cql/exec_state.h"
#include "cql/logic_build.h"
#include "types/code_system.h"
#include "types/codeset.h"

#define MAX_TYPE_DEPTH	100		/* types inside each other */
#define MAX_TYPE_SIZE	10000	/* types that make up one */

static bool
malformed(PhmError *err, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid binary form of phm.logic");
	return phm_fail_detail(err, "The value is %s.", what);
}

bool
logic_malformed(PhmError *err, const char *section, uint32 i, const char *what)
{
	phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "invalid binary form of phm.logic");
	return phm_fail_detail(err, "%s %u %s.", section, i, what);
}

/* Header and sections: each begins where the one before ends, aligned to 8. */
static bool
check_layout(const LogicHeader *logic, size_t length, PhmError *err)
{
	uint64		end = sizeof(LogicHeader);

	if (length < sizeof(LogicHeader) || VARSIZE(logic) != length)
		return malformed(err, "cut");
	if (logic->version != LOGIC_VERSION)
	{
		phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "unsupported version of phm.logic");
		return phm_fail_hint(err, "Link it again.");
	}
	if (logic->nsections == (uint16) (LOGIC_NSECTIONS << 8))
	{
		phm_fail(err, ERRCODE_INVALID_BINARY_REPRESENTATION, -1, "phm.logic of a machine with another byte order");
		return phm_fail_hint(err, "Link it on this machine.");
	}
	if (logic->flags != 0 || logic->nslots != 0 || logic->nsections != LOGIC_NSECTIONS)
		return malformed(err, "not one of this version");
	for (int i = 0; i < LOGIC_NSECTIONS; i++)
	{
		if (logic->section[i].offset != end)
			return malformed(err, "inconsistent: a section is not where it belongs");
		end += ((uint64) logic->section[i].count * logic_element_size(i) + 7) & ~(uint64) 7;
		if (end > length)
			return malformed(err, "cut: a section is not whole");
	}
	for (int i = LOGIC_NSECTIONS; i < (int) lengthof(logic->section); i++)
		if (logic->section[i].offset != 0 || logic->section[i].count != 0)
			return malformed(err, "not one of this version");
	if (end != length)
		return malformed(err, "longer than its sections");
	if (logic->hash != logic_content_hash((const uint8 *) logic + sizeof(LogicHeader), length - sizeof(LogicHeader)))
		return malformed(err, "damaged: its hash is another one");
	return true;
}

/* Strings cover the text without gaps. */
static bool
check_strings(const LogicHeader *logic, PhmError *err)
{
	const uint32 *ends = logic_section(logic, LOGIC_STRINGS);
	uint32		end = 0;

	for (uint32 i = 0; i < logic_count(logic, LOGIC_STRINGS); i++)
	{
		if (ends[i] < end)
			return logic_malformed(err, "String", i, "ends before it begins");
		end = ends[i];
	}
	return end == logic_count(logic, LOGIC_TEXT) || malformed(err, "inconsistent: strings and their text differ in length");
}

/* A section whose elements are strings. */
static bool
check_names(const LogicHeader *logic, LogicSection section, const char *what, PhmError *err)
{
	const uint32 *names = logic_section(logic, section);

	for (uint32 i = 0; i < logic_count(logic, section); i++)
		if (!logic_has(logic, LOGIC_STRINGS, names[i]))
			return logic_malformed(err, what, i, "has no name");
	return true;
}

/* The strings of codes. */
static bool
check_codes(const LogicHeader *logic, PhmError *err)
{
	const LogicCode *codes = logic_section(logic, LOGIC_CODES);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_CODES); i++)
		if (!logic_has_or_none(logic, LOGIC_STRINGS, codes[i].code) ||
			!logic_has_or_none(logic, LOGIC_STRINGS, codes[i].system) ||
			!logic_has_or_none(logic, LOGIC_STRINGS, codes[i].version) ||
			!logic_has_or_none(logic, LOGIC_STRINGS, codes[i].display))
			return logic_malformed(err, "Code", i, "has a text that is not there");
	return true;
}

/* Whether a constant's number is one of CQL's decimals. */
static bool
is_decimal(const LogicConstant *c)
{
	Decimal		d = {logic_mantissa(c), c->flag};

	return c->flag <= 8 && cql_fit_decimal(&d) && d.mantissa == logic_mantissa(c);
}

/* Whether a constant of its kind is whole. */
static bool
is_constant(const LogicHeader *logic, const LogicConstant *c)
{
	switch (c->kind)
	{
		case CQL_NULL:
			return c->type <= CQL_ELEMENT && c->flag == 0 && c->n == 0 && c->i == 0;
		case CQL_BOOLEAN:
			return c->flag == 0 && c->n == 0 && (c->i == 0 || c->i == 1);
		case CQL_INTEGER:
			return c->flag == 0 && c->n == 0 && c->i >= PG_INT32_MIN && c->i <= PG_INT32_MAX;
		case CQL_LONG:
			return c->flag == 0 && c->n == 0;
		case CQL_DECIMAL:
			return is_decimal(c);
		case CQL_STRING:
			return logic_has(logic, LOGIC_STRINGS, c->string);
		case CQL_QUANTITY:
			return is_decimal(c) && logic_has(logic, LOGIC_STRINGS, c->string);
		case CQL_CODE:
			return c->i >= 0 && logic_has(logic, LOGIC_CODES, (uint64) c->i);
		case CQL_CONCEPT:
			return c->i >= 0 && c->i <= logic_count(logic, LOGIC_CODES) &&
				(uint64) c->i + c->n <= logic_count(logic, LOGIC_CODES) &&
				logic_has_or_none(logic, LOGIC_STRINGS, c->string);
		case CQL_VALUE_SET:
			return c->flag == 0 && c->n == 0 && c->i >= 0 && logic_has(logic, LOGIC_VALUE_SETS, (uint64) c->i);
		case CQL_CODE_SYSTEM:
			return c->flag == 0 && c->n == 0 && c->i >= 0 && logic_has(logic, LOGIC_STRINGS, (uint64) c->i);
		default:
			return false;
	}
}

/* Constants; each Concept has codes of its own, so that they take no more memory when they are opened. */
static bool
check_constants(const LogicHeader *logic, PhmError *err)
{
	const LogicConstant *constants = logic_section(logic, LOGIC_CONSTANTS);
	uint64		ncodes = 0;

	for (uint32 i = 0; i < logic_count(logic, LOGIC_CONSTANTS); i++)
	{
		ncodes += constants[i].kind == CQL_CONCEPT ? constants[i].n : 0;
		if ((constants[i].high != 0 && constants[i].kind != CQL_DECIMAL && constants[i].kind != CQL_QUANTITY) || (constants[i].type != 0 && constants[i].kind != CQL_NULL) ||
			!is_constant(logic, &constants[i]))
			return logic_malformed(err, "Constant", i, "is not a value of its type");
	}
	return ncodes <= logic_count(logic, LOGIC_CODES) || malformed(err, "inconsistent: concepts share their codes");
}

/* A type's own fields. */
static bool
is_type(const LogicHeader *logic, const LogicType *t)
{
	if (t->form > CQL_TYPE_TUPLE || t->kind > CQL_ELEMENT || t->fhir > fhir_type_count ||
		(uint64) t->first + t->nparts > logic_count(logic, LOGIC_PARTS))
		return false;
	if (t->form == CQL_TYPE_NAMED)
		return t->nparts == 0;
	return (t->form != CQL_TYPE_LIST && t->form != CQL_TYPE_INTERVAL) || t->nparts == 1;
}

/* Types are made of types before them, and are of bounded depth and size. */
static bool
check_types(const LogicHeader *logic, PhmError *err)
{
	const LogicType *types = logic_section(logic, LOGIC_TYPES);
	const uint32 *parts = logic_section(logic, LOGIC_PARTS);
	uint32		n = logic_count(logic, LOGIC_TYPES);
	uint16	   *depths = palloc_extended(sizeof(uint16) * (n + 1), MCXT_ALLOC_HUGE);
	uint16	   *sizes = palloc_extended(sizeof(uint16) * (n + 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < n; i++)
	{
		uint32		depth = 1;
		uint32		size = 1;

		CHECK_FOR_INTERRUPTS();
		if (!is_type(logic, &types[i]))
			return logic_malformed(err, "Type", i, "is of no known form");
		for (uint32 j = 0; j < types[i].nparts && size <= MAX_TYPE_SIZE; j++)
		{
			uint32		part = parts[types[i].first + j];

			if (part >= i)
				return logic_malformed(err, "Type", i, "is made of one that follows");
			depth = Max(depth, depths[part] + 1u);
			size += sizes[part];
		}
		if (depth > MAX_TYPE_DEPTH || size > MAX_TYPE_SIZE)
			return logic_malformed(err, "Type", i, "is too complex");
		depths[i] = (uint16) depth;
		sizes[i] = (uint16) size;
	}
	pfree(depths);
	pfree(sizes);
	return true;
}

/* The names of tuples, in their order. */
static bool
check_shapes(const LogicHeader *logic, PhmError *err)
{
	const LogicShape *shapes = logic_section(logic, LOGIC_SHAPES);
	const uint32 *parts = logic_section(logic, LOGIC_PARTS);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_SHAPES); i++)
	{
		const char *last = NULL;
		int			last_length = 0;

		if ((uint64) shapes[i].first + shapes[i].count > logic_count(logic, LOGIC_PARTS))
			return logic_malformed(err, "Shape", i, "has names that are not there");
		for (uint32 j = 0; j < shapes[i].count; j++)
		{
			uint32		string = parts[shapes[i].first + j];
			const char *name;
			int			length;
			int			order;

			CHECK_FOR_INTERRUPTS();
			if (!logic_has(logic, LOGIC_STRINGS, string))
				return logic_malformed(err, "Shape", i, "has names that are not there");
			name = logic_string(logic, string, &length);
			order = last ? memcmp(last, name, Min(last_length, length)) : -1;
			if (order > 0 || (order == 0 && last_length > length))
				return logic_malformed(err, "Shape", i, "has names that are not in order");
			last = name;
			last_length = length;
		}
	}
	return true;
}

/* Functions: what they are called by; their bodies are checked with the nodes. */
static bool
check_functions(const LogicHeader *logic, PhmError *err)
{
	const LogicFunction *functions = logic_section(logic, LOGIC_FUNCTIONS);
	const uint32 *parts = logic_section(logic, LOGIC_PARTS);
	const uint32 *overloads = logic_section(logic, LOGIC_OVERLOADS);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_FUNCTIONS); i++)
	{
		const LogicFunction *f = &functions[i];

		if (!logic_has(logic, LOGIC_STRINGS, f->name) || !logic_has(logic, LOGIC_STRINGS, f->library) ||
			!logic_has(logic, LOGIC_NODES, f->body) || f->noperands > f->nslots ||
			(uint64) f->types + f->noperands > logic_count(logic, LOGIC_PARTS))
			return logic_malformed(err, "Function", i, "is not whole");
		for (uint32 j = 0; j < f->noperands; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (!logic_has(logic, LOGIC_TYPES, parts[f->types + j]))
				return logic_malformed(err, "Function", i, "has operands of no known type");
		}
	}
	for (uint32 i = 0; i < logic_count(logic, LOGIC_OVERLOADS); i++)
		if (!logic_has(logic, LOGIC_FUNCTIONS, overloads[i]))
			return logic_malformed(err, "Overload", i, "is not a function");
	return true;
}

/* Definitions, results and parameters. */
static bool
check_definitions(const LogicHeader *logic, PhmError *err)
{
	const LogicDefinition *d = logic_section(logic, LOGIC_DEFINITIONS);
	const LogicParameter *p = logic_section(logic, LOGIC_PARAMETERS);
	const uint32 *results = logic_section(logic, LOGIC_RESULTS);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_DEFINITIONS); i++)
		if (!logic_has(logic, LOGIC_STRINGS, d[i].library) || !logic_has(logic, LOGIC_STRINGS, d[i].name) ||
			!logic_has_or_none(logic, LOGIC_NODES, d[i].node) || (d[i].flags & ~DEFINITION_LOOKS) != 0)
			return logic_malformed(err, "Definition", i, "is not whole");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_RESULTS); i++)
		if (!logic_has(logic, LOGIC_DEFINITIONS, results[i]) || d[results[i]].node == LOGIC_NONE)
			return logic_malformed(err, "Result", i, "is not an expression");
	for (uint32 i = 0; i < logic_count(logic, LOGIC_PARAMETERS); i++)
		if (!logic_has(logic, LOGIC_STRINGS, p[i].library) || !logic_has(logic, LOGIC_STRINGS, p[i].name) ||
			!logic_has_or_none(logic, LOGIC_NODES, p[i].node) || !logic_has_or_none(logic, LOGIC_TYPES, p[i].type))
			return logic_malformed(err, "Parameter", i, "is not whole");
	return true;
}

/* Queries: that their operands are as many as they say is checked with the nodes. */
static bool
check_queries(const LogicHeader *logic, PhmError *err)
{
	const LogicQuery *q = logic_section(logic, LOGIC_QUERIES);
	const uint32 all = QUERY_WHERE | QUERY_RETURN | QUERY_AGGREGATE | QUERY_DISTINCT;

	for (uint32 i = 0; i < logic_count(logic, LOGIC_QUERIES); i++)
		if (q[i].nsources == 0 || (q[i].flags & ~all & (((uint32) 1 << QUERY_CONDITIONS_SHIFT) - 1)) != 0 ||
			(query_conditions(&q[i]) > 0 && (q[i].flags & QUERY_WHERE)) ||
			(q[i].flags & (QUERY_RETURN | QUERY_AGGREGATE)) == (QUERY_RETURN | QUERY_AGGREGATE))
			return logic_malformed(err, "Query", i, "has no source or clauses that exclude each other");
	return true;
}

/* Whether the filter of a retrieve names what is there. */
static bool
is_filter(const LogicHeader *logic, const LogicRetrieve *r)
{
	switch ((LogicFilter) r->filter)
	{
		case RETRIEVE_ALL:
		case RETRIEVE_ANY:
			return r->filter_value == 0 && r->filter_count == 0;
		case RETRIEVE_VALUE_SET:
		case RETRIEVE_NOT_DONE:
			return logic_has(logic, LOGIC_VALUE_SETS, r->filter_value) && r->filter_count == 0;
		case RETRIEVE_CODES:
			return (uint64) r->filter_value + r->filter_count <= logic_count(logic, LOGIC_CODES);
	}
	return false;
}

/* Whether a retrieve may say that its code property is the main code of the type. */
static bool
has_main_code(uint16 type)
{
	const ChartShape *shape = chart_shape(type);

	return shape != NULL && shape->code != 0;
}

static bool
check_retrieves(const LogicHeader *logic, PhmError *err)
{
	const LogicRetrieve *r = logic_section(logic, LOGIC_RETRIEVES);

	for (uint32 i = 0; i < logic_count(logic, LOGIC_RETRIEVES); i++, r++)
	{
		if (r->type == 0 || r->type > fhir_type_count || r->filter > RETRIEVE_ANY || r->main > 1 || r->negative > 1 ||
			r->comparator > CQL_CODE_EQUAL || r->zero != 0)
			return logic_malformed(err, "Retrieve", i, "is of no known type");
		if (!logic_has_or_none(logic, LOGIC_PROFILES, r->profile) ||
			!logic_has_or_none(logic, LOGIC_PROPERTIES, r->property) ||
			!logic_has_or_none(logic, LOGIC_PROPERTIES, r->date_property) || !is_filter(logic, r) ||
			(r->main && (r->property == LOGIC_NONE || !has_main_code(r->type))))
			return logic_malformed(err, "Retrieve", i, "filters by what is not there");
	}
	return true;
}

/* The codes of a value set that begin at an offset of CODESETS. */
static bool
check_codeset(const LogicHeader *logic, const LogicValueSet *set, PhmError *err)
{
	const uint8 *payload = (const uint8 *) logic_section(logic, LOGIC_CODESETS) + set->codes;
	struct varlena *value;
	CodesetView view;

	if ((uint64) set->codes + set->length > logic_count(logic, LOGIC_CODESETS))
		return false;
	value = codeset_receive(payload, set->length, err);
	if (value == NULL)
		return false;
	pfree(value);
	codeset_view_init(&view, payload);
	return set->prefixes == (view.nprefixes > 0);
}

/* Value sets, one behind the other in CODESETS, each at a multiple of 8. */
static bool
check_value_sets(const LogicHeader *logic, PhmError *err)
{
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);
	const uint8 *codesets = logic_section(logic, LOGIC_CODESETS);
	uint64		end = 0;

	for (uint32 i = 0; i < logic_count(logic, LOGIC_VALUE_SETS); i++)
	{
		const LogicValueSet *set = &sets[i];

		CHECK_FOR_INTERRUPTS();
		if (!logic_has(logic, LOGIC_STRINGS, set->url) || !logic_has_or_none(logic, LOGIC_STRINGS, set->version) ||
			set->zero != 0)
			return logic_malformed(err, "Value set", i, "has no name");
		if (set->codes == LOGIC_NONE)
		{
			if (set->length != 0 || set->prefixes != 0)
				return logic_malformed(err, "Value set", i, "has no codes but their length");
			continue;
		}
		if (set->codes != end || !check_codeset(logic, set, err))
			return logic_malformed(err, "Value set", i, "has codes that are not a phm.codeset");
		for (end += set->length; end % 8 != 0; end++)
			if (end >= logic_count(logic, LOGIC_CODESETS) || codesets[end] != 0)
				return logic_malformed(err, "Value set", i, "is not filled up with zeros");
	}
	return end == logic_count(logic, LOGIC_CODESETS) || malformed(err, "longer than its value sets");
}

/* The class that the index has for a hash, 0: none. */
static uint32
find_class(const LogicHeader *logic, uint64 hash)
{
	const LogicIndexSlot *slots = logic_section(logic, LOGIC_INDEX);
	uint32		mask = logic_count(logic, LOGIC_INDEX) - 1;
	uint32		at;

	for (at = (uint32) (hash >> 20) & mask; slots[at].class; at = (at + 1) & mask)
		if (slots[at].hash == hash)
			return slots[at].class;
	return 0;
}

/* Whether the index has every code of the value sets; counts them. */
static bool
index_has_codes(const LogicHeader *logic, uint64 *count)
{
	const LogicValueSet *sets = logic_section(logic, LOGIC_VALUE_SETS);
	const uint64 *classes = logic_section(logic, LOGIC_CLASSES);
	const uint8 *codesets = logic_section(logic, LOGIC_CODESETS);

	*count = 0;
	for (uint32 set = 0; set < logic_count(logic, LOGIC_VALUE_SETS); set++)
	{
		CodesetView view;

		if (sets[set].codes == LOGIC_NONE)
			continue;
		codeset_view_init(&view, codesets + sets[set].codes);
		for (uint32 i = 0; i < view.ncodes; i++, ++*count)
		{
			CodesetEntry e;
			uint32		class;

			CHECK_FOR_INTERRUPTS();
			codeset_entry(&view, i, &e);
			class = find_class(logic, code_hash(code_system_hash(e.system, e.system_length), e.code, e.code_length));
			if (!(classes[(size_t) class * logic->class_words + set / 64] >> (set % 64) & 1))
				return false;
		}
	}
	return true;
}

/* Value sets that the classes of all slots name together; false when a slot is damaged. */
static bool
count_memberships(const LogicHeader *logic, uint64 *memberships, uint32 *used)
{
	const LogicIndexSlot *slots = logic_section(logic, LOGIC_INDEX);
	const uint64 *classes = logic_section(logic, LOGIC_CLASSES);
	uint32		words = logic->class_words;
	uint32		nclasses = logic_count(logic, LOGIC_CLASSES) / words;
	uint32	   *sizes = palloc_extended(sizeof(uint32) * (nclasses + 1), MCXT_ALLOC_HUGE);

	*memberships = *used = 0;
	for (uint32 class = 0; class < nclasses; class++)
	{
		sizes[class] = 0;
		for (uint32 word = 0; word < words; word++)
			sizes[class] += (uint32) __builtin_popcountll(classes[(size_t) class * words + word]);
	}
	for (uint32 i = 0; i < logic_count(logic, LOGIC_INDEX); i++)
	{
		if (slots[i].zero != 0 || slots[i].class >= nclasses || (slots[i].class == 0 && slots[i].hash != 0))
			return false;
		*used += slots[i].class != 0;
		*memberships += slots[i].class ? sizes[slots[i].class] : 0;
	}
	*used += sizes[0] != 0 ? logic_count(logic, LOGIC_INDEX) : 0;	/* class 0 is in no value set */
	pfree(sizes);
	return true;
}

/* The merged index: it has the codes of the value sets and no others. */
static bool
check_index(const LogicHeader *logic, PhmError *err)
{
	uint32		nslots = logic_count(logic, LOGIC_INDEX);
	uint32		nclasses = logic_count(logic, LOGIC_CLASSES);
	uint64		memberships;
	uint64		count;
	uint32		used;

	if (logic->class_words != (logic_count(logic, LOGIC_VALUE_SETS) + 63) / 64)
		return malformed(err, "inconsistent: its classes are not as wide as its value sets are many");
	if (logic->class_words == 0)
		return (nslots == 0 && nclasses == 0) || malformed(err, "inconsistent: it has an index without value sets");
	if (nslots < 8 || (nslots & (nslots - 1)) != 0 || nclasses == 0 || nclasses % logic->class_words != 0 ||
		!count_memberships(logic, &memberships, &used) || used > nslots / 2)
		return malformed(err, "inconsistent: the index of its value sets is damaged");
	return (index_has_codes(logic, &count) && memberships <= count) ||
		malformed(err, "inconsistent: the index is not that of its value sets");
}

/* Clauses: parts of the text of their definition, each behind what is around it. */
static bool
check_traces(const LogicHeader *logic, PhmError *err)
{
	const LogicTrace *t = logic_section(logic, LOGIC_TRACES);
	uint32		length = 0;

	for (uint32 i = 0; i < logic_count(logic, LOGIC_TRACES); i++)
	{
		bool		body = t[i].parent == LOGIC_NONE;
		int			text_length = 0;

		if (!logic_has(logic, LOGIC_DEFINITIONS, t[i].definition) || (!body && t[i].parent >= i) ||
			(t[i].row != LOGIC_NONE && t[i].row >= i) || !logic_has_or_none(logic, LOGIC_NODES, t[i].node) ||
			body != logic_has(logic, LOGIC_STRINGS, t[i].text) || (!body && t[i].text != LOGIC_NONE) ||
			(body ? i > 0 && t[i].definition <= t[i - 1].definition : t[i].definition != t[t[i].parent].definition))
			return logic_malformed(err, "Clause", i, "is not a part of a definition");
		if (body)
		{
			(void) logic_string(logic, t[i].text, &text_length);
			length = (uint32) text_length;
		}
		if (t[i].start > t[i].end || t[i].end > length ||
			(!body && (t[i].start < t[t[i].parent].start || t[i].end > t[t[i].parent].end || t[i].start < t[i - 1].start)) ||
			t[i].slot >= CQL_STACK_VALUES || t[i].op >= CQL_NOPS || t[i].role >= TRACE_NROLES ||
			(t[i].touches & ~TRACE_TOUCHES_ALL) != 0 || t[i].zero != 0)
			return logic_malformed(err, "Clause", i, "is not whole");
	}
	return true;
}

bool
logic_validate(const void *datum, size_t length, PhmError *err)
{
	const LogicHeader *logic = datum;

	return check_layout(logic, length, err) && check_strings(logic, err) &&
		check_names(logic, LOGIC_PROPERTIES, "Property", err) && check_names(logic, LOGIC_PROFILES, "Profile", err) &&
		check_codes(logic, err) && check_constants(logic, err) && check_types(logic, err) &&
		check_shapes(logic, err) && check_functions(logic, err) && check_definitions(logic, err) &&
		check_queries(logic, err) && check_retrieves(logic, err) && check_value_sets(logic, err) &&
		check_index(logic, err) && check_traces(logic, err) && logic_check_nodes(logic, err);
}
