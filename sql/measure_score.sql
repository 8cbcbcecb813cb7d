-- Scores of measures.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
-- The rules between populations, over all criteria that a group can have and that somebody can meet.
WITH rule AS (
	SELECT s AS scoring, d AS defined, m AS met, phm.measure_membership(s, d, m) AS p
	  FROM unnest(ARRAY['proportion', 'ratio', 'continuous-variable', 'cohort']) AS s, generate_series(0, 511) AS d, generate_series(0, 511) AS m
	 WHERE m & ~d = 0
), judged AS (
	SELECT r.*, (r.p & 28 = 4)::integer AS eligible, r.p & ~(d.defined_or_all & r.met) AS unmet
	  FROM rule AS r
	 CROSS JOIN LATERAL (SELECT CASE WHEN r.scoring IN ('proportion', 'ratio') AND r.defined & 4 = 0 THEN r.defined | 4 ELSE r.defined END AS defined_or_all) AS d
)
SELECT scoring, count(*) AS combinations, count(DISTINCT p) AS memberships,
	   count(*) FILTER (WHERE p <> 0 AND p & 3 = 0) AS in_no_initial_population,
	   count(*) FILTER (WHERE p & 132 <> 0 AND p & 1 = 0) AS outside_initial_population,
	   count(*) FILTER (WHERE p & 24 <> 0 AND p & 4 = 0) AS excluded_outside_denominator,
	   count(*) FILTER (WHERE p & 64 <> 0 AND p & 32 = 0 OR p & 256 <> 0 AND p & 128 = 0) AS excluded_outside,
	   count(*) FILTER (WHERE p & 16 <> 0 AND p & 40 <> 0) AS exception_excluded_or_met,
	   count(*) FILTER (WHERE scoring = 'proportion' AND p & 32 <> 0 AND (p & 4 = 0 OR p & 8 <> 0)) AS numerator_outside_denominator,
	   count(*) FILTER (WHERE scoring = 'proportion' AND p & 96 = 32 AND eligible = 0) AS met_not_eligible,
	   count(*) FILTER (WHERE p & ~CASE scoring WHEN 'proportion' THEN 125 WHEN 'ratio' THEN 111 WHEN 'cohort' THEN 1 ELSE 385 END <> 0) AS foreign_population,
	   count(*) FILTER (WHERE unmet & ~4 <> 0) AS criteria_not_met,
	   count(*) FILTER (WHERE p & 16 <> 0 AND scoring = 'ratio') AS exception_of_ratio,
	   count(*) FILTER (WHERE phm.measure_membership(scoring, defined, p & defined) <> p AND p <> 0) AS unstable
  FROM judged GROUP BY scoring ORDER BY scoring COLLATE "C";
-- ... and the table takes every membership that they give
SELECT DISTINCT phm.measure_membership(s, d, m) AS membership INTO TEMP given
  FROM unnest(ARRAY['proportion', 'ratio', 'continuous-variable', 'cohort']) AS s, generate_series(0, 511) AS d, generate_series(0, 511) AS m
 WHERE m & ~d = 0;
-- what is met and not defined is nothing
SELECT count(*) FROM generate_series(0, 511) AS d, generate_series(0, 511, 73) AS m
 WHERE phm.measure_membership('ratio', d, m) <> phm.measure_membership('ratio', d, m & d);
