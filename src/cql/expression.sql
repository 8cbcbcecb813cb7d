/*
 * expression.sql: single expressions of ELM.
 */
CREATE FUNCTION phm.evaluate_elm(expression text, as_of timestamptz) RETURNS text
AS 'MODULE_PATHNAME', 'phm_evaluate_elm' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.evaluate_elm(text, timestamptz) IS
'The value of one expression of ELM (JSON, as inside a library), in the JSON of phm.evaluate. as_of: what Now() is, in UTC. There is no chart and no library around it. Errors: 0A000 what cannot be linked, 22023 what is no ELM, those of the evaluation.';

CREATE FUNCTION phm.compare_elm(
	expression text, expected text, as_of timestamptz,
	OUT same boolean, OUT result text, OUT expected_result text, OUT error text)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_compare_elm' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20000;
COMMENT ON FUNCTION phm.compare_elm(text, text, timestamptz) IS
'Internal: evaluates two expressions of ELM as phm.evaluate_elm and compares: the same are equal values, values that are equivalent where equality is unknown, and two nulls. What fails stands in error; expected NULL: the first is evaluated only. For conformance tests.';
