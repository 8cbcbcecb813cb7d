-- LACE, HOSPITAL and the CMS hospital-wide readmission measure.
\pset null -
\set VERBOSITY terse

-- The points built in are those of the table, for every value of every component.
SELECT sheet, version, count(*) AS rows, string_agg(DISTINCT status, ', ') AS status FROM phm.readmission_point GROUP BY 1, 2 ORDER BY 1, 2;
CREATE FUNCTION pg_temp.points(sheet text, version integer, component text, value numeric, below boolean DEFAULT false) RETURNS integer
LANGUAGE sql AS $$
SELECT coalesce((SELECT p.points FROM phm.readmission_point AS p
	WHERE p.sheet = $1 AND p.version = $2 AND p.component = $3 AND $4 >= p.low
	  AND ($4 < p.high OR p.high IS NULL OR (NOT $5 AND $4 = p.high))), 0) $$;
SELECT count(*) AS cases, count(*) FILTER (WHERE
		(phm.lace(v, NULL, NULL, NULL)).score <> pg_temp.points('LACE', 2010, 'L', v) OR
		(phm.lace(NULL, NULL, v, NULL)).score <> pg_temp.points('LACE', 2010, 'C', v) OR
		(phm.lace(NULL, NULL, NULL, v)).score <> pg_temp.points('LACE', 2010, 'E', v) OR
		(phm.hospital_score(NULL, NULL, NULL, NULL, NULL, v, NULL)).score <> pg_temp.points('HOSPITAL', 2016, 'A', v) OR
		(phm.hospital_score(NULL, NULL, NULL, NULL, NULL, v, NULL, 2013)).score <> pg_temp.points('HOSPITAL', 2013, 'A', v) OR
		(phm.hospital_score(NULL, NULL, NULL, NULL, NULL, NULL, v)).score <> pg_temp.points('HOSPITAL', 2016, 'L', v)) AS differ
  FROM generate_series(0, 40) AS v;
SELECT count(*) AS cases, count(*) FILTER (WHERE
		(phm.hospital_score(v, NULL, NULL, NULL, NULL, NULL, NULL)).score <> pg_temp.points('HOSPITAL', 2016, 'H', v::numeric, true) OR
		(phm.hospital_score(NULL, NULL, v * 10, NULL, NULL, NULL, NULL)).score <> pg_temp.points('HOSPITAL', 2016, 'S', v::numeric * 10, true)) AS differ
  FROM (SELECT i / 10.0::float8 FROM generate_series(0, 300) AS i) AS t (v);
SELECT (phm.lace(NULL, true, NULL, NULL)).score = pg_temp.points('LACE', 2010, 'A', 1) AS a,
	(phm.hospital_score(NULL, true, NULL, NULL, NULL, NULL, NULL)).score = pg_temp.points('HOSPITAL', 2016, 'O', 1) AS o,
	(phm.hospital_score(NULL, NULL, NULL, true, NULL, NULL, NULL)).score = pg_temp.points('HOSPITAL', 2016, 'P', 1) AS p,
	(phm.hospital_score(NULL, NULL, NULL, NULL, true, NULL, NULL)).score = pg_temp.points('HOSPITAL', 2016, 'IT', 1) AS it;
SELECT count(*) AS conditions, count(*) FILTER (WHERE phm.lace_charlson(ARRAY[component]) <> points) AS differ
  FROM phm.readmission_point WHERE sheet = 'LACE Charlson';

-- Sheets filled in by hand: L 5 (9 days) + A 3 + C 2 + E 1 = 11; L 4 + A 0 + C 5 (6 points) + E 0 = 9.
SELECT (phm.lace(9, true, 2, 1)).*;
SELECT (phm.lace(5, false, 6, 0)).*;
SELECT los, (phm.lace(los, true, 1, 0)).score, (phm.lace(los, true, 1, 0)).risk FROM (VALUES (0), (1), (6), (14)) AS v (los);
SELECT c, (phm.lace(1, true, c, e)).score, (phm.lace(1, true, c, e)).risk FROM (VALUES (0, 0), (0, 1), (4, 0), (4, 1)) AS v (c, e);
SELECT (phm.lace(3, NULL, NULL, 2)).*;
-- H 1 + O 0 + S 0 (135 is not below) + P 1 + IT 1 + A 2 (2 admissions) + L 2 (5 days) = 7: high.
SELECT (phm.hospital_score(11.9, false, 135, true, true, 2, 5)).*;
-- Without the laboratory: what is missing is told.  1 admission counts in 2013 only.
SELECT (phm.hospital_score(NULL, false, NULL, false, true, 1, 4)).*;
SELECT (phm.hospital_score(12, false, 134.9, false, true, 1, 4, 2013)).*;
SELECT a, (phm.hospital_score(13, o, 140, false, false, a, 4)).score, (phm.hospital_score(13, o, 140, false, false, a, 4)).risk
  FROM (VALUES (5, true), (6, false), (6, true)) AS v (a, o);
