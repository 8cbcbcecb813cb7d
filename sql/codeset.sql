-- phm.codeset: text and binary forms, membership, set algebra, aggregates, index and estimates.
\set SHOW_CONTEXT never
SET search_path = phm, pg_catalog;

-- The text form: canonical, and it reads back as the same bytes.
SELECT c::codeset AS codeset, codeset_send(c::codeset::text::codeset) = codeset_send(c::codeset) AS same
  FROM (VALUES (1, '{ICD10CM|E11.9, ICD10CM|E10*}'), (2, '{}'), (3, ' { } '), (4, '{LOINC|4548-4,http://loinc.org|4548-4 , urn:oid:2.16.840.1.113883.6.1|4548-4}'),
               (5, '{SNOMED|2, LOINC|b, LOINC|a, |x, SNOMED|1*}'), (6, '{ICD10CM|E1*, ICD10CM|E10.1, ICD10CM|E1, ICD10CM|E, ICD10CM|E10*, ICD10|E10.1, ICD10CM|E2}'),
               (7, '{LOINC|*, LOINC|1, LOINC|2*, SNOMED|1}'), (8, '{UCUM|10\*, UCUM|10**, UCUM|10*3/uL}'), (9, '{UCUM|{score\}, UCUM|a\,b, <a,b>|c}'),
               (10, '{<my system>|x, <\e>|y, LOINC|\e, LOINC|\ a }'), (11, '{UCUM|10\*, UCUM|10*3/uL, UCUM|10\*\*}')) AS v(n, c) ORDER BY n;
SELECT 'ICD10CM|E11.9'::codeset;
SELECT '{ICD10CM|E11.9'::codeset;
SELECT '{ICD10CM|E11.9,}'::codeset;
\echo :LAST_ERROR_SQLSTATE
SELECT '{ICD10CM|}'::codeset;
SELECT '{ICD10|1, ICD11CM|E11.9}'::codeset;
SELECT '{ICD10CM|E11.9} x'::codeset;

-- Membership.
SELECT concept, concept::concept <@ s AS is_in, s @> concept::concept AS has
  FROM (SELECT '{ICD10CM|E11.9, ICD10CM|E10*, LOINC|4548-4, UCUM|10\*, |x}'::codeset) AS t(s),
       (VALUES (1, 'ICD10CM|E11.9'), (2, 'ICD10CM|E11'), (3, 'ICD10CM|E11.90'), (4, 'ICD10CM|e11.9'), (5, 'ICD10CM|E119'), (6, 'ICD10CM|E10'), (7, 'ICD10CM|E10.65'), (8, 'ICD10CM|E1'),
               (9, 'ICD10|E11.9'), (10, 'ICD10|E10.1'), (11, '|E11.9'), (12, 'urn:oid:2.16.840.1.113883.6.90|E11.9'), (13, 'SNOMED|1; LOINC|4548-4 "x"'), (14, 'SNOMED|1'),
               (15, 'UCUM|10*'), (16, 'UCUM|10*3'), (17, '|x'), (18, 'LOINC|x'), (19, ''), (20, '"text"'), (21, 'LOINC|'), (22, '|')) AS v(n, concept) ORDER BY n;
SELECT 'LOINC|1'::concept <@ '{}'::codeset AS empty, '|'::concept <@ '{|*}'::codeset AS no_code, '|\e'::concept <@ '{|*}'::codeset AS empty_code,
       'LOINC|1'::concept <@ NULL::codeset IS NULL AS null_set;
SELECT contains(s, 'ICD10CM', 'E11.9'), contains(s, 'http://hl7.org/fhir/sid/icd-10-cm', 'E10.1'), contains(s, 'urn:oid:2.16.840.1.113883.6.90', 'E11.9'),
       contains(s, NULL, 'x'), contains(s, NULL, 'y'), contains(s, 'http://x.org', 'x'), contains(s, 'LOINC', NULL) IS NULL AS null_code
  FROM (VALUES ('{ICD10CM|E11.9, ICD10CM|E10*, |x}'::codeset)) AS t(s);
