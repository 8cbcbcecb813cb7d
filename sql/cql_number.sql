-- Arithmetic, limits and units of CQL, over expressions of ELM.
CREATE FUNCTION pg_temp.lit(type text, value text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || type, 'value', value) $$;
CREATE FUNCTION pg_temp.i(value bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Integer', value::text) $$;
CREATE FUNCTION pg_temp.l(value bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Long', value::text) $$;
CREATE FUNCTION pg_temp.d(value numeric) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Decimal', value::text) $$;
CREATE FUNCTION pg_temp.q(value numeric, unit text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Quantity', 'value', value, 'unit', unit) $$;
CREATE FUNCTION pg_temp.date(VARIADIC part int[]) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Date') || jsonb_object_agg((ARRAY['year', 'month', 'day'])[k], pg_temp.i(p)) FROM unnest(part) WITH ORDINALITY AS u (p, k) $$;
CREATE FUNCTION pg_temp.op(name text, VARIADIC operand jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN phm.evaluate_elm(jsonb_build_object('type', name, 'operand',
		CASE WHEN cardinality(operand) = 1 THEN operand[1] ELSE to_jsonb(operand) END)::text, '2026-06-30 12:00+00');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Whole numbers: overflow and division by zero are null.
SELECT op, a, b, pg_temp.op(op, pg_temp.i(a), pg_temp.i(b)) AS "Integer", pg_temp.op(op, pg_temp.l(a), pg_temp.l(b)) AS "Long"
  FROM (VALUES (2147483647, 1), (-2147483648, -1), (-7, 2), (7, -2), (5, 0), (65536, 65536)) AS v (a, b),
	   unnest(ARRAY['Add', 'Subtract', 'Multiply', 'Divide', 'TruncatedDivide', 'Modulo', 'Power']) WITH ORDINALITY AS o (op, k)
 WHERE op <> 'Power' OR b < 10
 ORDER BY k, a, b;

-- Decimals: eight places, up to 10^28, rounded half away from zero.
SELECT op, a, b, pg_temp.op(op, pg_temp.d(a), pg_temp.d(b))
  FROM (VALUES ('Add', 9999999999999999999999999999.99999999, 0.00000001), ('Add', 0.1, 0.20),
			   ('Add', 9999999999999999999999999999.99999999, 0.00000002),
			   ('Subtract', -9999999999999999999999999999.99999999, 0.00000001), ('Subtract', -9999999999999999999999999999.99999999, 0.00000002), ('Subtract', 2.0, 1.1),
			   ('Multiply', 0.00005, 0.0001), ('Multiply', -0.00005, 0.0001), ('Multiply', 9999999999999.9999999, 9999999.9999),
			   ('Multiply', 100000000000000.0, 100000000000000.0), ('Multiply', 100000000000000.0, 100000000000001.0),
			   ('Multiply', 1234567890123456789.12345678, 1234567.12345678), ('Multiply', -9999999999999999999999999999.99999999, 0.00000001), ('Multiply', 1.5, 1.5),
			   ('Divide', 100000000000.0, 3.0), ('Divide', 2.0, -3.0), ('Divide', 1.0, 0.0),
			   ('Divide', 9999999999999999999999999999.99999999, 0.5), ('Divide', 9999999999999999999999999999.99999999, 9999999999999999999999999999.99999998), ('Divide', 0.00000001, 2.0),
			   ('TruncatedDivide', -10.1, 3.1), ('TruncatedDivide', 1.0, 0.00000001), ('TruncatedDivide', 1.0, 0.0),
			   ('Modulo', -10.1, 3.1), ('Modulo', 1.0, 0.3), ('Modulo', 1.0, 0.0),
			   ('Power', 2.0, 0.5), ('Power', 1.1, 10.0), ('Power', 0.5, -40.0), ('Power', 3.0, -2.0), ('Power', 10.0, 28.0),
			   ('Power', 10.0, 29.0), ('Power', 0.0, -1.0), ('Power', -8.0, 0.5),
			   ('Log', 1000.0, 10.0), ('Log', 0.0, 2.0), ('Log', 8.0, -2.0), ('Log', 2.0, 1.0)) AS v (op, a, b);
SELECT a, pg_temp.op('Ceiling', pg_temp.d(a)) AS ceiling, pg_temp.op('Floor', pg_temp.d(a)) AS floor, pg_temp.op('Truncate', pg_temp.d(a)) AS truncate,
	   pg_temp.op('Round', pg_temp.d(a)) AS round, pg_temp.op('Abs', pg_temp.d(a)) AS abs, pg_temp.op('Negate', pg_temp.d(a)) AS negate
  FROM (VALUES (1.5), (-1.5), (-0.00000001), (2147483647.5), (-2147483648.0), (2147483648.0)) AS v (a);
-- Numbers of more than 96 bits keep their digits in every use.
CREATE FUNCTION pg_temp.list(VARIADIC element jsonb[]) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'List', 'element', to_jsonb(element)) $$;
CREATE FUNCTION pg_temp.wide(name text, VARIADIC operand text[]) RETURNS text LANGUAGE sql AS
$$ SELECT pg_temp.op(name, VARIADIC ARRAY(SELECT pg_temp.d(o::numeric) FROM unnest(operand) WITH ORDINALITY AS u (o, k) ORDER BY k)) $$;
SELECT pg_temp.wide('Equal', '9999999999999999999999999999.99999999', '9999999999999999999999999999.99999998') AS equal,
	   pg_temp.wide('Equal', '9999999999999999999999999999.1', '9999999999999999999999999999.10000000') AS equal_scales,
	   pg_temp.wide('Less', '-9999999999999999999999999999.99999999', '9999999999999999999999999999.99999999') AS less,
	   pg_temp.wide('Equivalent', '9999999999999999999999999999.12345678', '9999999999999999999999999999.1') AS equivalent;
SELECT op, pg_temp.wide(op, '-9999999999999999999999999999.12345678') AS result
  FROM unnest(ARRAY['Negate', 'Abs', 'ToString', 'Ceiling', 'Round', 'Successor', 'Predecessor', 'Precision', 'ToQuantity', 'ToLong']) WITH ORDINALITY AS u (op, k)
 ORDER BY k;
SELECT pg_temp.op('Distinct', pg_temp.list(pg_temp.d(9999999999999999999999999999.1), pg_temp.d(9999999999999999999999999999.10), pg_temp.d(-9999999999999999999999999999.1))) AS distinct,
	   pg_temp.op('Flatten', pg_temp.list(pg_temp.list(pg_temp.d(9999999999999999999999999999.1)), pg_temp.list(pg_temp.d(0.1)))) AS flatten,
	   pg_temp.op('In', pg_temp.d(9999999999999999999999999999.1), pg_temp.list(pg_temp.d(1.0), pg_temp.d(9999999999999999999999999999.10))) AS "in";

-- Literals outside of their type are refused, but for integers that are converted: those are read as what they become.
SELECT op, text, pg_temp.op(op, pg_temp.lit(type, text)) AS result
  FROM (VALUES ('Negate', 'Integer', '2147483648'), ('Abs', 'Integer', '2147483648'), ('Negate', 'Long', '9223372036854775808'),
			   ('ToDecimal', 'Integer', '2147483648'), ('ToDecimal', 'Long', '9223372036854775808'), ('ToLong', 'Integer', '2147483648'),
			   ('ToLong', 'Integer', '9223372036854775808'), ('ToDecimal', 'Integer', '1.5'), ('ToDecimal', 'Integer', 'x'),
			   ('Abs', 'Decimal', '0.000000001'), ('Abs', 'Decimal', '9999999999999999999999999999.99999999'),
			   ('Abs', 'Decimal', '10000000000000000000000000000'), ('Abs', 'Decimal', '-10000000000000000000000000000'), ('Abs', 'Decimal', '')) AS v (op, type, text);
SELECT pg_temp.op('Ceiling', jsonb_build_object('type', 'ToDecimal', 'operand', jsonb_build_object('type', 'Negate', 'operand', pg_temp.i(2147483648)))) AS least,
	   pg_temp.op('Ceiling', jsonb_build_object('type', 'ToDecimal', 'operand', jsonb_build_object('type', 'Negate', 'operand', pg_temp.i(2147483649)))) AS less,
	   pg_temp.op('ToString', jsonb_build_object('type', 'ToDecimal', 'operand', jsonb_build_object('type', 'Negate', 'operand', pg_temp.i(2147483649)))) AS exact;

SELECT a, pg_temp.op('Exp', pg_temp.d(a)) AS exp, pg_temp.op('Ln', pg_temp.d(a)) AS ln
  FROM (VALUES (1.0), (0.0), (-1.0), (10.5), (46.0), (64.0), (65.0)) AS v (a);

-- Quantities: the unit of a sum is the finer one; products and quotients make units.
SELECT op, a, u, b, v, pg_temp.op(op, pg_temp.q(a, u), pg_temp.q(b, v))
  FROM (VALUES ('Add', 1, 'm', 5, 'cm'), ('Add', 5, 'cm', 1, 'm'), ('Add', 1, 'day', 12, 'hours'), ('Add', 1, 'day', 2, 'days'),
			   ('Add', 1, 'g', 1, 'm'), ('Add', 1, '[degF]', 1, 'Cel'), ('Add', 36, 'Cel', 1, 'Cel'), ('Add', 1, '', 2, '1'),
			   ('Subtract', 1, 'h', 90, 'min'), ('Subtract', 7.2, '%', 0.001, '1'),
			   ('Multiply', 2, 'cm', 3, 'cm'), ('Multiply', 2, 'mg', 3, 'd'), ('Multiply', 2, 'mg', 3, 'days'), ('Multiply', 2, '1', 3, 'mg/dL'),
			   ('Multiply', 2, 'kg/m2', 3, 'm2'), ('Multiply', 1, 'Cel', 2, 'm'),
			   ('Divide', 10, 'mg', 4, 'mL'), ('Divide', 10, 'cm', 2, 'm'), ('Divide', 12, 'cm2', 3, 'cm'), ('Divide', 70, 'kg', 3, 'kg'),
			   ('Divide', 10, 'mg', 0, 'mL'), ('Divide', 6, 'days', 2, 'd'),
			   ('TruncatedDivide', 10, 'm', 300, 'cm'), ('Modulo', 10, 'm', 300, 'cm'), ('Modulo', 10, 'm', 3, 'g')) AS v (op, a, u, b, v);
SELECT pg_temp.op('Multiply', pg_temp.q(2, 'mg'), pg_temp.i(3)) AS times_number, pg_temp.op('Round', pg_temp.q(2.5, 'mg')) AS round,
	   pg_temp.op('Add', pg_temp.q(2, 'mg'), pg_temp.lit('String', 'a')) AS wrong;

-- Powers are right to the eighth place, whichever arithmetic finds them.
SELECT count(*) AS powers, count(*) FILTER (WHERE pg_temp.op('Power', pg_temp.d(b), pg_temp.d(e))::numeric IS DISTINCT FROM round(power(b + 0.00000000000000000000, e), 8)) AS differ
  FROM unnest(ARRAY[0.0013, 0.09, 0.35, 0.9938, 1.00000001, 1.012, 1.5, 2.0, 7.13, 42.0, 812.5]) AS b,
	   unnest(ARRAY[-2.5, -1.209, -0.302, -0.00000001, 0.0, 0.241, 0.5, 1.209, 2.25, 4.0, 7.0, 65.0, 127.0, 128.5]) AS e
 WHERE e * ln(b) BETWEEN -18 AND 18;

-- Ends and neighbours.
SELECT name, pg_temp.op('Predecessor', v) AS predecessor, pg_temp.op('Successor', v) AS successor, pg_temp.op('Precision', v) AS precision
  FROM (VALUES (1, 'Integer', pg_temp.i(2147483647)), (2, 'Long', pg_temp.l(-9223372036854775807)), (3, 'Decimal', pg_temp.d(1.50)),
			   (4, 'greatest Decimal', pg_temp.d(99999999999999999999.99999999)), (5, 'Quantity', pg_temp.q(1, 'mg')),
			   (6, 'year', pg_temp.date(2024)), (7, 'month', pg_temp.date(2024, 1)), (8, 'day', pg_temp.date(2024, 2, 29)),
			   (9, 'last year', pg_temp.date(9999)), (10, 'first day', pg_temp.date(1, 1, 1)), (11, 'String', pg_temp.lit('String', 'a'))) AS v (k, name, v)
 ORDER BY k;
SELECT type, phm.evaluate_elm(jsonb_build_object('type', 'MinValue', 'valueType', '{urn:hl7-org:elm-types:r1}' || type)::text, '2026-06-30') AS least,
	   phm.evaluate_elm(jsonb_build_object('type', 'MaxValue', 'valueType', '{urn:hl7-org:elm-types:r1}' || type)::text, '2026-06-30') AS greatest
  FROM unnest(ARRAY['Integer', 'Long', 'Decimal', 'Quantity', 'Date', 'DateTime', 'Time']) AS type;
SELECT p, pg_temp.op('LowBoundary', v, pg_temp.i(p)) AS low, pg_temp.op('HighBoundary', v, pg_temp.i(p)) AS high
  FROM (VALUES (1, pg_temp.d(1.587), 8), (2, pg_temp.d(1.587), 2), (3, pg_temp.d(-1.587), 5), (4, pg_temp.d(1.587), 9), (5, pg_temp.d(1.587), -1),
			   (6, pg_temp.date(2024), 6), (7, pg_temp.date(2024, 2), 8), (8, pg_temp.date(2024, 2, 3), 4), (9, pg_temp.date(2024), 10), (10, pg_temp.date(2024), 5)) AS v (k, v, p)
 ORDER BY k;
