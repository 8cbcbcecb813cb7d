-- Runs the cases of one measure (psql variable measure) both ways.
SET client_min_messages = warning;
TRUNCATE phm.library, phm.value_set;
SELECT phm.unload_measure(measure || '|' || version) FROM phm.measure \g /dev/null
SELECT count(*) FROM pack_extra, phm.load_elm(elm) \g /dev/null
SELECT phm.load_measure(bundle::jsonb, missing_value_sets => 'empty') AS loaded FROM pack_measure WHERE measure = :'measure' \gset
SELECT (phm.find_measure(:'loaded')).measure AS name \gset
INSERT INTO population
SELECT :'measure', g.ordinal, g.group_id, g.scoring, p.ordinal, p.population_id, p.code, p.expression, p.reference
  FROM phm.measure_group AS g JOIN phm.measure_population AS p USING (measure, version, group_id) WHERE measure = :'name';
SELECT split_part(library, '|', 1) AS root, coalesce((SELECT 'Other ' FROM pack_variant WHERE measure = :'measure' LIMIT 1), '') AS prefix
  FROM phm.measure WHERE measure = :'name' \gset
-- kind: how it is linked, and which libraries.
CREATE TEMP TABLE linked AS
SELECT '' AS kind, t.logic, t.problems, phm.measure_plan() AS plan FROM phm.try_link(ARRAY[:'root'], 'empty', :native) AS t;
INSERT INTO trouble SELECT :'measure', phm.problem_text(problems) FROM linked WHERE logic IS NULL;
CREATE TEMP TABLE other AS SELECT elm, name FROM phm.library WHERE :'prefix' <> '';
SELECT count(*) FROM other, phm.load_elm(renamed(elm, 'Other ', false)) \g /dev/null
SELECT count(*) FROM other, phm.load_elm(renamed(elm, 'Changed ', name = 'FHIRHelpers')) \g /dev/null
INSERT INTO linked SELECT k.kind, t.logic, t.problems, jsonb_set(phm.measure_plan(), '{0,library}', to_jsonb(k.prefix || :'root'))
  FROM (VALUES ('no native functions', '', false), ('other names', 'Other ', true), ('other FHIRHelpers', 'Changed ', true)) AS k(kind, prefix, native)
 CROSS JOIN LATERAL phm.try_link(ARRAY[k.prefix || :'root'], 'empty', k.native) AS t WHERE :'prefix' <> '';
INSERT INTO trouble SELECT :'measure' || ', ' || kind, phm.problem_text(problems) FROM linked WHERE logic IS NULL AND kind <> '';
CREATE TEMP TABLE asked AS SELECT array_agg(DISTINCT expression) AS expressions FROM population WHERE measure = :'measure' AND code <> 'measure-observation';

-- Each case as a chart: of its Bundle, and through the record.
CREATE TEMP TABLE case_period AS
SELECT name, daterange(min(period_start), min(period_end), '[]') AS period FROM pack_expected WHERE measure = :'measure' GROUP BY name;
CREATE TEMP TABLE chart (name text, way text, period daterange, chart phm.chart, profiles text DEFAULT 'trust', kind text DEFAULT '');
INSERT INTO chart
SELECT name, 'bundle', period, bundle::phm.chart FROM pack_case JOIN case_period USING (name) WHERE measure = :'measure';
SELECT i.error FROM pack_case AS c, phm.ingest(c.bundle, 'case-' || c.person, person => c.person) AS i WHERE c.measure = :'measure' \g /dev/null
SELECT phm.build_charts(array_agg(person)) FROM pack_case WHERE measure = :'measure' \g /dev/null
INSERT INTO chart
SELECT c.name, 'record', period, p.chart FROM pack_case AS c JOIN case_period USING (name) LEFT JOIN phm.patient_chart AS p ON p.patient_id = c.person
 WHERE c.measure = :'measure';

-- The variants: other Bundles, other libraries, and a record of two sources with the same ids.
INSERT INTO chart
SELECT name, way, daterange((lower(period) + make_interval(years => years))::date, (upper(period) + make_interval(years => years))::date),
	   CASE WHEN bundle LIKE '<%' THEN phm.resource_from_xml(bundle)::jsonb::text::phm.chart ELSE bundle::phm.chart END, profiles
  FROM pack_variant JOIN case_period USING (name) WHERE measure = :'measure' AND way <> 'two sources';
INSERT INTO chart SELECT c.name, k.kind, c.period, c.chart, 'trust', k.kind
  FROM chart AS c JOIN (SELECT DISTINCT name FROM pack_variant WHERE measure = :'measure') AS v USING (name) JOIN linked AS k ON k.kind <> '' WHERE c.way = 'bundle';
CREATE TEMP TABLE two AS SELECT c.name, c.person + 1000000 AS person, c.bundle, v.bundle AS other
  FROM pack_case AS c JOIN pack_variant AS v USING (measure, name) WHERE c.measure = :'measure' AND v.way = 'two sources';
SELECT i.error FROM two, phm.ingest(other, 'https://clinic.example/' || person, person => person) AS i \g /dev/null
SELECT i.error FROM two, phm.ingest(bundle, 'https://hospital.example/' || person, person => person) AS i \g /dev/null
SELECT phm.build_charts(array_agg(person)) FROM two \g /dev/null
INSERT INTO chart SELECT name, 'two sources', period, p.chart FROM two JOIN case_period USING (name) JOIN phm.patient_chart AS p ON p.patient_id = person;

-- All expressions of a case in one pass.
INSERT INTO outcome
SELECT :'measure', c.name, c.way, r.expression, r.result, r.error
  FROM chart AS c JOIN linked USING (kind) CROSS JOIN asked
 CROSS JOIN LATERAL phm.evaluate_all(logic, chart, expressions, period, 'UTC', profiles => c.profiles) AS r
 WHERE linked.logic IS NOT NULL;

-- The measure itself.
INSERT INTO member
SELECT :'measure', c.name, c.way, r.group_id, r.episode, r.membership, r.observations, r.error
  FROM chart AS c JOIN linked USING (kind)
 CROSS JOIN LATERAL phm.run_measures(logic, plan, chart, period, 'UTC', profiles => c.profiles) AS r
 WHERE linked.logic IS NOT NULL AND r.stratifier = '';

-- How long: the best of some rounds for each case, all expressions, charts in memory.
INSERT INTO duration
SELECT :'measure', unnest(phm.time_logic(logic, charts, expressions, period, 'UTC', NULL, NULL, 'trust', 0, false, :rounds))
  FROM linked CROSS JOIN asked
 CROSS JOIN (SELECT period, array_agg(chart) AS charts FROM chart WHERE way = 'bundle' GROUP BY period) AS c
 WHERE linked.kind = '' AND linked.logic IS NOT NULL AND :rounds > 0;