SELECT contains('{}', 'LONIC', '1');
\echo :LAST_ERROR_SQLSTATE
-- Against an oracle: every 3-character code over a small alphabet, sets of codes and prefixes of every size.
CREATE TEMP TABLE word AS
SELECT a || b || c AS w FROM (VALUES (''), ('0'), ('1'), ('.')) AS a(a), (VALUES (''), ('0'), ('1'), ('.')) AS b(b), (VALUES ('0'), ('1'), ('.')) AS c(c) GROUP BY 1;
CREATE TEMP TABLE sample AS
SELECT i, array_agg(w) FILTER (WHERE ('x' || substr(md5(w || i), 1, 4))::bit(16)::int % 100 <= i / 2) AS codes, array_agg(w) FILTER (WHERE ('x' || substr(md5(i || 'p' || w), 1, 4))::bit(16)::int % 400 <= i / 10) AS prefixes
  FROM generate_series(0, 60) AS i, word GROUP BY i;
SELECT count(*) AS tests, sum(is_in::int) AS found, count(*) FILTER (WHERE is_in <> expected OR is_in <> is_in_text) AS wrong
  FROM (SELECT concept('LOINC', w) <@ codeset('LOINC', codes, prefixes) AS is_in, contains(codeset('LOINC', codes, prefixes)::text::codeset, 'LOINC', w) AS is_in_text,
               coalesce(w = ANY (codes), false) OR EXISTS (SELECT FROM unnest(prefixes) AS p WHERE starts_with(w, p)) AS expected
          FROM sample, word) AS t;

-- Set algebra.
SELECT a, b, a::codeset | b::codeset AS "a | b", a::codeset & b::codeset AS "a & b", a::codeset && b::codeset AS "a && b", a::codeset <@ b::codeset AS "a <@ b", a::codeset @> b::codeset AS "a @> b", a::codeset = b::codeset AS "a = b"
  FROM (VALUES (1, '{LOINC|1, LOINC|2}', '{LOINC|2, SNOMED|2}'), (2, '{LOINC|1*}', '{LOINC|12, LOINC|2}'), (3, '{LOINC|1*}', '{LOINC|12*, LOINC|2*}'), (4, '{LOINC|1}', '{LOINC|1*}'),
               (5, '{LOINC|1}', '{SNOMED|1}'), (6, '{}', '{LOINC|1}'), (7, '{}', '{}'), (8, '{LOINC|*}', '{LOINC|1*, SNOMED|*}'), (9, '{LOINC|1, LOINC|2}', '{LOINC|2, urn:oid:2.16.840.1.113883.6.1|1}')) AS v(n, a, b) ORDER BY n;
SELECT a, b, a::codeset - b::codeset AS "a - b", b::codeset - a::codeset AS "b - a"
  FROM (VALUES (1, '{LOINC|1, LOINC|2}', '{LOINC|2, SNOMED|2}'), (2, '{LOINC|1*, SNOMED|1}', '{LOINC|1*, LOINC|2}'), (3, '{LOINC|1}', '{LOINC|2*}'), (4, '{LOINC|1*}', '{LOINC|2*, SNOMED|1*}'), (5, '{}', '{LOINC|1}')) AS v(n, a, b) ORDER BY n;
SELECT '{LOINC|1*}'::codeset - '{LOINC|12}';
\echo :LAST_ERROR_SQLSTATE
SELECT '{LOINC|*}'::codeset - '{LOINC|12*}';
SELECT '{LOINC|12}'::codeset - '{LOINC|1*}' AS within_prefix;
-- The algebra agrees with membership for all pairs of samples and all words.
SELECT count(*) AS tests, count(*) FILTER (WHERE in_or <> (in_a OR in_b) OR in_and <> (in_a AND in_b)) AS wrong
  FROM (SELECT contains(a, 'LOINC', w) AS in_a, contains(b, 'LOINC', w) AS in_b, contains(a | b, 'LOINC', w) AS in_or, contains(a & b, 'LOINC', w) AS in_and
          FROM (SELECT codeset('LOINC', x.codes, x.prefixes) AS a, codeset('LOINC', y.codes, y.prefixes) AS b FROM sample AS x, sample AS y WHERE x.i % 4 = 0 AND y.i % 3 = 0) AS p, word) AS t;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a && b) <> (a & b <> '{}') OR (a <@ b) <> (a | b = b) OR (a @> b) <> (b <@ a) OR (a = b) <> (a <@ b AND b <@ a)
       OR (a | b) <> (b | a) OR (a & b) <> (b & a)) AS wrong, count(*) FILTER (WHERE a && b) > 100 AS overlapping, count(*) FILTER (WHERE a <@ b) > 60 AS contained
  FROM (SELECT codeset('LOINC', x.codes, x.prefixes) AS a, codeset('LOINC', y.codes, y.prefixes) AS b FROM sample AS x, sample AS y) AS t;
