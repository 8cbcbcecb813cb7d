-- phm.quantity: numbers with units.
SET search_path = phm, pg_catalog;

-- text form: what goes in comes out
SELECT q::phm.quantity
  FROM unnest(ARRAY['7.2 ''%''', '< 5 ''mg/dL''', '<=5.00 ''mg/dL''', '> 5', '>= -5', '72 "bpm"', '7.2', '0', '0.000', '-0.50 ''Cel''',
                    '+1', '  3   ''1''  ', '5''mg''', '1e3 ''m''', '1.50E-2', '12e-1', '1 ''{it''''s}''', '1 "a""b"', '1 "mg"', '1 "µ ''x''"',
                    '170141183460469231731687303715884105727', '-170141183460469231731687303715884105727',
                    '0.000000000000000000000000000001', '1.0000000000000000000000000000000000'])
       WITH ORDINALITY AS t(q, n) ORDER BY n;
SELECT '5'::phm.quantity::text::phm.quantity, pg_column_size('7.2 ''%'''::phm.quantity);

-- what is not a quantity
SELECT ''::phm.quantity;
\echo :SQLSTATE
SELECT 'mg'::phm.quantity;
\echo :SQLSTATE
SELECT '5 mg'::phm.quantity;
SELECT '5 ''mg'::phm.quantity;
SELECT '5 ''mg'' x'::phm.quantity;
SELECT '5 ''mg'''''::phm.quantity;
SELECT '5 '''''::phm.quantity;
SELECT '5 ""'::phm.quantity;
SELECT '5 ''mcg'''::phm.quantity;
\echo :SQLSTATE
SELECT '5.'::phm.quantity;
SELECT '.5'::phm.quantity;
SELECT '1e'::phm.quantity;
SELECT '--1'::phm.quantity;
SELECT '=5'::phm.quantity;
SELECT '~ 5'::phm.quantity;
SELECT 'NaN'::phm.quantity;
SELECT '1e39'::phm.quantity;
\echo :SQLSTATE
SELECT '1e-31'::phm.quantity;
SELECT '170141183460469231731687303715884105728'::phm.quantity;
SELECT '1e999999999999999999999'::phm.quantity;
SELECT ('5 "' || repeat('x', 1001) || '"')::phm.quantity;
\echo :SQLSTATE

-- comparing: units are converted exactly
SELECT a, b, a::phm.quantity < b::phm.quantity AS "<", a::phm.quantity <= b::phm.quantity AS "<=", a::phm.quantity = b::phm.quantity AS "=",
       a::phm.quantity <> b::phm.quantity AS "<>", a::phm.quantity >= b::phm.quantity AS ">=", a::phm.quantity > b::phm.quantity AS ">"
  FROM (VALUES ('1 ''g''', '1000 ''mg'''), ('1 ''g''', '1000.000000000000000000000001 ''mg'''), ('7.2', '7.20 ''1'''), ('7.2 ''%''', '0.072'),
               ('126 ''mg/dL''', '1.26 ''g/L'''), ('98.6 ''[degF]''', '37 ''Cel'''), ('100 ''[degF]''', '37.7777777777777777 ''Cel'''),
               ('1 ''[lb_av]''', '453.59237 ''g'''), ('60 ''min''', '1 ''h'''), ('1 ''a''', '12 ''mo'''), ('1 ''a''', '365 ''d'''),
               ('180 ''deg''', '3.14 ''rad'''), ('180 ''deg''', '1 ''[pi].rad'''), ('20 ''dB''', '2 ''B'''), ('6 ''[pH]''', '7 ''[pH]'''),
               ('1 ''10*3/uL''', '1 ''10*9/L'''), ('2 ''m[iU]/L''', '2 ''u[iU]/mL'''), ('1e24 ''ym''', '1 ''m'''), ('-1 ''g''', '0 ''kg'''),
               ('72 "bpm"', '72.0 "bpm"'), ('1 ''{score}''', '2 ''{points}''')) AS t(a, b);
