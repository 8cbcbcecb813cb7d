-- phm.adherence, phm.pdc, phm.mpr: medication adherence.  January 2026 has 31 days.
SET client_min_messages = warning;
SET datestyle = ISO;

CREATE FUNCTION pg_temp.a(days date[], supplies integer[], period daterange DEFAULT '[2026-01-01,2026-01-31]', drugs text[] DEFAULT NULL,
	stays datemultirange DEFAULT NULL, birth date DEFAULT NULL, death date DEFAULT NULL, carry_in boolean DEFAULT false)
RETURNS TABLE (fills integer, treatment daterange, days integer, covered integer, pdc numeric, mpr numeric, gaps datemultirange, last date, due date)
LANGUAGE sql AS $$
	SELECT r.fills, r.treatment, r.treatment_days, r.covered_days, r.pdc, r.mpr, r.gaps, r.last_covered, r.next_refill_due
	  FROM phm.adherence(days, supplies, period, drugs, stays, birth, death, carry_in) AS r $$;

-- one fill of ten days on the 2nd: treatment is the 2nd to the 31st, 30 days, of which 10 are covered
SELECT * FROM pg_temp.a('{2026-01-02}', '{10}');
-- a gap between: 10 days from the 1st, 10 from the 16th: covered 1-10 and 16-25
SELECT * FROM pg_temp.a('{2026-01-16,2026-01-01}', '{10,10}');
-- an early refill of the same drug: 10 from the 1st, 10 from the 6th begin on the 11th: covered 1-20, not 1-15
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-06}', '{10,10}');
-- shifts add up: 1st, 2nd and 3rd, ten days each, cover 1-30
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-02,2026-01-03}', '{10,10,10}');
-- two drugs of the class overlap, and a day counts once: covered 1-15
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-06}', '{10,10}', drugs => '{lisinopril,losartan}');
-- letter case and blanks do not make another drug, nor does null beside the empty name
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-06}', '{10,10}', drugs => '{lisinopril," Lisinopril "}');
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-06}', '{10,10}', drugs => '{NULL,""}');
-- a combination is shifted by each of its ingredients and shifts them: 1-10 metformin, 11-20 both, 21-30 metformin, sitagliptin waits too
SELECT n, fill_date, supply, drug, covered_from, covered_to, shifted, covered_days, ignored
  FROM phm.explain_adherence('{2026-01-01,2026-01-05,2026-01-08,2026-01-09}', '{10,10,10,5}', '[2026-01-01,2026-01-31]',
	'{metformin,sitagliptin+metformin,metformin,sitagliptin}');
SELECT covered FROM pg_temp.a('{2026-01-01,2026-01-05,2026-01-08,2026-01-09}', '{10,10,10,5}', drugs => '{metformin,sitagliptin+metformin,metformin,sitagliptin}');
-- supply carried over ends with the period: 30 from the 1st and 30 from the 20th would last to March 1; all 31 days, no more; MPR is not capped
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-20}', '{30,30}');
-- days in a facility use nothing up and are not counted.  The example of the technical notes: 15 days, covered 1-8 and 12-15,
-- stay on 5 and 6: 13 days are left, 1-4, 7-10 and 12-15 are covered: 12 of 13
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-12}', '{8,4}', '[2026-01-01,2026-01-15]');
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-12}', '{8,4}', '[2026-01-01,2026-01-15]', stays => '{[2026-01-05,2026-01-06]}');
-- no uncovered day after the stay: nothing to shift to within the period
SELECT * FROM pg_temp.a('{2026-01-01,2026-01-12}', '{7,4}', '[2026-01-01,2026-01-15]', stays => '{[2026-01-12,2026-01-13]}');
-- a fill on a day of a stay begins after it; stays without end and outside the period
SELECT * FROM pg_temp.a('{2026-01-05}', '{5}', stays => '{[2026-01-04,2026-01-08]}');
SELECT * FROM pg_temp.a('{2026-01-05}', '{30}', stays => '{[2026-01-20,)}');
SELECT * FROM pg_temp.a('{2026-01-05}', '{5}', stays => '{[2025-01-01,2025-02-01],[2027-01-01,)}');
SELECT * FROM pg_temp.a('{2026-01-05}', '{5}', stays => '{(,)}');
-- what does not count
SELECT n, fill_date, supply, covered_from, covered_to, ignored FROM phm.explain_adherence(
	'{2026-01-01,2026-01-02,2026-01-03,2026-01-04,NULL,2025-12-31,2026-02-01,2026-01-20,2026-01-20,2026-01-21}',
	'{10,NULL,0,-5,30,30,30,7,-7,1099}', '[2026-01-01,2026-01-31]');
SELECT fills, ignored_supply, ignored_reversed, ignored_duplicate, ignored_outside FROM phm.adherence(
	'{2026-01-01,2026-01-02,2026-01-03,2026-01-04,NULL,2025-12-31,2026-02-01,2026-01-20,2026-01-20,2026-01-21}',
	'{10,NULL,0,-5,30,30,30,7,-7,1099}', '[2026-01-01,2026-01-31]');
