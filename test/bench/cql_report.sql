-- What the measures took, one line each and in all.
\ir measure.sql
CREATE TEMP TABLE summary AS
SELECT measure, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS median, percentile_cont(0.99) WITHIN GROUP (ORDER BY us) AS p99,
	   percentile_cont(0.5) WITHIN GROUP (ORDER BY us + building_us) AS whole, percentile_cont(0.99) WITHIN GROUP (ORDER BY us + building_us) AS whole_p99,
	   (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY us) FROM bench_large_time AS l WHERE l.measure = t.measure AND kind = 'usual') AS large
  FROM bench_time AS t GROUP BY measure;
SELECT pg_temp.line(left(measure, 44), n, round(median::numeric, 1)::text, 'us/patient',
	format('p99 %s; with reading and chart %s, p99 %s; of 500 resources %s', round(p99::numeric, 1), round(whole::numeric, 1), round(whole_p99::numeric, 1), round(large::numeric, 1)))
  FROM summary ORDER BY measure;
SELECT pg_temp.line('measures: median of the medians', count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY median)::numeric, 1)::text, 'us/patient', '<= 10') FROM summary;
SELECT pg_temp.line('measures: greatest median', count(*), round(max(median)::numeric, 1)::text, 'us/patient',
	'<= 50; ' || (SELECT measure FROM summary ORDER BY median DESC LIMIT 1)) FROM summary;
SELECT pg_temp.line('measures: p99 of all patients', count(*), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY us)::numeric, 1)::text, 'us/patient', '<= 250') FROM bench_time;
SELECT pg_temp.line('measures: median of the medians, with chart', count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY whole)::numeric, 1)::text, 'us/patient', '-') FROM summary;
SELECT pg_temp.line('measures: p99, with chart', count(*), round(percentile_cont(0.99) WITHIN GROUP (ORDER BY us + building_us)::numeric, 1)::text, 'us/patient', '-') FROM bench_time;
SELECT pg_temp.line(format('charts of 500 resources, %s: median', kind), count(*), round(percentile_cont(0.5) WITHIN GROUP (ORDER BY us)::numeric, 1)::text, 'us/patient',
	CASE kind WHEN 'usual' THEN '<= 100' ELSE '-' END) FROM bench_large_time GROUP BY kind ORDER BY kind DESC;
SELECT DISTINCT ON (kind) pg_temp.line(format('charts of 500 resources, %s: greatest', kind), 1, round(us::numeric, 1)::text, 'us/patient', measure)
  FROM bench_large_time ORDER BY kind DESC, us DESC;
SELECT pg_temp.line('logic of a measure without codes: median', count(*), round((percentile_cont(0.5) WITHIN GROUP (ORDER BY bare_bytes) / 1024)::numeric)::text, 'KB', 'greatest ' || max(bare_bytes) / 1024) FROM bench_logic;
