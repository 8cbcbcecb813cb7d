-- Gaps in care.
CREATE TABLE phm.care_gap (
	patient_id bigint NOT NULL,
	measure text NOT NULL,
	version text NOT NULL DEFAULT '',
	group_id text NOT NULL DEFAULT '',
	episode text NOT NULL DEFAULT '',
	origin text NOT NULL CHECK (origin IN ('measure', 'registry')),
	gap text NOT NULL,
	status text NOT NULL CHECK (status IN ('open-gap', 'closed-gap', 'prospective-gap', 'not-applicable')),
	reason text NOT NULL,
	reason_code text,
	reason_codes text NOT NULL DEFAULT '',
	importance numeric NOT NULL CHECK (importance BETWEEN 0 AND 1),
	evidence jsonb NOT NULL,
	needs jsonb NOT NULL DEFAULT '[]',
	due date NOT NULL,
	overdue_since date,
	period_start date NOT NULL,
	period_end date NOT NULL,
	override_id bigint,
	sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, measure, group_id, episode, period_start, period_end, valid_from)
)/*distribute patient_id*/;
CREATE INDEX care_gap_open_idx ON phm.care_gap (patient_id) WHERE valid_to IS NULL AND status = 'open-gap';
REVOKE ALL ON phm.care_gap FROM PUBLIC;
COMMENT ON TABLE phm.care_gap IS 'Gaps in care by patient, measure, group, episode and period, open and closed, current (valid_to is null) and past. Statuses are those of HL7 Da Vinci DEQM, gaps in care.';
COMMENT ON COLUMN phm.care_gap.patient_id IS 'The person.';
COMMENT ON COLUMN phm.care_gap.measure IS 'Which measure: name in phm.measure, or diabetes-hba1c (of the registry).';
COMMENT ON COLUMN phm.care_gap.version IS 'Its version.';
COMMENT ON COLUMN phm.care_gap.group_id IS 'Its group.';
COMMENT ON COLUMN phm.care_gap.episode IS 'The episode, as Encounter/id, where the measure counts episodes; empty: the patient.';
COMMENT ON COLUMN phm.care_gap.origin IS 'What found it: measure or registry.';
COMMENT ON COLUMN phm.care_gap.gap IS 'What the gap is called.';
COMMENT ON COLUMN phm.care_gap.status IS 'open-gap, closed-gap, prospective-gap (not open now, and will be before the period ends), or not-applicable.';
COMMENT ON COLUMN phm.care_gap.reason IS 'Why it has that status, in words.';
COMMENT ON COLUMN phm.care_gap.reason_code IS 'The first reason why it is open: code of HL7 Da Vinci DEQM care-gap-reason.';
COMMENT ON COLUMN phm.care_gap.reason_codes IS 'All reasons, with commas between.';
COMMENT ON COLUMN phm.care_gap.importance IS 'How much the gap matters, 0 to 1 (phm.gap_importance); 0 unless open or prospective.';
COMMENT ON COLUMN phm.care_gap.evidence IS 'Of a measure: the criteria that decided, each with reasons, definition, date, what it retrieves, and the resources found. Of the registry: registry, why the measure concerns the patient; observation, the result that decided.';
COMMENT ON COLUMN phm.care_gap.needs IS 'What would close it: an array of things that are all needed, each an array of what is asked for (type, value_set or code) of which one will do.';
COMMENT ON COLUMN phm.care_gap.due IS 'By when it should be closed: the last day of the period.';
COMMENT ON COLUMN phm.care_gap.overdue_since IS 'First day on which what was done before counted no longer; NULL: not known, or never done.';
COMMENT ON COLUMN phm.care_gap.period_start IS 'First day of the period.';
COMMENT ON COLUMN phm.care_gap.period_end IS 'Last day of the period.';
COMMENT ON COLUMN phm.care_gap.override_id IS 'By which phm.gap_override it has its status.';
COMMENT ON COLUMN phm.care_gap.sensitivity IS 'Sensitivity labels of what the gap rests on.';
COMMENT ON COLUMN phm.care_gap.valid_from IS 'Evaluation date at which it got this status.';
COMMENT ON COLUMN phm.care_gap.valid_to IS 'Evaluation date at which that ended; NULL while it holds.';

CREATE TABLE phm.gap_weight (
	measure text PRIMARY KEY,
	weight numeric NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0 AND 2),
	active boolean NOT NULL DEFAULT true
);
REVOKE ALL ON phm.gap_weight FROM PUBLIC;
COMMENT ON TABLE phm.gap_weight IS 'How much gaps of measures matter to the site, and which are not wanted. Measures without a row have weight 1.';
COMMENT ON COLUMN phm.gap_weight.measure IS 'Name of the measure.';
COMMENT ON COLUMN phm.gap_weight.weight IS 'Factor of the importance.';
COMMENT ON COLUMN phm.gap_weight.active IS 'false: no gaps of this measure.';

SELECT phm.register_derivation('care_gap', 50, 'phm.derive_care_gap', 'Gaps in care.');
