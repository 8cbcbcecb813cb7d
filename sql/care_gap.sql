-- Gaps in care by measures: states, reasons found by evaluating what would have to be different, decisions by hand, reports.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
SET datestyle = 'ISO';
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

-- Pieces of ELM.
CREATE FUNCTION pg_temp.get(type text, set_ text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Retrieve', 'dataType', '{http://hl7.org/fhir}' || type, 'codeProperty', 'code', 'codeComparator', 'in',
		'codes', jsonb_build_object('type', 'ExpandValueSet', 'operand', jsonb_build_object('type', 'ValueSetRef', 'name', set_, 'preserve', true))) $$;
CREATE FUNCTION pg_temp.op(type text, VARIADIC o jsonb[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', type, 'operand', to_jsonb(o)) $$;
CREATE FUNCTION pg_temp.un(type text, o jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', type, 'operand', o) $$;
CREATE FUNCTION pg_temp.ref(name text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', 'ExpressionRef', 'name', name) $$;
CREATE FUNCTION pg_temp.num(type text, value text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || type, 'value', value) $$;
CREATE FUNCTION pg_temp.period() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{"type": "ParameterRef", "name": "Measurement Period"}'::jsonb $$;
-- the last ... years up to the end of the period
CREATE FUNCTION pg_temp.years(n integer) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Interval', 'lowClosed', true, 'highClosed', true, 'high', pg_temp.un('End', pg_temp.period()),
		'low', pg_temp.op('Subtract', pg_temp.un('End', pg_temp.period()), jsonb_build_object('type', 'Quantity', 'value', n, 'unit', 'years'))) $$;
CREATE FUNCTION pg_temp.within(source jsonb, path text, interval_ jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Query', 'source', jsonb_build_array(jsonb_build_object('alias', 'X', 'expression', source)), 'relationship', '[]'::jsonb,
		'where', pg_temp.op('In', jsonb_build_object('type', 'Property', 'path', path || '.value', 'scope', 'X'), interval_)) || more $$;
CREATE FUNCTION pg_temp.newest(source jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Property', 'path', 'value.value.value', 'source', jsonb_build_object('type', 'Last', 'source',
		pg_temp.within(source, 'effective', pg_temp.period(), '{"sort": {"by": [{"type": "ByExpression", "direction": "asc", "expression": {"type": "Property", "path": "value", "source": {"type": "IdentifierRef", "name": "effective"}}}]}}'))) $$;
CREATE FUNCTION pg_temp.library(name text, definitions jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Library', 'name', name, 'url', 'http://example.org/Library/' || name, 'version', '1',
		'content', jsonb_build_array(jsonb_build_object('contentType', 'application/elm+json', 'data', replace(encode(convert_to(jsonb_build_object('library', jsonb_build_object(
		'identifier', jsonb_build_object('id', name, 'version', '1'),
		'usings', '{"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}, {"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]}'::jsonb,
		'parameters', '{"def": [{"name": "Measurement Period", "parameterTypeSpecifier": {"type": "IntervalTypeSpecifier", "pointType": {"type": "NamedTypeSpecifier", "name": "{urn:hl7-org:elm-types:r1}DateTime"}}}]}'::jsonb,
		'valueSets', jsonb_build_object('def', (SELECT jsonb_agg(jsonb_build_object('name', s, 'id', 'urn:test:' || s, 'accessLevel', 'Public')) FROM unnest(ARRAY['diabetes', 'hospice', 'colonoscopy', 'stool-test', 'a1c', 'vaccine-a', 'vaccine-b', 'visit', 'screening', 'risky-drug']) AS s)),
		'contexts', '{"def": [{"name": "Patient"}]}'::jsonb,
		'statements', jsonb_build_object('def', '[{"name": "Patient", "context": "Patient", "expression": {"type": "SingletonFrom", "operand": {"dataType": "{http://hl7.org/fhir}Patient", "type": "Retrieve"}}}]'::jsonb ||
			(SELECT jsonb_agg(jsonb_build_object('name', d ->> 0, 'context', 'Patient', 'accessLevel', 'Public', 'expression', d -> 1)) FROM jsonb_array_elements(definitions) AS d))))::text, 'UTF8'), 'base64'), E'\n', '')))) $$;
CREATE FUNCTION pg_temp.measure(name text, title text, basis text, notation text, type text, populations jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Measure', 'name', name, 'url', 'http://example.org/Measure/' || name, 'version', '1', 'title', title, 'status', 'active',
		'library', jsonb_build_array('http://example.org/Library/' || name || '|1'), 'scoring', '{"coding": [{"code": "proportion"}]}'::jsonb,
		'type', jsonb_build_array(jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', type)))),
		'improvementNotation', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('code', notation))),
		'extension', jsonb_build_array(jsonb_build_object('url', 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis', 'valueCode', basis)),
		'group', jsonb_build_array(jsonb_build_object('id', 'g', 'population', (SELECT jsonb_agg(jsonb_build_object('id', p.key, 'code', jsonb_build_object('coding',
			jsonb_build_array(jsonb_build_object('code', p.key))), 'criteria', jsonb_build_object('language', 'text/cql-identifier', 'expression', p.value)) ORDER BY p.key) FROM jsonb_each_text(populations) AS p)))) $$;
CREATE FUNCTION pg_temp.load(m jsonb, l jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT phm.load_measure(jsonb_build_object('resourceType', 'Bundle', 'entry', jsonb_build_array(jsonb_build_object('resource', l), jsonb_build_object('resource', m)))) $$;

SELECT phm.load_value_set(jsonb_build_object('resourceType', 'ValueSet', 'url', 'urn:test:' || s, 'title', initcap(replace(s, '-', ' ')), 'expansion', jsonb_build_object('timestamp', '2026-01-01',
	'contains', jsonb_build_array(jsonb_build_object('system', 'http://snomed.info/sct', 'code', s))))) IS NOT NULL AS loaded
  FROM unnest(ARRAY['diabetes', 'hospice', 'colonoscopy', 'stool-test', 'a1c', 'vaccine-a', 'vaccine-b', 'visit', 'screening', 'risky-drug']) AS s \g /dev/null

-- One of two: a colonoscopy in ten years or a stool test in the period that has a result; who is in hospice is excluded.
SELECT pg_temp.load(
	pg_temp.measure('Screened', 'Bowel screening', 'boolean', 'increase', 'process', '{"initial-population": "In", "denominator": "In", "denominator-exclusion": "Out", "numerator": "Done"}'),
	pg_temp.library('Screened', jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))),
		jsonb_build_array('Out', pg_temp.un('Exists', pg_temp.get('Condition', 'hospice'))),
		jsonb_build_array('Scoped', pg_temp.un('Exists', pg_temp.within(pg_temp.get('Procedure', 'colonoscopy'), 'performed', pg_temp.years(10)))),
		jsonb_build_array('Tested', pg_temp.un('Exists', pg_temp.within(pg_temp.get('Observation', 'stool-test'), 'effective', pg_temp.period(),
			jsonb_build_object('where', pg_temp.op('And', pg_temp.op('In', '{"type": "Property", "path": "effective.value", "scope": "X"}', pg_temp.period()),
				pg_temp.un('Not', pg_temp.un('IsNull', '{"type": "Property", "path": "value", "scope": "X"}'))))))),
		jsonb_build_array('Done', pg_temp.op('Or', pg_temp.ref('Scoped'), pg_temp.ref('Tested')))))) AS loaded;
-- The newest result of the period is low enough.
SELECT pg_temp.load(
	pg_temp.measure('Controlled', 'A1c below 8', 'boolean', 'increase', 'intermediate-outcome', '{"initial-population": "In", "denominator": "In", "numerator": "Low"}'),
	pg_temp.library('Controlled', jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))),
		jsonb_build_array('Low', pg_temp.op('Less', pg_temp.newest(pg_temp.get('Observation', 'a1c')), pg_temp.num('Decimal', '8.0')))))) AS loaded;
