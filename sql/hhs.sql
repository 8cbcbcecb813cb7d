-- phm.hhs: risk scores of the HHS-HCC models.
SET client_min_messages = warning;

-- which models there are, and that each of them compiles
SELECT model, benefit_year, status FROM phm.hhs_release ORDER BY model, benefit_year;
SELECT r.model, r.benefit_year, string_agg(value, ' ' ORDER BY property)
  FROM phm.hhs_release AS r, phm.explain_hhs_model(phm.hhs_model(r.model, r.benefit_year))
 WHERE property ~ '^(codes|categories|variables)' GROUP BY r.model, r.benefit_year ORDER BY r.model, r.benefit_year;
SELECT property, value FROM phm.explain_hhs_model(phm.hhs_model('V08', 2026)) WHERE property <> 'hash';
-- every code of the tables is in the model
SELECT y, count(DISTINCT (kind, code)) FROM generate_series(2023, 2026) AS y
  JOIN phm.hhs_code ON coalesce(year_from <= y, true) AND coalesce(year_to >= y, true) GROUP BY y ORDER BY y;
SELECT phm.hhs_model('V99', 2026);
SELECT phm.hhs_model('V08', 2024);
SELECT phm.hhs_model(NULL, 2026) IS NULL AS null_model;

-- a score and how it comes about; codes with dots and hyphens, in small letters, repeated, null and unknown
CREATE TEMP TABLE m AS SELECT phm.hhs_model('V07', 2023) AS v07, phm.hhs_model('V07', 2024) AS v07_2024,
	phm.hhs_model('V08', 2025) AS v08_2025, phm.hhs_model('V08', 2026) AS v08;
\x
SELECT r.* FROM m, phm.hhs(v08, phm.hhs_person(44, 'F', 'silver', csr => 3, enrollment_days => 150),
	ARRAY['E10.65', 'e1065', ' E11.22 ', 'I50.33', NULL, 'A41.9', '250.00', '', '{}', 'TOOLONGCODE1'],
	ARRAY['0002-8215-01', '00002821501', '0002821501'], ARRAY['J1817', 'XXXXX']) AS r;
\x
SELECT e.* FROM m, phm.explain_hhs(v08, phm.hhs_person(44, 'F', 'silver', csr => 3, enrollment_days => 150),
	ARRAY['E10.65', 'e1065', ' E11.22 ', 'I50.33', NULL, 'A41.9', 'N18.6', 'N18.5'], ARRAY['0002-8215-01']) AS e;
SELECT phm.hhs_raw(v08, p, d), phm.hhs_score(v08, p, d), (phm.hhs(v08, p, d)).raw, (phm.hhs(v08, p, d)).score
  FROM m, phm.hhs_person(44, 'F', 'silver', csr => 3) AS p, (VALUES (ARRAY['E1065', 'I5033'])) AS v(d);

-- the sum of the terms is raw; raw times the factor is score, for everybody
SELECT count(*), count(*) FILTER (WHERE r.raw <> (SELECT sum(coefficient) FROM unnest(r.terms)) OR r.score <> round(r.raw * r.csr_factor, 3)) AS different,
	count(*) FILTER (WHERE r.terms = '{}') AS without_terms
  FROM m, generate_series(0, 64) AS age, unnest(ARRAY['M', 'F']) AS sex, unnest(ARRAY['P', 'G', 'S', 'B', 'C']) AS metal,
	generate_series(0, 3) AS csr, phm.hhs(v08, phm.hhs_person(age, sex, metal, csr), '{E1065,I5033,P0721}'::text[]) AS r;

-- infants: maturity by the newborn category, severity by the highest; without one, as of age 1
SELECT age, dx, r.interactions, r.raw, r.terms[1]
  FROM m, (VALUES (0, '{Z3800}'), (0, '{P0721}'), (0, '{P0721,Z3800,I5033}'), (0, '{}'), (0, '{I5033}'), (1, '{}'),
	(1, '{P0721}'), (1, '{D5700}'), (0, '{Z3831,P0717}')) AS v(age, dx),
	phm.hhs(v08, phm.hhs_person(age, 'M', 'silver'), dx::text[]) AS r ORDER BY age, dx;
