-- phm.resource from FHIR XML: the same value that JSON gives; the wall around libxml2
SET client_min_messages = warning;
CREATE SCHEMA tx;
SET search_path = tx, public;

-- What an input gives: the JSON of the resource, or SQLSTATE and message.
CREATE FUNCTION tx.read(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
	place text;
BEGIN
	RETURN phm.resource_from_xml(input)::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS told = MESSAGE_TEXT, place = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE || ':', told, nullif('/ ' || place, '/ '));
END $$;
-- A Patient or an Observation around some elements.
CREATE FUNCTION tx.patient(inside text) RETURNS text LANGUAGE sql AS
$$ SELECT '<Patient xmlns="http://hl7.org/fhir">' || inside || '</Patient>' $$;

-- Pairs of XML and JSON: the bytes are the same
CREATE TABLE pair (name text, x text, j text);
INSERT INTO pair VALUES
('nothing', '<Basic xmlns="http://hl7.org/fhir"/>', '{"resourceType":"Basic"}'),
('prolog', E'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a <!DOCTYPE in a comment -->\n<?a b?><f:Basic xmlns:f="http://hl7.org/fhir"><f:id value="a"/></f:Basic><!-- b -->',
 '{"resourceType":"Basic","id":"a"}'),
('observation', '<Observation xmlns="http://hl7.org/fhir"><id value="o1"/><meta><lastUpdated value="2024-03-05T10:15:00.123-05:00"/><profile value="http://x/a"/><profile value="http://x/b"/></meta>
  <status value="final"/><category><coding><system value="http://terminology.hl7.org/CodeSystem/observation-category"/><code value="laboratory"/></coding></category>
  <code><coding><system value="http://loinc.org"/><code value="4548-4"/></coding><coding><system value="urn:x"/><code value="a1c"/></coding><text value="HbA1c"/></code>
  <subject><reference value="urn:uuid:8a4b1c2d-0000-4000-8000-000000000001"/></subject><effectiveDateTime value="2024-03"/>
  <valueQuantity><value value="7.20"/><unit value="%"/></valueQuantity>
  <component><code><text value="n"/></code><valueInteger value="-5"/></component><component><code><text value="e"/></code><valueQuantity><value value="1.5E-10"/></valueQuantity></component>
</Observation>',
 '{"resourceType":"Observation","id":"o1","meta":{"lastUpdated":"2024-03-05T10:15:00.123-05:00","profile":["http://x/a","http://x/b"]},"status":"final",
  "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
  "code":{"coding":[{"system":"http://loinc.org","code":"4548-4"},{"system":"urn:x","code":"a1c"}],"text":"HbA1c"},
  "subject":{"reference":"urn:uuid:8a4b1c2d-0000-4000-8000-000000000001"},"effectiveDateTime":"2024-03","valueQuantity":{"value":7.20,"unit":"%"},
  "component":[{"code":{"text":"n"},"valueInteger":-5},{"code":{"text":"e"},"valueQuantity":{"value":1.5E-10}}]}'),
('primitives', tx.patient('<active value="true"/><name id="n"><family value="a &amp; &lt;b> &quot;&#233;&#x1F600;"/></name><birthDate id="i" value="1970-01-01"/><deceasedBoolean value="false"/><multipleBirthInteger value="2"/>'),
 '{"resourceType":"Patient","active":true,"name":[{"id":"n","family":"a & <b> \"é😀"}],"birthDate":"1970-01-01","_birthDate":{"id":"i"},"deceasedBoolean":false,"multipleBirthInteger":2}'),
