-- phm.hcc: risk scores of the CMS-HCC family.
SET client_min_messages = warning;

-- which models there are, and that each of them compiles
SELECT model, payment_year, status FROM phm.hcc_release ORDER BY model COLLATE "C", payment_year;
SELECT r.model, r.payment_year, string_agg(value, ' ' ORDER BY property)
  FROM phm.hcc_release AS r,
       phm.explain_hcc_model(phm.hcc_model(r.model, r.payment_year, unverified => true))
 WHERE property IN ('diagnoses', 'categories') GROUP BY r.model, r.payment_year ORDER BY r.model COLLATE "C", r.payment_year;
SELECT property, value FROM phm.explain_hcc_model(phm.hcc_model('V28', 2026)) WHERE property <> 'hash';
SELECT phm.hcc_model('V99', 2026);
SELECT phm.hcc_model('V28', 2023);
SELECT phm.hcc_model('ESRD_V24', 2026);
SELECT phm.hcc_model(NULL, 2026) IS NULL AS null_model;

-- a score and how it comes about; codes with dots, in small letters, repeated, null and unknown
CREATE TABLE m AS SELECT phm.hcc_model('V24', 2025) AS v24, phm.hcc_model('V28', 2026) AS v28,
	phm.hcc_model('RX_V08_MAPD', 2026) AS rx, phm.hcc_model('ESRD_V24', 2026, unverified => true) AS esrd;
\x
SELECT r.* FROM m, phm.hcc(v28, phm.hcc_person(74, 'F', orec => 1, dual_status => '02'),
	ARRAY['E11.22', 'e1122', 'N18.4', 'I50.22', NULL, 'I10', 'J44.9', '', '{}', 'TOOLONGCODE1']) AS r;
\x
SELECT e.* FROM m, phm.explain_hcc(v28, phm.hcc_person(74, 'F', orec => 1, dual_status => '02'),
	ARRAY['E11.22', 'e1122', 'N18.4', 'I50.22', 'I10', 'J44.9', 'N18.30']) AS e;
SELECT phm.hcc_raw(v28, p, d), phm.hcc_payment(v28, p, d), (phm.hcc(v28, p, d)).raw, (phm.hcc(v28, p, d)).payment
  FROM m, phm.hcc_person(74, 'F', orec => 1, dual_status => '02') AS p, (VALUES (ARRAY['E1122', 'I5022'])) AS v(d);

-- segments: institution first, then new enrollees, then dual status and age
SELECT p.*, (phm.hcc(v28, phm.hcc_person(age, 'M', orec, NULL, dual, ne, snp, lti => lti), '{}'::text[])).*
  FROM m, (VALUES
	(1, 65, 0, '00', false, false, false), (2, 64, 1, '00', false, false, false),
	(3, 65, 0, '08', false, false, false), (4, 64, 1, '04', false, false, false),
	(5, 65, 0, '06', false, false, false), (6, 64, 1, '01', false, false, false),
	(7, 65, 0, '02', true, false, false), (8, 65, 0, NULL, true, true, false),
	(9, 70, 0, '03', true, true, true), (10, 0, 1, '00', false, false, false),
	(11, 64, 0, '00', true, false, false), (12, 64, 1, '00', true, false, false),
	(13, 70, 1, '00', true, false, false), (14, 70, 3, '00', true, false, false),
	(15, 150, 0, 'NA', false, false, false)) AS p(n, age, orec, dual, ne, snp, lti) ORDER BY n;

-- OREC 1 alone means originally disabled, and only from 65 on
SELECT orec, age, (phm.hcc(v28, phm.hcc_person(age, 'F', orec), NULL::text[])).terms
  FROM m, generate_series(0, 3) AS orec, unnest(ARRAY[64, 65]) AS age ORDER BY orec, age;

-- a new enrollee gets demographic terms only
SELECT (phm.hcc(v28, phm.hcc_person(70, 'F', new_enrollee => true), '{E1122,N184,I5022}'::text[])).*  FROM m;

-- V28: HCC 223 counts only beside another heart failure category
SELECT r.hccs_before, r.hccs FROM m, unnest(ARRAY['', 'I509']) AS other,
	LATERAL (SELECT dx FROM phm.hcc_dx WHERE dx_set = 'V28' AND cc = 223 ORDER BY dx COLLATE "C" LIMIT 1) AS d,
	phm.hcc(v28, phm.hcc_person(70, 'F'), ARRAY[dx, other]) AS r ORDER BY other;

