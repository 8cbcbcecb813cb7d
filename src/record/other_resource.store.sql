-- Resources of types that have no table of their own, whole.
CREATE TABLE phm.other_resource (
	source text NOT NULL,
	resource_type text NOT NULL,
	id text NOT NULL,
	ordinal integer NOT NULL DEFAULT 0,
	patient_id bigint NOT NULL DEFAULT 0,
	fingerprint bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	changed_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	deleted_at timestamptz,
	inbox_id bigint,
	extra phm.resource,
	PRIMARY KEY (source, resource_type, id, patient_id, ordinal)
)/*distribute patient_id*/;
CREATE INDEX other_resource_patient_idx ON phm.other_resource (patient_id);
REVOKE ALL ON phm.other_resource FROM PUBLIC;
COMMENT ON TABLE phm.other_resource IS 'Resources of types that have no table of their own, and those whose subject is not a patient.';
COMMENT ON COLUMN phm.other_resource.source IS 'The source system that sent the row.';
COMMENT ON COLUMN phm.other_resource.resource_type IS 'The FHIR type.';
COMMENT ON COLUMN phm.other_resource.id IS 'The id of the resource in its source (Resource.id).';
COMMENT ON COLUMN phm.other_resource.ordinal IS 'Tells different resources with one id in one Bundle apart: 0, 1, 2 ...';
COMMENT ON COLUMN phm.other_resource.patient_id IS 'The person (phm.patient_link); 0 where the resource belongs to none.';
COMMENT ON COLUMN phm.other_resource.fingerprint IS 'Hash of the resource as it came in: tells a change from a repetition.';
COMMENT ON COLUMN phm.other_resource.sensitivity IS 'Sensitivity labels as a bit mask, see phm.sensitivity_label.';
COMMENT ON COLUMN phm.other_resource.recorded_at IS 'When the row first came in.';
COMMENT ON COLUMN phm.other_resource.changed_at IS 'When the row last changed.';
COMMENT ON COLUMN phm.other_resource.deleted_at IS 'When the source deleted the resource; the row stays.';
COMMENT ON COLUMN phm.other_resource.inbox_id IS 'The message or file that brought the row (phm.inbox).';
COMMENT ON COLUMN phm.other_resource.extra IS 'The whole resource.';
CREATE TRIGGER mark_insert AFTER insert ON phm.other_resource REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_new_rows();
CREATE TRIGGER mark_update AFTER update ON phm.other_resource REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_both_rows();
CREATE TRIGGER mark_delete AFTER delete ON phm.other_resource REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_old_rows();