SELECT count(*) AS pairs, count(*) FILTER (WHERE d && b OR NOT d <@ a OR (d | (a & b)) <> a) AS wrong
  FROM (SELECT a, b, a - b AS d FROM (SELECT codeset('LOINC', x.codes) AS a, codeset('LOINC', y.codes, y.prefixes) AS b FROM sample AS x, sample AS y) AS s) AS t;

-- Constructor, listing, equality.
SELECT codeset('UCUM', ARRAY['10*', 'g', NULL, 'g'], ARRAY['m']), codeset('LOINC', NULL), codeset(NULL, ARRAY['x']), codeset('LOINC', '{}', ARRAY['']);
SELECT codeset('LONIC', '{}');
SELECT * FROM codes('{ICD10CM|E11.9, ICD10CM|E10*, |x, urn:oid:2.16.840.1.113883.6.1|4548-4}');
SELECT cardinality('{ICD10CM|E11.9, ICD10CM|E10*, ICD10CM|E10.1}'::codeset), cardinality('{}'::codeset);
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a < b) <> (c < 0) OR (a <= b) <> (c <= 0) OR (a = b) <> (c = 0) OR (a >= b) <> (c >= 0) OR (a > b) <> (c > 0) OR (a <> b) <> (c <> 0)
       OR c <> -codeset_cmp(b, a)) AS wrong
  FROM (SELECT a, b, codeset_cmp(a, b) AS c FROM (SELECT codeset('LOINC', x.codes, x.prefixes) AS a, codeset('LOINC', y.codes, y.prefixes) AS b FROM sample AS x, sample AS y WHERE x.i % 3 = 0) AS s) AS t;
SELECT s, count(*) FROM (VALUES ('{LOINC|1, LOINC|2}'::codeset), ('{LOINC|2, LOINC|1}'), ('{}')) AS t(s) GROUP BY s ORDER BY count(*);
SELECT count(DISTINCT codeset_hash(codeset('LOINC', codes, prefixes))) = count(DISTINCT codeset('LOINC', codes, prefixes)::text) AS hashes FROM sample;

-- Large sets, stored out of line.
CREATE TEMP TABLE big (id int, s codeset);
INSERT INTO big SELECT n, codeset('ICD10CM', array_agg('E' || i)) FROM generate_series(1, 3) AS n, generate_series(n, 150000, 3) AS i GROUP BY n;
SELECT id, cardinality(s), pg_column_size(s) BETWEEN 50000 * 12 AND 50000 * 20 AS size, s::text::codeset = s AS reads_back FROM big ORDER BY id;
-- Sets that change from row to row come from the cache and are never mixed up; more of them than the cache holds.
SELECT id, count(*) FROM big, generate_series(1, 150000, 7) AS i WHERE contains(s, 'ICD10CM', 'E' || i) GROUP BY id ORDER BY id;
SELECT count(*) AS tests, count(*) FILTER (WHERE contains(s, 'ICD10CM', 'E' || i) <> (i % 3 = id % 3)) AS wrong
  FROM (SELECT i, id, s FROM generate_series(1, 3000) AS i, big ORDER BY i, id) AS t;
CREATE TEMP TABLE many AS SELECT n, codeset('ICD10CM', array_agg('E' || n || '.' || i)) AS s FROM generate_series(1, 150) AS n, generate_series(1, 1000) AS i GROUP BY n;
SELECT count(*) AS tests, count(*) FILTER (WHERE contains(s, 'ICD10CM', 'E' || k || '.7') <> (n = k)) AS wrong FROM many, generate_series(1, 150, 10) AS k;
-- An updated set is seen at once, in one transaction and one function.
CREATE FUNCTION pg_temp.changing() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text := '';
	has boolean;
