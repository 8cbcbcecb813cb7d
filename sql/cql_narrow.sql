-- Entries whose time tells that a condition is not true are given up without a look at it: random conditions find the
-- same as when a Message keeps them in the order of the source, in which nothing is narrowed.
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
CREATE FUNCTION pg_temp.path(of jsonb, VARIADIC steps text[]) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	step text;
BEGIN
	FOREACH step IN ARRAY steps LOOP
		of := jsonb_build_object('type', 'Property', 'path', step, 'source', of);
	END LOOP;
	RETURN of;
END $$;
CREATE FUNCTION pg_temp.number(v int) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}Integer', 'value', v::text)
$$;
-- A moment of three years, of any precision, with and without a zone, as ELM.
CREATE FUNCTION pg_temp.random_moment(first int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('type', 'DateTime', 'year', pg_temp.number(first + floor(random() * 3)::int),
		'month', CASE WHEN p > 0 THEN pg_temp.number(1 + floor(random() * 12)::int) END, 'day', CASE WHEN p > 1 THEN pg_temp.number(1 + floor(random() * 28)::int) END,
		'hour', CASE WHEN p > 2 THEN pg_temp.number(floor(random() * 24)::int) END, 'minute', CASE WHEN p > 2 THEN pg_temp.number(floor(random() * 60)::int) END,
		'second', CASE WHEN p > 2 THEN pg_temp.number(floor(random() * 60)::int) END, 'millisecond', CASE WHEN p > 2 THEN pg_temp.number(0) END,
		'timezoneOffset', CASE WHEN p > 4 THEN jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}Decimal', 'value', (ARRAY['-12.0', '-5.0', '0.0', '14.0'])[1 + floor(random() * 4)::int]) END))
	  FROM (SELECT floor(random() * 7)::int AS p) AS k
$$;
CREATE FUNCTION pg_temp.random_range() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('type', 'Interval', 'lowClosed', random() < 0.7, 'highClosed', random() < 0.7,
		'low', CASE WHEN random() < 0.1 THEN n ELSE pg_temp.random_moment(2020) END, 'high', CASE WHEN random() < 0.1 THEN n ELSE pg_temp.random_moment(2023) END))
	  FROM (SELECT '{"type": "As", "operand": {"type": "Null"}, "asType": "{urn:hl7-org:elm-types:r1}DateTime"}'::jsonb AS n) AS k
$$;
-- What FHIR writes: a year to seconds with zones.
CREATE FUNCTION pg_temp.random_text() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT CASE WHEN p < 3 THEN left(t, 4 + 3 * p) ELSE t || (ARRAY['Z', '-12:00', '+14:00'])[1 + p % 3] END
	  FROM (SELECT floor(random() * 8)::int AS p, to_char(timestamp '2019-06-01' + random() * interval '8 years', 'YYYY-MM-DD"T"HH24:MI:SS') AS t) AS k
$$;
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE try AS
SELECT jsonb_build_object('resourceType', 'Bundle', 'type', 'collection', 'entry', '[{"resource": {"resourceType": "Patient", "id": "p"}}]'::jsonb ||
	jsonb_agg(jsonb_build_object('resource', CASE WHEN i % 2 = 0
		THEN jsonb_strip_nulls(jsonb_build_object('resourceType', 'Encounter', 'id', 'e' || i, 'status', 'finished', 'class', '{"code": "AMB"}'::jsonb, 'period',
			CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN jsonb_build_object('start', pg_temp.random_text()) WHEN 2 THEN jsonb_build_object('end', pg_temp.random_text())
				WHEN 3 THEN jsonb_build_object('_start', '{"extension": [{"url": "http://example.org/unknown", "valueBoolean": true}]}'::jsonb, 'end', pg_temp.random_text())
				ELSE jsonb_build_object('start', pg_temp.random_text(), 'end', pg_temp.random_text()) END))
		ELSE jsonb_strip_nulls(jsonb_build_object('resourceType', 'MedicationRequest', 'id', 'm' || i, 'status', 'active', 'intent', 'order', 'authoredOn',
			CASE WHEN i % 9 > 0 THEN pg_temp.random_text() END)) END)))::text::phm.chart AS chart
  FROM generate_series(1, 240) AS i;
CREATE TEMP TABLE condition AS
SELECT i, i % 2 = 0 AS encounter, jsonb_strip_nulls(jsonb_build_object('type', CASE WHEN i % 2 = 1 THEN 'In' WHEN i % 4 = 0 THEN 'IncludedIn' ELSE 'Overlaps' END,
	'precision', CASE WHEN random() < 0.6 THEN (ARRAY['Day', 'Hour', 'Millisecond', 'Month', 'Year'])[1 + floor(random() * 5)::int] END, 'operand', jsonb_build_array(
	CASE WHEN i % 2 = 1 THEN pg_temp.path('{"type": "AliasRef", "name": "A"}', 'authoredOn', 'value')
		ELSE jsonb_build_object('type', 'FunctionRef', 'name', 'Reach', 'operand', jsonb_build_array(pg_temp.path('{"type": "AliasRef", "name": "A"}', 'period'))) END,
	pg_temp.random_range()))) AS elm
  FROM generate_series(1, 400) AS i;
