/*
 * model.c: elements of FHIR as logic sees them: properties, primitive values,
 * ids and references, read where they stand in the chart.
 *
 * What the body of an entry does not hold, or holds only in part, is read from
 * the whole resource, which is made once for an entry and evaluation ("loose").
 */
#include "cql/exec_state.h"
#include "cql/operator_function.h"

/* Elements of a type with a JSON name or the name of a choice. */
static void
find_choices(FhirType type, const char *name, int length, PropertyChoices *c)
{
	FhirElement one = fhir_element_by_name(type, name, length);

	c->count = 0;
	if (one)
	{
		c->elements[c->count++] = one;
		return;
	}
	for (int i = 1; i <= fhir_element_count && c->count < lengthof(c->elements); i++)
	{
		const FhirElementDef *def = &fhir_elements[i];

		if (def->choice && (int) strlen(def->choice) == length && memcmp(def->choice, name, length) == 0 &&
			fhir_type_is(type, def->parent))
			c->elements[c->count++] = (FhirElement) i;
	}
}

/* Starts again when there are more than numbers for them; those that are needed are soon found. */
static void
forget_choices(CqlExec *x)
{
	for (uint32 i = 0; i < logic_count(x->logic, LOGIC_PROPERTIES); i++)
		if (x->properties[i].by_type)
			memset(x->properties[i].by_type, 0, sizeof(uint16) * (fhir_type_count + 1));
	x->nchoices = 0;
}

const PropertyChoices *
cql_choices(CqlExec *x, uint32 property, FhirType type)
{
	PropertyTable *t = &x->properties[property];

	if (t->by_type == NULL)
	{
		cql_hold(x, NULL, sizeof(uint16) * (fhir_type_count + 1));
		t->by_type = palloc0(sizeof(uint16) * (fhir_type_count + 1));
	}
	if (t->by_type[type] == 0)
	{
		if (x->nchoices == PG_UINT16_MAX)
			forget_choices(x);
		if (x->nchoices == x->choices_size)
		{
			cql_hold(x, NULL, sizeof(PropertyChoices) * Max(64, x->choices_size));
			x->choices_size = Max(64, x->choices_size * 2);
			x->choices = x->choices ? repalloc(x->choices, sizeof(PropertyChoices) * x->choices_size) :
				palloc(sizeof(PropertyChoices) * x->choices_size);
		}
		find_choices(type, t->name, t->length, &x->choices[x->nchoices]);
		t->by_type[type] = (uint16) ++x->nchoices;
	}
	return &x->choices[t->by_type[type] - 1];
}

bool
cql_resource(CqlExec *x, CqlValue v, FhirType *type, const uint8 **members, const uint8 **end)
{
	ElementValue e;

	if (v.kind != CQL_ELEMENT)
		return false;
	v = cql_loosen(x, v);
	element_decode(v.element, &e);
	if (e.kind != ELEMENT_RESOURCE)
		return false;
	*type = e.type;
	*members = e.data;
	*end = e.data + e.length;
	return true;
}

/* Copies what the writer holds into the arena. */
static const uint8 *
keep_written(CqlExec *x)
{
	uint8	   *copy = cql_alloc(x, x->writer.length + 1);

	memcpy(copy, x->writer.data, x->writer.length);
	return copy;
}

CqlValue
cql_original(CqlExec *x, int segment, uint32 entry)
{
	SegmentCache *cache = &x->segments[segment];
	FhirType	type = chart_type_of(x->chart, (ChartPosition) {segment, entry});
	Arena	   *arena = x->arena;

	cql_need(x, CQL_WHOLE);
	x->arena = &x->chart_arena;
	if (cache->originals == NULL)
	{
		size_t		size = sizeof(uint8 *) * x->chart->segments[segment]->nentries;

		cache->originals = cql_alloc(x, size);
		memset(cache->originals, 0, size);
	}
	if (cache->originals[entry] == NULL)
	{
		element_writer_reset(&x->writer);
		element_open(&x->writer, ELEMENT_RESOURCE, type);
		chart_resource(x->chart, (ChartPosition) {segment, entry}, &x->writer);
		element_close(&x->writer, ELEMENT_RESOURCE);
		cache->originals[entry] = keep_written(x);
	}
	x->arena = arena;
	return (CqlValue) {.kind = CQL_ELEMENT,.flag = CQL_LOOSE,.type = type,.n = entry,.element = cache->originals[entry]};
}

