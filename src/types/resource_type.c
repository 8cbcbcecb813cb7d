/*
 * resource_type.c: phm.resource in SQL: input, output, send, receive, casts
 * and plain accessors.
 */
#include "phm.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/jsonb.h"

#include "types/resource.h"
#include "types/resource_datum.h"

PG_FUNCTION_INFO_V1(phm_resource_in);
PG_FUNCTION_INFO_V1(phm_resource_out);
PG_FUNCTION_INFO_V1(phm_resource_recv);
PG_FUNCTION_INFO_V1(phm_resource_send);
PG_FUNCTION_INFO_V1(phm_resource_from_jsonb);
PG_FUNCTION_INFO_V1(phm_resource_from_xml);
PG_FUNCTION_INFO_V1(phm_resource_to_jsonb);
PG_FUNCTION_INFO_V1(phm_resource_type);
PG_FUNCTION_INFO_V1(phm_resource_id);

ResourceParser *
resource_cached_parser(FunctionCallInfo fcinfo)
{
	ResourceParser *parser = fcinfo->flinfo->fn_extra;

	if (parser == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		parser = palloc(sizeof(ResourceParser));
		resource_parser_init(parser);
		MemoryContextSwitchTo(old);
		fcinfo->flinfo->fn_extra = parser;
	}
	return parser;
}

void
resource_view(struct varlena *datum, FhirType *type, const uint8 **members, const uint8 **end)
{
	const uint8 *payload = (const uint8 *) VARDATA_ANY(datum);
	Size		length = VARSIZE_ANY_EXHDR(datum);

	if (length < RESOURCE_HEADER || payload[0] != RESOURCE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("unsupported version of a stored phm.resource")));
	*type = phm_get_u16(payload + 2);
	*members = payload + RESOURCE_HEADER;
	*end = payload + length;
}

/* Resources are UTF-8; other encodings would need a conversion at every read. */
static void
require_utf8(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("phm.resource needs a database with encoding UTF8")));
}

Datum
phm_resource_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ResourceParser *parser = resource_cached_parser(fcinfo);
	PhmError	err = {0};

	require_utf8();
	if (!resource_parse(parser, text, strlen(text), 1, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(resource_finish(parser));
}

Datum
phm_resource_out(PG_FUNCTION_ARGS)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;
	StringInfoData out;

	resource_view(PG_GETARG_VARLENA_PP(0), &type, &members, &end);
	initStringInfo(&out);
	resource_print(&out, type, members, end);
	PG_RETURN_CSTRING(out.data);
}

Datum
phm_resource_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	const uint8 *bytes = (const uint8 *) pq_getmsgbytes(buf, length);
	PhmError	err = {0};

	require_utf8();
	if (length < RESOURCE_HEADER || bytes[0] != RESOURCE_VERSION || bytes[1] != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid header of a phm.resource")));
	if (!element_validate(phm_get_u16(bytes + 2), bytes + RESOURCE_HEADER, bytes + length, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(resource_make(phm_get_u16(bytes + 2), bytes + RESOURCE_HEADER,
									length - RESOURCE_HEADER));
}

/* The stored bytes are endian-neutral, so they travel as they are. */
Datum
phm_resource_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
phm_resource_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	StringInfoData text;
	ResourceParser *parser = resource_cached_parser(fcinfo);
	PhmError	err = {0};

	require_utf8();
	initStringInfo(&text);
	JsonbToCString(&text, &jsonb->root, VARSIZE(jsonb));
	if (!resource_parse(parser, text.data, text.len, 1, &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(resource_finish(parser));
}

/* For text and for xml, which is stored like text. */
Datum
phm_resource_from_xml(PG_FUNCTION_ARGS)
{
	struct varlena *text = PG_GETARG_VARLENA_PP(0);
	ResourceParser *parser = resource_cached_parser(fcinfo);
	PhmError	err = {0};

	require_utf8();
	if (!resource_parse_xml(parser, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text), &err))
	{
		PHM_REPORT(fcinfo, &err);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(resource_finish(parser));
}

Datum
phm_resource_to_jsonb(PG_FUNCTION_ARGS)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;
	StringInfoData out;

	resource_view(PG_GETARG_VARLENA_PP(0), &type, &members, &end);
	initStringInfo(&out);
	resource_print(&out, type, members, end);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

Datum
phm_resource_type(PG_FUNCTION_ARGS)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;

	resource_view(PG_GETARG_VARLENA_PP(0), &type, &members, &end);
	PG_RETURN_TEXT_P(cstring_to_text(fhir_types[type].name));
}

Datum
phm_resource_id(PG_FUNCTION_ARGS)
{
	FhirType	type;
	const uint8 *members;
	const uint8 *end;
	ElementValue value;
	char		buffer[ELEMENT_TEXT_SIZE];
	const char *text;
	int			length;

	resource_view(PG_GETARG_VARLENA_PP(0), &type, &members, &end);
	if (!element_find(members, end, FHIR_E_Resource_id, &value))
		PG_RETURN_NULL();
	element_primitive(&value, &value);
	if (value.kind == ELEMENT_NULL)
		PG_RETURN_NULL();
	text = element_text(&value, buffer, &length);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, length));
}
