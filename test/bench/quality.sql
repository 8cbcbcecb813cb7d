-- All official measures over demo patients (psql variable patients): what they reach, how fast, one patient alone, scores.
\ir measure.sql
\o /dev/null
SELECT count(*) FROM pack_extra, phm.load_elm(elm);
CALL pg_temp.start();
SELECT phm.load_measure(bundle::jsonb, missing_value_sets => 'empty') FROM pack_measure;
CALL pg_temp.stop('measure packages loaded', 38);
-- The year before the population's day: it has ended, and every patient has its data.
UPDATE phm.setting SET value = '2026-01-15' WHERE name = 'as_of';
SELECT phm.demo_population(:patients, 1, as_of => '2026-01-15');
-- Of what is derived of patients this needs no more.
UPDATE phm.derivation SET enabled = name IN ('chart', 'attribution', 'measure_result');
CALL pg_temp.start();
CALL phm.refresh();
CALL pg_temp.stop('charts built', :patients);
CALL pg_temp.start();
SELECT phm.link_measure_sets();
CALL pg_temp.stop('measures linked together', 38);
CALL pg_temp.start();
CALL phm.evaluate_measures('[2025-01-01,2026-01-01)');
CALL pg_temp.stop('measures evaluated and written', :patients * 38);
CALL pg_temp.start();
CALL phm.evaluate_measures('[2025-01-01,2026-01-01)');
CALL pg_temp.stop('measures evaluated again', :patients * 38);
ANALYZE phm.measure_membership;
CALL pg_temp.start();
SELECT phm.derive_care_gap(array_agg(patient_id)) FROM phm.patient_state GROUP BY patient_id / 1000;
CALL pg_temp.stop('gaps found and reasoned about', :patients);
\o
-- First what there is to measure: how many measures reach this population.
WITH reached AS (
	SELECT m.measure, count(DISTINCT r.patient_id) FILTER (WHERE r.initial_population) AS patients,
		   count(*) FILTER (WHERE r.numerator) AS hits, count(*) FILTER (WHERE r.denominator_exclusion OR r.denominator_exception OR r.numerator_exclusion) AS exclusions
	  FROM phm.measure AS m LEFT JOIN phm.measure_result AS r ON r.measure = m.measure AND r.stratifier = '' AND r.valid_to IS NULL
	 GROUP BY m.measure
)
SELECT pg_temp.line('measures in which 1 % of the patients are', count(*), count(*) FILTER (WHERE patients >= :patients * 0.01)::text, 'measures',
	format('numerator hit %s, exclusion hit %s, nobody in %s', count(*) FILTER (WHERE hits > 0), count(*) FILTER (WHERE exclusions > 0),
		coalesce(nullif(string_agg(measure, ', ' ORDER BY measure) FILTER (WHERE patients = 0), ''), 'none'))) FROM reached;
SELECT pg_temp.line('rows of results', count(*), count(*) FILTER (WHERE error IS NOT NULL)::text, 'errors', '') FROM phm.measure_membership;
SELECT pg_temp.rate('measures evaluated and written', rows, 'patient-measures/s', format('%s s for 100,000 patients (60)', round(100000 * cpu / :patients, 1)))
  FROM run WHERE name = 'measures evaluated and written';
SELECT pg_temp.rate('measures evaluated again', rows, 'patient-measures/s', 'nothing to write') FROM run WHERE name = 'measures evaluated again';
SELECT pg_temp.line(name, rows, round(cpu, 2)::text, 's', '') FROM run WHERE name IN ('measure packages loaded', 'measures linked together', 'charts built') ORDER BY name;

SELECT pg_temp.line('gaps found and reasoned about', count(*), round(max(r.cpu) * 1000 / :patients, 2)::text, 'ms/patient',
	format('open %s, closed %s', count(*) FILTER (WHERE g.status = 'open-gap'), count(*) FILTER (WHERE g.status = 'closed-gap')))
  FROM phm.care_gap AS g CROSS JOIN run AS r WHERE r.name = 'gaps found and reasoned about';
\o /dev/null
-- Scores of everybody, as compacted at the end of the evaluation.
ANALYZE phm.measure_tally;
SELECT count(*) FROM phm.measure_score WHERE level = 'all';
CALL pg_temp.start();
SELECT count(*) FROM (SELECT count(*) FROM phm.measure_score WHERE level = 'all' GROUP BY measure) AS s;
CALL pg_temp.stop('scores of all measures', 38);
CALL pg_temp.start();
SELECT count(*) FROM (SELECT count(*) FROM phm.measure_score WHERE level = 'practitioner' GROUP BY measure) AS s;
CALL pg_temp.stop('scores by practitioner', 38);
\o
SELECT pg_temp.line(name, (SELECT count(*) FROM phm.measure_tally), round(cpu * 1000)::text, 'ms', format('100; elapsed %s', round(elapsed * 1000)))
  FROM run WHERE name LIKE 'scores%' ORDER BY name;

-- Codes that no value set has, over the charts of at most 5,000 patients.
\o /dev/null
BEGIN;
DELETE FROM phm.patient_chart WHERE patient_id NOT IN (SELECT patient_id FROM phm.patient_chart ORDER BY patient_id LIMIT 5000);
SELECT count(*) AS charts FROM phm.patient_chart \gset
CALL pg_temp.start();
CREATE TEMP TABLE near_miss ON COMMIT DROP AS SELECT * FROM phm.unknown_codes();
CALL pg_temp.stop('unknown codes of charts', :charts);
UPDATE run SET mb = (SELECT count(*) FROM near_miss) WHERE name = 'unknown codes of charts';
\o
SELECT pg_temp.line(name, rows, round(cpu, 2)::text, 's', format('%s near misses; elapsed %s', round(mb), round(elapsed, 2))) FROM run WHERE name = 'unknown codes of charts';
ROLLBACK;

-- One patient whose record changed, as a refresh derives one: all measures again, difference and all; then with gaps.
\o /dev/null
CREATE PROCEDURE pg_temp.one_by_one(name text, derivations text[]) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE phm.derivation AS d SET enabled = d.name = ANY (derivations);
	PERFORM phm.derive(ARRAY[p.patient_id]) FROM (SELECT s.patient_id FROM phm.patient_state AS s ORDER BY s.patient_id LIMIT 20) AS p;
	CALL pg_temp.start();
	PERFORM phm.derive(ARRAY[p.patient_id]) FROM (SELECT s.patient_id FROM phm.patient_state AS s ORDER BY s.patient_id LIMIT 200) AS p;
	CALL pg_temp.stop(name, 200);
END
$$;
ANALYZE;		-- as autovacuum does soon after
CALL pg_temp.one_by_one('all measures of one patient', '{measure_result}');
CALL pg_temp.one_by_one('all measures and gaps of one patient', '{measure_result,care_gap}');
\o
SELECT pg_temp.line(name, rows, round(cpu * 1000 / rows, 2)::text, 'ms', format('5; elapsed %s', round(elapsed * 1000 / rows, 2)))
  FROM run WHERE name LIKE '%of one patient' ORDER BY name;
