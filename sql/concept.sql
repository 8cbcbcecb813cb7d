-- phm.concept: text, JSON and binary forms, comparison, accessors.
\set SHOW_CONTEXT never
SET search_path = phm, pg_catalog;

-- The text form reads back as it was written.
SELECT c::concept AS concept, c::concept::text = c AS same
  FROM (VALUES (1, 'LOINC|4548-4'), (2, 'SNOMED|44054006 "Diabetes mellitus type 2"'), (3, 'urn:oid:2.16.840.1.113883.6.96|44054006'),
               (4, 'LOINC|4548-4|2.77'), (5, 'LOINC|4548-4!; ICD10CM|E11.9!false'), (6, 'LOINC|4548-4|2.77 "HbA1c"!; "the text"'),
               (7, ''), (8, '|'), (9, 'LOINC|'), (10, '|4548-4'), (11, '"text only"'), (12, '| "display only"'), (13, '""'), (14, '|; |'),
               (15, '<my system>|x'), (16, '<LOINC>|x'), (17, '<\e>|\e|\e ""'), (18, '<a\>b\\>|x'), (19, 'http://x.org/a|a\|b\;c\"d\!e\\f'),
               (20, 'LOINC|\ a b\ '), (21, 'LOINC|a "quote \" and \\ and ; and |"'), (22, '<{>|x'), (23, 'http://x.org/|10*3/uL'),
               (24, E'LOINC|\\\ta\\\n')) AS v(n, c) ORDER BY n;
-- Other spellings of the same.
SELECT c::concept FROM (VALUES (1, 'loinc|4548-4'), (2, 'http://loinc.org|4548-4'), (3, E' \t<http://loinc.org> | 4548-4 | 2.77 "d" ! ;\n "t" '),
               (4, 'LOINC|a\-b'), (5, '  ')) AS v(n, c) ORDER BY n;

-- What cannot be read says where and why.
SELECT 'LOINC'::concept;
\echo :LAST_ERROR_SQLSTATE
SELECT 'LONIC|4548-4'::concept;
SELECT 'LOINC|1; LONIC|4548-4'::concept;
SELECT 'LOINC|1;'::concept;
SELECT 'LOINC|1|'::concept;
SELECT 'LOINC|1|2|3'::concept;
SELECT 'LOINC|1 "x" y'::concept;
SELECT 'LOINC|1 "x'::concept;
SELECT 'LOINC|1\'::concept;
SELECT 'LOINC|a\b'::concept;
SELECT 'LOINC|a\e'::concept;
SELECT '"text"; LOINC|1'::concept;
SELECT '<>|1'::concept;
SELECT '<x|1'::concept;

-- FHIR JSON.
SELECT c::concept FROM (VALUES
	(1, '{"coding":[{"system":"http://loinc.org","version":"2.77","code":"4548-4","display":"HbA1c","userSelected":true},{"system":"urn:oid:2.16.840.1.113883.6.90","code":"E11.9"}],"text":"t"}'),
	(2, '{"system":"http://loinc.org","code":"4548-4","userSelected":false}'), (3, '{"text":"\u00e9\ud83d\ude00\n\"\\\/"}'), (4, '{ }'),
	(5, ' {"coding" : [ { } ] } ')) AS v(n, c) ORDER BY n;
SELECT fhir_json('LOINC|4548-4|2.77 "a \"b\""!; |x!false; <s>|; "text"'), fhir_json(''), fhir_jsonb('LOINC|1');
SELECT c::concept::jsonb::concept::text = c AS through_jsonb
  FROM (VALUES ('LOINC|4548-4|2.77 "a \"b\\"!; |x!false; <s>|; "text"'), ('|'), (''), ('"t"')) AS v(c);
