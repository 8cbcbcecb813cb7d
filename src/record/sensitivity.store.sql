-- Sensitivity labels, the bits of the column sensitivity.
CREATE TABLE phm.sensitivity_label (
	bit integer PRIMARY KEY CHECK (bit > 0 AND bit & (bit - 1) = 0),
	name text NOT NULL UNIQUE,
	meaning text NOT NULL
);
REVOKE ALL ON phm.sensitivity_label FROM PUBLIC;
COMMENT ON TABLE phm.sensitivity_label IS 'What the bits of the column sensitivity mean. Rows with a bit that phm.visible_labels does not have are left out of lists. Bits from 65536 on are for labels of your own.';
COMMENT ON COLUMN phm.sensitivity_label.bit IS 'A power of two.';
COMMENT ON COLUMN phm.sensitivity_label.name IS 'Name.';
COMMENT ON COLUMN phm.sensitivity_label.meaning IS 'What is so labelled, and by which rule.';
INSERT INTO phm.sensitivity_label VALUES
	(1, 'substance use', 'Records of substance use disorder treatment (42 CFR Part 2).'),
	(2, 'psychotherapy', 'Psychotherapy notes (45 CFR 164.501).'),
	(4, 'mental health', 'Mental health care that state law protects.'),
	(8, 'hiv', 'HIV tests, status and treatment (state law).'),
	(16, 'minor', 'Care to which a minor consented alone (state law).'),
	(32, 'reproductive health', 'Reproductive and sexual health care.'),
	(64, 'genetics', 'Genetic tests and their results (GINA, state law).'),
	(128, 'violence', 'Abuse, neglect and domestic violence.');
