/*
 * code_system.sql: systems as people name them, and code systems loaded with
 * their codes.
 */
CREATE FUNCTION phm.code_system_uri(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	uri text := btrim(name);
BEGIN
	uri := CASE
		WHEN uri ~ '^[0-2](\.[0-9]+)+$' THEN 'urn:oid:' || uri
		WHEN uri ~ ':' OR phm.code_system_url(uri) IS NOT NULL THEN uri
		WHEN upper(uri) IN ('SNOMEDCT', 'SNOMED CT', 'SNOMEDCT_US') THEN 'SNOMED'
		ELSE coalesce((SELECT coalesce(s.canonical_url, s.url) FROM phm.code_systems() AS s
			WHERE lower(s.name) = lower(uri) ORDER BY s.id LIMIT 1), uri)
	END;
	RETURN (SELECT c.system FROM phm.codes(phm.codeset(uri, ARRAY['0'])) AS c);
END
$$;
COMMENT ON FUNCTION phm.code_system_uri(text) IS
'The canonical URI of a code system from what files call it: alias (LOINC), name (ICD-10-CM), URI in any of its spellings, OID with or without urn:oid:. URIs that phm does not know stay as they are. Errors: 42704 for a name that is neither.';

CREATE FUNCTION phm.resources_of_type(resource jsonb, type text, OUT "position" bigint, OUT body jsonb)
RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF resource ->> 'resourceType' = type THEN
		RETURN QUERY SELECT 1::bigint, resource;
		RETURN;
	ELSIF resource ->> 'resourceType' = 'Bundle' THEN
		RETURN QUERY SELECT e.n, e.entry -> 'resource'
			FROM jsonb_array_elements(resource -> 'entry') WITH ORDINALITY AS e(entry, n)
			WHERE e.entry #>> '{resource,resourceType}' = type ORDER BY e.n;
	END IF;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'neither a % nor a Bundle that has one', type USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'The resource is a ' || coalesce(resource ->> 'resourceType', 'null') || '.';
	END IF;
END
$$;
COMMENT ON FUNCTION phm.resources_of_type(jsonb, text) IS
'Internal: the resource itself when it is of the type, or the resources of that type in a Bundle with the number of their entry. Errors: 22023 there is none.';

CREATE FUNCTION phm.load_code_system(resource phm.resource, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE plpgsql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	r jsonb;
	uri text;
	loaded integer;
BEGIN
	PERFORM phm.check_store_version();
	FOR r IN SELECT b.body FROM phm.resources_of_type(phm.to_jsonb(resource), 'CodeSystem') AS b LOOP
		IF r ->> 'url' IS NULL THEN
			RAISE EXCEPTION 'a code system without url' USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'CodeSystem.url is missing.';
		END IF;
		uri := phm.code_system_uri(r ->> 'url');
		DELETE FROM phm.code AS c WHERE c.system = uri;
		WITH RECURSIVE concept(body) AS (
			SELECT jsonb_array_elements(r -> 'concept')
			UNION ALL
			SELECT jsonb_array_elements(c.body -> 'concept') FROM concept AS c
		)
		INSERT INTO phm.code (system, code, display, definition)
		SELECT DISTINCT ON (c.body ->> 'code') uri, c.body ->> 'code', c.body ->> 'display', c.body ->> 'definition'
		  FROM concept AS c WHERE c.body ->> 'code' IS NOT NULL ORDER BY c.body ->> 'code';
		GET DIAGNOSTICS loaded = ROW_COUNT;
		INSERT INTO phm.code_system AS s (url, version, name, title, status, content, codes, source)
		VALUES (uri, coalesce(r ->> 'version', ''), r ->> 'name', r ->> 'title', r ->> 'status', r ->> 'content', loaded, load_code_system.source)
		ON CONFLICT (url) DO UPDATE SET version = excluded.version, name = excluded.name, title = excluded.title,
			status = excluded.status, content = excluded.content, codes = excluded.codes,
			loaded_at = now(), source = excluded.source;
		RETURN QUERY SELECT uri, coalesce(r ->> 'version', ''), r ->> 'name', loaded;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.load_code_system(phm.resource, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_code_system(phm.resource, text) IS
'Loads a FHIR R4 CodeSystem, or those of a Bundle, with the codes it lists; what was loaded of the system before is replaced. source: a note from where it is. Errors: 22023 no CodeSystem or no url, 55000 no store or one of another version; those of reading a phm.resource.';