-- The other way round: the newest result is too high, or there is none; less is better.
SELECT pg_temp.load(
	pg_temp.measure('Poor', 'A1c above 9 or not measured', 'boolean', 'decrease', 'intermediate-outcome', '{"initial-population": "In", "denominator": "In", "numerator": "Bad"}'),
	pg_temp.library('Poor', jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))),
		jsonb_build_array('High', pg_temp.op('Greater', pg_temp.newest(pg_temp.get('Observation', 'a1c')), pg_temp.num('Decimal', '9.0'))),
		jsonb_build_array('None', pg_temp.un('Not', pg_temp.un('Exists', pg_temp.within(pg_temp.get('Observation', 'a1c'), 'effective', pg_temp.period())))),
		jsonb_build_array('Bad', pg_temp.op('Or', pg_temp.ref('High'), pg_temp.ref('None')))))) AS loaded;
-- Something that should not be: nothing that is done closes it.
SELECT pg_temp.load(
	pg_temp.measure('Risky', 'Risky drug', 'boolean', 'decrease', 'process', '{"initial-population": "In", "denominator": "In", "numerator": "Has"}'),
	pg_temp.library('Risky', jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))),
		jsonb_build_array('Has', pg_temp.un('Exists', pg_temp.get('Observation', 'risky-drug')))))) AS loaded;
