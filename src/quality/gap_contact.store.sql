-- Which contact closes which gaps.
CREATE TABLE phm.gap_contact (
	resource_type text NOT NULL,
	profile text NOT NULL DEFAULT '',
	value_set text NOT NULL DEFAULT '',
	contact text NOT NULL,
	PRIMARY KEY (resource_type, profile, value_set, contact)
);
REVOKE ALL ON phm.gap_contact FROM PUBLIC;
COMMENT ON TABLE phm.gap_contact IS 'At what kind of contact resources come into being; a site may change and add rows. Rows that name the value set come first, then those that name the profile, then those of the type.';
COMMENT ON COLUMN phm.gap_contact.resource_type IS 'FHIR type of resource.';
COMMENT ON COLUMN phm.gap_contact.profile IS 'Last part of the URL of the profile that a measure asks for; empty: any.';
COMMENT ON COLUMN phm.gap_contact.value_set IS 'URL of the value set that a measure asks for; empty: any.';
COMMENT ON COLUMN phm.gap_contact.contact IS 'Kind of contact: office visit, telehealth, lab, imaging, procedure, pharmacy, or another word of the site.';
INSERT INTO phm.gap_contact (resource_type, profile, contact) VALUES
	('Encounter', '', 'office visit'), ('Encounter', '', 'telehealth'),
	('Observation', '', 'office visit'), ('Observation', '', 'lab'),
	('Observation', 'us-core-observation-lab', 'lab'), ('Observation', 'qicore-observation-lab', 'lab'),
	('Observation', 'us-core-blood-pressure', 'office visit'), ('Observation', 'us-core-bmi', 'office visit'),
	('Observation', 'us-core-body-weight', 'office visit'), ('Observation', 'us-core-body-height', 'office visit'),
	('Observation', 'qicore-observation-screening-assessment', 'office visit'), ('Observation', 'qicore-observation-screening-assessment', 'telehealth'),
	('Observation', 'us-core-smokingstatus', 'office visit'), ('Observation', 'us-core-smokingstatus', 'telehealth'),
	('Observation', 'qicore-observation-imaging', 'imaging'), ('Observation', 'us-core-observation-imaging', 'imaging'),
	('Observation', 'qicore-observation-clinical-result', 'procedure'), ('Observation', 'qicore-observation-clinical-result', 'lab'),
	('Observation', 'qicore-observation-clinical-result', 'imaging'), ('Observation', 'qicore-observation-clinical-result', 'office visit'),
	('DiagnosticReport', '', 'lab'), ('DiagnosticReport', '', 'imaging'),
	('DiagnosticReport', 'us-core-diagnosticreport-lab', 'lab'), ('DiagnosticReport', 'qicore-diagnosticreport-lab', 'lab'),
	('DiagnosticReport', 'qicore-diagnosticreport-note', 'imaging'), ('DiagnosticReport', 'us-core-diagnosticreport-note', 'imaging'),
	('ImagingStudy', '', 'imaging'), ('Procedure', '', 'procedure'), ('Procedure', '', 'office visit'),
	('Immunization', '', 'office visit'), ('Immunization', '', 'pharmacy'),
	('MedicationRequest', '', 'office visit'), ('MedicationRequest', '', 'telehealth'),
	('MedicationDispense', '', 'pharmacy'), ('MedicationAdministration', '', 'office visit'),
	('MedicationStatement', '', 'office visit'), ('MedicationStatement', '', 'telehealth'),
	('ServiceRequest', '', 'office visit'), ('ServiceRequest', '', 'telehealth'),
	('DeviceRequest', '', 'office visit'), ('DeviceRequest', '', 'telehealth'),
	('QuestionnaireResponse', '', 'office visit'), ('QuestionnaireResponse', '', 'telehealth'),
	('Communication', '', 'office visit'), ('Communication', '', 'telehealth'),
	('Condition', '', 'office visit'), ('Condition', '', 'telehealth'),
	('CarePlan', '', 'office visit'), ('CarePlan', '', 'telehealth'), ('Goal', '', 'office visit'), ('Goal', '', 'telehealth');

CREATE VIEW phm.gap_bundle AS
WITH session AS (
	SELECT phm.visible_labels() AS labels, phm.as_of() AS as_of OFFSET 0
), gap AS (
	SELECT g.patient_id, g.measure, g.gap, g.importance, g.due, phm.gap_contacts(g.needs) AS contacts
	  FROM session AS s CROSS JOIN phm.care_gap AS g
	 WHERE g.valid_to IS NULL AND g.status = 'open-gap' AND g.due >= s.as_of AND phm.is_visible(g.sensitivity, s.labels)
), bundle AS (
	SELECT g.patient_id, c AS contact, count(*)::integer AS gaps, sum(g.importance) AS importance, min(g.due) AS due,
		   string_agg(g.gap, '; ' ORDER BY g.importance DESC, g.measure) AS closes
	  FROM gap AS g CROSS JOIN LATERAL unnest(g.contacts) AS c GROUP BY g.patient_id, c
)
SELECT b.patient_id, row_number() OVER (PARTITION BY b.patient_id ORDER BY b.gaps DESC, b.importance DESC, b.contact COLLATE "C")::integer AS rank,
	   b.contact, b.gaps, (SELECT count(*)::integer FROM phm.care_gap AS o CROSS JOIN session AS s WHERE o.patient_id = b.patient_id AND o.valid_to IS NULL
		AND o.status = 'open-gap' AND o.due >= s.as_of AND phm.is_visible(o.sensitivity, s.labels)) AS open_gaps, b.importance, b.due, b.closes
  FROM bundle AS b;
