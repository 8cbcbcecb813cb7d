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

CREATE FUNCTION phm.value_set_expansion(expansion jsonb, element text) RETURNS phm.codeset
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	codes phm.codeset;
	bad text;
	items bigint;
BEGIN
	WITH RECURSIVE item(body, path) AS (
		SELECT e.body, format('%s.contains[%s]', element, e.n - 1)
		  FROM jsonb_array_elements(expansion -> 'contains') WITH ORDINALITY AS e(body, n)
		UNION ALL
		SELECT e.body, format('%s.contains[%s]', i.path, e.n - 1)
		  FROM item AS i, jsonb_array_elements(i.body -> 'contains') WITH ORDINALITY AS e(body, n)
	), code AS (
		SELECT i.body ->> 'system' AS system, i.body ->> 'code' AS code, i.path,
			   (i.body ->> 'code' IS NULL AND i.body -> 'contains' IS NOT NULL)
			   OR coalesce((i.body ->> 'abstract')::boolean, false) AS abstract
		  FROM item AS i
	), system AS (
		SELECT phm.codeset(c.system, array_agg(c.code)) AS codes FROM code AS c
		 WHERE NOT c.abstract AND c.system IS NOT NULL AND c.code IS NOT NULL GROUP BY c.system
	)
	SELECT (SELECT phm.codeset_agg(s.codes) FROM system AS s), count(*),
		   min(CASE WHEN c.code IS NULL THEN c.path || '.code' ELSE c.path || '.system' END)
			   FILTER (WHERE NOT c.abstract AND (c.code IS NULL OR c.system IS NULL))
	  INTO codes, items, bad FROM code AS c;
	IF bad IS NOT NULL THEN
		RAISE EXCEPTION 'an incomplete value set expansion' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = bad || ' is missing.';
	ELSIF (expansion ->> 'total')::bigint > items THEN
		RAISE EXCEPTION 'an incomplete value set expansion' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = format('%s.total is %s, but there are %s.', element, expansion ->> 'total', items),
			HINT = 'Ask the terminology server for all pages and join them.';
	END IF;
	RETURN coalesce(codes, '{}'::phm.codeset);
END
$$;
COMMENT ON FUNCTION phm.value_set_expansion(jsonb, text) IS
'Internal: the codes of ValueSet.expansion, nested ones included, abstract ones left out; element: its path, for errors. Errors: 22023 a code or system is missing, or the expansion is one page of several.';

CREATE FUNCTION phm.value_set_filter(system text, filter jsonb, element text) RETURNS phm.codeset
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	property text := filter ->> 'property';
	op text := filter ->> 'op';
	value text := filter ->> 'value';
	parts text[];
	plain constant text := '^(?:[^][\\.*+?(){}|^$]|\\[^[:alnum:]])+$';
BEGIN
	IF property IS NULL OR op IS NULL OR value IS NULL THEN
		RAISE EXCEPTION 'an incomplete value set filter' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = element || ' needs property, op and value.';
	END IF;
	IF property IN ('code', 'concept') AND op = '=' THEN
		RETURN phm.codeset(system, ARRAY[value]);
	ELSIF property IN ('code', 'concept') AND op = 'in' THEN
		RETURN phm.codeset(system, (SELECT array_agg(btrim(v)) FROM string_to_table(value, ',') AS v WHERE btrim(v) <> ''));
	ELSIF property IN ('code', 'concept') AND op = 'regex' THEN
		SELECT array_agg(regexp_replace(p, '^\^|\$$', '', 'g')) INTO parts FROM string_to_table(value, '|') AS p;
		IF (SELECT bool_and(regexp_replace(p, '\.\*$', '') ~ plain) FROM unnest(parts) AS p) THEN
			RETURN phm.codeset(system,
				(SELECT array_agg(regexp_replace(p, '\\(.)', '\1', 'g')) FROM unnest(parts) AS p WHERE p !~ '\.\*$'),
				(SELECT array_agg(regexp_replace(left(p, -2), '\\(.)', '\1', 'g')) FROM unnest(parts) AS p WHERE p ~ '\.\*$'));
		END IF;
	END IF;
	RAISE EXCEPTION 'value set filter cannot be expressed as codes and prefixes' USING ERRCODE = 'feature_not_supported',
		DETAIL = format('%s: system %s, property %s, operator %s.', element, system, property, op),
		HINT = 'Load the expansion of the value set.';