-- What cannot be is refused.
SELECT phm.lace(-1, true, 0, 0);
SELECT phm.lace(1, true, -1, 0);
SELECT phm.hospital_score(120, false, 140, false, false, 0, 1);
SELECT phm.hospital_score('NaN', false, 140, false, false, 0, 1);
SELECT phm.hospital_score(12, false, -1, false, false, 0, 1);
SELECT phm.hospital_score(12, false, 140, false, false, 0, 1, 2015);

-- The Charlson index of LACE: milder forms beside severe ones, liver and kidney in one line.
SELECT phm.lace_charlson('{mi,chf}') AS "1+2", phm.lace_charlson('{diab,diabwc}') AS "2", phm.lace_charlson('{canc,metacanc}') AS "6",
	phm.lace_charlson('{mld,rend}') AS "2", phm.lace_charlson('{mld,msld}') AS "4", phm.lace_charlson('{rend,msld}') AS "2+4",
	phm.lace_charlson('{pud,hp,nonsense,NULL,mi,mi}') AS "1", phm.lace_charlson('{}') AS "0";
SELECT phm.lace_charlson(phm.grouper('CHARLSON_QUAN2005'), '{I21.4,e119,E11.21,Z00.00,NULL}') AS "1+2";
SELECT phm.lace_charlson(phm.grouper('PQI'), '{I21.4}');

-- Over the stays of a patient.
CREATE FUNCTION pg_temp.r(first date, last date, class text DEFAULT 'IMP', facility text DEFAULT 'A', dx text[] DEFAULT '{I10}',
	pcs text[] DEFAULT NULL, disposition text DEFAULT '01', type text DEFAULT NULL) RETURNS phm.stay_row LANGUAGE sql AS $$
SELECT ROW(first, last, class, NULL, facility, type, NULL, disposition, NULL, NULL, dx, pcs)::phm.stay_row $$;
-- E: 29 February is 6 months before 31 August; the visit of the day before and that of the admission led to it.
SELECT l.stay, l.admitted, (l.lace).* FROM phm.lace(phm.stay_array(ARRAY[pg_temp.r('2024-02-28', NULL, 'EMER'), pg_temp.r('2024-02-29', NULL, 'EMER'),
	pg_temp.r('2024-05-01', NULL, 'EMER'), pg_temp.r('2024-05-01', '2024-05-03', dx => '{I50.9}'), pg_temp.r('2024-08-30', NULL, 'EMER'),
	pg_temp.r('2024-08-31', '2024-09-07', dx => '{I21.4,C78.0}', type => '3')]), phm.grouper('CHARLSON_QUAN2005')) AS l ORDER BY l.stay;
-- Without a grouper, without a type of admission, not over.
SELECT l.stay, l.discharged, (l.lace).score, (l.lace).missing FROM phm.lace(phm.stay_array(ARRAY[pg_temp.r('2024-05-01', NULL)])) AS l;
-- A: the admission a year and a day before does not count, that a year before does; a transfer is no admission of its own.
SELECT h.stay, h.admitted, (h.hospital).* FROM phm.hospital_score(phm.stay_array(ARRAY[pg_temp.r('2023-05-30', '2023-05-31'),
	pg_temp.r('2023-06-01', '2023-06-03'), pg_temp.r('2024-01-01', '2024-01-05'), pg_temp.r('2024-01-05', '2024-01-09', facility => 'B'),
	pg_temp.r('2024-06-01', '2024-06-06', pcs => '{0SRC0J9}', type => '2')]),
	hemoglobin => '{NULL,12,11.9,13,9}', sodium => '{140,NULL,130}', oncology => '{f,f,f,f,t}') AS h ORDER BY h.stay;
