-- The tables of a run, and what they are filled with.
CREATE TABLE pack_measure (measure text PRIMARY KEY, bundle text);
CREATE TABLE pack_case (measure text, name text, bundle text, person bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (measure, name));
CREATE TABLE pack_expected (line integer, measure text, name text, "group" text, population text, expected numeric, kind text,
	code text, stratifier text, stratum text, period_start date, period_end date);
CREATE TABLE pack_extra (elm text);
CREATE TABLE excused (measure text, name text, result text, reason text, PRIMARY KEY (measure, name));

-- What a Measure says of its populations, in its order.
CREATE TABLE population (
	measure text, group_number bigint, group_id text, scoring text, number bigint, id text, code text, expression text, reference text,
	PRIMARY KEY (measure, group_number, number));
-- What the expressions gave: way is bundle or record.
CREATE TABLE outcome (measure text, name text, way text, expression text, result jsonb, error text);
CREATE TABLE observation (measure text, name text, way text, group_number bigint, number bigint, operand jsonb, result jsonb, error text);
-- Why a measure could not be run; microseconds of each case.
CREATE TABLE trouble (measure text PRIMARY KEY, problem text);
CREATE TABLE duration (measure text, us double precision);

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
