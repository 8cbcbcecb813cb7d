-- Runs the tests of one file.  A test that is invalid is to end with an error;
-- the others are to give what is expected.
INSERT INTO outcome
SELECT t.id,
	   CASE WHEN t.elm IS NULL OR t.output IS NULL AND coalesce(t.invalid, 'false') = 'false' THEN 'not expressible'
			WHEN t.output IS NOT NULL THEN CASE WHEN c.same THEN 'passed' ELSE 'failed' END
			WHEN c.error IS NOT NULL THEN 'passed'
			ELSE 'failed' END,
	   c.result, CASE WHEN t.output IS NULL THEN 'an error' ELSE c.expected_result END, c.error
  FROM test AS t
 CROSS JOIN LATERAL phm.compare_elm(t.elm, t.output, '2026-06-30 12:00:00+00') AS c
 WHERE t.file = :'file';
