/*
 * measure_report.sql: results as FHIR R4 MeasureReport.
 *
 * What a report says of a group comes as "cells": JSON objects with group,
 * stratifier, stratum, a count for each population, score, error and subjects,
 * which the three types of report make from where their results are.
 *
 * Source: HL7 FHIR R4, MeasureReport; HL7 Da Vinci Data Exchange for Quality
 * Measures (DEQM), individual, subject list and summary MeasureReport profiles.
 */
CREATE FUNCTION phm.report_population(population jsonb, name text, cell jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_strip_nulls(jsonb_build_object('id', population ->> 'id',
		'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
			'system', 'http://terminology.hl7.org/CodeSystem/measure-population', 'code', population ->> 'code'))),
		'count', coalesce(cell -> 'counts' -> name, '0'),
		'subjectResults', CASE WHEN cell -> 'lists' ? name THEN jsonb_build_object('reference', '#' || (cell -> 'lists' ->> name)) END));
END;
COMMENT ON FUNCTION phm.report_population(jsonb, text, jsonb) IS
'Internal: MeasureReport.group.population of a population of a plan. name: that under which the cell counts it.';

CREATE FUNCTION phm.report_cell("group" jsonb, cell jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH population AS (
		SELECT p, n, CASE
				WHEN p ->> 'code' = 'measure-observation' THEN 'measure-observation-' || count(*) FILTER (WHERE p ->> 'code' = 'measure-observation') OVER (ORDER BY n)
				WHEN p ->> 'code' = 'initial-population' AND count(*) FILTER (WHERE p ->> 'code' = 'initial-population') OVER () > 1
					AND p ->> 'id' = (SELECT q ->> 'reference' FROM jsonb_array_elements("group" -> 'populations') AS q WHERE q ->> 'code' = 'numerator' LIMIT 1)
					THEN 'numerator-initial-population'
				ELSE p ->> 'code' END AS name
		  FROM jsonb_array_elements("group" -> 'populations') WITH ORDINALITY AS x(p, n)
	)
	SELECT jsonb_strip_nulls(jsonb_build_object(
		'population', (SELECT jsonb_agg(phm.report_population(p, name, cell) ORDER BY n) FROM population),
		'measureScore', CASE WHEN cell ->> 'error' IS NOT NULL
				THEN '{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "error"}]}'::jsonb
			WHEN cell ->> 'score' IS NOT NULL THEN jsonb_build_object('value', cell -> 'score') END));
END;
COMMENT ON FUNCTION phm.report_cell(jsonb, jsonb) IS
'Internal: population and measureScore of a group, or of a stratum of it, of a plan.';

CREATE FUNCTION phm.report_stratum("group" jsonb, stratifier jsonb, cell jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT phm.report_cell("group", cell) || CASE
		WHEN jsonb_array_length(stratifier) > 1 AND cardinality(s.parts) = jsonb_array_length(stratifier) THEN jsonb_build_object('component', (
			SELECT jsonb_agg(jsonb_build_object('code', jsonb_build_object('text', coalesce(c ->> 'code', 'component-' || n)),
					'value', jsonb_build_object('text', regexp_replace(s.parts[n], '^[^=]*=', ''))) ORDER BY n)
			  FROM jsonb_array_elements(stratifier) WITH ORDINALITY AS x(c, n)))
		ELSE jsonb_build_object('value', jsonb_build_object('text', cell ->> 'stratum')) END
	  FROM (SELECT string_to_array(cell ->> 'stratum', '; ') AS parts) AS s;
END;
COMMENT ON FUNCTION phm.report_stratum(jsonb, jsonb, jsonb) IS
'Internal: MeasureReport.group.stratifier.stratum. stratifier: its components in the plan.';

CREATE FUNCTION phm.report_group("group" jsonb, cells jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH cell AS (
		SELECT c FROM jsonb_array_elements(cells) AS c WHERE c ->> 'group' = "group" ->> 'id'
	), stratifier AS (
		SELECT s ->> 'id' AS id, min(n) AS n, jsonb_agg(s ORDER BY n) AS parts,
			   jsonb_agg(jsonb_build_object('text', coalesce(s ->> 'code', s ->> 'id')) ORDER BY n) AS codes
		  FROM jsonb_array_elements("group" -> 'stratifiers') WITH ORDINALITY AS x(s, n) GROUP BY s ->> 'id'
	)
	SELECT jsonb_strip_nulls(jsonb_build_object('id', "group" ->> 'id',
			'extension', jsonb_build_array(jsonb_build_object('url', 'http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-measureScoring',
					'valueCodeableConcept', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
						'system', 'http://terminology.hl7.org/CodeSystem/measure-scoring', 'code', "group" ->> 'scoring')))))
				|| CASE WHEN "group" ->> 'improvement_notation' IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
					'url', 'http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/extension-groupImprovementNotation',
					'valueCodeableConcept', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
						'system', 'http://terminology.hl7.org/CodeSystem/measure-improvement-notation', 'code', "group" ->> 'improvement_notation'))))) END,
			'code', "group" -> 'code'))
		|| phm.report_cell("group", coalesce((SELECT c FROM cell WHERE c ->> 'stratifier' = '' LIMIT 1), '{}'))
		|| CASE WHEN "group" -> 'stratifiers' = '[]' THEN '{}' ELSE jsonb_build_object('stratifier', (
			SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', s.id, 'code', s.codes,
					'stratum', (SELECT jsonb_agg(phm.report_stratum("group", s.parts, c) ORDER BY c ->> 'stratum')
								  FROM cell WHERE c ->> 'stratifier' = s.id))) ORDER BY s.n)
			  FROM stratifier AS s)) END;
