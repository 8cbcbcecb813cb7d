-- Intervals and dates of the rule engine where the conformance tests are silent: unknown boundaries, precision, units, steps.

-- Expressions are written short and made into ELM here.
CREATE FUNCTION pg_temp.i(v int) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}Integer', 'value', v::text) $$;
CREATE FUNCTION pg_temp.nothing(type text) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', 'As', 'asType', '{urn:hl7-org:elm-types:r1}' || type, 'operand', '{"type": "Null"}'::jsonb) $$;
CREATE FUNCTION pg_temp.q(v numeric, unit text) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', 'Quantity', 'value', v, 'unit', unit) $$;
CREATE FUNCTION pg_temp.moment(type text, VARIADIC parts int[]) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', type) || jsonb_object_agg(name, pg_temp.i(v))
	   FROM unnest(parts) WITH ORDINALITY p (v, n)
	   JOIN unnest(ARRAY['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond']) WITH ORDINALITY c (name, n) USING (n) $$;
CREATE FUNCTION pg_temp.iv(low jsonb, high jsonb, bounds text DEFAULT '[]') RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', 'Interval', 'low', low, 'high', high,
	   'lowClosed', left(bounds, 1) = '[', 'highClosed', right(bounds, 1) = ']') $$;
CREATE FUNCTION pg_temp.op(type text, precision_ text, VARIADIC operands jsonb[]) RETURNS text LANGUAGE sql AS
	$$ SELECT phm.evaluate_elm(jsonb_strip_nulls(jsonb_build_object('type', type, 'precision', precision_, 'operand',
	   CASE WHEN cardinality(operands) = 1 THEN operands[1] ELSE to_jsonb(operands) END))::text, '2026-07-01 10:20:30.123+00') $$;
CREATE FUNCTION pg_temp.list(VARIADIC elements jsonb[]) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT jsonb_build_object('type', 'List', 'element', to_jsonb(elements)) $$;

-- An unknown end lies somewhere behind the start: what holds wherever it lies is certain.
SELECT pg_temp.op('Overlaps', NULL, pg_temp.iv(pg_temp.i(5), pg_temp.nothing('Integer'), '[)'), pg_temp.iv(pg_temp.i(3), pg_temp.i(7))) AS inside,
	pg_temp.op('Overlaps', NULL, pg_temp.iv(pg_temp.i(1), pg_temp.nothing('Integer'), '[)'), pg_temp.iv(pg_temp.i(3), pg_temp.i(7))) AS before,
	pg_temp.op('Overlaps', NULL, pg_temp.iv(pg_temp.i(8), pg_temp.nothing('Integer'), '[)'), pg_temp.iv(pg_temp.i(3), pg_temp.i(7))) AS behind;
SELECT pg_temp.op('In', NULL, pg_temp.i(0), pg_temp.iv(pg_temp.i(1), pg_temp.nothing('Integer'), '[)')) AS below,
	pg_temp.op('In', NULL, pg_temp.i(1), pg_temp.iv(pg_temp.i(1), pg_temp.nothing('Integer'), '[)')) AS at_start,
	pg_temp.op('In', NULL, pg_temp.i(2), pg_temp.iv(pg_temp.i(1), pg_temp.nothing('Integer'), '[)')) AS above;

-- Days are those of the written local date; an open boundary is compared as it stands; a coarser value is decided where its components are enough.
WITH year AS (SELECT pg_temp.iv(pg_temp.moment('DateTime', 2012, 1, 1, 0, 0, 0, 0), pg_temp.moment('DateTime', 2013, 1, 1, 0, 0, 0, 0), '[)') AS y)
SELECT pg_temp.op('In', 'Day', pg_temp.moment('DateTime', 2012, 12, 31, 10), y) AS last_day,
	pg_temp.op('In', 'Day', pg_temp.moment('DateTime', 2013, 1, 1, 10), y) AS next_day,
	pg_temp.op('In', 'Day', pg_temp.moment('DateTime', 2012, 6), y) AS month,
	pg_temp.op('In', 'Day', pg_temp.moment('DateTime', 2013), y) AS year
