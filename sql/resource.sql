-- phm.resource: FHIR JSON in and out, the binary form, casts
SET client_min_messages = warning;
CREATE SCHEMA tr;
SET search_path = tr, public;

-- What an input gives: the text that is printed, or SQLSTATE and message.
CREATE FUNCTION tr.read(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
	place text;
BEGIN
	RETURN input::phm.resource::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS told = MESSAGE_TEXT, place = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE || ':', told, nullif('/ ' || place, '/ '));
END $$;
CREATE FUNCTION tr.bits(value phm.resource) RETURNS text
LANGUAGE sql AS $$ SELECT encode(phm.resource_send(value), 'hex') $$;

-- Text: members keep their order, resourceType comes first
SELECT '{"id":"a","resourceType":"Patient","gender":"female","active":true}'::phm.resource;
SELECT ' { "resourceType" : "Patient" , "name" : [ { "given" : [ "A" , "B" ] } ] } '::phm.resource;
SELECT '{"resourceType":"Patient"}'::phm.resource;

-- Shapes that must print as they were
CREATE TABLE shape (name text, input text);
INSERT INTO shape VALUES
('companion after', '{"resourceType":"Patient","birthDate":"1970-01-01","_birthDate":{"id":"x"}}'),
('companion before', '{"resourceType":"Patient","_birthDate":{"id":"x"},"gender":"male","birthDate":"1970-01-01"}'),
('companion alone', '{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"c"}]},"gender":"male"}'),
('companion of null', '{"resourceType":"Patient","birthDate":null,"_birthDate":{"id":"x"}}'),
('companion empty', '{"resourceType":"Patient","birthDate":"1970","_birthDate":{}}'),
('companion in companion', '{"resourceType":"Patient","_gender":{"extension":[{"url":"u","_valueString":{"extension":[{"_url":{"id":"d"},"url":"v"}]}}]}}'),
('companions of two', '{"resourceType":"Patient","_gender":{"id":"g"},"_birthDate":{"id":"b"},"_active":{"id":"a"},"active":true}'),
('slots both', '{"resourceType":"Patient","name":[{"given":["A","B"],"_given":[{"id":"a"},{"id":"b"}]}]}'),
('slots with nulls', '{"resourceType":"Patient","name":[{"given":["A",null,"C"],"_given":[null,{"id":"b"},null]}]}'),
('slots null in values only', '{"resourceType":"Patient","name":[{"given":["A",null]}]}'),
('slots alone', '{"resourceType":"Patient","name":[{"_given":[{"id":"a"},null,{"id":"c"}]}]}'),
('slots all null', '{"resourceType":"Patient","name":[{"given":[null,null],"_given":[{"id":"a"},{"id":"b"}]}]}'),
('slots more values', '{"resourceType":"Patient","name":[{"given":["A","B","C"],"_given":[{"id":"a"}]}]}'),
('slots more companions', '{"resourceType":"Patient","name":[{"given":["A"],"_given":[null,null,{"id":"c"},null]}]}'),
('slots only null companions', '{"resourceType":"Patient","name":[{"given":["A","B"],"_given":[null,null]}]}'),
('list as single', '{"resourceType":"Patient","name":{"given":"A","_given":{"id":"a"}}}'),
('empty list', '{"resourceType":"Patient","name":[],"photo":[{}]}'),
('nulls', '{"resourceType":"Patient","active":null,"name":[null,{"text":null}],"maritalStatus":null}'),
('contained', '{"contained":[{"id":"o","resourceType":"Organization","name":"O"},{"resourceType":"Basic","contained":[{"resourceType":"Basic"}]}],"resourceType":"Patient"}'),
('extensions', '{"resourceType":"Patient","extension":[{"extension":[{"url":"a","valueInteger":1},{"url":"b","extension":[{"url":"c","valueBoolean":false}]}],"url":"z"}],"modifierExtension":[{"url":"m","valueDecimal":1.0}]}'),
('unknown elements', '{"resourceType":"Patient","petName":"Rex","pets":[1,[2,[]],{"a":{"b":null,"":0}},true,"x"],"_pets":{"id":1},"resource_type":"x"}'),
('unknown inside', '{"resourceType":"Patient","name":[{"nick":"x","resourceType":"y","_nick":[null]}]}'),
('companion of an object', '{"resourceType":"Patient","_name":[{"id":"x"}],"_contact":null}'),
('numbers', '{"resourceType":"Observation","valueQuantity":{"value":7.20},"component":[{"valueQuantity":{"value":1e-3}},{"valueQuantity":{"value":-0.0}},{"valueQuantity":{"value":12345678901234567890123456789.50}},{"valueQuantity":{"value":0.000000000000000001}},{"valueQuantity":{"value":1.5E+10}},{"valueInteger":-2147483648}]}'),
('unknown numbers', '{"resourceType":"Basic","n":[0,-0,-0.0,10,1E5,1e400,123456789012345678,1234567890123456789,9.9999999999999999999]}'),
('bundle', '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:8a4b1c2d-0000-4000-8000-00000000000a","resource":{"resourceType":"Patient","id":"8a4b1c2d-0000-4000-8000-00000000000a"}},{"fullUrl":"urn:uuid:8A4B1C2D-0000-4000-8000-00000000000A","resource":{"resourceType":"Parameters","parameter":[{"name":"p","resource":{"resourceType":"Binary","contentType":"text/plain","data":"AAAA"}}]}}]}'),
('systems', '{"resourceType":"Basic","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"},{"system":"http://loinc.org/","code":"x"},{"system":"urn:oid:2.16.840.1.113883.6.1","code":"y"}]}}'),
('masked dates', '{"resourceType":"Patient","meta":{"lastUpdated":"(masked)"}}'),
('dates of definitions', '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"ValueSet","date":"soon"}}]}'),
('times', '{"resourceType":"Location","hoursOfOperation":[{"openingTime":"08:00:00","closingTime":"23:59:59.125"}]}'),
('narrative', '{"resourceType":"Basic","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a &amp; b</div>"}}');
INSERT INTO shape
SELECT 'date ' || d, format('{"resourceType":"Patient","deceasedDateTime":"%s"}', d)
  FROM unnest(ARRAY['2024', '2024-02', '2024-02-29', '2024-02-29T10', '2024-02-29T10:15Z', '2024-02-29T10:15:00Z', '2024-02-29T10:15:00+14:00',
                    '2024-02-29T10:15:00-00:00', '2024-02-29T10:15:00.5Z', '2024-02-29T10:15:00.1234567-05:00', '0001-01-01', '9999-12-31']) AS d;
