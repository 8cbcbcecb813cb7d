-- Gaps in care.
CREATE TABLE phm.care_gap (
	patient_id bigint NOT NULL,
	measure text NOT NULL,
	gap text NOT NULL,
	status text NOT NULL CHECK (status IN ('open-gap', 'closed-gap', 'not-applicable')),
	reason text NOT NULL,
	importance numeric NOT NULL CHECK (importance BETWEEN 0 AND 1),
	evidence jsonb NOT NULL,
	due date NOT NULL,
	period_start date NOT NULL,
	period_end date NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, measure, period_start, valid_from)
)/*distribute patient_id*/;
CREATE INDEX care_gap_open_idx ON phm.care_gap (patient_id) WHERE valid_to IS NULL AND status = 'open-gap';
REVOKE ALL ON phm.care_gap FROM PUBLIC;
COMMENT ON TABLE phm.care_gap IS 'Gaps in care by patient, measure and period, open and closed, current (valid_to is null) and past. Statuses are those of HL7 Da Vinci DEQM, gaps in care.';
COMMENT ON COLUMN phm.care_gap.patient_id IS 'The person.';
COMMENT ON COLUMN phm.care_gap.measure IS 'Which measure: diabetes-hba1c.';
COMMENT ON COLUMN phm.care_gap.gap IS 'What the gap is called.';
COMMENT ON COLUMN phm.care_gap.status IS 'open-gap, closed-gap, or not-applicable.';
COMMENT ON COLUMN phm.care_gap.reason IS 'Why it has that status, in words.';
COMMENT ON COLUMN phm.care_gap.importance IS 'How much the open gap matters, 0 to 1; 0 unless open.';
COMMENT ON COLUMN phm.care_gap.evidence IS 'registry: why the measure concerns the patient; observation: the result that decided.';
COMMENT ON COLUMN phm.care_gap.due IS 'By when it should be closed: the last day of the period.';
COMMENT ON COLUMN phm.care_gap.period_start IS 'First day of the period.';
COMMENT ON COLUMN phm.care_gap.period_end IS 'Last day of the period.';
COMMENT ON COLUMN phm.care_gap.sensitivity IS 'Sensitivity labels of what the gap rests on.';
COMMENT ON COLUMN phm.care_gap.valid_from IS 'Evaluation date at which it got this status.';
COMMENT ON COLUMN phm.care_gap.valid_to IS 'Evaluation date at which that ended; NULL while it holds.';

SELECT phm.register_derivation('care_gap', 50, 'phm.derive_care_gap', 'Gaps in care of members of registries.');
