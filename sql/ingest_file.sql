-- Files of the server: what is bad in them stays in the inbox and stops nothing.
SET search_path = public, phm;
SET client_min_messages = warning;
SELECT create_store() IS NOT NULL AS created;
SELECT current_setting('data_directory') || '/phm_ingest_file' AS folder \gset
\set program 'cat >/dev/null; mkdir -p ' :folder
COPY (SELECT 1) TO PROGRAM :'program';
CREATE FUNCTION put(path text, content bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	o oid := lo_from_bytea(0, content);
BEGIN
	PERFORM lo_export(o, path);
	PERFORM lo_unlink(o);
END
$$;
CREATE FUNCTION lab(id text, patient text) RETURNS text LANGUAGE sql AS $$
	SELECT format('{"resourceType":"Observation","id":"%s","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/%s"}}', id, patient)
$$;
-- Bad lines in the middle: no JSON, a blank line, not UTF-8, a name twice, too deep, an unknown type, a wrong value, nobody's; the last without an end.
SELECT put(:'folder' || '/lines.ndjson', convert_to(E'{"resourceType":"Patient","id":"a"}\n' || lab('1', 'a') || E'\n{"resourceType":\n\n', 'UTF8')
	|| convert_to('{"resourceType":"Observation","id":"', 'UTF8') || '\xff'::bytea || convert_to(E'"}\n'
	|| E'{"resourceType":"Observation","id":"x","id":"y"}\n'
	|| '{"resourceType":"Observation","extension":' || repeat('[{"extension":', 200) || E'\n'
	|| E'{"resourceType":"Nonsense"}\n{"resourceType":"Observation","status":1}\n'
	|| E'{"resourceType":"Observation","id":"n","subject":{"reference":""}}\n' || lab('2', 'a'), 'UTF8'));
-- Files without anything, and with blanks only; one that is cut off; one that is whole.
SELECT put(:'folder' || '/nothing.ndjson', ''), put(:'folder' || '/nothing.json', ''), put(:'folder' || '/blank.ndjson', E'\n \n'),
	put(:'folder' || '/cut.json', convert_to(left(lab('3', 'a'), 40), 'UTF8')), put(:'folder' || '/whole.json', convert_to(lab('4', 'a'), 'UTF8'));
CALL load(:'folder', 's');
SELECT substr(file, length(:'folder') + 2) AS file, status, resources, rejected, line, parent_id IS NULL AS whole
  FROM inbox WHERE parent_id IS NULL ORDER BY 1;
SELECT substr(file, length(:'folder') + 2) AS file, line, sqlstate, error, left(detail, 60) AS detail, payload IS NOT NULL AS text, payload_bytes IS NOT NULL AS bytes
  FROM inbox WHERE parent_id IS NOT NULL ORDER BY 1, 2;
SELECT id, (SELECT substr(file, length(:'folder') + 2) FROM inbox AS i WHERE i.inbox_id = t.inbox_id) AS file FROM observation AS t ORDER BY 1;
-- The same files again change nothing.
CREATE TABLE before AS SELECT id, fingerprint, changed_at, inbox_id FROM observation;
TRUNCATE stale;
CALL load(:'folder', 's');
SELECT count(*) AS changed FROM (SELECT id, fingerprint, changed_at, inbox_id FROM observation EXCEPT TABLE before) AS t;
SELECT count(*) AS marks FROM stale;
-- Many files: each row leads to its own, more than one batch of them, and the later one wins.
\set program 'cat >/dev/null; rm -r ' :folder ' && mkdir ' :folder
COPY (SELECT 1) TO PROGRAM :'program';
SELECT count(put(:'folder' || format('/%s.json', n), convert_to(lab('m' || n, 'p' || n), 'UTF8'))) FROM generate_series(100, 399) AS n;
SELECT count(put(:'folder' || format('/%s.json', n), convert_to(lab('m100', 'p' || n), 'UTF8'))) FROM generate_series(400, 401) AS n;
CALL load(:'folder', 's');
SELECT count(*) AS rows, count(*) FILTER (WHERE i.file LIKE '%/' || substr(t.id, 2) || '.json') AS own, min(i.file) FILTER (WHERE t.id = 'm100') LIKE '%/401.json' AS last
  FROM observation AS t JOIN inbox AS i USING (inbox_id) WHERE t.id LIKE 'm%';
SELECT count(*) AS files, sum(resources) AS resources, bool_and(status = 'done') AS done FROM inbox WHERE file ~ '/[0-9]+\.json$';
-- 100 MB in one resource.
SELECT put(:'folder' || '/big.json', convert_to('{"resourceType":"Basic","id":"big","code":{"text":"x"},"extension":[' ||
	repeat('{"url":"http://example.org/x","valueString":"' || repeat('x', 1000) || '"},', 95000) || '{"url":"http://example.org/last"}]}', 'UTF8'));
\set file :folder '/big.json'
CALL load(:'file', 's');
SELECT status, resources, rejected, position > 99000000 AS large FROM inbox WHERE file = :'file';
SELECT length(resource(t)::text) > 99000000 AS large FROM other_resource AS t WHERE id = 'big';
\set program 'cat >/dev/null; rm -r ' :folder
COPY (SELECT 1) TO PROGRAM :'program';
DROP TABLE before;
DROP FUNCTION put, lab;
SELECT drop_store(format('drop all patient data in %s', current_database()));
