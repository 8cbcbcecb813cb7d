-- Runs the tests of one file.  A test that is invalid is to end with an error;
-- the others are to give what is expected.
CREATE OR REPLACE FUNCTION pg_temp.compare(expression text, expected text,
	OUT same boolean, OUT result text, OUT expected_result text, OUT error text)
LANGUAGE plpgsql AS $$
BEGIN
	SELECT c.same, c.result, c.expected_result, c.error INTO same, result, expected_result, error
	  FROM phm.compare_elm(expression, expected, '2026-06-30 12:00:00+00') AS c;
EXCEPTION WHEN OTHERS THEN
	same := false;
	error := 'raised: ' || SQLERRM;
END
$$;
INSERT INTO outcome
SELECT t.id,
	   CASE WHEN t.elm IS NULL OR t.output IS NULL AND coalesce(t.invalid, 'false') = 'false' THEN 'not expressible'
			WHEN t.output IS NOT NULL THEN CASE WHEN c.same THEN 'passed' ELSE 'failed' END
			WHEN c.error IS NOT NULL AND c.error NOT LIKE 'raised: %' THEN 'passed'
			ELSE 'failed' END,
	   c.result, CASE WHEN t.output IS NULL THEN 'an error' ELSE c.expected_result END, c.error
  FROM test AS t
 CROSS JOIN LATERAL pg_temp.compare(t.elm, t.output) AS c
 WHERE t.file = :'file';
