/*
 * check_setup.sql: is phm set up rightly here, and what to do where it is not.
 */
CREATE FUNCTION phm.check_versions() RETURNS TABLE (topic text, status text, found text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	library text := phm.library_version();
	here text := phm.version();
	files text := (SELECT default_version FROM pg_available_extensions WHERE name = 'phm');
	store text;
BEGIN
	RETURN QUERY SELECT 'library', CASE WHEN library = here THEN 'ok' ELSE 'error' END, library,
		CASE WHEN library <> here THEN 'The extension is of version ' || here
			|| ': install its files, restart the server where phm is preloaded, and ALTER EXTENSION phm UPDATE.' END;
	RETURN QUERY SELECT 'extension', CASE WHEN files = here THEN 'ok' ELSE 'warning' END, here,
		CASE WHEN files IS DISTINCT FROM here THEN 'The files installed are of version ' || coalesce(files, '(none)')
			|| ': ALTER EXTENSION phm UPDATE.' END;
	IF to_regclass('phm.store_version') IS NULL THEN
		RETURN QUERY SELECT 'store', 'warning', 'none', 'Make it with SELECT phm.create_store().';
	ELSE
		SELECT version INTO store FROM phm.store_version;
		RETURN QUERY SELECT 'store', CASE WHEN store = here THEN 'ok' ELSE 'error' END, store,
			CASE WHEN store <> here THEN 'SELECT phm.upgrade_store().' END;
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.check_versions() FROM PUBLIC;
COMMENT ON FUNCTION phm.check_versions() IS
'Internal: the rows of phm.check_setup about versions: library, extension, store.';

CREATE FUNCTION phm.check_server() RETURNS TABLE (topic text, status text, found text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	encoding text := (SELECT pg_encoding_to_char(d.encoding) FROM pg_database AS d WHERE d.datname = current_database());
	preloaded boolean := regexp_split_to_array(current_setting('shared_preload_libraries'), '[ ,"]+') && '{phm,$libdir/phm}';
	sees boolean := pg_has_role('pg_read_all_stats', 'USAGE');
	launchers bigint := (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'phm launcher');
BEGIN
	RETURN QUERY SELECT 'encoding', CASE WHEN encoding = 'UTF8' THEN 'ok' ELSE 'error' END, encoding,
		CASE WHEN encoding <> 'UTF8' THEN 'Move to a database made with ENCODING UTF8.' END;
	RETURN QUERY SELECT 'preloaded', CASE WHEN preloaded THEN 'ok' ELSE 'warning' END,
		CASE WHEN preloaded THEN 'yes' ELSE 'no' END,
		CASE WHEN NOT preloaded THEN 'Without it there are no background workers, and CALL phm.refresh() must be scheduled: '
			|| 'add phm to shared_preload_libraries and restart.' END;
	RETURN QUERY SELECT 'recovery', 'ok', 'standby', 'Workers start when this server is promoted.' WHERE pg_is_in_recovery();
	RETURN QUERY SELECT 'reading files', CASE WHEN may THEN 'ok' ELSE 'warning' END,
			CASE WHEN may THEN 'yes' ELSE 'no' END,
			CASE WHEN NOT may THEN format('To let %I call phm.load: GRANT pg_read_server_files TO %I.', current_user, current_user) END
	   FROM pg_has_role('pg_read_server_files', 'USAGE') AS may;
	RETURN QUERY SELECT 'launcher', CASE WHEN launchers = 1 THEN 'ok' ELSE 'warning' END,
		CASE WHEN launchers = 1 THEN 'running' WHEN sees THEN 'not running' ELSE 'cannot be seen' END,
		CASE WHEN launchers = 1 THEN NULL WHEN NOT sees THEN 'Ask a member of pg_read_all_stats.'
			 ELSE 'Look into the server''s log; max_worker_processes may be too low.' END
	 WHERE preloaded AND NOT pg_is_in_recovery();
END
$$;
REVOKE ALL ON FUNCTION phm.check_server() FROM PUBLIC;
COMMENT ON FUNCTION phm.check_server() IS
'Internal: the rows of phm.check_setup about the server: encoding, preloading, rights, the launcher of workers.';

CREATE FUNCTION phm.check_workers() RETURNS TABLE (topic text, status text, found text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted text[] := array_remove(regexp_split_to_array(current_setting('phm.databases'), '\s*,\s*'), '');
	running boolean := current_setting('phm.worker')::boolean;
	sees boolean := pg_has_role('pg_read_all_stats', 'USAGE');
BEGIN
	RETURN QUERY SELECT 'phm.worker', CASE WHEN running THEN 'ok' ELSE 'warning' END, current_setting('phm.worker'),
		CASE WHEN NOT running THEN 'No background worker runs until it is on again.' END;
	RETURN QUERY SELECT 'phm.databases', CASE WHEN here THEN 'ok' ELSE 'warning' END,
		coalesce(nullif(current_setting('phm.databases'), ''), '(empty)'),
		CASE WHEN NOT here THEN 'No worker refreshes this database: add it and reload, or schedule CALL phm.refresh().' END
	   FROM (SELECT current_database() = ANY (SELECT btrim(w, '"') FROM unnest(wanted) AS w)) AS h(here);
	RETURN QUERY SELECT 'worker for ' || d.name,
			CASE WHEN n > 0 THEN 'ok' WHEN sees THEN 'error' ELSE 'warning' END,
			CASE WHEN n > 0 THEN 'running' WHEN NOT sees THEN 'cannot be seen' ELSE 'not running' END,
			CASE WHEN n > 0 THEN NULL WHEN NOT sees THEN 'Ask a member of pg_read_all_stats.'
				 WHEN NOT EXISTS (SELECT FROM pg_database AS b WHERE b.datname = d.name) THEN 'There is no such database: correct phm.databases.'
				 ELSE 'Look into the server''s log; max_worker_processes may be too low.' END
	   FROM (SELECT btrim(w, '"') FROM unnest(wanted) WITH ORDINALITY AS w(w, place) ORDER BY place) AS d(name),
			LATERAL (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'phm worker' AND datname = d.name) AS a(n)
	  WHERE running AND NOT pg_is_in_recovery();
END
$$;
REVOKE ALL ON FUNCTION phm.check_workers() FROM PUBLIC;
COMMENT ON FUNCTION phm.check_workers() IS
'Internal: the rows of phm.check_setup about background workers and their settings.';

CREATE FUNCTION phm.check_work() RETURNS TABLE (topic text, status text, found text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f record;
BEGIN
	SELECT * INTO f FROM phm.freshness;
	RETURN QUERY SELECT 'backlog', CASE WHEN f.oldest_age > interval '1 hour' THEN 'warning' ELSE 'ok' END,
		format('%s patients', f.stale_patients) || coalesce(', oldest mark ' || date_trunc('second', f.oldest_age) || ' old', ''),
		CASE WHEN f.oldest_age > interval '1 hour'
			THEN 'Look at phm.progress and phm.worker_status; CALL phm.refresh() does it now.' END;
	RETURN QUERY SELECT 'failed patients', CASE WHEN f.failed_patients > 0 THEN 'warning' ELSE 'ok' END, f.failed_patients::text,
		CASE WHEN f.failed_patients > 0 THEN 'SELECT error, count(*) FROM phm.patient_state WHERE error IS NOT NULL GROUP BY error.' END;
	RETURN QUERY SELECT 'inbox', CASE WHEN n > 0 THEN 'warning' ELSE 'ok' END,
			format('%s waiting, %s not readable', f.waiting_messages, n),
			CASE WHEN n > 0 THEN 'SELECT inbox_id, file, line, sqlstate, error, detail FROM phm.inbox WHERE status = ''error''.' END
	   FROM (SELECT count(*) FROM phm.inbox AS i WHERE i.status = 'error') AS e(n);
	RETURN QUERY SELECT 'loading', 'warning', i.file, format('This load broke off after %s bytes: load the file again.', i.position)
	   FROM phm.inbox AS i WHERE i.status = 'reading' AND NOT phm.session_lives(i.pid, NULL, true) ORDER BY i.inbox_id;
	RETURN QUERY SELECT 'derivation ' || d.name,
			CASE WHEN NOT d.enabled THEN 'warning' WHEN there THEN 'ok' ELSE 'error' END,
			d.routine || CASE WHEN there THEN '' ELSE ' does not exist' END,
			CASE WHEN NOT d.enabled THEN 'It is disabled: its rows are as old as that.'
				 WHEN NOT there THEN 'No refresh can run: install what provides it, or disable this row of phm.derivation.' END
	   FROM phm.derivation AS d, LATERAL (SELECT to_regprocedure(d.routine || '(bigint[])') IS NOT NULL) AS t(there)
	  ORDER BY d.ord, d.name;
	RETURN QUERY SELECT 'derivations', 'warning', 'none', 'Nothing is derived in this store.'
	  WHERE NOT EXISTS (SELECT FROM phm.derivation AS d WHERE d.enabled);
	RETURN QUERY SELECT 'worker rights', 'error', o.owner::text,
			format('The worker acts as the owner of the store: GRANT EXECUTE ON ALL ROUTINES IN SCHEMA phm TO %s.', o.owner)
	   FROM (SELECT relowner::regrole FROM pg_class WHERE oid = 'phm.store_version'::regclass) AS o(owner)
	  WHERE NOT has_function_privilege(o.owner, 'phm.refresh_step(bigint)', 'EXECUTE');
	RETURN QUERY SELECT 'worker error', CASE WHEN w.state = 'failed' THEN 'error' ELSE 'warning' END,
			concat_ws(' ', w.last_code, w.last_error), 'See phm.worker_status.'
	   FROM phm.worker_status AS w WHERE w.state = 'failed' OR w.last_error_at > now() - interval '1 day';
	RETURN QUERY SELECT 'autovacuum', 'warning', 'off', 'Tables of marks grow without it: turn autovacuum and track_counts on.'
	  WHERE NOT (current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean);
END
$$;
REVOKE ALL ON FUNCTION phm.check_work() FROM PUBLIC;
COMMENT ON FUNCTION phm.check_work() IS
'Internal: the rows of phm.check_setup about the work in the store: backlog, failures, inbox, derivations.';

CREATE FUNCTION phm.check_setup() RETURNS TABLE (topic text, status text, found text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY SELECT * FROM phm.check_versions();
	RETURN QUERY SELECT * FROM phm.check_server();
	RETURN QUERY SELECT * FROM phm.check_workers();
	IF to_regclass('phm.store_version') IS NOT NULL THEN
		RETURN QUERY SELECT * FROM phm.check_work();
	END IF;
END
$$;
REVOKE ALL ON FUNCTION phm.check_setup() FROM PUBLIC;
COMMENT ON FUNCTION phm.check_setup() IS
'Whether phm is set up rightly here, a row a topic: status ok, warning (works, but see what_to_do) or error. Shows patients only as numbers.';
