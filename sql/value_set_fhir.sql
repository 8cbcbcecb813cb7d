-- Value sets of FHIR, odd and hostile ones: what they give, and what is refused with which words.
SET client_min_messages = warning;
SET search_path = public, phm;
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset null -
BEGIN;
SELECT phm.create_store();
CREATE FUNCTION codes_of(body text) RETURNS phm.codeset LANGUAGE sql AS $$
	SELECT phm.value_set_codes(jsonb_build_object('resourceType', 'ValueSet', 'url', 'urn:x', 'status', 'active') || body::jsonb)
$$;
CREATE FUNCTION expansion(contains text, more text DEFAULT '{}') RETURNS phm.codeset LANGUAGE sql AS $$
	SELECT codes_of(jsonb_build_object('expansion', jsonb_build_object('timestamp', '2026', 'contains', contains::jsonb) || more::jsonb)::text)
$$;
CREATE FUNCTION compose(include text, exclude text DEFAULT NULL) RETURNS phm.codeset LANGUAGE sql AS $$
	SELECT codes_of(jsonb_build_object('compose', jsonb_build_object('include', include::jsonb) ||
		CASE WHEN exclude IS NULL THEN '{}' ELSE jsonb_build_object('exclude', exclude::jsonb) END)::text)
$$;

-- Expansions: nested at any depth, abstract and inactive entries, repeated codes, synonyms of a system, aliases.
SELECT expansion('[{"display": "group", "contains": [{"display": "inner", "contains": [{"system": "http://loinc.org", "code": "1-8", "display": "x"}]},
	{"system": "http://loinc.org", "code": "2-6", "inactive": true}]}, {"abstract": true, "display": "heading"},
	{"abstract": true, "system": "http://loinc.org", "code": "LP1", "contains": [{"system": "LOINC", "code": "3-4"}]}]');
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}, {"system": "http://loinc.org", "code": "1-8", "display": "again"},
	{"system": "urn:oid:2.16.840.1.113883.6.1", "code": "1-8"}, {"system": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "code": "1-8"},
	{"system": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "code": "a*"}, {"system": "http://loinc.org", "code": "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}]');
SELECT codes_of('{"expansion": {"timestamp": "2026"}}') AS nothing, codes_of('{"expansion": {"timestamp": "2026", "total": 0}}') AS none,
	expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"total": 1, "offset": 0}') AS whole,
	codes_of('{"expansion": {"timestamp": "2026", "contains": [{"system": "http://loinc.org", "code": "1-8"}]}, "compose": {"include": [{"system": "http://snomed.info/sct"}]}}') AS expanded;
-- ... to the depth that a resource may have
SELECT expansion(repeat('[{"display": "x", "contains": ', n) || '[{"system": "http://loinc.org", "code": "1-8"}]' || repeat('}]', n)) FROM unnest(ARRAY[40]) AS n;
SAVEPOINT s;
SELECT expansion(repeat('[{"display": "x", "contains": ', 60) || '[{"system": "http://loinc.org", "code": "1-8"}]' || repeat('}]', 60)); ROLLBACK TO s;

-- Expansions that are refused: an entry without code or system, displays alone, an unknown system, ...
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}, {"system": "http://loinc.org", "display": "no code"}]'); ROLLBACK TO s;
SELECT expansion('[{"display": "only this"}]'); ROLLBACK TO s;
SELECT expansion('[{"display": "group", "contains": [{"system": "http://loinc.org", "code": "1-8"}, {"code": "no system"}]}]'); ROLLBACK TO s;
SELECT expansion('[{"system": "NOSUCH", "code": "1"}]'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": 5}]'); ROLLBACK TO s;
-- ... and those that are not whole: one page of several, cut, or without an end
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"total": 2}'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"offset": 1000}'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"parameter": [{"name": "count", "valueInteger": 1}, {"name": "limitedExpansion", "valueBoolean": true}]}'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-toocostly", "valueBoolean": true}]}'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "valueBoolean": true}]}'); ROLLBACK TO s;
SELECT expansion('[{"system": "http://loinc.org", "code": "1-8"}]', '{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "valueBoolean": false}], "parameter": [{"name": "limitedExpansion", "valueBoolean": false}]}');

