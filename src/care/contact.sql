/*
 * contact.sql: when patients were last in touch with care.
 */
CREATE FUNCTION phm.derive_contact(patient_ids bigint[]) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN phm.apply_difference('phm.last_contact', '{patient_id}', $query$
	WITH contact AS (
		SELECT e.patient_id, least(coalesce(phm.local_date(e.period_end), phm.local_date(e.period_start)), $2) AS day, 'Encounter' AS kind, e.sensitivity
		  FROM phm.encounter AS e
		 WHERE e.patient_id = ANY ($1) AND e.deleted_at IS NULL AND phm.local_date(e.period_start) <= $2
		   AND coalesce(e.status, 'unknown') NOT IN ('planned', 'cancelled', 'entered-in-error')
		UNION ALL
		SELECT c.patient_id, phm.local_date(coalesce(c.received, c.sent)), 'Communication', c.sensitivity
		  FROM phm.communication AS c
		 WHERE c.patient_id = ANY ($1) AND c.deleted_at IS NULL AND c.status = 'completed'
		   AND phm.local_date(coalesce(c.received, c.sent)) <= $2
	), last AS (
		SELECT c.*, max(c.day) OVER (PARTITION BY c.patient_id) AS last,
			   max(c.day) FILTER (WHERE c.sensitivity = 0) OVER (PARTITION BY c.patient_id) AS last_open
		  FROM contact AS c
	)
	SELECT l.patient_id, l.last_open AS last_contact, l.last AS last_contact_any, max(l.kind) AS kind, phm.label_agg(l.sensitivity) AS sensitivity
	  FROM last AS l WHERE l.day = l.last GROUP BY l.patient_id, l.last, l.last_open$query$, patient_ids);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_contact(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_contact(bigint[]) IS
'Derivation: brings phm.last_contact of these patients up to date and returns how many rows changed. A contact is an encounter that was not planned, cancelled or entered in error, on its last day, or a completed communication, up to phm.as_of().';
