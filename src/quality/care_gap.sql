/*
 * care_gap.sql: gaps in care of patients, from measures and from registries.
 */
CREATE FUNCTION phm.gap_groups() RETURNS TABLE (group_key integer, measure text, decrease boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT g.group_key, g.measure, g.improvement_notation IS NOT DISTINCT FROM 'decrease'
	  FROM phm.measure_group AS g
	 WHERE g.scoring = 'proportion'
		OR g.scoring = 'ratio' AND g.improvement_notation IS NOT NULL
		   AND NOT EXISTS (SELECT FROM phm.measure_population AS p WHERE (p.measure, p.version, p.group_id) = (g.measure, g.version, g.group_id)
							  AND (p.code = 'measure-observation' OR p.code = 'initial-population' AND EXISTS (
								SELECT FROM phm.measure_population AS o WHERE (o.measure, o.version, o.group_id) = (p.measure, p.version, p.group_id)
								   AND o.code = p.code AND o.population_id <> p.population_id)));
END
$$;
REVOKE ALL ON FUNCTION phm.gap_groups() FROM PUBLIC;
COMMENT ON FUNCTION phm.gap_groups() IS
'Internal: the groups of measures that have gaps: of proportions, and of ratios whose numerator and denominator are taken from one initial population, that observe nothing and tell what is better. decrease: who is in the numerator has the gap.';

CREATE FUNCTION phm.measure_gap_states(patient_ids bigint[], day date)
RETURNS TABLE (patient_id bigint, period_key integer, group_key integer, episode text, status text, decrease boolean, upto date, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT s.patient_id, s.period_key, s.group_key, s.episode, s.status, s.decrease,
		   CASE WHEN s.status = 'prospective-gap' THEN s.period_end ELSE s.upto END, s.sensitivity
	  FROM (
		SELECT r.patient_id, r.period_key, r.group_key, r.episode, p.period_end, p.upto, g.decrease,
			   phm.gap_status(max(r.membership) FILTER (WHERE NOT r.projected), max(r.membership) FILTER (WHERE r.projected),
				p.upto = p.period_end, g.decrease) AS status,
			   phm.label_agg(r.sensitivity) AS sensitivity
		  FROM phm.measure_membership AS r
		  JOIN phm.measure_periods(day) AS p ON p.period_key = r.period_key AND NOT p.is_projected
		  JOIN phm.gap_groups() AS g ON g.group_key = r.group_key
		 WHERE r.patient_id = ANY (patient_ids) AND r.valid_to IS NULL AND r.stratifier = '' AND r.error IS NULL
		   AND NOT EXISTS (SELECT FROM phm.gap_weight AS w WHERE w.measure = g.measure AND NOT w.active)
		 GROUP BY r.patient_id, r.period_key, r.group_key, r.episode, p.period_end, p.upto, g.decrease) AS s
	 WHERE s.status IS NOT NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_gap_states(bigint[], date) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_gap_states(bigint[], date) IS
'Internal: the states of gaps by phm.measure_membership: of the groups that have gaps (phm.gap_groups), those that phm.gap_weight does not switch off. upto: the day up to which its reasons are looked for.';

CREATE FUNCTION phm.measure_gaps(patient_ids bigint[], day date)
RETURNS TABLE (patient_id bigint, measure text, version text, group_id text, episode text, gap text, status text, reason text, reason_codes text[],
	importance numeric, evidence jsonb, needs jsonb, due date, overdue_since date, period_start date, period_end date, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH state AS MATERIALIZED (
		SELECT s.*, row_number() OVER (PARTITION BY s.period_key, s.upto, s.status = 'not-applicable' ORDER BY s.patient_id, s.group_key, s.episode COLLATE "C") AS n
		  FROM phm.measure_gap_states(patient_ids, measure_gaps.day) AS s
	), asked AS (
		SELECT s.period_key, s.upto, array_agg(s.patient_id ORDER BY s.n) AS patients, array_agg(s.group_key ORDER BY s.n) AS groups,
			   array_agg(s.episode ORDER BY s.n) AS episodes, array_agg(s.decrease ORDER BY s.n) AS decreases,
			   array_agg(s.status <> 'closed-gap' ORDER BY s.n) AS opens
		  FROM state AS s WHERE s.status <> 'not-applicable' GROUP BY s.period_key, s.upto
	), found AS (
		SELECT a.period_key, a.upto, f.*
		  FROM asked AS a JOIN phm.measurement_period AS p ON p.period_key = a.period_key
		 CROSS JOIN LATERAL phm.gap_reasons(a.patients, a.groups, a.episodes, a.decreases, a.opens,
			daterange(p.period_start, a.upto, '[]'), p.period_end, p.zone, p.profiles) AS f
	)
	SELECT s.patient_id, g.measure, g.version, g.group_id, s.episode,
		   coalesce(m.title, m.measure) || CASE WHEN g.ordinal > 1 OR EXISTS (SELECT FROM phm.measure_group AS o
				WHERE (o.measure, o.version) = (g.measure, g.version) AND o.ordinal > g.ordinal) THEN ': ' || coalesce(g.description, g.group_id) ELSE '' END,
		   s.status,
		   CASE s.status WHEN 'not-applicable' THEN 'not counted by the measure: excluded, excepted, or not in it at the end of the period'
				WHEN 'closed-gap' THEN coalesce('met: ' || phm.gap_reason_text(f.detail), CASE WHEN s.decrease THEN 'nothing found that should not be' ELSE 'met' END)
				WHEN 'prospective-gap' THEN coalesce('not open now, open at the end of the period: ' || phm.gap_reason_text(f.detail), 'not open now, open at the end of the period')
				ELSE coalesce(phm.gap_reason_text(f.detail), f.error, 'no reason found') END,
		   coalesce(f.reasons, '{}'),
		   phm.gap_importance(s.status, f.reasons, coalesce(m.resource -> 'type' @? '$[*].coding[*].code ? (@ like_regex "outcome")', false),
				measure_gaps.day - f.lapsed, w.weight),
		   coalesce(f.detail, '[]'), coalesce(f.needs, '[]'), p.period_end, f.lapsed, p.period_start, p.period_end, s.sensitivity | coalesce(f.sensitivity, 0)
	  FROM state AS s
	  JOIN phm.measurement_period AS p ON p.period_key = s.period_key
	  JOIN phm.measure_group AS g ON g.group_key = s.group_key
	  JOIN phm.measure AS m ON (m.measure, m.version) = (g.measure, g.version)
	  LEFT JOIN phm.gap_weight AS w ON w.measure = g.measure
	  LEFT JOIN found AS f ON s.status <> 'not-applicable' AND f.period_key = s.period_key AND f.upto = s.upto AND f.ordinal = s.n;
END
$$;
REVOKE ALL ON FUNCTION phm.measure_gaps(bigint[], date) FROM PUBLIC;
COMMENT ON FUNCTION phm.measure_gaps(bigint[], date) IS
'Internal: the gaps that phm.measure_membership tells on a day, with their reasons; only of gaps that are not closed reasons are looked for.';

CREATE FUNCTION phm.current_gaps(patient_ids bigint[], day date)
RETURNS TABLE (origin text, patient_id bigint, measure text, version text, group_id text, episode text, gap text, status text, reason text, reason_code text,
	reason_codes text, importance numeric, evidence jsonb, needs jsonb, due date, overdue_since date, period_start date, period_end date,
	override_id bigint, sensitivity integer)
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH gap AS (
		SELECT 'measure' AS origin, g.* FROM phm.measure_gaps(patient_ids, current_gaps.day) AS g
		UNION ALL
		SELECT 'registry', r.patient_id, r.measure, '', '', '', r.gap, r.status, r.reason, array_remove(ARRAY[r.reason_code], NULL), r.importance, r.evidence,
			   '[[{"type": "Observation", "value_set": "urn:phm:valueset:hba1c"}]]'::jsonb, r.due, NULL, r.period_start, r.period_end, r.sensitivity
		  FROM phm.registry_gaps(patient_ids, current_gaps.day) AS r
		 WHERE NOT EXISTS (SELECT FROM phm.gap_weight AS w WHERE w.measure = r.measure AND NOT w.active)
	)
	SELECT g.origin, g.patient_id, g.measure, g.version, g.group_id, g.episode, g.gap, coalesce(o.status, g.status) AS status,
		   CASE WHEN o.override_id IS NULL THEN g.reason ELSE format('%s by hand until %s: %s', CASE o.status WHEN 'closed-gap' THEN 'closed' ELSE 'not applicable' END,
				to_char(o.until, 'YYYY-MM-DD'), o.reason) END AS reason,
		   CASE WHEN o.override_id IS NULL THEN g.reason_codes[1] END AS reason_code, array_to_string(g.reason_codes, ',') AS reason_codes,
		   CASE WHEN o.override_id IS NULL THEN g.importance ELSE 0 END AS importance,
		   CASE WHEN o.override_id IS NULL THEN g.evidence ELSE jsonb_build_object('override', o.override_id, 'found', g.evidence) END AS evidence,
		   g.needs, g.due, CASE WHEN o.override_id IS NULL THEN g.overdue_since END AS overdue_since, g.period_start, g.period_end, o.override_id, g.sensitivity
	  FROM gap AS g
	  LEFT JOIN LATERAL (
		SELECT v.override_id, v.status, v.reason, v.until FROM phm.gap_override AS v
		 WHERE v.patient_id = g.patient_id AND v.patient_id = ANY (patient_ids) AND v.measure = g.measure AND v.group_id IN ('', g.group_id) AND v.episode IN ('', g.episode)
		   AND v.reversed_at IS NULL AND current_gaps.day BETWEEN v.from_day AND v.until AND g.status IN ('open-gap', 'prospective-gap')
		 ORDER BY v.override_id DESC LIMIT 1) AS o ON true;
END
$$;
REVOKE ALL ON FUNCTION phm.current_gaps(bigint[], date) FROM PUBLIC;
COMMENT ON FUNCTION phm.current_gaps(bigint[], date) IS
'Internal: what phm.care_gap should say of patients on a day: gaps of measures and of registries, less what was closed by hand.';

CREATE FUNCTION phm.derive_care_gap(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.care_gap', '{patient_id,measure,group_id,episode,period_start,period_end,status}',
		'SELECT * FROM phm.current_gaps($1, $2)', patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_care_gap(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_care_gap(bigint[]) IS
'Derivation: brings phm.care_gap of these patients up to date and returns how many rows changed: gaps of all proportion measures, and ratios of one initial population, for the active measurement periods, by what phm.measure_result says, and those of registries (phm.registry_gaps), less what was closed by hand (phm.gap_override).';