-- All of it: two of one vaccine and one of another.
SELECT pg_temp.load(
	pg_temp.measure('Vaccinated', 'Vaccines', 'boolean', 'increase', 'process', '{"initial-population": "In", "denominator": "In", "numerator": "Both"}'),
	pg_temp.library('Vaccinated', jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))),
		jsonb_build_array('Two A', pg_temp.op('GreaterOrEqual', jsonb_build_object('type', 'Count', 'source', pg_temp.get('Observation', 'vaccine-a')), pg_temp.num('Integer', '2'))),
		jsonb_build_array('One B', pg_temp.un('Exists', pg_temp.get('Procedure', 'vaccine-b'))),
		jsonb_build_array('Both', pg_temp.op('And', pg_temp.ref('Two A'), pg_temp.ref('One B')))))) AS loaded;
-- Each visit of the period with a screening.
SELECT pg_temp.load(
	pg_temp.measure('Visits', 'Screening at each visit', 'Encounter', 'increase', 'process', '{"initial-population": "Visits", "denominator": "Visits", "numerator": "Screened Visits"}'),
	pg_temp.library('Visits', jsonb_build_array(
		jsonb_build_array('Visits', pg_temp.within('{"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter"}', 'period.start', pg_temp.period())),
		jsonb_build_array('Screened Visits', jsonb_build_object('type', 'Query', 'source', jsonb_build_array(jsonb_build_object('alias', 'E', 'expression', pg_temp.ref('Visits'))),
			'relationship', jsonb_build_array(jsonb_build_object('type', 'With', 'alias', 'O', 'expression', pg_temp.get('Observation', 'screening'),
				'suchThat', pg_temp.op('Equal', '{"type": "Property", "path": "effective.value", "scope": "O"}', '{"type": "Property", "path": "period.start.value", "scope": "E"}')))))))) AS loaded;

