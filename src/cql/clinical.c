/*
 * clinical.c: codes in value sets and code systems.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

#include "types/code_system.h"

/* The class of a code in the merged index, 0: in no value set. */
static inline uint32
find_class(const CqlExec *x, uint64 hash)
{
	const LogicIndexSlot *slots = logic_section(x->logic, LOGIC_INDEX);
	uint32		nslots = logic_count(x->logic, LOGIC_INDEX);
	uint32		at;

	if (nslots == 0)
		return 0;
	for (at = (uint32) (hash >> 20) & (nslots - 1); slots[at].class; at = (at + 1) & (nslots - 1))
		if (slots[at].hash == hash)
			return slots[at].class;
	return 0;
}

/* Whether a class of codes is in a value set. */
static inline bool
class_in_set(const CqlExec *x, uint32 class, uint32 set)
{
	const uint64 *bits = (const uint64 *) logic_section(x->logic, LOGIC_CLASSES) + (size_t) class * x->logic->class_words;

	return (bits[set / 64] >> (set % 64)) & 1;
}

/* Value sets with prefixes are asked themselves. */
static bool
has_prefixes(const CqlExec *x, uint32 set)
{
	return ((const LogicValueSet *) logic_section(x->logic, LOGIC_VALUE_SETS))[set].prefixes;
}

/* Whether a code is in a value set itself: asked where it has prefixes. */
static bool
ask_set(CqlExec *x, uint32 set, uint64 hash, const char *system, int system_length, const char *code, int code_length)
{
	int			id = system ? code_system_by_url(system, system_length) : 0;

	if (id > 0)
		system = code_system_url(code_system_canonical(id), &system_length);
	return codeset_contains_hash(&x->value_sets[set], hash, system ? system : "", system_length, code, code_length);
}

bool
cql_hash_in_set(CqlExec *x, uint64 hash, const char *system, int system_length, const char *code, int code_length,
				uint32 set)
{
	if (class_in_set(x, find_class(x, hash), set))
		return true;
	return has_prefixes(x, set) && ask_set(x, set, hash, system, system_length, code, code_length);
}

void
cql_read_chart_code(CqlExec *x, int segment, uint32 code, CqlCode *c)
{
	const ChartCode *known = &chart_codes(x->chart, segment)[code];

	memset(c, 0, sizeof(*c));
	c->hash = known->hash;
	c->code = chart_string(x->chart, segment, known->code, &c->code_length);
	if (known->system & CHART_FOREIGN_SYSTEM)
		c->system = chart_string(x->chart, segment, known->system & ~CHART_FOREIGN_SYSTEM, &c->system_length);
	else if (known->system)
		c->system = code_system_url((int) known->system, &c->system_length);
}

/* Answers a code of the chart that has not been asked for lately, and remembers that in one of the places of its hash. */
static pg_noinline bool
ask_set_now(CqlExec *x, int segment, uint32 code, uint32 set, CodeAnswer *places, uint32 last)
{
	CodeAnswer *answer = places;
	CqlCode		c = {.hash = chart_codes(x->chart, segment)[code].hash};
	bool		is_in = class_in_set(x, find_class(x, c.hash), set);

	if (!is_in)
	{
		cql_need(x, CQL_LOOK);
		cql_read_chart_code(x, segment, code, &c);
		is_in = ask_set(x, set, c.hash, c.system, c.system_length, c.code, c.code_length);
	}
	while (answer < places + CODE_PLACES && answer->set)
		answer++;
	if (answer == places + CODE_PLACES)
		answer = places + last;
	*answer = (CodeAnswer) {.hash = c.hash,.set = set + 1,.is_in = is_in};
	return is_in;
}

/*
 * Whether a code of the chart is in a value set with prefixes.  A population uses few
 * codes; what was answered once needs no text, which is not in the beginning of a chart.
 */
static inline bool
ask_set_once(CqlExec *x, int segment, const ChartCode *codes, uint32 code, uint32 set)
{
	uint64		hash = codes[code].hash;
	uint64		mixed = (hash ^ set) * UINT64CONST(0x9E3779B97F4A7C15);
	CodeAnswer *places = &x->code_answers[(mixed >> (64 - CODE_ANSWER_BITS)) * CODE_PLACES];

	for (int i = 0; i < CODE_PLACES && places[i].set; i++)
		if (places[i].hash == hash && places[i].set == set + 1)
			return places[i].is_in;
	return ask_set_now(x, segment, code, set, places, mixed % CODE_PLACES);
}

