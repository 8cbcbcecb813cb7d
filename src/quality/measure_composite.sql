/*
 * measure_composite.sql: results of composite measures, patient by patient, from
 * those of their components.
 *
 * Source: HL7 composite-measure-scoring; HL7 Quality Measure Implementation
 * Guide, composite measures.
 */
CREATE FUNCTION phm.with_components(measures text[]) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN measures || ARRAY(
		SELECT DISTINCT c.component FROM phm.measure_component AS c JOIN phm.measure AS m ON (m.measure, m.version) = (c.measure, c.version)
		 WHERE m.current AND m.measure = ANY (measures));
END
$$;
REVOKE ALL ON FUNCTION phm.with_components(text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.with_components(text[]) IS
'Internal: names of measures and, of those that are composites, of their components.';

CREATE FUNCTION phm.composite_rows(groups integer[], memberships integer[], errors text[], labels integer[], measures text[])
RETURNS TABLE (group_key integer, membership integer, observations numeric[], error text, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH part AS (
		SELECT g.group_key, g.composite_scoring, c.ordinal, c.weight, c.component,
			   count(*) FILTER (WHERE n.eligible) AS chances, count(*) FILTER (WHERE n.eligible AND r.membership & 96 = 32) AS met,
			   bool_or(r.error <> '') AS failed, bit_or(r.label) AS label
		  FROM unnest(groups, memberships, errors, labels) AS r(group_key, membership, error, label)
		  JOIN phm.measure_group AS k ON k.group_key = r.group_key
		  JOIN phm.measure_component AS c ON c.component = k.measure AND coalesce(c.component_version, k.version) = k.version
			   AND CASE WHEN c.group_id IS NULL THEN k.ordinal = 1 ELSE c.group_id = k.group_id END
		  JOIN phm.measure AS m ON (m.measure, m.version) = (c.measure, c.version) AND m.current
		  JOIN phm.measure_group AS g ON (g.measure, g.version) = (m.measure, m.version)
		 CROSS JOIN LATERAL (SELECT r.membership & 28 = 4 OR r.membership & 384 = 128 AS eligible) AS n
		 WHERE measures IS NULL OR m.measure = ANY (measures)
		 GROUP BY g.group_key, g.composite_scoring, c.ordinal, c.weight, c.component
	), whole AS (
		SELECT p.group_key, p.composite_scoring, sum(p.chances) AS chances, sum(p.met) AS met,
			   sum(p.weight * p.met / p.chances) FILTER (WHERE p.chances > 0) AS points, sum(p.weight) FILTER (WHERE p.chances > 0) AS weights,
			   sum(p.met::numeric / p.chances) FILTER (WHERE p.chances > 0) / nullif(count(*) FILTER (WHERE p.chances > 0), 0) AS share,
			   string_agg(p.component, ', ' ORDER BY p.ordinal) FILTER (WHERE p.failed) AS failed, bit_or(p.label) AS label
		  FROM (SELECT q.group_key, q.composite_scoring, q.ordinal, q.weight, q.component, nullif(q.chances, 0) AS chances, q.met, q.failed, q.label
				  FROM part AS q) AS p
		 GROUP BY p.group_key, p.composite_scoring
	)
	SELECT w.group_key, CASE WHEN w.failed IS NOT NULL THEN 0 WHEN w.chances IS NULL THEN 1 WHEN w.met = w.chances THEN 37 ELSE 5 END,
		   CASE WHEN w.failed IS NULL AND w.chances > 0 THEN
				CASE w.composite_scoring WHEN 'opportunity' THEN ARRAY[w.chances, w.met] WHEN 'linear' THEN ARRAY[round(w.share, 9)]
					WHEN 'weighted' THEN ARRAY[round(w.points / nullif(w.weights, 0), 9)] END END,
		   CASE WHEN w.failed IS NOT NULL THEN format('not evaluated: %s', w.failed) END, w.label
	  FROM whole AS w;
END
$$;
REVOKE ALL ON FUNCTION phm.composite_rows(integer[], integer[], text[], integer[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.composite_rows(integer[], integer[], text[], integer[], text[]) IS
'Internal: the rows of one patient in the composites that are current (of measures, where these are named) from his rows in their components, given as arrays of the same length. A chance is to be in a component''s denominator without exclusion or exception. In the initial population: who is in that of a component; in the denominator: who has a chance; in the numerator: who took them all. observations: of an opportunity composite the chances and those taken; of a linear one the share taken, mean over the components that concern the patient; of a weighted one the mean by weight. Where a component failed the composite has failed.';