-- Ratios: of one initial population they have gaps, the one way round and the other; with a numerator of its own, with counts of events, or without saying what is better none.
CREATE FUNCTION pg_temp.ratio(name text, expressions jsonb, more jsonb DEFAULT '[]', notation text DEFAULT 'increase') RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN notation IS NULL THEN m - 'improvementNotation' ELSE m END || '{"scoring": {"coding": [{"code": "ratio"}]}}'
		|| jsonb_build_object('group', jsonb_build_array(m #> '{group,0}' || jsonb_build_object('population', m #> '{group,0,population}' || more)))
	  FROM pg_temp.measure(name, name, CASE WHEN expressions ->> 'numerator' LIKE '%Visits' THEN 'Encounter' ELSE 'boolean' END, coalesce(notation, ''), 'process', expressions) AS m $$;
SELECT pg_temp.load(m, pg_temp.library(name, jsonb_build_array(
		jsonb_build_array('In', pg_temp.un('Exists', pg_temp.get('Condition', 'diabetes'))), jsonb_build_array('Out', pg_temp.un('Exists', pg_temp.get('Condition', 'hospice'))),
		jsonb_build_array('Has', pg_temp.un('Exists', pg_temp.get('Observation', 'risky-drug'))), jsonb_build_array('Tests', jsonb_build_object('type', 'Count', 'source', pg_temp.get('Observation', 'a1c'))),
		jsonb_build_array('Visits', pg_temp.within('{"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter"}', 'period.start', pg_temp.period())),
		jsonb_build_array('Late Visits', pg_temp.within(pg_temp.ref('Visits'), 'period.start', jsonb_build_object('type', 'Interval', 'lowClosed', true, 'highClosed', true,
			'low', pg_temp.op('Subtract', pg_temp.un('End', pg_temp.period()), '{"type": "Quantity", "value": 7, "unit": "months"}'), 'high', pg_temp.un('End', pg_temp.period()))))))) AS loaded
  FROM (VALUES ('RatioMore', '{"initial-population": "In", "denominator": "In", "denominator-exclusion": "Out", "numerator": "Has"}'::jsonb, '[]'::jsonb, 'increase'),
	('RatioLess', '{"initial-population": "In", "denominator": "In", "denominator-exclusion": "Out", "numerator": "Has"}', '[]', 'decrease'),
	('RatioVisits', '{"initial-population": "Visits", "denominator": "Visits", "numerator": "Late Visits"}', '[]', 'increase'),
	('RatioSilent', '{"initial-population": "In", "denominator": "In", "numerator": "Has"}', '[]', NULL),
	('RatioCounts', '{"initial-population": "In", "denominator": "In", "numerator": "Has"}', '[{"id": "o", "code": {"coding": [{"code": "measure-observation"}]}, "criteria": {"language": "text/cql-identifier", "expression": "Tests"},
		"extension": [{"url": "http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-criteriaReference", "valueString": "numerator"},
			{"url": "http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-aggregateMethod", "valueString": "sum"}]}]', 'increase'),
	('RatioOwn', '{"initial-population": "In", "denominator": "In", "numerator": "Has"}', '[{"id": "own", "code": {"coding": [{"code": "initial-population"}]}, "criteria": {"language": "text/cql-identifier", "expression": "In"}}]', 'increase')) AS v(name, expressions, more, notation)
 CROSS JOIN LATERAL pg_temp.ratio(name, expressions, more, notation) AS m;

-- Lists of episodes are made of parts, too: visits with a screening, with a note, with both, with either, screened and without note.
CREATE FUNCTION pg_temp.visits_with(set_ text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Query', 'source', jsonb_build_array(jsonb_build_object('alias', 'E', 'expression', pg_temp.ref('Visits'))),
		'relationship', jsonb_build_array(jsonb_build_object('type', 'With', 'alias', 'O', 'expression', pg_temp.get('Observation', set_),
			'suchThat', pg_temp.op('Equal', '{"type": "Property", "path": "effective.value", "scope": "O"}', '{"type": "Property", "path": "period.start.value", "scope": "E"}')))) $$;
SELECT pg_temp.load(pg_temp.measure('Visits' || name, name, 'Encounter', notation, 'process', jsonb_build_object('initial-population', 'Visits', 'denominator', 'Visits', 'numerator', name)),
	pg_temp.library('Visits' || name, jsonb_build_array(
		jsonb_build_array('Visits', pg_temp.within('{"type": "Retrieve", "dataType": "{http://hl7.org/fhir}Encounter"}', 'period.start', pg_temp.period())),
		jsonb_build_array('Screened', pg_temp.visits_with('screening')), jsonb_build_array('Noted', pg_temp.visits_with('visit')),
		jsonb_build_array(name, pg_temp.op(op, pg_temp.ref('Screened'), pg_temp.ref('Noted')))))) AS loaded
  FROM (VALUES ('Both', 'Intersect', 'increase'), ('Either', 'Union', 'increase'), ('Unnoted', 'Except', 'increase'), ('Neither', 'Union', 'decrease')) AS v(name, op, notation);

-- Patients: 1 nothing; 2 old colonoscopy; 3 colonoscopy nine years ago; 4 excluded; 5 stool test without result; 6 high A1c; 7 good A1c; 8 last year's A1c; 9 one that lapses before the year ends.
INSERT INTO phm.patient (source, id, patient_id, birth_date, gender, family) SELECT 'a', 'p' || p, p, '1960-01-01', 'female', 'F' || p FROM generate_series(1, 9) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, onset) SELECT 'a', 'c' || p, p, 'SNOMED|diabetes', '2015' FROM generate_series(1, 9) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, onset) VALUES ('a', 'h4', 4, 'SNOMED|hospice', '2026-01-01');
INSERT INTO phm.procedure (source, id, patient_id, status, code, performed) VALUES
	('a', 'r2', 2, 'completed', 'SNOMED|colonoscopy', '2014-05-01'), ('a', 'r3', 3, 'completed', 'SNOMED|colonoscopy', '2017-05-01'),
	('a', 'r9', 9, 'completed', 'SNOMED|colonoscopy', '2016-09-01'), ('a', 'v3', 3, 'completed', 'SNOMED|vaccine-b', '2020-02-02'),
	('a', 'v7', 7, 'completed', 'SNOMED|vaccine-b', '2020-02-02');
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value) VALUES
	('a', 'o5', 5, 'final', 'SNOMED|stool-test', '2026-02-03', NULL), ('a', 'o6', 6, 'final', 'SNOMED|a1c', '2026-03-04', '10.1 ''%'''),
	('a', 'o6b', 6, 'final', 'SNOMED|a1c', '2026-01-04', '7 ''%'''), ('a', 'o7', 7, 'final', 'SNOMED|a1c', '2026-03-04', '7.1 ''%'''),
	('a', 'o8', 8, 'final', 'SNOMED|a1c', '2025-10-01', '7.1 ''%'''), ('a', 'o2', 2, 'final', 'SNOMED|a1c', '2024-10-01', '11 ''%'''),
	('a', 'd6', 6, 'final', 'SNOMED|risky-drug', '2026-01-09', NULL), ('a', 'w6', 6, 'final', 'SNOMED|vaccine-a', '2020-01-01', NULL),
	('a', 'w7', 7, 'final', 'SNOMED|vaccine-a', '2020-01-01', NULL), ('a', 'w7b', 7, 'final', 'SNOMED|vaccine-a', '2020-03-01', NULL),
	('a', 's7', 7, 'final', 'SNOMED|screening', '2026-05-05', NULL), ('a', 'n7', 7, 'final', 'SNOMED|visit', '2026-06-06', NULL);
