/*
 * refresh.sql: bringing everything derived up to date for the patients that
 * are marked.
 *
 * One step is one transaction, so a refresh can be cut off anywhere.  Always
 * holds: whoever derives a patient has locked its row of phm.patient_state,
 * then has deleted the marks it saw, and only then, in a later snapshot, reads
 * the record.  A writer that commits before the marks were deleted is read; one
 * that commits after has left a mark.
 */
CREATE FUNCTION phm.refresh_due() RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM phm.inbox WHERE status = 'waiting' AND parent_id IS NULL AND file IS NULL)
		OR EXISTS (SELECT FROM (SELECT mark_id FROM phm.stale ORDER BY mark_id LIMIT 1) AS first)
		OR EXISTS (SELECT FROM (SELECT mark_id FROM phm.stale_resource ORDER BY mark_id LIMIT 1) AS first)
		OR EXISTS (SELECT FROM phm.stale_cause)
		OR EXISTS (SELECT FROM phm.patient_state WHERE retry_at <= clock_timestamp())
		OR phm.settings_moved();
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_due() FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_due() IS
'Whether a refresh would find something: a waiting message, a mark, a cause of marks (a changed value set, concept map or setting, a new day), or a patient whose retry is due.';

CREATE FUNCTION phm.refresh_begin(batch_size integer, max_batches integer, by_worker boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	size integer;
	run bigint;
BEGIN
	PERFORM phm.library_version();		-- loads the settings
	size := coalesce(batch_size, current_setting('phm.batch_size')::integer);
	IF size NOT BETWEEN 1 AND 100000 OR max_batches < 1 THEN
		RAISE EXCEPTION 'batch_size must be between 1 and 100000, max_batches at least 1'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM phm.check_store_version();
	UPDATE phm.refresh_run AS r
	   SET finished_at = clock_timestamp(), phase = 'finished', outcome = 'interrupted'
	 WHERE r.finished_at IS NULL
	   AND NOT phm.session_lives(r.pid, r.session_started_at, true);
	DELETE FROM phm.refresh_run WHERE started_at < now() - interval '30 days' AND finished_at IS NOT NULL;
	INSERT INTO phm.refresh_run AS r (by_worker, pid, session_started_at, batch_size, max_batches, upto_id)
	SELECT refresh_begin.by_worker, pg_backend_pid(),
		   (SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) AS a), size, refresh_begin.max_batches,
		   coalesce((SELECT max(inbox_id) FROM phm.inbox), 0)
	RETURNING r.run_id INTO run;
	RETURN run;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_begin(integer, integer, boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_begin(integer, integer, boolean) IS
'Internal: adds a row to phm.refresh_run and closes rows of refreshes that broke off. Errors: 22023 limits out of range, 55000 no store or one of another version.';

CREATE FUNCTION phm.session_lives(pid integer, started_at timestamptz, working boolean DEFAULT false) RETURNS boolean
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_get_activity(session_lives.pid) AS a
					WHERE a.pid = session_lives.pid
					  AND (a.backend_start = session_lives.started_at
						   OR a.backend_start IS NULL OR session_lives.started_at IS NULL)
					  AND (NOT session_lives.working OR a.pid <> pg_catalog.pg_backend_pid())
					  AND (NOT session_lives.working OR a.state IS NULL OR NOT a.state LIKE 'idle%'));
END;
COMMENT ON FUNCTION phm.session_lives(integer, timestamptz, boolean) IS
'Whether the session that had this process number and began at this time is still there; with working, whether it is another one than this and runs a statement. Who may not see what other sessions do is told by the number alone.';

