-- What comes in twice, changes, moves, disappears or cannot be read.
SET search_path = public, phm;
SET client_min_messages = warning;
-- Nothing is read without a store, or into one of another version.
\set VERBOSITY sqlstate
SELECT ingest('{}', 's');
CALL load('/nowhere', 's');
SELECT create_store() IS NOT NULL AS created;
BEGIN;
UPDATE store_version SET version = '0.0.1';
SELECT ingest('{}', 's');
ROLLBACK;
\set VERBOSITY default
-- Everything that the record holds, by source: rows apart from when and with which message they came.
CREATE VIEW held AS
SELECT 'condition' AS kind, source, id, ordinal, patient_id, deleted_at IS NOT NULL AS gone, resource(t)::text AS resource, changed_at FROM condition AS t
UNION ALL SELECT 'observation', source, id, ordinal, patient_id, deleted_at IS NOT NULL, resource(t)::text, changed_at FROM observation AS t
UNION ALL SELECT 'claim', source, id, ordinal, patient_id, deleted_at IS NOT NULL, resource(t)::text, changed_at FROM claim AS t
UNION ALL SELECT 'other', source, id, ordinal, patient_id, deleted_at IS NOT NULL, resource(t)::text, changed_at FROM other_resource AS t;
CREATE FUNCTION who(bigint) RETURNS text LANGUAGE sql AS 'SELECT source_patient_id FROM phm.patient_link WHERE patient_id = $1';
CREATE FUNCTION lab(id text, patient text, value text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"resourceType":"Observation","id":"%s","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/%s"},"valueInteger":%s}', id, patient, value)
$$;

-- Loading twice changes nothing and marks nobody.
SELECT status, resources FROM ingest(lab('o', 'a', '1'), 's');
SELECT who(patient_id), why FROM stale ORDER BY why;
TRUNCATE stale;
CREATE TABLE before AS TABLE held;
SELECT status, resources FROM ingest(lab('o', 'a', '1'), 's');
SELECT count(*) AS rows, (SELECT count(*) FROM stale) AS marks FROM (TABLE held EXCEPT TABLE before) AS new;

-- An update replaces; the same id of another source is something else.
SELECT status, resources FROM ingest(lab('o', 'a', '2'), 's');
SELECT status, resources FROM ingest(lab('o', 'a', '3'), 's2');
SELECT source, id, resource FROM held ORDER BY 1;
SELECT who(patient_id), why FROM stale ORDER BY mark_id;
TRUNCATE stale;

-- A resource that moves to another patient leaves the first, and both are marked.
SELECT status, resources FROM ingest(lab('o', 'b', '2'), 's');
SELECT who(patient_id), resource FROM held WHERE source = 's';
SELECT who(patient_id), why FROM stale ORDER BY 2, 1;
TRUNCATE stale;

-- One Bundle: different resources with one id stay apart, the same one twice is one.
SELECT status, resources FROM ingest(format('{"resourceType":"Bundle","type":"batch","entry":[{"resource":%s},{"resource":%s},{"resource":%s}]}',
	lab('d', 'a', '1'), lab('d', 'a', '2'), lab('d', 'a', '1')), 's');
SELECT id, ordinal, resource FROM held WHERE id = 'd' ORDER BY 2;
-- And what a later Bundle no longer has under that id goes.
SELECT status, resources FROM ingest(lab('d', 'a', '5'), 's');
SELECT id, ordinal, resource FROM held WHERE id = 'd' ORDER BY 2;
-- Two patients with one id in a Bundle.
SELECT status, resources FROM ingest(format('{"resourceType":"Bundle","type":"batch","entry":[{"resource":%s},{"resource":%s}]}',
	lab('d', 'a', '1'), lab('d', 'b', '1')), 's');
SELECT id, ordinal, who(patient_id) FROM held WHERE id = 'd' ORDER BY 3;

-- Lines that a claim no longer has disappear; those of other claims and types stay.
CREATE FUNCTION claim(type text, id text, patient text, items text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"resourceType":"%s","id":"%s","status":"active","patient":{"reference":"Patient/%s"},"item":[%s]}', type, id, patient, items)
$$;
SELECT count(*) FROM (VALUES ('Claim', 'c', 'a'), ('ExplanationOfBenefit', 'c', 'a'), ('Claim', 'c2', 'a')) AS v(t, i, p),
	LATERAL ingest(claim(t, i, p, '{"sequence":1},{"sequence":2},{"sequence":3}'), 's');
