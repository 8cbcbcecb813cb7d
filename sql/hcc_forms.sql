-- Risk models of PACE and of earlier years, scores from sets of codes, what became of codes, blends.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE TEMP TABLE m AS SELECT phm.hcc_model('V28', 2026) AS v28, phm.hcc_model('V24', 2025) AS v24,
	phm.hcc_model('ESRD_V21', 2026, unverified => true) AS e21, phm.hcc_model('RX_V05', 2025, unverified => true) AS rx05;

-- ESRD V21: segments, months of a graft, Medicaid by disability; a new enrollee with a graft has no divisor
SELECT n, r.segment, r.cell, r.hccs, r.interactions, r.terms, r.raw, r.normalization, r.payment
  FROM m, (VALUES (1, 70, 0, '00', false, false, NULL), (2, 64, 1, '02', false, false, NULL), (3, 64, 0, '02', false, false, NULL),
	(4, 70, 2, '01', false, false, 0), (5, 64, 0, '01', true, false, NULL), (6, 40, 1, '00', true, false, NULL), (7, 50, 1, '00', true, true, 2),
	(8, 70, 1, '00', false, false, 4), (9, 50, 1, '03', false, false, 10), (10, 50, 1, '03', false, true, 9), (11, 64, 0, '00', true, false, 9),
	(12, 64, 3, '04', true, false, 12), (13, 90, 1, '04', true, true, 12), (14, 64, 0, '00', true, true, 9)) AS p(n, age, orec, dual, ne, lti, graft),
	phm.hcc(e21, phm.hcc_person(age, 'F', orec, NULL, dual, ne, lti => lti, graft_months => graft), '{N186,I5022,E1122,J449,Z4901,B20}'::text[]) AS r
 ORDER BY n;
SELECT phm.hcc_model('ESRD_V21', 2026);

-- RxHCC V05: raw scores only, because its normalization is not known
SELECT n, r.segment, r.cell, r.hccs, r.interactions, r.terms, r.raw, r.payment, r.normalized, r.normalization, r.coding_intensity
  FROM m, (VALUES (1, 70, 1, false, false, false), (2, 40, 1, false, true, false), (3, 70, 1, false, false, true), (4, 40, 1, false, false, true),
	(5, 64, 0, true, true, false), (6, 70, 1, true, false, false)) AS p(n, age, orec, ne, low, lti),
	phm.hcc(rx05, phm.hcc_person(age, 'M', orec, 2, NULL, ne, low_income => low, lti => lti), '{F200,B20,E119}'::text[]) AS r ORDER BY n;
SELECT phm.hcc_raw(rx05, phm.hcc_person(70, 'M'), '{B20}'::text[]), phm.hcc_payment(rx05, phm.hcc_person(70, 'M'), '{B20}'::text[]) AS payment,
	(SELECT (phm.hcc(rx05, phm.hcc_person(70, 'M'), d)).payment FROM unnest(ARRAY['B20', 'E119']) AS d) AS aggregate FROM m;
SELECT e.* FROM m, phm.explain_hcc(rx05, phm.hcc_person(70, 'M'), '{B20}'::text[]) AS e;
SELECT property, value FROM m, phm.explain_hcc_model(rx05) WHERE property LIKE '%,%' ORDER BY property;
SELECT rx05::text::phm.hcc_model::text = rx05::text AS same_text FROM m;
INSERT INTO phm.hcc_adjustment (model, payment_year, normalization) VALUES ('OWN', 2026, 0);

-- V24 in the years before: diagnoses that ended before 2024 are not carried, so that it is refused unless asked for
SELECT phm.hcc_model('V24', 2023);
SELECT year, r.raw, r.normalization, r.payment FROM generate_series(2020, 2026) AS year,
	phm.hcc(phm.hcc_model('V24', year, unverified => true), phm.hcc_person(70, 'F'), '{E119,I5022}'::text[]) AS r ORDER BY year;

-- from a set of codes: the ICD-10-CM ones, with or without dots
SELECT (phm.hcc(v28, phm.hcc_person(70, 'F'), '{ICD10CM|E11.9, ICD10CM|I5022, SNOMED|44054006, LOINC|B20, |B20}'::phm.codeset)).hccs,
	phm.hcc(v28, phm.hcc_person(70, 'F'), '{ICD10CM|E11.9, ICD10CM|I5022}'::phm.codeset)
		= phm.hcc(v28, phm.hcc_person(70, 'F'), '{E119,I5022}'::text[]) AS same,
	(phm.hcc(v28, phm.hcc_person(70, 'F'), '{}'::phm.codeset)).raw AS nothing, (phm.hcc(v28, phm.hcc_person(70, 'F'), NULL::phm.codeset)).raw AS null_set,
	phm.hcc(NULL, phm.hcc_person(70, 'F'), '{}'::phm.codeset) IS NULL AS no_model FROM m;
