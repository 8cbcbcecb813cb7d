-- What rules and values may do at worst: memory is bounded, a statement can be cancelled, extreme values stay values.
SET phm.rule_memory = '16MB';
CREATE FUNCTION pg_temp.lit(type text, value text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || type, 'value', value) $$;
CREATE FUNCTION pg_temp.i(value bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Integer', value::text) $$;
CREATE FUNCTION pg_temp.s(value text) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('String', value) $$;
CREATE FUNCTION pg_temp.q(value numeric, unit text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Quantity', 'value', value, 'unit', unit) $$;
CREATE FUNCTION pg_temp.op(name text, VARIADIC operand jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', name, 'operand', CASE WHEN cardinality(operand) = 1 THEN operand[1] ELSE to_jsonb(operand) END) $$;
CREATE FUNCTION pg_temp.of(name text, source jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('type', name, 'source', source) $$;
CREATE FUNCTION pg_temp.iv(low jsonb, high jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Interval', 'lowClosed', true, 'highClosed', true, 'low', low, 'high', high) $$;
CREATE FUNCTION pg_temp.expand(i jsonb, per jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.op('Expand', i, per) $$;
CREATE FUNCTION pg_temp.range(n bigint) RETURNS jsonb LANGUAGE sql AS
$$ SELECT pg_temp.expand(pg_temp.iv(pg_temp.i(1), pg_temp.i(n)), pg_temp.q(1, '1')) $$;
CREATE FUNCTION pg_temp.query(VARIADIC part jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Query', 'relationship', '[]'::jsonb, 'source',
		(SELECT jsonb_agg(jsonb_build_object('alias', 'X' || k, 'expression', p)) FROM unnest(part[2:]) WITH ORDINALITY AS u (p, k))) || part[1] $$;
CREATE FUNCTION pg_temp.each(source jsonb, e jsonb) RETURNS jsonb LANGUAGE sql AS
$$ SELECT pg_temp.query(jsonb_build_object('return', jsonb_build_object('distinct', false, 'expression', e)), source) $$;
-- e is applied n times, from start on.
CREATE FUNCTION pg_temp.times(n bigint, start jsonb, e jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.query(jsonb_build_object('aggregate', jsonb_build_object('identifier', 'A', 'starting', start, 'expression', e)), pg_temp.range(n)) $$;
CREATE FUNCTION pg_temp.long(n bigint, s text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT pg_temp.times(n, pg_temp.s(s), '{"type":"Concatenate","operand":[{"type":"QueryLetRef","name":"A"},{"type":"QueryLetRef","name":"A"}]}') $$;
CREATE FUNCTION pg_temp.run(e jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN phm.evaluate_elm(e::text, '2026-06-30 12:00+00');
EXCEPTION WHEN query_canceled THEN RETURN '57014';
WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TABLE hostile (k integer GENERATED ALWAYS AS IDENTITY, what text, e jsonb);
\set x '{"type":"AliasRef","name":"X1"}'
\set a '{"type":"QueryLetRef","name":"A"}'
INSERT INTO hostile (what, e) VALUES
	('Expand of all Integers', pg_temp.of('Count', pg_temp.range(2147483647))),
	('Expand of Decimals', pg_temp.of('Count', pg_temp.expand(pg_temp.iv(pg_temp.lit('Decimal', '0.00000001'), pg_temp.lit('Decimal', '9999999999999999999999999999.0')), '{"type":"Null"}'))),
	('Expand of all milliseconds', pg_temp.of('Count', pg_temp.expand(pg_temp.iv('{"type":"MinValue","valueType":"{urn:hl7-org:elm-types:r1}DateTime"}',
		'{"type":"MaxValue","valueType":"{urn:hl7-org:elm-types:r1}DateTime"}'), pg_temp.q(1, 'millisecond')))),
	('strings that double', pg_temp.op('Length', pg_temp.long(60, 'abcdefgh'))),
	('Combine', pg_temp.op('Length', jsonb_build_object('type', 'Combine', 'source', pg_temp.each(pg_temp.range(1000000), pg_temp.s(repeat('x', 1000))), 'separator', pg_temp.s(',')))),
	('Split', pg_temp.of('Count', jsonb_build_object('type', 'Split', 'stringToSplit', pg_temp.long(20, ',,,,'), 'separator', pg_temp.s(',')))),
	('ReplaceMatches that grows', pg_temp.op('Length', pg_temp.times(20, pg_temp.s('aa'), pg_temp.op('ReplaceMatches', :'a', pg_temp.s('a'), pg_temp.s('aaaaaaaa'))))),
	('lists that double', pg_temp.of('Count', pg_temp.times(40, pg_temp.op('ToList', pg_temp.i(1)), pg_temp.op('Flatten', jsonb_build_object('type', 'List', 'element', jsonb_build_array(:'a'::jsonb, :'a'::jsonb)))))),
	('Times', pg_temp.of('Count', pg_temp.op('Times',
		pg_temp.each(pg_temp.range(10000), '{"type":"Tuple","element":[{"name":"a","value":{"type":"AliasRef","name":"X1"}}]}'),
		pg_temp.each(pg_temp.range(10000), '{"type":"Tuple","element":[{"name":"b","value":{"type":"AliasRef","name":"X1"}}]}')))),
	('Distinct', pg_temp.of('Count', pg_temp.op('Distinct', pg_temp.each(pg_temp.range(3000000), :'x')))),
	('Repeat without end', pg_temp.of('Count', jsonb_build_object('type', 'Repeat', 'scope', 'R', 'source', pg_temp.op('ToList', pg_temp.i(1)),
		'element', pg_temp.op('ToList', pg_temp.op('Add', '{"type":"AliasRef","name":"R"}', pg_temp.i(1))))));
\set VERBOSITY terse
SET statement_timeout = '60s';
SELECT what, pg_temp.run(e) AS result FROM hostile WHERE what <> 'Repeat without end' ORDER BY k;

-- Repetitive texts are searched as fast as others.
SELECT pg_temp.run(jsonb_build_object('type', 'PositionOf', 'pattern', pg_temp.op('Concatenate', pg_temp.long(15, 'aaaa'), pg_temp.s('b')), 'string', pg_temp.long(19, 'aaaa'))) AS nowhere,
	   pg_temp.run(jsonb_build_object('type', 'LastPositionOf', 'pattern', pg_temp.op('Concatenate', pg_temp.s('b'), pg_temp.long(15, 'aaaa')), 'string', pg_temp.long(19, 'aaaa'))) AS last_nowhere,
	   pg_temp.run(jsonb_build_object('type', 'PositionOf', 'pattern', pg_temp.long(15, 'aaaa'), 'string', pg_temp.op('Concatenate', pg_temp.s('bäb'), pg_temp.long(19, 'aaaa')))) AS first,
	   pg_temp.run(jsonb_build_object('type', 'LastPositionOf', 'pattern', pg_temp.long(15, 'aaaa'), 'string', pg_temp.op('Concatenate', pg_temp.long(16, 'aaaa'), pg_temp.s('äb')))) AS last;
SELECT p, pg_temp.run(jsonb_build_object('type', 'PositionOf', 'pattern', pg_temp.s(p), 'string', pg_temp.s(s))) AS first,
	   pg_temp.run(jsonb_build_object('type', 'LastPositionOf', 'pattern', pg_temp.s(p), 'string', pg_temp.s(s))) AS last,
	   position(p IN s) - 1 AS wanted, CASE WHEN s LIKE '%' || p || '%' THEN length(s) - position(reverse(p) IN reverse(s)) - length(p) + 1 ELSE -1 END AS wanted_last
  FROM (VALUES ('0123456789abcdefghijä0123456789abcdefghij')) AS t (s),
	   unnest(ARRAY['0123456789abcdefghij', '123456789abcdefgh', 'ä0123456789abcdefghij', '0123456789abcdefghijä0123456789abcdefghij',
		'0123456789abcdefghijk', '0123456789abcdefghijä0123456789abcdefghijk', 'j', 'ghij', '']) WITH ORDINALITY AS u (p, k) ORDER BY k;
SELECT pg_temp.run(pg_temp.op('ToDecimal', pg_temp.long(18, '12345678'))) AS decimal, pg_temp.run(pg_temp.op('ToQuantity', pg_temp.long(18, '12345678'))) AS quantity,
	   pg_temp.run(pg_temp.op('ToInteger', pg_temp.long(18, '00000000'))) AS integer, pg_temp.run(pg_temp.op('ToDateTime', pg_temp.long(18, '2012-01-'))) AS datetime;

-- Moments at the ends, in zones that lie beyond them.
SELECT t, pg_temp.run(pg_temp.op('ToDateTime', pg_temp.s(t))) AS datetime,
	   pg_temp.run(pg_temp.op('Successor', pg_temp.op('ToDateTime', pg_temp.s(t)))) AS successor,
	   pg_temp.run(pg_temp.op('Predecessor', pg_temp.op('ToDateTime', pg_temp.s(t)))) AS predecessor,
	   pg_temp.run(pg_temp.op('Add', pg_temp.op('ToDateTime', pg_temp.s(t)), pg_temp.q(9999999999999999999999999999, 'years'))) AS years,
	   pg_temp.run(pg_temp.op('Subtract', pg_temp.op('ToDateTime', pg_temp.s(t)), pg_temp.q(-0.00000001, 's'))) AS nothing,
	   pg_temp.run(jsonb_build_object('type', 'DurationBetween', 'precision', 'Second', 'operand', jsonb_build_array(pg_temp.op('ToDateTime', pg_temp.s(t)), pg_temp.op('ToDateTime', pg_temp.s('2012'))))) AS seconds,
	   pg_temp.run(pg_temp.op('TimeFrom', pg_temp.op('ToDateTime', pg_temp.s(t)))) AS time
  FROM unnest(ARRAY['9999-12-31T23:59:59.999-14:00', '0001-01-01T00:00:00.000+14:00', '9999-12-31T23:59:59.999', '9999', '0001', '0000', '10000-01-01']) WITH ORDINALITY AS u (t, k) ORDER BY k;

-- All of them end soon after they are cancelled, as do loops that take time alone.
INSERT INTO hostile (what, e) VALUES
	('loops in loops', pg_temp.of('Count', pg_temp.query(jsonb_build_object('where', pg_temp.op('Equal', pg_temp.op('Add', :'x', '{"type":"AliasRef","name":"X2"}'), pg_temp.i(-1))), pg_temp.range(100000), pg_temp.range(100000)))),
	('a pattern with many ways', pg_temp.op('Matches', pg_temp.long(20, 'aaaa'), pg_temp.s('(a|aa)*(b|a?){50}c'))),
	('searches in a loop', pg_temp.of('Count', pg_temp.each(pg_temp.range(1000000), jsonb_build_object('type', 'PositionOf', 'pattern', pg_temp.long(15, 'aaab'), 'string', pg_temp.long(19, 'aaaa'))))),
	('Upper', pg_temp.op('Length', pg_temp.op('Upper', pg_temp.long(23, 'äöüß')))),
	('numbers as texts', pg_temp.of('Count', pg_temp.each(pg_temp.range(10000000), pg_temp.op('ToQuantity', pg_temp.op('ToString', :'x')))));
SET phm.rule_memory = '2000MB';
CREATE FUNCTION pg_temp.cancelled(e jsonb, OUT result text, OUT soon boolean) LANGUAGE plpgsql AS $$
DECLARE begun timestamptz := clock_timestamp();
BEGIN
	result := pg_temp.run(e);
	soon := clock_timestamp() < begun + interval '1 second';
END $$;
SET statement_timeout = '20ms';
SELECT format('SELECT what, c.* FROM hostile, pg_temp.cancelled(e) AS c WHERE k = %s', k) FROM hostile ORDER BY k \gexec
RESET statement_timeout;
RESET phm.rule_memory;
DROP TABLE hostile;
