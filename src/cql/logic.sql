/*
 * logic.sql: type phm.logic, compiled rules.
 */
CREATE TYPE phm.logic;

CREATE FUNCTION phm.logic_in(cstring) RETURNS phm.logic
AS 'MODULE_PATHNAME', 'phm_logic_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.logic_in(cstring) IS 'Input of phm.logic: hexadecimal digits.';

CREATE FUNCTION phm.logic_out(phm.logic) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_logic_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.logic_out(phm.logic) IS 'Output of phm.logic: hexadecimal digits.';

CREATE FUNCTION phm.logic_recv(internal) RETURNS phm.logic
AS 'MODULE_PATHNAME', 'phm_logic_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.logic_recv(internal) IS 'Binary input of phm.logic; everything is checked. Errors: 22P03 what is no logic, is of another version, or of a machine with another byte order.';

CREATE FUNCTION phm.logic_send(phm.logic) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_logic_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.logic_send(phm.logic) IS 'Binary output of phm.logic, in the byte order of the machine: one with another order refuses it and links for itself.';

CREATE TYPE phm.logic (
	INPUT = phm.logic_in, OUTPUT = phm.logic_out, RECEIVE = phm.logic_recv, SEND = phm.logic_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);
COMMENT ON TYPE phm.logic IS
'Rules compiled for evaluation: libraries of CQL with everything they include and the codes of their value sets, in one value that needs nothing else. Made by phm.link, run by phm.evaluate, listed by phm.explain_logic. Text form: hexadecimal digits of its bytes, which are in the byte order of the machine; one with another order refuses them.';

CREATE FUNCTION phm.explain_logic(phm.logic) RETURNS text
AS 'MODULE_PATHNAME', 'phm_explain_logic' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.explain_logic(phm.logic) IS
'A readable listing of logic: its libraries, parameters, value sets, retrieves and the operators of each definition.';

CREATE FUNCTION phm.logic_expressions(phm.logic, OUT library text, OUT name text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_logic_expressions' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 30;
COMMENT ON FUNCTION phm.logic_expressions(phm.logic) IS
'The expressions that phm.evaluate can be asked for: those of the libraries that were named when it was linked.';

CREATE FUNCTION phm.logic_parameters(phm.logic, OUT library text, OUT name text, OUT type text) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_logic_parameters' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 3;
COMMENT ON FUNCTION phm.logic_parameters(phm.logic) IS 'The parameters of logic and their types in CQL.';

CREATE FUNCTION phm.logic_hash(phm.logic) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_logic_hash' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.logic_hash(phm.logic) IS
'A number that tells logic apart: equal for equal logic, on every machine of the same byte order. Results carry it to say which logic made them.';