SELECT (phm.hhs(v08, phm.hhs_person(0, 'F', 'silver'), '{Z3800}'::text[])).terms FROM m;
-- HCC 70 and 71 are one severity level higher from 2025 on
SELECT dx, (phm.hhs(v07_2024, p, ARRAY[dx])).interactions, (phm.hhs(v08, p, ARRAY[dx])).interactions
  FROM m, unnest(ARRAY['D5700', 'D57219']) AS dx, phm.hhs_person(1, 'F', 'gold') AS p ORDER BY dx;

-- groups count once, in the place of their members; G24 is there from 2024 on, G07A until then
SELECT year, r.categories, r.groups, r.payment_hccs
  FROM m, LATERAL (VALUES (2023, v07), (2024, v07_2024), (2025, v08_2025), (2026, v08)) AS y(year, model),
	phm.hhs(model, phm.hhs_person(40, 'M', 'gold'), '{Z9483,Z940,D5700,I480,E1165,E1010}'::text[]) AS r ORDER BY year;

-- severe illness and transplants by the number of payment HCCs; type 1 diabetes is not counted for adults
SELECT age, n, r.payment_hccs, r.interactions
  FROM m, unnest(ARRAY[10, 40]) AS age, generate_series(1, 11) AS n,
	phm.hhs(v08, phm.hhs_person(age, 'M', 'gold'),
		(ARRAY['Z941', 'A419', 'I469', 'E1010', 'C3490', 'K7200', 'F200', 'J8410', 'M0500', 'E840', 'S78111A', 'B20'])[1:n]) AS r ORDER BY age, n;

-- enrollment duration: from 1 to 6 months, with a payment HCC, adults only
SELECT days, phm.hhs_months(days), r.interactions
  FROM m, unnest(ARRAY[1, 31, 32, 62, 63, 92, 93, 123, 124, 153, 154, 184, 185, 366]) AS days,
	phm.hhs(v08, phm.hhs_person(40, 'M', 'gold', enrollment_days => days), '{F200}'::text[]) AS r ORDER BY days;
SELECT (phm.hhs(v08, phm.hhs_person(40, 'M', 'gold', months => 2), NULL)).interactions AS no_hcc,
	(phm.hhs(v08, phm.hhs_person(12, 'M', 'gold', months => 2), '{F200}'::text[])).interactions AS child FROM m;
SELECT phm.hhs_person(date '1985-06-30', date '2026-01-15', date '2026-06-29', 'F', 'bronze', 2),
	phm.hhs_person(date '1985-06-30', date '2026-01-15', date '2026-06-30', 'F', 'bronze'), phm.hhs_person(3, 'M', 'S');

-- drugs: adults only, insulin before other antidiabetics, interactions with HCCs, the PrEP factor below HIV drugs or HIV
SELECT n, r.rxcs, r.interactions, r.unmapped
  FROM m, (VALUES (1, 40, '{}', '00002821501,00003422216'), (2, 40, '{E1165}', '00002821501,00003422216'), (3, 20, '{E1165}', '00002821501,00003422216'),
	(4, 40, '{}', '61958200201'), (5, 40, '{B20}', '61958200201'), (6, 40, '{}', '61958200201,65862004760'),
	(7, 12, '{}', '61958200201'), (8, 11, '{}', '61958200201'), (9, 15, '{B20}', '61958200201'), (10, 21, '{}', 'J0739'),
	(11, 40, '{}', '00117A52902'), (12, 40, '{}', '00117b52902'), (13, 40, '{}', '00117-A529-02')) AS v(n, age, dx, ndc),
	phm.hhs(v08, phm.hhs_person(age, 'F', 'gold'), dx::text[], string_to_array(ndc, ',')) AS r ORDER BY n;