-- no answer: not commensurable, not of one kind
SELECT a, b, a::phm.quantity < b::phm.quantity AS "<", a::phm.quantity = b::phm.quantity AS "=", phm.commensurable(a::phm.quantity, b::phm.quantity)
  FROM (VALUES ('1 ''g''', '1 ''m'''), ('1 ''[iU]''', '1 ''U'''), ('72 "bpm"', '72 ''/min'''), ('1 "mg"', '1 ''mg'''), ('1 "mg"', '1 "MG"'),
               ('7 ''[pH]''', '1 ''mol/L'''), ('1 ''mg/dL''', '1 ''mmol/L''')) AS t(a, b);
-- comparators stand for all the values they allow
SELECT a, b, a::phm.quantity < b::phm.quantity AS "<", a::phm.quantity <= b::phm.quantity AS "<=", a::phm.quantity = b::phm.quantity AS "=",
       a::phm.quantity <> b::phm.quantity AS "<>", a::phm.quantity >= b::phm.quantity AS ">=", a::phm.quantity > b::phm.quantity AS ">"
  FROM (VALUES ('< 5', '7'), ('< 5', '3'), ('< 5', '5'), ('<= 5', '5'), ('> 5', '5'), ('>= 5', '5'), ('> 5', '7'), ('7', '< 5'), ('< 5', '< 5'),
               ('<= 5', '>= 5'), ('< 5', '>= 5'), ('> 5', '< 5'), ('>= 5', '<= 5'), ('< 5 ''mg''', '1 ''g'''), ('> 2 ''g''', '< 1 ''mg''')) AS t(a, b);

-- sorting follows the magnitude; grouping keeps what is written
SELECT q FROM unnest(ARRAY['1 ''g''', '1000 ''mg''', '1 ''kg''', '> 1 ''g''', '< 1 ''g''', '2 ''mg''', '1.0 ''g''', '37 ''Cel''', '98.5 ''[degF]''', '300 ''K''',
                           '5', '4 ''1''', '6', '50 ''%''', '3 "x"', '1 "y"', '10 "x"', '7 ''[pH]''', '1 ''mol/L''', '6 ''[pH]''', NULL]::phm.quantity[]) AS q ORDER BY q;
SELECT q, count(*) FROM unnest(ARRAY['1 ''g''', '1000 ''mg''', '1 ''g''', '1.0 ''g''']::phm.quantity[]) AS q GROUP BY q ORDER BY q;
SELECT '1 ''g'''::phm.quantity *= '1 ''g''' AS same, '1 ''g'''::phm.quantity *= '1.0 ''g''' AS "other scale", '1 ''g'''::phm.quantity *<> '1000 ''mg''' AS "other unit",
       phm.quantity_hash('1 ''g''') = phm.quantity_hash('1 ''g''') AS hash;
CREATE TEMP TABLE lab (id integer PRIMARY KEY, q phm.quantity);
INSERT INTO lab SELECT i, phm.quantity(i * 0.5, (ARRAY['mg/dL', 'g/L', 'ug/mL', '%', 'Cel', '[degF]'])[1 + i % 6]) FROM generate_series(1, 3000) AS i;
CREATE INDEX ON lab (q);
SET enable_seqscan = off;
SELECT count(*) = 3000 AS "every row by index",
       bool_and(phm.quantity_image_cmp(before, q) <= 0) IS NOT FALSE AS "in order" FROM (SELECT q, lag(q) OVER (ORDER BY q) AS before FROM lab) AS t;
SELECT id FROM lab WHERE q *= '500.5 ''[degF]''';
RESET enable_seqscan;
-- planning with statistics: a comparison that gives no answer is no error
ANALYZE lab;
SELECT count(*) FROM lab WHERE q < '5 ''m''' OR q = '1 "x"';
SELECT count(*) FROM lab AS a JOIN lab AS b ON a.q = b.q WHERE a.q < '50 ''mg/dL''';