-- age and sex edits
SELECT age, sex, (phm.hcc(v24, phm.hcc_person(age, sex), '{J449}'::text[])).hccs AS copd, (phm.hcc(v24, phm.hcc_person(age, sex), '{D66}'::text[])).hccs AS haemophilia,
	(phm.hcc(v24, phm.hcc_person(age, sex), '{F3481}'::text[])).hccs AS mood,
	(phm.hcc(v28, phm.hcc_person(age, sex), '{C50911}'::text[])).hccs AS breast
  FROM m, unnest(ARRAY[5, 6, 17, 18, 19, 49, 50]) AS age, unnest(ARRAY['1', '2']) AS sex ORDER BY age, sex;
SELECT (phm.hcc(v28, phm.hcc_person(51, 'F'), '{C50A0}'::text[])).hccs FROM m;
SELECT (phm.hcc(phm.hcc_model('V28', 2025), phm.hcc_person(51, 'F'), '{C50A0}'::text[])).hccs AS not_yet;
-- the ages of the Medicare Code Editor, on request
SELECT on_, dx, age, (phm.hcc(phm.hcc_model('V28', 2026, mce_edits => on_), phm.hcc_person(age, 'F'), ARRAY[dx])).hccs
  FROM (SELECT dx, mce_age_min - 1 AS age FROM phm.hcc_dx WHERE dx_set = 'V28' AND mce_age_min = 15
         ORDER BY dx COLLATE "C" LIMIT 1) AS d, unnest(ARRAY[false, true]) AS on_ ORDER BY on_;

-- rounding is half away from zero, in two steps
SELECT r.raw, r.normalization, round(r.raw / r.normalization, 3) = r.normalized AS normalized,
	round(r.normalized * (1 - r.coding_intensity), 3) = r.payment AS payment
  FROM m, phm.hcc(v24, phm.hcc_person(81, 'M'), '{E119,C61,I4891}'::text[]) AS r;
-- every term is in raw
SELECT count(*), count(*) FILTER (WHERE r.raw <> (SELECT sum(coefficient) FROM unnest(r.terms))) AS different
  FROM m, generate_series(0, 120) AS age, unnest(ARRAY['M', 'F']) AS sex, generate_series(0, 3) AS orec,
	unnest(ARRAY['00', '01', '02']) AS dual, unnest(ARRAY[true, false]) AS ne, unnest(ARRAY[true, false]) AS lti,
	phm.hcc(v28, phm.hcc_person(age, sex, orec, dual_status => dual, new_enrollee => ne, lti => lti), '{E1122,I5022}'::text[]) AS r;
-- every person has a cell in every model
SELECT count(*) AS without_cell
  FROM (SELECT v24 FROM m UNION ALL SELECT v28 FROM m UNION ALL SELECT rx FROM m) AS x(model),
	generate_series(0, 120) AS age, unnest(ARRAY['M', 'F']) AS sex, generate_series(0, 3) AS orec,
	unnest(ARRAY[true, false]) AS ne, unnest(ARRAY[true, false]) AS lti, unnest(ARRAY[true, false]) AS esrd,
	phm.hcc(model, phm.hcc_person(age, sex, orec, new_enrollee => ne, lti => lti, esrd => esrd), '{}'::text[]) AS r
 WHERE r.cell IS NULL;

-- ESRD: transplant months are flat amounts, graft new enrollees have a divisor; RxHCC: under 65 in institutions
SELECT months, r.segment, r.terms, r.divisor, r.raw, r.normalization
  FROM m, (VALUES (NULL), (1), (3), (4), (10)) AS g(months),
	phm.hcc(esrd, phm.hcc_person(64, 'F', 0, new_enrollee => true, graft_months => months), '{E1122}'::text[]) AS r ORDER BY months NULLS FIRST;
SELECT r.segment, r.interactions, r.terms, r.payment FROM m, phm.hcc(rx, phm.hcc_person(40, 'F', 1, lti => true), '{F200,B20}'::text[]) AS r;

-- what is not known, and what cannot be
SELECT phm.hcc(v28, phm.hcc_person(NULL::int, 'F'), '{}'::text[]) IS NULL AS no_age, phm.hcc(v28, phm.hcc_person(70, NULL), '{}'::text[]) IS NULL AS no_sex,
	phm.hcc(v28, phm.hcc_person(70, 'U'), '{}'::text[]) IS NULL AS sex_u, phm.hcc(v28, NULL, '{}'::text[]) IS NULL AS no_person,
	phm.hcc(NULL, phm.hcc_person(70, 'F'), '{}'::text[]) IS NULL AS no_model, phm.hcc_raw(v28, phm.hcc_person(70, 'F', NULL), NULL) AS no_diagnoses,
	phm.hcc_raw(v28, ROW(70, 'female', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::phm.hcc_person, '{}'::text[]) AS bare FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(-1, 'F'), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(151, 'F'), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(70, 'X'), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(70, 'F', 4), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(70, 'F', crec => 9), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(70, 'F', dual_status => '07'), '{}'::text[]) FROM m;
