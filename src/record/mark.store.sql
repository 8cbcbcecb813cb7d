-- Marks: which patients changed, and the row by which their refreshes are ordered.
CREATE TABLE phm.stale (
	mark_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	patient_id bigint NOT NULL,
	why text NOT NULL,
	at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX stale_patient_idx ON phm.stale (patient_id);
REVOKE ALL ON phm.stale FROM PUBLIC;
COMMENT ON TABLE phm.stale IS 'Marks: something about a patient changed and has not been taken up. Only added to and deleted from.';
COMMENT ON COLUMN phm.stale.mark_id IS 'Number of the mark.';
COMMENT ON COLUMN phm.stale.patient_id IS 'The person.';
COMMENT ON COLUMN phm.stale.why IS 'What changed: a table, or a reason given to phm.mark.';
COMMENT ON COLUMN phm.stale.at IS 'When.';

CREATE TABLE phm.patient_state (
	patient_id bigint PRIMARY KEY,
	refreshed_at timestamptz,
	error text,
	failures integer NOT NULL DEFAULT 0,
	retry_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX patient_state_retry_idx ON phm.patient_state (retry_at) WHERE retry_at IS NOT NULL;
REVOKE ALL ON phm.patient_state FROM PUBLIC;
COMMENT ON TABLE phm.patient_state IS 'One row per person; whoever refreshes a person holds its lock.';
COMMENT ON COLUMN phm.patient_state.patient_id IS 'The person.';
COMMENT ON COLUMN phm.patient_state.refreshed_at IS 'When everything derived from this person was last brought up to date.';
COMMENT ON COLUMN phm.patient_state.error IS 'Why the last attempt failed: SQLSTATE and place; NULL when it did not.';
COMMENT ON COLUMN phm.patient_state.failures IS 'Attempts that failed since the last one that did not.';
COMMENT ON COLUMN phm.patient_state.retry_at IS 'When the patient is tried again by itself; a new mark comes first. NULL when nothing failed.';

CREATE TABLE phm.stale_resource (
	mark_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source text NOT NULL,
	id text NOT NULL,
	resource_type text NOT NULL,
	at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
REVOKE ALL ON phm.stale_resource FROM PUBLIC;
COMMENT ON TABLE phm.stale_resource IS 'Marks of resources that belong to no patient. A refresh turns them into marks of the patients in whose charts they are: not the writer, who cannot see the charts that are being built meanwhile.';
COMMENT ON COLUMN phm.stale_resource.mark_id IS 'Number of the mark.';
COMMENT ON COLUMN phm.stale_resource.source IS 'The source of the resource.';
COMMENT ON COLUMN phm.stale_resource.id IS 'Its id.';
COMMENT ON COLUMN phm.stale_resource.resource_type IS 'Its FHIR type.';
COMMENT ON COLUMN phm.stale_resource.at IS 'When it changed.';

CREATE TABLE phm.chart_dependency (
	source text NOT NULL,
	id text NOT NULL,
	resource_type text NOT NULL,
	patient_id bigint NOT NULL,
	PRIMARY KEY (source, id, resource_type, patient_id)
);
CREATE INDEX chart_dependency_patient_idx ON phm.chart_dependency (patient_id);
REVOKE ALL ON phm.chart_dependency FROM PUBLIC;
COMMENT ON TABLE phm.chart_dependency IS 'Which charts contain a resource that belongs to no patient (medication, location, practitioner, organization), so that its change marks them.';
COMMENT ON COLUMN phm.chart_dependency.source IS 'The source of the resource.';
COMMENT ON COLUMN phm.chart_dependency.id IS 'Its id.';
COMMENT ON COLUMN phm.chart_dependency.resource_type IS 'Its FHIR type.';
COMMENT ON COLUMN phm.chart_dependency.patient_id IS 'The person whose chart contains it.';
