-- Risk scores of patients.
CREATE TABLE phm.risk_score (
	patient_id bigint NOT NULL,
	model text NOT NULL,
	payment_year integer NOT NULL,
	model_year integer NOT NULL,
	score numeric NOT NULL,
	payment_score numeric,
	segment text NOT NULL,
	hccs integer[] NOT NULL,
	contributions jsonb NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, model, payment_year, valid_from)
)/*distribute patient_id*/;
REVOKE ALL ON phm.risk_score FROM PUBLIC;
COMMENT ON TABLE phm.risk_score IS 'Risk scores of patients, current (valid_to is null) and past.';
COMMENT ON COLUMN phm.risk_score.patient_id IS 'The person.';
COMMENT ON COLUMN phm.risk_score.model IS 'Model, as in phm.hcc_release.';
COMMENT ON COLUMN phm.risk_score.payment_year IS 'Payment year; diagnoses are those of the calendar year before.';
COMMENT ON COLUMN phm.risk_score.model_year IS 'Payment year whose published factors were used: the same, or the nearest for which the model is there.';
COMMENT ON COLUMN phm.risk_score.score IS 'Raw risk score.';
COMMENT ON COLUMN phm.risk_score.payment_score IS 'Score after normalization and coding intensity; NULL where the normalization factor is not known.';
COMMENT ON COLUMN phm.risk_score.segment IS 'Segment of the model.';
COMMENT ON COLUMN phm.risk_score.hccs IS 'Condition categories after hierarchies.';
COMMENT ON COLUMN phm.risk_score.contributions IS 'Every term of the score: term, kind, coefficient and the diagnoses because of which it is there.';
COMMENT ON COLUMN phm.risk_score.sensitivity IS 'Sensitivity labels of the diagnoses in contributions.';
COMMENT ON COLUMN phm.risk_score.valid_from IS 'Evaluation date at which it began to hold.';
COMMENT ON COLUMN phm.risk_score.valid_to IS 'Evaluation date at which it ended; NULL while it holds.';

SELECT phm.register_derivation('risk_score', 30, 'phm.derive_risk_score', 'Risk scores of the CMS-HCC family.');
