/*
 * retrieve.c: the entries of a type, by code, profile and date, from the
 * chart's directory and code table.
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

#include "types/code_system.h"

/* A retrieve under way. */
typedef struct Retrieve
{
	const LogicRetrieve *r;
	CqlValue	codes;			/* RETRIEVE_ANY */
	CqlValue	range;			/* of the date property; null: all */
	CqlListBuilder out;
	bool		trust;			/* profiles decide */
	uint8	   *concepts[CHART_MAX_SEGMENTS];	/* by concept: 0 not looked up, 1 no, 2 yes */
} Retrieve;

/* The number of a profile among those of the logic + 1, 0: none of them; versions are left out. */
static uint32
find_profile(const CqlExec *x, const char *url, int length)
{
	const uint32 *profiles = logic_section(x->logic, LOGIC_PROFILES);
	const char *bar = memchr(url, '|', length);

	if (bar)
		length = (int) (bar - url);
	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_PROFILES); i++)
	{
		int			known_length;
		const char *known = logic_string(x->logic, profiles[i], &known_length);

		if (known_length == length && memcmp(known, url, length) == 0)
			return i + 1;
	}
	return 0;
}

/* The same of a string of a segment, remembered: the entries of a chart name few profiles. */
static uint32
find_profile_once(CqlExec *x, int segment, uint32 string)
{
	SegmentCache *cache = &x->segments[segment];
	uint32	   *known;
	int			length;
	const char *url;

	if (cache->named == NULL)
	{
		size_t		size = sizeof(uint32) * ((size_t) x->chart->segments[segment]->nstrings + 1);
		Arena	   *arena = x->arena;

		x->arena = &x->chart_arena;
		cache->named = cql_alloc(x, size);
		x->arena = arena;
		memset(cache->named, 0, size);
	}
	known = &cache->named[string];
	if (*known == 0)
	{
		url = chart_string(x->chart, segment, string, &length);
		*known = find_profile(x, url, length) + 1;
	}
	return *known - 1;
}

/* Notes the profiles that the body of an entry names. */
static void
read_profiles(CqlExec *x, ChartPosition at, uint64 *bits)
{
	const uint8 *p;
	const uint8 *end;
	ElementValue meta;
	ElementValue list;
	ElementValue one;
	char		buffer[ELEMENT_TEXT_SIZE];

	bits[0] |= 1;
	cql_body(x, at, &p, &end);
	if (!element_find(p, end, FHIR_E_Resource_meta, &meta) || meta.kind != ELEMENT_OBJECT ||
		!element_find(meta.data, meta.data + meta.length, FHIR_E_Meta_profile, &list) || list.kind != ELEMENT_ARRAY)
		return;
	p = list.data;
	while (element_next_value(&p, list.data + list.length, &one))
	{
		const char *url;
		int			length;
		uint32		profile;

		element_primitive(&one, &one);
		if (one.kind == ELEMENT_NULL)
			continue;
		if (one.kind == ELEMENT_SYMBOL)
			profile = find_profile_once(x, at.segment, (uint32) one.number);
		else
		{
			url = element_text(&one, buffer, &length);
			profile = find_profile(x, url, length);
		}
		bits[profile / 64] |= profile ? UINT64CONST(1) << (profile % 64) : 0;
	}
}

/* The profiles of an entry, looked up once. */
static const uint64 *
profiles_of(CqlExec *x, ChartPosition at)
{
	SegmentCache *cache = &x->segments[at.segment];
	uint64	   *bits;

	if (cache->profiles == NULL)
	{
		size_t		size = sizeof(uint64) * x->profile_words * (x->chart->segments[at.segment]->nentries + 1);
		Arena	   *arena = x->arena;

		x->arena = &x->chart_arena;
		cache->profiles = cql_alloc(x, size);
		x->arena = arena;
		memset(cache->profiles, 0, size);
	}
	bits = cache->profiles + (size_t) at.entry * x->profile_words;
	if (!(bits[0] & 1))
		read_profiles(x, at, bits);
	return bits;
}

