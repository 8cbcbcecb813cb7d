/*
 * worklist.sql: the order of the worklist, its reasons, what it leaves out;
 * panels.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(27);
SELECT phm.create_store(partitions => 3) IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';

INSERT INTO phm.practitioner (source, id, npi, family, given) VALUES ('a', 'D1', '1000000001', 'Able', 'Ann'), ('a', 'D2', NULL, NULL, NULL);
INSERT INTO phm.panel_owner VALUES ('a', 'D1', 'nurse');
INSERT INTO phm.patient (source, id, patient_id, birth_date, gender, family, given, deceased, sensitivity)
SELECT 'a', 'p' || p, p, '1950-01-01', CASE WHEN p <> 6 THEN 'female' END, 'Family' || p, 'Given', p = 7, CASE WHEN p = 8 THEN 4 ELSE 0 END
  FROM generate_series(1, 10) AS p;
INSERT INTO phm.condition (source, id, patient_id, category, code, onset, clinical_status, verification_status, sensitivity)
SELECT 'a', 'c' || p, p, phm.concept('condition-category', 'problem-list-item'), phm.concept('ICD10CM', 'E11.9'), '2020-01-01',
	phm.concept('condition-clinical', 'active'), phm.concept('condition-ver-status', 'confirmed'), CASE WHEN p = 9 THEN 1 ELSE 0 END
  FROM generate_series(1, 10) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date) VALUES ('a', 'x4', 4, 'ICD10CM|I50.22', '2025-05-05');
INSERT INTO phm.encounter (source, id, patient_id, status, class, period_start, period_end, participant_id, sensitivity)
SELECT 'a', 'e' || row_number() OVER (), p, coalesce(s, 'finished'), phm.concept('v3-ActCode', c), d::phm.datetime, e::phm.datetime, w, coalesce(l, 0)
  FROM (VALUES (1, NULL, 'AMB', '2026-06-30', NULL, 'D1', NULL), (2, NULL, 'AMB', '2025-06-30', NULL, 'D1', NULL), (3, NULL, 'AMB', '2026-06-30', NULL, 'D1', NULL),
	(4, NULL, 'AMB', '2026-06-30', NULL, 'D2', NULL), (5, 'planned', 'AMB', '2026-07-30', NULL, 'D1', NULL), (5, 'cancelled', 'AMB', '2026-05-30', NULL, 'D1', NULL),
	(6, NULL, 'IMP', '2026-06-01', '2026-08-01', 'D2', NULL), (8, NULL, 'AMB', '2026-06-30', NULL, 'D1', NULL),
	(10, NULL, 'AMB', '2025-12-30', NULL, 'D1', NULL), (10, NULL, 'AMB', '2026-06-30', NULL, 'D2', 2)) AS t(p, s, c, d, e, w, l);
INSERT INTO phm.communication (source, id, patient_id, status, sent) VALUES ('a', 'm2', 2, 'not-done', '2026-06-01');
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value) VALUES
	('a', 'o3', 3, 'final', 'LOINC|4548-4', '2026-03-01', '11 ''%'''), ('a', 'o1', 1, 'final', 'LOINC|4548-4', '2026-03-01', '9.5 ''%''');

CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 20)::bigint) $$;
SELECT phm.build_charts(pg_temp.everybody());
SELECT phm.derive_attribution(pg_temp.everybody()) AS a, phm.derive_risk_score(pg_temp.everybody()) AS r, phm.derive_registry(pg_temp.everybody()) AS g,
	phm.derive_care_gap(pg_temp.everybody()) AS c, phm.derive_contact(pg_temp.everybody()) AS l \gset

SELECT results_eq($$ SELECT rank, patient_id FROM phm.worklist ORDER BY rank $$,
	$$ VALUES (1::bigint, 5::bigint), (2, 6), (3, 2), (4, 4), (5, 3), (6, 10), (7, 1) $$, 'the order is that of importance');
SELECT is_empty($$ SELECT patient_id FROM phm.worklist WHERE importance IS DISTINCT FROM
	round((risk * severity * (1 + least(coalesce((DATE '2026-06-30' - last_contact) / 30.4375, 24), 24) / 12))::numeric, 3) $$, '... which is risk * severity * contact factor');
SELECT results_eq($$ SELECT severity, contact_factor, open_gaps FROM phm.worklist WHERE patient_id IN (1, 3) ORDER BY patient_id $$,
	$$ VALUES (0.75, 1.00, 1), (0.90, 1.00, 1) $$, 'a contact today has factor 1; the higher value is the more severe');
SELECT is((SELECT contact_factor FROM phm.worklist WHERE patient_id = 2), 2.00, 'a contact a year ago has factor 2; a call that was not made is none');
SELECT is((SELECT contact_factor FROM phm.worklist WHERE patient_id = 5), 3.00, 'no contact has factor 3; planned and cancelled visits are none');
SELECT ok((SELECT risk FROM phm.worklist WHERE patient_id = 4) > (SELECT risk FROM phm.worklist WHERE patient_id = 1), 'who has heart failure has the higher risk');
SELECT is((SELECT risk FROM phm.worklist WHERE patient_id = 6), 1.0, 'without score the risk is taken as average');
SELECT is((SELECT last_contact FROM phm.worklist WHERE patient_id = 6), DATE '2026-06-30', 'a stay that lasts is a contact today');
SELECT is((SELECT reasons FROM phm.worklist WHERE patient_id = 6),
	'risk 1.000 (no score: average assumed); no HbA1c result in 2026 (severity 0.6); last contact 2026-06-30 (factor 1.00)', 'the reasons tell every factor');
SELECT is((SELECT reasons FROM phm.worklist WHERE patient_id = 3),
	format('risk %s (V28, payment year 2026); HbA1c 11 %% on 2026-03-01 is above 9 %% (severity 0.90); last contact 2026-06-30 (factor 1.00)',
		(SELECT payment_score FROM phm.risk_score WHERE patient_id = 3 AND valid_to IS NULL)), '... also of a value');
SELECT is((SELECT reasons FROM phm.worklist WHERE patient_id = 5) ~ 'no contact known \(factor 3\.00\)$', true, '... also that there was none');
SELECT is((SELECT practitioner || ' ' || owner FROM phm.worklist WHERE patient_id = 1), 'Ann Able nurse', 'practitioner and owner are shown');
SELECT is((SELECT practitioner || coalesce(owner, '') FROM phm.worklist WHERE patient_id = 4), 'a D2', '... a practitioner without name by id');
SELECT is((SELECT family || ' ' || given || ' ' || birth_date FROM phm.worklist WHERE patient_id = 1), 'Family1 Given 1950-01-01', 'the person is named');

-- What is left out.
SELECT is_empty($$ SELECT FROM phm.worklist WHERE patient_id = 7 $$, 'who has died is not on the list');
SELECT is_empty($$ SELECT FROM phm.worklist WHERE patient_id IN (8, 9) $$, 'nor are labelled persons and gaps');
SELECT is((SELECT practitioner_id || ' ' || last_contact FROM phm.worklist WHERE patient_id = 10), 'D1 2025-12-30', 'labelled visits are neither told nor counted');
SET LOCAL phm.visible_labels = 4;
SELECT results_eq($$ SELECT patient_id FROM phm.worklist WHERE patient_id IN (8, 9) $$, $$ VALUES (8::bigint) $$, 'each label is seen by who may see it');
SET LOCAL phm.visible_labels = 7;
SELECT is((SELECT count(*) FROM phm.worklist WHERE patient_id IN (8, 9)), 2::bigint, '... all of them too');
SELECT is((SELECT last_contact FROM phm.worklist WHERE patient_id = 10), DATE '2026-06-30', '... and labelled contacts');
SET LOCAL phm.visible_labels = 0;

SELECT results_eq($$ SELECT practitioner, npi, owner, members, average_risk, open_gaps, members_with_gaps FROM phm.panel ORDER BY 1 $$,
	$$ SELECT 'Ann Able', '1000000001', 'nurse', 5, (SELECT round(avg(payment_score), 3) FROM phm.risk_score WHERE patient_id IN (1, 2, 3, 8, 10) AND valid_to IS NULL), 5, 5
	   UNION ALL SELECT 'a D2', NULL, NULL, 1, (SELECT payment_score FROM phm.risk_score WHERE patient_id = 4 AND valid_to IS NULL), 1, 1 $$,
	'panels have members, average risk and open gaps');

-- A closed gap leaves the worklist; a later evaluation moves the order.
INSERT INTO phm.observation (source, id, patient_id, status, code, effective, value) VALUES ('a', 'o5', 5, 'final', 'LOINC|4548-4', '2026-06-29', '6.9 ''%''');
SELECT phm.derive_registry('{5}') AS g, phm.derive_care_gap('{5}') AS c \gset
SELECT is_empty($$ SELECT FROM phm.worklist WHERE patient_id = 5 $$, 'a closed gap leaves the worklist');
SELECT is((SELECT max(rank) FROM phm.worklist), (SELECT count(*) FROM phm.worklist), 'ranks have no holes');

-- For BI: plain types, everything explained.
SELECT is_empty($$ SELECT c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
	WHERE c.oid IN ('phm.worklist'::regclass, 'phm.panel'::regclass, 'phm.registry_list'::regclass, 'phm.person'::regclass)
	  AND a.attnum > 0 AND a.atttypid NOT IN ('text'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'boolean'::regtype, 'date'::regtype) $$,
	'lists have plain types only');
SELECT is_empty($$ SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND col_description(c.oid, a.attnum) IS NULL $$,
	'every column of the store has a comment');
SELECT is_empty($$ SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'phm'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
	AND obj_description(c.oid, 'pg_class') IS NULL $$, 'every table and view too');
SELECT is((SELECT count(*) FROM phm.sensitivity_label), 8::bigint, 'sensitivity labels are explained');

SELECT * FROM finish();
ROLLBACK;
