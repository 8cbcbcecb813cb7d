SET search_path = public, phm;
SET client_min_messages = warning;
SELECT create_store() IS NOT NULL AS created;
-- A patient with dates at the edges, several types of encounter, void and negated events.
SELECT status, resources, rejected FROM ingest('{"resourceType":"Bundle","type":"batch","entry":[
 {"resource":{"resourceType":"Patient","id":"p","gender":"male","birthDate":"1950-06-15"}},
 {"resource":{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"860975"}]}}},
 {"resource":{"resourceType":"MedicationRequest","id":"r","status":"active","intent":"order","subject":{"reference":"Patient/p"},"authoredOn":"2026-03-01","medicationReference":{"reference":"Medication/m"}}},
 {"resource":{"resourceType":"MedicationRequest","id":"n","status":"active","intent":"order","doNotPerform":true,"subject":{"reference":"Patient/p"},"authoredOn":"2026-03-02","medicationReference":{"reference":"Medication/m"}}},
 {"resource":{"resourceType":"Encounter","id":"e","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"period":{"start":"2025-12-31T23:30:00-05:00","end":"2026-01-01T00:30:00-05:00"},
   "type":[{"coding":[{"system":"http://snomed.info/sct","code":"185349003"}]},{"coding":[{"system":"http://www.ama-assn.org/go/cpt","code":"99213"}]}]}},
 {"resource":{"resourceType":"Observation","id":"a","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-01","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"valueQuantity":{"value":8.1,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"b","status":"entered-in-error","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-05-01","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"valueQuantity":{"value":15,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"c","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]}}},
 {"resource":{"resourceType":"Procedure","id":"d","status":"not-done","subject":{"reference":"Patient/p"},"performedDateTime":"2026-02-01","code":{"coding":[{"system":"http://snomed.info/sct","code":"73761001"}]}}}
]}', 't');
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
-- The medication belongs to nobody and is in the chart because a request refers to it.
SELECT resource_type, id, at, code, value, status FROM patient_chart, events(chart, everything => true);
SELECT source, resource_type, id FROM chart_dependency;
-- Codes of a list, of a referenced medication, with and without what did not happen.
SELECT has(chart, 'Encounter', '{SNOMED|185349003}') AS first_type, has(chart, 'Encounter', '{CPT|99213}') AS second_type,
       has(chart, 'Encounter', '{CPT|99214}') AS other, has(chart, 'MedicationRequest', '{RXNORM|860975}') AS ordered,
       count_events(chart, 'MedicationRequest') AS orders, count_events(chart, 'MedicationRequest', everything => true) AS with_refusals,
       has(chart, 'Procedure') AS done, has(chart, 'Procedure', everything => true) AS refused
  FROM patient_chart;
-- A date is the one that was written; a year is in a period only when all of it is.
SELECT has(chart, 'Encounter', period => '[2025-12-31,2026-01-01)') AS last_year,
       has(chart, 'Encounter', period => '[2026-01-01,2027-01-01)') AS this_year,
       count_events(chart, 'Observation', period => '[2026-01-01,2027-01-01)') AS whole_year,
       count_events(chart, 'Observation', period => '[2026-01-01,2026-12-31)') AS most_of_it,
       count_events(chart, 'Observation', period => 'empty') AS never, count_events(chart, 'Patient', period => '(,)') AS born
  FROM patient_chart;
SELECT (latest(chart, 'Observation', '{LOINC|4548-4}')).id, (latest(chart, 'Observation', '{LOINC|2345-7}')) IS NULL AS none,
       age_at(chart, '2026-06-14'), age_at(chart, '2026-06-15'), chart @> '{SNOMED|73761001}' AS mentions
  FROM patient_chart;
-- Labelled rows are seen only by those who may.
UPDATE observation SET sensitivity = 2 WHERE id = 'a';
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
SELECT count_events(chart, 'Observation') AS hidden, count_events(chart, 'Observation', visible => 2) AS seen,
       count_events(chart, 'Observation', visible => 5) AS other_label FROM patient_chart;
-- The stored chart is the base and what changed since; both together are the chart of now, bit by bit.
CREATE VIEW check_chart AS
SELECT p.recent IS NOT NULL AS has_recent, chart_send(v.chart::text::chart) = chart_send(m.chart) AS same_as_rebuilt
  FROM chart_part AS p JOIN patient_chart AS v USING (patient_id)
  JOIN LATERAL make_charts(ARRAY[p.patient_id]) AS m ON true;
SELECT *, (SELECT chart::text LIKE '%urn:phm:sensitivity%' FROM patient_chart) AS labelled FROM check_chart;
SELECT status FROM ingest('{"resourceType":"Bundle","type":"batch","entry":[
 {"resource":{"resourceType":"Observation","id":"new","status":"final","subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"},"effectiveDateTime":"2026-06-01","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"valueQuantity":{"value":6.9,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}},
 {"resource":{"resourceType":"Observation","id":"c","status":"amended","subject":{"reference":"Patient/p"},"hasMember":[{"reference":"Observation/later"},{"reference":"Observation/new"}],"effectiveDateTime":"2026","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]}}},
 {"resource":{"resourceType":"Patient","id":"p","gender":"male","birthDate":"1951-06-15"}},
 {"request":{"method":"DELETE","url":"Procedure/d"}}]}', 't');
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
SELECT * FROM check_chart;
SELECT count_events(chart, 'Observation', '{LOINC|4548-4}', visible => 2) AS three, (latest(chart, 'Observation')).id AS latest,
       has(chart, 'Procedure', everything => true) AS gone, age_at(chart, '2026-06-15') AS age_of_now FROM patient_chart;
-- A resource to which an unchanged one refers comes later; a medication gets another code.
SELECT status FROM ingest('{"resourceType":"Bundle","type":"batch","entry":[
 {"resource":{"resourceType":"Observation","id":"later","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-06-02","code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]}}},
 {"resource":{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"861007"}]}}}]}', 't');
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
SELECT * FROM check_chart;
SELECT has(chart, 'MedicationRequest', '{RXNORM|861007}') AS new_code, has(chart, 'MedicationRequest', '{RXNORM|860975}') AS old_code FROM patient_chart;
-- Nothing changed: nothing is written.
SELECT xmin AS before FROM chart_part \gset
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
SELECT xmin = :'before'::xid AS untouched FROM chart_part;
-- A change fits its own chart only, and its text form reads back.
SELECT recent::text::chart_change::text = recent::text AS reads_back FROM chart_part;
SELECT chart('{"resourceType":"Patient"}'::chart, recent) FROM chart_part;
SELECT '\x01'::chart_change;
-- Much has changed: the chart is written whole.
SELECT count(*) AS added FROM generate_series(1, 200) AS i, ingest(format('{"resourceType":"Observation","id":"x%s","status":"final","subject":{"reference":"Patient/p"},"effectiveDateTime":"2026-01-%s","code":{"coding":[{"system":"http://loinc.org","code":"x-%s"}]}}', i, lpad((i % 28 + 1)::text, 2, '0'), i), 't');
SELECT build_charts(array_agg(DISTINCT patient_id)) FROM patient_link;
SELECT * FROM check_chart;
-- Of a chart that stands out of line, no more is read than the answer takes; the answers are those of the whole.
SELECT pg_column_size(base) > 8000 AND recent IS NULL AS out_of_line FROM chart_part;
SELECT q.type, q.codes, has(s.base, q.type, q.codes) AS has, count_events(s.base, q.type, q.codes) AS events,
       count_events(s.base, q.type, q.codes, '[2026-01-01,2026-01-15)') AS early, (latest(s.base, q.type, q.codes)).id AS latest,
       (has(s.base, q.type, q.codes), count_events(s.base, q.type, q.codes), count_events(s.base, q.type, q.codes, '[2026-01-01,2026-01-15)'),
        (latest(s.base, q.type, q.codes)).id) IS NOT DISTINCT FROM
       (has(m.chart, q.type, q.codes), count_events(m.chart, q.type, q.codes), count_events(m.chart, q.type, q.codes, '[2026-01-01,2026-01-15)'),
        (latest(m.chart, q.type, q.codes)).id) AND (s.base @> q.codes) IS NOT DISTINCT FROM (m.chart @> q.codes) AS same
  FROM chart_part AS s, (SELECT base::text::chart AS chart FROM chart_part OFFSET 0) AS m,
       (VALUES (1, 'Observation', '{LOINC|x-7}'::codeset), (2, 'Observation', '{LOINC|absent}'), (3, 'Condition', '{LOINC|x-7}'),
               (4, 'Goal', NULL), (5, 'Observation', NULL), (6, 'Observation', '{LOINC|x-19*}'), (7, 'Observation', '{LOINC|y*}'),
               (8, NULL, '{LOINC|x-200}'), (9, NULL, '{LOINC|absent, SNOMED|1}')) AS q(n, type, codes)
 ORDER BY q.n;
-- A change of the shared medication is noted, and the refresh marks whoever has it in the chart.
DELETE FROM stale;
DELETE FROM stale_resource;
SELECT status FROM ingest('{"resourceType":"Medication","id":"m","status":"active","code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"861007"}]}}', 't');
SELECT resource_type, id FROM stale_resource;
SELECT refresh_resources() AS marked;
SELECT has(NULL::chart, 'Patient') IS NULL AS unknown;
SELECT has(chart, 'Nobody') FROM patient_chart;
DROP VIEW check_chart;
SELECT drop_store(format('drop all patient data in %s', current_database()));
