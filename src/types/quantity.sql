/*
 * quantity.sql: phm.quantity, its operators, functions and aggregates, and
 * what UCUM says of a unit.
 */
CREATE TYPE phm.quantity;

CREATE FUNCTION phm.quantity_in(cstring) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_in(cstring) IS 'Input of phm.quantity. Errors: 22P02 (not a quantity, not a UCUM unit), 22003 (number out of range), 54000 (unit too long).';

CREATE FUNCTION phm.quantity_out(phm.quantity) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_quantity_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity_out(phm.quantity) IS 'Output of phm.quantity; reads back exactly.';

CREATE FUNCTION phm.quantity_recv(internal) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_recv(internal) IS 'Binary input of phm.quantity; refuses all but the canonical form (22P03).';

CREATE FUNCTION phm.quantity_send(phm.quantity) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_quantity_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity_send(phm.quantity) IS 'Binary output of phm.quantity; the same on every machine.';

CREATE TYPE phm.quantity (
	INPUT = phm.quantity_in,
	OUTPUT = phm.quantity_out,
	RECEIVE = phm.quantity_recv,
	SEND = phm.quantity_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = main
);
COMMENT ON TYPE phm.quantity IS
'A FHIR Quantity: a decimal number of up to 38 digits with its written scale (0 to 30), an optional comparator (<, <=, >=, >) and a unit. Text forms: 7.2 ''%'', < 5 ''mg/dL'', 7.2 (no unit), 72 "bpm" (a unit that is not UCUM, comparable with itself only). Units in single quotes are case-sensitive codes of UCUM (The Unified Code for Units of Measure, ucum.org).';