/* A value of a body in the kinds of phm.resource. */
CqlValue
cql_loosen(CqlExec *x, CqlValue v)
{
	if (v.element == NULL)
		return cql_original(x, v.flag, v.n);
	if (v.flag == CQL_LOOSE)
		return v;
	element_writer_reset(&x->writer);
	chart_write_value(x->chart, (ChartPosition) {v.flag, v.n}, v.type, v.element, &x->writer);
	v.element = keep_written(x);
	v.flag = CQL_LOOSE;
	return v;
}

bool
cql_members(CqlExec *x, CqlValue v, const uint8 **p, const uint8 **end)
{
	ElementValue e;

	if (v.kind != CQL_ELEMENT)
		return false;
	if (v.element == NULL)
	{
		cql_body(x, (ChartPosition) {v.flag, v.n}, p, end);
		return true;
	}
	element_decode(v.element, &e);
	if (e.kind != ELEMENT_OBJECT && e.kind != ELEMENT_RESOURCE)
		return false;
	*p = e.data;
	*end = e.data + e.length;
	return true;
}

/* A decoded value of a FHIR type; null where there is nothing, a list of an array. */
CqlValue
cql_from_element(CqlExec *x, const ElementValue *e, FhirType type, uint8 segment, uint32 entry)
{
	CqlValue	v = {.kind = CQL_ELEMENT,.flag = segment,.type = type,.n = entry,.element = e->start};
	CqlValue   *values;
	ElementValue slot;
	const uint8 *p;
	uint32		n = 0;

	switch (e->kind)
	{
		case ELEMENT_NULL:
			return cql_null();
		case ELEMENT_RESOURCE:
			v.type = e->type;
			return v;
		case ELEMENT_ARRAY:
			values = cql_alloc_values(x, e->count);
			p = e->data;
			while (element_next_value(&p, e->data + e->length, &slot))
				values[n++] = cql_from_element(x, &slot, type, segment, entry);
			return cql_list(values, n);
		default:
			return v;
	}
}

/* Text of a primitive as a String. */
static CqlValue
text_of(CqlExec *x, CqlValue v, const ElementValue *e)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	switch (e->kind)
	{
		case ELEMENT_SYMBOL:
			text = chart_string(x->chart, v.flag, (uint32) e->number, &length);
			return cql_string(text, length);
		case ELEMENT_STRING:
			return cql_string((const char *) e->data, (int) e->length);
		case ELEMENT_LINK:
		case ELEMENT_URN_LINK:
			return cql_link_text(x, v.flag, e);
		case ELEMENT_NULL:
		case ELEMENT_OBJECT:
		case ELEMENT_CONCEPT:
		case ELEMENT_QUANTITY:
			return cql_null();
		default:
			text = element_text(e, buffer, &length);
			return text == buffer ? cql_make_string(x, text, length) : cql_string(text, length);
	}
}

/* A decimal or integer as a Decimal. */
static CqlValue
decimal_of(CqlExec *x, const ElementValue *e)
{
	Decimal		d;
	bool		exact;
	int			position;

	if (e->kind == ELEMENT_INT || e->kind == ELEMENT_DECIMAL)
		return cql_make_decimal(x, (Decimal) {e->number, e->kind == ELEMENT_INT ? 0 : e->scale});
	if (e->kind == ELEMENT_NUMBER && decimal_parse((const char *) e->data, (int) e->length, &d, &exact, &position))
		return cql_make_decimal(x, d);
	return cql_null();
}

/* The date or date-time of a primitive; false when it is none. */
static bool
moment_of(CqlExec *x, CqlValue v, const ElementValue *e, PhmDateTime *when)
{
	if (e->kind == ELEMENT_DATETIME || e->kind == ELEMENT_LITERAL)
		*when = e->number;
	else if (e->kind == ELEMENT_MOMENT)
		*when = element_moment_date(e, chart_entries(x->chart, v.flag)[v.n].time);
	else
		return false;
	return true;
}

