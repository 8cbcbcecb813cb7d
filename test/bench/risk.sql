-- Risk scores over persons that lie in a table, one core; each figure is a query of the table bench_case.
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
SET jit = off;
-- Persons of all segments with 10 diagnoses each: 4 that V28 maps and 6 of the many that it does not.
CREATE TEMP TABLE member AS
WITH pool AS MATERIALIZED (
	SELECT array_agg(DISTINCT dx) AS mapped,
		'{I10,Z00.00,E78.5,M54.50,R07.9,K21.9,Z23,J06.9,N39.0,R05.1,M25.561}'::text[] AS others
	  FROM phm.hcc_dx WHERE dx_set = 'V28' AND year_from IS NULL AND year_to IS NULL)
SELECT i AS id, phm.hcc_person(40 + i % 55, CASE i % 2 WHEN 0 THEN 'M' ELSE 'F' END, orec => (i % 5 = 0)::integer,
		dual_status => (ARRAY['00', '00', '00', '02', '01'])[1 + i % 5], new_enrollee => i % 20 = 0, lti => i % 50 = 0) AS person,
	ARRAY(SELECT CASE WHEN k < 4 THEN mapped[1 + (i * 7919 + k * 104729) % cardinality(mapped)]
				ELSE others[1 + (i + k) % cardinality(others)] END FROM generate_series(0, 9) AS k) AS dx
  FROM pool, generate_series(1, :persons) AS i;
CREATE TEMP TABLE diagnosis AS SELECT id, person, unnest(dx) AS dx FROM member;
ANALYZE member;
ANALYZE diagnosis;
CREATE TEMP TABLE bench_case (n integer GENERATED ALWAYS AS IDENTITY, name text, unit text, budget text, rows integer, query text);
INSERT INTO bench_case (name, unit, budget, rows, query) VALUES
	('V28 raw score, 10 diagnoses', 'scores/s', '>= 500000', :persons,
		'SELECT count(phm.hcc_raw(m, person, dx)) FROM member, (SELECT phm.hcc_model(''V28'', 2026) AS m OFFSET 0) AS x'),
	('V28 payment score, 10 diagnoses', 'scores/s', 'no budget', :persons,
		'SELECT count(phm.hcc_payment(m, person, dx)) FROM member, (SELECT phm.hcc_model(''V28'', 2026) AS m OFFSET 0) AS x'),
	('V28 score with all terms', 'scores/s', 'no budget', :persons,
		'SELECT count(phm.hcc(m, person, dx)) FROM member, (SELECT phm.hcc_model(''V28'', 2026) AS m OFFSET 0) AS x'),
	('V28 aggregate over diagnosis rows', 'rows/s', 'no budget', :persons * 10,
		'SELECT count(s) FROM (SELECT phm.hcc(phm.hcc_model(''V28'', 2026), person, dx) AS s FROM diagnosis GROUP BY id) AS x'),
	('risk-eligible services', 'claims/s', 'no budget', :persons,
		'SELECT count(phm.hcc_eligible_service(l, NULL, NULL, ARRAY[''36415'', ''80053'', ''99213-25''])) FROM member, (SELECT phm.hcc_service_list(2026) AS l OFFSET 0) AS x');
\o /dev/null
SELECT format('CALL pg_temp.start(); %s; CALL pg_temp.stop(%L, %s);', query, name, rows) AS script
  FROM bench_case, generate_series(1, :runs) ORDER BY n \g (format=unaligned tuples_only=on) :scripts
\i :scripts
\o
SELECT pg_temp.rate(name, rows, unit, budget) FROM bench_case ORDER BY n;
-- What the count of instructions reads: the model and 1000 of the persons.
\pset format unaligned
\pset tuples_only on
\o :input
SELECT E'model\t' || encode(phm.hcc_model_send(phm.hcc_model('V28', 2026)), 'hex');
SELECT concat_ws(E'\t', 'person', (person).age, CASE (person).sex WHEN 'M' THEN 1 ELSE 2 END, (person).orec,
	CASE (person).dual_status WHEN '02' THEN 1 WHEN '01' THEN 2 ELSE 0 END, (person).new_enrollee::integer, (person).lti::integer,
	array_to_string(dx, ' ')) FROM member WHERE id <= 1000 ORDER BY id;
\o
