SET search_path = public, phm;
-- Expressions of ELM from short words: lit('1', 'Integer'), op('Sum', ...), lst(...).
CREATE FUNCTION lit(v text, type text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN v IS NULL THEN '{"type":"Null"}'::jsonb
		ELSE jsonb_build_object('type', 'Literal', 'valueType', '{urn:hl7-org:elm-types:r1}' || type, 'value', v) END $$;
CREATE FUNCTION lst(type text, VARIADIC v text[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'List', 'element', jsonb_agg(public.lit(e, type) ORDER BY n)) FROM unnest(v) WITH ORDINALITY AS u(e, n) $$;
CREATE FUNCTION qty(v numeric, unit text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('type', 'Quantity', 'value', v, 'unit', unit) $$;
CREATE FUNCTION op(name text, VARIADIC operands jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN phm.evaluate_elm((jsonb_build_object('type', name, CASE WHEN name IN ('Sum', 'Avg', 'Median', 'Mode', 'Min', 'Max', 'Product',
		'Variance', 'StdDev', 'PopulationVariance', 'GeometricMean', 'Count', 'First', 'Last') THEN 'source' ELSE 'operand' END,
		CASE WHEN array_length(operands, 1) = 1 THEN operands[1] ELSE to_jsonb(operands) END))::text, '2026-07-01 12:00Z');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- Nulls count as equal in sets; the order of first appearance stays; results are distinct.
SELECT op('Union', lst('Integer', '1', NULL, '1'), lst('Integer', '2', NULL)) AS "union",
	op('Intersect', lst('Integer', '3', NULL, '2'), lst('Integer', NULL, '2', '2')) AS "intersect",
	op('Except', lst('Integer', '3', '3', '2'), lst('Integer', '2')) AS "except",
	op('Distinct', lst('Decimal', '1.0', '1.00', '2.5')) AS "distinct";
-- Many values: hashed, with equal numbers of several scales found equal.
SELECT jsonb_array_length(op('Distinct', (SELECT jsonb_build_object('type', 'List', 'element',
	jsonb_agg(CASE WHEN i % 2 = 0 THEN lit((i / 2 % 100)::text, 'Integer') ELSE lit((i / 2 % 100) || '.50', 'Decimal') END))
	FROM generate_series(0, 999) AS i))::jsonb) AS distinct_numbers;
-- Of lists the first pair that is not surely equal decides; equivalence is never unknown.
SELECT op('Equal', lst('Integer', '1', NULL), lst('Integer', '1', NULL)) AS nulls, op('Equal', lst('Integer', '1', NULL), lst('Integer', '1', '2')) AS open,
	op('Equal', lst('Integer', '1', NULL), lst('Integer', '2', '2')) AS unequal, op('Equivalent', lst('Integer', NULL), lst('Integer', '2')) AS equivalent;
-- Quantities: UCUM, calendar units.
SELECT op('Equal', qty(1, 'g'), qty(1000, 'mg')) AS converted, op('Equal', qty(1, 'year'), qty(12, 'months')) AS calendar,
	op('Equal', qty(1, 'year'), qty(1, 'a')) AS year, op('Equivalent', qty(1, 'year'), qty(1, 'a')) AS year_equivalent,
	op('Equal', qty(1, 'week'), qty(7, 'd')) AS week, op('Less', qty(1, 'g'), qty(1, 'cm')) AS other;
-- Equivalence: strings without case, decimals as precise as the less precise one.
SELECT op('Equivalent', lit('Größe  X', 'String'), lit('GRÖSSE  x', 'String')) AS sharp_s, op('Equivalent', lit(E'ÄB\tc', 'String'), lit('äb C', 'String')) AS text,
	op('Equivalent', lit('1.55', 'Decimal'), lit('1.6', 'Decimal')) AS rounded, op('Equivalent', lit('1.50', 'Decimal'), lit('1.55', 'Decimal')) AS not_rounded;
-- Aggregates leave nulls aside; of nothing they give null; quantities come to the unit of the first.
SELECT op('Sum', lst('Integer', '2147483647', '1')) AS overflow, op('Sum', lst('Integer', '2147483647', '1', '-1')) AS back, op('Avg', lst('Integer', '1', '1', '2')) AS avg,
	op('Avg', lst('Decimal', NULL)) AS nothing, op('Median', lst('Integer', '4', '1', '3', '2')) AS median, op('Mode', lst('Integer', '2', '1', '1', '2')) AS mode,
	op('StdDev', lst('Decimal', '5')) AS of_one, op('GeometricMean', lst('Decimal', '2', '8')) AS geometric;
SELECT op('Sum', jsonb_build_object('type', 'List', 'element', jsonb_build_array(qty(1, 'mL'), qty(1, 'L')))) AS sum,
	op('Sum', jsonb_build_object('type', 'List', 'element', jsonb_build_array(qty(1, 'mL'), qty(1, 'g')))) AS no_common_unit,
	op('Variance', jsonb_build_object('type', 'List', 'element', jsonb_build_array(qty(1, 'mg'), qty(3, 'mg')))) AS variance;
SELECT op('SingletonFrom', lst('Integer', '1', '2'));
DROP FUNCTION op; DROP FUNCTION qty; DROP FUNCTION lst; DROP FUNCTION lit;