/* hh:mm:ss with a fraction. */
static CqlValue
time_of(CqlValue text)
{
	int			ms = 0;
	int			scale = 100;

	if (text.kind != CQL_STRING || text.n < 8)
		return cql_null();
	for (uint32 i = 9; i < text.n && scale > 0; i++, scale /= 10)
		ms += (text.s[i] - '0') * scale;
	ms += ((text.s[0] - '0') * 10 + text.s[1] - '0') * 3600000 + ((text.s[3] - '0') * 10 + text.s[4] - '0') * 60000 +
		((text.s[6] - '0') * 10 + text.s[7] - '0') * 1000;
	return cql_time(ms, text.n > 8 ? DATETIME_MILLISECOND : DATETIME_SECOND);
}

/*
 * FHIR writes a moment without fraction where nothing finer is meant: seconds and
 * milliseconds are one decimal, and 0 equals 0.000.
 */
static PhmDateTime
whole_seconds(PhmDateTime v)
{
	if (datetime_precision(v) != DATETIME_SECOND)
		return v;
	return (v & ~((PhmDateTime) 0xF << 11)) | ((PhmDateTime) DATETIME_MILLISECOND << 11);
}

CqlValue
cql_primitive(CqlExec *x, CqlValue v)
{
	ElementValue e;
	PhmDateTime when;

	if (v.kind != CQL_ELEMENT || v.element == NULL)
		return cql_null();
	element_decode(v.element, &e);
	element_primitive(&e, &e);
	switch ((FhirPrimitive) fhir_types[v.type].primitive)
	{
		case FHIR_BOOLEAN:
			return e.kind == ELEMENT_TRUE || e.kind == ELEMENT_FALSE ? cql_boolean(e.kind == ELEMENT_TRUE) : cql_null();
		case FHIR_INTEGER:
			return e.kind == ELEMENT_INT ? cql_integer((int32) e.number) : cql_null();
		case FHIR_DECIMAL:
			return decimal_of(x, &e);
		case FHIR_DATE:
		case FHIR_INSTANT:
			if (!moment_of(x, v, &e, &when))
				return cql_null();
			if (v.type == FHIR_T_date)
				return cql_date(datetime_precision(when) > DATETIME_DAY ? datetime_truncate(when, DATETIME_DAY) : when);
			return cql_normal_datetime(x, whole_seconds(when));
		case FHIR_TIME:
			return time_of(text_of(x, v, &e));
		case FHIR_STRING:
			return text_of(x, v, &e);
		default:
			return cql_null();
	}
}

/* Whether all entries of the chart come from one source. */
static bool
is_one_source(CqlExec *x)
{
	int			length;
	int			other_length;
	const char *source;

	if (x->one_source >= 0)
		return x->one_source;
	x->one_source = 1;
	if (x->chart->segments[0]->nentries == 0)
		return true;
	source = chart_source(x->chart, (ChartPosition) {0, 0}, &length);
	for (int segment = 0; segment < x->chart->nsegments && x->one_source; segment++)
		for (uint32 i = 0; i < x->chart->segments[segment]->nentries; i++)
		{
			const char *other = chart_source(x->chart, (ChartPosition) {segment, i}, &other_length);

			if (other_length != length || memcmp(other, source, length) != 0)
			{
				x->one_source = 0;
				break;
			}
		}
	return x->one_source;
}

/* Whether another source has the same id for an entry of the same type, and comes first. */
static bool
is_ambiguous(CqlExec *x, ChartPosition at, const char *id, int id_length)
{
	FhirType	type = chart_type_of(x->chart, at);
	int			source_length;
	const char *source = chart_source(x->chart, at, &source_length);
	ChartCursor cursor;

	chart_first(&cursor, x->chart, type);
	while (chart_next(&cursor))
	{
		char		buffer[ELEMENT_TEXT_SIZE];
		int			length;
		const char *other = chart_id(x->chart, cursor.at, buffer, &length);

		if (other == NULL || length != id_length || memcmp(other, id, length) != 0)
			continue;
		other = chart_source(x->chart, cursor.at, &length);
		if (length != source_length || memcmp(other, source, length) != 0)
			return true;
	}
	return false;
}

/*
 * The id of an entry.  Ids are unique within a source only: where two sources
 * use the same one for different resources of a type, the source is added, here
 * and in the references that were resolved to the entry.  Logic takes what stands
 * behind the last slash of a reference as the id: the source has none.
 */
