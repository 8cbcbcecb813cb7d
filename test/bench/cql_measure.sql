-- One measure (psql variable measure): loaded, linked, timed over its cases and over large charts.
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
TRUNCATE phm.library, phm.value_set;
SELECT e #>> '{resource,library,0}' AS library FROM pack_measure, jsonb_array_elements(bundle::jsonb -> 'entry') AS e
 WHERE measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure' LIMIT 1 \gset
SELECT count(*) FROM pack_measure, phm.load_fhir_library(bundle) WHERE measure = :'measure' \g /dev/null
SELECT count(*) FROM pack_extra, phm.read_library(elm) AS r, phm.load_elm(elm)
 WHERE NOT EXISTS (SELECT FROM phm.library AS l WHERE (l.name, l.version) = (r.name, r.version)) \g /dev/null
-- Without value sets first: the size of the rules alone.
SELECT root, octet_length(phm.logic_send(phm.link(ARRAY[root], 'empty'))) AS bare_bytes
  FROM (SELECT CASE WHEN (phm.find_library(:'library')).name IS NOT NULL THEN :'library'
					ELSE regexp_replace(split_part(:'library', '|', 1), '.*/', '') END AS root) AS r \gset
SELECT count(*) FROM pack_measure, phm.load_value_set(bundle) WHERE measure = :'measure' AND bundle LIKE '%"ValueSet"%' \g /dev/null
INSERT INTO bench_logic (measure, library, logic, bare_bytes) VALUES (:'measure', (phm.find_library(:'root')).name, phm.link(ARRAY[:'root'], 'empty'), :bare_bytes);
-- Names are written by hand there: upper and lower case differ now and then.
UPDATE bench_logic AS b SET expressions = ARRAY(
	SELECT DISTINCT l.name
	  FROM pack_measure AS m, jsonb_array_elements(m.bundle::jsonb -> 'entry') AS e,
		   jsonb_array_elements(e #> '{resource,group}') AS g, jsonb_array_elements(g -> 'population') AS p,
		   phm.logic_expressions(b.logic) AS l
	 WHERE m.measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure'
	   AND p #>> '{code,coding,0,code}' <> 'measure-observation' AND lower(l.name) = lower(p #>> '{criteria,expression}')
	 ORDER BY 1)
 WHERE b.measure = :'measure';
CREATE TEMP TABLE case_period AS
SELECT name, daterange(min(period_start), min(period_end), '[]') AS period FROM pack_expected WHERE measure = :'measure' GROUP BY name;
INSERT INTO bench_chart (measure, name, period, chart)
SELECT c.measure, c.name, p.period, c.bundle::phm.chart FROM pack_case AS c JOIN case_period AS p USING (name) WHERE c.measure = :'measure';
INSERT INTO bench_time (measure, name, us)
SELECT :'measure', u.name, u.us
  FROM bench_logic AS b,
	   (SELECT period, array_agg(name ORDER BY name) AS names, array_agg(chart ORDER BY name) AS charts FROM bench_chart WHERE measure = :'measure' GROUP BY period) AS c,
	   unnest(c.names, phm.time_logic(b.logic, c.charts, b.expressions, c.period, 'UTC', NULL, NULL, 'trust', 0, false, :rounds)) AS u(name, us)
 WHERE b.measure = :'measure';
UPDATE bench_time AS t SET building_us = time_building(c.bundle, :rounds)
  FROM pack_case AS c WHERE t.measure = :'measure' AND (c.measure, c.name) = (t.measure, t.name);
INSERT INTO bench_large_time
SELECT :'measure', c.kind, unnest(phm.time_logic(b.logic, c.charts, b.expressions, c.period, 'UTC', NULL, NULL, 'trust', 0, false, CASE c.kind WHEN 'usual' THEN least(:rounds, 3) ELSE 1 END))
  FROM bench_logic AS b,
	   (SELECT l.kind, p.period, array_agg(l.bundle::phm.chart) AS charts FROM bench_large AS l JOIN case_period AS p USING (name) WHERE l.measure = :'measure' GROUP BY l.kind, p.period) AS c
 WHERE b.measure = :'measure';