-- Compose: whole systems, filters that meet, what is excluded, sets alone.
SELECT compose('[{"system": "http://loinc.org"}, {"system": "http://snomed.info/sct", "concept": [{"code": "1"}, {"code": "2"}, {"code": "1"}]}]',
	'[{"system": "http://snomed.info/sct", "concept": [{"code": "2"}, {"code": "3"}]}]');
SELECT compose('[{"system": "ICD10CM", "concept": [{"code": "E11.9"}, {"code": "I10"}], "filter": [{"property": "code", "op": "regex", "value": "E1[0]"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "ICD10CM", "concept": [{"code": "E11.9"}, {"code": "I10"}], "filter": [{"property": "code", "op": "regex", "value": "^E11\\..*$"}]}]') AS met,
	compose('[{"system": "ICD10CM", "filter": [{"property": "code", "op": "regex", "value": "E1.*"}, {"property": "concept", "op": "in", "value": " E11.9 ,E20,, "}]}]') AS both,
	compose('[{"system": "ICD10CM", "filter": [{"property": "code", "op": "in", "value": " , "}]}]') AS none;
-- ... regular expressions: only literal text, alternatives of it, .* at an end
SELECT value, (SELECT compose(jsonb_build_array(jsonb_build_object('system', 'LOINC', 'filter', jsonb_build_array(jsonb_build_object('property', 'code', 'op', 'regex', 'value', value))))::text)) AS codes
  FROM unnest(ARRAY['a', '^a$', 'a|b.*', 'a\*', '\\.*', 'é.*']) AS value ORDER BY value COLLATE "C";
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "regex", "value": ".*"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "regex", "value": "a|"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "regex", "value": "a\\.*"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "regex", "value": "a\\|b"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "regex", "value": "\\d"}]}]'); ROLLBACK TO s;
-- ... other operators and properties, and what is missing
SELECT compose('[{"system": "LOINC", "filter": [{"property": "STATUS", "op": "=", "value": "ACTIVE"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "exists", "value": "true"}]}]'); ROLLBACK TO s;
SELECT compose('[{"system": "LOINC", "filter": [{"property": "code", "op": "="}]}]'); ROLLBACK TO s;
SELECT compose('[{"valueSet": ["urn:phm:valueset:diabetes"], "concept": [{"code": "1"}]}]'); ROLLBACK TO s;
SELECT compose('[{"valueSet": ["urn:phm:valueset:diabetes"]}]', '[{}]'); ROLLBACK TO s;
SELECT compose('[{"system": "ICD10CM"}]', '[{"system": "ICD10CM", "concept": [{"code": "I10"}]}]'); ROLLBACK TO s;
SELECT codes_of('{"compose": {"include": []}}'); ROLLBACK TO s;
SELECT phm.value_set_codes('{"resourceType": "Patient"}'); ROLLBACK TO s;
-- ... references: several sets meet, a version, one that is not there
SELECT compose('[{"valueSet": ["urn:phm:valueset:diabetes", "urn:phm:valueset:diabetes|1"]}]') = phm.value_set('Diabetes') AS itself,
	compose('[{"valueSet": ["urn:phm:valueset:diabetes", "urn:phm:valueset:hypertension"]}]') AS nothing,
	compose('[{"system": "ICD10CM", "concept": [{"code": "E11.9"}, {"code": "Z00"}], "valueSet": ["urn:phm:valueset:diabetes"]}]') AS met;
SELECT compose('[{"valueSet": ["urn:phm:valueset:diabetes|0"]}]'); ROLLBACK TO s;
-- the parts of old keep their functions
SELECT phm.value_set_expansion('{"timestamp": "2026", "contains": [{"system": "LOINC", "code": "1-8"}]}', 'e') AS expansion,
	phm.value_set_include('{"system": "LOINC"}', 'i') AS include, phm.value_set_filter('LOINC', '{"property": "code", "op": "=", "value": "1"}', 'f') AS filter;

