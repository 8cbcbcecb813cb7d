/*
 * value_set.sql: loading value sets from FHIR, CSV and staged rows, and
 * finding them by url, OID or name.
 */
CREATE FUNCTION phm.value_set(name_or_url text, version text DEFAULT NULL) RETURNS phm.codeset
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text := split_part(name_or_url, '|', 1);
	wanted text := coalesce(version, nullif(substr(name_or_url, length(split_part(name_or_url, '|', 1)) + 2), ''));
	codes phm.codeset;
	urls bigint;
BEGIN
	SELECT v.codes INTO codes FROM phm.value_set AS v
	 WHERE v.url = key AND CASE WHEN wanted IS NULL THEN v.current ELSE v.version = wanted END;
	IF FOUND OR name_or_url IS NULL THEN
		RETURN codes;
	END IF;
	-- A set that ships with phm gives way to a loaded one of its name.
	SELECT count(DISTINCT m.url) FILTER (WHERE m.best), (array_agg(m.codes) FILTER (WHERE m.best AND m.meant))[1]
	  INTO urls, codes
	  FROM (SELECT v.codes, v.url, rank() OVER (ORDER BY v.shipped) = 1 AS best,
				   CASE WHEN wanted IS NULL THEN v.current ELSE v.version = wanted END AS meant
			  FROM phm.value_set AS v
			 WHERE v.oid = regexp_replace(key, '^urn:oid:', '') OR v.name = key OR v.title = key) AS m;
	IF urls > 1 THEN
		RAISE EXCEPTION 'value set "%" is not unique', name_or_url USING ERRCODE = 'undefined_object',
			DETAIL = format('%s value sets have that name or OID.', urls), HINT = 'Name it by url.';
	ELSIF codes IS NULL THEN
		RAISE EXCEPTION 'value set "%" is not loaded', name_or_url USING ERRCODE = 'undefined_object',
			DETAIL = CASE WHEN urls > 0 THEN 'It is loaded in another version.'
				ELSE 'No value set has that url, OID, name or title.' END,
			HINT = 'The table phm.value_set lists those that are; phm.load_value_set loads others.';
	END IF;
	RETURN codes;
END
$$;
COMMENT ON FUNCTION phm.value_set(text, text) IS
'The codes of a value set, named by url, url|version, OID (urn:oid: or bare), name or title; without version the current one. Where a set that ships with phm and a loaded one share a name, the loaded one is meant. NULL gives NULL. Errors: 42704 no such set, or several. In a filter over many rows write (SELECT phm.value_set(...)), which is evaluated once.';

CREATE FUNCTION phm.read_value_set_codes(resource phm.resource) RETURNS phm.codeset
AS 'MODULE_PATHNAME', 'phm_read_value_set_codes' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.read_value_set_codes(phm.resource) IS 'Internal: as phm.value_set_codes, from phm.resource.';

CREATE FUNCTION phm.value_set_codes(resource jsonb) RETURNS phm.codeset
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.read_value_set_codes(resource::phm.resource);
END;
COMMENT ON FUNCTION phm.value_set_codes(jsonb) IS
'The codes of a FHIR R4 ValueSet. Its expansion where it has one: nested entries too, abstract ones left out. Else its compose: codes listed, whole systems, value sets that are loaded, exclusions, and filters on the code itself with operator = or in, or regex of literal text that may end in .* and of alternatives of that. Errors: 22023 an element is missing, or the expansion is not whole (one page of several, cut or not closed); 0A000 a filter that codes and prefixes cannot express; 42704 a value set or system that is not known. All name the element.';

CREATE FUNCTION phm.value_set_expansion(expansion jsonb, element text) RETURNS phm.codeset
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.value_set_codes(jsonb_build_object('resourceType', 'ValueSet', 'expansion', expansion));
END;
COMMENT ON FUNCTION phm.value_set_expansion(jsonb, text) IS
'Internal: the codes of ValueSet.expansion; element is not used. Errors: those of phm.value_set_codes.';

CREATE FUNCTION phm.value_set_include(include jsonb, element text) RETURNS phm.codeset
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.value_set_codes(jsonb_build_object('resourceType', 'ValueSet', 'compose',
	jsonb_build_object('include', jsonb_build_array(include))));
END;
COMMENT ON FUNCTION phm.value_set_include(jsonb, text) IS
'Internal: the codes of ValueSet.compose.include; element is not used. Errors: those of phm.value_set_codes.';