END;
COMMENT ON FUNCTION phm.report_group(jsonb, jsonb) IS
'Internal: MeasureReport.group of a group of a plan and the cells of a report.';

CREATE FUNCTION phm.report_coding(code jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_strip_nulls(jsonb_build_object('system', code -> 'system', 'version', code -> 'version', 'code', code -> 'code', 'display', code -> 'display'));
END;
COMMENT ON FUNCTION phm.report_coding(jsonb) IS 'Internal: a code of CQL as FHIR Coding.';

CREATE FUNCTION phm.report_value(value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE jsonb_typeof(value)
		WHEN 'boolean' THEN jsonb_build_object('valueBoolean', value)
		WHEN 'number' THEN CASE WHEN value::text ~ '^-?[0-9]{1,9}$' THEN jsonb_build_object('valueInteger', value)
			ELSE jsonb_build_object('valueQuantity', jsonb_build_object('value', value)) END
		WHEN 'string' THEN jsonb_build_object('valueString', value)
		WHEN 'object' THEN CASE
			WHEN jsonb_typeof(value -> 'coding') = 'array' THEN jsonb_build_object('valueCodeableConcept', value)
			WHEN jsonb_typeof(value -> 'codes') = 'array' THEN jsonb_build_object('valueCodeableConcept', jsonb_strip_nulls(jsonb_build_object(
				'coding', (SELECT jsonb_agg(phm.report_coding(c)) FROM jsonb_array_elements(value -> 'codes') AS c WHERE c ->> 'code' IS NOT NULL),
				'text', value -> 'display')))
			WHEN value ? 'code' AND jsonb_typeof(value -> 'code') = 'string' THEN
				jsonb_build_object('valueCodeableConcept', jsonb_build_object('coding', jsonb_build_array(phm.report_coding(value))))
			WHEN jsonb_typeof(value -> 'value') = 'number' THEN jsonb_build_object('valueQuantity', jsonb_strip_nulls(jsonb_build_object(
				'value', value -> 'value', 'unit', value -> 'unit')))
			ELSE jsonb_build_object('valueString', value::text) END
		ELSE jsonb_build_object('valueString', value::text) END;
END;
COMMENT ON FUNCTION phm.report_value(jsonb) IS
'Internal: a value of CQL as Observation.value[x]; what has no such type as its JSON text.';

CREATE FUNCTION phm.report_supplemental(supplemental jsonb, results jsonb, OUT contained jsonb, OUT extension jsonb)
RETURNS record
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH value AS (
		SELECT s, row_number() OVER (ORDER BY n, m) AS n, v ->> 'resourceType' IS NOT NULL AS is_resource, v
		  FROM jsonb_array_elements(supplemental) WITH ORDINALITY AS x(s, n)
		 CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(results -> (s ->> 'expression'))
				WHEN 'array' THEN results -> (s ->> 'expression') ELSE jsonb_build_array(results -> (s ->> 'expression')) END) WITH ORDINALITY AS y(v, m)
		 WHERE v IS NOT NULL AND jsonb_typeof(v) <> 'null'
	)
	SELECT jsonb_agg(jsonb_build_object('resourceType', 'Observation', 'id', 'sde-' || n, 'status', 'final',
				'code', jsonb_strip_nulls(jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
					'system', 'http://terminology.hl7.org/CodeSystem/measure-data-usage', 'code', s ->> 'usage')),
					'text', coalesce(s ->> 'description', s ->> 'id')))) || phm.report_value(v) ORDER BY n) FILTER (WHERE NOT is_resource),
		   jsonb_agg(jsonb_build_object('url', 'http://hl7.org/fhir/5.0/StructureDefinition/extension-MeasureReport.supplementalData',
				'valueReference', jsonb_build_object(
					'extension', jsonb_build_array(jsonb_build_object('url', 'http://hl7.org/fhir/StructureDefinition/cqf-criteriaReference', 'valueString', s ->> 'id')),
					'reference', CASE WHEN is_resource THEN (v ->> 'resourceType') || '/' || (v ->> 'id') ELSE '#sde-' || n END)) ORDER BY n)
	  FROM value WHERE NOT is_resource OR v ->> 'id' IS NOT NULL;
