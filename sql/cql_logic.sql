-- Logic from outside: what is damaged is refused, as text and as bytes, and says what is wrong; what is not reads back.
CREATE FUNCTION pg_temp.word(b bytea, i integer) RETURNS integer LANGUAGE sql AS
$$ SELECT get_byte(b, i) | (get_byte(b, i + 1) << 8) | (get_byte(b, i + 2) << 16) | (get_byte(b, i + 3) << 24) $$;
CREATE FUNCTION pg_temp.word(value integer) RETURNS bytea LANGUAGE sql AS
$$ SELECT substr(b, 4, 1) || substr(b, 3, 1) || substr(b, 2, 1) || substr(b, 1, 1) FROM int4send(value) AS b $$;
-- Where an element of a section begins; nothing when a machine writes other bytes first.
CREATE FUNCTION pg_temp.at(b bytea, section integer) RETURNS integer LANGUAGE sql AS $$ SELECT pg_temp.word(b, 28 + 8 * section) - 4 $$;
CREATE FUNCTION pg_temp.put(b bytea, i integer, new bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT overlay(b PLACING new FROM i + 1) $$;
CREATE FUNCTION pg_temp.put(b bytea, i integer, new integer) RETURNS bytea LANGUAGE sql AS $$ SELECT pg_temp.put(b, i, pg_temp.word(new)) $$;
-- The same with the hash that its content has.
CREATE FUNCTION pg_temp.hashed(b bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	two64 CONSTANT numeric := 18446744073709551616;
	h bigint := ('x9E3779B97F4A7C15'::bit(64))::bigint # (length(b) - 220);
	w bigint;
	n numeric;
BEGIN
	FOR i IN 0 .. (length(b) - 220) / 8 - 1 LOOP
		w := h # ((pg_temp.word(b, 220 + i * 8)::bigint & 4294967295) | (pg_temp.word(b, 224 + i * 8)::bigint << 32));
		n := mod((CASE WHEN w < 0 THEN w + two64 ELSE w END) * 15485907386658061715, two64);
		h := CASE WHEN n >= two64 / 2 THEN n - two64 ELSE n END;
		h := h # ((h >> 32) & 4294967295);
	END LOOP;
	RETURN pg_temp.put(pg_temp.put(b, 4, ((h << 32) >> 32)::integer), 8, (h >> 32)::integer);
END $$;
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	stream bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	octal text;
	hint text;
BEGIN
	SELECT string_agg('\0' || lpad((get_byte(stream, i) / 64)::text || (get_byte(stream, i) / 8 % 8) || (get_byte(stream, i) % 8), 3, '0'), '' ORDER BY i)
	  INTO octal FROM generate_series(0, length(stream) - 1) AS i;
	CREATE TEMP TABLE received (s phm.logic) ON COMMIT DROP;
	EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', 'printf %b ''' || octal || '''');
	SELECT CASE WHEN phm.logic_send(s) = bytes THEN 'received' ELSE 'other bytes' END INTO hint FROM received;
	DROP TABLE received;
	RETURN hint;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS octal = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', sqlstate, sqlerrm || '.', nullif(octal, ''), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.read(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	octal text;
	hint text;
BEGIN
	RETURN CASE WHEN phm.logic_send(encode(bytes, 'hex')::phm.logic) = bytes THEN 'received' ELSE 'other bytes' END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS octal = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', sqlstate, sqlerrm || '.', nullif(octal, ''), nullif(hint, ''));
END $$;

CREATE TABLE made AS SELECT logic, phm.logic_send(logic) AS b FROM phm.link_libraries(ARRAY['L'], ARRAY['{"library":{"identifier":{"id":"L","version":"1"},
	"usings":{"def":[{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]},
	"parameters":{"def":[{"name":"Least","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Integer"}}]},
	"valueSets":{"def":[{"name":"V","id":"urn:v"}]},
	"contexts":{"def":[{"name":"Patient"}]},
	"statements":{"def":[{"name":"E","context":"Patient","accessLevel":"Public","expression":{"type":"Greater","operand":[
		{"type":"Count","source":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Condition","codeProperty":"code","codeComparator":"in",
			"codes":{"type":"ExpandValueSet","operand":{"type":"ValueSetRef","name":"V"}}}},
		{"type":"Add","operand":[{"type":"ParameterRef","name":"Least"},{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"}]}]}}]}}}'],
	ARRAY['L'], ARRAY['urn:v'], ARRAY[''], ARRAY['{SNOMED|44054006}'::phm.codeset], false, true, false);
SELECT pg_temp.hashed(b) = b AS same_hash, pg_temp.receive(b), pg_temp.read(b) FROM made;

-- Sections: nodes 0, places 1, operands 2, strings 3, text 4, constants 5, properties 10, definitions 13, results 14, parameters 15, retrieves 17, value sets 19, codesets 20, index 21.
CREATE TABLE damaged (k integer GENERATED ALWAYS AS IDENTITY, what text, b bytea);
INSERT INTO damaged (what, b) SELECT v.* FROM made, LATERAL (VALUES
	('nothing', ''::bytea),
	('cut in the header', substr(b, 1, 100)),
	('cut', substr(b, 1, length(b) - 8)),
	('longer', b || '\x0000000000000000'::bytea),
	('another version', pg_temp.put(b, 0, '\x7f'::bytea)),
	('another byte order', pg_temp.put(b, 2, substr(b, 4, 1) || substr(b, 3, 1))),
	('flags', pg_temp.put(b, 1, '\x01'::bytea)),
	('a section elsewhere', pg_temp.put(b, 28 + 8 * 3, pg_temp.at(b, 3) + 12)),
	('a section too large', pg_temp.put(b, 32 + 8 * 3, 1000000000)),
	('another hash', pg_temp.put(b, pg_temp.at(b, 4), '\x00'::bytea)),
	('no such operator', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 0), '\xffff'::bytea))),
	('operands that are not there', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 0) + 4, 77))),
	('an operand behind its node', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 2), 1000))),
	('a string that ends before it begins', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 3) + 4, 0))),
	('a string that is too long', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 3), 100000))),
	('text that is no UTF-8', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 4), '\xff'::bytea))),
	('a constant of no kind', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 5), '\xfe'::bytea))),
	('a definition without a node', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 13) + 8, 1000))),
	('a result without a definition', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 14), 1000))),
	('a parameter without a name', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 15), 1000))),
	('a place without a definition', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 1), 1000))),
	('a retrieve of no type', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 17), '\xffff'::bytea))),
	('codes that are none', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 20), '\xffffffff'::bytea))),
	('an index of other codes', pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 21) + 8, '\xff'::bytea)))) AS v;
