/*
 * bundle.sql: the resources in a Bundle.
 */
CREATE FUNCTION phm.resources_in(resource phm.resource, type text) RETURNS SETOF phm.resource
AS 'MODULE_PATHNAME', 'phm_resources_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 10;
COMMENT ON FUNCTION phm.resources_in(phm.resource, text) IS
'The resource itself when it is of the type, or the resources of that type in the entries of a Bundle, in their order. Errors: 22023 there is none, 42704 no FHIR type of that name.';

CREATE FUNCTION phm.resources_in(resource jsonb, type text) RETURNS SETOF phm.resource
AS 'MODULE_PATHNAME', 'phm_resources_in_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION phm.resources_in(jsonb, text) IS
'As phm.resources_in(phm.resource, text), from jsonb: only resources of the type are read. Errors also: those of reading a phm.resource.';
