/*
 * shared.c: resources that belong to no patient (phm.medication, location,
 * organization, practitioner_role), as far as charts refer to them.
 *
 * Each is read from the record once in a batch.  Practitioners stay out of the
 * chart: no rule asks for them.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "chart/shared.h"
#include "phm_plan.h"
#include "record/record_row.h"
#include "types/chart_intern.h"

/* The tables, by FHIR type. */
static const struct
{
	FhirType	type;
	const char *name;
}			shared_types[] = {
	{FHIR_T_Medication, "Medication"},
	{FHIR_T_Location, "Location"},
	{FHIR_T_Organization, "Organization"},
	{FHIR_T_PractitionerRole, "PractitionerRole"}
};

/* What has been read of one. */
typedef struct Found
{
	uint8	   *members;		/* NULL: the record has none */
	uint32		length;
} Found;

struct SharedCache
{
	MemoryContext context;
	InternTable known;			/* "source \0 type id"; what has been looked for */
	Found	   *found;
	uint32		found_size;
	uint32	   *wanted;			/* of this patient, items of known */
	uint32		nwanted;
	uint32		wanted_size;
	RecordRowReader *readers[lengthof(shared_types)];
	SPIPlanPtr	plans[lengthof(shared_types)];
	ElementWriter writer;
};

SharedCache *
shared_cache(void)
{
	SharedCache *cache = palloc0(sizeof(SharedCache));

	cache->context = CurrentMemoryContext;
	intern_init(&cache->known);
	cache->found_size = cache->wanted_size = 64;
	cache->found = palloc(sizeof(Found) * cache->found_size);
	cache->wanted = palloc(sizeof(uint32) * cache->wanted_size);
	element_writer_init(&cache->writer, 1024);
	return cache;
}

void
shared_reset(SharedCache *cache)
{
	cache->nwanted = 0;
}

/* Notes one reference of a source. */
static void
want(SharedCache *cache, const char *source, int source_length, int type, const char *id, int id_length)
{
	char		key[512];
	int			n;
	bool		fresh;
	uint32		item;

	if (source_length + id_length > (int) sizeof(key) - 4)
		return;
	memcpy(key, source, source_length);
	key[source_length] = '\0';
	key[source_length + 1] = (char) type;
	memcpy(key + source_length + 2, id, id_length);
	n = source_length + 2 + id_length;
	item = intern(&cache->known, key, (uint32) n, &fresh);
	if (fresh)
	{
		if (item >= cache->found_size)
		{
			cache->found_size *= 2;
			cache->found = repalloc(cache->found, sizeof(Found) * cache->found_size);
		}
		cache->found[item].length = PG_UINT32_MAX;	/* not read yet */
	}
	for (uint32 i = 0; i < cache->nwanted; i++)
		if (cache->wanted[i] == item)
			return;
	if (cache->nwanted == cache->wanted_size)
	{
		cache->wanted_size *= 2;
		cache->wanted = repalloc(cache->wanted, sizeof(uint32) * cache->wanted_size);
	}
	cache->wanted[cache->nwanted++] = item;
}

/*
 * A reference text: "Type/id" of a shared type.  A fullUrl (urn:uuid:) does not
 * tell its type: it is looked for in every shared table that knows the id.
 */
static void
note_reference(SharedCache *cache, const ChartResource *r, const ElementValue *value)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	if (value->kind != ELEMENT_STRING && value->kind != ELEMENT_URN_UUID)
		return;
	text = element_text(value, buffer, &length);
	for (int i = 0; i < (int) lengthof(shared_types); i++)
	{
		int			n = (int) strlen(shared_types[i].name);

		if (value->kind == ELEMENT_URN_UUID)
			want(cache, r->source, r->source_length, i, text + 9, length - 9);
		else if (length > n + 1 && memcmp(text, shared_types[i].name, n) == 0 && text[n] == '/')
			want(cache, r->source, r->source_length, i, text + n + 1, length - n - 1);
	}
}

/* Elements whose references lead to shared resources; the rest need not be looked at. */
static const FhirElement referring[] = {
	FHIR_E_MedicationRequest_medicationReference, FHIR_E_MedicationDispense_medicationReference,
	FHIR_E_MedicationAdministration_medicationReference, FHIR_E_MedicationStatement_medicationReference,
	FHIR_E_Encounter_location, FHIR_E_Encounter_serviceProvider, FHIR_E_Procedure_location,
	FHIR_E_Immunization_location, FHIR_E_PractitionerRole_organization, FHIR_E_PractitionerRole_location,
	FHIR_E_ServiceRequest_requester, FHIR_E_ServiceRequest_performer, FHIR_E_Encounter_participant,
	FHIR_E_Coverage_payor, FHIR_E_Location_managingOrganization, FHIR_E_Communication_recipient,
	FHIR_E_Communication_sender, FHIR_E_Task_owner
};

