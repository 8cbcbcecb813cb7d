-- What each case gave against what is expected of it, population by population.
-- The bit of each population; a ratio may have an initial population for its numerator.
CREATE TABLE population_bit AS
SELECT p.measure, p.group_number, p.group_id, p.number, p.id, p.code,
	   CASE p.code WHEN 'initial-population' THEN
			CASE WHEN count(*) FILTER (WHERE p.code = 'initial-population') OVER grp > 1
				  AND p.id = max(p.reference) FILTER (WHERE p.code = 'numerator') OVER grp THEN 2 ELSE 1 END
		WHEN 'denominator' THEN 4 WHEN 'denominator-exclusion' THEN 8 WHEN 'denominator-exception' THEN 16
		WHEN 'numerator' THEN 32 WHEN 'numerator-exclusion' THEN 64 WHEN 'measure-population' THEN 128
		WHEN 'measure-population-exclusion' THEN 256 END AS bit,
	   CASE WHEN p.code = 'measure-observation' THEN row_number() OVER (PARTITION BY p.measure, p.group_number, p.code ORDER BY p.number) END AS observation
  FROM population AS p
WINDOW grp AS (PARTITION BY p.measure, p.group_number);

CREATE TABLE ran AS SELECT DISTINCT measure, name, way FROM outcome;
CREATE TABLE counted AS
SELECT p.measure, r.name, r.way, p.group_number, p.group_id, p.number, p.id AS population, p.code,
	   count(*) FILTER (WHERE m.membership & p.bit <> 0)::integer AS got, max(m.error) AS error
  FROM population_bit AS p JOIN ran AS r USING (measure)
  LEFT JOIN member AS m USING (measure, name, way, group_id)
 WHERE p.code <> 'measure-observation'
 GROUP BY p.measure, r.name, r.way, p.group_number, p.group_id, p.number, p.id, p.code;

-- What is expected of each population; without names, groups follow each other in their order.
CREATE TABLE wanted AS
SELECT e.measure, e.name, g.group_number, e.population, e.code, e.expected
  FROM (SELECT *, count(*) FILTER (WHERE code = 'initial-population') OVER (PARTITION BY measure, name ORDER BY line) AS block
		  FROM pack_expected WHERE kind = 'population') AS e
  JOIN LATERAL (SELECT DISTINCT p.group_number FROM population AS p
				 WHERE p.measure = e.measure AND CASE WHEN e."group" <> '' THEN p.group_id = e."group" ELSE p.group_number = e.block END) AS g ON true
 WHERE e.code NOT LIKE '%observation';

-- The values of observations, as a sorted list.
CREATE TABLE observed_value AS
SELECT m.measure, m.name, m.way, p.group_number, p.number,
	   array_agg(round(m.observations[p.observation], 6) ORDER BY m.observations[p.observation]) AS got
  FROM member AS m JOIN population_bit AS p USING (measure, group_id)
 WHERE m.observations[p.observation] IS NOT NULL
 GROUP BY m.measure, m.name, m.way, p.group_number, p.number;
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
	   format('group %s observation %s expected %s got %s', w.group_number, w.number, w.expected::text, coalesce(o.got::text, '{}'))
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
 GROUP BY b.measure, b.name
UNION ALL
SELECT measure, name, 'populations'
  FROM (SELECT measure, name, way, array_agg(concat_ws(' ', group_id, regexp_replace(episode, '#.*', ''), membership, observations::text, error)
					ORDER BY group_id, regexp_replace(episode, '#.*', '') COLLATE "C", membership, observations) AS rows
		  FROM member WHERE way IN ('bundle', 'record') GROUP BY measure, name, way) AS w
 GROUP BY measure, name HAVING min(rows) <> max(rows) OR count(*) <> 2;

CREATE TABLE verdict AS
SELECT c.measure, c.name,
	   coalesce((SELECT 'the measure cannot be run' FROM trouble AS t WHERE t.measure = c.measure),
		concat_ws('; ', CASE WHEN NOT EXISTS (SELECT FROM pack_expected AS e WHERE (e.measure, e.name) = (c.measure, c.name)) THEN 'nothing is expected' END,
		(SELECT string_agg(d.what, '; ' ORDER BY d.position, d.number, d.what) FROM difference AS d
		  WHERE (d.measure, d.name, d.way) = (c.measure, c.name, 'bundle')),
		(SELECT 'through the record otherwise: ' || u.expressions FROM unequal AS u WHERE (u.measure, u.name) = (c.measure, c.name)))) AS problem
  FROM pack_case AS c;

-- What a variant changed: any count, observation or error.  What there is beside
-- "unprofiled" must be the same as that.
ANALYZE counted, observed_value;
CREATE FUNCTION base(way text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN way LIKE 'unprofiled,%' THEN 'unprofiled' ELSE 'bundle' END $$;
CREATE TABLE change AS
SELECT k.measure, k.name, k.way, k.group_number, format('%s.%s is %s not %s', coalesce(k.group_id, k.group_number::text),
	   coalesce(nullif(k.population, ''), k.code), k.got, b.got) || coalesce(' (' || k.error || ')', '') AS what
  FROM counted AS k JOIN counted AS b USING (measure, name, group_number, number)
 WHERE b.way = base(k.way) AND k.way NOT IN ('bundle', 'record') AND (b.got IS DISTINCT FROM k.got OR b.error IS DISTINCT FROM k.error)
UNION ALL
SELECT measure, name, way, group_number, format('group %s observation %s is %s not %s', group_number, number, k.got::text, b.got::text)
  FROM (SELECT b.*, w.way AS other FROM observed_value AS b JOIN ran AS w USING (measure, name)
		 WHERE b.way = base(w.way) AND w.way NOT IN ('bundle', 'record')) AS b (measure, name, base, group_number, number, got, way)
  FULL JOIN (SELECT * FROM observed_value WHERE way NOT IN ('bundle', 'record')) AS k USING (measure, name, way, group_number, number)
 WHERE b.got IS DISTINCT FROM k.got;
CREATE TABLE changed AS
SELECT w.measure, w.name, w.way, coalesce(string_agg(c.what, '; ' ORDER BY c.group_number, c.what), '') AS what
  FROM (SELECT * FROM ran WHERE way NOT IN ('bundle', 'record')) AS w
  LEFT JOIN change AS c USING (measure, name, way)
 GROUP BY w.measure, w.name, w.way;
