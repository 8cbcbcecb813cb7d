-- Resident memory of a backend after few and after many evaluations of a measure.
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.resident() RETURNS numeric LANGUAGE sql VOLATILE AS $$
	SELECT round((regexp_match(status, 'RssAnon:\s*(\d+)'))[1]::numeric / 1024, 1) FROM pg_read_file('/proc/' || pg_backend_pid() || '/status') AS status
$$;
SELECT count(phm.evaluate(logic, expressions[1], chart, '[2025-01-01,2026-01-01)'))
  FROM demo_chart, (SELECT * FROM bench_logic WHERE measure LIKE :'like' ORDER BY measure LIMIT 1) AS b \g /dev/null
SELECT pg_temp.resident() AS few \gset
SELECT count(phm.evaluate(logic, expressions[1], chart, '[2025-01-01,2026-01-01)'))
  FROM demo_chart, generate_series(1, 100), (SELECT * FROM bench_logic WHERE measure LIKE :'like' ORDER BY measure LIMIT 1) AS b \g /dev/null
SELECT pg_temp.line('resident memory after evaluations', 1000, :'few', 'MB', 'the same for both');
SELECT pg_temp.line('resident memory after evaluations', 101000, pg_temp.resident()::text, 'MB', 'the same for both');
