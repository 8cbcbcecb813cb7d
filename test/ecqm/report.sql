-- One line a measure, what disagrees, totals.
SELECT format('%-58s %6s %6s %9s %12s', 'measure', 'cases', 'agree', 'disagree', 'us/patient');
SELECT format('%-58s %6s %6s %9s %12s', v.measure, count(*), count(*) FILTER (WHERE problem = ''), count(*) FILTER (WHERE problem <> ''),
			  (SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY us)::numeric, 1) FROM duration AS d WHERE d.measure = v.measure))
  FROM verdict AS v GROUP BY v.measure ORDER BY v.measure;
SELECT format('%s cannot be run: %s', measure, replace(problem, E'\n', E'\n    ')) FROM trouble ORDER BY measure;
SELECT format('%s: %s %s: %s%s', CASE WHEN e.result = v.problem THEN 'excused' ELSE 'disagrees' END, v.measure, v.name, v.problem,
			  CASE WHEN e.result <> v.problem THEN format(' (excused is: %s)', e.result) END)
  FROM verdict AS v LEFT JOIN excused AS e USING (measure, name)
 WHERE v.problem <> '' AND NOT EXISTS (SELECT FROM trouble AS t WHERE t.measure = v.measure) ORDER BY v.measure, v.name;
SELECT format('agrees, but is in the list of excused cases: %s %s', measure, name)
  FROM verdict JOIN excused USING (measure, name) WHERE problem = '' ORDER BY measure, name;
SELECT format('microseconds per patient: median of the medians %s, largest median %s, p99 of all %s', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY m)::numeric, 1), round(max(m)::numeric, 1),
			  (SELECT round(percentile_cont(0.99) WITHIN GROUP (ORDER BY us)::numeric, 1) FROM duration))
  FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS m FROM duration GROUP BY measure) AS t HAVING count(*) > 0;
SELECT format('%s excused', count(*)) FROM verdict JOIN excused USING (measure, name) WHERE problem <> '' AND result = problem HAVING count(*) > 0;
SELECT format('%-22s %6s cases %6s changed', way, count(*), count(*) FILTER (WHERE what <> '')) FROM changed GROUP BY way ORDER BY way;
SELECT format('changed by %s: %s %s: %s%s', way, measure, name, what, CASE WHEN e.result = what THEN ' (expected: ' || e.reason || ')' END)
  FROM changed LEFT JOIN may_change AS e USING (measure, name, way) WHERE what <> '' ORDER BY way, measure, name;
SELECT format('total %s %s %s', count(*), count(*) FILTER (WHERE problem = ''), count(*) FILTER (WHERE problem <> '')) FROM verdict;