('extensions', tx.patient('<extension url="http://x/race"><extension url="code"><valueCoding><code value="c"/></valueCoding></extension><extension url="text" id="t"><valueString value="s"/></extension></extension>
  <modifierExtension url="m"><valueBoolean value="true"/></modifierExtension><gender><extension url="absent"><valueCode value="masked"/></extension></gender>
  <birthDate value="1970"><extension url="time"><valueDateTime value="1970-01-01T10:00:00Z"/></extension></birthDate>'),
 '{"resourceType":"Patient","extension":[{"extension":[{"url":"code","valueCoding":{"code":"c"}},{"id":"t","url":"text","valueString":"s"}],"url":"http://x/race"}],
  "modifierExtension":[{"url":"m","valueBoolean":true}],"_gender":{"extension":[{"url":"absent","valueCode":"masked"}]},
  "birthDate":"1970","_birthDate":{"extension":[{"url":"time","valueDateTime":"1970-01-01T10:00:00Z"}]}}'),
('slots', tx.patient('<name><given value="A"/><given value="B"><extension url="u"><valueInteger value="1"/></extension></given><given><extension url="u"/></given><given value="D"/></name>
  <name><given id="g"><extension url="u"/></given></name><name><given value="A"/><given value="B"/></name>'),
 '{"resourceType":"Patient","name":[{"given":["A","B",null,"D"],"_given":[null,{"extension":[{"url":"u","valueInteger":1}]},{"extension":[{"url":"u"}]},null]},
  {"_given":[{"id":"g","extension":[{"url":"u"}]}]},{"given":["A","B"]}]}'),
('contained', tx.patient('<contained><Organization><id value="o"/><name value="O"/></Organization></contained><contained><Basic/></contained><managingOrganization><reference value="#o"/></managingOrganization>'),
 '{"resourceType":"Patient","contained":[{"resourceType":"Organization","id":"o","name":"O"},{"resourceType":"Basic"}],"managingOrganization":{"reference":"#o"}}'),
('bundle', '<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/><entry><fullUrl value="urn:uuid:8a4b1c2d-0000-4000-8000-00000000000a"/><resource><Patient><id value="p"/></Patient></resource></entry>
  <entry><resource><Parameters><parameter><name value="n"/><resource><Binary><contentType value="a/b"/><data value="AAAA"/></Binary></resource></parameter></Parameters></resource></entry></Bundle>',
 '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:8a4b1c2d-0000-4000-8000-00000000000a","resource":{"resourceType":"Patient","id":"p"}},
  {"resource":{"resourceType":"Parameters","parameter":[{"name":"n","resource":{"resourceType":"Binary","contentType":"a/b","data":"AAAA"}}]}}]}'),
('narrative', tx.patient(E'<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml" class=''a>b''>a &amp; b<!-- c --><br/>\r\n<p><![CDATA[</div>]]></p><div/></div></text><active value="true"/>'),
 '{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\" class=''a>b''>a &amp; b<!-- c --><br/>\n<p><![CDATA[</div>]]></p><div/></div>"},"active":true}'),
