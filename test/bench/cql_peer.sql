-- The peer's figures beside ours: CPU of one core, means over the same cases.
\ir measure.sql
SELECT pg_temp.line(left(measure, 20) || ': ' || what, cases, round(theirs / ours)::text, 'times', format('%s us against %s us', round(theirs), round(ours, 1)))
  FROM (SELECT p.measure, p.cases, r.number, r.what, r.ours::numeric, CASE WHEN r.theirs ~ '^[0-9.]+$' THEN 1e6 / r.theirs::numeric END AS theirs
		  FROM bench_peer AS p
		  JOIN (SELECT measure, avg(us) AS us, avg(us + building_us) AS whole FROM bench_time GROUP BY measure) AS t USING (measure)
		 CROSS JOIN LATERAL (VALUES (1, 'engine, bare', t.us, p.engine), (2, 'engine, with chart', t.whole, p.engine),
									(3, 'fqm, with chart', t.whole, p.whole)) AS r(number, what, ours, theirs)) AS x
 ORDER BY measure, number;
SELECT format('phm: bench: the peer failed on %s: %s', measure, engine) FROM bench_peer WHERE engine !~ '^[0-9.]+$';