BEGIN;
INSERT INTO phm.measure_membership (patient_id, period_key, projected, group_key, membership, valid_from)
SELECT membership, 1, false, 1, membership, '2026-01-01' FROM given WHERE membership <> 0;
SELECT count(*) AS memberships FROM phm.measure_membership;
ROLLBACK;
-- ... and refuses what no scoring gives
CREATE FUNCTION pg_temp.is_refused(m integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO phm.measure_membership (patient_id, period_key, projected, group_key, membership, valid_from) VALUES (1, 1, false, 1, m, '2026-01-01');
	DELETE FROM phm.measure_membership;
	RETURN false;
EXCEPTION WHEN check_violation THEN
	RETURN true;
END
$$;
SELECT count(*) FILTER (WHERE pg_temp.is_refused(m)) AS refused, array_agg(m ORDER BY m) FILTER (WHERE NOT pg_temp.is_refused(m)) AS taken_all_the_same
  FROM generate_series(0, 511) AS m WHERE m NOT IN (SELECT membership FROM given WHERE membership <> 0);
DELETE FROM phm.measure_tally;
SELECT phm.measure_membership('composite', 0, 0);
SELECT phm.measure_membership('ratio', 512, 0);
-- Wilson's interval: 0 of 10, 8 of 10, 10 of 10, 50 of 100
SELECT v.*, round(phm.wilson_bound(met, eligible, false)::numeric, 4) AS low, round(phm.wilson_bound(met, eligible, true)::numeric, 4) AS high
  FROM (VALUES (0, 10), (8, 10), (10, 10), (50, 100), (0, 0)) AS v(met, eligible);

-- Measures: a population is to have a condition of that code.
CREATE FUNCTION pg_temp.retrieve(type text, code text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Retrieve', 'dataType', '{http://hl7.org/fhir}' || type, 'codeProperty', 'code', 'codeComparator', '~',
		'codes', jsonb_build_object('type', 'ToList', 'operand', jsonb_build_object('type', 'Code', 'code', code, 'system', jsonb_build_object('name', 'X'))))
$$;
CREATE FUNCTION pg_temp.define(name text, expression jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', name, 'context', 'Patient', 'expression', expression)
$$;
SELECT jsonb_build_object('library', jsonb_build_object('identifier', '{"id":"Tiny","version":"1"}'::jsonb,
	'usings', '{"def":[{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]}'::jsonb,
	'codeSystems', '{"def":[{"name":"X","id":"http://example.org/x"}]}'::jsonb,
	'contexts', '{"def":[{"name":"Patient"}]}'::jsonb,
	'statements', jsonb_build_object('def',
		jsonb_build_array(pg_temp.define('Patient', '{"type":"SingletonFrom","operand":{"dataType":"{http://hl7.org/fhir}Patient","type":"Retrieve"}}'))
		|| (SELECT jsonb_agg(pg_temp.define('Has ' || c, jsonb_build_object('type', 'Exists', 'operand', pg_temp.retrieve('Condition', c))))
			  FROM unnest(ARRAY['ip', 'den', 'dx', 'de', 'num', 'nx', 'num2', 'young']) AS c)
		|| (SELECT jsonb_agg(pg_temp.define('Count ' || c, jsonb_build_object('type', 'Count', 'source', pg_temp.retrieve('Observation', c))))
			  FROM unnest(ARRAY['a', 'b']) AS c)
		|| jsonb_build_array(pg_temp.define('Late', '{"type":"GreaterOrEqual","operand":[{"type":"Today"},{"type":"Date","year":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"2026"},"month":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"7"},"day":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"}}]}'))
		|| jsonb_build_array(pg_temp.define('Fails', '{"type":"If","condition":{"type":"ExpressionRef","name":"Has nx"},"then":{"type":"SingletonFrom","operand":{"type":"List","element":[{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"},{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"false"}]}},"else":{"type":"ExpressionRef","name":"Has ip"}}'))))) AS elm \gset
SELECT name, problems FROM phm.load_elm(:'elm');
CREATE FUNCTION pg_temp.population(code text, expression text, aggregate text DEFAULT NULL, of_ text DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('id', code || coalesce('-' || of_, ''), 'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
			'system', 'http://terminology.hl7.org/CodeSystem/measure-population', 'code', code))),
		'criteria', jsonb_build_object('language', 'text/cql-identifier', 'expression', expression),
		'extension', CASE WHEN of_ IS NOT NULL THEN jsonb_build_array(
			jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-criteriaReference', 'valueString', of_),
			jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-aggregateMethod', 'valueString', aggregate)) END))
$$;
CREATE FUNCTION pg_temp.measure(name text, scoring text, populations jsonb, more jsonb DEFAULT '{}', in_group jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT phm.load_measure(jsonb_build_object('resourceType', 'Measure', 'name', name, 'version', '1', 'url', 'http://example.org/Measure/' || name, 'status', 'active',
		'library', '["Tiny|1"]'::jsonb, 'scoring', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', scoring))),
		'extension', '[{"url":"http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis","valueCode":"boolean"}]'::jsonb,
		'group', jsonb_build_array(jsonb_build_object('id', 'g', 'population', populations) || in_group)) || more)
$$;
SELECT pg_temp.measure('Prop', 'proportion', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has den'),
		pg_temp.population('denominator-exclusion', 'Has dx'), pg_temp.population('denominator-exception', 'Has de'), pg_temp.population('numerator', 'Has num')),
	'{"improvementNotation":{"coding":[{"code":"increase"}]}}', '{"stratifier":[{"id":"age","criteria":{"language":"text/cql-identifier","expression":"Has young"}}]}'),
	pg_temp.measure('Less', 'proportion', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has ip'),
		pg_temp.population('numerator', 'Has num2')), '{"improvementNotation":{"coding":[{"code":"decrease"}]}}'),
	pg_temp.measure('Median', 'continuous-variable', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('measure-population', 'Has ip'),
		pg_temp.population('measure-population-exclusion', 'Has dx'), pg_temp.population('measure-observation', 'Count a', 'median', 'measure-population'))),
	pg_temp.measure('Mean', 'continuous-variable', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('measure-population', 'Has ip'),
		pg_temp.population('measure-observation', 'Count a', 'average', 'measure-population'))),
	pg_temp.measure('Ratio', 'ratio', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has den'),
		pg_temp.population('numerator', 'Has num'), pg_temp.population('measure-observation', 'Count a', 'sum', 'denominator'),
		pg_temp.population('measure-observation', 'Count b', 'sum', 'numerator'))),
	pg_temp.measure('Plain', 'ratio', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has den'),
		pg_temp.population('denominator-exclusion', 'Has dx'), pg_temp.population('numerator', 'Has num'))),
	pg_temp.measure('Cohort', 'cohort', jsonb_build_array(pg_temp.population('initial-population', 'Has young'))),
	pg_temp.measure('Late', 'proportion', jsonb_build_array(pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has ip'),
		pg_temp.population('numerator', 'Late'))),
	pg_temp.measure('Broken', 'cohort', jsonb_build_array(pg_temp.population('initial-population', 'Fails'))) \g /dev/null
