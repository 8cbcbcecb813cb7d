/*
 * fhirpath.sql: FHIRPath as logic.
 */
CREATE FUNCTION phm.fhirpath_logic(expression text) RETURNS phm.logic
AS 'MODULE_PATHNAME', 'phm_fhirpath_logic' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.fhirpath_logic(text) IS
'Logic with one result, "expression": the collection that an expression of FHIRPath 2.0 (HL7 FHIRPath N1) gives. A path begins with the resources of the chart; the name of a resource type (Observation.value) begins with those of the type. Errors: 42601 what is no FHIRPath, with line and column; 0A000 what cannot be linked.';

CREATE FUNCTION phm.fhirpath(chart phm.chart, expression text, as_of timestamptz) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3000
BEGIN ATOMIC
	SELECT phm.evaluate(phm.fhirpath_logic(expression), 'expression'::text, chart, as_of => as_of);
END;
COMMENT ON FUNCTION phm.fhirpath(phm.chart, text, timestamptz) IS
'The collection that an expression of FHIRPath 2.0 gives over a chart, as an array of jsonb; [] when it is empty. as_of: what now() and today() are, in UTC. Errors: those of phm.fhirpath_logic, 21000 a function that takes one item was given several, 42804 an operation on values of a wrong type.';
