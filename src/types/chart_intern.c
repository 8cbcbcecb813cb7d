/*
 * chart_intern.c: strings, codes and concepts of a chart under construction.
 *
 * Owns buffers that grow and are reused from chart to chart.
 */
#include "types/chart_intern.h"

#include "types/code_system.h"

#define BYTES_SEED UINT64CONST(0x70686d2d62797465)	/* hashes bytes, not codes: any constant will do */

#define FIRST_CAPACITY 64

/*
 * Makes an array at least so long, keeping what it holds; returns the new
 * capacity.  Arrays are first made by the init functions, so that they belong
 * to the memory context of the builder, and repalloc keeps them there.
 */
static uint32
grow(void **array, uint32 capacity, uint32 wanted, size_t width)
{
	uint32		larger = capacity;

	while (larger < wanted)
		larger *= 2;
	if (larger > capacity)
		*array = repalloc(*array, larger * width);
	return larger;
}

void
intern_init(InternTable *t)
{
	memset(t, 0, sizeof(*t));
	t->nbuckets = 256;
	t->buckets = palloc0(sizeof(uint32) * t->nbuckets);
	t->capacity = FIRST_CAPACITY;
	t->hashes = palloc(sizeof(uint64) * t->capacity);
	t->offsets = palloc0(sizeof(uint32) * t->capacity);
	t->size = 1024;
	t->bytes = palloc(t->size);
}

void
intern_reset(InternTable *t)
{
	if (t->count > 0)
		memset(t->buckets, 0, sizeof(uint32) * t->nbuckets);
	t->count = 0;
	t->length = 0;
}

/* Doubles the buckets. */
static void
rehash(InternTable *t)
{
	t->nbuckets *= 2;
	t->buckets = repalloc(t->buckets, sizeof(uint32) * t->nbuckets);
	memset(t->buckets, 0, sizeof(uint32) * t->nbuckets);
	for (uint32 i = 0; i < t->count; i++)
	{
		uint32		at = (uint32) t->hashes[i] & (t->nbuckets - 1);

		while (t->buckets[at])
			at = (at + 1) & (t->nbuckets - 1);
		t->buckets[at] = i + 1;
	}
}

/* Adds an item behind the others. */
static void
append(InternTable *t, uint64 hash, const void *bytes, uint32 length)
{
	if (t->count + 2 > t->capacity)
	{
		uint32		capacity = t->capacity;

		grow((void **) &t->hashes, capacity, t->count + 2, sizeof(uint64));
		t->capacity = grow((void **) &t->offsets, capacity, t->count + 2, sizeof(uint32));
	}
	t->size = grow((void **) &t->bytes, t->size, t->length + length + 1, 1);
	memcpy(t->bytes + t->length, bytes, length);
	t->hashes[t->count] = hash;
	t->offsets[t->count] = t->length;
	t->length += length;
	t->offsets[++t->count] = t->length;
}

uint32
intern(InternTable *t, const void *bytes, uint32 length, bool *fresh)
{
	uint64		hash = code_hash(BYTES_SEED, bytes, (int) length);
	uint32		at;

	if ((t->count + 1) * 2 > t->nbuckets)
		rehash(t);
	for (at = (uint32) hash & (t->nbuckets - 1); t->buckets[at]; at = (at + 1) & (t->nbuckets - 1))
	{
		uint32		item = t->buckets[at] - 1;
		uint32		item_length;
		const uint8 *item_bytes;

		if (t->hashes[item] != hash)
			continue;
		item_bytes = intern_bytes(t, item, &item_length);
		if (item_length == length && memcmp(item_bytes, bytes, length) == 0)
		{
			*fresh = false;
			return item;
		}
	}
	t->buckets[at] = t->count + 1;
	append(t, hash, bytes, length);
	*fresh = true;
	return t->count - 1;
}

void
chart_intern_init(ChartIntern *t)
{
	memset(t, 0, sizeof(*t));
	intern_init(&t->strings);
	intern_init(&t->codes);
	intern_init(&t->concepts);
	t->code_hashes_size = t->concept_size = t->codings_size = FIRST_CAPACITY;
	t->code_hashes = palloc(sizeof(uint64) * FIRST_CAPACITY);
	t->concept_codes = palloc(sizeof(uint32) * FIRST_CAPACITY);
	t->concept_first = palloc(sizeof(uint32) * FIRST_CAPACITY);
	t->concept_plain = palloc(sizeof(bool) * FIRST_CAPACITY);
}

void
chart_intern_reset(ChartIntern *t)
{
	intern_reset(&t->strings);
	intern_reset(&t->codes);
	intern_reset(&t->concepts);
	t->ncodings = 0;
}

uint32
chart_intern_string(ChartIntern *t, const char *s, int length)
{
	bool		fresh;

	return intern(&t->strings, s, (uint32) length, &fresh);
}

/* The number of a code. */
static uint32
intern_code(ChartIntern *t, int system_id, const char *system, int system_length, const char *code, int length)
{
	uint32		key[2];
	uint32		item;
	bool		fresh;

	key[0] = system_id != 0 ? (uint32) system_id :
		system_length > 0 ? (chart_intern_string(t, system, system_length) | CHART_FOREIGN_SYSTEM) : 0;
	key[1] = chart_intern_string(t, code, length);
	item = intern(&t->codes, key, sizeof(key), &fresh);
	if (fresh)
	{
		uint64		system_hash = system_id != 0 ? code_system_hash_of_id(system_id) :
			code_system_hash(system ? system : "", system_length);

		t->code_hashes_size = grow((void **) &t->code_hashes, t->code_hashes_size, item + 1, sizeof(uint64));
		t->code_hashes[item] = code_hash(system_hash, code, length);
	}
	return item;
}

