-- Reads tests from standard input: one JSON object a line.
CREATE TABLE line (id integer GENERATED ALWAYS AS IDENTITY, body json);
\copy line (body) FROM pstdin WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ESCAPE E'\x02')
CREATE TABLE test AS
SELECT id, body ->> 'file' AS file, body ->> 'group' AS "group", body ->> 'name' AS name,
	   body ->> 'expression' AS expression, body ->> 'invalid' AS invalid, body -> 'outputs' AS outputs,
	   nullif((body -> 'elm')::text, 'null') AS elm, nullif((body -> 'output_elm')::text, 'null') AS output,
	   coalesce(body -> 'elm_error', body -> 'output_error') ->> 0 AS reason
  FROM line;
CREATE TABLE outcome (id integer PRIMARY KEY, status text NOT NULL, result text, expected text, error text);
-- Tests that may fail, because others expect the opposite.
CREATE TABLE excused (file text, "group" text, name text, reason text NOT NULL, PRIMARY KEY (file, "group", name));
\copy excused FROM 'test/cql/excused.tsv' WITH (FORMAT csv, HEADER, DELIMITER E'\t', QUOTE E'\x02', ESCAPE E'\x02')
