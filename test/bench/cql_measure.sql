-- Loads and links one measure (psql variable measure) into bench_logic, its cases into bench_chart.
SET client_min_messages = warning;
TRUNCATE phm.library, phm.value_set;
SELECT e #>> '{resource,library,0}' AS library FROM pack_measure, jsonb_array_elements(bundle::jsonb -> 'entry') AS e
 WHERE measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure' LIMIT 1 \gset
SELECT count(*) FROM pack_measure, phm.load_fhir_library(bundle) WHERE measure = :'measure' \g /dev/null
SELECT count(*) FROM pack_extra, phm.read_library(elm) AS r, phm.load_elm(elm)
 WHERE NOT EXISTS (SELECT FROM phm.library AS l WHERE (l.name, l.version) = (r.name, r.version)) \g /dev/null
SELECT count(*) FROM pack_measure, phm.load_value_set(bundle) WHERE measure = :'measure' AND bundle LIKE '%"ValueSet"%' \g /dev/null
INSERT INTO bench_logic (measure, library, logic, expressions)
SELECT :'measure', root, phm.link(ARRAY[root], 'empty'),
	   ARRAY(SELECT DISTINCT p #>> '{criteria,expression}'
			   FROM pack_measure, jsonb_array_elements(bundle::jsonb -> 'entry') AS e,
					jsonb_array_elements(e #> '{resource,group}') AS g, jsonb_array_elements(g -> 'population') AS p
			  WHERE measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure'
				AND p #>> '{code,coding,0,code}' <> 'measure-observation')
  FROM (SELECT CASE WHEN (phm.find_library(:'library')).name IS NOT NULL THEN :'library'
					ELSE regexp_replace(split_part(:'library', '|', 1), '.*/', '') END AS root) AS r;
INSERT INTO bench_chart (measure, name, period, chart)
SELECT c.measure, c.name, p.period, c.bundle::phm.chart
  FROM pack_case AS c
  JOIN (SELECT name, daterange(min(period_start), min(period_end), '[]') AS period FROM pack_expected WHERE measure = :'measure' GROUP BY name) AS p USING (name)
 WHERE c.measure = :'measure';
