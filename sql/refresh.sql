-- Texts of the errors of refreshes, derivations and settings.
\set SHOW_CONTEXT never
SELECT phm.check_store_version();
CALL phm.refresh();
SELECT phm.refresh_all();
SELECT phm.create_store();
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
