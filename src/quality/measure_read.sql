/*
 * measure_read.sql: what a FHIR Measure says, in the shape that loading, checking and
 * running share.  Pure: nothing is looked up.
 */
CREATE FUNCTION phm.measure_extension(element jsonb, name text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT e FROM jsonb_array_elements(CASE jsonb_typeof(element -> 'extension') WHEN 'array' THEN element -> 'extension' END)
		WITH ORDINALITY AS x(e, n)
	 WHERE (e ->> 'url') LIKE '%/' || name ORDER BY n LIMIT 1;
END;
COMMENT ON FUNCTION phm.measure_extension(jsonb, text) IS
'Internal: the first extension of an element whose url ends with a name, NULL when there is none. Measures say scoring, basis and references by extensions of the Quality Measure Implementation Guide (cqfm-...).';

CREATE FUNCTION phm.measure_items(list jsonb) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT e || jsonb_build_object('#', n)
	  FROM jsonb_array_elements(CASE jsonb_typeof(list) WHEN 'array' THEN list END) WITH ORDINALITY AS x(e, n)
	 WHERE jsonb_typeof(e) = 'object' ORDER BY n;
END;
COMMENT ON FUNCTION phm.measure_items(jsonb) IS
'Internal: the objects of a JSON array, each with its position from 1 as member "#"; nothing for anything else.';

CREATE FUNCTION phm.measure_code(concept jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(concept #>> '{coding,0,code}', concept ->> 'text');
END;
COMMENT ON FUNCTION phm.measure_code(jsonb) IS 'Internal: the first code of a CodeableConcept, or its text.';

CREATE FUNCTION phm.read_population(population jsonb, code text, repeated boolean) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'id', coalesce(population ->> 'id', code || CASE WHEN repeated THEN '-' || (population ->> '#') ELSE '' END),
		'ordinal', (population ->> '#')::integer, 'code', code, 'description', population ->> 'description',
		'expression', population #>> '{criteria,expression}', 'language', population #>> '{criteria,language}',
		'reference', phm.measure_extension(population, 'cqfm-criteriaReference') ->> 'valueString',
		'aggregate', lower(coalesce(phm.measure_extension(population, 'cqfm-aggregateMethod') ->> 'valueString',
			phm.measure_extension(population, 'cqfm-aggregateMethod') ->> 'valueCode')));
END;
COMMENT ON FUNCTION phm.read_population(jsonb, text, boolean) IS 'Internal: one Measure.group.population.';

CREATE FUNCTION phm.read_measure_group("group" jsonb, measure jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'id', coalesce("group" ->> 'id', 'group-' || ("group" ->> '#')), 'ordinal', ("group" ->> '#')::integer,
		'description', "group" ->> 'description',
		'scoring', coalesce(phm.measure_code(phm.measure_extension("group", 'cqfm-scoring') -> 'valueCodeableConcept'),
			phm.measure_code(measure -> 'scoring')),
		'basis', coalesce(phm.measure_extension("group", 'cqfm-populationBasis') ->> 'valueCode',
			phm.measure_extension(measure, 'cqfm-populationBasis') ->> 'valueCode', ''),
		'improvement_notation', coalesce(phm.measure_code(phm.measure_extension("group", 'cqfm-improvementNotation') -> 'valueCodeableConcept'),
			phm.measure_code(measure -> 'improvementNotation')),
		'populations', coalesce((
			SELECT jsonb_agg(phm.read_population(p, phm.measure_code(p -> 'code'), q.n > 1) ORDER BY (p ->> '#')::integer)
			  FROM phm.measure_items("group" -> 'population') AS p
			  LEFT JOIN (SELECT phm.measure_code(o -> 'code') AS code, count(*) AS n
						   FROM phm.measure_items("group" -> 'population') AS o GROUP BY 1) AS q ON q.code = phm.measure_code(p -> 'code')), '[]'),
		'stratifiers', coalesce((
			SELECT jsonb_agg(jsonb_build_object('id', coalesce(s ->> 'id', 'stratifier-' || (s ->> '#')), 'ordinal', (s ->> '#')::integer,
				'components', CASE WHEN jsonb_typeof(s -> 'component') = 'array' THEN (
						SELECT jsonb_agg(jsonb_build_object('component', (c ->> '#')::integer, 'code', phm.measure_code(c -> 'code'),
							'description', c ->> 'description', 'expression', c #>> '{criteria,expression}') ORDER BY (c ->> '#')::integer)
						  FROM phm.measure_items(s -> 'component') AS c)
					ELSE jsonb_build_array(jsonb_build_object('component', 0, 'code', phm.measure_code(s -> 'code'),
						'description', s ->> 'description', 'expression', s #>> '{criteria,expression}')) END)
				ORDER BY (s ->> '#')::integer)
			  FROM phm.measure_items("group" -> 'stratifier') AS s), '[]'));
END;
COMMENT ON FUNCTION phm.read_measure_group(jsonb, jsonb) IS
'Internal: one Measure.group with its populations and stratifiers; what it does not say of itself the Measure says.';

CREATE FUNCTION phm.measure_day(moment text, at_end boolean) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN moment ~ '^\d{4}-\d\d-\d\d' THEN left(moment, 10)::date
		WHEN at_end THEN (phm.latest(moment::phm.datetime) AT TIME ZONE 'UTC')::date
		ELSE (phm.earliest(moment::phm.datetime) AT TIME ZONE 'UTC')::date END;
END;
COMMENT ON FUNCTION phm.measure_day(text, boolean) IS 'Internal: the day that a FHIR dateTime writes; of a month or year the first, or the last.';

CREATE FUNCTION phm.measure_period(period jsonb) RETURNS daterange
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN daterange(phm.measure_day(period ->> 'start', false), phm.measure_day(period ->> 'end', true), '[]');
EXCEPTION WHEN data_exception THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION phm.measure_period(jsonb) IS 'Internal: a FHIR Period as days; NULL where it cannot be read or ends before it begins.';

CREATE FUNCTION phm.read_measure(resource jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_build_object(
		'measure', coalesce(resource ->> 'name', substring(resource ->> 'url' FROM '[^/]+$'), resource ->> 'id'),
		'version', coalesce(resource ->> 'version', ''), 'url', resource ->> 'url', 'title', resource ->> 'title',
		'library', resource #>> '{library,0}', 'effective', phm.measure_period(resource -> 'effectivePeriod'),
		'composite', coalesce(phm.measure_code(resource -> 'scoring') = 'composite', false) OR resource -> 'compositeScoring' IS NOT NULL,
		'composite_scoring', coalesce(phm.measure_code(resource -> 'compositeScoring'),
			phm.measure_code(phm.measure_extension(resource, 'cqfm-compositeScoring') -> 'valueCodeableConcept'), 'opportunity'),
		'groups', coalesce((SELECT jsonb_agg(phm.read_measure_group(g, resource) ORDER BY (g ->> '#')::integer)
							  FROM phm.measure_items(resource -> 'group') AS g), '[]'),
		'supplemental', coalesce((
			SELECT jsonb_agg(jsonb_build_object('id', d.id || CASE WHEN d.n > 1 THEN '-' || d.n ELSE '' END, 'ordinal', (d.s ->> '#')::integer,
				'usage', coalesce(phm.measure_code(d.s #> '{usage,0}'), 'supplemental-data'),
				'description', d.s ->> 'description', 'expression', d.s #>> '{criteria,expression}') ORDER BY (d.s ->> '#')::integer)
			  FROM (SELECT s, i.id, row_number() OVER (PARTITION BY i.id ORDER BY (s ->> '#')::integer) AS n
					  FROM phm.measure_items(resource -> 'supplementalData') AS s
					 CROSS JOIN LATERAL (SELECT coalesce(s ->> 'id', 'supplemental-' || (s ->> '#')) AS id) AS i) AS d), '[]'),
		'components', coalesce((
			SELECT jsonb_agg(jsonb_build_object('resource', a ->> 'resource',
				'group_id', phm.measure_extension(a, 'cqfm-groupId') ->> 'valueString',
				'weight', coalesce((phm.measure_extension(a, 'cqfm-weight') ->> 'valueDecimal')::numeric, 1)) ORDER BY (a ->> '#')::integer)
			  FROM phm.measure_items(resource -> 'relatedArtifact') AS a WHERE a ->> 'type' = 'composed-of'), '[]'));
END;
COMMENT ON FUNCTION phm.read_measure(jsonb) IS
'Internal: a FHIR R4 Measure in the shape that loading uses: groups with scoring, basis, populations and stratifiers, supplemental data (an id that repeats gets a number behind it), components. Extensions are those of the Quality Measure Implementation Guide (HL7 cqf-measures).';

CREATE FUNCTION phm.measure_faults(measure jsonb)
RETURNS TABLE (severity text, element text, message text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	WITH "group" AS (
		SELECT g, format('Measure.group[%s]', (g ->> 'ordinal')::integer - 1) AS element
		  FROM jsonb_array_elements(measure -> 'groups') AS g
	), population AS (
		SELECT p, g.g, format('%s.population[%s]', g.element, (p ->> 'ordinal')::integer - 1) AS element
		  FROM "group" AS g, jsonb_array_elements(g.g -> 'populations') AS p
	), found AS (
		SELECT 'error' AS severity, 'Measure' AS element, 'it has no name, url or id' AS message WHERE measure ->> 'measure' IS NULL
		UNION ALL
		SELECT 'error', 'Measure.group', 'it has no group' WHERE measure -> 'groups' = '[]' AND NOT (measure -> 'composite')::boolean
		UNION ALL
		SELECT 'error', 'Measure.library', 'it names no library' WHERE measure ->> 'library' IS NULL AND NOT (measure -> 'composite')::boolean
		UNION ALL
		SELECT 'error', 'Measure.relatedArtifact', 'a composite measure names no component (type composed-of)'
		 WHERE (measure -> 'composite')::boolean AND measure -> 'components' = '[]'
		UNION ALL
		SELECT 'error', 'Measure.relatedArtifact', 'a component without canonical url'
		  FROM jsonb_array_elements(measure -> 'components') AS c WHERE c ->> 'resource' IS NULL
		UNION ALL
		SELECT 'error', 'Measure.compositeScoring', format('composite scoring "%s" is not known', measure ->> 'composite_scoring')
		 WHERE (measure -> 'composite')::boolean
		   AND measure ->> 'composite_scoring' NOT IN ('opportunity', 'all-or-nothing', 'linear', 'weighted')
		UNION ALL
		SELECT 'error', min(g.element), format('group id "%s" is used %s times', g.g ->> 'id', count(*))
		  FROM "group" AS g GROUP BY g.g ->> 'id' HAVING count(*) > 1
		UNION ALL
		SELECT 'error', g.element, CASE WHEN g.g ->> 'scoring' IS NULL THEN 'no scoring is told' ELSE format('scoring "%s" is not known', g.g ->> 'scoring') END
		  FROM "group" AS g
		 WHERE NOT (measure -> 'composite')::boolean
		   AND coalesce(g.g ->> 'scoring', '') NOT IN ('proportion', 'ratio', 'continuous-variable', 'cohort')
		UNION ALL
		SELECT 'error', g.element, 'it has no initial population' FROM "group" AS g
		 WHERE NOT g.g -> 'populations' @> '[{"code": "initial-population"}]' AND NOT (measure -> 'composite')::boolean
		UNION ALL
		SELECT 'error', g.element, format('a %s needs a %s', g.g ->> 'scoring', n.code)
		  FROM "group" AS g
		  JOIN (VALUES ('proportion', 'numerator'), ('ratio', 'numerator'), ('continuous-variable', 'measure-population'),
				('continuous-variable', 'measure-observation')) AS n(scoring, code) ON n.scoring = g.g ->> 'scoring'
		 WHERE NOT g.g -> 'populations' @> jsonb_build_array(jsonb_build_object('code', n.code))
		UNION ALL
		SELECT 'warning', g.element, 'it has no denominator: the initial population is taken'
		  FROM "group" AS g
		 WHERE g.g ->> 'scoring' IN ('proportion', 'ratio') AND NOT g.g -> 'populations' @> '[{"code": "denominator"}]'
		UNION ALL
		SELECT 'error', min(p.element), format('population id "%s" is used %s times', p.p ->> 'id', count(*))
		  FROM population AS p GROUP BY p.g ->> 'ordinal', p.p ->> 'id' HAVING count(*) > 1
		UNION ALL
		SELECT 'error', p.element, CASE WHEN p.p ->> 'code' IS NULL THEN 'it has no code' ELSE format('population code "%s" is not known', p.p ->> 'code') END
		  FROM population AS p
		 WHERE coalesce(p.p ->> 'code', '') NOT IN ('initial-population', 'denominator', 'denominator-exclusion', 'denominator-exception',
			'numerator', 'numerator-exclusion', 'measure-population', 'measure-population-exclusion', 'measure-observation')
		UNION ALL
		SELECT 'error', max(p.element), format('a %s has %s populations of code %s', p.g ->> 'scoring', count(*), p.p ->> 'code')
		  FROM population AS p
		 GROUP BY p.g ->> 'ordinal', p.g ->> 'scoring', p.p ->> 'code'
		HAVING count(*) > CASE WHEN p.p ->> 'code' = 'measure-observation' THEN 100
			WHEN p.p ->> 'code' = 'initial-population' AND p.g ->> 'scoring' = 'ratio' THEN 2 ELSE 1 END
		UNION ALL
		SELECT 'error', p.element, 'it names no expression' FROM population AS p WHERE p.p ->> 'expression' IS NULL
		UNION ALL
		SELECT 'error', p.element, format('criteria in %s are not supported', p.p ->> 'language') FROM population AS p
		 WHERE p.p ->> 'language' NOT IN ('text/cql', 'text/cql-identifier', 'text/cql.identifier', 'text/cql-name')
		UNION ALL
		SELECT 'error', p.element, format('aggregate method "%s" is not known', p.p ->> 'aggregate') FROM population AS p
		 WHERE p.p ->> 'aggregate' NOT IN ('sum', 'average', 'median', 'minimum', 'maximum', 'count')
		UNION ALL
		SELECT 'warning', p.element, format('it refers to population "%s", which its group does not have', p.p ->> 'reference')
		  FROM population AS p
		 WHERE p.p ->> 'reference' IS NOT NULL
		   AND NOT p.g -> 'populations' @> jsonb_build_array(jsonb_build_object('id', p.p ->> 'reference'))
		UNION ALL
		SELECT 'error', g.element || '.stratifier', 'a stratifier names no expression'
		  FROM "group" AS g, jsonb_array_elements(g.g -> 'stratifiers') AS s, jsonb_array_elements(s -> 'components') AS c
		 WHERE c ->> 'expression' IS NULL
		UNION ALL
		SELECT 'error', g.element || '.stratifier', format('stratifier id "%s" is used %s times', s ->> 'id', count(*))
		  FROM "group" AS g, jsonb_array_elements(g.g -> 'stratifiers') AS s GROUP BY g.element, s ->> 'id' HAVING count(*) > 1
		UNION ALL
		SELECT 'error', 'Measure.supplementalData', format('supplemental data "%s" names no expression', s ->> 'id')
		  FROM jsonb_array_elements(measure -> 'supplemental') AS s WHERE s ->> 'expression' IS NULL
	)
	SELECT f.severity, f.element, f.message FROM found AS f ORDER BY f.severity, f.element COLLATE "C", f.message COLLATE "C";
END;
COMMENT ON FUNCTION phm.measure_faults(jsonb) IS
'Internal: what is wrong with a measure (as phm.read_measure gives it) by itself: missing or unknown codes, ids that repeat, populations without expression, references to nowhere.';