-- A Bundle: versions side by side, the last of one version counts, others after those that they refer to.
CREATE TABLE package AS SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', jsonb_agg(jsonb_build_object('resource', r) ORDER BY n)) AS bundle
  FROM unnest(ARRAY[
	'{"resourceType": "ValueSet", "url": "urn:v", "version": "1", "name": "V", "status": "active", "expansion": {"timestamp": "2026", "contains": [{"system": "http://loinc.org", "code": "1-8"}]}}',
	'{"resourceType": "Library", "name": "L", "status": "active", "type": {}, "content": [{"contentType": "text/cql", "data": "eA=="}]}',
	'{"resourceType": "ValueSet", "url": "urn:w", "name": "W", "status": "active", "identifier": [{"value": "a"}, {"value": "urn:oid:1.2.3"}], "compose": {"include": [{"valueSet": ["urn:v|1"]}, {"valueSet": ["urn:v|2"]}]}}',
	'{"resourceType": "ValueSet", "url": "urn:v", "version": "2", "name": "V", "status": "draft", "expansion": {"timestamp": "2026", "contains": [{"system": "http://loinc.org", "code": "2-6"}]}}',
	'{"resourceType": "ValueSet", "url": "urn:v", "version": "1", "name": "V", "title": "again", "status": "active", "expansion": {"timestamp": "2026", "contains": [{"system": "http://loinc.org", "code": "3-4"}]}}'
	]::jsonb[]) WITH ORDINALITY AS u(r, n);
SELECT l.* FROM package, phm.load_value_set(bundle) AS l;
SELECT url, version, title, oid, status, codes, current FROM phm.value_set WHERE NOT shipped ORDER BY url, version;
SELECT count(*), bool_and(phm.resource_type(r) = 'ValueSet') FROM package, phm.resources_in(bundle, 'ValueSet') AS r;
SELECT phm.resources_in(bundle::text::phm.resource, 'Library') FROM package;
SAVEPOINT s;
SELECT r.message FROM package, phm.load_fhir_library(bundle) AS l, jsonb_to_recordset(l.problems) AS r(message text);
SELECT phm.resources_in('{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}, {}, 5]}'::jsonb, 'ValueSet'); ROLLBACK TO s;
SELECT phm.resources_in('[1]'::jsonb, 'ValueSet'); ROLLBACK TO s;
SELECT phm.resources_in('{"resourceType": "Patient"}'::phm.resource, 'Nothing'); ROLLBACK TO s;

-- Loaded again as it is, nothing is written and nothing marked; another note or another code is.
SELECT phm.load_value_sets(ARRAY(SELECT phm.resources_in(bundle, 'ValueSet') FROM package), false) \g /dev/null
CREATE TABLE as_it_was AS SELECT url, version, ctid AS place FROM phm.value_set;
DELETE FROM phm.stale_cause;
SELECT count(*) FROM package, phm.load_value_set(jsonb_set(bundle, '{entry,0}', '{"resource": {"resourceType": "Patient"}}'), false);
SELECT count(*) FROM phm.load_shipped_value_sets();
SELECT count(*) FROM as_it_was AS a FULL JOIN phm.value_set AS v USING (url, version) WHERE a.place IS DISTINCT FROM v.ctid;
SELECT count(*) FROM phm.stale_cause;
SELECT version FROM package, phm.load_value_set(bundle #> '{entry,4,resource}', false, 'elsewhere');
SELECT count(*) FROM phm.stale_cause;
SELECT version FROM package, phm.load_value_set(jsonb_set(bundle #> '{entry,4,resource}', '{expansion,contains,0,code}', '"4-2"'), false);
SELECT url, version FROM as_it_was AS a FULL JOIN phm.value_set AS v USING (url, version) WHERE a.place IS DISTINCT FROM v.ctid;
SELECT why, codes FROM phm.stale_cause;
ROLLBACK;