-- As it was, as jsonb; read again to the same bytes; and through jsonb: every line says t four times
SELECT name, tr.read(input)::jsonb = input::jsonb AS same_value, tr.read(tr.read(input)) = tr.read(input) AS same_text,
       CASE WHEN tr.read(input) LIKE '{%' THEN tr.bits(input::phm.resource) = tr.bits(input::phm.resource::text::phm.resource) END AS same_bytes,
       CASE WHEN tr.read(input) LIKE '{%' THEN input::jsonb::phm.resource::jsonb = input::jsonb END AS through_jsonb
  FROM shape ORDER BY name COLLATE "C";
-- Some of them in full, for their digits and order.
SELECT tr.read(input) FROM shape
 WHERE name IN ('numbers', 'unknown numbers', 'slots all null', 'slots alone', 'slots more companions', 'companion before', 'companion alone')
 ORDER BY name COLLATE "C";

-- Strings
SELECT tr.read(E'{"resourceType":"Basic","x":"\\u00e9\\ud83d\\ude00 \\" \\\\ \\/ \\b\\f\\n\\r\\t\\u0001\\u007f","y":"é😀"}');

-- Bad input: malformed JSON
SELECT input, tr.read(input) FROM unnest(ARRAY[
	'', ' ', '{', '[]', '1', '"Patient"', 'null', '{"resourceType":"Patient"', '{"resourceType":"Patient",}', '{"resourceType":"Patient"} x',
	'{"resourceType":"Patient"}{}', '{resourceType:"Patient"}', '{"resourceType" "Patient"}', '{"resourceType":"Patient","active":tru}',
	'{"resourceType":"Patient","name":[{},]}', '{"resourceType":"Patient","name":[{}}', '{"resourceType":"Patient","x":01}',
	'{"resourceType":"Patient","x":1.}', '{"resourceType":"Patient","x":.5}', '{"resourceType":"Patient","x":+1}', '{"resourceType":"Patient","x":1e}',
	'{"resourceType":"Patient","x":NaN}', '{"resourceType":"Patient","x":''a''}', '{"resourceType":"Patient","x":"a', '{"resourceType":"Patient","x":"\x"}',
	'{"resourceType":"Patient","x":"\u12"}', '{"resourceType":"Patient","x":"\u0000"}', '{"resourceType":"Patient","x":"\ud800"}',
	'{"resourceType":"Patient","x":"\ud800\u0041"}', '{"resourceType":"Patient","x":"\udc00"}', E'{"resourceType":"Patient","x":"\n"}',
	'{"resourceType":"Patient","_gender":{"id":"\ud800"}}', E'{\n  "resourceType": "Patient",\n  "name": [ { "given" [] } ]\n}']) AS input;
