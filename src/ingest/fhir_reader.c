/*
 * fhir_reader.c: FHIR R4 JSON into rows of the record.
 *
 * A Bundle is read twice: first its entries are looked at (fullUrl, type, id,
 * request), so that references between them can be resolved whatever their
 * order; then each resource is parsed and added.  An entry that cannot be read
 * goes to the reader's owner and does not stop the others.
 */
#include "phm.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "phm_plan.h"
#include "ingest/fhir_bundle.h"
#include "ingest/fhir_reader.h"
#include "record/mark.h"
#include "record/record_line.h"

#define MAX_RECORD_COLUMNS 64

FhirReader *
fhir_reader_begin(const char *source, int64 person, int64 inbox_id)
{
	FhirReader *reader = palloc0(sizeof(FhirReader));

	reader->source = pstrdup(source);
	reader->batch = record_batch_begin(source);
	reader->identities = identity_cache(source);
	reader->person = person;
	reader->inbox_id = inbox_id;
	resource_parser_init(&reader->parser);
	record_splitter_init(&reader->splitter);
	reader->scratch = AllocSetContextCreate(CurrentMemoryContext, "phm fhir reader", ALLOCSET_DEFAULT_SIZES);
	reader->values = palloc(sizeof(Datum) * MAX_RECORD_COLUMNS);
	reader->nulls = palloc(sizeof(bool) * MAX_RECORD_COLUMNS);
	return reader;
}

void
fhir_reader_end(FhirReader *reader)
{
	record_batch_end(reader->batch);
	MemoryContextDelete(reader->scratch);
}

/* The text of a string-like member, or NULL. */
static const char *
member_text(const uint8 *p, const uint8 *end, FhirElement element, char *buffer, int *length)
{
	ElementValue value;

	if (element == 0 || !element_find(p, end, element, &value))
		return NULL;
	element_primitive(&value, &value);
	if (value.kind < ELEMENT_STRING || value.kind > ELEMENT_SYSTEM)
		return NULL;
	return element_text(&value, buffer, length);
}

/* Whose resource it is, as far as FHIR says: the id of the patient in the source. */
typedef enum Subject
{
	SUBJECT_PATIENT,
	SUBJECT_OTHER,				/* missing, or a group, a device, a place */
	SUBJECT_NOBODY				/* a reference that leads nowhere */
} Subject;

/*
 * What a reference names: "Patient/x", ".../Patient/x", or a fullUrl of this
 * Bundle.  A Patient that has not been loaded may still come; a fullUrl that
 * its own Bundle does not hold never will.
 */
static Subject
read_subject(FhirReader *reader, const char *text, int length, const char **id, int *id_length)
{
	FhirType	type;
	const char *slash;
	const char *before;

	if (reader->bundle && bundle_resolve(reader->bundle, text, length, &type, id, id_length))
		return type == FHIR_T_Patient ? SUBJECT_PATIENT : SUBJECT_OTHER;
	if (length > 9 && memcmp(text, "urn:uuid:", 9) == 0)
	{
		*id = text + 9;
		*id_length = length - 9;
		return reader->bundle ? SUBJECT_NOBODY : SUBJECT_PATIENT;
	}
	if (length == 0)
		return SUBJECT_NOBODY;
	if (memchr(text, '?', length) || text[0] == '#')
		return SUBJECT_OTHER;
	for (slash = text + length; slash > text && slash[-1] != '/'; slash--)
		;
	for (before = slash - 1; before > text && before[-1] != '/'; before--)
		;
	if (slash == text || slash - before != 8 || memcmp(before, "Patient/", 8) != 0)
		return SUBJECT_OTHER;
	*id = slash;
	*id_length = (int) (text + length - slash);
	return *id_length > 0 ? SUBJECT_PATIENT : SUBJECT_NOBODY;
}

static Subject
subject_of(FhirReader *reader, const char *element_name, const uint8 *p, const uint8 *end,
		   const char **id, int *id_length, char *buffer)
{
	FhirElement element = fhir_element_by_name(reader->parser.type, element_name, strlen(element_name));
	ElementValue value;
	const char *text;
	int			length;

	if (element == 0 || !element_find(p, end, element, &value))
		return SUBJECT_OTHER;
	if (value.kind == ELEMENT_ARRAY)
	{
		const uint8 *slot = value.data;

		if (!element_next_value(&slot, value.data + value.length, &value))
			return SUBJECT_OTHER;
	}
	if (value.kind != ELEMENT_OBJECT)
		return SUBJECT_OTHER;
	text = member_text(value.data, value.data + value.length, FHIR_E_Reference_reference, buffer, &length);
	if (text == NULL)
		return SUBJECT_OTHER;
	return read_subject(reader, text, length, id, id_length);
}

/* The elements that name the patient in types without a table. */
static Subject
subject_of_other(FhirReader *reader, const uint8 *p, const uint8 *end,
				 const char **id, int *id_length, char *buffer)
{
	static const char *const names[] = {"subject", "patient", "beneficiary", "for", "individual"};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (subject_of(reader, names[i], p, end, id, id_length, buffer) == SUBJECT_PATIENT)
			return SUBJECT_PATIENT;
	return SUBJECT_OTHER;
}

