/*
 * gap.sql: the HbA1c gap of patients with diabetes.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(42);
SELECT phm.create_store() IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

-- HbA1c results in comparable units.
SELECT is(phm.hba1c(q::phm.quantity)::text, r, coalesce(q || ' is ' || r, q || ' is not an HbA1c')) FROM (VALUES
	('7.2 ''%''', '7.2 ''%'''), ('48 ''mmol/mol''', '6.5 ''%'''), ('53 "mmol/mol{Hb}"', '7.0 ''%'''), ('7.2', '7.2 ''%'''), ('0.072 ''1''', '7.2 ''%'''),
	('7.2 "% of total Hgb"', '7.2 ''%'''), ('> 14 ''%''', '> 14 ''%'''), ('150 ''mg/dL''', NULL), ('72 ''%''', NULL), ('7.2 ''1''', NULL)) AS t(q, r);

SELECT is(phm.blood_pressure(q::phm.quantity), r, coalesce(q || ' is ' || r || ' mm[Hg]', q || ' is not a blood pressure')) FROM (VALUES
	('138 ''mm[Hg]''', 138::numeric), ('138 "mmHg"', 138), ('138', 138), ('16 ''kPa''', 120.0), ('> 200 ''mm[Hg]''', NULL), ('138 ''kg''', NULL), ('1380', NULL)) AS t(q, r);

INSERT INTO phm.condition (source, id, patient_id, category, code, onset, clinical_status, verification_status)
SELECT 'a', 'c' || p, p, phm.concept('condition-category', 'problem-list-item'), phm.concept('ICD10CM', 'E11.9'), '2020-01-01',
	phm.concept('condition-clinical', 'active'), phm.concept('condition-ver-status', 'confirmed') FROM generate_series(1, 16) AS p;
UPDATE phm.condition SET sensitivity = 4 WHERE patient_id = 15;
INSERT INTO phm.patient (source, id, patient_id, deceased) VALUES ('a', 'p14', 14, true);
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value, sensitivity)
SELECT coalesce(s, 'a'), 'o' || row_number() OVER (), p, coalesce(status, 'final'), phm.concept('LOINC', '4548-4'), day::phm.datetime, q::phm.quantity, coalesce(label, 0)
  FROM (VALUES
	(2, '2025-12-31', '7 ''%''', NULL, NULL, NULL), (3, '2026-01-01', '9.0 ''%''', NULL, NULL, NULL), (4, '2026-06-30', '9.1 ''%''', NULL, NULL, NULL),
	(5, '2026-03-01', '> 14 ''%''', NULL, NULL, NULL), (6, '2026-03-01', '< 4 ''%''', NULL, NULL, NULL), (7, '2026-03-01', '> 8 ''%''', NULL, NULL, NULL),
	(8, '2026-03-01', '7 ''%''', 'preliminary', NULL, NULL), (8, '2026-03-02', '7 ''%''', 'entered-in-error', NULL, NULL),
	(9, '2026-03-01', '7 ''%''', NULL, NULL, NULL), (9, '2026-05-01', '10.5 ''%''', NULL, 'b', NULL),
	(10, '2026-03-01', '9.5 ''%''', NULL, NULL, NULL), (10, '2026-03-01', '8.8 ''%''', NULL, 'b', NULL),
	(11, '2026-03-01', '80 ''mmol/mol''', NULL, NULL, NULL), (12, '2026-03-01', '150 ''mg/dL''', NULL, NULL, NULL),
	(13, '2026-07-01', '7 ''%''', NULL, NULL, NULL), (14, '2026-03-01', '7 ''%''', NULL, NULL, NULL),
	(16, '2026-03-01', '13 ''%''', NULL, NULL, 2), (17, '2026-03-01', '13 ''%''', NULL, NULL, NULL)) AS t(p, day, q, status, s, label);
UPDATE phm.observation SET deleted_at = now() WHERE patient_id = 12;

CREATE VIEW pg_temp.current AS SELECT patient_id, measure, gap, status, reason, importance, evidence, due, period_start, period_end, sensitivity
	FROM phm.care_gap WHERE valid_to IS NULL;
CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 20)::bigint) $$;
SELECT phm.derive_registry(pg_temp.everybody()) AS members, phm.derive_care_gap(pg_temp.everybody()) AS gaps \gset
SELECT is(:gaps, 16, 'each member of the registry has one gap row, nobody else has');
SELECT is((SELECT status || ' ' || importance || ': ' || reason FROM pg_temp.current WHERE patient_id = p), r, what) FROM (VALUES
	(1, 'open-gap 0.6: no HbA1c result in 2026', 'no result leaves the gap open'),
	(2, 'open-gap 0.6: no HbA1c result in 2026', 'a result of last year too'),
	(3, 'closed-gap 0: HbA1c 9.0 % on 2026-01-01 is not above 9 %', 'a result on the first day closes it; 9 is not above 9'),
	(4, 'open-gap 0.71: HbA1c 9.1 % on 2026-06-30 is above 9 %', 'a result on the evaluation date counts'),
	(5, 'open-gap 1: HbA1c > 14 % on 2026-03-01 is above 9 %', 'beyond the range of the assay is above'),
	(6, 'closed-gap 0: HbA1c < 4 % on 2026-03-01 is not above 9 %', 'or below'),
	(7, 'open-gap 0.6: HbA1c > 8 % on 2026-03-01 leaves open whether it is above 9 %', 'what a comparator leaves open does not close a gap'),
	(8, 'open-gap 0.6: no HbA1c result in 2026', 'preliminary and erroneous results are none'),
	(9, 'open-gap 0.85: HbA1c 10.5 % on 2026-05-01 is above 9 %', 'the latest result decides, whichever source it is from'),
	(10, 'closed-gap 0: HbA1c 8.8 % on 2026-03-01 is not above 9 %', 'of one day the lowest'),
	(11, 'open-gap 0.75: HbA1c 9.5 % on 2026-03-01 is above 9 %', 'mmol/mol are converted as HbA1c is, not as a ratio'),
	(12, 'open-gap 0.6: no HbA1c result in 2026', 'a deleted result is none'),
	(13, 'open-gap 0.6: no HbA1c result in 2026', 'nor is a later one'),
	(14, 'not-applicable 0: the patient has died', 'who has died has no open gap')) AS t(p, r, what);
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 15), 4, 'the gap has the label of the registry membership');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 16), 2, '... and of the result');
SELECT is((SELECT evidence FROM pg_temp.current WHERE patient_id = 9),
	'{"registry": "active problem since 2020-01-01", "observation": {"source": "b", "id": "o10", "day": "2026-05-01", "percent": 10.5}}'::jsonb, 'the evidence names the result');
SELECT is((SELECT due || ' ' || period_start || ' ' || period_end FROM pg_temp.current WHERE patient_id = 1), '2026-12-31 2026-01-01 2026-12-31', 'it is due at the end of the year');

-- Differences and history.
CREATE TEMP TABLE before AS SELECT ctid AS place, xmin::text AS writer, g.* FROM phm.care_gap AS g;
SELECT is(phm.derive_care_gap(pg_temp.everybody()), 0::bigint, 'deriving again changes nothing');
SELECT is_empty($$ SELECT ctid, xmin::text, g.* FROM phm.care_gap AS g EXCEPT TABLE before $$, '... and touches no row');
UPDATE phm.setting SET value = '2026-07-15' WHERE name = 'as_of';
UPDATE phm.condition SET verification_status = phm.concept('condition-ver-status', 'refuted') WHERE patient_id = 3;
UPDATE phm.observation SET value = '11 ''%''' WHERE patient_id = 9 AND source = 'b';
SELECT phm.derive_registry('{3,9,13}') AS members, phm.derive_care_gap('{3,9,13}') AS gaps \gset
SELECT results_eq($$ SELECT patient_id, status, importance, valid_from::text, valid_to::text FROM phm.care_gap WHERE patient_id IN (3, 9, 13) ORDER BY 1, 4 $$,
	$$ VALUES (3::bigint, 'closed-gap', 0::numeric, '2026-06-30', '2026-07-15'), (9, 'open-gap', 0.90, '2026-06-30', NULL),
		(13, 'open-gap', 0.6, '2026-06-30', '2026-07-15'), (13, 'closed-gap', 0, '2026-07-15', NULL) $$,
	'a status that changes is history, a reason that changes is not');
-- Two changes on one day leave one row of that day.
UPDATE phm.observation SET status = 'cancelled' WHERE patient_id = 13;
SELECT phm.derive_care_gap('{13}') AS gaps \gset
SELECT results_eq($$ SELECT status, valid_from::text, valid_to::text FROM phm.care_gap WHERE patient_id = 13 ORDER BY 2 $$,
	$$ VALUES ('open-gap', '2026-06-30', '2026-07-15'), ('open-gap', '2026-07-15', NULL) $$, 'what lasted less than a day leaves no row');
UPDATE phm.setting SET value = '2027-01-01' WHERE name = 'as_of';
SELECT phm.derive_registry(pg_temp.everybody()) AS members, phm.derive_care_gap(pg_temp.everybody()) AS gaps \gset
SELECT is((SELECT count(*) FROM pg_temp.current WHERE period_start = '2027-01-01' AND reason = 'no HbA1c result in 2027'), 14::bigint, 'a new year opens the gaps again');
CREATE TEMP TABLE increments AS TABLE pg_temp.current;
TRUNCATE phm.care_gap;
SELECT phm.derive_care_gap(pg_temp.everybody()) AS gaps \gset
SELECT is_empty($$ (TABLE pg_temp.current EXCEPT ALL TABLE increments) UNION ALL (TABLE increments EXCEPT ALL TABLE pg_temp.current) $$,
	'a full rebuild gives what the increments gave');

SELECT * FROM finish();
ROLLBACK;
