-- What runs now, and how fresh everything is.
CREATE VIEW phm.progress AS
WITH running AS (
	SELECT 'load' AS kind, i.inbox_id AS number, i.pid, i.received_at AS started_at,
		   coalesce(i.processed_at, i.received_at) AS changed_at, 'bytes' AS unit,
		   i.position AS done, phm.server_file_size(i.file) AS total, i.file, NULL AS phase
	  FROM phm.inbox AS i
	 WHERE i.status = 'reading' AND phm.session_lives(i.pid, NULL, true)
	UNION ALL
	SELECT 'refresh', r.run_id, r.pid, r.started_at, r.changed_at, 'patients',
		   r.done + r.failed, greatest(r.total, r.done + r.failed), NULL, r.phase
	  FROM phm.refresh_run AS r
	 WHERE r.finished_at IS NULL AND phm.session_lives(r.pid, r.session_started_at, true)
)
SELECT kind, number, pid, started_at, changed_at, unit, done, total,
	   round(done / nullif(extract(epoch FROM changed_at - started_at), 0), 1) AS per_second,
	   CASE WHEN done > 0 AND total >= done
			THEN date_trunc('second', (changed_at - started_at) * ((total - done)::double precision / done)) END AS remaining,
	   file, phase
  FROM running;
REVOKE ALL ON phm.progress FROM PUBLIC;
COMMENT ON VIEW phm.progress IS 'What runs now, as of the last commit of each: loads and refreshes.';
COMMENT ON COLUMN phm.progress.kind IS 'load or refresh.';
COMMENT ON COLUMN phm.progress.number IS 'The row of phm.inbox or of phm.refresh_run.';
COMMENT ON COLUMN phm.progress.pid IS 'The process, as in pg_stat_activity.';
COMMENT ON COLUMN phm.progress.started_at IS 'When it began: a load, with the current file.';
COMMENT ON COLUMN phm.progress.changed_at IS 'When it last committed.';
COMMENT ON COLUMN phm.progress.unit IS 'What is counted: bytes of the current file, or patients.';
COMMENT ON COLUMN phm.progress.done IS 'So many are done.';
COMMENT ON COLUMN phm.progress.total IS 'Of so many: bytes of the file (NULL without the right to look at it), or patients that were stale at the beginning.';
COMMENT ON COLUMN phm.progress.per_second IS 'Done in a second, on average.';
COMMENT ON COLUMN phm.progress.remaining IS 'How long the rest takes at that rate.';
COMMENT ON COLUMN phm.progress.file IS 'The file that is being loaded.';
COMMENT ON COLUMN phm.progress.phase IS 'The phase of a refresh, see phm.refresh_run.';

CREATE VIEW phm.freshness AS
SELECT (SELECT count(*) FROM (SELECT patient_id FROM phm.stale WHERE patient_id > 0
							   UNION SELECT patient_id FROM phm.patient_state WHERE retry_at IS NOT NULL) AS p) AS stale_patients,
	   m.marks, m.oldest_mark, pg_catalog.clock_timestamp() - m.oldest_mark AS oldest_age,
	   (SELECT count(*) FROM phm.stale_resource) AS stale_resources,
	   f.failed_patients, f.next_retry,
	   (SELECT count(*) FROM phm.inbox WHERE status = 'waiting' AND parent_id IS NULL AND file IS NULL) AS waiting_messages,
	   (SELECT max(finished_at) FROM phm.refresh_run WHERE outcome = 'done') AS last_refresh,
	   (SELECT count(*) FROM phm.stale_cause) AS causes
  FROM (SELECT count(*) AS marks, min(at) AS oldest_mark FROM phm.stale WHERE patient_id > 0) AS m,
	   (SELECT count(*) AS failed_patients, min(retry_at) AS next_retry
		  FROM phm.patient_state WHERE retry_at IS NOT NULL) AS f;
REVOKE ALL ON phm.freshness FROM PUBLIC;
COMMENT ON VIEW phm.freshness IS 'One row: how much of the record is not yet in what is derived from it.';
COMMENT ON COLUMN phm.freshness.stale_patients IS 'Patients with marks, or that failed.';
COMMENT ON COLUMN phm.freshness.marks IS 'Marks waiting.';
COMMENT ON COLUMN phm.freshness.oldest_mark IS 'When the oldest of them was made.';
COMMENT ON COLUMN phm.freshness.oldest_age IS 'How long ago that is.';
COMMENT ON COLUMN phm.freshness.stale_resources IS 'Changed resources that belong to no patient, whose patients have not been marked yet.';
COMMENT ON COLUMN phm.freshness.failed_patients IS 'Patients whose last attempt failed (phm.patient_state.error).';
COMMENT ON COLUMN phm.freshness.next_retry IS 'When the first of them is tried again.';
COMMENT ON COLUMN phm.freshness.waiting_messages IS 'Messages in phm.inbox that have not been read.';
COMMENT ON COLUMN phm.freshness.last_refresh IS 'When a refresh last came to its end.';
COMMENT ON COLUMN phm.freshness.causes IS 'Changes of value sets, concept maps and registries whose patients have not been marked yet.';
