/*
 * bundle_type.c: the resources of one type in a resource, and phm.resources_in.
 *
 * Only what is asked for is read: from a Bundle in jsonb with thousands of other
 * bytes, the resources of the type alone are printed and read.
 */
#include "phm.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "types/bundle.h"
#include "types/resource.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_resources_in);
PG_FUNCTION_INFO_V1(phm_resources_in_jsonb);

/* Raises that there is no resource of the type; what: the type of the resource, or "null". */
static void
none_found(FhirType type, const char *what, int length)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("neither a %s nor a Bundle that has one", fhir_types[type].name),
			 errdetail("The resource is a %.*s.", length, what)));
}

void
bundle_visit(struct varlena *resource, FhirType type, BundleVisit visit, void *arg)
{
	FhirType	here;
	const uint8 *members;
	const uint8 *end;
	ElementValue entries;
	ElementValue entry;
	ElementValue body;
	int			number = 0;
	bool		found = false;

	resource_view(resource, &here, &members, &end);
	if (here == type)
	{
		visit(arg, 1, members, end);
		return;
	}
	if (here == FHIR_T_Bundle && element_find(members, end, FHIR_E_Bundle_entry, &entries) && entries.kind == ELEMENT_ARRAY)
	{
		for (const uint8 *p = entries.data; element_next_value(&p, entries.end, &entry);)
		{
			CHECK_FOR_INTERRUPTS();
			number++;
			if (entry.kind != ELEMENT_OBJECT || !element_find(entry.data, entry.end, FHIR_E_Bundle_entry_resource, &body) ||
				body.kind != ELEMENT_RESOURCE || body.type != type)
				continue;
			found = true;
			visit(arg, number, body.data, body.end);
		}
	}
	if (!found)
		none_found(type, fhir_types[here].name, (int) strlen(fhir_types[here].name));
}

bool
bundle_jsonb_member(const JsonbValue *object, const char *name, JsonbValue *value)
{
	return object->type == jbvBinary && JsonContainerIsObject(object->val.binary.data) &&
		getKeyJsonValueFromContainer(object->val.binary.data, name, (int) strlen(name), value) != NULL;
}

/* Whether a jsonb value is a text, and that one. */
static bool
is_text(const JsonbValue *value, const char *text)
{
	return value->type == jbvString && value->val.string.len == (int) strlen(text) &&
		memcmp(value->val.string.val, text, value->val.string.len) == 0;
}

/* The resources of a type in the entries of a Bundle; whether there are some. */
static bool
visit_entries(const JsonbValue *bundle, const char *type, BundleVisitJsonb visit, void *arg)
{
	JsonbValue	entries;
	bool		found = false;

	if (!bundle_jsonb_member(bundle, "entry", &entries) || entries.type != jbvBinary ||
		!JsonContainerIsArray(entries.val.binary.data))
		return false;
	for (uint32 i = 0; i < JsonContainerSize(entries.val.binary.data); i++)
	{
		JsonbValue *entry = getIthJsonbValueFromContainer(entries.val.binary.data, i);
		JsonbValue	body;
		JsonbValue	its_type;

		CHECK_FOR_INTERRUPTS();
		if (!bundle_jsonb_member(entry, "resource", &body) || !bundle_jsonb_member(&body, "resourceType", &its_type) ||
			!is_text(&its_type, type))
			continue;
		found = true;
		visit(arg, (int) i + 1, &body);
	}
	return found;
}

void
bundle_visit_jsonb(Jsonb *resource, FhirType type, BundleVisitJsonb visit, void *arg)
{
	JsonbValue	whole = {.type = jbvBinary,.val.binary = {.len = VARSIZE(resource) - VARHDRSZ,.data = &resource->root}};
	JsonbValue	its_type = {.type = jbvNull};

	if (bundle_jsonb_member(&whole, "resourceType", &its_type) && is_text(&its_type, fhir_types[type].name))
		visit(arg, 1, &whole);
	else if (!is_text(&its_type, "Bundle") || !visit_entries(&whole, fhir_types[type].name, visit, arg))
	{
		if (its_type.type == jbvString)
			none_found(type, its_type.val.string.val, Min(its_type.val.string.len, 64));
		none_found(type, "null", 4);
	}
}

/* ---- phm.resources_in ---- */

typedef struct Listing
{
	FunctionCallInfo fcinfo;
	FhirType	type;
	ResourceParser *parser;		/* of jsonb */
	StringInfoData text;
} Listing;

/* Begins the result; reads the argument for the type. */
static void
listing_begin(FunctionCallInfo fcinfo, Listing *listing)
{
	text	   *name = PG_GETARG_TEXT_PP(1);

	listing->fcinfo = fcinfo;
	listing->type = fhir_type_by_name(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	if (listing->type == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("unknown FHIR resource type")));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
}

/* One row of the result. */
static void
listing_put(Listing *listing, struct varlena *resource)
{
	ReturnSetInfo *result = (ReturnSetInfo *) listing->fcinfo->resultinfo;
	Datum		value = PointerGetDatum(resource);
	bool		null = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &null);
	pfree(resource);
}

static void
list_resource(void *arg, int number, const uint8 *members, const uint8 *end)
{
	Listing    *listing = arg;

	listing_put(listing, resource_make(listing->type, members, end - members));
}

/* Prints and reads a resource. */
static void
list_jsonb(void *arg, int number, const JsonbValue *body)
{
	Listing    *listing = arg;
	PhmError	err = {0};

	resetStringInfo(&listing->text);
	JsonbToCString(&listing->text, body->val.binary.data, body->val.binary.len);
	if (!resource_parse(listing->parser, listing->text.data, listing->text.len, 1, &err))
		PHM_REPORT(listing->fcinfo, &err);
	else
		listing_put(listing, resource_finish(listing->parser));
}

/* phm.resources_in(phm.resource, type) */
Datum
phm_resources_in(PG_FUNCTION_ARGS)
{
	Listing		listing = {0};

	listing_begin(fcinfo, &listing);
	bundle_visit(PG_GETARG_VARLENA_PP(0), listing.type, list_resource, &listing);
	return (Datum) 0;
}

/* phm.resources_in(jsonb, type) */
Datum
phm_resources_in_jsonb(PG_FUNCTION_ARGS)
{
	Listing		listing = {0};

	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("phm.resource needs a database with encoding UTF8")));
	listing_begin(fcinfo, &listing);
	listing.parser = resource_cached_parser(fcinfo);
	initStringInfo(&listing.text);
	bundle_visit_jsonb(PG_GETARG_JSONB_P(0), listing.type, list_jsonb, &listing);
	return (Datum) 0;
}
