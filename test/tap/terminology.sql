/*
 * terminology.sql: code systems, value sets and concept maps in the store.
 */
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT plan(31);
SELECT phm.create_store() IS NOT NULL AS created \gset

SELECT is(phm.code_system_uri(a), b, 'a system is known as ' || a) FROM (VALUES
	('LOINC', 'http://loinc.org'), ('ICD-10-CM', 'http://hl7.org/fhir/sid/icd-10-cm'), ('SNOMEDCT', 'http://snomed.info/sct'),
	('2.16.840.1.113883.6.1', 'http://loinc.org'), ('urn:oid:2.16.840.1.113883.6.1', 'http://loinc.org'),
	('https://loinc.org', 'http://loinc.org'), ('urn:local:lab', 'urn:local:lab')) AS t(a, b);
SELECT throws_ok($$ SELECT phm.code_system_uri('LOCAL') $$, '42704', NULL, 'a name that is neither alias nor URI is refused');

-- Code systems.
SELECT results_eq($$ SELECT url, version, name, codes FROM phm.load_code_system('{"resourceType": "CodeSystem", "url": "urn:local:lab",
		"version": "7", "name": "Lab", "status": "active", "content": "complete", "concept": [{"code": "A", "display": "a",
		"concept": [{"code": "A1", "display": "a one"}]}, {"code": "B"}]}') $$,
	$$ VALUES ('urn:local:lab', '7', 'Lab', 3) $$, 'a code system is loaded with nested codes');
SELECT results_eq($$ SELECT code, display FROM phm.code WHERE system = 'urn:local:lab' ORDER BY code $$,
	$$ VALUES ('A', 'a'), ('A1', 'a one'), ('B', NULL) $$, '... which have their names');
SELECT lives_ok($$ SELECT * FROM phm.load_code_system('{"resourceType": "CodeSystem", "url": "urn:local:lab", "version": "8",
	"status": "active", "content": "complete", "concept": [{"code": "B"}]}') $$, 'a new version is loaded');
SELECT results_eq($$ SELECT version, codes, (SELECT count(*) FROM phm.code WHERE system = url) FROM phm.code_system $$,
	$$ VALUES ('8', 1, 1::bigint) $$, '... in place of the old one');
SELECT throws_ok($$ SELECT phm.load_code_system('{"resourceType": "CodeSystem", "status": "active", "content": "complete"}') $$,
	'22023', 'a code system without url', 'a code system needs a url');

-- Concept maps.
SELECT results_eq($$ SELECT * FROM phm.load_concept_map('{"resourceType": "ConceptMap", "url": "urn:map:cpt2", "name": "ResultRange", "status": "active",
	"group": [{"source": "http://www.ama-assn.org/go/cpt", "target": "http://loinc.org", "element": [
		{"code": "3044F", "target": [{"code": "4548-4", "equivalence": "wider",
			"product": [{"property": "high", "value": "7"}, {"property": "unit", "value": "%"}]}]},
		{"code": "3046F", "target": [{"code": "4548-4", "equivalence": "wider", "product": [{"property": "low", "value": "9"}]}]},
		{"code": "0000F", "target": [{"equivalence": "unmatched"}]}, {"code": "0001F"}]}]}') $$,
	$$ VALUES ('urn:map:cpt2', '', 'ResultRange', 2) $$, 'a concept map is loaded; what has no target is left out');
SELECT results_eq($$ SELECT system, code, equivalence, attributes FROM phm.translate('ResultRange', phm.concept('CPT', '3044F')) $$,
	$$ VALUES ('http://loinc.org', '4548-4', 'wider', '{"high": "7", "unit": "%"}'::jsonb) $$, 'a code is translated, with its attributes');
SELECT is_empty($$ SELECT * FROM phm.translate('urn:map:cpt2', phm.concept('CPT', '0001F')) $$, 'a code without target has no translation');
SELECT is_empty($$ SELECT * FROM phm.translate('urn:map:cpt2', phm.concept('LOINC', '3044F')) $$, 'nor has the same code of another system');
SELECT is_empty($$ SELECT * FROM phm.translate('urn:map:cpt2', '{"coding": [{"system": "HOUSE", "code": "3044F"}, {"code": "3044F"}]}'::jsonb::phm.concept) $$,
	'nor have codes of a system that is no URI, or of none');
SELECT throws_ok($$ SELECT * FROM phm.translate('urn:none', phm.concept('CPT', '1')) $$, '42704', 'concept map "urn:none" is not loaded',
	'an unknown map is an error');
SELECT throws_ok($$ SELECT phm.load_concept_map('{"resourceType": "ConceptMap", "url": "urn:m", "status": "active", "group": [
	{"source": "http://loinc.org", "target": "http://loinc.org", "element": []}, {"source": "http://loinc.org", "element": []}]}') $$,
	'22023', 'an incomplete concept map', 'a group needs source and target');
SELECT throws_ok($$ SELECT phm.load_concept_map('{"resourceType": "ConceptMap", "status": "active"}') $$,
	'22023', 'an incomplete concept map', 'a map needs a url');
SELECT results_eq($$ SELECT pairs FROM phm.load_concept_map('{"resourceType": "Bundle", "type": "collection", "entry": [{"resource":
	{"resourceType": "ConceptMap", "url": "urn:map:cpt2", "name": "ResultRange", "status": "active", "group": [
	{"source": "http://www.ama-assn.org/go/cpt", "target": "http://loinc.org", "element": [{"code": "3044F", "target": [{"code": "4548-4"}]}]}]}}]}') $$,
	$$ VALUES (1) $$, 'a map is loaded from a Bundle');
SELECT results_eq($$ SELECT count(*) FROM phm.concept_map_code $$, $$ VALUES (1::bigint) $$, '... in place of the map of that url');

-- Value sets: one current version, whatever happens.
SELECT lives_ok($$ SELECT phm.load_value_set(format('{"resourceType": "ValueSet", "url": "urn:vs", "version": "%s", "status": "active",
	"compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "%s"}]}]}}', v, v), v <> 3)
	FROM unnest(ARRAY[1, 2, 3, 1]) AS v $$, 'versions are loaded, one of them twice and one not to be current');
SELECT results_eq($$ SELECT version FROM phm.value_set WHERE url = 'urn:vs' AND current $$, $$ VALUES ('1') $$, '... the last is current');
SELECT results_eq($$ SELECT phm.value_set('urn:vs|3')::text $$, $$ VALUES ('{LOINC|3}') $$, '... each can be named');
SELECT lives_ok($$ SELECT phm.load_value_set('{"resourceType": "ValueSet", "url": "urn:vs", "version": "1", "status": "active",
	"compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "1a"}]}]}}', false) $$, 'the current version is replaced, not to be current');
SELECT results_eq($$ SELECT version, codes::text FROM phm.value_set WHERE url = 'urn:vs' AND current $$,
	$$ VALUES ('1', '{LOINC|1a}') $$, '... and stays current, for another was not asked for');
SELECT lives_ok($$ SELECT phm.load_shipped_value_sets() $$, 'the shipped sets can be loaded again');
SELECT is_empty($$ SELECT url FROM phm.value_set GROUP BY url HAVING count(*) FILTER (WHERE current) <> 1 $$, 'each url has one current version');
SELECT is((SELECT count(*) FROM phm.value_set WHERE shipped), 10::bigint, 'there are ten shipped sets');

SELECT * FROM finish();
ROLLBACK;
