/*
 * refresh_step.sql: the steps of a refresh.  The row of phm.refresh_run holds
 * everything that one step leaves to the next, so the procedure here and the
 * background worker are the same short loop.
 */
CREATE FUNCTION phm.refresh_step_message(run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	message bigint;
BEGIN
	SELECT phm.refresh_message(after_id, upto_id) INTO message FROM phm.refresh_run WHERE run_id = run;
	UPDATE phm.refresh_run AS r
	   SET phase = CASE WHEN message IS NULL THEN 'resources' ELSE r.phase END,
		   after_id = coalesce(message, 0), messages = r.messages + (message IS NOT NULL)::integer
	 WHERE r.run_id = run;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step_message(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step_message(bigint) IS
'Internal: the phase messages of a refresh: one waiting message of phm.inbox.';

CREATE FUNCTION phm.refresh_step_prepare(run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r phm.refresh_run;
BEGIN
	SELECT * INTO r FROM phm.refresh_run WHERE run_id = run;
	IF r.total IS NULL THEN
		SELECT coalesce(max(mark_id), 0), count(DISTINCT patient_id) INTO r.upto_id, r.total FROM phm.stale;
		r.total := r.total + (SELECT count(*) FROM phm.patient_state WHERE retry_at <= r.started_at);
	END IF;
	PERFORM phm.refresh_prepare(r.upto_id);
	UPDATE phm.refresh_run AS t
	   SET phase = 'marks', after_id = 0, upto_id = r.upto_id, total = r.total, pass_patients = 0
	 WHERE t.run_id = run;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step_prepare(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step_prepare(bigint) IS
'Internal: the phase prepare of a refresh: the marks that belong to it, and rows of phm.patient_state for them.';

CREATE FUNCTION phm.refresh_count(run bigint, done bigint, failed bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE phm.refresh_run AS r
	   SET done = r.done + refresh_count.done, failed = r.failed + refresh_count.failed,
		   pass_patients = r.pass_patients + refresh_count.done + refresh_count.failed,
		   batches = r.batches + (refresh_count.done + refresh_count.failed > 0)::integer
	 WHERE r.run_id = run;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_count(bigint, bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_count(bigint, bigint, bigint) IS
'Internal: adds a batch to the counts of a refresh.';

CREATE FUNCTION phm.refresh_step_marks(run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r phm.refresh_run;
	picked record;
	batch record;
BEGIN
	SELECT * INTO r FROM phm.refresh_run WHERE run_id = run;
	picked := phm.refresh_pick(r.after_id, r.upto_id, r.batch_size);
	IF picked.patients IS NULL THEN
		-- Another pass where this one did something: marks of lower numbers may have been committed since.
		UPDATE phm.refresh_run SET phase = CASE WHEN r.pass_patients > 0 THEN 'prepare' ELSE 'retries' END
		 WHERE run_id = run;
	ELSE
		batch := phm.refresh_patients(picked.patients, r.started_at, false);
		PERFORM phm.refresh_count(run, batch.done, batch.failed);
		UPDATE phm.refresh_run SET after_id = picked.next_after WHERE run_id = run;
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step_marks(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step_marks(bigint) IS
'Internal: the phase marks of a refresh: one batch of patients, oldest marks first.';

CREATE FUNCTION phm.refresh_step_retries(run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r phm.refresh_run;
	due bigint[];
	batch record;
BEGIN
	SELECT * INTO r FROM phm.refresh_run WHERE run_id = run;
	SELECT array_agg(l.patient_id) INTO due
	  FROM (SELECT patient_id FROM phm.patient_state WHERE retry_at <= r.started_at
			 ORDER BY retry_at, patient_id LIMIT r.batch_size FOR UPDATE SKIP LOCKED) AS l;
	IF due IS NULL THEN
		UPDATE phm.refresh_run
		   SET phase = CASE WHEN r.by_worker OR r.max_batches IS NOT NULL THEN 'finished' ELSE 'waits' END
		 WHERE run_id = run;
	ELSE
		batch := phm.refresh_patients(due, r.started_at, false);
		PERFORM phm.refresh_count(run, batch.done, batch.failed);
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step_retries(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step_retries(bigint) IS
'Internal: the phase retries of a refresh: patients that failed before and whose time has come.';

CREATE FUNCTION phm.refresh_step_waits(run bigint) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r phm.refresh_run;
	patient bigint;
	batch record;
BEGIN
	SELECT * INTO r FROM phm.refresh_run WHERE run_id = run;
	PERFORM phm.refresh_prepare(r.upto_id);
	SELECT patient_id INTO patient FROM phm.stale WHERE mark_id <= r.upto_id ORDER BY mark_id LIMIT 1;
	IF patient IS NULL THEN
		UPDATE phm.refresh_run SET phase = 'finished' WHERE run_id = run;
	ELSE
		-- One patient at a time: who waits holds no other, so nobody waits in a circle.
		batch := phm.refresh_patients(ARRAY[patient], r.started_at, true);
		PERFORM phm.refresh_count(run, batch.done, batch.failed);
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step_waits(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step_waits(bigint) IS
'Internal: the phase waits of a refresh that was called without limit: patients that another refresh held until now.';

CREATE FUNCTION phm.refresh_step(run bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	now_in text;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'a refresh needs isolation level READ COMMITTED'
			USING ERRCODE = 'invalid_transaction_state',
			DETAIL = 'The record must be read in a later snapshot than the marks.';
	END IF;
	SELECT phase INTO now_in FROM phm.refresh_run WHERE run_id = run AND finished_at IS NULL;
	IF now_in IN ('marks', 'retries', 'waits') THEN
		LOCK TABLE phm.refresh_run IN ROW EXCLUSIVE MODE;		-- phm.refresh_resources waits for it
		PERFORM phm.derivation_call(routine) FROM phm.derivation WHERE enabled;
	END IF;
	CASE now_in
		WHEN 'messages' THEN PERFORM phm.refresh_step_message(run);
		WHEN 'resources' THEN
			PERFORM phm.refresh_resources()
			  WHERE EXISTS (SELECT FROM phm.stale_resource) OR EXISTS (SELECT FROM phm.stale_cause) OR phm.settings_moved();
			UPDATE phm.refresh_run SET phase = 'prepare' WHERE run_id = run;
		WHEN 'prepare' THEN PERFORM phm.refresh_step_prepare(run);
		WHEN 'marks' THEN PERFORM phm.refresh_step_marks(run);
		WHEN 'retries' THEN PERFORM phm.refresh_step_retries(run);
		WHEN 'waits' THEN PERFORM phm.refresh_step_waits(run);
		ELSE RETURN false;
	END CASE;
	UPDATE phm.refresh_run SET changed_at = clock_timestamp() WHERE run_id = run;
	PERFORM phm.refresh_end(run, CASE WHEN phase = 'finished' THEN 'done' ELSE 'limit' END)
	   FROM phm.refresh_run WHERE run_id = run AND (phase = 'finished' OR batches >= max_batches);
	RETURN NOT FOUND;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_step(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_step(bigint) IS
'Internal: does the next piece of a refresh, for a transaction of its own, and returns whether there is more. Errors: 25000 the isolation level is not READ COMMITTED, 42883 a derivation has no routine.';

CREATE FUNCTION phm.refresh_end(run bigint, outcome text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE phm.refresh_run AS r
	   SET phase = 'finished', outcome = refresh_end.outcome, finished_at = clock_timestamp()
	 WHERE r.run_id = run AND r.finished_at IS NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_end(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_end(bigint, text) IS 'Internal: closes the row of a refresh.';

CREATE PROCEDURE phm.refresh(batch_size integer DEFAULT NULL, max_batches integer DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
	run bigint;
BEGIN
	COMMIT;
	SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
	run := phm.refresh_begin(batch_size, max_batches, false);
	LOOP
		COMMIT;
		-- Whatever the session's default: the record must be read in a later snapshot than the marks.
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		EXIT WHEN NOT phm.refresh_step(run);
	END LOOP;
END
$$;
REVOKE ALL ON PROCEDURE phm.refresh(integer, integer) FROM PUBLIC;
COMMENT ON PROCEDURE phm.refresh(integer, integer) IS
'Reads the waiting messages of phm.inbox, then brings everything derived up to date for all patients marked so far. Commits after every message and every batch of patients; may be cut off anywhere and run beside others and beside the worker. batch_size: patients in one transaction (default: setting phm.batch_size). max_batches: end after so many. A patient for whom a derivation fails is written to phm.patient_state and tried again later. Not inside a transaction block (2D000). Errors: 22023 limits out of range, 42883 a derivation has no routine, 55000 no store or one of another version.';

CREATE FUNCTION phm.refresh_all() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made text;
	marked bigint;
BEGIN
	PERFORM phm.check_store_version();
	-- The record tables are those whose rows have a source, an id and a person.
	SELECT string_agg(format('SELECT patient_id FROM phm.%I', c.relname), ' UNION ' ORDER BY c.relname) INTO made
	  FROM pg_class AS c
	 WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
	   AND 3 = (SELECT count(*) FROM pg_attribute AS a
				 WHERE a.attrelid = c.oid AND a.attname IN ('patient_id', 'fingerprint', 'recorded_at'));
	EXECUTE 'INSERT INTO phm.stale (patient_id, why) SELECT patient_id, ''all'' FROM ('
		|| 'SELECT patient_id FROM phm.patient_state UNION SELECT patient_id FROM phm.patient_link UNION ' || made
		|| ') AS everybody WHERE patient_id > 0 ORDER BY patient_id';
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_all() FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_all() IS
'Marks every patient of whom anything is known, so that the next refresh rebuilds everything derived; returns how many. Errors: 55000 no store or one of another version.';