-- arithmetic
SELECT a, b, a + b AS "+", a - b AS "-"
  FROM (VALUES ('1 ''g'''::phm.quantity, '5 ''mg'''::phm.quantity), ('5 ''mg''', '1 ''g'''), ('1.50', '2.5 ''1'''), ('1 ''h''', '20 ''min'''), ('20 ''min''', '1 ''h'''),
               ('37.5 ''Cel''', '36.0 ''Cel'''), ('37 ''Cel''', '1 ''K'''), ('1 ''g''', '1 ''m'''), ('72 "bpm"', '3 "bpm"'), ('72 "bpm"', '3 ''/min'''),
               ('< 5', '3'), ('< 5', '<= 3'), ('< 5', '> 3'), ('5', '< 3')) AS t(a, b);
SELECT a, b, a * b AS "*", a / b AS "/"
  FROM (VALUES ('10 ''mg'''::phm.quantity, '4 ''mg'''::phm.quantity), ('10 ''mg/dL''', '2 ''L'''), ('10 ''mg''', '2 ''kg.d'''), ('7 ''/min''', '2 ''min'''),
               ('6 ''m''', '4 ''/s'''), ('6', '3 ''/s/m'''), ('1.00', '3'), ('2.50 ''g''', '0.5'), ('37 ''Cel''', '2'), ('37 ''Cel''', '2 ''h'''), ('72 "bpm"', '2'),
               ('72 "bpm"', '2 ''min'''), ('72 "bpm"', '36 "bpm"'), ('< 5', '-2'), ('< 5', '0.5'), ('< 5', '> 2')) AS t(a, b);
SELECT '5 ''mg'''::phm.quantity * 2.5, 2 * '5 ''mg'''::phm.quantity, '5 ''mg'''::phm.quantity / 3, '200 ''mg'''::phm.quantity / 3.000, '< 5 ''mg'''::phm.quantity * 0,
       1e30 * '1'::phm.quantity * 0.000000000000000000000000000001;
SELECT - '< 5 ''mg'''::phm.quantity, - '5'::phm.quantity, @ '-5 ''mg'''::phm.quantity, @ '<= -5'::phm.quantity, @ '> 5'::phm.quantity, @ '< 5'::phm.quantity;
SELECT d, phm.quantity_round(q, d), phm.quantity_round(- q, d) FROM (SELECT '1250.456 ''mg'''::phm.quantity AS q) AS t, unnest(ARRAY[4, 3, 2, 0, -1, -2, -3, -4, -5, 40, -100]) AS d;
SELECT phm.quantity_round('2.5'), phm.quantity_round('< -2.5');
SELECT '1'::phm.quantity / 0;
\echo :SQLSTATE
SELECT '1'::phm.quantity / '0 ''mg''';
SELECT '1e38'::phm.quantity * 10;
\echo :SQLSTATE
SELECT '1e38'::phm.quantity + '1e38';
SELECT '1e38'::phm.quantity + '0.001';
SELECT phm.quantity(1, 'm{' || repeat('x', 200) || '}') * phm.quantity(1, 'g{' || repeat('x', 200) || '}');
\echo :SQLSTATE
SELECT phm.quantity(1, 'm60') * phm.quantity(1, 'm60');
\echo :SQLSTATE

