-- phm.comorbidity: Charlson, Elixhauser, Elixhauser Refined, frailty.
SET client_min_messages = warning;
SELECT index, grouper, secondary_only, status FROM phm.comorbidity_release ORDER BY index;

-- Charlson: conditions, weights, age, the milder condition dropped; codes with dots, in small letters, repeated, null, unknown
\x
SELECT * FROM phm.charlson(ARRAY['E11.9', 'e11.22', 'I21.4', 'C78.7', 'c50.911', 'K70.30', 'E1122', NULL, ' e112 2', '25000', 'Z00.00', 'not a code!', ''], 72);
\x
SELECT age, (phm.charlson('{}', age)).age_points FROM unnest(ARRAY[NULL, 0, 49, 50, 59, 60, 69, 70, 79, 80, 120]) AS age;
SELECT phm.charlson(NULL::text[]), phm.charlson('{}'::text[], 80);
SELECT (phm.charlson('{B20}')).*;
SELECT phm.charlson('{B20}', 121);
SELECT phm.charlson('{B20}', -1);
SELECT phm.charlson(NULL::phm.comorbidity_model, '{B20}'::text[]) IS NULL AS null_index;
-- the same codes with both generations of weights: AIDS 6 and 4
SELECT * FROM phm.explain_comorbidity(phm.comorbidity_index('charlson'), '{B20,I219,K7290,K703,Z000}', 66);
-- ICD-9-CM
SELECT conditions, original FROM phm.charlson(phm.comorbidity_index('charlson', 'ICD9CM'), '{410.01,25040,25000,042}');
SELECT phm.comorbidity_index('hfrs', 'ICD9CM');

-- Elixhauser
SELECT conditions, count, vanwalraven, swiss FROM phm.elixhauser('{I10,I110,E119,E1122,C787,C50911,F329,D500,D509}');
SELECT condition, weights, codes FROM phm.elixhauser('{I110,C787,C50911}'), unnest(terms);

-- Elixhauser Refined: the principal diagnosis does not count, some measures must be present on admission
SELECT poa, conditions, readmission, mortality, undetermined FROM unnest(ARRAY['Y', 'y', 'W', 'N', 'U', '1', 'E', ' ', NULL]) AS poa,
	phm.ahrq_cmr('I214', ARRAY['I509'], ARRAY[poa]);
SELECT conditions, undetermined FROM phm.ahrq_cmr('I509', '{I509,E119}');
SELECT conditions, undetermined FROM phm.ahrq_cmr('I509', '{E119}', '{N}');
SELECT conditions FROM phm.ahrq_cmr(NULL, NULL);
SELECT phm.ahrq_cmr('I509', '{E119,I10}', '{Y}');
-- exclusions: severe over mild
SELECT conditions FROM phm.ahrq_cmr('A419', '{E1122,E119,I110,I10,C787,C50911,D0500,K7290,K7581,N186,N1831}', '{Y,Y,Y,Y,Y,Y,Y,Y,Y,Y,Y}');
-- cerebrovascular disease: present on admission, or a sequela unless a stroke arose in the stay; an exempt sequela needs no letter
SELECT name, conditions FROM (VALUES ('stroke', '{I639}'::text[], '{Y}'::text[]), ('stroke in the stay', '{I639}', '{N}'),
	('sequela', '{I6930}', '{1}'), ('sequela, exempt without letter', '{I6930}', '{N}'), ('sequela and stroke in the stay', '{I6930,I639}', '{1,N}'),
	('sequela and stroke not reported', '{I6930,I639}', '{1,1}'), ('sequela and both strokes', '{I6930,I639,I619}', '{1,N,Y}')) AS v(name, dx, poa),
	phm.ahrq_cmr('A419', dx, poa);
-- whose exempt list: a code that became exempt later
SELECT year, conditions FROM unnest(ARRAY[2016, 2021, 2022, 2026, 0, 2099]) AS year,
	phm.ahrq_cmr(phm.comorbidity_index('ahrq_cmr', fiscal_year => year), NULL, ARRAY[(
		SELECT e.code FROM phm.grouper_codes(phm.grouper('POA_EXEMPT')) AS e
		  JOIN phm.grouper_codes(phm.grouper('AHRQ_CMR')) AS c ON c.code = e.code
		  JOIN phm.comorbidity_rule AS r ON r.index = 'ahrq_cmr' AND r.effect = 'poa' AND r.condition = c.category
		 WHERE e.category NOT LIKE 'v33-%' ORDER BY e.code COLLATE "C" LIMIT 1)], '{N}');