INSERT INTO phm.encounter (source, id, patient_id, status, period_start) VALUES ('a', 'e7', 7, 'finished', '2026-05-05'), ('a', 'e7b', 7, 'finished', '2026-06-06'), ('a', 'e8', 8, 'finished', '2026-06-07');
CALL phm.refresh();
CALL phm.evaluate_measures('[2026-01-01,2027-01-01)');

SELECT patient_id AS p, status, reason_codes, overdue_since, importance AS i, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Screened' ORDER BY 1;
SELECT patient_id AS p, status, reason_codes, overdue_since, importance AS i, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Controlled' ORDER BY 1;
SELECT patient_id AS p, status, reason_codes, overdue_since, importance AS i, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Poor' ORDER BY 1;
SELECT patient_id AS p, status, reason_codes, importance AS i, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Risky' ORDER BY 1;
SELECT patient_id AS p, status, reason_codes, importance AS i, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Vaccinated' ORDER BY 1;
SELECT patient_id AS p, episode, status, reason_codes, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Visits' ORDER BY 1, 2;

SELECT measure, patient_id AS p, episode, status, reason_codes, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure LIKE 'Ratio%' AND patient_id IN (1, 4, 6, 7) ORDER BY measure COLLATE "C", 2, 3;
SELECT measure, count(DISTINCT patient_id) AS patients FROM phm.measure_result WHERE measure LIKE 'Ratio%' AND NOT projected GROUP BY 1 ORDER BY 1;
SELECT e #>> '{resource,measure}' AS measure, e #> '{resource,group,0,population}' AS populations
  FROM jsonb_array_elements(phm.care_gaps(4, '[2026-01-01,2027-01-01)', measures => ARRAY['RatioMore']) -> 'entry') AS e WHERE e #>> '{resource,resourceType}' = 'MeasureReport';
