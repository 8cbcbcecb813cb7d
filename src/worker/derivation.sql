/*
 * derivation.sql: what a refresh runs for the patients that changed.  Floors
 * register their derivations here, so that the refresh need not know them.
 */
CREATE FUNCTION phm.derivation_call(routine text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_derivation_call' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp;
REVOKE ALL ON FUNCTION phm.derivation_call(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.derivation_call(text) IS
'Internal: the statement that runs the routine of a derivation for an array of patients. Errors: 22023 the name is not schema.name, 42883 there is no such function or procedure.';

CREATE FUNCTION phm.derive_one(routine text, patients bigint[]) RETURNS void
AS 'MODULE_PATHNAME', 'phm_derive_one' LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 100000
SET search_path = pg_catalog, pg_temp;
REVOKE ALL ON FUNCTION phm.derive_one(text, bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive_one(text, bigint[]) IS
'Internal: runs the routine of a derivation for these patients. Errors: as phm.derivation_call, and those of the routine.';

CREATE FUNCTION phm.register_derivation(name text, ord integer, routine text, comment text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM phm.derivation_call(routine);
	INSERT INTO phm.derivation AS d (name, ord, routine, comment)
	VALUES (register_derivation.name, register_derivation.ord, register_derivation.routine, register_derivation.comment)
	ON CONFLICT ON CONSTRAINT derivation_pkey DO UPDATE
	   SET ord = EXCLUDED.ord, routine = EXCLUDED.routine, comment = coalesce(EXCLUDED.comment, d.comment);
END
$$;
REVOKE ALL ON FUNCTION phm.register_derivation(text, integer, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.register_derivation(text, integer, text, text) IS
'Registers something derived from patients, or changes it. ord: derivations run in this order. routine: schema.name of a function or procedure over (patient_ids bigint[]) that brings the derived rows of these patients up to date; it must give the same result however often it runs. A new or changed routine marks all patients. Errors: 42883 there is no such routine.';

CREATE FUNCTION phm.mark_for_derivation() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'INSERT' OR NOT OLD.enabled OR OLD.routine <> NEW.routine THEN
		-- Batches that run with the old list end first, so that their patients are seen.
		LOCK TABLE phm.refresh_run IN SHARE ROW EXCLUSIVE MODE;
		INSERT INTO phm.stale (patient_id, why)
		SELECT patient_id, 'derivation' FROM phm.patient_state ORDER BY patient_id;
	END IF;
	RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.mark_for_derivation() FROM PUBLIC;
COMMENT ON FUNCTION phm.mark_for_derivation() IS
'Trigger: marks all patients when a derivation is added, enabled or gets another routine.';

CREATE FUNCTION phm.derive(patients bigint[]) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = auto
SET enable_seqscan = on
AS $$
DECLARE
	d record;
	current text;
	code text;
	context text;
BEGIN
	-- For a few patients, planning would cost more than the rest: statements are planned once a session, for
	-- the look-up of patients by index whatever the sizes of the tables were at that moment.
	IF cardinality(patients) <= 32 THEN
		PERFORM set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true);
	ELSE
		PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
	END IF;
	-- The whole list is one subtransaction: a patient has all of it or keeps what was.
	FOR d IN SELECT name, routine FROM phm.derivation WHERE enabled ORDER BY ord, name LOOP
		current := d.name;
		PERFORM phm.derive_one(d.routine, patients);
	END LOOP;
	RETURN NULL;
EXCEPTION WHEN OTHERS OR assert_failure THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, context = PG_EXCEPTION_CONTEXT;
	-- Messages may quote values; names of functions and their lines do not.
	RETURN concat_ws(', ', format('%s in derivation %s', code, current),
		substring(context FROM '(function [[:alnum:]_.]+\([^)]*\) line \d+)'));
END
$$;
REVOKE ALL ON FUNCTION phm.derive(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION phm.derive(bigint[]) IS
'Internal: runs every enabled derivation for these patients, whose rows of phm.patient_state the caller has locked. NULL, or SQLSTATE and place of the error, in which case nothing was changed.';
