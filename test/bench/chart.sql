-- Charts from warm record tables, their sizes, one more lab result, and questions to stored charts.
\ir measure.sql
SELECT :'dir' || '/ndjson' AS ndjson \gset
SET max_parallel_workers_per_gather = 0;
SELECT string_agg(format('phm.%I', relname), ', ') AS tables FROM pg_class AS c
 WHERE relnamespace = 'phm'::regnamespace AND relkind IN ('r', 'p')
   AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'fingerprint') \gset
TRUNCATE :tables, phm.stale, phm.patient_link, phm.chart_part;
CALL phm.load(:'ndjson', 'bench');
ANALYZE;
SELECT array_agg(DISTINCT patient_id) AS ids FROM phm.patient \gset
SELECT phm.build_charts(:'ids') \g /dev/null
SELECT sum(phm.count_events(chart, everything => true, resource_type => NULL)) AS resources,
       sum(phm.count_events(chart, everything => true, resource_type => NULL)) + (SELECT count(*) FROM phm.claim_line) AS events,
       count(*) AS patients FROM phm.patient_chart \gset
SELECT format($$
	CALL pg_temp.start();
	SELECT count(chart) FROM phm.make_charts(%1$L);
	CALL pg_temp.stop('charts made', %2$s);
	UPDATE phm.chart_part SET base = NULL;
	CALL pg_temp.start();
	SELECT phm.build_charts(%1$L) IS NULL;
	CALL pg_temp.stop('charts made and written', %2$s)
	$$, :'ids', :events) AS script \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.rate(name, rows, 'events/s', '>= 300000') FROM (SELECT DISTINCT name, rows FROM run) AS r ORDER BY name;
CREATE TEMP TABLE size AS SELECT (phm.chart_sizes(base)).* FROM phm.chart_part;
SELECT pg_temp.line('hot part of charts', :events, round(sum(hot_bytes) / :events::numeric, 1)::text, 'B/event', '<= 64') FROM size;
SELECT pg_temp.line('hot part of charts', :resources, round(sum(hot_bytes) / :resources::numeric, 1)::text, 'B/resource', '-') FROM size;
SELECT pg_temp.line('whole charts', :events, round(sum(bytes) / :events::numeric, 1)::text, 'B/event', '<= 160') FROM size;
SELECT pg_temp.line('whole charts', :resources, round(sum(bytes) / :resources::numeric, 1)::text, 'B/resource', '-') FROM size;
-- One more lab result: the record's part and the chart's part of the log.
SELECT pg_current_wal_lsn() AS before \gset
SELECT status FROM phm.ingest('{"resourceType":"Observation","id":"wal","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"subject":{"reference":"Patient/' ||
	(SELECT id FROM phm.patient ORDER BY id LIMIT 1) || '"},"effectiveDateTime":"2024-01-01T10:00:00Z","valueQuantity":{"value":6.1,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}}', 'bench') \g /dev/null
SELECT pg_current_wal_lsn() AS ingested \gset
SELECT phm.build_charts(ARRAY(SELECT patient_id FROM phm.patient ORDER BY id LIMIT 1)) \g /dev/null
SELECT pg_temp.line('log of one lab result: record', 1, (:'ingested'::pg_lsn - :'before'::pg_lsn)::text, 'bytes', '-');
SELECT pg_temp.line('log of one lab result: chart', 1, (pg_current_wal_lsn() - :'ingested'::pg_lsn)::text, 'bytes', '-');
-- Questions, asked once for each joined row; what the query does beside them is taken off for concepts.
SELECT (SELECT count(*) FROM phm.patient_chart, generate_series(1, 1000)) AS asked \gset
CREATE TEMP TABLE concepts AS SELECT code FROM phm.observation WHERE code IS NOT NULL;
SELECT count(*) * 100 AS compared FROM concepts \gset
SELECT format($$
	CALL pg_temp.start();
	SELECT count(chart) FROM phm.patient_chart, generate_series(1, 1000);
	CALL pg_temp.stop('base', %1$s);
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE phm.has(chart, 'Condition', '{SNOMED|44054006}')) FROM phm.patient_chart, generate_series(1, 1000);
	CALL pg_temp.stop('phm.has over stored charts', %1$s);
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE code IS NOT NULL) FROM concepts, generate_series(1, 100);
	CALL pg_temp.stop('concept base', %2$s);
	CALL pg_temp.start();
	SELECT count(*) FILTER (WHERE code OPERATOR(phm.<@) '{LOINC|4548-4,LOINC|2339-0}'::phm.codeset) FROM concepts, generate_series(1, 100);
	CALL pg_temp.stop('concept in codeset', %2$s)
	$$, :asked, :compared) AS script \gset
\o /dev/null
SELECT unnest(string_to_array(:'script', ';')) FROM generate_series(1, :runs) \gexec
\o
SELECT pg_temp.rate(name, rows, 'patients/s', '>= 100000') FROM (SELECT DISTINCT name, rows FROM run WHERE name LIKE 'phm.has%') AS r;
SELECT pg_temp.line('concept <@ codeset', :compared, round((min(cpu) FILTER (WHERE name = 'concept in codeset') -
	min(cpu) FILTER (WHERE name = 'concept base')) / :compared * 1e9)::text, 'ns', 'CPU, scan taken off') FROM run;
\ir derive.sql