SELECT phm.hospital_score(phm.stay_array(ARRAY[pg_temp.r('2024-06-01', '2024-06-06')]), hemoglobin => '{120}');
SELECT count(*) FROM phm.lace(NULL::phm.stay[]);
SELECT phm.lace(a || a) FROM (SELECT phm.stay_array(ARRAY[pg_temp.r('2024-06-01', '2024-06-06'), pg_temp.r('2024-07-01', '2024-07-06')]) AS a) AS t;

-- Planned readmissions, every branch of the algorithm: PA1 bone marrow transplant
-- before all else; PA2 maintenance chemotherapy, rehabilitation; PA3 knee replacement unless PA4, an acute diagnosis.
SELECT principal, procedures, phm.planned_readmission(phm.readmission_model(), principal, procedures)
  FROM (VALUES ('I21.4', '{30233Y0}'::text[]), ('Z51.11', '{30233Y0}'), ('Z51.11', '{}'), ('Z51.11', '{0SRC0J9}'), ('M17.11', '{0srd0j9}'),
			   ('m1711', '{NULL,4A023N7,0SRC0J9}'), ('I21.4', '{0SRC0J9}'), ('M17.11', NULL), (NULL, '{0SRC0J9}'), (NULL, NULL), ('nonsense', '{nonsense}')) AS v (principal, procedures);
-- Specialty cohorts: surgery before the diagnosis; none for what the measure does not know.
SELECT principal, procedures, phm.readmission_cohort(phm.readmission_model(), principal, procedures)
  FROM (VALUES ('I50.9', '{0SRC0J9}'::text[]), ('I50.9', NULL), ('J18.9', NULL), ('I21.4', NULL), ('I48.91', NULL), ('I63.9', NULL),
			   ('N39.0', NULL), ('O80', NULL), (NULL, NULL)) AS v (principal, procedures);
SELECT phm.planned_readmission(phm.grouper('PQI'), 'I10', NULL);
SELECT phm.planned_readmission(NULL, 'I10', NULL);

-- 30 days: the 30th day counts, the 31st does not.
SELECT * FROM phm.readmissions(phm.readmission_model(), phm.stay_array(ARRAY[pg_temp.r('2024-01-01', '2024-01-05'),
	pg_temp.r('2024-02-04', '2024-02-05', dx => '{J18.9}'), pg_temp.r('2024-03-07', '2024-03-08')]));
-- The same day, the same hospital, another condition is a readmission; emergency visits are none.
SELECT stay, readmission, days, outcome FROM phm.readmissions(phm.readmission_model(), phm.stay_array(ARRAY[pg_temp.r('2024-01-01', '2024-01-05'),
	pg_temp.r('2024-01-05', '2024-01-09', dx => '{J18.9}'), pg_temp.r('2024-01-12', NULL, 'EMER')]));
-- A planned readmission first: what follows is not counted for that index stay, but for the planned one.
SELECT stay, planned, planned_by, readmission, days, outcome FROM phm.readmissions(phm.readmission_model(), phm.stay_array(ARRAY[pg_temp.r('2024-01-01', '2024-01-05'),
	pg_temp.r('2024-01-10', '2024-01-11', dx => '{Z51.11}'), pg_temp.r('2024-01-20', '2024-01-22', dx => '{J18.9}')]));

-- Exclusions, one by one.
CREATE FUNCTION pg_temp.why(r phm.stay_row[], died date DEFAULT NULL, born date DEFAULT NULL, f date DEFAULT NULL, t date DEFAULT NULL, age integer DEFAULT 65)
RETURNS text LANGUAGE sql AS $$
SELECT string_agg(x.stay || ': ' || array_to_string(x.exclusions, ', '), '; ' ORDER BY x.stay)
  FROM phm.readmissions(phm.readmission_model(), phm.stay_array(r), died, born, f, t, age) AS x $$;
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05')]) AS none,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', disposition => '20')]) AS died,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', disposition => '41')]) AS hospice,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05')], died => '2024-01-05') AS died_that_day,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05')], died => '2024-01-06') AS died_later;
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05'), pg_temp.r('2024-01-06', '2024-01-08', facility => 'B')]) AS transferred,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', disposition => '07')]) AS against_advice,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', NULL, disposition => NULL)]) AS open,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-31', disposition => '30')]) AS still_patient;
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', dx => '{F32.9}')]) AS psychiatric,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', dx => '{Z44.9}')]) AS rehabilitation,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', dx => '{C34.90}')]) AS cancer,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', dx => '{C18.9}', pcs => '{0DTN0ZZ}')]) AS cancer_surgery,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-01', '2024-01-05', dx => NULL)]) AS no_code;
-- 65 on the day of admission; 12 months enrolled before it; 30 days after discharge, or until death.
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], born => '1959-01-10') AS of_65,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], born => '1959-01-11') AS of_64,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], born => '1959-01-11', age => 18) AS from_18,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], f => '2023-01-10') AS year,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], f => '2023-01-11') AS less;
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], t => '2024-02-14') AS day_30,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], t => '2024-02-13') AS day_29,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], t => '2024-01-20', died => '2024-01-20') AS until_death,
	pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], t => '2024-01-19', died => '2024-01-20') AS left_before;