-- By hand: e7 was screened, e7b noted, e8 neither.
SELECT measure, episode, status, reason_codes, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure LIKE 'Visits_%' ORDER BY measure COLLATE "C", 2;
SELECT measure, episode, needs FROM phm.care_gap WHERE valid_to IS NULL AND measure LIKE 'Visits_%' AND status = 'open-gap' ORDER BY measure COLLATE "C", 2;
-- Of these the rest of the page says nothing more.
INSERT INTO phm.gap_weight (measure, active) SELECT measure, false FROM phm.measure WHERE measure LIKE 'Ratio%' OR measure LIKE 'Visits_%';
SELECT phm.derive_care_gap(ARRAY(SELECT generate_series(1, 9)::bigint)) AS changed \g /dev/null

-- What decided, and what would close it.
SELECT jsonb_array_elements(evidence) AS evidence FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Screened' AND patient_id = 2;
SELECT measure, needs FROM phm.care_gap WHERE valid_to IS NULL AND patient_id = 6 AND measure IN ('Screened', 'Vaccinated', 'Risky') ORDER BY 1;
SELECT patient_id AS p, measure, reason_code, evidence, evidence_on, overdue, contacts FROM phm.gap_list WHERE status = 'open-gap' AND patient_id IN (2, 6) ORDER BY 1, measure;
SELECT patient_id AS p, rank, contact, gaps, open_gaps, importance, closes FROM phm.gap_bundle WHERE patient_id IN (6, 7) ORDER BY 1, 2;
-- A site knows better what its laboratory does.
INSERT INTO phm.gap_contact (resource_type, value_set, contact) VALUES ('Observation', 'urn:test:a1c', 'lab');
SELECT measure, contacts FROM phm.gap_list WHERE patient_id = 6 AND measure = 'Controlled';

-- The worklist has all open gaps of a patient.
SELECT open_gaps, severity, gaps, reasons FROM phm.worklist WHERE patient_id = 6;