BEGIN
	FOR i IN 1 .. 6 LOOP
		UPDATE big SET s = codeset('ICD10CM', (SELECT array_agg('E' || k) FROM generate_series(1, 1000) AS k WHERE k <> 5 OR i % 2 = 0)) WHERE id = 1;
		SELECT contains(s, 'ICD10CM', 'E5') INTO has FROM big WHERE id = 1;
		result := result || has || ' ';
	END LOOP;
	RETURN result;
END $$;
SELECT pg_temp.changing();

-- Aggregates.
CREATE TEMP TABLE dx AS SELECT i, i % 3 AS g, CASE WHEN i % 10 = 0 THEN NULL ELSE ('ICD10CM|E' || i % 50 || '; "t"')::concept END AS code FROM generate_series(1, 2000) AS i;
SELECT codeset_agg(code) FROM dx WHERE i < 8;
SELECT codeset_agg(code) IS NULL AS none, codeset_agg(code) FILTER (WHERE i < 0) IS NULL AS filtered FROM dx WHERE i % 10 = 0;
SELECT codeset_agg(c) AS no_codes FROM (VALUES ('"t"'::concept), (NULL)) AS v(c);
SELECT g, cardinality(codeset_agg(code)), codeset_agg(code) FILTER (WHERE i < 6) AS filtered FROM dx GROUP BY g ORDER BY g;
SELECT i, codeset_agg(code) OVER (ORDER BY i ROWS 1 PRECEDING) AS sliding, codeset_agg(code) OVER (ORDER BY i) AS growing, cardinality(codeset_agg(code) OVER ()) AS whole FROM dx WHERE i BETWEEN 8 AND 13 ORDER BY i;
SELECT codeset_agg(s), codeset_agg(s) FILTER (WHERE s IS NULL) IS NULL AS only_null
  FROM (VALUES ('{LOINC|1}'::codeset), ('{LOINC|2, SNOMED|1*}'), (NULL), ('{SNOMED|12}'), ('{}')) AS v(s);
SELECT codeset_agg(s ORDER BY i DESC) = codeset_agg(s) AS order_is_nothing FROM (SELECT i, codeset('LOINC', ARRAY[i::text]) AS s FROM generate_series(1, 100) AS i) AS t;
-- Called directly, the transition functions change nothing.
SELECT codeset_agg_add(s, 'LOINC|2'), codeset_agg_merge(s, '{LOINC|3}'), codeset_agg_merge(s, NULL), codeset_agg_add(NULL, NULL) IS NULL AS null, s
  FROM (VALUES ('{LOINC|1}'::codeset)) AS v(s);
-- Plain, grouped and parallel plans agree.
CREATE TABLE dx_parallel AS SELECT i, ('ICD10CM|E' || i % 997)::concept AS code, codeset('LOINC', ARRAY[(i % 10)::text]) AS s FROM generate_series(1, 20000) AS i;
ANALYZE dx_parallel;
CREATE TEMP TABLE result AS SELECT codeset_agg(code) AS a, codeset_agg(s) AS b, codeset_agg(code) FILTER (WHERE i % 2 = 0 AND i < 1000) AS c FROM dx_parallel;
CREATE TEMP TABLE grouped AS SELECT i % 7 AS g, codeset_agg(code) AS a, codeset_agg(s) AS b FROM dx_parallel GROUP BY 1;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT codeset_agg(code), codeset_agg(s) FROM dx_parallel;
SELECT cardinality(r.a), cardinality(r.b), cardinality(r.c), (r.a, r.b, r.c) = (p.a, p.b, p.c) AS same
  FROM result AS r, (SELECT codeset_agg(code) AS a, codeset_agg(s) AS b, codeset_agg(code) FILTER (WHERE i % 2 = 0 AND i < 1000) AS c FROM dx_parallel) AS p;