END
$body$;
COMMENT ON FUNCTION phm.value_set_filter(text, jsonb, text) IS
'Internal: the codes of ValueSet.compose.include.filter where codes and prefixes can express it: property code (or concept) with operator = or in, or regex of literal text, with .* at the end, and of alternatives of that. Errors: 0A000 for anything else, naming system, property and operator.';

CREATE FUNCTION phm.value_set_include(include jsonb, element text) RETURNS phm.codeset
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	system text := include ->> 'system';
	codes phm.codeset;
	part record;
	bad bigint;
BEGIN
	IF system IS NULL AND include -> 'valueSet' IS NULL THEN
		RAISE EXCEPTION 'an incomplete value set' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = element || ' has neither system nor valueSet.';
	ELSIF system IS NULL AND (include -> 'concept' IS NOT NULL OR include -> 'filter' IS NOT NULL) THEN
		RAISE EXCEPTION 'an incomplete value set' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = element || '.system is missing.';
	END IF;
	IF include -> 'concept' IS NOT NULL THEN
		SELECT min(c.n) FILTER (WHERE c.body ->> 'code' IS NULL), phm.codeset(system, array_agg(c.body ->> 'code'))
		  INTO bad, codes FROM jsonb_array_elements(include -> 'concept') WITH ORDINALITY AS c(body, n);
		IF bad IS NOT NULL THEN
			RAISE EXCEPTION 'an incomplete value set' USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('%s.concept[%s].code is missing.', element, bad - 1);
		END IF;
	ELSIF system IS NOT NULL THEN
		codes := phm.codeset(system, NULL, ARRAY['']);
	END IF;
	FOR part IN
		SELECT phm.value_set_filter(system, f.body, format('%s.filter[%s]', element, f.n - 1)) AS codes
		  FROM jsonb_array_elements(include -> 'filter') WITH ORDINALITY AS f(body, n)
		UNION ALL
		SELECT phm.value_set(v) FROM jsonb_array_elements_text(include -> 'valueSet') AS v
	LOOP
		codes := CASE WHEN codes IS NULL THEN part.codes ELSE codes OPERATOR(phm.&) part.codes END;
	END LOOP;
	RETURN codes;
END
$$;
COMMENT ON FUNCTION phm.value_set_include(jsonb, text) IS
'Internal: the codes of ValueSet.compose.include or exclude: those of the system (all, the concepts listed, or filtered) that are in every value set referred to. Errors: 22023 an element is missing, 0A000 a filter that cannot be expressed, 42704 a set that is not loaded.';

CREATE FUNCTION phm.value_set_codes(resource jsonb) RETURNS phm.codeset
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	codes phm.codeset;
	part record;
