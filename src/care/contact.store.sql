-- Last contacts.
CREATE TABLE phm.last_contact (
	patient_id bigint NOT NULL,
	last_contact date,
	last_contact_any date NOT NULL,
	kind text NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, valid_from)
)/*distribute patient_id*/;
REVOKE ALL ON phm.last_contact FROM PUBLIC;
COMMENT ON TABLE phm.last_contact IS 'When each person was last in touch with care.';
COMMENT ON COLUMN phm.last_contact.patient_id IS 'The person.';
COMMENT ON COLUMN phm.last_contact.last_contact IS 'The last contact without sensitivity label.';
COMMENT ON COLUMN phm.last_contact.last_contact_any IS 'The last contact, labelled or not.';
COMMENT ON COLUMN phm.last_contact.kind IS 'What that was: Encounter or Communication.';
COMMENT ON COLUMN phm.last_contact.sensitivity IS 'Labels of the last contact; 0 where one without label was on the same day.';
COMMENT ON COLUMN phm.last_contact.valid_from IS 'Evaluation date at which the person first had a contact.';
COMMENT ON COLUMN phm.last_contact.valid_to IS 'Evaluation date at which no contact was left; NULL while there is one.';

SELECT phm.register_derivation('contact', 60, 'phm.derive_contact', 'When patients were last in touch with care.');
