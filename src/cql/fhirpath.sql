/*
 * fhirpath.sql: FHIRPath as logic, over charts and resources.
 */
CREATE FUNCTION phm.fhirpath_logic(expression text) RETURNS phm.logic
AS 'MODULE_PATHNAME', 'phm_fhirpath_logic' LANGUAGE c STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.fhirpath_logic(text) IS
'Logic with one result, "expression": the collection that an expression of FHIRPath 2.0 (HL7 FHIRPath N1) gives. A path begins with the resources of the chart; the name of a resource type (Observation.value) begins with those of the type. Value sets of memberOf are those of phm.value_set. Errors: 42601 what is no FHIRPath, with line and column; 0A000 what cannot be linked.';

CREATE FUNCTION phm.fhirpath_over(logic phm.logic, chart phm.chart, resource phm.resource, as_of timestamptz) RETURNS jsonb
AS 'MODULE_PATHNAME', 'phm_fhirpath_over' LANGUAGE c IMMUTABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.fhirpath_over(phm.logic, phm.chart, phm.resource, timestamptz) IS
'Internal: the first result of logic where a resource is what FHIRPath looks at; NULL without logic or resource. The chart, which may be NULL, is where references lead.';

CREATE FUNCTION phm.fhirpath(chart phm.chart, resource phm.resource, expression text, as_of timestamptz DEFAULT pg_catalog.now()) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT phm.fhirpath_over(phm.fhirpath_logic(expression), chart, resource, as_of);
END;
COMMENT ON FUNCTION phm.fhirpath(phm.chart, phm.resource, text, timestamptz) IS
'The collection that an expression of FHIRPath 2.0 gives for one resource, as an array of jsonb; [] when it is empty. References lead to resources of the chart, which may be NULL; a NULL resource gives NULL. as_of: what now() and today() are, in UTC; by default the start of the transaction. Errors: those of phm.fhirpath_logic, 21000 a function that takes one item was given several, 42804 an operation on values of a wrong type.';

CREATE FUNCTION phm.fhirpath(resource phm.resource, expression text, as_of timestamptz DEFAULT pg_catalog.now()) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT phm.fhirpath_over(phm.fhirpath_logic(expression), NULL::phm.chart, resource, as_of);
END;
COMMENT ON FUNCTION phm.fhirpath(phm.resource, text, timestamptz) IS
'As phm.fhirpath of a chart and a resource, of a resource alone: references lead nowhere.';

CREATE FUNCTION phm.fhirpath(chart phm.chart, expression text, as_of timestamptz DEFAULT pg_catalog.now()) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 3000
BEGIN ATOMIC
	SELECT phm.evaluate(phm.fhirpath_logic(expression), 'expression'::text, chart, as_of => as_of);
END;
COMMENT ON FUNCTION phm.fhirpath(phm.chart, text, timestamptz) IS
'As phm.fhirpath of a chart and a resource, with all resources of the chart as what a path begins with. Where expression and as_of are both literals without a type, name the latter: as_of => ''...''.';