SELECT pg_temp.why(ARRAY[pg_temp.r('2024-01-10', '2024-01-15')], age => -1);
-- A chain of transfers: the last hospital has the index stay, and what follows is its readmission.
SELECT stay, index_stay, exclusions, readmission, days, outcome FROM phm.readmissions(phm.readmission_model(), phm.stay_array(ARRAY[
	pg_temp.r('2024-01-01', '2024-01-05'), pg_temp.r('2024-01-05', '2024-01-09', facility => 'B'), pg_temp.r('2024-01-20', '2024-01-22')]));

-- Rates: 4 stays, of which 1 is excluded; 1 unplanned and 1 planned readmission of 3 index stays.
CREATE TABLE public.readmission_rows AS
SELECT p AS patient, r FROM generate_series(1, 40) AS p, unnest(ARRAY[pg_temp.r('2024-01-01', '2024-01-05'),
	pg_temp.r('2024-01-10', '2024-01-11', dx => '{Z51.11}', disposition => '07'), pg_temp.r('2024-03-01', '2024-03-05'), pg_temp.r('2024-03-08', '2024-03-12')]) AS r;
ANALYZE public.readmission_rows;
CREATE FUNCTION pg_temp.rows(integer) RETURNS SETOF phm.readmission LANGUAGE sql AS $$
SELECT x.* FROM (SELECT phm.stay_agg(r ORDER BY (r).first_day) AS a FROM public.readmission_rows WHERE patient <= $1 GROUP BY patient) AS t,
	phm.readmissions(phm.readmission_model(), t.a) AS x $$;
SELECT (phm.readmission_rate(x)).* FROM pg_temp.rows(1) AS x;
SELECT (phm.readmission_rate(x)).* FROM pg_temp.rows(40) AS x;
SELECT (phm.readmission_rate(x)).* FROM pg_temp.rows(0) AS x;
SELECT x.stay, (phm.readmission_rate(x) OVER (ORDER BY x.stay)).stays FROM pg_temp.rows(1) AS x;
SELECT phm.counts_merge('{1,2,3,4}', '{10,20,30,40}'), phm.counts_merge(NULL, '{1}'), phm.counts_merge('{1}', NULL), phm.counts_merge(NULL, NULL);
SELECT phm.counts_merge('{1}', '{1,2}');
SELECT phm.counts_merge('{NULL}', '{1}');
SELECT phm.counts_merge('{9223372036854775807}', '{1}');
SELECT phm.readmission_summary('{1,2}');
CREATE TABLE public.readmission_result AS SELECT x FROM pg_temp.rows(40) AS x;
ANALYZE public.readmission_result;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT phm.readmission_rate(x) FROM public.readmission_result;
SELECT (phm.readmission_rate(x)).* FROM public.readmission_result;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE public.readmission_rows, public.readmission_result;

-- Rows of one's own change the model.
BEGIN;
SELECT phm.planned_readmission(phm.readmission_model(), 'Z01.818', NULL) AS before;
INSERT INTO phm.grouper_code (grouper, code_system, category, codes) VALUES ('HWR', 'ICD10CM', 'PA2', 'Z01818');
SELECT phm.planned_readmission(phm.readmission_model(), 'Z01.818', NULL) AS after;
UPDATE phm.grouper_release SET status = 'unverified' WHERE grouper = 'CCS';
SAVEPOINT s;
SELECT phm.planned_readmission(phm.readmission_model(), 'Z01.818', NULL);
ROLLBACK TO s;
SELECT phm.planned_readmission(phm.readmission_model(unverified => true), 'Z01.818', NULL) AS unverified;
ROLLBACK;
