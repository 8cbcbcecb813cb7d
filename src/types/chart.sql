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
COMMENT ON FUNCTION phm.chart_out(phm.chart) IS 'A FHIR R4 Bundle of type collection with the resources of the chart, which reads back as the same chart: entries carry their source (fullUrl urn:phm:source:...) and sensitivity (an extension), the Bundle its person (identifier).';

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

CREATE TYPE phm.chart_change;

CREATE FUNCTION phm.chart_change_in(cstring) RETURNS phm.chart_change
AS 'MODULE_PATHNAME', 'phm_chart_change_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chart_change_in(cstring) IS 'Reads the hexadecimal text form; everything is checked (22P03).';

CREATE FUNCTION phm.chart_change_out(phm.chart_change) RETURNS cstring
AS 'MODULE_PATHNAME', 'phm_chart_change_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION phm.chart_change_out(phm.chart_change) IS 'Hexadecimal text, as of bytea.';

CREATE FUNCTION phm.chart_change_recv(internal) RETURNS phm.chart_change
AS 'MODULE_PATHNAME', 'phm_chart_change_recv' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION phm.chart_change_recv(internal) IS 'Reads the binary form; everything is checked (22P03).';

CREATE FUNCTION phm.chart_change_send(phm.chart_change) RETURNS bytea
AS 'MODULE_PATHNAME', 'phm_chart_change_send' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.chart_change_send(phm.chart_change) IS 'The binary form.';

CREATE TYPE phm.chart_change (
	INPUT = phm.chart_change_in,
	OUTPUT = phm.chart_change_out,
	RECEIVE = phm.chart_change_recv,
	SEND = phm.chart_change_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE phm.chart_change IS
'What changed in a patient''s resources since a chart was stored: replaced and added resources, and which are gone. It belongs to that one chart.';

CREATE FUNCTION phm.chart(base phm.chart, recent phm.chart_change) RETURNS phm.chart
AS 'MODULE_PATHNAME', 'phm_chart_combine' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION phm.chart(phm.chart, phm.chart_change) IS
'The chart of now from a stored chart and what changed since. Errors: 22000 the change belongs to another chart.';

CREATE FUNCTION phm.chart_difference(base phm.chart, now_ phm.chart) RETURNS phm.chart_change
AS 'MODULE_PATHNAME', 'phm_chart_difference' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION phm.chart_difference(phm.chart, phm.chart) IS
'What leads from the first chart to the second; NULL when they say the same. Errors: 22000 the first chart has a change in it itself.';
