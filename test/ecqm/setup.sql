-- The tables of a run, and what they are filled with.
CREATE TABLE pack_measure (measure text PRIMARY KEY, bundle text);
CREATE TABLE pack_case (measure text, name text, bundle text, person bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (measure, name));
CREATE TABLE pack_expected (line integer, measure text, name text, "group" text, population text, expected numeric, kind text,
	code text, stratifier text, stratum text, period_start date, period_end date);
CREATE TABLE pack_extra (elm text);
CREATE TABLE excused (measure text, name text, result text, reason text, PRIMARY KEY (measure, name));

-- Variants that may change a case, to what, and why.
CREATE TABLE may_change (way text, measure text, name text, result text, reason text, PRIMARY KEY (measure, name, way));

-- What a Measure says of its populations, in its order.
CREATE TABLE population (
	measure text, group_number bigint, group_id text, scoring text, number bigint, id text, code text, expression text, reference text,
	PRIMARY KEY (measure, group_number, number));
-- Cases that were changed in ways that must not matter (see variants).
CREATE TABLE pack_variant (measure text, name text, way text, years integer, profiles text, bundle text, PRIMARY KEY (measure, name, way));

-- Populations with the initial populations from which denominator and numerator of their
-- group come: a ratio may have two, that say so by reference; otherwise the first.
CREATE VIEW measured_population AS
SELECT p.*, coalesce(d.number, f.number) AS denominator_from, coalesce(n.number, f.number) AS numerator_from
  FROM population AS p
  JOIN (SELECT measure, group_number, min(number) AS number FROM population WHERE code = 'initial-population' GROUP BY measure, group_number) AS f USING (measure, group_number)
  LEFT JOIN (SELECT r.measure, r.group_number, i.number FROM population AS r JOIN population AS i USING (measure, group_number)
			  WHERE r.code = 'denominator' AND i.code = 'initial-population' AND i.id = r.reference) AS d USING (measure, group_number)
  LEFT JOIN (SELECT r.measure, r.group_number, i.number FROM population AS r JOIN population AS i USING (measure, group_number)
			  WHERE r.code = 'numerator' AND i.code = 'initial-population' AND i.id = r.reference) AS n USING (measure, group_number);

-- What an observation is made of: the population that it refers to; a reference that
-- leads nowhere means the denominator for the first of a ratio, the numerator for the second.
CREATE VIEW observed_population AS
SELECT o.measure, o.group_number, o.number, o.expression AS function,
	   coalesce(r.code, CASE WHEN o.continuous THEN 'measure-population' WHEN o.rank = 1 THEN 'denominator' ELSE 'numerator' END) AS code,
	   coalesce(r.expression, d.expression) AS expression
  FROM (SELECT p.*, row_number() OVER (PARTITION BY measure, group_number ORDER BY number) AS rank,
			   EXISTS (SELECT FROM population AS q WHERE (q.measure, q.group_number, q.code) = (p.measure, p.group_number, 'measure-population')) AS continuous
		  FROM population AS p WHERE code = 'measure-observation') AS o
  LEFT JOIN population AS r ON (r.measure, r.group_number, r.id) = (o.measure, o.group_number, o.reference)
  LEFT JOIN population AS d ON (d.measure, d.group_number) = (o.measure, o.group_number) AND r.code IS NULL
   AND d.code = CASE WHEN o.continuous THEN 'measure-population' WHEN o.rank = 1 THEN 'denominator' ELSE 'numerator' END;

-- What the expressions gave: way is bundle, record or that of a variant.
CREATE TABLE outcome (measure text, name text, way text, expression text, result jsonb, error text);
CREATE TABLE observation (measure text, name text, way text, group_number bigint, number bigint, operand jsonb, result jsonb, error text);
-- Why a measure could not be run; microseconds of each case.
CREATE TABLE trouble (measure text PRIMARY KEY, problem text);
CREATE TABLE duration (measure text, us double precision);

-- A function as a translator could have made it, too: operands of other names, a condition around the body.
CREATE FUNCTION rewritten(def jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN def ->> 'type' = 'FunctionDef' AND def ? 'expression' THEN
		def || jsonb_build_object('operand', (SELECT jsonb_agg(o || jsonb_build_object('name', 'given ' || (o ->> 'name'))) FROM jsonb_array_elements(def -> 'operand') AS o),
			'expression', jsonb_build_object('type', 'If', 'condition', '{"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "true"}'::jsonb,
				'then', regexp_replace(def ->> 'expression', '"name": "([^"]*)", "type": "OperandRef"', '"name": "given \1", "type": "OperandRef"', 'g')::jsonb,
				'else', '{"type": "Null"}'::jsonb))
		ELSE def END
$$;

-- A library of another name, as are those that it includes; change: its functions are rewritten.
CREATE FUNCTION renamed(elm text, prefix text, change boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT (l || jsonb_build_object('library', l -> 'library' ||
			jsonb_build_object('identifier', (l #> '{library,identifier}') || jsonb_build_object('id', prefix || (l #>> '{library,identifier,id}'))) ||
			CASE WHEN l #> '{library,includes}' IS NULL THEN '{}' ELSE jsonb_build_object('includes', jsonb_build_object('def',
				(SELECT jsonb_agg(d || jsonb_build_object('path', prefix || (d ->> 'path'))) FROM jsonb_array_elements(l #> '{library,includes,def}') AS d))) END ||
			CASE WHEN change THEN jsonb_build_object('statements', jsonb_build_object('def',
				(SELECT jsonb_agg(rewritten(d)) FROM jsonb_array_elements(l #> '{library,statements,def}') AS d))) ELSE '{}' END))::text
	  FROM (SELECT elm::jsonb) AS t(l)
$$;

-- An extension of an element, by the end of its URL.
CREATE FUNCTION extension(element jsonb, name text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT e FROM jsonb_array_elements(element -> 'extension') AS e WHERE e ->> 'url' LIKE '%/' || name LIMIT 1
$$;

-- The elements that a result counts as: those of a list, or true.
CREATE FUNCTION members(result jsonb) RETURNS jsonb[] LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN jsonb_typeof(result) = 'array' THEN ARRAY(SELECT e FROM jsonb_array_elements(result) AS e WHERE e <> 'null')
				WHEN result IS NULL OR result IN ('false', 'null') THEN '{}'
				ELSE ARRAY[result] END
$$;

-- Those of a list that are, or are not, in another.
CREATE FUNCTION among(list jsonb[], others jsonb[], wanted boolean DEFAULT true) RETURNS jsonb[] LANGUAGE sql IMMUTABLE AS $$
	SELECT ARRAY(SELECT e FROM unnest(list) AS e WHERE (e = ANY (others)) = wanted)
$$;