CREATE FUNCTION phm.refresh_prepare(upto bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	DELETE FROM phm.stale WHERE patient_id <= 0;		-- resources of nobody
	INSERT INTO phm.patient_state (patient_id)
	SELECT DISTINCT s.patient_id FROM phm.stale AS s
	 WHERE s.mark_id <= upto AND NOT EXISTS (SELECT FROM phm.patient_state AS p WHERE p.patient_id = s.patient_id)
	 ORDER BY 1
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS made = ROW_COUNT;
	RETURN made;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_prepare(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_prepare(bigint) IS
'Internal: adds the rows of phm.patient_state that marks need, for a transaction of its own: who inserts the same row waits for it.';

CREATE FUNCTION phm.refresh_message(after bigint, upto bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	message bigint;
BEGIN
	SELECT i.inbox_id INTO message FROM phm.inbox AS i
	 WHERE i.status = 'waiting' AND i.parent_id IS NULL AND i.file IS NULL AND i.inbox_id > after AND i.inbox_id <= upto
	 ORDER BY i.inbox_id LIMIT 1 FOR UPDATE SKIP LOCKED;
	IF message IS NULL THEN
		RETURN NULL;
	END IF;
	BEGIN
		PERFORM phm.process_inbox(message);
	EXCEPTION
		WHEN transaction_rollback THEN
			NULL;		-- a deadlock is not the message's fault: the next refresh reads it
		WHEN OTHERS OR assert_failure THEN
			IF SQLSTATE ~ '^(53100|57|58)' THEN
				RAISE;
			END IF;
			UPDATE phm.inbox AS i
			   SET status = 'error', processed_at = clock_timestamp(), sqlstate = SQLSTATE, error = SQLERRM
			 WHERE i.inbox_id = message;
	END;
	RETURN message;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_message(bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_message(bigint, bigint) IS
'Internal: reads the next waiting message of phm.inbox in a range of numbers and returns its number, NULL when there is none. One that cannot be read gets status error and is not tried again by itself.';

CREATE FUNCTION phm.refresh_resources() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	marked bigint;
BEGIN
	-- Waits for charts that are being built, which may have read the resource as it was.
	LOCK TABLE phm.refresh_run IN SHARE ROW EXCLUSIVE MODE;
	WITH gone AS (DELETE FROM phm.stale_resource RETURNING source, id, resource_type)
	INSERT INTO phm.stale (patient_id, why)
	SELECT DISTINCT d.patient_id, 'shared resource'
	  FROM gone AS g
	  JOIN phm.chart_dependency AS d USING (source, id, resource_type);
	GET DIAGNOSTICS marked = ROW_COUNT;
	RETURN marked + phm.refresh_causes();
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_resources() FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_resources() IS
'Internal: marks the patients in whose charts the resources of phm.stale_resource are, and those whom phm.refresh_causes finds, and returns how many. Waits for batches that are running; to be called in a transaction that has changed nothing yet.';

CREATE FUNCTION phm.refresh_pick(after bigint, upto bigint, size integer, OUT patients bigint[], OUT next_after bigint)
RETURNS record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The oldest marks come first; a patient often has several close together.
	WITH seen AS (
		SELECT mark_id, patient_id FROM phm.stale
		 WHERE mark_id > after AND mark_id <= upto ORDER BY mark_id LIMIT 4 * size
	), patient AS (
		SELECT patient_id, min(mark_id) AS first_mark, row_number() OVER (ORDER BY min(mark_id)) AS place
		  FROM seen GROUP BY patient_id
	)
	SELECT array_agg(patient_id) FILTER (WHERE place <= size),
		   coalesce(min(first_mark) FILTER (WHERE place > size) - 1, (SELECT max(mark_id) FROM seen))
	  INTO patients, next_after
	  FROM patient;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_pick(bigint, bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_pick(bigint, bigint, integer) IS
'Internal: the patients of the oldest marks in a range of numbers, at most size of them, and the number up to which all marks are theirs; NULL when there are none.';

CREATE FUNCTION phm.refresh_lock(candidates bigint[], wait boolean) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	locked bigint[];
BEGIN
	IF wait THEN
		SELECT array_agg(l.patient_id) INTO locked
		  FROM (SELECT p.patient_id FROM phm.patient_state AS p
				 WHERE p.patient_id = ANY (candidates) ORDER BY p.patient_id FOR UPDATE) AS l;
	ELSE
		SELECT array_agg(l.patient_id) INTO locked
		  FROM (SELECT p.patient_id FROM phm.patient_state AS p
				 WHERE p.patient_id = ANY (candidates) ORDER BY p.patient_id FOR UPDATE SKIP LOCKED) AS l;
	END IF;
	RETURN locked;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_lock(bigint[], boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_lock(bigint[], boolean) IS
'Internal: locks the rows of phm.patient_state of these patients until the end of the transaction, waiting for other refreshes or leaving out what they hold; the patients locked.';

CREATE FUNCTION phm.refresh_patients(candidates bigint[], due timestamptz, wait boolean, OUT done bigint, OUT failed bigint)
RETURNS record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	locked bigint[];
	marked bigint[];
	together bigint[];
	alone bigint[];
	patient bigint;
BEGIN
	done := 0;
	failed := 0;
	locked := phm.refresh_lock(candidates, wait);
	WITH gone AS (DELETE FROM phm.stale AS s WHERE s.patient_id = ANY (locked) RETURNING s.patient_id)
	SELECT array_agg(DISTINCT g.patient_id) INTO marked FROM gone AS g;
	-- Whom another refresh did between the look at the marks and the lock has none now.
	SELECT array_agg(p.patient_id) FILTER (WHERE p.failures = 0), array_agg(p.patient_id) FILTER (WHERE p.failures > 0)
	  INTO together, alone
	  FROM phm.patient_state AS p
	 WHERE p.patient_id = ANY (locked) AND (p.patient_id = ANY (marked) OR p.retry_at <= due);
	IF together IS NOT NULL THEN
		IF phm.refresh_write(together, clock_timestamp(), phm.derive(together)) THEN
			done := cardinality(together);
		ELSE
			alone := together || alone;
		END IF;
	END IF;
	FOREACH patient IN ARRAY coalesce(alone, '{}') LOOP
		IF phm.refresh_write(ARRAY[patient], clock_timestamp(), phm.derive(ARRAY[patient])) THEN
			done := done + 1;
		ELSE
			failed := failed + 1;
		END IF;
	END LOOP;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_patients(bigint[], timestamptz, boolean) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_patients(bigint[], timestamptz, boolean) IS
'Internal: brings those of the patients up to date that have marks or whose retry is due, and that no other refresh holds (with wait: after it has ended). They are derived together; where that fails, and for those that failed before, one by one.';

CREATE FUNCTION phm.refresh_write(patients bigint[], began timestamptz, problem text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF problem IS NULL THEN
		UPDATE phm.patient_state AS p SET refreshed_at = began, error = NULL, failures = 0, retry_at = NULL
		 WHERE p.patient_id = ANY (patients);
	ELSIF cardinality(patients) = 1 THEN
		UPDATE phm.patient_state AS p
		   SET error = problem, failures = least(p.failures + 1, 1000),
			   retry_at = clock_timestamp() + least(interval '6 hours', interval '30 seconds' * 2 ^ least(p.failures, 20))
		 WHERE p.patient_id = patients[1];
	END IF;
	RETURN problem IS NULL;
END
$$;
REVOKE ALL ON FUNCTION phm.refresh_write(bigint[], timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.refresh_write(bigint[], timestamptz, text) IS
'Internal: writes the outcome of deriving patients to phm.patient_state and returns whether it was good. A patient that failed is retried after 30 seconds, then after twice as long each time, up to 6 hours; the failure of several together is written for none.';
