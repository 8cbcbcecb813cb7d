-- Stays out of rows.  The rules are those of the CMS hospital-wide readmission
-- measure (transfers: another acute hospital on the day of discharge or the
-- day after; same day, same hospital, same condition: one stay) and of the
-- UB-04 manual (bill types, discharge status 30).
\pset null -
CREATE FUNCTION pg_temp.r(first date, last date, class text DEFAULT NULL, facility text DEFAULT 'A',
	disposition text DEFAULT NULL, bill text DEFAULT NULL, dx text[] DEFAULT NULL, ed boolean DEFAULT NULL,
	pcs text[] DEFAULT NULL, type text DEFAULT NULL, source text DEFAULT NULL, drg text DEFAULT NULL)
RETURNS phm.stay_row LANGUAGE sql AS $$
SELECT ROW(first, last, class, bill, facility, type, source, disposition, drg, ed, dx, pcs)::phm.stay_row $$;

-- What a row tells of: class before bill type, emergency services of outpatient rows.
SELECT word, bill, ed, e.kind, e.stay, e.reason
  FROM (VALUES ('IMP', NULL, false), ('Acute Inpatient', '0131', false), (NULL, '0111', false), (NULL, '111', true),
			   ('EMER', NULL, false), ('emergency department', NULL, false), (NULL, '131', true), (NULL, '131', false),
			   ('OBSENC', NULL, false), ('NONAC', '111', false), ('inpatient rehabilitation', NULL, false),
			   (NULL, '0181', false), (NULL, '0211', false), ('AMB', NULL, false), ('AMB', NULL, true),
			   (NULL, '0118', false), ('strange', NULL, false), ('strange', '11', false), (NULL, NULL, false),
			   (NULL, NULL, true)) AS v (word, bill, ed),
	   phm.explain_stays(ARRAY[pg_temp.r('2024-01-01', '2024-01-02', class => word, bill => bill, ed => ed)]) AS e;

-- Rows that cannot be placed are told, NULL rows too.
SELECT * FROM phm.explain_stays(ARRAY[pg_temp.r(NULL, '2024-01-02', 'IMP'), pg_temp.r('2024-01-02', '2024-01-01', 'IMP'),
	NULL, pg_temp.r('infinity', NULL, 'IMP'), pg_temp.r('2024-01-02', 'infinity', 'IMP')]);
SELECT * FROM phm.stays(NULL);
SELECT phm.stay_array(NULL);

CREATE FUNCTION pg_temp.show(rows phm.stay_row[], join_transfers boolean DEFAULT false)
RETURNS TABLE (stay integer, kind text, admitted date, discharged date, los integer, facility text, last_facility text,
	disposition text, t_in boolean, t_out boolean, part_of integer, ed date, rows_ integer[])
LANGUAGE sql AS $$
SELECT s.stay, s.kind, s.admitted, s.discharged, s.los, s.facility, s.last_facility, s.disposition,
	s.transfer_in, s.transfer_out, s.part_of, s.ed, s.rows FROM phm.stays($1, $2) AS s ORDER BY s.stay $$;

-- Overlapping rows of one facility: an encounter and its corrected claims.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-03', '2024-03-07', 'IMP', disposition => '01'),
	pg_temp.r('2024-03-01', '2024-03-07', bill => '111', disposition => '01'), pg_temp.r('2024-03-02', '2024-03-05', 'IMP')]);
-- Interim bills 112, 113, 114; and a hole that nothing explains.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-31', bill => '112', disposition => '30'),
	pg_temp.r('2024-04-01', '2024-04-30', bill => '113', disposition => '30'),
	pg_temp.r('2024-05-01', '2024-05-04', bill => '114', disposition => '01')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-31', bill => '112', disposition => '30'),
	pg_temp.r('2024-04-02', '2024-04-30', bill => '114', disposition => '01')]);
-- The next day, the same facility, a discharge between: two stays.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', disposition => '01'),
	pg_temp.r('2024-03-06', '2024-03-08', 'IMP', disposition => '01')]);
-- The same day, the same facility: one stay with the same or an unknown diagnosis, two with another one.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', disposition => '01', dx => '{I50.9}'),
	pg_temp.r('2024-03-05', '2024-03-08', 'IMP', disposition => '01', dx => '{i509}')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', disposition => '01', dx => '{I50.9}'),
	pg_temp.r('2024-03-05', '2024-03-08', 'IMP', disposition => '01')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', disposition => '01', dx => '{I50.9}'),
	pg_temp.r('2024-03-05', '2024-03-08', 'IMP', disposition => '01', dx => '{J18.9}')]);
-- Transfers: same day, next day, not two days later; whatever the discharge status; not of the dead.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', 'A', '01'),
	pg_temp.r('2024-03-05', '2024-03-08', 'IMP', 'B', '01')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', 'A', '02'),
	pg_temp.r('2024-03-06', '2024-03-08', 'IMP', 'B', '01'), pg_temp.r('2024-03-10', '2024-03-11', 'IMP', 'C', '01')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', 'A', '20'),
	pg_temp.r('2024-03-06', '2024-03-08', 'IMP', 'B', '01')]);
