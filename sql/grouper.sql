-- phm.grouper: codes sorted into categories.
SET client_min_messages = warning;

-- every grouper compiles, and has as many codes and categories as were published
SELECT r.grouper, r.status, c.code_system, count(*) AS rows, count(DISTINCT c.code) AS codes, count(DISTINCT c.category) AS categories
  FROM phm.grouper_release AS r, phm.grouper_codes(phm.grouper(r.grouper)) AS c
 WHERE r.built_in GROUP BY r.grouper, r.status, c.code_system ORDER BY r.grouper COLLATE "C", c.code_system COLLATE "C";

-- codes with dots, blanks, hyphens, in small letters; unknown codes; several categories
CREATE TABLE g AS SELECT phm.grouper('CCSR') AS ccsr, phm.grouper('HWR') AS hwr, phm.grouper('CHARLSON_QUAN2005') AS charlson,
	phm.grouper('HFRS') AS hfrs, phm.grouper('CCW') AS ccw;
SELECT code, phm.group_of(ccsr, code) FROM g,
	unnest(ARRAY['A000', 'a00.0', ' A00.0  ', 'A-000', 'A00', 'I110', 'I11.0', '25000', '', '*', 'A000000000000000000000000', 'ä']) AS code;
SELECT r.* FROM g, phm.groups(ccsr, ARRAY['i11.0', 'A000', NULL, 'E119', 'nonsense', 'I110', '']) AS r;
SELECT r.* FROM g, phm.groups(ccsr, NULL) AS r;
SELECT count(*) FROM g, phm.groups(ccsr, '{}');
SELECT phm.ungrouped(ccsr, ARRAY['E119', '25000', NULL, 'Z99999', 'a00.0']) FROM g;
SELECT phm.grouper_label(ccsr, 'CIR019'), phm.grouper_label(ccsr, 'NONE') IS NULL AS unknown FROM g;

-- prefixes
SELECT code, phm.group_of(charlson, code) AS charlson, phm.group_of(hfrs, code) AS frailty
  FROM g, unnest(ARRAY['I21', 'I219', 'I214XYZ', 'I2', 'G81', 'G8194', 'F00', 'I69.354', 'C7951']) AS code;
-- code systems
SELECT system, code, phm.group_of(hwr, code, system)
  FROM g, (VALUES ('CCS_PROCEDURE', '64'), ('CCS_PROCEDURE', '105'), ('CCS', '45'), ('ICD10CM', 'A150'), ('ICD10PCS', '0016070'),
	('CCS', '9999')) AS v(system, code);
SELECT phm.group_of(ccw, '99406', 'HCPCS'), phm.group_of(ccw, '00054-0177-13', 'NDC'), phm.group_of(ccw, '969', 'MSDRG') FROM g;
SELECT phm.group_of(ccw, '1', 'LOINC') FROM g;
SELECT phm.grouper('NONE');
SELECT phm.grouper(NULL) IS NULL AS null_name;

-- over rows: sorted, each once; grouped, in pieces, windows, parallel
SELECT n % 3 AS k, phm.groups_agg(ccsr, code) FROM g, unnest(ARRAY['I110', 'E119', NULL, 'i11.0', 'x', 'A000']) WITH ORDINALITY AS u(code, n) GROUP BY k ORDER BY k;
SELECT phm.groups_agg(ccw, code, system) FROM g, (VALUES ('99406', 'HCPCS'), ('E119', 'ICD10CM'), ('E119', NULL)) AS v(code, system);
SELECT phm.groups_agg(ccw, '1', 'LOINC') FROM g;
SELECT phm.groups_agg(phm.grouper('CCS_PROCEDURE'), 'I10');
SELECT phm.groups_agg(ccsr, 'I10') FROM g WHERE false;
SELECT code, phm.groups_agg(ccsr, code) OVER (ORDER BY code COLLATE "C") FROM g, unnest(ARRAY['I110', 'E119', 'A000']) AS code;
SELECT phm.groups_merge('{a,c}', '{b,c}'), phm.groups_merge(NULL, '{b}'), phm.groups_merge('{a}', NULL), phm.groups_merge(NULL, NULL) IS NULL AS none;
SELECT phm.groups_merge('{a,NULL}', '{b}');
CREATE TABLE code AS SELECT i % 100 AS p, chr(65 + i % 26) || lpad((i * 7 % 100)::text, 2, '0') || i % 10 AS code FROM generate_series(1, 5000) AS i;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE grouper_parallel AS SELECT p, phm.groups_agg(phm.grouper('CCSR'), code) AS c FROM code GROUP BY p;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*) AS groups, sum(cardinality(c)) AS categories, count(*) FILTER (WHERE c <> ARRAY(SELECT category FROM phm.groups(phm.grouper('CCSR'),
	ARRAY(SELECT code FROM code WHERE code.p = r.p)) WHERE category IS NOT NULL ORDER BY category COLLATE "C")) AS different FROM grouper_parallel AS r;