CREATE FUNCTION phm.quantity_eq(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_eq' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_eq(phm.quantity, phm.quantity) IS 'Whether the first quantity is equal to the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_eq,
	COMMUTATOR = OPERATOR(phm.=), NEGATOR = OPERATOR(phm.<>), RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR phm.= (phm.quantity, phm.quantity) IS 'is equal to, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_ne(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_ne' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_ne(phm.quantity, phm.quantity) IS 'Whether the first quantity is not equal to the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.<> (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_ne,
	COMMUTATOR = OPERATOR(phm.<>), NEGATOR = OPERATOR(phm.=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.<> (phm.quantity, phm.quantity) IS 'is not equal to, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_lt(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_lt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_lt(phm.quantity, phm.quantity) IS 'Whether the first quantity is less than the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.< (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_lt,
	COMMUTATOR = OPERATOR(phm.>), NEGATOR = OPERATOR(phm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.< (phm.quantity, phm.quantity) IS 'is less than, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_le(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_le' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_le(phm.quantity, phm.quantity) IS 'Whether the first quantity is less than or equal to the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.<= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_le,
	COMMUTATOR = OPERATOR(phm.>=), NEGATOR = OPERATOR(phm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.<= (phm.quantity, phm.quantity) IS 'is less than or equal to, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_gt(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_gt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_gt(phm.quantity, phm.quantity) IS 'Whether the first quantity is greater than the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.> (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_gt,
	COMMUTATOR = OPERATOR(phm.<), NEGATOR = OPERATOR(phm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.> (phm.quantity, phm.quantity) IS 'is greater than, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_ge(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_ge' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_ge(phm.quantity, phm.quantity) IS 'Whether the first quantity is greater than or equal to the second, after conversion (UCUM). NULL when a comparator leaves it open, or when the units are not commensurable.';
CREATE OPERATOR phm.>= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_ge,
	COMMUTATOR = OPERATOR(phm.<=), NEGATOR = OPERATOR(phm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.>= (phm.quantity, phm.quantity) IS 'is greater than or equal to, across commensurable units; NULL when it is not certain or the units are not commensurable';

CREATE FUNCTION phm.quantity_image_eq(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_eq' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.quantity_image_eq(phm.quantity, phm.quantity) IS 'Whether the first quantity is equal to the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_eq,
	COMMUTATOR = OPERATOR(phm.*=), NEGATOR = OPERATOR(phm.*<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR phm.*= (phm.quantity, phm.quantity) IS 'is equal to, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_ne(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_ne' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.quantity_image_ne(phm.quantity, phm.quantity) IS 'Whether the first quantity is not equal to the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*<> (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_ne,
	COMMUTATOR = OPERATOR(phm.*<>), NEGATOR = OPERATOR(phm.*=), RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR phm.*<> (phm.quantity, phm.quantity) IS 'is not equal to, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_lt(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_lt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_image_lt(phm.quantity, phm.quantity) IS 'Whether the first quantity is less than the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*< (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_lt,
	COMMUTATOR = OPERATOR(phm.*>), NEGATOR = OPERATOR(phm.*>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR phm.*< (phm.quantity, phm.quantity) IS 'is less than, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_le(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_le' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_image_le(phm.quantity, phm.quantity) IS 'Whether the first quantity is less than or equal to the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*<= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_le,
	COMMUTATOR = OPERATOR(phm.*>=), NEGATOR = OPERATOR(phm.*>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR phm.*<= (phm.quantity, phm.quantity) IS 'is less than or equal to, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_gt(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_gt' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_image_gt(phm.quantity, phm.quantity) IS 'Whether the first quantity is greater than the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*> (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_gt,
	COMMUTATOR = OPERATOR(phm.*<), NEGATOR = OPERATOR(phm.*<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR phm.*> (phm.quantity, phm.quantity) IS 'is greater than, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_ge(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_quantity_image_ge' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_image_ge(phm.quantity, phm.quantity) IS 'Whether the first quantity is greater than or equal to the second in the sort order, in which only identical values are equal (1 g is not 1000 mg, 7.2 is not 7.20).';
CREATE OPERATOR phm.*>= (
	LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_image_ge,
	COMMUTATOR = OPERATOR(phm.*<=), NEGATOR = OPERATOR(phm.*<), RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR phm.*>= (phm.quantity, phm.quantity) IS 'is greater than or equal to, in the sort order; only identical values are equal';

CREATE FUNCTION phm.quantity_image_cmp(phm.quantity, phm.quantity) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_quantity_image_cmp' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_image_cmp(phm.quantity, phm.quantity) IS
'The sort order: negative, 0 or positive. By dimension, then exact magnitude in base units, then unit, number, comparator and scale as written; 0 only for identical values. Units with logarithms stand apart from the multiples of their dimension, units that are not UCUM come last.';

CREATE FUNCTION phm.quantity_hash(phm.quantity) RETURNS integer
AS 'MODULE_PATHNAME', 'phm_quantity_hash' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.quantity_hash(phm.quantity) IS 'Hash of the value as written.';

CREATE FUNCTION phm.quantity_hash_extended(phm.quantity, bigint) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_quantity_hash_extended' LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1;
COMMENT ON FUNCTION phm.quantity_hash_extended(phm.quantity, bigint) IS 'Seeded hash of the value as written.';

CREATE OPERATOR CLASS phm.quantity_ops DEFAULT FOR TYPE phm.quantity USING btree AS
	OPERATOR 1 phm.*<, OPERATOR 2 phm.*<=, OPERATOR 3 phm.*=, OPERATOR 4 phm.*>=, OPERATOR 5 phm.*>,
	FUNCTION 1 phm.quantity_image_cmp(phm.quantity, phm.quantity);
COMMENT ON OPERATOR CLASS phm.quantity_ops USING btree IS
'ORDER BY by magnitude, GROUP BY and DISTINCT by value as written; see phm.quantity_image_cmp';

CREATE OPERATOR CLASS phm.quantity_ops DEFAULT FOR TYPE phm.quantity USING hash AS
	OPERATOR 1 phm.*=,
	FUNCTION 1 phm.quantity_hash(phm.quantity),
	FUNCTION 2 phm.quantity_hash_extended(phm.quantity, bigint);
COMMENT ON OPERATOR CLASS phm.quantity_ops USING hash IS 'Hashes values as written; see phm.quantity_image_cmp';

CREATE FUNCTION phm.quantity_add(phm.quantity, phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_add' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_add(phm.quantity, phm.quantity) IS
'Sum in the unit of the first quantity. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm.+ (LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_add);
COMMENT ON OPERATOR phm.+ (phm.quantity, phm.quantity) IS 'sum, in the unit of the left quantity';

CREATE FUNCTION phm.quantity_subtract(phm.quantity, phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_subtract' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_subtract(phm.quantity, phm.quantity) IS
'Difference in the unit of the first quantity. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm.- (LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_subtract);
COMMENT ON OPERATOR phm.- (phm.quantity, phm.quantity) IS 'difference, in the unit of the left quantity';

CREATE FUNCTION phm.quantity_multiply(phm.quantity, phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_multiply' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_multiply(phm.quantity, phm.quantity) IS
'Product; its unit is the product of the units (mg/dL times L is mg/dL.L). NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm.* (LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_multiply);
COMMENT ON OPERATOR phm.* (phm.quantity, phm.quantity) IS 'product, with the product of the units';

CREATE FUNCTION phm.quantity_multiply(phm.quantity, numeric) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_multiply_numeric' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_multiply(phm.quantity, numeric) IS
'A multiple of the quantity in its unit. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm.* (LEFTARG = phm.quantity, RIGHTARG = numeric, FUNCTION = phm.quantity_multiply, COMMUTATOR = OPERATOR(phm.*));
COMMENT ON OPERATOR phm.* (phm.quantity, numeric) IS 'multiple, in the unit of the quantity';

CREATE FUNCTION phm.quantity_multiply(numeric, phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_numeric_multiply_quantity' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_multiply(numeric, phm.quantity) IS
'A multiple of the quantity in its unit. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm.* (LEFTARG = numeric, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_multiply, COMMUTATOR = OPERATOR(phm.*));
COMMENT ON OPERATOR phm.* (numeric, phm.quantity) IS 'multiple, in the unit of the quantity';

CREATE FUNCTION phm.quantity_divide(phm.quantity, phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_divide' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_divide(phm.quantity, phm.quantity) IS
'Quotient; its unit is the quotient of the units, and 1 when they are the same. An exact quotient keeps the difference of the scales or as many places as it needs; others are rounded half away from zero to 16 significant digits, or to the scale of the dividend where that is more. Error 22012: division by zero. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm./ (LEFTARG = phm.quantity, RIGHTARG = phm.quantity, FUNCTION = phm.quantity_divide);
COMMENT ON OPERATOR phm./ (phm.quantity, phm.quantity) IS 'quotient, with the quotient of the units';

CREATE FUNCTION phm.quantity_divide(phm.quantity, numeric) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_divide_numeric' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity_divide(phm.quantity, numeric) IS
'A fraction of the quantity in its unit. An exact quotient keeps the difference of the scales or as many places as it needs; others are rounded half away from zero to 16 significant digits, or to the scale of the dividend where that is more. Error 22012: division by zero. NULL when a comparator leaves the result open or the units cannot be combined. Error 22003 when the result has too many digits.';

CREATE OPERATOR phm./ (LEFTARG = phm.quantity, RIGHTARG = numeric, FUNCTION = phm.quantity_divide);
COMMENT ON OPERATOR phm./ (phm.quantity, numeric) IS 'fraction, in the unit of the quantity';

CREATE FUNCTION phm.quantity_negate(phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_negate' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION phm.quantity_negate(phm.quantity) IS
'The quantity with its sign changed; < 5 becomes > -5.';

CREATE OPERATOR phm.- (RIGHTARG = phm.quantity, FUNCTION = phm.quantity_negate);
COMMENT ON OPERATOR phm.- (NONE, phm.quantity) IS 'sign changed';

CREATE FUNCTION phm.quantity_abs(phm.quantity) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_abs' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION phm.quantity_abs(phm.quantity) IS
'The absolute value; NULL when a comparator leaves the sign open.';

CREATE OPERATOR phm.@ (RIGHTARG = phm.quantity, FUNCTION = phm.quantity_abs);
COMMENT ON OPERATOR phm.@ (NONE, phm.quantity) IS 'absolute value';

CREATE FUNCTION phm.quantity_round(phm.quantity, digits integer DEFAULT 0) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_round' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity_round(phm.quantity, integer) IS
'Rounds the number half away from zero to so many digits after the decimal point (negative: before it); comparator and unit stay.';

CREATE FUNCTION phm.convert(phm.quantity, unit text) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_convert' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.convert(phm.quantity, text) IS
'The quantity in another UCUM unit. Exact wherever the definitions are; powers of ten move the point (7.20 g/dL is 72.0 g/L); what does not end is rounded to 16 significant digits, logarithmic units and angles to 15. NULL when the units are not commensurable. Errors: 22P02 (not a UCUM unit), 22003.';

CREATE FUNCTION phm.value(phm.quantity) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_value' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.value(phm.quantity) IS
'The number as written, without unit and comparator.';

CREATE FUNCTION phm.value(phm.quantity, unit text) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_value_in_unit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.value(phm.quantity, text) IS
'The number in a UCUM unit, without comparator; as phm.convert.';

CREATE FUNCTION phm.unit(phm.quantity) RETURNS text
AS 'MODULE_PATHNAME', 'phm_unit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.unit(phm.quantity) IS
'The unit as written; NULL when there is none.';

CREATE FUNCTION phm.comparator(phm.quantity) RETURNS text
AS 'MODULE_PATHNAME', 'phm_comparator' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION phm.comparator(phm.quantity) IS
'The comparator (<, <=, >=, >); NULL when the value is exact.';

CREATE FUNCTION phm.commensurable(phm.quantity, phm.quantity) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_commensurable' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.commensurable(phm.quantity, phm.quantity) IS
'Whether one quantity can be converted to the unit of the other.';

CREATE FUNCTION phm.quantity(numeric) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_from_numeric' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity(numeric) IS
'A quantity without unit. Error 22003 when the number has more than 38 digits or 30 places.';

CREATE FUNCTION phm.quantity(value numeric, unit text, comparator text DEFAULT NULL, ucum boolean DEFAULT true) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_construct' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.quantity(numeric, text, text, boolean) IS
'A quantity from its parts; unit NULL: none; comparator <, <=, >=, > or NULL; ucum false: the unit is a text of its own, comparable with itself only. NULL when the value is. Errors: 22P02 (not a UCUM unit), 22003, 22023 (comparator).';

CREATE FUNCTION phm.quantity_to_numeric(phm.quantity) RETURNS numeric
AS 'MODULE_PATHNAME', 'phm_numeric_from_quantity' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity_to_numeric(phm.quantity) IS
'The number of a quantity that has neither a unit (but 1) nor a comparator; otherwise error 22023. See phm.value.';

CREATE CAST (numeric AS phm.quantity) WITH FUNCTION phm.quantity(numeric);
COMMENT ON CAST (numeric AS phm.quantity) IS 'a quantity without unit';
CREATE CAST (phm.quantity AS numeric) WITH FUNCTION phm.quantity_to_numeric(phm.quantity);
COMMENT ON CAST (phm.quantity AS numeric) IS 'the number of a quantity without unit and comparator';

CREATE FUNCTION phm.ucum_valid(unit text) RETURNS boolean
AS 'MODULE_PATHNAME', 'phm_ucum_valid' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.ucum_valid(text) IS
'Whether the text is a UCUM unit expression (case-sensitive codes; ucum.org).';

CREATE FUNCTION phm.ucum_dimension(unit text) RETURNS text
AS 'MODULE_PATHNAME', 'phm_ucum_dimension' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION phm.ucum_dimension(text) IS
'What a UCUM unit measures, as a product of base units (mg/dL: g.m-3, m[iU]/L: [iU].m-3, %: 1). Units of the same dimension are commensurable. The mole is a number in UCUM, so mol/L is m-3. Errors: 22P02, 22003, 54000.';

CREATE TABLE phm.ucum_unit (
	code text COLLATE "C" PRIMARY KEY,
	metric boolean NOT NULL,
	kind text NOT NULL,
	value numeric,
	unit text,
	function text,
	property text NOT NULL,
	name text NOT NULL
);
COMMENT ON TABLE phm.ucum_unit IS 'The units of UCUM (The Unified Code for Units of Measure, version 2.x, ucum.org) that phm.quantity knows, without prefixes. For reading only: the parser has its own copy.';
COMMENT ON COLUMN phm.ucum_unit.code IS 'case-sensitive code';
COMMENT ON COLUMN phm.ucum_unit.metric IS 'whether the unit takes prefixes (kg, mL)';
COMMENT ON COLUMN phm.ucum_unit.kind IS 'base, unit (a multiple of others), special (a function of others), arbitrary (commensurable with itself only), pi';
COMMENT ON COLUMN phm.ucum_unit.value IS 'the unit is this many of the column unit';
COMMENT ON COLUMN phm.ucum_unit.unit IS 'UCUM expression that defines the unit';
COMMENT ON COLUMN phm.ucum_unit.function IS 'special units: the function that leads from the defining unit to this one';
COMMENT ON COLUMN phm.ucum_unit.property IS 'what is measured';
COMMENT ON COLUMN phm.ucum_unit.name IS 'name in English';
-- @data phm.ucum_unit(code,metric::boolean,kind,value::numeric,unit,function,property,name) ucum_unit.tsv
REVOKE ALL ON TABLE phm.ucum_unit FROM PUBLIC;
GRANT SELECT ON TABLE phm.ucum_unit TO PUBLIC;

CREATE TYPE phm.quantity_summary;

CREATE FUNCTION phm.quantity_summary_in(cstring) RETURNS phm.quantity_summary
AS 'MODULE_PATHNAME', 'phm_quantity_summary_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_in(cstring) IS
'Input of phm.quantity_summary.';

CREATE FUNCTION phm.quantity_summary_out(phm.quantity_summary) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_quantity_summary_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_out(phm.quantity_summary) IS
'Output of phm.quantity_summary; reads back exactly.';

CREATE FUNCTION phm.quantity_summary_recv(internal) RETURNS phm.quantity_summary
AS 'MODULE_PATHNAME', 'phm_quantity_summary_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_recv(internal) IS
'Binary input of phm.quantity_summary; refuses all but the canonical form.';

CREATE FUNCTION phm.quantity_summary_send(phm.quantity_summary) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_quantity_summary_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_send(phm.quantity_summary) IS
'Binary output of phm.quantity_summary.';

CREATE TYPE phm.quantity_summary (
	INPUT = phm.quantity_summary_in,
	OUTPUT = phm.quantity_summary_out,
	RECEIVE = phm.quantity_summary_recv,
	SEND = phm.quantity_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE phm.quantity_summary IS
'What the aggregates over phm.quantity keep, mergeable: for each unit as written {unit: count, sum, lowest and highest lower bound, lowest and highest upper bound}, - for absent ones.';

CREATE FUNCTION phm.quantity_summary_add(phm.quantity_summary, phm.quantity) RETURNS phm.quantity_summary
AS 'MODULE_PATHNAME', 'phm_quantity_summary_add' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_add(phm.quantity_summary, phm.quantity) IS
'Adds a quantity to a summary (transition function); NULL adds nothing. Errors: 22003 (sum out of range), 54000 (more than 1000 different units).';

CREATE FUNCTION phm.quantity_summary_merge(phm.quantity_summary, phm.quantity_summary) RETURNS phm.quantity_summary
AS 'MODULE_PATHNAME', 'phm_quantity_summary_merge' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_summary_merge(phm.quantity_summary, phm.quantity_summary) IS
'Merges two summaries (combine function); NULL is an empty one.';

CREATE FUNCTION phm.quantity_count(phm.quantity_summary) RETURNS bigint
AS 'MODULE_PATHNAME', 'phm_quantity_summary_count' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION phm.quantity_count(phm.quantity_summary) IS
'How many quantities are in the summary.';

CREATE FUNCTION phm.quantity_min(phm.quantity_summary) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_summary_min' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_min(phm.quantity_summary) IS
'The minimum of the quantities in the summary, in its unit as written. With comparators it is the interval in which the minimum lies: of < 5 and 3 it is <= 3. NULL when it is not certain or the units are not comparable.';

CREATE FUNCTION phm.quantity_max(phm.quantity_summary) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_summary_max' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_max(phm.quantity_summary) IS
'The maximum of the quantities in the summary; as phm.quantity_min.';

CREATE FUNCTION phm.quantity_sum(phm.quantity_summary) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_summary_sum' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_sum(phm.quantity_summary) IS
'The sum of the quantities in the summary, in the unit that most of them have (of several the first in byte order); < 5 and 3 sum up to < 8. NULL when the units are not commensurable or comparators oppose each other. Error 22003 when it has too many digits.';

CREATE FUNCTION phm.quantity_avg(phm.quantity_summary) RETURNS phm.quantity
AS 'MODULE_PATHNAME', 'phm_quantity_summary_avg' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.quantity_avg(phm.quantity_summary) IS
'The average of the quantities in the summary, in the unit that most of them have; temperatures may have different scales. Rounded as by the operator /. NULL as phm.quantity_sum.';

CREATE AGGREGATE phm.quantity_summary_agg(phm.quantity) (
	SFUNC = phm.quantity_summary_add, STYPE = phm.quantity_summary,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_summary_agg(phm.quantity) IS
'Count, sum and extremes of quantities as one value, which can be stored, merged and asked by phm.quantity_count, _min, _max, _sum and _avg. NULL for no rows.';

CREATE AGGREGATE phm.quantity_summary_agg(phm.quantity_summary) (
	SFUNC = phm.quantity_summary_merge, STYPE = phm.quantity_summary,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_summary_agg(phm.quantity_summary) IS 'Merges summaries. NULL for no rows.';

CREATE AGGREGATE phm.quantity_min(phm.quantity) (
	SFUNC = phm.quantity_summary_add, STYPE = phm.quantity_summary, FINALFUNC = phm.quantity_min,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_min(phm.quantity) IS
'The minimum of the quantities, in its unit as written. With comparators it is the interval in which the minimum lies: of < 5 and 3 it is <= 3. NULL when it is not certain or the units are not comparable. NULL for no rows.';

CREATE AGGREGATE phm.quantity_max(phm.quantity) (
	SFUNC = phm.quantity_summary_add, STYPE = phm.quantity_summary, FINALFUNC = phm.quantity_max,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_max(phm.quantity) IS
'The maximum of the quantities; as phm.quantity_min. NULL for no rows.';

CREATE AGGREGATE phm.quantity_sum(phm.quantity) (
	SFUNC = phm.quantity_summary_add, STYPE = phm.quantity_summary, FINALFUNC = phm.quantity_sum,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_sum(phm.quantity) IS
'The sum of the quantities, in the unit that most of them have (of several the first in byte order); < 5 and 3 sum up to < 8. NULL when the units are not commensurable or comparators oppose each other. Error 22003 when it has too many digits. NULL for no rows.';

CREATE AGGREGATE phm.quantity_avg(phm.quantity) (
	SFUNC = phm.quantity_summary_add, STYPE = phm.quantity_summary, FINALFUNC = phm.quantity_avg,
	COMBINEFUNC = phm.quantity_summary_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE phm.quantity_avg(phm.quantity) IS
'The average of the quantities, in the unit that most of them have; temperatures may have different scales. Rounded as by the operator /. NULL as phm.quantity_sum. NULL for no rows.';
