-- Registries and their members.
CREATE TABLE phm.registry (
	name text PRIMARY KEY,
	title text NOT NULL,
	value_set text NOT NULL,
	rule text NOT NULL DEFAULT 'problem or diagnoses'
		CHECK (rule IN ('problem', 'diagnoses', 'problem or diagnoses', 'condition or diagnoses')),
	months integer NOT NULL DEFAULT 24 CHECK (months BETWEEN 1 AND 1200),
	days integer NOT NULL DEFAULT 2 CHECK (days BETWEEN 1 AND 100),
	control text CHECK (control IN ('hba1c', 'blood-pressure')),
	enabled boolean NOT NULL DEFAULT true,
	source text
);
REVOKE ALL ON phm.registry FROM PUBLIC;
COMMENT ON TABLE phm.registry IS 'Registries. Add rows for your own; the refresh after a change brings the members of all up to date.';
COMMENT ON COLUMN phm.registry.name IS 'Name, as in phm.registry_member.';
COMMENT ON COLUMN phm.registry.title IS 'Name for people.';
COMMENT ON COLUMN phm.registry.value_set IS 'The diagnoses: url of a value set, as phm.value_set takes it.';
COMMENT ON COLUMN phm.registry.rule IS 'problem: an active, confirmed problem. diagnoses: diagnoses on so many different days. problem or diagnoses: either. condition or diagnoses: as that, and any condition that its source calls active and confirmed counts as a problem, whatever its category.';
COMMENT ON COLUMN phm.registry.months IS 'How far diagnoses are looked back for, in months.';
COMMENT ON COLUMN phm.registry.days IS 'On how many different days diagnoses must have been made.';
COMMENT ON COLUMN phm.registry.control IS 'What tells whether the condition is controlled: hba1c (latest not above 9 %), blood-pressure (latest below 140/90); NULL: nothing.';
COMMENT ON COLUMN phm.registry.enabled IS 'Whether it has members.';
COMMENT ON COLUMN phm.registry.source IS 'Published source of the definition.';
INSERT INTO phm.registry (name, title, value_set, control, source) VALUES
	('diabetes', 'Diabetes', 'urn:phm:valueset:diabetes', 'hba1c', 'own, after CMS Chronic Conditions Warehouse (diagnoses on two days in two years); control after CMS122'),
	('heart-failure', 'Heart failure', 'urn:phm:valueset:heart-failure', NULL, 'own, after CMS Chronic Conditions Warehouse'),
	('copd', 'Chronic obstructive pulmonary disease', 'urn:phm:valueset:copd', NULL, 'own, after CMS Chronic Conditions Warehouse'),
	('hypertension', 'Hypertension', 'urn:phm:valueset:hypertension', 'blood-pressure', 'own, after CMS Chronic Conditions Warehouse; control after CMS165');

CREATE TRIGGER mark_everybody AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON phm.registry
	FOR EACH STATEMENT EXECUTE FUNCTION phm.mark_everybody();