-- of two fills one is taken back; the other stays
SELECT n, supply, covered_from, ignored FROM phm.explain_adherence('{2026-01-20,2026-01-20,2026-01-20}', '{7,-7,7}', '[2026-01-01,2026-01-31]');
-- two sources tell of one fill; two fills of one source are two; without origin all are fills
SELECT n, covered_from, covered_to, ignored FROM phm.explain_adherence('{2026-01-05,2026-01-05,2026-01-05}', '{5,5,5}', '[2026-01-01,2026-01-31]', origins => '{1,2,2}');
SELECT fills, ignored_duplicate FROM phm.adherence('{2026-01-05,2026-01-05,2026-01-05}', '{5,5,5}', '[2026-01-01,2026-01-31]', origins => '{1,2,NULL}');
SELECT fills, covered_days FROM phm.adherence('{2026-01-05,2026-01-05,2026-01-05}', '{5,5,5}', '[2026-01-01,2026-01-31]');
-- said to be reversed
SELECT fills, ignored_reversed FROM phm.adherence('{2026-01-05,2026-01-06}', '{5,5}', '[2026-01-01,2026-01-31]', reversed => '{true,NULL}');
-- birth and death: fills outside the life do not count, the period ends with death, and nothing is due after it
SELECT n, fill_date, ignored FROM phm.explain_adherence('{2026-01-03,2026-01-05,2026-01-12}', '{5,5,5}', '[2026-01-01,2026-01-31]', birth => '2026-01-04', death => '2026-01-11');
SELECT * FROM pg_temp.a('{2026-01-03,2026-01-05,2026-01-12}', '{5,30,5}', birth => '2026-01-04', death => '2026-01-11');
SELECT * FROM pg_temp.a('{2026-01-03}', '{5}', death => '2025-06-01');
-- a fill before the period does not count, unless supply is carried in: 30 from December 20 last to January 18,
-- and put off what is filled on the 10th
SELECT * FROM pg_temp.a('{2025-12-20,2026-01-10}', '{30,5}');
SELECT * FROM pg_temp.a('{2025-12-20,2026-01-10}', '{30,5}', carry_in => true);
SELECT n, covered_from, covered_to, shifted, covered_days, ignored
  FROM phm.explain_adherence('{2025-12-20,2026-01-10,2025-06-01}', '{30,5,30}', '[2026-01-01,2026-01-31]', carry_in => true);
-- no fill
SELECT * FROM pg_temp.a('{}', '{}');
SELECT * FROM pg_temp.a(NULL, NULL);
SELECT phm.adherence('{2026-01-01}', '{5}', NULL) IS NULL AS null_period;
-- the longest period, in words of 64 days, against the days one by one
SELECT r.treatment_days, r.covered_days, r.longest_gap FROM phm.adherence(
	ARRAY(SELECT date '2015-01-01' + 100 * i FROM generate_series(0, 40) AS i), ARRAY(SELECT 64 FROM generate_series(0, 40)),
	daterange('2015-01-01', date '2015-01-01' + 4096)) AS r;

-- errors
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,)');
SELECT phm.adherence('{2026-01-01}', '{5}', 'empty');
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,infinity)');
SELECT phm.adherence('{2026-01-01}', '{5}', daterange('2015-01-01', date '2015-01-01' + 4097));
SELECT phm.adherence('{2026-01-01}', '{5,6}', '[2026-01-01,2026-01-31]');
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,2026-01-31]', '{a,b}');
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,2026-01-31]', origins => '{1,2}');
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,2026-01-31]', origins => '{65536}');
SELECT phm.adherence('{2026-01-01}', '{5}', '[2026-01-01,2026-01-31]', '{a+b+c+d+e}');
SELECT phm.adherence(array_agg(date '2026-01-01'), array_agg(5), '[2026-01-01,2026-01-31]', array_agg('d' || i)) FROM generate_series(1, 65) AS i;
SELECT phm.adherence(array_agg(date '2026-01-01'), array_agg(5), '[2026-01-01,2026-01-31]') FROM generate_series(1, 65537);
SELECT phm.adherence_final('\x00');
SELECT phm.pdc(NULL, NULL, NULL) FROM (VALUES (1)) AS v;

-- aggregates: the same rules, one row a fill; groups, order, null rows, filters, windows
CREATE TABLE fill (person integer, day date, supply integer, drug text);
INSERT INTO fill VALUES (1, '2026-01-16', 10, 'a'), (1, '2026-01-01', 10, 'a'), (2, '2026-01-01', 10, 'a'), (2, '2026-01-06', 10, 'b'),
	(3, NULL, NULL, NULL), (4, '2026-01-02', 30, NULL), (5, '2026-01-06', -1, 'a');
SELECT person, phm.pdc(day, supply, '[2026-01-01,2026-01-31]'), phm.mpr(day, supply, '[2026-01-01,2026-01-31]'),
	   phm.pdc(day, supply, '[2026-01-01,2026-01-31]', drug) AS by_drug,
	   phm.pdc(day, supply, '[2026-01-01,2026-01-31]', drug, '{[2026-01-05,2026-01-06]}') AS with_stay
  FROM fill GROUP BY person ORDER BY person;
