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

-- What the expressions gave: way is bundle, record or that of a variant.
CREATE TABLE outcome (measure text, name text, way text, expression text, result jsonb, error text);
-- Who is in which populations: patients (episode empty) or episodes.
CREATE TABLE member (measure text, name text, way text, group_id text, episode text, membership integer, observations numeric[], error text);
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

-- The elements that a result counts as: those of a list, or true.
CREATE FUNCTION members(result jsonb) RETURNS jsonb[] LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN jsonb_typeof(result) = 'array' THEN ARRAY(SELECT e FROM jsonb_array_elements(result) AS e WHERE e <> 'null')
				WHEN result IS NULL OR result IN ('false', 'null') THEN '{}'
				ELSE ARRAY[result] END
$$;