END;
COMMENT ON FUNCTION phm.report_supplemental(jsonb, jsonb) IS
'Internal: supplemental data of a plan as references: to resources of the chart, or to contained Observations that hold the values. results: what the expressions gave, by name.';

CREATE FUNCTION phm.report_resources(chart phm.chart, plan jsonb, results jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH given AS (
		SELECT DISTINCT e.key AS expression, r ->> 'resourceType' AS type, r ->> 'id' AS id
		  FROM jsonb_each(results) AS e CROSS JOIN LATERAL jsonb_path_query(e.value, 'strict $.** ? (@.resourceType != "")', silent => true) AS r
	), population AS (
		SELECT p ->> 'expression' AS expression, p ->> 'id' AS id, row_number() OVER () AS n
		  FROM jsonb_array_elements(plan #> '{0,groups}') AS g, jsonb_array_elements(g -> 'populations') AS p
	)
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('extension', u.references_to, 'reference', u.type || '/' || u.id)) ORDER BY u.type COLLATE "C", u.id COLLATE "C")
	  FROM (SELECT r.resource_type AS type, r.id, jsonb_agg(DISTINCT jsonb_build_object(
					'url', 'http://hl7.org/fhir/StructureDefinition/cqf-criteriaReference', 'valueString', p.id)) FILTER (WHERE p.id IS NOT NULL) AS references_to
			  FROM (SELECT DISTINCT c.resource_type, c.id FROM phm.resources(chart) AS c) AS r
			  JOIN given AS g ON (g.type, g.id) = (r.resource_type, r.id)
			  LEFT JOIN population AS p ON p.expression = g.expression
			 GROUP BY r.resource_type, r.id) AS u;
