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
	error text
);
REVOKE ALL ON phm.patient_state FROM PUBLIC;
COMMENT ON TABLE phm.patient_state IS 'One row per person; whoever refreshes a person holds its lock.';
COMMENT ON COLUMN phm.patient_state.patient_id IS 'The person.';
COMMENT ON COLUMN phm.patient_state.refreshed_at IS 'When everything derived from this person was last brought up to date.';
COMMENT ON COLUMN phm.patient_state.error IS 'Why the last attempt failed; NULL when it did not.';

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