SELECT count(*) AS groups, count(*) FILTER (WHERE (g.a, g.b) = (p.a, p.b)) AS same
  FROM grouped AS g JOIN (SELECT i % 7 AS g, codeset_agg(code) AS a, codeset_agg(s) AS b FROM dx_parallel GROUP BY 1) AS p USING (g);
SET parallel_leader_participation = off;
SELECT cardinality(codeset_agg(code)), codeset_agg(s) = (SELECT b FROM result) AS same FROM dx_parallel;
RESET parallel_leader_participation; RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- GIN: the planner uses it, and it finds what the operator finds.
CREATE TABLE seen AS
SELECT i, CASE WHEN i % 100 = 0 THEN NULL WHEN i % 101 = 0 THEN '"no code"'::concept
               WHEN i % 3 = 0 THEN ('ICD10CM|E' || lpad((i % 1000)::text, 3, '0') || '.' || i % 7 || '; SNOMED|' || i % 5000)::concept
               WHEN i % 3 = 1 THEN ('urn:oid:2.16.840.1.113883.6.90|E' || lpad((i % 1000)::text, 3, '0') || ' "d"')::concept
               ELSE ('http://x.org/codes|E' || repeat('x', i % 300) || i % 1000)::concept END AS code
  FROM generate_series(1, 20000) AS i;
CREATE INDEX event_code ON seen USING gin (code);
VACUUM ANALYZE seen;
-- Rows that still wait in the index's pending list.
INSERT INTO seen SELECT i + 20000, code FROM seen WHERE i <= 500;
CREATE TEMP TABLE query AS SELECT * FROM (VALUES (1, '{ICD10CM|E012.3, ICD10CM|E013, LOINC|1}'::codeset), (2, '{ICD10CM|E01*}'), (3, '{ICD10CM|E012.3, ICD10CM|E5*, SNOMED|17}'), (4, '{SNOMED|17*}'), (5, '{}'), (6, '{ICD10CM|*}'),
	(7, '{http://x.org/codes|E*}'), (8, ('{http://x.org/codes|E' || repeat('x', 200) || '*}')::codeset), (9, ('{http://x.org/codes|E' || repeat('x', 299) || '299}')::codeset), (10, '{LOINC|*, LOINC|1}'), (11, '{ICD10CM|E01\*}')) AS v(q, s)
UNION ALL SELECT 12, codeset('ICD10CM', array_agg('E' || lpad((i * 3)::text, 3, '0') || '.' || j)) FROM generate_series(0, 300) AS i, generate_series(0, 4) AS j
UNION ALL SELECT 13, codeset('SNOMED', array_agg(i::text), ARRAY['17']) | codeset('http://x.org/codes', array_agg('E' || repeat('x', i) || i), ARRAY['Exxxxx4', 'E' || repeat('x', 250)]) | '{LOINC|1}' FROM generate_series(1, 299, 2) AS i
UNION ALL SELECT 14, codeset('LOINC', array_agg(i::text)) FROM generate_series(1, 1000) AS i;
EXPLAIN (COSTS OFF) SELECT i FROM seen WHERE code <@ '{ICD10CM|E012.3, ICD10CM|E013}';
EXPLAIN (COSTS OFF) SELECT i FROM seen WHERE '{ICD10CM|E012.3, ICD10CM|E01*}'::codeset @> code;
EXPLAIN (COSTS OFF) SELECT i FROM seen WHERE code ~ 'ICD10CM|E013; SNOMED|17';
SET enable_seqscan = off;
-- PostgreSQL 18 marks the scan of query, which has no index, as disabled.
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		CONTINUE WHEN line ~ '^ *Disabled: true$';
		RETURN NEXT line;
	END LOOP;