SELECT phm.hcc_raw(v28, phm.hcc_person(70, 'F', graft_months => -1), '{}'::text[]) FROM m;

-- age on 1 February of the payment year
SELECT d, phm.hcc_age(d::date, 2026) FROM unnest(ARRAY['1961-01-31', '1961-02-01', '1961-02-02', '1960-02-29', '1961-12-31', '2025-12-31']) AS d;
SELECT (phm.hcc_person('1961-02-02', 2026, 'F')).age;

-- the aggregate: plain, grouped, filtered, as a window, over nothing, stored and merged
CREATE TABLE dx (id int, person phm.hcc_person, dx text);
INSERT INTO dx SELECT i, phm.hcc_person(60 + i % 30, CASE i % 2 WHEN 0 THEN 'M' ELSE 'F' END, orec => i % 2),
	CASE WHEN i % 7 > 0 THEN (ARRAY['E1122', 'N184', 'I5022', 'J449', 'C50911', 'zzz', NULL, 'B20'])[1 + (i * k) % 8] END
  FROM generate_series(1, 200) AS i, generate_series(1, 5) AS k;
CREATE VIEW single AS SELECT id, phm.hcc(phm.hcc_model('V28', 2026), person, array_agg(dx)) AS r FROM dx GROUP BY id, person;
CREATE VIEW grouped AS SELECT id, phm.hcc(phm.hcc_model('V28', 2026), person, dx) AS r FROM dx GROUP BY id;
SELECT id, (r).raw, (r).payment, (r).segment, (r).hccs_before, (r).hccs FROM grouped WHERE id <= 8 ORDER BY id;
SELECT count(*), count(*) FILTER (WHERE s.r IS DISTINCT FROM g.r) AS different FROM single AS s FULL JOIN grouped AS g USING (id);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE forced AS SELECT * FROM grouped;
SET enable_hashagg = off;
CREATE TABLE sorted AS SELECT * FROM grouped;
EXPLAIN (COSTS OFF) SELECT id, phm.hcc(phm.hcc_model('V28', 2026), person, dx) FROM dx GROUP BY id;
RESET ALL;
SET client_min_messages = warning;
SELECT count(*), count(*) FILTER (WHERE s.r IS DISTINCT FROM f.r OR s.r IS DISTINCT FROM o.r) AS different
  FROM single AS s FULL JOIN forced AS f USING (id) FULL JOIN sorted AS o USING (id);
CREATE TABLE kept AS SELECT id, k, phm.hcc_state_agg(phm.hcc_model('V28', 2026), person, dx) AS state
  FROM (SELECT *, row_number() OVER () % 3 AS k FROM dx) AS d GROUP BY id, k;
SELECT count(*), count(*) FILTER (WHERE s.r IS DISTINCT FROM k.r) AS different
  FROM single AS s FULL JOIN (SELECT id, phm.hcc(phm.hcc_merge(state)) AS r FROM kept GROUP BY id) AS k USING (id);
SELECT count(*) FILTER (WHERE state::text::phm.hcc_state::text <> state::text) AS unread FROM kept;
SELECT phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(70, 'F'), d) IS NULL AS nothing FROM (SELECT 'E119' WHERE false) AS v(d);
SELECT (phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(NULL::int, 'F'), d)) IS NULL AS no_age FROM (VALUES ('E119')) AS v(d);
SELECT (phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(70, 'F'), d) FILTER (WHERE d <> 'B20')).hccs FROM (VALUES ('E119'), ('B20')) AS v(d);
SELECT n, (phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(70, 'F'), d) OVER (ORDER BY n)).hccs
  FROM (VALUES (1, 'E119'), (2, 'B20'), (3, 'I509')) AS v(n, d);
SELECT phm.hcc(phm.hcc_model('V28', 2026), phm.hcc_person(age, 'F'), 'E119'::text) FROM (VALUES (70), (71)) AS v(age);
-- a list that is not cast is text, and text is the aggregate
SELECT phm.hcc(v28, phm.hcc_person(70, 'F'), '{E119}') FROM m;
SELECT phm.hcc(phm.hcc_model('V28', year), phm.hcc_person(70, 'F'), 'E119'::text) FROM (VALUES (2025), (2026)) AS v(year);
SELECT (phm.hcc(phm.hcc_state_add(phm.hcc_state_add(s, v28, phm.hcc_person(70, 'F'), 'B20'), v28, phm.hcc_person(70, 'F'), 'I509'))).hccs,
	(phm.hcc(s)).hccs AS unchanged FROM m, phm.hcc_state_add(NULL, v28, phm.hcc_person(70, 'F'), 'E119') AS s;