CREATE FUNCTION pg_temp.composite(name text, scoring text) RETURNS text LANGUAGE sql AS $$
	SELECT phm.load_measure(jsonb_build_object('resourceType', 'Measure', 'name', name, 'version', '1', 'url', 'http://example.org/Measure/' || name, 'status', 'active',
		'scoring', '{"coding":[{"code":"composite"}]}'::jsonb, 'compositeScoring', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', scoring))),
		'relatedArtifact', '[{"type":"composed-of","resource":"http://example.org/Measure/Prop|1","extension":[{"url":"http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-weight","valueDecimal":3}]},
			{"type":"composed-of","resource":"http://example.org/Measure/Less"}]'::jsonb))
$$;
SELECT pg_temp.composite('All', 'all-or-nothing'), pg_temp.composite('Chances', 'opportunity'), pg_temp.composite('Share', 'linear'), pg_temp.composite('Weighted', 'weighted') \g /dev/null

-- Twelve patients: what each has.
CREATE TEMP TABLE has (patient_id bigint, codes text[], a integer, b integer);
INSERT INTO has VALUES
	(1, '{ip,den,num,num2}', 1, 1), (2, '{ip,den,num,young}', 2, 3), (3, '{ip,den}', 4, 1), (4, '{ip,den,young}', 9, 1),
	(5, '{ip,den,dx,num}', 100, 5), (6, '{ip,den,de}', 6, 0), (7, '{ip,den,de,num,num2}', 7, 2), (8, '{ip}', 0, 0),
	(9, '{den,num,young}', 5, 5), (10, '{ip,den,num,nx}', 3, 1), (11, '{ip,den,dx,num2}', 50, 0), (12, '{nothing}', 0, 0);
INSERT INTO phm.patient (source, id, patient_id) SELECT 's', 'p' || patient_id, patient_id FROM has;
INSERT INTO phm.condition (source, id, patient_id, code, onset, recorded_date) SELECT 's', 'c' || patient_id || c, patient_id, phm.concept('http://example.org/x', c), '2026-02-01', '2026-02-01'
  FROM has, unnest(codes) AS c;
INSERT INTO phm.observation (source, id, patient_id, status, code, effective) SELECT 's', 'o' || patient_id || c || n, patient_id, 'final', phm.concept('http://example.org/x', c), '2026-03-05'
  FROM has, (VALUES ('a'), ('b')) AS v(c), generate_series(1, CASE c WHEN 'a' THEN a ELSE b END) AS n;
INSERT INTO phm.practitioner (source, id, given, family) VALUES ('s', 'd1', 'Ada', 'One'), ('s', 'd2', 'Bo', 'Two');
INSERT INTO phm.organization (source, id, name) VALUES ('s', 'org', 'Clinic');
INSERT INTO phm.location (source, id, name) VALUES ('s', 'site1', 'North'), ('s', 'site2', 'South');
INSERT INTO phm.practitioner_role (source, id, practitioner_id, organization_id, location_id, active, period_end) VALUES
	('s', 'r1', 'd1', 'org', 'site1', true, NULL), ('s', 'r2', 'd2', 'org', 'site2', NULL, NULL), ('s', 'r3', 'd2', 'org', 'site1', false, NULL),
	('s', 'r4', 'd2', 'old', NULL, true, '2025-12-31');
UPDATE phm.derivation SET enabled = false WHERE name = 'attribution';
UPDATE phm.setting SET value = '2026-12-31' WHERE name = 'as_of';
SET client_min_messages = warning;
CALL phm.refresh();
RESET client_min_messages;
INSERT INTO phm.attribution (patient_id, practitioner_source, practitioner_id, visits, last_visit, reason, evidence, valid_from)
SELECT patient_id, 's', CASE WHEN patient_id <= 4 THEN 'd1' ELSE 'd2' END, 1, '2026-02-01', 'test', '{}', '2026-01-01' FROM has WHERE patient_id <> 8;
INSERT INTO phm.measure_threshold (measure, threshold, label) VALUES ('Prop', 0.5, '2 stars'), ('Prop', 0.8, '3 stars'), ('Prop', 0.9, '4 stars'), ('Less', 0.25, 'good'), ('Less', 0.1, 'best');
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)');

