-- Risk scores that others computed: payers, vendors.
CREATE TABLE phm.external_risk_score (
	patient_id bigint NOT NULL,
	source text NOT NULL CHECK (source NOT IN ('', 'phm', 'override')),
	model text NOT NULL CHECK (model <> ''),
	as_of date NOT NULL,
	score numeric NOT NULL,
	until date CHECK (until >= as_of),
	contributions jsonb,
	received_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
	sensitivity integer NOT NULL DEFAULT 0,
	PRIMARY KEY (patient_id, source, model, as_of)
)/*distribute patient_id*/;
REVOKE ALL ON phm.external_risk_score FROM PUBLIC;
COMMENT ON TABLE phm.external_risk_score IS 'Risk scores from payers and vendors, as they came; loaded by the user. Which of several scores counts tells phm.risk_precedence.';
COMMENT ON COLUMN phm.external_risk_score.patient_id IS 'The person.';
COMMENT ON COLUMN phm.external_risk_score.source IS 'Who computed it: a name of the user''s choice.';
COMMENT ON COLUMN phm.external_risk_score.model IS 'The model. One that phm computes too has the same name, so that they can stand for each other.';
COMMENT ON COLUMN phm.external_risk_score.as_of IS 'The day from which it holds.';
COMMENT ON COLUMN phm.external_risk_score.score IS 'The score.';
COMMENT ON COLUMN phm.external_risk_score.until IS 'Last day on which it holds; NULL: until the next of that source and model.';
COMMENT ON COLUMN phm.external_risk_score.contributions IS 'What it is made of, where the source tells.';
COMMENT ON COLUMN phm.external_risk_score.received_at IS 'When it came.';
COMMENT ON COLUMN phm.external_risk_score.sensitivity IS 'Sensitivity labels of the score.';

CREATE TABLE phm.risk_precedence (
	model text NOT NULL,
	source text NOT NULL,
	place integer NOT NULL,
	PRIMARY KEY (model, source)
);
REVOKE ALL ON phm.risk_precedence FROM PUBLIC;
COMMENT ON TABLE phm.risk_precedence IS 'Which source of a score counts when there are several: the least place. Sources that are not listed come after those that are, phm before others, the latest of those first. A clinician''s override counts before all.';
COMMENT ON COLUMN phm.risk_precedence.model IS 'The model; * for every one that has no row of its own for the source.';
COMMENT ON COLUMN phm.risk_precedence.source IS 'phm for scores computed here, or a source of phm.external_risk_score.';
COMMENT ON COLUMN phm.risk_precedence.place IS 'The least counts.';
