/*
 * concept_map.sql: loading FHIR ConceptMaps and translating with them.
 */
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
		DELETE FROM phm.concept_map AS m WHERE m.url = r ->> 'url';
		INSERT INTO phm.concept_map AS m (url, version, name, title, status, source)
		VALUES (r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', r ->> 'title', r ->> 'status', load_concept_map.source);
		INSERT INTO phm.concept_map_code (url, source_system, source_code, target_system, target_code,
			target_display, equivalence, attributes)
		SELECT DISTINCT ON (g.source, e ->> 'code', g.target, t ->> 'code')
			r ->> 'url', g.source, e ->> 'code', g.target, t ->> 'code', t ->> 'display', coalesce(t ->> 'equivalence', 'equivalent'),
			(SELECT jsonb_object_agg(p ->> 'property', p ->> 'value') FROM jsonb_array_elements(t -> 'product') AS p
			  WHERE p ->> 'property' IS NOT NULL)
		  FROM (SELECT b, phm.code_system_uri(b ->> 'source') AS source, phm.code_system_uri(b ->> 'target') AS target
				  FROM jsonb_array_elements(r -> 'group') AS b) AS g
		 CROSS JOIN jsonb_array_elements(g.b -> 'element') AS e
		 CROSS JOIN jsonb_array_elements(e -> 'target') AS t
		 WHERE e ->> 'code' IS NOT NULL AND t ->> 'code' IS NOT NULL
		   AND coalesce(t ->> 'equivalence', '') NOT IN ('unmatched', 'disjoint')
		 ORDER BY g.source, e ->> 'code', g.target, t ->> 'code';
		GET DIAGNOSTICS loaded = ROW_COUNT;
		RETURN QUERY SELECT r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', loaded;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.load_concept_map(phm.resource, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_concept_map(phm.resource, text) IS
'Loads a FHIR R4 ConceptMap, or those of a Bundle; a map of the same url is replaced. Elements without target and targets that are unmatched or disjoint are left out; target.product becomes attributes. source: a note from where it is. Errors: 22023 no ConceptMap, or the element that is missing; 42704 a system that is neither an alias nor a URI.';

CREATE FUNCTION phm.translate(map text, concept phm.concept)
RETURNS TABLE (system text, code text, display text, equivalence text, attributes jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	urls text[];
BEGIN
	SELECT array_agg(m.url) INTO urls FROM phm.concept_map AS m WHERE m.url = map OR m.name = map OR m.title = map;
	IF urls IS NULL OR cardinality(urls) > 1 THEN
		RAISE EXCEPTION 'concept map "%" %', map, CASE WHEN urls IS NULL THEN 'is not loaded' ELSE 'is not unique' END
			USING ERRCODE = 'undefined_object', HINT = 'phm.concept_map lists the maps; a url names one.';
	END IF;
	RETURN QUERY
	SELECT DISTINCT c.target_system, c.target_code, c.target_display, c.equivalence, c.attributes
	  FROM phm.codings(concept) AS k
	  JOIN phm.concept_map_code AS c ON c.url = urls[1]
	   AND c.source_code = k.code
   AND c.source_system = CASE WHEN k.system ~ ':' THEN phm.code_system_uri(k.system) ELSE k.system END
	 ORDER BY c.target_system, c.target_code;
END
$$;
COMMENT ON FUNCTION phm.translate(text, phm.concept) IS
'What a concept is called elsewhere: the targets of its codings in a concept map, named by url, name or title. No rows when the map has none. Errors: 42704 no such map, or several of the name.';
