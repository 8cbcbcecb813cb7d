/*
 * patient_risk.sql: which of several scores counts, percentiles, tiers, change
 * and cost; the explanation in words.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(40);
SELECT phm.create_store() IS NOT NULL AS created \gset
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
INSERT INTO phm.patient (source, id, patient_id, birth_date, gender)
SELECT 'a', 'p' || p, p, '1950-05-05', 'female' FROM generate_series(1, 200) AS p;
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date)
SELECT 'a', 'c' || p, p, c::phm.concept, '2025-06-01' FROM (VALUES (1, 'ICD10CM|E11.22'), (2, 'ICD10CM|I50.22'), (2, 'ICD10CM|E11.9')) AS t(p, c)
 WHERE p = 1 UNION ALL VALUES ('a', 'd1', 2, 'ICD10CM|I50.22'::phm.concept, '2025-06-01'::phm.datetime), ('a', 'd2', 2, 'ICD10CM|E11.9', '2025-06-01');
CREATE FUNCTION pg_temp.everybody() RETURNS bigint[] LANGUAGE sql AS $$ SELECT ARRAY(SELECT generate_series(1, 200)::bigint) $$;
SELECT phm.build_charts(pg_temp.everybody());
SELECT phm.derive_risk_score(pg_temp.everybody()) AS changes \gset
CREATE FUNCTION pg_temp.risk(patient bigint, m text DEFAULT 'V28') RETURNS text LANGUAGE sql AS
	$$ SELECT concat_ws(' ', source, score, tier) FROM phm.patient_risk WHERE patient_id = patient AND model = m $$;

-- Which score counts.
SELECT is(pg_temp.risk(1), 'phm 0.631', 'the computed score counts; there are no tiers without percentiles');
INSERT INTO phm.external_risk_score (patient_id, source, model, as_of, score, until) VALUES
	(1, 'payer', 'V28', '2026-01-01', 1.2, NULL), (1, 'payer', 'V28', '2026-03-01', 1.3, NULL), (1, 'vendor', 'V28', '2026-04-01', 1.4, NULL),
	(1, 'vendor', 'V28', '2026-07-01', 1.5, NULL), (1, 'vendor', 'readmission', '2026-01-01', 0.31, NULL), (2, 'vendor', 'readmission', '2026-01-01', 0.4, '2026-06-29');
SELECT is(pg_temp.risk(1), 'phm 0.631', 'a received score does not replace it');
SELECT is(pg_temp.risk(1, 'readmission'), 'vendor 0.31', '... but counts where there is no other');
SELECT is(pg_temp.risk(2, 'readmission'), NULL, '... while it holds');
INSERT INTO phm.risk_precedence VALUES ('*', 'vendor', 1);
SELECT is(pg_temp.risk(1), 'vendor 1.4', 'a preferred source counts before others, its latest score of those that hold');
INSERT INTO phm.risk_precedence VALUES ('V28', 'vendor', 3), ('V28', 'payer', 2);
SELECT is(pg_temp.risk(1), 'payer 1.3', 'a rule for the model counts before that for all');
SELECT is(pg_temp.risk(2), (SELECT 'phm ' || score FROM phm.risk_score WHERE patient_id = 2), '... where there is a score of the source');
UPDATE phm.external_risk_score SET sensitivity = 8 WHERE source = 'payer';
SELECT is(pg_temp.risk(1), 'vendor 1.4', 'a score that may not be seen does not count');
DELETE FROM phm.risk_precedence;

-- Overrides.
SELECT throws_ok($$ SELECT phm.override_risk(1, 'V28', 3, ' ', '2026-12-31') $$, '22023', NULL, 'a score set by hand needs a reason');
SELECT throws_ok($$ SELECT phm.override_risk(1, 'V28', 3, 'lives alone', '2026-06-29') $$, '22023', NULL, '... and a day that has not passed');
SELECT throws_ok($$ SELECT phm.override_risk(999, 'V28', 3, 'lives alone', '2026-12-31') $$, 'P0002', NULL, '... and a person');
SELECT phm.override_risk(1, 'V28', 2.5, 'lives alone', '2026-07-31') AS first \gset
SELECT phm.override_risk(1, 'V28', 3, 'lives alone, falls', '2026-07-31') AS made \gset
SELECT is(pg_temp.risk(1), 'override 3', 'the latest score set by hand counts before all');
SELECT is((SELECT explanation FROM phm.explain_risk(1) WHERE model = 'V28' AND line = 1),
	format('The score is 3, set by %s until 2026-07-31: lives alone, falls, holding since 2026-06-30.', session_user), '... and is explained');
SELECT is((SELECT explanation FROM phm.explain_risk(1) WHERE model = 'V28' AND line = 2),
	'Computed for payment year 2026, segment CNA: raw 0.631, payment 0.556.', '... beside what was computed');
UPDATE phm.setting SET value = '2026-08-01' WHERE name = 'as_of';
SELECT is(pg_temp.risk(1), 'phm 0.631', 'it expires');
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
SELECT throws_ok(format('SELECT phm.end_risk_override(1, %s, %L)', :made, ''), '22023', NULL, 'taking it back needs a reason');
SELECT throws_ok($$ SELECT phm.end_risk_override(2, 1, 'mistake') $$, 'P0002', NULL, '... and a decision of that person');
SELECT phm.end_risk_override(1, :made, 'mistake');
SELECT is(pg_temp.risk(1), 'override 2.5', 'taken back, the one before counts');
SELECT phm.end_risk_override(1, :first, 'mistake');
SELECT is(pg_temp.risk(1), 'phm 0.631', '... and then what was computed');
SELECT is((SELECT count(*) FROM phm.risk_override WHERE reversal_reason = 'mistake' AND reversed_by = session_user), 2::bigint, 'both are remembered');

-- Percentiles and tiers.
CALL phm.rank_risk();
SELECT is((SELECT patients FROM phm.risk_distribution WHERE model = 'V28'), 200, 'the distribution has everybody');
SELECT is((SELECT percentile FROM phm.patient_risk WHERE patient_id = 2 AND model = 'V28'), 99, 'the highest score is beyond 99 percent');
SELECT is((SELECT percentile FROM phm.patient_risk WHERE patient_id = 1 AND model = 'V28'), 99, 'so is the second of 200');
SELECT is(pg_temp.risk(1), 'phm 0.631 very high', 'which is a tier');
INSERT INTO phm.attribution (patient_id, contract, practitioner_source, practitioner_id, visits, last_visit, reason, evidence, valid_from)
VALUES (1, 'acme', 'a', 'x', 1, '2026-01-01', 'r', '{}', '2026-01-01');
INSERT INTO phm.risk_tier VALUES ('V28', 'acme', 'ours', 'score', 0.5), ('V28', 'acme', 'theirs', 'score', 0.7);
SELECT is(pg_temp.risk(1), 'phm 0.631 ours', 'a contract has tiers of its own');
SELECT alike(pg_temp.risk(2), '%very high', '... which others do not have');
CALL phm.rank_risk();
SELECT is((SELECT count(*) FROM phm.risk_distribution), 1::bigint, 'taking the distribution again on a day replaces it');

-- Change and cost.
SELECT ok((SELECT rising IS NULL AND expected_cost IS NULL FROM phm.patient_risk WHERE patient_id = 1 AND model = 'V28'), 'without history and claims neither is known');
INSERT INTO phm.claim (source, id, patient_id, status, use, billable_end, total_allowed, origin_status) VALUES
	('a', 'k1', 1, 'active', 'claim', '2026-06-30', 1000, 'paid'), ('a', 'k2', 1, 'active', 'claim', '2025-06-30', 500, 'paid'),
	('a', 'k3', 1, 'active', 'claim', '2026-01-01', 700, 'denied'), ('a', 'k4', 2, 'active', 'claim', '2026-01-01', NULL, 'paid');
INSERT INTO phm.claim_line (source, id, patient_id, line, allowed) VALUES ('a', 'k4', 2, 1, 400), ('a', 'k4', 2, 2, 600);
SELECT is(phm.allowed_amounts('2025-07-01', '2026-06-30'), 2000::numeric, 'amounts are those of lines, else of claims, not of denied ones');
UPDATE phm.risk_score SET valid_from = '2025-01-01';
UPDATE phm.setting SET value = '2026-06-30' WHERE name = 'as_of';
INSERT INTO phm.condition (source, id, patient_id, code, recorded_date) VALUES ('a', 'd3', 1, 'ICD10CM|I50.22', '2025-06-01'), ('a', 'd4', 1, 'ICD10CM|C78.00', '2025-06-01');
SELECT phm.build_charts('{1}');
SELECT phm.derive_risk_score('{1}') AS changes \gset
CALL phm.rank_risk();
SELECT is((SELECT score - change_6_months || ' ' || score - change_12_months FROM phm.patient_risk WHERE patient_id = 1 AND model = 'V28'), '0.631 0.631', 'change is since six and twelve months ago');
SELECT ok((SELECT rising FROM phm.patient_risk WHERE patient_id = 1 AND model = 'V28'), 'a rise that others do not have is told');
SELECT ok((SELECT NOT rising FROM phm.patient_risk WHERE patient_id = 2 AND model = 'V28'), '... where there is one');
SELECT is((SELECT expected_cost FROM phm.patient_risk WHERE patient_id = 2 AND model = 'V28'),
	(SELECT round(2000 / sum(score), 2) * (SELECT score FROM phm.risk_score WHERE patient_id = 2) FROM phm.risk_score WHERE valid_to IS NULL)::numeric(12, 2), 'cost is shared out by score');
UPDATE phm.risk_score SET sensitivity = 8 WHERE patient_id = 2 AND valid_from = '2025-01-01';
INSERT INTO phm.risk_override (patient_id, model, score, reason, from_day, until) VALUES (2, 'V28', 9, 'r', '2026-06-30', '2026-06-30');
SELECT is((SELECT score || ' ' || coalesce(score_6_months_ago::text, 'not told') FROM phm.patient_risk WHERE patient_id = 2 AND model = 'V28'),
	'9 not told', 'an earlier score that may not be seen is not told');
DELETE FROM phm.risk_override WHERE patient_id = 2;
UPDATE phm.risk_score SET sensitivity = 0 WHERE patient_id = 2;
SELECT bag_has($$ SELECT explanation FROM phm.explain_risk(1) $$, $$ VALUES
	('0.166 for HCC37 (Diabetes with Chronic Complications), because of E11.22'),
	('Six months ago it was 0.631, twelve months ago 0.631: a rise beyond what is usual.') $$, 'the explanation has terms and change');
-- What can be done about it.
SELECT phm.derive_risk_profile('{1,2,3}') AS changes \gset
UPDATE phm.risk_profile SET ed_avoidable = 1.5, preventable_admissions = 3, readmissions = 0, chronic_conditions = '{Diabetes}' WHERE patient_id = 2;
SELECT is((SELECT impactability || ': ' || reasons FROM phm.patient_impact WHERE patient_id = 2),
	'47.0: 3.0 preventable admissions (30.0); 1.5 avoidable ED visits (15.0); 1.0 chronic conditions (2.0)', 'impactability adds points up to the most of each factor');
SELECT alike((SELECT reasons FROM phm.patient_impact WHERE patient_id = 1), '%rising risk (10.0)%', 'a rise counts');
SELECT is((SELECT count(*) FROM phm.patient_impact WHERE patient_id = 3), 0::bigint, 'who has nothing to count has no row');
UPDATE phm.risk_profile SET sensitivity = 8 WHERE patient_id = 2;
SELECT is((SELECT count(*) FROM phm.patient_impact WHERE patient_id = 2), 0::bigint, 'nor whose profile may not be seen');
SELECT results_eq($$ SELECT patient_id, rank FROM phm.risk_ranking WHERE model = 'V28' ORDER BY rank, patient_id LIMIT 4 $$,
	$$ VALUES (1::bigint, 1::bigint), (2, 2), (3, 3), (4, 3) $$, 'equal scores share a rank');
SELECT * FROM finish();
ROLLBACK;
