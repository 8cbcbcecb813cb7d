-- The background worker of this database, as it last said.
CREATE TABLE phm.worker_state (
	singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
	pid integer NOT NULL,
	started_at timestamptz,
	state text NOT NULL CHECK (state IN ('idle', 'refreshing', 'failed')),
	ticked_at timestamptz NOT NULL,
	last_code text,
	last_error text,
	last_error_at timestamptz
) WITH (fillfactor = 10);
REVOKE ALL ON phm.worker_state FROM PUBLIC;
COMMENT ON TABLE phm.worker_state IS 'One row, written by the background worker of this database; phm.worker_status shows it.';
COMMENT ON COLUMN phm.worker_state.singleton IS 'Always true: there is one worker.';
COMMENT ON COLUMN phm.worker_state.pid IS 'Its process.';
COMMENT ON COLUMN phm.worker_state.started_at IS 'When that process began.';
COMMENT ON COLUMN phm.worker_state.state IS 'idle; refreshing; failed: the last tick ended with an error.';
COMMENT ON COLUMN phm.worker_state.ticked_at IS 'When it last wrote this row: with every change, and once a minute.';
COMMENT ON COLUMN phm.worker_state.last_code IS 'SQLSTATE of its last error.';
COMMENT ON COLUMN phm.worker_state.last_error IS 'Text of its last error.';
COMMENT ON COLUMN phm.worker_state.last_error_at IS 'When that was.';

CREATE VIEW phm.worker_status AS
SELECT w.pid, pg_catalog.current_database() AS database,
	   CASE WHEN phm.session_lives(w.pid, w.started_at) THEN w.state ELSE 'not running' END AS state,
	   w.started_at, w.ticked_at AS last_tick, w.last_code, w.last_error, w.last_error_at
  FROM phm.worker_state AS w;
REVOKE ALL ON phm.worker_status FROM PUBLIC;
COMMENT ON VIEW phm.worker_status IS 'The background worker of this database; no row when none ever ran here.';
COMMENT ON COLUMN phm.worker_status.pid IS 'Its process, as in pg_stat_activity.';
COMMENT ON COLUMN phm.worker_status.database IS 'This database.';
COMMENT ON COLUMN phm.worker_status.state IS 'idle; refreshing; failed: the last tick ended with an error and is repeated after a pause; not running: the process has gone.';
COMMENT ON COLUMN phm.worker_status.started_at IS 'When the process began.';
COMMENT ON COLUMN phm.worker_status.last_tick IS 'When it last said something: with every change, and once a minute.';
COMMENT ON COLUMN phm.worker_status.last_code IS 'SQLSTATE of its last error, also of one that is over.';
COMMENT ON COLUMN phm.worker_status.last_error IS 'Text of that error.';
COMMENT ON COLUMN phm.worker_status.last_error_at IS 'When that was.';