/*
 * Adds one Coding to the concept that is being made; true when it is nothing
 * but a system and a code, in that order.
 */
static bool
add_coding(ChartIntern *t, const ElementValue *object)
{
	const uint8 *p = object->data;
	ElementMember member;
	ElementValue system = {0};
	ElementValue code = {0};
	char		system_buffer[ELEMENT_TEXT_SIZE];
	char		code_buffer[ELEMENT_TEXT_SIZE];
	const char *system_text = NULL;
	const char *code_text;
	int			system_length = 0;
	int			code_length;
	bool		has_system = false;
	bool		has_code = false;
	bool		plain = object->kind == ELEMENT_OBJECT;

	while (object->kind == ELEMENT_OBJECT && element_next(&p, object->data + object->length, &member))
	{
		if (member.element == FHIR_E_Coding_system && member.value.kind >= ELEMENT_STRING &&
			member.value.kind <= ELEMENT_SYSTEM && !has_code)
			system = member.value, has_system = true;
		else if (member.element == FHIR_E_Coding_code && member.value.kind >= ELEMENT_STRING &&
				 member.value.kind <= ELEMENT_SYSTEM)
			code = member.value, has_code = true;
		else
		{
			plain = false;
			if (member.element == FHIR_E_Coding_system)
				element_primitive(&member.value, &system), has_system = system.kind != ELEMENT_NULL;
			else if (member.element == FHIR_E_Coding_code)
				element_primitive(&member.value, &code), has_code = code.kind != ELEMENT_NULL;
		}
	}
	t->codings_size = grow((void **) &t->concept_codes, t->codings_size, t->ncodings + 1, sizeof(uint32));
	if (!has_code)
	{
		t->concept_codes[t->ncodings++] = 0;
		return false;
	}
	if (has_system)
		system_text = element_text(&system, system_buffer, &system_length);
	code_text = element_text(&code, code_buffer, &code_length);
	t->concept_codes[t->ncodings++] = 1 + intern_code(t, has_system && system.kind == ELEMENT_SYSTEM ? (int) system.number : 0,
													  system_text, system_length, code_text, code_length);
	return plain && (!has_system || system_length > 0);	/* an empty system is none among codes */
}

/* Adds the codings of a CodeableConcept; true when there is nothing else in it. */
static bool
add_codings(ChartIntern *t, const ElementValue *object)
{
	const uint8 *p = object->data;
	ElementMember member;
	ElementValue slot;
	bool		plain = false;

	while (element_next(&p, object->data + object->length, &member))
	{
		const uint8 *q = member.value.data;

		if (member.element != FHIR_E_CodeableConcept_coding || member.value.kind != ELEMENT_ARRAY)
		{
			plain = false;
			continue;
		}
		plain = member.value.count > 0 && p == object->data + object->length &&
			member.value.start == object->data + 1 + (FHIR_E_CodeableConcept_coding >= 128);
		while (element_next_value(&q, member.value.data + member.value.length, &slot))
			if (!add_coding(t, &slot))
				plain = false;
	}
	return plain;
}

/* Makes room for a new concept and notes where its codes begin. */
static void
begin_concept(ChartIntern *t, uint32 item)
{
	uint32		size = t->concept_size;

	grow((void **) &t->concept_first, size, item + 2, sizeof(uint32));
	t->concept_size = grow((void **) &t->concept_plain, size, item + 2, sizeof(bool));
	t->concept_first[item] = t->ncodings;
}

uint32
chart_intern_union(ChartIntern *t, const ElementValue *array)
{
	uint8		small[256];
	uint8	   *key = array->length + 1 > sizeof(small) ? palloc(array->length + 1) : small;
	const uint8 *p = array->data;
	ElementValue slot;
	uint32		item;
	bool		fresh;

	key[0] = 2;
	memcpy(key + 1, array->data, array->length);
	item = intern(&t->concepts, key, array->length + 1, &fresh);
	if (key != small)
		pfree(key);
	if (!fresh)
		return item;
	begin_concept(t, item);
	while (element_next_value(&p, array->data + array->length, &slot))
		if (slot.kind == ELEMENT_CONCEPT)
			for (uint32 i = t->concept_first[slot.number]; i < t->concept_first[slot.number + 1]; i++)
			{
				t->codings_size = grow((void **) &t->concept_codes, t->codings_size, t->ncodings + 1, sizeof(uint32));
				t->concept_codes[t->ncodings++] = t->concept_codes[i];
			}
	t->concept_first[item + 1] = t->ncodings;
	t->concept_plain[item] = true;
	return item;
}

uint32
chart_intern_concept(ChartIntern *t, FhirType type, const ElementValue *object)
{
	uint8		small[512];
	uint8	   *key = object->length + 1 > sizeof(small) ? palloc(object->length + 1) : small;
	uint32		item;
	bool		fresh;

	key[0] = type == FHIR_T_Coding;
	memcpy(key + 1, object->data, object->length);
	item = intern(&t->concepts, key, object->length + 1, &fresh);
	if (key != small)
		pfree(key);
	if (fresh)
	{
		begin_concept(t, item);
		t->concept_plain[item] = type == FHIR_T_Coding ? add_coding(t, object) : add_codings(t, object);
		t->concept_first[item + 1] = t->ncodings;
	}
	return item;
}
