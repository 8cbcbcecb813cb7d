-- Refreshes: what runs, what ran.
CREATE TABLE phm.refresh_run (
	run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	by_worker boolean NOT NULL,
	pid integer NOT NULL,
	session_started_at timestamptz,
	batch_size integer NOT NULL,
	max_batches integer,
	phase text NOT NULL DEFAULT 'messages' CHECK (phase IN ('messages', 'resources', 'prepare', 'marks', 'retries', 'waits', 'finished')),
	after_id bigint NOT NULL DEFAULT 0,
	upto_id bigint NOT NULL DEFAULT 0,
	pass_patients bigint NOT NULL DEFAULT 0,
	messages bigint NOT NULL DEFAULT 0,
	batches bigint NOT NULL DEFAULT 0,
	total bigint,
	done bigint NOT NULL DEFAULT 0,
	failed bigint NOT NULL DEFAULT 0,
	started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	finished_at timestamptz,
	outcome text CHECK (outcome IN ('done', 'limit', 'stopped', 'interrupted'))
) WITH (fillfactor = 50);
CREATE INDEX refresh_run_open_idx ON phm.refresh_run (run_id) WHERE finished_at IS NULL;
REVOKE ALL ON phm.refresh_run FROM PUBLIC;
COMMENT ON TABLE phm.refresh_run IS 'One row per refresh that had something to do, changed with every batch. Rows older than 30 days go.';
COMMENT ON COLUMN phm.refresh_run.run_id IS 'Number of the refresh.';
COMMENT ON COLUMN phm.refresh_run.by_worker IS 'Whether the background worker ran it; otherwise a session with CALL phm.refresh().';
COMMENT ON COLUMN phm.refresh_run.pid IS 'Process that runs it.';
COMMENT ON COLUMN phm.refresh_run.session_started_at IS 'When that process began; tells it from a later one with the same number.';
COMMENT ON COLUMN phm.refresh_run.batch_size IS 'Patients taken in one transaction.';
COMMENT ON COLUMN phm.refresh_run.max_batches IS 'After so many batches it ends; NULL: no limit.';
COMMENT ON COLUMN phm.refresh_run.phase IS 'What comes next: messages of phm.inbox, resources shared by patients and other causes by which many become stale, prepare (before each pass over the marks), marks, retries of patients that failed, waits for patients that another refresh holds.';
COMMENT ON COLUMN phm.refresh_run.after_id IS 'Messages or marks up to this number have been looked at in this pass.';
COMMENT ON COLUMN phm.refresh_run.upto_id IS 'Messages or marks up to this number belong to the refresh; later ones are left to the next.';
COMMENT ON COLUMN phm.refresh_run.pass_patients IS 'Patients done since the marks were last looked at from the beginning.';
COMMENT ON COLUMN phm.refresh_run.messages IS 'Messages read.';
COMMENT ON COLUMN phm.refresh_run.batches IS 'Batches committed.';
COMMENT ON COLUMN phm.refresh_run.total IS 'Patients that were stale at the beginning.';
COMMENT ON COLUMN phm.refresh_run.done IS 'Patients brought up to date.';
COMMENT ON COLUMN phm.refresh_run.failed IS 'Patients that failed (phm.patient_state.error says how).';
COMMENT ON COLUMN phm.refresh_run.started_at IS 'When it began.';
COMMENT ON COLUMN phm.refresh_run.changed_at IS 'When the last batch was committed.';
COMMENT ON COLUMN phm.refresh_run.finished_at IS 'When it ended.';
COMMENT ON COLUMN phm.refresh_run.outcome IS 'done; limit: max_batches; stopped: the worker was told to; interrupted: an error, a cancel or a crash, found by a later refresh.';
-- Marks come and go by the million: vacuum by number, not by share of the table.
ALTER TABLE phm.stale SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000);
