-- The cases of a run, and what they should give.
SET client_min_messages = error;
SELECT phm.create_store();
UPDATE phm.setting SET value = '2026-12-31' WHERE name = 'as_of';
CREATE TABLE expected (measure text, name text, "group" text, population text, expected numeric, kind text, code text, stratifier text, stratum text, period_start date, period_end date);
CREATE TABLE given (measure text, name text, person bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (measure, name));
CREATE FUNCTION add_case(measure text, name text, bundle text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	p bigint;
BEGIN
	INSERT INTO given (measure, name) VALUES (add_case.measure, add_case.name) RETURNING person INTO p;
	PERFORM phm.ingest(bundle, 'case-' || p, person => p);
END
$$;