-- frailty
SELECT conditions, count, score, phm.hfrs_risk(score) FROM phm.hfrs('{G819,G8190,F00,F001,i69.354,Z99,I2}');
SELECT score, phm.hfrs_risk(score) FROM unnest(ARRAY[0, 4.9, 5, 15, 15.1]) AS score;
SELECT condition, weights, codes FROM phm.hfrs('{G819,G8190,F001}'), unnest(terms);

-- aggregates: in pieces, merged, over windows, in parallel
CREATE TABLE dx AS
SELECT p, 60 + p % 30 AS age, d, (ARRAY['Y', 'N', 'U', 'W', '1', NULL])[1 + (p * 7 + n) % 6] AS poa, n = 1 AS principal
  FROM generate_series(1, 200) AS p, unnest(ARRAY['I509', 'E1122', 'I639', 'I6930', 'K7290', 'C787', 'D509', 'G8191', 'F0390', 'x', 'I10', 'N186'])
	WITH ORDINALITY AS u(d, n) WHERE (p * n) % 3 <> 1;
CREATE TABLE i AS SELECT phm.comorbidity_index('charlson') AS charlson, phm.comorbidity_index('elixhauser') AS elixhauser,
	phm.comorbidity_index('ahrq_cmr') AS cmr, phm.comorbidity_index('hfrs') AS hfrs;
CREATE VIEW whole AS SELECT p, phm.charlson(charlson, d, age) AS c, phm.elixhauser(elixhauser, d) AS e, phm.ahrq_cmr(cmr, d, poa, principal) AS m,
	phm.hfrs(hfrs, d) AS h FROM dx, i GROUP BY p;
SELECT p, (c).conditions, (c).quan2011_with_age, (e).vanwalraven, (m).conditions AS cmr, (m).mortality, (h).score FROM whole WHERE p <= 4 ORDER BY p;
SELECT count(*) AS persons, count(*) FILTER (WHERE w IS DISTINCT FROM a) AS different FROM whole AS w FULL JOIN (
	SELECT p, phm.charlson(i.charlson, ds, age) AS c, phm.elixhauser(i.elixhauser, ds) AS e, phm.ahrq_cmr(i.cmr, principal, secondary, poas) AS m, phm.hfrs(i.hfrs, ds) AS h
	  FROM (SELECT p, array_agg(d) AS ds, max(age) AS age, min(d) FILTER (WHERE principal) AS principal,
			array_agg(d) FILTER (WHERE NOT principal) AS secondary, array_agg(poa) FILTER (WHERE NOT principal) AS poas FROM dx GROUP BY p) AS g, i) AS a USING (p);
SELECT count(*) FILTER (WHERE phm.charlson_of(s) IS DISTINCT FROM w.c) AS different FROM whole AS w JOIN (
	SELECT p, phm.comorbidity_merge(s) AS s FROM (SELECT p, poa, phm.comorbidity_state_agg(charlson, d, age, NULL, NULL) AS s FROM dx, i GROUP BY p, poa) AS part GROUP BY p) AS m USING (p);
SELECT count(*) FILTER (WHERE phm.comorbidity_state_send(s) <> phm.comorbidity_state_send(s::text::phm.comorbidity_state)) AS not_read_back
  FROM (SELECT phm.comorbidity_state_agg(cmr, d, NULL, poa, principal) AS s FROM dx, i GROUP BY p) AS x;
