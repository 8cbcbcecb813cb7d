-- Evaluating logic over charts.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
\set elm '{"library":{"identifier":{"id":"Try","version":"1"},"usings":{"def":[{"localIdentifier":"System","uri":"urn:hl7-org:elm-types:r1"},{"localIdentifier":"FHIR","uri":"http://hl7.org/fhir","version":"4.0.1"}]},"parameters":{"def":[{"name":"Measurement Period","parameterTypeSpecifier":{"type":"IntervalTypeSpecifier","pointType":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}DateTime"}}},{"name":"Limit","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Quantity"}},{"name":"Day","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Date"}},{"name":"Days","parameterTypeSpecifier":{"type":"IntervalTypeSpecifier","pointType":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Date"}}},{"name":"Number","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Decimal"}},{"name":"Codes","parameterTypeSpecifier":{"type":"ListTypeSpecifier","elementType":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Code"}}},{"name":"Hour","parameterTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{urn:hl7-org:elm-types:r1}Time"}}]},"contexts":{"def":[{"name":"Patient"}]},"statements":{"def":[{"name":"Patient","context":"Patient","expression":{"type":"SingletonFrom","operand":{"dataType":"{http://hl7.org/fhir}Patient","type":"Retrieve"}}},{"name":"Conditions","context":"Patient","expression":{"type":"Retrieve","dataType":"{http://hl7.org/fhir}Condition"}},{"name":"Any","context":"Patient","expression":{"type":"Exists","operand":{"type":"ExpressionRef","name":"Conditions"}}},{"name":"Count","context":"Patient","expression":{"type":"Count","source":{"type":"ExpressionRef","name":"Conditions"}}},{"name":"Third","context":"Patient","expression":{"type":"Divide","operand":[{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Decimal","value":"1.0"},{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Decimal","value":"3.0"}]}},{"name":"Period","context":"Patient","expression":{"type":"ParameterRef","name":"Measurement Period"}},{"name":"The Limit","context":"Patient","expression":{"type":"ParameterRef","name":"Limit"}},{"name":"The Day","context":"Patient","expression":{"type":"ParameterRef","name":"Day"}},{"name":"The Days","context":"Patient","expression":{"type":"ParameterRef","name":"Days"}},{"name":"The Number","context":"Patient","expression":{"type":"ParameterRef","name":"Number"}},{"name":"The Codes","context":"Patient","expression":{"type":"ParameterRef","name":"Codes"}},{"name":"The Hour","context":"Patient","expression":{"type":"ParameterRef","name":"Hour"}},{"name":"Now","context":"Patient","expression":{"type":"Now"}},{"name":"Today","context":"Patient","expression":{"type":"Today"}},{"name":"Tuple","context":"Patient","expression":{"type":"Tuple","element":[{"name":"n","value":{"type":"ExpressionRef","name":"Count"}},{"name":"nothing","value":{"type":"Null"}}]}},{"name":"Warn","context":"Patient","expression":{"type":"Message","source":{"type":"ExpressionRef","name":"Count"},"condition":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Boolean","value":"true"},"code":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}String","value":"W1"},"severity":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}String","value":"Error"},"message":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}String","value":"something"}}},{"name":"Wrong","context":"Patient","expression":{"type":"SingletonFrom","locator":"9:3-9:20","operand":{"type":"List","element":[{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"},{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"2"}]}}},{"name":"Nothing","context":"Patient","expression":{"type":"Null"}},{"name":"Forever","context":"Patient","expression":{"type":"Count","source":{"type":"Expand","operand":[{"type":"List","element":[{"type":"Interval","lowClosed":true,"highClosed":true,"low":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"},"high":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"2000000000"}}]},{"type":"Null"}]}}},{"name":"Id Of","context":"Patient","type":"FunctionDef","operand":[{"name":"c","operandTypeSpecifier":{"type":"NamedTypeSpecifier","name":"{http://hl7.org/fhir}Condition"}}],"expression":{"type":"Property","path":"id.value","source":{"type":"OperandRef","name":"c"}}}]}}}'
SELECT name, problems FROM phm.load_elm(:'elm');
CREATE TABLE try AS SELECT phm.link(ARRAY['Try']) AS logic,
	'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p","birthDate":"1980-05-06"}},{"resource":{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"44054006"}]}}},{"resource":{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/p"},"code":{"text":"x"}}}]}'::phm.chart AS chart;
-- values as JSON
SELECT e AS expression, phm.evaluate(logic, e, chart, '[2026-01-01,2027-01-01)') AS value
  FROM try, unnest(ARRAY['Any', 'Count', 'Third', 'Period', 'Now', 'Today', 'Tuple', 'Nothing', 'Try.Count', 'count', 'Conditions']) AS e;
-- typed
SELECT phm.evaluate_boolean(logic, 'Any', chart, '[2026-01-01,2027-01-01)') AS any, phm.evaluate_numeric(logic, 'Third', chart, '[2026-01-01,2027-01-01)') AS third,
	   phm.evaluate_datetime(logic, 'Today', chart, '[2026-01-01,2027-01-01)') AS today, phm.evaluate_boolean(logic, 'Nothing', chart, '[2026-01-01,2027-01-01)') AS nothing FROM try;
