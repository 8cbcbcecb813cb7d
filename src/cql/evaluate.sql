/*
 * evaluate.sql: running logic over charts.
 */
CREATE FUNCTION phm.evaluate(
	logic phm.logic, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_evaluate' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.evaluate(phm.logic, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'The value of an expression of logic (Name, or Library.Name; where none has the name, the only one that differs in upper and lower case) for one chart, as jsonb; NULL for null. period: the parameter "Measurement Period", from its first day 00:00:00.000 to its last day 23:59:59.999 in the zone. parameters: others, name to value, in the JSON of results. as_of: the evaluation time (Now, Today); by default the end of the period. zone: time zone of the evaluation; its offset at the evaluation time is used throughout. profiles: trust (a retrieve of a profile returns what names it in meta.profile), ignore (the type decides, and whether it was done), auto (trust in charts of which some resource names profiles). visible: sensitivity labels that may be seen, as the sum of their bits. strict: a Message of severity Error raises. Results: numbers, texts and dates as such, Quantity {value, unit}, Code {code, system, version, display}, Concept {codes, display}, Interval {low, lowClosed, high, highClosed}, tuples as objects, what belongs to FHIR as FHIR JSON. Errors: 42704 no such expression, 22004 neither as_of nor period, 22023 and 42P02 parameters, 54000 more memory than phm.rule_memory, and those of the logic, with library, definition and place.';

CREATE FUNCTION phm.evaluate_boolean(
	logic phm.logic, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_evaluate_boolean' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.evaluate_boolean(phm.logic, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'As phm.evaluate, of an expression that gives a Boolean. Errors: those, and 42804 it gives something else.';

CREATE FUNCTION phm.evaluate_numeric(
	logic phm.logic, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_evaluate_numeric' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.evaluate_numeric(phm.logic, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'As phm.evaluate, of an expression that gives an Integer, Long or Decimal. Errors: those, and 42804 it gives something else.';

CREATE FUNCTION phm.evaluate_datetime(
	logic phm.logic, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS phm.datetime
AS 'MODULE_PATHNAME', 'phm_evaluate_datetime' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.evaluate_datetime(phm.logic, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'As phm.evaluate, of an expression that gives a Date or DateTime. Errors: those, and 42804 it gives something else.';

CREATE FUNCTION phm.evaluate_resources(
	logic phm.logic, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS SETOF phm.resource
AS 'MODULE_PATHNAME', 'phm_evaluate_resources' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 3000 ROWS 5;
COMMENT ON FUNCTION phm.evaluate_resources(phm.logic, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'As phm.evaluate, of an expression that gives resources: a row for each, in its order; nulls are left out. Errors: those, and 42804 it gives something else.';

CREATE FUNCTION phm.evaluate_all(
	logic phm.logic, chart phm.chart, expressions text[] DEFAULT NULL, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS TABLE (expression text, result jsonb, error text, warnings text[])
AS 'MODULE_PATHNAME', 'phm_evaluate_all' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5000 ROWS 20;
COMMENT ON FUNCTION phm.evaluate_all(phm.logic, phm.chart, text[], daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'Many expressions of logic (all that it has, when NULL) over one chart in one pass, a row each, with the arguments of phm.evaluate. What fails stands in error and does not stop the others. warnings: Message operators of severity Warning and Error met first by this expression, as library.definition: code.';

CREATE FUNCTION phm.time_logic(
	logic phm.logic, charts phm.chart[], expressions text[], period daterange, zone text,
	parameters jsonb, as_of timestamptz, profiles text, visible integer, strict boolean, rounds integer)
RETURNS double precision[]
AS 'MODULE_PATHNAME', 'phm_time_logic' LANGUAGE c VOLATILE PARALLEL SAFE COST 100000;
REVOKE ALL ON FUNCTION phm.time_logic(phm.logic, phm.chart[], text[], daterange, text, jsonb, timestamptz, text, integer, boolean, integer) FROM PUBLIC;
COMMENT ON FUNCTION phm.time_logic(phm.logic, phm.chart[], text[], daterange, text, jsonb, timestamptz, text, integer, boolean, integer) IS
'Internal: for each chart the least microseconds, of some rounds, in which the expressions are evaluated; for benchmarks. logic, charts and rounds must not be NULL.';

CREATE FUNCTION phm.evaluate_each(
	logic phm.logic, function text, expression text, chart phm.chart, period daterange DEFAULT NULL, zone text DEFAULT 'UTC',
	parameters jsonb DEFAULT NULL, as_of timestamptz DEFAULT NULL, profiles text DEFAULT 'auto',
	visible integer DEFAULT 0, strict boolean DEFAULT false)
RETURNS TABLE (operand jsonb, result jsonb)
AS 'MODULE_PATHNAME', 'phm_evaluate_each' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 5000 ROWS 5;
COMMENT ON FUNCTION phm.evaluate_each(phm.logic, text, text, phm.chart, daterange, text, jsonb, timestamptz, text, integer, boolean) IS
'A function of logic with one operand, for each element of an expression''s list (or its single value): the observations of a measure for each episode. Arguments and errors otherwise as phm.evaluate; 42883 no such function.';
