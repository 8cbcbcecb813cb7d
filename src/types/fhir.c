/*
 * fhir.c: looking up the FHIR R4 element dictionary.  The tables are made
 * from data/ at build time; nothing here allocates.
 */
#include "types/fhir.h"

#include "types/fhir_table.inc"

/* Order of the generated indexes: shorter names first, then by bytes. */
static inline int
compare_names(const char *a, int a_length, const char *b, int b_length)
{
	if (a_length != b_length)
		return a_length - b_length;
	return memcmp(a, b, a_length);
}

FhirType
fhir_type_by_name(const char *name, int length)
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

FhirElement
fhir_element_by_name(FhirType type, const char *name, int length)
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

bool
fhir_type_is(FhirType type, FhirType ancestor)
{
	while (type != 0 && type != ancestor)
		type = fhir_types[type].base;
	return type != 0;
}