/* Looks up the codes of a segment, each once, and notes the value sets that they are in. */
static pg_noinline void
look_up_codes(CqlExec *x, int segment)
{
	SegmentCache *cache = &x->segments[segment];
	const ChartCode *codes = chart_codes(x->chart, segment);
	const uint64 *classes = logic_section(x->logic, LOGIC_CLASSES);
	uint32		ncodes = x->chart->segments[segment]->ncodes;
	uint32		words = x->logic->class_words;
	Arena	   *arena = x->arena;

	x->arena = &x->chart_arena;
	cache->classes = cql_alloc(x, sizeof(uint32) * (ncodes + 1));
	cache->present = cql_alloc(x, sizeof(uint64) * (words + 1));
	x->arena = arena;
	memset(cache->present, 0, sizeof(uint64) * (words + 1));
	for (uint32 i = 0; i < ncodes; i++)
	{
		cache->classes[i] = find_class(x, codes[i].hash);
		for (uint32 j = 0; cache->classes[i] != 0 && j < words; j++)
			cache->present[j] |= classes[(size_t) cache->classes[i] * words + j];
	}
}

/*
 * Whether the codes of a segment are looked up, now that some more are asked for.  That is
 * done when they have all been asked for twice: few questions are answered faster code by code.
 */
static inline bool
looked_up(CqlExec *x, int segment, uint32 asked)
{
	SegmentCache *cache = &x->segments[segment];

	if (cache->classes != NULL)
		return true;
	cache->asked += asked;
	if (cache->asked <= 2 * x->chart->segments[segment]->ncodes)
		return false;
	look_up_codes(x, segment);
	return true;
}

bool
cql_segment_in_set(CqlExec *x, int segment, uint32 set)
{
	const ChartCode *codes = chart_codes(x->chart, segment);
	uint32		ncodes = x->chart->segments[segment]->ncodes;

	if (has_prefixes(x, set))
	{
		for (uint32 i = 0; i < ncodes; i++)
			if (ask_set_once(x, segment, codes, i, set))
				return true;
		return false;
	}
	if (looked_up(x, segment, ncodes))
		return (x->segments[segment].present[set / 64] >> (set % 64)) & 1;
	for (uint32 i = 0; i < ncodes; i++)
	{
		uint32		class = find_class(x, codes[i].hash);

		if (class != 0 && class_in_set(x, class, set))
			return true;
	}
	return false;
}

bool
cql_code_in_set(CqlExec *x, int segment, uint32 code, uint32 set)
{
	if (has_prefixes(x, set))
		return ask_set_once(x, segment, chart_codes(x->chart, segment), code, set);
	return class_in_set(x, looked_up(x, segment, 1) ? x->segments[segment].classes[code] :
						find_class(x, chart_codes(x->chart, segment)[code].hash), set);
}

bool
cql_chart_concept_in_set(CqlExec *x, int segment, uint32 concept, uint32 set)
{
	const uint8 *p;
	uint32		n = chart_concept(x->chart, segment, concept, &p);

	for (uint32 i = 0; i < n; i++)
	{
		uint32		code = (uint32) phm_get_varint(&p);

		if (code > 0 && cql_code_in_set(x, segment, code - 1, set))
			return true;
	}
	return false;
}

/* The concept's place in the chart as the element that it is: with all that was written there. */
static CqlValue
concept_element(CqlExec *x, CqlValue v)
{
	uint8	   *bytes = cql_alloc(x, 1 + PHM_VARINT_MAX);

	bytes[0] = ELEMENT_CONCEPT;
	phm_put_varint(bytes + 1, (uint64) v.i);
	return cql_loosen(x, (CqlValue) {.kind = CQL_ELEMENT,.flag = (uint8) v.type,.element = bytes,
					  .type = v.n ? FHIR_T_Coding : FHIR_T_CodeableConcept});
}

/* Displays, versions and text stand in the cold part; what only compares codes does not come here. */
const CqlConcept *
cql_chart_concept(CqlExec *x, CqlValue v)
{
	return cql_native_concept(x, concept_element(x, v)).concept;
}

bool
cql_chart_concept_equivalent(CqlExec *x, CqlValue v, CqlValue other)
{
	const uint8 *p;
	uint32		n = chart_concept(x->chart, v.type, (uint32) v.i, &p);
	const CqlCode *codes = other.kind == CQL_CODE ? other.code : NULL;
	uint32		ncodes = 1;

	if (codes == NULL)
	{
		const CqlConcept *c = cql_concept_of(x, other);

		codes = c->codes;
		ncodes = c->ncodes;
	}
	for (uint32 i = 0; i < n; i++)
	{
		uint64		index = phm_get_varint(&p);
		uint64		hash = index > 0 ? chart_codes(x->chart, v.type)[index - 1].hash : 0;

		for (uint32 j = 0; index > 0 && j < ncodes; j++)
			if (codes[j].code && codes[j].hash == hash)
				return true;
	}
	return false;
}

bool
cql_concept_in_set(CqlExec *x, CqlValue v, uint32 set)
{
	const CqlConcept *c;

	if (v.kind == CQL_CONCEPT && v.flag == CQL_IN_CHART)
		return cql_chart_concept_in_set(x, v.type, (uint32) v.i, set);
	if (v.kind == CQL_CODE)
		return v.code->code && cql_hash_in_set(x, v.code->hash, v.code->system, v.code->system_length, v.code->code,
											   v.code->code_length, set);
	if (v.kind != CQL_CONCEPT)
		return false;
	c = v.concept;
	for (uint32 i = 0; i < c->ncodes; i++)
		if (c->codes[i].code && cql_hash_in_set(x, c->codes[i].hash, c->codes[i].system, c->codes[i].system_length,
												c->codes[i].code, c->codes[i].code_length, set))
			return true;
	return false;
}

