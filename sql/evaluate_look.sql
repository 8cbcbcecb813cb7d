-- Expressions that are told by the beginning of a stored chart give what they give of the whole chart.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
-- a retrieve; codes: a value set of the library, or a LOINC code
CREATE FUNCTION pg_temp.retrieve(type text, property text, value_set text, loinc text DEFAULT NULL, profile text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('type', 'Retrieve', 'dataType', '{http://hl7.org/fhir}' || type, 'templateId', profile,
		'codeProperty', CASE WHEN coalesce(value_set, loinc) IS NOT NULL THEN property END, 'codeComparator', CASE WHEN loinc IS NULL THEN 'in' ELSE '~' END,
		'codes', CASE WHEN value_set IS NOT NULL THEN jsonb_build_object('type', 'ExpandValueSet', 'operand', jsonb_build_object('type', 'ValueSetRef', 'name', value_set, 'preserve', true))
			WHEN loinc IS NOT NULL THEN jsonb_build_object('type', 'ToList', 'operand', jsonb_build_object('type', 'Code', 'code', loinc, 'system', jsonb_build_object('name', 'LOINC'))) END))
$$;
CREATE FUNCTION pg_temp.apply(type text, VARIADIC operands jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', type, CASE WHEN type IN ('Count', 'First') THEN 'source' ELSE 'operand' END,
		CASE WHEN cardinality(operands) = 1 THEN operands[1] ELSE to_jsonb(operands) END)