-- drug codes: hyphens say where the zero is missing, ten digits do not
SELECT ndc, r.rxcs FROM m, unnest(ARRAY['00002-8215-01', '0002-8215-01', '00002-215-01', '00002-8215-1', '0002821501', '2-8215-01', '00002--01', '00002-8215-01-1', '000028215011']) AS ndc,
	phm.hhs(v08, phm.hhs_person(40, 'M', 'gold'), NULL, ARRAY[ndc]) AS r ORDER BY ndc COLLATE "C";

-- age and sex edits
SELECT age, (phm.hhs(v08, phm.hhs_person(age, 'F', 'gold'), '{C50911}'::text[])).categories AS breast,
	(phm.hhs(v08, phm.hhs_person(age, 'F', 'gold'), '{J440}'::text[])).categories AS lung,
	(phm.hhs(v08, phm.hhs_person(age, 'F', 'gold'), '{F3481}'::text[])).categories AS mood,
	(phm.hhs(v08, phm.hhs_person(age, 'F', 'gold'), '{K55011}'::text[])).categories AS bowel
  FROM m, unnest(ARRAY[1, 2, 5, 6, 17, 18, 19, 49, 50]) AS age ORDER BY age;
SELECT sex, (phm.hhs(v08, phm.hhs_person(40, sex, 'gold'), '{D66}'::text[])).categories FROM m, unnest(ARRAY['f', '1', ' Male ']) AS sex ORDER BY sex COLLATE "C";
-- those of the Medicare Code Editor, on request
SELECT mce, dx, age, sex, (phm.hhs(phm.hhs_model('V08', 2026, mce_edits => mce), phm.hhs_person(age, sex, 'gold'), ARRAY[dx])).categories
  FROM unnest(ARRAY[false, true]) AS mce, (VALUES ('C600', 40, 'M'), ('C600', 40, 'F'), ('I25110', 14, 'F'), ('I25110', 15, 'F')) AS v(dx, age, sex) ORDER BY mce, dx, age, sex;

-- metal levels and cost sharing
SELECT v.metal, csr, r.metal, r.raw, r.csr_factor, r.score
  FROM m, (VALUES ('platinum', 1), ('GOLD', 2), (' s', 3), ('Bronze', 4), ('c', 0), ('bronze', 5), ('silver', 11), ('silver', NULL)) AS v(metal, csr),
	phm.hhs(v08, phm.hhs_person(40, 'M', v.metal, csr), '{F200}'::text[]) AS r ORDER BY v.metal COLLATE "C", csr;
SELECT (phm.hhs(v07, phm.hhs_person(40, 'M', 'bronze', 4), '{}'::text[])).csr_factor FROM m;

-- what is not known, and what cannot be
SELECT phm.hhs(v08, phm.hhs_person(NULL::int, 'F', 'gold'), '{}'::text[]) IS NULL AS no_age, phm.hhs(v08, phm.hhs_person(40, NULL, 'gold'), '{}'::text[]) IS NULL AS no_sex,
	phm.hhs(v08, phm.hhs_person(40, 'U', 'gold'), '{}'::text[]) IS NULL AS sex_u, phm.hhs(v08, phm.hhs_person(40, 'F', NULL), '{}'::text[]) IS NULL AS no_metal,
	phm.hhs(v08, NULL, '{}'::text[]) IS NULL AS no_person, phm.hhs(NULL, phm.hhs_person(40, 'F', 'gold'), '{}'::text[]) IS NULL AS no_model,
	phm.hhs_raw(v08, phm.hhs_person(40, 'F', 'gold'), NULL) AS no_codes FROM m;
SELECT phm.hhs(v08, phm.hhs_person(-1, 'F', 'gold'), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(121, 'F', 'gold'), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'X', 'gold'), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'tin'), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'goldish'), NULL) FROM m;
SELECT phm.hhs(v07, phm.hhs_person(40, 'F', 'gold', csr => 5), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'gold', csr => -1), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'gold', csr => 16), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'gold', months => 13), NULL) FROM m;
SELECT phm.hhs(v08, phm.hhs_person(40, 'F', 'gold', months => 0), NULL) FROM m;
SELECT phm.hhs_months(0);
SELECT phm.hhs_person(40, 'F', 'gold', enrollment_days => 367);
SELECT phm.hhs_person(date '1985-06-30', date '2026-06-30', date '2026-01-15', 'F', 'bronze');