SELECT p, n, (phm.charlson(charlson, d, age) OVER (PARTITION BY p ORDER BY d COLLATE "C")).original FROM i, (SELECT *, row_number() OVER (PARTITION BY p ORDER BY d COLLATE "C") AS n FROM dx WHERE p < 3) AS d ORDER BY p, n;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
CREATE TABLE comorbidity_parallel AS SELECT p, phm.charlson(phm.comorbidity_index('charlson'), d, age) AS c, phm.ahrq_cmr(phm.comorbidity_index('ahrq_cmr'), d, poa, principal) AS m FROM dx GROUP BY p;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*) AS persons, count(*) FILTER (WHERE (r.c, r.m) IS DISTINCT FROM (w.c, w.m)) AS different FROM comorbidity_parallel AS r JOIN whole AS w USING (p);
SELECT (phm.charlson(charlson, d, age)).* FROM i, (VALUES (NULL::text, 70)) AS v(d, age);
SELECT (phm.charlson(charlson, d, 1)).original FROM i, dx WHERE false;
SELECT phm.charlson(charlson, d, age) FROM dx, i WHERE p IN (1, 2);
SELECT phm.comorbidity_merge(a, b) FROM (SELECT phm.comorbidity_state_agg(charlson, 'I10', 70, NULL, NULL) AS a, phm.comorbidity_state_agg(hfrs, 'I10', 70, NULL, NULL) AS b FROM i) AS x;
SELECT phm.charlson_of(phm.comorbidity_state_agg(hfrs, 'I10', 70, NULL, NULL)) FROM i;

-- an index of one's own
INSERT INTO phm.grouper_release (grouper, title, status) VALUES ('OWN', 'Own', 'own');
INSERT INTO phm.grouper_category (grouper, seq, category, label) VALUES ('OWN', 1, 'a', 'Condition A'), ('OWN', 2, 'b', NULL), ('OWN', 3, 'c', NULL);
INSERT INTO phm.grouper_code (grouper, category, codes) VALUES ('OWN', 'a', 'A*'), ('OWN', 'b', 'B*');
INSERT INTO phm.comorbidity_release (index, title, grouper) VALUES ('own', 'Own index', 'OWN');
SELECT phm.comorbidity_index('own');
UPDATE phm.comorbidity_release SET status = 'own' WHERE index = 'own';
INSERT INTO phm.comorbidity_weight (index, weights, condition, weight) VALUES ('own', 'cost', 'a', 1.25), ('own', 'cost', 'c', -0.5), ('own', 'days', 'b', 3);
INSERT INTO phm.comorbidity_rule (index, seq, effect, condition, when_present) VALUES ('own', 1, 'set', 'c', '{a}'), ('own', 2, 'hide', 'b', NULL);
INSERT INTO phm.comorbidity_age (index, age_from, points) VALUES ('own', 18, 2);
SELECT r.* FROM phm.comorbidity(phm.comorbidity_index('own'), '{A00,b1,C2}', 20) AS r;
INSERT INTO phm.comorbidity_rule (index, seq, effect, condition, when_present) VALUES ('own', 3, 'drop', 'a', '{z}');
SELECT phm.comorbidity_index('own');
SELECT phm.comorbidity_index('none');
DELETE FROM phm.comorbidity_age WHERE NOT built_in;
DELETE FROM phm.comorbidity_rule WHERE NOT built_in;
DELETE FROM phm.comorbidity_weight WHERE NOT built_in;
DELETE FROM phm.comorbidity_release WHERE NOT built_in;
DELETE FROM phm.grouper_code WHERE NOT built_in;
DELETE FROM phm.grouper_category WHERE NOT built_in;
DELETE FROM phm.grouper_release WHERE NOT built_in;

-- values travel; any one byte changed is refused
SELECT bool_and(phm.comorbidity_model_send(v::text::phm.comorbidity_model) = phm.comorbidity_model_send(v)) FROM i, unnest(ARRAY[charlson, elixhauser, cmr, hfrs]) AS v;
DO $$
DECLARE
	good text := (SELECT phm.comorbidity_state_agg(phm.comorbidity_index('elixhauser'), d, 70, NULL, NULL) FROM unnest('{I10,E119,x}'::text[]) AS d);
	bad text;
	kept integer := 0;
BEGIN
	FOR i IN 0 .. (length(good) - 3) / 2 LOOP
		bad := overlay(good PLACING CASE substr(good, 3 + 2 * i, 2) WHEN '00' THEN '01' ELSE '00' END FROM 3 + 2 * i FOR 2);
		BEGIN
			PERFORM bad::phm.comorbidity_state;
			kept := kept + 1;
		EXCEPTION WHEN invalid_text_representation THEN
		END;
	END LOOP;
	RAISE WARNING '% bytes may be changed: the age, the hash of the index, codes', kept;
END $$;
SELECT '\x01'::phm.comorbidity_state;
SELECT 'x'::phm.comorbidity_model;
DROP VIEW whole;
DROP TABLE dx, i, comorbidity_parallel;
