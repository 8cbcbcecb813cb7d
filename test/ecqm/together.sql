-- All measures evaluated for everybody in one pass, against each measure over each chart by itself.
\o /dev/null
SELECT count(*) FROM pack_extra, phm.load_elm(elm);
SELECT phm.load_measure(bundle::jsonb, missing_value_sets => 'empty') FROM pack_measure;
UPDATE phm.setting SET value = '2025-11-15' WHERE name = 'as_of';
SELECT phm.demo_population(60, 3, as_of => '2025-11-15');
CALL phm.refresh();
CALL phm.evaluate_measures('[2025-01-01,2026-01-01)', batch_size => 25);
\o
CREATE TEMP TABLE alone AS
SELECT c.patient_id, o.projected, r.*
  FROM phm.measure AS m
 CROSS JOIN LATERAL (SELECT phm.measure_logic(m.measure) AS logic, phm.measure_plan(ARRAY[m.measure || '|' || m.version]) AS plan) AS l
 CROSS JOIN phm.patient_chart AS c
 CROSS JOIN (VALUES (false, daterange('2025-01-01', '2025-11-15', '[]')), (true, daterange('2025-01-01', '2025-12-31', '[]'))) AS o(projected, period)
 CROSS JOIN LATERAL phm.run_measures(l.logic, l.plan, c.chart, o.period, visible => -1) AS r
 WHERE r.membership <> 0 OR r.error IS NOT NULL;
SELECT format('%s rows, %s different', count(*), count(*) FILTER (WHERE a.patient_id IS NULL OR m.patient_id IS NULL
	OR ROW(a.membership, a.observations, a.error) IS DISTINCT FROM ROW(m.membership, m.observations, m.error)))
  FROM alone AS a
  FULL JOIN (SELECT m.*, g.measure, g.version, g.group_id FROM phm.measure_membership AS m JOIN phm.measure_group AS g USING (group_key) WHERE m.valid_to IS NULL) AS m
	ON (a.patient_id, a.projected, a.measure, a.version, a.group_id, a.episode, a.stratifier, a.stratum)
	 = (m.patient_id, m.projected, m.measure, m.version, m.group_id, m.episode, m.stratifier, m.stratum);
