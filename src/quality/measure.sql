/*
 * measure.sql: loading, checking and finding quality measures.
 */
CREATE FUNCTION phm.find_measure(name text, OUT measure text, OUT version text)
RETURNS record
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	wanted text := split_part(name, '|', 1);
	wanted_version text := CASE WHEN name LIKE '%|%' THEN substr(name, length(split_part(name, '|', 1)) + 2) END;
	fits text[];
BEGIN
	SELECT m.measure, m.version INTO find_measure.measure, find_measure.version
	  FROM phm.measure AS m
	 WHERE (m.measure = wanted OR m.url = wanted) AND CASE WHEN wanted_version IS NULL THEN m.current ELSE m.version = wanted_version END
	 ORDER BY m.measure = wanted DESC LIMIT 1;
	IF FOUND THEN
		RETURN;
	END IF;
	-- CMS122 for CMS122FHIRDiabetes...: what follows must not go on with a digit.
	SELECT array_agg(DISTINCT m.measure ORDER BY m.measure) INTO fits FROM phm.measure AS m
	 WHERE left(m.measure, length(wanted)) = wanted AND substr(m.measure, length(wanted) + 1, 1) !~ '[0-9]'
	   AND CASE WHEN wanted_version IS NULL THEN m.current ELSE m.version = wanted_version END AND wanted <> '';
	IF cardinality(fits) > 1 THEN
		RAISE EXCEPTION 'measure "%" is not unique', name USING ERRCODE = 'undefined_object',
			DETAIL = format('It may be %s.', array_to_string(fits, ', '));
	ELSIF fits IS NULL THEN
		RAISE EXCEPTION 'measure "%" is not loaded', name USING ERRCODE = 'undefined_object',
			HINT = 'The table phm.measure lists those that are; phm.load_measure loads others.';
	END IF;
	SELECT m.measure, m.version INTO find_measure.measure, find_measure.version FROM phm.measure AS m
	 WHERE m.measure = fits[1] AND CASE WHEN wanted_version IS NULL THEN m.current ELSE m.version = wanted_version END;
END
$$;
COMMENT ON FUNCTION phm.find_measure(text) IS
'The loaded measure that a name, name|version, url or url|version means, or the beginning of a name, such as CMS122, that only one has; without version the current one. Errors: 42704 none, or several.';

CREATE FUNCTION phm.measure_plan(measures text[] DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('measure', m.measure, 'version', m.version,
			'library', split_part(m.library, '|', 1),
			'groups', (
				SELECT jsonb_agg(jsonb_build_object('id', g.group_id, 'key', g.group_key, 'scoring', g.scoring, 'basis', g.basis,
					'populations', (
						SELECT jsonb_agg(jsonb_build_object('id', p.population_id, 'code', p.code, 'expression', p.expression, 'reference', p.reference)
								ORDER BY p.ordinal)
						  FROM phm.measure_population AS p
						 WHERE (p.measure, p.version, p.group_id) = (g.measure, g.version, g.group_id)),
					'stratifiers', coalesce((
						SELECT jsonb_agg(jsonb_build_object('id', s.stratifier_id, 'component', s.component, 'code', s.code, 'expression', s.expression)
								ORDER BY s.ordinal, s.component)
						  FROM phm.measure_stratifier AS s
						 WHERE (s.measure, s.version, s.group_id) = (g.measure, g.version, g.group_id)), '[]'))
					ORDER BY g.ordinal)
				  FROM phm.measure_group AS g WHERE (g.measure, g.version) = (m.measure, m.version)),
			'supplemental', coalesce((
				SELECT jsonb_agg(jsonb_build_object('id', d.supplemental_id, 'expression', d.expression) ORDER BY d.ordinal)
				  FROM phm.measure_supplemental AS d WHERE (d.measure, d.version) = (m.measure, m.version)), '[]'))
			ORDER BY m.measure, m.version), '[]')
		FROM phm.measure AS m
	   WHERE m.library IS NOT NULL
		 AND CASE WHEN measures IS NULL THEN m.current ELSE m.measure || '|' || m.version = ANY (measures) END);
END
$$;
COMMENT ON FUNCTION phm.measure_plan(text[]) IS
'What phm.run_measures runs for some measures (each as name|version; NULL: the current version of all), as JSON: groups with scoring, basis, populations and stratifiers, and the expressions that tell them.';

