-- Value sets: loading from FHIR and rows, finding by url, version, OID and name.
SET client_min_messages = warning;
SET search_path = public, phm;
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset null -
BEGIN;
SELECT phm.create_store();
SELECT name, title, version, status, current, shipped FROM phm.value_set WHERE url = 'urn:phm:valueset:diabetes';
SELECT count(*), bool_and(shipped AND current AND version = '1') FROM phm.value_set;
SELECT phm.concept('ICD10CM', c) <@ phm.value_set('Diabetes') AS member, c
  FROM unnest(ARRAY['E11.9', 'E08', 'E12.1', 'O24.410', 'O24.011', 'R73.09']) AS c ORDER BY c;

-- Expansion: nested, abstract, several systems.
SELECT * FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "http://example.org/vs/2.16.1.1", "version": "1", "name": "One",
	"title": "First set", "status": "active", "expansion": {"total": 4, "timestamp": "2026-01-01", "contains": [
		{"system": "http://loinc.org", "code": "4548-4"},
		{"system": "http://loinc.org", "code": "LP1", "abstract": true, "contains": [{"system": "http://loinc.org", "code": "17856-6"}]},
		{"system": "urn:oid:2.16.840.1.113883.6.90", "code": "E11.9"}]}}');
SELECT phm.value_set('http://example.org/vs/2.16.1.1');
SELECT phm.value_set('http://example.org/vs/2.16.1.1|1') = phm.value_set('2.16.1.1') AS by_oid,
	phm.value_set('urn:oid:2.16.1.1') = phm.value_set('One') AS by_urn_and_name,
	phm.value_set('First set') = phm.value_set('One', '1') AS by_title_and_version, phm.value_set(NULL) AS nothing;

-- A second version beside the first, and back.
SELECT * FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "http://example.org/vs/2.16.1.1", "version": "2", "name": "One",
	"status": "active", "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "4548-4"}]}]}}'::jsonb);
SELECT phm.value_set('One'), phm.value_set('One|1'), phm.value_set('One', '2');
SELECT version, current FROM phm.value_set WHERE name = 'One' ORDER BY version;
SELECT version FROM phm.load_value_set('{"resourceType": "ValueSet", "url": "http://example.org/vs/2.16.1.1", "version": "3", "name": "One",
	"status": "active", "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "1-8"}]}]}}'::phm.resource, make_current => false);
SELECT version, current FROM phm.value_set WHERE name = 'One' ORDER BY version;
SAVEPOINT s; SELECT phm.value_set('One', '4'); ROLLBACK TO s;
SELECT phm.value_set('Nobody'); ROLLBACK TO s;

-- Compose: filters, whole systems, exclusion, references, also to later entries of a Bundle.
SELECT * FROM phm.load_value_set('{"resourceType": "Bundle", "type": "collection", "entry": [
	{"resource": {"resourceType": "ValueSet", "url": "urn:example:b", "name": "B", "status": "active", "compose":
		{"include": [{"valueSet": ["urn:example:a"]}, {"system": "http://loinc.org", "concept": [{"code": "1-8"}]}],
		 "exclude": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "concept": [{"code": "I10"}]}]}}},
	{"resource": {"resourceType": "Patient", "id": "p"}},
	{"resource": {"resourceType": "ValueSet", "url": "urn:example:a", "name": "A", "status": "active", "compose":
		{"include": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "filter": [{"property": "code", "op": "regex", "value": "^E11\\..*|I10$"}]},
			{"system": "http://snomed.info/sct", "filter": [{"property": "concept", "op": "=", "value": "73211009"}]}]}}},
	{"resource": {"resourceType": "ValueSet", "url": "urn:example:c", "name": "C", "status": "active", "compose":
		{"include": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "valueSet": ["urn:example:a"]}]}}}]}');
SELECT name, codes FROM phm.value_set WHERE url LIKE 'urn:example:_' ORDER BY name;
SELECT phm.value_set_filter('ICD10CM', '{"property": "code", "op": "in", "value": "E11.9, I10"}', 'f');

-- What is refused, and by what name.
SAVEPOINT s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [
	{"system": "http://snomed.info/sct", "filter": [{"property": "concept", "op": "is-a", "value": "73211009"}]}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [
	{"system": "http://loinc.org", "filter": [{"property": "code", "op": "regex", "value": "1.-8"}]}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [{"valueSet": ["urn:none"]}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [{"concept": [{"code": "a"}]}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "a"}, {"display": "b"}]}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "expansion": {"timestamp": "2026", "contains": [{"code": "a"}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active", "expansion": {"timestamp": "2026", "total": 9, "contains": [{"system": "http://loinc.org", "code": "a"}]}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:x", "status": "active"}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "status": "active"}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "Patient"}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "ValueSet", "compose": {"include": "all"}}'); ROLLBACK TO s;
SELECT phm.load_value_set('{"resourceType": "Bundle", "type": "collection", "entry": [
	{"resource": {"resourceType": "ValueSet", "url": "urn:x", "status": "active", "compose": {"include": [{"valueSet": ["urn:y"]}]}}},
	{"resource": {"resourceType": "ValueSet", "url": "urn:y", "status": "active", "compose": {"include": [{"valueSet": ["urn:x"]}]}}}]}'); ROLLBACK TO s;

-- Rows: CSV and staging.
SELECT * FROM phm.csv_rows(E'a,"b ""x"", y",\r\n\n"1\n2", 3 ,');
SELECT * FROM phm.load_value_sets(E'oid,Name,Code,"Code System",Description\r\n1.2.3,"Foot, care",E11.62*,ICD-10-CM,x\r\n1.2.3,"Foot, care",1234,SNOMEDCT,\n,Own,1-8,http://loinc.org,');
SELECT url, name, title, oid, codes FROM phm.value_set WHERE url IN ('urn:oid:1.2.3', 'urn:phm:valueset:Own') ORDER BY url;
INSERT INTO phm.value_set_row (value_set, name, code, system) VALUES ('1.2.3', 'Foot', 'E11.621', 'ICD10CM'), ('urn:two', ' Two ', 'I10', '2.16.840.1.113883.6.90');
SELECT * FROM phm.load_staged_value_sets('by hand');
SELECT name, codes, source FROM phm.value_set WHERE url IN ('urn:oid:1.2.3', 'urn:two') ORDER BY url;
SELECT count(*) FROM phm.value_set_row;
SAVEPOINT s;
SELECT phm.load_value_sets(E'oid,name,code\n1.2.3,x,y'); ROLLBACK TO s;
SELECT phm.load_value_sets(E'oid,code,system\n1.2.3,x,LOINC\n1.2.3,,LOINC'); ROLLBACK TO s;
SELECT phm.load_value_sets(E'oid,code,system\n1.2.3,x,NOSUCH'); ROLLBACK TO s;
SELECT phm.load_value_sets(E'oid,code,system\n1.2.3,"x,LOINC'); ROLLBACK TO s;
SELECT phm.load_value_sets(E'oid code system', 'x'); ROLLBACK TO s;

-- A loaded set goes before a shipped one of its name; two loaded ones are ambiguous.
SELECT * FROM phm.load_value_sets(E'url,name,code,system\nurn:mine,Diabetes,E11.9,ICD10CM');
SELECT phm.value_set('Diabetes'), phm.cardinality(phm.value_set('urn:phm:valueset:diabetes')) AS shipped;
SELECT * FROM phm.load_value_sets(E'url;name;code;system\nurn:mine2;Diabetes;E11.9;ICD10CM', ';');
SAVEPOINT s; SELECT phm.value_set('Diabetes'); ROLLBACK TO s;
ROLLBACK;
