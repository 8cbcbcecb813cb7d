/*
 * attribution.sql: attributes patients to practitioners by plurality of visits.
 */
CREATE FUNCTION phm.derive_attribution(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.attribution', '{patient_id,contract,practitioner_source,practitioner_id}', $query$
	WITH codes AS MATERIALIZED (
		SELECT phm.value_set('urn:phm:valueset:office-visit') AS office, phm.value_set('urn:phm:valueset:hospital-class') AS hospital
	), seen AS (
		SELECT e.patient_id, e.source, e.id, e.participant_id, phm.local_date(e.period_start) AS day, e.sensitivity,
			   bool_or(e.sensitivity = 0) OVER (PARTITION BY e.patient_id) AS has_others,
			   coalesce('npi ' || p.npi, e.source || ' ' || e.participant_id) AS who
		  FROM phm.encounter AS e CROSS JOIN codes AS c
		  LEFT JOIN phm.practitioner AS p
			ON p.source = e.source AND p.id = e.participant_id AND p.ordinal = 0 AND p.deleted_at IS NULL
		 WHERE e.patient_id = ANY ($1) AND e.deleted_at IS NULL AND e.participant_id IS NOT NULL
		   AND coalesce(e.status, 'unknown') NOT IN ('planned', 'cancelled', 'entered-in-error')
		   AND phm.local_date(e.period_start) > ($2 - interval '24 months')::date AND phm.local_date(e.period_start) <= $2
		   AND (e.class OPERATOR(phm.<@) c.office
				OR e.type OPERATOR(phm.<@) c.office AND NOT coalesce(e.class OPERATOR(phm.<@) c.hospital, false))
	), visit AS MATERIALIZED (		-- labelled visits attribute only who has no others, so nothing tells of them
		SELECT * FROM seen AS s WHERE s.sensitivity = 0 OR NOT s.has_others
	), candidate AS (
		SELECT v.patient_id, v.who, count(DISTINCT v.day)::integer AS visits,
			   max(v.day) AS last_visit, bit_or(v.sensitivity) AS label,
			   (array_agg(v.source ORDER BY v.day DESC, v.source COLLATE "C", v.participant_id COLLATE "C"))[1] AS source,
			   (array_agg(v.participant_id ORDER BY v.day DESC, v.source COLLATE "C", v.participant_id COLLATE "C"))[1] AS id,
			   (array_agg(jsonb_build_object('source', v.source, 'id', v.id, 'day', v.day)
				   ORDER BY v.day DESC, v.source COLLATE "C", v.id COLLATE "C"))[1:20] AS encounters
		  FROM visit AS v GROUP BY v.patient_id, v.who
	), ranked AS (
		SELECT c.*, row_number() OVER place AS place, lead(c.visits) OVER place AS next_visits
		  FROM candidate AS c
		WINDOW place AS (PARTITION BY c.patient_id ORDER BY c.visits DESC, c.last_visit DESC, c.source COLLATE "C", c.id COLLATE "C")
	), chosen AS (		-- one row each without a join, whose cost the planner could not foresee
		SELECT r.patient_id, bit_or(r.label) AS label,
			   max(r.source) FILTER (WHERE r.place = 1) AS source, max(r.id) FILTER (WHERE r.place = 1) AS id,
			   max(r.visits) FILTER (WHERE r.place = 1) AS visits, max(r.last_visit) FILTER (WHERE r.place = 1) AS last_visit,
			   max(r.next_visits) FILTER (WHERE r.place = 1) AS next_visits,
			   max(r.encounters) FILTER (WHERE r.place = 1) AS encounters,
			   jsonb_agg(jsonb_build_object('place', r.place, 'source', r.source, 'id', r.id, 'visits', r.visits,
				   'last_visit', r.last_visit) ORDER BY r.place) FILTER (WHERE r.place <= 5) AS candidates
		  FROM ranked AS r GROUP BY r.patient_id
	)
	SELECT r.patient_id, 'default' AS contract, r.source AS practitioner_source, r.id AS practitioner_id, r.visits, r.last_visit,
		   format('%s in 24 months, last on %s%s', CASE r.visits WHEN 1 THEN '1 visit' ELSE r.visits || ' visits' END,
			   to_char(r.last_visit, 'YYYY-MM-DD'), CASE WHEN r.next_visits IS NULL THEN ', to nobody else'
			   WHEN r.next_visits < r.visits THEN ', more than to anybody else' ELSE ', no fewer than to anybody else' END) AS reason,
		   jsonb_build_object('candidates', r.candidates, 'encounters', to_jsonb(r.encounters)) AS evidence, r.label AS sensitivity
	  FROM chosen AS r
	  LEFT JOIN phm.person AS p ON p.patient_id = r.patient_id AND p.patient_id = ANY ($1)
	 WHERE NOT coalesce(p.deceased AND coalesce(p.deceased_on <= $2, true), false)$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_attribution(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_attribution(bigint[]) IS
'Derivation: brings phm.attribution of these patients up to date and returns how many rows changed. A patient goes to the practitioner with the most days with a qualifying visit in the 24 months that end at phm.as_of(), that day included; of equals to the one seen last, then to the first id. A visit qualifies by class, or outside hospital and emergency care by type (value set urn:phm:valueset:office-visit), unless planned, cancelled or entered in error. A practitioner with one NPI in several sources is one. Visits with a sensitivity label count only for patients who have no others; the attribution then has the label. Who has died is attributed to nobody.';