END $$;
SELECT pg_temp.plan('SELECT q, i FROM query, seen WHERE code <@ s');
CREATE TEMP TABLE by_index AS SELECT q, i FROM query, seen WHERE code <@ s;
SELECT count(*) FROM seen WHERE code ~ 'ICD10CM|E013; SNOMED|17';
SELECT count(*) FROM seen WHERE code ~ '"no code"';
SET enable_seqscan = on; SET enable_bitmapscan = off;
CREATE TEMP TABLE by_scan AS SELECT q, i FROM query, seen WHERE code <@ s;
SELECT count(*) FROM seen WHERE code ~ 'ICD10CM|E013; SNOMED|17';
SELECT q, (SELECT count(*) FROM by_scan WHERE by_scan.q = query.q) AS by_scan, (SELECT count(*) FROM by_index WHERE by_index.q = query.q) AS by_index FROM query ORDER BY q;
(SELECT * FROM by_scan EXCEPT SELECT * FROM by_index) UNION ALL (SELECT * FROM by_index EXCEPT SELECT * FROM by_scan);
RESET enable_bitmapscan;

-- Estimates: within a factor of two of the truth where the statistics know it.
CREATE FUNCTION pg_temp.estimate(condition text, OUT estimated bigint, OUT actual bigint) LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM seen WHERE ' || condition INTO plan;
	estimated := plan -> 0 -> 'Plan' ->> 'Plan Rows';
	EXECUTE 'SELECT count(*) FROM seen WHERE ' || condition INTO actual;
END $$;
SELECT n, c, estimated BETWEEN actual / 2 AND actual * 2 + 10 AS near
  FROM (VALUES (1, $$code <@ '{ICD10CM|E013, ICD10CM|E016}'$$), (2, $$'{ICD10CM|E013}'::codeset @> code$$), (3, $$code <@ '{ICD10CM|*}'$$), (4, $$code <@ '{}'$$)) AS v(n, c), pg_temp.estimate(c) ORDER BY n;
SELECT codeset('ICD10CM', array_agg('E' || lpad(i::text, 3, '0'))) AS set FROM generate_series(0, 999) AS i \gset
SELECT estimated BETWEEN actual / 2 AND actual * 2 AS near FROM pg_temp.estimate(format('code <@ %L', :'set'));
-- The most common codes are in the statistics.
SELECT (most_common_elems::text::bigint[] @> ARRAY[code_hash('ICD10CM', 'E013')]) AS common, array_length(most_common_elem_freqs, 1) - array_length(most_common_elems::text::bigint[], 1) AS extra
  FROM pg_stats WHERE schemaname = 'phm' AND tablename = 'seen' AND attname = 'code';
DROP TABLE seen, dx_parallel;

-- Binary form.
SELECT codeset_send('{}'), codeset_send('{LOINC|1, LOINC|2*, |x}');
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	stream bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	octal text;
	result text;
BEGIN
	SELECT string_agg('\0' || lpad((get_byte(stream, i) / 64)::text || (get_byte(stream, i) / 8 % 8) || (get_byte(stream, i) % 8), 3, '0'), '' ORDER BY i)
	  INTO octal FROM generate_series(0, length(stream) - 1) AS i;
	CREATE TEMP TABLE received (s phm.codeset) ON COMMIT DROP;
	EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
	SELECT s::text INTO result FROM received;
	DROP TABLE received;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT s, pg_temp.receive(codeset_send(s::codeset)) = s AS same FROM (VALUES ('{}'), ('{LOINC|1, LOINC|2*}'), ('{|x}'), ('{LOINC|*}')) AS v(s);
SELECT n, pg_temp.receive(b) FROM (VALUES
	(1, '\x'::bytea), (2, '\x01000000'), (3, '\x02000000000000000000000000000000'), (4, '\x0100000000000000000000000000000000'), (5, '\x010000000000000001000000000000000000000000000000'),
	(6, '\x01000000ffffffff0000000000000000'), (7, '\x0100000000000000ffffffffffffffff'), (8, '\x01010000000000000000000000000000')) AS v(n, b) ORDER BY n;
-- Every flipped bit is refused or another canonical set.
SELECT count(*) AS flips, count(*) FILTER (WHERE r !~ '^22P03|^22021' AND (r::codeset::text <> r OR r = '{LOINC|1, LOINC|2*, |x}')) AS wrong
  FROM (SELECT pg_temp.receive(set_byte(b, i, get_byte(b, i) # bit)) AS r
          FROM (SELECT codeset_send('{LOINC|1, LOINC|2*, |x}') AS b) AS s, generate_series(0, length(b) - 1) AS i, (VALUES (1), (64)) AS f(bit)) AS t;
