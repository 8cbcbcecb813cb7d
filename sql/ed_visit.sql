-- The NYU emergency department algorithm.
\pset null -
\set VERBOSITY terse
-- What is carried.
SELECT count(*) AS profiles, sum((noner + epct + edcnpa + edcnnpa + injury + psych + alcohol + drug BETWEEN 0.99999 AND 1.00001)::int) AS whole,
	bool_and(built_in) AS built_in FROM phm.ed_profile;
SELECT count(*) AS codes, count(DISTINCT code) AS once FROM phm.grouper_codes(phm.grouper('NYU_ED'));

-- A visit of every class; of a mixture; ties go to the first class; dots, case, blanks; not known; none.
CREATE FUNCTION pg_temp.shown(principal text, admitted boolean DEFAULT false) RETURNS text LANGUAGE sql AS $$
SELECT concat_ws(' ', v.class, 'noner=' || nullif(trim_scale(v.noner), 0), 'epct=' || nullif(trim_scale(v.epct), 0), 'edcnpa=' || nullif(trim_scale(v.edcnpa), 0),
	'edcnnpa=' || nullif(trim_scale(v.edcnnpa), 0), 'injury=' || nullif(trim_scale(v.injury), 0), 'psych=' || nullif(trim_scale(v.psych), 0),
	'alcohol=' || nullif(trim_scale(v.alcohol), 0), 'drug=' || nullif(trim_scale(v.drug), 0), 'unclassified=' || nullif(trim_scale(v.unclassified), 0),
	'avoidable=' || trim_scale(v.avoidable))
  FROM phm.ed_visit(phm.ed_model(), $1, $2) AS v $$;
SELECT principal, pg_temp.shown(principal) FROM (VALUES ('A09'), ('A02.0'), ('J45.901'), ('A34'), ('S01.01XA'), ('F32.9'), ('F10.129'), ('F11.10'),
	('A03.9'), ('a039'), (' A03.9 '), ('R07.9'), ('ZZZ'), ('250.00'), (NULL)) AS v (principal);
SELECT pg_temp.shown(min(code)) FROM phm.grouper_codes(phm.grouper('NYU_ED')) WHERE category = (SELECT profile FROM phm.ed_profile WHERE noner = 0.5 AND edcnnpa = 0.5);
-- A visit that ended in admission has no shares.
SELECT pg_temp.shown('A09', true);
SELECT (phm.ed_visit(phm.ed_model(), 'A09', true)).noner IS NULL AS no_share;
-- Every code gives the shares of its profile.
SELECT count(*) AS codes, count(*) FILTER (WHERE (v.noner, v.epct, v.edcnpa, v.edcnnpa, v.injury, v.psych, v.alcohol, v.drug)
		IS DISTINCT FROM (p.noner, p.epct, p.edcnpa, p.edcnnpa, p.injury, p.psych, p.alcohol, p.drug)) AS differ
  FROM phm.grouper_codes(phm.grouper('NYU_ED')) AS c JOIN phm.ed_profile AS p ON p.profile = c.category,
	   LATERAL phm.ed_visit(phm.ed_model(), c.code) AS v;
-- Another grouper is refused.
SELECT phm.ed_visit(phm.grouper('PQI'), 'A09');
SELECT phm.ed_visit(NULL, 'A09');

-- Sums by hand: A03.9 is 0.371429 + 0.457143 + 0 avoidable, A09 1, S01.01XA 0, one not known, one admitted:
-- avoidable 1.828572 of 4 visits is 0.457143, unclassified 1 of 4.
SELECT (phm.ed_visit_agg(phm.ed_model(), d, a)).* FROM (VALUES ('A03.9', false), ('A09', NULL), ('S01.01XA', false), (NULL, false), ('A09', true)) AS v (d, a);
SELECT (phm.ed_visit_share(phm.ed_model(), '{A03.9,A09,S01.01XA,NULL}')).*;
SELECT (phm.ed_visit_share(phm.ed_model(), NULL)).visits, (phm.ed_visit_share(phm.ed_model(), '{}')).avoidable_share;
SELECT (phm.ed_visit_agg(phm.ed_model(), d, true)).* FROM (VALUES ('A03.9')) AS v (d);
SELECT (phm.ed_visit_agg(phm.ed_model(), d, true)).visits FROM (VALUES ('A03.9')) AS v (d) WHERE false;
SELECT phm.ed_visit_tally(NULL, NULL, 'A09', false);
SELECT phm.ed_visit_tally('{1}', phm.ed_model(), 'A09', false);
-- In parallel as in one process.
CREATE TABLE public.ed_rows AS SELECT (ARRAY['A03.9', 'A09', 'S01.01XA', 'ZZZ', 'J45.901'])[i % 5 + 1] AS d, i % 7 = 0 AS a FROM generate_series(1, 7000) AS i;
ANALYZE public.ed_rows;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT phm.ed_visit_agg(phm.ed_model(), d, a) FROM public.ed_rows;
SELECT (x).* FROM (SELECT phm.ed_visit_agg(phm.ed_model(), d, a) AS x FROM public.ed_rows) AS t;
SET max_parallel_workers_per_gather = 0;
SELECT (x).* FROM (SELECT phm.ed_visit_agg(phm.ed_model(), d, a) AS x FROM public.ed_rows) AS t;
DROP TABLE public.ed_rows;

-- Among the stays of a patient: the visit that led to an admission is told apart.
SELECT v.stay, v.visited, v.principal, (v.visit).class, (v.visit).avoidable
  FROM phm.ed_visits(phm.ed_model(), phm.stay_array(ARRAY[
	ROW('2024-01-01', NULL, 'EMER', NULL, 'A', NULL, NULL, NULL, NULL, NULL, '{A09,I10}', NULL)::phm.stay_row,
	ROW('2024-02-01', NULL, 'EMER', NULL, 'A', NULL, NULL, NULL, NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-02-01', '2024-02-03', 'IMP', NULL, 'A', NULL, NULL, NULL, NULL, NULL, '{J45.901}', NULL)::phm.stay_row,
	ROW('2024-03-01', NULL, 'EMER', NULL, 'A', NULL, NULL, NULL, NULL, NULL, NULL, NULL)::phm.stay_row])) AS v ORDER BY v.stay;

-- Rows of one's own: a profile with a code of its own.
BEGIN;
INSERT INTO phm.ed_profile (profile, noner, epct) VALUES ('own', 0.25, 0.75);
INSERT INTO phm.grouper_code (grouper, category, codes) VALUES ('NYU_ED', 'own', 'U999');
SELECT pg_temp.shown('U99.9');
UPDATE phm.ed_profile SET noner = 0.75, epct = 0.25 WHERE profile = 'own';
SELECT pg_temp.shown('U99.9');
ROLLBACK;
INSERT INTO phm.ed_profile (profile, noner, epct) VALUES ('own', 0.25, 0.5);
BEGIN;
UPDATE phm.grouper_release SET status = 'unverified' WHERE grouper = 'NYU_ED';
SAVEPOINT s;
SELECT phm.ed_model() IS NULL;
ROLLBACK TO s;
SELECT phm.ed_model(true) IS NULL AS none;
ROLLBACK;