END;
COMMENT ON FUNCTION phm.report_resources(phm.chart, jsonb, jsonb) IS
'Internal: MeasureReport.evaluatedResource: the resources of the chart that definitions of the measure''s logic gave, each with the populations (cqf-criteriaReference) whose criteria gave it themselves.';

CREATE FUNCTION phm.report_counts(counts bigint[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object('initial-population', counts[1], 'numerator-initial-population', counts[2],
		'denominator', counts[3], 'denominator-exclusion', counts[4], 'denominator-exception', counts[5],
		'numerator', counts[6], 'numerator-exclusion', counts[7], 'measure-population', counts[8],
		'measure-population-exclusion', counts[9], 'measure-observation-1', counts[13], 'measure-observation-2', counts[14]);
END;
COMMENT ON FUNCTION phm.report_counts(bigint[]) IS
'Internal: the counts of a cell (as phm.tally_agg gives them) by the names of populations.';

CREATE FUNCTION phm.write_report(
	plan jsonb, type text, first date, last date, made text, reporter jsonb, subject text, contained jsonb, extension jsonb, resources jsonb, cells jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_strip_nulls(jsonb_build_object('resourceType', 'MeasureReport',
		'meta', CASE WHEN reporter IS NOT NULL THEN jsonb_build_object('profile', jsonb_build_array('http://hl7.org/fhir/us/davinci-deqm/StructureDefinition/'
			|| CASE type WHEN 'individual' THEN 'indv' WHEN 'summary' THEN 'summary' ELSE 'subjectlist' END || '-measurereport-deqm')) END,
		'contained', contained, 'extension', extension,
		'status', CASE WHEN jsonb_path_exists(cells, '$[*].error ? (@ != null)') THEN 'error' ELSE 'complete' END, 'type', type,
		'measure', coalesce(plan ->> 'url', plan ->> 'measure') || CASE WHEN plan ->> 'version' <> '' THEN '|' || (plan ->> 'version') ELSE '' END,
		'subject', CASE WHEN subject IS NOT NULL THEN jsonb_build_object('reference', subject) END,
		'date', made, 'reporter', reporter,
		'period', jsonb_build_object('start', to_char(first, 'YYYY-MM-DD'), 'end', to_char(last, 'YYYY-MM-DD')),
		'group', (SELECT jsonb_agg(phm.report_group(g, cells) ORDER BY n) FROM jsonb_array_elements(plan -> 'groups') WITH ORDINALITY AS x(g, n)),
		'evaluatedResource', resources));
END;
COMMENT ON FUNCTION phm.write_report(jsonb, text, date, date, text, jsonb, text, jsonb, jsonb, jsonb, jsonb) IS
'Internal: a MeasureReport of its parts. made: the instant of its date; reporter: the Reference to who reports, with which it names its DEQM profile.';

CREATE FUNCTION phm.report_plan(measure text, version text) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	plan jsonb := phm.measure_plan(ARRAY[measure || '|' || version]) -> 0;
BEGIN
	-- A composite has no populations of its own; these are what its results say.
	RETURN (SELECT jsonb_build_object('measure', m.measure, 'version', m.version, 'url', m.url, 'groups', (
				SELECT jsonb_agg(coalesce(p.plan, jsonb_build_object('id', g.group_id, 'scoring', g.scoring, 'stratifiers', '[]'::jsonb, 'populations',
						'[{"id": "initial-population", "code": "initial-population"}, {"id": "denominator", "code": "denominator"}, {"id": "numerator", "code": "numerator"}]'::jsonb))
					|| jsonb_build_object('improvement_notation', g.improvement_notation, 'code', m.resource #> ARRAY['group', (g.ordinal - 1)::text, 'code']) ORDER BY g.ordinal)
				  FROM phm.measure_group AS g
				  LEFT JOIN jsonb_array_elements(plan -> 'groups') AS p(plan) ON p.plan ->> 'id' = g.group_id
				 WHERE (g.measure, g.version) = (m.measure, m.version)),
			'supplemental', coalesce((
				SELECT jsonb_agg(jsonb_build_object('id', d.supplemental_id, 'expression', d.expression, 'usage', d.usage, 'description', d.description) ORDER BY d.ordinal)
				  FROM phm.measure_supplemental AS d WHERE (d.measure, d.version) = (m.measure, m.version)), '[]'))
		FROM phm.measure AS m WHERE (m.measure, m.version) = (report_plan.measure, report_plan.version));
END
$$;
REVOKE ALL ON FUNCTION phm.report_plan(text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.report_plan(text, text) IS
'Internal: what a report of a measure has: its plan (phm.measure_plan) with codes and improvement notation of groups, of composites, too.';

CREATE FUNCTION phm.chart_results(measure text, version text, chart phm.chart, period daterange, zone text, visible integer)
RETURNS TABLE (group_key integer, group_id text, episode text, stratifier text, stratum text, membership integer, observations numeric[], error text)
LANGUAGE plpgsql STABLE ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	IF (SELECT m.library IS NOT NULL FROM phm.measure AS m WHERE (m.measure, m.version) = (chart_results.measure, chart_results.version)) THEN
		RETURN QUERY
		SELECT g.group_key, r.group_id, r.episode, r.stratifier, r.stratum, r.membership, r.observations, r.error
		  FROM phm.run_measures(phm.measure_logic(measure || '|' || version), phm.measure_plan(ARRAY[measure || '|' || version]),
				chart, period, zone, NULL, 'auto', visible, true) AS r
		  JOIN phm.measure_group AS g ON (g.measure, g.version, g.group_id) = (r.measure, r.version, r.group_id);
		RETURN;
	END IF;
	RETURN QUERY
	SELECT g.group_key, g.group_id, '', '', '', w.membership, w.observations, w.error
	  FROM (SELECT array_agg(r.group_key) AS groups, array_agg(r.membership) AS memberships, array_agg(coalesce(r.error, '')) AS errors, array_agg(0) AS labels
			  FROM phm.measure_parts(ARRAY[measure || '|' || version]) AS p
			  JOIN phm.measure AS m ON (m.measure, m.version) = (p.measure, p.version) AND m.library IS NOT NULL
			 CROSS JOIN LATERAL phm.chart_results(m.measure, m.version, chart, period, zone, visible) AS r
			 WHERE r.stratifier = '' AND (r.membership <> 0 OR r.error IS NOT NULL)) AS a
	 CROSS JOIN LATERAL phm.composite_rows(a.groups, a.memberships, a.errors, a.labels, phm.composite_groups(ARRAY[measure || '|' || version])) AS w
	  JOIN phm.measure_group AS g ON g.group_key = w.group_key AND (g.measure, g.version) = (chart_results.measure, chart_results.version)
	 WHERE a.groups IS NOT NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.chart_results(text, text, phm.chart, daterange, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.chart_results(text, text, phm.chart, daterange, text, integer) IS
'Internal: one measure, or a composite by its components, over one chart, in the columns of phm.measure_membership.';

CREATE FUNCTION phm.individual_cells(measure text, version text, chart phm.chart, period daterange, zone text, visible integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		WITH counted AS (
			SELECT r.group_key, r.group_id, r.stratifier, r.stratum, min(r.error) AS error,
				   phm.tally_agg(r.membership, r.error, r.observations, 1) AS counts,
				   sum(r.observations[1]) AS sum_1, sum(r.observations[2]) AS sum_2,
				   bool_or(k.below_place IS NOT NULL) AS is_below, bool_or(k.above_place IS NOT NULL) AS is_above,
				   phm.observed_value(min(k.below_method), count(b.value), sum(b.value), percentile_cont(0.5) WITHIN GROUP (ORDER BY b.value::double precision), min(b.value), max(b.value)) AS below,
				   phm.observed_value(min(k.above_method), count(a.value), sum(a.value), percentile_cont(0.5) WITHIN GROUP (ORDER BY a.value::double precision), min(a.value), max(a.value)) AS above
			  FROM phm.chart_results(measure, version, chart, period, zone, visible) AS r
			  LEFT JOIN phm.measure_method AS k ON k.group_key = r.group_key
			 CROSS JOIN LATERAL (SELECT r.observations[k.below_place] AS value) AS b
			 CROSS JOIN LATERAL (SELECT r.observations[k.above_place] AS value) AS a
			 GROUP BY r.group_key, r.group_id, r.stratifier, r.stratum
		)
		SELECT coalesce(jsonb_agg(jsonb_build_object('group', c.group_id, 'stratifier', c.stratifier, 'stratum', c.stratum, 'error', c.error,
				'score', CASE WHEN c.error IS NULL THEN phm.measure_score(g.scoring, g.composite_scoring, c.counts[1],
					CASE g.composite_scoring WHEN 'opportunity' THEN c.sum_1::bigint ELSE c.counts[10] END,
					CASE g.composite_scoring WHEN 'opportunity' THEN c.sum_2::bigint ELSE c.counts[11] END,
					c.sum_1, c.counts[13], c.is_below, c.below, c.is_above, c.above) END,
				'counts', phm.report_counts(c.counts))), '[]')
		  FROM counted AS c JOIN phm.measure_group AS g ON g.group_key = c.group_key);
END
$$;
REVOKE ALL ON FUNCTION phm.individual_cells(text, text, phm.chart, daterange, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.individual_cells(text, text, phm.chart, daterange, text, integer) IS
'Internal: the cells of the report of one patient.';

CREATE FUNCTION phm.summary_cells(measure text, version text, first date, last date) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN (
		SELECT coalesce(jsonb_agg(jsonb_build_object('group', s.group_id, 'stratifier', s.stratifier, 'stratum', s.stratum, 'score', s.score,
				'counts', phm.report_counts(t.counts))), '[]')
		  FROM phm.measure_score AS s
		  JOIN phm.measure_group AS g ON (g.measure, g.version, g.group_id) = (s.measure, s.version, s.group_id)
		  JOIN phm.measurement_period AS p ON (p.period_start, p.period_end) = (first, last)
		 CROSS JOIN LATERAL (
			SELECT phm.tally_agg(y.counts) AS counts FROM phm.measure_tally AS y
			 WHERE (y.group_key, y.period_key, y.stratifier, y.stratum) = (g.group_key, p.period_key, s.stratifier, s.stratum) AND NOT y.projected) AS t
		 WHERE (s.measure, s.version, s.period_start, s.period_end) = (summary_cells.measure, summary_cells.version, first, last) AND s.level = 'all');
END
$$;
REVOKE ALL ON FUNCTION phm.summary_cells(text, text, date, date) FROM PUBLIC;
COMMENT ON FUNCTION phm.summary_cells(text, text, date, date) IS
'Internal: the cells of the report of everybody: what phm.measure_score says.';

CREATE FUNCTION phm.report_lists(measure text, version text, first date, last date, visible integer, INOUT cells jsonb, OUT contained jsonb)
RETURNS record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	WITH member AS (
		SELECT g.group_id, g.ordinal, m.stratifier, m.stratum, p.name, p.n, m.patient_id
		  FROM phm.measure_membership AS m
		  JOIN phm.measure_group AS g ON g.group_key = m.group_key
		  JOIN phm.measurement_period AS q ON q.period_key = m.period_key
		  JOIN (VALUES (1, 'initial-population'), (2, 'numerator-initial-population'), (3, 'denominator'), (4, 'denominator-exclusion'),
				(5, 'denominator-exception'), (6, 'numerator'), (7, 'numerator-exclusion'), (8, 'measure-population'), (9, 'measure-population-exclusion')) AS p(n, name)
			ON phm.in_population(m.membership, p.name)
		 WHERE (g.measure, g.version, q.period_start, q.period_end) = (report_lists.measure, report_lists.version, first, last)
		   AND m.valid_to IS NULL AND NOT m.projected AND m.sensitivity & ~visible = 0
		 GROUP BY g.group_id, g.ordinal, m.stratifier, m.stratum, p.name, p.n, m.patient_id
	), subject AS (
		SELECT p.patient_id, min(p.id COLLATE "C") AS id FROM phm.patient AS p
		 WHERE p.deleted_at IS NULL AND p.patient_id IN (SELECT m.patient_id FROM member AS m) GROUP BY p.patient_id
	), list AS (
		SELECT m.group_id, m.stratifier, m.stratum, m.name,
			   'list-' || row_number() OVER (ORDER BY m.ordinal, m.stratifier COLLATE "C", m.stratum COLLATE "C", m.n) AS id,
			   row_number() OVER (ORDER BY m.ordinal, m.stratifier COLLATE "C", m.stratum COLLATE "C", m.n) AS n,
			   jsonb_agg(jsonb_build_object('item', jsonb_build_object('reference', 'Patient/' || coalesce(s.id, m.patient_id::text))) ORDER BY m.patient_id) AS entries
		  FROM member AS m LEFT JOIN subject AS s ON s.patient_id = m.patient_id
		 GROUP BY m.group_id, m.ordinal, m.stratifier, m.stratum, m.name, m.n
	)
	SELECT (SELECT jsonb_agg(jsonb_build_object('resourceType', 'List', 'id', l.id, 'status', 'current', 'mode', 'snapshot', 'entry', l.entries) ORDER BY l.n) FROM list AS l),
		   (SELECT jsonb_agg(c || jsonb_build_object('lists', coalesce((SELECT jsonb_object_agg(l.name, l.id) FROM list AS l
				 WHERE (l.group_id, l.stratifier, l.stratum) = (c ->> 'group', c ->> 'stratifier', c ->> 'stratum')), '{}')))
			  FROM jsonb_array_elements(report_lists.cells) AS c)
	  INTO report_lists.contained, report_lists.cells;
END
$$;
REVOKE ALL ON FUNCTION phm.report_lists(text, text, date, date, integer, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION phm.report_lists(text, text, date, date, integer, jsonb) IS
'Internal: lists of the patients in each population, as List resources, and the cells with their ids. Who is there only because of what is labelled as sensitive and not visible is left out.';

CREATE FUNCTION phm.individual_parts(chart phm.chart, measure text, version text, plan jsonb, period daterange, zone text, visible integer,
	OUT subject text, OUT contained jsonb, OUT extension jsonb, OUT resources jsonb)
RETURNS record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	library text;
	results jsonb;
BEGIN
	SELECT 'Patient/' || min(r.id COLLATE "C") INTO subject FROM phm.resources(chart) AS r WHERE r.resource_type = 'Patient';
	SELECT split_part(m.library, '|', 1) INTO library FROM phm.measure AS m
	 WHERE (m.measure, m.version) = (individual_parts.measure, individual_parts.version);
	IF library IS NULL THEN
		RETURN;
	END IF;
	-- Definitions of the measure's own library under their own name.
	SELECT jsonb_object_agg(CASE WHEN starts_with(e.expression, library || '.') THEN substr(e.expression, length(library) + 2) ELSE e.expression END, e.result)
			   FILTER (WHERE e.result IS NOT NULL AND e.error IS NULL) INTO results
	  FROM phm.evaluate_all(phm.measure_logic(measure || '|' || version), chart, NULL, period, zone, visible => visible) AS e;
	SELECT s.contained, s.extension INTO individual_parts.contained, individual_parts.extension
	  FROM phm.report_supplemental(plan -> 'supplemental', results) AS s;
	resources := phm.report_resources(chart, jsonb_build_array(plan), results);
END
$$;
REVOKE ALL ON FUNCTION phm.individual_parts(phm.chart, text, text, jsonb, daterange, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.individual_parts(phm.chart, text, text, jsonb, daterange, text, integer) IS
'Internal: what only the report of one patient has: subject, supplemental data, evaluated resources.';

CREATE FUNCTION phm.measure_report(
	measure text, period daterange, patient_id bigint DEFAULT NULL, report_type text DEFAULT NULL, zone text DEFAULT 'UTC',
	visible integer DEFAULT 0, reporter text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	f record := phm.find_measure(measure);
	kind text := coalesce(report_type, CASE WHEN patient_id IS NULL THEN 'summary' ELSE 'individual' END);
	plan jsonb := phm.report_plan(f.measure, f.version);
	first date := lower(period);
	last date := upper(period) - 1;
	upto daterange := daterange(lower(period), least(upper(period) - 1, phm.as_of()), '[]');
	parts record;
	cells jsonb;
	c phm.chart;
BEGIN
	IF kind NOT IN ('individual', 'subject-list', 'summary') OR (kind = 'individual') <> (patient_id IS NOT NULL) THEN
		RAISE EXCEPTION 'report_type must be individual, of a patient, or subject-list or summary, of all' USING ERRCODE = 'invalid_parameter_value';
	ELSIF first IS NULL OR last IS NULL THEN
		RAISE EXCEPTION 'the measurement period needs a first and a last day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT NULL::text AS subject, NULL::jsonb AS contained, NULL::jsonb AS extension, NULL::jsonb AS resources INTO parts;
	IF kind = 'individual' THEN
		SELECT p.chart INTO c FROM phm.patient_chart AS p WHERE p.patient_id = measure_report.patient_id;
		IF c IS NULL THEN
			RAISE EXCEPTION 'the patient has no chart' USING ERRCODE = 'no_data_found',
				HINT = 'CALL phm.refresh() builds the charts of patients that are new.';
		END IF;
		cells := phm.individual_cells(f.measure, f.version, c, upto, zone, visible);
		parts := phm.individual_parts(c, f.measure, f.version, plan, upto, zone, visible);
	ELSE
		IF NOT (EXISTS (SELECT FROM phm.measurement_period AS p WHERE (p.period_start, p.period_end) = (first, last) AND p.evaluated_at IS NOT NULL)) THEN
			RAISE EXCEPTION 'the measures have not been evaluated over this period' USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'CALL phm.evaluate_measures(period) does that.';
		END IF;
		cells := phm.summary_cells(f.measure, f.version, first, last);
		IF kind = 'subject-list' THEN
			SELECT l.cells, l.contained INTO cells, parts.contained FROM phm.report_lists(f.measure, f.version, first, last, visible, cells) AS l;
		END IF;
	END IF;
	RETURN phm.write_report(plan, kind, first, last, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		CASE WHEN reporter IS NOT NULL THEN jsonb_build_object('reference', reporter) END, parts.subject, parts.contained, parts.extension, parts.resources, coalesce(cells, '[]'));
END
$$;
REVOKE ALL ON FUNCTION phm.measure_report(text, daterange, bigint, text, text, integer, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_report(text, daterange, bigint, text, text, integer, text) IS
'The results of a measure (named as for phm.find_measure) over a measurement period as FHIR R4 MeasureReport. report_type: individual (of patient_id, evaluated anew over the stored chart), summary (of everybody, from phm.measure_score) or subject-list (the same with lists of the patients in each population); by default individual where a patient is named, else summary. A period that has not ended is reported up to phm.as_of(). An individual report refers to the resources that definitions of the logic gave, and has supplemental data as references. zone: of the period. visible: sensitivity labels that may be seen: individual reports leave other resources out, lists those patients whose results rest on them. reporter: reference to whom reports, which the DEQM profiles require: with it the report names its profile. Errors: 42704 the measure is not loaded, P0002 the patient has no chart, 55000 the period was not evaluated, 22023 arguments that do not go together.';
