-- Who is who: the patients of sources and the persons they are.
CREATE SEQUENCE phm.patient_id_seq AS bigint;
COMMENT ON SEQUENCE phm.patient_id_seq IS 'Numbers persons.';

CREATE TABLE phm.patient_link (
	source text NOT NULL,
	source_patient_id text NOT NULL,
	patient_id bigint NOT NULL DEFAULT pg_catalog.nextval('phm.patient_id_seq'),
	rule text NOT NULL DEFAULT 'source id',
	linked_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	PRIMARY KEY (source, source_patient_id)
);
CREATE INDEX patient_link_patient_idx ON phm.patient_link (patient_id);
REVOKE ALL ON phm.patient_link FROM PUBLIC;
COMMENT ON TABLE phm.patient_link IS 'Maps the patient of a source to the person. Matching changes links, never ids in the record.';
COMMENT ON COLUMN phm.patient_link.source IS 'The source system.';
COMMENT ON COLUMN phm.patient_link.source_patient_id IS 'The id of the patient there.';
COMMENT ON COLUMN phm.patient_link.patient_id IS 'The person: stable for ever.';
COMMENT ON COLUMN phm.patient_link.rule IS 'What made the link: source id, a matching rule, a user.';
COMMENT ON COLUMN phm.patient_link.linked_at IS 'When.';
