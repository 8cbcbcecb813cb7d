-- Results as FHIR MeasureReport.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
CREATE FUNCTION pg_temp.retrieve(type text, code text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Retrieve', 'dataType', '{http://hl7.org/fhir}' || type, 'codeProperty', CASE type WHEN 'Encounter' THEN 'type' ELSE 'code' END, 'codeComparator', '~',
		'codes', jsonb_build_object('type', 'ToList', 'operand', jsonb_build_object('type', 'Code', 'code', code, 'system', jsonb_build_object('name', 'X'))))
$$;
CREATE FUNCTION pg_temp.define(name text, expression jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', name, 'context', 'Patient', 'expression', expression)
$$;
CREATE FUNCTION pg_temp.ref(name text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', 'ExpressionRef', 'name', name) $$;
SELECT jsonb_build_object('library', jsonb_build_object('identifier', '{"id":"Tiny","version":"1"}'::jsonb,
	'usings', '{"def":[{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]}'::jsonb,
	'codeSystems', '{"def":[{"name":"X","id":"http://example.org/x"}]}'::jsonb,
	'contexts', '{"def":[{"name":"Patient"}]}'::jsonb,
	'statements', jsonb_build_object('def', jsonb_build_array(
		pg_temp.define('Patient', '{"type":"SingletonFrom","operand":{"dataType":"{http://hl7.org/fhir}Patient","type":"Retrieve"}}'),
		pg_temp.define('Diabetes', pg_temp.retrieve('Condition', 'diabetes')), pg_temp.define('Tests', pg_temp.retrieve('Observation', 'hba1c')),
		pg_temp.define('Visits', pg_temp.retrieve('Encounter', 'visit')), pg_temp.define('Good Visits', pg_temp.retrieve('Encounter', 'good')),
		pg_temp.define('Is Diabetic', jsonb_build_object('type', 'Exists', 'operand', pg_temp.ref('Diabetes'))),
		pg_temp.define('Is Tested', jsonb_build_object('type', 'Exists', 'operand', pg_temp.ref('Tests'))),
		pg_temp.define('SDE Group', '{"type":"Code","code":"g1","display":"Group 1","system":{"name":"X"}}'),
		pg_temp.define('SDE Count', jsonb_build_object('type', 'Count', 'source', pg_temp.ref('Tests'))),
		pg_temp.define('SDE Tests', pg_temp.ref('Tests')), pg_temp.define('SDE None', '{"type":"Null"}')) || jsonb_build_array(jsonb_build_object(
			'name', 'Length', 'context', 'Patient', 'type', 'FunctionDef', 'operand', '[{"name":"e","operandTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{http://hl7.org/fhir}Encounter"}}]'::jsonb,
			'expression', '{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"7"}'::jsonb))))) AS elm \gset
SELECT name, problems FROM phm.load_elm(:'elm');
CREATE FUNCTION pg_temp.population(code text, expression text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', code, 'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
			'system', 'http://terminology.hl7.org/CodeSystem/measure-population', 'code', code))),
		'criteria', jsonb_build_object('language', 'text/cql-identifier', 'expression', expression))
$$;
CREATE FUNCTION pg_temp.measure(name text, scoring text, basis text, populations jsonb, in_group jsonb DEFAULT '{}', more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT phm.load_measure(jsonb_build_object('resourceType', 'Measure', 'name', name, 'version', '1', 'url', 'http://example.org/Measure/' || name, 'status', 'active',
		'library', '["Tiny|1"]'::jsonb, 'scoring', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', scoring))),
		'improvementNotation', '{"coding":[{"code":"increase"}]}'::jsonb,
		'extension', jsonb_build_array(jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis', 'valueCode', basis)),
		'group', jsonb_build_array(jsonb_build_object('id', 'g', 'population', populations) || in_group)) || more)
$$;
SELECT pg_temp.measure('Tested', 'proportion', 'boolean', jsonb_build_array(pg_temp.population('initial-population', 'Is Diabetic'), pg_temp.population('denominator', 'Is Diabetic'),
		pg_temp.population('numerator', 'Is Tested')),
	'{"code":{"text":"tested"},"stratifier":[{"id":"both","component":[{"code":{"text":"tested"},"criteria":{"language":"text/cql-identifier","expression":"Is Tested"}},{"code":{"text":"group"},"criteria":{"language":"text/cql-identifier","expression":"SDE Group"}}]}]}',
	'{"supplementalData":[{"id":"sde-group","description":"Group","criteria":{"language":"text/cql-identifier","expression":"SDE Group"}},{"id":"sde-count","usage":[{"coding":[{"code":"risk-adjustment-factor"}]}],"criteria":{"language":"text/cql-identifier","expression":"SDE Count"}},{"id":"sde-tests","criteria":{"language":"text/cql-identifier","expression":"SDE Tests"}},{"id":"sde-none","criteria":{"language":"text/cql-identifier","expression":"SDE None"}}]}'),
	pg_temp.measure('Visits', 'continuous-variable', 'Encounter', jsonb_build_array(pg_temp.population('initial-population', 'Visits'), pg_temp.population('measure-population', 'Visits'),
		pg_temp.population('measure-population-exclusion', 'Good Visits'), pg_temp.population('measure-observation', 'Length')));
SELECT phm.load_measure('{"resourceType":"Measure","name":"Both","version":"1","status":"active","scoring":{"coding":[{"code":"composite"}]},"compositeScoring":{"coding":[{"code":"all-or-nothing"}]},
	"relatedArtifact":[{"type":"composed-of","resource":"http://example.org/Measure/Tested"}]}');
INSERT INTO phm.patient (source, id, patient_id) VALUES ('s', 'ann', 1), ('s', 'bob', 2), ('s', 'eve', 3);
INSERT INTO phm.condition (source, id, patient_id, code, sensitivity) VALUES ('s', 'c1', 1, phm.concept('http://example.org/x', 'diabetes'), 0),
	('s', 'c2', 2, phm.concept('http://example.org/x', 'diabetes'), 0), ('s', 'c3', 3, phm.concept('http://example.org/x', 'diabetes'), 4);
INSERT INTO phm.observation (source, id, patient_id, status, code) VALUES ('s', 'o1', 1, 'final', phm.concept('http://example.org/x', 'hba1c'));
SELECT phm.ingest('{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/ann"},"type":[{"coding":[{"system":"http://example.org/x","code":"visit"}]}]}},
	{"resource":{"resourceType":"Encounter","id":"e2","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/ann"},"type":[{"coding":[{"system":"http://example.org/x","code":"visit"},{"system":"http://example.org/x","code":"good"}]}]}}]}', 's', 1) \g /dev/null