-- over rows: plain, merged, in parallel, over a window, with a person without codes
CREATE TEMP TABLE code (id int, age int, kind text, code text);
INSERT INTO code VALUES (1, 44, 'dx', 'E10.65'), (1, 44, 'DX', 'I50.33'), (1, 44, 'ndc', '0002-8215-01'), (1, 44, 'hcpcs', 'J1817'),
	(2, 30, NULL, NULL), (3, 0, 'dx', 'P0721'), (3, 0, 'dx', 'nothing'), (4, NULL, 'dx', 'A419');
SELECT id, (r).raw, (r).score, (r).rxcs, (r).codes, (r).unmapped
  FROM (SELECT id, phm.hhs(min(v08::text)::phm.hhs_model, phm.hhs_state_agg(v08, phm.hhs_person(age, 'F', 'silver', 2), kind, code)) AS r
          FROM code, m GROUP BY id) AS x ORDER BY id;
WITH part AS MATERIALIZED (
SELECT id, phm.hhs_state_agg(v08, phm.hhs_person(age, 'F', 'silver', 2), kind, code) AS s FROM code, m GROUP BY id, kind),
merged AS (SELECT id, phm.hhs_merge(s) AS s FROM part GROUP BY id)
SELECT id, (phm.hhs(v08, s)).score, (phm.hhs(v08, s::text::phm.hhs_state)) IS NOT DISTINCT FROM phm.hhs(v08, s) AS same_from_text FROM merged, m ORDER BY id;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE hhs_many AS SELECT i % 7 AS id, (i % 7) * 9 AS age, d.code FROM generate_series(1, 3000) AS i,
	LATERAL (SELECT (ARRAY['E1065', 'I5033', 'F200', 'A419', 'Z941', 'P0721', 'x'])[1 + i % 5] AS code) AS d;
ANALYZE hhs_many;
SELECT id, (phm.hhs(phm.hhs_model('V08', 2026), phm.hhs_state_agg(phm.hhs_model('V08', 2026), phm.hhs_person(age, 'M', 'gold'), 'dx', code))).raw,
	phm.hhs_raw(phm.hhs_model('V08', 2026), phm.hhs_person(min(age), 'M', 'gold'), array_agg(DISTINCT code)) FROM hhs_many GROUP BY id ORDER BY id;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT id, (phm.hhs(v08, phm.hhs_state_agg(v08, phm.hhs_person(44, 'F', 'silver'), kind, code) OVER (ORDER BY kind, code))).codes FROM code, m WHERE id = 1 ORDER BY 2;
SELECT phm.hhs((SELECT v08 FROM m), phm.hhs_state_agg(v08, phm.hhs_person(age, 'F', 'gold'), kind, code) FILTER (WHERE false)) IS NULL AS none FROM code, m;
SELECT phm.hhs_state_agg(v08, phm.hhs_person(age, 'F', 'gold'), kind, code) FROM code, m WHERE id < 3;
SELECT phm.hhs_state_agg(v08, phm.hhs_person(44, 'F', 'gold'), 'icd', code) FROM code, m WHERE id = 1;
SELECT phm.hhs_state_agg(v08, phm.hhs_person(44, 'F', 'gold'), NULL, code) FROM code, m WHERE id = 1;
SELECT phm.hhs_state_agg(v08, phm.hhs_person(44, 'F', 'gold'), 'dx', '{E119,I10}') FROM m;
SELECT phm.hhs(v07, phm.hhs_state_add(NULL, v08, phm.hhs_person(44, 'F', 'gold'), 'dx', 'I10')) FROM m;
SELECT phm.hhs_state_merge(phm.hhs_state_add(NULL, v08, phm.hhs_person(44, 'F', 'gold'), 'dx', 'I10'), phm.hhs_state_add(NULL, v08, phm.hhs_person(44, 'M', 'gold'), 'dx', 'I10')) FROM m;