/* What a row is made of besides its columns. */
typedef struct Owner
{
	const RecordMap *map;		/* NULL: other_resource */
	int64		patient_id;
} Owner;

/*
 * Finds table and person of the parsed resource.  A resource without a subject,
 * or whose subject is no patient, goes to other_resource; one whose subject
 * leads nowhere is refused.
 */
static bool
find_owner(FhirReader *reader, const char *own_id, int own_id_length, Owner *owner, PhmError *err)
{
	const uint8 *p = reader->parser.writer.data;
	const uint8 *end = p + reader->parser.writer.length;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *id;
	int			id_length;
	Subject		subject;

	owner->map = record_map(reader->parser.type);
	owner->patient_id = reader->person;
	if (owner->map && !owner->map->table->has_patient)
	{
		owner->patient_id = 0;
		return true;
	}
	if (reader->person != 0)
		return true;
	if (reader->parser.type == FHIR_T_Patient)
	{
		owner->patient_id = identity_person(reader->identities, own_id, own_id_length);
		return true;
	}
	if (owner->map)
		subject = subject_of(reader, owner->map->table->subject, p, end, &id, &id_length, buffer);
	else
		subject = subject_of_other(reader, p, end, &id, &id_length, buffer);
	if (subject == SUBJECT_NOBODY)
	{
		phm_fail(err, ERRCODE_FOREIGN_KEY_VIOLATION, -1, "reference to nobody at line %lld",
				 (long long) json_line(&reader->parser.json));
		phm_fail_detail(err, "The problem is in the element %s.%s.reference.",
						fhir_types[reader->parser.type].name, owner->map->table->subject);
		return phm_fail_hint(err, "Name the person with the argument person of phm.ingest or phm.load.");
	}
	if (subject == SUBJECT_PATIENT)
		owner->patient_id = identity_person(reader->identities, id, id_length);
	else
		owner->map = NULL;
	return true;
}

/* Adds the parsed resource to the batch. */
static void
add_row(FhirReader *reader, const Owner *owner, const char *id, int id_length, int ordinal, uint64 fingerprint)
{
	const uint8 *p = reader->parser.writer.data;
	const uint8 *end = p + reader->parser.writer.length;
	RecordRow	row = {
		.id = id, .id_length = id_length, .ordinal = ordinal, .patient_id = owner->patient_id,
		.type = reader->parser.type, .inbox_id = reader->inbox_id, .fingerprint = fingerprint,
		.values = reader->values, .nulls = reader->nulls
	};

	if (owner->map == NULL)
	{
		row.extra = resource_make(reader->parser.type, p, end - p);
		record_batch_add(reader->batch, record_other_table(), &row);
		return;
	}
	record_split(&reader->splitter, owner->map, p, end, reader->values, reader->nulls);
	if (reader->splitter.rest.length > 0)
		row.extra = resource_make(reader->parser.type, reader->splitter.rest.data, reader->splitter.rest.length);
	record_batch_add(reader->batch, owner->map->table, &row);
	if (reader->parser.type == FHIR_T_Claim || reader->parser.type == FHIR_T_ExplanationOfBenefit)
		record_add_lines(reader->batch, &reader->splitter, &row, p, end);
}

/* The id of a resource without one: its content, so that loading it again gives the same. */
static int
made_id(uint64 fingerprint, char *buffer)
{
	return snprintf(buffer, ELEMENT_TEXT_SIZE, "phm-%016llx", (unsigned long long) fingerprint);
}