SELECT to_jsonb(t) FROM (SELECT 1 AS id, 'LOINC|1'::concept AS code) AS t;
SELECT concept('{"coding":[{"system":"http://loinc.org","code":"1"}]}'::jsonb);
SELECT '{"coding":[{"system":"http://loinc.org","code":"1","id":"a"}]}'::concept;
SELECT '{"extension":[]}'::concept;
SELECT '{"coding":[]}'::concept;
\echo :LAST_ERROR_SQLSTATE
SELECT '{"coding":[{"code":null}]}'::concept;
SELECT '{"code":"1","code":"2"}'::concept;
SELECT '{"code":"1","text":"2"}'::concept;
SELECT '{"text":"\ud83d"}'::concept;
SELECT '{"text":"\u0000"}'::concept;
SELECT '{"text":"a"} x'::concept;
SELECT '{"text":"a'::concept;
SELECT '{"coding":[{"userSelected":"true"}]}'::concept;
SELECT '[1]'::jsonb::concept;

-- Equality and order: codes only, in order; without codes the text, then displays.
SELECT a, b, a::concept = b::concept AS eq, a::concept < b::concept AS lt, concept_cmp(a::concept, b::concept) = -concept_cmp(b::concept, a::concept) AS antisymmetric,
       a::concept ~ b::concept AS equivalent, concept_hash(a::concept) = concept_hash(b::concept) AS same_hash
  FROM (VALUES (1, 'LOINC|1', 'urn:oid:2.16.840.1.113883.6.1|1|2.7 "x"!; "t"'), (2, 'LOINC|1', 'LOINC|2'), (3, 'LOINC|1; LOINC|2', 'LOINC|2; LOINC|1'),
               (4, 'LOINC|1', 'LOINC|1; LOINC|2'), (5, 'LOINC|1', '|1'), (6, 'LOINC|1', 'LOINC|1; SNOMED|'), (7, '"a"', '"b"'), (8, '"a"', 'LOINC| "x"; "a"'),
               (9, '| "x"', '| "y"'), (10, '', '""'), (11, '', 'LOINC|1'), (12, 'SNOMED|1', 'LOINC|1'), (13, '<\e>|1', '|1'), (14, 'LOINC|10', 'LOINC|9'),
               (15, 'LOINC|a', 'LOINC|A'), (16, '', '|')) AS v(n, a, b) ORDER BY n;
-- The five operators agree with the three-way comparison for all pairs.
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a = b) <> (c = 0) OR (a <> b) <> (c <> 0) OR (a < b) <> (c < 0) OR (a <= b) <> (c <= 0) OR (a > b) <> (c > 0)
       OR (a >= b) <> (c >= 0) OR (a = b AND (concept_hash(a) <> concept_hash(b) OR concept_hash_extended(a, 7) <> concept_hash_extended(b, 7)))) AS wrong
  FROM (SELECT a, b, concept_cmp(a, b) AS c
          FROM (VALUES ('LOINC|1'::concept), ('LOINC|2'), ('SNOMED|1; LOINC|1'), ('LOINC|1; "t"'), ('"t"'), (''), ('http://x.org|1'), ('| "d"'), ('urn:oid:2.16.840.1.113883.6.1|1')) AS x(a),
               (VALUES ('LOINC|1'::concept), ('LOINC|2'), ('SNOMED|1; LOINC|1'), ('LOINC|1; "t"'), ('"t"'), (''), ('http://x.org|1'), ('| "d"'), ('urn:oid:2.16.840.1.113883.6.1|1')) AS y(b)) AS t;

CREATE TEMP TABLE c AS
SELECT (CASE i % 4 WHEN 0 THEN 'LOINC|' WHEN 1 THEN 'http://loinc.org|' WHEN 2 THEN 'urn:oid:2.16.840.1.113883.6.1|' ELSE 'SNOMED|' END || i / 8)::concept AS code
  FROM generate_series(0, 7999) AS i;
SELECT count(DISTINCT code), (SELECT count(*) FROM (SELECT code FROM c GROUP BY code) AS g) AS groups FROM c;
CREATE INDEX ON c (code);
ANALYZE c;
EXPLAIN (COSTS OFF) SELECT count(*) FROM c WHERE code = 'LOINC|500';
SELECT count(*) FROM c WHERE code = 'LOINC|500';
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM c JOIN c AS d USING (code);
SELECT count(*) FROM c JOIN c AS d USING (code);
RESET enable_mergejoin; RESET enable_nestloop;

