/*
 * gap_override.sql: closing gaps by hand, and taking that back.
 */
CREATE FUNCTION phm.derive_gaps_now(patient_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM FROM phm.patient_state AS s WHERE s.patient_id = derive_gaps_now.patient_id FOR UPDATE;
	PERFORM phm.derive_care_gap(ARRAY[derive_gaps_now.patient_id]);
END
$$;
REVOKE ALL ON FUNCTION phm.derive_gaps_now(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_gaps_now(bigint) IS 'Internal: derives the gaps of one patient, whose row in phm.patient_state it locks.';

CREATE FUNCTION phm.close_gap(
	patient_id bigint, measure text, reason text, evidence text DEFAULT NULL, until date DEFAULT NULL,
	status text DEFAULT 'closed-gap', group_id text DEFAULT '', episode text DEFAULT '')
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	last date;
	made bigint;
BEGIN
	IF coalesce(close_gap.status, '') NOT IN ('closed-gap', 'not-applicable') THEN
		RAISE EXCEPTION 'a gap can be made closed-gap or not-applicable' USING ERRCODE = 'invalid_parameter_value';
	ELSIF coalesce(close_gap.reason, '') !~ '\S' THEN
		RAISE EXCEPTION 'closing a gap by hand needs a reason' USING ERRCODE = 'invalid_parameter_value';
	ELSIF close_gap.until < phm.as_of() THEN
		RAISE EXCEPTION 'the last day of the decision has passed' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT max(g.due) INTO last FROM phm.care_gap AS g
	 WHERE g.patient_id = close_gap.patient_id AND g.measure = close_gap.measure AND g.valid_to IS NULL
	   AND g.status IN ('open-gap', 'prospective-gap') AND close_gap.group_id IN ('', g.group_id) AND close_gap.episode IN ('', g.episode);
	IF last IS NULL THEN
		RAISE EXCEPTION 'the patient has no such gap that is open' USING ERRCODE = 'no_data_found',
			HINT = 'phm.care_gap lists gaps; names of measures and groups are as they stand there.';
	END IF;
	INSERT INTO phm.gap_override (patient_id, measure, group_id, episode, status, reason, evidence, from_day, until)
	VALUES (close_gap.patient_id, close_gap.measure, close_gap.group_id, close_gap.episode, close_gap.status, close_gap.reason, close_gap.evidence,
		phm.as_of(), coalesce(close_gap.until, greatest(last, phm.as_of())))
	RETURNING override_id INTO made;
	PERFORM phm.derive_gaps_now(close_gap.patient_id);
	RETURN made;
END
$$;
REVOKE ALL ON FUNCTION phm.close_gap(bigint, text, text, text, date, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.close_gap(bigint, text, text, text, date, text, text, text) IS
'Closes an open gap of a patient by hand and returns the number of the decision (phm.gap_override). reason: why. evidence: what it rests on. until: last day on which it holds, by default the last of the period. status: closed-gap or not-applicable. group_id, episode: empty for all of the measure. Measure scores do not change by it. Errors: P0002 there is no such open gap, 22023 another status, no reason, or until has passed.';

CREATE FUNCTION phm.reopen_gap(override_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	p bigint;
BEGIN
	UPDATE phm.gap_override AS o SET reversed_by = session_user, reversed_at = now(), reversal_reason = reopen_gap.reason
	 WHERE o.override_id = reopen_gap.override_id AND o.reversed_at IS NULL
	RETURNING o.patient_id INTO p;
	IF p IS NULL THEN
		RAISE EXCEPTION 'there is no such decision that stands' USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM phm.derive_gaps_now(p);
END
$$;
REVOKE ALL ON FUNCTION phm.reopen_gap(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.reopen_gap(bigint, text) IS
'Takes back that a gap was closed by hand: it is again what the data say. Errors: P0002 there is no such decision, or it was taken back before.';