-- Bad input: well-formed JSON that is no such resource
SELECT input, tr.read(input) FROM unnest(ARRAY[
	'{}', '{"resourceType":null}', '{"resourceType":"Patients"}', '{"resourceType":"patient"}', '{"resourceType":"HumanName"}', '{"resourceType":"DomainResource"}',
	'{"resourceType":"Patient","resourceType":"Patient"}', '{"resourceType":"Patient","id":"a","id":"a"}', '{"resourceType":"Patient","x":1,"x":2}',
	'{"resourceType":"Patient","_id":{},"_id":{}}', '{"resourceType":"Patient","active":"true"}', '{"resourceType":"Patient","gender":1}',
	'{"resourceType":"Patient","gender":["male"]}', '{"resourceType":"Patient","name":"A"}', '{"resourceType":"Patient","name":[[{}]]}',
	'{"resourceType":"Patient","name":[{"given":[["A"]]}]}', '{"resourceType":"Patient","maritalStatus":[{}]}', '{"resourceType":"Patient","birthDate":19700101}',
	'{"resourceType":"Patient","birthDate":"2024-13-45"}', '{"resourceType":"Patient","birthDate":"2023-02-29"}', '{"resourceType":"Patient","birthDate":"5.3.1970"}',
	'{"resourceType":"Patient","birthDate":""}', '{"resourceType":"Patient","contact":[{},{"period":{"start":"yesterday"}}]}',
	'{"resourceType":"Patient","multipleBirthInteger":1.5}', '{"resourceType":"Patient","multipleBirthInteger":2147483648}', '{"resourceType":"Patient","multipleBirthInteger":-0}',
	'{"resourceType":"Observation","valueQuantity":{"value":"7"}}', '{"resourceType":"Location","hoursOfOperation":[{"openingTime":"8:00"}]}',
	'{"resourceType":"Location","hoursOfOperation":[{"openingTime":"24:00:00"}]}', '{"resourceType":"Patient","_gender":"x"}', '{"resourceType":"Patient","_gender":null}',
	'{"resourceType":"Patient","_gender":[{}]}', '{"resourceType":"Patient","name":[{"given":["A"],"_given":{}}]}', '{"resourceType":"Patient","name":[{"given":[],"_given":[{}]}]}',
	'{"resourceType":"Patient","name":[{"given":["A"],"_given":[]}]}', '{"resourceType":"Patient","name":[{"given":["A"],"_given":[1]}]}',
	'{"resourceType":"Patient","_gender":{"valueCode":1,"extension":[{"url":5}]}}', '{"resourceType":"Patient","contained":[{"id":"x"}]}',
	'{"resourceType":"Patient","contained":[1]}', '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","active":1}}]}']) AS input;
