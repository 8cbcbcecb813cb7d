/*
 * fhir.c: looking up the FHIR R4 element dictionary.  The tables are made
 * from data/ at build time; nothing here allocates.  Names that were found
 * stay in a small table of the process.
 */
#include "types/fhir.h"

#include "types/fhir_table.inc"

#define NAME_CACHE_BITS 11
#define TYPE_CACHE_BITS 8

/* Order of the generated indexes: shorter names first, then by bytes. */
static inline int
compare_names(const char *a, int a_length, const char *b, int b_length)
{
	if (a_length != b_length)
		return a_length - b_length;
	return memcmp(a, b, a_length);
}

/* The type of that name by binary search. */
static FhirType
search_type(const char *name, int length)
{
	int			low = 0;
	int			high = fhir_type_count - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;
		FhirType	type = fhir_types_by_name[middle];
		int			order = compare_names(name, length, fhir_types[type].name,
										  strlen(fhir_types[type].name));

		if (order == 0)
			return type;
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return 0;
}

/* Mixes the length, the ends and the middle of a name: enough to tell elements of a type apart. */
static inline uint32
name_slot(FhirType type, const char *name, int length)
{
	uint32		h = (uint32) type * 0x9E3779B1u;

	h ^= (uint32) (uint8) name[0] | (uint32) (uint8) name[length - 1] << 8 |
		(uint32) (uint8) name[length / 2] << 16 | (uint32) length << 24;
	h *= 0x85EBCA6Bu;
	return h >> (32 - NAME_CACHE_BITS);
}

FhirType
fhir_type_by_name(const char *name, int length)
{
	/* What was found lately: references name few types. */
	static struct
	{
		FhirType	type;
		uint8		length;
	}			cache[1 << TYPE_CACHE_BITS];
	uint32		at;

	if (length <= 0 || length > 0xFF)
		return 0;
	at = name_slot(0, name, length) >> (NAME_CACHE_BITS - TYPE_CACHE_BITS);
	if (cache[at].length != length || memcmp(fhir_types[cache[at].type].name, name, length) != 0)
	{
		FhirType	found = search_type(name, length);

		if (found == 0)
			return 0;
		cache[at].type = found;
		cache[at].length = (uint8) length;
	}
	return cache[at].type;
}

/* The element of that name by binary search. */
static FhirElement
search_element(FhirType type, const char *name, int length)
{
	const uint16 *index = fhir_by_name + fhir_types[type].first;
	int			low = 0;
	int			high = fhir_types[type].count - 1;

	while (low <= high)
	{
		int			middle = (low + high) / 2;
		const FhirElementDef *def = &fhir_elements[index[middle]];
		int			order = compare_names(name, length, def->name, def->name_length);

		if (order == 0)
			return index[middle];
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return 0;
}

FhirElement
fhir_element_by_name(FhirType type, const char *name, int length)
{
	/* What was found lately: names repeat from object to object. */
	static struct
	{
		FhirType	type;
		FhirElement element;
	}			cache[1 << NAME_CACHE_BITS];
	const FhirElementDef *def;
	uint32		at;

	if (length == 0)
		return 0;
	at = name_slot(type, name, length);
	def = &fhir_elements[cache[at].element];
	if (cache[at].type != type || cache[at].element == 0 || def->name_length != length ||
		memcmp(def->name, name, length) != 0)
	{
		FhirElement found = search_element(type, name, length);

		if (found == 0)
			return 0;
		cache[at].type = type;
		cache[at].element = found;
	}
	return cache[at].element;
}

bool
fhir_type_is(FhirType type, FhirType ancestor)
{
	while (type != 0 && type != ancestor)
		type = fhir_types[type].base;
	return type != 0;
}