-- the same as numeric: exactly, and to 16 digits where a quotient does not end
SELECT count(*), bool_and(phm.value(a + b) = x + y) AS "+", bool_and(phm.value(a - b) = x - y) AS "-", bool_and(phm.value(a * b) = x * y) AS "*",
       bool_and(abs(phm.value(a / b) - x / y) <= abs(x / y) * 1e-15) AS "/", bool_and(phm.value(phm.quantity_round(a, d)) = round(x, d)) AS round,
       bool_and((a < b) = (x < y) AND (a = b) = (x = y)) AS compare, bool_and(phm.value(a::text::phm.quantity)::text = x::text) AS text
  FROM (SELECT x, y, d, phm.quantity(x) AS a, phm.quantity(y) AS b
          FROM (SELECT (i * 7919 % 100003 - 50000) * 10.0 ^ (i % 13 - 6) AS x, (i * 104729 % 1000003 - 500001) / 10.0 ^ (i % 9) AS y, i % 12 - 4 AS d
                  FROM generate_series(1, 2000) AS i) AS t
         WHERE scale(x) <= 30 AND scale(y) <= 30 AND y <> 0) AS t;
SELECT count(*), bool_and(phm.value(q, 'g') = v * 453.59237) AS exact, bool_and(phm.convert(phm.convert(q, 'g'), '[lb_av]') = q) AS "there and back",
       bool_and(abs(phm.value(t, 'Cel') - (v - 32) * 5 / 9) < 1e-11) AS temperature
  FROM (SELECT v, phm.quantity(v, '[lb_av]') AS q, phm.quantity(v, '[degF]') AS t FROM (SELECT i * 0.37 - 200 AS v FROM generate_series(1, 1000) AS i) AS t) AS t;

-- parts, construction, casts
SELECT phm.value(q), phm.value(q, 'g/L'), phm.unit(q), phm.comparator(q), phm.convert(q, 'ug/mL')
  FROM unnest(ARRAY['< 5.0 ''mg/dL''', '72 "bpm"', '7.20', '1 ''mmol/L''']::phm.quantity[]) AS q;
SELECT phm.convert('> 7.0 ''[pH]''', 'nmol/L') AS "an upper bound now";
SELECT phm.value('1', 'mcg');
\echo :SQLSTATE
SELECT phm.quantity(7.20), phm.quantity(7.20, '%'), phm.quantity(5, 'mg/dL', '<'), phm.quantity(5, NULL), phm.quantity(5, ''), phm.quantity(NULL, 'mg'),
       phm.quantity(72, 'bpm', ucum => false), phm.quantity(5, '1', '>=', true);
SELECT phm.quantity(72, 'bpm');
\echo :SQLSTATE
SELECT phm.quantity(72, 'mg', '==');
\echo :SQLSTATE
SELECT phm.quantity('NaN'::numeric);
SELECT phm.quantity(1e40);
\echo :SQLSTATE
SELECT 7.20::numeric::phm.quantity, '7.20'::phm.quantity::numeric, '7.2 ''1'''::phm.quantity::numeric;
SELECT '7.2 ''%'''::phm.quantity::numeric;
SELECT '< 7'::phm.quantity::numeric;
\echo :SQLSTATE

-- binary form, pinned
SELECT q, encode(phm.quantity_send(q), 'hex') FROM unnest(ARRAY['7.2 ''%''', '< 5 ''mg/dL''', '-300 "x"', '0.00']::phm.quantity[]) AS q;
CREATE TEMP TABLE wire (q phm.quantity, s phm.quantity_summary);
INSERT INTO wire SELECT q, phm.quantity_summary_agg(q) OVER () FROM unnest(ARRAY['7.2 ''%''', '< 5 ''mg/dL''', '-300 "µ"', '0.00',
	'170141183460469231731687303715884105727 ''[iU]''']::phm.quantity[]) AS q;
CREATE FUNCTION pg_temp.through_wire() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE file text := current_setting('data_directory') || '/phm_quantity_wire';
BEGIN
	EXECUTE format('COPY wire TO PROGRAM %L (FORMAT binary)', format('cat > %L', file));
	CREATE TEMP TABLE wire_back (LIKE wire);
	EXECUTE format('COPY wire_back FROM PROGRAM %L (FORMAT binary)', format('cat %L && rm %L', file, file));
	RETURN (SELECT count(*) FROM wire AS a JOIN wire_back AS b ON a.q OPERATOR(phm.*=) b.q AND a.s::text = b.s::text);
