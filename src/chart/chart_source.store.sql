-- Relations of anybody from which charts are built beside the record.
CREATE TABLE phm.chart_source (
	relation text PRIMARY KEY,
	resource_type text NOT NULL,
	source text NOT NULL,
	person_column text NOT NULL DEFAULT 'patient_id',
	watermark_column text,
	kind text NOT NULL DEFAULT 'clinical' CHECK (kind IN ('clinical', 'claims')),
	enabled boolean NOT NULL DEFAULT true,
	registered_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
REVOKE ALL ON phm.chart_source FROM PUBLIC;
COMMENT ON TABLE phm.chart_source IS 'Tables and views from which charts are built beside the record; filled by phm.register_chart_source.';
COMMENT ON COLUMN phm.chart_source.relation IS 'Table or view: schema.name, quoted where SQL needs it.';
COMMENT ON COLUMN phm.chart_source.resource_type IS 'FHIR type of its rows, or claim_line.';
COMMENT ON COLUMN phm.chart_source.source IS 'Source of rows that have no column source, and the source by which phm.patient_link maps text keys.';
COMMENT ON COLUMN phm.chart_source.person_column IS 'Its column that names the person: a number is patient_id, a text the patient of the source.';
COMMENT ON COLUMN phm.chart_source.watermark_column IS 'Its column that grows with every change; NULL: changes are told by phm.mark.';
COMMENT ON COLUMN phm.chart_source.kind IS 'clinical, or claims: rows that come from claims are marked as such in the chart.';
COMMENT ON COLUMN phm.chart_source.enabled IS 'Whether charts are built from it.';
COMMENT ON COLUMN phm.chart_source.registered_at IS 'When it was registered.';

CREATE TABLE phm.chart_source_state (
	relation text PRIMARY KEY REFERENCES phm.chart_source ON DELETE CASCADE,
	watermark text,
	ties bigint NOT NULL DEFAULT 0,
	looked_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
REVOKE ALL ON phm.chart_source_state FROM PUBLIC;
COMMENT ON TABLE phm.chart_source_state IS 'How far phm.mark_changed_sources has seen each chart source.';
COMMENT ON COLUMN phm.chart_source_state.relation IS 'The chart source.';
COMMENT ON COLUMN phm.chart_source_state.watermark IS 'The highest value of its watermark column that was seen, as text.';
COMMENT ON COLUMN phm.chart_source_state.ties IS 'How many rows had that value.';
COMMENT ON COLUMN phm.chart_source_state.looked_at IS 'When it was looked at last.';