SELECT person, (phm.adherence_agg(day, supply, '[2026-01-01,2026-01-31]', drug)).* FROM fill GROUP BY person ORDER BY person;
SELECT phm.pdc(day, supply, '[2026-01-01,2026-01-31]') FILTER (WHERE false) IS NULL AS nothing FROM fill;
SELECT day, phm.pdc(day, supply, '[2026-01-01,2026-01-31]') OVER (ORDER BY day) FROM fill WHERE person = 1 ORDER BY day;
SELECT phm.pdc(day, supply, daterange('2026-01-01', date '2026-02-01' + person)) FROM fill WHERE person < 3;
SELECT phm.pdc(day, supply, '[2026-01-01,2026-01-31]', drug, CASE person WHEN 1 THEN '{[2026-01-05,2026-01-06]}'::datemultirange END) FROM fill WHERE person < 3;

-- the aggregate is the function, whatever the plan: workers, order of rows, many fills
CREATE TABLE many AS SELECT p AS person, date '2025-01-01' + (p * 7919 + i * 37) % 420 AS day, (p + i) % 60 - 2 AS supply, 'd' || (p * i) % 3 AS drug
  FROM generate_series(1, 300) AS p, generate_series(1, 1 + p % 40) AS i;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE many SET (parallel_workers = 2);
EXPLAIN (COSTS OFF) SELECT person, phm.adherence_agg(day, supply, '[2025-03-01,2026-02-28]', drug, '{[2025-05-05,2025-05-16]}') FROM many GROUP BY person;
CREATE TABLE adherence_parallel AS SELECT person, phm.adherence_agg(day, supply, '[2025-03-01,2026-02-28]', drug, '{[2025-05-05,2025-05-16]}') AS r FROM many GROUP BY person;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS persons, count(*) FILTER (WHERE p.r IS DISTINCT FROM a.r) AS parallel_differs, count(*) FILTER (WHERE f.r IS DISTINCT FROM a.r) AS function_differs
  FROM adherence_parallel AS p
  JOIN (SELECT person, phm.adherence_agg(day, supply, '[2025-03-01,2026-02-28]', drug, '{[2025-05-05,2025-05-16]}') AS r FROM many GROUP BY person) AS a USING (person)
  JOIN (SELECT person, phm.adherence(array_agg(day ORDER BY day DESC, supply, drug), array_agg(supply ORDER BY day DESC, supply, drug), '[2025-03-01,2026-02-28]',
			array_agg(drug ORDER BY day DESC, supply, drug), '{[2025-05-05,2025-05-16]}') AS r FROM many GROUP BY person) AS f USING (person);
-- without overlap rules, the days can be counted in SQL: different drugs for each fill never shift
SELECT count(*) AS persons, count(*) FILTER (WHERE s.covered <> (a.r).covered_days OR s.covered IS NULL) AS differ
  FROM (SELECT person, phm.adherence(array_agg(day), array_agg(supply), '[2025-03-01,2026-02-28]', array_agg(n::text)) AS r
		  FROM (SELECT *, row_number() OVER (PARTITION BY person) AS n FROM many) AS m GROUP BY person) AS a
  JOIN (SELECT person, count(DISTINCT d) AS covered
		  FROM many CROSS JOIN LATERAL generate_series(day, day + supply - 1, '1 day') AS d
		 WHERE supply > 0 AND day BETWEEN '2025-03-01' AND '2026-02-28' AND d < '2026-03-01' GROUP BY person) AS s USING (person);

-- the rate of a plan: 1.0 of 1.0 + 0.5 + 0.25 member-years; null and none do not count
SELECT phm.adherence_rate(adherent, years), phm.adherence_rate(adherent, years) FILTER (WHERE years > 2) AS nobody
  FROM (VALUES (true, 1.0), (false, 0.5), (false, 0.25), (NULL, 1.0), (true, 0), (true, NULL)) AS v(adherent, years);

-- drugs
SELECT phm.drug_ingredients('RXNORM|314076') AS lisinopril, phm.drug_ingredients('RXNORM|29046') AS itself,
	   phm.drug_ingredients('RXNORM|1656354') AS two, phm.drug_ingredients('RXNORM|1') AS unknown, phm.drug_ingredients('NDC|314076') AS other_system;
INSERT INTO phm.drug_ingredient (code_system, code, ingredient) VALUES ('NDC', '00000000001', '29046');
SELECT phm.drug_ingredients('NDC|00000000001') AS own, (SELECT count(*) FROM phm.drug_ingredient WHERE NOT built_in) AS own_rows;
SELECT class, count(*) FROM phm.drug_class WHERE class IN (SELECT class FROM phm.adherence_measure UNION SELECT unnest(exclude_classes) FROM phm.adherence_measure)
 GROUP BY class ORDER BY class COLLATE "C";
SELECT count(*) AS not_in_a_class FROM phm.drug_ingredient AS i WHERE built_in AND NOT EXISTS (SELECT FROM phm.drug_class AS c WHERE c.code = i.ingredient);
DROP TABLE fill, many, adherence_parallel;