-- Limits
SELECT tr.read('{"resourceType":"Basic","x":' || repeat('[', 98) || repeat(']', 98) || '}') LIKE '{%' AS just_deep_enough;
SELECT tr.read('{"resourceType":"Basic","x":' || repeat('[', 1000) || repeat(']', 1000) || '}') AS too_deep;
SELECT left(tr.read('{"resourceType":"Basic"' || repeat(',"extension":[{"url":"u"', 100) || repeat('}]', 100) || '}'), 40) AS too_deep;
SELECT left(tr.read('{"resourceType":"Basic","_language":' || repeat('{"extension":[{"_url":', 100000)), 60) AS too_deep;
SELECT tr.read('{"resourceType":"Basic","x":' || repeat('9', 1001) || '}') AS too_long;
SELECT tr.read('{"resourceType":"Basic"' || (SELECT string_agg(format(',"x%s":1', i), '') FROM generate_series(1, 1001) AS i) || '}') AS too_many;
-- No data of a patient in errors
SELECT tr.read('{"resourceType":"Patient","name":[{"family":"Secret","given":"Secret" "Secret"}]}');

-- The binary form, byte by byte: version, flags, type; id, active, gender with a companion alone, birthDate, an integer, an unknown list
SELECT tr.bits('{"resourceType":"Basic"}');
SELECT tr.bits('{"resourceType":"Patient","id":"ab","active":true,"_gender":{"id":"x"},"birthDate":"1970","multipleBirthInteger":2,"z":[null,1.50,1e2]}');

-- Sent and received: through a file, as COPY does it
CREATE TABLE sent (name text, r phm.resource);
INSERT INTO sent SELECT name, input::phm.resource FROM shape;
CREATE TABLE received (LIKE sent);
\getenv abs_builddir PG_ABS_BUILDDIR
\cd :abs_builddir
COPY sent TO STDOUT (FORMAT binary) \g resource.bin
\copy received FROM 'resource.bin' (FORMAT binary)
\! rm resource.bin
SELECT count(*) > 40 AS many, bool_and(tr.bits(s.r) = tr.bits(t.r) AND s.r::text = t.r::text) AS same FROM sent AS s JOIN received AS t USING (name);
-- What is not canonical is refused, whatever the client says.
CREATE FUNCTION tr.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message bytea := '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea;
	octal text;
	printed text;