-- a model reads back from its text and binary forms; damaged ones are refused
SELECT v28::text::phm.hcc_model::text = v28::text AS same_text,
	(SELECT bool_and(a.value = b.value) FROM phm.explain_hcc_model(v28) AS a
	   JOIN phm.explain_hcc_model(v28::text::phm.hcc_model) AS b USING (property)) AS same_model FROM m;
SELECT phm.hcc_model('V28', 2026)::text = v28::text AS same_every_time FROM m;
SELECT ''::phm.hcc_model;
SELECT '\x00'::phm.hcc_model;
SELECT overlay(v28::text PLACING '02' FROM 3 FOR 2)::phm.hcc_model FROM m;
SELECT overlay(v28::text PLACING CASE substr(v28::text, 50001, 1) WHEN '0' THEN '1' ELSE '0' END FROM 50001 FOR 1)::phm.hcc_model FROM m;
SELECT left(v28::text, 1000)::phm.hcc_model FROM m;
SELECT '\x0100'::phm.hcc_state;
SELECT overlay(state::text PLACING 'ff' FROM 53 FOR 2)::phm.hcc_state FROM kept WHERE id = 1 ORDER BY k LIMIT 1;
SELECT octet_length(phm.hcc_model_send(model)) = pg_column_size(model) - 4 AS sent FROM phm.hcc_model('V28', 2026) AS model;

-- a payer's own model: its own coefficients on the mapping and rules of V28
INSERT INTO phm.hcc_release (model, payment_year, dx_set, rule_set, coefficient_set, status) VALUES ('OWN', 2026, 'V28', 'V28', 'OWN', 'own');
SELECT phm.hcc_model('OWN', 2026);
INSERT INTO phm.hcc_adjustment (model, payment_year, normalization, status) VALUES ('OWN', 2026, 1, 'own');
SELECT phm.hcc_model('OWN', 2026);
INSERT INTO phm.hcc_coefficient (coefficient_set, segment, variable, coefficient)
	SELECT 'OWN', segment, variable, coefficient + 0.000001 FROM phm.hcc_coefficient WHERE coefficient_set = 'V28';
SELECT (phm.hcc(phm.hcc_model('OWN', 2026), phm.hcc_person(70, 'F'), '{E119}'::text[])).*;
INSERT INTO phm.hcc_coefficient (coefficient_set, segment, variable, coefficient) VALUES ('OWN', 'CNA', 'HCC_TYPO', 1);
SELECT phm.hcc_model('OWN', 2026);
DELETE FROM phm.hcc_coefficient WHERE coefficient_set = 'OWN' AND variable = 'HCC_TYPO';
INSERT INTO phm.hcc_coefficient (coefficient_set, segment, variable, coefficient) VALUES ('OWN', 'CXA', 'HCC1', 1);
SELECT phm.hcc_model('OWN', 2026);
INSERT INTO phm.hcc_coefficient (coefficient_set, segment, variable, coefficient) VALUES ('OWN', 'CNA', 'HCC38', 0.0000001);
-- a small model of its own, and what its rows may get wrong
INSERT INTO phm.hcc_release (model, payment_year, dx_set, rule_set, coefficient_set, status) VALUES ('MINI', 2030, 'MINI', 'MINI', 'MINI', 'own');
INSERT INTO phm.hcc_adjustment (model, payment_year, normalization, status) VALUES ('MINI', 2030, 2, 'own');
INSERT INTO phm.hcc_mapping (dx_set, cc, age_min, codes) VALUES ('MINI', 1, NULL, 'A01:,1,2 B02'), ('MINI', 2, 50, 'B02 C03.1');
INSERT INTO phm.hcc_segment (rule_set, seq, segment, condition) VALUES ('MINI', 1, 'ALL', 'age=18-');
INSERT INTO phm.hcc_variable (rule_set, variable, op, args) VALUES ('MINI', 'ADULT', 'cell', 'age=18-'), ('MINI', 'BOTH', 'all', 'HCC1 TWO !aged'),
	('MINI', 'TWO', 'any', 'HCC2'), ('MINI', 'N2', 'count', '2-3');
