/*
 * attribution.sql: plurality of visits, its ties and limits, and history.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(27);
SELECT phm.create_store() IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

CREATE SEQUENCE pg_temp.visit_id;
CREATE FUNCTION pg_temp.visit(patient bigint, practitioner text, day text, class text DEFAULT 'AMB', source text DEFAULT 'a',
	status text DEFAULT 'finished', type text DEFAULT NULL, deleted boolean DEFAULT false, label integer DEFAULT 0) RETURNS text
LANGUAGE sql AS $$
	INSERT INTO phm.encounter (source, id, patient_id, status, class, type, period_start, participant_id, deleted_at, sensitivity)
	VALUES (source, 'v' || nextval('pg_temp.visit_id'), patient, status, phm.concept('v3-ActCode', class),
		CASE WHEN type IS NOT NULL THEN phm.concept('SNOMED', type) END, day::phm.datetime, practitioner, CASE WHEN deleted THEN now() END, label)
	RETURNING id;
$$;
INSERT INTO phm.practitioner (source, id, npi, family, given) VALUES ('a', 'A', NULL, 'Able', 'Ann'), ('a', 'B', NULL, 'Baker', 'Bob'),
	('a', 'N1', '1000000001', 'North', 'Nora'), ('b', 'X9', '1000000001', 'North', 'Nora');
INSERT INTO phm.patient (source, id, patient_id, deceased_at) VALUES ('a', 'p10', 10, '2026-02-01'), ('a', 'p15', 15, '2026-12-01');

SELECT count(pg_temp.visit(p, w, d)) AS visits FROM (VALUES
	(1, 'A', '2025-01-10'), (1, 'A', '2026-06-01'), (1, 'B', '2025-02-01'), (1, 'B', '2025-03-01'), (1, 'B', '2025-04-01'),
	(2, 'A', '2026-01-10'), (2, 'B', '2026-03-10T09:00:00-05:00'),
	(3, 'B', '2026-03-10'), (3, 'A', '2026-03-10'),
	(4, 'A', '2024-06-30'), (4, 'A', '2024-06-29'), (4, 'B', '2024-07-01'),
	(7, 'A', '2026-01-05T09:00:00Z'), (7, 'A', '2026-01-05T15:00:00Z'), (7, 'B', '2026-02-05'),
	(10, 'A', '2026-01-05'), (15, 'A', '2026-01-05'),
	(11, 'A', '2026-06-30'), (11, 'B', '2026-07-01'), (11, 'B', '2026-07-02')) AS t(p, w, d) \gset
SELECT count(x) AS special FROM (VALUES
	(pg_temp.visit(5, 'A', '2026-01-01', status => 'entered-in-error')), (pg_temp.visit(5, 'A', '2026-01-02', status => 'cancelled')),
	(pg_temp.visit(5, 'A', '2026-01-03', status => 'planned')), (pg_temp.visit(5, 'A', '2026-01-04', deleted => true)),
	(pg_temp.visit(6, 'N1', '2026-01-01')), (pg_temp.visit(6, 'X9', '2026-02-01', source => 'b')),
	(pg_temp.visit(6, 'B', '2026-03-01')),
	(pg_temp.visit(8, 'A', '2026-01-01', class => 'EMER', type => '185349003')), (pg_temp.visit(8, 'A', '2026-01-02', class => 'IMP')),
	(pg_temp.visit(9, 'A', '2026-01-01', class => NULL, type => '185349003')), (pg_temp.visit(9, 'B', '2026-01-01', class => NULL)),
	(pg_temp.visit(12, 'A', '2026-01-01', label => 4)), (pg_temp.visit(12, 'A', '2026-01-02', label => 1)),
	(pg_temp.visit(13, 'A', '2026-01-01', label => 4)), (pg_temp.visit(13, 'A', '2026-01-02')), (pg_temp.visit(13, 'B', '2026-01-03', label => 1)),
	(pg_temp.visit(14, NULL, '2026-01-01'))) AS t(x) \gset

CREATE VIEW pg_temp.current AS SELECT patient_id, contract, practitioner_source, practitioner_id, visits, last_visit, reason, evidence, sensitivity
	FROM phm.attribution WHERE valid_to IS NULL;
CREATE FUNCTION pg_temp.who(patient bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT practitioner_source || ' ' || practitioner_id || ' ' || visits || ' ' || last_visit FROM pg_temp.current WHERE patient_id = patient $$;
SELECT is(phm.derive_attribution(ARRAY(SELECT generate_series(1, 20)::bigint)), 11::bigint, 'eleven patients are attributed');

SELECT is(pg_temp.who(1), 'a B 3 2025-04-01', 'most visits win, though another was seen later');
SELECT is((SELECT reason FROM pg_temp.current WHERE patient_id = 1), '3 visits in 24 months, last on 2025-04-01, more than to anybody else', '... and the reason says so');
SELECT is((SELECT evidence -> 'candidates' -> 1 ->> 'id' FROM pg_temp.current WHERE patient_id = 1), 'A', '... and the evidence has the runner-up');
SELECT is((SELECT jsonb_array_length(evidence -> 'encounters') FROM pg_temp.current WHERE patient_id = 1), 3, '... and the visits');
SELECT is(pg_temp.who(2), 'a B 1 2026-03-10', 'of equals the one seen last');
SELECT is(pg_temp.who(3), 'a A 1 2026-03-10', 'of equals on one day the first id');
SELECT is(pg_temp.who(4), 'a B 1 2024-07-01', 'a visit 24 months ago to the day is too old, the day after is not');
SELECT is(pg_temp.who(5), NULL, 'visits that were cancelled, planned, deleted or entered in error do not count');
SELECT is(pg_temp.who(6), 'b X9 2 2026-02-01', 'a practitioner with one NPI in two sources is one, shown as seen last');
SELECT is(pg_temp.who(7), 'a B 1 2026-02-05', 'two visits on one day are one');
SELECT is(pg_temp.who(8), NULL, 'emergency and inpatient encounters do not count, whatever their type');
SELECT is(pg_temp.who(9), 'a A 1 2026-01-01', 'without class the type decides');
SELECT is(pg_temp.who(10), NULL, 'who has died is attributed to nobody');
SELECT is(pg_temp.who(15), 'a A 1 2026-01-05', 'who will have died later still is');
SELECT is(pg_temp.who(11), 'a A 1 2026-06-30', 'the evaluation date counts, later days do not');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 12), 5, 'only labelled visits: the attribution has their labels');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 13), 0, 'visits without label: only they count');
SELECT is((SELECT jsonb_array_length(evidence -> 'encounters') || ' ' || jsonb_array_length(evidence -> 'candidates')
	FROM pg_temp.current WHERE patient_id = 13) || ' ' || pg_temp.who(13), '1 1 a A 1 2026-01-02', '... and nothing tells of the others');
SELECT is(pg_temp.who(14), NULL, 'visits to nobody attribute nobody');

-- Differences.
CREATE TEMP TABLE before AS SELECT ctid AS place, xmin::text AS writer, a.* FROM phm.attribution AS a;
SELECT is(phm.derive_attribution(ARRAY(SELECT generate_series(1, 20)::bigint)), 0::bigint, 'deriving again changes nothing');
SELECT is_empty($$ SELECT ctid, xmin::text, a.* FROM phm.attribution AS a EXCEPT TABLE before $$, '... and touches no row');

UPDATE phm.setting SET value = '2026-08-01' WHERE name = 'as_of';
UPDATE phm.encounter SET status = 'entered-in-error' WHERE patient_id = 2 AND participant_id = 'B';
DELETE FROM phm.encounter WHERE patient_id = 3;
SELECT phm.derive_attribution('{2,3,4,11}') AS changes \gset
SELECT results_eq($$ SELECT patient_id, practitioner_id, valid_from::text, valid_to::text FROM phm.attribution WHERE patient_id IN (2, 3, 4, 11) ORDER BY 1, 3 $$,
	$$ VALUES (2::bigint, 'B', '2026-06-30', '2026-08-01'), (2, 'A', '2026-08-01', NULL), (3, 'A', '2026-06-30', '2026-08-01'),
		(4, 'B', '2026-06-30', '2026-08-01'), (11, 'A', '2026-06-30', '2026-08-01'), (11, 'B', '2026-08-01', NULL) $$,
	'rows are closed and begun at the evaluation date');

SELECT phm.derive_attribution(ARRAY(SELECT generate_series(1, 20)::bigint)) AS changes \gset
CREATE TEMP TABLE increments AS TABLE pg_temp.current;
CREATE TEMP TABLE history AS TABLE phm.attribution;
TRUNCATE phm.attribution;
SELECT phm.derive_attribution(ARRAY(SELECT generate_series(1, 20)::bigint)) AS changes \gset
SELECT is_empty($$ (TABLE pg_temp.current EXCEPT ALL TABLE increments) UNION ALL (TABLE increments EXCEPT ALL TABLE pg_temp.current) $$,
	'a full rebuild gives what the increments gave');
SELECT isnt_empty($$ TABLE increments $$, '... which is something');

-- Back in time.
TRUNCATE phm.attribution;
INSERT INTO phm.attribution TABLE history;
UPDATE phm.encounter SET status = 'finished' WHERE patient_id = 2;
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
SELECT phm.derive_attribution('{2,11}') AS changes \gset
SELECT results_eq($$ SELECT patient_id, practitioner_id, valid_from::text, valid_to::text FROM phm.attribution WHERE patient_id IN (2, 11) ORDER BY 1, 3 $$,
	$$ VALUES (2::bigint, 'B', '2026-06-30', NULL), (11, 'A', '2026-06-30', NULL) $$, 'an earlier evaluation date undoes later history');
SELECT is_empty($$ SELECT patient_id FROM phm.attribution WHERE valid_to <= valid_from $$, 'no row is valid for less than a day');

SELECT * FROM finish();
ROLLBACK;