/* A code without system: of any system of the value set. */
static bool
text_in_set(CqlExec *x, CqlValue v, uint32 set)
{
	const CodesetView *view = &x->value_sets[set];
	CodesetEntry entry;

	for (uint32 i = 0; i < view->ncodes; i++)
	{
		codeset_entry(view, i, &entry);
		if (entry.code_length == (int) v.n && memcmp(entry.code, v.s, v.n) == 0)
			return true;
	}
	return false;
}

/* A concept or code of FHIR, as it stands in the chart or made of members. */
static CqlValue
concept_of_element(CqlExec *x, CqlValue v)
{
	ElementValue e;

	if (v.kind != CQL_ELEMENT || v.element == NULL)
		return v;
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_CONCEPT)
		return cql_in_chart(v, &e);
	if (fhir_types[v.type].kind == FHIR_PRIMITIVE)
		return cql_primitive(x, v);
	return cql_native_concept(x, v);
}

/* Whether a value, of whatever kind, is in a value set. */
static bool
in_set(CqlExec *x, CqlValue v, uint32 set)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	v = concept_of_element(x, v);
	if (v.kind == CQL_STRING)
		return text_in_set(x, v, set);
	if (v.kind == CQL_LIST)
	{
		for (uint32 i = 0; i < v.n; i++)
			if (in_set(x, v.values[i], set))
				return true;
		return false;
	}
	return cql_concept_in_set(x, v, set);
}

/* Membership in what is not a value set of the logic: a list of codes. */
static CqlValue
in_list(CqlExec *x, CqlValue v, CqlValue list)
{
	v = concept_of_element(x, v);
	for (uint32 i = 0; i < list.n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (cql_equivalent(x, v, list.values[i]))
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

CqlValue
cql_in_value_set_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[1].kind == CQL_LIST)
		return in_list(x, a[0], a[1]);
	if (a[1].kind != CQL_VALUE_SET)
		return cql_null();
	if (a[0].kind == CQL_NULL)
		return cql_boolean(false);
	return cql_boolean(in_set(x, a[0], (uint32) a[1].i));
}

CqlValue
cql_any_in_value_set_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[1].kind != CQL_VALUE_SET)
		return cql_null();
	return cql_boolean(a[0].kind != CQL_NULL && in_set(x, a[0], (uint32) a[1].i));
}

/* Whether a code's system is this one, whatever URI says so. */
static bool
is_of_system(CqlExec *x, CqlValue v, CqlValue system)
{
	const CqlConcept *c;
	const char *url;
	int			length;
	uint64		wanted;

	v = concept_of_element(x, v);
	if (v.kind != CQL_CODE && v.kind != CQL_CONCEPT)
		return false;
	url = logic_string(x->logic, (uint32) system.i, &length);
	wanted = code_system_hash(url, length);
	c = cql_concept_of(x, v);
	for (uint32 i = 0; i < c->ncodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (c->codes[i].system && code_system_hash(c->codes[i].system, c->codes[i].system_length) == wanted)
			return true;
	}
	return false;
}

CqlValue
cql_in_code_system_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[1].kind != CQL_CODE_SYSTEM)
		return cql_null();
	return cql_boolean(a[0].kind != CQL_NULL && is_of_system(x, a[0], a[1]));
}

CqlValue
cql_any_in_code_system_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	if (a[1].kind != CQL_CODE_SYSTEM)
		return cql_null();
	for (uint32 i = 0; a[0].kind == CQL_LIST && i < a[0].n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_of_system(x, a[0].values[i], a[1]))
			return cql_boolean(true);
	}
	return cql_boolean(false);
}

CqlValue
cql_expand_value_set_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	const CodesetView *view;
	CqlValue   *codes;
	CodesetEntry entry;

	if (a[0].kind != CQL_VALUE_SET)
		return a[0];
	view = &x->value_sets[a[0].i];
	codes = cql_alloc_values(x, view->ncodes);
	for (uint32 i = 0; i < view->ncodes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		codeset_entry(view, i, &entry);
		codes[i] = cql_make_code(x, &(CqlCode) {
			.code = entry.code,.code_length = entry.code_length,
			.system = entry.system,.system_length = entry.system_length});
	}
	return cql_list(codes, view->ncodes);
}

/* Without the hierarchy of a code system only equivalent codes are known to subsume each other. */
CqlValue
cql_subsumes_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_equivalent(x, a[0], a[1]) ? cql_boolean(true) : cql_null();
}

CqlValue
cql_subsumed_by_op(CqlExec *x, const CqlNode *n, const CqlValue *a)
{
	return cql_subsumes_op(x, n, a);
}
