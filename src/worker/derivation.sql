/*
 * derivation.sql: what a refresh runs for the patients that changed.  Floors
 * register their derivations here, so that the refresh need not know them.
 */
CREATE FUNCTION phm.derivation_call(routine text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts text[] := parse_ident(routine);
	kind "char";
BEGIN
	IF cardinality(parts) <> 2 THEN
		RAISE EXCEPTION 'the routine of a derivation is named with its schema, and nothing else'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT p.prokind INTO kind FROM pg_proc AS p
	 WHERE p.oid = to_regprocedure(format('%I.%I(bigint[])', parts[1], parts[2]));
	IF kind IS NULL OR kind NOT IN ('f', 'p') THEN
		RAISE EXCEPTION 'there is no function or procedure %.%(bigint[])', quote_ident(parts[1]), quote_ident(parts[2])
			USING ERRCODE = 'undefined_function',
			HINT = 'Correct or disable the row of phm.derivation that names it.';
	END IF;
	RETURN format('%s %I.%I($1)', CASE kind WHEN 'p' THEN 'CALL' ELSE 'SELECT' END, parts[1], parts[2]);
END
$$;
REVOKE ALL ON FUNCTION phm.derivation_call(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.derivation_call(text) IS
'Internal: the statement that runs the routine of a derivation for an array of patients. Errors: 22023 the name is not schema.name, 42883 there is no such function or procedure.';

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
AS $$
DECLARE
	d record;
	current text;
	code text;
	context text;
BEGIN
	-- The whole list is one subtransaction: a patient has all of it or keeps what was.
	FOR d IN SELECT name, routine FROM phm.derivation WHERE enabled ORDER BY ord, name LOOP
		current := d.name;
		EXECUTE phm.derivation_call(d.routine) USING patients;
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
