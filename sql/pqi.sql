-- AHRQ Prevention Quality Indicators, version 2023.
\pset null -
\set VERBOSITY terse
CREATE FUNCTION pg_temp.p(age integer, dx text[], pcs text[] DEFAULT NULL, source text DEFAULT NULL, newborn boolean DEFAULT false) RETURNS text
LANGUAGE sql AS $$ SELECT phm.pqi(phm.grouper('PQI'), age, dx, pcs, source, newborn)::text $$;
CREATE FUNCTION pg_temp.why(age integer, dx text[], pcs text[] DEFAULT NULL, source text DEFAULT NULL, newborn boolean DEFAULT false) RETURNS text
LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', pqi, reason), ', ' ORDER BY pqi) FROM phm.explain_pqi(phm.grouper('PQI'), age, dx, pcs, source, newborn) $$;

-- A case of every indicator, with its composites: 90 overall, 91 acute (11, 12), 92 chronic (the others), 93 diabetes (1, 3, 14, 16).
SELECT dx, pcs, pg_temp.p(age, dx, pcs) FROM (VALUES (18, '{E10.10}'::text[], NULL::text[]), (18, '{E11.21}', NULL), (40, '{J44.9}', NULL), (40, '{J45.901}', NULL),
	(18, '{I10}', NULL), (18, '{I50.9}', NULL), (18, '{J13}', NULL), (18, '{N39.0}', NULL), (18, '{E11.65}', NULL), (18, '{J45.901}', NULL),
	(18, '{I96,E11.9}', '{0Y6J0Z1}')) AS v (age, dx, pcs);
-- Ages: 18 and older; 5 from 40 on; 15 from 18 to 39.
SELECT age, pg_temp.p(age, '{I50.9}') AS hf, pg_temp.p(age, '{J45.901}') AS asthma, pg_temp.p(age, '{J44.9}') AS copd
  FROM (VALUES (0), (17), (18), (39), (40), (120)) AS v (age);
SELECT pg_temp.why(17, '{I50.9}') AS hf, pg_temp.why(39, '{J44.9}') AS copd, pg_temp.why(40, '{J45.901}') AS asthma, pg_temp.why(39, '{J45.901}') AS younger,
	pg_temp.p(NULL, '{I50.9}') AS unknown, pg_temp.why(NULL, '{I50.9}') AS why;
-- Only the principal diagnosis makes a case; but for 16 any diagnosis of diabetes with the procedure.
SELECT pg_temp.p(50, '{I10,I50.9}') AS hypertension, pg_temp.p(50, '{Z00.00,I50.9}') AS none, pg_temp.p(50, '{NULL,I50.9}') AS null,
	pg_temp.p(50, '{I96}', '{0Y6J0Z1}') AS no_diabetes, pg_temp.p(50, '{I96,E11.9}') AS no_amputation, pg_temp.p(50, NULL) AS no_codes;
-- Exclusions of all: transfers from a hospital (4), a nursing facility (5), another facility (6); newborns.
SELECT source, pg_temp.p(50, '{I50.9}', source => source), pg_temp.why(50, '{I50.9}', source => source) FROM (VALUES (NULL), ('1'), ('4'), ('5'), ('6'), ('7'), ('D')) AS v (source);
SELECT pg_temp.why(18, '{I50.9}', source => '5', newborn => true) AS newborn, pg_temp.why(50, '{I50.9,Z38.00}') AS live_birth, pg_temp.why(50, '{P00.0,E11.9}', '{0Y6J0Z1}') AS mdc_15;
-- Obstetric discharges (MDC 14) with the procedure of 16.
SELECT pg_temp.why(30, '{O24.111,E11.9}', '{0Y6J0Z1}') AS obstetric;
-- Exclusions of single indicators.
SELECT pg_temp.why(50, '{J44.9,E84.0}') AS "05 cystic", pg_temp.why(30, '{J45.901,E84.0}') AS "15 cystic",
	pg_temp.why(50, '{I10,I12.9}', '{03170AD}') AS "07 dialysis access", pg_temp.why(50, '{I12.9}') AS "07 kidney alone", pg_temp.why(50, '{I10}', '{03170AD}') AS "07 access alone",
	pg_temp.why(50, '{I10}', '{0210083}') AS "07 cardiac", pg_temp.why(50, '{I50.9}', '{0210083}') AS "08 cardiac";
