/*
 * inbox.sql: messages, files and folders into the record.
 */
CREATE FUNCTION phm.read_fhir(
	payload text, source text, person bigint, inbox_id bigint,
	OUT resources bigint, OUT rejected bigint, OUT deleted bigint, OUT sqlstate text, OUT error text, OUT detail text)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_read_fhir' LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000;
REVOKE ALL ON FUNCTION phm.read_fhir(text, text, bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.read_fhir(text, text, bigint, bigint) IS
'Internal: reads FHIR JSON into the record; pieces that cannot be read go to phm.inbox below inbox_id. error is NULL when the text as a whole could be read.';

CREATE FUNCTION phm.read_fhir_file(
	file text, "position" bigint, line bigint, source text, person bigint, inbox_id bigint, bytes bigint,
	OUT next_position bigint, OUT next_line bigint, OUT finished boolean,
	OUT resources bigint, OUT rejected bigint, OUT deleted bigint)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_read_fhir_file' LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000;
REVOKE ALL ON FUNCTION phm.read_fhir_file(text, bigint, bigint, text, bigint, bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.read_fhir_file(text, bigint, bigint, text, bigint, bigint, bigint) IS
'Internal: reads about so many bytes of a server file from a position and says where to go on. Needs the rights of pg_read_server_files (42501).';

CREATE FUNCTION phm.server_files(path text) RETURNS SETOF text
AS 'MODULE_PATHNAME', 'phm_server_files' LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE ROWS 100;
REVOKE ALL ON FUNCTION phm.server_files(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.server_files(text) IS
'The files on the server that a path names: a file, a folder (all .json and .ndjson files below it) or a pattern with * and ?. Needs the rights of pg_read_server_files (42501).';

CREATE FUNCTION phm.process_inbox(message bigint) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m phm.inbox;
	r record;
	outcome text;
BEGIN
	SELECT * INTO m FROM phm.inbox AS i
	 WHERE i.inbox_id = message AND i.status IN ('waiting', 'error') AND i.parent_id IS NULL AND i.file IS NULL
	   FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	IF m.format <> 'fhir' THEN
		UPDATE phm.inbox SET status = 'error', processed_at = clock_timestamp(), sqlstate = '0A000',
			error = 'unknown format' WHERE inbox_id = message;
		RETURN 'error';
	END IF;
	r := phm.read_fhir(m.payload, m.source, m.person, m.inbox_id);
	outcome := CASE WHEN r.error IS NULL THEN 'done' ELSE 'error' END;
	UPDATE phm.inbox AS i
	   SET status = outcome, processed_at = clock_timestamp(),
	       payload = CASE WHEN r.error IS NULL THEN NULL ELSE i.payload END,
	       resources = r.resources, rejected = r.rejected, deleted = r.deleted,
	       sqlstate = r.sqlstate, error = r.error, detail = r.detail
	 WHERE i.inbox_id = message;
	RETURN outcome;
END
$$;
REVOKE ALL ON FUNCTION phm.process_inbox(bigint) FROM PUBLIC;
COMMENT ON FUNCTION phm.process_inbox(bigint) IS
'Reads one waiting message of phm.inbox into the record: done, or error (the row says which). NULL when there is no such message or somebody else reads it.';

CREATE FUNCTION phm.ingest(
	payload text, source text, person bigint DEFAULT NULL, format text DEFAULT 'fhir',
	OUT inbox_id bigint, OUT status text, OUT resources bigint, OUT rejected bigint, OUT deleted bigint,
	OUT sqlstate text, OUT error text, OUT detail text)
RETURNS record
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM phm.check_store_version();
	INSERT INTO phm.inbox AS i (source, format, person, payload)
	VALUES (ingest.source, ingest.format, ingest.person, ingest.payload)
	RETURNING i.inbox_id INTO ingest.inbox_id;
	PERFORM phm.process_inbox(ingest.inbox_id);
	SELECT i.status, i.resources, i.rejected, i.deleted, i.sqlstate, i.error, i.detail
	  INTO ingest.status, ingest.resources, ingest.rejected, ingest.deleted, ingest.sqlstate, ingest.error, ingest.detail
	  FROM phm.inbox AS i WHERE i.inbox_id = ingest.inbox_id;
END
$$;
REVOKE ALL ON FUNCTION phm.ingest(text, text, bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION phm.ingest(text, text, bigint, text) IS
'Reads a message into the record at once: a FHIR R4 resource or Bundle as JSON. source: the system it comes from. person: the person to whom everything in it belongs, whatever its subjects say. What cannot be read stays in phm.inbox with its error; nothing is raised for bad content. Errors: 55000 no store or one of another version.';

CREATE PROCEDURE phm.load(path text, source text, person bigint DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
	name text;
	names text[];
	message bigint;
	r record;
	p bigint;
	l bigint;
BEGIN
	PERFORM phm.check_store_version();
	SELECT array_agg(f ORDER BY f) INTO names FROM phm.server_files(path) AS f;
	IF names IS NULL THEN
		RAISE EXCEPTION 'no such file, folder or pattern on the server' USING ERRCODE = 'undefined_file';
	END IF;
	FOREACH name IN ARRAY names LOOP
		INSERT INTO phm.inbox AS i (source, format, person, file, status, position, line, resources, rejected, deleted, pid)
		VALUES (load.source, 'fhir', load.person, name, 'reading', 0, 1, 0, 0, 0, pg_catalog.pg_backend_pid())
		RETURNING i.inbox_id INTO message;
		p := 0;
		l := 1;
		LOOP
			r := phm.read_fhir_file(name, p, l, load.source, load.person, message, 16777216);
			p := r.next_position;
			l := r.next_line;
			UPDATE phm.inbox AS i
			   SET position = p, line = l, resources = i.resources OPERATOR(pg_catalog.+) r.resources,
			       rejected = i.rejected OPERATOR(pg_catalog.+) r.rejected,
			       deleted = i.deleted OPERATOR(pg_catalog.+) r.deleted,
			       status = CASE WHEN r.finished THEN 'done' ELSE 'reading' END,
			       processed_at = pg_catalog.clock_timestamp()
			 WHERE i.inbox_id OPERATOR(pg_catalog.=) message;
			COMMIT;
			EXIT WHEN r.finished;
		END LOOP;
	END LOOP;
END
$$;
REVOKE ALL ON PROCEDURE phm.load(text, text, bigint) FROM PUBLIC;
COMMENT ON PROCEDURE phm.load(text, text, bigint) IS
'Loads FHIR R4 files of the server into the record: a file, a folder or a pattern; NDJSON line by line, other files as one resource or Bundle each. Commits as it goes; phm.inbox shows how far it is. What cannot be read goes to phm.inbox and does not stop the rest. Loading the same files again changes nothing. Errors: 55000 no store or one of another version, 58P01 no such file, 42501 without the rights of pg_read_server_files.';
