-- Plain FHIR paths: phm.element, phm.element_text, phm.elements
SET client_min_messages = warning;
CREATE SCHEMA tp;
SET search_path = tp, public;
CREATE TABLE resource (n int, r phm.resource);
INSERT INTO resource VALUES
(1, '{"resourceType":"Patient","id":"p1","active":true,"name":[{"use":"official","family":"A","given":["B","C"]},{"use":"usual","given":["D",null],"_given":[null,{"extension":[{"url":"absent","valueCode":"masked"}]}]}],
  "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"x@example.org","rank":1},{"system":"phone","value":"2","rank":2}],
  "birthDate":"1970-01","_birthDate":{"id":"b","extension":[{"url":"http://x/time","valueDateTime":"1970-01-01T10:00:00Z"}]},"_gender":{"extension":[{"url":"absent","valueCode":"unknown"}]},
  "extension":[{"url":"http://x/race","extension":[{"url":"code","valueString":"c1"},{"url":"text","valueString":"t"}]},{"url":"http://x/birthsex","valueCode":"F"}],
  "contained":[{"resourceType":"Organization","id":"o","name":"O"}],"multipleBirthInteger":2,"deceasedDateTime":"2024-02-29T10:15:00.1234567Z","pets":[{"name":"Rex"},{"name":"Tom"}]}'),
(2, '{"resourceType":"Observation","id":"8a4b1c2d-0000-4000-8000-00000000000a","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"},{"system":"urn:x","code":"a1c"}],"text":"HbA1c"},
  "effectivePeriod":{"start":"2024"},"valueQuantity":{"value":7.20,"unit":"%"},"component":[{"valueString":"s"},{"valueQuantity":{"value":1e3}},{"valueBoolean":false}]}'),
(3, '{"resourceType":"Condition","onsetDateTime":"2024-02","recordedDate":"2024-03-01","code":{"text":"x"},"evidence":{"detail":{"display":"single"}}}');

SELECT path, phm.element(r, path), phm.element_text(r, path), ARRAY(SELECT phm.elements(r, path)) AS elements
  FROM resource, unnest(ARRAY['id', 'active', 'name', 'name.given', 'name[0].given', 'name[1].given', 'name.given[2]', 'name.given[3]', 'name.given[3].extension.value', 'name.given[4]', 'name[use=usual].given', 'name[use=usual][0].given[0]', 'name[use=old]',
	'Patient.name.family', 'Observation.id', 'DomainResource.id', 'birthDate', 'birthDate.id', 'birthDate.extension[url=http://x/time].valueDateTime', 'birthDate.extension.value', 'gender', 'gender.extension.value',
	'extension[url=http://x/race].extension[url=code].valueString', 'extension[url=''http://x/birthsex''].value', 'extension.extension.value', 'telecom[system=phone].value', 'telecom[system=phone][1].value', 'telecom[rank=2].value', 'telecom[value=].system',
	'contained.name', 'contained[0]', 'multipleBirth', 'deceased', 'deceasedDateTime', 'pets.name', 'pets[name=Tom]', 'nothing', 'active.nothing', 'name.nothing.nothing']) WITH ORDINALITY AS p(path, at)
 WHERE n = 1 ORDER BY at;
SELECT path, phm.element(r, path), phm.element_text(r, path), ARRAY(SELECT phm.elements(r, path)) AS elements
  FROM resource, unnest(ARRAY['id', 'code.coding[0].code', 'code.coding.code', 'code.coding[system=http://loinc.org].code', 'value', 'valueQuantity.value', 'value.value', 'component.value', 'component.value.value', 'component[value=false]', 'effective.start', 'effective']) WITH ORDINALITY AS p(path, at)
 WHERE n = 2 ORDER BY at;
SELECT n, phm.element_text(r, 'onset') AS onset, phm.element_text(r, 'code.text') AS code, phm.element_text(r, 'evidence.detail.display') AS detail FROM resource ORDER BY n;
SELECT n, e FROM resource, phm.elements(r, 'code.coding') AS e ORDER BY n, e::text;

-- The path may change from row to row
SELECT n, phm.element_text(r, CASE n WHEN 1 THEN 'name.family' WHEN 2 THEN 'code.text' ELSE 'onset' END) FROM resource ORDER BY n;
SELECT phm.element(NULL, 'id') IS NULL AND phm.element('{"resourceType":"Basic"}', NULL) IS NULL AS strict;

-- What is not a path
CREATE FUNCTION tp.refused(path text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN phm.element('{"resourceType":"Basic"}', path)::text;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT path, tp.refused(path) FROM unnest(ARRAY['', '.', 'a.', '.a', 'a..b', 'a b', ' a', '1a', 'a[', 'a[]', 'a[-1]', 'a[0', 'a[b]', 'a[b=', 'a[=b]', 'a[b=''c]', 'a[b=''c''d]', 'a]', 'a[1]b', 'a[9999999999]',
	'Patients.id', 'Patient', 'Basic[0]', 'HumanName.family', 'é', 'a.é', 'a[x=é].%', 'where(a)', repeat('a.', 32) || 'a']) AS path;
SELECT * FROM phm.elements('{"resourceType":"Basic"}', 'a[');
-- an error leaves the call site usable
SELECT phm.element_text(r, 'id') FROM resource WHERE n = 1;
