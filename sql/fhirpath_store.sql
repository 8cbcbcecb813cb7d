-- memberOf asks the value sets that are loaded.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
INSERT INTO phm.value_set (url, version, codes, current) VALUES
	('http://example.org/vs', '1', '{LOINC|4548-4}', false), ('http://example.org/vs', '2', '{LOINC|2345-7}', true);
CREATE TABLE row_of AS SELECT phm.resource(jsonb '{"resourceType":"Observation","id":"o1","status":"final",
	"code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]}}') AS r, '{"resourceType":"Bundle","type":"collection","entry":[
	{"resource":{"resourceType":"Patient","id":"p"}}, {"resource":{"resourceType":"Observation","id":"o2","status":"final","subject":{"reference":"Patient/p"},
	"code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]}}}]}'::phm.chart AS c;
SELECT phm.fhirpath(r, 'code.memberOf(''http://example.org/vs'')') AS current, phm.fhirpath(r, 'code.memberOf(''http://example.org/vs|1'')') AS before,
	   phm.fhirpath(r, 'code.coding.where(memberOf(''http://example.org/vs|1'')).code') AS coding,
	   phm.fhirpath(c, 'Observation.where(code.memberOf(''http://example.org/vs'')).id') AS chart FROM row_of;
SELECT phm.evaluate(phm.fhirpath_logic('Observation.code.memberOf(''http://example.org/vs'')'), 'expression', c, as_of => '2026-07-01') FROM row_of;
SELECT phm.fhirpath(r, 'code.memberOf(''http://example.org/vs|3'')') FROM row_of;
SELECT phm.fhirpath(r, 'code.memberOf(id)') FROM row_of;
-- What is no longer loaded is missed by the next statement.
DELETE FROM phm.value_set WHERE url = 'http://example.org/vs';
SELECT phm.fhirpath(r, 'code.memberOf(''http://example.org/vs'')') FROM row_of;
DROP TABLE row_of;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
