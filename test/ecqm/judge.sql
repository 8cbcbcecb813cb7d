-- What each case gave against what is expected of it, population by population.
-- Members of a population are counted as the measure's scoring says (Quality Measure
-- Implementation Guide, population criteria by scoring): see README.md.
CREATE TABLE member AS
SELECT p.measure, p.group_number, c.name, w.way, p.scoring,
	   coalesce(max(members(o.result)) FILTER (WHERE p.number = p.denominator_from), '{}') AS initial_population,
	   coalesce(max(members(o.result)) FILTER (WHERE p.number = p.numerator_from), '{}') AS numerator_population,
	   coalesce(max(members(o.result)) FILTER (WHERE p.code IN ('denominator', 'measure-population')), '{}') AS denominator,
	   coalesce(max(members(o.result)) FILTER (WHERE p.code IN ('denominator-exclusion', 'measure-population-exclusion')), '{}') AS exclusion,
	   coalesce(max(members(o.result)) FILTER (WHERE p.code = 'numerator'), '{}') AS numerator,
	   coalesce(max(members(o.result)) FILTER (WHERE p.code = 'numerator-exclusion'), '{}') AS numerator_exclusion,
	   coalesce(max(members(o.result)) FILTER (WHERE p.code = 'denominator-exception'), '{}') AS exception,
	   string_agg(DISTINCT o.error, '; ') AS error, p.numerator_from
  FROM measured_population AS p
  JOIN pack_case AS c USING (measure)
  JOIN (SELECT measure, name, unnest(ARRAY['bundle', 'record']) AS way FROM pack_case
		UNION SELECT measure, name, way FROM outcome) AS w USING (measure, name)
  LEFT JOIN outcome AS o ON (o.measure, o.name, o.way, o.expression) = (p.measure, c.name, w.way, p.expression)
 GROUP BY p.measure, p.group_number, c.name, w.way, p.scoring, p.numerator_from;
-- The denominator lies within the initial population, its exclusions within the denominator.
UPDATE member SET denominator = among(denominator, initial_population);
UPDATE member SET exclusion = among(exclusion, denominator), exception = among(exception, denominator),
	numerator = among(numerator, CASE scoring WHEN 'ratio' THEN numerator_population ELSE denominator END);
-- What is excluded from the denominator is in no numerator of a proportion; the numerator of a ratio stands beside it.
UPDATE member SET numerator = CASE scoring WHEN 'ratio' THEN numerator ELSE among(numerator, exclusion, false) END, exception = among(exception, exclusion, false);
-- Exceptions are for those who do not meet the numerator.
UPDATE member SET numerator_exclusion = among(numerator_exclusion, numerator), exception = among(exception, numerator, false);

CREATE TABLE counted AS
SELECT p.measure, m.name, m.way, p.group_number, p.group_id, p.id AS population, p.code,
	   cardinality(CASE p.code WHEN 'initial-population' THEN CASE p.number WHEN m.numerator_from THEN m.numerator_population ELSE m.initial_population END
		WHEN 'denominator' THEN m.denominator
		WHEN 'measure-population' THEN m.denominator WHEN 'numerator' THEN m.numerator
		WHEN 'numerator-exclusion' THEN m.numerator_exclusion WHEN 'denominator-exception' THEN m.exception
		ELSE m.exclusion END) AS got,
	   m.error
  FROM population AS p JOIN member AS m USING (measure, group_number)
 WHERE p.code <> 'measure-observation';

-- What is expected of each population; without names, groups follow each other in their order.
CREATE TABLE wanted AS
SELECT e.measure, e.name, g.group_number, e.population, e.code, e.expected
  FROM (SELECT *, count(*) FILTER (WHERE code = 'initial-population') OVER (PARTITION BY measure, name ORDER BY line) AS block
		  FROM pack_expected WHERE kind = 'population') AS e
  JOIN LATERAL (SELECT DISTINCT p.group_number FROM population AS p
				 WHERE p.measure = e.measure AND CASE WHEN e."group" <> '' THEN p.group_id = e."group" ELSE p.group_number = e.block END) AS g ON true
 WHERE e.code NOT LIKE '%observation';

