-- All measures in one logic, run over demo charts in one pass.
\ir measure.sql
SET client_min_messages = warning;
TRUNCATE phm.library, phm.value_set;
CALL pg_temp.start();
SELECT count(*) FROM pack_measure, phm.load_fhir_library(bundle) WHERE measure IN (SELECT measure FROM bench_logic) \g /dev/null
SELECT count(*) FROM pack_extra, phm.read_library(elm) AS r, phm.load_elm(elm)
 WHERE NOT EXISTS (SELECT FROM phm.library AS l WHERE (l.name, l.version) = (r.name, r.version)) \g /dev/null
SELECT count(*) AS libraries FROM phm.library \gset
CALL pg_temp.stop('libraries loaded', :libraries);
CALL pg_temp.start();
SELECT count(*) FROM pack_measure, phm.load_value_set(bundle) WHERE bundle LIKE '%"ValueSet"%' AND measure IN (SELECT measure FROM bench_logic) \g /dev/null
SELECT count(*) AS sets FROM phm.value_set \gset
CALL pg_temp.stop('value sets loaded', :sets);
SELECT count(*) AS measures FROM bench_logic \gset
CALL pg_temp.start();
CREATE TEMP TABLE together AS SELECT phm.link(array_agg(library ORDER BY library), 'empty') AS logic FROM bench_logic;
CALL pg_temp.stop('measures linked into one logic', :measures);
SELECT pg_temp.line(name, rows, round(cpu * 1000)::text, 'ms', 'CPU; elapsed ' || round(elapsed * 1000)) FROM run ORDER BY name;
SELECT pg_temp.line('one logic of all measures', :measures, round(octet_length(phm.logic_send(logic)) / 1024.0)::text, 'KB', '-') FROM together;
TRUNCATE phm.value_set;
SELECT pg_temp.line('one logic without codes', :measures, round(octet_length(phm.logic_send(phm.link(array_agg(library ORDER BY library), 'empty'))) / 1024.0 / :measures, 1)::text, 'KB/measure', '-') FROM bench_logic;
CREATE TEMP TABLE asked AS
SELECT array_agg(library || '.' || e ORDER BY library, e) AS expressions FROM bench_logic, unnest(expressions) AS e;
CREATE TEMP TABLE together_time AS
SELECT unnest(phm.time_logic(logic, charts, expressions, '[2025-01-01,2026-01-01)', 'UTC', NULL, NULL, 'auto', 0, false, :runs)) AS us
  FROM together, asked, (SELECT array_agg(chart) AS charts FROM demo_chart) AS c;
SELECT pg_temp.line('all measures over demo charts', count(*), round(avg(us)::numeric)::text, 'us/patient',
	format('median %s, p99 %s; %s events on average', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY us)::numeric), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY us)::numeric),
	(SELECT round(avg(phm.count_events(chart, everything => true, resource_type => NULL))) FROM demo_chart))) FROM together_time;
SELECT pg_temp.line('all measures over demo charts, per measure', count(*), round(avg(us)::numeric / :measures, 1)::text, 'us/patient', '<= 15') FROM together_time;