DROP TABLE code, grouper_parallel;

-- a grouper of one's own: classes, endings, prefixes of prefixes, long codes
INSERT INTO phm.grouper_release (grouper, title) VALUES ('OWN', 'Own groups');
SELECT phm.grouper('OWN');
INSERT INTO phm.grouper_category (grouper, category) VALUES ('OWN', 'a'), ('OWN', 'b'), ('OWN', 'c');
INSERT INTO phm.grouper_code (grouper, code_system, category, codes) VALUES ('OWN', 'ICD10CM', 'a', 'E1* e11.9 I[0-2B]0(1,[34]5*,)'),
	('OWN', 'ICD10CM', 'b', 'E11*'), ('OWN', 'ICD10CM', 'c', 'E119 E117'), ('OWN', 'SNOMED', 'c', '73211009 999000000000001234 012345678901234567'), ('OWN', 'EMPTY', 'c', '');
SELECT * FROM phm.grouper_codes(phm.grouper('OWN', true)) ORDER BY code_system COLLATE "C", code COLLATE "C", category;
SELECT code, phm.group_of(phm.grouper('OWN', true), code) FROM unnest(ARRAY['E1', 'E10', 'E11', 'E119', 'E1191', 'E117', 'E', 'I00', 'IB01', 'I304', 'I2035', 'I2045Z']) AS code;
SELECT code, phm.group_of(phm.grouper('OWN', true), code, 'SNOMED')
  FROM unnest(ARRAY['73211009', '999000000000001234', '12345678901234567', '012345678901234567', '9990000000000012340']) AS code;
SELECT phm.group_of(phm.grouper('OWN', true), 'E1', 'EMPTY');
-- a session sees changed rows
UPDATE phm.grouper_code SET codes = 'E11' WHERE grouper = 'OWN' AND category = 'b';
SELECT phm.group_of(phm.grouper('OWN', true), 'E119');
-- rows that cannot be compiled
UPDATE phm.grouper_release SET status = 'own' WHERE grouper = 'OWN';
SELECT phm.group_of(phm.grouper('OWN'), 'E119');
CREATE FUNCTION try(wrong text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE why text;
BEGIN
	UPDATE phm.grouper_code SET codes = wrong WHERE grouper = 'OWN' AND category = 'b';
	PERFORM phm.grouper('OWN');
	RETURN 'compiled';
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
	RETURN why;
END $$;
SELECT wrong, try(wrong) FROM unnest(ARRAY['A[', 'A[]', 'A[3-1]', 'A(1', 'A(1,2)3', 'A*1', 'A)', 'A,B', '*', 'ABCDEFGHIJKLM', 'ABCDEFGHIJKL*',
	'1234567890123456789', 'Ä', '[A-Z][A-Z][A-Z][A-Z][A-Z]', repeat('(', 70), ' A1  B2 ', '']) AS wrong;
UPDATE phm.grouper_code SET category = 'z' WHERE grouper = 'OWN' AND category = 'c' AND code_system = 'ICD10CM';
SELECT phm.grouper('OWN');
DELETE FROM phm.grouper_code WHERE grouper = 'OWN';
DELETE FROM phm.grouper_category WHERE grouper = 'OWN';
DELETE FROM phm.grouper_release WHERE grouper = 'OWN';

-- the value travels: text and binary forms read back, damaged ones are refused
SELECT bool_and(phm.grouper_model_send(v::text::phm.grouper_model) = phm.grouper_model_send(v)) FROM g, unnest(ARRAY[ccsr, hwr, charlson]) AS v;
SELECT phm.group_of(v::text::phm.grouper_model, 'I21') FROM (SELECT phm.grouper('CHARLSON_QUAN2005') AS v) AS x;
SELECT 'x'::phm.grouper_model;
SELECT '\x0100'::phm.grouper_model;
-- any one byte changed
DO $$
DECLARE
	good text := phm.grouper('HFRS');
	bad text;
BEGIN
	FOR i IN 0 .. (length(good) - 3) / 2 LOOP
		bad := overlay(good PLACING CASE substr(good, 3 + 2 * i, 2) WHEN '00' THEN '01' ELSE '00' END FROM 3 + 2 * i FOR 2);
		BEGIN
			PERFORM bad::phm.grouper_model;
			RAISE WARNING 'byte % may be changed', i;
		EXCEPTION WHEN invalid_text_representation THEN
		END;
	END LOOP;
END $$;
DROP FUNCTION try;
DROP TABLE g;