-- The values of observations of the episodes that count, as a sorted list.
CREATE TABLE observed_value AS
SELECT o.measure, o.name, o.way, o.group_number, o.number, array_agg(round((o.result #>> '{}')::numeric, 6) ORDER BY (o.result #>> '{}')::numeric) AS got
  FROM observation AS o JOIN member AS m USING (measure, name, way, group_number)
  JOIN observed_population AS p USING (measure, group_number, number)
 WHERE CASE WHEN p.code = 'numerator' THEN o.operand = ANY (m.numerator) AND NOT o.operand = ANY (m.numerator_exclusion)
			ELSE o.operand = ANY (m.denominator) AND NOT o.operand = ANY (m.exclusion) END
   AND o.result IS NOT NULL
 GROUP BY o.measure, o.name, o.way, o.group_number, o.number;
CREATE TABLE wanted_value AS
SELECT e.measure, e.name, p.group_number, p.number, array_agg(round(e.expected, 6) ORDER BY e.expected) AS expected
  FROM (SELECT *, count(*) FILTER (WHERE code = 'initial-population') OVER (PARTITION BY measure, name ORDER BY line) AS block
		  FROM pack_expected WHERE kind IN ('population', 'observation')) AS e
  JOIN population AS p ON p.measure = e.measure AND p.code = 'measure-observation'
   AND CASE WHEN e."group" <> '' THEN p.group_id = e."group" AND (e.population = p.id OR e.population LIKE p.id || '\_%') ELSE p.group_number = e.block END
 WHERE e.code LIKE '%observation'
 GROUP BY e.measure, e.name, p.group_number, p.number;

CREATE TABLE difference AS
SELECT w.measure, w.name, y.way, w.group_number AS position, 0::bigint AS number,
	   format('%s.%s expected %s got %s', coalesce(k.group_id, w.group_number::text), coalesce(nullif(w.population, ''), w.code), w.expected,
			  coalesce(k.got::text, 'nothing')) || coalesce(' (' || k.error || ')', '') AS what
  FROM wanted AS w CROSS JOIN (VALUES ('bundle'), ('record')) AS y(way)
  LEFT JOIN counted AS k ON (k.measure, k.name, k.way, k.group_number, k.code) = (w.measure, w.name, y.way, w.group_number, w.code)
   AND (w.population = '' OR k.population = w.population)
 WHERE k.got IS DISTINCT FROM w.expected::integer OR k.error IS NOT NULL
UNION ALL
SELECT w.measure, w.name, y.way, w.group_number, w.number,
	   format('group %s observation %s expected %s got %s', w.group_number, w.number, w.expected::text, coalesce(o.got::text, '{}')) ||
	   coalesce((SELECT ' (' || min(b.error) || ')' FROM observation AS b
				  WHERE (b.measure, b.name, b.way, b.group_number, b.number) = (w.measure, w.name, y.way, w.group_number, w.number)), '')
  FROM wanted_value AS w CROSS JOIN (VALUES ('bundle'), ('record')) AS y(way)
  LEFT JOIN observed_value AS o ON (o.measure, o.name, o.way, o.group_number, o.number) = (w.measure, w.name, y.way, w.group_number, w.number)
 WHERE o.got IS DISTINCT FROM w.expected AND NOT (o.got IS NULL AND 0 = ALL (w.expected));

-- Both ways must give the same, whatever is expected.
CREATE TABLE unequal AS
SELECT b.measure, b.name, string_agg(b.expression, ', ' ORDER BY b.expression) AS expressions
  FROM outcome AS b JOIN outcome AS r USING (measure, name, expression)
 WHERE b.way = 'bundle' AND r.way = 'record'
   AND (b.error IS DISTINCT FROM r.error OR
		ARRAY(SELECT e FROM unnest(members(b.result)) AS e ORDER BY e) IS DISTINCT FROM ARRAY(SELECT e FROM unnest(members(r.result)) AS e ORDER BY e))
 GROUP BY b.measure, b.name;

CREATE TABLE verdict AS
SELECT c.measure, c.name,
	   coalesce((SELECT 'the measure cannot be run' FROM trouble AS t WHERE t.measure = c.measure),
		concat_ws('; ', CASE WHEN NOT EXISTS (SELECT FROM pack_expected AS e WHERE (e.measure, e.name) = (c.measure, c.name)) THEN 'nothing is expected' END,
		(SELECT string_agg(d.what, '; ' ORDER BY d.position, d.number, d.what) FROM difference AS d
		  WHERE (d.measure, d.name, d.way) = (c.measure, c.name, 'bundle')),
		(SELECT 'through the record otherwise: ' || u.expressions FROM unequal AS u WHERE (u.measure, u.name) = (c.measure, c.name)))) AS problem
  FROM pack_case AS c;

-- What a variant changed: any count, observation or error; of cases without profiles, what is not as expected.
CREATE TABLE changed AS
SELECT w.measure, w.name, w.way, concat_ws('; ',
	   (SELECT string_agg(format('%s.%s is %s not %s', coalesce(b.group_id, b.group_number::text), coalesce(nullif(b.population, ''), b.code), k.got, b.got) || coalesce(' (' || k.error || ')', ''), '; ' ORDER BY b.group_number, b.code, b.population)
		  FROM counted AS b JOIN counted AS k USING (measure, name, group_number, code)
		 WHERE (b.measure, b.name, b.way, k.way) = (w.measure, w.name, 'bundle', w.way) AND b.population IS NOT DISTINCT FROM k.population
		   AND (b.got IS DISTINCT FROM k.got OR b.error IS DISTINCT FROM k.error)),
	   (SELECT string_agg(format('group %s observation %s is %s not %s', group_number, number, k.got::text, b.got::text), '; ' ORDER BY group_number, number)
		  FROM (SELECT * FROM observed_value AS o WHERE (o.measure, o.name, o.way) = (w.measure, w.name, 'bundle')) AS b
		  FULL JOIN (SELECT * FROM observed_value AS o WHERE (o.measure, o.name, o.way) = (w.measure, w.name, w.way)) AS k USING (group_number, number)
		 WHERE b.got IS DISTINCT FROM k.got)) AS what
  FROM (SELECT DISTINCT measure, name, way FROM outcome WHERE way NOT IN ('bundle', 'record')) AS w;
