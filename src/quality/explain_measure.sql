/*
 * explain_measure.sql: why a patient is where a measure says.
 */
CREATE FUNCTION phm.traced_measure_logic(measure text) RETURNS phm.logic
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(measure);
	m phm.measure;
	r record;
BEGIN
	SELECT * INTO STRICT m FROM phm.measure AS k WHERE (k.measure, k.version) = (f.measure, f.version);
	IF m.library IS NULL THEN
		RAISE EXCEPTION 'a composite measure has no logic of its own' USING ERRCODE = 'undefined_object',
			HINT = 'Explain its components: phm.measure_component lists them.';
	END IF;
	r := phm.try_link(ARRAY[m.library], m.missing_value_sets, true, m.value_set_versions, true);
	PERFORM phm.refuse_problems(r.problems);
	RETURN r.logic;
END
$$;
COMMENT ON FUNCTION phm.traced_measure_logic(text) IS
'The logic of a measure (named as for phm.find_measure), linked so that it can be explained: phm.link_traced with the versions of value sets that came with the measure. It is linked in each call; to explain many patients keep it: (SELECT phm.traced_measure_logic(...)). Errors: 42704 it is not loaded, or a composite, and those of phm.link.';

CREATE FUNCTION phm.population_name(code text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT replace(replace(code, 'numerator-initial-population', 'initial population of the numerator'), '-', ' ');
END;
COMMENT ON FUNCTION phm.population_name(text) IS 'Internal: a code of HL7 measure-population in words.';

CREATE FUNCTION phm.left_out_by(population text, membership integer, basis text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN population IN ('denominator', 'measure-population') THEN format('the %s is not in the initial population', basis)
		WHEN population = 'measure-population-exclusion' AND membership & 128 = 0 THEN format('the %s is not in the measure population', basis)
		WHEN population = 'numerator-exclusion' THEN format('the %s is not in the numerator', basis)
		WHEN membership & 4 = 0 THEN format('the %s is not in the denominator', basis)
		WHEN membership & 8 <> 0 THEN format('the %s is excluded from the denominator', basis)
		WHEN population = 'denominator-exception' AND membership & 32 <> 0 THEN format('the %s meets the numerator', basis)
		ELSE 'the rules between the populations leave it out' END;
END;
COMMENT ON FUNCTION phm.left_out_by(text, integer, text) IS
'Internal: which rule between populations leaves out who meets the criteria of one. membership: as phm.run_measures gives it. basis: patient or episode.';

CREATE FUNCTION phm.population_sentence(code text, expression text, criterion jsonb, membership integer, member boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN member THEN 'in' ELSE 'not in' END || format(' the %s: "%s" is ', phm.population_name(code), expression) ||
		CASE WHEN criterion IS NULL OR criterion = 'null' THEN 'null'
			 WHEN criterion IN ('false', '[]') THEN 'false'
			 WHEN member THEN 'true'
			 ELSE 'true, but ' || phm.left_out_by(code, membership, 'patient') END;
END;
COMMENT ON FUNCTION phm.population_sentence(text, text, jsonb, integer, boolean) IS
'Internal: why a patient is in a population of a measure or not. criterion: value of its expression.';

CREATE FUNCTION phm.episode_sentence(code text, expression text, criterion jsonb, episodes text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format('%s of %s episodes of "%s" in the %s', cardinality(episodes),
			CASE WHEN jsonb_typeof(criterion) = 'array' THEN jsonb_array_length(criterion) ELSE 0 END, expression, phm.population_name(code)) ||
		CASE WHEN cardinality(episodes) > 0 THEN ': ' || array_to_string(episodes[:20], ', ') ||
			CASE WHEN cardinality(episodes) > 20 THEN format(' and %s more', cardinality(episodes) - 20) ELSE '' END ELSE '' END;
END;
COMMENT ON FUNCTION phm.episode_sentence(text, text, jsonb, text[]) IS
'Internal: how many episodes are in a population of a measure, and which.';

CREATE FUNCTION phm.explain_populations(
	logic phm.logic, measure text, version text, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS TABLE (group_id text, ordinal integer, population_id text, code text, expression text, description text,
	member boolean, episodes text[], reason text, error text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	root text;
BEGIN
	SELECT split_part(m.library, '|', 1) INTO root FROM phm.measure AS m
	 WHERE (m.measure, m.version) = (explain_populations.measure, explain_populations.version);
	RETURN QUERY
	WITH run AS MATERIALIZED (
		SELECT r.group_id, r.episode, r.membership, r.observations, r.error
		  FROM phm.run_measures(logic, phm.measure_plan(ARRAY[measure || '|' || version]), chart, period, zone, as_of, profiles, visible, true) AS r
		 WHERE r.stratifier = ''
	), population AS MATERIALIZED (
		SELECT g.ordinal AS group_ordinal, p.*, row_number() OVER (PARTITION BY p.group_id, p.code ORDER BY p.ordinal) AS nth,
			   CASE WHEN p.code = 'initial-population' AND EXISTS (SELECT FROM phm.measure_population AS n
						WHERE (n.measure, n.version, n.group_id, n.code, n.reference) = (p.measure, p.version, p.group_id, 'numerator', p.population_id))
					 AND NOT EXISTS (SELECT FROM phm.measure_population AS n
						WHERE (n.measure, n.version, n.group_id, n.code, n.reference) = (p.measure, p.version, p.group_id, 'denominator', p.population_id))
					THEN 'numerator-initial-population' ELSE p.code END AS role
		  FROM phm.measure_group AS g
		  JOIN phm.measure_population AS p USING (measure, version, group_id)
		 WHERE (g.measure, g.version) = (explain_populations.measure, explain_populations.version)
	), criterion AS MATERIALIZED (
		SELECT e.expression, e.result, e.error
		  FROM phm.evaluate_all(logic, chart, ARRAY(SELECT DISTINCT root || '.' || p.expression FROM population AS p WHERE p.code <> 'measure-observation' ORDER BY 1),
				period, zone, NULL, as_of, profiles, visible) AS e
	), counted AS (
		SELECT p.*, c.result, coalesce(c.error, (SELECT min(r.error) FROM run AS r WHERE r.group_id = p.group_id)) AS failed,
			   (SELECT coalesce(bit_or(r.membership), 0) FROM run AS r WHERE r.group_id = p.group_id AND r.episode = '') AS membership,
			   jsonb_typeof(c.result) = 'array' AS by_episode,
			   ARRAY(SELECT r.episode FROM run AS r
					  WHERE r.group_id = p.group_id AND r.episode <> '' AND phm.in_population(r.membership, p.role) ORDER BY r.episode) AS found,
			   CASE WHEN p.code = 'measure-observation' THEN ARRAY(SELECT r.observations[p.nth] FROM run AS r
					  WHERE r.group_id = p.group_id AND r.observations[p.nth] IS NOT NULL ORDER BY r.episode) END AS observed
		  FROM population AS p
		  LEFT JOIN criterion AS c ON c.expression = root || '.' || p.expression
	)
	SELECT k.group_id, k.ordinal, k.population_id, k.code, k.expression, k.description,
		   CASE WHEN k.code = 'measure-observation' THEN cardinality(k.observed) > 0
				ELSE phm.in_population(k.membership, k.role) OR cardinality(k.found) > 0 END,
		   CASE WHEN k.by_episode THEN k.found END,
		   CASE WHEN k.failed IS NOT NULL THEN 'could not be evaluated'
				WHEN k.code = 'measure-observation' THEN
					CASE WHEN cardinality(k.observed) > 0 THEN format('observed with "%s": %s', k.expression, array_to_string(k.observed[:20], ', '))
						 ELSE format('nothing was observed with "%s"', k.expression) END
				WHEN k.by_episode THEN phm.episode_sentence(k.role, k.expression, k.result, k.found)
				ELSE phm.population_sentence(k.role, k.expression, k.result, k.membership, phm.in_population(k.membership, k.role)) END,
		   k.failed
	  FROM counted AS k
	 ORDER BY k.group_ordinal, k.ordinal;
END
$$;
COMMENT ON FUNCTION phm.explain_populations(phm.logic, text, text, phm.chart, daterange, text, timestamptz, text, integer) IS
'Internal: the populations of a measure and whether a patient, or which episodes, are in them, with a sentence that says why.';

CREATE FUNCTION phm.measure_expressions(measure text, version text) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN ARRAY(
		SELECT split_part(m.library, '|', 1) || '.' || p.expression
		  FROM phm.measure AS m
		  JOIN phm.measure_group AS g USING (measure, version)
		  JOIN phm.measure_population AS p USING (measure, version, group_id)
		 WHERE (m.measure, m.version) = (measure_expressions.measure, measure_expressions.version) AND p.code <> 'measure-observation'
		 GROUP BY 1 ORDER BY min(g.ordinal * 1000 + p.ordinal));
END
$$;
COMMENT ON FUNCTION phm.measure_expressions(text, text) IS
'Internal: the expressions of the populations of a measure, each once, in the order of the measure.';

CREATE FUNCTION phm.explain_measure(
	measure text, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS TABLE (ordinal integer, group_id text, population text, library text, definition text, depth integer, clause text,
	truth text, value text, resources text[], note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(explain_measure.measure);
	logic phm.logic := phm.traced_measure_logic(f.measure || '|' || f.version);
	expressions text[] := phm.measure_expressions(f.measure, f.version);
BEGIN
	RETURN QUERY
	WITH population AS MATERIALIZED (
		SELECT row_number() OVER () AS place, p.*
		  FROM phm.explain_populations(logic, f.measure, f.version, chart, period, zone, as_of, profiles, visible) AS p
	), clause AS MATERIALIZED (
		SELECT e.* FROM phm.explain_evaluation(logic, chart, expressions, period, zone, NULL, as_of, profiles, visible) AS e
	), first_use AS (
		SELECT u.n, min(p.place) AS place
		  FROM unnest(expressions) WITH ORDINALITY AS u(name, n)
		  JOIN population AS p ON p.code <> 'measure-observation' AND right(u.name, length(p.expression) + 1) = '.' || p.expression
		 GROUP BY u.n
	), line AS (
		SELECT p.place, 0 AS within, p.group_id, p.population_id, NULL::text AS library, p.expression AS definition, NULL::integer AS depth, p.code AS clause,
			   CASE WHEN p.error IS NOT NULL THEN 'error' WHEN p.member THEN 'true' ELSE 'false' END AS truth,
			   NULL::text AS value, p.episodes AS resources, p.reason || coalesce(': ' || p.error, '') AS note
		  FROM population AS p
		UNION ALL
		SELECT p.place, c.ordinal, p.group_id, p.population_id, c.library, c.definition, c.depth, c.clause, c.truth, c.value, c.resources, c.note
		  FROM clause AS c JOIN first_use AS u ON u.n = c.under JOIN population AS p ON p.place = u.place
	)
	SELECT (row_number() OVER (ORDER BY l.place, l.within))::integer, l.group_id, l.population_id, l.library, l.definition, l.depth, l.clause,
		   l.truth, l.value, l.resources, l.note
	  FROM line AS l ORDER BY l.place, l.within;
END
$$;
COMMENT ON FUNCTION phm.explain_measure(text, phm.chart, daterange, text, timestamptz, text, integer) IS
'Why a measure (named as for phm.find_measure) has its result for one chart: for each population of each group a row that says whether the patient (or which episodes, in resources) is in it and why (depth NULL, clause its code, definition its expression), then the clauses of the definitions behind it, each definition once, with the columns of phm.explain_evaluation. Arguments as phm.evaluate_measure. Errors: 42704 the measure is not loaded, or a composite, and those of phm.evaluate.';

CREATE FUNCTION phm.explain_measure_json(
	measure text, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(explain_measure_json.measure);
	logic phm.logic := phm.traced_measure_logic(f.measure || '|' || f.version);
	groups jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('group_id', g.group_id, 'populations', g.populations) ORDER BY g.place) INTO groups
	  FROM (SELECT p.group_id, min(p.place) AS place, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('population_id', p.population_id, 'code', p.code,
					'expression', p.expression, 'description', p.description, 'member', p.member, 'episodes', p.episodes, 'reason', p.reason,
					'error', p.error)) ORDER BY p.place) AS populations
			  FROM (SELECT row_number() OVER () AS place, e.*
					  FROM phm.explain_populations(logic, f.measure, f.version, chart, period, zone, as_of, profiles, visible) AS e) AS p
			 GROUP BY p.group_id) AS g;
	RETURN jsonb_build_object('measure', f.measure, 'version', f.version, 'period', jsonb_build_object('start', lower(period), 'end', upper(period) - 1),
		'groups', groups, 'definitions', phm.explain_evaluation_json(logic, chart, phm.measure_expressions(f.measure, f.version),
			period, zone, NULL, as_of, profiles, visible));
END
$$;
COMMENT ON FUNCTION phm.explain_measure_json(text, phm.chart, daterange, text, timestamptz, text, integer) IS
'phm.explain_measure as one value: measure, version, period, groups with their populations (population_id, code, expression, description, member, episodes, reason, error), and definitions as phm.explain_evaluation_json gives them.';

CREATE FUNCTION phm.html_text(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT replace(replace(replace(replace(replace(content, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
END;
COMMENT ON FUNCTION phm.html_text(text) IS 'Internal: text with the characters replaced that mean something in HTML.';

CREATE FUNCTION phm.explain_measure_html(
	measure text, chart phm.chart, period daterange, zone text DEFAULT 'UTC', as_of timestamptz DEFAULT NULL,
	profiles text DEFAULT 'auto', visible integer DEFAULT 0)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(explain_measure_html.measure);
	logic phm.logic := phm.traced_measure_logic(f.measure || '|' || f.version);
	heading text;
	title text;
BEGIN
	SELECT coalesce(m.title, m.measure) || CASE WHEN m.version <> '' THEN ' ' || m.version ELSE '' END INTO title
	  FROM phm.measure AS m WHERE (m.measure, m.version) = (f.measure, f.version);
	SELECT '<p>' || phm.html_text(format('Period %s to %s', to_char(lower(period), 'YYYY-MM-DD'), to_char(upper(period) - 1, 'YYYY-MM-DD'))) || '</p>' || E'\n<ul>' ||
		string_agg(format('<li><b class="%s">%s</b> %s</li>', CASE WHEN p.error IS NOT NULL THEN 'n' WHEN p.member THEN 't' ELSE 'f' END,
			phm.html_text(p.group_id || ', ' || phm.population_name(p.code)),
			phm.html_text(CASE WHEN p.code = 'measure-observation' THEN '' ELSE p.reason END)), E'\n' ORDER BY p.place) || E'</ul>\n' INTO heading
	  FROM (SELECT row_number() OVER () AS place, e.*
			  FROM phm.explain_populations(logic, f.measure, f.version, chart, period, zone, as_of, profiles, visible) AS e) AS p;
	RETURN phm.explain_evaluation_html(logic, chart, phm.measure_expressions(f.measure, f.version), period, zone, NULL, as_of, profiles, visible,
		title, heading);
END
$$;
COMMENT ON FUNCTION phm.explain_measure_html(text, phm.chart, daterange, text, timestamptz, text, integer) IS
'phm.explain_measure as an HTML document: the populations with their reasons, then the definitions as phm.explain_evaluation_html shows them. Of the patient it has references and dates only.';

CREATE FUNCTION phm.explain_measure(measure text, patient_id bigint, period daterange, zone text DEFAULT 'UTC')
RETURNS TABLE (ordinal integer, group_id text, population text, library text, definition text, depth integer, clause text,
	truth text, value text, resources text[], note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT e.* FROM phm.explain_measure(measure, phm.one_chart(patient_id), period, zone) AS e;
END
$$;
COMMENT ON FUNCTION phm.explain_measure(text, bigint, daterange, text) IS
'phm.explain_measure over the stored chart of a patient. Errors: those, and P0002 the patient has no chart.';

CREATE FUNCTION phm.explain_measure_json(measure text, patient_id bigint, period daterange, zone text DEFAULT 'UTC')
RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.explain_measure_json(measure, phm.one_chart(patient_id), period, zone);
END
$$;
COMMENT ON FUNCTION phm.explain_measure_json(text, bigint, daterange, text) IS
'phm.explain_measure_json over the stored chart of a patient. Errors: those, and P0002 the patient has no chart.';

CREATE FUNCTION phm.explain_measure_html(measure text, patient_id bigint, period daterange, zone text DEFAULT 'UTC')
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.explain_measure_html(measure, phm.one_chart(patient_id), period, zone);
END
$$;
COMMENT ON FUNCTION phm.explain_measure_html(text, bigint, daterange, text) IS
'phm.explain_measure_html over the stored chart of a patient. Errors: those, and P0002 the patient has no chart.';