/* Whether an element is one of them: asked for every member of every resource. */
static inline bool
may_refer(FhirElement element)
{
	static bool refers[PG_UINT16_MAX + 1];	/* by element, filled once */

	if (!refers[referring[0]])
		for (int i = 0; i < (int) lengthof(referring); i++)
			refers[referring[i]] = true;
	return refers[element];
}

/* References anywhere inside a value. */
static void
note_value(SharedCache *cache, const ChartResource *r, const ElementValue *value)
{
	const uint8 *p = value->data;
	const uint8 *end = value->data + value->length;
	ElementMember member;
	ElementValue slot;

	if (value->kind == ELEMENT_ARRAY)
	{
		while (element_next_value(&p, end, &slot))
			note_value(cache, r, &slot);
	}
	else if (value->kind == ELEMENT_OBJECT)
	{
		while (element_next(&p, end, &member))
		{
			if (member.element == FHIR_E_Reference_reference)
				note_reference(cache, r, &member.value);
			else
				note_value(cache, r, &member.value);
		}
	}
}

void
shared_note(SharedCache *cache, const ChartResource *r)
{
	const uint8 *p = r->members;
	ElementMember member;

	while (element_next(&p, r->members + r->length, &member))
		if (may_refer(member.element))
			note_value(cache, r, &member.value);
}

/* Reads one from the record. */
static void
read_shared(SharedCache *cache, Found *found, int type, const char *source, int source_length,
			const char *id, int id_length)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {
		PointerGetDatum(cstring_to_text_with_len(source, source_length)),
		PointerGetDatum(cstring_to_text_with_len(id, id_length))
	};
	MemoryContext old;

	if (cache->plans[type] == NULL)
		cache->plans[type] = phm_plan(psprintf("SELECT * FROM phm.%s WHERE source = $1 AND id = $2 AND deleted_at IS NULL "
												  "ORDER BY ordinal LIMIT 1",
												  record_map(shared_types[type].type)->table->name), 2, types);
	phm_spi_check(SPI_execute_plan(cache->plans[type], values, NULL, true, 1), "read a shared resource");
	found->members = NULL;
	found->length = 0;
	if (SPI_processed == 0)
		return;
	old = MemoryContextSwitchTo(cache->context);
	if (cache->readers[type] == NULL)
		cache->readers[type] = record_row_reader(CreateTupleDescCopy(SPI_tuptable->tupdesc), shared_types[type].type);
	record_row_members(cache->readers[type], SPI_tuptable->vals[0], &cache->writer);
	found->members = palloc(cache->writer.length + 1);
	memcpy(found->members, cache->writer.data, cache->writer.length);
	found->length = cache->writer.length;
	MemoryContextSwitchTo(old);
	SPI_freetuptable(SPI_tuptable);
}

/* Adds one that was wanted; true when the record has it. */
static bool
add_shared(SharedCache *cache, ChartBuilder *builder, uint32 item, Datum *dependency)
{
	uint32		key_length;
	const char *key = (const char *) intern_bytes(&cache->known, item, &key_length);
	int			source_length = (int) strlen(key);
	int			type = key[source_length + 1];
	const char *id = key + source_length + 2;
	int			id_length = (int) key_length - source_length - 2;
	ChartResource r = {
		.type = shared_types[type].type, .source = pnstrdup(key, source_length), .source_length = source_length,
		.id = pnstrdup(id, id_length), .id_length = id_length, .flags = CHART_SHARED
	};

	if (cache->found[item].length == PG_UINT32_MAX)
		read_shared(cache, &cache->found[item], type, r.source, source_length, r.id, id_length);
	if (cache->found[item].members == NULL)
		return false;
	r.members = cache->found[item].members;
	r.length = cache->found[item].length;
	chart_add(builder, &r);
	*dependency = CStringGetTextDatum(psprintf("%s|%s|%s", r.source, shared_types[type].name, r.id));
	shared_note(cache, &r);		/* appends to what is wanted */
	return true;
}

Datum
shared_add(SharedCache *cache, ChartBuilder *builder)
{
	Datum	   *dependencies = NULL;
	int			n = 0;
	int			size = 0;

	for (uint32 i = 0; i < cache->nwanted; i++)
	{
		if (n == size)
		{
			size = size ? size * 2 : 16;
			dependencies = dependencies ? repalloc(dependencies, sizeof(Datum) * size) : palloc(sizeof(Datum) * size);
		}
		if (add_shared(cache, builder, cache->wanted[i], &dependencies[n]))
			n++;
	}
	if (n == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	return PointerGetDatum(construct_array(dependencies, n, TEXTOID, -1, false, TYPALIGN_INT));
}