BEGIN
	SELECT string_agg(format('\%s%s%s', b / 64, b / 8 % 8, b % 8), '' ORDER BY i) INTO octal
	  FROM (SELECT i, get_byte(message, i) AS b FROM generate_series(0, length(message) - 1) AS i) AS t;
	CREATE TABLE tr.incoming (r phm.resource);
	EXECUTE format('COPY tr.incoming FROM PROGRAM %L (FORMAT binary)', 'printf ''' || octal || '''');
	SELECT r::text INTO printed FROM tr.incoming;
	DROP TABLE tr.incoming;
	RETURN printed;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
-- The ids of the dictionary in hex, as they stand in the binary form.
CREATE FUNCTION tr.id_of(element text) RETURNS text LANGUAGE sql AS
$$ SELECT substr(regexp_replace(tr.bits(format('{"resourceType":"Patient","%s":null}', element)::phm.resource), '00$', ''), 9) $$;
CREATE TABLE part AS
SELECT substr(tr.bits('{"resourceType":"Patient"}'), 1, 8) AS patient, substr(tr.bits('{"resourceType":"Basic"}'), 1, 8) AS basic,
       tr.id_of('active') AS active, tr.id_of('gender') AS gender, tr.id_of('birthDate') AS born, tr.id_of('name') AS name,
       tr.id_of('multipleBirthInteger') AS multiple, tr.id_of('contained') AS contained;
SELECT what, tr.receive(decode(bytes, 'hex'))
  FROM part, LATERAL (VALUES
	(1, 'good', patient || active || '02' || gender || '080161'),
	(2, 'nothing', ''),
	(3, 'cut header', '0100'),
	(4, 'version', '02' || substr(patient, 3) || active || '02'),
	(5, 'flags', '0101' || substr(patient, 5)),
	(6, 'no such type', '0100ffff'),
	(7, 'type that is no resource', '01000100'),
	(8, 'cut element', patient || '80'),
	(9, 'no such element', patient || 'ffff0302'),
	(10, 'element of another type', basic || active || '02'),
	(11, 'no value', patient || active),
	(12, 'no such kind', patient || active || '20'),
	(13, 'kind of a chart', patient || active || '1001'),
	(14, 'value of another type', patient || active || '080161'),
	(15, 'twice', patient || active || '02' || active || '01'),
	(16, 'known name without id', patient || '000661637469766502'),
	(17, 'companion as unknown name', patient || '00075f6163746976650c00'),
	(18, 'resourceType as element', patient || '000c7265736f7572636554797065080161'),
	(19, 'cut text', patient || gender || '080561'),
	(20, 'text not UTF-8', patient || gender || '0802c328'),
	(21, 'text with NUL', patient || gender || '080100'),
	(22, 'text that has a shorter form', patient || gender || '0824' || encode('8a4b1c2d-0000-4000-8000-00000000000a', 'hex')),
	(23, 'length in two bytes', patient || gender || '08810061'),
	(24, 'date out of form', patient || born || '06ffffffffffffffff'),
	(25, 'date as text', patient || born || '0804736f6f6e'),
	(26, 'integer too large', patient || multiple || '038080808010'),
	(27, 'number for an integer', patient || multiple || '040204'),
	(28, 'list for a single element', patient || gender || '0e0100'),
	(29, 'count of a list', patient || name || '0e03020c00'),
	(30, 'slot omitted without companion', patient || name || '0e020113'),
	(31, 'companion missing', patient || gender || '0f08016100'),
	(32, 'companion of a companion', patient || gender || '0f0f0801610c000c00'),
	(33, 'resource without type', patient || contained || '0d0100'),
	(34, 'contained', patient || contained || '0d01' || substr(basic, 5, 2)),
	(35, 'decimal of 19 digits', patient || '00016104120f'),
	(36, 'number that has a shorter form', patient || '000161050131'),
	(37, 'number out of grammar', patient || '00016105023031')
  ) AS t(n, what, bytes) ORDER BY n;
-- Every byte of a value changed in turn: refused, or a resource that reads back as itself.
DO $$
DECLARE
	good bytea := phm.resource_send('{"resourceType":"Patient","id":"ab","active":true,"_gender":{"id":"x"},"name":[{"given":["A",null],"_given":[null,{"id":"b"}]}],"birthDate":"1970","z":[1.50]}');
	changed bytea;
	printed text;
	refused int := 0;
BEGIN
	FOR i IN 0 .. length(good) - 1 LOOP
		changed := set_byte(good, i, (get_byte(good, i) + 1) % 256);
		printed := tr.receive(changed);
		IF printed LIKE '22P03: %' THEN
			refused := refused + 1;
		ELSIF phm.resource_send(printed::phm.resource) <> changed THEN
			RAISE 'byte %: %', i, printed;
		END IF;
	END LOOP;
	IF refused < length(good) / 2 THEN
		RAISE 'only % of % changes were refused', refused, length(good);
	END IF;
END $$;

-- Stored: short, long, compressed and out of line
CREATE TABLE stored (n int, r phm.resource);
ALTER TABLE stored ALTER r SET STORAGE external;
INSERT INTO stored VALUES (1, '{"resourceType":"Basic"}');
INSERT INTO stored SELECT 2, format('{"resourceType":"Basic","id":"long","x":"%s"}', repeat('abc', 100000))::phm.resource;
ALTER TABLE stored ALTER r SET STORAGE extended;
INSERT INTO stored SELECT 3, format('{"resourceType":"Basic","id":"long","x":"%s"}', repeat('abc', 100000))::phm.resource;
SELECT n, phm.resource_type(r), phm.resource_id(r), length(r::text), length(phm.element_text(r, 'x')), pg_column_size(r) < 10000 AS small FROM stored ORDER BY n;

-- jsonb
SELECT '{"resourceType":"Patient","id":"a","multipleBirthInteger":2}'::jsonb::phm.resource;
SELECT '{"resourceType":"Patient","active":1}'::jsonb::phm.resource;
SELECT '{"resourceType":"Observation","valueQuantity":{"value":1.50}}'::phm.resource::jsonb;
SELECT phm.resource_id('{"resourceType":"Patient"}'), phm.resource_id('{"resourceType":"Patient","_id":{"id":"x"}}'),
       phm.resource_id('{"resourceType":"Patient","id":"8a4b1c2d-0000-4000-8000-00000000000a"}');
