-- Concept maps in charts: codes and results that the builder adds.
SET search_path = public, phm;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT create_store() IS NOT NULL AS created;
SELECT url, pairs FROM load_concept_map('{"resourceType":"Bundle","type":"collection","entry":[
  {"resource":{"resourceType":"ConceptMap","url":"urn:map:ndc","name":"Ndc","status":"active","group":[
    {"source":"http://hl7.org/fhir/sid/ndc","target":"http://www.nlm.nih.gov/research/umls/rxnorm","element":[
      {"code":"00093-7214-01","target":[{"code":"860975","equivalence":"equivalent"},{"code":"860974","equivalence":"wider"}]},
      {"code":"00000-0000-01","target":[{"code":"1","equivalence":"narrower"},{"code":"2","equivalence":"relatedto"},
        {"code":"3","equivalence":"inexact"},{"code":"4","equivalence":"specializes"},{"code":"5","equivalence":"subsumes"}]}]}]}},
  {"resource":{"resourceType":"ConceptMap","url":"urn:map:lab","name":"Lab","status":"active","group":[
    {"source":"urn:local:lab","target":"http://loinc.org","element":[
      {"code":"GLYHB","target":[{"code":"4548-4","equivalence":"equal"}]},
      {"code":"PROF","target":[{"code":"2345-7","equivalence":"wider"}]}]}]}},
  {"resource":{"resourceType":"ConceptMap","url":"urn:map:cpt2","name":"Cpt2","status":"active","group":[
    {"source":"http://www.ama-assn.org/go/cpt","target":"http://loinc.org","element":[
      {"code":"3044F","target":[{"code":"4548-4","equivalence":"wider","product":[{"property":"below","value":"7.0"},{"property":"unit","value":"%"}]}]},
      {"code":"3051F","target":[{"code":"4548-4","equivalence":"wider","product":[{"property":"low","value":"7.0"},{"property":"below","value":"8.0"},{"property":"unit","value":"%"}]}]},
      {"code":"3046F","target":[{"code":"4548-4","equivalence":"wider","product":[{"property":"above","value":"9.0"},{"property":"unit","value":"%"}]}]}]}]}}]}') ORDER BY url;
-- A record without maps, and its charts.
CREATE FUNCTION put(bundle text) RETURNS text LANGUAGE sql AS $$
  SELECT status FROM ingest('{"resourceType":"Bundle","type":"collection","entry":[' || bundle || ']}', 'shop', person => 1) $$;
SELECT put('{"resource":{"resourceType":"Patient","id":"p"}},
  {"resource":{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-05",
    "code":{"text":"HbA1c","coding":[{"system":"urn:local:lab","code":"GLYHB","display":"glyc. hb"}]},"valueQuantity":{"value":7.1,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
  {"resource":{"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-06",
    "code":{"coding":[{"system":"urn:local:lab","code":"GLYHB"},{"system":"http://loinc.org","code":"4548-4"}]}}},
  {"resource":{"resourceType":"Observation","id":"o3","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-07",
    "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]}}},
  {"resource":{"resourceType":"Observation","id":"o4","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-08",
    "code":{"text":"panel"},"component":[{"code":{"coding":[{"system":"urn:local:lab","code":"PROF"}]},"valueCodeableConcept":{"coding":[{"system":"urn:local:lab","code":"GLYHB"}]}}]}},
  {"resource":{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"00093-7214-01"}]}}},
  {"resource":{"resourceType":"MedicationRequest","id":"r1","status":"active","intent":"order","subject":{"reference":"Patient/p"},"authoredOn":"2026-01-05","medicationReference":{"reference":"Medication/m"}}},
  {"resource":{"resourceType":"MedicationRequest","id":"r2","status":"active","intent":"order","doNotPerform":true,"subject":{"reference":"Patient/p"},"authoredOn":"2026-01-06",
    "medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"00093-7214-01"}]}}},
  {"resource":{"resourceType":"MedicationRequest","id":"r3","status":"active","intent":"order","subject":{"reference":"Patient/p"},"authoredOn":"2026-01-07",
    "medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"00000-0000-01"}]}}},
  {"resource":{"resourceType":"MedicationRequest","id":"r4","status":"active","intent":"order","doNotPerform":true,"subject":{"reference":"Patient/p"},"authoredOn":"2026-01-08","medicationReference":{"reference":"Medication/m"}}},
  {"resource":{"resourceType":"Procedure","id":"q1","status":"completed","subject":{"reference":"Patient/p"},"performedDateTime":"2026-02-01","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3044F"}]}}},
  {"resource":{"resourceType":"Procedure","id":"q2","status":"not-done","subject":{"reference":"Patient/p"},"performedDateTime":"2026-02-02","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3044F"}]}}},
  {"resource":{"resourceType":"Procedure","id":"q3","status":"in-progress","subject":{"reference":"Patient/p"},"performedDateTime":"2026-02-03","code":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3044F"}]}}},
  {"resource":{"resourceType":"ExplanationOfBenefit","id":"e1","status":"active","use":"claim","patient":{"reference":"Patient/p"},"billablePeriod":{"start":"2026-03-01","end":"2026-03-31"},"item":[
    {"sequence":1,"productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3051F"}]},"servicedDate":"2026-03-05"},
    {"sequence":2,"productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3046F"}]},"servicedDate":"2026-03-06",
      "modifier":[{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"8P"}]}]},
    {"sequence":3,"productOrService":{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"3046F"}]}}]}}');