-- Each twice: as it is, and with a Message.
SELECT name, problems FROM phm.load_elm((SELECT jsonb_build_object('library', jsonb_build_object('identifier', '{"id": "Narrowed", "version": "1"}'::jsonb,
	'usings', '{"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}, {"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"}]}'::jsonb,
	'statements', jsonb_build_object('def', jsonb_build_array(jsonb_build_object('type', 'FunctionDef', 'name', 'Reach', 'context', 'Patient',
		'operand', '[{"name": "p", "operandTypeSpecifier": {"type": "NamedTypeSpecifier", "name": "{http://hl7.org/fhir}Period"}}]'::jsonb,
		'expression', jsonb_build_object('type', 'If', 'condition', jsonb_build_object('type', 'IsNull', 'operand', p), 'then',
			'{"type": "As", "operand": {"type": "Null"}, "asTypeSpecifier": {"type": "IntervalTypeSpecifier", "pointType": {"type": "NamedTypeSpecifier", "name": "{urn:hl7-org:elm-types:r1}DateTime"}}}'::jsonb,
			'else', jsonb_build_object('type', 'If', 'condition', jsonb_build_object('type', 'IsNull', 'operand', pg_temp.path(p, 'start')),
				'then', reach || '{"lowClosed": false}', 'else', reach || '{"lowClosed": true}')))) ||
		jsonb_agg(jsonb_build_object('name', kind || i, 'context', 'Patient', 'expression', jsonb_build_object('type', 'Query', 'relationship', '[]'::jsonb,
			'source', jsonb_build_array(jsonb_build_object('alias', 'A', 'expression', jsonb_build_object('type', 'Retrieve', 'dataType', '{http://hl7.org/fhir}' || CASE WHEN encounter THEN 'Encounter' ELSE 'MedicationRequest' END))),
			'where', CASE kind WHEN 'narrowed ' THEN elm ELSE jsonb_build_object('type', 'And', 'operand', jsonb_build_array(elm, message)) END,
			'return', jsonb_build_object('expression', pg_temp.path('{"type": "AliasRef", "name": "A"}', 'id', 'value'))))))))::text
  FROM condition, unnest(ARRAY['narrowed ', 'plain ']) AS kind, (SELECT '{"type": "OperandRef", "name": "p"}'::jsonb AS p) AS k,
	LATERAL (SELECT jsonb_build_object('type', 'Interval', 'highClosed', true, 'low', pg_temp.path(p, 'start', 'value'), 'high', pg_temp.path(p, 'end', 'value')) AS reach) AS r,
	(SELECT '{"type": "Message", "source": {"type": "Not", "operand": {"type": "IsNull", "operand": {"type": "AliasRef", "name": "A"}}}, "condition": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "false"}, "code": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": "x"}, "severity": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": "Trace"}, "message": {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": "x"}}'::jsonb AS message) AS m
 GROUP BY p, reach));
CREATE TEMP TABLE linked AS SELECT phm.link(ARRAY['Narrowed']) AS logic;
SELECT phm.explain_logic(logic) ~ 'Dated @0, from\n' AS included, phm.explain_logic(logic) ~ 'Dated @0, to\n' AS overlaps, phm.explain_logic(logic) ~ 'Dated @0, from, to\n' AS points,
	regexp_count(phm.explain_logic(logic), 'Dated') > 200 AS many, phm.logic_hash(logic::text::phm.logic) = phm.logic_hash(logic) AS same FROM linked;
CREATE TEMP TABLE result AS
SELECT i, zone, phm.evaluate(logic, 'narrowed ' || i, chart, as_of => '2026-07-01', zone => zone) AS narrowed,
	phm.evaluate(logic, 'plain ' || i, chart, as_of => '2026-07-01', zone => zone) AS plain
  FROM condition, try, linked, unnest(ARRAY['UTC', 'Pacific/Kiritimati', 'Etc/GMT+12']) AS zone;
SELECT count(*) AS results, count(*) FILTER (WHERE narrowed IS DISTINCT FROM plain) AS differ,
	count(*) FILTER (WHERE jsonb_array_length(narrowed) > 0) > 500 AS many_find_some FROM result;
SELECT i, zone, left(narrowed::text, 60) AS narrowed, left(plain::text, 60) AS plain FROM result WHERE narrowed IS DISTINCT FROM plain ORDER BY i, zone LIMIT 5;
DROP TABLE try, condition, linked, result;
SET client_min_messages = warning;
SELECT phm.drop_store(format('drop all patient data in %s', current_database())) \g /dev/null
