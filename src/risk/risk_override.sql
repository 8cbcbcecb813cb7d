/*
 * risk_override.sql: a clinician's judgement instead of a computed score.
 */
CREATE FUNCTION phm.override_risk(patient_id bigint, model text, score numeric, reason text, until date)
RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	IF override_risk.reason !~ '\S' THEN
		RAISE EXCEPTION 'a score set by hand needs a reason' USING ERRCODE = 'invalid_parameter_value';
	ELSIF override_risk.until < phm.as_of() THEN
		RAISE EXCEPTION 'the last day of the decision has passed' USING ERRCODE = 'invalid_parameter_value';
	ELSIF NOT EXISTS (SELECT FROM phm.person AS s WHERE s.patient_id = override_risk.patient_id) THEN
		RAISE EXCEPTION 'there is no such person' USING ERRCODE = 'no_data_found';
	END IF;
	INSERT INTO phm.risk_override (patient_id, model, score, reason, from_day, until)
	VALUES (override_risk.patient_id, override_risk.model, override_risk.score, override_risk.reason, phm.as_of(), override_risk.until)
	RETURNING override_id INTO made;
	RETURN made;
END
$$;
REVOKE ALL ON FUNCTION phm.override_risk(bigint, text, numeric, text, date) FROM PUBLIC;
COMMENT ON FUNCTION phm.override_risk(bigint, text, numeric, text, date) IS
'Sets the score of a person in a model by hand, up to a day, and returns the number of the decision (phm.risk_override); the latest that stands counts in phm.patient_risk. reason: why. Errors: 22023 no reason, or the day has passed; P0002 no such person.';

CREATE FUNCTION phm.end_risk_override(patient_id bigint, override_id bigint, reason text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF end_risk_override.reason !~ '\S' THEN
		RAISE EXCEPTION 'taking back a score set by hand needs a reason' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE phm.risk_override AS o SET reversed_by = session_user, reversed_at = now(), reversal_reason = end_risk_override.reason
	 WHERE o.patient_id = end_risk_override.patient_id AND o.override_id = end_risk_override.override_id AND o.reversed_at IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no such decision that stands' USING ERRCODE = 'no_data_found',
			HINT = 'phm.risk_override lists them.';
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.end_risk_override(bigint, bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.end_risk_override(bigint, bigint, text) IS
'Takes back a score set by hand. Errors: 22023 no reason, P0002 no such decision that stands.';
