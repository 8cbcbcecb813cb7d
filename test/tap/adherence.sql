/*
 * adherence.sql: adherence of patients from the record: fills, stays, classes
 * of drugs, and the star measures.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(28);
SELECT phm.create_store(partitions => 2) IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-03-31' WHERE name = 'as_of';

INSERT INTO phm.patient (source, id, patient_id, birth_date, gender, deceased_at)
SELECT 'a', 'p' || p, p, CASE p WHEN 7 THEN '2007-01-02' WHEN 8 THEN '2007-01-01' ELSE '1950-05-05' END::phm.datetime, 'female',
	CASE p WHEN 9 THEN '2025-04-10' END::phm.datetime
  FROM generate_series(1, 12) AS p;
INSERT INTO phm.medication (source, id, code) VALUES ('a', 'm1', 'RXNORM|314076');
-- Everybody has lisinopril (314076) for 90 days on January 1 and April 1 of 2025, all of the first 180 days.
INSERT INTO phm.medication_dispense (source, id, patient_id, status, medication, medication_id, days_supply, when_handed_over)
SELECT 'a', 'd' || row_number() OVER (), t.p, coalesce(t.status, 'completed'), t.drug::phm.concept, t.medication_id, t.supply::phm.quantity, t.day::phm.datetime
  FROM (SELECT p, NULL AS status, 'RXNORM|314076' AS drug, NULL AS medication_id, $$90 'd'$$ AS supply, d AS day
		  FROM generate_series(1, 11) AS p, unnest(ARRAY['2025-01-01', '2025-04-01T10:00:00']) AS d WHERE p NOT IN (6, 10, 11)
		UNION ALL VALUES
		(2, NULL, 'RXNORM|314076', NULL, $$13 'wk'$$, '2025-06-30'), (2, NULL, NULL, 'm1', '100', '2025-09-29'),
		(3, 'cancelled', 'RXNORM|314076', NULL, $$90 'd'$$, '2025-06-30'), (3, NULL, 'RXNORM|999', NULL, $$90 'd'$$, '2025-06-30'),
		(4, NULL, 'RXNORM|1656354', NULL, $$30 'd'$$, '2025-08-01'), (5, NULL, 'RXNORM|617311', NULL, $$30 'd'$$, '2025-08-01'),
		(6, NULL, 'RXNORM|314076', NULL, $$90 'd'$$, '2025-10-15'), (6, NULL, 'RXNORM|314077', NULL, $$90 'd'$$, '2025-12-01')) AS t(p, status, drug, medication_id, supply, day);
-- A pharmacy tells of the fills of 1 too, of one that was reversed and one that was denied.
INSERT INTO phm.claim (source, resource_type, id, patient_id, status, use, billable_start, origin_status) VALUES
	('payer', 'Claim', 'k1', 1, 'active', 'claim', '2025-01-01', 'paid'), ('payer', 'Claim', 'k2', 1, 'active', 'claim', '2025-04-01', 'paid'),
	('payer', 'Claim', 'k3', 1, 'active', 'claim', '2025-07-01', 'reversed'), ('payer', 'Claim', 'k4', 1, 'active', 'claim', '2025-08-01', 'denied');
INSERT INTO phm.claim_line (source, resource_type, id, patient_id, line, service_from, product_or_service, days_supply)
SELECT 'payer', 'Claim', 'k' || n, 1, 1, d::phm.datetime, 'RXNORM|314076', 90
  FROM (VALUES (1, '2025-01-01'), (2, NULL), (3, '2025-07-01'), (4, '2025-08-01')) AS t(n, d);
INSERT INTO phm.encounter (source, id, patient_id, status, class, period_start, period_end) VALUES
	('a', 'e1', 1, 'finished', phm.concept('v3-ActCode', 'IMP'), '2025-02-10', '2025-02-15T12:00:00'),
	('a', 'e2', 1, 'finished', phm.concept('v3-ActCode', 'AMB'), '2025-03-10', '2025-03-15'),
	('a', 'e3', 1, 'cancelled', phm.concept('v3-ActCode', 'IMP'), '2025-03-10', '2025-03-15');
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date) VALUES
	('a', 'c10', 2, 'ICD10CM|I10', '2025-06-01'), ('a', 'c11', 8, 'ICD10CM|N18.6', '2025-06-01'), ('a', 'c12', 7, 'ICD10CM|N18.6', '2024-06-01');
INSERT INTO phm.procedure (source, id, patient_id, status, code, performed) VALUES ('a', 'r1', 5, 'completed', 'HCPCS|Q5001', '2025-06-01');
INSERT INTO phm.coverage (source, id, patient_id, status, period_start, period_end) VALUES
	('a', 'v1', 1, 'active', '2024-01-01', NULL), ('a', 'v2', 2, 'active', '2025-01-01', '2025-06-30'), ('a', 'v3', 2, 'active', '2025-06-01', '2025-07-31');

CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 20)::bigint) $$;
CREATE TEMP TABLE adherence AS SELECT patient_id, class, (adherence).* FROM phm.patient_adherence(pg_temp.everybody(), '[2025-01-01,2025-12-31]');
CREATE TEMP TABLE star AS SELECT * FROM phm.stars_adherence(pg_temp.everybody(), 2025);
CREATE FUNCTION pg_temp.got(patient bigint) RETURNS text LANGUAGE sql AS
	$$ SELECT covered_days || ' of ' || treatment_days FROM adherence WHERE patient_id = patient AND class = 'rasa' $$;

SELECT is((SELECT count(*) FROM phm.medication_fills('{1}', '2025-01-01', '2025-12-31')), 5::bigint, 'dispensed and claimed, also what was reversed, not what was denied');
SELECT is((SELECT ignored_duplicate || ' ' || ignored_reversed FROM adherence WHERE patient_id = 1), '2 1', 'of two that tell of one fill, one counts; a reversed claim does not');
SELECT is(pg_temp.got(1), '180 of 360', 'five days in hospital are not counted, and their supply lasts longer');
SELECT is((SELECT gaps::text FROM adherence WHERE patient_id = 1), '{[2025-07-05,2026-01-01)}', '... which ends five days later');
SELECT is((SELECT next_refill_due FROM adherence WHERE patient_id = 1), '2025-07-05'::date, '... and then the next refill is due');
SELECT is((SELECT stays::text FROM phm.facility_days('{1}', '2025-02-12', '2025-12-31')), '{[2025-02-12,2025-02-15)}', 'a stay ends the day before discharge, and is cut at the span');
SELECT is(pg_temp.got(2), '365 of 365', 'weeks, days without a unit, and a medication that is a resource of its own');
SELECT is(pg_temp.got(3), '180 of 365', 'a cancelled dispense does not count, nor does a drug of no class');
SELECT is((SELECT covered_days || ' of ' || treatment_days FROM adherence WHERE patient_id = 4 AND class = 'sacubitril_valsartan'), '30 of 153', 'a combination is in the classes of its ingredients');
SELECT is((SELECT fills FROM adherence WHERE patient_id = 4 AND class = 'rasa'), 3, '... each with its own');
SELECT is(pg_temp.got(6), '78 of 78', 'two strengths are one ingredient: the second is put off to January');
SELECT is(pg_temp.got(9), '100 of 100', 'treatment ends with death');
SELECT is((SELECT count(*) FROM adherence WHERE patient_id IN (10, 11, 12)), 0::bigint, 'without fills there is nothing');
SELECT is((SELECT count(*) FROM phm.patient_adherence(pg_temp.everybody()) WHERE (adherence).fills > 0), 0::bigint, 'by default it is this year');
SELECT is((SELECT (adherence).treatment::text || (adherence).covered_days FROM phm.patient_adherence('{2}', '[2026-01-01,2026-03-31]', carry_in => true)), '[2026-01-01,2026-04-01)6',
	'supply of the year before can be carried in: 371 days in all, from January 1 of 2025');

SELECT is((SELECT eligible || ' ' || adherent || ' ' || pdc FROM star WHERE patient_id = 2), 'true true 1.0000', 'who has the drugs all the time is adherent');
SELECT is((SELECT eligible || ' ' || adherent || ' ' || pdc FROM star WHERE patient_id = 3 AND measure = 'PDC-RASA'), 'true false 0.4932', 'who has them half of it is not');
SELECT is((SELECT excluded || coalesce(adherent::text, '') FROM star WHERE patient_id = 4), 'other drug', 'sacubitril/valsartan excludes');
SELECT is((SELECT excluded FROM star WHERE patient_id = 5 AND measure = 'PDC-RASA'), 'hospice', 'hospice excludes');
SELECT is((SELECT excluded FROM star WHERE patient_id = 8), 'esrd', 'end-stage renal disease in the year excludes');
SELECT is((SELECT excluded FROM star WHERE patient_id = 7), 'age', 'eighteen years on the first day of the year are needed');
SELECT is((SELECT excluded FROM star WHERE patient_id = 6), 'treatment period', '78 days of treatment are too few');
SELECT is((SELECT excluded FROM star WHERE patient_id = 5 AND measure = 'PDC-STA'), 'hospice', 'the first reason is told');
SELECT is((SELECT min(status) || max(status) FROM star), 'unverifiedunverified', 'the rules are marked as unverified');
SELECT is((SELECT member_years FROM star WHERE patient_id = 2), 0.5833, 'seven months of coverage, overlapping ones once');
SELECT is((SELECT member_years FROM star WHERE patient_id = 1), 1.0000, 'coverage without end');
SELECT is((SELECT phm.adherence_rate(adherent, member_years) FROM star WHERE measure = 'PDC-RASA' AND patient_id IN (1, 2)), 0.3684, 'the rate is weighted: 7 of 19 months');
SELECT is((SELECT treatment_days || ' ' || member_years FROM phm.stars_adherence('{2}', 2026)), NULL, 'nothing this year yet');
SELECT * FROM finish();
ROLLBACK;
