/*
 * measure_composite.sql: results of composite measures, patient by patient, from
 * those of their components, which may be composites themselves.
 *
 * Source: HL7 composite-measure-scoring; HL7 Quality Measure Implementation
 * Guide, composite measures.
 */
CREATE FUNCTION phm.measure_parts(measures text[]) RETURNS TABLE (measure text, version text, depth integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH RECURSIVE part(measure, version, depth, path) AS (
		SELECT m.measure, m.version, 0, ARRAY[m.measure || '|' || m.version]
		  FROM phm.measure AS m
		 WHERE CASE WHEN measures IS NULL THEN m.current
				ELSE m.current AND m.measure = ANY (measures) OR m.measure || '|' || m.version = ANY (measures) END
		UNION ALL
		SELECT k.measure, k.version, p.depth + 1, p.path || (k.measure || '|' || k.version)
		  FROM part AS p
		  JOIN phm.measure_component AS c ON (c.measure, c.version) = (p.measure, p.version)
		  JOIN phm.measure AS k ON k.measure = c.component AND CASE WHEN c.component_version IS NULL THEN k.current ELSE k.version = c.component_version END
		 WHERE k.measure || '|' || k.version <> ALL (p.path)
	)
	SELECT p.measure, p.version, max(p.depth) FROM part AS p GROUP BY p.measure, p.version;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_parts(text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_parts(text[]) IS
'Internal: measures (each a name, which means the current version, or name|version; NULL: all current ones) and, of those that are composites, their components in the versions that they name, and those of these. depth: 0 for a measure that is no part of another, else one more than that of any composite of which it is a part.';

CREATE FUNCTION phm.with_components(measures text[]) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT p.measure || '|' || p.version FROM phm.measure_parts(measures) AS p ORDER BY p.measure COLLATE "C", p.version COLLATE "C");
END
$$;
REVOKE ALL ON FUNCTION phm.with_components(text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.with_components(text[]) IS
'Internal: measures, each a name or name|version, with all of their components, as name|version.';

CREATE FUNCTION phm.composite_groups(measures text[]) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT g.group_key FROM phm.measure_parts(measures) AS p
				   JOIN phm.measure_group AS g ON (g.measure, g.version) = (p.measure, p.version) AND g.scoring = 'composite'
				  ORDER BY p.depth DESC, g.group_key);
END
$$;
REVOKE ALL ON FUNCTION phm.composite_groups(text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.composite_groups(text[]) IS
'Internal: the groups of composites among measures (as for phm.measure_parts) and their components, each behind those of which it is made.';

CREATE FUNCTION phm.composite_rows(groups integer[], memberships integer[], errors text[], labels integer[], composites integer[])
RETURNS TABLE (group_key integer, membership integer, observations numeric[], error text, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	composite integer;
	w record;
	-- Of each row in groups: chances, those taken, and the score where it is not one by the other.
	chances numeric[];
	taken numeric[];
	scores numeric[] := array_fill(NULL::numeric, ARRAY[cardinality(groups)]);
BEGIN
	SELECT array_agg(e.eligible::integer ORDER BY u.n), array_agg((e.eligible AND u.m & 96 = 32)::integer ORDER BY u.n)
	  INTO chances, taken
	  FROM unnest(memberships) WITH ORDINALITY AS u(m, n) CROSS JOIN LATERAL (SELECT u.m & 28 = 4 OR u.m & 384 = 128 AS eligible) AS e;
	FOREACH composite IN ARRAY composites LOOP
		SELECT min(p.composite_scoring) AS scoring, sum(p.chances) AS chances, sum(p.taken) AS taken, bit_or(p.label) AS label,
			   CASE min(p.composite_scoring) WHEN 'linear' THEN round(sum(p.score) / nullif(count(p.score), 0), 9)
					WHEN 'weighted' THEN round(sum(p.weight * p.score) / nullif(sum(p.weight) FILTER (WHERE p.score IS NOT NULL), 0), 9) END AS score,
			   'not evaluated: ' || string_agg(p.component, ', ' ORDER BY p.ordinal) FILTER (WHERE p.failed) AS error
		  INTO w
		  FROM (
			SELECT g.composite_scoring, c.ordinal, c.weight, c.component, sum(r.chances) AS chances, sum(r.taken) AS taken,
				   coalesce(max(r.score), sum(r.taken) / nullif(sum(r.chances), 0)) AS score, bool_or(r.error <> '') AS failed, bit_or(r.label) AS label
			  FROM phm.measure_group AS g
			  JOIN phm.measure_component AS c ON (c.measure, c.version) = (g.measure, g.version)
			  JOIN phm.measure AS m ON m.measure = c.component AND CASE WHEN c.component_version IS NULL THEN m.current ELSE m.version = c.component_version END
			  JOIN phm.measure_group AS k ON (k.measure, k.version) = (m.measure, m.version)
				   AND CASE WHEN c.group_id IS NULL THEN k.ordinal = 1 ELSE c.group_id = k.group_id END
			  JOIN unnest(groups, errors, labels, chances, taken, scores) AS r(group_key, error, label, chances, taken, score) ON r.group_key = k.group_key
			 WHERE g.group_key = composite
			 GROUP BY g.composite_scoring, c.ordinal, c.weight, c.component) AS p;
		CONTINUE WHEN w.chances IS NULL;
		RETURN QUERY SELECT composite, CASE WHEN w.error IS NOT NULL THEN 0 WHEN w.chances = 0 THEN 1 WHEN w.taken = w.chances THEN 37 ELSE 5 END,
			CASE WHEN w.error IS NULL AND w.chances > 0 THEN
				CASE WHEN w.scoring = 'opportunity' THEN ARRAY[w.chances, w.taken] WHEN w.score IS NOT NULL THEN ARRAY[w.score] END END, w.error, w.label;
		-- What a composite is part of sees its own numbers where these are chances, else one chance, taken when all were.
		groups := groups || composite;
		errors := errors || coalesce(w.error, '');
		labels := labels || w.label;
		chances := chances || CASE WHEN w.error IS NOT NULL THEN 0 WHEN w.scoring = 'opportunity' THEN w.chances ELSE (w.chances > 0)::integer END;
		taken := taken || CASE WHEN w.error IS NOT NULL THEN 0 WHEN w.scoring = 'opportunity' THEN w.taken ELSE (w.chances > 0 AND w.taken = w.chances)::integer END;
		scores := scores || w.score;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.composite_rows(integer[], integer[], text[], integer[], integer[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.composite_rows(integer[], integer[], text[], integer[], integer[]) IS
'Internal: the rows of one patient in composites (phm.composite_groups) from his rows in their components, given as arrays of the same length. A chance is to be in a component''s denominator without exclusion or exception. In the initial population: who is in that of a component; in the denominator: who has a chance; in the numerator: who took them all. observations: of an opportunity composite the chances and those taken; of a linear one the share taken, mean over the components that concern the patient; of a weighted one the mean by weight. A component that is a composite has the chances of an opportunity composite, otherwise one chance, taken by who is in its numerator; to a linear or weighted mean it gives its own score. Where a component failed the composite has failed.';