-- There and back; and lent for a day while the first hospital's stay goes on.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', 'A', '02'),
	pg_temp.r('2024-03-05', '2024-03-06', 'IMP', 'B', '02'), pg_temp.r('2024-03-06', '2024-03-08', 'IMP', 'A', '01')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-09', 'IMP', 'A', '01'),
	pg_temp.r('2024-03-04', '2024-03-05', 'IMP', 'B', '02')]);
-- The same joined: one stay from the first admission to the last discharge.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', 'A', '02'),
	pg_temp.r('2024-03-06', '2024-03-08', 'IMP', 'B', '02'), pg_temp.r('2024-03-09', '2024-03-11', 'IMP', 'C', '06')], true);
-- A facility that is not known may be any.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-05', 'IMP', NULL, '02'),
	pg_temp.r('2024-03-04', '2024-03-08', 'IMP', 'B', '01')]);
-- Not over: no last day, discharge status 30, interim bill; an encounter left open is ended by a final claim only.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', NULL, 'IMP')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', '2024-03-31', bill => '111', disposition => '30')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', NULL, 'IMP'), pg_temp.r('2024-03-01', '2024-03-31', bill => '112')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-01', NULL, 'IMP'), pg_temp.r('2024-03-01', '2024-03-04', bill => '111', disposition => '01')]);
-- Emergency visits: the same day, the day before, two days before; inside a stay; after one.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-05', '2024-03-08', 'IMP'), pg_temp.r('2024-03-05', NULL, 'EMER')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-05', '2024-03-08', 'IMP'), pg_temp.r('2024-03-04', '2024-03-04', 'EMER', 'B')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-05', '2024-03-08', 'IMP'), pg_temp.r('2024-03-03', '2024-03-03', 'EMER')]);
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-05', '2024-03-08', 'IMP'), pg_temp.r('2024-03-06', NULL, 'EMER'),
	pg_temp.r('2024-03-08', NULL, 'EMER'), pg_temp.r('2024-03-08', NULL, 'EMER', 'B'), pg_temp.r('2024-03-09', NULL, 'EMER')]);
-- Two claims of one emergency visit over midnight; an observation that became a stay; emergency services on the bill itself.
SELECT * FROM pg_temp.show(ARRAY[pg_temp.r('2024-03-05', '2024-03-06', bill => '131', ed => true), pg_temp.r('2024-03-05', '2024-03-05', 'EMER'),
	pg_temp.r('2024-03-06', '2024-03-06', 'OBSENC'), pg_temp.r('2024-03-07', '2024-03-08', bill => '111', ed => true)]);
-- Codes: of all rows, each once, those of the discharge first; type, source and DRG of the row that tells.
SELECT s.admission_type, s.admission_source, s.drg, s.diagnoses, s.procedures
  FROM phm.stays(ARRAY[pg_temp.r('2024-03-01', '2024-03-03', bill => '112', disposition => '30', dx => '{I50.9,E11.9}', type => '1', source => '7',
						drg => '291', pcs => '{02703ZZ}'),
	pg_temp.r('2024-03-04', '2024-03-06', bill => '114', disposition => '01', dx => '{I50.23,e119,NULL,N18.4}', type => 'elective',
						pcs => '{02703zz,5A1D70Z}')]) AS s;
-- The aggregate gives what the function gives, in any order of the rows and in parallel.
CREATE TABLE public.stay_rows AS
SELECT p AS patient, pg_temp.r(date '2024-01-01' + (p * 7 + i * 11) % 200, date '2024-01-01' + (p * 7 + i * 11) % 200 + i % 5,
	(ARRAY['IMP', 'EMER', 'OBSENC', 'AMB'])[i % 4 + 1], (ARRAY['A', 'B', NULL])[i % 3 + 1], dx => ARRAY['I50.' || i % 3]) AS r
  FROM generate_series(1, 50) AS p, generate_series(1, 12) AS i;
ANALYZE public.stay_rows;
CREATE FUNCTION pg_temp.days(phm.stay[]) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(concat_ws(' ', s.kind, s.admitted, s.discharged, s.part_of), ', ' ORDER BY s.stay) FROM unnest($1) AS s $$;
SELECT count(*), sum(cardinality(a)) FROM (SELECT phm.stay_agg(r) AS a FROM public.stay_rows GROUP BY patient) AS t;
SELECT count(*) AS patients, bool_and(f = a) AS function, bool_and(pg_temp.days(f) = pg_temp.days(back)) AS any_order
  FROM (SELECT phm.stay_agg(r ORDER BY (r).first_day) AS f, phm.stay_array(array_agg(r ORDER BY (r).first_day)) AS a,
			   phm.stay_agg(r ORDER BY (r).last_day DESC, (r).class DESC) AS back FROM public.stay_rows GROUP BY patient) AS t;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT phm.stay_agg(r) FROM public.stay_rows;
CREATE TEMP TABLE at_once AS SELECT phm.stay_agg(r) AS a FROM public.stay_rows;
SET max_parallel_workers_per_gather = 0;
SELECT pg_temp.days(at_once.a) = pg_temp.days(t.a) AS parallel_is_serial FROM at_once, (SELECT phm.stay_agg(r) AS a FROM public.stay_rows) AS t;
DROP TABLE public.stay_rows;