-- By hand. Prop: initial population 1-8, 10, 11; denominator without 8; excluded 5, 11; exception 6; met 1, 2, 7, 10 of 1, 2, 3, 4, 7, 10.
SELECT level, unit_id AS unit, unit_name AS name, initial_population AS ip, denominator AS den, denominator_exclusion AS dx, denominator_exception AS de, numerator AS num, eligible, met,
	   round(score::numeric, 3) AS score, round(score_low::numeric, 3) AS low, round(score_high::numeric, 3) AS high, small_cell, next_threshold AS next, next_label AS label, needed
  FROM phm.measure_score WHERE measure = 'Prop' AND stratifier = '' ORDER BY level COLLATE "C", unit_id COLLATE "C";
SELECT stratum, initial_population AS ip, eligible, met, round(score::numeric, 3) AS score, next_threshold IS NULL AS without_threshold
  FROM phm.measure_score WHERE measure = 'Prop' AND stratifier = 'age' AND level = 'all' ORDER BY stratum;
-- Less: 1, 7, 11 of 10. Median of a: 0 1 2 3 4 6 7 9 (5, 11 excluded). Mean of all ten: 182 / 10. Ratio: b of numerator 1+3+5+2+1 by a of denominator 182.
-- Plain: numerator 1 2 5 7 10 by denominator without 5, 11: 7. Chances: 4 + 3 of 6 + 10; All: 1, 7, and 11 whom only Less concerns, of 10; Share: 1 and 7 have both, 2 and 10 half, 11 its only one: 4 of 10;
-- Weighted: 1 and 7 have 4/4, 2 and 10 3/4, 11 1/1: 4.5 of 10.
SELECT measure, scoring, initial_population AS ip, eligible, met, errors, score, next_threshold AS next, needed, round(score_low::numeric, 3) AS low, measured_through, data_through, run_out_days AS run_out
  FROM phm.measure_score WHERE level = 'all' AND stratifier = '' ORDER BY measure COLLATE "C";
SELECT measure, unit_id AS unit, eligible, met, score FROM phm.measure_score
 WHERE level = 'practitioner' AND stratifier = '' AND measure IN ('Median', 'Mean', 'Ratio', 'All', 'Chances', 'Share', 'Weighted') ORDER BY measure COLLATE "C", unit_id COLLATE "C";

-- Counting: each place of the array, and what is taken away
SELECT phm.tally_agg(m, e, o, s) AS counts FROM (VALUES (5, NULL, '{1,2}'::numeric[], 1), (37, NULL, '{NULL,2}', 1), (13, NULL, NULL, 1), (21, NULL, '{}', 1), (0, 'x', NULL, 1),
	(385, NULL, '{3}', 1), (129, NULL, '{3}', 1), (99, NULL, NULL, 1), (5, NULL, NULL, -1)) AS v(m, e, o, s);
