-- Conversions and strings of CQL, over expressions of ELM.
CREATE FUNCTION pg_temp.lit(type text, value text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || type, 'value', value) $$;
CREATE FUNCTION pg_temp.i(value bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Integer', value::text) $$;
CREATE FUNCTION pg_temp.l(value bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Long', value::text) $$;
CREATE FUNCTION pg_temp.d(value numeric) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('Decimal', value::text) $$;
CREATE FUNCTION pg_temp.q(value numeric, unit text) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', 'Quantity', 'value', value, 'unit', unit) $$;
CREATE FUNCTION pg_temp.s(value text) RETURNS jsonb LANGUAGE sql AS $$ SELECT pg_temp.lit('String', value) $$;
CREATE FUNCTION pg_temp.part(name text, VARIADIC operand jsonb[]) RETURNS jsonb LANGUAGE sql AS
$$ SELECT jsonb_build_object('type', name, 'operand', CASE WHEN cardinality(operand) = 1 THEN operand[1] ELSE to_jsonb(operand) END) $$;
CREATE FUNCTION pg_temp.op(name text, VARIADIC operand jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN phm.evaluate_elm(jsonb_build_object('type', name, 'operand',
		CASE WHEN cardinality(operand) = 1 THEN operand[1] ELSE to_jsonb(operand) END)::text, '2026-06-30 12:00+00');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- Texts in the forms of the specification, and texts that are not.
SELECT 'To' || type AS conversion, quote_literal(value) AS value, pg_temp.op('To' || type, pg_temp.s(value)) AS result,
	   pg_temp.op('ConvertsTo' || type, pg_temp.s(value)) AS converts
  FROM (VALUES ('Boolean', ARRAY['true', 'T', 'Yes', 'y', '1', 'FALSE', 'f', 'nO', 'n', '0', 'on', '', 'truee']),
			   ('Integer', ARRAY['0', '-25', '+7', '2147483647', '2147483648', '-2147483648', '1.0', ' 1', '', '-', '1e3']),
			   ('Long', ARRAY['9223372036854775807', '9223372036854775808', '-9223372036854775808', '12L']),
			   ('Decimal', ARRAY['+25.5', '-0.5', '5', '.5', '5.', '1e3', '99999999999999999999.99999999', '100000000000000000000', '0.123456785', '']),
			   ('Date', ARRAY['2014', '2014-02', '2014-02-28', '2014-02-29', '2014-13', '2014/01/01', '2014-01-01T12', '20140101', '0000']),
			   ('DateTime', ARRAY['2014', '2014T', '2014-01', '2014-01-01', '2014-01-01T', '2014-01-01T12', '2014-01-01T12:05', '2014-01-01T12:05:05.9',
								  '2014-01-01T12:05:05.955Z', '2014-01-01T12:05:05.955+01:30', '2014-01-01T12:05:05.955-01:15', '2014-01-01T24:00', '2014-01-01 12:05', '']),
			   ('Time', ARRAY['T14', '14:30', 'T14:30:00', 'T14:30:00.0', '14:30:00.12345', 'T14:30:00.0+05:30', 'T14:30:00.0Z', 'T24:00', '14:60', '1:30', '14:30:', '14.5', '']),
			   ('Quantity', ARRAY['5', '5.5 ''cm''', '5.5''cm''', '-3 days', '+1 year', '5 mg', '5 ''furlongs''', '5 ''{tablets}''', '5.5 ''mg/dL', 'cm', '5 ''''']),
			   ('Ratio', ARRAY['1 ''mg'':2 ''mL''', '1:128', '1 ''{a:b}'':2', '1', '1:', 'a:b'])) AS v (type, texts),
	   unnest(texts) WITH ORDINALITY AS t (value, k)
 ORDER BY array_position(ARRAY['Boolean', 'Integer', 'Long', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity', 'Ratio'], type), k;

-- Between other types.
SELECT conversion, pg_temp.op(conversion, v) AS result
  FROM (VALUES (1, 'ToBoolean', pg_temp.i(1)), (2, 'ToBoolean', pg_temp.d(0.0)), (3, 'ToBoolean', pg_temp.i(2)), (4, 'ToBoolean', pg_temp.d(1.5)),
			   (5, 'ToInteger', pg_temp.lit('Boolean', 'true')), (6, 'ToInteger', pg_temp.l(4294967296)), (7, 'ToLong', pg_temp.i(5)),
			   (8, 'ToDecimal', pg_temp.i(5)), (9, 'ToDecimal', pg_temp.lit('Boolean', 'false')), (10, 'ToQuantity', pg_temp.d(5.50)),
			   (11, 'ToString', pg_temp.i(-5)), (12, 'ToString', pg_temp.l(5)), (13, 'ToString', pg_temp.d(18.550)), (14, 'ToString', pg_temp.d(5)),
			   (15, 'ToString', pg_temp.q(125, 'cm')), (16, 'ToString', pg_temp.q(1, 'year')), (17, 'ToString', pg_temp.lit('Boolean', 'false')),
			   (18, 'ToString', pg_temp.part('ToDateTime', pg_temp.s('2014-01-01T12:05'))), (19, 'ToString', pg_temp.part('ToDateTime', pg_temp.s('2014-01-01T12:05-05:00'))),
			   (20, 'ToString', pg_temp.part('ToDateTime', pg_temp.s('2014-01-01T12:05:00.5Z'))), (21, 'ToString', pg_temp.part('ToTime', pg_temp.s('12:05'))),
			   (22, 'ToString', pg_temp.part('ToRatio', pg_temp.s('1 ''mg'':2.0 ''mL'''))), (23, 'ToQuantity', pg_temp.part('ToRatio', pg_temp.s('1 ''mg'':2 ''mL'''))),
			   (24, 'ToDate', pg_temp.part('ToDateTime', pg_temp.s('2014-01-01T23:05-05:00'))), (25, 'ToChars', pg_temp.s('aä€')), (26, 'ToList', pg_temp.i(1)),
			   (27, 'ConvertsToString', '{"type": "List", "element": []}'), (28, 'ToList', '{"type": "Null"}')) AS v (k, conversion, v)
 ORDER BY k;
SELECT a, u, v, pg_temp.op('ConvertQuantity', pg_temp.q(a, u), pg_temp.s(v)) AS convert, pg_temp.op('CanConvertQuantity', pg_temp.q(a, u), pg_temp.s(v)) AS can
  FROM (VALUES (5, 'mg', 'g'), (37, 'Cel', '[degF]'), (1, 'g', 'm'), (3, 'days', 'h'), (1, 'mg', 'wrong'), (1, 'g', '[lb_av]'), (7, '', '%')) AS v (a, u, v);

-- Strings: positions are characters, case is that of letters.
SELECT pg_temp.op('Upper', pg_temp.s('äßçż αάς жё ÿ1')) AS upper, pg_temp.op('Lower', pg_temp.s('ÄÇŻ ΑΆΣ ЖЁ Ÿ1')) AS lower,
	   pg_temp.op('Concatenate', pg_temp.s('a'), pg_temp.s(''), pg_temp.s('ä')) AS concatenate;
SELECT part, text, phm.evaluate_elm(jsonb_build_object('type', 'PositionOf', 'pattern', pg_temp.s(part), 'string', pg_temp.s(text))::text, '2026-06-30') AS first,
	   phm.evaluate_elm(jsonb_build_object('type', 'LastPositionOf', 'pattern', pg_temp.s(part), 'string', pg_temp.s(text))::text, '2026-06-30') AS last,
	   pg_temp.op('StartsWith', pg_temp.s(text), pg_temp.s(part)) AS starts, pg_temp.op('EndsWith', pg_temp.s(text), pg_temp.s(part)) AS ends,
	   phm.evaluate_elm(jsonb_build_object('type', 'Split', 'stringToSplit', pg_temp.s(text), 'separator', pg_temp.s(part))::text, '2026-06-30') AS split
  FROM (VALUES ('b', 'äbäb'), ('ä', 'äbä'), ('', 'ab'), ('abc', 'ab'), ('aa', 'aaa')) AS v (part, text);
SELECT start, length, phm.evaluate_elm((jsonb_build_object('type', 'Substring', 'stringToSub', pg_temp.s('äbc'), 'startIndex', pg_temp.i(start)) ||
	   CASE WHEN length IS NULL THEN '{}' ELSE jsonb_build_object('length', pg_temp.i(length)) END)::text, '2026-06-30')
  FROM (VALUES (0, NULL), (1, NULL), (1, 1), (2, 9), (3, NULL), (-1, 2), (1, 0), (1, -1)) AS v (start, length);
SELECT separator, phm.evaluate_elm((jsonb_build_object('type', 'Combine', 'source', jsonb_build_object('type', 'List', 'element',
	   jsonb_build_array(pg_temp.s('a'), pg_temp.lit('String', ''), '{"type": "Null"}'::jsonb, pg_temp.s('b')))) ||
	   CASE WHEN separator IS NULL THEN '{}' ELSE jsonb_build_object('separator', pg_temp.s(separator)) END)::text, '2026-06-30')
  FROM (VALUES (NULL), ('-'), ('')) AS v (separator);

-- Regular expressions.
SELECT text, pattern, pg_temp.op('Matches', pg_temp.s(text), pg_temp.s(pattern))
  FROM (VALUES ('abc', 'b'), ('abc', '.b.'), (E'a\nb', 'a.b'), ('ABC', '(?i)a[b-c]+'), ('ÄB', '(?i)äb'), ('Ärzte', '\p{Lu}\p{Ll}+'), ('1234-56', '\d{4}-\d{2}'),
			   ('', ''), ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+'), ('ab', '(?:a|ab)(?:c|bcd|b)?'), ('a{2', 'a{2'), ('x.y', '\Qx.y\E'), ('é', '\u00e9'),
			   ('aa', '(a)\1'), ('ab', 'a(?=b)b'), ('ab', 'a*+b'), ('a', '(a'), ('a', 'a)'), ('a', '[a'), ('a', '*a'), ('a', 'a{3,2}'), ('a', '\p{Xx}'), ('a', 'a{1001}'),
			   ('a', '((((a{100}){100}){100}){100})'), ('a', '\')) AS v (text, pattern);
SELECT text, pattern, replacement, pg_temp.op('ReplaceMatches', pg_temp.s(text), pg_temp.s(pattern), pg_temp.s(replacement))
  FROM (VALUES ('2024-05', '(\d+)-(\d+)', '$2/$1'), ('2024-05', '(?<y>\d+)-(?<m>\d+)', '${m}/${y}'), ('abc', 'b*', '-'), ('äöü', '', '.'), ('a b', '\s', '\$'),
			   ('ab', '(a)|(b)', '[$1$2]'), ('ab', 'a', '$1'), ('ab', 'a', '${x}'), ('aaa', 'a+?', 'b'), ('price', 'price', '5 $ \\')) AS v (text, pattern, replacement);
SELECT text, pattern, phm.evaluate_elm(jsonb_build_object('type', 'SplitOnMatches', 'stringToSplit', pg_temp.s(text), 'separatorPattern', pg_temp.s(pattern))::text, '2026-06-30')
  FROM (VALUES ('a, b;c', '[,;]\s*'), ('abc', ''), (',a,', ','), ('', ','), ('abc', 'x')) AS v (text, pattern);