CREATE FUNCTION phm.value_set_filter(system text, filter jsonb, element text) RETURNS phm.codeset
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT phm.value_set_include(jsonb_build_object('system', system, 'filter', jsonb_build_array(filter)), element);
END;
COMMENT ON FUNCTION phm.value_set_filter(text, jsonb, text) IS
'Internal: the codes of ValueSet.compose.include.filter; element is not used. Errors: those of phm.value_set_codes.';

CREATE FUNCTION phm.read_value_sets(resources phm.resource[])
RETURNS TABLE (number integer, url text, version text, name text, title text, oid text, status text, codes phm.codeset)
AS 'MODULE_PATHNAME', 'phm_read_value_sets' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION phm.read_value_sets(phm.resource[]) IS
'Internal: what FHIR ValueSets that are loaded together say of themselves, and their codes; codes is NULL for those that refer to one of them. Errors: those of phm.value_set_codes; 22023 a set without url.';

CREATE FUNCTION phm.put_value_sets(urls text[], versions text[], names text[], titles text[], oids text[], statuses text[],
	codes phm.codeset[], make_current boolean, shipped boolean, source text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	current_urls text[];
	current_versions text[];
BEGIN
	-- The version of each url that is current afterwards: the last one given, or the one that is, or the first one given.
	SELECT array_agg(c.url), array_agg(c.version) INTO current_urls, current_versions
	  FROM (SELECT g.url, CASE WHEN make_current THEN (array_agg(g.version ORDER BY g.n DESC))[1]
				ELSE coalesce((SELECT v.version FROM phm.value_set AS v WHERE v.url = g.url AND v.current),
					(array_agg(g.version ORDER BY g.n))[1]) END AS version
			  FROM unnest(urls, versions) WITH ORDINALITY AS g(url, version, n) GROUP BY g.url) AS c;
	UPDATE phm.value_set AS v SET current = false
	  FROM unnest(current_urls, current_versions) AS c(url, version)
	 WHERE v.url = c.url AND v.current AND v.version <> c.version;
	INSERT INTO phm.value_set AS v (url, version, name, title, oid, status, codes, current, shipped, loaded_at, source)
	SELECT g.url, g.version, g.name, g.title, g.oid, g.status, g.codes, g.current, put_value_sets.shipped, now(), put_value_sets.source
	  FROM (SELECT DISTINCT ON (s.url, s.version) s.url, s.version, s.name, s.title, s.oid, s.status, s.codes,
				   EXISTS (SELECT FROM unnest(current_urls, current_versions) AS c(url, version)
							WHERE c.url = s.url AND c.version = s.version) AS current
			  FROM unnest(urls, versions, names, titles, oids, statuses, put_value_sets.codes) WITH ORDINALITY
				AS s(url, version, name, title, oid, status, codes, n)
			 ORDER BY s.url, s.version, s.n DESC) AS g
	 WHERE NOT EXISTS (SELECT FROM phm.value_set AS o
						WHERE o.url = g.url AND o.version = g.version AND o.current = g.current AND o.shipped = put_value_sets.shipped
						  AND (o.name, o.title, o.oid, o.status) IS NOT DISTINCT FROM (g.name, g.title, g.oid, g.status)
						  AND (put_value_sets.source IS NULL OR o.source IS NOT DISTINCT FROM put_value_sets.source)
						  AND o.codes OPERATOR(phm.=) g.codes)
	 ORDER BY g.url, g.version
	ON CONFLICT ON CONSTRAINT value_set_pkey DO UPDATE SET name = excluded.name, title = excluded.title, oid = excluded.oid,
		status = excluded.status, codes = excluded.codes, current = excluded.current, shipped = excluded.shipped,
		loaded_at = excluded.loaded_at, source = excluded.source;
END
$$;
REVOKE ALL ON FUNCTION phm.put_value_sets(text[], text[], text[], text[], text[], text[], phm.codeset[], boolean, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_value_sets(text[], text[], text[], text[], text[], text[], phm.codeset[], boolean, boolean, text) IS
'Internal: writes versions of value sets, in place of the same versions, in one statement; those that are as given already are left alone. Of several of one url and version the last counts. With make_current, or where no other version is, one becomes the current one.';

CREATE FUNCTION phm.put_value_set(url text, version text, name text, title text, oid text, status text,
	codes phm.codeset, make_current boolean, shipped boolean, source text)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
SELECT phm.put_value_sets(ARRAY[url], ARRAY[version], ARRAY[name], ARRAY[title], ARRAY[oid], ARRAY[status], ARRAY[codes],
	make_current, shipped, source);
END;
REVOKE ALL ON FUNCTION phm.put_value_set(text, text, text, text, text, text, phm.codeset, boolean, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_value_set(text, text, text, text, text, text, phm.codeset, boolean, boolean, text) IS
'Writes one version of a value set, in place of the same version; with make_current, or where no other version is, it becomes the current one.';

CREATE FUNCTION phm.load_value_sets(resources phm.resource[], make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	waiting phm.resource[] := resources;
	later phm.resource[];
	r record;
BEGIN
	PERFORM phm.check_store_version();
	WHILE cardinality(waiting) > 0 LOOP
		-- One that refers to another of them comes after it.
		SELECT array_agg(s.url) FILTER (WHERE s.ready) AS urls, array_agg(s.version) FILTER (WHERE s.ready) AS versions,
			   array_agg(s.name) FILTER (WHERE s.ready) AS names, array_agg(s.title) FILTER (WHERE s.ready) AS titles,
			   array_agg(s.oid) FILTER (WHERE s.ready) AS oids, array_agg(s.status) FILTER (WHERE s.ready) AS statuses,
			   array_agg(s.codes) FILTER (WHERE s.ready) AS codes, array_agg(s.number) FILTER (WHERE NOT s.ready) AS later,
			   min(s.url) FILTER (WHERE NOT s.ready) AS waits
		  INTO r
		  FROM (SELECT v.*, v.codes IS NOT NULL AS ready FROM phm.read_value_sets(waiting) AS v ORDER BY v.number) AS s;
		IF r.urls IS NULL THEN
			RAISE EXCEPTION 'value sets refer to each other in a circle' USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('One of them is %s.', r.waits);
		END IF;
		PERFORM phm.put_value_sets(r.urls, r.versions, r.names, r.titles, r.oids, r.statuses, r.codes, make_current, false, source);
		RETURN QUERY SELECT s.url, s.version, s.name, phm.cardinality(s.codes)
			FROM unnest(r.urls, r.versions, r.names, r.codes) WITH ORDINALITY AS s(url, version, name, codes, n) ORDER BY s.n;
		later := ARRAY(SELECT waiting[n] FROM unnest(r.later) WITH ORDINALITY AS l(n, i) ORDER BY l.i);
		waiting := later;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.load_value_sets(phm.resource[], boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_sets(phm.resource[], boolean, text) IS
'Loads FHIR R4 ValueSets, all in one statement, and says which and how many codes and prefixes each has; one that refers to others of them comes after those. A version that is loaded already is replaced, and left alone where nothing in it changed. make_current: whether it becomes the version meant where none is named (a first version always does). source: a note from where it is. Errors: 22023 with the element that is missing or the expansion that is not whole, 0A000 a filter that codes and prefixes cannot express, 42704 a system or a value set referred to that is not known, 55000 no store or one of another version.';

CREATE FUNCTION phm.load_value_set(resource phm.resource, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes
  FROM phm.load_value_sets(ARRAY(SELECT r FROM phm.resources_in(resource, 'ValueSet') AS r), make_current, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_set(phm.resource, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(phm.resource, boolean, text) IS
'Loads a FHIR R4 ValueSet, or those of a Bundle, and says which and how many codes and prefixes each has. Its version is replaced where it is loaded already, and left alone where nothing in it changed. make_current: whether it becomes the version meant where none is named (a first version always does). source: a note from where it is. Errors: 22023 with the element that is missing or the expansion that is not whole, 0A000 a filter that codes and prefixes cannot express, 42704 a system or a value set referred to that is not known, 55000 no store or one of another version; those of reading a phm.resource.';

CREATE FUNCTION phm.load_value_set(resource jsonb, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes
  FROM phm.load_value_sets(ARRAY(SELECT r FROM phm.resources_in(resource, 'ValueSet') AS r), make_current, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_set(jsonb, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(jsonb, boolean, text) IS 'As phm.load_value_set(phm.resource, ...), from jsonb; of a Bundle, only the ValueSets are read.';

CREATE FUNCTION phm.load_value_set(resource text, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes FROM phm.load_value_set(resource::phm.resource, make_current, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_set(text, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(text, boolean, text) IS 'As phm.load_value_set(phm.resource, ...), from FHIR JSON text.';