CqlValue
cql_entry_id(CqlExec *x, int segment, uint32 entry)
{
	ChartPosition at = {segment, entry};
	char		buffer[ELEMENT_TEXT_SIZE];
	int			length;
	int			source_length;
	const char *id;
	const char *source;
	char	   *text;

	cql_need(x, CQL_WHOLE);
	id = chart_id(x->chart, at, buffer, &length);
	if (id == NULL)
		return cql_null();
	if (is_one_source(x) || !is_ambiguous(x, at, id, length))
		return id == buffer ? cql_make_string(x, id, length) : cql_string(id, length);
	source = chart_source(x->chart, at, &source_length);
	text = cql_alloc(x, (size_t) length + source_length + 1);
	memcpy(text, id, length);
	text[length] = '@';
	for (int i = 0; i < source_length; i++)
		text[length + 1 + i] = source[i] == '/' ? '|' : source[i];
	return cql_string(text, length + 1 + source_length);
}

/*
 * The text of a reference that was resolved: Type/id.  So is that of one to the
 * fullUrl of an entry (urn:uuid:...), as a server makes it when it stores a transaction.
 */
CqlValue
cql_link_text(CqlExec *x, uint8 segment, const ElementValue *link)
{
	ChartPosition to = {(int) (link->number & 1), (uint32) (link->number >> 1)};
	CqlValue	id;
	const char *prefix;
	size_t		n;
	char	   *text;

	if (to.segment >= x->chart->nsegments || to.entry >= x->chart->segments[to.segment]->nentries)
		return cql_null();
	prefix = fhir_types[chart_type_of(x->chart, to)].name;
	id = cql_entry_id(x, to.segment, to.entry);
	if (id.kind != CQL_STRING)
		return cql_null();
	n = strlen(prefix);
	text = cql_alloc(x, n + id.n + 1);
	memcpy(text, prefix, n);
	text[n++] = '/';
	memcpy(text + n, id.s, id.n);
	return cql_string(text, (int) (n + id.n));
}

/* A String as an element of a FHIR type. */
static CqlValue
element_of_text(CqlExec *x, CqlValue text, FhirType type, uint32 entry)
{
	CqlValue	v = {.kind = CQL_ELEMENT,.flag = CQL_LOOSE,.type = type,.n = entry};

	if (text.kind != CQL_STRING)
		return cql_null();
	element_writer_reset(&x->writer);
	element_put_plain(&x->writer, text.s, (int) text.n);
	v.element = keep_written(x);
	return v;
}

/* Looks for the value of the whole resource that stands where target stands in the body. */
static bool
find_same(const uint8 *p, const uint8 *end, const uint8 *full, const uint8 *full_end, const uint8 *target,
		  ElementValue *found)
{
	ElementMember member;
	ElementValue other;
	ElementValue slot;

	while (element_next(&p, end, &member))
	{
		if (target < member.value.start || target >= member.value.end)
			continue;
		if (!element_find(full, full_end, member.element, &other))
			return false;
		if (member.value.kind == ELEMENT_ARRAY && other.kind == ELEMENT_ARRAY && target > member.value.start)
		{
			const uint8 *a = member.value.data;
			const uint8 *b = other.data;
			ElementValue same;

			while (element_next_value(&a, member.value.data + member.value.length, &slot) &&
				   element_next_value(&b, other.data + other.length, &same))
				if (target >= slot.start && target < slot.end)
				{
					member.value = slot;
					other = same;
					break;
				}
		}
		if (target == member.value.start)
		{
			*found = other;
			return true;
		}
		if (member.value.kind != ELEMENT_OBJECT && member.value.kind != ELEMENT_RESOURCE)
			return false;
		return find_same(member.value.data, member.value.data + member.value.length, other.data,
						 other.data + other.length, target, found);
	}
	return false;
}

/* The value of the whole resource that an element of a body stands for. */
static CqlValue
find_original(CqlExec *x, CqlValue v)
{
	CqlValue	whole = cql_original(x, v.flag, v.n);
	const uint8 *p;
	const uint8 *end;
	ElementValue full;
	ElementValue found;

	cql_body(x, (ChartPosition) {v.flag, v.n}, &p, &end);
	element_decode(whole.element, &full);
	if (!find_same(p, end, full.data, full.data + full.length, v.element, &found))
		return cql_loosen(x, v);
	return (CqlValue) {.kind = CQL_ELEMENT,.flag = CQL_LOOSE,.type = v.type,.n = v.n,.element = found.start};
}