('apart', tx.patient('<name><text value="a"/></name><contained><Basic><text><div xmlns="http://www.w3.org/1999/xhtml">1</div></text></Basic></contained><text><div xmlns="http://www.w3.org/1999/xhtml">2</div></text>
  <contained><Basic><text><div xmlns="http://www.w3.org/1999/xhtml">3</div></text></Basic></contained><name><text value="b"/></name>'),
 '{"resourceType":"Patient","name":[{"text":"a"},{"text":"b"}],"contained":[{"resourceType":"Basic","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">1</div>"}},
  {"resourceType":"Basic","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">3</div>"}}],"text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">2</div>"}}'),
('schema', '<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir ../fhir.xsd"><active value="true"/></Patient>',
 '{"resourceType":"Patient","active":true}'),
('times and dates', '<Location xmlns="http://hl7.org/fhir"><meta><lastUpdated value="(masked)"/></meta><position><longitude value="-0.10"/><latitude value="12345678901234567890.5"/></position><hoursOfOperation><allDay value="false"/><openingTime value="08:00:00"/></hoursOfOperation></Location>',
 '{"resourceType":"Location","meta":{"lastUpdated":"(masked)"},"position":{"longitude":-0.10,"latitude":12345678901234567890.5},"hoursOfOperation":[{"allDay":false,"openingTime":"08:00:00"}]}');
SELECT name, phm.resource_send(phm.resource_from_xml(x)) = phm.resource_send(j::phm.resource) AS same FROM pair ORDER BY name;
SELECT name, tx.read(x), j FROM pair WHERE left(tx.read(x), 1) <> '{' OR tx.read(x)::jsonb <> j::jsonb;
SELECT (SELECT x FROM pair WHERE name = 'slots')::xml::phm.resource::text = phm.resource_from_xml((SELECT x FROM pair WHERE name = 'slots'))::text AS by_cast;

-- What the wall refuses: document types, entities of all kinds, depth, size
SELECT tx.read('<!DOCTYPE Patient><Patient xmlns="http://hl7.org/fhir"/>');
SELECT tx.read(E'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' ||
               '<Patient xmlns="http://hl7.org/fhir"><language value="&c;"/></Patient>') AS billion_laughs;
SELECT tx.read('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"><language value="&x;"/></Patient>') AS external_entity;
SELECT tx.read('<!DOCTYPE a SYSTEM "http://localhost:1/a.dtd"><Patient xmlns="http://hl7.org/fhir"/>') AS external_subset;
SELECT tx.read('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost:1/a.dtd"> %p;]><Patient xmlns="http://hl7.org/fhir"/>') AS parameter_entity;
SELECT tx.read(tx.patient('<language value="&nbsp;"/>')) AS undeclared_entity;
SELECT left(tx.read('<Basic xmlns="http://hl7.org/fhir">' || repeat('<extension url="u">', 120) || repeat('</extension>', 120) || '</Basic>'), 40) AS deep;
SELECT tx.read('<Basic xmlns="http://hl7.org/fhir">' || repeat('<extension>', 100000)) LIKE '54000: too deeply nested XML%' AS very_deep;
SELECT left(tx.read(repeat('<!-- ', 10)), 20) AS no_end;
SELECT left(tx.read('<Basic xmlns="http://hl7.org/fhir"><!--' || repeat('x', 64 * 1024 * 1024) || '--></Basic>'), 60) AS large;

-- Bad input: malformed XML; what exactly is wrong with it depends on the version of libxml2
SELECT input, regexp_replace(tx.read(input), 'XML: .* at', 'XML: ... at') AS read FROM unnest(ARRAY['', ' ', 'x', '{"resourceType":"Patient"}', '<Patient', '<Patient xmlns="http://hl7.org/fhir">',
	'<Patient xmlns="http://hl7.org/fhir"></Person>', '<Patient xmlns="http://hl7.org/fhir"/>x', '<Patient xmlns="http://hl7.org/fhir" a/>',
	'<f:Patient/>', E'<Patient xmlns="http://hl7.org/fhir">\n<active value="true" value="true"/></Patient>',
	E'<Patient xmlns="http://hl7.org/fhir">\n<active value="<"/></Patient>', E'<Patient xmlns="http://hl7.org/fhir">\n\n<language value="&#0;"/></Patient>']) AS input;
SELECT tx.read('<Patient xmlns="http://hl7.org/fhir"></Person>');
SELECT tx.read(tx.patient('<active value="true" value="true"/>'));
-- Bad input: well-formed XML that is no such resource
SELECT input, tx.read(input) FROM unnest(ARRAY['<Patient/>', '<Patient xmlns="urn:hl7-org:v3"/>', '<Patients xmlns="http://hl7.org/fhir"/>', '<HumanName xmlns="http://hl7.org/fhir"/>',
	'<Patient xmlns="http://hl7.org/fhir" id="x"/>', '<Patient xmlns="http://hl7.org/fhir">text</Patient>'] || ARRAY(SELECT tx.patient(E'\n' || inside) FROM unnest(ARRAY[
	'<activ value="true"/>', '<active/>', '<active value="yes"/>', '<active value="true" x="1"/>', '<active value="true"/><active value="true"/>', '<active value="true">x</active>',
	'<active value="true"><x/></active>', '<active xmlns="urn:x" value="true"/>', '<gender><valueCode value="x"/></gender>', '<name value="x"/>', '<name><id value="x"/></name>', '<name><given/></name>',
	'<birthDate value="2024-13-45"/>', '<birthDate value="5.3.1970"/>', '<multipleBirthInteger value="2147483648"/>', '<multipleBirthInteger value="+1"/>',
	'<multipleBirthInteger value=" 1"/>', '<extension><url value="x"/></extension>', '<extension url="u"><valueDecimal value="1,5"/></extension>', '<extension url="u"><valueTime value="8:00"/></extension>',
	'<contained/>', '<contained><Basic/><Basic/></contained>', '<contained><Patients/></contained>', '<contained>x</contained>', '<contained id="a"><Basic/></contained>',
	'<name><period><start value="soon"/></period></name>', '<text><div>x</div></text>', '<text><h:div xmlns:h="http://www.w3.org/1999/xhtml">x</h:div></text>']) AS inside)) AS input;
-- No data of a patient in errors
SELECT tx.read(tx.patient('<name><family value="Secret">Secret</family>'));

-- Many in one statement: the parser and the library are used again after errors
SELECT count(*) FILTER (WHERE tx.read(x) LIKE '{%') AS good, count(*) FILTER (WHERE tx.read(x) LIKE '2200M%') AS bad
  FROM (SELECT CASE WHEN n % 2 = 0 THEN tx.patient('<active value="true"/>') ELSE tx.patient('<active value="true">') END AS x FROM generate_series(1, 1000) AS n) AS t;