CALL refresh();
CREATE VIEW found AS SELECT e.resource_type, e.id, e.at, e.code, e.value, e.status, e.resource FROM patient_chart AS c, events(c.chart, everything => true) AS e;
CREATE TABLE before AS SELECT resource_type, id, resource FROM found;
SELECT resource_type, id, code FROM found WHERE code IS NOT NULL ORDER BY 1, at, 2;
-- Loading does not apply them; activating does, and says what is left out.
SELECT * FROM activate_concept_map('Ndc');
SELECT * FROM activate_concept_map('urn:map:lab');
SELECT * FROM activate_concept_map('Cpt2');
SELECT why, codes FROM stale_cause ORDER BY cause_id;
CALL refresh();
SELECT resource_type, id, at, code, value, status FROM found WHERE code IS NOT NULL ORDER BY 1, at, 2;
-- The target finds it.
SELECT has(chart, 'Observation', '{LOINC|4548-4}', '[2026-01-05,2026-01-06)') AS local_lab,
       has(chart, 'MedicationRequest', '{RXNORM|860975}') AS by_reference,
       count_events(chart, 'MedicationRequest', '{RXNORM|860974}', everything => true) AS wider_not_negated,
       has(chart, 'MedicationRequest', '{RXNORM|1, RXNORM|2, RXNORM|3, RXNORM|4}') AS unsafe,
       has(chart, 'MedicationRequest', '{RXNORM|5}') AS subsumes,
       chart @> '{LOINC|2345-7}' AS component_is_no_event, mentions(chart, '{LOINC|2345-7}') AS component
  FROM patient_chart;
-- What was given is given back; what was added is marked and says from which map.
SELECT count(*) AS resources, count(*) FILTER (WHERE f.resource::text = b.resource::text) AS unchanged
  FROM before AS b JOIN found AS f USING (resource_type, id);
SELECT resource FROM found WHERE id IS NULL ORDER BY at;
SELECT jsonb_path_query(chart::text::jsonb, '$.entry[*].resource ? (@.id == "o1").code') FROM patient_chart;
SELECT jsonb_path_query(chart::text::jsonb, '$.entry[*] ? (exists(@.extension)).resource.id') AS flagged FROM patient_chart;
-- Text and binary forms keep what was added.
SELECT chart_send(m.chart::text::chart) = chart_send(m.chart) AS text_form, chart_send(c.chart::text::chart) = chart_send(m.chart) AS rebuilt
  FROM make_charts('{1}') AS m JOIN patient_chart AS c USING (patient_id);
-- A base and what changed since are the whole chart.
CREATE VIEW parts AS SELECT recent IS NOT NULL AS recent, chart_send(phm.chart(base, recent)::text::chart) = (SELECT chart_send(m.chart) FROM make_charts('{1}') AS m) AS same
  FROM chart_part WHERE recent IS NOT NULL;
UPDATE observation SET value = '6.9 ''%''' WHERE id = 'o1';
CALL refresh();
SELECT * FROM parts;
SELECT id, value FROM patient_chart, events(chart, 'Observation', '{LOINC|4548-4}') ORDER BY at;
-- A new version of a map changes what it changes.
DELETE FROM concept_map_code WHERE source_code = 'GLYHB';
SELECT why, codes FROM stale_cause;
CALL refresh();
SELECT * FROM parts;
SELECT has(chart, 'Observation', '{LOINC|4548-4}', '[2026-01-05,2026-01-06)') AS local_lab FROM patient_chart;
SELECT pairs FROM load_concept_map('{"resourceType":"ConceptMap","url":"urn:map:lab","name":"Lab","status":"active","group":[
    {"source":"urn:local:lab","target":"http://loinc.org","element":[{"code":"GLYHB","target":[{"code":"17856-6","equivalence":"equal"}]},
      {"code":"PROF","target":[{"code":"2345-7","equivalence":"wider"}]}]}]}');
SELECT why, codes FROM stale_cause;
CALL refresh();
SELECT code FROM found WHERE id = 'o1';
-- In one transaction: a table that was read before a change, or a change that is rolled back, is not used.
BEGIN;
UPDATE concept_map_code SET target_code = '41995-2' WHERE target_code = '17856-6';
SELECT e.code FROM make_charts('{1}') AS m, events(m.chart) AS e WHERE e.id = 'o1';
ROLLBACK;
SELECT e.code FROM make_charts('{1}') AS m, events(m.chart) AS e WHERE e.id = 'o1';
-- What a team's own relation gives is mapped, too.
CREATE TABLE dispensed (patient_id bigint, id text, ndc text, on_ text);
INSERT INTO dispensed VALUES (1, 'd1', '00093-7214-01', '2026-04-01');
CREATE VIEW dispensed_resource AS SELECT patient_id, id, ('<http://hl7.org/fhir/sid/ndc>|' || ndc)::concept AS medication, on_::datetime AS when_handed_over FROM dispensed;
SELECT register_chart_source('dispensed_resource', 'MedicationDispense', 'pharmacy', kind => 'claims') AS ignored, mark('{1}');
CALL refresh();
SELECT resource_type, id, code FROM found WHERE resource_type = 'MedicationDispense';
-- Without the maps the chart is what it was.
SELECT url, active FROM concept_map ORDER BY url;
SELECT unregister_chart_source('public.dispensed_resource') AS gone;
DELETE FROM concept_map WHERE url = 'urn:map:ndc';
SELECT pairs, left_out FROM unnest(ARRAY['Lab', 'Cpt2']) AS m, activate_concept_map(m, false);
CALL refresh();
SELECT count(*) AS entries, count(*) FILTER (WHERE id IS NULL) AS added FROM found;
SELECT * FROM parts;
-- Errors.
SELECT activate_concept_map('Ndc');
DROP VIEW parts, found, dispensed_resource;
DROP TABLE before, dispensed;
DROP FUNCTION put;
SELECT drop_store(format('drop all patient data in %s', current_database()));
