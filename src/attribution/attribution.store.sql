-- Attribution of patients to practitioners.
CREATE TABLE phm.attribution (
	patient_id bigint NOT NULL,
	contract text NOT NULL DEFAULT 'default',
	practitioner_source text NOT NULL,
	practitioner_id text NOT NULL,
	visits integer NOT NULL,
	last_visit date NOT NULL,
	reason text NOT NULL,
	evidence jsonb NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, contract, valid_from)
)/*distribute patient_id*/;
CREATE INDEX attribution_practitioner_idx ON phm.attribution (practitioner_source, practitioner_id) WHERE valid_to IS NULL;
REVOKE ALL ON phm.attribution FROM PUBLIC;
COMMENT ON TABLE phm.attribution IS 'To whom each patient is attributed, and was: one current row (valid_to is null) per patient and contract.';
COMMENT ON COLUMN phm.attribution.patient_id IS 'The person.';
COMMENT ON COLUMN phm.attribution.contract IS 'The contract for which it holds; default: the rule of this table, for everybody.';
COMMENT ON COLUMN phm.attribution.practitioner_source IS 'Source system of the practitioner.';
COMMENT ON COLUMN phm.attribution.practitioner_id IS 'Id of the practitioner there (phm.practitioner).';
COMMENT ON COLUMN phm.attribution.visits IS 'Days with a qualifying visit to the practitioner in the 24 months.';
COMMENT ON COLUMN phm.attribution.last_visit IS 'The last of them.';
COMMENT ON COLUMN phm.attribution.reason IS 'Why, in words.';
COMMENT ON COLUMN phm.attribution.evidence IS 'candidates: the first five in rank order with visits and last visit; encounters: up to twenty visits to the practitioner, latest first.';
COMMENT ON COLUMN phm.attribution.sensitivity IS 'Sensitivity labels of the visits, where the patient has none without.';
COMMENT ON COLUMN phm.attribution.valid_from IS 'Evaluation date at which it began to hold.';
COMMENT ON COLUMN phm.attribution.valid_to IS 'Evaluation date at which it ended; NULL while it holds.';

SELECT phm.register_derivation('attribution', 20, 'phm.derive_attribution', 'To whom each patient is attributed.');