SELECT r FROM try, phm.evaluate_resources(logic, 'Conditions', chart, '[2026-01-01,2027-01-01)') AS r;
SELECT r FROM try, phm.evaluate_resources(logic, 'Patient', chart, '[2026-01-01,2027-01-01)') AS r;
SELECT count(*) FROM try, phm.evaluate_resources(logic, 'Nothing', chart, '[2026-01-01,2027-01-01)') AS r;
SELECT operand ->> 'id' AS operand, result FROM try, phm.evaluate_each(logic, 'Id Of', 'Conditions', chart, '[2026-01-01,2027-01-01)');
-- NULL arguments
SELECT phm.evaluate(logic, NULL, chart, '[2026-01-01,2027-01-01)') IS NULL AS a, phm.evaluate(NULL, 'Any', chart) IS NULL AS b, phm.evaluate(logic, 'Any', NULL) IS NULL AS c FROM try;
-- time and zone
SELECT phm.evaluate(logic, e, chart, as_of => '2026-07-01 03:00:00+00', zone => z) AS value
  FROM try, unnest(ARRAY['Now', 'Today']) AS e, unnest(ARRAY['UTC', 'America/New_York', 'Asia/Kolkata']) AS z ORDER BY e COLLATE "C", z COLLATE "C";
SELECT phm.evaluate(logic, 'Period', chart, '[2026-01-01,2026-12-31]', 'America/New_York', as_of => '2026-07-01') AS period FROM try;
SELECT phm.evaluate(logic, 'Any', chart) FROM try;
SELECT phm.evaluate(logic, 'Any', chart, '[2026-01-01,)') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, 'empty') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, as_of => 'infinity') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, as_of => '2026-07-01', zone => 'Nowhere/Land') FROM try;
-- parameters, and that they are forgotten
SELECT phm.evaluate(logic, e, chart, as_of => '2026-07-01', parameters => p::jsonb) AS value
  FROM try, (VALUES (1, 'The Limit', '{"Limit": {"value": 7.20, "unit": "%"}}'), (2, 'The Limit', NULL), (3, 'The Day', '{"Try.Day": "2026-02-03"}'), (4, 'The Days', '{"Days": {"low": "2026-01-01", "high": "2026-02", "highClosed": false}}'),
	(5, 'The Number', '{"Number": 3}'), (6, 'The Codes', '{"Codes": [{"code": "1", "system": "http://loinc.org", "display": "One"}, null]}'), (7, 'The Hour', '{"Hour": "T10:30"}'),
	(8, 'Period', '{"Measurement Period": {"low": "2026-01-01T00:00:00.000Z", "high": "2026-03-31"}}'), (9, 'Period', NULL)) AS v(n, e, p) ORDER BY n;
SELECT phm.evaluate(logic, 'Any', chart, as_of => '2026-07-01', parameters => '{"Unknown": 1}') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, as_of => '2026-07-01', parameters => '{"Day": "tomorrow"}') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, as_of => '2026-07-01', parameters => '{"Days": {"from": 1}}') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, as_of => '2026-07-01', parameters => '[1]') FROM try;
-- many at once: errors and warnings stand in rows
SELECT r.* FROM try, phm.evaluate_all(logic, chart, ARRAY['Count', 'Wrong', 'Warn', 'Nothing'], '[2026-01-01,2027-01-01)') AS r;
SELECT count(*) FROM try, phm.evaluate_all(logic, chart, ARRAY['Any'], '[2026-01-01,2027-01-01)');
SELECT phm.evaluate(logic, 'Wrong', chart, '[2026-01-01,2027-01-01)') FROM try;
SELECT phm.evaluate(logic, 'Warn', chart, '[2026-01-01,2027-01-01)', strict => true) FROM try;
SELECT phm.evaluate(logic, 'Absent', chart, '[2026-01-01,2027-01-01)') FROM try;
SELECT phm.evaluate_boolean(logic, 'Count', chart, '[2026-01-01,2027-01-01)') FROM try;
SELECT phm.evaluate_numeric(logic, 'Any', chart, '[2026-01-01,2027-01-01)') FROM try;
SELECT phm.evaluate(logic, 'Any', chart, '[2026-01-01,2027-01-01)', profiles => 'some') FROM try;
-- bounded: memory, time
SET phm.rule_memory = '4MB';
SELECT phm.evaluate(logic, 'Forever', chart, '[2026-01-01,2027-01-01)') FROM try;
RESET phm.rule_memory;
SET phm.rule_memory = '2000MB';
SET statement_timeout = '50ms';
SELECT phm.evaluate(logic, 'Forever', chart, '[2026-01-01,2027-01-01)') FROM try;
RESET statement_timeout;
RESET phm.rule_memory;
-- other logic in the same call
SELECT phm.load_elm('{"library":{"identifier":{"id":"Two"},"statements":{"def":[{"name":"Any","context":"Patient","expression":{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"2"}}]}}}') \g /dev/null
SELECT phm.evaluate(l.logic, 'Any', chart, '[2026-01-01,2027-01-01)')
  FROM try, (SELECT 1 AS n, logic FROM try UNION ALL SELECT 2, phm.link(ARRAY['Two']) UNION ALL SELECT 3, logic FROM try) AS l ORDER BY n;
-- one expression of ELM
SELECT phm.evaluate_elm('{"type":"Add","operand":[{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"1"},{"type":"Literal","valueType":"{urn:hl7-org:elm-types:r1}Integer","value":"2"}]}', '2026-07-01');
SELECT phm.evaluate_elm('{"type":"Frobnicate"}', '2026-07-01');
SELECT phm.evaluate_elm('{', '2026-07-01');
DROP TABLE try;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