/* A property of an object whose members are at hand. */
static CqlValue
read_member(CqlExec *x, CqlValue v, const uint8 *p, const uint8 *end, const PropertyChoices *choices)
{
	ElementValue value;
	FhirElement found = element_find_any(p, end, choices->elements, choices->count, &value);

	return found ? cql_from_element(x, &value, fhir_elements[found].type, v.flag, v.n) : cql_null();
}

/* id and extension of a primitive. */
static CqlValue
read_companion(CqlExec *x, CqlValue v, const ElementValue *e, const PropertyChoices *choices)
{
	ElementValue companion;

	if (e->kind != ELEMENT_EXTENDED)
		return cql_null();
	element_decode(element_skip(e->data), &companion);
	if (companion.kind != ELEMENT_OBJECT)
		return cql_null();
	return read_member(x, v, companion.data, companion.data + companion.length, choices);
}

/* A property of an entry: of its body, its id, or the whole resource. */
static CqlValue
read_entry(CqlExec *x, CqlValue v, const PropertyChoices *choices)
{
	FhirElement first = choices->elements[0];
	const uint8 *p;
	const uint8 *end;

	if (first == FHIR_E_Resource_id)
		return element_of_text(x, cql_entry_id(x, v.flag, v.n), FHIR_T_id, v.n);
	if (first == FHIR_E_Resource_meta || chart_place(v.type, first) != CHART_HOT || chart_is_sparse(first))
	{
		CqlValue	whole = cql_original(x, v.flag, v.n);

		(void) cql_members(x, whole, &p, &end);
		return read_member(x, whole, p, end, choices);
	}
	cql_body(x, (ChartPosition) {v.flag, v.n}, &p, &end);
	return read_member(x, v, p, end, choices);
}

CqlValue
cql_read_property(CqlExec *x, CqlValue v, uint32 property)
{
	const PropertyChoices *choices;
	const uint8 *p;
	const uint8 *end;
	ElementValue e;

	if (fhir_types[v.type].kind == FHIR_PRIMITIVE && property == x->value_property)
		return cql_primitive(x, v);
	choices = cql_choices(x, property, v.type);
	if (choices->count == 0)
		return cql_null();
	if (v.element == NULL)
		return read_entry(x, v, choices);
	element_decode(v.element, &e);
	switch (e.kind)
	{
		case ELEMENT_OBJECT:
		case ELEMENT_RESOURCE:
			return read_member(x, v, e.data, e.data + e.length, choices);
		case ELEMENT_CONCEPT:
		case ELEMENT_QUANTITY:
			v = cql_loosen(x, v);
			break;
		case ELEMENT_LINK:
		case ELEMENT_URN_LINK:
			if (choices->elements[0] == FHIR_E_Reference_reference)
				return element_of_text(x, cql_link_text(x, v.flag, &e), FHIR_T_string, v.n);
			v = find_original(x, v);
			break;
		default:
			return read_companion(x, v, &e, choices);
	}
	return cql_members(x, v, &p, &end) ? read_member(x, v, p, end, choices) : cql_null();
}

/* The id or version of a value set or code system. */
static CqlValue
read_vocabulary(CqlExec *x, CqlValue v, bool id, bool version)
{
	const LogicValueSet *sets = logic_section(x->logic, LOGIC_VALUE_SETS);
	uint32		string = LOGIC_NONE;
	const char *text;
	int			length;

	if (v.kind == CQL_VALUE_SET)
		string = id ? sets[v.i].url : version ? sets[v.i].version : LOGIC_NONE;
	else if (id)
		string = (uint32) v.i;
	if (string == LOGIC_NONE)
		return cql_null();
	text = logic_string(x->logic, string, &length);
	return cql_string(text, length);
}