UPDATE phm.setting SET value = '2026-12-31' WHERE name = 'as_of';
SET client_min_messages = warning;
CALL phm.refresh();
RESET client_min_messages;
SELECT phm.measure_report('Tested', '[2026-01-01,2027-01-01)');
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)');
-- one patient: counts, score, strata by components, supplemental data, what was evaluated
SELECT jsonb_pretty(phm.measure_report('Tested', '[2026-01-01,2027-01-01)', 1, reporter => 'Organization/me') - 'date');
-- what is labelled is not there unless it may be seen
SELECT visible, r #> '{group,0,population,0,count}' AS ip, r -> 'evaluatedResource' AS resources FROM unnest(ARRAY[0, 4]) AS visible, phm.measure_report('Tested', '[2026-01-01,2027-01-01)', 3, visible => visible) AS r;
-- episodes: two visits, one excluded, one observed
SELECT jsonb_path_query_array(r, '$.group[0].population[*].count') AS counts, r #> '{group,0,measureScore}' AS score, r -> 'evaluatedResource' AS resources
  FROM phm.measure_report('Visits', '[2026-01-01,2027-01-01)', 1) AS r;
SELECT p AS patient, jsonb_path_query_array(r, '$.group[0].population[*].count') AS counts, r #> '{group,0,measureScore}' AS score FROM generate_series(1, 2) AS p, phm.measure_report('Both', '[2026-01-01,2027-01-01)', p) AS r;
-- everybody; lists leave out who is there by labelled data only
SELECT s ->> 'value' AS stratum, s -> 'component' AS component, jsonb_path_query_array(s, '$.population[*].count') AS counts, s #> '{measureScore,value}' AS score
  FROM phm.measure_report('Tested', '[2026-01-01,2027-01-01)') AS r, jsonb_array_elements(r #> '{group,0,stratifier,0,stratum}') AS s;
SELECT r - 'date' - 'group' AS report, jsonb_path_query_array(r, '$.group[0].population[*].count') AS counts, r #> '{group,0,measureScore}' AS score FROM phm.measure_report('Tested', '[2026-01-01,2027-01-01)') AS r;
SELECT c ->> 'id' AS list, p.* FROM phm.measure_report('Tested', '[2026-01-01,2027-01-01)', report_type => 'subject-list') AS r, jsonb_array_elements(r -> 'contained') AS c,
	LATERAL (SELECT string_agg(e #>> '{item,reference}', ' ') AS patients FROM jsonb_array_elements(c -> 'entry') AS e) AS p ORDER BY 1;
SELECT p #>> '{code,coding,0,code}' AS population, p -> 'count' AS count, p #>> '{subjectResults,reference}' AS list FROM phm.measure_report('Tested', '[2026-01-01,2027-01-01)', report_type => 'subject-list') AS r, jsonb_array_elements(r #> '{group,0,population}') AS p;
SELECT c ->> 'id' AS list, jsonb_array_length(c -> 'entry') AS patients FROM jsonb_array_elements(phm.measure_report('Tested', '[2026-01-01,2027-01-01)', report_type => 'subject-list', visible => 4) -> 'contained') AS c ORDER BY length(c ->> 'id'), 1;
-- FHIR takes them and gives the same back
SELECT measure, type, phm.to_jsonb(r::text::phm.resource) = r AS same
  FROM unnest(ARRAY['Tested', 'Visits', 'Both']) AS measure, unnest(ARRAY['individual', 'subject-list', 'summary']) AS type,
	   phm.measure_report(measure, '[2026-01-01,2027-01-01)', CASE type WHEN 'individual' THEN 1 END, type, visible => 4, reporter => 'Organization/me') AS r ORDER BY 1, 2;
-- every reference to something contained is there, and nothing contained is referred to by nobody (dom-3)
SELECT type, count(*) AS contained, count(*) FILTER (WHERE r::text NOT LIKE '%"#' || (c ->> 'id') || '"%') AS lonely,
	   (SELECT count(*) FROM regexp_matches(r::text, '"#([^"]+)"', 'g') AS m WHERE NOT r -> 'contained' @> jsonb_build_array(jsonb_build_object('id', m[1]))) AS dangling
  FROM unnest(ARRAY['individual', 'subject-list']) AS type, phm.measure_report('Tested', '[2026-01-01,2027-01-01)', CASE type WHEN 'individual' THEN 1 END, type) AS r, jsonb_array_elements(r -> 'contained') AS c
 GROUP BY type, r ORDER BY type;
SELECT phm.measure_report('Tested', '[2026-01-01,2027-01-01)', 1, 'summary');
SELECT phm.measure_report('Tested', '[2026-01-01,)', 1);
SELECT phm.measure_report('Tested', '[2026-01-01,2027-01-01)', 99);
SELECT phm.measure_report('Nothing', '[2026-01-01,2027-01-01)');
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