END $$;
SELECT pg_temp.through_wire();
-- what recv refuses: bytes as a client would send them
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	octal text;
BEGIN
	SELECT string_agg(format('\%s%s%s', b / 64, b / 8 % 8, b % 8), '' ORDER BY i) INTO octal
	  FROM (SELECT i, get_byte(message, i) AS b FROM generate_series(0, length(message) - 1) AS i) AS t;
	CREATE TEMP TABLE received (q phm.quantity) ON COMMIT DROP;
	EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', 'printf ''' || octal || '''');
	RETURN (SELECT q FROM received);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT pg_temp.receive('\x010001014825') AS good;
SELECT pg_temp.receive('\x010001');
SELECT pg_temp.receive('\x020001014825') AS "version";
SELECT pg_temp.receive('\x012001014825') AS "flags";
SELECT pg_temp.receive('\x010501014825') AS "comparator";
SELECT pg_temp.receive('\x01001f014825') AS "scale";
SELECT pg_temp.receive('\x010001114825') AS "longer than it is";
SELECT pg_temp.receive('\x01000102480025') AS "leading zero";
SELECT pg_temp.receive('\x01000180') AS "minus zero";
SELECT pg_temp.receive('\x01000010ffffffffffffffffffffffffffffffff') AS "beyond 127 bits";
SELECT pg_temp.receive('\x01000001056d6367') AS "not UCUM";
SELECT pg_temp.receive('\x0108000105') AS "no unit, but not UCUM";
SELECT pg_temp.receive('\x0108000105c3') AS "cut character";

-- aggregates: plain, grouped, FILTER, OVER, empty
SELECT phm.quantity_sum(q), phm.quantity_avg(q), phm.quantity_min(q), phm.quantity_max(q) FROM unnest(ARRAY['1 ''g''', '250 ''mg''', '250.5 ''mg''', NULL]::phm.quantity[]) AS q;
SELECT phm.quantity_avg(q) AS temperature, phm.quantity_sum(q) AS "no sum", phm.quantity_min(q), phm.quantity_max(q) FROM unnest(ARRAY['37.0 ''Cel''', '98.6 ''[degF]''', '39.0 ''Cel''']::phm.quantity[]) AS q;
SELECT phm.quantity_sum(q), phm.quantity_avg(q), phm.quantity_min(q), phm.quantity_max(q) FROM unnest(ARRAY['1 ''g''', '1 ''m''']::phm.quantity[]) AS q;
SELECT phm.quantity_sum(q), phm.quantity_avg(q), phm.quantity_min(q), phm.quantity_max(q) FROM unnest(ARRAY[]::phm.quantity[]) AS q;
SELECT phm.quantity_sum(q), phm.quantity_min(q) FROM unnest(ARRAY[NULL, NULL]::phm.quantity[]) AS q;
SELECT v, phm.quantity_sum(q), phm.quantity_avg(q), phm.quantity_min(q), phm.quantity_max(q)
  FROM (VALUES (1, '{<5,7}'::phm.quantity[]), (2, '{<5,3}'), (3, '{<5,<3}'), (4, '{<=5,5}'), (5, '{>5,3}'), (6, '{>5,7}'), (7, '{>5,>7}'), (8, '{<5,>7}'), (9, '{5.0,5,7}'),
               (10, '{"5 \"bpm\"","7 \"bpm\""}'), (11, '{"5 \"bpm\"","7 ''/min''"}'), (12, '{"6 ''[pH]''","7 ''[pH]''"}')) AS t(v, a), unnest(a) AS q GROUP BY v ORDER BY v;
