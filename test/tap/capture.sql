/*
 * capture.sql: condition categories coded before and suspected ones: which
 * evidence counts, status, value, refutation, history.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(71);
SELECT phm.create_store(partitions => 2) IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
INSERT INTO phm.patient (source, id, patient_id, birth_date, gender, deceased_at)
SELECT 'a', 'p' || p, p, '1950-05-05', CASE p WHEN 38 THEN 'other' ELSE 'female' END, CASE p WHEN 39 THEN '2026-06-01' END::phm.datetime
  FROM generate_series(1, 40) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date, verification_status, clinical_status, sensitivity)
SELECT 'a', 'c' || row_number() OVER (), p, ('ICD10CM|' || c)::phm.concept, d::phm.datetime, phm.concept('condition-ver-status', v), NULL, coalesce(s, 0)
  FROM (VALUES
	-- Diabetes with complications in 2025: coded again this year or not.
	(1, 'E11.22', '2025-03-01', NULL, NULL), (1, 'E1122', '2025-09-01', NULL, NULL), (1, 'E11.29', '2024-05-01', NULL, NULL),
	(2, 'E11.22', '2025-03-01', NULL, NULL), (2, 'E11.22', '2026-03-01', NULL, NULL),
	(3, 'E11.22', '2025-03-01', NULL, NULL), (3, 'E11.9', '2026-03-01', NULL, NULL),
	(4, 'E11.9', '2025-03-01', NULL, NULL), (4, 'E11.22', '2026-03-01', NULL, NULL),
	(5, 'E11.9', '2025-03-01', NULL, NULL), (5, 'E11.22', '2025-03-01', NULL, NULL),
	(6, 'E11.9', '2023-12-31', NULL, NULL), (7, 'E11.9', '2024-01-01', NULL, NULL), (8, 'E11.9', '2026-07-01', NULL, NULL),
	(9, 'E11.9', '2025-03-01', 'refuted', NULL), (10, 'I21.4', '2025-03-01', NULL, NULL), (10, 'A41.9', '2025-03-01', NULL, NULL),
	(11, 'E11.9', '2025-03-01', NULL, NULL), (11, 'I50.22', '2026-02-01', NULL, NULL),
	(12, 'B20', '2025-03-01', NULL, 8), (13, 'B20', '2025-03-01', NULL, 8), (13, 'B20', '2025-04-01', NULL, 0),
	(38, 'E11.9', '2025-03-01', NULL, NULL), (39, 'E11.9', '2025-03-01', NULL, NULL),
	-- For suspicions.
	(22, 'N17.9', '2026-05-01', NULL, NULL), (25, 'E11.9', '2026-01-01', NULL, NULL), (28, 'E10.9', '2026-06-01', NULL, NULL),
	(29, 'N18.4', '2026-06-15', NULL, NULL), (30, 'N18.4', '2026-01-15', NULL, NULL), (31, 'I82.401', '2025-06-01', NULL, NULL),
	(33, 'N18.31', '2025-06-15', NULL, NULL), (17, 'E11.22', '2026-01-01', NULL, NULL), (18, 'E11.22', '2026-02-01', NULL, NULL)) AS t(p, c, d, v, s);
INSERT INTO phm.observation (source, id, patient_id, status, code, value, effective, sensitivity)
SELECT 'a', 'o' || row_number() OVER (), p, coalesce(st, 'final'), ('LOINC|' || c)::phm.concept, v::phm.quantity, d::phm.datetime, 0
  FROM (VALUES
	(20, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (20, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(21, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (21, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-03-31', NULL),
	(22, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (22, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(23, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (23, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL), (23, '98979-8', $$70 'mL/min/{1.73_m2}'$$, '2026-05-01', NULL),
	(24, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', 'entered-in-error'), (24, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(25, '98979-8', $$50 'mL/min/{1.73_m2}'$$, '2025-01-01', NULL), (25, '98979-8', $$40 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(26, '4548-4', $$6.5 '%'$$, '2025-01-01', NULL), (26, '4548-4', $$7 '%'$$, '2026-01-01', NULL),
	(27, '4548-4', $$6.5 '%'$$, '2023-01-01', NULL), (27, '4548-4', $$7 '%'$$, '2026-01-01', NULL),
	(28, '4548-4', $$6.4 '%'$$, '2025-01-01', NULL), (28, '4548-4', $$7 '%'$$, '2026-01-01', NULL), (28, '4548-4', $$>14 '%'$$, '2026-02-01', NULL), (28, '4548-4', $$48 'mmol/mol'$$, '2026-02-02', NULL),
	(29, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (29, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(30, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (30, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL),
	(17, '4548-4', $$6.5 '%'$$, '2025-01-01', NULL), (17, '4548-4', $$7 '%'$$, '2026-01-02', NULL),
	(18, '4548-4', $$6.5 '%'$$, '2025-01-01', NULL), (18, '4548-4', $$7 '%'$$, '2026-01-02', NULL),
	(33, '98979-8', $$25 'mL/min/{1.73_m2}'$$, '2026-01-01', NULL), (33, '98979-8', $$24 'mL/min/{1.73_m2}'$$, '2026-04-01', NULL)) AS t(p, c, v, d, st);
-- Warfarin twice and a beta blocker once.
INSERT INTO phm.medication_dispense (source, id, patient_id, status, medication, days_supply, when_handed_over)
SELECT 'a', 'd' || row_number() OVER (), p, 'completed', ('RXNORM|' || c)::phm.concept, $$30 'd'$$, d::phm.datetime
  FROM (SELECT p, c, d FROM unnest(ARRAY[31, 32, 34]) AS p, (VALUES ('855332', '2026-01-01'), ('855332', '2026-02-01'), ('866419', '2026-02-01')) AS v(c, d)
		 WHERE p <> 34 OR v.c <> '866419') AS t;
INSERT INTO phm.medication_request (source, id, patient_id, status, intent, medication, authored_on, do_not_perform) VALUES
	('a', 'q1', 34, 'active', 'order', 'RXNORM|866419', '2026-03-01', true), ('a', 'q2', 35, 'active', 'order', 'RXNORM|197889', '2026-03-01', NULL),
	('a', 'q3', 35, 'completed', 'order', 'RXNORM|197889', '2026-04-01', NULL), ('a', 'q4', 36, 'cancelled', 'order', 'RXNORM|197889', '2026-04-01', NULL),
	('a', 'q5', 36, 'active', 'order', 'RXNORM|197889', '2026-04-01', NULL);
INSERT INTO phm.procedure (source, id, patient_id, status, code, performed) VALUES
	('a', 'r1', 36, 'completed', 'CPT|44320', '2025-08-01'), ('a', 'r2', 37, 'completed', 'CPT|44320', '2025-08-01'), ('a', 'r3', 37, 'completed', 'CPT|44620', '2026-02-01');

CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 50)::bigint) $$;
CREATE FUNCTION pg_temp.gaps(patient bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(concat_ws(' ', kind, hcc, status, rule), ', ' ORDER BY hcc) FROM phm.hcc_gap WHERE patient_id = patient AND valid_to IS NULL $$;
CREATE FUNCTION pg_temp.score(codes text[]) RETURNS numeric LANGUAGE sql AS
	$$ SELECT phm.hcc_payment(phm.hcc_model('V28', 2027), phm.hcc_person('1950-05-05', 2027, 'F', orec => 0), codes) $$;
SELECT phm.build_charts(pg_temp.everybody());
SELECT phm.derive_hcc_gap(pg_temp.everybody()) AS changes \gset

-- Coded before.
SELECT is(pg_temp.gaps(1), 'recapture 37 open', 'coded last year and not this year');
SELECT is((SELECT payment_year || ' ' || model || ' ' || model_year FROM phm.hcc_gap WHERE patient_id = 1), '2027 V28 2027', '... for next year''s payment');
SELECT is((SELECT diagnoses::text FROM phm.hcc_gap WHERE patient_id = 1), '{E11.22,E11.29,E1122}', '... with the diagnoses');
SELECT is((SELECT evidence -> 1 FROM phm.hcc_gap WHERE patient_id = 1), '{"kind": "diagnosis", "code": "E11.29", "day": "2024-05-01", "days": 1}'::jsonb, '... and when they were made');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 1), pg_temp.score('{E11.22}') - pg_temp.score('{}'), 'its value is what it adds to the score');
SELECT cmp_ok((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 1), '>', 0::numeric, '... which is more than nothing');
SELECT is((SELECT money_value FROM phm.hcc_gap WHERE patient_id = 1), NULL, 'without a base rate it has none in money');
SELECT is(pg_temp.gaps(2), 'recapture 37 closed', 'coded again');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 2), pg_temp.score('{E11.22}') - pg_temp.score('{}'), '... its value is what it has added');
SELECT is(pg_temp.gaps(3), 'recapture 37 closed_lower', 'only the less severe one was coded');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 3), pg_temp.score('{E11.22,E11.9}') - pg_temp.score('{E11.9}'), '... the value is the difference');
SELECT is(pg_temp.gaps(4), 'recapture 38 closed_higher', 'a more severe one was coded');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 4), 0::numeric, '... nothing is left to gain');
SELECT is(pg_temp.gaps(5), 'recapture 37 open', 'of two in one hierarchy the more severe one is the gap');
SELECT is(pg_temp.gaps(6), NULL, 'coded more than two years before does not count');
SELECT is(pg_temp.gaps(7), 'recapture 38 open', 'the first day of two years before does');
SELECT is(pg_temp.gaps(8), NULL, 'what is coded later than the evaluation date does not');
SELECT is(pg_temp.gaps(9), NULL, 'a refuted diagnosis does not count');
SELECT is(pg_temp.gaps(10), NULL, 'an infarction is not to be coded again, nor is sepsis, which is not chronic');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 11), pg_temp.score('{E11.9,I50.22}') - pg_temp.score('{I50.22}'), 'interactions with what is coded count');
SELECT cmp_ok((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 11), '>', (SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 7), '... and add');
SELECT is((SELECT sensitivity FROM phm.hcc_gap WHERE patient_id = 12), 8, 'a gap has the labels of its diagnoses');
SELECT is((SELECT sensitivity FROM phm.hcc_gap WHERE patient_id = 13), 0, '... but not where it is known without');
SELECT is((SELECT count(*) FROM phm.open_hcc_gap WHERE patient_id IN (12, 13)), 1::bigint, 'the list leaves out what the session may not see');
SELECT is((SELECT count(*) FROM phm.hcc_gap WHERE patient_id IN (38, 39, 40)), 0::bigint, 'no gaps without a score, after death, or of nobody');

-- Suspicions.
SELECT is(pg_temp.gaps(20), 'suspect 327 open ckd_4', 'two results 90 days apart make stage 4 likely');
SELECT is((SELECT jsonb_path_query_array(evidence, '$[0].facts[*][*].day') FROM phm.hcc_gap WHERE patient_id = 20), '["2026-01-01", "2026-04-01", "2026-01-01", "2026-04-01"]'::jsonb, '... with the results');
SELECT is((SELECT evidence #>> '{0,facts,0,0,value}' FROM phm.hcc_gap WHERE patient_id = 20), $$25 'mL/min/{1.73_m2}'$$, '... and their values');
SELECT is((SELECT raf_value FROM phm.hcc_gap WHERE patient_id = 20), pg_temp.score('{N18.4}') - pg_temp.score('{}'), '... and its value');
SELECT is(pg_temp.gaps(21), NULL, '89 days apart do not');
SELECT is(pg_temp.gaps(22), NULL, 'not with an acute injury of the kidney');
SELECT is(pg_temp.gaps(23), NULL, 'not where the last result is normal');
SELECT is(pg_temp.gaps(24), NULL, 'not by a result entered in error');
SELECT is(pg_temp.gaps(25), 'suspect 37 closed_lower diabetes_ckd, suspect 328 open ckd_3b', 'the last result tells the stage; with diabetes it is a complication of it');
SELECT is(pg_temp.gaps(26), 'suspect 38 open diabetes_a1c', '6.5 % or more twice');
SELECT is(pg_temp.gaps(27), NULL, 'not where the first was too long ago');
SELECT is((SELECT count(*) FROM phm.suspects('{28}')), 0::bigint, 'not by less, by a result with >, or by one of another unit');
SELECT is(pg_temp.gaps(29), 'suspect 327 closed ckd_4', 'coded after the suspicion: closed');
SELECT is(pg_temp.gaps(30), NULL, 'coded before there was one: no suspicion');
SELECT is(pg_temp.gaps(17), NULL, '... nor where a more severe category was');
SELECT is(pg_temp.gaps(18), 'suspect 38 closed_higher diabetes_a1c', 'a more severe one coded after the suspicion closes it');
SELECT is(pg_temp.gaps(31), NULL, 'anticoagulation for a thrombosis makes no fibrillation likely');
SELECT is(pg_temp.gaps(32), 'suspect 238 open atrial_fibrillation', '... without one it does');
SELECT is(pg_temp.gaps(33), 'suspect 327 open ckd_4', 'a more severe suspicion takes the place of what was coded before');
SELECT is(pg_temp.gaps(34), NULL, 'all parts are needed, and a refusal is no prescription');
SELECT is(pg_temp.gaps(35), 'suspect 154 open bipolar', 'prescriptions count like fills');
SELECT is(pg_temp.gaps(36), 'suspect 463 open ostomy', '... unless cancelled; procedures');
SELECT is(pg_temp.gaps(37), NULL, '... unless undone by another');
SELECT is((SELECT string_agg(rule, ' ') FROM phm.suspects('{20}', '2026-03-31')), NULL, 'on an earlier day there was none');
SELECT is((SELECT since FROM phm.suspects('{20}', '2026-06-30')), '2026-04-01'::date, 'since tells when it began');

-- One chart, rules of one's own.
CREATE FUNCTION pg_temp.found(patient bigint, evidence phm.suspect_evidence[], claims phm.suspect_fact[] DEFAULT NULL, visible integer DEFAULT 0)
RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', s.rule, s.since, s.evidence_told #>> '{0,0,code}', s.evidence_told #>> '{0,1,code}', s.sensitivity), ', ' ORDER BY s.rule)
	  FROM phm.suspects_of(phm.one_chart(patient), '2026-06-30', evidence, '{9}', '{RXNORM|855332}', '{11289}', claims, visible) AS s $$;
CREATE FUNCTION pg_temp.asks(kind text, system text, codes text, at_least numeric DEFAULT NULL, unit text DEFAULT NULL, count_min integer DEFAULT 1,
	within_days integer DEFAULT 730, rule text DEFAULT 'mine', role text DEFAULT 'support')
RETURNS phm.suspect_evidence LANGUAGE sql AS
	$$ SELECT ROW(9, rule, 1, role, kind, system, codes, at_least, NULL, unit, count_min, 0, within_days, false, false)::phm.suspect_evidence $$;
SELECT is(pg_temp.found(26, ARRAY[pg_temp.asks('lab', 'LOINC', '1-1 4548-4')]), 'mine 2025-01-01 4548-4 4548-4 0', 'a result without bounds');
SELECT is(pg_temp.found(26, ARRAY[pg_temp.asks('lab', 'LOINC', '4548-4', 0.066, '1')]), 'mine 2026-01-01 4548-4 0', 'bounds in another unit of the kind are converted');
SELECT is(pg_temp.found(26, ARRAY[pg_temp.asks('lab', 'LOINC', '4548-4', 6, '%', within_days => 180)]), NULL, 'a day too long ago does not count');
SELECT is(pg_temp.found(26, ARRAY[pg_temp.asks('lab', 'LOINC', '4548-4', 6, '%', within_days => 181)]), 'mine 2026-01-01 4548-4 0', '... and the next one does');
SELECT is(pg_temp.found(29, ARRAY[pg_temp.asks('problem', 'ICD10CM', 'n18* N18.4')]), 'mine 2026-06-15 N18.4 0', 'codes in either case, with and without dots, with their continuations');
SELECT is(pg_temp.found(29, ARRAY[pg_temp.asks('problem', 'SNOMED', 'N18.4'), pg_temp.asks('problem', 'ICD10CM', 'N18 N18.41')]), NULL, 'not in another system, nor what is only alike');
SELECT is(pg_temp.found(31, ARRAY[pg_temp.asks('drug', 'RXNORM', '11289', count_min => 2)]), 'mine 2026-02-01 11289 11289 0', 'drugs by ingredient');
SELECT is(pg_temp.found(20, ARRAY[pg_temp.asks('drug', 'RXNORM', '11289')], ARRAY[ROW(9, '2026-06-30', '11289', 'Claim', 'a', 'x', 0), ROW(9, '2026-07-01', '11289', 'Claim', 'a', 'y', 0)]::phm.suspect_fact[]),
	'mine 2026-06-30 11289 0', '... also of claims, up to the day');
SELECT is(concat_ws('; ', pg_temp.found(12, ARRAY[pg_temp.asks('problem', 'ICD10CM', 'B20')]), pg_temp.found(12, ARRAY[pg_temp.asks('problem', 'ICD10CM', 'B20')], NULL, 8)),
	'mine 2025-03-01 B20 8', 'what must not be seen does not count');
SELECT is(pg_temp.found(29, ARRAY[pg_temp.asks('problem', 'ICD10CM', 'N18*'), pg_temp.asks('problem', 'ICD10CM', 'N18.4', role => 'exclude'), pg_temp.asks('lab', 'LOINC', '98979-8', rule => 'other')]),
	'other 2026-01-01 98979-8 98979-8 0', 'what excludes a rule excludes no other');
SELECT throws_ok($$ SELECT * FROM phm.suspects_of(phm.one_chart(20), '2026-06-30', '{}', '{1}', '{}', '{}') $$, '22023', NULL, 'arrays of drugs are of one length');

-- Refuting.
SELECT throws_ok($$ SELECT phm.refute_hcc(1, 38, 'no') $$, 'P0002', NULL, 'only an open gap can be refuted');
SELECT throws_ok($$ SELECT phm.refute_hcc(1, 37, ' ') $$, '22023', NULL, '... with a reason');
SELECT phm.refute_hcc(33, 327, 'acute episode, since normal', 'letter') AS number \gset
SELECT is(pg_temp.gaps(33), 'suspect 327 refuted ckd_4, recapture 329 open', 'refuted, and what it stood before is a gap again');
SELECT is((SELECT count(*) FROM phm.open_hcc_gap WHERE patient_id = 33), 1::bigint, '... is not in the list');
SELECT phm.withdraw_refutation(33, :number, 'mistaken') AS done \gset
SELECT is(pg_temp.gaps(33), 'suspect 327 open ckd_4', 'taken back');

-- Money, models, history.
SELECT is(phm.derive_hcc_gap(pg_temp.everybody()), 0::bigint, 'deriving again changes nothing');
UPDATE phm.setting SET value = '10000.50' WHERE name = 'hcc_base_rate';
SELECT phm.derive_hcc_gap('{1}') AS changes \gset
SELECT is((SELECT money_value FROM phm.hcc_gap WHERE patient_id = 1), (SELECT round(raf_value * 10000.50, 2) FROM phm.hcc_gap WHERE patient_id = 1), 'the base rate makes money of it');
SELECT is((SELECT kind || ' ' || hcc || ' ' || status || ' ' || model_year FROM phm.hcc_gaps('{1}', 'V24')), 'recapture 18 open 2025', 'the same in another model');
SELECT throws_ok($$ SELECT * FROM phm.hcc_gaps('{1}', 'V99') $$, '22023', NULL, 'which must be there');
UPDATE phm.setting SET value = '2027-02-01' WHERE name = 'as_of';
SELECT phm.derive_hcc_gap('{2}') AS changes \gset
SELECT results_eq($$ SELECT payment_year, hcc, status, valid_from::text, valid_to::text FROM phm.hcc_gap WHERE patient_id = 2 ORDER BY 1 $$,
	$$ VALUES (2027, 37, 'closed', '2026-06-30', '2027-02-01'), (2028, 37, 'open', '2027-02-01', NULL) $$, 'a new year begins anew, and the old one is history');
SELECT * FROM finish();
ROLLBACK;
