/*
 * worker.sql: what the background worker says about itself.
 */
CREATE FUNCTION phm.worker_report(state text, code text, error text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO phm.worker_state AS w (pid, started_at, state, ticked_at, last_code, last_error, last_error_at)
	SELECT a.pid, a.backend_start, worker_report.state, clock_timestamp(), worker_report.code, worker_report.error,
		   CASE WHEN code IS NOT NULL THEN clock_timestamp() END
	  FROM pg_stat_get_activity(pg_backend_pid()) AS a
	ON CONFLICT (singleton) DO UPDATE
	   SET pid = EXCLUDED.pid, started_at = EXCLUDED.started_at, state = EXCLUDED.state, ticked_at = EXCLUDED.ticked_at,
		   last_code = coalesce(EXCLUDED.last_code, w.last_code),
		   last_error = CASE WHEN EXCLUDED.last_code IS NULL THEN w.last_error ELSE EXCLUDED.last_error END,
		   last_error_at = coalesce(EXCLUDED.last_error_at, w.last_error_at);
END
$$;
REVOKE ALL ON FUNCTION phm.worker_report(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.worker_report(text, text, text) IS
'Internal: the background worker writes its state, and the SQLSTATE and text of an error, to phm.worker_state.';