SELECT phm.tally_agg(c) AS nothing FROM (VALUES (NULL::bigint[])) AS v(c);
SELECT phm.tally_agg(c) OVER (ORDER BY n) AS running FROM (VALUES (1, '{1,0,0,0,0,0,0,0,0,0,0,0,0,1}'::bigint[]), (2, NULL), (3, '{1,0,0,0,0,0,0,0,0,0,0,0,0,-1}')) AS v(n, c);
SELECT phm.tally_add('{1,2}', '{1,2}');
SELECT phm.tally_add('{1,0,0,0,0,0,0,0,0,0,0,0,0,1}', '{1,2}');
-- The tally is what is there, whoever writes; compacting changes nothing.
CREATE FUNCTION pg_temp.tally_differs() RETURNS bigint LANGUAGE sql AS $$
	WITH kept AS (SELECT group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id, phm.tally_agg(counts) AS counts,
			coalesce(sum(sum_1), 0) AS s, coalesce(sum(sum_2), 0) AS s2 FROM phm.measure_tally GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING 0 <> ANY (phm.tally_agg(counts))),
		counted AS (SELECT group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id, counts, coalesce(sum_1, 0), coalesce(sum_2, 0)
			FROM phm.measure_tally_at('9999-01-01'))
	SELECT (SELECT count(*) FROM (TABLE kept EXCEPT ALL TABLE counted) AS a) + (SELECT count(*) FROM (TABLE counted EXCEPT ALL TABLE kept) AS b)
$$;
SELECT pg_temp.tally_differs(), count(*) > 0 AS has_rows, count(*) = count(DISTINCT (group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id)) AS is_compact FROM phm.measure_tally;
UPDATE phm.measure_membership SET contract = 'b' WHERE patient_id IN (1, 5);
UPDATE phm.measure_membership SET membership = 1 WHERE patient_id = 2 AND membership & 4 <> 0;
UPDATE phm.measure_membership SET error = 'x', membership = 0, observations = NULL WHERE patient_id = 3;
DELETE FROM phm.measure_membership WHERE patient_id = 4;
SELECT pg_temp.tally_differs(), phm.compact_measure_tally() > 0 AS compacted, phm.compact_measure_tally() AS again;
SELECT pg_temp.tally_differs(), count(*) = count(DISTINCT (group_key, period_key, projected, stratifier, stratum, contract, practitioner_source, practitioner_id)) AS is_compact FROM phm.measure_tally;
SELECT measure, unit_id AS contract, initial_population AS ip, eligible, met, errors FROM phm.measure_score WHERE level = 'contract' AND measure = 'Prop' AND stratifier = '' ORDER BY unit_id;
DO $$ BEGIN PERFORM phm.derive_measure_result(ARRAY(SELECT generate_series(1, 12)::bigint)); END $$;
SELECT pg_temp.tally_differs(), eligible, met FROM phm.measure_score WHERE level = 'all' AND measure = 'Prop' AND stratifier = '';

-- A period that has not ended: current and projected beside each other, how far data reach; and the days before.
UPDATE phm.setting SET value = '2026-02-15' WHERE name = 'as_of';
DO $$ BEGIN PERFORM phm.derive_measure_result(ARRAY(SELECT generate_series(1, 12)::bigint)); END $$;
SELECT measure, eligible, met, score, round(projected_score::numeric, 4) AS projected, measured_through, data_through, run_out_days AS run_out
  FROM phm.measure_score WHERE level = 'all' AND stratifier = '' AND measure IN ('Prop', 'Mean', 'Median', 'All', 'Cohort', 'Late') ORDER BY measure COLLATE "C";
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
INSERT INTO phm.setting VALUES ('data_through', '2026-05-31', 'claims paid');
DELETE FROM phm.condition WHERE patient_id = 1 AND id = 'c1num';
INSERT INTO phm.observation (source, id, patient_id, status, code, effective) SELECT 's', 'more' || n, 3, 'final', phm.concept('http://example.org/x', 'a'), '2026-03-05' FROM generate_series(1, 6) AS n;
SET client_min_messages = warning;
CALL phm.refresh();
RESET client_min_messages;
SELECT as_of, measure, eligible, met, round(score::numeric, 4) AS score, measured_through, data_through, run_out_days AS run_out
  FROM (SELECT 'now' AS as_of, s.* FROM phm.measure_score AS s
		UNION ALL SELECT day::text, s.* FROM unnest(ARRAY['2026-02-14', '2026-02-15', '2026-06-29', '2026-06-30']::date[]) AS day, phm.measure_score(day) AS s) AS s
 WHERE level = 'all' AND stratifier = '' AND measure IN ('Prop', 'Median', 'Weighted') ORDER BY measure COLLATE "C", as_of COLLATE "C";