-- Accessors.
SELECT code(c), code(c, 'ICD10CM'), code(c, 'http://hl7.org/fhir/sid/icd-10-cm'), code(c, 'urn:oid:2.16.840.1.113883.6.90'), code(c, 'http://x.org'), display(c)
  FROM (VALUES ('SNOMED|44054006 "Diabetes type 2"; ICD10CM|E11.9 "Type 2 diabetes"!'::concept)) AS v(c);
SELECT code('LOINC|1', 'LONIC');
SELECT code(NULL) IS NULL AS null_concept, code('"t"') IS NULL AS no_code, display('LOINC|1 "a"; "t"'), display('LOINC|1 "a"; |2 "b"'), display('LOINC|1') IS NULL AS no_display;
SELECT * FROM codings('SNOMED|44054006 "Diabetes type 2"; ICD10CM|E11.9|2026!; |!false; "t"');
SELECT concept('LOINC', '4548-4', 'HbA1c'), concept('http://x.org/a b', 'x'), concept(NULL, 'x'), concept('LOINC', NULL), concept(NULL, NULL, 'd');
SELECT concept('LONIC', '1');
\echo :LAST_ERROR_SQLSTATE

-- Binary form: a fixed vector; what is sent is received; anything else is refused.
SELECT concept_send('LOINC|4548-4|2 "x"!; <s>|; "t"');
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	stream bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	octal text;
	result text;
BEGIN
	SELECT string_agg('\0' || lpad((get_byte(stream, i) / 64)::text || (get_byte(stream, i) / 8 % 8) || (get_byte(stream, i) % 8), 3, '0'), '' ORDER BY i)
	  INTO octal FROM generate_series(0, length(stream) - 1) AS i;
	CREATE TEMP TABLE received (c phm.concept) ON COMMIT DROP;
	EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
	SELECT c::text INTO result FROM received;
	DROP TABLE received;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
SELECT c, pg_temp.receive(concept_send(c::concept)) = c AS same
  FROM (VALUES ('LOINC|4548-4|2 "x"!; <s>|; "t"'), (''), ('|'), ('""'), ('urn:oid:2.16.840.1.113883.6.1|1')) AS v(c);
SELECT b, pg_temp.receive(b) FROM (VALUES
	(1, '\x'::bytea), (2, '\x0100'), (3, '\x020000'), (4, '\x010200'), (5, '\x010001'), (6, '\x01000000'), (7, '\x01000180'), (8, '\x01000103'), (9, '\x01000140'),
	(10, '\x0100010100'), (11, '\x01000101ffff03'), (12, '\x010001050ee326f40f131af40206343534382d34'), (13, '\x010001050ee326f40f131af30206343534382d35'), (14, '\x0100010208004142434445464748'),
	(15, '\x0101000200ff'), (16, '\x01010002c328'), (17, '\x0100020000'), (18, '\x01008000')) AS v(n, b) ORDER BY n;
-- An inline URI that has an id is rewritten with it.
SELECT pg_temp.receive('\x0100010210'::bytea || convert_to('http://loinc.org', 'UTF8'));
-- Every flipped byte is an error or another concept that reads back.
SELECT count(*) AS flips, count(*) FILTER (WHERE r !~ '^22P03|^22021' AND r::concept::text <> r) AS wrong
  FROM (SELECT pg_temp.receive(set_byte(b, i, get_byte(b, i) # bit)) AS r
          FROM (SELECT concept_send('LOINC|4548-4 "x"; <s>|a!; "t"') AS b) AS s, generate_series(0, length(b) - 1) AS i, (VALUES (1), (128)) AS f(bit)) AS t;

-- Members are leakproof, parallel safe and commented.
SELECT proname, provolatile, proleakproof FROM pg_proc WHERE pronamespace = 'phm'::regnamespace AND proname ~ '^concept_(eq|cmp|hash|equivalent|in|recv)$' ORDER BY 1;
SELECT oprname FROM pg_operator o WHERE oprnamespace = 'phm'::regnamespace AND obj_description(o.oid, 'pg_operator') IS NULL;
