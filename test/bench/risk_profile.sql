-- The risk of everybody in a demo population, one core: everything that derivations of risk keep, in batches of a thousand.
\ir measure.sql
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SELECT phm.create_store() IS NOT NULL AS created, phm.demo_population(:patients, 1) AS resources \gset
UPDATE phm.setting SET value = 'V24,V28,RX_V08_MAPD' WHERE name = 'risk_models';
UPDATE phm.setting SET value = phm.as_of()::text WHERE name = 'as_of';
ANALYZE;
CREATE TEMP TABLE batch AS
SELECT (row_number() OVER (ORDER BY patient_id) - 1) / 1000 AS number, patient_id FROM phm.person;
CREATE TEMP TABLE batches AS SELECT number, array_agg(patient_id) AS patients FROM batch GROUP BY number;
SELECT count(phm.build_charts(patients)) AS charts FROM batches \gset
ANALYZE phm.chart_part;
CREATE TEMP TABLE bench_case (n integer GENERATED ALWAYS AS IDENTITY, name text, query text);
INSERT INTO bench_case (name, query) VALUES
	('CMS-HCC scores V24, V28, RxHCC V08', 'SELECT sum(phm.derive_risk_score(patients)) FROM batches'),
	('comorbidity, chronic conditions, stays, visits', 'SELECT sum(phm.derive_risk_profile(patients)) FROM batches'),
	('categories to be coded, with their value', 'SELECT sum(phm.derive_hcc_gap(patients)) FROM batches'),
	('adherence to classes of drugs', 'SELECT count(a) FROM batches, phm.patient_adherence(patients) AS a');
SELECT format('CALL pg_temp.start(); %s; CALL pg_temp.stop(%L, %s);', query, name, :patients) AS script
  FROM bench_case ORDER BY n \g (format=unaligned tuples_only=on) :scripts
\o /dev/null
\i :scripts
\o
SELECT pg_temp.rate(name, :patients, 'patients/s', 'no budget') FROM bench_case ORDER BY n;
SELECT pg_temp.line('all of it', :patients, round(sum(cpu) * 100000 / :patients, 1)::text, 's',
		format('for 100,000 patients; <= 30, %s elapsed', round(sum(elapsed) * 100000 / :patients, 1)))
  FROM run;
