/*
 * concept_map.sql: loading FHIR ConceptMaps and translating with them.
 */
CREATE FUNCTION phm.map_number(attributes jsonb, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN btrim(attributes ->> name) ~ '^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?$' THEN btrim(attributes ->> name) END;
END;
COMMENT ON FUNCTION phm.map_number(jsonb, text) IS
'An attribute of a pair of a concept map that is a number, as text; NULL where it is none.';

CREATE FUNCTION phm.concept_map_pairs(map jsonb)
RETURNS TABLE (url text, source_system text, source_code text, target_system text, target_code text,
	target_display text, equivalence text, attributes jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
SELECT DISTINCT ON (g.source, e ->> 'code', g.target, t ->> 'code')
	map ->> 'url', g.source, e ->> 'code', g.target, t ->> 'code', t ->> 'display', coalesce(t ->> 'equivalence', 'equivalent'),
	(SELECT jsonb_object_agg(p ->> 'property', p ->> 'value') FROM jsonb_array_elements(t -> 'product') AS p
	  WHERE p ->> 'property' IS NOT NULL)
  FROM (SELECT b, phm.code_system_uri(b ->> 'source') AS source, phm.code_system_uri(b ->> 'target') AS target
		  FROM jsonb_array_elements(map -> 'group') AS b) AS g
 CROSS JOIN jsonb_array_elements(g.b -> 'element') AS e
 CROSS JOIN jsonb_array_elements(e -> 'target') AS t
 WHERE e ->> 'code' IS NOT NULL AND t ->> 'code' IS NOT NULL
   AND coalesce(t ->> 'equivalence', '') NOT IN ('unmatched', 'disjoint')
 ORDER BY g.source, e ->> 'code', g.target, t ->> 'code';
END;
COMMENT ON FUNCTION phm.concept_map_pairs(jsonb) IS
'Internal: the pairs of a FHIR R4 ConceptMap as rows of phm.concept_map_code. Errors: 42704 a system that is neither an alias nor a URI.';

CREATE FUNCTION phm.load_concept_map(resource phm.resource, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, pairs integer)
LANGUAGE plpgsql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	r jsonb;
	bad text;
	loaded integer;
BEGIN
	PERFORM phm.check_store_version();
	FOR r IN SELECT b.body FROM phm.resources_of_type(phm.to_jsonb(resource), 'ConceptMap') AS b LOOP
		SELECT CASE WHEN r ->> 'url' IS NULL THEN 'url'
				WHEN g.body ->> 'source' IS NULL THEN format('group[%s].source', g.n - 1)
				WHEN g.body ->> 'target' IS NULL THEN format('group[%s].target', g.n - 1) END
		  INTO bad
		  FROM jsonb_array_elements(coalesce(r -> 'group', '[{}]')) WITH ORDINALITY AS g(body, n)
		 WHERE r ->> 'url' IS NULL OR g.body ->> 'source' IS NULL OR g.body ->> 'target' IS NULL
		 ORDER BY g.n LIMIT 1;
		IF bad IS NOT NULL THEN
			RAISE EXCEPTION 'an incomplete concept map' USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'ConceptMap.' || bad || ' is missing.';
		END IF;
		INSERT INTO phm.concept_map AS m (url, version, name, title, status, source)
		VALUES (r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', r ->> 'title', r ->> 'status', load_concept_map.source)
		ON CONFLICT ON CONSTRAINT concept_map_pkey DO UPDATE SET version = excluded.version, name = excluded.name,
			title = excluded.title, status = excluded.status, loaded_at = now(), source = excluded.source;
		-- Pairs that stay as they are make nobody stale.
		WITH pair AS MATERIALIZED (
			SELECT p.* FROM phm.concept_map_pairs(r) AS p
		), gone AS (
			DELETE FROM phm.concept_map_code AS c
			 WHERE c.url = r ->> 'url'
			   AND NOT EXISTS (SELECT FROM pair AS p
				WHERE (p.source_system, p.source_code, p.target_system, p.target_code) =
					  (c.source_system, c.source_code, c.target_system, c.target_code))
		), put AS (
			INSERT INTO phm.concept_map_code AS c
			SELECT p.* FROM pair AS p
			ON CONFLICT ON CONSTRAINT concept_map_code_pkey DO UPDATE SET target_display = excluded.target_display,
				equivalence = excluded.equivalence, attributes = excluded.attributes
			 WHERE (c.target_display, c.equivalence, c.attributes) IS DISTINCT FROM
				   (excluded.target_display, excluded.equivalence, excluded.attributes)
		)
		SELECT count(*) INTO loaded FROM pair;
		RETURN QUERY SELECT r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', loaded;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.load_concept_map(phm.resource, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_concept_map(phm.resource, text) IS
'Loads a FHIR R4 ConceptMap, or those of a Bundle; a map of the same url is replaced, and stays active if it was. Elements without target and targets that are unmatched or disjoint are left out; target.product becomes attributes. source: a note from where it is. Errors: 22023 no ConceptMap, or the element that is missing; 42704 a system that is neither an alias nor a URI, 55000 no store or one of another version.';

CREATE FUNCTION phm.concept_map_url(map text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	urls text[];
BEGIN
	SELECT array_agg(m.url) INTO urls FROM phm.concept_map AS m WHERE m.url = map OR m.name = map OR m.title = map;
	IF urls IS NULL OR cardinality(urls) > 1 THEN
		RAISE EXCEPTION 'concept map "%" %', map, CASE WHEN urls IS NULL THEN 'is not loaded' ELSE 'is not unique' END
			USING ERRCODE = 'undefined_object', HINT = 'phm.concept_map lists the maps; a url names one.';
	END IF;
	RETURN urls[1];
END
$$;
COMMENT ON FUNCTION phm.concept_map_url(text) IS
'The url of a concept map named by url, name or title. Errors: 42704 no such map, or several of the name.';

CREATE FUNCTION phm.activate_concept_map(map text, active boolean DEFAULT true, OUT url text, OUT pairs integer, OUT left_out integer)
RETURNS record
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	url := phm.concept_map_url(map);
	UPDATE phm.concept_map AS m SET active = activate_concept_map.active
	 WHERE m.url = activate_concept_map.url AND m.active <> activate_concept_map.active;
	pairs := (SELECT count(*) FROM phm.concept_map_pair AS p WHERE p.url = activate_concept_map.url);
	left_out := (SELECT count(*) FROM phm.concept_map_code AS c WHERE c.url = activate_concept_map.url) - pairs;
END
$$;
REVOKE ALL ON FUNCTION phm.activate_concept_map(text, boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.activate_concept_map(text, boolean) IS
'From the next refresh on charts are built with a concept map, named by url, name or title (active => false: without). The targets of a concept''s codes are added to it behind its own codes; a pair with a result range adds an Observation instead. Only pairs are used whose target says nothing that the source does not (phm.concept_map_pair); the others are counted in left_out. Patients who have one of the codes become stale. Errors: 42704 no such map, or several of the name.';

CREATE FUNCTION phm.translate(map text, concept phm.concept)
RETURNS TABLE (system text, code text, display text, equivalence text, attributes jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	named text := phm.concept_map_url(map);
BEGIN
	RETURN QUERY
	SELECT DISTINCT c.target_system, c.target_code, c.target_display, c.equivalence, c.attributes
	  FROM phm.codings(concept) AS k
	  JOIN phm.concept_map_code AS c ON c.url = named
	   AND c.source_code = k.code
	   AND c.source_system = CASE WHEN k.system ~ ':' THEN phm.code_system_uri(k.system) ELSE k.system END
	 ORDER BY c.target_system, c.target_code;
END
$$;
COMMENT ON FUNCTION phm.translate(text, phm.concept) IS
'What a concept is called elsewhere: the targets of its codings in a concept map, named by url, name or title. No rows when the map has none. Errors: 42704 no such map, or several of the name.';
