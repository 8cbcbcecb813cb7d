/*
 * refresh.sql: what a refresh does with marks, messages and patients that fail.
 * Steps are taken by hand, because a test that rolls back cannot CALL phm.refresh().
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT phm.create_store() \g /dev/null

-- What is derived: how many conditions a patient has. One code is poison.
CREATE TABLE derived (patient_id bigint PRIMARY KEY, conditions bigint);
CREATE TABLE called (n serial, routine text, patients bigint[]);
CREATE FUNCTION derive(patient_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.called (routine, patients) SELECT 'derive', array_agg(p ORDER BY p) FROM unnest(patient_ids) AS p;
	DELETE FROM public.derived WHERE patient_id = ANY (patient_ids);
	INSERT INTO public.derived SELECT patient_id, count(*) FROM phm.condition WHERE patient_id = ANY (patient_ids) GROUP BY 1;
	IF EXISTS (SELECT FROM phm.condition WHERE patient_id = ANY (patient_ids) AND subject_id = 'poison') THEN
		RAISE EXCEPTION 'Smith is ill' USING ERRCODE = '22012';
	END IF;
END $$;
CREATE PROCEDURE after(patient_ids bigint[]) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.called (routine, patients) SELECT 'after', array_agg(p ORDER BY p) FROM unnest(patient_ids) AS p;
END $$;
CREATE FUNCTION refresh(batch_size integer, max_batches integer DEFAULT NULL) RETURNS phm.refresh_run LANGUAGE plpgsql AS $$
DECLARE
	run bigint := phm.refresh_begin(batch_size, max_batches, false);
	result phm.refresh_run;
BEGIN
	WHILE phm.refresh_step(run) LOOP
		NULL;
	END LOOP;
	SELECT * INTO result FROM phm.refresh_run WHERE run_id = run;
	RETURN result;
END $$;
CREATE FUNCTION add(patient bigint, subject text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO phm.condition (source, id, patient_id, subject_id)
	SELECT 's', 'c' || count(*), patient, subject FROM phm.condition $$;

SELECT plan(45);

-- Registering.
SELECT throws_ok($$ SELECT phm.register_derivation('x', 1, 'public.nothing') $$, '42883', NULL, 'a routine that does not exist is refused');
SELECT throws_ok($$ SELECT phm.register_derivation('x', 1, 'derive') $$, '22023', NULL, 'a routine is named with its schema');
SELECT throws_ok($$ SELECT phm.register_derivation('x', 1, 'public.derive(bigint[])') $$, NULL, NULL, 'a routine is named without arguments');
SELECT lives_ok($$ SELECT phm.register_derivation('last', 20, 'public.after', 'comes last') $$, 'a procedure can be registered');
SELECT lives_ok($$ SELECT phm.register_derivation('count', 10, 'public.derive') $$, 'a function can be registered');
SELECT lives_ok($$ SELECT phm.register_derivation('last', 21, 'public.after') $$, 'registering again changes the row');
SELECT results_eq($$ SELECT name, ord, comment FROM phm.derivation WHERE routine LIKE 'public.%' ORDER BY ord $$,
	$$ VALUES ('count', 10, NULL), ('last', 21, 'comes last') $$, '... and keeps its comment');

-- Marks.
SELECT is(phm.refresh_due(), false, 'nothing is due in an empty store');
SELECT is((refresh(10)).done, 0::bigint, 'a refresh of an empty store does nothing');
SELECT add(p) FROM generate_series(1, 5) AS p \g /dev/null
SELECT add(3) \g /dev/null
SELECT is(phm.refresh_due(), true, 'a mark makes a refresh due');
SELECT is((SELECT (stale_patients, marks) FROM phm.freshness), (5::bigint, 6::bigint), 'freshness counts patients and marks');
SELECT is((SELECT (r.total, r.done, r.failed, r.batches, r.outcome) FROM refresh(2) AS r), (5::bigint, 5::bigint, 0::bigint, 3::bigint, 'done'::text),
	'five patients are three batches of two');
SELECT results_eq('SELECT * FROM derived ORDER BY 1', 'SELECT patient_id, count(*) FROM phm.condition GROUP BY 1 ORDER BY 1',
	'what is derived is what the record says');
SELECT results_eq('SELECT routine, patients FROM called ORDER BY n', $$ VALUES ('derive', '{1,2}'::bigint[]), ('after', '{1,2}'),
	('derive', '{3,4}'), ('after', '{3,4}'), ('derive', '{5}'), ('after', '{5}') $$, 'derivations run in their order, patients by their oldest mark');
SELECT is_empty('SELECT * FROM phm.stale', 'the marks are gone');
SELECT is((SELECT count(*) FROM phm.patient_state WHERE refreshed_at IS NOT NULL AND error IS NULL), 5::bigint, 'every patient has its state');
SELECT is(phm.refresh_due(), false, 'nothing is due any more');

-- Limits.
SELECT is(phm.refresh_all(), 5::bigint, 'refresh_all marks everybody');
SELECT is((SELECT (r.done, r.batches, r.outcome) FROM refresh(2, 1) AS r), (2::bigint, 1::bigint, 'limit'::text), 'max_batches ends a refresh');
SELECT is((SELECT count(DISTINCT patient_id) FROM phm.stale), 3::bigint, '... and leaves the other marks');
SELECT throws_ok('SELECT phm.refresh_begin(0, NULL, false)', '22023', NULL, 'a batch has at least one patient');
SELECT is((refresh(100)).done, 3::bigint, 'the next refresh goes on');

-- Patients of whom only the record knows; resources of nobody.
SELECT set_config('phm.mark_changes', 'off', true) \g /dev/null
SELECT add(77) \g /dev/null
SELECT set_config('phm.mark_changes', 'on', true) \g /dev/null
SELECT is(phm.refresh_due(), false, 'rows written with triggers silenced are not marked');
SELECT is(phm.refresh_all(), 6::bigint, 'refresh_all finds them in the record');
INSERT INTO phm.other_resource (source, resource_type, id) VALUES ('s', 'Library', 'l');
SELECT is((refresh(100)).done, 6::bigint, 'a resource of nobody is no patient');
SELECT is_empty('SELECT * FROM phm.stale', '... and its mark is gone');

-- A patient who fails.
TRUNCATE called;
SELECT add(2, 'poison') \g /dev/null
SELECT add(p) FROM generate_series(1, 3) AS p \g /dev/null
SELECT is((SELECT (r.done, r.failed) FROM refresh(10) AS r), (2::bigint, 1::bigint), 'one patient fails, the others do not');
SELECT is((SELECT conditions FROM derived WHERE patient_id = 2), 1::bigint, 'who failed keeps what was derived before');
SELECT is((SELECT error FROM phm.patient_state WHERE patient_id = 2), '22012 in derivation count, function derive(bigint[]) line 7',
	'the error names SQLSTATE and place, and nobody''s name');
SELECT is((SELECT (failures, retry_at > now(), refreshed_at IS NOT NULL) FROM phm.patient_state WHERE patient_id = 2), (1, true, true),
	'a retry is planned');
SELECT is((SELECT (stale_patients, failed_patients, marks) FROM phm.freshness), (1::bigint, 1::bigint, 0::bigint), 'the patient counts as stale');
SELECT is((SELECT r.done + r.failed FROM refresh(10) AS r), 0::bigint, 'before the retry is due nothing happens');
TRUNCATE called;
SELECT phm.mark(ARRAY[1, 2, 3]) \g /dev/null
SELECT is((SELECT (r.done, r.failed) FROM refresh(10) AS r), (2::bigint, 1::bigint), 'a new mark is a reason to try again');
SELECT results_eq($$ SELECT routine, patients FROM called ORDER BY n $$, $$ VALUES ('derive', '{1,3}'::bigint[]), ('after', '{1,3}') $$,
	'who failed before is tried alone and does not disturb the others');
SELECT is((SELECT (failures, retry_at - clock_timestamp() BETWEEN interval '50 seconds' AND interval '60 seconds')
	FROM phm.patient_state WHERE patient_id = 2), (2, true), 'the pause doubles');
UPDATE phm.patient_state SET retry_at = now() - interval '1 second' WHERE patient_id = 2;
SELECT is(phm.refresh_due(), true, 'a retry falls due');
DELETE FROM phm.condition WHERE subject_id = 'poison';
DELETE FROM phm.stale;
SELECT is((refresh(10)).done, 1::bigint, 'the retry succeeds when the cause is gone');
SELECT is((SELECT (error, failures, retry_at) FROM phm.patient_state WHERE patient_id = 2), (NULL::text, 0, NULL::timestamptz), '... and the error with it');

-- Derivations that come and go.
UPDATE phm.derivation SET enabled = false WHERE name = 'count';
SELECT is_empty('SELECT * FROM phm.stale', 'disabling a derivation marks nobody');
UPDATE phm.derivation SET enabled = true WHERE name = 'count';
SELECT is((SELECT count(*) FROM phm.stale), 6::bigint, 'enabling it marks everybody');
ALTER FUNCTION derive(bigint[]) RENAME TO gone;
SELECT throws_ok('SELECT refresh(10)', '42883', NULL, 'without its routine no refresh runs');
SELECT is((SELECT status FROM phm.check_setup() WHERE topic = 'derivation count'), 'error', '... and check_setup says so');
ALTER FUNCTION gone(bigint[]) RENAME TO derive;

-- Resources shared by patients, and messages.
SELECT (refresh(100)).done \g /dev/null
INSERT INTO phm.chart_dependency VALUES ('s', 'm', 'Medication', 4), ('s', 'm', 'Medication', 5), ('s', 'm', 'Location', 1);
INSERT INTO phm.medication (source, id) VALUES ('s', 'm');
INSERT INTO phm.inbox (source, payload) VALUES
	('e', '{"resourceType": "Patient", "id": "p1"}'), ('e', 'not JSON'), ('e', '{"resourceType": "Patient", "id": "p2"}');
SELECT is((SELECT (r.messages, r.done) FROM refresh(100) AS r), (3::bigint, 4::bigint),
	'a refresh reads messages and does their patients and those of shared resources');
SELECT results_eq('SELECT status FROM phm.inbox WHERE parent_id IS NULL ORDER BY inbox_id', $$ VALUES ('done'), ('error'), ('done') $$,
	'a message that cannot be read does not stop the next');
SELECT is((SELECT (r.messages, r.done) FROM refresh(100) AS r), (0::bigint, 0::bigint), '... and is not read again by itself');
SELECT * FROM finish();
ROLLBACK;
