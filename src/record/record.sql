/*
 * record.sql: FHIR resources from rows, and what the loaders need.
 */
CREATE FUNCTION phm.resource(row_ anyelement) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_from_row' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.resource(anyelement) IS
'The whole FHIR resource of a row of the record: SELECT phm.resource(c) FROM phm.condition AS c. Errors: 42804 when the row is not of a record table.';

CREATE FUNCTION phm.resource(resource_type text, row_ anyelement) RETURNS phm.resource
AS 'MODULE_PATHNAME', 'phm_resource_from_typed_row' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION phm.resource(text, anyelement) IS
'The FHIR resource of that type made from a row of any query whose columns are named and typed like those of the record table of that type; other columns are ignored. Errors: 42704 unknown resource type, 42804 a column of another type.';

CREATE FUNCTION phm.record_batch_rows(anyelement) RETURNS SETOF anyelement
AS 'MODULE_PATHNAME', 'phm_record_batch_rows' LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1;
REVOKE ALL ON FUNCTION phm.record_batch_rows(anyelement) FROM PUBLIC;
COMMENT ON FUNCTION phm.record_batch_rows(anyelement) IS 'Internal: rows that a loader is writing. Errors: 55000 outside a loader.';

CREATE FUNCTION phm.record_batch_keys(table_name text, OUT id text, OUT patient_id bigint, OUT ordinal integer, OUT resource_type text, OUT line integer)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_record_batch_keys' LANGUAGE c VOLATILE PARALLEL UNSAFE ROWS 1;
REVOKE ALL ON FUNCTION phm.record_batch_keys(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.record_batch_keys(text) IS 'Internal: keys of the rows that a loader is writing. Errors: 55000 outside a loader.';