/* A part of a System value by name. */
static CqlValue
read_system(CqlExec *x, CqlValue v, const char *name, int length)
{
#define IS(text) (length == (int) sizeof(text) - 1 && memcmp(name, text, length) == 0)
#define TEXT(s, n) ((s) ? cql_string(s, n) : cql_null())
	switch (v.kind)
	{
		case CQL_INTERVAL:
			if (IS("low"))
				return v.interval->low;
			if (IS("high"))
				return v.interval->high;
			if (IS("lowClosed"))
				return cql_boolean(v.interval->low_closed);
			return IS("highClosed") ? cql_boolean(v.interval->high_closed) : cql_null();
		case CQL_QUANTITY:
			if (IS("value"))
				return cql_make_decimal(x, v.quantity->value);
			return IS("unit") ? TEXT(v.quantity->unit, v.quantity->unit_length) : cql_null();
		case CQL_VALUE_SET:
		case CQL_CODE_SYSTEM:
			return read_vocabulary(x, v, IS("id"), IS("version"));
		case CQL_RATIO:
			if (IS("numerator"))
				return (CqlValue) {.kind = CQL_QUANTITY,.quantity = &v.ratio->numerator};
			return IS("denominator") ? (CqlValue) {.kind = CQL_QUANTITY,.quantity = &v.ratio->denominator} : cql_null();
		case CQL_CODE:
			if (IS("code"))
				return TEXT(v.code->code, v.code->code_length);
			if (IS("system"))
				return TEXT(v.code->system, v.code->system_length);
			if (IS("version"))
				return TEXT(v.code->version, v.code->version_length);
			return IS("display") ? TEXT(v.code->display, v.code->display_length) : cql_null();
		case CQL_CONCEPT:
			{
				const CqlConcept *c = cql_concept_of(x, v);
				CqlValue   *codes;

				if (IS("display"))
					return TEXT(c->display, c->display_length);
				if (!IS("codes"))
					return cql_null();
				codes = cql_alloc_values(x, c->ncodes);
				for (uint32 i = 0; i < c->ncodes; i++)
					codes[i] = (CqlValue) {.kind = CQL_CODE,.code = &c->codes[i]};
				return cql_list(codes, c->ncodes);
			}
		default:
			return IS("value") ? v : cql_null();	/* a primitive of FHIR that is a System value already */
	}
#undef IS
#undef TEXT
}

CqlValue
cql_property(CqlExec *x, CqlValue v, const char *name, int length)
{
	switch (v.kind)
	{
		case CQL_NULL:
			return cql_null();
		case CQL_TUPLE:
			for (uint32 i = 0; i < cql_shape_size(x, v.n); i++)
			{
				int			known_length;
				const char *known = cql_shape_name(x, v.n, i, &known_length);

				if (known_length == length && memcmp(known, name, length) == 0)
					return v.values[i];
			}
			return cql_null();
		case CQL_LIST:
			{
				CqlListBuilder out = {0};

				check_stack_depth();
				CHECK_FOR_INTERRUPTS();
				for (uint32 i = 0; i < v.n; i++)
				{
					CqlValue	one = cql_property(x, v.values[i], name, length);

					if (one.kind == CQL_LIST)
						for (uint32 j = 0; j < one.n; j++)
							cql_list_add(x, &out, one.values[j]);
					else if (one.kind != CQL_NULL)
						cql_list_add(x, &out, one);
				}
				return cql_list_of(&out);
			}
		case CQL_ELEMENT:
			{
				PropertyChoices choices;
				const uint8 *p;
				const uint8 *end;

				if (fhir_types[v.type].kind == FHIR_PRIMITIVE && length == 5 && memcmp(name, "value", 5) == 0)
					return cql_primitive(x, v);
				find_choices(v.type, name, length, &choices);
				if (choices.count == 0)
					return cql_null();
				if (v.element == NULL)
					return read_entry(x, v, &choices);
				v = v.flag == CQL_LOOSE ? v : find_original(x, v);
				return cql_members(x, v, &p, &end) ? read_member(x, v, p, end, &choices) : cql_null();
			}
		default:
			return read_system(x, v, name, length);
	}
}

/* Property: extra is the name; flag 1: its value as well. */
CqlValue
cql_property_op(CqlExec *x, const CqlNode *n)
{
	CqlValue	v = cql_eval_arg(x, n, 0);
	const PropertyTable *t = &x->properties[n->extra];

	if (v.kind == CQL_ELEMENT)
	{
		if (n->flag && v.element == NULL && t->length == 2 && memcmp(t->name, "id", 2) == 0)
			return cql_entry_id(x, v.flag, v.n);
		v = cql_read_property(x, v, n->extra);
	}
	else if (v.kind != CQL_NULL)
		v = cql_property(x, v, t->name, t->length);
	if (n->flag && v.kind != CQL_NULL)
	{
		if (v.kind == CQL_ELEMENT && fhir_types[v.type].kind == FHIR_PRIMITIVE)
			return cql_primitive(x, v);
		return cql_property(x, v, "value", 5);
	}
	return v;
}
