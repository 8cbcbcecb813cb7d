-- Libraries, linking, and logic that is kept; messages name all that is missing.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
\set shared '{"library":{"identifier":{"id":"Shared","version":"1.0.0"},"usings":{"def":[{"localIdentifier":"System","uri":"urn:hl7-org:elm-types:r1"},{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]},"valueSets":{"def":[{"name":"Diabetes","id":"urn:test:diabetes","accessLevel":"Public"}]},"contexts":{"def":[{"name":"Patient"}]},"statements":{"def":[{"name":"Patient","context":"Patient","expression":{"type":"SingletonFrom","operand":{"dataType":"{http://hl7.org/fhir}Patient","type":"Retrieve"}}},{"name":"Diabetes Conditions","context":"Patient","accessLevel":"Public","expression":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Condition","codeProperty":"code","codeComparator":"in","codes":{"type":"ExpandValueSet","operand":{"type":"ValueSetRef","name":"Diabetes","preserve":true}}}}]}}}'
\set rule '{"library":{"identifier":{"id":"Rule","version":"1.0.0"},"usings":{"def":[{"localIdentifier":"System","uri":"urn:hl7-org:elm-types:r1"},{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]},"includes":{"def":[{"localIdentifier":"Shared","path":"Shared","version":"1.0.0"}]},"parameters":{"def":[{"name":"Least","accessLevel":"Public","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Integer"},"default":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"}}]},"contexts":{"def":[{"name":"Patient"}]},"statements":{"def":[{"name":"Has Diabetes","context":"Patient","accessLevel":"Public","expression":{"type":"GreaterOrEqual","operand":[{"type":"Count","source":{"type":"ExpressionRef","name":"Diabetes Conditions","libraryName":"Shared"}},{"type":"ParameterRef","name":"Least"}]}}]}}}'
\set other '{"library":{"identifier":{"id":"Other","version":"2"},"includes":{"def":[{"localIdentifier":"A","path":"Absent","version":"9"}]},"valueSets":{"def":[{"name":"None","id":"urn:test:none"}]},"statements":{"def":[{"name":"X","context":"Patient","expression":{"type":"Frobnicate","locator":"3:5-3:9"}},{"name":"Y","context":"Patient","expression":{"type":"ExpandValueSet","operand":{"type":"ValueSetRef","name":"None"}}},{"name":"Z","context":"Patient","expression":{"type":"ExpressionRef","name":"Q","libraryName":"A"}}]}}}'
SELECT * FROM phm.load_elm(:'rule');
SELECT name, version, jsonb_array_length(problems) FROM phm.load_elm(:'other', 'a test');
SELECT name, version, includes, value_sets, source FROM phm.library ORDER BY name;
SELECT * FROM phm.load_elm('[]');
SELECT * FROM phm.load_elm('<xml');
-- everything that is missing, at once
SELECT phm.link(ARRAY['Rule', 'Other', 'Nothing|3']);
SELECT * FROM phm.link_problems(ARRAY['Rule', 'Other', 'Nothing|3']) ORDER BY library NULLS FIRST, message;
SELECT * FROM phm.load_fhir_library(jsonb_build_object('resourceType', 'Library', 'name', 'Shared', 'url', 'http://example.org/Library/Shared', 'version', '1.0.0',
	'content', jsonb_build_array(jsonb_build_object('contentType', 'application/elm+json', 'data', replace(encode(convert_to(:'shared', 'UTF8'), 'base64'), E'\n', '')))));
SELECT name, problems -> 0 ->> 'message' AS message FROM phm.load_fhir_library('{"resourceType":"Library","name":"TextOnly","content":[{"contentType":"text/cql","data":"eA=="}]}'::text);
SELECT message FROM phm.link_problems(ARRAY['Rule']);
SELECT * FROM phm.link_problems(ARRAY['Rule'], 'empty');
SELECT * FROM phm.link_problems(ARRAY['Rule'], 'perhaps');
SELECT codes FROM phm.load_value_set('{"resourceType":"ValueSet","url":"urn:test:diabetes","expansion":{"timestamp":"2026-01-01","contains":[{"system":"http://snomed.info/sct","code":"44054006"}]}}'::text);
SELECT * FROM phm.find_library('http://example.org/Library/Shared|1.0.0');
-- logic as a value
CREATE TABLE made AS SELECT phm.link(ARRAY['Rule']) AS logic;
SELECT * FROM phm.logic_expressions((SELECT logic FROM made));
SELECT * FROM phm.logic_parameters((SELECT logic FROM made));
SELECT phm.logic_hash(logic::text::phm.logic) = phm.logic_hash(logic) AS same, phm.logic_send(logic::text::phm.logic) = phm.logic_send(logic) AS bytes FROM made;
SELECT '0g'::phm.logic;
SELECT '000'::phm.logic;
-- kept logic follows its libraries and value sets
SELECT phm.keep_logic('diabetes', ARRAY['Rule']) <> 0 AS kept;
SELECT name, libraries, uses_libraries, uses_value_sets, stale, problem FROM phm.rule_set;
CREATE TABLE was AS SELECT hash FROM phm.rule_set;
SELECT codes FROM phm.load_value_set('{"resourceType":"ValueSet","url":"urn:test:diabetes","expansion":{"timestamp":"2026-01-01","contains":[{"system":"http://snomed.info/sct","code":"44054006"},{"system":"http://snomed.info/sct","code":"46635009"}]}}'::text);
SELECT r.hash <> w.hash AS changed, stale, problem FROM phm.rule_set AS r, was AS w;
SELECT phm.logic_hash(phm.kept_logic('diabetes')) = hash AS same FROM phm.rule_set;
UPDATE was SET hash = (SELECT hash FROM phm.rule_set);
BEGIN;
SELECT version FROM phm.load_elm(replace(:'rule', '"value":"1"', '"value":"2"'));
SELECT stale FROM phm.rule_set;
COMMIT;
SELECT r.hash <> w.hash AS changed, stale, problem FROM phm.rule_set AS r, was AS w;
UPDATE was SET hash = (SELECT hash FROM phm.rule_set);
DELETE FROM phm.library WHERE name = 'Shared';
SELECT r.hash = w.hash AS as_before, stale, problem FROM phm.rule_set AS r, was AS w;
SELECT name, version FROM phm.load_elm(:'shared');
SELECT stale, problem FROM phm.rule_set;
SELECT phm.relink('diabetes'), phm.relink();
SELECT phm.kept_logic('nothing');
DROP TABLE made, was;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