$$;
CREATE FUNCTION pg_temp.more_than(list jsonb, n int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.apply('Greater', pg_temp.apply('Count', list), jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}Integer', 'value', n::text))
$$;
CREATE TEMP TABLE expression (n int, name text, elm jsonb);
INSERT INTO expression
SELECT v.* FROM (SELECT pg_temp.retrieve('Condition', 'code', 'Diabetes') AS diabetes, pg_temp.retrieve('Condition', 'code', 'Small') AS small,
	pg_temp.retrieve('Observation', 'code', NULL, '4548-4') AS hba1c, pg_temp.retrieve('MedicationRequest', 'medication', 'Drug') AS drug,
	pg_temp.retrieve('Condition', 'code', 'Diabetes', profile => 'http://example.org/problem') AS problem,
	pg_temp.retrieve('Procedure', 'code', 'Small', profile => 'http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-procedure') AS done,
	pg_temp.retrieve('Procedure', 'code', 'Small', profile => 'http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-procedurenotdone') AS not_done,
	pg_temp.retrieve('Observation', 'code', NULL, '4548-4', 'http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-observationcancelled') AS cancelled,
	pg_temp.retrieve('Observation', NULL, NULL) AS observations, pg_temp.retrieve('Device', NULL, NULL) AS devices) AS r,
	LATERAL (VALUES (1, 'prefixes', pg_temp.apply('Exists', diabetes)), (2, 'no prefixes', pg_temp.apply('Exists', small)),
		(3, 'a code', pg_temp.apply('Exists', hba1c)), (4, 'all of a type', pg_temp.apply('Exists', observations)), (5, 'absent type', pg_temp.apply('Exists', devices)),
		(6, 'count', pg_temp.more_than(observations, 100)), (7, 'union', pg_temp.apply('Exists', pg_temp.apply('Union', devices, pg_temp.apply('Union', small, hba1c)))),
		(8, 'medication', pg_temp.apply('Exists', drug)), (9, 'profile', pg_temp.apply('Exists', problem)),
		(10, 'done', pg_temp.apply('Exists', done)), (11, 'not done', pg_temp.apply('Exists', not_done)),
		(12, 'logic', pg_temp.apply('Or', pg_temp.apply('And', pg_temp.apply('Exists', diabetes), pg_temp.apply('Not', pg_temp.apply('Exists', hba1c))), pg_temp.apply('IsNull', pg_temp.apply('Exists', drug)))),
		(13, 'counts', pg_temp.apply('Equal', pg_temp.apply('Count', diabetes), pg_temp.apply('Count', pg_temp.apply('Union', diabetes, problem)))),
		(14, 'an element', pg_temp.apply('IsNull', jsonb_build_object('type', 'Property', 'path', 'recordedDate', 'source', pg_temp.apply('First', diabetes)))),
		(15, 'cancelled', pg_temp.apply('Exists', cancelled)))
	AS v(n, name, elm);
SELECT codes FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:test:small", "expansion": {"timestamp": "2026-01-01", "contains": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}'::text);
SELECT codes FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:test:drug", "expansion": {"timestamp": "2026-01-01", "contains": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "860975"}]}}'::text);
SELECT name, problems FROM phm.load_elm((SELECT jsonb_build_object('library', jsonb_build_object('identifier', '{"id": "Look"}'::jsonb,
	'usings', '{"def": [{"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]}'::jsonb,
	'codeSystems', '{"def": [{"name": "LOINC", "id": "http://loinc.org"}]}'::jsonb,
	'valueSets', '{"def": [{"name": "Diabetes", "id": "urn:phm:valueset:diabetes"}, {"name": "Small", "id": "urn:test:small"}, {"name": "Drug", "id": "urn:test:drug"}]}'::jsonb,
	'statements', jsonb_build_object('def', jsonb_agg(jsonb_build_object('name', name, 'context', 'Patient', 'expression', elm) ORDER BY n)))) FROM expression)::text);
-- patients: some resources, and enough else that a chart is stored out of line
CREATE FUNCTION pg_temp.bundle(resources text, filler int DEFAULT 150) RETURNS text LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', jsonb_agg(jsonb_build_object('resource', r)))::text
	  FROM (SELECT '{"resourceType": "Patient", "id": "p"}'::jsonb AS r
		UNION ALL SELECT * FROM jsonb_array_elements(resources::jsonb)
		UNION ALL SELECT jsonb_build_object('resourceType', 'Observation', 'id', 'o' || i, 'status', 'final', 'effectiveDateTime', '2025-01-01',
			'code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object('system', 'http://loinc.org', 'code', (1000 + i) || '-0'))), 'valueString', repeat('x', i))
		  FROM generate_series(1, filler) AS i) AS a
$$;
CREATE TEMP TABLE person (n int, name text, chart phm.chart);
INSERT INTO person VALUES (1, 'nothing', pg_temp.bundle('[]')::phm.chart),
	(2, 'by prefix', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"}]}}]')::phm.chart),
	(3, 'by code', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "recordedDate": "2025-01-01", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(4, 'void', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}, "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(5, 'void, profile', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "meta": {"profile": ["http://example.org/problem|2"]}, "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}, "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(6, 'other profile', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "meta": {"profile": ["http://example.org/other"]}, "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(7, 'not done', pg_temp.bundle('[{"resourceType": "Procedure", "id": "c", "status": "not-done", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(8, 'done', pg_temp.bundle('[{"resourceType": "Procedure", "id": "c", "status": "completed", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]')::phm.chart),
	(9, 'not done, elsewhere a profile', pg_temp.bundle('[{"resourceType": "Procedure", "id": "c", "status": "not-done", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}, {"resourceType": "Device", "id": "d", "meta": {"profile": ["http://example.org/other"]}}]')::phm.chart),
	(10, 'drug', pg_temp.bundle('[{"resourceType": "MedicationRequest", "id": "m", "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "860975"}]}}]')::phm.chart),
	(11, 'drug by reference', pg_temp.bundle('[{"resourceType": "MedicationRequest", "id": "m", "medicationReference": {"reference": "Medication/x"}}, {"resourceType": "Medication", "id": "x", "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "860975"}]}}]')::phm.chart),
	(12, 'HbA1c', pg_temp.bundle('[{"resourceType": "Observation", "id": "h", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}}]')::phm.chart),
	(13, 'small chart', pg_temp.bundle('[{"resourceType": "Condition", "id": "c", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}}]', 0)::phm.chart);
INSERT INTO person VALUES (15, 'HbA1c cancelled', pg_temp.bundle('[{"resourceType": "Observation", "id": "h", "status": "cancelled", "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}}]')::phm.chart),
	(16, 'HbA1c void', pg_temp.bundle('[{"resourceType": "Observation", "id": "h", "status": "entered-in-error", "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}}]')::phm.chart);
INSERT INTO person SELECT 14, 'two segments', phm.chart(a.chart, phm.chart_difference(a.chart, b.chart)) FROM person AS a, person AS b WHERE a.n = 3 AND b.n = 12;
SELECT name FROM person WHERE pg_column_size(chart) < 4000;
CREATE TEMP TABLE linked AS SELECT phm.link(ARRAY['Look']) AS logic;
CREATE TEMP TABLE answer AS
	SELECT p.n, p.name, e.n AS question, e.name AS expression, m AS profiles,
	       phm.evaluate_boolean(logic, e.name, p.chart, '[2026-01-01,2027-01-01)', profiles => m) AS beginning,
	       phm.evaluate(logic, e.name, p.chart, '[2026-01-01,2027-01-01)', profiles => m)::text::boolean AS whole
	  FROM linked, expression AS e, person AS p, unnest(ARRAY['auto', 'trust', 'ignore']) AS m;
SELECT count(*) FROM answer WHERE beginning IS DISTINCT FROM whole;
SELECT name AS "true for", string_agg(expression, ', ' ORDER BY question) AS auto FROM answer WHERE profiles = 'auto' AND beginning GROUP BY n, name ORDER BY n;
SELECT name AS "otherwise when", profiles, string_agg(expression, ', ' ORDER BY question) AS differs
  FROM answer AS a WHERE profiles <> 'auto' AND beginning IS DISTINCT FROM (SELECT b.beginning FROM answer AS b WHERE b.n = a.n AND b.question = a.question AND b.profiles = 'auto')
 GROUP BY n, name, profiles ORDER BY n, profiles;
-- again and again at one call site, which learns with how much of a chart to begin
SELECT e.name, count(*) AS asked, count(*) FILTER (WHERE beginning IS DISTINCT FROM whole) AS wrong
  FROM (VALUES (1, 'prefixes'), (2, 'all of a type'), (3, 'medication'), (4, 'profile'), (5, 'absent type')) AS e(n, name),
       LATERAL (SELECT phm.evaluate_boolean(logic, e.name, p.chart, '[2026-01-01,2027-01-01)') AS beginning, p.whole
		  FROM linked, generate_series(1, 200) AS g,
		       (SELECT a.whole, q.chart FROM person AS q JOIN answer AS a ON a.n = q.n AND a.expression = e.name AND a.profiles = 'auto') AS p) AS r
 GROUP BY e.n, e.name ORDER BY e.n;
-- the text of a chart reads back
SELECT count(*) AS different FROM person WHERE n <> 14 AND chart::text::phm.chart::text <> chart::text;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