SELECT pg_temp.why(50, '{J13,D57.00}') AS "11 sickle cell", pg_temp.why(50, '{J13,B20}') AS "11 immune", pg_temp.why(50, '{J13}', '{02YA0Z0}') AS "11 transplant",
	pg_temp.why(50, '{N39.0,N11.9}') AS "12 disorder", pg_temp.why(50, '{N39.0,B20}') AS "12 immune", pg_temp.why(50, '{N39.0}', '{02YA0Z0}') AS "12 transplant";
SELECT pg_temp.why(50, '{E11.9,S78.011A}', '{0Y6J0Z1}') AS "16 trauma", pg_temp.why(50, '{E10.10,B20}', '{0210083}') AS "1 has none of them";
-- A discharge in two indicators counts once in a composite.
SELECT pg_temp.p(50, '{E11.51}', '{0Y6J0Z1}');
SELECT * FROM phm.explain_pqi(phm.grouper('PQI'), 50, '{E11.51,S78.011A}', '{0Y6J0Z1}');
-- Errors.
SELECT pg_temp.p(-1, '{I10}');
SELECT pg_temp.p(121, '{I10}');
SELECT phm.pqi(phm.grouper('CCS'), 50, '{I10}');
SELECT phm.pqi(NULL, 50, '{I10}');

-- Over stays: age on the day of admission, transfers between hospitals, what is not over, visits.
SELECT s.* FROM phm.pqi(phm.grouper('PQI'), phm.stay_array(ARRAY[
	ROW('2024-03-01', '2024-03-04', 'IMP', NULL, 'A', NULL, NULL, '02', NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-03-05', '2024-03-09', 'IMP', NULL, 'B', NULL, NULL, '01', NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-03-20', '2024-03-21', 'IMP', NULL, 'B', NULL, '1', '01', NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-04-01', '2024-04-02', 'IMP', NULL, 'B', NULL, '5', '01', NULL, NULL, '{I50.9}', NULL)::phm.stay_row,
	ROW('2024-04-10', NULL, 'EMER', NULL, 'B', NULL, '1', '01', NULL, NULL, '{I50.9}', NULL)::phm.stay_row,
	ROW('2024-05-01', NULL, 'IMP', NULL, 'B', NULL, '1', NULL, NULL, NULL, '{I50.9}', NULL)::phm.stay_row]), '1984-03-02') AS s ORDER BY s.stay;
-- On the 40th birthday, and on the day before it.
SELECT s.admitted, s.pqis FROM phm.pqi(phm.grouper('PQI'), phm.stay_array(ARRAY[
	ROW('2024-02-28', '2024-02-28', 'IMP', NULL, 'A', NULL, NULL, '01', NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-02-29', '2024-03-04', 'IMP', NULL, 'A', NULL, NULL, '01', NULL, NULL, '{J45.901}', NULL)::phm.stay_row]), '1984-02-29') AS s ORDER BY 1;

-- Rates by hand: 4 persons, of whom 1 is a child; heart failure twice for one of 3 adults: 66666.67 per 100,000;
-- 15 has a population of 1, 5 one of 2.
CREATE TABLE public.pqi_rows AS SELECT * FROM (VALUES (17, NULL::integer[]), (30, '{15,90,92}'), (50, '{8,90,92,8,90,92}'), (70, '{11,NULL,90,91}'), (NULL, '{}')) AS v (age, pqis);
SELECT r.* FROM (SELECT phm.pqi_agg(age, pqis) AS a FROM public.pqi_rows) AS t, unnest(a) AS r ORDER BY r.pqi;
SELECT r.pqi, r.discharges, r.population, r.rate FROM (SELECT phm.pqi_agg(age, pqis) AS a FROM public.pqi_rows WHERE false) AS t, unnest(a) AS r WHERE r.pqi < 4;
SELECT phm.pqi_agg(age, '{2}') FROM public.pqi_rows;
SELECT phm.pqi_agg(-1, '{1}');
SELECT phm.pqi_rates('{1}');
INSERT INTO public.pqi_rows SELECT i % 100, CASE WHEN i % 100 >= 18 THEN ARRAY[8, 90, 92] END FROM generate_series(1, 5000) AS i;
ANALYZE public.pqi_rows;
CREATE TEMP TABLE serial AS SELECT phm.pqi_agg(age, pqis) AS a FROM public.pqi_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT phm.pqi_agg(age, pqis) FROM public.pqi_rows;
SELECT t.a = serial.a AS parallel_is_serial FROM serial, (SELECT phm.pqi_agg(age, pqis) AS a FROM public.pqi_rows) AS t;
DROP TABLE public.pqi_rows;
