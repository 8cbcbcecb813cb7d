/*
 * registry.sql: who is a member of a registry, since when and why.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(38);
SELECT phm.create_store() IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

CREATE SEQUENCE pg_temp.condition_id;
CREATE FUNCTION pg_temp.condition(patient bigint, code text, category text DEFAULT 'problem-list-item', onset text DEFAULT NULL,
	recorded text DEFAULT NULL, clinical text DEFAULT 'active', verification text DEFAULT 'confirmed', abatement text DEFAULT NULL,
	deleted boolean DEFAULT false, label integer DEFAULT 0, encounter text DEFAULT NULL, source text DEFAULT 'a') RETURNS text
LANGUAGE sql AS $$
	INSERT INTO phm.condition (source, id, patient_id, category, code, onset, recorded_date, clinical_status, verification_status,
		abatement, deleted_at, sensitivity, encounter_id)
	VALUES (source, 'c' || nextval('pg_temp.condition_id'), patient, phm.concept('condition-category', category), code::phm.concept,
		onset::phm.datetime, recorded::phm.datetime, phm.concept('condition-clinical', clinical),
		phm.concept('condition-ver-status', verification), abatement::phm.datetime, CASE WHEN deleted THEN now() END, label, encounter)
	RETURNING id;
$$;
CREATE FUNCTION pg_temp.dx(patient bigint, day text, code text DEFAULT 'ICD10CM|E11.9', label integer DEFAULT 0) RETURNS text
LANGUAGE sql AS $$
	SELECT pg_temp.condition(patient, code, 'encounter-diagnosis', recorded => day, clinical => NULL, verification => NULL, label => label);
$$;
CREATE FUNCTION pg_temp.claim(patient bigint, day text, code text DEFAULT 'ICD10CM|E11.9', status text DEFAULT 'active', use text DEFAULT 'claim',
	origin text DEFAULT 'paid') RETURNS text
LANGUAGE sql AS $$
	INSERT INTO phm.claim (source, id, patient_id, resource_type, status, use, billable_start, billable_end, diagnosis, origin_status)
	VALUES ('payer', 'k' || nextval('pg_temp.condition_id'), patient, 'ExplanationOfBenefit', status, use, day::phm.datetime, day::phm.datetime,
		ARRAY['ICD10CM|Z00.00', code]::phm.concept[], origin) RETURNING id;
$$;
INSERT INTO phm.encounter (source, id, patient_id, status, period_start) VALUES ('a', 'e1', 21, 'finished', '2026-02-01'), ('a', 'e2', 22, 'cancelled', '2026-03-01');
SELECT count(x) AS rows FROM (VALUES
	(pg_temp.condition(1, 'ICD10CM|E11.9', onset => '2015-03')),
	(pg_temp.dx(2, '2026-01-01')), (pg_temp.dx(2, '2026-02-01')), (pg_temp.dx(2, '2026-03-01')),
	(pg_temp.dx(3, '2026-01-01')), (pg_temp.dx(3, '2026-01-01T15:00:00Z')), (pg_temp.claim(3, '2026-01-01')),
	(pg_temp.dx(4, '2026-01-01')), (pg_temp.claim(4, '2026-01-20')),
	(pg_temp.condition(5, 'ICD10CM|E11.9', verification => 'refuted')),
	(pg_temp.condition(6, 'ICD10CM|E11.9', verification => 'entered-in-error')),
	(pg_temp.condition(7, 'ICD10CM|E11.9', clinical => 'resolved')),
	(pg_temp.condition(8, 'ICD10CM|E11.9', onset => '2015', abatement => '2026-01-01')),
	(pg_temp.condition(9, 'ICD10CM|E11.9', deleted => true)),
	(pg_temp.dx(10, '2024-06-30')), (pg_temp.dx(10, '2026-01-01')),
	(pg_temp.dx(11, '2024-07-01')), (pg_temp.dx(11, '2026-06-30')),
	(pg_temp.condition(12, 'ICD10CM|E11.9', onset => '2015', recorded => '2026-07-01')),
	(pg_temp.condition(13, 'ICD10CM|E11.9', verification => 'unconfirmed')),
	(pg_temp.claim(14, '2026-01-01')), (pg_temp.claim(14, '2026-01-02', origin => 'reversed')),
	(pg_temp.claim(14, '2026-01-03', use => 'preauthorization')), (pg_temp.claim(14, '2026-01-04', status => 'cancelled')),
	(pg_temp.condition(15, 'SNOMED|44054006', source => 'b')), (pg_temp.condition(15, 'ICD10CM|E11.9', verification => 'refuted')),
	(pg_temp.condition(16, 'ICD10CM|O24.410')),
	(pg_temp.condition(17, 'ICD10CM|E11.9', onset => '2020-01-01', label => 8)),
	(pg_temp.condition(18, 'ICD10CM|E11.9', onset => '2020-01-01', label => 8)), (pg_temp.dx(18, '2026-01-01')), (pg_temp.dx(18, '2026-02-01')),
	(pg_temp.condition(19, 'ICD10CM|I11.0')),
	(pg_temp.condition(20, 'ICD10CM|J44.9', 'encounter-diagnosis', onset => '2026-01-01')),
	(pg_temp.dx(21, '2026-01-01')),
	(pg_temp.condition(21, 'ICD10CM|E11.9', 'encounter-diagnosis', recorded => '2026-01-01', clinical => NULL, encounter => 'e1')),
	(pg_temp.dx(22, '2026-01-01')),
	(pg_temp.condition(22, 'ICD10CM|E11.9', 'encounter-diagnosis', recorded => '2026-03-02', clinical => NULL, encounter => 'e2')),
	(pg_temp.dx(23, '2026-01-01')), (pg_temp.dx(23, '2026-07-01')),
	(pg_temp.condition(24, 'ICD10CM|I10', onset => '2020'))) AS t(x) \gset

-- Measurements: HbA1c in two units, blood pressure by itself and as components of a panel.
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value, sensitivity) VALUES
	('a', 'o1', 1, 'final', 'LOINC|4548-4', '2026-05-01', '7.2 ''%''', 0), ('a', 'o2', 1, 'final', 'LOINC|4548-4', '2026-04-01', '9.9 ''%''', 0),
	('a', 'o3', 2, 'final', 'LOINC|59261-8', '2026-05-01', '86 ''mmol/mol''', 2), ('a', 'o4', 4, 'final', 'LOINC|4548-4', '2024-06-30', '7 ''%''', 0),
	('a', 'o5', 19, 'final', 'LOINC|8480-6', '2026-05-01T08:00:00Z', '150 ''mm[Hg]''', 0), ('a', 'o6', 19, 'final', 'LOINC|8462-4', '2026-05-01T08:00:00Z', '95 ''mm[Hg]''', 0),
	('a', 'o7', 19, 'final', 'LOINC|8480-6', '2026-05-01T09:00:00Z', '138 ''mm[Hg]''', 0), ('a', 'o8', 19, 'final', 'LOINC|8462-4', '2026-05-01T09:00:00Z', '88 "mmHg"', 0),
	('a', 'o9', 19, 'final', 'LOINC|8480-6', '2026-06-01', '120 ''mm[Hg]''', 0), ('a', 'o10', 19, 'entered-in-error', 'LOINC|8462-4', '2026-06-01', '70 ''mm[Hg]''', 0);
SELECT resources AS panel FROM phm.ingest('{"resourceType": "Observation", "id": "panel", "status": "final", "subject": {"reference": "Patient/x"},
	"code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]}, "effectiveDateTime": "2026-05-05", "component": [
	{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 139, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}},
	{"code": {"coding": [{"system": "http://loinc.org", "code": "8462-4"}]}, "valueQuantity": {"value": 90, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}]}',
	'a', person => 24) \gset
CREATE VIEW pg_temp.current AS SELECT patient_id, registry, qualified_on, reason, evidence, sensitivity, last_hba1c, last_hba1c_on, last_systolic,
	last_diastolic, last_blood_pressure_on, controlled, control_sensitivity FROM phm.registry_member WHERE valid_to IS NULL;
CREATE FUNCTION pg_temp.member(patient bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(registry || ' ' || qualified_on, ', ' ORDER BY registry) FROM pg_temp.current WHERE patient_id = patient $$;
SELECT phm.derive_registry(ARRAY(SELECT generate_series(1, 30)::bigint)) AS changes \gset

SELECT is(pg_temp.member(p), m, what) FROM (VALUES
	(1, 'diabetes 2015-03-01', 'an active problem suffices'),
	(2, 'diabetes 2026-02-01', 'diagnoses on two days suffice from the second on'),
	(3, NULL, 'two diagnoses and a claim on one day do not'),
	(4, 'diabetes 2026-01-20', 'a diagnosis and a claim on another day do'),
	(5, NULL, 'a refuted problem does not count'),
	(6, NULL, 'nor one entered in error'),
	(7, NULL, 'nor one that is resolved'),
	(8, NULL, 'nor one that has abated'),
	(9, NULL, 'nor one that was deleted'),
	(10, NULL, 'a diagnosis 24 months ago to the day is too old'),
	(11, 'diabetes 2026-06-30', 'the day after is not, and the evaluation date counts'),
	(12, NULL, 'a problem recorded later does not count yet'),
	(13, NULL, 'nor one that is unconfirmed'),
	(14, NULL, 'reversed and cancelled claims and preauthorizations do not count'),
	(15, 'diabetes 2026-06-30', 'a problem of one source counts, whatever the other has refuted'),
	(16, NULL, 'gestational diabetes is another condition'),
	(19, 'heart-failure 2026-06-30, hypertension 2026-06-30', 'hypertensive heart disease with heart failure is both'),
	(20, NULL, 'one encounter diagnosis is not a problem, though it is active'),
	(21, 'diabetes 2026-02-01', 'the encounter dates its diagnosis'),
	(22, NULL, 'diagnoses of cancelled encounters do not count'),
	(23, NULL, 'nor those after the evaluation date')) AS t(p, m, what);
SELECT is((SELECT reason FROM pg_temp.current WHERE patient_id = 2), 'diagnoses on 3 days in 24 months, last on 2026-03-01', 'the reason tells the days');
SELECT is((SELECT reason FROM pg_temp.current WHERE patient_id = 1), 'active problem since 2015-03-01', '... or the problem');
SELECT is((SELECT jsonb_array_length(evidence) FROM pg_temp.current WHERE patient_id = 2), 3, 'the evidence lists the rows');
SELECT is((SELECT sensitivity FROM pg_temp.current WHERE patient_id = 17), 8, 'a labelled problem makes a labelled member');
SELECT is((SELECT sensitivity || ' ' || reason FROM pg_temp.current WHERE patient_id = 18),
	'0 diagnoses on 2 days in 24 months, last on 2026-02-01', 'where evidence without label suffices, nothing else is told');

SELECT results_eq($$ SELECT patient_id, last_hba1c, last_hba1c_on::text, controlled, control_sensitivity FROM pg_temp.current WHERE patient_id IN (1, 2, 4) ORDER BY 1 $$,
	$$ VALUES (1::bigint, 7.20, '2026-05-01', true, 0), (2, 10.00, '2026-05-01', false, 2), (4, NULL, NULL, NULL, 0) $$,
	'the latest HbA1c decides, in mmol/mol by the master equation, and not one that is too old');
SELECT results_eq($$ SELECT registry, last_systolic, last_diastolic, last_blood_pressure_on::text, controlled FROM pg_temp.current WHERE patient_id IN (19, 24) ORDER BY patient_id, registry $$,
	$$ VALUES ('heart-failure', 138::numeric, 88::numeric, '2026-05-01', NULL), ('hypertension', 138, 88, '2026-05-01', true), ('hypertension', 139, 90, '2026-05-05', false) $$,
	'blood pressure is the lowest of the last day that has both, also from components; 90 is not below 90');

SELECT is((SELECT count(*) FROM phm.registry_list WHERE patient_id = 17), 0::bigint, 'the list leaves out labelled members');
SELECT is((SELECT last_hba1c FROM phm.registry_list WHERE patient_id = 2), NULL, '... and labelled values');
SET LOCAL phm.visible_labels = 10;
SELECT is((SELECT count(*) FROM phm.registry_list WHERE patient_id = 17), 1::bigint, '... but shows them to who may see');
SELECT is((SELECT last_hba1c FROM phm.registry_list WHERE patient_id = 2), 10.00, '... values too');

-- Differences and history.
CREATE TEMP TABLE before AS SELECT ctid AS place, xmin::text AS writer, m.* FROM phm.registry_member AS m;
SELECT is(phm.derive_registry(ARRAY(SELECT generate_series(1, 30)::bigint)), 0::bigint, 'deriving again changes nothing');
SELECT is_empty($$ SELECT ctid, xmin::text, m.* FROM phm.registry_member AS m EXCEPT TABLE before $$, '... and touches no row');
UPDATE phm.setting SET value = '2026-07-15' WHERE name = 'as_of';
UPDATE phm.observation SET value = '8.1 ''%''' WHERE id = 'o1';
UPDATE phm.condition SET abatement = '2026-07-10' WHERE patient_id = 15;
SELECT phm.derive_registry('{1,12,15,23}') AS changes \gset
SELECT results_eq($$ SELECT patient_id, last_hba1c, valid_from::text, valid_to::text FROM phm.registry_member WHERE patient_id IN (1, 12, 15, 23) ORDER BY 1 $$,
	$$ VALUES (1::bigint, 8.10, '2026-06-30', NULL), (12, NULL, '2026-07-15', NULL), (15, NULL, '2026-06-30', '2026-07-15'), (23, NULL, '2026-07-15', NULL) $$,
	'who comes in and goes is history, a new value is not');
SELECT phm.derive_registry(ARRAY(SELECT generate_series(1, 30)::bigint)) AS changes \gset
CREATE TEMP TABLE increments AS TABLE pg_temp.current;
TRUNCATE phm.registry_member;
SELECT phm.derive_registry(ARRAY(SELECT generate_series(1, 30)::bigint)) AS changes \gset
SELECT is_empty($$ (TABLE pg_temp.current EXCEPT ALL TABLE increments) UNION ALL (TABLE increments EXCEPT ALL TABLE pg_temp.current) $$,
	'a full rebuild gives what the increments gave');

-- Registries of one's own.
INSERT INTO phm.registry (name, title, value_set, rule) VALUES ('lung', 'Lung', 'COPD', 'condition or diagnoses');
UPDATE phm.registry SET enabled = false WHERE name = 'diabetes';
SELECT phm.derive_registry(ARRAY(SELECT generate_series(1, 30)::bigint)) AS changes \gset
SELECT is(pg_temp.member(20), 'lung 2026-01-01', 'a registry may take active conditions of any category');
SELECT is((SELECT count(*) FROM pg_temp.current WHERE registry = 'diabetes'), 0::bigint, 'one that is not enabled has no members');

SELECT * FROM finish();
ROLLBACK;
