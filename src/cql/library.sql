/*
 * library.sql: libraries as rows, and linking them.
 */
CREATE FUNCTION phm.read_library(
	elm text, OUT name text, OUT version text, OUT translator text, OUT includes text[], OUT value_sets text[], OUT problems text)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_read_library' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION phm.read_library(text) IS
'Internal: what a library of ELM (JSON or XML) says of itself, and what in it cannot be read, as JSON. Errors: 22023 and 22P02 when it is no ELM.';

CREATE FUNCTION phm.link_libraries(
	names text[], elms text[], roots text[], urls text[], versions text[], codes phm.codeset[],
	missing_is_empty boolean, native boolean, trace boolean, OUT logic phm.logic, OUT problems text)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_link_libraries' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION phm.link_libraries(text[], text[], text[], text[], text[], phm.codeset[], boolean, boolean, boolean) IS
'Internal: links libraries of ELM with value sets; logic is NULL when there are problems, which are a JSON array. phm.link is for use.';

CREATE FUNCTION phm.version_parts(version text) RETURNS numeric[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT ARRAY(SELECT m[1]::numeric FROM regexp_matches(version, '([0-9]+)', 'g') AS m);
END;
COMMENT ON FUNCTION phm.version_parts(text) IS 'The numbers in a version, in order: 1.10.0 comes after 1.9.2.';

CREATE FUNCTION phm.find_library(library text, OUT name text, OUT version text)
RETURNS record
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	wanted text := split_part(library, '|', 1);
	wanted_version text := nullif(substr(library, length(split_part(library, '|', 1)) + 2), '');
BEGIN
	SELECT l.name, l.version INTO find_library.name, find_library.version
	  FROM phm.library AS l
	 WHERE (l.name = wanted OR l.url = wanted) AND (wanted_version IS NULL OR l.version = wanted_version)
	 ORDER BY phm.version_parts(l.version) DESC, l.loaded_at DESC, l.version DESC LIMIT 1;
END
$$;
COMMENT ON FUNCTION phm.find_library(text) IS
'The loaded library that a name, name|version, url or url|version means; without version the one with the highest. NULLs when it is not loaded.';

CREATE FUNCTION phm.put_library(elm text, url text, source text, OUT name text, OUT version text, OUT problems jsonb)
RETURNS record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	hash bytea := sha256(convert_to(elm, 'UTF8'));
	r record;
BEGIN
	PERFORM phm.check_store_version();
	-- What was read without problems is not read again.
	SELECT l.name, l.version, l.problems INTO put_library.name, put_library.version, put_library.problems
	  FROM phm.library AS l
	 WHERE l.elm_hash = hash AND l.problems = '[]' AND (put_library.url IS NULL OR l.url IS NOT DISTINCT FROM put_library.url)
	   AND (put_library.source IS NULL OR l.source IS NOT DISTINCT FROM put_library.source) LIMIT 1;
	IF FOUND THEN
		RETURN;
	END IF;
	r := phm.read_library(elm);
	IF r.name IS NULL THEN
		RAISE EXCEPTION 'a library without a name' USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'library.identifier.id is missing.';
	END IF;
	put_library.name := r.name;
	put_library.version := r.version;
	put_library.problems := r.problems::jsonb;
	INSERT INTO phm.library AS l (name, version, url, elm, translator, includes, value_sets, problems, source, elm_hash)
	VALUES (r.name, r.version, put_library.url, put_library.elm, r.translator, r.includes, r.value_sets, r.problems::jsonb,
		put_library.source, hash)
	ON CONFLICT ON CONSTRAINT library_pkey DO UPDATE SET url = coalesce(excluded.url, l.url), elm = excluded.elm,
		translator = excluded.translator, includes = excluded.includes, value_sets = excluded.value_sets,
		problems = excluded.problems, loaded_at = now(), source = excluded.source, elm_hash = excluded.elm_hash;
END
$$;
REVOKE ALL ON FUNCTION phm.put_library(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_library(text, text, text) IS
'Internal: writes one version of a library, in place of the same version; one that is there as given, and has no problems, is left alone and not read again.';

CREATE FUNCTION phm.load_elm(content text, source text DEFAULT NULL)
RETURNS TABLE (name text, version text, problems jsonb)
LANGUAGE sql VOLATILE ROWS 1
BEGIN ATOMIC
	SELECT p.name, p.version, p.problems FROM phm.put_library(content, NULL, source) AS p;
END;
REVOKE ALL ON FUNCTION phm.load_elm(text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_elm(text, text) IS
'Loads a library of ELM, JSON or XML, in place of its version where that is loaded already; logic of phm.rule_set that uses it is linked again at the end of the transaction. problems: what in it cannot be read, an array of library, definition, line, column and message; linking it fails on them. source: a note from where it is. Errors: 22023 and 22P02 what is no ELM, with the place, 55000 no store or one of another version.';

CREATE FUNCTION phm.fhir_libraries(resource phm.resource)
RETURNS TABLE (number integer, url text, name text, version text, elm text)
AS 'MODULE_PATHNAME', 'phm_fhir_libraries' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION phm.fhir_libraries(phm.resource) IS
'Internal: the FHIR Library in a resource, or those in the entries of a Bundle: number of the entry, what it says of itself, and its ELM, JSON before XML; NULL when it has none. Errors: 22023 no Library, 22P02 and 22021 ELM that is no base64 of UTF-8.';

CREATE FUNCTION phm.fhir_libraries(resource jsonb)
RETURNS TABLE (number integer, url text, name text, version text, elm text)
AS 'MODULE_PATHNAME', 'phm_fhir_libraries_jsonb' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10;
COMMENT ON FUNCTION phm.fhir_libraries(jsonb) IS 'Internal: as phm.fhir_libraries(phm.resource), from jsonb; nothing else in it is read.';

CREATE FUNCTION phm.put_fhir_library(library_url text, library_name text, library_version text, elm text, source text,
	OUT name text, OUT version text, OUT problems jsonb)
RETURNS record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF elm IS NOT NULL THEN
		SELECT p.name, p.version, p.problems INTO put_fhir_library.name, put_fhir_library.version, put_fhir_library.problems
		  FROM phm.put_library(elm, library_url, source) AS p;
	ELSE
		put_fhir_library.name := coalesce(library_name, library_url);
		put_fhir_library.version := coalesce(library_version, '');
		put_fhir_library.problems := jsonb_build_array(jsonb_build_object('library', coalesce(library_name, library_url),
			'definition', NULL, 'line', NULL, 'column', NULL,
			'message', 'not loaded: the Library has no content of type application/elm+json or application/elm+xml'));
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.put_fhir_library(text, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_fhir_library(text, text, text, text, text) IS
'Internal: writes the ELM of a FHIR Library as phm.put_library; without ELM nothing is written and problems says so.';

CREATE FUNCTION phm.load_fhir_library(resource phm.resource, source text DEFAULT NULL)
RETURNS TABLE (name text, version text, problems jsonb)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
	SELECT p.name, p.version, p.problems
	  FROM phm.fhir_libraries(resource) AS l, phm.put_fhir_library(l.url, l.name, l.version, l.elm, source) AS p;
END;
REVOKE ALL ON FUNCTION phm.load_fhir_library(phm.resource, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_fhir_library(phm.resource, text) IS
'Loads the ELM of a FHIR R4 Library, or of those of a Bundle, as phm.load_elm. A Library without ELM is not loaded; its row says so in problems. One whose ELM is loaded already and has no problems is left alone. source: a note from where it is. Errors: 22023 no Library, or content that is no ELM, 55000 no store or one of another version; those of reading a phm.resource.';

CREATE FUNCTION phm.load_fhir_library(resource jsonb, source text DEFAULT NULL)
RETURNS TABLE (name text, version text, problems jsonb)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
	SELECT p.name, p.version, p.problems
	  FROM phm.fhir_libraries(resource) AS l, phm.put_fhir_library(l.url, l.name, l.version, l.elm, source) AS p;
END;
REVOKE ALL ON FUNCTION phm.load_fhir_library(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_fhir_library(jsonb, text) IS 'As phm.load_fhir_library(phm.resource, ...), from jsonb; of a Bundle, only the Libraries are read.';

CREATE FUNCTION phm.load_fhir_library(resource text, source text DEFAULT NULL)
RETURNS TABLE (name text, version text, problems jsonb)
LANGUAGE sql VOLATILE ROWS 10
BEGIN ATOMIC
	SELECT l.name, l.version, l.problems FROM phm.load_fhir_library(resource::phm.resource, source) AS l;
END;
REVOKE ALL ON FUNCTION phm.load_fhir_library(text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_fhir_library(text, text) IS 'As phm.load_fhir_library(phm.resource, ...), from FHIR JSON text.';

CREATE FUNCTION phm.library_closure(libraries text[])
RETURNS TABLE (asked text, by_library text, name text, version text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE need(asked, by_library, name, version) AS (
		SELECT r, NULL::text, f.name, f.version FROM unnest(libraries) AS r, phm.find_library(r) AS f
		UNION
		SELECT i, n.name, f.name, f.version
		  FROM need AS n
		  JOIN phm.library AS l ON l.name = n.name AND l.version = n.version
		 CROSS JOIN unnest(l.includes) AS i
		 CROSS JOIN phm.find_library(i) AS f
	)
	SELECT need.asked, need.by_library, need.name, need.version FROM need;
END
$$;
COMMENT ON FUNCTION phm.library_closure(text[]) IS
'Libraries and all that they include, directly or not: what is asked for, by whom, and which loaded one that is; NULLs when it is not loaded.';

CREATE FUNCTION phm.try_link(
	libraries text[], missing_value_sets text, native boolean, value_set_versions jsonb DEFAULT NULL, trace boolean DEFAULT false,
	OUT logic phm.logic, OUT problems jsonb, OUT uses_libraries text[], OUT uses_value_sets text[])
RETURNS record
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	names text[];
	elms text[];
	roots text[];
	urls text[];
	versions text[];
	codes phm.codeset[];
	found text;
BEGIN
	IF missing_value_sets NOT IN ('error', 'empty') OR missing_value_sets IS NULL THEN
		RAISE EXCEPTION 'missing_value_sets must be error or empty' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT array_agg(DISTINCT c.name || CASE WHEN c.version <> '' THEN '|' || c.version ELSE '' END) FILTER (WHERE c.by_library IS NULL AND c.name IS NOT NULL),
		   jsonb_agg(DISTINCT jsonb_build_object('library', c.by_library, 'definition', NULL, 'line', NULL, 'column', NULL,
			'message', format('library %s is not loaded', c.asked))) FILTER (WHERE c.name IS NULL AND c.by_library IS NULL)
	  INTO roots, problems FROM phm.library_closure(libraries) AS c;
	SELECT array_agg(l.name ORDER BY l.name, l.version), array_agg(l.elm ORDER BY l.name, l.version)
	  INTO names, elms
	  FROM phm.library AS l
	 WHERE (l.name, l.version) IN (SELECT c.name, c.version FROM phm.library_closure(libraries) AS c);
	WITH wanted AS (
		SELECT DISTINCT split_part(w, '|', 1) AS url, substr(w, length(split_part(w, '|', 1)) + 2) AS version
		  FROM phm.library AS l, unnest(l.value_sets) AS w
		 WHERE (l.name, l.version) IN (SELECT c.name, c.version FROM phm.library_closure(libraries) AS c)
	)
	SELECT array_agg(w.url ORDER BY w.url, w.version) FILTER (WHERE v.url IS NOT NULL),
		   array_agg(w.version ORDER BY w.url, w.version) FILTER (WHERE v.url IS NOT NULL),
		   array_agg(v.codes ORDER BY w.url, w.version) FILTER (WHERE v.url IS NOT NULL),
		   array_agg(DISTINCT w.url ORDER BY w.url)
	  INTO urls, versions, codes, uses_value_sets
	  FROM wanted AS w
	  LEFT JOIN phm.value_set AS v ON v.url = w.url
	   AND CASE WHEN w.version <> '' THEN v.version = w.version
				WHEN try_link.value_set_versions ? w.url THEN v.version = try_link.value_set_versions ->> w.url
				ELSE v.current END;
	SELECT k.logic, k.problems INTO try_link.logic, found
	  FROM phm.link_libraries(coalesce(names, '{}'), coalesce(elms, '{}'), coalesce(roots, '{}'), coalesce(urls, '{}'),
			coalesce(versions, '{}'), coalesce(codes, '{}'), missing_value_sets = 'empty', native, trace) AS k;
	problems := coalesce(problems, '[]') || found::jsonb;
	IF problems <> '[]' THEN
		logic := NULL;
	END IF;
	uses_libraries := ARRAY(SELECT coalesce(c.name, split_part(c.asked, '|', 1)) FROM phm.library_closure(libraries) AS c
		GROUP BY 1 ORDER BY 1);
	uses_value_sets := coalesce(uses_value_sets, '{}');
END
$$;
COMMENT ON FUNCTION phm.try_link(text[], text, boolean, jsonb, boolean) IS
'Internal: phm.link without raising: the logic or all problems, and what it uses. value_set_versions: url to version, for value sets that the libraries name without version; of others the current one is taken. trace: as phm.link_traced.';

CREATE FUNCTION phm.problem_text(problems jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT string_agg(concat(p ->> 'library', '.' || (p ->> 'definition'), ' (' || (p ->> 'line') || ':' || (p ->> 'column') || ')',
		CASE WHEN coalesce(p ->> 'library', p ->> 'definition') IS NOT NULL THEN ': ' END, p ->> 'message'), E'\n' ORDER BY n)
	  FROM jsonb_array_elements(problems) WITH ORDINALITY AS a(p, n);
END;
COMMENT ON FUNCTION phm.problem_text(jsonb) IS 'Problems of libraries, a line each: library.definition (line:column): message.';

CREATE FUNCTION phm.refuse_problems(problems jsonb) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF problems <> '[]' THEN
		RAISE EXCEPTION 'the libraries cannot be linked: % problem(s)', jsonb_array_length(problems)
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = phm.problem_text(problems),
			HINT = 'phm.link_problems lists them as rows; phm.load_elm, phm.load_fhir_library and phm.load_value_set load what is missing.';
	END IF;
END
$$;
COMMENT ON FUNCTION phm.refuse_problems(jsonb) IS 'Internal: raises 55000 with all problems of linking, if there are any.';

CREATE FUNCTION phm.link(libraries text[], missing_value_sets text DEFAULT 'error', native boolean DEFAULT true)
RETURNS phm.logic
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	IF libraries IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM phm.check_store_version();
	r := phm.try_link(libraries, missing_value_sets, native);
	PERFORM phm.refuse_problems(r.problems);
	RETURN r.logic;
END
$$;
COMMENT ON FUNCTION phm.link(text[], text, boolean) IS
'One logic of many libraries, named by name, name|version or url, with all that they include and the codes of their value sets: what they share is computed once. Its expressions are those of the libraries named. missing_value_sets: error, or empty for value sets that are not loaded to have no codes. native: published conversions such as FHIRHelpers run as C where their ELM is the published one. Errors: 55000 with everything that is missing or cannot be expressed in the detail, or no store or one of another version.';

CREATE FUNCTION phm.link_problems(libraries text[], missing_value_sets text DEFAULT 'error')
RETURNS TABLE (library text, definition text, line integer, "column" integer, message text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT p ->> 'library', p ->> 'definition', (p ->> 'line')::integer, (p ->> 'column')::integer, p ->> 'message'
	  FROM phm.try_link(libraries, missing_value_sets, true) AS t,
		   jsonb_array_elements(t.problems) WITH ORDINALITY AS a(p, n)
	 ORDER BY n;
END;
COMMENT ON FUNCTION phm.link_problems(text[], text) IS
'What keeps libraries from being linked: libraries and value sets that are not loaded, and constructs that are not supported, with the place in the source. No rows: phm.link works.';

CREATE FUNCTION phm.put_logic(
	name text, libraries text[], missing_value_sets text, value_set_versions jsonb, logic phm.logic, uses_libraries text[], uses_value_sets text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	made_hash bigint := phm.logic_hash(put_logic.logic);
BEGIN
	INSERT INTO phm.rule_set AS s (name, libraries, missing_value_sets, value_set_versions, logic, hash, uses_libraries, uses_value_sets)
	VALUES (put_logic.name, put_logic.libraries, put_logic.missing_value_sets, coalesce(put_logic.value_set_versions, '{}'),
			put_logic.logic, made_hash, put_logic.uses_libraries, put_logic.uses_value_sets)
	ON CONFLICT (name) DO UPDATE SET libraries = excluded.libraries, missing_value_sets = excluded.missing_value_sets,
		value_set_versions = excluded.value_set_versions, logic = excluded.logic, hash = excluded.hash,
		uses_libraries = excluded.uses_libraries, uses_value_sets = excluded.uses_value_sets, linked_at = now(), stale = false, problem = NULL;
	RETURN made_hash;
END
$$;
REVOKE ALL ON FUNCTION phm.put_logic(text, text[], text, jsonb, phm.logic, text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_logic(text, text[], text, jsonb, phm.logic, text[], text[]) IS
'Internal: writes what phm.try_link made into phm.rule_set, in place of logic of that name. Whoever links has locked phm.library and phm.value_set before.';

CREATE FUNCTION phm.keep_logic(
	name text, libraries text[], missing_value_sets text DEFAULT 'error', value_set_versions jsonb DEFAULT '{}')
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r record;
BEGIN
	-- What changes while it is linked would not find the row that is to be marked.
	LOCK TABLE phm.library, phm.value_set IN SHARE MODE;
	r := phm.try_link(libraries, missing_value_sets, true, value_set_versions);
	PERFORM phm.refuse_problems(r.problems);
	RETURN phm.put_logic(name, libraries, missing_value_sets, value_set_versions, r.logic, r.uses_libraries, r.uses_value_sets);
END
$$;
REVOKE ALL ON FUNCTION phm.keep_logic(text, text[], text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION phm.keep_logic(text, text[], text, jsonb) IS
'Links libraries and keeps the logic by name in phm.rule_set, in place of one of that name; it is linked again when something in it changes. value_set_versions: url to version of value sets that the libraries name without version; of others the current one is taken. Returns its hash. Errors: those of phm.link.';

CREATE FUNCTION phm.kept_logic(name text) RETURNS phm.logic
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kept phm.logic;
BEGIN
	SELECT s.logic INTO kept FROM phm.rule_set AS s WHERE s.name = kept_logic.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no logic is kept as "%"', name USING ERRCODE = 'undefined_object',
			HINT = 'phm.rule_set lists what is kept; phm.keep_logic adds to it.';
	END IF;
	RETURN kept;
END
$$;
COMMENT ON FUNCTION phm.kept_logic(text) IS
'The logic that phm.keep_logic keeps under a name. In a query over many charts write (SELECT phm.kept_logic(...)), which is read once. Errors: 42704 no such logic.';

CREATE FUNCTION phm.relink(name text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	s record;
	r record;
	done integer := 0;
BEGIN
	FOR s IN SELECT k.name, k.libraries, k.missing_value_sets, k.value_set_versions FROM phm.rule_set AS k
			  WHERE CASE WHEN relink.name IS NULL THEN k.stale ELSE k.name = relink.name END
			  ORDER BY k.name FOR UPDATE LOOP
		r := phm.try_link(s.libraries, s.missing_value_sets, true, s.value_set_versions);
		IF r.logic IS NULL THEN
			UPDATE phm.rule_set AS k SET stale = false, problem = phm.problem_text(r.problems),
				uses_libraries = ARRAY(SELECT DISTINCT u FROM unnest(k.uses_libraries || r.uses_libraries) AS u ORDER BY u),
				uses_value_sets = ARRAY(SELECT DISTINCT u FROM unnest(k.uses_value_sets || r.uses_value_sets) AS u ORDER BY u)
			 WHERE k.name = s.name;
			RAISE WARNING 'logic "%" cannot be linked again and stays as it was', s.name
				USING DETAIL = phm.problem_text(r.problems);
		ELSE
			UPDATE phm.rule_set AS k SET stale = false, problem = NULL, logic = r.logic, hash = phm.logic_hash(r.logic),
				uses_libraries = r.uses_libraries, uses_value_sets = r.uses_value_sets, linked_at = now()
			 WHERE k.name = s.name;
			done := done + 1;
		END IF;
	END LOOP;
	RETURN done;
END
$$;
REVOKE ALL ON FUNCTION phm.relink(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.relink(text) IS
'Links kept logic again: that of a name, or all that is stale; says how many. It happens by itself at the end of a transaction that changed a library or value set. Logic that cannot be linked any more stays as it was, with a warning and its problem in phm.rule_set.';

CREATE FUNCTION phm.library_changed() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed text[];
BEGIN
	IF TG_OP = 'INSERT' THEN
		SELECT array_agg(DISTINCT n.name) INTO changed FROM new_rows AS n;
	ELSIF TG_OP = 'DELETE' THEN
		SELECT array_agg(DISTINCT o.name) INTO changed FROM old_rows AS o;
	ELSE
		SELECT array_agg(DISTINCT c.name) INTO changed
		  FROM (SELECT o.name FROM old_rows AS o UNION ALL SELECT n.name FROM new_rows AS n) AS c;
	END IF;
	UPDATE phm.rule_set AS s SET stale = true WHERE NOT s.stale AND s.uses_libraries && changed;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.library_changed() FROM PUBLIC;
COMMENT ON FUNCTION phm.library_changed() IS 'Trigger, for each statement: marks kept logic that uses a changed library as stale.';

CREATE FUNCTION phm.value_set_changed() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed text[];
BEGIN
	IF TG_OP = 'INSERT' THEN
		SELECT array_agg(DISTINCT n.url) INTO changed FROM new_rows AS n;
	ELSIF TG_OP = 'DELETE' THEN
		SELECT array_agg(DISTINCT o.url) INTO changed FROM old_rows AS o;
	ELSE
		SELECT array_agg(DISTINCT c.url) INTO changed
		  FROM (SELECT o.url FROM old_rows AS o UNION ALL SELECT n.url FROM new_rows AS n) AS c;
	END IF;
	UPDATE phm.rule_set AS s SET stale = true WHERE NOT s.stale AND s.uses_value_sets && changed;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.value_set_changed() FROM PUBLIC;
COMMENT ON FUNCTION phm.value_set_changed() IS 'Trigger, for each statement: marks kept logic that uses a changed value set as stale.';

CREATE FUNCTION phm.relink_stale() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM phm.rule_set AS s WHERE s.name = NEW.name AND s.stale) THEN
		PERFORM phm.relink(NEW.name);
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.relink_stale() FROM PUBLIC;
COMMENT ON FUNCTION phm.relink_stale() IS 'Trigger: links stale logic again at the end of the transaction.';
