/*
 * fhir_bundle.c: finding the entries of a Bundle in its JSON.
 *
 * Owns two small hash tables for the Bundle being read: fullUrls, and the ids
 * seen so far.  Strings point into the JSON or are copied when they had escapes.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "ingest/fhir_bundle.h"

typedef struct Url
{
	uint32		hash;
	int			entry;			/* -1: empty */
} Url;

typedef struct Seen
{
	uint64		key;			/* hash of type and id; 0: empty */
	uint64		fingerprint;
	int			ordinal;
} Seen;

struct FhirBundle
{
	JsonReader	json;
	FhirEntry  *entries;
	int			nentries;
	int			capacity;
	Url		   *urls;			/* open addressing; power of two */
	Seen	   *seen;
	uint32		mask;
};

bool
bundle_recognize(JsonReader *json, bool *is_bundle)
{
	const char *at = json->p;
	bool		first = true;
	bool		more;
	const char *name;
	int			length;

	*is_bundle = false;
	if (json_peek(json) != '{')
		return json_malformed(json, "expected a FHIR resource");
	json->p++;
	for (;;)
	{
		if (!json_next(json, '}', &first, &more))
			return false;
		if (!more)
			break;
		if (!json_name(json, &name, &length))
			return false;
		if (length == 12 && memcmp(name, "resourceType", 12) == 0)
		{
			if (json_peek(json) == '"' && !json_string(json, &name, &length))
				return false;
			*is_bundle = length == 6 && memcmp(name, "Bundle", 6) == 0;
			break;
		}
		if (!json_skip(json))
			return false;
	}
	json->p = at;
	return true;
}

/* Keeps a string that the next one may overwrite. */
static const char *
keep(JsonReader *json, const char *text, int length)
{
	return text >= json->begin && text < json->end ? text : pnstrdup(text, length);
}

/* Reads the string at the reader into *text. */
static bool
read_string(JsonReader *json, const char **text, int *length)
{
	if (json_peek(json) != '"')
		return json_skip(json);
	if (!json_string(json, text, length))
		return false;
	*text = keep(json, *text, *length);
	return true;
}

/* Calls back for each member of the object at the reader. */
typedef bool (*MemberReader) (JsonReader *json, const char *name, int length, void *arg);

static bool
read_members(JsonReader *json, MemberReader read, void *arg)
{
	bool		first = true;
	bool		more;
	const char *name;
	int			length;

	if (json_peek(json) != '{')
		return json_skip(json);
	json->p++;
	for (;;)
	{
		if (!json_next(json, '}', &first, &more))
			return false;
		if (!more)
			return true;
		if (!json_name(json, &name, &length) || !read(json, name, length, arg))
			return false;
	}
}

static inline bool
is_name(const char *name, int length, const char *wanted)
{
	return length == (int) strlen(wanted) && memcmp(name, wanted, length) == 0;
}

/* Of the resource: type and id. */
static bool
read_resource_member(JsonReader *json, const char *name, int length, void *arg)
{
	FhirEntry  *entry = arg;
	const char *text = NULL;
	int			text_length = 0;

	if (is_name(name, length, "id"))
		return read_string(json, &entry->id, &entry->id_length);
	if (!is_name(name, length, "resourceType"))
		return json_skip(json);
	if (!read_string(json, &text, &text_length))
		return false;
	entry->type = text ? fhir_type_by_name(text, text_length) : 0;
	return true;
}

/* Of the request: DELETE and its url Type/id. */
typedef struct Request
{
	const char *method;
	const char *url;
	int			method_length;
	int			url_length;
} Request;

static bool
read_request_member(JsonReader *json, const char *name, int length, void *arg)
{
	Request    *request = arg;

	if (is_name(name, length, "method"))
		return read_string(json, &request->method, &request->method_length);
	if (is_name(name, length, "url"))
		return read_string(json, &request->url, &request->url_length);
	return json_skip(json);
}

/* Takes type and id from a deleting request. */
static bool
apply_request(JsonReader *json, FhirEntry *entry, const Request *request)
{
	const char *slash;

	if (request->method == NULL || !is_name(request->method, request->method_length, "DELETE"))
		return true;
	slash = request->url ? memchr(request->url, '/', request->url_length) : NULL;
	entry->type = slash ? fhir_type_by_name(request->url, (int) (slash - request->url)) : 0;
	if (entry->type == 0)
		return json_fail(json, ERRCODE_INVALID_TEXT_REPRESENTATION, "DELETE without a url of the form Type/id");
	entry->id = slash + 1;
	entry->id_length = (int) (request->url + request->url_length - slash - 1);
	entry->deletes = true;
	entry->json = NULL;
	return true;
}

