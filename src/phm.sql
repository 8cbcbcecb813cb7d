/*
 * phm.sql: the schema itself.  CREATE SCHEMA inside the script makes it a
 * member, so that DROP EXTENSION leaves nothing behind and nobody else can
 * own the namespace beforehand.
 */
CREATE SCHEMA phm;
COMMENT ON SCHEMA phm IS 'phm: population health management';
GRANT USAGE ON SCHEMA phm TO PUBLIC;

CREATE FUNCTION phm.version() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC SELECT '@VERSION@'::text; END;
COMMENT ON FUNCTION phm.version() IS
'The version of the phm SQL objects installed in this database.';