/* Whether some entry of the chart names profiles. */
static bool
chart_has_profiles(CqlExec *x)
{
	ChartCursor cursor;

	if (x->has_profiles >= 0)
		return x->has_profiles;
	x->has_profiles = 0;
	chart_first(&cursor, x->chart, 0);
	while (!x->has_profiles && chart_next(&cursor))
		x->has_profiles = (chart_entries(x->chart, cursor.at.segment)[cursor.at.entry].flags & CHART_PROFILED) != 0;
	return x->has_profiles;
}

/* The fixed codes of the vital signs of US Core and FHIR, by the end of their profile's URL. */
static const struct
{
	const char *profile;
	const char *codes[3];
}			vital_signs[] = {
	{"us-core-blood-pressure", {"85354-9"}},
	{"us-core-bmi", {"39156-5"}},
	{"us-core-body-height", {"8302-2"}},
	{"us-core-body-weight", {"29463-7"}},
	{"us-core-body-temperature", {"8310-5"}},
	{"us-core-head-circumference", {"9843-4"}},
	{"us-core-heart-rate", {"8867-4"}},
	{"us-core-respiratory-rate", {"9279-1"}},
	{"us-core-pulse-oximetry", {"59408-5", "2708-6"}},
	{"us-core-smokingstatus", {"72166-2"}},
	{"pediatric-bmi-for-age", {"59576-9"}},
	{"pediatric-weight-for-height", {"77606-2"}},
	{"head-occipital-frontal-circumference-percentile", {"8289-1"}},
	{"/bp", {"85354-9"}},
	{"/bmi", {"39156-5"}},
	{"/bodyheight", {"8302-2"}},
	{"/bodyweight", {"29463-7"}},
	{"/bodytemp", {"8310-5"}},
	{"/headcircum", {"9843-4"}},
	{"/heartrate", {"8867-4"}},
	{"/resprate", {"9279-1"}},
	{"/oxygensat", {"2708-6"}}
};

/* Whether an entry has a LOINC code. */
static bool
has_loinc(CqlExec *x, ChartPosition at, const char *code)
{
	uint16		concept = chart_entries(x->chart, at.segment)[at.entry].concept;
	uint64		hash = code_hash(code_system_hash("http://loinc.org", 16), code, (int) strlen(code));
	const uint8 *p;
	uint32		n;

	if (concept >= CHART_MANY_CONCEPTS)
		return false;
	n = chart_concept(x->chart, at.segment, concept, &p);
	for (uint32 i = 0; i < n; i++)
	{
		uint64		index = phm_get_varint(&p);

		if (index > 0 && chart_codes(x->chart, at.segment)[index - 1].hash == hash)
			return true;
	}
	return false;
}

/*
 * Whether an entry says that something was not done: not-done, declined,
 * doNotPerform; and the statuses that QI-Core fixes for what was not observed
 * and for tasks that were refused.
 */
static bool
says_not_done(CqlExec *x, FhirType type, ChartPosition at)
{
	uint8		flags = chart_entries(x->chart, at.segment)[at.entry].flags;
	FhirElement element = type == FHIR_T_Observation ? FHIR_E_Observation_status : FHIR_E_Task_status;
	const char *refusal = type == FHIR_T_Observation ? "cancelled" : "rejected";
	char		buffer[ELEMENT_TEXT_SIZE];
	const uint8 *p;
	const uint8 *end;
	ElementValue status;
	const char *text;
	int			length;

	if (flags & CHART_NEGATED || (type != FHIR_T_Observation && type != FHIR_T_Task) || !(flags & CHART_VOID))
		return (flags & CHART_NEGATED) != 0;
	cql_body(x, at, &p, &end);
	if (!element_find(p, end, element, &status))
		return false;
	element_primitive(&status, &status);
	if (status.kind == ELEMENT_SYMBOL)
		text = chart_string(x->chart, at.segment, (uint32) status.number, &length);
	else if (status.kind != ELEMENT_NULL)
		text = element_text(&status, buffer, &length);
	else
		return false;
	return length == (int) strlen(refusal) && memcmp(text, refusal, length) == 0;
}