static bool
read_entry_member(JsonReader *json, const char *name, int length, void *arg)
{
	FhirEntry  *entry = arg;
	Request		request = {0};

	if (is_name(name, length, "fullUrl"))
		return read_string(json, &entry->url, &entry->url_length);
	if (is_name(name, length, "request"))
		return read_members(json, read_request_member, &request) && apply_request(json, entry, &request);
	if (!is_name(name, length, "resource") || entry->deletes)
		return json_skip(json);
	json_peek(json);
	entry->json = json->p;
	return read_members(json, read_resource_member, entry);
}

/* The id of an entry whose resource has none: that of its fullUrl, if urn:uuid. */
static void
complete_id(FhirEntry *entry)
{
	if (entry->id == NULL && entry->url_length > 9 && memcmp(entry->url, "urn:uuid:", 9) == 0)
	{
		entry->id = entry->url + 9;
		entry->id_length = entry->url_length - 9;
	}
}

/* Of the Bundle: the entries. */
static bool
read_bundle_member(JsonReader *json, const char *name, int length, void *arg)
{
	FhirBundle *bundle = arg;
	bool		first = true;
	bool		more;

	if (!is_name(name, length, "entry"))
		return json_skip(json);
	if (json_peek(json) != '[')
		return json_malformed(json, "expected an array of entries");
	json->p++;
	for (;;)
	{
		FhirEntry  *entry;

		if (!json_next(json, ']', &first, &more))
			return false;
		if (!more)
			return true;
		if (bundle->nentries == bundle->capacity)
		{
			bundle->capacity *= 2;
			bundle->entries = repalloc_huge(bundle->entries, sizeof(FhirEntry) * bundle->capacity);
		}
		entry = &bundle->entries[bundle->nentries++];
		memset(entry, 0, sizeof(*entry));
		if (!read_members(json, read_entry_member, entry))
			return false;
		complete_id(entry);
	}
}

/* Puts the fullUrls into their table. */
static void
index_urls(FhirBundle *bundle)
{
	uint32		size = 64;

	while (size < (uint32) bundle->nentries * 2)
		size *= 2;
	bundle->mask = size - 1;
	bundle->urls = palloc(sizeof(Url) * size);
	bundle->seen = palloc0(sizeof(Seen) * size);
	for (uint32 i = 0; i < size; i++)
		bundle->urls[i].entry = -1;
	for (int i = 0; i < bundle->nentries; i++)
	{
		const FhirEntry *entry = &bundle->entries[i];
		uint32		hash;
		uint32		at;

		if (entry->url == NULL || entry->id == NULL)
			continue;
		hash = hash_bytes((const unsigned char *) entry->url, entry->url_length);
		for (at = hash & bundle->mask; bundle->urls[at].entry >= 0; at = (at + 1) & bundle->mask)
			;
		bundle->urls[at].hash = hash;
		bundle->urls[at].entry = i;
	}
}

FhirBundle *
bundle_scan(JsonReader *json)
{
	FhirBundle *bundle = palloc0(sizeof(FhirBundle));

	bundle->capacity = 64;
	bundle->entries = palloc(sizeof(FhirEntry) * bundle->capacity);
	if (!read_members(json, read_bundle_member, bundle) || !json_end(json))
		return NULL;
	index_urls(bundle);
	bundle->json = *json;
	return bundle;
}

int
bundle_count(const FhirBundle *bundle)
{
	return bundle->nentries;
}

const FhirEntry *
bundle_entry(const FhirBundle *bundle, int i)
{
	return &bundle->entries[i];
}

const JsonReader *
bundle_reader(const FhirBundle *bundle)
{
	return &bundle->json;
}

bool
bundle_resolve(const FhirBundle *bundle, const char *url, int length,
			   FhirType *type, const char **id, int *id_length)
{
	uint32		hash = hash_bytes((const unsigned char *) url, length);

	for (uint32 at = hash & bundle->mask; bundle->urls[at].entry >= 0; at = (at + 1) & bundle->mask)
	{
		const FhirEntry *entry = &bundle->entries[bundle->urls[at].entry];

		if (bundle->urls[at].hash == hash && entry->url_length == length &&
			memcmp(entry->url, url, length) == 0)
		{
			*type = entry->type;
			*id = entry->id;
			*id_length = entry->id_length;
			return true;
		}
	}
	return false;
}

int
bundle_ordinal(FhirBundle *bundle, FhirType type, const char *id, int length, uint64 fingerprint)
{
	uint64		key = hash_bytes_extended((const unsigned char *) id, length, type);
	uint32		at = (uint32) key & bundle->mask;
	int			ordinal = 0;

	key = key ? key : 1;
	for (; bundle->seen[at].key != 0; at = (at + 1) & bundle->mask)
		if (bundle->seen[at].key == key)
		{
			if (bundle->seen[at].fingerprint == fingerprint)
				return bundle->seen[at].ordinal;
			ordinal = Max(ordinal, bundle->seen[at].ordinal + 1);
		}
	bundle->seen[at].key = key;
	bundle->seen[at].fingerprint = fingerprint;
	bundle->seen[at].ordinal = ordinal;
	return ordinal;
}
