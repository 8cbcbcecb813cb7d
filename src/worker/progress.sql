/*
 * progress.sql: functions behind the views phm.progress and phm.freshness.
 */
CREATE FUNCTION phm.library_version() RETURNS text
AS 'MODULE_PATHNAME', 'phm_library_version' LANGUAGE c IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION phm.library_version() IS
'The version of the library that this session uses. After an update it may be older than phm.version() until the server restarts, where phm is preloaded.';

CREATE FUNCTION phm.server_file_size(file text) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_server_file_size' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.server_file_size(text) IS
'Bytes of a file of the server; NULL when there is none, or without the rights of pg_read_server_files.';