-- Deriving again changes nothing; what is derived at once is what was derived by increments.
SELECT phm.derive_care_gap(ARRAY(SELECT generate_series(1, 9)::bigint)) AS changed;
UPDATE phm.setting SET value = '2026-10-01' WHERE name = 'as_of';
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value) VALUES ('a', 'o1', 1, 'final', 'SNOMED|a1c', '2026-09-09', '7.7 ''%''');
CALL phm.refresh();
SELECT measure, status, reason, valid_from, valid_to FROM phm.care_gap WHERE patient_id = 1 AND measure IN ('Controlled', 'Poor') ORDER BY 1, 4;
SELECT patient_id AS p, status, reason_codes, overdue_since, reason FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Screened' AND patient_id = 9;
CREATE TEMP TABLE increments AS SELECT patient_id, measure, group_id, episode, status, reason, reason_codes, importance, evidence, needs, due, overdue_since FROM phm.care_gap WHERE valid_to IS NULL;
TRUNCATE phm.care_gap;
SELECT phm.derive_care_gap(ARRAY(SELECT generate_series(1, 9)::bigint)) = (SELECT count(*) FROM increments) AS rebuilt;
SELECT patient_id, measure, group_id, episode, status, reason, reason_codes, importance, evidence, needs, due, overdue_since FROM phm.care_gap WHERE valid_to IS NULL EXCEPT TABLE increments;

-- Decisions by hand.
SELECT phm.close_gap(1, 'Screened', 'done abroad, report seen', 'letter of 2026-09-20') AS override \gset
SELECT status, reason, importance, override_id = :override AS by_hand FROM phm.care_gap WHERE patient_id = 1 AND measure = 'Screened' AND valid_to IS NULL;
SELECT phm.close_gap(1, 'Screened', 'again');
SELECT phm.close_gap(3, 'Controlled', 'no', status => 'open-gap');
SELECT phm.close_gap(3, 'Controlled', 'too late', until => '2026-01-01');
SELECT phm.close_gap(3, 'Controlled', ' ');
SELECT phm.reopen_gap(:override, 'the letter was of somebody else');
SELECT status, reason FROM phm.care_gap WHERE patient_id = 1 AND measure = 'Screened' AND valid_to IS NULL;
SELECT phm.reopen_gap(:override, 'again');
SELECT phm.close_gap(1, 'Screened', 'declined this month', until => '2026-10-31', status => 'not-applicable') IS NOT NULL AS closed;
SELECT status, reason FROM phm.care_gap WHERE patient_id = 1 AND measure = 'Screened' AND valid_to IS NULL;
UPDATE phm.setting SET value = '2026-11-01' WHERE name = 'as_of';
CALL phm.refresh();
SELECT status, reason, valid_from FROM phm.care_gap WHERE patient_id = 1 AND measure = 'Screened' AND valid_to IS NULL;
SELECT measure, status, reason, from_day, until, reversed_at IS NOT NULL AS reversed, reversal_reason FROM phm.gap_override ORDER BY override_id;

-- Weights, and measures whose gaps are not wanted.
INSERT INTO phm.gap_weight VALUES ('Vaccinated', 0.5, true), ('Risky', 1, false);
SELECT phm.derive_care_gap('{6}') AS changed;
SELECT measure, importance FROM phm.care_gap WHERE patient_id = 6 AND valid_to IS NULL AND measure IN ('Vaccinated', 'Risky');

-- Payers.
INSERT INTO phm.payer_measure (payer, payer_measure, measure) VALUES ('acme', 'COL', 'Screened'), ('acme', 'GSD', 'Controlled');
INSERT INTO phm.patient_link (source, source_patient_id, patient_id) VALUES ('acme', 'm1', 1), ('acme', 'm3', 3), ('acme', 'm7', 7);
INSERT INTO phm.payer_gap (payer, member_id, payer_measure, status, as_of) VALUES ('acme', 'm1', 'COL', 'closed-gap', '2026-05-01'), ('acme', 'm1', 'COL', 'open-gap', '2026-09-01'),
	('acme', 'm3', 'COL', 'open-gap', '2026-09-01'), ('acme', 'm99', 'COL', 'open-gap', '2026-09-01'), ('acme', 'm1', 'XYZ', 'open-gap', '2026-09-01'),
	('acme', 'm7', 'GSD', 'closed-gap', '2026-09-01'), ('acme', 'm3', 'GSD', 'open-gap', '2025-09-01');
SELECT member_id, patient_id AS p, payer_measure, measure, payer_status, our_status, finding, reason FROM phm.gap_reconciliation ORDER BY member_id, payer_measure, finding;