INSERT INTO phm.hcc_coefficient (coefficient_set, segment, variable, coefficient) VALUES ('MINI', 'ALL', 'ADULT', 1), ('MINI', 'ALL', 'HCC1', -0.5),
	('MINI', 'ALL', 'HCC2', 0.25), ('MINI', 'ALL', 'BOTH', 0.125), ('MINI', 'ALL', 'N2', 0.0625);
SELECT age, d, r.raw, r.payment, r.hccs, r.interactions FROM (VALUES (17, '{A01}'::text[]), (18, '{A01}'), (49, '{B02}'), (50, '{B02}'), (70, '{b0.2,C031}'), (70, '{A011,A012,A013}')) AS v(age, d),
	phm.hcc(phm.hcc_model('MINI', 2030), phm.hcc_person(age, 'M'), d) AS r ORDER BY age, d;
-- a forged state (hash of V28, slice of the small model) reads nothing beyond its slice
WITH a AS (SELECT v28, phm.hcc_person(50, 'M') AS p FROM m),
	s AS (SELECT v28, p, phm.hcc_state_add(NULL, v28, p, NULL)::text AS big,
		phm.hcc_state_add(NULL, phm.hcc_model('MINI', 2030), p, NULL)::text AS small FROM a),
	forged AS (SELECT v28, p, overlay(small PLACING substr(big, 11, 16) FROM 11 FOR 16)::phm.hcc_state AS f FROM s)
SELECT r.hccs_before, r.raw
  FROM forged, LATERAL phm.hcc(phm.hcc_state_add(phm.hcc_state_add(f, v28, p, 'E119'), v28, p, 'B20')) AS r;
UPDATE phm.hcc_variable SET args = 'BOTH' WHERE rule_set = 'MINI' AND variable = 'TWO';
SELECT phm.hcc_model('MINI', 2030);
UPDATE phm.hcc_variable SET args = 'HCC2' WHERE rule_set = 'MINI' AND variable = 'TWO';
UPDATE phm.hcc_variable SET args = 'HCC1 TWO old' WHERE rule_set = 'MINI' AND variable = 'BOTH';
SELECT phm.hcc_model('MINI', 2030);
UPDATE phm.hcc_variable SET args = 'HCC1 TWO HCC3' WHERE rule_set = 'MINI' AND variable = 'BOTH';
SELECT phm.hcc_model('MINI', 2030);
UPDATE phm.hcc_variable SET args = 'HCC1' WHERE rule_set = 'MINI' AND variable = 'BOTH';
UPDATE phm.hcc_segment SET condition = 'age=1x' WHERE rule_set = 'MINI';
SELECT phm.hcc_model('MINI', 2030);
UPDATE phm.hcc_segment SET condition = NULL WHERE rule_set = 'MINI';
INSERT INTO phm.hcc_mapping (dx_set, cc, codes) VALUES ('MINI', 1, 'A01:1 Ä1');
SELECT phm.hcc_model('MINI', 2030);
-- the call site sees the rows of its own snapshot
DELETE FROM phm.hcc_mapping WHERE dx_set = 'MINI' AND codes = 'A01:1 Ä1';
DO $$
DECLARE score numeric; scores numeric[];
BEGIN
	FOR i IN 1 .. 3 LOOP
		score := phm.hcc_raw(phm.hcc_model('MINI', 2030), phm.hcc_person(30, 'F'), '{A01}'::text[]);
		scores := scores || score;
		UPDATE phm.hcc_coefficient SET coefficient = coefficient * 2 WHERE coefficient_set = 'MINI';
	END LOOP;
	RAISE WARNING '%', scores;
END $$;
SELECT has_table_privilege('public', 'phm.hcc_coefficient', 'SELECT') AS everybody_reads,
	has_table_privilege('public', 'phm.hcc_coefficient', 'INSERT') AS everybody_writes;
-- the session keeps a model only as long as its rows are what they were, rolled back changes included
PREPARE mini AS SELECT phm.hcc_raw(phm.hcc_model('MINI', 2030), phm.hcc_person(30, 'F'), '{A01}'::text[]) AS score;
EXECUTE mini;
BEGIN;
UPDATE phm.hcc_coefficient SET coefficient = coefficient * 2 WHERE coefficient_set = 'MINI';
EXECUTE mini;
ROLLBACK;
EXECUTE mini;
BEGIN;
SAVEPOINT a;
UPDATE phm.hcc_coefficient SET coefficient = coefficient * 3 WHERE coefficient_set = 'MINI';
EXECUTE mini;
ROLLBACK TO a;
UPDATE phm.hcc_coefficient SET coefficient = coefficient * 10 WHERE coefficient_set = 'MINI';
EXECUTE mini;
ROLLBACK;
EXECUTE mini;