CREATE FUNCTION phm.drop_measure_groups(measure text, version text, kept text[]) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM phm.measure_membership AS r USING phm.measure_group AS g
	 WHERE r.group_key = g.group_key AND (g.measure, g.version) = (drop_measure_groups.measure, drop_measure_groups.version)
	   AND g.group_id <> ALL (kept);
	DELETE FROM phm.measure_group AS g
	 WHERE (g.measure, g.version) = (drop_measure_groups.measure, drop_measure_groups.version) AND g.group_id <> ALL (kept);
END
$$;
REVOKE ALL ON FUNCTION phm.drop_measure_groups(text, text, text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.drop_measure_groups(text, text, text[]) IS
'Internal: removes the groups of a version of a measure but those kept, with their results.';

CREATE FUNCTION phm.put_measure(measure jsonb, resource jsonb, make_current boolean, missing_value_sets text, source text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	name text := measure ->> 'measure';
	v text := measure ->> 'version';
	composite boolean := (measure -> 'composite')::boolean;
BEGIN
	UPDATE phm.measure AS m SET current = false WHERE m.measure = name AND m.version <> v AND m.current AND make_current;
	INSERT INTO phm.measure AS m (measure, version, url, title, library, effective, current, missing_value_sets, resource, source)
	VALUES (name, v, measure ->> 'url', measure ->> 'title', measure ->> 'found_library', (measure ->> 'effective')::daterange,
		make_current OR NOT EXISTS (SELECT FROM phm.measure AS m WHERE m.measure = name), missing_value_sets, resource - 'text' - 'contained', source)
	ON CONFLICT ON CONSTRAINT measure_pkey DO UPDATE
	   SET url = excluded.url, title = excluded.title, library = excluded.library, effective = excluded.effective,
		   current = m.current OR excluded.current, missing_value_sets = excluded.missing_value_sets, resource = excluded.resource,
		   loaded_at = now(), source = excluded.source;
	-- Groups that stay keep their number, by which results name them.
	DELETE FROM phm.measure_population AS p WHERE p.measure = name AND p.version = v;
	DELETE FROM phm.measure_stratifier AS s WHERE s.measure = name AND s.version = v;
	DELETE FROM phm.measure_supplemental AS d WHERE d.measure = name AND d.version = v;
	DELETE FROM phm.measure_component AS c WHERE c.measure = name AND c.version = v;
	PERFORM phm.drop_measure_groups(name, v, ARRAY(SELECT g ->> 'id' FROM jsonb_array_elements(measure -> 'groups') AS g));
	INSERT INTO phm.measure_group AS k (measure, version, group_id, ordinal, description, scoring, basis, improvement_notation, composite_scoring)
	SELECT name, v, g ->> 'id', (g ->> 'ordinal')::integer, g ->> 'description',
		   CASE WHEN composite THEN 'composite' ELSE g ->> 'scoring' END, g ->> 'basis',
		   CASE WHEN g ->> 'improvement_notation' IN ('increase', 'decrease') THEN g ->> 'improvement_notation' END,
		   CASE WHEN composite THEN measure ->> 'composite_scoring' END
	  FROM jsonb_array_elements(CASE WHEN composite AND measure -> 'groups' = '[]'
		THEN jsonb_build_array(jsonb_build_object('id', 'group-1', 'ordinal', 1, 'basis', 'boolean',
			'improvement_notation', phm.measure_code(resource -> 'improvementNotation'))) ELSE measure -> 'groups' END) AS g
	ON CONFLICT ON CONSTRAINT measure_group_pkey DO UPDATE
	   SET ordinal = excluded.ordinal, description = excluded.description, scoring = excluded.scoring, basis = excluded.basis,
		   improvement_notation = CASE WHEN k.improvement_corrected THEN k.improvement_notation ELSE excluded.improvement_notation END, composite_scoring = excluded.composite_scoring;
	INSERT INTO phm.measure_population (measure, version, group_id, population_id, ordinal, code, description, expression, reference, aggregate)
	SELECT name, v, g ->> 'id', p ->> 'id', (p ->> 'ordinal')::integer, p ->> 'code', p ->> 'description', p ->> 'expression', p ->> 'reference', p ->> 'aggregate'
	  FROM jsonb_array_elements(measure -> 'groups') AS g, jsonb_array_elements(g -> 'populations') AS p WHERE NOT composite;
	INSERT INTO phm.measure_stratifier (measure, version, group_id, stratifier_id, component, ordinal, code, description, expression)
	SELECT name, v, g ->> 'id', s ->> 'id', (c ->> 'component')::integer, (s ->> 'ordinal')::integer, c ->> 'code', c ->> 'description', c ->> 'expression'
	  FROM jsonb_array_elements(measure -> 'groups') AS g, jsonb_array_elements(g -> 'stratifiers') AS s,
		   jsonb_array_elements(s -> 'components') AS c WHERE NOT composite;
	INSERT INTO phm.measure_supplemental (measure, version, supplemental_id, ordinal, usage, description, expression)
	SELECT name, v, d ->> 'id', (d ->> 'ordinal')::integer, d ->> 'usage', d ->> 'description', d ->> 'expression'
	  FROM jsonb_array_elements(measure -> 'supplemental') AS d WHERE NOT composite;
	INSERT INTO phm.measure_component (measure, version, ordinal, component, component_version, group_id, weight)
	SELECT name, v, n, regexp_replace(split_part(c ->> 'resource', '|', 1), '^.*/', ''), nullif(split_part(c ->> 'resource', '|', 2), ''),
		   c ->> 'group_id', (c ->> 'weight')::numeric
	  FROM jsonb_array_elements(measure -> 'components') WITH ORDINALITY AS a(c, n) WHERE composite;
END
$$;
REVOKE ALL ON FUNCTION phm.put_measure(jsonb, jsonb, boolean, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_measure(jsonb, jsonb, boolean, text, text) IS
'Internal: writes one version of a measure (as phm.read_measure gives it) in place of the same version.';

CREATE FUNCTION phm.component_cycle(measure text, version text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		WITH RECURSIVE part(measure, version, path, names, closed) AS (
			SELECT m.measure, m.version, ARRAY[m.measure || '|' || m.version], m.measure, false
			  FROM phm.measure AS m WHERE (m.measure, m.version) = (component_cycle.measure, component_cycle.version)
			UNION ALL
			SELECT k.measure, k.version, p.path || (k.measure || '|' || k.version), p.names || ' -> ' || k.measure,
				   k.measure || '|' || k.version = ANY (p.path)
			  FROM part AS p
			  JOIN phm.measure_component AS c ON (c.measure, c.version) = (p.measure, p.version)
			  JOIN phm.measure AS k ON k.measure = c.component AND CASE WHEN c.component_version IS NULL THEN k.current ELSE k.version = c.component_version END
			 WHERE NOT p.closed
		)
		SELECT p.names FROM part AS p WHERE p.closed ORDER BY cardinality(p.path), p.names COLLATE "C" LIMIT 1);
END
$$;
COMMENT ON FUNCTION phm.component_cycle(text, text) IS
'Internal: the components by which a composite measure is part of itself, NULL when it is not.';

CREATE FUNCTION phm.link_measure(measure text, version text, bundle_versions jsonb) RETURNS TABLE (severity text, element text, message text)
LANGUAGE plpgsql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	m phm.measure;
	r record;
	versions jsonb;
BEGIN
	SELECT * INTO STRICT m FROM phm.measure AS k WHERE (k.measure, k.version) = (link_measure.measure, link_measure.version);
	IF m.library IS NULL THEN
		RETURN;
	END IF;
	LOCK TABLE phm.library, phm.value_set IN SHARE MODE;
	r := phm.try_link(ARRAY[m.library], m.missing_value_sets, true, bundle_versions);
	IF r.logic IS NULL THEN
		RETURN QUERY SELECT 'error', coalesce('Library ' || (p ->> 'library'), 'Measure.library'), phm.problem_text(jsonb_build_array(p))
			FROM jsonb_array_elements(r.problems) AS p;
		RETURN;
	END IF;
	-- What it is linked with now it stays linked with.
	SELECT coalesce(jsonb_object_agg(v.url, v.version), '{}') INTO versions
	  FROM unnest(r.uses_value_sets) AS u
	  JOIN phm.value_set AS v ON v.url = u AND CASE WHEN bundle_versions ? u THEN v.version = bundle_versions ->> u ELSE v.current END;
	UPDATE phm.measure AS k SET value_set_versions = versions WHERE (k.measure, k.version) = (m.measure, m.version);
	PERFORM phm.put_logic('measure ' || m.measure || '|' || m.version, ARRAY[m.library], m.missing_value_sets, versions,
		r.logic, r.uses_libraries, r.uses_value_sets);
	RETURN QUERY SELECT 'error', f.element, f.message
		FROM phm.measure_plan_faults(r.logic, phm.measure_plan(ARRAY[m.measure || '|' || m.version])) AS f;
	RETURN QUERY SELECT 'warning', 'ValueSet', format('value set %s is not loaded and taken as empty', u)
		FROM unnest(r.uses_value_sets) AS u WHERE NOT versions ? u ORDER BY u;
END
$$;
REVOKE ALL ON FUNCTION phm.link_measure(text, text, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION phm.link_measure(text, text, jsonb) IS
'Internal: links the library of a measure with the value sets that came with it, keeps the logic, and tells what is missing or wrong in it.';

CREATE FUNCTION phm.put_measures(bundle jsonb, make_current boolean, missing_value_sets text, source text)
RETURNS TABLE (severity text, measure text, version text, element text, message text)
LANGUAGE plpgsql VOLATILE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	is_bundle boolean := bundle ->> 'resourceType' = 'Bundle';
	r jsonb;
	m jsonb;
	root record;
	versions jsonb := '{}';
	loaded text[] := '{}';
	cycle text;
BEGIN
	PERFORM phm.check_store_version();
	IF missing_value_sets IS NULL OR missing_value_sets NOT IN ('error', 'empty') THEN
		RAISE EXCEPTION 'missing_value_sets must be error or empty' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF is_bundle THEN
		RETURN QUERY SELECT 'error', NULL::text, NULL::text, t.type, format('%s %s|%s is in the package %s times with different content', t.type, t.url, t.version, t.n)
			FROM (SELECT e #>> '{resource,resourceType}' AS type, e #>> '{resource,url}' AS url, e #>> '{resource,version}' AS version,
						 count(*) AS n, count(DISTINCT e -> 'resource') > 1 AS differ
					FROM jsonb_array_elements(bundle -> 'entry') AS e
				   WHERE e #>> '{resource,resourceType}' IN ('Measure', 'Library', 'ValueSet') AND e #>> '{resource,url}' IS NOT NULL
				   GROUP BY 1, 2, 3) AS t WHERE t.n > 1 AND t.differ;
		IF bundle -> 'entry' @> '[{"resource": {"resourceType": "ValueSet"}}]' THEN
			SELECT coalesce(jsonb_object_agg(v.url, v.version), '{}') INTO versions FROM phm.load_value_set(bundle, make_current, source) AS v;
		END IF;
		IF bundle -> 'entry' @> '[{"resource": {"resourceType": "Library"}}]' THEN
			RETURN QUERY SELECT 'warning', NULL::text, NULL::text, 'Library ' || l.name, phm.problem_text(jsonb_build_array(p))
				FROM phm.load_fhir_library(bundle, source) AS l, jsonb_array_elements(l.problems) AS p;
		END IF;
	END IF;
	FOR r IN SELECT b.body FROM phm.resources_of_type(bundle, 'Measure') AS b ORDER BY b.position LOOP
		m := phm.read_measure(r);
		RETURN QUERY SELECT f.severity, m ->> 'measure', m ->> 'version', f.element, f.message FROM phm.measure_faults(m) AS f;
		CONTINUE WHEN EXISTS (SELECT FROM phm.measure_faults(m) AS f WHERE f.severity = 'error');
		IF NOT (m -> 'composite')::boolean THEN
			root := phm.find_library(m ->> 'library');
			IF root.name IS NULL THEN
				root := phm.find_library(regexp_replace(m ->> 'library', '^[^|]*/', ''));
			END IF;
			IF root.name IS NULL THEN
				RETURN QUERY SELECT 'error', m ->> 'measure', m ->> 'version', 'Measure.library', format('library %s is not loaded', m ->> 'library');
				CONTINUE;
			END IF;
			m := m || jsonb_build_object('found_library', root.name || CASE WHEN root.version <> '' THEN '|' || root.version ELSE '' END);
		END IF;
		PERFORM phm.put_measure(m, r, make_current, missing_value_sets, source);
		loaded := loaded || (m ->> 'measure');
		RETURN QUERY SELECT f.severity, m ->> 'measure', m ->> 'version', f.element, f.message
			FROM phm.link_measure(m ->> 'measure', m ->> 'version', versions) AS f;
		RETURN QUERY SELECT 'loaded', m ->> 'measure', m ->> 'version', NULL::text, NULL::text;
	END LOOP;
	-- Components may come behind the composite.
	RETURN QUERY SELECT 'error', c.measure, c.version, 'Measure.relatedArtifact', format('component %s is not loaded', concat_ws('|', c.component, c.component_version))
		FROM phm.measure_component AS c
	   WHERE c.measure = ANY (loaded) AND NOT EXISTS (SELECT FROM phm.measure AS k
			WHERE k.measure = c.component AND CASE WHEN c.component_version IS NULL THEN k.current ELSE k.version = c.component_version END);
	RETURN QUERY SELECT 'error', k.measure, k.version, 'Measure.relatedArtifact', format('the composite is part of itself: %s', y.cycle)
		FROM phm.measure AS k CROSS JOIN LATERAL phm.component_cycle(k.measure, k.version) AS y(cycle)
	   WHERE k.measure = ANY (loaded) AND y.cycle IS NOT NULL;
	PERFORM phm.forget_measure_sets();
END
$$;
REVOKE ALL ON FUNCTION phm.put_measures(jsonb, boolean, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.put_measures(jsonb, boolean, text, text) IS
'Internal: loads what a package holds and tells what is wrong, with severity error, warning, and loaded for each measure that was written.';

CREATE FUNCTION phm.load_measure(
	bundle jsonb, make_current boolean DEFAULT true, missing_value_sets text DEFAULT 'error', source text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	names text;
	errors text;
	n bigint;
	warnings text;
BEGIN
	SELECT string_agg(p.measure || CASE WHEN p.version <> '' THEN '|' || p.version ELSE '' END, ', ') FILTER (WHERE p.severity = 'loaded'),
		   string_agg(concat_ws(': ', p.measure, p.element, p.message), E'\n') FILTER (WHERE p.severity = 'error'),
		   count(*) FILTER (WHERE p.severity = 'error'),
		   string_agg(concat_ws(': ', p.measure, p.element, p.message), E'\n') FILTER (WHERE p.severity = 'warning')
	  INTO names, errors, n, warnings
	  FROM phm.put_measures(bundle, make_current, missing_value_sets, source) AS p;
	IF errors IS NOT NULL THEN
		RAISE EXCEPTION 'the measure cannot be loaded: % problem(s)', n
			USING ERRCODE = 'invalid_parameter_value', DETAIL = errors,
			HINT = 'phm.check_measure lists them as rows. Value sets that are published nowhere may be taken as empty: missing_value_sets => ''empty''.';
	ELSIF warnings IS NOT NULL THEN
		RAISE NOTICE 'loaded with warnings' USING DETAIL = warnings;
	END IF;
	RETURN names;
END
$$;
REVOKE ALL ON FUNCTION phm.load_measure(jsonb, boolean, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.load_measure(jsonb, boolean, text, text) IS
'Loads a quality measure as published: a FHIR R4 Bundle of Measure, Library (with ELM) and ValueSet resources, or a Measure alone whose libraries and value sets are loaded already. Returns its name and version (of several: all). The same version is replaced, others stay beside it. make_current: results are of this version from now on. missing_value_sets: error, or empty. source: a note from where it is. Errors: 22023 with everything that is missing or wrong in the detail; nothing is loaded then; 55000 no store or one of another version.';

CREATE FUNCTION phm.check_measure(bundle jsonb, missing_value_sets text DEFAULT 'error')
RETURNS TABLE (severity text, measure text, version text, element text, message text)
LANGUAGE plpgsql VOLATILE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	found jsonb;
BEGIN
	BEGIN
		SELECT jsonb_agg(jsonb_build_object('severity', p.severity, 'measure', p.measure, 'version', p.version, 'element', p.element, 'message', p.message))
		  INTO found FROM phm.put_measures(bundle, true, missing_value_sets, NULL) AS p WHERE p.severity <> 'loaded';
		RAISE EXCEPTION 'checked' USING ERRCODE = 'PHM01';
	EXCEPTION
		WHEN SQLSTATE 'PHM01' THEN
			NULL;		-- takes back what was loaded to be checked
	END;
	RETURN QUERY SELECT p.* FROM jsonb_to_recordset(found) AS p(severity text, measure text, version text, element text, message text);
END
$$;
REVOKE ALL ON FUNCTION phm.check_measure(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.check_measure(jsonb, text) IS
'What phm.load_measure would find wrong with a package, a row each: error keeps it from being loaded, warning does not. Nothing is loaded. Errors: 22023 no Measure, Library that is no ELM, 55000 no store or one of another version.';

CREATE FUNCTION phm.correct_improvement(measure text, improvement_notation text, group_id text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(correct_improvement.measure);
	groups integer;
BEGIN
	IF correct_improvement.improvement_notation IS NULL OR correct_improvement.improvement_notation NOT IN ('increase', 'decrease') THEN
		RAISE EXCEPTION 'improvement_notation must be increase or decrease' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE phm.measure_group AS g SET improvement_notation = correct_improvement.improvement_notation, improvement_corrected = true
	 WHERE (g.measure, g.version) = (f.measure, f.version)
	   AND (correct_improvement.group_id IS NULL OR g.group_id = correct_improvement.group_id);
	GET DIAGNOSTICS groups = ROW_COUNT;
	PERFORM phm.mark_cause('measure');
	RETURN groups;
END
$$;
REVOKE ALL ON FUNCTION phm.correct_improvement(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.correct_improvement(text, text, text) IS
'Says whether a higher (increase) or lower (decrease) score of a measure is better where its package has it wrong, for one group or all, and returns for how many. Gaps and scores follow with the next refresh; loading the version again leaves it. Errors: 42704 the measure is not loaded, 22023 neither increase nor decrease.';

CREATE FUNCTION phm.unload_measure(measure text) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(measure);
	cycle text;
BEGIN
	PERFORM phm.drop_measure_groups(f.measure, f.version, '{}');
	DELETE FROM phm.measure AS m WHERE (m.measure, m.version) = (f.measure, f.version);
	DELETE FROM phm.rule_set AS s WHERE s.name = 'measure ' || f.measure || '|' || f.version;
	UPDATE phm.measure AS m SET current = true
	 WHERE (m.measure, m.version) = (SELECT k.measure, k.version FROM phm.measure AS k WHERE k.measure = f.measure
									  ORDER BY k.loaded_at DESC, k.version DESC LIMIT 1)
	   AND NOT EXISTS (SELECT FROM phm.measure AS k WHERE k.measure = f.measure AND k.current);
	SELECT y.cycle INTO cycle FROM phm.measure AS k CROSS JOIN LATERAL phm.component_cycle(k.measure, k.version) AS y(cycle)
	 WHERE k.measure = f.measure AND y.cycle IS NOT NULL LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'the composite is part of itself: %', cycle USING ERRCODE = 'invalid_parameter_value',
			DETAIL = 'Another version of the measure would become current.', HINT = 'Unload that version, or the composite, first.';
	END IF;
	PERFORM phm.forget_measure_sets();
	RETURN f.measure || CASE WHEN f.version <> '' THEN '|' || f.version ELSE '' END;
END
$$;
REVOKE ALL ON FUNCTION phm.unload_measure(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.unload_measure(text) IS
'Removes a version of a measure (named as for phm.find_measure) with its results, and returns its name. Where other versions are loaded, the one loaded last becomes current. Its libraries and value sets stay. Errors: 42704 it is not loaded, 22023 the version that becomes current would make a composite part of itself.';

CREATE FUNCTION phm.measure_logic(measure text) RETURNS phm.logic
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f record := phm.find_measure(measure);
BEGIN
	RETURN phm.kept_logic('measure ' || f.measure || '|' || f.version);
END
$$;
COMMENT ON FUNCTION phm.measure_logic(text) IS
'The logic of a measure, named as for phm.find_measure. Errors: 42704 it is not loaded, or is a composite, which has none.';
