-- Texts of the errors of refreshes, derivations and settings.
\set SHOW_CONTEXT never
SELECT phm.check_store_version();
CALL phm.refresh();
SELECT phm.refresh_all();
-- whatever loads or links says what to do without a store
CREATE FUNCTION pg_temp.told(statement text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	message := 'went on';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END
$$;
CREATE TEMP TABLE needs_store (statement text);
INSERT INTO needs_store VALUES ($$SELECT phm.link('{A}')$$), ($$SELECT phm.link_traced('{A}')$$), ($$SELECT phm.load_elm('{"library": {"identifier": {"id": "A", "version": "1"}}}')$$),
	($$SELECT phm.load_fhir_library('{"resourceType": "Library", "name": "A", "content": [{"contentType": "application/elm+json", "data": "eyJsaWJyYXJ5Ijp7ImlkZW50aWZpZXIiOnsiaWQiOiJBIn19fQ=="}]}'::jsonb)$$),
	($$SELECT phm.load_measure('{"resourceType": "Measure", "name": "A"}')$$), ($$SELECT phm.check_measure('{"resourceType": "Measure", "name": "A"}')$$),
	($$SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:a", "status": "active"}'::jsonb)$$), ($$SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:a", "status": "active"}'::text)$$),
	($$SELECT phm.load_value_sets(E'name,system,code\nA,LOINC,1-8')$$), ($$SELECT phm.load_staged_value_sets()$$),
	($$SELECT phm.load_code_system('{"resourceType": "CodeSystem", "url": "urn:a", "status": "active", "content": "complete"}')$$),
	($$SELECT phm.load_concept_map('{"resourceType": "ConceptMap", "url": "urn:a", "status": "active"}')$$);
SELECT t.*, count(*) AS statements, string_agg(statement, '; ') FILTER (WHERE t.state IS DISTINCT FROM '55000') AS others FROM needs_store CROSS JOIN LATERAL pg_temp.told(statement) AS t GROUP BY 1, 2, 3;
SELECT phm.create_store();
BEGIN;
UPDATE phm.store_version SET version = '0.0.1';
SELECT t.*, count(*) AS statements, string_agg(statement, '; ') FILTER (WHERE t.state IS DISTINCT FROM '55000') AS others FROM needs_store CROSS JOIN LATERAL pg_temp.told(statement) AS t GROUP BY 1, 2, 3;
-- who may read the libraries only is not kept from linking
CREATE ROLE regress_linker;
GRANT USAGE ON SCHEMA phm TO regress_linker;
GRANT SELECT ON phm.library, phm.value_set TO regress_linker;
SET ROLE regress_linker;
SELECT phm.check_store_version() IS NOT NULL AS goes_on;
RESET ROLE;
ROLLBACK;
SELECT phm.register_derivation('nothing', 1, 'public.nothing');
SELECT phm.register_derivation('nothing', 1, 'nothing');
SELECT phm.register_derivation('nothing', 1, 'public.nothing(bigint[])');
CALL phm.refresh(0);
CALL phm.refresh(1, 0);
BEGIN;
CALL phm.refresh();
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT phm.refresh_step(1);
ROLLBACK;
-- Whatever the session's default, a refresh sees what is committed.
SET default_transaction_isolation = 'serializable';
CALL phm.refresh();
RESET default_transaction_isolation;
SELECT outcome, done, by_worker FROM phm.refresh_run ORDER BY run_id;
-- A routine that goes.
CREATE FUNCTION public.derive_nothing(bigint[]) RETURNS void LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
SELECT phm.register_derivation('nothing', 1, 'public.derive_nothing');
DROP FUNCTION public.derive_nothing;
SELECT phm.mark(ARRAY[1]);
CALL phm.refresh();
SELECT topic, status, found, what_to_do FROM phm.check_setup() WHERE topic = 'derivation nothing';
UPDATE phm.derivation SET enabled = false;
CALL phm.refresh();
SELECT stale_patients, marks, stale_resources, failed_patients, waiting_messages FROM phm.freshness;
SELECT * FROM phm.progress;
SELECT * FROM phm.worker_status;
-- A store of another version.
UPDATE phm.store_version SET version = '0.0.1';
CALL phm.refresh();
SELECT topic, status, found, what_to_do FROM phm.check_setup() WHERE topic = 'store';
UPDATE phm.store_version SET version = phm.version();
-- Settings.
SET phm.naptime = 5;
SELECT name, setting, unit, context, min_val, max_val FROM pg_settings WHERE name IN ('phm.batch_size', 'phm.databases', 'phm.naptime', 'phm.worker') ORDER BY name COLLATE "C";
SET client_min_messages = warning;
DO $$ BEGIN EXECUTE format('SELECT phm.drop_store(%L)', 'drop all patient data in ' || current_database()); END $$;