-- Composites of composites, and of versions that are not current. Prop|1 and what is composed of it stay as they are when Prop|2 (who has num2) becomes current:
-- All: 7, and 11 whom only Less concerns, of 10. Chances: 3 + 3 of 6 + 10. Share: 1, 2 and 10 half, 7 and 11 all, of 10. Weighted: 1 a quarter, 2 and 10 three, 7 and 11 all.
SELECT measure, version, eligible, met, round(score::numeric, 4) AS score FROM phm.measure_score WHERE level = 'all' AND stratifier = '' AND measure IN ('Prop', 'All', 'Chances', 'Share', 'Weighted')
 ORDER BY measure COLLATE "C";
SELECT phm.load_measure(m.resource || jsonb_build_object('version', '2', 'group', jsonb_build_array(jsonb_build_object('id', 'g', 'population', jsonb_build_array(
		pg_temp.population('initial-population', 'Has ip'), pg_temp.population('denominator', 'Has den'), pg_temp.population('denominator-exclusion', 'Has dx'),
		pg_temp.population('denominator-exception', 'Has de'), pg_temp.population('numerator', 'Has num2')))))) FROM phm.measure AS m WHERE measure = 'Prop';
CREATE FUNCTION pg_temp.nested(name text, version text, scoring text, components text[], weights integer[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT phm.load_measure(jsonb_build_object('resourceType', 'Measure', 'name', name, 'version', version, 'url', 'http://example.org/Measure/' || name, 'status', 'active',
		'scoring', '{"coding":[{"code":"composite"}]}'::jsonb, 'compositeScoring', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', scoring))),
		'relatedArtifact', (SELECT jsonb_agg(jsonb_build_object('type', 'composed-of', 'resource', 'http://example.org/Measure/' || c, 'extension', jsonb_build_array(
				jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-weight', 'valueDecimal', coalesce(w, 1)))))
			FROM unnest(components, weights) AS u(c, w))))
$$;
SELECT pg_temp.nested('NestAll', '1', 'all-or-nothing', '{Chances,Share,Prop}'), pg_temp.nested('NestChances', '1', 'opportunity', '{Chances,Share,Prop}'),
	pg_temp.nested('NestShare', '1', 'linear', '{Chances,Share,Prop}'), pg_temp.nested('NestWeighted', '1', 'weighted', '{Chances,Share,Prop}', '{2,1,1}'),
	pg_temp.nested('Deep', '1', 'opportunity', '{NestAll|1,NestChances}'), pg_temp.nested('NestAll', '2', 'all-or-nothing', '{Less}') \g /dev/null
DO $$ BEGIN PERFORM phm.derive_measure_result(ARRAY(SELECT generate_series(1, 12)::bigint)); END $$;
-- By hand. Chances: 1, 2, 10 have 1 of 2; 3, 4 0 of 2; 7 2 of 2; 5, 6, 8 0 of 1; 11 1 of 1. Share: 7 and 11 all. Prop|2: 1 and 7 of 1, 2, 3, 4, 7, 10.
-- NestChances: 6 + 2 + 2 of 16 + 10 + 6. NestShare: 1 (1/2 + 1/2 + 1) / 3; 2, 10 (1/2 + 1/2 + 0) / 3; 7, 11 1. NestWeighted: 1 (2/2 + 1/2 + 1) / 4; 2, 10 (2/2 + 1/2) / 4; 7, 11 1.
-- NestAll|1: 7, 11. Deep: 2 + 10 of 10 + 32. NestAll|2: 1, 7, 11.
SELECT measure, version, initial_population AS ip, eligible, met, round(score::numeric, 4) AS score FROM phm.measure_score
 WHERE level = 'all' AND stratifier = '' AND (measure LIKE 'Nest%' OR measure IN ('Prop', 'All', 'Chances', 'Share', 'Weighted', 'Deep')) ORDER BY measure COLLATE "C";
SELECT r.patient_id, g.measure, r.observations, r.membership FROM phm.measure_membership AS r JOIN phm.measure_group AS g USING (group_key)
 WHERE r.valid_to IS NULL AND NOT r.projected AND r.patient_id IN (1, 11) AND g.measure IN ('Deep', 'NestChances', 'NestShare', 'NestWeighted') ORDER BY 1, 2;
-- what a version is only part of has no results of its own
SELECT g.measure, g.version, count(*) AS rows FROM phm.measure_membership AS r JOIN phm.measure_group AS g USING (group_key)
 WHERE g.measure IN ('Prop', 'NestAll') AND r.valid_to IS NULL AND r.stratifier = '' AND NOT r.projected GROUP BY 1, 2 ORDER BY 1, 2;
-- the same of one chart
SELECT m, phm.measure_report(m, '[2026-01-01,2027-01-01)', patient_id => 1) #>> '{group,0,measureScore,value}' AS score FROM unnest(ARRAY['NestShare', 'Deep', 'NestAll|1', 'NestAll']) AS m;
-- asked for alone: only the version that it is made of
CALL phm.evaluate_measures('[2025-06-01,2026-06-01)', ARRAY['Chances']);
SELECT r.measure, r.version, count(*) AS rows FROM phm.measure_result AS r WHERE r.period_start = '2025-06-01' AND r.stratifier = '' AND NOT r.projected GROUP BY 1, 2 ORDER BY r.measure COLLATE "C";
UPDATE phm.measurement_period SET active = false WHERE period_start = '2025-06-01';
DELETE FROM phm.measure_membership WHERE period_key = (SELECT period_key FROM phm.measurement_period WHERE period_start = '2025-06-01');
-- no composite is part of itself, by whatever version
SELECT pg_temp.nested('NestShare', '2', 'linear', '{NestShare|1}');
SELECT pg_temp.nested('Chances', '1', 'opportunity', '{Less,Deep}');
SELECT pg_temp.nested('Turn', '1', 'linear', '{Other|1}');
SELECT pg_temp.nested('Other', '1', 'linear', '{Less}'), pg_temp.nested('Turn', '1', 'linear', '{Other}');
SELECT phm.load_measure(resource || '{"version":"0","relatedArtifact":[{"type":"composed-of","resource":"http://example.org/Measure/Turn"}]}', make_current => false) FROM phm.measure WHERE measure = 'Other';
SELECT phm.unload_measure('Other');
SELECT measure, version, current FROM phm.measure WHERE measure = 'Other' ORDER BY version;
-- every column says what it is, in plain types
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'phm.measure_score'::regclass AND attnum > 0
   AND (col_description(attrelid, attnum) IS NULL OR format_type(atttypid, NULL) NOT IN ('text', 'date', 'bigint', 'integer', 'boolean', 'double precision', 'numeric'));
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
-- in a partitioned store the tally follows, too
SELECT phm.create_store(partitions => 3) \g /dev/null
RESET client_min_messages;
INSERT INTO phm.measure_membership (patient_id, period_key, projected, group_key, membership, observations, valid_from) SELECT p, 1, false, 1, 37, ARRAY[p], '2026-01-01' FROM generate_series(1, 20) AS p;
SELECT count(DISTINCT tableoid) AS partitions FROM phm.measure_membership;
SELECT pg_temp.tally_differs(), phm.tally_agg(counts) AS counts, sum(sum_1) FROM phm.measure_tally;
UPDATE phm.measure_membership SET valid_to = '2026-02-01' WHERE patient_id <= 5;
DELETE FROM phm.measure_membership WHERE patient_id BETWEEN 4 AND 7;
SELECT pg_temp.tally_differs(), phm.tally_agg(counts) AS counts, sum(sum_1) FROM phm.measure_tally;
-- ... but not where a partition is written to by itself: then it is counted anew
DELETE FROM ONLY phm.measure_membership_p0;
SELECT pg_temp.tally_differs() > 0 AS differs, phm.recount_measure_tally() AS rows;
SELECT pg_temp.tally_differs();
TRUNCATE phm.measure_membership;
SELECT pg_temp.tally_differs(), count(*) AS rows FROM phm.measure_tally;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
