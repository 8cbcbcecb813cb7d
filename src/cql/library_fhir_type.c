/*
 * library_fhir_type.c: phm.fhir_libraries, the ELM of FHIR Libraries in a
 * resource or Bundle, as phm.resource or jsonb.
 *
 * Most of a measure package is the base64 of its libraries in several forms: only
 * the form that is wanted is touched, where it lies.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "cql/elm.h"
#include "types/bundle.h"
#include "types/element.h"

PG_FUNCTION_INFO_V1(phm_fhir_libraries);
PG_FUNCTION_INFO_V1(phm_fhir_libraries_jsonb);

/* A Library: absent texts are NULL. */
typedef struct FhirLibrary
{
	text	   *url;
	text	   *name;
	text	   *version;
	text	   *elm;
} FhirLibrary;

typedef struct Listing
{
	FunctionCallInfo fcinfo;
	MemoryContext work;			/* of one Library */
} Listing;

/* Decoded ELM in the encoding of the database. */
static text *
decoded_text(char *elm, size_t size)
{
	char	   *converted;
	text	   *result;

	if (memchr(elm, '\0', size) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 errmsg("character U+0000 in the ELM of a Library")));
	converted = pg_any_to_server(elm, (int) size, PG_UTF8);
	result = cstring_to_text_with_len(converted, converted == elm ? (int) size : (int) strlen(converted));
	pfree(elm);
	return result;
}

/* One row of the result. */
static void
put_library(Listing *listing, int number, const FhirLibrary *library)
{
	ReturnSetInfo *result = (ReturnSetInfo *) listing->fcinfo->resultinfo;
	text *const texts[] = {library->url, library->name, library->version, library->elm};
	Datum		values[5] = {Int32GetDatum(number)};
	bool		nulls[5] = {false};

	for (int i = 0; i < 4; i++)
	{
		values[i + 1] = PointerGetDatum(texts[i]);
		nulls[i + 1] = texts[i] == NULL;
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Begins the result. */
static void
listing_begin(FunctionCallInfo fcinfo, Listing *listing)
{
	InitMaterializedSRF(fcinfo, 0);
	listing->fcinfo = fcinfo;
	listing->work = AllocSetContextCreate(CurrentMemoryContext, "phm FHIR library", ALLOCSET_DEFAULT_SIZES);
}

/* ---- from phm.resource ---- */

/* The text of a member, NULL when it has none. */
static text *
member_text(const uint8 *members, const uint8 *end, FhirElement element)
{
	char		buffer[ELEMENT_TEXT_SIZE];
	ElementValue v;
	const char *s;
	int			length;

	if (!element_find(members, end, element, &v))
		return NULL;
	element_primitive(&v, &v);
	if (v.kind == ELEMENT_NULL)
		return NULL;
	s = element_text(&v, buffer, &length);
	return cstring_to_text_with_len(s, length);
}

static void
list_resource(void *arg, int number, const uint8 *members, const uint8 *end)
{
	Listing    *listing = arg;
	MemoryContext old = MemoryContextSwitchTo(listing->work);
	FhirLibrary library = {0};
	PhmError	err = {0};
	char	   *elm;
	size_t		size;
	bool		is_xml;

	library.url = member_text(members, end, FHIR_E_Library_url);
	library.name = member_text(members, end, FHIR_E_Library_name);
	library.version = member_text(members, end, FHIR_E_Library_version);
	if (elm_fhir_text(members, end, &elm, &size, &is_xml, &err))
		library.elm = decoded_text(elm, size);
	else if (err.sqlstate != ERRCODE_INVALID_PARAMETER_VALUE)
		PHM_REPORT(listing->fcinfo, &err);
	put_library(listing, number, &library);
	MemoryContextSwitchTo(old);
	MemoryContextReset(listing->work);
}

/* phm.fhir_libraries(phm.resource) */
Datum
phm_fhir_libraries(PG_FUNCTION_ARGS)
{
	Listing		listing;

	listing_begin(fcinfo, &listing);
	bundle_visit(PG_GETARG_VARLENA_PP(0), FHIR_T_Library, list_resource, &listing);
	MemoryContextDelete(listing.work);
	return (Datum) 0;
}

/* ---- from jsonb ---- */

/* A member that is a text; false when there is none. */
static bool
find_text(const JsonbValue *object, const char *name, JsonbValue *value)
{
	return bundle_jsonb_member(object, name, value) && value->type == jbvString;
}

/* The text of a member, NULL when it has none. */
static text *
jsonb_text(const JsonbValue *object, const char *name)
{
	JsonbValue	value;

	return find_text(object, name, &value) ? cstring_to_text_with_len(value.val.string.val, value.val.string.len) : NULL;
}

/* The ELM of a media type in Library.content, NULL when it has none. */
static text *
jsonb_elm(Listing *listing, JsonbContainer *content, const char *media_type)
{
	for (uint32 i = 0; i < JsonContainerSize(content); i++)
	{
		JsonbValue *attachment = getIthJsonbValueFromContainer(content, i);
		JsonbValue	type;
		JsonbValue	data;
		PhmError	err = {0};
		char	   *elm;
		size_t		size;

		if (!find_text(attachment, "contentType", &type) || !find_text(attachment, "data", &data) ||
			!elm_is_media_type(type.val.string.val, type.val.string.len, media_type))
			continue;
		if (elm_decode_base64((const uint8 *) data.val.string.val, data.val.string.len, &elm, &size))
			return decoded_text(elm, size);
		phm_fail(&err, ERRCODE_INVALID_TEXT_REPRESENTATION, -1, "invalid base64 in Library.content");
		PHM_REPORT(listing->fcinfo, &err);
	}
	return NULL;
}

static void
list_jsonb(void *arg, int number, const JsonbValue *body)
{
	Listing    *listing = arg;
	MemoryContext old = MemoryContextSwitchTo(listing->work);
	FhirLibrary library = {jsonb_text(body, "url"), jsonb_text(body, "name"), jsonb_text(body, "version"), NULL};
	JsonbValue	content;

	if (bundle_jsonb_member(body, "content", &content) && content.type == jbvBinary &&
		JsonContainerIsArray(content.val.binary.data))
	{
		library.elm = jsonb_elm(listing, content.val.binary.data, "application/elm+json");
		if (library.elm == NULL)
			library.elm = jsonb_elm(listing, content.val.binary.data, "application/elm+xml");
	}
	put_library(listing, number, &library);
	MemoryContextSwitchTo(old);
	MemoryContextReset(listing->work);
}

/* phm.fhir_libraries(jsonb) */
Datum
phm_fhir_libraries_jsonb(PG_FUNCTION_ARGS)
{
	Listing		listing;

	listing_begin(fcinfo, &listing);
	bundle_visit_jsonb(PG_GETARG_JSONB_P(0), FHIR_T_Library, list_jsonb, &listing);
	MemoryContextDelete(listing.work);
	return (Datum) 0;
}