BEGIN
	IF resource -> 'expansion' IS NOT NULL THEN
		RETURN phm.value_set_expansion(resource -> 'expansion', 'ValueSet.expansion');
	ELSIF resource #> '{compose,include}' IS NULL THEN
		RAISE EXCEPTION 'a value set without content' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'ValueSet has neither expansion nor compose.include.';
	END IF;
	SELECT phm.codeset_agg(phm.value_set_include(i.body, format('ValueSet.compose.include[%s]', i.n - 1))) INTO codes
	  FROM jsonb_array_elements(resource #> '{compose,include}') WITH ORDINALITY AS i(body, n);
	FOR part IN
		SELECT x.body, format('ValueSet.compose.exclude[%s]', x.n - 1) AS element
		  FROM jsonb_array_elements(resource #> '{compose,exclude}') WITH ORDINALITY AS x(body, n)
	LOOP
		codes := codes OPERATOR(phm.-) phm.value_set_include(part.body, part.element);
	END LOOP;
	RETURN codes;
END
$$;
COMMENT ON FUNCTION phm.value_set_codes(jsonb) IS
'The codes of a FHIR R4 ValueSet: its expansion where it has one, else its compose. Errors: 22023 an element is missing, 0A000 what codes and prefixes cannot express, 42704 a value set or system that is not known.';

CREATE FUNCTION phm.put_value_set(url text, version text, name text, title text, oid text, status text,
	codes phm.codeset, make_current boolean, shipped boolean, source text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_current boolean := make_current OR NOT EXISTS
		(SELECT FROM phm.value_set AS v WHERE v.url = put_value_set.url AND v.current AND v.version <> put_value_set.version);
BEGIN
	IF is_current THEN
		UPDATE phm.value_set AS v SET current = false
		 WHERE v.url = put_value_set.url AND v.current AND v.version <> put_value_set.version;
	END IF;
	INSERT INTO phm.value_set AS v VALUES (put_value_set.url, put_value_set.version, put_value_set.name, put_value_set.title,
		put_value_set.oid, put_value_set.status, put_value_set.codes, is_current, put_value_set.shipped, now(), put_value_set.source)
	ON CONFLICT ON CONSTRAINT value_set_pkey DO UPDATE SET name = excluded.name, title = excluded.title, oid = excluded.oid,
		status = excluded.status, codes = excluded.codes, current = excluded.current, shipped = excluded.shipped,
		loaded_at = excluded.loaded_at, source = excluded.source;
END
$$;
REVOKE ALL ON FUNCTION phm.put_value_set(text, text, text, text, text, text, phm.codeset, boolean, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_value_set(text, text, text, text, text, text, phm.codeset, boolean, boolean, text) IS
'Writes one version of a value set, in place of the same version; with make_current, or where no other version is, it becomes the current one.';

CREATE FUNCTION phm.load_value_set(resource phm.resource, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	waiting jsonb[];
	later jsonb[];
	r jsonb;
	set_codes phm.codeset;
BEGIN
	SELECT array_agg(b.body ORDER BY b.position) INTO waiting FROM phm.resources_of_type(phm.to_jsonb(resource), 'ValueSet') AS b;
	WHILE waiting IS NOT NULL LOOP
		later := NULL;
		FOREACH r IN ARRAY waiting LOOP
			IF r ->> 'url' IS NULL THEN
				RAISE EXCEPTION 'a value set without url' USING ERRCODE = 'invalid_parameter_value',
					DETAIL = 'ValueSet.url is missing.';
			END IF;
			-- One that refers to another of the same Bundle comes after it.
			IF r -> 'expansion' IS NULL AND EXISTS (
				SELECT FROM jsonb_path_query(r, '$.compose.*[*].valueSet[*]') AS v, unnest(waiting) AS w
				 WHERE w ->> 'url' = split_part(v #>> '{}', '|', 1)) THEN
				later := later || r;
				CONTINUE;
			END IF;
			set_codes := phm.value_set_codes(r);
			PERFORM phm.put_value_set(r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', r ->> 'title',
				coalesce(substring(r ->> 'url' FROM '(?:^urn:oid:|/)([0-2](?:\.[0-9]+)+)$'),
					substring(jsonb_path_query_first(r, '$.identifier[*].value ? (@ starts with "urn:oid:")') #>> '{}' FROM 9)),
				r ->> 'status', set_codes, make_current, false, source);
			RETURN QUERY SELECT r ->> 'url', coalesce(r ->> 'version', ''), r ->> 'name', phm.cardinality(set_codes);
		END LOOP;
		IF cardinality(later) = cardinality(waiting) THEN
			RAISE EXCEPTION 'value sets refer to each other in a circle' USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('One of them is %s.', later[1] ->> 'url');
		END IF;
		waiting := later;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.load_value_set(phm.resource, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(phm.resource, boolean, text) IS
'Loads a FHIR R4 ValueSet, or those of a Bundle, and says which and how many codes and prefixes each has. Its version is replaced where it is loaded already. make_current: whether it becomes the version meant where none is named (a first version always does). source: a note from where it is. Errors: 22023 with the element that is missing or the expansion that is not whole, 0A000 a filter that codes and prefixes cannot express, 42704 a system or a value set referred to that is not known; those of reading a phm.resource.';

CREATE FUNCTION phm.load_value_set(resource jsonb, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes FROM phm.load_value_set(resource::phm.resource, make_current, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_set(jsonb, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(jsonb, boolean, text) IS 'As phm.load_value_set(phm.resource, ...), from jsonb.';

CREATE FUNCTION phm.load_value_set(resource text, make_current boolean DEFAULT true, source text DEFAULT NULL)
RETURNS TABLE (url text, version text, name text, codes integer)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
SELECT l.url, l.version, l.name, l.codes FROM phm.load_value_set(resource::phm.resource, make_current, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_value_set(text, boolean, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_value_set(text, boolean, text) IS 'As phm.load_value_set(phm.resource, ...), from FHIR JSON text.';
