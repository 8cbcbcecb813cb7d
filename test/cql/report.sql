-- What failed (all of it, or how many of each group), what is excused or could not be expressed, totals.
UPDATE outcome AS o
   SET status = CASE o.status WHEN 'failed' THEN 'excused' ELSE 'failed' END,
	   error = CASE o.status WHEN 'passed' THEN 'it passes and need not be excused' ELSE o.error END
  FROM test AS t JOIN excused AS e USING (file, "group", name)
 WHERE t.id = o.id;
SELECT :'verbose'::boolean AS verbose \gset
\if :verbose
SELECT format(E'failed: %s/%s/%s\n  expression: %s\n  got:        %s\n  expected:   %s', t.file, t."group", t.name,
			  regexp_replace(t.expression, '\s+', ' ', 'g'), coalesce('error: ' || o.error, o.result, 'nothing'),
			  coalesce(o.expected, t.outputs ->> 0))
  FROM test AS t LEFT JOIN outcome AS o USING (id)
 WHERE coalesce(o.status, 'failed') = 'failed' ORDER BY t.id;
\else
SELECT format('failed: %s/%s: %s of %s', t.file, t."group", count(*) FILTER (WHERE coalesce(o.status, 'failed') = 'failed'), count(*))
  FROM test AS t LEFT JOIN outcome AS o USING (id)
 GROUP BY t.file, t."group" HAVING count(*) FILTER (WHERE coalesce(o.status, 'failed') = 'failed') > 0 ORDER BY min(t.id);
\endif
SELECT format('excused: %s/%s/%s: %s', file, "group", name, e.reason)
  FROM test AS t JOIN outcome AS o USING (id) JOIN excused AS e USING (file, "group", name) WHERE o.status = 'excused' ORDER BY t.id;
SELECT format('not expressible: %s/%s/%s: %s', t.file, t."group", t.name,
			  coalesce(t.reason, 'neither an output nor an error is expected'))
  FROM test AS t JOIN outcome AS o USING (id) WHERE o.status = 'not expressible' ORDER BY t.id;
SELECT format('%s tests: %s passed, %s failed, %s excused, %s not expressible', count(*),
			  count(*) FILTER (WHERE o.status = 'passed'), count(*) FILTER (WHERE coalesce(o.status, 'failed') = 'failed'),
			  count(*) FILTER (WHERE o.status = 'excused'), count(*) FILTER (WHERE o.status = 'not expressible'))
  FROM test AS t LEFT JOIN outcome AS o USING (id);