/* Without profiles: what was done or not is told by status, vital signs by their code. */
static bool
fits_by_content(CqlExec *x, const LogicRetrieve *r, ChartPosition at)
{
	bool		negative = says_not_done(x, r->type, at);
	const uint32 *profiles = logic_section(x->logic, LOGIC_PROFILES);
	const char *url;
	int			length;

	if (r->negative != negative && (r->negative || chart_shape(r->type)))
		return false;
	if (r->type != FHIR_T_Observation || r->profile == LOGIC_NONE)
		return true;
	url = logic_string(x->logic, profiles[r->profile], &length);
	for (size_t i = 0; i < lengthof(vital_signs); i++)
	{
		int			n = (int) strlen(vital_signs[i].profile);

		if (length < n || memcmp(url + length - n, vital_signs[i].profile, n) != 0)
			continue;
		for (int j = 0; j < 3 && vital_signs[i].codes[j]; j++)
			if (has_loinc(x, at, vital_signs[i].codes[j]))
				return true;
		return false;
	}
	return true;
}

/* Whether an entry is of the profile that a retrieve asks for. */
static bool
fits_profile(CqlExec *x, const Retrieve *s, ChartPosition at)
{
	uint32		bit = s->r->profile + 1;

	if (s->r->profile == LOGIC_NONE)
		return true;
	if (!s->trust)
		return fits_by_content(x, s->r, at);
	if (!(chart_entries(x->chart, at.segment)[at.entry].flags & CHART_PROFILED))
		return false;
	return (profiles_of(x, at)[bit / 64] >> (bit % 64)) & 1;
}

/* Whether one of the codes of a concept is one that is looked for. */
static bool
concept_fits(CqlExec *x, const Retrieve *s, int segment, uint32 concept)
{
	const LogicRetrieve *r = s->r;
	const CqlValue *constants = x->retrieve_codes;
	const uint8 *p;
	uint32		n;

	if (r->filter == RETRIEVE_VALUE_SET)
		return cql_chart_concept_in_set(x, segment, concept, r->filter_value);
	n = chart_concept(x->chart, segment, concept, &p);
	for (uint32 i = 0; i < n; i++)
	{
		uint64		index = phm_get_varint(&p);
		uint64		hash = index > 0 ? chart_codes(x->chart, segment)[index - 1].hash : 0;

		for (uint32 j = 0; index > 0 && j < r->filter_count; j++)
			if (constants[r->filter_value + j].code->hash == hash && hash != 0)
				return true;
	}
	return false;
}

/* The same, remembered by concept. */
static bool
concept_fits_once(CqlExec *x, Retrieve *s, int segment, uint32 concept)
{
	if (s->concepts[segment] == NULL)
	{
		size_t		size = x->chart->segments[segment]->nconcepts + 1;

		s->concepts[segment] = cql_alloc(x, size);
		memset(s->concepts[segment], 0, size);
	}
	if (s->concepts[segment][concept] == 0)
		s->concepts[segment][concept] = 1 + concept_fits(x, s, segment, concept);
	return s->concepts[segment][concept] == 2;
}

/* Whether a value of the code property fits: any element of a list does. */
static bool
value_fits(CqlExec *x, Retrieve *s, CqlValue v)
{
	const LogicRetrieve *r = s->r;
	ElementValue e;

	if (v.kind == CQL_LIST)
	{
		for (uint32 i = 0; i < v.n; i++)
			if (value_fits(x, s, v.values[i]))
				return true;
		return false;
	}
	if (v.kind != CQL_ELEMENT || v.element == NULL)
		return false;
	element_decode(v.element, &e);
	if (e.kind == ELEMENT_CONCEPT && r->filter != RETRIEVE_ANY)
		return concept_fits_once(x, s, v.flag, (uint32) e.number);
	v = fhir_types[v.type].kind == FHIR_PRIMITIVE ? cql_primitive(x, v) : cql_native_concept(x, v);
	if (r->filter == RETRIEVE_VALUE_SET)
		return cql_concept_in_set(x, v, r->filter_value);
	for (uint32 j = 0; r->filter == RETRIEVE_CODES && j < r->filter_count; j++)
	{
		CqlValue	code = x->retrieve_codes[r->filter_value + j];

		if (v.kind == CQL_STRING ? (code.code->code && code.code->code_length == (int) v.n &&
									memcmp(code.code->code, v.s, v.n) == 0) : cql_equivalent(x, v, code))
			return true;
	}
	if (r->filter != RETRIEVE_ANY)
		return false;
	if (s->codes.kind == CQL_VALUE_SET)
		return cql_concept_in_set(x, v, (uint32) s->codes.i);
	if (s->codes.kind != CQL_LIST)
		return cql_equivalent(x, v, s->codes);
	for (uint32 j = 0; j < s->codes.n; j++)
		if (cql_equivalent(x, v, s->codes.values[j]))
			return true;
	return false;
}