FROM year;
SELECT pg_temp.op('Meets', 'Day', pg_temp.iv(pg_temp.moment('DateTime', 2012, 3, 1, 0, 0), pg_temp.moment('DateTime', 2012, 3, 4, 10, 0)),
		pg_temp.iv(pg_temp.moment('DateTime', 2012, 3, 5, 8, 0), pg_temp.moment('DateTime', 2012, 3, 6, 0, 0))) AS meets;

-- Quantities: units are converted; those of another kind leave it open.
SELECT pg_temp.op('In', NULL, pg_temp.q(5000, 'ug'), pg_temp.iv(pg_temp.q(1, 'mg'), pg_temp.q(7, 'mg'))) AS converted,
	pg_temp.op('In', NULL, pg_temp.q(5, 's'), pg_temp.iv(pg_temp.q(1, 'mg'), pg_temp.q(7, 'mg'))) AS other_kind,
	pg_temp.op('In', NULL, pg_temp.q(5, 'mg'), pg_temp.iv(pg_temp.nothing('Quantity'), pg_temp.q(7, 'mg'))) AS from_the_least;

-- Sets of points.
SELECT pg_temp.op('Collapse', NULL, pg_temp.list(pg_temp.iv(pg_temp.i(5), pg_temp.nothing('Integer'), '[)'),
	pg_temp.iv(pg_temp.i(3), pg_temp.i(6)), pg_temp.iv(pg_temp.i(9), pg_temp.i(10)))) AS unknown_end;
SELECT pg_temp.op('Expand', NULL, pg_temp.iv(pg_temp.moment('Date', 2012, 1, 31), pg_temp.moment('Date', 2012, 4, 15)), pg_temp.q(1, 'month')) AS months;
SELECT pg_temp.op('Expand', NULL, pg_temp.list(pg_temp.iv(pg_temp.i(1), pg_temp.i(2)), pg_temp.iv(pg_temp.i(4), pg_temp.i(5))), pg_temp.q(2, '1')) AS gap_stays;

-- Adding: the decimal part counts for seconds only.
SELECT pg_temp.op('Add', NULL, pg_temp.moment('DateTime', 2012, 1, 1, 0, 0, 0, 0), pg_temp.q(1.5, 's')) AS seconds,
	pg_temp.op('Add', NULL, pg_temp.moment('Date', 2012, 1, 1), pg_temp.q(1.9, 'days')) AS days;

-- Read part by part, as translators convert an interval, null stays null.
SELECT phm.evaluate_elm(jsonb_build_object('type', 'Interval', 'low', pg_temp.nothing('DateTime'), 'high', pg_temp.nothing('DateTime'),
		'lowClosedExpression', pg_temp.nothing('Boolean'), 'highClosedExpression', pg_temp.nothing('Boolean'))::text, '2026-07-01') AS of_null,
	phm.evaluate_elm(jsonb_build_object('type', 'Interval', 'low', pg_temp.i(1), 'high', pg_temp.nothing('Integer'), 'lowClosedExpression',
		'{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "true"}'::jsonb, 'highClosedExpression',
		'{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "false"}'::jsonb)::text, '2026-07-01') AS open_end;

-- Errors: years beyond the last and the first, an empty interval, units that cannot be added, a step of nothing, a width of dates.
\set VERBOSITY sqlstate
SELECT pg_temp.op('Add', NULL, pg_temp.moment('Date', 2012, 1, 1), pg_temp.q(8000, 'years'));
SELECT pg_temp.op('Subtract', NULL, pg_temp.moment('DateTime', 2012, 1, 1), pg_temp.q(2012, 'years'));
SELECT pg_temp.op('Start', NULL, pg_temp.iv(pg_temp.i(4), pg_temp.i(5), '()'));
SELECT pg_temp.op('Add', NULL, pg_temp.moment('Date', 2012, 1, 1), pg_temp.q(1, 'a'));
SELECT pg_temp.op('Add', NULL, pg_temp.moment('Date', 2012, 1, 1), pg_temp.q(1, 'mg'));
SELECT pg_temp.op('Expand', NULL, pg_temp.iv(pg_temp.i(1), pg_temp.i(2)), pg_temp.q(0, '1'));
SELECT pg_temp.op('Width', NULL, pg_temp.iv(pg_temp.moment('Date', 2012), pg_temp.moment('Date', 2013)));