/* Splits and adds the resource that the parser holds. */
static bool
add_resource(FhirReader *reader, const char *entry_id, int entry_id_length, PhmError *err)
{
	const uint8 *p = reader->parser.writer.data;
	const uint8 *end = p + reader->parser.writer.length;
	uint64		fingerprint = hash_bytes_extended(p, (int) (end - p), reader->parser.type);
	char		buffer[ELEMENT_TEXT_SIZE];
	int			id_length;
	const char *id = member_text(p, end, FHIR_E_Resource_id, buffer, &id_length);
	MemoryContext old;
	Owner		owner;
	bool		good;

	fingerprint = fingerprint ? fingerprint : 1;
	if (id == NULL && entry_id != NULL)
	{
		id = entry_id;
		id_length = entry_id_length;
	}
	if (id == NULL)
	{
		id_length = made_id(fingerprint, buffer);
		id = buffer;
	}
	old = MemoryContextSwitchTo(reader->scratch);
	good = find_owner(reader, id, id_length, &owner, err);
	if (good)
	{
		int			ordinal = reader->bundle ?
			bundle_ordinal(reader->bundle, reader->parser.type, id, id_length, fingerprint) : 0;

		add_row(reader, &owner, id, id_length, ordinal, fingerprint);
		reader->resources++;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(reader->scratch);
	return good;
}

/* For references within the Bundle: record.h's RecordResolve. */
static bool
resolve_in_bundle(void *arg, const char *url, int length, const char **id, int *id_length)
{
	FhirReader *reader = arg;
	FhirType	type;

	return reader->bundle && bundle_resolve(reader->bundle, url, length, &type, id, id_length);
}

/* Marks a resource as deleted (request DELETE Type/id); the row stays. */
static void
delete_resource(FhirReader *reader, const FhirEntry *entry)
{
	const RecordMap *map = record_map(entry->type);
	const char *table = map ? map->table->name : "other_resource";
	bool		typed = map == NULL || map->table->types[1] != 0;
	bool		has_patient = map == NULL || map->table->has_patient;
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[3] = {
		CStringGetTextDatum(reader->source),
		PointerGetDatum(cstring_to_text_with_len(entry->id, entry->id_length)),
		CStringGetTextDatum(fhir_types[entry->type].name)
	};
	static const char lines[] = "UPDATE phm.claim_line SET deleted_at = now(), changed_at = now() "
		"WHERE source = $1 AND id = $2 AND resource_type = $3 AND deleted_at IS NULL";
	char	   *sql;
	int			level;

	record_batch_flush(reader->batch);	/* in the order of the entries */
	sql = psprintf("WITH gone AS (UPDATE phm.%s SET deleted_at = now(), changed_at = now() "
				   "WHERE source = $1 AND id = $2 AND deleted_at IS NULL AND %s RETURNING %s) "
				   "INSERT INTO phm.stale (patient_id, why) SELECT DISTINCT patient_id, 'deleted' "
				   "FROM gone WHERE patient_id > 0",
				   table, typed ? "resource_type = $3" : "$3 IS NOT NULL",
				   has_patient ? "patient_id" : "NULL::bigint AS patient_id");
	level = mark_silence_triggers();
	SPI_connect();
	phm_spi_check(SPI_execute_with_args(sql, 3, types, values, NULL, false, 0), "delete a resource");
	if (typed)
		phm_spi_check(SPI_execute_with_args(lines, 3, types, values, NULL, false, 0), "delete the lines of a claim");
	SPI_finish();
	mark_restore_triggers(level);
	reader->deleted++;
}

/* Hands an entry that cannot be read to the owner of the reader. */
static void
reject_entry(FhirReader *reader, const FhirBundle *bundle, const FhirEntry *entry, int i, PhmError *err)
{
	JsonReader	json = *bundle_reader(bundle);
	PhmError	ignored = {0};

	phm_fail_detail(err, "The problem is in entry %d of the Bundle.", i);
	json.err = &ignored;
	json.p = entry->json;
	if (!json_skip(&json))
		json.p = json.end;
	reader->rejected++;
	reader->reject(reader->reject_arg, err, entry->json, json.p - entry->json);
}

/* Reads the entries of a Bundle; a bad one does not stop the others. */
static void
read_entries(FhirReader *reader, FhirBundle *bundle)
{
	for (int i = 0; i < bundle_count(bundle); i++)
	{
		const FhirEntry *entry = bundle_entry(bundle, i);
		PhmError	err = {0};

		CHECK_FOR_INTERRUPTS();
		if (entry->deletes)
			delete_resource(reader, entry);
		if (entry->json == NULL)
			continue;
		reader->parser.json.begin = bundle_reader(bundle)->begin;
		reader->parser.json.end = bundle_reader(bundle)->end;
		reader->parser.json.first_line = bundle_reader(bundle)->first_line;
		reader->parser.json.p = entry->json;
		reader->parser.json.err = &err;
		if (!resource_parse_here(&reader->parser) ||
			!add_resource(reader, entry->id, entry->id_length, &err))
			reject_entry(reader, bundle, entry, i, &err);
	}
}

/* A Bundle whose JSON is well-formed: entry by entry. */
static bool
read_bundle(FhirReader *reader, JsonReader *json, PhmError *err)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "phm bundle", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	FhirBundle *bundle = bundle_scan(json);
	bool		good = bundle != NULL;

	MemoryContextSwitchTo(old);
	reader->bundle = bundle;
	reader->splitter.resolve = resolve_in_bundle;
	reader->splitter.resolve_arg = reader;
	if (good)
		read_entries(reader, bundle);
	reader->bundle = NULL;
	reader->splitter.resolve = NULL;
	MemoryContextDelete(context);
	return good;
}

bool
fhir_read(FhirReader *reader, const char *text, size_t length, int64 first_line, PhmError *err)
{
	JsonReader	json;
	bool		is_bundle;

	json_init(&json, text, length, err);
	json.first_line = first_line;
	if (json_peek(&json) == '\0' && json.p == json.end)
		return phm_fail(err, ERRCODE_INVALID_TEXT_REPRESENTATION, 0, "empty input");
	if (!bundle_recognize(&json, &is_bundle))
		return false;
	if (is_bundle)
		return read_bundle(reader, &json, err);
	return resource_parse(&reader->parser, text, length, first_line, err) &&
		add_resource(reader, NULL, 0, err);
}