#define NOT_DONE_URL "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDoneValueSet"

/* Whether what was not done is named as a value set: an extension of the code (QI-Core). */
static bool
names_value_set(CqlExec *x, const LogicRetrieve *r, CqlValue code)
{
	const LogicValueSet *set = (const LogicValueSet *) logic_section(x->logic, LOGIC_VALUE_SETS) + r->filter_value;
	int			length;
	const char *url = logic_string(x->logic, set->url, &length);
	CqlValue	extensions;

	if (code.kind == CQL_LIST)
	{
		for (uint32 i = 0; i < code.n; i++)
			if (names_value_set(x, r, code.values[i]))
				return true;
		return false;
	}
	extensions = cql_property(x, code, "extension", 9);
	for (uint32 i = 0; extensions.kind == CQL_LIST && i < extensions.n; i++)
	{
		CqlValue	name = cql_property(x, cql_property(x, extensions.values[i], "url", 3), "value", 5);
		CqlValue	value = cql_property(x, extensions.values[i], "value", 5);

		value = value.kind == CQL_ELEMENT ? cql_primitive(x, value) : value;
		if (name.kind != CQL_STRING || name.n != sizeof(NOT_DONE_URL) - 1 || memcmp(name.s, NOT_DONE_URL, name.n) != 0 ||
			value.kind != CQL_STRING || (int) value.n < length || memcmp(value.s, url, length) != 0)
			continue;
		if ((int) value.n == length || value.s[length] == '|')
			return true;
	}
	return false;
}

/* Whether the code of an entry fits. */
static bool
fits_code(CqlExec *x, Retrieve *s, CqlValue v)
{
	const LogicRetrieve *r = s->r;
	uint16		concept = chart_entries(x->chart, v.flag)[v.n].concept;
	CqlValue	code;

	if (r->filter == RETRIEVE_ALL)
		return true;
	if (r->property == LOGIC_NONE)
		return false;
	if (r->main && (r->filter == RETRIEVE_VALUE_SET || r->filter == RETRIEVE_CODES) && concept != CHART_MANY_CONCEPTS &&
		(concept == CHART_NO_CONCEPT || !concept_fits_once(x, s, v.flag, concept)))
		return false;			/* what the entry is about has its own code, and perhaps one it refers to */
	if (r->main && chart_shape(r->type)->code_reference == 0 && concept < CHART_MANY_CONCEPTS &&
		(r->filter == RETRIEVE_VALUE_SET || r->filter == RETRIEVE_CODES))
		return true;
	code = cql_read_property(x, v, r->property);
	if (r->filter == RETRIEVE_NOT_DONE)
		return names_value_set(x, r, code);
	return value_fits(x, s, code);
}

/* Whether the date of an entry lies in the range. */
static bool
fits_date(CqlExec *x, const Retrieve *s, CqlValue v)
{
	CqlValue	when;

	if (s->range.kind != CQL_INTERVAL)
		return true;
	when = cql_read_property(x, v, s->r->date_property);
	if (when.kind == CQL_ELEMENT && fhir_types[when.type].kind == FHIR_PRIMITIVE)
		when = cql_primitive(x, when);
	else if (when.kind == CQL_ELEMENT)
		when = cql_property(x, when, "start", 5);
	if (when.kind == CQL_ELEMENT)
		when = cql_primitive(x, when);
	return when.kind != CQL_NULL && cql_in_interval(x, when, s->range, DATETIME_UNIT_FINEST) == CQL_YES;
}

