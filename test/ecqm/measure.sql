-- Runs the cases of one measure (psql variable measure) both ways.
SET client_min_messages = warning;
TRUNCATE phm.library, phm.value_set;
INSERT INTO population
SELECT :'measure', g.n, g.body ->> 'id',
	   coalesce(extension(g.body, 'cqfm-scoring') #>> '{valueCodeableConcept,coding,0,code}', m #>> '{scoring,coding,0,code}', 'proportion'),
	   p.n, p.body ->> 'id', p.body #>> '{code,coding,0,code}', p.body #>> '{criteria,expression}',
	   extension(p.body, 'cqfm-criteriaReference') ->> 'valueString'
  FROM (SELECT e -> 'resource' AS m FROM pack_measure, jsonb_array_elements(bundle::jsonb -> 'entry') AS e
		 WHERE measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure' LIMIT 1) AS r,
	   jsonb_array_elements(m -> 'group') WITH ORDINALITY AS g(body, n),
	   jsonb_array_elements(g.body -> 'population') WITH ORDINALITY AS p(body, n);
SELECT e #>> '{resource,library,0}' AS library FROM pack_measure, jsonb_array_elements(bundle::jsonb -> 'entry') AS e
 WHERE measure = :'measure' AND e #>> '{resource,resourceType}' = 'Measure' LIMIT 1 \gset
SELECT count(*) FROM pack_measure, phm.load_fhir_library(bundle) WHERE measure = :'measure' \g /dev/null
SELECT count(*) FROM pack_extra, phm.read_library(elm) AS r, phm.load_elm(elm)
 WHERE NOT EXISTS (SELECT FROM phm.library AS l WHERE (l.name, l.version) = (r.name, r.version)) \g /dev/null
SELECT count(*) FROM pack_measure, phm.load_value_set(bundle) WHERE measure = :'measure' AND bundle LIKE '%"ValueSet"%' \g /dev/null
CREATE TEMP TABLE linked AS SELECT t.logic, t.problems FROM phm.try_link(ARRAY[CASE WHEN (phm.find_library(:'library')).name IS NOT NULL
	THEN :'library' ELSE regexp_replace(split_part(:'library', '|', 1), '.*/', '') END], 'empty', :native) AS t;
INSERT INTO trouble SELECT :'measure', phm.problem_text(problems) FROM linked WHERE logic IS NULL;
CREATE TEMP TABLE asked AS SELECT array_agg(DISTINCT expression) AS expressions FROM population WHERE measure = :'measure' AND code <> 'measure-observation';

-- Each case as a chart: of its Bundle, and through the record.
CREATE TEMP TABLE chart AS
SELECT c.name, 'bundle' AS way, c.bundle::phm.chart AS chart FROM pack_case AS c WHERE c.measure = :'measure';
SELECT i.error FROM pack_case AS c, phm.ingest(c.bundle, 'case-' || c.person, person => c.person) AS i WHERE c.measure = :'measure' \g /dev/null
SELECT phm.build_charts(array_agg(person)) FROM pack_case WHERE measure = :'measure' \g /dev/null
INSERT INTO chart
SELECT c.name, 'record', p.chart FROM pack_case AS c LEFT JOIN phm.patient_chart AS p ON p.patient_id = c.person WHERE c.measure = :'measure';
CREATE TEMP TABLE case_period AS
SELECT name, daterange(min(period_start), min(period_end), '[]') AS period FROM pack_expected WHERE measure = :'measure' GROUP BY name;

-- All expressions of a case in one pass.
INSERT INTO outcome
SELECT :'measure', c.name, c.way, r.expression, r.result, r.error
  FROM chart AS c JOIN case_period USING (name) CROSS JOIN linked CROSS JOIN asked
 CROSS JOIN LATERAL phm.evaluate_all(logic, chart, expressions, period, 'UTC', profiles => 'trust') AS r
 WHERE linked.logic IS NOT NULL;

-- Observations: of the episodes of the population that they refer to; a reference
-- that leads nowhere means the denominator for the first of a ratio, the numerator for the second.
CREATE TEMP TABLE observed AS
SELECT o.group_number, o.number, o.expression AS function,
	   coalesce(r.expression, (SELECT d.expression FROM population AS d WHERE d.measure = o.measure AND d.group_number = o.group_number
		AND d.code = CASE WHEN EXISTS (SELECT FROM population AS q WHERE q.measure = o.measure AND q.group_number = o.group_number AND q.code = 'measure-population')
						  THEN 'measure-population'
						  WHEN o.rank = 1 THEN 'denominator' ELSE 'numerator' END)) AS expression
  FROM (SELECT p.*, row_number() OVER (PARTITION BY group_number ORDER BY number) AS rank
		  FROM population AS p WHERE measure = :'measure' AND code = 'measure-observation') AS o
  LEFT JOIN population AS r ON r.measure = o.measure AND r.group_number = o.group_number AND r.id = o.reference;
CREATE FUNCTION pg_temp.observe(logic phm.logic, function text, expression text, chart phm.chart, period daterange)
RETURNS TABLE (operand jsonb, result jsonb, error text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT r.operand, r.result, NULL::text
		FROM phm.evaluate_each(logic, function, expression, chart, period, 'UTC', profiles => 'trust') AS r;
EXCEPTION WHEN OTHERS THEN
	RETURN QUERY SELECT NULL::jsonb, NULL::jsonb, SQLERRM;
END
$$;
INSERT INTO observation
SELECT :'measure', c.name, c.way, o.group_number, o.number, r.operand, r.result, r.error
  FROM chart AS c JOIN case_period USING (name) CROSS JOIN linked CROSS JOIN observed AS o
 CROSS JOIN LATERAL pg_temp.observe(logic, o.function, o.expression, chart, period) AS r
 WHERE linked.logic IS NOT NULL;

-- How long: the best of some rounds for each case, all expressions, charts in memory.
INSERT INTO duration
SELECT :'measure', unnest(phm.time_logic(logic, charts, expressions, period, 'UTC', NULL, NULL, 'trust', 0, false, :rounds))
  FROM linked CROSS JOIN asked
 CROSS JOIN (SELECT period, array_agg(chart) AS charts FROM chart JOIN case_period USING (name) WHERE way = 'bundle' GROUP BY period) AS c
 WHERE linked.logic IS NOT NULL AND :rounds > 0;
