/*
 * chart.sql: phm.chart, everything known about one patient.
 */
CREATE TYPE phm.chart;

CREATE FUNCTION phm.chart_in(cstring) RETURNS phm.chart
AS 'MODULE_PATHNAME', 'phm_chart_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION phm.chart_in(cstring) IS
'Reads a FHIR R4 Bundle, or a single resource, as the chart of one patient; every resource in it belongs to that patient. Errors as for phm.resource.';

CREATE FUNCTION phm.chart_out(phm.chart) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_chart_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION phm.chart_out(phm.chart) IS 'A FHIR R4 Bundle of type collection with the resources of the chart.';

CREATE FUNCTION phm.chart_recv(internal) RETURNS phm.chart
AS 'MODULE_PATHNAME', 'phm_chart_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION phm.chart_recv(internal) IS 'Reads the binary form; everything is checked (22P03).';

CREATE FUNCTION phm.chart_send(phm.chart) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_chart_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.chart_send(phm.chart) IS 'The binary form.';

CREATE TYPE phm.chart (
	INPUT = phm.chart_in,
	OUTPUT = phm.chart_out,
	RECEIVE = phm.chart_recv,
	SEND = phm.chart_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE phm.chart IS
'All of one patient''s resources as one compact value: typed, sorted by FHIR type and time, with a table of distinct codes, readable in place. Text form: a FHIR Bundle. Narrative and attachments are not in it; they stay in the record.';

CREATE FUNCTION phm.resources(phm.chart, OUT resource_type text, OUT source text, OUT id text, OUT resource phm.resource)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'phm_chart_resources' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 200;
COMMENT ON FUNCTION phm.resources(phm.chart) IS 'The resources of a chart, ordered by type and time.';

CREATE FUNCTION phm.chart_sizes(
	phm.chart, OUT entries bigint, OUT hot_bytes bigint, OUT id_bytes bigint, OUT cold_bytes bigint, OUT bytes bigint)
RETURNS record
AS 'MODULE_PATHNAME', 'phm_chart_sizes' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION phm.chart_sizes(phm.chart) IS
'Of what a chart consists: entries, and bytes of the hot part, of ids and fingerprints, of the compressed cold part, and in all.';
