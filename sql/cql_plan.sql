-- Conditions of queries give the same whether their parts are tested as early as can be or in the order in which
-- they are written: a Message of what is an alias's keeps that order.
CREATE FUNCTION pg_temp.literal(v anyelement) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN v IS NULL THEN jsonb_build_object('type', 'As', 'operand', '{"type": "Null"}'::jsonb, 'asType', '{urn:hl7-org:elm-types:r1}' || t)
		ELSE jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || t, 'value', v::text) END
	  FROM (SELECT CASE pg_typeof(v)::text WHEN 'text' THEN 'String' WHEN 'boolean' THEN 'Boolean' ELSE 'Integer' END AS t) AS k
$$;
CREATE FUNCTION pg_temp.apply(type text, VARIADIC operands jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('type', type, 'operand', CASE WHEN cardinality(operands) = 1 THEN operands[1] ELSE to_jsonb(operands) END)
$$;
CREATE FUNCTION pg_temp.path(alias text, path text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('type', 'Property', 'scope', alias, 'path', path)
$$;
-- true, with the order of the source
CREATE FUNCTION pg_temp.message(alias text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('type', 'Message', 'source', pg_temp.apply('Not', pg_temp.apply('IsNull', jsonb_build_object('type', 'AliasRef', 'name', alias))),
		'condition', pg_temp.literal(false), 'code', pg_temp.literal('x'::text), 'severity', pg_temp.literal('Trace'::text), 'message', pg_temp.literal('x'::text))
$$;
-- number and text, either may be null
CREATE FUNCTION pg_temp.random_list(most int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('type', 'List', 'element', coalesce(jsonb_agg(jsonb_build_object('type', 'Tuple', 'element', jsonb_build_array(
		jsonb_build_object('name', 'i', 'value', pg_temp.literal(CASE WHEN random() < 0.9 THEN floor(random() * 6)::int END)),
		jsonb_build_object('name', 's', 'value', pg_temp.literal(CASE WHEN random() < 0.9 THEN 'id-' || floor(random() * 8) END))))), '[]'))
	  FROM generate_series(1, floor(random() * (most + 1))::int)
$$;
CREATE FUNCTION pg_temp.random_part(aliases text[]) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	a text := aliases[1 + floor(random() * cardinality(aliases))::int];
	b text := aliases[1 + floor(random() * cardinality(aliases))::int];
BEGIN
	RETURN CASE floor(random() * 8)::int
		WHEN 0 THEN pg_temp.apply('Equal', pg_temp.path(a, 's'), pg_temp.path(b, 's'))
		WHEN 1 THEN pg_temp.apply('Equal', pg_temp.apply('Concatenate', pg_temp.literal('id-'::text), pg_temp.apply('ToString', pg_temp.path(a, 'i'))), pg_temp.path(b, 's'))
		WHEN 2 THEN pg_temp.apply('LessOrEqual', pg_temp.path(a, 'i'), pg_temp.path(b, 'i'))
		WHEN 3 THEN pg_temp.apply('Greater', pg_temp.path(a, 'i'), pg_temp.literal(0))
		WHEN 4 THEN pg_temp.apply('Equal', pg_temp.path(a, 'i'), pg_temp.path(b, 'i'))
		WHEN 5 THEN pg_temp.apply('Or', pg_temp.apply('IsNull', pg_temp.path(a, 's')), pg_temp.apply('Less', pg_temp.path(b, 'i'), pg_temp.literal(4)))
		WHEN 6 THEN pg_temp.apply('Equal', jsonb_build_object('type', 'QueryLetRef', 'name', 'L'), pg_temp.path(a, 's'))
		ELSE pg_temp.apply('Equal', jsonb_build_object('type', 'QueryLetRef', 'name', 'M'), pg_temp.path(b, 's')) END;
END $$;
CREATE FUNCTION pg_temp.random_condition(aliases text[], parts int) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c jsonb := pg_temp.random_part(aliases);
BEGIN
	FOR i IN 2..parts LOOP
		c := CASE WHEN random() < 0.7 THEN pg_temp.apply('And', c, pg_temp.random_part(aliases)) ELSE pg_temp.apply('And', pg_temp.random_part(aliases), c) END;
	END LOOP;
	RETURN c;
END $$;
-- A query over three lists with lets of the first and last and, now and then, a relationship.
CREATE FUNCTION pg_temp.random_query() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('type', 'Query',
		'source', (SELECT jsonb_agg(jsonb_build_object('alias', a, 'expression', pg_temp.random_list(14))) FROM unnest(ARRAY['A', 'B', 'C']) AS a),
		'let', jsonb_build_array(jsonb_build_object('identifier', 'L', 'expression', pg_temp.path('A', 's')),
			jsonb_build_object('identifier', 'M', 'expression', pg_temp.apply('Concatenate', pg_temp.literal('id-'::text), pg_temp.apply('ToString', pg_temp.path('C', 'i'))))),
		'relationship', CASE WHEN random() < 0.5 THEN '[]' ELSE jsonb_build_array(jsonb_build_object('type', CASE WHEN random() < 0.5 THEN 'With' ELSE 'Without' END,
			'alias', 'R', 'expression', pg_temp.random_list(14), 'suchThat', pg_temp.random_condition('{A,B,C,R,R}', 2))) END,
		'where', pg_temp.random_condition('{A,B,C}', 4),
		'return', jsonb_build_object('distinct', false, 'expression', jsonb_build_object('type', 'List', 'element',
			jsonb_build_array(pg_temp.path('A', 'i'), pg_temp.path('B', 'i'), pg_temp.path('C', 'i')))))
$$;
CREATE FUNCTION pg_temp.in_order(query jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT query || jsonb_build_object('where', pg_temp.apply('And', query -> 'where', pg_temp.message('A')),
		'relationship', (SELECT coalesce(jsonb_agg(r || jsonb_build_object('suchThat', pg_temp.apply('And', r -> 'suchThat', pg_temp.message('R')))), '[]')
						   FROM jsonb_array_elements(query -> 'relationship') AS r))
$$;
SELECT setseed(0.25) \g /dev/null
CREATE TEMP TABLE random_query AS SELECT i, pg_temp.random_query() AS query FROM generate_series(1, 400) AS i;
CREATE TEMP TABLE result AS
SELECT i, phm.evaluate_elm(query::text, '2026-01-01') AS planned, phm.evaluate_elm(pg_temp.in_order(query)::text, '2026-01-01') AS in_order FROM random_query;
SELECT count(*) AS queries, count(*) FILTER (WHERE planned IS DISTINCT FROM in_order) AS differ,
	count(*) FILTER (WHERE planned <> '[]' AND planned <> '{}') > 100 AS many_find_some FROM result;
SELECT i, left(planned, 60) AS planned, left(in_order, 60) AS in_order FROM result WHERE planned IS DISTINCT FROM in_order ORDER BY i LIMIT 5;
-- Planned queries are accepted from outside, and the listing tells the plan.
BEGIN;
SET client_min_messages = warning;
SELECT phm.create_store() \g /dev/null
RESET client_min_messages;
SELECT count(*) FROM phm.load_elm((SELECT jsonb_build_object('library', jsonb_build_object('identifier', '{"id": "Planned"}'::jsonb, 'statements', jsonb_build_object('def',
	jsonb_agg(jsonb_build_object('name', 'Q' || i, 'context', 'Patient', 'expression', query) ORDER BY i)))) FROM random_query WHERE i <= 100)::text);
SELECT phm.logic_hash(logic::text::phm.logic) = phm.logic_hash(logic) AS same, phm.explain_logic(logic) ~ 'Condition at 1' AS stages,
	phm.explain_logic(logic) ~ 'Condition at [123], by index' AS indexes, phm.explain_logic(logic) ~ 'LetClause of source 3' AS lets
  FROM phm.link(ARRAY['Planned']) AS logic;
ROLLBACK;
-- A part that fails is not reached where one before it is false, though it is tested earlier.
\set lists '"source": [{"alias": "A", "expression": {"type": "List", "element": [{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": "1"}]}}, {"alias": "B", "expression": {"type": "List", "element": [{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": "2"}]}}], "relationship": []'
\set fails '{"type": "Equal", "operand": [{"type": "SingletonFrom", "operand": {"type": "List", "element": [{"type": "AliasRef", "name": "A"}, {"type": "AliasRef", "name": "A"}]}}, {"type": "AliasRef", "name": "A"}]}'
\set never '{"type": "Equal", "operand": [{"type": "AliasRef", "name": "B"}, {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": "3"}]}'
SELECT phm.evaluate_elm(format('{"type": "Query", %s, "where": {"type": "And", "operand": [%s, %s]}}', :'lists', :'never', :'fails'), '2026-01-01') AS not_reached;
SELECT phm.evaluate_elm(format('{"type": "Query", %s, "where": {"type": "And", "operand": [%s, %s]}}', :'lists', :'fails', :'never'), '2026-01-01') AS reached;