SELECT status FROM ingest(claim('Claim', 'c', 'a', '{"sequence":1},{"sequence":3}'), 's');
SELECT resource_type, id, array_agg(line ORDER BY line) FROM claim_line GROUP BY 1, 2 ORDER BY 1, 2;
SELECT status FROM ingest(claim('Claim', 'c', 'b', '{"sequence":1}'), 's');
SELECT resource_type, id, who(patient_id), array_agg(line ORDER BY line) FROM claim_line GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT status FROM ingest('{"resourceType":"Claim","id":"c2","status":"active","patient":{"reference":"Patient/a"}}', 's');
SELECT resource_type, id, count(*) FROM claim_line GROUP BY 1, 2 ORDER BY 1, 2;
TRUNCATE stale;

-- A DELETE leaves the row, marked as deleted; coming again brings it back.
SELECT status, deleted FROM ingest('{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation/o"}}]}', 's');
SELECT source, id, gone FROM held WHERE id = 'o' ORDER BY 1;
SELECT who(patient_id), why FROM stale ORDER BY why;
SELECT status, resources FROM ingest(lab('o', 'b', '2'), 's');
SELECT source, id, gone FROM held WHERE id = 'o' ORDER BY 1;
-- In one Bundle the order of the entries counts; a DELETE that names nothing is an error.
SELECT status, resources, deleted FROM ingest(format('{"resourceType":"Bundle","type":"transaction","entry":[{"resource":%s},{"request":{"method":"DELETE","url":"Observation/z"}}]}', lab('z', 'a', '1')), 's');
SELECT id, gone FROM held WHERE id = 'z';
SELECT status, sqlstate, error FROM ingest('{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE","url":"Observation"}}]}', 's');

-- Bad messages: an inbox row with the error, the text kept.
TRUNCATE inbox;
SELECT i.status, i.resources, i.sqlstate, i.error, i.detail
  FROM (VALUES (1, ''), (2, '{"resourceType":"Observation"'), (3, '{"resourceType":"Observation","status":"final","status":"final"}'),
               (4, repeat('[', 200)), (5, '{"resourceType":"Observation","extension":' || repeat('[{"extension":', 200)),
               (6, '{"resourceType":"Nonsense"}'), (7, '{"resourceType":"Observation","id":"q","valueInteger":"x"}'), (8, 'null')) AS v(n, t),
       LATERAL ingest(v.t, 's') AS i ORDER BY n;
SELECT count(*) AS kept FROM inbox WHERE status = 'error' AND payload IS NOT NULL;
-- A bad entry does not stop the others of its Bundle.
SELECT status, resources, rejected FROM ingest(format('{"resourceType":"Bundle","type":"batch","entry":[{"resource":%s},{"resource":{"resourceType":"Observation","id":5}},{"resource":%s}]}',
	lab('g1', 'a', '1'), lab('g2', 'a', '2')), 's');
SELECT sqlstate, error, detail, payload FROM inbox WHERE parent_id IS NOT NULL;
SELECT id FROM held WHERE id LIKE 'g_' ORDER BY 1;
-- No rows can be had by calling what belongs to the loaders.
SELECT * FROM record_batch_keys('claim');
SELECT * FROM record_batch_rows(NULL::claim);
-- A chart is made of what the rows say, not of the order in which they lie.
SELECT count(*) FROM (VALUES (1, 'c1', '2024-01-01', 'E11.9'), (2, 'c2', '2024-01-01', 'I10'), (3, 'c3', '2023-05-05', 'E11.9')) AS v(n, id, day, code),
	LATERAL ingest(format('{"resourceType":"Condition","id":"%s","subject":{"reference":"Patient/a"},"onsetDateTime":"%s","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"%s"}]}}', id, day, code), 's');
CREATE TABLE first AS SELECT patient_id, chart_send(chart) AS bytes FROM make_charts(ARRAY(SELECT patient_id FROM patient_link));
CREATE TABLE copy AS SELECT * FROM condition ORDER BY id DESC;
DELETE FROM condition;
INSERT INTO condition TABLE copy;
CREATE TABLE copy2 AS SELECT * FROM observation ORDER BY id DESC;
DELETE FROM observation;
INSERT INTO observation TABLE copy2;
SELECT count(*) AS charts, count(*) FILTER (WHERE bytes = chart_send(chart)) AS equal, max(length(bytes)) > 500 AS filled
  FROM first JOIN make_charts(ARRAY(SELECT patient_id FROM patient_link)) AS m USING (patient_id) WHERE bytes IS NOT NULL;
DROP TABLE first, copy, copy2;
DROP VIEW held;
DROP TABLE before;
DROP FUNCTION who, lab, claim;
-- A trigger that keeps links away is told, and no row is written for nobody.
BEGIN;
CREATE FUNCTION keep_away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep_away BEFORE INSERT ON patient_link FOR EACH ROW EXECUTE FUNCTION keep_away();
SELECT ingest('{"resourceType":"Condition","id":"lost","subject":{"reference":"Patient/lost"}}', 's');
ROLLBACK;
SELECT drop_store(format('drop all patient data in %s', current_database()));
