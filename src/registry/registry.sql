/*
 * registry.sql: who belongs to a registry, and whether the condition is
 * controlled.
 */
CREATE FUNCTION phm.problems(patient_ids bigint[], as_of date)
RETURNS TABLE (patient_id bigint, concept phm.concept, since date, is_problem boolean, source text, id text, sensitivity integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT c.patient_id, c.code, phm.local_date(coalesce(c.onset, c.recorded_date)),
		   coalesce(phm.code(c.category), '') <> 'encounter-diagnosis', c.source, c.id, c.sensitivity
	  FROM phm.condition AS c
	 WHERE c.patient_id = ANY (patient_ids) AND c.deleted_at IS NULL AND c.code IS NOT NULL
	   AND coalesce(phm.code(c.verification_status), 'confirmed') = 'confirmed'
	   AND coalesce(phm.code(c.clinical_status), 'active') IN ('active', 'recurrence', 'relapse')
	   AND (c.abatement IS NULL OR phm.local_date(c.abatement) > as_of)
	   AND coalesce(phm.local_date(c.onset), phm.local_date(c.recorded_date), '-infinity') <= as_of
	   AND coalesce(phm.local_date(c.recorded_date), '-infinity') <= as_of
	   AND (coalesce(phm.code(c.category), '') <> 'encounter-diagnosis'
			OR c.clinical_status IS NOT NULL AND c.verification_status IS NOT NULL);
END
$$;
COMMENT ON FUNCTION phm.problems(bigint[], date) IS
'Conditions of some patients that are active on a day: confirmed, active (or saying nothing of either), begun and recorded by then and not abated. is_problem: all but encounter diagnoses, of which only those are returned that say that they are active and confirmed.';

CREATE FUNCTION phm.derive_registry(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.registry_member', '{patient_id,registry}', $query$
	WITH registry AS MATERIALIZED (
		SELECT r.*, phm.value_set(r.value_set) AS codes, ($2 - r.months * interval '1 month')::date AS since
		  FROM phm.registry AS r WHERE r.enabled
	), problem AS (
		SELECT r.name AS registry, p.patient_id, 'problem' AS kind, coalesce(p.since, $2) AS day, 'Condition' AS type, p.source, p.id, p.sensitivity
		  FROM registry AS r JOIN phm.problems($1, $2) AS p ON p.concept OPERATOR(phm.<@) r.codes
		 WHERE r.rule IN ('problem', 'problem or diagnoses') AND p.is_problem OR r.rule = 'condition or diagnoses'
	), diagnosis AS (
		SELECT r.name AS registry, d.patient_id, 'diagnosis' AS kind, d.day, d.kind AS type, d.source, d.id, d.sensitivity
		  FROM registry AS r
		  JOIN phm.diagnoses($1, (SELECT min(since) FROM registry) + 1, $2) AS d ON d.concept OPERATOR(phm.<@) r.codes
		 WHERE r.rule <> 'problem' AND d.day > r.since AND NOT d.resolved
	), evidence AS MATERIALIZED (
		SELECT * FROM problem UNION ALL SELECT * FROM diagnosis
	), suffices AS MATERIALIZED (
		-- What has no label alone, and all of it.
		SELECT e.registry, e.patient_id, l.labelled, bit_or(e.sensitivity) AS label,
			   min(e.day) FILTER (WHERE e.kind = 'problem') AS problem,
			   array_agg(DISTINCT e.day ORDER BY e.day) FILTER (WHERE e.kind = 'diagnosis') AS days
		  FROM evidence AS e CROSS JOIN (VALUES (false), (true)) AS l(labelled)
		 WHERE l.labelled OR e.sensitivity = 0
		 GROUP BY e.registry, e.patient_id, l.labelled
	), member AS MATERIALIZED (
		SELECT DISTINCT ON (s.patient_id, s.registry) s.*, r.control, r.days AS enough, r.months
		  FROM suffices AS s JOIN registry AS r ON r.name = s.registry
		 WHERE s.problem IS NOT NULL OR cardinality(s.days) >= r.days
		 ORDER BY s.patient_id, s.registry, s.labelled
	), listed AS (
		SELECT e.patient_id, e.registry, jsonb_agg(jsonb_build_object('kind', e.kind, 'type', e.type, 'source', e.source,
				   'id', e.id, 'day', e.day) ORDER BY e.n) AS list
		  FROM (SELECT e.*, row_number() OVER (PARTITION BY e.patient_id, e.registry
							  ORDER BY e.day DESC, e.kind, e.type, e.source COLLATE "C", e.id COLLATE "C") AS n
				  FROM evidence AS e JOIN member AS m ON m.patient_id = e.patient_id AND m.registry = e.registry
				 WHERE m.labelled OR e.sensitivity = 0) AS e
		 WHERE e.n <= 10 GROUP BY e.patient_id, e.registry
	), members AS MATERIALIZED (
		SELECT array_agg(DISTINCT m.patient_id) AS ids FROM member AS m
	), hba1c AS MATERIALIZED (
		SELECT DISTINCT ON (h.patient_id) h.* FROM phm.hba1c_results((SELECT ids FROM members), ($2 - interval '24 months')::date + 1, $2) AS h
		 ORDER BY h.patient_id, h.at DESC, phm.value(h.percent), h.source COLLATE "C", h.id COLLATE "C"
	), pressure AS MATERIALIZED (
		SELECT DISTINCT ON (b.patient_id) b.* FROM phm.blood_pressure_results((SELECT ids FROM members), ($2 - interval '24 months')::date + 1, $2) AS b
		 ORDER BY b.patient_id, b.day DESC
	)
	SELECT m.patient_id, m.registry, coalesce(m.problem, m.days[m.enough]) AS qualified_on,
		   concat_ws('; ', CASE WHEN m.problem IS NOT NULL THEN 'active problem since ' || to_char(m.problem, 'YYYY-MM-DD') END,
			   CASE WHEN cardinality(m.days) >= m.enough THEN format('diagnoses on %s days in %s months, last on %s', cardinality(m.days),
				   m.months, to_char(m.days[cardinality(m.days)], 'YYYY-MM-DD')) END) AS reason,
		   x.list AS evidence,
		   CASE WHEN m.labelled THEN m.label ELSE 0 END AS sensitivity,
		   round(phm.value(h.percent), 2) AS last_hba1c, h.day AS last_hba1c_on,
		   b.systolic AS last_systolic, b.diastolic AS last_diastolic, b.day AS last_blood_pressure_on,
		   CASE m.control WHEN 'hba1c' THEN h.percent OPERATOR(phm.<=) phm.quantity(9, '%')
				WHEN 'blood-pressure' THEN b.systolic < 140 AND b.diastolic < 90 END AS controlled,
		   coalesce(h.sensitivity, 0) | coalesce(b.sensitivity, 0) AS control_sensitivity
	  FROM member AS m
	  JOIN listed AS x ON x.patient_id = m.patient_id AND x.registry = m.registry
	  LEFT JOIN hba1c AS h ON h.patient_id = m.patient_id
	  LEFT JOIN pressure AS b ON b.patient_id = m.patient_id$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_registry(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_registry(bigint[]) IS
'Derivation: brings phm.registry_member of these patients up to date and returns how many rows changed. By the rule of each registry (phm.registry): an active confirmed problem, or diagnoses of encounters and claims on so many different days in the months that end at phm.as_of(), that day included. Refuted, unconfirmed, erroneous, resolved and deleted rows do not count.';