-- values as text and bytes: what is read back is the same, what is not ours is refused
SELECT v08::text::phm.hhs_model::text = v08::text AS same_text, phm.hhs_raw(v08::text::phm.hhs_model, phm.hhs_person(40, 'F', 'gold'), '{F200}') FROM m;
SELECT '\x00'::phm.hhs_model;
SELECT 'V08'::phm.hhs_model;
SELECT overlay(v08::text placing 'ff' from 3 for 2)::phm.hhs_model FROM m;
SELECT overlay(v08::text placing '7' from 40001 for 1)::phm.hhs_model IS NULL FROM m;
SELECT '\x01'::phm.hhs_state;
SELECT (repeat('00', 12) || 'x')::phm.hhs_state;
-- binary: sent bytes are those of the value, and COPY reads them back
CREATE FUNCTION pg_temp.receive(bytes bytea, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	stream bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	file oid := lo_from_bytea(0, stream);
	path text := current_setting('data_directory') || '/hhs_receive.bin';
	result text;
BEGIN
	PERFORM lo_export(file, path);
	PERFORM lo_unlink(file);
	EXECUTE format('CREATE TEMP TABLE received (v %s) ON COMMIT DROP', type);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', path);
	SELECT v::text INTO result FROM received;
	DROP TABLE received;
	RETURN result;
EXCEPTION WHEN invalid_binary_representation THEN
	RETURN sqlerrm;
END
$$;
SELECT phm.hhs_model_send(v08)::text = v08::text AS sent, pg_temp.receive(phm.hhs_model_send(v08), 'phm.hhs_model') = v08::text AS received FROM (SELECT v08 FROM m OFFSET 0) AS m;
SELECT pg_temp.receive(phm.hhs_state_send(s), 'phm.hhs_state') = s::text AS received FROM m, phm.hhs_state_add(NULL, v08, phm.hhs_person(44, 'F', 'gold'), 'dx', 'I5033') AS s;
SELECT pg_temp.receive('\x01', 'phm.hhs_state'), pg_temp.receive('\x01', 'phm.hhs_model');

-- a model of one's own on the built-in rules, and rows that do not fit
BEGIN;
INSERT INTO phm.hhs_release VALUES ('MINE', 2026, 'HHS', 'MINE', 'own', 'half of gold');
INSERT INTO phm.hhs_coefficient SELECT 'MINE', age_group, variable, platinum, round(gold / 2, 6), silver, bronze, catastrophic FROM phm.hhs_coefficient WHERE coefficient_set = 'V08_2026';
SELECT phm.hhs_raw(v08, p, '{F200}'), phm.hhs_raw(phm.hhs_model('MINE', 2026), p, '{F200}') FROM m, phm.hhs_person(40, 'F', 'gold') AS p;
SAVEPOINT s;
INSERT INTO phm.hhs_coefficient VALUES ('MINE', 'adult', 'HHS_HCC999', 1, 1, 1, 1, 1);
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_variable VALUES ('HHS', 'adult', 'MY_COUNT', 'count', 'SEVEREST count=3-');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_variable VALUES ('HHS', 'adult', 'MY_AGE', 'cell', 'male age=x');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_group VALUES ('HHS', 'adult', 'G99', '{HHS_HCC001}');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_group VALUES ('HHS', 'adult', 'G01', '{HHS_HCC026}');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_hierarchy VALUES ('HHS', 'HHS_HCC001', '{HHS_HCC001}');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
INSERT INTO phm.hhs_mapping (rule_set, category, kind, codes) VALUES ('HHS', 'RXC_01', 'ndc', '00002821501 123456');
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
UPDATE phm.hhs_release SET status = 'unverified' WHERE model = 'MINE';
SELECT phm.hhs_model('MINE', 2026);
ROLLBACK TO s;
SELECT length(phm.hhs_model('MINE', 2026, unverified => true)::text) > 1000 AS accepted;
ROLLBACK;
DROP TABLE hhs_many;
