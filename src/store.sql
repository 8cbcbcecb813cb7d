/*
 * store.sql: the store is made, upgraded and dropped by functions; its tables
 * are not members of the extension, so that patient data dumps and restores
 * like any other and never goes with DROP EXTENSION.
 */
CREATE FUNCTION phm.store_script() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC SELECT
$store$@STORE_SCRIPT@$store$::text;
END;
COMMENT ON FUNCTION phm.store_script() IS
'The SQL that makes the store of this version, as phm.create_store runs it; comments such as /*distribute patient_id*/ stand where options go.';

CREATE FUNCTION phm.guard_drop() RETURNS event_trigger
AS 'MODULE_PATHNAME', 'phm_guard_drop' LANGUAGE c VOLATILE PARALLEL UNSAFE;
REVOKE ALL ON FUNCTION phm.guard_drop() FROM PUBLIC;
COMMENT ON FUNCTION phm.guard_drop() IS
'Event trigger: refuses DROP EXTENSION phm while a store exists (2BP01).';

CREATE FUNCTION phm.create_store(
	partitions integer DEFAULT 0,
	tablespace name DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	script text := phm.store_script();
	made record;
BEGIN
	IF pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database())) <> 'UTF8' THEN
		RAISE EXCEPTION 'phm needs a database with encoding UTF8' USING ERRCODE = 'feature_not_supported';
	END IF;
	IF to_regclass('phm.store_version') IS NOT NULL THEN
		RAISE EXCEPTION 'the store exists already' USING ERRCODE = 'duplicate_object',
			HINT = 'Bring it to this version with SELECT phm.upgrade_store().';
	END IF;
	IF partitions < 0 OR partitions > 1024 THEN
		RAISE EXCEPTION 'partitions must be between 0 and 1024' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF partitions > 0 THEN
		script := replace(script, '/*distribute patient_id*/', ' PARTITION BY HASH (patient_id)');
	END IF;
	IF tablespace IS NOT NULL THEN
		PERFORM set_config('default_tablespace', tablespace, true);
	END IF;
	EXECUTE script;
	IF partitions > 0 THEN
		FOR made IN
			SELECT c.relname, p.n
			  FROM pg_class AS c, generate_series(0, partitions - 1) AS p(n)
			 WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind = 'p'
			 ORDER BY c.relname, p.n
		LOOP
			EXECUTE format('CREATE TABLE phm.%I PARTITION OF phm.%I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
				made.relname || '_p' || made.n, made.relname, partitions, made.n);
			EXECUTE format('REVOKE ALL ON phm.%I FROM PUBLIC', made.relname || '_p' || made.n);
		END LOOP;
	END IF;
	INSERT INTO phm.store_version (version, partitions) VALUES (phm.version(), create_store.partitions);
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		CREATE EVENT TRIGGER phm_guard_drop ON ddl_command_start WHEN TAG IN ('DROP EXTENSION')
			EXECUTE FUNCTION phm.guard_drop();
	END IF;
	RETURN format('store %s created', phm.version());
END
$$;
REVOKE ALL ON FUNCTION phm.create_store(integer, name) FROM PUBLIC;
COMMENT ON FUNCTION phm.create_store(integer, name) IS
'Makes the tables, views and triggers of the store in schema phm. partitions: number of hash partitions by person of every patient table (0: none). tablespace: where to put them. Errors: 42710 the store exists already, 0A000 database encoding is not UTF8.';

CREATE FUNCTION phm.store_upgrade_script(from_version text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF from_version = phm.version() THEN
		RETURN '';
	END IF;
	RAISE EXCEPTION 'there is no way from store version % to %', from_version, phm.version()
		USING ERRCODE = 'feature_not_supported';
END
$$;
COMMENT ON FUNCTION phm.store_upgrade_script(text) IS
'The SQL that brings a store of an earlier version to this one; empty when it is there. Errors: 0A000 no way from that version.';

CREATE FUNCTION phm.upgrade_store() RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old text;
BEGIN
	IF to_regclass('phm.store_version') IS NULL THEN
		RAISE EXCEPTION 'there is no store to upgrade' USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Create it with SELECT phm.create_store().';
	END IF;
	SELECT version INTO STRICT old FROM phm.store_version FOR UPDATE;
	IF old = phm.version() THEN
		RETURN format('store is at version %s', old);
	END IF;
	EXECUTE phm.store_upgrade_script(old);
	UPDATE phm.store_version SET version = phm.version(), changed_at = now();
	RETURN format('store upgraded from %s to %s', old, phm.version());
END
$$;
REVOKE ALL ON FUNCTION phm.upgrade_store() FROM PUBLIC;
COMMENT ON FUNCTION phm.upgrade_store() IS
'Brings the store to the version of the extension; does nothing when it is there. Run it after ALTER EXTENSION phm UPDATE and after restoring an older dump. Errors: 55000 there is no store.';

CREATE FUNCTION phm.check_store_version() RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	have text;
BEGIN
	IF to_regclass('phm.store_version') IS NULL THEN
		RAISE EXCEPTION 'there is no store' USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Create it with SELECT phm.create_store().';
	END IF;
	-- Who may read some tables of the store only is told by these.
	IF NOT has_table_privilege('phm.store_version', 'SELECT') THEN
		RETURN;
	END IF;
	SELECT version INTO STRICT have FROM phm.store_version;
	IF have <> phm.version() THEN
		RAISE EXCEPTION 'the store is of version %, the extension of version %', have, phm.version()
			USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Bring the store to this version with SELECT phm.upgrade_store().';
	END IF;
END
$$;
COMMENT ON FUNCTION phm.check_store_version() IS
'Internal: raises 55000 when there is no store, or one of another version.';

CREATE FUNCTION phm.drop_store(confirm text) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	gone record;
	tables text;
BEGIN
	IF to_regclass('phm.store_version') IS NULL THEN
		RAISE EXCEPTION 'there is no store to drop' USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF confirm IS DISTINCT FROM format('drop all patient data in %s', current_database()) THEN
		RAISE EXCEPTION 'the store holds all patient data and is dropped only on confirmation'
			USING ERRCODE = 'invalid_parameter_value',
			HINT = format('SELECT phm.drop_store(confirm => ''drop all patient data in %s'')', current_database());
	END IF;
	PERFORM set_config('client_min_messages', 'warning', true);	-- CASCADE would list everything
	DROP EVENT TRIGGER IF EXISTS phm_guard_drop;
	FOR gone IN
		SELECT c.relname, c.relkind
		  FROM pg_class AS c
		 WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
		   AND NOT c.relispartition
		   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass
		                      AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a')
		                      AND d.refobjid <> c.oid)		-- partitioned tables depend on columns of their own
		 ORDER BY c.relkind DESC
	LOOP
		IF to_regclass(format('phm.%I', gone.relname)) IS NOT NULL THEN
			EXECUTE format('DROP %s phm.%I CASCADE',
				CASE gone.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, gone.relname);
		END IF;
	END LOOP;
	RETURN 'store dropped';
END
$$;
REVOKE ALL ON FUNCTION phm.drop_store(text) FROM PUBLIC;
COMMENT ON FUNCTION phm.drop_store(text) IS
'Drops the store with all patient data. confirm must be the sentence that the error message names. Errors: 22023 without confirmation, 55000 there is no store.';