-- The FHIR document.
SELECT e #>> '{resource,resourceType}' AS type, coalesce(e #>> '{resource,modifierExtension,0,valueCodeableConcept,coding,0,code}', e #>> '{resource,title}', e #>> '{resource,measure}', e #>> '{resource,moduleUri}', e #>> '{resource,id}') AS what,
	   e #> '{resource,reasonCode,0,coding,0,code}' AS reason, e #> '{resource,dataRequirement}' AS data
  FROM jsonb_array_elements(phm.care_gaps(3, '[2026-01-01,2027-01-01)', measures => ARRAY['Screened', 'Controlled', 'Vaccinated']) -> 'entry') WITH ORDINALITY AS b(e, n) ORDER BY n;
SELECT count(*) AS references, count(*) FILTER (WHERE EXISTS (SELECT FROM jsonb_array_elements(d -> 'entry') AS e WHERE e ->> 'fullUrl' = r #>> '{}')) AS inside
  FROM (SELECT phm.care_gaps(6, '[2026-01-01,2027-01-01)') AS d) AS x, jsonb_path_query(d, '$.**.reference ? (@ starts with "urn:")') AS r;
SELECT jsonb_pretty(e -> 'resource') FROM jsonb_array_elements(phm.care_gaps(3, '[2026-01-01,2027-01-01)', measures => ARRAY['Controlled'], statuses => ARRAY['open-gap']) -> 'entry') AS e
 WHERE e #>> '{resource,resourceType}' IN ('Composition', 'DetectedIssue', 'MeasureReport') ORDER BY e #>> '{resource,resourceType}';
SELECT jsonb_array_length(phm.care_gaps(3, '[2020-01-01,2021-01-01)') -> 'entry') AS entries;

-- Of a gap of the registry, and of somebody who is not there.
INSERT INTO phm.condition (source, id, patient_id, category, code, onset, clinical_status, verification_status)
VALUES ('a', 'k9', 9, 'condition-category|problem-list-item', 'ICD10CM|E11.9', '2015', 'condition-clinical|active', 'condition-ver-status|confirmed');
CALL phm.refresh();
SELECT e #>> '{resource,resourceType}' AS type, e #> '{resource,moduleUri}' AS module, e #>> '{resource,reasonCode,0,coding,0,code}' AS reason, e #>> '{resource,detail}' AS detail
  FROM jsonb_array_elements(phm.care_gaps(9, '[2026-01-01,2027-01-01)', measures => ARRAY['diabetes-hba1c']) -> 'entry') WITH ORDINALITY AS b(e, n) ORDER BY n;
SELECT jsonb_array_length(phm.care_gaps(77, '[2026-01-01,2027-01-01)') -> 'entry') AS entries;

-- Periods stand beside each other; what is past its due date is no work any more.
CALL phm.evaluate_measures('[2025-01-01,2026-01-01)', ARRAY['Controlled']);
SELECT patient_id AS p, period_start, status, reason_codes, overdue_since FROM phm.care_gap WHERE valid_to IS NULL AND measure = 'Controlled' AND patient_id IN (2, 8) ORDER BY 1, 2;
SELECT patient_id AS p, open_gaps, (SELECT count(*) FROM phm.care_gap AS g WHERE g.patient_id = w.patient_id AND g.valid_to IS NULL AND g.status = 'open-gap') AS all_gaps
  FROM phm.worklist AS w WHERE patient_id = 2;

-- A gap has the labels of what it rests on.
UPDATE phm.observation SET sensitivity = 4 WHERE id = 'o6';
CALL phm.refresh();
SELECT measure, sensitivity FROM phm.care_gap WHERE patient_id = 6 AND valid_to IS NULL ORDER BY measure;
SELECT measure FROM phm.gap_list WHERE patient_id = 6 ORDER BY measure;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