SELECT id % 6 AS g, phm.quantity_sum(q), phm.quantity_sum(q) FILTER (WHERE id < 100) AS few, phm.quantity_max(q) FROM lab GROUP BY 1 ORDER BY 1;
SELECT id, q, phm.quantity_sum(q) OVER w, phm.quantity_avg(q) OVER w, phm.quantity_min(q) OVER w, phm.quantity_max(q) OVER w
  FROM lab WHERE id % 6 IN (0, 1, 2) AND id < 14 WINDOW w AS (ORDER BY id ROWS 2 PRECEDING) ORDER BY id;
SELECT phm.quantity_sum(q) FROM unnest(ARRAY['1e38', '1e38']::phm.quantity[]) AS q;
\echo :SQLSTATE
-- the state: text form, merging, asking
SELECT phm.quantity_summary_agg(q) FROM unnest(ARRAY['7.2 ''%''', '< 9.0 ''%''', '> 3 "it''s ""x"""', '5', '1 ''{it''''s}''']::phm.quantity[]) AS q;
SELECT s = merged::text AS "reads back", phm.quantity_count(merged)
  FROM (SELECT s, phm.quantity_summary_agg(s::phm.quantity_summary) AS merged FROM (SELECT phm.quantity_summary_agg(q)::text AS s FROM wire) AS t GROUP BY s) AS t;
SELECT phm.quantity_sum(phm.quantity_summary_merge(a, b)) = phm.quantity_sum(phm.quantity_summary_merge(b, a)) AS commutes,
       phm.quantity_summary_merge(a, NULL)::text = a::text AS "NULL is empty", phm.quantity_summary_merge(NULL, NULL) IS NULL AS "nothing"
  FROM (SELECT phm.quantity_summary_agg(q) FILTER (WHERE id % 2 = 0) AS a, phm.quantity_summary_agg(q) FILTER (WHERE id % 2 = 1) AS b FROM lab WHERE id % 6 < 3) AS t;
SELECT phm.quantity_summary_add('{''mg'': 1, 5, >= 5, >= 5, <= 5, <= 5}', '7 ''mg''');
SELECT ''::phm.quantity_summary;
SELECT '{''mg'': 0, 5, >= 5, >= 5, <= 5, <= 5}'::phm.quantity_summary;
SELECT '{''mg'': 1, 5, <= 5, >= 5, <= 5, <= 5}'::phm.quantity_summary;
SELECT '{''mg'': 1, 5, >= 5, >= 4, <= 5, <= 5}'::phm.quantity_summary;
SELECT '{''mcg'': 1, 5, >= 5, >= 5, <= 5, <= 5}'::phm.quantity_summary;
SELECT '{''mg'': 1, 5, >= 5, >= 5, <= 5}'::phm.quantity_summary;
\echo :SQLSTATE

-- every plan gives the same
CREATE TABLE quantity_parallel AS SELECT id, phm.quantity(id * 0.01, (ARRAY['mg', 'g', '[oz_av]', 'kg'])[1 + id % 4], CASE WHEN id % 1000 = 7 THEN '<' END) AS q FROM generate_series(1, 20000) AS id;
ANALYZE quantity_parallel;
CREATE TEMP TABLE serial AS SELECT phm.quantity_sum(q)::text AS a, phm.quantity_avg(q)::text AS b, phm.quantity_min(q)::text AS c, phm.quantity_max(q)::text AS d, phm.quantity_summary_agg(q)::text AS e FROM quantity_parallel;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
EXPLAIN (COSTS OFF) SELECT phm.quantity_sum(q) FROM quantity_parallel;
SELECT s.a = p.a AS sum, s.b = p.b AS avg, s.c = p.c AS min, s.d = p.d AS max, s.e = p.e AS state
  FROM serial AS s, (SELECT phm.quantity_sum(q)::text AS a, phm.quantity_avg(q)::text AS b, phm.quantity_min(q)::text AS c, phm.quantity_max(q)::text AS d, phm.quantity_summary_agg(q)::text AS e FROM quantity_parallel) AS p;
SELECT a, c, d FROM serial;
DROP TABLE quantity_parallel;