/* Whether a code that is looked for is one of a segment, whose codes are ordered by hash. */
static bool
segment_has_code(const Chart *chart, int segment, const CqlCode *code)
{
	const ChartCode *codes = chart_codes(chart, segment);
	uint32		low = 0;
	uint32		high = chart->segments[segment]->ncodes;

	while (low < high)
	{
		uint32		middle = (low + high) / 2;

		if (codes[middle].hash < code->hash)
			low = middle + 1;
		else
			high = middle;
	}
	return code->hash != 0 && low < chart->segments[segment]->ncodes && codes[low].hash == code->hash;
}

/*
 * Whether directory and codes of a segment already tell that a retrieve finds
 * nothing there: the beginning of the chart is enough for that.
 */
static bool
segment_has_nothing(CqlExec *x, const LogicRetrieve *r, int segment)
{
	const ChartSegment *s = x->chart->segments[segment];
	uint32		first;

	if (chart_range(x->chart, segment, r->type, &first) == 0)
		return true;
	if (!r->main || s->nconcepts >= CHART_MANY_CONCEPTS)
		return false;
	if (r->filter == RETRIEVE_VALUE_SET)
		return !cql_segment_in_set(x, segment, r->filter_value);
	if (r->filter != RETRIEVE_CODES)
		return false;
	for (uint32 i = 0; i < r->filter_count; i++)
		if (segment_has_code(x->chart, segment, x->retrieve_codes[r->filter_value + i].code))
			return false;
	return true;
}

/* The same of the chart. */
static bool
chart_has_nothing(CqlExec *x, const LogicRetrieve *r)
{
	for (int i = 0; i < x->chart->nsegments; i++)
		if (!segment_has_nothing(x, r, i))
			return false;
	return true;
}

/* Whether what an entry is about is already known not to be what is looked for: so for most of a long list. */
static inline bool
is_refused(CqlExec *x, const Retrieve *s, ChartPosition at)
{
	const uint8 *known = s->concepts[at.segment];
	uint16		concept;

	if (known == NULL || !s->r->main)
		return false;
	concept = chart_entries(x->chart, at.segment)[at.entry].concept;
	return concept < CHART_MANY_CONCEPTS && known[concept] == 1;
}

/* What was not done names a value set in an extension, which is not hot: most have another profile. */
CqlValue
cql_retrieve_op(CqlExec *x, const CqlNode *n)
{
	Retrieve	s = {.r = (const LogicRetrieve *) logic_section(x->logic, LOGIC_RETRIEVES) + n->extra};
	const LogicRetrieve *r = s.r;
	uint32		operand = 0;
	ChartCursor cursor;

	if (r->filter == RETRIEVE_ANY)
	{
		s.codes = cql_eval_arg(x, n, operand++);
		if (s.codes.kind == CQL_NULL)
			return cql_list(NULL, 0);
	}
	if (r->date_property != LOGIC_NONE)
		s.range = cql_eval_arg(x, n, operand);
	if (x->chart == NULL || chart_has_nothing(x, r))
		return cql_list(NULL, 0);
	cql_need(x, CQL_LOOK);
	if (r->profile != LOGIC_NONE)
		s.trust = x->arguments.profiles == CQL_PROFILES_TRUST ||
			(x->arguments.profiles == CQL_PROFILES_AUTO && chart_has_profiles(x));
	chart_first(&cursor, x->chart, r->type);
	while (chart_next(&cursor))
	{
		CqlValue	v = {.kind = CQL_ELEMENT,.flag = (uint8) cursor.at.segment,.type = r->type,.n = cursor.at.entry};

		if (!is_refused(x, &s, cursor.at) && (chart_label(x->chart, cursor.at) & ~x->arguments.visible) == 0 &&
			(r->filter == RETRIEVE_NOT_DONE ? fits_profile(x, &s, cursor.at) && fits_code(x, &s, v) :
			 fits_code(x, &s, v) && fits_profile(x, &s, cursor.at)) && fits_date(x, &s, v))
			cql_list_add(x, &s.out, v);
	}
	return cql_list_of(&s.out);
}