SELECT what, pg_temp.receive(b) AS received, pg_temp.receive(b) = pg_temp.read(b) AS alike FROM damaged ORDER BY k;
-- Whatever byte is another one, with the hash that belongs to it: refused, or logic that reads back and can be listed.
CREATE FUNCTION pg_temp.listed(b bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r text := pg_temp.read(b);
BEGIN
	IF r <> 'received' THEN
		RETURN substr(r, 1, 5);
	END IF;
	RETURN CASE WHEN length(phm.explain_logic(encode(b, 'hex')::phm.logic)) > 0 THEN 'listed' END;
END $$;
SELECT count(*) FILTER (WHERE result = 'listed') > 0 AS some_listed, count(*) FILTER (WHERE result IN ('22P03', '22021')) > 0 AS some_refused,
	count(*) FILTER (WHERE result IN ('listed', '22P03', '22021')) = count(*) AS all_told
  FROM made, generate_series(220, length(b) - 1, 5) AS i, LATERAL (SELECT pg_temp.listed(pg_temp.hashed(set_byte(b, i, get_byte(b, i) # 1)))) AS r (result);
-- A name may be any text; the listing shows it.
SELECT line FROM made, regexp_split_to_table(phm.explain_logic(encode(pg_temp.hashed(pg_temp.put(b, pg_temp.at(b, 4), '\x0a'::bytea)), 'hex')::phm.logic), '\n') WITH ORDINALITY AS t (line, k) ORDER BY k LIMIT 12;
DROP TABLE made, damaged;

-- An expression without a library says so.
SELECT phm.evaluate_elm('{"type":"SingletonFrom","locator":"3:7-3:9","operand":{"type":"List","element":[{"type":"Null"},{"type":"Null"}]}}', '2026-06-30');
SELECT phm.evaluate_elm('{"type":"SingletonFrom","operand":{"type":"List","element":[{"type":"Null"},{"type":"Null"}]}}', '2026-06-30');
SELECT phm.fhirpath('{"resourceType":"Basic"}'::phm.resource, '1 + (2 | 3)', '2026-06-30');
