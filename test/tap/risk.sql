/*
 * risk.sql: risk scores of patients: which diagnoses count, and what is
 * assumed of the person.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(26);
SELECT phm.create_store(partitions => 2) IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

INSERT INTO phm.patient (source, id, patient_id, birth_date, gender, deceased_at) VALUES
	('a', 'p1', 1, '1950-05-05', 'female', NULL), ('b', 'p1', 1, NULL, 'unknown', NULL), ('a', 'p2', 2, '1980-02-02', 'male', NULL),
	('a', 'p3', 3, '1950-05-05', 'other', NULL), ('a', 'p4', 4, NULL, 'male', NULL), ('a', 'p5', 5, '1950-05-05', 'female', '2026-06-30'),
	('a', 'p6', 6, '1961-02-01', 'male', NULL), ('a', 'p7', 7, '1961-02-02', 'male', NULL), ('a', 'p8', 8, '1950-05-05', 'female', '2026-07-01'),
	('a', 'p9', 9, '1950-05-05', 'female', NULL), ('a', 'p10', 10, '1950-05-05', 'female', NULL), ('a', 'p11', 11, '1950-05-05', 'female', NULL);
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date, verification_status, clinical_status, sensitivity)
SELECT 'a', 'c' || row_number() OVER (), p, c::phm.concept, d::phm.datetime, phm.concept('condition-ver-status', v), phm.concept('condition-clinical', k), coalesce(s, 0)
  FROM (VALUES
	(1, 'ICD10CM|E11.9', '2025-06-01', 'confirmed', NULL, NULL), (1, 'ICD10CM|I50.22', '2025-01-01', NULL, 'resolved', NULL),
	(1, 'ICD10CM|C78.00', '2024-12-31', NULL, NULL, NULL), (1, 'ICD10CM|J44.9', '2026-01-01', NULL, NULL, NULL),
	(1, 'ICD10CM|B20', '2025-06-01', 'refuted', NULL, NULL), (1, 'ICD10CM|F20.9', '2025-06-01', 'provisional', NULL, NULL),
	(1, 'SNOMED|73211009;ICD10CM|J43.9', '2025-12-31', NULL, NULL, NULL),
	(2, 'ICD10CM|E11.9', '2025-06-01', NULL, NULL, NULL), (5, 'ICD10CM|E11.9', '2025-06-01', NULL, NULL, NULL),
	(9, 'ICD10CM|B20', '2025-06-01', NULL, NULL, 8), (10, 'ICD10CM|B20', '2025-06-01', NULL, NULL, 8), (10, 'ICD10CM|B20', '2025-07-01', NULL, NULL, 0),
	(11, 'ICD10CM|Z00.00', '2025-06-01', NULL, NULL, 8)) AS t(p, c, d, v, k, s);
INSERT INTO phm.claim (source, id, patient_id, status, use, billable_start, billable_end, diagnosis, origin_status) VALUES
	('payer', 'k1', 6, 'active', 'claim', '2024-12-28', '2025-01-02', ARRAY['ICD10CM|Z00.00', 'ICD10CM|E11.9']::phm.concept[], 'paid'),
	('payer', 'k2', 6, 'active', 'claim', '2025-12-30', '2026-01-02', ARRAY['ICD10CM|I50.22']::phm.concept[], 'paid'),
	('payer', 'k3', 6, 'active', 'claim', '2025-03-01', NULL, ARRAY['ICD10CM|J44.9']::phm.concept[], 'reversed');

CREATE VIEW pg_temp.current AS SELECT patient_id, model, payment_year, model_year, score, payment_score, segment, hccs, contributions, sensitivity
	FROM phm.risk_score WHERE valid_to IS NULL;
CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 20)::bigint) $$;
CREATE FUNCTION pg_temp.expected(age integer, sex text, codes text[], orec integer DEFAULT 0) RETURNS text LANGUAGE sql AS
	$$ SELECT (r).raw || ' ' || (r).payment || ' ' || (r).segment FROM (SELECT phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(age, sex, orec), codes) AS r) AS h $$;
CREATE FUNCTION pg_temp.got(patient bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT score || ' ' || payment_score || ' ' || segment FROM pg_temp.current WHERE patient_id = patient $$;
SELECT phm.build_charts(pg_temp.everybody());
SELECT is(phm.derive_risk_score(pg_temp.everybody()), 8::bigint, 'eight patients have a score');
SELECT is(pg_temp.got(1), pg_temp.expected(75, 'F', '{E11.9,I50.22,J43.9}'), 'confirmed diagnoses of the year before count, of its first and last day too');
SELECT isnt(pg_temp.expected(75, 'F', '{E11.9,I50.22,J43.9}'), pg_temp.expected(75, 'F', '{E11.9,I50.22,J43.9,B20}'), '... (a refuted one would change it)');
SELECT is((SELECT hccs FROM pg_temp.current WHERE patient_id = 1), '{38,226,280}'::integer[], '... with their categories');
SELECT is((SELECT payment_year || ' ' || model_year || ' ' || model FROM pg_temp.current WHERE patient_id = 1), '2026 2026 V28', '... for the year of the evaluation date');
SELECT is((SELECT sum((c ->> 'coefficient')::numeric) FROM pg_temp.current, jsonb_array_elements(contributions) AS c WHERE patient_id = 1),
	(SELECT score FROM pg_temp.current WHERE patient_id = 1), 'the contributions add up to the score');
SELECT is((SELECT c -> 'diagnoses' FROM pg_temp.current, jsonb_array_elements(contributions) AS c WHERE patient_id = 1 AND c ->> 'term' = 'HCC280'),
	'["J43.9"]'::jsonb, '... and name the diagnoses');
SELECT is(pg_temp.got(2), pg_temp.expected(45, 'M', '{E11.9}', 1), 'below 65 entitlement is by disability');
SELECT alike(pg_temp.got(2), '%CND', '... which is another segment');
SELECT is(pg_temp.got(3), NULL, 'without known sex there is no score');
SELECT is(pg_temp.got(4), NULL, 'nor without birth date');
SELECT is(pg_temp.got(5), NULL, 'nor for who has died');
SELECT is(pg_temp.got(8), pg_temp.expected(75, 'F', '{}'), 'who dies later has one');
SELECT is(pg_temp.got(6), pg_temp.expected(65, 'M', '{E11.9}'), 'age is that on 1 February; claims count by the end of service; reversed ones do not');
SELECT is(pg_temp.got(7), pg_temp.expected(64, 'M', '{}', 1), 'a day younger is 64');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 9), 8, 'a labelled diagnosis that contributes labels the score');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 10), 0, 'not where it is known without label too');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 11), 0, 'nor where it does not contribute');

-- Years.
SELECT is(phm.hcc_model_year('V28', y), m, format('for %s the factors of %s are used', y, m)) FROM (VALUES (2023, 2024), (2025, 2025), (2040, 2027)) AS t(y, m);
CREATE TEMP TABLE before AS SELECT ctid AS place, tableoid::regclass AS partition, xmin::text AS writer, r.* FROM phm.risk_score AS r;
SELECT is(phm.derive_risk_score(pg_temp.everybody()), 0::bigint, 'deriving again changes nothing');
SELECT is_empty($$ SELECT ctid, tableoid::regclass, xmin::text, r.* FROM phm.risk_score AS r EXCEPT TABLE before $$, '... and touches no row');
UPDATE phm.setting SET value = '2027' WHERE name = 'payment_year';
UPDATE phm.setting SET value = '2026-09-01' WHERE name = 'as_of';
SELECT phm.derive_risk_score('{1}') AS changes \gset
SELECT results_eq($$ SELECT payment_year, hccs, valid_from::text, valid_to::text FROM phm.risk_score WHERE patient_id = 1 ORDER BY 3 $$,
	$$ VALUES (2026, '{38,226,280}'::integer[], '2026-06-30', '2026-09-01'), (2027, '{280}', '2026-09-01', NULL) $$, 'another payment year takes other diagnoses, and is history');
SELECT phm.derive_risk_score(pg_temp.everybody()) AS changes \gset
CREATE TEMP TABLE increments AS TABLE pg_temp.current;
TRUNCATE phm.risk_score;
SELECT phm.derive_risk_score(pg_temp.everybody()) AS changes \gset
SELECT is_empty($$ (TABLE pg_temp.current EXCEPT ALL TABLE increments) UNION ALL (TABLE increments EXCEPT ALL TABLE pg_temp.current) $$,
	'a full rebuild gives what the increments gave');
SELECT is((SELECT count(*) FROM pg_temp.current WHERE patient_id = 8), 0::bigint, '... without who has died meanwhile');

SELECT * FROM finish();
ROLLBACK;