CREATE TABLE phm.registry_member (
	patient_id bigint NOT NULL,
	registry text NOT NULL,
	qualified_on date NOT NULL,
	reason text NOT NULL,
	evidence jsonb NOT NULL,
	sensitivity integer NOT NULL DEFAULT 0,
	last_hba1c numeric,
	last_hba1c_on date,
	last_systolic numeric,
	last_diastolic numeric,
	last_blood_pressure_on date,
	controlled boolean,
	control_sensitivity integer NOT NULL DEFAULT 0,
	valid_from date NOT NULL,
	valid_to date,
	PRIMARY KEY (patient_id, registry, valid_from)
)/*distribute patient_id*/;
CREATE INDEX registry_member_registry_idx ON phm.registry_member (registry) WHERE valid_to IS NULL;
REVOKE ALL ON phm.registry_member FROM PUBLIC;
COMMENT ON TABLE phm.registry_member IS 'Members of registries, current (valid_to is null) and past.';
COMMENT ON COLUMN phm.registry_member.patient_id IS 'The person.';
COMMENT ON COLUMN phm.registry_member.registry IS 'The registry.';
COMMENT ON COLUMN phm.registry_member.qualified_on IS 'Day since which the evidence suffices: of a problem its onset, else when it was recorded; of diagnoses the day that made them enough within the look-back.';
COMMENT ON COLUMN phm.registry_member.reason IS 'Why, in words.';
COMMENT ON COLUMN phm.registry_member.evidence IS 'Up to ten problems and diagnoses, latest first.';
COMMENT ON COLUMN phm.registry_member.sensitivity IS 'Sensitivity labels of the evidence, where what has no label does not suffice.';
COMMENT ON COLUMN phm.registry_member.last_hba1c IS 'Latest HbA1c in 24 months, per cent.';
COMMENT ON COLUMN phm.registry_member.last_hba1c_on IS 'Its day.';
COMMENT ON COLUMN phm.registry_member.last_systolic IS 'Systolic pressure of the latest day in 24 months with a blood pressure, lowest of the day, mm[Hg].';
COMMENT ON COLUMN phm.registry_member.last_diastolic IS 'Diastolic pressure of that day, lowest of the day, mm[Hg].';
COMMENT ON COLUMN phm.registry_member.last_blood_pressure_on IS 'That day.';
COMMENT ON COLUMN phm.registry_member.controlled IS 'Whether the condition is controlled (phm.registry.control); NULL: not known.';
COMMENT ON COLUMN phm.registry_member.control_sensitivity IS 'Sensitivity labels of the measurements.';
COMMENT ON COLUMN phm.registry_member.valid_from IS 'Evaluation date at which membership began.';
COMMENT ON COLUMN phm.registry_member.valid_to IS 'Evaluation date at which it ended; NULL while it holds.';

CREATE VIEW phm.registry_list AS
SELECT m.registry, r.title, m.patient_id, p.family, p.given, p.birth_date, m.valid_from AS member_since, m.qualified_on, m.reason,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.last_hba1c END AS last_hba1c,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.last_hba1c_on END AS last_hba1c_on,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.last_systolic END AS last_systolic,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.last_diastolic END AS last_diastolic,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.last_blood_pressure_on END AS last_blood_pressure_on,
	CASE WHEN phm.is_visible(m.control_sensitivity, s.labels) THEN m.controlled END AS controlled
  FROM (SELECT phm.visible_labels() AS labels OFFSET 0) AS s
 CROSS JOIN phm.registry_member AS m
  JOIN phm.registry AS r ON r.name = m.registry
  LEFT JOIN LATERAL (SELECT * FROM phm.person AS d WHERE d.patient_id = m.patient_id OFFSET 0) AS p ON true
 WHERE m.valid_to IS NULL AND phm.is_visible(m.sensitivity | coalesce(p.sensitivity, 0), s.labels);
REVOKE ALL ON phm.registry_list FROM PUBLIC;
COMMENT ON VIEW phm.registry_list IS 'Current members of registries, with control status, as far as phm.visible_labels allows.';
COMMENT ON COLUMN phm.registry_list.registry IS 'The registry.';
COMMENT ON COLUMN phm.registry_list.title IS 'Its name for people.';
COMMENT ON COLUMN phm.registry_list.patient_id IS 'The person.';
COMMENT ON COLUMN phm.registry_list.family IS 'Family name.';
COMMENT ON COLUMN phm.registry_list.given IS 'Given names.';
COMMENT ON COLUMN phm.registry_list.birth_date IS 'Date of birth.';
COMMENT ON COLUMN phm.registry_list.member_since IS 'Evaluation date at which membership began.';
COMMENT ON COLUMN phm.registry_list.qualified_on IS 'Day since which the evidence suffices.';
COMMENT ON COLUMN phm.registry_list.reason IS 'Why the person is a member.';
COMMENT ON COLUMN phm.registry_list.last_hba1c IS 'Latest HbA1c in 24 months, per cent.';
COMMENT ON COLUMN phm.registry_list.last_hba1c_on IS 'Its day.';
COMMENT ON COLUMN phm.registry_list.last_systolic IS 'Latest systolic pressure in 24 months, mm[Hg].';
COMMENT ON COLUMN phm.registry_list.last_diastolic IS 'Latest diastolic pressure in 24 months, mm[Hg].';
COMMENT ON COLUMN phm.registry_list.last_blood_pressure_on IS 'Day of the blood pressure.';
COMMENT ON COLUMN phm.registry_list.controlled IS 'Whether the condition is controlled; NULL: not known.';

SELECT phm.register_derivation('registry', 40, 'phm.derive_registry', 'Members of registries and their control status.');
