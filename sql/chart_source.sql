SET search_path = public, phm;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT create_store() IS NOT NULL AS created;
-- Somebody's tables: a text key with the id of the patient, and one with our own number.
CREATE TABLE problem (person text, dx text, since date, loaded timestamptz);
CREATE VIEW problem_condition AS
SELECT person, ('ICD10CM|' || dx)::concept AS code, since::datetime AS onset, loaded AS changed_at FROM problem;
CREATE TABLE weight (patient_id bigint, id text, source text, code concept, effective datetime, value quantity, deleted_at timestamptz);
INSERT INTO problem VALUES ('A', 'E11.9', '2020-01-02', '2026-01-01'), ('B', 'I10', '2021-05-06', '2026-01-01'), (NULL, 'I10', NULL, '2026-01-01');
SELECT register_chart_source('problem_condition', 'Condition', 'shop', 'person', 'changed_at');
SELECT register_chart_source('weight', 'Observation', 'scale');
SELECT relation, resource_type, source, person_column, watermark_column, kind, enabled FROM chart_source ORDER BY relation;
-- New persons are linked and marked; a second look finds nothing.
SELECT mark_changed_sources() AS first, mark_changed_sources() AS second;
SELECT source, source_patient_id FROM patient_link ORDER BY 2;
INSERT INTO weight SELECT patient_id, 'w1', NULL, 'LOINC|29463-7', '2026-02-03', '80 ''kg''', NULL FROM patient_link WHERE source_patient_id = 'A';
INSERT INTO weight SELECT patient_id, 'w2', 'other', 'LOINC|29463-7', '2026-02-04', '81 ''kg''', now() FROM patient_link WHERE source_patient_id = 'A';
INSERT INTO weight SELECT patient_id, NULL, 'other', 'LOINC|29463-7', '2026-02-05', '82 ''kg''', NULL FROM patient_link WHERE source_patient_id = 'A';
SELECT build_charts(array_agg(patient_id)) FROM patient_link;
-- The registered source and an id of the content where the row has none; deleted rows stay out.
SELECT l.source_patient_id AS patient, e.resource_type, e.source, length(e.id) AS id_length, e.at, e.code, e.value
  FROM patient_link AS l JOIN patient_chart AS c USING (patient_id), events(c.chart) AS e ORDER BY 1, 2, 5;
-- The same content has the same id: building again changes nothing.
SELECT count(*) AS same FROM make_charts((SELECT array_agg(patient_id) FROM patient_link)) AS m
  JOIN patient_chart AS c USING (patient_id) WHERE m.chart::text = c.chart::text;
-- A later watermark marks those who have it; one more row at the last watermark marks all who share it.
DELETE FROM stale;
INSERT INTO problem VALUES ('A', 'N18.3', '2026-02-02', '2026-03-01');
SELECT mark_changed_sources() AS changed;
INSERT INTO problem VALUES ('C', 'I10', '2026-02-02', '2026-03-01');
SELECT mark_changed_sources() AS tied, mark_changed_sources() AS nothing;
SELECT DISTINCT l.source_patient_id FROM stale JOIN patient_link AS l USING (patient_id) ORDER BY 1;
-- Disabled sources are not read; unregistering marks.
UPDATE chart_source SET enabled = false WHERE resource_type = 'Condition';
SELECT build_charts(array_agg(patient_id)) FROM patient_link;
SELECT count_events(chart, 'Condition') AS conditions, count_events(chart, 'Observation') AS observations FROM patient_chart;
DELETE FROM stale;
SELECT unregister_chart_source('public.problem_condition') AS gone, unregister_chart_source('nobody') AS unknown;
SELECT count(*) AS marked FROM stale;
-- Errors name the column.
CREATE VIEW bad_type AS SELECT person, dx AS code FROM problem;
CREATE VIEW bad_extra AS SELECT 1::bigint AS patient_id, 'x'::text AS extra;
CREATE VIEW fine AS SELECT person, since AS invented, NULL::concept AS code, 1.5 AS amount FROM problem;
SELECT register_chart_source('bad_type', 'Condition', 'shop', 'person');
SELECT register_chart_source('bad_extra', 'Condition');
SELECT register_chart_source('bad_extra', 'Basic');
SELECT register_chart_source('fine', 'Condition', 'shop');
SELECT register_chart_source('fine', 'Condition', person_column => 'person');
SELECT register_chart_source('fine', 'Condition', 'shop', 'amount');
SELECT register_chart_source('fine', 'Condition', 'shop', 'person', 'loaded');
SELECT register_chart_source('fine', 'Condition', 'shop', 'person', kind => 'guesses');
SELECT register_chart_source('fine', 'Medication', 'shop', 'person');
SELECT register_chart_source('fine', 'Nonsense', 'shop', 'person');
SELECT register_chart_source('fine', 'ExplanationOfBenefit', 'shop', 'person');
SELECT register_chart_source('fine', 'claim_line', 'shop', 'person');
SELECT register_chart_source('fine', 'Condition', 'shop', 'person') AS ignored;
DROP VIEW fine;
SELECT build_charts('{1}');
SELECT unregister_chart_source('public.fine') AS gone;
SELECT resource('Condition', r) FROM (SELECT 'x'::text AS extra) AS r;
SELECT drop_store(format('drop all patient data in %s', current_database()));
DROP VIEW bad_type, bad_extra, problem_condition;
DROP TABLE problem, weight;
