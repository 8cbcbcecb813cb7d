-- Loading: NDJSON first, again and changed; Bundles; and what jsonb needs for the text alone.
\ir measure.sql
SELECT :'dir' || '/ndjson' AS ndjson, :'dir' || '/bundle' AS bundle \gset
CREATE TEMP TABLE text_line AS
SELECT l FROM phm.server_files(:'ndjson') AS f, string_to_table(pg_read_file(f), E'\n') AS l WHERE l <> '';
SELECT count(*) AS n, round(sum(octet_length(l)) / 1e6, 1) AS mb FROM text_line \gset
SELECT string_agg(format('phm.%I', relname), ', ') AS tables FROM pg_class AS c
 WHERE relnamespace = 'phm'::regnamespace AND relkind IN ('r', 'p')
   AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'fingerprint') \gset
SELECT format($$
	TRUNCATE %3$s, phm.stale;
	CALL pg_temp.start();
	CALL phm.load(%1$L, 'bench');
	CALL pg_temp.stop('NDJSON, first load', %4$s, %5$s);
	CALL pg_temp.start();
	CALL phm.load(%1$L, 'bench');
	CALL pg_temp.stop('NDJSON, nothing changed', %4$s, %5$s);
	%6$s
	CALL pg_temp.start();
	CALL phm.load(%1$L, 'bench');
	CALL pg_temp.stop('NDJSON, upsert of every resource', %4$s, %5$s);
	CALL pg_temp.start();
	CREATE TEMP TABLE parsed AS SELECT l::jsonb FROM text_line;
	CALL pg_temp.stop('text to jsonb alone', %4$s, %5$s);
	DROP TABLE parsed;
	$$, :'ndjson', :'bundle', :'tables', :n, :mb,
	(SELECT string_agg(format('UPDATE %s SET fingerprint = NULL;', t), ' ') FROM string_to_table(:'tables', ', ') AS t)) AS script \gset
SET phm.mark_changes = off;
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
SELECT sum(resources) AS bundled, sum(position) / 1e6 AS bundle_mb FROM phm.inbox WHERE false \gset
TRUNCATE :tables, phm.stale;
CALL pg_temp.start();
CALL phm.load(:'bundle', 'bundles');
SELECT sum(resources) AS bundled, round(sum(position) / 1e6, 1) AS bundle_mb FROM phm.inbox WHERE source = 'bundles' AND parent_id IS NULL \gset
CALL pg_temp.stop('Bundles, first load', :bundled, :bundle_mb);
SELECT pg_temp.rate(name, rows, 'resources/s', CASE name WHEN 'NDJSON, first load' THEN '>= 20000' WHEN 'NDJSON, upsert of every resource' THEN '>= 8000' ELSE '-' END)
  FROM (SELECT DISTINCT ON (name) name, rows FROM run) AS r ORDER BY name;
SELECT pg_temp.rate(name, mb, 'MB/s', CASE name WHEN 'NDJSON, first load' THEN '>= 28' ELSE '-' END)
  FROM (SELECT DISTINCT ON (name) name, mb FROM run) AS r ORDER BY name;
SELECT pg_temp.line('NDJSON, first load: CPU against text to jsonb', :n,
	round(min(cpu) FILTER (WHERE name = 'NDJSON, first load') / min(cpu) FILTER (WHERE name = 'text to jsonb alone'), 2)::text, 'times', '-') FROM run;
