/*
 * resource.sql: phm.resource, one FHIR R4 resource.
 */
CREATE TYPE phm.resource;

CREATE FUNCTION phm.resource_in(cstring) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.resource_in(cstring) IS
'Reads FHIR R4 JSON. Known elements are checked against their FHIR type; names that FHIR does not know are kept. Errors name line, column and element: 22P02 malformed JSON or duplicate element, 42804 wrong element type, 42704 unknown resource type, 22007 and 22008 invalid dates, 54000 too deeply nested.';

CREATE FUNCTION phm.resource_out(phm.resource) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_resource_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.resource_out(phm.resource) IS 'FHIR R4 JSON of the resource, resourceType first.';

CREATE FUNCTION phm.resource_recv(internal) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.resource_recv(internal) IS 'Reads the binary form; every byte is checked (22P03).';

CREATE FUNCTION phm.resource_send(phm.resource) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_resource_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.resource_send(phm.resource) IS 'The binary form, the same on every machine.';

CREATE TYPE phm.resource (
	INPUT = phm.resource_in,
	OUTPUT = phm.resource_out,
	RECEIVE = phm.resource_recv,
	SEND = phm.resource_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE phm.resource IS
'One FHIR R4 resource (http://hl7.org/fhir/R4), binary and lossless: numbers keep their digits, dates their precision and zone, primitive extensions their slots. Text form: FHIR JSON.';

CREATE FUNCTION phm.resource(jsonb) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_from_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.resource(jsonb) IS 'The FHIR resource in a jsonb value; errors as for text input.';

CREATE FUNCTION phm.to_jsonb(phm.resource) RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_resource_to_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.to_jsonb(phm.resource) IS 'FHIR JSON of the resource as jsonb.';

CREATE FUNCTION phm.resource_from_xml(text) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_from_xml' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.resource_from_xml(text) IS
'Reads FHIR R4 XML (https://hl7.org/fhir/R4/xml.html) into the same value that the same resource in JSON gives; comments and processing instructions are left out. Errors name line and element: 2200M malformed XML, document types and entities, 42804 wrong element type, 42704 unknown resource type, element or attribute, 22007 and 22008 invalid dates, 54000 too large or too deeply nested.';

CREATE FUNCTION phm.resource(xml) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_from_xml' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200;
COMMENT ON FUNCTION phm.resource(xml) IS 'The FHIR resource in an xml value; see phm.resource_from_xml.';

CREATE CAST (xml AS phm.resource) WITH FUNCTION phm.resource(xml);
CREATE CAST (jsonb AS phm.resource) WITH FUNCTION phm.resource(jsonb);
CREATE CAST (phm.resource AS jsonb) WITH FUNCTION phm.to_jsonb(phm.resource);

CREATE FUNCTION phm.resource_type(phm.resource) RETURNS text
AS 'MODULE_PATHNAME', 'phm_resource_type' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.resource_type(phm.resource) IS 'The FHIR type of the resource: Patient, Observation, ...';

CREATE FUNCTION phm.resource_id(phm.resource) RETURNS text
AS 'MODULE_PATHNAME', 'phm_resource_id' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.resource_id(phm.resource) IS 'The logical id (Resource.id), NULL when it has none.';

CREATE FUNCTION phm.element(phm.resource, path text) RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_element' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.element(phm.resource, text) IS
'The first value of a plain FHIR path as FHIR JSON, NULL when there is none. A path is names joined by points; a name takes members of that name or of a choice by its base name (onset, value) from all values found so far, "[0]" the first of them, "[system=phone]" those with a member of that text. 42601: not a path, with the character where it fails.';

CREATE FUNCTION phm.element_text(phm.resource, path text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_element_text' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.element_text(phm.resource, text) IS
'The first value of a plain FHIR path (see phm.element) as text: strings, numbers and dates as written, objects as FHIR JSON; NULL when there is none.';

CREATE FUNCTION phm.elements(phm.resource, path text) RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'phm_elements' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 3;
COMMENT ON FUNCTION phm.elements(phm.resource, text) IS
'All values of a plain FHIR path (see phm.element) as FHIR JSON, in the order of the resource; lists inside lists become one list.';
