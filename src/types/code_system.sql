/*
 * code_system.sql: the code systems that phm knows, and the identity of codes.
 */
CREATE FUNCTION phm.code_systems(OUT id integer, OUT url text, OUT alias text, OUT canonical_url text, OUT name text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_code_systems' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 2000;
COMMENT ON FUNCTION phm.code_systems() IS
'The code system and identifier URIs that phm knows: the URI as written (url), the short name that phm.concept and phm.codeset print (alias), and the URI that it means (canonical_url: itself, except for OIDs and older spellings of the same system). Source: HL7 FHIR R4, HL7 Terminology, US Core, CARIN Blue Button, CMS Blue Button. Ids never change.';

CREATE FUNCTION phm.code_system_url(alias text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_code_system_url' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.code_system_url(text) IS
'The canonical URI of a code system alias (LOINC, ICD10CM, ...; upper or lower case); NULL for an unknown alias.';

CREATE FUNCTION phm.code_system_alias(url text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_code_system_alias' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.code_system_alias(text) IS
'The alias of the code system that a URI means; NULL when phm does not know the URI or the system has no alias.';

CREATE FUNCTION phm.code_hash(system text, code text) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_code_hash' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.code_hash(text, text) IS
'The 64-bit identity of a code: the same for all URIs of one system, never 0, the same on every machine and in every version. system: alias, URI, or NULL for none. NULL for a NULL code. Fails with undefined_object when the system is neither an alias nor a URI.';