REVOKE ALL ON phm.gap_bundle FROM PUBLIC;
COMMENT ON VIEW phm.gap_bundle IS 'Which single contact closes most of a patient''s open gaps that are not past their due date: a row for each kind of contact that closes some, as far as phm.visible_labels allows.';
COMMENT ON COLUMN phm.gap_bundle.patient_id IS 'The person.';
COMMENT ON COLUMN phm.gap_bundle.rank IS '1 for the contact that closes most, then by importance.';
COMMENT ON COLUMN phm.gap_bundle.contact IS 'Kind of contact (phm.gap_contact).';
COMMENT ON COLUMN phm.gap_bundle.gaps IS 'How many open gaps it can close.';
COMMENT ON COLUMN phm.gap_bundle.open_gaps IS 'How many are open in all.';
COMMENT ON COLUMN phm.gap_bundle.importance IS 'Their importance together.';
COMMENT ON COLUMN phm.gap_bundle.due IS 'When the first of them is due.';
COMMENT ON COLUMN phm.gap_bundle.closes IS 'Which, the most important first.';

CREATE VIEW phm.gap_list AS
SELECT g.patient_id, g.measure, g.version, g.group_id, g.episode, g.gap, g.status, g.reason, g.reason_code, g.reason_codes, g.importance,
	   g.due, g.overdue_since, g.overdue_since IS NOT NULL AND g.status = 'open-gap' AS overdue, e.reference AS evidence, e.day AS evidence_on,
	   pg_catalog.array_to_string(phm.gap_contacts(g.needs), ', ') AS contacts, g.period_start, g.period_end, g.override_id, g.valid_from AS since
  FROM (SELECT phm.visible_labels() AS labels OFFSET 0) AS s
 CROSS JOIN phm.care_gap AS g
  LEFT JOIN LATERAL (
	SELECT x ->> 'reference' AS reference, (x ->> 'date')::date AS day
	  FROM jsonb_array_elements(CASE pg_catalog.jsonb_typeof(g.evidence) WHEN 'array' THEN g.evidence END) AS c
	 CROSS JOIN LATERAL jsonb_array_elements(c -> 'evidence') WITH ORDINALITY AS v(x, n)
	 ORDER BY (x ->> 'date') DESC NULLS LAST, n LIMIT 1) AS e ON true
 WHERE g.valid_to IS NULL AND phm.is_visible(g.sensitivity, s.labels);
REVOKE ALL ON phm.gap_list FROM PUBLIC;
COMMENT ON VIEW phm.gap_list IS 'Current gaps in care in plain columns, as far as phm.visible_labels allows.';
COMMENT ON COLUMN phm.gap_list.patient_id IS 'The person.';
COMMENT ON COLUMN phm.gap_list.measure IS 'Which measure.';
COMMENT ON COLUMN phm.gap_list.version IS 'Its version.';
COMMENT ON COLUMN phm.gap_list.group_id IS 'Its group.';
COMMENT ON COLUMN phm.gap_list.episode IS 'The episode, as Encounter/id; empty: the patient.';
COMMENT ON COLUMN phm.gap_list.gap IS 'What the gap is called.';
COMMENT ON COLUMN phm.gap_list.status IS 'open-gap, closed-gap, prospective-gap or not-applicable.';
COMMENT ON COLUMN phm.gap_list.reason IS 'Why it has that status, in words.';
COMMENT ON COLUMN phm.gap_list.reason_code IS 'First reason why it is open (HL7 Da Vinci DEQM care-gap-reason).';
COMMENT ON COLUMN phm.gap_list.reason_codes IS 'All of them, with commas between.';
COMMENT ON COLUMN phm.gap_list.importance IS 'How much it matters, 0 to 1.';
COMMENT ON COLUMN phm.gap_list.due IS 'By when it should be closed.';
COMMENT ON COLUMN phm.gap_list.overdue_since IS 'First day on which what was done before counted no longer.';
COMMENT ON COLUMN phm.gap_list.overdue IS 'Whether it is open and was closed by something that counts no longer.';
COMMENT ON COLUMN phm.gap_list.evidence IS 'The latest resource that it rests on: Type/id.';
COMMENT ON COLUMN phm.gap_list.evidence_on IS 'Day of that.';
COMMENT ON COLUMN phm.gap_list.contacts IS 'Kinds of contact of which a single one can close it, with commas between.';
COMMENT ON COLUMN phm.gap_list.period_start IS 'First day of the period.';
COMMENT ON COLUMN phm.gap_list.period_end IS 'Last day of the period.';
COMMENT ON COLUMN phm.gap_list.override_id IS 'By which phm.gap_override it has its status.';
COMMENT ON COLUMN phm.gap_list.since IS 'Evaluation date at which it got its status.';