SELECT phm.hcc(v28, phm.hcc_person(70, 'F'), '{ICD10CM|E11*}'::phm.codeset) FROM m;
SELECT (phm.hcc(v28, phm.hcc_person(70, 'F'), '{SNOMED|E11*}'::phm.codeset)).hccs FROM m;

-- what became of each code
SELECT d.* FROM m, phm.explain_hcc_diagnoses(v24, phm.hcc_person(40, 'F', 1), ARRAY['E11.22', 'e119', 'N18.4', 'N1830', 'F3481', 'I10', 'A00', '250.00', 'V5861', 'E8500',
	'', NULL, '{E119}', 'TOOLONGCODE', 'C50A0', 'D66']) WITH ORDINALITY AS d(dx, use, hccs, n) ORDER BY n;
SELECT d.* FROM m, phm.explain_hcc_diagnoses(v28, phm.hcc_person(70, 'F', new_enrollee => true), '{E1122,I10}') AS d;
SELECT d.* FROM m, phm.explain_hcc_diagnoses(v28, phm.hcc_person(70, 'F'), ARRAY(SELECT dx FROM phm.hcc_dx WHERE dx_set = 'V28' AND cc = 223 ORDER BY dx COLLATE "C" LIMIT 1)) AS d;
SELECT count(*) FROM m, phm.explain_hcc_diagnoses(v28, phm.hcc_person(70, 'U'), '{E1122}');
SELECT count(*) FROM m, phm.explain_hcc_diagnoses(v28, phm.hcc_person(70, 'F'), NULL);
-- the uses agree with the scores: what counts makes a category, what does not leaves the score as it is
SELECT use, count(*) > 0 AS any, count(*) FILTER (WHERE (phm.hcc(v24, person, ARRAY[dx])).hccs_before <> '{}' IS DISTINCT FROM (use = 'counted')) AS wrong
  FROM m, unnest(ARRAY[4, 17, 40, 70]) AS age, unnest(ARRAY['M', 'F']) AS sex,
	LATERAL (SELECT phm.hcc_person(age, sex, 1) AS person) AS p,
	LATERAL phm.explain_hcc_diagnoses(v24, person, ARRAY(SELECT DISTINCT h.dx FROM phm.hcc_dx AS h WHERE h.dx_set = 'V24' AND h.dx LIKE '%19') || '{D66,J449,F3481,I10,7}') AS d
  WHERE use <> 'suppressed' GROUP BY use ORDER BY use;

-- blends
SELECT payment, shares FROM phm.hcc_blended('ma', 2025, phm.hcc_person(73, 'F'), '{E11.22,J44.9,I48.91}');
SELECT payment, shares FROM phm.hcc_blended('ma', 2027, phm.hcc_person(73, 'F'), '{E11.22,J44.9,I48.91}');
SELECT payment, shares FROM phm.hcc_blended('pace', 2026, phm.hcc_person(73, 'F'), '{E11.22,J44.9,I48.91}');
SELECT payment, shares FROM phm.hcc_blended('pace', 2026, phm.hcc_person(73, 'F'), '{E11.22,J44.9,I48.91}', unverified => true);
SELECT payment, shares FROM phm.hcc_blended('pace', 2027, phm.hcc_person(73, 'F'), '{}');
SELECT payment, shares FROM phm.hcc_blended('pace_rx', 2026, phm.hcc_person(73, 'F'), '{E11.22,J44.9,I48.91}');
SELECT payment, shares FROM phm.hcc_blended('ma', 2025, phm.hcc_person(73, 'U'), '{}');
SELECT b IS NULL AS nothing FROM phm.hcc_blended('ma', 2025, NULL, '{}') AS b;
SELECT phm.hcc_blended('ma', 2030, phm.hcc_person(73, 'F'), '{}');
SELECT model, payment_year, program FROM phm.hcc_blend AS b WHERE NOT EXISTS (SELECT FROM phm.hcc_release AS r WHERE (r.model, r.payment_year) = (b.model, b.payment_year));
SELECT payment_year, program, sum(weight) FROM phm.hcc_blend GROUP BY 1, 2 HAVING sum(weight) <> 1;
