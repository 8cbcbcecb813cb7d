-- Explains cases of official measures and compares: what is explained is what is evaluated.
-- psql variable every: one of so many cases.  Prints cases, rows of clauses, and disagreements.
SET client_min_messages = warning;
SELECT count(*) FROM pack_extra, phm.load_elm(elm) \g /dev/null
CREATE TEMP TABLE loaded AS
SELECT measure, split_part(phm.load_measure(bundle::jsonb, missing_value_sets => 'empty'), '|', 1) AS loaded FROM pack_measure;
CREATE TEMP TABLE sampled AS
SELECT l.loaded AS measure, c.name, c.bundle::phm.chart AS chart, e.period
  FROM (SELECT *, row_number() OVER (PARTITION BY measure ORDER BY name) AS n FROM pack_case) AS c
  JOIN (SELECT measure, name, daterange(min(period_start), min(period_end), '[]') AS period FROM pack_expected GROUP BY measure, name) AS e USING (measure, name)
  JOIN loaded AS l USING (measure)
 WHERE c.n % :every = 1 OR :every = 1;
CREATE TEMP TABLE explained AS
SELECT s.measure, s.name, x.* FROM sampled AS s
 CROSS JOIN LATERAL phm.explain_measure(s.measure, s.chart, s.period, profiles => 'trust') AS x;
-- Populations: those of the measure's own logic.
CREATE TEMP TABLE evaluated AS
SELECT s.measure, s.name, r.group_id, bool_or(r.initial_population) AS initial_population, bool_or(r.denominator) AS denominator,
	   bool_or(r.denominator_exclusion) AS denominator_exclusion, bool_or(r.denominator_exception) AS denominator_exception,
	   bool_or(r.numerator) AS numerator, bool_or(r.numerator_exclusion) AS numerator_exclusion,
	   bool_or(r.measure_population) AS measure_population, bool_or(r.measure_population_exclusion) AS measure_population_exclusion, min(r.error) AS error
  FROM sampled AS s CROSS JOIN LATERAL phm.evaluate_measure(s.measure, s.chart, s.period, profiles => 'trust') AS r
 WHERE r.stratifier = '' GROUP BY s.measure, s.name, r.group_id;
CREATE TEMP TABLE disagreement AS
SELECT x.measure, x.name, x.population AS what FROM explained AS x
  LEFT JOIN evaluated AS e USING (measure, name, group_id)
 WHERE x.depth IS NULL AND x.clause NOT IN ('measure-observation', 'initial-population') AND e.error IS NULL
   AND x.truth IS DISTINCT FROM coalesce((to_jsonb(e) ->> replace(x.clause, '-', '_')), 'false')
UNION ALL
-- Definitions: those that the measure's logic gives when it is asked for them.
SELECT x.measure, x.name, x.definition FROM explained AS x
  JOIN sampled AS s USING (measure, name)
 CROSS JOIN LATERAL phm.evaluate_all(phm.measure_logic(s.measure), s.chart, ARRAY[x.library || '.' || x.definition], s.period, profiles => 'trust') AS v
 WHERE x.depth = 0 AND x.library = (SELECT split_part(m.library, '|', 1) FROM phm.measure AS m WHERE m.measure = x.measure AND m.current)
   AND x.truth <> 'not evaluated'
   AND EXISTS (SELECT FROM phm.logic_expressions(phm.measure_logic(s.measure)) AS l WHERE l.name = x.definition)
   AND x.truth IS DISTINCT FROM CASE WHEN v.error IS NOT NULL THEN 'error' WHEN v.result IS NULL THEN 'null'
		WHEN v.result IN ('false', '[]') THEN 'false' ELSE 'true' END;
SELECT * FROM disagreement ORDER BY 1, 2, 3 LIMIT 20;
SELECT (SELECT count(*) FROM sampled) AS cases, (SELECT count(*) FROM explained WHERE depth IS NOT NULL) AS clauses, (SELECT count(*) FROM disagreement) AS disagreements;
